"""Components: what figures are made of, by body and stretch of days, scanned once and kept.

All definitions over a fact table are taken apart into components, equal ones once. One grouped pass
over a month's facts gives all that add up; distinct counts, medians and counts judged at the
period's end keep one more key each. The results are small files, named by what they hold and by
the digest of the month they were made from: a new month, or a new definition, costs itself alone.
"""

import hashlib
import shutil
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

import ibis
import ibis.expr.types as ir
import pyarrow as pa
import pyarrow.parquet as pq

from cotmoc.analytics.compile import additive, argument, condition
from cotmoc.analytics.lake import Dataset, Partition
from cotmoc.analytics.sessions import Session, result_schema, write_batches
from cotmoc.core.calendars import Grain
from cotmoc.indicators import syntax
from cotmoc.indicators.definitions import Definition, Term
from cotmoc.indicators.facts import FactTable

BODY, ATOM, KEY, COUNT = "body", "atom", "key", "n"
FACTS, CELLS = "facts_of_the_month", "cells_of_the_month"
ADDITIVE = ("count", "sum", "min", "max")
# Digests in file and column names: long enough not to collide, short enough to read.
_SHORT = 12
_FORMAT = "1"

Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Placing:
    """The date columns that place a fact: their latest, where all are there."""

    columns: tuple[str, ...]

    def __str__(self) -> str:
        return "+".join(self.columns)


@dataclass(frozen=True)
class Component:
    """One aggregate of a fact table by body and atom of its placing."""

    table: str
    aggregate: syntax.Aggregate
    placing: Placing

    @property
    def is_additive(self) -> bool:
        """Whether it adds up by itself, without a further key."""
        return self.aggregate.kind in ADDITIVE and self.aggregate.judged is None

    @cached_property
    def name(self) -> str:
        """Its name in files: a digest of what it means."""
        meaning = f"{_FORMAT}|{self.table}|{self.aggregate}|{self.placing}"
        return "c" + hashlib.sha256(meaning.encode()).hexdigest()[:_SHORT]


def components_of(
    table: str, term: Term, aggregate: syntax.Aggregate, placing: Placing
) -> list[Component]:
    """What an aggregate of a term is made of: an average of a sum and a count. So is a sum in
    stock, as a sum over nothing that is left is missing, not zero."""
    if aggregate.kind != "avg" and not is_sum_in_stock(term, aggregate):
        return [Component(table, aggregate, placing)]
    return [
        Component(table, replace(aggregate, kind="sum"), placing),
        Component(table, counting(aggregate), placing),
    ]


def is_sum_in_stock(term: Term, aggregate: syntax.Aggregate) -> bool:
    """Whether a column is summed over what is in stock."""
    column = isinstance(aggregate.argument, syntax.Column)
    return term.until is not None and aggregate.kind == "sum" and column


def counting(aggregate: syntax.Aggregate) -> syntax.Aggregate:
    """How many values an average is over."""
    assert isinstance(aggregate.argument, syntax.Column)
    there: syntax.Condition = syntax.Not(syntax.Missing(aggregate.argument))
    both = there if aggregate.condition is None else syntax.Both((aggregate.condition, there))
    return syntax.Aggregate("count", None, both)


def presence(table: str, placing: Placing) -> Component:
    """How many facts there are at all: tells nothing known from nothing counted."""
    return Component(table, syntax.Aggregate("count"), placing)


@dataclass(frozen=True, slots=True)
class Scanned:
    """What a refresh did: months looked at, months scanned, and rows read for it."""

    months: int
    scanned: tuple[str, ...]
    rows: int


