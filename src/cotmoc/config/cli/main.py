"""Parsing the command line and handing over to one command."""

import argparse
import os
import sys
from collections.abc import Callable, Sequence


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; returns its exit code."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "cotmoc.config.settings")
    import django

    django.setup()
    from django.conf import settings
    from django.utils import translation

    translation.activate(settings.LANGUAGE_CODE)
    from django.db import DatabaseError
    from django.utils.translation import gettext as _

    from cotmoc.config.cli.output import NOT_READY, CommandError, stderr

    parser = build_parser()
    chosen = parser.parse_args(arguments)
    run: Callable[[argparse.Namespace], int | None] | None = getattr(chosen, "run", None)
    if run is None:
        parser.print_help()
        return 2
    try:
        return run(chosen) or 0
    except CommandError as error:
        stderr.print(str(error), style="red", markup=False)
        return error.code
    except DatabaseError as error:
        reason = str(error).splitlines()[0]
        stderr.print(
            _("The database refused: %(reason)s. Is it up to date? Run: cotmoc setup")
            % {"reason": reason},
            style="red",
            markup=False,
        )
        return NOT_READY
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0


def build_parser() -> argparse.ArgumentParser:
    """All commands with their help, in the active language."""
    from django.utils.translation import gettext as _

    from cotmoc.config.cli import (
        bench,
        compute,
        facts,
        figures,
        index,
        indicators,
        operate,
        plans,
        portal766,
        rounds,
        sample,
        score,
        units,
    )

    parser = argparse.ArgumentParser(
        prog="cotmoc",
        description=_(
            "Cột Mốc: from the signed plan to the measured result. Start with `cotmoc demo`."
        ),
        epilog=_(
            "Exit codes: 0 done · 1 the input was refused, nothing was written · 2 wrong usage · "
            "3 the database is not ready (run cotmoc setup) · 4 not found · "
            "5 good rows were taken, bad ones set apart. "
            "Every command that prints results takes --json: JSON alone on stdout, progress on "
            "stderr. COTMOC_LANGUAGE=en speaks English."
        ),
    )
    commands = parser.add_subparsers(title=_("commands"), metavar="COMMAND")
    for module in (
        operate,
        units,
        plans,
        portal766,
        figures,
        indicators,
        index,
        sample,
        facts,
        compute,
        rounds,
        score,
        bench,
    ):
        module.add_commands(commands)
    return parser
