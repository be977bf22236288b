"""Numbers for the values of a column, so that a set of values is a few words of bits.

A distinct count over bodies and months that are put together needs the values themselves. As bits
they are 63 to a row and are put together by `or`. A value keeps its number for good; new ones are
added as they come, in files of their own.
"""

import fcntl
import secrets
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import ibis
import ibis.expr.types as ir
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from cotmoc.analytics.sessions import Session, write_batches

VALUE, WORD, BIT = "value_of_set", "word_of_set", "bit_of_set"
NUMBERS = pa.schema([(VALUE, pa.string()), (WORD, pa.int32()), (BIT, pa.int64())])
# A word of 64 bits has a sign.
BITS = 63


@ibis.udf.scalar.builtin(name="bit_count")  # type: ignore[untyped-decorator]
def bit_count(word: int) -> int:  # type: ignore[empty-body]
    """How many bits are set; both engines have it."""


@ibis.udf.agg.builtin(name="bit_or")  # type: ignore[untyped-decorator]
def united(words: int) -> int:  # type: ignore[empty-body]
    """The bits that are set in any of a group's words; Ibis does not know that Spark has it."""


@dataclass(frozen=True)
class ValueNumbers:
    """The numbered values of one column of a fact table, in a folder of their own.

    Its name is part of the names of all that was made with it: were it removed, another would take
    its place, and what goes with the old numbers is not taken for what goes with the new.
    """

    folder: Path

    @property
    def name(self) -> str:
        return self.folder.name

    @classmethod
    def of(cls, root: Path, column: str) -> "ValueNumbers":
        """Those of a column under a root; they begin empty."""
        root.mkdir(parents=True, exist_ok=True)
        with (root / ".lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            for folder in sorted(root.glob(f"{column}-*")):
                return cls(folder)
            folder = root / f"{column}-{secrets.token_hex(4)}"
            folder.mkdir()
            return cls(folder)

    def table(self, session: Session) -> ir.Table:
        """All of them (NUMBERS)."""
        files = sorted(self.folder.glob("*.parquet"))
        return session.read_parquet(files) if files else session.memtable(NUMBERS.empty_table())

    def add(self, session: Session, values: ir.Column) -> bool:
        """Number those values that have no number yet, and say whether there were any."""
        there = values.as_table().select(**{VALUE: values}).distinct()
        with (self.folder / ".lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            files = sorted(self.folder.glob("*.parquet"))
            new = there.filter(there[VALUE].notnull())
            if files:
                new = new.anti_join(self.table(session), VALUE)
            first = sum(pq.read_metadata(path).num_rows for path in files)
            path = self.folder / f"{len(files) + 1:06d}.parquet"
            added = write_batches(_numbered(session.batches(new), first), NUMBERS, path)
            if not added:
                path.unlink()
            return bool(added)


def _numbered(batches: Iterable[pa.RecordBatch], first: int) -> Iterator[pa.RecordBatch]:
    for batch in batches:
        numbers = np.arange(first, first + batch.num_rows, dtype=np.int64)
        first += batch.num_rows
        words = pa.array((numbers // BITS).astype(np.int32))
        bits = pa.array(np.left_shift(np.int64(1), numbers % BITS))
        yield pa.RecordBatch.from_arrays([batch.column(0), words, bits], schema=NUMBERS)
