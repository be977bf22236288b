"""The state of the data: facts, imports, rows set apart, and computations."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import FileResponse, Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from cotmoc.apps.accounts.models import Person
from cotmoc.apps.measurement import services
from cotmoc.apps.measurement.holdings import (
    SHOWN_ROWS,
    Holding,
    first_rows,
    holdings,
    set_apart,
    set_apart_file,
)
from cotmoc.apps.measurement.models import Computation, Run, Source
from cotmoc.ui.formats import in_language, number

SHOWN_IMPORTS = 20
SHOWN_COMPUTATIONS = 8
STEPS = {
    "reported": gettext_lazy("reading reported values"),
    "facts": gettext_lazy("scanning months of facts"),
    "figures": gettext_lazy("adding up over bodies and periods"),
    "derived": gettext_lazy("deriving from other indicators"),
    "storing": gettext_lazy("storing what changed"),
}
GRAIN_WORDS = {
    "month": gettext_lazy("civil months"),
    "half": gettext_lazy("half months, for Decree 09 periods"),
    "day": gettext_lazy("days, for weeks and named periods"),
}


def data(request: HttpRequest) -> HttpResponseBase:
    """What is on hand and how fresh it is; computations can be asked for by those who steer."""
    held = [_about(each) for each in holdings()]
    names = {each.name for each in set_apart()}
    context = {
        "held": held,
        "imports": _imports(held, names),
        "apart": set_apart(),
        "sources": Source.objects.count(),
        "last_source": Source.objects.order_by("-recorded_at").first(),
        "may": _steers(request),
        **_computations(),
    }
    return render(request, "measurement/data.html", context)


def computations(request: HttpRequest) -> HttpResponseBase:
    """How the last computations went, and how far the one at work is."""
    context = {"may": _steers(request), **_computations()}
    return render(request, "measurement/computations.html", context)


@require_POST
def compute(request: HttpRequest) -> HttpResponseBase:
    """Ask for a computation of all figures in the background; for those who steer."""
    person = request.user
    if not isinstance(person, Person) or not person.steers:
        raise PermissionDenied
    services.request_computation(
        reason=_("asked for on the data page"), actor=person, now=timezone.now()
    )
    messages.success(request, _("Asked for. Figures change when it is done."))
    return redirect("data")


def quarantine_file(request: HttpRequest, name: str) -> HttpResponseBase:
    """The first refused rows of a file with their reasons; for those who steer."""
    path = _quarantined(request, name)
    head, rows = first_rows(path)
    context = {"name": name, "head": head, "rows": rows, "most": SHOWN_ROWS}
    return render(request, "measurement/quarantine.html", context)


def quarantine_download(request: HttpRequest, name: str) -> HttpResponseBase:
    """The whole file of refused rows, to be mended and imported again."""
    path = _quarantined(request, name)
    return FileResponse(
        path.open("rb"), as_attachment=True, filename=name, content_type="text/csv; charset=utf-8"
    )


def _quarantined(request: HttpRequest, name: str) -> Any:
    if not _steers(request):
        raise PermissionDenied
    path = set_apart_file(name)
    if path is None:
        raise Http404
    return path


def _steers(request: HttpRequest) -> bool:
    return isinstance(request.user, Person) and request.user.steers


def _about(holding: Holding) -> dict[str, Any]:
    """A table with the geometry of its months: small bars, a column each."""
    months = holding.months
    most = max((month.rows for month in months), default=0)
    width = 100 / len(months) if months else 0
    return {
        "holding": holding,
        "title": in_language(holding.table.title),
        "bars": [
            {
                "x": f"{width * place:.3f}",
                "width": f"{max(width * 0.8, 0.4):.3f}",
                "y": f"{100 - 100 * month.rows / most:.2f}" if most else "100",
                "height": f"{100 * month.rows / most:.2f}" if most else "0",
                "title": f"{month.month}: {number(month.rows)}",
                "none": not month.rows,
            }
            for place, month in enumerate(months)
        ],
        "empty_months": [month.month for month in months if not month.rows],
        "kept": [(GRAIN_WORDS[each.grain], each, each.size / 1e6) for each in holding.kept],
    }


def _imports(held: list[dict[str, Any]], apart: set[str]) -> list[dict[str, Any]]:
    found = [
        {
            "table": each["title"],
            "note": note,
            "apart": note.about.get("quarantine")
            if note.about.get("quarantine") in apart
            else None,
            "reasons": list((note.about.get("reasons") or {}).items())[:3],
        }
        for each in held
        for note in each["holding"].imports
    ]
    found.sort(key=lambda each: each["note"].recorded_at, reverse=True)
    return found[:SHOWN_IMPORTS]


def _computations() -> dict[str, Any]:
    rows = list(Computation.objects.select_related("run", "requested_by")[:SHOWN_COMPUTATIONS])
    runs = list(Run.objects.all()[:SHOWN_COMPUTATIONS])
    return {
        "at_work": next((row for row in rows if row.open), None),
        "computations": [(row, STEPS.get(row.step, row.step), _seconds(row)) for row in rows],
        "runs": [(run, _work(run)) for run in runs],
        "now": timezone.now(),
    }


def _seconds(row: Computation) -> float | None:
    if row.started_at is None:
        return None
    return ((row.finished_at or timezone.now()) - row.started_at).total_seconds()


def _work(run: Run) -> dict[str, Any]:
    """What a run read: months looked at, months scanned, rows, seconds, over all tables."""
    parts = list(run.work.values())
    took = (run.finished_at - run.started_at).total_seconds() if run.finished_at else None
    return {
        "months": sum(int(each.get("months", 0)) for each in parts),
        "scanned": sum(len(each.get("scanned", ())) for each in parts),
        "rows": sum(int(each.get("rows", 0)) for each in parts),
        "seconds": took,
    }
