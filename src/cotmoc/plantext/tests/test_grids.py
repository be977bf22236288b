"""Tables: their heads, groups, merged cells and page breaks; rows become targets and tasks."""

from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cotmoc.plantext import Plan, Target, read_plan
from cotmoc.plantext.columns import meaning_of
from cotmoc.plantext.grids import read_value
from cotmoc.plantext.model import Task
from cotmoc.plantext.origins import Cell, SourceText, Table
from cotmoc.plantext.tests.test_invariants import check

LEFT, ABOVE = "<", "^"
GOALS = (
    "Số: 12/KH-UBND\nPhú Thọ, ngày 15 tháng 01 năm 2026\nKẾ HOẠCH\nChuyển đổi số năm 2026\n"
    "PHỤ LỤC\nI. CHỈ TIÊU\n"
)
TASKS = GOALS.replace("CHỈ TIÊU", "NHIỆM VỤ")


def text_with(rows: list[list[str]], before: str = GOALS, after: str = "") -> SourceText:
    """A text with one table; `<` is covered by the cell to the left, `^` by the one above."""
    text, table = _table(rows, before)
    return SourceText(text + after, "docx", tables=(table,))


def _table(rows: list[list[str]], before: str) -> tuple[str, Table]:
    text, places = before, {}
    cells: list[list[int]] = []
    for row, words in enumerate(rows, start=1):
        for column, word in enumerate(words, start=1):
            if word in (LEFT, ABOVE):
                at = (row, column - 1) if word == LEFT else (row - 1, column)
                cell = cells[places[at]]
                cell[2] = max(cell[2], row - cell[0] + 1)
                cell[3] = max(cell[3], column - cell[1] + 1)
                places[row, column] = places[at]
            else:
                places[row, column] = len(cells)
                cells.append([row, column, 1, 1, len(text), len(text) + len(word)])
                text += word + "\n"
    return text, Table(len(before), len(text) - 1, tuple(Cell(*cell) for cell in cells))


def plan_of(rows: list[list[str]], before: str = GOALS) -> Plan:
    plan = read_plan(text_with(rows, before))
    check(plan)
    return plan


def targets(rows: list[list[str]]) -> list[Target]:
    return list(plan_of(rows).targets)


def tasks(rows: list[list[str]]) -> list[Task]:
    plan = plan_of(rows, TASKS)
    assert plan.targets == ()
    return list(plan.tasks)


HEADS = ["STT", "Chỉ tiêu", "Đơn vị tính", "Kế hoạch năm 2026", "Cơ quan chủ trì", "Thời hạn"]


def row(name: str, unit: str, value: str) -> Target:
    found = targets([HEADS, ["1", name, unit, value, "Sở Y tế", "30/11/2026"]])
    assert len(found) == 1
    return found[0]


# --- targets --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "unit", "cell", "comparator", "value", "high", "of_unit"),
    [
        ("Tỷ lệ hồ sơ nộp trực tuyến", "%", "≥ 80", ">=", "80", None, "%"),
        ("Tỷ lệ hồ sơ nộp trực tuyến", "%", "80%", "=", "80", None, "%"),
        ("Tỷ lệ hồ sơ nộp trực tuyến", "%", "Trên 90", ">", "90", None, "%"),
        ("Tỷ lệ hồ sơ nộp trực tuyến", "", "100", "=", "100", None, "%"),
        ("Tỷ lệ hồ sơ quá hạn", "%", "< 1,5", "<", "1.5", None, "%"),
        ("Tỷ lệ hồ sơ quá hạn", "Tỷ lệ %", "Không quá 2", "<=", "2", None, "%"),
        ("Tỷ lệ cán bộ có chữ ký số", "%", "Tối thiểu 95", ">=", "95", None, "%"),
        ("Tỷ lệ cán bộ có chữ ký số", "%", "95 trở lên", ">=", "95", None, "%"),
        ("Tốc độ tăng năng suất lao động", "%", "8 - 8,5", "=", "8", "8.5", "%/year"),
        ("Số dịch vụ công toàn trình", "dịch vụ", "1.030", "=", "1030", None, "count"),
        ("Số hệ thống thông tin", "Hệ thống", "02", "=", "2", None, "count"),
        ("Doanh thu kinh tế số", "Tỷ đồng", "1.300", "=", "1300000000000", None, "VND"),
        ("Kinh phí đào tạo", "Triệu đồng", "500", "=", "500000000", None, "VND"),
        ("Xếp hạng chuyển đổi số", "Hạng", "Top 10", "rank<=", "10", None, "rank"),
        ("Xếp hạng chuyển đổi số", "", "10/34", "rank<=", "10", None, "rank"),
        ("Thời gian giải quyết hồ sơ", "Ngày", "≤ 6", "<=", "6", None, "days"),
        ("Chỉ số hài lòng", "Điểm", "85,5", "=", "85.5", None, "points"),
        ("Kết nối nền tảng chia sẻ dữ liệu", "", "Duy trì", "maintain", None, None, "yes/no"),
        ("Trang thông tin điện tử cấp xã", "", "Có", "=", None, None, "yes/no"),
    ],
)
def test_values_and_units(
    name: str,
    unit: str,
    cell: str,
    comparator: str,
    value: str | None,
    high: str | None,
    of_unit: str,
) -> None:
    if cell == "Có":
        assert read_value("Đạt", unit, name) == read_value("Hoàn thành", unit, name)
        return
    target = row(name, unit, cell)
    assert (target.name, target.comparator, target.value) == (name, comparator, value)
    assert (target.value_high, target.unit) == (high, of_unit)
    assert (target.lead, target.deadline) == ("Sở Y tế", "2026-11-30")
    assert target.rule == "table_row"


