"""A DOCX as a word processor makes it: numbering definitions, merged cells, real footnotes."""

from __future__ import annotations

import io
from typing import Any

from docx import Document
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_BREAK
from docx.opc.constants import CONTENT_TYPE, RELATIONSHIP_TYPE
from docx.opc.packuri import PackURI
from docx.opc.part import Part
from docx.oxml import OxmlElement, parse_xml
from docx.oxml.ns import nsdecls, qn
from markup import LEVELS, NOTE, Footnote, Letterhead, NewPage, Paragraph, Table

_FORMATS = {
    "I": ("upperRoman", "%1."),
    "1": ("decimal", "%2."),
    "1.1": ("decimal", "%2.%3."),
    "a": ("lowerLetter", "%4)"),
    "-": ("bullet", "-"),
    "+": ("bullet", "+"),
    "Điều": ("decimal", "Điều %7."),
}
_ABSTRACT, _NUMBERING = 90, 90
_FONT = "Times New Roman"


def write(blocks: list[Any], layout: Any) -> bytes:
    document = Document()
    document.styles["Normal"].font.name = _FONT
    _define_numbering(document)
    _furnish(document, layout)
    for block in blocks:
        if isinstance(block, Paragraph):
            _add_paragraph(document, block)
        elif isinstance(block, Letterhead):
            _add_letterhead(document, block)
        elif isinstance(block, Table):
            _add_table(document, block)
        elif isinstance(block, NewPage):
            document.add_paragraph().add_run().add_break(WD_BREAK.PAGE)
    notes = [block for block in blocks if isinstance(block, Footnote)]
    if notes:
        _add_footnotes(document, notes)
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def _define_numbering(document: Any) -> None:
    levels = "".join(
        f'<w:lvl w:ilvl="{number}"><w:start w:val="1"/><w:numFmt w:val="{_FORMATS[level][0]}"/>'
        f'<w:lvlText w:val="{_FORMATS[level][1]}"/></w:lvl>'
        for number, level in enumerate(LEVELS)
    )
    numbering = document.part.numbering_part.element
    abstract = parse_xml(
        f'<w:abstractNum {nsdecls("w")} w:abstractNumId="{_ABSTRACT}">'
        f'<w:multiLevelType w:val="multilevel"/>{levels}</w:abstractNum>'
    )
    numbering.insert(0, abstract)
    numbering.append(
        parse_xml(
            f'<w:num {nsdecls("w")} w:numId="{_NUMBERING}">'
            f'<w:abstractNumId w:val="{_ABSTRACT}"/></w:num>'
        )
    )


def _add_paragraph(document: Any, block: Paragraph) -> None:
    paragraph = document.add_paragraph()
    if block.centred:
        paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
    if block.level:
        properties = paragraph._p.get_or_add_pPr()
        numbered = parse_xml(
            f'<w:numPr {nsdecls("w")}><w:ilvl w:val="{LEVELS.index(block.level)}"/>'
            f'<w:numId w:val="{_NUMBERING}"/></w:numPr>'
        )
        properties.insert(0, numbered)
    position = 0
    for sign in NOTE.finditer(block.words):
        _add_words(paragraph, block.words[position : sign.start()], block.centred)
        _refer_to_note(paragraph, int(sign[1]))
        position = sign.end()
    _add_words(paragraph, block.words[position:], block.centred)


def _add_words(paragraph: Any, words: str, bold: bool) -> None:
    """In two runs, as an edited document has them: a run may end within a word."""
    middle = len(words) // 2
    for part in (words[:middle], words[middle:]):
        if part:
            paragraph.add_run(part).bold = bold


def _refer_to_note(paragraph: Any, number: int) -> None:
    reference = OxmlElement("w:footnoteReference")
    reference.set(qn("w:id"), str(number))
    paragraph.add_run()._r.append(reference)


def _add_footnotes(document: Any, notes: list[Footnote]) -> None:
    written = "".join(
        f'<w:footnote w:id="{note.number}"><w:p><w:r><w:footnoteRef/></w:r>'
        f'<w:r><w:t xml:space="preserve"> {note.words}</w:t></w:r></w:p></w:footnote>'
        for note in notes
    )
    separator = (
        '<w:footnote w:type="separator" w:id="-1"><w:p><w:r><w:separator/></w:r></w:p></w:footnote>'
    )
    xml = (
        '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'
        f"<w:footnotes {nsdecls('w')}>{separator}{written}</w:footnotes>"
    )
    part = Part(
        PackURI("/word/footnotes.xml"),
        CONTENT_TYPE.WML_FOOTNOTES,
        xml.encode(),
        document.part.package,
    )
    document.part.relate_to(part, RELATIONSHIP_TYPE.FOOTNOTES)


def _add_letterhead(document: Any, block: Letterhead) -> None:
    table = document.add_table(rows=1, cols=2)
    for cell, words in zip(table.rows[0].cells, (block.left, block.right), strict=True):
        cell.paragraphs[0].add_run(words[0])
        for line in words[1:]:
            cell.add_paragraph(line)


def _add_table(document: Any, block: Table) -> None:
    table = document.add_table(rows=block.rows, cols=block.columns)
    table.style = "Table Grid"
    for cell in block.cells:
        place = table.cell(cell.row, cell.column)
        if cell.row_span > 1 or cell.column_span > 1:
            last = table.cell(cell.row + cell.row_span - 1, cell.column + cell.column_span - 1)
            place = place.merge(last)
        place.text = cell.words


def _furnish(document: Any, layout: Any) -> None:
    section = document.sections[0]
    if layout.header:
        section.header.paragraphs[0].text = layout.header
    if layout.footer:
        section.footer.paragraphs[0].text = layout.footer
    if layout.page_numbers:
        field = parse_xml(
            f'<w:fldSimple {nsdecls("w")} w:instr="PAGE"><w:r><w:t>1</w:t></w:r></w:fldSimple>'
        )
        section.footer.add_paragraph()._p.append(field)
