"""Pages of the tasks that a plan states."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cotmoc.apps.programmes.models import Plan, PlanTask, Standing
from cotmoc.apps.programmes.queries import history, plan_tasks
from cotmoc.apps.programmes.wording import (
    coordinating_text,
    due_text,
    reason_text,
    task_lead_text,
)
from cotmoc.core.text import fold
from cotmoc.ui.export import export, export_format
from cotmoc.ui.listing import paginate, sort_rows

ANY = [("", gettext_lazy("all"))]


class TaskFilters(forms.Form):
    """What the tasks of a plan can be narrowed by."""

    q = forms.CharField(
        label=gettext_lazy("Search"),
        required=False,
        max_length=100,
        widget=forms.TextInput(attrs={"type": "search"}),
    )
    lead = forms.ChoiceField(label=gettext_lazy("Lead"), required=False)
    standing = forms.ChoiceField(
        label=gettext_lazy("Standing"), required=False, choices=[*ANY, *Standing.choices]
    )

    def __init__(self, *args: Any, leads: Sequence[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["lead"].choices = [*ANY, *((each, each) for each in leads)]  # type: ignore[attr-defined]

    def apply(self, rows: Sequence[PlanTask]) -> list[PlanTask]:
        """The tasks that match; a wrong value filters nothing."""
        self.is_valid()
        text = fold(self.cleaned_data.get("q") or "")
        lead = self.cleaned_data.get("lead")
        standing = self.cleaned_data.get("standing")
        return [
            row
            for row in rows
            if (not text or text in row.search)
            and (not lead or task_lead_text(row) == lead)
            and (not standing or row.standing == standing)
        ]


SORT_KEYS: dict[str, Any] = {
    "text": lambda row: row.order,
    "action": lambda row: fold(row.action),
    "lead": lambda row: fold(task_lead_text(row)),
    "deadline": lambda row: row.deadline,
    "product": lambda row: fold(row.product) or None,
    "standing": lambda row: str(row.get_standing_display()),
}


def tasks(request: HttpRequest, pk: int) -> HttpResponseBase:
    """The tasks of a plan with filters, order and export."""
    plan = _plan(request, pk)
    rows = plan_tasks(plan, viewer=request.user)
    form = TaskFilters(request.GET, leads=sorted({task_lead_text(row) for row in rows}, key=fold))
    shown, sort = sort_rows(form.apply(rows), request, SORT_KEYS, "text")
    if kind := export_format(request):
        return export(kind, f"nhiem-vu-{plan.year}-{plan.pk}", *_export(shown))
    return render(
        request,
        "programmes/tasks.html",
        {
            "plan": plan,
            "form": form,
            "total": len(rows),
            "page": paginate(request, shown),
            "sort": sort,
        },
    )


def task(request: HttpRequest, pk: int, order: int) -> HttpResponseBase:
    """One task with the clause that states it."""
    plan = _plan(request, pk)
    found = get_object_or_404(
        PlanTask.objects.visible_to(request.user)
        .filter(plan=plan)
        .select_related("lead", "clause", "plan__document"),
        order=order,
    )
    found.clause.document = found.plan.document
    return render(
        request,
        "programmes/task.html",
        {
            "plan": plan,
            "task": found,
            "clause": found.clause.text,
            "coordinating": found.coordinating.all(),
            "history": history(found, viewer=request.user),
        },
    )


def _plan(request: HttpRequest, pk: int) -> Plan:
    readable = Plan.objects.visible_to(request.user).select_related("document", "organisation")
    return get_object_or_404(
        readable.defer("document__text", "document__search", "document__tables"), pk=pk
    )


def _export(rows: Sequence[PlanTask]) -> tuple[list[str], list[list[Any]]]:
    headers = [
        _("Clause"), _("Task"), _("Lead"), _("Coordinating"), _("Deadline"), _("Frequency"),
        _("Product"), _("Budget, VND"), _("Standing"), _("Closed on"), _("Reason"),
    ]  # fmt: skip
    return headers, [_cells(row) for row in rows]


def _cells(row: PlanTask) -> list[Any]:
    return [
        row.clause.address,
        row.action,
        task_lead_text(row),
        coordinating_text(row),
        row.deadline,
        "" if row.deadline else due_text(row),
        row.product,
        row.budget,
        str(row.get_standing_display()),
        row.closed_on,
        reason_text(row),
    ]
