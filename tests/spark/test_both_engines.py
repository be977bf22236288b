"""The very same expressions on DuckDB and on a Spark cluster: every value is compared."""

import math
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import ibis
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import yaml
from ibis import _

from cotmoc.analytics.answers import STATUSES, FactEngine
from cotmoc.analytics.closure import build_closure
from cotmoc.analytics.lake import Lake
from cotmoc.analytics.sample import Recipe, add_dossiers, country_bodies
from cotmoc.analytics.sessions import open_session
from cotmoc.analytics.tests.shipped import shipped
from cotmoc.core.periods import parse_period
from cotmoc.core.workdays import WorkCalendar
from cotmoc.indicators.catalogue import read_catalogue
from cotmoc.indicators.facts import read_fact_tables

CATALOGUE = Path(__file__).parents[2] / "catalogue"
MONTHS, ROWS_A_MONTH = 6, 50_000
WHOLE = 10**12  # a share is a whole number of these parts
RELATIVE = 1e-9
TOGETHER = "decimal(38,4)"


@pytest.fixture(scope="module")
def parts(tmp_path_factory):
    """Facts of half a year, one file a month, in folders that are named as the lake's."""
    return [_month(tmp_path_factory.getbasetemp() / "facts", month) for month in range(MONTHS)]


def _month(folder, month):
    random = np.random.default_rng(2025 + month)
    rows = ROWS_A_MONTH
    first = datetime(2025, month + 1, 1)  # noqa: DTZ001 - facts carry local time
    received = first + random.integers(0, 28 * 86_400_000_000, rows) * timedelta(microseconds=1)
    took = random.integers(0, 90 * 86_400, rows) * timedelta(seconds=1)
    # Some begin or end exactly on a border between days and months.
    received[:100], took[:100] = first, timedelta(days=1)
    finished = received + took
    money = [Decimal(int(each)).scaleb(-4) for each in random.integers(-(10**13), 10**13, rows)]
    table = pa.table(
        {
            "body": _holes(random, [f"Xã {each}" for each in random.integers(0, 40, rows)], 0.001),
            "channel": pa.array(random.choice(["trực tuyến", "trực tiếp", "it's"], rows)),
            "procedure": _holes(random, [f"1.{each:06}" for each in random.zipf(1.5, rows) % 300]),
            "paid_online": _holes(random, random.random(rows) < 0.4),
            "pages": pa.array(_holes(random, random.integers(-5, 200, rows)), pa.int32()),
            "seconds": pa.array(_holes(random, random.integers(0, 10**10, rows)), pa.int64()),
            "fee": pa.array(_holes(random, money), pa.decimal128(18, 4)),
            "budget": pa.array([each * 10**9 for each in money], pa.decimal128(38, 4)),
            "score": _holes(random, random.normal(50, 20, rows)),
            "received_at": pa.array(received, pa.timestamp("us")),
            "finished_at": pa.array(_holes(random, finished, 0.2), pa.timestamp("us")),
            "due_on": pa.array([each.date() for each in received + timedelta(days=10)]),
            "import_no": pa.array(np.full(rows, month), pa.int32()),
            "line": pa.array(np.arange(rows), pa.int64()),
        }
    )
    path = folder / f"month=2025-{month + 1:02}" / f"{month}-0.parquet"
    path.parent.mkdir(parents=True)
    pq.write_table(table, path, compression="zstd")
    return path


def _holes(random, values, rate=0.05):
    empty = random.random(len(values)) < rate
    return [None if hole else value for hole, value in zip(empty, list(values), strict=True)]


