"""Distinct values as bits: numbers that stay, and sets that are put together."""

import shutil
from datetime import UTC, date, datetime
from threading import Thread

import pyarrow as pa
import pytest

from cotmoc.analytics.answers import FactEngine
from cotmoc.analytics.lake import Lake
from cotmoc.analytics.sessions import open_session
from cotmoc.analytics.tests.dossiers import TABLES, bring, dossier
from cotmoc.analytics.value_numbers import BIT, BITS, VALUE, WORD, ValueNumbers
from cotmoc.core.periods import parse_period
from cotmoc.indicators.definitions import read_definition

NOW = datetime(2026, 9, 1, tzinfo=UTC)
WORDS = {"vi": "a", "en": "a"}
PERIODS = [parse_period(code) for code in ("2026-07", "2026-08", "2026-Q3")]
EVERYWHERE = pa.table(
    {
        "source": ["An", "Binh", "An", "Binh"],
        "target": ["An", "Binh", "All", "All"],
        "share": pa.array([1, 1, 1, 1], pa.decimal128(13, 12)),
        "estimated": [False] * 4,
    }
)


@pytest.fixture
def session():
    with open_session(threads=2) as found:
        yield found


def add(numbers, session, values):
    table = session.memtable(pa.table({"a": pa.array(values, pa.string())}))
    return numbers.add(session, table["a"])


def known(numbers, session):
    rows = session.to_arrow(numbers.table(session)).to_pylist()
    return {row[VALUE]: row[WORD] * BITS + row[BIT].bit_length() - 1 for row in rows}


def test_a_value_keeps_its_number_and_new_ones_come_after_it(session, tmp_path):
    numbers = ValueNumbers.of(tmp_path, "procedure")
    assert add(numbers, session, ["a", "b", "b", None])
    first = known(numbers, session)
    assert sorted(first.values()) == [0, 1]
    assert not add(numbers, session, ["b", "a"])
    assert add(numbers, session, [f"v{n:03d}" for n in range(200)] + ["a"])
    after = known(numbers, session)
    assert first.items() <= after.items()
    assert sorted(after.values()) == list(range(202))


def test_two_that_add_at_once_do_not_give_a_number_twice(tmp_path):
    def run(prefix):
        with open_session(threads=1) as session:
            numbers = ValueNumbers.of(tmp_path, "procedure")
            for part in range(4):
                add(numbers, session, [f"{prefix}{part}{n}" for n in range(40)] + ["both"])

    threads = [Thread(target=run, args=(prefix,)) for prefix in "ab"]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    with open_session() as session:
        found = known(ValueNumbers.of(tmp_path, "procedure"), session)
    assert len(found) == 2 * 4 * 40 + 1
    assert sorted(found.values()) == list(range(len(found)))


def distinct(expression):
    raw = {
        "code": "example", "version": 1, "name": WORDS, "description": WORDS, "legal_source": "a",
        "owner": "a", "valid_from": date(2000, 1, 1), "table": "dossiers", "unit": "count",
        "applies_to": ["province", "commune"], "counted": WORDS, "direction": "up",
        "rollup_units": "sum", "worked_example": {"facts": [], "expect": {}},
        "date": "received_at", "numerator": {"name": WORDS, "expression": expression},
    }  # fmt: skip
    return read_definition(raw, "example", TABLES)


def figures(lake, cache, session):
    engine = FactEngine(lake, TABLES, cache, session)
    online = distinct("count(distinct procedure) filter (where channel = 'online')")
    definitions = [distinct("count(distinct procedure)"), online]
    engine.refresh(definitions, "month")
    return [
        {
            (row["target"], str(PERIODS[row["period"]])): int(row["numerator"])
            for row in engine.long([each], PERIODS, EVERYWHERE, "month").to_pylist()
        }
        for each in definitions
    ]


def received(code, body, day, procedure, channel="online"):
    return dossier(code, body, f"{day} 08:00", procedure=procedure, channel=channel)


def test_many_procedures_are_counted_once_over_months_and_bodies(session, tmp_path):
    july = [received(f"j{n}", "An", "2026-07-10", f"p{n}") for n in range(100)]
    august = [
        received(f"a{n}", "Binh", "2026-08-10", f"p{n}", "online" if n % 2 else "direct")
        for n in range(50, 150)
    ]
    lake = Lake(tmp_path / "lake")
    bring(lake.table("dossiers"), "july.csv", july, now=NOW)
    bring(lake.table("dossiers"), "august.csv", august, now=NOW)
    all_of_them, online = figures(lake, tmp_path / "cache", session)
    assert all_of_them[("An", "2026-Q3")] == all_of_them[("Binh", "2026-Q3")] == 100
    assert all_of_them[("All", "2026-Q3")] == 150
    assert online[("Binh", "2026-08")] == 50
    assert online[("All", "2026-Q3")] == 100 + 25


def test_bits_of_numbers_that_are_gone_are_made_anew(session, tmp_path):
    lake, cache = Lake(tmp_path / "lake"), tmp_path / "cache"
    rows = [received(f"j{n}", "An", "2026-07-10", f"p{n}") for n in range(3)]
    bring(lake.table("dossiers"), "july.csv", rows, now=NOW)
    before = figures(lake, cache, session)
    shutil.rmtree(cache / "dossiers" / "values")
    # Another order of numbers: had the old bits been kept, two sets would have been mixed.
    rows = [received(f"a{n}", "An", "2026-08-10", f"p{n}") for n in (7, 8, 2)]
    bring(lake.table("dossiers"), "august.csv", rows, now=NOW)
    all_of_them, _online = figures(lake, cache, session)
    assert before[0][("An", "2026-07")] == all_of_them[("An", "2026-07")] == 3
    assert all_of_them[("An", "2026-Q3")] == 5
