"""All figures of an installation as values: reported, computed from facts, derived; nothing stored.

What can be computed is computed: where a body's figure comes from single facts, what it reported
is kept beside it as a difference. Derived indicators come last, from both.
"""

import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from itertools import chain
from pathlib import Path
from typing import Any

from django.conf import settings

from cotmoc.analytics.answers import (
    NO_DATA,
    NOT_ARISING,
    STATUSES,
    FactEngine,
)
from cotmoc.analytics.engine import ComputedFigure, Unit, compute
from cotmoc.analytics.lake import Lake
from cotmoc.analytics.sessions import open_session
from cotmoc.analytics.timeline import roll_up_time
from cotmoc.apps.measurement.catalogue import calendars, fact_tables
from cotmoc.apps.measurement.ports import lake
from cotmoc.apps.orgs.queries.closure import closure_for, lives_of_bodies
from cotmoc.core.calendars import Calendar, Grain, finest
from cotmoc.core.periods import CIVIL, Interval, Period
from cotmoc.indicators import syntax
from cotmoc.indicators.definitions import Definition
from cotmoc.indicators.evaluate import evaluate_formula
from cotmoc.indicators.formulas import in_order

KINDS = ("month", "quarter", "half", "nine_months", "year")
Span = tuple[date, date]
Progress = Callable[[str, int, int], None]


@dataclass(frozen=True, slots=True)
class Pair:
    """A reported figure beside the computed one of the same indicator, body and period."""

    reported: ComputedFigure
    computed: ComputedFigure


@dataclass(slots=True)
class Computed:
    """Everything that was computed, and of what: digests of the months read, and the work done."""

    figures: list[ComputedFigure] = field(default_factory=list)
    pairs: list[Pair] = field(default_factory=list)
    facts: dict[str, dict[str, str]] = field(default_factory=dict)
    work: dict[str, dict[str, Any]] = field(default_factory=dict)


def components_folder() -> Path:
    """Where components are kept; it may be removed at any time."""
    return Path(settings.DATA_DIR) / "components"


def fact_digests(store: Lake | None = None) -> dict[str, dict[str, str]]:
    """The digest of every month of every table of single facts, as they stand now."""
    store = store or lake()
    found = {}
    for name in row_tables():
        digests = {each.month: each.digest for each in store.table(name).partitions()}
        if digests:
            found[name] = digests
    return found


def row_tables() -> list[str]:
    """Names of the tables of single facts."""
    return [name for name in fact_tables() if name != "observations"]


def periods_of(
    calendar: Calendar, months: Iterable[str], since: date | None = None
) -> list[Period]:
    """The periods of a calendar that facts of these months reach into, by kind and time."""
    months = sorted(months)
    if not months:
        return []
    first, end = date.fromisoformat(f"{months[0]}-01"), after_month(months[-1])
    start = max(first, since or first)
    kinds = [kind for kind in KINDS if kind in calendar.kinds] or list(calendar.kinds)
    return [period for kind in kinds for period in calendar.periods(kind, start, end)]


