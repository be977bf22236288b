"""The verifier's side: returning with reasons, giving points, settling."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db import transaction

from cotmoc.apps.accounts.models import Person
from cotmoc.apps.scorecards.assessments.assessing import RefusedLeavesError, beside
from cotmoc.apps.scorecards.assessments.prefilling import body_of, total_of
from cotmoc.apps.scorecards.assessments.reckoning import applies, least, most
from cotmoc.apps.scorecards.assessments.stepping import (
    RoundError,
    StaleError,
    Step,
    refuse_unless_open,
    refuse_unless_steering,
)
from cotmoc.apps.scorecards.models import Assessment, Entry, Round
from cotmoc.apps.scorecards.rules import appraised_otherwise, undisputed
from cotmoc.indicators.indices.model import Leaf, Unknown

LONGEST_REASON = 2000


@dataclass(frozen=True, slots=True)
class Mark:
    """Points that the verifier gives for a leaf (None: none), why, and the entry's version seen."""

    leaf: str
    version: int
    points: Decimal | None
    reason: str = ""


def _text(points: Decimal | None) -> str | None:
    return None if points is None else f"{points.normalize():f}"


@transaction.atomic
def return_assessment(
    assessment: Assessment,
    reasons: Mapping[str, str],
    *,
    version: int,
    actor: Person | None,
    now: datetime,
) -> Assessment:
    """Give a submitted self-assessment back, with a reason for each leaf that is not in order.

    Raises RoundError: `reason_missing` where no leaf has one, `unknown_leaf`.
    """
    step = Step(assessment, "return", version=version, actor=actor, now=now)
    told = {leaf: text.strip()[:LONGEST_REASON] for leaf, text in reasons.items() if text.strip()}
    if not told:
        raise RoundError("reason_missing")
    entries = step.entries()
    if not set(told) <= set(entries):
        raise RoundError("unknown_leaf")
    for entry in entries.values():
        reason = told.get(entry.leaf, "")
        if entry.returned_reason != reason:
            step.change(entry, returned_reason=reason)
    return step.done("assessment.returned", after={"reasons": told})


@transaction.atomic
def mark(
    assessment: Assessment, marks: Sequence[Mark], *, actor: Person | None, now: datetime
) -> Assessment:
    """Give points for some leaves; other points than the body's want a reason.

    Raises RefusedLeavesError, StaleError, RoundError.
    """
    step = Step(assessment, "mark", version=None, actor=actor, now=now)
    return _marked(step, marks)


@transaction.atomic
def accept_undisputed(
    assessment: Assessment, *, version: int, actor: Person | None, now: datetime
) -> Assessment:
    """Give the body's points where it says what is computed and none are given yet."""
    step = Step(assessment, "mark", version=version, actor=actor, now=now)
    return _marked(step, undisputed_marks(step.entries().values()))


def undisputed_marks(entries: Any) -> list[Mark]:
    """The marks that agree with the body where nothing is disputed."""
    return [
        Mark(entry.leaf, entry.version, entry.self_points)
        for entry in entries
        if entry.appraised_points is None and undisputed(beside(entry))
    ]


def _marked(step: Step, marks: Sequence[Mark]) -> Assessment:
    entries = step.entries()
    leaves = {leaf.code: leaf for leaf in step.assessment.round.index.definition.leaves()}
    _refuse(entries, leaves, marks)
    before = {each.leaf: _text(entries[each.leaf].appraised_points) for each in marks}
    for each in marks:
        step.change(
            entries[each.leaf],
            each.version,
            appraised_points=each.points,
            appraised_reason=each.reason.strip()[:LONGEST_REASON],
        )
    return step.done(
        "assessment.marked",
        before={"points": before},
        after={
            "points": {each.leaf: _text(each.points) for each in marks},
            "reasons": {each.leaf: each.reason for each in marks if each.reason.strip()},
        },
        appraised_total=total_of(step.assessment, entries.values(), "appraised_points"),
    )


def _refuse(
    entries: Mapping[str, Entry], leaves: Mapping[str, Leaf], marks: Sequence[Mark]
) -> None:
    stale = [
        each.leaf
        for each in marks
        if each.leaf in entries and entries[each.leaf].version != each.version
    ]
    if stale:
        raise StaleError(*stale)
    problems: dict[str, tuple[str, Mapping[str, Any]]] = {}
    for each in marks:
        entry = entries.get(each.leaf)
        if entry is None:
            problems[each.leaf] = ("unknown_leaf", {})
        elif problem := mark_problem(leaves[each.leaf], entry, each.points, each.reason):
            problems[each.leaf] = problem
    if problems:
        raise RefusedLeavesError(problems)


