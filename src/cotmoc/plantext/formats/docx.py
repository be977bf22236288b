"""Word documents: what a reader of the printed page sees, in its order.

Tracked insertions are read, deletions are not; headers, footers, comments, hidden text and the
table of contents are left out; footnotes stand at the end.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import lru_cache

from lxml import etree

from cotmoc.core import legacy_encodings
from cotmoc.plantext.formats.building import (
    MAX_CELLS,
    MAX_COLUMNS,
    CellDraft,
    TextBuilder,
    is_layout,
)
from cotmoc.plantext.formats.cleaning import SYMBOLS, raised
from cotmoc.plantext.formats.numbering import Numbering
from cotmoc.plantext.formats.packages import Package
from cotmoc.plantext.origins import SourceText
from cotmoc.plantext.unreadable import UnreadableText

_NAMESPACES = (
    "http://schemas.openxmlformats.org/wordprocessingml/2006/main",
    "http://purl.oclc.org/ooxml/wordprocessingml/main",
)
_MAX_PARAGRAPHS = 200_000
_MAX_STYLES_UP = 12
_CONTAINERS = frozenset(("sdt", "sdtContent", "customXml", "smartTag", "ins", "moveTo", "body"))
# What is not on the page: deleted or moved away, codes of fields, comments, older drawings twice.
_UNSEEN = frozenset(
    (
        *("del", "moveFrom", "instrText", "delText", "delInstrText", "pPr", "rPr", "Fallback"),
        *("sdtPr", "sdtEndPr", "annotationRef", "rt"),
    )
)
_BREAKS = {"tab": "\t", "ptab": "\t", "br": "\n", "cr": "\n", "noBreakHyphen": "-"}
_OFF = frozenset(("0", "false", "off", "none"))
_LETTERHEAD_RIGHT = ("cộng hòa xã hội", "cộng hoà xã hội", "độc lập", "đảng cộng sản")


def read(raw: bytes, file: str) -> SourceText:
    """The document's text.  Raises `UnreadableText`."""
    return _Reader(Package(raw, file), file).read()


def main_part(names: frozenset[str]) -> str | None:
    """The part that holds the document, where Word and others put it."""
    if "word/document.xml" in names:
        return "word/document.xml"
    found = sorted(name for name in names if name.startswith("word/document"))
    return next((name for name in found if name.endswith(".xml") and name.count("/") == 1), None)


@dataclass(frozen=True, slots=True)
class _Look:
    """What a style or a run says about its letters; None where it says nothing."""

    font: str | None = None
    capitals: bool | None = None
    hidden: bool | None = None
    raised: bool | None = None

    def over(self, below: _Look) -> _Look:
        """This look, where it says nothing the one below."""
        return _Look(
            below.font if self.font is None else self.font,
            below.capitals if self.capitals is None else self.capitals,
            below.hidden if self.hidden is None else self.hidden,
            below.raised if self.raised is None else self.raised,
        )


@dataclass(frozen=True, slots=True)
class _Style:
    based_on: str | None
    name: str
    look: _Look
    number: str | None
    level: int | None


