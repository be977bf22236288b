"""What counts for whom: from bodies of facts to bodies of figures, on the borders of a day.

A closure is a table. `source` is a body as facts name it (an organisation's code or a unit's key),
`target` a body that gets a figure, `share` the part of the source's additive measures that counts
there. Without a day every source counts for itself and its ancestors as they were. For a day `on`,
units that ended before move along the edges of succession, units that began after move back.
"""

import hashlib
import math
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction

import pyarrow as pa

COUNTRY = "country:VN"
PLACES = 12
_WHOLE = 10**PLACES
_ONE = Decimal("1.000000000000")

Number = int | float | Decimal

ROWS = pa.schema(
    [
        ("source", pa.string()),
        ("target", pa.string()),
        ("level", pa.string()),
        ("share", pa.decimal128(18, PLACES)),
        ("estimated", pa.bool_()),
    ]
)
LOST = pa.schema(
    [
        ("source", pa.string()),
        ("target", pa.string()),
        ("level", pa.string()),
        ("reason", pa.string()),
        ("lacking", pa.string()),
    ]
)
LIVES = pa.schema(
    [
        ("body", pa.string()),
        ("level", pa.string()),
        ("unit", pa.string()),
        ("valid_from", pa.date32()),
        ("valid_to", pa.date32()),
        ("act", pa.string()),
    ]
)


class ShareRule(StrEnum):
    """By what a divided unit is split over its parts. None of them is known to be true: whatever
    moves by a share is estimated."""

    EQUAL = "equal"
    AREA = "area"
    POPULATION = "population"
    DOSSIERS = "dossiers"


class Reason(StrEnum):
    """Why a source does not arrive."""

    WEIGHT_MISSING = "weight_missing"
    WEIGHT_NOT_POSITIVE = "weight_not_positive"
    REST_UNKNOWN = "rest_unknown"
    NO_SUCCESSOR = "no_successor"
    NO_PREDECESSOR = "no_predecessor"


# With these the shares are unknown, the places are not.
_PLACES_KNOWN = {Reason.WEIGHT_MISSING, Reason.WEIGHT_NOT_POSITIVE}


@dataclass(frozen=True, slots=True)
class UnitLife:
    """A territory during `[valid_from, valid_to)`; an empty bound is open. Area in km²."""

    key: str
    level: str
    code: str
    parent_key: str | None
    valid_from: date | None
    valid_to: date | None
    area: Number | None = None
    population: Number | None = None

    def on(self, day: date) -> bool:
        """Whether it was there on a day."""
        return _within(day, self.valid_from, self.valid_to)


@dataclass(frozen=True, slots=True)
class Edge:
    """On `date` the predecessor, whole or a part, went to the successor."""

    predecessor_key: str
    successor_key: str
    date: date
    whole: bool
    act: str = ""


@dataclass(frozen=True, slots=True)
class Body:
    """An organisation: the body its figures add to, and the territory it runs, if any."""

    code: str
    kind: str
    parent: str | None
    unit_key: str | None
    valid_from: date | None
    valid_to: date | None


@dataclass(frozen=True, slots=True)
class Closure:
    """A built closure.

    `table` (ROWS) holds what counts, `lost` (LOST) what cannot be moved by this rule: figures of a
    `target` named there are not comparable; an empty target means that nobody on that day stands
    for the source at that level. `lacking` is the unit without the weight. `digest` is of the
    content, so two days with the same borders have the same one.
    """

    on: date | None
    rule: ShareRule
    table: pa.Table
    lost: pa.Table
    digest: str


