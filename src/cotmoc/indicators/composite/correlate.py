"""How indicators go together: correlations over the units that have both, Cronbach's alpha."""

from typing import Literal

import numpy as np

from cotmoc.indicators.composite.framework import Matrix, Vector
from cotmoc.indicators.composite.products import product

Kind = Literal["pearson", "spearman", "kendall"]
KINDS: tuple[Kind, ...] = ("pearson", "spearman", "kendall")
FEWEST_PAIRS = 3
_BLOCK = 2_000_000  # pairs of units held at once for Kendall's tau
_FLAT = 1e-12  # of a column's own variance: what is left of it by rounding alone


def correlations(values: Matrix, kind: Kind = "pearson") -> Matrix:
    """Columns × columns, -1 to 1. NaN where fewer than three units have both values or where one
    of the two does not vary among those: then there is nothing to correlate."""
    if kind == "kendall":
        return _kendall(values)
    if kind == "pearson":
        return _pearson(values)
    if not np.isnan(values).any():
        return _pearson(_ranked(values))
    return _spearman_in_pairs(values)


def cronbach(values: Matrix) -> float | None:
    """Cronbach's alpha of the columns, from covariances over the units that have both values; None
    for fewer than two columns, or where nothing varies."""
    count = values.shape[1]
    if count < 2:
        return None
    covariances, pairs = _covariances(values)
    total = covariances.sum()
    if (pairs < 2).any() or not total > 0:
        return None
    return float(count / (count - 1) * (1 - np.trace(covariances) / total))


def _covariances(values: Matrix) -> tuple[Matrix, Matrix]:
    """Sample covariances over complete pairs, and how many pairs there are."""
    filled, there = _centred(values)
    pairs = product(there.T, there)
    with np.errstate(all="ignore"):
        sums = product(filled.T, there)
        return (product(filled.T, filled) - sums * sums.T / pairs) / (pairs - 1), pairs


def _pearson(values: Matrix) -> Matrix:
    filled, there = _centred(values)
    pairs = product(there.T, there)
    with np.errstate(all="ignore"):
        sums = product(filled.T, there)  # of a column, over the units that have the other one too
        squares = product((filled**2).T, there)
        spreads = squares - sums**2 / pairs
        spreads = np.where(spreads > _FLAT * np.diag(squares)[:, None], spreads, np.nan)
        together = product(filled.T, filled) - sums * sums.T / pairs
        found = together / np.sqrt(spreads * spreads.T)
    return np.where(pairs >= FEWEST_PAIRS, np.clip(found, -1.0, 1.0), np.nan)


def _centred(values: Matrix) -> tuple[Matrix, Matrix]:
    """Values around their mean with zeros in the gaps, and where there are values (1 and 0)."""
    there = ~np.isnan(values)
    count = np.maximum(there.sum(axis=0), 1)
    means = np.where(there, values, 0.0).sum(axis=0) / count
    # Twice: of large equal values the first mean is not exact.
    centred = np.where(there, values - means, 0.0)
    centred = np.where(there, centred - centred.sum(axis=0) / count, 0.0)
    flat = (np.fmax.reduce(values, axis=0) == np.fmin.reduce(values, axis=0)) | ~there.any(axis=0)
    return np.where(flat, 0.0, centred), there.astype(np.float64)


def _ranked(values: Matrix) -> Matrix:
    """Ranks of whole columns; ties share the mean of theirs."""
    return np.column_stack([_mean_ranks(values[:, column]) for column in range(values.shape[1])])


def _mean_ranks(values: Vector) -> Vector:
    inorder = np.sort(values)
    first = np.searchsorted(inorder, values, "left")
    last = np.searchsorted(inorder, values, "right")
    return np.asarray((first + 1 + last) / 2, dtype=np.float64)


def _spearman_in_pairs(values: Matrix) -> Matrix:
    """Ranks are among the units of each pair: a gap in one column moves the ranks of the other."""
    count = values.shape[1]
    found = np.full((count, count), np.nan)
    for one in range(count):
        for other in range(one + 1):
            both = values[:, [one, other]]
            both = both[~np.isnan(both).any(axis=1)]
            if len(both) >= FEWEST_PAIRS:
                found[one, other] = found[other, one] = _pearson(_ranked(both))[0, 1]
    return found


def _kendall(values: Matrix) -> Matrix:
    """Tau-b: pairs of units in the same order less those in the opposite one, over pairs that are
    not tied."""
    rows, count = values.shape
    there = ~np.isnan(values)
    filled = np.where(there, values, 0.0)
    same = np.zeros((count, count))
    apart = np.zeros((count, count))
    step = max(1, _BLOCK // max(1, rows * count))
    for start in range(0, rows, step):
        block = slice(start, start + step)
        present = there[block, None, :] & there[None, :, :]
        signs = np.sign(filled[block, None, :] - filled[None, :, :]) * present
        signs = signs.reshape(-1, count)
        same += product(signs.T, signs)
        apart += product(np.abs(signs).T, present.reshape(-1, count).astype(np.float64))
    pairs = product(there.T.astype(np.float64), there.astype(np.float64))
    with np.errstate(all="ignore"):
        found = same / np.sqrt(apart * apart.T)
    return np.where((pairs >= FEWEST_PAIRS) & (apart > 0) & (apart.T > 0), found, np.nan)
