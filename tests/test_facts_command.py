"""`cotmoc facts`: what operators see, and the exit codes that scripts rely on."""

import json

import pytest

from cotmoc.config.cli.main import main

HEADER = "Mã số;TTHC;Mã đơn vị;Hình thức nộp;Trạng thái;Ngày tiếp nhận;Họ tên\n"
GOOD = "A1;1.001;H44.1;Trực tuyến;9;03/08/2026 08:30;Nguyễn Văn A\n"
BAD = "A2;1.001;H44.1;fax;9;03/08/2026;B\n"
MAP = ["--map", "dossier=Mã số", "--map", "procedure=TTHC"]


@pytest.fixture
def data(settings, tmp_path):
    settings.DATA_DIR = tmp_path / "data"
    return tmp_path


@pytest.fixture
def run(capsys):
    def run(*arguments):
        apart = ["--no-compute"] if arguments[0] == "import" else []
        code = main(["facts", *map(str, arguments), *apart])
        return code, capsys.readouterr().out

    return run


def file(data, content, name="a.csv"):
    path = data / name
    path.write_text(content, encoding="utf-8")
    return path


def test_good_rows_are_taken_and_bad_ones_set_apart(data, run):
    path = file(data, HEADER + GOOD + BAD)
    code, out = run("import", "dossiers", path, *MAP, "--json")
    (said,) = json.loads(out)["files"]
    assert code == 5
    assert (said["read"], said["new"], said["refused"]) == (2, 1, 1)
    assert (said["kind"], said["encoding"], said["delimiter"]) == ("csv", "utf-8", ";")
    assert said["left_out"] == ["Họ tên"]
    (problem,) = said["problems"]
    assert (problem["line"], problem["field"], problem["value"]) == (3, "channel", "fax")
    assert "direct, online, post" in problem["reason"]
    apart = next((data / "data" / "quarantine").iterdir())
    assert said["quarantine"] == str(apart)
    assert "fax" in apart.read_text()

    code, out = run("status", "dossiers", "--json")
    (table,) = json.loads(out)["tables"]
    assert (code, table["rows"], table["refused"]) == (0, 1, 1)
    assert table["months"] == [{"month": "2026-08", "rows": 1, "superseded": 0}]
    assert table["bytes"] > 0
    assert [each["file"] for each in table["imports"]] == ["a.csv"]


def test_the_same_file_again_says_so(data, run):
    path = file(data, HEADER + GOOD)
    assert run("import", "dossiers", path, *MAP)[0] == 0
    code, out = run("import", "dossiers", path, *MAP, "--json")
    assert (code, json.loads(out)["files"][0]["already"]) == (0, 1)


def test_a_saved_profile_serves_the_next_file(data, run):
    path = file(data, HEADER + GOOD)
    assert run("import", "dossiers", path, *MAP, "--save-profile", "so-tttt")[0] == 0
    other = file(data, HEADER + GOOD.replace("A1", "A3"), "b.csv")
    code, out = run("import", "dossiers", other, "--json")
    assert (code, json.loads(out)["files"][0]["profile"]) == (0, "so-tttt")


def test_a_dry_run_writes_nothing(data, run):
    path = file(data, HEADER + GOOD)
    code, _ = run("import", "dossiers", path, *MAP, "--dry-run", "--save-profile", "x")
    assert code == 0
    assert not (data / "data").exists()


def test_known_counts_what_was_recorded_by_a_day(data, run):
    run("import", "dossiers", file(data, HEADER + GOOD), *MAP)
    assert json.loads(run("known", "dossiers", "--on", "2020-01-01", "--json")[1])["rows"] == 0
    assert json.loads(run("known", "dossiers", "--on", "2999-01-01", "--json")[1])["rows"] == 1


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["dossiers", "nothing.csv"], 1),
        (["nothing", "a.csv"], 4),
        (["dossiers", "a.csv"], 1),
        (["dossiers", "a.csv", "--map", "dossier"], 2),
        (["dossiers", "a.csv", "--delimiter", "ab"], 2),
        (["dossiers", "a.csv", "--profile", "nothing"], 1),
    ],
)
def test_what_is_refused_has_its_exit_code(data, run, arguments, code, monkeypatch):
    monkeypatch.chdir(data)
    file(data, HEADER + GOOD)
    assert run("import", *arguments)[0] == code
    assert not (data / "data" / "lake").exists()


def test_a_file_without_any_good_row_is_an_error(data, run):
    assert run("import", "dossiers", file(data, HEADER + BAD), *MAP)[0] == 1
