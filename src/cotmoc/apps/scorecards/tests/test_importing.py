"""Published tables as people make them: taken whole, or refused with every reason."""

import csv
import io
import unicodedata
import zipfile
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl import Workbook

from cotmoc.apps.journal.models import Entry
from cotmoc.apps.scorecards.models import Card, IndexVersion, Publication, Published
from cotmoc.apps.scorecards.results.cells import Unreadable, read_points, read_rank
from cotmoc.apps.scorecards.results.checking import Said
from cotmoc.apps.scorecards.results.importing import Options, import_published
from cotmoc.apps.scorecards.tests.trial_indices import NHA, TRI_NEW, TRI_OLD, keep
from cotmoc.core.legacy_encodings import TCVN3
from cotmoc.core.periods import parse_period
from cotmoc.core.problems import BadInput
from cotmoc.ui.problems import describe

pytestmark = pytest.mark.django_db

HEADER = (
    "year,province,rank,idx_nhan_thuc_so,idx_the_che_so,idx_hd_kinh_te_so,tri,"
    "pillar_kinh_te_so,pillar_rank_kts,source"
)
GOOD = """2022,TP. Đà Nẵng,1,1.0000,0.9000,0.5000,0.7200,,3,https://dti.gov.vn
2022,Thừa Thiên - Huế,2,,,,,,,https://dti.gov.vn
2022,Bà Rịa - Vũng Tàu,28,,,,,,,https://bao.vn
"""


@pytest.fixture(autouse=True)
def indices(db, now):
    """Three methods of two indices, and none of the catalogue's beside them."""
    IndexVersion.objects.update(latest=False)
    return [keep(raw, now) for raw in (TRI_OLD, TRI_NEW, NHA)]


@pytest.fixture
def take(tmp_path, now, cast):
    """Write a file and import it in Dung's name."""

    def write_and_import(content, name="tri.csv", dry_run=False, **options):
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return import_published(
            path,
            Options(**options),
            actor=cast.dung,
            now=now,
            quarantine=tmp_path / "apart",
            dry_run=dry_run,
        )

    return write_and_import


@pytest.fixture
def refused(take):
    """What is wrong with a file that is refused: (line, field, code); nothing is written."""

    def problems(content, **more):
        with pytest.raises(BadInput) as error:
            take(content, **more)
        assert not Published.objects.exists()
        assert not Publication.objects.exists()
        assert not Entry.objects.filter(verb="publication.recorded").exists()
        assert all(said(each) for each in error.value.problems)
        return [(each.line, each.field, each.code) for each in error.value.problems]

    return problems


def said(problem):
    """Whether a problem has a sentence of its own."""
    return not describe(problem).endswith(f": {problem.code}")


def values(**more):
    rows = Published.objects.current().filter(**more).order_by("organisation", "unit__code", "node")
    return [(str(row.organisation or row.unit), row.node, row.points, row.rank) for row in rows]


def table(rows, header=HEADER):
    return f"{header}\n{rows}"


# What is taken ------------------------------------------------------------------------------------


def test_a_wide_table_gives_totals_parts_pillars_and_ranks(take):
    outcome = take(table(GOOD))
    assert (outcome.index, outcome.read, outcome.good) == ("tri", 3, 3)
    assert values() == [
        ("Thành phố Huế", "", None, 2),
        ("Thành phố Đà Nẵng", "", Decimal("0.72"), 1),
        ("Thành phố Đà Nẵng", "awareness", Decimal(1), None),
        ("Thành phố Đà Nẵng", "economy", Decimal("0.5"), None),
        ("Thành phố Đà Nẵng", "pillar_economy", None, 3),
        ("Thành phố Đà Nẵng", "rules", Decimal("0.9"), None),
        ("Tỉnh Bà Rịa - Vũng Tàu", "", None, 28),
    ]
    assert not outcome.doubts
    assert not outcome.left_out


