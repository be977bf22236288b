"""Cuts the text into pieces: one physical line, or one bullet of a line of glued bullets."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from cotmoc.plantext.words import UPPER

MarkerKind = Literal[
    "division",
    "chapter",
    "subchapter",
    "article",
    "part",
    "section",
    "letter",
    "bullet",
    "sub_bullet",
    "star",
]


@dataclass(frozen=True, slots=True)
class Marker:
    """What opens a line: `Phần thứ nhất`, `II.`, `2.1`, `a)`, `-`, `+`, `*`.

    Bullets have an empty label.
    """

    kind: MarkerKind
    label: str


@dataclass(frozen=True, slots=True)
class Piece:
    """A span without blanks at its ends; `body` is where the words begin after the marker."""

    start: int
    end: int
    body: int
    line: int
    marker: Marker | None
    after_blank_line: bool
    glued: bool


_ORDINALS = "nhất|hai|ba|tư|bốn|năm|sáu|bảy|tám|NHẤT|HAI|BA|TƯ|BỐN|NĂM|SÁU|BẢY|TÁM"
_LABEL_END = r"(?:\s{0,2}[.:]\s{0,4}|\s{0,2}[-–]\s{1,4}|\s{0,8}$)"
_BULLETS = "-–—−‐‑•·●▪■◦‣►➢✓√❖◆\uf02d\uf0a7\uf0b7\uf0d8\uf076\uf0fc"
_MARKERS: tuple[tuple[MarkerKind, re.Pattern[str]], ...] = (
    (
        "division",
        re.compile(
            rf"(?:Phần|PHẦN)\s{{1,2}}(?:(?:thứ|THỨ)\s{{1,2}}({_ORDINALS})(?!\w)[.:]?\s{{0,4}}"
            rf"|([IVX]{{1,5}}|[A-H]|\d{{1,2}}){_LABEL_END})"
        ),
    ),
    (
        "chapter",
        re.compile(rf"(?:Chương|CHƯƠNG)\s{{1,2}}([IVXL]{{1,6}}|\d{{1,2}}){_LABEL_END}"),
    ),
    ("subchapter", re.compile(rf"(?:Mục|MỤC)\s{{1,2}}([IVX]{{1,5}}|\d{{1,2}}){_LABEL_END}")),
    ("article", re.compile(rf"(?:Điều|ĐIỀU)\s{{1,2}}(\d{{1,3}}[a-zđ]?){_LABEL_END}")),
    ("part", re.compile(r"([IVXLC]{1,6}|[A-H])[.)/]\s{1,4}")),
    ("part", re.compile(rf"([IVX]{{1,5}})(?:\.(?=[{UPPER}]\w)|\s?[-–]\s{{0,4}}(?=[{UPPER}]))")),
    # `II.2. Mục tiêu`: the part is known from the headings above.
    ("section", re.compile(r"[IVX]{1,5}\.(\d{1,2}(?:\.\d{1,2}){0,2})\.?\s{1,4}(?=[^\s\d])")),
    # A bare `05 giải pháp` or `90 % hồ sơ` is text: one number needs its dot or bracket.
    (
        "section",
        re.compile(r"(\d{1,2}(?:\.\d{1,2}){0,3})[.)]\s{1,4}(?=[^\s\d%]|\d{1,3}(?:,\d)?\s?%)"),
    ),
    ("section", re.compile(rf"(\d{{1,2}}(?:\.\d{{1,2}}){{0,3}})[.](?=[{UPPER}]\w)")),
    ("section", re.compile(rf"(\d{{1,2}}(?:\.\d{{1,2}}){{1,3}})\s{{1,4}}(?=[{UPPER}])")),
    ("section", re.compile(rf"(\d{{1,2}})[-–/]\s{{1,4}}(?=[{UPPER}])")),
    ("letter", re.compile(r"\(?([a-zđ]|i{1,3}|iv|vi{1,3}|ix|\d{1,2})\)\s{1,4}")),
    ("letter", re.compile(rf"\(?([a-zđ]|\d{{1,2}})\)(?=[{UPPER}]\w)")),
    ("letter", re.compile(r"([a-zđ])[./]\s{1,4}")),
    ("sub_bullet", re.compile(r"()\+\s{0,4}(?=\w)")),
    ("star", re.compile(r"()\*{1,3}\s{0,4}(?=\w)")),
    ("bullet", re.compile(rf"()[{_BULLETS}]\s{{0,4}}(?=[\w“\"(≥>≤<])")),
)
# `… đạt trên 40%. - Tỷ lệ …`: a bullet that lost its line break.
_GLUED_BULLET = re.compile(r"[.;]\s{1,3}(?=[-–•+]\s{1,3}(\S))")
# `… giai đoạn 2026-2030 Căn cứ Luật …`, `… thực hiện./. Nơi nhận:`: lines glued in conversion.
_GLUED_LINE = re.compile(
    r"(?<=[^\s–-])\s{1,3}(?=Căn cứ (?:các )?"
    r"(?:Luật|Bộ luật|Hiến pháp|Nghị|Quyết định|Thông tư|Kế hoạch|Chỉ thị|Chương trình) )"
    r"|(?<=[.;])\s{1,3}(?=Nơi nhận\s?:)"
)


def cut_pieces(text: str) -> list[Piece]:
    return list(_pieces(text))


def _pieces(text: str) -> Iterator[Piece]:
    offset, after_blank = 0, False
    for number, raw in enumerate(text.split("\n"), start=1):
        if raw.strip():
            yield from _pieces_of_line(raw, offset, number, after_blank)
            after_blank = False
        else:
            after_blank = True
        offset += len(raw) + 1


def _pieces_of_line(raw: str, offset: int, number: int, after_blank: bool) -> Iterator[Piece]:
    starts = [0, *_glued_starts(raw)]
    for index, start in enumerate(starts):
        stop = starts[index + 1] if index + 1 < len(starts) else len(raw)
        part = raw[start:stop]
        left = start + len(part) - len(part.lstrip())
        right = start + len(part.rstrip())
        marker, body = read_marker(raw, left)
        yield Piece(
            start=offset + left,
            end=offset + right,
            body=offset + min(body, right),
            line=number,
            marker=marker,
            after_blank_line=after_blank and index == 0,
            glued=len(starts) > 1,
        )


def _glued_starts(raw: str) -> list[int]:
    bullets = [
        match.end()
        for match in _GLUED_BULLET.finditer(raw)
        if match.group(1).isupper() or match.group(1).isdigit()
    ]
    return sorted({*bullets, *(match.end() for match in _GLUED_LINE.finditer(raw))})


def read_marker(raw: str, start: int) -> tuple[Marker | None, int]:
    """The marker at `start` and where the body begins."""
    for kind, pattern in _MARKERS:
        match = pattern.match(raw, start)
        if match:
            return Marker(kind, next(filter(None, match.groups()), "")), match.end()
    return None, start
