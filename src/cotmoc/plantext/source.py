"""From the bytes of a file to its text, or to a precise reason why not."""

from __future__ import annotations

import codecs
from pathlib import Path

from cotmoc.core import legacy_encodings
from cotmoc.plantext.words import normalise

MAX_BYTES = 5_000_000

_SIGNATURES = (
    (b"\x89PNG", "PNG"),
    (b"\xff\xd8\xff", "JPEG"),
    (b"GIF8", "GIF"),
    (b"%PDF", "PDF"),
    (b"PK\x03\x04", "ZIP"),
    (b"\xd0\xcf\x11\xe0", "OLE"),
    (b"{\\rtf", "RTF"),
    (b"\x1f\x8b", "GZIP"),
    (b"BM", "BMP"),
)
_BLANK_CONTROLS = frozenset("\t\n\r\f\v")
_MAX_CONTROL_SHARE = 0.01


class UnreadableText(Exception):  # noqa: N818 - the name says what happened
    """The file holds no text we can read.  `code` and `params` are for the edge to translate."""

    def __init__(self, code: str, file: str, **params: object) -> None:
        super().__init__(code, file, params)
        self.code = code
        self.file = file
        self.params: dict[str, object] = params

    def __str__(self) -> str:
        details = ", ".join(f"{key}={value!r}" for key, value in self.params.items())
        return f"{self.file}: {self.code}" + (f" ({details})" if details else "")


def load_text(path: Path, max_bytes: int = MAX_BYTES) -> str:
    """The file's text, normalised.  File-system errors pass through unchanged."""
    size = path.stat().st_size
    if size > max_bytes:
        raise UnreadableText("too_large", path.name, size=size, max_bytes=max_bytes)
    return decode(path.read_bytes(), path.name)


def decode(raw: bytes, file: str) -> str:
    if not raw:
        raise UnreadableText("empty", file)
    text = _decode_utf16(raw, file) if _has_utf16_mark(raw) else _decode_utf8(raw, file)
    _refuse_control_characters(text, file)
    _refuse_old_fonts(text, file)
    if not text.strip():
        raise UnreadableText("no_text", file)
    return normalise(text)


def _has_utf16_mark(raw: bytes) -> bool:
    return raw.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)) and not raw.startswith(
        codecs.BOM_UTF32_LE
    )


def _decode_utf16(raw: bytes, file: str) -> str:
    try:
        return raw.decode("utf-16")
    except UnicodeDecodeError as error:
        raise UnreadableText("encoding", file, position=error.start) from error


def _decode_utf8(raw: bytes, file: str) -> str:
    _refuse_other_formats(raw, file)
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise _wrong_encoding(raw, file, error.start) from error


def _refuse_other_formats(raw: bytes, file: str) -> None:
    for signature, name in _SIGNATURES:
        # "BM" may also open a real text; only a following non-text byte makes it a bitmap.
        if raw.startswith(signature) and (name != "BMP" or 0 in raw[:32]):
            raise UnreadableText("not_text", file, looks_like=name)
    if 0 in raw:
        if _alternate_zeros(raw):
            raise UnreadableText("encoding", file, looks_like="UTF-16 without a byte order mark")
        raise UnreadableText("not_text", file, zero_byte_at=raw.index(0))


def _alternate_zeros(raw: bytes) -> bool:
    sample = raw[:4000]
    return max(sample[::2].count(0), sample[1::2].count(0)) > len(sample) // 5 and (
        min(sample[::2].count(0), sample[1::2].count(0)) == 0
    )


def _wrong_encoding(raw: bytes, file: str, position: int) -> UnreadableText:
    encoding = legacy_encodings.looks_like(raw)
    if encoding in ("tcvn3", "windows_1258"):
        return UnreadableText(f"encoding_{encoding}", file, position=position)
    if encoding == "vni":
        return UnreadableText("encoding", file, position=position, looks_like="VNI")
    if _control_share(raw.decode("latin-1")) > _MAX_CONTROL_SHARE:
        return UnreadableText("not_text", file)
    return UnreadableText("encoding", file, position=position)


def _refuse_control_characters(text: str, file: str) -> None:
    if "\0" in text or _control_share(text) > _MAX_CONTROL_SHARE:
        raise UnreadableText("not_text", file)


def _control_share(text: str) -> float:
    controls = sum(1 for char in text if char < " " and char not in _BLANK_CONTROLS)
    return controls / len(text) if text else 0.0


def _refuse_old_fonts(text: str, file: str) -> None:
    """Text typed for a .VnTime font and saved as UTF-8 decodes well and reads `KÕ ho¹ch`."""
    if any("\u1ea0" <= char <= "\u1ef9" for char in text[:20_000]):
        return
    sample = text[:20_000].encode("latin-1", errors="ignore")
    if legacy_encodings.looks_like(sample) == "tcvn3" and not sample.isascii():
        raise UnreadableText("encoding_tcvn3", file)