def test_rows_of_one_source_are_one_publication(take, cast):
    parts = take(table(GOOD)).parts
    rows = Publication.objects.order_by("pk").values_list("source", "rows", "file_name")
    assert list(rows) == [("https://dti.gov.vn", 6, "tri.csv"), ("https://bao.vn", 1, "tri.csv")]
    assert [part.publication.source for part in parts] == ["https://dti.gov.vn", "https://bao.vn"]
    assert {len(each.digest) for each in Publication.objects.all()} == {64}
    assert Published.objects.get(rank=28).line == 4
    entries = Entry.objects.filter(verb="publication.recorded", actor=cast.dung)
    assert [entry.after["rows"] for entry in entries.order_by("pk")] == [6, 1]


def test_a_source_that_is_told_goes_for_all_and_a_rows_own_becomes_its_note(take):
    (part,) = take(table(GOOD), said=Said(source="Công văn 12/BC")).parts
    assert part.publication.source == "Công văn 12/BC"
    assert set(Published.objects.values_list("note", flat=True)) == {
        "https://dti.gov.vn", "https://bao.vn",
    }  # fmt: skip


def test_without_any_source_the_file_is_named(take):
    take("year,province,rank,tri\n2022,Phú Thọ,23,\n")
    assert Publication.objects.get().source == "tri.csv"


def test_scorecards_that_read_published_results_follow_them(take):
    take(table(GOOD))
    cards = Card.objects.current().filter(index__code="tri")
    assert cards.get().total == Decimal("0.72")
    take(table(GOOD.replace("1.0000,0.9000", "1.0000,0.8000")))
    assert cards.get().total == Decimal("0.69")


def test_each_year_is_taken_under_the_method_in_force_then(take):
    outcome = take(table("2023,Phú Thọ,9,,0.9,,0.5,,,a\n2024,Phú Thọ,11,,0.8,,0.6,,,a\n"))
    assert [(part.index.method, part.period) for part in outcome.parts] == [
        ("cu", "2023"),
        ("moi", "2024"),
    ]
    # The same header is another node under another method.
    assert [row[1] for row in values(index__method="moi")] == ["", "institutions"]


def test_a_named_method_is_used_even_beside_its_time(take):
    outcome = take(table("2023,Phú Thọ,9,,,,,,,a\n"), said=Said(method="moi"))
    assert [part.index.method for part in outcome.parts] == ["moi"]


def test_values_of_a_part_that_the_method_has_not_are_said_not_lost(take):
    outcome = take(table("2024,Phú Thọ,9,0.5,,,,,,a\n2023,Phú Thọ,9,0.5,,,,,,a\n"))
    (doubt,) = [each for each in outcome.doubts if each.code == "column_not_of_method"]
    assert (doubt.field, doubt.params["method"]) == ("idx_nhan_thuc_so", "moi")
    assert said(doubt)


def test_the_same_file_again_changes_nothing_and_a_correction_its_own_row_only(take):
    take(table(GOOD))
    again = take(table(GOOD))
    assert (again.rows, [part.known for part in again.parts]) == (0, [6, 1])
    corrected = take(table(GOOD.replace("Thừa Thiên - Huế,2", "Thừa Thiên - Huế,4")))
    assert (corrected.rows, corrected.parts[0].superseded) == (1, 1)
    assert Published.objects.exclude(superseded_at=None).count() == 1


def test_a_dry_run_says_the_same_and_writes_nothing(take):
    outcome = take(table(GOOD), dry_run=True)
    assert (outcome.rows, outcome.good, outcome.parts[0].publication) == (7, 3, None)
    assert not Published.objects.exists()


def test_a_long_table_has_a_row_for_each_part(take):
    outcome = take(
        "Năm;Tên tỉnh;Tiêu chí;Điểm;Xếp hạng\n"
        "2022;Quảng Ninh;Nhận thức số;0,9581;\n"
        "2022;Quảng Ninh;;0,7024;3\n"
        "2022;Quảng Ninh;rules;0,9;2\n",
        index="tri",
    )
    assert outcome.good == 3
    assert values() == [
        ("Tỉnh Quảng Ninh", "", Decimal("0.7024"), 3),
        ("Tỉnh Quảng Ninh", "awareness", Decimal("0.9581"), None),
        ("Tỉnh Quảng Ninh", "rules", Decimal("0.9"), 2),
    ]


