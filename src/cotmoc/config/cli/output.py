"""How commands speak: results on stdout (JSON alone when asked), progress and errors on stderr."""

import json
import sys
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from decimal import Decimal
from typing import Any

from rich.console import Console
from rich.table import Table

from cotmoc.core.problems import Problem
from cotmoc.ui.problems import describe

# Into a pipe or a file tables keep their full width.
_WIDE = 200
stderr = Console(stderr=True, highlight=False, width=None if sys.stderr.isatty() else _WIDE)
stdout = Console(highlight=False, width=None if sys.stdout.isatty() else _WIDE)

OK, REFUSED, USAGE, NOT_READY, NOT_FOUND, IN_PART = 0, 1, 2, 3, 4, 5
MAX_SHOWN = 40


class CommandError(Exception):
    """A command ends here: with a sentence for people and an exit code for scripts."""

    def __init__(self, message: str, code: int = REFUSED) -> None:
        super().__init__(message)
        self.code = code


class BadInputError(CommandError):
    """An input was refused; every problem is listed."""

    def __init__(self, problems: Iterable[Problem], headline: str) -> None:
        lines = [describe(problem) for problem in problems]
        shown = [f"  {line}" for line in lines[:MAX_SHOWN]]
        if len(lines) > MAX_SHOWN:
            shown.append(f"  … +{len(lines) - MAX_SHOWN}")
        super().__init__("\n".join([headline, *shown]))


def plain(value: Any) -> Any:
    """Make a value JSON-ready; whole numbers lose their decimals."""
    if isinstance(value, int | float | bool) or value is None:
        return value
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    return str(value)


def print_json(value: Any) -> None:
    """The only thing on stdout when --json is asked."""
    sys.stdout.write(json.dumps(value, ensure_ascii=False, indent=1, default=plain) + "\n")


def print_table(headers: Sequence[str], rows: Iterable[Sequence[Any]], numeric: set[int]) -> None:
    """A plain table for people; columns in `numeric` are right-aligned."""
    table = Table(box=None, pad_edge=False, header_style="bold")
    for number, header in enumerate(headers):
        table.add_column(header, justify="right" if number in numeric else "left", overflow="fold")
    for row in rows:
        table.add_row(*("" if cell is None else str(cell) for cell in row))
    stdout.print(table)


@contextmanager
def step(title: str) -> Iterator[list[str]]:
    """Show a step while it runs and its result when it is done: `with step("…") as said:
    said.append("14.138 units")`."""
    said: list[str] = []
    started = time.monotonic()
    if stderr.is_terminal:
        with stderr.status(f"{title}…"):
            yield said
    else:
        yield said
    seconds = time.monotonic() - started
    result = f": {', '.join(said)}" if said else ""
    stderr.print(f"[green]✓[/] {title}{result} [dim]({seconds:.1f} s)[/]")
