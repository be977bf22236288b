"""Bodies that have not submitted are reminded, once for every step."""

import pytest

from cotmoc.apps.journal.models import Entry as Journal
from cotmoc.apps.scorecards.assessments.reminding import remind
from cotmoc.apps.scorecards.models import Reminder
from cotmoc.apps.scorecards.rules import reminder_due

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("left", "given", "due"),
    [
        (10, [], None),
        (7, [], 7),
        (6, [7], None),  # said already
        (6, [], 7),  # the day itself was missed
        (3, [7], 3),
        (1, [7, 3], 1),
        (0, [7, 3, 1], None),
        (0, [7], 1),
        (-1, [7, 3, 1], -1),
        (-3, [-1], None),
        (-7, [-1], -7),
        (-9, [-1], -7),
        (-14, [-1, -7], -14),
    ],
)
def test_a_reminder_is_due(left, given, due):
    assert reminder_due(left, [7, 3, 1], given) == due


def test_of_those_who_have_not_submitted(submitted, theirs, later):
    assert remind(now=later(1)) == []  # 17 days are left
    given = remind(now=later(11))
    assert [(each.assessment, each.days_left) for each in given] == [(theirs, 7)]
    assert remind(now=later(11)) == []
    assert [each.days_left for each in remind(now=later(15))] == [3]
    assert [each.days_left for each in remind(now=later(20))] == [-2]
    assert list(Reminder.objects.values_list("days_left", flat=True).order_by("pk")) == [7, 3, -1]
    told = Journal.objects.filter(verb="assessment.reminded")
    assert [each.after["days_left"] for each in told.order_by("pk")] == [7, 3, -2]


def test_not_of_rounds_that_have_ended(opened, cast, now, later):
    from cotmoc.apps.scorecards.assessments.rounds import close_round

    close_round(opened, "Mở nhầm", actor=cast.dung, now=now)
    assert remind(now=later(20)) == []
