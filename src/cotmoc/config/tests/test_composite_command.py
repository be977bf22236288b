"""`cotmoc index composite`: two tables in, normalised values, aggregates and ranks out."""

import argparse
import csv
import json
import random

import pytest
from django.utils import translation

from cotmoc.config.cli import composite, main
from cotmoc.config.cli.output import CommandError

META = """\
iCode,Parent,Direction,Weight,Denominator,Type,Level,iName
a,g,1,2,,Indicator,1,A
b,g,-1,1,,Indicator,1,B
c,h,1,1,pop,Indicator,1,C
g,Index,,1,,Aggregate,2,G
h,Index,,3,,Aggregate,2,H
Index,,,,,Aggregate,3,All
pop,,,,,Denominator,,People
kind,,,,,Group,,Kind
"""
DATA = """\
uCode,uName,kind,pop,a,b,c
X,Xã X,north,2,10,4,8
Y,Xã Y,north,4,20,2,8
Z,Xã Z,south,1,,3,2
"""


@pytest.fixture
def run(capsys, tmp_path):
    """Run the command on two texts in English; gives exit code, stdout, stderr."""

    def command(*arguments, data=DATA, meta=META):
        for name, text in (("data.csv", data), ("meta.csv", meta)):
            content = text if isinstance(text, bytes) else text.encode()
            (tmp_path / name).write_bytes(content)
        parser = argparse.ArgumentParser()
        composite.add_commands(parser.add_subparsers())
        files = ["--data", str(tmp_path / "data.csv"), "--meta", str(tmp_path / "meta.csv")]
        with translation.override("en"):
            chosen = parser.parse_args(["composite", *files, *map(str, arguments)])
            try:
                code, said = chosen.run(chosen) or 0, ""
            except CommandError as error:
                code, said = error.code, str(error)
        out, err = capsys.readouterr()
        return code, out, said + err

    return command


@pytest.fixture
def computed(run):
    def as_json(*arguments, **texts):
        code, out, said = run(*arguments, "--json", **texts)
        assert code == 0, said
        return json.loads(out)

    return as_json


def test_values_aggregates_and_ranks_by_hand(computed):
    """a: 0 and 100; b turned round: 0, 100, 50; c: 100, 100, 0; g = (2a + b) ÷ 3, Z of b alone."""
    found = computed()
    assert found["index"] == "Index"
    assert found["units"] == [{"code": code, "name": f"Xã {code}"} for code in "XYZ"]
    assert found["normalised"] == {
        "X": {"a": 0, "b": 0, "c": 100},
        "Y": {"a": 100, "b": 100, "c": 100},
        "Z": {"a": None, "b": 50, "c": 0},
    }
    assert found["aggregates"] == {
        "X": {"g": 0, "h": 100, "Index": 75},
        "Y": {"g": 100, "h": 100, "Index": 100},
        "Z": {"g": 50, "h": 0, "Index": 12.5},
    }
    assert found["ranks"] == {
        "X": {"g": 3, "h": 1, "Index": 2},
        "Y": {"g": 1, "h": 1, "Index": 1},
        "Z": {"g": 2, "h": 3, "Index": 3},
    }
    assert found["weights"] == pytest.approx(
        {"a": 1 / 6, "b": 1 / 12, "c": 0.75, "g": 0.25, "h": 0.75, "Index": 1}
    )
    assert found["stages"] == {}
    assert found["sensitivity"] is None


def test_denominating_is_done_when_asked(computed):
    found = computed("--denominate")
    assert [row["c"] for row in found["stages"]["denominated"].values()] == [4, 2, 2]
    assert [row["c"] for row in found["normalised"].values()] == [100, 0, 0]


def test_imputing_screening_and_thresholds(computed):
    assert computed("--impute", "mean")["stages"]["imputed"]["Z"]["a"] == 15
    assert computed("--impute", "median", "--group", "kind")["stages"]["imputed"]["Z"]["a"] is None
    assert computed("--screen", "0.9")["left_out"] == ["Z"]
    assert computed("--threshold", "0.75")["aggregates"]["Z"]["g"] is None


def test_other_scales_means_and_weights(computed):
    found = computed("--range", "1", "100", "--aggregate", "geometric")
    assert found["aggregates"]["X"]["g"] == pytest.approx(1)
    assert found["method"]["aggregate"] == "geometric"
    assert computed("--normalise", "borda")["normalised"]["Y"]["a"] == 1
    assert computed("--normalise", "zscore", "--range", "10", "2")["normalised"]["Z"]["b"] == 10
    equal = computed("--weights", "equal")["aggregates"]["X"]
    assert equal["Index"] == (equal["g"] + equal["h"]) / 2


