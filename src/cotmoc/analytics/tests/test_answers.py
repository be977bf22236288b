"""The engine for single facts says what the plain evaluator says: any definition, facts, periods,
borders, months rewritten by corrections, nulls and zero rules included."""

from collections import defaultdict
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pyarrow as pa
import pytest
import yaml
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from cotmoc.analytics.answers import STATUSES, FactEngine, grain_for
from cotmoc.analytics.lake import Lake
from cotmoc.analytics.sessions import open_session
from cotmoc.core.calendars import read_calendar
from cotmoc.core.periods import Interval, parse_period
from cotmoc.indicators.definitions import read_definition
from cotmoc.indicators.evaluate import Weighed, evaluate
from cotmoc.indicators.expressions import ExpressionError, parse
from cotmoc.indicators.facts import read_fact_tables

CATALOGUE = Path(__file__).parents[4] / "catalogue"
TABLES = read_fact_tables(
    (path.name, yaml.safe_load(path.read_text(encoding="utf-8")))
    for path in sorted((CATALOGUE / "facts").glob("*.yaml"))
)
TYPES = {
    "text": pa.string(),
    "integer": pa.int64(),
    "decimal": pa.decimal128(18, 4),
    "boolean": pa.bool_(),
    "timestamp": pa.timestamp("us"),
    "date": pa.date32(),
}
SCHEMA = pa.schema(
    [(name, TYPES[column.type]) for name, column in TABLES["dossiers"].columns.items()]
    + [("import_no", pa.int32()), ("line", pa.int64())]
)


def moment(*parts):
    """Facts carry local time without a zone."""
    return datetime(*parts)  # noqa: DTZ001


BODIES = ("An", "Binh", "Chi", "Dung")
NOW = datetime(2026, 9, 1, tzinfo=UTC)


def definition(numerator, denominator=None, **changes):
    """A definition over dossiers; its unit is points, which anything fits."""
    words = {"vi": "a", "en": "a"}
    raw = {
        "code": "example",
        "version": 1,
        "name": words,
        "description": words,
        "legal_source": "a",
        "owner": "a",
        "valid_from": date(2000, 1, 1),
        "table": "dossiers",
        "applies_to": ["province"],
        "unit": "points",
        "counted": words,
        "direction": "up",
        "rollup_units": "sum",
        "worked_example": {"facts": [], "expect": {}},
        "numerator": term(numerator),
        **changes,
    }
    if denominator:
        raw["denominator"] = term(denominator)
        raw.setdefault("zero_denominator", "none")
        raw.setdefault("scale", 100)
    return read_definition(raw, "example", TABLES)


def term(text):
    """`expression`, `expression @ date` or `expression @ date .. until`."""
    expression, _, places = text.partition(" @ ")
    day, _, until = places.partition(" .. ")
    about = {"name": {"vi": "a", "en": "a"}, "expression": expression}
    return about | ({"date": day} if day else {}) | ({"until": until} if until else {})


# What a definition may say ----------------------------------------------------------------------

CONDITIONS = st.recursive(
    st.sampled_from(
        [
            "channel = 'online'",
            "channel in ('direct', 'post')",
            "channel <> 'post'",
            "state >= 9",
            "state between 4 and 6",
            "fee_due > 0",
            "fee_due is null",
            "satisfaction is not null",
            "satisfaction < 4",
            "paid_online",
            "digitised = false",
            "finished_at <= appointed_at",
            "supplement_requests < satisfaction",
            "received_at >= '2026-02-10'",
        ]
    ),
    lambda inner: st.one_of(
        inner.map(lambda each: f"not ({each})"),
        st.tuples(inner, inner).map(lambda two: f"({two[0]}) and ({two[1]})"),
        st.tuples(inner, inner).map(lambda two: f"({two[0]}) or ({two[1]})"),
    ),
    max_leaves=3,
)
NUMBERS = st.sampled_from(["supplement_requests", "satisfaction", "state"])


