"""Comparing figures of several bodies. Pure."""

from collections.abc import Sequence
from decimal import Decimal


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


def too_few(numerator: Decimal | None, denominator: Decimal | None, limit: int) -> bool:
    """Whether a figure stands on so few facts that single people might be recognised in it.

    >>> too_few(Decimal(2), Decimal(4), 5), too_few(Decimal(2), Decimal(5), 5)
    (True, False)
    """
    counted = numerator if denominator is None else denominator
    return counted is not None and 0 < counted < limit
