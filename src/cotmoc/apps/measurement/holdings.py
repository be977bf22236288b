"""What lies on disk: facts by table and month, imports, rows set apart, components kept ready."""

import csv
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path

from cotmoc.analytics.component_store import ComponentStore
from cotmoc.analytics.lake import ImportNote, LakeError, Manifest, Partition
from cotmoc.apps.measurement.catalogue import fact_tables
from cotmoc.apps.measurement.computing import components_folder, row_tables
from cotmoc.apps.measurement.ports import lake, quarantine
from cotmoc.core.calendars import GRAINS
from cotmoc.indicators.facts import FactTable

SHOWN_ROWS = 50
_MOST_COUNTED = 200_000


@dataclass(frozen=True, slots=True)
class Month:
    """The rows of a month that were stored, those corrected later included."""

    month: str
    rows: int


@dataclass(frozen=True, slots=True)
class Kept:
    """Components of a table at a grain: months that have some of so many, and their bytes."""

    grain: str
    months: int
    of: int
    size: int


@dataclass(frozen=True, slots=True)
class Holding:
    """One table of single facts as it stands. `problem` says why it cannot be read."""

    table: FactTable
    rows: int = 0
    superseded: int = 0
    months: tuple[Month, ...] = ()
    imports: tuple[ImportNote, ...] = ()
    kept: tuple[Kept, ...] = ()
    problem: str = ""

    @property
    def last(self) -> ImportNote | None:
        """The newest import."""
        return self.imports[0] if self.imports else None

    @property
    def made_up(self) -> int:
        """Rows that an import marked as illustration brought."""
        return sum(each.rows for each in self.imports if each.label)


def holdings() -> list[Holding]:
    """All tables of single facts that the catalogue declares, those without facts too."""
    return [_holding(fact_tables()[name]) for name in row_tables()]


def _holding(table: FactTable) -> Holding:
    dataset = lake().table(table.name)
    try:
        manifest: Manifest = dataset.manifest()
        partitions = dataset.partitions()
    except (LakeError, ValueError, OSError) as error:
        return Holding(table, problem=str(error))
    return Holding(
        table,
        manifest.rows,
        sum(each.rows for each in manifest.superseded),
        _months(partitions),
        tuple(reversed(manifest.imports)),
        tuple(_kept(table, partitions)),
    )


def _months(partitions: list[Partition]) -> tuple[Month, ...]:
    """Every month from the first to the last; one without facts has none."""
    rows = Counter({each.month: each.rows for each in partitions})
    if not rows:
        return ()
    first, last = (12 * int(each[:4]) + int(each[5:]) - 1 for each in (min(rows), max(rows)))
    names = [f"{each // 12:04}-{each % 12 + 1:02}" for each in range(first, last + 1)]
    return tuple(Month(name, rows[name]) for name in names)


def _kept(table: FactTable, partitions: list[Partition]) -> Iterator[Kept]:
    for grain in GRAINS:
        store = ComponentStore(components_folder(), table, lake().table(table.name), grain)
        months, size = store.state(partitions)
        if size:
            yield Kept(grain, months, len(partitions), size)


@dataclass(frozen=True, slots=True)
class SetApart:
    """A file of rows that were refused, with their lines and reasons, to be mended."""

    name: str
    written_at: datetime
    size: int
    rows: int | None


def set_apart() -> list[SetApart]:
    """Files of refused rows, the newest first."""
    files = [_set_apart(path) for path in quarantine().glob("*.csv") if path.is_file()]
    return sorted(files, key=lambda each: each.written_at, reverse=True)


def _set_apart(path: Path) -> SetApart:
    about = path.stat()
    written = datetime.fromtimestamp(about.st_mtime, UTC)
    return SetApart(path.name, written, about.st_size, _count(path))


def _count(path: Path) -> int | None:
    """Rows without the head; None where counting would take long."""
    with path.open(encoding="utf-8-sig", newline="", errors="replace") as file:
        rows = sum(1 for _row in islice(csv.reader(file), _MOST_COUNTED + 1))
    return None if rows > _MOST_COUNTED else max(0, rows - 1)


def set_apart_file(name: str) -> Path | None:
    """The file of this name, if it is one that lies there."""
    there = {path.name: path for path in quarantine().glob("*.csv") if path.is_file()}
    return there.get(name)


def first_rows(path: Path) -> tuple[list[str], list[list[str]]]:
    """The head and the first rows of a file of refused rows."""
    with path.open(encoding="utf-8-sig", newline="", errors="replace") as file:
        rows = list(islice(csv.reader(file), SHOWN_ROWS + 1))
    return (rows[0], rows[1:]) if rows else ([], [])
