"""Reads the end of a document: who signed it, in what form, and who receives it (Nơi nhận).

The two columns may stand side by side, interleaved line by line, or one after the other.
"""

from __future__ import annotations

import re

from cotmoc.plantext.annexes import is_attached_type, opens_annex
from cotmoc.plantext.lines import Piece
from cotmoc.plantext.model import Signer
from cotmoc.plantext.words import UPPER, fold, one_line, trim

_MAX_LINES = 70
_LINES_BEFORE = 14
_MAX_RECIPIENT = 200
_RECIPIENTS = re.compile(r"nơi\s{1,3}nhận(?=\s{0,3}:|\s{0,40}$|\s{2})\s{0,3}:?")
_FORM = re.compile(r"(?<![\w./])(?:(TM|KT|TL|TUQ|Q)\s?\.|([TK]/[MLT])[. ])\s{0,2}(?=[^\W\d_])")
_TITLE = re.compile(
    rf"(?<!\w)(?:QUYỀN )?(?:PHÓ )?(?:CHỦ TỊCH|TỔNG GIÁM ĐỐC|GIÁM ĐỐC|TỔNG BÍ THƯ|BÍ THƯ|BỘ TRƯỞNG"
    rf"|THỨ TRƯỞNG|THỦ TƯỚNG|CỤC TRƯỞNG|TRƯỞNG BAN|CHÁNH VĂN PHÒNG|TRƯỞNG PHÒNG|VIỆN TRƯỞNG"
    rf"|CHÁNH THANH TRA|TRƯỞNG ĐOÀN|HIỆU TRƯỞNG)(?!\w)(?:[ ,][{UPPER} ,]{{1,80}})?"
)
_NAME_WORD = rf"[{UPPER}][^\W\d_]{{0,9}}"
_RANK = (
    r"(?:(?:GS|PGS|TS|ThS|BS|KS|Đại tá|Thượng tá|Trung tá|Thiếu tướng|Trung tướng|Đại tướng)"
    r"\.?\s{0,2}){0,3}"
)
_NAME = re.compile(rf"{_RANK}({_NAME_WORD}(?: {_NAME_WORD}){{1,4}})")
_SURNAMES = frozenset(
    (
        *(
            "nguyễn",
            "trần",
            "lê",
            "phạm",
            "hoàng",
            "huỳnh",
            "phan",
            "vũ",
            "võ",
            "đặng",
            "bùi",
            "đỗ",
        ),
        *("hồ", "ngô", "dương", "lý", "đinh", "đoàn", "lâm", "mai", "trịnh", "đào", "cao", "hà"),
        *("lương", "tạ", "tô", "chu", "thái", "châu", "trương", "quách", "vương", "giàng", "lò"),
        *("nông", "hứa", "kiều", "la", "lưu", "lục", "mạc", "nghiêm", "ông", "phùng", "quan"),
        *("tăng", "tống", "từ", "văn", "viên", "y", "h", "a", "sùng", "thào", "vàng", "bế", "ma"),
        *(
            "triệu",
            "hầu",
            "khổng",
            "doãn",
            "đàm",
            "điểu",
            "rơ",
            "siu",
            "ksor",
            "cầm",
            "đèo",
            "bạch",
        ),
        *("trà", "thạch", "danh", "sơn", "kim", "ninh", "tôn", "ứng", "hồng", "âu", "bàn", "lại"),
    )
)
_SIGNED = re.compile(r"\(?\s?(?:đã ký|ký tên|chữ ký|đã ký số)")
_LAST = re.compile(r"lưu\s?(?::|vt|văn thư|hc)")


def read_signer(text: str, pieces: list[Piece]) -> Signer | None:
    """The signature nearest to the first `Nơi nhận`, else at the end of the text."""
    lines = _cells(text, pieces, *_window(text, pieces))
    forms: list[str] = []
    title: str | None = None
    name: str | None = None
    for line in lines:
        found = _form_in(line)
        if found:
            forms.append(found[0])
            name = None
        rest = found[1] if found else line
        if match := _title_in(rest, alone=not found):
            title = match
        elif (forms or title) and name is None and not found:
            name = _name_in(line)
    if not forms and not (title and name):
        return None
    return Signer(name, title, tuple(forms))


def read_recipients(text: str, pieces: list[Piece]) -> tuple[str, ...]:
    """The lines below `Nơi nhận`, up to `Lưu`, without the signature that stands beside them."""
    at = _recipients_at(text, pieces)
    if at is None:
        return ()
    found: list[str] = []
    end = min(len(pieces), at + _MAX_LINES)
    for index in range(at, end):
        piece, line = pieces[index], text[pieces[index].start : pieces[index].end]
        if index == at:
            line = line[_RECIPIENTS.match(fold(line)).end() :]  # type: ignore[union-attr]
        elif _ends_recipients(piece, line):
            break
        words = _without_signature(line)
        if not words:
            continue
        opens = piece.marker is not None or not found or found[-1].endswith((",", ";", "."))
        if not opens and piece.marker is None and not _is_recipient(words, found):
            continue
        if opens and not _opens_recipient(piece, words, found):
            continue
        if opens:
            found.append(words)
        else:
            found[-1] = f"{found[-1]} {words}"
        if _LAST.match(fold(words)) and words.endswith((".", ";")):
            break
    return tuple(cleaned for words in found if (cleaned := words.strip(" ,;.:")))


