# ruff: noqa: DTZ001 - local time, as the lake keeps it
"""Every format, encoding and delimiter brings the same rows; what is no table is refused whole."""

import json
import unicodedata
import zipfile
from datetime import datetime
from decimal import Decimal

import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from cotmoc.analytics.ingest import text as text_module
from cotmoc.analytics.ingest.tests.lab import ROW, lines, many
from cotmoc.analytics.schema import arrow_schema
from cotmoc.core.legacy_encodings import TCVN3
from cotmoc.core.problems import BadInput

from .lab import table

VIETNAMESE = {
    "Mã hồ sơ": "A1",
    "Mã thủ tục": "1.001",
    "Mã đơn vị": "phường đồng tâm",
    "Hình thức nộp": "trực tuyến",
    "Trạng thái": "đã xử lý xong",
    "Ngày tiếp nhận": "03/08/2026 08:30",
}


def to_tcvn3(text):
    codes = {letter: code for code, letter in TCVN3.items()}
    return bytes(codes.get(char) or ord(char) for char in text)


def to_windows_1258(text):
    """Base letter with its hat or horn in one byte, then the tone in another."""
    out = b""
    for char in unicodedata.normalize("NFC", text):
        parts = unicodedata.normalize("NFD", char)
        tone = "".join(each for each in parts if each in "\u0300\u0301\u0303\u0309\u0323")
        bare = unicodedata.normalize("NFC", "".join(each for each in parts if each not in tone))
        out += (bare + tone).encode("cp1258")
    return out


@pytest.mark.parametrize(
    ("encode", "name"),
    [
        (lambda text: text.encode(), "utf-8"),
        (lambda text: text.encode("utf-8-sig"), "utf-8"),
        (lambda text: text.encode("utf-16"), "utf-16-le"),
        (lambda text: text.encode("utf-16-le"), "utf-16-le"),
        (lambda text: text.encode("utf-16-be"), "utf-16-be"),
        (to_tcvn3, "tcvn3"),
        (to_windows_1258, "windows-1258"),
    ],
)
@pytest.mark.parametrize("delimiter", list(",;\t|"))
def test_encoding_and_delimiter_are_found_out_and_said(lab, encode, name, delimiter):
    outcome = lab.bring(encode(lines([VIETNAMESE], delimiter)))
    assert (outcome.reading.encoding, outcome.reading.delimiter) == (name, delimiter)
    (row,) = lab.rows()
    assert (row["organisation"], row["channel"], row["state"]) == ("phường đồng tâm", "online", 9)
    assert row["received_at"] == datetime(2026, 8, 3, 8, 30)


def test_an_encoding_can_be_said(lab):
    from cotmoc.analytics.ingest import Options

    outcome = lab.bring(to_tcvn3(lines([VIETNAMESE])), options=Options(encoding="tcvn3"))
    assert outcome.reading.encoding == "tcvn3"
    assert lab.rows()[0]["organisation"] == "phường đồng tâm"


def test_parts_have_the_columns_of_the_declaration(lab):
    lab.bring(lines([ROW]))
    (month,) = lab.lake.table("dossiers").partitions()
    assert pq.read_schema(month.paths[0]).equals(arrow_schema(table()))


def test_titles_above_the_header_are_passed_over_and_lines_are_those_of_the_file(lab):
    lab.bring(
        "BÁO CÁO\n\nTháng 8,,\n"
        + lines([ROW])
        + "\n\n"
        + lines([ROW | {"dossier": "B"}]).split("\n")[1]
    )
    assert [row["line"] for row in lab.rows()] == [5, 8]


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_any_line_end_will_do(lab, end):
    outcome = lab.bring(lines(many(3), lineterminator=end))
    assert (outcome.good, outcome.refused) == (3, 0)
    assert [row["line"] for row in lab.rows()] == [2, 3, 4]


def test_the_physical_line_is_kept_where_rows_span_lines_and_blocks(lab, monkeypatch):
    monkeypatch.setattr(text_module, "PIECE", 256)
    rows, expected, line = [], {}, 2
    for number, row in enumerate(many(60)):
        height = 3 if number % 7 == 3 else 1
        note = "\n".join(["a, b"] * height) if height > 1 else "a"
        rows.append(row | {"note": note})
        expected[row["dossier"]] = line
        line += height
    outcome = lab.bring(lines(rows))
    assert (outcome.good, outcome.refused) == (60, 0)
    assert {row["dossier"]: row["line"] for row in lab.rows()} == expected


