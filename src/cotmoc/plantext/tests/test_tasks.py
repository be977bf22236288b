"""Tasks in prose, beneath organisations, and with labelled lines."""

from __future__ import annotations

import time

import pytest

from cotmoc.plantext import Plan, read_plan
from cotmoc.plantext.model import Task
from cotmoc.plantext.origins import Origin, SourceText

HEAD = "KẾ HOẠCH\nChuyển đổi số tỉnh Phú Thọ năm 2026\n"


def plan_of(body: str) -> Plan:
    return read_plan(f"Số: 12/KH-UBND\nPhú Thọ, ngày 15 tháng 01 năm 2026\n{HEAD}{body}\n")


def work(*lines: str) -> list[Task]:
    return list(plan_of("III. NHIỆM VỤ, GIẢI PHÁP\n1. Nhiệm vụ chung\n" + "\n".join(lines)).tasks)


def organisation(*lines: str) -> list[Task]:
    return list(plan_of("IV. TỔ CHỨC THỰC HIỆN\n" + "\n".join(lines)).tasks)


def one(*lines: str) -> Task:
    tasks = work(*lines)
    assert len(tasks) == 1, [task.action for task in tasks]
    return tasks[0]


# --- prose ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("line", "lead", "coordinating", "action"),
    [
        (
            "- Giao Sở Khoa học và Công nghệ chủ trì, phối hợp với Công an tỉnh, các đơn vị liên"
            " quan triển khai nền tảng định danh.",
            "Sở Khoa học và Công nghệ",
            ("Công an tỉnh", "các đơn vị liên quan"),
            "Triển khai nền tảng định danh",
        ),
        (
            "- Giao Giám đốc Sở Y tế tổ chức triển khai bệnh án điện tử.",
            "Sở Y tế",
            (),
            "Tổ chức triển khai bệnh án điện tử",
        ),
        (
            "- Sở Tài chính có trách nhiệm cân đối, bố trí kinh phí.",
            "Sở Tài chính",
            (),
            "Cân đối, bố trí kinh phí",
        ),
        (
            "- Sở Nội vụ là cơ quan đầu mối, chủ trì, phối hợp với Sở Tài chính theo dõi thi đua.",
            "Sở Nội vụ",
            ("Sở Tài chính",),
            "Theo dõi thi đua",
        ),
        (
            "- Công an tỉnh: Chủ trì, phối hợp chặt chẽ với Sở KH&CN bảo đảm an ninh mạng.",
            "Công an tỉnh",
            ("Sở KH&CN",),
            "Bảo đảm an ninh mạng",
        ),
        (
            "- Các sở, ban, ngành; UBND các xã, phường xây dựng kế hoạch chi tiết.",
            "Các sở, ban, ngành; UBND các xã, phường",
            (),
            "Xây dựng kế hoạch chi tiết",
        ),
        (
            "- Yêu cầu Thủ trưởng các cơ quan, đơn vị nghiêm túc triển khai Kế hoạch.",
            "các cơ quan, đơn vị",
            (),
            "Nghiêm túc triển khai Kế hoạch",
        ),
        (
            "- Đề nghị Ủy ban MTTQ Việt Nam tỉnh và các tổ chức chính trị - xã hội tăng cường"
            " tuyên truyền.",
            "Ủy ban MTTQ Việt Nam tỉnh và các tổ chức chính trị - xã hội",
            (),
            "Tăng cường tuyên truyền",
        ),
        (
            "- Căn cứ chức năng, nhiệm vụ được giao, Sở Công Thương phát triển thương mại điện tử.",
            "Sở Công Thương",
            (),
            "Phát triển thương mại điện tử",
        ),
        (
            "- Chủ tịch UBND tỉnh giao Sở Xây dựng số hóa dữ liệu quy hoạch.",
            "Sở Xây dựng",
            (),
            "Số hóa dữ liệu quy hoạch",
        ),
        (
            "- Giao Trạm Khuyến nông tỉnh chủ trì xây dựng cơ sở dữ liệu giống cây trồng.",
            "Trạm Khuyến nông tỉnh",
            (),
            "Xây dựng cơ sở dữ liệu giống cây trồng",
        ),
        (
            "- Xây dựng cổng dữ liệu mở, do Sở KH&CN chủ trì.",
            "Sở KH&CN",
            (),
            "Xây dựng cổng dữ liệu mở",
        ),
        (
            "- Số hóa học bạ; giao Sở Giáo dục và Đào tạo chủ trì.",
            "Sở Giáo dục và Đào tạo",
            (),
            "Số hóa học bạ",
        ),
        (
            "- Nền tảng họp trực tuyến (Sở KH&CN chủ trì, Văn phòng UBND tỉnh phối hợp).",
            "Sở KH&CN",
            ("Văn phòng UBND tỉnh",),
            "Nền tảng họp trực tuyến",
        ),
    ],
)
def test_who_and_what(line: str, lead: str, coordinating: tuple[str, ...], action: str) -> None:
    task = one(line)
    assert (task.lead, task.coordinating, task.action) == (lead, coordinating, action)