class ComponentStore:
    """The files of components of one fact table at one grain.

    It may be removed at any time: everything in it can be computed again.
    """

    def __init__(self, root: Path, table: FactTable, dataset: Dataset, grain: Grain) -> None:
        self.table = table
        self.dataset = dataset
        self.grain = grain
        self.folder = root / table.name / grain

    def refresh(
        self,
        session: Session,
        wanted: Iterable[Component],
        partitions: Sequence[Partition],
        progress: Progress | None = None,
    ) -> Scanned:
        """Compute what is not there yet for these months; the months are scanned one by one."""
        wanted = list(dict.fromkeys(wanted))
        scanned, rows = [], 0
        prepared: dict[tuple[Component, ...], _Pass] = {}
        for number, partition in enumerate(partitions):
            missing = tuple(self._missing(partition, wanted))
            if missing:
                if partition.without:
                    session.view(FACTS, counting_facts(session, partition))
                else:
                    session.view_files(FACTS, partition.paths)
                # Every month with the same gaps is asked the same, put into words once.
                if missing not in prepared:
                    prepared[missing] = _Pass(session, self.table, self.grain, missing)
                prepared[missing].write(partition, self._place(partition))
                scanned.append(partition.month)
                rows += partition.rows
            if progress:
                progress(number + 1, len(partitions))
        return Scanned(len(partitions), tuple(scanned), rows)

    def stale(
        self, wanted: Iterable[Component], partitions: Iterable[Partition]
    ) -> list[Partition]:
        """The months that a refresh would have to scan for these components."""
        wanted = list(dict.fromkeys(wanted))
        return [each for each in partitions if self._missing(each, wanted)]

    def state(self, partitions: Iterable[Partition]) -> tuple[int, int]:
        """How many of these months have components, and the bytes of all that is kept."""
        kept = sum(self._place(each).is_dir() for each in partitions)
        return kept, sum(path.stat().st_size for path in self.folder.rglob("*.parquet"))

    def sweep(self, partitions: Iterable[Partition]) -> None:
        """Remove what was computed from months as they are no longer."""
        current = {self._place(partition) for partition in partitions}
        for folder in self.folder.glob("*/*"):
            if folder not in current:
                shutil.rmtree(folder, ignore_errors=True)

    def additive_files(
        self, partitions: Iterable[Partition], placing: Placing, names: set[str]
    ) -> list[Path]:
        """Files that hold some of these additive components of a placing."""
        return [
            path
            for partition in partitions
            for path in sorted(self._place(partition).glob(f"{placing}-*.parquet"))
            if names & set(pq.read_schema(path).names)
        ]

    def keyed_files(self, partitions: Iterable[Partition], component: Component) -> list[Path]:
        """Files of a component that has a further key."""
        return [self._place(each) / f"{component.name}.parquet" for each in partitions]

    def bounds(self, partitions: Iterable[Partition]) -> tuple[int, int] | None:
        """The first and the last atom that any component has; None when there is none."""
        lowest: list[int] = []
        highest: list[int] = []
        for partition in partitions:
            for path in self._place(partition).glob("*.parquet"):
                about = pq.read_metadata(path)
                column = about.schema.names.index(ATOM)
                for number in range(about.num_row_groups):
                    statistics = about.row_group(number).column(column).statistics
                    if statistics and statistics.has_min_max:
                        lowest.append(statistics.min)
                        highest.append(statistics.max)
        return (min(lowest), max(highest)) if lowest else None

    def _place(self, partition: Partition) -> Path:
        return self.folder / partition.month / partition.digest[: 2 * _SHORT]

    def _missing(self, partition: Partition, wanted: Sequence[Component]) -> list[Component]:
        there: set[str] = set()
        for path in self._place(partition).glob("*.parquet"):
            there |= {path.stem} if path.stem.startswith("c") else set(pq.read_schema(path).names)
        return [each for each in wanted if each.name not in there]


