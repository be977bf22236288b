"""Indicator versions, sources of observations, runs and figures."""

from datetime import date
from decimal import Decimal
from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _

from cotmoc.apps.measurement.catalogue import fact_tables
from cotmoc.apps.orgs.models import Organisation
from cotmoc.indicators.definitions import Definition, read_definition


class IndicatorVersion(models.Model):
    """One version of a definition as it was when figures were computed with it; never edited."""

    code = models.CharField(max_length=60)
    version = models.PositiveIntegerField()
    digest = models.CharField(max_length=64)
    computing_digest = models.CharField(max_length=64, help_text="of what decides the figures")
    name_vi = models.CharField(max_length=200)
    name_en = models.CharField(max_length=200)
    search = models.CharField(max_length=500)
    unit = models.CharField(max_length=10)
    direction = models.CharField(max_length=4)
    owner = models.CharField(max_length=120)
    content = models.JSONField(help_text="the whole definition, as in the catalogue")
    valid_from = models.DateField()
    valid_to = models.DateField(null=True)
    latest = models.BooleanField(default=True)
    recorded_at = models.DateTimeField()

    class Meta:
        ordering = ["code", "-version", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["code", "version", "digest"], name="indicator_content_once"
            ),
            models.UniqueConstraint(
                fields=["code"], condition=Q(latest=True), name="indicator_latest_once"
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def name(self) -> str:
        return self.name_en if get_language() == "en" else self.name_vi

    @property
    def counted(self) -> str:
        """What is counted: dossiers, procedures, reports."""
        return self._words(self.content["counted"])

    @property
    def numerator_name(self) -> str:
        term = self.content.get("numerator")
        return self._words(term["name"]) if term else ""

    @property
    def denominator_name(self) -> str:
        term = self.content.get("denominator")
        return self._words(term["name"]) if term else ""

    @property
    def description(self) -> str:
        return self._words(self.content["description"])

    @property
    def legal_source(self) -> str:
        return str(self.content["legal_source"])

    @property
    def scale(self) -> Decimal:
        """100 for ratios, 1 for plain values, unless the definition says otherwise."""
        return Decimal(
            str(self.content.get("scale", 100 if self.content.get("denominator") else 1))
        )

    @staticmethod
    def _words(both: dict[str, str]) -> str:
        return both["en" if get_language() == "en" else "vi"]

    @property
    def definition(self) -> Definition:
        """The checked definition; dates come back from JSON as text."""
        raw = dict(self.content)
        for key in ("valid_from", "valid_to"):
            if raw.get(key):
                raw[key] = date.fromisoformat(raw[key])
        return read_definition(raw, self.code, fact_tables())


class Source(models.Model):
    """A file of observations as received: where it came from, when it was captured and recorded."""

    digest = models.CharField(max_length=64, help_text="SHA-256 of the file")
    period = models.CharField(max_length=20)
    system = models.CharField(max_length=60, help_text="the integration that reads it")
    part = models.CharField(max_length=40)
    file_name = models.CharField(max_length=200)
    origin = models.CharField(max_length=300, help_text="where the figures were published")
    captured_at = models.DateTimeField(null=True)
    recorded_at = models.DateTimeField()
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    rows = models.PositiveIntegerField()
    observations = models.PositiveIntegerField()
    batch = models.CharField(max_length=120, unique=True, help_text="name of the batch in the lake")

    class Meta:
        ordering = ["-recorded_at", "file_name"]
        indexes = [models.Index(fields=["digest"])]

    def __str__(self) -> str:
        return self.file_name


class Run(models.Model):
    """One computation of figures from all sources known at its time."""

    started_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)
    engine = models.CharField(max_length=40)
    input_digest = models.CharField(max_length=64)
    definitions_digest = models.CharField(max_length=64)
    unit_date = models.DateField(null=True)
    facts = models.JSONField(
        default=dict, help_text="for each fact table: digest of every month that was read"
    )
    work = models.JSONField(
        default=dict, help_text="months scanned, rows read and seconds, for each fact table"
    )
    figures = models.PositiveIntegerField(default=0)
    changed = models.PositiveIntegerField(default=0)

    class Meta:
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"run {self.pk}"


