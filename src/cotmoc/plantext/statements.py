"""Cuts a clause into statements: what stands between two full stops or semicolons."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from cotmoc.plantext.words import fold

# A statement longer than this is not a sentence of a plan; it is left to a person.
MAX_STATEMENT = 4000

_BRACKETS = re.compile(r"\(([^()]{0,1200})\)")
_LONE_VALUE = re.compile(
    r"\s{0,3}(?:(?:đạt|tối thiểu|ít nhất|trên|từ|khoảng|dưới|không quá)\s){0,3}"
    r"(?:[≥≤><~=]{1,2}\s?)?\d{1,3}(?:[,.]\d{1,3})?\s?%(?:\strở\s(?:lên|xuống))?\s{0,3}",
    re.I,
)
_PERCENT = re.compile(r"\d\s?%")
# `(cấp tỉnh 90%, cấp xã 60%)` goes on with the sentence; other brackets with several
# percentages hold sentences of their own.
_LEVELS_INSIDE = re.compile(r"\s{0,3}(?:trong đó[\s,:]{1,3})?(?:đối với |ở |tại )?cấp\s", re.I)
_LEAD = re.compile(r"\s{0,3}(?:cơ quan |đơn vị )?chủ trì\s{0,3}:\s{0,3}([^;()]{1,200})", re.I)
_LEAD_STOP = re.compile(r",?\s{1,3}phối hợp", re.I)
_END = re.compile(r"([;.!?…])(?=\s|$)")
_ABBREVIATION = re.compile(r"(?<!\w)(?:tp|tx|tt|[^\W\d_])$")


@dataclass(frozen=True, slots=True)
class Statement:
    """One span of the text in three forms of equal length.

    `raw` as written, `words` with brackets blanked out, `folded` the same in lower case.
    """

    start: int
    raw: str
    words: str
    folded: str
    sentence: int

    @property
    def end(self) -> int:
        return self.start + len(self.raw)

    @property
    def lead(self) -> str | None:
        return read_lead(self.raw)

    def followed_by(self, other: Statement) -> Statement:
        """Both as one; `other` must begin where this one ends."""
        return Statement(
            self.start,
            self.raw + other.raw,
            self.words + other.words,
            self.folded + other.folded,
            self.sentence,
        )

    def part(self, left: int, right: int) -> Statement:
        return Statement(
            self.start + left,
            self.raw[left:right],
            self.words[left:right],
            self.folded[left:right],
            self.sentence,
        )


def cut_statements(text: str, start: int, end: int) -> list[Statement]:
    raw = text[start:end]
    words = _mask_brackets(raw)
    whole = Statement(start, raw, words, fold(words), 0)
    return [
        replace(whole.part(left, right), sentence=sentence)
        for left, right, sentence in _spans(whole.folded)
    ]


def read_lead(raw: str) -> str | None:
    """The organisation in `(chủ trì: …)`."""
    for bracket in _BRACKETS.finditer(raw):
        if lead := _LEAD.match(bracket.group(1)):
            return _LEAD_STOP.split(lead.group(1))[0].strip(" ,.\n\t")
    return None


def lead_bracket_start(raw: str) -> int | None:
    for bracket in _BRACKETS.finditer(raw):
        if _LEAD.match(bracket.group(1)):
            return bracket.start()
    return None


def _mask_brackets(raw: str) -> str:
    def blank(match: re.Match[str]) -> str:
        inner = match.group(1)
        if _LONE_VALUE.fullmatch(inner) or _holds_levels(inner):
            return f" {inner} "
        if _holds_targets(inner):
            return f";{inner};" if match.start() == 0 else f" {inner};"
        return " " * len(match.group())

    masked = _BRACKETS.sub(blank, raw)
    return _separated(raw, masked)


def _holds_levels(inner: str) -> bool:
    return len(_PERCENT.findall(inner)) > 1 and _LEVELS_INSIDE.match(inner) is not None


def _holds_targets(inner: str) -> bool:
    return len(_PERCENT.findall(inner)) > 2 or (len(_PERCENT.findall(inner)) > 1 and ";" in inner)


def _separated(raw: str, masked: str) -> str:
    """A semicolon in the blank before a bracket that holds targets, so that it is cut there."""
    cuts = [
        match.start() - 1
        for match in _BRACKETS.finditer(raw)
        if match.start() > 0
        and raw[match.start() - 1].isspace()
        and not _holds_levels(match.group(1))
        and _holds_targets(match.group(1))
    ]
    for cut in cuts:
        masked = masked[:cut] + ";" + masked[cut + 1 :]
    return masked


def _spans(masked: str) -> Iterator[tuple[int, int, int]]:
    left, sentence = 0, 0
    for match in _END.finditer(masked):
        if match.group() == "." and _ABBREVIATION.search(
            masked[max(0, match.start() - 4) : match.start()]
        ):
            continue
        yield left, match.end(), sentence
        left = match.end()
        if match.group() != ";":
            sentence += 1
    if masked[left:].strip():
        yield left, len(masked), sentence
