"""What stands beside a piece of work: when it is due, how often it recurs, what it costs."""

from __future__ import annotations

import calendar
import re
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal

from cotmoc.plantext.model import Frequency
from cotmoc.plantext.numbers import NUMBER, find_quantities, plain, read_number
from cotmoc.plantext.words import GAP, phrase

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
    (
        rf"(?P<day>\d{{1,2}})\s?(?P<sep>[/-])\s?(?P<month>\d{{1,2}})\s?(?P=sep)\s?{_YEAR}",
        _day,
        False,
    ),
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
        rf"(?:(?:các{GAP})?quý{GAP}|q\.?\s?){_LAST_OF}(?P<quarter>i{{1,3}}|iv|[1-4])(?!\w){_OF_YEAR}?",
        _quarter,
        False,
    ),
    (
        rf"(?:tháng{GAP}|t\.?(?=\d))(?:\d{{1,2}}\s?(?:,|-|–|và|đến)\s{{0,2}}(?:tháng{GAP})?){{0,3}}"
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
    if dated:
        return max(dated, key=lambda due: due.date or "")
    return found[0] if found else None


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
# `hằng tháng, quý, năm` recurs as often as the first of them.
_SERIES_BEFORE = (
    rf"(?:(?:tuần|tháng|quý|(?:0?6|sáu)\stháng|năm)\s?(?:,|và|/|-)\s{{0,2}}(?:{_EVERY}\s)?){{0,4}}"
)
_HALF_YEAR = r"(?:0?6|sáu)\stháng"
_END_OF_QUARTER = r"(?:tháng\s)?cuối\s(?:mỗi\s|hằng\s|hàng\s)?quý(?!\s[ivx\d])"
_INTERVALS: tuple[tuple[str, str, Frequency], ...] = (
    ("tuần", r"(?:(?:1|01|một)\s)?tuần/lần", "weekly"),
    ("tháng", r"(?:(?:1|01|một)\s)?tháng/lần|(?:1|01|một)\slần/tháng", "monthly"),
    (
        "quý",
        rf"quý/lần|quý\si,\s{_HALF_YEAR}|{_END_OF_QUARTER}|(?:1|01|một)\slần/quý|(?:0?3|ba)\stháng/lần",
        "quarterly",
    ),
    (
        _HALF_YEAR,
        rf"{_HALF_YEAR}(?:/lần|\s(?:một|1|01)\slần|(?=,\s(?:hằng\s|hàng\s|cả\s)?năm))|(?:2|02|hai)\slần/năm",
        "half_yearly",
    ),
    ("năm", r"năm/lần|(?:1|01|một)\slần/năm|thường\sniên", "yearly"),
)
_FREQUENCIES = tuple(
    (
        re.compile(
            rf"(?<!\w)(?:{_EVERY}\s{_SERIES_BEFORE}{unit}|{others})(?!\w)(?!\s(?:đầu|cuối)\snăm)"
        ),
        frequency,
    )
    for unit, others, frequency in _INTERVALS
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
        *("kinh phí", "tổng mức đầu tư", "dự toán", "tổng vốn", "mức đầu tư", "khái toán"),
        *("trị giá", "bố trí"),
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