@pytest.mark.parametrize(
    ("words", "deadline", "frequency"),
    [
        ("trước ngày 30/6/2026", "2026-06-30", None),
        ("trước 30/6", "2026-06-30", None),
        ("trong tháng 6/2026", "2026-06-30", None),
        ("hoàn thành trong quý II/2026", "2026-06-30", None),
        ("hoàn thành trước ngày 31 tháng 10 năm 2026", "2026-10-31", None),
        ("trong 6 tháng đầu năm 2026", "2026-06-30", None),
        ("trong năm 2026", "2026-12-31", None),
        ("chậm nhất ngày 15-12-2026", "2026-12-15", None),
        ("trong quý III - IV/2026", "2026-12-31", None),
        ("xong trong tháng 9 - 10/2026", "2026-10-31", None),
        ("trước Q3/2026", "2026-09-30", None),
        ("trong T6/2026", "2026-06-30", None),
        ("định kỳ hằng quý", None, "quarterly"),
        ("trước ngày 25 hằng tháng", None, "monthly"),
        ("trước ngày 15/12 hằng năm", None, "yearly"),
        ("định kỳ 6 tháng, hằng năm", None, "half_yearly"),
        ("trước ngày 20 tháng cuối quý", None, "quarterly"),
    ],
)
def test_when(words: str, deadline: str | None, frequency: str | None) -> None:
    task = one(f"- Giao Sở Y tế báo cáo tiến độ {words}.")
    assert (task.deadline, task.frequency) == (deadline, frequency)
    assert "no_deadline" not in task.flags


@pytest.mark.parametrize(
    "words",
    [
        "theo Quyết định số 749/QĐ-TTg ngày 03/6/2020",
        "theo Chiến lược phát triển dữ liệu đến năm 2030",
        "theo kế hoạch hằng năm",
        "từ nguồn chi thường xuyên",
    ],
)
def test_what_is_no_due_date(words: str) -> None:
    task = one(f"- Giao Sở Y tế triển khai {words}.")
    assert (task.deadline, task.frequency) == (None, None)
    assert "no_deadline" in task.flags


def test_dates_are_not_part_of_the_action() -> None:
    assert one("- Trước ngày 30/6/2026, Sở Y tế báo cáo kết quả.").action == "Báo cáo kết quả"
    task = one("- Hằng quý, tổ chức tập huấn kỹ năng số.")
    assert (task.action, task.frequency) == ("Tổ chức tập huấn kỹ năng số", "quarterly")


def test_impossible_dates_are_flagged() -> None:
    task = one("- Giao Sở Y tế tổng kết trước ngày 31/02/2026.")
    assert task.deadline is None
    assert "impossible_date" in task.flags


def test_a_bullet_is_one_task_unless_its_sentences_name_other_leads() -> None:
    whole = work("- Rà soát quy chế; sửa đổi nội dung không phù hợp. Công khai kết quả rà soát.")
    assert [task.action for task in whole] == [
        "Rà soát quy chế; sửa đổi nội dung không phù hợp. Công khai kết quả rà soát"
    ]
    split = work("- Sở Y tế triển khai hồ sơ sức khỏe. Sở Tài chính bố trí kinh phí.")
    assert [(task.lead, task.action) for task in split] == [
        ("Sở Y tế", "Triển khai hồ sơ sức khỏe"),
        ("Sở Tài chính", "Bố trí kinh phí"),
    ]


def test_a_sentence_that_only_says_who_belongs_to_the_work_before() -> None:
    task = one("- Xây dựng kho dữ liệu. Giao Sở KH&CN chủ trì thực hiện, hoàn thành trước 30/6.")
    assert (task.lead, task.deadline) == ("Sở KH&CN", "2026-06-30")
    assert task.action.startswith("Xây dựng kho dữ liệu")


