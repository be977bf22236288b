"""The numbers of a statement that are promises, each with the words around it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import pairwise

from cotmoc.plantext import scope
from cotmoc.plantext.comparators import REACHING_VERBS, Wording, read_wording
from cotmoc.plantext.cues import has_target_form
from cotmoc.plantext.deadlines import deadline_spans
from cotmoc.plantext.model import Unit
from cotmoc.plantext.numbers import Quantity, find_quantities
from cotmoc.plantext.statements import MAX_STATEMENT, Statement
from cotmoc.plantext.words import fold, has_letters, phrase, trimmed_span

_MAX_LEVEL_PIECE = 300
_CONNECTOR = re.compile(
    r"[\s,;]{1,4}(?:và|đồng thời|cùng với|hoặc)?[\s,]{0,4}"
    r"(?:(?:xếp hạng|xếp|nằm|đứng|thuộc|trong|vào)\s{1,4}){0,3}$"
)
_LEVEL_BEFORE = re.compile(rf"({scope.LEVEL_PHRASE.pattern})[\s:]{{0,4}}$")
_LEVEL_ALONE = re.compile(rf"({scope.LEVEL_PHRASE.pattern})")
_SEPARATOR = re.compile(r",\s{1,4}|\svà\s{1,4}")
_SHARE_WORD = re.compile(
    phrase("tỷ lệ", "tỉ lệ", "tỷ trọng", "tỉ trọng", "số lượng", "mức độ") + r"(?!\s\d)"
)
_EACH = re.compile(r"(?<=,\s)(?:mỗi|từng)\s")
_AMONG_THEM = re.compile(r"(?:,\s{1,4})?" + phrase("trong đó"))
_RANK_CONTEXT = re.compile(
    phrase(
        *("dẫn đầu", "đứng đầu", "cao nhất", "cả nước", "toàn quốc", "trở lên", "tốt nhất"),
        *("đầu vùng", "hàng đầu", "khu vực", "có thứ hạng", "xếp hạng", "về chỉ số", "đầu cả nước"),
        *("tỉnh", "thành phố", "địa phương"),
    )
)
_RANK_BEFORE = re.compile(
    phrase("xếp hạng", "thứ hạng", "xếp thứ", "đứng thứ", "top", "tốp", "vị trí")
)
# A verb that makes the number behind it a promise: `xây dựng 03 mô hình`, `thu hút 500 lao động`.
_ACTION = (
    *("xây dựng", "thành lập", "triển khai", "phát triển", "đào tạo", "bồi dưỡng", "tập huấn"),
    *("hình thành", "thu hút", "đưa", "tổ chức", "hỗ trợ", "giải quyết", "giải quyết việc làm"),
    *("tạo", "có", "có thêm", "công nhận", "hoàn thành", "lắp đặt", "đầu tư", "cung cấp", "thêm"),
    *("tích hợp", "nâng cấp", "trồng", "trồng mới", "duy trì", "tiếp nhận", "xử lý", "kết nối"),
    *("tăng thêm", "tạo việc làm", "mở", "chuyển đổi", "lựa chọn", "đón", "phục vụ", "số hóa"),
    *("đưa vào khai thác", "đưa vào vận hành", "đưa vào sử dụng", "vận hành", "khai thác"),
    *("xóa", "xoá", "kết nạp", "tuyển dụng", "phủ sóng"),
)
_ACTS = re.compile(
    phrase(*_ACTION) + r"(?:\s{1,4}(?:mới|được|thành công|đạt|việc làm|cho|thêm|từ)){0,3}\s{0,4}$"
)
_OPENS_WITH_ACTION = re.compile(r"[\s,]{0,4}(?:phấn đấu\s|đến [^,;]{1,30},\s)?" + phrase(*_ACTION))
# `05 mô hình được triển khai`: a goal that opens with its count and says what becomes of it.
_COUNT_REACHES = re.compile(
    r"\s{0,4}\d[\d.]{0,11}\s[^%,;:]{2,80}?\s(?:được|đạt|hoàn thành|đưa vào)\s(?![^;]{0,80}so với)"
)
# `100% xã có ít nhất 01 mô hình`: the count says what the share is of.
_HAS_EACH = re.compile(
    r"\s{0,4}(?:số\s)?(?:(?!(?:được|đạt|triển khai|trong đó)\s)[^;:()%]){2,120}?(?<!,)\s"
    + phrase("có", "có được", "bố trí", "bố trí được", "được bố trí", "duy trì", "thành lập")
    + r"\s{0,4}"
)
_LINKED_WITH = re.compile(r"(?<!\w)(?:kết nối|chia sẻ|tích hợp)[^,;.\d]{0,40}\svới\s{1,4}$")
_FOR = re.compile(r"(?<!\w)cho\s{1,4}$")
# What a plan consists of is counted in it, not promised by it.
_PLAN_PARTS = re.compile(
    r"\s{0,4}(?:nhóm\s)?"
    + phrase(
        *("nhiệm vụ", "giải pháp", "nội dung", "mục tiêu", "quan điểm", "chỉ tiêu", "đột phá"),
        *("khâu", "trọng tâm", "nguyên tắc", "bước", "giai đoạn", "phần", "chương"),
        *("trụ cột", "bên", "khía cạnh", "yêu cầu", "tiêu chí", "văn bản số"),
    )
)
# `từ 20% GRDP trở lên`: the comparator's second half stands behind the noun.
_UPWARDS = re.compile(r"^[^,;:\d]{1,40}?(?<!tuổi)(\s{1,4}trở lên)(?!\w)|(?<!tuổi)(\s{1,4}trở lên)$")
_WHOLE_UPWARDS = re.compile(r"(?:grdp|gdp)(?:\scủa\stỉnh)?(\s{1,4}trở lên)$")
# `Internet tốc độ trên 100 Mbps` describes what a share is counted of.
_ATTRIBUTE = re.compile(phrase("tốc độ", "băng thông", "dung lượng", "công suất") + r"\s{0,4}$")
_RISE = re.compile(
    r"\s{0,3}(?:\(?\s?(?:năm|vào năm)\s20\d\d\s?\)?)?[\s,]{0,4}"
    + phrase("lên", "tăng lên", "xuống", "còn", "xuống còn", "giảm còn", "giảm xuống", "đến")
)


@dataclass(frozen=True, slots=True)
class Measure:
    """A number with the words around it; positions are within the statement.

    `scope` are the words that may name its level: the tail, or what stands before the number.
    `before` and `after` reach to the numbers beside it, in lower case and without brackets.
    """

    quantity: Quantity
    wording: Wording
    start: int
    tail: str
    tail_end: int
    scope: str
    before: str
    written_before: str
    after: str


Found = list[tuple[Quantity, Wording]]


# --- which numbers are promises -----------------------------------------------------------------


def find_promises(statement: Statement, in_goals: bool, follows: Unit | None = None) -> Found:
    """Every number that is promised, in order.  Outside the goals only a share is, unless the
    caller knows that the sentence announces a goal and says `in_goals`.  `follows` is the unit of
    the target before: `xây dựng 05 xã …; 02 khu …` promises both."""
    found = _lifted(statement.folded, _worded(statement.folded))
    pairs: Found = []
    listed = follows == "count" or _COUNT_REACHES.match(statement.folded)
    if in_goals and listed and found and _opens_with(statement.folded, found[0]):
        pairs, found = found[:1], found[1:]
    for quantity, wording in found:
        previous = pairs[-1] if pairs else None
        if not wording.past and _is_promise(
            statement.folded, quantity, wording, in_goals, previous
        ):
            pairs.append((quantity, wording))
    return pairs


def _opens_with(folded: str, first: tuple[Quantity, Wording]) -> bool:
    quantity, wording = first
    bare = not _PLAN_PARTS.match(folded, quantity.end) and not wording.past
    return quantity.unit == "count" and bare and not folded[: wording.start].strip(" ,;")


def _worded(folded: str) -> Found:
    return [
        (quantity, read_wording(folded, quantity.start, quantity.end))
        for quantity in find_quantities(folded)
    ]


def _lifted(folded: str, found: Found) -> Found:
    """`từ 60% năm 2024 lên 80%` is one promise, 80%, with 60% as its baseline."""
    merged: Found = []
    for quantity, wording in found:
        before = merged[-1] if merged else None
        if before and _is_lifted(folded, before, (quantity, wording)):
            low, low_wording = before
            merged[-1] = (
                replace(quantity, start=low.start, baseline=low.value),
                replace(wording, start=low_wording.start, verb=wording.verb or "lên"),
            )
        else:
            merged.append((quantity, wording))
    return merged


def _is_lifted(
    folded: str, before: tuple[Quantity, Wording], after: tuple[Quantity, Wording]
) -> bool:
    low, low_wording = before
    high, _ = after
    if low.value_high or high.value_high or low.unit not in (high.unit, "count"):
        return False
    starts_from = folded[low_wording.start : low.start].rstrip().endswith("từ")
    gap = folded[low.end : high.start]
    return starts_from and len(gap) < 60 and _RISE.match(gap) is not None


def _is_promise(
    folded: str,
    quantity: Quantity,
    wording: Wording,
    in_goals: bool,
    previous: tuple[Quantity, Wording] | None,
) -> bool:
    """Percentages always; other numbers only among the goals and with words that say so."""
    if quantity.is_share:
        return True
    if not in_goals:
        return False
    if quantity.unit == "rank" and not quantity.is_places:
        return quantity.total is not None or _ranks_something(folded, quantity)
    if quantity.is_places or "times_of_baseline" in quantity.flags:
        return True
    if previous and previous[0].is_share and _ATTRIBUTE.search(folded[: wording.start][-30:]):
        return False
    if previous and _is_had_by_each(folded, previous[0], quantity, wording):
        return False
    if quantity.total is not None:
        return True
    if _PLAN_PARTS.match(folded, quantity.end) and not wording.explicit:
        return False
    if (
        wording.explicit
        or wording.verb in REACHING_VERBS
        or folded[: wording.start].rstrip().endswith(":")
    ):
        return True
    if wording.verb is not None and (quantity.unit != "count" or wording.verb != "là"):
        return True
    return _acts(folded, wording.start) or _goes_on(folded, quantity, wording, previous)


def _is_had_by_each(folded: str, share: Quantity, quantity: Quantity, wording: Wording) -> bool:
    if not share.is_share or quantity.unit != "count" or wording.verb:
        return False
    near = wording.start - share.end < _MAX_LEVEL_PIECE
    return near and _HAS_EACH.fullmatch(folded, share.end, wording.start) is not None


def _ranks_something(folded: str, quantity: Quantity) -> bool:
    return bool(
        _RANK_CONTEXT.search(folded, quantity.end)
        or _RANK_BEFORE.search(folded, max(0, quantity.start - 40), quantity.end)
    )


def _acts(folded: str, start: int) -> bool:
    before = folded[max(0, start - 60) : start]
    if _ACTS.search(before) or _LINKED_WITH.search(before):
        return True
    return _FOR.search(before) is not None and _OPENS_WITH_ACTION.match(folded) is not None


def _goes_on(
    folded: str,
    quantity: Quantity,
    wording: Wording,
    previous: tuple[Quantity, Wording] | None,
) -> bool:
    """`05 xã đạt chuẩn, 03 xã nâng cao`: the same verb promises the second count."""
    if previous is None or previous[0].unit != quantity.unit:
        return False
    gap = folded[previous[1].end : wording.start]
    return _CONNECTOR.search(gap[-30:]) is not None


# --- rows of levels ---------------------------------------------------------------------------


def join_level_rows(statements: list[Statement]) -> list[Statement]:
    """`90% … cấp tỉnh; 80% … cấp huyện; 60% … cấp xã được xử lý …` is one row: one predicate."""
    joined: list[Statement] = []
    open_row = False
    for statement in statements:
        level_piece = _is_level_piece(statement)
        if joined and (
            len(joined[-1].raw) < MAX_STATEMENT
            and (
                (open_row and level_piece)
                or _shares_predicate(joined[-1], statement)
                or _goes_on_listing(joined[-1], statement)
            )
        ):
            joined[-1] = joined[-1].followed_by(statement)
        else:
            joined.append(statement)
        open_row = level_piece and not scope.split_predicate(_after_label(statement.words))[1]
    return joined


def _is_level_piece(statement: Statement) -> bool:
    return (
        len(statement.raw) < _MAX_LEVEL_PIECE
        and has_target_form(_after_label(statement.folded))
        and len(scope.levels_named(statement.folded)) > 0
    )


def _after_label(folded: str) -> str:
    """What follows `…: ` or `tỉnh phấn đấu ` at the start, else all of it."""
    if (cue := _ANNOUNCED.match(folded)) and not any(c.isdigit() for c in cue.group("before")):
        folded = folded[cue.end() :]
    label, colon, rest = folded.partition(":")
    return rest.lstrip() if colon and not any(char.isdigit() for char in label) else folded.lstrip()


_ANNOUNCED = re.compile(
    r"(?P<before>[^;]{0,160}?(?:phấn đấu|đặt mục tiêu|mục tiêu là|với mục tiêu))"
    r"(?:\s(?:đến\s)?(?:hết\s|cuối\s)?năm\s20\d\d)?[\s,:]{1,4}(?:đạt\s|có\s|là\s)?"
)
_NUMBER_FIRST = re.compile(
    r"[\s,;]{0,4}(?:và\s)?(?:(?:trên|hơn|tối thiểu|ít nhất|khoảng|phấn đấu)\s){0,2}[≥>]?\s?"
    r"\d{1,3}(?:,\d{1,2})?\s?%\s"
)
_PIECE = re.compile(_NUMBER_FIRST.pattern + r"(?:các\s)?(\w+\s\w+)")


def _shares_predicate(first: Statement, second: Statement) -> bool:
    """`100% hồ sơ của các sở; 95% hồ sơ của UBND cấp xã được xử lý …`: the same noun, one
    predicate at the end."""
    if len(first.raw) > _MAX_LEVEL_PIECE or len(second.raw) > 2 * _MAX_LEVEL_PIECE:
        return False
    left, right = _PIECE.match(first.folded), _PIECE.match(second.folded)
    if left is None or right is None or not first.raw.rstrip().endswith(";"):
        return False
    same_noun = left.group(1) == right.group(1)
    return same_noun and not scope.split_predicate(first.words)[1]


_OPENS_SUBJECT = re.compile(
    r"\s{0,4}(?:các\s|và\s){0,2}"
    + phrase(
        *("sở", "ban", "ubnd", "ủy ban", "cơ quan", "đơn vị", "doanh nghiệp", "xã", "phường"),
        *("trường", "bệnh viện", "cơ sở", "trung tâm", "hộ", "người dân", "thôn", "tổ chức"),
    )
)


def _goes_on_listing(first: Statement, second: Statement) -> bool:
    """`100% sở, ban, ngành cấp tỉnh; UBND cấp xã có trang tin`: one list, one predicate."""
    if len(first.raw) > _MAX_LEVEL_PIECE or not first.raw.rstrip().endswith(";"):
        return False
    if _NUMBER_FIRST.match(first.folded) is None or "%" in second.folded:
        return False
    opens = _OPENS_SUBJECT.match(second.folded) is not None
    return (
        opens
        and not scope.split_predicate(first.words)[1]
        and bool(scope.split_predicate(second.words)[1])
    )


# --- several subjects in one statement ----------------------------------------------------------


def divide(statement: Statement, found: Found) -> Iterator[Statement]:
    """`tỷ lệ A đạt 40%, tỷ lệ B đạt 50%` are two statements without a semicolon."""
    left = 0
    for (_, before), (_, wording) in pairwise(found):
        cut = _new_subject(statement.folded, before.end, wording)
        if cut is not None:
            yield statement.part(left, cut)
            left = cut
    yield statement.part(left, len(statement.raw))


def _new_subject(folded: str, start: int, wording: Wording) -> int | None:
    """Where between two numbers a subject of its own begins, if one does."""
    gap = folded[start : wording.start]
    among = _AMONG_THEM.search(gap)
    if among and _has_words(gap[among.end() :]):
        return start + among.start()
    if share := _SHARE_WORD.search(gap) or _EACH.search(gap):
        return start + share.start()
    if wording.verb is None:
        return _after_bare_number(folded, start, wording)
    separators = list(_SEPARATOR.finditer(gap))
    commas = [match for match in separators if match.group().startswith(",")]
    if commas and not gap[: commas[0].start()].strip():
        commas = commas[:1]
    for match in (commas or separators)[-1:]:
        if _has_words(gap[match.end() :]):
            return start + match.end()
    return None


def _after_bare_number(folded: str, start: int, wording: Wording) -> int | None:
    """`thành thị 95%, nông thôn 80%`: each subject stands before its number."""
    opening = _STRAIGHT_ON.match(folded, start)
    if opening is None or opening.end() >= wording.start:
        return None
    ends = _NOTHING_MORE.match(folded, wording.end) is not None
    return opening.end() if ends and _has_words(folded[opening.end() : wording.start]) else None


def _has_words(piece: str) -> bool:
    """Letters other than those of a date (`đến năm 2030`) or a level (`cấp xã`)."""
    for start, end in deadline_spans(piece):
        piece = piece[:start] + " " * (end - start) + piece[end:]
    piece = scope.LEVEL_PHRASE.sub(" ", piece)
    return has_letters(_LINK_WORDS.sub(" ", piece))


_STRAIGHT_ON = re.compile(r"\s{0,3}(?:,|;|và)\s{1,4}")
_NOTHING_MORE = re.compile(r"\s{0,4}(?:$|[,;.])")
_LINK_WORDS = re.compile(phrase("và", "có", "đạt", "là", "phấn đấu", "đồng thời", "vào", "đến"))


# --- the words of each number -------------------------------------------------------------------


def read_measures(part: Statement, found: Found) -> list[Measure]:
    leading = _leading_levels(part, [wording for _, wording in found])
    starts = [wording.start for _, wording in found]
    for index, (_, right) in enumerate(leading):
        # A level inside the subject (`cán bộ cấp tỉnh được … đạt 100%`) leaves it whole.
        if not part.folded[right : starts[index]].strip(" :"):
            starts[index] = leading[index][0]
    measures = []
    for index, (quantity, wording) in enumerate(found):
        end = starts[index + 1] if index + 1 < len(found) else len(part.words)
        tail_start, tail_end = _tail_span(part, wording.end, end)
        tail = part.words[tail_start:tail_end]
        pattern = _UPWARDS if wording.is_from else _WHOLE_UPWARDS
        if upwards := pattern.search(fold(tail)):
            left, right = upwards.span(upwards.lastindex or 0)
            tail = tail[:left] + tail[right:]
            wording = replace(wording, comparator=">=", explicit=True)
        level_words = part.words[slice(*leading[index])] if leading else tail
        before_start = found[index - 1][1].end if index else 0
        measures.append(
            Measure(
                quantity,
                wording,
                starts[index],
                tail,
                tail_end,
                scope=level_words,
                before=part.folded[before_start : wording.start],
                written_before=part.raw[before_start : wording.start],
                after=part.folded[wording.end : end],
            )
        )
    return measures


def _leading_levels(part: Statement, wordings: list[Wording]) -> list[tuple[int, int]]:
    """Spans of the levels in `… cấp tỉnh đạt 95%, cấp huyện 85%, cấp xã 65%`; else empty."""
    if len(wordings) < 2:
        return []
    ends_before = [0, *(wording.end for wording in wordings[:-1])]
    spans = []
    for index, (left, wording) in enumerate(zip(ends_before, wordings, strict=True)):
        match = _LEVEL_BEFORE.search(part.folded, max(left, wording.start - 40), wording.start)
        is_alone = match and _CONNECTOR.fullmatch(part.folded[left : match.start()] + " ")
        if match is None and index == 0:
            match = _last_level(part.folded, wording.start)
        if match is None or (index > 0 and not is_alone):
            return []
        spans.append(match.span(1))
    return spans


def _last_level(folded: str, end: int) -> re.Match[str] | None:
    """The level inside a subject, when it names a single one."""
    found = list(_LEVEL_ALONE.finditer(folded, 0, end))
    return found[0] if len(found) == 1 else None


def _tail_span(part: Statement, start: int, end: int) -> tuple[int, int]:
    written = part.folded[start:end]
    connector = _CONNECTOR.search(written, max(0, len(written) - 30))
    length = connector.start() if connector else len(written)
    left, right = trimmed_span(part.words, start, start + length)
    return left, max(right, start)
