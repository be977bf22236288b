"""A plain evaluator of definitions over rows in memory: the oracle the engine is tested against.

Obviously right rather than fast. Numbers are exact (`Decimal`); a fact may count with a share below
one when its body was divided, and what cannot be divided honestly is then not comparable.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time
from decimal import Decimal, localcontext
from typing import Any, Literal

from cotmoc.core.periods import Interval
from cotmoc.indicators import syntax
from cotmoc.indicators.definitions import Definition, Path, Term

Status = Literal[
    "measured",
    "no_data",
    "not_arising",
    "partial",
    "estimated",
    "not_due",
    "not_applicable",
    "not_comparable",
    "closed",
    "suppressed",
]
Fact = Mapping[str, Any]
Lookup = Callable[[syntax.Reference], Decimal | None]
PRECISION = 40
WHOLE = Decimal(1)


@dataclass(frozen=True, slots=True)
class Result:
    """What one definition gives for one unit and period."""

    numerator: Decimal | None
    denominator: Decimal | None
    value: Decimal | None
    status: Status


@dataclass(frozen=True, slots=True)
class Weighed:
    """A fact and the share with which it counts for the body in question."""

    fact: Fact
    share: Decimal = WHOLE


def evaluate(
    definition: Definition,
    facts: Iterable[Fact | Weighed],
    period: Interval | None = None,
    *,
    path: Path | None = None,
) -> Result:
    """Compute a definition over the facts of one unit in one period; without a period all facts
    count. Without a path the definition's first is taken."""
    rows = [each if isinstance(each, Weighed) else Weighed(each) for each in facts]
    path = path or definition.paths[0]
    divided = any(row.share != 1 for term in path.terms for row in _concerned(term, rows, period))
    with localcontext(prec=PRECISION):
        chosen = [_chosen(term, rows, period) for term in path.terms]
        if not _concerned(path.terms[-1], rows, period):
            return Result(None, None, None, "no_data")
        if divided and any(not can_be_divided(term.tree) for term in path.terms):
            return Result(None, None, None, "not_comparable")
        parts = [
            _scalar(term.tree, found, period)
            for term, found in zip(path.terms, chosen, strict=True)
        ]
        found = divide(definition, parts[0], parts[1] if path.denominator else None)
    if found.status == "measured" and divided:
        return Result(found.numerator, found.denominator, found.value, "estimated")
    return found


def evaluate_formula(definition: Definition, lookup: Lookup) -> Result:
    """Compute a derived definition; `lookup` answers each reference, None where there is no
    value. The result is the numerator too: there is nothing it was divided from."""
    assert definition.formula is not None
    with localcontext(prec=PRECISION):
        value = _formula(definition.formula, lookup)
        if value is None:
            return Result(None, None, None, "no_data")
        return Result(value, None, value * definition.scale, "measured")


def divide(
    definition: Definition, numerator: Decimal | None, denominator: Decimal | None
) -> Result:
    """The last step: ratio, zero rule and status. Missing parts give `no_data`, never zero."""
    if numerator is None or (definition.divides and denominator is None):
        return Result(numerator, denominator, None, "no_data")
    if not definition.divides:
        return Result(numerator, None, numerator * definition.scale, "measured")
    assert denominator is not None
    if denominator != 0:
        value = definition.scale * numerator / denominator
        return Result(numerator, denominator, value, "measured")
    match definition.zero_denominator:
        case "zero":
            return Result(numerator, denominator, Decimal(0), "measured")
        case "full":
            return Result(numerator, denominator, definition.scale, "measured")
        case _:
            return Result(numerator, denominator, None, "not_arising")


def _chosen(term: Term, rows: Sequence[Weighed], period: Interval | None) -> list[Weighed]:
    """The facts that count for a term: by its date in the period, or in stock at its end."""
    if period is None:
        return list(rows)
    start, end = _moment(period.start), _moment(period.end)
    found = []
    for row in rows:
        placed = _moment(row.fact.get(term.date))
        if placed is None or end is None or placed >= end:
            continue
        if term.until is None:
            if start is None or placed >= start:
                found.append(row)
            continue
        left = _moment(row.fact.get(term.until))
        if left is None or left >= end:
            found.append(row)
    return found


def _concerned(term: Term, rows: Sequence[Weighed], period: Interval | None) -> list[Weighed]:
    """The facts that tell whether anything is known: those in the period; for a stock all that ever
    entered, so that an empty stock is zero and not missing."""
    return _chosen(
        replace(term, until=None),
        rows,
        Interval(date.min, period.end) if term.until and period else period,
    )


def can_be_divided(tree: syntax.Scalar) -> bool:
    """Whether an expression keeps its meaning over facts that count only in part: sums and counts
    do, distinct counts, medians and extremes do not."""
    return all(each.kind in ("count", "sum", "avg") for each in syntax.aggregates(tree))


def _moment(value: date | datetime | None) -> datetime | None:
    if value is None or isinstance(value, datetime):
        return value
    return datetime.combine(value, time())


