"""`cotmoc score`: the scorecards of an index as an operator or a script asks for them."""

import json
import shutil

import pytest

from cotmoc.apps.scorecards.models import Card, ScoreRun
from cotmoc.config.cli import main
from cotmoc.core.periods import parse_period
from cotmoc.integrations.portal766.services import import_folder

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("scored")]

GROUPS = {"transparency", "progress", "online", "payment", "digitisation", "satisfaction"}


@pytest.fixture
def run(capsys):
    """Run a command; gives exit code, stdout, stderr."""

    def command(*arguments):
        try:
            code = main([str(each) for each in arguments])
        except SystemExit as stop:
            code = stop.code
        said = capsys.readouterr()
        return code, said.out, said.err

    return command


@pytest.fixture
def score(run):
    """The JSON of a successful `cotmoc score`."""

    def ask(*arguments):
        code, out, err = run("score", *arguments, "--json")
        assert code == 0, err
        return json.loads(out)

    return ask


AUGUST = ("--index", "qd766", "--period", "2026-08")


def test_every_body_with_total_groups_and_leaves(score):
    found = score(*AUGUST)
    assert (found["index"], found["method"], found["period"]) == ("qd766", "2022", "2026-08")
    assert len(found["units"]) == 164
    province = found["units"][0]
    assert (province["unit_code"], province["unit_name"]) == ("H44", "Tỉnh Phú Thọ")
    assert set(province["groups"]) == GROUPS
    assert province["groups"]["payment"] == 6.25
    assert province["leaves"]["PAYMENT"]["points"] == 6.25
    assert province["leaves"]["PAYMENT"]["max"] == 10
    assert province["leaves"]["PAYMENT"]["status"] == "scored"
    assert province["max"] == 100
    for unit in found["units"]:
        assert set(unit["groups"]) == GROUPS
        for leaf in unit["leaves"].values():
            assert {"points", "max", "status"} <= set(leaf)


def test_what_is_missing_is_null_and_not_zero(score):
    (unit,) = score(*AUGUST, "--unit", "H44.100")["units"]
    assert unit["groups"]["online"] is None or unit["groups"]["online"] > 0
    assert unit["leaves"]["ELECTRONIC_CERTIFIED_COPY"]["points"] is None
    assert unit["leaves"]["ELECTRONIC_CERTIFIED_COPY"]["status"] == "unknown"


def test_what_cannot_be_recomputed_is_listed_with_what_was_published(score):
    found = score(*AUGUST)["not_recomputed"]
    copies = {
        each["unit_code"]: each["published"]
        for each in found
        if each["leaf"] == "ELECTRONIC_CERTIFIED_COPY"
    }
    assert len(copies) == 164
    assert sum(points is not None for points in copies.values()) == 13
    online = {each["unit_code"]: each for each in found if each["leaf"] == "ONLINE_A"}
    assert online["H44.07"]["published"] is None
    assert online["H44.07"]["group"] == "online"
    assert online["H44.07"]["group_published"] is not None


def test_one_body_by_its_code(score, run):
    (unit,) = score(*AUGUST, "--unit", "H44.07")["units"]
    assert unit["unit_name"] == "Sở Công Thương"
    assert unit["groups"]["progress"] == 13.78
    assert unit["groups"]["payment"] == 8
    code, out, _err = run("score", *AUGUST, "--unit", "H44.07")
    assert code == 0
    assert "Sở Công Thương" in out
    assert "13,78" in out


def test_people_read_a_ranking_of_each_kind(run):
    code, out, _err = run("score", *AUGUST)
    assert code == 0
    assert "ELECTRONIC_CERTIFIED_COPY" in out
    assert "Sở Công Thương" in out


def test_scoring_again_stores_nothing(run):
    run("score", *AUGUST)
    before = (Card.objects.count(), ScoreRun.objects.count())
    run("score", *AUGUST)
    assert (Card.objects.count(), ScoreRun.objects.count()) == before


def test_a_quarter_and_a_year(score, capture_folder, now):
    for code in ("2025-Q4", "2025"):
        import_folder(capture_folder, period=parse_period(code), actor=None, now=now)
        found = score("--index", "qd766", "--period", code)
        assert found["period"] == code
        assert found["units"][0]["groups"]["payment"] == 6.25


def test_an_unknown_index_names_those_there_are(run):
    code, out, err = run("score", "--index", "qd767", "--period", "2026-08", "--json")
    assert (code, out) == (4, "")
    assert "qd767" in err
    assert "qd766" in err
    assert "dti" in err


def test_an_unknown_method_names_those_there_are(run):
    code, _out, err = run("score", "--index", "dti", "--period", "2022", "--method", "qd1")
    assert code == 4
    for method in ("qd1726", "qd922", "qd405"):
        assert method in err


def test_an_unknown_body_is_answered_with_what_is_near(run):
    code, _out, err = run("score", *AUGUST, "--unit", "H44.077")
    assert code == 4
    assert "H44.07 (Sở Công Thương)" in err
    code, _out, err = run("score", *AUGUST, "--unit", "so cong thuong")
    assert code == 4
    assert "H44.07" in err


def test_a_period_without_anything_to_read_says_what_to_import(run):
    code, out, err = run("score", "--index", "qd766", "--period", "2025-01", "--json")
    assert (code, out) == (4, "")
    assert "cotmoc portal766 import" in err
    assert "2026-08" in err, "and what could be computed"
    assert not ScoreRun.objects.filter(period="2025-01").exists()
    code, _out, err = run("score", "--index", "dti", "--period", "2022")
    assert code == 4
    assert "import-published" in err


def test_a_wrong_period_is_wrong_usage(run):
    assert run("score", "--index", "qd766", "--period", "tháng 8")[0] == 2


def test_a_capture_of_another_month_is_scored_right_after_its_import(
    run, score, capture_folder, tmp_path
):
    for part in ("progress", "payment", "metrics"):
        name = f"phu-tho-2026-08-{part}.csv"
        shutil.copy(capture_folder / name, tmp_path / name.replace("08", "09"))
    assert run("portal766", "import", tmp_path)[0] == 0
    found = score("--index", "qd766", "--period", "2026-09", "--unit", "H44")
    assert found["units"][0]["groups"]["payment"] == 6.25
