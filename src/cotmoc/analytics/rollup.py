"""From components to figures' parts: up the closure, over the periods, ratios last.

The closure says which bodies count for which (`analytics.closure`), the bridge which atoms lie in
which period. A component is first carried to its targets, which leaves few rows, then to its
periods. Whole sources move as whole numbers; where shares are below one, counts become decimals
with twelve places, so that what is conserved is conserved to the last place.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Literal

import ibis
import ibis.expr.types as ir
import pyarrow as pa
import pyarrow.compute as pc
from ibis import _

from cotmoc.analytics.component_store import ComponentStore
from cotmoc.analytics.components import (
    ATOM,
    BODY,
    COUNT,
    KEY,
    Component,
    Placing,
    components_of,
    folded,
    is_sum_in_stock,
    placings,
)
from cotmoc.analytics.lake import Partition
from cotmoc.analytics.sessions import Session
from cotmoc.analytics.value_numbers import bit_count, united
from cotmoc.core.calendars import Grain, atom_day, atom_of, atoms, is_cut
from cotmoc.core.periods import Interval
from cotmoc.indicators import syntax
from cotmoc.indicators.definitions import Term

TARGET, PERIOD = "target", "period"
EXACT = "decimal(38, 12)"
Window = Literal["in", "upto"]
Fold = Callable[[Any], ir.Value]

BRIDGE = pa.schema([(ATOM, pa.int32()), (PERIOD, pa.int32())])


@dataclass(frozen=True)
class Measure:
    """A component taken in the period, or from the beginning up to the period's end."""

    component: Component
    window: Window

    @property
    def name(self) -> str:
        return f"{self.component.name}_{self.window}"

    @property
    def mark(self) -> str:
        """The column that says whether any of the facts count only in part."""
        return f"part_{self.component.placing}_{self.window}".replace("+", "_")


def measures_of(table: str, term: Term, aggregate: syntax.Aggregate) -> list[Measure]:
    """What one aggregate of a term is computed from, in the order `parts_value` takes."""
    window: Window = "in" if term.until is None else "upto"
    return [
        Measure(component, window)
        for placing in placings(term.date, term.until)
        for component in components_of(table, term, aggregate, placing)
    ]


def measures_in(table: str, term: Term) -> list[Measure]:
    """What a whole term is computed from."""
    aggregates = syntax.aggregates(term.tree)
    return [each for aggregate in aggregates for each in measures_of(table, term, aggregate)]


def presence_of(table: str, term: Term) -> Measure:
    """What tells whether anything is known for a term: facts in the period, or for a stock facts
    that ever entered."""
    return measures_of(table, term, syntax.Aggregate("count"))[0]


def bridge(
    periods: Sequence[Interval], grain: Grain, known: Iterable[int], window: Window
) -> pa.Table:
    """Which atom counts for which period (by its place in `periods`).

    Raises ValueError when a period does not begin and end where atoms do.
    """
    known = sorted(set(known))
    rows: list[tuple[int, int]] = []
    for number, period in enumerate(periods):
        for day in (period.start, period.end):
            if not is_cut(day, grain):
                raise ValueError(f"{day} is not a cut of the grain {grain!r}")
        first = 0 if window == "upto" else atom_of(period.start, grain)
        after = atom_of(period.end, grain)
        rows += [(atom, number) for atom in known if first <= atom < after]
    columns = list(zip(*rows, strict=True)) or [(), ()]
    return pa.table([pa.array(values, pa.int32()) for values in columns], schema=BRIDGE)


@dataclass(frozen=True)
class Question:
    """What is asked of one fact table: measures, for these periods, on these borders."""

    store: ComponentStore
    partitions: Sequence[Partition]
    periods: Sequence[Interval]
    closure: pa.Table


