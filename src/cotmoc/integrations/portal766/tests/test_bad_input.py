"""Files that cannot be used: each is refused with its place and reason, and nothing is written."""

import csv
import shutil
from datetime import UTC, datetime
from pathlib import Path

import pytest

from cotmoc.apps.journal.models import Entry
from cotmoc.apps.measurement.models import Figure, IndicatorVersion, Run, Source
from cotmoc.apps.orgs.models import Organisation
from cotmoc.core.periods import parse_period
from cotmoc.core.problems import BadInput
from cotmoc.integrations.portal766.reader import MAX_BYTES, read_table
from cotmoc.integrations.portal766.services import import_folder, register_folder
from cotmoc.integrations.portal766.tables import PROGRESS

PROGRESS_FILE = "phu-tho-2026-09-progress.csv"
HEADER = "unit_code,unit_name,level,received,on_time,overdue,avg_processing_days,ratio,score"
TRADE = "H44.07,Sở Công Thương - Tỉnh Phú Thọ,PROVINCE,482,332,150,15.15,68.88,13.78"


@pytest.fixture
def lines(capture_folder):
    """The lines of a real progress table; line 1 is the header."""
    path = capture_folder / "phu-tho-2026-08-progress.csv"
    return path.read_text(encoding="utf-8").splitlines()


def read(folder, content, name=PROGRESS_FILE):
    """What reading one progress file finds: (code, line, field, value) of each problem."""
    path = folder / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    try:
        problems = read_table(path, PROGRESS).problems
    except BadInput as error:
        problems = error.problems
    assert all(problem.file == name for problem in problems)
    return [(each.code, each.line, each.field, each.value) for each in problems]


@pytest.mark.parametrize(
    ("row", "problem"),
    [
        (TRADE.replace(",482,", ",bốn trăm,"), ("not_a_number", 3, "received", "bốn trăm")),
        (TRADE.replace(",482,", ",1.2e3x,"), ("not_a_number", 3, "received", "1.2e3x")),
        (TRADE.replace(",482,", ",NaN,"), ("not_a_number", 3, "received", "NaN")),
        (TRADE.replace(",482,", ",Infinity,"), ("not_a_number", 3, "received", "Infinity")),
        (TRADE.replace(",332,", ",-332,"), ("negative", 3, "on_time", "-332")),
        (TRADE.replace(",332,", ",33.2,"), ("not_whole", 3, "on_time", "33.2")),
        (TRADE.replace(",332,", f",{10**13},"), ("too_big", 3, "on_time", str(10**13))),
        (TRADE.replace("H44.07", ""), ("missing_value", 3, "unit_code", "")),
        (TRADE.replace("H44.07", "H" * 301), ("too_long", 3, "unit_code", "H" * 80)),
        (TRADE.replace(",482", ""), ("field_count", 3, None, None)),
        (TRADE + ",thừa", ("field_count", 3, None, None)),
        ("H44" + TRADE.removeprefix("H44.07"), ("duplicate", 3, "unit_code", "H44")),
    ],
)
def test_a_bad_row_is_named_by_line_field_and_value(tmp_path, lines, row, problem):
    assert read(tmp_path, "\n".join([HEADER, lines[1], row])) == [problem]


def test_every_fault_of_a_row_is_named(tmp_path):
    row = TRADE.replace(",482,332,", ",x,-1,")
    found = read(tmp_path, f"{HEADER}\n{row}\n")
    assert [(code, field) for code, _, field, _ in found] == [
        ("not_a_number", "received"),
        ("negative", "on_time"),
    ]


def test_an_empty_field_is_no_fault(tmp_path):
    assert read(tmp_path, f"{HEADER}\n{TRADE.replace(',482,', ',,')}\n") == []


def test_a_missing_column_names_it_and_what_was_found(tmp_path, lines):
    without = [",".join(line.split(",")[:-1]) for line in lines]
    assert read(tmp_path, "\n".join(without)) == [("missing_column", 1, "score", None)]


def test_a_column_given_twice_is_refused(tmp_path):
    assert read(tmp_path, f"{HEADER},score\n{TRADE},1\n") == [("column_twice", 1, "score", None)]


def test_more_columns_in_another_order_are_no_fault(tmp_path):
    header = (
        "note,unit_name,unit_code,level,received,on_time,overdue,avg_processing_days,ratio,score"
    )
    row = "ghi chú,Sở Công Thương,H44.07,PROVINCE,482,332,150,15.15,68.88,13.78"
    assert read(tmp_path, f"{header}\n{row}\n") == []


