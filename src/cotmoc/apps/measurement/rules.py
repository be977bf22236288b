"""Comparing figures of several bodies. Pure."""

from collections.abc import Sequence
from decimal import Decimal

BANDS = 4


def ranks(values: Sequence[Decimal | None], direction: str) -> list[int | None]:
    """Places from the best (1); equal values share a place, missing ones have none.

    >>> ranks([Decimal(5), None, Decimal(7), Decimal(7)], "up")
    [3, None, 1, 1]
    """
    present = [value for value in values if value is not None]
    places: dict[Decimal, int] = {}
    for place, value in enumerate(sorted(present, reverse=direction == "up"), 1):
        places.setdefault(value, place)
    return [None if value is None else places[value] for value in values]


def thresholds(
    values: Sequence[Decimal | None], goal: Decimal | None, direction: str
) -> tuple[Decimal, Decimal, Decimal]:
    """Three limits that part values into four bands, in ascending order.

    With a goal: the goal itself, nine and eight tenths of it (or, where less is better, eleven
    and twelve tenths). Without one: the quarters of the values.
    """
    if goal is not None:
        if direction == "up":
            return (goal * Decimal("0.8"), goal * Decimal("0.9"), goal)
        return (goal, goal * Decimal("1.1"), goal * Decimal("1.2"))
    present = sorted(value for value in values if value is not None)
    if not present:
        return (Decimal(0), Decimal(0), Decimal(0))
    last = len(present) - 1
    quarters = [present[round(last * part / 4)] for part in (1, 2, 3)]
    return (quarters[0], quarters[1], quarters[2])


def band(value: Decimal | None, limits: Sequence[Decimal], direction: str) -> int | None:
    """0 (worst) to 3 (best); none without a value."""
    if value is None:
        return None
    if direction == "up":
        return sum(value >= limit for limit in limits)
    return BANDS - 1 - sum(value > limit for limit in limits)
