"""Annexes of a document, and the plan that a decision issues together with itself."""

from __future__ import annotations

import re

from cotmoc.plantext.lines import Piece
from cotmoc.plantext.model import Annex
from cotmoc.plantext.words import fold, one_line, trim

_LABEL = re.compile(
    r"phụ lục(?:\s{1,3}(?:số\s{0,2}:?\s{0,2})?([ivx]{1,6}|\d{1,2}[a-zđ]?|[a-h])(?!\w))?"
)
_BIGGEST = 300
_MAX_TITLE_LINES = 4
_ATTACHED_TYPES = frozenset(
    (
        *("kế hoạch", "đề án", "chương trình", "chiến lược", "quy chế", "quy định", "phương án"),
        *("danh mục", "đề cương", "kế hoạch hành động", "chương trình hành động", "bộ chỉ số"),
        *("nghị quyết", "quyết định", "báo cáo", "chỉ thị", "biểu mẫu", "hướng dẫn"),
    )
)
_NATIONAL = re.compile(r"cộng h(?:òa|oà) xã hội chủ nghĩa|(?:ủy|uỷ) ban nhân dân|hội đồng nhân dân")
_WITH = re.compile(r"\((?:ban hành\s)?kèm theo|\(phụ lục\s|\(đính kèm|\(kèm\s")
_ROMAN = {"i": 1, "v": 5, "x": 10, "l": 50}


def opens_annex(words: str) -> bool:
    """A heading `PHỤ LỤC II`, not the sentence `Phụ lục II kèm theo …`."""
    match = _LABEL.match(folded := fold(words[: _BIGGEST + 1]))
    if not match or len(words) > _BIGGEST:
        return False
    rest = words[match.end() :].lstrip(" \t")
    if not rest or rest[0] in ".:-–\n(":
        return match.group(1) is not None or not rest or rest[0] in ":\n("
    if match.group(1) is None and rest.isupper():
        return words[: match.end()].isupper()
    return words[:7].isupper() and (rest[0].isupper() or folded[match.end() :].startswith(" kèm"))


def label_and_title(words: str) -> tuple[str, str | None]:
    """(`PHỤ LỤC II`, `Danh mục nhiệm vụ`)."""
    match = _LABEL.match(fold(words))
    end = match.end() if match else 0
    rest = words[end:]
    bracket = _WITH.search(fold(rest))
    title = one_line(trim(rest[: bracket.start()] if bracket else rest))
    return one_line(words[:end]), title or None


def number_of(label: str) -> str | None:
    """`2` of `Phụ lục II` or `Phụ lục 02`; None where it has none."""
    match = _LABEL.match(fold(label))
    return arabic(match.group(1)) if match and match.group(1) else None


def arabic(number: str) -> str:
    """`2` for `II`, `02` and `2`; other labels stay as they are."""
    folded = fold(number)
    if folded and all(char in _ROMAN for char in folded):
        values = [_ROMAN[char] for char in folded]
        later = [*values[1:], 0]
        pairs = zip(values, later, strict=True)
        return str(sum(-value if value < after else value for value, after in pairs))
    return number.lstrip("0") or "0" if number.isascii() and number.isdigit() else number


def says_issued_with(folded: str) -> bool:
    """`(Kèm theo Quyết định số … của …)` below the title of an annex."""
    return _WITH.match(folded) is not None


def is_attached_type(words: str) -> bool:
    return words.isupper() and fold(one_line(words)) in _ATTACHED_TYPES


def opens_attachment(words: str) -> bool:
    """`KẾ HOẠCH`, or the letterhead that is printed again above it."""
    return is_attached_type(words) or (words.isupper() and bool(_NATIONAL.match(fold(words))))


def read_annexes(text: str, pieces: list[Piece]) -> tuple[Annex, ...]:
    found: list[Annex] = []
    for index, piece in enumerate(pieces):
        words = text[piece.start : piece.end]
        if piece.marker is None and opens_annex(words):
            label, title = label_and_title(words)
            found.append(Annex(label, title or _title_below(text, pieces, index), piece.start))
    return tuple(found)


def _title_below(text: str, pieces: list[Piece], index: int) -> str | None:
    lines: list[str] = []
    for piece in pieces[index + 1 : index + 1 + _MAX_TITLE_LINES]:
        words = text[piece.start : piece.end]
        if piece.marker or words.startswith("(") or len(words) > _BIGGEST or opens_annex(words):
            break
        if lines and (piece.after_blank_line or words.isupper() != lines[-1].isupper()):
            break
        if fold(words) in ("stt", "tt", "số tt") or not any(char.isalpha() for char in words):
            break
        lines.append(words)
    return trim(one_line(" ".join(lines))) or None
