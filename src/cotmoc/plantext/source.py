"""From a file to its `SourceText`, or to a precise reason why not."""

from __future__ import annotations

from pathlib import Path

from cotmoc.plantext.formats import docx, html, markdown, mhtml, pdf, plain, scans
from cotmoc.plantext.formats.encodings import decode
from cotmoc.plantext.formats.sniffing import kind_of
from cotmoc.plantext.origins import SourceText
from cotmoc.plantext.unreadable import UnreadableText

__all__ = ["MAX_BYTES", "UnreadableText", "load", "load_bytes"]

MAX_BYTES = 40_000_000


def load(path: Path, max_bytes: int = MAX_BYTES) -> SourceText:
    """What the file says.  File-system errors pass through unchanged."""
    _refuse_large(path.stat().st_size, path.name, max_bytes)
    return load_bytes(path.read_bytes(), path.name, max_bytes)


def load_bytes(raw: bytes, name: str, max_bytes: int = MAX_BYTES) -> SourceText:
    """What the bytes of a file say; `name` is only for messages.  Raises `UnreadableText`."""
    if not raw:
        raise UnreadableText("empty", name)
    _refuse_large(len(raw), name, max_bytes)
    kind = kind_of(raw, name)
    if kind == "docx":
        return docx.read(raw, name)
    if kind == "pdf":
        return pdf.read(raw, name)
    if kind == "image":
        return scans.read_image(raw, name)
    if kind == "mhtml":
        return mhtml.read(raw, name)
    if kind == "html":
        return html.read(raw, name)
    decoded = decode(raw, name)
    if markdown.looks_like(decoded.text):
        return markdown.read(decoded, name)
    return plain.read(decoded, name)


def _refuse_large(size: int, name: str, max_bytes: int) -> None:
    if size > max_bytes:
        megabytes = f"{size / 1_000_000:.1f}"
        limit = f"{max_bytes / 1_000_000:g}"
        raise UnreadableText("too_large", name, megabytes=megabytes, limit=limit)
