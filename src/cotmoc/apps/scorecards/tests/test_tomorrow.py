"""What to do tomorrow: points lost with the rows behind them, and tasks proposed from them."""

from datetime import date
from decimal import Decimal
from types import SimpleNamespace

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from cotmoc.apps.journal.models import Entry as JournalEntry
from cotmoc.apps.measurement.models import Figure
from cotmoc.apps.orgs.models import Organisation
from cotmoc.apps.orgs.services import give_post
from cotmoc.apps.scorecards import ports
from cotmoc.apps.scorecards.computing import compute_cards
from cotmoc.apps.scorecards.models import Proposal
from cotmoc.apps.scorecards.queries import card_of
from cotmoc.apps.scorecards.tests import trial
from cotmoc.apps.scorecards.tomorrow.baseline import baseline, forget
from cotmoc.apps.scorecards.tomorrow.losses import lost_rows
from cotmoc.apps.scorecards.tomorrow.proposals import (
    ProposalError,
    Wanted,
    drop_proposal,
    hand_over,
    may_propose,
    proposals,
    propose,
    restore_proposal,
)
from cotmoc.apps.scorecards.tomorrow.wording import deadline_for
from cotmoc.core.periods import parse_period
from cotmoc.indicators.indices.losses import Why

pytestmark = pytest.mark.django_db

AUGUST, TODAY = parse_period("2026-08"), date(2026, 10, 2)
SATISFIED = {
    **trial.PAID,
    "code": "CONTENT",
    "max": 5,
    "rule": {"kind": "ratio", "of": {"indicator": "content_published"}},
    "owner": "Sở Nội vụ",
}


@pytest.fixture(autouse=True)
def nothing_kept():
    """What one test gathered is not another's."""
    forget()
    yield
    forget()
    ports.tell_task_desk(None)


@pytest.fixture
def index(db, now):
    made = trial.method(
        trial.group("service", trial.ON_TIME, trial.PAID, SATISFIED), trial.TEAM, trial.UNKNOWN
    )
    compute_cards(made, AUGUST, actor=None, now=now)
    return made


@pytest.fixture
def rows(index):
    """The lost rows of a body, by leaf."""

    def of(body, viewer):
        card = card_of(index, body, "2026-08", viewer=viewer)
        base = baseline(index, "2026-08", viewer=viewer)
        return {row.leaf.code: row for row in lost_rows(card, base, viewer=viewer, on=TODAY)}

    return of


@pytest.fixture
def browser():
    def of(person):
        client = Client()
        client.force_login(person, backend="django.contrib.auth.backends.ModelBackend")
        client.cookies["language"] = "en"
        return client

    return of


def page_of(body="H44.07", name="card-lost", **query):
    address = reverse(name, args=["trial", body])
    return f"{address}?{'&'.join(f'{key}={value}' for key, value in query.items())}"


# Points lost --------------------------------------------------------------------------------------


def test_a_leaf_says_what_it_loses_and_how_many_dossiers_win_it_back(rows, cast):
    row = rows("H44.07", cast.dung)["ON_TIME"]  # 332 of 482 dossiers on time: 13.78 of 20
    assert (row.loss.points, row.loss.lost) == (Decimal("13.78"), Decimal("6.22"))
    # 20 × 357 ÷ 482 = 14.81 is enough for 14.78, 20 × 356 ÷ 482 = 14.77 is not.
    assert row.loss.point.things == 25
    assert row.loss.full.things == 150
    (gap,) = row.gaps
    assert (gap.missing, gap.part, gap.fewer) == (150, "rest", False)
    assert gap.figure.indicator.code == "dossiers_on_time"


def test_what_has_no_points_is_not_lost(rows, cast):
    found = rows("H44.07", cast.dung)
    assert (found["HIDDEN"].loss.lost, found["HIDDEN"].loss.why) == (None, Why.UNKNOWN_RULE)
    assert (found["TEAM"].loss.lost, found["TEAM"].loss.why) == (None, Why.NO_DATA)
    assert not found["HIDDEN"].workable


