"""Results across the years, of one subject and of all: what can be compared is joined, and where
the method or the borders changed the page says so instead of drawing an arrow."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext as _

from cotmoc.apps.measurement.models import period_words
from cotmoc.apps.orgs.models import AdminUnit, Organisation
from cotmoc.apps.scorecards.lineage import address_of, find_subject, lineage_of
from cotmoc.apps.scorecards.web.results_words import (
    change_words,
    places_of,
    short_method,
    subject_words,
    value_words,
)
from cotmoc.apps.scorecards.web.years_asked import Asked, NodeForm, SubjectsForm, asked_of
from cotmoc.apps.scorecards.web.years_drawn import MOST_LINES, charts, common
from cotmoc.apps.scorecards.years import (
    Break,
    Change,
    Place,
    Series,
    Value,
    Years,
    years_of,
)
from cotmoc.core.text import fold
from cotmoc.ui.export import export, export_format
from cotmoc.ui.formats import fixed, number
from cotmoc.ui.listing import paginate, sort_rows

# One subject --------------------------------------------------------------------------------------


def card_years(request: HttpRequest, code: str, unit: str) -> HttpResponseBase:
    """A subject's results across the years, with those of the provinces it was made of."""
    subject = find_subject(unit)
    if subject is None:
        raise Http404
    asked = asked_of(request, code)
    lineage = lineage_of(subject)
    years = years_of(
        code, viewer=request.user, node=asked.node, kind=asked.kind, subjects=lineage.members
    )
    order = {address_of(each): place for place, each in enumerate(lineage.members)}
    years.series.sort(key=lambda each: order[address_of(each.subject)])
    rows = _year_rows(years, asked)
    if kind := export_format(request):
        return _export_rows(kind, f"{code}-{subject.code}", rows)
    form = NodeForm(request.GET, asked=asked)
    context = {
        "subject": subject,
        "subject_words": subject_words(subject),
        "unit": unit,
        "period": request.GET.get("period", ""),
        "merged": len(lineage.members) > 1 and isinstance(lineage.members[0], AdminUnit),
        "rows": rows,
        "computed_any": any(row.computed for row in rows),
        "form": form,
        "tab": "years",
        **common(years, asked),
        **charts(years, asked, years.series),
    }
    return render(request, "scorecards/card_years.html", context)


@dataclass(frozen=True, slots=True)
class YearRow:
    """A subject's values of one period: what was published and what was computed beside it, and how
    it stands to the one before."""

    place: Place
    series: Series
    published: Value | None
    computed: Value | None
    change: Change | None
    most: Decimal | None

    @property
    def name(self) -> str:
        return subject_words(self.series.subject)

    @property
    def period(self) -> str:
        return period_words(self.place.period)

    @property
    def method(self) -> str:
        return short_method(None, self.place.method)

    @property
    def shown(self) -> str:
        return value_words(self.published.points if self.published else None, self.most)

    @property
    def computed_shown(self) -> str:
        return value_words(self.computed.points if self.computed else None, self.most)

    @property
    def against(self) -> str:
        """What it is compared with, or cannot be."""
        if self.change is None:
            return ""
        said = (
            _("not comparable with %(period)s")
            if self.change.not_comparable
            else _("against %(period)s")
        )
        return said % {"period": self.change.before.period}

    @property
    def change_shown(self) -> str:
        return change_words(self.change, self.most)


def _year_rows(years: Years, asked: Asked) -> list[YearRow]:
    """The newest first; within a year in the order of the series."""
    rows = []
    for series in years.series:
        changes = years.changes(series)
        for place in series.places:
            held = series.published.get(place), series.computed.get(place)
            most = next((each.max for each in held if each and each.max), None) or asked.most
            rows.append(YearRow(place, series, *held, changes.get(place), most))
    rows.sort(key=lambda row: row.place, reverse=True)
    return rows


def _export_rows(kind: str, name: str, rows: Sequence[YearRow]) -> HttpResponseBase:
    headers = [
        _("Period"), _("Method"), _("Code"), _("Subject"), _("Published value"),
        _("Published rank"), _("Computed here"), _("Rank among those computed"),
        _("Compared"), _("Change"), _("Places won"), _("Source"), _("Published on"),
    ]  # fmt: skip
    return export(kind, f"qua-cac-nam-{name}".replace(":", "-"), headers, map(_row_cells, rows))


def _row_cells(row: YearRow) -> list[Any]:
    published, computed = row.published, row.computed
    return [
        row.place.period, row.place.method, row.series.subject.code, row.name,
        *((published.points, published.rank) if published else (None, None)),
        *((computed.points, computed.rank) if computed else (None, None)),
        row.against, row.change_shown, row.change.places if row.change else None,
        *((published.source, published.published_on) if published else (None, None)),
    ]  # fmt: skip


# All subjects -------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Cell:
    """A value in the table of all, `broken` where it cannot be compared with the one before."""

    head: str
    shown: str
    rank: int | None
    change: str
    better: bool | None
    broken: bool
    computed: bool


