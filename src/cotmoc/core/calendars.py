"""Calendars as data: how days become periods, and what a period's neighbours are.

A calendar is one of three forms: *months* cut at a day of the month and grouped into quarters,
halves and years; ISO *weeks*; or periods *listed* one by one. `read_calendar` makes one from a
parsed file, `Calendars` holds several and reads any period's code by its prefix.
"""

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from itertools import pairwise
from typing import Any, Literal, Protocol, cast, get_args

from cotmoc.core.periods import (
    CIVIL,
    FIRST_YEAR,
    LAST_YEAR,
    LONGEST,
    MONTHS_OF,
    Interval,
    Period,
    first_of_month,
    join_code,
    read_local,
    split_code,
    write_local,
)

Grain = Literal["month", "half", "day"]
GRAINS: tuple[Grain, ...] = get_args(Grain)  # coarse to fine; each is tiled by the next
MONTH_KINDS = ("month", *MONTHS_OF)
WEEK_KINDS = ("week", "year")
LISTED = "listed"

# The longest code a prefix may leave room for: `2026-W35` and the colon.
_CODE = re.compile(r"[a-z][a-z0-9_-]{0,10}")
_LISTED_CODE = re.compile(r"(?P<year>\d{4})-[A-Z0-9][A-Za-z0-9_]*")
_DAY = date.resolution


class CalendarError(ValueError):
    """A calendar that cannot be used; the message names the file and the key."""

    def __init__(self, where: str, key: str, reason: str) -> None:
        self.where, self.key, self.reason = where, key, reason
        super().__init__(f"{where}: {key}: {reason}" if key else f"{where}: {reason}")


# Atoms -------------------------------------------------------------------------------------------


def is_cut(day: date, grain: Grain) -> bool:
    """Whether an atom of this grain begins on `day`."""
    return day.day == 1 or grain == "day" or (grain == "half" and day.day == 15)


def atom_of(day: date, grain: Grain) -> int:
    """The atom that holds `day`, as yyyymmdd of the atom's first day.

    >>> atom_of(date(2026, 8, 20), "half")
    20260815
    """
    first = {"month": 1, "half": 15 if day.day >= 15 else 1, "day": day.day}[grain]
    return 10000 * day.year + 100 * day.month + first


