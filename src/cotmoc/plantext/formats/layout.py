"""Geometry of a page: from pieces of text at places to rows, columns and paragraphs.

Lengths are points, the origin is the page's upper left corner, and y grows downwards.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from math import inf
from statistics import median

_MARKER = re.compile(
    r"(?:[-–—−+*•●▪◦‣►➢✓]\s{0,4}|\(?(?:\d{1,2}(?:\.\d{1,2}){0,4}|[a-zđ]|[IVXLC]{1,6}|[A-H])[.)/]\s"
    r"|\d{1,2}(?:\.\d{1,2}){1,4}\s|Điều\s\d{1,3}|PHỤ LỤC\b"
    r"|(?:Phần|Chương|Mục|Phụ lục|PHẦN|CHƯƠNG|MỤC)\s(?:thứ|THỨ|\d|[IVXLC]{1,6}\b))"
)
_ONLY_MARKER = re.compile(r"[-–—−+*•●▪◦‣►➢✓]|\(?[\divxIVXLCa-zđA-H][\d.ivxIVXLC]{0,8}[.)/]?")
_ONLY_NUMBER = re.compile(r"[\d.,%/\s]{1,20}")
_SENTENCE_END = (".", ";", ":", "!", "?", "…")
# The two sides of a letterhead, and of its end, may stand closer than other columns.
_COLUMN_OPENINGS = re.compile(r"cộng h(?:òa|oà) xã hội|đảng cộng sản việt nam|nơi nhận")
_SHORT_WORD = 4
_BEFORE_NUMBER = (
    *(" năm", " tháng", " ngày", " số", " quý", " đạt", " là", " trên", " dưới", " chiếm", " và"),
    *(" khoảng", " tối thiểu", " ít nhất", " từ", " đến", " hơn", " quá", " còn", " lên", ","),
)
_COLUMN_GAP = 1.4
_LETTERHEAD_GAP = 0.4


@dataclass(frozen=True, slots=True)
class Span:
    """A piece of text on one line; `size` is the height of its font."""

    x0: float
    x1: float
    top: float
    bottom: float
    text: str

    @property
    def size(self) -> float:
        return self.bottom - self.top


@dataclass(slots=True)
class Row:
    """What stands on one line of a column, from left to right."""

    spans: list[Span]
    page: int

    @property
    def x0(self) -> float:
        return self.spans[0].x0

    @property
    def x1(self) -> float:
        return max(span.x1 for span in self.spans)

    @property
    def top(self) -> float:
        return min(span.top for span in self.spans)

    @property
    def bottom(self) -> float:
        return max(span.bottom for span in self.spans)

    @property
    def size(self) -> float:
        return max(self.spans, key=lambda span: len(span.text)).size

    @property
    def text(self) -> str:
        """The spans' text; a blank where there is room for one."""
        parts = [self.spans[0].text]
        for before, after in pairwise(self.spans):
            near = -0.3 * after.size < after.x0 - before.x1 < 0.12 * after.size
            parts.append(after.text if near else " " + after.text)
        return "".join(parts)


@dataclass(slots=True)
class Column:
    """Rows that stand below one another, and the margins their text keeps."""

    rows: list[Row]
    left: float
    right: float


@dataclass(slots=True)
class Paragraph:
    """Rows joined: pieces of text with the page of each."""

    pieces: list[tuple[str, int | None]] = field(default_factory=list)

    def add(self, text: str, page: int) -> None:
        """Continue; a hyphen that ends a line holds two parts of one word together."""
        if not self.pieces:
            self.pieces.append((text, page))
            return
        before, at = self.pieces[-1]
        if before.endswith("\u00ad"):
            self.pieces[-1] = (before[:-1] + text, at)
        elif _is_hyphenated(before, text):
            self.pieces[-1] = (before + text, at)
        else:
            self.pieces.append((text, page))


def _is_hyphenated(before: str, after: str) -> bool:
    """`KH-` and `UBND`, `e-` and `form`; not `kinh tế -` and `xã hội`."""
    return before[-1:] in "-‐" and before[-2:-1].isalnum() and after[:1].isalnum()


def rows_of(spans: Iterable[Span], page: int) -> list[Row]:
    """Spans by lines, from top to bottom."""
    rows: list[Row] = []
    bottom = top = 0.0
    for span in sorted(spans, key=lambda each: ((each.top + each.bottom) / 2, each.x0)):
        shared = min(bottom, span.bottom) - max(top, span.top)
        if rows and shared > 0.5 * min(bottom - top, span.size):
            rows[-1].spans.append(span)
        else:
            rows.append(Row([span], page))
            top, bottom = span.top, span.bottom
    for row in rows:
        row.spans.sort(key=lambda each: each.x0)
    return rows


# --- columns ------------------------------------------------------------------------------------


