"""Finds the date by which something is due, in folded text."""

from __future__ import annotations

import calendar
import re
from collections.abc import Callable

_BEFORE = r"(?:trước|đến|hết|cuối|trong|vào|chậm nhất|vào cuối|đến hết|đến cuối|trong khoảng|tới)"
_LEAD_IN = rf"(?<!\w){_BEFORE}\s(?:là\s)?(?:{_BEFORE}\s){{0,2}}"
_YEAR = r"(20\d\d)(?!\d)"
_QUARTERS = {"i": 1, "ii": 2, "iii": 3, "iv": 4, "1": 1, "2": 2, "3": 3, "4": 4}
# `so với năm 2024` tells where one stands, never when something is due.
_NOT_COMPARED = r"(?<!với )(?<!như )"

_Dater = Callable[[re.Match[str], int | None], str | None]


def _month_end(year: int | None, month: int) -> str | None:
    if year is None or not 1 <= month <= 12:
        return None
    return f"{year}-{month:02}-{calendar.monthrange(year, month)[1]:02}"


def _year_of(match: re.Match[str], group: int, default: int | None) -> int | None:
    return int(match.group(group)) if match.group(group) else default


def _day(match: re.Match[str], default: int | None) -> str | None:
    day, month, year = int(match.group(1)), int(match.group(2)), _year_of(match, 3, default)
    last = _month_end(year, month)
    return f"{year}-{month:02}-{day:02}" if last and 1 <= day <= int(last[-2:]) else None


def _month(match: re.Match[str], default: int | None) -> str | None:
    return _month_end(_year_of(match, 2, default), int(match.group(1)))


def _quarter(match: re.Match[str], default: int | None) -> str | None:
    return _month_end(_year_of(match, 2, default), 3 * _QUARTERS[match.group(1)])


def _year(match: re.Match[str], _default: int | None) -> str | None:
    return f"{match.group(1)}-12-31"


def _this_year(_match: re.Match[str], default: int | None) -> str | None:
    return _month_end(default, 12)


# Most precise first: `đến hết quý III năm 2026` also contains `năm 2026`.  A form whose year may
# be missing takes the plan's year.
_FORMS: tuple[tuple[re.Pattern[str], _Dater], ...] = (
    (re.compile(rf"{_LEAD_IN}(?:ngày\s)?(\d{{1,2}})[/.-](\d{{1,2}})[/.-]{_YEAR}"), _day),
    (re.compile(rf"{_LEAD_IN}ngày\s(\d{{1,2}})\stháng\s(\d{{1,2}})(?:\snăm\s{_YEAR})?"), _day),
    (re.compile(rf"{_LEAD_IN}ngày\s(\d{{1,2}})/(\d{{1,2}})(?![\d/])(?:\snăm\s{_YEAR})?"), _day),
    (
        re.compile(rf"{_LEAD_IN}quý\s(i{{1,3}}|iv|[1-4])(?!\w)(?:(?:/|\snăm\s|\s){_YEAR})?"),
        _quarter,
    ),
    (re.compile(rf"{_LEAD_IN}tháng\s(\d{{1,2}})(?!\d)(?:(?:/|\snăm\s|\s|-){_YEAR})?"), _month),
    (re.compile(rf"(?:{_LEAD_IN})?(\d)\stháng\sđầu\snăm(?:\s{_YEAR})?"), _month),
    (re.compile(rf"{_NOT_COMPARED}{_LEAD_IN}năm\s{_YEAR}"), _year),
    (re.compile(rf"(?<!\w)(?:đến|hết|trước|cuối)\s(?:hết\s|cuối\s)?{_YEAR}(?!\s?[-–])"), _year),
    (re.compile(rf"^[\s,]{{0,4}}(?:và\s)?(?:đến\s)?năm\s{_YEAR}"), _year),
    (
        re.compile(
            r"(?:(?<!\w)(?:trong|cả|bình\squân|trung\sbình|suốt)\s(?:cả\s)?|^[\s,]{0,4})"
            r"giai\sđoạn\s20\d\d\s?[-–]\s?" + _YEAR
        ),
        _year,
    ),
    (re.compile(r"(?<!\w)(?:đến\s)?(?:hết|cuối)\snăm(?!\s20\d\d)(?!\w)"), _this_year),
)
_FREQUENCY = re.compile(
    r"(?<!\w)(?:hằng|hàng|mỗi)\snăm(?!\w)(?!\s20\d\d)"
    r"|^[\s,]{0,4}(?:định kỳ\s)?(?:hằng|hàng|mỗi)\s(?:quý|tháng)(?!\w)"
    r"|(?<!\w)(?:đến|trong|hết)\s(?:cuối\s|hết\s)?nhiệm kỳ(?:\s20\d\d\s?[-–]\s?20\d\d)?(?!\w)"
)
_ANY_YEAR = re.compile(rf"(?<!so với )(?<!\w)năm\s{_YEAR}")


def find_deadline(folded: str, year: int | None = None) -> str | None:
    """The first deadline of the most precise form, as an ISO date.

    `year` completes a date that names none, such as `trước ngày 30/6`.
    """
    for pattern, to_date in _FORMS:
        for match in pattern.finditer(folded):
            if date := to_date(match, year):
                return date
    return None


def find_year(folded: str) -> str | None:
    """`năm 2030` beside one of several numbers, with or without a word that leads it in."""
    match = _ANY_YEAR.search(folded)
    return f"{match.group(1)}-12-31" if match else None


def deadline_spans(folded: str) -> list[tuple[int, int]]:
    """Where deadlines and frequencies are written, so that a name can do without them."""
    spans = [match.span() for pattern, _ in _FORMS for match in pattern.finditer(folded)]
    return spans + [match.span() for match in _FREQUENCY.finditer(folded)]