def test_the_owner_a_leaf_names_acts_else_the_body_itself(rows, cast):
    found = rows("H44.100", cast.dung)
    assert found["CONTENT"].owner.short_name == "Sở Nội vụ"
    assert found["ON_TIME"].owner.code == "H44.100"


def test_for_the_province_the_members_that_cost_most_are_named(rows, cast, province):
    (gap,) = rows("H44", cast.dung)["ON_TIME"].gaps
    members = Figure.objects.current().filter(
        indicator__code="dossiers_on_time", organisation__parent=province, period="2026-08"
    )
    missing = sorted((each.denominator - each.numerator for each in members), reverse=True)
    assert [each.missing for each in gap.members] == missing[:5]
    assert gap.members_missing == sum(missing)
    assert rows("H44.07", cast.dung)["ON_TIME"].gaps[0].members == ()


def test_reported_figures_have_no_rows_to_open_and_computed_ones_for_those_allowed(rows, cast):
    assert rows("H44.07", cast.dung)["ON_TIME"].gaps[0].reported
    Figure.objects.filter(indicator__code="dossiers_on_time").update(basis="computed")
    opens = {
        name: rows("H44.07", getattr(cast, name))["ON_TIME"].gaps[0].opens
        for name in ("an", "binh", "chi", "dung", "giang")
    }
    # An and Bình are of this body; Chi is of another; Dung and the auditor read all.
    assert opens == {"an": True, "binh": True, "chi": False, "dung": True, "giang": True}


def test_the_page_orders_filters_and_exports(index, cast, browser):
    dung = browser(cast.dung)
    codes = lambda page: [each.row.leaf.code for each in page.context["page"]]  # noqa: E731
    page = dung.get(page_of())
    lost = [each.row.loss.lost for each in page.context["page"]]
    known = [each for each in lost if each is not None]
    assert known == sorted(known, reverse=True)
    assert lost[len(known) :] == [None, None]  # what has no points stands last
    assert codes(page)[0] == "ON_TIME"
    assert "25 more dossiers" in page.content.decode()
    things = [
        each.row.loss.next.things
        for each in dung.get(page_of(sort="effort")).context["page"]
        if each.row.loss.next
    ]
    gains = [
        each.row.loss.next.by_thing
        for each in dung.get(page_of(sort="return")).context["page"]
        if each.row.loss.next
    ]
    assert things == sorted(things)
    assert gains == sorted(gains, reverse=True)
    assert codes(dung.get(page_of(show="no_data"))) == ["TEAM", "HIDDEN"]
    assert codes(dung.get(page_of(q="dung+han"))) == ["ON_TIME"]
    assert codes(dung.get(page_of(group="service", show="open", q="hidden"))) == []
    csv = dung.get(page_of(export="csv")).getvalue().decode("utf-8-sig").splitlines()
    assert len(csv) == len(lost) + 1
    assert csv[1].startswith("ON_TIME,Đúng hạn,service,13.78,20,6.22,")
    assert dung.get(page_of(export="xlsx"))["Content-Type"].endswith("sheet")


def test_a_body_or_period_without_a_card_says_so(index, cast, browser):
    dung = browser(cast.dung)
    assert dung.get(page_of("H44.07", period="1999-01")).status_code == 200  # the newest instead
    assert dung.get(page_of("H99")).status_code == 404
    assert dung.get(page_of(method="b")).status_code == 404
    index.cards.all().delete()
    assert "no scorecard yet" in dung.get(page_of()).content.decode()


@pytest.mark.parametrize("body", ["H44", "H44.07"])
def test_the_page_asks_the_database_little_however_many_leaves(index, cast, browser, body):
    dung = browser(cast.dung)
    dung.get(page_of(body))
    with CaptureQueriesContext(connection) as captured:
        assert dung.get(page_of(body)).status_code == 200
    assert len(captured) <= 16, "\n".join(each["sql"] for each in captured)


# Proposals ----------------------------------------------------------------------------------------


@pytest.fixture
def wanted(db):
    body = Organisation.objects.get(code="H44.07")
    return Wanted("ON_TIME", "2026-08", body, body, "Thêm 25 hồ sơ đúng hạn", points=Decimal(1))


@pytest.fixture
def who(cast, now):
    return {"actor": cast.dung, "now": now}


