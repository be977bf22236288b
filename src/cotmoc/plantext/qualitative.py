"""Targets without a number, judged by a person: `duy trì …`, `nâng cao chỉ số …`, `hoàn thành …`.

Also the two kinds whose number is a word: `toàn bộ …` is all, `không để xảy ra …` is none.
"""

from __future__ import annotations

import re
from dataclasses import replace

from cotmoc.plantext import names, scope
from cotmoc.plantext.deadlines import find_deadline
from cotmoc.plantext.model import Comparator, Unit
from cotmoc.plantext.statements import MAX_STATEMENT, Statement, lead_bracket_start
from cotmoc.plantext.targets import NO_CONTEXT, Context, Finding, read_origin
from cotmoc.plantext.words import fold, one_line, phrase, sentence_case, trim, trimmed_span

_OPENING = (
    r"[\s,]{0,4}(?:(?:"
    + phrase(
        *("phấn đấu", "tiếp tục", "và", "bảo đảm", "đảm bảo", "cơ bản", "chỉ tiêu", "quyết tâm"),
        *("tập trung", "kiên quyết", "đồng thời", "mục tiêu", "từng bước"),
    )
    + r"|(?:đến|trong|trước|hết)[^,;.]{1,40}(?:,|phấn đấu))[\s,:]{1,4}){0,3}"
)
_MAINTAIN = re.compile(
    _OPENING
    + phrase("duy trì", "giữ vững")
    + r"(?:,?\s{1,4}(?:và\s)?(?:nâng cao|cải thiện|phát huy|phát triển|mở rộng|củng cố))?\s{1,4}"
)
_RAISE = re.compile(
    _OPENING
    + phrase(
        "nâng cao",
        "cải thiện",
        "cải thiện, nâng cao",
        "nâng cao, cải thiện",
        "nâng",
        "tăng",
        "nâng dần",
        "tăng cường",
        "thăng hạng",
    )
    + r"\s{1,4}(?=(?:các\s|điểm\s|vị trí\s|mạnh\s){0,2}"
    + phrase(
        *("chỉ số", "thứ hạng", "xếp hạng", "vị trí xếp hạng", "điểm số", "tỷ lệ", "tỉ lệ"),
        *("mức độ hài lòng", "tỷ trọng", "thứ bậc", "bộ chỉ số"),
    )
    + ")"
)
_RAISED = re.compile(
    r"[\s,]{0,4}(?P<what>(?:các\s)?"
    + phrase("chỉ số", "thứ hạng", "xếp hạng")
    + r"[^;.]{0,160}?)\s{1,4}(?:được\s)?"
    + phrase("cải thiện", "tăng hạng", "tăng bậc", "cao hơn năm trước", "nâng cao", "thăng hạng")
)
_ALL = re.compile(
    _OPENING
    + r"(?P<verb>(?:số hóa|kết nối|chuyển|đưa|cung cấp|phủ|tích hợp|cấp|công khai)\s{1,4})?"
    + phrase("toàn bộ", "tất cả")
    + r"\s{1,4}(?:các\s|những\s|số\s|\d{1,5}\s){0,2}"
)
_NONE = re.compile(
    _OPENING
    + phrase(
        *("không để xảy ra", "không để phát sinh", "không xảy ra", "không có", "không còn"),
        *("không để", "không phát sinh", "xóa", "xoá", "chấm dứt", "không để lọt"),
    )
    + r"\s{1,4}"
)
_ERASES = phrase("xóa", "xoá")
_ERASED = re.compile(phrase("nhà tạm", "hộ nghèo", "điểm lõm", "vùng lõm", "trắng", "thôn trắng"))
_DEED = re.compile(
    _OPENING
    + phrase(
        *("hoàn thành", "hoàn thiện và đưa vào", "đưa vào", "vận hành", "ban hành", "hình thành"),
        *("phổ cập", "phủ sóng", "phủ kín", "xây dựng, vận hành", "xây dựng và vận hành"),
        *("xây dựng, đưa vào", "xây dựng và đưa vào", "cơ bản hoàn thành", "khai trương"),
        *("cơ bản hình thành", "xây dựng hoàn thành", "được công nhận", "tổ chức thành công"),
    )
    + r"\s{1,4}"
)
# `xây dựng`, `thiết lập` are deeds only with a thing that is there or is not.
_BUILDS = re.compile(
    _OPENING
    + phrase("xây dựng", "thiết lập", "triển khai", "thành lập", "nâng cấp", "đầu tư")
    + r"\s{1,4}(?:thành công\s)?(?="
    + phrase(
        *("kho", "cổng", "trung tâm", "nền tảng", "cơ sở dữ liệu", "khu công nghệ", "sàn"),
        *("hệ thống thông tin", "bản đồ", "khung kiến trúc", "trục", "hệ thống giám sát"),
        *("hệ thống giám sát", "kiến trúc", "ứng dụng", "quỹ", "tổ công nghệ số"),
    )
    + ")"
)
_NAMES_A_GROUP = re.compile(
    r"(?P<what>.{3,160}?)\s{1,4}"
    r"(?:(?:nằm\s|đứng\s|xếp\s)?(?:trong|thuộc|vào)\s(?:nhóm|tốp|top)"
    r"|thuộc loại|xếp loại|đạt loại|xếp hạng)\s"
    r"(?:các\s)?(?:tỉnh\s|địa phương\s)?"
    + phrase("khá", "tốt", "trung bình", "cao", "dẫn đầu", "đầu", "khá trở lên", "tốt trở lên")
)
_BETWEEN = re.compile(r"(?:,|(?<=\s)và)\s{1,4}")
_INDEX = re.compile(
    r"(?:các\s)?" + phrase("chỉ số", "thứ hạng", "xếp hạng", "điểm số", "tỷ lệ", "tỉ lệ", "mức độ")
)
_ACRONYM = re.compile(r"[A-ZĐ]{2,}")
_OWNER = re.compile(r"\s(?:của|cấp|trên địa bàn)\s")
_VAGUE = re.compile(
    r"(?:các\s|toàn bộ\s|tốt\s|những\s){0,2}"
    + phrase("nhiệm vụ", "mục tiêu", "chỉ tiêu", "kế hoạch", "nội dung", "các giải pháp", "tốt")
)


