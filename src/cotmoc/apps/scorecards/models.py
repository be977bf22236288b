"""Index methods, computed scorecards, published results, assessment rounds, scenarios."""

from datetime import date
from functools import lru_cache
from typing import Any, Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from cotmoc.apps.measurement.models import Run
from cotmoc.apps.orgs.models import AdminUnit, Organisation, OrganisationKind, Post
from cotmoc.indicators.indices.model import Index
from cotmoc.indicators.indices.read import read_index

_POINTS: dict[str, Any] = {"max_digits": 14, "decimal_places": 6}


class IndexVersion(models.Model):
    """One method of an index as it was when scores were computed with it; never edited."""

    code = models.CharField(max_length=60)
    method = models.CharField(max_length=40)
    digest = models.CharField(max_length=64)
    name_vi = models.CharField(max_length=200)
    name_en = models.CharField(max_length=200)
    search = models.CharField(max_length=500)
    owner = models.CharField(max_length=120)
    legal_source = models.CharField(max_length=300)
    content = models.JSONField(help_text="the whole definition, as in the catalogue")
    valid_from = models.DateField()
    valid_to = models.DateField(null=True)
    latest = models.BooleanField(default=True, help_text="as the catalogue has it now")
    recorded_at = models.DateTimeField()

    class Meta:
        ordering = ["code", "-valid_from", "-id"]
        constraints = [
            models.UniqueConstraint(fields=["code", "method", "digest"], name="index_content_once"),
            models.UniqueConstraint(
                fields=["code", "method"], condition=Q(latest=True), name="index_latest_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.code}@{self.method}"

    @property
    def name(self) -> str:
        return self.name_en if get_language() == "en" else self.name_vi

    @property
    def definition(self) -> Index:
        """The checked definition; read once for each content."""
        return _definition(self.digest, _Content(self.content))


class _Content:
    """A definition's content as an argument that does not count for the cache."""

    def __init__(self, raw: dict[str, Any]) -> None:
        self.raw = raw

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Content)

    def __hash__(self) -> int:
        return 0


@lru_cache(maxsize=64)
def _definition(digest: str, content: _Content) -> Index:
    raw = dict(content.raw)
    for key in ("valid_from", "valid_to"):  # JSON has no days
        if raw.get(key):
            raw[key] = date.fromisoformat(raw[key])
    return read_index(raw, "")


class Subject(models.Model):
    """Who has a score: a body of the register, or a territory (a province of the country)."""

    organisation = models.ForeignKey(
        Organisation, null=True, on_delete=models.PROTECT, related_name="+"
    )
    unit = models.ForeignKey(AdminUnit, null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        abstract = True

    @property
    def subject_code(self) -> str:
        if self.organisation_id:
            return self.organisation.code  # type: ignore[union-attr]
        return self.unit.code  # type: ignore[union-attr]

    @property
    def subject_name(self) -> str:
        return str(self.organisation or self.unit)


class ScoreRun(models.Model):
    """One computation of an index for a period, with a digest of all it read."""

    index = models.ForeignKey(IndexVersion, on_delete=models.PROTECT, related_name="runs")
    period = models.CharField(max_length=20)
    period_end = models.DateField()
    started_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)
    input_digest = models.CharField(max_length=64)
    figures_run = models.ForeignKey(
        Run, null=True, on_delete=models.PROTECT, related_name="+", help_text="the figures it read"
    )
    cards = models.PositiveIntegerField(default=0)
    changed = models.PositiveIntegerField(default=0)

    class Meta:
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"score run {self.pk}"


class CardQuerySet(models.QuerySet["Card"]):
    def visible_to(self, person: object) -> Self:
        """Computed scores are for signed-in people; the public sees published results only."""
        return self if getattr(person, "is_authenticated", False) else self.none()

    def current(self) -> Self:
        return self.filter(superseded_at=None)


class Card(Subject):
    """The computed scorecard of a body for a period under one method. A changed card is a new row;
    the old one keeps the time it was superseded.

    `nodes` and `leaves` are JSON by code: `{"points": "7.96", "max": "18", "status": "partial"}`
    with numbers as text (points null where there are none); nodes have `scored_max` too, leaves
    `reads`: the numbers of the figures (or published rows) they were computed from.
    """

    index = models.ForeignKey(IndexVersion, on_delete=models.PROTECT, related_name="cards")
    kind = models.CharField(max_length=12, choices=OrganisationKind)
    period = models.CharField(max_length=20)
    period_end = models.DateField()
    total = models.DecimalField(**_POINTS, null=True)
    max = models.DecimalField(**_POINTS)
    scored_max = models.DecimalField(**_POINTS)
    status = models.CharField(max_length=16)
    rank = models.PositiveIntegerField(null=True)
    ranked = models.PositiveIntegerField(default=0)
    nodes = models.JSONField(default=dict)
    leaves = models.JSONField(default=dict)
    pillars = models.JSONField(default=dict)
    run = models.ForeignKey(ScoreRun, on_delete=models.PROTECT, related_name="+")
    superseded_at = models.DateTimeField(null=True)

    objects = CardQuerySet.as_manager()

    class Meta:
        ordering = ["index", "-period_end", "rank"]
        constraints = [
            models.UniqueConstraint(
                fields=["index", "organisation", "period"],
                condition=Q(superseded_at=None, unit=None),
                name="card_current_once",
            ),
            models.UniqueConstraint(
                fields=["index", "unit", "period"],
                condition=Q(superseded_at=None, organisation=None),
                name="card_of_unit_current_once",
            ),
        ]
        indexes = [models.Index(fields=["index", "period", "kind", "rank"])]

    def __str__(self) -> str:
        return f"{self.index}/{self.subject_code}/{self.period}"


# Published ----------------------------------------------------------------------------------------


class Publication(models.Model):
    """One set of published results: a file, a page or an entry by hand, with its source.

    A correction is a new publication; its rows supersede those of the same subject and node.
    """

    index = models.ForeignKey(IndexVersion, on_delete=models.PROTECT, related_name="publications")
    period = models.CharField(max_length=20)
    period_end = models.DateField()
    source = models.CharField(max_length=400, help_text="document, page or address")
    published_on = models.DateField(null=True)
    captured_at = models.DateTimeField(null=True)
    file_name = models.CharField(max_length=200, blank=True)
    digest = models.CharField(max_length=64, blank=True, help_text="SHA-256 of the file")
    rows = models.PositiveIntegerField(default=0)
    recorded_at = models.DateTimeField()
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"{self.index}/{self.period}"


class PublishedQuerySet(models.QuerySet["Published"]):
    def current(self) -> Self:
        return self.filter(superseded_at=None)


class Published(Subject):
    """What the publisher gave for a node (empty: the total) of a subject: points, rank or both.

    Points are as published: on the index's scale for totals and, for pillars and main indices, as
    their column gives them. Public: everybody may read it.
    """

    publication = models.ForeignKey(Publication, on_delete=models.PROTECT, related_name="results")
    index = models.ForeignKey(IndexVersion, on_delete=models.PROTECT, related_name="+")
    period = models.CharField(max_length=20)
    period_end = models.DateField()
    node = models.CharField(max_length=60, blank=True)
    points = models.DecimalField(**_POINTS, null=True)
    max = models.DecimalField(**_POINTS, null=True)
    rank = models.PositiveIntegerField(null=True)
    line = models.PositiveIntegerField(null=True, help_text="of the file")
    note = models.CharField(max_length=300, blank=True)
    superseded_at = models.DateTimeField(null=True)

    objects = PublishedQuerySet.as_manager()

    class Meta:
        ordering = ["index", "-period_end", "rank", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["index", "period", "organisation", "node"],
                condition=Q(superseded_at=None, unit=None),
                name="published_current_once",
            ),
            models.UniqueConstraint(
                fields=["index", "period", "unit", "node"],
                condition=Q(superseded_at=None, organisation=None),
                name="published_of_unit_current_once",
            ),
        ]
        indexes = [models.Index(fields=["index", "period", "node"])]

    def __str__(self) -> str:
        return f"{self.index}/{self.subject_code}/{self.period}/{self.node or 'total'}"


