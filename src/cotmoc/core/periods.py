"""Periods of the calendar: months, quarters and years, written 2026-08, 2026-Q3, 2026."""

import re
from dataclasses import dataclass
from datetime import date

_FORM = re.compile(r"(?P<year>\d{4})(?:-(?P<month>0[1-9]|1[0-2])|-Q(?P<quarter>[1-4]))?")
_IN_NAME = re.compile(r"(?<!\d)\d{4}(?:-Q[1-4]|-(?:0[1-9]|1[0-2])|(?!-[\dQ]))(?!\d)")


@dataclass(frozen=True, slots=True, order=True)
class Period:
    """A closed-open interval of days `[start, end)` with its written form `code`."""

    start: date
    end: date
    code: str

    @property
    def kind(self) -> str:
        """`month`, `quarter` or `year`."""
        return {4: "year", 7: "quarter" if "Q" in self.code else "month"}[len(self.code)]

    @property
    def last_day(self) -> date:
        """The day on which the period's unit structure is taken."""
        return date.fromordinal(self.end.toordinal() - 1)

    def __str__(self) -> str:
        return self.code


def parse_period(code: str) -> Period:
    """Read `2026-08`, `2026-Q3` or `2026`; raises ValueError for anything else.

    >>> parse_period("2026-Q3").end
    datetime.date(2026, 10, 1)
    """
    found = _FORM.fullmatch(code.strip())
    if not found or not 1900 <= int(found["year"]) <= 2999:
        raise ValueError(f"not a period: {code!r}")
    year = int(found["year"])
    if found["month"]:
        first, months = int(found["month"]), 1
    elif found["quarter"]:
        first, months = 3 * int(found["quarter"]) - 2, 3
    else:
        first, months = 1, 12
    after = first + months
    end = date(year + 1, after - 12, 1) if after > 12 else date(year, after, 1)
    return Period(date(year, first, 1), end, found[0])


def period_in_name(file_name: str) -> Period | None:
    """The period a file's name speaks of (`phu-tho-2026-08-progress.csv`), if it names one."""
    found = _IN_NAME.search(file_name)
    return parse_period(found[0]) if found else None
