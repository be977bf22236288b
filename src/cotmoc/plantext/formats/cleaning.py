"""One spelling for what looks the same on paper."""

from __future__ import annotations

import re
import unicodedata

# Zero-width characters, marks of writing direction, soft hyphens, byte order marks.
_INVISIBLE = (
    *(0x00AD, 0x034F, 0x061C, 0x180E, 0xFEFF),
    *range(0x200B, 0x2010),
    *range(0x202A, 0x202F),
    *range(0x2060, 0x2070),
    *range(0xFFF9, 0xFFFC),
    *range(0xE0000, 0xE0080),
)
_SPACES = (0x00A0, 0x1680, *range(0x2000, 0x200B), 0x202F, 0x205F, 0x3000)
_LINE_ENDS = (0x0B, 0x0C, 0x85, 0x2028, 0x2029)
_CONTROLS = (*range(0x09), *range(0x0E, 0x20), *range(0x7F, 0x85), *range(0x86, 0xA0))
# What symbol fonts draw at places of no meaning of their own: bullets and comparisons.
SYMBOLS = {
    0xF0B7: "•",
    0xF0A7: "▪",
    0xF06F: "◦",
    0xF0D8: "➢",
    0xF0FC: "✓",
    0xF02D: "-",
    0xF02B: "+",
    0xF02A: "*",
    0xF0B3: "≥",
    0xF0A3: "≤",
    0xF0B1: "±",
    0xF0B4: "×",
    0xF0AE: "→",
    0xF0E0: "→",
    0xF025: "%",
}
_TABLE: dict[int, str | None] = {
    **dict.fromkeys(_INVISIBLE),
    **dict.fromkeys(_CONTROLS),
    **dict.fromkeys(_SPACES, " "),
    **dict.fromkeys(_LINE_ENDS, "\n"),
    # Icelandic and African letters typed for the Vietnamese one that looks the same.
    0x00D0: "Đ",
    0x0189: "Đ",
    **SYMBOLS,
    # Half of a pair that stands alone is no character and cannot be written anywhere.
    **dict.fromkeys(range(0xD800, 0xE000), "\ufffd"),
}
_LONGEST_RUN_OF_MARKS = 4
_AREA = re.compile(r"(?<!\w)[kdc]?m$")
_MARKS = re.compile(r"[\u0300-\u036f]{5,}")


def clean(text: str) -> str:
    """NFC with `\\n`; nothing invisible, every blank a plain space or tab."""
    unified = text.replace("\r\n", "\n").replace("\r", "\n")
    if not unified.isascii():
        # Endless heaps of accents on one letter take quadratic time to put in order.
        unified = _MARKS.sub(lambda marks: marks[0][:_LONGEST_RUN_OF_MARKS], unified)
        unified = unicodedata.normalize("NFC", unified.translate(_TABLE))
    else:
        unified = unified.translate(_TABLE)
    return unified


def raised(before: str, digits: str) -> str:
    """Small raised digits: part of `m2` and `km2`; elsewhere a footnote's mark, which is no text.

    Left in the line it would make `90%` and a mark `1` read as other numbers.
    """
    return digits if _AREA.search(before[-4:]) else ""


def clean_line(text: str) -> str:
    """Cleaned, on one line, with single spaces."""
    return " ".join(clean(text).split())
