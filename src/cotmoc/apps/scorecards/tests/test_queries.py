"""Reads of scorecards: who sees them, in what order, and at what cost."""

from datetime import date
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from cotmoc.apps.orgs.models import Organisation
from cotmoc.apps.scorecards import queries
from cotmoc.apps.scorecards.computing import compute_cards
from cotmoc.apps.scorecards.models import Card, IndexVersion
from cotmoc.apps.scorecards.results.publishing import Publisher, Result, record_publication
from cotmoc.apps.scorecards.tests import trial
from cotmoc.core.periods import parse_period

pytestmark = pytest.mark.django_db

AUGUST = parse_period("2026-08")


@pytest.fixture
def index(now):
    made = trial.method(trial.group("service", trial.ON_TIME, trial.PAID), trial.UNKNOWN)
    compute_cards(made, AUGUST, actor=None, now=now)
    return made


@pytest.fixture
def ranking(index, cast):
    """The ranking of August as Dung of the secretariat asks for it."""

    def ask(**narrowed):
        return list(queries.ranking(index, "2026-08", viewer=cast.dung, **narrowed))

    return ask


def test_cards_are_for_those_who_signed_in(index, cast):
    assert queries.ranking(index, "2026-08", viewer=cast.an).count() == 164
    assert queries.ranking(index, "2026-08", viewer=cast.em).count() == 0
    assert queries.periods_of(index, viewer=cast.em) == []
    with pytest.raises(Card.DoesNotExist):
        queries.card_of(index, "H44.07", "2026-08", viewer=cast.em)


def test_a_ranking_is_narrowed_by_kind_words_and_status(ranking):
    assert len(ranking(kind="department")) == 15
    assert [card.subject_code for card in ranking(text="cong thuong")] == ["H44.07"]
    assert ranking(status="scored") == []
    assert len(ranking(status="partial")) == 164


def test_a_ranking_is_ordered_by_rank_name_total_or_the_points_of_a_node(ranking):
    ranks = [card.rank for card in ranking(kind="commune")]
    assert ranks == sorted(ranks)
    totals = [card.total for card in ranking(kind="commune", sort="-total")]
    assert totals == sorted(totals, reverse=True)
    codes = [card.subject_code for card in ranking(sort="code")]
    assert codes == sorted(codes)
    paid = [Decimal(card.leaves["PAID"]["points"]) for card in ranking(sort="-PAID")]
    assert paid == sorted(paid, reverse=True)
    assert paid[0] == 10, "by number, not by text: 10 before 9.99"
    groups = [Decimal(card.nodes["service"]["points"]) for card in ranking(sort="service")]
    assert groups == sorted(groups)


def test_an_order_that_is_not_there_is_that_of_rank(ranking):
    assert ranking(sort="'; drop table") == ranking(sort="rank")


def test_missing_points_come_last_either_way(ranking, index):
    hidden = [card.pk for card in ranking(sort="HIDDEN")]
    assert len(hidden) == 164
    Card.objects.filter(index=index, organisation__code="H44.07").update(total=None, rank=None)
    assert ranking(sort="total")[-1].subject_code == "H44.07"
    assert ranking(sort="-total")[-1].subject_code == "H44.07"


def test_a_page_of_a_ranking_costs_the_same_however_long_it_is(index, cast):
    def cost(kind):
        with CaptureQueriesContext(connection) as asked:
            rows = list(queries.ranking(index, "2026-08", viewer=cast.dung, kind=kind))
            beside = queries.published_of(rows, [""])
            queries.rank_changes(rows, viewer=cast.dung)
            queries.trends(rows, viewer=cast.dung)
            queries.not_recomputed(rows, beside)
            for card in rows:
                assert card.subject_name
                assert str(card.index) == "trial@a"
        return len(asked)

    assert cost("department") == cost("commune") <= 6


def test_the_methods_of_an_index_and_the_one_in_force(db):
    old = trial.method(trial.PAID, method="old", valid_from="2020-01-01", valid_to="2025-01-01")
    new = trial.method(trial.PAID, method="new", valid_from="2025-01-01")
    assert queries.methods("trial") == [new, old]
    assert queries.method_for("trial") == new
    assert queries.method_for("trial", period=parse_period("2024")) == old
    assert queries.method_for("trial", period=parse_period("2025")) == new
    assert queries.method_for("trial", period=parse_period("2010")) == new, "none was in force"
    assert queries.method_for("trial", method="old", period=parse_period("2025")) == old
    for asked in ({"method": "gone"}, {"period": None, "method": "x"}):
        with pytest.raises(IndexVersion.DoesNotExist):
            queries.method_for("trial", **asked)
    with pytest.raises(IndexVersion.DoesNotExist):
        queries.method_for("gone")