# Assessment rounds --------------------------------------------------------------------------------


class RoundQuerySet(models.QuerySet["Round"]):
    def visible_to(self, person: object, on: date) -> Self:
        """Those who read drafts see all; who speaks for a body those it takes part in; everybody
        the published ones."""
        if getattr(person, "reads_drafts", False):
            return self
        seen = Assessment.objects.visible_to(person, on)
        return self.filter(Q(state=Round.State.PUBLISHED) | Q(pk__in=seen.values("round")))


class Round(models.Model):
    """An assessment of chosen bodies under one method for one period, opened by the secretariat."""

    class State(models.TextChoices):
        OPEN = "open", _("Open for assessment")
        PUBLISHED = "published", _("Published and locked")
        CLOSED = "closed", _("Closed without results")

    index = models.ForeignKey(IndexVersion, on_delete=models.PROTECT, related_name="rounds")
    period = models.CharField(max_length=20)
    period_end = models.DateField()
    title = models.CharField(max_length=200)
    note = models.TextField(blank=True)
    state = models.CharField(max_length=10, choices=State, default=State.OPEN)
    deadline = models.DateField(help_text="last day for self-assessments")
    objections_until = models.DateField(null=True, help_text="last day for objections")
    remind_days = models.JSONField(default=list, help_text="days before the deadline")
    corrects = models.ForeignKey(
        "self", null=True, on_delete=models.PROTECT, related_name="corrected_by"
    )
    number = models.PositiveIntegerField(default=1, help_text="version: corrections count up")
    reason = models.TextField(blank=True, help_text="why a published round is corrected")
    illustration = models.BooleanField(default=False, help_text="example data, said on screen")
    opened_at = models.DateTimeField()
    opened_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    published_at = models.DateTimeField(null=True)
    closed_reason = models.TextField(blank=True, help_text="why it was closed without results")
    computed_at = models.DateTimeField(
        null=True, help_text="when the computed points were last brought up to date"
    )

    objects = RoundQuerySet.as_manager()

    class Meta:
        ordering = ["-opened_at", "-id"]

    def __str__(self) -> str:
        return self.title


