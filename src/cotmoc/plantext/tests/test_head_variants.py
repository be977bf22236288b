"""Spellings and faults of single lines of the header block, and what relates to other documents."""

from __future__ import annotations

import pytest

from cotmoc.plantext import Head, read_plan

NATION = "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM\nĐộc lập - Tự do - Hạnh phúc\n"


def head_with(
    issuer: str = "ỦY BAN NHÂN DÂN\nTỈNH SÔNG MÂY",
    number: str = "Số: 33/KH-UBND",
    date: str = "Sông Mây, ngày 23 tháng 02 năm 2024",
    title: str = "KẾ HOẠCH\nChuyển đổi số tỉnh Sông Mây",
    body: str = "",
) -> Head:
    return read_plan(f"{issuer}\n{number}\n{NATION}{date}\n{title}\n\n{body}\nI. MỤC TIÊU\n").head


@pytest.mark.parametrize(
    ("line", "number", "symbol", "reference"),
    [
        ("Số: 33 /KH-UBND", "33", "KH-UBND", "33/KH-UBND"),
        ("Số: 33/KH- UBND", "33", "KH-UBND", "33/KH-UBND"),
        ("Số:33 / KH – UBND", "33", "KH-UBND", "33/KH-UBND"),
        ("Số : 12/2025/NQ-HĐND", "12", "2025/NQ-HĐND", "12/2025/NQ-HĐND"),
        ("Số:      /KH-UBND", None, "KH-UBND", None),
        ("Số: ……/QĐ-UBND", None, "QĐ-UBND", None),
        ("Số 08-NQ/TU", "08", "NQ/TU", "08-NQ/TU"),
        ("Số: 33a/KH-UBND", "33a", "KH-UBND", "33a/KH-UBND"),
        ("(Kèm theo Quyết định số 9/QĐ-UBND)", None, None, None),
    ],
)
def test_the_number(
    line: str, number: str | None, symbol: str | None, reference: str | None
) -> None:
    head = head_with(number=line)
    assert (head.number, head.symbol, head.reference) == (number, symbol, reference)


@pytest.mark.parametrize(
    ("line", "place", "date"),
    [
        ("Sông Mây, ngày 01/3/2021", "Sông Mây", "2021-03-01"),
        ("Bà Rịa - Vũng Tàu, ngày 3 tháng 12 năm\n2024", "Bà Rịa - Vũng Tàu", "2024-12-03"),
        ("TP. Hồ Chí Minh, ngày 5  tháng  6  năm  2025", "TP. Hồ Chí Minh", "2025-06-05"),
        ("Thành phố Hồ Chí Minh, ngày 5 tháng 6 năm 2025", "Thành phố Hồ Chí Minh", "2025-06-05"),
        ("Sông Mây, ngày      tháng 01 năm 2026", "Sông Mây", None),
        ("Sông Mây, ngày … tháng … năm 2026", "Sông Mây", None),
        ("Sông Mây, ngày 45 tháng 1 năm 2026", "Sông Mây", None),
    ],
)
def test_place_and_date(line: str, place: str, date: str | None) -> None:
    head = head_with(date=line)
    assert (head.place, head.date) == (place, date)


@pytest.mark.parametrize(
    ("lines", "issuer", "province"),
    [
        (
            "UBND TỈNH SÔNG MÂY\nSỞ THÔNG TIN\nVÀ TRUYỀN THÔNG",
            "SỞ THÔNG TIN VÀ TRUYỀN THÔNG",
            "Sông Mây",
        ),
        ("UBND TỈNH SÔNG MÂY\nVĂN PHÒNG", "VĂN PHÒNG UBND TỈNH SÔNG MÂY", "Sông Mây"),
        ("HỘI ĐỒNG NHÂN DÂN\nTHÀNH PHỐ HẢI HÀ", "HỘI ĐỒNG NHÂN DÂN THÀNH PHỐ HẢI HÀ", "Hải Hà"),
        (
            "BAN CHẤP HÀNH ĐẢNG BỘ TỈNH\nSÔNG MÂY\n*",
            "BAN CHẤP HÀNH ĐẢNG BỘ TỈNH SÔNG MÂY",
            "Sông Mây",
        ),
        (
            "ỦY BAN NHÂN DÂN\nXÃ ĐỒNG XANH\nDỰ THẢO LẦN 2",
            "ỦY BAN NHÂN DÂN XÃ ĐỒNG XANH",
            "Sông Mây",
        ),
        ("BỘ KHOA HỌC VÀ CÔNG NGHỆ\n--------", "BỘ KHOA HỌC VÀ CÔNG NGHỆ", "Sông Mây"),
    ],
)
def test_the_issuer(lines: str, issuer: str, province: str) -> None:
    head = head_with(issuer=lines)
    assert (head.issuer, head.province) == (issuer, province)


@pytest.mark.parametrize(
    ("title", "kind", "subject"),
    [
        ("KẾ HOẠCH CHUYỂN ĐỔI SỐ\nNĂM 2025", "plan", "CHUYỂN ĐỔI SỐ NĂM 2025"),
        ("Kế hoạch chuyển đổi số năm 2025", "plan", "chuyển đổi số năm 2025"),
        (
            "ĐỀ ÁN\nChuyển đổi số giai đoạn\n2024 - 2026",
            "scheme",
            "Chuyển đổi số giai đoạn 2024 - 2026",
        ),
        ("BÁO CÁO THẨM TRA\ndự thảo Nghị quyết", "report", "THẨM TRA dự thảo Nghị quyết"),
        ("THÔNG BÁO\nKết luận của Chủ tịch", "notice", "Kết luận của Chủ tịch"),
        ("CHỈ THỊ\nVề an toàn thông tin\n(Tài liệu mật)", "directive", "Về an toàn thông tin"),
        ("CHƯƠNG TRÌNH HÀNH ĐỘNG\nVề dữ liệu", "programme", "Về dữ liệu"),
    ],
)
def test_the_type_and_the_subject(title: str, kind: str, subject: str) -> None:
    head = head_with(title=title)
    assert (head.type, head.subject) == (kind, subject)


