"""PDF files with a text layer; those without one go to `scans`."""

from __future__ import annotations

import ctypes
import re
import threading
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

import pypdfium2
from pypdfium2 import raw as pdfium

from cotmoc.plantext.formats import scans
from cotmoc.plantext.formats.building import MAX_CHARACTERS, TextBuilder
from cotmoc.plantext.formats.cleaning import raised
from cotmoc.plantext.formats.layout import Span
from cotmoc.plantext.formats.pages import Page, write_pages
from cotmoc.plantext.formats.ruled import MAX_LINES, Grid, Line, find_grids
from cotmoc.plantext.origins import SourceText
from cotmoc.plantext.unreadable import UnreadableText

MAX_PAGES = 800
_MAX_STREAM = 60_000_000
_MAX_OBJECTS = 60_000
_MAX_FORMS = 6
_THIN = 3.0
_LEAST_ON_PAGE = 12
_STREAM = re.compile(rb"stream\r?\n")
_UNREADABLE_SHARE = 0.3
# PDFium is one library without locks of its own: one document at a time.
_PDFIUM = threading.Lock()


def read(raw: bytes, file: str) -> SourceText:
    """The document's text.  Raises `UnreadableText`."""
    _refuse_bombs(raw, file)
    with _PDFIUM:
        try:
            document = pypdfium2.PdfDocument(raw)
        except pypdfium2.PdfiumError as error:
            locked = pdfium.FPDF_GetLastError() == pdfium.FPDF_ERR_PASSWORD
            code = "encrypted" if locked or "password" in str(error).lower() else "broken"
            raise UnreadableText(code, file, kind="PDF") from error
        try:
            return _read(document, file)
        except pypdfium2.PdfiumError as error:
            raise UnreadableText("broken", file, kind="PDF") from error
        finally:
            document.close()


def _refuse_bombs(raw: bytes, file: str) -> None:
    """A stream of text or drawing that unpacks to more than any page has; pictures may be large."""
    for match in _STREAM.finditer(raw):
        head = raw[max(0, match.start() - 600) : match.start()]
        head = head[head.rfind(b" obj") + 1 :]
        if b"/Fl" not in head or b"/Image" in head:
            continue
        packed = raw[match.end() : match.end() + _MAX_STREAM]
        for _ in range(max(1, min(4, head.count(b"/FlateDecode")))):
            try:
                packed = zlib.decompressobj().decompress(packed, _MAX_STREAM)
            except zlib.error:
                break
            if len(packed) >= _MAX_STREAM:
                raise UnreadableText("unpacks_too_large", file)


def _read(document: pypdfium2.PdfDocument, file: str) -> SourceText:
    count = len(document)
    if count > MAX_PAGES:
        raise UnreadableText("too_many_pages", file, pages=count, limit=MAX_PAGES)
    builder = TextBuilder(file)
    pages, pictures, characters = [], [], 0
    for index in range(count):
        reading = _read_page(document, index)
        characters += reading.characters
        if characters > MAX_CHARACTERS:
            raise UnreadableText("text_too_long", file, limit=MAX_CHARACTERS)
        if reading.is_picture:
            pictures.append(index)
        pages.append(reading.page)
    if pictures:
        _read_pictures(document, pictures, pages, builder, file)
    write_pages(pages, builder)
    return builder.finish("scan" if len(pictures) * 2 > count else "pdf")


def _read_pictures(
    document: pypdfium2.PdfDocument,
    pictures: Sequence[int],
    pages: list[Page],
    builder: TextBuilder,
    file: str,
) -> None:
    """Pages without text: read by the machine's OCR, or named when few, or refused."""
    if not scans.is_available():
        if len(pictures) * 2 > len(pages) or len(pages) == len(pictures):
            raise UnreadableText("scanned", file, install=scans.PACKAGES)
        builder.note("pages_without_text")
        return
    if len(pictures) > scans.MAX_PAGES:
        raise UnreadableText("scan_too_long", file, pages=len(pictures), limit=scans.MAX_PAGES)
    builder.note("read_by_ocr")
    for index in pictures:
        image = document[index].render(scale=scans.DOTS_PER_INCH / 72, grayscale=True)
        picture = scans.grey_map(bytes(image.buffer), image.width, image.height, image.stride)
        pages[index] = scans.read_page(picture, index + 1, file)


@dataclass(slots=True)
class _Reading:
    page: Page
    characters: int
    is_picture: bool


def _read_page(document: pypdfium2.PdfDocument, index: int) -> _Reading:
    """A page that cannot be loaded is an empty one."""
    empty = _Reading(Page(index + 1, 595.0, 842.0, []), 0, False)
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
        return _reading(page, index + 1, characters)
    finally:
        pdfium.FPDF_ClosePage(page)


