"""The program `cotmoc` as an operator or a script meets it."""

import getpass
import json
import shutil

import pytest

from cotmoc.apps.accounts.models import Person
from cotmoc.apps.journal.models import Entry
from cotmoc.apps.measurement.models import Figure
from cotmoc.apps.programmes.uploading import receive
from cotmoc.config.cli import main

pytestmark = pytest.mark.django_db


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


def test_help_teaches(run):
    code, out, _err = run("--help")
    assert code == 0
    for word in ("demo", "units", "plan", "portal766", "figures", "--json"):
        assert word in out
    assert run("figures", "--help")[0] == 0


def test_units_on_a_day_as_json_alone_on_stdout(run):
    code, out, _err = run("units", "--on", "2025-06-30", "--json")
    found = json.loads(out)
    assert code == 0
    assert found["counts"] == {"province": 63, "district": 696, "commune": 10035}
    assert len(found["units"]) == 63 + 696 + 10035
    today = json.loads(run("units", "--json", "--level", "commune")[1])
    assert today["counts"] == {"province": 34, "district": 0, "commune": 3321}
    assert len(today["units"]) == 3321


def test_units_are_found_without_accents(run):
    found = json.loads(run("units", "--search", "viet tri", "--json")[1])
    assert "Phường Việt Trì" in [unit["name"] for unit in found["units"]]


def test_a_wrong_day_is_wrong_usage(run):
    code, _out, err = run("units", "--on", "30/6/2025")
    assert code == 2
    assert "2025-06-30" in err


def test_plan_read_gives_targets_and_what_was_left_alone(run, plan_file):
    code, out, _err = run("plan", "read", plan_file, "--json")
    plan = json.loads(out)
    assert code == 0
    assert len(plan["targets"]) >= 28
    assert {"head", "clauses", "targets", "tasks", "doubts", "left_alone"} <= set(plan)
    on_time = next(each for each in plan["targets"] if "đúng hạn" in each["name"])
    assert (on_time["comparator"], on_time["value"], on_time["unit"]) == (">=", "95", "%")


def test_plan_read_tells_people_head_targets_tasks_and_doubts(run, plan_file):
    code, out, _err = run("plan", "read", plan_file)
    assert code == 0
    assert "00/KH-UBND" in out
    assert "41 chỉ tiêu" in out
    assert "Hồ sơ thủ tục hành chính được giải quyết đúng hạn" in out
    assert "cấp huyện đã kết thúc từ ngày 01/7/2025: 80% đối với cấp huyện" in out


@pytest.mark.parametrize("name", ["no-such-file.txt", "."])
def test_plan_read_of_what_is_no_file_is_refused_in_words(run, name):
    code, out, err = run("plan", "read", name)
    assert (code, out) == (1, "")
    assert name in err


def test_importing_what_waits_to_be_confirmed_says_where(run, plan_file, tmp_path, now):
    path = tmp_path / "ke-hoach.txt"
    path.write_bytes(plan_file.read_bytes() + b"\n\n\n")
    receive(path.name, path.read_bytes(), actor=None, now=now)
    code, out, err = run("plan", "import", path)
    assert (code, out) == (1, "")
    assert "ke-hoach.txt" in err


def test_a_picture_named_txt_is_refused_in_words(run, tmp_path):
    path = tmp_path / "ke-hoach.txt"
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(200))
    code, out, err = run("plan", "read", path, "--json")
    assert (code, out) == (1, "")
    assert "ke-hoach.txt" in err
    assert "PNG" in err


def test_a_plan_already_there_changes_nothing(run, plan, plan_file):
    entries = Entry.objects.count()
    code, out, _err = run("plan", "import", plan_file, "--json")
    assert code == 0
    assert json.loads(out)["new"] is False
    assert Entry.objects.count() == entries


def test_targets_of_the_district_level_are_closed_once(run, plan):
    ending = plan.targets.filter(level="district").count()
    assert ending
    for closed in (ending, 0):
        code, said = run("plan", "close-districts", plan.pk)[:2]
        assert code == 0
        assert str(closed) in said
    assert plan.targets.filter(standing="closed").count() == ending
    assert run("plan", "close-districts", 999_999)[0] == 4


def test_publishing_opens_plan_and_figures_to_the_public(run, plan):
    assert run("plan", "publish", plan.pk)[0] == 0
    assert Figure.objects.exclude(published_at=None).exists()
    assert run("plan", "publish", 999_999)[0] == 4


