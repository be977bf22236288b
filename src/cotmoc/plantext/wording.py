"""The words by which a plan's sections, pillars and kinds of sentences are recognised.

Everything here works on folded (lower-case) text.
"""

from __future__ import annotations

import re
from typing import Literal

from cotmoc.plantext.deadlines import find_deadline
from cotmoc.plantext.model import Pillar, Role
from cotmoc.plantext.words import phrase

Topic = Literal["horizon", "role", "pillar", "other"]
# (words, role, how far into the heading they may stand): `Tuyên truyền về mục tiêu, ý nghĩa …` is
# a task, whatever it says about goals.
_ANYWHERE = 10_000
_NEAR_START = 24
_ROLE_WORDS: tuple[tuple[re.Pattern[str], Role, int], ...] = (
    (
        re.compile(
            phrase("mục tiêu", "chỉ tiêu", "tầm nhìn", "định hướng đến năm", "tiêu chí hoàn thành")
        ),
        "goals",
        12,
    ),
    (
        re.compile(
            phrase(
                *("nhiệm vụ", "giải pháp", "nội dung thực hiện", "nội dung triển khai"),
                *("các nội dung", "nội dung chủ yếu", "lộ trình", "tiến độ thực hiện"),
                *(
                    "danh mục dự án",
                    "danh mục các dự án",
                    "danh mục công việc",
                    "nội dung công việc",
                ),
            )
        ),
        "tasks",
        _ANYWHERE,
    ),
    (re.compile(r"nội dung\W{0,3}$"), "tasks", 0),
    (
        re.compile(
            phrase(
                *("kinh phí", "nguồn kinh phí", "dự toán", "nguồn lực thực hiện", "nguồn vốn"),
                *("cơ chế tài chính", "nhu cầu vốn", "vốn đầu tư", "khái toán"),
            )
        ),
        "budget",
        _NEAR_START,
    ),
    (
        re.compile(
            phrase(
                *("tổ chức thực hiện", "tổ chức triển khai", "phân công", "điều khoản thi hành"),
                *("trách nhiệm của", "trách nhiệm thực hiện", "trách nhiệm thi hành"),
                *("chế độ báo cáo", "chế độ thông tin"),
            )
            + r"|^\W{0,3}trách nhiệm"
        ),
        "organisation",
        _NEAR_START,
    ),
    (
        re.compile(
            phrase(
                *("mục đích", "yêu cầu", "quan điểm", "phạm vi", "đối tượng", "nguyên tắc"),
                *("ý nghĩa", "phương châm", "tư tưởng chỉ đạo"),
            )
        ),
        "purpose",
        _NEAR_START,
    ),
    (re.compile(phrase("căn cứ", "cơ sở pháp lý", "cơ sở xây dựng")), "basis", 12),
)
_GOALS_TOO = re.compile(r"[,;]\s(?:và\s)?(?:mục|chỉ) tiêu|\svà\s(?:mục|chỉ) tiêu")
# A yearly plan may begin with last year's results: their numbers are not targets.
_RESULTS_HEADING = re.compile(
    r"(?:về\s|những\s|các\s|một số\s|khái quát\s|sơ lược\s|nhận định,?\s|tổng quan\s){0,3}(?:"
    + phrase(
        *("kết quả", "tình hình", "thực trạng", "hiện trạng", "tồn tại", "hạn chế", "khó khăn"),
        *("nguyên nhân", "bối cảnh", "sự cần thiết", "ưu điểm", "thuận lợi", "bài học"),
        *("đặc điểm", "sơ kết", "tổng kết", "thành tựu", "vướng mắc", "đánh giá chung"),
        *("đánh giá kết quả", "đánh giá tình hình", "đánh giá thực trạng", "đánh giá hiện trạng"),
        *("đánh giá việc", "đánh giá khái quát", "đánh giá quá trình", "đánh giá sơ bộ"),
        *("đánh giá mức độ thực hiện", "đánh giá mức độ hoàn thành", "đánh giá công tác"),
    )
    + r"|đánh giá\W{0,3}$|đánh giá(?=\s(?:năm|giai đoạn)\s20\d\d))"
)
_EXPECTED_RESULTS = re.compile(
    r"(?:các\s)?kết quả\s(?:dự kiến|mong đợi|cần đạt|phải đạt|kỳ vọng|đầu ra)"
    r"|tình hình mới|đánh giá,|nguyên nhân và giải pháp"
)
_OVER_AND_DONE = re.compile(
    phrase(
        *("đã đạt", "đã đạt được", "đạt và vượt", "vượt kế hoạch", "chưa đạt", "không đạt"),
        *("đã triển khai", "đã thực hiện", "kết quả đạt được", "kết quả thực hiện"),
    )
)
_LOOKS_AHEAD = re.compile(
    phrase("phương hướng", "nhiệm vụ trọng tâm", "năm tới", "thời gian tới", "nhiệm vụ năm")
)
_AND_AHEAD = re.compile(
    r"(?:và|;|,)\s(?:các\s)?(?:mục tiêu|nhiệm vụ|phương hướng|kế hoạch|giải pháp)[^,;]{0,80}năm\s20"
    r"|^(?:sự cần thiết|bối cảnh|thực trạng|đánh giá)[^.]{0,80}[,;]\s(?:quan điểm|mục tiêu)(?!\w)"
    r"|" + phrase("phương hướng", "nhiệm vụ trọng tâm", "và mục tiêu", "và định hướng")
)
_PILLAR_WORDS: tuple[tuple[re.Pattern[str], Pillar], ...] = (
    (
        re.compile(
            phrase("chính quyền số", "chính phủ số", "chính quyền điện tử", "chính phủ điện tử")
        ),
        "government",
    ),
    (re.compile(phrase("kinh tế số")), "economy"),
    (re.compile(phrase("xã hội số")), "society"),
)
_OF_NO_PILLAR = re.compile(
    r"(?:về\s|phát triển\s|bảo đảm\s|đảm bảo\s|xây dựng\s|hoàn thiện\s|nâng cao\s|đào tạo,?\s){0,2}"
    + phrase(
        *("hạ tầng", "an toàn thông tin", "an toàn, an ninh", "an ninh mạng", "nhân lực"),
        *("nguồn nhân lực", "thể chế", "nhận thức", "nền tảng số", "dữ liệu số"),
    )
)
_PERIOD = re.compile(r"(?<!\w)giai đoạn\s{1,3}20\d\d\s?[-–]\s?(20\d\d)(?!\d)")
_YEAR = re.compile(r"(?<!so với )(?<!\w)năm\s{1,3}(20\d\d)(?!\d)")
_HORIZON = re.compile(
    r"(?:các\s)?(?:(?:mục|chỉ)\stiêu\s(?:cụ thể\s)?|định hướng\s|tầm nhìn\s)?(?:"
    r"(?:đến|tới|trong|vào|phấn đấu đến)\s(?:hết\s|cuối\s)?(?:năm\s)?20\d\d|năm\s20\d\d"
    r"|giai đoạn\s20\d\d\s?[-–]\s?20\d\d)\s{0,3}:?"
)
_TITLE_OPENS = (
    r"(?:mục tiêu|chỉ tiêu|các chỉ tiêu|các mục tiêu|nhiệm vụ|giải pháp|các giải pháp|các nhiệm vụ"
    r"|quan điểm|mục đích|yêu cầu|kinh phí|nguồn kinh phí|tổ chức thực hiện|phạm vi|đối tượng"
    r"|kết quả|tồn tại|hạn chế|thực trạng|sự cần thiết|nguyên nhân|khó khăn)"
)
_BARE_HEADING = re.compile(
    rf"{_TITLE_OPENS}(?:\s(?:chung|cụ thể|tổng quát|chủ yếu|cơ bản|thực hiện|trọng tâm|đạt được"
    r"|chỉ đạo|áp dụng|điều chỉnh|(?:đến\s)?năm\s20\d\d|giai đoạn\s20\d\d\s?[-–]\s?20\d\d"
    r"|,?\s?(?:yêu cầu|giải pháp|hạn chế|vướng mắc|nguyên nhân|chỉ tiêu|nhiệm vụ)|và)){0,6}"
    r"|(?:về\s|phát triển\s|xây dựng\s)?(?:chính quyền số|chính phủ số|kinh tế số|xã hội số"
    r"|hạ tầng số|an toàn thông tin|nhân lực số|dữ liệu số|nền tảng số)\W{0,2}"
)
_RUN_IN_GOALS = re.compile(phrase("mục tiêu tổng quát", "mục tiêu cụ thể", "mục tiêu chung"))
_RUN_IN_TASKS = re.compile(
    phrase(
        *("giải pháp thực hiện", "giải pháp đặt ra", "giải pháp chủ yếu", "nhóm giải pháp"),
        *("nhóm nhiệm vụ", "nhiệm vụ trọng tâm"),
    )
)


