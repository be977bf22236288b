"""Makes real files for the tests of the formats: Word packages by hand, PDF with ReportLab."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable, Sequence
from importlib.resources import files

from reportlab.lib.pagesizes import A4
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas

W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
FONT = "BeVietnamPro"
WIDTH, HEIGHT = A4


def docx(body: str, **parts: str) -> bytes:
    """A Word package; `numbering`, `styles` and `footnotes` are the inside of those parts."""
    roots = {"numbering": "numbering", "styles": "styles", "footnotes": "footnotes"}
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as package:
        package.writestr("[Content_Types].xml", "<Types/>")
        package.writestr("word/document.xml", _part("document", f"<w:body>{body}</w:body>"))
        package.writestr("word/header1.xml", _part("hdr", paragraph("ĐẦU TRANG")))
        for name, inside in parts.items():
            package.writestr(f"word/{name}.xml", _part(roots[name], inside))
    return packed.getvalue()


def _part(root: str, inside: str) -> str:
    return (
        f'<?xml version="1.0" encoding="UTF-8"?><w:{root} xmlns:w="{W}" '
        'xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006" '
        'xmlns:wps="http://schemas.microsoft.com/office/word/2010/wordprocessingShape" '
        f'xmlns:v="urn:schemas-microsoft-com:vml">{inside}</w:{root}>'
    )


def run(text: str, properties: str = "") -> str:
    return f'<w:r><w:rPr>{properties}</w:rPr><w:t xml:space="preserve">{text}</w:t></w:r>'


def paragraph(text: str = "", properties: str = "", *, runs: str = "") -> str:
    inside = runs or (run(text) if text else "")
    return f"<w:p><w:pPr>{properties}</w:pPr>{inside}</w:p>"


def numbered(text: str, number: int, level: int = 0) -> str:
    listed = f'<w:numPr><w:ilvl w:val="{level}"/><w:numId w:val="{number}"/></w:numPr>'
    return paragraph(text, listed)


def cell(text: str = "", properties: str = "") -> str:
    return f"<w:tc><w:tcPr>{properties}</w:tcPr>{paragraph(text)}</w:tc>"


def table(*rows: Sequence[str]) -> str:
    lines = "".join(f"<w:tr>{''.join(row)}</w:tr>" for row in rows)
    return f"<w:tbl>{lines}</w:tbl>"


def level(index: int, style: str, text: str) -> str:
    return (
        f'<w:lvl w:ilvl="{index}"><w:start w:val="1"/><w:numFmt w:val="{style}"/>'
        f'<w:lvlText w:val="{text}"/></w:lvl>'
    )


def pdf(*draws: Callable[[Canvas], None]) -> bytes:
    """A PDF in which each function draws one page."""
    if FONT not in pdfmetrics.getRegisteredFontNames():
        path = files("fontpkg_be_vietnam_pro") / "files" / "BeVietnamPro-Regular.ttf"
        pdfmetrics.registerFont(TTFont(FONT, str(path)))
    file = io.BytesIO()
    canvas = Canvas(file, pagesize=A4, invariant=True)
    for draw in draws:
        canvas.setFont(FONT, 12)
        draw(canvas)
        canvas.showPage()
    canvas.save()
    return file.getvalue()


def wrap(text: str, width: float, size: float = 12, indent: float = 0.0) -> list[str]:
    """Lines as a word processor breaks them."""
    lines, line = [], ""
    for word in text.split():
        room = width - (0.0 if lines else indent)
        longer = f"{line} {word}".strip()
        if pdfmetrics.stringWidth(longer, FONT, size) > room:
            lines.append(line)
            line = word
        else:
            line = longer
    return [*lines, line]


class Writer:
    """Writes paragraphs down a page, breaking lines at the margins."""

    def __init__(self, canvas: Canvas, top: float = HEIGHT - 80) -> None:
        self.canvas, self.y = canvas, top

    def paragraph(
        self, text: str, *, left: float = 85, right: float = WIDTH - 57, indent: float = 28
    ) -> None:
        for index, line in enumerate(wrap(text, right - left, indent=indent)):
            self.canvas.drawString(left + (0 if index else indent), self.y, line)
            self.y -= 17
        self.y -= 4

    def centred(self, text: str, middle: float = WIDTH / 2) -> None:
        self.canvas.drawCentredString(middle, self.y, text)
        self.y -= 17

    def grid(
        self, rows: Sequence[Sequence[str]], columns: Sequence[float], size: float = 10
    ) -> None:
        """A ruled table; every line is drawn, cells are wrapped."""
        self.canvas.setFont(FONT, size)
        top = self.y
        for row in rows:
            texts = [
                wrap(text, columns[index + 1] - columns[index] - 8, size)
                for index, text in enumerate(row)
            ]
            height = max(map(len, texts)) * (size + 3) + 6
            self.canvas.line(columns[0], self.y, columns[-1], self.y)
            for index, lines in enumerate(texts):
                for number, line in enumerate(lines):
                    y = self.y - size - 1 - number * (size + 3)
                    self.canvas.drawString(columns[index] + 4, y, line)
            self.y -= height
        self.canvas.line(columns[0], self.y, columns[-1], self.y)
        for x in columns:
            self.canvas.line(x, top, x, self.y)
        self.canvas.setFont(FONT, 12)
        self.y -= 22