class RollUp:
    """Answers a question as one wide table: target, period, a column for each measure."""

    def __init__(self, session: Session, question: Question) -> None:
        self.session = session
        self.question = question
        self.grain = question.store.grain
        closure = question.closure
        self.divided = bool(pc.any(closure["estimated"]).as_py())
        # Targets are numbers on the way: grouping by their long names would cost as much again.
        numbered = closure["target"].combine_chunks().dictionary_encode()
        self.targets: list[str] = numbered.dictionary.to_pylist()
        columns = {"source": closure["source"], TARGET: numbered.indices.cast(pa.int32())}
        self.leveled = "level" in closure.column_names
        if self.leveled:
            columns["level"] = closure["level"]
        if self.divided:
            columns |= {"share": closure["share"], "part": closure["estimated"].cast(pa.int8())}
        self.closure = session.memtable(pa.table(columns))
        self._windows: dict[Window, pa.Table] = {}
        self._bridges: dict[tuple[Window, bool], ir.Table | None] = {}

    def wide(self, measures: Mapping[Measure, frozenset[str]]) -> ir.Table:
        """All measures by target (its place in `targets`) and period, null where nothing is.

        `measures` come with the levels of bodies that need them: what has many keys, distinct
        counts and medians, is carried to those only.
        """
        wanted = list(measures)
        groups: dict[tuple[Placing, Window, str | None], list[Measure]] = {}
        for measure in wanted:
            component = measure.component
            if component.is_additive or component.set_of:
                place = (component.placing, measure.window, component.set_of)
                groups.setdefault(place, []).append(measure)
        parts = [
            self._distinct(group, frozenset().union(*(measures[each] for each in group)))
            if column
            else self._additive(group)
            for (_placing, _window, column), group in groups.items()
        ]
        parts += [
            self._keyed(each, levels)
            for each, levels in measures.items()
            if not each.component.is_additive and not each.component.set_of
        ]
        if len(parts) == 1:
            return parts[0]
        return self._side_by_side([self.session.keep(part) for part in parts])

    def _additive(self, measures: Sequence[Measure]) -> ir.Table:
        """Measures of one placing and window: up the closure by atom, then over the periods."""
        components = [each.component for each in measures]
        moved = self._moved(components)
        mark = {measures[0].mark: moved["part"].max()} if self.divided else {}
        by_atom = self.session.keep(
            moved.group_by(TARGET, ATOM).agg(
                **{each.name: self._at_target(moved, each.component) for each in measures}, **mark
            )
        )
        folds: dict[str, Fold] = {each.name: _fold_of(each.component) for each in measures}
        folds |= dict.fromkeys(mark, _maximum)
        return self._by_period(by_atom, measures[0].window, [TARGET], folds)

    def _by_period(
        self, by_atom: ir.Table, window: Window, keys: list[str], folds: Mapping[str, Fold]
    ) -> ir.Table:
        """Rows by atom as rows by period. A period of a single atom, most often a month, has that
        atom's values as they are; only those of several atoms are put together."""
        parts = []
        for single in (True, False):
            if (pairs := self._bridge(window, single=single)) is None:
                continue
            joined = by_atom.join(pairs, ATOM)
            if single:
                parts.append(joined.select(*keys, PERIOD, *folds))
            else:
                values = {name: fold(joined[name]) for name, fold in folds.items()}
                parts.append(joined.group_by(*keys, PERIOD).agg(**values))
        return parts[0] if len(parts) == 1 else ibis.union(*parts)

    def _moved(
        self, components: Sequence[Component], levels: frozenset[str] | None = None
    ) -> ir.Table:
        """The rows of components with each target that they count for, of these levels only."""
        files = self.question.store.files(self.question.partitions, components)
        rows = self.session.read_parquet(files)
        moved = rows.join(self.closure, rows[BODY] == self.closure["source"])
        if levels is None or not self.leveled:
            return moved
        return moved.filter(moved["level"].isin(sorted(levels)))

    def _at_target(self, moved: ir.Table, component: Component) -> ir.Value:
        value = moved[component.name]
        if component.aggregate.kind in ("min", "max"):
            return folded(value, component.aggregate)
        return self._shared(moved, value)

    def _shared(self, moved: ir.Table, value: ir.Value) -> ir.Value:
        """The sum over the sources of a target, each with its share."""
        if not self.divided:
            return value.sum()
        if value.type().is_integer():
            return (value.cast("int64") * moved["share"].cast(EXACT)).sum()
        return (value.cast("float64") * moved["share"].cast("float64")).sum()

    def _keyed(self, measure: Measure, levels: frozenset[str]) -> ir.Table:
        moved = self._moved([measure.component], levels)
        judged = measure.component.aggregate.judged
        counted = self._shared(moved, moved[COUNT]) if judged else moved[COUNT].sum()
        by_atom = self.session.keep(moved.group_by(TARGET, ATOM, KEY).agg(**{COUNT: counted}))
        if judged:
            return self._judged(by_atom, measure)
        by_key = self._by_period(by_atom, measure.window, [TARGET, KEY], {COUNT: _total})
        return _medians(by_key, measure.name)

    def _distinct(self, measures: Sequence[Measure], levels: frozenset[str]) -> ir.Table:
        """Distinct counts of one column, placing and window: sets of bits put together."""
        moved = self._moved([each.component for each in measures], levels)
        sets = {each.name: united(moved[each.component.name]) for each in measures}
        by_atom = self.session.keep(moved.group_by(TARGET, ATOM, KEY).agg(**sets))
        folds: dict[str, Fold] = dict.fromkeys(sets, united)
        by_word = self._by_period(by_atom, measures[0].window, [TARGET, KEY], folds)
        return by_word.group_by(TARGET, PERIOD).agg(
            **{name: bit_count(by_word[name]).sum() for name in sets}
        )

    def _judged(self, by_atom: ir.Table, measure: Measure) -> ir.Table:
        """Facts whose judged moment lies before the end of the period."""
        ends = [atom_of(each.end, self.grain) for each in self.question.periods]
        rows = self._pairs(measure.window).to_pydict()
        last = pa.array([ends[period] for period in rows[PERIOD]], pa.int32())
        pairs = self.session.memtable(self._pairs(measure.window).append_column("last", last))
        judged = by_atom.join(pairs, ATOM).filter(_[KEY] < _["last"])
        return judged.group_by(TARGET, PERIOD).agg(**{measure.name: judged[COUNT].sum()})

    def _bridge(self, window: Window, *, single: bool) -> ir.Table | None:
        """Which atom counts for which period, of periods with a single atom or with several; None
        where there are none such."""
        key = (window, single)
        if key not in self._bridges:
            pairs = self._pairs(window)
            counts = Counter(pairs[PERIOD].to_pylist())
            wanted = [(counts[each] == 1) is single for each in pairs[PERIOD].to_pylist()]
            # Where there is nothing at all, the answer is an empty table.
            some = any(wanted) or (not counts and not single)
            chosen = pairs.filter(pa.array(wanted, pa.bool_()))
            self._bridges[key] = self.session.memtable(chosen) if some else None
        return self._bridges[key]

    def _pairs(self, window: Window) -> pa.Table:
        if window not in self._windows:
            atoms_there = self._atoms()
            self._windows[window] = bridge(self.question.periods, self.grain, atoms_there, window)
        return self._windows[window]

    def _atoms(self) -> list[int]:
        """All atoms that any of the components may have."""
        bounds = self.question.store.bounds(self.question.partitions)
        if bounds is None:
            return []
        first, last = (atom_day(atom) for atom in bounds)
        after = last.replace(day=28) + timedelta(days=4)
        return atoms(first.replace(day=1), after.replace(day=1), self.grain)

    def _side_by_side(self, parts: Sequence[ir.Table]) -> ir.Table:
        """Tables over the same keys as one, with nulls where a table has nothing."""
        keys = ibis.union(*(part.select(TARGET, PERIOD) for part in parts), distinct=True)
        found = keys
        for part in parts:
            found = found.left_join(part, [TARGET, PERIOD]).drop(
                f"{TARGET}_right", f"{PERIOD}_right"
            )
        return found


