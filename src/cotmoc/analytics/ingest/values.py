# ruff: noqa: DTZ001 - local time, as the lake keeps it
"""What one cell says: the exact reading of every accepted spelling, and the reason why not.

`convert.py` reads the plain spellings many rows at a time; whatever it does not take comes here,
one cell at a time, and this is what decides.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import ROUND_HALF_EVEN, Decimal

from cotmoc.analytics.ingest.blocks import MISSING
from cotmoc.core.text import clean, fold
from cotmoc.indicators.facts import Column

LONGEST_TEXT = 1_000
FIRST_DAY, LAST_DAY = date(1900, 1, 1), date(2999, 12, 31)
VIETNAM = timezone(timedelta(hours=7))
WHOLE = 10**18 - 1  # the largest whole number

_TIME = r"(?P<h>\d{1,2}):(?P<mi>\d{2})(?::(?P<s>\d{2})(?:\.(?P<f>\d{1,6})\d*)?)?"
_HALF = r"(?: ?(?P<half>sa|ch|am|pm))?"
_GAP = r"(?:[T ,]| - |, )"
_YMD = r"(?P<y>\d{4})[-/.](?P<m>\d{1,2})[-/.](?P<d>\d{1,2})"
_DMY = r"(?P<d>\d{1,2})[-/.](?P<m>\d{1,2})[-/.](?P<y>\d{4})"
_MOMENTS = [
    re.compile(form, re.IGNORECASE | re.ASCII)
    for form in (
        rf"{_YMD}(?:{_GAP}{_TIME}{_HALF})? ?(?P<zone>Z|[+-]\d{{2}}(?::?\d{{2}})?)?",
        rf"{_DMY}(?:{_GAP}{_TIME}{_HALF})?",
        rf"{_TIME}{_HALF}{_GAP}{_DMY}",
        r"(?P<y>\d{4})(?P<m>\d{2})(?P<d>\d{2})(?:(?P<h>\d{2})(?P<mi>\d{2})(?P<s>\d{2}))?",
    )
]
_BROKEN = re.compile("[\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028\u2029\ufeff\ufffd]")
_TRUE = frozenset({"1", "true", "t", "yes", "y", "co", "x", "dung", "da"})
_FALSE = frozenset({"0", "false", "f", "no", "n", "khong", "sai", "chua"})


class Unfit(ValueError):  # noqa: N818 - the name says what happened
    """A cell that cannot be taken: a problem code with what its sentence needs."""

    def __init__(self, code: str, **params: object) -> None:
        super().__init__(code)
        self.code, self.params = code, params


@dataclass(frozen=True, slots=True)
class Days:
    """From which day to which, both included, a date can be."""

    first: date = FIRST_DAY
    last: date = LAST_DAY


Value = str | int | bool | Decimal | datetime | date | None


def reader_of(column: Column, decimal_mark: str, days: Days) -> Callable[[str], Value]:
    """A function from a cell's text to the column's value; it raises Unfit. None is missing."""
    readers: dict[str, Callable[[str], Value]] = {
        "text": _text,
        "integer": lambda text: _integer(text, decimal_mark),
        "decimal": lambda text: _decimal(text, decimal_mark),
        "boolean": _boolean,
        "timestamp": lambda text: _moment(text, days),
        "date": lambda text: _day(text, days),
    }
    read = readers[column.type]
    spellings = _spellings(column)

    def value(text: str) -> Value:
        stripped = text.strip()
        if stripped in MISSING:
            if column.default is None and column.required:
                raise Unfit("missing_value")
            return column.default  # type: ignore[no-any-return]
        if column.allowed:
            known = spellings.get(fold(stripped))
            if known is None and column.type in ("integer", "decimal"):
                known = next((each for each in column.allowed if each == read(stripped)), None)
            if known is None:
                raise Unfit("not_allowed", allowed=", ".join(map(str, column.allowed)))
            return known
        found = read(stripped)
        if column.is_number:
            _within(found, column)
        return found

    return value


def as_text(value: Value, decimal_mark: str) -> str:
    """A value in the spelling that `convert.py` reads."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, datetime):
        return value.isoformat(" ")
    if isinstance(value, Decimal):
        return f"{value:f}".replace(".", decimal_mark)
    return str(value)


def decimal_mark_of(cells: list[str]) -> str | None:
    """The decimal mark that numbers of a file are seen to have; None if they show none or both."""
    point = any(re.fullmatch(r"-?\d+\.(\d{1,2}|\d{4,})|-?\d{1,3}(,\d{3})+\.\d+", c) for c in cells)
    comma = any(re.fullmatch(r"-?\d+,(\d{1,2}|\d{4,})|-?\d{1,3}(\.\d{3})+,\d+", c) for c in cells)
    return None if point == comma else "." if point else ","


