"""A plain evaluator of definitions over rows in memory: the oracle the engine is tested against."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Literal

from sqlglot import exp

from cotmoc.indicators.definitions import Definition

Status = Literal["measured", "no_data", "not_arising", "partial"]
Fact = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Result:
    """What one definition gives for one unit and period."""

    numerator: Decimal | None
    denominator: Decimal | None
    value: Decimal | None
    status: Status


def evaluate(definition: Definition, facts: Iterable[Fact]) -> Result:
    """Compute a definition over the facts of one unit in one period."""
    rows = list(facts)
    numerator = _scalar(definition.numerator.tree, rows)
    denominator = _scalar(definition.denominator.tree, rows) if definition.denominator else None
    return divide(definition, numerator, denominator)


def divide(
    definition: Definition, numerator: Decimal | None, denominator: Decimal | None
) -> Result:
    """The last step: ratio, zero rule and status. Missing parts give `no_data`, never zero."""
    if numerator is None or (definition.denominator and denominator is None):
        return Result(numerator, denominator, None, "no_data")
    if definition.denominator is None:
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


_FOLDS: dict[type[exp.Expression], Callable[[list[Decimal]], Decimal]] = {
    exp.Sum: lambda values: sum(values, Decimal(0)),
    exp.Min: min,
    exp.Max: max,
    exp.Avg: lambda values: sum(values, Decimal(0)) / len(values),
}


def _scalar(node: exp.Expression, rows: list[Fact]) -> Decimal | None:
    match node:
        case exp.Paren():
            return _scalar(node.this, rows)
        case exp.Neg():
            inner = _scalar(node.this, rows)
            return None if inner is None else -inner
        case exp.Literal():
            return Decimal(node.this)
        case exp.Add() | exp.Sub() | exp.Mul() | exp.Div():
            left, right = _scalar(node.this, rows), _scalar(node.expression, rows)
            return None if left is None or right is None else _arithmetic(node, left, right)
        case exp.Coalesce():
            parts = (_scalar(part, rows) for part in (node.this, *node.expressions))
            return next((part for part in parts if part is not None), None)
        case exp.Filter():
            condition = node.expression.this
            return _scalar(node.this, [row for row in rows if _holds(condition, row) is True])
        case exp.Count():
            return Decimal(_count(node.this, rows))
        case _:
            values = [_number(row.get(node.this.name)) for row in rows]
            present = [value for value in values if value is not None]
            return _FOLDS[type(node)](present) if present else None


def _number(raw: Any) -> Decimal | None:
    return None if raw is None else Decimal(str(raw))


def _arithmetic(node: exp.Expression, left: Decimal, right: Decimal) -> Decimal | None:
    match node:
        case exp.Add():
            return left + right
        case exp.Sub():
            return left - right
        case exp.Mul():
            return left * right
        case _:
            return left / right if right else None


def _count(subject: exp.Expression, rows: list[Fact]) -> int:
    match subject:
        case exp.Star():
            return len(rows)
        case exp.Distinct():
            name = subject.expressions[0].name
            return len({row.get(name) for row in rows} - {None})
        case _:
            return sum(row.get(subject.name) is not None for row in rows)


def _holds(node: exp.Expression, row: Fact) -> bool | None:
    """SQL's three-valued logic: None is unknown."""
    match node:
        case exp.Paren():
            return _holds(node.this, row)
        case exp.Not():
            inner = _holds(node.this, row)
            return None if inner is None else not inner
        case exp.And():
            both = {_holds(node.this, row), _holds(node.expression, row)}
            return False if False in both else (None if None in both else True)
        case exp.Or():
            either = {_holds(node.this, row), _holds(node.expression, row)}
            return True if True in either else (None if None in either else False)
        case exp.Is():
            return row.get(node.this.name) is None
        case exp.In():
            return _is_one_of(row.get(node.this.name), node.expressions)
        case _:
            return _compare(node, row)


def _is_one_of(value: Any, literals: list[exp.Expression]) -> bool | None:
    return None if value is None else any(_equal(value, literal) for literal in literals)


def _equal(value: Any, literal: exp.Expression) -> bool:
    return bool(
        value == literal.this if literal.is_string else _number(value) == Decimal(literal.this)
    )


def _compare(node: exp.Expression, row: Fact) -> bool | None:
    left = row.get(node.this.name)
    if left is None:
        return None
    literal = node.expression
    right: Any = literal.this
    if not literal.is_string:
        left, right = Decimal(str(left)), Decimal(right)
    match node:
        case exp.EQ():
            return bool(left == right)
        case exp.NEQ():
            return bool(left != right)
        case exp.LT():
            return bool(left < right)
        case exp.LTE():
            return bool(left <= right)
        case exp.GT():
            return bool(left > right)
        case _:
            return bool(left >= right)
