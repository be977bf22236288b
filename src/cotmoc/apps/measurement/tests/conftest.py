"""A lake of a test's own, with the dossiers it asks for."""

from datetime import UTC, datetime
from itertools import count

import pyarrow as pa
import pytest

from cotmoc.analytics.lake import Lake
from cotmoc.analytics.schema import arrow_schema
from cotmoc.apps.measurement.catalogue import fact_tables

RECORDED = datetime(2026, 10, 1, tzinfo=UTC)


@pytest.fixture
def facts(db, settings, tmp_path):
    """Put dossiers into an empty lake: `facts(("commune:04891:", "2025-03-10", 10, {…}), …)` is ten
    dossiers of a body received that day; further columns may be given."""
    settings.DATA_DIR = tmp_path
    table = fact_tables()["dossiers"]
    schema = arrow_schema(table)
    numbers = count(1)

    def add(*groups, label=""):
        months = {}
        for body, day, times, *more in groups:
            about = more[0] if more else {}
            for _ in range(times):
                number = next(numbers)
                row = {
                    "dossier": f"D{number}",
                    "procedure": "1.000001",
                    "organisation": body,
                    "channel": "direct",
                    "state": 2,
                    "received_at": datetime.fromisoformat(f"{day}T09:00:00"),
                    "import_no": 1,
                    "line": number + 1,
                    **about,
                }
                months.setdefault(day[:7], []).append(row)
        dataset = Lake(tmp_path / "lake").table("dossiers")
        name = f"thang-{next(numbers)}.csv"
        with dataset.append(name, name, now=RECORDED, label=label) as adding:
            for month, rows in sorted(months.items()):
                full = [{key: row.get(key) for key in schema.names} for row in rows]
                adding.write(month, pa.Table.from_pylist(full, schema=schema))

    return add
