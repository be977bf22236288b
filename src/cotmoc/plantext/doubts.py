"""What a person should look at, over the whole document: never repaired, always with its place.

`flag_targets` adds to each target the codes that concern it; `find_doubts` turns all flags into
doubts and adds those that concern no target: announced counts, sums, impossible dates.
"""

from __future__ import annotations

import calendar
import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from cotmoc.plantext.model import Clause, Doubt, Head, Target
from cotmoc.plantext.numbers import Quantity, find_quantities
from cotmoc.plantext.words import fold, one_line, phrase

# Every code a target or a doubt may carry; each has words for people in the programmes' pages.
CODES = (
    *("level_abolished", "level_doubled", "several_levels", "comparator_maybe_shared"),
    *("denominator_unnamed", "grdp", "gdp_for_grdp", "typo", "typo_kinh_ke"),
    *("two_targets_one_line", "dot_as_decimal", "all_as_100", "zero_in_words"),
    *("fraction_as_percent", "times_of_baseline", "places_gained", "percentage_points"),
    *("rank_not_numbered", "unit_not_listed", "share_above_100", "below_baseline"),
    *("deadline_before_document", "stated_twice", "impossible_date", "count_differs"),
    *("sum_differs", "number_not_read"),
)
DISTRICTS_ABOLISHED = "2025-07-01"
_GRDP = re.compile(r"(?<!\w)gr?dp(?!\w)")
_FACTS = ("grdp", "no_deadline")
# Whose own product GDP is.
_NATIONAL = re.compile(r"(?:thủ tướng )?chính phủ|thủ tướng|quốc hội|bộ |ban chấp hành trung ương")
_GDP = re.compile(r"(?<!\w)gdp(?!\w)")
# Misspellings that occur in signed documents: a wrong tone, a letter too few, a word twice.
_TYPOS = re.compile(
    phrase(
        *("chuyển đối số", "chuyển dổi số", "chuyễn đổi số", "trục tuyến", "trưc tuyến", "sữ dụng"),
        *("quãn lý", "cở sở dữ liệu", "cơ sỡ dữ liệu", "hành chinh", "môi trương mạng", "hồ sở"),
        *("hộ gia đinh", "ngươi dân", "tỷ lện", "tỷ lê", "tỉ lê", "xữ lý", "toán trình"),
        *("của của", "được được", "và và", "đạt đạt", "các các", "tổng hơp", "thanh toàn"),
        *("dich vụ", "dịch vu công", "công nghê", "doanh nghiêp", "truyên thông", "kinh tê"),
    )
)
# `đạt 105% kế hoạch` may well exceed a hundred.
_PLANNED = re.compile(phrase("kế hoạch", "dự toán", "chỉ tiêu", "so với"))
_LIFTS = re.compile(phrase("nâng", "tăng", "lên", "nâng cao", "nâng lên", "tăng lên"))
_PARTS = (
    *("giải pháp", "nhiệm vụ", "chỉ tiêu", "mục tiêu", "nội dung", "nhóm giải pháp", "trụ cột"),
    *("nhóm nhiệm vụ", "nhóm chỉ tiêu", "nhiệm vụ, giải pháp", "nhóm mục tiêu", "nguyên tắc"),
    *("nhóm nội dung", "nhiệm vụ trọng tâm", "đột phá", "nội dung chính"),
)
_ANNOUNCED = re.compile(
    rf"(?<![\w/.,])(?P<count>\d{{1,3}})\s(?:\([^()]{{1,20}}\)\s)?(?P<noun>{phrase(*_PARTS)})"
    r"(?P<rest>[^:;.]{0,80})(?P<colon>:)?"
)
_INTRODUCED = re.compile(
    r"(?<!\w)(?:gồm|bao gồm|đề ra|đưa ra|với|có|cụ thể|xác định|đặt ra|tập trung vào|tổng số)"
    r"(?:\s(?:các|là|cả thảy|có|với|gồm))?\s$"
)
_NUMBERED = re.compile(r"\((\d{1,2})\)")
_DATE = re.compile(r"(?<![\d/.])(\d{1,2})[/-](\d{1,2})[/-](\d{4})(?![\d/])")
_DAY_AND_MONTH = re.compile(
    r"(?<!\w)(?:ngày|trước|trước ngày|đến ngày)\s(\d{1,2})/(\d{1,2})(?![\d/%])"
)
_WRITTEN_DATE = re.compile(r"(?<!\w)ngày\s(\d{1,2})\stháng\s(\d{1,2})(?:\snăm\s(\d{4}))?")
_QUARTER = re.compile(r"(?<!\w)quý\s(v|vi|vii|viii|ix|x|[05-9])(?=[\s/.,;]|$)")
_TOTAL = re.compile(
    phrase(
        "kinh phí",
        "tổng kinh phí",
        "tổng số",
        "tổng vốn",
        "tổng mức đầu tư",
        "tổng nhu cầu",
        "tổng cộng",
    )
    + r"|"
    + phrase("kinh phí thực hiện", "tổng dự toán", "tổng nguồn vốn")
)
_THEREOF = re.compile(phrase("trong đó", "bao gồm", "gồm"))
_MAX_PARTS_TEXT = 2000
_MAX_CHILDREN = 200
_WINDOW = 60


