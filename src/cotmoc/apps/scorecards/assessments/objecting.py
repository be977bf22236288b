"""Objections: a body says which points it asks for and why, the verifier answers each once."""

from datetime import datetime
from decimal import Decimal

from django.db import transaction

from cotmoc.apps.accounts.models import Person
from cotmoc.apps.scorecards.assessments.prefilling import total_of
from cotmoc.apps.scorecards.assessments.reckoning import least, most
from cotmoc.apps.scorecards.assessments.stepping import RoundError, Step
from cotmoc.apps.scorecards.models import Assessment, Entry, Objection
from cotmoc.indicators.indices.model import Leaf

LONGEST_TEXT = 4000


def _leaf(assessment: Assessment, code: str) -> Leaf:
    for leaf in assessment.round.index.definition.leaves():
        if leaf.code == code:
            return leaf
    raise RoundError("unknown_leaf")


def _within(leaf: Leaf, points: Decimal | None) -> None:
    if points is not None and not least(leaf) <= points <= most(leaf):
        raise RoundError("out_of_range", low=least(leaf), high=most(leaf))


@transaction.atomic
def object_to(
    assessment: Assessment,
    leaf: str,
    text: str,
    asked_points: Decimal | None,
    *,
    version: int,
    actor: Person | None,
    now: datetime,
) -> Objection:
    """Object to the appraised points of a leaf, until the round's day for it.

    Raises RoundError: `objections_over`, `no_objections`, `text_missing`, `points_missing`,
    `same_points`, `objected_already`, `out_of_range`, `unknown_leaf`.
    """
    step = Step(assessment, "object", version=version, actor=actor, now=now)
    entry = _entry(step, leaf)
    if not text.strip():
        raise RoundError("text_missing")
    if asked_points is None:
        raise RoundError("points_missing")
    _within(_leaf(step.assessment, leaf), asked_points)
    if asked_points == entry.appraised_points:
        raise RoundError("same_points")
    if entry.objections.exists():
        raise RoundError("objected_already")
    made = Objection.objects.create(
        entry=entry,
        text=text.strip()[:LONGEST_TEXT],
        asked_points=asked_points,
        made_at=now,
        made_by=actor,
    )
    about = {"leaf": leaf, "text": made.text, "asked_points": f"{asked_points.normalize():f}"}
    step.done("assessment.objected", after=about)
    return made


def _entry(step: Step, leaf: str) -> Entry:
    entry = step.entries().get(leaf)
    if entry is None:
        raise RoundError("unknown_leaf")
    return entry


@transaction.atomic
def answer_objection(
    objection: Objection,
    accepted: bool,
    text: str,
    points: Decimal | None = None,
    *,
    version: int,
    actor: Person | None,
    now: datetime,
) -> Objection:
    """Answer an objection, once. Accepted: the leaf gets `points`, or those asked for.

    Raises RoundError: `text_missing`, `answered_already`, `out_of_range`.
    """
    assessment = objection.entry.assessment
    step = Step(assessment, "answer", version=version, actor=actor, now=now)
    if not text.strip():
        raise RoundError("text_missing")
    found = Objection.objects.select_related("entry").get(pk=objection.pk)
    if found.accepted is not None:
        raise RoundError("answered_already")
    entries = step.entries()
    entry = entries[found.entry.leaf]
    before = {"leaf": entry.leaf, "points": _said(entry.appraised_points)}
    if accepted:
        given = found.asked_points if points is None else points
        _within(_leaf(step.assessment, entry.leaf), given)
        found.given_points = given
        step.change(entry, appraised_points=given, appraised_reason=text.strip()[:LONGEST_TEXT])
    found.accepted, found.answer = accepted, text.strip()[:LONGEST_TEXT]
    found.answered_at, found.answered_by = now, actor
    found.save(update_fields=["accepted", "answer", "given_points", "answered_at", "answered_by"])
    step.done(
        "objection.answered",
        before=before,
        after={
            "leaf": entry.leaf,
            "accepted": accepted,
            "answer": found.answer,
            "points": _said(entry.appraised_points),
        },
        appraised_total=total_of(step.assessment, entries.values(), "appraised_points"),
    )
    return found


def _said(points: Decimal | None) -> str | None:
    return None if points is None else f"{points.normalize():f}"
