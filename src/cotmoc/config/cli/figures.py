"""`cotmoc figures` and `cotmoc figures explain`."""

import argparse
import difflib
from collections.abc import Iterable
from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from cotmoc.analytics.facts_lookup import PARTS
from cotmoc.apps.measurement.catalogue import fact_tables
from cotmoc.apps.measurement.changes import REASON_WORDS
from cotmoc.apps.measurement.explanation import Change, Explanation, Facts
from cotmoc.apps.measurement.facts import PART_WORDS
from cotmoc.apps.measurement.models import Basis, Figure, IndicatorVersion, Status
from cotmoc.apps.measurement.provenance import explain, find_figure
from cotmoc.apps.orgs.models import Organisation, OrganisationKind
from cotmoc.config.cli.output import (
    NOT_FOUND,
    CommandError,
    plain,
    print_json,
    print_table,
    stdout,
)
from cotmoc.config.cli.portal766 import period_argument
from cotmoc.config.cli.ready import require_database
from cotmoc.ui import formats

Subparsers = argparse._SubParsersAction
SHOWN = 60


class Operator(AnonymousUser):
    """Whoever runs commands on the server reads everything."""

    is_authenticated = True  # type: ignore[assignment]
    reads_drafts = True


def add_commands(commands: "Subparsers[argparse.ArgumentParser]") -> None:
    """Add the commands about figures."""
    figures = commands.add_parser(
        "figures",
        help=_("measured figures, and where each comes from"),
        description=_("Lists figures. `cotmoc figures explain FIGURE` opens one to its rows."),
        epilog="cotmoc figures --indicator dossiers_on_time --unit H44 · "
        "cotmoc figures explain dossiers_on_time/H44/2026-08",
    )
    figures.add_argument("--indicator", metavar="CODE")
    figures.add_argument("--unit", metavar="CODE", help=_("code of the organisation, like H44.100"))
    figures.add_argument("--period", type=period_argument, help=_("2026-08, 2026-Q3 or 2026"))
    figures.add_argument("--json", action="store_true", help=_("print JSON"))
    figures.set_defaults(run=list_figures)
    actions = figures.add_subparsers(metavar="ACTION")
    opened = actions.add_parser("explain", help=_("open a figure down to file and row"))
    opened.add_argument("figure", help=_("INDICATOR/UNIT/PERIOD as printed by --json, or a number"))
    opened.add_argument(
        "--rows", type=int, default=20, help=_("how many observations or facts to show")
    )
    opened.add_argument("--offset", type=int, default=0, help=_("how many to pass over"))
    opened.add_argument(
        "--part",
        choices=PARTS,
        default="",
        help=_("facts of a computed figure: of numerator, denominator, or the rest between them"),
    )
    opened.add_argument(
        "--aggregate", metavar="TEXT", default="", help=_("narrow to one aggregate of the part")
    )
    opened.add_argument("--json", action="store_true", help=_("print JSON"))
    opened.set_defaults(run=explain_figure)


def figure_json(figure: Figure) -> dict[str, Any]:
    """One figure for scripts; numbers are numbers, what is missing is null."""
    return {
        "figure": str(figure),
        "indicator": figure.indicator.code,
        "version": figure.indicator.version,
        "unit_code": figure.organisation.code,
        "unit_name": figure.organisation.short_name,
        "period": figure.period,
        "numerator": figure.numerator,
        "denominator": figure.denominator,
        "value": figure.value,
        "unit": figure.indicator.unit,
        "status": figure.status,
        "basis": figure.basis,
        "coverage": {
            "with_data": figure.with_data,
            "expected": figure.expected,
            "not_arising": figure.not_arising,
        },
    }


