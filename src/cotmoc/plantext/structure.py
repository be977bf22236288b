"""From pieces to clauses: joins wrapped lines, finds headings, gives addresses and roles."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from cotmoc.plantext import noise, wording
from cotmoc.plantext.comparators import waits_for_number
from cotmoc.plantext.deadlines import find_deadline
from cotmoc.plantext.lines import Marker, Piece
from cotmoc.plantext.model import Clause, Kind, Pillar, Reason, Role
from cotmoc.plantext.words import fold

_MAX_HEADING = 120
_MAX_PART_HEADING = 220
_WRAPPED_LINE = 50
_SHORTEST_WRAPPED_LINE = 20
_SENTENCE_ENDS = (".", ";", "!", "?", "…", ":", "/.")


@dataclass(frozen=True, slots=True)
class Block:
    """One or more physical lines that form one bullet or paragraph."""

    start: int
    end: int
    body: int
    marker: Marker | None
    after_blank_line: bool
    glued: bool


@dataclass(frozen=True, slots=True)
class Passage:
    """A clause together with what the target reader needs to know about its surroundings."""

    clause: Clause
    body: int
    reason: Reason
    readable: bool
    glued: bool
    deadline: str | None


@dataclass(frozen=True, slots=True)
class _Section:
    """An open heading and what it hands down to the clauses below it."""

    rank: int
    address: str
    role: Role
    pillar: Pillar | None
    results: bool
    deadline: str | None


_ROOT = _Section(0, "", "other", None, False, None)
_RANK = {"part": 10, "article": 15, "section": 20, "letter": 30, "star": 50}
_UNNUMBERED_RANK = 40


def join_wrapped_lines(text: str, pieces: list[Piece], header_end: int) -> list[Block]:
    """A line that plainly continues the one before belongs to the same clause."""
    blocks: list[Block] = []
    for piece in pieces:
        if blocks and _continues(text, blocks[-1], piece, header_end):
            last = blocks[-1]
            blocks[-1] = Block(
                last.start, piece.end, last.body, last.marker, last.after_blank_line, last.glued
            )
        else:
            blocks.append(
                Block(
                    piece.start,
                    piece.end,
                    piece.body,
                    piece.marker,
                    piece.after_blank_line,
                    piece.glued,
                )
            )
    return blocks


def _continues(text: str, block: Block, piece: Piece, header_end: int) -> bool:
    if piece.marker or piece.after_blank_line:
        return False
    if block.start < header_end:
        return False
    last_line = text[max(block.start, text.rfind("\n", block.start, block.end) + 1) : block.end]
    if last_line.endswith(_SENTENCE_ENDS) or noise.is_caption(fold(last_line)):
        return False
    if text[piece.start].islower():
        return len(last_line) >= _SHORTEST_WRAPPED_LINE
    if waits_for_number(fold(last_line)) and text[piece.start].isdigit():
        return True
    if len(last_line) < _WRAPPED_LINE:
        return False
    return block.marker is not None and not noise.is_caption(fold(text[piece.start : piece.end]))


class StructureReader:
    """Walks the blocks once, keeping the stack of open headings."""

    def __init__(self, text: str, header_end: int) -> None:
        self._text = text
        self._header_end = header_end
        self._stack: list[_Section] = [_ROOT]
        self._counters: Counter[str] = Counter()
        self._in_recipients = False
        self._has_parts = False
        self._previous_folded = ""
        self._last_bullet: str | None = None

    def read(self, blocks: list[Block]) -> list[Passage]:
        return [self._passage(block) for block in blocks]

    def _passage(self, block: Block) -> Passage:
        body = fold(self._text[block.body : block.end])
        repeated = body == self._previous_folded and block.marker is None
        self._previous_folded = body
        if block.start < self._header_end:
            return self._plain(block, "header", "head", "head", "h")
        if outside := self._outside_the_plan(block, body, repeated):
            return outside
        if self._is_heading(block, body):
            return self._heading(block, body)
        self._open_run_in_section(block, body)
        if body.startswith("căn cứ ") and not self._has_parts:
            return self._plain(block, "paragraph", "basis", "basis", "p")
        return self._content(block, body)

    def _outside_the_plan(self, block: Block, body: str, repeated: bool) -> Passage | None:
        if noise.says_illustration(body) and len(body) < _MAX_HEADING:
            return self._plain(block, "header", "head", "head", "h")
        if body.startswith("phụ lục"):
            self._in_recipients = False
        self._in_recipients = self._in_recipients or noise.opens_recipients(body)
        if self._in_recipients:
            kind: Kind = "bullet" if block.marker else "paragraph"
            return self._plain(block, kind, "other", "recipients", "r")
        if noise.is_caption(body) or (repeated and len(body) > 20):
            return self._plain(block, "paragraph", "other", "picture_caption", "p")
        if noise.is_web_page(body):
            return self._plain(block, "paragraph", "other", "web_page_noise", "p")
        return None

    # --- headings -----------------------------------------------------------------------------

    def _is_heading(self, block: Block, body: str) -> bool:
        kind = block.marker.kind if block.marker else None
        words = self._text[block.body : block.end]
        if "%" in body or kind in ("bullet", "sub_bullet"):
            return False
        if kind in ("part", "article"):
            return len(body) <= _MAX_PART_HEADING and not body.endswith((".", ";"))
        if len(body) > _MAX_HEADING:
            return False
        if kind is None:
            return body.endswith(":") or (words.isupper() and " " in words)
        short_title = len(body) <= 50 and bool(
            wording.role_of_heading(body) or wording.pillar_of_heading(body)
        )
        return short_title or not body.endswith((".", ";", "…", ","))

    def _heading(self, block: Block, body: str) -> Passage:
        rank = self._rank(block.marker)
        while self._stack[-1].rank >= rank:
            self._stack.pop()
        parent = self._stack[-1]
        address = self._heading_address(block.marker, parent)
        self._push(rank, address, body)
        if block.marker and block.marker.kind == "part":
            self._has_parts = True
        section = self._stack[-1]
        clause_address = address if block.marker else self._numbered(parent.address, "t")
        clause = self._clause(block, clause_address, "heading", section.role, section.pillar)
        return Passage(clause, block.body, "heading", False, block.glued, section.deadline)

    def _rank(self, marker: Marker | None) -> int:
        if marker is None:
            return _UNNUMBERED_RANK
        dots = marker.label.count(".") if marker.kind == "section" else 0
        return _RANK[marker.kind] + dots

    def _heading_address(self, marker: Marker | None, parent: _Section) -> str:
        """`II.2.1`: a section's own number already contains those of the sections above it."""
        if marker is None:
            return parent.address
        if marker.kind == "star":
            return self._numbered(parent.address, "*")
        if marker.kind == "section":
            above = next(s for s in reversed(self._stack) if s.rank < _RANK["section"])
            return self._unique(_join(above.address, marker.label))
        return self._unique(_join(parent.address, marker.label))

    def _push(self, rank: int, address: str, folded_title: str) -> None:
        parent = self._stack[-1]
        results = wording.is_results_heading(folded_title)
        role = "other" if results else wording.role_of_heading(folded_title) or parent.role
        self._stack.append(
            _Section(
                rank=rank,
                address=address,
                role=role,
                pillar=wording.pillar_of_heading(folded_title) or parent.pillar,
                results=results or (parent.results and role == parent.role),
                deadline=find_deadline(folded_title) or parent.deadline,
            )
        )

    def _open_run_in_section(self, block: Block, body: str) -> None:
        """Newspaper articles have no headings; a sentence announces the goals or the tasks."""
        if block.marker or self._has_parts:
            return
        opened: Role | None = None
        if wording.opens_goals(body):
            opened = "goals"
        elif wording.opens_tasks(body):
            opened = "tasks"
        if opened:
            while self._stack[-1].rank >= _UNNUMBERED_RANK:
                self._stack.pop()
            parent = self._stack[-1]
            self._stack.append(
                _Section(_UNNUMBERED_RANK, parent.address, opened, None, False, None)
            )

    # --- content ------------------------------------------------------------------------------

    def _content(self, block: Block, body: str) -> Passage:
        section = self._stack[-1]
        kind: Kind = "bullet" if block.marker else "paragraph"
        clause = self._clause(
            block, self._content_address(block.marker), kind, section.role, section.pillar
        )
        readable = not section.results and any(char.isalpha() for char in body)
        return Passage(
            clause, block.body, _reason(section), readable, block.glued, section.deadline
        )

    def _content_address(self, marker: Marker | None) -> str:
        section = self._stack[-1].address
        if marker is None:
            self._last_bullet = None
            return self._numbered(section, "p", "-" if section else "")
        if marker.kind == "sub_bullet" and self._last_bullet is not None:
            return self._numbered(self._last_bullet, "+")
        if marker.label:
            self._last_bullet = self._unique(_join(section, marker.label))
        else:
            self._last_bullet = self._numbered(section, "-")
        return self._last_bullet

    def _plain(self, block: Block, kind: Kind, role: Role, reason: Reason, letter: str) -> Passage:
        clause = self._clause(block, self._numbered("", letter), kind, role, None)
        return Passage(clause, block.body, reason, False, block.glued, None)

    # --- addresses ----------------------------------------------------------------------------

    def _clause(
        self, block: Block, address: str, kind: Kind, role: Role, pillar: Pillar | None
    ) -> Clause:
        level = 0 if kind == "header" else len(self._stack) - (1 if kind == "heading" else 0)
        return Clause(address, level, kind, role, pillar, block.start, block.end)

    def _numbered(self, prefix: str, mark: str, separator: str = "") -> str:
        stem = f"{prefix}{separator}{mark}"
        self._counters[stem] += 1
        return f"{stem}{self._counters[stem]}"

    def _unique(self, address: str) -> str:
        """Annexes start again at `I.`; the second such address becomes `I~2`."""
        self._counters[address] += 1
        count = self._counters[address]
        return address if count == 1 else f"{address}~{count}"


def _join(prefix: str, label: str) -> str:
    return f"{prefix}.{label}" if prefix else label


def _reason(section: _Section) -> Reason:
    if section.results:
        return "result"
    return "task" if section.role in ("tasks", "organisation") else "prose"
