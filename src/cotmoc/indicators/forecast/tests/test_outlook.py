"""Where the year will end: known answers, honest intervals, and short series that say so."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cotmoc.indicators.forecast.backtest import choose
from cotmoc.indicators.forecast.outlook import Goal, Making, Outlook, Past, outlook
from cotmoc.indicators.forecast.series import series


def look(past: Past, goal: Goal | None = None) -> Outlook:
    found = outlook(past, goal)
    assert found is not None
    return found


def test_a_steady_climb_goes_on() -> None:
    values = series([50 + month for month in range(20)])
    found = look(Past(values, so_far=8, remaining=4, making="last"))
    assert found.model == "trend"
    assert found.expected == pytest.approx(73)
    assert found.error == pytest.approx(0)
    assert (found.low, found.high) == (pytest.approx(73), pytest.approx(73))


def test_a_season_that_returns_is_seen() -> None:
    season = [10, 12, 15, 20, 30, 25, 18, 14, 12, 11, 10, 40]
    found = look(Past(series([*season * 2, *season[:8]]), 8, 4, "sum"))
    assert found.model.startswith("seasonal")
    assert found.expected == pytest.approx(sum(season))


def test_a_level_without_direction_stays() -> None:
    random = np.random.default_rng(3)
    found = look(Past(series(list(80 + random.normal(0, 1, 30))), 6, 6, "last"))
    assert 77 < found.expected < 83
    assert found.low is not None
    assert found.high is not None
    assert found.low < found.expected < found.high


def test_a_share_is_the_ratio_of_sums() -> None:
    # 90 of 100 in a busy month, 50 of 10 in a quiet one: the year is not the mean of 90 and 50.
    past = Past(series([90.0, 50.0]), 2, 0, "ratio", series([100, 10]), scale=100)
    assert look(past).expected == pytest.approx((90 + 5) / 110 * 100)


def test_forecast_denominators_weigh_what_remains() -> None:
    past = Past(series([80.0] * 8), 8, 4, "ratio", series([100.0] * 8), 100, 0, 100)
    found = look(past, Goal(">=", 85))
    assert found.expected == pytest.approx(80)
    assert found.pace is not None
    assert found.pace.value == pytest.approx(95)  # (85 × 1,200 − 80 × 800) ÷ 400
    assert found.pace.units == pytest.approx(380)
    assert found.pace.possible


def test_a_goal_out_of_reach_says_so() -> None:
    past = Past(series([80.0] * 10), 10, 2, "ratio", series([100.0] * 10), 100, 0, 100)
    found = look(past, Goal(">=", 90))
    assert found.pace is not None
    assert not found.pace.possible
    assert found.probability == 0


@pytest.mark.parametrize(
    ("making", "pace"),
    [("sum", (120 - 80) / 4), ("last", (120 - 10) / 4), ("mean", (120 * 12 - 80) / 4)],
)
def test_the_pace_that_is_needed(making: Making, pace: float) -> None:
    found = look(Past(series([10.0] * 8), 8, 4, making), Goal(">=", 120))
    assert found.pace is not None
    assert found.pace.value == pytest.approx(pace)


def test_less_may_be_better() -> None:
    falling = series([30 - month for month in range(20)])
    found = look(Past(falling, 8, 4, "last"), Goal("<=", 10))
    assert found.probability == 1
    assert look(Past(falling, 8, 4, "last"), Goal("<=", 2)).probability == 0


@pytest.mark.parametrize("months", [1, 2, 3, 4])
def test_a_short_series_says_so(months: int) -> None:
    found = look(Past(series([70.0 + month for month in range(months)]), months, 3, "last"))
    assert found.short
    assert (found.low, found.high, found.probability, found.error) == (None,) * 4
    assert found.expected == 70 + months - 1


def test_nothing_known_has_no_outlook() -> None:
    assert outlook(Past(series([None, None]), 2, 10, "last")) is None


def test_gaps_are_bridged_and_counted() -> None:
    found = look(Past(series([1, 2, None, 4, 5, 6, 7, 8, 9, 10]), 10, 2, "last"))
    assert found.gaps == 1
    assert found.expected == pytest.approx(12)


def test_months_without_figures_at_the_end_are_forecast_too() -> None:
    # September and October have not come in: December is four steps from August.
    values = [*[float(month) for month in range(1, 21)], None, None]
    assert look(Past(series(values), 10, 2, "last")).expected == pytest.approx(24)


def test_an_interval_of_four_in_five_holds_about_four_times_in_five() -> None:
    random = np.random.default_rng(11)
    held = 0
    for _ in range(200):
        walk = 60 + random.normal(0, 1, 30).cumsum()
        found = look(Past(series(list(walk[:24])), 6, 6, "last"))
        assert found.low is not None
        assert found.high is not None
        held += found.low <= walk[-1] <= found.high
    assert 130 <= held <= 185


def test_a_probability_agrees_with_what_happens() -> None:
    """Of goals given a chance of 30 to 70 per cent about half are reached."""
    random = np.random.default_rng(5)
    given, reached = [], []
    for _ in range(300):
        walk = 50 + random.normal(0, 2, 30).cumsum()
        found = look(Past(series(list(walk[:27])), 9, 3, "last"), Goal(">=", walk[26] + 1))
        assert found.probability is not None
        given.append(found.probability)
        reached.append(walk[-1] >= walk[26] + 1)
    assert abs(np.mean(given) - np.mean(reached)) < 0.12


values = st.lists(
    st.one_of(st.none(), st.floats(0, 100, allow_nan=False, width=32)), min_size=1, max_size=40
)


@given(values, st.integers(0, 12), st.sampled_from(["ratio", "sum", "mean", "last"]))
def test_any_series_gives_a_bounded_repeatable_outlook(
    months: list[float | None], remaining: int, making: Making
) -> None:
    so_far = min(len(months), 12 - remaining)
    weights = series([1.0 if value is None else 5.0 for value in months])
    past = Past(series(months), so_far, remaining, making, weights, 100, 0, 100)
    found = outlook(past, Goal(">=", 50))
    assert found == outlook(past, Goal(">=", 50))
    if found is None:
        nothing_this_year = all(value is None for value in months[len(months) - so_far :])
        assert nothing_this_year or all(value is None for value in months)
        return
    assert math.isfinite(found.expected)
    assert all(0 <= value <= 100 for value in found.path)
    if found.low is not None and found.high is not None:
        assert found.low <= found.high
    if found.probability is not None:
        assert 0 <= found.probability <= 1


@given(st.lists(st.floats(0, 100, width=32), min_size=5, max_size=40))
def test_the_error_is_the_mean_of_what_was_missed(months: list[float]) -> None:
    chosen = choose(series(months))
    assert chosen is not None
    assert chosen.error is not None
    assert chosen.error == pytest.approx(float(np.mean(np.abs(chosen.errors))))
    assert len(chosen.errors) >= 4


def test_an_error_never_knows_what_comes_after() -> None:
    """A jump in the last month is missed by every model."""
    chosen = choose(series([*[50.0] * 20, 90.0]))
    assert chosen is not None
    assert chosen.errors[-1] == pytest.approx(40)
