"""Pictures of text, read with the machine's Tesseract where it is installed with Vietnamese."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Sequence
from functools import lru_cache

from cotmoc.plantext.formats.building import TextBuilder
from cotmoc.plantext.formats.layout import Span
from cotmoc.plantext.formats.pages import Page, write_pages
from cotmoc.plantext.origins import SourceText
from cotmoc.plantext.unreadable import UnreadableText

PACKAGES = "tesseract-ocr tesseract-ocr-vie"
DOTS_PER_INCH = 220
MAX_PAGES = 60
_SECONDS_A_PAGE = 90
_LEAST_CONFIDENCE = 25.0
_PICTURES = {
    b"\x89PNG": "PNG",
    b"\xff\xd8\xff": "JPEG",
    b"GIF8": "GIF",
    b"II*\x00": "TIFF",
    b"MM\x00*": "TIFF",
}
_POINT = 72 / DOTS_PER_INCH


@lru_cache(maxsize=1)
def is_available() -> bool:
    """Whether this machine reads Vietnamese scans.  Asked once a process."""
    program = shutil.which("tesseract")
    if program is None:
        return False
    try:
        listed = subprocess.run(  # noqa: S603 - a fixed program with fixed arguments
            [program, "--list-langs"], capture_output=True, timeout=20, check=False
        )
    except (OSError, subprocess.TimeoutExpired):
        return False
    return b"vie" in (listed.stdout + listed.stderr).split()


def picture_kind(raw: bytes) -> str | None:
    """`PNG`, `JPEG`, … by how the file begins; None for what is no picture."""
    # "BM" may also open a real text; only a following zero byte makes it a picture.
    if raw.startswith(b"BM") and 0 in raw[:32]:
        return "BMP"
    if raw.startswith(b"RIFF") and raw[8:12] == b"WEBP":
        return "WEBP"
    return next((kind for begin, kind in _PICTURES.items() if raw.startswith(begin)), None)


def read_image(raw: bytes, file: str) -> SourceText:
    """The text in a picture file.  Raises `UnreadableText`."""
    if not is_available():
        raise UnreadableText("scanned", file, install=PACKAGES, looks_like=picture_kind(raw))
    builder = TextBuilder(file)
    builder.note("read_by_ocr")
    write_pages([read_page(raw, 1, file)], builder)
    return builder.finish("scan")


def grey_map(pixels: bytes, width: int, height: int, stride: int) -> bytes:
    """A grey picture as a PGM file, which needs no library to write."""
    rows = (pixels[row * stride : row * stride + width] for row in range(height))
    return b"P5 %d %d 255\n" % (width, height) + b"".join(rows)


def read_page(picture: bytes, number: int, file: str) -> Page:
    """The words of a picture of a page, each where it stands."""
    program = shutil.which("tesseract") or "tesseract"
    command = [program, "-", "-", "-l", "vie", "--dpi", str(DOTS_PER_INCH), "tsv"]
    try:
        done = subprocess.run(  # noqa: S603 - a fixed program with fixed arguments
            command,
            input=picture,
            capture_output=True,
            timeout=_SECONDS_A_PAGE,
            check=True,
            env={**os.environ, "OMP_THREAD_LIMIT": "1"},
        )
    except subprocess.CalledProcessError as error:
        raise UnreadableText("broken", file, looks_like=picture_kind(picture)) from error
    except (OSError, subprocess.SubprocessError) as error:
        raise UnreadableText("scan_failed", file, page=number) from error
    return _page(done.stdout.decode("utf-8", "replace"), number)


def _page(table: str, number: int) -> Page:
    """Tesseract's table: a row for the page, for each line, for each word."""
    page = Page(number, 595.0, 842.0, [])
    top = bottom = 0.0
    for row in table.splitlines()[1:]:
        fields = row.split("\t")
        if len(fields) < 12:
            continue
        level, x, y, width, height = (int(fields[index]) for index in (0, 6, 7, 8, 9))
        if level == 1:
            page.width, page.height = width * _POINT, height * _POINT
        elif level == 4:
            top, bottom = y * _POINT, (y + height) * _POINT
        elif level == 5 and _is_word(fields):
            left = x * _POINT
            page.spans.append(Span(left, left + width * _POINT, top, bottom, fields[11].strip()))
    return page


def _is_word(fields: Sequence[str]) -> bool:
    try:
        return float(fields[10]) >= _LEAST_CONFIDENCE and bool(fields[11].strip())
    except ValueError:
        return False
