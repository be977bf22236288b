"""Plans and their targets."""

from typing import Self

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from cotmoc.apps.documents.models import Clause, Document
from cotmoc.apps.orgs.models import Organisation
from cotmoc.core.text import fold
from cotmoc.plantext.doubts import is_doubt


class Pillar(models.TextChoices):
    GOVERNMENT = "government", _("Digital government")
    ECONOMY = "economy", _("Digital economy")
    SOCIETY = "society", _("Digital society")


class PlanQuerySet(models.QuerySet["Plan"]):
    def visible_to(self, person: object) -> Self:
        return self.filter(document__in=Document.objects.visible_to(person))


class Plan(models.Model):
    """A yearly or multi-year plan: what targets belong to."""

    document = models.OneToOneField(Document, on_delete=models.PROTECT, related_name="plan")
    organisation = models.ForeignKey(
        Organisation, null=True, on_delete=models.PROTECT, related_name="plans"
    )
    title = models.CharField(max_length=300)
    year = models.PositiveSmallIntegerField()
    published_at = models.DateTimeField(null=True)

    objects = PlanQuerySet.as_manager()

    class Meta:
        ordering = ["-year", "-id"]

    def __str__(self) -> str:
        return self.title


class Standing(models.TextChoices):
    """Whether a target or task of a plan still holds."""

    OPEN = "open", _("Open")
    RESTATED = "restated", _("Restated by a later document")
    CLOSED = "closed", _("Closed")


class TargetQuerySet(models.QuerySet["Target"]):
    def visible_to(self, person: object) -> Self:
        return self.filter(plan__in=Plan.objects.visible_to(person))


class Target(models.Model):
    """One target of a plan: what a quote of the text promises, bound to an indicator."""

    plan = models.ForeignKey(Plan, on_delete=models.CASCADE, related_name="targets")
    order = models.PositiveIntegerField()
    clause = models.ForeignKey(Clause, on_delete=models.PROTECT, related_name="targets")
    start = models.PositiveIntegerField()
    end = models.PositiveIntegerField()
    name = models.CharField(max_length=400)
    search = models.CharField(max_length=600)
    comparator = models.CharField(max_length=10)
    value = models.DecimalField(max_digits=22, decimal_places=4, null=True)
    value_high = models.DecimalField(max_digits=22, decimal_places=4, null=True)
    unit = models.CharField(max_length=10, blank=True)
    level = models.CharField(max_length=14, blank=True)
    pillar = models.CharField(max_length=12, choices=Pillar, blank=True)
    deadline = models.DateField(null=True)
    modality = models.CharField(max_length=10, blank=True)
    exclusion = models.CharField(max_length=300, blank=True)
    flags = models.JSONField(default=list)
    lead_text = models.CharField(max_length=200, blank=True)
    lead = models.ForeignKey(
        Organisation, null=True, on_delete=models.PROTECT, related_name="led_targets"
    )
    indicator_code = models.CharField(max_length=60, blank=True)
    bound_by = models.CharField(max_length=200, blank=True, help_text="why this indicator")
    baseline = models.DecimalField(max_digits=22, decimal_places=4, null=True)
    rank_of = models.CharField(max_length=40, blank=True, help_text="`of`: a rank out of how many")
    subjects = models.JSONField(default=list)
    rule = models.CharField(max_length=40, blank=True)
    origin = models.CharField(max_length=12, blank=True, help_text="national or provincial")
    standing = models.CharField(max_length=10, choices=Standing, default=Standing.OPEN)
    closed_on = models.DateField(null=True)
    closed_reason = models.CharField(max_length=300, blank=True)
    restates = models.ForeignKey(
        "self", null=True, on_delete=models.PROTECT, related_name="restated_by"
    )

    objects = TargetQuerySet.as_manager()

    class Meta:
        ordering = ["plan", "order"]
        constraints = [models.UniqueConstraint(fields=["plan", "order"], name="target_order_once")]
        indexes = [models.Index(fields=["indicator_code"])]

    def __str__(self) -> str:
        return self.name

    def save(self, *args: object, **kwargs: object) -> None:
        self.search = fold(f"{self.name} {self.lead_text}")
        super().save(*args, **kwargs)  # type: ignore[arg-type]

    @property
    def quote(self) -> str:
        return self.plan.document.text[self.start : self.end]


class PlanTaskQuerySet(models.QuerySet["PlanTask"]):
    def visible_to(self, person: object) -> Self:
        return self.filter(plan__in=Plan.objects.visible_to(person))


class PlanTask(models.Model):
    """A task as a clause of a plan states it. How the work goes is not kept here."""

    plan = models.ForeignKey(Plan, on_delete=models.CASCADE, related_name="tasks")
    order = models.PositiveIntegerField()
    clause = models.ForeignKey(Clause, on_delete=models.PROTECT, related_name="tasks")
    start = models.PositiveIntegerField()
    end = models.PositiveIntegerField()
    action = models.TextField()
    search = models.TextField()
    lead_text = models.CharField(max_length=300, blank=True)
    lead = models.ForeignKey(
        Organisation, null=True, on_delete=models.PROTECT, related_name="led_plan_tasks"
    )
    coordinating_text = models.JSONField(default=list, help_text="names as written")
    coordinating = models.ManyToManyField(Organisation, related_name="coordinated_plan_tasks")
    deadline = models.DateField(null=True)
    frequency = models.CharField(max_length=12, blank=True)
    product = models.CharField(max_length=500, blank=True)
    budget = models.DecimalField(max_digits=18, decimal_places=0, null=True, help_text="VND")
    flags = models.JSONField(default=list)
    rule = models.CharField(max_length=40, blank=True)
    standing = models.CharField(max_length=10, choices=Standing, default=Standing.OPEN)
    closed_on = models.DateField(null=True)
    closed_reason = models.CharField(max_length=300, blank=True)
    restates = models.ForeignKey(
        "self", null=True, on_delete=models.PROTECT, related_name="restated_by"
    )

    objects = PlanTaskQuerySet.as_manager()

    class Meta:
        ordering = ["plan", "order"]
        constraints = [models.UniqueConstraint(fields=["plan", "order"], name="task_order_once")]

    def __str__(self) -> str:
        return self.action[:80]

    def save(self, *args: object, **kwargs: object) -> None:
        self.search = fold(f"{self.action} {self.lead_text} {self.product}")
        super().save(*args, **kwargs)  # type: ignore[arg-type]

    @property
    def quote(self) -> str:
        return self.plan.document.text[self.start : self.end]