class AssessmentQuerySet(models.QuerySet["Assessment"]):
    def visible_to(self, person: object, on: date) -> Self:
        """Secretariat, committee and auditors see all; who speaks for a body sees its own; the
        public sees those of published rounds."""
        if getattr(person, "reads_drafts", False):
            return self
        if not getattr(person, "is_authenticated", False):
            return self.filter(round__state=Round.State.PUBLISHED)
        own = Post.objects.on(on).filter(person_id=getattr(person, "pk", None) or 0)
        return self.filter(
            Q(organisation__in=own.values("organisation")) | Q(round__state=Round.State.PUBLISHED)
        )


class Assessment(models.Model):
    """One body's part in a round."""

    class State(models.TextChoices):
        NOT_STARTED = "not_started", _("Not started")
        IN_WORK = "in_work", _("Being filled in")
        SUBMITTED = "submitted", _("Submitted")
        RETURNED = "returned", _("Returned")
        APPRAISED = "appraised", _("Appraised")
        OBJECTED = "objected", _("Objected to")
        SETTLED = "settled", _("Settled")
        LOCKED = "locked", _("Locked")

    round = models.ForeignKey(Round, on_delete=models.PROTECT, related_name="assessments")
    organisation = models.ForeignKey(
        Organisation, on_delete=models.PROTECT, related_name="assessments"
    )
    state = models.CharField(max_length=12, choices=State, default=State.NOT_STARTED)
    version = models.PositiveIntegerField(default=0, help_text="counts up with every change")
    computed_total = models.DecimalField(**_POINTS, null=True)
    self_total = models.DecimalField(**_POINTS, null=True)
    appraised_total = models.DecimalField(**_POINTS, null=True)
    rank = models.PositiveIntegerField(null=True, help_text="by the appraised total")
    submitted_at = models.DateTimeField(null=True)
    appraised_at = models.DateTimeField(null=True)
    locked_at = models.DateTimeField(null=True)

    objects = AssessmentQuerySet.as_manager()

    class Meta:
        ordering = ["round", "organisation__code"]
        constraints = [
            models.UniqueConstraint(fields=["round", "organisation"], name="assessment_once")
        ]

    def __str__(self) -> str:
        return f"{self.round} · {self.organisation}"


class Entry(models.Model):
    """One leaf of an assessment: computed, self-assessed and appraised points side by side.

    `answer` is what the body answers: `{"chosen": ["yes"]}`, `{"value": "12"}` or
    `{"numerator": "3", "denominator": "4"}`; null while it has not answered. Where figures give
    the points, `{"figures": {CODE: {…}}}` are numbers of its own beside them.
    """

    assessment = models.ForeignKey(Assessment, on_delete=models.CASCADE, related_name="entries")
    leaf = models.CharField(max_length=60)
    computed_points = models.DecimalField(**_POINTS, null=True)
    computed_from = models.JSONField(default=dict, help_text="readings and numbers of figures")
    computed_then = models.DecimalField(
        **_POINTS, null=True, help_text="computed points when the self-assessed ones were given"
    )
    answer = models.JSONField(null=True)
    self_points = models.DecimalField(**_POINTS, null=True)
    self_reason = models.TextField(blank=True, help_text="why it departs from what was computed")
    returned_reason = models.TextField(blank=True)
    appraised_points = models.DecimalField(**_POINTS, null=True)
    appraised_reason = models.TextField(blank=True)
    version = models.PositiveIntegerField(default=0, help_text="counts up with every change")

    class Meta:
        ordering = ["id"]
        constraints = [models.UniqueConstraint(fields=["assessment", "leaf"], name="entry_once")]
        verbose_name_plural = "entries"

    def __str__(self) -> str:
        return f"{self.assessment} · {self.leaf}"


