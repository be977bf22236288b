"""Numbers as Vietnamese documents write them: `1.300` is a thousand three hundred, `7,5` seven and
a half, `02` two.  Also tells numbers from codes (`766/QĐ-TTg`, `Đề án 06`, `4G`, `15 tuổi`)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from cotmoc.plantext.model import Unit
from cotmoc.plantext.words import phrase

NUMBER = r"\d{1,3}(?:\.\d{3}){1,5}(?:,\d{1,4})?(?!\d)|\d{1,12}(?:[,.]\d{1,4})?(?!\d)"
_ALONE = r"(?<![\w/.,])"
_UNITS = (
    r"(?P<percent>\s?%|\sphần\străm)(?P<year>\s?/\s?năm|\s(?:mỗi|một|hàng|hằng)\snăm)?"
    r"|(?P<money>\s(?:nghìn\stỷ|nghìn\stỉ|tỷ|tỉ|triệu|nghìn)(?:\sđồng)?|\sđồng)(?!\w)"
    r"|(?P<days>\sngày(?:\slàm\sviệc)?)(?!\w)"
    r"|(?P<points>\sđiểm)(?=\s{0,4}(?:$|[,;.)]|trở\s|đối\svới\s|trên\sthang))"
)
_QUANTITY = re.compile(
    rf"{_ALONE}(?:(?P<low>{NUMBER})(?P<lowpercent>\s?%)?(?P<between>\s?[-–]\s?|\sđến\s|\slên\s))?"
    rf"(?P<number>{NUMBER})(?:{_UNITS})?(?![\w/])"
)
_RANK = re.compile(
    rf"{phrase('nhóm', 'top', 'tốp', 'thứ', 'thứ hạng', 'vị trí', 'trong số')}"
    rf"\s{{1,4}}(?:thứ\s)?(?P<number>\d{{1,3}})(?:\s?/\s?(?P<of>\d{{1,3}}))?(?![\w%])(?!\s?%)"
)
_MONEY = {"nghìn tỷ": 12, "nghìn tỉ": 12, "tỷ": 9, "tỉ": 9, "triệu": 6, "nghìn": 3, "": 0}
_CODE_BEFORE = re.compile(
    phrase(
        *("đề án", "số", "mức độ", "cấp độ", "năm", "quý", "tháng", "ngày", "điều", "khoản"),
        *("nghị định", "quyết định", "nghị quyết", "thông tư", "luật", "phiên bản", "kế hoạch"),
        *("giai đoạn", "mục", "phụ lục", "quốc lộ", "covid"),
    )
    + r"\s{1,4}$"
)
_CODE_AFTER = re.compile(
    r"\s{0,4}" + phrase("tuổi", "cấp", "trụ cột", "giờ", "lần", "tháng", "năm")
)
_WINDOW = 40


@dataclass(frozen=True, slots=True)
class Quantity:
    """A number with its unit, at `start:end` of the statement it was found in."""

    start: int
    end: int
    value: str
    unit: Unit
    value_high: str | None = None
    baseline: str | None = None
    total: str | None = None
    dot_as_decimal: bool = False


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
    ranks = [_rank(match) for match in _RANK.finditer(folded)]
    taken = [(rank.start, rank.end) for rank in ranks]
    others = [
        quantity
        for quantity in _plain_quantities(folded)
        if not any(start < quantity.end and quantity.start < end for start, end in taken)
    ]
    return sorted(ranks + others, key=lambda quantity: quantity.start)


def _rank(match: re.Match[str]) -> Quantity:
    return Quantity(
        start=match.start(),
        end=match.end(),
        value=str(int(match["number"])),
        unit="rank",
        total=str(int(match["of"])) if match["of"] else None,
    )


def _plain_quantities(folded: str) -> Iterator[Quantity]:
    for match in _QUANTITY.finditer(folded):
        if match["percent"] is None and _is_code(folded, match):
            continue
        yield _quantity(match)


def _is_code(folded: str, match: re.Match[str]) -> bool:
    before = folded[max(0, match.start() - _WINDOW) : match.start()]
    after = folded[match.end() : match.end() + _WINDOW]
    if match["low"] is not None or before.endswith(("-", "–")):
        return True
    return bool(_CODE_BEFORE.search(before) or _CODE_AFTER.match(after))


def _quantity(match: re.Match[str]) -> Quantity:
    unit, scale = _unit(match)
    last = plain(read_number(match["number"]).scaleb(scale))
    first = plain(read_number(match["low"]).scaleb(scale)) if match["low"] else None
    rises = "lên" in (match["between"] or "")
    return Quantity(
        start=match.start(),
        end=match.end(),
        value=last if first is None or rises else first,
        unit=unit,
        value_high=last if first is not None and not rises else None,
        baseline=first if rises else None,
        dot_as_decimal=_dot_as_decimal(match["number"]),
    )


def _unit(match: re.Match[str]) -> tuple[Unit, int]:
    if match["percent"]:
        return ("%/year" if match["year"] else "%"), 0
    if match["money"]:
        return "VND", _MONEY[" ".join(match["money"].removesuffix("đồng").split())]
    if match["days"]:
        return "days", 0
    if match["points"]:
        return "points", 0
    return "count", 0


def _dot_as_decimal(written: str) -> bool:
    return "." in written and not re.fullmatch(r"\d{1,3}(?:\.\d{3})+(?:,\d+)?", written)