def test_work_without_an_organisation_says_so() -> None:
    task = one("- Nâng cấp mạng truyền số liệu chuyên dùng.")
    assert (task.lead, task.rule) == (None, "item")
    assert task.flags == ("lead_missing", "no_deadline")


def test_several_leads_are_flagged() -> None:
    task = one("- Giao Sở Y tế, Sở Tài chính xây dựng phương án tự chủ.")
    assert task.lead == "Sở Y tế, Sở Tài chính"
    assert "lead_unclear" in task.flags


def test_a_topic_before_the_work_is_left_out_of_the_action() -> None:
    task = one("- Hạ tầng số: Phủ sóng 5G tại trung tâm các xã.")
    assert task.action == "Phủ sóng 5G tại trung tâm các xã"


@pytest.mark.parametrize(
    "line",
    [
        "- Phấn đấu 100% cán bộ được tập huấn.",
        "- Đến năm 2030, 100% thôn có cáp quang.",
        "- Đã hoàn thành kết nối 10 hệ thống.",
        "- Việc bố trí kinh phí theo quy định hiện hành.",
        "Tăng cường ứng dụng công nghệ số trong mọi mặt của đời sống.",
        "Trong quá trình thực hiện, nếu có vướng mắc, các đơn vị phản ánh về Sở KH&CN.",
        "Yêu cầu các đơn vị, địa phương nghiêm túc triển khai thực hiện Kế hoạch này./.",
        "Trên đây là Kế hoạch chuyển đổi số, yêu cầu các đơn vị triển khai thực hiện.",
    ],
)
def test_what_is_no_task(line: str) -> None:
    assert work(line) == []


def test_goals_and_purposes_give_no_tasks() -> None:
    body = (
        "I. MỤC ĐÍCH, YÊU CẦU\n- Triển khai hiệu quả Nghị quyết.\n"
        "II. MỤC TIÊU\n- 90% hồ sơ được xử lý trực tuyến (chủ trì: Sở Y tế).\n"
    )
    assert plan_of(body).tasks == ()


def test_a_task_may_hold_a_target() -> None:
    plan = plan_of(
        "III. NHIỆM VỤ\n- Giao Công an tỉnh triển khai xác thực, phấn đấu đạt trên 90% công chức."
    )
    assert [target.value for target in plan.targets] == ["90"]
    assert [task.lead for task in plan.tasks] == ["Công an tỉnh"]


# --- organisations as headings --------------------------------------------------------------------


def test_bullets_under_an_organisation_are_its_tasks() -> None:
    tasks = organisation(
        *("1. Sở Khoa học và Công nghệ", "- Chủ trì, phối hợp với Sở Tài chính đôn đốc thực hiện;"),
        *("- Tham mưu tổ chức sơ kết trước ngày 15/7/2026.", "2. Trách nhiệm của Sở Y tế"),
        *("a) Số hóa hồ sơ sức khỏe.", "b) Liên thông dữ liệu khám chữa bệnh."),
        *("3. Văn phòng UBND tỉnh", "Theo dõi, đôn đốc các sở, ban, ngành."),
        *("4. Ủy ban nhân dân các xã, phường:", "- Kiện toàn Tổ công nghệ số cộng đồng."),
    )
    assert [(task.lead, task.action) for task in tasks] == [
        ("Sở Khoa học và Công nghệ", "Đôn đốc thực hiện"),
        ("Sở Khoa học và Công nghệ", "Tham mưu tổ chức sơ kết"),
        ("Sở Y tế", "Số hóa hồ sơ sức khỏe"),
        ("Sở Y tế", "Liên thông dữ liệu khám chữa bệnh"),
        ("Văn phòng UBND tỉnh", "Theo dõi, đôn đốc các sở, ban, ngành"),
        ("Ủy ban nhân dân các xã, phường", "Kiện toàn Tổ công nghệ số cộng đồng"),
    ]
    assert tasks[0].coordinating == ("Sở Tài chính",)
    assert {task.rule for task in tasks} == {"under_organisation"}