def mark_problem(
    leaf: Leaf, entry: Entry, points: Decimal | None, reason: str
) -> tuple[str, Mapping[str, Any]] | None:
    """Why points cannot be given for a leaf: a code and its parameters."""
    if points is None:
        return None
    if isinstance(leaf.rule, Unknown):
        return "rule_unknown", {}
    if not least(leaf) <= points <= most(leaf):
        return "out_of_range", {"low": least(leaf), "high": most(leaf)}
    entry_as_marked = beside(entry)
    otherwise = appraised_otherwise(
        type(entry_as_marked)(entry.computed_points, entry.computed_then, entry.self_points, points)
    )
    return ("reason_missing", {}) if otherwise and not reason.strip() else None


@transaction.atomic
def appraise(
    assessment: Assessment, *, version: int, actor: Person | None, now: datetime
) -> Assessment:
    """End the appraisal of a body. Raises RoundError (`not_marked` with the leaves without points
    for which the body claims some)."""
    step = Step(assessment, "appraise", version=version, actor=actor, now=now)
    return _appraised(step)


def _appraised(step: Step) -> Assessment:
    entries = step.entries().values()
    _mark_what_is_not_asked(step, entries)
    open_leaves = unmarked(entries)
    if open_leaves:
        raise RoundError("not_marked", leaves=open_leaves, count=len(open_leaves))
    total = total_of(step.assessment, entries, "appraised_points")
    return step.done(
        "assessment.appraised",
        after={"appraised_total": _text(total)},
        appraised_total=total,
        appraised_at=step.now,
    )


def _mark_what_is_not_asked(step: Step, entries: Iterable[Entry]) -> None:
    """The points that the method itself gives for leaves that are not asked of the body: nobody
    claims or judges them, so no field of the page could give them."""
    body = body_of(step.assessment.organisation)
    leaves = {leaf.code: leaf for leaf in step.assessment.round.index.definition.leaves()}
    for entry in entries:
        given = entry.self_points is None or entry.appraised_points is not None
        if not given and not applies(leaves[entry.leaf], body):
            step.change(entry, appraised_points=entry.self_points)


def unmarked(entries: Any) -> list[str]:
    """Leaves for which the body has points and the verifier has given none yet."""
    return [
        entry.leaf
        for entry in entries
        if entry.self_points is not None and entry.appraised_points is None
    ]


@transaction.atomic
def reopen(
    assessment: Assessment, reason: str, *, version: int, actor: Person | None, now: datetime
) -> Assessment:
    """Go on with an appraisal that was ended too early, before the body objects or agrees."""
    step = Step(assessment, "reopen", version=version, actor=actor, now=now)
    if not reason.strip():
        raise RoundError("reason_missing")
    return step.done("assessment.reopened", after={"reason": reason.strip()}, appraised_at=None)


@transaction.atomic
def settle(
    assessment: Assessment, *, version: int, actor: Person | None, now: datetime
) -> Assessment:
    """End the objections of a body: all are answered, or the time for them is over."""
    step = Step(assessment, "settle", version=version, actor=actor, now=now)
    return _settled(step, "assessment.settled")


@transaction.atomic
def agree(
    assessment: Assessment, *, version: int, actor: Person | None, now: datetime
) -> Assessment:
    """The body agrees with its appraisal and will not object."""
    step = Step(assessment, "agree", version=version, actor=actor, now=now)
    return _settled(step, "assessment.agreed")


def _settled(step: Step, verb: str) -> Assessment:
    return step.done(verb, after={"appraised_total": _text(step.assessment.appraised_total)})


@dataclass(frozen=True, slots=True)
class Bulk:
    """What came of appraising many at once: how many are done, how many have leaves to look at."""

    appraised: int
    left: int


def appraise_undisputed(found: Round, *, actor: Person | None, now: datetime) -> Bulk:
    """End the appraisal of every submitted body that says nothing else than what is computed.

    A body with a single leaf to look at is left alone; so are those the person speaks for. Each
    body is a step of its own, with its own entries in the journal.
    """
    refuse_unless_steering(actor)
    waiting = found.assessments.filter(state=Assessment.State.SUBMITTED)
    rows = list(waiting.select_related("round__index", "organisation").prefetch_related("entries"))
    with transaction.atomic():
        refuse_unless_open(found)
        done = sum(_appraised_as_computed(row, actor=actor, now=now) for row in rows)
    return Bulk(appraised=done, left=len(rows) - done)


def _appraised_as_computed(row: Assessment, *, actor: Person | None, now: datetime) -> bool:
    entries = list(row.entries.all())
    if any(
        entry.self_points is not None
        and entry.appraised_points is None
        and not undisputed(beside(entry))
        for entry in entries
    ):
        return False
    try:
        with transaction.atomic():
            marks = undisputed_marks(entries)
            if marks:
                mark(row, marks, actor=actor, now=now)
            appraise(row, version=row.version, actor=actor, now=now)
    except RoundError:
        return False
    return True
