"""Web pages and what Word saves as one: the article's blocks, lists and tables."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from operator import itemgetter

from lxml import etree

from cotmoc.plantext.formats.building import CellDraft, GridFiller, TextBuilder, is_layout
from cotmoc.plantext.formats.cleaning import raised
from cotmoc.plantext.formats.encodings import decode
from cotmoc.plantext.formats.numbering import counted
from cotmoc.plantext.origins import SourceText
from cotmoc.plantext.unreadable import UnreadableText

_SNIFFED = 4_096
_OPENING = re.compile(
    rb"\s{0,200}(?:<\?xml[^>]{0,200}>\s{0,200})?(?:<!--[^>]{0,2000}-->\s{0,200}){0,5}<(?:!doctype\s{1,8}html|html|head|body)\b",
    re.IGNORECASE,
)
_TAG = re.compile(
    rb"<(/?(?:html|head|body|p|div|table|tr|td|ul|li|span|br|h[1-6]|article)\b)[^<>]{0,400}>",
    re.IGNORECASE,
)
_LEAST_TAGS = 6
_CHARSET = re.compile(rb"charset\s{0,4}=\s{0,4}[\"']?\s{0,4}([\w.:-]{1,40})", re.IGNORECASE)
_DROPPED = frozenset(
    (
        *("script", "style", "nav", "noscript", "template", "svg", "math", "iframe", "object"),
        *("form", "button", "select", "textarea", "aside", "footer", "head", "video", "audio"),
        *("canvas", "dialog", "del", "strike", "datalist", "map", "applet", "embed"),
    )
)
_BLOCKS = frozenset(
    (
        *("address", "article", "blockquote", "body", "caption", "center", "dd", "div", "dl", "dt"),
        *("fieldset", "figcaption", "figure", "h1", "h2", "h3", "h4", "h5", "h6", "header", "hr"),
        *("html", "main", "p", "pre", "section", "summary", "details", "title", "legend", "tbody"),
        *("ul", "ol", "li", "menu", "dir", "tr", "td", "th", "thead", "tfoot", "table"),
    )
)
_HIDDEN = re.compile(r"display\s{0,4}:\s{0,4}none|visibility\s{0,4}:\s{0,4}hidden", re.IGNORECASE)
_MENU_ROLES = frozenset(("navigation", "banner", "contentinfo", "search", "menu", "menubar"))
_LEAST_SHARE = 0.5
_MENU_LINKS = 4
_MENU_SHARE = 0.85
_LONG_LINK = 70
_LIST_STYLES = {"a": "lowerLetter", "A": "upperLetter", "i": "lowerRoman", "I": "upperRoman"}


def looks_like(raw: bytes) -> bool:
    """A page begins as one, or has many tags near its beginning."""
    start = raw[:_SNIFFED]
    if start.startswith((b"\xff\xfe", b"\xfe\xff")) or (start[1:2] == b"\0" or start[:1] == b"\0"):
        start = start.replace(b"\0", b"")[2 if start[:1] in b"\xff\xfe" else 0 :]
    start = start.removeprefix(b"\xef\xbb\xbf")
    if _OPENING.match(start):
        return True
    return start.lstrip().startswith(b"<") and len(_TAG.findall(start)) >= _LEAST_TAGS


def read(raw: bytes, file: str) -> SourceText:
    """The page's text.  Raises `UnreadableText`."""
    found = _CHARSET.search(raw[:_SNIFFED])
    decoded = decode(raw, file, found[1].decode("ascii", "replace") if found else None)
    root = _parse(decoded.text, file)
    survey = _Survey()
    survey.walk(root)
    reader = _Reader(TextBuilder(file), survey.menus)
    if decoded.note:
        reader.builder.note(decoded.note)
    reader.read(_content(root, survey))
    return reader.builder.finish("html", decoded.encoding)


