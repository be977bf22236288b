"""Numbers as JSON has them."""

from decimal import Decimal


def plain(value: object) -> object:
    """A Decimal as an `int` when it is whole, otherwise as the nearest `float`; others unchanged.

    Whole numbers stay exact at any size; a float keeps 15 significant digits, more than the six
    decimals that values are stored with.

    >>> plain(Decimal("144625.0000")), plain(Decimal("78.382011"))
    (144625, 78.382011)
    """
    if not isinstance(value, Decimal):
        return value
    return int(value) if value == value.to_integral_value() else float(value)
