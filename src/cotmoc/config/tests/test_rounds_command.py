"""`cotmoc rounds`: what it prints, what it writes, how it ends."""

import json
from datetime import timedelta

import pytest
from django.utils import timezone

from cotmoc.apps.journal.models import Entry
from cotmoc.apps.orgs.models import Organisation
from cotmoc.apps.scorecards.assessments.rounds import Terms, close_round, open_round
from cotmoc.apps.scorecards.models import Reminder
from cotmoc.apps.scorecards.tests import trial
from cotmoc.config.cli.main import main
from cotmoc.config.cli.output import NOT_FOUND, REFUSED
from cotmoc.core.periods import parse_period

pytestmark = pytest.mark.django_db


@pytest.fixture
def opened():
    now = timezone.now()
    terms = Terms("Chấm thử", timezone.localdate(now) + timedelta(days=3))
    body = Organisation.objects.filter(code="H44.07")
    index = trial.method(trial.ON_TIME)
    return open_round(index, parse_period("2026-08"), body, terms, actor=None, now=now)


def asked(capsys, *arguments):
    code = main(["rounds", *arguments, "--json"])
    return code, json.loads(capsys.readouterr().out or "null")


def test_reminders_are_given_once(opened, capsys):
    code, first = asked(capsys, "remind")
    assert code == 0
    assert first["reminded"] == 1
    assert first["reminders"][0]["unit_code"] == "H44.07"
    assert first["reminders"][0]["days_left"] == 3
    assert asked(capsys, "remind")[1] == {"reminded": 0, "reminders": []}
    assert Reminder.objects.count() == 1
    assert Entry.objects.filter(verb="assessment.reminded", actor=None).count() == 1


def test_the_list_says_how_far_rounds_are(opened, capsys):
    (row,) = asked(capsys, "list")[1]["rounds"]
    assert (row["index"], row["bodies"], row["submitted"]) == ("trial", 1, 0)
    assert main(["rounds", "list"]) == 0
    assert "Chấm thử" in capsys.readouterr().out


def test_a_round_is_brought_up_to_date(opened, capsys):
    assert asked(capsys, "refresh", str(opened.pk)) == (0, {"round": opened.pk, "changed": 0})
    assert main(["rounds", "refresh", "9999"]) == NOT_FOUND
    close_round(opened, "Mở nhầm", actor=None, now=timezone.now())
    assert main(["rounds", "refresh", str(opened.pk)]) == REFUSED
