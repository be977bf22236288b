"""From pages of placed text to a `SourceText`: furniture out, tables in, paragraphs joined."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from statistics import median
from typing import Literal

from cotmoc.plantext.formats.building import CellDraft, TextBuilder
from cotmoc.plantext.formats.layout import Column, Joiner, Row, Span, columns_of, rows_of
from cotmoc.plantext.formats.ruled import Box, Grid

_ZONE = 0.13
_EDGE_ROWS = 3
_PAGE_NUMBER = re.compile(r"[-–—\s]{0,6}(?:trang\s{0,3})?(\d{1,4})(?:\s?/\s?\d{1,4})?[-–—\s.]{0,6}")
# The page's number at either end of a running title.
_NUMBER_AT_END = re.compile(
    r"^(?:trang\s)?\d{1,4}(?:/\d{1,4})?\s|(?:\s|^)(?:trang\s)?\d{1,4}(?:/\d{1,4})?$"
)
_CONTENTS = re.compile(r"(?:\.\s?){5,}\s{0,4}\d{1,4}$|…{2,}\.{0,4}\s{0,4}\d{1,4}$")
_STAMP = re.compile(r"(?:người ký|ký bởi|cơ quan|tổ chức|thời gian ký|ngày ký|email)\s?:")
_FOOTNOTE = re.compile(r"\[?\(?(\d{1,2})[\])]?[\s.]?\s{0,4}(?=[^\W\d])")
_SMALL = 0.88
_SURE_ROWS = 4


@dataclass(slots=True)
class Page:
    """A page: its size, what is written on it, and its ruled tables."""

    number: int
    width: float
    height: float
    spans: list[Span]
    grids: list[Grid] = field(default_factory=list)


@dataclass(slots=True)
class _Sheet:
    """A page as it is read: rows outside of tables, and tables with their spans."""

    page: Page
    rows: list[Row]
    tables: list[tuple[Grid, list[tuple[Box, list[Span]]]]]


def write_pages(pages: Sequence[Page], builder: TextBuilder) -> None:
    """Put the pages' text into the builder."""
    sheets = [_sheet(page) for page in pages]
    _remove_furniture(sheets, builder)
    _remove_stamps(sheets, builder)
    footnotes = _take_footnotes(sheets)
    _remove_contents(sheets, builder)
    _Composer(builder, _right_margin(sheets)).compose(sheets)
    if footnotes:
        builder.blank()
        builder.note("footnotes_at_end")
        joiner = Joiner()
        for column in footnotes:
            joiner.add(column)
            joiner.stop()
        for number, paragraph in enumerate(joiner.paragraphs, start=1):
            text, page = paragraph.pieces[0]
            rest = _FOOTNOTE.sub("", text, count=1)
            builder.pieces([(f"[{number}] {rest}", page), *paragraph.pieces[1:]])


def _sheet(page: Page) -> _Sheet:
    outside: list[Span] = []
    inside: dict[tuple[int, int], list[Span]] = {}
    for span in page.spans:
        place = _place(span, page.grids)
        if place is None:
            outside.append(span)
        else:
            inside.setdefault(place, []).append(span)
    tables = [
        (grid, [(box, inside.get((number, index), [])) for index, box in enumerate(grid.boxes)])
        for number, grid in enumerate(page.grids)
    ]
    return _Sheet(page, rows_of(outside, page.number), tables)


def _place(span: Span, grids: Sequence[Grid]) -> tuple[int, int] | None:
    """The table and the cell in which the middle of the span lies."""
    x, y = min((span.x0 + span.x1) / 2, span.x0 + 40.0), (span.top + span.bottom) / 2
    for number, grid in enumerate(grids):
        index = grid.box_at(x, y)
        if index is not None:
            return number, index
    return None


def _right_margin(sheets: Sequence[_Sheet]) -> dict[int, float]:
    """How far text reaches on pages of each width: short pages borrow it from full ones."""
    by_width: dict[int, list[float]] = {}
    for sheet in sheets:
        if sheet.rows:
            by_width.setdefault(round(sheet.page.width), []).append(_reach(sheet))
    return {width: median(reaches) for width, reaches in by_width.items()}


