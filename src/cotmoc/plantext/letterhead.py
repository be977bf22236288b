"""Reads the header block of Decree 30/2020: issuer and national name, number, place and date, type.

The two columns may stand side by side, interleaved line by line, or one after the other: what is
recognised is cut out of the block first, and what is left above the type is the issuer.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from cotmoc.plantext.doctypes import ANY_TYPE, TYPES
from cotmoc.plantext.lines import Piece
from cotmoc.plantext.model import Head
from cotmoc.plantext.words import UPPER, fold, one_line, trim

_LOOKED_AT = 15
_MAX_HEADER_PIECES = 60
_MAX_HEADER_LINE = 220
_MAX_SUBJECT_LINE = 300
_MAX_SUBJECT_LINES = 8
_CENTRED_LINE = 80
_NATION = re.compile(
    r"cộng\s{1,3}h(?:òa|oà)\s{1,3}xã\s{1,3}hội\s{1,3}chủ\s{1,3}nghĩa(?:\s{1,3}việt\s{1,3}nam)?"
    r"|đảng\s{1,3}cộng\s{1,3}sản\s{1,3}việt\s{1,3}nam"
)
_MOTTO = re.compile(
    r"độc\s{1,3}lập\s{0,3}[-–—]{0,2}\s{0,3}tự\s{1,3}do\s{0,3}[-–—]{0,2}\s{0,3}hạnh\s{1,3}phúc"
)
_RULE = re.compile(r"[-–—_=*~]{2,200}")
_BLANK = r"[ \t\u00a0.…_]{0,40}"
_GAP = r"[ \t\u00a0]{0,3}"
_SYMBOL = rf"(?:\d{{4}}{_GAP}/{_GAP})?[a-zđ]{{2,10}}(?:{_GAP}[-–]{_GAP}[a-zđ&]{{2,12}}){{0,3}}"
_NUMBER = re.compile(rf"(?<!\w)số{_GAP}:?{_BLANK}(\d{{1,6}}[a-zđ]?)?{_BLANK}/{_GAP}({_SYMBOL})")
_PARTY_NUMBER = re.compile(
    rf"(?<!\w)số{_GAP}:?{_BLANK}(\d{{1,6}})?{_BLANK}[-–]{_GAP}([a-zđ]{{1,8}}/[a-zđ]{{2,10}})"
)
_NAMES_ANOTHER = re.compile(ANY_TYPE + r"\s{0,4}$")
_NAME = rf"[{UPPER}][^\W\d_]{{0,12}}(?:\.[^\W\d_]{{0,12}})?"
_PLACE_DATE = re.compile(
    rf"(?:((?:Thành phố |Thị xã |Huyện )?{_NAME}(?:(?:[ \t\u00a0]-[ ]|[ \t\u00a0-]){_NAME}){{0,5}})"
    r"[ \t\u00a0]?,\s{0,4})?"
    r"ngày[\s.…]{0,20}(?:(\d{1,2})?[\s.…]{0,20}tháng[\s.…]{0,20}(\d{1,2})?[\s.…]{0,20}"
    r"năm[\s.…]{0,10}((?:19|20)\d\d)?|(\d{1,2})/(\d{1,2})/((?:19|20)\d\d))"
)
_ABOUT = re.compile(r"(?<!\w)v\s?/\s?v\s{0,3}:?\s{1,4}")
_ADDRESSEES = "kính gửi"
_BODY_STARTS = re.compile(
    r"(?:căn cứ|thực hiện |triển khai (?!(?:kế hoạch|chương trình|thực hiện)[^,]*$)|xét đề nghị"
    r"|theo đề nghị|để (?:triển khai|thực hiện|tiếp tục)|nhằm |tiếp tục thực hiện"
    r"|xét tờ trình|trên cơ sở|ngày \d{1,2}[ /]|sau khi)"
)
_ORGANISATION = re.compile(
    r"(?:các\s)?(?:(?:ủy|uỷ) ban|ubnd|hội đồng|hđnd|sở |bộ |ban |văn phòng|cục |chi cục|tổng cục"
    r"|(?:tỉnh|thành|đảng|huyện|quận|thị) (?:ủy|uỷ)|đảng bộ|trung tâm|công an|thủ tướng|chính phủ"
    r"|quốc hội|bộ chính trị|công đoàn|liên đoàn|mặt trận|tập đoàn|tổng công ty|phòng |thanh tra)"
)
_SESSION = re.compile(r"(?:khóa|khoá|nhiệm kỳ|kỳ họp|lần thứ)\s")
_STAMP = re.compile(r"(?:\(?dự thảo|hỏa tốc|hoả tốc|khẩn|thượng khẩn|mật|tối mật|bản sao|sao y)")
_JOINED_TO_NEXT = re.compile(
    r"(?:văn phòng|đảng (?:ủy|uỷ)|đoàn đbqh và|đoàn đại biểu quốc hội và|ban chấp hành|và|của)$"
)


@dataclass(slots=True)
class _Block:
    """The header block with what has been recognised cut out of it, at unchanged offsets."""

    raw: str
    rest: str = field(init=False)

    def __post_init__(self) -> None:
        self.rest = self.raw

    @property
    def folded(self) -> str:
        return fold(self.rest)

    def cut(self, start: int, end: int) -> None:
        blank = re.sub(r"[^\n]", " ", self.rest[start:end])
        self.rest = self.rest[:start] + blank + self.rest[end:]

    def cut_all(self, pattern: re.Pattern[str]) -> None:
        for match in pattern.finditer(self.folded):
            self.cut(*match.span())


def is_official_form(lines: list[str]) -> bool:
    first = lines[:_LOOKED_AT]
    return any(
        _NATION.search(folded := fold(line)) or _NUMBER.match(folded) or _type_in(line) is not None
        for line in first
    )


# --- where the block ends -------------------------------------------------------------------------


def form_length(pieces: list[Piece], lines: list[str]) -> int:
    """How many pieces belong to the header block: the letterhead, type and subject."""
    lines = _in_capitals(lines)
    index = _letterhead_length(pieces, lines)
    if index < len(lines) and _type_in(lines[index]) is not None:
        count = len(_subject_lines(pieces, lines, index))
        return _after_subject(pieces, lines, index + 1 + count)
    if index < len(lines) and fold(lines[index]).startswith(_ADDRESSEES):
        return _after_addressees(pieces, lines, index)
    return index


def _letterhead_length(pieces: list[Piece], lines: list[str]) -> int:
    """Up to the line that bears the type, the addressees, or the first line of the body."""
    for index, (piece, line) in enumerate(zip(pieces, lines, strict=True)):
        if index >= _MAX_HEADER_PIECES or _type_in(line) is not None:
            return index
        folded = fold(line)
        if folded.startswith(_ADDRESSEES) or len(line) > _MAX_HEADER_LINE:
            return index
        # `Độc lập - Tự do` has no marker; `A.` or `I.` opens the body.
        if piece.marker and piece.marker.kind != "star" and not _MOTTO.search(folded):
            return index
        if _BODY_STARTS.match(folded) and not _PLACE_DATE.match(folded):
            return index
    return len(lines)


def _after_subject(pieces: list[Piece], lines: list[str], index: int) -> int:
    """Rules, brackets and the authority in capitals follow the subject."""
    while index < len(lines):
        line = lines[index]
        marker = pieces[index].marker
        opens = marker is not None and marker.kind != "star"
        has_letters = any(char.isalpha() for char in line)
        of_form = not has_letters or line.startswith("(") or _is_form_line(line)
        if opens or not of_form or len(line) > _MAX_HEADER_LINE:
            break
        index += 1
    return index


def _is_form_line(line: str) -> bool:
    folded = fold(line)
    if _NATION.search(folded) or _MOTTO.search(folded) or _NUMBER.match(folded):
        return True
    if (date := _PLACE_DATE.match(line)) and len(line) - date.end() < 3:
        return True
    return line.isupper() and not line.endswith(":") and not _opens_section(folded)


def _opens_section(folded: str) -> bool:
    return folded.startswith(("mục", "nhiệm vụ", "giải pháp", "kết quả", "đánh giá", "phụ lục"))


def _after_addressees(pieces: list[Piece], lines: list[str], index: int) -> int:
    """`Kính gửi:` and the list below it, which ends with a full stop."""
    first = index
    while index < len(lines) and index - first < _MAX_HEADER_PIECES:
        line, listed = lines[index], pieces[index].marker is not None
        if index > first and not listed and not (line.endswith(";") and len(line) < 120):
            break
        index += 1
        if line.endswith("."):
            break
    return index


# --- what it says ---------------------------------------------------------------------------------


def read_letterhead(pieces: list[Piece], lines: list[str]) -> Head:
    """Reads the pieces of the header block; `lines` are their texts, those of the body included."""
    lines = _in_capitals(lines)
    count = form_length(pieces, lines)
    at = next((i for i, line in enumerate(lines[:count]) if _type_in(line) is not None), None)
    head = Head()
    block = _Block("\n".join(lines[: count if at is None else at]))
    block.cut_all(_NATION)
    block.cut_all(_MOTTO)
    head = _with_number(head, block)
    head = _with_date(head, block)
    block.cut_all(_RULE)
    if at is None:
        subject = _letter_subject(block)
        kind = "công văn" if subject or _addresses(lines[:count]) else None
        head = replace(head, type=kind and TYPES[kind], subject=subject, title=subject)
    else:
        head = _with_type(head, pieces, lines, at)
        if head.number is None or head.date is None:
            head = _from_below(head, lines[at:count])
    organisations = _organisations(block.rest)
    province = _province_of([*reversed(organisations), head.subject])
    return replace(head, issuer=organisations[-1] if organisations else None, province=province)


def _addresses(lines: list[str]) -> bool:
    return any(fold(line).startswith(_ADDRESSEES) for line in lines)


def _with_number(head: Head, block: _Block) -> Head:
    for pattern in (_NUMBER, _PARTY_NUMBER):
        for match in pattern.finditer(folded := block.folded):
            if _NAMES_ANOTHER.search(folded[max(0, match.start() - 40) : match.start()]):
                continue
            symbol = re.sub(r"\s", "", block.rest[slice(*match.span(2))]).replace("–", "-")
            block.cut(*match.span())
            return replace(head, number=match.group(1), symbol=symbol)
    return head


def _with_date(head: Head, block: _Block) -> Head:
    match = _PLACE_DATE.search(block.rest)
    if not match:
        return head
    block.cut(*match.span())
    place = trim(one_line(match.group(1) or "")) or None
    day, month, year = match.group(2, 3, 4) if match.group(5) is None else match.group(5, 6, 7)
    date = iso_date((day, month, year)) if day and month and year else None
    return replace(head, place=place, date=date)


def _from_below(head: Head, lines: list[str]) -> Head:
    """In a text read column by column the number or the date may follow the type."""
    block = _Block("\n".join(line for line in lines if not line.startswith("(")))
    if head.number is None and head.symbol is None:
        head = _with_number(head, block)
    below = _with_date(head, block)
    return below if head.date is None and below.place else head


def _letter_subject(block: _Block) -> str | None:
    match = _ABOUT.search(block.folded)
    if not match:
        return None
    words = block.rest[match.end() :].split("\n")
    subject = []
    for line in words[:_MAX_SUBJECT_LINES]:
        if fold(line).strip().startswith(_ADDRESSEES):
            break
        subject.append(line)
    block.cut(match.start(), len(block.rest))
    return trim(one_line(" ".join(subject))) or None


def _type_in(line: str) -> str | None:
    """The type that opens a line in capitals, alone or with the subject behind it."""
    match = _TYPE_LINE.match(fold(line))
    if not match:
        return None
    kind = line[: match.end(1)]
    alone = not line[match.end(1) :].strip(" :")
    return kind if kind.isupper() or (alone and kind[:1].isupper()) else None


def _in_capitals(lines: list[str]) -> list[str]:
    """The lines, with the type in capitals where it is only found in small letters.

    `Kế hoạch chuyển đổi số năm 2024` below the number: some texts have lost their capitals.
    """
    numbered = False
    for index, line in enumerate(lines[:_MAX_HEADER_PIECES]):
        if _type_in(line) is not None:
            return lines
        match = _TYPE_LINE.match(fold(line))
        if numbered and match and line[:1].isupper() and _is_title(line):
            raised = line[: match.end(1)].upper() + line[match.end(1) :]
            return [*lines[:index], raised, *lines[index + 1 :]]
        numbered = numbered or _NUMBER.match(fold(line)) is not None
    return lines


def _is_title(line: str) -> bool:
    return len(line) <= _MAX_HEADER_LINE and not line.endswith((".", ";", ":"))


_TYPE_LINE = re.compile(rf"({ANY_TYPE})(?=\s|:?$)")


def _with_type(head: Head, pieces: list[Piece], lines: list[str], at: int) -> Head:
    kind = _type_in(lines[at]) or ""
    beside = lines[at][len(kind) :].strip(" :")
    subject_lines = [beside, *_subject_lines(pieces, lines, at)]
    subject = trim(one_line(" ".join(subject_lines))) or None
    title = one_line(f"{kind.capitalize()} {subject}") if subject else None
    return replace(head, type=TYPES[fold(one_line(kind))], subject=subject, title=title)


def _subject_lines(pieces: list[Piece], lines: list[str], at: int) -> list[str]:
    """The lines below the type, as long as they plainly go on."""
    subject: list[str] = []
    beside = lines[at][len(_type_in(lines[at]) or "") :].strip(" :")
    last = beside
    for index in range(at + 1, min(len(lines), at + 1 + _MAX_SUBJECT_LINES)):
        line = lines[index]
        if not _goes_on(pieces[index], line, last):
            break
        subject.append(line)
        last = line
    return subject


def _goes_on(piece: Piece, line: str, last: str) -> bool:
    folded = fold(line)
    if piece.marker is not None or line.startswith("(") or not any(c.isalnum() for c in line):
        return False
    opens_body = _BODY_STARTS.match(folded) if last else folded.startswith("căn cứ")
    if opens_body and not line[:1].islower():
        return False
    if _NATION.search(folded) or _MOTTO.search(folded):
        return False
    if _NUMBER.match(folded) or (_PLACE_DATE.match(line) and line[:1].isupper() and last):
        return False
    if line.endswith((":", ";")) or len(line) > _MAX_SUBJECT_LINE:
        return False
    if not last:
        return not line.endswith(".")
    if piece.after_blank_line and not line[:1].islower():
        return False
    changes = last.isupper() != line.isupper() and any(char.isalpha() for char in line)
    if line.endswith(".") or (changes and not line[:1].islower()):
        return False
    if _SESSION.match(folded) or (line.isupper() and _authority(folded)):
        return False
    return line[:1].islower() or len(line) <= _CENTRED_LINE


def _authority(folded: str) -> bool:
    return folded.startswith(("chủ tịch", "giám đốc")) or _ORGANISATION.match(folded) is not None


def _organisations(rest: str) -> list[str]:
    """The organisations of the left column, the one above first; the last one issues."""
    found: list[str] = []
    for raw in rest.split("\n"):
        for cell in re.split(r"\s{3,}|\t", raw.strip()):
            words = trim(one_line(cell))
            folded = fold(words)
            if (
                not words
                or folded == "việt nam"
                or _SESSION.match(folded)
                or _STAMP.match(folded)
                or words[0] == "("
            ):
                continue
            opens = _ORGANISATION.match(folded) is not None
            if opens and not (found and _JOINED_TO_NEXT.search(fold(found[-1]))):
                found.append(words)
            elif found and (words.isupper() or (found[-1][:1].isupper() and opens)):
                found[-1] = f"{found[-1]} {words}"
    if len(found) > 1 and fold(found[-1]) in ("văn phòng", "thanh tra"):
        found[-1] = f"{found[-1]} {found[-2]}"
    return found


# --- shared ---------------------------------------------------------------------------------------

_PROVINCE = re.compile(r"(?<!\w)(?:(?:tỉnh|thành)\s(?:ủy|uỷ)|tỉnh|thành phố|tp\.?)\s")
_PROPER_NAME = re.compile(rf"[{UPPER}]\w{{0,20}}(?:(?:[ -]| - )[{UPPER}]\w{{0,20}}){{0,3}}")
_AFTER_NAME = re.compile(r"\s(?:NĂM|GIAI ĐOẠN|ĐẾN|VỀ|TRÊN|KHÓA|LẦN|VÀ|NHIỆM KỲ)\s|[,;(–]")


def _province_of(words: Iterable[str | None]) -> str | None:
    return next((name for part in words if (name := read_province(part))), None)


def read_province(words: str | None) -> str | None:
    """`Phú Thọ` of `UBND TỈNH PHÚ THỌ` or `tỉnh Phú Thọ`."""
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


def iso_date(parts: Iterable[str]) -> str | None:
    day, month, year = (int(part) for part in parts)
    return f"{year:04}-{month:02}-{day:02}" if 1 <= day <= 31 and 1 <= month <= 12 else None
