"""Small frameworks and data sets to test with."""

import numpy as np

from cotmoc.indicators.composite.compose import Method, compose
from cotmoc.indicators.composite.data import Dataset
from cotmoc.indicators.composite.framework import Aggregate, Indicator, arranged
from cotmoc.indicators.composite.tables import Row, Table

NAN = float("nan")


def flat(count, weights=None, directions=None, **more):
    """All indicators (a, b, …) directly below the index."""
    weights, directions = weights or [1.0] * count, directions or [1] * count
    return arranged(
        [
            Indicator(chr(ord("a") + place), weight=weights[place], direction=directions[place])
            for place in range(count)
        ],
        [Aggregate("Index")],
        **more,
    )


def nested(groups, **weights):
    """Indicators by group, the groups below the index: `nested({"g": "ab", "h": "c"}, g=2)`."""
    return arranged(
        [
            Indicator(code, parent=group, weight=weights.get(code, 1.0))
            for group, codes in groups.items()
            for code in codes
        ],
        [
            *(Aggregate(group, parent="Index", weight=weights.get(group, 1.0)) for group in groups),
            Aggregate("Index"),
        ],
    )


def dataset(framework, values, units=None, **more):
    values = np.array(values, dtype=np.float64)
    units = tuple(units or (f"u{row}" for row in range(len(values))))
    return Dataset(framework, units, units, values, **more)


def composed(framework, values, units=None, **method):
    return compose(dataset(framework, values, units), Method(**method))


def table(text, file="data.csv", comma=False):
    """A table from lines of cells separated by |."""
    header, *rows = [
        tuple(cell.strip() for cell in line.split("|")) for line in text.strip().splitlines()
    ]
    return Table(file, header, tuple(Row(n, cells) for n, cells in enumerate(rows, 2)), comma)
