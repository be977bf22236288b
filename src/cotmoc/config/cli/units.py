"""`cotmoc units` and `cotmoc organisations`."""

import argparse
from datetime import date
from pathlib import Path

from django.utils import timezone
from django.utils.translation import gettext as _

from cotmoc.apps.orgs.models import AdminUnit, Level
from cotmoc.apps.orgs.queries.closure import readiness
from cotmoc.apps.orgs.services import Registration, UnknownProvinceError, load_weights
from cotmoc.config.cli.output import (
    BadInputError,
    CommandError,
    print_json,
    print_table,
    stderr,
    stdout,
)
from cotmoc.config.cli.ready import require_database
from cotmoc.core.problems import BadInput
from cotmoc.core.text import fold
from cotmoc.integrations.portal766.services import register_folder

Subparsers = argparse._SubParsersAction  # the type has no public name


def add_commands(commands: "Subparsers[argparse.ArgumentParser]") -> None:
    """Add the commands about units and organisations."""
    units = commands.add_parser(
        "units",
        help=_("administrative units on a day"),
        description=_(
            "Provinces, districts and communes valid on a day. On 30 June 2025 there were 63 "
            "provinces with districts; from 1 July 2025 there are 34 and no districts."
        ),
        epilog="cotmoc units --on 2025-06-30 · cotmoc units --search 'viet tri' --json",
    )
    units.add_argument(
        "--on", type=_day, metavar="DATE", help=_("day, like 2025-06-30; default today")
    )
    units.add_argument("--level", choices=Level.values, help=_("only this level"))
    units.add_argument("--search", metavar="TEXT", help=_("name, with or without accents"))
    units.add_argument("--json", action="store_true", help=_("print JSON"))
    units.set_defaults(run=list_units)
    more = units.add_subparsers(metavar="ACTION")
    weights = more.add_parser(
        "weights",
        help=_("take areas and populations of units from a CSV file"),
        description=_(
            "By these numbers figures of divided units are moved to newer borders. Columns: unit "
            "(its key), or level and code; area (km²) or population or both; source; date. A code "
            "means the unit valid on that date; for newer borders add the column borders with a "
            "day. One bad row refuses the file."
        ),
        epilog="cotmoc units weights dan-so-2024.csv --json",
    )
    weights.add_argument("file", type=Path)
    weights.add_argument(
        "--json", action="store_true", default=argparse.SUPPRESS, help=_("print JSON")
    )
    weights.set_defaults(run=take_weights)

    organisations = commands.add_parser("organisations", help=_("the bodies that get figures"))
    actions = organisations.add_subparsers(metavar="ACTION", required=True)
    register = actions.add_parser(
        "import",
        help=_("register the organisations a capture lists"),
        description=_(
            "Register the province, departments and communes listed in *-progress.csv of a folder, "
            "and tie communes to their territories by name."
        ),
    )
    register.add_argument("folder", type=Path)
    register.add_argument("--json", action="store_true", help=_("print JSON"))
    register.set_defaults(run=import_organisations)


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        message = _("not a day: %(text)s (write it like 2025-06-30)") % {"text": text}
        raise argparse.ArgumentTypeError(message) from None


def list_units(chosen: argparse.Namespace) -> None:
    """Counts by level, and the units themselves with --json or --search."""
    require_database()
    day = chosen.on or timezone.localdate()
    units = AdminUnit.objects.on(day)
    counts = {level: units.filter(level=level).count() for level in Level.values}
    if not any(counts.values()):
        raise CommandError(_("No units are loaded. Run: cotmoc setup"), 3)
    if chosen.level:
        units = units.filter(level=chosen.level)
    if chosen.search:
        units = units.filter(search__contains=fold(chosen.search))
    fields = [
        "level",
        "code",
        "kind",
        "name",
        "parent__code",
        "parent__name",
        "valid_from",
        "valid_to",
    ]
    rows = units.order_by("level", "code").values(*fields)
    if chosen.json:
        found = [
            {
                "level": row["level"],
                "code": row["code"],
                "name": f"{row['kind']} {row['name']}",
                "parent_code": row["parent__code"],
                "parent_name": row["parent__name"],
                "valid_from": row["valid_from"] and row["valid_from"].isoformat(),
                "valid_to": row["valid_to"] and row["valid_to"].isoformat(),
            }
            for row in rows
        ]
        print_json({"on": day.isoformat(), "counts": counts, "units": found})
        return
    stdout.print(_("Units valid on %(day)s") % {"day": f"{day:%d/%m/%Y}"})
    print_table([_("Level"), _("Units")], [(Level(k).label, v) for k, v in counts.items()], {1})
    if chosen.search or chosen.level:
        print_table(
            [_("Code"), _("Name"), _("Belongs to")],
            [(row["code"], f"{row['kind']} {row['name']}", row["parent__name"]) for row in rows],
            set(),
        )


def take_weights(chosen: argparse.Namespace) -> None:
    """Load weights and say how far each share rule carries today."""
    require_database()
    try:
        outcome = load_weights(chosen.file, actor=None, now=timezone.now())
    except BadInput as error:
        raise BadInputError(error.problems, _("Nothing was taken:")) from error
    ready = readiness(timezone.localdate())
    if chosen.json:
        rules = {
            each.rule.value: {"divided": each.divided, "immovable": each.immovable}
            for each in ready
        }
        print_json({"rows": outcome.rows, "changed": outcome.changed, "rules": rules})
        return
    stdout.print(
        _("%(rows)s rows, %(changed)s numbers new or changed")
        % {"rows": outcome.rows, "changed": outcome.changed}
    )
    print_table(
        [_("Share rule"), _("Divided units it moves"), _("It cannot move")],
        [(each.rule.value, each.divided, each.immovable) for each in ready],
        {1, 2},
    )


def import_organisations(chosen: argparse.Namespace) -> None:
    """Register the bodies of a capture."""
    require_database()
    try:
        outcome = register_folder(chosen.folder, actor=None, now=timezone.now())
    except BadInput as error:
        raise BadInputError(error.problems, _("Nothing was registered:")) from error
    except UnknownProvinceError as error:
        message = _("No province called %(name)s is in the unit table.") % {"name": str(error)}
        raise CommandError(message) from error
    if chosen.json:
        print_json(registration_json(outcome))
        return
    stdout.print(
        _(
            "%(count)s organisations, %(changed)s new or changed; "
            "%(matched)s of %(communes)s communes matched"
        )
        % {
            "count": outcome.organisations,
            "changed": outcome.changed,
            "matched": sum(outcome.matched.values()),
            "communes": outcome.communes,
        }
    )
    for body, match in outcome.unmatched:
        near = ", ".join(f"{each.kind} {each.name}" for each in match.candidates) or "–"
        stderr.print(_("not matched: %(name)s; near: %(near)s") % {"name": body.name, "near": near})


def registration_json(outcome: Registration) -> dict[str, object]:
    """What registering did, for scripts."""
    return {
        "organisations": outcome.organisations,
        "changed": outcome.changed,
        "communes": outcome.communes,
        "communes_matched": sum(outcome.matched.values()),
        "matched_by": outcome.matched,
        "unmatched": [body.code for body, _match in outcome.unmatched],
    }
