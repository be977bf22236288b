"""A later document closes and restates what an earlier one states, with history."""

import hashlib
import re
from datetime import date
from decimal import Decimal
from itertools import count

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from cotmoc.apps.documents.models import Clause, Document, Relation
from cotmoc.apps.journal.models import Entry
from cotmoc.apps.programmes.amending import (
    AmendmentError,
    Decided,
    apply_amendment,
    close_district_targets,
    differences,
)
from cotmoc.apps.programmes.models import DraftRow, Plan, PlanTask, Target
from cotmoc.apps.programmes.queries import current_plan, history, target_rows
from cotmoc.apps.programmes.wording import DISTRICTS_CLOSED, NOT_TAKEN_OVER

pytestmark = pytest.mark.django_db

_NUMBERS = count(1)
START = date(2026, 6, 1)


@pytest.fixture
def make_plan(db, now, province):
    """A plan with targets (name, value) and tasks (action, lead), each a line of its text."""

    def make(targets, tasks=(), on=date(2026, 1, 5), state="in_force"):
        number = next(_NUMBERS)
        lines = [name for name, *_rest in (*targets, *tasks)]
        text = "\n".join(lines)
        document = Document.objects.create(
            symbol=f"{number}/KH-UBND",
            title=f"Kế hoạch số {number}",
            text=text,
            digest=hashlib.sha256(str(number).encode()).hexdigest(),
            file_name="k.txt",
            date=on,
            valid_from=on,
            state=state,
            recorded_at=now,
        )
        plan = Plan.objects.create(
            document=document, organisation=province, title=document.title, year=2026
        )
        at = 0
        for order, (name, value, *level) in enumerate([*targets, *tasks], 1):
            clause = Clause.objects.create(
                document=document, address=f"I.{order}", order=order, depth=1, kind="bullet",
                role="goals", start=at, end=at + len(name),
            )  # fmt: skip
            shared = {
                "plan": plan, "clause": clause, "order": order, "start": at, "end": at + len(name),
            }  # fmt: skip
            if order <= len(targets):
                Target.objects.create(
                    name=name, comparator=">=", value=Decimal(value), unit="%",
                    level="".join(level), deadline=date(2026, 12, 31), **shared,
                )  # fmt: skip
            else:
                PlanTask.objects.create(action=name, lead_text=value, **shared)
            at += len(name) + 1
        return plan

    return make


ONLINE = "Tỷ lệ hồ sơ nộp trực tuyến toàn trình"
PAID = "Tỷ lệ thanh toán trực tuyến"
MOBILE = "Phủ sóng di động băng rộng tới thôn, bản"
PORTAL = "Xây dựng cổng dữ liệu mở của tỉnh"
TRAIN = "Bồi dưỡng kỹ năng số cho cán bộ, công chức"


@pytest.fixture
def older(make_plan):
    return make_plan(
        [(ONLINE, "80"), (PAID, "60"), (MOBILE, "95")],
        [(PORTAL, "Sở Khoa học và Công nghệ"), (TRAIN, "Sở Nội vụ")],
    )


@pytest.fixture
def newer(make_plan):
    return make_plan(
        [(ONLINE, "90"), (PAID, "60"), ("Tỷ lệ dân số có định danh điện tử", "70")],
        [(PORTAL, "Văn phòng UBND tỉnh")],
        on=START,
    )


@pytest.fixture
def tie():
    """Say that a document amends or replaces another."""

    def make(newer, older, kind="replaces"):
        return Relation.objects.create(
            document=newer.document, kind=kind, other=older.document, text="", start=0, end=0
        )

    return make


def by_name(plan, name):
    return plan.targets.filter(name=name).first() or plan.tasks.get(action=name)


def proposed(older, newer, replaces=True):
    """Decisions exactly as the page proposes them."""
    return [
        Decided(
            each.old.kind,
            each.old.key,
            each.proposed(replaces),
            each.new.key if each.new else None,
        )
        for each in differences(older, newer)
        if each.old
    ]


def test_differences_are_told_target_by_target_and_task_by_task(older, newer):
    found = [
        (each.kind, each.verdict, (each.old or each.new).name, [c.name for c in each.changes])
        for each in differences(older, newer)
    ]
    assert found == [
        ("target", "restated", ONLINE, ["goal"]),
        ("target", "same", PAID, []),
        ("target", "dropped", MOBILE, []),
        ("target", "new", "Tỷ lệ dân số có định danh điện tử", []),
        ("task", "restated", PORTAL, ["lead"]),
        ("task", "dropped", TRAIN, []),
    ]


