"""Evidence for a leaf: a document's number and date, a link, a file, as long as the body may write.

Files are kept where documents keep theirs, under their SHA-256, after the scanner has seen them.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import PurePath
from urllib.parse import urlsplit

from django.conf import settings
from django.db import transaction

from cotmoc.apps.accounts.models import Person
from cotmoc.apps.documents.models import Document
from cotmoc.apps.documents.ports import originals, scanning
from cotmoc.apps.scorecards.assessments.proofs import ProofError, proof_of
from cotmoc.apps.scorecards.assessments.stepping import RoundError, Step
from cotmoc.apps.scorecards.models import Assessment, Entry, Evidence
from cotmoc.core.text import clean

MOST_OF_A_LEAF = 20
_HOUR = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Proof:
    """What is handed in: any of a document's number with its date, a link, a file."""

    number: str = ""
    dated: date | None = None
    title: str = ""
    link: str = ""
    file_name: str = ""
    raw: bytes = b""


@transaction.atomic
def add_evidence(
    assessment: Assessment, leaf: str, proof: Proof, *, actor: Person | None, now: datetime
) -> Evidence:
    """Add evidence to a leaf. Raises RoundError; then nothing is kept, neither row nor file."""
    step = Step(assessment, "save", version=None, actor=actor, now=now)
    entry = _entry(step, leaf)
    _refuse(entry, proof)
    made = Evidence(
        entry=entry,
        number=clean(proof.number)[:60],
        dated=proof.dated,
        title=clean(proof.title)[:300],
        link=proof.link.strip(),
        added_at=now,
        added_by=actor,
    )
    if proof.file_name:
        _look_at(made, proof, actor, now)
    made.save()
    about = {"leaf": leaf, "evidence": str(made), "sha256": made.digest}
    step.done("evidence.added", after=about)
    if made.digest:
        originals.keep(proof.raw)
    return made


def _entry(step: Step, leaf: str) -> Entry:
    entry = step.entries().get(leaf)
    if entry is None:
        raise RoundError("unknown_leaf")
    return entry


def _refuse(entry: Entry, proof: Proof) -> None:
    if entry.evidence.count() >= MOST_OF_A_LEAF:
        raise RoundError("too_many_proofs", limit=MOST_OF_A_LEAF)
    if proof.link.strip() and not link_is_safe(proof.link.strip()):
        raise RoundError("link_refused")
    numbered = bool(proof.number.strip() and proof.dated)
    if not (numbered or proof.link.strip() or proof.file_name):
        raise RoundError("proof_empty")


def link_is_safe(link: str) -> bool:
    """Whether a link leads to a web page: http or https and a host, without a password in it."""
    if len(link) > 500 or any(character.isspace() for character in link):
        return False
    try:
        parts = urlsplit(link)
        host = parts.hostname
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and bool(host) and "@" not in parts.netloc


def _look_at(made: Evidence, proof: Proof, actor: Person | None, now: datetime) -> None:
    """Look at a file, and let the scanner look at it, before it is kept."""
    limit = settings.MAX_DOCUMENT_BYTES
    if len(proof.raw) > limit:
        raise RoundError("too_large", limit=limit // 1_000_000)
    refuse_too_many(actor, now=now)
    try:
        kind = proof_of(proof.file_name, proof.raw)
        scanning.refuse_what_a_scanner_refuses(proof.raw)
    except ProofError as error:
        raise RoundError(error.code, **error.params) from error
    except scanning.ScanRefusedError as error:
        raise RoundError(error.code) from error
    made.file_name = PurePath(proof.file_name.replace("\\", "/")).name[-200:]
    made.media_type, made.size = kind.media_type, len(proof.raw)
    made.digest = originals.digest_of(proof.raw)


def refuse_too_many(actor: Person | None, *, now: datetime) -> None:
    """Raises RoundError where somebody has handed in too many files within an hour."""
    recent = Evidence.objects.filter(added_by=actor, added_at__gt=now - _HOUR).exclude(digest="")
    if actor is not None and recent.count() >= settings.UPLOADS_PER_HOUR:
        raise RoundError("too_many", limit=settings.UPLOADS_PER_HOUR)


@transaction.atomic
def remove_evidence(found: Evidence, *, actor: Person | None, now: datetime) -> None:
    """Take evidence away while the body may write; its file goes when nothing else needs it."""
    step = Step(found.entry.assessment, "save", version=None, actor=actor, now=now)
    digest, before = found.digest, {"leaf": found.entry.leaf, "evidence": str(found)}
    found.delete()
    step.done("evidence.removed", before={**before, "sha256": digest})
    if digest:
        transaction.on_commit(lambda: _let_go(digest))


def _let_go(digest: str) -> None:
    kept = Evidence.objects.filter(digest=digest).exists()
    if not kept and not Document.objects.filter(digest=digest).exists():
        originals.forget(digest)
