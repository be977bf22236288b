"""`cotmoc figures` and `cotmoc figures explain`."""

import argparse
import difflib
from collections.abc import Iterable
from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from cotmoc.apps.measurement.explanation import Explanation
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
    opened.add_argument("--rows", type=int, default=20, help=_("how many observations to show"))
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
    explanation = explain(figure, viewer=Operator(), limit=chosen.rows)
    if chosen.json:
        print_json(explanation.to_dict())
        return
    print_explanation(explanation)


def print_explanation(explanation: Explanation) -> None:
    """The chain for people: formula, members, observations, sources."""
    definition = explanation.definition
    language = "en" if get_language() == "en" else "vi"
    stdout.print(explanation.figure, style="bold", markup=False)
    stdout.print(f"1. {definition.formula[language]}", markup=False)
    shown = Status(explanation.status).label if explanation.shown is None else explanation.shown
    parts = [explanation.numerator, explanation.denominator]
    fraction = " / ".join(formats.number(part) for part in parts if part is not None)
    stdout.print(f"   {fraction} = {shown} {definition.unit}", markup=False)
    stdout.print(
        f"   {definition.code} v{definition.version} · {definition.legal_source}", markup=False
    )
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
        stdout.print(
            f"   {part.members} {OrganisationKind(part.kind).label}: {counts}", markup=False
        )
    if explanation.published and explanation.published.numerator is not None:
        difference = plain(explanation.published.numerator_difference or 0)
        stdout.print(
            "   " + _("published total: difference %(difference)s") % {"difference": difference}
        )
    observations = explanation.observations
    stdout.print(
        "3. "
        + _("%(shown)s of %(total)s observations:")
        % {"shown": len(observations.rows), "total": observations.total}
    )
    for row in observations.rows:
        number = row.value
        if row.numerator is not None:
            number = f"{plain(row.numerator)} / {plain(row.denominator)}"  # type: ignore[assignment]
        value = number if isinstance(number, str) else plain(number)
        stdout.print(
            f"   {row.unit_code:<8} {row.element:<28} {value!s:>14}  {row.file_name}:{row.line}",
            markup=False,
        )
    for source in explanation.sources:
        captured = f" · {_('captured')} {source.captured_at:%d/%m/%Y}" if source.captured_at else ""
        stdout.print(f"4. {source.file_name} · {source.origin}{captured}", markup=False)
        stdout.print(f"   SHA-256 {source.sha256}", markup=False)