class Computation(models.Model):
    """A computation somebody or something asked for: waiting, running, done or failed."""

    class State(models.TextChoices):
        WAITING = "waiting", _("Waiting")
        RUNNING = "running", _("Running")
        DONE = "done", _("Done")
        FAILED = "failed", _("Failed")

    reason = models.CharField(max_length=200, help_text="an import, a person, a schedule")
    requested_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    requested_at = models.DateTimeField()
    started_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)
    state = models.CharField(max_length=8, choices=State, default=State.WAITING)
    step = models.CharField(max_length=80, blank=True, help_text="what it is doing")
    done = models.PositiveIntegerField(default=0)
    total = models.PositiveIntegerField(default=0)
    problem = models.TextField(blank=True)
    run = models.ForeignKey(Run, null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"computation {self.pk}"

    @property
    def open(self) -> bool:
        return self.state in (self.State.WAITING, self.State.RUNNING)

    @property
    def changed(self) -> int | None:
        """How many figures it changed: none where its input was known and an earlier run stands."""
        if self.run is None:
            return None
        return self.run.changed if self.run.started_at == self.started_at else 0


class FigureQuerySet(models.QuerySet["Figure"]):
    def visible_to(self, person: object) -> Self:
        """Everything for signed-in people, published figures for the public."""
        if getattr(person, "is_authenticated", False):
            return self
        return self.exclude(published_at=None)

    def current(self) -> Self:
        return self.filter(superseded_at=None)

    def current_for(self, person: object) -> Self:
        """What counts now for a person: for the public the last published figure, also while a
        newer one waits to be published."""
        if getattr(person, "is_authenticated", False):
            return self.visible_to(person).current()
        published = Figure.objects.exclude(published_at=None)
        newer = published.filter(
            indicator__code=OuterRef("indicator__code"),
            organisation=OuterRef("organisation"),
            period=OuterRef("period"),
            pk__gt=OuterRef("pk"),
        )
        return self.visible_to(person).exclude(Exists(newer))


class Status(models.TextChoices):
    MEASURED = "measured", _("Measured")
    PARTIAL = "partial", _("Partial")
    NOT_ARISING = "not_arising", _("Nothing arose")
    NO_DATA = "no_data", _("No data")
    ESTIMATED = "estimated", _("Estimated")
    NOT_DUE = "not_due", _("Not due yet")
    NOT_APPLICABLE = "not_applicable", _("Not applicable")
    NOT_COMPARABLE = "not_comparable", _("Not comparable")
    CLOSED = "closed", _("Closed")
    SUPPRESSED = "suppressed", _("Kept back, too few")


class Basis(models.TextChoices):
    COMPUTED = "computed", _("computed from single facts")
    DERIVED = "derived", _("derived from other indicators")
    ROLLED = "rolled", _("put together from its months")
    REPORTED = "reported", _("reported for the unit itself")
    SUMMED = "summed", _("summed from its members")
    PUBLISHED = "published", _("total published by the source")
    NONE = "none", _("nothing to compute from")


class Figure(models.Model):
    """A measured value with what it is made of. A changed value is a new row; the old one is
    kept and marked with the time it was superseded."""

    indicator = models.ForeignKey(
        IndicatorVersion, on_delete=models.PROTECT, related_name="figures"
    )
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="figures")
    period = models.CharField(max_length=20, help_text="2026-08, nd09:2026-Q3")
    period_end = models.DateField(help_text="last day of the period")
    numerator = models.DecimalField(max_digits=22, decimal_places=4, null=True)
    denominator = models.DecimalField(max_digits=22, decimal_places=4, null=True)
    value = models.DecimalField(max_digits=22, decimal_places=6, null=True)
    status = models.CharField(max_length=16, choices=Status)
    basis = models.CharField(max_length=10, choices=Basis)
    with_data = models.PositiveIntegerField()
    expected = models.PositiveIntegerField()
    not_arising = models.PositiveIntegerField()
    published_numerator = models.DecimalField(max_digits=22, decimal_places=4, null=True)
    published_denominator = models.DecimalField(max_digits=22, decimal_places=4, null=True)
    run = models.ForeignKey(Run, on_delete=models.PROTECT, related_name="+")
    superseded_at = models.DateTimeField(null=True)
    published_at = models.DateTimeField(null=True)

    objects = FigureQuerySet.as_manager()

    class Meta:
        ordering = ["indicator__code", "-period_end", "organisation__code"]
        constraints = [
            models.UniqueConstraint(
                fields=["indicator", "organisation", "period"],
                condition=Q(superseded_at=None),
                name="figure_current_once",
            )
        ]
        indexes = [models.Index(fields=["organisation", "period_end"])]

    def __str__(self) -> str:
        return f"{self.indicator.code}/{self.organisation.code}/{self.period}"

    @property
    def period_words(self) -> str:
        """The period as people say it."""
        return period_words(self.period)


class Difference(models.Model):
    """What a body reported beside what was computed for the same indicator and period, as of the
    last run. Both stay; neither is corrected by the other."""

    indicator = models.ForeignKey(IndicatorVersion, on_delete=models.PROTECT, related_name="+")
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    period = models.CharField(max_length=20)
    period_end = models.DateField()
    reported_numerator = models.DecimalField(max_digits=22, decimal_places=4, null=True)
    reported_denominator = models.DecimalField(max_digits=22, decimal_places=4, null=True)
    reported = models.DecimalField(max_digits=22, decimal_places=6)
    computed_numerator = models.DecimalField(max_digits=22, decimal_places=4, null=True)
    computed_denominator = models.DecimalField(max_digits=22, decimal_places=4, null=True)
    computed = models.DecimalField(max_digits=22, decimal_places=6)
    difference = models.DecimalField(
        max_digits=22, decimal_places=6, help_text="reported less computed"
    )
    size = models.DecimalField(
        max_digits=22, decimal_places=6, help_text="without sign: what the list is ranked by"
    )
    run = models.ForeignKey(Run, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["-size", "organisation__code"]
        constraints = [
            models.UniqueConstraint(
                fields=["indicator", "organisation", "period"], name="difference_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.indicator.code}/{self.organisation.code}/{self.period}"


def period_words(code: str) -> str:
    """Month 8/2026, quarter III/2026, year 2026; another calendar is named after it."""
    calendar, _colon, local = code.rpartition(":")
    words = _local_words(local)
    if calendar and calendar != "week":
        return gettext("%(period)s (%(calendar)s)") % {"period": words, "calendar": calendar}
    return words


def _local_words(code: str) -> str:
    year, _dash, part = code.partition("-")
    if not part:
        return gettext("year %(year)s") % {"year": year}
    if part.startswith("Q"):
        quarter = ("I", "II", "III", "IV")[int(part[1]) - 1]
        return gettext("quarter %(quarter)s/%(year)s") % {"quarter": quarter, "year": year}
    if part in ("H1", "H2"):
        return (
            gettext("first half of %(year)s")
            if part == "H1"
            else gettext("second half of %(year)s")
        ) % {"year": year}
    if part == "9M":
        return gettext("nine months of %(year)s") % {"year": year}
    if part.startswith("W"):
        return gettext("week %(week)s/%(year)s") % {"week": int(part[1:]), "year": year}
    if part.isdigit():
        return gettext("month %(month)s/%(year)s") % {"month": int(part), "year": year}
    return code
