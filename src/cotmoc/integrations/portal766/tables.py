"""The three tables of a capture: their columns and what each row becomes."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

Row = Mapping[str, Any]
Observation = dict[str, Any]

# What a column holds: "text", or a number that may be missing.
TEXT, COUNT, NUMBER = "text", "count", "number"


@dataclass(frozen=True, slots=True)
class Table:
    """One kind of file: `-<part>.csv` with these columns; `key` columns occur once together."""

    part: str
    columns: dict[str, str]
    key: tuple[str, ...]


PROGRESS = Table(
    "progress",
    {
        "unit_code": TEXT,
        "unit_name": TEXT,
        "level": TEXT,
        "received": COUNT,
        "on_time": COUNT,
        "overdue": COUNT,
        "avg_processing_days": NUMBER,
        "ratio": NUMBER,
        "score": NUMBER,
    },
    ("unit_code",),
)
PAYMENT = Table(
    "payment",
    {
        "unit_code": TEXT,
        "unit_name": TEXT,
        "level": TEXT,
        "paid_online": COUNT,
        "with_fee": COUNT,
        "procedures_paid_online": COUNT,
        "procedures_with_fee_dossiers_distinct": COUNT,
        "procedures_with_fee_dossiers": COUNT,
        "procedures_with_fee": COUNT,
        "score": NUMBER,
    },
    ("unit_code",),
)
METRICS = Table(
    "metrics",
    {
        "unit_code": TEXT,
        "unit_name": TEXT,
        "metric_code": TEXT,
        "numerator": NUMBER,
        "denominator": NUMBER,
        "ratio": NUMBER,
        "score": NUMBER,
        "max_score": NUMBER,
    },
    ("unit_code", "metric_code"),
)
TABLES = (PROGRESS, PAYMENT, METRICS)

_MEASURE_UNITS = {"avg_processing_days": "days", "ratio": "%", "score": "points"}


def observations(table: Table, row: Row, line: int) -> Iterator[Observation]:
    """The observations one row makes; a field the source leaves empty stays without a value."""
    if table is METRICS:
        yield from _metric(row, line)
        return
    for column, kind in table.columns.items():
        if kind != TEXT:
            unit = _MEASURE_UNITS.get(column, "count")
            yield _observation(row, line, f"{table.part}.{column}", unit, row[column])


def _metric(row: Row, line: int) -> Iterator[Observation]:
    """A metric with a denominator is a ratio of two counts; one without is a count of its own."""
    code = row["metric_code"]
    if row["denominator"] is not None or row["ratio"] is not None:
        yield _observation(row, line, code, "%", row["ratio"], row["numerator"], row["denominator"])
    elif row["numerator"] is not None:
        yield _observation(row, line, code, "count", row["numerator"])
    if row["score"] is not None:
        yield _observation(
            row, line, f"{code}.score", "points", row["score"], None, row["max_score"]
        )


def _observation(
    row: Row,
    line: int,
    element: str,
    measure_unit: str,
    value: Decimal | None,
    numerator: Decimal | None = None,
    denominator: Decimal | None = None,
) -> Observation:
    return {
        "element": element,
        "unit_code": row["unit_code"],
        "unit_name": row["unit_name"],
        "measure_unit": measure_unit,
        "value": value,
        "numerator": numerator,
        "denominator": denominator,
        "source_line": line,
    }
