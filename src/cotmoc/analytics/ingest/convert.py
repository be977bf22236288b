"""Text becomes values, a block at a time, and every row that cannot be taken gets its reasons.

SQL over the whole block reads the plain spellings. Rows it does not take are read cell by cell by
`values.py`, which decides: what it takes goes through the same SQL in plain spelling, what it
refuses is set apart with its reasons.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cached_property

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from cotmoc.analytics.ingest import values
from cotmoc.analytics.ingest.blocks import Block
from cotmoc.analytics.ingest.values import Days, Unfit, Value
from cotmoc.analytics.schema import ARROW_TYPES, SQL_TYPES
from cotmoc.core.periods import Interval
from cotmoc.core.problems import Problem
from cotmoc.core.workdays import WorkCalendar
from cotmoc.indicators.facts import Column, FactTable

# Helper columns beside those of the table.
KEY_HASH, ROW_HASH, MONTH, FIT = "#key", "#row", "#month", "#fit"
_REMEMBERED = 50_000
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
        self._remembered: dict[str, dict[str, tuple[Value, bool]]] = {}
        if any(each.rule == "working_days_between" for each in table.computed):
            index = workdays.index()
            connection.register(
                "workdays_index",
                pa.table(
                    {
                        "day": pa.array([day for day, _ in index], pa.date32()),
                        "passed": pa.array([int(passed) for _, passed in index], pa.int64()),
                    }
                ),
            )
            connection.execute("create temp table workdays as from workdays_index")

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
        columns = {"line": pa.chunked_array([pa.array(lines, pa.int64())])}
        unfit = None
        for name in self.picked:
            column = self.table.columns[name]
            if not _few_spellings(column):
                columns[name] = cells[name]
                continue
            columns[name], bad = self._by_spelling(name, column.type, cells[name])
            unfit = bad if unfit is None else pc.or_(unfit, bad)
        for each in self.table.computed:
            if each.rule in ("period_start", "period_end"):
                columns[f"#{each.name}"] = self._periods(each, cells)
        columns["#unfit"] = unfit if unfit is not None else pa.array(np.zeros(len(lines), bool))
        self._connection.register("cells", pa.table(columns))
        return self._connection.execute(self._sql[plain]).to_arrow_table()

    def _by_spelling(
        self, name: str, kind: str, cells: pa.ChunkedArray
    ) -> tuple[pa.ChunkedArray, pa.ChunkedArray]:
        """Values of a column with few spellings, each read once; and where there is none."""
        known = self._remembered.setdefault(name, {})
        if len(known) > _REMEMBERED:
            known.clear()
        found, unfit = [], []
        for chunk in cells.chunks:
            encoded = chunk.dictionary_encode()
            spelt = encoded.dictionary.to_pylist()
            for text in spelt:
                if text not in known:
                    try:
                        known[text] = self._readers[name](text), False
                    except Unfit:
                        known[text] = None, True
            read = pa.array([known[text][0] for text in spelt], ARROW_TYPES[kind])  # type: ignore[index]
            found.append(read.take(encoded.indices))
            unfit.append(pa.array([known[text][1] for text in spelt], pa.bool_()).take(encoded.indices))
        return pa.chunked_array(found, ARROW_TYPES[kind]), pa.chunked_array(unfit, pa.bool_())  # type: ignore[index]

    def _periods(self, column: Column, cells: pa.Table) -> pa.ChunkedArray:
        (name,) = column.inputs
        found = []
        for chunk in cells[name].chunks if name in self.picked else ():
            encoded = chunk.dictionary_encode()
            days = [self._period_day(text, column.rule == "period_end") for text in encoded.dictionary.to_pylist()]
            found.append(pa.array(days, pa.date32()).take(encoded.indices))
        return pa.chunked_array(found, pa.date32())

    def _period_day(self, text: str, end: bool) -> date | None:
        try:
            period = self._read_period(text.strip())
        except ValueError:
            return None
        return period.end if end else period.start

    @cached_property
    def _sql(self) -> dict[bool, str]:
        return {plain: self._statement(plain) for plain in (True, False)}

    def _statement(self, plain: bool) -> str:
        """One row of the result for each row of `cells`; FIT says whether it can be taken."""
        texts, typed, checks = [], [], ["#unfit"]
        for column in self.table.given:
            name = column.name
            if name not in self.picked:
                typed.append(f'{_literal(column.default)}::{SQL_TYPES[column.type]} as "{name}"')
            elif _few_spellings(column):
                texts.append(f'"{name}"')
                typed.append(f'"{name}"')
            else:
                texts.append(f"nullif(nullif(nullif(trim(\"{name}\"), ''), 'NULL'), '\\N') as \"{name}\"")
                value = f"{self._value(column, plain)}"
                if column.default is not None:
                    value = f'case when "{name}" is null then {_literal(column.default)} else {value} end'
                typed.append(f'({value})::{SQL_TYPES[column.type]} as "{name}"')
                checks.append(f'"#{name}" and "{name}" is null')
                typed.append(f'"{name}" is not null as "#{name}"')
            if column.required:
                checks.append(f'"{name}" is null')
        computed, joins = [], []
        for column in self.table.computed:
            expression, check, join = self._rule(column)
            computed.append(f'{expression} as "{column.name}"')
            checks += [check] if check else []
            joins += join
        checks[0] = '"#unfit"'
        passed = [f'"#{each.name}"' for each in self.table.computed if each.rule in ("period_start", "period_end")]
        names = [f'"{each}"' for each in self.table.columns]
        hashes = [f'hash({", ".join(_quoted(self.table.key))}) as "{KEY_HASH}"']
        if self._with_row_hash:
            hashes.append(f'hash({", ".join(names)}) as "{ROW_HASH}"')
        partition = f'"{self.table.partition}"'
        checks.append(f"{partition} is null")
        either = " or ".join(f"coalesce({each}, false)" for each in checks)
        return f"""
            with texts as (select {", ".join(['line', '"#unfit"', *passed, *texts])} from cells),
            read as (select {", ".join(['line', '"#unfit"', *passed, *typed])} from texts),
            typed as (select * {self._bounds()} from read),
            whole as (select typed.*, {", ".join(computed) or "0 as nothing"} from typed {" ".join(joins)})
            select {", ".join(names)}, line, {", ".join(hashes)},
                (year({partition}) * 100 + month({partition}))::integer as "{MONTH}",
                not ({either}) as "{FIT}"
            from whole"""

    def _value(self, column: Column, plain: bool) -> str:
        name = f'"{column.name}"'
        if column.type == "text":
            short = f"length({name}) <= {values.LONGEST_TEXT}"
            if plain:
                return f"case when {short} then {name} end"
            return f"case when {short} and not regexp_matches({name}, '{_UNTIDY}') then nfc_normalize({name}) end"
        if column.type == "integer":
            number = f"try_cast({name} as bigint)"
            least = max(column.minimum if column.minimum is not None else -(10**18), 1 - 10**18)
            most = min(column.maximum if column.maximum is not None else 10**18, 10**18 - 1)
            return f"case when {number}::varchar = {name} and {number} between {least} and {most} then {number} end"
        if column.type == "decimal":
            mark = "\\." if self._mark == "." else ","
            number = f"try_cast(replace({name}, ',', '.') as decimal(18, 4))"
            bounds = "".join(
                f" and {number} {sign} {limit}"
                for sign, limit in ((">=", column.minimum), ("<=", column.maximum))
                if limit is not None
            )
            return f"case when regexp_full_match({name}, '-?[0-9]{{1,14}}({mark}[0-9]{{1,4}})?'){bounds} then {number} end"
        return f"""case
            when contains({name}, '/') then
                try_strptime({name}, ['%d/%m/%Y', '%d/%m/%Y %H:%M:%S', '%d/%m/%Y %H:%M'])
            when length({name}) = 19 and {name}[17] = ':' or length({name}) = 10
                or length({name}) = 26 and {name}[20] = '.' or length({name}) = 16 and {name}[14] = ':'
            then try_cast({name} as timestamp)
            when length({name}) = 14 then try_strptime({name}, '%Y%m%d%H%M%S') end"""

    def _bounds(self) -> str:
        """Moments outside of the days that a column can have are not taken."""
        bounds = []
        for column in self.table.given:
            if column.type in ("timestamp", "date") and column.name in self.picked:
                days, name = self._days(column), f'"{column.name}"'
                first, after = days.first, days.last + timedelta(days=1)
                held = f"{name} >= timestamp '{first}' and {name} < timestamp '{after}'"
                bounds.append(f"case when {held} then {name} end as {name}")
        return f"replace ({', '.join(bounds)})" if bounds else ""

    def _rule(self, column: Column) -> tuple[str, str, list[str]]:
        """The expression of a computed column, when it makes a row unfit, and what it joins."""
        one, *others = (f'typed."{name}"' for name in column.inputs)
        if column.rule in ("period_start", "period_end"):
            return f'"#{column.name}"', f'"{column.inputs[0]}" is not null and "#{column.name}" is null', []
        two = others[0]
        if column.rule == "seconds_between":
            # An end without a time of day on the very day of the start took no time known.
            value = f"""case when {two} >= {one} then (epoch_us({two}) - epoch_us({one})) // 1000000
                when {two}::date = {one}::date and {two} = date_trunc('day', {two}) then 0 end"""
            both = " and ".join(f'"{name}" is not null' for name in column.inputs)
            return value, f'{both} and "{column.name}" is null', []
        if column.rule == "working_days_between":
            start, end = f"start_{column.name}", f"end_{column.name}"
            joins = [
                f"left join workdays {start} on {start}.day = {one}::date",
                f"left join workdays {end} on {end}.day = {two}::date",
            ]
            return f"{end}.passed - {start}.passed", "", joins
        three = others[1]
        late = f"{two} is null or {two} > {one} or {three} > 1"
        return f"case when {one} is not null and ({late}) then {one} end", "", []

    # One row at a time ---------------------------------------------------------------------------

    def _one_by_one(
        self, cells: pa.Table, lines: np.ndarray
    ) -> tuple[tuple[pa.Table, list[Refused]] | None, list[Refused]]:
        refused: list[Refused] = []
        mended: list[dict[str, str]] = []
        raw: list[dict[str, str]] = []
        at: list[int] = []
        for line, row in zip(lines.tolist(), cells.select(self.picked).to_pylist(), strict=True):
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
        rows = self._run(pa.Table.from_pylist(mended, schema), np.array(at, np.int64), plain=False)
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
        if not any(column.name in each.inputs and each.rule in rules for each in self.table.computed):
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


def _few_spellings(column: Column) -> bool:
    return bool(column.allowed) or column.type == "boolean"


def _before(end: date, start: date) -> bool:
    first, last = _moment(start), _moment(end)
    midnight = (last.hour, last.minute, last.second, last.microsecond) == (0, 0, 0, 0)
    return last < first and not (midnight and last.date() == first.date())


def _moment(day: date) -> datetime:
    return day if isinstance(day, datetime) else datetime(day.year, day.month, day.day)  # noqa: DTZ001


def _literal(value: object) -> str:
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return str(value)
    text = str(value).replace("'", "''")
    return f"'{text}'"


def _quoted(names: tuple[str, ...]) -> list[str]:
    return [f'"{name}"' for name in names]