@st.composite
def an_aggregate(draw):
    where = draw(st.none() | CONDITIONS)
    judged = draw(st.sampled_from([None, None, None, "late_at <= period_end"]))
    column = draw(NUMBERS)
    calls = ["count(*)", f"count({column})", f"sum({column})"]
    if not judged:
        case = f"case when {draw(CONDITIONS)} then {column} else 0 end"
        calls += [f"sum({case})", f"avg({column})"]
        calls += [f"min({column})", f"max({column})", f"median({column})"]
        calls += ["count(distinct procedure)", "count(distinct satisfaction)"]
    parts = [f"({where})"] if where else []
    parts += [judged] if judged else []
    call = draw(st.sampled_from(calls))
    return f"{call} filter (where {' and '.join(parts)})" if parts else call


SCALARS = st.recursive(
    an_aggregate(),
    lambda inner: st.one_of(
        st.tuples(inner, st.sampled_from("+-*/"), inner).map(lambda three: f"({' '.join(three)})"),
        inner.map(lambda each: f"coalesce({each}, 3)"),
        inner.map(lambda each: f"(-{each} * 2)"),
    ),
    max_leaves=3,
)
PLACES = st.sampled_from(["", "", " @ received_at", " @ finished_at", " @ appointed_at"])
STOCKS = st.sampled_from(
    [
        "count(*) @ received_at .. finished_at",
        "sum(supplement_requests) filter (where paid_online) @ appointed_at .. finished_at",
        "avg(state) @ received_at .. returned_at",
    ]
)


def adds_up(text):
    """Whether like is joined with like; counts plus ratios are refused, rightly."""
    try:
        parse(text, TABLES["dossiers"])
    except ExpressionError:
        return False
    return True


TERMS = st.one_of(st.tuples(SCALARS.filter(adds_up), PLACES).map("".join), STOCKS)
DEFINITIONS = st.builds(
    lambda above, below, zero: definition(
        above, below, **({"zero_denominator": zero} if below else {})
    ),
    TERMS,
    st.none() | TERMS,
    st.sampled_from(["none", "zero", "full", "excluded"]),
)

# What happened -----------------------------------------------------------------------------------

MOMENTS = st.builds(
    lambda day, minute: moment(2026, 1, 1) + timedelta(days=day, minutes=minute),
    st.integers(0, 120),
    st.sampled_from([0, 1, 600, 1439]),
)
FACTS = st.fixed_dictionaries(
    {
        "organisation": st.sampled_from(BODIES),
        "procedure": st.sampled_from(["1.1", "1.2", "1.3"]),
        "channel": st.sampled_from(["direct", "online", "post"]),
        "state": st.integers(1, 10),
        "received_at": MOMENTS,
        "appointed_at": st.none() | MOMENTS,
        "finished_at": st.none() | MOMENTS,
        "returned_at": st.none() | MOMENTS,
        "late_at": st.none() | MOMENTS,
        "supplement_requests": st.integers(0, 3),
        "fee_due": st.none() | st.integers(0, 2),
        "paid_online": st.none() | st.booleans(),
        "digitised": st.booleans(),
        "electronic_result": st.booleans(),
        "satisfaction": st.none() | st.integers(1, 5),
    }
)
WHOLE = [(body, body, "1", False) for body in BODIES] + [
    (body, "All", "1", False) for body in BODIES
]
# Chi was divided over Binh and Dung; An moved whole.
DIVIDED = [
    ("An", "Binh", "1", False),
    ("Binh", "Binh", "1", False),
    ("Chi", "Binh", "0.333333333333", True),
    ("Chi", "Dung", "0.666666666667", True),
    ("Dung", "Dung", "1", False),
    *[(body, "All", "1", False) for body in BODIES],
]
ND09 = read_calendar(
    yaml.safe_load((CATALOGUE / "calendars" / "nd09.yaml").read_text(encoding="utf-8")), "nd09.yaml"
)
PERIODS = {
    "civil": [parse_period(code) for code in ("2026-01", "2026-02", "2026-04", "2026-Q1", "2026")],
    "decree": [ND09.parse(code) for code in ("nd09:2026-02", "nd09:2026-03", "nd09:2026-Q2")],
    "days": [
        Interval(date(2026, 2, 9), date(2026, 2, 16)),
        Interval(date(2026, 1, 31), date(2026, 2, 1)),
    ],
}


