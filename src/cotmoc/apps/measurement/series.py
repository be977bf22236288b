"""An indicator over time for one body: in any calendar, as it was or on the borders of a day.

Civil periods as they were come from stored figures, with their numbers and addresses. Everything
else is reckoned now from the components of single facts; what bodies report can only be added or
merged where parts have figures of their own. Nothing is invented: a point without a value says why.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from cotmoc.analytics.answers import STATUSES, FactEngine, grain_for
from cotmoc.analytics.closure import ROWS, Reason, ShareRule
from cotmoc.analytics.merging import MergeRule, merge_values
from cotmoc.analytics.sessions import open_session
from cotmoc.apps.measurement.catalogue import calendars, fact_tables
from cotmoc.apps.measurement.computing import components_folder
from cotmoc.apps.measurement.models import Basis, Figure, IndicatorVersion
from cotmoc.apps.measurement.ports import lake
from cotmoc.apps.orgs.models import AdminUnit, Organisation
from cotmoc.apps.orgs.queries.closure import closure_for, lives_of_bodies, parts_of_units
from cotmoc.core.calendars import Calendar, Grain
from cotmoc.core.periods import CIVIL, Interval, Period
from cotmoc.indicators import syntax
from cotmoc.indicators.definitions import Definition
from cotmoc.indicators.evaluate import Result, divide, evaluate_formula

# Facts that may be read while a reader waits: some seconds on one core.
MOST_ROWS_AT_ONCE = 5_000_000
# How many periods a series shows unless asked otherwise.
LENGTHS = {"month": 20, "quarter": 12, "half": 8, "nine_months": 6, "year": 6, "week": 26}
# What divided units are weighed by under the rule `dossiers`, and the last such count.
WEIGHED_BY = "dossiers_received"
_counted: dict[tuple[str, ...], dict[str, int]] = {}
_WHOLE, _LOST = "whole:", "lost:"
_SIX = Decimal("0.000001")


REASONS = (
    "closed", "not_begun", "not_ended", "other_level", "civil_only", "part_without_value",
    "data_incomplete", "began_within", "ended_within", "cannot_be_divided", "not_additive",
    *Reason,
)  # fmt: skip


class NotPreparedError(Exception):
    """The components of these months are not there yet, and making them would take long."""

    def __init__(self, months: Sequence[str], rows: int) -> None:
        self.months, self.rows = tuple(months), rows
        super().__init__(f"{len(self.months)} months, {rows} rows")


@dataclass(frozen=True, slots=True)
class Subject:
    """The body a series is of: an organisation, or a territory of any time by its key."""

    code: str
    name: str
    level: str
    valid_from: date | None
    valid_to: date | None
    act: str
    organisation: Organisation | None


@dataclass(frozen=True, slots=True)
class Point:
    """One period of a series. `reason` names why there is no value or why it is unsure, as in
    `REASONS`. `by_share` is the part (0 to 1) of what was counted that came by a share."""

    period: Period
    status: str
    value: Decimal | None = None
    numerator: Decimal | None = None
    denominator: Decimal | None = None
    basis: str = Basis.NONE.value
    reason: str = ""
    by_share: Decimal | None = None
    figure: str = ""


@dataclass(frozen=True, slots=True)
class Part:
    """A body that counts for another only by a share."""

    code: str
    share: Decimal


def find_subject(code: str) -> Subject | None:
    """The body of a code or key; a territory run by exactly one organisation is named by it."""
    if not code or "\x00" in code or len(code) > 60:
        return None
    if not code.isprintable():
        return None
    organisation = Organisation.objects.select_related("unit").filter(code=code).first()
    unit = None
    if organisation is None:
        unit = AdminUnit.objects.select_related("parent").filter(key=code).first()
        if unit is None:
            return None
        tied = list(Organisation.objects.select_related("unit").filter(unit=unit)[:2])
        if len(tied) == 1:
            organisation, unit = tied[0], None
    return _subject(organisation, unit)


def subject_of(organisation: Organisation) -> Subject:
    """An organisation as the body of a series."""
    return _subject(organisation, None)


def _subject(organisation: Organisation | None, unit: AdminUnit | None) -> Subject:
    name = organisation.code if organisation else unit.key if unit else ""
    lives = lives_of_bodies()
    found = lives.filter(pc.equal(lives["body"], name)).to_pylist()
    life = found[0] if found else {}
    return Subject(
        name,
        str(organisation or unit),
        str(life.get("level") or (organisation.kind if organisation else "")),
        life.get("valid_from"),
        life.get("valid_to"),
        str(life.get("act") or ""),
        organisation,
    )


def _days_of(months: Sequence[str]) -> tuple[date, date]:
    """From the first day of the first month up to, not including, the day after the last."""
    if not months:
        return date.max, date.min
    year, month = map(int, max(months).split("-"))
    return date.fromisoformat(f"{min(months)}-01"), date(year + month // 12, month % 12 + 1, 1)


def last_day_of_data(definition: Definition) -> date | None:
    """The last day for which an indicator can have a value: of its facts, or of its figures where
    it is not computed from single facts."""
    months = [
        each.month
        for table in _tables_of(definition)
        for each in lake().table(table).manifest().parts
    ]
    if months:
        return _days_of(months)[1] - timedelta(days=1)
    return (
        Figure.objects.current()
        .filter(indicator__code=definition.code)
        .exclude(value=None)
        .order_by("-period_end")
        .values_list("period_end", flat=True)
        .first()
    )


def usual_periods(calendar: Calendar, kind: str, last: date, count: int = 0) -> list[Period]:
    """The last periods of a kind up to the one that holds a day, the oldest first."""
    count = count or LENGTHS.get(kind, 12)
    period = calendar.containing(last, kind)
    if period is None:
        before = calendar.periods(kind, date(last.year - 1, 1, 1), last)
        period = before[-1] if before else None
    found: list[Period] = []
    while period is not None and len(found) < count:
        found.append(period)
        period = calendar.previous(period)
    return found[::-1]


def divided_parts(body: str, on: date, rule: ShareRule) -> list[Part]:
    """The bodies that count for a body only by a share on the borders of a day."""
    table = closure_for(on, rule, _weights(rule)).table
    mine = table.filter(pc.and_(pc.equal(table["target"], body), table["estimated"]))
    rows = zip(mine["source"].to_pylist(), mine["share"].to_pylist(), strict=True)
    return [Part(source, share) for source, share in sorted(rows)]


def series(
    definition: Definition,
    body: Subject,
    periods: Sequence[Period],
    *,
    calendar: str = CIVIL,
    on: date | None = None,
    rule: ShareRule = ShareRule.EQUAL,
    merge_rule: MergeRule = MergeRule.SUM_OF_PARTS,
    viewer: object,
    today: date,
    patience: int = MOST_ROWS_AT_ONCE,
) -> list[Point]:
    """A point for every period, in their order.

    `on` empty is as it was. `rule` says by what divided units are split, `merge_rule` what the
    value of a merged unit is; both count only with `on`. The public gets published figures only.
    Raises NotPreparedError when more than `patience` facts would have to be read first.
    """
    stored: dict[str, Figure] = {}
    if on is None and calendar == CIVIL:
        stored = _stored([body.code], [definition.code], periods, viewer).get(
            (body.code, definition.code), {}
        )
    asked = [each for each in periods if each.code not in stored]
    computed: dict[Period, Point] = {}
    if asked and getattr(viewer, "is_authenticated", False):
        reckoning = _Reckoning(
            definition, body, asked, calendars()[calendar], on, rule, merge_rule, viewer, patience
        )
        computed = reckoning.points()
    return [
        _of_figure(each, stored[each.code])
        if each.code in stored
        else _explained(computed.get(each, Point(each, "no_data")), definition, body, on, today)
        for each in periods
    ]


def _weights(rule: ShareRule, patience: int | None = None) -> Mapping[str, int] | None:
    """For the rule `dossiers`: how many each body received as it was, in all months on hand."""
    if rule is not ShareRule.DOSSIERS:
        return None
    counting = IndicatorVersion.objects.filter(code=WEIGHED_BY).order_by("-latest", "-id").first()
    if counting is None or counting.definition.computed_path is None:
        return {}
    definition = counting.definition
    assert definition.computed_path
    partitions = lake().table(definition.computed_path.table).partitions()
    if not partitions:
        return {}
    first, end = _days_of([each.month for each in partitions])
    with open_session() as session:
        engine = FactEngine(lake(), fact_tables(), components_folder(), session)
        _prepare(engine, [definition], "month", patience)
        key = (closure_for(None).digest, *(each.digest for each in partitions))
        if key not in _counted:
            rows = engine.long([definition], [Interval(first, end)], closure_for(None).table)
            _counted.clear()
            _counted[key] = dict(
                zip(
                    rows["target"].to_pylist(), map(int, rows["numerator"].to_pylist()), strict=True
                )
            )
        return _counted[key]


def _prepare(
    engine: FactEngine, definitions: Sequence[Definition], grain: Grain, patience: int | None
) -> None:
    """Bring the components up to date, unless that takes more reading than was allowed."""
    stale = engine.stale(definitions, grain)
    rows = sum(each.rows for each in stale)
    if patience is not None and rows > patience:
        raise NotPreparedError([each.month for each in stale], rows)
    if stale:
        engine.refresh(definitions, grain)


def _of_figure(period: Period, row: Figure) -> Point:
    return Point(
        period,
        row.status,
        row.value,
        row.numerator,
        row.denominator,
        row.basis,
        figure=f"{row.indicator.code}/{row.organisation.code}/{row.period}",
    )


def _explained(
    point: Point, definition: Definition, body: Subject, on: date | None, today: date
) -> Point:
    """Say why a point has no value where the body's life or the calendar tells."""
    start = on or point.period.start
    last = on or point.period.last_day
    if body.valid_to is not None and body.valid_to <= start:
        return Point(point.period, "closed", reason="closed")
    if body.valid_from is not None and body.valid_from > last:
        return Point(point.period, "not_applicable", reason="not_begun")
    if point.status == "measured" and body.valid_to is not None and body.valid_to <= last:
        return replace(point, status="partial", reason="ended_within")
    if point.status == "measured" and body.valid_from is not None and body.valid_from > start:
        return replace(point, status="partial", reason="began_within")
    if point.value is not None or point.status in ("not_comparable", "not_arising"):
        return point
    if point.period.end > today:
        return replace(point, status="not_due", reason="not_ended")
    kinds = ("province", "department", "commune")
    if body.level in kinds and body.level not in definition.applies_to:
        return replace(point, status="not_applicable", reason="other_level")
    return point