def test_the_rows_of_a_document_being_confirmed_are_compared_too(older, newer):
    target = by_name(newer, ONLINE)
    rows = [
        DraftRow.objects.create(
            document=newer.document, kind=kind, order=order, clause=target.clause, start=0, end=1,
            content=content, state=state,
        )
        for order, (kind, content, state) in enumerate(
            [
                ("target", {"name": ONLINE, "comparator": ">=", "value": "80", "unit": "%",
                            "deadline": "2026", "lead": None}, "accepted"),
                ("target", {"name": MOBILE, "comparator": ">=", "value": "99.5", "unit": "%",
                            "deadline": None}, "accepted"),
                ("target", {"name": PAID, "comparator": ">=", "value": "1", "unit": "%"},
                 "rejected"),
                ("task", {"action": TRAIN, "lead": "Sở Nội vụ", "deadline": None,
                          "coordinating": []}, "accepted"),
            ]
        )
    ]  # fmt: skip
    found = {
        each.old.name: (each.verdict, [(c.before, c.after) for c in each.changes])
        for each in differences(older, rows)
    }
    assert found[ONLINE] == ("same", [])
    assert found[MOBILE][0] == "restated"
    assert "99" in found[MOBILE][1][0][1]
    assert found[PAID] == ("dropped", [])
    assert found[TRAIN] == ("same", [])


def test_carrying_out_closes_and_restates_with_history(older, newer, tie, cast, now):
    tie(newer, older)
    applied = apply_amendment(older, newer, proposed(older, newer), actor=cast.dung, now=now)
    assert (applied.restated, applied.closed, applied.replaced) == (3, 2, True)
    old, new = by_name(older, ONLINE), by_name(newer, ONLINE)
    assert (old.standing, old.closed_on, new.restates) == ("restated", START, old)
    dropped = by_name(older, MOBILE)
    assert (dropped.standing, dropped.closed_on, dropped.closed_reason) == (
        "closed", START, NOT_TAKEN_OVER,
    )  # fmt: skip
    assert by_name(newer, PORTAL).restates == by_name(older, PORTAL)
    document = Document.objects.get(pk=older.document_id)
    assert (document.state, document.valid_to) == ("replaced", START)
    entry = Entry.objects.get(verb="amendment.applied")
    assert entry.actor == cast.dung
    assert ["target", old.pk, new.pk] in entry.after["restated"]


def test_carrying_out_again_changes_nothing(older, newer, tie, cast, now):
    tie(newer, older)
    decided = proposed(older, newer)
    apply_amendment(older, newer, decided, actor=cast.dung, now=now)
    rows = list(Target.objects.order_by("pk").values()) + list(PlanTask.objects.values())
    entries = Entry.objects.count()
    older = Plan.objects.get(pk=older.pk)
    assert not apply_amendment(older, newer, decided, actor=cast.dung, now=now)
    assert list(Target.objects.order_by("pk").values()) + list(PlanTask.objects.values()) == rows
    assert Entry.objects.count() == entries


def test_an_amendment_leaves_what_it_does_not_name(older, newer, tie, cast, now):
    tie(newer, older, "amends")
    apply_amendment(older, newer, proposed(older, newer, False), actor=cast.dung, now=now)
    assert by_name(older, MOBILE).standing == "open"
    assert by_name(older, ONLINE).standing == "restated"
    assert Document.objects.get(pk=older.document_id).state == "in_force"


def test_the_current_plan_is_the_plan_as_amended(
    older, newer, tie, cast, now, django_assert_max_num_queries
):
    tie(newer, older, "amends")
    assert current_plan(cast.an) == older
    apply_amendment(older, newer, proposed(older, newer, False), actor=cast.dung, now=now)
    with django_assert_max_num_queries(5):
        rows = target_rows(older, viewer=cast.an, today=date(2026, 7, 1))
    shown = [(row.target.plan_id, row.target.name, row.target.value) for row in rows]
    assert shown == [
        (older.pk, MOBILE, 95),
        (newer.pk, ONLINE, 90),
        (newer.pk, PAID, 60),
        (newer.pk, "Tỷ lệ dân số có định danh điện tử", 70),
    ]
    assert [row.target.quote for row in rows] == [row.target.name for row in rows]


