"""Reading the safe subset of SQL aggregates that definitions are written in.

Aggregates `count(*) count(c) count(distinct c) sum min max avg median`, each with
`filter (where …)`; as the argument of `sum min max avg median` a column or
`case when … then … else … end`; between aggregates `+ - * /`, numbers and `coalesce`. Conditions:
`= <> < <= > >=` between a column and a constant or a column of the same type, `and or not`,
`in (…)`, `between`, `is [not] null`, a yes/no column by itself, and `column <= period_end`.

The text is parsed by sqlglot and translated node by node into `syntax`; what has no translation is
refused, so nothing else can ever reach an engine.
"""

import difflib
import re
from datetime import date, datetime
from decimal import Decimal
from typing import Any, cast

import sqlglot
from sqlglot import exp
from sqlglot.errors import ParseError, TokenError

from cotmoc.indicators import measures, syntax
from cotmoc.indicators.facts import Column as FactColumn
from cotmoc.indicators.facts import FactTable
from cotmoc.indicators.lexis import ExpressionError, check_words
from cotmoc.indicators.measures import COUNT, RATIO, MeasureError
from cotmoc.indicators.wrong import gettext_noop as _

PERIOD_END = "period_end"
LONGEST = 2_000
DEEPEST = 40
_KINDS: dict[type[exp.Expression], syntax.Kind] = {
    exp.Sum: "sum",
    exp.Min: "min",
    exp.Max: "max",
    exp.Avg: "avg",
    exp.Median: "median",
}
ARITHMETIC: dict[type[exp.Expression], syntax.Operator] = {
    exp.Add: "+",
    exp.Sub: "-",
    exp.Mul: "*",
    exp.Div: "/",
}
COMPARISONS: dict[type[exp.Expression], syntax.Comparison] = {
    exp.EQ: "=",
    exp.NEQ: "<>",
    exp.LT: "<",
    exp.LTE: "<=",
    exp.GT: ">",
    exp.GTE: ">=",
}
AGGREGATES = ("count", "sum", "min", "max", "avg", "median")
_PLAIN_NUMBER = re.compile(r"\d{1,15}(\.\d{1,9})?|\.\d{1,9}")
# Parts that sqlglot sets by itself and that change nothing here.
_SILENT = {"big_int", "typed", "safe"}


def parse(text: str, table: FactTable) -> syntax.Scalar:
    """Read one aggregate expression over `table`; raises ExpressionError naming the wrong part."""
    scalar = Reader(table).scalar(tree_of(text))
    if not any(syntax.aggregates(scalar)):
        raise ExpressionError(_("has no aggregate: %(part)r"), 0, part=text)
    return scalar


def tree_of(text: str) -> exp.Expression:
    """The one tree of a text, not yet checked; raises ExpressionError when there is not one."""
    if len(text) > LONGEST:
        raise ExpressionError(_("is longer than %(limit)s characters"), LONGEST, limit=LONGEST)
    check_words(text)
    try:
        found = sqlglot.parse(text, dialect="duckdb")
    except (ParseError, TokenError) as error:
        about = (getattr(error, "errors", None) or [{}])[0]
        offset = _offset(text, about.get("line"), about.get("col"))
        reason = about.get("description") or str(error).splitlines()[0]
        raise ExpressionError(
            _("cannot be read: %(part)r (%(reason)s)"), offset, part=text, reason=reason
        ) from error
    except RecursionError as error:
        raise ExpressionError(_("is nested too deeply")) from error
    if len(found) != 1 or found[0] is None:
        raise ExpressionError(_("must be exactly one expression: %(part)r"), 0, part=text)
    return found[0]


def measure_of(scalar: syntax.Scalar, table: FactTable, offset: int | None = None) -> str | None:
    """What the result is counted in; raises ExpressionError, pointing at `offset`, when unlike
    things are joined."""
    try:
        return _measure(scalar, table)
    except MeasureError as error:
        raise ExpressionError(error.template, offset, **error.params) from error


def _measure(scalar: syntax.Scalar, table: FactTable) -> str | None:
    match scalar:
        case syntax.Number():
            return ""
        case syntax.Negative(inner):
            return _measure(inner, table)
        case syntax.Arithmetic(operator, left, right):
            return measures.joined(operator, _measure(left, table), _measure(right, table))
        case syntax.Coalesce(parts):
            found: str | None = ""
            for part in parts:
                found = measures.joined("+", found, _measure(part, table))
            return found
        case syntax.Aggregate("count" | "distinct"):
            return COUNT
        case syntax.Aggregate(argument=syntax.Column(name)):
            return table.columns[name].unit
        case syntax.Aggregate(kind, syntax.Case(_condition, then, otherwise)):
            sides = [side for side in (then, otherwise) if isinstance(side, syntax.Column)]
            if not sides:
                # `sum(case when … then 1 else 0 end)` counts facts; the rest is a yes or no.
                return COUNT if kind == "sum" else RATIO
            found = ""
            for side in sides:
                found = measures.joined("+", found, table.columns[side.name].unit)
            return found
    raise AssertionError(scalar)


