"""The words by which a plan's sections, pillars and kinds of sentences are recognised.

Everything here works on folded (lower-case) text.
"""

from __future__ import annotations

import re

from cotmoc.plantext.model import Pillar, Role
from cotmoc.plantext.words import phrase

_ROLE_WORDS: tuple[tuple[re.Pattern[str], Role], ...] = (
    (re.compile(phrase("mục tiêu", "chỉ tiêu")), "goals"),
    (re.compile(phrase("nhiệm vụ", "giải pháp", "kinh phí", "nguồn lực thực hiện")), "tasks"),
    (
        re.compile(phrase("tổ chức thực hiện", "trách nhiệm", "phân công thực hiện")),
        "organisation",
    ),
    (re.compile(phrase("mục đích", "yêu cầu", "quan điểm", "phạm vi")), "purpose"),
    (re.compile(phrase("căn cứ")), "basis"),
)
# A yearly plan may begin with last year's results: their numbers are not targets.
_RESULTS_HEADING = re.compile(
    rf"(?:{phrase('kết quả', 'tình hình', 'thực trạng', 'đánh giá', 'những kết quả', 'tồn tại')})"
)
_PILLAR_WORDS: tuple[tuple[re.Pattern[str], Pillar], ...] = (
    (re.compile(phrase("chính quyền số", "chính phủ số", "chính quyền điện tử")), "government"),
    (re.compile(phrase("kinh tế số")), "economy"),
    (re.compile(phrase("xã hội số")), "society"),
)
_RUN_IN_GOALS = re.compile(phrase("mục tiêu tổng quát", "mục tiêu cụ thể", "mục tiêu chung"))
_RUN_IN_TASKS = re.compile(phrase("giải pháp thực hiện", "giải pháp đặt ra", "giải pháp chủ yếu"))

_GOAL_CUE = re.compile(
    phrase(
        "mục tiêu",
        "chỉ tiêu",
        "phấn đấu",
        "dự kiến",
        "tối thiểu",
        "ít nhất",
        "không quá",
        "không dưới",
    )
    + r"|(?<!\w)đến\s(?:hết\s|cuối\s)?năm\s20\d\d(?!\d)"
)
_TARGET_FORM = re.compile(
    r"(?:" + phrase("trên", "hơn", "đạt", "có") + r"\s|[≥>]\s?)?\d{1,3}(?:,\d{1,3})?\s?%"
    r"|(?:tỷ|tỉ)\s(?:lệ|trọng)\s"
)
_RESULT_CUE = re.compile(
    phrase("đã", "đến nay", "hiện nay", "hiện có", "tính đến", "kết quả", "so với cùng kỳ")
)


def role_of_heading(folded: str) -> Role | None:
    """The role whose word comes first in the heading; None when it names none."""
    found = [
        (match.start(), role) for words, role in _ROLE_WORDS if (match := words.search(folded))
    ]
    return min(found)[1] if found else None


def is_results_heading(folded: str) -> bool:
    return _RESULTS_HEADING.match(folded) is not None


def pillar_of_heading(folded: str) -> Pillar | None:
    """The single pillar a heading names."""
    found = {pillar for words, pillar in _PILLAR_WORDS if words.search(folded)}
    return found.pop() if len(found) == 1 else None


def opens_goals(folded: str) -> bool:
    return _RUN_IN_GOALS.search(folded) is not None


def opens_tasks(folded: str) -> bool:
    return _RUN_IN_TASKS.search(folded) is not None


def has_goal_cue(folded: str) -> bool:
    return _GOAL_CUE.search(folded) is not None


def has_target_form(folded: str) -> bool:
    return _TARGET_FORM.match(folded) is not None


def has_result_cue(folded: str) -> bool:
    return _RESULT_CUE.search(folded) is not None