class _Styles:
    """The document's styles, each with what it inherits."""

    def __init__(self, root: etree._Element | None, tag: Callable[[str], str]) -> None:
        self._tag = tag
        self._styles: dict[str, _Style] = {}
        self.default: str | None = None
        self._base = _Look()
        self._looks: dict[str | None, _Look] = {}
        if root is not None:
            self._read(root)

    def _read(self, root: etree._Element) -> None:
        tag = self._tag
        base = root.find(f"{tag('docDefaults')}/{tag('rPrDefault')}/{tag('rPr')}")
        self._base = self.look_of(base)
        for element in root.iterchildren(tag("style")):
            key = element.get(tag("styleId"), "")
            number, level = self.numbering_of(element.find(tag("pPr")))
            self._styles[key] = _Style(
                _value(element, tag("basedOn"), tag("val")),
                (_value(element, tag("name"), tag("val")) or "").lower(),
                self.look_of(element.find(tag("rPr"))),
                number,
                level,
            )
            if element.get(tag("type")) == "paragraph" and element.get(tag("default")) == "1":
                self.default = key

    def chain(self, key: str | None) -> Iterator[tuple[str, _Style]]:
        """The style and those it is based on; a circle ends."""
        for _ in range(_MAX_STYLES_UP):
            style = self._styles.get(key) if key else None
            if style is None or key is None:
                return
            yield key, style
            key = style.based_on

    def look(self, key: str | None) -> _Look:
        """How a paragraph of this style looks."""
        if key not in self._looks:
            look = _Look()
            for _, style in self.chain(key):
                look = look.over(style.look)
            self._looks[key] = look.over(self._base)
        return self._looks[key]

    def run_look(self, key: str | None, paragraph: _Look) -> _Look:
        """How a run of this character style looks in a paragraph."""
        look = _Look()
        for _, style in self.chain(key):
            look = look.over(style.look)
        return look.over(paragraph)

    def name(self, key: str | None) -> str:
        style = self._styles.get(key) if key else None
        return style.name if style else ""

    def look_of(self, properties: etree._Element | None) -> _Look:
        """What run properties say."""
        if properties is None:
            return _Look()
        tag = self._tag
        fonts = properties.find(tag("rFonts"))
        font = None
        if fonts is not None:
            font = fonts.get(tag("ascii")) or fonts.get(tag("hAnsi"))
        place = _value(properties, tag("vertAlign"), tag("val"))
        return _Look(
            font,
            self._flag(properties, "caps"),
            self._flag(properties, "vanish"),
            None if place is None else place == "superscript",
        )

    def _flag(self, properties: etree._Element, name: str) -> bool | None:
        element = properties.find(self._tag(name))
        return None if element is None else element.get(self._tag("val"), "1") not in _OFF

    def numbering_of(self, properties: etree._Element | None) -> tuple[str | None, int | None]:
        """The list and level that paragraph properties name."""
        tag = self._tag
        found = None if properties is None else properties.find(tag("numPr"))
        if found is None:
            return None, None
        level = _value(found, tag("ilvl"), tag("val"))
        number = _value(found, tag("numId"), tag("val"))
        return number, int(level) if level and level.isdigit() and len(level) < 3 else None


