"""The end of the year: a value, an interval, the probability of reaching a goal, the pace it needs.

A year's value is made as the indicator's definition says: the ratio of sums, the sum, the mean or
the last value. Paths are drawn by adding resampled back-test errors to the model's forecast, with
a fixed seed, so that the same series gives the same outlook.
"""

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from cotmoc.indicators.forecast.backtest import Chosen, choose
from cotmoc.indicators.forecast.series import Numbers, Series

Making = Literal["ratio", "sum", "mean", "last"]
Comparator = Literal[">=", "<="]
DRAWS = 4000
SEED = 20250701
INSIDE = (10, 90)  # per cent: the bounds of an interval that holds four times out of five


@dataclass(frozen=True, slots=True)
class Past:
    """What is known: monthly values up to now, of which the last `so_far` are this year's.

    For a ratio `values` are numerator ÷ denominator × `scale` and `weights` the denominators.
    `low` and `high` bound a value (0 and 100 for a share).
    """

    values: Series
    so_far: int
    remaining: int
    making: Making
    weights: Series | None = None
    scale: float = 1.0
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True, slots=True)
class Goal:
    """What the year's value should reach: `>=` at least, `<=` at most."""

    comparator: Comparator
    value: float

    def reached(self, values: Numbers) -> "np.ndarray[Any, np.dtype[np.bool_]]":
        # A share of exact tenths must not miss its goal by a bit of binary dust.
        slack = 1e-9 * max(1.0, abs(self.value))
        if self.comparator == ">=":
            return values >= self.value - slack
        return values <= self.value + slack


@dataclass(frozen=True, slots=True)
class Pace:
    """What the remaining periods must bring to reach the goal exactly.

    `value` a period: the ratio each must keep (`ratio`, `mean`), what each must add (`sum`), or by
    how much each must change (`last`); `now` is the same of the last periods; `units` is what a
    ratio needs of its numerator in all remaining periods together. `possible` is False where the
    value lies outside the bounds.
    """

    value: float
    now: float
    possible: bool
    units: float | None = None


@dataclass(frozen=True, slots=True)
class Outlook:
    """The year's value: so far, expected, and within `low`..`high` four times out of five; the
    path of the remaining periods with its bounds.

    `low`, `high` and `probability` are None where the series is too short to tell (`short`).
    """

    so_far: float | None
    expected: float
    low: float | None
    high: float | None
    path: tuple[float, ...]
    path_low: tuple[float, ...]
    path_high: tuple[float, ...]
    model: str
    error: float | None
    history: int
    gaps: int
    short: bool
    probability: float | None = None
    pace: Pace | None = None


def outlook(past: Past, goal: Goal | None = None) -> Outlook | None:
    """Look at the year's end; None where there is no value at all, or nothing to divide by."""
    chosen = choose(past.values)
    if chosen is None:
        return None
    weights = _weights(past)
    path = _held(past, _point(past.values, chosen, past.remaining))
    expected = float(_year(past, path[None, :], weights[None, :])[0])
    if np.isnan(expected):
        return None
    low = high = probability = None
    bounds: tuple[Numbers, Numbers] = (path[:0], path[:0])
    if not chosen.short:
        drawn = _draw(past, chosen)
        years = _year(past, drawn, weights[None, :])
        low, high = (float(each) for each in np.percentile(years, INSIDE))
        bounds = tuple(np.percentile(drawn, INSIDE, axis=0)) if past.remaining else bounds
        if goal:
            probability = float(np.mean(goal.reached(years)))
    return Outlook(
        so_far=_so_far(past),
        expected=expected,
        low=low,
        high=high,
        path=tuple(map(float, path)),
        path_low=tuple(map(float, bounds[0])),
        path_high=tuple(map(float, bounds[1])),
        model=chosen.model.code,
        error=chosen.error,
        history=chosen.history,
        gaps=past.values.gaps,
        short=chosen.short,
        probability=probability,
        pace=_pace(past, goal, weights) if goal else None,
    )


