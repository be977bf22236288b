"""From bytes to characters, old Vietnamese encodings included."""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass

from cotmoc.core import legacy_encodings
from cotmoc.plantext.unreadable import UnreadableText

_BLANK_CONTROLS = frozenset("\t\n\r\f\v")
_MAX_CONTROL_SHARE = 0.01
_LEAST_PLAUSIBLE = 0.7
# What stands on a line, or in one of two columns beside each other.
_PIECE = re.compile(r"[^\s](?:[^\n\t ]| (?! ))*")
_LEAST_CAPITALS = 3
# Bytes of these names are old Vietnamese ones as often as not.
_LATIN = frozenset(("iso-8859-1", "latin-1", "windows-1252", "us-ascii", "ascii", "x-user-defined"))
_OLD = {
    "tcvn3": legacy_encodings.decode_tcvn3,
    "windows_1258": legacy_encodings.decode_windows_1258,
    "vni": legacy_encodings.decode_vni,
}


@dataclass(frozen=True, slots=True)
class Decoded:
    """Text, the encoding it was in, and the note to leave when it had to be converted."""

    text: str
    encoding: str
    note: str | None = None


def decode(raw: bytes, file: str, declared: str | None = None) -> Decoded:
    """The bytes as text; `declared` is what the file says of itself, believed last.

    Raises `UnreadableText` with the code `encoding` or `not_text`.
    """
    decoded = _decode(raw, file, declared)
    _refuse_control_characters(decoded.text, file)
    return decoded


def _decode(raw: bytes, file: str, declared: str | None) -> Decoded:
    if encoding := _wide(raw, file):
        return _strictly(raw, encoding, file)
    if 0 in raw:
        raise UnreadableText("not_text", file)
    try:
        return Decoded(raw.decode("utf-8-sig"), "utf-8")
    except UnicodeDecodeError as error:
        return _decode_old(raw, file, declared, error.start)


def _wide(raw: bytes, file: str) -> str | None:
    """The UTF-16 or UTF-32 the bytes are in, by their mark or by their zeros."""
    if raw.startswith((codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE)):
        return "utf-32"
    if raw.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    sample = raw[:4000]
    even, odd = sample[::2].count(0), sample[1::2].count(0)
    if max(even, odd) > len(sample) // 5 and min(even, odd) == 0:
        return "utf-16-le" if odd else "utf-16-be"
    return None


def _strictly(raw: bytes, encoding: str, file: str) -> Decoded:
    try:
        return Decoded(raw.decode(encoding), encoding.removesuffix("-le").removesuffix("-be"))
    except UnicodeDecodeError as error:
        raise UnreadableText("encoding", file, position=error.start) from error


def _decode_old(raw: bytes, file: str, declared: str | None, position: int) -> Decoded:
    kind = legacy_encodings.looks_like(raw)
    if kind:
        text = _OLD[kind](raw)
        if legacy_encodings.plausible(text[:20_000]) >= _LEAST_PLAUSIBLE:
            if kind == "tcvn3":
                text = _PIECE.sub(_with_capitals, text)
            return Decoded(text, kind, f"converted_{kind}")
    if declared and declared.lower() not in _LATIN and (known := _known(declared)):
        try:
            return Decoded(raw.decode(known), known)
        except UnicodeDecodeError:
            pass
    if _nearly_utf8(raw):
        return Decoded(raw.decode("utf-8", errors="replace"), "utf-8", "bytes_replaced")
    if _control_share(raw.decode("latin-1")) > _MAX_CONTROL_SHARE:
        raise UnreadableText("not_text", file)
    raise UnreadableText("encoding", file, position=position)


def _nearly_utf8(raw: bytes) -> bool:
    """A text with a few broken bytes in it is still UTF-8; old encodings have many."""
    lost = raw.decode("utf-8", errors="replace").count("\ufffd")
    return lost * 300 <= len(raw)


def _with_capitals(piece: re.Match[str]) -> str:
    """TCVN3 has no capitals with tones; a font draws the small ones tall: `Kế HOạCH`."""
    words = piece.group()
    plain = [char for char in words if char.isascii() and char.isalpha()]
    # `Số: 33/KH-UBND` is no heading.
    tall = len(plain) >= _LEAST_CAPITALS and "/" not in words and all(map(str.isupper, plain))
    return words.upper() if tall else words


def _known(name: str) -> str | None:
    try:
        info = codecs.lookup(name)
    except (LookupError, ValueError):
        return None
    # Some Python codecs make no text of bytes, or unpack what they are given.
    return info.name if getattr(info, "_is_text_encoding", True) else None


def _refuse_control_characters(text: str, file: str) -> None:
    if "\0" in text or _control_share(text) > _MAX_CONTROL_SHARE:
        raise UnreadableText("not_text", file)


def _control_share(text: str) -> float:
    controls = sum(text.count(chr(code)) for code in range(32) if chr(code) not in _BLANK_CONTROLS)
    return controls / len(text) if text else 0.0
