"""Writes of documents: record one as read, tie it to others, say whether it holds."""

from dataclasses import asdict
from datetime import date, datetime

from django.db import transaction

from cotmoc.apps.accounts.models import Person
from cotmoc.apps.documents.models import Clause, Document, Relation, RelationKind
from cotmoc.apps.documents.rules import Cited, may_be, meant_issuer, reference_key, search_words
from cotmoc.apps.journal.services import record
from cotmoc.plantext import Plan as ReadPlan
from cotmoc.plantext.model import Citation, Head

_WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
MEDIA_TYPES = {
    "txt": "text/plain",
    "markdown": "text/markdown",
    "html": "text/html",
    "docx": _WORD,
    "pdf": "application/pdf",
    "scan": "application/pdf",
}


@transaction.atomic
def record_document(
    file_name: str,
    digest: str,
    reading: ReadPlan,
    *,
    actor: Person | None,
    now: datetime,
    state: Document.State = Document.State.IN_FORCE,
    size: int = 0,
    media_type: str = "",
) -> Document:
    """Keep a document as read: its text as the reader normalised it, head, clauses, relations.

    `digest` is the SHA-256 of the file as received and `size` its bytes. Relations are tied to the
    documents of the register they name, and those that named this one before it came are tied to
    it.
    """
    document = Document(
        digest=digest,
        file_name=file_name[-200:],
        size=size,
        state=state,
        uploaded_by=actor,
        recorded_at=now,
    )
    _take_head(document, reading.head, file_name)
    _take_text(document, reading, media_type)
    document.save()
    Clause.objects.bulk_create(_clauses(document, reading))
    cited = [_relation(document, citation) for citation in reading.head.citations]
    Relation.objects.bulk_create(cited)
    tied = _tie(document)
    record(
        "document.recorded",
        document,
        actor=actor,
        now=now,
        after={
            "file": file_name,
            "sha256": digest,
            "state": str(state),
            "clauses": len(reading.clauses),
            "relations": len(cited),
            "tied": tied,
        },
    )
    return document


def _take_head(document: Document, head: Head, file_name: str) -> None:
    document.kind = (head.type or "")[:60]
    document.symbol = (head.reference or "")[:60]
    document.symbol_key = reference_key(document.symbol)
    document.title = (head.title or head.subject or file_name)[:300]
    document.issuer = (head.issuer or "")[:200]
    document.place = (head.place or "")[:80]
    document.date = _day(head.date)
    document.year = head.year
    document.since, document.horizon = head.since, head.horizon
    document.valid_from = document.date
    document.recipients = list(head.recipients)
    document.annexes = [asdict(annex) for annex in head.annexes]
    document.illustration = head.illustration
    if head.signer:
        document.signer = (head.signer.name or "")[:120]
        document.signer_title = (head.signer.title or "")[:200]
        document.sign_form = " ".join(head.signer.form)[:40]


def _day(written: str | None) -> date | None:
    """A day the text states; a year alone, or a day that no calendar has, is none."""
    try:
        return date.fromisoformat(written) if written else None
    except ValueError:
        return None


def _take_text(document: Document, reading: ReadPlan, media_type: str) -> None:
    document.text = reading.text
    document.search = search_words(document.symbol, document.title, document.issuer, reading.text)
    document.left_alone = [
        {"start": left.start, "end": left.end, "line": left.line, "reason": left.reason}
        for left in reading.left_alone
    ]
    document.doubts = [asdict(doubt) for doubt in reading.doubts]
    source = reading.source
    if source:
        document.format = source.format
        document.notes = list(source.notes)
        document.origins = [
            [o.start, o.page, o.paragraph, o.table, o.row, o.column] for o in source.origins
        ]
        document.tables = [asdict(table) for table in source.tables]
    document.media_type = (media_type or MEDIA_TYPES.get(document.format, ""))[:100]


def _clauses(document: Document, reading: ReadPlan) -> list[Clause]:
    return [
        Clause(
            document=document,
            address=clause.address,
            order=order,
            depth=clause.level,
            kind=clause.kind,
            role=clause.role,
            start=clause.start,
            end=clause.end,
        )
        for order, clause in enumerate(reading.clauses, 1)
    ]


def _relation(document: Document, citation: Citation) -> Relation:
    return Relation(
        document=document,
        kind=citation.kind,
        reference=(citation.reference or "")[:80],
        reference_key=reference_key(citation.reference or ""),
        issuer=(citation.issuer or "")[:200],
        text=citation.text[:600],
        date=_day(citation.date),
        start=citation.start,
        end=citation.end,
    )