def test_a_plan_that_was_replaced_is_current_no_more(older, newer, tie, cast, now):
    Plan.objects.filter(pk=newer.pk).update(year=2025)
    assert current_plan(cast.an) == older
    tie(newer, older)
    apply_amendment(older, newer, proposed(older, newer), actor=cast.dung, now=now)
    Plan.objects.exclude(pk__in=[older.pk, newer.pk]).update(year=2020)
    assert current_plan(cast.an) == newer


def test_a_decision_can_be_put_right(older, newer, tie, cast, now):
    tie(newer, older)
    apply_amendment(older, newer, proposed(older, newer), actor=cast.dung, now=now)
    mobile, online = by_name(older, MOBILE), by_name(older, ONLINE)
    again = [
        Decided("target", mobile.pk, "keep"),
        Decided("target", online.pk, "close", reason="Nhập nhầm"),
    ]
    applied = apply_amendment(older, newer, again, actor=cast.dung, now=now)
    assert (applied.reopened, applied.closed) == (1, 1)
    mobile.refresh_from_db()
    online.refresh_from_db()
    assert (mobile.standing, mobile.closed_on, mobile.closed_reason) == ("open", None, "")
    assert (online.standing, online.closed_reason) == ("closed", "Nhập nhầm")
    assert by_name(newer, ONLINE).restates is None


def test_two_statements_may_change_places(older, newer, tie, cast, now):
    tie(newer, older)
    one, two = by_name(older, ONLINE).pk, by_name(older, PAID).pk
    first, second = by_name(newer, ONLINE).pk, by_name(newer, PAID).pk
    for pairs in (((one, first), (two, second)), ((one, second), (two, first))):
        decided = [Decided("target", old, "restate", new) for old, new in pairs]
        apply_amendment(older, newer, decided, actor=cast.dung, now=now)
        for old, new in pairs:
            assert Target.objects.get(pk=new).restates_id == old
    shown = {
        each.old.key: each.new.key for each in differences(older, newer) if each.old and each.new
    }
    assert (shown[one], shown[two]) == (second, first)


def test_what_cannot_be_is_refused_whole(older, newer, make_plan, tie, cast, now):
    other = make_plan([(ONLINE, "85")])
    mobile, online = by_name(older, MOBILE).pk, by_name(older, ONLINE).pk
    new = by_name(newer, ONLINE).pk
    close = Decided("target", mobile, "close")

    def refused(decided, of=older):
        with pytest.raises(AmendmentError) as error:
            apply_amendment(of, newer, decided, actor=cast.dung, now=now)
        return error.value.code

    assert refused([close]) == "not_tied"
    tie(newer, older)
    tie(newer, other)
    assert refused([close, Decided("target", by_name(other, ONLINE).pk, "close")]) == (
        "unknown_statement"
    )
    assert refused([close, Decided("target", online, "restate", online)]) == "unknown_statement"
    assert refused([close, close]) == "taken_twice"
    both = [Decided("target", pk, "restate", new) for pk in (mobile, online)]
    assert refused(both) == "taken_twice"
    assert by_name(older, MOBILE).standing == "open"
    Target.objects.filter(pk=mobile).update(standing="closed", closed_on=date(2026, 2, 2))
    assert refused([Decided("target", mobile, "keep")]) == "ended_otherwise"
    assert Document.objects.get(pk=older.document_id).state == "in_force"
    assert not Entry.objects.filter(verb="amendment.applied").exists()


def test_history_leads_from_one_statement_to_the_next(make_plan, tie, cast, now):
    plans = [
        make_plan([(ONLINE, value)], on=date(2026, month, 1))
        for value, month in (("70", 1), ("80", 3), ("90", 5))
    ]
    for old, new in ((plans[0], plans[1]), (plans[1], plans[2])):
        tie(new, old)
        apply_amendment(old, new, proposed(old, new), actor=cast.dung, now=now)
    first, middle, last = (by_name(each, ONLINE) for each in plans)
    seen = history(middle, viewer=cast.an)
    assert (seen.earlier, seen.later) == ((first,), (last,))
    assert history(last, viewer=cast.an).earlier == (middle, first)
    Document.objects.filter(pk=plans[2].document_id).update(state="draft")
    assert history(middle, viewer=cast.an).later == ()