def build_closure(
    units: Iterable[UnitLife],
    edges: Iterable[Edge],
    bodies: Iterable[Body],
    *,
    on: date | None,
    rule: ShareRule = ShareRule.EQUAL,
    weights: Mapping[str, Number] | None = None,
) -> Closure:
    """What counts for whom as it was (`on` empty) or on the borders of a day.

    A target is named by the organisation tied to its unit where there is exactly one, else by the
    unit's key. `weights` are for the rule `dossiers`: a number for each part, by unit key or
    organisation code. Raises ValueError when an edge does not join an end to a beginning or claims
    to be whole beside others.
    """
    index = _Index(units, edges, bodies)
    paths: _AsItWas | _OnDay = _AsItWas(index)
    if on is not None:
        paths = _OnDay(index, on, _Weighing(index, rule, weights))
    rows: list[tuple[str, _Row]] = []
    lost: list[tuple[str, _Loss]] = []
    for source in [*sorted(index.units), *sorted(index.bodies), COUNTRY]:
        found = paths.of(source)
        rows += [(source, row) for row in found.rows]
        lost += [(source, loss) for loss in found.losses]
    return Closure(on, rule, _row_table(rows), _lost_table(lost), _digest(rows, lost))


def lives(units: Iterable[UnitLife], edges: Iterable[Edge], bodies: Iterable[Body]) -> pa.Table:
    """When each body was there (LIVES), with the act that ended it where it is known.

    An organisation lives no longer than the territory it runs, or the body it adds to.
    """
    index = _Index(units, edges, bodies)
    rows: list[tuple[object, ...]] = []
    for key, unit in sorted(index.units.items()):
        rows.append((key, unit.level, key, unit.valid_from, unit.valid_to, index.act(key)))
    for code, body in sorted(index.bodies.items()):
        start, end = index.life(code)
        act = index.act(body.unit_key) if body.unit_key else ""
        rows.append((code, body.kind, body.unit_key, start, end, act))
    return _table(rows, LIVES)


def unit_names(
    units: Iterable[UnitLife], bodies: Iterable[Body], *, on: date | None
) -> dict[str, str]:
    """The body that figures of each unit are named by: the one organisation tied to it on the day,
    or without a day during the unit's life; else the unit's own key."""
    index = _Index(units, (), bodies)
    if on is None:
        return {
            key: index.name_during(unit, unit.valid_from, unit.valid_to)
            for key, unit in index.units.items()
        }
    return {key: index.name_on(unit, on) for key, unit in index.units.items()}


@dataclass(frozen=True, slots=True)
class _Row:
    target: str
    level: str
    share: Decimal
    estimated: bool


@dataclass(frozen=True, slots=True)
class _Loss:
    target: str | None
    level: str
    reason: Reason
    lacking: str | None = None


@dataclass(frozen=True, slots=True)
class _Found:
    rows: tuple[_Row, ...]
    losses: tuple[_Loss, ...] = ()


_COUNTRY_ROW = _Row(COUNTRY, "country", _ONE, False)


class _Index:
    """Units, edges and organisations by what they are asked for."""

    def __init__(
        self, units: Iterable[UnitLife], edges: Iterable[Edge], bodies: Iterable[Body]
    ) -> None:
        self.units = {unit.key: unit for unit in units}
        self.bodies = {body.code: body for body in bodies}
        self.after: dict[str, list[Edge]] = {}
        self.before: dict[str, list[Edge]] = {}
        for edge in sorted(edges, key=lambda edge: (edge.predecessor_key, edge.successor_key)):
            self._check(edge)
            self.after.setdefault(edge.predecessor_key, []).append(edge)
            self.before.setdefault(edge.successor_key, []).append(edge)
        for key, became in self.after.items():
            if len(became) > 1 and any(edge.whole for edge in became):
                raise ValueError(f"{key} went whole to one unit and also to others")
        self.tied: dict[str, list[Body]] = {}
        for body in self.bodies.values():
            if body.unit_key is not None:
                self.tied.setdefault(body.unit_key, []).append(body)
        self._lines: dict[str, tuple[UnitLife, ...]] = {}

    def _check(self, edge: Edge) -> None:
        ended = self.units[edge.predecessor_key].valid_to
        began = self.units[edge.successor_key].valid_from
        if (ended, began) != (edge.date, edge.date):
            raise ValueError(
                f"{edge.predecessor_key} → {edge.successor_key} on {edge.date} "
                "does not join an end to a beginning"
            )

    def line(self, key: str) -> tuple[UnitLife, ...]:
        """A unit and its ancestors, upwards."""
        if key not in self._lines:
            unit = self.units[key]
            above = self.line(unit.parent_key) if unit.parent_key else ()
            self._lines[key] = (unit, *above)
        return self._lines[key]

    def life(self, code: str) -> tuple[date | None, date | None]:
        """When an organisation was there: not before nor after what it stands on."""
        body = self.bodies[code]
        start, end = body.valid_from, body.valid_to
        if body.unit_key:
            unit = self.units[body.unit_key]
            return _later(start, unit.valid_from), _earlier(end, unit.valid_to)
        if body.parent:
            above = self.life(body.parent)
            return _later(start, above[0]), _earlier(end, above[1])
        return start, end

    def name_on(self, unit: UnitLife, day: date) -> str:
        """The one organisation tied to a unit on a day; of several none, then its key."""
        tied = self.tied.get(unit.key)
        if not tied:
            return unit.key
        there = [body.code for body in tied if _within(day, body.valid_from, body.valid_to)]
        return there[0] if len(there) == 1 else unit.key

    def name_during(self, unit: UnitLife, start: date | None, end: date | None) -> str:
        """The one organisation tied to a unit at some time between; else its key."""
        tied = self.tied.get(unit.key)
        if not tied:
            return unit.key
        met = [body.code for body in tied if _meet(start, end, body.valid_from, body.valid_to)]
        return met[0] if len(met) == 1 else unit.key

    def act(self, key: str) -> str:
        """The act by which a unit ended, where it is known."""
        return next((edge.act for edge in self.after.get(key, ()) if edge.act), "")


