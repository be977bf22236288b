"""Components: what figures are made of, by body and stretch of days, scanned once and kept.

All definitions over a fact table are taken apart into components, equal ones once. One grouped pass
over a month's facts gives all that add up; distinct counts, medians and counts judged at the
period's end keep one more key each. The results are small files, named by what they hold and by
the digest of the month they were made from: a new month, or a new definition, costs itself alone.
"""

import hashlib
import shutil
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

import ibis
import ibis.expr.types as ir
import pyarrow.parquet as pq

from cotmoc.analytics.compile import additive, argument, condition
from cotmoc.analytics.lake import Dataset, Partition
from cotmoc.analytics.sessions import Session
from cotmoc.core.calendars import Grain
from cotmoc.indicators import syntax
from cotmoc.indicators.definitions import Definition, Term
from cotmoc.indicators.facts import FactTable

BODY, ATOM, KEY, COUNT = "body", "atom", "key", "n"
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
        for number, partition in enumerate(partitions):
            missing = self._missing(partition, wanted)
            if missing:
                self._scan(session, partition, missing)
                scanned.append(partition.month)
                rows += partition.rows
            if progress:
                progress(number + 1, len(partitions))
        return Scanned(len(partitions), tuple(scanned), rows)

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

    def _scan(self, session: Session, partition: Partition, missing: Sequence[Component]) -> None:
        facts = counting_facts(session, partition)
        together: dict[Placing, list[Component]] = {}
        for each in missing:
            if each.is_additive:
                together.setdefault(each.placing, []).append(each)
        for placing, components in together.items():
            digest = hashlib.sha256("".join(each.name for each in components).encode())
            path = self._place(partition) / f"{placing}-{digest.hexdigest()[:_SHORT]}.parquet"
            session.write_parquet(self._added_up(session, facts, partition, components), path)
        for each in missing:
            if not each.is_additive:
                path = self._place(partition) / f"{each.name}.parquet"
                session.write_parquet(self._by_key(facts, partition, each), path)

    def _added_up(
        self,
        session: Session,
        facts: ir.Table,
        partition: Partition,
        components: Sequence[Component],
    ) -> ir.Table:
        placed, atom = self._placed(facts, partition, components[0].placing)
        measures = {
            each.name: additive(each.aggregate, placed, session.count_if) for each in components
        }
        keys = {BODY: placed[self.table.body]} | ({} if atom is None else {ATOM: atom})
        found = placed.group_by(**keys).agg(**measures)
        return found.mutate(**{ATOM: self._only_atom(partition)}) if atom is None else found

    def _by_key(self, facts: ir.Table, partition: Partition, component: Component) -> ir.Table:
        placed, atom = self._placed(facts, partition, component.placing)
        aggregate = component.aggregate
        if aggregate.condition is not None:
            placed = placed.filter(condition(aggregate.condition, placed))
        if aggregate.judged is not None:
            moment = placed[aggregate.judged.name]
            placed = placed.filter(moment.notnull())
            key = atom_value(placed[aggregate.judged.name], self.grain)
            kind = self.table.columns[aggregate.judged.name]
            assert kind.type in ("timestamp", "date")
        else:
            given = argument(aggregate, placed)
            key = given.cast("string") if aggregate.kind == "distinct" else given.cast("float64")
            placed = placed.filter(given.notnull())
        counted = argument(aggregate, placed).sum() if aggregate.kind == "sum" else placed.count()
        keys = {BODY: placed[self.table.body], KEY: key} | ({} if atom is None else {ATOM: atom})
        found = placed.group_by(**keys).agg(**{COUNT: counted})
        return found.mutate(**{ATOM: self._only_atom(partition)}) if atom is None else found

    def _placed(
        self, facts: ir.Table, partition: Partition, placing: Placing
    ) -> tuple[ir.Table, ir.Value | None]:
        """The facts that have a place, and their atom; None where the month is the atom."""
        if placing.columns == (self.table.partition,) and self.grain == "month":
            return facts, None
        for name in placing.columns:
            facts = facts.filter(facts[name].notnull())
        moments = [facts[name] for name in placing.columns]
        latest = moments[0] if len(moments) == 1 else ibis.greatest(*moments)
        return facts, atom_value(latest, self.grain)

    @staticmethod
    def _only_atom(partition: Partition) -> ir.Value:
        return ibis.literal(int(partition.month.replace("-", "")) * 100 + 1, "int32")


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