def _spellings(column: Column) -> Mapping[str, Value]:
    found: dict[str, Value] = {fold(str(value)): value for value in column.allowed}
    for value, others in column.aliases.items():
        found |= {fold(other): value for other in others}
    return found


def _text(text: str) -> str:
    text = clean(text)
    if _BROKEN.search(text):
        raise Unfit("unreadable_characters")
    if len(text) > LONGEST_TEXT:
        raise Unfit("text_too_long", limit=LONGEST_TEXT)
    return text


def _boolean(text: str) -> bool:
    folded = fold(text)
    if folded in _TRUE:
        return True
    if folded in _FALSE:
        return False
    raise Unfit("not_yes_or_no")


def _number(text: str, mark: str, *, whole: bool) -> Decimal:
    """A number with thousands grouped by point, comma or space, and the other as decimal mark."""
    compact = re.sub(r"[ \u00a0\u202f]", "", text.replace("\u2212", "-"))
    if not re.fullmatch(r"[+-]?\d[\d.,]*", compact, re.ASCII):
        raise Unfit("not_a_number")
    other = "," if mark == "." else "."
    if whole and re.fullmatch(rf"[+-]?[1-9]\d{{0,2}}{re.escape(mark)}\d{{3}}", compact):
        raise Unfit("ambiguous_number", mark=mark)
    groups = rf"(?:\d+|\d{{1,3}}(?:{re.escape(other)}\d{{3}})+)"
    if re.fullmatch(rf"[+-]?{groups}(?:{re.escape(mark)}\d+)?", compact):
        return Decimal(compact.replace(other, "").replace(mark, "."))
    if re.fullmatch(rf"[+-]?\d{{1,3}}(?:{re.escape(mark)}\d{{3}}){{2,}}", compact):
        return Decimal(compact.replace(mark, ""))
    # The other mark can be nothing but a decimal mark where no group of three follows it.
    if re.fullmatch(rf"[+-]?\d+{re.escape(other)}\d+", compact):
        return Decimal(compact.replace(other, "."))
    raise Unfit("not_a_number")


def _integer(text: str, mark: str) -> int:
    number = _number(text, mark, whole=True)
    if abs(number) > WHOLE:
        raise Unfit("too_big")
    if number != number.to_integral_value():
        raise Unfit("not_whole")
    return int(number)


def _decimal(text: str, mark: str) -> Decimal:
    number = _number(text, mark, whole=False)
    if abs(number) >= 10**14 - 1:
        raise Unfit("too_big")
    return number.quantize(Decimal("0.0001"), ROUND_HALF_EVEN)


def _within(value: Value, column: Column) -> None:
    assert isinstance(value, int | Decimal)
    if column.minimum is not None and value < column.minimum:
        raise Unfit("below_minimum", limit=column.minimum)
    if column.maximum is not None and value > column.maximum:
        raise Unfit("above_maximum", limit=column.maximum)


def _moment(text: str, days: Days) -> datetime:
    """Local time; a moment with a zone is brought to Vietnam's."""
    for form in _MOMENTS:
        found = form.fullmatch(" ".join(text.split()))
        if found:
            break
    else:
        raise Unfit("not_a_moment")
    part = found.groupdict()
    hour = int(part.get("h") or 0)
    if half := (part.get("half") or "").lower():
        if not 1 <= hour <= 12:
            raise Unfit("not_a_moment")
        hour = hour % 12 + (12 if half in ("ch", "pm") else 0)
    try:
        moment = datetime(
            int(part["y"]),
            int(part["m"]),
            int(part["d"]),
            hour,
            int(part.get("mi") or 0),
            int(part.get("s") or 0),
            int((part.get("f") or "0").ljust(6, "0")),
        )
        if zone := part.get("zone"):
            moment = _local(moment, zone)
    except (ValueError, OverflowError):
        raise Unfit("not_a_moment") from None
    if not days.first <= moment.date() <= days.last:
        raise Unfit("day_out_of_range", first=days.first.year, last=days.last.year)
    return moment


def _local(moment: datetime, zone: str) -> datetime:
    if zone in "Zz":
        offset = UTC
    else:
        digits = zone[1:].replace(":", "").ljust(4, "0")
        minutes = int(digits[:2]) * 60 + int(digits[2:])
        offset = timezone(timedelta(minutes=-minutes if zone[0] == "-" else minutes))
    return moment.replace(tzinfo=offset).astimezone(VIETNAM).replace(tzinfo=None)


def _day(text: str, days: Days) -> date:
    try:
        return _moment(text, days).date()
    except Unfit as unfit:
        raise Unfit(
            "not_a_day" if unfit.code == "not_a_moment" else unfit.code, **unfit.params
        ) from None
