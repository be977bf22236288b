"""CSV and its kin, read in blocks of whole rows with the physical line of every row.

A block is cut at a line's end and parsed by pyarrow as text. Where a row may span lines or has
too few or too many cells, the lines are counted by the parity of quotation marks, or the block is
read by Python's own csv module: slower, and exact.
"""

import csv
import io
import re
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.csv as pacsv

from cotmoc.analytics.ingest import encodings
from cotmoc.analytics.ingest.blocks import HEAD_ROWS, MISSING, Block, Reading, Torn, text_table
from cotmoc.core.problems import BadInput, Problem

DELIMITERS = ",;\t|"
PIECE = 4 << 20
LONGEST_ROW = 1 << 20
_FEW = pa.dictionary(pa.int32(), pa.string())
_LINES_OF_ROW = 1_000
_FIRST = 200_000  # characters to look at for header and delimiter
_NEWLINE, _SPACE, _QUOTE = 10, 32, 34
_CONTROLS = bytes({*range(32), 127} - set(b"\n\r"))


class TextFile:
    """A delimited text file. `score` counts the cells of a row that name a known column; it
    decides between delimiters and encodings. Raises BadInput when the file is no such text."""

    def __init__(
        self,
        path: Path,
        score: Callable[[Sequence[str]], int],
        encoding: str | None = None,
        delimiter: str | None = None,
    ) -> None:
        self.path, self._done = path, 0

        def lines_score(text: str) -> int:
            return max(
                max((score(cells) for _, cells in _first_rows(text, each)), default=0)
                for each in delimiter or DELIMITERS
            )

        self.encoding = encoding or encodings.detect(path, lines_score)
        pieces = encodings.utf8_pieces(path, self.encoding, encodings.SAMPLE, lambda piece: None)
        start = next(pieces, b"")
        cut = start.rfind(b"\n") + 1 or len(start)
        self._only_returns = b"\n" not in start and b"\r" in start
        if self._only_returns:
            start, cut = start.replace(b"\r", b"\n"), len(start)
        if path.stat().st_size <= encodings.SAMPLE:
            cut = len(start)
        sample = encodings.finished(start[:cut], self.encoding).decode(errors="replace")
        if not sample.strip():
            raise BadInput([Problem("empty_file", path.name)])
        self.begins_like_json = sample.lstrip()[:1] in ("{", "[")
        self.delimiter = delimiter or _delimiter(sample, score)
        self._rows = list(_first_rows(sample, self.delimiter, 200))

    @property
    def reading(self) -> Reading:
        return Reading("csv", self.encoding, self.delimiter)

    def head(self) -> Sequence[tuple[int, Sequence[str]]]:
        return [row for row in self._rows if any(row[1])][:HEAD_ROWS]

    def sample(self, header_line: int, place: int) -> Sequence[str]:
        return [c[place] for line, c in self._rows if line > header_line and place < len(c)]

    def blocks(
        self,
        header_line: int,
        width: int,
        picks: Mapping[str, int],
        decimal_mark: str,
        few: Collection[str] = (),
    ) -> Iterator[Block]:
        # The row that follows the header may begin several lines below it.
        skip = header_line + self._height(header_line) - 1
        parser = _Parser(self.path.name, self.delimiter, width, picks, few)
        line, rest = 1, b""
        for piece in encodings.utf8_pieces(self.path, self.encoding, PIECE, self._count):
            if self._only_returns:
                piece = piece.replace(b"\r", b"\n")
            buffer = rest + piece if rest else piece
            if line <= skip:
                buffer, line = _without_lines(buffer, line, skip)
            cut = _cut(buffer)
            if not cut:
                if len(buffer) > LONGEST_ROW:
                    raise BadInput([Problem("line_too_long", self.path.name, line)])
                rest = buffer
                continue
            whole = encodings.finished(buffer[:cut], self.encoding)
            block, used = parser.parse(whole, line, self._done, last=False)
            rest = whole[used:] + buffer[cut:]
            line += whole.count(b"\n", 0, used)
            yield block
        if line <= skip:
            rest, line = _without_lines(rest, line, skip)
        if rest:
            if len(rest) > LONGEST_ROW and b"\n" not in rest:
                raise BadInput([Problem("line_too_long", self.path.name, line)])
            whole = encodings.finished(rest, self.encoding)
            yield parser.parse(whole, line, self._done, last=True)[0]

    def _count(self, piece: bytes) -> None:
        self._done += len(piece)

    def _height(self, header_line: int) -> int:
        """How many physical lines the header takes."""
        cells = next(cells for line, cells in self._rows if line == header_line)
        return 1 + sum(cell.count("\n") for cell in cells)