class Desk:
    """A room that makes tasks."""

    def __init__(self):
        self.made = []

    def create(self, wanted, *, actor, now):
        self.made.append(wanted)
        return f"/tasks/{len(self.made)}/"


def test_a_task_is_proposed_once_while_it_is_open(index, wanted, who):
    first, new = propose(index, wanted, **who)
    again, second = propose(index, wanted, **who)
    assert (new, second, again) == (True, False, first)
    assert Proposal.objects.count() == 1
    assert [each.verb for each in JournalEntry.objects.filter(verb__startswith="proposal")] == [
        "proposal.made"
    ]
    drop_proposal(first, **who)
    third, new = propose(index, wanted, **who)
    assert new
    assert third != first


def test_a_dropped_proposal_is_taken_up_again_unless_another_took_its_place(index, wanted, who):
    first, _new = propose(index, wanted, **who)
    drop_proposal(first, **who)
    drop_proposal(first, **who)  # once is enough
    assert restore_proposal(first, **who).state == "proposed"
    drop_proposal(first, **who)
    propose(index, wanted, **who)
    with pytest.raises(ProposalError, match="another"):
        restore_proposal(first, **who)
    verbs = JournalEntry.objects.filter(verb="proposal.dropped").count()
    assert verbs == 2


def test_where_a_room_makes_tasks_the_proposal_becomes_one_at_once(index, wanted, who):
    desk = Desk()
    ports.tell_task_desk(lambda: desk)
    made, _new = propose(index, wanted, **who)
    assert (made.state, made.reference) == ("taken", "/tasks/1/")
    assert desk.made[0].organisation == "H44.07"
    assert propose(index, wanted, **who) == (made, False)
    assert len(desk.made) == 1
    with pytest.raises(ProposalError, match="taken"):
        drop_proposal(made, **who)


def test_what_waited_is_handed_over_later(index, wanted, who):
    made, _new = propose(index, wanted, **who)
    with pytest.raises(ProposalError, match="no_desk"):
        hand_over(made, "/x/", **who)
    ports.tell_task_desk(Desk)
    assert hand_over(made, "/x/", **who).state == "taken"
    with pytest.raises(ProposalError, match="not_waiting"):
        hand_over(made, "/x/", **who)


def test_who_may_propose(cast, now):
    own = Organisation.objects.get(code="H44.07")
    may = {
        name: may_propose(getattr(cast, name), own, TODAY)
        for name in ("an", "binh", "chi", "dung", "em", "giang")
    }
    assert may == {
        "an": True, "binh": True, "chi": False, "dung": True, "em": False, "giang": False,
    }  # fmt: skip


def test_one_click_proposes_and_the_page_offers_to_take_it_back(index, cast, browser):
    an = browser(cast.an)
    address = reverse("card-propose", args=["trial", "H44.07"])
    sent = {"leaf": "ON_TIME", "period": "2026-08", "method": "a"}
    answer = an.post(address, sent)
    assert answer.status_code == 302
    assert answer.url.endswith("#ON_TIME")
    made = Proposal.objects.get()
    assert made.title.startswith("Đúng hạn: ")
    assert "25" in made.title
    assert (made.made_by, made.about.code, made.points) == (cast.an, "H44.07", Decimal("1.03"))
    assert made.deadline is not None
    an.post(address, sent)
    assert Proposal.objects.count() == 1
    page = an.get(page_of()).content.decode()
    assert reverse("proposal-deed", args=[made.pk]) in page
    an.post(reverse("proposal-deed", args=[made.pk]), {"do": "drop", "next": page_of()})
    made.refresh_from_db()
    assert made.state == "dropped"


def test_nobody_proposes_for_another_body_or_for_what_nobody_can_do(index, cast, browser):
    sent = {"leaf": "ON_TIME", "period": "2026-08", "method": "a"}
    for name, body in (("chi", "H44.07"), ("an", "H44.100"), ("giang", "H44.07")):
        address = reverse("card-propose", args=["trial", body])
        assert browser(getattr(cast, name)).post(address, sent).status_code == 403
    address = reverse("card-propose", args=["trial", "H44.07"])
    assert browser(cast.dung).post(address, {**sent, "leaf": "HIDDEN"}).status_code == 302
    assert Client().post(address, sent).url.startswith("/sign-in/")
    assert not Proposal.objects.exists()


