"""`cotmoc index import-published`."""

import argparse
from datetime import date
from pathlib import Path

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _

from cotmoc.analytics.ingest.encodings import ENCODINGS
from cotmoc.apps.scorecards.results.checking import Said
from cotmoc.apps.scorecards.results.importing import Options, Outcome, import_published
from cotmoc.apps.scorecards.results.report import outcome_json, part_json
from cotmoc.config.cli.output import (
    IN_PART,
    REFUSED,
    USAGE,
    BadInputError,
    CommandError,
    print_json,
    stderr,
    stdout,
)
from cotmoc.config.cli.portal766 import period_argument
from cotmoc.config.cli.ready import require_database
from cotmoc.core.problems import BadInput
from cotmoc.ui.problems import describe

Subparsers = argparse._SubParsersAction
_DELIMITERS = {"tab": "\t", "\\t": "\t"}


def add_commands(actions: "Subparsers[argparse.ArgumentParser]") -> None:
    """Add what `cotmoc index` does with published results."""
    bring = actions.add_parser(
        "import-published",
        help=_("take results that the publisher of an index gave"),
        description=_(
            "Takes CSV or XLSX with a row a subject (year, province, rank, total, main indices, "
            "source) or a row a subject and part. Ranks alone are enough; an empty cell is "
            "missing. The method in force in the year is used. One bad row refuses the file and "
            "nothing is written, unless --keep-good is given; the same file again changes nothing."
        ),
        epilog="cotmoc index import-published dti_2022_scores.csv --dry-run",
    )
    bring.add_argument("file", type=Path, metavar="FILE")
    bring.add_argument("--index", default="", metavar="CODE", help=_("default: by the columns"))
    bring.add_argument("--method", default="", help=_("default: the one in force in the year"))
    bring.add_argument(
        "--period",
        type=period_argument,
        help=_("where no column says it: 2024, 2026-Q3 or 2026-08"),
    )
    bring.add_argument("--source", default="", metavar="TEXT", help=_("document, page or address"))
    bring.add_argument(
        "--published-on", type=_day, metavar="DATE", help=_("the day of publication")
    )
    bring.add_argument(
        "--on",
        type=_day,
        metavar="DATE",
        help=_("names are those of the provinces of this day; default: the end of the period"),
    )
    bring.add_argument("--encoding", choices=ENCODINGS, help=_("default: found out"))
    bring.add_argument("--delimiter", help=_("one character or tab; default: found out"))
    bring.add_argument(
        "--keep-good",
        action="store_true",
        help=_("import good rows, set bad rows apart in a file with their reasons"),
    )
    bring.add_argument("--dry-run", action="store_true", help=_("count and check, write nothing"))
    bring.add_argument("--json", action="store_true", help=_("print JSON"))
    bring.set_defaults(run=import_results)


def import_results(chosen: argparse.Namespace) -> int | None:
    """Import a file of published results and say what came of it."""
    require_database()
    try:
        outcome = import_published(
            chosen.file,
            _options(chosen),
            actor=None,
            now=timezone.now(),
            quarantine=Path(settings.DATA_DIR) / "quarantine",
            dry_run=chosen.dry_run,
        )
    except BadInput as error:
        raise BadInputError(error.problems, _("Nothing was imported:")) from error
    if chosen.json:
        print_json(outcome_json(outcome))
    else:
        _print(outcome)
    if not outcome.problems:
        return None
    return IN_PART if chosen.keep_good and outcome.good else REFUSED


def _options(chosen: argparse.Namespace) -> Options:
    delimiter = _DELIMITERS.get(chosen.delimiter, chosen.delimiter)
    if delimiter is not None and len(delimiter) != 1:
        raise CommandError(_("--delimiter takes one character or the word tab"), USAGE)
    said = Said(chosen.method, chosen.period, chosen.source, chosen.published_on, chosen.on)
    return Options(chosen.index, said, chosen.keep_good, chosen.encoding, delimiter)


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        message = _("not a day: %(text)s (write it like 2025-06-30)") % {"text": text}
        raise argparse.ArgumentTypeError(message) from None


def _print(outcome: Outcome) -> None:
    for part in outcome.parts:
        said = _(
            "%(index)s, period %(period)s: %(subjects)s subjects, %(results)s values: %(new)s new, "
            "%(corrected)s corrected, %(unchanged)s unchanged"
        )
        stdout.print(said % {**part_json(part), "index": part.index}, markup=False)
        stdout.print("  " + _("source: %(source)s") % {"source": part.source}, markup=False)
    if outcome.left_out:
        left = ", ".join(outcome.left_out)
        stdout.print("  " + _("columns not taken in: %(names)s") % {"names": left}, markup=False)
    for problem in [*outcome.doubts, *outcome.problems]:
        stderr.print(f"! {describe(problem)}", style="yellow", markup=False)
    if outcome.quarantine:
        stdout.print(
            _("bad rows set apart in %(path)s") % {"path": outcome.quarantine}, markup=False
        )
    if outcome.dry_run:
        stdout.print(_("This was a dry run: nothing was written."))