@pytest.mark.parametrize(
    ("title", "years"),
    [
        ("năm 2025", (2025, 2025, 2025)),
        ("giai đoạn 2021-2025, định hướng đến năm 2030", (None, 2021, 2025)),
        ("giai đoạn 2026 – 2030", (None, 2026, 2030)),
        ("5 năm 2026 - 2030", (None, 2026, 2030)),
        ("đến năm 2025, tầm nhìn đến năm 2030", (None, None, 2025)),
        ("theo Nghị quyết ngày 5 tháng 6 năm 2023", (None, None, None)),
        ("năm 2024 và phương hướng năm 2025", (2025, 2025, 2025)),
    ],
)
def test_the_years(title: str, years: tuple[int | None, ...]) -> None:
    head = head_with(title=f"KẾ HOẠCH\nChuyển đổi số {title}")
    assert (head.year, head.since, head.horizon) == years


@pytest.mark.parametrize(
    ("body", "relations"),
    [
        (
            "Căn cứ Nghị quyết số 50/NQ-CP ngày 17/4/2020 thực hiện Nghị quyết số 52-NQ/TW;",
            [("based_on", "50/NQ-CP")],
        ),
        (
            "Căn cứ Nghị định số 45/2020/NĐ-CP và Nghị định số 107/2021/NĐ-CP sửa đổi Nghị định số "
            "61/2018/NĐ-CP;",
            [("based_on", "45/2020/NĐ-CP"), ("based_on", "107/2021/NĐ-CP")],
        ),
        (
            "Căn cứ các Quyết định của Thủ tướng Chính phủ: số 749/QĐ-TTg ngày 03/6/2020; số "
            "411/QĐ-TTg ngày 31/3/2022;",
            [("based_on", "749/QĐ-TTg"), ("based_on", "411/QĐ-TTg")],
        ),
        (
            "Triển khai Quyết định số 749/QĐ-TTg, Ủy ban nhân dân tỉnh ban hành Kế hoạch như sau:",
            [("implements", "749/QĐ-TTg")],
        ),
        ("I. NHIỆM VỤ\n- Trình thay thế Quyết định số 14/QĐ-UBND.", []),
        ("I. NHIỆM VỤ\n- Tham mưu sửa đổi, bổ sung Quyết định số 12/2022/QĐ-UBND.", []),
        (
            "I. HIỆU LỰC\nKế hoạch này thay thế Kế hoạch số 5/KH-UBND và Kế hoạch số 6/KH-UBND.",
            [("replaces", "5/KH-UBND"), ("replaces", "6/KH-UBND")],
        ),
        ("Điều 2. Bãi bỏ Quyết định số 7/QĐ-UBND.", [("replaces", "7/QĐ-UBND")]),
        (
            "Điều 1. Sửa đổi khoản 2 Điều 3 của Quyết định số 8/QĐ-UBND như sau:",
            [("amends", "8/QĐ-UBND")],
        ),
        (
            "I. MỤC ĐÍCH\n- Cụ thể hóa Nghị quyết số 08-NQ/TU ngày 5/5/2021 theo Quyết định số "
            "9/QĐ-TTg.",
            [("implements", "08-NQ/TU")],
        ),
    ],
)
def test_the_relations(body: str, relations: list[tuple[str, str]]) -> None:
    citations = head_with(body=body).citations
    assert [(citation.kind, citation.reference) for citation in citations] == relations


def test_the_relation_nearest_to_the_reference_counts_in_a_title() -> None:
    title = "Sửa đổi, bổ sung Chương trình thực hiện Nghị quyết số 57-NQ/TW"
    assert [c.kind for c in head_with(title=f"QUYẾT ĐỊNH\n{title}").citations] == ["implements"]
    title = "Sửa đổi, bổ sung một số nội dung của Kế hoạch số 3/KH-UBND"
    assert [c.kind for c in head_with(title=f"KẾ HOẠCH\n{title}").citations] == ["amends"]


def test_annexes_with_their_titles() -> None:
    plan = read_plan(
        "I. MỤC TIÊU\n- Phụ lục I kèm theo.\nPHỤ LỤC I\nDANH MỤC NHIỆM VỤ\nNĂM 2025\n"
        "(Kèm theo Kế hoạch)\n"
        "Phụ lục số 02. Các chỉ tiêu\nPHỤ LỤC\nSTT\n"
    )
    assert [(annex.label, annex.title) for annex in plan.head.annexes] == [
        ("PHỤ LỤC I", "DANH MỤC NHIỆM VỤ NĂM 2025"),
        ("Phụ lục số 02", "Các chỉ tiêu"),
        ("PHỤ LỤC", None),
    ]


def test_a_headline_in_capitals_does_not_hide_the_document_an_article_tells_about() -> None:
    head = read_plan(
        "KẾ HOẠCH CHUYỂN ĐỔI SỐ TỈNH SÔNG MÂY NĂM 2024\n\nNgày 08/03/2024, Ủy ban nhân dân tỉnh "
        "Sông Mây ban hành Kế hoạch số 41/KH-UBND về chuyển đổi số.\n"
    ).head
    assert (head.reference, head.date, head.issuer) == (
        "41/KH-UBND",
        "2024-03-08",
        "Ủy ban nhân dân tỉnh Sông Mây",
    )
