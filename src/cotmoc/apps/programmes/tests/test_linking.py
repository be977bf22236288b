"""The same target in several plans: found, decided by a person, told with its differences."""

from datetime import date, timedelta
from decimal import Decimal

import pytest

from cotmoc.apps.documents.models import Document
from cotmoc.apps.journal.models import Entry
from cotmoc.apps.orgs.models import Organisation
from cotmoc.apps.programmes.comparing import compare_plans
from cotmoc.apps.programmes.linking import (
    Difference,
    decide_link,
    known_indicators,
    link_targets,
    links_of,
    read_reason,
    reason_code,
)
from cotmoc.apps.programmes.matching import Matcher, Reason, Sought, first_choice
from cotmoc.apps.programmes.models import Plan, Target, TargetLink
from cotmoc.apps.programmes.services import import_plan

pytestmark = pytest.mark.django_db

ON_TIME = "Tối thiểu 95% hồ sơ thủ tục hành chính được giải quyết đúng hạn"


def plan_of(plan_file, folder, changes, **fields):
    """The sample plan with some of its words changed, imported as another document."""
    text = plan_file.read_text(encoding="utf-8")
    for old, new in changes.items():
        assert old in text, old
        text = text.replace(old, new)
    path = folder / f"plan-{Document.objects.count()}.txt"
    path.write_text(text, encoding="utf-8")
    made = import_plan(path, actor=None, now=fields.pop("now")).plan
    TargetLink.objects.all().delete()  # importing looks by itself; these tests look again
    Plan.objects.filter(pk=made.pk).update(**fields)
    return Plan.objects.select_related("document", "organisation").get(pk=made.pk)


@pytest.fixture
def last_year(plan, plan_file, tmp_path, now):
    """A plan of the year before with a lower goal and one target less."""
    changes = {
        "2026": "2025",
        ON_TIME: "Trên 90% hồ sơ thủ tục hành chính được giải quyết đúng hạn",
        "- Phấn đấu kinh tế số chiếm 10% GRDP của tỉnh (chủ trì: Thống kê tỉnh).\n": "",
    }
    return plan_of(plan_file, tmp_path, changes, now=now)


def on_time(plan):
    return plan.targets.get(indicator_code="dossiers_on_time")