def after_month(month: str) -> date:
    """The first day after a month like 2026-08."""
    year, number = map(int, month.split("-"))
    return date(year + number // 12, number % 12 + 1, 1)


def was_there(life: Mapping[str, Any] | None, period: Interval) -> bool:
    """Whether a body lived during some of a period; one without a known life did."""
    if life is None:
        return True
    begun, ended = life["valid_from"], life["valid_to"]
    return (begun is None or begun < period.end) and (ended is None or ended > period.start)


def compute_everything(
    definitions: Sequence[Definition],
    units: Sequence[Unit],
    batches: Sequence[Path],
    *,
    engine: str | None = None,
    calendar_codes: Sequence[str] = (CIVIL,),
    since: date | None = None,
    progress: Progress | None = None,
) -> Computed:
    """Compute every definition for every unit: from reported values, from facts, then derived.

    `units` are the registered bodies, `batches` the files of reported values. Raises
    EngineUnavailable when the engine asked for cannot be used.
    """
    report = progress or (lambda _step, _done, _total: None)
    report("reported", 0, 1)
    reported = compute(batches, units, definitions)
    by_version = {(each.code, each.version): each for each in definitions}
    for calendar in calendars():
        if "month" in calendar.kinds:
            mine = [
                each
                for each in reported
                if calendars().parse(each.period).calendar == calendar.code
            ]
            reported += roll_up_time(mine, by_version, calendar)
    found = Computed(facts=fact_digests())
    from_facts = _FromFacts(definitions, units, calendar_codes, since, engine)
    computed = list(from_facts.figures(found, report)) if found.facts else []
    by_key = {_key(each): each for each in reported}
    for each in computed:
        other = by_key.get(_key(each))
        if other is not None and other.value is not None and each.value is not None:
            found.pairs.append(Pair(other, each))
        by_key[_key(each)] = each
    report("derived", 0, 1)
    derived = _Derived(definitions, units, from_facts, by_key).figures()
    found.figures = sorted(chain(by_key.values(), derived), key=_key)
    return found


def _key(figure: ComputedFigure) -> tuple[str, str, str]:
    return (figure.indicator, figure.period, figure.unit_code)


class _FromFacts:
    """Figures of the registered bodies from single facts."""

    def __init__(
        self,
        definitions: Sequence[Definition],
        units: Sequence[Unit],
        calendar_codes: Sequence[str],
        since: date | None,
        engine: str | None,
    ) -> None:
        self.definitions = [each for each in definitions if each.computed_path]
        self.derived = [each for each in definitions if each.formula]
        self.units = {unit.code: unit for unit in units}
        self.calendars = [calendars()[code] for code in calendar_codes]
        self.since = since
        self.engine = engine or settings.ENGINE
        self.windows: dict[tuple[str, str, Span], ComputedFigure] = {}
        self.known_to = date.min

    def figures(self, found: Computed, report: Progress) -> Iterator[ComputedFigure]:
        """Figures for every period that the facts reach into; notes the work in `found`."""
        months = {month for digests in found.facts.values() for month in digests}
        self.known_to = after_month(max(months))
        periods = [
            period for each in self.calendars for period in periods_of(each, months, self.since)
        ]
        windows = set(_windows(self.derived, periods))
        grain = finest(each.grain for each in self.calendars)
        started = time.monotonic()
        with open_session(self.engine) as session:
            engine = FactEngine(lake(), fact_tables(), components_folder(), session)

            def scanned(done: int, total: int) -> None:
                report("facts", done, total)

            done = engine.refresh(self.definitions, grain, progress=scanned)
            after_scan = time.monotonic()
            report("figures", 0, 1)
            closure = closure_for(None).table
            table = engine.long(self.definitions, periods, closure, grain)
            rows = [row for row in table.to_pylist() if row["target"] in self.units]
            self._over_windows(engine, windows, closure, grain)
        for name, scan in done.items():
            found.work[name] = {
                "months": scan.months,
                "scanned": list(scan.scanned),
                "rows": scan.rows,
                "scan_seconds": round(after_scan - started, 3),
                "seconds": round(time.monotonic() - started, 3),
                "grain": grain,
                "engine": self.engine,
            }
        yield from self._stored(rows, periods)

    def _over_windows(
        self, engine: FactEngine, windows: set[tuple[str, Interval]], closure: Any, grain: Grain
    ) -> None:
        """Year to date and moving windows: the indicator asked for the longer stretch of days."""
        spans = sorted({days for _code, days in windows})
        codes = {code for code, _days in windows}
        definitions = [each for each in self.definitions if each.code in codes]
        for row in engine.long(definitions, spans, closure, grain).to_pylist():
            days = spans[row["period"]]
            if row["target"] in self.units and (row["indicator"], days) in windows:
                key = (row["indicator"], row["target"], (days.start, days.end))
                self.windows[key] = self._figure(row, "", 1, 1, 0)

    def _stored(
        self, rows: Sequence[dict[str, Any]], periods: Sequence[Period]
    ) -> Iterator[ComputedFigure]:
        kinds = {each.code: each.applies_to for each in self.definitions}
        members: dict[str | None, int] = {}
        for unit in self.units.values():
            members[unit.parent] = members.get(unit.parent, 0) + 1
        with_data: dict[tuple[str, int, str | None], list[int]] = {}
        for row in rows:
            unit = self.units[row["target"]]
            counts = with_data.setdefault((row["indicator"], row["period"], unit.parent), [0, 0])
            counts[0] += 1
            counts[1] += row["status"] == NOT_ARISING
        alive = {each["body"]: each for each in lives_of_bodies().to_pylist()}
        for row in rows:
            code, period = row["target"], periods[row["period"]]
            if self.units[code].kind not in kinds[row["indicator"]]:
                continue
            if not was_there(alive.get(code), period):
                continue
            if code in members:
                have = with_data.get((row["indicator"], row["period"], code), [0, 0])
                counted = (have[0], members[code], have[1])
            else:
                counted = (1, 1, int(row["status"] == NOT_ARISING))
            figure = self._figure(row, period.code, *counted)
            # Facts do not cover the period to its end yet: what there is, is a part.
            if figure.status == "measured" and period.end > self.known_to:
                figure = replace(figure, status="partial")
            yield figure

    @staticmethod
    def _figure(
        row: dict[str, Any], period: str, with_data: int, expected: int, not_arising: int
    ) -> ComputedFigure:
        return ComputedFigure(
            indicator=row["indicator"],
            version=row["version"],
            unit_code=row["target"],
            period=period,
            numerator=row["numerator"],
            denominator=row["denominator"],
            value=row["value"],
            status=STATUSES[row["status"]],
            basis="none" if row["status"] == NO_DATA else "computed",
            with_data=with_data,
            expected=expected,
            not_arising=not_arising,
            published_numerator=None,
            published_denominator=None,
        )


def _windows(
    derived: Iterable[Definition], periods: Iterable[Period]
) -> Iterator[tuple[str, Interval]]:
    for definition in derived:
        assert definition.formula is not None
        for reference in syntax.references(definition.formula):
            if reference.function not in ("ytd", "moving"):
                continue
            for period in periods:
                days = days_of(reference, period)
                if days is not None:
                    yield reference.code, Interval(days.start, days.end)


def days_of(reference: syntax.Reference, period: Period) -> Interval | None:
    """The days that a reference speaks of when `period` is asked; None when there are none."""
    calendar = calendars().of(period)
    match reference.function:
        case "previous":
            return calendar.previous(period)
        case "last_year":
            return calendar.last_year(period)
        case "ytd":
            return calendar.year_to_date(period)
        case "moving":
            return calendar.moving(period, reference.count or 1)
        case _:
            return period


class _Derived:
    """Indicators made of others, for every body and period where any of those has a figure."""

    def __init__(
        self,
        definitions: Sequence[Definition],
        units: Sequence[Unit],
        from_facts: _FromFacts,
        figures: dict[tuple[str, str, str], ComputedFigure],
    ) -> None:
        self.definitions = {each.code: each for each in definitions if each.formula}
        self.units = units
        self.windows = from_facts.windows
        self.by_days: dict[tuple[str, str, Span], ComputedFigure] = {}
        self.periods: dict[str, Period] = {}
        for each in figures.values():
            if each.value is None and each.numerator is None:
                continue
            period = self.periods.setdefault(each.period, calendars().parse(each.period))
            self.by_days[each.indicator, each.unit_code, (period.start, period.end)] = each

    def figures(self) -> list[ComputedFigure]:
        """In the order in which they need each other."""
        formulas = {code: each.formula for code, each in self.definitions.items() if each.formula}
        found = []
        for code in in_order(formulas):
            definition = self.definitions[code]
            bodies = [unit for unit in self.units if unit.kind in definition.applies_to]
            for period in list(self.periods.values()):
                if not definition.valid_on(period.last_day):
                    continue
                for unit in bodies:
                    figure = self._figure(definition, unit, period)
                    if figure is not None:
                        self.by_days[code, unit.code, (period.start, period.end)] = figure
                        found.append(figure)
        return found

    def _figure(self, definition: Definition, unit: Unit, period: Period) -> ComputedFigure | None:
        used: list[ComputedFigure] = []

        def lookup(reference: syntax.Reference) -> Decimal | None:
            figure = self._referred(reference, unit, period)
            if figure is None:
                return None
            used.append(figure)
            if reference.function in ("numerator", "denominator"):
                part: Decimal | None = getattr(figure, reference.function)
                return part
            return None if figure.value is None else Decimal(repr(figure.value))

        result = evaluate_formula(definition, lookup)
        if result.value is None:
            return None
        estimated = any(each.status == "estimated" for each in used)
        coverage = min(used, key=lambda each: each.with_data / max(1, each.expected))
        return ComputedFigure(
            indicator=definition.code,
            version=definition.version,
            unit_code=unit.code,
            period=period.code,
            numerator=result.numerator,
            denominator=None,
            value=float(result.value),
            status="estimated" if estimated else result.status,
            basis="derived",
            with_data=coverage.with_data,
            expected=coverage.expected,
            not_arising=0,
            published_numerator=None,
            published_denominator=None,
        )

    def _referred(
        self, reference: syntax.Reference, unit: Unit, period: Period
    ) -> ComputedFigure | None:
        days = days_of(reference, period)
        if days is None:
            return None
        key = (reference.code, unit.code, (days.start, days.end))
        if reference.function in ("ytd", "moving"):
            return self.windows.get(key) or self.by_days.get(key)
        return self.by_days.get(key)
