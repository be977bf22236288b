"""From parts to figures: numerator, denominator, value and status for every target and period."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import reduce
from operator import or_
from pathlib import Path

import ibis
import ibis.expr.types as ir
import pyarrow as pa

from cotmoc.analytics.compile import combine
from cotmoc.analytics.component_store import ComponentStore, Scanned
from cotmoc.analytics.components import wanted_components
from cotmoc.analytics.lake import Lake, Partition
from cotmoc.analytics.rollup import (
    EXACT,
    PERIOD,
    TARGET,
    Measure,
    Question,
    RollUp,
    measures_in,
    parts_value,
    presence_of,
)
from cotmoc.analytics.sessions import Session
from cotmoc.core.calendars import Grain, finest, grain_of
from cotmoc.core.periods import Interval
from cotmoc.indicators import syntax
from cotmoc.indicators.definitions import Definition, Term
from cotmoc.indicators.definitions import Path as ComputingPath
from cotmoc.indicators.evaluate import can_be_divided
from cotmoc.indicators.facts import FactTable

# Statuses as small numbers while figures are many; their words when they are few.
STATUSES = ("measured", "estimated", "not_arising", "no_data", "not_comparable")
MEASURED, ESTIMATED, NOT_ARISING, NO_DATA, NOT_COMPARABLE = range(5)

LONG = pa.schema(
    [
        ("indicator", pa.string()),
        ("version", pa.int32()),
        ("target", pa.string()),
        ("period", pa.int32()),
        ("numerator", pa.decimal128(38, 12)),
        ("denominator", pa.decimal128(38, 12)),
        ("value", pa.float64()),
        ("status", pa.int8()),
    ]
)


@dataclass(frozen=True)
class Wide:
    """Figures of definitions over one fact table: a row for each target and period (their places in
    `targets` and in the periods asked), and for the i-th definition the columns n<i>, d<i> (where
    it divides), v<i> and s<i>."""

    definitions: tuple[Definition, ...]
    targets: list[str]
    table: ir.Table


class FactEngine:
    """Computes figures from single facts, over one session and one lake.

    `cache` is the folder of components. `known_at` asks what was known at a moment.
    """

    def __init__(
        self,
        lake: Lake,
        tables: Mapping[str, FactTable],
        cache: Path,
        session: Session,
        *,
        known_at: datetime | None = None,
    ) -> None:
        self.lake = lake
        self.tables = tables
        self.cache = cache
        self.session = session
        self.known_at = known_at

    def refresh(
        self,
        definitions: Iterable[Definition],
        grain: Grain,
        *,
        progress: Callable[[int, int], None] | None = None,
    ) -> dict[str, Scanned]:
        """Bring the components of these definitions up to date; only what is new is scanned."""
        definitions = list(definitions)
        done = {}
        for name in sorted({path.table for path in computing_paths(definitions)}):
            store = self._store(name, grain)
            partitions = store.dataset.partitions(self.known_at)
            wanted = wanted_components(definitions, name)
            done[name] = store.refresh(self.session, wanted, partitions, progress)
            if self.known_at is None:
                store.sweep(partitions)
        return done

    def stale(self, definitions: Iterable[Definition], grain: Grain) -> list[Partition]:
        """The months that `refresh` would have to scan, of all fact tables these read."""
        definitions = list(definitions)
        found = []
        for name in sorted({path.table for path in computing_paths(definitions)}):
            store = self._store(name, grain)
            partitions = store.dataset.partitions(self.known_at)
            found += store.stale(wanted_components(definitions, name), partitions)
        return found

    def wide(
        self,
        definitions: Iterable[Definition],
        periods: Sequence[Interval],
        closure: pa.Table,
        grain: Grain | None = None,
    ) -> list[Wide]:
        """Figures as they stand after `refresh` at the same grain, one table for each fact table
        that has facts. A period in the result is its place in `periods`."""
        definitions = [each for each in definitions if each.computed_path]
        grain = grain or grain_for(periods)
        found = []
        for name in sorted({path.table for path in computing_paths(definitions)}):
            chosen = tuple(each for each in definitions if path_of(each).table == name)
            store = self._store(name, grain)
            partitions = store.dataset.partitions(self.known_at)
            if not partitions or not periods:
                continue
            question = Question(store, partitions, periods, closure)
            rollup = RollUp(self.session, question)
            table = _figures(name, chosen, rollup)
            found.append(Wide(chosen, rollup.targets, table))
        return found

    def long(
        self,
        definitions: Iterable[Definition],
        periods: Sequence[Interval],
        closure: pa.Table,
        grain: Grain | None = None,
    ) -> pa.Table:
        """The same as rows (LONG) of what is known, by versions in force on a period's last day."""
        tables = []
        for wide in self.wide(definitions, periods, closure, grain):
            kept = self.session.keep(wide.table)
            for number, definition in enumerate(wide.definitions):
                rows = self.session.to_arrow(_as_rows(kept, number, definition, periods))
                tables.append(named(rows, TARGET, wide.targets).cast(LONG))
        return pa.concat_tables(tables) if tables else LONG.empty_table()

    def _store(self, name: str, grain: Grain) -> ComponentStore:
        return ComponentStore(self.cache, self.tables[name], self.lake.table(name), grain)