@pytest.mark.parametrize("cell", ["", "-", "x", "Theo kế hoạch riêng"])
def test_cells_without_a_value_give_no_target(cell: str) -> None:
    assert targets([HEADS, ["1", "Tỷ lệ hồ sơ số hóa", "%", cell, "Sở Y tế", ""]]) == []


def test_group_rows_give_pillars_and_no_targets() -> None:
    found = targets(
        [
            HEADS,
            ["I", "Chính quyền số", *[LEFT] * 4],
            ["1", "Tỷ lệ hồ sơ trực tuyến", "%", "80", "", ""],
            ["II. Kinh tế số", *[LEFT] * 5],
            ["2", "Tỷ trọng kinh tế số trong GRDP", "%", "20", "", ""],
            ["III", "XÃ HỘI SỐ", "", "", "", ""],
            ["3", "Tỷ lệ dân số có chữ ký số", "%", "50", "", ""],
        ]
    )
    assert [target.pillar for target in found] == ["government", "economy", "society"]


def test_year_columns_give_one_target_each() -> None:
    found = targets(
        [
            ["STT", "Chỉ tiêu", "ĐVT", "Thực hiện năm 2025", "Kế hoạch", LEFT, LEFT, "Chủ trì"],
            [ABOVE, ABOVE, ABOVE, ABOVE, "2026", "2027", "2030", ABOVE],
            ["(1)", "(2)", "(3)", "(4)", "(5)", "(6)", "(7)", "(8)"],
            ["1", "Tỷ lệ dân số có chữ ký số", "%", "35", "40", "50", "≥ 70", "Sở KH&CN"],
        ]
    )
    assert [(t.comparator, t.value, t.deadline) for t in found] == [
        ("=", "40", "2026-12-31"),
        ("=", "50", "2027-12-31"),
        (">=", "70", "2030-12-31"),
    ]
    assert {t.baseline for t in found} == {"35"}
    assert {t.lead for t in found} == {"Sở KH&CN"}
    assert found[1].quote == "50"


def test_level_columns_and_level_lines() -> None:
    columns = targets(
        [
            ["TT", "Nội dung chỉ tiêu", "Năm 2026", LEFT, "Đơn vị chủ trì"],
            [ABOVE, ABOVE, "Cấp tỉnh", "Cấp xã", ABOVE],
            ["1", "Tỷ lệ hồ sơ công việc xử lý trên mạng (%)", "95%", "80%", "Văn phòng UBND tỉnh"],
        ]
    )
    lines = targets(
        [
            HEADS,
            ["1", "Tỷ lệ hồ sơ công việc xử lý trên mạng", "", "", "", ""],
            ["", "- Cấp tỉnh", "%", "95", "", ""],
            ["", "- Cấp xã", "%", "80", "", ""],
        ]
    )
    wide = targets(
        [
            HEADS,
            ["1", "Tỷ lệ hồ sơ công việc xử lý trên mạng", *[LEFT] * 4],
            ["1.1", "- Cấp tỉnh", "%", "95", "", ""],
            ["1.2", "- Cấp xã", "%", "80", "", ""],
        ]
    )
    for found in (columns, lines, wide):
        assert [(t.name, t.level, t.value) for t in found] == [
            ("Tỷ lệ hồ sơ công việc xử lý trên mạng", "province", "95"),
            ("Tỷ lệ hồ sơ công việc xử lý trên mạng", "commune", "80"),
        ]


