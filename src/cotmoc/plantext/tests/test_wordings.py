"""One bullet each: the ways in which plans state a target."""

from __future__ import annotations

import pytest

from cotmoc.plantext import Plan, Target, read_plan


def goals(*bullets: str) -> Plan:
    lines = "\n".join(f"- {bullet}" for bullet in bullets)
    return read_plan(f"I. MỤC TIÊU NĂM 2026\n1. Chính quyền số\n{lines}\n")


def one(bullet: str) -> Target:
    targets = goals(bullet).targets
    assert len(targets) == 1, [target.name for target in targets]
    return targets[0]


@pytest.mark.parametrize(
    ("bullet", "comparator", "value", "name"),
    [
        ("Tối thiểu 90% văn bản được ký số.", ">=", "90", "Văn bản được ký số"),
        ("Trên 70% hộ dân có mạng cáp quang.", ">", "70", "Hộ dân có mạng cáp quang"),
        ("Từ 85% trở lên cán bộ có chữ ký số.", ">=", "85", "Cán bộ có chữ ký số"),
        ("Tỷ lệ hồ sơ quá hạn dưới 5%.", "<", "5", "Tỷ lệ hồ sơ quá hạn"),
        ("Tỷ lệ hồ sơ trả lại không quá 1,5%.", "<=", "1.5", "Tỷ lệ hồ sơ trả lại"),
        ("Khoảng 40% xã có trạm phát sóng.", "~", "40", "Xã có trạm phát sóng"),
        ("Tỷ lệ trẻ em có sổ sức khỏe đạt ≥ 95%.", ">=", "95", "Tỷ lệ trẻ em có sổ sức khỏe"),
        ("Phấn đấu có trên 60% hộ dùng ví điện tử.", ">", "60", "Hộ dùng ví điện tử"),
        ("100 % chợ có thanh toán mã QR.", "=", "100", "Chợ có thanh toán mã QR"),
    ],
)
def test_comparator_value_and_name(bullet: str, comparator: str, value: str, name: str) -> None:
    target = one(bullet)
    assert (target.comparator, target.value, target.name) == (comparator, value, name)
    assert target.unit == "%"


def test_a_row_of_levels_splits_into_three() -> None:
    bullet = (
        "Tỷ lệ văn bản ký số đạt 95% ở cấp tỉnh, 85% ở cấp huyện và 70% ở cấp xã (trừ văn bản mật)."
    )
    row = goals(bullet).targets
    assert [(t.level, t.value, t.name) for t in row] == [
        ("province", "95", "Tỷ lệ văn bản ký số"),
        ("district", "85", "Tỷ lệ văn bản ký số"),
        ("commune", "70", "Tỷ lệ văn bản ký số"),
    ]
    assert [t.quote for t in row[1:]] == ["85% ở cấp huyện", "70% ở cấp xã"]
    assert {t.exclusion for t in row} == {"trừ văn bản mật"}


def test_levels_may_stand_before_their_numbers() -> None:
    row = goals("Tỷ lệ văn bản ký số cấp tỉnh đạt 95%, cấp huyện 85%, cấp xã 70%.").targets
    assert [(t.level, t.value) for t in row] == [
        ("province", "95"),
        ("district", "85"),
        ("commune", "70"),
    ]
    assert {t.name for t in row} == {"Tỷ lệ văn bản ký số"}


def test_a_row_of_levels_shares_the_predicate_across_semicolons() -> None:
    row = goals(
        "90% hồ sơ tại cấp tỉnh; 80% hồ sơ tại cấp huyện; 60% hồ sơ tại cấp xã được lập trên mạng."
    ).targets
    assert {t.name for t in row} == {"Hồ sơ được lập trên mạng"}
    assert [t.level for t in row] == ["province", "district", "commune"]


def test_a_level_written_twice_is_flagged_not_repaired() -> None:
    row = goals("90% hồ sơ cấp tỉnh, 80% hồ sơ cấp xã và 60% hồ sơ cấp xã được ký số.").targets
    assert [t.level for t in row] == ["province", "commune", "commune"]
    assert all("level_doubled" in t.flags for t in row)


def test_two_numbers_with_two_subjects() -> None:
    first, second = goals("Cáp quang phủ tới 100% trạm y tế và trên 80% hộ gia đình.").targets
    assert (first.name, first.comparator) == ("Cáp quang phủ tới trạm y tế", "=")
    assert (second.name, second.comparator) == ("Cáp quang phủ tới hộ gia đình", ">")


def test_two_sentences_in_one_without_a_semicolon() -> None:
    first, second = goals(
        "Kinh tế số chiếm tối thiểu 12% GRDP, năng suất lao động tăng 8%."
    ).targets
    assert (first.name, first.rule) == ("Tỷ trọng kinh tế số trong GRDP", "share_of")
    assert (second.name, second.unit) == ("Tốc độ tăng năng suất lao động", "%/year")