class TestFinding:
    def test_last_years_targets_are_found_each_once(self, plan, last_year, cast, now):
        linked = link_targets(plan, actor=cast.dung, now=now)
        assert linked.plans == 1
        assert linked.new == TargetLink.objects.count() == last_year.targets.count()
        for link in TargetLink.objects.select_related("earlier__plan", "later__plan"):
            assert (link.earlier.plan, link.later.plan) == (last_year, plan)
            assert link.confirmed is None
            assert Decimal("0.6") <= link.score <= 1
            assert read_reason(link.reason)
        entry = Entry.objects.get(verb="targets.linked", actor=cast.dung)
        assert (entry.actor, entry.after["new"]) == (cast.dung, linked.new)

    def test_importing_a_plan_looks_for_its_targets_elsewhere(
        self, plan, plan_file, tmp_path, cast, now
    ):
        path = tmp_path / "khac.txt"
        path.write_bytes(plan_file.read_bytes() + b"\n")
        other = import_plan(path, actor=cast.dung, now=now).plan
        assert TargetLink.objects.filter(later__plan=other).count() == plan.targets.count()
        assert Entry.objects.get(verb="targets.linked").actor == cast.dung

    def test_it_does_not_matter_from_which_side_one_looks(self, plan, last_year, cast, now):
        link_targets(last_year, actor=cast.dung, now=now)
        from_there = set(TargetLink.objects.values_list("earlier", "later"))
        TargetLink.objects.all().delete()
        link_targets(plan, actor=cast.dung, now=now)
        assert set(TargetLink.objects.values_list("earlier", "later")) == from_there

    def test_looking_again_without_news_writes_nothing(self, plan, last_year, cast, now):
        link_targets(plan, actor=cast.dung, now=now)
        again = link_targets(plan, actor=cast.dung, now=now + timedelta(hours=1))
        assert (again.new, again.changed, again.gone) == (0, 0, 0)
        assert Entry.objects.filter(verb="targets.linked", actor=cast.dung).count() == 1

    def test_what_was_refused_is_not_proposed_again(self, plan, last_year, cast, now):
        link_targets(plan, actor=cast.dung, now=now)
        link = TargetLink.objects.get(later=on_time(plan))
        decide_link(link, False, actor=cast.dung, now=now)
        link_targets(plan, actor=cast.dung, now=now)
        assert TargetLink.objects.get(earlier=link.earlier, later=link.later).confirmed is False

    def test_a_proposal_goes_when_the_texts_no_longer_say_the_same(
        self, plan, last_year, cast, now
    ):
        link_targets(plan, actor=cast.dung, now=now)
        target = on_time(last_year)
        target.name, target.indicator_code, target.unit = "Đường giao thông", "", "VND"
        target.save()
        assert link_targets(plan, actor=cast.dung, now=now).gone == 1
        assert not TargetLink.objects.filter(earlier=target).exists()

    def test_what_a_person_confirmed_stays_whatever_the_texts_say(self, plan, last_year, cast, now):
        link_targets(plan, actor=cast.dung, now=now)
        link = TargetLink.objects.get(later=on_time(plan))
        decide_link(link, True, actor=cast.dung, now=now)
        Target.objects.filter(pk=link.earlier_id).update(name="Khác", indicator_code="")
        link_targets(plan, actor=cast.dung, now=now)
        assert TargetLink.objects.get(pk=link.pk).confirmed is True
        assert TargetLink.objects.filter(later=link.later_id).count() == 1

    def test_a_draft_is_no_source_of_links(self, plan, last_year, cast, now):
        Document.objects.filter(pk=last_year.document_id).update(state=Document.State.DRAFT)
        assert link_targets(plan, actor=cast.dung, now=now).plans == 0

    def test_bodies_above_and_below_and_national_plans_are_searched_others_not(
        self, plan, plan_file, tmp_path, cast, now
    ):
        commune = Organisation.objects.get(code="H44.100")
        below = plan_of(plan_file, tmp_path, {"Mục đích": "mục đích"}, now=now)
        Plan.objects.filter(pk=below.pk).update(organisation=commune)
        national = plan_of(plan_file, tmp_path, {"Yêu cầu": "yêu cầu"}, now=now)
        Plan.objects.filter(pk=national.pk).update(organisation=None)
        old = plan_of(plan_file, tmp_path, {"4G": "5G"}, now=now)
        Plan.objects.filter(pk=old.pk).update(organisation=commune, year=2020)
        assert link_targets(plan, actor=cast.dung, now=now).plans == 2
        below.refresh_from_db()
        assert link_targets(below, actor=cast.dung, now=now).plans == 3

    def test_the_number_of_queries_does_not_grow_with_the_targets(
        self, plan, last_year, cast, now, django_assert_max_num_queries
    ):
        with django_assert_max_num_queries(12):
            link_targets(plan, actor=cast.dung, now=now)


class TestDeciding:
    @pytest.fixture
    def link(self, plan, last_year, cast, now):
        link_targets(plan, actor=None, now=now)
        return TargetLink.objects.get(later=on_time(plan))

    @pytest.mark.parametrize(("choice", "verb"), [(True, "confirmed"), (False, "refused")])
    def test_a_decision_leaves_its_trace(self, link, cast, now, choice, verb):
        decide_link(link, choice, actor=cast.dung, now=now)
        link.refresh_from_db()
        assert link.confirmed is choice
        entry = Entry.objects.get(verb=f"target_link.{verb}")
        assert (entry.actor, entry.before) == (cast.dung, {"confirmed": None})
        assert entry.after["earlier"] == link.earlier_id

    def test_the_same_decision_again_writes_nothing(self, link, cast, now):
        for _time in range(2):
            decide_link(link, True, actor=cast.dung, now=now)
        assert Entry.objects.filter(verb="target_link.confirmed").count() == 1

    def test_a_decision_can_be_taken_back(self, link, cast, now):
        decide_link(link, True, actor=cast.dung, now=now)
        assert decide_link(link, None, actor=cast.dung, now=now).confirmed is None
        assert Entry.objects.get(verb="target_link.reopened").before == {"confirmed": True}


