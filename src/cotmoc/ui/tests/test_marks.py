from decimal import Decimal

import pytest

from cotmoc.ui import marks


def test_a_value_below_its_target():
    mark = marks.bullet(Decimal("78.38"), 95)
    assert (mark.kind, mark.fill, mark.tick) == ("value", "78.38", "95")
    assert (mark.good_from, mark.good_width, mark.flag) == ("95", "5", "right")
    assert not mark.over


def test_no_data_is_not_zero():
    assert marks.bullet(None, 95).kind == "empty"
    zero = marks.bullet(0, 95)
    assert (zero.kind, zero.fill) == ("zero", "0")


def test_a_value_over_the_scale_stays_inside_and_says_so():
    mark = marks.bullet(131, 100)
    assert (mark.fill, mark.tick, mark.over) == ("100", "100", True)
    assert not marks.bullet(100, 100).over


def test_where_less_is_better_the_good_side_is_the_left():
    mark = marks.bullet(22, 5, maximum=20, direction="down")
    assert (mark.good_from, mark.good_width, mark.flag) == ("0", "25", "left")


@pytest.mark.parametrize("maximum", [None, 0, -1])
def test_without_a_scale_the_larger_of_the_two_makes_one(maximum):
    mark = marks.bullet(30, 60, maximum=maximum)
    assert (mark.fill, mark.tick) == ("50", "100")


def test_a_negative_value_never_leaves_the_track():
    assert marks.bullet(-5, 10).kind == "zero"


def test_no_target_draws_no_tick():
    assert marks.bullet(5, None).tick is None


def test_a_bar_without_data_has_no_width():
    assert marks.bar(None, 10) is None
    assert marks.bar(1, 3) == "33.33"
    assert marks.bar(0, 0) == "0"


def test_segments_fill_the_bar_in_the_order_of_the_legend():
    found = marks.segments({"no_data": 15, "behind": 5, "met": 6, "on_the_way": 4})
    assert [segment.state.code for segment in found] == ["met", "on_the_way", "behind", "no_data"]
    assert [segment.width for segment in found] == ["20", "13.33", "16.67", "50"]
    assert found[-1].start == "50"


def test_a_thin_segment_keeps_its_number_outside():
    thin, wide = marks.segments({"met": 1, "behind": 128})
    assert not thin.roomy
    assert wide.roomy


def test_no_targets_make_no_segments():
    assert marks.segments({}) == marks.segments(None) == marks.segments({"met": 0}) == []


def test_a_missing_month_breaks_the_line():
    assert len(marks.sparkline([1, 2, None, 3, 4]).paths) == 2
    assert marks.sparkline([None]).last is None
    assert marks.sparkline([5, 5, 5]).paths[0].count(",12") == 3


def test_dots_are_drawn_large_first_and_shaped_by_band():
    small = {"x": 1, "y": 1, "r": 2, "band": 0, "title": "nhỏ"}
    large = {"x": 1.5, "y": 1, "r": 8, "band": None}
    lost = {"x": None, "y": 1, "r": 8, "band": 2}
    first, second = marks.dots([small, large, lost])
    assert (first.shape, first.band, first.path) == ("hollow", "none", "")
    assert second.shape == "triangle"
    assert second.path.startswith("M1 ")


def test_points_are_drawn_within_what_could_be_judged():
    mark = marks.covered(Decimal("30"), 60, 100, tick=45)
    assert (mark.fill, mark.known, mark.rest, mark.tick) == ("30", "60", "40", "45")
    assert marks.covered(70, 60, 100).fill == "60"


def test_where_nothing_could_be_judged_the_whole_bar_is_hatched():
    mark = marks.covered(None, 0, 18)
    assert (mark.fill, mark.known, mark.rest, mark.tick) == ("0", "0", "100", None)
    assert marks.covered(1, 1, 0).known == "0"