def _scalar(
    node: syntax.Scalar, rows: Sequence[Weighed], period: Interval | None
) -> Decimal | None:
    match node:
        case syntax.Number(value):
            return value
        case syntax.Negative(inner):
            found = _scalar(inner, rows, period)
            return None if found is None else -found
        case syntax.Arithmetic(operator, left, right):
            return arithmetic(operator, _scalar(left, rows, period), _scalar(right, rows, period))
        case syntax.Coalesce(parts):
            values = (_scalar(part, rows, period) for part in parts)
            return next((value for value in values if value is not None), None)
        case syntax.Aggregate():
            return _aggregate(node, _that_hold(node, rows, period))
    raise TypeError(f"not of a base definition: {node}")


def _that_hold(
    node: syntax.Aggregate, rows: Sequence[Weighed], period: Interval | None
) -> list[Weighed]:
    found = [
        row for row in rows if node.condition is None or holds(node.condition, row.fact) is True
    ]
    if node.judged is None:
        return found
    # Without a period everything that ever happens has happened.
    end = None if period is None else _moment(period.end)
    moments = [(row, _moment(row.fact.get(node.judged.name))) for row in found]
    return [row for row, moment in moments if moment is not None and (end is None or moment < end)]


def _aggregate(node: syntax.Aggregate, rows: Sequence[Weighed]) -> Decimal | None:
    if node.kind == "count":
        return sum((row.share for row in rows), Decimal(0))
    if node.kind == "distinct":
        assert isinstance(node.argument, syntax.Column)
        name = node.argument.name
        present = [row for row in rows if row.fact.get(name) is not None]
        return Decimal(len({row.fact[name] for row in present}))
    pairs = [(_number(node.argument, row.fact), row) for row in rows]
    values = [(value, row.share) for value, row in pairs if value is not None]
    if not values:
        return None
    if node.kind == "sum":
        return sum((value * share for value, share in values), Decimal(0))
    if node.kind == "avg":
        weight = sum((share for _, share in values), Decimal(0))
        return sum((value * share for value, share in values), Decimal(0)) / weight
    plain = sorted(value for value, _ in values)
    if node.kind == "median":
        middle = len(plain) // 2
        return plain[middle] if len(plain) % 2 else (plain[middle - 1] + plain[middle]) / 2
    return plain[0] if node.kind == "min" else plain[-1]


def _number(argument: syntax.Column | syntax.Case | None, fact: Fact) -> Decimal | None:
    match argument:
        case syntax.Column(name):
            raw = fact.get(name)
            return None if raw is None else Decimal(str(raw))
        case syntax.Case(condition, then, otherwise):
            side = then if holds(condition, fact) is True else otherwise
            return side if side is None or isinstance(side, Decimal) else _number(side, fact)
    raise AssertionError(argument)


def arithmetic(
    operator: syntax.Operator, left: Decimal | None, right: Decimal | None
) -> Decimal | None:
    """One step of a formula; a missing side, or a division by zero, has no result."""
    if left is None or right is None:
        return None
    match operator:
        case "+":
            return left + right
        case "-":
            return left - right
        case "*":
            return left * right
        case _:
            return left / right if right else None


def _formula(node: syntax.Scalar, lookup: Lookup) -> Decimal | None:
    match node:
        case syntax.Number(value):
            return value
        case syntax.Negative(inner):
            found = _formula(inner, lookup)
            return None if found is None else -found
        case syntax.Arithmetic(operator, left, right):
            return arithmetic(operator, _formula(left, lookup), _formula(right, lookup))
        case syntax.Coalesce(parts):
            values = (_formula(part, lookup) for part in parts)
            return next((value for value in values if value is not None), None)
        case syntax.Reference():
            return lookup(node)
        case syntax.When(operator, left, right, then, otherwise):
            sides = _formula(left, lookup), _formula(right, lookup)
            if None not in sides and compare(operator, *sides):
                return _formula(then, lookup)
            return None if otherwise is None else _formula(otherwise, lookup)
    raise TypeError(f"not of a formula: {node}")


def holds(node: syntax.Condition, row: Fact) -> bool | None:
    """SQL's three-valued logic: None is unknown."""
    match node:
        case syntax.Flag(column):
            return _flag(row.get(column.name))
        case syntax.Not(inner):
            found = holds(inner, row)
            return None if found is None else not found
        case syntax.Both(parts):
            values = {holds(part, row) for part in parts}
            return False if False in values else (None if None in values else True)
        case syntax.Either(parts):
            values = {holds(part, row) for part in parts}
            return True if True in values else (None if None in values else False)
        case syntax.Missing(column):
            return row.get(column.name) is None
        case syntax.OneOf(column, values_):
            value = row.get(column.name)
            return None if value is None else any(compare("=", value, each) for each in values_)
        case syntax.Compare(operator, left, right):
            value = row.get(left.name)
            other = row.get(right.name) if isinstance(right, syntax.Column) else right
            return None if value is None or other is None else compare(operator, value, other)


def _flag(value: Any) -> bool | None:
    return None if value is None else bool(value)


def compare(operator: syntax.Comparison, left: Any, right: Any) -> bool:
    """Compare two values that are there; numbers by value, days as their first moment."""
    left, right = _comparable(left), _comparable(right)
    match operator:
        case "=":
            return bool(left == right)
        case "<>":
            return bool(left != right)
        case "<":
            return bool(left < right)
        case "<=":
            return bool(left <= right)
        case ">":
            return bool(left > right)
        case _:
            return bool(left >= right)


def _comparable(value: Any) -> Any:
    if isinstance(value, bool | str):
        return value
    if isinstance(value, date):
        return _moment(value)
    return Decimal(str(value))
