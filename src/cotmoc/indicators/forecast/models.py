"""Four plain ways to go on with a series. More would need longer series than plans have.

Hyndman and Athanasopoulos, Forecasting: Principles and Practice, 3rd ed., sections 5.2 (naive,
seasonal naive, drift) and 13.7 (short series: simple models, chosen by their errors).
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from cotmoc.indicators.forecast.series import Numbers

Forecaster = Callable[[Numbers, int, int], Numbers]  # history, steps, season


@dataclass(frozen=True, slots=True)
class Model:
    """A way to go on. `needs` periods of history at least, given the season; errors of one step
    add up along the way where `accumulates`, as each step stands on the one before."""

    code: str
    forecast: Forecaster
    needs: Callable[[int], int]
    accumulates: bool


def _naive(history: Numbers, steps: int, season: int) -> Numbers:
    level: Numbers = np.full(steps, history[-1], dtype=np.float64)
    return level


def _seasonal_naive(history: Numbers, steps: int, season: int) -> Numbers:
    last_year: Numbers = history[-season:][np.arange(steps) % season]
    return last_year


def _trend(history: Numbers, steps: int, season: int) -> Numbers:
    line: Numbers = history[-1] + slope(history) * np.arange(1, steps + 1)
    return line


def _seasonal_trend(history: Numbers, steps: int, season: int) -> Numbers:
    """Last year's value plus what a year has added, the median over the seasons seen twice."""
    growth = float(np.median(history[season:] - history[:-season]))
    years = np.arange(steps) // season + 1
    return _seasonal_naive(history, steps, season) + growth * years


MODELS = (
    Model("naive", _naive, lambda season: 1, True),
    Model("trend", _trend, lambda season: 3, True),
    Model("seasonal_naive", _seasonal_naive, lambda season: season, False),
    Model("seasonal_trend", _seasonal_trend, lambda season: season + 3, False),
)


def slope(history: Numbers) -> float:
    """Median of the slopes between all pairs of the last year or so (Theil and Sen): one odd month
    does not turn it. Change a period; 0 for a single value."""
    recent = history[-18:]
    first, second = np.triu_indices(len(recent), 1)
    if not len(first):
        return 0.0
    return float(np.median((recent[second] - recent[first]) / (second - first)))
