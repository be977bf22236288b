"""What each clause is for, and what headings hand down: role, pillar, deadline."""

from __future__ import annotations

import pytest

from cotmoc.plantext import Plan, read_plan
from cotmoc.plantext.model import Clause

PLAN = """A. KẾT QUẢ THỰC HIỆN NĂM 2024
I. Kết quả đạt được
1. Chính quyền số: Tỷ lệ hồ sơ trực tuyến đạt 85%.
2. Về mục tiêu, chỉ tiêu kinh tế số
Kinh tế số chiếm 15% GRDP.
II. Tồn tại, hạn chế và nguyên nhân
- Còn 20% xã chưa có mạng.
B. KẾ HOẠCH NĂM 2025
I. QUAN ĐIỂM CHỈ ĐẠO, MỤC TIÊU
1. Quan điểm
- Lấy người dân làm trung tâm.
2. Mục tiêu
2.1. Mục tiêu tổng quát: Phát triển đồng bộ; nâng cao chỉ số DTI.
2.2. Các chỉ tiêu chủ yếu
Mục tiêu cụ thể đến năm 2025:
a) Về Chính quyền số
- Tối thiểu 80% hồ sơ được nộp trực tuyến;
- Đến năm 2026:
+ 90% hồ sơ cấp tỉnh được lập trên mạng;
- Tỷ lệ người dân hài lòng đạt 95%.
b) Về Kinh tế số
(i) Kinh tế số chiếm 20% GRDP.
(ii) 50% doanh nghiệp nhỏ và vừa dùng nền tảng số.
Đến năm 2030:
a) Xã hội số
- 80% người dân có ví điện tử.
b) Hạ tầng số, an toàn thông tin
- 100% xã có mạng 5G.
II. NHIỆM VỤ, GIẢI PHÁP CHỦ YẾU
1. Tuyên truyền về mục tiêu chuyển đổi số
- Giao Sở Nội vụ chủ trì.
2. Đánh giá, xếp hạng mức độ chuyển đổi số
- Ban hành bộ chỉ số.
III. DỰ TOÁN KINH PHÍ
- Nguồn ngân sách nhà nước.
IV. TỔ CHỨC THỰC HIỆN
1. Sở Khoa học và Công nghệ
a) Chủ trì, theo dõi.
2. Sở Tài chính: Cân đối kinh phí.
Trên đây là Kế hoạch chuyển đổi số./.
"""


@pytest.fixture(scope="module")
def plan() -> Plan:
    return read_plan(PLAN)


def at(plan: Plan, address: str) -> Clause:
    return next(clause for clause in plan.clauses if clause.address == address)


@pytest.mark.parametrize(
    ("address", "role"),
    [
        ("A", "results"),
        ("A.I.1", "results"),
        ("A.I.2-p1", "results"),
        ("A.II-1", "results"),
        ("B.I", "goals"),
        ("B.I.1-1", "purpose"),
        ("B.I.2.1", "goals"),
        ("B.I.2.2.a-1", "goals"),
        ("B.II.1-1", "tasks"),
        ("B.II.2-1", "tasks"),
        ("B.III-1", "budget"),
        ("B.IV.1.a", "organisation"),
        ("B.IV.2", "organisation"),
        ("B.IV-p1", "organisation"),
    ],
)
def test_the_role_of_a_clause(plan: Plan, address: str, role: str) -> None:
    assert at(plan, address).role == role


@pytest.mark.parametrize(
    ("address", "pillar"),
    [
        ("B.I.2.2.a-1", "government"),
        ("B.I.2.2.a-2+1", "government"),
        ("B.I.2.2.b.ii", "economy"),
        ("B.I.2.2.a~2-1", "society"),
        ("B.I.2.2.b~2-1", None),
        ("B.II.2-1", None),
    ],
)
def test_the_pillar_of_a_clause(plan: Plan, address: str, pillar: str | None) -> None:
    assert at(plan, address).pillar == pillar


def test_horizons_hand_their_deadline_down(plan: Plan) -> None:
    deadlines = {target.clause: target.deadline for target in plan.targets}
    assert deadlines["B.I.2.2.a-1"] == "2025-12-31"
    assert deadlines["B.I.2.2.a-2+1"] == "2026-12-31"
    assert deadlines["B.I.2.2.a-3"] == "2025-12-31"
    assert deadlines["B.I.2.2.a~2-1"] == deadlines["B.I.2.2.b~2-1"] == "2030-12-31"


def test_last_years_results_give_no_target(plan: Plan) -> None:
    assert not [target for target in plan.targets if target.clause.startswith("A")]
    reasons = {left.text: left.reason for left in plan.left_alone}
    assert reasons["- Còn 20% xã chưa có mạng."] == "result"


