"""PDF files with a text layer; those without one go to `scans`."""

from __future__ import annotations

import ctypes
import re
import threading
import zlib
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import pypdfium2
from pypdfium2 import raw as pdfium

from cotmoc.plantext.formats import scans
from cotmoc.plantext.formats.building import TextBuilder
from cotmoc.plantext.formats.cleaning import SYMBOLS
from cotmoc.plantext.formats.drawings import drawing_of
from cotmoc.plantext.formats.glyphs import Glyph, Parted, spans_of
from cotmoc.plantext.formats.pages import Page, write_pages
from cotmoc.plantext.formats.ruled import Grid, find_grids
from cotmoc.plantext.origins import SourceText
from cotmoc.plantext.unreadable import UnreadableText

MAX_PAGES = 800
_MAX_STREAM = 40_000_000
_MAX_UNPACKED = 200_000_000
_MAX_CHARACTERS = 3_000_000
_MAX_THINGS = 600_000
_MAX_PIXELS = 5_000
_LEAST_ON_PAGE = 12
_STREAM = re.compile(rb"stream\r?\n")
_UNREADABLE_SHARE = 0.3
# PDFium's two signs for a hyphen at the end of a line.
_HYPHENS = frozenset((0x02, 0xFFFE))
# PDFium has no locks of its own: one thread at a time; text recognition runs outside.
_PDFIUM = threading.Lock()


def read(raw: bytes, file: str) -> SourceText:
    """The document's text.  Raises `UnreadableText`."""
    _refuse_bombs(raw, file)
    document = _open(raw, file)
    try:
        return _read(document, file)
    except pypdfium2.PdfiumError as error:
        raise UnreadableText("broken", file, kind="PDF") from error
    finally:
        with _PDFIUM:
            document.close()


def _open(raw: bytes, file: str) -> pypdfium2.PdfDocument:
    with _PDFIUM:
        try:
            return pypdfium2.PdfDocument(raw)
        except pypdfium2.PdfiumError as error:
            locked = pdfium.FPDF_GetLastError() == pdfium.FPDF_ERR_PASSWORD
            code = "encrypted" if locked or "password" in str(error).lower() else "broken"
            raise UnreadableText(code, file, kind="PDF") from error


def _refuse_bombs(raw: bytes, file: str) -> None:
    """Text and drawing that unpack to more than any pages have; pictures may be large."""
    ends = [match.start() for match in re.finditer(b"endstream", raw)]
    left = _MAX_UNPACKED
    for match in _STREAM.finditer(raw):
        head = raw[max(0, match.start() - 600) : match.start()]
        head = head[head.rfind(b" obj") + 1 :]
        if b"/Fl" not in head or b"/Image" in head:
            continue
        end = bisect_left(ends, match.end())
        packed = raw[match.end() : ends[end] if end < len(ends) else len(raw)]
        for _ in range(max(1, min(4, head.count(b"/FlateDecode")))):
            try:
                packed = zlib.decompressobj().decompress(packed, _MAX_STREAM)
            except zlib.error:
                break
            left -= len(packed)
            if len(packed) >= _MAX_STREAM or left < 0:
                raise UnreadableText("unpacks_too_large", file)


def _read(document: pypdfium2.PdfDocument, file: str) -> SourceText:
    with _PDFIUM:
        readings = list(_read_pages(document, file))
    pages = [reading.page for reading in readings]
    pictures = [index for index, reading in enumerate(readings) if reading.is_picture]
    builder = TextBuilder(file)
    if pictures:
        _read_pictures(document, pictures, pages, builder, file)
    write_pages(pages, builder)
    return builder.finish("scan" if len(pictures) * 2 > len(pages) else "pdf")


def _read_pages(document: pypdfium2.PdfDocument, file: str) -> Iterator[_Reading]:
    count, characters, things = len(document), 0, _MAX_THINGS
    if count > MAX_PAGES:
        raise UnreadableText("too_many_pages", file, pages=count, limit=MAX_PAGES)
    for index in range(count):
        reading = _read_page(document, index, things)
        characters += reading.characters
        things = reading.things_left
        if characters > _MAX_CHARACTERS:
            raise UnreadableText("text_too_long", file, limit=_MAX_CHARACTERS)
        yield reading


def _read_pictures(
    document: pypdfium2.PdfDocument,
    pictures: Sequence[int],
    pages: list[Page],
    builder: TextBuilder,
    file: str,
) -> None:
    """Pages without text: read by the machine's OCR, or named when few, or refused."""
    if not scans.is_available():
        if len(pictures) * 2 > len(pages):
            raise UnreadableText("scanned", file, install=scans.PACKAGES)
        builder.note("pages_without_text")
        return
    if len(pictures) > scans.MAX_PAGES:
        raise UnreadableText("scan_too_long", file, pages=len(pictures), limit=scans.MAX_PAGES)
    builder.note("read_by_ocr")
    for index in pictures:
        pages[index] = scans.read_page(_drawn(document, index), index + 1, file)


def _drawn(document: pypdfium2.PdfDocument, index: int) -> bytes:
    """A page as a grey picture, no larger than a large sheet."""
    with _PDFIUM:
        page = document[index]
        longest = max(page.get_size())
        scale = min(scans.DOTS_PER_INCH / 72, _MAX_PIXELS / max(longest, 1.0))
        image = page.render(scale=scale, grayscale=True)
        return scans.grey_map(bytes(image.buffer), image.width, image.height, image.stride)


