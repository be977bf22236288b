"""Plans and their targets."""

from typing import Self

from django.db import models
from django.utils.translation import gettext_lazy as _

from cotmoc.apps.documents.models import Clause, Document
from cotmoc.apps.orgs.models import Organisation
from cotmoc.core.text import fold


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
