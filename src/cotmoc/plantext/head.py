"""Reads what the document says about itself: kind, number, issuer, date, title, years, relations.

Two forms: the header block of Decree 30/2020, and a newspaper article about a plan.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from cotmoc.plantext import noise, wording
from cotmoc.plantext.annexes import read_annexes
from cotmoc.plantext.citations import read_citations
from cotmoc.plantext.doctypes import ANY_TYPE, PLANNING_TYPES, TYPES
from cotmoc.plantext.letterhead import (
    form_length,
    is_official_form,
    iso_date,
    read_letterhead,
    read_province,
)
from cotmoc.plantext.lines import Piece
from cotmoc.plantext.model import Head
from cotmoc.plantext.signature import read_recipients, read_signer
from cotmoc.plantext.words import UPPER, fold, one_line, phrase, trim

if TYPE_CHECKING:
    from cotmoc.plantext.structure import Passage

_MAX_HEADLINE = 220
_CITED = re.compile(rf"({ANY_TYPE})\ssố\s(\d{{1,6}})/((?:\d{{4}}/)?[a-zđ]{{2,10}}-[-\w]{{1,30}})")
_ANNOUNCED = re.compile(
    rf"(?<!\w)ban hành\s({phrase('kế hoạch', 'đề án', 'chương trình')})\schuyển đổi số"
)
_SHORT_DATE = re.compile(r"(?<!\d)(\d{1,2})/(\d{1,2})/(\d{4})(?!\d)")
_ISSUED = re.compile(phrase("ban hành", "phê duyệt"))
_ISSUER = re.compile(
    r"(?<!\w)(?:(?:ủy|uỷ) ban nhân dân|ubnd|hội đồng nhân dân|hđnd)\s(?:tỉnh|thành phố)?"
)
_NAME_BEHIND = re.compile(rf"(?:\s[{UPPER}][^\W\d_]{{0,9}}){{1,4}}")
_FULL_DATE = re.compile(r"ngày\s\d{1,2}\stháng\s\d{1,2}\snăm\s\d{4}")
_PERIOD = re.compile(
    r"(?<!\w)(?:giai đoạn|thời kỳ|nhiệm kỳ|5 năm|năm năm|các năm|03 năm|3 năm)\s(?:từ\s)?"
    r"(?:năm\s)?(20\d\d)\s?(?:[-–]|đến năm|đến)\s?(20\d\d)"
)
_YEAR = re.compile(r"(?<!\w)năm\s(20\d\d)(?!\d)")
_UNTIL = re.compile(r"(?<!\w)(?:đến|tới)\s(?:hết\s|cuối\s)?năm\s(20\d\d)(?!\d)")


@dataclass(frozen=True, slots=True)
class HeadReading:
    """The head and where the header block ends (offset of the first line of the body)."""

    head: Head
    header_end: int


def read_head(text: str, pieces: list[Piece]) -> HeadReading:
    """Everything but the citations, which need the structure: see `with_citations`."""
    lines = [text[piece.start : piece.end] for piece in pieces]
    if is_official_form(lines):
        count = form_length(pieces, lines)
        head = _completed(read_letterhead(pieces, lines), lines)
    else:
        count = _article_title_length(pieces, lines)
        head = _article_head(lines[:count], lines)
    head = replace(
        _with_years(head),
        signer=read_signer(text, pieces),
        recipients=read_recipients(text, pieces),
        annexes=read_annexes(text, pieces[count:]),
    )
    said = any(noise.says_illustration(fold(line)) for line in (*lines[:40], *lines[-10:]))
    end = pieces[count - 1].end if count else 0
    return HeadReading(replace(head, illustration=said), end)


def with_citations(text: str, head: Head, passages: Sequence[Passage]) -> Head:
    """The documents this one is based on, replaces, amends or carries out."""
    return replace(head, citations=read_citations(text, head, passages))


# --- a newspaper article -------------------------------------------------------------------------


def _article_title_length(pieces: list[Piece], lines: list[str]) -> int:
    """The first line is the headline unless it is itself a bullet, a heading or a sentence."""
    if len(lines) < 2 or pieces[0].marker or len(lines[0]) > _MAX_HEADLINE:
        return 0
    if lines[0].endswith((".", ";", ":")) or lines[0].startswith("{") or " " not in lines[0]:
        return 0
    if wording.is_bare_heading(fold(lines[0])):
        return 0
    return 0 if "%" in lines[0] and "%" in lines[1] else 1


def _article_head(header: list[str], lines: list[str]) -> Head:
    title = one_line(header[0]) if header else None
    head = Head(title=title, province=read_province(title))
    for line in lines:
        if cited := _cited_document(line):
            province = head.province or cited.province
            return replace(
                cited, title=title, province=province, issuer=_full_issuer(cited, province)
            )
    announced = next((found for line in lines if (found := _announced_document(line))), Head())
    kind = next((kind for kind in PLANNING_TYPES if title and kind in fold(title)), None)
    return replace(
        announced,
        title=title,
        type=TYPES[kind] if kind else announced.type,
        province=head.province or announced.province,
    )


def _completed(head: Head, lines: list[str]) -> Head:
    """Under a headline in capitals an article tells which document it is about."""
    if head.symbol or head.issuer:
        return head
    cited = next((found for line in lines[:40] if (found := _cited_document(line))), None)
    if cited is None:
        return head
    province = head.province or cited.province
    return replace(
        head,
        number=cited.number,
        symbol=cited.symbol,
        date=cited.date,
        issuer=_full_issuer(cited, province),
        province=province,
    )


def _announced_document(line: str) -> Head | None:
    """`UBND tỉnh Bắc Giang vừa ban hành Kế hoạch chuyển đổi số giai đoạn 2021-2025`, no number."""
    folded = fold(line)
    announced = _ANNOUNCED.search(folded)
    if not announced:
        return None
    kind = TYPES[" ".join(announced.group(1).split())]
    subject = _subject_after(line[announced.end(1) : announced.end(1) + 200])
    before = line[max(0, announced.start() - 200) : announced.start()]
    return Head(type=kind, subject=subject, province=read_province(before))


def _cited_document(line: str) -> Head | None:
    """`Ngày 23/02/2024, Ủy ban nhân dân tỉnh ban hành Kế hoạch số 33/KH-UBND …`."""
    folded = fold(line)
    cited = _CITED.search(folded)
    if not cited or not _ISSUED.search(folded, max(0, cited.start() - 200), cited.start()):
        return None
    before = folded[max(0, cited.start() - 200) : cited.start()]
    dates = _SHORT_DATE.findall(before) or _SHORT_DATE.findall(
        folded[cited.end() : cited.end() + 60]
    )
    shift = max(0, cited.start() - 200)
    issuer = _issuer_before(line[shift : cited.start()])
    return Head(
        type=TYPES[" ".join(cited.group(1).split())],
        number=cited.group(2),
        symbol=line[slice(*cited.span(3))],
        date=iso_date(dates[-1]) if dates else None,
        issuer=issuer,
        subject=_subject_after(line[cited.end() : cited.end() + 200]),
        province=read_province(issuer) or read_province(line[cited.end() : cited.end() + 200]),
    )


def _issuer_before(words: str) -> str | None:
    """`Ủy ban nhân dân tỉnh Phú Thọ`, with the name as far as it is written."""
    match = _ISSUER.search(fold(words))
    if not match:
        return None
    name = _NAME_BEHIND.match(words, match.end())
    return words[match.start() : name.end() if name else match.end()].strip()


def _subject_after(words: str) -> str | None:
    sentence = re.split(r"[.;]", words, maxsplit=1)[0]
    subject = trim(re.sub(r"^\s{0,3}(?:về|ngày \d{1,2}/\d{1,2}/\d{4})\s", "", sentence))
    return one_line(subject) or None


def _full_issuer(cited: Head, province: str | None) -> str | None:
    if cited.issuer and province and fold(cited.issuer).endswith(("tỉnh", "thành phố")):
        return f"{cited.issuer} {province}"
    return cited.issuer


# --- years ---------------------------------------------------------------------------------------


def _with_years(head: Head) -> Head:
    """The year of a yearly plan; for longer plans the first and the last year they cover."""
    words = " ".join(part for part in (head.title, head.subject) if part)
    folded = _FULL_DATE.sub("", fold(words))
    if period := _PERIOD.search(folded):
        return replace(head, since=int(period.group(1)), horizon=int(period.group(2)))
    if until := _UNTIL.search(folded):
        return replace(head, horizon=int(until.group(1)))
    if years := _YEAR.findall(folded):
        year = max(int(year) for year in years)
        return replace(head, year=year, since=year, horizon=year)
    return head
