"""The head and the tree of texts made of the pieces of real heads, in any order."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from cotmoc.plantext import read_plan
from cotmoc.plantext.formats.cleaning import clean
from cotmoc.plantext.head import read_head
from cotmoc.plantext.lines import cut_pieces
from cotmoc.plantext.origins import Cell, Table
from cotmoc.plantext.structure import StructureReader, join_wrapped_lines

FRAGMENTS = (
    *("ỦY BAN NHÂN DÂN", "TỈNH SÔNG MÂY", "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", "SỞ Y TẾ"),
    *("Độc lập - Tự do - Hạnh phúc", "Số: 33/KH- UBND", "Số:      /KH-UBND", "Số 5-NQ/TU", "-----"),
    *("Sông Mây, ngày 23 tháng 02 năm 2024", "ngày    tháng    năm 2024", "ngày 31/02/2024"),
    *("KẾ HOẠCH", "QUYẾT ĐỊNH:", "NGHỊ QUYẾT", "Kính gửi:", "V/v triển khai", "Về việc ban hành"),
    *("Căn cứ Luật Ngân sách;", "Căn cứ", "Quyết định số 749/QĐ-TTg", "của Thủ tướng", "thay thế"),
    *("Quyết định này", "Sửa đổi, bổ sung", "Bãi bỏ", "Nghị quyết số 57-NQ/TW", "ngày 3/6/2020"),
    *("Nơi nhận:", "- Như Điều 3;", "- Lưu: VT.", "TM.", "KT. CHỦ TỊCH", "PHÓ CHỦ TỊCH", "T/M"),
    *("Nguyễn Văn A", "PHỤ LỤC", "Phụ lục II", "(Kèm theo Quyết định số 1/QĐ-UBND)", "DANH MỤC"),
    *(
        "Phần thứ nhất",
        "PHẦN II",
        "Chương I",
        "Mục 1.",
        "Điều 1.",
        "I.",
        "A.",
        "C.",
        "1.",
        "1.1.",
        "a)",
    ),
    *(
        "(1)",
        "(i)",
        "* ",
        "- ",
        "+ ",
        "MỤC TIÊU",
        "Mục tiêu cụ thể:",
        "Đến năm 2030",
        "Kết quả năm",
    ),
    *(
        "Kinh tế số",
        "90% hồ sơ;",
        ":",
        ".",
        " ",
        "\n",
        "\n",
        "\n\n",
        "\t",
        "      ",
        "\u00a0",
        "2",
        "- 3 -",
    ),
)
heads = st.lists(st.sampled_from(FRAGMENTS), max_size=50)


@settings(max_examples=200, deadline=None)
@given(st.one_of(heads.map("".join), heads.map("\n".join), heads.map(" ".join)))
def test_the_head_of_any_text(text: str) -> None:
    plan = read_plan(text)
    addresses = [clause.address for clause in plan.clauses]
    assert len(addresses) == len(set(addresses))
    for citation in plan.head.citations:
        assert plan.text[citation.start : citation.end] == citation.text
        assert citation.type
    for annex in plan.head.annexes:
        assert plan.text[annex.start :].startswith(annex.label[:3])


@settings(max_examples=200, deadline=None)
@given(
    heads.map("\n".join), st.lists(st.tuples(st.integers(0, 300), st.integers(0, 90)), max_size=5)
)
def test_tables_anywhere_leave_every_word_in_one_clause(
    given_text: str, spans: list[tuple[int, int]]
) -> None:
    text = clean(given_text)
    tables = [table_at(text, start, start + length) for start, length in spans]
    pieces = cut_pieces(text)
    end = read_head(text, pieces).header_end
    passages = StructureReader(text, end, tables).read(join_wrapped_lines(text, pieces, end))
    clauses = [passage.clause for passage in passages]
    assert len({clause.address for clause in clauses}) == len(clauses)
    position = 0
    for clause in clauses:
        assert position <= clause.start < clause.end
        assert not text[position : clause.start].strip()
        position = clause.end
    assert not text[position:].strip()


def table_at(text: str, start: int, end: int) -> Table:
    """A table of two columns over these characters, moved to whole lines."""
    start = text.rfind("\n", 0, min(start, len(text))) + 1
    end = text.find("\n", min(end, len(text)))
    end = len(text) if end < 0 else end
    middle = (start + end) // 2
    return Table(start, end, (Cell(1, 1, 1, 1, start, middle), Cell(1, 2, 1, 1, middle, end)))
