"""Bytes of a text file become UTF-8, a piece at a time; which encoding they are in is found out."""

import codecs
import unicodedata
from collections.abc import Callable, Iterator
from pathlib import Path

from cotmoc.core import legacy_encodings
from cotmoc.core.problems import BadInput, Problem

ENCODINGS = ("utf-8", "utf-16-le", "utf-16-be", "windows-1258", "tcvn3")
SAMPLE = 1 << 20
_LOOK_AT = 64 << 20  # how far to look for the first letter that tells encodings apart
_CONTROLS = bytes(each for each in range(32) if each not in b"\t\n\r\x0c")
_BOMS = {
    codecs.BOM_UTF8: "utf-8",
    codecs.BOM_UTF16_LE: "utf-16-le",
    codecs.BOM_UTF16_BE: "utf-16-be",
}
_OTHER_KINDS = {
    b"%PDF": "PDF",
    b"\xd0\xcf\x11\xe0": "XLS, DOC (Office 97)",
    b"PK\x03\x04": "ZIP",
    b"\x1f\x8b": "GZIP",
    b"Rar!": "RAR",
    b"7z\xbc\xaf": "7Z",
    b"\x89PNG": "PNG",
    b"\xff\xd8\xff": "JPEG",
    b"{\\rtf": "RTF",
    b"SQLite format 3": "SQLite",
}


def refuse_other_kinds(path: Path) -> None:
    """Raise BadInput for a file that is empty or by its content something else than a table."""
    with path.open("rb") as file:
        start = file.read(16)
    if not start:
        raise BadInput([Problem("empty_file", path.name)])
    for magic, kind in _OTHER_KINDS.items():
        if start.startswith(magic):
            raise BadInput([Problem("wrong_kind", path.name, params={"kind": kind})])


def detect(path: Path, score: Callable[[str], int]) -> str:
    """The encoding of a text file; `score` counts the known headers in a decoded sample.

    Raises BadInput when the bytes are no text, or text in an encoding that is not known.
    """
    with path.open("rb") as file:
        sample = _telling_sample(file.read(SAMPLE), iter(lambda: file.read(SAMPLE), b""))
    for bom, encoding in _BOMS.items():
        if sample.startswith(bom):
            return encoding
    if utf16 := _utf16(sample):
        return utf16
    if len(sample.translate(None, _CONTROLS)) < 0.99 * len(sample) or b"\0" in sample[:4096]:
        raise BadInput([Problem("not_text", path.name)])
    if _is_utf8(sample):
        return "utf-8"
    scores = {
        "tcvn3": legacy_encodings.decode_tcvn3(sample),
        "windows-1258": legacy_encodings.decode_windows_1258(sample),
    }
    points = {
        name: (score(text[:20_000]) + 2 * legacy_encodings.plausible(text[-20_000:]))
        for name, text in scores.items()
    }
    best = max(points, key=lambda name: points[name])
    if legacy_encodings.looks_like(sample) == "vni":
        raise BadInput([Problem("encoding_vni", path.name)])
    if points[best] < 1 or len(set(points.values())) == 1:
        raise BadInput(
            [Problem("encoding_unknown", path.name, params={"known": ", ".join(ENCODINGS)})]
        )
    return best


def utf8_pieces(
    path: Path, encoding: str, size: int, seen: Callable[[bytes], None]
) -> Iterator[bytes]:
    """The file's text as UTF-8 without byte order mark, `size` bytes of the file at a time.

    `seen` is given every piece of the file as it is read. What cannot be decoded becomes U+FFFD,
    for whoever reads the cell to refuse.
    """
    tcvn3 = encoding == "tcvn3"
    decoder = codecs.getincrementaldecoder(
        {"windows-1258": "cp1258", "tcvn3": "latin-1"}.get(encoding, encoding)
    )(errors="replace")
    first = True
    with path.open("rb") as file:
        while piece := file.read(size):
            seen(piece)
            if encoding == "utf-8":
                yield piece.removeprefix(codecs.BOM_UTF8) if first else piece
            elif tcvn3:
                yield legacy_encodings.decode_tcvn3(piece).encode()
            else:
                text = decoder.decode(piece)
                yield (text.removeprefix("\ufeff") if first else text).encode(errors="replace")
            first = False


def finished(block: bytes, encoding: str) -> bytes:
    """Whole lines made sound: valid UTF-8, and composed where the encoding writes marks apart."""
    if block.isascii():
        return block
    if encoding == "windows-1258":
        return unicodedata.normalize("NFC", block.decode()).encode()
    if encoding == "utf-8":
        try:
            block.decode()
        except UnicodeDecodeError:
            return block.decode(errors="replace").encode()
    return block


def _telling_sample(start: bytes, rest: Iterator[bytes]) -> bytes:
    """The start of the file and, if it is all ASCII, the first piece further on that is not."""
    if not start.isascii():
        return start
    for number, piece in enumerate(rest):
        if not piece.isascii():
            return start + b"\n" + piece
        if number * SAMPLE > _LOOK_AT:
            break
    return start


def _utf16(sample: bytes) -> str | None:
    """UTF-16 without a mark: every other byte of plain letters is zero."""
    even, odd = sample[:4000:2], sample[1:4000:2]
    if odd.count(0) > len(odd) // 4 and even.count(0) <= len(even) // 50:
        return "utf-16-le"
    if even.count(0) > len(even) // 4 and odd.count(0) <= len(odd) // 50:
        return "utf-16-be"
    return None


def _is_utf8(sample: bytes) -> bool:
    """Whether this is UTF-8, a few broken bytes and a letter cut off at the end allowed for."""
    text = sample.decode(errors="replace")
    return text.count("\ufffd") <= 1 + sum(char > "\x7f" for char in text) // 20