class TestReading:
    def test_a_target_shows_the_same_one_elsewhere_with_its_differences(
        self, plan, last_year, cast, now
    ):
        link_targets(plan, actor=None, now=now)
        (row,) = links_of(on_time(plan), viewer=cast.an)
        assert row.target == on_time(last_year)
        assert row.is_earlier
        assert row.reason.indicator == "dossiers_on_time"
        assert row.differences == (
            Difference("comparator", ">", ">="),
            Difference("value", Decimal(90), Decimal(95), Decimal(5)),
        )
        (back,) = links_of(on_time(last_year), viewer=cast.an)
        assert not back.is_earlier
        assert back.differences == row.differences

    def test_the_last_day_of_each_year_is_no_difference_another_day_is(
        self, plan, last_year, cast, now
    ):
        link_targets(plan, actor=None, now=now)
        target = on_time(plan)
        assert "deadline" not in {d.what for d in links_of(target, viewer=cast.an)[0].differences}
        Target.objects.filter(pk=target.pk).update(deadline=date(2026, 9, 30))
        (row,) = links_of(target, viewer=cast.an)
        assert "deadline" in {each.what for each in row.differences}

    def test_what_one_may_not_see_is_not_linked_for_them(self, plan, last_year, cast, now):
        link_targets(plan, actor=None, now=now)
        Document.objects.filter(pk=last_year.document_id).update(state=Document.State.DRAFT)
        assert links_of(on_time(plan), viewer=cast.an) == []
        assert len(links_of(on_time(plan), viewer=cast.dung)) == 1
        assert links_of(on_time(plan), viewer=cast.em) == []

    def test_one_query_however_many_links(
        self, plan, last_year, plan_file, tmp_path, cast, now, django_assert_num_queries
    ):
        plan_of(plan_file, tmp_path, {"2026": "2024"}, now=now)
        link_targets(plan, actor=None, now=now)
        target = on_time(plan)
        with django_assert_num_queries(1):
            rows = links_of(target, viewer=cast.dung)
            assert [row.target.plan.document.issuer for row in rows]
        assert len(rows) == 2


@pytest.mark.parametrize(
    "reason",
    [
        Reason(indicator="dossiers_on_time", against=("level",)),
        Reason(shared=("hồ sơ công việc", "môi trường mạng"), against=("unit", "direction")),
        Reason(shared=("a|b",)),
    ],
)
def test_a_reason_is_read_as_it_was_stored(reason):
    found = read_reason(reason_code(reason))
    assert (found.indicator, found.against) == (reason.indicator, reason.against)
    assert str(found) == str(reason).replace("|", " ")


def test_the_catalogue_of_the_database_is_asked_like_its_files(plan):
    matcher = Matcher(known_indicators())
    for target in plan.targets.exclude(indicator_code="").select_related("plan__document"):
        asked = Sought(
            target.name, target.quote, target.unit, tuple(target.subjects), target.level,
            target.comparator,
        )  # fmt: skip
        assert first_choice(matcher.propose(asked)).code == target.indicator_code


class TestComparing:
    def test_the_same_targets_stand_in_one_row_and_the_rest_at_the_end(self, plan, last_year, cast):
        rows = compare_plans([last_year, plan], viewer=cast.an)
        shared = [row for row in rows if row.plans == 2]
        assert len(shared) == last_year.targets.count()
        assert rows[: len(shared)] == shared
        alone = rows[len(shared) :]
        assert [row.first.indicator_code for row in alone] == ["digital_economy_share"]
        assert alone[0].cells[0] is None
        differing = [row.first.indicator_code for row in rows if row.differs]
        assert differing == ["dossiers_on_time"]

    def test_no_target_is_lost_and_none_stands_twice(self, plan, last_year, cast):
        rows = compare_plans([plan, last_year], viewer=cast.an)
        found = [cell.target.pk for row in rows for cell in row.cells if cell]
        assert sorted(found) == sorted(Target.objects.values_list("pk", flat=True))

    def test_a_refused_link_keeps_two_targets_apart(self, plan, last_year, cast, now):
        link_targets(plan, actor=None, now=now)
        link = TargetLink.objects.get(later=on_time(plan))
        decide_link(link, False, actor=cast.dung, now=now)
        rows = compare_plans([last_year, plan], viewer=cast.an)
        apart = [row for row in rows if row.first.indicator_code == "dossiers_on_time"]
        assert [row.plans for row in apart] == [1, 1]

    def test_a_confirmed_link_puts_together_what_words_would_not(self, plan, last_year, cast, now):
        one = plan.targets.get(indicator_code="digital_economy_share")
        other = on_time(last_year)
        TargetLink.objects.create(
            earlier=other, later=one, score=Decimal("0.6"), reason="words|x|", confirmed=True
        )
        rows = compare_plans([last_year, plan], viewer=cast.an)
        row = next(row for row in rows if row.first == other)
        assert row.cells[1].target == one
        assert row.confirmed

    def test_one_query_for_each_plan_and_one_for_links(
        self, plan, last_year, plan_file, tmp_path, cast, now, django_assert_num_queries
    ):
        third = plan_of(plan_file, tmp_path, {"2026": "2024"}, now=now)
        with django_assert_num_queries(4):
            rows = compare_plans([third, last_year, plan], viewer=cast.an)
        assert sum(row.plans == 3 for row in rows) == last_year.targets.count()

    def test_what_one_may_not_see_is_not_compared(self, plan, last_year, cast):
        rows = compare_plans([last_year, plan], viewer=cast.em)
        assert rows == []
