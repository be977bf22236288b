"""Opening a figure to its single facts: those that counted, part by part, with their origin.

A fact belongs to a part of a figure when it adds something to it: to `count(*) - count(*) filter
(where late_at <= period_end)` a late fact adds nothing and does not belong. Where an expression
does not add up from its facts (a median, a quotient) those belong that an aggregate looks at.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date, datetime, time
from decimal import Decimal
from functools import reduce
from operator import and_, or_
from pathlib import Path
from typing import Any, Literal, get_args

import duckdb
import ibis
import ibis.expr.types as ir
import pyarrow as pa

from cotmoc.analytics.compile import argument, combine, condition
from cotmoc.analytics.lake import Dataset, LakeError, Manifest, Partition
from cotmoc.analytics.scanning import atom_value
from cotmoc.analytics.sessions import Session, open_session
from cotmoc.core.calendars import atom_day
from cotmoc.core.periods import Interval
from cotmoc.indicators import syntax
from cotmoc.indicators.definitions import Path as ComputingPath
from cotmoc.indicators.definitions import Term
from cotmoc.indicators.facts import ORIGIN_COLUMNS, FactTable

PartName = Literal["numerator", "denominator", "rest"]
Number = int | float | Decimal
PARTS: tuple[PartName, ...] = get_args(PartName)
THREADS = 2
# More bodies than this are joined: a list is looked through for every row.
LONG_LIST = 500


@dataclass(frozen=True, slots=True)
class Scope:
    """Which facts a figure is about: a table of the lake as known at a moment, some bodies, a
    period, and the path that the definition computes by."""

    dataset: Dataset
    table: FactTable
    path: ComputingPath
    bodies: Collection[str]
    period: Interval
    known_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Part:
    """What to open: numerator, denominator, or the `rest` of the denominator, which the numerator
    lacks; `aggregate` narrows it to one aggregate of the term by its canonical text."""

    name: PartName
    aggregate: str = ""


@dataclass(frozen=True, slots=True)
class FoundFacts:
    """Some rows (all columns, `import_no` and `line`) and how many there are in all."""

    rows: tuple[dict[str, Any], ...]
    total: int


@dataclass(frozen=True, slots=True)
class Came:
    """What one import changed about the facts of a scope: rows it brought, rows it took away."""

    import_no: int
    added: int
    removed: int


def parts_of(path: ComputingPath) -> list[PartName]:
    """The parts a figure of this path opens to."""
    return list(PARTS) if path.denominator else ["numerator"]


def aggregates_of(path: ComputingPath, name: PartName) -> list[str]:
    """Canonical texts of the aggregates of a part's term, equal ones once; none for the rest."""
    term = _term(path, name)
    return [] if term is None else list(dict.fromkeys(map(str, syntax.aggregates(term.tree))))


def find_facts(
    scope: Scope, part: Part, *, limit: int, offset: int = 0, sort: str = ""
) -> FoundFacts:
    """The facts behind a part of a figure, oldest first unless `sort` names a column (`-column`
    from the largest). Raises LakeError when a file of the lake is gone, ValueError for a part or
    column that is not there."""
    partitions = partitions_of(scope)
    if not partitions or not scope.bodies:
        return FoundFacts((), 0)
    with _reading(scope) as session:
        chosen = _chosen(session, scope, partitions, part)
        counts = _by_month(session, chosen, scope.table.partition)
        total = sum(counts.values())
        if offset >= total or limit < 1:
            return FoundFacts((), total)
        if not sort:
            # Months come one after the other, so only those of the page are put in order.
            before, months = _months_between(counts, offset, offset + limit)
            partitions = [each for each in partitions if each.month in months]
            chosen = _chosen(session, scope, partitions, part)
            offset -= before
        wanted = _ordered(chosen, scope.table, sort).limit(limit, offset=offset)
        places = session.to_arrow(wanted.select(scope.table.body, *ORIGIN_COLUMNS)).to_pylist()
        return FoundFacts(_rows_at(session, scope, partitions, places), total)