def test_sensitivity_is_the_same_for_the_same_seed(computed):
    found = computed("--sensitivity", 50, "--seed", 4)["sensitivity"]
    assert computed("--sensitivity", 50, "--seed", 4)["sensitivity"] == found
    assert (found["draws"], found["seed"]) == (50, 4)
    assert found["units"]["Y"] == {
        "nominal": 1, "mean": 1, "median": 1, "low": 1, "high": 1, "shift": 0,
    }  # fmt: skip
    assert {each["what"] for each in found["movers"]} == {
        "weights", "normalisation", "aggregation", "indicator",
    }  # fmt: skip
    only = computed("--sensitivity", 50, "--vary", "weights")["sensitivity"]["movers"]
    assert {each["what"] for each in only} == {"weights"}


def test_people_get_a_ranking_best_first(run):
    code, out, _said = run("--sensitivity", 20)
    assert code == 0
    lines = out.splitlines()
    assert lines[0].split()[:3] == ["Rank", "Code", "Name"]
    assert [line.split()[1] for line in lines[1:4]] == ["Y", "X", "Z"]
    assert "20 draws, seed 1" in out


def test_every_stage_is_written_as_a_table(run, tmp_path):
    folder = tmp_path / "out" / "deep"
    code, _out, said = run("--csv", folder, "--denominate", "--sensitivity", 10)
    assert code == 0
    assert sorted(path.name for path in folder.iterdir()) == [
        "aggregates.csv", "denominated.csv", "normalised.csv", "ranks.csv", "sensitivity.csv",
        "weights.csv",
    ]  # fmt: skip
    assert "6 files" in said
    with (folder / "normalised.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.reader(file))
    assert rows[0] == ["uCode", "uName", "a", "b", "c"]
    assert rows[3] == ["Z", "Xã Z", "", "50.0", "0.0"]


def test_what_cannot_be_written_is_said(run, tmp_path):
    (tmp_path / "taken").write_text("a file")
    code, _out, said = run("--csv", tmp_path / "taken")
    assert code == 1
    assert "cannot be written" in said


@pytest.mark.parametrize(
    ("texts", "words"),
    [
        ({"data": "", "meta": ""}, ["data.csv: the file is empty", "meta.csv: the file is empty"]),
        ({"data": b"\x00\x01"}, ["data.csv: this is not a text file"]),
        ({"data": DATA.replace("X,Xã X", "Y,Xã X")}, ["line 3, field uCode, “Y”"]),
        ({"data": DATA.replace("10,4", "ten,4")}, ["line 2, field a, “ten”: this is not a number"]),
        ({"data": DATA.replace("10,4", '"10,5",4')}, ["a decimal comma"]),
        ({"data": DATA.replace("10,4", "inf,4")}, ["a value must be finite"]),
        ({"data": DATA.replace(",a,", ",q,")}, ["field q: the column is not in the metadata"]),
        ({"data": DATA.replace(",a,", ",q,")}, ["meta.csv, line 2, field a: the data"]),
        ({"meta": META.replace("a,g,", "a,gg,")}, ["line 2, field Parent, “gg”: no row has"]),
        ({"meta": META.replace("g,Index", "g,h").replace("h,Index", "h,g")}, ["in a circle"]),
        ({"meta": META.replace("a,g,1", "a,g,up and down")}, ["the direction must be"]),
        ({"data": DATA.replace(",10,", ",,").replace(",20,", ",,")}, ["no unit has a value"]),
    ],
)
def test_bad_input_is_refused_with_its_place(run, texts, words):
    code, out, said = run("--json", **texts)
    assert code == 1
    assert out == ""
    assert "Nothing was computed:" in said
    for each in words:
        assert each in said


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--aggregate", "geometric"], "a geometric mean needs values above zero"),
        (["--normalise", "distance-to-target"], "has no target"),
        (["--normalise", "distance-to-reference", "--reference", "Q"], "no unit Q"),
        (["--normalise", "goalposts"], "goalpost_lower"),
        (["--impute", "mean", "--group", "q"], "no column q of type Group"),
        (["--range", "100", "0"], "--range"),
        (["--sensitivity", "0"], "--sensitivity"),
        (["--sensitivity", "10", "--seed", "-1"], "seed"),
    ],
)
def test_a_method_that_does_not_fit_is_refused(run, arguments, words):
    code, out, said = run(*arguments, "--json")
    assert code == 1
    assert out == ""
    assert words in said


