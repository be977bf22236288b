"""Outliers, treated as COINr does by default: extremes are pulled in, or logarithms taken."""

from dataclasses import dataclass
from typing import Literal

import numpy as np

from cotmoc.indicators.composite.framework import Matrix, Vector

SKEW, KURTOSIS = 2.0, 3.5
MOST_PULLED = 5
_FEWEST = 4  # values that kurtosis can be told from


@dataclass(frozen=True, slots=True)
class Treatment:
    """What was done to one indicator; skewness and kurtosis are of the result."""

    done: Literal["nothing", "winsorised", "logarithm"]
    points: int = 0  # how many values were pulled in
    skew: float | None = None
    kurtosis: float | None = None


def treat(values: Matrix, most: int = MOST_PULLED) -> tuple[Matrix, list[Treatment]]:
    """Each column treated where it is both skewed and peaked, and what was done."""
    found = values.copy()
    treatments = []
    for column in range(values.shape[1]):
        there = ~np.isnan(values[:, column])
        found[there, column], treatment = treat_one(values[there, column], most)
        treatments.append(treatment)
    return found, treatments


def treat_one(values: Vector, most: int = MOST_PULLED) -> tuple[Vector, Treatment]:
    """Values without gaps: as they are if they pass, else with at most `most` of them pulled in if
    that helps, else their logarithms (from the values as they were)."""
    if passes(values):
        return values, Treatment("nothing", 0, *_shape(values))
    pulled, points = winsorise(values, most)
    if passes(pulled):
        return pulled, Treatment("winsorised", points, *_shape(pulled))
    logged = logarithm(values)
    return logged, Treatment("logarithm", 0, *_shape(logged))


def passes(values: Vector) -> bool:
    """Whether skewness or kurtosis is within its limit; too few or equal values always pass."""
    bent, peaked = _shape(values)
    return bent is None or peaked is None or abs(bent) < SKEW or peaked < KURTOSIS


def winsorise(values: Vector, most: int = MOST_PULLED) -> tuple[Vector, int]:
    """The farthest value takes the place of the next one, again and again, until the values pass or
    `most` are pulled in. Returns the values and how many were."""
    found = values.copy()
    high = low = 0
    while not passes(found) and high + low < most:
        upwards = (skewness(found) or 0.0) >= 0
        end = found.max() if upwards else found.min()
        at_end = found == end
        found[at_end] = found[~at_end].max() if upwards else found[~at_end].min()
        if upwards:
            high = int(at_end.sum())
        else:
            low = int(at_end.sum())
    return found, high + low


def logarithm(values: Vector) -> Vector:
    """log(x - least + 1 % of the range)."""
    least, most = values.min(), values.max()
    return np.asarray(np.log(values - least + 0.01 * (most - least)), dtype=np.float64)


def skewness(values: Vector) -> float | None:
    """As spreadsheets define it (SKEW); None below three values or where all are equal."""
    n = len(values)
    if n < 3 or values.min() == values.max():
        return None
    centred = values - values.mean()
    bent = np.sqrt(n) * (centred**3).sum() / (centred**2).sum() ** 1.5
    return float(bent * np.sqrt(n * (n - 1)) / (n - 2))


def kurtosis(values: Vector) -> float | None:
    """Excess kurtosis as spreadsheets define it (KURT); None below four values or equal ones."""
    n = len(values)
    if n < _FEWEST or values.min() == values.max():
        return None
    centred = values - values.mean()
    peaked = n * (centred**4).sum() / (centred**2).sum() ** 2
    return float(((n + 1) * (peaked - 3) + 6) * (n - 1) / ((n - 2) * (n - 3)))


def _shape(values: Vector) -> tuple[float | None, float | None]:
    return skewness(values), kurtosis(values)
