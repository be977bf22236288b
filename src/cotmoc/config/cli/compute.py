"""`cotmoc compute`: figures from facts, stored as they were or shown on the borders of a day."""

import argparse
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from typing import Any

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from cotmoc.analytics.answers import NOT_COMPARABLE, STATUSES, FactEngine
from cotmoc.analytics.closure import Closure, ShareRule
from cotmoc.analytics.sessions import EngineUnavailable, open_session
from cotmoc.apps.measurement.catalogue import calendars, fact_tables, load_definitions
from cotmoc.apps.measurement.computing import (
    components_folder,
    fact_digests,
    periods_of,
    was_there,
)
from cotmoc.apps.measurement.ports import lake
from cotmoc.apps.measurement.services import compute_figures
from cotmoc.apps.orgs.queries.closure import closure_for, lives_of_bodies
from cotmoc.config.cli.output import (
    NOT_FOUND,
    USAGE,
    CommandError,
    print_json,
    print_table,
    stderr,
    stdout,
)
from cotmoc.config.cli.ready import require_database
from cotmoc.core.periods import CIVIL, Period

Subparsers = argparse._SubParsersAction
SHOWN = 60


def add_commands(commands: "Subparsers[argparse.ArgumentParser]") -> None:
    """Add the command that computes."""
    compute = commands.add_parser(
        "compute",
        help=_("compute figures from facts and reported values"),
        description=_(
            "Scans the months that changed since the last time and stores every figure that came "
            "out differently. With --on it stores nothing and shows the figures of all bodies on "
            "the borders of that day, by a named rule."
        ),
        epilog="cotmoc compute · cotmoc compute --calendar nd09 · "
        "cotmoc compute --on 2026-01-01 --rule area --indicator dossiers_on_time --json",
    )
    compute.add_argument(
        "--since", type=_day, metavar="DATE", help=_("only periods that reach past this day")
    )
    compute.add_argument(
        "--on", type=_day, metavar="DATE", help=_("show on the borders of this day")
    )
    compute.add_argument(
        "--rule",
        choices=[str(rule) for rule in ShareRule if rule is not ShareRule.DOSSIERS],
        default=str(ShareRule.EQUAL),
        help=_("by what divided units are shared out"),
    )
    compute.add_argument(
        "--calendar",
        action="append",
        metavar="CODE",
        help=_("calendar of the periods: calendar, nd09, week …; may be given again"),
    )
    compute.add_argument("--indicator", metavar="CODE", help=_("only this one, with --on"))
    compute.add_argument(
        "--engine", metavar="ADDRESS", help=_("duckdb, spark://host:port or spark:local[2]")
    )
    compute.add_argument("--json", action="store_true", help=_("print JSON"))
    compute.set_defaults(run=run_compute)


def run_compute(chosen: argparse.Namespace) -> None:
    """Compute and store, or compute and show."""
    require_database()
    codes = chosen.calendar or [CIVIL]
    for code in codes:
        if code not in calendars():
            known = ", ".join(each.code for each in calendars())
            raise CommandError(
                _("There is no calendar %(code)s; there are %(known)s.")
                % {"code": code, "known": known},
                NOT_FOUND,
            )
    try:
        if chosen.on:
            show_on_borders(chosen, codes)
        else:
            store(chosen, codes)
    except EngineUnavailable as error:
        raise CommandError(str(error), USAGE) from error


def store(chosen: argparse.Namespace, codes: list[str]) -> None:
    """Compute all figures and store what changed."""
    started = time.monotonic()
    with _progress() as tell:
        run = compute_figures(
            actor=None,
            now=timezone.now(),
            engine=chosen.engine,
            calendar_codes=codes,
            since=chosen.since,
            progress=tell,
        )
    result = {
        "run": run.pk,
        "engine": run.engine,
        "figures": run.figures,
        "changed": run.changed,
        "input_digest": run.input_digest,
        "definitions_digest": run.definitions_digest,
        "work": run.work,
        "seconds": round(time.monotonic() - started, 2),
    }
    if chosen.json:
        print_json(result)
        return
    for table, work in run.work.items():
        stdout.print(
            _("%(table)s: %(scanned)s of %(months)s months scanned, %(rows)s rows")
            % {
                "table": table,
                "scanned": len(work["scanned"]),
                "months": work["months"],
                "rows": work["rows"],
            }
        )
    stdout.print(_("%(figures)s figures, %(changed)s changed, %(seconds)s s") % result)