def closure_table(rows):
    columns = list(zip(*rows, strict=True))
    return pa.table(
        {
            "source": columns[0],
            "target": columns[1],
            "share": pa.array([Decimal(each) for each in columns[2]], pa.decimal128(18, 12)),
            "estimated": columns[3],
        }
    )


def keep(lake, facts, *, replaced=()):
    """Facts as an import of the lake; those at the places `replaced` are superseded by a second
    import that brings them again, unaltered, so that nothing but the files changes."""
    dataset = lake.table("dossiers")

    def write(adding, numbered):
        months = defaultdict(list)
        for line, fact in numbered:
            months[f"{fact['received_at']:%Y-%m}"].append(
                {**fact, "dossier": str(line), "import_no": adding.number, "line": line}
            )
        for month, rows in sorted(months.items()):
            rows.sort(key=lambda row: row["organisation"])
            adding.write(month, pa.Table.from_pylist(rows, schema=SCHEMA))
        return sorted(months)

    numbered = list(enumerate(facts, 2))
    with dataset.append("a.csv", "a", now=NOW) as adding:
        write(adding, numbered)
    again = [numbered[place] for place in sorted(set(replaced)) if place < len(numbered)]
    if again:
        with dataset.append("b.csv", "b", now=NOW) as adding:
            months = write(adding, again)
            lines = pa.array([line for line, _ in again], pa.int64())
            ones = pa.array([1] * len(again), pa.int32())
            adding.supersede(pa.table({"import_no": ones, "line": lines}), months)
    return dataset


def expected(each, facts, target, period, rows):
    shares = {source: Decimal(share) for source, to, share, _ in rows if to == target}
    weighed = [
        Weighed(fact, shares[fact["organisation"]])
        for fact in facts
        if fact["organisation"] in shares
    ]
    return evaluate(each, weighed, period)


def close(found, wanted):
    if found is None or wanted is None:
        return found is None and wanted is None
    found, wanted = float(found), float(wanted)
    return abs(found - wanted) <= 1e-9 * max(1.0, abs(wanted))


