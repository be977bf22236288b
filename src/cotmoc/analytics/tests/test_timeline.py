"""Reported months make quarters and years, each as its definition says."""

from decimal import Decimal

import pytest
import yaml

from cotmoc.analytics.engine import ComputedFigure
from cotmoc.analytics.tests.test_answers import CATALOGUE, definition
from cotmoc.analytics.timeline import roll_up_time
from cotmoc.core.calendars import read_calendar

CIVIL = read_calendar(
    yaml.safe_load((CATALOGUE / "calendars" / "calendar.yaml").read_text(encoding="utf-8")),
    "calendar.yaml",
)


def reported(period, numerator, denominator, status="measured"):
    value = None if not denominator else float(100 * numerator / denominator)
    return ComputedFigure(
        indicator="example",
        version=1,
        unit_code="H44.01",
        period=period,
        numerator=Decimal(numerator),
        denominator=Decimal(denominator),
        value=value,
        status=status if denominator else "not_arising",
        basis="reported",
        with_data=1,
        expected=1,
        not_arising=0,
        published_numerator=None,
        published_denominator=None,
    )


def rolled(rule, figures):
    each = definition("count(*)", "sum(state)", rollup_time=rule)
    return {row.period: row for row in roll_up_time(figures, {("example", 1): each}, CIVIL)}


QUARTER = [reported("2026-07", 1, 2), reported("2026-08", 3, 4), reported("2026-09", 1, 10)]


@pytest.mark.parametrize(
    ("rule", "value"),
    [("sum", 100 * 5 / 16), ("last", 10.0), ("mean", (50 + 75 + 10) / 3)],
)
def test_a_quarter_is_made_of_its_three_months(rule, value):
    (quarter,) = rolled(rule, QUARTER).values()
    assert (quarter.period, quarter.basis) == ("2026-Q3", "rolled")
    assert quarter.value == pytest.approx(value)
    assert float(100 * quarter.numerator / quarter.denominator) == pytest.approx(value)


def test_some_things_are_not_put_together():
    assert rolled("none", QUARTER) == {}


def test_a_month_that_is_missing_makes_no_quarter():
    assert rolled("sum", QUARTER[:2]) == {}
    unknown = reported("2026-09", 1, 2, status="no_data")
    assert rolled("sum", [*QUARTER[:2], unknown]) == {}


def test_what_was_reported_for_the_quarter_itself_stays():
    assert rolled("sum", [*QUARTER, reported("2026-Q3", 9, 10)]) == {}


def test_a_month_in_which_nothing_arose_adds_nothing_and_the_mean_is_not_known():
    months = [*QUARTER[:2], reported("2026-09", 0, 0)]
    assert rolled("sum", months)["2026-Q3"].value == pytest.approx(100 * 4 / 6)
    assert rolled("mean", months) == {}
    assert rolled("last", months)["2026-Q3"].status == "not_arising"


def test_a_partial_month_makes_a_partial_quarter():
    months = [*QUARTER[:2], reported("2026-09", 1, 10, status="partial")]
    assert rolled("sum", months)["2026-Q3"].status == "partial"


def test_a_year_needs_all_twelve():
    months = [reported(f"2026-{month:02d}", 1, 2) for month in range(1, 13)]
    assert {"2026", "2026-Q1", "2026-H2", "2026-9M"} <= set(rolled("sum", months))
    assert "2026" not in rolled("sum", months[:11])
