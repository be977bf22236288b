"""From blocks to clauses: finds headings, gives addresses and roles."""

from __future__ import annotations

import re
from collections import Counter, deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from cotmoc.plantext import annexes, noise, wording
from cotmoc.plantext.lines import Marker
from cotmoc.plantext.model import Clause, Kind, Pillar, Reason, Role
from cotmoc.plantext.origins import Table
from cotmoc.plantext.words import fold
from cotmoc.plantext.wrapping import Block, join_wrapped_lines

__all__ = ["Block", "Passage", "StructureReader", "join_wrapped_lines"]

_MAX_HEADING = 120
_MAX_PART_HEADING = 220
_MAX_BARE_HEADING = 70
_MAX_GLUED_TITLE = 90
_BASIS = re.compile(
    r"căn cứ\s|(?:xét\s(?:đề nghị|tờ trình)|theo đề nghị|sau khi có ý kiến|trên cơ sở)"
    r"(?=[^:]{1,1500}[;.]$)"
)
_ENACTS = re.compile(r"(?:quyết định|quyết nghị|nghị quyết|chỉ thị|kết luận)\s?:$")
_OPENS_TASKS = re.compile(r"(?:yêu cầu|chỉ thị|đề nghị|giao nhiệm vụ|chỉ đạo|kết luận)[^:]{0,80}:$")
_APPROVES = re.compile(r"(?:phê duyệt|thông qua|ban hành|công bố|sửa đổi|điều chỉnh|bãi bỏ)\s")
_CLOSES = re.compile(r"trong quá trình|trên đây là|yêu cầu (?:các|thủ trưởng|giám đốc)|đề nghị các")


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
    """An open heading and what it hands down to the clauses below it.

    `style` is the form of its number (`roman`, `1.`, `1.1.`, `a)`); `mixed` when it joins results
    and plans, so that the headings below decide; `topic` is what an unnumbered heading is about.
    """

    rank: float
    style: str
    address: str
    role: Role
    pillar: Pillar | None
    deadline: str | None
    mixed: bool = False
    topic: str = "other"


_ROOT = _Section(0, "root", "", "other", None, None)
_RANK = {
    "annex": 1,
    "division": 3,
    "chapter": 5,
    "subchapter": 6,
    # An approving article holds the whole plan: `Điều 1. Phê duyệt Đề án …: I. MỤC TIÊU`.
    "article": 8,
    "part": 10,
    "section": 20,
    "letter": 30,
    "star": 50,
    "bullet": 60,
}
_UNNUMBERED = "unnumbered"
_IN_CAPITALS = 0.94
_LETTER_OF = {"division": "P", "chapter": "C", "subchapter": "M", "article": "Đ"}
_ORDINALS = {
    ordinal: str(number)
    for number, ordinals in enumerate(
        (("nhất",), ("hai",), ("ba",), ("tư", "bốn"), ("năm",), ("sáu",), ("bảy",), ("tám",)), 1
    )
    for ordinal in ordinals
}


def _base(marker: Marker) -> str:
    return "bullet" if marker.kind == "sub_bullet" else marker.kind


# --- reading --------------------------------------------------------------------------------------