def _stored(
    bodies: Iterable[str], codes: Iterable[str], periods: Iterable[Period], viewer: object
) -> dict[tuple[str, str], dict[str, Figure]]:
    """Current figures by body and indicator, then period. One query."""
    found: dict[tuple[str, str], dict[str, Figure]] = {}
    rows = (
        Figure.objects.current_for(viewer)
        .filter(
            organisation__code__in=list(bodies),
            indicator__code__in=list(codes),
            period__in=[each.code for each in periods],
        )
        .select_related("indicator", "organisation")
        .defer("indicator__content")
    )
    for row in rows:
        found.setdefault((row.organisation.code, row.indicator.code), {})[row.period] = row
    return found


def _tables_of(definition: Definition) -> set[str]:
    if definition.formula is None:
        return {definition.computed_path.table} if definition.computed_path else set()
    known = _definitions({definition.code})
    return {
        each.computed_path.table
        for versions in known.values()
        for each in versions
        if each.computed_path
    }


def _definitions(codes: Iterable[str]) -> dict[str, list[Definition]]:
    """All versions of these indicators and of those they are derived from, as last recorded."""
    found: dict[str, list[Definition]] = {}
    wanted = set(codes)
    while wanted:
        latest: dict[tuple[str, int], IndicatorVersion] = {}
        for row in IndicatorVersion.objects.filter(code__in=wanted).order_by("latest", "id"):
            latest[row.code, row.version] = row
        for code in wanted:
            found[code] = [row.definition for (name, _), row in latest.items() if name == code]
        wanted = {
            reference.code
            for code in wanted
            for each in found[code]
            if each.formula is not None
            for reference in syntax.references(each.formula)
        } - set(found)
    return found