def test_an_old_vietnamese_encoding_is_named_by_line_and_byte(tmp_path):
    tcvn3 = (
        f"{HEADER}\n".encode() + b"H44,UBND t\xd8nh Ph\xf3 Th\xe4,PROVINCE_TOTAL,1,1,0,1,100,1\n"
    )
    path = tmp_path / PROGRESS_FILE
    path.write_bytes(tcvn3)
    with pytest.raises(BadInput) as refused:
        read_table(path, PROGRESS)
    (problem,) = refused.value.problems
    assert (problem.code, problem.line, problem.params["byte"]) == ("encoding", 2, "0xD8")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
@pytest.mark.parametrize("line_end", ["\n", "\r\n"])
def test_what_spreadsheets_save_is_read(tmp_path, lines, encoding, line_end):
    path = tmp_path / PROGRESS_FILE
    path.write_bytes((line_end.join(lines) + line_end).encode(encoding))
    reading = read_table(path, PROGRESS)
    assert (len(reading.rows), reading.problems) == (164, [])
    assert reading.rows[0][1]["unit_name"] == "UBND tỉnh Phú Thọ"


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "empty_file"),
        (HEADER, "no_rows"),
        (f"{HEADER}\n\n\n", "no_rows"),
        (b"\n\n", "missing_column"),
        (b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR", "not_text"),
        (b"%PDF-1.7 \xe2\xe3\xcf\xd3", "encoding"),
        (f"{HEADER}\n".encode("utf-16")[:-1], "encoding"),
        (f"{HEADER}\n".encode("utf-16-le"), "not_text"),
    ],
    ids=[
        "nothing",
        "header only",
        "header and blank lines",
        "blank lines",
        "PNG",
        "PDF",
        "half UTF-16",
        "UTF-16 without a mark",
    ],
)
def test_a_file_that_is_no_table(tmp_path, content, code):
    found = read(tmp_path, content)
    assert {each[0] for each in found} == {code}


def test_half_a_file_cut_within_a_row(tmp_path, lines):
    half = "\n".join(lines[:80]) + "\nH44.140,UBND xã Xuân"
    assert read(tmp_path, half) == [("field_count", 81, None, None)]


def test_half_a_file_cut_within_a_quoted_field(tmp_path, lines):
    half = "\n".join(lines[:80]) + '\nH44.140,"UBND xã Xuân'
    assert read(tmp_path, half) == [("not_csv", 81, None, None)]


def test_a_huge_file_is_refused_by_its_size_without_reading_it(tmp_path, monkeypatch):
    path = tmp_path / PROGRESS_FILE
    with path.open("wb") as file:
        file.truncate(200_000_000)  # takes no room on disk
    monkeypatch.setattr(Path, "read_bytes", lambda _: pytest.fail("the file was read"))
    with pytest.raises(BadInput) as refused:
        read_table(path, PROGRESS)
    (problem,) = refused.value.problems
    assert (problem.code, problem.params) == ("too_large", {"megabytes": 200.0, "limit": 10})
    assert MAX_BYTES == 10_000_000


def test_twelve_megabytes_of_noise(tmp_path):
    assert read(tmp_path, bytes(range(256)) * 47_000) == [("too_large", None, None, None)]


def test_reading_gives_up_when_nearly_everything_is_wrong(tmp_path):
    rows = "\n".join(f"H{number},tên,COMMUNE,x,1,1,1,1,1" for number in range(1000))
    found = read(tmp_path, f"{HEADER}\n{rows}\n")
    assert (len(found), found[-1][0]) == (201, "too_many_problems")


class World:
    """Everything an import may write."""

    def __init__(self, data_dir):
        self.data_dir = data_dir
        self.before = self.now()

    def now(self):
        models = (Source, Run, Figure, IndicatorVersion, Organisation, Entry)
        files = sorted(path for path in self.data_dir.rglob("*") if path.is_file())
        return [model.objects.count() for model in models], files

    def is_untouched(self):
        return self.now() == self.before


@pytest.fixture
def world(db, cast, data_dir):
    return World(data_dir)


@pytest.fixture
def folder(tmp_path, capture_folder):
    """The capture under the name of another month, ready to be spoiled."""
    made = tmp_path / "capture"
    made.mkdir()
    for path in capture_folder.glob("*.csv"):
        shutil.copy(path, made / path.name.replace("2026-08", "2026-09"))
    return made


def refusal(folder, cast, **options):
    """The problems for which importing the folder is refused."""
    given = {
        "period": None,
        "actor": cast.dung,
        "now": datetime(2026, 10, 2, tzinfo=UTC),
        **options,
    }
    with pytest.raises(BadInput) as refused:
        import_folder(folder, **given)
    return [
        (each.code, each.file, each.line, each.field, each.value) for each in refused.value.problems
    ]


