"""Working days of the State's offices: weekends, public holidays with Tết, swapped days.

Offices rest on Saturdays and Sundays (Decision 188/1999/QĐ-TTg) and on public holidays with the
days given for them (Labour Code 2019, Articles 111 and 112). The `holidays` package knows these
and many of the swaps that the Prime Minister agrees to each year; `catalogue/calendars/
workdays.yaml` adds what it does not know and may overrule it.
"""

import hashlib
from collections.abc import Mapping
from datetime import date, datetime
from itertools import accumulate
from typing import Any

import holidays

from cotmoc.core.calendars import CalendarError

FIRST_YEAR, LAST_YEAR = 2010, 2040
_DAY = date.resolution


class WorkCalendar:
    """Which days are worked from January of `first_year` to December of `last_year`.

    `overrides` says of single days whether they are worked, whatever the rest says. Every method
    raises ValueError for a day outside these years: nothing is known of it. Years to come hold
    what the law fixes; their swaps are added to the data once they are agreed.
    """

    __slots__ = ("_first", "_through", "_working", "digest", "end", "start")

    def __init__(
        self,
        overrides: Mapping[date, bool] | None = None,
        first_year: int = FIRST_YEAR,
        last_year: int = LAST_YEAR,
    ) -> None:
        self.start, self.end = date(first_year, 1, 1), date(last_year + 1, 1, 1)
        overrides = overrides or {}
        # The language is said so that it does not follow the machine's; names are not used.
        # One year more on each side: a swap or a day given for a holiday may cross New Year.
        public = holidays.country_holidays(
            "VN", years=range(first_year - 1, last_year + 2), language="vi"
        )
        self._first = self.start.toordinal()
        days = [date.fromordinal(each) for each in range(self._first, self.end.toordinal())]
        worked = [overrides.get(day, public.is_working_day(day)) for day in days]
        self._through = list(accumulate(map(int, worked)))
        self._working = [day for day, is_worked in zip(days, worked, strict=True) if is_worked]
        content = "".join("1" if each else "0" for each in worked)
        self.digest: str = hashlib.sha256(f"{self.start}/{self.end}:{content}".encode()).hexdigest()

    def is_working(self, day: date) -> bool:
        """Whether offices work on this day."""
        day = _day_of(day)
        return self._count(day) > (self._count(day - _DAY) if day > self.start else 0)

    def working_days_between(self, start: date, end: date) -> int:
        """Working days after `start`'s day, up to and with `end`'s day; negative if `end` is first.

        The day on which a limit's event happens is not counted; counting begins on the next
        (Civil Code 2015, Article 147(2) and (3)). A dossier received at any hour of Monday and
        finished on Tuesday took one working day, finished on Monday none. Of a datetime its
        own date counts: give it in local time.
        """
        return self._count(end) - self._count(start)

    def add_working_days(self, day: date, count: int) -> date:
        """The `count`-th working day after `day`'s day: the last day of a limit of `count` days.

        Of zero days: the day itself, or if it is off, the next working day (Civil Code 2015,
        Article 148(5)). Raises ValueError for a negative count.
        """
        if count < 0:
            raise ValueError(f"a limit of {count} working days")
        day = _day_of(day)
        passed = self._count(day)
        if count == 0 and self.is_working(day):
            return day
        place = passed + max(count, 1) - 1
        if place >= len(self._working):
            raise ValueError(f"beyond {self.end}, where the work calendar ends")
        return self._working[place]

    def index(self, start: date | None = None, end: date | None = None) -> list[tuple[date, int]]:
        """For each day of `[start, end)` how many working days have passed, that day included.

        A table to join by day: the number at a dossier's end minus that at its start is
        `working_days_between` of the two. Counted from the calendar's first day, so that
        parts fit together.
        """
        start, end = start or self.start, end or self.end
        if start >= end:
            return []
        self._count(start), self._count(end - _DAY)
        low, high = start.toordinal() - self._first, end.toordinal() - self._first
        return [
            (date.fromordinal(self._first + place), self._through[place])
            for place in range(low, high)
        ]

    def _count(self, day: date) -> int:
        day = _day_of(day)
        if not self.start <= day < self.end:
            raise ValueError(
                f"{day} is outside the work calendar ({self.start.year} to {self.end.year - 1})"
            )
        return self._through[day.toordinal() - self._first]


def _day_of(moment: date) -> date:
    return moment.date() if isinstance(moment, datetime) else moment


def read_overrides(raw: Any, where: str) -> dict[date, bool]:
    """Check the parsed override table: each day with `working: true | false` and its `source`.

    Raises CalendarError with the file and the key.
    """
    if not isinstance(raw, Mapping) or set(raw) != {"days"}:
        raise CalendarError(where, "", "a mapping with the one key days is needed")
    days = raw["days"]
    if not isinstance(days, Mapping):
        raise CalendarError(where, "days", "a mapping of days is needed")
    found: dict[date, bool] = {}
    for day, entry in days.items():
        key = f"days.{day}"
        if not isinstance(day, date) or isinstance(day, datetime):
            raise CalendarError(where, key, "a day (2026-08-31) is needed")
        if not isinstance(entry, Mapping) or set(entry) != {"working", "source"}:
            raise CalendarError(where, key, "working and source are needed, nothing else")
        if not isinstance(entry["working"], bool):
            raise CalendarError(where, f"{key}.working", f"true or false, not {entry['working']!r}")
        if not isinstance(entry["source"], str) or not entry["source"].strip():
            raise CalendarError(where, f"{key}.source", "a text is needed")
        found[day] = entry["working"]
    return found
