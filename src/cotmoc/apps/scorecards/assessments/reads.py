"""Reads of rounds for pages and programs: lists, how far each body is, one assessment opened."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import Count, Prefetch, Q, QuerySet

from cotmoc.apps.journal.models import Entry as Journal
from cotmoc.apps.measurement.models import Run
from cotmoc.apps.orgs.models import Organisation, Post
from cotmoc.apps.scorecards.assessments.assessing import beside
from cotmoc.apps.scorecards.models import (
    Assessment,
    Entry,
    Evidence,
    IndexVersion,
    Objection,
    Reminder,
    Round,
)
from cotmoc.apps.scorecards.rules import WITH_BODY, changed_since, departs
from cotmoc.core.text import fold

State = Assessment.State
_HANDED_IN = Q(assessments__state__in=[
    State.SUBMITTED, State.APPRAISED, State.OBJECTED, State.SETTLED,
]) | Q(assessments__state=State.LOCKED, assessments__submitted_at__isnull=False)  # fmt: skip
_THROUGH = Q(assessments__state__in=[State.APPRAISED, State.OBJECTED, State.SETTLED]) | Q(
    assessments__state=State.LOCKED, assessments__appraised_at__isnull=False
)


# Lists --------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class RoundRow:
    """A round in a list: how many bodies take part, have submitted, are appraised; and the parts of
    the bodies that the viewer speaks for."""

    round: Round
    bodies: int
    submitted: int
    appraised: int
    own: tuple[Assessment, ...] = ()
    days_left: int | None = None

    @property
    def overdue(self) -> int:
        """Bodies that have not submitted after the deadline."""
        late = self.days_left is not None and self.days_left < 0
        return self.bodies - self.submitted if late else 0


def rounds(
    *, viewer: object, on: date, state: str = "", index: str = "", period: str = "", text: str = ""
) -> QuerySet[Round]:
    """The rounds that somebody may see, narrowed."""
    found = Round.objects.visible_to(viewer, on).select_related("index", "corrects")
    if state:
        found = found.filter(state=state)
    if index:
        found = found.filter(index__code=index)
    if period:
        found = found.filter(period=period)
    for word in fold(text).split():
        found = found.filter(Q(index__search__contains=word) | Q(title__icontains=word))
    return found.defer("index__content")


def round_rows(found: QuerySet[Round], *, viewer: object, on: date) -> list[RoundRow]:
    """Rounds with their counts. Two queries."""
    counted = found.annotate(
        bodies=Count("assessments"),
        handed_in=Count("assessments", filter=_HANDED_IN),
        through=Count("assessments", filter=_THROUGH),
    )
    own = _own_parts(viewer, on)
    return [
        RoundRow(
            row,
            row.bodies,
            row.handed_in,
            row.through,
            tuple(own.get(row.pk, ())),
            (row.deadline - on).days if row.state == Round.State.OPEN else None,
        )
        for row in counted
    ]


def _own_parts(viewer: object, on: date) -> dict[int, list[Assessment]]:
    """The assessments of the bodies that somebody speaks for, by round."""
    posts = Post.objects.on(on).filter(person_id=getattr(viewer, "pk", None) or 0)
    rows = Assessment.objects.filter(organisation__in=posts.values("organisation")).select_related(
        "organisation", "round"
    )
    found: dict[int, list[Assessment]] = {}
    for row in rows:
        found.setdefault(row.round_id, []).append(row)
    return found


def methods_with_rounds(*, viewer: object, on: date) -> dict[str, str]:
    """Codes and names of the indices that have rounds. One query."""
    rows = Round.objects.visible_to(viewer, on).select_related("index").defer("index__content")
    return {row.index.code: row.index.name for row in rows}


# One round ----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class BodyRow:
    """A body in a round: its part, how its columns differ, whether it is late.

    `difference` is self-assessed less computed over the leaves that have both: the totals cover
    different leaves, so that one less the other would call an answered leaf a claim too high.
    """

    assessment: Assessment
    departures: int
    changed: int
    computed_leaves: int
    leaves: int
    difference: Decimal | None
    open_objections: int
    days_left: int | None
    reminded: Reminder | None

    @property
    def late(self) -> bool:
        return self.days_left is not None and self.days_left < 0

    @property
    def cut(self) -> Decimal | None:
        """Appraised less self-assessed."""
        return _less(self.assessment.appraised_total, self.assessment.self_total)


def _less(one: Decimal | None, other: Decimal | None) -> Decimal | None:
    return None if one is None or other is None else one - other


def body_rows(found: Round, *, viewer: object, on: date) -> list[BodyRow]:
    """The bodies of a round that somebody may see. Four queries, however many bodies."""
    rows = (
        found.assessments.visible_to(viewer, on)
        .select_related("organisation")
        .prefetch_related(
            Prefetch("entries", Entry.objects.defer("computed_from", "answer")),
            "reminders",
        )
    )
    unanswered = Objection.objects.filter(entry__assessment__round=found, accepted=None)
    counts = unanswered.values("entry__assessment").annotate(number=Count("pk")).order_by()
    objections = {each["entry__assessment"]: each["number"] for each in counts}
    return [_body_row(row, found, objections, on) for row in rows]


def _body_row(row: Assessment, found: Round, objections: dict[int, int], on: date) -> BodyRow:
    waiting = row.state in WITH_BODY and found.state == Round.State.OPEN
    entries = list(row.entries.all())
    columns = [beside(entry) for entry in entries]
    computed = [each for each in entries if each.computed_points is not None]
    reminders = list(row.reminders.all())
    row.round = found
    return BodyRow(
        assessment=row,
        departures=sum(departs(each) for each in columns),
        changed=sum(changed_since(each) for each in columns),
        computed_leaves=len(computed),
        leaves=len(entries),
        difference=_more_than_computed(computed),
        open_objections=objections.get(row.pk, 0),
        days_left=(found.deadline - on).days if waiting else None,
        reminded=reminders[0] if reminders else None,
    )


def _more_than_computed(computed: Iterable[Entry]) -> Decimal | None:
    differences = [
        less
        for each in computed
        if (less := _less(each.self_points, each.computed_points)) is not None
    ]
    return sum(differences, Decimal(0)) if differences else None


def figures_since(found: Round) -> bool:
    """Whether figures were computed after the round's computed points were brought up to date."""
    if found.state != Round.State.OPEN or found.computed_at is None:
        return False
    return Run.objects.filter(finished_at__gt=found.computed_at).exclude(changed=0).exists()


