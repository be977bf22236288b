"""Letter-level helpers shared by every reading step."""

from __future__ import annotations

import re

# Unbounded `\s+` next to other optional parts makes regular expressions slow on odd input;
# a gap between two words of real text is never longer than this.
GAP = r"\s{1,4}"
# `[A-ZÀ-Ỹ]` would also match small letters: Unicode mixes the two cases of Vietnamese letters.
UPPER = "".join(char for code in range(0x41, 0x1EFA) if (char := chr(code)).isupper())
_PUNCTUATION = " \t\n\u00a0,;:.–—-"


def fold(text: str) -> str:
    """Lower case without changing the length, so that offsets stay valid."""
    lowered = text.lower()
    if len(lowered) == len(text):
        return lowered
    return "".join(low if len(low := char.lower()) == 1 else char for char in text)


def phrase(*alternatives: str) -> str:
    """A pattern for any of these Vietnamese phrases as whole words, longest first."""
    ordered = sorted(alternatives, key=len, reverse=True)
    escaped = (re.escape(words).replace(r"\ ", GAP) for words in ordered)
    return rf"(?<!\w)(?:{'|'.join(escaped)})(?!\w)"


def one_line(text: str) -> str:
    return " ".join(text.split())


def trim(text: str) -> str:
    """Without blanks and punctuation at both ends."""
    return text.strip(_PUNCTUATION)


def trimmed_span(text: str, start: int, end: int) -> tuple[int, int]:
    """Narrow a span so that it neither starts nor ends with blanks or punctuation."""
    piece = text[start:end]
    left = len(piece) - len(piece.lstrip(_PUNCTUATION))
    right = len(piece.rstrip(_PUNCTUATION + "…"))
    return (start + left, start + right) if left < right else (start, start)


def sentence_case(text: str) -> str:
    return text[:1].upper() + text[1:]


def has_letters(text: str) -> bool:
    return any(char.isalpha() for char in text)