class DraftRowQuerySet(models.QuerySet["DraftRow"]):
    def visible_to(self, person: object) -> Self:
        return self.filter(document__in=Document.objects.visible_to(person))


class DraftRow(models.Model):
    """A target or task read from a document or added by hand, until a person has decided on it.

    `content` has the keys of `plantext.Target` or `plantext.Task` but for place and quote, which
    are `clause`, `start` and `end`; `as_read` is what the reader said, and is empty for a row added
    by hand. `version` grows with every change: who sends an older one is told so and overwrites
    nothing. Rows are never deleted: one that was merged into another is withdrawn.
    """

    class Kind(models.TextChoices):
        TARGET = "target", _("Target")
        TASK = "task", _("Task")

    class State(models.TextChoices):
        PROPOSED = "proposed", _("To be decided")
        ACCEPTED = "accepted", _("Accepted")
        REJECTED = "rejected", _("Rejected")
        WITHDRAWN = "withdrawn", _("Taken into another row")

    document = models.ForeignKey(Document, on_delete=models.CASCADE, related_name="draft_rows")
    kind = models.CharField(max_length=6, choices=Kind)
    order = models.PositiveIntegerField()
    clause = models.ForeignKey(Clause, null=True, on_delete=models.PROTECT, related_name="+")
    start = models.PositiveIntegerField()
    end = models.PositiveIntegerField()
    content = models.JSONField()
    as_read = models.JSONField(default=dict)
    indicator_code = models.CharField(max_length=60, blank=True)
    bound_by = models.CharField(max_length=200, blank=True, help_text="why this indicator")
    state = models.CharField(max_length=10, choices=State, default=State.PROPOSED)
    version = models.PositiveIntegerField(default=1)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    decided_at = models.DateTimeField(null=True)

    objects = DraftRowQuerySet.as_manager()

    class Meta:
        ordering = ["document", "order", "id"]

    def __str__(self) -> str:
        return str(self.content.get("name") or self.content.get("action") or self.pk)

    @property
    def quote(self) -> str:
        return self.document.text[self.start : self.end]

    @property
    def flags(self) -> list[str]:
        """Codes of what the reader noticed."""
        return list(self.content.get("flags") or ())

    @property
    def doubts(self) -> list[str]:
        """Those flags that a person should look at before accepting."""
        return [flag for flag in self.flags if is_doubt(flag, self.content.get("unit"))]


class DraftChange(models.Model):
    """One step of confirming: which rows a person changed, so that it can be told and undone.

    `rows` holds, for each row, its number and its fields before (null: it was not there) and after.
    """

    document = models.ForeignKey(Document, on_delete=models.CASCADE, related_name="draft_changes")
    verb = models.CharField(max_length=14)
    rows = models.JSONField()
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    at = models.DateTimeField()
    undone_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"{self.verb} {len(self.rows)}"


class NamedBody(models.Model):
    """Whom a document means by a name that the register does not know, as a person said."""

    document = models.ForeignKey(Document, on_delete=models.CASCADE, related_name="named_bodies")
    name = models.CharField(max_length=300, help_text="folded")
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    chosen_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    chosen_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["document", "name"], name="named_body_once")]

    def __str__(self) -> str:
        return f"{self.name} → {self.organisation}"


class Upload(models.Model):
    """A file somebody handed in to be read: waiting, being read, read or refused."""

    class State(models.TextChoices):
        WAITING = "waiting", _("Waiting")
        RUNNING = "running", _("Being read")
        DONE = "done", _("Read")
        REFUSED = "refused", _("Refused")

    file_name = models.CharField(max_length=200)
    digest = models.CharField(max_length=64)
    size = models.PositiveIntegerField(help_text="bytes")
    requested_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    requested_at = models.DateTimeField()
    started_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)
    state = models.CharField(max_length=8, choices=State, default=State.WAITING)
    problem = models.JSONField(default=dict, help_text="code and params of why it was refused")
    document = models.ForeignKey(
        Document, null=True, on_delete=models.CASCADE, related_name="uploads"
    )

    class Meta:
        ordering = ["-id"]
        indexes = [models.Index(fields=["requested_by", "requested_at"])]

    def __str__(self) -> str:
        return self.file_name

    @property
    def open(self) -> bool:
        return self.state in (self.State.WAITING, self.State.RUNNING)


class TargetLink(models.Model):
    """Two targets of different plans that promise the same thing: a person may confirm it."""

    earlier = models.ForeignKey(Target, on_delete=models.CASCADE, related_name="links_later")
    later = models.ForeignKey(Target, on_delete=models.CASCADE, related_name="links_earlier")
    score = models.DecimalField(max_digits=4, decimal_places=3)
    reason = models.CharField(max_length=300)
    confirmed = models.BooleanField(null=True, help_text="null: nobody has looked")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["earlier", "later"], name="target_link_once")
        ]

    def __str__(self) -> str:
        return f"{self.earlier} → {self.later}"
