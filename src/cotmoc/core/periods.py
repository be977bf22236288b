"""Periods as values, and the codes they are written with: 2026-08, 2026-Q3, nd09:2026-H1.

What days a code stands for is a calendar's business (`core.calendars`); those of the civil
calendar and the weeks of ISO 8601 are read here without any data.
"""

import re
from dataclasses import dataclass
from datetime import date

CIVIL = "calendar"  # the calendar whose codes carry no prefix
WEEKS = "week"
LONGEST = 20  # characters of a code, prefix included
FIRST_YEAR, LAST_YEAR = 1900, 2999

# Where in the year the n-th period of a kind begins, and how many months it lasts.
MONTHS_OF = {"quarter": 3, "half": 6, "nine_months": 9, "year": 12}

_LOCAL = re.compile(
    r"(?P<year>\d{4})"
    r"(?:-(?P<month>0[1-9]|1[0-2])|-Q(?P<quarter>[1-4])|-H(?P<half>[12])|-(?P<nine_months>9)M"
    r"|-W(?P<week>0[1-9]|[1-4]\d|5[0-3]))?"
)
_IN_NAME = re.compile(
    r"(?<!\d)\d{4}"
    r"(?:-Q[1-4]|-H[12]|-9M(?![A-Za-z])|-W(?:0[1-9]|[1-4]\d|5[0-3])|-(?:0[1-9]|1[0-2])"
    r"|(?!-(?:\d|Q|[HW]\d)))(?!\d)"
)


@dataclass(frozen=True, slots=True, order=True)
class Interval:
    """Days from `start` up to, not including, `end`."""

    start: date
    end: date

    @property
    def last_day(self) -> date:
        """The day on which the interval's unit structure is taken."""
        return date.fromordinal(self.end.toordinal() - 1)

    def __str__(self) -> str:
        return f"{self.start}/{self.end}"


@dataclass(frozen=True, slots=True, order=True)
class Period(Interval):
    """An interval that a calendar knows by a name: its written form `code`.

    Periods sort by their first day, then the shorter first: month, quarter, half, year.
    """

    code: str

    @property
    def calendar(self) -> str:
        """The code of the calendar that made it; `calendar` for the civil one."""
        prefix, colon, _local = self.code.rpartition(":")
        return prefix if colon else CIVIL

    @property
    def kind(self) -> str:
        """`month`, `quarter`, `half`, `nine_months`, `year`, `week`; `listed` if named by hand."""
        form = read_local(self.code.rpartition(":")[2])
        return form[0] if form else "listed"

    def __str__(self) -> str:
        return self.code


def read_local(local: str) -> tuple[str, int, int] | None:
    """Kind, year and number of a code without its prefix; None if it has no such form.

    >>> read_local("2026-Q3")
    ('quarter', 2026, 3)
    """
    found = _LOCAL.fullmatch(local)
    if not found or not FIRST_YEAR <= int(found["year"]) <= LAST_YEAR:
        return None
    kind = found.lastgroup or "year"
    if kind in ("year", "nine_months"):
        return kind, int(found["year"]), 1
    return kind, int(found["year"]), int(found[kind])


def write_local(kind: str, year: int, number: int) -> str:
    """The code of the `number`-th period of a kind in `year`, without prefix."""
    form = {
        "month": f"-{number:02}",
        "quarter": f"-Q{number}",
        "half": f"-H{number}",
        "nine_months": "-9M",
        "week": f"-W{number:02}",
        "year": "",
    }
    return f"{year}{form[kind]}"


def split_code(code: str) -> tuple[str, str]:
    """Calendar and local code of a period's code; a bare week belongs to the ISO weeks."""
    prefix, colon, local = code.strip().rpartition(":")
    if colon:
        return prefix, local
    form = read_local(local)
    return (WEEKS if form and form[0] == "week" else CIVIL), local


def join_code(calendar: str, local: str) -> str:
    """The one written form: the civil calendar without prefix, any other with it."""
    return local if calendar == CIVIL else f"{calendar}:{local}"


def parse_period(code: str) -> Period:
    """Read a code of the civil calendar or an ISO week; raises ValueError for anything else.

    Other calendars are data: `core.calendars.Calendars.parse` reads their codes.

    >>> parse_period("2026-Q3").end
    datetime.date(2026, 10, 1)
    """
    calendar, local = split_code(code)
    form = read_local(local)
    if not form or calendar not in (CIVIL, WEEKS):
        raise ValueError(f"not a period: {code!r}")
    kind, year, number = form
    if (calendar == WEEKS) != (kind == "week"):
        raise ValueError(f"not a period: {code!r}")
    if kind == "week":
        try:
            start = date.fromisocalendar(year, number, 1)
        except ValueError:
            raise ValueError(f"not a period: {code!r}, {year} has 52 weeks") from None
        end = date.fromordinal(start.toordinal() + 7)
    else:
        months = MONTHS_OF.get(kind, 1)
        first = 12 * year + (number - 1) * months
        start, end = first_of_month(first), first_of_month(first + months)
    return Period(start, end, join_code(calendar, local))


def first_of_month(months: int) -> date:
    """The first day of the month that comes `months` months after January of the year 0."""
    return date(months // 12, months % 12 + 1, 1)


def month_number(code: str) -> int:
    """How many months after January of the year 0 a civil month (`2026-08`) comes.

    >>> month_number("2026-08") - month_number("2025-12")
    8
    """
    year, month = map(int, code.split("-"))
    return 12 * year + month - 1


def month_of(number: int) -> Period:
    """The civil month of such a number.

    >>> month_of(month_number("2026-08")).code
    '2026-08'
    """
    return parse_period(f"{first_of_month(number):%Y-%m}")


def period_in_name(file_name: str) -> Period | None:
    """The period a file's name speaks of (`phu-tho-2026-08-progress.csv`), if it names one."""
    for found in _IN_NAME.finditer(file_name):
        try:
            return parse_period(found[0])
        except ValueError:  # four digits that are no year, a 53rd week that the year has not
            continue
    return None
