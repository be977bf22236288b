"""A file handed in becomes a document being confirmed: looked at, kept, read, recorded."""

import logging
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from cotmoc.apps.accounts.models import Person
from cotmoc.apps.documents.models import Document
from cotmoc.apps.documents.ports import originals, scanning
from cotmoc.apps.journal.services import record
from cotmoc.apps.programmes import ports
from cotmoc.apps.programmes.models import Upload
from cotmoc.apps.programmes.services import record_draft
from cotmoc.plantext import UnreadableText, read_file

logger = logging.getLogger(__name__)
_HOUR = timedelta(hours=1)


class UploadRefusedError(ValueError):
    """A file is not taken; `code` and `params` are for the edge to say."""

    def __init__(self, code: str, **params: object) -> None:
        super().__init__(code)
        self.code = code
        self.params = params


@dataclass(frozen=True, slots=True)
class Received:
    """What came of handing a file in: a document that is there, or an upload on its way."""

    document: Document | None
    upload: Upload | None
    known: bool = False


def refuse_too_many(person: Person, *, now: datetime) -> None:
    """Raises UploadRefusedError where somebody has handed in too many files within an hour."""
    recent = Upload.objects.filter(requested_by=person, requested_at__gt=now - _HOUR)
    if recent.count() >= settings.UPLOADS_PER_HOUR:
        raise UploadRefusedError("too_many", limit=settings.UPLOADS_PER_HOUR)


def receive(name: str, raw: bytes, *, actor: Person | None, now: datetime) -> Received:
    """Take a file in. The same file again gives the document that came of it.

    Small files are read at once, larger ones in the background. Raises UploadRefusedError.
    """
    if len(raw) > settings.MAX_DOCUMENT_BYTES:
        raise UploadRefusedError("too_large", limit=settings.MAX_DOCUMENT_BYTES // 1_000_000)
    if not raw:
        raise UploadRefusedError("empty")
    digest = originals.digest_of(raw)
    if document := Document.objects.filter(digest=digest).first():
        return Received(document, None, known=True)
    if waiting := Upload.objects.filter(digest=digest, state__in=_AT_WORK).first():
        return Received(None, waiting, known=True)
    try:
        scanning.refuse_what_a_scanner_refuses(raw)
    except scanning.ScanRefusedError as refused:
        raise UploadRefusedError(refused.code) from refused
    upload = _take_in(name, raw, actor=actor, now=now)
    if len(raw) <= settings.READ_AT_ONCE_BYTES:
        carry_out(upload, now=now)
    return Received(upload.document, upload)


_AT_WORK = (Upload.State.WAITING, Upload.State.RUNNING)


@transaction.atomic
def _take_in(name: str, raw: bytes, *, actor: Person | None, now: datetime) -> Upload:
    upload = Upload.objects.create(
        file_name=Path(name).name[-200:],
        digest=originals.keep(raw),
        size=len(raw),
        requested_by=actor,
        requested_at=now,
    )
    about = {"file": upload.file_name, "sha256": upload.digest, "bytes": upload.size}
    record("upload.received", upload, actor=actor, now=now, after=about)
    if upload.size > settings.READ_AT_ONCE_BYTES:
        for take_in_hand in ports.readings:
            transaction.on_commit(partial(take_in_hand, upload.pk))
    return upload


def carry_out(upload: Upload, *, now: datetime) -> Upload:
    """Read a file that was handed in and record it as a draft; a refusal is told, not raised."""
    mine = Upload.objects.filter(pk=upload.pk, state=Upload.State.WAITING)
    if not mine.update(state=Upload.State.RUNNING, started_at=now):
        upload.refresh_from_db()
        return upload
    path = originals.path_of(upload.digest)
    try:
        reading = read_file(path, settings.MAX_DOCUMENT_BYTES)
        upload.document = record_draft(
            upload.file_name, path.read_bytes(), reading, actor=upload.requested_by, now=now
        )
        upload.state = Upload.State.DONE
    except UnreadableText as refused:
        _refuse(upload, f"plan_{refused.code}", dict(refused.params))
    except Exception:
        logger.exception("upload %s could not be read", upload.pk)
        _refuse(upload, "plan_not_understood", {})
    upload.finished_at = timezone.now()
    upload.save(update_fields=["document", "state", "problem", "finished_at"])
    return upload


def _refuse(upload: Upload, code: str, params: dict[str, object]) -> None:
    upload.state = Upload.State.REFUSED
    upload.problem = {"code": code, "params": {key: str(each) for key, each in params.items()}}
    if not Document.objects.filter(digest=upload.digest).exists():
        originals.forget(upload.digest)
