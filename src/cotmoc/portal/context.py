"""The frame around every page: navigation, programme, person, language."""

from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import get_language, gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from cotmoc.apps.orgs.models import Organisation
from cotmoc.apps.programmes.models import Plan
from cotmoc.apps.programmes.queries import current_plan


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the navigation; `area` is the part of the address it stands for."""

    name: str
    label: Any
    icon: str
    area: str
    in_tabbar: bool = False
    journal_only: bool = False


_ORGANISATIONS = pgettext_lazy("navigation", "Organisations")
ENTRIES = (
    Entry("dashboard", _("Overview"), "overview", "/", True),
    Entry("targets", _("Targets"), "target", "/targets/", True),
    Entry(
        "organisations",
        pgettext_lazy("navigation", "Organisations"),
        "organisation",
        "/organisations/",
        True,
    ),
    Entry("documents", _("Documents"), "document", "/documents/", True),
    Entry("figures", _("Figures"), "figure", "/figures/", True),
    Entry("indices", _("Scorecards"), "indicator", "/scorecards/"),
    Entry("rounds", _("Assessment rounds"), "task", "/rounds/"),
    Entry("plans", _("Plans"), "report", "/plans/"),
    Entry("indicators", _("Indicators"), "indicator", "/indicators/"),
    Entry("heat", _("Heat table"), "map", "/heat/"),
    Entry("differences", _("Reported and computed"), "task", "/differences/"),
    Entry("sources", _("Sources"), "import", "/sources/"),
    Entry("data", _("Data"), "settings", "/data/"),
    Entry("units", pgettext_lazy("navigation", "Units"), "unit", "/units/"),
    Entry("journal", _("Journal"), "journal", "/journal/", journal_only=True),
)
PUBLIC = (Entry("public", _("Published"), "public", "/public/", True),)


def shell(request: HttpRequest) -> dict[str, Any]:
    """What `ui/base.html` reads as `shell`."""
    person = getattr(request, "user", None)
    signed_in = bool(person and person.is_authenticated)
    plan = None
    if person is not None:
        # A page about the plan has already found it.
        plan = getattr(request, "current_plan", None) or current_plan(person)
    return {
        "shell": {
            "nav": _navigation(request, person, plan) if signed_in else _public(request),
            "where": plan.title if plan else "",
            "where_url": reverse("plan", args=[plan.pk]) if plan and signed_in else "",
            "province": plan.organisation.unit if plan and plan.organisation else "",
            "note": gettext("Sample plan: an illustration; the figures are published ones")
            if plan and plan.document.illustration
            else "",
            "search_url": reverse("search") if signed_in else "",
            "query": request.GET.get("q", "") if request.path == reverse("search") else "",
            "person": {"name": person.name, "role_label": person.get_role_display()}  # type: ignore[union-attr]
            if signed_in
            else None,
            "sign_in_url": reverse("sign-in"),
            "sign_out_url": reverse("sign-out"),
            "account_url": reverse("account"),
            "languages": [
                {"code": code, "label": code.upper(), "current": code == get_language()}
                for code, _name in settings.LANGUAGES
            ],
        }
    }


def _navigation(request: HttpRequest, person: Any, plan: Plan | None) -> list[dict[str, Any]]:
    counts = {
        "targets": plan.targets.count() if plan else None,
        "organisations": Organisation.objects.exclude(kind="province").count(),
    }
    return [
        _line(request, entry, counts.get(entry.name))
        for entry in ENTRIES
        if not entry.journal_only or person.reads_journal
    ]


def _public(request: HttpRequest) -> list[dict[str, Any]]:
    return [_line(request, entry, None) for entry in PUBLIC]


def _line(request: HttpRequest, entry: Entry, count: int | None) -> dict[str, Any]:
    at_home = entry.area == "/"
    current = request.path == "/" if at_home else request.path.startswith(entry.area)
    return {
        "url": reverse(entry.name),
        "label": entry.label,
        "icon": entry.icon,
        "count": count,
        "current": current,
        "in_tabbar": entry.in_tabbar,
    }
