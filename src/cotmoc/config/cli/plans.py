"""`cotmoc plan read` and `cotmoc plan import`."""

import argparse
from pathlib import Path

from django.utils import timezone
from django.utils.translation import gettext as _

from cotmoc.apps.programmes.models import Plan
from cotmoc.apps.programmes.services import NoTargetsError, import_plan, publish_plan
from cotmoc.config.cli.output import (
    NOT_FOUND,
    BadInputError,
    CommandError,
    print_json,
    print_table,
    stdout,
)
from cotmoc.config.cli.ready import require_database
from cotmoc.core.problems import Problem
from cotmoc.plantext import UnreadableText, read_file

Subparsers = argparse._SubParsersAction


def add_commands(commands: "Subparsers[argparse.ArgumentParser]") -> None:
    """Add the commands about plans."""
    plan = commands.add_parser("plan", help=_("read and import plans"))
    actions = plan.add_subparsers(metavar="ACTION", required=True)
    read = actions.add_parser(
        "read",
        help=_("show the targets of a plan's text; writes nothing"),
        description=_(
            "Reads a plan (plain text, UTF-8 or UTF-16) and shows its targets, where each stands, "
            "and which lines were left alone and why. Needs no database."
        ),
    )
    read.add_argument("file", type=Path)
    read.add_argument("--json", action="store_true", help=_("print JSON"))
    read.set_defaults(run=read_plan_file)
    bring = actions.add_parser(
        "import",
        help=_("record a plan with its targets"),
        description=_(
            "Records the document, its clauses and its targets; the same file again changes "
            "nothing."
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


def _checked(path: Path) -> Path:
    for code, wrong in (("no_such_file", not path.exists()), ("is_folder", path.is_dir())):
        if wrong:
            raise BadInputError([Problem(code, str(path))], _("The plan was not read:"))
    return path


def _unreadable(error: UnreadableText) -> BadInputError:
    return BadInputError([unreadable_problem(error)], _("The plan was not read:"))


def unreadable_problem(error: UnreadableText) -> Problem:
    """The reader's refusal as a problem the kit has a sentence for."""
    return Problem(f"plan_{error.code}", error.file, params=dict(error.params))


def read_plan_file(chosen: argparse.Namespace) -> None:
    """Print what the reader finds."""
    try:
        plan = read_file(_checked(chosen.file))
    except UnreadableText as error:
        raise _unreadable(error) from error
    if chosen.json:
        print_json(plan.to_dict())
        return
    head = plan.head
    stdout.print(
        " · ".join(filter(None, [head.type, head.reference, head.issuer, head.date])), markup=False
    )
    stdout.print(head.title or chosen.file.name, style="bold", markup=False)
    print_table(
        [_("Clause"), _("Target"), "", _("Value"), _("Unit"), _("Level"), _("Deadline"), _("Lead")],
        [
            (
                each.clause,
                each.name,
                each.comparator,
                each.value,
                each.unit,
                each.level,
                each.deadline,
                each.lead,
            )
            for each in plan.targets
        ],
        {3},
    )
    stdout.print()
    stdout.print(
        _("%(targets)s targets; %(lines)s lines left alone:")
        % {"targets": len(plan.targets), "lines": len(plan.left_alone)}
    )
    for left in plan.left_alone:
        line = left.text if len(left.text) <= 90 else f"{left.text[:89]}…"
        stdout.print(f"  {left.line:>4} {left.reason:<16} {line}", markup=False)
    for doubt in plan.doubts:
        quote = plan.text[doubt.start : doubt.end][:90]
        stdout.print(f"? {doubt.line:>4} {doubt.code:<16} {quote}", markup=False)


def import_plan_file(chosen: argparse.Namespace) -> None:
    """Record a plan."""
    require_database()
    try:
        outcome = import_plan(_checked(chosen.file), actor=None, now=timezone.now())
    except UnreadableText as error:
        raise _unreadable(error) from error
    except NoTargetsError as error:
        raise BadInputError(
            [Problem("no_targets", str(error))], _("Nothing was imported:")
        ) from error
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


def publish_plan_command(chosen: argparse.Namespace) -> None:
    """Publish a plan."""
    require_database()
    plan = Plan.objects.select_related("document").filter(pk=chosen.plan).first()
    if plan is None:
        message = _("There is no plan %(number)s.") % {"number": chosen.plan}
        raise CommandError(message, NOT_FOUND)
    figures = publish_plan(plan, actor=None, now=timezone.now())
    stdout.print(
        _("Published: %(title)s, %(figures)s new figures")
        % {"title": plan.title, "figures": figures},
        markup=False,
    )
