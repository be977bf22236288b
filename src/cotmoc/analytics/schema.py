"""The columns of a fact table as they lie in the lake's Parquet files."""

import pyarrow as pa

from cotmoc.indicators.facts import ColumnType, FactTable

# Decimals have four places; timestamps are local Vietnamese time and carry no zone.
ARROW_TYPES: dict[ColumnType, pa.DataType] = {
    "text": pa.string(),
    "integer": pa.int64(),
    "decimal": pa.decimal128(18, 4),
    "boolean": pa.bool_(),
    "timestamp": pa.timestamp("us"),
    "date": pa.date32(),
}
SQL_TYPES: dict[ColumnType, str] = {
    "text": "varchar",
    "integer": "bigint",
    "decimal": "decimal(18, 4)",
    "boolean": "boolean",
    "timestamp": "timestamp",
    "date": "date",
}
ORIGIN = pa.schema([("import_no", pa.int32()), ("line", pa.int64())])


def arrow_schema(table: FactTable) -> pa.Schema:
    """Given and computed columns in the order of the declaration, then `import_no` and `line`."""
    declared = [pa.field(each.name, ARROW_TYPES[each.type]) for each in table.columns.values()]
    return pa.schema([*declared, *ORIGIN])
