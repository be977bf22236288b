# ruff: noqa: S608, DTZ001 - names come from the declaration; times are local, as the lake has them
"""Text becomes values, a block at a time, and every row that cannot be taken gets its reasons.

Plain spellings are read a column at a time. Rows with anything else are read cell by cell by
`values.py`, which decides: what it takes comes back here in plain spelling, what it refuses is set
apart with its reasons.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cached_property
from typing import Any

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from cotmoc.analytics.ingest import values
from cotmoc.analytics.ingest.blocks import MISSING, Block
from cotmoc.analytics.ingest.values import Days, Unfit, Value
from cotmoc.analytics.schema import ARROW_TYPES, SQL_TYPES
from cotmoc.core.periods import Interval
from cotmoc.core.problems import Problem
from cotmoc.core.workdays import WorkCalendar
from cotmoc.indicators.facts import Column, FactTable

# Helper columns beside those of the table.
KEY_HASH, ROW_HASH, MONTH, FIT = "#key", "#row", "#month", "#fit"
_REMEMBERED = 50_000
_LAST_SECOND = (24 * 3600 - 1) * 1_000_000  # of a day, in microseconds
_DAY = 86_400_000_000  # microseconds
# What a clean text does not hold: control characters, odd spaces, two spaces, undecoded bytes.
_UNTIDY = (
    r"[\x00-\x1f\x7f-\x9f\x{a0}\x{1680}\x{2000}-\x{200f}\x{2028}\x{2029}\x{202f}\x{205f}\x{3000}"
    r"\x{feff}\x{fffd}]|  "
)


@dataclass(frozen=True, slots=True)
class Refused:
    """A row set apart: its cells as they came and every reason."""

    line: int
    cells: Mapping[str, str]
    problems: tuple[Problem, ...]


class Converter:
    """Turns blocks of one file into typed rows; `read_period` reads a period's code or raises
    ValueError. The connection is used for nothing else at the same time."""

    def __init__(
        self,
        table: FactTable,
        file: str,
        picked: tuple[str, ...],
        decimal_mark: str,
        workdays: WorkCalendar,
        read_period: Callable[[str], Interval],
        connection: duckdb.DuckDBPyConnection,
        *,
        with_row_hash: bool,
    ) -> None:
        self.table, self.file, self.picked = table, file, picked
        self._mark, self._workdays, self._read_period = decimal_mark, workdays, read_period
        self._connection = connection
        self._with_row_hash = with_row_hash
        self._readers = {each.name: self._reader(each) for each in table.given}
        self._remembered: dict[str, dict[str | None, tuple[Value, bool]]] = {}
        self._passed = np.array([passed for _, passed in workdays.index()], np.int64)

    def convert(self, block: Block) -> tuple[pa.Table, list[Refused]]:
        """Rows that are good, with the helper columns, and those that are not."""
        refused = [Refused(each.line, each.cells, (each.problem,)) for each in block.torn]
        if not len(block.lines):
            return self._empty, refused
        rows = self._run(block.cells, block.lines, plain=block.plain)
        fit = rows[FIT]
        if pc.all(fit).as_py():
            return rows.drop_columns(FIT), refused
        doubtful = np.isin(block.lines, rows.filter(pc.invert(fit))["line"].to_numpy())
        good = [rows.filter(fit)]
        mended, bad = self._one_by_one(
            block.cells.filter(pa.array(doubtful)), block.lines[doubtful]
        )
        if mended:
            good.append(mended[0].filter(mended[0][FIT]))
            bad += mended[1]
        return pa.concat_tables(good).drop_columns(FIT), refused + bad

    @cached_property
    def _empty(self) -> pa.Table:
        nothing = pa.table({name: pa.array([], pa.string()) for name in self.picked})
        return self._run(nothing, np.array([], np.int64), plain=True).drop_columns(FIT)

    # Many rows at a time -------------------------------------------------------------------------

    def _run(self, cells: pa.Table, lines: np.ndarray, *, plain: bool) -> pa.Table:
        """All rows, with FIT saying which of them can be taken."""
        columns: dict[str, Any] = {"line": pa.array(lines, pa.int64())}
        unfit = np.zeros(len(lines), bool)
        for column in self.table.given:
            if column.name not in self.picked:
                default = pa.scalar(column.default, ARROW_TYPES[column.type])
                columns[column.name] = pa.repeat(default, len(lines))
                continue
            texts = cells[column.name] if plain else _trimmed(cells[column.name])
            if has_few_spellings(column):
                found, bad = self._by_spelling(column, texts)
            else:
                found = self._whole_column(column, texts, plain)
                found, bad = self._held(column, texts, found)
            if bad is not None:
                unfit |= _numpy(bad)
            columns[column.name] = found
        for column in self.table.computed:
            found, bad = self._computed(column, columns, cells)
            columns[column.name] = found
            if bad is not None:
                unfit |= _numpy(bad)
        partition = columns[self.table.partition]
        if partition.null_count:
            unfit |= _numpy(partition.is_null())
        rows = {name: columns[name] for name in (*self.table.columns, "line")}
        rows[KEY_HASH] = self._hash(rows, self.table.key)
        if self._with_row_hash:
            rows[ROW_HASH] = self._hash(rows, tuple(self.table.columns))
        rows[MONTH] = pa.array(_months(partition), pa.int32())
        rows[FIT] = pa.array(~unfit)
        return pa.table(rows)

    def _hash(self, rows: Mapping[str, Any], names: tuple[str, ...]) -> pa.ChunkedArray:
        """DuckDB's hash, so that rows of the lake can be compared by it."""
        self._connection.register("hashed", pa.table({name: rows[name] for name in names}))
        listed = ", ".join(f'"{name}"' for name in names)
        return self._connection.sql(f"select hash({listed}) as h from hashed").to_arrow_table()["h"]

    def _by_spelling(
        self, column: Column, cells: pa.ChunkedArray
    ) -> tuple[pa.ChunkedArray, pa.ChunkedArray | None]:
        """Values of a column with few spellings, each read once; and where there is none."""
        kind, read = ARROW_TYPES[column.type], self._readers[column.name]
        known = self._remembered.setdefault(column.name, {})
        if len(known) > _REMEMBERED:
            known.clear()
        found, unfit, any_unfit = [], [], False
        for chunk in cells.chunks:
            encoded = chunk
            if not pa.types.is_dictionary(chunk.type):
                encoded = chunk.dictionary_encode()
            values_, bad = [], []
            for text in (*encoded.dictionary.to_pylist(), None):
                if text not in known:
                    try:
                        known[text] = read(text or ""), False
                    except Unfit:
                        known[text] = None, True
                values_.append(known[text][0])
                bad.append(known[text][1])
            # A missing value comes last.
            places = encoded.indices.fill_null(len(values_) - 1)
            found.append(pa.array(values_, kind).take(places))
            unfit.append(pa.array(bad, pa.bool_()).take(places))
            any_unfit |= any(bad)
        return (
            pa.chunked_array(found, kind),
            pa.chunked_array(unfit, pa.bool_()) if any_unfit else None,
        )

    def _whole_column(self, column: Column, cells: pa.ChunkedArray, plain: bool) -> pa.ChunkedArray:
        """Values of the cells in plain spelling; of all others null."""
        if plain:
            if column.type == "text":
                return cells
            if column.type in ("integer", "timestamp"):
                try:
                    return cells.cast(ARROW_TYPES[column.type])
                except pa.ArrowInvalid:
                    pass
        self._connection.register("one", pa.table({"cell": cells}))
        return self._connection.sql(self._expressions[column.name]).to_arrow_table()["cell"]

    def _held(
        self, column: Column, texts: pa.ChunkedArray, found: pa.ChunkedArray
    ) -> tuple[pa.ChunkedArray, pa.ChunkedArray | None]:
        """Within the column's bounds and with its default; and where a cell is not taken."""
        least, most, measured = self._bounds(column, found)
        if measured is not None and len(found):
            ends = pc.min_max(measured)
            if ends["min"].is_valid and (ends["min"].as_py() < least or ends["max"].as_py() > most):
                within = pc.and_(pc.greater_equal(measured, least), pc.less_equal(measured, most))
                found = pc.if_else(within, found, pa.scalar(None, found.type))
        bad = None
        if found.null_count > texts.null_count:
            bad = pc.and_(found.is_null(), texts.is_valid())
        if column.default is not None and found.null_count:
            # Where a cell is not taken the default changes nothing: the row is unfit.
            found = found.fill_null(pa.scalar(column.default, found.type))
        if column.required and texts.null_count:
            missing = texts.is_null()
            bad = missing if bad is None else pc.or_(bad, missing)
        return found, bad

    def _bounds(self, column: Column, found: pa.ChunkedArray) -> tuple[Any, Any, Any]:
        """Least and most of what is measured of a column; nothing is measured of booleans."""
        if column.type == "text":
            return 0, values.LONGEST_TEXT, pc.binary_length(found)
        if column.is_number:
            least = -values.WHOLE if column.minimum is None else column.minimum
            return least, values.WHOLE if column.maximum is None else column.maximum, found
        days = self._days(column)
        if column.type == "date":
            return days.first, days.last, found
        last = datetime.combine(days.last, datetime.max.time())
        return datetime.combine(days.first, datetime.min.time()), last, found

    def _periods(self, column: Column, cells: pa.Table) -> pa.ChunkedArray:
        (name,) = column.inputs
        found = []
        for chunk in cells[name].chunks:
            encoded = chunk.dictionary_encode()
            days = [
                self._period_day(text, column.rule == "period_end")
                for text in encoded.dictionary.to_pylist()
            ]
            found.append(pa.array(days, pa.date32()).take(encoded.indices))
        return pa.chunked_array(found, pa.date32())

    def _period_day(self, text: str, end: bool) -> date | None:
        try:
            period = self._read_period(text.strip())
        except ValueError:
            return None
        return period.end if end else period.start

    @cached_property
    def _expressions(self) -> dict[str, str]:
        return {
            each.name: f"""select ({self._expression(each)})::{SQL_TYPES[each.type]} as cell
                from (select cell as c from one)"""
            for each in self.table.given
            if each.name in self.picked and not has_few_spellings(each)
        }

    def _expression(self, column: Column) -> str:
        """The value of the cell `c` in SQL; null for a spelling that is not plain."""
        if column.type == "text":
            return f"case when not regexp_matches(c, '{_UNTIDY}') then nfc_normalize(c) end"
        if column.type == "integer":
            return "case when try_cast(c as bigint)::varchar = c then try_cast(c as bigint) end"
        if column.type == "decimal":
            form = f"-?[0-9]{{1,14}}([{self._mark}][0-9]{{1,4}})?"
            number = "try_cast(replace(c, ',', '.') as decimal(18, 4))"
            return f"case when regexp_full_match(c, '{form}') then {number} end"
        return """case
            when contains(c, '/') then
                try_strptime(c, ['%d/%m/%Y', '%d/%m/%Y %H:%M:%S', '%d/%m/%Y %H:%M'])
            when length(c) = 19 and c[17] = ':' or length(c) = 10
                or length(c) = 26 and c[20] = '.' or length(c) = 16 and c[14] = ':'
            then try_cast(c as timestamp)
            when length(c) = 14 then try_strptime(c, '%Y%m%d%H%M%S') end"""

    def _computed(
        self, column: Column, columns: Mapping[str, Any], cells: pa.Table
    ) -> tuple[Any, Any]:
        """Values of a computed column, and where the row contradicts itself."""
        inputs = [columns[name] for name in column.inputs]
        if column.rule in ("period_start", "period_end"):
            found = self._periods(column, cells)
            return found, pc.and_(inputs[0].is_valid(), found.is_null())
        if column.rule == "working_days_between":
            start, end = (self._passed[self._day_numbers(each)] for each in inputs)
            missing = _numpy(pc.or_(inputs[0].is_null(), inputs[1].is_null()))
            return pa.array(end - start, pa.int64(), mask=missing), None
        moments = [each.cast(pa.timestamp("us")) for each in inputs[:2]]
        if column.rule == "seconds_between":
            return _seconds(*moments)
        appointed, finished = moments
        # A day without a time ends with its last second (Civil Code 2015, article 148).
        midnight = pc.equal(appointed, pc.floor_temporal(appointed, unit="day"))
        end_of_day = pc.add(appointed, pa.scalar(_LAST_SECOND, pa.duration("us")))
        appointed = pc.if_else(midnight, end_of_day, appointed)
        late = pc.or_kleene(
            pc.fill_null(pc.greater(finished, appointed), True), pc.greater(inputs[2], 1)
        )
        return pc.if_else(late, appointed, pa.scalar(None, pa.timestamp("us"))), None

    def _day_numbers(self, moments: Any) -> np.ndarray:
        """Days since the work calendar's first; 0 where there is no moment."""
        days = moments.cast(pa.timestamp("us")).cast(pa.int64())
        first = self._workdays.start.toordinal() - date(1970, 1, 1).toordinal()
        numbers = _numpy(days.fill_null(first * _DAY)) // _DAY - first
        return numbers.astype(np.int64)

    # One row at a time ---------------------------------------------------------------------------

    def _one_by_one(
        self, cells: pa.Table, lines: np.ndarray
    ) -> tuple[tuple[pa.Table, list[Refused]] | None, list[Refused]]:
        refused: list[Refused] = []
        mended: list[dict[str, str]] = []
        raw: list[dict[str, str]] = []
        at: list[int] = []
        rows_ = cells.select(self.picked).to_pylist()
        for line, some in zip(lines.tolist(), rows_, strict=True):
            row = {name: text or "" for name, text in some.items()}
            found, problems = self._read_row(line, row)
            if problems:
                refused.append(Refused(line, row, problems))
                continue
            mended.append({name: values.as_text(found[name], self._mark) for name in self.picked})
            raw.append(row)
            at.append(line)
        if not mended:
            return None, refused
        schema = pa.schema([(name, pa.string()) for name in self.picked])
        texts = {name: [row[name] or None for row in mended] for name in self.picked}
        rows = self._run(pa.table(texts, schema), np.array(at, np.int64), plain=False)
        left = set(rows.filter(pc.invert(rows[FIT]))["line"].to_pylist())
        odd = [
            Refused(line, row, (Problem("not_understood", self.file, line),))
            for line, row in zip(at, raw, strict=True)
            if line in left
        ]
        return (rows, odd), refused

    def _read_row(
        self, line: int, row: Mapping[str, str]
    ) -> tuple[dict[str, Value], tuple[Problem, ...]]:
        found: dict[str, Value] = {}
        problems = []
        for name, text in row.items():
            try:
                found[name] = self._readers[name](text)
            except Unfit as unfit:
                value = text[:80] if text.strip() else None
                problems.append(Problem(unfit.code, self.file, line, name, value, unfit.params))
        if not problems:
            problems += self._row_problems(line, row, found)
        return found, tuple(problems)

    def _row_problems(
        self, line: int, row: Mapping[str, str], found: Mapping[str, Value]
    ) -> Iterator[Problem]:
        for column in self.table.computed:
            if column.rule == "seconds_between":
                start, end = (found.get(name) for name in column.inputs)
                if isinstance(start, date) and isinstance(end, date) and _before(end, start):
                    name = column.inputs[1]
                    params = {"start": column.inputs[0], "value": row[column.inputs[0]]}
                    yield Problem("ends_before_start", self.file, line, name, row[name], params)
        partition = self.table.columns[self.table.partition]
        for name in partition.inputs if partition.rule else (partition.name,):
            if found.get(name) is None:
                yield Problem("missing_value", self.file, line, name)

    def _reader(self, column: Column) -> Callable[[str], Value]:
        read = values.reader_of(column, self._mark, self._days(column))
        rules = ("period_start", "period_end")
        if not any(
            column.name in each.inputs and each.rule in rules for each in self.table.computed
        ):
            return read

        def period(text: str) -> Value:
            code = read(text)
            try:
                self._read_period(str(code)) if code is not None else None
            except ValueError:
                raise Unfit("not_a_period") from None
            return code

        return period

    def _days(self, column: Column) -> Days:
        """Days of the work calendar where working days are counted from or to a column."""
        counted = any(
            column.name in each.inputs and each.rule == "working_days_between"
            for each in self.table.computed
        )
        if not counted:
            return Days()
        return Days(self._workdays.start, self._workdays.end - timedelta(days=1))


