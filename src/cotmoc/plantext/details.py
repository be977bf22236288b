"""What stands beside a piece of work: when it is due, how often it recurs, what it costs.

Also the labels that introduce such details (`Cơ quan chủ trì:`, `Thời gian hoàn thành:`).
"""

from __future__ import annotations

import calendar
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from cotmoc.plantext.model import Frequency
from cotmoc.plantext.numbers import NUMBER, find_quantities, plain, read_number
from cotmoc.plantext.words import GAP, fold, phrase

# --- when -----------------------------------------------------------------------------------------

_WORD = (
    r"(?:trước|đến|hết|cuối|trong|vào|chậm nhất|muộn nhất|xong|hoàn thành|kết thúc|là|ngày|tháng"
    r"|khoảng|từ nay|thời điểm|thời gian|giai đoạn|năm)"
)
_LEAD_IN = (
    rf"(?<!\w)(?:trước|đến|hết|cuối|trong|vào|chậm nhất|muộn nhất|xong|hoàn thành)"
    rf"(?:{GAP}{_WORD}){{0,3}}{GAP}"
)
_YEAR = r"(?P<year>20\d\d)(?!\d)"
_OF_YEAR = rf"(?:(?:\s?[/-]\s?|,?{GAP}năm{GAP}|,?{GAP}){_YEAR})"
_QUARTERS = {"i": 1, "ii": 2, "iii": 3, "iv": 4, "1": 1, "2": 2, "3": 3, "4": 4}
_LAST_OF = r"(?:(?:i{1,3}|iv|[1-4])\s?(?:,|-|–|và|đến)\s{0,2}(?:quý\s)?){0,3}"


@dataclass(frozen=True, slots=True)
class Due:
    """A date by which something is due, and where it is written."""

    date: str | None
    start: int
    end: int


def _month_end(year: int, month: int) -> str | None:
    if not 1 <= month <= 12:
        return None
    return f"{year}-{month:02}-{calendar.monthrange(year, month)[1]:02}"


def _day(match: re.Match[str], year: int) -> str | None:
    day, month = int(match["day"]), int(match["month"])
    last = _month_end(year, month)
    return f"{year}-{month:02}-{day:02}" if last and 1 <= day <= int(last[-2:]) else None


def _month(match: re.Match[str], year: int) -> str | None:
    return _month_end(year, int(match["month"]))


def _quarter(match: re.Match[str], year: int) -> str | None:
    return _month_end(year, 3 * _QUARTERS[match["quarter"]])


def _half(match: re.Match[str], year: int) -> str | None:
    return _month_end(year, 12 if match["half"] == "cuối" else int(match["month"]))


def _whole_year(match: re.Match[str], year: int) -> str | None:
    before = re.match(rf"trước{GAP}(?:năm{GAP})?20", match.group())
    return f"{year - 1 if before else year}-12-31"


_Form = tuple[str, Callable[[re.Match[str], int], str | None], bool]
# The last column: may the form stand alone in prose, without `trước`, `trong` and the like?
_FORMS: tuple[_Form, ...] = (
    (rf"(?P<day>\d{{1,2}})\s?[/-]\s?(?P<month>\d{{1,2}})\s?[/-]\s?{_YEAR}", _day, False),
    (
        rf"(?P<day>\d{{1,2}}){GAP}tháng{GAP}(?P<month>\d{{1,2}}){_OF_YEAR}?(?![\d/])",
        _day,
        False,
    ),
    (r"(?P<day>\d{1,2})/(?P<month>\d{1,2})(?![\d/])", _day, False),
    (
        rf"(?P<month>\d{{1,2}}){GAP}tháng{GAP}(?P<half>đầu|cuối){GAP}năm(?:{GAP}{_YEAR})?",
        _half,
        True,
    ),
    (
        rf"(?:các{GAP})?quý{GAP}{_LAST_OF}(?P<quarter>i{{1,3}}|iv|[1-4])(?!\w){_OF_YEAR}?",
        _quarter,
        False,
    ),
    (
        rf"tháng{GAP}(?:\d{{1,2}}\s?(?:,|-|–|và|đến)\s{{0,2}}(?:tháng{GAP})?){{0,3}}"
        rf"(?P<month>\d{{1,2}})(?![\d/]\d\d(?!\d)){_OF_YEAR}?(?!\d)",
        _month,
        False,
    ),
    (rf"(?P<month>\d{{1,2}})/{_YEAR}", _month, False),
    (rf"(?:năm{GAP}|giai{GAP}đoạn{GAP})?20\d\d\s?[-–]\s?{_YEAR}", _whole_year, False),
    (rf"(?:năm{GAP})?{_YEAR}", _whole_year, False),
)
_LABELLED = tuple((re.compile(rf"(?<![\w/.]){form}(?!/)"), date) for form, date, _ in _FORMS)
_IN_PROSE = tuple(
    (re.compile(rf"(?<!\w){form}(?!/)" if alone else rf"{_LEAD_IN}{form}(?!/)"), date)
    for form, date, alone in _FORMS
)
_EVERY_YEAR = re.compile(
    rf"(?:\s?(?:,|và)\s?(?:ngày{GAP})?\d{{1,2}}/\d{{1,2}}){{0,3}}"
    rf",?{GAP}(?:(?:của{GAP})?(?:hằng|hàng|mỗi){GAP}(?:năm|tháng|quý)|kế{GAP}tiếp)"
)
_LATER = re.compile(phrase("tầm nhìn", "định hướng", "các năm tiếp theo", "những năm tiếp theo"))
# `Chiến lược … đến năm 2030` is a name, not a due date.
_NAME_OF_A_DOCUMENT = re.compile(
    phrase(
        *("chiến lược", "đề án", "chương trình", "quy hoạch", "kế hoạch", "nghị quyết"),
        *("quyết định", "dự án", "định hướng", "tầm nhìn", "kiến trúc"),
    )
)


