"""Values of units by indicator, read beside the metadata that says what each column is."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from cotmoc.core.problems import BadInput, Problem
from cotmoc.indicators.composite.framework import (
    Framework,
    Matrix,
    Vector,
    find_columns,
    lines_of,
    read_framework,
)
from cotmoc.indicators.composite.tables import (
    NumberError,
    Row,
    Table,
    limited,
    read_number,
    wrong,
)
from cotmoc.indicators.wrong import gettext_noop

MOST_UNITS = 20_000

_UNITS: Mapping[str, tuple[str, ...]] = {
    "code": ("uCode", "UnitCode", "unit", "unit code", "code", "mã đơn vị", "mã"),
    "name": ("uName", "UnitName", "unit name", "name", "tên đơn vị", "tên"),
    "time": ("Time", "year", "period", "năm", "kỳ"),
}
_LONG: Mapping[str, tuple[str, ...]] = {
    "indicator": ("iCode", "indicator", "chỉ tiêu", "mã chỉ tiêu", "chỉ số", "mã chỉ số"),
    "value": ("Value", "giá trị", "số liệu"),
}
_NOT_IN_METADATA = gettext_noop("the column is not in the metadata %(meta)s")
_AGGREGATE = gettext_noop("the metadata says that this is an aggregate: it is computed, not given")
_NOT_IN_DATA = gettext_noop("the data %(data)s has no such column")
_ALL_MISSING = gettext_noop("no unit has a value of this indicator")
_PERIODS = gettext_noop("the unit stands in line %(first)s already: keep one period of the table")
_TOO_MANY = gettext_noop("more than %(limit)s units; is it the right file?")


@dataclass(frozen=True, slots=True)
class Dataset:
    """Units × indicators of a framework; NaN where a value is missing.

    `denominators` are what values may be divided by, `groups` what puts units beside each other.
    """

    framework: Framework
    units: tuple[str, ...]
    names: tuple[str, ...]
    values: Matrix
    denominators: Mapping[str, Vector] = field(default_factory=dict)
    groups: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    file: str = ""

    def kept(self, chosen: Sequence[int]) -> "Dataset":
        """The same for some of the units."""
        return replace(
            self,
            units=tuple(self.units[place] for place in chosen),
            names=tuple(self.names[place] for place in chosen),
            values=self.values[list(chosen)],
            denominators={code: each[list(chosen)] for code, each in self.denominators.items()},
            groups={
                code: tuple(each[place] for place in chosen) for code, each in self.groups.items()
            },
        )


def read_dataset(data: Table, meta: Table) -> Dataset:
    """Data and metadata as one; raises BadInput with everything that is wrong.

    Data is wide (a column for each indicator) or long (unit, indicator, value).
    """
    framework = read_framework(meta)
    data = _widened(data, framework)
    known = _known(framework)
    columns = _unit_columns(data, known)
    problems = list(_columns_wrong(data, meta, framework, columns))
    if problems:
        raise BadInput(limited(problems))
    problems += _units_wrong(data, columns)
    places = {name: place for place, name in enumerate(data.header)}
    codes = [each.code for each in framework.indicators]
    values = _read_columns(data, [places[code] for code in codes], problems)
    dividing = [code for code in framework.denominators if code in places]
    divided = _read_columns(data, [places[code] for code in dividing], problems)
    if problems:
        raise BadInput(limited(problems))
    if empty := [codes[column] for column in np.flatnonzero(np.isnan(values).all(axis=0))]:
        raise BadInput(wrong("all_missing", data.file, _ALL_MISSING, None, code) for code in empty)
    return Dataset(
        framework,
        tuple(row.cells[columns["code"]] for row in data.rows),
        tuple(row.cells[columns.get("name", columns["code"])] for row in data.rows),
        values,
        {code: divided[:, number] for number, code in enumerate(dividing)},
        {
            code: tuple(row.cells[places[code]] for row in data.rows)
            for code in framework.groups
            if code in places
        },
        data.file,
    )


def _unit_columns(data: Table, known: set[str]) -> dict[str, int]:
    """Where code, name and time stand. Units without codes go by their names; a single column that
    the metadata does not know can only be the units."""
    columns = find_columns(data.header, _UNITS, taken=known)
    if "code" not in columns and "name" in columns:
        columns["code"] = columns["name"]
    unknown = [
        place
        for place, name in enumerate(data.header)
        if name and name not in known and place not in columns.values()
    ]
    if "code" not in columns and len(unknown) == 1:
        columns["code"] = unknown[0]
    return columns


def _known(framework: Framework) -> set[str]:
    return {
        *(each.code for each in framework.indicators),
        *framework.denominators,
        *framework.groups,
        *framework.others,
    }


def _columns_wrong(
    data: Table, meta: Table, framework: Framework, columns: Mapping[str, int]
) -> Iterator[Problem]:
    """Columns that only one of the two files knows."""
    if "code" not in columns:
        found = ", ".join(filter(None, data.header))[:200]
        yield Problem("missing_column", data.file, 1, "uCode", params={"found": found})
    known = _known(framework)
    aggregates = {each.code for each in framework.aggregates}
    for place, name in enumerate(data.header):
        # R and pandas put the numbers of rows first, under no name of their own.
        numbers = place == 0 and name in ("", "Unnamed: 0")
        if numbers or name in known or place in columns.values():
            continue
        if name in aggregates:
            yield wrong("aggregate_given", data.file, _AGGREGATE, 1, name)
        else:
            template = _NOT_IN_METADATA
            yield wrong("not_in_metadata", data.file, template, 1, name, meta=meta.file)
    lines = lines_of(meta)
    for indicator in framework.indicators:
        if indicator.code not in data.header:
            line, code = lines.get(indicator.code), indicator.code
            yield wrong("not_in_data", meta.file, _NOT_IN_DATA, line, code, data=data.file)


def _units_wrong(data: Table, columns: Mapping[str, int]) -> Iterator[Problem]:
    if len(data.rows) > MOST_UNITS:
        yield wrong("too_many_units", data.file, _TOO_MANY, limit=MOST_UNITS)
    first: dict[str, int] = {}
    header = data.header[columns["code"]]
    for row in data.rows:
        code = row.cells[columns["code"]]
        if not code:
            yield Problem("missing_value", data.file, row.line, header)
        elif code not in first:
            first[code] = row.line
        elif "time" in columns:
            place = (row.line, header, code)
            yield wrong("several_periods", data.file, _PERIODS, *place, first=first[code])
        else:
            where = {"first": first[code]}
            yield Problem("duplicate", data.file, row.line, header, code, where)


def _read_columns(data: Table, places: Sequence[int], problems: list[Problem]) -> Matrix:
    """Numbers of some columns; what is none is told, NaN stands for what is missing."""
    found = np.full((len(data.rows), len(places)), np.nan)
    for number, row in enumerate(data.rows):
        for column, place in enumerate(places):
            text = row.cells[place]
            try:
                value = read_number(text, data.comma)
            except NumberError as error:
                problems.append(error.at(data.file, row.line, data.header[place], text))
                continue
            if value is not None:
                found[number, column] = value
    return found


def _widened(data: Table, framework: Framework) -> Table:
    """A long table (unit, indicator, value) with a column for each indicator instead."""
    columns = find_columns(data.header, {**_UNITS, **_LONG}, taken=_known(framework))
    if not {"code", "indicator", "value"} <= set(columns):
        return data
    held: dict[str, dict[str, str]] = {}
    lines: dict[str, int] = {}
    names: dict[str, str] = {}
    first: dict[tuple[str, str], int] = {}
    problems = []
    for row in data.rows:
        unit, code = row.cells[columns["code"]], row.cells[columns["indicator"]]
        if (unit, code) in first:
            where = {"first": first[unit, code]}
            problems.append(Problem("duplicate", data.file, row.line, code, unit, where))
        first[unit, code] = row.line
        held.setdefault(unit, {})[code] = row.cells[columns["value"]]
        lines.setdefault(unit, row.line)
        names.setdefault(unit, row.cells[columns.get("name", columns["code"])])
    if problems:
        raise BadInput(limited(problems))
    codes = list(dict.fromkeys(code for cells in held.values() for code in cells))
    rows = [
        Row(lines[unit], (unit, names[unit], *(cells.get(code, "") for code in codes)))
        for unit, cells in held.items()
    ]
    return replace(data, header=("uCode", "uName", *codes), rows=tuple(rows))