def test_numbered_lines_of_organisations() -> None:
    tasks = organisation(
        "1. Sở Tài chính: Tham mưu bố trí kinh phí.",
        "2. Bưu điện tỉnh, VNPT Phú Thọ bảo đảm đường truyền cho các hệ thống.",
        "3. Doanh nghiệp viễn thông (VNPT, Viettel): Đầu tư hạ tầng.",
        "4. Giám đốc các sở; Chủ tịch UBND các xã, phường chịu trách nhiệm trước UBND tỉnh về kết"
        " quả thực hiện.",
    )
    assert [task.lead for task in tasks] == [
        "Sở Tài chính",
        "Bưu điện tỉnh, VNPT Phú Thọ",
        "Doanh nghiệp viễn thông",
        "Giám đốc các sở; Chủ tịch UBND các xã, phường",
    ]
    assert tasks[3].action.startswith("Chịu trách nhiệm trước UBND tỉnh")


def test_committees_of_the_party_and_duties_before_the_work() -> None:
    tasks = organisation(
        "1. Các huyện ủy, thành ủy, đảng ủy trực thuộc Tỉnh ủy",
        "Căn cứ Chương trình này, xây dựng kế hoạch thực hiện trước ngày 30/4/2026.",
        *("2. Đảng ủy các xã, phường lãnh đạo tuyên truyền.", "3. Sở Y tế, Sở Nội vụ"),
        "Theo chức năng, nhiệm vụ được giao chủ động triển khai Kế hoạch.",
        "4. Viễn thông Phú Thọ, Viettel Phú Thọ: bảo đảm đường truyền.",
        *("5. Công an tỉnh chủ trì:", "- Tiếp tục thu nhận hồ sơ cấp căn cước cho công dân."),
    )
    assert [task.lead for task in tasks] == [
        "Các huyện ủy, thành ủy, đảng ủy trực thuộc Tỉnh ủy",
        "Đảng ủy các xã, phường",
        "Sở Y tế, Sở Nội vụ",
        "Viễn thông Phú Thọ, Viettel Phú Thọ",
        "Công an tỉnh",
    ]


def test_several_openings_and_what_heads_must_do() -> None:
    tasks = organisation(
        "1. Các sở, ban, ngành:",
        "- Trên cơ sở Kế hoạch này và tình hình thực tế, trong 15 ngày kể từ ngày ban hành,"
        " xây dựng kế hoạch của đơn vị.",
        "- Người đứng đầu phải trực tiếp phụ trách chuyển đổi số.",
    )
    assert [task.lead for task in tasks] == ["Các sở, ban, ngành"] * 2


def test_a_numbered_line_on_money_is_not_about_the_number_before() -> None:
    tasks = organisation(
        "1. Hội Nông dân tỉnh: vận động hội viên.",
        "2. Kinh phí thực hiện: 4,5 tỷ đồng từ ngân sách nhà nước.",
    )
    assert [(task.budget, task.rule) for task in tasks] == [(None, "stated")]


def test_agreeing_to_give_the_work_gives_it() -> None:
    task = one("- Đồng ý chủ trương giao Sở Y tế thí điểm bệnh án điện tử.")
    assert (task.lead, task.rule) == ("Sở Y tế", "assigned")
    assert task.action == "Thí điểm bệnh án điện tử"


def test_numbered_contents_with_labels_beneath() -> None:
    task = one(
        *("1. Nhóm nhiệm vụ về pháp lý", "1.1. Nội dung: Rà soát các văn bản."),
        *("- Đơn vị thực hiện: Sở Tư pháp.", "- Thời hạn: 15/6/2026."),
        "- Kết quả: Báo cáo rà soát trình UBND tỉnh.",
    )
    assert (task.action, task.lead) == ("Rà soát các văn bản", "Sở Tư pháp")
    assert (task.deadline, task.product) == ("2026-06-15", "Báo cáo rà soát trình UBND tỉnh")


@pytest.mark.parametrize(
    "words",
    [
        "; thời gian thực hiện từ tháng 3 đến tháng 9/2026",
        " (thực hiện thường xuyên)",
        " (hằng quý)",
        " vào ngày 05 hằng tháng",
    ],
)
def test_when_is_no_part_of_the_action(words: str) -> None:
    assert one(f"- Sở Y tế công khai kết quả{words}.").action == "Công khai kết quả"


def test_who_pays_for_the_work_before() -> None:
    task = one("- Lắp đặt 15 máy kiosk; giao Sở Y tế làm chủ đầu tư.")
    assert (task.action, task.lead) == ("Lắp đặt 15 máy kiosk", "Sở Y tế")


