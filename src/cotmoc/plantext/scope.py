"""Whom a target is about: level of government, denominator, exclusions, subjects."""

from __future__ import annotations

import re

from cotmoc.plantext.model import Level
from cotmoc.plantext.words import GAP, fold, one_line, phrase, trim

_LEVELS: dict[str, Level] = {
    "tỉnh": "province",
    "thành phố": "province",
    "bộ, tỉnh": "province",
    "sở, ban, ngành": "province",
    "sở, ngành": "province",
    "huyện": "district",
    "xã": "commune",
    "phường": "commune",
    "cơ sở": "commune",
    "thôn": "village",
}
_LEVEL_NAME = (
    rf"bộ,{GAP}tỉnh|tỉnh|thành{GAP}phố(?!{GAP}thuộc)|huyện|xã|phường|cơ{GAP}sở(?!{GAP}dữ)|thôn"
)
LEVEL = re.compile(
    rf"(?<!\w)(?:cấp{GAP}({_LEVEL_NAME})|(sở,{GAP}(?:ban,{GAP})?ngành)(?!,?{GAP}(?:cấp|và|ubnd|ủy|các|đơn|huyện|xã|địa)))(?!\w)"
)
LEVEL_PHRASE = re.compile(
    r"(?<!\w)(?<!ubnd )(?<!nhân dân )"
    rf"(?:(?:đối{GAP}với|ở|tại|của|thuộc){GAP})?(?:các{GAP})?cấp{GAP}(?:{_LEVEL_NAME})(?!\w)"
)
# `cấp tỉnh, huyện, xã` or `cấp tỉnh, cấp huyện và cấp xã`.
LEVEL_LIST = re.compile(
    rf"(?<!\w)(?:(?:đối{GAP}với|ở|tại|của|thuộc|cho){GAP})?(?:các{GAP})?cấp{GAP}(?:{_LEVEL_NAME})"
    rf"(?:(?:,{GAP}|{GAP}và{GAP})(?:cấp{GAP})?(?:tỉnh|huyện|xã)(?!\w)){{1,3}}"
)
_PROVINCIAL_OFFICES = re.compile(phrase("sở, ban, ngành", "sở, ngành", "ubnd tỉnh với", "các sở"))
_LEVEL_LABEL = re.compile(
    rf"[\s,]{{0,4}}(?:(?:đối{GAP}với|ở|tại){GAP})?(?:các{GAP})?cấp{GAP}({_LEVEL_NAME})\s{{0,2}}:"
)
_ITEM = re.compile(r"(?<!\w)(tỉnh|huyện|xã)(?!\w)")
_FIRST_NOUNS: tuple[tuple[re.Pattern[str], Level], ...] = (
    (
        re.compile(
            r"(?:các\s|số\s|mỗi\s)?"
            + phrase("thôn", "làng", "bản", "ấp", "buôn", "khóm", "tổ dân phố", "khu dân cư")
        ),
        "village",
    ),
    (
        re.compile(
            r"(?:các\s|số\s|mỗi\s)?"
            r"(?:(?:ubnd|ủy ban nhân dân|đảng ủy|trạm y tế|tổ công nghệ số)\s)?"
            r"(?:các\s)?" + phrase("xã", "phường")
        ),
        "commune",
    ),
    (
        re.compile(
            r"(?:các\s|số\s|mỗi\s)?(?:(?:ubnd|ủy ban nhân dân)\s)?(?:các\s)?" + phrase("huyện")
        ),
        "district",
    ),
    (re.compile(phrase("mỗi cơ quan", "mỗi đơn vị", "từng cơ quan", "mỗi sở")), "organisation"),
)
# Words that open what is said about the subject: what stands before them is the denominator.
_PREDICATE = re.compile(
    phrase(
        *("được", "có", "hài lòng", "hoàn thành", "sử dụng", "triển khai", "tiếp cận"),
        *("thực hiện", "kết nối", "áp dụng", "tham gia", "nộp", "thanh toán", "đồng bộ"),
        *("ứng dụng", "cài đặt", "đăng ký", "bảo đảm", "đáp ứng", "biết", "đúng hạn"),
        *(
            "dùng",
            "hoàn thiện",
            "giải quyết đúng hạn",
            "xử lý đúng hạn",
            "giải quyết trước hạn",
            "đúng và trước hạn",
        ),
        *("đạt chuẩn", "đạt", "chuyển đổi sang", "số hóa", "quá hạn", "trễ hạn", "trước hạn"),
        *("phải", "bị", "đều", "tiếp nhận", "duy trì", "tuân thủ", "hưởng thụ"),
    )
    + r"(?!\s{1,4}phép)(?!\s{1,4}(?:trên\s|từ\s|tối thiểu\s)?\d)"
    + r"|(?<!\w)có\s{1,4}(?:(?:tối thiểu|ít nhất|từ|trên)\s{1,4})?\d{1,3}\s{1,4}(?=[^\W\d])"
)
# Weaker ones: they open the predicate only when none of the others does.
_WEAK_PREDICATE = re.compile(
    phrase(
        *("cung cấp", "ban hành", "xây dựng", "tích hợp", "vận hành", "thành lập", "bố trí"),
        *(
            "công khai",
            "trang bị",
            "khai thác",
            "kê khai",
            "trả",
            "không",
            "nâng cấp",
            "phát sinh",
            "xử lý",
        ),
    )
)
# Parts of the denominator that contain such a word themselves.
_ATTRIBUTE = re.compile(
    r"(?<!\w)(?:có|phát sinh|có phát sinh|có yêu cầu)\s{1,4}"
    r"(?:yêu cầu\s|thực hiện\s)?nghĩa vụ tài chính"
    r"|(?<!\w)có nhu cầu(?!\w)|(?<!\w)có phát sinh hồ sơ(?!\w)"
    r"|(?<!\w)(?:không dùng tiền mặt|không gian|tài sản công|công khai minh bạch)(?!\w)"
    r"|(?<!\w)ứng dụng công nghệ|(?<!\w)(?:tiêu|người) dùng(?!\w)"
    r"|(?<!\w)(?:phản ánh|hệ thống) (?:xử lý|giải quyết)(?!\w)"
    r"|(?<!\w)người có công(?!\w)|(?<!\w)(?:thiết|chuẩn) bị(?!\w)"
    r"|(?<!\w)kết quả (?:xử lý|giải quyết)(?!\w)"
    r"|(?<!\w)(?:đủ|đáp ứng) điều kiện(?!\w)|(?<!\w)thông qua(?!\w)|(?<!\w)trên mạng(?!\w)"
)
_EXCEPT_WORDS = r"(?:(?:ngoại )?trừ|không bao gồm|không tính|không kể|loại trừ|chưa bao gồm)"
_EXCEPT = re.compile(rf"\(\s{{0,3}}({_EXCEPT_WORDS}\s[^()]{{1,400}})\)", re.I)
_EXCEPT_CLAUSE = re.compile(rf",\s{{0,3}}({_EXCEPT_WORDS}\s[^;()]{{1,400}}?)\s{{0,3}}(?:[.;]|$)")
_ELIGIBLE = re.compile(
    r"(?<!\w)((?:có )?(?:đủ điều kiện|đáp ứng yêu cầu|có nhu cầu)[^,;()]{0,120}?)"
    r"(?=\s(?:được|có|hài lòng|thực hiện|đạt|sử dụng|tham gia|là|trên|lên)\s|[,;()]|\.?$)"
)
_SHARE_WORD = re.compile(r"(?:(?:tỷ|tỉ)\s{1,4}(?:lệ|trọng)|mức(?:\s{1,4}độ)?)\s{1,4}")
_OUT_OF = re.compile(r"\s(?:trong|trên(?=\stổng))\s")
_OWNER = re.compile(r"\s(?:của|trong)\s")
_SAME_SUBJECT = phrase(
    "thị xã", "thành phố", "phường", "lĩnh vực", "thị trấn", "cấp", "đặc khu", "chữa bệnh"
)
_NEW_SUBJECT = re.compile(
    rf",\s{{1,4}}(?!\d)(?!{_SAME_SUBJECT})|{GAP}và{GAP}(?="
    + phrase(
        *("doanh nghiệp", "người dân", "bệnh viện", "trường", "tổ chức", "cơ quan", "trung tâm"),
        *("chỉ số", "hộ", "xã", "phường", "cơ sở"),
    )
    + ")"
)


