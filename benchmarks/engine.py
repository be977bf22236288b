"""The engine beside the best SQL by hand, the bare scan and PostgreSQL, on a made-up country.

    python benchmarks/engine.py [--rows 20000000] [--rounds 3] [--with-postgres] [--json]

One year of dossiers, 28 components, 20 indicators, every commune as it was, district, province and
the country, 17 periods. Each contender runs in a process of its own, one after the other in every
round, over files that are in memory; the best round counts. Reading, computing and the result as
an Arrow table are in the time; starting Python, importing and the table of borders are not. Peak
memory is the process's. The engine's figures are compared with those by hand, value by value.
PostgreSQL is loaded beforehand and has two workers. The facts are kept for the next run.
"""

import argparse
import importlib.util
import json
import os
import resource
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import cache, cached_property
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import yaml

from cotmoc.analytics import benchmark
from cotmoc.analytics.answers import FactEngine, named
from cotmoc.analytics.closure import Closure, build_closure
from cotmoc.analytics.lake import Dataset, Lake
from cotmoc.analytics.sample import Recipe, add_dossiers, country_bodies
from cotmoc.analytics.sessions import open_session
from cotmoc.analytics.tests.shipped import shipped
from cotmoc.core.periods import parse_period
from cotmoc.core.workdays import WorkCalendar, read_overrides
from cotmoc.indicators.catalogue import read_catalogue
from cotmoc.indicators.definitions import Definition
from cotmoc.indicators.facts import FactTable, read_fact_tables

ROOT = Path(__file__).resolve().parents[1]
ROWS, ROUNDS, SEED = 20_000_000, 3, 1
OTHER_DAY = date(2026, 1, 1)
REFRESHED = date(2025, 6, 1)
NOW = datetime(2026, 1, 1, tzinfo=UTC)
# What a server would be given for such tables on a machine of some gigabytes.
POSTGRES_SERVER = ["shared_buffers=1GB", "max_wal_size=8GB", "autovacuum=off"]
POSTGRES_SESSION = {
    "work_mem": "256MB",
    "max_parallel_workers_per_gather": "2",
    "enable_partitionwise_aggregate": "on",
}
POSTGRES_ROUNDS = 2


def run_engine(
    lake: Lake, definitions: list[Definition], closure: Closure, cache: Path
) -> pa.Table:
    """The engine: all definitions for every body of the closure and all of `benchmark.PERIODS`.

    `cache` is an empty folder for components, or that of an earlier call: then only changed months
    are read. Gives what `benchmark.as_long` takes.
    """
    with open_session(threads=2, memory="400MB") as session:
        engine = FactEngine(lake, fact_tables(), cache, session)
        engine.refresh(definitions, "month")
        periods = [parse_period(code) for code in benchmark.PERIODS]
        (wide,) = engine.wide(definitions, periods, closure.table, "month")
        found = session.to_arrow(wide.table)
    found = named(named(found, "target", wide.targets), "period", benchmark.PERIODS)
    names = {"target": "body"}
    for number, definition in enumerate(wide.definitions):
        names |= {
            f"n{number}": f"{definition.code}_numerator",
            f"d{number}": f"{definition.code}_denominator",
            f"v{number}": definition.code,
        }
        if f"d{number}" not in found.column_names:
            nothing = pa.nulls(found.num_rows, pa.float64())
            found = found.append_column(f"{definition.code}_denominator", nothing)
    return found.rename_columns([names.get(name, name) for name in found.column_names])


@dataclass(frozen=True)
class Place:
    """The folder of one size and seed: its lake, and what contenders leave."""

    folder: Path

    @property
    def lake(self) -> Lake:
        return Lake(self.folder / "lake")

    @property
    def table(self) -> Dataset:
        return self.lake.table("dossiers")

    @property
    def parts(self) -> dict[int, tuple[Path, ...]]:
        return {int(each.month[5:]): each.paths for each in self.table.partitions()}

    @cached_property
    def as_it_was(self) -> Closure:
        return build_closure(*shipped(), [], on=None)

    def result(self, contender: str) -> Path:
        return self.folder / f"{contender}.parquet"


