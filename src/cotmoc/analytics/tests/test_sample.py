"""Made-up dossiers: believable, marked as such, and the same every time."""

from datetime import UTC, date, datetime
from pathlib import Path

import duckdb
import pyarrow.parquet as pq
import pytest
import yaml

from cotmoc.analytics.closure import Body, Edge, UnitLife
from cotmoc.analytics.lake import ROWS_PER_GROUP, Lake
from cotmoc.analytics.sample import (
    SCHEMA,
    Recipe,
    SampleBody,
    SampleError,
    add_dossiers,
    country_bodies,
    province_bodies,
)
from cotmoc.analytics.tests.shipped import shipped
from cotmoc.core.workdays import WorkCalendar
from cotmoc.indicators.facts import read_fact_table

CATALOGUE = Path(__file__).parents[4] / "catalogue"
NOW = datetime(2026, 10, 1, tzinfo=UTC)
WORK = WorkCalendar()
REFORM = date(2025, 7, 1)
TWO_YEARS = Recipe(60_000, 7, date(2024, 1, 1), date(2025, 12, 1))
FEW = [
    SampleBody("a", 5.0, 0.05),
    SampleBody("b", 1.0, 0.30, valid_to=REFORM),
    SampleBody("c", 2.0, 0.10, valid_from=REFORM),
    SampleBody("d", 0.5, 0.10, upper=True),
]


def make(folder, recipe, bodies=FEW, **more):
    table = Lake(folder).table("dossiers")
    note, new = add_dossiers(table, bodies, WORK, recipe, now=NOW, **more)
    return table, note, new


def as_d(table):
    """A connection that sees all rows of a table as `d`."""
    con = duckdb.connect()
    paths = [str(path) for each in table.partitions() for path in each.paths]
    con.read_parquet(paths, hive_partitioning=False).create_view("d")
    return con


@pytest.fixture(scope="module")
def country(tmp_path_factory):
    """Two years of the country: its table and a connection that sees it as `d`."""
    bodies = country_bodies(*shipped(), seed=7)
    table, _, _ = make(tmp_path_factory.mktemp("lake"), TWO_YEARS, bodies)
    con = as_d(table)
    return table, con


def ask(country, query):
    return country[1].sql(query).fetchall()


def test_there_are_exactly_as_many_rows_as_asked_and_every_code_is_seen_to_be_made_up(country):
    table, con = country
    assert table.manifest().rows == 60_000
    codes = "select count(*), count(distinct dossier), count_if(dossier like 'MAU-%') from d"
    assert con.sql(codes).fetchall()[0] == (60_000, 60_000, 60_000)
    lines = con.sql("select count(distinct line), min(line), max(line) from d").fetchall()[0]
    assert lines == (60_000, 1, 60_000)


def test_the_import_is_labelled_as_illustration_and_says_how_to_make_it_again(country):
    (note,) = country[0].manifest().imports
    assert note.label == "illustration"
    assert note.about["made_up"] is True
    assert note.about["recipe"] == (
        "sample dossiers --rows 60000 --seed 7 --scope country --from 2024-01 --to 2025-12"
    )


@pytest.mark.parametrize("rows", [1, 2, 11, 997])
def test_few_rows_are_exactly_as_many_too(tmp_path, rows):
    table, note, new = make(tmp_path, Recipe(rows, 1, date(2025, 1, 1), date(2025, 3, 1)))
    assert (note.rows, new, table.manifest().rows) == (rows, True, rows)


def test_the_same_recipe_gives_the_same_bytes_whatever_the_threads(tmp_path):
    recipe = Recipe(3000, 5, date(2025, 1, 1), date(2025, 8, 1))
    digests = []
    for threads in (1, 3):
        table, _, _ = make(tmp_path / str(threads), recipe, threads=threads)
        digests.append([part.digest for part in table.manifest().parts])
    assert digests[0] == digests[1]
    other, _, _ = make(tmp_path / "other", Recipe(3000, 6, date(2025, 1, 1), date(2025, 8, 1)))
    assert not set(digests[0]) & {part.digest for part in other.manifest().parts}