class _Parser:
    """Rows of a block. Of every row only the picked cells are kept."""

    def __init__(
        self,
        file: str,
        delimiter: str,
        width: int,
        picks: Mapping[str, int],
        few: Collection[str],
    ) -> None:
        self.file, self.delimiter, self.width, self.picks = file, delimiter, width, picks
        columns = {place: name for name, place in picks.items()}
        self._names = [columns.get(place, f"\0{place}") for place in range(width)]
        self._convert = pacsv.ConvertOptions(
            column_types=dict.fromkeys(self._names, pa.string()) | dict.fromkeys(few, _FEW),
            include_columns=list(picks),
            check_utf8=False,
            strings_can_be_null=True,
            quoted_strings_can_be_null=True,
            null_values=list(MISSING),
        )
        self._controls = _CONTROLS.replace(delimiter.encode(), b"")
        self._edges = np.zeros(256, bool)
        self._edges[list(b" \r\n" + delimiter.encode())] = True

    def parse(self, text: bytes, first_line: int, done: int, *, last: bool) -> tuple[Block, int]:
        """The block, and how many of the bytes are in it: a row may go on in the next block."""
        quoted = b'"' in text
        plain = not quoted and self._is_plain(text)
        ends, used = _row_ends(text, quoted, last)
        text = text[:used] if used else text
        found = self._fast(text, ends, quoted) if ends is not None and self.width > 1 else None
        if found is None:
            return self._slow(text, first_line, done, last=last)
        table, numbers, ragged = found
        assert ends is not None
        starts = first_line + np.concatenate([[0], ends[:-1]]).astype(np.int64)
        block = Block(starts[numbers], table, done, plain)
        return self._with_ragged(block, [(int(starts[at]), row) for at, row in ragged]), len(text)

    def _is_plain(self, text: bytes) -> bool:
        """Whether every cell is ASCII without control characters, double spaces, spaces around."""
        if not text.isascii() or len(text.translate(None, self._controls)) != len(text):
            return False
        if (b"x" in text or b"X" in text) and re.search(b"0[xX]", text):
            return False  # pyarrow would read a number
        bytes_ = np.frombuffer(text, np.uint8)
        spaces = np.flatnonzero(bytes_ == _SPACE)
        if not len(spaces):
            return True
        if spaces[0] == 0 or spaces[-1] == len(text) - 1:
            return False
        return not (self._edges[bytes_[spaces - 1]].any() or self._edges[bytes_[spaces + 1]].any())

    def _fast(
        self, text: bytes, ends: np.ndarray, quoted: bool
    ) -> tuple[pa.Table, np.ndarray, list[tuple[int, list[str]]]] | None:
        """Table, which rows of the block are in it, and the ragged ones; None if unsure."""
        ragged: list[tuple[int | None, str]] = []

        def note(row: pacsv.InvalidRow) -> str:
            ragged.append((row.number, row.text))
            return "skip"

        def read(threads: bool) -> pa.Table:
            ragged.clear()
            return pacsv.read_csv(
                pa.BufferReader(text),
                pacsv.ReadOptions(
                    use_threads=threads,
                    block_size=max(2 << 20, 0 if threads else len(text) + 1),
                    column_names=self._names,
                ),
                pacsv.ParseOptions(
                    delimiter=self.delimiter,
                    quote_char='"' if quoted else False,
                    newlines_in_values=quoted,
                    ignore_empty_lines=False,
                    invalid_row_handler=note,
                ),
                self._convert,
            )

        try:
            table = read(True)
            if ragged:
                table = read(False)
        except pa.ArrowInvalid:
            return None
        if table.num_rows + len(ragged) != len(ends) or any(n is None for n, _ in ragged):
            return None
        numbers = np.arange(len(ends))
        if ragged:
            # pyarrow counts rows from one, and the names it was given are no row.
            places = [int(number or 0) - 1 for number, _ in ragged]
            numbers = np.delete(numbers, places)
            rows = [
                (place, next(csv.reader([row], delimiter=self.delimiter), []))
                for place, (_, row) in zip(places, ragged, strict=True)
            ]
            return table, numbers, rows
        return table, numbers, []

    def _with_ragged(self, block: Block, rows: Sequence[tuple[int, list[str]]]) -> Block:
        """Take in rows with blank cells too many; set apart those with cells too few or many."""
        taken: list[tuple[int, list[str]]] = []
        for line, cells in rows:
            if not any(cell.strip() for cell in cells):
                continue  # a blank line
            if len(cells) > self.width and not any(c.strip() for c in cells[self.width :]):
                taken.append((line, cells))
                continue
            params = {"found": len(cells), "expected": self.width}
            there = {name: cells[at] for name, at in self.picks.items() if at < len(cells)}
            problem = Problem("field_count", self.file, line, params=params)
            block.torn.append(Torn(line, there, problem))
        if not taken:
            return block
        more = text_table({name: [c[at] for _, c in taken] for name, at in self.picks.items()})
        lines = np.concatenate([block.lines, np.array([line for line, _ in taken], np.int64)])
        cells = pa.concat_tables(
            [block.cells, more.select(block.cells.column_names).cast(block.cells.schema)]
        )
        return Block(lines, cells, block.done, False, block.torn)

    def _slow(self, text: bytes, first_line: int, done: int, *, last: bool) -> tuple[Block, int]:
        lines: list[int] = []
        columns: dict[str, list[str]] = {name: [] for name in self.picks}
        torn: list[Torn] = []
        ragged: list[tuple[int, list[str]]] = []
        used = 0
        for line, end, cells, raw in _rows(text, first_line, self.delimiter, last):
            used = end
            if cells is None:
                problem = Problem("unclosed_quote", self.file, line, None, raw[:80])
                torn.append(Torn(line, {}, problem))
            elif len(cells) != self.width:
                ragged.append((line, cells))
            elif any(cells):
                lines.append(line)
                for name, place in self.picks.items():
                    columns[name].append(cells[place])
        block = Block(np.array(lines, np.int64), text_table(columns), done, False, torn)
        return self._with_ragged(block, ragged), used


