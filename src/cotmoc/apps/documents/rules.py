"""How documents are cited, and how their words are searched. Pure."""

import re
from dataclasses import dataclass
from datetime import date

from cotmoc.core.text import fold

_NOT_A_WORD = re.compile(r"[^a-z0-9]+")
_LEADING_ZEROS = re.compile(r"^0+(?=\d)")
_GENERAL = re.compile(r"\b(uy ban nhan dan|ubnd|hoi dong nhan dan|hdnd|tinh|thanh pho)\b")
MOST_WORDS = 12


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
