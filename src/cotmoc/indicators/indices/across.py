"""Points of leaves that set a body beside the others of its kind: min-max and z-score."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from cotmoc.indicators.indices.model import Leaf, MinMax, ZScore
from cotmoc.indicators.indices.points import NOUGHT, amount_of, only_reading, why_none
from cotmoc.indicators.indices.results import Readings

HALF = Decimal("0.5")


@dataclass(frozen=True, slots=True)
class Spread:
    """How the values of a leaf lie over the bodies of one kind; `deviation` is the population's."""

    least: Decimal
    most: Decimal
    mean: Decimal
    deviation: Decimal


def needs_others(leaf: Leaf) -> bool:
    """Whether a leaf's points depend on other bodies' values."""
    return isinstance(leaf.rule, MinMax | ZScore)


def value_of(leaf: Leaf, readings: Readings) -> Decimal | None:
    """The value of a body that counts for the spread; None where it has none."""
    reading = only_reading(leaf, readings)
    return None if reading is None or why_none(reading) else amount_of(reading)


def spread(values: Iterable[Decimal]) -> Spread | None:
    """The spread of values, the same in whatever order they come; None of none."""
    ordered = sorted(values)
    if not ordered:
        return None
    mean = sum(ordered, NOUGHT) / len(ordered)
    square = sum(((value - mean) ** 2 for value in ordered), NOUGHT) / len(ordered)
    return Spread(ordered[0], ordered[-1], mean, square.sqrt())


def points_among(leaf: Leaf, value: Decimal, spread: Spread) -> Decimal:
    """Points of a value among the others, not yet held in 0..max."""
    match leaf.rule:
        case MinMax():
            if spread.least == spread.most:
                return leaf.max
            share = (value - spread.least) / (spread.most - spread.least)
        case ZScore(_, within):
            if spread.least == spread.most:  # nobody is away from the mean
                return leaf.max * HALF
            share = ((value - spread.mean) / spread.deviation + within) / (2 * within)
        case _:
            raise TypeError(f"{leaf.code}: needs no other body")
    return leaf.max * (share if leaf.direction == "up" else 1 - share)
