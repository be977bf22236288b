"""Merged provinces: what their value could be, by named rules side by side."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django import forms
from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cotmoc.apps.measurement.models import period_words
from cotmoc.apps.measurement.queries import calendars
from cotmoc.apps.orgs.models import Organisation
from cotmoc.apps.scorecards.merged import MergedProvince, Merging, Rule, merging
from cotmoc.apps.scorecards.models import IndexVersion, Published
from cotmoc.apps.scorecards.web.results_words import (
    FORMULAS,
    RULES,
    index_words,
    merged_words,
    places_of,
    short_method,
    value_words,
)
from cotmoc.apps.scorecards.years import border_days
from cotmoc.core.text import fold
from cotmoc.ui.export import export, export_format
from cotmoc.ui.formats import signed
from cotmoc.ui.listing import paginate, sort_rows


class MergedFilters(forms.Form):
    """What the provinces can be narrowed by."""

    period = forms.ChoiceField(label=gettext_lazy("Period"), required=False)
    q = forms.CharField(
        label=gettext_lazy("Search"),
        required=False,
        max_length=80,
        widget=forms.TextInput(attrs={"type": "search"}),
    )
    full = forms.BooleanField(label=gettext_lazy("Only with a value"), required=False)

    def __init__(self, *args: Any, periods: Sequence[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [(f"{period}@{method}", _choice(period, method)) for period, method in periods]
        self.fields["period"].choices = choices  # type: ignore[attr-defined]

    def apply(self, rows: Sequence[MergedProvince]) -> list[MergedProvince]:
        """The provinces that match, by their own name or that of a part."""
        self.is_valid()
        words = fold(self.cleaned_data.get("q") or "").split()
        full = self.cleaned_data.get("full")
        return [
            row
            for row in rows
            if all(word in _searched(row) for word in words)
            and (not full or any(each.value is not None for each in row.by_rule.values()))
        ]


def _choice(period: str, method: str) -> str:
    return f"{period_words(period)} · {short_method(None, method)}"


def _searched(row: MergedProvince) -> str:
    return " ".join(unit.search for unit in (row.unit, *(part.unit for part in row.parts)))


def merged_provinces(request: HttpRequest, code: str) -> HttpResponseBase:
    """All merged provinces of a period, one column a rule; each opens to its parts."""
    methods = {row.method: row for row in IndexVersion.objects.filter(latest=True, code=code)}
    if not methods:
        raise Http404
    periods = {each: held for each, held in _periods(code).items() if each[1] in methods}
    index, period = _chosen(request, methods, periods)
    asked = {**request.GET.dict(), "period": f"{period}@{index.method}"}
    form = MergedFilters(asked, periods=list(periods))
    context: dict[str, Any] = {
        "index": index, "title": index_words(index), "form": form, "tab": "years",
    }  # fmt: skip
    if not period:
        form.apply([])
        return render(request, "scorecards/merged.html", context)
    day = border_days()[-1]
    found = merging(index, calendars().parse(period), day)
    rows, sort = sort_rows(form.apply(found.provinces), request, _sort_keys(), "name")
    if kind := export_format(request):
        return _export(kind, f"{code}-{period}", index, found, rows)
    page = paginate(request, rows)
    most = index.definition.scale
    context |= {
        "period": period,
        "period_words": period_words(period),
        "method": short_method(index, index.method),
        "day": day,
        "page": page,
        "sort": sort,
        "rules": [
            {"code": rule.value, "name": RULES[rule], "formula": FORMULAS[rule],
             "ranked": found.ranked[rule]}
            for rule in Rule
        ],
        "rows": [_row(row, most, found) for row in page],
        "own": _shown(request, found, most),
        "with_value": sum(_has_value(each) for each in found.provinces),
        "total": len(found.provinces),
    }  # fmt: skip
    return render(request, "scorecards/merged.html", context)


def _periods(code: str) -> dict[tuple[str, str], int]:
    """Periods and methods with results of provinces that were merged since, the newest first, and
    how many values each has."""
    rows = (
        Published.objects.current()
        .filter(index__code=code, unit__level="province")
        .exclude(unit__valid_to=None)
        .order_by("-period_end", "-index__valid_from")
        .values_list("period", "index__method")
    )
    found: dict[tuple[str, str], int] = {}
    for row in rows:
        found[row] = found.get(row, 0) + 1
    return found


def _chosen(
    request: HttpRequest,
    methods: dict[str, IndexVersion],
    periods: Mapping[tuple[str, str], int],
) -> tuple[IndexVersion, str]:
    """The period asked for, else the newest of those with most values: a year of which only single
    rows are known says little."""
    period, _at, method = request.GET.get("period", "").partition("@")
    for each in periods:
        if each[0] == period and (not method or each[1] == method):
            return methods[each[1]], period
    if not periods:
        return next(iter(methods.values())), ""
    period, method = max(periods, key=lambda each: periods[each])
    return methods[method], period


def _sort_keys() -> dict[str, Any]:
    keys: dict[str, Any] = {"name": lambda row: fold(row.unit.name)}

    def value_by(rule: Rule) -> Any:
        return lambda row: row.by_rule[rule].value

    for rule in Rule:
        keys[rule.value] = value_by(rule)
    keys["published"] = lambda row: row.published and row.published.rank
    return keys


def _has_value(row: MergedProvince) -> bool:
    return any(each.value is not None for each in row.by_rule.values())


@dataclass(frozen=True, slots=True)
class RuleCell:
    """A province's value by one rule, in words."""

    code: str
    name: str
    shown: str
    rank: int | None
    ranked: int
    difference: str
    about: str
    missing: bool
    lacking: int


