"""Reading one file of a capture: every row typed, every fault with its line and field."""

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

from cotmoc.core.problems import BadInput, Problem
from cotmoc.core.text import clean
from cotmoc.integrations.portal766.tables import COUNT, TEXT, Table

# A province has about 170 bodies and a row has under 200 bytes; the largest real file is 25 KB.
MAX_BYTES = 10_000_000
MAX_PROBLEMS = 200
MAX_NUMBER = Decimal(10) ** 12


@dataclass(slots=True)
class Reading:
    """The rows of a file that can be used, with their line numbers, and what is wrong with the
    others. `doubts` are about rows that are used all the same."""

    content: bytes
    rows: list[tuple[int, dict[str, Any]]] = field(default_factory=list)
    raw: dict[int, list[str]] = field(default_factory=dict)
    header: list[str] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    doubts: list[Problem] = field(default_factory=list)


def read_table(path: Path, table: Table) -> Reading:
    """Read a file of a known kind. Raises BadInput when the file as a whole cannot be used."""
    content = _bytes(path)
    reading = Reading(content)
    lines = csv.reader(io.StringIO(_text(content, path.name), newline=""), strict=True)
    try:
        reading.header = [clean(name) for name in next(lines, [])]
        _check_header(reading.header, table, path.name)
        seen: dict[tuple[str, ...], int] = {}
        for cells in lines:
            if not any(cell.strip() for cell in cells):
                continue
            _read_row(cells, lines.line_num, table, path.name, reading, seen)
            if len(reading.problems) >= MAX_PROBLEMS:
                reading.problems.append(Problem("too_many_problems", path.name, lines.line_num))
                break
    except csv.Error as error:
        raise BadInput(
            [Problem("not_csv", path.name, lines.line_num, params={"reason": str(error)})]
        ) from error
    if not reading.rows and not reading.problems:
        raise BadInput([Problem("no_rows", path.name)])
    return reading


def _bytes(path: Path) -> bytes:
    size = path.stat().st_size
    if size == 0:
        raise BadInput([Problem("empty_file", path.name)])
    if size > MAX_BYTES:
        limits = {"megabytes": round(size / 1e6, 1), "limit": MAX_BYTES // 1_000_000}
        raise BadInput([Problem("too_large", path.name, params=limits)])
    return path.read_bytes()


def _text(content: bytes, name: str) -> str:
    if b"\x00" in content and not content.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise BadInput([Problem("not_text", name)])
    try:
        if content.startswith((b"\xff\xfe", b"\xfe\xff")):
            return content.decode("utf-16")
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        byte = f"0x{content[error.start]:02X}"
        raise BadInput(
            [Problem("encoding", name, line, params={"byte": byte, "position": error.start + 1})]
        ) from error


def _check_header(header: list[str], table: Table, name: str) -> None:
    missing = [column for column in table.columns if column not in header]
    if missing:
        found = ", ".join(header)[:200]
        raise BadInput(
            Problem("missing_column", name, 1, column, params={"found": found})
            for column in missing
        )
    twice = sorted({column for column in table.columns if header.count(column) > 1})
    if twice:
        raise BadInput(Problem("column_twice", name, 1, column) for column in twice)


def _read_row(
    cells: list[str],
    line: int,
    table: Table,
    name: str,
    reading: Reading,
    seen: dict[tuple[str, ...], int],
) -> None:
    reading.raw[line] = cells
    if len(cells) != len(reading.header):
        counts: dict[str, object] = {"found": len(cells), "expected": len(reading.header)}
        reading.problems.append(Problem("field_count", name, line, params=counts))
        return
    raw = dict(zip(reading.header, cells, strict=True))
    problems: list[Problem] = []
    row = {
        column: _cell(raw[column], kind, Problem("", name, line, column), problems)
        for column, kind in table.columns.items()
    }
    key = tuple(str(row[column]) for column in table.key)
    if not problems and key in seen:
        params: dict[str, object] = {"first": seen[key]}
        problems.append(Problem("duplicate", name, line, table.key[-1], key[-1], params=params))
    if problems:
        reading.problems.extend(problems)
        return
    seen[key] = line
    reading.rows.append((line, row))
    reading.doubts.extend(_doubts(row, name, line))


def _cell(raw: str, kind: str, place: Problem, problems: list[Problem]) -> Any:
    text = clean(raw)
    code = None
    if kind == TEXT:
        if text and len(text) <= 300:
            return text
        code = "too_long" if text else "missing_value"
    elif not text:
        return None
    else:
        try:
            number = Decimal(text)
        except InvalidOperation:
            number = Decimal("NaN")
        if not number.is_finite():
            code = "not_a_number"
        elif number < 0:
            code = "negative"
        elif number > MAX_NUMBER:
            code = "too_big"
        elif kind == COUNT and number != number.to_integral_value():
            code = "not_whole"
        else:
            return number.quantize(Decimal("0.0001"))
    problems.append(Problem(code, place.file, place.line, place.field, text[:80]))
    return None


def _doubts(row: dict[str, Any], name: str, line: int) -> Iterator[Problem]:
    """Rows that contradict themselves are used as the source gives them, and said."""
    part, whole = row.get("on_time"), row.get("received")
    if part is not None and whole is not None:
        if part > whole:
            yield Problem("part_above_whole", name, line, "on_time", str(part.normalize()))
        elif row["overdue"] is not None and part + row["overdue"] != whole:
            yield Problem("parts_differ_from_whole", name, line, "overdue")
    paid, due = row.get("paid_online"), row.get("with_fee")
    if paid is not None and due is not None and paid > due:
        yield Problem("part_above_whole", name, line, "paid_online", str(paid.normalize()))