def test_glued_bullets_are_split_and_flagged() -> None:
    plan = goals("Tỷ lệ hộ có mạng đạt trên 70%. - Tỷ lệ hộ có máy tính đạt trên 30%.")
    assert [t.value for t in plan.targets] == ["70", "30"]
    assert [t.clause for t in plan.targets] == ["I.1-1", "I.1-2"]
    assert all("two_targets_one_line" in t.flags for t in plan.targets)


def test_one_number_may_have_several_subjects() -> None:
    target = one("100% trường học, bệnh viện được lắp đặt mạng không dây.")
    assert target.subjects == ("trường học", "bệnh viện")
    assert target.of == "trường học, bệnh viện"


def test_a_compound_word_is_not_two_subjects() -> None:
    assert one("Trên 40% doanh nghiệp nhỏ và vừa sử dụng nền tảng số.").subjects == (
        "doanh nghiệp nhỏ và vừa",
    )


def test_what_limits_the_denominator_is_kept() -> None:
    target = one("100% thủ tục đủ điều kiện theo luật được cung cấp trực tuyến.")
    assert target.exclusion == "đủ điều kiện theo luật"
    assert (target.of, target.name) == ("thủ tục", "Thủ tục được cung cấp trực tuyến")
    fee = one("Tối thiểu 80% hồ sơ có nghĩa vụ tài chính được trả trực tuyến.")
    assert fee.of == "hồ sơ có nghĩa vụ tài chính"


@pytest.mark.parametrize(
    ("bullet", "name"),
    [
        ("Mục tiêu đến năm 2027, 90% xã có trang tin.", "Xã có trang tin"),
        ("Tỷ lệ chỉ tiêu hoàn thành đạt 95%.", "Tỷ lệ chỉ tiêu hoàn thành"),
        ("Dự kiến tỷ lệ hộ có mạng đạt 80% năm 2027.", "Tỷ lệ hộ có mạng"),
    ],
)
def test_announcing_words_are_not_part_of_the_name(bullet: str, name: str) -> None:
    assert one(bullet).name == name


def test_growth() -> None:
    target = one("Phấn đấu năng suất lao động tăng tối thiểu 7%.")
    assert (target.comparator, target.value, target.unit) == (">=", "7", "%/year")
    assert (target.modality, target.rule) == ("strive", "growth")
    assert one("Doanh thu số tăng bình quân trên 9%/năm.").name == "Tốc độ tăng doanh thu số"


def test_a_range_has_two_values() -> None:
    target = one("Tốc độ tăng trưởng từ 8,3 - 8,5%.")
    assert (target.value, target.value_high) == ("8.3", "8.5")


def test_from_and_to_is_baseline_and_value() -> None:
    target = one("Nâng tỷ lệ hồ sơ trực tuyến từ 60% lên 80% vào năm 2027.")
    assert (target.baseline, target.value, target.deadline) == ("60", "80", "2027-12-31")
    assert target.name == "Tỷ lệ hồ sơ trực tuyến"


def test_two_years_give_two_targets() -> None:
    row = goals("Tỷ lệ hồ sơ số hóa đạt 80% vào năm 2026 và 100% vào năm 2030.").targets
    assert [(t.value, t.deadline) for t in row] == [("80", "2026-12-31"), ("100", "2030-12-31")]
    assert {t.name for t in row} == {"Tỷ lệ hồ sơ số hóa"}


@pytest.mark.parametrize(
    ("words", "deadline"),
    [
        ("Trước ngày 30/6/2026, 100% xã có trang tin.", "2026-06-30"),
        ("Đến hết quý III năm 2026, 100% xã có trang tin.", "2026-09-30"),
        ("100% xã có trang tin trước tháng 2/2028.", "2028-02-29"),
        ("Đến cuối năm 2027, 100% xã có trang tin.", "2027-12-31"),
        ("Trong 6 tháng đầu năm 2026, 100% xã có trang tin.", "2026-06-30"),
    ],
)
def test_own_deadline(words: str, deadline: str) -> None:
    target = one(words)
    assert (target.deadline, target.level) == (deadline, "commune")
    assert target.name.startswith("Xã có trang tin")


def test_a_heading_hands_its_deadline_down() -> None:
    plan = read_plan("I. MỤC TIÊU\n1. Mục tiêu đến năm 2030\n- 100% xã có trang tin.")
    assert plan.targets[0].deadline == "2030-12-31"


def test_rank() -> None:
    target = one("Chỉ số DTI của tỉnh thuộc nhóm 10 địa phương dẫn đầu cả nước.")
    assert (target.comparator, target.value, target.unit) == ("rank<=", "10", "rank")
    assert target.name == "Xếp hạng chỉ số DTI của tỉnh"
    assert one("Chỉ số PAR INDEX xếp thứ 5/34.").of == "34"


