"""The sample plan is read completely: what a secretariat sees after loading it."""

from __future__ import annotations

import json
from collections import Counter

import pytest

from cotmoc.plantext import Plan, Target

OFFICE = "Văn phòng UBND tỉnh"


def only(plan: Plan, words: str) -> Target:
    found = [target for target in plan.targets if words in target.quote]
    assert len(found) == 1, f"{words!r} is in {len(found)} targets"
    return found[0]


def test_the_head_names_the_document(sample: Plan) -> None:
    head = sample.head
    assert (head.type, head.number, head.symbol) == ("plan", "00", "KH-UBND")
    assert head.reference == "00/KH-UBND"
    assert head.issuer == "ỦY BAN NHÂN DÂN TỈNH PHÚ THỌ"
    assert (head.province, head.place, head.date) == ("Phú Thọ", "Phú Thọ", "2026-01-15")
    assert head.title == "Kế hoạch Chuyển đổi số tỉnh Phú Thọ năm 2026"
    assert (head.year, head.illustration) == (2026, True)


def test_all_targets_are_found_in_their_pillars(sample: Plan) -> None:
    assert len(sample.targets) == 41
    assert Counter(target.pillar for target in sample.targets) == {
        None: 2,
        "government": 25,
        "economy": 5,
        "society": 9,
    }


@pytest.mark.parametrize(
    ("words", "comparator", "value", "unit", "lead"),
    [
        ("được giải quyết đúng hạn", ">=", "95", "%", OFFICE),
        ("hồ sơ có nghĩa vụ tài chính", ">=", "80", "%", "Sở Tài chính"),
        ("thủ tục hành chính có yêu cầu nghĩa vụ tài chính", ">=", "30", "%", "Sở Tài chính"),
        ("được số hóa", ">=", "60", "%", OFFICE),
        ("nộp trực tuyến", ">=", "95", "%", OFFICE),
        ("sử dụng lại dữ liệu đã số hóa", ">=", "50", "%", OFFICE),
        ("kết quả điện tử", "=", "100", "%", OFFICE),
        ("theo Quyết định số 766/QĐ-TTg", ">=", "90", "%", OFFICE),
        ("khảo sát xã hội học", ">=", "90", "%", "Sở Nội vụ"),
        ("kiến nghị của người dân, doanh nghiệp được xử lý", ">=", "95", "%", OFFICE),
        ("đánh giá hài lòng về kết quả xử lý", ">=", "90", "%", OFFICE),
        ("công khai đầy đủ", "=", "100", "%", OFFICE),
        ("đồng bộ lên Cổng", "=", "100", "%", OFFICE),
        ("dân cư", ">=", "40", "%", "Công an tỉnh"),
        ("không quá 6 ngày", "<=", "6", "days", OFFICE),
        ("toàn trình và một phần", ">=", "80", "%", OFFICE),
        ("tổng chi ngân sách thường xuyên", ">=", "2", "%", "Sở Tài chính"),
    ],
)
def test_a_service_quality_target(
    sample: Plan, words: str, comparator: str, value: str, unit: str, lead: str
) -> None:
    target = only(sample, words)
    assert (target.comparator, target.value, target.unit) == (comparator, value, unit)
    assert target.lead == lead
    assert target.pillar == "government"


def test_work_files_are_three_targets_with_one_name(sample: Plan) -> None:
    row = [target for target in sample.targets if target.clause == "II.2.1-2"]
    assert [(target.level, target.value) for target in row] == [
        ("province", "90"),
        ("district", "80"),
        ("commune", "60"),
    ]
    assert {target.name for target in row} == {
        "Tỷ lệ hồ sơ công việc được xử lý trên môi trường mạng"
    }
    assert [target.quote for target in row[1:]] == [
        "80% đối với cấp huyện",
        "60% đối với cấp xã",
    ]
    assert {target.exclusion for target in row} == {
        "trừ hồ sơ công việc thuộc phạm vi bí mật nhà nước"
    }


def test_a_district_target_after_july_2025_is_flagged(sample: Plan) -> None:
    flagged = [target for target in sample.targets if "level_abolished" in target.flags]
    assert [target.level for target in flagged] == ["district"]
    assert [doubt.code for doubt in sample.doubts].count("level_abolished") == 1


def test_the_plan_year_is_the_deadline_unless_a_bullet_has_its_own(sample: Plan) -> None:
    assert only(sample, "cấp độ an toàn").deadline == "2026-09-30"
    assert only(sample, "đài truyền thanh").deadline == "2026-11-30"
    others = {t.deadline for t in sample.targets} - {"2026-09-30", "2026-11-30"}
    assert others == {"2026-12-31"}


def test_targets_without_a_number(sample: Plan) -> None:
    qualitative = [(t.comparator, t.name) for t in sample.targets if t.value is None]
    assert qualitative[:2] == [
        ("raise", "Chỉ số chuyển đổi số"),
        ("raise", "Chỉ số cải cách hành chính"),
    ]
    assert [comparator for comparator, _ in qualitative] == ["raise", "raise", "maintain"]


def test_names_are_titles(sample: Plan) -> None:
    for target in sample.targets:
        assert target.name[0].isupper()
        assert not any(mark in target.name for mark in "%();:")
        assert "phấn đấu" not in target.name.lower()
        assert "766" not in target.name


def test_every_target_has_a_lead(sample: Plan) -> None:
    assert all(target.lead for target in sample.targets)


def test_no_number_was_overlooked(sample: Plan) -> None:
    assert not [doubt for doubt in sample.doubts if doubt.code == "number_not_read"]


def test_what_was_left_alone_says_why(sample: Plan) -> None:
    reasons = Counter(left.reason for left in sample.left_alone)
    assert reasons["basis"] == 4
    assert reasons["recipients"] == 7
    assert set(reasons) == {"head", "basis", "heading", "prose", "task", "recipients"}


def test_roles_come_from_the_headings(sample: Plan) -> None:
    roles = {clause.address: clause.role for clause in sample.clauses}
    assert (roles["I.1-1"], roles["II.2.1-1"]) == ("purpose", "goals")
    assert (roles["III.2-1"], roles["IV.1"]) == ("tasks", "organisation")


def test_the_json_form(sample: Plan) -> None:
    values = json.loads(json.dumps(sample.to_dict(), ensure_ascii=False))
    assert set(values) == {"head", "clauses", "targets", "tasks", "doubts", "left_alone"}
    assert len(values["tasks"]) == 8
    assert list(values["targets"][0]) == [
        *("quote", "start", "end", "name", "comparator", "value", "value_high", "unit", "of"),
        *("level", "pillar", "deadline", "baseline", "modality", "exclusion", "subjects"),
        *("flags", "rule", "clause", "lead", "origin"),
    ]
