# ruff: noqa: DTZ001 - local time, as the lake keeps it
"""What cells say, and the reasons why rows are set apart."""

from datetime import datetime

import pytest

from cotmoc.analytics.ingest.tests.lab import ROW, lines


@pytest.mark.parametrize(
    "text",
    [
        "2026-08-03 08:30:00",
        "2026-08-03T08:30:00",
        "2026-08-03 08:30",
        "03/08/2026 08:30:00",
        "03/08/2026 08:30",
        "3/8/2026 8:30",
        "3-8-2026 8:30",
        "08:30 03/08/2026",
        "8:30:00 03/08/2026",
        "03/08/2026 8:30 SA",
        "20260803083000",
        " 03/08/2026  08:30 ",
        "2026-08-03T08:30:00+07:00",
        "2026-08-03T01:30:00Z",
        "2026-08-03 01:30:00+00",
        "2026-08-03 08:30:00.000",
    ],
)
def test_a_moment_is_read_in_every_usual_spelling(lab, text):
    assert lab.row(received_at=text)["received_at"] == datetime(2026, 8, 3, 8, 30)


@pytest.mark.parametrize("text", ["2026-08-03", "03/08/2026", "3/8/2026", "2026/08/03", "20260803"])
def test_a_day_alone_is_its_first_moment(lab, text):
    assert lab.row(received_at=text)["received_at"] == datetime(2026, 8, 3)


@pytest.mark.parametrize(
    ("cells", "reason"),
    [
        ({"dossier": ""}, ("dossier", "missing_value")),
        ({"dossier": "  "}, ("dossier", "missing_value")),
        ({"procedure": "NULL"}, ("procedure", "missing_value")),
        ({"dossier": "x" * 1001}, ("dossier", "text_too_long")),
        ({"dossier": "a\x07b"}, ("dossier", "unreadable_characters")),
        ({"channel": "fax"}, ("channel", "not_allowed")),
        ({"state": "11"}, ("state", "not_allowed")),
        ({"state": "nine"}, ("state", "not_a_number")),
        ({"received_at": "2026-02-30"}, ("received_at", "not_a_moment")),
        ({"received_at": "31/31/2026"}, ("received_at", "not_a_moment")),
        ({"received_at": "yesterday"}, ("received_at", "not_a_moment")),
        ({"received_at": "infinity"}, ("received_at", "not_a_moment")),
        ({"received_at": "epoch"}, ("received_at", "not_a_moment")),
        ({"received_at": "26-08-03 08:30"}, ("received_at", "not_a_moment")),
        ({"received_at": "1926-08-03"}, ("received_at", "day_out_of_range")),
        ({"received_at": "2062-08-03 08:30:00"}, ("received_at", "day_out_of_range")),
        ({"finished_at": "2026-08-01"}, ("finished_at", "ends_before_start")),
        ({"finished_at": "2026-08-03 08:29:59"}, ("finished_at", "ends_before_start")),
        ({"supplement_requests": "-1"}, ("supplement_requests", "below_minimum")),
        ({"supplement_requests": "1001"}, ("supplement_requests", "above_maximum")),
        ({"supplement_requests": "1,5"}, ("supplement_requests", "not_whole")),
        ({"supplement_requests": "0x1F"}, ("supplement_requests", "not_a_number")),
        ({"supplement_requests": "1e2"}, ("supplement_requests", "not_a_number")),
        ({"supplement_requests": "1_0"}, ("supplement_requests", "not_a_number")),
        ({"fee_due": "99999999999999999999"}, ("fee_due", "too_big")),
        ({"fee_due": "5,000"}, ("fee_due", "ambiguous_number")),
        ({"paid_online": "maybe"}, ("paid_online", "not_yes_or_no")),
        ({"satisfaction": "6"}, ("satisfaction", "above_maximum")),
    ],
)
def test_a_row_that_cannot_be_taken_has_its_reason(lab, cells, reason):
    assert lab.reason(**cells) == reason
    assert lab.lake.table("dossiers").manifest().imports == ()


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("1.030", 1030),
        ("1.234.567", 1234567),
        ("12 500", 12500),
        ("007", 7),
        ("15,0", 15),
        ("", None),
    ],
)
def test_whole_numbers_are_read_as_they_are_written_here(lab, text, number):
    assert lab.row(fee_due=text)["fee_due"] == number


