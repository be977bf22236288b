"""Tasks proposed from lost points: made once for a leaf, dropped, taken up again, handed over.

Where a room that owns tasks is there (`ports.task_desk`), a proposal becomes its task at once;
until then it waits here.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from django.db import transaction
from django.db.models import QuerySet

from cotmoc.apps.accounts.models import Person
from cotmoc.apps.journal.services import record
from cotmoc.apps.orgs.models import Organisation, Post
from cotmoc.apps.scorecards.models import IndexVersion, Proposal
from cotmoc.apps.scorecards.ports import TaskWanted, task_desk

State = Proposal.State
OPEN = (State.PROPOSED, State.TAKEN)


class ProposalError(Exception):
    """What was asked cannot be done with this proposal any more; the message says why."""


def may_propose(person: object, about: Organisation, on: date) -> bool:
    """Who steers proposes for all bodies, who speaks for a body for its own. At most one query."""
    if not isinstance(person, Person):
        return False
    return person.steers or Post.objects.on(on).filter(person=person, organisation=about).exists()


@dataclass(frozen=True, slots=True)
class Wanted:
    """What would win points back: of which leaf of whose card, who acts, what and by when."""

    leaf: str
    period: str
    about: Organisation
    acts: Organisation
    title: str
    detail: str = ""
    points: Decimal | None = None
    deadline: date | None = None
    origin: str = ""  # address of the page with the lost points


@transaction.atomic
def propose(
    index: IndexVersion, wanted: Wanted, *, actor: Person | None, now: datetime
) -> tuple[Proposal, bool]:
    """Propose a task; True with a new one. While one for the same leaf, period and body is open,
    that one is given back and nothing is written."""
    _one_at_a_time(wanted.about)
    if held := open_proposals(index, wanted.period, wanted.about).filter(leaf=wanted.leaf).first():
        return held, False
    made = Proposal.objects.create(
        index=index,
        period=wanted.period,
        leaf=wanted.leaf,
        organisation=wanted.acts,
        about=wanted.about,
        title=wanted.title[:300],
        detail=wanted.detail,
        points=wanted.points,
        deadline=wanted.deadline,
        made_at=now,
        made_by=actor,
    )
    record("proposal.made", made, actor=actor, now=now, after=_values(made))
    _hand_over(made, wanted.origin, actor, now)
    return made, True


@transaction.atomic
def drop_proposal(proposal: Proposal, *, actor: Person | None, now: datetime) -> Proposal:
    """Take a proposal back. What has become a task is ended where tasks are: ProposalError."""
    held = Proposal.objects.select_for_update().get(pk=proposal.pk)
    if held.state == State.TAKEN:
        raise ProposalError("taken")
    if held.state != State.DROPPED:
        _turn(held, State.DROPPED, "proposal.dropped", actor, now)
    return held


@transaction.atomic
def restore_proposal(proposal: Proposal, *, actor: Person | None, now: datetime) -> Proposal:
    """Take up a dropped proposal again, unless another is open in its place: ProposalError."""
    _one_at_a_time(proposal.about)
    held = Proposal.objects.select_for_update().get(pk=proposal.pk)
    if held.state != State.DROPPED:
        return held
    others = open_proposals(held.index, held.period, held.about).filter(leaf=held.leaf)
    if others.exists():
        raise ProposalError("another")
    _turn(held, State.PROPOSED, "proposal.restored", actor, now)
    return held


@transaction.atomic
def hand_over(proposal: Proposal, origin: str, *, actor: Person | None, now: datetime) -> Proposal:
    """Let the room that owns tasks make a task of a waiting proposal: ProposalError where there is
    no such room or the proposal does not wait."""
    held = Proposal.objects.select_for_update().get(pk=proposal.pk)
    if held.state != State.PROPOSED:
        raise ProposalError("not_waiting")
    if not _hand_over(held, origin, actor, now):
        raise ProposalError("no_desk")
    return held


def _hand_over(proposal: Proposal, origin: str, actor: Person | None, now: datetime) -> bool:
    desk = task_desk()
    if desk is None:
        return False
    wanted = TaskWanted(
        organisation=proposal.organisation.code,
        title=proposal.title,
        detail=proposal.detail,
        deadline=proposal.deadline,
        origin=origin,
    )
    proposal.reference = desk.create(wanted, actor=actor, now=now)
    proposal.save(update_fields=["reference"])
    _turn(proposal, State.TAKEN, "proposal.taken", actor, now)
    return True


def _turn(
    proposal: Proposal, state: Proposal.State, verb: str, actor: Person | None, now: datetime
) -> None:
    before = proposal.state
    proposal.state = state
    proposal.save(update_fields=["state"])
    after = {"state": state.value, "reference": proposal.reference}
    record(verb, proposal, actor=actor, now=now, before={"state": before}, after=after)


def _one_at_a_time(about: Organisation) -> None:
    """Two clicks at once do not make two: the second waits for the first's transaction."""
    Organisation.objects.select_for_update().get(pk=about.pk)


def _values(proposal: Proposal) -> dict[str, str | None]:
    return {
        "leaf": proposal.leaf,
        "period": proposal.period,
        "about": proposal.about.code,
        "organisation": proposal.organisation.code,
        "title": proposal.title,
        "points": None if proposal.points is None else str(proposal.points),
        "deadline": proposal.deadline.isoformat() if proposal.deadline else None,
    }


# Reads --------------------------------------------------------------------------------------------


def proposals(*, viewer: object, on: date) -> QuerySet[Proposal]:
    """Proposals a person may see, the newest first, with all that a list shows."""
    return (
        Proposal.objects.visible_to(viewer, on)
        .select_related("index", "organisation", "about", "made_by")
        .defer("index__content")
    )


def open_proposals(index: IndexVersion, period: str, about: Organisation) -> QuerySet[Proposal]:
    """What waits or was taken over for a body's leaves, whatever the wording of the method."""
    return Proposal.objects.filter(
        index__code=index.code, period=period, about=about, state__in=OPEN
    )


def by_leaf(found: Iterable[Proposal]) -> dict[str, Proposal]:
    """Proposals by the leaf they are for."""
    return {each.leaf: each for each in found}
