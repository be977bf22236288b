"""What the columns of a table mean, by the many ways in which plans head them."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import Literal

from cotmoc.plantext.details import find_due, scale_of
from cotmoc.plantext.model import Level
from cotmoc.plantext.words import fold, one_line, phrase, trim

Meaning = Literal[
    "number",
    "name",
    "task",
    "unit",
    "value",
    "baseline",
    "lead",
    "coordinating",
    "deadline",
    "product",
    "budget",
    "source",
    "note",
    "group",
    "goal",
    "unit_or_lead",
    "unknown",
]

# First match wins: `cơ quan phối hợp` before `cơ quan`, `nguồn kinh phí` before `kinh phí`.
_HEADS: tuple[tuple[str, Meaning], ...] = (
    (r"(?:stt|tt|số\stt|số\sthứ\stự|#|thứ\stự|s\sttt|mã(?:\ssố)?)$", "number"),
    (phrase("chủ trì"), "lead"),
    (r"^(?:trụ\scột|lĩnh\svực|nhóm(?:\s(?:chỉ\stiêu|nhiệm\svụ))?)$", "group"),
    (phrase("phối hợp"), "coordinating"),
    (
        phrase(
            *("đơn vị tính", "đvt", "đơn vị đo", "đv tính", "đơn vị tính toán"),
        ),
        "unit",
    ),
    (r"đơn\svị$|đv$", "unit_or_lead"),
    (phrase("ghi chú", "căn cứ", "cơ sở pháp lý", "văn bản giao"), "note"),
    (
        r"nguồn(?:\svốn|\skinh\sphí|\ssố\sliệu|\slực|\sdữ\sliệu)?$|nguồn\s|"
        + phrase("phương pháp", "cách tính"),
        "source",
    ),
    (
        phrase(
            *("hiện trạng", "thực trạng", "ước thực hiện", "ước đạt", "ước", "năm trước"),
            *("kết quả năm", "thực hiện năm", "kết quả thực hiện", "kết quả đạt được"),
            *("đã đạt", "đã thực hiện", "kết quả đến", "số liệu năm"),
        )
        + r"|(?<!thời gian )(?<!kế hoạch )(?<!đơn vị )(?<!cơ quan )thực\shiện\s(?:năm\s)?20\d\d"
        r"|^thực\shiện$|^th\s20\d\d",
        "baseline",
    ),
    (
        phrase(
            *("đơn vị thực hiện", "cơ quan thực hiện", "chịu trách nhiệm", "phụ trách"),
            *("đầu mối", "chủ đầu tư", "phân công", "đơn vị theo dõi", "cơ quan theo dõi"),
            *("cơ quan tham mưu", "trách nhiệm", "đơn vị báo cáo", "cơ quan báo cáo"),
            *("cơ quan, đơn vị", "đơn vị triển khai", "cơ quan", "đơn vị được giao"),
        ),
        "lead",
    ),
    (
        phrase(
            *("thời gian", "thời hạn", "tiến độ", "lộ trình", "hoàn thành", "thời điểm"),
            *("hạn hoàn thành", "hạn", "mốc", "bắt đầu", "kết thúc"),
        ),
        "deadline",
    ),
    (phrase("sản phẩm", "kết quả", "đầu ra", "kết quả đầu ra"), "product"),
    (phrase("kinh phí", "mức đầu tư", "dự toán", "vốn", "ngân sách"), "budget"),
    (
        phrase(
            "tên chỉ tiêu",
            "nội dung chỉ tiêu",
            "các chỉ tiêu",
            "tên chỉ số",
            "danh mục chỉ tiêu",
        ),
        "name",
    ),
    (
        phrase("kế hoạch", "giao", "giá trị", "mức", "phấn đấu", "chỉ tiêu giao", "kh")
        + r"|^(?:đến\s|hết\s)?(?:năm\s)?20\d\d|^(?:chỉ|mục)\stiêu.{0,30}20\d\d|^quý\s",
        "value",
    ),
    (r"^(?:các\s)?(?:chỉ\stiêu|mục\stiêu)", "goal"),
    (phrase("chỉ tiêu", "chỉ số", "tiêu chí"), "name"),
    (
        phrase(
            *("nhiệm vụ", "nội dung", "công việc", "dự án", "hoạt động", "giải pháp"),
            *("đề án", "hạng mục", "chương trình", "danh mục"),
        )
        + r"|^tên(?!\s(?:đơn\svị|cơ\squan))",
        "task",
    ),
    (r"mục\stiêu", "goal"),
)
_MEANINGS = tuple((re.compile(words), meaning) for words, meaning in _HEADS)
_LEVEL = re.compile(r"^(?:đối với |ở )?(?:cấp\s)?(tỉnh|huyện|xã)$")
_LEVELS: dict[str, Level] = {"tỉnh": "province", "huyện": "district", "xã": "commune"}
_YEAR = re.compile(r"(?<!\d)20\d\d(?!\d)")
_ONLY_TIME = re.compile(
    r"(?:đến|hết|trong|cuối)?\s?(?:hết\s)?(?:năm\s)?20\d\d$|quý\s[ivx\d]{1,3}(?:[/\s].{0,12})?$|\d\stháng.{0,20}$|cả\snăm$"
)
_FIRST_MONTHS = re.compile(r"(?:hết\s|trong\s)?0?([369])\stháng(?!\s(?:cuối|sau|còn))")
_ENDS = {"3": "03-31", "6": "06-30", "9": "09-30"}
_BRACKET = re.compile(r"\(([^()]{0,60})\)")


@dataclass(frozen=True, slots=True)
class Column:
    """One column: its meaning, the date and level its values are for, the unit its head states."""

    index: int
    meaning: Meaning
    deadline: str | None = None
    level: Level | None = None
    unit: str | None = None
    scale: int | None = None


def read_column(index: int, heads: list[str], year: int | None) -> Column:
    """The column whose head cells, from top to bottom, are `heads`."""
    texts = [text for head in heads if (text := _plain(head))]
    if not texts:
        return Column(index, "unknown")
    own = texts[-1]
    bracket = _BRACKET.search(fold(one_line(" ".join(heads))))
    inside = bracket.group(1).strip() if bracket else ""
    column = Column(index, _meaning(texts), unit=inside or None, scale=scale_of(inside))
    if column.meaning in ("value", "baseline", "goal"):
        due = find_due(own, year, labelled=True) or find_due(" ".join(texts), year, labelled=True)
        column = replace(column, deadline=_part_of_year(own, due.date) if due else None)
    level = _LEVEL.match(own)
    return replace(column, level=_LEVELS[level.group(1)] if level else None)


def _part_of_year(head: str, date: str | None) -> str | None:
    """`Kế hoạch năm 2025` above `6 tháng`: the end of June."""
    part = _FIRST_MONTHS.match(head)
    if date is None or part is None:
        return date
    return f"{date[:4]}-{_ENDS[part.group(1)]}"


def _plain(head: str) -> str:
    return trim(_BRACKET.sub(" ", fold(one_line(head)))).strip()


def _meaning(texts: list[str]) -> Meaning:
    """The lowest head cell decides, unless it only names a year or a level."""
    for text in reversed(texts):
        if len(texts) > 1 and (_ONLY_TIME.match(text) or _LEVEL.match(text)):
            continue
        if (meaning := meaning_of(text)) != "unknown":
            return meaning
    return (
        "value"
        if any(_LEVEL.match(text) or _ONLY_TIME.match(text) for text in texts)
        else "unknown"
    )


def meaning_of(head: str) -> Meaning:
    text = _plain(head)
    if not text or len(text) > 120:
        return "unknown"
    return next((meaning for words, meaning in _MEANINGS if words.search(text)), "unknown")


def is_head_word(text: str) -> bool:
    """May the cell stand in a second head row: a year, a quarter, a level, a known head?"""
    plain = _plain(text)
    return bool(_ONLY_TIME.match(plain) or _LEVEL.match(plain) or meaning_of(text) != "unknown")


def settle(
    columns: list[Column], looks_like_unit: set[int], under_one_head: set[int]
) -> list[Column]:
    """Decide `Chỉ tiêu`, `Mục tiêu` and `Đơn vị` by the other columns and by their cells.

    A column of `under_one_head` has the same head cells as the one before and means the same.
    """
    settled: list[Column] = []
    named = any(column.meaning in ("name", "task") for column in columns)
    has_lead = any(column.meaning == "lead" for column in columns)
    spends = any(column.meaning == "task" for column in columns) and not any(
        column.meaning in ("name", "goal", "unit") for column in columns[:2]
    )
    for column in columns:
        meaning = column.meaning
        if column.index in under_one_head and settled:
            meaning = settled[-1].meaning
        elif meaning == "goal":
            meaning = "value" if named else "name"
            named = True
        if meaning == "value" and spends and settled[-1:] and settled[-1].meaning == "budget":
            # `Tổng mức đầu tư | Năm 2026 | Năm 2027`: the shares of the years are no targets.
            meaning = "budget"
        if meaning == "unit_or_lead":
            meaning = "unit" if column.index in looks_like_unit or has_lead else "lead"
        settled.append(replace(column, meaning=meaning))
    return settled
