"""Where files are kept as received: under their SHA-256, never changed."""

from pathlib import Path

from django.conf import settings


def path_of(sha256: str) -> Path:
    """The place of a file by its digest; nothing may be there."""
    return Path(settings.DATA_DIR) / "documents" / sha256
