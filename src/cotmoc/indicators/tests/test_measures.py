"""What numbers are counted in, and which may be joined."""

import pytest

from cotmoc.indicators.expressions import parse
from cotmoc.indicators.lexis import ExpressionError
from cotmoc.indicators.measures import MeasureError, check_fits, joined
from cotmoc.indicators.tests.shipped import DOSSIERS


@pytest.mark.parametrize(
    ("left", "operator", "right", "wanted"),
    [
        ("count", "+", "count", "count"),
        ("count", "-", "", "count"),
        ("", "-", "VND", "VND"),
        ("", "+", "", ""),
        ("count", "/", "count", "ratio"),
        ("VND", "/", "VND", "ratio"),
        ("%", "/", "%", "ratio"),
        ("VND", "/", "count", "VND"),
        ("seconds", "/", "count", "seconds"),
        ("count", "/", "", "count"),
        ("count", "*", "", "count"),
        ("", "*", "ratio", "ratio"),
        ("ratio", "*", "VND", "VND"),
        ("VND", "*", "ratio", "VND"),
        ("ratio", "*", "ratio", "ratio"),
        ("days", "*", "count", "days·count"),
        ("VND", "/", "days", "VND/days"),
        ("ratio", "+", "%", "%"),
        ("%", "-", "%", "%"),
        # Where only the data says what a number is, nothing can be said against it.
        (None, "+", "count", None),
        ("VND", "-", None, None),
        (None, "/", "count", None),
        ("%", "*", None, None),
    ],
)
def test_measures_that_go_together(left, operator, right, wanted):
    assert joined(operator, left, right) == wanted


@pytest.mark.parametrize("operator", ["+", "-"])
@pytest.mark.parametrize(
    ("left", "right"),
    [("%", "count"), ("count", "VND"), ("days", "count"), ("ratio", "count"), ("days", "seconds")],
)
def test_unlike_things_are_not_added(left, right, operator):
    for sides in ((left, right), (right, left)):
        with pytest.raises(MeasureError, match="has no meaning"):
            joined(operator, *sides)


@pytest.mark.parametrize(
    ("measure", "scale", "unit", "fits"),
    [
        ("ratio", 100, "%", True),
        ("ratio", 1, "%", False),
        ("%", 1, "%", True),
        ("%", 100, "%", False),
        ("count", 100, "%", False),
        ("VND", 1, "%", False),
        ("count", 1, "count", True),
        ("VND", 1, "count", False),
        ("VND", 1, "VND", True),
        ("count", 1, "VND", False),
        ("days", 1, "days", True),
        ("seconds", 1 / 86_400, "days", True),
        ("seconds", 1, "days", False),
        ("count", 1, "rank", True),
        ("ratio", 1, "yes/no", True),
        ("VND", 1, "points", True),
        (None, 1, "%", True),
        ("", 1, "VND", True),
    ],
)
def test_what_may_be_shown_in_a_unit(measure, scale, unit, fits):
    if fits:
        check_fits(measure, scale, unit)
    else:
        with pytest.raises(MeasureError, match="is not in"):
            check_fits(measure, scale, unit)


@pytest.mark.parametrize(
    "text",
    [
        "sum(fee_due) + count(*)",
        "count(*) - sum(processing_days)",
        "sum(processing_days) + sum(processing_seconds)",
        "coalesce(sum(fee_due), count(*))",
        "sum(case when paid_online then fee_due else processing_days end)",
        "sum(fee_due) / sum(fee_due) + count(*)",
    ],
)
def test_an_expression_that_adds_unlike_things_is_refused(text):
    with pytest.raises(ExpressionError, match="has no meaning"):
        parse(text, DOSSIERS)


@pytest.mark.parametrize(
    "text",
    [
        "sum(fee_due) / count(*) + avg(fee_due)",
        "sum(case when paid_online then fee_due else 0 end) - sum(fee_due)",
        "count(*) + sum(case when paid_online then 1 else 0 end)",
        "coalesce(sum(fee_due), 0)",
    ],
)
def test_like_things_are_added(text):
    parse(text, DOSSIERS)