class _Pass:
    """One pass over the view of a month's facts, and the files it makes.

    Components that differ only in their dates come from one grouped scan: facts are first gathered
    into cells, one for each body and each combination of the atoms of all dates in question; the
    few cells are then added up by each placing. Distinct counts and medians are passes of their
    own.
    """

    def __init__(
        self, session: Session, table: FactTable, grain: Grain, missing: Sequence[Component]
    ) -> None:
        self.table = table
        self.grain = grain
        facts = session.con.table(FACTS)
        self.before: Callable[[], None] | None = None
        self.results: list[_Result] = []
        added = [each for each in missing if each.is_additive or each.aggregate.judged]
        placings = list(dict.fromkeys(each.placing for each in added))
        if len(placings) == 1 and all(each.is_additive for each in added):
            self._keep(session, placings[0], self._from_facts(session, facts, added), added)
        elif added:
            cells, self.before = session.prepared_table(CELLS, self._cells(session, facts, added))
            for placing in placings:
                chosen = [each for each in added if each.is_additive and each.placing == placing]
                if chosen:
                    self._keep(session, placing, self._from_cells(cells, chosen), chosen)
            for each in added:
                if each.aggregate.judged:
                    result = self._judged(cells, each)
                    self.results.append(_Result(session, each.name, result))
        for each in missing:
            if each not in added:
                self.results.append(_Result(session, each.name, self._by_key(facts, each)))
        self.first = True

    def write(self, partition: Partition, folder: Path) -> None:
        """Scan the facts now in the view, and keep the answers for a month."""
        if self.before and not self.first:
            self.before()
        self.first = False
        for result in self.results:
            result.write(partition, folder)

    def _keep(
        self, session: Session, placing: Placing, result: ir.Table, made: Sequence[Component]
    ) -> None:
        digest = hashlib.sha256("".join(each.name for each in made).encode()).hexdigest()
        self.results.append(_Result(session, f"{placing}-{digest[:_SHORT]}", result))

    def _from_facts(
        self, session: Session, facts: ir.Table, components: Sequence[Component]
    ) -> ir.Table:
        placed, keys = self._placed(facts, components[0].placing)
        measures = {
            each.name: additive(each.aggregate, placed, session.count_if) for each in components
        }
        return placed.group_by(**keys).agg(**measures)

    def _cells(
        self, session: Session, facts: ir.Table, components: Sequence[Component]
    ) -> ir.Table:
        days = {name for each in components for name in each.placing.columns}
        days |= {each.aggregate.judged.name for each in components if each.aggregate.judged}
        atoms = {_atom_name(name): atom_value(facts[name], self.grain) for name in sorted(days)}
        measures = {
            _cell_name(each): additive(_unjudged(each.aggregate), facts, session.count_if)
            for each in components
        }
        return facts.group_by(**{BODY: facts[self.table.body]}, **atoms).agg(**measures)

    def _from_cells(self, cells: ir.Table, components: Sequence[Component]) -> ir.Table:
        placed, keys = self._cells_placed(cells, components[0].placing)
        measures = {
            each.name: folded(placed[_cell_name(each)], each.aggregate) for each in components
        }
        return placed.group_by(**keys).agg(**measures)

    def _judged(self, cells: ir.Table, component: Component) -> ir.Table:
        assert component.aggregate.judged is not None
        key = _atom_name(component.aggregate.judged.name)
        count = _cell_name(component)
        there = cells.filter(cells[key].notnull(), cells[count].notnull())
        placed, keys = self._cells_placed(there, component.placing)
        return placed.group_by(**keys, **{KEY: placed[key]}).agg(**{COUNT: placed[count].sum()})

    def _by_key(self, facts: ir.Table, component: Component) -> ir.Table:
        aggregate = component.aggregate
        if aggregate.condition is not None:
            facts = facts.filter(condition(aggregate.condition, facts))
        given = argument(aggregate, facts)
        key = given.cast("string") if aggregate.kind == "distinct" else given.cast("float64")
        keyed, keys = self._placed(
            facts.mutate(**{KEY: key}).filter(given.notnull()), component.placing
        )
        return keyed.group_by(**keys, **{KEY: keyed[KEY]}).agg(**{COUNT: keyed.count()})

    def _placed(self, facts: ir.Table, placing: Placing) -> tuple[ir.Table, dict[str, ir.Value]]:
        """The facts that have a place, and their groups: body and atom; the atom is left out where
        it is the month."""
        keys = {BODY: facts[self.table.body]}
        if self.grain == "month" and placing.columns == (self.table.partition,):
            return facts, keys
        for name in placing.columns:
            facts = facts.filter(facts[name].notnull())
        moments = [facts[name] for name in placing.columns]
        latest = moments[0] if len(moments) == 1 else ibis.greatest(*moments)
        return facts, {BODY: facts[self.table.body], ATOM: atom_value(latest, self.grain)}

    def _cells_placed(
        self, cells: ir.Table, placing: Placing
    ) -> tuple[ir.Table, dict[str, ir.Value]]:
        names = [_atom_name(name) for name in placing.columns]
        for name in names:
            cells = cells.filter(cells[name].notnull())
        latest = cells[names[0]] if len(names) == 1 else ibis.greatest(*(cells[n] for n in names))
        return cells, {BODY: cells[BODY], ATOM: latest}


