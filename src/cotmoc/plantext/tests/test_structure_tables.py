"""Tables stand as one clause each; their lines belong to the reader of tables."""

from __future__ import annotations

import itertools

from cotmoc.plantext.head import read_head
from cotmoc.plantext.lines import cut_pieces
from cotmoc.plantext.origins import Cell, Table
from cotmoc.plantext.structure import Passage, StructureReader, join_wrapped_lines

ROWS = [["STT", "Chỉ tiêu", "Đơn vị"], ["1", "Hồ sơ được số hóa", "%"]]
HEADER = [
    [
        "ỦY BAN NHÂN DÂN\nTỈNH SÔNG MÂY\nSố: 1/KH-UBND",
        "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM\n"
        "Độc lập - Tự do - Hạnh phúc\nSông Mây, ngày 2 tháng 1 năm 2026",
    ],
]
SIGNATURE = [["Nơi nhận:\n- Lưu: VT.", "TM. ỦY BAN NHÂN DÂN\nCHỦ TỊCH\nNguyễn Văn A"]]


def build(*parts: str | list[list[str]]) -> tuple[str, list[Table]]:
    """Text and tables of a document whose parts are paragraphs or rows of cells."""
    text, tables = "", []
    for part in parts:
        if isinstance(part, str):
            text += part + "\n"
            continue
        start, cells = len(text), []
        for row, values in enumerate(part, 1):
            for column, words in enumerate(values, 1):
                cells.append(Cell(row, column, 1, 1, len(text), len(text) + len(words)))
                text += words + "\n"
        tables.append(Table(start, len(text) - 1, tuple(cells)))
    return text, tables


def read(*parts: str | list[list[str]]) -> tuple[str, list[Passage]]:
    text, tables = build(*parts)
    pieces = cut_pieces(text)
    end = read_head(text, pieces).header_end
    blocks = join_wrapped_lines(text, pieces, end)
    return text, StructureReader(text, end, tables).read(blocks)


def test_a_table_is_one_clause_with_the_role_of_its_section() -> None:
    text, passages = read("II. MỤC TIÊU", "2. Các chỉ tiêu", ROWS, "- 90% hồ sơ được số hóa.", ROWS)
    clauses = [passage.clause for passage in passages]
    assert [(clause.address, clause.kind, clause.role) for clause in clauses] == [
        ("II", "heading", "goals"),
        ("II.2", "heading", "goals"),
        ("II.2-T1", "table", "goals"),
        ("II.2-1", "bullet", "goals"),
        ("II.2-T2", "table", "goals"),
    ]
    table = clauses[2]
    assert text[table.start : table.end] == "STT\nChỉ tiêu\nĐơn vị\n1\nHồ sơ được số hóa\n%"
    assert not passages[2].readable


def test_a_table_of_an_annex() -> None:
    _, passages = read("I. MỤC TIÊU", "PHỤ LỤC I", "DANH MỤC NHIỆM VỤ", ROWS)
    clause = passages[-1].clause
    assert (clause.address, clause.role) == ("PL1.T1", "tasks")


def test_a_table_before_any_heading() -> None:
    _, passages = read(ROWS, "I. MỤC TIÊU")
    assert [passage.clause.address for passage in passages] == ["T1", "I"]


def test_the_letterhead_and_the_signature_are_no_tables() -> None:
    text, tables = build(HEADER, "KẾ HOẠCH", "Chuyển đổi số", "I. MỤC TIÊU", ROWS, SIGNATURE)
    pieces = cut_pieces(text)
    reading = read_head(text, pieces)
    assert reading.head.issuer == "ỦY BAN NHÂN DÂN TỈNH SÔNG MÂY"
    assert reading.head.signer is not None
    assert reading.head.signer.name == "Nguyễn Văn A"
    blocks = join_wrapped_lines(text, pieces, reading.header_end)
    passages = StructureReader(text, reading.header_end, tables).read(blocks)
    kinds = [passage.clause.kind for passage in passages if passage.clause.kind == "table"]
    assert kinds == ["table"]
    recipients = [passage for passage in passages if passage.reason == "recipients"]
    assert len(recipients) == 5


def test_a_paragraph_is_never_joined_to_a_cell() -> None:
    long = "Các chỉ tiêu của kế hoạch được nêu trong bảng dưới đây và được theo dõi"
    rows = [["chỉ tiêu", "đơn vị"], ["hồ sơ được số hóa của tỉnh trong năm nay", "%"]]
    text, passages = read("I. MỤC TIÊU", f"- {long}", rows, "theo từng quý của năm.")
    assert [text[p.clause.start : p.clause.end].split("\n")[0] for p in passages[1:]] == [
        f"- {long}",
        "chỉ tiêu",
        "theo từng quý của năm.",
    ]


def test_a_frame_of_one_column_is_text() -> None:
    _, passages = read("I. MỤC TIÊU", [["- 90% hồ sơ được số hóa."]])
    assert [passage.clause.kind for passage in passages] == ["heading", "bullet"]


def test_every_line_lies_in_one_clause() -> None:
    text, passages = read("I. MỤC TIÊU", ROWS, ROWS, "Một đoạn.", SIGNATURE, "PHỤ LỤC", ROWS)
    spans = sorted((p.clause.start, p.clause.end) for p in passages)
    assert all(end <= start for (_, end), (start, _) in itertools.pairwise(spans))
    covered = "".join(text[start:end] for start, end in spans)
    assert "".join(covered.split()) == "".join(text.split())
