"""Finds the date by which something is due, in folded text."""

from __future__ import annotations

import calendar
import re
from collections.abc import Callable

_BEFORE = r"(?:trước|đến|hết|cuối|trong|vào|chậm nhất|vào cuối|đến hết|đến cuối|trong khoảng)"
_LEAD_IN = rf"(?<!\w){_BEFORE}\s(?:{_BEFORE}\s)?"
_YEAR = r"(20\d\d)(?!\d)"
_QUARTERS = {"i": 1, "ii": 2, "iii": 3, "iv": 4, "1": 1, "2": 2, "3": 3, "4": 4}


def _month_end(year: int, month: int) -> str | None:
    if not 1 <= month <= 12:
        return None
    return f"{year}-{month:02}-{calendar.monthrange(year, month)[1]:02}"


def _day(match: re.Match[str]) -> str | None:
    day, month, year = (int(group) for group in match.groups())
    last = _month_end(year, month)
    return f"{year}-{month:02}-{day:02}" if last and 1 <= day <= int(last[-2:]) else None


def _month(match: re.Match[str]) -> str | None:
    return _month_end(int(match.group(2)), int(match.group(1)))


def _quarter(match: re.Match[str]) -> str | None:
    return _month_end(int(match.group(2)), 3 * _QUARTERS[match.group(1)])


def _first_months(match: re.Match[str]) -> str | None:
    return _month_end(int(match.group(2)), int(match.group(1)))


def _year(match: re.Match[str]) -> str | None:
    return f"{match.group(1)}-12-31"


# Most precise first: `đến hết quý III năm 2026` also contains `năm 2026`.
_FORMS: tuple[tuple[re.Pattern[str], Callable[[re.Match[str]], str | None]], ...] = (
    (re.compile(rf"{_LEAD_IN}(?:ngày\s)?(\d{{1,2}})[/-](\d{{1,2}})[/-]{_YEAR}"), _day),
    (re.compile(rf"{_LEAD_IN}ngày\s(\d{{1,2}})\stháng\s(\d{{1,2}})\snăm\s{_YEAR}"), _day),
    (re.compile(rf"{_LEAD_IN}quý\s(i{{1,3}}|iv|[1-4])(?:/|\s|\snăm\s){_YEAR}"), _quarter),
    (re.compile(rf"{_LEAD_IN}tháng\s(\d{{1,2}})(?:/|\s|\snăm\s){_YEAR}"), _month),
    (re.compile(rf"(?:{_LEAD_IN})?(\d)\stháng\sđầu\snăm\s{_YEAR}"), _first_months),
    (re.compile(rf"{_LEAD_IN}năm\s{_YEAR}"), _year),
    (re.compile(rf"^\s{{0,4}}năm\s{_YEAR}"), _year),
)


def find_deadline(folded: str) -> str | None:
    """The first deadline of the most precise form, as an ISO date."""
    for pattern, to_date in _FORMS:
        for match in pattern.finditer(folded):
            if date := to_date(match):
                return date
    return None


def deadline_spans(folded: str) -> list[tuple[int, int]]:
    """Where deadlines are written, so that a name can do without them."""
    return [match.span() for pattern, _ in _FORMS for match in pattern.finditer(folded)]
