"""The body's side: answering leaf by leaf, and submitting."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.db.models import Count

from cotmoc.apps.accounts.models import Person
from cotmoc.apps.scorecards.assessments.answers import AnswerError, checked_answer
from cotmoc.apps.scorecards.assessments.prefilling import body_of, points_by_answers, total_of
from cotmoc.apps.scorecards.assessments.reckoning import NumbersDifferError, applies, ask_of
from cotmoc.apps.scorecards.assessments.stepping import RoundError, StaleError, Step
from cotmoc.apps.scorecards.models import Assessment, Entry
from cotmoc.apps.scorecards.rules import Beside, Filled, Missing, missing
from cotmoc.indicators.indices.model import Leaf

LONGEST_REASON = 2000


@dataclass(frozen=True, slots=True)
class Filling:
    """What a body says of one leaf: its answer (as `Entry.answer`), why it departs from what was
    computed, and the version of the entry that it saw."""

    leaf: str
    version: int
    answer: Mapping[str, Any] | None
    reason: str = ""


class RefusedLeavesError(RoundError):
    """Answers that cannot be taken, by leaf: a code and its parameters. Nothing was written."""

    def __init__(self, problems: Mapping[str, tuple[str, Mapping[str, Any]]]) -> None:
        super().__init__("leaves_refused")
        self.problems = problems


class IncompleteError(RoundError):
    """What is missing before a body may submit, by leaf."""

    def __init__(self, leaves: Mapping[str, list[Missing]]) -> None:
        super().__init__("incomplete", count=len(leaves))
        self.leaves = leaves


@transaction.atomic
def save_answers(
    assessment: Assessment,
    fillings: Sequence[Filling],
    *,
    actor: Person | None,
    now: datetime,
) -> Assessment:
    """Write what a body says of some leaves; points follow from their rules.

    Raises RefusedLeavesError, StaleError (with the leaves that others changed), RoundError.
    """
    step = Step(assessment, "save", version=None, actor=actor, now=now)
    entries = step.entries()
    before = {filling.leaf: _told(entries, filling.leaf) for filling in fillings}
    _take(step, entries, fillings)
    ordered = list(entries.values())
    try:
        points = points_by_answers(step.assessment, ordered)
    except NumbersDifferError as differ:
        code, params = "numbers_differ", {"leaves": ", ".join(differ.leaves)}
        raise RefusedLeavesError(dict.fromkeys(differ.leaves, (code, params))) from differ
    filled = {filling.leaf for filling in fillings}
    for entry in ordered:
        if entry.leaf in filled:
            entry.computed_then = entry.computed_points
        _write(entry, points[entry.leaf].points, entry.leaf in filled)
    return step.done(
        "assessment.saved",
        before={"leaves": before},
        after={"leaves": {leaf: _told(entries, leaf) for leaf in filled}},
        self_total=total_of(step.assessment, ordered, "self_points"),
    )


def _take(step: Step, entries: Mapping[str, Entry], fillings: Sequence[Filling]) -> None:
    """Put answers and reasons on the entries, still unwritten."""
    leaves = {leaf.code: leaf for leaf in step.assessment.round.index.definition.leaves()}
    body = body_of(step.assessment.organisation)
    problems: dict[str, tuple[str, Mapping[str, Any]]] = {}
    stale = []
    for filling in fillings:
        leaf, entry = leaves.get(filling.leaf), entries.get(filling.leaf)
        if leaf is None or entry is None or not applies(leaf, body):
            problems[filling.leaf] = ("not_asked", {})
            continue
        if filling.version != entry.version:
            stale.append(filling.leaf)
        try:
            readings = entry.computed_from.get("readings", {})
            entry.answer = checked_answer(leaf, filling.answer, readings)
        except AnswerError as error:
            problems[filling.leaf] = (error.code, error.params)
        entry.self_reason = filling.reason.strip()[:LONGEST_REASON]
    if stale:
        raise StaleError(*stale)
    if problems:
        raise RefusedLeavesError(problems)


def _write(entry: Entry, points: Decimal | None, filled: bool) -> None:
    if filled:
        entry.self_points, entry.version = points, entry.version + 1
        entry.save(
            update_fields=["answer", "self_reason", "self_points", "computed_then", "version"]
        )
    elif entry.self_points != points:  # a formula over a leaf that was answered
        entry.self_points = points
        entry.save(update_fields=["self_points"])


def _told(entries: Mapping[str, Entry], leaf: str) -> dict[str, Any]:
    entry = entries.get(leaf)
    if entry is None:
        return {}
    points = entry.self_points
    return {
        "answer": entry.answer,
        "reason": entry.self_reason,
        "points": None if points is None else f"{points.normalize():f}",
    }


@transaction.atomic
def submit(
    assessment: Assessment, *, version: int, actor: Person | None, now: datetime
) -> Assessment:
    """Hand the self-assessment to the verifier. Raises IncompleteError, StaleError, RoundError."""
    step = Step(assessment, "submit", version=version, actor=actor, now=now)
    if gaps := missing_of(step.assessment):
        raise IncompleteError(gaps)
    total = step.assessment.self_total
    return step.done(
        "assessment.submitted",
        after={"self_total": None if total is None else f"{total.normalize():f}"},
        submitted_at=now,
    )


def missing_of(assessment: Assessment) -> dict[str, list[Missing]]:
    """What is missing of each leaf before the body may submit. One query."""
    leaves = {leaf.code: leaf for leaf in assessment.round.index.definition.leaves()}
    body = body_of(assessment.organisation)
    entries = assessment.entries.annotate(proofs=Count("evidence"))
    found = {
        entry.leaf: missing(filled(leaves[entry.leaf], entry, entry.proofs))
        for entry in entries
        if applies(leaves[entry.leaf], body)
    }
    return {leaf: codes for leaf, codes in found.items() if codes}


def filled(leaf: Leaf, entry: Entry, evidence: int) -> Filled:
    """An entry as the rules see it."""
    answer = entry.answer or {}
    return Filled(
        asks=ask_of(leaf).answer != "none",
        answered=bool(set(answer) - {"figures"}),
        points=beside(entry),
        own_numbers=bool(answer.get("figures")),
        reason=entry.self_reason,
        wants_evidence=leaf.evidence is not None,
        evidence=evidence,
    )


def beside(entry: Entry) -> Beside:
    """The columns of an entry."""
    return Beside(
        entry.computed_points, entry.computed_then, entry.self_points, entry.appraised_points
    )