def find_due(folded: str, year: int | None, labelled: bool = False) -> Due | None:
    """When the work is due; `year` completes `30/6` and `quý II`.

    In a labelled value (`Thời gian: quý I - III/2026`) the last date counts and needs no
    preposition; in prose the most precise form after `trước`, `trong`, `đến` and the like.
    """
    found: list[Due] = []
    if labelled and (later := _LATER.search(folded)):
        folded = folded[: later.start()]
    for pattern, to_date in _LABELLED if labelled else _IN_PROSE:
        for match in pattern.finditer(folded):
            due = _due(folded, match, to_date, year, labelled)
            if due and not any(due.start < other.end and other.start < due.end for other in found):
                found.append(due)
        if found and not labelled:
            return found[-1]
    dated = [due for due in found if due.date]
    return max(dated, key=lambda due: due.date or "") if dated else (found or [None])[0]


def _due(
    folded: str,
    match: re.Match[str],
    to_date: Callable[[re.Match[str], int], str | None],
    year: int | None,
    labelled: bool,
) -> Due | None:
    own = match.groupdict().get("year")
    if _EVERY_YEAR.match(folded, match.end()) or not (own or year):
        return None
    if not labelled and to_date is _whole_year and _names_a_document(folded, match):
        return None
    return Due(to_date(match, int(own or year or 0)), *match.span())


def _names_a_document(folded: str, match: re.Match[str]) -> bool:
    if not match.group().startswith(("đến", "trong giai đoạn")):
        return False
    return (
        _NAME_OF_A_DOCUMENT.search(folded, max(0, match.start() - 120), match.start()) is not None
    )


# --- how often ------------------------------------------------------------------------------------