def _opens_recipient(piece: Piece, words: str, found: list[str]) -> bool:
    if piece.marker is not None:
        return True
    if found and _LAST.match(fold(found[-1])):
        return False
    return words.endswith((";", ".")) or _LAST.match(fold(words)) is not None


def _is_recipient(words: str, found: list[str]) -> bool:
    """Does a line without a dash go on what the line above began?"""
    return bool(found) and (words[:1].islower() or words.endswith((";", "."))) and len(words) < 90


def _ends_recipients(piece: Piece, line: str) -> bool:
    if piece.marker is not None and piece.marker.kind not in ("bullet", "sub_bullet", "star"):
        return True
    return len(line) > _MAX_RECIPIENT or opens_annex(line) or is_attached_type(line)


def _without_signature(line: str) -> str:
    """`- Như Điều 3;      KT. CHỦ TỊCH` is the recipient and a part of the signature."""
    words = re.split(r"\s{3,}|\t", line.strip())[0]
    words = words.lstrip("-–—−+* \u00a0")
    if form := _FORM.search(words):
        words = words[: form.start()]
    if title := _TITLE.search(words):
        words = words[: title.start()]
    if (stop := re.search(r"[.;]\s(?=\S)", words)) and _name_in(words[stop.end() :]):
        words = words[: stop.start() + 1]
    is_name = _name_in(words) is not None and not line.lstrip().startswith(("-", "–", "+"))
    folded = fold(words)
    return "" if is_name or _SIGNED.match(folded) or not words.strip() else one_line(words)


# --- where and what -------------------------------------------------------------------------------


def _recipients_at(text: str, pieces: list[Piece]) -> int | None:
    for index, piece in enumerate(pieces):
        if _RECIPIENTS.match(fold(text[piece.start : min(piece.end, piece.start + 200)])):
            return index
    return None


def _window(text: str, pieces: list[Piece]) -> tuple[int, int]:
    at = _recipients_at(text, pieces)
    if at is None:
        last = next(
            (
                index
                for index, piece in enumerate(pieces)
                if index > 8 and opens_annex(text[piece.start : piece.end])
            ),
            len(pieces),
        )
        return max(0, last - _LINES_BEFORE), last
    end = at + 1
    while end < min(len(pieces), at + _MAX_LINES):
        if _ends_recipients(pieces[end], text[pieces[end].start : pieces[end].end]):
            break
        end += 1
    return max(0, at - _LINES_BEFORE), end


def _cells(text: str, pieces: list[Piece], start: int, end: int) -> list[str]:
    """Lines of the window, those set in two columns cut in two."""
    found: list[str] = []
    for piece in pieces[start:end]:
        line = text[piece.start : min(piece.end, piece.start + 400)]
        found += [cell for part in re.split(r"\s{3,}|\t", line) if (cell := part.strip())]
    return [part for cell in found for part in _beside_recipient(cell)]


def _beside_recipient(cell: str) -> list[str]:
    """`- Lưu: VT. Nguyễn Văn A`: columns that only one blank parts."""
    if _form_in(cell):
        return [cell]
    for match in re.finditer(r"[;.:,]\s(?=\S)", cell[:200]):
        rest = cell[match.end() :]
        if _form_in(rest) or _title_in(rest, alone=True) or _is_surely_name(rest):
            return [cell[: match.end()].strip(), rest]
    return [cell]


def _form_in(cell: str) -> tuple[str, str] | None:
    match = _FORM.match(cell)
    if not match or not cell[match.end() :][:2].isupper():
        return None
    form = match.group(1) or match.group(2).replace("/", "")
    return f"{form}.", trim(cell[match.end() :])


def _title_in(cell: str, alone: bool) -> str | None:
    """A signing title in capitals; below `TM.` and `KT.` stands whom the signer stands for."""
    match = _TITLE.match(cell)
    if match and match.end() >= len(cell.rstrip()):
        return one_line(match.group())
    if alone and re.fullmatch(r"(?:Phó )?(?:Chủ tịch|Giám đốc|Bí thư|Chánh Văn phòng)", cell):
        return cell
    return None


def _name_in(line: str) -> str | None:
    words = one_line(line)
    match = _NAME.fullmatch(words)
    if not match or fold(match.group(1)).split()[0] not in _SURNAMES:
        return None
    return match.group(1)


def _is_surely_name(words: str) -> bool:
    name = _name_in(words)
    return name is not None and not name.isupper()