def flag_targets(targets: Sequence[Target], head: Head) -> list[Target]:
    """The same targets with the codes of what looks wrong about each, or beside another."""
    again = _stated_differently(targets)
    return [
        replace(target, flags=_joined(target.flags, _own(target, head), again.get(index, ())))
        for index, target in enumerate(targets)
    ]


def find_doubts(
    text: str, clauses: Sequence[Clause], targets: Sequence[Target], head: Head
) -> list[Doubt]:
    """Every doubtful flag at its target, and what the document as a whole contradicts."""
    lines = _Lines(text)
    tally = _Tally.of(targets)
    found = [
        Doubt(flag, target.start, target.end, lines.number(target.start), target.clause)
        for target in targets
        for flag in target.flags
        if is_doubt(flag, target.unit)
    ]
    for index, clause in enumerate(clauses):
        words = fold(text[clause.start : clause.end])
        for code, start, end in (
            *_impossible_dates(words),
            *_announced_counts(words, clauses, index, tally),
            *_sums(words),
        ):
            place = clause.start + start
            found.append(
                Doubt(code, place, clause.start + end, lines.number(place), clause.address)
            )
    return found + _structure_sums(targets, lines)


def is_doubt(flag: str, unit: str | None) -> bool:
    """Whether a flag of a target or task is for a person to look at, or only tells a fact.

    A share of GRDP is what it should be, most tasks have no date of their own, and most rates go
    without the words of what they are a share of; a rank among nobody knows how many is a doubt.
    """
    return flag not in _FACTS and (flag != "denominator_unnamed" or unit == "rank")


def in_order(doubts: Iterable[Doubt]) -> list[Doubt]:
    """By place; doubts at one place keep the order in which they were found."""
    return sorted(doubts, key=lambda doubt: doubt.start)


# --- about one target ---------------------------------------------------------------------------


def _own(target: Target, head: Head) -> Iterator[str]:
    words = fold(target.quote)
    if target.level == "district" and _moment(head) >= DISTRICTS_ABOLISHED:
        yield "level_abolished"
    if "kinh kế" in words:
        yield "typo_kinh_ke"
    if _TYPOS.search(words):
        yield "typo"
    if target.unit == "%" and _GRDP.search(words):
        yield "grdp"
    national = _NATIONAL.match(fold(head.issuer or "")) is not None
    if _GDP.search(words) and "việt nam" not in words and not national:
        yield "gdp_for_grdp"
    if _is_impossible_share(target):
        yield "share_above_100"
    if _falls_though_raised(target, words):
        yield "below_baseline"
    if target.deadline and head.date and _is_before(target.deadline, head.date):
        yield "deadline_before_document"


def _moment(head: Head) -> str:
    """The document's date, or the start of its year when it has none."""
    return head.date or (f"{head.year}-01-01" if head.year else "")


def _is_impossible_share(target: Target) -> bool:
    if target.unit != "%" or target.value is None or target.rule == "growth":
        return False
    is_of_plan = bool(target.of) and _PLANNED.match(fold(target.of or "")) is not None
    return not is_of_plan and max(_numbers(target)) > 100


