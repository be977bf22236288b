"""The file of rows set apart: where each stood, why it was refused, and its cells as they came."""

import csv
from collections.abc import Callable, Iterable
from pathlib import Path
from types import TracebackType

from cotmoc.analytics.ingest.convert import Refused
from cotmoc.analytics.ingest.headers import QUARANTINE_COLUMNS
from cotmoc.core.problems import Problem

_BETWEEN = " | "


class Quarantine:
    """Writes refused rows, counts them and keeps the first problems. Only columns that the table
    declares are kept: what else stood in the file may be personal data."""

    def __init__(
        self, path: Path, columns: Iterable[str], describe: Callable[[Problem], str], keep: int
    ) -> None:
        self.path, self.rows = path, 0
        self.problems: list[Problem] = []
        self.reasons: dict[str, int] = {}
        self._columns, self._describe, self._keep = tuple(columns), describe, keep
        self._file = path.open("w", encoding="utf-8-sig", newline="")
        self._writer = csv.writer(self._file)
        self._writer.writerow([*QUARANTINE_COLUMNS, *self._columns])

    def __enter__(self) -> "Quarantine":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Write out what is left."""
        self._file.close()

    def add(self, row: Refused) -> None:
        """Set one row apart, with all its reasons in one line so that it can be mended there."""
        self.rows += 1
        for problem in row.problems:
            self.reasons[problem.code] = self.reasons.get(problem.code, 0) + 1
            if len(self.problems) < self._keep:
                self.problems.append(problem)
        about = [
            (each.field or "", each.value or "", each.code, self._describe(each))
            for each in row.problems
        ]
        said = [_BETWEEN.join(parts) for parts in zip(*about, strict=True)]
        self._writer.writerow(
            [row.line, *said, *(row.cells.get(each, "") for each in self._columns)]
        )