@dataclass(slots=True)
class _Reading:
    page: Page
    characters: int
    is_picture: bool
    things_left: int


def _read_page(document: pypdfium2.PdfDocument, index: int, things: int) -> _Reading:
    """A page that cannot be loaded is an empty one; of `things` drawn no more are looked at."""
    empty = _Reading(Page(index + 1, 595.0, 842.0, []), 0, False, things)
    page = pdfium.FPDF_LoadPage(document.raw, index)
    if not page:
        return empty
    try:
        text = pdfium.FPDFText_LoadPage(page)
        if not text:
            return empty
        try:
            characters = list(_characters(text))
        finally:
            pdfium.FPDFText_ClosePage(text)
        return _reading(page, index + 1, characters, things)
    finally:
        pdfium.FPDF_ClosePage(page)


# A character: its code, whether a blank was felt before it, and its box (left, bottom, right, top).
_Character = tuple[int, bool, float, float, float, float]


def _characters(text: pdfium.FPDF_TEXTPAGE) -> Iterator[_Character]:
    """The page's characters in the order they were drawn; blanks that are drawn are characters."""
    box = pdfium.FS_RECTF()
    reference = ctypes.byref(box)
    code_at, box_at = pdfium.FPDFText_GetUnicode, pdfium.FPDFText_GetLooseCharBox
    blank = False
    for index in range(min(pdfium.FPDFText_CountChars(text), _MAX_CHARACTERS + 1)):
        code = code_at(text, index)
        if code in _HYPHENS:
            code = 0x2D
        elif code <= 32 or code == 0xA0:
            blank = blank or code != 0
            if code not in (32, 0xA0) or pdfium.FPDFText_IsGenerated(text, index) == 1:
                continue
            code = 32
        if box_at(text, index, reference):
            yield code, blank, box.left, box.bottom, box.right, box.top
            if code != 32:
                blank = False


def _reading(
    page: pdfium.FPDF_PAGE, number: int, characters: list[_Character], things: int
) -> _Reading:
    bounds = pdfium.FS_RECTF()
    pdfium.FPDF_GetPageBoundingBox(page, ctypes.byref(bounds))
    place = _Placing(_turn_of(characters), bounds.left, bounds.bottom, bounds.right, bounds.top)
    drawing = drawing_of(page, lambda x, y: place.box(x, y, x, y)[:2], things)
    grids = find_grids(drawing.across, drawing.down)
    seen = [each for each in characters if each[0] != 32]
    lost = sum(0xE000 <= each[0] <= 0xF8FF or each[0] == 0xFFFD for each in seen)
    garbled = bool(seen) and lost > _UNREADABLE_SHARE * len(seen)
    spans = [] if garbled else spans_of(_glyphs(characters, place), _walls(grids))
    result = Page(number, *place.size, spans, grids)
    is_picture = garbled or (len(seen) < _LEAST_ON_PAGE and drawing.pictures > 0)
    return _Reading(result, len(characters), is_picture, max(drawing.left, 0))


@dataclass(frozen=True, slots=True)
class _Placing:
    """Turns the file's coordinates into those of the upright page, downwards from its top."""

    turn: int
    left: float
    bottom: float
    right: float
    top: float

    @property
    def size(self) -> tuple[float, float]:
        width, height = self.right - self.left, self.top - self.bottom
        return (height, width) if self.turn % 2 else (width, height)

    def box(
        self, left: float, bottom: float, right: float, top: float
    ) -> tuple[float, float, float, float]:
        """Left, top, right and bottom on the upright page."""
        if self.turn == 1:
            return bottom - self.bottom, left - self.left, top - self.bottom, right - self.left
        if self.turn == 2:
            return self.right - right, bottom - self.bottom, self.right - left, top - self.bottom
        if self.turn == 3:
            return self.top - top, self.right - right, self.top - bottom, self.right - left
        return left - self.left, self.top - top, right - self.left, self.top - bottom


def _turn_of(characters: Sequence[_Character]) -> int:
    """By how many quarters the text is turned: where most characters follow their neighbours."""
    votes = [0, 0, 0, 0]
    step = max(1, len(characters) // 400)
    for index in range(1, len(characters), step):
        _, _, left, bottom, right, top = characters[index]
        _, _, left2, bottom2, right2, top2 = characters[index - 1]
        across, up = (left + right - left2 - right2) / 2, (bottom + top - bottom2 - top2) / 2
        if max(abs(across), abs(up)) < 40:
            votes[(0 if across > 0 else 2) if abs(across) > abs(up) else (1 if up > 0 else 3)] += 1
    return max(range(4), key=lambda turn: votes[turn]) if any(votes) else 0


def _glyphs(characters: Sequence[_Character], place: _Placing) -> list[Glyph]:
    """The characters on the upright page; what has no height cannot be seen."""
    return [
        Glyph(SYMBOLS.get(code) or chr(code), blank, left, top, right, bottom, order)
        for order, (code, blank, *corners) in enumerate(characters)
        for left, top, right, bottom in (place.box(*corners),)
        if bottom - top > 0.5 and code <= 0x10FFFF
    ]


def _walls(grids: Sequence[Grid]) -> Parted:
    """Tells whether a wall between two columns of a table stands in a gap."""

    def parted(left: float, right: float, top: float, bottom: float) -> bool:
        middle = (top + bottom) / 2
        return any(
            grid.top <= middle <= grid.bottom
            and any(left - 1.0 <= at <= right + 1.0 for at in grid.columns)
            for grid in grids
        )

    return parted if grids else lambda left, right, top, bottom: False