def list_figures(chosen: argparse.Namespace) -> None:
    """Print figures, filtered."""
    require_database()
    figures = (
        Figure.objects.visible_to(Operator())
        .current()
        .select_related("indicator", "organisation")
        .order_by("indicator__code", "-period_end", "organisation__code")
    )
    if chosen.indicator:
        codes = IndicatorVersion.objects.filter(latest=True).values_list("code", flat=True)
        _require(chosen.indicator, codes, _("indicator"))
        figures = figures.filter(indicator__code=chosen.indicator)
    if chosen.unit:
        _require(
            chosen.unit, Organisation.objects.values_list("code", flat=True), _("organisation")
        )
        figures = figures.filter(organisation__code=chosen.unit)
    if chosen.period:
        figures = figures.filter(period=chosen.period.code)
    if chosen.json:
        print_json([figure_json(figure) for figure in figures])
        return
    rows = [
        (
            str(figure),
            figure.organisation.short_name,
            figure.numerator.normalize().__format__("f") if figure.numerator is not None else None,
            figure.denominator.normalize().__format__("f")
            if figure.denominator is not None
            else None,
            f"{figure.value:.2f} {figure.indicator.unit}" if figure.value is not None else None,
            Status(figure.status).label,
            f"{figure.with_data}/{figure.expected}",
        )
        for figure in figures[:SHOWN]
    ]
    print_table(
        [
            _("Figure"),
            _("Organisation"),
            _("Numerator"),
            _("Denominator"),
            _("Value"),
            _("Status"),
            _("Coverage"),
        ],
        rows,
        {2, 3, 4},
    )
    total = figures.count()
    if total > SHOWN:
        stdout.print(
            _("… %(more)s more; narrow with --indicator, --unit, --period or use --json")
            % {"more": total - SHOWN}
        )


def _require(code: str, known: Iterable[str], what: str) -> None:
    known = list(known)
    if code in known:
        return
    near = difflib.get_close_matches(code, known, n=3, cutoff=0.5)
    hint = " " + _("Did you mean: %(codes)s?") % {"codes": ", ".join(near)} if near else ""
    message = _("There is no %(what)s %(code)s.") % {"what": what, "code": code}
    raise CommandError(message + hint, NOT_FOUND)


def explain_figure(chosen: argparse.Namespace) -> None:
    """Open one figure down to file and row."""
    require_database()
    try:
        figure = find_figure(chosen.figure, viewer=Operator())
    except Figure.DoesNotExist:
        message = _("There is no figure %(ref)s. Write INDICATOR/UNIT/PERIOD.") % {
            "ref": chosen.figure
        }
        raise CommandError(message, NOT_FOUND) from None
    explanation = explain(
        figure,
        viewer=Operator(),
        limit=max(0, chosen.rows),
        offset=max(0, chosen.offset),
        part=chosen.part,
        aggregate=chosen.aggregate,
    )
    if chosen.json:
        print_json(explanation.to_dict())
        return
    print_explanation(explanation)


def print_explanation(explanation: Explanation) -> None:
    """The chain for people: formula, members, observations or facts, sources, what changed."""
    _print_formula(explanation)
    _print_members(explanation)
    if explanation.facts:
        _print_facts(explanation, explanation.facts)
    elif explanation.references:
        _print_references(explanation)
    else:
        _print_observations(explanation)
    if explanation.change:
        _print_change(explanation.change)


def _say(line: str) -> None:
    stdout.print(line, markup=False)


def _print_formula(explanation: Explanation) -> None:
    definition = explanation.definition
    language = "en" if get_language() == "en" else "vi"
    stdout.print(explanation.figure, style="bold", markup=False)
    _say(f"1. {definition.formula[language]}")
    shown = Status(explanation.status).label if explanation.shown is None else explanation.shown
    parts = [explanation.numerator, explanation.denominator]
    fraction = " / ".join(formats.number(part) for part in parts if part is not None)
    _say(f"   {fraction} = {shown} {definition.unit}")
    _say(f"   {definition.code} v{definition.version} · {definition.legal_source}")