def test_a_target_that_ended_is_not_judged(older, newer, tie, cast, now):
    tie(newer, older)
    apply_amendment(older, newer, proposed(older, newer), actor=cast.dung, now=now)
    rows = target_rows(older, viewer=cast.an, today=timezone.localdate())
    assert {row.state for row in rows} == {"not_applicable"}


class TestDistricts:
    """The district level ended on 1 July 2025: its targets are closed, never failed."""

    def test_targets_of_the_district_level_are_closed_with_the_reason(self, make_plan, cast, now):
        plan = make_plan([(ONLINE, "80", "district"), (PAID, "60", "commune")])
        assert close_district_targets(plan, actor=cast.dung, now=now) == 1
        closed, kept = plan.targets.order_by("order")
        assert (closed.standing, closed.closed_on, closed.closed_reason) == (
            "closed", date(2025, 7, 1), DISTRICTS_CLOSED,
        )  # fmt: skip
        assert kept.standing == "open"
        row = target_rows(plan, viewer=cast.an, today=date(2026, 12, 31))[0]
        assert row.state == "not_applicable"
        assert close_district_targets(plan, actor=cast.dung, now=now) == 0
        entry = Entry.objects.get(verb="plan.districts_closed")
        assert entry.after["targets"] == [closed.pk]

    def test_what_was_due_before_that_day_was_owed(self, make_plan, cast, now):
        plan = make_plan([(ONLINE, "80", "district")])
        plan.targets.update(deadline=date(2025, 6, 30))
        assert close_district_targets(plan, actor=cast.dung, now=now) == 0
        plan.targets.update(deadline=None)
        assert close_district_targets(plan, actor=cast.dung, now=now) == 1


@pytest.fixture
def browser():
    def make(person):
        client = Client()
        client.force_login(person, backend="django.contrib.auth.backends.ModelBackend")
        return client

    return make


def words(answer):
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.content.decode()))