def test_the_order_in_which_bodies_are_given_changes_nothing(tmp_path):
    recipe = Recipe(500, 5, date(2025, 1, 1), date(2025, 2, 1))
    there, back = (
        make(tmp_path / name, recipe, bodies)[0].manifest().parts
        for name, bodies in (("there", FEW), ("back", FEW[::-1]))
    )
    assert there == back


def test_a_recipe_is_taken_in_once_and_another_one_has_codes_of_its_own(tmp_path):
    recipe = Recipe(100, 5, date(2025, 1, 1), date(2025, 2, 1))
    first = make(tmp_path, recipe)
    again = make(tmp_path, recipe)
    assert (first[2], again[2]) == (True, False)
    assert again[1] == first[1]
    table, note, _ = make(tmp_path, Recipe(101, 5, date(2025, 1, 1), date(2025, 2, 1)))
    assert (note.number, table.manifest().rows) == (2, 201)
    paths = [path for each in table.partitions() for path in each.paths]
    codes = [code for path in paths for code in pq.read_table(path)["dossier"].to_pylist()]
    assert len(set(codes)) == 201


def test_columns_are_those_of_the_fact_table_and_of_its_types(country):
    table = read_fact_table(
        yaml.safe_load((CATALOGUE / "facts" / "dossiers.yaml").read_text()), "dossiers.yaml"
    )
    types = {"text": "string", "integer": "int64", "boolean": "bool", "timestamp": "timestamp[us]"}
    declared = {name: types[column.type] for name, column in table.columns.items()}
    expected = {**declared, "import_no": "int32", "line": "int64"}
    assert {each.name: str(each.type) for each in SCHEMA} == expected
    for part in country[0].manifest().parts:
        assert pq.read_schema(country[0].folder / part.path).equals(SCHEMA)
    for name, column in table.columns.items():
        if column.allowed:
            values = {row[0] for row in ask(country, f"select distinct {name} from d")}
            assert values == set(column.allowed)
        if column.minimum is not None:
            (low, high) = ask(country, f"select min({name}), max({name}) from d")[0]
            assert column.minimum <= low <= high <= column.maximum


def test_a_part_is_sorted_by_body_and_lies_in_its_month(country):
    table, _ = country
    for part in table.manifest().parts:
        rows = pq.read_table(table.folder / part.path)
        bodies = rows["organisation"].to_pylist()
        assert bodies == sorted(bodies)
        assert {f"{each:%Y-%m}" for each in rows["received_at"].to_pylist()} == {part.month}


def test_many_rows_come_in_groups_of_the_usual_size(tmp_path):
    table, _, _ = make(tmp_path, Recipe(130_000, 1, date(2025, 3, 1), date(2025, 3, 1)))
    (part,) = table.manifest().parts
    about = pq.read_metadata(table.folder / part.path)
    sizes = [about.row_group(place).num_rows for place in range(about.num_row_groups)]
    assert sizes == [ROWS_PER_GROUP, 130_000 - ROWS_PER_GROUP]
    bodies = pq.read_table(table.folder / part.path)["organisation"].to_pylist()
    assert bodies == sorted(bodies)
    assert set(bodies) == {"a", "b", "d"}


def test_computed_columns_follow_the_rules_of_the_fact_table(country):
    rows = country[1].sql("select * from d where line % 23 = 0").to_arrow_table().to_pylist()
    assert len(rows) > 2000
    for row in rows:
        received, appointed, finished = (
            row[name] for name in ("received_at", "appointed_at", "finished_at")
        )
        if finished is None:
            assert row["processing_seconds"] is None
            assert row["processing_days"] is None
        else:
            assert row["processing_seconds"] == (finished - received).total_seconds()
            assert row["processing_days"] == WORK.working_days_between(received, finished)
        late = appointed is not None and (
            finished is None or finished > appointed or row["supplement_requests"] > 1
        )
        assert row["late_at"] == (appointed if late else None)