@pytest.mark.parametrize(
    ("text", "value"),
    [("Có", True), ("không", False), ("x", True), ("1", True), ("FALSE", False), ("", False)],
)
def test_yes_and_no_have_many_spellings_and_no_answer_is_the_default(lab, text, value):
    assert lab.row(paid_online=text)["paid_online"] is value


@pytest.mark.parametrize("text", ["TRỰC TUYẾN", "nop truc tuyen", "2", "online", " Online "])
def test_allowed_values_are_known_by_their_other_names(lab, text):
    assert lab.row(channel=text)["channel"] == "online"


def test_text_is_stored_in_its_official_spelling(lab):
    assert lab.row(organisation="  Sở  Nội vu\u0323 ")["organisation"] == "Sở Nội vụ"


def test_all_reasons_of_one_row_are_given_and_its_cells_kept(lab):
    row = ROW | {"channel": "fax", "state": "99", "Họ và tên": "Nguyễn Văn A"}
    outcome = lab.bring(lines([row]))
    assert outcome.reasons == {"not_allowed": 2}
    assert outcome.left_out == ("Họ và tên",)
    (apart,) = lab.refused()
    assert (apart["line"], apart["field"]) == ("2", "channel | state")
    assert apart["value"] == "fax | 99"
    assert (apart["dossier"], apart["channel"]) == (ROW["dossier"], "fax")
    assert "Nguyễn" not in str(apart)


def test_what_is_mended_in_the_quarantine_file_can_be_imported(lab):
    lab.bring(lines([ROW, ROW | {"dossier": "B", "channel": "fax"}]))
    (path,) = lab.quarantine.iterdir()
    outcome = lab.bring(path.read_text().replace("fax", "post"), "mended.csv", now=MONDAY_LATER)
    assert (outcome.new, outcome.refused) == (1, 0), outcome.problems
    assert {row["channel"] for row in lab.rows()} == {"online", "post"}


MONDAY_LATER = datetime.fromisoformat("2026-09-07T12:00:00+00:00")


# Computed columns --------------------------------------------------------------------------------


def test_durations_are_whole_seconds_and_working_days(lab):
    # Monday to the Friday of the week after; no holiday between.
    row = lab.row(received_at="2026-08-03 08:30:00", finished_at="2026-08-14 09:00:01.7")
    assert row["processing_seconds"] == 11 * 86_400 + 1_801
    assert row["processing_days"] == 9


def test_a_day_without_time_on_the_day_of_receipt_is_no_contradiction(lab):
    row = lab.row(received_at="2026-08-03 08:30:00", finished_at="03/08/2026")
    assert (row["processing_seconds"], row["processing_days"]) == (0, 0)


@pytest.mark.parametrize(
    ("finished", "supplements", "late"),
    [
        ("", "0", True),
        ("2026-08-10 17:00:01", "0", True),
        ("2026-08-10 17:00:00", "0", False),
        ("2026-08-05 10:00:00", "1", False),
        ("2026-08-05 10:00:00", "2", True),
    ],
)
def test_late_is_after_the_appointment_or_after_several_supplements(
    lab, finished, supplements, late
):
    row = lab.row(
        appointed_at="2026-08-10 17:00:00", finished_at=finished, supplement_requests=supplements
    )
    assert row["late_at"] == (datetime(2026, 8, 10, 17) if late else None)


def test_without_an_appointment_nothing_is_late(lab):
    assert lab.row(supplement_requests="5")["late_at"] is None


@pytest.mark.parametrize(("finished", "late"), [("10/08/2026 16:30", False), ("11/08/2026", True)])
def test_an_appointment_without_a_time_lasts_to_the_end_of_its_day(lab, finished, late):
    row = lab.row(received_at="03/08/2026", appointed_at="10/08/2026", finished_at=finished)
    assert row["late_at"] == (datetime(2026, 8, 10, 23, 59, 59) if late else None)