class Evidence(models.Model):
    """What proves an answer: a document's number and date, a link, a file, or all of them."""

    entry = models.ForeignKey(Entry, on_delete=models.CASCADE, related_name="evidence")
    number = models.CharField(max_length=60, blank=True)
    dated = models.DateField(null=True)
    title = models.CharField(max_length=300, blank=True)
    link = models.URLField(max_length=500, blank=True)
    file_name = models.CharField(max_length=200, blank=True)
    digest = models.CharField(max_length=64, blank=True, help_text="SHA-256 of the file")
    media_type = models.CharField(max_length=100, blank=True)
    size = models.PositiveIntegerField(default=0)
    added_at = models.DateTimeField()
    added_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        ordering = ["id"]
        verbose_name_plural = "evidence"

    def __str__(self) -> str:
        return self.title or self.number or self.file_name or self.link


class Objection(models.Model):
    """A body objects to the appraised points of a leaf; the verifier answers once."""

    entry = models.ForeignKey(Entry, on_delete=models.CASCADE, related_name="objections")
    text = models.TextField()
    asked_points = models.DecimalField(**_POINTS, null=True)
    made_at = models.DateTimeField()
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    answer = models.TextField(blank=True)
    accepted = models.BooleanField(null=True)
    given_points = models.DecimalField(
        **_POINTS, null=True, help_text="appraised points after it was accepted"
    )
    answered_at = models.DateTimeField(null=True)
    answered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        ordering = ["id"]

    def __str__(self) -> str:
        return f"{self.entry}: {self.text[:40]}"


class Reminder(models.Model):
    """A reminder given to a body of a round: before the deadline, or after it was missed."""

    assessment = models.ForeignKey(Assessment, on_delete=models.CASCADE, related_name="reminders")
    days_left = models.IntegerField(help_text="negative: overdue")
    given_at = models.DateTimeField()

    class Meta:
        ordering = ["-given_at"]
        constraints = [
            models.UniqueConstraint(fields=["assessment", "days_left"], name="reminder_once")
        ]

    def __str__(self) -> str:
        return f"{self.assessment} · {self.days_left}"


# What to do tomorrow ------------------------------------------------------------------------------


class ScenarioQuerySet(models.QuerySet["Scenario"]):
    def visible_to(self, person: object) -> Self:
        """One's own, and what others shared."""
        if not getattr(person, "is_authenticated", False):
            return self.none()
        return self.filter(Q(owner=person) | Q(shared=True))


class Scenario(models.Model):
    """Assumed readings of one body under an index: what if.

    `assumed` is JSON by leaf: `{"value": "92.5"}`, `{"numerator": "900", "denominator": "1000"}`,
    `{"chosen": ["yes"]}` or `{"points": "5"}`.
    """

    name = models.CharField(max_length=120)
    index = models.ForeignKey(IndexVersion, on_delete=models.PROTECT, related_name="scenarios")
    organisation = models.ForeignKey(
        Organisation, on_delete=models.PROTECT, related_name="scenarios"
    )
    period = models.CharField(max_length=20)
    assumed = models.JSONField(default=dict)
    shared = models.BooleanField(default=False)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    created_at = models.DateTimeField()
    changed_at = models.DateTimeField()

    objects = ScenarioQuerySet.as_manager()

    class Meta:
        ordering = ["-changed_at", "-id"]

    def __str__(self) -> str:
        return self.name


class ProposalQuerySet(models.QuerySet["Proposal"]):
    def visible_to(self, person: object, on: date) -> Self:
        """All for those who read drafts, one's own body's for who speaks for it."""
        if getattr(person, "reads_drafts", False):
            return self
        if not getattr(person, "is_authenticated", False):
            return self.none()
        own = Post.objects.on(on).filter(person_id=getattr(person, "pk", None) or 0)
        bodies = own.values("organisation")
        return self.filter(Q(organisation__in=bodies) | Q(about__in=bodies))


class Proposal(models.Model):
    """A task proposed from lost points, until the room that owns tasks takes it over (`ports`)."""

    class State(models.TextChoices):
        PROPOSED = "proposed", _("Proposed")
        TAKEN = "taken", _("Taken over as a task")
        DROPPED = "dropped", _("Dropped")

    index = models.ForeignKey(IndexVersion, on_delete=models.PROTECT, related_name="+")
    period = models.CharField(max_length=20)
    leaf = models.CharField(max_length=60)
    organisation = models.ForeignKey(
        Organisation, on_delete=models.PROTECT, related_name="+", help_text="who acts"
    )
    about = models.ForeignKey(
        Organisation, on_delete=models.PROTECT, related_name="+", help_text="whose points"
    )
    title = models.CharField(max_length=300)
    detail = models.TextField(blank=True)
    points = models.DecimalField(**_POINTS, null=True, help_text="that can be won back")
    deadline = models.DateField(null=True)
    state = models.CharField(max_length=10, choices=State, default=State.PROPOSED)
    reference = models.CharField(max_length=200, blank=True, help_text="address of the task")
    made_at = models.DateTimeField()
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )

    objects = ProposalQuerySet.as_manager()

    class Meta:
        ordering = ["-made_at", "-id"]

    def __str__(self) -> str:
        return self.title