def test_figures_as_a_list_of_objects(run):
    command = ("figures", "--indicator", "dossiers_on_time", "--unit", "H44", "--json")
    (figure,) = json.loads(run(*command)[1])
    assert figure["unit_code"] == "H44"
    assert (figure["numerator"], figure["denominator"]) == (144625, 184513)
    assert round(figure["value"], 2) == 78.38
    assert (figure["period"], figure["status"]) == ("2026-08", "measured")
    assert figure["coverage"] == {"with_data": 163, "expected": 163, "not_arising": 2}


def test_the_province_is_the_sum_of_its_163_bodies(run):
    listed = json.loads(run("figures", "--indicator", "dossiers_on_time", "--json")[1])
    bodies = [figure for figure in listed if figure["unit_code"] != "H44"]
    assert len(bodies) == 163
    assert sum(figure["numerator"] for figure in bodies) == 144625
    assert sum(figure["denominator"] for figure in bodies) == 184513


def test_a_mistyped_indicator_is_not_found_and_the_near_ones_are_named(run):
    code, _out, err = run("figures", "--indicator", "dossier_on_time")
    assert code == 4
    assert "dossiers_on_time" in err


def test_a_figure_opens_to_file_and_row(run):
    code, out, _err = run("figures", "explain", "dossiers_on_time/H44.104/2026-08", "--json")
    rows = json.loads(out)["observations"]["rows"]
    assert code == 0
    assert {(row["file_name"], row["line"]) for row in rows} == {
        ("phu-tho-2026-08-progress.csv", 11)
    }
    assert run("figures", "explain", "dossiers_on_time/H44.104/2026-08")[0] == 0
    assert run("figures", "explain", "nothing/H44/2026-08")[0] == 4


def test_a_bad_row_refuses_the_folder_and_good_ones_can_be_kept(run, capture_folder, tmp_path):
    folder = tmp_path / "capture"
    shutil.copytree(capture_folder, folder)
    path = folder / "phu-tho-2026-08-progress.csv"
    path.write_text(path.read_text().replace(",482,", ",bốn trăm,", 1))
    code, out, err = run("portal766", "import", folder, "--json")
    assert (code, out) == (1, "")
    assert "phu-tho-2026-08-progress.csv" in err
    assert "received" in err
    code, out, _err = run("portal766", "import", folder, "--keep-good", "--json")
    outcome = json.loads(out)
    assert code == 5
    assert len(outcome["bad_rows"]) == 1
    assert outcome["quarantine"]


def test_the_same_folder_again_changes_nothing(run, capture_folder):
    code, out, _err = run("portal766", "import", capture_folder, "--json")
    outcome = json.loads(out)
    assert code == 0
    assert outcome["figures_changed"] == 0
    assert not any(file["new"] for file in outcome["files"])


def test_a_period_can_be_given_and_a_wrong_one_is_wrong_usage(run, capture_folder):
    code, _out, err = run("portal766", "import", capture_folder, "--period", "2026-Q3", "--json")
    assert code == 0
    assert "2026-Q3" in err
    found = json.loads(run("figures", "--period", "2026-Q3", "--unit", "H44", "--json")[1])
    assert {figure["period"] for figure in found} == {"2026-Q3"}
    assert run("portal766", "import", capture_folder, "--period", "August")[0] == 2


def test_organisations_say_how_communes_were_matched(run, capture_folder):
    outcome = json.loads(run("organisations", "import", capture_folder, "--json")[1])
    assert outcome["organisations"] == 163
    assert (outcome["communes"], outcome["communes_matched"]) == (148, 148)
    assert sum(outcome["matched_by"].values()) == 148


def test_people_from_creation_to_closing(run, monkeypatch):
    monkeypatch.setattr(getpass, "getpass", lambda prompt: "mot-mat-khau-du-dai")
    create = ("person", "create", "dung", "--name", "Phạm Thị Dung", "--role", "secretariat")
    assert run(*create)[0] == 0
    assert run(*create)[0] == 1
    assert run("person", "post", "dung", "H44.100")[0] == 0
    assert run("person", "post", "dung", "H44.999")[0] == 4
    code, out, _err = run("token", "create", "dung")
    assert code == 0
    assert out.startswith("cm_")
    assert run("person", "close", "dung")[0] == 0
    dung = Person.objects.get(username="dung")
    assert not dung.is_active
    assert not dung.tokens.filter(revoked_at=None).exists()
    assert run("person", "password", "dung")[0] == 4


def test_a_short_password_is_refused(run, monkeypatch):
    monkeypatch.setattr(getpass, "getpass", lambda prompt: "ngan")
    code, _out, err = run("person", "create", "chi", "--name", "Chi", "--role", "reporter")
    assert code == 1
    assert "12" in err
    assert not Person.objects.filter(username="chi").exists()
