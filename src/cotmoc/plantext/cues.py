"""The words by which a sentence promises something, or tells what was reached already.

Everything here works on folded (lower-case) text.
"""

from __future__ import annotations

import re

from cotmoc.plantext.words import phrase

_ANNOUNCES = re.compile(
    phrase(
        *("mục tiêu", "chỉ tiêu", "phấn đấu", "dự kiến", "đặt ra", "quyết tâm", "tầm nhìn"),
        *("hướng tới", "hướng đến", "kế hoạch đề ra", "cần đạt"),
    )
)
_BY_YEAR = re.compile(r"(?<!\w)(?:đến|tới|vào|trước)\s(?:hết\s|cuối\s)?(?:năm\s)?(20\d\d)(?!\d)")
_DEMANDS = re.compile(
    phrase("tối thiểu", "ít nhất", "không quá", "không dưới", "không thấp hơn")
    + r"|"
    + phrase("bảo đảm", "đảm bảo", "hoàn thành", "duy trì", "yêu cầu")
    + r"\s{1,4}(?:[^\d;.]{0,60}\s)?\d{1,3}(?:,\d{1,2})?\s?%"
)
_TARGET_FORM = re.compile(
    r"(?:(?:đối với |tại |ở )?(?:các )?cấp (?:tỉnh|huyện|xã)[\s:,]{1,3})?"
    r"(?:(?:"
    + phrase("trên", "hơn", "đạt", "có", "tối thiểu", "ít nhất", "khoảng", "phấn đấu")
    + r"\s){0,3}[≥>]?\s?)?\d{1,3}(?:,\d{1,3})?\s?%"
    r"|(?:tỷ|tỉ)\s(?:lệ|trọng)\s"
)
_TELLS_RESULT = re.compile(
    phrase(
        *("đã", "đến nay", "hiện nay", "hiện có", "tính đến", "so với cùng kỳ", "ước đạt"),
        *("ước thực hiện", "ước tính", "hiện đạt", "tính từ", "kết quả đạt được", "trong năm qua"),
        *("thời gian qua", "vừa qua", "theo thống kê", "theo báo cáo", "qua đánh giá", "mới đạt"),
        *("hiện tại", "vượt kế hoạch", "kế hoạch giao là", "cùng kỳ", "bước đầu", "ghi nhận"),
    )
    + r"|(?<!\w)(?:trong khi đó|trước đó)[\s,]{1,3}(?:trong\s)?(?:năm|quý|tháng)\s"
    + r"|(?<!\w)kết quả[\s,]{0,2}(?::|là|cho thấy|thực hiện|đến)"
)
# `Trong khi đó, năm 2024, các chỉ tiêu này là …`: figures set against the goals.
_LOOKS_BACK = re.compile(
    r"[\s,]{0,4}(?:trong khi đó|trước đó)[\s,]{1,3}(?:trong\s)?(?:năm|quý|tháng)\s"
)
_FUNDING = re.compile(phrase("kinh phí", "nguồn vốn", "tổng vốn", "dự toán", "ngân sách"))
_GENERAL_AIM = re.compile(phrase("tổng quát", "mục tiêu chung", "quan điểm", "tầm nhìn"))
_COST_SHARED = re.compile(
    r"[\s,]{0,4}(?:hỗ trợ\s)?\d{1,3}\s?%\s"
    + phrase("kinh phí", "chi phí", "học phí", "lệ phí", "vốn")
)
_YEAR_FIRST = re.compile(
    r"^[\s,]{0,4}(?:(?:trong khi đó|trước đó)[\s,]{1,3})?(?:trong\s)?"
    r"(?:năm|(?:6|9)\stháng\sđầu\snăm)\s(20\d\d)(?!\d)"
)


def announcement(folded: str, year: int | None = None) -> int | None:
    """Where the last words that announce a goal stand; a year before `year` announces none."""
    if _LOOKS_BACK.match(folded):
        return None
    places = [match.start() for match in _ANNOUNCES.finditer(folded)]
    places += [
        match.start()
        for match in _BY_YEAR.finditer(folded)
        if year is None or int(match.group(1)) >= year
    ]
    return max(places, default=None)


def demands(folded: str) -> bool:
    """`bố trí tối thiểu 2%`, `bảo đảm 100% hồ sơ …`: an order with a number."""
    return _DEMANDS.search(folded) is not None


def speaks_of_funding(folded: str) -> bool:
    """What a plan costs is no target of it."""
    return _FUNDING.search(folded) is not None


def opens_general_aim(folded: str) -> bool:
    return _GENERAL_AIM.search(folded) is not None


def shares_cost(folded: str) -> bool:
    """`100% kinh phí do tỉnh bảo đảm`: who pays, not what is reached."""
    return _COST_SHARED.match(folded) is not None


def has_target_form(folded: str) -> bool:
    return _TARGET_FORM.match(folded) is not None


def tells_result(folded: str, start: int = 0, year: int | None = None) -> bool:
    """Does the text from `start` on say what was reached, or speak of a year before `year`?"""
    if _TELLS_RESULT.search(folded, start):
        return True
    return start == 0 and speaks_of_past_year(folded, year)


def speaks_of_past_year(folded: str, year: int | None) -> bool:
    """`Năm 2024, …` in a plan for 2025."""
    first = _YEAR_FIRST.match(folded)
    return first is not None and year is not None and int(first.group(1)) < year
