"""A table as somebody typed or received it: a file, or what was entered by hand, as rows of text.

Nothing here knows what a column means; see `columns`.
"""

import hashlib
import zipfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from cotmoc.analytics.ingest.blocks import HEAD_ROWS
from cotmoc.analytics.ingest.encodings import refuse_other_kinds
from cotmoc.analytics.ingest.tables import Workbook
from cotmoc.analytics.ingest.text import TextFile
from cotmoc.core.problems import BadInput, Problem
from cotmoc.core.text import clean

# 163 bodies with 60 leaves each in the long form are 10,000 rows and under 1 MB.
MAX_BYTES = 10_000_000
MAX_UNPACKED = 100_000_000  # of a workbook
MAX_ROWS = 50_000
MAX_COLUMNS = 400
LONGEST_CELL = 2_000
_POINT = "."  # how numbers of a workbook are written here

Row = tuple[int, tuple[str, ...]]  # the line and its cells, one for each column


@dataclass(frozen=True, slots=True)
class Sheet:
    """Header and rows of a table; empty cells are empty texts. `torn` are rows that are no rows of
    it."""

    file: str
    line: int  # of the header
    header: tuple[str, ...]
    rows: tuple[Row, ...]
    torn: tuple[Problem, ...] = ()
    digest: str = ""  # SHA-256 of the file
    kind: str = "csv"


def read_sheet(
    path: Path,
    known: Callable[[Sequence[str]], int],
    *,
    name: str = "",
    encoding: str | None = None,
    delimiter: str | None = None,
) -> Sheet:
    """Read a CSV or XLSX file. `known` counts the cells of a row that name a column: it finds the
    header, the delimiter and the encoding. `name` is the file's name for people.

    Raises BadInput when the file as a whole is no such table.
    """
    try:
        return _read(path, known, encoding, delimiter, name or path.name)
    except BadInput as error:
        # Files that were handed in lie under another name.
        raise BadInput(_renamed(error.problems, name or path.name)) from error


def sheet_of_cells(name: str, cells: Sequence[tuple[str, str]]) -> Sheet:
    """One row entered by hand: headers with their cells. What is wrong with it has no line."""
    header = tuple(head for head, _cell in cells)
    return Sheet(name, 0, header, ((0, tuple(clean(cell) for _head, cell in cells)),))


def _read(
    path: Path,
    known: Callable[[Sequence[str]], int],
    encoding: str | None,
    delimiter: str | None,
    name: str,
) -> Sheet:
    content = _bytes(path)
    source: Workbook | TextFile
    if content.startswith(b"PK\x03\x04"):
        _refuse_what_unpacks_too_large(path)
        source = Workbook(path)
    else:
        refuse_other_kinds(path)
        source = TextFile(path, known, encoding, delimiter)
    head = [row for row in source.head() if any(cell.strip() for cell in row[1])]
    if not head:
        raise BadInput([Problem("no_rows", name)])
    line, header = max(head[:HEAD_ROWS], key=lambda row: known(row[1]))
    if not known(header):
        found = ", ".join(cell for cell in head[0][1] if cell.strip())[:200]
        raise BadInput([Problem("no_header", name, params={"found": found or "-"})])
    names = tuple(clean(cell) for cell in header)
    while names and not names[-1]:
        names = names[:-1]
    if len(names) > MAX_COLUMNS:
        raise BadInput([Problem("too_many_columns", name, line, params={"limit": MAX_COLUMNS})])
    rows, torn = _rows(source, line, len(names), len(header), name)
    digest = hashlib.sha256(content).hexdigest()
    return Sheet(name, line, names, tuple(rows), tuple(torn), digest, source.reading.kind)


def _bytes(path: Path) -> bytes:
    for code, wrong in (("no_such_file", not path.exists()), ("is_folder", path.is_dir())):
        if wrong:
            raise BadInput([Problem(code, path.name)])
    size = path.stat().st_size
    if size > MAX_BYTES:
        limits = {"megabytes": round(size / 1e6, 1), "limit": MAX_BYTES // 1_000_000}
        raise BadInput([Problem("too_large", path.name, params=limits)])
    return path.read_bytes()


def _refuse_what_unpacks_too_large(path: Path) -> None:
    try:
        with zipfile.ZipFile(path) as archive:
            size = sum(each.file_size for each in archive.infolist())
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError) as error:
        raise BadInput([Problem("xlsx_broken", path.name)]) from error
    if size > MAX_UNPACKED:
        raise BadInput([Problem("xlsx_too_large", path.name, params={"megabytes": size >> 20})])


def _rows(
    source: Workbook | TextFile, line: int, width: int, header_width: int, name: str
) -> tuple[list[Row], list[Problem]]:
    picks = {str(place): place for place in range(width)}
    rows: list[Row] = []
    torn: list[Problem] = []
    for block in source.blocks(line, header_width, picks, _POINT):
        columns = [block.cells[str(place)].to_pylist() for place in range(width)]
        for place, number in enumerate(block.lines.tolist()):
            cells = tuple(clean(column[place] or "")[:LONGEST_CELL] for column in columns)
            if any(cells):
                rows.append((number, cells))
        torn += [each.problem for each in block.torn]
        if len(rows) > MAX_ROWS:
            raise BadInput([Problem("too_many_rows", name, params={"limit": MAX_ROWS})])
    rows.sort()
    return rows, torn


def _renamed(problems: Sequence[Problem], name: str) -> list[Problem]:
    return [
        Problem(each.code, name, each.line, each.field, each.value, each.params)
        for each in problems
    ]
