"""Small lakes of dossiers for tests."""

import itertools
from datetime import datetime
from pathlib import Path

import pyarrow as pa
import yaml

from cotmoc.indicators.facts import read_fact_tables

CATALOGUE = Path(__file__).parents[4] / "catalogue"
TABLES = read_fact_tables(
    (path.name, yaml.safe_load(path.read_text(encoding="utf-8")))
    for path in sorted((CATALOGUE / "facts").glob("*.yaml"))
)
TYPES = {
    "text": pa.string(),
    "integer": pa.int64(),
    "boolean": pa.bool_(),
    "timestamp": pa.timestamp("us"),
}
SCHEMA = pa.schema(
    [(name, TYPES[column.type]) for name, column in TABLES["dossiers"].columns.items()]
    + [("import_no", pa.int32()), ("line", pa.int64())]
)


def at(text):
    """Facts carry local time without a zone: `2026-08-03 08:00`."""
    return datetime.fromisoformat(text) if text else None


def dossier(code, body, received, *, late=None, finished=None, **columns):
    """One dossier; times as text."""
    usual = {"channel": "online", "state": 9, "procedure": "1.000001", "fee_due": 0}
    times = {"received_at": at(received), "late_at": at(late), "finished_at": at(finished)}
    return {**usual, "dossier": code, "organisation": body, **times, **columns}


def bring(table, file, rows, *, now, label="", instead_of=(), of="2026-08"):
    """Import rows; `instead_of` are (import_no, line) of the month `of` that count no longer.
    Lines begin with 2, after the header. Gives the number of the import."""
    with table.append(file, f"digest of {file}", now=now, label=label) as import_:
        numbered = [
            {**row, "import_no": import_.number, "line": line}
            for line, row in enumerate(rows, start=2)
        ]
        by_month = itertools.groupby(
            sorted(numbered, key=lambda row: (row["received_at"], row["organisation"])),
            key=lambda row: f"{row['received_at']:%Y-%m}",
        )
        for month, group in by_month:
            ordered = sorted(group, key=lambda row: row["organisation"])
            import_.write(month, pa.Table.from_pylist(ordered, schema=SCHEMA))
        if instead_of:
            gone = [{"import_no": number, "line": line} for number, line in instead_of]
            import_.supersede(pa.Table.from_pylist(gone), [of])
    return import_.number
