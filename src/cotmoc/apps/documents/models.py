"""Signed documents and their clauses: where every target comes from."""

from typing import Self

from django.db import models
from django.utils.translation import gettext_lazy as _


class DocumentQuerySet(models.QuerySet["Document"]):
    def visible_to(self, person: object) -> Self:
        """Drafts for those who read drafts, the rest for signed-in people, published for all."""
        if getattr(person, "reads_drafts", False):
            return self
        if getattr(person, "is_authenticated", False):
            return self.exclude(state=Document.State.DRAFT)
        return self.exclude(published_at=None)


class Document(models.Model):
    """A text as signed. `text` is never changed: offsets of clauses and quotes refer to it."""

    class State(models.TextChoices):
        DRAFT = "draft", _("Draft")
        IN_FORCE = "in_force", _("In force")

    kind = models.CharField(max_length=60, blank=True)
    symbol = models.CharField(max_length=60, blank=True)
    title = models.CharField(max_length=300)
    issuer = models.CharField(max_length=200, blank=True)
    place = models.CharField(max_length=80, blank=True)
    date = models.DateField(null=True)
    year = models.PositiveSmallIntegerField(null=True)
    text = models.TextField()
    digest = models.CharField(
        max_length=64, unique=True, help_text="SHA-256 of the file as received"
    )
    file_name = models.CharField(max_length=200)
    illustration = models.BooleanField(default=False)
    left_alone = models.JSONField(
        default=list, help_text="spans the reader took no target from: start, end, line, reason"
    )
    doubts = models.JSONField(default=list, help_text="spans a person should look at, with a code")
    state = models.CharField(max_length=10, choices=State, default=State.DRAFT)
    recorded_at = models.DateTimeField()
    published_at = models.DateTimeField(null=True)

    objects = DocumentQuerySet.as_manager()

    class Meta:
        ordering = ["-date", "-id"]

    def __str__(self) -> str:
        return self.title


class Clause(models.Model):
    """An addressable piece of a document's text: `document.text[start:end]`."""

    document = models.ForeignKey(Document, on_delete=models.CASCADE, related_name="clauses")
    address = models.CharField(max_length=60)
    order = models.PositiveIntegerField()
    depth = models.PositiveSmallIntegerField()
    kind = models.CharField(max_length=20)
    role = models.CharField(max_length=20)
    start = models.PositiveIntegerField()
    end = models.PositiveIntegerField()

    class Meta:
        ordering = ["document", "order"]
        constraints = [
            models.UniqueConstraint(fields=["document", "address"], name="clause_address_once")
        ]

    def __str__(self) -> str:
        return self.address

    @property
    def text(self) -> str:
        return self.document.text[self.start : self.end]
