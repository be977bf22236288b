"""`cotmoc index` as an expert meets it who writes an index."""

import json

import pytest

from cotmoc.apps.scorecards.catalogue import sync_indices
from cotmoc.config.cli import main
from cotmoc.indicators.indices.tests.texts import CITY, NAME, changed


@pytest.fixture
def run(capsys, settings):
    """Run a command in English; gives exit code, stdout, stderr."""
    settings.LANGUAGE_CODE = "en"

    def command(*arguments):
        code = main(["index", *map(str, arguments)])
        said = capsys.readouterr()
        return code, said.out, said.err

    return command


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "indices" / NAME
    path.parent.mkdir()
    path.write_text(CITY, encoding="utf-8")
    return path


def test_the_installed_indices_are_good(run):
    code, out, _err = run("check")
    assert code == 0
    assert "0 problems" in out
    assert "qd766@2022 is good" in out


def test_a_good_file_is_said_to_be_good_whatever_its_name(run, file):
    other = file.rename(file.with_name("mine.yml"))
    code, out, _err = run("check", other)
    assert code == 0
    assert "city@qd1 is good: 13 leaves, 100 points" in out
    code, out, _err = run("check", other, "--json")
    found = json.loads(out)
    assert (code, found["files"], found["problems"]) == (0, 1, [])
    assert (found["indices"][0]["code"], found["indices"][0]["max"]) == ("city", 100)
    assert "dossiers_on_time" in found["indices"][0]["indicators"]


def test_what_is_wrong_is_shown_with_its_line_and_a_mark(run, file):
    file.write_text(changed(CITY, ("{from: 50, to: 100", "{from: 50, to: 49")), encoding="utf-8")
    code, out, _err = run("check", file)
    assert code == 1
    lines = out.splitlines()
    assert lines[0] == (
        f"{file}:61:22: children.0.children.4.rule.bands.2.from: "
        "the band 50–49 has its upper end at or below its lower one"
    )
    assert lines[1][lines[2].index("^") :].startswith("50, to: 49")
    assert "1 files read, 1 problems" in out


def test_what_is_wrong_as_json(run, file):
    wrong = changed(CITY, ("max: 60\n", "max: 61\n"), ("kind: survey", "kind: servey"))
    file.write_text(wrong, encoding="utf-8")
    code, out, _err = run("check", file, "--json")
    problems = json.loads(out)["problems"]
    assert code == 1
    assert [(each["line"], each["column"], each["field"]) for each in problems] == [
        (12, 6, "max"),
        (19, 10, "children.0.max"),
        (50, 22, "children.0.children.3.rule.kind"),
    ]
    assert problems[0]["message"] == "is 100, but the points below it add up to 101"
    assert problems[2]["did_you_mean"] == "survey"


def test_the_files_of_a_folder_are_named_by_code_and_method(run, file):
    assert run("check", file.parent)[0] == 0
    file.rename(file.with_name("mine.yaml"))
    code, out, _err = run("check", file.parent)
    assert code == 1
    assert "mine.yaml:2:7: code: the file must be named city@qd1.yaml" in out


def test_indicators_beside_the_files_are_known(run, file):
    file.write_text(changed(CITY, ("dossiers_on_time", "bus_seats")), encoding="utf-8")
    assert run("check", file)[0] == 1
    folder = file.parent.parent / "indicators"
    folder.mkdir()
    (folder / "bus_seats@1.yaml").write_text("code: bus_seats", encoding="utf-8")
    assert run("check", file)[0] == 0


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("code: tiếp".encode("utf-16"), "encoding"),
        (b"x" * 1_000_001, "at most 1 MB"),
        (b"\x89PNG\r\n", "encoding"),
        (b"a: [", "cannot be read"),
        (b"", "must be a mapping"),
    ],
    ids=["utf-16", "large", "picture", "open", "empty"],
)
def test_a_file_that_is_no_index_is_refused_in_words(run, tmp_path, content, said):
    path = tmp_path / "index.yaml"
    path.write_bytes(content)
    code, out, _err = run("check", path)
    assert code == 1
    assert said in out
    assert str(path) in out


def test_a_file_that_is_not_there_is_not_found(run, tmp_path):
    code, _out, err = run("check", tmp_path / "nowhere.yaml")
    assert code == 4
    assert "nowhere.yaml" in err
    code, _out, err = run("check", tmp_path)
    assert code == 1
    assert ".yaml" in err


def test_without_an_action_help_is_shown(run):
    code, out, _err = run()
    assert code == 2
    assert "import-published" in out


def test_checking_needs_no_database(run, file, django_db_blocker):
    with django_db_blocker.block():
        assert run("check", file)[0] == 0


@pytest.mark.django_db
def test_installed_methods_are_listed(run, now):
    sync_indices(actor=None, now=now)
    code, out, _err = run("list")
    assert code == 0
    assert "dti" in out
    assert "qd1726" in out
    listed = {each["method"]: each for each in json.loads(run("list", "--json")[1])}
    assert listed["qd922"]["code"] == "dti"
    assert all(each["digest"] and each["children"] for each in listed.values())