class Reader:
    """Translates a sqlglot tree over one fact table into `syntax`, refusing everything else."""

    def __init__(self, table: FactTable) -> None:
        self.table = table

    def scalar(self, node: exp.Expression, depth: int = 0) -> syntax.Scalar:
        """Outside aggregates: numbers, arithmetic, coalesce and aggregates."""
        self._not_too_deep(node, depth)
        kind = type(node)
        if kind is exp.Paren:
            return self.scalar(self._only(node, "this").this, depth + 1)
        if kind is exp.Neg:
            return syntax.Negative(self.scalar(self._only(node, "this").this, depth + 1))
        if kind is exp.Literal and not node.is_string:
            return syntax.Number(decimal_of(node))
        if kind in ARITHMETIC:
            self._only(node, "this", "expression")
            left = self.scalar(node.this, depth + 1)
            right = self.scalar(node.expression, depth + 1)
            return self._joins_like(syntax.Arithmetic(ARITHMETIC[kind], left, right), node)
        if kind is exp.Coalesce:
            self._only(node, "this", "expressions")
            parts = (node.this, *node.expressions)
            found = tuple(self.scalar(part, depth + 1) for part in parts)
            return self._joins_like(syntax.Coalesce(found), node)
        if kind is exp.Filter:
            self._only(node, "this", "expression")
            where = node.expression
            if type(where) is not exp.Where:
                raise self._refused(where)
            condition, judged = self._filter(self._only(where, "this").this)
            return self._aggregate(node.this, condition, judged)
        return self._aggregate(node, None, None)

    def _joins_like(self, scalar: syntax.Scalar, node: exp.Expression) -> syntax.Scalar:
        measure_of(scalar, self.table, start_of(node))
        return scalar

    def _aggregate(
        self,
        node: exp.Expression,
        condition: syntax.Condition | None,
        judged: syntax.Column | None,
    ) -> syntax.Aggregate:
        kind = type(node)
        if kind is exp.Count:
            subject = self._only(node, "this").this
            if type(subject) is exp.Star and not given_parts(subject):
                return syntax.Aggregate("count", None, condition, judged)
            if type(subject) is exp.Distinct:
                if (
                    judged
                    or given_parts(subject) != {"expressions"}
                    or len(subject.expressions) != 1
                ):
                    raise wrong(_("count distinct takes one column: %(part)r"), node)
                column = self._column(subject.expressions[0])
                return syntax.Aggregate("distinct", column, condition)
            column = self._column(subject)
            present = syntax.Not(syntax.Missing(column))
            return syntax.Aggregate("count", None, _both(condition, present), judged)
        if kind not in _KINDS:
            raise self._unknown_call(node)
        if judged and _KINDS[kind] != "sum":
            raise wrong(_("only count and sum can be judged at the period's end: %(part)r"), node)
        argument = self._argument(self._only(node, "this").this)
        if _KINDS[kind] == "avg" and isinstance(argument, syntax.Case):
            raise wrong(_("avg takes a column: %(part)r"), node)
        found = syntax.Aggregate(_KINDS[kind], argument, condition, judged)
        measure_of(found, self.table, start_of(node))
        return found

    def _unknown_call(self, node: exp.Expression) -> ExpressionError:
        """What stands where an aggregate is due: a column by itself, or another function."""
        if type(node) is exp.Column and node.name in self.table.columns:
            hint = f"sum({node.name})" if self.table.columns[node.name].is_number else "count(*)"
        else:
            name = node.name if isinstance(node, exp.Column | exp.Anonymous) else node.key
            hint = next(iter(difflib.get_close_matches(name.lower(), AGGREGATES, n=1)), "")
        return wrong(
            _("not allowed here: %(part)r; known: %(known)s%(hint)s"),
            node,
            known=" ".join(AGGREGATES),
            hint=f"; {hint}?" if hint else "",
        )

    def _argument(self, node: exp.Expression) -> syntax.Column | syntax.Case:
        if type(node) is not exp.Case:
            return self._number_column(node)
        self._only(node, "ifs", "default")
        if len(node.args["ifs"]) != 1:
            raise wrong(_("case takes one when: %(part)r"), node)
        branch = self._only(node.args["ifs"][0], "this", "true")
        condition = self._condition(branch.this, 0)
        default = node.args.get("default")
        if default is not None and type(default) is exp.Null:
            default = None
        return syntax.Case(
            condition,
            self._side(branch.args["true"]),
            None if default is None else self._side(default),
        )

    def _side(self, node: exp.Expression) -> syntax.Column | Decimal:
        if type(node) is exp.Literal and not node.is_string:
            return decimal_of(node)
        return self._number_column(node)

    def _number_column(self, node: exp.Expression) -> syntax.Column:
        column = self._column(node)
        if not self.table.columns[column.name].is_number:
            raise wrong(_("needs a column of numbers: %(part)r"), node)
        return column

    def _filter(self, node: exp.Expression) -> tuple[syntax.Condition | None, syntax.Column | None]:
        """The condition of a filter, with `column <= period_end` taken out of its top level."""
        parts, judged = [], None
        for part in _conjuncts(node):
            if self._is_judging(part):
                if judged:
                    raise wrong(_("period_end stands twice: %(part)r"), part)
                judged = self._column(part.this)
                if self.table.columns[judged.name].type not in ("timestamp", "date"):
                    raise wrong(_("needs a column of dates: %(part)r"), part)
            else:
                parts.append(self._condition(part, 0))
        return (syntax.both(parts) if parts else None), judged

    def _is_judging(self, node: exp.Expression) -> bool:
        right = node.args.get("expression")
        named = type(right) is exp.Column and given_parts(right) == {"this"}
        return (
            type(node) is exp.LTE
            and named
            and right.name == PERIOD_END
            and PERIOD_END not in self.table.columns
        )

    def _condition(self, node: exp.Expression, depth: int) -> syntax.Condition:
        self._not_too_deep(node, depth)
        kind = type(node)
        if kind is exp.Paren:
            return self._condition(self._only(node, "this").this, depth + 1)
        if kind is exp.Not:
            return syntax.Not(self._condition(self._only(node, "this").this, depth + 1))
        if kind in (exp.And, exp.Or):
            self._only(node, "this", "expression")
            sides = (
                self._condition(node.this, depth + 1),
                self._condition(node.expression, depth + 1),
            )
            return syntax.both(sides) if kind is exp.And else syntax.either(sides)
        if kind is exp.Is and type(node.expression) is exp.Null:
            return syntax.Missing(self._column(self._only(node, "this", "expression").this))
        if kind is exp.In and given_parts(node) == {"this", "expressions"}:
            column = self._column(node.this)
            about = self.table.columns[column.name]
            return syntax.OneOf(column, tuple(_constant(each, about) for each in node.expressions))
        if kind is exp.Between and given_parts(node) == {"this", "low", "high"}:
            column = self._column(node.this)
            about = self.table.columns[column.name]
            low, high = (_constant(node.args[key], about) for key in ("low", "high"))
            return syntax.Both(
                (syntax.Compare(">=", column, low), syntax.Compare("<=", column, high))
            )
        if kind in COMPARISONS:
            return self._comparison(self._only(node, "this", "expression"))
        if kind is exp.Column:
            column = self._column(node)
            if self.table.columns[column.name].type != "boolean":
                raise wrong(_("needs a yes/no column: %(part)r"), node)
            return syntax.Flag(column)
        raise wrong(_("not allowed in a condition: %(part)r"), node)

    def _comparison(self, node: exp.Expression) -> syntax.Condition:
        left = self._column(node.this)
        about = self.table.columns[left.name]
        operator = COMPARISONS[type(node)]
        right: syntax.Column | syntax.Constant
        if type(node.expression) is exp.Column:
            if node.expression.name == PERIOD_END:
                raise wrong(_("period_end stands only in `column <= period_end`: %(part)r"), node)
            right = self._column(node.expression)
            other = self.table.columns[right.name]
            alike = other.type == about.type or (other.is_number and about.is_number)
            if not alike:
                raise wrong(_("unlike columns: %(part)r"), node)
        else:
            right = _constant(node.expression, about)
        if about.type == "boolean" and operator not in ("=", "<>"):
            raise wrong(_("yes/no columns have no order: %(part)r"), node)
        return syntax.Compare(operator, left, right)

    def _column(self, node: exp.Expression) -> syntax.Column:
        plain = (
            type(node) is exp.Column
            and given_parts(node) == {"this"}
            and not node.this.args.get("quoted")
        )
        if plain and node.name in self.table.columns:
            return syntax.Column(node.name)
        known = list(self.table.columns)
        near = difflib.get_close_matches(node.name if plain else "", known, n=1)
        columns = ", ".join(known)
        if near:
            raise wrong(
                _("unknown column: %(part)r; did you mean %(near)s? %(table)s has %(known)s"),
                node,
                near=near[0],
                table=self.table.name,
                known=columns,
            )
        raise wrong(
            _("unknown column: %(part)r; %(table)s has %(known)s"),
            node,
            table=self.table.name,
            known=columns,
        )

    def _only(self, node: exp.Expression, *parts: str) -> exp.Expression:
        """The node, if it was written with these parts alone."""
        if given_parts(node) - set(parts):
            raise self._refused(node)
        return node

    def _refused(self, node: exp.Expression) -> ExpressionError:
        return wrong(_("not allowed here: %(part)r"), node)

    @staticmethod
    def _not_too_deep(node: exp.Expression, depth: int) -> None:
        if depth > DEEPEST:
            raise ExpressionError(_("is nested too deeply"), start_of(node))


