"""Reads the words around a number: `phấn đấu đạt trên`, `tối thiểu`, `trở lên`."""

from __future__ import annotations

import re
from dataclasses import dataclass

from cotmoc.plantext.model import Comparator, Modality
from cotmoc.plantext.words import phrase

_COMPARATORS: dict[str, Comparator] = {
    "tối thiểu": ">=",
    "ít nhất": ">=",
    "thấp nhất": ">=",
    "tối thiểu có": ">=",
    "ít nhất có": ">=",
    "tối thiểu phải có": ">=",
    "ít nhất phải có": ">=",
    "không nhỏ hơn": ">=",
    "lớn hơn hoặc bằng": ">=",
    "bằng hoặc cao hơn": ">=",
    "đạt và vượt": ">=",
    "đạt hoặc vượt": ">=",
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
    "không vượt": "<=",
    "không để quá": "<=",
    "không để vượt quá": "<=",
    "không cao hơn": "<=",
    "không lớn hơn": "<=",
    "nhỏ hơn hoặc bằng": "<=",
    "cao nhất": "<=",
    "tối đa": "<=",
    "dưới": "<",
    "ít hơn": "<",
    "nhỏ hơn": "<",
    "thấp hơn": "<",
    "khoảng": "~",
    "vào khoảng": "~",
    "trong khoảng": "~",
    "ước khoảng": "~",
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
    *("bình quân", "trung bình", "giảm", "giảm bình quân", "cắt giảm", "rút ngắn", "tiết kiệm"),
    *("đơn giản hóa", "cắt giảm, đơn giản hóa", "thêm", "tăng trung bình"),
    *("cắt giảm ngay", "giảm ngay", "cắt giảm thêm", "giảm thêm", "cắt giảm bình quân"),
)
_REACHING = (
    *(
        "đạt",
        "chiếm",
        "chiếm tỷ trọng",
        "là",
        "bằng",
        "đạt mức",
        "ở mức",
        "mức",
        "đạt tỷ lệ",
        "đóng góp",
        "tương đương",
        "tương đương với",
    ),
    *("lên đến", "lên tới", "tăng lên", "nâng lên", "đạt đến", "đạt tới", "đạt được", "phải đạt"),
    *("còn", "chỉ còn", "xuống", "xuống còn", "giảm còn", "giảm xuống", "giảm xuống còn"),
    *(
        "duy trì",
        "duy trì ổn định",
        "ổn định",
        "giữ ổn định",
        "rút ngắn còn",
        "rút ngắn xuống còn",
        "lên",
        "tỷ lệ",
    ),
)
_VERBS = (*_REACHING, *_GROWTH)
GROWTH_VERBS = frozenset(_GROWTH)
REACHING_VERBS = frozenset(_REACHING) - {"là", "bằng", "mức", "lên", "còn", "chiếm"}
_AVERAGES = ("bình quân", "trung bình")
FALLING = frozenset(
    {"giảm", "giảm bình quân", "cắt giảm", "rút ngắn", "tiết kiệm"}
    | {"đơn giản hóa", "cắt giảm, đơn giản hóa", "cắt giảm ngay", "giảm ngay"}
    | {"cắt giảm thêm", "giảm thêm", "cắt giảm bình quân"}
)
# What was reached already is no promise, even among the goals.
_PAST = ("đã đạt", "ước đạt", "hiện đạt", "mới đạt", "hiện đã đạt", "đang đạt", "đã", "ước")
_MODALITIES: dict[str, Modality] = {
    "phấn đấu": "strive",
    "hướng tới": "strive",
    "quyết tâm": "strive",
    "nỗ lực": "strive",
    "dự kiến": "expect",
    "kỳ vọng": "expect",
}
_LAST_WORDS = re.compile(
    rf"({phrase(*_COMPARATORS, *_VERBS, *_PAST, *_MODALITIES)}|>=|<=|[≥≤><~≈])[\s:]{{0,4}}$"
)
_OR_MORE = re.compile(r"[\s()]{0,4}(trở\s{1,4}(?:lên|xuống|về trước)|hoặc\s{1,4}(?:hơn|cao hơn))")
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
    past: bool = False
    is_from: bool = False


def read_wording(folded: str, start: int, end: int) -> Wording:
    """Peel the words off from the number outwards until something else stands there."""
    comparator: Comparator | None = None
    verb: str | None = None
    past = is_from = False
    while match := _LAST_WORDS.search(folded[max(0, start - _WINDOW) : start]):
        word = " ".join(match.group(1).split())
        if word in _AVERAGES and verb in _REACHING:
            break
        comparator = comparator or _COMPARATORS.get(word) or _SIGNS.get(word)
        if verb is None and word in _VERBS:
            verb = word
        past = past or word in _PAST
        is_from = is_from or word == "từ"
        start = max(0, start - _WINDOW) + match.start()
    after = _OR_MORE.match(folded, end)
    if after:
        comparator = "<=" if "xuống" in after.group(1) else ">="
        end = after.end()
    explicit = comparator not in (None, "=")
    return Wording(start, end, comparator or "=", explicit, verb, past, is_from)


def waits_for_number(folded: str) -> bool:
    """Does the line end with `đạt trên`, `tối thiểu` or the like?"""
    return _LAST_WORDS.search(folded[-_WINDOW:]) is not None


def read_modality(folded: str) -> Modality | None:
    match = _MODALITY.search(folded)
    return _MODALITIES[" ".join(match.group().split())] if match else None
