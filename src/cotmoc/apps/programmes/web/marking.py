"""A document's text as it stands, with marks where rows come from: lines, and tables as tables."""

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from django.utils.html import escape, format_html
from django.utils.safestring import SafeString, mark_safe

from cotmoc.apps.documents.models import Clause, Document
from cotmoc.apps.programmes.models import DraftRow

MOST_BLOCKS = 10_000  # some 200 pages; the register's page of the document shows all


@dataclass(frozen=True, slots=True)
class Piece:
    """A run of text; with rows, the run is a quote of theirs."""

    text: str
    rows: tuple[DraftRow, ...] = ()

    @property
    def html(self) -> str:
        """The text, marked by what became of its first row, with the numbers of all its rows.

        Made here and not by a template: a document has thousands of them.
        """
        if not self.rows:
            return escape(self.text)
        row = self.rows[0]
        numbers = " ".join(str(each.pk) for each in self.rows)
        return format_html(
            '<mark class="{} {}" data-rows="{}"><a href="#row-{}" tabindex="-1">{}</a></mark>',
            row.state,
            row.kind,
            numbers,
            row.pk,
            self.text,
        )


@dataclass(frozen=True, slots=True)
class Line:
    """One line of text: where it begins, how deep its clause is, its pieces."""

    number: int
    start: int
    anchor: str
    kind: str
    depth: int
    pieces: tuple[Piece, ...]

    @property
    def html(self) -> SafeString:
        """The line's text with its marks."""
        return mark_safe("".join(piece.html for piece in self.pieces))  # noqa: S308 - each escaped


@dataclass(frozen=True, slots=True)
class TableCell:
    """A cell of a table with the lines in it."""

    row_span: int
    column_span: int
    lines: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class Block:
    """A line, a table, the number of a page that begins, or where what is shown ends."""

    line: Line | None = None
    table: tuple[tuple[TableCell, ...], ...] = ()
    page: int | None = None
    cut: bool = False


def blocks(document: Document, clauses: Sequence[Clause], rows: Iterable[DraftRow]) -> list[Block]:
    """The whole document in order."""
    shown = [row for row in rows if row.state != DraftRow.State.WITHDRAWN]
    lines = _Lines(document, clauses, shown).all()
    found = list(_with_pages(_with_tables(lines, document.tables), document.origins))
    return [*found[:MOST_BLOCKS], Block(cut=True)] if len(found) > MOST_BLOCKS else found


class _Lines:
    """Cuts a text into lines and lines into pieces, walking rows and clauses once."""

    def __init__(
        self, document: Document, clauses: Sequence[Clause], rows: Sequence[DraftRow]
    ) -> None:
        self.text = document.text
        self.clauses = sorted(clauses, key=lambda clause: clause.start)
        self.rows = sorted(rows, key=lambda row: (row.start, row.pk))
        self.edges = sorted({edge for row in rows for edge in (row.start, row.end)})
        self._next = 0
        self._open: list[DraftRow] = []

    def all(self) -> list[Line]:
        found = []
        clause: Clause | None = None
        at, start = 0, 0
        for number, words in enumerate(self.text.split("\n"), 1):
            end, anchor = start + len(words), ""
            while at < len(self.clauses) and self.clauses[at].start <= end:
                clause = self.clauses[at]
                anchor = anchor or clause.address
                at += 1
            if words.strip():
                kind, depth = (clause.kind, clause.depth) if clause else ("", 0)
                pieces = tuple(self._pieces(start, end))
                found.append(Line(number, start, anchor, kind, depth, pieces))
            start = end + 1
        return found

    def _pieces(self, start: int, end: int) -> Iterator[Piece]:
        low = bisect_right(self.edges, start)
        high = bisect_right(self.edges, end)
        places = [start, *(edge for edge in self.edges[low:high] if edge < end), end]
        for left, right in pairwise(places):
            yield Piece(self.text[left:right], self._covering(left))

    def _covering(self, offset: int) -> tuple[DraftRow, ...]:
        """The rows whose quote holds an offset; offsets are asked in rising order."""
        while self._next < len(self.rows) and self.rows[self._next].start <= offset:
            self._open.append(self.rows[self._next])
            self._next += 1
        self._open = [row for row in self._open if row.end > offset]
        return tuple(self._open)


def _with_tables(lines: Sequence[Line], tables: Sequence[Mapping[str, Any]]) -> Iterator[Block]:
    starts = [line.start for line in lines]
    at = 0
    for table in sorted(tables, key=lambda each: int(each["start"])):
        first = bisect_right(starts, int(table["start"]) - 1)
        last = bisect_right(starts, int(table["end"]) - 1)
        if first < at or last <= first:
            continue
        yield from (Block(line=line) for line in lines[at:first])
        yield Block(table=_table(table, lines, starts))
        at = last
    yield from (Block(line=line) for line in lines[at:])


def _table(
    table: Mapping[str, Any], lines: Sequence[Line], starts: Sequence[int]
) -> tuple[tuple[TableCell, ...], ...]:
    rows: dict[int, list[TableCell]] = {}
    for cell in table["cells"]:
        first = bisect_right(starts, int(cell["start"]) - 1)
        last = max(first, bisect_right(starts, int(cell["end"]) - 1))
        held = TableCell(cell["row_span"], cell["column_span"], tuple(lines[first:last]))
        rows.setdefault(cell["row"], []).append(held)
    return tuple(tuple(rows[number]) for number in sorted(rows))


def _with_pages(found: Iterable[Block], origins: Sequence[Sequence[Any]]) -> Iterator[Block]:
    """A block with the page's number before the first block of each page but the first."""
    seen = 1
    for block in found:
        start = _start_of(block)
        page = page_at(origins, start) if start is not None else None
        if page is not None and page > seen:
            seen = page
            yield Block(page=page)
        yield block


def _start_of(block: Block) -> int | None:
    if block.line:
        return block.line.start
    return next((line.start for row in block.table for cell in row for line in cell.lines), None)


def page_at(origins: Sequence[Sequence[Any]], offset: int) -> int | None:
    """The page of an offset, where the format has pages; `origins` as documents keep them."""
    index = bisect_right(origins, offset, key=lambda origin: int(origin[0])) - 1
    return origins[index][1] if index >= 0 and len(origins[index]) > 1 else None
