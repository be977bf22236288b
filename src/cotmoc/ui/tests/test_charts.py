"""A line over time: round axes, breaks where there is no value, nothing invented."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cotmoc.ui.charts import line_chart, scale_of


def points(*values):
    return [{"value": value} for value in values]


@given(
    st.decimals("-1e9", "1e9", places=3),
    st.decimals("0.001", "1e9", places=3),
)
def test_the_axis_holds_both_ends_in_a_few_round_steps(low, width):
    bottom, top, step = scale_of(low, low + width, None)
    assert bottom <= low
    assert top >= low + width
    assert 2 <= (top - bottom) / step <= 8
    assert str(step.normalize().as_tuple().digits[0]) in "125"


@given(st.decimals("0", "100", places=2), st.decimals("0", "100", places=2))
def test_percentages_stay_between_zero_and_a_hundred(one, other):
    bottom, top, _ = scale_of(min(one, other), max(one, other), Decimal(100))
    if one != other:
        assert bottom >= 0
        assert top <= 100 or max(one, other) == 100


def test_a_line_breaks_where_there_is_no_value_and_the_column_is_hatched():
    chart = line_chart("abcde", [{"label": "x", "points": points(1, 2, None, 4, 5)}])
    (line,) = chart.lines
    assert len(line.dots) == 4
    assert [(s.x1, s.x2) for s in line.segments] == [("10", "30"), ("70", "90")]
    assert [(column.x, column.width) for column in chart.absent] == [("40", "20")]


def test_a_column_is_absent_only_if_no_line_has_a_value_there():
    held = [{"label": "x", "points": points(1, None)}, {"label": "y", "points": points(None, None)}]
    assert [column.x for column in line_chart("ab", held).absent] == ["50"]


def test_a_line_to_an_estimate_is_drawn_as_unsure():
    held = points(1, 2, 3)
    held[2]["sure"] = "estimated"
    (line,) = line_chart("abc", [{"label": "x", "points": held}]).lines
    assert [segment.unsure for segment in line.segments] == [False, True]


@pytest.mark.parametrize(("direction", "good"), [("up", "above"), ("down", "below")])
def test_the_side_on_which_a_target_is_met_is_shaded(direction, good):
    chart = line_chart(
        "ab", [{"label": "x", "points": points(10, 90)}], goal=50, direction=direction
    )
    top, height = Decimal(chart.goal.good_from), Decimal(chart.goal.good_height)
    line = Decimal(chart.goal.y)
    assert (top, top + height) == ((0, line) if good == "above" else (line, 100))


@pytest.mark.parametrize("values", [(), (None,), (None, None)])
def test_without_values_there_is_no_axis(values):
    chart = line_chart("ab"[: len(values)], [{"label": "x", "points": points(*values)}])
    assert (chart.ticks, chart.lines, chart.goal) == ([], [], None)


def test_few_names_stand_under_many_columns():
    chart = line_chart([str(n) for n in range(36)], [])
    shown = [place for place in chart.places if not place.hidden]
    assert len(shown) == 12
    assert shown[-1].words == "35"
    assert sum(not place.minor for place in shown) == 6
