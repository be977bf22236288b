"""Numbers as Vietnamese documents write them: `1.300` is a thousand three hundred, `7,5` seven and
a half, `02` two.  Also tells numbers from codes (`766/QĐ-TTg`, `Đề án 06`, `4G`, `15 tuổi`)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from cotmoc.plantext.model import Unit
from cotmoc.plantext.words import phrase

NUMBER = r"\d{1,3}(?:\.\d{3}){1,5}(?:,\d{1,4})?(?!\d)|\d{1,12}(?:[,.]\d{1,4})?(?!\d)"
_ALONE = r"(?<![\w/.,])"
_SCALE = r"nghìn\stỷ|nghìn\stỉ|ngàn\stỷ|tỷ|tỉ|triệu|nghìn|ngàn|vạn"
_PER = (
    r"(?:\s?/\s?(?:(?:mỗi\s|một\s|01\s|1\s)?(?:người|năm|tháng|ha|hộ|lao\sđộng|ngày|hồ\ssơ|thủ\stục"
    r"|lượt(?:\sgiao\sdịch|\skhách)?|giao\sdịch|lần|trường\shợp|vụ(?:\sviệc)?))){0,3}"
)
# Measures of length, speed, time and foreign money are honest numbers, but no unit of a target.
_OTHER_UNITS = (
    *("usd", "đô la mỹ", "đô la", "phút", "giờ", "giây", "km", "km2", "m2", "m3", "ha", "héc ta"),
    *("tấn", "mw", "kw", "kwp", "kwh", "gb", "tb", "mbps", "gbps", "mb/s", "gb/s", "mb", "mét"),
)
_UNITS = (
    r"(?P<percent>\s?%|\sphần\străm|\sđiểm\s(?:phần\străm|%))"
    r"(?P<year>\s?/\s?năm|\s(?:mỗi|một|hàng|hằng)\snăm)?"
    rf"|(?P<money>\s(?:{_SCALE})?\s?(?:đồng|vnđ|vnd)(?!\w)|\s(?:nghìn\s)?(?:tỷ|tỉ)(?!\w)"
    rf"(?!\s(?:usd|đô\sla|lượt|người|kwh)))(?P<per>{_PER})"
    rf"|(?P<scale>\s(?:{_SCALE}))?\s(?P<other>{'|'.join(map(re.escape, _OTHER_UNITS))}){_PER}(?!\w)"
    rf"|(?P<days>\sngày(?:\slàm\sviệc)?){_PER}(?!\w)"
    r"|(?P<points>\sđiểm)(?=\s{0,4}(?:$|[,;.)]|trở\s|đối\svới\s|trên\sthang|và\s))"
    r"|(?P<places>\s(?:bậc|hạng))(?!\w)"
    r"|(?P<times>\slần(?=\sso\svới)|\slần(?=\s{0,4}(?:$|[,;.])))"
    rf"|(?P<many>\s(?:{_SCALE}))(?=\s\w)"
)
_QUANTITY = re.compile(
    rf"{_ALONE}(?:(?P<low>{NUMBER})(?P<lowpercent>\s?%)?(?P<between>\s?[-–]\s?|\sđến\s|\stới\s))?"
    rf"(?P<number>{NUMBER})(?:{_UNITS})?(?:(?![\w/])|(?<=%)(?=\s?/\s?(?:tổng|số)\s))"
)
_RANK = re.compile(
    rf"{phrase('nhóm', 'top', 'tốp', 'thứ', 'thứ hạng', 'vị trí', 'trong số', 'xếp hạng', 'hạng')}"
    r"\s{1,4}(?:từ\s)?(?:thứ\s|số\s)?(?P<number>\d{1,3})"
    r"(?:\s?(?:[-–]|đến)\s?(?:thứ\s)?(?P<high>\d{1,3})|\s?/\s?(?P<of>\d{1,3}))?"
    r"(?![\w%/])(?!\s?%)(?!\s?điểm)"
)
# `29/124 xã`: so many of so many; a date never has such a noun behind it.
_COUNTED = phrase(
    *("xã", "phường", "huyện", "thôn", "bản", "tổ", "hộ", "trường", "sở", "cơ quan", "đơn vị"),
    *("chỉ tiêu", "tiêu chí", "nhiệm vụ", "hệ thống", "cơ sở", "thủ tục", "dịch vụ", "hồ sơ"),
    *("nội dung", "địa phương", "doanh nghiệp", "khu", "trạm", "chợ", "trung tâm"),
)
_FRACTION = re.compile(
    r"(?<![\w/.,])(?P<part>\d{1,4})\s?/\s?(?P<whole>\d{1,5})(?![\w/])"
    rf"\s{{1,4}}(?:(?P<share>số\s|(?=thời\sgian\s|so\svới\s))|(?={_COUNTED}))"
)
_MARKS = re.compile(rf"{_ALONE}(?P<part>{NUMBER})\s?/\s?(?P<whole>\d{{1,4}})\s(?:điểm)(?!\w)")
_DIGIT_WORDS = {
    "một": 1,
    "hai": 2,
    "ba": 3,
    "bốn": 4,
    "tư": 4,
    "năm": 5,
    "sáu": 6,
    "bảy": 7,
    "tám": 8,
    "chín": 9,
    "mười": 10,
}
_DIGIT = "|".join(_DIGIT_WORDS)
_SHARE_IN_WORDS = re.compile(
    rf"(?<!\w)(?:(?P<part>{_DIGIT})\sphần\s(?P<whole>{_DIGIT})|(?P<half>một\snửa))(?!\w)"
    r"(?:\s{1,4}số(?=\s))?"
)
_COUNT_IN_WORDS = re.compile(
    r"(?:(?<=ít nhất\s)|(?<=tối thiểu\s)|(?<=không dưới\s))"
    rf"(?P<word>{_DIGIT})(?=\s{{1,4}}[^\W\d])(?!\s{{1,4}}(?:nửa|phần)(?!\w))"
)
_TIMES_IN_WORDS = re.compile(
    rf"(?<!\w)(?:gấp|tăng|giảm)\s{{1,4}}(?:(?P<double>đôi)|(?P<word>ba|bốn|năm|mười)\slần"
    rf"|(?P<number>{NUMBER})\slần)(?!\w)(?:\s(?:so\svới\s)?(?P<since>năm\s20\d\d))?"
)
_MONEY = {
    "nghìn tỷ": 12,
    "nghìn tỉ": 12,
    "ngàn tỷ": 12,
    "tỷ": 9,
    "tỉ": 9,
    "triệu": 6,
    "nghìn": 3,
    "ngàn": 3,
    "vạn": 4,
    "": 0,
}
_CODE_BEFORE = re.compile(
    r"(?:(?<!tổng\s)"
    + phrase(
        *("đề án", "số", "mức độ", "cấp độ", "quý", "tháng", "ngày", "điều", "khoản", "điểm"),
        *("nghị định", "quyết định", "nghị quyết", "thông tư", "luật", "phiên bản", "kế hoạch"),
        *("giai đoạn", "mục", "phụ lục", "quốc lộ", "covid", "iso", "tcvn", "qcvn", "ipv"),
        *("công văn", "tổng đài", "số máy", "điện thoại", "hotline", "đường dây nóng", "trang"),
        *("quận", "khóa", "kỳ họp thứ", "lần thứ", "nhiệm kỳ", "loại", "bậc", "lớp", "cấp"),
        *("chương", "bảng", "biểu", "mẫu", "hình", "gói thầu", "công nghiệp", "chỉ thị"),
        *("kết luận", "chương trình", "dự án", "nhóm", "hạng", "mức", "tiết", "thứ"),
        *("khu vực", "vùng", "đợt", "tuyến", "kiến trúc", "thông báo", "hướng dẫn"),
    )
    + r"|(?<!mỗi\s)(?<!hằng\s)(?<!hàng\s)(?<!\w)năm)\s{1,4}$"
)
_CODE_AFTER = re.compile(
    r"\s{0,4}" + phrase("tuổi", "cấp", "trụ cột", "tháng", "năm", "lần/năm", "giờ") + r"|:\d|-\d"
)
# A ratio's base, `trên 1.000 dân`, is not a second number.
_RATIO_BASE = re.compile(r"\s{1,4}" + phrase("dân", "người", "người dân", "trẻ", "lao động"))
_AGE = re.compile(r"\s{1,4}tuổi(?!\w)")
_WINDOW = 40


@dataclass(frozen=True, slots=True)
class Quantity:
    """A number with its unit, at `start:end` of the statement it was found in.

    `unit` is None for a measure that is not one of `Unit`; `flags` say what a person should see.
    """

    start: int
    end: int
    value: str
    unit: Unit | None
    value_high: str | None = None
    baseline: str | None = None
    total: str | None = None
    flags: tuple[str, ...] = ()

    @property
    def is_share(self) -> bool:
        return self.unit in ("%", "%/year")

    @property
    def is_places(self) -> bool:
        """`tăng 5 bậc`: a rank gained, not a rank reached."""
        return "places_gained" in self.flags


def read_number(written: str) -> Decimal:
    """Dot groups thousands when three digits follow; a lone `98.5` can only be a decimal."""
    if re.fullmatch(r"\d{1,3}(?:\.\d{3})+(?:,\d+)?", written):
        written = written.replace(".", "")
    return Decimal(written.replace(",", "."))


def plain(number: Decimal) -> str:
    """`90`, `7.5`, `1300000000000`: no exponent, no idle zeros."""
    text = format(number, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def find_quantities(folded: str) -> list[Quantity]:
    """All quantities of a statement in order; codes and dates are not among them."""
    found: list[Quantity] = []
    taken: list[tuple[int, int]] = []
    for reader in (_ranks, _fractions, _in_words, _plain_quantities):
        fresh = [
            quantity
            for quantity in reader(folded)
            if not any(start < quantity.end and quantity.start < end for start, end in taken)
        ]
        found += fresh
        taken += [(quantity.start, quantity.end) for quantity in fresh]
    return sorted(found, key=lambda quantity: quantity.start)


def _ranks(folded: str) -> Iterator[Quantity]:
    for match in _RANK.finditer(folded):
        yield Quantity(
            start=match.start(),
            end=match.end(),
            value=str(int(match["number"])),
            unit="rank",
            value_high=str(int(match["high"])) if match["high"] else None,
            total=str(int(match["of"])) if match["of"] else None,
        )


def _fractions(folded: str) -> Iterator[Quantity]:
    """`2/3 số thôn` is a share, `29/124 xã` a count of so many, `85/100 điểm` a mark."""
    for match in _MARKS.finditer(folded):
        value = plain(read_number(match["part"]))
        yield Quantity(match.start(), match.end(), value, "points", total=match["whole"])
    for match in _FRACTION.finditer(folded):
        part, whole = int(match["part"]), int(match["whole"])
        if not 0 < part <= whole or _CODE_BEFORE.search(folded, 0, match.start()):
            continue
        end = match.end("whole")
        if match["share"] is not None:
            yield _share(match.start(), match.end(), part, whole)
        else:
            yield Quantity(match.start(), end, str(part), "count", total=str(whole))


def _in_words(folded: str) -> Iterator[Quantity]:
    for match in _SHARE_IN_WORDS.finditer(folded):
        if match["half"]:
            yield _share(match.start(), match.end(), 1, 2)
        else:
            part, whole = _DIGIT_WORDS[match["part"]], _DIGIT_WORDS[match["whole"]]
            if part < whole:
                yield _share(match.start(), match.end(), part, whole)
    for match in _COUNT_IN_WORDS.finditer(folded):
        yield Quantity(match.start(), match.end(), str(_DIGIT_WORDS[match["word"]]), "count")
    for match in _TIMES_IN_WORDS.finditer(folded):
        if match["number"]:
            value = plain(read_number(match["number"]))
        else:
            value = "2" if match["double"] else str(_DIGIT_WORDS[match["word"]])
        flags = ("times_of_baseline",)
        yield Quantity(match.start(), match.end(), value, None, None, match["since"], flags=flags)


def _share(start: int, end: int, part: int, whole: int) -> Quantity:
    percent = (Decimal(100 * part) / whole).quantize(Decimal("0.01"), ROUND_HALF_UP)
    return Quantity(start, end, plain(percent), "%", flags=("fraction_as_percent",))


def _plain_quantities(folded: str) -> Iterator[Quantity]:
    for match in _QUANTITY.finditer(folded):
        if match["percent"] is None and _is_code(folded, match):
            continue
        yield _quantity(match)


def _is_code(folded: str, match: re.Match[str]) -> bool:
    before = folded[max(0, match.start() - _WINDOW) : match.start()]
    after = folded[match.end() : match.end() + _WINDOW]
    if before.endswith(("-", "–")) or re.search(r"\d:$", before):
        return True
    if match["low"] is not None and not _is_range(match):
        return True
    if _has_unit(match):
        return False
    written = match["number"]
    if re.fullmatch(r"0\d{2,}.*|\d{1,2}\.0|(?:19|20)\d\d", written):
        return True
    if before.rstrip().endswith("trên") and _RATIO_BASE.match(after) and int(written[:1]) == 1:
        return True
    if _AGE.match(after) and "tuổi thọ" in folded[max(0, match.start() - 80) : match.start()]:
        return False
    return bool(_CODE_BEFORE.search(before) or _CODE_AFTER.match(after))


def _is_range(match: re.Match[str]) -> bool:
    low, high = match["low"], match["number"]
    is_year = re.compile(r"(?:19|20)\d\d").fullmatch
    return not (is_year(low) or is_year(high)) and read_number(low) < read_number(high)


def _has_unit(match: re.Match[str]) -> bool:
    return any(match[group] for group in ("money", "many", "other", "days", "points", "places"))


def _quantity(match: re.Match[str]) -> Quantity:
    unit, scale = _unit(match)
    last = plain(read_number(match["number"]).scaleb(scale))
    first = plain(read_number(match["low"]).scaleb(scale)) if match["low"] else None
    return Quantity(
        start=match.start(),
        end=match.end(),
        value=last if first is None else first,
        unit=unit,
        value_high=last if first is not None else None,
        flags=tuple(_flags(match)),
    )


def _unit(match: re.Match[str]) -> tuple[Unit | None, int]:
    if match["percent"]:
        return ("%/year" if match["year"] else "%"), 0
    if match["money"]:
        return "VND", _MONEY[_words(match["money"], "đồng", "vnđ", "vnd")]
    scale = _MONEY[_words(match["scale"] or match["many"] or "")]
    if match["other"] or match["times"]:
        return None, scale
    if match["days"]:
        return "days", 0
    if match["points"]:
        return "points", 0
    return ("rank" if match["places"] else "count"), scale


def _words(written: str, *endings: str) -> str:
    for ending in endings:
        written = written.removesuffix(ending)
    return " ".join(written.split())


def _flags(match: re.Match[str]) -> Iterator[str]:
    if any(_dot_as_decimal(match[group] or "") for group in ("low", "number")):
        yield "dot_as_decimal"
    if match["other"]:
        yield "unit_not_listed"
    if match["times"]:
        yield "times_of_baseline"
    if match["places"]:
        yield "places_gained"
    if "điểm" in (match["percent"] or ""):
        yield "percentage_points"


def _dot_as_decimal(written: str) -> bool:
    return "." in written and not re.fullmatch(r"\d{1,3}(?:\.\d{3})+(?:,\d+)?", written)