def _row(row: MergedProvince, most: Decimal, found: Merging) -> dict[str, Any]:
    published = row.published
    return {
        "name": str(row.unit),
        "key": row.unit.key,
        "cells": [_cell(row, rule, most, found) for rule in Rule],
        "published": value_words(published.points, most) if published else "",
        "published_rank": published.rank if published else None,
        "publication": published.publication_id if published else None,
        "parts": [
            {
                "name": str(part.unit),
                "key": part.unit.key,
                "shown": value_words(part.points.get(""), most),
                "rank": part.rank,
                "population": part.population,
                "area": part.area,
            }
            for part in row.parts
        ],
    }


def _cell(row: MergedProvince, rule: Rule, most: Decimal, found: Merging) -> RuleCell:
    merged = row.by_rule[rule]
    difference = row.difference(rule)
    return RuleCell(
        rule.value,
        str(RULES[rule]),
        value_words(merged.value, most),
        row.ranks.get(rule),
        found.ranked[rule],
        "" if not difference else signed(difference, places_of(most)),
        merged_words(merged),
        merged.value is None,
        len(merged.lacking),
    )


def _shown(request: HttpRequest, found: Merging, most: Decimal) -> dict[str, Any] | None:
    """The province asked for with all it is made of; without asking the installation's own."""
    key = request.GET.get("unit", "")
    if not key:
        body = Organisation.objects.filter(kind="province").select_related("unit").first()
        key = body.unit.key if body and body.unit else ""
    row = next((each for each in found.provinces if each.unit.key == key), None)
    return _row(row, most, found) if row else None


def _export(
    kind: str, name: str, index: IndexVersion, found: Merging, rows: Sequence[MergedProvince]
) -> HttpResponseBase:
    headers = [_("Code"), _("Merged province"), _("Merged of")]
    for rule in Rule:
        named = {"rule": RULES[rule]}
        headers += [_("%(rule)s: value") % named, _("%(rule)s: rank") % named]
        headers.append(_("%(rule)s: remark") % named)
    headers += [_("Published value"), _("Published rank")]
    cells = []
    for row in rows:
        line: list[Any] = [row.unit.code, str(row.unit)]
        line.append(" + ".join(str(part.unit) for part in row.parts))
        for rule in Rule:
            merged = row.by_rule[rule]
            line += [merged.value, row.ranks.get(rule), merged_words(merged)]
        line += [row.published.points, row.published.rank] if row.published else [None, None]
        cells.append(line)
    return export(kind, f"tinh-sap-nhap-{name}".replace(":", "-"), headers, cells)
