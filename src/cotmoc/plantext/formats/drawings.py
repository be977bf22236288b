"""The straight lines and the pictures that a page of a PDF draws."""

from __future__ import annotations

import ctypes
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from pypdfium2 import raw as pdfium

from cotmoc.plantext.formats.ruled import Line

_MAX_FORMS = 6
_THIN = 3.0
_STRAIGHT = 1.0

# From the file's coordinates to those of the upright page.
Place = Callable[[float, float], tuple[float, float]]
Matrix = tuple[float, float, float, float, float, float]
_UNCHANGED: Matrix = (1.0, 0.0, 0.0, 1.0, 0.0, 0.0)


@dataclass(slots=True)
class Drawing:
    """What is drawn on a page besides its text; `left` is how much more is looked at."""

    across: list[Line]
    down: list[Line]
    pictures: int = 0
    left: int = 0


def drawing_of(page: pdfium.FPDF_PAGE, place: Place, most: int) -> Drawing:
    """The lines and pictures of a page, of which no more than `most` things are looked at."""
    drawing = Drawing([], [], left=most)
    for index in range(min(pdfium.FPDFPage_CountObjects(page), most)):
        _add(pdfium.FPDFPage_GetObject(page, index), _UNCHANGED, place, drawing, 0)
    return drawing


def _add(
    thing: pdfium.FPDF_PAGEOBJECT, outer: Matrix, place: Place, drawing: Drawing, depth: int
) -> None:
    drawing.left -= 1
    if drawing.left < 0:
        return
    kind = pdfium.FPDFPageObj_GetType(thing)
    if kind == pdfium.FPDF_PAGEOBJ_PATH:
        _add_path(thing, outer, place, drawing)
    elif kind == pdfium.FPDF_PAGEOBJ_IMAGE:
        drawing.pictures += 1
    elif kind == pdfium.FPDF_PAGEOBJ_FORM and depth < _MAX_FORMS:
        inner = _multiply(_matrix(thing), outer)
        for index in range(min(pdfium.FPDFFormObj_CountObjects(thing), max(drawing.left, 0))):
            _add(pdfium.FPDFFormObj_GetObject(thing, index), inner, place, drawing, depth + 1)


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


def _add_path(path: pdfium.FPDF_PAGEOBJECT, outer: Matrix, place: Place, drawing: Drawing) -> None:
    """Straight edges of stroked paths, and filled paths as thin as a line."""
    if _add_thin(_bounds(path, outer, place), drawing):
        return
    fill, stroke = ctypes.c_int(), ctypes.c_int()
    pdfium.FPDFPath_GetDrawMode(path, ctypes.byref(fill), ctypes.byref(stroke))
    matrix = _multiply(_matrix(path), outer)
    for corners in _subpaths(path, matrix, drawing):
        points = [place(x, y) for x, y in corners]
        if not _add_thin(points, drawing) and stroke.value:
            _add_edges(points, drawing)


def _bounds(path: pdfium.FPDF_PAGEOBJECT, outer: Matrix, place: Place) -> list[tuple[float, float]]:
    """Two opposite corners of the path, which most often say enough."""
    left, bottom, right, top = (ctypes.c_float() for _ in range(4))
    pdfium.FPDFPageObj_GetBounds(path, *(ctypes.byref(side) for side in (left, bottom, right, top)))
    a, b, c, d, e, f = outer
    return [
        place(a * x + c * y + e, b * x + d * y + f)
        for x, y in ((left.value, bottom.value), (right.value, top.value))
    ]


def _add_thin(points: Sequence[tuple[float, float]], drawing: Drawing) -> bool:
    """A line, or a dot, of which dotted lines are made; False for anything larger."""
    xs, ys = [x for x, _ in points], [y for _, y in points]
    left, right, top, bottom = min(xs), max(xs), min(ys), max(ys)
    flat, narrow = bottom - top <= _THIN, right - left <= _THIN
    if flat:
        drawing.across.append(Line((top + bottom) / 2, left, right))
    if narrow:
        drawing.down.append(Line((left + right) / 2, top, bottom))
    return flat or narrow


def _add_edges(points: Sequence[tuple[float, float]], drawing: Drawing) -> None:
    for (x, y), (x2, y2) in pairwise(points):
        if abs(y - y2) <= _STRAIGHT < abs(x - x2):
            drawing.across.append(Line((y + y2) / 2, min(x, x2), max(x, x2)))
        elif abs(x - x2) <= _STRAIGHT < abs(y - y2):
            drawing.down.append(Line((x + x2) / 2, min(y, y2), max(y, y2)))


def _subpaths(
    path: pdfium.FPDF_PAGEOBJECT, matrix: Matrix, drawing: Drawing
) -> Iterator[list[tuple[float, float]]]:
    """The corners of each part of a path; a curve counts as its chords."""
    a, b, c, d, e, f = matrix
    x, y = ctypes.c_float(), ctypes.c_float()
    corners: list[tuple[float, float]] = []
    count = min(pdfium.FPDFPath_CountSegments(path), max(drawing.left, 0))
    drawing.left -= count // 4
    for index in range(count):
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
