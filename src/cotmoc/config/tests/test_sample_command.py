"""`cotmoc sample dossiers` as a script meets it."""

import json

import pytest

from cotmoc.apps.measurement.ports import lake
from cotmoc.apps.orgs.models import Organisation
from cotmoc.config.cli import main


@pytest.fixture
def own_data(tmp_path, settings):
    settings.DATA_DIR = tmp_path


def run(capsys, *arguments):
    code = main(["sample", "dossiers", *arguments])
    said = capsys.readouterr()
    return code, said.out, said.err


@pytest.mark.django_db
@pytest.mark.usefixtures("own_data")
def test_a_province_gets_dossiers_of_its_own_organisations_and_their_predecessors(capsys):
    code, out, _ = run(capsys, "--rows", "4000", "--seed", "3", "--year", "2025", "--json")
    said = json.loads(out)
    assert code == 0
    assert (said["rows"], said["new"], said["label"]) == (4000, True, "illustration")
    import pyarrow.parquet as pq

    found = {}
    for month in lake().table("dossiers").partitions():
        tables = [pq.read_table(path, columns=["organisation"]) for path in month.paths]
        found[month.month] = {code for each in tables for code in each["organisation"].to_pylist()}
    assert len(found) == 12
    registered = set(Organisation.objects.values_list("code", flat=True))
    assert found["2025-07"] <= registered - {"H44"}
    assert {code for code in found["2025-06"] if code.startswith("commune:")}
    assert not {code for code in found["2025-07"] if code.startswith("commune:")}

    again = json.loads(run(capsys, "--rows", "4000", "--seed", "3", "--year", "2025", "--json")[1])
    assert (again["new"], again["import"]) == (False, said["import"])
    assert lake().table("dossiers").manifest().rows == 4000


@pytest.mark.django_db
@pytest.mark.usefixtures("own_data")
def test_the_country_has_dossiers_of_communes_by_their_keys(capsys):
    code, out, _ = run(
        capsys,
        "--rows",
        "500",
        "--scope",
        "country",
        "--from",
        "2025-07",
        "--to",
        "2025-07",
        "--json",
    )
    assert code == 0
    assert json.loads(out)["rows"] == 500
    assert json.loads(out)["bodies"] > 13_000


@pytest.mark.django_db
@pytest.mark.usefixtures("own_data")
def test_without_organisations_the_command_says_what_to_do(capsys, monkeypatch):
    from dataclasses import replace

    from cotmoc.config.cli import sample

    empty = replace(sample.world(), bodies=())
    monkeypatch.setattr(sample, "world", lambda: empty)
    code, out, err = run(capsys, "--rows", "5")
    assert (code, out) == (3, "")
    assert "cotmoc organisations import" in err
    assert "--scope country" in err


@pytest.mark.django_db
@pytest.mark.usefixtures("own_data")
@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["--rows", "0"], 1),
        (["--rows", "5", "--from", "2025-03", "--to", "2025-02"], 1),
        (["--rows", "5", "--year", "2025", "--to", "2025-02"], 2),
    ],
)
def test_an_impossible_order_is_refused_and_writes_nothing(capsys, arguments, code):
    assert run(capsys, *arguments)[0] == code
    assert not lake().table("dossiers").manifest().imports


@pytest.mark.usefixtures("own_data")
def test_a_month_is_written_with_its_year(capsys):
    with pytest.raises(SystemExit):
        main(["sample", "dossiers", "--rows", "5", "--from", "13.2025"])
    assert "13.2025" in capsys.readouterr().err