def test_bodies_are_found_by_code_and_by_name_with_their_own_maximum(take):
    outcome = take(
        "Kỳ,Mã đơn vị,Đơn vị,Tổng điểm,Xếp hạng,Chỉ đạo điều hành\n"
        '2025,H44.07,,"87,5",3,40\n'
        "2026-08,,UBND phường Việt Trì,90,1,\n",
        name="bang.csv",
        index="nha",
    )
    assert [part.period for part in outcome.parts] == ["2025", "2026-08"]
    assert [(row[1], row[2]) for row in values(period="2025")] == [
        ("", Decimal("87.5")),
        ("leading", Decimal(40)),
    ]
    assert values(period="2026-08")[0][3] == 1
    assert {row.max for row in Published.objects.all() if row.points} == {Decimal(100), Decimal(40)}


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "cp1258", "tcvn3"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_old_encodings_and_any_delimiter_are_read(take, encoding, delimiter):
    text = table(GOOD.replace("TP. Đà Nẵng", "Thành phố Đà Nẵng")).replace(",", delimiter)
    assert take(_encoded(text, encoding)).good == 3
    assert values(rank=1)[0][0] == "Thành phố Đà Nẵng"


def _encoded(text, encoding):
    if encoding == "cp1258":
        marks = "\u0300\u0301\u0303\u0309\u0323"
        decomposed = "".join(
            part if part in marks else unicodedata.normalize("NFC", part)
            for part in _with_marks_apart(text, marks)
        )
        return decomposed.encode("cp1258")
    if encoding == "tcvn3":
        bytes_of = {letter: code for code, letter in TCVN3.items()}
        return bytes(bytes_of.get(each, ord(each)) for each in text)
    return text.encode(encoding)


def _with_marks_apart(text, marks):
    for each in text:
        apart = unicodedata.normalize("NFD", each)
        tones = "".join(mark for mark in apart if mark in marks)
        yield "".join(mark for mark in apart if mark not in marks)
        if tones:
            yield tones


def test_a_workbook_with_a_title_above_its_header_is_read(take):
    book = Workbook()
    sheet = book.active
    sheet.append(["BẢNG XẾP HẠNG NĂM 2022"])
    sheet.append([])
    sheet.append(["STT", "Tỉnh, thành phố", "Năm", "TRI", "Xếp hạng"])
    sheet.append([1, "TP. Đà Nẵng", 2022, 0.8002, 1])
    sheet.append([2, "Quảng Ninh", 2022, 0.7024, 3.0])
    held = io.BytesIO()
    book.save(held)
    outcome = take(held.getvalue(), name="bang.xlsx")
    assert (outcome.index, outcome.good, outcome.left_out) == ("tri", 2, ["STT"])
    assert values() == [
        ("Tỉnh Quảng Ninh", "", Decimal("0.7024"), 3),
        ("Thành phố Đà Nẵng", "", Decimal("0.8002"), 1),
    ]


def test_the_year_may_stand_in_the_file_name_or_be_told(take):
    rows = "province,rank,tri\nPhú Thọ,23,0.6\n"
    assert take(rows, name="tri-2022.csv").parts[0].period == "2022"
    told = take(rows, name="tri.csv", said=Said(period=parse_period("2023")))
    assert told.parts[0].period == "2023"


# Whose --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("TP. Hồ Chí Minh", "Thành phố Hồ Chí Minh"),
        ("TP.HCM", "Thành phố Hồ Chí Minh"),
        ("Bà Rịa – Vũng Tàu", "Tỉnh Bà Rịa - Vũng Tàu"),
        ("BR-VT", "Tỉnh Bà Rịa - Vũng Tàu"),
        ("tỉnh thừa thiên huế", "Thành phố Huế"),
        ("Dak Lak", "Tỉnh Đắk Lắk"),
        ("Hoà Bình", "Tỉnh Hòa Bình"),
        ("UBND tỉnh Bắc Giang", "Tỉnh Bắc Giang"),
    ],
)
def test_provinces_go_by_many_names(take, written, meant):
    take(f"year,province,rank,tri\n2022,{written},5,\n")
    assert values()[0][0] == meant


def test_a_name_means_the_province_of_its_time(take):
    take("year,province,rank,tri\n2022,Phú Thọ,23,\n2025,Phú Thọ,11,\n")
    keys = Published.objects.order_by("period").values_list("unit__key", flat=True)
    assert list(keys) == ["province:25:", "province:25:2025-07-01"]


