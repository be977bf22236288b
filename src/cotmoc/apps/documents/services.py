"""Writes of documents."""

from dataclasses import asdict
from datetime import date, datetime

from django.db import transaction

from cotmoc.apps.accounts.models import Person
from cotmoc.apps.documents.models import Clause, Document
from cotmoc.apps.journal.services import record
from cotmoc.plantext import Plan as ReadPlan


@transaction.atomic
def record_document(
    file_name: str, digest: str, reading: ReadPlan, *, actor: Person | None, now: datetime
) -> Document:
    """Keep a document as read: its text as the reader normalised it, its head and its clauses."""
    head = reading.head
    document = Document.objects.create(
        kind=head.type or "",
        symbol=head.reference or "",
        title=(head.title or head.subject or file_name)[:300],
        issuer=(head.issuer or "")[:200],
        place=(head.place or "")[:80],
        date=date.fromisoformat(head.date) if head.date else None,
        year=head.year,
        text=reading.text,
        digest=digest,
        file_name=file_name,
        illustration=head.illustration,
        left_alone=[
            {"start": left.start, "end": left.end, "line": left.line, "reason": left.reason}
            for left in reading.left_alone
        ],
        doubts=[asdict(doubt) for doubt in reading.doubts],
        state=Document.State.IN_FORCE,
        recorded_at=now,
    )
    Clause.objects.bulk_create(
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
    )
    record(
        "document.recorded",
        document,
        actor=actor,
        now=now,
        after={"file": file_name, "sha256": digest, "clauses": len(reading.clauses)},
    )
    return document