def role_of_heading(folded: str) -> Role | None:
    """The role whose word comes first in the heading; None when it names none.

    Goals go before what else a heading joins them with: `Quan điểm, mục tiêu`.
    """
    found = [
        (match.start(), role)
        for words, role, reach in _ROLE_WORDS
        if (match := words.search(folded)) and match.start() <= reach
    ]
    if not found:
        return None
    first = min(found)[1]
    return "goals" if first == "purpose" and _GOALS_TOO.search(folded[:80]) else first


def is_results_heading(folded: str) -> bool:
    """Does the heading open a report of what has been done, or of how things stand?"""
    if _EXPECTED_RESULTS.match(folded):
        return False
    return _RESULTS_HEADING.match(folded) is not None or _OVER_AND_DONE.search(folded) is not None


def looks_ahead(folded: str) -> bool:
    """`Phương hướng, nhiệm vụ trọng tâm` ends a report even below its heading."""
    return _LOOKS_AHEAD.search(folded) is not None


def joins_results_and_plans(folded: str) -> bool:
    """`Kết quả năm 2024 và mục tiêu năm 2025`: each heading below says which it is."""
    return _AND_AHEAD.search(folded) is not None


def pillar_of_heading(folded: str) -> Pillar | None:
    """The single pillar a heading names; `hạ tầng số phục vụ chính quyền số` is of none."""
    if _OF_NO_PILLAR.match(folded):
        return None
    found = {pillar for words, pillar in _PILLAR_WORDS if words.search(folded)}
    return found.pop() if len(found) == 1 else None