def _cut(buffer: bytes) -> int:
    """Where the last whole row ends; 0 if no line does."""
    return buffer.rfind(b"\n") + 1


def _row_ends(text: bytes, quoted: bool, last: bool) -> tuple[np.ndarray | None, int]:
    """For each row the number of lines up to and with its last, and the bytes these rows take;
    None if that is unsure."""
    if b"\r" in text and text.count(b"\r") != text.count(b"\r\n"):
        return None, 0
    bytes_ = np.frombuffer(text, np.uint8)
    newlines = np.flatnonzero(bytes_ == _NEWLINE)
    if last and text[-1:] != b"\n":
        newlines = np.append(newlines, len(text) - 1)
    if not quoted:
        return np.arange(1, len(newlines) + 1), len(text)
    # Within a quoted cell the number of marks so far is odd.
    marks = np.cumsum(bytes_ == _QUOTE, dtype=np.uint8)[newlines]
    ends = np.flatnonzero(marks & 1 == 0)
    if not len(ends) or (last and ends[-1] + 1 < len(newlines)):
        return None, 0
    return ends + 1, int(newlines[ends[-1]]) + 1


def _without_lines(buffer: bytes, line: int, skip: int) -> tuple[bytes, int]:
    """Drop lines up to and with number `skip`; `line` is the number of the buffer's first."""
    at = 0
    while line <= skip:
        end = buffer.find(b"\n", at)
        if end < 0:
            return buffer[at:] if line <= skip and at else (b"" if at else buffer), line
        at, line = end + 1, line + 1
    return buffer[at:], line


def _rows(
    text: bytes, first_line: int, delimiter: str, last: bool
) -> Iterator[tuple[int, int, list[str] | None, str]]:
    """Rows one by one: first line, where it ends, cells (None: a quotation mark never closes)."""
    lines = text.decode(errors="replace").split("\n")
    sizes = [len(each.encode()) + 1 for each in lines]
    if not lines[-1]:
        lines.pop()
    at, end = 0, 0
    while at < len(lines):
        cells = _cells(lines[at], delimiter)
        height = 1
        if cells is None:
            joined, height = _joined(lines, at, delimiter)
            short = len(lines) - at <= _LINES_OF_ROW and sum(sizes[at:]) <= LONGEST_ROW
            if joined is None and not last and short:
                return  # it may end in the next block
            if joined is None:
                height = 1
            cells = joined
        end = min(end + sum(sizes[at : at + height]), len(text))
        yield first_line + at, end, cells, lines[at]
        at += height


def _joined(lines: Sequence[str], at: int, delimiter: str) -> tuple[list[str] | None, int]:
    """A row of several lines, and how many."""
    marks, size = 0, 0
    for end in range(at, min(at + _LINES_OF_ROW, len(lines))):
        marks += lines[end].count('"')
        size += len(lines[end])
        if size > LONGEST_ROW:
            break
        if marks % 2 == 0 and end > at:
            cells = _cells("\n".join(lines[at : end + 1]), delimiter)
            if cells is not None:
                return cells, end + 1 - at
    return None, 1


def _cells(row: str, delimiter: str) -> list[str] | None:
    """The cells of one row; None if a quoted cell is still open at its end."""
    row = row.removesuffix("\r")
    try:
        found = list(csv.reader(io.StringIO(row, newline=""), delimiter=delimiter, strict=True))
    except csv.Error as error:
        if "unexpected end of data" in str(error):
            return None
        try:
            found = list(csv.reader(io.StringIO(row, newline=""), delimiter=delimiter))
        except csv.Error:
            return [row]
    return found[0] if len(found) == 1 else [] if not found else None


def _first_rows(
    text: str, delimiter: str, count: int = HEAD_ROWS
) -> Iterator[tuple[int, list[str]]]:
    """The first rows of a text with their lines; a row that is not whole is left out."""
    rows = _rows(text[:_FIRST].encode(), 1, delimiter, last=True)
    for number, (line, _end, cells, _raw) in enumerate(rows):
        if number >= count:
            return
        if cells is not None:
            yield line, cells


def _delimiter(sample: str, score: Callable[[Sequence[str]], int]) -> str:
    """The delimiter under which a row names most known columns, then the one that most rows
    agree on."""

    def points(delimiter: str) -> tuple[int, int]:
        rows = [cells for _, cells in _first_rows(sample, delimiter)]
        widths = [len(cells) for cells in rows if len(cells) > 1]
        agree = max((widths.count(each) for each in widths), default=0)
        return max(map(score, rows), default=0), agree

    return max(DELIMITERS, key=points)