def _reach(sheet: _Sheet) -> float:
    """Where lines end on this page; with few long lines, no nearer than the left margin is wide."""
    ends = sorted(row.x1 for row in sheet.rows)
    if len(ends) >= _SURE_ROWS and ends[-1] - ends[-_SURE_ROWS] < 0.03 * sheet.page.width:
        return ends[-1]
    return max(ends[-1], sheet.page.width - min(row.x0 for row in sheet.rows))


# --- what belongs to the paper, not to the text ---------------------------------------------------


_Edge = Literal["top", "bottom"]
_EDGES: tuple[_Edge, ...] = ("top", "bottom")


def _edge_rows(sheet: _Sheet, edge: _Edge) -> list[Row]:
    """The rows near an edge of the page, from the edge inwards."""
    height = sheet.page.height
    if edge == "top":
        return [row for row in sheet.rows[:_EDGE_ROWS] if row.bottom < _ZONE * height]
    low = (1 - _ZONE) * height
    return [row for row in reversed(sheet.rows[-_EDGE_ROWS:]) if row.top > low]


def _remove_furniture(sheets: Sequence[_Sheet], builder: TextBuilder) -> None:
    """Running titles and page numbers: they repeat, and keep a distance from the text."""
    repeated = {edge: _repeated(sheets, edge) for edge in _EDGES}
    offsets = _page_offsets(sheets)
    for sheet in sheets:
        for edge in _EDGES:
            rows = _edge_rows(sheet, edge)
            count = 0
            for index, row in enumerate(rows):
                numbered = _page_number(row)
                is_number = numbered is not None and numbered - sheet.page.number in offsets
                if not is_number and _masked(row) not in repeated[edge]:
                    break
                if _stands_apart(sheet, edge, index):
                    count = index + 1
            for row in rows[:count]:
                title = _page_number(row) is None
                builder.note("page_furniture_removed" if title else "page_numbers_removed")
            if not count and len(rows) > 1 and _page_number(rows[1]) == sheet.page.number:
                # Below a title that stands on this page only.
                builder.note("page_numbers_removed")
                sheet.rows = [row for row in sheet.rows if row is not rows[1]]
            if count:
                sheet.rows = sheet.rows[count:] if edge == "top" else sheet.rows[:-count]


def _stands_apart(sheet: _Sheet, edge: _Edge, index: int) -> bool:
    """More than the distance of two lines lies between the row and the next one inwards."""
    rows = sheet.rows if edge == "top" else sheet.rows[::-1]
    if index + 1 >= len(rows):
        return True
    row, inner = rows[index], rows[index + 1]
    gap = max(inner.top - row.bottom, row.top - inner.bottom)
    return gap > 0.55 * min(row.size, inner.size)


def _page_number(row: Row) -> int | None:
    found = _PAGE_NUMBER.fullmatch(row.text.strip().lower())
    return int(found[1]) if found else None


def _masked(row: Row) -> str:
    return _NUMBER_AT_END.sub("", row.text.strip().lower())


