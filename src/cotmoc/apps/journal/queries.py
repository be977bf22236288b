"""Reading the journal."""

from django.db.models import QuerySet

from cotmoc.apps.journal.models import Entry


def entries(*, viewer: object) -> QuerySet[Entry]:
    """All entries, newest first, for those whose role reads the journal; nothing for others."""
    if not getattr(viewer, "reads_journal", False):
        return Entry.objects.none()
    return Entry.objects.select_related("actor")
