"""Reading the formulas of derived indicators: arithmetic over other indicators.

`+ - * /`, numbers, `coalesce`, `case when … then … else … end`, a code by itself or in one of
`value numerator denominator previous last_year ytd` and `moving(code, n)`.
"""

import difflib
import re
from collections.abc import Collection, Iterator, Mapping
from graphlib import CycleError, TopologicalSorter
from typing import cast, get_args

from sqlglot import exp

from cotmoc.indicators import measures, syntax
from cotmoc.indicators.expressions import (
    ARITHMETIC,
    COMPARISONS,
    DEEPEST,
    decimal_of,
    given_parts,
    start_of,
    tree_of,
    wrong,
)
from cotmoc.indicators.lexis import ExpressionError
from cotmoc.indicators.measures import MeasureError
from cotmoc.indicators.wrong import gettext_noop as _

LONGEST_WINDOW = 60
CODE = re.compile(r"[a-z][a-z0-9_]{0,59}")
# Code and `numerator` or `denominator` → what it is counted in.
Counted = Mapping[tuple[str, str], str | None]


def parse_formula(text: str) -> syntax.Scalar:
    """Read a formula; raises ExpressionError naming the wrong part."""
    scalar = _scalar(tree_of(text), 0)
    if not any(syntax.references(scalar)):
        raise ExpressionError(_("names no indicator: %(part)r"), 0, part=text)
    return scalar


def unknown_references(
    scalar: syntax.Scalar, known: Collection[str], text: str = ""
) -> Iterator[ExpressionError]:
    """One error for each indicator that a formula names and that is not there, pointing at the
    name in `text`, the formula as written."""
    for code in names_of(scalar):
        if code in known:
            continue
        found = re.search(rf"\b{re.escape(code)}\b", text)
        offset = found.start() if found else None
        near = difflib.get_close_matches(code, known, n=3)
        if near:
            template = _("unknown indicator: %(part)r; did you mean %(near)s?")
            yield ExpressionError(template, offset, part=code, near=", ".join(near))
        else:
            yield ExpressionError(_("unknown indicator: %(part)r"), offset, part=code)


def measure_of_formula(
    scalar: syntax.Scalar, units: Mapping[str, str], counted: Counted
) -> str | None:
    """What a formula's result is counted in, from the units of the indicators it names and the
    measures of their numerators and denominators; raises ExpressionError for sums of unlike
    things."""
    try:
        return _measure(scalar, units, counted)
    except MeasureError as error:
        raise ExpressionError(error.template, **error.params) from error


def in_order(formulas: Mapping[str, syntax.Scalar]) -> list[str]:
    """Codes of derived indicators, each after those it needs.

    Raises ExpressionError that names the cycle, as `a → b → a`.
    """
    for error in cycles(formulas):
        raise error
    return list(TopologicalSorter(_needs(formulas)).static_order())


def cycles(formulas: Mapping[str, syntax.Scalar]) -> list[ExpressionError]:
    """One error for each shortest circle of derived indicators that need each other, from its
    first code back to it; of circles that share a code only one is given."""
    needs = _needs(formulas)
    found: list[list[str]] = []
    while True:
        try:
            TopologicalSorter(needs).prepare()
            break
        except CycleError as error:
            rings = [_ring(code, needs) for code in sorted(set(error.args[1]))]
            found.append(min(rings, key=len))
            needs |= {code: [] for code in found[-1]}
    template = _("indicators are made of each other: %(cycle)s")
    return [
        ExpressionError(template, cycle=" → ".join(ring), part=ring[0]) for ring in sorted(found)
    ]


def _ring(code: str, needs: Mapping[str, list[str]]) -> list[str]:
    """The shortest way from a code of a circle back to itself."""
    ways, reached = [[code]], {code}
    for way in ways:
        for name in needs[way[-1]]:
            if name == code:
                return [*way, code]
            if name not in reached:
                reached.add(name)
                ways.append([*way, name])
    raise AssertionError(code)


def _needs(formulas: Mapping[str, syntax.Scalar]) -> dict[str, list[str]]:
    return {
        code: [name for name in names_of(formulas[code]) if name in formulas]
        for code in sorted(formulas)
    }


def names_of(scalar: syntax.Scalar) -> list[str]:
    """Codes of the indicators that a formula names, each once."""
    return list(dict.fromkeys(reference.code for reference in syntax.references(scalar)))


