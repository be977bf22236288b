"""The text of a document of any format, with the place each character came from."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass
from typing import Literal

Format = Literal["txt", "markdown", "html", "docx", "pdf", "scan"]


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a stretch of the text, from `start` to the next origin's, stands in the file.

    Pages, paragraphs, tables, rows and columns are counted from 1; a format has those it knows.
    """

    start: int
    page: int | None = None
    paragraph: int | None = None
    table: int | None = None
    row: int | None = None
    column: int | None = None


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell of a table: `text[start:end]`; a merged cell stands once, with its spans."""

    row: int
    column: int
    row_span: int
    column_span: int
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Table:
    """A table; its cells follow one another in the text, row by row, each on lines of its own."""

    start: int
    end: int
    cells: tuple[Cell, ...]

    def grid(self) -> list[list[Cell | None]]:
        """Rows of cells; a merged cell stands in every place it covers."""
        rows = max((cell.row + cell.row_span for cell in self.cells), default=1) - 1
        columns = max((cell.column + cell.column_span for cell in self.cells), default=1) - 1
        places: list[list[Cell | None]] = [[None] * columns for _ in range(rows)]
        for cell in self.cells:
            for row in range(cell.row - 1, cell.row - 1 + cell.row_span):
                for column in range(cell.column - 1, cell.column - 1 + cell.column_span):
                    places[row][column] = cell
        return places


@dataclass(frozen=True, slots=True)
class SourceText:
    """What a file says: its text (NFC, `\\n`), its tables, and where everything came from.

    `notes` are codes of what the reader of the format had to do or leave: `converted_tcvn3`,
    `page_furniture_removed`, `read_by_ocr` and the like.
    """

    text: str
    format: Format = "txt"
    encoding: str = "utf-8"
    origins: tuple[Origin, ...] = ()
    tables: tuple[Table, ...] = ()
    notes: tuple[str, ...] = ()

    def origin_at(self, offset: int) -> Origin | None:
        """The origin of the character at an offset; None where the format has none."""
        index = bisect_right(self.origins, offset, key=lambda origin: origin.start) - 1
        return self.origins[index] if index >= 0 else None
