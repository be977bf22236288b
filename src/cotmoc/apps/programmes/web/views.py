"""Pages of plans and targets."""

from decimal import Decimal

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from cotmoc.apps.accounts.models import Person
from cotmoc.apps.measurement.queries import last_capture, member_figures, ranked
from cotmoc.apps.programmes.amending import ends_with_districts
from cotmoc.apps.programmes.models import Plan, PlanTask, Standing, Target
from cotmoc.apps.programmes.queries import (
    TargetRow,
    counts,
    current_plan,
    history,
    plan_targets,
    target_rows,
)
from cotmoc.apps.programmes.services import publish_plan
from cotmoc.apps.programmes.web.lists import SORT_KEYS, TargetFilters, export_rows
from cotmoc.apps.programmes.web.ranking import BodyRow, body_rows, dot_map
from cotmoc.apps.programmes.web.reading import lines
from cotmoc.core.text import fold
from cotmoc.ui.export import export, export_format
from cotmoc.ui.listing import paginate, sort_rows


def targets(request: HttpRequest) -> HttpResponseBase:
    """All targets of the current plan, with filters, order and export."""
    plan = current_plan(request.user)
    if plan is None:
        return render(request, "programmes/no_plan.html")
    request.current_plan = plan  # type: ignore[attr-defined]  # the frame shows it too
    restated = request.GET.get("standing") == Standing.RESTATED
    rows = target_rows(
        plan,
        viewer=request.user,
        today=timezone.localdate(),
        targets=plan_targets(plan, viewer=request.user, restated=restated),
    )
    form = TargetFilters(request.GET)
    shown, sort = sort_rows(form.apply(rows), request, SORT_KEYS, "text")
    if kind := export_format(request):
        return export(kind, f"chi-tieu-{plan.year}", *export_rows(shown))
    return render(
        request,
        "programmes/targets.html",
        {
            "plan": plan,
            "form": form,
            "counts": counts(rows),
            "total": len(rows),
            "page": paginate(request, shown),
            "sort": sort,
        },
    )


def target(request: HttpRequest, pk: int) -> HttpResponseBase:
    """One target: its sentence, its figure, every body ranked, the map."""
    found = get_object_or_404(
        Target.objects.visible_to(request.user).select_related(
            "lead", "clause", "plan__document", "plan__organisation"
        ),
        pk=pk,
    )
    (row,) = target_rows(
        found.plan, viewer=request.user, today=timezone.localdate(), targets=[found]
    )
    bodies = _bodies(row, request.user)
    kind = request.GET.get("kind", "")
    text = fold(request.GET.get("q", ""))
    narrowed = [
        body
        for body in bodies
        if (not kind or body.ranked.organisation.kind == kind)
        and (not text or text in body.ranked.organisation.search)
    ]
    down = row.less_is_better
    shown, sort = sort_rows(narrowed, request, _BODY_KEYS, "-rate" if down else "rate")
    if export_kind := export_format(request):
        return export(export_kind, f"chi-tieu-{pk}", *_export_bodies(shown))
    communes = [body.ranked for body in bodies if body.ranked.organisation.kind == "commune"]
    return render(
        request,
        "programmes/target.html",
        {
            "row": row,
            "target": found,
            "figure": row.figure,
            "clause": found.clause.text,
            "bodies": bodies,
            "kind": kind,
            "page": paginate(request, shown, 25),
            "sort": sort,
            "map": dot_map(communes, found.value, "down" if down else "up")
            if any(each.figure.value is not None for each in communes)
            else None,
            "captured": last_capture(row.figure.period) if row.figure else None,
            "maximum": _maximum(row, []),
            "list_maximum": _maximum(row, bodies),
            "slug": f"{found.plan.year}-{found.order}",
            "history": history(found, viewer=request.user),
        },
    )


_BODY_KEYS = {
    "name": lambda body: fold(body.ranked.organisation.short_name),
    "rate": lambda body: body.ranked.figure.value,
    "missing": lambda body: body.ranked.missing_part,
    "size": lambda body: body.ranked.figure.denominator,
    "short": lambda body: body.standing.short_count,
}


