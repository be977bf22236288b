"""From a checked expression to Ibis, which then speaks to DuckDB or Spark alike."""

from collections.abc import Callable
from datetime import datetime
from decimal import Decimal
from functools import reduce
from operator import and_, or_
from typing import Any

import ibis
import ibis.expr.types as ir

from cotmoc.indicators import syntax

CountIf = Callable[[ir.BooleanValue], ir.Value]
_LARGEST_INTEGER = 2**62


def combine(node: syntax.Scalar, value_of: Callable[[Any], ir.Value]) -> ir.Value:
    """What stands between aggregates (or references), with `value_of` giving the value of each.

    A quotient is divided in binary and is missing when it divides by zero.
    """
    match node:
        case syntax.Number(value):
            return ibis.literal(_constant(value))
        case syntax.Negative(inner):
            return -combine(inner, value_of)
        case syntax.Arithmetic("/", left, right):
            # Spark refuses a division by zero and DuckDB gives infinity: make it missing in both.
            below = combine(right, value_of).cast("float64").nullif(0)
            return combine(left, value_of).cast("float64") / below
        case syntax.Arithmetic(operator, left, right):
            return _joined(operator, combine(left, value_of), combine(right, value_of))
        case syntax.Coalesce(parts):
            return ibis.coalesce(*(combine(part, value_of) for part in parts))
        case syntax.When(operator, left, right, then, otherwise):
            test = compared(operator, combine(left, value_of), combine(right, value_of))
            rest = ibis.null() if otherwise is None else combine(otherwise, value_of)
            return ibis.ifelse(test, combine(then, value_of), rest)
        case _:
            return value_of(node)


def _joined(operator: str, left: Any, right: Any) -> ir.Value:
    match operator:
        case "+":
            return left + right
        case "-":
            return left - right
        case _:
            return left * right


def aggregate(node: syntax.Scalar, table: ir.Table) -> ir.Value:
    """A whole expression over the rows of one group of `table`."""
    return combine(node, lambda each: whole_aggregate(each, table))


def whole_aggregate(node: syntax.Aggregate, table: ir.Table) -> ir.Value:
    """One aggregate, also of a kind that cannot be added up."""
    where = None if node.condition is None else condition(node.condition, table)
    match node.kind:
        case "count":
            return table.count(where=where)
        case "distinct":
            return argument(node, table).nunique(where=where)
        case "avg":
            return argument(node, table).mean(where=where)
        case kind:
            return getattr(argument(node, table), kind)(where=where)


def additive(node: syntax.Aggregate, table: ir.Table, count_if: CountIf) -> ir.Value:
    """An aggregate that adds up from parts: count, sum, min or max, in its fastest form."""
    where = None if node.condition is None else met(node.condition, table)
    if node.kind == "count":
        return table.count() if where is None else count_if(where)
    return getattr(argument(node, table), node.kind)(where=where)


def argument(node: syntax.Aggregate, table: ir.Table) -> ir.Value:
    """What is counted, summed or compared."""
    match node.argument:
        case syntax.Column(name):
            return table[name]
        case syntax.Case(test, then, otherwise):
            rest = ibis.null() if otherwise is None else _side(otherwise, table)
            return ibis.ifelse(condition(test, table), _side(then, table), rest)
    raise TypeError(f"has no argument: {node}")


def _side(side: syntax.Column | Decimal, table: ir.Table) -> ir.Value:
    return table[side.name] if isinstance(side, syntax.Column) else ibis.literal(_constant(side))


def met(node: syntax.Condition, table: ir.Table) -> Any:
    """Whether a row is counted: true where the condition holds, and where it does not or is
    unknown, one of false and null.

    As these two need not be told apart, `a and b` is asked as `a > not b`, which takes DuckDB half
    the time.
    """
    if not isinstance(node, syntax.Both):
        return condition(node, table)
    plain = [part for part in node.parts if isinstance(part, _PLAIN)]
    if not plain:
        return condition(node, table)
    found = condition(plain[0], table)
    others = []
    for part in node.parts:
        if part is plain[0]:
            continue
        refuted = _refuted(part, table)
        if refuted is None:
            others.append(condition(part, table))
        else:
            found = found > refuted
    return reduce(and_, others, found)


# What does not begin with `not`, which would bind less than `>` and which Spark does not compare.
_PLAIN = (syntax.Flag, syntax.Compare, syntax.OneOf, syntax.Missing)
_OPPOSITE: dict[syntax.Comparison, syntax.Comparison] = {
    "=": "<>",
    "<>": "=",
    "<": ">=",
    "<=": ">",
    ">": "<=",
    ">=": "<",
}


def _refuted(node: syntax.Condition, table: ir.Table) -> Any | None:
    """Whether a condition is known not to hold; None where that would begin with `not`."""
    match node:
        case syntax.Flag(column):
            return table[column.name] == False  # noqa: E712 - a column, not a bool
        case syntax.Missing(column):
            return table[column.name].notnull()
        case syntax.Not(syntax.Missing(column)):
            return table[column.name].isnull()
        case syntax.Compare(operator, left, right):
            return condition(syntax.Compare(_OPPOSITE[operator], left, right), table)
    return None


def condition(node: syntax.Condition, table: ir.Table) -> Any:
    """Whether a row counts; unknown where a value is missing."""
    match node:
        case syntax.Flag(column):
            return table[column.name]
        case syntax.Not(inner):
            return ~condition(inner, table)
        case syntax.Both(parts):
            return reduce(and_, (condition(part, table) for part in parts))
        case syntax.Either(parts):
            return reduce(or_, (condition(part, table) for part in parts))
        case syntax.Missing(column):
            return table[column.name].isnull()
        case syntax.OneOf(column, values):
            return table[column.name].isin([_constant(value) for value in values])
        case syntax.Compare(operator, left, right):
            other = table[right.name] if isinstance(right, syntax.Column) else _constant(right)
            return compared(operator, table[left.name], other)


def compared(operator: syntax.Comparison, left: Any, right: Any) -> Any:
    """`left operator right`."""
    match operator:
        case "=":
            return left == right
        case "<>":
            return left != right
        case "<":
            return left < right
        case "<=":
            return left <= right
        case ">":
            return left > right
        case _:
            return left >= right


def _constant(value: syntax.Constant) -> str | int | float | bool | datetime:
    if isinstance(value, Decimal):
        whole = value == value.to_integral_value() and abs(value) < _LARGEST_INTEGER
        return int(value) if whole else float(value)
    return value
