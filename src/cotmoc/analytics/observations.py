"""The fact table of reported values: its columns in the lake."""

import pyarrow as pa

NUMBER = pa.decimal128(18, 4)

# One row one reported value. `unit_code`/`unit_name` are the unit as the source named it;
# `[valid_from, valid_to)` is the period; a later `recorded_at` for the same
# (element, unit_code, period) corrects an earlier one without removing it.
SCHEMA = pa.schema(
    [
        ("element", pa.string()),
        ("unit_code", pa.string()),
        ("unit_name", pa.string()),
        ("period", pa.string()),
        ("measure_unit", pa.string()),
        ("value", NUMBER),
        ("numerator", NUMBER),
        ("denominator", NUMBER),
        ("source_digest", pa.string()),
        ("source_line", pa.int32()),
        ("valid_from", pa.date32()),
        ("valid_to", pa.date32()),
        ("recorded_at", pa.timestamp("us", tz="UTC")),
    ]
)
KEY = ("element", "unit_code", "period")