def main(arguments: list[str] | None = None) -> int:
    """Measure and say; the exit code is 1 if the engine's figures are wrong."""
    parser = argparse.ArgumentParser(description="measure the engine")
    parser.add_argument("--rows", type=int, default=ROWS)
    parser.add_argument("--seed", type=int, default=SEED)
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    parser.add_argument("--with-postgres", action="store_true")
    parser.add_argument("--folder", type=Path, help="where the facts are kept between runs")
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--child", choices=CONTENDERS, help=argparse.SUPPRESS)
    chosen = parser.parse_args(arguments)
    folder = chosen.folder or Path(tempfile.gettempdir()) / "cotmoc-bench"
    place = Place(folder / f"{chosen.rows}-{chosen.seed}")
    if chosen.child:
        print(json.dumps(run_child(chosen.child, place)))
        return 0
    make_facts(place, chosen.rows, chosen.seed)
    rounds = race(place, chosen.rows, chosen.seed, folder, chosen.rounds)
    best = {name: min(each["seconds"] for each in found) for name, found in rounds.items() if found}
    peaks = {name: max(each["peak"] for each in found) for name, found in rounds.items() if found}
    result = numbers(chosen.rows, best, peaks)
    if chosen.with_postgres:
        seconds, same = measure_postgres(place)
        result["postgres_s"], result["postgres_equal"] = seconds, same.equal
        result["postgres_differences"] = [str(each) for each in same.first]
        if "engine" in best:
            result["ratio_postgres"] = round(seconds / best["engine"], 2)
    if "engine" in best:
        same = benchmark.compare(long(place, "engine"), long(place, "hand"))
        result["outputs_equal"] = same.equal
        result["compared"], result["different"] = same.compared, same.different
        result["differences"] = [str(each) for each in same.first]
    say(result, as_json=chosen.json)
    return 1 if result["outputs_equal"] is False else 0


def make_facts(place: Place, rows: int, seed: int) -> None:
    """The facts, once for a size and seed."""
    if not place.table.manifest().rows:
        recipe = Recipe(rows, seed, benchmark.FIRST, benchmark.LAST)
        add_dossiers(place.table, country_bodies(*shipped(), seed), work(), recipe, now=NOW)
    for paths in place.parts.values():  # into the memory of the machine
        for path in paths:
            path.read_bytes()


def work() -> WorkCalendar:
    """Working days as the product counts them."""
    path = ROOT / "catalogue" / "calendars" / "workdays.yaml"
    return WorkCalendar(read_overrides(yaml.safe_load(path.read_text()), path.name))


def race(
    place: Place, rows: int, seed: int, folder: Path, rounds: int
) -> dict[str, list[dict[str, float]]]:
    """Let each contender run alone, in turn, `rounds` times."""
    found: dict[str, list[dict[str, float]]] = {name: [] for name in CONTENDERS}
    for _ in range(rounds):
        for name in CONTENDERS:
            command = [sys.executable, __file__, "--child", name, "--folder", str(folder)]
            command += ["--rows", str(rows), "--seed", str(seed)]
            done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=False)
            if done.returncode:
                sys.exit(done.returncode)
            outcome = json.loads(done.stdout)
            found[name].append(outcome)
            print(f"  {name}: {outcome['seconds']:.2f} s", file=sys.stderr, flush=True)
    return found


def numbers(rows: int, best: dict[str, float], peaks: dict[str, float]) -> dict[str, Any]:
    """What was measured, by the names that scripts know; None was not."""
    engine, hand, floor = (best.get(name) for name in ("engine", "hand", "floor"))
    every = best.get("catalogue")

    def ratio(over: float | None, under: float | None) -> float | None:
        return round(over / under, 2) if over and under else None

    return {
        "rows": rows,
        "engine_s": engine,
        "hand_sql_s": hand,
        "scan_floor_s": floor,
        "ratio_hand": ratio(engine, hand),
        "ratio_floor": ratio(engine, floor),
        "hand_over_floor": ratio(hand, floor),
        "postgres_s": None,
        "ratio_postgres": None,
        "rss_mb": peaks.get("engine"),
        "hand_rss_mb": peaks.get("hand"),
        "floor_rss_mb": peaks.get("floor"),
        "build_s": best.get("build"),
        "month_refresh_s": best.get("refresh"),
        "ratio_month_refresh": ratio(best.get("refresh"), best.get("build")),
        "rebase_s": best.get("rebase"),
        "catalogue_s": every,
        "ratio_catalogue": ratio(every, engine),
        "outputs_equal": None,
    }


def say(result: dict[str, Any], *, as_json: bool) -> None:
    """JSON alone, or a line for each number."""
    if as_json:
        print(json.dumps(result, indent=1))
        return
    for name, value in result.items():
        print(f"  {name:<22}{'not measured' if value is None else value}")


# In a process of its own.


def run_child(name: str, place: Place) -> dict[str, float]:
    """Prepare, run and time one contender; nothing if it is not there."""
    warm_up()
    with tempfile.TemporaryDirectory(prefix="cotmoc-bench-") as cache:
        run = CONTENDERS[name](place, Path(cache))
        started = time.perf_counter()
        found = run()
        seconds = time.perf_counter() - started
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    if found is not None:
        pq.write_table(found, place.result(name), compression="zstd")
    return {"seconds": round(seconds, 3), "peak": round(peak, 1)}


