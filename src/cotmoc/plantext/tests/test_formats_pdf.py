"""PDF files: lines, columns, tables and pages as a reader of the paper sees them."""

from __future__ import annotations

import io
import os
import subprocess
import zlib
from contextlib import suppress
from functools import partial

import pytest
from PIL import Image
from reportlab.lib.pdfencrypt import StandardEncryption
from reportlab.lib.utils import ImageReader
from reportlab.pdfgen.canvas import Canvas

from cotmoc.core.legacy_encodings import TCVN3
from cotmoc.plantext import UnreadableText, read_plan
from cotmoc.plantext.formats import pdf as pdf_format
from cotmoc.plantext.formats import scans
from cotmoc.plantext.source import load_bytes
from cotmoc.plantext.tests.making import FONT, HEIGHT, WIDTH, Writer, pdf

LONG = (
    "Căn cứ Quyết định số 749/QĐ-TTg ngày 03 tháng 6 năm 2020 của Thủ tướng Chính phủ phê duyệt "
    "Chương trình Chuyển đổi số quốc gia đến năm 2025, định hướng đến năm 2030;"
)
GOALS = (
    "- 90% hồ sơ thủ tục hành chính của tỉnh được người dân, doanh nghiệp nộp trực tuyến toàn "
    "trình trên Cổng Dịch vụ công quốc gia;",
    "- 80% hồ sơ công việc tại cấp xã được xử lý trên môi trường mạng, trừ hồ sơ thuộc phạm vi bí "
    "mật nhà nước.",
    "Tỷ lệ hộ gia đình có đường internet cáp quang băng rộng đạt tối thiểu 85% tổng số hộ.",
)


def text_of(*draws) -> str:
    return load_bytes(pdf(*draws), "ke-hoach.pdf").text


def test_wrapped_lines_are_joined_and_paragraphs_are_not() -> None:
    def draw(canvas: Canvas) -> None:
        writer = Writer(canvas)
        writer.centred("KẾ HOẠCH")
        for words in (LONG, *GOALS):
            writer.paragraph(words)

    assert text_of(draw).splitlines() == ["KẾ HOẠCH", LONG, *GOALS]


def test_a_letterhead_is_read_side_by_side() -> None:
    def draw(canvas: Canvas) -> None:
        for left, right, y in (
            ("ỦY BAN NHÂN DÂN", "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", 800),
            ("TỈNH BÌNH MINH", "Độc lập - Tự do - Hạnh phúc", 783),
            ("Số: 45/KH-UBND", "Bình Minh, ngày 12 tháng 01 năm 2026", 760),
        ):
            canvas.drawCentredString(150, y, left)
            canvas.drawCentredString(410, y, right)
        canvas.line(120, 779, 180, 779)
        writer = Writer(canvas, 720)
        writer.centred("KẾ HOẠCH")
        writer.paragraph(LONG)

    assert text_of(draw).splitlines() == [
        *("ỦY BAN NHÂN DÂN", "TỈNH BÌNH MINH", "Số: 45/KH-UBND"),
        *("CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", "Độc lập - Tự do - Hạnh phúc"),
        *("Bình Minh, ngày 12 tháng 01 năm 2026", "KẾ HOẠCH", LONG),
    ]


def test_two_columns_are_read_one_after_the_other() -> None:
    def draw(canvas: Canvas) -> None:
        left, right = Writer(canvas), Writer(canvas)
        for words in (LONG, GOALS[0]):
            left.paragraph(words, left=60, right=285, indent=14)
        for words in GOALS[1:]:
            right.paragraph(words, left=315, right=540, indent=14)

    assert text_of(draw).splitlines() == [LONG, *GOALS]


def test_running_titles_and_page_numbers_are_removed_and_a_sentence_goes_over_the_page() -> None:
    parts = LONG.split(" ngày ")

    def draw(number: int, canvas: Canvas) -> None:
        canvas.drawCentredString(WIDTH / 2, HEIGHT - 30, "CÔNG BÁO/Số 12/Ngày 20-01-2026")
        canvas.drawCentredString(WIDTH / 2, 30, str(number + 4))
        writer = Writer(canvas)
        if number > 1:
            writer.paragraph(f"ngày {parts[1]}", indent=0)
        writer.paragraph(GOALS[number % 3])
        writer.paragraph(parts[0] + " về việc thực hiện nhiệm vụ", right=WIDTH - 57)

    source = load_bytes(pdf(*(partial(draw, number) for number in range(1, 5))), "a.pdf")
    assert "CÔNG BÁO" not in source.text
    assert not any(line.strip().isdigit() for line in source.text.splitlines())
    assert source.notes == ("page_furniture_removed", "page_numbers_removed")
    assert source.text.count("về việc thực hiện nhiệm vụ ngày 03 tháng 6") == 3
    pages = [
        origin.page
        for goal in (GOALS[1], GOALS[2], GOALS[0])
        if (origin := source.origin_at(source.text.index(goal)))
    ]
    assert pages == [1, 2, 3]


