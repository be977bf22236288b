"""The journal, for those whose role reads it."""

from django import forms
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _

from cotmoc.apps.journal.queries import entries
from cotmoc.ui.export import export, export_format
from cotmoc.ui.listing import paginate


class Filters(forms.Form):
    """What the list can be narrowed by."""

    q = forms.CharField(label=_("Search"), required=False, max_length=100)
    day = forms.DateField(
        label=_("Day"), required=False, widget=forms.DateInput(attrs={"type": "date"})
    )


def journal(request: HttpRequest) -> HttpResponse:
    """Who did what, newest first."""
    if not getattr(request.user, "reads_journal", False):
        raise PermissionDenied
    form = Filters(request.GET)
    found = entries(viewer=request.user)
    if form.is_valid():
        if text := form.cleaned_data["q"].strip():
            found = found.filter(verb__contains=text) | found.filter(subject_id__contains=text)
        if day := form.cleaned_data["day"]:
            found = found.filter(at__date=day)
    if kind := export_format(request):
        rows = (
            (f"{entry.at:%Y-%m-%d %H:%M:%S%z}", str(entry.actor or ""), entry.verb,
             entry.subject_type, entry.subject_id, str(entry.before or ""), str(entry.after or ""))
            for entry in found.iterator(1000)
        )  # fmt: skip
        heads = ["at", "actor", "verb", "subject_type", "subject_id", "before", "after"]
        return export(kind, "nhat-ky", heads, rows)  # type: ignore[return-value]
    return render(request, "journal/journal.html", {"form": form, "page": paginate(request, found)})