def _point(series: Series, chosen: Chosen, steps: int) -> Numbers:
    """The forecast of the periods that remain; those at the end without a value come before."""
    ahead = series.ahead(steps)
    whole = chosen.model.forecast(series.filled(), ahead, series.season)
    return whole[ahead - steps :]


def _draw(past: Past, chosen: Chosen) -> Numbers:
    """Paths as they might come: draws × remaining periods."""
    steps = past.values.ahead(past.remaining)
    centred = chosen.errors - chosen.errors.mean()
    # Few errors make the spread look smaller than it is.
    count = len(centred)
    centred *= np.sqrt((count + 1) / (count - 1))
    noise = np.random.default_rng(SEED).choice(centred, size=(DRAWS, steps))
    if chosen.model.accumulates:
        noise = noise.cumsum(axis=1)
    ahead = chosen.model.forecast(past.values.filled(), steps, past.values.season)
    return _held(past, (ahead + noise)[:, steps - past.remaining :])


def _held(past: Past, values: Numbers) -> Numbers:
    if past.low is None and past.high is None:
        return values
    return np.clip(values, past.low, past.high)


def _weights(past: Past) -> Numbers:
    """The denominators that remain: by the best model, never below zero."""
    if past.making != "ratio" or past.weights is None:
        return np.ones(past.remaining)
    chosen = choose(past.weights)
    if chosen is None:
        return np.ones(past.remaining)
    return np.maximum(_point(past.weights, chosen, past.remaining), 0)


def _this_year(past: Past) -> tuple[Numbers, Numbers]:
    """Values and weights of this year's periods that have both."""
    recent = past.values.values[len(past.values.values) - past.so_far :]
    weights: tuple[float | None, ...] = (1.0,) * len(recent)
    if past.making == "ratio" and past.weights is not None:
        weights = past.weights.values[len(past.weights.values) - past.so_far :]
    both = [
        (value, weight)
        for value, weight in zip(recent, weights, strict=True)
        if value is not None and weight is not None
    ]
    return np.array([each[0] for each in both]), np.array([each[1] for each in both])


def _so_far(past: Past) -> float | None:
    values, weights = _this_year(past)
    if not len(values):
        return None
    if past.making == "last":
        return float(values[-1])
    if past.making == "sum":
        return float(values.sum())
    return float(np.average(values, weights=weights)) if weights.sum() else None


def _year(past: Past, paths: Numbers, weights: Numbers) -> Numbers:
    """The year's value for each path."""
    values, seen = _this_year(past)
    if past.making == "last":
        if not past.remaining:
            return np.full(len(paths), values[-1] if len(values) else np.nan)
        last: Numbers = paths[:, -1]
        return last
    if past.making == "sum":
        sums: Numbers = values.sum() + paths.sum(axis=1)
        return sums
    top = (values * seen).sum() + (paths * weights).sum(axis=1)
    bottom = seen.sum() + weights.sum(axis=1)
    shares: Numbers = top / np.where(bottom == 0, np.nan, bottom)
    return shares


def _pace(past: Past, goal: Goal, weights: Numbers) -> Pace | None:
    """The value each remaining period must have; None when the year is over."""
    if not past.remaining:
        return None
    values, seen = _this_year(past)
    last = past.values.filled()[-3:]
    if past.making == "last":
        now = float(np.mean(np.diff(past.values.filled()[-4:]))) if past.values.known > 1 else 0.0
        needed = (goal.value - past.values.filled()[-1]) / past.remaining
        return Pace(float(needed), now, _inside(past, goal.value))
    if past.making == "sum":
        needed = (goal.value - values.sum()) / past.remaining
        return Pace(float(needed), float(last.mean()), _inside(past, needed))
    left = weights.sum()
    if not left:
        return None
    needed = (goal.value * (seen.sum() + left) - (values * seen).sum()) / left
    units = needed * left / past.scale if past.making == "ratio" else None
    return Pace(float(needed), float(last.mean()), _inside(past, needed), units)


def _inside(past: Past, value: float) -> bool:
    above = past.high is None or value <= past.high
    return above and (past.low is None or value >= past.low)