def _rows_at(
    session: Session,
    scope: Scope,
    partitions: Sequence[Partition],
    places: Sequence[Mapping[str, Any]],
) -> tuple[dict[str, Any], ...]:
    """Whole rows of these bodies and origins, in this order. Ordering many rows reads few of their
    columns; the others are read of the few that are wanted."""
    near = replace(scope, bodies={place[scope.table.body] for place in places})
    origins = [tuple(place[name] for name in ORIGIN_COLUMNS) for place in places]
    lines = sorted({line for _number, line in origins})
    facts = _facts(session, near, partitions)
    rows = session.to_arrow(facts.filter(facts["line"].isin(lines))).to_pylist()
    by_origin = {tuple(row[name] for name in ORIGIN_COLUMNS): row for row in rows}
    return tuple(by_origin[origin] for origin in origins)


def find_fact(scope: Scope, import_no: int, line: int) -> dict[str, Any] | None:
    """The fact that came with an import at a line of its file, if it counted for the scope's
    bodies; the period is not asked. Raises LakeError."""
    partitions = scope.dataset.partitions(scope.known_at)
    if not partitions or not scope.bodies:
        return None
    with _reading(scope) as session:
        facts = _facts(session, scope, partitions)
        found = facts.filter(facts["line"] == line, facts["import_no"] == import_no)
        return next(iter(session.to_arrow(found).to_pylist()), None)


def stream_facts(scope: Scope, part: Part, sort: str = "") -> Iterator[dict[str, Any]]:
    """All facts behind a part of a figure, one by one, in the order of `find_facts`."""
    partitions = partitions_of(scope)
    if not partitions or not scope.bodies:
        return
    with _reading(scope) as session:
        chosen = _ordered(_chosen(session, scope, partitions, part), scope.table, sort)
        for batch in session.batches(chosen):
            yield from batch.to_pylist()


def count_parts(scope: Scope) -> dict[PartName, int]:
    """How many facts each part of a figure opens to. One scan."""
    names = parts_of(scope.path)
    partitions = partitions_of(scope)
    if not partitions or not scope.bodies:
        return dict.fromkeys(names, 0)
    with _reading(scope) as session:
        facts = _facts(session, scope, partitions)
        counts = {name: facts.count(where=_belongs(facts, scope, Part(name))) for name in names}
        row = session.to_arrow(facts.aggregate(**counts)).to_pylist()[0]
        return {name: int(row[name]) for name in names}


@dataclass(frozen=True, slots=True)
class Recounted:
    """What a figure is made of, from its facts: (part, canonical text, value) of each aggregate,
    and the two terms; None where there is nothing."""

    components: tuple[tuple[str, str, Number | None], ...]
    numerator: Number | None
    denominator: Number | None


def recount(scope: Scope) -> Recounted:
    """The aggregates of a figure and its terms, counted again from the facts. One scan."""
    terms = {name: term for name in PARTS if (term := _term(scope.path, name))}
    wanted = [
        (name, aggregate)
        for name, term in terms.items()
        for aggregate in dict.fromkeys(syntax.aggregates(term.tree))
    ]
    partitions = partitions_of(scope)
    if not partitions or not scope.bodies:
        return Recounted(tuple((name, str(each), None) for name, each in wanted), None, None)
    with _reading(scope) as session:
        facts = _facts(session, scope, partitions)
        values = {
            f"c{number}": _value(facts, terms[name], aggregate, scope.period)
            for number, (name, aggregate) in enumerate(wanted)
        }
        values |= {name: _term_value(facts, term, scope.period) for name, term in terms.items()}
        row = session.to_arrow(facts.aggregate(**values)).to_pylist()[0]
    return Recounted(
        tuple((name, str(each), row[f"c{number}"]) for number, (name, each) in enumerate(wanted)),
        row["numerator"],
        row.get("denominator"),
    )


def partitions_of(scope: Scope) -> list[Partition]:
    """The months of the lake that may hold facts of the scope."""
    return [
        each for each in scope.dataset.partitions(scope.known_at) if month_counts(each.month, scope)
    ]


def month_counts(month: str, scope: Scope) -> bool:
    """Whether a month of the lake may hold facts of the scope."""
    return any(_may_hold(month, term, scope) for term in scope.path.terms)