def read_qualitative_targets(
    statement: Statement, context: Context = NO_CONTEXT, is_bullet: bool = True
) -> list[Finding]:
    """Deeds count in bullets only: a paragraph about the general aim is full of them."""
    if len(statement.raw) > MAX_STATEMENT:
        return []
    year = context.year
    if match := _MAINTAIN.match(statement.folded):
        return _whole(statement, match.end(), "maintain", "maintain", year=year)
    if match := _RAISE.match(statement.folded):
        return _raise(statement, match.end(), year)
    if match := _RAISED.match(statement.folded):
        span = trimmed_span(statement.raw, match.start("what"), match.end())
        name = names.title(names.clean(statement.words[slice(*match.span("what"))]))
        return [_finding(statement, span, name, "raise", "raise", None, year)] if name else []
    if match := _NONE.match(statement.folded):
        return _none(statement, match, year)
    if match := _ALL.match(statement.folded):
        return _all(statement, match, year)
    if match := _NAMES_A_GROUP.match(statement.folded):
        return _whole(statement, match.start("what"), "=", "group", "rank_not_numbered", year)
    return _deed(statement, year) if is_bullet else []


def _deed(statement: Statement, year: int | None) -> list[Finding]:
    match = _DEED.match(statement.folded) or _BUILDS.match(statement.folded)
    if match is None or _VAGUE.match(statement.folded, match.end()):
        return []
    return _whole(statement, 0, "=", "deed", year=year)


def _whole(
    statement: Statement,
    object_start: int,
    comparator: Comparator,
    rule: str,
    flag: str | None = None,
    year: int | None = None,
) -> list[Finding]:
    """One target, quoted whole; the name begins where the object does."""
    span = trimmed_span(statement.raw, 0, _content_end(statement))
    name = names.title(names.clean(names.unlabelled(statement.words[object_start:])))
    if len(name) < 3:
        return []
    return [_finding(statement, span, name, comparator, rule, flag, year)]


