"""Judging targets, and finding the indicator a target means."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cotmoc.apps.programmes.rules import (
    LESS_IS_BETTER,
    Binding,
    Candidate,
    Goal,
    Measured,
    Standing,
    assess,
    band,
    bind,
    thresholds,
)

TODAY = date(2026, 10, 1)
YEAR_END = date(2026, 12, 31)


def goal(comparator=">=", value="90", level="province", deadline=YEAR_END, unit="%"):
    return Goal(comparator, None if value is None else Decimal(value), unit, level, deadline)


def judge(wanted, value, today=TODAY):
    return assess(wanted, Measured(None if value is None else Decimal(value)), today).state


@pytest.mark.parametrize(
    ("comparator", "wanted", "value", "state"),
    [
        # A number alone ("đạt 90 %") is a level to reach.
        ("=", "90", "90", "met"),
        ("=", "90", "97", "met"),
        ("~", "90", "90", "met"),
        (">=", "90", "90", "met"),
        (">=", "90", "89.99", "on_the_way"),
        (">=", "90", "81", "on_the_way"),
        (">=", "90", "80.99", "behind"),
        (">=", "90", "0", "behind"),
        (">", "90", "90", "on_the_way"),
        (">", "90", "90.01", "met"),
        ("<=", "5", "5", "met"),
        ("<=", "5", "0", "met"),
        ("<=", "5", "5.5", "on_the_way"),
        ("<=", "5", "5.6", "behind"),
        ("<", "5", "5", "on_the_way"),
        ("<", "5", "4.99", "met"),
        ("<=", "0", "0", "met"),
        ("<=", "0", "1", "behind"),
        ("rank<=", "15", "15", "met"),
        ("rank<=", "15", "16", "on_the_way"),
        ("rank<=", "15", "40", "behind"),
        (">=", "0", "0", "met"),
        (">=", "5", "-2", "behind"),
    ],
)
def test_a_value_against_a_goal(comparator, wanted, value, state):
    assert judge(goal(comparator, wanted), value) == state


@pytest.mark.parametrize(
    ("today", "state"),
    [
        (date(2026, 12, 31), "on_the_way"),
        (date(2027, 1, 1), "behind"),
    ],
)
def test_after_its_deadline_nothing_is_on_the_way(today, state):
    assert judge(goal(), "89", today) == state


def test_a_target_without_a_deadline_is_never_late():
    assert judge(goal(deadline=None), "89", date(2099, 1, 1)) == "on_the_way"


def test_met_after_the_deadline_is_met():
    assert judge(goal(), "95", date(2027, 6, 1)) == "met"


@pytest.mark.parametrize("comparator", ["maintain", "raise"])
def test_maintain_and_raise_are_not_judged_by_a_number(comparator):
    assert judge(goal(comparator), "95") == "no_data"


def test_no_figure_no_value_and_no_goal_are_no_data_never_zero():
    assert assess(goal(), None, TODAY) == Standing("no_data")
    assert judge(goal(), None) == "no_data"
    assert judge(goal(value=None), "95") == "no_data"


@pytest.mark.parametrize(
    ("deadline", "state"),
    [
        (None, "not_applicable"),
        (date(2025, 7, 1), "not_applicable"),
        (YEAR_END, "not_applicable"),
        # It was due while there were districts: it is judged.
        (date(2025, 6, 30), "behind"),
    ],
)
def test_targets_of_districts_are_closed_not_failed(deadline, state):
    assert judge(goal(level="district", deadline=deadline), "10") == state


def test_what_is_missing_is_said_in_the_goals_unit_and_in_things_to_do():
    # 144,625 of 184,513 dossiers on time; 95 % are wanted.
    measured = Measured(Decimal("78.381"), Decimal(144_625), Decimal(184_513), scale=Decimal(100))
    standing = assess(goal(value="95"), measured, TODAY)
    assert standing.short == Decimal("16.619")
    assert standing.short_count == 30_663
    assert round(standing.attained, 3) == Decimal("0.825")


def test_a_value_without_counts_has_nothing_to_count():
    assert assess(goal("<=", "15", unit="rank"), Measured(Decimal(20)), TODAY).short_count is None


def holds(comparator, value, wanted):
    return {
        ">": value > wanted,
        "<": value < wanted,
        "<=": value <= wanted,
        "rank<=": value <= wanted,
    }.get(comparator, value >= wanted)


comparators = st.sampled_from(["=", "~", ">", ">=", "<", "<=", "rank<="])
amounts = st.decimals(0, 1000, places=2)


@given(comparators, amounts, amounts, st.dates(date(2026, 1, 1), date(2028, 1, 1)))
def test_met_if_and_only_if_the_comparison_holds(comparator, wanted, value, today):
    standing = assess(goal(comparator, wanted), Measured(value), today)
    assert (standing.state == "met") == holds(comparator, value, wanted)
    assert standing.attained >= 0
    if standing.state == "on_the_way":
        assert standing.attained >= Decimal("0.9")
        assert today <= YEAR_END
    if standing.state != "met":
        assert standing.short == abs(wanted - value)


@given(comparators, st.decimals(1, 99, places=1), st.integers(1, 5000), st.data())
def test_the_number_of_things_to_do_is_the_least_that_reaches_the_goal(
    comparator, wanted, denominator, data
):
    numerator = data.draw(st.integers(0, denominator))

    def value(count):
        return Decimal(100) * count / denominator

    measured = Measured(value(numerator), Decimal(numerator), Decimal(denominator), Decimal(100))
    standing = assess(goal(comparator, wanted), measured, TODAY)
    if standing.state == "met":
        assert standing.short_count is None
        return
    sign = -1 if comparator in LESS_IS_BETTER else 1
    assert standing.short_count >= 1
    assert holds(comparator, value(numerator + sign * standing.short_count), wanted)
    assert not holds(comparator, value(numerator + sign * (standing.short_count - 1)), wanted)


ON_TIME = Candidate("dossiers_on_time", "%", ("giải quyết đúng hạn", "đúng hạn"))
ONLINE_ON_TIME = Candidate("online_on_time", "%", ("trực tuyến giải quyết đúng hạn",))
RECEIVED = Candidate("dossiers_received", "count", ("hồ sơ tiếp nhận",))
PAID = Candidate("dossiers_paid_online", "%", ("thanh toán trực tuyến",))
DIGITISED = Candidate("dossiers_digitised", "%", ("số hóa hồ sơ đầu vào",))
ALL = (ON_TIME, ONLINE_ON_TIME, RECEIVED, PAID, DIGITISED)


@pytest.mark.parametrize(
    ("text", "unit", "binding"),
    [
        (
            "Tỷ lệ hồ sơ giải quyết đúng hạn",
            "%",
            Binding("dossiers_on_time", "giải quyết đúng hạn"),
        ),
        # The longer phrase says more.
        (
            "Hồ sơ trực tuyến giải quyết đúng hạn",
            "%",
            Binding("online_on_time", "trực tuyến giải quyết đúng hạn"),
        ),
        # Accents, letter case and tone place do not matter.
        ("SO HOA HO SO DAU VAO", "%", Binding("dossiers_digitised", "số hóa hồ sơ đầu vào")),
        ("Số hoá hồ sơ đầu vào", "%", Binding("dossiers_digitised", "số hóa hồ sơ đầu vào")),
        # The unit must agree where one is stated.
        ("Hồ sơ tiếp nhận", "count", Binding("dossiers_received", "hồ sơ tiếp nhận")),
        ("Hồ sơ tiếp nhận", "%", None),
        ("Hồ sơ tiếp nhận", "", Binding("dossiers_received", "hồ sơ tiếp nhận")),
        ("Xếp hạng chuyển đổi số", "rank", None),
        ("", "%", None),
    ],
)
def test_a_target_means_the_indicator_whose_longest_phrase_it_holds(text, unit, binding):
    assert bind(text, unit, ALL) == binding


def test_a_tie_of_two_indicators_proposes_nothing():
    twin = Candidate("another", "%", ("giải quyết đúng hạn",))
    assert bind("Tỷ lệ giải quyết đúng hạn", "%", [ON_TIME, twin]) is None


def test_two_phrases_of_one_indicator_are_no_tie():
    same = Candidate("one", "%", ("đúng hạn", "đúng hẹn"))
    assert bind("trả đúng hạn, đúng hẹn", "%", [same]).code == "one"


def limits(values, wanted=None, direction="up"):
    decimals = [None if value is None else Decimal(value) for value in values]
    return thresholds(decimals, None if wanted is None else Decimal(wanted), direction)


@pytest.mark.parametrize(
    ("direction", "value", "expected"),
    [
        ("up", "90", 3),
        ("up", "89.9", 2),
        ("up", "81", 2),
        ("up", "80.9", 1),
        ("up", "72", 1),
        ("up", "71.9", 0),
        ("down", "90", 3),
        ("down", "90.1", 2),
        ("down", "99", 2),
        ("down", "99.1", 1),
        ("down", "108", 1),
        ("down", "108.1", 0),
    ],
)
def test_bodies_are_banded_by_their_distance_to_the_goal(direction, value, expected):
    assert band(Decimal(value), limits([], wanted="90", direction=direction), direction) == expected


def test_without_a_goal_bodies_are_banded_by_quarters():
    found = limits(["10", "20", None, "30", "40", "50"])
    assert found == (20, 30, 40)
    assert [band(Decimal(value), found, "up") for value in (10, 20, 30, 50)] == [0, 1, 2, 3]


def test_a_body_without_a_value_is_in_no_band():
    assert band(None, limits(["10"]), "up") is None
    assert limits([None]) == (0, 0, 0)
