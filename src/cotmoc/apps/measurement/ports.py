"""Where facts and received files live, and who does long work; set from the installation."""

from collections.abc import Callable
from pathlib import Path

from django.conf import settings

from cotmoc.analytics.lake import Lake

# What takes a requested computation (by its number) in hand, set when the program starts.
computations: list[Callable[[int], None]] = []


def lake() -> Lake:
    """The installation's fact lake."""
    return Lake(Path(settings.DATA_DIR) / "lake")


def received_file(digest: str) -> Path:
    """Where a received file is kept, named by its SHA-256."""
    return Path(settings.DATA_DIR) / "sources" / digest
