"""Finding the observations behind a figure again: the rows that counted, with file and line."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from pathlib import Path

import ibis
import pyarrow as pa
from ibis import _

from cotmoc.analytics.engine import latest

_COLUMNS = (
    "element",
    "unit_code",
    "unit_name",
    "period",
    "measure_unit",
    "value",
    "numerator",
    "denominator",
    "source_digest",
    "source_line",
    "recorded_at",
)


@dataclass(frozen=True, slots=True)
class Observation:
    """One reported value as it stands in the lake."""

    element: str
    unit_code: str
    unit_name: str
    period: str
    measure_unit: str
    value: Decimal | None
    numerator: Decimal | None
    denominator: Decimal | None
    source_digest: str
    source_line: int
    recorded_at: datetime


@dataclass(frozen=True, slots=True)
class Found:
    """Some of the observations found, how many there are in all, and how many per source file."""

    rows: tuple[Observation, ...]
    total: int
    by_source: dict[str, int]


def find_observations(
    batches: Sequence[Path],
    *,
    elements: Collection[str],
    unit_codes: Collection[str],
    periods: Collection[str],
    known_at: datetime,
    limit: int,
    offset: int = 0,
) -> Found:
    """The observations of these elements and units in these periods that counted at `known_at`: of
    several for one (element, unit, period) the latest recorded.

    Without `elements` every element is meant. Rows are ordered by unit and element; their number
    is bounded by units × elements, so all are read and the wanted part is cut out.
    """
    if not batches or not unit_codes:
        return Found((), 0, {})
    connection = ibis.duckdb.connect()
    connection.raw_sql("SET enable_progress_bar = false; SET threads = 2;")
    try:
        facts = connection.read_parquet([str(path) for path in batches], table_name="observations")
        wanted = facts.filter(
            _.period.isin(list(periods)),
            _.unit_code.isin(list(unit_codes)),
            _.recorded_at <= known_at,
        )
        if elements:
            wanted = wanted.filter(_.element.isin(list(elements)))
        counted = latest(wanted).select(*_COLUMNS).order_by("unit_code", "element")
        table: pa.Table = counted.to_pyarrow()
    finally:
        connection.disconnect()
    per_source = table.column("source_digest").value_counts().to_pylist()
    return Found(
        tuple(Observation(**row) for row in table.slice(offset, limit).to_pylist()),
        table.num_rows,
        {each["values"]: each["counts"] for each in per_source},
    )
