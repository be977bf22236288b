"""What the sentences and bullets around a target give it, or keep from being one."""

from __future__ import annotations

import pytest

from cotmoc.plantext import Plan, Target, read_plan


def goals(*lines: str) -> Plan:
    return read_plan("KẾ HOẠCH CHUYỂN ĐỔI SỐ NĂM 2026\nI. MỤC TIÊU\n" + "\n".join(lines) + "\n")


def told(*paragraphs: str) -> tuple[Target, ...]:
    """The targets of an article of 2026, which has no headings."""
    title = "Kế hoạch chuyển đổi số tỉnh Sông Mây năm 2026"
    return read_plan("\n\n".join((title, *paragraphs)) + "\n").targets


def test_a_bullet_names_what_the_ones_below_it_measure() -> None:
    plan = goals(
        "- Tỷ lệ hồ sơ công việc được xử lý trên môi trường mạng:",
        "+ Cấp tỉnh: 100%.",
        "+ Cấp xã: trên 80%.",
        "- 90% người dân hài lòng.",
    )
    assert [(t.name, t.comparator, t.value, t.level) for t in plan.targets] == [
        ("Tỷ lệ hồ sơ công việc được xử lý trên môi trường mạng", "=", "100", "province"),
        ("Tỷ lệ hồ sơ công việc được xử lý trên môi trường mạng", ">", "80", "commune"),
        ("Người dân hài lòng", "=", "90", None),
    ]
    assert {t.of for t in plan.targets[:2]} == {"hồ sơ công việc"}


def test_a_label_of_a_pillar_is_no_part_of_a_name() -> None:
    (target,) = goals("- Phát triển xã hội số: Phấn đấu 80% dân số có tài khoản.").targets
    assert (target.name, target.modality) == ("Dân số có tài khoản", "strive")


def test_brackets_may_hold_levels_targets_or_where_one_stands() -> None:
    levels = goals("- Tỷ lệ văn bản được ký số (cấp tỉnh 100%, cấp xã 90%).").targets
    assert [(t.level, t.value) for t in levels] == [("province", "100"), ("commune", "90")]
    (target,) = goals("- Tỷ lệ hộ có mạng đạt 80% (năm 2025: 65%).").targets
    assert (target.value, target.baseline) == ("80", "65")
    six = goals(
        "- Hạ tầng số (100% xã có cáp quang; 100% thôn có 4G; 80% hộ có mạng; 70% người lớn có "
        "điện thoại thông minh; 60% dân số có tài khoản; 50% người lớn có chữ ký số)."
    )
    assert [t.value for t in six.targets] == ["100", "100", "80", "70", "60", "50"]
    assert all("(" not in t.quote and ")" not in t.quote for t in six.targets)


def test_what_was_reached_is_no_target_even_among_the_goals() -> None:
    plan = goals(
        "- Năm 2025, tỷ lệ hộ có mạng đạt 75%.",
        "- Tỷ lệ hồ sơ số hóa đã đạt 85%, phấn đấu đạt 95%.",
    )
    assert [t.value for t in plan.targets] == ["95"]


def test_who_strives_is_not_the_subject() -> None:
    row = told(
        "Theo đó, tỉnh phấn đấu trên 90% hồ sơ công việc tại cấp tỉnh; 80% hồ sơ công việc tại "
        "cấp huyện và 70% hồ sơ công việc tại cấp xã được xử lý trên môi trường mạng."
    )
    assert [(t.comparator, t.value, t.level) for t in row] == [
        (">", "90", "province"),
        ("=", "80", "district"),
        ("=", "70", "commune"),
    ]
    assert {t.name for t in row} == {"Hồ sơ công việc được xử lý trên môi trường mạng"}
    assert {t.modality for t in row} == {"strive"}


def test_a_result_before_the_announcement_is_left() -> None:
    (target,) = told(
        "Chỉ số DTI năm 2025 đã xếp thứ 30/34 tỉnh, thành phố; phấn đấu năm 2026 nằm trong nhóm "
        "20 tỉnh, thành phố dẫn đầu."
    )
    assert (target.name, target.comparator, target.value) == ("Xếp hạng chỉ số DTI", "rank<=", "20")


@pytest.mark.parametrize(
    "sentence",
    [
        "Hiện nay, tỷ lệ hộ có mạng đạt 65%, có 1.034 tổ công nghệ số với 6.500 thành viên.",
        "Tính đến hết năm 2025, đã có 80% hồ sơ được nộp trực tuyến.",
        "Năm 2025, toàn tỉnh có 75% hồ sơ được xử lý trên mạng.",
        "Tỷ lệ hộ có mạng đạt 65%.",
        "Đến năm 2024, 90% xã có cáp quang.",
        "Dự kiến kinh phí thực hiện là 120 tỷ đồng.",
    ],
)
def test_prose_that_announces_nothing_gives_nothing(sentence: str) -> None:
    assert told(sentence) == ()


def test_counts_and_deeds_count_in_a_sentence_that_announces_goals() -> None:
    found = told(
        "Tỉnh đặt mục tiêu đến năm 2027: kinh tế số chiếm 20% GRDP; có ít nhất 150 doanh nghiệp "
        "công nghệ số; phổ cập mạng 5G."
    )
    assert [(t.value, t.unit, t.deadline) for t in found] == [
        ("20", "%", "2027-12-31"),
        ("150", "count", "2027-12-31"),
        (None, "yes/no", "2027-12-31"),
    ]


def test_a_date_without_a_year_is_of_the_plans_year() -> None:
    plan = goals("- 100% hồ sơ được số hóa trước ngày 30/6.", "- 90% xã có mạng trong quý III.")
    assert [t.deadline for t in plan.targets] == ["2026-06-30", "2026-09-30"]


@pytest.mark.parametrize("seed", ["000"], indirect=True)
def test_the_level_written_twice_is_flagged(seed: Plan) -> None:
    row = [target for target in seed.targets if target.rule == "level_series"]
    assert [(t.value, t.level) for t in row] == [
        ("90", "province"),
        ("80", "commune"),
        ("60", "commune"),
    ]
    assert all("level_doubled" in target.flags for target in row)


@pytest.mark.parametrize("seed", ["004"], indirect=True)
def test_the_budget_rule_keeps_its_base(seed: Plan) -> None:
    (target,) = seed.targets
    assert (target.comparator, target.value, target.unit) == (">=", "2", "%")
    assert target.of == "tổng chi ngân sách thường xuyên của cấp huyện, cấp xã"


@pytest.mark.parametrize("seed", ["003"], indirect=True)
def test_levels_and_units_of_the_published_plan(seed: Plan) -> None:
    row = [target for target in seed.targets if target.rule == "level_series"]
    assert [target.level for target in row] == ["province", "district", "commune"]
    numbered = [target for target in seed.targets if target.value is not None]
    assert [t.unit for t in numbered if t.unit != "%"] == ["%/year"]
    assert len(numbered) == 22
