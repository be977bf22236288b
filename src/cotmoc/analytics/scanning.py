"""One pass over a month's facts: all components that are missing, by body and atom.

What is placed by the month itself is one grouped scan. Components placed by other dates come from
one scan together: facts are first gathered into cells, one for each body and each combination of
the atoms of all dates in question; the few cells are then added up by each placing. Distinct counts
of one column are a scan, and so is each median.
"""

import hashlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import replace
from itertools import groupby
from pathlib import Path
from typing import Self

import ibis
import ibis.expr.types as ir
import pyarrow as pa

from cotmoc.analytics.compile import additive, argument, met
from cotmoc.analytics.components import ATOM, BODY, COUNT, KEY, SHORT, Component, Placing, folded
from cotmoc.analytics.lake import Partition
from cotmoc.analytics.sessions import Session, result_schema, write_batches
from cotmoc.analytics.value_numbers import BIT, VALUE, WORD, ValueNumbers, united
from cotmoc.core.calendars import Grain
from cotmoc.indicators import syntax
from cotmoc.indicators.facts import FactTable

FACTS, CELLS, NUMBERS_OF = "facts_of_the_month", "cells_of_the_month", "numbers_of_"
# What the names of files of bits begin with; then come the numbers' name and a digest.
SETS = "values-"


class Writer:
    """Writes a file while the next one is computed; what goes wrong is raised at the next or at the
    end."""

    def __init__(self) -> None:
        self._pool = ThreadPoolExecutor(1)
        self._last: Future[int] | None = None

    def write(self, batches: Sequence[pa.RecordBatch], schema: pa.Schema, path: Path) -> None:
        """Take over the rows of a file; there is never more than one in waiting."""
        self._wait()
        self._last = self._pool.submit(write_batches, batches, schema, path)

    def _wait(self) -> None:
        last, self._last = self._last, None
        if last is not None:
            last.result()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        self._pool.shutdown()
        if kind is None:
            self._wait()


class MonthPass:
    """Asks for the missing components of whatever month is in the view FACTS, put into words once.

    `numbers` are those of the columns of which distinct values are counted.
    """

    def __init__(
        self,
        session: Session,
        table: FactTable,
        grain: Grain,
        missing: Sequence[Component],
        numbers: Mapping[str, ValueNumbers],
    ) -> None:
        self.session = session
        self.table = table
        self.grain = grain
        self.facts = session.con.table(FACTS)
        self.numbers = {each.set_of: numbers[each.set_of] for each in missing if each.set_of}
        self.before: Callable[[], None] | None = None
        self.results: list[_Result] = []
        added = [each for each in missing if each.is_additive or each.aggregate.judged]
        alone = len({each.placing for each in added}) == 1
        scanned = [
            each for each in added if each.is_additive and (alone or self._by_month(each.placing))
        ]
        for chosen in _by_placing(scanned):
            self._keep(chosen, self._from_facts(chosen))
        if celled := [each for each in added if each not in scanned]:
            self._through_cells(celled)
        self._number(first=True)
        sets = sorted((each for each in missing if each.set_of), key=_set_of)
        for column, same in groupby(sets, key=_set_of):
            for chosen in _by_placing(same):
                self._keep(chosen, self._sets(column, chosen), SETS + numbers[column].name)
        for each in missing:
            if each.aggregate.kind == "median":
                self._result(each.name, self._histogram(each))
        self.first = True

    def write(self, partition: Partition, folder: Path, writer: Writer) -> None:
        """Scan the facts now in the view, and keep the answers for a month."""
        if not self.first:
            self._number(first=False)
            if self.before:
                self.before()
        self.first = False
        for result in self.results:
            writer.write(result.batches(partition), result.schema, folder / result.file)

    def _by_month(self, placing: Placing) -> bool:
        """Whether all facts of a month are in the one atom that the month is."""
        return self.grain == "month" and placing.columns == (self.table.partition,)

    def _keep(self, made: Sequence[Component], result: ir.Table, name: str = "") -> None:
        digest = hashlib.sha256("".join(each.name for each in made).encode()).hexdigest()
        self._result(f"{name or made[0].placing}-{digest[:SHORT]}", result)

    def _result(self, name: str, result: ir.Table) -> None:
        self.results.append(_Result(self.session, name, result))

    def _from_facts(self, components: Sequence[Component]) -> ir.Table:
        placed, keys = self._placed(self.facts, components[0].placing)
        return placed.group_by(**keys).agg(
            **{
                each.name: additive(each.aggregate, placed, self.session.count_if)
                for each in components
            }
        )

    def _through_cells(self, components: Sequence[Component]) -> None:
        cells, self.before = self.session.prepared_table(CELLS, self._cells(components))
        for chosen in _by_placing(each for each in components if each.is_additive):
            placed, keys = self._cells_placed(cells, chosen[0].placing)
            measures = {
                each.name: folded(placed[_cell_name(each)], each.aggregate) for each in chosen
            }
            self._keep(chosen, placed.group_by(**keys).agg(**measures))
        for each in components:
            if each.aggregate.judged:
                self._result(each.name, self._judged(cells, each))

    def _cells(self, components: Sequence[Component]) -> ir.Table:
        days = {name for each in components for name in each.placing.columns}
        days |= {each.aggregate.judged.name for each in components if each.aggregate.judged}
        atoms = {_atom_name(name): atom_value(self.facts[name], self.grain) for name in days}
        measures = {
            _cell_name(each): additive(_unjudged(each.aggregate), self.facts, self.session.count_if)
            for each in components
        }
        if self._by_month(Placing((month := self.table.partition,))) and month in days:
            # It is the same for all: no key to group by.
            del atoms[_atom_name(month)]
            measures[_atom_name(month)] = atom_value(self.facts[month].max(), self.grain)
        keys = {BODY: self.facts[self.table.body], **dict(sorted(atoms.items()))}
        return self.facts.group_by(**keys).agg(**measures)

    def _judged(self, cells: ir.Table, component: Component) -> ir.Table:
        assert component.aggregate.judged is not None
        key = _atom_name(component.aggregate.judged.name)
        count = _cell_name(component)
        there = cells.filter(cells[key].notnull(), cells[count].notnull())
        placed, keys = self._cells_placed(there, component.placing)
        return placed.group_by(**keys, **{KEY: placed[key]}).agg(**{COUNT: placed[count].sum()})

    def _sets(self, column: str, components: Sequence[Component]) -> ir.Table:
        numbers = self.session.con.table(NUMBERS_OF + column)
        facts = self.facts.join(numbers, self.facts[column].cast("string") == numbers[VALUE])
        placed, keys = self._placed(facts, components[0].placing)
        measures = {}
        for each in components:
            bits, given = placed[BIT], each.aggregate.condition
            if given is not None:
                bits = ibis.ifelse(met(given, placed), bits, ibis.null())
            measures[each.name] = united(bits)
        return placed.group_by(**keys, **{KEY: placed[WORD]}).agg(**measures)

    def _histogram(self, component: Component) -> ir.Table:
        facts = self.facts
        if component.aggregate.condition is not None:
            facts = facts.filter(met(component.aggregate.condition, facts))
        value = argument(component.aggregate, facts)
        known = facts.mutate(**{KEY: value.cast("float64")}).filter(value.notnull())
        placed, keys = self._placed(known, component.placing)
        return placed.group_by(**keys, **{KEY: placed[KEY]}).agg(**{COUNT: placed.count()})

    def _number(self, *, first: bool) -> None:
        for column, numbers in self.numbers.items():
            added = numbers.add(self.session, self.facts[column].cast("string"))
            if added or first:
                self.session.view(NUMBERS_OF + column, numbers.table(self.session))

    def _placed(self, facts: ir.Table, placing: Placing) -> tuple[ir.Table, dict[str, ir.Value]]:
        """The facts that have a place, and their groups: body and atom; the atom is left out where
        it is the month."""
        if self._by_month(placing):
            return facts, {BODY: facts[self.table.body]}
        facts = facts.filter(*(facts[name].notnull() for name in placing.columns))
        latest = _latest([facts[name] for name in placing.columns])
        return facts, {BODY: facts[self.table.body], ATOM: atom_value(latest, self.grain)}

    def _cells_placed(
        self, cells: ir.Table, placing: Placing
    ) -> tuple[ir.Table, dict[str, ir.Value]]:
        names = [_atom_name(name) for name in placing.columns]
        cells = cells.filter(*(cells[name].notnull() for name in names))
        return cells, {BODY: cells[BODY], ATOM: _latest([cells[name] for name in names])}


