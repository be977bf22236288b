"""`cotmoc bench engine`: how fast the engine is on this machine, beside what one would write."""

import argparse
import runpy
from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _

from cotmoc.config.cli.output import NOT_FOUND, CommandError

Subparsers = argparse._SubParsersAction


def add_commands(commands: "Subparsers[argparse.ArgumentParser]") -> None:
    """Add the command that measures."""
    bench = commands.add_parser("bench", help=_("measure speed and memory on this machine"))
    actions = bench.add_subparsers(metavar="WHAT", required=True)
    engine = actions.add_parser(
        "engine",
        help=_("the engine beside SQL by hand, the bare scan and PostgreSQL"),
        description=_(
            "Makes dossiers of a country up, kept in the folder for temporary files, and lets each "
            "contender run alone, in turn. Figures are compared value by value."
        ),
    )
    engine.add_argument("--rows", type=int, default=20_000_000, help=_("how many dossiers"))
    engine.add_argument("--rounds", type=int, default=3, help=_("the best of so many counts"))
    engine.add_argument(
        "--with-postgres", action="store_true", help=_("PostgreSQL too; its programs must be here")
    )
    engine.add_argument("--json", action="store_true", help=_("print JSON"))
    engine.set_defaults(run=bench_engine)


def bench_engine(chosen: argparse.Namespace) -> int:
    """Run the benchmark of the project's folder."""
    path = settings.BASE_DIR / "benchmarks" / "engine.py"
    if not path.is_file():
        raise CommandError(
            _("The benchmarks are part of the project's folder, and %(path)s is not there.")
            % {"path": path},
            NOT_FOUND,
        )
    measure: Callable[[list[str]], Any] = runpy.run_path(str(path))["main"]
    options = ["--rows", str(chosen.rows), "--rounds", str(chosen.rounds)]
    options += ["--with-postgres"] if chosen.with_postgres else []
    options += ["--json"] if chosen.json else []
    return int(measure(options))