@pytest.mark.parametrize(
    ("row", "header"),
    [
        ("2024,Gia Lai (sau sáp nhập),31", "year,province,rank"),
        ("2024,Gia Lai,31/34", "year,province,rank"),
        ("2024,Gia Lai,31,2025-07-01", "year,province,rank,borders"),
        ("2024,Gia Lai,31,34", "year,province,rank,of"),
    ],
)
def test_a_row_says_that_it_is_of_the_merged_province(take, row, header):
    take(f"{header}\n{row}\n", index="tri")
    assert Published.objects.get().unit.key == "province:52:2025-07-01"


def test_where_names_may_mean_merged_provinces_and_nothing_says_so_a_doubt_tells_how(take):
    rows = "year,province,rank,tri\n2024,Gia Lai,31,\n2024,Phú Thọ,12,\n"
    (doubt,) = take(rows).doubts
    assert (doubt.code, doubt.params["later"]) == ("borders_unsure", "2025-07-01")
    told = take(rows, said=Said(on=date(2025, 7, 1)))
    assert not told.doubts
    keys = Published.objects.filter(publication=told.parts[0].publication)
    assert {row.unit.valid_from for row in keys} == {date(2025, 7, 1)}


def test_a_remark_after_a_number_becomes_a_note(take):
    take("year,province,rank,tri,source\n2022,Bến Tre,51 (suy ra),0.4*,a\n")
    row = Published.objects.get()
    assert (row.rank, row.points, row.note) == (51, Decimal("0.4"), "rank: suy ra")


def test_a_mean_of_all_is_no_province(take):
    outcome = take("year,province,rank,tri\n2022,Trung bình cả nước,,0.6\n2022,Hà Nội,24,\n")
    assert [each.code for each in outcome.doubts] == ["row_of_nobody"]
    assert (outcome.read, len(values())) == (1, 1)


# What is refused ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("row", "field", "code"),
    [
        ("2022,Đà Nẵnh,1,,,,,,,a", "province", "unknown_subject"),
        ("2022,,1,,,,,,,a", "province", "missing_value"),
        ("2022,Bắc Giangg,1.5,,,,,,,a", "province", "unknown_subject"),
        ("2022,Hà Nội,1.5,,,,,,,a", "rank", "not_whole"),
        ("2022,Hà Nội,-1,,,,,,,a", "rank", "not_a_number"),
        ("2022,Hà Nội,0,,,,,,,a", "rank", "not_positive"),
        ("2022,Hà Nội,64,,,,,,,a", "rank", "rank_above_count"),
        ("2022,Hà Nội,nhất,,,,,,,a", "rank", "not_a_number"),
        ("2022,Hà Nội,1,,,,8.002,,,a", "tri", "points_above_maximum"),
        ("2022,Hà Nội,1,,,,800.2,,,a", "tri", "points_above_maximum"),
        ("2022,Hà Nội,1,,9.5,,,,,a", "idx_the_che_so", "points_above_maximum"),
        ("2022,Hà Nội,1,,-0.5,,,,,a", "idx_the_che_so", "negative"),
        ("2022,Hà Nội,1,,#REF!,,,,,a", "idx_the_che_so", "not_a_number"),
        ("2022,Hà Nội,1,,0.9.5,,,,,a", "idx_the_che_so", "not_a_number"),
        ("2022,Hà Nội,1,,1e-2,,,,,a", "idx_the_che_so", "not_a_number"),
        ("hai nghìn,Hà Nội,1,,,,,,,a", "year", "not_a_period"),
        ("2019,Hà Nội,1,,,,,,,a", "year", "no_method_in_force"),
        (",Hà Nội,1,,,,,,,a", "year", "no_period"),
        ("2022,Hà Nội,1,,,,,,64," + "a" * 301, "pillar_rank_kts", "rank_above_count"),
        ("2022,Hà Nội,1,,,,,,," + "a" * 301, "source", "text_too_long"),
        ("2022,Hà Nội,1,,,,,,,a\x07b", "source", "unreadable_characters"),
    ],
)
def test_a_bad_cell_refuses_the_file_with_its_row_and_field(refused, row, field, code):
    found = refused(table("2022,Cao Bằng,61,,,,,,,a\n" + row + "\n"))
    assert (3, field, code) in found


