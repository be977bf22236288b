"""Make the file of a corpus document: real DOCX, PDF, HTML, Markdown and old encodings."""

from __future__ import annotations

import html
import textwrap
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import docx_writer
import pdf_writer
from markup import Block, Footnote, Letterhead, NewPage, Paragraph, Table, read_blocks

from cotmoc.core.legacy_encodings import TCVN3

SUFFIXES = {"docx": "docx", "pdf": "pdf", "html": "html", "md": "md"}


@dataclass(frozen=True)
class Layout:
    """What a format may do beyond the words; each format uses what it knows.

    `wrap` breaks lines after so many letters, `columns` sets a PDF in columns, `size` its letters
    in points, `header`, `footer` and `page_numbers` stand on each page, `menu` and `related` are a
    web page's furniture, `normal_form` and `line_end` are a text file's.
    """

    wrap: int | None = None
    columns: int = 1
    size: int = 11
    header: str = ""
    footer: str = ""
    page_numbers: bool = False
    menu: tuple[str, ...] = ()
    related: tuple[str, ...] = ()
    normal_form: str = "NFC"
    line_end: str = "\n"
    extra: dict[str, str] = field(default_factory=dict)


def write(text: str, kind: str, layout: Layout, folder: Path, name: str) -> Path:
    """The file in `folder`; `kind` is docx, pdf, html, md, txt, tcvn3 or vni."""
    path = folder / f"{name}.{SUFFIXES.get(kind, 'txt')}"
    path.write_bytes(_WRITERS[kind](read_blocks(text), layout))
    return path


def plain_text(blocks: list[Block], layout: Layout) -> str:
    lines: list[str] = []
    for block in blocks:
        if isinstance(block, Letterhead):
            lines += _side_by_side(block)
        elif isinstance(block, Table):
            lines += _tabbed(block)
        elif isinstance(block, Paragraph):
            if block.centred and layout.wrap:
                lines.append(block.shown.center(layout.wrap).rstrip())
            else:
                lines += _wrapped(block.shown, layout.wrap)
        elif isinstance(block, Footnote):
            lines += ["", f"({block.number}) {block.words}"]
        else:
            lines.append("")
    return (
        layout.line_end.join(
            unicodedata.normalize(layout.normal_form, "\n".join(lines)).split("\n")
        )
        + layout.line_end
    )


def _wrapped(words: str, width: int | None) -> list[str]:
    return textwrap.wrap(words, width, break_on_hyphens=False) if width else [words]


def _side_by_side(block: Letterhead) -> list[str]:
    rows = max(len(block.left), len(block.right))
    left = [*block.left, *[""] * (rows - len(block.left))]
    right = [*block.right, *[""] * (rows - len(block.right))]
    return [f"{a:<38}    {b}".rstrip() for a, b in zip(left, right, strict=True)]


def _tabbed(table: Table) -> list[str]:
    rows = [[""] * table.columns for _ in range(table.rows)]
    for cell in table.cells:
        rows[cell.row][cell.column] = cell.words
    return ["\t".join(row).rstrip() for row in rows]


def to_txt(blocks: list[Block], layout: Layout) -> bytes:
    return plain_text(blocks, layout).encode("utf-8")


def to_tcvn3(blocks: list[Block], layout: Layout) -> bytes:
    """As typed for a `.VnTime` font: most capitals with a mark are the small letter's code."""
    codes = {letter: code for code, letter in TCVN3.items()}
    capitals = dict(zip("ĂÂÊÔƠƯĐ", range(0xA1, 0xA8), strict=True))
    encoded = bytearray()
    for char in plain_text(blocks, layout):
        char = {"–": "-", "“": '"', "”": '"', "≥": ">="}.get(char, char)
        small = char.lower()
        if char in capitals:
            encoded.append(capitals[char])
        elif char.isascii():
            encoded.append(ord(char))
        else:
            encoded.append(codes[char] if char in codes else codes[small])
    return bytes(encoded)


# Marks of VNI, written after the letter; a capital letter has the capital form of the mark.
_VNI_TONES = {"\u0301": 0xF9, "\u0300": 0xF8, "\u0309": 0xFB, "\u0303": 0xF5, "\u0323": 0xEF}
_VNI_HAT = {
    "": 0xE2,
    "\u0301": 0xE1,
    "\u0300": 0xE0,
    "\u0309": 0xE5,
    "\u0303": 0xE3,
    "\u0323": 0xE4,
}
_VNI_BREVE = {
    "": 0xEA,
    "\u0301": 0xE9,
    "\u0300": 0xE8,
    "\u0309": 0xFA,
    "\u0303": 0xFC,
    "\u0323": 0xEB,
}
_VNI_WHOLE = {"đ": 0xF1, "í": 0xED, "ì": 0xEC, "ỉ": 0xE6, "ĩ": 0xF3, "ị": 0xF2, "ỵ": 0xEE}
_VNI_HORN = {"o": 0xF4, "u": 0xF6}


