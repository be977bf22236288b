"""Reads the words around a number: `phấn đấu đạt trên`, `tối thiểu`, `trở lên`."""

from __future__ import annotations

import re
from dataclasses import dataclass

from cotmoc.plantext.model import Comparator, Modality
from cotmoc.plantext.words import phrase

_COMPARATORS: dict[str, Comparator] = {
    "tối thiểu": ">=",
    "ít nhất": ">=",
    "không dưới": ">=",
    "không thấp hơn": ">=",
    "không ít hơn": ">=",
    "từ": "=",
    "trên": ">",
    "hơn": ">",
    "lớn hơn": ">",
    "cao hơn": ">",
    "vượt": ">",
    "không quá": "<=",
    "không vượt quá": "<=",
    "tối đa": "<=",
    "dưới": "<",
    "ít hơn": "<",
    "nhỏ hơn": "<",
    "thấp hơn": "<",
    "khoảng": "~",
    "gần": "~",
    "xấp xỉ": "~",
}
_SIGNS: dict[str, Comparator] = {
    "≥": ">=",
    ">=": ">=",
    "≤": "<=",
    "<=": "<=",
    ">": ">",
    "<": "<",
    "~": "~",
    "≈": "~",
}
_GROWTH = (
    *("tăng", "tăng thêm", "tăng trưởng", "tăng bình quân", "tăng trưởng bình quân"),
    *("bình quân", "giảm"),
)
_VERBS = (
    *("đạt", "chiếm", "là", "bằng", "lên", "đạt mức", "ở mức", "mức", "đạt tỷ lệ", "đóng góp"),
    *_GROWTH,
)
GROWTH_VERBS = frozenset(_GROWTH)
_MODALITIES: dict[str, Modality] = {
    "phấn đấu": "strive",
    "hướng tới": "strive",
    "dự kiến": "expect",
}
_LAST_WORDS = re.compile(
    rf"({phrase(*_COMPARATORS, *_VERBS, *_MODALITIES)}|>=|<=|[≥≤><~≈])\s{{0,4}}$"
)
_OR_MORE = re.compile(r"\s{0,4}(trở\s{1,4}(?:lên|xuống)|hoặc\s{1,4}(?:hơn|cao hơn))")
_MODALITY = re.compile(phrase(*_MODALITIES))
_WINDOW = 60


@dataclass(frozen=True, slots=True)
class Wording:
    """What the words before and after a number say; `start` is where those words begin."""

    start: int
    end: int
    comparator: Comparator
    explicit: bool
    verb: str | None


def read_wording(folded: str, start: int, end: int) -> Wording:
    """Peel the words off from the number outwards until something else stands there."""
    comparator: Comparator | None = None
    verb: str | None = None
    while match := _LAST_WORDS.search(folded[max(0, start - _WINDOW) : start]):
        word = " ".join(match.group(1).split())
        comparator = comparator or _COMPARATORS.get(word) or _SIGNS.get(word)
        if verb is None and word in _VERBS:
            verb = word
        start = max(0, start - _WINDOW) + match.start()
    after = _OR_MORE.match(folded, end)
    if after:
        comparator = "<=" if "xuống" in after.group(1) else ">="
        end = after.end()
    explicit = comparator not in (None, "=")
    return Wording(start, end, comparator or "=", explicit, verb)


def waits_for_number(folded: str) -> bool:
    """Does the line end with `đạt trên`, `tối thiểu` or the like?"""
    return _LAST_WORDS.search(folded[-_WINDOW:]) is not None


def read_modality(folded: str) -> Modality | None:
    match = _MODALITY.search(folded)
    return _MODALITIES[" ".join(match.group().split())] if match else None
