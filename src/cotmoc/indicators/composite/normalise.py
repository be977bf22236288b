"""Bringing indicators onto one scale on which more is better.

Every method works on each column alone; NaN stays NaN and does not count. A column whose values
are all equal has no scale: it gives NaN, not a guess.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from cotmoc.indicators.composite.framework import Indicator, Matrix, Vector
from cotmoc.indicators.composite.wrong import CannotComputeError
from cotmoc.indicators.wrong import gettext_noop

Method = Literal[
    "minmax",
    "zscore",
    "scaled",
    "rank",
    "borda",
    "percentile",
    "distance_to_max",
    "distance_to_target",
    "distance_to_reference",
    "fraction_of_leader",
    "goalposts",
    "none",
]
_NO_TARGET = gettext_noop("the indicator %(code)s has no target in the metadata")
_NO_POSTS = gettext_noop(
    "the indicator %(code)s needs goalpost_lower below goalpost_upper in the metadata"
)
_NOT_POSITIVE = gettext_noop(
    "the indicator %(code)s has values of zero or less: there is no fraction of a leader"
)
_NO_REFERENCE = gettext_noop("there is no unit %(unit)s to measure distances to")


@dataclass(frozen=True, slots=True)
class Normalisation:
    """How to normalise.

    `low` and `high`: the ends of the scale (minmax, goalposts), what becomes 0 and 100 (scaled),
    mean and standard deviation (zscore). None: 0 and 100; for zscore 0 and 1; for goalposts 0 and
    1. `reference` is the code of a unit; `capped` holds what surpasses target or reference at 1.
    """

    method: Method = "minmax"
    low: float | None = None
    high: float | None = None
    reference: str = ""
    capped: bool = False


def normalise(
    values: Matrix,
    indicators: Sequence[Indicator],
    how: Normalisation,
    units: Sequence[str] = (),
) -> Matrix:
    """Normalised values, same shape; raises CannotComputeError where a method does not fit."""
    directions = np.array([each.direction for each in indicators], dtype=np.float64)
    turned = values * directions
    match how.method:
        case "none":
            return turned
        case "distance_to_target":
            return _to_target(values, indicators, how.capped)
        case "distance_to_reference":
            return _to_reference(turned, units, how)
        case "fraction_of_leader":
            return _of_leader(values, indicators, directions)
        case "goalposts":
            return _goalposts(values, indicators, how)
        case _:
            return _METHODS[how.method](turned, how.low, how.high)


def minmax(values: Matrix, low: float | None = None, high: float | None = None) -> Matrix:
    """(x - least) ÷ (most - least), from `low` to `high`."""
    bottom, top = _ends(low, high, 0.0, 100.0)
    least, most = spread(values)
    return _divided(values - least, most - least) * (top - bottom) + bottom


def zscore(values: Matrix, mean: float | None = None, sd: float | None = None) -> Matrix:
    """Distance from the mean in (sample) standard deviations, then to another mean and deviation;
    without a deviation, or with one value, there is none."""
    to_mean, to_sd = _ends(mean, sd, 0.0, 1.0)
    count = (~np.isnan(values)).sum(axis=0)
    with np.errstate(all="ignore"):
        centred = values - np.nansum(values, axis=0) / count
        deviation = np.sqrt(np.nansum(centred**2, axis=0) / (count - 1))
    least, most = spread(values)
    return _divided(centred, np.where(most > least, deviation, 0.0)) * to_sd + to_mean


def scaled(values: Matrix, low: float | None = None, high: float | None = None) -> Matrix:
    """Linear, `low` becoming 0 and `high` 100."""
    zero, hundred = _ends(low, high, 0.0, 100.0)
    return (values - zero) / (hundred - zero) * 100


def rank_up(values: Matrix, _low: float | None = None, _high: float | None = None) -> Matrix:
    """Ranks from the worst (1); ties share the smallest."""
    found = np.full(values.shape, np.nan)
    for column in range(values.shape[1]):
        there = ~np.isnan(values[:, column])
        present = values[there, column]
        found[there, column] = np.searchsorted(np.sort(present), present) + 1
    return found


def borda(values: Matrix, _low: float | None = None, _high: float | None = None) -> Matrix:
    """How many units are worse."""
    return rank_up(values) - 1


def percentile(values: Matrix, _low: float | None = None, _high: float | None = None) -> Matrix:
    """The part of the other units that are worse, 0 to 1; one unit alone has none."""
    return _divided(borda(values), (~np.isnan(values)).sum(axis=0) - 1.0)


def to_max(values: Matrix, _low: float | None = None, _high: float | None = None) -> Matrix:
    """1 - (most - x) ÷ (most - least): how near to the best, 0 to 1."""
    least, most = spread(values)
    return 1 - _divided(most - values, most - least)


def spread(values: Matrix) -> tuple[Vector, Vector]:
    """Least and most of each column; NaN where there is no value at all."""
    return np.fmin.reduce(values, axis=0), np.fmax.reduce(values, axis=0)


_METHODS: Mapping[str, Callable[[Matrix, float | None, float | None], Matrix]] = {
    "minmax": minmax,
    "zscore": zscore,
    "scaled": scaled,
    "rank": rank_up,
    "borda": borda,
    "percentile": percentile,
    "distance_to_max": to_max,
}
METHODS: tuple[Method, ...] = (
    "minmax",
    "zscore",
    "scaled",
    "rank",
    "borda",
    "percentile",
    "distance_to_max",
    "distance_to_target",
    "distance_to_reference",
    "fraction_of_leader",
    "goalposts",
    "none",
)


def _to_target(values: Matrix, indicators: Sequence[Indicator], capped: bool) -> Matrix:
    """(x - least) ÷ (target - least); where less is better (most - x) ÷ (most - target)."""
    for each in indicators:
        if each.target is None:
            raise CannotComputeError("no_target", _NO_TARGET, code=each.code)
    targets = np.array([each.target for each in indicators], dtype=np.float64)
    up = np.array([each.direction > 0 for each in indicators])
    least, most = spread(values)
    found = np.where(
        up, _divided(values - least, targets - least), _divided(most - values, most - targets)
    )
    return np.minimum(found, 1.0) if capped else found


def _to_reference(turned: Matrix, units: Sequence[str], how: Normalisation) -> Matrix:
    """1 - (reference - x) ÷ (reference - least)."""
    if how.reference not in units:
        raise CannotComputeError("no_reference", _NO_REFERENCE, unit=how.reference)
    reference = turned[list(units).index(how.reference)]
    least, _most = spread(turned)
    found = 1 - _divided(reference - turned, reference - least)
    return np.minimum(found, 1.0) if how.capped else found


def _of_leader(values: Matrix, indicators: Sequence[Indicator], directions: Vector) -> Matrix:
    """x ÷ most; where less is better least ÷ x: the leader has 1, the others less."""
    least, most = spread(values)
    for each, bottom in zip(indicators, least, strict=True):
        if bottom <= 0 and each.direction < 0:
            raise CannotComputeError("not_positive_values", _NOT_POSITIVE, code=each.code)
    return np.where(directions > 0, _divided(values, most), _divided(least, values))


def _goalposts(values: Matrix, indicators: Sequence[Indicator], how: Normalisation) -> Matrix:
    """The way from the lower to the upper post, held between them; turned round for less."""
    for each in indicators:
        if each.lower is None or each.upper is None or each.lower >= each.upper:
            raise CannotComputeError("no_goalposts", _NO_POSTS, code=each.code)
    lower = np.array([each.lower for each in indicators], dtype=np.float64)
    upper = np.array([each.upper for each in indicators], dtype=np.float64)
    up = np.array([each.direction > 0 for each in indicators])
    way = np.clip((values - lower) / (upper - lower), 0.0, 1.0)
    bottom, top = _ends(how.low, how.high, 0.0, 1.0)
    return np.where(up, way, 1 - way) * (top - bottom) + bottom


def _ends(
    low: float | None, high: float | None, usual_low: float, usual_high: float
) -> tuple[float, float]:
    return (usual_low if low is None else low), (usual_high if high is None else high)


def _divided(part: Matrix, whole: Matrix) -> Matrix:
    """NaN where the divisor is zero: a scale without length."""
    with np.errstate(all="ignore"):
        return np.where(whole == 0, np.nan, part / whole)