def _tie(document: Document) -> int:
    """Tie the relations of and to a document; returns how many were tied."""
    own = list(document.relations.exclude(reference_key=""))
    tied = 0
    for relation in own:
        relation.other = _meant(relation)
        tied += relation.other is not None
    Relation.objects.bulk_update([each for each in own if each.other], ["other"])
    if not document.symbol_key:
        return tied
    waiting = Relation.objects.filter(other=None, reference_key=document.symbol_key)
    waiting = waiting.select_related("document").defer("document__text", "document__search")
    coming = [each for each in waiting if _meant(each) == document]
    Relation.objects.filter(pk__in=[each.pk for each in coming]).update(other=document)
    return tied + len(coming)


def _meant(relation: Relation) -> Document | None:
    """The one document of the register that a relation may mean.

    One that is still being confirmed gives way to one that holds. Two make a tie, and a tie says
    nothing: a person decides.
    """
    key = relation.reference_key
    issuer = meant_issuer(relation.issuer, key, relation.document.issuer)
    cited = Cited(key, relation.date, issuer)
    found = Document.objects.filter(symbol_key=key).exclude(pk=relation.document_id)
    meant = [
        each
        for each in found.only("symbol_key", "date", "issuer", "state")
        if may_be(cited, Cited(each.symbol_key, each.date, each.issuer))
    ]
    signed = [each for each in meant if each.state != Document.State.DRAFT]
    meant = signed or meant
    return meant[0] if len(meant) == 1 else None


@transaction.atomic
def relate(
    document: Document, kind: RelationKind, other: Document, *, actor: Person | None, now: datetime
) -> bool:
    """Tie a document to another by a person's word; returns whether that is new.

    A relation of the text that was left untied, or tied to another document, is the one tied.
    """
    if document.pk == other.pk or document.relations.filter(kind=kind, other=other).exists():
        return False
    same = document.relations.exclude(reference_key="").filter(
        kind=kind, reference_key=other.symbol_key
    )
    relation = same.first() or Relation(
        document=document,
        kind=kind,
        reference=other.symbol,
        reference_key=other.symbol_key,
        issuer=other.issuer,
        text=other.reference,
        date=other.date,
        start=0,
        end=0,
    )
    before = {"other": relation.other_id}
    relation.other = other
    relation.save()
    record(
        "document.related",
        document,
        actor=actor,
        now=now,
        before=before,
        after={"kind": str(kind), "other": other.pk},
    )
    return True


@transaction.atomic
def untie(relation: Relation, *, actor: Person | None, now: datetime) -> bool:
    """Say that a relation does not mean the document it is tied to; returns whether it was tied."""
    if relation.other_id is None:
        return False
    before = {"other": relation.other_id}
    relation.other = None
    relation.save(update_fields=["other"])
    record(
        "document.untied",
        relation.document,
        actor=actor,
        now=now,
        before=before,
        after={"kind": relation.kind, "reference": relation.reference},
    )
    return True


class ValidityError(ValueError):
    """A document cannot be said to hold this way; `code` says why."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@transaction.atomic
def set_validity(
    document: Document,
    *,
    state: Document.State,
    valid_from: date | None,
    valid_to: date | None,
    reason: str = "",
    actor: Person | None,
    now: datetime,
) -> bool:
    """Say from when and until when a document holds; returns whether anything changed.

    `valid_to` is the first day it no longer holds. Raises ValidityError: `ends_before_start`,
    `end_missing` for what no longer holds, `still_draft` when it would become a draft again.
    """
    if state == Document.State.DRAFT:
        raise ValidityError("still_draft")
    if state != Document.State.IN_FORCE and valid_to is None:
        raise ValidityError("end_missing")
    if valid_from and valid_to and valid_to < valid_from:
        raise ValidityError("ends_before_start")
    kept = Document.objects.select_for_update().get(pk=document.pk)
    before = _validity(kept)
    for each in (kept, document):
        each.state, each.state_reason = state, reason[:300]
        each.valid_from, each.valid_to = valid_from, valid_to
    after = _validity(kept)
    if before == after:
        return False
    kept.save(update_fields=["state", "state_reason", "valid_from", "valid_to"])
    record("document.validity_set", kept, actor=actor, now=now, before=before, after=after)
    return True


def withdraw(
    document: Document, *, on: date, reason: str, actor: Person | None, now: datetime
) -> bool:
    """Say that a document no longer holds from a day on, and why; nothing took its place."""
    return set_validity(
        document,
        state=Document.State.WITHDRAWN,
        valid_from=document.valid_from,
        valid_to=on,
        reason=reason,
        actor=actor,
        now=now,
    )


def _validity(document: Document) -> dict[str, str | None]:
    return {
        "state": str(document.state),
        "valid_from": document.valid_from.isoformat() if document.valid_from else None,
        "valid_to": document.valid_to.isoformat() if document.valid_to else None,
        "reason": document.state_reason,
    }
