"""A file of weights of units: areas and populations that an operator brings, as plain values.

CSV in UTF-8, comma or semicolon, with the columns `source`, `date` and `area` (km²) or `population`
or both, and a unit named by `unit` (its key) or by `level` and `code`. A code is reused, so it
means the unit valid on `borders`, or without that column on `date`.
"""

import csv
import io
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal, InvalidOperation
from pathlib import Path

from cotmoc.core.problems import BadInput, Problem
from cotmoc.core.text import clean

KINDS = ("area", "population")
LEVELS = ("province", "district", "commune")
# All units there ever were, twice over, fit in a tenth of this.
MAX_BYTES = 10_000_000
MAX_PROBLEMS = 200
_PLACES = Decimal("0.0001")
# More than Vietnam has of people or of km².
MAX_VALUE = Decimal(10) ** 9
MAX_SOURCE = 300


@dataclass(frozen=True, slots=True)
class WeightRow:
    """One unit's weights as a file gives them: the unit by key, or by level and code on a day."""

    line: int
    key: str
    level: str
    code: str
    borders: date
    values: Mapping[str, Decimal]
    source: str
    as_of: date


@dataclass(slots=True)
class _Cells:
    """The cells of one row; asking for a value that is wrong notes a problem."""

    file: str
    line: int
    values: Mapping[str, str]
    problems: list[Problem] = field(default_factory=list)

    def text(self, name: str) -> str:
        return clean(self.values.get(name) or "")

    def required(self, name: str) -> str:
        if not (text := self.text(name)):
            self.wrong("missing_value", name)
        return text

    def day(self, name: str) -> date | None:
        if not (text := self.text(name)):
            return None
        try:
            return date.fromisoformat(text)
        except ValueError:
            self.wrong("not_a_day", name, text)
            return None

    def number(self, name: str, *, whole: bool) -> Decimal | None:
        if not (text := self.text(name)):
            return None
        try:
            value = Decimal(text)
        except InvalidOperation:
            value = Decimal("NaN")
        if not value.is_finite():
            self.wrong("not_a_number", name, text)
        elif value < _PLACES:
            self.wrong("not_positive", name, text)
        elif value > MAX_VALUE:
            self.wrong("too_big", name, text)
        elif whole and value != value.to_integral_value():
            self.wrong("not_whole", name, text)
        else:
            return value.quantize(_PLACES)
        return None

    def wrong(self, code: str, name: str, value: str | None = None) -> None:
        self.problems.append(Problem(code, self.file, self.line, name, value))


def read_weights(path: Path) -> list[WeightRow]:
    """All rows of a file. Raises BadInput with every problem, so nothing is half taken."""
    return check_weights(_table(path), path.name)


def check_weights(rows: Iterable[tuple[int, Mapping[str, str]]], file: str) -> list[WeightRow]:
    """Rows (line, cells by column) as values. Raises BadInput with line and field."""
    found: list[WeightRow] = []
    problems: list[Problem] = []
    for line, values in rows:
        cells = _Cells(file, line, values)
        row = _row(cells)
        if row is not None and not cells.problems:
            found.append(row)
        problems += cells.problems
        if len(problems) >= MAX_PROBLEMS:
            problems.append(Problem("too_many_problems", file, line))
            break
    if problems:
        raise BadInput(problems)
    if not found:
        raise BadInput([Problem("no_rows", file)])
    return found


def _row(cells: _Cells) -> WeightRow | None:
    key, level, code = cells.text("unit"), cells.text("level"), cells.text("code")
    if not key:
        level, code = cells.required("level"), cells.required("code")
        if level and level not in LEVELS:
            cells.wrong("unknown_unit_level", "level", level)
    source = cells.required("source")
    if len(source) > MAX_SOURCE:
        cells.wrong("too_long", "source", source[:40] + "…")
    cells.required("date")
    as_of, borders = cells.day("date"), cells.day("borders")
    numbers = {kind: cells.number(kind, whole=kind == "population") for kind in KINDS}
    if not any(cells.text(kind) for kind in KINDS):
        cells.wrong("missing_value", "population")
    if as_of is None:
        return None
    values = {kind: value for kind, value in numbers.items() if value is not None}
    return WeightRow(cells.line, key, level, code, borders or as_of, values, source, as_of)


def _table(path: Path) -> list[tuple[int, dict[str, str]]]:
    text = _text(path)
    first = text.partition("\n")[0]
    lines = csv.reader(
        io.StringIO(text, newline=""), strict=True, delimiter=";" if ";" in first else ","
    )
    rows: list[tuple[int, dict[str, str]]] = []
    try:
        header = [clean(name).lower() for name in next(lines, [])]
        _check_header(header, path.name)
        for cells in lines:
            if not any(cell.strip() for cell in cells):
                continue
            if len(cells) != len(header):
                counts = {"found": len(cells), "expected": len(header)}
                raise BadInput([Problem("field_count", path.name, lines.line_num, params=counts)])
            rows.append((lines.line_num, dict(zip(header, cells, strict=True))))
    except csv.Error as error:
        params = {"reason": str(error)}
        problem = Problem("not_csv", path.name, lines.line_num, params=params)
        raise BadInput([problem]) from error
    return rows


def _text(path: Path) -> str:
    if not path.is_file():
        raise BadInput([Problem("is_folder" if path.is_dir() else "no_such_file", path.name)])
    size = path.stat().st_size
    if size == 0:
        raise BadInput([Problem("empty_file", path.name)])
    if size > MAX_BYTES:
        limits = {"megabytes": round(size / 1e6, 1), "limit": MAX_BYTES // 1_000_000}
        raise BadInput([Problem("too_large", path.name, params=limits)])
    content = path.read_bytes()
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        params = {"byte": f"0x{content[error.start]:02X}", "position": error.start + 1}
        raise BadInput([Problem("encoding", path.name, line, params=params)]) from error


def _check_header(header: list[str], file: str) -> None:
    names_unit = "unit" in header or {"level", "code"} <= set(header)
    missing = [name for name in ("source", "date") if name not in header]
    missing += [] if names_unit else ["unit"]
    missing += [] if set(KINDS) & set(header) else ["population"]
    found = {"found": ", ".join(header)[:200]}
    problems = [Problem("missing_column", file, 1, name, params=found) for name in missing]
    twice = sorted({name for name in header if name and header.count(name) > 1})
    problems += [Problem("column_twice", file, 1, name) for name in twice]
    if problems:
        raise BadInput(problems)
