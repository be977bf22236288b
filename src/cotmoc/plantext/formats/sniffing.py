"""What a file is by its content; its name says nothing here."""

from __future__ import annotations

from typing import Literal

from cotmoc.plantext.formats import docx, html, mhtml, scans
from cotmoc.plantext.formats.packages import Package
from cotmoc.plantext.unreadable import UnreadableText

Kind = Literal["pdf", "docx", "image", "html", "mhtml", "text"]

_REFUSED = (
    (b"{\\rtf", "old_rtf", "RTF"),
    (b"\x1f\x8b", "archive", "GZIP"),
    (b"Rar!", "archive", "RAR"),
    (b"7z\xbc\xaf", "archive", "7z"),
    (b"%!PS", "not_text", "PostScript"),
)
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_PDF_WITHIN = 1_024


def kind_of(raw: bytes, file: str) -> Kind:
    """The kind of the file.  Raises `UnreadableText` for kinds that are not read."""
    if b"%PDF-" in raw[:_PDF_WITHIN]:
        return "pdf"
    if scans.picture_kind(raw):
        return "image"
    if raw.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return _kind_of_package(raw, file)
    if raw.startswith(_OLE):
        raise _old_office(raw, file)
    for signature, code, name in _REFUSED:
        if raw.startswith(signature):
            raise UnreadableText(code, file, looks_like=name)
    if mhtml.looks_like(raw):
        return "mhtml"
    return "html" if html.looks_like(raw) else "text"


def _kind_of_package(raw: bytes, file: str) -> Kind:
    package = Package(raw, file)
    names = package.names
    if docx.main_part(names):
        return "docx"
    if any(name.startswith("xl/") for name in names):
        raise UnreadableText("spreadsheet", file, looks_like="XLSX")
    if any(name.startswith("ppt/") for name in names):
        raise UnreadableText("old_word", file, looks_like="PPTX")
    if "mimetype" in names and "content.xml" in names:
        raise UnreadableText("old_word", file, looks_like="OpenDocument")
    raise UnreadableText("archive", file, looks_like="ZIP")


def _old_office(raw: bytes, file: str) -> UnreadableText:
    """Names of streams in the container tell the program; a locked DOCX is such a container."""

    def has(name: str) -> bool:
        return name.encode("utf-16-le") in raw

    if has("EncryptedPackage"):
        return UnreadableText("encrypted", file)
    if has("WordDocument"):
        return UnreadableText("old_word", file, looks_like="DOC")
    if has("Workbook") or has("Book"):
        return UnreadableText("spreadsheet", file, looks_like="XLS")
    return UnreadableText("old_word", file, looks_like="OLE")
