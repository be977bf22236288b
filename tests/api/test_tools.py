"""Checking an index's file and computing a composite index over the API: the commands' answers,
and nothing is stored."""

import json

import pytest
from django.test import Client

from cotmoc.apps.journal.models import Entry
from cotmoc.apps.scorecards.models import IndexVersion, Publication
from cotmoc.config.cli import main
from cotmoc.indicators.composite.report import NORMALISATIONS
from cotmoc.indicators.indices.tests.texts import CITY, changed

DATA = "uCode,uName,kind,a,b\nX,Xã X,north,10,4\nY,Xã Y,north,20,2\nZ,Xã Z,south,,3\n"
META = """\
iCode,Parent,Direction,Weight,Type,Level,iName
a,All,1,2,Indicator,1,A
b,All,-1,1,Indicator,1,B
All,,,,Aggregate,2,All
kind,,,,Group,,Kind
"""
MARK = {"content_type": "application/json"}


def stored():
    return [each.objects.count() for each in (Entry, IndexVersion, Publication)]


@pytest.fixture
def command(capsys, settings):
    """What a command prints as JSON, whatever its exit code."""
    settings.LANGUAGE_CODE = "en"

    def run(*arguments):
        main(["index", *map(str, arguments), "--json"])
        return json.loads(capsys.readouterr().out)

    return run


# Files of indices ---------------------------------------------------------------------------------


def test_a_file_is_checked_as_by_the_command(post, command, tmp_path):
    wrong = changed(CITY, ("max: 60\n", "max: 61\n"), ("kind: survey", "kind: servey"))
    path = tmp_path / "mine.yaml"
    path.write_text(wrong, encoding="utf-8")
    before = stored()
    found = post("/indices/check", {"files": [{"name": str(path), "text": wrong}]}).json()
    assert found == {"indices": [], "problems": command("check", path)["problems"]}
    assert [each["line"] for each in found["problems"]] == [12, 19, 50]
    assert found["problems"][2]["did_you_mean"] == "survey"
    assert stored() == before


def test_good_files_are_summed_up_and_compared(post):
    files = [{"name": "a", "text": CITY}]
    assert post("/indices/check", {"files": files}).json() == {
        "indices": [{"index": "city", "method": "qd1", "leaves": 13, "max": 100}],
        "problems": [],
    }
    files.append({"name": "b", "text": CITY})
    (problem,) = post("/indices/check", {"files": files}).json()["problems"]
    assert (problem["file"], problem["field"]) == ("b", "method")


@pytest.mark.parametrize(
    "files",
    [
        [],
        [{"name": f"{number}", "text": CITY} for number in range(21)],
        [{"name": name, "text": "x" * 500_001} for name in "ab"],
        [{"name": "a", "text": CITY}, {"name": "a", "text": CITY}],
    ],
    ids=["none", "21", "large", "twice"],
)
def test_too_few_too_many_too_large(post, files):
    answer = post("/indices/check", {"files": files})
    assert answer.status_code == 422
    assert [each["field"] for each in answer.json()["errors"]] == ["body.files"]


# A composite index --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("asked", "arguments"),
    [
        ({}, []),
        (
            {"impute": "mean", "group": "kind", "treat": True, "range": [1, 100]},
            ["--impute", "mean", "--group", "kind", "--treat", "--range", 1, 100],
        ),
        (
            {"screen": 0.9, "weights": "equal", "normalise": "distance-to-max", "threshold": 1},
            [
                "--screen",
                "0.9",
                "--weights",
                "equal",
                "--normalise",
                "distance-to-max",
                "--threshold",
                "1",
            ],
        ),
        (
            {"sensitivity": 50, "seed": 4, "noise": 0.5, "vary": ["weights", "indicators"]},
            [
                "--sensitivity",
                "50",
                "--seed",
                "4",
                "--noise",
                "0.5",
                "--vary",
                "weights",
                "indicators",
            ],
        ),
    ],
    ids=["plain", "prepared", "other", "sensitivity"],
)
def test_numbers_are_those_of_the_command(post, command, tmp_path, asked, arguments):
    files = []
    for name, text in (("data", DATA), ("meta", META)):
        path = tmp_path / f"{name}.csv"
        path.write_text(text, encoding="utf-8")
        files += [f"--{name}", path]
    before = stored()
    answer = post("/composite", {"data": DATA, "meta": META, **asked})
    assert answer.status_code == 200
    found = command("composite", *files, *arguments)
    assert answer.json() == found
    assert found["ranks"]["Y"]["All"] == 1
    assert stored() == before


def test_the_contract_knows_every_normalisation(get):
    schemas = get("/openapi.json").json()["components"]["schemas"]
    assert schemas["CompositeAsked"]["properties"]["normalise"]["enum"] == list(NORMALISATIONS)


def test_bad_tables_are_told_by_table_line_and_column(post):
    data = DATA.replace("10,4", "ten,4")
    (error,) = post("/composite", {"data": data, "meta": META}).json()["errors"]
    at = {name: error[name] for name in ("field", "code", "line", "column", "value")}
    assert at == {
        "field": "body.data", "code": "not_a_number", "line": 2, "column": "a", "value": "ten",
    }  # fmt: skip
    answer = post("/composite", {"data": "", "meta": ""})
    assert answer.status_code == 422
    assert [each["field"] for each in answer.json()["errors"]] == ["body.data", "body.meta"]


@pytest.mark.parametrize(
    ("asked", "field", "code"),
    [
        ({"range": [100, 0]}, "range", "range"),
        ({"sensitivity": 5_001}, "sensitivity", "less_than_equal"),
        ({"normalise": "distance-to-reference", "reference": "Q"}, "data", "no_reference"),
        ({"group": "q", "impute": "mean"}, "data", "no_groups"),
        ({"noise": 2}, "noise", "less_than_equal"),
    ],
)
def test_what_cannot_be_computed_is_refused_by_name(post, asked, field, code):
    answer = post("/composite", {"data": DATA, "meta": META, **asked})
    assert answer.status_code == 422
    (error,) = answer.json()["errors"]
    assert (error["field"], error["code"]) == (f"body.{field}", code)


def test_draws_times_units_times_indicators_are_bounded(post, monkeypatch):
    monkeypatch.setattr("cotmoc.apps.scorecards.tools_api.MOST_WORK", 60)
    asked = {"data": DATA, "meta": META, "sensitivity": 11}
    (error,) = post("/composite", asked).json()["errors"]
    assert (error["field"], error["code"]) == ("body.sensitivity", "too_many_draws")
    assert post("/composite", {**asked, "sensitivity": 10}).status_code == 200


# Both ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("address", ["/api/v1/indices/check", "/api/v1/composite"])
def test_a_browser_needs_its_mark_and_a_body_must_be_json(client, cast, address):
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(cast.an, backend="django.contrib.auth.backends.ModelBackend")
    assert browser.post(address, "{}", **MARK).status_code == 403
    assert Client().post(address, "{}", **MARK).status_code == 401
    client.force_login(cast.an, backend="django.contrib.auth.backends.ModelBackend")
    broken = client.post(address, "{", **MARK)
    assert (broken.status_code, "JSON" in broken.json()["detail"]) == (400, True)
    assert client.post(address, json.dumps({"x": "x" * 2_500_000}), **MARK).status_code == 413
    assert client.post(address + "?draft=1", "{}", **MARK).status_code == 422
    assert client.get(address).status_code == 405
