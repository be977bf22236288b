"""`cotmoc indicators` as an expert meets it who edits the catalogue."""

import json

import pytest

from cotmoc.config.cli import main
from cotmoc.indicators.tests.shipped import BASE, DERIVED, changed


@pytest.fixture
def run(capsys, monkeypatch, settings):
    """Run a command in English; gives exit code, stdout, stderr."""
    settings.LANGUAGE_CODE = "en"

    def command(*arguments):
        code = main(["indicators", *map(str, arguments)])
        said = capsys.readouterr()
        return code, said.out, said.err

    return command


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "online_share.yaml").write_text(BASE, encoding="utf-8")
    (tmp_path / "online_growth.yaml").write_text(DERIVED, encoding="utf-8")
    return tmp_path


def test_the_installed_catalogue_is_good(run):
    code, out, _err = run("check")
    assert code == 0
    assert "0 problems" in out


def test_a_good_folder_is_said_to_be_good(run, folder):
    assert run("check", folder)[0] == 0
    assert json.loads(run("check", folder, "--json")[1]) == {
        "files": 2,
        "definitions": 2,
        "derived": 1,
        "by_table": {"dossiers": 1},
        "problems": [],
    }


def test_what_is_wrong_is_shown_with_its_line_and_a_mark(run, folder):
    wrong = changed(BASE, ("channel = 'online'", "chanel = 'online'"))
    (folder / "online_share.yaml").write_text(wrong, encoding="utf-8")
    code, out, _err = run("check", folder)
    assert code == 1
    lines = out.splitlines()
    at = next(number for number, line in enumerate(lines) if "online_share.yaml:15:" in line)
    assert "numerator.expression: unknown column: 'chanel'; did you mean channel?" in lines[at]
    assert lines[at + 1][lines[at + 2].index("^") :].startswith("chanel")


def test_what_is_wrong_as_json(run, folder):
    wrong = changed(BASE, ("value: 50", "value: 51"), ("direction: up", "direction: upp"))
    (folder / "online_share.yaml").write_text(wrong, encoding="utf-8")
    (folder / "latin1.yaml").write_bytes("code: tiếp".encode("utf-16"))
    code, out, _err = run("check", folder, "--json")
    problems = json.loads(out)["problems"]
    assert code == 1
    mine = next(each for each in problems if each["field"] == "direction")
    assert (mine["file"], mine["line"], mine["column"]) == ("online_share.yaml", 12, 12)
    assert (mine["value"], mine["did_you_mean"]) == ("upp", "up")
    assert "must be one of up, down" in mine["message"]
    assert any(each["file"] == "latin1.yaml" for each in problems)


def test_a_folder_that_is_not_there_or_empty(run, tmp_path):
    code, _out, err = run("check", tmp_path / "nowhere")
    assert (code, "no folder" in err) == (4, True)
    code, _out, err = run("check", tmp_path)
    assert (code, ".yaml" in err) == (1, True)


def test_a_catalogue_with_its_own_fact_tables(run, folder, tmp_path):
    facts = tmp_path / "facts"
    facts.mkdir()
    (facts / "other.yaml").write_text("table: other\n", encoding="utf-8")
    code, _out, err = run("check", folder)
    assert (code, "other.yaml" in err) == (1, True)


def test_a_definition_is_said_in_words(run):
    code, out, _err = run("explain", "dossiers_on_time")
    assert code == 0
    for words in ("100 × dossiers on time ÷ dossiers received", "nothing arose", "766/QĐ-TTg"):
        assert words in out
    found = json.loads(run("explain", "dossiers_on_time", "--json")[1])
    assert found[-1]["code"] == "dossiers_on_time"
    code, _out, err = run("explain", "dossiers_on_tim")
    assert (code, "dossiers_on_time" in err) == (4, True)


def test_an_explanation_names_columns_relations_and_the_example_computed_again(run):
    (found,) = json.loads(run("explain", "dossiers_on_time", "--json")[1])
    computed = next(each for each in found["reads"] if each["table"] == "dossiers")
    assert {"late_at", "received_at"} <= set(computed["columns"])
    assert "dossiers_on_time_year_change" in found["needed_by"]
    assert found["example_result"]["value"] == found["worked_example"]["expect"]["value"]
    (change,) = json.loads(run("explain", "dossiers_on_time_year_change", "--json")[1])
    assert change["needs"] == ["dossiers_on_time"]
    assert change["formula_in_words"] == (
        "Dossiers handled on time − Dossiers handled on time (same period a year before)"
    )
    out = run("explain", "dossiers_on_time")[1]
    assert "75 %" in out
    assert "(late_at)" in out