class TestPages:
    """The differences, the tasks and the history as people see them."""

    def test_the_secretariat_confirms_what_the_page_proposes(
        self, older, newer, tie, cast, browser
    ):
        tie(newer, older)
        dung = browser(cast.dung)
        address = f"/documents/{newer.document_id}/amends/"
        page = dung.get(address)
        assert "80" in words(page)
        sent = {"of": older.document_id}
        for _verdict, _words, lines in page.context["groups"]:
            for line in lines:
                for choice in line.choices:
                    if choice.chosen:
                        sent[line.name] = choice.value
        assert len(sent) == 6
        assert dung.post(address, sent).status_code == 302
        assert by_name(older, ONLINE).standing == "restated"
        assert by_name(older, TRAIN).standing == "closed"
        after = dung.get(address)
        chosen = {
            line.name: choice.value
            for _v, _w, lines in after.context["groups"]
            for line in lines
            for choice in line.choices
            if choice.chosen
        }
        assert chosen == {name: value for name, value in sent.items() if name != "of"}

    def test_nobody_else_confirms(self, older, newer, tie, cast, browser):
        tie(newer, older)
        address = f"/documents/{newer.document_id}/amends/"
        for person in (cast.an, cast.binh, cast.giang):
            page = browser(person).get(address)
            assert page.status_code == 200
            assert not page.context["decides"]
            assert browser(person).post(address, {}).status_code == 403
        assert by_name(older, ONLINE).standing == "open"

    def test_what_is_sent_by_hand_breaks_nothing(self, older, newer, tie, cast, browser):
        tie(newer, older)
        address = f"/documents/{newer.document_id}/amends/"
        key = by_name(older, ONLINE).pk
        for sent in (
            {f"target-{key}": "restate-99999999"},
            {f"target-{key}": "restate"},
            {f"target-{key}": "explode"},
            {"target-99999999999999999999": "close"},
            {"target-²": "close"},
            {"task-x": "keep"},
        ):
            assert browser(cast.dung).post(address, sent).status_code == 302
        assert by_name(older, ONLINE).standing == "open"

    def test_a_document_that_changes_nothing_says_so(self, older, cast, browser):
        page = browser(cast.dung).get(f"/documents/{older.document_id}/amends/")
        assert page.status_code == 200
        assert page.context["chosen"] is None

    def test_the_register_leads_to_the_differences(self, older, newer, tie, cast, browser):
        tie(newer, older)
        an = browser(cast.an)
        link = f'href="/documents/{newer.document_id}/amends/"'
        assert link in an.get(f"/documents/{newer.document_id}/").content.decode()
        assert "/amends/" not in an.get(f"/documents/{older.document_id}/").content.decode()

    def test_a_target_shows_its_clause_and_its_history(self, older, newer, tie, cast, now, browser):
        tie(newer, older)
        apply_amendment(older, newer, proposed(older, newer), actor=cast.dung, now=now)
        old, new = by_name(older, ONLINE), by_name(newer, ONLINE)
        html = browser(cast.an).get(f"/targets/{old.pk}/").content.decode()
        assert f'href="/documents/{older.document_id}/#I.1"' in html
        assert f'href="/targets/{new.pk}/"' in html
        assert f'href="/targets/{old.pk}/"' in (
            browser(cast.an).get(f"/targets/{new.pk}/").content.decode()
        )

    def test_tasks_are_listed_and_each_shows_its_clause(self, older, cast, browser):
        an = browser(cast.an)
        page = an.get(f"/plans/{older.pk}/tasks/")
        assert [task.action for task in page.context["page"]] == [PORTAL, TRAIN]
        found = an.get(f"/plans/{older.pk}/tasks/?q=ky+nang+so")
        assert [task.action for task in found.context["page"]] == [TRAIN]
        led = an.get(f"/plans/{older.pk}/tasks/?lead=Sở Nội vụ&sort=-deadline")
        assert [task.action for task in led.context["page"]] == [TRAIN]
        task = by_name(older, TRAIN)
        html = an.get(f"/plans/{older.pk}/tasks/{task.order}/").content.decode()
        assert f"<mark>{TRAIN}</mark>" in html
        assert f'href="/documents/{older.document_id}/#I.5"' in html
        assert an.get(f"/plans/{older.pk}/tasks/999/").status_code == 404

    def test_tasks_of_a_draft_are_for_those_who_read_drafts(self, make_plan, cast, browser):
        plan = make_plan([], [(PORTAL, "")], state="draft")
        for address in (f"/plans/{plan.pk}/tasks/", f"/plans/{plan.pk}/tasks/1/"):
            assert browser(cast.an).get(address).status_code == 404
            assert browser(cast.giang).get(address).status_code == 200

    def test_a_longer_plan_asks_nothing_more(self, make_plan, tie, cast, browser):
        def asked(many):
            rows = [(f"{ONLINE} {number}", "80") for number in range(many)]
            work = [(f"{PORTAL} {number}", "Sở Nội vụ") for number in range(many)]
            older, newer = make_plan(rows, work), make_plan(rows, work)
            tie(newer, older)
            dung = browser(cast.dung)
            counts = []
            for address in (
                f"/documents/{newer.document_id}/",
                f"/documents/{newer.document_id}/amends/",
                f"/plans/{newer.pk}/tasks/",
            ):
                with CaptureQueriesContext(connection) as captured:
                    assert dung.get(address).status_code == 200
                counts.append(len(captured))
            return counts

        assert asked(3) == asked(20)

    def test_the_districts_are_closed_by_a_button(self, make_plan, cast, browser):
        plan = make_plan([(ONLINE, "80", "district")])
        address = f"/plans/{plan.pk}/close-districts/"
        assert address in browser(cast.dung).get(f"/plans/{plan.pk}/").content.decode()
        assert browser(cast.an).post(address).status_code == 403
        assert browser(cast.dung).post(address).status_code == 302
        assert plan.targets.get().standing == "closed"
        assert address not in browser(cast.dung).get(f"/plans/{plan.pk}/").content.decode()


def test_a_plan_of_a_body_that_is_not_ours_does_not_take_the_place_of_ours(make_plan, cast):
    ours = make_plan([("Tỷ lệ hồ sơ trực tuyến đạt 80%", "80")])
    other = make_plan([("Tỷ lệ hồ sơ trực tuyến đạt 90%", "90")], on=date(2026, 6, 1))
    assert current_plan(cast.dung) == other
    Plan.objects.filter(pk=other.pk).update(organisation=None)
    assert current_plan(cast.dung) == ours
