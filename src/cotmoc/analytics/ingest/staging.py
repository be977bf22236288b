# ruff: noqa: S608 - names come from the declaration, values from our own tables
"""Rows of an import while they are not yet in the lake: on disk by month, and their keys apart.

Nothing here grows with the file in memory: rows wait in Arrow files by month, hashes of keys in
files by their first bits, and DuckDB compares with the lake within its limit.
"""

import shutil
from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.dataset as pads
import pyarrow.parquet as pq

from cotmoc.analytics.ingest.convert import KEY_HASH, MONTH, ROW_HASH
from cotmoc.analytics.lake import ROWS_PER_GROUP, SUPERSEDED_SCHEMA, Appending, Manifest
from cotmoc.indicators.facts import FactTable

_ROWS_HELD = 200_000
_ROWS_OF_FILE = 100_000
_DIVISIONS = 6  # bits of a key's hash that choose its file
_KEY = np.dtype([("key", np.uint64), ("line", np.int64)])
_MANY = 100_000
_ROWS_OF_PART = 250_000  # as many rows as are sorted in memory, by each writer
_WRITERS = 2
_REPEATING = ("text", "integer", "decimal", "boolean")


@dataclass(frozen=True, slots=True)
class _File:
    """Rows of one month that wait in a file."""

    path: Path
    rows: int