PARAGRAPHS = ("III. NHIỆM VỤ", "- Xây dựng đề án phát triển hạ tầng số", "số hóa tài liệu lưu trữ")


@pytest.mark.parametrize("kept", [True, False])
def test_paragraphs_of_a_file_are_not_joined(kept: bool) -> None:
    """One paragraph with a line break goes on; a paragraph of its own does not."""
    text = "\n".join(PARAGRAPHS)
    starts = [text.index(line) for line in PARAGRAPHS[: 2 if kept else 3]]
    origins = tuple(Origin(start, paragraph=n) for n, start in enumerate(starts, start=1))
    plan = read_plan(SourceText(text, "docx", origins=origins))
    joined = [task for task in plan.tasks if "tài liệu" in task.quote and "đề án" in task.quote]
    assert len(joined) == (1 if kept else 0)


def test_a_heading_that_assigns_hands_down_lead_and_partners() -> None:
    tasks = organisation(
        *("1. Giao Sở Y tế chủ trì, phối hợp với Sở Tài chính:", "- Triển khai bệnh án điện tử."),
        *("- Sở Công Thương:", "+ Phát triển thương mại điện tử.", "+ Hỗ trợ doanh nghiệp nhỏ."),
    )
    assert [(task.lead, task.coordinating) for task in tasks] == [
        ("Sở Y tế", ("Sở Tài chính",)),
        ("Sở Công Thương", ()),
        ("Sở Công Thương", ()),
    ]


def test_a_numbered_line_without_a_full_stop_is_an_item_when_nothing_stands_beneath() -> None:
    tasks = organisation("1. Sở Tài chính bố trí kinh phí", "2. Sở Nội vụ theo dõi thi đua")
    assert [task.lead for task in tasks] == ["Sở Tài chính", "Sở Nội vụ"]


def test_articles_of_a_decision() -> None:
    plan = read_plan(
        "QUYẾT ĐỊNH\nĐiều 1. Phê duyệt Đề án chuyển đổi số\n"
        "Điều 2. Giao Sở Khoa học và Công nghệ chủ trì, phối hợp với các cơ quan liên quan tổ chức"
        " triển khai Đề án.\n"
        "Điều 3. Chánh Văn phòng UBND tỉnh, Giám đốc các sở và các tổ chức, cá nhân liên quan chịu"
        " trách nhiệm thi hành Quyết định này./.\n"
    )
    assert [(task.lead, task.action) for task in plan.tasks] == [
        ("Sở Khoa học và Công nghệ", "Tổ chức triển khai Đề án")
    ]


# --- labels ---------------------------------------------------------------------------------------

LABELS = (
    "Cơ quan chủ trì: Sở Khoa học và Công nghệ.",
    "Cơ quan phối hợp: Văn phòng UBND tỉnh, các cơ quan liên quan.",
    "Thời gian thực hiện: Quý II/2026.",
    "Sản phẩm: Quyết định của UBND tỉnh.",
    "Kinh phí: 1,5 tỷ đồng.",
)


@pytest.mark.parametrize("mark", ["- ", "+ ", ""])
@pytest.mark.parametrize("order", [1, -1])
@pytest.mark.parametrize(
    "task_line", ["a) Ban hành quy chế dữ liệu", "a) Ban hành quy chế dữ liệu."]
)
def test_labelled_lines_in_any_order(mark: str, order: int, task_line: str) -> None:
    task = one(task_line, *(mark + label for label in LABELS[::order]))
    assert task.action == "Ban hành quy chế dữ liệu"
    assert task.lead == "Sở Khoa học và Công nghệ"
    assert task.coordinating == ("Văn phòng UBND tỉnh", "các cơ quan liên quan")
    assert (task.deadline, task.product) == ("2026-06-30", "Quyết định của UBND tỉnh")
    assert (task.budget, task.flags, task.rule) == ("1500000000", (), "labelled")


@pytest.mark.parametrize(
    "line",
    [
        "- Xây dựng kho dữ liệu (Sở Y tế chủ trì; hoàn thành trong quý II/2026).",
        "- Xây dựng kho dữ liệu (chủ trì: Sở Y tế; hoàn thành: quý II/2026).",
        "- Xây dựng kho dữ liệu. Cơ quan chủ trì: Sở Y tế; thời gian hoàn thành: tháng 6/2026.",
        "- Xây dựng kho dữ liệu. Chủ trì: Sở Y tế. Thời hạn: trước ngày 30/6/2026.",
        "- Xây dựng kho dữ liệu (Cơ quan chủ trì: Sở Y tế, hoàn thành trong quý II/2026).",
    ],
)
def test_labels_in_one_line(line: str) -> None:
    task = one(line)
    assert (task.action, task.lead) == ("Xây dựng kho dữ liệu", "Sở Y tế")
    assert task.deadline == "2026-06-30"


