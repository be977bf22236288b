"""Pages of figures and sources."""

from typing import Any

from django import forms
from django.http import FileResponse, Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cotmoc.apps.measurement import provenance, queries
from cotmoc.apps.measurement.models import Figure, Source, Status, period_words
from cotmoc.apps.measurement.ports import received_file
from cotmoc.apps.orgs.models import OrganisationKind
from cotmoc.core.text import fold
from cotmoc.ui.export import export, export_format
from cotmoc.ui.listing import paginate

ANY = [("", gettext_lazy("all"))]


class FigureFilters(forms.Form):
    """What the list of figures can be narrowed by."""

    q = forms.CharField(label=gettext_lazy("Organisation"), required=False, max_length=80)
    indicator = forms.ChoiceField(label=gettext_lazy("Indicator"), required=False)
    kind = forms.ChoiceField(
        label=gettext_lazy("Kind"), required=False, choices=[*ANY, *OrganisationKind.choices]
    )
    period = forms.ChoiceField(label=gettext_lazy("Period"), required=False)
    status = forms.ChoiceField(
        label=gettext_lazy("Status"), required=False, choices=[*ANY, *Status.choices]
    )

    def __init__(self, *args: Any, viewer: object, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        indicators = [(row.code, row.name) for row in queries.catalogue().defer("content")]
        found = [(code, period_words(code)) for code in queries.periods(viewer=viewer)]
        for name, choices in (("indicator", indicators), ("period", found)):
            field = self.fields[name]
            assert isinstance(field, forms.ChoiceField)
            field.choices = [*ANY, *choices]


_ORDERS = {
    "indicator": "indicator__name_vi",
    "organisation": "organisation__code",
    "value": "value",
    "size": "denominator",
}


def figures(request: HttpRequest) -> HttpResponseBase:
    """All figures, with filters, order and export; the province's own first."""
    form = FigureFilters(request.GET, viewer=request.user)
    form.is_valid()
    found = (
        Figure.objects.visible_to(request.user)
        .current()
        .select_related("indicator", "organisation")
        .defer("indicator__content")
    )
    chosen = form.cleaned_data
    if text := fold(chosen.get("q") or ""):
        found = found.filter(organisation__search__contains=text)
    for name, lookup in (
        ("indicator", "indicator__code"),
        ("kind", "organisation__kind"),
        ("period", "period"),
        ("status", "status"),
    ):
        if value := chosen.get(name):
            found = found.filter(**{lookup: value})
    sort = request.GET.get("sort", "")
    order = _ORDERS.get(sort.removeprefix("-"), "")
    if not any(chosen.get(name) for name in ("q", "indicator", "kind", "status")):
        found = found.filter(organisation__kind=OrganisationKind.PROVINCE)
    if order:
        found = found.order_by(f"-{order}" if sort.startswith("-") else order, "pk")
    if kind := export_format(request):
        return export(kind, "so-lieu", *_export(found.iterator(1000)))
    page = paginate(request, found)
    differing = queries.differing(page.object_list)
    for each in page.object_list:
        each.differs_by = differing.get(each.pk)
    return render(
        request,
        "measurement/figures.html",
        {"form": form, "page": page, "sort": sort},
    )


def _export(found: Any) -> tuple[list[str], Any]:
    headers = [
        _("Indicator"), _("Name"), _("Version"), _("Code"), _("Organisation"), _("Period"),
        _("Numerator"), _("Denominator"), _("Value"), _("Unit"), _("Status"), _("Basis"),
        _("With data"), _("Expected"),
    ]  # fmt: skip
    rows = (
        [
            figure.indicator.code,
            figure.indicator.name,
            figure.indicator.version,
            figure.organisation.code,
            figure.organisation.name,
            figure.period,
            figure.numerator,
            figure.denominator,
            figure.value,
            figure.indicator.unit,
            figure.get_status_display(),
            figure.get_basis_display(),
            figure.with_data,
            figure.expected,
        ]
        for figure in found
    )
    return headers, rows


def source(request: HttpRequest, pk: int) -> HttpResponseBase:
    """A received file opened around a line."""
    found = get_object_or_404(Source.objects.select_related("recorded_by"), pk=pk)
    try:
        line = max(1, int(request.GET.get("line", "1")))
    except ValueError:
        raise Http404 from None
    try:
        excerpt = provenance.source_rows(found, line, context=8)
    except FileNotFoundError:
        excerpt = None
    return render(
        request, "measurement/source.html", {"source": found, "excerpt": excerpt, "line": line}
    )


def source_file(request: HttpRequest, pk: int) -> HttpResponseBase:
    """The received file itself, byte for byte."""
    found = get_object_or_404(Source, pk=pk)
    path = received_file(found.digest)
    if not path.exists():
        raise Http404
    return FileResponse(
        path.open("rb"), as_attachment=True, filename=found.file_name, content_type="text/csv"
    )


def sources(request: HttpRequest) -> HttpResponseBase:
    """All received files."""
    found = Source.objects.select_related("recorded_by")
    return render(request, "measurement/sources.html", {"page": paginate(request, found)})