def _numbers(target: Target) -> list[Decimal]:
    return [Decimal(value) for value in (target.value, target.value_high) if value is not None]


def _falls_though_raised(target: Target, folded: str) -> bool:
    baseline = _decimal(target.baseline)
    if baseline is None or target.value is None or target.rule in ("growth", "rank"):
        return False
    return _LIFTS.search(folded) is not None and Decimal(target.value) < baseline


def _decimal(written: str | None) -> Decimal | None:
    return Decimal(written) if written and re.fullmatch(r"\d+(?:\.\d+)?", written) else None


def _is_before(deadline: str, date: str) -> bool:
    return (deadline if "-" in deadline else f"{deadline}-12-31") < date


def _joined(*flags: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(flag for group in flags for flag in group))


def _stated_differently(targets: Sequence[Target]) -> dict[int, tuple[str, ...]]:
    """Targets with the same name, level, unit and deadline but another number."""
    groups: dict[tuple[str, ...], list[int]] = {}
    for index, target in enumerate(targets):
        if target.value is not None and "level_doubled" not in target.flags:
            groups.setdefault(_sameness(target), []).append(index)
    return {
        index: ("stated_twice",)
        for group in groups.values()
        if len({(targets[i].value, targets[i].comparator) for i in group}) > 1
        for index in group
    }


def _sameness(target: Target) -> tuple[str, ...]:
    name = re.sub(r"^(?:tỷ|tỉ) (?:lệ|trọng) ", "", fold(one_line(target.name)))
    return (
        name,
        target.level or "",
        target.unit or "",
        target.deadline or "",
        "change" if target.rule == "growth" or target.comparator == "raise" else "",
    )


# --- dates --------------------------------------------------------------------------------------


def _impossible_dates(folded: str) -> Iterator[tuple[str, int, int]]:
    for pattern in (_DATE, _DAY_AND_MONTH, _WRITTEN_DATE):
        for match in pattern.finditer(folded):
            day, month = int(match.group(1)), int(match.group(2))
            year = int(match.group(3)) if match.re.groups > 2 and match.group(3) else 2024
            if not _exists(day, month, year):
                yield "impossible_date", match.start(), match.end()
    for match in _QUARTER.finditer(folded):
        yield "impossible_date", match.start(), match.end()


def _exists(day: int, month: int, year: int) -> bool:
    return 1 <= month <= 12 and year >= 1 and 1 <= day <= calendar.monthrange(year, month)[1]


# --- announced counts ---------------------------------------------------------------------------


def _announced_counts(
    folded: str, clauses: Sequence[Clause], index: int, tally: _Tally
) -> Iterator[tuple[str, int, int]]:
    """`05 giải pháp` with four listed, `gồm 12 chỉ tiêu` with eleven read."""
    for match in _ANNOUNCED.finditer(folded):
        before = folded[max(0, match.start() - _WINDOW) : match.start()]
        if not (match["colon"] or _INTRODUCED.search(before)):
            continue
        count = int(match["count"])
        after = folded[match.end("noun") : match.end("noun") + _MAX_PARTS_TEXT]
        counted = _listed_inline(after)
        if counted is None and not folded[match.end() : match.end() + _WINDOW].strip(" .:"):
            counted = _children(clauses, index)
        if counted is None or counted == count:
            continue
        if match["noun"] == "chỉ tiêu" and count in tally.counts_after(clauses[index].start):
            continue
        yield "count_differs", match.start("count"), match.end("noun")


def _listed_inline(folded: str) -> int | None:
    """How many items `(1) …; (2) …` has, counted only when the numbers run from one."""
    numbers = [int(match.group(1)) for match in _NUMBERED.finditer(folded)]
    runs = numbers == list(range(1, len(numbers) + 1))
    return len(numbers) if runs and len(numbers) > 1 else None


