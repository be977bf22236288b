"""Tables as text: CSV in the shapes that spreadsheets, R and pandas write."""

import csv
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass

from cotmoc.core.problems import BadInput, Problem
from cotmoc.indicators.wrong import gettext_noop

MOST_BYTES = 64 * 2**20
MOST_CELLS = 4_000_000
MOST_TEXT = 300
MOST_PROBLEMS = 200
LARGEST = 1e100  # its square is still a number

# What stands where a value is missing: R's NA, spreadsheets' errors, a dash.
MISSING = frozenset({"", "na", "n/a", "nan", "#n/a", "null", "none", "-", "–", "..", "…"})
_NUMBER = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d{1,3})?", re.ASCII)
_COMMA = re.compile(r"[+-]?\d{1,3}(\.\d{3})+,\d+|[+-]?\d+,\d+", re.ASCII)
_THOUSANDS = re.compile(r"[+-]?\d{1,3}\.\d{3}", re.ASCII)
_ENDLESS = re.compile(r"[+-]?(inf|infinity|∞)", re.IGNORECASE)
_DECIMAL_COMMA = gettext_noop(
    "a decimal comma in a table separated by commas; write 3.5, or separate the columns with "
    "semicolons"
)
_THOUSANDS_OR_DECIMALS = gettext_noop(
    "thousands or decimals? Other numbers of this table have decimal commas: write 1234 or 1,234"
)
_NOT_FINITE = gettext_noop("a value must be finite")


@dataclass(frozen=True, slots=True)
class Row:
    line: int
    cells: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Table:
    """A header and rows of as many cells; `comma` where its numbers have decimal commas, which only
    a table separated by semicolons or tabs can have."""

    file: str
    header: tuple[str, ...]
    rows: tuple[Row, ...]
    comma: bool = False


def wrong(
    code: str,
    file: str,
    template: str,
    line: int | None = None,
    field: str | None = None,
    value: str | None = None,
    **params: object,
) -> Problem:
    """A problem that brings its sentence along."""
    return Problem(code, file, line, field, value, {"template": template, **params})


def read_table(content: bytes, file: str) -> Table:
    """A CSV table from the bytes of a file; raises BadInput with everything that is wrong."""
    text = _decoded(content, file)
    separator = _separator(text)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    try:
        lines = [
            Row(reader.line_num, tuple(cell.strip() for cell in cells))
            for cells in _bounded(reader, file)
            if any(cell.strip() for cell in cells)
        ]
    except csv.Error as error:
        raise BadInput(
            [Problem("not_csv", file, reader.line_num, params={"reason": str(error)})]
        ) from None
    if not lines:
        raise BadInput([Problem("empty_file", file)])
    header = _trimmed(lines[0].cells)
    problems = [
        Problem("column_twice", file, lines[0].line, name)
        for name in dict.fromkeys(name for name in header if name and header.count(name) > 1)
    ]
    rows = []
    for row in lines[1:]:
        cells = (*_trimmed(row.cells), *[""] * (len(header) - len(_trimmed(row.cells))))
        if len(cells) > len(header) or len(row.cells) < len(header):
            counts = {"found": len(row.cells), "expected": len(header)}
            problems.append(Problem("field_count", file, row.line, params=counts))
        problems += [
            Problem("too_long", file, row.line, name, cell[:40] + "…")
            for name, cell in zip(header, cells, strict=False)
            if len(cell) > MOST_TEXT
        ]
        rows.append(Row(row.line, cells))
    if not rows and not problems:
        problems.append(Problem("no_rows", file))
    if problems:
        raise BadInput(limited(problems))
    comma = separator != "," and any(_COMMA.fullmatch(cell) for row in rows for cell in row.cells)
    return Table(file, header, tuple(rows), comma)


def limited(problems: list[Problem]) -> list[Problem]:
    """The first of many, and that there are more."""
    if len(problems) <= MOST_PROBLEMS:
        return problems
    return [*problems[:MOST_PROBLEMS], Problem("too_many_problems", problems[0].file)]


def read_number(text: str, comma: bool = False) -> float | None:
    """A number, or None for a marker of a missing value; raises NumberError with what is wrong."""
    if text.casefold() in MISSING:
        return None
    if comma and _THOUSANDS.fullmatch(text):
        raise NumberError("thousands_or_decimals", _THOUSANDS_OR_DECIMALS)
    if _COMMA.fullmatch(text):
        if not comma:
            raise NumberError("decimal_comma", _DECIMAL_COMMA)
        text = text.replace(".", "").replace(",", ".")
    if _ENDLESS.fullmatch(text):
        raise NumberError("not_finite", _NOT_FINITE)
    if not _NUMBER.fullmatch(text):
        raise NumberError("not_a_number", "")
    number = float(text)
    if abs(number) > LARGEST:
        raise NumberError("too_big", "")
    return number


class NumberError(ValueError):
    """A cell that is no number: the code of the problem, and its sentence where it is ours."""

    def __init__(self, code: str, template: str) -> None:
        self.code, self.template = code, template
        super().__init__(code)

    def at(self, file: str, line: int, field: str, value: str) -> Problem:
        if self.template:
            return wrong(self.code, file, self.template, line, field, value)
        return Problem(self.code, file, line, field, value)


def _decoded(content: bytes, file: str) -> str:
    if not content.strip():
        raise BadInput([Problem("empty_file", file)])
    if len(content) > MOST_BYTES:
        sizes = {"megabytes": len(content) >> 20, "limit": MOST_BYTES >> 20}
        raise BadInput([Problem("too_large", file, params=sizes)])
    wide = content[:2] in (b"\xff\xfe", b"\xfe\xff")
    if b"\0" in content and not wide:
        raise BadInput([Problem("not_text", file)])
    try:
        return content.decode("utf-16" if wide else "utf-8-sig")
    except UnicodeDecodeError as error:
        raise BadInput(
            [Problem("encoding", file, params={"byte": f"0x{content[error.start]:02X}"})]
        ) from None


def _separator(text: str) -> str:
    """What stands most often between the cells of the first line."""
    first = next((line for line in text.splitlines() if line.strip()), "")
    bare = re.sub(r'"[^"]*"', "", first)
    return max(",;\t", key=bare.count)


def _bounded(reader: Iterator[list[str]], file: str) -> Iterator[list[str]]:
    """Rows while they fit: a table that is too large is not read to its end."""
    cells = 0
    for row in reader:
        cells += len(row)
        if cells > MOST_CELLS:
            template = gettext_noop("the table has more than %(limit)s cells")
            raise BadInput([wrong("too_many_cells", file, template, limit=MOST_CELLS)])
        yield row


def _trimmed(cells: tuple[str, ...]) -> tuple[str, ...]:
    """Without the empty cells that spreadsheets leave at the end."""
    end = len(cells)
    while end and not cells[end - 1]:
        end -= 1
    return cells[:end]