def _none(statement: Statement, match: re.Match[str], year: int | None) -> list[Finding]:
    """`không để xảy ra sự cố …`: none of them, which is a number."""
    if re.search(_ERASES, match.group()) and not _ERASED.match(statement.folded, match.end()):
        return []
    found = _whole(statement, match.end(), "=", "none", "zero_in_words", year)
    return [_valued(finding, "0", "count") for finding in found]


def _all(statement: Statement, match: re.Match[str], year: int | None) -> list[Finding]:
    """`toàn bộ hồ sơ được số hóa` is 100%; what is said of them all must stand beside."""
    words = statement.words[match.end() :]
    noun, predicate = scope.split_predicate(names.clean(words))
    if not noun or not (predicate or match["verb"]):
        return []
    found = _whole(statement, match.end(), "=", "all", "all_as_100", year)
    if match["verb"]:
        verb = one_line(match["verb"])
        found = [
            _renamed(finding, f"{sentence_case(verb)} {_small(finding.name)}") for finding in found
        ]
    return [_valued(finding, "100", "%", trim(noun)) for finding in found]


def _raise(statement: Statement, object_start: int, year: int | None) -> list[Finding]:
    """One target for each index named; the first quote carries the verb."""
    findings = []
    for index, (left, right) in enumerate(_objects(statement, object_start)):
        raw = one_line(statement.raw[left:right])
        subject = trim(raw)
        # A bare `PAR INDEX` after a comma is an index as well.
        prefix = "" if _INDEX.match(fold(subject)) else "chỉ số "
        name = sentence_case(names.clean(prefix + statement.words[left:right]))
        if owner := _OWNER.search(name):
            name = name[: owner.start()]
        span = trimmed_span(statement.raw, 0 if index == 0 else left, right)
        finding = _finding(statement, span, name, "raise", "raise", None, year)
        findings.append(replace(finding, subjects=(prefix + subject,)))
    return findings


def _objects(statement: Statement, start: int) -> list[tuple[int, int]]:
    """Spans of the indices in the list; a piece that is not an index belongs to the one before."""
    end = _content_end(statement)
    starts, ends = [start], []
    for match in _BETWEEN.finditer(statement.folded, start, end):
        if _names_an_index(statement, match.end()):
            ends.append(match.start())
            starts.append(match.end())
    return list(zip(starts, [*ends, end], strict=True))


def _names_an_index(statement: Statement, position: int) -> bool:
    return bool(
        _INDEX.match(statement.folded, position) or _ACRONYM.match(statement.words, position)
    )


def _content_end(statement: Statement) -> int:
    bracket = lead_bracket_start(statement.raw)
    return len(statement.raw) if bracket is None else bracket


def _valued(finding: Finding, value: str, unit: Unit, of: str | None = None) -> Finding:
    subjects = scope.split_subjects(of)
    return replace(finding, value=value, unit=unit, of=of, subjects=subjects)


def _renamed(finding: Finding, name: str) -> Finding:
    return replace(finding, name=name)


def _small(words: str) -> str:
    return words[:1].lower() + words[1:] if words[1:2].islower() else words


def _finding(
    statement: Statement,
    span: tuple[int, int],
    name: str,
    comparator: Comparator,
    rule: str,
    flag: str | None,
    year: int | None,
) -> Finding:
    return Finding(
        start=statement.start + span[0],
        end=statement.start + span[1],
        name=name,
        comparator=comparator,
        value=None,
        value_high=None,
        unit=None if rule == "raise" else "yes/no",
        of=None,
        level=scope.level_of(statement.folded, None),
        deadline=find_deadline(fold(statement.raw), year),
        baseline=None,
        exclusion=scope.read_exclusion(statement.raw),
        subjects=(),
        flags=(flag,) if flag else (),
        rule=rule,
        origin=read_origin(fold(statement.raw)),
    )