def test_everything_that_is_wrong_with_a_row_is_told_at_once(refused):
    found = refused(table("2022,Hà Nộii,24.5,,,,8.002,,,a\n"))
    assert {(field, code) for _line, field, code in found} == {
        ("province", "unknown_subject"),
        ("rank", "not_whole"),
        ("tri", "points_above_maximum"),
    }


def test_near_names_are_told(take):
    with pytest.raises(BadInput) as error:
        take("year,province,rank,tri\n2022,Thừa Thiên Hế,2,\n")
    assert error.value.problems[0].params["near"].startswith("Thành phố Huế")


def test_a_subject_twice_in_one_year_is_refused(refused):
    rows = "2022,TP. Đà Nẵng,1,,,,,,,a\n2022,Đà Nẵng,2,,,,,,,a\n"
    assert refused(table(rows)) == [(3, "province", "duplicate")]


def test_a_code_that_is_anothers_is_refused(refused):
    rows = "year,code,unit,rank\n2025,H44.07,UBND phường Việt Trì,1\n"
    assert refused(rows, index="nha") == [(2, "code", "code_and_name_differ")]


def test_half_a_file_is_refused_where_it_breaks_off(refused):
    assert refused(table(GOOD[:-40])) == [(4, None, "field_count")]


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "empty_file"),
        (b"\n\n", "empty_file"),
        (b"%PDF-1.7 " + bytes(range(200)), "wrong_kind"),
        (b"\xd0\xcf\x11\xe0" + b"\0" * 100, "wrong_kind"),
        (b"\x01\x02\x03\x04" * 99, "not_text"),
        (b"PK\x03\x04" + b"nonsense" * 9, "xlsx_broken"),
        ("a,b,c\n1,2,3\n", "no_header"),
        ("rank,tri\n1,0.5\n", "no_header"),
        (f"{HEADER}\n", "no_rows"),
        ("year,province,rank\n2022,Hà Nội,1\n", "index_not_told"),
        ("year,province,rank," + ",".join(f"c{n}" for n in range(500)) + "\n", "too_many_columns"),
    ],
)
def test_a_wrong_file_is_refused_as_a_whole(refused, content, code):
    assert [each[2] for each in refused(content, name="bang.csv")] == [code]


def test_a_table_without_points_and_ranks_is_refused(refused):
    assert refused("province,STT\nHà Nội,1\n") == [(1, None, "no_points_no_rank")]


def test_an_unknown_index_or_method_is_told_with_what_there_is(take):
    for options, known in (
        ({"index": "khac"}, "nha, tri"),
        ({"index": "tri", "said": Said(method="khac")}, "moi, cu"),
    ):
        with pytest.raises(BadInput) as error:
            take(table(GOOD), **options)
        assert error.value.problems[0].params["known"] == known


def test_a_workbook_that_unpacks_to_far_more_is_not_opened(refused):
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", "<workbook/>")
        archive.writestr("xl/worksheets/sheet1.xml", b"<row/>" * 20_000_000)
    assert [each[2] for each in refused(held.getvalue(), name="b.xlsx")] == ["xlsx_too_large"]


def test_a_workbook_with_entities_that_explode_is_refused(refused):
    bomb = '<!DOCTYPE x [<!ENTITY a "' + "a" * 99 + '">'
    for one, other in zip("bcdefghij", "abcdefghi", strict=True):
        bomb += f'<!ENTITY {one} "{f"&{other};" * 10}">'
    held = io.BytesIO()
    book = Workbook()
    book.active.append(["province", "rank", "year"])
    book.save(held)
    changed = io.BytesIO()
    with zipfile.ZipFile(held) as good, zipfile.ZipFile(changed, "w") as archive:
        for each in good.namelist():
            content = good.read(each)
            if each.endswith("sheet1.xml"):
                content = f"<?xml version='1.0'?>{bomb}]><worksheet>&j;</worksheet>".encode()
            archive.writestr(each, content)
    assert [each[2] for each in refused(changed.getvalue(), name="b.xlsx")] == ["xlsx_broken"]


