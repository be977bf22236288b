"""From a checked expression to Ibis, which then speaks to DuckDB or Spark alike."""

from functools import reduce
from typing import Any

import ibis
import ibis.expr.types as ir
from sqlglot import exp

from cotmoc.indicators.expressions import AGGREGATES


def aggregate(node: exp.Expression, table: ir.Table) -> ir.Value:
    """Compile an expression accepted by `indicators.expressions.parse` over `table`."""
    match node:
        case exp.Paren():
            return aggregate(node.this, table)
        case exp.Neg():
            return -aggregate(node.this, table)
        case exp.Literal():
            return ibis.literal(_constant(node))
        case exp.Add():
            return aggregate(node.this, table) + aggregate(node.expression, table)
        case exp.Sub():
            return aggregate(node.this, table) - aggregate(node.expression, table)
        case exp.Mul():
            return aggregate(node.this, table) * aggregate(node.expression, table)
        case exp.Div():
            # Spark refuses a division by zero and DuckDB gives infinity: make it missing in both.
            return aggregate(node.this, table) / aggregate(node.expression, table).nullif(0)
        case exp.Coalesce():
            return ibis.coalesce(
                *(aggregate(part, table) for part in (node.this, *node.expressions))
            )
        case exp.Filter():
            return _call(node.this, table, _condition(node.expression.this, table))
        case _ if isinstance(node, AGGREGATES):
            return _call(node, table, None)
        case _:
            raise TypeError(f"unchecked expression: {node.sql()!r}")


def _call(node: exp.Expression, table: ir.Table, where: Any) -> ir.Value:
    match node:
        case exp.Count(this=exp.Star()):
            return table.count(where=where)
        case exp.Count(this=exp.Distinct()):
            return table[node.this.expressions[0].name].nunique(where=where)
        case exp.Count():
            return table[node.this.name].count(where=where)
        case exp.Sum():
            return table[node.this.name].sum(where=where)
        case exp.Min():
            return table[node.this.name].min(where=where)
        case exp.Max():
            return table[node.this.name].max(where=where)
        case _:
            return table[node.this.name].mean(where=where)


def _condition(node: exp.Expression, table: ir.Table) -> Any:
    match node:
        case exp.Paren():
            return _condition(node.this, table)
        case exp.Not():
            return ~_condition(node.this, table)
        case exp.And():
            return _condition(node.this, table) & _condition(node.expression, table)
        case exp.Or():
            return _condition(node.this, table) | _condition(node.expression, table)
        case exp.Is():
            return table[node.this.name].isnull()
        case exp.In():
            column = table[node.this.name]
            return reduce(
                lambda left, right: left | right,
                (column == _constant(other) for other in node.expressions),
            )
    left, right = table[node.this.name], _constant(node.expression)
    match node:
        case exp.EQ():
            return left == right
        case exp.NEQ():
            return left != right
        case exp.LT():
            return left < right
        case exp.LTE():
            return left <= right
        case exp.GT():
            return left > right
        case _:
            return left >= right


def _constant(node: exp.Expression) -> Any:
    if node.is_string:
        return node.this
    return int(node.this) if node.this.isdigit() else float(node.this)