_EVERY = r"(?:hằng|hàng|mỗi|từng|theo|định\skỳ(?:\s(?:hằng|hàng|theo))?)"
_SERIES_BEFORE = (
    rf"(?:(?:tuần|tháng|quý|(?:0?6|sáu)\stháng|năm)\s?(?:,|và|/|-)\s{{0,2}}(?:{_EVERY}\s)?){{0,4}}"
)
_FREQUENCIES: tuple[tuple[re.Pattern[str], Frequency], ...] = tuple(
    (
        re.compile(
            rf"(?<!\w)(?:{_EVERY}\s{_SERIES_BEFORE}{word}|{others})(?!\w)(?!\s(?:đầu|cuối)\snăm)"
        ),
        frequency,
    )
    for word, others, frequency in (
        ("tuần", r"(?:1|01|một)\stuần/lần|tuần/lần", "weekly"),
        ("tháng", r"(?:1|01|một)\stháng/lần|tháng/lần|(?:1|01|một)\slần/tháng", "monthly"),
        ("quý", r"quý/lần|(?:tháng\s)?cuối\s(?:mỗi\s|hằng\s|hàng\s)?quý(?!\s[ivx\d])|(?:1|01|một)\slần/quý|(?:0?3|ba)\stháng/lần", "quarterly"),
        (
            r"(?:0?6|sáu)\stháng",
            r"(?:0?6|sáu)\stháng/lần|(?:2|02|hai)\slần/năm|(?:0?6|sáu)\stháng(?=,\s(?:hằng\s|hàng\s|cả\s)?năm)",
            "half_yearly",
        ),
        ("năm", r"năm/lần|(?:1|01|một)\slần/năm|thường\sniên", "yearly"),
    )
)
_REGULARLY = re.compile(
    r"(?<!chi )(?<!sách )(?<!động )(?<!vụ )(?<!vốn )"
    + phrase("thường xuyên", "liên tục", "định kỳ")
)
# `kế hoạch hằng năm`: the word tells which plan, not how often the work is done.
_NOUN_BEFORE = re.compile(
    phrase(
        *("kế hoạch", "dự toán", "ngân sách", "chương trình", "kinh phí", "xã hội", "kt-xh"),
        *("công tác", "nhiệm vụ", "chỉ tiêu", "đầu tư công", "hoạt động", "chuyển đổi số"),
    )
    + r"\s$"
)


def find_frequency(folded: str, labelled: bool = False) -> Frequency | None:
    """How often the work recurs; of several the shortest interval."""
    for pattern, frequency in _FREQUENCIES:
        for match in pattern.finditer(folded):
            noun = _NOUN_BEFORE.search(folded[max(0, match.start() - 40) : match.start()])
            if labelled or not noun or match.group().startswith("định"):
                return frequency
    return "regularly" if _REGULARLY.search(folded) else None


# --- how much -------------------------------------------------------------------------------------

_MONEY_CUE = re.compile(
    phrase(
        "kinh phí", "tổng mức đầu tư", "dự toán", "tổng vốn", "mức đầu tư", "khái toán", "trị giá", "bố trí"
    )
)
_SCALES = (("tỷ", 9), ("tỉ", 9), ("triệu", 6), ("nghìn", 3), ("ngàn", 3), ("đồng", 0), ("vnđ", 0))
_BARE_NUMBER = re.compile(rf"\s{{0,4}}({NUMBER})\s{{0,4}}(?:$|[;.(\n])")


def scale_of(folded: str) -> int | None:
    """The power of ten of a money unit: `triệu đồng` is 6; None where no money is named."""
    return next(
        (scale for word, scale in _SCALES if re.search(rf"(?<!\w){word}(?!\w)", folded)), None
    )


def find_budget(folded: str, labelled: bool = False, scale: int | None = None) -> str | None:
    """The cost in whole đồng; `scale` is the power of ten a table's header states."""
    sums = [quantity for quantity in find_quantities(folded) if quantity.unit == "VND"]
    if not labelled:
        cues = [cue.end() for cue in _MONEY_CUE.finditer(folded)]
        sums = [each for each in sums if any(0 <= each.start - cue <= 60 for cue in cues)]
    if sums:
        return _whole(Decimal(sums[0].value))
    if labelled and scale is not None and (bare := _BARE_NUMBER.match(folded)):
        return _whole(read_number(bare.group(1)).scaleb(scale))
    return None


def _whole(amount: Decimal) -> str:
    return plain(amount.quantize(Decimal(1)))


# --- labels ---------------------------------------------------------------------------------------

Field = Literal["lead", "coordinating", "deadline", "product", "budget", "other"]

