"""Reminders of bodies that have not submitted: before the deadline, and after it was missed."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.utils import timezone

from cotmoc.apps.accounts.models import Person
from cotmoc.apps.journal.services import record
from cotmoc.apps.scorecards.models import Assessment, Reminder, Round
from cotmoc.apps.scorecards.rules import WITH_BODY, reminder_due


@dataclass(frozen=True, slots=True)
class Given:
    """A reminder that was given: to whom, in which round, and how many days are left (negative:
    since the deadline)."""

    assessment: Assessment
    days_left: int


@transaction.atomic
def remind(*, actor: Person | None = None, now: datetime) -> Sequence[Given]:
    """Give every reminder that is due in the open rounds; running it again gives none twice."""
    today = timezone.localdate(now)
    waiting = (
        Assessment.objects.select_for_update(of=("self",))
        .filter(round__state=Round.State.OPEN, state__in=WITH_BODY)
        .select_related("round", "organisation")
        .prefetch_related("reminders")
        .order_by("round", "organisation__code")
    )
    found = []
    for assessment in waiting:
        left = (assessment.round.deadline - today).days
        given = [each.days_left for each in assessment.reminders.all()]
        step = reminder_due(left, assessment.round.remind_days, given)
        if step is None:
            continue
        Reminder.objects.create(assessment=assessment, days_left=step, given_at=now)
        about = {"days_left": left, "deadline": assessment.round.deadline.isoformat()}
        record("assessment.reminded", assessment, actor=actor, now=now, after=about)
        found.append(Given(assessment, left))
    return found
