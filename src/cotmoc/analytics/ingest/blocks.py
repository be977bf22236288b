"""What every reader of files hands on: blocks of rows, still as text, with their lines."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Protocol

import numpy as np
import pyarrow as pa

from cotmoc.core.problems import Problem

HEAD_ROWS = 20  # how far down a header may stand: exports put titles above it


@dataclass(frozen=True, slots=True)
class Torn:
    """A row that is no row of this table: its line, the cells there are, and why."""

    line: int
    cells: Mapping[str, str]
    problem: Problem


@dataclass(frozen=True, slots=True)
class Block:
    """Some rows of a file. `cells` are text, one column for each picked column of the table;
    null is a missing value. `plain` is True if no cell can hold characters that a clean text does
    not have, or spaces around. `done` is how many bytes of the file have been read."""

    lines: np.ndarray
    cells: pa.Table
    done: int
    plain: bool = False
    torn: list[Torn] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Reading:
    """How a file was read, for people: `kind` is csv, xlsx, parquet or jsonl."""

    kind: str
    encoding: str | None = None
    delimiter: str | None = None
    decimal_mark: str = ","


class Source(Protocol):
    """A file whose header can be looked at before its rows are read."""

    @property
    def reading(self) -> Reading: ...

    def head(self) -> Sequence[tuple[int, Sequence[str]]]:
        """Up to HEAD_ROWS first rows, any of which may be the header, with their lines."""

    def sample(self, header_line: int, place: int) -> Sequence[str]:
        """Some first cells of the column at a place, to see how numbers are written."""

    def blocks(
        self,
        header_line: int,
        width: int,
        picks: Mapping[str, int],
        decimal_mark: str,
        few: Collection[str] = (),
    ) -> Iterator[Block]:
        """The rows below the header; `picks` says at which place each column stands. Columns in
        `few` have few different values: they may come as dictionaries."""


MISSING = ("", "NULL", "\\N")  # how files write that there is no value


def text_table(columns: Mapping[str, Sequence[str]]) -> pa.Table:
    """Cells that were read one by one, as a table of text."""
    return pa.table(
        {
            name: pa.array(
                [None if cell.strip() in MISSING else cell for cell in cells], pa.string()
            )
            for name, cells in columns.items()
        }
    )


def number_text(value: int | float | Decimal, mark: str) -> str:
    """A number that came as a number, written so that it reads back unambiguously."""
    if isinstance(value, int):
        return str(value)
    exact = value if isinstance(value, Decimal) else Decimal(repr(value))
    if not exact.is_finite():
        return str(value)
    if exact == exact.to_integral_value():
        return str(int(exact))
    return f"{exact:f}".replace(".", mark)