class _Reckoning:
    """One series on its way: what must be asked, the answers, and the points made of them."""

    def __init__(
        self,
        definition: Definition,
        body: Subject,
        periods: Sequence[Period],
        calendar: Calendar,
        on: date | None,
        rule: ShareRule,
        merge_rule: MergeRule,
        viewer: object,
        patience: int,
    ) -> None:
        self.definition = definition
        self.body = body
        self.periods = periods
        self.calendar = calendar
        self.on, self.rule, self.merge_rule = on, rule, merge_rule
        self.viewer = viewer
        self.patience = patience
        self.known = _definitions({definition.code})
        self.spans: dict[tuple[date, date], Interval] = {}
        self.base: dict[str, Definition] = {}
        self.answers: dict[tuple[str, str, date, date], dict[str, Any]] = {}
        self.losses: list[dict[str, Any]] = []
        self.held = (date.max, date.min)

    def points(self) -> dict[Period, Point]:
        """A point for every asked period; where nothing is known its status says so."""
        for period in self.periods:
            self._collect(self.definition.code, period)
        parts = self._parts()
        if not self.base:
            return self._from_reported(parts)
        merged = self.on is not None and self.merge_rule is not MergeRule.SUM_OF_PARTS
        closure = self._closure_of_parts(parts) if merged and parts else self._closure()
        self._ask(closure)
        if merged and parts:
            return {each: self._merged(each, parts) for each in self.periods}
        return {each: self._computed(each) for each in self.periods}

    # What is asked --------------------------------------------------------------------------

    def _version(self, code: str, span: Interval) -> Definition | None:
        return next((d for d in self.known.get(code, ()) if d.valid_on(span.last_day)), None)

    def _collect(self, code: str, span: Interval) -> None:
        version = self._version(code, span)
        if version is None:
            return
        if version.formula is not None:
            for reference in syntax.references(version.formula):
                other = self._span(reference, span)
                if other is not None:
                    self._collect(reference.code, other)
        elif version.computed_path is not None:
            self.base[version.digest] = version
            self.spans[span.start, span.end] = span

    def _span(self, reference: syntax.Reference, span: Interval) -> Interval | None:
        """The days a reference speaks of; only a named period has neighbours."""
        if reference.function in ("value", "numerator", "denominator"):
            return span
        if not isinstance(span, Period):
            return None
        match reference.function:
            case "previous":
                return self.calendar.previous(span)
            case "last_year":
                return self.calendar.last_year(span)
            case "ytd":
                return self.calendar.year_to_date(span)
            case _:
                return self.calendar.moving(span, reference.count or 1)

    def _closure(self) -> pa.Table:
        """The rows of the body itself; of those that come whole, and what cannot come at all,
        counted apart beside it."""
        closure = closure_for(self.on, self.rule, _weights(self.rule, self.patience))
        table, lost = closure.table, closure.lost
        mine = table.filter(pc.equal(table["target"], self.body.code))
        tables = [mine]
        whole = mine.filter(pc.invert(mine["estimated"]))
        if whole.num_rows < mine.num_rows:
            tables.append(_renamed(whole, _WHOLE))
        self.losses = lost.filter(pc.equal(lost["target"], self.body.code)).to_pylist()
        if self.losses:
            sources = sorted({row["source"] for row in self.losses})
            count = len(sources)
            tables.append(
                pa.table(
                    {
                        "source": sources,
                        "target": [_LOST] * count,
                        "level": [self.body.level] * count,
                        "share": [Decimal(1)] * count,
                        "estimated": [False] * count,
                    },
                    schema=ROWS,
                )
            )
        return pa.concat_tables(tables)

    def _closure_of_parts(self, parts: Sequence[Mapping[str, Any]]) -> pa.Table:
        table = closure_for(None).table
        names = pa.array([each["part"] for each in parts], pa.string())
        return table.filter(pc.is_in(table["target"], names))

    def _parts(self) -> list[dict[str, Any]]:
        if self.on is None or self.body.level not in ("province", "commune"):
            return []
        table = parts_of_units(self.on, self.body.level)
        return list(table.filter(pc.equal(table["target"], self.body.code)).to_pylist())

    def _ask(self, closure: pa.Table) -> None:
        spans = list(self.spans.values())
        grain = grain_for(spans)
        definitions = list(self.base.values())
        tables = {each.computed_path.table for each in definitions if each.computed_path}
        months = [each.month for name in tables for each in lake().table(name).manifest().parts]
        self.held = _days_of(months)
        with open_session() as session:
            engine = FactEngine(lake(), fact_tables(), components_folder(), session)
            _prepare(engine, definitions, grain, self.patience)
            found = engine.long(definitions, spans, closure, grain).to_pylist()
        for row in found:
            span = spans[row["period"]]
            self.answers[row["indicator"], row["target"], span.start, span.end] = row

    # What is answered -----------------------------------------------------------------------

    def _answer(self, code: str, target: str, span: Interval) -> dict[str, Any] | None:
        return self.answers.get((code, target, span.start, span.end))

    def _result(self, code: str, target: str, span: Interval) -> Result:
        """What an indicator gives for a body (or what was counted apart) in some days."""
        version = self._version(code, span)
        nothing = Result(None, None, None, "no_data")
        if version is None:
            return nothing
        if version.formula is None:
            row = self._answer(code, target, span)
            if row is None:
                return nothing
            value = None if row["value"] is None else Decimal(repr(row["value"]))
            status = STATUSES[row["status"]]
            return Result(row["numerator"], row["denominator"], value, status)  # type: ignore[arg-type]
        statuses: set[str] = set()

        def lookup(reference: syntax.Reference) -> Decimal | None:
            other = self._span(reference, span)
            if other is None:
                return None
            found = self._result(reference.code, target, other)
            statuses.add(found.status)
            if reference.function == "numerator":
                return found.numerator
            return found.denominator if reference.function == "denominator" else found.value

        result = evaluate_formula(version, lookup)
        if "not_comparable" in statuses:
            return Result(None, None, None, "not_comparable")
        if "estimated" in statuses and result.value is not None:
            return replace(result, status="estimated")
        return result

    def _computed(self, period: Period) -> Point:
        code = self.definition.code
        result = self._result(code, self.body.code, period)
        if result.status == "measured" and not self._has_facts_of_all(period):
            result = replace(result, status="partial")
        if self.losses and self._anything(_LOST, period):
            reason = str(self.losses[0]["reason"])
            return Point(period, "not_comparable", reason=reason)
        reason = ""
        if result.status == "not_comparable":
            reason = "cannot_be_divided"
        elif result.status == "partial":
            reason = "data_incomplete"
        by_share = None
        if result.status == "estimated":
            whole = self._result(code, _WHOLE, period)
            by_share = _part_by_share(result, whole)
        version = self._version(code, period)
        basis = Basis.COMPUTED if version and version.formula is None else Basis.DERIVED
        return Point(
            period,
            result.status,
            _rounded(result.value),
            _rounded(result.numerator),
            _rounded(result.denominator),
            basis.value if result.status != "no_data" else Basis.NONE.value,
            reason,
            by_share,
        )

    def _has_facts_of_all(self, period: Period) -> bool:
        """Whether the facts on hand begin before the period and reach to its end."""
        first, last = self.held
        return first <= period.start and period.end <= last

    def _anything(self, target: str, span: Interval) -> bool:
        return any(
            key[1] == target and key[2] < span.end and span.start < key[3] for key in self.answers
        )

    def _merged(self, period: Period, parts: Sequence[Mapping[str, Any]]) -> Point:
        """The value of a merged unit by a rule, from the values its parts had of their own."""
        there = _there(parts, period)
        values = [
            (self._result(self.definition.code, each["part"], period).value, each["population"])
            for each in there
        ]
        return self._by_rule(period, there, values)

    def _by_rule(
        self,
        period: Period,
        there: Sequence[Mapping[str, Any]],
        values: Sequence[tuple[Decimal | None, Decimal | None]],
    ) -> Point:
        if not there or any(value is None for value, _ in values):
            return Point(period, "no_data", reason="part_without_value" if len(there) > 1 else "")
        if not all(each["whole"] for each in there):
            return Point(period, "not_comparable", reason=Reason.REST_UNKNOWN.value)
        if len(there) == 1:
            return Point(period, "measured", _rounded(values[0][0]), basis=Basis.COMPUTED.value)
        value = merge_values(self.merge_rule, values)
        if value is None:
            return Point(period, "not_comparable", reason=Reason.WEIGHT_MISSING.value)
        return Point(period, "measured", _rounded(value), basis=Basis.DERIVED.value)

    def _from_reported(self, parts: Sequence[Mapping[str, Any]]) -> dict[Period, Point]:
        """What bodies report, on later borders: figures of the parts, added or merged."""
        if self.calendar.code != CIVIL:
            return {each: Point(each, "no_data", reason="civil_only") for each in self.periods}
        if self.on is None:
            return {}
        parts = parts or [
            {"part": self.body.code, "valid_from": None, "valid_to": None, "whole": True,
             "population": None}
        ]  # fmt: skip
        names = [each["part"] for each in parts]
        figures = _stored(names, [self.definition.code], self.periods, self.viewer)
        return {each: self._reported(each, parts, figures) for each in self.periods}

    def _reported(
        self,
        period: Period,
        parts: Sequence[Mapping[str, Any]],
        figures: Mapping[tuple[str, str], Mapping[str, Figure]],
    ) -> Point:
        there = _there(parts, period)
        rows = [
            figures.get((each["part"], self.definition.code), {}).get(period.code) for each in there
        ]
        held = [row for row in rows if row is not None]
        if len(there) == 1 and held:
            return _of_figure(period, held[0])
        if self.merge_rule is not MergeRule.SUM_OF_PARTS:
            values = [
                (None if row is None else row.value, each["population"])
                for row, each in zip(rows, there, strict=True)
            ]
            return self._by_rule(period, there, values)
        if len(held) < len(there) or not held:
            return Point(period, "no_data", reason="part_without_value" if held else "")
        if not all(each["whole"] for each in there):
            return Point(period, "not_comparable", reason=Reason.REST_UNKNOWN.value)
        if self.definition.rollup_units != "sum":
            return Point(period, "not_comparable", reason="not_additive")
        result = divide(
            self.definition,
            _added(row.numerator for row in held),
            _added(row.denominator for row in held) if self.definition.divides else None,
        )
        return Point(
            period,
            result.status,
            _rounded(result.value),
            result.numerator,
            result.denominator,
            Basis.SUMMED.value,
        )


def _there(parts: Iterable[Mapping[str, Any]], period: Period) -> list[Mapping[str, Any]]:
    """The parts that were there on a period's last day."""
    day = period.last_day
    return [
        each
        for each in parts
        if (each["valid_from"] is None or each["valid_from"] <= day)
        and (each["valid_to"] is None or day < each["valid_to"])
    ]


def _part_by_share(result: Result, whole: Result) -> Decimal | None:
    """Which part of what was counted came by a share: of the denominator, or of the count."""
    total, sure = result.denominator, whole.denominator
    if total is None:
        total, sure = result.numerator, whole.numerator
    if not total or total < 0:
        return None
    return ((total - (sure or Decimal(0))) / total).quantize(_SIX)


def _added(numbers: Iterable[Decimal | None]) -> Decimal | None:
    found = list(numbers)
    return None if None in found else sum((each for each in found if each), Decimal(0))


def _rounded(number: Decimal | None) -> Decimal | None:
    return None if number is None else number.quantize(_SIX)


def _renamed(table: pa.Table, target: str) -> pa.Table:
    column = table.schema.get_field_index("target")
    names = pa.array([target] * table.num_rows, pa.string())
    return table.set_column(column, table.schema.field(column), names)