def test_money_days_points_and_counts() -> None:
    assert one("Doanh thu số đạt 1.300 tỷ đồng.").value == "1300000000000"
    assert one("Thời gian xử lý trung bình không quá 6 ngày.").unit == "days"
    assert one("Chỉ số hài lòng đạt từ 90 điểm trở lên.").unit == "points"
    count = one("Xây dựng ít nhất 02 mô hình xã thông minh.")
    assert (count.unit, count.value, count.comparator) == ("count", "2", ">=")


@pytest.mark.parametrize(
    "bullet",
    [
        "Thực hiện Đề án 06 và Quyết định số 766/QĐ-TTg ngày 23/6/2022.",
        "Chính quyền địa phương 02 cấp, mạng 4G, dịch vụ mức độ 4.",
        "Tập huấn cho người từ 15 tuổi trở lên trong năm 2026.",
        "Nâng cao hiệu lực, hiệu quả quản lý.",
    ],
)
def test_codes_ages_and_years_are_not_targets(bullet: str) -> None:
    assert goals(bullet).targets == ()


def test_qualitative_targets_only_among_goals() -> None:
    words = (
        "- Duy trì kết nối với Cổng dịch vụ công quốc gia.\n- Cải thiện thứ hạng DTI, PAR INDEX.\n"
    )
    found = read_plan("I. MỤC TIÊU\n" + words).targets
    assert [(t.comparator, t.name) for t in found] == [
        ("maintain", "Kết nối với Cổng dịch vụ công quốc gia"),
        ("raise", "Thứ hạng DTI"),
        ("raise", "Chỉ số PAR INDEX"),
    ]
    assert read_plan("I. NHIỆM VỤ\n" + words).targets == ()


def test_the_budget_share() -> None:
    target = one("Bố trí tối thiểu 2% tổng chi ngân sách thường xuyên cho chuyển đổi số.")
    assert target.of == "tổng chi ngân sách thường xuyên"
    assert target.name == "Chi cho chuyển đổi số trong tổng chi ngân sách thường xuyên"


def test_the_lead_holds_for_all_statements_of_a_bullet() -> None:
    plan = goals(
        "100% sở có trang tin; duy trì kết nối mạng (chủ trì: Sở Y tế; phối hợp: Sở Nội vụ)."
    )
    assert [t.lead for t in plan.targets] == ["Sở Y tế", "Sở Y tế"]
    assert all("chủ trì" not in t.quote for t in plan.targets)


def test_faults_of_the_source_are_flagged_not_repaired() -> None:
    typo = one("Tỷ trọng kinh kế số trong từng ngành, lĩnh vực đạt tối thiểu 10%.")
    assert "kinh kế" in typo.name
    assert {"typo_kinh_ke", "denominator_unnamed"} <= set(typo.flags)
    assert "grdp" in one("Kinh tế số chiếm 10% GRDP của tỉnh.").flags
    assert "gdp_for_grdp" in one("Kinh tế số chiếm 10% GDP của tỉnh.").flags
    assert "dot_as_decimal" in one("Tỷ lệ hồ sơ đúng hạn đạt 98.5%.").flags


def test_a_comparator_that_may_hold_for_the_next_number_is_a_doubt() -> None:
    row = goals("Trên 90% xã và 80% thôn có mạng.").targets
    assert [t.comparator for t in row] == [">", "="]
    assert all("comparator_maybe_shared" in t.flags for t in row)


def test_districts_are_not_flagged_in_an_older_plan() -> None:
    plan = read_plan(
        "KẾ HOẠCH CHUYỂN ĐỔI SỐ NĂM 2024\nI. MỤC TIÊU\n- 80% hồ sơ tại cấp huyện được ký số."
    )
    assert plan.targets[0].level == "district"
    assert plan.targets[0].flags == ()


def test_last_years_results_are_not_targets() -> None:
    plan = read_plan("I. KẾT QUẢ NĂM 2025\n- Tỷ lệ hồ sơ trực tuyến đạt 85%.\nII. MỤC TIÊU\n")
    assert plan.targets == ()
    assert [left.reason for left in plan.left_alone] == ["heading", "result", "heading"]
    assert plan.doubts == ()


def test_a_numbered_bullet_is_a_target_too() -> None:
    plan = read_plan("I. MỤC TIÊU\n1. 100% văn bản được ký số.\n2. 90% hồ sơ được số hóa.")
    assert [(t.clause, t.value) for t in plan.targets] == [("I.1", "100"), ("I.2", "90")]


def test_a_wrapped_bullet_is_read_whole() -> None:
    plan = goals("Tỷ lệ dân số trưởng thành có tài khoản giao dịch\ntại ngân hàng đạt trên\n60%.")
    assert [t.value for t in plan.targets] == ["60"]
    assert plan.targets[0].name.endswith("giao dịch tại ngân hàng")
