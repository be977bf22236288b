"""`cotmoc rounds list`, `cotmoc rounds remind` and `cotmoc rounds refresh`."""

import argparse
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from cotmoc.apps.scorecards.assessments.reads import RoundRow, round_rows
from cotmoc.apps.scorecards.assessments.reminding import Given, remind
from cotmoc.apps.scorecards.assessments.rounds import refresh_computed
from cotmoc.apps.scorecards.assessments.stepping import RoundError
from cotmoc.apps.scorecards.models import Round
from cotmoc.config.cli.output import NOT_FOUND, CommandError, print_json, print_table, stdout
from cotmoc.config.cli.ready import require_database

Subparsers = argparse._SubParsersAction


def add_commands(commands: "Subparsers[argparse.ArgumentParser]") -> None:
    """Add the commands about assessment rounds."""
    rounds = commands.add_parser("rounds", help=_("assessment rounds: list, remind, refresh"))
    actions = rounds.add_subparsers(metavar="ACTION", required=True)
    listing = actions.add_parser("list", help=_("list rounds and how far they are"))
    listing.add_argument("--json", action="store_true", help=_("print JSON"))
    listing.set_defaults(run=list_rounds)
    reminding = actions.add_parser(
        "remind",
        help=_("give the reminders that are due"),
        description=_(
            "Records every reminder that is due today: on the days before the deadline that a "
            "round names, the day after it, then every week. Run it once a day; running it again "
            "gives none twice. A body sees its reminders on its page of the round."
        ),
    )
    reminding.add_argument("--json", action="store_true", help=_("print JSON"))
    reminding.set_defaults(run=give_reminders)
    refreshing = actions.add_parser(
        "refresh", help=_("bring the computed points of an open round up to date")
    )
    refreshing.add_argument("round", type=int, help=_("number of the round"))
    refreshing.add_argument("--json", action="store_true", help=_("print JSON"))
    refreshing.set_defaults(run=refresh_round)


def list_rounds(chosen: argparse.Namespace) -> None:
    """List all rounds, the newest first."""
    require_database()
    found = Round.objects.select_related("index").defer("index__content")
    rows = round_rows(found, viewer=None, on=timezone.localdate())
    if chosen.json:
        print_json({"rounds": [_as_json(row) for row in rows]})
        return
    headers = [
        "#", _("Round"), _("Index"), _("Period"), _("State"), _("Deadline"), _("Submitted"),
        _("Bodies"),
    ]  # fmt: skip
    print_table(headers, [_as_row(row) for row in rows], {0, 6, 7})


def _as_json(row: RoundRow) -> dict[str, Any]:
    found = row.round
    return {
        "round": found.pk,
        "title": found.title,
        "version": found.number,
        "index": found.index.code,
        "method": found.index.method,
        "period": found.period,
        "state": found.state,
        "deadline": found.deadline,
        "bodies": row.bodies,
        "submitted": row.submitted,
        "appraised": row.appraised,
        "overdue": row.overdue,
        "illustration": found.illustration,
    }


def _as_row(row: RoundRow) -> list[Any]:
    found = row.round
    return [
        found.pk, found.title, str(found.index), found.period, found.get_state_display(),
        found.deadline, row.submitted, row.bodies,
    ]  # fmt: skip


def give_reminders(chosen: argparse.Namespace) -> None:
    """Give the reminders that are due."""
    require_database()
    given = remind(now=timezone.now())
    if chosen.json:
        print_json({"reminded": len(given), "reminders": [_reminder(each) for each in given]})
        return
    for each in given:
        line = _("%(body)s: %(round)s, deadline %(day)s") % {
            "body": each.assessment.organisation,
            "round": each.assessment.round,
            "day": each.assessment.round.deadline,
        }
        stdout.print(line, markup=False)
    stdout.print(_("%(count)s reminders given") % {"count": len(given)}, markup=False)


def _reminder(given: Given) -> dict[str, Any]:
    assessment = given.assessment
    return {
        "round": assessment.round_id,
        "title": assessment.round.title,
        "unit_code": assessment.organisation.code,
        "unit_name": assessment.organisation.short_name,
        "state": assessment.state,
        "deadline": assessment.round.deadline,
        "days_left": given.days_left,
    }


def refresh_round(chosen: argparse.Namespace) -> None:
    """Read figures anew for a round."""
    require_database()
    found = Round.objects.filter(pk=chosen.round).first()
    if found is None:
        message = _("There is no round %(number)s.") % {"number": chosen.round}
        raise CommandError(message, NOT_FOUND)
    try:
        changed = refresh_computed(found, actor=None, now=timezone.now())
    except RoundError as refused:
        raise CommandError(_("The round has ended and is locked.")) from refused
    if chosen.json:
        print_json({"round": found.pk, "changed": changed})
    else:
        stdout.print(_("%(count)s computed points have changed") % {"count": changed})
