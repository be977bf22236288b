"""What the engine is measured against is right, and a difference is found."""

import importlib.util
import json
import sys
from datetime import UTC, datetime
from pathlib import Path

import duckdb
import pyarrow as pa
import pytest
import yaml

from cotmoc.analytics import benchmark
from cotmoc.analytics.benchmark import (
    BY_HAND,
    CODES,
    COMPONENTS,
    INDICATORS,
    LONG,
    PERIODS,
    as_long,
    compare,
    floor_sql,
    raw_definitions,
    run_hand,
)
from cotmoc.analytics.closure import COUNTRY, build_closure
from cotmoc.analytics.lake import Lake
from cotmoc.analytics.sample import Recipe, add_dossiers, country_bodies
from cotmoc.analytics.tests.shipped import shipped
from cotmoc.core.workdays import WorkCalendar
from cotmoc.indicators.catalogue import read_catalogue
from cotmoc.indicators.facts import read_fact_table

CATALOGUE = Path(__file__).parents[4] / "catalogue"


def fact_table():
    return read_fact_table(
        yaml.safe_load((CATALOGUE / "facts" / "dossiers.yaml").read_text()), "dossiers.yaml"
    )


@pytest.fixture(scope="module")
def parts(tmp_path_factory):
    """A small year of the country: its files by month."""
    table = Lake(tmp_path_factory.mktemp("lake")).table("dossiers")
    recipe = Recipe(20_000, 1, benchmark.FIRST, benchmark.LAST)
    bodies = country_bodies(*shipped(), seed=1)
    add_dossiers(table, bodies, WorkCalendar(), recipe, now=datetime(2026, 1, 1, tzinfo=UTC))
    return {int(each.month[5:]): each.paths for each in table.partitions()}


@pytest.fixture(scope="module")
def closure():
    return build_closure(*shipped(), [], on=None)


@pytest.fixture(scope="module")
def by_hand(parts, closure):
    return as_long(run_hand(parts, closure))


def test_there_are_28_components_and_20_indicators_that_use_all_of_them():
    assert len(COMPONENTS) == 28
    assert list(BY_HAND) == list(COMPONENTS)
    assert len(set(CODES)) == 20
    used = {name for each in INDICATORS for name in (*each.numerator, each.denominator) if name}
    assert used == set(COMPONENTS)
    assert len(PERIODS) == 17


def test_the_definitions_are_good_ones():
    table = fact_table()
    found = read_catalogue(raw_definitions(), {"dossiers": table})
    assert {each.code for each in found} == set(CODES)


def test_the_floor_touches_what_the_components_name():
    named = {
        column
        for column in fact_table().columns
        if any(
            column in text.replace("(", " ").replace(")", " ").split()
            for text in COMPONENTS.values()
        )
    }
    assert named | {"organisation"} == set(benchmark.NEEDED)
    assert "sum(processing_days)" in floor_sql({1: [Path("a")]})


def test_the_sql_by_hand_gives_what_each_definition_says(parts, closure, by_hand):
    """Every indicator apart, straight from the rows with the definition's own words."""
    con = duckdb.connect()
    files = [str(path) for paths in parts.values() for path in paths]
    con.read_parquet(files, hive_partitioning=False).create_view("facts")
    con.register("closure", closure.table)
    bridge = [(month, period) for month in range(1, 13) for period in benchmark.periods_of(month)]
    con.execute("create table bridge (m int, period text)")
    con.executemany("insert into bridge values (?, ?)", bridge)
    con.execute(
        """create table rows as select f.*, target, period from facts f
           join closure on source = organisation join bridge on m = month(received_at)"""
    )
    pieces = []
    for _, raw in raw_definitions():
        top, scale = raw["numerator"]["expression"], raw["scale"]
        under, value = "null::double", f"{scale} * numerator"
        if "denominator" in raw:
            under = f"({raw['denominator']['expression']})::double"
            value = f"{scale} * numerator / nullif(denominator, 0)"
        pieces.append(
            f"""select '{raw["code"]}' as indicator, target as body, period,
                       ({top})::double as numerator, {under} as denominator, {value} as value
                from rows group by target, period"""
        )
    expected = con.sql(" union all ".join(pieces)).to_arrow_table()
    outcome = compare(by_hand, expected)
    assert outcome.first == ()
    assert outcome.equal
    assert outcome.compared > 400_000


