"""Writing to the journal; called inside the transaction of the write it records."""

from datetime import datetime
from typing import Any

from django.db import models

from cotmoc.apps.journal.models import Entry

Values = dict[str, Any]


def record(
    verb: str,
    subject: models.Model | tuple[str, str],
    *,
    actor: Any | None,
    now: datetime,
    before: Values | None = None,
    after: Values | None = None,
) -> Entry:
    """Append one entry. `subject` is a saved model instance or a (type, id) pair;
    `before` and `after` hold JSON-ready values of what changed, never passwords or tokens.
    """
    if isinstance(subject, models.Model):
        subject = (subject._meta.label_lower, str(subject.pk))
    return Entry.objects.create(
        at=now,
        actor=actor,
        verb=verb,
        subject_type=subject[0],
        subject_id=subject[1],
        before=before,
        after=after,
    )