@pytest.mark.parametrize(
    ("heading", "role"),
    [
        ("THỰC TRẠNG CHUYỂN ĐỔI SỐ", "results"),
        ("SỰ CẦN THIẾT BAN HÀNH ĐỀ ÁN", "results"),
        ("ĐÁNH GIÁ TÌNH HÌNH THỰC HIỆN MỤC TIÊU, NHIỆM VỤ NĂM 2024", "results"),
        ("CÁC CHỈ TIÊU ĐÃ ĐẠT VÀ VƯỢT KẾ HOẠCH", "results"),
        ("NHỮNG KẾT QUẢ NỔI BẬT", "results"),
        ("TỒN TẠI, HẠN CHẾ", "results"),
        ("MỤC TIÊU CỤ THỂ ĐẾN NĂM 2025", "goals"),
        ("CÁC CHỈ TIÊU CHỦ YẾU", "goals"),
        ("QUAN ĐIỂM VÀ MỤC TIÊU", "goals"),
        ("MỤC TIÊU, NHIỆM VỤ", "goals"),
        ("MỤC ĐÍCH, YÊU CẦU", "purpose"),
        ("PHẠM VI, ĐỐI TƯỢNG", "purpose"),
        ("NHIỆM VỤ, GIẢI PHÁP", "tasks"),
        ("NỘI DUNG THỰC HIỆN", "tasks"),
        ("GIẢI PHÁP VỀ KINH PHÍ", "tasks"),
        ("KINH PHÍ THỰC HIỆN", "budget"),
        ("NGUỒN KINH PHÍ", "budget"),
        ("PHÂN CÔNG NHIỆM VỤ", "organisation"),
        ("TỔ CHỨC THỰC HIỆN", "organisation"),
        ("TRÁCH NHIỆM CỦA CÁC CƠ QUAN", "organisation"),
        ("CĂN CỨ PHÁP LÝ", "basis"),
        ("TÊN GỌI", "other"),
    ],
)
def test_the_words_of_a_heading(heading: str, role: str) -> None:
    assert at(read_plan(f"I. {heading}\n- Một ý."), "I-1").role == role


def test_a_heading_of_results_and_plans_leaves_it_to_those_below() -> None:
    plan = read_plan(
        "I. KẾT QUẢ NĂM 2024 VÀ PHƯƠNG HƯỚNG NĂM 2025\n"
        "1. Kết quả\n- 70% hồ sơ trực tuyến.\n"
        "2. Mục tiêu\n- 80% hồ sơ được nộp trực tuyến.\n"
    )
    assert [clause.role for clause in plan.clauses if clause.kind == "bullet"] == [
        "results",
        "goals",
    ]
    assert [target.value for target in plan.targets] == ["80"]


@pytest.mark.parametrize(
    ("title", "deadline"),
    [
        ("1. Đến năm 2030", "2030-12-31"),
        ("1. Giai đoạn 2026 - 2028", "2028-12-31"),
        ("1. Chỉ tiêu năm 2027", "2027-12-31"),
        ("1. Mục tiêu cụ thể: Đến hết năm 2029", "2029-12-31"),
        ("Đến năm 2031", "2031-12-31"),
    ],
)
def test_what_a_horizon_hands_down(title: str, deadline: str) -> None:
    plan = read_plan(f"I. MỤC TIÊU\n{title}\n- 90% hồ sơ được nộp trực tuyến.")
    assert [target.deadline for target in plan.targets] == [deadline]


def test_a_letter_that_asks_opens_tasks() -> None:
    plan = read_plan(
        "CHỈ THỊ\nVề an toàn thông tin\n\nChủ tịch Ủy ban nhân dân tỉnh yêu cầu:\n"
        "1. Công an tỉnh rà soát hệ thống.\n"
    )
    assert at(plan, "1").role == "tasks"


def test_unnumbered_headings_nest_by_what_they_are_about() -> None:
    plan = read_plan(
        "II. MỤC TIÊU\nĐến năm 2025:\nChính quyền số:\n- 80% hồ sơ được số hóa.\n"
        "Trong đó:\n- 70% hồ sơ cấp xã được số hóa.\nHạ tầng số:\n- 100% xã có mạng 5G.\n"
        "Đến năm 2030:\nXã hội số:\n- 90% người dân có ví điện tử.\n"
    )
    assert [(target.deadline, target.pillar) for target in plan.targets] == [
        ("2025-12-31", "government"),
        ("2025-12-31", "government"),
        ("2025-12-31", None),
        ("2030-12-31", "society"),
    ]