def _fold_of(component: Component) -> Fold:
    return lambda column: folded(column, component.aggregate)


def _maximum(column: ir.Value) -> ir.Value:
    return column.max()


def _total(column: ir.Value) -> ir.Value:
    return column.sum()


def _medians(by_key: ir.Table, name: str) -> ir.Table:
    """The exact median of a histogram (key, n) for each target and period: the mean of the two
    middle values."""
    ordered = ibis.window(group_by=[TARGET, PERIOD], order_by=KEY, rows=(None, 0))
    everything = ibis.window(group_by=[TARGET, PERIOD])
    placed = by_key.mutate(
        upto=by_key[COUNT].sum().over(ordered), total=by_key[COUNT].sum().over(everything)
    )
    # The middle values stand at places 1 + (total - 1) // 2 and 1 + total // 2; a key holds a place
    # p when before < p <= upto. Compared doubled, so that nothing is divided.
    doubled, before = placed["upto"] * 2, (placed["upto"] - placed[COUNT]) * 2
    low = (before < placed["total"]) & (placed["total"] <= doubled)
    high = (before <= placed["total"]) & (placed["total"] < doubled)
    marked = placed.mutate(
        low=ibis.ifelse(low, placed[KEY], ibis.null()),
        high=ibis.ifelse(high, placed[KEY], ibis.null()),
    )
    middle = (marked["low"].max() + marked["high"].max()) / 2.0
    return marked.group_by(TARGET, PERIOD).agg(**{name: middle})


def parts_value(
    table: str, term: Term, aggregate: syntax.Aggregate, known: Measure, wide: ir.Table
) -> ir.Value:
    """The value of one aggregate of a term from the measures of a wide table.

    A count of nothing is 0 where the facts are there that `known` counts; whether they are is for
    the caller to tell, but for what comes from those facts, which is null without them.
    """
    there = (known.component.placing, known.window)

    def value_of(measure: Measure) -> ir.Value:
        with_known = (measure.component.placing, measure.window) == there
        if not counts or (with_known and measure.component.is_additive):
            return wide[measure.name]
        return wide[measure.name].fill_null(0)

    counts = aggregate.kind in ("count", "distinct")
    values = [value_of(each) for each in measures_of(table, term, aggregate)]
    if term.until is not None:
        half = len(values) // 2
        values = [
            came - left.fill_null(0)
            for came, left in zip(values[:half], values[half:], strict=True)
        ]
    if aggregate.kind == "avg":
        return values[0].cast("float64") / values[1].cast("float64").nullif(0)
    if is_sum_in_stock(term, aggregate):
        return ibis.ifelse(values[1] > 0, values[0], ibis.null())
    return values[0]