@dataclass(slots=True)
class _Gutter:
    """A free strip between two columns of text, and the rows beside it."""

    left: float
    right: float
    rows: list[Row]


def columns_of(rows: Sequence[Row], right: float) -> list[Column]:
    """The rows as columns in reading order: a strip that stays free parts left from right."""
    columns: list[Column] = []
    plain: list[Row] = []
    middle = (min((row.x0 for row in rows), default=0.0) + right) / 2
    index = 0
    while index < len(rows):
        gutter = _gutter_from(rows, index, middle)
        if gutter is None:
            plain.append(rows[index])
            index += 1
            continue
        _close(plain, columns, right)
        plain = []
        index += len(gutter.rows)
        loose = _is_letterhead(gutter.rows[0])
        for side in _sides(gutter.rows, (gutter.left + gutter.right) / 2):
            if side and loose:
                # Lines of a letterhead end where their words end, not at a margin.
                columns.append(Column(side, min(row.x0 for row in side), inf))
            elif side:
                columns += columns_of(side, max(row.x1 for row in side))
    _close(plain, columns, right)
    return columns


def _close(rows: list[Row], columns: list[Column], right: float) -> None:
    if rows:
        left = min(row.x0 for row in rows)
        columns.append(Column(rows, left, max(right, *(row.x1 for row in rows))))


def _sides(rows: Sequence[Row], middle: float) -> tuple[list[Row], list[Row]]:
    sides: tuple[list[Row], list[Row]] = ([], [])
    for row in rows:
        for index, side in enumerate(sides):
            spans = [span for span in row.spans if (span.x0 >= middle) == bool(index)]
            if spans:
                side.append(Row(spans, row.page))
    return sides


def _gutter_from(rows: Sequence[Row], start: int, page_middle: float) -> _Gutter | None:
    """The strip that opens in this row and stays free in the rows that follow, until one is
    centred on the page."""
    strip = _widest_gap(rows[start])
    if strip is None:
        return None
    left, right = strip
    first = rows[start]
    taken = [first]
    two_sided = 1
    for row in rows[start + 1 :]:
        gap = _free_part(row, left, right)
        distance = row.top - taken[-1].bottom
        centred = abs((row.x0 + row.x1) / 2 - page_middle) < row.size and len(row.spans) == 1
        if gap is None or distance > 6 * row.size or centred:
            break
        left, right = gap
        middle = (left + right) / 2
        if row.x0 < middle < row.x1:
            two_sided += 1
        taken.append(row)
    # Lines at the left below both columns may be body text again; at the right they never are.
    while taken[-1].x1 <= right and _leaves(taken):
        taken.pop()
    if two_sided < 2 and not _is_letterhead(first):
        return None
    return _Gutter(left, right, taken)


def _leaves(taken: Sequence[Row]) -> bool:
    """The last row stands farther below the columns than their own lines from one another."""
    return len(taken) > 1 and taken[-1].top - taken[-2].bottom > 0.9 * taken[-1].size


def _is_letterhead(row: Row) -> bool:
    return any(_COLUMN_OPENINGS.match(span.text.strip().lower()) for span in row.spans)


def _widest_gap(row: Row) -> tuple[float, float] | None:
    """The widest free strip of a row, unless only a bullet or a number stands beside it."""
    gaps = [(after.x0 - before.x1, before.x1, after.x0) for before, after in pairwise(row.spans)]
    width, left, right = max(gaps, default=(0.0, 0.0, 0.0))
    if _is_letterhead(row):
        return (left, right) if width >= _LETTERHEAD_GAP * row.size else None
    if width < _COLUMN_GAP * row.size:
        return None
    before = " ".join(span.text for span in row.spans if span.x1 <= left).strip()
    after = " ".join(span.text for span in row.spans if span.x0 >= right).strip()
    if _ONLY_MARKER.fullmatch(before) or _ONLY_NUMBER.fullmatch(after) or ".." in before[-6:]:
        return None
    return left, right


def _free_part(row: Row, left: float, right: float) -> tuple[float, float] | None:
    """What of the strip stays free in this row; None when too little."""
    for span in row.spans:
        if span.x1 <= (left + right) / 2:
            left = max(left, span.x1)
        elif span.x0 >= (left + right) / 2:
            right = min(right, span.x0)
        elif span.x1 - left < right - span.x0:
            left = max(left, span.x1)
        else:
            right = min(right, span.x0)
    return (left, right) if right - left >= _LETTERHEAD_GAP * row.size else None


# --- paragraphs ---------------------------------------------------------------------------------


