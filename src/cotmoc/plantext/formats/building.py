"""Puts lines and tables together into a `SourceText`, keeping where each came from."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from cotmoc.core import legacy_encodings
from cotmoc.plantext.formats.cleaning import clean_line
from cotmoc.plantext.origins import Cell, Format, Origin, SourceText, Table
from cotmoc.plantext.unreadable import UnreadableText

MAX_CHARACTERS = 10_000_000
MAX_CELLS = 50_000
MAX_COLUMNS = 60
_SAMPLE = 20_000


@dataclass(slots=True)
class CellDraft:
    """A cell to be: its place from 1, its spans, and its lines with the page of each."""

    row: int
    column: int
    row_span: int = 1
    column_span: int = 1
    lines: list[tuple[str, int | None]] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Paragraph:
    """Lines or pieces waiting to be written; `joined` pieces stand on one line."""

    parts: Sequence[tuple[str, int | None]]
    number: int
    joined: bool


class TextBuilder:
    """Takes paragraphs, blank lines and tables in reading order, and writes them at the end.

    Writing waits because only the whole tells whether it was typed for old fonts, and cleaning
    before converting would lose some of their letters.
    """

    def __init__(self, file: str) -> None:
        self._file = file
        self._blocks: list[_Paragraph | list[CellDraft] | None] = []
        self._paragraphs = 0
        self._notes: dict[str, None] = {}
        self._sample: list[str] = []
        self._sampled = 0

    def note(self, code: str) -> None:
        """Say once what had to be done or left."""
        self._notes[code] = None

    def paragraph(self, lines: Iterable[str], *, number: int | None = None) -> None:
        """One paragraph of the file; more than one line where it has breaks of its own."""
        self._add([(line, None) for line in lines], number, joined=False)

    def pieces(self, pieces: Sequence[tuple[str, int | None]]) -> None:
        """One paragraph made of pieces that stand on the given pages."""
        self._add(pieces, None, joined=True)

    def _add(
        self, parts: Sequence[tuple[str, int | None]], number: int | None, *, joined: bool
    ) -> None:
        self._paragraphs = self._paragraphs + 1 if number is None else number
        self._blocks.append(_Paragraph(parts, self._paragraphs, joined))
        self._take_sample(parts)

    def blank(self) -> None:
        """One empty line, never two."""
        self._blocks.append(None)

    def table(self, cells: Iterable[CellDraft]) -> None:
        """A table: its cells row by row, each on lines of its own, a blank line around."""
        drafts = sorted(cells, key=lambda cell: (cell.row, cell.column))
        if any(text.strip() for cell in drafts for text, _ in cell.lines):
            self._blocks.append(drafts)
            for cell in drafts:
                self._take_sample(cell.lines)

    def _take_sample(self, parts: Sequence[tuple[str, int | None]]) -> None:
        if self._sampled < _SAMPLE:
            self._sample += (text for text, _ in parts)
            self._sampled += sum(len(text) for text, _ in parts)

    def finish(self, format_: Format, encoding: str = "utf-8") -> SourceText:
        """The text.  Raises `UnreadableText` when there is none."""
        old = legacy_encodings.typed_for_old_fonts("\n".join(self._sample))
        if old:
            self.note(f"converted_{old}")
        writer = _Writer(self._file, old)
        for block in self._blocks:
            writer.write(block)
        return writer.finish(format_, encoding, tuple(self._notes))


class _Writer:
    """Writes blocks one after another and remembers where each came to stand."""

    def __init__(self, file: str, old: str | None) -> None:
        self._file = file
        self._old = old
        self._parts: list[str] = []
        self._length = 0
        self._after_blank = False
        self._origins: list[Origin] = []
        self._tables: list[Table] = []

    def write(self, block: _Paragraph | list[CellDraft] | None) -> None:
        if block is None:
            self._blank()
        elif isinstance(block, list):
            self._table(block)
        elif block.joined:
            self._joined(block)
        else:
            self._lines(block)

    def finish(self, format_: Format, encoding: str, notes: tuple[str, ...]) -> SourceText:
        text = "".join(self._parts).rstrip("\n") + "\n"
        if not text.strip():
            raise UnreadableText("no_text", self._file)
        return SourceText(
            text=text,
            format=format_,
            encoding=encoding,
            origins=tuple(self._origins),
            tables=tuple(self._tables),
            notes=notes,
        )

    def _clean(self, text: str) -> str:
        return clean_line(legacy_encodings.convert_typed(text, self._old) if self._old else text)

    def _lines(self, block: _Paragraph) -> None:
        begun = False
        for line, page in block.parts:
            if words := self._clean(line):
                if not begun:
                    self._origin(Origin(self._length, page=page, paragraph=block.number))
                    begun = True
                self._put(words + "\n")

    def _joined(self, block: _Paragraph) -> None:
        cleaned = [(words, page) for text, page in block.parts if (words := self._clean(text))]
        last_page: int | None = None
        for index, (words, page) in enumerate(cleaned):
            if index:
                self._put(" ")
            if not index or page != last_page:
                self._origin(Origin(self._length, page=page, paragraph=block.number))
            last_page = page
            self._put(words)
        if cleaned:
            self._put("\n")

    def _blank(self) -> None:
        if self._length and not self._after_blank:
            self._put("\n")
            self._after_blank = True

    def _table(self, drafts: list[CellDraft]) -> None:
        self._blank()
        number, start = len(self._tables) + 1, self._length
        done = tuple(self._cell(cell, number, start) for cell in drafts)
        if self._length > start:
            self._tables.append(Table(start, self._length - 1, done))
            self._blank()

    def _cell(self, draft: CellDraft, table: int, begun: int) -> Cell:
        start = self._length
        for text, page in draft.lines:
            if words := self._clean(text):
                self._origin(Origin(self._length, page, None, table, draft.row, draft.column))
                self._put(words + "\n")
        # A cell ends before its last line's end; an empty one stands at the end of the one before.
        end = max(self._length - 1, begun)
        start = min(start, end)
        return Cell(draft.row, draft.column, draft.row_span, draft.column_span, start, end)

    def _origin(self, origin: Origin) -> None:
        if self._origins and self._origins[-1].start == origin.start:
            self._origins[-1] = origin
        else:
            self._origins.append(origin)

    def _put(self, text: str) -> None:
        self._after_blank = False
        self._parts.append(text)
        self._length += len(text)
        if self._length > MAX_CHARACTERS:
            raise UnreadableText("text_too_long", self._file, limit=MAX_CHARACTERS)


def is_layout(cells: Sequence[CellDraft]) -> bool:
    """A table of one column, or of one cell, only places text: it is no table to a reader."""
    return len({cell.column for cell in cells}) <= 1


class GridFiller:
    """Finds each cell's column when cells above reach down into the row, as HTML does."""

    def __init__(self) -> None:
        self.cells: list[CellDraft] = []
        self._row = 0
        self._reaching: dict[int, int] = {}

    def next_row(self) -> None:
        """Begin the next row."""
        self._row += 1
        self._reaching = {
            column: last for column, last in self._reaching.items() if last >= self._row
        }
        self._column = 1

    def add(
        self, lines: list[tuple[str, int | None]], row_span: int = 1, column_span: int = 1
    ) -> None:
        """The row's next cell."""
        while self._column in self._reaching:
            self._column += 1
        column_span = max(1, min(column_span, MAX_COLUMNS - self._column + 1))
        row_span = max(1, min(row_span, MAX_CELLS))
        if len(self.cells) >= MAX_CELLS or self._column > MAX_COLUMNS:
            # Beyond any real table: the words are kept, their place is not.
            self.cells[-1].lines += lines
            return
        # A wide cell stops where one from above stands in its way.
        width = 1
        while width < column_span and self._column + width not in self._reaching:
            width += 1
        if row_span > 1:
            for column in range(self._column, self._column + width):
                self._reaching[column] = self._row + row_span - 1
        self.cells.append(CellDraft(self._row, self._column, row_span, width, lines))
        self._column += width

    def finish(self) -> list[CellDraft]:
        """The cells; no span reaches below the last row."""
        for cell in self.cells:
            cell.row_span = min(cell.row_span, self._row - cell.row + 1)
        return self.cells
