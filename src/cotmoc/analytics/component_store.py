"""The files of components: scanned once, kept by month.

They are named by what they hold and by the digest of the month they were made from: a new month,
or a new definition, costs itself alone.
"""

import shutil
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import ibis.expr.types as ir
import pyarrow.parquet as pq

from cotmoc.analytics.components import ATOM, SHORT, Component
from cotmoc.analytics.lake import Dataset, Partition
from cotmoc.analytics.scanning import FACTS, SETS, MonthPass, Writer
from cotmoc.analytics.sessions import Session
from cotmoc.analytics.value_numbers import ValueNumbers
from cotmoc.core.calendars import Grain
from cotmoc.indicators.facts import ORIGIN_COLUMNS, FactTable

Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Scanned:
    """What a refresh did: months looked at, months scanned, and rows read for it."""

    months: int
    scanned: tuple[str, ...]
    rows: int


class ComponentStore:
    """The files of components of one fact table at one grain.

    It may be removed at any time: everything in it can be computed again.
    """

    def __init__(self, root: Path, table: FactTable, dataset: Dataset, grain: Grain) -> None:
        self.table = table
        self.dataset = dataset
        self.grain = grain
        self.folder = root / table.name / grain
        self.values = root / table.name / "values"

    def refresh(
        self,
        session: Session,
        wanted: Iterable[Component],
        partitions: Sequence[Partition],
        progress: Progress | None = None,
    ) -> Scanned:
        """Compute what is not there yet for these months; the months are scanned one by one."""
        wanted = list(dict.fromkeys(wanted))
        scanned, rows = [], 0
        prepared: dict[tuple[Component, ...], MonthPass] = {}
        with Writer() as writer:
            for number, partition in enumerate(partitions):
                missing = tuple(self._missing(partition, wanted))
                if missing:
                    if partition.without:
                        session.view(FACTS, counting_facts(session, partition))
                    else:
                        session.view_files(FACTS, partition.paths)
                    # Every month with the same gaps is asked the same, put into words once.
                    if missing not in prepared:
                        prepared[missing] = self._pass(session, missing)
                    prepared[missing].write(partition, self._place(partition), writer)
                    scanned.append(partition.month)
                    rows += partition.rows
                if progress:
                    progress(number + 1, len(partitions))
        return Scanned(len(partitions), tuple(scanned), rows)

    def stale(
        self, wanted: Iterable[Component], partitions: Iterable[Partition]
    ) -> list[Partition]:
        """The months that a refresh would have to scan for these components."""
        wanted = list(dict.fromkeys(wanted))
        return [each for each in partitions if self._missing(each, wanted)]

    def state(self, partitions: Iterable[Partition]) -> tuple[int, int]:
        """How many of these months have components, and the bytes of all that is kept."""
        kept = sum(self._place(each).is_dir() for each in partitions)
        return kept, sum(path.stat().st_size for path in self.folder.rglob("*.parquet"))

    def sweep(self, partitions: Iterable[Partition]) -> None:
        """Remove what was computed from months as they are no longer."""
        current = {self._place(partition) for partition in partitions}
        for folder in self.folder.glob("*/*"):
            if folder not in current:
                shutil.rmtree(folder, ignore_errors=True)

    def files(self, partitions: Iterable[Partition], components: Iterable[Component]) -> list[Path]:
        """The files that hold any of these components, of one placing and kind."""
        names = {each.name for each in components}
        return [
            path
            for partition in partitions
            for path, held in self._held(partition).items()
            if names & held
        ]

    def bounds(self, partitions: Iterable[Partition]) -> tuple[int, int] | None:
        """The first and the last atom that any component has; None when there is none."""
        lowest: list[int] = []
        highest: list[int] = []
        for partition in partitions:
            for path in self._place(partition).glob("*.parquet"):
                about = pq.read_metadata(path)
                column = about.schema.names.index(ATOM)
                for number in range(about.num_row_groups):
                    statistics = about.row_group(number).column(column).statistics
                    if statistics and statistics.has_min_max:
                        lowest.append(statistics.min)
                        highest.append(statistics.max)
        return (min(lowest), max(highest)) if lowest else None

    def _place(self, partition: Partition) -> Path:
        return self.folder / partition.month / partition.digest[: 2 * SHORT]

    def _pass(self, session: Session, missing: Sequence[Component]) -> MonthPass:
        columns = {each.set_of for each in missing if each.set_of}
        numbers = {column: ValueNumbers.of(self.values, column) for column in columns}
        return MonthPass(session, self.table, self.grain, missing, numbers)

    def _missing(self, partition: Partition, wanted: Sequence[Component]) -> list[Component]:
        there = set().union(*self._held(partition).values())
        return [each for each in wanted if each.name not in there]

    def _held(self, partition: Partition) -> dict[Path, set[str]]:
        """The names of components in each file of a month, but for bits of numbers that are no
        longer."""
        numbered = {folder.name for folder in self.values.glob("*-*")}
        held = {}
        for path in sorted(self._place(partition).glob("*.parquet")):
            made_with = path.stem.removeprefix(SETS).rpartition("-")[0]
            if not path.stem.startswith(SETS) or made_with in numbered:
                held[path] = {path.stem} | set(pq.read_schema(path).names)
        return held


def counting_facts(session: Session, partition: Partition) -> ir.Table:
    """The facts of a month that count: without those that a correction superseded."""
    facts = session.read_parquet(partition.paths)
    if not partition.without:
        return facts
    without = session.read_parquet(partition.without)
    return facts.anti_join(without, list(ORIGIN_COLUMNS))