class _AsItWas:
    """Every source counts whole for itself and for its ancestors during its own life."""

    def __init__(self, index: _Index) -> None:
        self.index = index

    def of(self, source: str) -> _Found:
        if source == COUNTRY:
            return _Found((_COUNTRY_ROW,))
        unit = self.index.units.get(source)
        if unit is not None:
            return self._above(self.index.line(source), unit.valid_from, unit.valid_to)
        body = self.index.bodies[source]
        own = _Row(source, body.kind, _ONE, False)
        if body.unit_key is not None:
            above = self._above(self.index.line(body.unit_key)[1:], *self.index.life(source))
        else:
            above = self.of(body.parent or COUNTRY)
        return _Found((own, *above.rows))

    def _above(self, line: Iterable[UnitLife], start: date | None, end: date | None) -> _Found:
        named = (
            _Row(self.index.name_during(unit, start, end), unit.level, _ONE, False) for unit in line
        )
        return _Found((*named, _COUNTRY_ROW))


@dataclass(frozen=True, slots=True)
class _Arrival:
    """Where a unit's territory is on the day: shares by unit key, or, with a reason, only the
    places it may have gone to. `fallen`: it has no edge, what it belonged to stands for it."""

    parts: Mapping[str, Fraction]
    reason: Reason | None = None
    lacking: str | None = None
    fallen: Reason | None = None


class _Weighing:
    """Weights of parts by the named rule."""

    def __init__(
        self, index: _Index, rule: ShareRule, weights: Mapping[str, Number] | None
    ) -> None:
        self.index = index
        self.rule = rule
        self.weights = weights or {}

    def of(self, key: str) -> Fraction | None:
        """The weight of a unit; nothing when it is not known."""
        unit = self.index.units[key]
        if self.rule is ShareRule.EQUAL:
            return Fraction(1)
        if self.rule is ShareRule.AREA:
            return _fraction(unit.area)
        if self.rule is ShareRule.POPULATION:
            return _fraction(unit.population)
        names = [key, *(body.code for body in self.index.tied.get(key, ()))]
        known = [_fraction(self.weights[name]) for name in names if name in self.weights]
        return sum((each for each in known if each is not None), Fraction(0)) if known else None


