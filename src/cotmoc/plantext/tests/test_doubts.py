"""What the reader doubts, and that it repairs nothing."""

from __future__ import annotations

import pytest

from cotmoc.plantext import Plan, read_plan
from cotmoc.plantext.doubts import CODES

HEAD = """ỦY BAN NHÂN DÂN
TỈNH SÔNG MÂY
Số: 12/KH-UBND
Sông Mây, ngày 15 tháng 01 năm 2026

KẾ HOẠCH
Chuyển đổi số tỉnh Sông Mây năm 2026

I. MỤC TIÊU
"""


def read(*lines: str) -> Plan:
    return read_plan(HEAD + "\n".join(lines) + "\n")


def doubts(plan: Plan) -> list[tuple[str, str]]:
    return [(doubt.code, plan.text[doubt.start : doubt.end]) for doubt in plan.doubts]


@pytest.mark.parametrize(
    ("line", "code", "value"),
    [
        ("- 120% hộ gia đình có Internet.", "share_above_100", "120"),
        ("- Nâng tỷ lệ hộ có mạng từ 80% lên 70%.", "below_baseline", "70"),
        ("- Đến hết năm 2025, 100% xã có mạng.", "deadline_before_document", "100"),
        ("- 80% hồ sơ cấp huyện được số hóa.", "level_abolished", "80"),
        ("- 90% người dân sữ dụng dịch vụ công.", "typo", "90"),
        ("- Kinh tế số chiếm 20% GDP của tỉnh.", "gdp_for_grdp", "20"),
        ("- 90% hồ sơ cấp tỉnh và 60% hồ sơ cấp tỉnh được ký số.", "level_doubled", "90"),
        ("- Trên 90% xã có mạng; toàn bộ thôn có sóng 4G.", "all_as_100", "100"),
    ],
)
def test_a_target_is_flagged_and_stays_as_signed(line: str, code: str, value: str) -> None:
    plan = read(line)
    flagged = [target for target in plan.targets if code in target.flags]
    assert flagged
    assert flagged[0].value == value
    assert plan.text[flagged[0].start : flagged[0].end] == flagged[0].quote
    assert code in [doubt.code for doubt in plan.doubts]


def test_what_is_in_order_is_not_doubted() -> None:
    plan = read(
        "- Nâng tỷ lệ hộ có mạng từ 70% lên 80% trước ngày 30/6/2026.",
        "- Giải ngân đạt 105% kế hoạch vốn.",
        "- Chỉ số DTI tăng từ vị trí 30 lên vị trí 20/34.",
    )
    own = {"below_baseline", "share_above_100", "deadline_before_document", "impossible_date"}
    assert own.isdisjoint(doubt.code for doubt in plan.doubts)


def test_one_target_with_two_numbers_is_doubted_at_both() -> None:
    plan = read("- Tỷ lệ hồ sơ số hóa đạt 90%.", "- Tỷ lệ hồ sơ số hóa đạt tối thiểu 80%.")
    assert [target.flags.count("stated_twice") for target in plan.targets] == [1, 1]
    years = read("- Tỷ lệ hồ sơ số hóa đạt 80% vào năm 2026 và 90% vào năm 2030.")
    assert all("stated_twice" not in target.flags for target in years.targets)


@pytest.mark.parametrize(
    "date", ["31/6/2026", "30/02/2026", "15/13/2026", "ngày 31 tháng 4 năm 2026"]
)
def test_an_impossible_date_is_doubted(date: str) -> None:
    lead_in = "" if date.startswith("ngày") else "ngày "
    found = doubts(read(f"- 100% xã có mạng trước {lead_in}{date}."))
    assert ("impossible_date", date) in found or ("impossible_date", f"ngày {date}") in found


def test_a_possible_date_is_not_doubted() -> None:
    plan = read("- 100% xã có mạng trước ngày 29/02/2028 theo tỷ lệ 1/2 và Công văn 45/13.")
    assert "impossible_date" not in [doubt.code for doubt in plan.doubts]


@pytest.mark.parametrize(
    ("listed", "differs"),
    [
        ("05 giải pháp: (1) truyền thông; (2) thể chế; (3) hạ tầng; (4) nhân lực.", True),
        ("04 giải pháp: (1) truyền thông; (2) thể chế; (3) hạ tầng; (4) nhân lực.", False),
        ("04 nhiệm vụ sau:\n1. Hoàn thiện thể chế\n2. Phát triển hạ tầng\n3. Đào tạo", True),
        ("03 nhiệm vụ sau:\n1. Hoàn thiện thể chế\n2. Phát triển hạ tầng\n3. Đào tạo", False),
    ],
)
def test_an_announced_count_is_compared_with_what_is_listed(listed: str, differs: bool) -> None:
    plan = read("- 90% hồ sơ được số hóa.", "II. NHIỆM VỤ", f"Kế hoạch đề ra {listed}")
    assert ("count_differs" in [doubt.code for doubt in plan.doubts]) is differs


def test_announced_targets_are_compared_with_those_read() -> None:
    bullets = ["- 90% hồ sơ được số hóa.", "- 80% xã có mạng; 70% thôn có mạng."]
    assert "count_differs" in dict(doubts(read("Gồm 12 chỉ tiêu sau:", *bullets)))
    # Three targets in two bullets: both ways of counting are right.
    for count in ("02", "03"):
        assert "count_differs" not in dict(doubts(read(f"Gồm {count} chỉ tiêu sau:", *bullets)))


@pytest.mark.parametrize(("own", "differs"), [("40", True), ("50", False)])
def test_parts_are_added_up(own: str, differs: bool) -> None:
    line = f"Tổng kinh phí: 100 tỷ đồng, trong đó: trung ương 50 tỷ đồng; tỉnh {own} tỷ đồng."
    plan = read("- 90% hồ sơ được số hóa.", "II. KINH PHÍ", line)
    assert (("sum_differs", "100 tỷ đồng") in doubts(plan)) is differs


@pytest.mark.parametrize(("services", "differs"), [("35", True), ("40", False)])
def test_shares_of_a_structure_add_up_to_a_hundred(services: str, differs: bool) -> None:
    plan = read(
        "- Cơ cấu kinh tế: nông nghiệp chiếm 20%; công nghiệp chiếm 40%; "
        f"dịch vụ chiếm {services}%."
    )
    assert [target.value for target in plan.targets] == ["20", "40", services]
    assert ("sum_differs" in [doubt.code for doubt in plan.doubts]) is differs


def test_doubts_stand_in_order_and_have_a_known_code() -> None:
    plan = read(
        "- 120% hộ có mạng trước ngày 31/6/2026; một nửa số xã có 5G.",
        "- Không có hồ sơ trễ hạn; thời gian chờ không quá 15 phút.",
        "- Chỉ số PCI trong nhóm khá; DTI tăng 3 bậc; doanh thu số tăng gấp đôi so với năm 2020.",
    )
    places = [doubt.start for doubt in plan.doubts]
    assert places == sorted(places)
    codes = {doubt.code for doubt in plan.doubts}
    assert codes <= set(CODES)
    assert {"fraction_as_percent", "zero_in_words", "unit_not_listed", "places_gained"} <= codes
    assert {"rank_not_numbered", "times_of_baseline"} <= codes