def test_a_row_above_its_parts_is_a_group() -> None:
    found = tasks(
        [
            ["TT", "Nhiệm vụ", "Cơ quan chủ trì", "Cơ quan phối hợp", "Thời gian", "Sản phẩm"],
            ["1", "Tuyên truyền", "", "", "", ""],
            ["1.1", "Tổ chức hội nghị", "Sở KH&CN", "Sở Y tế; Sở Tư pháp", "Quý II", "Hội nghị"],
            ["1.2", "- Thi chứng chỉ\n- Mở lớp", "nt", "nt", "Tháng 5 - 10/2026", "nt"],
        ]
    )
    assert [task.action for task in found] == ["Tổ chức hội nghị", "Thi chứng chỉ; Mở lớp"]
    assert {task.lead for task in found} == {"Sở KH&CN"}
    assert {task.coordinating for task in found} == {("Sở Y tế", "Sở Tư pháp")}
    assert found[1].deadline == "2026-10-31"
    assert found[1].product == "Hội nghị"


BOTH = "Sở Y tế (chủ trì); Sở Nội vụ (phối hợp)"


def test_shares_of_a_budget_and_totals_are_no_targets_and_no_tasks() -> None:
    found = tasks(
        [
            ["TT", "Tên dự án", "Tổng mức đầu tư (triệu đồng)", "Năm 2026", "Năm 2027", "Chủ trì"],
            ["I", "Dự án chuyển tiếp", "2.500", "1.500", "1.000", ""],
            ["1", "Nâng cấp LGSP", "2.500", "1.500", "1.000", BOTH],
            ["", "Tổng cộng", "2.500", "", "", ""],
        ]
    )
    assert [(task.action, task.budget) for task in found] == [("Nâng cấp LGSP", "2500000000")]
    assert (found[0].lead, found[0].coordinating) == ("Sở Y tế", ("Sở Nội vụ",))


def test_a_part_of_the_year_beneath_its_year() -> None:
    found = targets(
        [
            ["TT", "Chỉ tiêu", "Đơn vị tính", "Kế hoạch năm 2026", "<"],
            ["^", "^", "^", "6 tháng", "Cả năm"],
            ["1", "Tỷ lệ hồ sơ trực tuyến", "%", "70", "85"],
        ]
    )
    assert [(each.value, each.deadline) for each in found] == [
        ("70", "2026-06-30"),
        ("85", "2026-12-31"),
    ]


def test_two_levels_in_one_cell() -> None:
    found = targets([HEADS, ["1", "Hồ sơ ký số", "%", "95% cấp tỉnh; 80% cấp xã", "Sở Y tế", ""]])
    assert [(t.level, t.value) for t in found] == [("province", "95"), ("commune", "80")]


def test_merged_cells_hold_for_every_row_they_cover() -> None:
    found = targets(
        [
            HEADS,
            ["1", "Tỷ lệ xã có đường truyền", "%", "100", "Sở KH&CN", "30/6/2026"],
            ["2", "Tỷ lệ thôn phủ sóng 5G", "%", "60", ABOVE, ABOVE],
        ]
    )
    assert [(t.lead, t.deadline) for t in found] == [("Sở KH&CN", "2026-06-30")] * 2


def test_a_name_in_two_columns_is_joined() -> None:
    found = targets(
        [
            ["STT", "Chỉ tiêu", LEFT, "ĐVT", "Kế hoạch 2026"],
            ["1", "Tỷ lệ hồ sơ công việc xử lý trên mạng", "Cấp tỉnh", "%", "95"],
            [ABOVE, ABOVE, "Cấp xã", "%", "80"],
        ]
    )
    assert [(t.name, t.level) for t in found] == [
        ("Tỷ lệ hồ sơ công việc xử lý trên mạng", "province"),
        ("Tỷ lệ hồ sơ công việc xử lý trên mạng", "commune"),
    ]


