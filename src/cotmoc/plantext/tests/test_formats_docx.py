"""Word documents are read as they look on paper."""

from __future__ import annotations

import io
import zipfile

import pytest
from docx import Document

from cotmoc.plantext import UnreadableText, read_plan
from cotmoc.plantext.source import load_bytes
from cotmoc.plantext.tests.making import (
    cell,
    docx,
    level,
    numbered,
    paragraph,
    run,
    table,
)

LISTS = (
    f'<w:abstractNum w:abstractNumId="0">{level(0, "upperRoman", "%1.")}'
    f"{level(1, 'decimal', '%2.')}{level(2, 'decimal', '%2.%3.')}"
    f"{level(3, 'lowerLetter', '%4)')}</w:abstractNum>"
    f'<w:abstractNum w:abstractNumId="1">{level(0, "bullet", "-")}'
    f"{level(1, 'bullet', chr(0xF0B7))}</w:abstractNum>"
    '<w:num w:numId="1"><w:abstractNumId w:val="0"/></w:num>'
    '<w:num w:numId="2"><w:abstractNumId w:val="1"/></w:num>'
    '<w:num w:numId="3"><w:abstractNumId w:val="0"/>'
    '<w:lvlOverride w:ilvl="0"><w:startOverride w:val="1"/></w:lvlOverride></w:num>'
)


def lines(body: str, **parts: str) -> list[str]:
    return load_bytes(docx(body, **parts), "ke-hoach.docx").text.splitlines()


def test_labels_that_word_counts_are_in_the_text():
    body = (
        numbered("MỤC TIÊU", 1)
        + numbered("Chính quyền số", 1, 1)
        + numbered("Hồ sơ", 1, 2)
        + numbered("Trực tuyến", 1, 3)
        + numbered("Đúng hạn", 1, 3)
        + numbered("Dữ liệu", 1, 2)
        + numbered("Kinh tế số", 1, 1)
        + numbered("NHIỆM VỤ", 1)
        + numbered("Nhận thức", 1, 1)
        + numbered("90% cán bộ được tập huấn", 2)
        + numbered("cấp xã 80%", 2, 1)
        + numbered("PHỤ LỤC", 3)
    )
    assert lines(body, numbering=LISTS) == [
        *("I. MỤC TIÊU", "1. Chính quyền số", "1.1. Hồ sơ", "a) Trực tuyến", "b) Đúng hạn"),
        *("1.2. Dữ liệu", "2. Kinh tế số", "II. NHIỆM VỤ", "1. Nhận thức"),
        *("- 90% cán bộ được tập huấn", "• cấp xã 80%", "I. PHỤ LỤC"),
    ]


def test_a_style_can_number_its_paragraphs():
    styles = (
        '<w:style w:type="paragraph" w:styleId="Muc"><w:name w:val="Muc"/><w:pPr><w:numPr>'
        '<w:ilvl w:val="1"/><w:numId w:val="1"/></w:numPr></w:pPr></w:style>'
        '<w:style w:type="paragraph" w:styleId="MucCon"><w:basedOn w:val="Muc"/></w:style>'
    )
    off = '<w:pStyle w:val="Muc"/><w:numPr><w:numId w:val="0"/></w:numPr>'
    body = (
        paragraph("Một", '<w:pStyle w:val="Muc"/>')
        + paragraph("Không số", off)
        + paragraph("Hai", '<w:pStyle w:val="MucCon"/>')
    )
    assert lines(body, numbering=LISTS, styles=styles) == ["1. Một", "Không số", "2. Hai"]


def test_tracked_changes_are_accepted():
    inserted = f"<w:ins>{run('95%')}</w:ins>"
    deleted = "<w:del><w:r><w:delText>90%</w:delText></w:r></w:del>"
    gone = paragraph(runs="<w:del><w:r><w:delText>Bỏ cả đoạn</w:delText></w:r></w:del>")
    joined = paragraph(runs=run("nối với "), properties="<w:rPr><w:del/></w:rPr>")
    body = (
        paragraph(runs=run("Đạt ") + deleted + inserted + run(" hồ sơ"))
        + gone
        + joined
        + paragraph("đoạn sau")
    )
    assert lines(body) == ["Đạt 95% hồ sơ", "nối với đoạn sau"]