def test_states_agree_with_times_and_open_dossiers_are_recent(country):
    assert not ask(country, "select 1 from d where (state = 10) <> (returned_at is not null)")
    handled = "state in (7, 8, 9, 10)"
    assert not ask(country, f"select 1 from d where ({handled}) <> (finished_at is not null)")
    assert not ask(country, "select 1 from d where (state = 3) <> (appointed_at is null)")
    assert not ask(country, "select 1 from d where state = 5 and supplement_requests = 0")
    assert not ask(country, "select 1 from d where state = 6 and (fee_due = 0 or paid_online)")
    wrong = (
        "finished_at <= received_at or returned_at <= finished_at or appointed_at <= received_at"
    )
    assert not ask(country, f"select 1 from d where {wrong}")
    assert not ask(country, "select 1 from d where returned_at >= '2026-01-01'")
    (open_, old) = ask(
        country,
        "select count(*), count_if(received_at < '2025-07-01') from d where state in (1,2,4,5,6)",
    )[0]
    assert open_ > 300
    assert old == 0


def test_offices_take_nothing_by_hand_when_they_are_closed_and_finish_while_they_work(country):
    received = ask(country, "select distinct received_at::date from d where channel <> 'online'")
    assert all(WORK.is_working(day) for (day,) in received)
    hours = "min(received_at::time), max(received_at::time)"
    (first, last) = ask(country, f"select {hours} from d where channel = 'direct'")[0]
    assert (first.hour, first.minute, last.hour) == (7, 30, 16)
    finished = ask(
        country, "select distinct finished_at::date from d where finished_at is not null"
    )
    assert all(WORK.is_working(day) for (day,) in finished)
    appointed = ask(country, "select distinct appointed_at::date from d where state <> 3")
    assert all(WORK.is_working(day) for (day,) in appointed)


def test_communes_receive_during_their_own_lives_only(country):
    units, _ = shipped()
    lives = {unit.key: unit for unit in units}
    rows = ask(country, "select organisation, min(received_at), max(received_at) from d group by 1")
    for key, first, last in rows:
        assert lives[key].on(first.date())
        assert lives[key].on(last.date())
    old, new = (
        ask(country, f"select count(*) from d where {when} and organisation like 'commune:%:'")
        for when in ("received_at < '2025-07-01'", "received_at >= '2025-07-01'")
    )
    assert old[0][0] > 30_000
    assert new[0][0] < 1_500  # communes that the reform left alone


def test_few_bodies_are_large_and_many_are_small(country):
    counts = "select count(*) n from d where received_at >= '2025-07-01' group by organisation"
    ranked = f"select n, percent_rank() over (order by n desc) r from ({counts})"
    (large, small) = ask(
        country, f"select sum(n) filter (r < 0.1), sum(n) filter (r > 0.5) from ({ranked})"
    )[0]
    assert large > 1.5 * small


def test_the_year_has_seasons_and_shares_rise_through_time(country):
    months = dict(ask(country, "select strftime(received_at, '%Y-%m'), count(*) from d group by 1"))
    assert months["2024-02"] < 0.8 * months["2024-03"]  # Tết
    assert months["2025-07"] > 1.1 * months["2025-03"]
    (early, late) = ask(
        country,
        """select avg((channel = 'online')::int) filter (received_at < '2024-04-01'),
                  avg((channel = 'online')::int) filter (received_at >= '2025-10-01') from d""",
    )[0]
    assert early < 0.55
    assert late > 0.72


def test_procedures_are_skewed_and_provinces_have_others_than_communes(country):
    rows = ask(
        country,
        """select organisation like 'province%', procedure, count(*) from d
           group by 1, 2 order by 3 desc""",
    )
    upper = {code for is_upper, code, _ in rows if is_upper}
    lower = {code for is_upper, code, _ in rows if not is_upper}
    assert upper - lower
    assert lower - upper
    assert rows[0][2] > 60_000 * 0.05