def _bodies(row: TargetRow, viewer: object) -> list[BodyRow]:
    plan = row.target.plan
    if row.figure is None or plan.organisation is None or row.indicator is None:
        return []
    figures = member_figures(
        row.indicator.code, plan.organisation, row.figure.period, viewer=viewer
    )
    return body_rows(ranked(figures, row.indicator.direction), row.target, row.indicator.scale)


def _maximum(row: TargetRow, bodies: list[BodyRow]) -> Decimal:
    """The end of the bullets' scale: 100 for percentages, else a little beyond what is shown."""
    if row.target.unit == "%":
        return Decimal(100)
    shown = [body.ranked.figure.value for body in bodies]
    shown += [row.target.value, row.figure.value if row.figure else None]
    largest = max((value for value in shown if value is not None), default=Decimal(0))
    return (largest * Decimal("1.1")).quantize(Decimal(1)) or Decimal(1)


def _export_bodies(bodies: list[BodyRow]) -> tuple[list[str], list[list[object]]]:
    headers = [
        _("Code"), _("Organisation"), _("Rank"), _("Numerator"), _("Denominator"), _("Value"),
        _("Status"), _("Short by"), _("Short by, count"),
    ]  # fmt: skip
    return headers, [
        [
            body.ranked.organisation.code,
            body.ranked.organisation.name,
            body.ranked.rank,
            body.ranked.figure.numerator,
            body.ranked.figure.denominator,
            body.ranked.figure.value,
            body.ranked.figure.get_status_display(),
            body.standing.short,
            body.standing.short_count,
        ]
        for body in bodies
    ]


def plan(request: HttpRequest, pk: int) -> HttpResponseBase:
    """The plan's text by clause with its targets marked in place."""
    found = get_object_or_404(
        Plan.objects.visible_to(request.user).select_related("document", "organisation"), pk=pk
    )
    own = Target.objects.visible_to(request.user).filter(plan=found)
    rows = target_rows(
        found,
        viewer=request.user,
        today=timezone.localdate(),
        targets=own.select_related("lead", "clause"),
    )
    read = lines(found.document, list(found.document.clauses.all()), rows)
    return render(
        request,
        "programmes/plan.html",
        {
            "plan": found,
            "document": found.document,
            "lines": read,
            "rows": rows,
            "left_alone": sum(bool(line.left_alone) for line in read),
            "marked": sum(line.has_targets for line in read),
            "doubts": sum(bool(line.doubts) for line in read),
            "tasks": PlanTask.objects.visible_to(request.user).filter(plan=found).count(),
            "districts": sum(ends_with_districts(row.target) for row in rows),
        },
    )


@require_POST
def publish(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Let the public see a plan and what is measured now; for those who steer."""
    person = request.user
    if not isinstance(person, Person) or not person.steers:
        raise PermissionDenied
    found = get_object_or_404(Plan.objects.visible_to(person).select_related("document"), pk=pk)
    figures = publish_plan(found, actor=person, now=timezone.now())
    messages.success(
        request,
        ngettext(
            "Published: the plan and %(count)s new figure.",
            "Published: the plan and %(count)s new figures.",
            figures,
        )
        % {"count": figures},
    )
    return redirect("plan", pk=pk)


def plan_text(request: HttpRequest, pk: int) -> HttpResponseBase:
    """The document's text as recorded."""
    found = Plan.objects.visible_to(request.user).select_related("document").filter(pk=pk).first()
    if found is None:
        raise Http404
    response = HttpResponse(found.document.text, content_type="text/plain; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="ke-hoach-{found.year}.txt"'
    return response


def plans(request: HttpRequest) -> HttpResponseBase:
    """All plans the viewer may see."""
    found = Plan.objects.visible_to(request.user).select_related("document", "organisation")
    return render(request, "programmes/plans.html", {"plans": found})
