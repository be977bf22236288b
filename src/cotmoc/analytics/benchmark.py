"""What the engine is measured against: twenty indicators and the best SQL by hand for them.

The definitions are data like any in the catalogue; the SQL is written apart from them, so that
equal results say something. Of one body and period both give every indicator's numerator,
denominator and value. Bodies are communes as they were, districts, provinces and the country;
periods are the months, quarters and the year of 2025.
"""
# ruff: noqa: S608 - the SQL is made of the constants below and of file names, quoted

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa

from cotmoc.analytics.closure import Closure

FIRST, LAST = date(2025, 1, 1), date(2025, 12, 1)
MONTHS = range(1, 13)

# The 28 components, as a definition says them; PostgreSQL takes the same words.
COMPONENTS = {
    "n": "count(*)",
    "online": "count(*) filter (where channel = 'online')",
    "post": "count(*) filter (where channel = 'post')",
    "finished": "count(finished_at)",
    "returned": "count(*) filter (where state = 10)",
    "on_time": "count(*) filter (where finished_at <= appointed_at)",
    "late": "count(late_at)",
    "fee_cases": "count(*) filter (where fee_due > 0)",
    "fee": "sum(fee_due)",
    "fee_paid": "sum(fee_due) filter (where paid_online)",
    "paid": "count(*) filter (where paid_online)",
    "digitised": "count(*) filter (where digitised)",
    "electronic": "count(*) filter (where electronic_result)",
    "days": "sum(processing_days)",
    "days_n": "count(processing_days)",
    "days_online": "sum(processing_days) filter (where channel = 'online')",
    "days_online_n": "count(processing_days) filter (where channel = 'online')",
    "words": "sum(satisfaction)",
    "words_n": "count(satisfaction)",
    "satisfied": "count(*) filter (where satisfaction >= 4)",
    "supplements": "sum(supplement_requests)",
    "supplemented": "count(*) filter (where supplement_requests > 0)",
    "refused": "count(*) filter (where state = 3)",
    "ended": "count(*) filter (where state in (7, 8))",
    "open": "count(*) filter (where finished_at is null and state <> 3)",
    "online_on_time": "count(*) filter (where channel = 'online' and finished_at <= appointed_at)",
    "online_finished": ("count(*) filter (where channel = 'online' and finished_at is not null)"),
    "entire": (
        "count(*) filter (where channel = 'online' and electronic_result"
        " and (paid_online or fee_due = 0))"
    ),
}

# The same by hand for DuckDB: `count_if` takes half the time of `filter`, a condition that comes
# twice (o: online, t: on time, f: finished) is worked out once.
BY_HAND = {
    "n": "count(*)",
    "online": "count_if(o)",
    "post": "count_if(channel = 'post')",
    "finished": "count(finished_at)",
    "returned": "count_if(state = 10)",
    "on_time": "count_if(t)",
    "late": "count(late_at)",
    "fee_cases": "count_if(fee_due > 0)",
    "fee": "sum(fee_due)",
    "fee_paid": "sum(case when paid_online then fee_due end)",
    "paid": "count_if(paid_online)",
    "digitised": "count_if(digitised)",
    "electronic": "count_if(electronic_result)",
    "days": "sum(processing_days)",
    "days_n": "count(processing_days)",
    "days_online": "sum(case when o then processing_days end)",
    "days_online_n": "count(case when o then processing_days end)",
    "words": "sum(satisfaction)",
    "words_n": "count(satisfaction)",
    "satisfied": "count_if(satisfaction >= 4)",
    "supplements": "sum(supplement_requests)",
    "supplemented": "count_if(supplement_requests > 0)",
    "refused": "count_if(state = 3)",
    "ended": "count_if(state in (7, 8))",
    "open": "count_if(not f and state <> 3)",
    "online_on_time": "count_if(o and t)",
    "online_finished": "count_if(o and f)",
    "entire": "count_if(o and electronic_result and (paid_online or fee_due = 0))",
}

# Every column these need, and an aggregate that makes DuckDB read it and do little else.
NEEDED = {
    "organisation": "count(organisation)",
    "channel": "count(channel)",
    "state": "sum(state)",
    "appointed_at": "max(appointed_at)",
    "finished_at": "max(finished_at)",
    "late_at": "max(late_at)",
    "supplement_requests": "sum(supplement_requests)",
    "fee_due": "sum(fee_due)",
    "paid_online": "count_if(paid_online)",
    "digitised": "count_if(digitised)",
    "electronic_result": "count_if(electronic_result)",
    "satisfaction": "sum(satisfaction)",
    "processing_days": "sum(processing_days)",
}


@dataclass(frozen=True, slots=True)
class Indicator:
    """An indicator by the names of its components: `scale × sum of numerator / denominator`."""

    code: str
    numerator: tuple[str, ...]
    denominator: str | None
    unit: str = "%"
    scale: int = 100


