"""`cotmoc sample`: made-up facts, to try the product and to measure it."""

import argparse
import csv
import time
from datetime import date
from pathlib import Path

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _

from cotmoc.analytics.sample import (
    Recipe,
    SampleBody,
    SampleError,
    add_dossiers,
    country_bodies,
    province_bodies,
)
from cotmoc.apps.measurement.catalogue import work_calendar
from cotmoc.apps.measurement.ports import lake
from cotmoc.apps.orgs.queries.closure import world
from cotmoc.config.cli.output import (
    NOT_READY,
    USAGE,
    CommandError,
    print_json,
    stderr,
    stdout,
    step,
)
from cotmoc.config.cli.ready import require_database

Subparsers = argparse._SubParsersAction

FIRST, LAST = date(2025, 1, 1), date(2025, 12, 1)


def add_commands(commands: "Subparsers[argparse.ArgumentParser]") -> None:
    """Add the commands that make facts up."""
    sample = commands.add_parser("sample", help=_("made-up facts, marked as illustration"))
    actions = sample.add_subparsers(metavar="WHAT", required=True)
    dossiers = actions.add_parser(
        "dossiers",
        help=_("made-up dossiers for a province or the country"),
        description=_(
            "Puts believable dossiers into the lake: large and small bodies, seasons, Tết, late "
            "rates, rising online shares. Nobody filed them: their codes begin with MAU- and the "
            "import is marked as illustration. The same arguments make the same rows, once."
        ),
        epilog="cotmoc sample dossiers --rows 100000 --seed 1 --year 2025",
    )
    dossiers.add_argument("--rows", type=int, required=True, help=_("how many, exactly"))
    dossiers.add_argument("--seed", type=int, default=1, help=_("another number, other dossiers"))
    dossiers.add_argument(
        "--scope",
        choices=("province", "country"),
        default="province",
        help=_("the registered organisations, or every commune and province of the country"),
    )
    when = _("month, like 2024-01; default: the year 2025")
    dossiers.add_argument("--from", dest="first", type=_month, metavar="MONTH", help=when)
    dossiers.add_argument("--to", dest="last", type=_month, metavar="MONTH", help=when)
    dossiers.add_argument("--year", type=_year, help=_("a whole year instead of two months"))
    dossiers.add_argument("--json", action="store_true", help=_("print JSON"))
    dossiers.set_defaults(run=sample_dossiers)


def sample_dossiers(chosen: argparse.Namespace) -> None:
    """Make dossiers up and commit them as one import."""
    if chosen.year and (chosen.first or chosen.last):
        raise CommandError(_("Give --year, or --from and --to, not both."), USAGE)
    require_database()
    first, last = chosen.first or chosen.year or FIRST, chosen.last or LAST
    if chosen.year:
        last = chosen.year.replace(month=12)
    recipe = Recipe(chosen.rows, chosen.seed, first, last, chosen.scope)
    bodies = _bodies(chosen.scope, chosen.seed)
    started = time.monotonic()
    try:
        with step(_("Made-up dossiers")) as said:
            note, new = add_dossiers(
                lake().table("dossiers"), bodies, work_calendar(), recipe, now=timezone.now()
            )
            said.append(str(note.rows))
    except SampleError as error:
        raise CommandError(_("These cannot be made: %(reason)s") % {"reason": error}) from error
    if chosen.json:
        result = {"import": note.number, "rows": note.rows, "new": new, "label": note.label}
        seconds = round(time.monotonic() - started, 2)
        print_json({**result, "seconds": seconds, "digest": note.digest, **note.about})
    elif new:
        stdout.print(
            _("%(rows)s made-up dossiers of %(bodies)s bodies, import %(number)s")
            % {"rows": note.rows, "bodies": note.about["bodies"], "number": note.number}
        )
    else:
        stderr.print(_("They are there already, as import %(number)s.") % {"number": note.number})


def _bodies(scope: str, seed: int) -> list[SampleBody]:
    here = world()
    if not here.units:
        raise CommandError(_("There are no units yet. Run: cotmoc setup"), NOT_READY)
    if scope == "country":
        return country_bodies(here.units, here.edges, seed)
    if not here.bodies:
        message = _(
            "No organisations are registered that could receive dossiers. Register them with "
            "cotmoc organisations import FOLDER, or make the whole country with --scope country."
        )
        raise CommandError(message, NOT_READY)
    return province_bodies(here.units, here.edges, here.bodies, _published_sizes(), seed)


def _published_sizes() -> dict[str, tuple[float, float]]:
    """Dossiers and late share of organisations as published, to make up others in proportion."""
    found = {}
    for path in sorted(Path(settings.SAMPLES_DIR).glob("*/*-progress.csv")):
        with path.open(encoding="utf-8", newline="") as file:
            for row in csv.DictReader(file):
                received = int(row["received"] or 0)
                if received:
                    late = 1 - int(row["on_time"] or 0) / received
                    found[row["unit_code"]] = (float(received), late)
                else:
                    found[row["unit_code"]] = (0.0, 0.0)
    return found


def _month(text: str) -> date:
    try:
        return date.fromisoformat(f"{text}-01")
    except ValueError:
        message = _("not a month: %(text)s (write 2024-01)") % {"text": text}
        raise argparse.ArgumentTypeError(message) from None


def _year(text: str) -> date:
    return _month(f"{text}-01")
