"""Worked examples: a definition must give what its own example says.

An example is `facts` and what to `expect`; with a `period` (a code such as `2026-08`, or `from` and
`before`) only the facts of that period count, as they would when it is computed; reported values
are those of the period already. `reported` holds facts and expectation of the second path. A
derived indicator has `figures` instead: the values of what its formula names, as
`previous(dossiers_online): 120`.
"""

import difflib
from collections.abc import Iterator, Mapping
from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation, localcontext
from typing import Any

from cotmoc.core.periods import Interval, parse_period
from cotmoc.indicators import syntax
from cotmoc.indicators.definitions import Definition, DefinitionError, Path
from cotmoc.indicators.evaluate import PRECISION, Result, evaluate, evaluate_formula
from cotmoc.indicators.facts import Column, FactTable
from cotmoc.indicators.formulas import parse_formula
from cotmoc.indicators.lexis import ExpressionError
from cotmoc.indicators.wrong import gettext_noop as _

KEY = "worked_example"
EXPECTED = ("numerator", "denominator", "value", "status")


def evaluate_example(definition: Definition, tables: Mapping[str, FactTable]) -> Result:
    """What the first path of a definition, or its formula, gives for its own worked example.

    Raises DefinitionError for an example that cannot be computed.
    """
    example, where = definition.example, definition.code
    if definition.formula is not None:
        return evaluate_formula(definition, _figures(definition, example, where))
    path = definition.paths[0]
    period = None if path.reported else _period(example.get("period"), where)
    rows = _rows(example.get("facts"), tables[path.table], KEY, where)
    return evaluate(definition, rows, period, path=path)


def check_example(
    definition: Definition, tables: Mapping[str, FactTable], where: str
) -> Iterator[DefinitionError]:
    """Everything in which a definition and its worked example differ."""
    example = definition.example
    try:
        if definition.formula is not None:
            found = evaluate_formula(definition, _figures(definition, example, where))
            yield from _differences(found, example, KEY, where)
            return
        period = _period(example.get("period"), where)
        sides: list[tuple[str, Mapping[str, Any], Path]] = [(KEY, example, definition.paths[0])]
        if "reported" in example:
            sides.append(_reported(definition, example, where))
        for key, part, path in sides:
            rows = _rows(part.get("facts"), tables[path.table], key, where)
            found = evaluate(definition, rows, None if path.reported else period, path=path)
            yield from _differences(found, part, key, where)
    except DefinitionError as error:
        yield error


def _reported(
    definition: Definition, example: Mapping[str, Any], where: str
) -> tuple[str, Mapping[str, Any], Path]:
    key, part = f"{KEY}.reported", example["reported"]
    if not isinstance(part, dict) or set(part) != {"facts", "expect"}:
        raise DefinitionError(key, _("must have %(known)s"), where, known="facts, expect")
    path = definition.reported_path
    if path is None or len(definition.paths) < 2:
        raise DefinitionError(key, _("there is no second path through reported values"), where)
    return key, part, path


def _period(raw: Any, where: str) -> Interval | None:
    if raw is None:
        return None
    if isinstance(raw, dict) and set(raw) == {"from", "before"}:
        start, end = raw["from"], raw["before"]
        if type(start) is date and type(end) is date and start < end:
            return Interval(start, end)
    try:
        return parse_period(str(raw))
    except ValueError:
        template = _("must be a period like 2026-08, 2026-Q3 or 2026, or have from and before")
        raise DefinitionError(f"{KEY}.period", template, where) from None


def _rows(raw: Any, table: FactTable, key: str, where: str) -> list[dict[str, Any]]:
    if not isinstance(raw, list) or not all(isinstance(row, dict) for row in raw):
        raise DefinitionError(f"{key}.facts", _("must be a list of facts"), where)
    return [
        {
            str(name): _fact_value(value, name, table, f"{key}.facts.{number}.{name}", where)
            for name, value in row.items()
        }
        for number, row in enumerate(raw)
    ]


