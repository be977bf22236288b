"""Where facts and received files live; set from the installation's settings."""

from pathlib import Path

from django.conf import settings

from cotmoc.analytics.lake import Lake


def lake() -> Lake:
    """The installation's fact lake."""
    return Lake(Path(settings.DATA_DIR) / "lake")


def received_file(digest: str) -> Path:
    """Where a received file is kept, named by its SHA-256."""
    return Path(settings.DATA_DIR) / "sources" / digest