def _print_members(explanation: Explanation) -> None:
    coverage = explanation.coverage
    stdout.print(
        f"2. {Basis(explanation.basis).label}: "
        + _("%(have)s of %(of)s bodies, nothing arose at %(none)s")
        % {"have": coverage.with_data, "of": coverage.expected, "none": coverage.not_arising}
    )
    for part in explanation.contributions:
        counts = " / ".join(
            str(plain(n)) for n in (part.numerator, part.denominator) if n is not None
        )
        _say(f"   {part.members} {OrganisationKind(part.kind).label}: {counts}")
    if explanation.published and explanation.published.numerator is not None:
        difference = plain(explanation.published.numerator_difference or 0)
        _say("   " + _("published total: difference %(difference)s") % {"difference": difference})


def _print_observations(explanation: Explanation) -> None:
    observations = explanation.observations
    _say(
        "3. "
        + _("%(shown)s of %(total)s observations:")
        % {"shown": len(observations.rows), "total": observations.total}
    )
    if observations.problem:
        _say(f"   {observations.problem}")
    for row in observations.rows:
        number = row.value
        if row.numerator is not None:
            number = f"{plain(row.numerator)} / {plain(row.denominator)}"  # type: ignore[assignment]
        value = number if isinstance(number, str) else plain(number)
        _say(f"   {row.unit_code:<8} {row.element:<28} {value!s:>14}  {row.file_name}:{row.line}")
    for source in explanation.sources:
        captured = f" · {_('captured')} {source.captured_at:%d/%m/%Y}" if source.captured_at else ""
        _say(f"4. {source.file_name} · {source.origin}{captured}")
        _say(f"   SHA-256 {source.sha256}")


def _print_facts(explanation: Explanation, facts: Facts) -> None:
    _say("3. " + " · ".join(f"{PART_WORDS[each.part]} {each.total}" for each in facts.parts))
    for component in explanation.components:
        _say(f"   {component.aggregate} = {plain(component.value)}")
    if explanation.recounted and not explanation.recounted.agrees:
        _say("   " + _("counted again from the facts it differs"))
    if facts.problem:
        _say(f"   {facts.problem}")
        return
    _say(
        "4. "
        + _("%(shown)s of %(total)s facts, %(part)s:")
        % {"shown": len(facts.rows), "total": facts.total, "part": PART_WORDS[facts.part]}
    )
    key = fact_tables()[facts.table].key
    for row in facts.rows:
        name = " ".join(str(row.cells[each]) for each in key)
        made_up = f" ({_('illustration')})" if row.label else ""
        _say(f"   {row.body:<10} {name:<28} {row.file_name}:{row.line}{made_up}")
    for month in explanation.months:
        kept = "" if month.intact else " · " + _("no longer as it was")
        _say(f"5. {month.table} {month.month} · {month.digest[:12]} · {month.rows}{kept}")
    for each in explanation.imports:
        _say(f"6. {_('import')} {each.number}: {each.file_name} · {each.recorded_at:%d/%m/%Y}")
        _say(f"   SHA-256 {each.sha256}")


def _print_references(explanation: Explanation) -> None:
    _say("3. " + _("from other figures:"))
    for reference in explanation.references:
        _say(f"   {reference.text}")
        for figure in reference.figures:
            _say(f"      {figure.figure} = {plain(figure.value)}")
        if not reference.figures:
            _say("      " + _("no figure"))


def _print_change(change: Change) -> None:
    before, after = change.before, change.after
    _say(
        _("Changed: %(before)s → %(after)s (figure %(id)s, %(time)s)")
        % {
            "before": plain(before.value),
            "after": plain(after.value),
            "id": before.id,
            "time": f"{before.computed_at:%d/%m/%Y}",
        }
    )
    reasons = [str(REASON_WORDS[each]) for each in change.reasons]
    _say("   " + "; ".join(reasons or [_("nothing that is recorded explains it")]))
    for month in change.months:
        digests = " → ".join((each or "–")[:12] for each in (month.before, month.after))
        _say(f"   {month.table} {month.month}: {digests}")
    for each in change.imports:
        _say(f"   {_('import')} {each.number} {each.file_name}: +{each.added} −{each.superseded}")
    for source in change.sources:
        _say(f"   {source.file_name} · {source.recorded_at:%d/%m/%Y}")
