"""What-if scenarios: kept, shared, changed by their owner only, and said to be stale when they are.

A scenario keeps what was assumed (`assuming`), not what came of it: opened again, it is scored on
the figures and the method of its period as they are then.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import QuerySet

from cotmoc.apps.accounts.models import Person
from cotmoc.apps.journal.services import record
from cotmoc.apps.orgs.models import Organisation
from cotmoc.apps.scorecards.models import IndexVersion, Scenario
from cotmoc.apps.scorecards.tomorrow.assuming import (
    Assumed,
    Dial,
    Outcome,
    Refusal,
    dials,
    read_assumed,
)
from cotmoc.apps.scorecards.tomorrow.assuming import what_if as what_if_of
from cotmoc.apps.scorecards.tomorrow.baseline import Baseline

MOST_COMPARED = 3


class NotYoursError(Exception):
    """Only its owner changes a scenario."""


class OverwrittenError(Exception):
    """The scenario was changed since the page that asks was opened."""


@dataclass(frozen=True, slots=True)
class Draft:
    """A scenario to be kept: of which body, period and method, and what is assumed."""

    name: str
    index: IndexVersion
    organisation: Organisation
    period: str
    assumed: Assumed


@transaction.atomic
def save_scenario(
    draft: Draft,
    *,
    actor: Person,
    now: datetime,
    scenario: Scenario | None = None,
    seen: datetime | None = None,
) -> Scenario:
    """Keep a new scenario, or change one's own. `seen` is the `changed_at` it was opened with.

    Raises NotYoursError and OverwrittenError.
    """
    if scenario is None:
        made = Scenario.objects.create(
            owner=actor, created_at=now, changed_at=now, **_fields(draft)
        )
        record("scenario.saved", made, actor=actor, now=now, after=_values(made))
        return made
    held = _own(scenario, actor)
    if seen is not None and held.changed_at != seen:
        raise OverwrittenError
    before = _values(held)
    for name, value in _fields(draft).items():
        setattr(held, name, value)
    held.changed_at = now
    held.save()
    record("scenario.saved", held, actor=actor, now=now, before=before, after=_values(held))
    return held


@transaction.atomic
def share_scenario(scenario: Scenario, shared: bool, *, actor: Person, now: datetime) -> Scenario:
    """Let others see a scenario, or no longer. Raises NotYoursError."""
    held = _own(scenario, actor)
    if held.shared != shared:
        held.shared = shared
        held.save(update_fields=["shared"])
        after = {"shared": shared, "name": held.name}
        record(
            "scenario.shared",
            held,
            actor=actor,
            now=now,
            before={"shared": not shared},
            after=after,
        )
    return held


@transaction.atomic
def delete_scenario(scenario: Scenario, *, actor: Person, now: datetime) -> None:
    """Forget a scenario; the journal keeps what it assumed. Raises NotYoursError."""
    held = _own(scenario, actor)
    after = {"deleted": True, "name": held.name}
    record("scenario.deleted", held, actor=actor, now=now, before=_values(held), after=after)
    held.delete()


def _own(scenario: Scenario, actor: Person) -> Scenario:
    held = Scenario.objects.select_for_update().get(pk=scenario.pk)
    if held.owner_id != actor.pk:
        raise NotYoursError
    return held


def _fields(draft: Draft) -> dict[str, Any]:
    return {
        "name": draft.name,
        "index": draft.index,
        "organisation": draft.organisation,
        "period": draft.period,
        "assumed": {name: dict(each) for name, each in draft.assumed.items()},
    }


def _values(scenario: Scenario) -> dict[str, Any]:
    return {
        "name": scenario.name,
        "index": str(scenario.index),
        "organisation": scenario.organisation.code,
        "period": scenario.period,
        "assumed": scenario.assumed,
    }


# Reads --------------------------------------------------------------------------------------------


def scenarios(*, viewer: object) -> QuerySet[Scenario]:
    """One's own scenarios and shared ones, the newest first, with all that a list shows."""
    return (
        Scenario.objects.visible_to(viewer)
        .select_related("index", "organisation", "owner")
        .defer("index__content")
    )


@dataclass(frozen=True, slots=True)
class Staleness:
    """Why a scenario may not mean any more what it meant when it was made."""

    method: bool  # its method was reworded since
    figures: bool  # scores were computed anew since

    def __bool__(self) -> bool:
        return self.method or self.figures


def staleness(scenario: Scenario, base: Baseline | None, latest: IndexVersion) -> Staleness:
    """Compare a scenario with the newest wording of its method and the newest scores."""
    return Staleness(
        method=scenario.index.digest != latest.digest,
        figures=base is not None and base.computed_at > scenario.changed_at,
    )


@dataclass(frozen=True, slots=True)
class Played:
    """A scenario scored on what is known now; `refused` is what cannot be assumed any more."""

    scenario: Scenario
    outcome: Outcome
    kept: Assumed
    refused: Sequence[Refusal]
    dials: Mapping[str, Dial]


def play(scenario: Scenario, base: Baseline) -> Played:
    """Score a scenario."""
    body = scenario.organisation.code
    known = dials(base, body)
    read = read_assumed(known, scenario.assumed)
    outcome = what_if_of(base, body, read.readings)
    return Played(scenario, outcome, read.kept, read.refused, {dial.name: dial for dial in known})
