"""Ranks: the highest value first, ties share the smallest rank (1, 2, 2, 4)."""

import numpy as np
from numpy.typing import NDArray

from cotmoc.indicators.composite.framework import Matrix

Ranks = NDArray[np.int32]  # 0: without a value there is no rank
_DIGITS = 10  # sums of floats differ in the last digits by the order they were made in


def ranks(values: Matrix) -> Ranks:
    """The rank of each row in every column.

    Values that are equal in ten digits are ties: otherwise the order of units could decide.
    """
    rows = np.arange(len(values))[:, None]
    keys = -_rounded(values)  # missing ones are sorted last
    order = np.argsort(keys, axis=0, kind="stable")
    inorder = np.take_along_axis(keys, order, axis=0)
    starts = np.ones(values.shape, dtype=bool)
    starts[1:] = inorder[1:] != inorder[:-1]
    place = np.maximum.accumulate(np.where(starts, rows, 0), axis=0) + 1
    found = np.empty(values.shape, dtype=np.int32)
    np.put_along_axis(found, order, place.astype(np.int32), axis=0)
    found[np.isnan(values)] = 0
    return found


def _rounded(values: Matrix) -> Matrix:
    """Each column to ten digits of its largest value."""
    with np.errstate(all="ignore"):
        size = np.fmax.reduce(np.abs(values), axis=0, initial=0.0)
        power = np.where(size > 0, np.ceil(np.log10(np.where(size > 0, size, 1.0))), 0.0)
        step = 10.0 ** (power - _DIGITS)
        return np.asarray(np.round(values / step), dtype=np.float64)
