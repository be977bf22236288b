"""Where Ibis expressions are computed: DuckDB in this process, or a Spark cluster.

One expression gives one result on both if it keeps to what both mean alike (`tests/spark` compares
every value). A session sets what can be set: no zone but UTC, no silent overflow, no rounding of
decimal products, timestamps without zone. The expression itself must see to the rest:

- **Ibis leaves out a cast to the type it believes a value already has**, and believes wrongly of
  products of decimals, DuckDB's `sum` of integers (128 bits), date parts and `row_number` (32 bits
  on Spark). `to_arrow`, `keep` and `write_parquet` bring values to the believed type and refuse
  what does not fit; a cast inside the expression does not.
- **Decimals**: declare them 38 wide. Ibis refuses `decimal(38,4) * decimal(13,12)` ("cannot compute
  precedence"), and a product of two decimals with places has the places of both, more than Ibis
  believes. Multiply a decimal with an integer: keep a share as a whole number of 10^-12, or
  multiply a count (`int64`) with a share cast to `decimal(38,12)`. An integer times a decimal
  narrower than 38 overflows on DuckDB and widens on Spark. Sums and differences of decimals agree
  where one type holds the other; a union needs the same type on all sides.
- **Decimal means, medians and quotients** are decimals of some scale on Spark and floating on
  DuckDB: cast both sides to `float64` and divide last, by `nullif(0)` (Spark refuses x / 0, DuckDB
  gives infinity).
- **Casts to whole numbers** truncate on Spark and round on DuckDB. Casts to fewer decimal places
  round half up on both.
- **`count_if` of a group where the condition is always null** is null on DuckDB, zero on Spark:
  `Session.count_if` fills it. A sum over nothing is null on both.
- **Not a number**: Ibis lets it count as null on Spark (`isnull`, `notnull`), not on DuckDB, and it
  does not cast to decimal on DuckDB. Facts hold none.
- **Times**: differences by `epoch_seconds` keep the fraction on DuckDB, `delta` counts boundaries
  there and whole units on Spark: durations are computed before facts are stored.
- `first`/`last` with an order, as-of joins and JSON are missing on Spark; use `row_number`.
  Grouping sets are missing in Ibis. A tie in a window's order is broken differently: order by a
  key.
- `Session.con.to_pyarrow`, `execute` and `ibis.memtable` go through pandas on Spark, which turns
  whole numbers with nulls into floating ones: use the session's own doors.
"""

import os
import re
import shutil
import socket
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Self

import ibis
import ibis.expr.operations as ops
import ibis.expr.types as ir
import pyarrow as pa
import pyarrow.parquet as pq
from ibis.util import gen_name

_MEMORY = re.compile(r"(\d+)\s*(MB|GB)", re.IGNORECASE)
_LOCAL = re.compile(r"local(\[(\d+|\*)\])?")
_ANSWER_SECONDS = 5
_ROWS_PER_BATCH = 100_000

# What makes Spark mean the same as DuckDB. Without the last, a product of decimals is silently
# rounded to six places.
_MEANING = {
    "spark.sql.session.timeZone": "UTC",
    "spark.sql.timestampType": "TIMESTAMP_NTZ",
    "spark.sql.ansi.enabled": "true",
    "spark.sql.decimalOperations.allowPrecisionLoss": "false",
}
# A part's folder is named `month=2025-01`; that is no column. Parts of an older table may lack one.
_SPARK_READ = {"recursiveFileLookup": "true", "mergeSchema": "true"}


class EngineUnavailable(ValueError):  # noqa: N818 - the name says what happened
    """The engine asked for cannot be used; the message says why and what helps."""


def write_batches(batches: Iterable[pa.RecordBatch], schema: pa.Schema, path: Path) -> int:
    """Write pieces of a result as one Parquet file of these types, aside and renamed; returns the
    number of rows."""
    path.parent.mkdir(parents=True, exist_ok=True)
    aside = path.with_suffix(f".{os.getpid()}.tmp")
    rows = 0
    try:
        with pq.ParquetWriter(aside, schema, compression="zstd") as writer:
            for batch in _typed(batches, schema):
                writer.write_batch(batch)
                rows += batch.num_rows
        aside.replace(path)
    finally:
        aside.unlink(missing_ok=True)
    return rows