class _Result:
    """The answer to one prepared question about a month."""

    def __init__(self, session: Session, name: str, result: ir.Table) -> None:
        self.file = f"{name}.parquet"
        self.ask = session.prepared(result)
        schema = result_schema(result)
        self.of_month = ATOM not in schema.names
        self.schema = schema.append(pa.field(ATOM, pa.int32())) if self.of_month else schema

    def batches(self, partition: Partition) -> list[pa.RecordBatch]:
        """Ask, and say of which atom the answers are where the question left it out."""
        batches = list(self.ask())
        if not self.of_month:
            return batches
        month = pa.scalar(int(partition.month.replace("-", "")) * 100 + 1, pa.int32())
        return [batch.append_column(ATOM, pa.repeat(month, batch.num_rows)) for batch in batches]


def atom_value(moment: ir.Value, grain: Grain) -> ir.Value:
    """The atom of a moment, as `core.calendars.atom_of` has it for a day."""
    first: ir.Value = ibis.literal(1)
    if grain == "day":
        first = moment.day()
    elif grain == "half":
        first = ibis.ifelse(moment.day() >= 15, 15, 1)
    return (moment.year() * 10000 + moment.month() * 100 + first).cast("int32")


def _by_placing(components: Iterable[Component]) -> list[list[Component]]:
    found: dict[Placing, list[Component]] = {}
    for each in components:
        found.setdefault(each.placing, []).append(each)
    return list(found.values())


def _set_of(component: Component) -> str:
    return component.set_of or ""


def _latest(moments: Sequence[ir.Value]) -> ir.Value:
    return moments[0] if len(moments) == 1 else ibis.greatest(*moments)


def _atom_name(name: str) -> str:
    return f"atom_{name}"


def _cell_name(component: Component) -> str:
    """The same aggregate is gathered once, whatever dates it is placed by afterwards."""
    text = f"{_unjudged(component.aggregate)}"
    return "a" + hashlib.sha256(text.encode()).hexdigest()[:SHORT]


def _unjudged(aggregate: syntax.Aggregate) -> syntax.Aggregate:
    return replace(aggregate, judged=None)