def imports_between(scope: Scope, after: datetime, until: datetime) -> list[Came]:
    """What the imports recorded in `(after, until]` changed about the scope's facts: how many rows
    they brought and how many earlier ones they made superseded, in the order of the imports."""
    manifest = scope.dataset.manifest()
    between = [each for each in manifest.imports if after < each.recorded_at <= until]
    if not between or not scope.bodies:
        return []
    numbers = {each.number for each in between}
    with _reading(scope) as session:
        added = _added(session, scope, manifest, numbers)
        removed = _removed(session, scope, manifest, numbers)
    return [
        Came(number, added.get(number, 0), removed.get(number, 0))
        for number in sorted(numbers)
        if added.get(number) or removed.get(number)
    ]


@contextmanager
def _reading(scope: Scope) -> Iterator[Session]:
    """A session in which a file that cannot be read is a fault of the lake."""
    with open_session(threads=THREADS) as session:
        try:
            yield session
        except (duckdb.IOException, duckdb.InvalidInputException) as error:
            first = str(error).splitlines()[0]
            raise LakeError(f"{scope.dataset.name}: {first}") from error


# Choosing rows ----------------------------------------------------------------------------------


def _chosen(
    session: Session, scope: Scope, partitions: Sequence[Partition], part: Part
) -> ir.Table:
    facts = _facts(session, scope, partitions)
    return facts.filter(_belongs(facts, scope, part))


def _facts(session: Session, scope: Scope, partitions: Sequence[Partition]) -> ir.Table:
    """The facts of the scope's bodies that count. Parts are sorted by body, so most of a part is
    not even read."""
    paths = [path for partition in partitions for path in partition.paths]
    without = list(dict.fromkeys(path for each in partitions for path in each.without))
    check_there(scope.dataset, [*paths, *without])
    facts = _of_bodies(session, session.read_parquet(paths), scope)
    if not without:
        return facts
    return facts.anti_join(session.read_parquet(without), list(ORIGIN_COLUMNS))


def _of_bodies(session: Session, facts: ir.Table, scope: Scope) -> ir.Table:
    body = facts[scope.table.body]
    # The bounds let a reader pass over groups of rows, which a list alone does not.
    near = facts.filter(body >= min(scope.bodies), body <= max(scope.bodies))
    if len(scope.bodies) <= LONG_LIST:
        return near.filter(near[scope.table.body].isin(sorted(scope.bodies)))
    wanted = session.memtable(pa.table({scope.table.body: sorted(scope.bodies)}))
    return near.semi_join(wanted, scope.table.body)


def _count(session: Session, facts: ir.Table) -> int:
    return int(session.to_arrow(facts.count().as_table())[0][0].as_py())


def _by_month(session: Session, facts: ir.Table, partition: str) -> dict[str, int]:
    """How many facts there are in each month of the lake, in order."""
    first = atom_value(facts[partition], "month")
    counted = facts.group_by(first=first).agg(n=facts.count()).order_by("first")
    rows = session.to_arrow(counted).to_pylist()
    return {f"{atom_day(row['first']):%Y-%m}": row["n"] for row in rows}


def _months_between(counts: Mapping[str, int], start: int, end: int) -> tuple[int, set[str]]:
    """The months that hold the facts from one place to another in order, and how many facts come
    before these months."""
    before, months, passed = 0, set(), 0
    for month, count in counts.items():
        if passed + count <= start:
            before = passed + count
        elif passed < end:
            months.add(month)
        passed += count
    return before, months


def check_there(dataset: Dataset, paths: Sequence[Path]) -> None:
    """Raise LakeError, in words for the operator, when a committed file is not there."""
    for path in paths:
        if not path.exists():
            raise LakeError(f"{dataset.name}: {path.relative_to(dataset.folder)} is gone")


def _belongs(facts: ir.Table, scope: Scope, part: Part) -> ir.BooleanValue:
    if part.name not in parts_of(scope.path):
        raise ValueError(f"no such part: {part.name}")
    if part.name == "rest":
        below, above = _needed(scope.path, "denominator"), scope.path.numerator
        return _holds(_in_term(facts, below, scope.period) & ~_in_term(facts, above, scope.period))
    term = _needed(scope.path, part.name)
    if not part.aggregate:
        return _in_term(facts, term, scope.period)
    for each in syntax.aggregates(term.tree):
        if str(each) == part.aggregate:
            return _holds(_placed(facts, term, scope.period) & _looks_at(facts, each, scope.period))
    raise ValueError(f"no such aggregate: {part.aggregate}")