def _repeated(sheets: Sequence[_Sheet], edge: _Edge) -> set[str]:
    """Rows that stand at the same edge of three pages and of a fifth of all; or of two pages,
    at the same height."""
    counts: Counter[str] = Counter()
    places: Counter[tuple[str, int]] = Counter()
    for sheet in sheets:
        rows = _edge_rows(sheet, edge)
        counts.update({_masked(row) for row in rows})
        places.update({(_masked(row), round(row.top / 3)) for row in rows})
    least = max(3, len(sheets) // 5)
    twice = {words for (words, _), count in places.items() if count >= max(2, len(sheets) // 5)}
    return {
        words for words, count in counts.items() if words and (count >= least or words in twice)
    }


def _page_offsets(sheets: Sequence[_Sheet]) -> set[int]:
    """By how much printed page numbers differ from the counted ones; 0 is always believed."""
    offsets: Counter[int] = Counter()
    for sheet in sheets:
        for row in (row for edge in _EDGES for row in _edge_rows(sheet, edge)):
            number = _page_number(row)
            if number is not None:
                offsets[number - sheet.page.number] += 1
    return {0, *(offset for offset, count in offsets.items() if count >= 2)}


def _remove_stamps(sheets: Sequence[_Sheet], builder: TextBuilder) -> None:
    """The stamp of an electronic signature: who signed, for whom, when."""
    for sheet in sheets:
        spans = [span for row in sheet.rows for span in row.spans]
        stamped = [span for span in spans if _STAMP.match(span.text.strip().lower())]
        if len({span.text.lower().split(":")[0].strip() for span in stamped}) < 3:
            continue
        left, top = min(s.x0 for s in stamped) - 2, min(s.top for s in stamped) - 1
        size, bottom = median(s.size for s in stamped), max(s.bottom for s in stamped) + 1
        kept = [
            span
            for span in spans
            if not (span.x0 >= left and span.top >= top and span.bottom <= bottom)
            or span.size > 1.15 * size
        ]
        builder.note("signature_stamp_removed")
        sheet.rows = rows_of(kept, sheet.page.number)


def _remove_contents(sheets: Sequence[_Sheet], builder: TextBuilder) -> None:
    """Rows of a table of contents lead to page numbers with dots."""
    leading = [sum(bool(_CONTENTS.search(row.text)) for row in sheet.rows) for sheet in sheets]
    for sheet, count in zip(sheets, leading, strict=True):
        if count >= 3:
            builder.note("contents_removed")
            kept, pending = [], list[Row]()
            for row in sheet.rows:
                pending.append(row)
                if _CONTENTS.search(row.text):
                    pending.clear()
                elif len(pending) > 2:
                    kept.append(pending.pop(0))
            sheet.rows = kept + pending


def _take_footnotes(sheets: Sequence[_Sheet]) -> list[Column]:
    """Small rows at the foot of a page that begin with a number."""
    sizes = [row.size for sheet in sheets for row in sheet.rows]
    if not sizes:
        return []
    body = median(sizes)
    columns: list[Column] = []
    for sheet in sheets:
        first = len(sheet.rows)
        while first and sheet.rows[first - 1].size < _SMALL * body:
            first -= 1
        notes = sheet.rows[first:]
        low = notes and notes[0].top > 0.5 * sheet.page.height
        if not low or first == 0 or not _FOOTNOTE.match(notes[0].text):
            continue
        sheet.rows = sheet.rows[:first]
        for row in notes:
            if _FOOTNOTE.match(row.text) or not columns:
                columns.append(Column([], row.x0, 0.0))
            columns[-1].rows.append(row)
            columns[-1].right = max(columns[-1].right, max(each.x1 for each in notes))
    return columns


# --- composing ------------------------------------------------------------------------------------


class _Composer:
    """Writes rows and tables in reading order; both may go on over pages."""

    def __init__(self, builder: TextBuilder, right: dict[int, float]) -> None:
        self._builder = builder
        self._right = right
        self._joiner = Joiner()
        self._cells: list[CellDraft] = []
        self._grid: Grid | None = None

    def compose(self, sheets: Sequence[_Sheet]) -> None:
        for sheet in sheets:
            self._sheet(sheet)
        self._end_table()
        self._end_text()

    def _sheet(self, sheet: _Sheet) -> None:
        right = self._right.get(round(sheet.page.width), 0.0)
        rows = sheet.rows
        for grid, boxes in sheet.tables:
            above = [row for row in rows if row.top < grid.top]
            rows = [row for row in rows if row.top >= grid.top]
            self._rows(above, right)
            self._table(grid, boxes, sheet.page.number)
        self._rows(rows, right)

    def _rows(self, rows: list[Row], right: float) -> None:
        if not rows:
            return
        self._end_table()
        for column in columns_of(rows, right):
            self._joiner.add(column)

    def _end_text(self) -> None:
        for paragraph in self._joiner.paragraphs:
            self._builder.pieces(paragraph.pieces)
        self._joiner = Joiner()

    # --- tables ---------------------------------------------------------------------------------

    def _table(self, grid: Grid, boxes: list[tuple[Box, list[Span]]], page: int) -> None:
        cells = [
            CellDraft(box.row, box.column, box.row_span, box.column_span, _lines(box, spans, page))
            for box, spans in boxes
        ]
        if self._grid is not None and _same_columns(self._grid, grid):
            self._append(cells)
        else:
            self._end_table()
            self._end_text()
            self._cells = cells
        self._grid = grid

    def _append(self, cells: list[CellDraft]) -> None:
        """The table goes on: its head stands again, or a row was cut by the page's end."""
        cells = _without_head(self._cells, cells)
        last = max(cell.row + cell.row_span for cell in self._cells) - 1
        first = min((cell.row for cell in cells), default=1)
        if _is_cut(self._cells, cells, first):
            self._continue_row(cells, first, last)
            cells = [cell for cell in cells if cell.row > first]
            first += 1
        for cell in cells:
            cell.row += last - first + 1
        self._cells += cells

    def _continue_row(self, cells: list[CellDraft], first: int, last: int) -> None:
        ends = {cell.column: cell for cell in self._cells if cell.row + cell.row_span - 1 == last}
        for cell in cells:
            if cell.row == first and cell.lines:
                before = ends.get(cell.column)
                if before is not None:
                    before.lines = _joined_lines(before.lines, cell.lines)

    def _end_table(self) -> None:
        if self._grid is not None:
            self._end_text()
            self._builder.table(self._cells)
            self._cells, self._grid = [], None


def _lines(box: Box, spans: list[Span], page: int) -> list[tuple[str, int | None]]:
    """A cell's paragraphs, each on one line."""
    rows = rows_of(spans, page)
    if not rows:
        return []
    joiner = Joiner()
    right = max(row.x1 for row in rows)
    joiner.add(Column(rows, min(row.x0 for row in rows), max(right, _inner_right(box, rows))))
    lines = [" ".join(text for text, _ in paragraph.pieces) for paragraph in joiner.paragraphs]
    whole = "".join(lines).replace(" ", "")
    # The head of the narrowest column is often cut in two.
    return [(whole, page)] if whole in ("STT", "TT") else [(line, page) for line in lines]


def _inner_right(box: Box, rows: Sequence[Row]) -> float:
    """Text keeps as far from the right wall of a cell as it does from the left one, at most."""
    padding = max(0.0, min(row.x0 for row in rows) - box.left)
    return box.right - min(padding, 6.0) - 1.5


def _same_columns(before: Grid, after: Grid) -> bool:
    return len(before.columns) == len(after.columns) and all(
        abs(left - right) < 4.0 for left, right in zip(before.columns, after.columns, strict=True)
    )


def _row_text(cells: Sequence[CellDraft], row: int) -> tuple[tuple[int, str], ...]:
    return tuple(
        (cell.column, " ".join(text for text, _ in cell.lines).lower())
        for cell in cells
        if cell.row == row
    )


def _without_head(before: Sequence[CellDraft], cells: list[CellDraft]) -> list[CellDraft]:
    """The rows that only repeat the table's first rows are dropped."""
    row = 1
    while row <= 3 and any(cell.lines for cell in cells if cell.row == row):
        if _row_text(before, row) != _row_text(cells, row):
            break
        row += 1
    return [cell for cell in cells if cell.row >= row]


def _is_cut(before: Sequence[CellDraft], cells: Sequence[CellDraft], first: int) -> bool:
    """Rows are numbered in the first column, and this one has no number there."""
    numbered = [cell for cell in before if cell.column == 1 and cell.column_span == 1]
    filled = sum(bool(cell.lines) for cell in numbered)
    opening = next((cell for cell in cells if cell.row == first and cell.column == 1), None)
    if opening is None or opening.lines or opening.column_span > 1 or opening.row_span > 1:
        return False
    return filled >= 2 and filled * 5 >= len(numbered) * 4


def _joined_lines(
    before: list[tuple[str, int | None]], after: list[tuple[str, int | None]]
) -> list[tuple[str, int | None]]:
    """The cut cell's lines; a sentence goes on in the line it was cut in."""
    if before and after and not before[-1][0].rstrip().endswith((".", ";", ":")):
        text, page = before[-1]
        if after[0][0][:1].islower():
            return [*before[:-1], (f"{text} {after[0][0]}", page), *after[1:]]
    return before + after
