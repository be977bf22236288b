"""A figure opened: on its page down to rows and files, and the list of the facts behind it."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime
from typing import Any
from urllib.parse import urlencode

from django.core.paginator import Page, Paginator
from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from cotmoc.analytics.facts_lookup import find_fact, stream_facts
from cotmoc.analytics.lake import LakeError
from cotmoc.apps.measurement import changes, facts, provenance, queries
from cotmoc.apps.measurement.catalogue import fact_tables
from cotmoc.apps.measurement.explanation import FactRow, Facts
from cotmoc.apps.measurement.facts import Opening
from cotmoc.apps.measurement.models import Basis, Difference, Figure
from cotmoc.apps.orgs.models import OrganisationKind
from cotmoc.indicators.facts import Column
from cotmoc.ui import formats
from cotmoc.ui.export import export, export_format

OBSERVATIONS_SHOWN = 20
FACTS_SHOWN = 6
FACTS_PER_PAGE = 50
# A spreadsheet of more is of no use to anybody; a shorter period or one body's figure is.
EXPORTED_AT_MOST = 200_000
_TOO_LARGE = 413


def figure(request: HttpRequest, indicator: str, unit: str, period: str) -> HttpResponseBase:
    """The current figure by its reference."""
    return _figure_page(request, _found(request, f"{indicator}/{unit}/{period}"))


def figure_by_id(request: HttpRequest, pk: int) -> HttpResponseBase:
    """A figure by its number, also one that was superseded."""
    return _figure_page(request, _found(request, str(pk)))


def _found(request: HttpRequest, ref: str) -> Figure:
    try:
        return provenance.find_figure(ref, viewer=request.user)
    except Figure.DoesNotExist:
        raise Http404 from None


def _figure_page(request: HttpRequest, found: Figure) -> HttpResponseBase:
    """Formula, members or components, observations or facts, sources, what changed and why."""
    number = page_number(request)
    definition = found.indicator.definition
    opening = facts.open_figure(found, viewer=request.user, definition=definition)
    shown = FACTS_SHOWN if opening else OBSERVATIONS_SHOWN
    explanation = provenance.explain(
        found,
        viewer=request.user,
        limit=shown,
        offset=0 if opening else shown * (number - 1),
        part=request.GET.get("part", ""),
    )
    change = explanation.change
    context = {
        "figure": found,
        "indicator": found.indicator,
        "explanation": explanation,
        "english": get_language() == "en",
        "page": Paginator(range(explanation.observations.total), shown).get_page(number),
        "kinds": dict(OrganisationKind.choices),
        "previous": queries.figure_before(found, viewer=request.user),
        "reasons": [changes.REASON_WORDS[each] for each in change.reasons] if change else [],
        "before_basis": Basis(change.before.basis).label if change else "",
        "difference": _difference(found) if opening else None,
    }
    if opening and explanation.facts:
        columns = facts.columns_shown(opening.scope, narrow=True)
        context |= facts_context(found, explanation.facts, columns, narrow=True)
    return render(request, "measurement/figure.html", context)


def _difference(found: Figure) -> Difference | None:
    return Difference.objects.filter(
        indicator__code=found.indicator.code,
        organisation=found.organisation_id,
        period=found.period,
    ).first()


def behind(request: HttpRequest, pk: int) -> HttpResponseBase:
    """All facts behind a part of a figure that the reader may see, in pages or as a file."""
    found = _found(request, str(pk))
    opening = facts.open_figure(found, viewer=request.user)
    context: dict[str, Any] = {"figure": found, "indicator": found.indicator}
    if opening is None:
        return render(request, "measurement/facts.html", context)
    part = opening.chosen(request.GET.get("part", ""), request.GET.get("aggregate", ""))
    sort = _sort(request, opening)
    number = page_number(request)
    shown = facts.opened(opening, part, FACTS_PER_PAGE, FACTS_PER_PAGE * (number - 1), sort)
    page = _page(shown, number)
    if page.number != number:  # beyond the last page the last one is shown
        offset = FACTS_PER_PAGE * (page.number - 1)
        shown = facts.opened(opening, part, FACTS_PER_PAGE, offset, sort)
    kind = export_format(request)
    if kind and shown.total <= EXPORTED_AT_MOST and not shown.problem:
        name = f"ho-so-{found.indicator.code}-{found.organisation.code}-{found.period}"
        rows = _exported(opening, stream_facts(opening.scope, part, sort))
        return export(kind, name.replace(":", "-"), _headers(opening), rows)
    columns = facts.columns_shown(opening.scope)
    context |= facts_context(found, shown, columns, sort=sort) | {
        "opening": opening,
        "page": page,
        "aggregates": opening.aggregates(part.name),
        "fact": _one_fact(request, opening),
        "too_many": shown.total > EXPORTED_AT_MOST,
        "at_most": EXPORTED_AT_MOST,
    }
    status = _TOO_LARGE if kind else 200
    return render(request, "measurement/facts.html", context, status=status)


def facts_context(
    figure: Figure,
    shown: Facts,
    columns: Sequence[Column],
    *,
    sort: str = "",
    narrow: bool = False,
) -> dict[str, Any]:
    """What the table of facts needs: titles, cells, and where each fact opens. `narrow`: times as
    days alone, the body below the first cell."""
    body = fact_tables()[shown.table].body
    if narrow:
        columns = [each for each in columns if each.name != body]
    language = get_language() or "vi"
    address = reverse("figure-facts", args=[figure.pk])
    return {
        "facts": shown,
        "sort": sort,
        "parts": [
            {
                "code": each.part,
                "words": facts.PART_WORDS[each.part],
                "total": each.total,
                "current": each.part == shown.part,
                "url": f"{address}?{urlencode({'part': each.part})}",
            }
            for each in shown.parts
        ],
        "columns": [(each.name, each.title.get(language, each.name)) for each in columns],
        "rows": [
            {
                "fact": row,
                "sub": row.body_name if narrow else "",
                "cells": [
                    (title, cell(row, each, narrow)) for each, title in _titled(columns, language)
                ],
                "url": f"{address}?{urlencode(_place(row, shown))}#fact",
            }
            for row in shown.rows
        ],
    }


def _titled(columns: Sequence[Column], language: str) -> Iterator[tuple[Column, str]]:
    return ((each, each.title.get(language, each.name)) for each in columns)


def _place(row: FactRow, shown: Facts) -> dict[str, Any]:
    return {"part": shown.part, "import": row.import_no, "line": row.line}


def cell(row: FactRow, column: Column, days: bool = False) -> str:
    """A value as people read it; the body by its name."""
    value = row.cells.get(column.name)
    if value == row.body and column.type == "text":
        return row.body_name
    match value:
        case None:
            return "–"
        case bool():
            return _("yes") if value else _("no")
        case datetime():
            day = formats.day(value.date())
            return day if days else f"{value:%H:%M}, {day}"
        case date():
            return formats.day(value)
        case str():
            return value
        case _:
            return formats.number(value)


def page_number(request: HttpRequest) -> int:
    """The page asked for; 1 for anything that is no page."""
    asked = request.GET.get("page", "1")
    if not asked.isascii() or not asked.isdecimal() or len(asked) > 6:
        return 1
    return max(1, int(asked))


def _page(shown: Facts, number: int) -> Page[int]:
    return Paginator(range(shown.total), FACTS_PER_PAGE).get_page(number)


def _sort(request: HttpRequest, opening: Opening) -> str:
    asked = request.GET.get("sort", "")
    return asked if asked.removeprefix("-") in opening.scope.table.columns else ""


def _one_fact(request: HttpRequest, opening: Opening) -> dict[str, Any] | None:
    """The fact of an import and line, whole, with what is known of its import."""
    place = request.GET.get("import", ""), request.GET.get("line", "")
    if not all(each.isascii() and each.isdecimal() and len(each) < 10 for each in place):
        return None
    try:
        row = find_fact(opening.scope, int(place[0]), int(place[1]))
    except LakeError:
        return None
    if row is None:
        raise Http404
    (found,) = facts.with_origin(opening.scope, [row])
    language = get_language() or "vi"
    columns = list(opening.scope.table.columns.values())
    return {
        "row": found,
        "cells": [(title, cell(found, each)) for each, title in _titled(columns, language)],
    }


def _headers(opening: Opening) -> list[str]:
    language = get_language() or "vi"
    titles = [title for _column, title in _titled(_all(opening), language)]
    return [*titles, _("Name of the organisation"), _("Import"), _("File"), _("Line"), _("Label")]


def _exported(opening: Opening, rows: Iterable[dict[str, Any]]) -> Iterator[list[Any]]:
    """Rows of a file, read from the lake as they are written; a body's name is looked up once."""
    notes = {note.number: note for note in opening.scope.dataset.manifest().imports}
    names: dict[str, str] = {}
    body_column, columns = opening.scope.table.body, _all(opening)
    for row in rows:
        body = row[body_column]
        if body not in names:
            names |= {body: body} | facts.body_names({body})
        note = notes.get(row["import_no"])
        yield [
            *(row[each.name] for each in columns),
            names[body],
            row["import_no"],
            note.file if note else "",
            row["line"],
            _("illustration") if note and note.label else "",
        ]


def _all(opening: Opening) -> list[Column]:
    return list(opening.scope.table.columns.values())
