"""A definition for readers: what its paths read, and its worked example reckoned again."""

import dataclasses
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from cotmoc.apps.measurement.catalogue import calendars, fact_tables
from cotmoc.indicators import syntax
from cotmoc.indicators.definitions import Definition, Path
from cotmoc.indicators.evaluate import Result, evaluate, evaluate_formula
from cotmoc.indicators.facts import Column, FactTable


@dataclass(frozen=True, slots=True)
class PathWords:
    """One way to a figure: the table it reads, and the columns of it that decide."""

    path: Path
    table: FactTable
    columns: tuple[Column, ...]


@dataclass(frozen=True, slots=True)
class Example:
    """The worked example: facts as rows of cells, or figures by their reference; what comes out
    now, and whether that is what the file promises."""

    period: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[Any, ...], ...]
    figures: tuple[tuple[syntax.Reference, Decimal | None], ...]
    result: Result
    expected: Mapping[str, Any]
    agrees: bool


def paths_of(definition: Definition) -> list[PathWords]:
    """The computing paths of a definition with what they read."""
    tables = fact_tables()
    return [
        PathWords(path, tables[path.table], tuple(_columns_read(path, tables[path.table])))
        for path in definition.paths
    ]


def _columns_read(path: Path, table: FactTable) -> Iterator[Column]:
    names: dict[str, None] = {table.body: None}
    for term in path.terms:
        names |= dict.fromkeys(name for name in (term.date, term.until) if name)
        names |= dict.fromkeys(_names(term.tree))
    yield from (table.columns[name] for name in names if name in table.columns)


def _names(node: Any) -> Iterator[str]:
    if isinstance(node, syntax.Column):
        yield node.name
    elif dataclasses.is_dataclass(node):
        for part in dataclasses.fields(node):
            yield from _names(getattr(node, part.name))
    elif isinstance(node, tuple):
        for each in node:
            yield from _names(each)


def example_of(definition: Definition) -> Example | None:
    """The worked example reckoned again; None where it cannot be read."""
    raw = definition.example
    expected = raw["expect"]
    if definition.formula is not None:
        figures = {str(key): value for key, value in (raw.get("figures") or {}).items()}
        given = tuple(
            (reference, _number(_figure_for(reference, figures)))
            for reference in dict.fromkeys(syntax.references(definition.formula))
        )
        answers = dict(given)
        result = evaluate_formula(definition, answers.get)
        return Example("", (), (), given, result, expected, _agrees(result, expected))
    path = definition.paths[0]
    table = fact_tables()[path.table]
    facts = [_fact(each, table) for each in raw.get("facts") or ()]
    names = dict.fromkeys(name for fact in facts for name in fact)
    columns = tuple(table.columns[name] for name in names if name in table.columns)
    code = str(raw.get("period") or "")
    try:
        period = calendars().parse(code) if code else None
    except ValueError:
        return None
    result = evaluate(definition, facts, period, path=path)
    rows = tuple(tuple(fact.get(column.name) for column in columns) for fact in facts)
    return Example(code, columns, rows, (), result, expected, _agrees(result, expected))


def _figure_for(reference: syntax.Reference, figures: Mapping[str, Any]) -> Any:
    """An example names a plain value by the bare code."""
    text = str(reference)
    if text in figures:
        return figures[text]
    return figures.get(reference.code) if reference.function == "value" else None


def _fact(raw: Mapping[str, Any], table: FactTable) -> dict[str, Any]:
    """A fact of an example as the evaluator takes it: what JSON kept as text is a time again."""
    return {
        name: _moment(value, table.columns[name].type) if name in table.columns else value
        for name, value in raw.items()
    }


def _moment(value: Any, kind: str) -> Any:
    if not isinstance(value, str):
        return value
    if kind == "timestamp":
        return datetime.fromisoformat(value)
    return date.fromisoformat(value) if kind == "date" else value


def _number(value: Any) -> Decimal | None:
    return None if value is None else Decimal(str(value))


def _agrees(result: Result, expected: Mapping[str, Any]) -> bool:
    """To six places, as figures are stored."""
    for key in ("numerator", "denominator", "value"):
        if key not in expected:
            continue
        wanted, found = _number(expected[key]), getattr(result, key)
        if (wanted is None) != (found is None):
            return False
        if wanted is not None and abs(wanted - found) > Decimal("0.000001"):
            return False
    return True
