"""Opening a session: what it takes, what it refuses, and what it leaves behind."""

import sys
from pathlib import Path

import ibis
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from cotmoc.analytics.sessions import EngineUnavailable, open_session


def _write(path, **columns):
    path.parent.mkdir(parents=True, exist_ok=True)
    pq.write_table(pa.table(columns), path)
    return path


@pytest.mark.parametrize("engine", ["", "sqlite", "spark", "spark:yarn", "spark://", "spark://x"])
def test_an_engine_that_is_none_is_refused(engine):
    with pytest.raises(EngineUnavailable, match=r"spark://HOST:PORT"):
        open_session(engine)


def test_memory_is_given_with_its_unit():
    with pytest.raises(EngineUnavailable, match="600MB"):
        open_session("duckdb", memory="600; SET threads = 1")


def test_threads_and_memory_reach_duckdb():
    with open_session("duckdb", threads=1, memory="300MB") as session:
        ask = "SELECT current_setting('threads'), current_setting('memory_limit')"
        threads, memory = session.con.raw_sql(ask).fetchone()
    assert (threads, memory) == (1, "286.1 MiB")


def test_spark_that_is_not_installed_is_named(monkeypatch):
    monkeypatch.setitem(sys.modules, "pyspark", None)
    with pytest.raises(EngineUnavailable, match=r"install the extra spark"):
        open_session("spark:local[1]")


def test_spark_without_java_says_so(monkeypatch):
    pytest.importorskip("pyspark", reason="pyspark is missing (make setup-dev)")
    monkeypatch.delenv("JAVA_HOME", raising=False)
    monkeypatch.setenv("PATH", "/nowhere")
    with pytest.raises(EngineUnavailable, match=r"needs Java"):
        open_session("spark:local[1]")


def test_a_master_that_does_not_answer_is_refused_at_once():
    pytest.importorskip("pyspark", reason="pyspark is missing (make setup-dev)")
    with pytest.raises(EngineUnavailable, match=r"No Spark master answers|needs Java"):
        open_session("spark://127.0.0.1:1")


def test_the_folder_of_a_month_is_no_column_and_a_lacking_column_is_null(tmp_path):
    old = _write(tmp_path / "month=2025-01" / "1-0.parquet", n=[1])
    new = _write(tmp_path / "month=2025-02" / "2-0.parquet", more=["x"], n=[2])
    with open_session("duckdb") as session:
        table = session.to_arrow(session.read_parquet([old, new]).order_by("n"))
    assert table.to_pylist() == [{"n": 1, "more": None}, {"n": 2, "more": "x"}]


@pytest.mark.parametrize("paths", [[], [Path("a.parquet"), Path("a.parquet")]])
def test_no_file_and_a_file_named_twice_are_refused(paths):
    with open_session("duckdb") as session, pytest.raises(ValueError, match="file"):
        session.read_parquet(paths)


def test_sums_of_whole_numbers_stay_whole_when_kept_and_written(tmp_path):
    with open_session("duckdb") as session:
        facts = session.memtable(pa.table({"k": ["a", "a", None], "n": [2**60, 2**60, None]}))
        sums = facts.group_by("k").agg(n=facts.n.sum(), many=session.count_if(facts.n > 1))
        kept = session.keep(sums)
        assert kept.schema() == sums.schema()
        assert session.write_parquet(kept.order_by("k"), tmp_path / "sums.parquet") == 2
    table = pq.read_table(tmp_path / "sums.parquet")
    assert table.schema.field("n").type == pa.int64()
    assert table.to_pylist() == [
        {"k": "a", "n": 2**61, "many": 2},
        {"k": None, "n": None, "many": 0},
    ]
    assert [path.name for path in tmp_path.iterdir()] == ["sums.parquet"]


def test_a_value_that_does_not_fit_its_type_is_refused_and_leaves_no_file(tmp_path):
    with open_session("duckdb") as session:
        facts = session.memtable(pa.table({"n": [2**62, 2**62]}))
        too_much = facts.agg(n=facts.n.sum())
        with pytest.raises(ValueError, match=r"int64|Integer|Decimal"):
            session.to_arrow(too_much)
        with pytest.raises(ValueError, match=r"int64|Integer|Decimal"):
            session.write_parquet(too_much, tmp_path / "sums.parquet")
    assert list(tmp_path.iterdir()) == []


def test_a_session_can_be_closed_twice():
    session = open_session("duckdb")
    assert session.to_arrow(session.memtable(pa.table({"n": [1]})).n.sum())[0].to_pylist() == [1]
    session.close()
    session.close()


def test_an_expression_over_nothing_has_its_types():
    with open_session("duckdb") as session:
        facts = session.memtable(pa.table({"n": pa.array([], pa.int32())}))
        table = session.to_arrow(facts.mutate(half=facts.n / ibis.literal(2)))
    assert (len(table), table.schema.types) == (0, [pa.int32(), pa.float64()])
