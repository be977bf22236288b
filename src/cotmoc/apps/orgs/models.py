"""Administrative units and organisations through time, and who speaks for an organisation."""

from datetime import date
from typing import Self, TypeVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from cotmoc.core.text import fold


class Level(models.TextChoices):
    PROVINCE = "province", _("Province")
    DISTRICT = "district", _("District")
    COMMUNE = "commune", _("Commune")


_Row = TypeVar("_Row", bound=models.Model, covariant=True)


class ThroughTime(models.QuerySet[_Row]):
    """Rows with a half-open validity `[valid_from, valid_to)`; an empty bound is open."""

    def on(self, day: date) -> Self:
        return self.filter(
            Q(valid_from=None) | Q(valid_from__lte=day), Q(valid_to=None) | Q(valid_to__gt=day)
        )


class AdminUnit(models.Model):
    """A territory as it was during its validity; a change of borders or parent makes a new row.

    `valid_from` is empty for units older than the table's horizon: their start is not recorded.
    """

    key = models.CharField(max_length=40, unique=True, help_text="level:code:valid_from")
    level = models.CharField(max_length=10, choices=Level)
    code = models.CharField(max_length=10, help_text="code of the General Statistics Office")
    kind = models.CharField(max_length=20, help_text="Tỉnh, Thành phố, Huyện, Phường, Xã …")
    name = models.CharField(max_length=80, help_text="official spelling, without the kind")
    search = models.CharField(max_length=120, help_text="folded kind and name")
    parent = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="children")
    valid_from = models.DateField(null=True)
    valid_to = models.DateField(null=True)
    latitude = models.FloatField(null=True)
    longitude = models.FloatField(null=True)
    area_km2 = models.FloatField(null=True)

    objects = ThroughTime["AdminUnit"].as_manager()

    class Meta:
        ordering = ["level", "code"]
        indexes = [
            models.Index(fields=["level", "valid_from", "valid_to"]),
            models.Index(fields=["code"]),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.name}"

    def is_valid_on(self, day: date) -> bool:
        return (self.valid_from is None or self.valid_from <= day) and (
            self.valid_to is None or day < self.valid_to
        )


class Succession(models.Model):
    """A dated edge: on `date` the predecessor's territory, or part of it, went to the successor."""

    predecessor = models.ForeignKey(AdminUnit, on_delete=models.PROTECT, related_name="became")
    successor = models.ForeignKey(AdminUnit, on_delete=models.PROTECT, related_name="made_from")
    date = models.DateField()
    whole = models.BooleanField(help_text="the predecessor went to this successor entirely")
    act = models.CharField(
        max_length=60, blank=True, help_text="number of the resolution, where known"
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["predecessor", "successor", "date"], name="succession_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.predecessor} → {self.successor} ({self.date})"


class WeightKind(models.TextChoices):
    AREA = "area", _("Area (km²)")
    POPULATION = "population", _("Population")


class UnitWeight(models.Model):
    """A number of a territory by which divided units are split, as of a day, with its source.

    The latest day counts. The shipped table brings areas; these are what an operator adds.
    """

    unit = models.ForeignKey(AdminUnit, on_delete=models.PROTECT, related_name="weights")
    kind = models.CharField(max_length=12, choices=WeightKind)
    value = models.DecimalField(max_digits=16, decimal_places=4)
    source = models.CharField(max_length=300, help_text="document or publication")
    as_of = models.DateField(help_text="the day the number speaks of")
    recorded_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["unit", "kind", "as_of"], name="unit_weight_once")
        ]

    def __str__(self) -> str:
        return f"{self.unit} · {self.kind} {self.value} ({self.as_of})"


class UnitTable(models.Model):
    """Which version of the shipped unit table this database holds."""

    digest = models.CharField(max_length=64, unique=True)
    loaded_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.digest[:12]


class OrganisationKind(models.TextChoices):
    PROVINCE = "province", _("Province people's committee")
    DEPARTMENT = "department", _("Department")
    COMMUNE = "commune", _("Commune people's committee")


class Organisation(models.Model):
    """A body that holds tasks, reports figures, handles dossiers."""

    code = models.CharField(
        max_length=20, unique=True, help_text="identifier of the national portal"
    )
    name = models.CharField(max_length=200, help_text="as the source writes it")
    short_name = models.CharField(max_length=120)
    search = models.CharField(max_length=240)
    kind = models.CharField(max_length=12, choices=OrganisationKind)
    parent = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="members")
    unit = models.ForeignKey(
        AdminUnit, null=True, on_delete=models.PROTECT, related_name="organisations"
    )
    matched_by = models.CharField(max_length=40, blank=True, help_text="how the unit was found")
    valid_from = models.DateField(null=True)
    valid_to = models.DateField(null=True)

    objects = ThroughTime["Organisation"].as_manager()

    class Meta:
        ordering = ["code"]

    def __str__(self) -> str:
        return self.short_name

    def save(self, *args: object, **kwargs: object) -> None:
        self.search = fold(f"{self.code} {self.name}")
        super().save(*args, **kwargs)  # type: ignore[arg-type]


class Post(models.Model):
    """A person speaks for an organisation during a time."""

    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="posts"
    )
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="posts")
    valid_from = models.DateField(null=True)
    valid_to = models.DateField(null=True)

    objects = ThroughTime["Post"].as_manager()

    def __str__(self) -> str:
        return f"{self.person} · {self.organisation}"