def atom_day(atom: int) -> date:
    """The first day of an atom."""
    return date(atom // 10000, atom // 100 % 100, atom % 100)


def atoms(start: date, end: date, grain: Grain) -> list[int]:
    """The atoms that tile `[start, end)`, in order.

    Raises ValueError when `start` or `end` is not a cut of the grain: part of an atom cannot be
    told from the whole.
    """
    for day in (start, end):
        if not is_cut(day, grain):
            raise ValueError(f"{day} is not a cut of the grain {grain!r}")
    found = []
    day = start
    while day < end:
        found.append(atom_of(day, grain))
        day = _next_cut(day, grain)
    return found


def finest(grains: Iterable[Grain]) -> Grain:
    """The coarsest grain that serves all of these (`month` for none)."""
    return max(grains, key=GRAINS.index, default="month")


def grain_of(cuts: Iterable[date]) -> Grain:
    """The coarsest grain that has all these days among its cuts."""
    cuts = list(cuts)
    return next(grain for grain in GRAINS if all(is_cut(day, grain) for day in cuts))


def _next_cut(day: date, grain: Grain) -> date:
    if grain == "day":
        return day + _DAY
    if grain == "half" and day.day == 1:
        return day.replace(day=15)
    return first_of_month(12 * day.year + day.month)


# Rules: how a calendar counts its periods --------------------------------------------------------


class Rule(Protocol):
    """The periods of each kind, counted by whole numbers: neighbours differ by one."""

    @property
    def kinds(self) -> tuple[str, ...]:
        """The kinds of period it can make."""

    @property
    def grain(self) -> Grain:
        """The coarsest grain whose atoms tile every period."""

    def number(self, local: str) -> tuple[str, int] | None:
        """Kind and number of a local code; None if there is no such period."""

    def local(self, kind: str, number: int) -> str | None:
        """The local code of a number; None outside of what the calendar knows."""

    def span(self, kind: str, number: int) -> Interval:
        """The days of a number that has a local code."""

    def at(self, kind: str, day: date) -> int:
        """The number of the last period that begins on `day` or before it."""

    def year_start(self, kind: str, number: int) -> date:
        """The first day of the year that the period belongs to."""


@dataclass(frozen=True, slots=True)
class Months:
    """Months that begin on a day of the month, and years of twelve of them.

    A month is named after the civil month it begins in, or, with `named_after_end`, after the
    next one. The year `y` begins with the month `first_month` of `y`, or of the year before.
    """

    first_day: int = 1
    named_after_end: bool = False
    first_month: int = 1
    year_before: bool = False

    @property
    def kinds(self) -> tuple[str, ...]:
        return MONTH_KINDS

    @property
    def grain(self) -> Grain:
        return grain_of([date(2000, 1, self.first_day)])

    # A month's number is the count of months since January of the year 0, by its name.

    def number(self, local: str) -> tuple[str, int] | None:
        form = read_local(local)
        if not form or form[0] not in MONTH_KINDS:
            return None
        kind, year, part = form
        return kind, self._per_year(kind) * year + part - 1

    def local(self, kind: str, number: int) -> str | None:
        year, part = divmod(number, self._per_year(kind))
        if not FIRST_YEAR <= year <= LAST_YEAR:
            return None
        return write_local(kind, year, part + 1)

    def span(self, kind: str, number: int) -> Interval:
        first, months = number, 1
        if kind != "month":
            year, part = divmod(number, self._per_year(kind))
            months = MONTHS_OF[kind]
            first = self._first_of_year(year) + part * months
        return Interval(self._day(first), self._day(first + months))

    def at(self, kind: str, day: date) -> int:
        month = 12 * day.year + day.month - 1 - (day.day < self.first_day) + self.named_after_end
        if kind == "month":
            return month
        year, passed = divmod(month - self._first_of_year(0), 12)
        per_year = self._per_year(kind)
        return per_year * year + passed * per_year // 12

    def year_start(self, kind: str, number: int) -> date:
        if kind == "month":
            year = (number - self._first_of_year(0)) // 12
        else:
            year = number // self._per_year(kind)
        return self._day(self._first_of_year(year))

    @staticmethod
    def _per_year(kind: str) -> int:
        return {"month": 12, "quarter": 4, "half": 2}.get(kind, 1)

    def _first_of_year(self, year: int) -> int:
        return 12 * (year - self.year_before) + self.first_month - 1

    def _day(self, month: int) -> date:
        return first_of_month(month - self.named_after_end).replace(day=self.first_day)


@dataclass(frozen=True, slots=True)
class Weeks:
    """Weeks of ISO 8601, Monday to Sunday; a year is its 52 or 53 weeks."""

    @property
    def kinds(self) -> tuple[str, ...]:
        return WEEK_KINDS

    @property
    def grain(self) -> Grain:
        return "day"

    # A week's number is that of its Monday in the count of all days, in sevens.

    def number(self, local: str) -> tuple[str, int] | None:
        form = read_local(local)
        if not form or form[0] not in WEEK_KINDS:
            return None
        kind, year, week = form
        if kind == "year":
            return kind, year
        try:
            return kind, date.fromisocalendar(year, week, 1).toordinal() // 7
        except ValueError:  # a 53rd week in a year of 52
            return None

    def local(self, kind: str, number: int) -> str | None:
        if kind == "year":
            return str(number) if FIRST_YEAR <= number <= LAST_YEAR else None
        year, week, _day = self._monday(number).isocalendar()
        return write_local("week", year, week) if FIRST_YEAR <= year <= LAST_YEAR else None

    def span(self, kind: str, number: int) -> Interval:
        if kind == "year":
            return Interval(*(date.fromisocalendar(year, 1, 1) for year in (number, number + 1)))
        return Interval(self._monday(number), self._monday(number + 1))

    def at(self, kind: str, day: date) -> int:
        if kind == "year":
            return day.isocalendar().year
        return (day.toordinal() - 1) // 7

    def year_start(self, kind: str, number: int) -> date:
        year = number if kind == "year" else self._monday(number).isocalendar().year
        return date.fromisocalendar(year, 1, 1)

    @staticmethod
    def _monday(number: int) -> date:
        return date.fromordinal(7 * number + 1)  # day 1 of all days was a Monday


@dataclass(frozen=True, slots=True)
class Listed:
    """Periods given one by one, in order and apart; days between them belong to none.

    Their codes begin with a year (`2026-T1`): the same code with another year is the same period
    of that year, and the year begins with the first period that bears it.
    """

    codes: tuple[str, ...]
    spans: tuple[Interval, ...]

    @property
    def kinds(self) -> tuple[str, ...]:
        return (LISTED,)

    @property
    def grain(self) -> Grain:
        return grain_of(day for span in self.spans for day in (span.start, span.end))

    def number(self, local: str) -> tuple[str, int] | None:
        return (LISTED, self.codes.index(local)) if local in self.codes else None

    def local(self, kind: str, number: int) -> str | None:
        return self.codes[number] if 0 <= number < len(self.codes) else None

    def span(self, kind: str, number: int) -> Interval:
        return self.spans[number]

    def at(self, kind: str, day: date) -> int:
        return bisect_right(self.spans, day, key=lambda span: span.start) - 1

    def year_start(self, kind: str, number: int) -> date:
        year = self.codes[number][:4]
        return next(
            span.start
            for code, span in zip(self.codes, self.spans, strict=True)
            if code[:4] == year
        )


# Calendars ---------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Calendar:
    """A way of cutting time into periods, as in `catalogue/calendars/<code>.yaml`.

    `valid_from` is the first day on which its legal source is in force, `valid_to` the first on
    which it no longer is. They do not bound the periods: a series may be drawn back into earlier
    years; see `in_force`.
    """

    code: str
    name: dict[str, str]
    legal_source: str
    kinds: tuple[str, ...]
    rule: Rule
    valid_from: date | None = None
    valid_to: date | None = None
    period_names: Mapping[str, dict[str, str]] = field(default_factory=dict)

    @property
    def grain(self) -> Grain:
        """The coarsest grain whose atoms tile all its periods exactly."""
        return self.rule.grain

    def parse(self, code: str) -> Period:
        """Read a period's code, with or without prefix; raises ValueError if there is none."""
        prefix, colon, local = code.strip().rpartition(":")
        found = self.rule.number(local) if not colon or prefix == self.code else None
        period = self._period(*found) if found and found[0] in self.kinds else None
        if period is None:
            raise ValueError(f"not a period of the calendar {self.code!r}: {code!r}")
        return period

    def containing(self, day: date, kind: str) -> Period | None:
        """The period of a kind that holds `day`.

        None on days between listed periods, in the last quarter for nine months, and outside the
        years 1900 to 2999. Raises ValueError for a kind that the calendar does not make.
        """
        period = self._period(kind, self.rule.at(self._known(kind), day))
        return period if period and period.start <= day < period.end else None

    def periods(self, kind: str, start: date, end: date, *, whole: bool = False) -> list[Period]:
        """All periods of a kind that share a day with `[start, end)`; `whole`: that lie in it."""
        if not start < end:
            return []
        number = self.rule.at(self._known(kind), start)
        last = self.rule.at(kind, end - _DAY)
        found = (self._period(kind, each) for each in range(number, last + 1))
        return [
            each
            for each in found
            if each
            and each.end > start
            and (not whole or (each.start >= start and each.end <= end))
        ]

    def previous(self, period: Period) -> Period | None:
        """The period of the same kind before this one; None before the first one known."""
        kind, number = self._number(period)
        return self._period(kind, number - 1)

    def last_year(self, period: Period) -> Period | None:
        """The same period a year before; None where there was none (week 53, unlisted)."""
        self._number(period)
        local = period.code.rpartition(":")[2]
        found = self.rule.number(f"{int(local[:4]) - 1:04}{local[4:]}")
        return self._period(*found) if found else None

    def year_to_date(self, period: Period) -> Interval:
        """From the first day of the period's year in this calendar to the period's end."""
        return Interval(self.rule.year_start(*self._number(period)), period.end)

    def moving(self, period: Period, count: int) -> Interval | None:
        """The interval of the `count` periods of the same kind that end with this one.

        None when so many are not known, or when they do not meet (nine months, listed periods
        with days between): what lies between them must not be counted.
        """
        if count < 1:
            raise ValueError(f"a moving window needs at least one period, not {count}")
        kind, number = self._number(period)
        window = [self._period(kind, number - back) for back in range(count)]
        for later, earlier in pairwise(window):
            if later is None or earlier is None or earlier.end != later.start:
                return None
        first = window[-1]
        return Interval(first.start, period.end) if first else None

    def in_force(self, period: Interval) -> bool:
        """Whether its legal source was in force on the period's last day."""
        return (self.valid_from is None or self.valid_from <= period.last_day) and (
            self.valid_to is None or period.last_day < self.valid_to
        )

    def _known(self, kind: str) -> str:
        if kind not in self.kinds:
            raise ValueError(f"the calendar {self.code!r} has no {kind!r}: {', '.join(self.kinds)}")
        return kind

    def _number(self, period: Period) -> tuple[str, int]:
        found = self.rule.number(period.code.rpartition(":")[2])
        if not found or period.calendar != self.code:
            raise ValueError(f"not a period of the calendar {self.code!r}: {period.code!r}")
        return found

    def _period(self, kind: str, number: int) -> Period | None:
        local = self.rule.local(kind, number)
        if local is None:
            return None
        span = self.rule.span(kind, number)
        return Period(span.start, span.end, join_code(self.code, local))


class Calendars:
    """Calendars by their codes; reads any period's code by its prefix."""

    def __init__(self, calendars: Iterable[Calendar]) -> None:
        self._by_code: dict[str, Calendar] = {}
        for calendar in calendars:
            if calendar.code in self._by_code:
                raise CalendarError(calendar.code, "code", "two calendars have this code")
            self._by_code[calendar.code] = calendar

    def __iter__(self) -> Iterator[Calendar]:
        return iter(self._by_code.values())

    def __len__(self) -> int:
        return len(self._by_code)

    def __contains__(self, code: object) -> bool:
        return code in self._by_code

    def __getitem__(self, code: str) -> Calendar:
        """The calendar of a code; raises ValueError with the known ones."""
        try:
            return self._by_code[code]
        except KeyError:
            known = ", ".join(self._by_code) or "none"
            raise ValueError(f"unknown calendar {code!r}; known: {known}") from None

    def parse(self, code: str) -> Period:
        """Read `2026-08`, `nd09:2026-Q3`, `week:2026-W35`; raises ValueError for anything else."""
        calendar, local = split_code(code)
        if calendar not in self._by_code:
            known = ", ".join(self._by_code)
            raise ValueError(f"not a period: {code!r}, known calendars: {known}")
        return self._by_code[calendar].parse(local)

    def of(self, period: Period) -> Calendar:
        """The calendar that made a period."""
        return self[period.calendar]


# Reading -----------------------------------------------------------------------------------------

_COMMON = {"code", "form", "name", "legal_source", "valid_from", "valid_to"}
_KEYS = {
    "months": {*_COMMON, "kinds", "month_begins", "year_begins"},
    "weeks": {*_COMMON, "kinds"},
    "listed": {*_COMMON, "periods"},
}
_NAMED = {"same": False, "previous": True}


def read_calendar(raw: Any, where: str) -> Calendar:
    """Check a parsed file (`where` is its name for people) and make the calendar of it.

    Raises CalendarError with the file and the key. The format stands in `core/README.md`.
    """
    raw = _mapping(raw, where, "")
    form = raw.get("form")
    if form not in _KEYS:
        raise CalendarError(where, "form", f"one of {', '.join(_KEYS)}, not {form!r}")
    for key in raw:
        if key not in _KEYS[form]:
            raise CalendarError(where, str(key), f"unknown key for the form {form!r}")
    code = raw.get("code")
    if not isinstance(code, str) or not _CODE.fullmatch(code):
        raise CalendarError(
            where, "code", f"1 to 11 of a-z, 0-9, - and _, a letter first, not {code!r}"
        )
    names: dict[str, dict[str, str]] = {}
    rule: Rule
    if form == "months":
        rule = _months(raw, where)
    elif form == "weeks":
        rule = Weeks()
    else:
        rule, names = _listed(raw, code, where)
    source = raw.get("legal_source")
    if not isinstance(source, str) or not source.strip():
        raise CalendarError(where, "legal_source", "a text is needed")
    valid_from = _date(raw["valid_from"], where, "valid_from") if "valid_from" in raw else None
    valid_to = _date(raw["valid_to"], where, "valid_to") if "valid_to" in raw else None
    if valid_from and valid_to and valid_to <= valid_from:
        raise CalendarError(where, "valid_to", f"{valid_to} is not after valid_from {valid_from}")
    return Calendar(
        code=code,
        name=_name(raw.get("name"), where, "name"),
        legal_source=source.strip(),
        kinds=_kinds(raw, rule, where),
        rule=rule,
        valid_from=valid_from,
        valid_to=valid_to,
        period_names=names,
    )


def _months(raw: Mapping[str, Any], where: str) -> Months:
    month = _pair(raw, "month_begins", "day", 28, where)
    year = _pair(raw, "year_begins", "month", 12, where)
    return Months(month[0], month[1], year[0], year[1])


def _pair(raw: Mapping[str, Any], key: str, part: str, most: int, where: str) -> tuple[int, bool]:
    """`{day: 15, of: previous}`: a number, and whether it is meant in the month or year before."""
    given = _mapping(raw.get(key, {}), where, key)
    for each in given:
        if each not in (part, "of"):
            raise CalendarError(where, f"{key}.{each}", "unknown key")
    number, of = given.get(part, 1), given.get("of", "same")
    if type(number) is not int or not 1 <= number <= most:
        raise CalendarError(where, f"{key}.{part}", f"a number from 1 to {most}, not {number!r}")
    if of not in _NAMED:
        raise CalendarError(where, f"{key}.of", f"same or previous, not {of!r}")
    if number == 1 and _NAMED[of]:
        raise CalendarError(where, f"{key}.of", f"beginning with {part} 1 it can only be same")
    return number, _NAMED[of]


def _kinds(raw: Mapping[str, Any], rule: Rule, where: str) -> tuple[str, ...]:
    if isinstance(rule, Listed):
        return rule.kinds
    kinds = raw.get("kinds")
    if not isinstance(kinds, list) or not kinds:
        raise CalendarError(where, "kinds", "a list of kinds is needed")
    for kind in kinds:
        if kind not in rule.kinds:
            raise CalendarError(where, "kinds", f"{kind!r} is none of {', '.join(rule.kinds)}")
    return tuple(kind for kind in rule.kinds if kind in kinds)


def _listed(
    raw: Mapping[str, Any], calendar: str, where: str
) -> tuple[Listed, dict[str, dict[str, str]]]:
    given = _mapping(raw.get("periods"), where, "periods")
    if not given:
        raise CalendarError(where, "periods", "at least one period is needed")
    if calendar == CIVIL:
        raise CalendarError(where, "code", f"{CIVIL!r} is the civil calendar")
    names: dict[str, dict[str, str]] = {}
    found: list[tuple[Interval, str]] = []
    for local, entry in given.items():
        key = f"periods.{local}"
        form = _LISTED_CODE.fullmatch(local) if isinstance(local, str) else None
        if not form or read_local(local):
            raise CalendarError(
                where, key, "a year, a hyphen and a name (2026-T1) that is no usual period"
            )
        if len(join_code(calendar, local)) > LONGEST:
            raise CalendarError(where, key, f"longer than {LONGEST} characters with its prefix")
        entry = _mapping(entry, where, key)
        for each in entry:
            if each not in ("from", "to", "name"):
                raise CalendarError(where, f"{key}.{each}", "unknown key")
        first = _date(entry.get("from"), where, f"{key}.from")
        last = _date(entry.get("to"), where, f"{key}.to")
        if last < first:
            raise CalendarError(where, f"{key}.to", f"{last} is before {first}")
        if "name" in entry:
            names[local] = _name(entry["name"], where, f"{key}.name")
        found.append((Interval(first, last + _DAY), local))
    found.sort()
    for (before, earlier), (after, later) in pairwise(found):
        if after.start < before.end:
            raise CalendarError(where, f"periods.{later}", f"overlaps {earlier}")
        if later[:4] < earlier[:4]:
            raise CalendarError(where, f"periods.{later}", f"of an earlier year than {earlier}")
    return Listed(tuple(code for _span, code in found), tuple(span for span, _code in found)), names


def _mapping(raw: Any, where: str, key: str) -> Mapping[str, Any]:
    if not isinstance(raw, Mapping):
        raise CalendarError(where, key, "a mapping is needed")
    return cast("Mapping[str, Any]", raw)


def _name(raw: Any, where: str, key: str) -> dict[str, str]:
    name = _mapping(raw, where, key)
    for language in ("vi", "en"):
        if not isinstance(name.get(language), str) or not name[language].strip():
            raise CalendarError(where, f"{key}.{language}", "a text is needed")
    if len(name) > 2:
        raise CalendarError(where, key, "vi and en, nothing else")
    return {language: name[language].strip() for language in ("vi", "en")}


def _date(raw: Any, where: str, key: str) -> date:
    if isinstance(raw, str):
        try:
            return date.fromisoformat(raw)
        except ValueError:
            pass
    if isinstance(raw, date) and not isinstance(raw, datetime):
        return raw
    raise CalendarError(where, key, f"a day (2026-08-31) is needed, not {raw!r}")
