"""Workbooks, Parquet files and JSON Lines, read as text like everything else.

Numbers and moments that come as such are written in the one spelling that reads back unchanged.
"""

import json
import zipfile
from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np
import openpyxl
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from cotmoc.analytics.ingest import encodings
from cotmoc.analytics.ingest.blocks import (
    HEAD_ROWS,
    MISSING,
    Block,
    Reading,
    Torn,
    number_text,
    text_table,
)
from cotmoc.core.problems import BadInput, Problem

# A workbook's cells are Python texts until a block is full, and three blocks are on their way.
ROWS = 8_000
# openpyxl keeps all shared texts in memory, and a workbook unpacks to many times its size.
MOST_SHARED_TEXT = 32 << 20
MOST_UNPACKED = 2 << 30
LONGEST_LINE = 1 << 20
_SAMPLE_ROWS = 1_000


class Workbook:
    """The first sheet of an XLSX file that is visible; the line is the sheet's row."""

    def __init__(self, path: Path) -> None:
        self.path = path
        try:
            with zipfile.ZipFile(path) as archive:
                sizes = {each.filename: each.file_size for each in archive.infolist()}
        except (zipfile.BadZipFile, OSError, ValueError) as error:
            raise BadInput([Problem("xlsx_broken", path.name)]) from error
        if "xl/workbook.xml" not in sizes:
            raise BadInput([Problem("wrong_kind", path.name, params={"kind": "ZIP"})])
        shared = max((size for name, size in sizes.items() if "sharedStrings" in name), default=0)
        if shared > MOST_SHARED_TEXT or sum(sizes.values()) > MOST_UNPACKED:
            megabytes = sum(sizes.values()) >> 20
            raise BadInput([Problem("xlsx_too_large", path.name, params={"megabytes": megabytes})])
        self._first: list[tuple[int, list[str]]] = []
        for line, row in self._rows(","):
            self._first.append((line, row))
            if len(self._first) >= HEAD_ROWS:
                break

    @property
    def reading(self) -> Reading:
        return Reading("xlsx")

    def head(self) -> Sequence[tuple[int, Sequence[str]]]:
        return self._first

    def sample(self, header_line: int, place: int) -> Sequence[str]:
        return []  # numbers come as numbers; a text is read the Vietnamese way

    def blocks(
        self,
        header_line: int,
        width: int,
        picks: Mapping[str, int],
        decimal_mark: str,
        few: Collection[str] = (),
    ) -> Iterator[Block]:
        size = self.path.stat().st_size
        lines: list[int] = []
        columns: dict[str, list[str]] = {name: [] for name in picks}
        for line, row in self._rows(decimal_mark):
            if line <= header_line:
                continue
            lines.append(line)
            for name, place in picks.items():
                columns[name].append(row[place] if place < len(row) else "")
            if len(lines) == ROWS:
                # How much of a workbook is read cannot be told before its end.
                yield Block(np.array(lines, np.int64), text_table(columns), size // 2)
                lines, columns = [], {name: [] for name in picks}
        yield Block(np.array(lines, np.int64), text_table(columns), size)

    def _rows(self, mark: str) -> Iterator[tuple[int, list[str]]]:
        """Rows that hold something."""
        try:
            book = openpyxl.load_workbook(self.path, read_only=True, data_only=True)
            try:
                sheets = [each for each in book.worksheets if each.sheet_state == "visible"]
                if not sheets:
                    raise BadInput([Problem("no_rows", self.path.name)])
                sheets[0].reset_dimensions()  # what programs note there is often wrong
                for line, row in enumerate(sheets[0].iter_rows(values_only=True), start=1):
                    cells = [_cell_text(value, mark) for value in row]
                    if any(cells):
                        yield line, cells
            finally:
                book.close()
        except BadInput:
            raise
        except Exception as error:
            # openpyxl lets any error of any of its parts through for a broken workbook.
            raise BadInput([Problem("xlsx_broken", self.path.name)]) from error


class ParquetTable:
    """A Parquet file; the line is the row's number, from one."""

    def __init__(self, path: Path) -> None:
        self.path = path
        try:
            self._file = pq.ParquetFile(path)
        except (pa.ArrowException, OSError) as error:
            raise BadInput([Problem("parquet_broken", path.name)]) from error
        self._schema = self._file.schema_arrow

    @property
    def reading(self) -> Reading:
        return Reading("parquet")

    def head(self) -> Sequence[tuple[int, Sequence[str]]]:
        return [(0, self._schema.names)]

    def sample(self, header_line: int, place: int) -> Sequence[str]:
        if not (pa.types.is_string(self._schema.types[place])):
            return []
        name = self._schema.names[place]
        batch = next(self._file.iter_batches(_SAMPLE_ROWS, columns=[name]), None)
        return [each or "" for each in batch.column(0).to_pylist()] if batch else []

    def blocks(
        self,
        header_line: int,
        width: int,
        picks: Mapping[str, int],
        decimal_mark: str,
        few: Collection[str] = (),
    ) -> Iterator[Block]:
        for name, place in picks.items():
            kind = self._schema.types[place]
            if pa.types.is_nested(kind) or pa.types.is_binary(kind):
                raise BadInput([Problem("parquet_type", self.path.name, None, name, str(kind))])
        size = self.path.stat().st_size
        total = max(self._file.metadata.num_rows, 1)
        line = 1
        try:
            names = [self._schema.names[place] for place in picks.values()]
            for batch in self._file.iter_batches(ROWS, columns=names):
                cells = {
                    name: _column_text(batch[self._schema.names[place]], decimal_mark)
                    for name, place in picks.items()
                }
                lines = np.arange(line, line + batch.num_rows, dtype=np.int64)
                line += batch.num_rows
                yield Block(lines, pa.table(cells), size * (line - 1) // total)
        except (pa.ArrowException, OSError) as error:
            raise BadInput([Problem("parquet_broken", self.path.name, line)]) from error


class JsonLines:
    """One JSON object a line, its keys the columns."""

    def __init__(self, path: Path, encoding: str) -> None:
        self.path, self.encoding = path, encoding
        keys: dict[str, None] = {}
        self._sample: list[dict[str, Any]] = []
        for number, (line, text, _) in enumerate(self._lines()):
            try:
                row = json.loads(text)
            except (ValueError, RecursionError):
                row = None
            if number == 0 and not isinstance(row, dict):
                raise BadInput([Problem("not_json_lines", path.name, line)])
            if isinstance(row, dict):
                keys |= dict.fromkeys(row)
                self._sample.append(row)
            if number >= _SAMPLE_ROWS:
                break
        self._keys = list(keys)

    @property
    def reading(self) -> Reading:
        return Reading("jsonl", self.encoding)

    def head(self) -> Sequence[tuple[int, Sequence[str]]]:
        return [(0, self._keys)] if self._keys else []

    def sample(self, header_line: int, place: int) -> Sequence[str]:
        cells = [row.get(self._keys[place]) for row in self._sample]
        return [each for each in cells if isinstance(each, str)]

    def blocks(
        self,
        header_line: int,
        width: int,
        picks: Mapping[str, int],
        decimal_mark: str,
        few: Collection[str] = (),
    ) -> Iterator[Block]:
        lines: list[int] = []
        columns: dict[str, list[str]] = {name: [] for name in picks}
        torn: list[Torn] = []
        done = 0
        for line, text, done in self._lines():
            try:
                row = json.loads(text)
            except (ValueError, RecursionError):
                row = None
            if not isinstance(row, dict):
                torn.append(
                    Torn(line, {}, Problem("not_json", self.path.name, line, None, text[:80]))
                )
                continue
            values = {name: row.get(self._keys[place]) for name, place in picks.items()}
            nested = [name for name, value in values.items() if isinstance(value, dict | list)]
            cells = {name: _cell_text(value, decimal_mark) for name, value in values.items()}
            if nested:
                problem = Problem(
                    "nested_value", self.path.name, line, nested[0], cells[nested[0]][:80]
                )
                torn.append(Torn(line, cells, problem))
                continue
            lines.append(line)
            for name, cell in cells.items():
                columns[name].append(cell)
            if len(lines) == ROWS:
                yield Block(np.array(lines, np.int64), text_table(columns), done, False, torn)
                lines, columns, torn = [], {name: [] for name in picks}, []
        yield Block(np.array(lines, np.int64), text_table(columns), done, False, torn)

    def _lines(self) -> Iterator[tuple[int, str, int]]:
        """Lines that hold something, with their numbers and the bytes read so far."""
        done = 0

        def count(piece: bytes) -> None:
            nonlocal done
            done += len(piece)

        number, rest = 1, b""
        for piece in encodings.utf8_pieces(self.path, self.encoding, encodings.SAMPLE, count):
            *whole, rest = (rest + piece).split(b"\n")
            if len(rest) > LONGEST_LINE:
                raise BadInput([Problem("line_too_long", self.path.name, number + len(whole))])
            for line in whole:
                if line.strip():
                    yield number, encodings.finished(line, self.encoding).decode(), done
                number += 1
        if rest.strip():
            yield number, encodings.finished(rest, self.encoding).decode(errors="replace"), done


def _cell_text(value: Any, mark: str) -> str:
    match value:
        case None:
            return ""
        case str():
            return value
        case bool():
            return "true" if value else "false"
        case int() | float() | Decimal():
            return number_text(value, mark)
        case datetime():
            # A workbook counts days in binary: a whole second comes out a hair beside.
            near = (value + timedelta(milliseconds=5)).replace(microsecond=0)
            return (near if abs(near - value) < timedelta(milliseconds=10) else value).isoformat(
                " "
            )
        case date() | time():
            return value.isoformat()
        case _:
            return json.dumps(value, ensure_ascii=False, default=str)


def _column_text(column: pa.Array, mark: str) -> pa.Array:
    kind = column.type
    if pa.types.is_dictionary(kind):
        column = column.cast(kind.value_type)
        kind = column.type
    if pa.types.is_timestamp(kind):
        if kind.tz is not None:
            column = pc.local_timestamp(column.cast(pa.timestamp("us", "Asia/Ho_Chi_Minh")))
        column = column.cast(pa.timestamp("us"), safe=False)
    elif pa.types.is_floating(kind) or pa.types.is_decimal(kind):
        # Not `cast`: it writes large and small numbers with exponents.
        texts = [
            None if value is None else number_text(value, mark) for value in column.to_pylist()
        ]
        column = pa.array(texts, pa.string())
    texts = column.cast(pa.string())
    missing = pc.is_in(pc.utf8_trim_whitespace(texts), pa.array(MISSING))
    return pc.if_else(missing, None, texts)