def test_torn_rows_are_set_apart_with_their_lines_and_the_others_kept(lab, monkeypatch):
    monkeypatch.setattr(text_module, "PIECE", 512)
    content = lines(many(40)).splitlines()
    content[5] = "only,two"
    content[12] += ",too,many"
    content[20] += ",,"  # blank cells too many are no fault
    content[30] = '"never closed,' + content[30]
    outcome = lab.bring("\n".join(content))
    assert (outcome.read, outcome.good, outcome.refused) == (40, 37, 3)
    found = {(int(row["line"]), row["reason"]) for row in lab.refused()}
    assert found == {(6, "field_count"), (13, "field_count"), (31, "unclosed_quote")}
    assert {row["line"] for row in lab.rows()} == set(range(2, 42)) - {6, 13, 31}


def test_a_quotation_mark_within_a_cell_is_a_letter(lab):
    content = lines(many(2)).replace("H44.1,", 'Đội 5" ống,', 1)
    outcome = lab.bring(content)
    assert outcome.refused == 0
    assert lab.rows()[0]["organisation"] == 'Đội 5" ống'


def test_bytes_that_are_no_utf8_spoil_their_row_alone(lab):
    good = lines([ROW, *({**ROW, "dossier": f"phường {n}"} for n in range(30))]).encode()
    outcome = lab.bring(good + b"B\xff,1.001,H44.1,online,9,2026-08-03\n")
    assert (outcome.good, outcome.refused) == (31, 1)
    assert outcome.problems[0].code == "unreadable_characters"


def test_a_workbook_brings_its_first_sheet(lab):
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.append(["Báo cáo tháng 8"])
    sheet.append([*VIETNAMESE, "Lệ phí", "Họ tên"])
    values = list(VIETNAMESE.values())[:-1]
    sheet.append([*values, datetime(2026, 8, 3, 8, 30, 15), 15000, "Nguyễn Văn A"])
    sheet.append([None])
    sheet.append(["A2", *values[1:], "03/08/2026", 15000.5, None])
    path = lab.folder / "a.xlsx"
    book.save(path)
    outcome = lab.bring(path)
    assert (outcome.reading.kind, outcome.good, outcome.refused) == ("xlsx", 1, 1)
    (row,) = lab.rows()
    assert (row["line"], row["fee_due"]) == (3, 15000)
    assert row["received_at"] == datetime(2026, 8, 3, 8, 30, 15)
    assert (outcome.problems[0].line, outcome.problems[0].code) == (5, "not_whole")


def test_parquet_brings_typed_columns_and_moments_in_local_time(lab):
    content = pa.table(
        {
            **{name: pa.array([value]) for name, value in ROW.items() if name != "received_at"},
            "received_at": pa.array([datetime(2026, 8, 3, 1, 30)], pa.timestamp("ms", "UTC")),
            "fee_due": pa.array([5000.0]),
            "paid_online": pa.array([True]),
        }
    )
    pq.write_table(content, lab.folder / "a.parquet")
    outcome = lab.bring(lab.folder / "a.parquet")
    assert (outcome.reading.kind, outcome.good) == ("parquet", 1)
    (row,) = lab.rows()
    assert row["received_at"] == datetime(2026, 8, 3, 8, 30)
    assert (row["line"], row["fee_due"], row["paid_online"]) == (1, 5000, True)


def test_json_lines_bring_objects_and_set_the_rest_apart(lab):
    content = "\n".join(
        [
            json.dumps(ROW | {"state": 9, "paid_online": True}),
            "",
            "[1]",
            json.dumps(ROW | {"dossier": {"a": 1}}),
            '{"dossier": "half',
        ]
    )
    outcome = lab.bring(content, "a.jsonl")
    assert (outcome.reading.kind, outcome.good, outcome.refused) == ("jsonl", 1, 3)
    assert {(p.line, p.code) for p in outcome.problems} == {
        (3, "not_json"),
        (4, "nested_value"),
        (5, "not_json"),
    }
    assert lab.rows()[0]["paid_online"] is True