def _both(condition: syntax.Condition | None, further: syntax.Condition) -> syntax.Condition:
    return further if condition is None else syntax.both((condition, further))


def _conjuncts(node: exp.Expression) -> list[exp.Expression]:
    found, waiting = [], [node]
    while waiting:
        current = waiting.pop()
        if type(current) is exp.And:
            waiting += [current.expression, current.this]
        elif type(current) is exp.Paren and given_parts(current) == {"this"}:
            waiting.append(current.this)
        else:
            found.append(current)
    return found


def _constant(node: exp.Expression, about: FactColumn) -> syntax.Constant:
    """A constant that fits the column it is compared with."""
    kind = "number" if about.is_number else about.type
    unfit = wrong(_("needs a constant %(kind)s: %(part)r"), node, kind=kind)
    if about.type == "boolean":
        if type(node) is exp.Boolean:
            return bool(node.this)
        raise unfit
    if about.is_number:
        negative = type(node) is exp.Neg
        digits = node.this if negative else node
        if type(digits) is not exp.Literal or digits.is_string:
            raise unfit
        number = -decimal_of(digits) if negative else decimal_of(digits)
        if about.type == "integer" and number != number.to_integral_value():
            raise wrong(_("%(column)s holds whole numbers only: %(part)r"), node, column=about.name)
        _check_allowed(int(number) if about.type == "integer" else number, node, about)
        return number
    if type(node) is not exp.Literal or not node.is_string:
        raise unfit
    if about.type == "text":
        _check_allowed(node.this, node, about)
        return cast(str, node.this)
    try:
        moment = datetime.fromisoformat(node.this)
    except ValueError:
        raise unfit from None
    if moment.tzinfo or (about.type == "date" and moment != _midnight(moment.date())):
        raise unfit
    return moment