def test_the_country_adds_up_and_the_districts_are_there_until_they_ended(by_hand):
    con = duckdb.connect()
    con.register("d", by_hand)
    received = "select period, value from d where indicator = 'bench_received' and body = ?"
    country = dict(con.execute(received, [COUNTRY]).fetchall())
    assert country["2025"] == 20_000
    assert sum(value for period, value in country.items() if "Q" in period) == 20_000
    assert set(country) == set(PERIODS)
    districts = "select distinct period from d where body like 'district:%' order by 1"
    found = {period for (period,) in con.sql(districts).fetchall()}
    assert found == {*(f"2025-0{month}" for month in range(1, 7)), "2025-Q1", "2025-Q2", "2025"}


def test_equal_tables_are_equal_and_rows_may_come_in_any_order(by_hand):
    assert compare(by_hand, by_hand.sort_by([("body", "descending")])).equal


@pytest.mark.parametrize(
    ("change", "what"),
    [
        ({"numerator": 4.0}, "our_numerator"),
        ({"denominator": 9.0}, "our_denominator"),
        ({"value": 30.000001}, "our_value"),
        ({"value": None}, "our_value"),
        ({"body": "z"}, "our_times"),
    ],
)
def test_one_value_that_differs_is_found(change, what):
    row = {"indicator": "a", "body": "b", "period": "2025", "numerator": 3.0, "denominator": 10.0}
    row["value"] = 30.0
    good = pa.Table.from_pylist([row, {**row, "body": "c"}], schema=LONG)
    bad = pa.Table.from_pylist([{**row, **change}, {**row, "body": "c"}], schema=LONG)
    outcome = compare(bad, good)
    assert not outcome.equal
    assert outcome.different >= 1
    assert what in outcome.first[0]


def test_a_figure_without_a_value_is_none_and_nothing_compared_is_not_equal():
    row = {"indicator": "a", "body": "b", "period": "2025", "numerator": 3.0, "denominator": 10.0}
    good = pa.Table.from_pylist([{**row, "value": 30.0}], schema=LONG)
    empty = {**row, "body": "c", "numerator": None, "denominator": None, "value": None}
    more = pa.Table.from_pylist([{**row, "value": 30.0}, empty], schema=LONG)
    assert compare(more, good).equal
    twice = pa.concat_tables([good, good])
    assert not compare(twice, good).equal
    assert not compare(good.slice(0, 0), good.slice(0, 0)).equal


@pytest.fixture
def script(monkeypatch):
    """`benchmarks/engine.py` with every contender in this process."""
    path = CATALOGUE.parent / "benchmarks" / "engine.py"
    spec = importlib.util.spec_from_file_location("bench_engine", path)
    module = importlib.util.module_from_spec(spec)
    monkeypatch.setitem(sys.modules, "bench_engine", module)
    spec.loader.exec_module(module)

    def race(place, rows, seed, folder, rounds):
        found = {name: module.run_child(name, place) for name in module.CONTENDERS}
        return {name: [outcome] if outcome else [] for name, outcome in found.items()}

    monkeypatch.setattr(module, "race", race)
    return module


def by_month(lake):
    return {int(each.month[5:]): each.paths for each in lake.table("dossiers").partitions()}


def measured(script, capsys, tmp_path, run_engine):
    script.run_engine = run_engine
    code = script.main(["--rows", "3000", "--folder", str(tmp_path), "--json"])
    return code, json.loads(capsys.readouterr().out)


def test_an_engine_that_agrees_is_equal_and_every_number_is_there(script, capsys, tmp_path):
    seen = []

    def agreeing(lake, definitions, closure, cache):
        seen.append((lake.table("dossiers").manifest().rows, len(definitions), closure.on))
        return run_hand(by_month(lake), closure)

    code, said = measured(script, capsys, tmp_path, agreeing)
    assert code == 0
    assert said["outputs_equal"] is True
    assert said["compared"] > 100_000
    for name in ("engine_s", "hand_sql_s", "scan_floor_s", "ratio_hand", "ratio_floor", "rss_mb"):
        assert said[name] > 0
    for name in ("month_refresh_s", "rebase_s", "catalogue_s", "ratio_catalogue"):
        assert said[name] > 0
    assert said["postgres_s"] is None
    assert [rows for rows, _, _ in seen] == [3000, 3000, 3000, 3000]
    assert [on for _, _, on in seen] == [None, None, script.OTHER_DAY, None]
    assert 0 < said["ratio_month_refresh"] < 1
    assert seen[0][1] == 20


def test_an_engine_that_is_wrong_in_one_place_fails(script, capsys, tmp_path):
    def wrong(lake, definitions, closure, cache):
        found = as_long(run_hand(by_month(lake), closure))
        values = found["numerator"].to_pylist()
        values[17] += 1
        return found.set_column(3, "numerator", pa.array(values))

    code, said = measured(script, capsys, tmp_path, wrong)
    assert (code, said["outputs_equal"], said["different"]) == (1, False, 1)
