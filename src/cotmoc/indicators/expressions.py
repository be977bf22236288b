"""The safe subset of SQL aggregates that definitions are written in.

Allowed: `sum min max avg count` over a column, `count(*)`, `count(distinct c)`, each with
`filter (where …)`; arithmetic `+ - * /` and `coalesce` of those; in conditions `= <> < <= > >=`,
`and or not`, `in (…)`, `is null`. Nothing else parses, so nothing else can ever run.
"""

from collections.abc import Iterator

import sqlglot
from sqlglot import exp
from sqlglot.errors import ParseError, TokenError

from cotmoc.indicators.facts import FactTable

AGGREGATES = (exp.Sum, exp.Min, exp.Max, exp.Avg, exp.Count)
ARITHMETIC = (exp.Add, exp.Sub, exp.Mul, exp.Div)
COMPARISONS = (exp.EQ, exp.NEQ, exp.LT, exp.LTE, exp.GT, exp.GTE)


class ExpressionError(ValueError):
    """An expression that is not in the subset; the message names the part and what is known."""


def parse(text: str, table: FactTable) -> exp.Expression:
    """Parse one aggregate expression over `table`; raises ExpressionError naming the wrong part."""
    try:
        found = sqlglot.parse(text, dialect="duckdb")
    except (ParseError, TokenError) as error:
        raise ExpressionError(f"cannot be read: {text!r} ({str(error).splitlines()[0]})") from error
    if len(found) != 1 or found[0] is None:
        raise ExpressionError(f"must be exactly one expression: {text!r}")
    tree: exp.Expression = found[0]
    _check_scalar(tree, table)
    if not any(isinstance(node, AGGREGATES) for node in tree.walk()):
        raise ExpressionError(f"has no aggregate: {text!r}")
    return tree


def columns(tree: exp.Expression) -> set[str]:
    """Names of the columns an expression reads."""
    return {column.name for column in tree.find_all(exp.Column)}


def text_constants(tree: exp.Expression, column: str) -> Iterator[str]:
    """The texts that `column` is compared with, as in `element = 'received'`."""
    for node in tree.find_all(exp.EQ, exp.In):
        if isinstance(node.this, exp.Column) and node.this.name == column:
            others = node.expressions if isinstance(node, exp.In) else [node.expression]
            yield from (other.this for other in others if isinstance(other, exp.Literal))


def _check_scalar(node: exp.Expression, table: FactTable) -> None:
    """Outside an aggregate: numbers, arithmetic, coalesce and aggregates."""
    match node:
        case exp.Paren() | exp.Neg():
            _check_scalar(node.this, table)
        case exp.Add() | exp.Sub() | exp.Mul() | exp.Div():
            _check_scalar(node.this, table)
            _check_scalar(node.expression, table)
        case exp.Coalesce():
            for part in (node.this, *node.expressions):
                _check_scalar(part, table)
        case exp.Literal() if not node.is_string:
            return
        case exp.Filter():
            _check_aggregate(node.this, table)
            _check_condition(node.expression.this, table)
        case _:
            _check_aggregate(node, table)


def _check_aggregate(node: exp.Expression, table: FactTable) -> None:
    if not isinstance(node, AGGREGATES):
        raise ExpressionError(f"not allowed here: {node.sql()!r}; known: sum min max avg count")
    extra = _given(node) - {"this", "big_int"}
    if extra:
        raise ExpressionError(f"not allowed in an aggregate: {node.sql()!r}")
    subject = node.this
    if isinstance(node, exp.Count):
        if isinstance(subject, exp.Star):
            return
        if isinstance(subject, exp.Distinct):
            if len(subject.expressions) != 1 or subject.args.get("on"):
                raise ExpressionError(f"count distinct takes one column: {node.sql()!r}")
            subject = subject.expressions[0]
        _column_type(subject, table)
    elif _column_type(subject, table) != "number":
        raise ExpressionError(f"needs a column of numbers: {node.sql()!r}")


def _check_condition(node: exp.Expression, table: FactTable) -> None:
    match node:
        case exp.Paren() | exp.Not():
            _check_condition(node.this, table)
        case exp.And() | exp.Or():
            _check_condition(node.this, table)
            _check_condition(node.expression, table)
        case exp.Is() if isinstance(node.expression, exp.Null):
            _column_type(node.this, table)
        case exp.In() if _given(node) == {"this", "expressions"}:
            kind = _column_type(node.this, table)
            for other in node.expressions:
                _check_constant(other, kind)
        case exp.EQ() | exp.NEQ() | exp.LT() | exp.LTE() | exp.GT() | exp.GTE():
            _check_constant(node.expression, _column_type(node.this, table))
        case _:
            raise ExpressionError(f"not allowed in a condition: {node.sql()!r}")


def _given(node: exp.Expression) -> set[str]:
    """Names of the parts a node was written with."""
    return {key for key, value in node.args.items() if value}


def _column_type(node: exp.Expression, table: FactTable) -> str:
    plain = isinstance(node, exp.Column) and not node.args.get("table")
    if not plain or node.name not in table.columns:
        known = ", ".join(table.columns)
        raise ExpressionError(f"unknown column: {node.sql()!r}; {table.name} has {known}")
    return "number" if table.columns[node.name].is_number else "text"


def _check_constant(node: exp.Expression, kind: str) -> None:
    if not isinstance(node, exp.Literal) or node.is_string != (kind == "text"):
        raise ExpressionError(f"needs a constant {kind}: {node.sql()!r}")