INDICATORS = (
    Indicator("bench_received", ("n",), None, "count", 1),
    Indicator("bench_online", ("online",), "n"),
    Indicator("bench_post", ("post",), "n"),
    Indicator("bench_finished", ("finished",), "n"),
    Indicator("bench_returned", ("returned",), "finished"),
    Indicator("bench_on_time", ("on_time",), "finished"),
    Indicator("bench_late", ("late",), "n"),
    Indicator("bench_paid_online", ("paid",), "fee_cases"),
    Indicator("bench_fee", ("fee",), "fee_cases", "VND", 1),
    Indicator("bench_fee_online", ("fee_paid",), "fee"),
    Indicator("bench_digitised", ("digitised",), "n"),
    Indicator("bench_electronic", ("electronic",), "returned"),
    Indicator("bench_days", ("days",), "days_n", "days", 1),
    Indicator("bench_days_online", ("days_online",), "days_online_n", "days", 1),
    Indicator("bench_words", ("words",), "words_n", "points", 1),
    Indicator("bench_satisfied", ("satisfied",), "words_n"),
    Indicator("bench_supplements", ("supplements",), "supplemented", "count", 1),
    Indicator("bench_unhandled", ("refused", "ended", "open"), "n"),
    Indicator("bench_online_on_time", ("online_on_time",), "online_finished"),
    Indicator("bench_entire", ("entire",), "online"),
)
CODES = tuple(each.code for each in INDICATORS)


def raw_definitions() -> list[tuple[str, dict[str, Any]]]:
    """The twenty as (file name, parsed YAML), for `indicators.catalogue.read_catalogue`."""
    return [(f"{each.code}.yaml", _raw(each)) for each in INDICATORS]


def _raw(each: Indicator) -> dict[str, Any]:
    words = {"vi": "phép đo", "en": "benchmark"}
    raw: dict[str, Any] = {
        "code": each.code,
        "version": 1,
        "name": words,
        "description": words,
        "legal_source": "benchmark",
        "owner": "benchmark",
        "valid_from": date(2020, 1, 1),
        "table": "dossiers",
        "date": "received_at",
        "applies_to": ["province", "department", "commune"],
        "unit": each.unit,
        "counted": words,
        "direction": "up",
        "scale": each.scale,
        "numerator": {"name": words, "expression": " + ".join(map(COMPONENTS.get, each.numerator))},  # type: ignore[arg-type]
        "rollup_units": "sum",
        "worked_example": {"facts": [], "expect": {}},
    }
    if each.denominator:
        raw["denominator"] = {"name": words, "expression": COMPONENTS[each.denominator]}
        raw["zero_denominator"] = "none"
    return raw


def periods_of(month: int) -> tuple[str, str, str]:
    """The three periods that a month of 2025 lies in."""
    return f"2025-{month:02d}", f"2025-Q{(month + 2) // 3}", "2025"


PERIODS = tuple(dict.fromkeys(period for month in MONTHS for period in periods_of(month)))

Parts = Mapping[int, Sequence[Path]]


def hand_sql(parts: Parts) -> str:
    """The best SQL for DuckDB that we know; it reads `closure(source, target)`.

    `parts` are the files of each month. One aggregate for each month's files, so that the month is
    no key; then up the closure by month, then quarters and year from the months. Tried and slower:
    the month as a key (by a tenth), `filter`, narrower sums, the bridge of periods as a join.
    """
    by_hand = ", ".join(f"{text} as {name}" for name, text in BY_HAND.items())
    scans = " union all ".join(
        f"""select organisation, {month} as m, {by_hand}
            from (select *, channel = 'online' as o, finished_at <= appointed_at as t,
                         finished_at is not null as f from {files(paths)})
            group by organisation"""
        for month, paths in sorted(parts.items())
    )
    # The sum of a whole number is one of 128 bits; narrowed, it is added up again faster.
    sums = ", ".join(f"sum({name})::bigint as {name}" for name in BY_HAND)
    names = ", ".join(BY_HAND)
    return f"""
        with base as materialized ({scans}),
        months as materialized (
            select target as body, m, {sums} from base join closure on source = organisation
            group by target, m
        ),
        figures as (
            select body, printf('2025-%02d', m) as period, {names} from months
            union all
            select body, '2025-Q' || ((m + 2) // 3) as period, {sums} from months
            group by body, (m + 2) // 3
            union all
            select body, '2025' as period, {sums} from months group by body
        )
        select body, period, {_ratios("bigint", "double")} from figures
    """


def floor_sql(parts: Parts) -> str:
    """Touching the columns that are needed, and nothing else."""
    touched = ", ".join(NEEDED.values())
    return f"select {touched} from {files([p for paths in parts.values() for p in paths])}"


def postgres_sql() -> tuple[str, str, str]:
    """The same fused query for PostgreSQL, in steps: so the scan runs in parallel.

    Reads `dossiers` and `closure(source, target)`. Sums of `integer` are `bigint`, of `bigint`
    slow `numeric`: what fits is narrowed before it is added up again.
    """
    fused = ", ".join(f"({text})::{_narrow(name)} as {name}" for name, text in COMPONENTS.items())
    base = f"""
        create temp table base as
        select organisation, extract(month from received_at)::int as m, {fused}
        from dossiers group by organisation, m
    """
    sums = ", ".join(f"sum({name})::{_narrow(name)} as {name}" for name in COMPONENTS)
    months = f"""
        create temp table months as
        select target as body, m, {sums} from base join closure on source = organisation
        group by target, m
    """
    names = ", ".join(COMPONENTS)
    figures = f"""
        create temp table result as
        with figures as (
            select body, '2025-' || to_char(m, 'FM00') as period, {names} from months
            union all
            select body, '2025-Q' || ((m + 2) / 3) as period, {sums} from months
            group by body, (m + 2) / 3
            union all
            select body, '2025' as period, {sums} from months group by body
        )
        select body, period, {_ratios("bigint", "double precision")} from figures
    """
    return base, months, figures