def test_good_rows_are_kept_when_asked_and_bad_ones_set_apart_as_they_came(take):
    rows = GOOD + "2022,Nơi nào đó,9,,,,,,,a\n2022,Hà Nội,2.5,,,,2,,,a\n"
    outcome = take(table(rows), keep_good=True)
    assert (outcome.read, outcome.good, outcome.refused) == (5, 3, 2)
    assert len(values()) == 7
    lines = list(csv.DictReader(outcome.quarantine.read_text("utf-8-sig").splitlines()))
    assert [(line["line"], line["field"], line["reason"]) for line in lines] == [
        ("5", "province", "unknown_subject"),
        ("6", "tri", "points_above_maximum"),
        ("6", "rank", "not_whole"),
    ]
    assert lines[0]["province"] == "Nơi nào đó"


def test_a_file_full_of_faults_is_given_up_and_not_half_taken(take):
    rows = GOOD + "2022,Nơi nào đó,9,,,,,,,a\n" * 300
    with pytest.raises(BadInput) as error:
        take(table(rows), keep_good=True)
    assert error.value.problems[-1].code == "too_many_problems"
    assert not Published.objects.exists()


# What is odd --------------------------------------------------------------------------------------


def test_a_total_that_its_own_parts_do_not_give_is_doubted_and_taken(take):
    rows = "2022,Hà Nội,1,1,0.9,0.5,0.7200,,,a\n2022,Phú Thọ,2,1,0.9,0.5,0.7100,,,a\n"
    (doubt,) = take(table(rows)).doubts
    assert (doubt.code, doubt.line, doubt.params["computed"]) == (
        "total_differs_from_parts", 3, "0.72",
    )  # fmt: skip
    assert said(doubt)
    assert len(values(node="")) == 2


def test_more_points_with_a_worse_rank_are_doubted(take):
    rows = "2022,Hà Nội,1,,,,0.5,,,a\n2022,Phú Thọ,2,,,,0.6,,,a\n"
    assert [each.code for each in take(table(rows)).doubts] == ["rank_against_points"]


# Cells --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "mark", "most", "points"),
    [
        ("0.8002", None, 1, "0.8002"),
        ("0,8002", None, 1, "0.8002"),
        ("0,8002", ".", 1, "0.8002"),  # one cell typed otherwise than the rest
        ("1.000", None, 1, "1"),
        ("1.000", ",", 1000, "1000"),
        ("12.345", None, 1000, "12.345"),
        ("87,61", None, 100, "87.61"),
        ("1 000", None, 1000, "1000"),
        ("–", None, 1, None),
        ("n/a", None, 1, None),
    ],
)
def test_points_are_read_as_they_can_only_be_meant(text, mark, most, points):
    expected = None if points is None else Decimal(points)
    assert read_points(text, mark, Decimal(most)) == expected


def test_a_number_of_two_readings_is_not_guessed():
    with pytest.raises(Unreadable) as error:
        read_points("1.000", None, Decimal(1000))
    assert error.value.code == "ambiguous_number"


@pytest.mark.parametrize(
    ("text", "rank"), [("24", (24, None)), ("24/63", (24, 63)), ("3.0", (3, None)), ("-", None)]
)
def test_ranks_are_whole(text, rank):
    assert read_rank(text, 63) == rank


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    st.one_of(
        st.binary(max_size=300),
        st.binary(max_size=200).map(lambda tail: f"{HEADER}\n".encode() + tail),
        st.lists(
            st.lists(
                st.one_of(
                    st.text(max_size=8),
                    st.sampled_from(["2022", "Hà Nội", "1", "0.5", "1e400", "٣", "-", "\ufffd"]),
                ),
                min_size=10,
                max_size=10,
            ),
            max_size=4,
        ).map(lambda rows: "\n".join([HEADER, *map(",".join, rows)]).encode("utf-8", "replace")),
    )
)
def test_no_file_crashes_the_import_and_each_refusal_has_its_sentence(take, content):
    Published.objects.all().delete()
    Publication.objects.all().delete()
    try:
        outcome, problems = take(content), ()
    except BadInput as error:
        outcome, problems = None, error.problems
    if outcome is None:
        assert problems
        assert all(describe(each) for each in problems)
        assert not Published.objects.exists()
    else:
        assert outcome.good + outcome.refused == outcome.read
        assert Published.objects.count() == outcome.rows
