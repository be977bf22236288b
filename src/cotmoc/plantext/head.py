"""Reads what the document says about itself: kind, number, issuer, date, title, year.

Two forms: the header block of Decree 30/2020, and a newspaper article about a plan.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace

from cotmoc.plantext import noise
from cotmoc.plantext.lines import Piece
from cotmoc.plantext.model import Head
from cotmoc.plantext.words import UPPER, fold, one_line, phrase, trim

_TYPES = {
    "kế hoạch": "plan",
    "quyết định": "decision",
    "nghị quyết": "resolution",
    "chỉ thị": "directive",
    "chương trình": "programme",
    "đề án": "scheme",
    "báo cáo": "report",
    "thông báo": "notice",
    "chiến lược": "strategy",
}
_MAX_HEADER_PIECES = 30
_MAX_HEADER_LINE = 220
_NATIONAL_NAME = "cộng hòa xã hội chủ nghĩa việt nam"
_NATIONAL_NAME_VARIANT = "cộng hoà xã hội chủ nghĩa việt nam"
_MOTTO = "độc lập"
_NUMBER = re.compile(r"(?<!\w)số\s?:\s{0,3}(\d{1,6})\s?/\s?((?:\d{4}/)?[a-zđ]{2,10}[-\w]{0,30})")
_CITED = re.compile(
    rf"({phrase(*_TYPES)})\ssố\s(\d{{1,6}})/((?:\d{{4}}/)?[a-zđ]{{2,10}}-[-\w]{{1,30}})"
)
_ANNOUNCED = re.compile(
    rf"(?<!\w)ban hành\s({phrase('kế hoạch', 'đề án', 'chương trình')})\schuyển đổi số"
)
_PLACE_DATE = re.compile(
    r"(?:^|\s{2,4}|\t)([^\W\d_][^,:\d]{1,40}),\s{1,3}ngày\s(\d{1,2})\stháng\s(\d{1,2})\snăm\s(\d{4})"
)
_SHORT_DATE = re.compile(r"(?<!\d)(\d{1,2})/(\d{1,2})/(\d{4})(?!\d)")
_ISSUED = re.compile(phrase("ban hành", "phê duyệt"))
_ISSUER = re.compile(
    r"(?<!\w)(?:(?:ủy|uỷ) ban nhân dân|ubnd|hội đồng nhân dân|hđnd)\s(?:tỉnh|thành phố)?"
)
_PROVINCE = re.compile(r"(?<!\w)(?:tỉnh|thành phố)\s")
_PROPER_NAME = re.compile(rf"[{UPPER}]\w{{0,20}}(?:[ -][{UPPER}]\w{{0,20}}){{0,3}}")
_AFTER_NAME = re.compile(r"\s(?:NĂM|GIAI ĐOẠN|ĐẾN)\s")
_PERIOD = re.compile(r"(?<!\w)giai đoạn\s(20\d\d)\s?[-–]\s?(20\d\d)")
_YEAR = re.compile(r"(?<!\w)năm\s(20\d\d)(?!\d)")
_UNTIL = re.compile(r"(?<!\w)đến\s(?:hết\s)?năm\s(20\d\d)(?!\d)")
_BODY_STARTS = ("căn cứ", "thực hiện ", "xét đề nghị", "theo đề nghị")


@dataclass(frozen=True, slots=True)
class HeadReading:
    """The head and where the header block ends (offset of the first line of the body)."""

    head: Head
    header_end: int


def read_head(text: str, pieces: list[Piece]) -> HeadReading:
    lines = [text[piece.start : piece.end] for piece in pieces]
    is_form = _is_official_form(lines)
    count = _form_length(pieces, lines) if is_form else _article_title_length(pieces, lines)
    header = lines[:count]
    head = _official_head(header) if is_form else _article_head(header, lines)
    head = _with_years(head)
    said = any(noise.says_illustration(fold(line)) for line in (*lines[:40], *lines[-10:]))
    end = pieces[count - 1].end if count else 0
    return HeadReading(replace(head, illustration=said), end)


# --- the header block of Decree 30 ---------------------------------------------------------------


def _is_official_form(lines: list[str]) -> bool:
    return any(
        _NATIONAL_NAME in (folded := fold(line))
        or _NATIONAL_NAME_VARIANT in folded
        or _NUMBER.match(folded)
        for line in lines[:15]
    )


def _form_length(pieces: list[Piece], lines: list[str]) -> int:
    for index, (piece, line) in enumerate(zip(pieces, lines, strict=True)):
        # `Độc lập - Tự do` has no marker; `A.` or `I.` opens the body.
        if index >= _MAX_HEADER_PIECES or (piece.marker and piece.marker.kind != "star"):
            return index
        if fold(line).startswith(_BODY_STARTS) or len(line) > _MAX_HEADER_LINE:
            return index
    return len(lines)


def _official_head(header: list[str]) -> Head:
    head = Head()
    for line in header:
        folded = fold(line)
        if head.number is None and (number := _NUMBER.search(folded)):
            symbol = line[slice(*number.span(2))]
            head = replace(head, number=number.group(1), symbol=symbol)
        if head.date is None and (date := _PLACE_DATE.search(folded)):
            place = trim(line[slice(*date.span(1))])
            head = replace(head, place=place, date=_iso(date.group(2, 3, 4)))
        if head.issuer is None and _ISSUER.match(folded):
            head = replace(head, issuer=_issuer_in_columns(line))
    kind, subject = _type_and_subject(header)
    title = one_line(f"{kind.capitalize()} {subject}") if kind and subject else None
    province = _province(head.issuer) or _province(subject)
    return replace(
        head,
        type=_TYPES[fold(kind)] if kind else None,
        subject=subject,
        title=title,
        province=province,
    )


def _issuer_in_columns(line: str) -> str:
    """A two-column header flattened to one line has the national name at its right."""
    position = max(fold(line).find(_NATIONAL_NAME), fold(line).find(_NATIONAL_NAME_VARIANT))
    return trim(one_line(line[:position] if position > 0 else line))


def _type_and_subject(header: list[str]) -> tuple[str | None, str | None]:
    for index, line in enumerate(header):
        if fold(line.strip()) in _TYPES:
            following = _subject_lines(header[index + 1 :])
            return line.strip(), trim(one_line(" ".join(following))) or None
    return None, None


def _subject_lines(lines: list[str]) -> list[str]:
    subject: list[str] = []
    for line in lines:
        if line.startswith("(") or not any(char.isalnum() for char in line):
            break
        subject.append(line)
    return subject[:4]


# --- a newspaper article -------------------------------------------------------------------------


def _article_title_length(pieces: list[Piece], lines: list[str]) -> int:
    """The first line is the headline unless it is itself a bullet, a heading or a sentence."""
    if len(lines) < 2 or pieces[0].marker or len(lines[0]) > _MAX_HEADER_LINE:
        return 0
    if lines[0].endswith((".", ";", ":")) or lines[0].startswith("{"):
        return 0
    return 0 if "%" in lines[0] and "%" in lines[1] else 1


def _article_head(header: list[str], lines: list[str]) -> Head:
    title = one_line(header[0]) if header else None
    head = Head(title=title, province=_province(title))
    for line in lines:
        if cited := _cited_document(line):
            province = head.province or cited.province
            return replace(
                cited, title=title, province=province, issuer=_full_issuer(cited, province)
            )
    announced = next((found for line in lines if (found := _announced_document(line))), Head())
    kind = next((kind for kind in _TYPES if title and kind in fold(title)), None)
    return replace(
        announced,
        title=title,
        type=_TYPES[kind] if kind else announced.type,
        province=head.province or announced.province,
    )


def _announced_document(line: str) -> Head | None:
    """`UBND tỉnh Bắc Giang vừa ban hành Kế hoạch chuyển đổi số giai đoạn 2021-2025`, no number."""
    folded = fold(line)
    announced = _ANNOUNCED.search(folded)
    if not announced:
        return None
    kind = _TYPES[" ".join(announced.group(1).split())]
    subject = _subject_after(line[announced.end(1) : announced.end(1) + 200])
    before = line[max(0, announced.start() - 200) : announced.start()]
    return Head(type=kind, subject=subject, province=_province(before))


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
    issuer = _ISSUER.search(before)
    shift = max(0, cited.start() - 200)
    return Head(
        type=_TYPES[" ".join(cited.group(1).split())],
        number=cited.group(2),
        symbol=line[slice(*cited.span(3))],
        date=_iso(dates[-1]) if dates else None,
        issuer=line[shift + issuer.start() : shift + issuer.end()].strip() if issuer else None,
        subject=_subject_after(line[cited.end() : cited.end() + 200]),
        province=_province(line[cited.end() : cited.end() + 200]),
    )


def _subject_after(words: str) -> str | None:
    sentence = re.split(r"[.;]", words, maxsplit=1)[0]
    subject = trim(re.sub(r"^\s{0,3}(?:về|ngày \d{1,2}/\d{1,2}/\d{4})\s", "", sentence))
    return one_line(subject) or None


def _full_issuer(cited: Head, province: str | None) -> str | None:
    if cited.issuer and province and fold(cited.issuer).endswith(("tỉnh", "thành phố")):
        return f"{cited.issuer} {province}"
    return cited.issuer


# --- shared ---------------------------------------------------------------------------------------


def _province(words: str | None) -> str | None:
    if not words:
        return None
    match = _PROVINCE.search(fold(words))
    if not match:
        return None
    rest = words[match.end() :]
    if words.isupper():
        return trim(_AFTER_NAME.split(rest)[0]).title() or None
    name = _PROPER_NAME.match(rest)
    return name.group() if name else None


def _iso(parts: Iterable[str]) -> str | None:
    day, month, year = (int(part) for part in parts)
    return f"{year:04}-{month:02}-{day:02}" if 1 <= day <= 31 and 1 <= month <= 12 else None


def _with_years(head: Head) -> Head:
    """The year of a yearly plan; for longer plans only the last year they cover."""
    folded = fold(" ".join(part for part in (head.title, head.subject) if part))
    if period := _PERIOD.search(folded):
        return replace(head, horizon=int(period.group(2)))
    if until := _UNTIL.search(folded):
        return replace(head, horizon=int(until.group(1)))
    if year := _YEAR.search(folded):
        return replace(head, year=int(year.group(1)), horizon=int(year.group(1)))
    return head
