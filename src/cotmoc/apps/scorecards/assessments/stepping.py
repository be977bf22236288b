"""One step of an assessment: allowed or refused, made from the version that was seen, told once."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.utils import timezone

from cotmoc.apps.accounts.models import Person
from cotmoc.apps.journal.services import record
from cotmoc.apps.orgs.models import Organisation, Post
from cotmoc.apps.scorecards.models import Assessment, Entry, Objection, Round
from cotmoc.apps.scorecards.rules import DEEDS, Part, Situation, refusal


class RoundError(ValueError):
    """A step of a round that is refused; nothing was written. `code` says why."""

    def __init__(self, code: str, **params: Any) -> None:
        super().__init__(code)
        self.code = code
        self.params = params


class StaleError(RoundError):
    """Somebody else changed it meanwhile; `leaves` are the codes of what they changed."""

    def __init__(self, *leaves: str) -> None:
        super().__init__("stale", leaves=leaves)
        self.leaves = leaves


def parts_of(person: Any, organisation: Organisation, *, now: datetime) -> frozenset[Part]:
    """What somebody is to a body in a round: who speaks for it, who verifies, both or nothing."""
    if not getattr(person, "is_authenticated", False):
        return frozenset()
    found: set[Part] = set()
    posts = Post.objects.on(timezone.localdate(now)).filter(person=person)
    if posts.filter(organisation=organisation).exists():
        found.add("body")
    if person.steers:
        found.add("verifier")
    return frozenset(found)


def situation_of(
    assessment: Assessment, parts: frozenset[Part] | None, *, now: datetime
) -> Situation:
    """What decides what may be done to an assessment now."""
    found = assessment.round
    unanswered = Objection.objects.filter(entry__assessment=assessment, accepted=None)
    objected = assessment.state == Assessment.State.OBJECTED
    return Situation(
        state=assessment.state,
        round_open=found.state == Round.State.OPEN,
        today=timezone.localdate(now),
        objections_until=found.objections_until,
        open_objections=unanswered.count() if objected else 0,
        parts=parts,
    )


class Step:
    """A step being made: `assessment` is held as it is in the database until the transaction ends.

    Raises RoundError where the deed is not allowed, StaleError where `version` is no longer it.
    """

    def __init__(
        self,
        assessment: Assessment,
        deed: str,
        *,
        version: int | None,
        actor: Person | None,
        now: datetime,
    ) -> None:
        self.deed, self.actor, self.now = deed, actor, now
        self.assessment = held(assessment)
        parts = None if actor is None else parts_of(actor, self.assessment.organisation, now=now)
        if why := refusal(deed, situation_of(self.assessment, parts, now=now)):
            raise RoundError(why, until=self.assessment.round.objections_until)
        if version is not None and version != self.assessment.version:
            raise StaleError
        self.before = {"state": self.assessment.state}
        # What the caller holds must not look newer than it is.
        self.given = assessment

    def entries(self) -> dict[str, Entry]:
        """The leaves of the assessment, by code."""
        return {entry.leaf: entry for entry in self.assessment.entries.all()}

    def change(self, entry: Entry, version: int | None = None, **values: Any) -> None:
        """Write an entry that was seen at a version."""
        if version is not None and version != entry.version:
            raise StaleError(entry.leaf)
        for name, value in values.items():
            setattr(entry, name, value)
        entry.version += 1
        entry.save(update_fields=[*values, "version"])

    def done(
        self,
        verb: str,
        *,
        before: Mapping[str, Any] | None = None,
        after: Mapping[str, Any] | None = None,
        **values: Any,
    ) -> Assessment:
        """End the step: the state that follows, the next version, the entry of the journal."""
        found = self.assessment
        seen = found.version
        found.state, found.version = DEEDS[self.deed].then, seen + 1
        for name, value in values.items():
            setattr(found, name, value)
        changed = {name: getattr(found, name) for name in ("state", "version", *values)}
        if not Assessment.objects.filter(pk=found.pk, version=seen).update(**changed):
            raise StaleError
        record(
            verb,
            found,
            actor=self.actor,
            now=self.now,
            before={**self.before, **(before or {})},
            after={"state": found.state, **(after or {})},
        )
        for name, value in changed.items():
            setattr(self.given, name, value)
        return found


def held(assessment: Assessment) -> Assessment:
    """The assessment as it is now, kept from others until the transaction ends."""
    locked = Assessment.objects.select_for_update(of=("self",))
    return locked.select_related("round__index", "organisation").get(pk=assessment.pk)


def refuse_unless_steering(actor: Person | None) -> None:
    """Rounds are opened, closed and published by those who steer."""
    if actor is not None and not actor.steers:
        raise RoundError("not_the_verifier")


def refuse_unless_open(found: Round) -> Round:
    """The round as it is now, kept from others. Raises RoundError where it is not open."""
    now = Round.objects.select_for_update(of=("self",)).select_related("index").get(pk=found.pk)
    if now.state != Round.State.OPEN:
        raise RoundError("locked")
    return now