def _narrow(name: str) -> str:
    return "bigint" if name in ("fee", "fee_paid") else "integer"


def _ratios(whole: str, floating: str) -> str:
    columns = []
    for each in INDICATORS:
        top = " + ".join(each.numerator)
        under = each.denominator
        value = f"({top})::{floating}"
        if under:
            value = f"{each.scale} * {value} / nullif({under}, 0)::{floating}"
        columns += [
            f"({top})::{whole} as {each.code}_numerator",
            f"{under or 'null'}::{whole} as {each.code}_denominator",
            f"{value} as {each.code}",
        ]
    return ", ".join(columns)


def files(paths: Iterable[Path]) -> str:
    """Parquet files as DuckDB reads them in a `from`."""
    names = ", ".join("'" + str(path).replace("'", "''") + "'" for path in paths)
    return f"read_parquet([{names}], hive_partitioning = false)"


def connect(threads: int = 2) -> duckdb.DuckDBPyConnection:
    """DuckDB as the contenders use it."""
    con = duckdb.connect()
    con.execute("set enable_progress_bar = false")
    con.execute("set preserve_insertion_order = false")
    con.execute(f"set threads = {threads:d}")
    return con


def run_hand(parts: Parts, closure: Closure) -> pa.Table:
    """The SQL by hand: `body`, `period` and three columns for each indicator."""
    con = connect()
    con.register("pairs", closure.table.select(["source", "target"]))
    con.execute("create temp table closure as select * from pairs")
    return con.sql(hand_sql(parts)).to_arrow_table()


def run_floor(parts: Parts) -> None:
    """The bare scan."""
    connect().execute(floor_sql(parts)).fetchall()


LONG = pa.schema(
    [
        ("indicator", pa.string()),
        ("body", pa.string()),
        ("period", pa.string()),
        ("numerator", pa.float64()),
        ("denominator", pa.float64()),
        ("value", pa.float64()),
    ]
)


def as_long(wide: pa.Table) -> pa.Table:
    """One row for each indicator, body and period (LONG), from a row for each body and period."""
    rows = []
    for code in CODES:
        columns = ["body", "period", f"{code}_numerator", f"{code}_denominator", code]
        part = wide.select(columns).rename_columns(LONG.names[1:])
        name = pa.array([code]).dictionary_encode().take(pa.array([0] * part.num_rows, pa.int32()))
        rows.append(part.add_column(0, "indicator", name.cast(pa.string())).cast(LONG))
    return pa.concat_tables(rows)


@dataclass(frozen=True, slots=True)
class Comparison:
    """How many figures two tables have between them and the first that are not the same."""

    compared: int
    different: int
    first: tuple[dict[str, Any], ...]

    @property
    def equal(self) -> bool:
        """Whether something was compared and all of it is the same."""
        return self.compared > 0 and self.different == 0


def compare(ours: pa.Table, theirs: pa.Table, *, show: int = 5) -> Comparison:
    """Compare two LONG tables value by value.

    Numerators and denominators must be equal, values to one part in 10^12 (the order of a
    multiplication). A figure without any value is the same as none. A figure named twice differs.
    """
    con = connect()
    for name, table in (("ours", ours), ("theirs", theirs)):
        con.register(f"{name}_given", table.select(LONG.names).cast(LONG))
        con.execute(
            f"""create temp table {name} as
                select indicator, body, period, count(*) as times,
                       any_value(numerator) as numerator,
                       any_value(denominator) as denominator, any_value(value) as value
                from {name}_given
                where value is not null or numerator > 0 or denominator > 0 group by all"""
        )
    joined = "ours o full join theirs t using (indicator, body, period)"
    differs = """
        o.times is distinct from 1 or t.times is distinct from 1
        or o.numerator is distinct from t.numerator
        or o.denominator is distinct from t.denominator
        or (o.value is null) <> (t.value is null)
        or abs(o.value - t.value) > 1e-12 * greatest(abs(o.value), abs(t.value))
    """
    compared, different = con.execute(
        f"select count(*), count(*) filter (where {differs}) from {joined}"
    ).fetchall()[0]
    sides = ", ".join(
        f"{side}.{name} as {word}_{name}"
        for side, word in (("o", "our"), ("t", "their"))
        for name in ("times", "numerator", "denominator", "value")
    )
    first = con.sql(
        f"""select indicator, body, period, {sides} from {joined} where {differs}
            order by indicator, body, period limit {show:d}"""
    )
    return Comparison(compared, different, tuple(first.to_arrow_table().to_pylist()))
