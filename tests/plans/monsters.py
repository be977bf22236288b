"""Files made to break a reader: bombs, loops, huge tables, broken structures."""

from __future__ import annotations

import io
import zipfile
import zlib
from collections.abc import Callable, Iterator

_W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
# ruff: noqa: E501 - XML and PDF as they are written.
_TYPES = """<?xml version="1.0" encoding="UTF-8"?>
<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">
<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>
<Default Extension="xml" ContentType="application/xml"/>
<Override PartName="/word/document.xml" ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"/>
</Types>"""
_RELATIONS = """<?xml version="1.0" encoding="UTF-8"?>
<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">
<Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="word/document.xml"/>
</Relationships>"""
_PROMISE = "<w:p><w:r><w:t>I. MỤC TIÊU</w:t></w:r></w:p><w:p><w:r><w:t>- 90% hồ sơ được ký số</w:t></w:r></w:p>"


def docx(body: str, prolog: str = "", **parts: str) -> bytes:
    """A DOCX of a body; `numbering`, `styles` and `footnotes` are further parts of `word/`."""
    document = f'<?xml version="1.0" encoding="UTF-8"?>{prolog}<w:document xmlns:w="{_W}"><w:body>{body}</w:body></w:document>'
    return _zip(
        {
            "word/document.xml": document.encode(),
            **{f"word/{name}.xml": words.encode() for name, words in parts.items()},
        }
    )


