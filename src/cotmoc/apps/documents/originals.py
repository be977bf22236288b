"""Files of documents as received: kept under their SHA-256, byte for byte, and never changed."""

import hashlib
import os
import re
import tempfile
from pathlib import Path

from django.conf import settings

_DIGEST = re.compile(r"[0-9a-f]{64}")


def digest_of(raw: bytes) -> str:
    """The SHA-256 under which a file would be kept."""
    return hashlib.sha256(raw).hexdigest()


def path_of(sha256: str) -> Path:
    """Where the file with this SHA-256 is, or would be. Raises ValueError for anything else."""
    if not _DIGEST.fullmatch(sha256):
        raise ValueError(f"not a SHA-256: {sha256!r}")
    return Path(settings.DATA_DIR) / "originals" / sha256[:2] / sha256


def keep(raw: bytes) -> str:
    """Keep a file and return its SHA-256; one that is kept already is left as it is.

    Written aside and renamed, so that nobody ever reads half a file.
    """
    sha256 = digest_of(raw)
    path = path_of(sha256)
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        descriptor, aside = tempfile.mkstemp(prefix="incoming-", dir=path.parent)
        with os.fdopen(descriptor, "wb") as file:
            file.write(raw)
            file.flush()
            os.fsync(file.fileno())
        os.replace(aside, path)
    return sha256


def forget(sha256: str) -> None:
    """Let go of a file that no document came of."""
    path_of(sha256).unlink(missing_ok=True)
