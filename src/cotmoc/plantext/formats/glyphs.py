"""From single characters at places to pieces of text on lines.

The order in which a file draws characters is not trusted: where a font lacks letters, programs
draw the rest of the line first and those letters later.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterable, Sequence
from operator import attrgetter
from typing import NamedTuple

from cotmoc.plantext.formats.cleaning import raised
from cotmoc.plantext.formats.layout import Span

_WIDE_GAP = 0.95
# Where the drawing jumps elsewhere and back, a smaller gap parts two columns.
_GAP_OF_JUMP = 0.45
_SKIPPED = 3
_SPACE = 0.2
_SAME_LINE = 0.55


class Glyph(NamedTuple):
    """A character where it stands; `blank` says that one was felt before it, `order` counts."""

    text: str
    blank: bool
    left: float
    top: float
    right: float
    bottom: float
    order: int


# Whether a wall of a table stands between two x, over a stretch of y.
Parted = Callable[[float, float, float, float], bool]
_by_place = attrgetter("left", "order")


def spans_of(glyphs: Sequence[Glyph], parted: Parted) -> list[Span]:
    """Pieces of text, cut at wide gaps and at walls of cells."""
    spans: list[Span] = []
    for line in _lines(glyphs):
        spans += _cut(line, parted)
    return spans


def _lines(glyphs: Sequence[Glyph]) -> Iterable[list[Glyph]]:
    """The glyphs of each line from left to right."""
    lines: list[tuple[float, float, list[list[Glyph]]]] = []
    for run in sorted(_runs(glyphs), key=lambda each: each[0].top + each[0].bottom):
        top, bottom = run[0].top, run[0].bottom
        if lines and _share(lines[-1][0], lines[-1][1], top, bottom):
            lines[-1][2].append(run)
        else:
            lines.append((top, bottom, [run]))
    for _, _, runs in lines:
        if len(runs) == 1:
            yield runs[0]
        else:
            yield sorted((glyph for run in runs for glyph in run), key=_by_place)


def _share(top: float, bottom: float, top2: float, bottom2: float) -> bool:
    """Two stretches of y belong to one line of text."""
    shared = min(bottom, bottom2) - max(top, top2)
    return shared > _SAME_LINE * min(bottom - top, bottom2 - top2)


def _runs(glyphs: Sequence[Glyph]) -> list[list[Glyph]]:
    """Glyphs drawn one after another on a line, from left to right."""
    runs: list[list[Glyph]] = []
    last: Glyph | None = None
    for glyph in glyphs:
        if last is not None and unicodedata.combining(glyph.text):
            last = last._replace(text=last.text + glyph.text)
            runs[-1][-1] = last
            continue
        if (
            last is not None
            and glyph.left >= last.left
            and _share(last.top, last.bottom, glyph.top, glyph.bottom)
        ):
            runs[-1].append(glyph)
        else:
            runs.append([glyph])
        last = glyph
    return runs


def _cut(line: Sequence[Glyph], parted: Parted) -> list[Span]:
    pieces: list[list[Glyph]] = []
    texts: list[list[str]] = []
    last: Glyph | None = None
    blank = False
    for glyph in line:
        if glyph.text == " ":
            blank = True
            continue
        if last is not None and _is_drawn_again(last, glyph):
            continue
        if last is None or _starts(last, glyph, parted):
            pieces.append([glyph])
            texts.append([glyph.text])
        elif _is_raised(last, glyph):
            texts[-1].append(raised("".join(texts[-1][-4:]), glyph.text))
            blank = False
            # The mark is passed over, and what follows is measured from its end.
            last = last._replace(right=max(last.right, glyph.right), order=glyph.order)
            continue
        else:
            if blank or _is_space(last, glyph):
                texts[-1].append(" ")
            pieces[-1].append(glyph)
            texts[-1].append(glyph.text)
        last, blank = glyph, False
    return [_span(piece, "".join(text)) for piece, text in zip(pieces, texts, strict=True)]


def _starts(last: Glyph, glyph: Glyph, parted: Parted) -> bool:
    size = last.bottom - last.top
    gap = glyph.left - last.right
    jumps = not 0 < glyph.order - last.order <= _SKIPPED
    if gap > (_WIDE_GAP if not jumps else _GAP_OF_JUMP) * size:
        return True
    return gap > 0.05 * size and parted(last.right, glyph.left, glyph.top, glyph.bottom)


def _is_space(last: Glyph, glyph: Glyph) -> bool:
    gap, size = glyph.left - last.right, last.bottom - last.top
    follows = glyph.blank and glyph.order == last.order + 1
    return gap > (0.04 if follows else _SPACE) * size


def _is_drawn_again(last: Glyph, glyph: Glyph) -> bool:
    """The same letter at the same place: that is how some programs make letters bold."""
    apart = glyph.left - last.left
    # Two letters of a ligature share one box.
    again = apart > 0 or glyph.order != last.order + 1
    return again and glyph.text == last.text and apart < 0.2 * (last.right - last.left)


def _is_raised(last: Glyph, glyph: Glyph) -> bool:
    """A small digit above the line's foot, close to what stands before it."""
    size, own = last.bottom - last.top, glyph.bottom - glyph.top
    return (
        glyph.text in "0123456789"
        and 0.4 * size < own < 0.92 * size
        and glyph.bottom < last.bottom - 0.12 * size
        and glyph.left - last.right < 0.4 * size
    )


def _span(piece: Sequence[Glyph], text: str) -> Span:
    """Its height is that of its middle glyph: letters of a substitute font stand out."""
    middle = sorted(piece, key=lambda glyph: glyph.bottom - glyph.top)[len(piece) // 2]
    right = max(glyph.right for glyph in piece[-3:])
    return Span(piece[0].left, right, middle.top, middle.bottom, text)
