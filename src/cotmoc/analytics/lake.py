"""Facts at rest: one Parquet file a batch, written aside and renamed, never changed."""

import os
import re
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

_BATCH_NAME = re.compile(r"[0-9A-Za-z._-]+")


class Lake:
    """A folder of fact tables; each table a folder of batches.

    Which batches count is decided by the caller's own register: a file whose import was never
    committed there is simply not read, so a crash leaves nothing half-visible.
    """

    def __init__(self, root: Path) -> None:
        self.root = root

    def path(self, table: str, batch: str) -> Path:
        """Where a batch lives."""
        if not _BATCH_NAME.fullmatch(batch):
            raise ValueError(f"not a batch name: {batch!r}")
        return self.root / table / f"{batch}.parquet"

    def write(self, table: str, batch: str, rows: pa.Table) -> Path:
        """Write a batch whole or not at all; writing the same batch again replaces it."""
        target = self.path(table, batch)
        target.parent.mkdir(parents=True, exist_ok=True)
        aside = target.with_suffix(f".{os.getpid()}.tmp")
        try:
            pq.write_table(rows, aside, compression="zstd")
            os.replace(aside, target)
        finally:
            aside.unlink(missing_ok=True)
        return target