@ibis.udf.agg.builtin(name="count_if")  # type: ignore[untyped-decorator]
def _count_if(condition: bool) -> int:  # type: ignore[empty-body]
    """Both engines have it; on DuckDB it takes half the time of `count(where=)`."""


class Session(ABC):
    """A connection to one engine. Use it in a `with`, or `close` it."""

    name: str
    """`duckdb`, or the address of the Spark master."""
    con: Any
    """The Ibis backend."""

    @abstractmethod
    def read_parquet(self, paths: Sequence[Path]) -> ir.Table:
        """The files as one table, columns by name; a column that a file lacks is null there.
        Nothing is read from the folders' names. Every worker must see the paths."""

    @abstractmethod
    def memtable(self, table: pa.Table) -> ir.Table:
        """A small table of this process, for joins."""

    @abstractmethod
    def keep(self, table: ir.Table) -> ir.Table:
        """The same rows, computed once and kept until the session ends."""

    @abstractmethod
    def batches(self, expression: ir.Expr) -> Iterable[pa.RecordBatch]:
        """The result in pieces, in the engine's own types."""

    @abstractmethod
    def view(self, name: str, table: ir.Table) -> ir.Table:
        """The table under a fixed name; naming another one so takes its place."""

    def view_files(self, name: str, paths: Sequence[Path]) -> None:
        """The same for files as they are."""
        self.view(name, self.read_parquet(paths))

    @abstractmethod
    def prepared(self, expression: ir.Expr) -> Callable[[], Iterable[pa.RecordBatch]]:
        """The expression put into the engine's words once, to be asked again and again while the
        views it reads change. Asking gives the result in pieces, in the engine's own types."""

    @abstractmethod
    def prepared_table(self, name: str, table: ir.Table) -> tuple[ir.Table, Callable[[], None]]:
        """A table under a fixed name, and what computes it anew while the views it reads change."""

    @abstractmethod
    def close(self) -> None:
        """Let go of everything; a second time does nothing."""

    def count_if(self, condition: ir.BooleanValue) -> ir.IntegerScalar:
        """How many rows of a group meet the condition; null does not meet it."""
        # Of a group in which it is always null, DuckDB says null and Spark zero.
        return _count_if(condition).fill_null(0)

    def to_arrow(self, expression: ir.Expr) -> pa.Table:
        """The result in the types that Ibis says it has, decimals exact. Raises ValueError
        (pyarrow's) where a value does not fit its type, naming no column."""
        schema = result_schema(expression)
        return pa.Table.from_batches(_typed(self.batches(expression), schema), schema=schema)

    def write_parquet(self, expression: ir.Expr, path: Path) -> int:
        """Write the result as one Parquet file, aside and renamed; returns the number of rows.

        It passes through this process: meant for components, not for copies of the facts. DuckDB's
        own COPY would store sums of integers as floating numbers.
        """
        return write_batches(self.batches(expression), result_schema(expression), path)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def open_session(
    engine: str = "duckdb", *, threads: int | None = None, memory: str | None = None
) -> Session:
    """Connect to `duckdb`, a Spark cluster (`spark://host:port`) or Spark in this process
    (`spark:local[2]`).

    `threads`: at most so many cores, of the whole cluster on Spark. `memory`: `600MB` or `2GB`,
    for DuckDB, each Spark executor, or the local Spark. Raises EngineUnavailable.
    """
    if memory is not None and not _MEMORY.fullmatch(memory):
        raise EngineUnavailable(f"Memory is given like 600MB or 2GB, not {memory!r}.")
    if engine == "duckdb":
        return DuckSession(threads=threads, memory=memory)
    if engine.startswith("spark://"):
        return SparkSession(engine, threads=threads, memory=memory)
    if engine.startswith("spark:") and _LOCAL.fullmatch(master := engine.removeprefix("spark:")):
        return SparkSession(master, threads=threads, memory=memory)
    raise EngineUnavailable(
        f"There is no engine {engine!r}: use duckdb, spark://HOST:PORT or spark:local[CORES]."
    )