def _seconds(start: Any, end: Any) -> tuple[Any, Any]:
    """Whole seconds between moments, and where the end is before the start.

    An end without a time of day on the very day of the start took no time that is known.
    """
    taken = pc.subtract(end, start).cast(pa.int64())
    least = pc.min(taken).as_py()
    if least is None or least >= 0:
        return pc.divide(taken, 1_000_000), None
    ends, starts = end.cast(pa.int64()), start.cast(pa.int64())
    day = pc.multiply(pc.divide(starts, _DAY), _DAY)
    before = pc.less(taken, 0)
    contradicts = pc.fill_null(pc.and_(before, pc.not_equal(ends, day)), False)
    return pc.divide(pc.if_else(before, 0, taken), 1_000_000), contradicts


def _months(moments: Any) -> np.ndarray:
    """Year and month as yyyymm; of no meaning where there is no moment."""
    stamps = _numpy(moments.cast(pa.timestamp("us")).cast(pa.int64()).fill_null(0))
    months = stamps.astype("datetime64[us]").astype("datetime64[M]").astype(np.int64)
    found: np.ndarray = (months // 12 + 1970) * 100 + months % 12 + 1
    return found


def _numpy(values_: Any) -> np.ndarray:
    found: np.ndarray = (
        values_.to_numpy()
        if isinstance(values_, pa.ChunkedArray)
        else values_.to_numpy(zero_copy_only=False)
    )
    return found


def _trimmed(cells: pa.ChunkedArray) -> pa.ChunkedArray:
    trimmed = pc.utf8_trim_whitespace(cells.cast(pa.string()))
    return pc.if_else(pc.is_in(trimmed, pa.array(MISSING)), None, trimmed)


def has_few_spellings(column: Column) -> bool:
    """Whether a column is read by spelling, each once."""
    return bool(column.allowed) or column.type == "boolean"


def _before(end: date, start: date) -> bool:
    first, last = _moment(start), _moment(end)
    midnight = (last.hour, last.minute, last.second, last.microsecond) == (0, 0, 0, 0)
    return last < first and not (midnight and last.date() == first.date())


def _moment(day: date) -> datetime:
    return day if isinstance(day, datetime) else datetime(day.year, day.month, day.day)