def spoil(path, old, new):
    text = path.read_text(encoding="utf-8")
    assert text.count(old) == 1
    path.write_text(text.replace(old, new), encoding="utf-8")


def test_one_bad_row_refuses_the_folder(world, cast, folder):
    spoil(folder / PROGRESS_FILE, ",482,332,150,", ",482,ba trăm,150,")
    assert refusal(folder, cast) == [("not_a_number", PROGRESS_FILE, 5, "on_time", "ba trăm")]
    assert world.is_untouched()


def test_faults_of_all_files_are_told_at_once(world, cast, folder):
    (folder / PROGRESS_FILE).write_bytes(b"")
    (folder / "phu-tho-2026-09-payment.csv").write_text("a,b\n1,2\n", encoding="utf-8")
    found = refusal(folder, cast)
    assert {(code, file) for code, file, *_ in found} == {
        ("empty_file", PROGRESS_FILE),
        ("missing_column", "phu-tho-2026-09-payment.csv"),
    }
    assert world.is_untouched()


def test_a_unit_that_is_not_registered(world, cast, folder):
    spoil(folder / PROGRESS_FILE, "H44.07,Sở Công Thương", "H99.07,Sở Công Thương")
    assert refusal(folder, cast) == [("unknown_unit", PROGRESS_FILE, 5, "unit_code", "H99.07")]
    assert world.is_untouched()


def test_two_files_that_speak_of_the_same_unit_and_month(world, cast, folder):
    shutil.copy(folder / PROGRESS_FILE, folder / "ban-sao-2026-09-progress.csv")
    found = refusal(folder, cast)
    # The alphabet decides which is read first, not which is right: both wait for a person.
    assert len(found) == 164
    assert found[0] == ("in_two_files", PROGRESS_FILE, 2, "unit_code", "H44")
    assert world.is_untouched()


def test_no_organisations_registered_yet(world, cast, folder, monkeypatch):
    monkeypatch.setattr(Organisation.objects, "values_list", lambda *_, **__: [])
    found = refusal(folder, cast)
    assert {code for code, *_ in found} == {"no_organisations"}
    assert world.is_untouched()


def test_a_folder_that_is_not_there(world, cast, tmp_path):
    missing = tmp_path / "nowhere"
    assert refusal(missing, cast) == [("no_folder", str(missing), None, None, None)]
    assert world.is_untouched()


def test_a_folder_without_tables(world, cast, tmp_path):
    (tmp_path / "readme.txt").write_text("không có bảng nào", encoding="utf-8")
    assert refusal(tmp_path, cast) == [("no_files", str(tmp_path), None, None, None)]
    assert world.is_untouched()


def test_a_file_whose_name_tells_no_period(world, cast, folder):
    (folder / PROGRESS_FILE).rename(folder / "phu-tho-progress.csv")
    assert refusal(folder, cast) == [("period_unknown", "phu-tho-progress.csv", None, None, None)]
    assert world.is_untouched()


def test_a_note_of_the_source_that_cannot_be_read(world, cast, folder):
    (folder / "source.yaml").write_text("origin: [", encoding="utf-8")
    ((code, file, *_),) = refusal(folder, cast)
    assert (code, file) == ("source_note_unreadable", "source.yaml")
    assert world.is_untouched()


def test_a_period_given_counts_and_a_name_that_differs_is_said(db, cast, folder, now):
    given = parse_period("2026-Q3")
    outcome = import_folder(folder, period=given, actor=cast.dung, now=now)
    assert {file["period"] for file in outcome.files} == {"2026-Q3"}
    differing = [note for note in outcome.notes if note.code == "period_differs"]
    assert [note.params for note in differing] == [{"named": "2026-09", "used": "2026-Q3"}] * 3


def test_a_table_that_is_absent_is_said(db, cast, folder, now):
    (folder / "phu-tho-2026-09-metrics.csv").unlink()
    outcome = import_folder(folder, period=None, actor=cast.dung, now=now)
    assert [(note.code, note.file) for note in outcome.notes] == [("part_absent", "*-metrics.csv")]


def test_rows_that_contradict_themselves_are_taken_and_said(db, cast, folder, now):
    spoil(folder / PROGRESS_FILE, ",482,332,150,", ",482,500,150,")
    outcome = import_folder(folder, period=None, actor=cast.dung, now=now)
    assert [(doubt.code, doubt.line, doubt.field) for doubt in outcome.doubts] == [
        ("part_above_whole", 5, "on_time")
    ]