@pytest.mark.parametrize("calendar", PERIODS)
@pytest.mark.parametrize("rows", [WHOLE, DIVIDED], ids=["as it was", "divided"])
@settings(
    max_examples=20,
    deadline=None,
    # Each example is a small lake: making a failing one smaller would take many minutes.
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(data=st.data())
def test_engine_and_oracle_agree(tmp_path_factory, calendar, rows, data):
    facts = data.draw(st.lists(FACTS, max_size=14))
    definitions = data.draw(st.lists(DEFINITIONS, min_size=4, max_size=8))
    replaced = data.draw(st.lists(st.integers(0, 13), max_size=3))
    periods = PERIODS[calendar]
    folder = tmp_path_factory.mktemp("lake")
    lake = Lake(folder)
    keep(lake, facts, replaced=replaced)
    with open_session(threads=2) as session:
        engine = FactEngine(lake, TABLES, folder / "components", session)
        grain = grain_for(periods)
        engine.refresh(definitions, grain)
        for each in definitions:
            found = {
                (row["target"], row["period"]): row
                for row in engine.long([each], periods, closure_table(rows), grain).to_pylist()
            }
            for target in {to for _, to, _, _ in rows}:
                for place, period in enumerate(periods):
                    wanted = expected(each, facts, target, period, rows)
                    row = found.get((target, place))
                    said = (str(each.numerator.tree), str(each.denominator), target, str(period))
                    if row is None:
                        assert wanted.status == "no_data", said
                        continue
                    said = (*said, row, wanted)
                    assert STATUSES[row["status"]] == wanted.status, said
                    assert close(row["value"], wanted.value), said
                    assert close(row["numerator"], wanted.numerator), said
                    assert close(row["denominator"], wanted.denominator), said


def test_an_empty_stock_is_zero_and_a_period_before_any_fact_has_no_data(tmp_path):
    fact = {"received_at": moment(2026, 2, 3), "finished_at": moment(2026, 3, 5)}
    keep(Lake(tmp_path), [{"organisation": "An", "channel": "online", "state": 10, **fact}])
    each = definition("count(*) @ received_at .. finished_at")
    periods = [parse_period(f"2026-0{month}") for month in range(1, 5)]
    with open_session(threads=1) as session:
        engine = FactEngine(Lake(tmp_path), TABLES, tmp_path / "components", session)
        engine.refresh([each], "month")
        found = engine.long([each], periods, closure_table(WHOLE), "month").to_pylist()
    values = {row["period"]: row["value"] for row in found if row["target"] == "An"}
    assert values == {1: 1.0, 2: 0.0, 3: 0.0}


def test_only_months_that_changed_are_scanned_again(tmp_path):
    months = [moment(2026, month, 5) for month in (1, 2, 3)]
    facts = [
        {"organisation": "An", "channel": "online", "state": 10, "received_at": each}
        for each in months
    ]
    lake = Lake(tmp_path)
    keep(lake, facts, replaced=[1])
    first, second = definition("count(*)"), definition("count(*)", "sum(state)")
    with open_session(threads=1) as session:
        engine = FactEngine(lake, TABLES, tmp_path / "components", session)
        assert engine.refresh([first], "month")["dossiers"].scanned == (
            "2026-01",
            "2026-02",
            "2026-03",
        )
        assert engine.refresh([first], "month")["dossiers"].scanned == ()
        assert len(engine.refresh([first, second], "month")["dossiers"].scanned) == 3
        with lake.table("dossiers").append("c.csv", "c", now=NOW) as adding:
            row = {**facts[1], "import_no": adding.number, "line": 9}
            adding.write("2026-02", pa.Table.from_pylist([row], schema=SCHEMA))
        assert engine.refresh([first, second], "month")["dossiers"].scanned == ("2026-02",)
        (row,) = [
            each
            for each in engine.long(
                [first], [parse_period("2026-02")], closure_table(WHOLE), "month"
            ).to_pylist()
            if each["target"] == "All"
        ]
    assert row["value"] == 2


def test_what_was_known_before_a_correction_can_be_asked(tmp_path):
    lake = Lake(tmp_path)
    monday, tuesday = NOW, NOW + timedelta(days=1)
    fact = {"organisation": "An", "received_at": moment(2026, 2, 3), "state": 4}
    schema_row = {**fact, "channel": "online", "line": 2}
    dataset = lake.table("dossiers")
    with dataset.append("a.csv", "a", now=monday) as adding:
        adding.write(
            "2026-02", pa.Table.from_pylist([{**schema_row, "import_no": 1}], schema=SCHEMA)
        )
    with dataset.append("b.csv", "b", now=tuesday) as adding:
        corrected = {**schema_row, "state": 10, "import_no": 2}
        adding.write("2026-02", pa.Table.from_pylist([corrected], schema=SCHEMA))
        gone = pa.table({"import_no": pa.array([1], pa.int32()), "line": pa.array([2], pa.int64())})
        adding.supersede(gone, ["2026-02"])
    each = definition("sum(state)")
    found = {}
    with open_session(threads=1) as session:
        for known_at in (monday, tuesday, None):
            engine = FactEngine(lake, TABLES, tmp_path / "components", session, known_at=known_at)
            engine.refresh([each], "month")
            answer = engine.long([each], [parse_period("2026-02")], closure_table(WHOLE), "month")
            found[known_at] = {row["value"] for row in answer.to_pylist()}
    assert found == {monday: {4.0}, tuesday: {10.0}, None: {10.0}}