def _check_allowed(value: object, node: exp.Expression, about: FactColumn) -> None:
    if about.allowed and value not in about.allowed:
        raise wrong(
            _("%(column)s is never %(part)s; it is one of %(known)s"),
            node,
            column=about.name,
            known=", ".join(map(str, about.allowed)),
        )


def _midnight(day: date) -> datetime:
    return datetime(day.year, day.month, day.day)  # noqa: DTZ001 - facts carry local time


def decimal_of(node: exp.Expression) -> Decimal:
    """A number as written; raises ExpressionError for one that no column could hold."""
    text = str(node.this)
    if not _PLAIN_NUMBER.fullmatch(text):
        raise wrong(_("not a plain number: %(part)r"), node)
    return Decimal(text)


def given_parts(node: exp.Expression) -> set[str]:
    """Names of the parts a node was written with."""
    if node.comments:
        raise wrong(_("comments are not allowed: %(part)r"), node)
    return {key for key, value in node.args.items() if value not in (None, [], False)} - _SILENT


def wrong(template: str, node: exp.Expression, **params: Any) -> ExpressionError:
    """An error about a node, with its text as `part` and its place."""
    return ExpressionError(template, start_of(node), part=sql_of(node), **params)


def sql_of(node: Any) -> str:
    """The text of a node, for errors."""
    try:
        return str(node.sql(dialect="duckdb", comments=False))
    except Exception:
        return type(node).__name__


def start_of(node: exp.Expression) -> int | None:
    """Where a node stands in its text, as far as sqlglot kept it."""
    starts = [each.meta["start"] for each in node.walk() if "start" in each.meta]
    return min(starts, default=None)


def _offset(text: str, line: int | None, column: int | None) -> int | None:
    if not line or column is None:
        return None
    before = text.split("\n")[: line - 1]
    return min(len(text), sum(len(each) + 1 for each in before) + max(0, column - 1))