@pytest.mark.parametrize("kind", ["csv", "jsonl", "parquet"])
def test_a_number_with_three_decimals_that_came_as_a_number_stays_what_it_is(lab, kind):
    row = {"element": "x", "unit_code": "H44", "period": "2026-08", "value": 1.035}
    if kind == "parquet":
        pq.write_table(pa.Table.from_pylist([row]), lab.folder / "a.parquet")
        lab.bring(lab.folder / "a.parquet", to="observations")
    else:
        # In a text it is a thousand, as numbers are written in Vietnamese.
        lab.bring(lines([row]) if kind == "csv" else json.dumps(row), to="observations")
    value = lab.rows("observations")[0]["value"]
    assert value == (Decimal("1035.0000") if kind == "csv" else Decimal("1.0350"))


def test_a_file_that_writes_decimal_points_is_read_so(lab):
    rows = [
        {"element": f"x{at}", "unit_code": "H44", "period": "2026-08", "value": value}
        for at, value in enumerate(["98.125", "7.5", "1,030"])
    ]
    outcome = lab.bring(lines(rows), to="observations")
    assert outcome.reading.decimal_mark == "."
    found = [row["value"] for row in lab.rows("observations")]
    assert found == [Decimal("98.1250"), Decimal("7.5000"), Decimal("1030.0000")]


def test_a_period_becomes_its_days(lab):
    row = {"element": "x", "unit_code": "H44", "period": "2026-Q3", "value": "7,5"}
    outcome = lab.bring(lines([row, row | {"period": "2026-13"}]), to="observations")
    (row,) = lab.rows("observations")
    assert (str(row["valid_from"]), str(row["valid_to"])) == ("2026-07-01", "2026-10-01")
    assert row["value"] == Decimal("7.5")
    assert [(p.field, p.code) for p in outcome.problems] == [("period", "not_a_period")]


def bomb(path):
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", "<workbook/>")
        with archive.open("xl/sharedStrings.xml", "w", force_zip64=True) as part:
            for _ in range(80):
                part.write(bytes(1 << 20))
    return path.read_bytes()


def half_parquet(path):
    pq.write_table(pa.Table.from_pylist(many(1000)), path)
    return path.read_bytes()[: path.stat().st_size // 2]


def half_workbook(path):
    openpyxl.Workbook().save(path)
    return path.read_bytes()[:2000]


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "empty_file"),
        (b"\n\n  \n", "empty_file"),
        (b"%PDF-1.7 ...", "wrong_kind"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(100), "wrong_kind"),
        (bytes(range(256)) * 40, "not_text"),
        (b"a,b,c\n1,2,3\n", "no_header"),
        (lines([ROW]).split("\r\n")[0].encode() + b"\n", "no_rows"),
        (b"dossier,procedure\nA,1\n", "missing_column"),
        (lines([ROW]).replace("state", "dossier", 1).encode(), "column_twice"),
        (lines([ROW]).encode() + b"x" * (5 << 20), "line_too_long"),
        (b"[1, 2]\n", "not_json_lines"),
        (half_parquet, "parquet_broken"),
        (half_workbook, "xlsx_broken"),
        (bomb, "xlsx_too_large"),
    ],
)
def test_what_is_no_table_is_refused_and_nothing_written(lab, content, code):
    content = content(lab.folder / "made") if callable(content) else content
    with pytest.raises(BadInput) as refused:
        lab.bring(content)
    assert code in {problem.code for problem in refused.value.problems}
    folder = lab.lake.table("dossiers").folder
    assert not [path for path in folder.rglob("*") if path.is_file() and path.name != ".lock"]
    assert not lab.quarantine.exists()


def test_a_missing_column_is_named_with_near_headers(lab):
    with pytest.raises(BadInput) as refused:
        lab.bring(lines([ROW]).replace("received_at", "recieved_at", 1))
    (problem,) = refused.value.problems
    assert (problem.field, problem.params["found"]) == ("received_at", "recieved_at")
