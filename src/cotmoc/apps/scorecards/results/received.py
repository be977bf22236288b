"""Files of published results handed in on a page: kept by their SHA-256 until they are recorded
or a day has passed. What was recorded stays, as received."""

from datetime import datetime, timedelta
from pathlib import Path

from django.conf import settings
from django.core.cache import cache

from cotmoc.apps.documents.ports import originals, scanning
from cotmoc.apps.scorecards.models import Publication
from cotmoc.apps.scorecards.results.sheets import MAX_BYTES

_WAITS = timedelta(days=1)
_HOUR = 3600
_FOLDER = "published"


class RefusedError(ValueError):
    """A file is not taken; `code` and `params` are for the edge to say."""

    def __init__(self, code: str, **params: object) -> None:
        super().__init__(code)
        self.code, self.params = code, params


def receive(raw: bytes, *, person: int, now: datetime) -> str:
    """Keep a file and return its SHA-256, after the scanner has seen it.

    Raises RefusedError for one that is empty or too large, that the scanner refuses, and where
    somebody hands in too many within an hour.
    """
    _refuse_too_many(person, now)
    if not raw:
        raise RefusedError("empty")
    if len(raw) > MAX_BYTES:
        raise RefusedError("too_large", limit=MAX_BYTES // 1_000_000)
    try:
        scanning.refuse_what_a_scanner_refuses(raw)
    except scanning.ScanRefusedError as refused:
        raise RefusedError(refused.code) from refused
    _forget_what_nothing_came_of(now)
    digest = originals.digest_of(raw)
    path = _path(digest)
    path.parent.mkdir(parents=True, exist_ok=True)
    aside = path.with_suffix(".incoming")
    aside.write_bytes(raw)
    aside.replace(path)
    return digest


def path_of(digest: str) -> Path | None:
    """Where a file that was handed in lies; None for anything else."""
    if len(digest) != 64 or not digest.isalnum():
        return None
    path = _path(digest)
    return path if path.is_file() else None


def _path(digest: str) -> Path:
    return Path(settings.DATA_DIR) / _FOLDER / digest


def _refuse_too_many(person: int, now: datetime) -> None:
    key = f"published:{person}:{int(now.timestamp()) // _HOUR}"
    cache.add(key, 0, 2 * _HOUR)
    try:
        count = cache.incr(key)
    except ValueError:  # the entry was evicted between the two steps: nothing to count
        return
    if count > settings.UPLOADS_PER_HOUR:
        raise RefusedError("too_many", limit=settings.UPLOADS_PER_HOUR)


def _forget_what_nothing_came_of(now: datetime) -> None:
    """Remove files older than a day that no publication names."""
    folder = Path(settings.DATA_DIR) / _FOLDER
    if not folder.is_dir():
        return
    before = (now - _WAITS).timestamp()
    old = [path for path in folder.iterdir() if path.stat().st_mtime < before]
    names = [path.name for path in old]
    kept = set(Publication.objects.filter(digest__in=names).values_list("digest", flat=True))
    for path in old:
        if path.name not in kept:
            path.unlink(missing_ok=True)
