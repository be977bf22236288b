"""CSV as spreadsheets, R and pandas write it; what cannot be read is said with its place."""

import pytest

from cotmoc.core.problems import BadInput
from cotmoc.indicators.composite import tables
from cotmoc.indicators.composite.tables import NumberError, read_number, read_table


def codes(raised):
    return [(each.code, each.line, each.field) for each in raised.value.problems]


def test_commas_semicolons_and_tabs_are_told_apart():
    for separator in ",;\t":
        text = separator.join(["uCode", "x"]) + "\n" + separator.join(["A", "1"]) + "\n"
        found = read_table(text.encode(), "t.csv")
        assert found.header == ("uCode", "x")
        assert found.rows[0].cells == ("A", "1")


def test_a_byte_order_mark_and_utf_16_are_read():
    for encoding in ("utf-8-sig", "utf-16"):
        found = read_table("mã,x\nĐồng Tâm,1\n".encode(encoding), "t.csv")
        assert found.header[0] == "mã"
        assert found.rows[0].cells[0] == "Đồng Tâm"


def test_empty_lines_and_trailing_empty_cells_do_not_count():
    found = read_table(b"uCode,x,,\n\nA,1,,\n,,\n", "t.csv")
    assert found.header == ("uCode", "x")
    assert [(row.line, row.cells) for row in found.rows] == [(3, ("A", "1"))]


@pytest.mark.parametrize(
    ("content", "wrong"),
    [
        (b"", ("empty_file", None, None)),
        (b" \n \n", ("empty_file", None, None)),
        (b"uCode,x\n", ("no_rows", None, None)),
        (b"PK\x03\x04\x00\x00", ("not_text", None, None)),
        ("uCode,tên\nA,Đ".encode("cp1258"), ("encoding", None, None)),
        (b"uCode,x,x\nA,1,2\n", ("column_twice", 1, "x")),
        (b"uCode,x\nA,1,2\n", ("field_count", 2, None)),
        (b"uCode,x,y\nA,1\n", ("field_count", 2, None)),
        (b'uCode,x\n"A,1\n', ("not_csv", 2, None)),
        (b"uCode,x\nA," + b"9" * 400, ("too_long", 2, "x")),
    ],
)
def test_what_is_no_table_is_refused_with_its_place(content, wrong):
    with pytest.raises(BadInput) as raised:
        read_table(content, "t.csv")
    assert wrong in codes(raised)


def test_hostile_sizes_are_refused_before_they_are_held(monkeypatch):
    monkeypatch.setattr(tables, "MOST_CELLS", 10)
    with pytest.raises(BadInput) as raised:
        read_table(b"a,b\n" + b"1,2\n" * 100, "t.csv")
    assert codes(raised) == [("too_many_cells", None, None)]
    monkeypatch.setattr(tables, "MOST_BYTES", 3)
    with pytest.raises(BadInput) as raised:
        read_table(b"a,b\n1,2\n", "t.csv")
    assert codes(raised) == [("too_large", None, None)]


def test_a_great_many_problems_are_cut_short():
    rows = b"".join(b"A,1,2\n" for _ in range(500))
    with pytest.raises(BadInput) as raised:
        read_table(b"uCode,x\n" + rows, "t.csv")
    assert len(raised.value.problems) == tables.MOST_PROBLEMS + 1
    assert raised.value.problems[-1].code == "too_many_problems"


@pytest.mark.parametrize(
    ("text", "number"),
    [("1", 1.0), ("-2.5", -2.5), (".5", 0.5), ("6.25e-10", 6.25e-10), ("+3.", 3.0)],
)
def test_numbers_are_read_as_programs_write_them(text, number):
    assert read_number(text) == number


@pytest.mark.parametrize("text", ["", "NA", "n/a", "NaN", "#N/A", "null", "-", "–", ".."])
def test_marks_of_missing_values_are_no_numbers_and_no_errors(text):
    assert read_number(text) is None


@pytest.mark.parametrize(
    ("text", "comma", "code"),
    [
        ("abc", False, "not_a_number"),
        ("1_000", False, "not_a_number"),
        ("٣", False, "not_a_number"),
        ("0x10", False, "not_a_number"),
        ("12 %", False, "not_a_number"),
        ("3,5", False, "decimal_comma"),
        ("1.234", True, "thousands_or_decimals"),
        ("inf", False, "not_finite"),
        ("-Infinity", False, "not_finite"),
        ("1e999", False, "too_big"),
    ],
)
def test_what_is_no_number_is_told_apart(text, comma, code):
    with pytest.raises(NumberError) as raised:
        read_number(text, comma)
    assert raised.value.code == code


def test_decimal_commas_are_read_where_semicolons_separate():
    found = read_table("mã;x\nA;1.234,5\nB;2\n".encode(), "t.csv")
    assert found.comma
    assert [read_number(row.cells[1], found.comma) for row in found.rows] == [1234.5, 2.0]
    dots = read_table("mã;x\nA;4.097\n".encode(), "t.csv")
    assert read_number(dots.rows[0].cells[1], dots.comma) == 4.097
