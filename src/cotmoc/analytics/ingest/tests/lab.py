"""A lake for tests and short ways to fill it."""

import csv
import io
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import yaml

from cotmoc.analytics.ingest import import_file
from cotmoc.analytics.lake import Lake
from cotmoc.core.workdays import WorkCalendar
from cotmoc.indicators.facts import read_fact_table

CATALOGUE = Path(__file__).parents[5] / "catalogue" / "facts"
MONDAY, TUESDAY, WEDNESDAY = (datetime(2026, 9, day, tzinfo=UTC) for day in (7, 8, 9))
HEADER = ("dossier", "procedure", "organisation", "channel", "state", "received_at")
ROW = {
    "dossier": "H44.1-001",
    "procedure": "1.001",
    "organisation": "H44.1",
    "channel": "online",
    "state": "9",
    "received_at": "2026-08-03 08:30:00",
}


@cache
def table(name="dossiers"):
    return read_fact_table(yaml.safe_load((CATALOGUE / f"{name}.yaml").read_text()), f"{name}.yaml")


@cache
def workdays():
    return WorkCalendar()


class Lab:
    """A folder with a lake, files and a quarantine."""

    def __init__(self, folder):
        self.folder = folder
        self.lake = Lake(folder / "lake")
        self.quarantine = folder / "quarantine"

    def file(self, content, name="a.csv"):
        path = self.folder / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    def bring(self, content, name="a.csv", *, to="dossiers", now=MONDAY, **said):
        path = content if isinstance(content, Path) else self.file(content, name)
        return import_file(
            self.lake.table(to),
            table(to),
            path,
            now=now,
            workdays=workdays(),
            quarantine=self.quarantine,
            **said,
        )

    def rows(self, to="dossiers", known_at=None):
        """Rows that count, by line; read as any reader would."""
        found = []
        for month in self.lake.table(to).partitions(known_at):
            gone = set()
            for path in month.without:
                each = pq.read_table(path, partitioning=None)
                gone |= set(zip(*(column.to_pylist() for column in each.columns), strict=True))
            for path in month.paths:
                rows = pq.read_table(path, partitioning=None)
                assert rows.num_rows
                found += [
                    row | {"month": month.month}
                    for row in rows.to_pylist()
                    if (row["import_no"], row["line"]) not in gone
                ]
        return sorted(found, key=lambda row: (row["import_no"], row["line"]))

    def row(self, **cells):
        """The one row that comes of one line with these cells."""
        outcome = self.bring(lines([ROW | cells]))
        assert (outcome.good, outcome.refused) == (1, 0), outcome.problems
        (row,) = self.rows()
        return row

    def reason(self, **cells):
        """The (field, code) of the one problem of one line with these cells."""
        outcome = self.bring(lines([ROW | cells]))
        assert (outcome.good, outcome.refused) == (0, 1)
        (problem,) = outcome.problems
        return problem.field, problem.code

    def refused(self):
        """The rows of the one quarantine file."""
        (path,) = self.quarantine.iterdir()
        return list(csv.DictReader(io.StringIO(path.read_text(encoding="utf-8-sig"))))


def lines(rows, delimiter=",", **options):
    """Rows as a delimited text with a header."""
    out = io.StringIO()
    writer = csv.DictWriter(out, list(rows[0]), delimiter=delimiter, **options)
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue()


def many(count, start=0):
    return [ROW | {"dossier": f"H44.1-{number:06}"} for number in range(start, start + count)]


def as_arrow(rows):
    return pa.Table.from_pylist(rows)
