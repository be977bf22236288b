"""Products of matrices in pieces.

The libraries below numpy spread a product over threads once it is large enough. On a busy machine
those threads wait for each other: a product of 9 ms took 2.5 s. Pieces stay below that size.
"""

import numpy as np

from cotmoc.indicators.composite.framework import Matrix

_WORK = 200_000  # multiplications at once


def product(left: Matrix, right: Matrix) -> Matrix:
    """`left @ right`."""
    rows, inner = left.shape
    columns = right.shape[1]
    if rows * inner * columns <= _WORK:
        return left @ right
    if inner > columns:
        step = max(1, _WORK // (rows * columns))
        found = np.zeros((rows, columns))
        for start in range(0, inner, step):
            found += left[:, start : start + step] @ right[start : start + step]
        return found
    step = max(1, _WORK // (rows * inner))
    starts = range(0, columns, step)
    return np.hstack([left @ right[:, start : start + step] for start in starts])