class _OnDay:
    """Every source counts for those who are there on the day, wherever it has gone."""

    def __init__(self, index: _Index, on: date, weighing: _Weighing) -> None:
        self.index = index
        self.day = on
        self.weighing = weighing
        self._arrivals: dict[str, _Arrival] = {}
        self._found: dict[str, _Found] = {COUNTRY: _Found((_COUNTRY_ROW,))}

    def of(self, source: str) -> _Found:
        found = self._found.get(source)
        if found is None:
            is_unit = source in self.index.units
            found = self._of_unit(source) if is_unit else self._of_body(source)
            self._found[source] = found
        return found

    def _of_body(self, code: str) -> _Found:
        body = self.index.bodies[code]
        alive = _within(self.day, *self.index.life(code))
        own = _Row(code, body.kind, _ONE, False)
        if body.unit_key is not None:
            found = self.of(body.unit_key)
            # Of several organisations for one territory each counts for itself.
            return _Found((own, *found.rows[1:]), found.losses) if alive else found
        above = self.of(body.parent or COUNTRY)
        if alive:
            return _Found((own, *above.rows), above.losses)
        start = self.index.life(code)[0]
        unborn = start is not None and self.day < start
        reason = Reason.NO_PREDECESSOR if unborn else Reason.NO_SUCCESSOR
        return _Found(above.rows, (_Loss(None, body.kind, reason), *above.losses))

    def _of_unit(self, key: str) -> _Found:
        arrival = self._arrive(key)
        unit = self.index.units[key]
        losses = [_Loss(None, unit.level, arrival.fallen)] if arrival.fallen else []
        if arrival.reason is not None:
            rows, more = self._candidates(arrival)
            return _Found((*rows, _COUNTRY_ROW), (*losses, *more))
        rows, more = self._shared(arrival.parts)
        return _Found((*rows, _COUNTRY_ROW), (*losses, *more))

    def _shared(self, parts: Mapping[str, Fraction]) -> tuple[list[_Row], list[_Loss]]:
        """Shares at every level: rounded where the source arrives, added up above."""
        if len(parts) == 1:
            (key,) = parts
            line = self.index.line(key)
            return [_Row(self._name(unit), unit.level, _ONE, False) for unit in line], []
        levels: dict[str, dict[str, int]] = {}
        for key, share in _rounded(parts):
            for unit in self.index.line(key):
                at_level = levels.setdefault(unit.level, {})
                name = self._name(unit)
                at_level[name] = at_level.get(name, 0) + share
        rows: list[_Row] = []
        losses: list[_Loss] = []
        for level, at_level in levels.items():
            if sum(at_level.values()) != _WHOLE:
                losses += [_Loss(name, level, Reason.NO_SUCCESSOR) for name in at_level]
                continue
            estimated = len(at_level) > 1
            rows += [
                _Row(name, level, Decimal(share).scaleb(-PLACES), estimated)
                for name, share in at_level.items()
            ]
        return rows, losses

    def _candidates(self, arrival: _Arrival) -> tuple[list[_Row], list[_Loss]]:
        """Without shares a source still counts whole where all its possible places agree."""
        assert arrival.reason is not None
        lines = [self.index.line(key) for key in sorted(arrival.parts)]
        levels: dict[str, list[str]] = {}
        for line in lines:
            for unit in line:
                levels.setdefault(unit.level, []).append(self._name(unit))
        rows: list[_Row] = []
        losses: list[_Loss] = []
        for level, names in levels.items():
            agreed = len(names) == len(lines) and len(set(names)) == 1
            if agreed and arrival.reason in _PLACES_KNOWN:
                rows.append(_Row(names[0], level, _ONE, False))
            else:
                losses += [
                    _Loss(name, level, arrival.reason, arrival.lacking)
                    for name in dict.fromkeys(names)
                ]
        return rows, losses

    def _name(self, unit: UnitLife) -> str:
        return self.index.name_on(unit, self.day)

    def _arrive(self, key: str) -> _Arrival:
        if key not in self._arrivals:
            self._arrivals[key] = self._move(self.index.units[key])
        return self._arrivals[key]

    def _move(self, unit: UnitLife) -> _Arrival:
        if unit.on(self.day):
            return _Arrival({unit.key: Fraction(1)})
        if unit.valid_to is not None and unit.valid_to <= self.day:
            edges = self.index.after.get(unit.key, [])
            if len(edges) == 1 and not edges[0].whole:
                there = self._arrive(edges[0].successor_key)
                return _Arrival(there.parts, Reason.REST_UNKNOWN)
            parts, missing = [edge.successor_key for edge in edges], Reason.NO_SUCCESSOR
        else:
            # What has one predecessor lies in it, whether or not the predecessor went over whole.
            edges = self.index.before.get(unit.key, [])
            parts, missing = [edge.predecessor_key for edge in edges], Reason.NO_PREDECESSOR
        if parts:
            return self._split(parts)
        above = self._arrive(unit.parent_key) if unit.parent_key else _Arrival({}, missing)
        return _Arrival(above.parts, above.reason, above.lacking, fallen=missing)

    def _split(self, parts: list[str]) -> _Arrival:
        """Divide by the weights of the parts; parts that meet again are one."""
        arrivals = [self._arrive(part) for part in parts]
        if len(arrivals) == 1:
            return arrivals[0]
        places = sorted({place for each in arrivals for place in each.parts})
        unknown = dict.fromkeys(places, Fraction(0))
        fallen = next((each.fallen for each in arrivals if each.fallen), None)
        stuck = [each for each in arrivals if each.reason is not None]
        if stuck:
            worst = min(stuck, key=lambda each: each.reason in _PLACES_KNOWN)
            return _Arrival(unknown, worst.reason, worst.lacking, fallen)
        if len(places) == 1:
            return _Arrival({places[0]: Fraction(1)}, fallen=fallen)
        weights: list[Fraction] = []
        for part in parts:
            weight = self.weighing.of(part)
            if weight is None or weight <= 0:
                missing = weight is None
                reason = Reason.WEIGHT_MISSING if missing else Reason.WEIGHT_NOT_POSITIVE
                return _Arrival(unknown, reason, part, fallen)
            weights.append(weight)
        total = sum(weights)
        shares = dict.fromkeys(places, Fraction(0))
        for weight, each in zip(weights, arrivals, strict=True):
            for place, share in each.parts.items():
                shares[place] += share * weight / total
        return _Arrival(shares, fallen=fallen)