def heading_deadline(folded: str, role: Role) -> str | None:
    """What a heading hands down: `Đến năm 2030`, `Giai đoạn 2026 - 2030`, `Chỉ tiêu năm 2026`."""
    if deadline := find_deadline(folded):
        return deadline
    if role == "results":
        return None
    if period := _PERIOD.search(folded):
        return f"{period.group(1)}-12-31"
    year = _YEAR.search(folded) if role == "goals" else None
    return f"{year.group(1)}-12-31" if year else None


def is_horizon(folded: str) -> bool:
    """Is the line nothing but a horizon: `Đến năm 2030`, `Giai đoạn 2026-2030`?"""
    return _HORIZON.fullmatch(folded) is not None


def topic_of(folded: str) -> Topic:
    """What an unnumbered heading is about: one of the same topic ends it."""
    if is_horizon(folded):
        return "horizon"
    if is_results_heading(folded) or role_of_heading(folded):
        return "role"
    of_pillars = _OF_NO_PILLAR.match(folded) or any(w.search(folded) for w, _ in _PILLAR_WORDS)
    return "pillar" if of_pillars else "other"


def is_bare_heading(folded: str) -> bool:
    """A title standing alone, with neither number nor colon: `Mục tiêu cụ thể`, `Kinh tế số`."""
    return is_horizon(folded) or _BARE_HEADING.fullmatch(folded) is not None


def is_glued_title(folded: str) -> bool:
    """May these words before a colon be a heading: `Mục tiêu chung`, `Về kinh tế số`?"""
    if is_horizon(folded) or is_results_heading(folded) or pillar_of_heading(folded):
        return True
    return role_of_heading(folded) is not None


def opens_goals(folded: str) -> bool:
    return _RUN_IN_GOALS.search(folded) is not None


def opens_tasks(folded: str) -> bool:
    return _RUN_IN_TASKS.search(folded) is not None