class DuckSession(Session):
    """DuckDB in this process, with nothing on disk."""

    def __init__(self, *, threads: int | None = None, memory: str | None = None) -> None:
        self.name = "duckdb"
        self.con = ibis.duckdb.connect()
        # Its progress bar would get between what a command prints.
        self._set("enable_progress_bar", "false")
        self._set("preserve_insertion_order", "false")
        if threads is not None:
            self._set("threads", str(threads))
        if memory is not None:
            self._set("memory_limit", f"'{memory}'")
        self._open = True

    def _set(self, option: str, value: str) -> None:
        self.con.raw_sql(f"SET {option} = {value}")

    def read_parquet(self, paths: Sequence[Path]) -> ir.Table:
        return self.con.read_parquet(_addresses(paths), union_by_name=True, hive_partitioning=False)

    def memtable(self, table: pa.Table) -> ir.Table:
        return self.keep(ibis.memtable(_plain(table)))

    def keep(self, table: ir.Table) -> ir.Table:
        return self.con.create_table(gen_name("kept"), table, temp=True)

    def batches(self, expression: ir.Expr) -> Iterator[pa.RecordBatch]:
        yield from self.prepared(expression)()

    def view(self, name: str, table: ir.Table) -> ir.Table:
        return self.con.create_view(name, table, overwrite=True)

    def view_files(self, name: str, paths: Sequence[Path]) -> None:
        # In DuckDB's own words: Ibis would ask for the types of every month anew.
        named = ", ".join("'" + address.replace("'", "''") + "'" for address in _addresses(paths))
        options = "union_by_name = true, hive_partitioning = false"
        self.con.raw_sql(
            f'CREATE OR REPLACE VIEW "{name}" AS SELECT * FROM read_parquet([{named}], {options})'  # noqa: S608 - our own files
        )

    def prepared_table(self, name: str, table: ir.Table) -> tuple[ir.Table, Callable[[], None]]:
        # DuckDB's own types, 128 bits for sums of whole numbers, are not those that Ibis goes by.
        types = self.con.compiler.type_mapper
        columns = ", ".join(
            f'CAST("{column}" AS {types.to_string(kind)}) AS "{column}"'
            for column, kind in table.schema().items()
        )
        asked = f"SELECT {columns} FROM ({self.con.compile(table)})"  # noqa: S608 - names are ours
        words = f'CREATE OR REPLACE TEMP TABLE "{name}" AS {asked}'

        def make() -> None:
            self.con.raw_sql(words)

        make()
        return self.con.table(name), make

    def prepared(self, expression: ir.Expr) -> Callable[[], Iterable[pa.RecordBatch]]:
        self.con._run_pre_execute_hooks(expression)
        words = self.con.compile(expression.as_table())

        def ask() -> Iterator[pa.RecordBatch]:
            yield from self.con.con.sql(words).to_arrow_reader(_ROWS_PER_BATCH)

        return ask

    def close(self) -> None:
        if self._open:
            self._open = False
            self.con.disconnect()