def _figures(table: str, definitions: Sequence[Definition], rollup: RollUp) -> ir.Table:
    measures: dict[Measure, frozenset[str]] = {}
    for definition in definitions:
        levels = levels_of(definition)
        for term in path_of(definition).terms:
            for each in [presence_of(table, term), *measures_in(table, term)]:
                measures[each] = measures.get(each, frozenset()) | levels
    parts = rollup.wide(measures)
    columns: dict[str, ir.Value] = {}
    for number, definition in enumerate(definitions):
        columns |= _figure(number, table, definition, parts, rollup.divided)
    return parts.select(TARGET, PERIOD, **columns)


# Whose figures go with those of a kind: the country's with provinces', districts' with communes'.
_LEVELS = {
    "province": {"province", "country"},
    "department": {"department"},
    "commune": {"commune", "district"},
}


def levels_of(definition: Definition) -> frozenset[str]:
    """The levels of bodies that a definition gives figures for."""
    return frozenset(level for kind in definition.applies_to for level in _LEVELS[kind])


def named(rows: pa.Table, column: str, names: Sequence[str]) -> pa.Table:
    """Rows with the names of a column that holds their places."""
    chunks = [
        pa.DictionaryArray.from_arrays(chunk, pa.array(names, pa.string()))
        for chunk in rows[column].chunks
    ]
    kind = pa.dictionary(pa.int32(), pa.string())
    return rows.set_column(rows.column_names.index(column), column, pa.chunked_array(chunks, kind))


def computing_paths(definitions: Iterable[Definition]) -> list[ComputingPath]:
    """The paths through single facts."""
    return [path for path in (each.computed_path for each in definitions) if path]


def path_of(definition: Definition) -> ComputingPath:
    """The path through single facts of a definition that has one."""
    path = definition.computed_path
    if path is None:
        raise ValueError(f"{definition.code} is not computed from single facts")
    return path


def grain_for(periods: Iterable[Interval]) -> Grain:
    """The coarsest grain whose atoms tile all these periods."""
    return finest(grain_of((each.start, each.end)) for each in periods)


def _figure(
    number: int, table: str, definition: Definition, parts: ir.Table, divided: bool
) -> dict[str, ir.Value]:
    """Columns of one definition; the same decisions as `indicators.evaluate.evaluate`."""
    path = path_of(definition)
    known = presence_of(table, path.terms[-1])
    nothing = parts[known.name].isnull()
    if divided:
        nothing = nothing | (parts[known.name] == 0)

    def value_of(term: Term) -> ir.Value:
        value = combine(term.tree, lambda each: parts_value(table, term, each, known, parts))
        return ibis.ifelse(nothing, ibis.null(), value) if divided or outlives(term) else value

    def outlives(term: Term) -> bool:
        """Whether the term may have a value where nothing is known."""
        plain = all(each.component.is_additive for each in measures_in(table, term))
        return not (plain and presence_of(table, term) == known and syntax.is_strict(term.tree))

    above = value_of(path.numerator)
    below = None if path.denominator is None else value_of(path.denominator)
    missing = above.isnull() if below is None else above.isnull() | below.isnull()
    cases = [(missing, NO_DATA)]
    value = above.cast("float64") * float(definition.scale)
    if below is not None:
        zero = below == 0
        value = float(definition.scale) * above.cast("float64") / below.cast("float64").nullif(0)
        match definition.zero_denominator:
            case "zero" | "full" as rule:
                rest = 0.0 if rule == "zero" else float(definition.scale)
                value = ibis.ifelse(zero & above.notnull(), rest, value)
            case _:
                cases.append((zero, NOT_ARISING))
    if divided:
        marks = sorted({presence_of(table, term).mark for term in path.terms})
        part = reduce(or_, (parts[mark].fill_null(0) == 1 for mark in marks))
        if all(can_be_divided(term.tree) for term in path.terms):
            cases.append((part, ESTIMATED))
        else:
            cases.insert(0, (part & ~nothing, NOT_COMPARABLE))
            above = ibis.ifelse(part, ibis.null(), above)
            below = None if below is None else ibis.ifelse(part, ibis.null(), below)
            value = ibis.ifelse(part, ibis.null(), value)
    columns = {f"n{number}": above}
    if below is not None:
        columns[f"d{number}"] = below
    status = ibis.cases(*cases, else_=MEASURED).cast("int8")
    return {**columns, f"v{number}": value, f"s{number}": status}


def _as_rows(
    wide: ir.Table, number: int, definition: Definition, periods: Sequence[Interval]
) -> ir.Table:
    in_force = [place for place, each in enumerate(periods) if definition.valid_on(each.last_day)]
    divides = f"d{number}" in wide.columns
    below = wide[f"d{number}"].cast(EXACT) if divides else ibis.null(EXACT)
    return wide.filter(wide[PERIOD].isin(in_force), wide[f"s{number}"] != NO_DATA).select(
        indicator=ibis.literal(definition.code),
        version=ibis.literal(definition.version, "int32"),
        target=wide[TARGET],
        period=wide[PERIOD],
        numerator=wide[f"n{number}"].cast(EXACT),
        denominator=below,
        value=wide[f"v{number}"],
        status=wide[f"s{number}"],
    )
