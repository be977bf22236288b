"""Pages of administrative units and of the register of organisations."""

from datetime import date

from django import forms
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cotmoc.apps.orgs import queries
from cotmoc.apps.orgs.models import AdminUnit, Level, OrganisationKind
from cotmoc.ui.export import export, export_format
from cotmoc.ui.listing import paginate

ANY = [("", gettext_lazy("all"))]


class UnitFilters(forms.Form):
    """What the list of units can be narrowed by."""

    q = forms.CharField(label=gettext_lazy("Search"), required=False, max_length=80)
    on = forms.DateField(
        label=gettext_lazy("On the day"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}),
    )
    level = forms.ChoiceField(
        label=gettext_lazy("Level"), required=False, choices=[*ANY, *Level.choices]
    )


class OrganisationFilters(forms.Form):
    """What the register can be narrowed by."""

    q = forms.CharField(label=gettext_lazy("Search"), required=False, max_length=80)
    kind = forms.ChoiceField(
        label=gettext_lazy("Kind"), required=False, choices=[*ANY, *OrganisationKind.choices]
    )


def units(request: HttpRequest) -> HttpResponseBase:
    """Units valid on a day."""
    form = UnitFilters(request.GET)
    form.is_valid()
    day: date = form.cleaned_data.get("on") or timezone.localdate()
    found = queries.units_on(
        day,
        level=form.cleaned_data.get("level") or "",
        parent_key=request.GET.get("parent", ""),
        text=form.cleaned_data.get("q") or "",
    )
    if kind := export_format(request):
        headers = [_("Level"), _("Code"), _("Name"), _("Belongs to"), _("From"), _("To")]
        rows = (
            (unit.get_level_display(), unit.code, str(unit), str(unit.parent or ""),
             unit.valid_from, unit.valid_to)
            for unit in found.iterator(2000)
        )  # fmt: skip
        return export(kind, f"don-vi-hanh-chinh-{day}", headers, rows)
    return render(
        request,
        "orgs/units.html",
        {
            "form": form,
            "day": day,
            "counts": [
                (Level(level).label, count) for level, count in queries.counts_by_level(day).items()
            ],
            "page": paginate(request, found),
        },
    )


def unit(request: HttpRequest, key: str) -> HttpResponseBase:
    """A unit's history: what it was made from, what it became."""
    found = get_object_or_404(AdminUnit.objects.select_related("parent"), key=key)
    return render(request, "orgs/unit.html", {"unit": found, "history": queries.history(found)})


def organisations(request: HttpRequest) -> HttpResponseBase:
    """The register of organisations."""
    form = OrganisationFilters(request.GET)
    form.is_valid()
    found = queries.organisations(
        kind=form.cleaned_data.get("kind") or "", text=form.cleaned_data.get("q") or ""
    )
    if kind := export_format(request):
        headers = [
            _("Code"),
            _("Name"),
            _("Kind"),
            _("Territory"),
            _("Territory code"),
            _("Matched by"),
        ]
        rows = (
            (each.code, each.name, each.get_kind_display(), str(each.unit or ""),
             each.unit.code if each.unit else "", each.matched_by)
            for each in found
        )  # fmt: skip
        return export(kind, "co-quan-don-vi", headers, rows)
    return render(
        request, "orgs/organisations.html", {"form": form, "page": paginate(request, found)}
    )