def _fact_value(value: Any, name: Any, table: FactTable, key: str, where: str) -> Any:
    column = table.columns.get(name) if isinstance(name, str) else None
    if column is None:
        near = difflib.get_close_matches(str(name), table.columns, n=1)
        raise DefinitionError(
            key,
            _("is no column of %(table)s; it has %(known)s%(hint)s"),
            where,
            table=table.name,
            known=", ".join(table.columns),
            hint=f"; {near[0]}?" if near else "",
        )
    if value is None:
        return None
    try:
        found = _of_type(value, column)
    except (ValueError, InvalidOperation):
        found = None
    if found is None or (column.allowed and found not in column.allowed):
        known = ", ".join(map(str, column.allowed)) or column.type
        raise DefinitionError(
            key, _("%(part)r does not fit: %(known)s"), where, part=value, known=known
        )
    return found


def _of_type(value: Any, column: Column) -> Any:
    match column.type:
        case "text":
            return value if isinstance(value, str) else None
        case "boolean":
            return value if isinstance(value, bool) else None
        case "integer":
            return value if type(value) is int else None
        case "decimal":
            return None if isinstance(value, bool) else Decimal(str(value))
        case _:
            moment = datetime.fromisoformat(value) if isinstance(value, str) else value
            if isinstance(moment, datetime):
                return None if moment.tzinfo else moment
            return moment if isinstance(moment, date) else None


def _figures(definition: Definition, example: Mapping[str, Any], where: str) -> Any:
    """The lookup that answers a formula's references with the example's figures."""
    key, raw = f"{KEY}.figures", example.get("figures")
    if not isinstance(raw, dict):
        raise DefinitionError(key, _("must give a number for each figure"), where)
    assert definition.formula is not None
    needed = {str(each) for each in syntax.references(definition.formula)}
    given: dict[str, Decimal | None] = {}
    for name, value in raw.items():
        try:
            canonical = str(parse_formula(str(name)))
        except ExpressionError as error:
            raise DefinitionError.of(error, f"{key}.{name}", where) from error
        if canonical not in needed:
            template = _("is not in the formula, which has %(known)s")
            known = ", ".join(sorted(needed))
            raise DefinitionError(f"{key}.{name}", template, where, known=known)
        if value is not None and (not isinstance(value, int | float) or isinstance(value, bool)):
            raise DefinitionError(f"{key}.{name}", _("must be a number or empty"), where)
        given[canonical] = None if value is None else Decimal(str(value))
    if missing := needed - set(given):
        template = _("must also give %(known)s")
        raise DefinitionError(key, template, where, known=", ".join(sorted(missing)))
    return lambda reference: given[str(reference)]


def _differences(
    found: Result, part: Mapping[str, Any], key: str, where: str
) -> Iterator[DefinitionError]:
    expected = part.get("expect")
    if not isinstance(expected, dict) or not expected or not set(expected) <= set(EXPECTED):
        template = _("must have some of %(known)s")
        yield DefinitionError(f"{key}.expect", template, where, known=", ".join(EXPECTED))
        return
    for name, wanted in expected.items():
        gives = getattr(found, name)
        if not _agree(gives, wanted):
            yield DefinitionError(
                f"{key}.expect.{name}",
                _("the definition gives %(gives)s, the example expects %(wanted)s"),
                where,
                gives=_said(gives),
                wanted=_said(wanted),
            )


def _agree(gives: Any, wanted: Any) -> bool:
    """Equal; a number that is written with decimals is compared to as many of them."""
    if gives is None or wanted is None or isinstance(gives, str) or isinstance(wanted, str | bool):
        return bool(gives == wanted)
    try:
        exact = Decimal(str(wanted))
    except InvalidOperation:
        return False
    places = exact.as_tuple().exponent
    if not isinstance(places, int) or places >= 0:
        # A third three times is a whole, whatever its last digit.
        return bool(abs(gives - exact) < Decimal("1e-20"))
    with localcontext(prec=PRECISION):
        return bool(gives.quantize(Decimal(1).scaleb(places), ROUND_HALF_UP) == exact)


def _said(value: Any) -> str:
    if value is None:
        return "null"
    if isinstance(value, Decimal):
        return f"{value.normalize():f}" if abs(value.as_tuple().exponent) < 9 else f"{value:.6f}"  # type: ignore[arg-type]
    return str(value)