def test_who_sees_which_proposals(index, wanted, who, cast):
    propose(index, wanted, **who)
    seen = {
        name: proposals(viewer=getattr(cast, name), on=TODAY).count()
        for name in ("an", "binh", "chi", "dung", "em", "giang")
    }
    assert seen == {"an": 1, "binh": 1, "chi": 0, "dung": 1, "em": 0, "giang": 1}


def test_a_proposal_is_seen_by_whose_points_it_wins_and_by_who_acts(index, wanted, who, cast):
    other = Organisation.objects.get(code="H44.100")
    propose(
        index, Wanted(**{**_fields(wanted), "about": other}), **who
    )  # H44.07 acts for H44.100's points
    assert proposals(viewer=cast.an, on=TODAY).count() == 1
    assert proposals(viewer=cast.chi, on=TODAY).count() == 1


def _fields(wanted):
    return {name: getattr(wanted, name) for name in Wanted.__slots__}


def test_nobody_drops_what_he_may_not_see(index, wanted, who, cast, browser):
    made, _new = propose(index, wanted, **who)
    address = reverse("proposal-deed", args=[made.pk])
    assert browser(cast.chi).post(address, {"do": "drop"}).status_code == 404
    assert browser(cast.giang).post(address, {"do": "drop"}).status_code == 403
    assert browser(cast.an).get(address).status_code == 405
    answer = browser(cast.an).post(address, {"do": "drop", "next": "https://elsewhere.example/"})
    assert answer.url == reverse("proposals")


def test_the_list_filters_sorts_pages_and_exports(index, who, cast, browser):
    bodies = Organisation.objects.filter(kind="commune")[:60]
    for number, body in enumerate(bodies):
        propose(
            index,
            Wanted("ON_TIME", "2026-08", body, body, f"Việc {number:02}", points=Decimal(number)),
            **who,
        )
    dung, address = browser(cast.dung), reverse("proposals")
    page = dung.get(address)
    assert (len(page.context["page"]), page.context["total"]) == (50, 60)
    top = dung.get(f"{address}?sort=-points").context["page"].object_list[0]
    assert top.title == "Việc 59"
    assert len(dung.get(f"{address}?state=dropped").context["page"]) == 0
    name = bodies[0].short_name.replace(" ", "+")
    assert bodies[0].pk in {
        each.about_id for each in dung.get(f"{address}?q={name}").context["page"]
    }
    csv = dung.get(f"{address}?export=csv").getvalue().decode("utf-8-sig")
    assert len(csv.splitlines()) == 61
    with CaptureQueriesContext(connection) as captured:
        dung.get(address)
    assert len(captured) <= 12


def test_what_is_done_by_the_end_of_the_running_period_counts():
    assert deadline_for("2026-08", date(2026, 10, 2)) == date(2026, 10, 31)
    assert deadline_for("2026-Q2", date(2026, 10, 2)) == date(2026, 12, 31)
    assert deadline_for("2025", date(2026, 10, 2)) == date(2026, 12, 31)
    assert deadline_for("2026-9M", date(2026, 10, 2)) == date(2026, 12, 31)
    assert deadline_for("2026-9M", date(2026, 2, 2)) == date(2026, 9, 30)


def test_a_post_that_ended_proposes_nothing(cast, now):
    past = SimpleNamespace(day=date(2026, 1, 1))
    own = Organisation.objects.get(code="H44.100")
    cast.chi.posts.update(valid_to=past.day)
    assert not may_propose(cast.chi, own, TODAY)
    give_post(cast.chi, own, actor=None, now=now)
    assert may_propose(cast.chi, own, TODAY)


@pytest.mark.parametrize("page", ["lost", "what-if"])
def test_a_rank_on_unlike_parts_of_the_index_says_so(page, client, cast):
    client.force_login(cast.dung)
    answer = client.get(f"/scorecards/qd766/cards/H44.07/{page}/")
    assert "sort=-share" in answer.content.decode()