class _Reader:
    def __init__(self, package: Package, file: str) -> None:
        part = main_part(package.names)
        root = package.xml(part) if part else None
        if root is None:
            raise UnreadableText("broken", file, kind="DOCX")
        self._file = file
        self._root = root
        self._package = package
        namespace = etree.QName(root).namespace or _NAMESPACES[0]
        self._prefix = f"{{{namespace}}}"
        tag = lru_cache(maxsize=None)(self._prefix.__add__)
        self._tag: Callable[[str], str] = tag
        self._styles = _Styles(package.xml("word/styles.xml"), tag)
        self._numbering = Numbering(package.xml("word/numbering.xml"), tag)
        self._builder = TextBuilder(file)
        self._paragraphs = 0
        self._carried = ""
        self._boxes: list[etree._Element] = []
        self._footnotes: list[tuple[str, str]] = []

    def read(self) -> SourceText:
        body = self._root.find(self._tag("body"))
        if body is not None:
            self._blocks(body)
        self._write_footnotes()
        return self._builder.finish("docx")

    # --- blocks ---------------------------------------------------------------------------------

    def _blocks(self, parent: etree._Element) -> None:
        for element in parent.iterchildren():
            kind = _local(element)
            if kind == "p":
                self._body_paragraph(element)
            elif kind == "tbl":
                self._table(element)
            elif kind == "sdt" and self._is_contents(element):
                self._builder.note("contents_removed")
            elif kind in _CONTAINERS:
                self._blocks(element)
            elif kind == "AlternateContent":
                for choice in element.iterchildren():
                    if _local(choice) == "Choice":
                        self._blocks(choice)

    def _is_contents(self, element: etree._Element) -> bool:
        gallery = element.find(f"{self._tag('sdtPr')}//{self._tag('docPartGallery')}")
        return gallery is not None and gallery.get(self._tag("val")) == "Table of Contents"

    def _body_paragraph(self, element: etree._Element) -> None:
        self._paragraphs += 1
        if self._paragraphs > _MAX_PARAGRAPHS:
            raise UnreadableText("text_too_long", self._file, limit=_MAX_PARAGRAPHS)
        number = self._paragraphs
        lines = self._lines(element, in_cell=False)
        self._builder.paragraph(lines, number=number)
        boxes, self._boxes = self._boxes, []
        for box in boxes:
            self._blocks(box)

    def _lines(self, element: etree._Element, *, in_cell: bool) -> list[str]:
        """A paragraph's lines with its label; none when its mark was deleted, or in contents."""
        properties = element.find(self._tag("pPr"))
        style = self._style_of(properties)
        if self._styles.name(style).startswith("toc ") and not in_cell:
            self._builder.note("contents_removed")
            return []
        text = self._text(element, self._styles.look(style))
        label = self._label(properties, style)
        if self._mark_deleted(properties):
            self._carried += text
            return []
        text, self._carried = self._carried + text, ""
        if label and (text.strip() or in_cell):
            text = label + text.lstrip()
        return _split(text)

    def _style_of(self, properties: etree._Element | None) -> str | None:
        named = None
        if properties is not None:
            named = _value(properties, self._tag("pStyle"), self._tag("val"))
        return named or self._styles.default

    def _mark_deleted(self, properties: etree._Element | None) -> bool:
        """The paragraph's end was deleted while changes were tracked: the next one continues it."""
        mark = None if properties is None else properties.find(self._tag("rPr"))
        if mark is None:
            return False
        return any(mark.find(self._tag(kind)) is not None for kind in ("del", "moveFrom"))

    def _label(self, properties: etree._Element | None, style: str | None) -> str | None:
        number, level = self._styles.numbering_of(properties)
        for key, inherited in self._styles.chain(style):
            if number is not None:
                break
            number, own = inherited.number, inherited.level
            if number is not None and key in self._numbering.by_style:
                own = self._numbering.by_style[key][1] if own is None else own
            level = own if level is None else level
        if not number or number == "0":
            return None
        return self._numbering.label(number, min(level or 0, 8))

    # --- runs -----------------------------------------------------------------------------------

    def _text(self, paragraph: etree._Element, look: _Look) -> str:
        """The visible text of a paragraph; the boxes anchored in it wait in `_boxes`."""
        parts: list[str] = []
        pending: list[tuple[etree._Element, _Look]] = [
            (child, look) for child in reversed(paragraph)
        ]
        while pending:
            element, seen = pending.pop()
            kind = _local(element)
            if kind in _UNSEEN:
                continue
            if kind == "r":
                inner = self._run_look(element, seen)
                if not inner.hidden:
                    pending += ((child, inner) for child in reversed(element))
            elif kind == "t":
                if isinstance(element.tag, str) and "drawingml" not in element.tag:
                    text = self._shown(element.text or "", seen)
                    if seen.raised and text.strip().isdigit():
                        text = raised("".join(parts[-2:]), text.strip())
                    parts.append(text)
            elif kind in _BREAKS:
                if not (kind == "tab" and _local(element.getparent()) == "tabs"):
                    parts.append(_BREAKS[kind])
            elif kind == "sym":
                parts.append(_symbol(element.get(self._tag("char"), "")))
            elif kind == "txbxContent":
                self._boxes.append(element)
            elif kind in ("footnoteReference", "endnoteReference"):
                self._footnotes.append(
                    (kind.removesuffix("Reference"), element.get(self._tag("id"), ""))
                )
            elif len(element):
                pending += ((child, seen) for child in reversed(element))
        return "".join(parts)

    def _run_look(self, run: etree._Element, paragraph: _Look) -> _Look:
        properties = run.find(self._tag("rPr"))
        if properties is None:
            return paragraph
        style = _value(properties, self._tag("rStyle"), self._tag("val"))
        return self._styles.look_of(properties).over(self._styles.run_look(style, paragraph))

    def _shown(self, text: str, look: _Look) -> str:
        font = (look.font or "").lower()
        if font.startswith(".vn") and not text.isascii():
            text = legacy_encodings.typed_as_tcvn3(text)
            self._builder.note("converted_tcvn3")
        elif font.startswith("vni") and not text.isascii():
            text = legacy_encodings.typed_as_vni(text)
            self._builder.note("converted_vni")
        drawn_large = font.startswith(".vn") and font.endswith("h")
        return text.upper() if look.capitals or drawn_large else text

    # --- tables ---------------------------------------------------------------------------------

    def _table(self, element: etree._Element) -> None:
        if next(element.iterdescendants(self._tag("tbl")), None) is not None:
            for cell in self._descend(element, "tc"):
                self._blocks(cell)
            return
        cells = self._cells(element)
        if is_layout(cells):
            for cell in cells:
                for text, _ in cell.lines:
                    self._builder.paragraph([text], number=self._paragraphs)
        else:
            self._builder.table(cells)

    def _cells(self, table: etree._Element) -> list[CellDraft]:
        cells: list[CellDraft] = []
        above: dict[int, CellDraft] = {}
        row = 0
        for element in self._descend(table, "tr"):
            properties = element.find(self._tag("trPr"))
            if properties is not None and properties.find(self._tag("del")) is not None:
                continue
            row += 1
            column = 1 + self._number(properties, "gridBefore", 0)
            for cell in self._descend(element, "tc"):
                column += self._add_cell(cell, row, column, cells, above)
        return cells

    def _add_cell(
        self,
        cell: etree._Element,
        row: int,
        column: int,
        cells: list[CellDraft],
        above: dict[int, CellDraft],
    ) -> int:
        """Add the cell, or lengthen the one above that it continues; how many columns it takes."""
        about = cell.find(self._tag("tcPr"))
        lines = self._cell_lines(cell)
        width = min(max(1, self._number(about, "gridSpan", 1)), MAX_COLUMNS - column + 1)
        if width < 1 or len(cells) >= MAX_CELLS:
            # Beyond any real table: the words are kept, their place is not.
            cells[-1].lines += lines
            return 0
        started = above.get(column)
        touches = started is not None and started.row + started.row_span == row
        if started and touches and started.column_span == width and self._continues(about):
            started.row_span += 1
        else:
            above[column] = CellDraft(row, column, 1, width, lines)
            cells.append(above[column])
        return width

    def _descend(self, parent: etree._Element, wanted: str) -> Iterator[etree._Element]:
        """Children of a kind, through content controls and the like."""
        for element in parent.iterchildren():
            kind = _local(element)
            if kind == wanted:
                yield element
            elif kind in _CONTAINERS or (wanted == "tc" and kind == "tr"):
                yield from self._descend(element, wanted)

    def _cell_lines(self, cell: etree._Element) -> list[tuple[str, int | None]]:
        lines: list[tuple[str, int | None]] = []
        about = cell.find(self._tag("tcPr"))
        if about is not None and about.find(self._tag("cellDel")) is not None:
            return lines
        for element in self._descend(cell, "p"):
            lines += ((line, None) for line in self._lines(element, in_cell=True))
        boxes, self._boxes = self._boxes, []
        for box in boxes:
            for element in self._descend(box, "p"):
                lines += ((line, None) for line in self._lines(element, in_cell=True))
        return lines

    def _continues(self, properties: etree._Element | None) -> bool:
        merge = None if properties is None else properties.find(self._tag("vMerge"))
        return merge is not None and merge.get(self._tag("val"), "continue") == "continue"

    def _number(self, properties: etree._Element | None, name: str, default: int) -> int:
        if properties is None:
            return default
        text = _value(properties, self._tag(name), self._tag("val")) or ""
        return min(int(text), MAX_COLUMNS - 1) if text.isdigit() and len(text) < 6 else default

    # --- footnotes ------------------------------------------------------------------------------

    def _write_footnotes(self) -> None:
        if not self._footnotes:
            return
        found: dict[tuple[str, str], etree._Element] = {}
        for kind in ("footnote", "endnote"):
            root = self._package.xml(f"word/{kind}s.xml")
            if root is not None:
                for note in root.iterchildren(self._tag(kind)):
                    found[kind, note.get(self._tag("id"), "")] = note
        self._builder.blank()
        self._builder.note("footnotes_at_end")
        for number, key in enumerate(dict.fromkeys(self._footnotes), start=1):
            if key in found:
                self._footnote(number, found[key])

    def _footnote(self, number: int, element: etree._Element) -> None:
        lines: list[str] = []
        for paragraph in self._descend(element, "p"):
            lines += self._lines(paragraph, in_cell=True)
        words = " ".join(line.strip() for line in lines if line.strip())
        if words:
            self._paragraphs += 1
            self._builder.paragraph([f"[{number}] {words}"], number=self._paragraphs)


def _symbol(code: str) -> str:
    """A character of a symbol font, given in hexadecimal; unknown ones show nothing we can read."""
    try:
        number = int(code, 16)
    except ValueError:
        return ""
    return SYMBOLS.get(number) or SYMBOLS.get(number + 0xF000, "")


def _split(text: str) -> list[str]:
    """Lines of a paragraph; a letterhead set with tabs has two columns on one line."""
    lines = []
    for line in text.split("\n"):
        left, _, right = line.strip().partition("\t")
        right = right.strip()
        two = left.strip() and right.lower().startswith(_LETTERHEAD_RIGHT)
        lines += [left, right] if two else [line]
    return lines


def _local(element: etree._Element | None) -> str:
    """The name without its namespace; empty for what is no element."""
    if element is None or not isinstance(element.tag, str):
        return ""
    return element.tag.rpartition("}")[2]


def _value(parent: etree._Element, name: str, attribute: str) -> str | None:
    child = parent.find(name)
    return None if child is None else child.get(attribute)
