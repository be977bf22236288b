"""Stretches of a document's text: cutting a quote, joining quotes, finding words. Pure."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

Span = tuple[int, int]

_EDGE = " \t\n\u00a0;,.-–+•*"
_JOINT = re.compile(r"[;,\n]\s*(?:và\s+)?|\.\s+|\s(?=và\s)|(?<=\s)(?=\d[\d.,]*\s?%)")
_BRACKETS = {"(": ")", "[": "]"}
MOST_PLACES = 24
_SHOWN = 70


def trimmed(text: str, start: int, end: int) -> Span:
    """A stretch without blanks, bullets and separators at its ends; inside the text."""
    start, end = max(0, start), min(len(text), end)
    while start < end and text[start] in _EDGE:
        start += 1
    while start < end and text[end - 1] in _EDGE:
        end -= 1
    if start < end:
        end = _closed(text, start, end)
    return start, end


def _closed(text: str, start: int, end: int) -> int:
    """The end, without a bracket that was never opened inside."""
    last = text[end - 1]
    for opening, closing in _BRACKETS.items():
        if last == closing and opening not in text[start:end]:
            return end - 1
    return end


def pieces(text: str, start: int, end: int, cuts: Iterable[int]) -> list[Span]:
    """The stretches between cuts that hold words."""
    edges = [start, *sorted({cut for cut in cuts if start < cut < end}), end]
    found = [trimmed(text, low, high) for low, high in pairwise(edges)]
    return [(low, high) for low, high in found if any(char.isalnum() for char in text[low:high])]


def joined(spans: Sequence[Span]) -> Span:
    """The stretch from the first to the last of several."""
    return min(low for low, _high in spans), max(high for _low, high in spans)


@dataclass(frozen=True, slots=True)
class Place:
    """Where a quote may be cut, and how the second part would begin."""

    at: int
    following: str


def places_to_cut(text: str, start: int, end: int) -> list[Place]:
    """Where a new promise may begin inside a quote: after a separator, before a percentage."""
    found: dict[int, Place] = {}
    for match in _JOINT.finditer(text, start, end):
        at, _end = trimmed(text, match.end(), end)
        before = text[start:at]
        if not start < at < end or not any(char.isalnum() for char in before):
            continue
        words = " ".join(text[at : min(end, at + _SHOWN)].split())
        found.setdefault(at, Place(at, words + ("…" if at + _SHOWN < end else "")))
    return sorted(found.values(), key=lambda place: place.at)[:MOST_PLACES]


def find_words(text: str, words: str, start: int, end: int) -> Span | None:
    """Where words stand in a stretch of text, whatever the blanks between them."""
    parts = [re.escape(part) for part in words.split()]
    if not parts:
        return None
    match = re.compile(r"\s+".join(parts)).search(text, start, end)
    return match.span() if match else None


def line_span(text: str, number: int) -> Span | None:
    """The stretch of a line, counted from 1."""
    start = 0
    for at, line in enumerate(text.split("\n"), 1):
        if at == number:
            return start, start + len(line)
        start += len(line) + 1
    return None