def test_labels_belong_to_the_task_they_stand_under() -> None:
    tasks = work(
        *("- Rà soát quy chế.", "+ Chủ trì: Sở Tư pháp.", "- Nâng cấp hạ tầng."),
        *("+ Chủ trì: Sở KH&CN.", "+ Thời gian: Năm 2026."),
    )
    assert [(task.lead, task.deadline) for task in tasks] == [
        ("Sở Tư pháp", None),
        ("Sở KH&CN", "2026-12-31"),
    ]


def test_labels_below_several_bullets_are_for_all_of_them() -> None:
    tasks = work("- Rà soát quy chế.", "- Ban hành quy định.", "Cơ quan chủ trì: Sở Tư pháp.")
    assert [task.lead for task in tasks] == ["Sở Tư pháp", "Sở Tư pháp"]


def test_a_numbered_heading_with_labels_is_a_task() -> None:
    plan = plan_of(
        "III. NHIỆM VỤ\n1. Nền tảng tích hợp, chia sẻ dữ liệu\n- Đơn vị thực hiện: Sở KH&CN\n"
        "- Thời gian: Thường xuyên\n2. Tuyên truyền\n- Đăng tải tin bài.\n"
    )
    assert [(task.action, task.lead, task.frequency) for task in plan.tasks] == [
        ("Nền tảng tích hợp, chia sẻ dữ liệu", "Sở KH&CN", "regularly"),
        ("Đăng tải tin bài", None, None),
    ]


def test_a_date_that_cannot_be_read_is_flagged() -> None:
    task = one("a) Ban hành quy chế", "- Thời gian: Sau khi có hướng dẫn của Bộ.")
    assert task.deadline is None
    assert "deadline_not_read" in task.flags


@pytest.mark.parametrize(
    ("words", "budget"),
    [
        ("Kinh phí: 500 triệu đồng.", "500000000"),
        ("Dự kiến kinh phí: 25 tỷ đồng từ ngân sách tỉnh.", "25000000000"),
        ("Tổng mức đầu tư: 1.250.000.000 đồng.", "1250000000"),
        ("Kinh phí: Ngân sách tỉnh.", None),
    ],
)
def test_budgets(words: str, budget: str | None) -> None:
    assert one("a) Ban hành quy chế", "- Chủ trì: Sở Y tế.", f"- {words}").budget == budget


def test_label_lines_are_left_alone_with_their_reason() -> None:
    plan = plan_of("III. NHIỆM VỤ\n1. Thể chế\n- Ban hành quy chế.\n+ Chủ trì: Sở Y tế.\n")
    assert [left.text for left in plan.left_alone if left.reason == "task_detail"] == [
        "+ Chủ trì: Sở Y tế."
    ]


def test_parts_of_one_piece_of_work_are_no_tasks() -> None:
    tasks = work(
        "- Cập nhật Kiến trúc số, bao gồm:", "+ Kiến trúc nghiệp vụ;", "+ Kiến trúc dữ liệu."
    )
    assert [task.action for task in tasks] == ["Cập nhật Kiến trúc số"]


def test_quotes_are_the_text() -> None:
    plan = plan_of("III. NHIỆM VỤ\n- Giao Sở Y tế triển khai.\n- Sở Nội vụ rà soát./.\n")
    for task in plan.tasks:
        assert plan.text[task.start : task.end] == task.quote
    assert [task.quote for task in plan.tasks] == ["Giao Sở Y tế triển khai", "Sở Nội vụ rà soát"]


@pytest.mark.parametrize(
    "word", ["và ", "Sở ", "các sở, ", "Giao Sở Y tế ", "chủ trì: ", "(", "Ban A "]
)
def test_long_bullets_of_one_word_are_read_in_time(word: str) -> None:
    bullet = "- Rà soát " + word * (3500 // len(word))
    started = time.perf_counter()
    work(*[bullet] * 20)
    assert time.perf_counter() - started < 5
