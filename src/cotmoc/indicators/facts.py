"""The fact tables that expressions may speak of: columns and their types."""

from dataclasses import dataclass
from typing import Literal

ColumnType = Literal["text", "number"]


@dataclass(frozen=True, slots=True)
class FactTable:
    """A table of facts: one row one fact. `columns` are those an expression may name."""

    name: str
    columns: dict[str, ColumnType]


# Reported values: one element of one unit in one period, with the two counts behind it if given.
OBSERVATIONS = FactTable(
    "observations",
    {
        "element": "text",
        "unit_code": "text",
        "period": "text",
        "measure_unit": "text",
        "value": "number",
        "numerator": "number",
        "denominator": "number",
    },
)

FACT_TABLES = {table.name: table for table in (OBSERVATIONS,)}