def to_vni(blocks: list[Block], layout: Layout) -> bytes:
    encoded = bytearray()
    for char in plain_text(blocks, layout):
        encoded += _vni({"–": "-", "“": '"', "”": '"', "≥": ">="}.get(char, char))
    return bytes(encoded)


def _vni(char: str) -> bytes:
    if all(each.isascii() for each in char):
        return char.encode("ascii")
    capital = 0x20 if char.isupper() else 0
    small = char.lower()
    if small in _VNI_WHOLE:
        return bytes([_VNI_WHOLE[small] - capital])
    base, *marks = unicodedata.normalize("NFD", small)
    tone = next((mark for mark in marks if mark in _VNI_TONES), "")
    if "\u0302" in marks or "\u0306" in marks:
        table = _VNI_HAT if "\u0302" in marks else _VNI_BREVE
        return bytes([ord(base) - capital, table[tone] - capital])
    letter = _VNI_HORN[base] if "\u031b" in marks else ord(base)
    return bytes([letter - capital, *([_VNI_TONES[tone] - capital] if tone else [])])


def to_markdown(blocks: list[Block], layout: Layout) -> bytes:
    """Headings, bold, lists and pipe tables; a merged cell is empty where it is continued."""
    lines: list[str] = []
    for block in blocks:
        if isinstance(block, Letterhead):
            lines += [f"{words}  " for words in (*block.left, *block.right)] + [""]
        elif isinstance(block, Table):
            lines += _pipes(block)
        elif isinstance(block, Paragraph):
            lines += [_markdown_line(block), *([] if block.level in ("-", "+") else [""])]
        elif isinstance(block, Footnote):
            lines += [f"[^{block.number}]: {block.words}", ""]
    return ("\n".join(lines) + "\n").encode()


def _markdown_line(block: Paragraph) -> str:
    words = block.words.replace("[*", "[^")
    if block.centred:
        return f"**{words}**"
    if block.level == "I":
        return f"## {block.number} {words}"
    if block.level == "1":
        return f"### {block.number} {words}"
    if block.level == "+":
        return f"  * {words}"
    return f"{block.number} {words}" if block.number else words


def _pipes(table: Table) -> list[str]:
    rows = [[""] * table.columns for _ in range(table.rows)]
    for cell in table.cells:
        rows[cell.row][cell.column] = cell.words
    written = ["| " + " | ".join(row) + " |" for row in rows]
    return ["", written[0], "|" + "---|" * table.columns, *written[1:], ""]


def to_html(blocks: list[Block], layout: Layout) -> bytes:
    body: list[str] = []
    for block in blocks:
        if isinstance(block, Letterhead):
            sides = "".join(
                "<td>" + "<br>".join(html.escape(words) for words in side) + "</td>"
                for side in (block.left, block.right)
            )
            body.append(f'<table class="head"><tr>{sides}</tr></table>')
        elif isinstance(block, Table):
            body.append(_html_table(block))
        elif isinstance(block, Paragraph):
            tag = "h2" if block.centred else "p"
            body.append(f"<{tag}>{html.escape(block.shown)}</{tag}>")
        elif isinstance(block, Footnote):
            body.append(f'<p class="note">[{block.number}] {html.escape(block.words)}</p>')
        elif isinstance(block, NewPage):
            body.append("<hr>")
    return _PAGE.format(
        title=html.escape(layout.extra.get("title", "Văn bản")),
        menu="".join(f'<li><a href="#">{html.escape(item)}</a></li>' for item in layout.menu),
        related="".join(f'<li><a href="#">{html.escape(item)}</a></li>' for item in layout.related),
        footer=html.escape(layout.footer),
        body="\n".join(body),
    ).encode()


_PAGE = """<!doctype html>
<html lang="vi"><head><meta charset="utf-8"><title>{title}</title>
<style>p {{ margin: 0 }}</style><script>var rate = "95% of visitors"; track(90);</script></head>
<body>
<header><nav><ul>{menu}</ul></nav><form><input value="Tìm kiếm"><button>Tìm</button></form></header>
<main><article>
{body}
</article></main>
<aside><h3>Tin liên quan</h3><ul>{related}</ul></aside>
<footer><p>{footer}</p></footer>
</body></html>
"""


def _html_table(table: Table) -> str:
    rows: list[list[str]] = [[] for _ in range(table.rows)]
    for cell in table.cells:
        spans = "".join(
            f' {name}="{span}"'
            for name, span in (("rowspan", cell.row_span), ("colspan", cell.column_span))
            if span > 1
        )
        tag = "th" if cell.row == 0 else "td"
        rows[cell.row].append(f"<{tag}{spans}>{html.escape(cell.words)}</{tag}>")
    return "<table>" + "".join(f"<tr>{''.join(row)}</tr>" for row in rows) + "</table>"


_WRITERS: dict[str, Callable[[list[Block], Layout], bytes]] = {
    "txt": to_txt,
    "tcvn3": to_tcvn3,
    "vni": to_vni,
    "md": to_markdown,
    "html": to_html,
    "docx": docx_writer.write,
    "pdf": pdf_writer.write,
}