def _children(clauses: Sequence[Clause], index: int) -> int | None:
    """How many clauses of the form of the next one follow before a higher heading."""
    following = clauses[index + 1 : index + 1 + _MAX_CHILDREN]
    if not following or following[0].role != clauses[index].role:
        return None
    first, counted = following[0], 0
    if clauses[index].kind == "heading" and first.level < clauses[index].level + _is_numbered(
        clauses[index]
    ):
        return None
    for clause in following:
        is_heading = clause.kind == "heading"
        if clause.role != first.role or clause.level < first.level:
            break
        if is_heading and first.kind != "heading":
            break
        counted += (clause.kind, clause.level) == (first.kind, first.level)
    return counted if counted > 1 else None


def _is_numbered(clause: Clause) -> bool:
    """An unnumbered heading (`…-t1`) stands beside the numbered ones it announces."""
    return re.search(r"t\d{1,6}$", clause.address) is None


@dataclass(frozen=True, slots=True)
class _Tally:
    """How many targets, and clauses with targets, begin at or after an offset."""

    starts: tuple[int, ...]
    clause_starts: tuple[int, ...]

    @classmethod
    def of(cls, targets: Sequence[Target]) -> _Tally:
        firsts: dict[str, int] = {}
        for target in targets:
            firsts.setdefault(target.clause, target.start)
        starts = sorted(target.start for target in targets)
        return cls(tuple(starts), tuple(sorted(firsts.values())))

    def counts_after(self, offset: int) -> tuple[int, int, int]:
        after = len(self.starts) - bisect_left(self.starts, offset)
        clauses = len(self.clause_starts) - bisect_left(self.clause_starts, offset)
        return after, clauses, len(self.starts)


# --- sums ---------------------------------------------------------------------------------------


def _sums(folded: str) -> Iterator[tuple[str, int, int]]:
    """`Tổng kinh phí 100 tỷ đồng, trong đó: … 60 tỷ đồng, … 30 tỷ đồng`: the parts give 90."""
    total_words = _TOTAL.search(folded)
    thereof = _THEREOF.search(folded, total_words.end()) if total_words else None
    if total_words is None or thereof is None or len(folded) > _MAX_PARTS_TEXT:
        return
    before = _amounts(folded, total_words.end(), thereof.start())
    parts = _amounts(folded, thereof.end(), _sentence_end(folded, thereof.end()))
    if len(before) != 1 or len(parts) < 2:
        return
    total = before[0]
    same_unit = [part for part in parts if part.unit == total.unit]
    if len(same_unit) == len(parts) and sum(Decimal(p.value) for p in parts) != Decimal(
        total.value
    ):
        yield "sum_differs", total.start, total.end


def _amounts(folded: str, start: int, end: int) -> list[Quantity]:
    """Sums of money, or counts, between two places."""
    inside = [q for q in find_quantities(folded) if start <= q.start and q.end <= end]
    money = [quantity for quantity in inside if quantity.unit == "VND"]
    return money or [quantity for quantity in inside if quantity.unit == "count"]


def _sentence_end(folded: str, start: int) -> int:
    match = re.compile(r"\.(?=\s|$)").search(folded, start)
    return match.start() if match else len(folded)


def _structure_sums(targets: Sequence[Target], lines: _Lines) -> list[Doubt]:
    """The shares of one `Cơ cấu …` should give a hundred."""
    groups: dict[tuple[str, str, str | None], list[Target]] = {}
    for target in targets:
        if target.unit == "%" and " trong cơ cấu " in fold(target.name) and target.value:
            whole = fold(target.name).partition(" trong cơ cấu ")[2]
            groups.setdefault((target.clause, whole, target.deadline), []).append(target)
    return [
        Doubt("sum_differs", group[0].start, group[-1].end, lines.number(group[0].start), address)
        for (address, _, _), group in groups.items()
        if len(group) > 2
        and all(target.comparator == "=" and target.value_high is None for target in group)
        and sum(Decimal(target.value or 0) for target in group) != 100
    ]


@dataclass(frozen=True, slots=True)
class _Lines:
    """Line numbers, counted from 1, of offsets."""

    text: str
    starts: tuple[int, ...] = ()

    def __post_init__(self) -> None:
        starts = (0, *(match.end() for match in re.finditer("\n", self.text)))
        object.__setattr__(self, "starts", starts)

    def number(self, offset: int) -> int:
        return bisect_right(self.starts, offset)