def closure():
    """Each body counts for itself; every fourth is divided among three, to the last part."""
    rows = []
    for number in range(40):
        source = f"Xã {number}"
        rows.append((source, source, WHOLE, False))
        parts = [WHOLE // 3, WHOLE // 3, WHOLE - 2 * (WHOLE // 3)] if number % 4 == 0 else [WHOLE]
        rows += [
            (source, f"Tỉnh {place}", part, len(parts) > 1) for place, part in enumerate(parts)
        ]
    names = ("source", "target", "share", "estimated")
    table = pa.table(dict(zip(names, map(list, zip(*rows, strict=True)), strict=True)))
    portion = [Decimal(share).scaleb(-12) for share in table["share"].to_pylist()]
    return table.append_column("portion", pa.array(portion, pa.decimal128(13, 12)))


def components(session, facts):
    """The fused scan: many measures by body and month."""
    online = facts.channel == "trực tuyến"
    return facts.group_by("body", atom=atom(facts)).agg(
        n=facts.count(),
        n_online=session.count_if(online),
        n_paid=session.count_if(facts.paid_online),
        n_unpaid=session.count_if(~facts.paid_online),
        n_late=session.count_if(facts.finished_at.date() > facts.due_on),
        n_open=session.count_if(facts.finished_at.isnull()),
        n_both=session.count_if(online & (facts.paid_online | (facts.pages >= 100))),
        n_some=session.count_if(facts.channel.isin(["it's", "trực tiếp"])),
        with_fee=facts.fee.count(),
        pages=facts.pages.sum(),
        seconds=facts.seconds.sum(),
        seconds_online=facts.seconds.sum(where=online),
        fee=facts.fee.sum(),
        budget=facts.budget.sum(),
        fee_paid=ibis.cases((facts.paid_online, facts.fee), else_=0).sum(),
        score=facts.score.sum(),
        least=facts.fee.min(),
        most=facts.fee.max(),
        pages_least=facts.pages.min(),
        first=facts.received_at.min(),
        last=facts.finished_at.max(),
        last_due=facts.due_on.max(),
        some_paid=facts.paid_online.any(),
        best=facts.score.max(),
        name=facts.procedure.min(),
    )


def atom(facts):
    at = facts.received_at
    return (at.year() * 10_000 + at.month() * 100 + 1).cast("int32")


def summary(session, facts):
    return facts.agg(
        **{f"{name}_known": facts[name].count() for name in facts.columns},
        fee=facts.fee.sum(),
        nothing=facts.seconds.sum(where=facts.pages > 10**6),
        none=session.count_if(facts.pages > 10**6),
        procedures=facts.procedure.nunique(),
        mean=facts.fee.cast("float64").mean(),
    )


def moved(session, facts):
    """Components over the closure: decimals times whole parts, exact; counts times decimals too."""
    parts = session.keep(components(session, facts))
    moves = session.memtable(closure())
    joined = parts.join(moves, parts.body == moves.source)
    return joined.group_by("target", "atom").agg(
        budget_parts=(joined.budget * joined.share).sum(),
        fee_parts=(joined.fee * joined.share).sum(),
        n=(joined.n * joined.portion.cast("decimal(38,12)")).sum(),
        estimated=joined.estimated.any(),
    )


def ratios(session, facts):
    """Ratios last: null where there is nothing to divide by; a decimal is cast to floating."""
    base = facts.group_by("body", "channel").agg(
        n=facts.count(),
        bad=session.count_if(facts.pages < -4),
        money=facts.budget.sum(),
        fee=facts.fee.sum(where=facts.pages < -4),
    )
    return base.select(
        "body",
        "channel",
        share=100.0 * base.bad.cast("float64") / base.n.nullif(0).cast("float64"),
        never=base.n.cast("float64") / (base.n - base.n).nullif(0).cast("float64"),
        price=base.money.cast("float64") / base.fee.nullif(0).cast("float64"),
        whole=base.n / base.bad.nullif(0),
        money=base.money.cast("float64"),
    )


def long(session, facts):
    """A union of selects, in one type."""
    wide = session.keep(components(session, facts))
    return ibis.union(
        *(
            wide.select("body", "atom", measure=ibis.literal(name), value=wide[name].cast(TOGETHER))
            for name in ("n", "n_late", "pages", "fee", "budget")
        ),
        wide.select("body", "atom", measure=ibis.literal("none"), value=ibis.null(TOGETHER)),
    )


def keyed(session, facts):
    """How many rows have which value: what distinct values and late judgement are made of."""
    late = facts.filter(facts.finished_at.notnull())
    day = late.finished_at.year() * 10_000 + late.finished_at.month() * 100 + late.finished_at.day()
    return late.group_by("body", key=day.cast("int64")).agg(n=late.count())


def medians(session, facts):
    """The middle row, or the two, by number of row."""
    known = facts.filter(facts.pages.notnull()).select("body", "pages", "import_no", "line")
    order = [known.pages, known.import_no, known.line]
    turn = known.mutate(
        turn=ibis.row_number().over(group_by="body", order_by=order),
        rows=known.count().over(group_by="body"),
    )
    middle = turn.filter((turn.turn * 2 >= turn.rows - 2) & (turn.turn * 2 <= turn.rows))
    return middle.group_by("body").agg(
        median=middle.pages.cast("float64").mean(), rows=_.rows.max()
    )


def times(session, facts):
    """Dates and times of single rows, and what is compared with them."""
    rows = facts.filter((facts.line < 2_000) & (facts.import_no < 3))
    at, border = rows.received_at, datetime(2025, 2, 1)  # noqa: DTZ001
    return rows.select(
        "import_no",
        "line",
        "received_at",
        "finished_at",
        "due_on",
        year=at.year(),
        month=at.month(),
        day=at.day(),
        hour=at.hour(),
        quarter=at.quarter(),
        on=at.date(),
        month_first=at.truncate("M"),
        half=ibis.ifelse(at.day() >= 15, 15, 1),
        before=at < border,
        until=at <= ibis.timestamp("2025-02-01 00:00:00"),
        in_time=rows.finished_at <= rows.due_on.cast("timestamp"),
        later=rows.finished_at.fill_null(border) > at,
        due_before=rows.due_on < date(2025, 1, 15),
    )


def rows_themselves(session, facts):
    """Every type as it was stored, with nulls."""
    return facts.filter(facts.line % 50 == 0)


def chosen(session, facts):
    """What the pages ask: the largest, with another's words, without those in a list."""
    counted = facts.group_by("body", "procedure").agg(n=facts.count(), fee=facts.fee.sum())
    gone = session.memtable(pa.table({"body": ["Xã 1", "Xã 2"]}))
    rest = counted.anti_join(gone, "body")
    return rest.order_by(ibis.desc("n"), "body", "procedure").limit(500, offset=20)


# Name, expression, key of a row.
CASES = [
    (summary, []),
    (components, ["body", "atom"]),
    (moved, ["target", "atom"]),
    (ratios, ["body", "channel"]),
    (long, ["body", "atom", "measure"]),
    (keyed, ["body", "key"]),
    (medians, ["body"]),
    (times, ["import_no", "line"]),
    (rows_themselves, ["import_no", "line"]),
    (chosen, ["body", "procedure"]),
]


def results(engine, parts, folder, **options):
    """Every case's result on the engine, kept files too; and what `then` says of the session."""
    then = options.pop("then", lambda session: None)
    with open_session(engine, threads=2, memory="600MB", **options) as session:
        facts = session.read_parquet(parts)
        tables = {case.__name__: session.to_arrow(case(session, facts)) for case, _key in CASES}
        kept = components(session, facts)
        assert session.write_parquet(kept, folder / "kept.parquet") == len(tables["components"])
        tables["kept"] = pq.read_table(folder / "kept.parquet")
        tables["written"] = session.to_arrow(session.read_parquet([folder / "kept.parquet"]))
        given = ibis.memtable(closure())
        tables["given"] = session.to_arrow(given.group_by("source").agg(n=given.share.sum()))
        return tables, then(session)


def differences(name, ours, theirs, key):
    """What is not the same in two results: types, rows, or a value by its row and column."""
    if ours.schema != theirs.schema:
        return [f"{name}: types {ours.schema} and {theirs.schema}"]
    if len(ours) != len(theirs) or not len(ours):
        return [f"{name}: {len(ours)} and {len(theirs)} rows"]
    order = [(column, "ascending") for column in key or ours.column_names]
    ours, theirs = (_values(each.sort_by(order)) for each in (ours, theirs))
    return [
        f"{name}, row {row}, {column}: {left!r} and {right!r}"
        for column, values in ours.items()
        for row, (left, right) in enumerate(zip(values, theirs[column], strict=True))
        if not _same(left, right)
    ]


def _values(table):
    return table.to_pydict()


def _same(left, right):
    if isinstance(left, float) and isinstance(right, float):
        return math.isclose(left, right, rel_tol=RELATIVE)
    return type(left) is type(right) and left == right


def shipped_catalogue():
    """Every definition of the catalogue that is computed from facts, and the fact tables."""
    tables = read_fact_tables(_yaml("facts"))
    definitions = read_catalogue(_yaml("indicators"), tables)
    return [each for each in definitions if each.computed_path], tables


def _yaml(part):
    paths = sorted((CATALOGUE / part).glob("*.yaml"))
    return [(path.name, yaml.safe_load(path.read_text(encoding="utf-8"))) for path in paths]


@pytest.fixture(scope="module")
def dossiers(tmp_path_factory):
    """A lake of made-up dossiers on both sides of 1 July 2025."""
    lake = Lake(tmp_path_factory.mktemp("dossiers"))
    recipe = Recipe(6000, 3, date(2025, 6, 1), date(2025, 7, 1), "country")
    now = datetime(2025, 8, 1, tzinfo=UTC)
    bodies = country_bodies(*shipped(), 3)
    add_dossiers(lake.table("dossiers"), bodies, WorkCalendar(), recipe, now=now)
    return lake


def whole_catalogue(session, lake, cache):
    """All figures of the catalogue on the borders of 2026: old communes moved whole or in part."""
    definitions, tables = shipped_catalogue()
    engine = FactEngine(lake, tables, cache, session)
    engine.refresh(definitions, "month")
    periods = [parse_period(code) for code in ("2025-07", "2025")]
    closure = build_closure(*shipped(), [], on=date(2026, 1, 1))
    return engine.long(definitions, periods, closure.table, "month")


def test_spark_on_a_cluster_says_what_duckdb_says(spark_cluster, parts, dossiers, tmp_path):
    duck, _ = results("duckdb", parts, tmp_path / "duck")
    spark, tasks = results(
        spark_cluster.url,
        parts,
        tmp_path / "spark",
        then=lambda session: (
            whole_catalogue(session, dossiers, tmp_path / "on spark"),
            spark_cluster.tasks_by_worker(session.context),
        ),
    )
    spark["catalogue"], tasks = tasks
    with open_session(threads=2) as session:
        duck["catalogue"] = whole_catalogue(session, dossiers, tmp_path / "on duckdb")
    definitions, _tables = shipped_catalogue()
    computed = set(duck["catalogue"]["indicator"].to_pylist())
    assert computed == {each.code for each in definitions}, "every indicator has figures"
    assert {"estimated", "measured"} <= {
        STATUSES[each] for each in duck["catalogue"]["status"].to_pylist()
    }

    assert len(tasks) == 2
    assert min(tasks.values()) > 0, f"a worker was idle: {tasks}"
    keys = {case.__name__: key for case, key in CASES}
    keys |= {"kept": ["body", "atom"], "written": ["body", "atom"], "given": ["source"]}
    keys["catalogue"] = ["indicator", "target", "period"]
    assert duck.keys() == spark.keys() == keys.keys()
    found = [
        line
        for name, key in keys.items()
        for line in differences(name, duck[name], spark[name], key)
    ]
    assert found == [], f"{len(found)} differences, the first: {found[:10]}"


def test_a_difference_would_be_found():
    one = pa.table({"k": ["a", "b"], "v": [1.0, None], "d": [Decimal("1.10"), Decimal("2.20")]})
    near = one.set_column(1, "v", pa.array([1.0 + 1e-10, None]))
    assert differences("near", one, near, ["k"]) == []
    for place, column in [
        (1, pa.array([1.0 + 1e-8, None])),
        (1, pa.array([1.0, 0.0])),
        (2, pa.array([Decimal("1.10"), Decimal("2.21")])),
        (2, pa.array([1.1, 2.2])),
    ]:
        changed = one.set_column(place, one.column_names[place], column)
        assert len(differences("changed", one, changed, ["k"])) == 1
    assert differences("fewer", one, one.slice(1), ["k"]) == ["fewer: 2 and 1 rows"]


def test_moving_over_a_closure_loses_nothing(parts):
    with open_session("duckdb") as session:
        facts = session.read_parquet(parts)
        known = facts.filter(facts.body.notnull())
        total = session.to_arrow(known.agg(money=known.budget.sum(), n=known.count())).to_pylist()[
            0
        ]
        there = moved(session, facts)
        provinces = there.filter(there.target.startswith("Tỉnh"))
        found = session.to_arrow(
            provinces.agg(money=provinces.budget_parts.sum(), n=provinces.n.sum())
        ).to_pylist()[0]
    assert found == {"money": total["money"] * WHOLE, "n": Decimal(total["n"])}
