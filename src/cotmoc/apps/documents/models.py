"""Signed documents and their clauses: where every target comes from."""

from typing import Self

from django.conf import settings
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
    """A text as signed. `text` is never changed: offsets of clauses and quotes refer to it.

    The file itself is kept as received, under its SHA-256 (`documents.originals`).
    """

    class State(models.TextChoices):
        DRAFT = "draft", _("Being confirmed")
        IN_FORCE = "in_force", _("In force")
        REPLACED = "replaced", _("Replaced")
        WITHDRAWN = "withdrawn", _("No longer in force")

    kind = models.CharField(max_length=60, blank=True)
    symbol = models.CharField(max_length=60, blank=True)
    symbol_key = models.CharField(
        max_length=80, default="", blank=True, help_text="symbol as `rules.reference_key` spells it"
    )
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
    format = models.CharField(max_length=10, default="txt", help_text="as plantext names it")
    media_type = models.CharField(max_length=100, blank=True)
    size = models.PositiveIntegerField(default=0, help_text="bytes of the file as received")
    signer = models.CharField(max_length=120, blank=True)
    signer_title = models.CharField(max_length=200, blank=True)
    sign_form = models.CharField(max_length=40, blank=True, help_text="TM., KT., TL., TUQ., Q.")
    recipients = models.JSONField(default=list)
    annexes = models.JSONField(default=list, help_text="label, title, start of each annex")
    since = models.PositiveSmallIntegerField(null=True, help_text="first year planned for")
    horizon = models.PositiveSmallIntegerField(null=True, help_text="last year planned for")
    valid_from = models.DateField(null=True)
    valid_to = models.DateField(null=True, help_text="first day it is no longer in force")
    state_reason = models.CharField(
        max_length=300, default="", blank=True, help_text="why it holds no longer, if a person said"
    )
    notes = models.JSONField(default=list, help_text="codes: what reading the file took")
    origins = models.JSONField(
        default=list, help_text="[start, page, paragraph, table, row, column] of stretches of text"
    )
    tables = models.JSONField(
        default=list, help_text="start, end and cells of tables, as plantext.origins has them"
    )
    search = models.TextField(default="", help_text="folded words of title, symbol and text")
    uploaded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
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
        indexes = [models.Index(fields=["symbol_key"])]

    def __str__(self) -> str:
        return self.title

    @property
    def reference(self) -> str:
        """How people name it: its symbol, or its title where it has none."""
        return self.symbol or self.title


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


class RelationKind(models.TextChoices):
    BASED_ON = "based_on", _("is based on")
    REPLACES = "replaces", _("replaces")
    AMENDS = "amends", _("amends")
    IMPLEMENTS = "implements", _("implements")


class Relation(models.Model):
    """What a document says about another one; `other` where that one is in the register."""

    document = models.ForeignKey(Document, on_delete=models.CASCADE, related_name="relations")
    kind = models.CharField(max_length=12, choices=RelationKind)
    other = models.ForeignKey(
        Document, null=True, on_delete=models.SET_NULL, related_name="related_from"
    )
    reference = models.CharField(max_length=80, blank=True, help_text="number and symbol")
    reference_key = models.CharField(max_length=80, default="", blank=True)
    issuer = models.CharField(max_length=200, default="", blank=True)
    text = models.CharField(max_length=600)
    date = models.DateField(null=True)
    start = models.PositiveIntegerField()
    end = models.PositiveIntegerField()

    class Meta:
        ordering = ["document", "start"]
        indexes = [models.Index(fields=["reference"]), models.Index(fields=["reference_key"])]

    def __str__(self) -> str:
        return self.reference or self.text[:60]
