"""`cotmoc plan import`, `cotmoc plan publish` and `cotmoc plan close-districts`."""

import argparse
from pathlib import Path

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from cotmoc.apps.programmes.amending import close_district_targets
from cotmoc.apps.programmes.drafts import DraftError
from cotmoc.apps.programmes.models import Plan
from cotmoc.apps.programmes.services import NoTargetsError, import_plan, publish_plan
from cotmoc.apps.programmes.wording import refusal_text
from cotmoc.config.cli.output import (
    NOT_FOUND,
    BadInputError,
    CommandError,
    print_json,
    stdout,
)
from cotmoc.config.cli.plan import add_read, checked, unreadable
from cotmoc.config.cli.ready import require_database
from cotmoc.core.problems import Problem
from cotmoc.plantext import UnreadableText

Subparsers = argparse._SubParsersAction


def add_commands(commands: "Subparsers[argparse.ArgumentParser]") -> None:
    """Add the commands about plans."""
    plan = commands.add_parser("plan", help=_("read and import plans"))
    actions = plan.add_subparsers(metavar="ACTION", required=True)
    add_read(actions)
    bring = actions.add_parser(
        "import",
        help=_("record a plan with its targets"),
        description=_(
            "Records the document and confirms every target and task read from it at once, "
            "doubts or not; the same file again changes nothing. To decide row by row, hand the "
            "file in on the page of documents."
        ),
    )
    bring.add_argument("file", type=Path)
    bring.add_argument("--json", action="store_true", help=_("print JSON"))
    bring.set_defaults(run=import_plan_file)
    publish = actions.add_parser(
        "publish",
        help=_("let the public see a plan and what is measured now"),
        description=_(
            "Publishes a plan, its targets and the province's current figures for them. "
            "Figures that change later stay unseen until it is run again."
        ),
    )
    publish.add_argument("plan", type=int, help=_("number of the plan, as `plan import` prints it"))
    publish.set_defaults(run=publish_plan_command)
    districts = actions.add_parser(
        "close-districts",
        help=_("close a plan's targets of the district level, which ended on 1 July 2025"),
        description=_(
            "Closes the plan's open targets of the district level that were due on that day or "
            "later, with the reason. A closed target has not failed. Safe to run again."
        ),
    )
    districts.add_argument(
        "plan", type=int, help=_("number of the plan, as `plan import` prints it")
    )
    districts.set_defaults(run=close_districts_command)


def import_plan_file(chosen: argparse.Namespace) -> None:
    """Record a plan."""
    require_database()
    try:
        outcome = import_plan(checked(chosen.file), actor=None, now=timezone.now())
    except UnreadableText as error:
        raise unreadable(error) from error
    except NoTargetsError as error:
        raise BadInputError(
            [Problem("no_targets", str(error))], _("Nothing was imported:")
        ) from error
    except DraftError as error:
        why = f"{chosen.file.name}: {refusal_text(error.code, error.params)}"
        raise CommandError(f"{_('Nothing was imported:')}\n  {why}") from error
    if chosen.json:
        print_json(
            {
                "plan": outcome.plan.pk,
                "title": outcome.plan.title,
                "new": outcome.new,
                "targets": outcome.targets,
                "bound": outcome.targets - len(outcome.unbound),
                "unbound": [target.name for target in outcome.unbound],
            }
        )
        return
    said = (
        _("Imported as plan %(number)s: %(title)s")
        if outcome.new
        else _("Already there as plan %(number)s: %(title)s")
    )
    stdout.print(said % {"number": outcome.plan.pk, "title": outcome.plan.title}, markup=False)
    stdout.print(
        _("%(targets)s targets, %(bound)s bound to an indicator")
        % {"targets": outcome.targets, "bound": outcome.targets - len(outcome.unbound)}
    )
    for target in outcome.unbound:
        stdout.print("  " + _("no indicator: %(name)s") % {"name": target.name}, markup=False)


def _plan(number: int) -> Plan:
    plan = Plan.objects.select_related("document").filter(pk=number).first()
    if plan is None:
        message = _("There is no plan %(number)s.") % {"number": number}
        raise CommandError(message, NOT_FOUND)
    return plan


def publish_plan_command(chosen: argparse.Namespace) -> None:
    """Publish a plan."""
    require_database()
    plan = _plan(chosen.plan)
    figures = publish_plan(plan, actor=None, now=timezone.now())
    stdout.print(
        _("Published: %(title)s, %(figures)s new figures")
        % {"title": plan.title, "figures": figures},
        markup=False,
    )


def close_districts_command(chosen: argparse.Namespace) -> None:
    """Close the targets of the district level."""
    require_database()
    closed = close_district_targets(_plan(chosen.plan), actor=None, now=timezone.now())
    said = ngettext(
        "%(count)s target of the district level was closed.",
        "%(count)s targets of the district level were closed.",
        closed,
    )
    stdout.print(said % {"count": closed}, markup=False)
