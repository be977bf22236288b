"""Opening a round, keeping its computed points up to date, publishing it, correcting it."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from cotmoc.apps.accounts.models import Person
from cotmoc.apps.journal.services import record
from cotmoc.apps.measurement.models import Figure, Run
from cotmoc.apps.orgs.models import Organisation
from cotmoc.apps.scorecards.assessments.prefilling import (
    computed_from,
    computed_scores,
    sums,
    told_by,
    total_of,
)
from cotmoc.apps.scorecards.assessments.reckoning import all_self_scores
from cotmoc.apps.scorecards.assessments.stepping import (
    RoundError,
    refuse_unless_open,
    refuse_unless_steering,
)
from cotmoc.apps.scorecards.models import (
    Assessment,
    Entry,
    Evidence,
    IndexVersion,
    Round,
)
from cotmoc.apps.scorecards.results.publishing import Publisher, Result, record_publication
from cotmoc.apps.scorecards.rules import WITH_BODY
from cotmoc.core.periods import Period, parse_period
from cotmoc.indicators.indices.results import BodyScore, LeafScore, Readings
from cotmoc.indicators.indices.score import rank_of

State = Assessment.State
LARGEST_STEP = 60


@dataclass(frozen=True, slots=True)
class Terms:
    """What a round asks and until when. `remind_days` are days before the deadline."""

    title: str
    deadline: date
    objections_until: date | None = None
    remind_days: Sequence[int] = (7, 3, 1)
    note: str = ""
    illustration: bool = False


# Opening ------------------------------------------------------------------------------------------


@transaction.atomic
def open_round(
    index: IndexVersion,
    period: Period,
    organisations: Collection[Organisation],
    terms: Terms,
    *,
    actor: Person | None,
    now: datetime,
) -> Round:
    """Open a round for chosen bodies: every leaf that figures give is filled in already.

    Raises RoundError: `no_bodies`, `period_kind`, `not_for_kind`, `deadline_past`,
    `objections_before_deadline`, `remind_days`, `round_there`.
    """
    refuse_unless_steering(actor)
    chosen = sorted(organisations, key=lambda each: each.code)
    _refuse_choice(index, period, chosen)
    _refuse_terms(terms, timezone.localdate(now))
    found = Round.objects.create(
        index=index,
        period=period.code,
        period_end=period.last_day,
        title=terms.title,
        note=terms.note,
        deadline=terms.deadline,
        objections_until=terms.objections_until,
        remind_days=sorted(set(terms.remind_days), reverse=True),
        illustration=terms.illustration,
        opened_at=now,
        opened_by=actor,
        computed_at=now,
    )
    _fill(found, chosen, period)
    about = {
        "index": str(index),
        "period": period.code,
        "bodies": [each.code for each in chosen],
        "deadline": terms.deadline.isoformat(),
    }
    record("round.opened", found, actor=actor, now=now, after=about)
    return found


def _refuse_choice(index: IndexVersion, period: Period, chosen: Sequence[Organisation]) -> None:
    definition = index.definition
    if not chosen:
        raise RoundError("no_bodies")
    if period.kind not in definition.periods:
        raise RoundError("period_kind", kinds=definition.periods)
    for each in chosen:
        if each.kind not in definition.applies_to:
            raise RoundError("not_for_kind", name=str(each))
    codes = [each.pk for each in chosen]
    open_already = Assessment.objects.filter(
        organisation__in=codes,
        round__state=Round.State.OPEN,
        round__index__code=index.code,
        round__index__method=index.method,
        round__period=period.code,
    ).select_related("organisation")
    if taken := open_already.first():
        raise RoundError("round_there", name=str(taken.organisation))


def _refuse_terms(terms: Terms, today: date) -> None:
    if terms.deadline < today:
        raise RoundError("deadline_past")
    _refuse_objections(terms.deadline, terms.objections_until)
    if any(not 0 <= step <= LARGEST_STEP for step in terms.remind_days):
        raise RoundError("remind_days", limit=LARGEST_STEP)


def _refuse_objections(deadline: date, until: date | None) -> None:
    if until is not None and until < deadline:
        raise RoundError("objections_before_deadline")


def _fill(found: Round, chosen: Sequence[Organisation], period: Period) -> None:
    """An assessment for each body, with an entry for each leaf."""
    scores = computed_scores(found.index, chosen, period)
    entries: list[Entry] = []
    for organisation in chosen:
        whole, readings = scores[organisation.code]
        made = Assessment.objects.create(round=found, organisation=organisation)
        filled = _entries(found.index, made, whole, readings)
        made.computed_total = made.self_total = total_of(made, filled, "computed_points")
        made.save(update_fields=["computed_total", "self_total"])
        entries += filled
    Entry.objects.bulk_create(entries, batch_size=500)


def _entries(
    index: IndexVersion, made: Assessment, whole: BodyScore, readings: Readings
) -> list[Entry]:
    filled = []
    for leaf in index.definition.leaves():
        points = whole.leaves[leaf.code].points
        source = computed_from(leaf, whole.leaves[leaf.code], readings)
        filled.append(
            Entry(
                assessment=made,
                leaf=leaf.code,
                computed_points=points,
                computed_from=source,
                computed_then=points,
                self_points=points,
            )
        )
    return filled


# Figures that change while it is open -------------------------------------------------------------


@transaction.atomic
def refresh_computed(found: Round, *, actor: Person | None, now: datetime) -> int:
    """Read figures anew for a round that is open; returns how many leaves have other points.

    What a body left as computed follows while it has not submitted; what it answered itself stays,
    and the page says that the computed points have changed since. Raises RoundError.
    """
    refuse_unless_steering(actor)
    held = refuse_unless_open(found)
    assessments = list(
        held.assessments.exclude(state=State.LOCKED)
        .select_related("organisation")
        .prefetch_related("entries")
    )
    for each in assessments:
        each.round = held
    organisations = [each.organisation for each in assessments]
    scores = computed_scores(held.index, organisations, parse_period(held.period))
    changed = _refresh_all(held, assessments, scores)
    held.computed_at = found.computed_at = now
    held.save(update_fields=["computed_at"])
    record("round.refreshed", held, actor=actor, now=now, after={"changed": changed})
    return changed


def refresh_after_figures(run: Run, *, actor: Person | None, now: datetime) -> None:
    """Bring the computed points of open rounds up to date once figures have changed."""
    changed = Figure.objects.filter(Q(run=run) | Q(superseded_at=run.started_at)).order_by()
    periods = changed.values_list("period", flat=True).distinct()
    touched = Round.objects.filter(state=Round.State.OPEN, period__in=periods)
    who = actor if actor is None or actor.steers else None
    for found in touched.select_related("index"):
        refresh_computed(found, actor=who, now=now)


def _refresh_all(
    held: Round,
    assessments: Sequence[Assessment],
    scores: Mapping[str, tuple[BodyScore, Readings]],
) -> int:
    """Bring the computed points of all bodies up to date; returns how many changed."""
    leaves = {leaf.code: leaf for leaf in held.index.definition.leaves()}
    entries = {each.pk: list(each.entries.all()) for each in assessments}
    before = {entry.pk: _columns(entry) for rows in entries.values() for entry in rows}
    for each in assessments:
        whole, readings = scores[each.organisation.code]
        for entry in entries[each.pk]:
            score = whole.leaves[entry.leaf]
            entry.computed_points = score.points
            entry.computed_from = computed_from(leaves[entry.leaf], score, readings)
    told = [told_by(each, entries[each.pk]) for each in assessments]
    own = all_self_scores(held.index.definition, told)
    changed = 0
    for each in assessments:
        if each.state in WITH_BODY:
            _follow(entries[each.pk], own[each.organisation.code])
        changed += _write_refreshed(each, entries[each.pk], before)
    return changed


def _columns(entry: Entry) -> tuple[Any, ...]:
    return (entry.computed_points, entry.self_points, entry.computed_then, entry.computed_from)


def _follow(entries: Sequence[Entry], points: Mapping[str, LeafScore]) -> None:
    """Let self-assessed points follow answers and figures, where the body has not given numbers of
    its own: those stay as they were given."""
    for entry in entries:
        entry.self_points = points[entry.leaf].points
        if not (entry.answer or {}).get("figures"):
            entry.computed_then = entry.computed_points


def _write_refreshed(
    assessment: Assessment, entries: Sequence[Entry], before: Mapping[int, tuple[Any, ...]]
) -> int:
    """Write the entries that are other than before; returns how many computed points changed."""
    touched = [entry for entry in entries if _columns(entry) != before[entry.pk]]
    if not touched:
        return 0
    for entry in touched:
        entry.version += 1
    fields = ["computed_points", "computed_from", "self_points", "computed_then", "version"]
    Entry.objects.bulk_update(touched, fields, batch_size=200)
    assessment.computed_total = total_of(assessment, entries, "computed_points")
    assessment.self_total = total_of(assessment, entries, "self_points")
    assessment.version += 1
    assessment.save(update_fields=["computed_total", "self_total", "version"])
    return sum(_columns(entry)[0] != before[entry.pk][0] for entry in touched)


# Changing and ending ------------------------------------------------------------------------------


@transaction.atomic
def move_deadline(
    found: Round,
    deadline: date,
    objections_until: date | None,
    reason: str,
    *,
    actor: Person | None,
    now: datetime,
) -> None:
    """Give bodies more time, or less, with a reason. Raises RoundError."""
    refuse_unless_steering(actor)
    held = refuse_unless_open(found)
    if not reason.strip():
        raise RoundError("reason_missing")
    _refuse_objections(deadline, objections_until)
    before = _days(held)
    for each in (held, found):
        each.deadline, each.objections_until = deadline, objections_until
    held.save(update_fields=["deadline", "objections_until"])
    after = {**_days(held), "reason": reason.strip()}
    record("round.deadline_moved", held, actor=actor, now=now, before=before, after=after)


def _days(found: Round) -> dict[str, Any]:
    until = found.objections_until
    return {
        "deadline": found.deadline.isoformat(),
        "objections_until": until.isoformat() if until else None,
    }


@transaction.atomic
def close_round(found: Round, reason: str, *, actor: Person | None, now: datetime) -> None:
    """End a round without results, for one opened by mistake. Raises RoundError."""
    refuse_unless_steering(actor)
    held = refuse_unless_open(found)
    if not reason.strip():
        raise RoundError("reason_missing")
    held.assessments.update(state=State.LOCKED, locked_at=now)
    for each in (held, found):
        each.state, each.closed_reason = Round.State.CLOSED, reason.strip()
    held.save(update_fields=["state", "closed_reason"])
    record("round.closed", held, actor=actor, now=now, after={"reason": held.closed_reason})


# Publishing ---------------------------------------------------------------------------------------


def in_the_way(assessment: Assessment, *, today: date) -> str | None:
    """Why a body keeps its round from being published, as a code; None where it does not.

    `not_submitted` may be left out; the others must be finished first.
    """
    if assessment.state in WITH_BODY:
        return "not_submitted"
    if assessment.state == State.SUBMITTED:
        return "not_appraised"
    if assessment.state == State.OBJECTED:
        return "objection_open"
    until = assessment.round.objections_until
    if assessment.state == State.APPRAISED and until is not None and today <= until:
        return "may_still_object"
    return None


@transaction.atomic
def publish_round(
    found: Round, *, leave_out: bool = False, actor: Person | None, now: datetime
) -> Round:
    """Rank the bodies of each kind by their appraised totals, record the results as published with
    this round as their source, and lock everything.

    `leave_out`: bodies that have not submitted stay without a result. Raises RoundError
    (`in_the_way` names the bodies).
    """
    refuse_unless_steering(actor)
    held = refuse_unless_open(found)
    rows = list(held.assessments.select_related("organisation").prefetch_related("entries"))
    for row in rows:
        row.round = held
    taking_part = _taking_part(rows, leave_out, timezone.localdate(now))
    _rank(taking_part)
    for row in rows:
        row.state, row.locked_at, row.version = State.LOCKED, now, row.version + 1
    Assessment.objects.bulk_update(rows, ["state", "rank", "locked_at", "version"], batch_size=200)
    for each in (held, found):
        each.state, each.published_at = Round.State.PUBLISHED, now
    held.save(update_fields=["state", "published_at"])
    record_publication(
        held.index,
        parse_period(held.period),
        list(_results(taking_part)),
        Publisher(source_of(held), published_on=timezone.localdate(now), captured_at=now),
        actor=actor,
        now=now,
    )
    about = {
        "bodies": len(taking_part),
        "left_out": [row.organisation.code for row in rows if row not in taking_part],
    }
    record("round.published", held, actor=actor, now=now, after=about)
    return held


def _taking_part(rows: Sequence[Assessment], leave_out: bool, today: date) -> list[Assessment]:
    """The bodies with a result. Raises RoundError where something is unfinished."""
    ways = {row: in_the_way(row, today=today) for row in rows}
    stops = {
        row: why for row, why in ways.items() if why and not (leave_out and why == "not_submitted")
    }
    if stops:
        names = sorted(str(row.organisation) for row in stops)
        raise RoundError("in_the_way", names=names, codes=sorted(set(stops.values())))
    found = [row for row, why in ways.items() if why is None]
    if not found:
        raise RoundError("nobody_left")
    return found


def _rank(rows: Sequence[Assessment]) -> None:
    for kind in {row.organisation.kind for row in rows}:
        of_kind = [row for row in rows if row.organisation.kind == kind]
        places = rank_of({row.organisation.code: row.appraised_total for row in of_kind})
        for row in of_kind:
            row.rank = places.get(row.organisation.code)


def source_of(found: Round) -> str:
    """How a publication names the round it comes from; stays the same whatever the language."""
    words = f"Đợt chấm điểm số {found.pk}, lần {found.number}: {found.title}"
    return f"{words} (số liệu minh họa)" if found.illustration else words


def _results(rows: Iterable[Assessment]) -> Iterable[Result]:
    """Total, groups and leaves of each body; what has no points is not published."""
    for row in rows:
        entries = list(row.entries.all())
        points = {entry.leaf: entry.appraised_points for entry in entries}
        whole = sums(row, entries, "appraised_points")
        if row.appraised_total is not None:
            yield Result(row.organisation, "", row.appraised_total, row.rank, whole.max)
        for code, node in whole.nodes.items():
            if node.points is not None:
                yield Result(row.organisation, code, node.points, max=node.max)
        for code, leaf in whole.leaves.items():
            if (given := points.get(code)) is not None:
                yield Result(row.organisation, code, given, max=leaf.max)


# Correcting ---------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Correction:
    """Why a published round is corrected, for whom, and until when.

    `from_start`: the chosen bodies assess themselves again; else only the appraisal is opened.
    """

    reason: str
    organisations: Collection[Organisation]
    deadline: date
    objections_until: date | None = None
    from_start: bool = True
    remind_days: Sequence[int] = field(default=(3, 1))


@transaction.atomic
def correct_round(
    found: Round, correction: Correction, *, actor: Person | None, now: datetime
) -> Round:
    """Open a new version of a published round: everything is copied, chosen bodies are open again,
    the others stay settled. The older version stays as it was published.

    Raises RoundError: `not_published`, `corrected_already`, `reason_missing`, `no_bodies`.
    """
    refuse_unless_steering(actor)
    held = Round.objects.select_for_update(of=("self",)).select_related("index").get(pk=found.pk)
    chosen = {each.pk for each in correction.organisations}
    _refuse_correction(held, correction, chosen, timezone.localdate(now))
    made = Round.objects.create(
        index=held.index,
        period=held.period,
        period_end=held.period_end,
        title=held.title,
        note=held.note,
        deadline=correction.deadline,
        objections_until=correction.objections_until,
        remind_days=sorted(set(correction.remind_days), reverse=True),
        corrects=held,
        number=held.number + 1,
        reason=correction.reason.strip(),
        illustration=held.illustration,
        opened_at=now,
        opened_by=actor,
        computed_at=held.computed_at,
    )
    opened = State.IN_WORK if correction.from_start else State.SUBMITTED
    for row in held.assessments.select_related("organisation").prefetch_related(
        "entries__evidence"
    ):
        _copy(row, made, opened if row.organisation_id in chosen else None)
    about = {
        "corrects": held.pk,
        "number": made.number,
        "reason": made.reason,
        "bodies": sorted(each.code for each in correction.organisations),
    }
    record("round.corrected", made, actor=actor, now=now, after=about)
    return made


def _refuse_correction(held: Round, correction: Correction, chosen: set[int], today: date) -> None:
    if held.state != Round.State.PUBLISHED:
        raise RoundError("not_published")
    if held.corrected_by.exclude(state=Round.State.CLOSED).exists():
        raise RoundError("corrected_already")
    if not correction.reason.strip():
        raise RoundError("reason_missing")
    taking_part = set(held.assessments.values_list("organisation", flat=True))
    if not chosen or not chosen <= taking_part:
        raise RoundError("no_bodies")
    if correction.deadline < today:
        raise RoundError("deadline_past")
    _refuse_objections(correction.deadline, correction.objections_until)


def _copy(row: Assessment, made: Round, opened: str | None) -> None:
    """Copy a body's part with its evidence; `opened` is its state where it is open again."""
    entries = list(row.entries.all())
    left_out = row.appraised_total is None and row.submitted_at is None
    settled = State.NOT_STARTED if left_out else State.SETTLED
    copy = Assessment.objects.create(
        round=made,
        organisation=row.organisation,
        state=opened or settled,
        computed_total=row.computed_total,
        self_total=row.self_total,
        appraised_total=row.appraised_total,
        submitted_at=row.submitted_at if opened != State.IN_WORK else None,
        appraised_at=row.appraised_at if opened is None else None,
    )
    for entry in entries:
        evidence = list(entry.evidence.all())
        entry.pk, entry.assessment, entry.version = None, copy, 0
        entry.returned_reason = ""
        entry._state.adding = True
        entry.save()
        for each in evidence:
            each.pk, each.entry = None, entry
            each._state.adding = True
        Evidence.objects.bulk_create(evidence)