def test_sentences_in_a_table_without_a_value_column() -> None:
    found = targets(
        [
            ["STT", "Chỉ tiêu", "Cơ quan chủ trì", "Thời hạn"],
            ["1", "Tối thiểu 90% người dân hài lòng", "Sở Nội vụ", "Quý III/2026"],
        ]
    )
    assert [(t.comparator, t.value, t.lead, t.deadline) for t in found] == [
        (">=", "90", "Sở Nội vụ", "2026-09-30")
    ]


# --- tasks ----------------------------------------------------------------------------------------

TASK_HEADS = [
    *("STT", "Nhiệm vụ", "Cơ quan chủ trì", "Cơ quan phối hợp", "Thời gian hoàn thành"),
    *("Sản phẩm", "Kinh phí (triệu đồng)"),
]


def test_a_row_of_every_field() -> None:
    rows = [
        TASK_HEADS,
        [
            *(
                "1",
                "Ban hành Quy chế quản lý dữ liệu",
                "Sở KH&CN",
                "Các sở, ban, ngành; UBND cấp xã",
            ),
            *("Quý II/2026", "Quyết định của UBND tỉnh", "1.500"),
        ],
    ]
    (task,) = tasks(rows)
    assert (task.action, task.lead) == ("Ban hành Quy chế quản lý dữ liệu", "Sở KH&CN")
    assert task.coordinating == ("Các sở, ban, ngành", "UBND cấp xã")
    assert (task.deadline, task.product) == ("2026-06-30", "Quyết định của UBND tỉnh")
    assert (task.budget, task.rule, task.flags) == ("1500000000", "table_row", ())
    assert task.quote.startswith("1\nBan hành")
    assert task.quote.endswith("1.500")


@pytest.mark.parametrize(
    ("cell", "deadline", "frequency"),
    [
        ("Quý II/2026", "2026-06-30", None),
        ("Quý I - III/2026", "2026-09-30", None),
        ("Tháng 9", "2026-09-30", None),
        ("30/6/2026", "2026-06-30", None),
        ("2026 - 2030", "2030-12-31", None),
        ("Năm 2026", "2026-12-31", None),
        ("Từ tháng 3 đến\ntháng 6/2026", "2026-06-30", None),
        ("Thường xuyên", None, "regularly"),
        ("Hằng quý", None, "quarterly"),
        ("Hàng năm", None, "yearly"),
    ],
)
def test_when(cell: str, deadline: str | None, frequency: str | None) -> None:
    (task,) = tasks([TASK_HEADS, ["1", "Tập huấn kỹ năng số", "Sở Nội vụ", "", cell, "", ""]])
    assert (task.deadline, task.frequency) == (deadline, frequency)


def test_groups_repeated_heads_and_rows_cut_by_a_page() -> None:
    found = tasks(
        [
            TASK_HEADS,
            ["I", "HOÀN THIỆN THỂ CHẾ", *[LEFT] * 5],
            ["1", "Ban hành quy chế", "Sở Tư pháp", "", "Quý I/2026", "Quyết định", ""],
            ["2", "Tập huấn kỹ năng số", "Sở Nội vụ", "Sở KH&CN,", "Quý II/2026", "Báo cáo", ""],
            TASK_HEADS,
            ["", "cho cán bộ cấp xã", "", "UBND cấp xã", "", "kết quả", ""],
            ["3", "Tuyên truyền", "Báo Phú Thọ", "", "Hằng tháng", "Tin, bài", ""],
        ]
    )
    assert [task.action for task in found] == [
        "Ban hành quy chế",
        "Tập huấn kỹ năng số cho cán bộ cấp xã",
        "Tuyên truyền",
    ]


def test_a_row_goes_on_below_when_its_name_begins_small() -> None:
    found = tasks(
        [
            TASK_HEADS,
            ["2", "Tập huấn kỹ năng số", "Sở Nội vụ", "Sở KH&CN,", "Quý II/2026", "Báo cáo", ""],
            ["", "cho cán bộ cấp xã", "", "UBND cấp xã", "", "kết quả", ""],
        ]
    )
    assert [task.action for task in found] == ["Tập huấn kỹ năng số cho cán bộ cấp xã"]
    assert found[0].coordinating == ("Sở KH&CN", "UBND cấp xã")
    assert found[0].product == "Báo cáo kết quả"


