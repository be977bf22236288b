"""Where indicators will stand at the end of the year, from the figures of their months."""

from decimal import Decimal

import pytest
from django.contrib.auth.models import AnonymousUser

from cotmoc.apps.measurement.forecasting import making_of, year_ahead, years_ahead
from cotmoc.apps.measurement.models import Figure, IndicatorVersion
from cotmoc.core.periods import parse_period

pytestmark = pytest.mark.django_db


@pytest.fixture
def month():
    """Give an indicator of a body a figure in a month: `month("2026-07", 80, 100)`."""

    def give(period, top, bottom, code="dossiers_paid_online", body="H44"):
        like = Figure.objects.current().get(
            indicator__code=code, organisation__code=body, period="2026-08"
        )
        like.pk, like.period = None, period
        like.period_end = parse_period(period).last_day
        like.numerator, like.denominator = Decimal(top), Decimal(bottom) if bottom else None
        like.value = Decimal(100 * top) / bottom if bottom else Decimal(top)
        Figure.objects.filter(
            indicator__code=code, organisation__code=body, period=period, superseded_at=None
        ).delete()
        like.save()

    return give


def indicator(code="dossiers_paid_online"):
    return IndicatorVersion.objects.get(latest=True, code=code)


def test_one_published_month_is_too_short_to_be_sure(province, cast):
    ahead = year_ahead(indicator(), province, viewer=cast.dung)
    assert (ahead.year, len(ahead.months), len(ahead.to_come)) == (2026, 1, 4)
    assert ahead.outlook.short
    assert ahead.outlook.expected == pytest.approx(100 * 82_913 / 98_459)
    assert (ahead.outlook.low, ahead.outlook.probability) == (None, None)


def test_a_year_of_months_gives_bounds_and_the_ratio_of_sums(province, cast, month):
    for number in range(1, 9):
        month(f"2026-{number:02}", 80 + number, 100 + 10 * number)
    ahead = year_ahead(indicator(), province, viewer=cast.dung)
    assert ahead.outlook.so_far == pytest.approx(
        100 * sum(80 + n for n in range(1, 9)) / sum(100 + 10 * n for n in range(1, 9))
    )
    assert not ahead.outlook.short
    assert ahead.outlook.low <= ahead.outlook.expected <= ahead.outlook.high
    assert [each.code for each in ahead.to_come] == ["2026-09", "2026-10", "2026-11", "2026-12"]


def test_a_month_without_a_figure_is_a_gap_not_a_zero(province, cast, month):
    for number in (1, 2, 3, 5, 6, 7, 8):
        month(f"2026-{number:02}", 90, 100)
    ahead = year_ahead(indicator(), province, viewer=cast.dung)
    assert ahead.outlook.gaps == 1
    assert ahead.outlook.expected == pytest.approx(90)
    assert [each.value for each in ahead.months][3] is None


def test_another_year_may_be_asked_for(province, cast, month):
    for number in range(1, 13):
        month(f"2025-{number:02}", 70, 100)
    ahead = year_ahead(indicator(), province, viewer=cast.dung, year=2025)
    assert (ahead.year, ahead.to_come) == (2025, ())
    assert ahead.outlook.expected == pytest.approx(70)


def test_targets_of_the_plan_get_a_probability_and_a_pace(province, cast, month, plan):
    for number in range(1, 9):
        month(f"2026-{number:02}", 900 + number, 1000, code="dossiers_on_time")
    ahead = year_ahead(indicator("dossiers_on_time"), province, viewer=cast.dung)
    assert ahead.goals
    for goal in ahead.goals:
        assert 0 <= goal.outlook.probability <= 1
        assert goal.outlook.pace is not None
    assert ahead.added_against_rule


def test_many_indicators_take_one_query(province, cast, django_assert_num_queries):
    asked = list(IndicatorVersion.objects.filter(latest=True))
    with django_assert_num_queries(1):
        found = years_ahead(asked, province, viewer=cast.dung)
    assert len(found) > 10


def test_the_public_forecasts_from_published_figures_only(province):
    assert year_ahead(indicator(), province, viewer=AnonymousUser()) is None


def test_nothing_known_has_no_forecast(province, cast):
    assert year_ahead(indicator("fibre_villages"), province, viewer=cast.dung) is None


@pytest.mark.parametrize(
    ("code", "making"),
    [
        ("dossiers_paid_online", ("ratio", False)),
        ("dossiers_on_time", ("ratio", True)),
        ("procedures_paid_online", ("last", False)),
        ("content_published", ("last", False)),
        ("dossiers_received", ("sum", False)),
        ("dossiers_on_time_ytd", ("last", False)),
        ("dossiers_open", ("last", False)),
    ],
)
def test_a_year_is_made_as_the_definition_says(code, making):
    assert making_of(indicator(code).definition) == making
