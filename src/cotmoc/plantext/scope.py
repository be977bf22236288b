"""Whom a target is about: level of government, denominator, exclusions, subjects."""

from __future__ import annotations

import re

from cotmoc.plantext.model import Level
from cotmoc.plantext.words import GAP, fold, one_line, phrase, trim

_LEVELS: dict[str, Level] = {"tỉnh": "province", "huyện": "district", "xã": "commune"}
LEVEL = re.compile(rf"(?<!\w)cấp{GAP}(tỉnh|huyện|xã)(?!\w)")
LEVEL_PHRASE = re.compile(
    rf"(?<!\w)(?:(?:đối{GAP}với|ở|tại|của|thuộc){GAP})?(?:các{GAP})?cấp{GAP}(?:tỉnh|huyện|xã)(?!\w)"
)
_FIRST_NOUNS: tuple[tuple[re.Pattern[str], Level], ...] = (
    (
        re.compile(r"(?:các\s)?" + phrase("thôn", "làng", "bản", "tổ dân phố", "khu dân cư")),
        "village",
    ),
    (re.compile(r"(?:các\s)?" + phrase("xã", "phường")), "commune"),
    (re.compile(r"(?:các\s)?" + phrase("huyện")), "district"),
    (re.compile(phrase("mỗi cơ quan", "mỗi đơn vị", "từng cơ quan")), "organisation"),
)
# Words that open what is said about the subject: what stands before them is the denominator.
_PREDICATE = re.compile(
    phrase(
        *("được", "có", "hài lòng", "hoàn thành", "sử dụng", "triển khai", "tiếp cận"),
        *("thực hiện", "kết nối", "áp dụng", "tham gia", "nộp", "thanh toán", "đồng bộ"),
        *("ứng dụng", "cài đặt", "đăng ký", "bảo đảm", "đáp ứng", "biết", "đúng hạn"),
    )
    + r"(?!\s{1,4}phép)"
)
# Parts of the denominator that contain such a word themselves.
_ATTRIBUTE = re.compile(
    r"(?<!\w)(?:có|phát sinh|có phát sinh|có yêu cầu)\s{1,4}"
    r"(?:yêu cầu\s|thực hiện\s)?nghĩa vụ tài chính"
    r"|(?<!\w)có nhu cầu(?!\w)|(?<!\w)có phát sinh hồ sơ(?!\w)"
)
_EXCEPT = re.compile(r"\(\s{0,3}((?:trừ|không bao gồm|không tính)\s[^()]{1,400})\)", re.I)
_ELIGIBLE = re.compile(
    r"(?<!\w)((?:đủ điều kiện|có nhu cầu)[^,;()]{0,120}?)(?=\s(?:được|có|hài lòng)\s|[,;()]|$)"
)
_SHARE_WORD = re.compile(r"(?:(?:tỷ|tỉ)\s{1,4}(?:lệ|trọng)|mức(?:\s{1,4}độ)?)\s{1,4}")
_OWNER = re.compile(r"\s(?:của|trong)\s")
_NEW_SUBJECT = re.compile(
    rf",\s{{1,4}}(?!{phrase('thị xã', 'thành phố', 'phường', 'lĩnh vực')})|{GAP}và{GAP}(?="
    + phrase(
        *("doanh nghiệp", "người dân", "bệnh viện", "trường", "tổ chức", "cơ quan", "trung tâm"),
        *("chỉ số", "hộ", "xã", "phường", "cơ sở"),
    )
    + ")"
)


def levels_named(folded: str) -> list[Level]:
    """Every level named in the text once, in order."""
    return list(dict.fromkeys(_LEVELS[name] for name in LEVEL.findall(folded)))


def level_of(folded: str, subject: str | None) -> Level | None:
    """The single level the words name, else the level the subject itself is."""
    named = levels_named(folded)
    if named:
        return named[0] if len(named) == 1 else None
    start = fold(subject or "")
    return next((level for noun, level in _FIRST_NOUNS if noun.match(start)), None)


def read_exclusion(raw: str) -> str | None:
    if match := _EXCEPT.search(raw):
        return one_line(match.group(1))
    eligible = eligibility_span(raw)
    return one_line(raw[slice(*eligible)]) if eligible else None


def eligibility_span(raw: str) -> tuple[int, int] | None:
    """Where `đủ điều kiện …` stands: part of the denominator's definition."""
    match = _ELIGIBLE.search(fold(raw))
    return match.span(1) if match else None


def split_predicate(words: str) -> tuple[str, str]:
    """(`hồ sơ công việc`, `được xử lý trên môi trường mạng`); either may be empty."""
    folded = fold(words)
    hidden = _ATTRIBUTE.sub(lambda match: "_" * len(match.group()), folded)
    match = _PREDICATE.search(hidden)
    position = match.start() if match else len(words)
    return words[:position].strip(), words[position:].strip()


def denominator(name: str) -> str | None:
    """What a percentage is a share of, as far as the words name it."""
    folded = fold(name)
    share = _SHARE_WORD.match(folded)
    words = name[share.end() :] if share else name
    subject, predicate = split_predicate(words)
    if share and " trong " in fold(subject):
        return trim(subject[fold(subject).index(" trong ") + len(" trong ") :]) or None
    return (trim(subject) or None) if predicate else None


def split_subjects(words: str | None) -> tuple[str, ...]:
    """`người dân, doanh nghiệp` are two; `doanh nghiệp nhỏ và vừa` is one."""
    if not words:
        return ()
    core = _list_part(words)
    parts: list[str] = []
    position = 0
    for match in _NEW_SUBJECT.finditer(fold(core)):
        parts.append(core[position : match.start()])
        position = match.end()
    parts.append(core[position:] if parts else words)
    return tuple(cleaned for part in parts if (cleaned := trim(one_line(part))))


def _list_part(words: str) -> str:
    """In `phản ánh, kiến nghị của người dân, doanh nghiệp` only what precedes `của` is listed."""
    owner = _OWNER.search(fold(words))
    return words[: owner.start()] if owner else words
