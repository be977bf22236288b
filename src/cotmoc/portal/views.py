"""Pages that join apps: home, search, an organisation's card, the public pages, health."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.models import AnonymousUser
from django.db import connection
from django.http import HttpRequest, JsonResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from cotmoc.apps.documents.queries import documents as find_documents
from cotmoc.apps.measurement.models import Figure, period_words
from cotmoc.apps.measurement.queries import (
    catalogue,
    figures_of,
    latest_period,
    periods,
    sibling_values,
)
from cotmoc.apps.measurement.rules import ranks
from cotmoc.apps.orgs.models import Organisation
from cotmoc.apps.orgs.queries import organisations as find_organisations
from cotmoc.apps.orgs.queries import units_on
from cotmoc.apps.programmes.models import Target
from cotmoc.apps.programmes.queries import counts, current_plan, target_rows
from cotmoc.apps.programmes.web.lists import export_rows
from cotmoc.apps.scorecards.overview import places
from cotmoc.core.text import fold
from cotmoc.portal.dashboard import gather
from cotmoc.ui.export import export, export_format

FOUND = 12


@login_not_required
def home(request: HttpRequest) -> HttpResponseBase:
    """The dashboard for signed-in people; the published page for everybody else."""
    if not request.user.is_authenticated:
        return redirect("public")
    plan = current_plan(request.user)
    if plan is None:
        return render(request, "programmes/no_plan.html")
    request.current_plan = plan  # type: ignore[attr-defined]  # the frame shows it too
    board = gather(
        plan,
        viewer=request.user,
        today=timezone.localdate(),
        indicator=request.GET.get("indicator", ""),
    )
    return render(request, "portal/dashboard.html", {"board": board})


def search(request: HttpRequest) -> HttpResponseBase:
    """Targets, organisations, units, indicators by name, without accents."""
    text = request.GET.get("q", "").strip()[:100]
    found: dict[str, Any] = {}
    if folded := fold(text):
        found = {
            "targets": Target.objects.visible_to(request.user)
            .filter(search__contains=folded)
            .select_related("lead", "plan")[:FOUND],
            "organisations": find_organisations(text=text)[:FOUND],
            "indicators": catalogue().filter(search__contains=folded)[:FOUND],
            "units": units_on(timezone.localdate(), text=text)[:FOUND],
            "documents": find_documents(viewer=request.user, text=text)[:FOUND],
        }
    return render(
        request,
        "portal/search.html",
        {"text": text, "found": found, "most": FOUND, "any": any(len(v) for v in found.values())},
    )


def organisation(request: HttpRequest, code: str) -> HttpResponseBase:
    """An organisation's card: its figures against the province's and its place among its kind."""
    body = get_object_or_404(Organisation.objects.select_related("unit", "parent__unit"), code=code)
    available = periods(viewer=request.user)
    period = request.GET.get("period", "")
    if period not in available:
        period = latest_period(body, viewer=request.user) or (available[0] if available else "")
    own = figures_of(body, period, viewer=request.user)
    whole = (
        {f.indicator.code: f for f in figures_of(body.parent, period, viewer=request.user)}
        if body.parent
        else {}
    )
    siblings = sibling_values(body, [f.indicator.code for f in own], period, viewer=request.user)
    rows = [_card_row(figure, whole.get(figure.indicator.code), siblings, body) for figure in own]
    if kind := export_format(request):
        headers = [_("Indicator"), _("Value"), _("Numerator"), _("Denominator"),
                   _("Whole province"), _("Mean of its kind"), _("Rank"), _("Of")]  # fmt: skip
        cells = (
            [r["figure"].indicator.name, r["figure"].value, r["figure"].numerator,
             r["figure"].denominator, r["province"].value if r["province"] else None,
             r["mean"], r["rank"], r["of"]]
            for r in rows
        )  # fmt: skip
        return export(kind, f"{code}-{period}", headers, cells)
    return render(
        request,
        "portal/organisation.html",
        {
            "body": body,
            "measured": [row for row in rows if row["figure"].value is not None],
            "unmeasured": [row for row in rows if row["figure"].value is None],
            "period": period,
            "periods": [(each, period_words(each)) for each in available],
            "places": list(places(body, viewer=request.user).values()),
            "leads": Target.objects.visible_to(request.user)
            .filter(lead=body)
            .select_related("plan"),
        },
    )


def _card_row(
    figure: Figure,
    province: Figure | None,
    siblings: dict[str, list[tuple[int, Any]]],
    body: Organisation,
) -> dict[str, Any]:
    held = siblings.get(figure.indicator.code, [])
    values = [value for _pk, value in held]
    places = ranks(values, figure.indicator.direction)
    rank = next(
        (place for (pk, _v), place in zip(held, places, strict=True) if pk == body.pk), None
    )
    return {
        "figure": figure,
        "against": None
        if figure.value is None or province is None or province.value is None
        else figure.value - province.value,
        "province": province,
        "mean": sum(values) / len(values) if values else None,
        "rank": rank,
        "of": len(values),
    }


def _public_viewer(view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
    """Public pages show the same to everybody: what the public may see, whoever asks."""

    @wraps(view)
    def inner(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        return view(request, *args, viewer=AnonymousUser(), **kwargs)

    return login_not_required(inner)


@_public_viewer
def public(request: HttpRequest, viewer: AnonymousUser) -> HttpResponseBase:
    """What is published: the plan's targets and what was measured for the province."""
    plan = current_plan(viewer)
    if plan is None:
        return render(request, "portal/public_empty.html")
    rows = target_rows(plan, viewer=viewer, today=timezone.localdate())
    if kind := export_format(request):
        return export(kind, f"chi-tieu-cong-bo-{plan.year}", *export_rows(rows))
    return render(
        request, "portal/public.html", {"plan": plan, "rows": rows, "counts": counts(rows)}
    )


@_public_viewer
def public_target(request: HttpRequest, pk: int, viewer: AnonymousUser) -> HttpResponseBase:
    """One published target with the sentence it comes from."""
    target = get_object_or_404(
        Target.objects.visible_to(viewer).select_related(
            "lead", "clause", "plan__document", "plan__organisation"
        ),
        pk=pk,
    )
    (row,) = target_rows(target.plan, viewer=viewer, today=timezone.localdate(), targets=[target])
    return render(
        request,
        "portal/public_target.html",
        {"row": row, "target": target, "figure": row.figure, "clause": target.clause.text},
    )


@login_not_required
def health(request: HttpRequest) -> JsonResponse:
    """For monitors: whether the service can answer; no detail for strangers."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except Exception:
        return JsonResponse({"status": "error"}, status=503)
    return JsonResponse({"status": "ok"})