class StructureReader:
    """Walks the blocks once, keeping the stack of open headings.

    Each table becomes one clause of kind `table`; its lines are for the reader of tables.
    """

    def __init__(self, text: str, header_end: int, tables: Sequence[Table] = ()) -> None:
        self._text = text
        self._header_end = header_end
        self._tables = self._outermost(tables)
        self._stack: list[_Section] = [_ROOT]
        self._counters: Counter[str] = Counter()
        self._in_recipients = False
        self._attachment_lines = 0
        self._has_parts = False
        self._has_articles = False
        self._previous_folded = ""
        self._last_bullet: str | None = None

    def read(self, blocks: list[Block]) -> list[Passage]:
        passages: list[Passage] = []
        for item in self._without_tables(blocks):
            if isinstance(item, Table):
                passages.append(self._table(item))
            else:
                passages.append(self._passage(item))
        return passages

    # --- tables -------------------------------------------------------------------------------

    def _holds_rows(self, table: Table) -> bool:
        """Not the letterhead, the signature or a frame: these are tables for the layout only."""
        if table.start < self._header_end or table.end <= table.start:
            return False
        if len({cell.column for cell in table.cells}) < 2:
            return False
        first = fold(self._text[table.start : min(table.end, table.start + 600)])
        return not any(
            noise.opens_recipients(line.strip()) or noise.is_national_name(line)
            for line in first.split("\n")
        )

    def _without_tables(self, blocks: list[Block]) -> Iterator[Block | Table]:
        """The blocks in order, with each table in place of its lines."""
        waiting = deque(self._tables)
        shown: Table | None = None
        for block in blocks:
            start = block.start
            while waiting and waiting[0].start < block.end:
                table = waiting[0]
                if start < table.start and (before := self._part(block, start, table.start)):
                    yield before
                if table is not shown and table.end > block.start:
                    yield (shown := table)
                start = max(start, table.end)
                if table.end >= block.end:
                    break
                waiting.popleft()
            if start < block.end and (rest := self._part(block, start, block.end)):
                yield rest

    def _part(self, block: Block, start: int, end: int) -> Block | None:
        words = self._text[start:end]
        left = start + len(words) - len(words.lstrip())
        right = start + len(words.rstrip())
        if left >= right:
            return None
        if left == block.start:
            return replace(block, end=right, body=min(block.body, right))
        return Block(left, right, left, None, False, False)

    def _table(self, table: Table) -> Passage:
        section = self._stack[-1]
        annex = any(s.style == "annex" and s.address == section.address for s in self._stack)
        separator = "." if annex else "-" if section.address else ""
        address = self._numbered(section.address, "T", separator)
        clause = Clause(
            *(address, len(self._stack), "table", section.role, section.pillar),
            *(table.start, table.end),
        )
        self._in_recipients, self._attachment_lines, self._last_bullet = False, 0, None
        return Passage(clause, table.start, "table", False, False, section.deadline)

    def _outermost(self, tables: Sequence[Table]) -> list[Table]:
        """Tables of rows in the order of the text; one inside another is a part of its cell."""
        kept: list[Table] = []
        for table in sorted(tables, key=lambda table: (table.start, -table.end)):
            if self._holds_rows(table) and (not kept or kept[-1].end <= table.start):
                kept.append(table)
        return kept

    # --- what a block is ------------------------------------------------------------------------

    def _passage(self, block: Block) -> Passage:
        body = fold(self._text[block.body : block.end])
        repeated = body == self._previous_folded and block.marker is None
        self._previous_folded = body
        if block.start < self._header_end:
            return self._plain(block, "header", "head", "head", "h")
        if annexes.opens_annex(self._text[block.start : block.end]):
            return self._annex(block)
        if outside := self._outside_the_plan(block, body, repeated):
            return outside
        listed = block.marker is None or block.marker.kind == "bullet"
        if listed and not self._has_parts and _BASIS.match(body):
            reason: Reason = "basis" if body.startswith("căn cứ") else "prose"
            return self._plain(block, "paragraph", "basis", reason, "p")
        if self._is_heading(block, body):
            return self._heading(block, body)
        self._open_run_in_section(block, body)
        return self._content(block, body)

    def _annex(self, block: Block) -> Passage:
        """`PHỤ LỤC II`: numbering starts again below its own address."""
        self._in_recipients, self._attachment_lines = False, 0
        self._stack = [_ROOT]
        label, title = annexes.label_and_title(self._text[block.start : block.end])
        number = annexes.number_of(label) or str(self._counters["annexes"] + 1)
        self._counters["annexes"] += 1
        address = self._unique(f"PL{number}")
        folded = fold(title or "")
        self._push(_RANK["annex"], "annex", address, folded)
        section = self._stack[-1]
        clause = self._clause(block, address, "heading", section.role, section.pillar)
        return Passage(clause, block.body, "heading", False, block.glued, section.deadline)

    def _outside_the_plan(self, block: Block, body: str, repeated: bool) -> Passage | None:
        if noise.says_illustration(body) and len(body) < _MAX_HEADING:
            return self._plain(block, "header", "head", "head", "h")
        if attached := self._attachment(block, body):
            return attached
        if annexes.says_issued_with(body) and len(body) < _MAX_PART_HEADING:
            return self._plain(block, "header", "head", "head", "h")
        self._in_recipients = self._in_recipients or self._opens_recipients(block, body)
        if self._in_recipients:
            kind: Kind = "bullet" if block.marker else "paragraph"
            return self._plain(block, kind, "other", "recipients", "r")
        if noise.is_caption(body) or (repeated and len(body) > 20):
            return self._plain(block, "paragraph", "other", "picture_caption", "p")
        if noise.is_web_page(body) or (block.marker is None and noise.is_page_number(body)):
            return self._plain(block, "paragraph", "other", "web_page_noise", "p")
        return None

    def _opens_recipients(self, block: Block, body: str) -> bool:
        if noise.opens_recipients(body):
            return True
        words = self._text[block.start : block.end]
        return block.marker is None and words.isupper() and noise.is_signing_title(body)

    def _attachment(self, block: Block, body: str) -> Passage | None:
        """The plan that a decision issues follows the signature with a heading of its own."""
        words = self._text[block.start : block.end]
        high = block.marker is not None and _RANK[_base(block.marker)] <= _RANK["part"]
        if self._in_recipients and (high or annexes.opens_attachment(words)):
            self._in_recipients, self._stack = False, [_ROOT]
            self._attachment_lines = 0 if high else 8
        elif self._has_articles and block.marker is None and annexes.is_attached_type(words):
            self._stack, self._attachment_lines = [_ROOT], 8
        if not self._attachment_lines:
            return None
        self._attachment_lines -= 1
        numbered = block.marker is not None and block.marker.kind != "star"
        sentence = len(words) > _MAX_PART_HEADING or body.endswith((".", ":", ";"))
        if numbered or sentence or _BASIS.match(body):
            self._attachment_lines = 0
        if not self._attachment_lines:
            return None
        return self._plain(block, "header", "head", "head", "h")

    # --- headings -----------------------------------------------------------------------------

    def _is_heading(self, block: Block, body: str) -> bool:
        kind = block.marker.kind if block.marker else None
        if "%" in body or kind in ("bullet", "sub_bullet"):
            return False
        if kind in ("division", "chapter", "subchapter"):
            return True
        if kind in ("part", "article"):
            return len(body) <= _MAX_PART_HEADING and not body.endswith((".", ";"))
        if len(body) > _MAX_HEADING:
            return False
        if kind is None:
            return self._is_unnumbered_heading(block, body)
        if not body.endswith((".", ";", "…", ",")):
            return True
        return len(body) <= 50 and wording.is_bare_heading(body.rstrip(".;…, "))

    def _is_unnumbered_heading(self, block: Block, body: str) -> bool:
        words = self._text[block.body : block.end]
        if words.isupper() and " " in words:
            return True
        if body.endswith(":"):
            return self._has_parts or "như sau" not in body
        bare = len(words) <= _MAX_BARE_HEADING and words[:1].isupper()
        return bare and wording.is_bare_heading(body)

    def _heading(self, block: Block, body: str) -> Passage:
        if block.marker is None and _ENACTS.match(body):
            return self._plain(block, "heading", "other", "heading", "t")
        if block.marker and _RANK[_base(block.marker)] <= _RANK["part"]:
            self._leave_announcements()
        rank, style = self._place(block, body)
        while self._stack[-1].rank >= rank:
            self._stack.pop()
        parent = self._stack[-1]
        address = self._heading_address(block.marker, parent)
        approves = style == "article" and _APPROVES.match(body)
        self._push(rank, style, address, "" if approves else body)
        self._note_parts(block.marker)
        section = self._stack[-1]
        clause_address = address if block.marker else self._numbered(parent.address, "t")
        clause = self._clause(block, clause_address, "heading", section.role, section.pillar)
        return Passage(clause, block.body, "heading", False, block.glued, section.deadline)

    def _leave_announcements(self) -> None:
        """`… ban hành Kế hoạch với các nhiệm vụ sau:` says nothing about the parts that follow."""
        while self._stack[-1].style == _UNNUMBERED and self._stack[-1].rank % 1 > _IN_CAPITALS:
            self._stack.pop()

    def _note_parts(self, marker: Marker | None) -> None:
        self._last_bullet = None
        if marker and marker.kind == "article":
            self._has_articles = True
        if marker and _RANK[_base(marker)] <= _RANK["part"]:
            self._has_parts = True

    def _place(self, block: Block, body: str) -> tuple[float, str]:
        """How deep a heading stands: beside the open one of its style, else where it usually is."""
        if block.marker is None:
            return self._place_unnumbered(block, body), _UNNUMBERED
        return self._place_marked(block.marker)

    def _place_marked(self, marker: Marker) -> tuple[float, str]:
        style = self._style(marker)
        for section in reversed(self._stack):
            if section.style == style:
                return section.rank, style
        dots = marker.label.count(".") if marker.kind == "section" else 0
        rank: float = _RANK[_base(marker)] + dots
        while any(section.rank == rank for section in self._stack):
            rank += 0.1
        return rank, style

    def _place_unnumbered(self, block: Block, body: str) -> float:
        """In place of an open unnumbered heading of the same topic, else just below the last one.

        A heading that names a role, or stands in capitals, closes all others.
        """
        topic = wording.topic_of(body)
        if topic in ("horizon", "role"):
            for section in reversed(self._stack):
                if section.style == _UNNUMBERED and section.topic == topic:
                    return section.rank
        above, unnumbered = self._last_numbered()
        if self._text[block.body : block.end].isupper():
            return int(above.rank) + _IN_CAPITALS
        if topic == "role":
            return int(above.rank) + 0.95
        same = next((section.rank for section in unnumbered if section.topic == topic), None)
        last = unnumbered[-1].rank if unnumbered else int(above.rank) + 0.95
        return same or last + 0.001

    def _last_numbered(self) -> tuple[_Section, list[_Section]]:
        """The last section that has a number, and the unnumbered ones open below it."""
        index = max(
            index
            for index, section in enumerate(self._stack)
            if section.style not in (_UNNUMBERED, "star", "bullet")
        )
        below = [section for section in self._stack[index + 1 :] if section.style == _UNNUMBERED]
        return self._stack[index], below

    def _role_named(self, body: str) -> Role | None:
        if wording.is_results_heading(body):
            return "results"
        announces = not self._has_parts and _OPENS_TASKS.search(body)
        return wording.role_of_heading(body) or ("tasks" if announces else None)

    def _style(self, marker: Marker) -> str:
        label = marker.label
        if marker.kind == "section":
            return f"section{label.count('.')}"
        if marker.kind == "part":
            return "capital" if len(label) == 1 and label in "ABCDEFGH" else "roman"
        if marker.kind != "letter":
            return _base(marker)
        if label.isdigit():
            return "digit"
        open_roman = any(section.style == "small_roman" for section in self._stack)
        after_h = self._stack[-1].address.endswith(".h")
        is_roman = (
            len(label) > 1 or (label == "i" and not after_h) or (open_roman and label in "vx")
        )
        return "small_roman" if is_roman else "alpha"

    def _heading_address(self, marker: Marker | None, parent: _Section) -> str:
        """`II.2.1`: a section's own number already contains those of the sections above it."""
        if marker is None:
            return parent.address
        if marker.kind == "star":
            return self._numbered(parent.address, "*")
        if marker.kind == "section":
            above = next(s for s in reversed(self._stack) if s.rank < _RANK["section"])
            return self._unique(_join(above.address, marker.label))
        return self._unique(_join(parent.address, _label(marker)))

    def _push(self, rank: float, style: str, address: str, folded_title: str) -> None:
        parent = self._stack[-1]
        role = self._role_below(parent, folded_title)
        self._stack.append(
            _Section(
                rank=rank,
                style=style,
                address=address,
                role=role,
                pillar=wording.pillar_of_heading(folded_title) or parent.pillar,
                deadline=wording.heading_deadline(folded_title, role) or parent.deadline,
                mixed=wording.joins_results_and_plans(folded_title),
                topic=wording.topic_of(folded_title),
            )
        )

    def _role_below(self, parent: _Section, folded_title: str) -> Role:
        """A report stays a report below its heading, until a heading looks ahead."""
        own = self._role_named(folded_title)
        if own is None:
            return parent.role
        if parent.role != "results" or parent.mixed or own == "basis":
            return own
        return own if wording.looks_ahead(folded_title) else "results"

    def _open_run_in_section(self, block: Block, body: str) -> None:
        """Newspaper articles have no headings; a sentence announces the goals or the tasks."""
        if block.marker or self._has_parts:
            return
        opened: Role | None = None
        if _OPENS_TASKS.search(body[-200:]):
            opened = "tasks"
        elif wording.opens_goals(body):
            opened = "goals"
        elif wording.opens_tasks(body):
            opened = "tasks"
        if opened:
            while self._stack[-1].style in (_UNNUMBERED, "star", "bullet"):
                self._stack.pop()
            parent = self._stack[-1]
            rank = int(parent.rank) + 0.95
            self._stack.append(_Section(rank, _UNNUMBERED, parent.address, opened, None, None))

    # --- content ------------------------------------------------------------------------------

    def _content(self, block: Block, body: str) -> Passage:
        if block.marker is None and _CLOSES.match(body):
            self._leave_numbered_content()
        title, begins = self._glued_title(block, body)
        parent = self._enclosing(block.marker)
        address = self._content_address(block.marker, parent)
        role, pillar, deadline = parent.role, parent.pillar, parent.deadline
        if title:
            role = self._role_below(parent, title)
            pillar = wording.pillar_of_heading(title) or pillar
            deadline = wording.heading_deadline(title, role) or deadline
        kind: Kind = "bullet" if block.marker else "paragraph"
        clause = self._clause(block, address, kind, role, pillar)
        self._hand_down(block, body, address, title)
        readable = role != "results" and any(char.isalpha() for char in body)
        return Passage(clause, begins, _reason(role), readable, block.glued, deadline)

    def _leave_numbered_content(self) -> None:
        while self._stack[-1].rank >= _RANK["section"]:
            self._stack.pop()

    def _glued_title(self, block: Block, body: str) -> tuple[str, int]:
        """`1. Mục tiêu chung: Phấn đấu …`: the title, and where the first sentence begins."""
        if block.marker is None or block.marker.kind in ("sub_bullet",):
            return "", block.body
        position = body.find(":", 0, _MAX_GLUED_TITLE)
        if position < 0 and block.marker.label:
            position = body.find(". ", 0, _MAX_GLUED_TITLE // 2)
        title = body[:position] if position > 0 else ""
        if not title or "%" in title or not wording.is_glued_title(title):
            return "", block.body
        if block.marker.kind == "bullet":
            return (title if len(title) <= 60 else ""), block.body
        rest = block.body + position + 1
        words = self._text[rest : block.end]
        begins = rest + len(words) - len(words.lstrip())
        return title, begins if begins < block.end else block.body

    def _enclosing(self, marker: Marker | None) -> _Section:
        """Closes what a clause with this marker cannot stand in; gives what it stands in."""
        if marker is not None and marker.kind != "sub_bullet":
            rank = self._place_marked(marker)[0]
            while self._stack[-1].rank >= rank:
                self._stack.pop()
        elif marker is None and self._stack[-1].style == "bullet":
            self._stack.pop()
        return self._stack[-1]

    def _hand_down(self, block: Block, body: str, address: str, title: str) -> None:
        """A numbered clause holds the bullets below it; `- Đến năm 2025:` those that follow."""
        marker = block.marker
        if marker is None or marker.kind == "sub_bullet":
            return
        announces = body.endswith(":") and len(body) <= 2 * _MAX_HEADING
        if not marker.label and not announces:
            return
        rank, style = self._place_marked(marker)
        self._push(rank, style, self._stack[-1].address if not marker.label else address, "")
        words = title or (body if announces else "")
        if words:
            parent = self._stack.pop()
            self._stack.append(self._told_by(parent, words))
        if _RANK[_base(marker)] <= _RANK["part"]:
            self._note_parts(marker)

    def _told_by(self, section: _Section, words: str) -> _Section:
        short = len(words) <= _MAX_HEADING
        role = self._role_below(section, words) if short else section.role
        pillar = wording.pillar_of_heading(words) if short else None
        return replace(
            section,
            role=role,
            pillar=pillar or section.pillar,
            deadline=wording.heading_deadline(words, role) or section.deadline,
        )

    def _content_address(self, marker: Marker | None, section: _Section) -> str:
        if marker is None:
            self._last_bullet = None
            return self._numbered(section.address, "p", "-" if section.address else "")
        if marker.kind == "sub_bullet" and self._last_bullet is not None:
            return self._numbered(self._last_bullet, "+")
        if marker.label:
            self._last_bullet = self._heading_address(marker, section)
        else:
            self._last_bullet = self._numbered(section.address, "-")
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
        """Numbering that starts again: the second such address becomes `I~2`."""
        self._counters[address] += 1
        count = self._counters[address]
        return address if count == 1 else f"{address}~{count}"


def _label(marker: Marker) -> str:
    """`P1` for `Phần thứ nhất`, `C2` for `Chương II`, `Đ3` for `Điều 3`; else the number itself."""
    letter = _LETTER_OF.get(marker.kind)
    if letter is None:
        return marker.label
    folded = fold(marker.label)
    return letter + (_ORDINALS.get(folded) or annexes.arabic(marker.label))


def _join(prefix: str, label: str) -> str:
    return f"{prefix}.{label}" if prefix else label


def _reason(role: Role) -> Reason:
    if role == "results":
        return "result"
    return "task" if role in ("tasks", "organisation", "budget") else "prose"