def test_hidden_text_codes_comments_and_headers_are_left_out():
    field = (
        '<w:r><w:fldChar w:fldCharType="begin"/></w:r>'
        "<w:r><w:instrText>PAGE 90%</w:instrText></w:r>"
        '<w:r><w:fldChar w:fldCharType="separate"/></w:r>' + run("12")
    )
    body = paragraph(runs=run("Thấy") + run(" ẩn", "<w:vanish/>") + run(" ") + field)
    assert lines(body) == ["Thấy 12"]


def test_capitals_raised_digits_breaks_and_symbols():
    mark = '<w:vertAlign w:val="superscript"/>'
    sign = '<w:r><w:sym w:font="Symbol" w:char="F0B3"/></w:r>'
    body = (
        paragraph(runs=run("Kế hoạch", "<w:caps/>"))
        + paragraph(runs=run("Đạt 90%") + run("1", mark) + run(" trên 5 km") + run("2", mark))
        + paragraph(runs=run("Dòng một") + "<w:r><w:br/></w:r>" + run("Dòng hai"))
        + paragraph(runs=run("Tỷ lệ ") + sign + run(" 80%"))
    )
    expected = ["KẾ HOẠCH", "Đạt 90% trên 5 km2", "Dòng một", "Dòng hai", "Tỷ lệ ≥ 80%"]
    assert lines(body) == expected


def test_a_text_box_is_read_once_after_its_paragraph():
    box = f"<w:txbxContent>{paragraph('Trong khung')}</w:txbxContent>"
    drawing = (
        f"<w:r><mc:AlternateContent><mc:Choice><w:drawing><wps:txbx>{box}</wps:txbx></w:drawing>"
        f"</mc:Choice><mc:Fallback><w:pict><v:textbox>{box}</v:textbox></w:pict></mc:Fallback>"
        "</mc:AlternateContent></w:r>"
    )
    assert lines(paragraph(runs=run("Ngoài") + drawing)) == ["Ngoài", "Trong khung"]


def test_footnotes_stand_at_the_end():
    notes = f'<w:footnote w:id="7">{paragraph("Theo Quyết định số 1/QĐ-TTg")}</w:footnote>'
    body = paragraph(runs=run("Đạt 90%") + '<w:r><w:footnoteReference w:id="7"/></w:r>')
    source = load_bytes(docx(body + paragraph("Hết"), footnotes=notes), "a.docx")
    assert source.text == "Đạt 90%\nHết\n\n[1] Theo Quyết định số 1/QĐ-TTg\n"
    assert source.notes == ("footnotes_at_end",)


def test_a_table_keeps_its_merged_cells_and_numbers_its_rows():
    down, on = '<w:vMerge w:val="restart"/>', "<w:vMerge/>"
    wide = '<w:gridSpan w:val="2"/>'
    number = f"<w:tc>{numbered('', 1, 1)}</w:tc>"
    body = paragraph("Trước") + table(
        [cell("STT", down), cell("Chỉ tiêu", down), cell("Giao", wide)],
        [cell("", on), cell("", on), cell("2025"), cell("2026")],
        [number, cell("Hồ sơ trực tuyến"), cell("80%"), cell("90%")],
        [number, cell("Hộ có internet"), cell(), cell("95%")],
    )
    source = load_bytes(docx(body + paragraph("Sau"), numbering=LISTS), "a.docx")
    assert source.text == (
        "Trước\n\nSTT\nChỉ tiêu\nGiao\n2025\n2026\n1.\nHồ sơ trực tuyến\n80%\n90%\n"
        "2.\nHộ có internet\n95%\n\nSau\n"
    )
    (found,) = source.tables
    grid = [[source.text[at.start : at.end] if at else None for at in row] for row in found.grid()]
    assert grid == [
        ["STT", "Chỉ tiêu", "Giao", "Giao"],
        ["STT", "Chỉ tiêu", "2025", "2026"],
        ["1.", "Hồ sơ trực tuyến", "80%", "90%"],
        ["2.", "Hộ có internet", "", "95%"],
    ]
    origin = source.origin_at(source.text.index("95%"))
    assert origin
    assert (origin.table, origin.row, origin.column) == (1, 4, 4)
    after = source.origin_at(source.text.index("Sau"))
    assert after
    assert (after.table, after.paragraph) == (None, 2)