class Joiner:
    """Joins rows into paragraphs, column after column and page after page."""

    def __init__(self) -> None:
        self.paragraphs: list[Paragraph] = []
        self._last: Row | None = None
        self._first: Row | None = None
        self._right_of_last = 0.0

    def add(self, column: Column) -> None:
        """Take the rows of the next column."""
        rows = column.rows
        leading = _leading_of(rows)
        for index, row in enumerate(rows):
            opens = index == 0
            if self._last is not None and self._continues(row, column, leading, opens):
                self.paragraphs[-1].add(row.text, row.page)
            else:
                self.paragraphs.append(Paragraph([(row.text, row.page)]))
                self._first = row
            self._last = row
        self._right_of_last = column.right

    def stop(self) -> None:
        """What follows begins a paragraph: a table or a picture stands between."""
        self._last = None

    def _continues(self, row: Row, column: Column, leading: float, opens: bool) -> bool:
        last = self._last
        if last is None or abs(row.size - last.size) > 0.25 * max(row.size, last.size):
            return False
        if opens:
            return self._continues_elsewhere(row, last)
        if _is_finished(last) and not row.text[:1].islower():
            return False
        if _leaves_title(last, row, column, leading):
            return False
        if row.top - last.bottom > leading or self._begins(row, last, column.left, column.right):
            return False
        return _is_full(last, row, column.right) or _goes_on(last, row)

    def _continues_elsewhere(self, row: Row, last: Row) -> bool:
        """A sentence plainly cut goes on over the page; in the next column in small letters."""
        if last.text.rstrip().endswith(_SENTENCE_END) or _MARKER.match(row.text):
            return False
        if _goes_on(last, row):
            return True
        return row.page != last.page and _is_full(last, row, self._right_of_last)

    def _begins(self, row: Row, last: Row, left: float, right: float) -> bool:
        """The row is indented like a first line, or opens with a bullet or a number."""
        indent = 0.8 * row.size
        if _MARKER.match(row.text):
            cut = not last.text.rstrip().endswith((*_SENTENCE_END, ","))
            dash = row.text[0] in "-–—" and row.text.lstrip("-–— ")[:1].islower()
            return not (cut and dash and row.x0 <= left + indent)
        if _is_centred(last, row):
            same = row.text.isupper() == last.text.isupper() and row.text[0] not in "(["
            return not (_goes_on(last, row) or (same and _is_full(last, row, right)))
        hangs = self._first is last and bool(_MARKER.match(last.text))
        return row.x0 > last.x0 + indent and not hangs


def _is_centred(last: Row, row: Row) -> bool:
    """Both rows stand around one middle, as titles do."""
    return (
        not last.text.rstrip().endswith(_SENTENCE_END)
        and abs((last.x0 + last.x1) - (row.x0 + row.x1)) < row.size
        and abs(last.x0 - row.x0) > 0.5 * row.size
    )


def _leaves_title(last: Row, row: Row, column: Column, leading: float) -> bool:
    """A line with the same room on both sides, and below it, farther than lines stand from one
    another, one that begins in capitals elsewhere."""
    before, after = last.x0 - column.left, column.right - last.x1
    centred = before > 1.2 * last.size and abs(before - after) < last.size
    farther = row.top - last.bottom > leading - 0.4 * row.size
    return centred and farther and not _is_centred(last, row) and row.text[:1].isupper()


def _goes_on(last: Row, row: Row) -> bool:
    """The row goes on in small letters, or with a number that the line before waits for."""
    ended = last.text.rstrip()
    if row.text[:1].isdigit():
        return ended.lower().endswith(_BEFORE_NUMBER)
    heads = last.text.isupper() and not row.text.isupper()
    return row.text[:1].islower() and not heads and not ended.endswith(_SENTENCE_END)


def _is_finished(last: Row) -> bool:
    """The line ends a sentence or an item of a list; `TP.` and `ThS.` only end a word.

    Two sentences of one paragraph then come to stand on two lines, which harms less than two
    items on one.
    """
    ended = last.text.rstrip()
    word = ended.rpartition(" ")[2]
    short = word.endswith(".") and len(word) <= _SHORT_WORD and word[:1].isupper()
    return ended.endswith(_SENTENCE_END) and not short


def _is_full(last: Row, row: Row, right: float) -> bool:
    """The first word of the next row had no place any more at the end of the last one."""
    word = row.text.split(" ", 1)[0]
    width = (row.x1 - row.x0) * _breadth(word) / max(_breadth(row.text), 1.0)
    return last.x1 + width + 0.1 * last.size > right - 0.2 * last.size


def _breadth(text: str) -> float:
    """How wide the text is, in small letters."""
    return len(text) + 0.4 * sum(map(str.isupper, text))


def _leading_of(rows: Sequence[Row]) -> float:
    """The largest distance between two lines of one paragraph."""
    gaps = [after.top - before.bottom for before, after in pairwise(rows) if after.top > before.top]
    typical = max(median(gaps), 0.0) if gaps else 0.0
    return typical + 0.45 * (rows[0].size if rows else 0.0)