def test_a_table_goes_on_behind_a_page_break_without_its_head() -> None:
    text, first = _table([TASK_HEADS, ["1", "Rà soát", "Sở Y tế", "", "", "", ""]], TASKS)
    text, second = _table([["2", "Số hóa", "Sở Nội vụ", "", "", "", ""]], text + "\n")
    plan = read_plan(SourceText(text, "pdf", tables=(first, second)))
    check(plan)
    assert [task.lead for task in plan.tasks] == ["Sở Y tế", "Sở Nội vụ"]


def test_marks_in_year_columns_are_deadlines() -> None:
    found = tasks(
        [
            ["TT", "Tên nhiệm vụ", "Đơn vị thực hiện", "2026", "2027", "2028"],
            ["1", "Xây dựng kho dữ liệu", "Sở KH&CN", "x", "x", ""],
            ["2", "Mở rộng kho dữ liệu", "Sở KH&CN", "", "", "x"],
        ]
    )
    assert [task.deadline for task in found] == ["2027-12-31", "2028-12-31"]


def test_a_row_without_a_lead_is_flagged() -> None:
    (task,) = tasks([TASK_HEADS, ["1", "Rà soát quy chế", "", "", "", "", ""]])
    assert task.flags == ("lead_missing", "no_deadline")


def test_ditto_marks_repeat_the_row_above() -> None:
    found = tasks(
        [
            TASK_HEADS,
            ["1", "Rà soát quy chế", "Sở Y tế", "", "Quý I/2026", "", ""],
            ["2", "Ban hành quy chế", "nt", "", "nt", "", ""],
        ]
    )
    assert [(task.lead, task.deadline) for task in found] == [("Sở Y tế", "2026-03-31")] * 2


def test_a_task_with_a_value_is_both() -> None:
    plan = plan_of(
        [
            ["STT", "Nhiệm vụ", "ĐVT", "Kế hoạch 2026", "Chủ trì"],
            ["1", "Phổ cập chữ ký số cho cán bộ", "%", "100", "Sở KH&CN"],
        ],
        TASKS,
    )
    assert [(target.value, target.lead) for target in plan.targets] == [("100", "Sở KH&CN")]
    assert [task.lead for task in plan.tasks] == ["Sở KH&CN"]


def test_a_column_of_groups_gives_the_pillar() -> None:
    found = targets(
        [
            ["STT", "Trụ cột", "Chỉ tiêu", "ĐVT", "Năm 2026"],
            ["1", "Kinh tế số", "Tỷ trọng kinh tế số trong GRDP", "%", "20"],
            ["2", ABOVE, "Tỷ lệ doanh nghiệp dùng hợp đồng điện tử", "%", "80"],
        ]
    )
    assert [target.pillar for target in found] == ["economy", "economy"]


def test_begin_and_end_columns() -> None:
    (task,) = tasks(
        [
            ["STT", "Nội dung công việc", "Cơ quan thực hiện", LEFT, "Thời gian thực hiện", LEFT],
            [ABOVE, ABOVE, "Chủ trì", "Phối hợp", "Bắt đầu", "Kết thúc"],
            ["1", "Xây dựng kho dữ liệu", "Sở KH&CN", "Công an tỉnh", "01/2026", "9/2026"],
        ]
    )
    assert (task.lead, task.coordinating) == ("Sở KH&CN", ("Công an tỉnh",))
    assert task.deadline == "2026-09-30"


# --- tables and the rest --------------------------------------------------------------------------


def test_heads_and_groups_are_left_alone_and_rows_that_gave_something_are_not() -> None:
    plan = plan_of([HEADS, ["1", "Tỷ lệ hồ sơ trực tuyến", "%", "80", "Sở Y tế", ""]])
    left = {entry.text for entry in plan.left_alone if entry.reason == "table"}
    assert left == set(HEADS)


def test_a_table_of_last_years_results_gives_nothing() -> None:
    before = GOALS.replace("I. CHỈ TIÊU", "I. KẾT QUẢ THỰC HIỆN NĂM 2025")
    plan = plan_of([HEADS, ["1", "Tỷ lệ hồ sơ trực tuyến", "%", "80", "", ""]], before)
    assert plan.targets == ()


