"""A PDF with a text layer, set in the typeface of the kit, as an office prints it."""

from __future__ import annotations

import io
from functools import cache
from importlib.resources import as_file, files
from typing import Any
from xml.sax.saxutils import escape

from markup import NOTE, Footnote, Letterhead, NewPage, Paragraph, Table
from reportlab.lib import colors
from reportlab.lib.enums import TA_CENTER, TA_JUSTIFY
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.platypus import BaseDocTemplate, Frame, PageBreak, PageTemplate, Spacer
from reportlab.platypus import Paragraph as Set
from reportlab.platypus import Table as Grid

_MARGIN = 20 * mm
_GAP = 8 * mm
_NARROWEST = 34


@cache
def _fonts() -> tuple[str, str]:
    """The names of the plain and the bold face, found through the package that carries them."""
    for name, file in (("Plain", "Regular"), ("Bold", "SemiBold")):
        with as_file(files("fontpkg_be_vietnam_pro") / f"files/BeVietnamPro-{file}.ttf") as path:
            pdfmetrics.registerFont(TTFont(name, str(path)))
    return "Plain", "Bold"


def write(blocks: list[Any], layout: Any) -> bytes:
    plain, bold = _fonts()
    body = ParagraphStyle(
        "body", fontName=plain, fontSize=layout.size, leading=layout.size * 1.35, spaceAfter=4
    )
    body.alignment = TA_JUSTIFY if layout.columns == 1 else 0
    styles = {
        "body": body,
        "cell": ParagraphStyle("cell", fontName=plain, fontSize=9, leading=12),
        "centred": ParagraphStyle("centred", parent=body, fontName=bold, alignment=TA_CENTER),
        "note": ParagraphStyle("note", fontName=plain, fontSize=8, leading=10),
    }
    out = io.BytesIO()
    _template(out, layout, plain).build(_story(blocks, styles))
    return out.getvalue()


def _template(out: io.BytesIO, layout: Any, font: str) -> BaseDocTemplate:
    width, height = A4
    room = (width - 2 * _MARGIN - (layout.columns - 1) * _GAP) / layout.columns
    frames = [
        Frame(_MARGIN + n * (room + _GAP), _MARGIN, room, height - 2 * _MARGIN, id=f"column{n}")
        for n in range(layout.columns)
    ]

    def furnish(canvas: Any, document: Any) -> None:
        canvas.setFont(font, 9)
        if layout.header:
            canvas.drawString(_MARGIN, height - 12 * mm, layout.header)
        if layout.footer:
            canvas.drawString(_MARGIN, 10 * mm, layout.footer)
        if layout.page_numbers and document.page > 1:  # Decree 30: none on the first page
            canvas.drawCentredString(width / 2, height - 16 * mm, str(document.page))

    document = BaseDocTemplate(out, pagesize=A4, invariant=1)
    document.addPageTemplates(PageTemplate(frames=frames, onPage=furnish))
    return document


def _story(blocks: list[Any], styles: dict[str, ParagraphStyle]) -> list[Any]:
    story: list[Any] = []
    notes: list[Any] = []
    for block in blocks:
        if isinstance(block, Paragraph):
            story.append(_set(block, styles))
        elif isinstance(block, Letterhead):
            story += [_letterhead(block, styles["cell"]), Spacer(1, 8)]
        elif isinstance(block, Table):
            story += [_grid(block, styles["cell"]), Spacer(1, 8)]
        elif isinstance(block, NewPage):
            story.append(PageBreak())
        elif isinstance(block, Footnote):
            notes.append(Set(f"{block.number}. {escape(block.words)}", styles["note"]))
    return story + notes


def _set(block: Paragraph, styles: dict[str, ParagraphStyle]) -> Set:
    words = escape(f"{block.number} {block.words}" if block.number else block.words)
    words = NOTE.sub(r"<super>\1</super>", words)
    return Set(words, styles["centred" if block.centred else "body"])


def _letterhead(block: Letterhead, style: ParagraphStyle) -> Grid:
    centred = ParagraphStyle("head", parent=style, alignment=TA_CENTER)
    sides = [[Set(escape(words), centred) for words in side] for side in (block.left, block.right)]
    return Grid([sides], colWidths=["45%", "55%"])


def _grid(block: Table, style: ParagraphStyle) -> Grid:
    rows: list[list[Any]] = [[""] * block.columns for _ in range(block.rows)]
    look: list[Any] = [
        ("GRID", (0, 0), (-1, -1), 0.5, colors.black),
        ("VALIGN", (0, 0), (-1, -1), "TOP"),
    ]
    weights = [1] * block.columns
    for cell in block.cells:
        rows[cell.row][cell.column] = Set(escape(cell.words), style)
        if cell.column_span == 1:
            weights[cell.column] = max(weights[cell.column], min(len(cell.words), 60))
        if cell.row_span > 1 or cell.column_span > 1:
            last = (cell.column + cell.column_span - 1, cell.row + cell.row_span - 1)
            look.append(("SPAN", (cell.column, cell.row), last))
    room = A4[0] - 2 * _MARGIN - 12 - _NARROWEST * block.columns
    widths = [_NARROWEST + room * weight / sum(weights) for weight in weights]
    return Grid(rows, colWidths=widths, style=look, repeatRows=1)