class Stage:
    """A folder of rows that wait; `connection` may spill into it."""

    def __init__(
        self, folder: Path, table: FactTable, connection: duckdb.DuckDBPyConnection
    ) -> None:
        self.folder, self.table, self.connection = folder, table, connection
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "keys").mkdir()
        self._keys = [(folder / "keys" / f"{at:02}").open("ab") for at in range(1 << _DIVISIONS)]
        self._held: dict[int, list[pa.Table]] = {}
        self._rows_held = 0
        self._files: dict[int, list[_File]] = {}
        self._rows: dict[int, int] = {}
        self._left_out = False
        connection.execute("create temp table repeated (line bigint, first bigint)")
        connection.execute(
            "create temp table matched (line bigint, old_import integer, old_line bigint, "
            "old_month integer, same boolean)"
        )

    def add(self, rows: pa.Table) -> None:
        """Take in rows with the helper columns of `convert`."""
        if not rows.num_rows:
            return
        self._add_keys(rows)
        rows = rows.combine_chunks()
        months = rows[MONTH].to_numpy()
        rows = rows.drop_columns(MONTH)
        first, last = int(months.min()), int(months.max())
        if first == last:
            self._hold(first, rows)
        else:
            order = np.argsort((months - first).astype(np.uint32), kind="stable")
            rows, months = rows.take(pa.array(order)), months[order]
            starts = np.flatnonzero(np.diff(months, prepend=months[0] - 1))
            for start, end in zip(starts, [*starts[1:], len(months)], strict=True):
                self._hold(int(months[start]), rows.slice(start, end - start))
        self._flush(_ROWS_OF_FILE, _ROWS_HELD)

    @property
    def rows(self) -> int:
        """All rows taken in."""
        return sum(self._rows.values())

    def settle(self, manifest: Manifest, lake: Path) -> None:
        """Find the rows whose key stands twice in the file, and those whose key is in the lake."""
        self._flush(0, 0)
        self._find_repeated()
        if manifest.parts and self._files:
            self._match(manifest, lake)

    def matched(self) -> tuple[int, int]:
        """How many rows are corrections, and how many are in the lake as they are."""
        found = self.connection.execute(
            "select count(*) filter (not same), count(*) filter (same) from matched"
        ).fetchall()
        return found[0][0], found[0][1]

    def repeats(self) -> int:
        """How many rows have the key of an earlier line."""
        return self._count("repeated")

    def changed_months(self) -> list[str]:
        """Months that gain, lose or change rows."""
        months = {month for month in self._rows if self._kept(month)}
        found = self.connection.execute("select distinct old_month from matched where not same")
        months |= {month for (month,) in found.fetchall()}
        return [_month_name(each) for each in sorted(months)]

    def repeated(self) -> Iterator[tuple[int, int, dict[str, str]]]:
        """Rows whose key stood in an earlier line: line, that line, and the values as text."""
        given = [each.name for each in self.table.given]
        columns = ", ".join(f'rows."{name}"::varchar' for name in given)
        if not self._count("repeated"):
            return
        found = self.connection.execute(
            f"select line, first, {columns} from {self._all()} rows join repeated using (line) "
            "order by line"
        )
        while batch := found.fetchmany(1_000):
            for line, first, *cells in batch:
                named = zip(given, cells, strict=True)
                yield line, first, {name: cell for name, cell in named if cell is not None}

    def write(self, adding: Appending) -> Iterator[int]:
        """Write every month as a part and name the rows it corrects; yields rows as they go."""
        pa.default_memory_pool().release_unused()  # what reading has used
        with ThreadPoolExecutor(_WRITERS) as writers:
            making: deque[Future[tuple[int, Path | None, int]]] = deque()
            for month in sorted(self._files):
                left_out = self._left_out_of(month)
                for files in self._together(month):
                    while len(making) >= _WRITERS:
                        yield self._placed(making.popleft().result(), adding)
                    number = adding.number
                    making.append(writers.submit(self._make, month, files, left_out, number))
            while making:
                yield self._placed(making.popleft().result(), adding)
        self._supersede(adding)

    def close(self) -> None:
        """Remove what waits."""
        for file in self._keys:
            file.close()
        shutil.rmtree(self.folder, ignore_errors=True)

    def _kept(self, month: int) -> bool:
        """Whether any row of a month is to be written."""
        return len(self._left_out_of(month)) < self._rows[month]

    def _left_out_of(self, month: int) -> pa.ChunkedArray:
        """Lines of a month that are not to be written: repeated, or in the lake as they are."""
        if not self._left_out:
            return pa.chunked_array([], pa.int64())
        query = f"""select line from {self._waiting(self._files[month])}
            where line in (select line from repeated)
                or line in (select line from matched where same)"""
        return self.connection.sql(query).to_arrow_table()["line"]

    def _together(self, month: int) -> Iterator[list["_File"]]:
        """The waiting files of a month in groups, each to become a part."""
        group: list[_File] = []
        for file in self._files[month]:
            if group and sum(each.rows for each in group) + file.rows > _ROWS_OF_PART:
                yield group
                group = []
            group.append(file)
        yield group

    def _make(
        self, month: int, files: list["_File"], left_out: pa.ChunkedArray, import_no: int
    ) -> tuple[int, Path | None, int]:
        """A finished part that is not in its place yet; None if no row is left for it."""
        rows = self._sorted(files, left_out, import_no)
        path = files[0].path.with_suffix(".parquet") if rows.num_rows else None
        if path:
            self._write_part(rows, path)
        for file in files:
            file.path.unlink()
        return month, path, sum(file.rows for file in files)

    def _placed(self, made: tuple[int, Path | None, int], adding: Appending) -> int:
        month, path, read = made
        if path:
            place = adding.part_path(_month_name(month))
            path.rename(place)
            adding.add_part(_month_name(month), place)
        pa.default_memory_pool().release_unused()
        return read

    def _sorted(self, files: list["_File"], left_out: pa.ChunkedArray, import_no: int) -> pa.Table:
        """Rows by body and line, one column after the other so that there is no second copy."""

        waiting = pa.concat_tables(
            pa.ipc.open_file(pa.memory_map(str(file.path))).read_all() for file in files
        )
        lines = waiting["line"].combine_chunks()
        order = pa.array(np.lexsort((lines.to_numpy(), _ranks(waiting[self.table.body]))))
        if len(left_out):
            order = order.filter(pc.invert(pc.is_in(lines.take(order), left_out.combine_chunks())))
        columns = {name: waiting[name].combine_chunks().take(order) for name in self.table.columns}
        columns["import_no"] = pa.repeat(pa.scalar(import_no, pa.int32()), len(order))
        columns["line"] = lines.take(order)
        return pa.table(columns)

    def _write_part(self, rows: pa.Table, path: Path) -> None:
        texts = [each.name for each in self.table.columns.values() if each.type in _REPEATING]
        few = [name for name in texts if name not in self.table.key]
        # Least and largest help to pass over rows by body and date, and to add up without fear of
        # overflow; of other texts nobody asks for them.
        words = {each.name for each in self.table.columns.values() if each.type == "text"}
        bounded = [name for name in rows.column_names if name not in words - {self.table.body}]
        pq.write_table(
            rows,
            path,
            compression="zstd",
            row_group_size=ROWS_PER_GROUP,
            use_dictionary=[*few, self.table.body],
            write_statistics=bounded,
            column_encoding={"line": "DELTA_BINARY_PACKED"},
            store_schema=False,  # columns held as dictionaries are plain text to readers
        )

    # Rows ----------------------------------------------------------------------------------------

    def _hold(self, month: int, rows: pa.Table) -> None:
        self._held.setdefault(month, []).append(rows)
        self._rows[month] = self._rows.get(month, 0) + rows.num_rows
        self._rows_held += rows.num_rows

    def _flush(self, most_of_month: int, most: int) -> None:
        sizes = {month: sum(map(len, tables)) for month, tables in self._held.items()}
        for month, size in sorted(sizes.items(), key=lambda each: -each[1]):
            if size <= most_of_month and self._rows_held <= most:
                break
            folder = self.folder / str(month)
            folder.mkdir(exist_ok=True)
            files = self._files.setdefault(month, [])
            path = folder / f"{len(files):05}.arrow"
            rows = pa.concat_tables(self._held.pop(month)).combine_chunks()
            with pa.ipc.new_file(path, rows.schema) as writer:
                writer.write_table(rows)
            files.append(_File(path, size))
            self._rows_held -= size

    def _add_keys(self, rows: pa.Table) -> None:
        keys = np.empty(rows.num_rows, _KEY)
        keys["key"], keys["line"] = rows[KEY_HASH].to_numpy(), rows["line"].to_numpy()
        division = (keys["key"] >> np.uint64(64 - _DIVISIONS)).astype(np.uint8)
        keys = keys[np.argsort(division, kind="stable")]
        ends = np.cumsum(np.bincount(division, minlength=1 << _DIVISIONS))
        for file, start, end in zip(self._keys, [0, *ends[:-1]], ends, strict=True):
            file.write(keys[start:end].tobytes())

    def _waiting(self, files: Iterable["_File"]) -> str:
        """Makes waiting rows a relation of SQL, and gives its name."""
        paths = [str(each.path) for each in files]
        self.connection.register("waiting", pads.dataset(paths, format="ipc"))
        return "waiting"

    def _all(self) -> str:
        return self._waiting(file for files in self._files.values() for file in files)

    def _count(self, table: str) -> int:
        # All rows are fetched: a result that is not read to its end holds the connection.
        return int(self.connection.execute(f"select count(*) from {table}").fetchall()[0][0])

    # Keys ----------------------------------------------------------------------------------------

    def _find_repeated(self) -> None:
        for file in self._keys:
            file.close()
            keys = np.fromfile(file.name, _KEY)
            hashes = np.sort(keys["key"])
            twice = hashes[1:][hashes[1:] == hashes[:-1]]
            if not len(twice):
                continue
            keys = np.sort(keys[np.isin(keys["key"], twice)], order=("key", "line"))
            begins = np.flatnonzero(np.diff(keys["key"], prepend=~keys["key"][:1]))
            first = np.repeat(keys["line"][begins], np.diff([*begins, len(keys)]))
            later = first != keys["line"]
            self.connection.register(
                "found", pa.table({"line": keys["line"][later], "first": first[later]})
            )
            self.connection.execute("insert into repeated from found")
        if not self._count("repeated"):
            return
        self._left_out = True
        # Two keys may have one hash: only rows whose keys are equal stay.
        equal = " and ".join(
            f'a."{name}" is not distinct from b."{name}"' for name in self.table.key
        )
        self.connection.execute(
            f"""delete from repeated where line in (
                select repeated.line from repeated
                join {self._all()} a on a.line = repeated.line
                join {self._all()} b on b.line = repeated.first
                where not ({equal}))"""
        )

    def _match(self, manifest: Manifest, lake: Path) -> None:
        """Rows of the lake that count and have a key of the file; then whether they are equal."""
        key = ", ".join(f'"{name}"' for name in self.table.key)
        partition = f'"{self.table.partition}"'
        gone = [lake / each.path for each in manifest.superseded]
        counts = f"anti join {_read(gone)} gone using (import_no, line)" if gone else ""
        paths = {
            part.path: (int(part.month.replace("-", "")), part.import_no) for part in manifest.parts
        }
        self.connection.execute(
            f"""create temp table near as
            select rows.line, old.import_no as old_import, old.line as old_line,
                old.month as old_month
            from (
                select hash({key}) as "{KEY_HASH}", import_no, line,
                    (year({partition}) * 100 + month({partition}))::integer as month
                from {_read([lake / path for path in paths], of_lake=True)} lake_rows {counts}
            ) old join {self._all()} rows using ("{KEY_HASH}")"""
        )
        found = self.connection.execute(
            "select distinct old_month, old_import from near"
        ).fetchall()
        if not found:
            return
        self._left_out = True
        there = [lake / path for path, about in paths.items() if about in set(found)]
        equal = " and ".join(
            f'rows."{each}" is not distinct from old."{each}"' for each in self.table.key
        )
        columns = ", ".join(
            f'"{name}"' if name in self._lake_columns(there) else f"null as {name}"
            for name in self.table.columns
        )
        names = ", ".join(f'"{name}"' for name in self.table.columns)
        self.connection.execute(
            f"""insert into matched
            select near.line, old_import, old_line, old_month, rows."{ROW_HASH}" = old.same
            from near
            join {self._all()} rows on rows.line = near.line
            join (
                select {key}, import_no, line, hash({names}) as same
                from (select {columns}, import_no, line from {_read(there, of_lake=True)})
            ) old on old.import_no = old_import and old.line = old_line
            where {equal} and near.line not in (select line from repeated)"""
        )

    def _lake_columns(self, paths: list[Path]) -> set[str]:
        """Columns that the lake has: a declaration may have gained some since."""
        found = self.connection.execute(f"describe from {_read(paths, of_lake=True)}").fetchall()
        return {row[0] for row in found}

    def _supersede(self, adding: Appending) -> None:
        corrected = self.connection.execute(
            "select old_month, count(*) from matched where not same group by all order by all"
        ).fetchall()
        total = sum(count for _, count in corrected)
        if not total:
            return
        # Few together, many by month: a month then reads only what is its own.
        together = [[month for month, _ in corrected]]
        for months in together if total <= _MANY else [[month] for month, _ in corrected]:
            listed = ", ".join(map(str, months))
            rows = self.connection.sql(
                "select old_import as import_no, old_line as line from matched "
                f"where not same and old_month in ({listed}) order by all"
            ).to_arrow_table()
            adding.supersede(rows.cast(SUPERSEDED_SCHEMA), [_month_name(each) for each in months])


def _ranks(column: pa.ChunkedArray) -> np.ndarray:
    """For each text its place in the order of all."""
    encoded = column.combine_chunks().dictionary_encode()
    places = np.empty(len(encoded.dictionary), np.int64)
    places[pc.sort_indices(encoded.dictionary).to_numpy()] = np.arange(len(places))
    ranks: np.ndarray = places[encoded.indices.to_numpy()]
    return ranks


def _read(paths: list[Path], *, of_lake: bool = False) -> str:
    listed = ", ".join(f"'{_sql_path(path)}'" for path in paths)
    by_name = "true" if of_lake else "false"
    return f"read_parquet([{listed}], hive_partitioning = false, union_by_name = {by_name})"


def _sql_path(path: Path) -> str:
    return str(path).replace("'", "''")


def _month_name(month: int) -> str:
    return f"{month // 100:04}-{month % 100:02}"
