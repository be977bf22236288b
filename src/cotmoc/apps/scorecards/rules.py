"""Pure decisions about assessment rounds: who may do what when, what departs from what was
computed, what is missing before a body may submit, and when a reminder is due.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Literal

Part = Literal["body", "verifier"]
NOT_STARTED, IN_WORK, SUBMITTED, RETURNED = "not_started", "in_work", "submitted", "returned"
APPRAISED, OBJECTED, SETTLED, LOCKED = "appraised", "objected", "settled", "locked"
# The body still has to act; the deadline is for these.
WITH_BODY = frozenset({NOT_STARTED, IN_WORK, RETURNED})
WEEK = 7


@dataclass(frozen=True, slots=True)
class Deed:
    """Something done to an assessment: by whom, from which states, and what state follows."""

    by: Part
    when: frozenset[str]
    then: str


def _deed(by: Part, when: Collection[str], then: str) -> Deed:
    return Deed(by, frozenset(when), then)


DEEDS: Mapping[str, Deed] = {
    "save": _deed("body", WITH_BODY, IN_WORK),
    # What was returned has to be worked on first: saving makes it "in work".
    "submit": _deed("body", {NOT_STARTED, IN_WORK}, SUBMITTED),
    "return": _deed("verifier", {SUBMITTED}, RETURNED),
    "mark": _deed("verifier", {SUBMITTED}, SUBMITTED),
    "appraise": _deed("verifier", {SUBMITTED}, APPRAISED),
    "reopen": _deed("verifier", {APPRAISED}, SUBMITTED),
    "object": _deed("body", {APPRAISED, OBJECTED}, OBJECTED),
    "answer": _deed("verifier", {OBJECTED}, OBJECTED),
    "settle": _deed("verifier", {APPRAISED, OBJECTED}, SETTLED),
    "agree": _deed("body", {APPRAISED}, SETTLED),
}


@dataclass(frozen=True, slots=True)
class Situation:
    """What decides whether a deed is allowed. `parts` are what a person is to the body; None is
    the program itself, on a command of the operator."""

    state: str
    round_open: bool
    today: date
    objections_until: date | None = None
    open_objections: int = 0
    parts: frozenset[Part] | None = None


def refusal(name: str, now: Situation) -> str | None:
    """Why a deed is refused, as a code; None where it is allowed."""
    deed = DEEDS[name]
    if now.parts is not None and deed.by not in now.parts:
        return "not_the_body" if deed.by == "body" else "not_the_verifier"
    # Who speaks for a body never judges it.
    if deed.by == "verifier" and now.parts is not None and "body" in now.parts:
        return "own_body"
    if now.state == LOCKED or not now.round_open:
        return "locked"
    if now.state not in deed.when:
        return f"not_now_{now.state}"
    return _about_objections(name, now)


def _about_objections(name: str, now: Situation) -> str | None:
    if name == "object" and now.objections_until is None:
        return "no_objections"
    if name == "object" and now.objections_until and now.today > now.objections_until:
        return "objections_over"
    if name == "settle" and now.open_objections:
        return "open_objections"
    if name == "settle" and now.state == APPRAISED and may_still_object(now):
        return "may_still_object"
    return None


def may_still_object(now: Situation) -> bool:
    """Whether the body may object today."""
    return now.objections_until is not None and now.today <= now.objections_until


def may(name: str, now: Situation) -> bool:
    return refusal(name, now) is None


# Points beside each other -------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Beside:
    """The columns of a leaf. `then` is what was computed when the body assessed itself."""

    computed: Decimal | None
    then: Decimal | None
    own: Decimal | None
    appraised: Decimal | None = None


def departs(leaf: Beside) -> bool:
    """Whether the body says something else than what was computed then: it gives a reason."""
    return leaf.then is not None and leaf.own != leaf.then


def changed_since(leaf: Beside) -> bool:
    """Whether figures have changed what is computed since the body assessed itself."""
    return leaf.computed != leaf.then


def undisputed(leaf: Beside) -> bool:
    """Whether the body says exactly what is computed now."""
    return leaf.computed is not None and leaf.own == leaf.computed


def appraised_otherwise(leaf: Beside) -> bool:
    """Whether the verifier gives other points than the body: that wants a reason."""
    return leaf.appraised is not None and leaf.appraised != leaf.own


# What is missing ----------------------------------------------------------------------------------

Missing = Literal["answer", "reason", "evidence"]


@dataclass(frozen=True, slots=True)
class Filled:
    """What a body has filled in for a leaf, and what the leaf wants of it.

    `asks`: it is for the body to answer; `own_numbers`: it gives numbers beside computed ones.
    """

    asks: bool
    answered: bool
    points: Beside
    own_numbers: bool
    reason: str
    wants_evidence: bool
    evidence: int


def missing(leaf: Filled) -> list[Missing]:
    """What is missing of a leaf before the body may submit.

    Evidence is for what a body claims: for points above zero that do not come from figures.
    """
    found: list[Missing] = []
    if leaf.asks and not leaf.answered:
        found.append("answer")
    if departs(leaf.points) and not leaf.reason.strip():
        found.append("reason")
    claims = (leaf.asks and leaf.answered) or leaf.own_numbers
    if leaf.wants_evidence and claims and (leaf.points.own or 0) > 0 and not leaf.evidence:
        found.append("evidence")
    return found


# Reminders ----------------------------------------------------------------------------------------


def reminder_due(days_left: int, steps: Iterable[int], given: Collection[int]) -> int | None:
    """The step of which a reminder is due, if it was not given yet: the nearest of `steps` (days
    before the deadline) that has come; after the deadline -1, then every full week (-7, -14, …).

    >>> reminder_due(2, [7, 3, 1], given=[7])
    3
    """
    if days_left < 0:
        step = -max(1, WEEK * (-days_left // WEEK))
    else:
        come = [step for step in steps if days_left <= step]
        if not come:
            return None
        step = min(come)
    return None if step in given else step
