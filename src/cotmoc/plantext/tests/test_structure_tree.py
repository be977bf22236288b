"""The tree of clauses: numberings of every form, addresses, wrapped lines, annexes."""

from __future__ import annotations

import pytest

from cotmoc.plantext import Plan, read_plan


def addresses(plan: Plan) -> list[str]:
    return [clause.address for clause in plan.clauses]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "Phần thứ nhất\nĐÁNH GIÁ\nI. KẾT QUẢ\nPHẦN II: KẾ HOẠCH\nI. MỤC TIÊU\n1. Chung",
            ["P1", "P1.I", "P2", "P2.I", "P2.I.1"],
        ),
        (
            "Chương I\nQUY ĐỊNH CHUNG\nĐiều 1. Phạm vi\n1. Một khoản;\na) Một điểm;\nĐiều 2. Kết",
            ["C1", "C1.Đ1", "C1.Đ1.1", "C1.Đ1.1.a", "C1.Đ2"],
        ),
        (
            "Điều 1. Phê duyệt Đề án với nội dung sau:\nI. MỤC TIÊU\n1. Chung\nĐiều 2. Thi hành",
            ["Đ1", "Đ1.I", "Đ1.I.1", "Đ2"],
        ),
        ("A. MỘT\nI. HAI\n1. Ba\nB. BỐN\nC. NĂM", ["A", "A.I", "A.I.1", "B", "C"]),
        ("I. MỘT\nA. HAI\n1. Ba\nII. BỐN", ["I", "I.A", "I.A.1", "II"]),
        ("I- MỘT\n1- Hai\na) Ba.\nII- BỐN", ["I", "I.1", "I.1.a", "II"]),
        ("I/ MỘT\n1/ Hai\na/ Ba.", ["I", "I.1", "I.1.a"]),
        ("I.MỘT HAI\n1.Hai ba\n1.1.Ba bốn", ["I", "I.1", "I.1.1"]),
        ("II. MỘT\nII.1. Hai\nII.2. Ba", ["II", "II.1", "II.2"]),
        (
            "I. MỘT\n1. Hai\n(1) Ba\na) Bốn.\nb) Năm.\n(2) Sáu",
            [
                *("I", "I.1", "I.1.1", "I.1.1.a", "I.1.1.b", "I.1.2"),
            ],
        ),
        (
            "I. MỘT\na) Hai:\n(i) Ba;\n(ii) Bốn.\nb) Năm.",
            [
                *("I", "I.a", "I.a.i", "I.a.ii", "I.b"),
            ],
        ),
        (
            "I. MỘT\n1. Sở A chủ trì việc này.\n- Việc một.\n+ Ý một.\n2. Sở B làm việc kia.",
            [
                *("I", "I.1", "I.1-1", "I.1-1+1", "I.2"),
            ],
        ),
        ("I. MỘT\n\uf0b7 Ý thứ nhất.\n• Ý thứ hai.\n– Ý thứ ba.", ["I", "I-1", "I-2", "I-3"]),
    ],
)
def test_the_numberings(text: str, expected: list[str]) -> None:
    assert addresses(read_plan(text)) == expected


def test_annexes_start_their_numbers_again_below_their_own_address() -> None:
    plan = read_plan(
        "I. MỤC TIÊU\n1. 90% hồ sơ được số hóa.\n"
        "PHỤ LỤC I\nDANH MỤC NHIỆM VỤ\n(Kèm theo Kế hoạch số 1/KH-UBND)\n"
        "I. Việc chung\n1. Một việc.\n"
        "Phụ lục số 02: Các chỉ tiêu\n1. 80% văn bản được ký số.\n"
        "PHỤ LỤC\nI. Việc khác\n"
    )
    assert addresses(plan) == [
        *("I", "I.1", "PL1", "PL1t1", "h1", "PL1.I", "PL1.I.1", "PL2", "PL2.1", "PL3", "PL3.I"),
    ]
    roles = {clause.address: clause.role for clause in plan.clauses}
    assert (roles["PL1.I.1"], roles["PL2.1"]) == ("tasks", "goals")
    assert [target.clause for target in plan.targets] == ["I.1", "PL2.1"]


def test_a_sentence_about_an_annex_is_no_annex() -> None:
    plan = read_plan("I. NHIỆM VỤ\n- Thực hiện theo\nPhụ lục I kèm theo Kế hoạch này.\n")
    assert not plan.head.annexes
    assert not [clause for clause in plan.clauses if clause.address.startswith("PL")]


def test_a_heading_glued_to_its_first_sentence_is_read_from_the_sentence_on() -> None:
    plan = read_plan(
        "I. NỘI DUNG\n1. Mục tiêu chung: Phấn đấu 90% hồ sơ được nộp trực tuyến.\n"
        "- 80% hồ sơ được số hóa.\n2. Nhiệm vụ: Nâng cấp mạng.\n"
    )
    roles = {clause.address: clause.role for clause in plan.clauses}
    assert roles == {"I": "tasks", "I.1": "goals", "I.1-1": "goals", "I.2": "tasks"}
    assert [target.name for target in plan.targets] == [
        "Hồ sơ được nộp trực tuyến",
        "Hồ sơ được số hóa",
    ]


