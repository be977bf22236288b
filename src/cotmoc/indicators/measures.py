"""What numbers are counted in: adding dossiers to days is a mistake that can be seen beforehand.

A measure is a short word: `count`, `ratio` (a count over a count), `%`, `VND`, `days`, …; None
where only the row of data says what it is, as with reported values.
"""

from cotmoc.indicators.wrong import WrongError
from cotmoc.indicators.wrong import gettext_noop as _

RATIO = "ratio"
COUNT = "count"
_SECONDS_IN_A_DAY = 86_400


class MeasureError(WrongError):
    """Two numbers that cannot be joined, or a result that does not fit; the message says which."""


def joined(operator: str, left: str | None, right: str | None) -> str | None:
    """The measure of `left operator right`; plain numbers have the measure "".

    Raises MeasureError for sums and differences of unlike things.
    """
    match operator:
        case "+" | "-":
            return _alike(operator, left, right)
        case "*":
            if left is None or right is None:
                return None
            if "" in (left, right):
                return left or right
            if RATIO in (left, right):
                return right if left == RATIO else left
            return f"{left}·{right}"
        case _:
            return _over(left, right)


def _alike(operator: str, left: str | None, right: str | None) -> str | None:
    if left is None or right is None:
        return None
    if left == right or "" in (left, right):
        return left or right
    if {left, right} == {RATIO, "%"}:
        return "%"
    if operator == "+":
        template = _("%(left)s plus %(right)s has no meaning: the units are unlike")
    else:
        template = _("%(left)s minus %(right)s has no meaning: the units are unlike")
    raise MeasureError(template, left=left, right=right)


def _over(left: str | None, right: str | None) -> str | None:
    if left is None or right is None:
        return None
    if right == "":
        return left
    if left == right:
        return RATIO
    if right in (COUNT, RATIO):
        return left or None
    return f"{left}/{right}"


def check_fits(measure: str | None, scale: object, unit: str) -> None:
    """Whether a value of this measure, times `scale`, may be shown in `unit`.

    Raises MeasureError. Points, ranks and yes/no are plain numbers with a meaning of their own.
    """
    factor = float(str(scale))
    if not measure or (measure == unit != "%") or unit == "points":
        return
    fits = {
        "%": measure in (RATIO, "%") and factor == (100 if measure == RATIO else 1),
        "%/year": measure in (RATIO, "%"),
        "days": measure == "seconds" and abs(factor * _SECONDS_IN_A_DAY - 1) < 1e-6,
        "rank": measure == COUNT,
        "yes/no": measure in (RATIO, COUNT),
        "count": measure in (COUNT, RATIO),
    }
    if not fits.get(unit, False):
        raise MeasureError(
            _("what is measured in %(measure)s, times %(scale)s, is not in %(unit)s"),
            measure=measure,
            scale=scale,
            unit=unit,
        )