def _rounded(parts: Mapping[str, Fraction]) -> Iterator[tuple[str, int]]:
    """Shares in units of the last place, ordered by key; the last takes what rounding left."""
    *first, last = sorted(parts)
    left = _WHOLE
    for key in first:
        share = math.floor(parts[key] * _WHOLE)
        left -= share
        yield key, share
    yield last, left


def _fraction(value: Number | None) -> Fraction | None:
    if value is None or not math.isfinite(value):
        return None
    return Fraction(value)


def _within(day: date, start: date | None, end: date | None) -> bool:
    return (start is None or start <= day) and (end is None or day < end)


def _meet(a_from: date | None, a_to: date | None, b_from: date | None, b_to: date | None) -> bool:
    """Whether two half-open intervals have a day in common."""
    return (a_to is None or b_from is None or b_from < a_to) and (
        b_to is None or a_from is None or a_from < b_to
    )


def _later(one: date | None, other: date | None) -> date | None:
    return max((day for day in (one, other) if day is not None), default=None)


def _earlier(one: date | None, other: date | None) -> date | None:
    return min((day for day in (one, other) if day is not None), default=None)


def _row_table(rows: list[tuple[str, _Row]]) -> pa.Table:
    return _table(((s, r.target, r.level, r.share, r.estimated) for s, r in rows), ROWS)


def _lost_table(lost: list[tuple[str, _Loss]]) -> pa.Table:
    return _table(((s, x.target, x.level, x.reason.value, x.lacking) for s, x in lost), LOST)


def _table(rows: Iterable[tuple[object, ...]], schema: pa.Schema) -> pa.Table:
    columns = list(zip(*rows, strict=True)) or [() for _ in schema]
    arrays = [pa.array(column, field.type) for column, field in zip(columns, schema, strict=True)]
    return pa.Table.from_arrays(arrays, schema=schema)


def _digest(rows: list[tuple[str, _Row]], lost: list[tuple[str, _Loss]]) -> str:
    lines = [f"{s}\t{r.target}\t{r.level}\t{r.share}\t{r.estimated:d}" for s, r in rows]
    lines += [f"{s}\t{x.target}\t{x.level}\t{x.reason}\t{x.lacking}" for s, x in lost]
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()