def test_equal_lines_of_the_text_are_no_running_titles() -> None:
    def draw(canvas: Canvas) -> None:
        writer = Writer(canvas, HEIGHT - 60)
        for _ in range(12):
            writer.paragraph(GOALS[2])

    assert text_of(*[draw] * 4).count(GOALS[2]) == 48


ROWS = [
    ["STT", "Chỉ tiêu", "Đơn vị", "Giao"],
    ["1", "Tỷ lệ hồ sơ được nộp trực tuyến toàn trình", "%", "90"],
    ["2", "Tỷ lệ hộ có internet", "%", "85"],
]
COLUMNS = (60, 90, 250, 310, 380)


def test_a_ruled_table_becomes_cells_with_their_page() -> None:
    def draw(canvas: Canvas) -> None:
        writer = Writer(canvas)
        writer.paragraph(LONG)
        writer.grid(ROWS, COLUMNS)
        writer.paragraph(GOALS[0])

    source = load_bytes(pdf(draw), "a.pdf")
    (table,) = source.tables
    grid = [[source.text[at.start : at.end] for at in row if at] for row in table.grid()]
    assert grid == ROWS
    words = "\n".join(word for row in ROWS for word in row)
    assert source.text == f"{LONG}\n\n{words}\n\n{GOALS[0]}\n"
    origin = source.origin_at(table.cells[5].start)
    assert origin
    assert (origin.page, origin.table, origin.row, origin.column) == (1, 1, 2, 2)


def test_a_table_goes_on_over_the_page_without_its_repeated_head() -> None:
    def draw(rows: list[list[str]], canvas: Canvas) -> None:
        Writer(canvas).grid(rows, COLUMNS)

    cut = [["", "trên địa bàn tỉnh", "", ""], ["3", "Xã có mạng 5G", "%", "70"]]
    source = load_bytes(pdf(partial(draw, ROWS), partial(draw, [ROWS[0], *cut])), "a.pdf")
    (table,) = source.tables
    grid = [[source.text[at.start : at.end] for at in row if at] for row in table.grid()]
    assert grid == [
        *ROWS[:2],
        ["2", "Tỷ lệ hộ có internet trên địa bàn tỉnh", "%", "85"],
        ["3", "Xã có mạng 5G", "%", "70"],
    ]
    origin = source.origin_at(table.cells[-1].start)
    assert origin
    assert origin.page == 2


def test_merged_cells_are_seen_by_the_lines_that_are_missing() -> None:
    def draw(canvas: Canvas) -> None:
        for x, low in ((60, 640), (120, 640), (220, 640), (320, 640)):
            canvas.line(x, 700 if x != 220 else 670, x, low)
        for y, left in ((700, 60), (670, 120), (640, 60)):
            canvas.line(left, y, 320, y)
        for x, y, words in ((65, 660, "STT"), (125, 680, "Cơ quan"), (125, 650, "Chủ trì")):
            canvas.drawString(x, y, words)
        canvas.drawString(225, 650, "Phối hợp")

    source = load_bytes(pdf(draw), "a.pdf")
    assert [
        (at.row, at.column, at.row_span, at.column_span, source.text[at.start : at.end])
        for at in source.tables[0].cells
    ] == [
        *((1, 1, 2, 1, "STT"), (1, 2, 1, 2, "Cơ quan")),
        *((2, 2, 1, 1, "Chủ trì"), (2, 3, 1, 1, "Phối hợp")),
    ]


def test_rows_parted_by_dots_are_rows() -> None:
    def draw(canvas: Canvas) -> None:
        for y in (700, 640):
            canvas.rect(60, y, 260, 0.5, stroke=0, fill=1)
        for x in (60, 100, 320):
            canvas.rect(x, 640, 0.5, 60, stroke=0, fill=1)
        for dot in range(60, 320, 2):
            canvas.rect(dot, 670, 0.5, 0.5, stroke=0, fill=1)
        for y, number, words in ((680, "1", "Hồ sơ trực tuyến"), (650, "2", "Hộ có internet")):
            canvas.drawString(65, y, number)
            canvas.drawString(105, y, words)

    source = load_bytes(pdf(draw), "a.pdf")
    assert source.text == "1\nHồ sơ trực tuyến\n2\nHộ có internet\n"
    assert [(at.row, at.column) for at in source.tables[0].cells] == [
        *((1, 1), (1, 2), (2, 1), (2, 2)),
    ]


