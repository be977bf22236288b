"""Joins the lines that a printed page or a narrow screen has broken."""

from __future__ import annotations

import math
import re
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, replace

from cotmoc.plantext import annexes, noise, wording
from cotmoc.plantext.comparators import waits_for_number
from cotmoc.plantext.lines import Marker, Piece
from cotmoc.plantext.origins import SourceText
from cotmoc.plantext.words import fold

_MAX_HEADING = 120
_MAX_PART_HEADING = 220
_OF_PARTS = ("division", "chapter", "subchapter", "article", "part")
_WRAPPED_LINE = 50
_LONG_LINE = 65
_SHORTEST_WRAPPED_LINE = 20
_SENTENCE_ENDS = (".", ";", "!", "?", "…", ":", "/.")
# Where a printed page ends every line at about the same width, a full line goes on in the next.
_WIDEST_PRINTED_LINE = 130
_FULL_LINE = 0.8
_ENOUGH_LINES = 12
# Formats in which a paragraph is what its writer ended, not a line of a page.
_KEEPS_PARAGRAPHS = ("docx", "html")
# A line cannot end a clause with such a word.
_HANGS = re.compile(
    r"(?<!\w)(?:ngày|tháng|và|của|với|theo|về|cho|các|tại|trên|từ|được|để|do|quyết định số"
    r"|nghị quyết số|ủy ban nhân|ủy ban|thủ tướng)$"
)


@dataclass(frozen=True, slots=True)
class Block:
    """One or more physical lines that form one bullet or paragraph."""

    start: int
    end: int
    body: int
    marker: Marker | None
    after_blank_line: bool
    glued: bool


def paragraph_starts(source: SourceText) -> list[int]:
    """Where a cell begins, or a paragraph of a format whose paragraphs are not printed lines."""
    kept = source.format in _KEEPS_PARAGRAPHS
    return [
        origin.start
        for origin in source.origins
        if origin.table is not None or (kept and origin.paragraph is not None)
    ]


def join_wrapped_lines(
    text: str, pieces: list[Piece], header_end: int, starts: Sequence[int] = ()
) -> list[Block]:
    """A line that plainly continues the one before belongs to the same clause.

    `starts` are the ascending offsets of `paragraph_starts`.
    """
    blocks: list[Block] = []
    full = _full_line(pieces)
    for piece in pieces:
        if blocks and _continues(text, blocks[-1], piece, header_end, full, starts):
            empty = blocks[-1].body >= blocks[-1].end
            body = piece.start if empty else blocks[-1].body
            blocks[-1] = replace(blocks[-1], end=piece.end, body=body)
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


def _full_line(pieces: list[Piece]) -> float | None:
    """The length from which a line is full, in a text printed at one width.

    Infinite where a line holds a whole paragraph; None where the lines do not tell.
    """
    lengths = sorted(piece.end - piece.start for piece in pieces)
    if len(lengths) < _ENOUGH_LINES:
        return None
    if lengths[int(0.98 * (len(lengths) - 1))] > _WIDEST_PRINTED_LINE:
        return math.inf
    width = _FULL_LINE * lengths[int(0.9 * (len(lengths) - 1))]
    full = sum(length >= width for length in lengths)
    return width if width >= _WRAPPED_LINE and full * 4 >= len(lengths) else None


def _continues(
    text: str,
    block: Block,
    piece: Piece,
    header_end: int,
    full: float | None,
    starts: Sequence[int],
) -> bool:
    if piece.after_blank_line or block.start < header_end:
        return False
    if "\n" not in text[block.end : piece.start]:
        return False
    last_line = text[max(block.start, text.rfind("\n", block.start, block.end) + 1) : block.end]
    words = text[piece.start : piece.end]
    if not _is_full(last_line, full) and _another_paragraph(starts, block.end, piece.start):
        return _title_goes_on(text, block, words) if not piece.marker else False
    if piece.marker:
        return _broken_at_a_dash(text, last_line, piece)
    if annexes.opens_annex(words):
        return False
    if _title_goes_on(text, block, words):
        return True
    if noise.is_page_number(fold(last_line)):
        return False
    if last_line.endswith(";") and words[0].islower() and len(last_line) >= _LONG_LINE:
        return True
    if last_line.endswith(_SENTENCE_ENDS) or noise.is_caption(fold(last_line)):
        return False
    if waits_for_number(fold(last_line)) and words[0].isdigit():
        return True
    hangs = _HANGS.search(folded_end := fold(last_line[-30:])) is not None
    if (
        (hangs or (folded_end.endswith(" số") and words[0].isdigit()))
        and not last_line.isupper()
        and not words.isupper()
    ):
        return not noise.is_page_number(fold(words))
    if noise.is_page_number(fold(words)) or noise.opens_recipients(fold(words)):
        return False
    if words[0].islower():
        return len(last_line) >= _SHORTEST_WRAPPED_LINE
    if full is not None and len(last_line) >= full and block.marker is None:
        return not words.isupper() and not wording.is_bare_heading(fold(words[:80]))
    if full == math.inf or len(last_line) < _WRAPPED_LINE:
        return False
    if last_line.isupper() and not words.isupper():
        return False
    return block.marker is not None and not noise.is_caption(fold(words))


def _another_paragraph(starts: Sequence[int], end: int, start: int) -> bool:
    return bisect_right(starts, start) > bisect_right(starts, end)


def _is_full(line: str, full: float | None) -> bool:
    """A converter may make every printed line a paragraph: full lines then still go on."""
    return full is not None and len(line) >= full


def _broken_at_a_dash(text: str, last_line: str, piece: Piece) -> bool:
    """`… phát triển kinh tế` / `- xã hội …`: a dash inside a word, not a bullet."""
    if piece.marker is None or piece.marker.kind != "bullet" or piece.glued:
        return False
    if last_line.endswith((*_SENTENCE_ENDS, ",")) or len(last_line) < _WRAPPED_LINE:
        return False
    if text[piece.body].isdigit():
        return last_line[-4:].isdigit() and text[piece.body : piece.body + 4].isdigit()
    return text[piece.body].islower()


def _title_goes_on(text: str, block: Block, words: str) -> bool:
    """`PHẦN THỨ NHẤT` / `ĐÁNH GIÁ TÌNH HÌNH`, and capitals that go on in the next line."""
    if block.marker is None or block.marker.kind not in _OF_PARTS:
        return False
    title = text[block.body : block.end]
    if len(title) + len(words) > _MAX_PART_HEADING or title.endswith((".", ";", ":")):
        return False
    if not title.strip():
        return len(words) <= _MAX_HEADING and not words.endswith((".", ";"))
    return title.isupper() and words.isupper() and not noise.opens_recipients(fold(words))