def warm_up() -> None:
    """Import what is imported at first use: starting Python and importing are not in the time."""
    with open_session() as session, tempfile.TemporaryDirectory() as folder:
        table = session.memtable(pa.table({"a": [1]}))
        session.write_parquet(table.group_by("a").agg(n=table.count()), Path(folder) / "a.parquet")
        session.to_arrow(session.read_parquet([Path(folder) / "a.parquet"]))


Run = Callable[[], pa.Table | None]


def floor(place: Place, cache: Path) -> Run:
    """The bare scan."""
    parts = place.parts
    return lambda: benchmark.run_floor(parts)


def hand(place: Place, cache: Path) -> Run:
    """The SQL by hand."""
    parts, closure = place.parts, place.as_it_was
    return lambda: benchmark.run_hand(parts, closure)


def engine(place: Place, cache: Path) -> Run:
    """Everything anew: nothing is in the cache."""
    definitions, closure = twenty(), place.as_it_was
    return lambda: run_engine(place.lake, definitions, closure, cache)


def build(place: Place, cache: Path) -> Run:
    """Components of all months, nothing rolled up."""
    twenty()
    return lambda: build_components(place.lake, cache)


def refresh(place: Place, cache: Path) -> Run:
    """Components after one month has changed since the last time."""
    copy = cache / "lake"
    # The parts are the same files: nothing ever writes into one.
    shutil.copytree(place.lake.root, copy, copy_function=linked)
    lake, components = Lake(copy), cache / "components"
    components.mkdir()
    build_components(lake, components)
    recipe = Recipe(1000, SEED + 1, REFRESHED, REFRESHED)
    add_dossiers(lake.table("dossiers"), country_bodies(*shipped(), SEED), work(), recipe, now=NOW)
    return lambda: build_components(lake, components)


def build_components(lake: Lake, cache: Path) -> None:
    """Bring components up to date."""
    with open_session(threads=2, memory="400MB") as session:
        FactEngine(lake, fact_tables(), cache, session).refresh(twenty(), "month")


def rebase(place: Place, cache: Path) -> Run:
    """The same facts on the borders of another day."""
    definitions = twenty()
    run_engine(place.lake, definitions, place.as_it_was, cache)
    closure = build_closure(*shipped(), [], on=OTHER_DAY)
    return lambda: run_engine(place.lake, definitions, closure, cache)


def catalogue(place: Place, cache: Path) -> Run:
    """Every definition of the catalogue."""
    folder = ROOT / "catalogue" / "indicators"
    files = (
        (path.name, yaml.safe_load(path.read_text())) for path in sorted(folder.glob("*.yaml"))
    )
    definitions = read_catalogue(files, fact_tables())
    closure = place.as_it_was
    return lambda: run_engine(place.lake, definitions, closure, cache)


CONTENDERS: dict[str, Callable[[Place, Path], Run]] = {
    "floor": floor,
    "hand": hand,
    "engine": engine,
    "build": build,
    "refresh": refresh,
    "rebase": rebase,
    "catalogue": catalogue,
}


def linked(source: str, target: str) -> str:
    """Another name for the same file; a copy where the disk cannot."""
    try:
        os.link(source, target)
    except OSError:
        shutil.copy2(source, target)
    return target


@cache
def twenty() -> list[Definition]:
    """The benchmark's own definitions."""
    return read_catalogue(benchmark.raw_definitions(), fact_tables())


@cache
def fact_tables() -> dict[str, FactTable]:
    """Fact tables of the catalogue, by name."""
    folder = ROOT / "catalogue" / "facts"
    return read_fact_tables(
        (path.name, yaml.safe_load(path.read_text())) for path in sorted(folder.glob("*.yaml"))
    )


def long(place: Place, contender: str) -> pa.Table:
    """What a contender left, one row for each figure."""
    found = pq.read_table(place.result(contender))
    return found if "indicator" in found.column_names else benchmark.as_long(found)


# PostgreSQL


