"""What may happen to values before they are normalised. Nothing of it is done unasked."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Literal

import numpy as np

from cotmoc.indicators.composite.data import Dataset
from cotmoc.indicators.composite.framework import Vector
from cotmoc.indicators.composite.tables import LARGEST
from cotmoc.indicators.composite.wrong import CannotComputeError
from cotmoc.indicators.wrong import gettext_noop

Middle = Literal["mean", "median"]

_NO_DENOMINATOR = gettext_noop("the data has no column %(code)s to divide by")
_ZERO_DENOMINATOR = gettext_noop("the denominator %(code)s of %(unit)s is zero")
_TOO_SMALL = gettext_noop("the denominator %(code)s of %(unit)s is too small to divide by")
_NO_GROUPS = gettext_noop("there is no column %(column)s of type Group")


def denominate(dataset: Dataset) -> Dataset:
    """Values divided by their denominator, for indicators that name one. A missing denominator
    gives a missing value; a zero one is refused."""
    values = dataset.values.copy()
    for column, indicator in enumerate(dataset.framework.indicators):
        if not (code := indicator.denominator):
            continue
        if code not in dataset.denominators:
            raise CannotComputeError("no_denominator", _NO_DENOMINATOR, code=code)
        divisor = dataset.denominators[code]
        if (zeros := np.flatnonzero(divisor == 0)).size:
            unit = dataset.units[zeros[0]]
            raise CannotComputeError("zero_denominator", _ZERO_DENOMINATOR, code=code, unit=unit)
        with np.errstate(over="ignore"):
            values[:, column] /= divisor
        if (large := np.flatnonzero(np.abs(values[:, column]) > LARGEST)).size:
            unit = dataset.units[large[0]]
            raise CannotComputeError("small_denominator", _TOO_SMALL, code=code, unit=unit)
    return replace(dataset, values=values)


def screen(dataset: Dataset, share: float) -> tuple[Dataset, tuple[str, ...]]:
    """The units with values for at least this share of the indicators, and the codes of those left
    out."""
    there = (~np.isnan(dataset.values)).mean(axis=1)
    kept = np.flatnonzero(there >= share - 1e-12)
    left = tuple(dataset.units[place] for place in np.flatnonzero(there < share - 1e-12))
    return dataset.kept(kept.tolist()), left


def impute(dataset: Dataset, middle: Middle, group: str = "") -> Dataset:
    """Missing values replaced by mean or median of the indicator, of the unit's group if one is
    named. Where the group has no value, the value stays missing."""
    if group and group not in dataset.groups:
        raise CannotComputeError("no_groups", _NO_GROUPS, column=group)
    labels = dataset.groups[group] if group else ("",) * len(dataset.units)
    values = dataset.values.copy()
    for label in dict.fromkeys(labels):
        rows = [number for number, each in enumerate(labels) if each == label]
        for column in range(values.shape[1]):
            _fill(values, rows, column, middle)
    return replace(dataset, values=values)


def _fill(values: Vector, rows: Sequence[int], column: int, middle: Middle) -> None:
    part = values[list(rows), column]
    there = part[~np.isnan(part)]
    if there.size and there.size < part.size:
        usual = np.mean(there) if middle == "mean" else np.median(there)
        values[list(rows), column] = np.where(np.isnan(part), usual, part)