class SparkSession(Session):
    """A Spark cluster, or Spark in this process. A process has one Spark at a time: a second
    session for the same master shares it and lives no longer than the first."""

    def __init__(
        self, master: str, *, threads: int | None = None, memory: str | None = None
    ) -> None:
        pyspark = _pyspark()
        _need_java()
        if master.startswith("spark://"):
            _need_answer(master)
        running = pyspark.SparkContext._active_spark_context
        if running is not None and running.master != master:
            raise EngineUnavailable(
                f"This process already works with {running.master}; close that session first."
            )
        self.name = master
        self._owner = running is None
        self._spark = _connect(pyspark, master, threads, memory)
        self.con = ibis.pyspark.connect(self._spark)
        self._kept: list[Any] = []
        self._open = True

    @property
    def context(self) -> Any:
        """The SparkContext, for those who ask how the work went."""
        return self._spark.sparkContext

    def read_parquet(self, paths: Sequence[Path]) -> ir.Table:
        return self._table(
            "facts", self._spark.read.options(**_SPARK_READ).parquet(*_addresses(paths))
        )

    def memtable(self, table: pa.Table) -> ir.Table:
        return self._table("given", self._spark.createDataFrame(_plain(table)))

    def keep(self, table: ir.Table) -> ir.Table:
        types = {name: str(kind) for name, kind in self._types(table).items()}
        frame = self._frame(table)
        typed = frame.select(*(frame[f"`{name}`"].cast(kind) for name, kind in types.items()))
        kept = typed.toDF(*types).persist()
        kept.count()
        self._kept.append(kept)
        return self._table("kept", kept)

    def batches(self, expression: ir.Expr) -> Iterator[pa.RecordBatch]:
        yield from self._frame(expression).toArrow().to_batches(_ROWS_PER_BATCH)

    def view(self, name: str, table: ir.Table) -> ir.Table:
        return self._table(name, self._frame(table), exactly=True)

    def prepared_table(self, name: str, table: ir.Table) -> tuple[ir.Table, Callable[[], None]]:
        held: list[Any] = []

        def make() -> None:
            for frame in held:
                frame.unpersist()
            held[:] = [self._frame(table).persist()]
            self._table(name, held[0], exactly=True)

        make()
        return self.con.table(name), make

    def prepared(self, expression: ir.Expr) -> Callable[[], Iterable[pa.RecordBatch]]:
        # Spark binds a view when it reads the words, so they are read at every asking.
        return lambda: self.batches(expression)

    def close(self) -> None:
        if not self._open:
            return
        self._open = False
        for frame in self._kept:
            frame.unpersist()
        if self._owner:
            _stop(self._spark)

    def _types(self, table: ir.Table) -> dict[str, str]:
        from ibis.backends.pyspark.datatypes import PySparkType

        return {
            name: "timestamp_ntz"
            if kind.is_timestamp()
            else PySparkType.from_ibis(kind).simpleString()
            for name, kind in table.schema().items()
        }

    def _frame(self, expression: ir.Expr) -> Any:
        """The expression as Spark's own frame; what `ibis.memtable` gave goes without pandas."""
        for given in expression.op().find(ops.InMemoryTable):
            rows = _plain(given.data.to_pyarrow(given.schema))
            self._spark.createDataFrame(rows).createOrReplaceTempView(given.name)
        # Ibis lets the number of a row through where an `offset` needed it.
        names = [f"`{name}`" for name in expression.as_table().columns]
        return self._spark.sql(self.con.compile(expression.as_table())).select(*names)

    def _table(self, what: str, frame: Any, *, exactly: bool = False) -> ir.Table:
        name = what if exactly else gen_name(what)
        frame.createOrReplaceTempView(name)
        return self.con.table(name)


def _addresses(paths: Sequence[Path]) -> list[str]:
    if not paths:
        raise ValueError("no files to read")
    addresses = [str(path.absolute()) for path in paths]
    if len(set(addresses)) < len(addresses):  # DuckDB would read it twice, Spark once
        raise ValueError("a file is named twice")
    return addresses


def result_schema(expression: ir.Expr) -> pa.Schema:
    """The types Ibis says the result has; anything may be null."""
    believed = expression.as_table().schema().to_pyarrow()
    return pa.schema([field.with_nullable(True) for field in believed])


def _typed(batches: Iterable[pa.RecordBatch], schema: pa.Schema) -> Iterator[pa.RecordBatch]:
    for batch in batches:
        # A table's cast, as a batch's knows fewer types; no copy where nothing changes.
        yield from pa.Table.from_batches([batch]).cast(schema).to_batches()