def test_letters_drawn_twice_to_be_bold_are_read_once() -> None:
    def draw(canvas: Canvas) -> None:
        for shift in (0, 0.4):
            canvas.drawString(60 + shift, 700, "KẾ HOẠCH 2026")

    assert text_of(draw) == "KẾ HOẠCH 2026\n"


def test_letters_drawn_out_of_order_are_put_in_order() -> None:
    def draw(canvas: Canvas) -> None:
        late = []
        x = 60.0
        for char in "Tỷ lệ hồ sơ đạt 90%":
            width = canvas.stringWidth(char, FONT, 12)
            if char in "ỷệồơạ":
                late.append((x, char))
            else:
                canvas.drawString(x, 700, char)
            x += width
        for x, char in late:
            canvas.drawString(x, 700, char)

    assert text_of(draw) == "Tỷ lệ hồ sơ đạt 90%\n"


def test_a_turned_page_is_read_upright() -> None:
    def draw(canvas: Canvas) -> None:
        canvas.rotate(90)
        canvas.translate(0, -WIDTH)
        writer = Writer(canvas, WIDTH - 60)
        writer.paragraph(LONG, right=HEIGHT - 57)
        writer.grid(ROWS, COLUMNS)

    source = load_bytes(pdf(draw), "a.pdf")
    assert source.text.startswith(LONG + "\n\nSTT\n")
    assert len(source.tables[0].cells) == 12


def test_footnotes_raised_digits_and_contents() -> None:
    def contents(canvas: Canvas) -> None:
        writer = Writer(canvas)
        for number in range(1, 6):
            writer.paragraph(f"{number}. Mục tiêu {'.' * 60} {number}", indent=0)

    def draw(canvas: Canvas) -> None:
        writer = Writer(canvas)
        for words in (*GOALS, *GOALS):
            writer.paragraph(words)
        canvas.drawString(85, writer.y, "Đạt 99%")
        end = 85 + canvas.stringWidth("Đạt 99%", FONT, 12)
        canvas.setFont(FONT, 7)
        canvas.drawString(end, writer.y + 5, "1")
        canvas.setFont(FONT, 12)
        canvas.drawString(end + 5, writer.y, " số hộ.")
        canvas.setFont(FONT, 8)
        canvas.drawString(85, 90, "1 Theo Công văn số 15/BC-UBND của tỉnh.")

    source = load_bytes(pdf(contents, draw), "a.pdf")
    assert source.text.endswith("Đạt 99% số hộ.\n\n[1] Theo Công văn số 15/BC-UBND của tỉnh.\n")
    assert "Mục tiêu" not in source.text
    assert source.notes == ("contents_removed", "footnotes_at_end")


def test_the_stamp_of_a_signature_is_no_text() -> None:
    def draw(canvas: Canvas) -> None:
        canvas.setFont(FONT, 7)
        for index, words in enumerate(
            ("Người ký: Ủy ban nhân dân tỉnh", "Email: a@b.vn", "Thời gian ký: 12.01.2026 15:10")
        ):
            canvas.drawString(400, 815 - 9 * index, words)
        canvas.setFont(FONT, 12)
        Writer(canvas).paragraph(LONG)

    source = load_bytes(pdf(draw), "a.pdf")
    assert (source.text, source.notes) == (LONG + "\n", ("signature_stamp_removed",))


def test_text_of_old_fonts_is_converted() -> None:
    codes = {letter: chr(code) for code, letter in TCVN3.items()}
    words = "Kế hoạch chuyển đổi số của tỉnh năm 2026: tỷ lệ hồ sơ được xử lý đạt 90%"

    def draw(canvas: Canvas) -> None:
        canvas.setFont("Times-Roman", 12)
        canvas.drawString(60, 700, "".join(codes.get(char, char) for char in words))

    source = load_bytes(pdf(draw), "a.pdf")
    assert (source.text, source.notes) == (words + "\n", ("converted_tcvn3",))


# --- pictures -------------------------------------------------------------------------------------


def picture() -> bytes:
    """A page of print as a PNG, made by drawing a PDF."""
    import pypdfium2

    def draw(canvas: Canvas) -> None:
        writer = Writer(canvas)
        writer.centred("KẾ HOẠCH")
        for words in GOALS:
            writer.paragraph(words)

    file = io.BytesIO()
    pypdfium2.PdfDocument(pdf(draw))[0].render(scale=200 / 72).to_pil().convert("L").save(
        file, "PNG"
    )
    return file.getvalue()


def scanned() -> bytes:
    image = ImageReader(Image.open(io.BytesIO(picture())))
    return pdf(lambda canvas: canvas.drawImage(image, 0, 0, WIDTH, HEIGHT))