def test_whoever_was_late_stays_late_for_a_while(tmp_path):
    bodies = [SampleBody(f"b{number:03d}", 1.0, 0.15) for number in range(60)]
    recipe = Recipe(180_000, 3, date(2025, 1, 1), date(2025, 6, 1))
    table, _, _ = make(tmp_path, recipe, bodies)
    con = as_d(table)
    rates = """select organisation o, month(received_at) m,
                      count_if(finished_at > appointed_at) / count(*) r from d group by 1, 2"""
    lagged = f"select r, lag(r, %d) over (partition by o order by m) p from ({rates})"
    next_to, apart = (
        con.sql(f"select corr(r, p) from ({lagged % months})").fetchall()[0][0] for months in (1, 4)
    )
    assert next_to > 0.5
    assert next_to > apart + 0.1


def test_a_merged_commune_is_as_large_and_as_late_as_its_parts():
    units = [
        UnitLife("p", "province", "1", None, None, None),
        UnitLife("a", "commune", "1", "p", None, REFORM),
        UnitLife("b", "commune", "2", "p", None, REFORM),
        UnitLife("c", "commune", "3", "p", REFORM, None),
        UnitLife("d", "commune", "4", "p", REFORM, None),
    ]
    edges = [
        Edge("a", "c", REFORM, True),
        Edge("b", "c", REFORM, False),
        Edge("b", "d", REFORM, False),
    ]
    found = {body.code: body for body in country_bodies(units, edges, seed=1)}
    assert found["c"].weight == pytest.approx(found["a"].weight + found["b"].weight / 2)
    assert found["d"].weight == pytest.approx(found["b"].weight / 2)
    assert found["d"].late == pytest.approx(found["b"].late)
    low, high = sorted((found["a"].late, found["b"].late))
    assert low < found["c"].late < high
    assert found["p"].upper
    assert found["p"].weight == pytest.approx((found["c"].weight + found["d"].weight) / 12)


def test_a_province_has_its_organisations_and_before_them_the_communes_that_became_theirs():
    units = [
        UnitLife("p", "province", "1", None, None, None),
        UnitLife("a", "commune", "1", "p", None, REFORM),
        UnitLife("b", "commune", "2", "p", None, REFORM),
        UnitLife("c", "commune", "3", "p", REFORM, None),
        UnitLife("z", "commune", "9", "p", None, REFORM),
    ]
    edges = [Edge("a", "c", REFORM, True), Edge("b", "c", REFORM, True)]
    organisations = [
        Body("H1", "province", None, "p", None, None),
        Body("H1.1", "department", "H1", None, None, None),
        Body("H1.2", "commune", "H1", "c", None, None),
    ]
    sizes = {"H1.2": (100.0, 0.25)}
    found = {
        body.code: body for body in province_bodies(units, edges, organisations, sizes, seed=1)
    }
    assert set(found) == {"H1.1", "H1.2", "a", "b"}
    assert (found["H1.2"].weight, found["H1.2"].late) == (100.0, 0.25)
    assert (found["H1.2"].valid_from, found["a"].valid_to) == (REFORM, REFORM)
    assert found["a"].weight + found["b"].weight == 100.0
    assert found["H1.1"].upper


@pytest.mark.parametrize(
    ("recipe", "bodies", "reason"),
    [
        (Recipe(0, 1, date(2025, 1, 1), date(2025, 1, 1)), FEW, "rows must be"),
        (Recipe(10**9, 1, date(2025, 1, 1), date(2025, 1, 1)), FEW, "rows must be"),
        (Recipe(5, 1, date(2025, 2, 1), date(2025, 1, 1)), FEW, "is after"),
        (Recipe(5, 1, date(2005, 1, 1), date(2025, 1, 1)), FEW, "work calendar"),
        (Recipe(5, 1, date(2040, 1, 1), date(2040, 9, 1)), FEW, "work calendar"),
        (Recipe(5, 1, date(2025, 1, 1), date(2025, 1, 1)), [FEW[2]], "no body"),
        (Recipe(5, 1, date(2025, 1, 1), date(2025, 1, 1)), [], "no body"),
    ],
)
def test_an_impossible_recipe_says_why_and_writes_nothing(tmp_path, recipe, bodies, reason):
    with pytest.raises(SampleError, match=reason):
        make(tmp_path, recipe, bodies)
    assert not list(tmp_path.iterdir())