def _scalar(node: exp.Expression, depth: int) -> syntax.Scalar:
    if depth > DEEPEST:
        raise ExpressionError(_("is nested too deeply"), start_of(node))
    kind, given = type(node), given_parts(node)
    if kind is exp.Paren and given == {"this"}:
        return _scalar(node.this, depth + 1)
    if kind is exp.Neg and given == {"this"}:
        return syntax.Negative(_scalar(node.this, depth + 1))
    if kind is exp.Literal and not node.is_string:
        return syntax.Number(decimal_of(node))
    if kind in ARITHMETIC and given == {"this", "expression"}:
        left = _scalar(node.this, depth + 1)
        return syntax.Arithmetic(ARITHMETIC[kind], left, _scalar(node.expression, depth + 1))
    if kind is exp.Coalesce and given <= {"this", "expressions"}:
        parts = (node.this, *node.expressions)
        return syntax.Coalesce(tuple(_scalar(part, depth + 1) for part in parts))
    if kind is exp.Case and given <= {"ifs", "default"} and len(node.args["ifs"]) == 1:
        return _when(node, depth)
    if kind is exp.Column:
        return syntax.Reference("value", _code(node))
    if kind is exp.Anonymous:
        return _reference(node)
    raise wrong(_("not allowed in a formula: %(part)r"), node)


def _when(node: exp.Expression, depth: int) -> syntax.When:
    branch = node.args["ifs"][0]
    test = branch.this
    if type(test) not in COMPARISONS or given_parts(test) != {"this", "expression"}:
        raise wrong(_("when needs one comparison: %(part)r"), test)
    default = node.args.get("default")
    return syntax.When(
        COMPARISONS[type(test)],
        _scalar(test.this, depth + 1),
        _scalar(test.expression, depth + 1),
        _scalar(branch.args["true"], depth + 1),
        None if default is None else _scalar(default, depth + 1),
    )


def _reference(node: exp.Expression) -> syntax.Reference:
    functions = get_args(syntax.Function)
    name = str(node.this).lower()
    if name not in functions:
        near = difflib.get_close_matches(name, functions, n=1)
        raise wrong(
            _("unknown function: %(part)r; known: %(known)s%(hint)s"),
            node,
            known=", ".join(functions),
            hint=f"; {near[0]}?" if near else "",
        )
    wanted = 2 if name == "moving" else 1
    if len(node.expressions) != wanted or given_parts(node) != {"this", "expressions"}:
        raise wrong(
            _("%(name)s takes %(wanted)s in its brackets: %(part)r"), node, name=name, wanted=wanted
        )
    count = None
    if name == "moving":
        length = node.expressions[1]
        text = length.this if type(length) is exp.Literal and not length.is_string else ""
        if not text.isdigit() or not 2 <= int(text) <= LONGEST_WINDOW:
            raise wrong(
                _("moving takes 2 to %(limit)s periods: %(part)r"), node, limit=LONGEST_WINDOW
            )
        count = int(text)
    return syntax.Reference(cast(syntax.Function, name), _code(node.expressions[0]), count)


def _code(node: exp.Expression) -> str:
    plain = type(node) is exp.Column and given_parts(node) == {"this"}
    if not plain or node.this.args.get("quoted") or not _may_be_code(node.name):
        raise wrong(_("needs an indicator's code: %(part)r"), node)
    return str(node.name)


def _may_be_code(name: str) -> bool:
    # The parser takes `lambda` for a code by itself, but not inside brackets.
    return CODE.fullmatch(name) is not None and name != "lambda"


def _measure(scalar: syntax.Scalar, units: Mapping[str, str], counted: Counted) -> str | None:
    match scalar:
        case syntax.Number():
            return ""
        case syntax.Negative(inner):
            return _measure(inner, units, counted)
        case syntax.Arithmetic(operator, left, right):
            sides = _measure(left, units, counted), _measure(right, units, counted)
            return measures.joined(operator, *sides)
        case syntax.Coalesce(parts):
            found: str | None = ""
            for part in parts:
                found = measures.joined("+", found, _measure(part, units, counted))
            return found
        case syntax.Reference("numerator" | "denominator" as part, code):
            return counted.get((code, part))
        case syntax.Reference(_, code):
            return units.get(code)
        case syntax.When(_, left, right, then, otherwise):
            measures.joined("-", _measure(left, units, counted), _measure(right, units, counted))
            first = _measure(then, units, counted)
            return (
                first
                if otherwise is None
                else measures.joined("+", first, _measure(otherwise, units, counted))
            )
    raise AssertionError(scalar)