@pytest.mark.parametrize("make", [picture, scanned])
def test_a_scan_names_what_can_be_installed(make, monkeypatch) -> None:
    monkeypatch.setattr(scans, "is_available", lambda: False)
    with pytest.raises(UnreadableText) as caught:
        load_bytes(make(), "quet.pdf")
    assert caught.value.code == "scanned"
    assert caught.value.params["install"] == "tesseract-ocr tesseract-ocr-vie"


@pytest.mark.parametrize("make", [picture, scanned])
def test_a_scan_is_read_where_tesseract_knows_vietnamese(make) -> None:
    if not scans.is_available():
        why = "tesseract with Vietnamese is not installed: apt install tesseract-ocr-vie"
        if "tesseract" in os.environ.get("COTMOC_REQUIRE", "").split(","):
            pytest.fail(why)
        pytest.skip(why)
    source = load_bytes(make(), "quet.pdf")
    assert source.format == "scan"
    assert "read_by_ocr" in source.notes
    plan = read_plan(source)
    assert "90% hồ sơ thủ tục hành chính" in plan.text
    assert len(plan.text.splitlines()) == 4


def test_an_ocr_that_hangs_is_ended(monkeypatch) -> None:
    def hang(*given, **options):
        raise subprocess.TimeoutExpired("tesseract", options["timeout"])

    monkeypatch.setattr(scans, "is_available", lambda: True)
    monkeypatch.setattr(scans.subprocess, "run", hang)
    with pytest.raises(UnreadableText) as caught:
        load_bytes(picture(), "quet.png")
    assert (caught.value.code, caught.value.params) == ("scan_failed", {"page": 1})


def test_one_page_without_text_is_named(monkeypatch) -> None:
    monkeypatch.setattr(scans, "is_available", lambda: False)
    image = ImageReader(Image.open(io.BytesIO(picture())))

    def draw(canvas: Canvas) -> None:
        Writer(canvas).paragraph(LONG)

    raw = pdf(draw, draw, lambda canvas: canvas.drawImage(image, 0, 0, WIDTH, HEIGHT))
    assert load_bytes(raw, "a.pdf").notes == ("pages_without_text",)


# --- what is refused ------------------------------------------------------------------------------


def test_a_locked_file_is_named() -> None:
    file = io.BytesIO()
    canvas = Canvas(file, encrypt=StandardEncryption("bi-mat", canPrint=0))
    canvas.drawString(60, 700, "Ke hoach")
    canvas.save()
    with pytest.raises(UnreadableText) as caught:
        load_bytes(file.getvalue(), "a.pdf")
    assert caught.value.code == "encrypted"


def loop() -> bytes:
    """Pages that are their own parents and children, and a form that draws itself."""
    return (
        b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n"
        b"2 0 obj<</Type/Pages/Kids[2 0 R 3 0 R]/Count 9/Parent 2 0 R>>endobj\n"
        b"3 0 obj<</Type/Page/Parent 2 0 R/Contents 4 0 R"
        b"/Resources<</XObject<</F 5 0 R>>>>>>endobj\n"
        b"4 0 obj<</Length 4>>stream\n/F Do\nendstream endobj\n"
        b"5 0 obj<</Type/XObject/Subtype/Form/BBox[0 0 9 9]/Resources<</XObject<</F 5 0 R>>>>"
        b"/Length 5>>stream\n/F Do\nendstream endobj\ntrailer<</Root 1 0 R>>\n%%EOF"
    )


def bomb() -> bytes:
    packed = zlib.compress(b" " * 70_000_000)
    return (
        b"%%PDF-1.4\n4 0 obj<</Filter/FlateDecode/Length %d>>stream\n" % len(packed)
        + packed
        + b"\nendstream endobj\n%%EOF"
    )


@pytest.mark.parametrize("make", [loop, bomb, lambda: b"%PDF-1.7\n%%EOF", lambda: b"%PDF-"])
def test_malicious_files_are_refused(make) -> None:
    with pytest.raises(UnreadableText) as caught:
        load_bytes(make(), "a.pdf")
    assert caught.value.code in ("broken", "unpacks_too_large", "no_text")


def test_cut_files_never_crash() -> None:
    def draw(canvas: Canvas) -> None:
        Writer(canvas).grid(ROWS, COLUMNS)

    raw = pdf(draw)
    for end in range(100, len(raw), len(raw) // 40):
        for broken in (raw[:end], raw[:end] + b"\xff\x00" * 20 + raw[end + 40 :]):
            with suppress(UnreadableText):
                load_bytes(broken, "a.pdf")


def test_too_many_pages_are_refused(monkeypatch) -> None:
    monkeypatch.setattr(pdf_format, "MAX_PAGES", 2)
    with pytest.raises(UnreadableText) as caught:
        load_bytes(pdf(*[lambda canvas: canvas.drawString(60, 700, "a")] * 3), "a.pdf")
    assert caught.value.params == {"pages": 3, "limit": 2}
