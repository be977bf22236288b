"""What bodies reported beside what was computed from single facts."""

from typing import Any

from django import forms
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cotmoc.apps.measurement import queries
from cotmoc.apps.measurement.models import Difference, period_words
from cotmoc.apps.measurement.web import words
from cotmoc.apps.orgs.models import OrganisationKind
from cotmoc.core.text import fold
from cotmoc.ui.export import export, export_format
from cotmoc.ui.formats import signed
from cotmoc.ui.listing import paginate

ANY = [("", gettext_lazy("all"))]
EVERY = "all"
_ORDERS = {
    "size": "size",
    "difference": "difference",
    "organisation": "organisation__code",
    "indicator": "indicator__name_vi",
    "reported": "reported",
    "computed": "computed",
}


class DifferenceFilters(forms.Form):
    """What the list can be narrowed by."""

    q = forms.CharField(
        label=gettext_lazy("Organisation"),
        required=False,
        max_length=80,
        widget=forms.TextInput(attrs={"type": "search"}),
    )
    indicator = forms.ChoiceField(label=gettext_lazy("Indicator"), required=False)
    unit = forms.ChoiceField(label=gettext_lazy("Unit"), required=False)
    kind = forms.ChoiceField(
        label=gettext_lazy("Kind"), required=False, choices=[*ANY, *OrganisationKind.choices]
    )
    period = forms.ChoiceField(label=gettext_lazy("Period"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        indicators, periods = queries.difference_choices()
        units = sorted({row.unit for row in indicators}, key=lambda unit: (unit != "%", unit))
        field = self.fields["unit"]
        assert isinstance(field, forms.ChoiceField)
        # Points of percent and counts do not rank together: the list begins with one of them.
        field.choices = [*((unit, unit) for unit in units), (EVERY, gettext_lazy("all"))]
        self.first_unit = units[0] if units else ""
        for name, choices in (
            ("indicator", [(row.code, row.name) for row in indicators]),
            ("period", [(code, period_words(code)) for code in periods]),
        ):
            field = self.fields[name]
            assert isinstance(field, forms.ChoiceField)
            field.choices = [*ANY, *choices]


def differences(request: HttpRequest) -> HttpResponseBase:
    """Reported against computed, the largest difference first."""
    form = DifferenceFilters(request.GET)
    form.is_valid()
    chosen = form.cleaned_data
    indicator = chosen.get("indicator") or ""
    unit = chosen.get("unit") or ("" if indicator else form.first_unit)
    found = queries.differences(
        indicator=indicator,
        unit="" if unit == EVERY else unit,
        kind=chosen.get("kind") or "",
        period=chosen.get("period") or "",
        text=fold(chosen.get("q") or ""),
    )
    sort = request.GET.get("sort", "-size")
    if sort.removeprefix("-") not in _ORDERS:
        sort = "-size"
    order = _ORDERS[sort.removeprefix("-")]
    found = found.order_by(f"-{order}" if sort.startswith("-") else order, "pk")
    if kind := export_format(request):
        return export(kind, "tu-bao-cao-va-tinh-duoc", *_export(found.iterator(1000)))
    page = paginate(request, found)
    return render(
        request,
        "measurement/differences.html",
        {
            "form": form,
            "page": page,
            "rows": [_row(each) for each in page],
            "sort": sort,
            "any": page.paginator.count or queries.differences().exists(),
        },
    )


def _row(each: Difference) -> dict[str, Any]:
    unit = each.indicator.unit
    return {
        "row": each,
        "period": period_words(each.period),
        "reported": words.shown(each.reported, unit),
        "computed": words.shown(each.computed, unit),
        "difference": signed(each.difference, 2 if unit == "%" else None),
        "unit": _("points of percent") if unit == "%" else unit,
        "judged": bool(each.size) and each.computed_denominator is not None,
        "flattering": _flatters(each),
    }


def _flatters(each: Difference) -> bool:
    """Whether the report looks better than the facts."""
    return each.difference > 0 if each.indicator.direction == "up" else each.difference < 0


def _export(found: Any) -> tuple[list[str], Any]:
    headers = [
        _("Indicator"), _("Name"), _("Unit"), _("Code"), _("Organisation"), _("Period"),
        _("Reported"), _("Reported numerator"), _("Reported denominator"), _("Computed value"),
        _("Computed numerator"), _("Computed denominator"), _("Reported less computed"),
    ]  # fmt: skip
    return headers, (
        [
            each.indicator.code,
            each.indicator.name,
            each.indicator.unit,
            each.organisation.code,
            each.organisation.name,
            each.period,
            each.reported,
            each.reported_numerator,
            each.reported_denominator,
            each.computed,
            each.computed_numerator,
            each.computed_denominator,
            each.difference,
        ]
        for each in found
    )