_WHO = rf"(?:(?:các{GAP})?(?:cơ{GAP}quan|đơn{GAP}vị)(?:\s?(?:,|/|và|-){{1,2}}\s?(?:cơ{GAP}quan|đơn{GAP}vị|tổ{GAP}chức)){{0,2}}{GAP})"
_DO = rf"(?:{GAP}(?:thực{GAP}hiện|triển{GAP}khai|tham{GAP}mưu|chính|dự{GAP}kiến|hoàn{GAP}thành|đạt{GAP}được|đầu{GAP}ra))?"
_LABELS: tuple[tuple[str, Field], ...] = (
    (rf"{_WHO}?chủ{GAP}trì(?:{GAP}và{GAP}phối{GAP}hợp|,{GAP}phối{GAP}hợp)?{_DO}", "lead"),
    (
        rf"{_WHO}(?:được{GAP}giao{GAP})?(?:thực{GAP}hiện|đầu{GAP}mối|phụ{GAP}trách|chịu{GAP}trách{GAP}nhiệm|tham{GAP}mưu|triển{GAP}khai){_DO}",
        "lead",
    ),
    (
        rf"(?:phân{GAP}công{GAP}(?:thực{GAP}hiện|chủ{GAP}trì)|chủ{GAP}đầu{GAP}tư|trách{GAP}nhiệm{GAP}thực{GAP}hiện|đầu{GAP}mối{GAP}thực{GAP}hiện)",
        "lead",
    ),
    (rf"{_WHO}?phối{GAP}hợp{_DO}", "coordinating"),
    (
        rf"(?:dự{GAP}kiến{GAP})?(?:thời{GAP}(?:gian|hạn|điểm)|tiến{GAP}độ|lộ{GAP}trình|hạn){_DO}(?:{GAP}dự{GAP}kiến)?",
        "deadline",
    ),
    (rf"(?:hoàn{GAP}thành|hoàn{GAP}thành{GAP}trước)", "deadline"),
    (
        rf"(?:dự{GAP}kiến{GAP})?(?:yêu{GAP}cầu{GAP})?(?:sản{GAP}phẩm|kết{GAP}quả)(?:\s?[,/]\s?(?:sản{GAP}phẩm|kết{GAP}quả))?{_DO}(?:{GAP}(?:dự{GAP}kiến|của{GAP}nhiệm{GAP}vụ))?",
        "product",
    ),
    (
        rf"(?:dự{GAP}kiến{GAP}|nhu{GAP}cầu{GAP}|tổng{GAP}|khái{GAP}toán{GAP})?kinh{GAP}phí{_DO}|tổng{GAP}mức{GAP}đầu{GAP}tư|dự{GAP}toán",
        "budget",
    ),
    (
        rf"nội{GAP}dung{_DO}|mục{GAP}(?:tiêu|đích)|phạm{GAP}vi{_DO}|quy{GAP}mô|địa{GAP}(?:điểm|bàn){_DO}|hình{GAP}thức{_DO}|ghi{GAP}chú|đối{GAP}tượng|nguồn{GAP}(?:vốn|kinh{GAP}phí|lực)|giải{GAP}pháp{_DO}|yêu{GAP}cầu",
        "other",
    ),
)
_LABEL = re.compile(
    r"(?:^|(?<=[.;,(\n/–-]))\s{0,4}(?:[-–+•*]\s{1,4})?(?:"
    + "|".join(f"(?P<f{index}>{words})" for index, (words, _) in enumerate(_LABELS))
    + r")\s{0,2}(?:\([^()\n]{0,60}\)\s?)?:\s{0,4}"
)
_CLAUSE_END = re.compile(r"[;\n]|\.(?=\s|$)")
_SENTENCE_END = re.compile(r"\.(?=\s|$)|\n")


@dataclass(frozen=True, slots=True)
class Detail:
    """`Thời gian: quý II/2026`: from `start`, with the value at `value_start:end`."""

    field: Field
    start: int
    value_start: int
    end: int


def find_details(folded: str) -> list[Detail]:
    """The labelled values of a text, in order."""
    return list(_details(folded))


def _details(folded: str) -> Iterator[Detail]:
    labels = list(_LABEL.finditer(folded))
    for index, label in enumerate(labels):
        following = labels[index + 1].start() if index + 1 < len(labels) else len(folded)
        field = _field(label)
        stop = _SENTENCE_END if field in ("lead", "coordinating") else _CLAUSE_END
        end = following
        if field != "other" and (match := stop.search(folded, label.end(), following)):
            end = match.start()
        bracket = _closing(folded, label.end(), end)
        yield Detail(field, label.start(), label.end(), bracket)


def _closing(folded: str, start: int, end: int) -> int:
    """Where the bracket that was opened before `start` closes, if it does before `end`."""
    depth = 0
    for position in range(start, end):
        if folded[position] == "(":
            depth += 1
        elif folded[position] == ")":
            depth -= 1
            if depth < 0:
                return position
    return end


def _field(label: re.Match[str]) -> Field:
    index = next(i for i in range(len(_LABELS)) if label[f"f{i}"] is not None)
    return _LABELS[index][1]


def opening_label(text: str) -> Field | None:
    """The field when the text begins with a label."""
    label = _LABEL.match(fold(text[:200]))
    return _field(label) if label else None
