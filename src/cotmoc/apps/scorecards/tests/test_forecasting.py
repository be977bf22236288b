"""A scorecard at the end of the year: forecast readings, scored by the method's own rules."""

from decimal import Decimal

import pytest

from cotmoc.apps.measurement.models import Figure
from cotmoc.apps.orgs.models import Organisation
from cotmoc.apps.scorecards.models import Card
from cotmoc.apps.scorecards.queries import method_for
from cotmoc.apps.scorecards.tomorrow.forecasting import card_ahead
from cotmoc.core.periods import parse_period

pytestmark = pytest.mark.django_db


@pytest.fixture
def department():
    return Organisation.objects.get(code="H44.07")


def month(code, body, period, top, bottom):
    like = Figure.objects.current().get(indicator__code=code, organisation=body, period="2026-08")
    like.pk, like.period, like.period_end = None, period, parse_period(period).last_day
    like.numerator, like.denominator = Decimal(top), Decimal(bottom)
    like.value = Decimal(100 * top) / bottom
    like.save()


def leaf(ahead, code):
    return next(each for each in ahead.leaves if each.leaf.code == code)


def test_with_one_month_the_year_goes_on_as_it_and_says_so(department, cast):
    ahead = card_ahead(method_for("qd766"), department, 2026, viewer=cast.dung)
    on_time = leaf(ahead, "ON_TIME")
    assert on_time.expected == on_time.now
    assert all(read.outlook.short for each in ahead.leaves for read in each.reads)
    assert ahead.total.outlook.short
    assert ahead.total.outlook.low is None


def test_the_year_is_scored_from_the_ratio_of_all_months(department, cast):
    august = Figure.objects.current().get(
        indicator__code="dossiers_on_time", organisation=department, period="2026-08"
    )
    for number in range(1, 8):
        month("dossiers_on_time", department, f"2026-{number:02}", 100, 100)
    ahead = card_ahead(method_for("qd766"), department, 2026, viewer=cast.dung)
    on_time = leaf(ahead, "ON_TIME")
    now = 20 * august.numerator / august.denominator
    assert now < on_time.expected < 20
    assert on_time.lost == 20 - on_time.expected


def test_a_capped_leaf_stays_capped(department, cast):
    for number in range(1, 8):
        month("dossier_satisfaction", department, f"2026-{number:02}", 99, 100)
    ahead = card_ahead(method_for("qd766"), department, 2026, viewer=cast.dung)
    capped = leaf(ahead, "DOSSIER_RECEIVING_SATISFACTION")
    assert capped.expected <= capped.leaf.max


def test_what_reads_nothing_is_not_forecast_and_counts_nowhere(department, cast):
    ahead = card_ahead(method_for("qd766"), department, 2026, viewer=cast.dung)
    copy = leaf(ahead, "ELECTRONIC_CERTIFIED_COPY")
    assert (copy.expected, copy.lost, copy.reads) == (None, None, ())
    assert ahead.scored_max < ahead.max


def test_totals_of_months_that_scored_other_leaves_are_no_series(department, cast):
    card = Card.objects.current().get(
        index__code="qd766", organisation=department, period="2026-08"
    )
    card.pk, card.period = None, "2026-07"
    card.period_end = parse_period("2026-07").last_day
    card.scored_max = card.scored_max - 10
    card.save()
    ahead = card_ahead(method_for("qd766"), department, 2026, viewer=cast.dung)
    assert [period.code for period, _total in ahead.total.months] == ["2026-08"]


def test_it_costs_the_same_queries_for_any_number_of_leaves(
    department, cast, django_assert_max_num_queries
):
    index = method_for("qd766")
    with django_assert_max_num_queries(3):
        card_ahead(index, department, 2026, viewer=cast.dung)


def test_the_page_and_its_file(client, cast):
    client.force_login(cast.dung)
    page = client.get("/scorecards/qd766/cards/H44.07/forecast/")
    assert page.status_code == 200
    assert "ON_TIME" in page.content.decode()
    rows = client.get("/scorecards/qd766/cards/H44.07/forecast/?export=csv")
    lines = b"".join(rows.streaming_content).decode().splitlines()
    assert len(lines) == 1 + len(list(method_for("qd766").definition.leaves()))


@pytest.mark.parametrize("address", ["nothing/cards/H44.07", "qd766/cards/H99"])
def test_what_is_not_there_is_not_found(client, cast, address):
    client.force_login(cast.dung)
    assert client.get(f"/scorecards/{address}/forecast/").status_code == 404