def versions_of(found: Round) -> list[Round]:
    """All versions of a round, the first one first: what it corrects, and what corrects it."""
    known = Round.objects.filter(index=found.index_id, period=found.period).order_by("number", "pk")
    rows = {row.pk: row for row in known}
    chain = {found.pk}
    grown = True
    while grown:
        more = {
            row.pk
            for row in rows.values()
            if row.pk not in chain and (row.corrects_id in chain or _corrected(rows, chain, row.pk))
        }
        chain |= more
        grown = bool(more)
    return [row for row in rows.values() if row.pk in chain]


def _corrected(rows: dict[int, Round], chain: Iterable[int], pk: int) -> bool:
    return any(rows[each].corrects_id == pk for each in chain if each in rows)


# One assessment -----------------------------------------------------------------------------------


def assessment_of(found: Round, unit: str, *, viewer: object, on: date) -> Assessment:
    """A body's part in a round. Raises Assessment.DoesNotExist where there is none to see."""
    seen = Assessment.objects.visible_to(viewer, on).select_related("round__index", "organisation")
    return seen.get(round=found, organisation__code=unit)


def entries_of(assessment: Assessment) -> dict[str, Entry]:
    """The leaves with evidence and objections. Three queries."""
    rows = assessment.entries.prefetch_related(
        Prefetch("evidence", Evidence.objects.select_related("added_by")),
        Prefetch("objections", Objection.objects.select_related("made_by", "answered_by")),
    )
    return {row.leaf: row for row in rows}


def steps_of(assessment: Assessment, limit: int = 12) -> list[Journal]:
    """What was done to an assessment, the newest first: for who takes part in it."""
    rows = Journal.objects.filter(
        subject_type=assessment._meta.label_lower, subject_id=str(assessment.pk)
    )
    return list(rows.select_related("actor")[:limit])


def is_insider(assessment: Assessment, viewer: Any, *, on: date) -> bool:
    """Whether somebody sees reasons, evidence and objections: who reads drafts, who speaks for it.

    Others see the points of a published round.
    """
    if getattr(viewer, "reads_drafts", False):
        return True
    return assessment.organisation_id in spoken_for(viewer, on)


def spoken_for(viewer: Any, on: date) -> set[int]:
    """The bodies that somebody speaks for on a day, by number. One query."""
    posts = Post.objects.on(on).filter(person_id=getattr(viewer, "pk", None) or 0)
    return set(posts.values_list("organisation", flat=True))


def evidence_for(pk: int, *, viewer: Any, on: date) -> Evidence:
    """Evidence with a file that somebody may fetch. Raises Evidence.DoesNotExist."""
    found = Evidence.objects.select_related("entry__assessment__organisation").get(pk=pk)
    if not is_insider(found.entry.assessment, viewer, on=on):
        raise Evidence.DoesNotExist
    return found


# Opening ------------------------------------------------------------------------------------------


def indices_to_assess() -> list[IndexVersion]:
    """Methods that departments or communes are scored by."""
    rows = IndexVersion.objects.filter(latest=True)
    return [row for row in rows if {"department", "commune"} & set(row.definition.applies_to)]


def bodies_to_assess(on: date) -> Sequence[Organisation]:
    """Departments and communes of the register."""
    found = Organisation.objects.on(on).filter(kind__in=["department", "commune"])
    return list(found.order_by("kind", "code"))