def test_a_table_with_unknown_columns_stays_text() -> None:
    plan = plan_of([["Họ và tên", "Chức vụ"], ["Nguyễn Văn A", "Trưởng phòng"]])
    assert (plan.targets, plan.tasks) == ((), ())
    assert all(clause.kind != "table" for clause in plan.clauses)


def test_rows_stand_among_the_prose_in_order() -> None:
    source = text_with(
        [HEADS, ["1", "Tỷ lệ hồ sơ trực tuyến", "%", "80", "", ""]],
        before=GOALS + "- 90% văn bản được ký số.\n",
        after="- 70% hộ dân có cáp quang.\n",
    )
    plan = read_plan(source)
    check(plan)
    assert [target.value for target in plan.targets] == ["90", "80", "70"]


@pytest.mark.parametrize(
    ("head", "meaning"),
    [
        ("TT", "number"),
        ("Số TT", "number"),
        ("Nội dung nhiệm vụ", "task"),
        ("Nhiệm vụ, giải pháp", "task"),
        ("Tên chỉ tiêu", "name"),
        ("Đơn vị tính", "unit"),
        ("ĐVT", "unit"),
        ("Cơ quan chủ trì thực hiện", "lead"),
        ("Đơn vị thực hiện", "lead"),
        ("Cơ quan, đơn vị phối hợp", "coordinating"),
        ("Thời gian thực hiện", "deadline"),
        ("Thời hạn hoàn thành", "deadline"),
        ("Tiến độ", "deadline"),
        ("Sản phẩm dự kiến", "product"),
        ("Kết quả/sản phẩm", "product"),
        ("Dự kiến kinh phí (triệu đồng)", "budget"),
        ("Nguồn kinh phí", "source"),
        ("Ước thực hiện năm 2025", "baseline"),
        ("Thực hiện 2025", "baseline"),
        ("Chỉ tiêu giao năm 2026", "value"),
        ("Năm 2026", "value"),
        ("Ghi chú", "note"),
        ("Họ và tên", "unknown"),
    ],
)
def test_heads_of_columns(head: str, meaning: str) -> None:
    assert meaning_of(head) == meaning


WORDS = (
    *("", "1", "I", "II", "(1)", "STT", "Chỉ tiêu", "Nhiệm vụ", "ĐVT", "%", "Năm 2026", "2027"),
    *("Cơ quan chủ trì", "Phối hợp", "Thời gian", "Kinh phí (triệu đồng)", "Sản phẩm", "Ghi chú"),
    *("Sở Y tế", "các sở, ban, ngành", "90%", "≥ 80", "8 - 9", "x", "nt", "-", "Duy trì", "Cấp xã"),
    *(
        "- Cấp tỉnh",
        "Tỷ lệ hồ sơ số",
        "rà soát\nquy chế",
        "Quý II/2026",
        "90% cấp tỉnh; 80% cấp xã",
    ),
    *(LEFT, ABOVE),
)
any_table = st.integers(1, 6).flatmap(
    lambda width: st.lists(
        st.lists(st.sampled_from(WORDS), min_size=width, max_size=width), min_size=1, max_size=8
    )
)


def _possible(rows: list[list[str]]) -> list[list[str]]:
    """Without marks of merging at the edge, and only whole rectangles of one row or column."""
    for number, words in enumerate(rows):
        for column, word in enumerate(words):
            left_edge = column == 0 or words[column - 1] == ABOVE
            top_edge = number == 0 or rows[number - 1][column] == LEFT
            if (word == LEFT and left_edge) or (word == ABOVE and top_edge):
                words[column] = "a"
    return rows


@settings(max_examples=200, deadline=None)
@given(any_table)
def test_any_table(rows: list[list[str]]) -> None:
    heads = [["STT", "Chỉ tiêu", "Năm 2026", "2027", "Chủ trì", "Thời hạn"][: len(rows[0])]]
    check(read_plan(text_with(_possible(heads + rows))))
    check(read_plan(text_with(_possible(rows))))


def test_a_long_table_is_read_in_time() -> None:
    rows = [TASK_HEADS]
    rows += [
        [
            str(n),
            f"Rà soát quy chế số {n}",
            "Sở Y tế",
            "các sở, ban, ngành",
            "Quý I",
            "Báo cáo",
            "5",
        ]
        for n in range(2000)
    ]
    started = time.perf_counter()
    assert len(read_plan(text_with(rows, TASKS)).tasks) == 2000
    assert time.perf_counter() - started < 5
