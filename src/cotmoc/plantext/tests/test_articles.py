"""Newspaper articles about plans, which have no header block and often no headings."""

from __future__ import annotations

import pytest

from cotmoc.plantext import Plan, read_plan

ARTICLE = """Kế hoạch chuyển đổi số tỉnh Sông Mây năm 2024

Thứ ba - 12/03/2024 08:15
Ngày 08/03/2024, Ủy ban nhân dân tỉnh ban hành Kế hoạch số 41/KH-UBND về chuyển đổi số tỉnh Sông \
Mây năm 2024. Mục tiêu tổng quát là nâng cao hiệu quả phục vụ người dân;
(ảnh minh họa)
phát triển hạ tầng số. Phấn đấu nâng cao chỉ số DTI và chỉ số hài lòng (SIPAS).
Mục tiêu cụ thể:
* Về chính quyền số
- 100% thủ tục được cung cấp trực tuyến; duy trì kết nối với Cổng quốc gia.
- Tỷ lệ văn bản được ký số đạt 95% đối với cấp tỉnh và 75% đối với cấp xã (trừ văn bản mật).
* Về kinh tế số
- Phấn đấu kinh tế số chiếm 11% GRDP của tỉnh.
* Về xã hội số
- Tỷ lệ hộ có mạng cáp quang đạt trên 70%. - Tỷ lệ người lớn có ví điện tử đạt trên 35%.
Bên cạnh đó, Kế hoạch đề ra 04 giải pháp thực hiện: truyền thông, hạ tầng, dữ liệu, nhân lực.
Tác giả bài viết: A.B
Xếp hạng: 1 - 2 phiếu bầu
"""


def test_an_article_is_read_like_the_plan_it_tells_about() -> None:
    plan = read_plan(ARTICLE)
    assert plan.head.reference == "41/KH-UBND"
    assert (plan.head.date, plan.head.year) == ("2024-03-08", 2024)
    assert plan.head.province == "Sông Mây"
    assert [(t.clause, t.comparator, t.value) for t in plan.targets] == [
        ("p4", "raise", None),
        ("p4", "raise", None),
        ("*1-1", "=", "100"),
        ("*1-1", "maintain", None),
        ("*1-2", "=", "95"),
        ("*1-2", "=", "75"),
        ("*2-1", "=", "11"),
        ("*3-1", ">", "70"),
        ("*3-2", ">", "35"),
    ]
    assert [t.pillar for t in plan.targets[2:]] == ["government"] * 4 + ["economy"] + [
        "society"
    ] * 2


def test_what_belongs_to_the_web_page_is_told_apart() -> None:
    reasons = {left.text: left.reason for left in read_plan(ARTICLE).left_alone}
    assert reasons["(ảnh minh họa)"] == "picture_caption"
    assert reasons["Thứ ba - 12/03/2024 08:15"] == "web_page_noise"
    assert reasons["Xếp hạng: 1 - 2 phiếu bầu"] == "web_page_noise"


def test_prose_counts_only_where_a_goal_is_announced() -> None:
    plan = read_plan(
        "Tin chuyển đổi số\n\n"
        "Toàn tỉnh đã cung cấp 1.030 dịch vụ, với 35% hồ sơ nộp trên mạng.\n\n"
        "Tỉnh đặt mục tiêu đến năm 2025, 90% hồ sơ cấp tỉnh và 60% hồ sơ cấp xã được lập trên "
        "mạng; hơn 50% dân số có tài khoản thanh toán.\n"
    )
    assert [(t.name, t.value, t.deadline) for t in plan.targets] == [
        ("Hồ sơ được lập trên mạng", "90", "2025-12-31"),
        ("Hồ sơ được lập trên mạng", "60", "2025-12-31"),
        ("Dân số có tài khoản thanh toán", "50", "2025-12-31"),
    ]


@pytest.mark.parametrize("seed", ["003"], indirect=True)
def test_the_published_plan_is_read_completely(seed: Plan) -> None:
    assert seed.head.reference == "33/KH-UBND"
    assert (seed.head.date, seed.head.year, seed.head.province) == ("2024-02-23", 2024, "Bình Định")
    values = {
        pillar: [f"{t.comparator}{t.value}" for t in seed.targets if t.pillar == pillar and t.value]
        for pillar in ("government", "economy", "society")
    }
    assert values == {
        "government": ["=100", "=90", "=80", "=60", ">=80", ">=90", ">=90", "=100"],
        "economy": ["=10", ">=10", ">=7", ">60", ">40"],
        "society": [">80", ">80", "=100", ">60", ">40", ">40", "=100", "=100", ">90"],
    }
    qualitative = [t.comparator for t in seed.targets if t.value is None]
    assert sorted(qualitative) == ["maintain", "raise", "raise"]
    assert seed.targets[4].clause == "*1-2"


@pytest.mark.parametrize(
    ("seed", "values"),
    [
        ("000", ["90", "80", "60", "10", "80", "100", "50"]),
        ("001", []),
        ("002", []),
        ("004", ["2"]),
    ],
    indirect=["seed"],
)
def test_other_articles_give_their_targets_and_no_nonsense(seed: Plan, values: list[str]) -> None:
    assert [target.value for target in seed.targets] == values