def test_fonts_of_before_unicode_are_converted_run_by_run():
    old = '<w:rFonts w:ascii=".VnTime" w:hAnsi=".VnTime"/>'
    large = '<w:rFonts w:ascii=".VnTimeH" w:hAnsi=".VnTimeH"/>'
    vni = '<w:rFonts w:ascii="VNI-Times"/>'
    body = paragraph(runs=run("KÕ ho¹ch", large) + run(" chuyÓn ®æi sè", old) + run(" năm 2026"))
    body += paragraph(runs=run("Hoà sô ñöôïc xöû lyù", vni))
    source = load_bytes(docx(body), "a.docx")
    assert source.text == "KẾ HOẠCH chuyển đổi số năm 2026\nHồ sơ được xử lý\n"
    assert source.notes == ("converted_tcvn3", "converted_vni")


def test_a_document_of_python_docx_gives_its_targets(tmp_path):
    document = Document()
    document.add_paragraph("KẾ HOẠCH")
    document.add_paragraph("Chuyển đổi số tỉnh Bình Minh năm 2026")
    document.add_paragraph("I. MỤC TIÊU")
    document.add_paragraph("- 90% hồ sơ thủ tục hành chính được giải quyết trực tuyến;")
    document.sections[0].header.paragraphs[0].text = "ĐẦU TRANG 50% hồ sơ"
    grid = document.add_table(rows=2, cols=3)
    grid.cell(0, 0).merge(grid.cell(0, 1)).text = "Gộp"
    grid.cell(1, 2).text = "Ô cuối"
    file = io.BytesIO()
    document.save(file)
    source = load_bytes(file.getvalue(), "bat-ky-ten.pdf")
    assert source.format == "docx"
    assert [(at.row, at.column, at.column_span) for at in source.tables[0].cells] == [
        *((1, 1, 2), (1, 3, 1), (2, 1, 1), (2, 2, 1), (2, 3, 1)),
    ]
    plan = read_plan(source)
    assert plan.source is source
    assert plan.text == source.text
    assert [(target.value, target.unit) for target in plan.targets] == [("90", "%")]


# --- what is refused ------------------------------------------------------------------------------


def package(**parts: bytes) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as made:
        for name, content in parts.items():
            made.writestr(name.replace("__", "/"), content)
    return file.getvalue()


BOMB = b"<w:document>" + b" " * 40_000_000
LAUGHS = (
    b'<!DOCTYPE w [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>'
    b'<w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main">&b;'
    b"</w:document>"
)
DEEP = b"<a>" * 5_000 + b"</a>" * 5_000
OUTSIDE = (
    b'<!DOCTYPE w [<!ENTITY a SYSTEM "file:///etc/hostname">]>'
    b'<w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:body>'
    b"<w:p><w:r><w:t>&a;</w:t></w:r></w:p></w:body></w:document>"
)


@pytest.mark.parametrize(
    ("raw", "code"),
    [
        (package(**{"word__document.xml": BOMB}), "unpacks_too_large"),
        (package(**{"word__document.xml": LAUGHS}), "broken"),
        (package(**{"word__document.xml": OUTSIDE}), "broken"),
        (package(**{"word__document.xml": DEEP}), "too_deep"),
        (package(**{"word__document.xml": b"<w"}), "broken"),
        (package(**{"xl__workbook.xml": b"<x/>"}), "spreadsheet"),
        (package(**{"anh.png": b"x"}), "archive"),
        (docx("")[:-40], "broken"),
        (docx(""), "no_text"),
        (docx(paragraph("x"))[:80] + b"\0" * 60 + docx(paragraph("x"))[140:], "broken"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "WordDocument".encode("utf-16-le"), "old_word"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "EncryptedPackage".encode("utf-16-le"), "encrypted"),
        (b"{\\rtf1\\ansi Ke hoach}", "old_rtf"),
    ],
    ids=lambda value: value if isinstance(value, str) else "file",
)
def test_the_refusal_is_precise(raw, code):
    with pytest.raises(UnreadableText) as caught:
        load_bytes(raw, "ke-hoach.docx")
    assert caught.value.code == code
    assert caught.value.file == "ke-hoach.docx"