def _atom_name(name: str) -> str:
    return f"atom_{name}"


def _cell_name(component: Component) -> str:
    """The same aggregate is gathered once, whatever dates it is placed by afterwards."""
    text = f"{_unjudged(component.aggregate)}"
    return "a" + hashlib.sha256(text.encode()).hexdigest()[:_SHORT]


def _unjudged(aggregate: syntax.Aggregate) -> syntax.Aggregate:
    return replace(aggregate, judged=None)


def folded(value: ir.Value, aggregate: syntax.Aggregate) -> ir.Value:
    """Parts of an additive aggregate put together."""
    return getattr(value, "sum" if aggregate.kind == "count" else aggregate.kind)()


class _Result:
    """The answer to one prepared question about a month, and the file it is kept in."""

    def __init__(self, session: Session, name: str, result: ir.Table) -> None:
        self.name = name
        self.ask = session.prepared(result)
        schema = result_schema(result)
        self.of_month = ATOM not in schema.names
        self.schema = schema.append(pa.field(ATOM, pa.int32())) if self.of_month else schema

    def write(self, partition: Partition, folder: Path) -> None:
        """Ask, and keep the answer for a month."""
        write_batches(self._batches(partition), self.schema, folder / f"{self.name}.parquet")

    def _batches(self, partition: Partition) -> Iterator[pa.RecordBatch]:
        month = int(partition.month.replace("-", "")) * 100 + 1
        for batch in self.ask():
            if self.of_month:
                atoms = pa.repeat(pa.scalar(month, pa.int32()), batch.num_rows)
                yield batch.append_column(ATOM, atoms)
            else:
                yield batch


def atom_value(moment: ir.Value, grain: Grain) -> ir.Value:
    """The atom of a moment, as `core.calendars.atom_of` has it for a day."""
    first: ir.Value = ibis.literal(1)
    if grain == "day":
        first = moment.day()
    elif grain == "half":
        first = ibis.ifelse(moment.day() >= 15, 15, 1)
    return (moment.year() * 10000 + moment.month() * 100 + first).cast("int32")


def counting_facts(session: Session, partition: Partition) -> ir.Table:
    """The facts of a month that count: without those that a correction superseded."""
    facts = session.read_parquet(partition.paths)
    if not partition.without:
        return facts
    without = session.read_parquet(partition.without)
    return facts.anti_join(without, ["import_no", "line"])


def placings(term_date: str, until: str | None) -> tuple[Placing, ...]:
    """How a term's facts are placed: by one date; a stock by its way in and its way out."""
    if until is None:
        return (Placing((term_date,)),)
    return Placing((term_date,)), Placing((term_date, until))


def wanted_components(definitions: Iterable[Definition], table: str) -> list[Component]:
    """Every component that these definitions need of a fact table, equal ones once."""
    found: dict[Component, None] = {}
    for definition in definitions:
        path = definition.computed_path
        if path is None or path.table != table:
            continue
        for term in path.terms:
            for placing in placings(term.date, term.until):
                found[presence(table, placing)] = None
                for aggregate in syntax.aggregates(term.tree):
                    found |= dict.fromkeys(components_of(table, term, aggregate, placing))
    return list(found)