def _in_term(facts: ir.Table, term: Term, period: Interval) -> ir.BooleanValue:
    """Whether a fact adds something to a term."""
    shares = additions(term.tree)
    if shares is None or len(shares) == 1:
        looked = [_looks_at(facts, each, period) for each in syntax.aggregates(term.tree)]
        belongs = reduce(or_, looked)
    else:
        belongs = _sum_of(facts, shares, period) != 0
    return _holds(_placed(facts, term, period) & belongs)


def _sum_of(
    facts: ir.Table, shares: Sequence[tuple[Decimal, syntax.Aggregate]], period: Interval
) -> ir.NumericValue:
    """What one fact adds to an expression."""
    parts = []
    for factor, aggregate in shares:
        one = ibis.literal(1) if aggregate.kind == "count" else argument(aggregate, facts)
        adds = ibis.ifelse(_looks_at(facts, aggregate, period), one.cast("float64"), 0.0)
        parts.append(adds.fill_null(0.0) * float(factor))
    return reduce(lambda left, right: left + right, parts)


def additions(tree: syntax.Scalar) -> list[tuple[Decimal, syntax.Aggregate]] | None:
    """The counts and sums an expression is made of, each with the factor it is added with; None
    where it does not add up from its facts."""
    match tree:
        case syntax.Aggregate(kind):
            return [(Decimal(1), tree)] if kind in ("count", "sum") else None
        case syntax.Number():
            return []
        case syntax.Negative(inner):
            return _times(Decimal(-1), additions(inner))
        case syntax.Coalesce((first, *others)):
            constant = all(isinstance(each, syntax.Number) for each in others)
            return additions(first) if constant else None
        case syntax.Arithmetic("+", left, right):
            return _together(additions(left), additions(right))
        case syntax.Arithmetic("-", left, right):
            return _together(additions(left), _times(Decimal(-1), additions(right)))
        case syntax.Arithmetic("*", syntax.Number(factor), inner):
            return _times(factor, additions(inner))
        case syntax.Arithmetic("*", inner, syntax.Number(factor)):
            return _times(factor, additions(inner))
        case syntax.Arithmetic("/", inner, syntax.Number(factor)) if factor:
            return _times(1 / factor, additions(inner))
    return None


_Additions = list[tuple[Decimal, syntax.Aggregate]] | None


def _times(factor: Decimal, shares: _Additions) -> _Additions:
    return None if shares is None else [(factor * each, what) for each, what in shares]


def _together(left: _Additions, right: _Additions) -> _Additions:
    return None if left is None or right is None else left + right


def _looks_at(facts: ir.Table, aggregate: syntax.Aggregate, period: Interval) -> ir.BooleanValue:
    """Whether an aggregate takes a fact that is placed in the period."""
    tests = []
    if aggregate.condition is not None:
        tests.append(condition(aggregate.condition, facts))
    if aggregate.judged is not None:
        tests.append(facts[aggregate.judged.name] < _moment(period.end))
    if aggregate.argument is not None:
        given = argument(aggregate, facts)
        tests.append(given.notnull())
        if aggregate.kind == "sum" and isinstance(aggregate.argument, syntax.Case):
            tests.append(given != 0)  # `case when … then 1 else 0` means to pick
    return reduce(and_, tests) if tests else ibis.literal(True)


def _placed(facts: ir.Table, term: Term, period: Interval) -> ir.BooleanValue:
    """Whether a fact lies in the period, or is in stock at its end."""
    day, end = facts[term.date], _moment(period.end)
    if term.until is None:
        return (day >= _moment(period.start)) & (day < end)
    left = facts[term.until]
    return (day < end) & (left.isnull() | (left >= end))