# A character: its code, whether a blank stands before it, and its box (left, bottom, right, top).
_Character = tuple[int, bool, float, float, float, float]


def _characters(text: pdfium.FPDF_TEXTPAGE) -> Iterator[_Character]:
    """The page's characters in the order they were drawn."""
    box = pdfium.FS_RECTF()
    reference = ctypes.byref(box)
    code_at, box_at = pdfium.FPDFText_GetUnicode, pdfium.FPDFText_GetLooseCharBox
    blank = False
    for index in range(min(pdfium.FPDFText_CountChars(text), MAX_CHARACTERS)):
        code = code_at(text, index)
        if code <= 32 or code == 0xA0:
            # Two control characters stand for hyphens at line ends.
            if code != 2:
                blank = blank or code != 0
                continue
            code = 0x2D
        elif code == 0xFFFE:
            code = 0x2D
        if box_at(text, index, reference):
            yield code, blank, box.left, box.bottom, box.right, box.top
            blank = False


def _reading(page: pdfium.FPDF_PAGE, number: int, characters: list[_Character]) -> _Reading:
    bounds = pdfium.FS_RECTF()
    pdfium.FPDF_GetPageBoundingBox(page, ctypes.byref(bounds))
    turn = _turn_of(characters)
    place = _Placing(turn, bounds.left, bounds.bottom, bounds.right, bounds.top)
    drawn = _drawn(page, place)
    grids = find_grids(drawn.across, drawn.down)
    spans = _spans(characters, place, grids)
    unreadable = sum(1 for each in characters if each[0] >= 0xE000 and each[0] != 0xFFFE)
    few = len(characters) < _LEAST_ON_PAGE
    lost = bool(characters) and unreadable > _UNREADABLE_SHARE * len(characters)
    width, height = place.size
    result = Page(number, width, height, spans, grids)
    is_picture = (few and drawn.pictures > 0) or lost
    if lost:
        result.spans = []
    return _Reading(result, len(characters), is_picture)


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


def _spans(characters: Sequence[_Character], place: _Placing, grids: Sequence[Grid]) -> list[Span]:
    """Characters that follow one another on a line, cut at wide gaps and at walls of cells."""
    spans: list[Span] = []
    letters: list[str] = []
    x0 = x1 = top = bottom = 0.0
    for code, blank, *corners in characters:
        left, up, right, down = place.box(*corners)
        if letters:
            size = bottom - top
            shared = min(bottom, down) - max(top, up)
            gap = left - x1
            small = 0.45 * size < down - up < 0.92 * size and down < bottom - 0.12 * size
            if small and 0x30 <= code <= 0x39 and -0.3 * size < gap < 0.5 * size:
                letters.append(raised("".join(letters[-4:]), chr(code)))
                x1 = max(x1, right)
                continue
            near = shared > 0.5 * min(size, down - up) and -0.6 * size < gap < 0.95 * size
            if near and not (grids and gap > 0.1 * size and _parted(grids, x1, left, up, down)):
                if (blank and gap > -0.1 * size) or gap > 0.25 * size:
                    letters.append(" ")
                letters.append(_character(code))
                x1 = max(x1, right)
                continue
            spans.append(Span(x0, x1, top, bottom, "".join(letters)))
            letters = []
        letters.append(_character(code))
        x0, x1, top, bottom = left, right, up, down
    if letters:
        spans.append(Span(x0, x1, top, bottom, "".join(letters)))
    return [span for span in spans if span.text.strip() and span.size > 0]


def _parted(grids: Sequence[Grid], left: float, right: float, top: float, bottom: float) -> bool:
    """A wall between two columns of a table stands in the gap."""
    middle = (top + bottom) / 2
    return any(
        grid.top <= middle <= grid.bottom
        and any(left - 1.0 <= at <= right + 1.0 for at in grid.columns)
        for grid in grids
    )


def _character(code: int) -> str:
    return chr(code) if code <= 0x10FFFF else "\ufffd"


# --- lines and pictures ---------------------------------------------------------------------------


@dataclass(slots=True)
class _Drawn:
    """What is drawn on a page besides its text."""

    across: list[Line]
    down: list[Line]
    pictures: int = 0
    left: int = _MAX_OBJECTS


Matrix = tuple[float, float, float, float, float, float]
_UNCHANGED: Matrix = (1.0, 0.0, 0.0, 1.0, 0.0, 0.0)