def show_on_borders(chosen: argparse.Namespace, codes: list[str]) -> None:
    """Figures of all bodies on the borders of a day; nothing is stored."""
    definitions = [each for each, _raw in load_definitions() if each.computed_path]
    if chosen.indicator:
        definitions = [each for each in definitions if each.code == chosen.indicator]
        if not definitions:
            raise CommandError(
                _("%(code)s is not an indicator that is computed from facts.")
                % {"code": chosen.indicator},
                NOT_FOUND,
            )
    months = {month for digests in fact_digests().values() for month in digests}
    periods = [
        period for code in codes for period in periods_of(calendars()[code], months, chosen.since)
    ]
    closure = closure_for(chosen.on, ShareRule(chosen.rule))
    with _progress() as tell, open_session(chosen.engine or settings.ENGINE) as session:
        engine = FactEngine(lake(), fact_tables(), components_folder(), session)
        grain = max((calendars()[code].grain for code in codes), key=("month", "half", "day").index)
        engine.refresh(definitions, grain, progress=lambda done, of: tell("facts", done, of))
        found = engine.long(definitions, periods, closure.table, grain).to_pylist()
    rows = [_figure(row, periods[row["period"]]) for row in _honest(found, periods, closure)]
    if chosen.json:
        print_json({"on": str(chosen.on), "rule": chosen.rule, "figures": rows})
        return
    stdout.print(
        _("On the borders of %(day)s; divided units by the rule “%(rule)s”.")
        % {"day": chosen.on, "rule": chosen.rule}
    )
    print_table(
        [_("Indicator"), _("Organisation"), _("Period"), _("Value"), _("Status")],
        [
            (row["indicator"], row["body"], row["period"], _shown(row["value"]), row["status"])
            for row in rows[:SHOWN]
        ],
        {3},
    )
    if len(rows) > SHOWN:
        stdout.print(_("… %(more)s more; use --json") % {"more": len(rows) - SHOWN})


def _honest(
    found: list[dict[str, Any]], periods: list[Period], closure: Closure
) -> Iterator[dict[str, Any]]:
    """The figures, without those that lack a source the rule cannot move: these say so."""
    lives = {each["body"]: each for each in lives_of_bodies().to_pylist()}
    lost: dict[str, list[str]] = {}
    for each in closure.lost.to_pylist():
        lost.setdefault(each["target"], []).append(each["source"])
    for row in found:
        period = periods[row["period"]]
        lacking = (was_there(lives.get(each), period) for each in lost.get(row["target"], ()))
        if any(lacking):
            nothing = {"numerator": None, "denominator": None, "value": None}
            yield {**row, **nothing, "status": NOT_COMPARABLE}
        else:
            yield row


def _figure(row: dict[str, Any], period: Period) -> dict[str, Any]:
    return {
        "indicator": row["indicator"],
        "body": row["target"],
        "period": period.code,
        "numerator": row["numerator"],
        "denominator": row["denominator"],
        "value": row["value"],
        "status": STATUSES[row["status"]],
    }


def _shown(value: float | None) -> str | None:
    return None if value is None else f"{value:.2f}"


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        message = _("not a date like 2026-01-01: %(text)s") % {"text": text}
        raise argparse.ArgumentTypeError(message) from error


@contextmanager
def _progress() -> Iterator[Any]:
    """A bar on a terminal; silence elsewhere."""
    names = {
        "reported": _("Reported values"),
        "facts": _("Scanning facts, month by month"),
        "figures": _("Rolling up"),
        "derived": _("Derived indicators"),
        "storing": _("Storing"),
    }
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=stderr, transient=True, disable=not stderr.is_terminal) as bar:
        task = bar.add_task(names["reported"])

        def tell(step: str, done: int, total: int) -> None:
            bar.update(task, description=names[step], completed=done, total=total)

        yield tell
