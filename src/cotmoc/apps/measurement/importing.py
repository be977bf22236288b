"""Reported values that came as a file of rows: registered as sources, figures open to them."""

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from cotmoc.analytics.lake import Dataset
from cotmoc.apps.accounts.models import Person
from cotmoc.apps.measurement.catalogue import calendars
from cotmoc.apps.measurement.models import Source
from cotmoc.apps.measurement.services import ReceivedFile, record_observations

SYSTEM = "facts"
_TAKEN = ("element", "unit_code", "unit_name", "measure_unit", "value", "numerator", "denominator")


def register_observations(
    dataset: Dataset, number: int, path: Path, *, actor: Person | None, now: datetime
) -> list[Source]:
    """Register what import `number` of the table of reported values brought, a source for each
    period; `path` is the file it came from. Registering again changes nothing."""
    content = path.read_bytes()
    sources = []
    for period, rows in sorted(_by_period(dataset, number).items()):
        file = ReceivedFile(
            name=path.name,
            content=content,
            system=SYSTEM,
            part=f"import-{number}",
            period=calendars().parse(period),
            origin=path.name,
            captured_at=None,
            rows=len(rows),
        )
        source, _new = record_observations(file, rows, actor=actor, now=now)
        sources.append(source)
    return sources


def _by_period(dataset: Dataset, number: int) -> dict[str, list[dict[str, Any]]]:
    found: dict[str, list[dict[str, Any]]] = {}
    for row in _rows(dataset, number):
        taken = {name: row[name] for name in _TAKEN}
        for name in ("unit_name", "measure_unit"):
            taken[name] = taken[name] or ""
        found.setdefault(row["period"], []).append({**taken, "source_line": row["line"]})
    return found


def _rows(dataset: Dataset, number: int) -> Iterator[dict[str, Any]]:
    for part in dataset.manifest().parts:
        if part.import_no == number:
            table: pa.Table = pq.ParquetFile(dataset.folder / part.path).read()
            yield from table.to_pylist()