def index_years(request: HttpRequest, code: str) -> HttpResponseBase:
    """All subjects of an index by year; a subject's row opens to its own page."""
    asked = asked_of(request, code)
    years = years_of(code, viewer=request.user, node=asked.node, kind=asked.kind)
    form = SubjectsForm(request.GET, asked=asked, series=years.series)
    chosen = form.apply(years.series)
    ranks = form.cleaned_data.get("show") == "rank"
    places = years.places
    rows, sort = sort_rows(chosen, request, _sort_keys(years, ranks), "standing")
    if kind := export_format(request):
        return _export_table(kind, code, years, rows)
    page = paginate(request, rows)
    broken = {each.at: each for each in years.breaks}
    computed = {place for place in places if not any(place in s.published for s in years.series)}
    drawn = chosen if len(chosen) <= MOST_LINES else _own(years)[:MOST_LINES]
    context = {
        "page": page,
        "form": form,
        "sort": sort,
        "total": len(years.series),
        "ranks": ranks,
        "heads": [_head(place, broken.get(place), place in computed) for place in places],
        "rows": [
            (each, _cells(years, each, places, broken, computed, asked, ranks)) for each in page
        ],
        "tab": "years",
        "drawn_own": len(chosen) > MOST_LINES,
        "most_lines": MOST_LINES,
        **common(years, asked),
        **charts(years, asked, drawn),
    }
    context["rows"] = [
        {"name": subject_words(each.subject), "address": address_of(each.subject), "cells": cells}
        for each, cells in context["rows"]
    ]
    return render(request, "scorecards/index_years.html", context)


def _sort_keys(years: Years, ranks: bool) -> dict[str, Any]:
    """By name, by any period, or as first shown: by rank in the newest period that ranks most."""
    places = years.places
    held = {place: sum(each.at(place) is not None for each in years.series) for place in places}
    fullest = max(places, key=lambda place: (held[place], place), default=None)

    def standing(each: Series) -> int | None:
        value = each.at(fullest) if fullest else None
        return value.rank if value else None

    keys: dict[str, Any] = {
        "name": lambda each: fold(subject_words(each.subject)),
        "standing": standing,
    }

    def value_at(place: Place) -> Any:
        def key(each: Series) -> Decimal | int | None:
            value = each.at(place)
            if value is None:
                return None
            return value.rank if ranks else value.points

        return key

    for place in places:
        keys[_key(place)] = value_at(place)
    return keys


def _key(place: Place) -> str:
    return f"{place.period}.{place.method}"


def _head(place: Place, broken: Break | None, computed: bool) -> dict[str, Any]:
    said = f"{place.period} · {short_method(None, place.method)}"
    return {
        "words": " · ".join([said, *([_("computed here")] if computed else [])]),
        "key": _key(place),
        "broken": bool(broken),
    }


def _cells(
    years: Years,
    series: Series,
    places: Sequence[Place],
    broken: Mapping[Place, Break],
    computed: Collection[Place],
    asked: Asked,
    ranks: bool,
) -> list[Cell]:
    changes = years.changes(series)
    found: list[Cell] = []
    for place in places:
        value, head = series.at(place), f"{place.period} · {short_method(None, place.method)}"
        if value is None:
            found.append(Cell(head, "–", None, "", None, place in broken, False))
            continue
        most = value.max or asked.most
        change = changes.get(place)
        won = change.places if change and ranks else None
        gained = change.points if change and not ranks else None
        shown = value_words(value.points, most)
        if ranks:
            shown = number(value.rank)
        elif value.points is None and value.rank is not None:
            shown = ""  # the rank alone was published
        delta = "" if not change or change.not_comparable else _delta(gained, won, most)
        sign = won if ranks else gained
        found.append(
            Cell(
                head,
                shown,
                None if ranks else value.rank,
                delta,
                None if not sign else sign > 0,
                place in broken,
                value.computed and place not in computed,
            )
        )
    return found


def _delta(gained: Decimal | None, won: int | None, most: Decimal | None) -> str:
    """How much up or down; the arrow is drawn beside it."""
    if won is not None:
        return number(abs(won)) if won else ""
    return fixed(abs(gained), places_of(most)) if gained else ""


def _own(years: Years) -> list[Series]:
    """The series of the installation's own province: those it was made of and itself."""
    body = Organisation.objects.filter(kind="province").select_related("unit").first()
    if body is None:
        return []
    wanted = {address_of(each) for each in lineage_of(body).members}
    return [each for each in years.series if address_of(each.subject) in wanted]


def _export_table(kind: str, code: str, years: Years, rows: Sequence[Series]) -> HttpResponseBase:
    headers = [_("Code"), _("Subject")]
    for place in years.places:
        about = {"period": place.period, "method": place.method}
        headers += [
            _("%(period)s (%(method)s): value") % about,
            _("%(period)s (%(method)s): rank") % about,
        ]
    cells = []
    for each in rows:
        line: list[Any] = [each.subject.code, subject_words(each.subject)]
        for place in years.places:
            value = each.at(place)
            line += [value.points, value.rank] if value else [None, None]
        cells.append(line)
    return export(kind, f"qua-cac-nam-{code}", headers, cells)