def test_lines_wrapped_at_one_width_are_joined() -> None:
    lines = (
        "Ủy ban nhân dân tỉnh yêu cầu các cơ quan, đơn vị thực hiện nghiêm Quyết định số",
        "749/QĐ-TTg của Thủ tướng Chính phủ, bảo đảm đồng bộ với Chương trình của Trung",
        "ương; bố trí nguồn lực đầy đủ; định kỳ báo cáo Ủy ban nhân dân tỉnh để tổng hợp.",
        "- Phát triển hạ tầng số đồng bộ, hiện đại, đáp ứng yêu cầu phát triển kinh tế",
        "- xã hội của tỉnh trong giai đoạn 2026",
        "- Nâng cao nhận thức của cán bộ, công chức về chuyển đổi số và ứng dụng công",
        "nghệ thông tin vào công việc hằng ngày của từng cơ quan, đơn vị trên địa bàn tỉnh.",
        "- Tỷ lệ hồ sơ công việc của cơ quan nhà nước được xử lý trên môi trường mạng đạt",
        "90% trong năm.",
    )
    plan = read_plan("I. MỤC TIÊU\n" + "\n".join(lines))
    assert [plan.text_of(clause).count("\n") for clause in plan.clauses] == [0, 2, 1, 1, 1]
    assert [target.value for target in plan.targets][-1] == "90"


def test_page_numbers_between_the_lines_are_told_apart() -> None:
    plan = read_plan("I. MỤC TIÊU\n- 90% hồ sơ được số hóa.\n- 3 -\n4\n- 80% văn bản được ký số.")
    reasons = {left.text: left.reason for left in plan.left_alone}
    assert reasons["4"] == "web_page_noise"
    assert [target.value for target in plan.targets] == ["90", "80"]


def test_the_title_of_a_part_goes_on_in_the_next_line() -> None:
    plan = read_plan(
        "I. MỤC TIÊU, NHIỆM VỤ\nVÀ GIẢI PHÁP CHỦ YẾU\n1. Mục tiêu\nPhần thứ hai\nKẾT QUẢ"
    )
    assert plan.text_of(plan.clauses[0]) == "I. MỤC TIÊU, NHIỆM VỤ\nVÀ GIẢI PHÁP CHỦ YẾU"
    assert plan.clauses[-1].role == "results"


def test_headings_without_numbers() -> None:
    plan = read_plan(
        "MỤC TIÊU\nMục tiêu cụ thể\nKinh tế số\n- Kinh tế số chiếm 20% GRDP.\n"
        "Xã hội số\n- 80% người dân có ví điện tử.\nNHIỆM VỤ, GIẢI PHÁP\nNâng cấp mạng lưới.\n"
    )
    assert [(target.pillar, target.value) for target in plan.targets] == [
        ("economy", "20"),
        ("society", "80"),
    ]
    assert plan.clauses[-1].role == "tasks"


def test_deep_nesting_and_odd_numbers_never_repeat_an_address() -> None:
    text = "\n".join(
        f"{mark} Mục{tail}"
        for tail in ("", ".")
        for mark in (
            *(
                "I.",
                "1.",
                "1.1.",
                "a)",
                "(1)",
                "(i)",
                "*",
                "-",
                "+",
                "Điều 1.",
                "Phần I.",
                "Chương 2.",
            ),
            *("Mục 1.", "A.", "1.", "1.", "a)", "PHỤ LỤC I", "PHỤ LỤC I", "Nơi nhận:", "II."),
        )
        for _ in range(3)
    )
    found = addresses(read_plan(text))
    assert len(found) == len(set(found))
    assert max(len(address) for address in found) <= 60


def test_lines_glued_in_conversion_are_cut() -> None:
    plan = read_plan(
        "KẾ HOẠCH\nVề xã hội số năm 2026 Căn cứ Luật Giao dịch điện tử;\nI. TỔ CHỨC THỰC HIỆN\n"
        "Giao Sở Nội vụ theo dõi./. Nơi nhận:\n- Các sở;\n- Lưu: VT.\n"
    )
    assert (plan.head.subject, plan.head.year) == ("Về xã hội số năm 2026", 2026)
    assert [citation.type for citation in plan.head.citations] == ["law"]
    assert plan.head.recipients == ("Các sở", "Lưu: VT")
    reasons = [left.reason for left in plan.left_alone]
    assert reasons == ["head", "head", "basis", "heading", *["recipients"] * 3]
    assert [task.lead for task in plan.tasks] == ["Sở Nội vụ"]