def measure_postgres(place: Place) -> tuple[float, benchmark.Comparison]:
    """Load the facts, run the fused query twice, compare its figures with those by hand."""
    import psycopg

    runner = test_runner()
    runner.FAST = [*runner.FAST, *POSTGRES_SERVER]
    with runner.server() as (version, address):
        options = {"host": address["PGHOST"], "user": address["PGUSER"], "port": 5432}
        connect = lambda: psycopg.connect(**options, dbname="postgres", autocommit=True)  # noqa: E731
        started = time.perf_counter()
        load(connect, place)
        loaded = time.perf_counter() - started
        print(f"  PostgreSQL {version}: loaded in {loaded:.0f} s", file=sys.stderr, flush=True)
        times = []
        for _ in range(POSTGRES_ROUNDS):
            with connect() as con:
                for name, value in POSTGRES_SESSION.items():
                    con.execute(f"set {name} = '{value}'")
                started = time.perf_counter()
                for query in benchmark.postgres_sql():
                    con.execute(query)
                times.append(round(time.perf_counter() - started, 3))
                print(f"  postgres: {times[-1]:.2f} s", file=sys.stderr, flush=True)
                found = fetched(con)
    return min(times), benchmark.compare(benchmark.as_long(found), long(place, "hand"))


def test_runner() -> Any:
    """`scripts/test.py`, which knows how to start a server."""
    spec = importlib.util.spec_from_file_location("test_runner", ROOT / "scripts" / "test.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


POSTGRES_TYPES = {
    "organisation": "text",
    "channel": "text",
    "state": "smallint",
    "received_at": "timestamp",
    "appointed_at": "timestamp",
    "finished_at": "timestamp",
    "late_at": "timestamp",
    "supplement_requests": "smallint",
    "fee_due": "bigint",
    "paid_online": "boolean",
    "digitised": "boolean",
    "electronic_result": "boolean",
    "satisfaction": "smallint",
    "processing_days": "integer",
}


def load(connect: Callable[[], Any], place: Place) -> None:
    """Twelve partitions in the narrowest types, filled by COPY, analysed."""
    columns = ", ".join(f"{name} {kind}" for name, kind in POSTGRES_TYPES.items())
    with connect() as con:
        con.execute(f"create table dossiers ({columns}) partition by range (received_at)")
        for month in benchmark.MONTHS:
            start, end = date(2025, month, 1), date(2025 + month // 12, month % 12 + 1, 1)
            con.execute(
                f"create table d{month} partition of dossiers "
                f"for values from ('{start}') to ('{end}')"
            )
        fill(con, "closure (source text, target text)", place.as_it_was.table)
    halves = [list(benchmark.MONTHS)[place_::2] for place_ in range(2)]
    threads = [threading.Thread(target=copy_in, args=(connect, place, half)) for half in halves]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with connect() as con:
        (count,) = con.execute("select count(*) from dossiers").fetchone()
        if count != place.table.manifest().rows:
            sys.exit(f"PostgreSQL holds {count} rows, the lake {place.table.manifest().rows}")
        con.execute("vacuum (analyze) dossiers")
        con.execute("analyze closure")


def fill(con: Any, table: str, rows: pa.Table) -> None:
    """Make a small table."""
    con.execute(f"create table {table}")
    name = table.split()[0]
    columns = table.partition("(")[2].rstrip(")").split(", ")
    names = [each.split()[0] for each in columns]
    with con.cursor().copy(f"copy {name} from stdin") as copy:
        for row in zip(*(rows[each].to_pylist() for each in names), strict=True):
            copy.write_row(row)


def copy_in(connect: Callable[[], Any], place: Place, months: list[int]) -> None:
    """Months as CSV through a pipe; the fastest way in that needs no rights on the server."""
    names = ", ".join(POSTGRES_TYPES)
    with tempfile.TemporaryDirectory(prefix="cotmoc-bench-") as folder, connect() as con:
        for month in months:
            path = Path(folder) / "month.csv"
            source = benchmark.files(place.parts[month])
            benchmark.connect(1).execute(
                f"copy (select {names} from {source}) to '{path}' (format csv, header false)"
            )
            with (
                path.open("rb") as file,
                con.cursor().copy(f"copy d{month} from stdin csv") as copy,
            ):
                while piece := file.read(1 << 20):
                    copy.write(piece)
            path.unlink()


def fetched(con: Any) -> pa.Table:
    """The result, taken out for the comparison only."""
    import pyarrow.csv

    names = ["body", "period"]
    types: dict[str, pa.DataType] = {"body": pa.string(), "period": pa.string()}
    for code in benchmark.CODES:
        for name, kind in ((f"{code}_numerator", pa.int64()), (f"{code}_denominator", pa.int64())):
            names.append(name)
            types[name] = kind
        names.append(code)
        types[code] = pa.float64()
    with tempfile.TemporaryFile() as file:
        with con.cursor().copy("copy result to stdout csv") as copy:
            for piece in copy:
                file.write(piece)
        file.seek(0)
        return pyarrow.csv.read_csv(
            file,
            read_options=pyarrow.csv.ReadOptions(column_names=names),
            convert_options=pyarrow.csv.ConvertOptions(column_types=types),
        )


if __name__ == "__main__":
    sys.exit(main())