def _drawn(page: pdfium.FPDF_PAGE, place: _Placing) -> _Drawn:
    drawn = _Drawn([], [])
    for index in range(min(pdfium.FPDFPage_CountObjects(page), _MAX_OBJECTS)):
        _draw(pdfium.FPDFPage_GetObject(page, index), _UNCHANGED, place, drawn, 0)
    return drawn


def _draw(
    thing: pdfium.FPDF_PAGEOBJECT, outer: Matrix, place: _Placing, drawn: _Drawn, depth: int
) -> None:
    drawn.left -= 1
    if drawn.left < 0 or len(drawn.across) + len(drawn.down) > 20 * MAX_LINES:
        return
    kind = pdfium.FPDFPageObj_GetType(thing)
    if kind == pdfium.FPDF_PAGEOBJ_PATH:
        _draw_path(thing, outer, place, drawn)
    elif kind == pdfium.FPDF_PAGEOBJ_IMAGE:
        drawn.pictures += 1
    elif kind == pdfium.FPDF_PAGEOBJ_FORM and depth < _MAX_FORMS:
        inner = _multiply(_matrix(thing), outer)
        for index in range(min(pdfium.FPDFFormObj_CountObjects(thing), _MAX_OBJECTS)):
            _draw(pdfium.FPDFFormObj_GetObject(thing, index), inner, place, drawn, depth + 1)


def _matrix(thing: pdfium.FPDF_PAGEOBJECT) -> Matrix:
    matrix = pdfium.FS_MATRIX()
    if not pdfium.FPDFPageObj_GetMatrix(thing, ctypes.byref(matrix)):
        return _UNCHANGED
    return matrix.a, matrix.b, matrix.c, matrix.d, matrix.e, matrix.f


def _multiply(first: Matrix, then: Matrix) -> Matrix:
    a, b, c, d, e, f = first
    p, q, r, s, t, u = then
    return (
        *(a * p + b * r, a * q + b * s, c * p + d * r, c * q + d * s),
        *(e * p + f * r + t, e * q + f * s + u),
    )


def _draw_path(path: pdfium.FPDF_PAGEOBJECT, outer: Matrix, place: _Placing, drawn: _Drawn) -> None:
    """Straight edges of stroked paths, and filled paths as thin as a line."""
    fill, stroke = ctypes.c_int(), ctypes.c_int()
    pdfium.FPDFPath_GetDrawMode(path, ctypes.byref(fill), ctypes.byref(stroke))
    matrix = _multiply(_matrix(path), outer)
    for corners in _subpaths(path, matrix):
        boxes = [place.box(x, y, x, y)[:2] for x, y in corners]
        xs, ys = [x for x, _ in boxes], [y for _, y in boxes]
        width, height = max(xs) - min(xs), max(ys) - min(ys)
        if height <= _THIN < width:
            drawn.across.append(Line((min(ys) + max(ys)) / 2, min(xs), max(xs)))
        elif width <= _THIN < height:
            drawn.down.append(Line((min(xs) + max(xs)) / 2, min(ys), max(ys)))
        elif stroke.value:
            _draw_edges(boxes, drawn)


def _draw_edges(corners: Sequence[tuple[float, float]], drawn: _Drawn) -> None:
    for (x, y), (x2, y2) in pairwise(corners):
        if abs(y - y2) <= 1.0 < abs(x - x2):
            drawn.across.append(Line((y + y2) / 2, min(x, x2), max(x, x2)))
        elif abs(x - x2) <= 1.0 < abs(y - y2):
            drawn.down.append(Line((x + x2) / 2, min(y, y2), max(y, y2)))


def _subpaths(path: pdfium.FPDF_PAGEOBJECT, matrix: Matrix) -> Iterator[list[tuple[float, float]]]:
    """The corners of each part of a path; curves end where they end."""
    a, b, c, d, e, f = matrix
    x, y = ctypes.c_float(), ctypes.c_float()
    corners: list[tuple[float, float]] = []
    for index in range(min(pdfium.FPDFPath_CountSegments(path), _MAX_OBJECTS)):
        segment = pdfium.FPDFPath_GetPathSegment(path, index)
        pdfium.FPDFPathSegment_GetPoint(segment, ctypes.byref(x), ctypes.byref(y))
        point = (a * x.value + c * y.value + e, b * x.value + d * y.value + f)
        if pdfium.FPDFPathSegment_GetType(segment) == pdfium.FPDF_SEGMENT_MOVETO and corners:
            yield corners
            corners = []
        corners.append(point)
        if pdfium.FPDFPathSegment_GetClose(segment):
            corners.append(corners[0])
    if corners:
        yield corners