def _plain(table: pa.Table) -> pa.Table:
    """Dictionaries and other encodings as plain values, which both engines take."""
    return table.cast(ibis.Schema.from_pyarrow(table.schema).to_pyarrow())


def _pyspark() -> Any:
    try:
        import pyspark
    except ImportError as error:
        raise EngineUnavailable(
            "Spark is not installed here: install the extra spark (pip install 'cotmoc[spark]')."
        ) from error
    return pyspark


def _need_java() -> None:
    home = os.environ.get("JAVA_HOME")
    if not (shutil.which("java", path=f"{home}/bin") if home else shutil.which("java")):
        raise EngineUnavailable(
            "Spark needs Java 17 or newer (apt install openjdk-17-jre-headless)."
        )


def _need_answer(master: str) -> None:
    """Spark itself would try for a minute before it says that nobody is there."""
    for place in master.removeprefix("spark://").split(","):
        host, _, port = place.rpartition(":")
        if not (host and port.isdigit()):
            raise EngineUnavailable(f"A Spark master is spark://HOST:PORT, not {master!r}.")
        try:
            socket.create_connection((host, int(port)), timeout=_ANSWER_SECONDS).close()
        except OSError:
            continue
        return
    raise EngineUnavailable(f"No Spark master answers at {master}.")


def _connect(pyspark: Any, master: str, threads: int | None, memory: str | None) -> Any:
    from py4j.protocol import Py4JError
    from pyspark.errors import PySparkException

    settings = {
        **_MEANING,
        "spark.ui.enabled": "false",
        "spark.ui.showConsoleProgress": "false",
        "spark.log.level": "ERROR",
        # Many small tasks cost more than they win; Spark joins what is small by itself.
        "spark.sql.shuffle.partitions": "16",
    }
    if master.startswith("local"):
        settings |= {"spark.driver.host": "127.0.0.1", "spark.driver.bindAddress": "127.0.0.1"}
        if threads is not None:
            master = f"local[{threads}]"
        if memory is not None:
            settings["spark.driver.memory"] = _java_size(memory)
    else:
        if _only_here(master):
            settings |= {"spark.driver.host": "127.0.0.1", "spark.driver.bindAddress": "127.0.0.1"}
        if threads is not None:
            # Begin when all cores asked for are there, or after half a minute with those there are.
            settings["spark.cores.max"] = str(threads)
            settings["spark.scheduler.minRegisteredResourcesRatio"] = "1.0"
        if memory is not None:
            settings["spark.executor.memory"] = _java_size(memory)
    configuration = pyspark.SparkConf().setMaster(master).setAppName("cotmoc")
    configuration.setAll(settings.items())
    try:
        with _interrupt_as_before():
            spark = pyspark.sql.SparkSession.builder.config(conf=configuration).getOrCreate()
            return spark.newSession()
    except (Py4JError, PySparkException) as error:
        reason = str(error).strip().splitlines()[-1]
        raise EngineUnavailable(f"Spark does not start with {master}: {reason}") from error


@contextmanager
def _interrupt_as_before() -> Iterator[None]:
    """Spark takes Ctrl-C for itself and keeps it after its end."""
    import signal
    import threading

    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.getsignal(signal.SIGINT)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


def _only_here(master: str) -> bool:
    hosts = [place.rpartition(":")[0] for place in master.removeprefix("spark://").split(",")]
    return all(host == "localhost" or host.startswith("127.") for host in hosts)


def _java_size(memory: str) -> str:
    size = _MEMORY.fullmatch(memory)
    assert size  # open_session has looked
    return size[1] + size[2][0].lower()


def _stop(spark: Any) -> None:
    """End Spark and its Java program, which would keep its memory until this process ends."""
    from pyspark import SparkContext

    gateway = SparkContext._gateway
    spark.stop()
    gateway.shutdown()
    gateway.proc.stdin.close()
    gateway.proc.wait(30)
    SparkContext._gateway = SparkContext._jvm = None