@pytest.mark.parametrize(
    "arguments",
    [["--threshold", "2"], ["--screen", "x"], ["--range", "0", "nan"], ["--normalise", "magic"]],
)
def test_wrong_usage_ends_with_2(run, arguments):
    with pytest.raises(SystemExit) as ended:
        run(*arguments)
    assert ended.value.code == 2


def test_files_that_are_not_there_are_named(capsys, tmp_path):
    parser = argparse.ArgumentParser()
    composite.add_commands(parser.add_subparsers())
    chosen = parser.parse_args(
        ["composite", "--data", str(tmp_path / "no.csv"), "--meta", str(tmp_path)]
    )
    with translation.override("en"), pytest.raises(CommandError) as raised:
        chosen.run(chosen)
    assert "no.csv: there is no such file" in str(raised.value)
    assert "this is a folder" in str(raised.value)


def test_a_whole_table_agrees_with_the_formulas_written_out(computed):
    """The structure and size of ASEM (49 indicators, 8 groups, 2 sub-indices), values by chance,
    the tables as R writes them; recomputed here cell by cell."""
    made = random.Random(11)
    groups = {"Conn": [8, 5, 3, 6, 8], "Sust": [5, 9, 5]}
    rows, leaves, above = [], [], {}
    for sub, sizes in groups.items():
        for size in sizes:
            group = f"G{len(above)}"
            above[group] = sub
            for _each in range(size):
                code = f"I{len(leaves)}"
                leaves.append((code, group, made.choice([1, -1]), made.randint(1, 4)))
    rows += [
        [1, code, code, way, weight, group, "Indicator"] for code, group, way, weight in leaves
    ]
    rows += [[2, group, group, 1, 1, sub, "Aggregate"] for group, sub in above.items()]
    rows += [
        [3, sub, sub, 1, weight, "Index", "Aggregate"] for sub, weight in (("Conn", 2), ("Sust", 1))
    ]
    rows += [[4, "Index", "Index", 1, 1, "NA", "Aggregate"]]
    units = [f"U{row:02}" for row in range(51)]
    values = {
        unit: {
            code: None if made.random() < 0.06 else made.gauss(50, 20) for code, *_rest in leaves
        }
        for unit in units
    }
    meta = '"","Level","iCode","iName","Direction","Weight","Parent","Type"\n' + "\n".join(
        f'"{number}",' + ",".join(map(str, row)) for number, row in enumerate(rows, 1)
    )
    data = (
        '"","uCode",'
        + ",".join(code for code, *_rest in leaves)
        + "\n"
        + "\n".join(
            f'"{number}","{unit}",' + ",".join("NA" if v is None else repr(v) for v in row.values())
            for number, (unit, row) in enumerate(values.items(), 1)
        )
    )
    found = computed(data=data, meta=meta)

    def mean(parts):
        there = [(value, weight) for value, weight in parts if value is not None]
        total = sum(weight for _value, weight in there)
        return sum(value * weight for value, weight in there) / total if there else None

    expected = {}
    for unit in units:
        scores = {}
        for code, _group, way, _weight in leaves:
            column = [way * row[code] for row in values.values() if row[code] is not None]
            own = values[unit][code]
            scores[code] = (
                own
                if own is None
                else ((way * own - min(column)) / (max(column) - min(column)) * 100)
            )
        assert found["normalised"][unit] == pytest.approx(scores)
        parts = {
            group: mean(
                [(scores[code], weight) for code, of, _way, weight in leaves if of == group]
            )
            for group in above
        }
        subs = {
            sub: mean([(parts[g], 1) for g, of in above.items() if of == sub]) for sub in groups
        }
        expected[unit] = {**parts, **subs, "Index": mean([(subs["Conn"], 2), (subs["Sust"], 1)])}
        assert found["aggregates"][unit] == pytest.approx(expected[unit])
    for code in [*above, *groups, "Index"]:
        for unit in units:
            own = expected[unit][code]
            better = sum(row[code] is not None and row[code] > own for row in expected.values())
            assert found["ranks"][unit][code] == 1 + better


def test_the_command_stands_among_those_about_indices(capsys, tmp_path, settings):
    settings.LANGUAGE_CODE = "en"
    (tmp_path / "data.csv").write_text(DATA, encoding="utf-8")
    (tmp_path / "meta.csv").write_text(META, encoding="utf-8")
    files = ["--data", str(tmp_path / "data.csv"), "--meta", str(tmp_path / "meta.csv")]
    assert main(["index", "composite", *files, "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["ranks"]["Y"]["Index"] == 1
    assert main(["index", "composite", *files, "--aggregate", "harmonic"]) == 1
    assert "above zero" in capsys.readouterr().err