def _parse(text: str, file: str) -> etree._Element:
    parser = etree.HTMLParser(
        encoding="utf-8",
        no_network=True,
        remove_comments=True,
        remove_pis=True,
        huge_tree=False,
    )
    try:
        root = etree.fromstring(text.encode("utf-8", "replace"), parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise UnreadableText("broken", file, kind="HTML") from error
    if root is None:
        raise UnreadableText("no_text", file)
    if any("depth" in entry.message.lower() for entry in parser.error_log):
        raise UnreadableText("too_deep", file, kind="HTML")
    return root


@dataclass(slots=True)
class _Survey:
    """One walk over the page: how much text stands where, and which blocks are menus."""

    menus: set[etree._Element] = field(default_factory=set)
    articles: list[tuple[int, etree._Element]] = field(default_factory=list)
    text: int = 0
    links: int = 0
    link_text: int = 0
    long_links: int = 0

    def walk(self, root: etree._Element) -> None:
        begun: list[tuple[int, int, int, int]] = []
        walker = etree.iterwalk(root, events=("start", "end"))
        for event, element in walker:
            if event == "end":
                self._end(element, begun.pop())
                self.text += _visible(element.tail)
                continue
            begun.append((self.text, self.links, self.link_text, self.long_links))
            if element.tag in _DROPPED and element is not root:
                walker.skip_subtree()
            else:
                self.text += _visible(element.text)

    def _end(self, element: etree._Element, begun: tuple[int, int, int, int]) -> None:
        text, links, link_text, long_links = begun
        inside = self.text - text
        if element.tag == "a":
            self.links += 1
            self.link_text += inside
            self.long_links += inside > _LONG_LINK
        elif element.tag in ("article", "main"):
            self.articles.append((inside, element))
        elif element.tag in ("ul", "ol", "div"):
            many = self.links - links >= _MENU_LINKS and self.long_links == long_links
            if many and self.link_text - link_text >= _MENU_SHARE * inside:
                self.menus.add(element)


def _visible(text: str | None) -> int:
    return len(text.strip()) if text else 0


def _content(root: etree._Element, survey: _Survey) -> list[etree._Element]:
    """The article of the page, with the title above it, when one holds most of the text."""
    body = root.find("body")
    whole = body if body is not None else root
    size, best = max(survey.articles, key=itemgetter(0), default=(0, None))
    if best is None or size < _LEAST_SHARE * survey.text:
        return [whole]
    if best.find(".//h1") is not None:
        return [best]
    return [*list(whole.iter("h1"))[:1], best]


@dataclass(slots=True)
class _List:
    """A list that is open: its sign, or how it counts."""

    style: str | None
    number: int
    depth: int


class _Reader:
    """Walks the tree without recursion, except into tables."""

    def __init__(self, builder: TextBuilder, menus: set[etree._Element]) -> None:
        self.builder = builder
        self._menus = menus
        self._line: list[str] = []
        self._label = ""
        self._lists: list[_List] = []
        self._sink: list[tuple[str, int | None]] | None = None
        self._tables = 0

    def read(self, elements: list[etree._Element]) -> None:
        for element in elements:
            self._walk(element)

    def _walk(self, top: etree._Element) -> None:
        """Visits everything below `top` in order; `top`'s own tail is left out."""
        pending: list[tuple[etree._Element, bool]] = [(top, True)]
        while pending:
            element, opening = pending.pop()
            if not opening:
                self._close(element)
                if element is not top:
                    self._write(element.tail)
                continue
            if not isinstance(element.tag, str) or self._is_dropped(element, top):
                if element is not top:
                    self._write(element.tail)
                continue
            if element.tag == "table" and element is not top and self._table(element):
                self._write(element.tail)
                continue
            self._open(element)
            pending.append((element, False))
            pending += ((child, True) for child in reversed(element))
        self._end_line()

    def _is_dropped(self, element: etree._Element, top: etree._Element) -> bool:
        if element is top:
            return False
        if element.tag in _DROPPED or element.get("hidden") is not None:
            return True
        if element.get("aria-hidden") == "true" or element.get("role") in _MENU_ROLES:
            return True
        style = element.get("style")
        if style and _HIDDEN.search(style[:2_000]):
            return True
        if element in self._menus:
            self.builder.note("navigation_removed")
            return True
        return False

    def _open(self, element: etree._Element) -> None:
        tag = element.tag
        if tag in _BLOCKS:
            self._end_line()
        if tag in ("ul", "ol", "menu", "dir"):
            self._open_list(element)
        elif tag == "li":
            self._label = self._next_label(element)
        elif tag == "br":
            self._end_line()
        elif tag == "img":
            return
        text = (element.text or "").strip()
        if tag == "sup" and text.isdigit():
            self._line.append(raised("".join(self._line[-2:]), text))
        else:
            self._write(element.text, kept=tag == "pre")

    def _close(self, element: etree._Element) -> None:
        if element.tag in _BLOCKS:
            self._end_line()
        if element.tag in ("ul", "ol", "menu", "dir") and self._lists:
            self._lists.pop()
        if element.tag == "li":
            self._label = ""

    def _write(self, text: str | None, *, kept: bool = False) -> None:
        if not text:
            return
        if not kept:
            self._line.append(text)
            return
        for index, line in enumerate(text.split("\n")):
            if index:
                self._end_line()
            self._line.append(line)

    def _end_line(self) -> None:
        text = " ".join("".join(self._line).split())
        self._line.clear()
        if not text:
            return
        text, self._label = self._label + text, ""
        if self._sink is None:
            self.builder.paragraph([text])
        else:
            self._sink.append((text, None))

    # --- lists ----------------------------------------------------------------------------------

    def _open_list(self, element: etree._Element) -> None:
        ordered = element.tag == "ol"
        shown = "none" not in (element.get("style") or "")[:2_000]
        style = _LIST_STYLES.get(element.get("type") or "", "decimal") if ordered else None
        start = element.get("start") or "1"
        number = int(start) if start.isascii() and start.isdigit() and len(start) < 6 else 1
        depth = sum(1 for each in self._lists if each.style is None) + 1
        self._lists.append(_List(style if shown or not ordered else "none", number, depth))

    def _next_label(self, element: etree._Element) -> str:
        if not self._lists:
            return "- "
        current = self._lists[-1]
        if current.style is None:
            return "- " if current.depth == 1 else "+ "
        value = element.get("value") or ""
        if value.isascii() and value.isdigit() and len(value) < 6:
            current.number = int(value)
        label = counted(current.number, current.style)
        current.number += 1
        close = ")" if current.style in ("lowerLetter", "lowerRoman") else "."
        return f"{label}{close} " if label else ""

    # --- tables ---------------------------------------------------------------------------------

    def _table(self, table: etree._Element) -> bool:
        """Reads a table of data; False for one that only lays the page out."""
        if next(table.iterdescendants("table"), None) is not None:
            return False
        cells = self._cells(table)
        if is_layout(cells):
            return False
        self._end_line()
        self.builder.table(cells)
        return True

    def _cells(self, table: etree._Element) -> list[CellDraft]:
        filler = GridFiller()
        for row in table.iterdescendants("tr"):
            filler.next_row()
            for cell in row.iterchildren("td", "th"):
                filler.add(self._cell_lines(cell), _span(cell, "rowspan"), _span(cell, "colspan"))
        return filler.finish()

    def _cell_lines(self, cell: etree._Element) -> list[tuple[str, int | None]]:
        inner = _Reader(self.builder, self._menus)
        inner._sink = []
        inner._walk(cell)
        return inner._sink


def _span(cell: etree._Element, name: str) -> int:
    text = (cell.get(name) or "").strip()
    return int(text) if text.isascii() and text.isdigit() and len(text) < 6 else 1