def _zip(files: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", _TYPES)
        archive.writestr("_rels/.rels", _RELATIONS)
        for name, raw in files.items():
            archive.writestr(name, raw)
    return out.getvalue()


def docx_bomb(megabytes: int = 400) -> bytes:
    """A document.xml of so many megabytes of blanks, packed into some hundred kilobytes."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        archive.writestr("[Content_Types].xml", _TYPES)
        archive.writestr("_rels/.rels", _RELATIONS)
        with archive.open("word/document.xml", "w") as document:
            document.write(f'<w:document xmlns:w="{_W}"><w:body><w:p><w:r><w:t>'.encode())
            for _ in range(megabytes):
                document.write(b" " * 1_000_000)
            document.write(b"</w:t></w:r></w:p></w:body></w:document>")
    return out.getvalue()


def docx_lying_about_size() -> bytes:
    """The directory of the archive says that the document is ten bytes long."""
    raw = bytearray(docx(_PROMISE * 1000))
    entry = raw.rfind(b"PK\x01\x02", 0, raw.rfind(b"word/document.xml"))
    raw[entry + 24 : entry + 28] = (10).to_bytes(4, "little")
    return bytes(raw)


def docx_laughs() -> bytes:
    """Ten entities, each ten times the one before: a gigabyte when expanded."""
    entities = '<!ENTITY a0 "hahahahaha">' + "".join(
        f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 10)
    )
    return docx("<w:p><w:r><w:t>&a9;</w:t></w:r></w:p>", f"<!DOCTYPE x [{entities}]>")


def docx_outside(address: str = "file:///etc/hostname") -> bytes:
    """An entity that would read a file of the machine."""
    prolog = f'<!DOCTYPE x [<!ENTITY f SYSTEM "{address}">]>'
    return docx(f"<w:p><w:r><w:t>&f;</w:t></w:r></w:p>{_PROMISE}", prolog)


def docx_nested_tables(depth: int = 3000) -> bytes:
    opening, closing = "<w:tbl><w:tr><w:tc>", "<w:p/></w:tc></w:tr></w:tbl>"
    return docx(opening * depth + _PROMISE + closing * depth)


def docx_wide_cell() -> bytes:
    cell = '<w:tc><w:tcPr><w:gridSpan w:val="{}"/></w:tcPr>{}</w:tc>'
    rows = "".join(
        f"<w:tr>{cell.format(span, _PROMISE)}</w:tr>" for span in ("999999999", "-5", "x", "0", "")
    )
    return docx(f"<w:tbl>{rows}</w:tbl>")


def docx_huge_table(rows: int = 2000, columns: int = 20) -> bytes:
    row = "<w:tr>" + "<w:tc><w:p><w:r><w:t>90%</w:t></w:r></w:p></w:tc>" * columns + "</w:tr>"
    return docx(f"<w:tbl>{row * rows}</w:tbl>")


def docx_merges_without_start() -> bytes:
    cell = "<w:tc><w:tcPr><w:vMerge/></w:tcPr><w:p><w:r><w:t>90%</w:t></w:r></w:p></w:tc>"
    return docx(f"<w:tbl>{'<w:tr>' + cell * 3 + '</w:tr>'}<w:tr/><w:tr>{cell}</w:tr></w:tbl>")


def docx_numbering_loop() -> bytes:
    """Styles based on each other, a numbering that leads back to a style, levels that are none."""
    styles = (
        f'<w:styles xmlns:w="{_W}">'
        '<w:style w:type="paragraph" w:styleId="A"><w:basedOn w:val="B"/><w:pPr><w:numPr>'
        '<w:numId w:val="1"/></w:numPr></w:pPr></w:style>'
        '<w:style w:type="paragraph" w:styleId="B"><w:basedOn w:val="A"/></w:style></w:styles>'
    )
    numbering = (
        f'<w:numbering xmlns:w="{_W}"><w:abstractNum w:abstractNumId="0">'
        '<w:numStyleLink w:val="A"/><w:lvl w:ilvl="0"><w:start w:val="99999999999"/>'
        '<w:numFmt w:val="upperRoman"/><w:lvlText w:val="%1.%2.%9.%0.%1"/></w:lvl>'
        '<w:lvl w:ilvl="77"><w:numFmt w:val="lowerLetter"/></w:lvl></w:abstractNum>'
        '<w:num w:numId="1"><w:abstractNumId w:val="0"/></w:num>'
        '<w:num w:numId="2"><w:abstractNumId w:val="404"/></w:num></w:numbering>'
    )
    body = "".join(
        f'<w:p><w:pPr><w:pStyle w:val="B"/><w:numPr><w:ilvl w:val="{level}"/>'
        f'<w:numId w:val="{number}"/></w:numPr></w:pPr><w:r><w:t>90% xã</w:t></w:r></w:p>'
        for level in ("0", "77", "-1", "x")
        for number in ("1", "2", "3", "x")
    )
    return docx(body, numbering=numbering, styles=styles)


def docx_of_nothing() -> bytes:
    return _zip({})


# --- PDF ------------------------------------------------------------------------------------------


def pdf(*objects: bytes, shift: int = 0, trailer: bytes = b"/Root 1 0 R") -> bytes:
    """Objects 1, 2, … with a table of where they are; a `shift` makes the table wrong."""
    out = bytearray(b"%PDF-1.7\n")
    places = []
    for number, words in enumerate(objects, 1):
        places.append(len(out) + shift)
        out += b"%d 0 obj\n" % number + words + b"\nendobj\n"
    start = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    for place in places:
        out += b"%010d 00000 n \n" % max(0, place)
    out += b"trailer\n<< /Size %d %s >>\nstartxref\n%d\n%%%%EOF\n" % (
        len(objects) + 1,
        trailer,
        start + shift,
    )
    return bytes(out)


_CATALOGUE = b"<< /Type /Catalog /Pages 2 0 R >>"
_PAGE = b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R /Resources << /Font << /F 5 0 R >> >> >>"
_FONT = b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>"


def _stream(raw: bytes, more: bytes = b"", length: int | None = None) -> bytes:
    said = len(raw) if length is None else length
    return b"<< /Length %d %s >>\nstream\n" % (said, more) + raw + b"\nendstream"


def _pages(kids: bytes, count: int = 1) -> bytes:
    return b"<< /Type /Pages /Kids [%s] /Count %d >>" % (kids, count)


def pdf_with(content: bytes, **more: int) -> bytes:
    return pdf(_CATALOGUE, _pages(b"3 0 R"), _PAGE, content, _FONT, **more)


_WORDS = b"BT /F 12 Tf 72 700 Td (90% ho so duoc ky so) Tj ET"


def pdfs() -> Iterator[tuple[str, Callable[[], bytes]]]:
    good = _stream(_WORDS)
    yield (
        "page tree that holds itself",
        lambda: pdf(_CATALOGUE, _pages(b"2 0 R 3 0 R", 2), _PAGE, good, _FONT),
    )
    yield (
        "two page trees that hold each other",
        lambda: pdf(_CATALOGUE, _pages(b"3 0 R"), _pages(b"2 0 R"), good, _FONT),
    )
    yield (
        "a million pages that are one",
        lambda: pdf(_CATALOGUE, _pages(b"3 0 R " * 20_000, 1_000_000), _PAGE, good, _FONT),
    )
    yield (
        "a page count that is a lie",
        lambda: pdf(_CATALOGUE, _pages(b"3 0 R", 10**9), _PAGE, good, _FONT),
    )
    yield "a negative page count", lambda: pdf(_CATALOGUE, _pages(b"3 0 R", -1), _PAGE, good, _FONT)
    yield "a table of places that is wrong", lambda: pdf_with(good, shift=7)
    yield "places beyond the end", lambda: pdf_with(good, shift=10**8)
    yield "a length that is a lie", lambda: pdf_with(_stream(_WORDS, length=10**9))
    yield (
        "a length that refers to itself",
        lambda: pdf_with(b"<< /Length 4 0 R >>\nstream\n" + _WORDS + b"\nendstream"),
    )
    yield (
        "a catalogue that is its own tree",
        lambda: pdf(b"<< /Type /Catalog /Pages 1 0 R /Kids [1 0 R] >>"),
    )
    yield "no catalogue", lambda: pdf(_FONT, trailer=b"")
    yield (
        "a trailer that points to itself",
        lambda: pdf_with(good).replace(b"/Root 1 0 R", b"/Root 1 0 R /Prev 9"),
    )
    yield (
        "a form that draws itself",
        lambda: pdf(
            _CATALOGUE,
            _pages(b"3 0 R"),
            _PAGE.replace(b"/Font", b"/XObject << /X 4 0 R >> /Font"),
            _stream(
                b"/X Do " + _WORDS,
                b"/Type /XObject /Subtype /Form /BBox [0 0 9 9] /Resources << /XObject << /X 4 0 R >> >>",
            ),
            _FONT,
        ),
    )
    yield "brackets without end", lambda: pdf_with(_stream(b"[" * 200_000 + _WORDS))
    yield "states saved without end", lambda: pdf_with(_stream(b"q " * 200_000 + _WORDS))
    yield "dictionaries without end", lambda: pdf(b"<< /A " * 50_000 + b">> " * 50_000)
    yield (
        "a stream that unpacks to 150 MB",
        lambda: pdf_with(_stream(zlib.compress(b" " * 150_000_000, 1), b"/Filter /FlateDecode")),
    )
    yield (
        "packed data that is broken",
        lambda: pdf_with(_stream(zlib.compress(_WORDS)[:-9] + b"zzzzzz", b"/Filter /FlateDecode")),
    )
    yield "a filter nobody knows", lambda: pdf_with(_stream(_WORDS, b"/Filter /Nonsense"))
    yield (
        "words far off the page",
        lambda: pdf_with(_stream(b"BT /F 1e30 Tf 1e38 -1e38 Td (90%) Tj 0 0 Td (x) Tj ET")),
    )
    yield (
        "a page without size",
        lambda: pdf(
            _CATALOGUE, _pages(b"3 0 R"), _PAGE.replace(b"[0 0 595 842]", b"[0 0 0 0]"), good, _FONT
        ),
    )
    yield (
        "encrypted",
        lambda: pdf(
            _CATALOGUE,
            _pages(b"3 0 R"),
            _PAGE,
            good,
            _FONT,
            b"<< /Filter /Standard /V 1 /R 2 /O ("
            + b"o" * 32
            + b") /U ("
            + b"u" * 32
            + b") /P -4 >>",
            trailer=b"/Root 1 0 R /Encrypt 6 0 R /ID [(a) (a)]",
        ),
    )
    yield "the first line alone", lambda: b"%PDF-1.7\n"
    yield "two files, one after the other", lambda: pdf_with(good) + pdf_with(good, shift=3)


def docxs() -> Iterator[tuple[str, Callable[[], bytes]]]:
    yield "bomb of 400 MB", docx_bomb
    yield "size that is a lie", docx_lying_about_size
    yield "a billion laughs", docx_laughs
    yield "a file from outside", docx_outside
    yield "tables in tables", docx_nested_tables
    yield "a cell of a billion columns", docx_wide_cell
    yield "a table of 40,000 cells", docx_huge_table
    yield "merged cells without a first", docx_merges_without_start
    yield "numbering in a loop", docx_numbering_loop
    yield "no document", docx_of_nothing
    yield "a document that is no XML", lambda: _zip({"word/document.xml": b"<w:document><w:p>"})
    yield "an empty document", lambda: docx("")
    yield "a zip of something else", lambda: _zip({"xl/workbook.xml": b"<workbook/>"})
    yield "an archive without end", lambda: docx(_PROMISE)[:-22]
    yield "the document twice", lambda: docx(_PROMISE) + docx(_PROMISE)


def htmls() -> Iterator[tuple[str, Callable[[], bytes]]]:
    head = b"<!doctype html><html><body>"
    yield "elements in elements", lambda: head + b"<div>" * 50_000 + b"90%"
    yield "tables in tables", lambda: head + b"<table><tr><td>" * 20_000 + b"90%"
    yield (
        "a cell of a billion columns",
        lambda: (
            head
            + (
                b'<table><tr><td colspan="999999999" rowspan="999999999">90%</td></tr><tr><td>x</td></tr></table>'
            )
        ),
    )
    yield "a tag without end", lambda: head + b"<" * 300_000
    yield "an attribute without end", lambda: head + b'<a href="' + b"x" * 1_000_000
    yield "a comment without end", lambda: head + b"<!--" * 100_000
    yield "a script without end", lambda: head + b"<script>" + b"90% " * 100_000
    yield "entities", lambda: head + b"&#1114112;&#xD800;&#0;&amp" * 20_000
    yield (
        "an encoding that is a lie",
        lambda: b'<html><meta charset="utf-16"><p>90% h\xe1\xbb\x93</p></html>',
    )