def levels_named(folded: str) -> list[Level]:
    """Every level named in the text once, in order."""
    found = (first or second for first, second in LEVEL.findall(folded))
    return list(dict.fromkeys(_LEVELS[" ".join(name.split())] for name in found))


def level_label(folded: str) -> Level | None:
    """The level of `Đối với cấp xã: …`, which holds for the whole sentence."""
    label = _LEVEL_LABEL.match(folded)
    return _LEVELS[" ".join(label.group(1).split())] if label else None


def levels_listed(folded: str) -> list[Level]:
    """The levels of `cấp tỉnh, huyện, xã`, one for each number that follows in turn."""
    if listed := LEVEL_LIST.search(folded):
        return [_LEVELS[name] for name in _ITEM.findall(listed.group())]
    return []


def level_of(folded: str, subject: str | None) -> Level | None:
    """The single level the words name, else the level the subject itself is."""
    named = levels_named(folded)
    if named:
        return named[0] if len(named) == 1 and not _is_mixed(folded, named[0]) else None
    start = fold(subject or "")
    return next((level for noun, level in _FIRST_NOUNS if noun.match(start)), None)


def _is_mixed(folded: str, level: Level) -> bool:
    """`sở, ban, ngành và UBND cấp xã` names one level by name and another by its offices."""
    return level != "province" and _PROVINCIAL_OFFICES.search(folded) is not None