class TestKeepingTheGoodRows:
    @pytest.fixture
    def kept(self, db, cast, folder, tmp_path, now):
        spoil(folder / PROGRESS_FILE, ",482,332,150,", ",482,ba trăm,-150,")
        with (folder / PROGRESS_FILE).open("a", encoding="utf-8") as file:
            file.write("H44.100,UBND Phường Việt Trì,COMMUNE,1,1,0,1,100,20\n")
            file.write("H99,Không ai biết,COMMUNE,1,1,0,1,100,20\n")
        aside = tmp_path / "quarantine"
        return import_folder(
            folder, period=None, actor=cast.dung, now=now, keep_good=True, quarantine=aside
        )

    def test_good_rows_are_in(self, kept):
        # The file's first word on Việt Trì counts; nothing is known of Công Thương.
        rows = {file["part"]: file["rows"] for file in kept.files}
        assert rows == {"progress": 163, "payment": 164, "metrics": 275}
        september = Figure.objects.current().filter(
            period="2026-09", indicator__code="dossiers_on_time"
        )
        assert september.get(organisation__code="H44.100").denominator == 2971
        assert september.get(organisation__code="H44.07").status == "no_data"

    def test_a_province_with_a_member_missing_says_so(self, kept):
        total = Figure.objects.current().get(
            period="2026-09", indicator__code="dossiers_on_time", organisation__code="H44"
        )
        assert (total.basis, total.with_data, total.expected) == ("published", 162, 163)

    def test_bad_rows_are_set_apart_as_they_came_with_their_reasons(self, kept):
        with kept.quarantine.open(encoding="utf-8", newline="") as file:
            found = list(csv.DictReader(file))
        assert [(row["line"], row["field"], row["value"], row["reason"]) for row in found] == [
            ("5", "on_time", "ba trăm", "not_a_number"),
            ("5", "overdue", "-150", "negative"),
            ("166", "unit_code", "H44.100", "duplicate"),
            ("167", "unit_code", "H99", "unknown_unit"),
        ]
        assert {row["file"] for row in found} == {PROGRESS_FILE}
        assert found[0]["row"].startswith(
            "H44.07,Sở Công Thương - Tỉnh Phú Thọ,PROVINCE,482,ba trăm"
        )

    def test_a_row_that_can_be_used_later_comes_in_with_the_same_file(
        self, kept, cast, folder, now
    ):
        province = Organisation.objects.get(code="H44")
        body = {"name": "Không ai biết", "short_name": "Không ai biết", "kind": "commune"}
        Organisation.objects.create(code="H99", parent=province, **body)
        options = {"period": None, "actor": cast.dung, "now": now, "keep_good": True}
        again = import_folder(folder, **options)
        assert {file["part"]: file["rows"] for file in again.files}["progress"] == 164
        assert import_folder(folder, **options).files[0]["new"] is False
        found = Figure.objects.current().filter(
            period="2026-09", indicator__code="dossiers_received", organisation__code="H99"
        )
        assert found.get().value == 1


def test_keeping_good_rows_still_refuses_a_file_that_is_no_table(world, cast, folder):
    (folder / PROGRESS_FILE).write_text("a,b\n1,2\n", encoding="utf-8")
    assert {code for code, *_ in refusal(folder, cast, keep_good=True)} == {"missing_column"}
    assert world.is_untouched()


def test_keeping_good_rows_never_takes_half_of_a_file_that_was_given_up(world, cast, folder):
    bad = "".join(f"H{number},tên,COMMUNE,x,1,1,1,1,1\n" for number in range(300))
    path = folder / PROGRESS_FILE
    path.write_text(path.read_text(encoding="utf-8") + bad, encoding="utf-8")
    found = refusal(folder, cast, keep_good=True)
    assert found[-1][0] == "too_many_problems"
    assert world.is_untouched()


class TestTheListOfOrganisations:
    """`register_folder` reads it from the progress table."""

    def refused(self, folder, cast, now):
        with pytest.raises(BadInput) as refused:
            register_folder(folder, actor=cast.dung, now=now)
        return [(each.code, each.line, each.value) for each in refused.value.problems]

    def test_without_that_table(self, world, cast, folder, now):
        (folder / PROGRESS_FILE).unlink()
        assert self.refused(folder, cast, now) == [("no_progress_file", None, None)]
        assert world.is_untouched()

    def test_with_a_level_nobody_knows(self, world, cast, folder, now):
        spoil(folder / PROGRESS_FILE, "Phú Thọ,PROVINCE,482", "Phú Thọ,DISTRICT,482")
        assert self.refused(folder, cast, now) == [("unknown_level", 5, "DISTRICT")]
        assert world.is_untouched()

    def test_with_two_provinces(self, world, cast, folder, now):
        spoil(folder / PROGRESS_FILE, "Phú Thọ,PROVINCE,482", "Phú Thọ,PROVINCE_TOTAL,482")
        assert self.refused(folder, cast, now) == [("one_province", None, None)]
        assert world.is_untouched()