def test_periods_and_kinds_with_cards(index, cast):
    assert queries.periods_of(index, viewer=cast.dung) == ["2026-08"]
    kinds = queries.kinds_of(index, "2026-08", viewer=cast.dung)
    assert list(kinds.items()) == [("province", 1), ("department", 15), ("commune", 148)]


def test_a_card_opens_to_definitions_figures_and_what_was_published(index, cast, now):
    body = Organisation.objects.get(code="H44.07")
    results = [
        Result(body, "", Decimal("60.5"), rank=3),
        Result(body, "ON_TIME", Decimal("13.7")),
        Result(body, "HIDDEN", Decimal("4")),
        Result(body, "service", Decimal("46.6"), max=Decimal(60)),
    ]
    record_publication(index, AUGUST, results, Publisher("công bố"), actor=None, now=now)
    card = queries.card_of(index, "H44.07", "2026-08", viewer=cast.dung)
    with CaptureQueriesContext(connection) as asked:
        opened = queries.open_card(card, viewer=cast.dung)
        lines = {line.node.code: line for line in opened.lines}
        assert [str(each) for each in lines["ON_TIME"].figures] == [
            "dossiers_on_time/H44.07/2026-08"
        ]
        assert lines["ON_TIME"].published.publication.source == "công bố"
    assert len(asked) <= 6
    assert [(line.node.code, line.depth, line.parent) for line in opened.lines] == [
        ("service", 0, ""),
        ("ON_TIME", 1, "service"),
        ("PAID", 1, "service"),
        ("HIDDEN", 0, ""),
    ]
    on_time = lines["ON_TIME"]
    assert (on_time.points, on_time.published_points) == (Decimal("13.78"), Decimal("13.7"))
    assert (on_time.difference, on_time.lost) == (Decimal("0.08"), Decimal("6.22"))
    assert lines["service"].published_points == Decimal("23.3"), "46.6 of 60 are 23.3 of 30"
    assert lines["HIDDEN"].difference is None
    assert [line.node.code for line in opened.not_recomputed] == ["HIDDEN"]
    assert opened.not_recomputed[0].published_points == 4
    assert (opened.published_total.points, opened.published_total.rank) == (Decimal("60.5"), 3)


def test_leaves_that_cannot_be_recomputed_are_named_with_the_published_points(index, cast, now):
    body = Organisation.objects.get(code="H44.07")
    results = [Result(body, "HIDDEN", Decimal("4"))]
    record_publication(index, AUGUST, results, Publisher("công bố"), actor=None, now=now)
    rows = list(queries.ranking(index, "2026-08", viewer=cast.dung, kind="department"))
    found = queries.not_recomputed(rows)
    assert {each.leaf.code for each in found} == {"HIDDEN"}
    assert len(found) == 15
    carried = {each.card.subject_code: each.published_points for each in found}
    assert carried.pop("H44.07") == 4
    assert set(carried.values()) == {None}


def test_totals_of_earlier_periods_of_the_same_kind(index, cast, now):
    for period in ("2026-06", "2026-07", "2026-Q2"):
        copied = Card.objects.get(index=index, organisation__code="H44.07", period="2026-08")
        copied.pk, copied.period = None, period
        copied.period_end, copied.total = parse_period(period).last_day, Decimal(7)
        copied.save()
    card = queries.card_of(index, "H44.07", "2026-08", viewer=cast.dung)
    (points,) = queries.trends([card], viewer=cast.dung).values()
    assert [(each.period, each.total) for each in points] == [
        ("2026-06", 7),
        ("2026-07", 7),
        ("2026-08", Decimal("23.78")),
    ]
    (last,) = queries.trends([card], viewer=cast.dung, limit=1).values()
    assert [each.period for each in last] == ["2026-08"]
    assert queries.periods_of(index, viewer=cast.dung) == [
        "2026-08",
        "2026-07",
        "2026-06",
        "2026-Q2",
    ]
    assert card.period_end == date(2026, 8, 31)
