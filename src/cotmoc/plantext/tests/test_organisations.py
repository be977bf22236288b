"""Organisations as plans write them, alone and in lists."""

from __future__ import annotations

import pytest

from cotmoc.plantext.organisations import canonical, find_organisations, read_names, run_from


def names(text: str) -> list[str]:
    return [organisation.name for organisation in find_organisations(text)]


@pytest.mark.parametrize(
    "name",
    [
        *("Sở Khoa học và Công nghệ", "Sở KH&CN", "Sở TT&TT", "Sở LĐ-TB&XH", "Sở NN&PTNT"),
        *("Sở Nông nghiệp và Môi trường", "Sở Giáo dục và Đào tạo", "Sở Dân tộc và Tôn giáo"),
        *("Sở Văn hóa, Thể thao và Du lịch", "Sở VHTT&DL", "Sở Lao động - Thương binh và Xã hội"),
        *("SỞ KHOA HỌC VÀ CÔNG NGHỆ", "Văn phòng UBND tỉnh", "Văn phòng Ủy ban nhân dân tỉnh"),
        *(
            "Văn phòng Đoàn ĐBQH và HĐND tỉnh",
            "Văn phòng Tỉnh ủy",
            "Công an tỉnh",
            "Thanh tra tỉnh",
        ),
        *("UBND các huyện, thị xã, thành phố", "UBND cấp xã", "UBND các xã, phường, đặc khu"),
        *("Ủy ban nhân dân tỉnh Phú Thọ", "Bộ Chỉ huy Quân sự tỉnh", "Thuế tỉnh", "Thống kê tỉnh"),
        *("các sở, ban, ngành", "các cơ quan, đơn vị liên quan", "các sở, ban, ngành, địa phương"),
        *(
            "Các cơ quan chuyên môn thuộc UBND tỉnh",
            "các doanh nghiệp viễn thông trên địa bàn tỉnh",
        ),
        *("Ban Quản lý Khu kinh tế", "Ban Quản lý các khu công nghiệp tỉnh", "Ban Dân tộc"),
        *(
            "Trung tâm Phục vụ hành chính công tỉnh",
            "Trung tâm Công nghệ thông tin và Truyền thông",
        ),
        *("Bưu điện tỉnh", "VNPT Phú Thọ", "Viettel Bình Định", "MobiFone tỉnh", "Tỉnh đoàn"),
        *("Ngân hàng Nhà nước chi nhánh tỉnh Phú Thọ", "Ngân hàng Nhà nước Khu vực 4"),
        *("Đài PT-TH", "Đài Phát thanh và Truyền hình tỉnh", "Báo Phú Thọ", "Hội LHPN tỉnh"),
        *("Báo và Phát thanh, truyền hình Phú Thọ", "Kho bạc Nhà nước Khu vực VIII"),
        *("Ủy ban MTTQ Việt Nam tỉnh", "các tổ chức chính trị - xã hội tỉnh", "Liên minh HTX tỉnh"),
        *("Bảo hiểm xã hội tỉnh", "Ban Tuyên giáo và Dân vận Tỉnh ủy", "Trường Chính trị tỉnh"),
    ],
)
def test_a_name_is_found_whole(name: str) -> None:
    assert names(name) == [name]
    assert names(f"Giao {name} chủ trì thực hiện.") == [name]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "Sở Nội vụ, Sở Tài chính và các đơn vị liên quan",
            ["Sở Nội vụ", "Sở Tài chính", "các đơn vị liên quan"],
        ),
        (
            "các sở, ban, ngành; UBND các xã, phường và Bưu điện tỉnh",
            ["các sở, ban, ngành", "UBND các xã, phường", "Bưu điện tỉnh"],
        ),
        (
            "Giám đốc các Sở: Nội vụ, Công Thương, KH&CN; Chánh Văn phòng UBND tỉnh",
            ["Sở Nội vụ", "Sở Công Thương", "Sở KH&CN", "Văn phòng UBND tỉnh"],
        ),
        (
            "các sở Tài chính, Nội vụ và Tư pháp",
            ["Sở Tài chính", "Sở Nội vụ", "Sở Tư pháp"],
        ),
        (
            "Sở Y tế triển khai; Báo cáo UBND tỉnh trước ngày 30/6",
            ["Sở Y tế", "UBND tỉnh"],
        ),
        (
            "Chi cục Tiêu chuẩn Đo lường Chất lượng thuộc Sở KH&CN",
            ["Chi cục Tiêu chuẩn Đo lường Chất lượng", "Sở KH&CN"],
        ),
        ("cơ sở y tế tư nhân, cán bộ y tế và trụ sở công an", []),
        ("nâng cao chỉ số, tổ chức hội nghị và báo cáo kết quả", []),
    ],
)
def test_lists_are_cut_where_a_name_ends(text: str, expected: list[str]) -> None:
    assert names(text) == expected


def test_spans_are_those_of_the_text() -> None:
    text = "Giao Sở Y tế, Sở Nội vụ\nvà Công an tỉnh."
    found = find_organisations(text)
    assert [text[each.start : each.end] for each in found] == [
        *("Sở Y tế", "Sở Nội vụ", "Công an tỉnh"),
    ]
    assert len(run_from(found, text, 0)) == 3


def test_a_name_over_two_lines_is_one_line() -> None:
    assert names("Sở Khoa học và\nCông nghệ") == ["Sở Khoa học và Công nghệ"]


def test_a_list_of_a_cell_keeps_kinds_nobody_knows() -> None:
    value = "Sở Y tế (thường trực)\nTrạm Khuyến nông\nCác địa phương"
    assert read_names(value) == ("Sở Y tế", "Trạm Khuyến nông", "Các địa phương")


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Sở KH&CN", "Sở Khoa học và Công nghệ"),
        ("Sở Khoa học & Công nghệ", "Sở Khoa học và Công nghệ tỉnh Phú Thọ"),
        ("Sở TTTT", "Sở Thông tin và Truyền thông"),
        ("Sở LĐ-TB&XH", "Sở Lao động - Thương binh và Xã hội"),
        ("Sở NN&PTNT", "Sở Nông nghiệp và Phát triển nông thôn"),
        ("Sở VHTT&DL", "Sở Văn hoá, Thể thao và Du lịch"),
        ("UBND tỉnh", "Uỷ ban nhân dân tỉnh Phú Thọ"),
        ("VP UBND tỉnh", "Văn phòng Ủy ban nhân dân tỉnh"),
        ("BQL Khu kinh tế", "Ban Quản lý Khu kinh tế"),
        ("Đài PT-TH tỉnh", "Đài Phát thanh và Truyền hình tỉnh"),
        ("Hội LHPN tỉnh", "Hội Liên hiệp Phụ nữ tỉnh"),
    ],
)
def test_spellings_of_one_organisation_compare_equal(one: str, other: str) -> None:
    assert canonical(one) == canonical(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Sở Nội vụ", "Sở Ngoại vụ"),
        ("UBND tỉnh", "UBND cấp xã"),
        ("Sở TT&TT", "Sở KH&CN"),
        ("Công an tỉnh", "Thanh tra tỉnh"),
    ],
)
def test_different_organisations_stay_different(one: str, other: str) -> None:
    assert canonical(one) != canonical(other)
