"""`cotmoc portal766 import`."""

import argparse
from pathlib import Path

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _

from cotmoc.config.cli.output import (
    IN_PART,
    BadInputError,
    print_json,
    stderr,
    stdout,
    step,
)
from cotmoc.config.cli.ready import require_database
from cotmoc.core.periods import Period, parse_period
from cotmoc.core.problems import BadInput
from cotmoc.integrations.portal766.services import import_folder
from cotmoc.ui.problems import describe

Subparsers = argparse._SubParsersAction


def period_argument(text: str) -> Period:
    """Read a period given on the command line."""
    try:
        return parse_period(text)
    except ValueError:
        message = _("not a period: %(text)s (write 2026-08, 2026-Q3 or 2026)") % {"text": text}
        raise argparse.ArgumentTypeError(message) from None


def add_commands(commands: "Subparsers[argparse.ArgumentParser]") -> None:
    """Add the commands about the national portal's figures."""
    portal = commands.add_parser("portal766", help=_("published figures of the national portal"))
    actions = portal.add_subparsers(metavar="ACTION", required=True)
    bring = actions.add_parser(
        "import",
        help=_("import a folder of captured tables and compute the figures"),
        description=_(
            "Imports *-progress.csv, *-payment.csv and *-metrics.csv of a folder as observations "
            "and recomputes the figures. One bad row refuses the folder and nothing is written, "
            "unless --keep-good is given."
        ),
    )
    bring.add_argument("folder", type=Path)
    bring.add_argument(
        "--period",
        type=period_argument,
        help=_("2026-08, 2026-Q3 or 2026; default: from the file's name"),
    )
    bring.add_argument(
        "--keep-good",
        action="store_true",
        help=_("import good rows, set bad rows apart in a file with their reasons"),
    )
    bring.add_argument("--json", action="store_true", help=_("print JSON"))
    bring.set_defaults(run=import_capture)


def import_capture(chosen: argparse.Namespace) -> int | None:
    """Import a capture and say what came of it."""
    require_database()
    try:
        with step(_("Import %(folder)s") % {"folder": chosen.folder.name}):
            outcome = import_folder(
                chosen.folder,
                period=chosen.period,
                actor=None,
                now=timezone.now(),
                keep_good=chosen.keep_good,
                quarantine=Path(settings.DATA_DIR) / "quarantine",
            )
    except BadInput as error:
        raise BadInputError(error.problems, _("Nothing was imported:")) from error
    for note in [*outcome.notes, *outcome.doubts, *outcome.problems]:
        stderr.print(f"! {describe(note)}", style="yellow", markup=False)
    assert outcome.run is not None
    if chosen.json:
        print_json(
            {
                "files": outcome.files,
                "figures": outcome.run.figures,
                "figures_changed": outcome.run.changed,
                "published_points": outcome.published,
                "bad_rows": [describe(problem) for problem in outcome.problems],
                "doubts": [describe(doubt) for doubt in outcome.doubts],
                "quarantine": str(outcome.quarantine) if outcome.quarantine else None,
            }
        )
    else:
        for file in outcome.files:
            said = _("%(file)s, period %(period)s: %(rows)s rows, %(observations)s observations")
            already = "" if file["new"] else " · " + _("already there, nothing changed")
            stdout.print(said % file + already, markup=False)
        stdout.print(
            _("%(figures)s figures, %(changed)s new or changed")
            % {"figures": outcome.run.figures, "changed": outcome.run.changed}
        )
        if outcome.quarantine:
            stdout.print(
                _("bad rows set apart in %(path)s") % {"path": outcome.quarantine}, markup=False
            )
    return IN_PART if outcome.problems else None
