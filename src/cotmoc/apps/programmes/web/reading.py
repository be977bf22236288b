"""The plan's text cut into lines with its targets marked in place."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from cotmoc.apps.documents.models import Clause, Document
from cotmoc.apps.programmes.queries import TargetRow
from cotmoc.apps.programmes.wording import FLAGS, REASONS


@dataclass(frozen=True, slots=True)
class Piece:
    """A run of text; with a row, the run is a target's quote."""

    text: str
    row: TargetRow | None = None


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the document: its pieces, its clause, and why it was left alone if it was."""

    number: int
    anchor: str
    kind: str
    depth: int
    pieces: tuple[Piece, ...]
    left_alone: str
    doubts: tuple[str, ...]

    @property
    def has_targets(self) -> bool:
        return any(piece.row for piece in self.pieces)


def lines(document: Document, clauses: Sequence[Clause], rows: Iterable[TargetRow]) -> list[Line]:
    """All non-blank lines of a document, in order."""
    by_start = sorted(rows, key=lambda row: row.target.start)
    reasons = {
        left["line"]: str(REASONS.get(left["reason"], left["reason"]))
        for left in document.left_alone
    }
    doubts: dict[int, list[str]] = {}
    for doubt in document.doubts:
        doubts.setdefault(doubt["line"], []).append(str(FLAGS.get(doubt["code"], doubt["code"])))
    starts = {clause.start: clause for clause in clauses}
    found: list[Line] = []
    clause: Clause | None = None
    start = 0
    for number, text in enumerate(document.text.split("\n"), 1):
        end = start + len(text)
        here = next((starts[at] for at in range(start, end + 1) if at in starts), None)
        clause = here or clause
        if text.strip():
            pieces = tuple(_pieces(document.text, start, end, by_start))
            found.append(
                Line(
                    number,
                    here.address if here else "",
                    clause.kind if clause else "",
                    clause.depth if clause else 0,
                    pieces,
                    "" if any(piece.row for piece in pieces) else reasons.get(number, ""),
                    tuple(dict.fromkeys(doubts.get(number, ()))),
                )
            )
        start = end + 1
    return found


def _pieces(text: str, start: int, end: int, rows: Sequence[TargetRow]) -> Iterator[Piece]:
    at = start
    for row in rows:
        low, high = max(row.target.start, at), min(row.target.end, end)
        if low >= high:
            continue
        if low > at:
            yield Piece(text[at:low])
        yield Piece(text[low:high], row)
        at = high
    if at < end:
        yield Piece(text[at:end])
