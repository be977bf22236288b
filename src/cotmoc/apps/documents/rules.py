"""How documents are cited, and how their words are searched. Pure."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from itertools import islice

from cotmoc.core.text import fold

_NOT_A_WORD = re.compile(r"[^a-z0-9]+")
_LEADING_ZEROS = re.compile(r"^0+(?=\d)")
_GENERAL = re.compile(r"\b(uy ban nhan dan|ubnd|hoi dong nhan dan|hdnd|tinh|thanh pho)\b")
# How symbols of people's committees, people's councils and provincial party committees end.
_OF_PROVINCES = ("-ubnd", "-hdnd", "-tu", "/tu")
MOST_WORDS = 12
MOST_HITS = 500


def reference_key(reference: str) -> str:
    """Number and symbol in one spelling, so that `05/KH-UBND` and `5 / KH-UBND` are the same.

    >>> reference_key("05/QĐ-TTg")
    '5/qd-ttg'
    """
    bare = re.sub(r"\s+", "", fold(reference).replace("–", "-"))
    return _LEADING_ZEROS.sub("", bare)[:80]


@dataclass(frozen=True, slots=True)
class Cited:
    """What is known of a document by which another may mean it."""

    key: str
    on: date | None = None
    issuer: str = ""


def may_be(cited: Cited, found: Cited) -> bool:
    """Whether a citation may mean a document: one reference, and neither date nor issuer against.

    The same number and symbol is used by every province and every year, so a stated date or issuer
    that differs says it is another document.
    """
    if not cited.key or cited.key != found.key:
        return False
    if cited.on and found.on and cited.on != found.on:
        return False
    return _same_issuer(cited.issuer, found.issuer)


def meant_issuer(stated: str, key: str, own: str) -> str:
    """Who issued a cited document: as stated, or one's own province where that is what is meant.

    "Kế hoạch số 12/KH-UBND của UBND tỉnh" is one of the province that says so, and so is a symbol
    of a province's bodies without any issuer.
    """
    if _own_name(stated):
        return stated
    return own if stated or key.endswith(_OF_PROVINCES) else ""


def _same_issuer(one: str, other: str) -> bool:
    """Issuers agree where either is unknown, or what tells them apart (their place) is shared."""
    first, second = _own_name(one), _own_name(other)
    return not first or not second or first in second or second in first


def _own_name(issuer: str) -> str:
    return " ".join(_GENERAL.sub(" ", fold(issuer)).split())


def search_words(*texts: str) -> str:
    """What `Document.search` holds: folded words, one space before, between and after."""
    return (
        f" {' '.join(filter(None, (_NOT_A_WORD.sub(' ', fold(each)).strip() for each in texts)))} "
    )


def search_terms(query: str) -> list[str]:
    """The parts of a question, as they stand in `search`: `33/KH-UBND` is one term of three words.

    Words between quotation marks belong together.
    """
    parts = re.findall(r'"([^"]+)"|(\S+)', query)
    terms = (_NOT_A_WORD.sub(" ", fold(quoted or bare)).strip() for quoted, bare in parts)
    return list(dict.fromkeys(filter(None, terms)))[:MOST_WORDS]


@dataclass(frozen=True, slots=True)
class Run:
    """A run of text; `found` when it is what was looked for."""

    text: str
    found: bool = False


def passage(text: str, terms: Sequence[str], width: int = 240) -> tuple[Run, ...]:
    """The piece of a text, as written, around the first place that holds most of the terms.

    Terms are those of `search_terms`. Empty when no term stands in the text itself.
    """
    flat = _flat(text)
    patterns = "|".join(rf"{r'[^a-z0-9]+'.join(term.split())}[a-z0-9]*" for term in terms)
    found = [
        (hit.start(), hit.end())
        for hit in islice(re.finditer(rf"(?<![a-z0-9])(?:{patterns})", flat), MOST_HITS)
    ]
    if not found:
        return ()
    first = _densest(flat, found, width)
    start = max(0, first - width // 4)
    end = min(len(text), start + width)
    start, end = _at_words(text, start, end)
    runs = [Run("… ")] if start else []
    at = start
    for low, high in found:
        if low < at or high > end:
            continue
        runs += [Run(text[at:low]), Run(text[low:high], True)]
        at = high
    runs.append(Run(text[at:end] + (" …" if end < len(text) else "")))
    return tuple(Run(" ".join(each.text.split("\n")), each.found) for each in runs if each.text)


def _densest(flat: str, found: Sequence[tuple[int, int]], width: int) -> int:
    """Where the piece that shows most different words begins; the first of several."""
    best, most = found[0][0], 0
    for index, (start, _end) in enumerate(found):
        near = {
            flat[low:high]
            for low, high in islice(found, index, index + 2 * MOST_WORDS)
            if high <= start + width * 3 // 4
        }
        if len(near) > most:
            best, most = start, len(near)
    return best


def _at_words(text: str, start: int, end: int) -> tuple[int, int]:
    """The piece widened to whole words, by no more than a long word."""
    while start > 0 and end - start < 300 and not text[start - 1].isspace():
        start -= 1
    while end < len(text) and end - start < 300 and not text[end].isspace():
        end += 1
    return start, end


def _flat(text: str) -> str:
    """A text folded character by character, so that places in it are places in the text."""
    table = {ord(char): _flat_char(char) for char in set(text)}
    return text.translate(table)


def _flat_char(char: str) -> str:
    folded = fold(char)
    return folded if len(folded) == 1 and not _NOT_A_WORD.match(folded) else " "