def read_exclusion(raw: str) -> str | None:
    if match := _EXCEPT.search(raw):
        return one_line(match.group(1))
    if span := exception_span(raw):
        return one_line(raw[slice(*span)])
    eligible = eligibility_span(raw)
    return one_line(raw[slice(*eligible)]) if eligible else None


def exception_span(raw: str) -> tuple[int, int] | None:
    """Where `, trừ hồ sơ mật` stands outside of brackets."""
    match = _EXCEPT_CLAUSE.search(fold(raw))
    return match.span(1) if match else None


def eligibility_span(raw: str) -> tuple[int, int] | None:
    """Where `đủ điều kiện …` stands: part of the denominator's definition."""
    match = _ELIGIBLE.search(fold(raw))
    return match.span(1) if match else None


def split_predicate(words: str) -> tuple[str, str]:
    """(`hồ sơ công việc`, `được xử lý trên môi trường mạng`); either may be empty."""
    folded = fold(words)
    hidden = _ATTRIBUTE.sub(lambda match: "_" * len(match.group()), folded)
    match = _PREDICATE.search(hidden) or _WEAK_PREDICATE.search(hidden)
    position = match.start() if match else len(words)
    return words[:position].strip(), words[position:].strip()


def denominator(name: str) -> str | None:
    """What a percentage is a share of, as far as the words name it."""
    folded = fold(name)
    share = _SHARE_WORD.match(folded)
    words = name[share.end() :] if share else name
    subject, predicate = split_predicate(words)
    whole = _OUT_OF.search(fold(subject)) if share else None
    if share and whole and not (predicate and "lệ" in share.group()):
        return trim(subject[whole.end() :]) or None
    is_index = fold(subject).strip() in ("chỉ số", "mức độ", "điểm", "điểm số")
    return (trim(subject) or None) if predicate and not is_index else None


def without_share_word(words: str) -> str:
    """`hồ sơ` of `tỷ lệ hồ sơ`."""
    share = _SHARE_WORD.match(fold(words))
    return words[share.end() :] if share else words


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