def _value(facts: ir.Table, term: Term, aggregate: syntax.Aggregate, period: Interval) -> ir.Value:
    """An aggregate over the facts placed in the period."""
    taken = _placed(facts, term, period)
    if aggregate.judged is not None:
        taken = taken & (facts[aggregate.judged.name] < _moment(period.end))
    if aggregate.condition is not None:
        taken = taken & condition(aggregate.condition, facts)
    if aggregate.kind == "count":
        return facts.count(where=taken)
    given = argument(aggregate, facts)
    by = {"distinct": "nunique", "avg": "mean"}.get(aggregate.kind, aggregate.kind)
    return getattr(given, by)(where=taken)


def _term_value(facts: ir.Table, term: Term, period: Interval) -> ir.Value:
    return combine(term.tree, lambda aggregate: _value(facts, term, aggregate, period))


def _holds(test: ir.BooleanValue) -> ir.BooleanValue:
    """Unknown does not hold."""
    return test.fill_null(False)


def _moment(day: date) -> ir.Value:
    return ibis.literal(datetime.combine(day, time()))


def _ordered(facts: ir.Table, table: FactTable, sort: str) -> ir.Table:
    """By a column, then by the partition's date and the key; what has no value comes last."""
    name = sort.removeprefix("-")
    if name and name not in table.columns:
        raise ValueError(f"no such column: {name}")
    keys = [ibis.desc(facts[name], nulls_first=False)] if sort.startswith("-") else []
    if name and not keys:
        keys = [ibis.asc(facts[name], nulls_first=False)]
    rest = [each for each in (table.partition, *table.key, *ORIGIN_COLUMNS) if each != name]
    return facts.order_by(*keys, *rest)


# Months and imports -----------------------------------------------------------------------------


def _may_hold(month: str, term: Term, scope: Scope) -> bool:
    if term.date != scope.table.partition:
        return True  # another date may lie far from the month that a fact is stored under
    first = date.fromisoformat(f"{month}-01")
    after = date(first.year + first.month // 12, first.month % 12 + 1, 1)
    begun = first < scope.period.end
    return begun if term.until else begun and after > scope.period.start


def _added(session: Session, scope: Scope, manifest: Manifest, numbers: set[int]) -> dict[int, int]:
    paths = [
        scope.dataset.folder / part.path
        for part in manifest.parts
        if part.import_no in numbers and month_counts(part.month, scope)
    ]
    if not paths:
        return {}
    check_there(scope.dataset, paths)
    facts = _in_scope(session, session.read_parquet(paths), scope)
    return _counted(session, facts)


def _removed(
    session: Session, scope: Scope, manifest: Manifest, numbers: set[int]
) -> dict[int, int]:
    taken = [each for each in manifest.superseded if each.import_no in numbers]
    months = {month for each in taken for month in each.months if month_counts(month, scope)}
    paths = [
        scope.dataset.folder / part.path
        for part in manifest.parts
        if part.month in months and part.import_no < max(numbers)
    ]
    lists = [scope.dataset.folder / each.path for each in taken if months & set(each.months)]
    if not paths or not lists:
        return {}
    check_there(scope.dataset, [*paths, *lists])
    facts = _in_scope(session, session.read_parquet(paths), scope)
    found: dict[int, int] = {}
    for each, path in zip((t for t in taken if months & set(t.months)), lists, strict=True):
        gone = facts.semi_join(session.read_parquet([path]), list(ORIGIN_COLUMNS))
        found[each.import_no] = found.get(each.import_no, 0) + _count(session, gone)
    return found


def _in_scope(session: Session, facts: ir.Table, scope: Scope) -> ir.Table:
    mine = _of_bodies(session, facts, scope)
    placed = [_holds(_placed(mine, term, scope.period)) for term in scope.path.terms]
    return mine.filter(reduce(or_, placed))


def _counted(session: Session, facts: ir.Table) -> dict[int, int]:
    rows = session.to_arrow(facts.group_by("import_no").agg(n=facts.count())).to_pylist()
    return {row["import_no"]: row["n"] for row in rows}


def _term(path: ComputingPath, name: PartName) -> Term | None:
    terms: Mapping[str, Term | None] = {
        "numerator": path.numerator,
        "denominator": path.denominator,
    }
    return terms.get(name)


def _needed(path: ComputingPath, name: PartName) -> Term:
    term = _term(path, name)
    if term is None:
        raise ValueError(f"no such part: {name}")
    return term
