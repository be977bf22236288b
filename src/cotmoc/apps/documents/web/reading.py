"""A document's text as it is shown: lines and tables, clauses to link to, statements marked."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from cotmoc.apps.documents.models import Clause, Document
from cotmoc.apps.documents.ports import Statement, Statements
from cotmoc.plantext.origins import Cell, Table


@dataclass(frozen=True, slots=True)
class Piece:
    """A run of text; with a statement it is part of its quote, `anchor` is a clause begun here."""

    text: str
    statement: Statement | None = None
    anchor: str = ""


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the document with its clause, and why nothing was taken from it."""

    anchor: str
    kind: str
    depth: int
    pieces: tuple[Piece, ...]
    left_alone: str = ""
    doubts: tuple[str, ...] = ()
    rows: tuple["Row", ...] = ()  # of a table, which stands in the place of its lines


@dataclass(frozen=True, slots=True)
class CellShown:
    """A cell of a table where it begins, with what it spans."""

    pieces: tuple[Piece, ...]
    row_span: int
    column_span: int


@dataclass(frozen=True, slots=True)
class Row:
    """A row of a table; `anchor` is the first clause begun in it."""

    anchor: str
    cells: tuple[CellShown, ...]
    doubts: tuple[str, ...] = ()


@dataclass(slots=True)
class _Marks:
    """Everything that is marked in a text, found by place."""

    text: str
    clauses: list[Clause]
    statements: list[Statement]
    starts: list[int] = field(init=False)
    begins: list[int] = field(init=False)

    def __post_init__(self) -> None:
        self.clauses = sorted(self.clauses, key=lambda each: each.start)
        self.statements = sorted(self.statements, key=lambda each: (each.start, -each.end))
        self.starts = [each.start for each in self.clauses]
        self.begins = [each.start for each in self.statements]

    def clauses_in(self, start: int, end: int) -> list[Clause]:
        return self.clauses[bisect_left(self.starts, start) : bisect_left(self.starts, end)]

    def clause_at(self, start: int) -> Clause | None:
        index = bisect_right(self.starts, start) - 1
        return self.clauses[index] if index >= 0 else None

    def pieces(self, start: int, end: int, anchored: str = "") -> tuple[Piece, ...]:
        """A stretch of text cut where clauses and statements begin and end; of statements that
        overlap the shorter one is marked. `anchored` has its anchor elsewhere."""
        anchors = {
            each.start: each.address
            for each in self.clauses_in(start, end)
            if each.address != anchored
        }
        near = [
            each
            for each in self.statements[: bisect_left(self.begins, end)]
            if each.end > start and each.start < end
        ]
        cuts = {start, end, *anchors}
        for each in near:
            cuts |= {max(start, each.start), min(end, each.end)}
        at = sorted(cuts)
        return tuple(
            Piece(self.text[low:high], _shortest(near, low, high), anchors.get(low, ""))
            for low, high in pairwise(at)
            if low < high
        )


def _shortest(near: Sequence[Statement], low: int, high: int) -> Statement | None:
    covering = [each for each in near if each.start <= low and high <= each.end]
    return min(covering, key=lambda each: each.end - each.start, default=None)


def address_from(clauses: Sequence[Clause], start: int) -> str:
    """The first clause that begins at a place or after it; empty where none does."""
    after = [each for each in clauses if each.start >= start]
    return min(after, key=lambda each: each.start).address if after else ""


def lines(
    document: Document, clauses: Sequence[Clause], stated: Sequence[Statement], words: Statements
) -> list[Line]:
    """All lines of a document that are not blank, in order; tables as tables."""
    marks = _Marks(document.text, list(clauses), list(stated))
    notes = _Notes(document, words)
    tables = sorted(_tables(document), key=lambda table: table.start)
    found: list[Line] = []
    for number, start, end in _stretches(document.text):
        while tables and tables[0].end <= start:
            tables.pop(0)
        inside = tables[0] if tables and tables[0].start < end else None
        if inside is None:
            if document.text[start:end].strip():
                found.append(_line(marks, notes, number, start, end))
        elif start <= inside.start:
            found.append(_table(marks, notes, number, inside))
    return found


def _stretches(text: str) -> Iterator[tuple[int, int, int]]:
    """Number, start and end of every line."""
    start = 0
    for number, line in enumerate(text.split("\n"), 1):
        yield number, start, start + len(line)
        start += len(line) + 1


class _Notes:
    """Why lines were left alone and what is doubtful in them, by their number."""

    def __init__(self, document: Document, words: Statements) -> None:
        self.reasons = {
            left["line"]: words.word(left["reason"])
            for left in document.left_alone
            if left["reason"] not in {"heading", "head"}
        }
        self.doubts: dict[int, list[str]] = {}
        for doubt in document.doubts:
            self.doubts.setdefault(doubt["line"], []).append(words.word(doubt["code"]))

    def of(self, first: int, last: int) -> tuple[str, ...]:
        found = (word for line in range(first, last + 1) for word in self.doubts.get(line, ()))
        return tuple(dict.fromkeys(found))


def _line(marks: _Marks, notes: _Notes, number: int, start: int, end: int) -> Line:
    here = next(iter(marks.clauses_in(start, end)), None)
    clause = here or marks.clause_at(start)
    anchor = here.address if here else ""
    pieces = marks.pieces(start, end, anchor)
    return Line(
        anchor,
        clause.kind if clause else "",
        clause.depth if clause else 0,
        pieces,
        "" if any(piece.statement for piece in pieces) else notes.reasons.get(number, ""),
        notes.of(number, number),
    )


def _tables(document: Document) -> list[Table]:
    """The tables as recorded; one whose places make no sense is read as lines."""
    size = len(document.text)
    tables = [
        Table(each["start"], each["end"], tuple(Cell(**cell) for cell in each["cells"]))
        for each in document.tables
    ]
    return [
        table
        for table in tables
        if table.cells and 0 <= table.start < table.end <= size and _apart(table.cells)
    ]


def _apart(cells: Sequence[Cell]) -> bool:
    return all(one.end <= other.start for one, other in pairwise(cells))


def _table(marks: _Marks, notes: _Notes, number: int, table: Table) -> Line:
    by_row: dict[int, list[Cell]] = {}
    for cell in table.cells:
        by_row.setdefault(cell.row, []).append(cell)
    rows = []
    line, counted = number, table.start
    for cells in by_row.values():
        first = line + marks.text.count("\n", counted, cells[0].start)
        last = first + marks.text.count("\n", cells[0].start, cells[-1].end)
        line, counted = last, cells[-1].end
        begun = [each.address for cell in cells for each in marks.clauses_in(cell.start, cell.end)]
        anchor = begun[0] if begun else ""
        shown = tuple(
            CellShown(marks.pieces(cell.start, cell.end, anchor), cell.row_span, cell.column_span)
            for cell in cells
        )
        rows.append(Row(anchor, shown, notes.of(first, last)))
    return Line("", "table", 0, (), rows=tuple(rows))
