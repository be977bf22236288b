"""Reading an index from its YAML: every key checked, all errors found, each with its place."""

from collections.abc import Collection
from typing import Any

from cotmoc.indicators.definitions import DefinitionError
from cotmoc.indicators.indices.model import Index


def read_index(raw: Any, where: str, indicators: Collection[str] | None = None) -> Index:
    """One index from a parsed file; raises DefinitionError for the first thing that is wrong.

    `indicators` are the codes that leaves may read; None checks none of them.
    """
    raise NotImplementedError


def inspect_index(
    raw: Any, where: str, indicators: Collection[str] | None = None
) -> tuple[Index | None, list[DefinitionError]]:
    """The index, if nothing is wrong, and everything that is wrong with it."""
    raise NotImplementedError
