"""Columns are found by their names, by hand, or by a profile that was saved."""

import pytest

from cotmoc.analytics.ingest import Options, Profile, profiles_of, read_profile, save_profile
from cotmoc.analytics.ingest.tests.lab import ROW, TUESDAY, lines, many
from cotmoc.core.problems import BadInput

OWN = {"dossier": "Ma so", "organisation": "ĐV", "channel": "Cách nộp"}


def renamed(rows):
    return lines([{OWN.get(name, name): cell for name, cell in row.items()} for row in rows])


@pytest.mark.parametrize(
    "header",
    ["Received at", "RECEIVED_AT", "Ngày tiếp nhận", "NGAY TIEP NHAN", "Thời điểm tiếp nhận"],
)
def test_a_header_is_known_by_any_of_its_names(lab, header):
    assert lab.bring(lines([ROW]).replace("received_at", header, 1)).good == 1


def test_of_two_headers_that_fit_the_better_name_is_taken(lab):
    row = {"Cơ quan tiếp nhận": "Sở Nội vụ", **ROW, "Mã đơn vị": "H44.9"}
    del row["organisation"]
    outcome = lab.bring(lines([row]))
    assert lab.rows()[0]["organisation"] == "H44.9"
    assert outcome.left_out == ("Cơ quan tiếp nhận",)


def test_headers_can_be_said_by_hand(lab):
    outcome = lab.bring(renamed([ROW]), options=Options(columns=OWN))
    assert outcome.good == 1
    assert outcome.columns["organisation"] == "ĐV"


@pytest.mark.parametrize(
    ("columns", "code"),
    [({"dossier": "Mã lạ"}, "no_such_header"), ({"nothing": "ĐV"}, "unknown_column")],
)
def test_a_mapping_that_does_not_fit_is_refused(lab, columns, code):
    with pytest.raises(BadInput) as refused:
        lab.bring(renamed([ROW]), options=Options(columns={**OWN, **columns}))
    assert code in {problem.code for problem in refused.value.problems}


def test_a_saved_profile_is_found_again_by_the_headers(lab):
    first = lab.bring(renamed([ROW]), options=Options(columns=OWN))
    folder = lab.folder / "profiles"
    profile = Profile("so-tttt", "dossiers", first.headers, first.columns, delimiter=",")
    save_profile(folder, profile)
    assert read_profile(folder, "dossiers", "so-tttt") == profile
    saved = profiles_of(folder, "dossiers")
    outcome = lab.bring(renamed(many(3)), "b.csv", now=TUESDAY, profiles=saved)
    assert (outcome.profile, outcome.new) == ("so-tttt", 3)
    with pytest.raises(BadInput):
        lab.bring(renamed(many(3)).replace("Ma so", "Ma so 2"), "c.csv", profiles=saved)


@pytest.mark.parametrize("name", ["../x", "a/b", "", ".x", "a b"])
def test_a_profiles_name_is_no_path(lab, name):
    with pytest.raises(BadInput):
        save_profile(lab.folder, Profile(name, "dossiers", (), {}))


def test_a_profile_that_is_not_there_names_those_that_are(lab):
    save_profile(lab.folder, Profile("a", "dossiers", ("x",), {"dossier": "x"}))
    with pytest.raises(BadInput) as refused:
        read_profile(lab.folder, "dossiers", "b")
    assert refused.value.problems[0].params == {"known": "a"}
