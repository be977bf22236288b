"""A scorecard at the end of the year."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _

from cotmoc.apps.measurement.models import period_words
from cotmoc.apps.measurement.queries import calendars
from cotmoc.apps.orgs.models import Organisation
from cotmoc.apps.scorecards.models import IndexVersion
from cotmoc.apps.scorecards.opening import open_card_of
from cotmoc.apps.scorecards.queries import cards, method_for
from cotmoc.apps.scorecards.tomorrow.forecasting import CardAhead, LeafAhead, TotalAhead, card_ahead
from cotmoc.core.calendars import CalendarError
from cotmoc.core.text import fold
from cotmoc.ui.export import export, export_format
from cotmoc.ui.formats import fixed, in_language
from cotmoc.ui.listing import sort_rows


@dataclass(frozen=True, slots=True)
class Read:
    """What a leaf reads, as it is expected to stand at the end of the year."""

    code: str
    name: str
    expected: Decimal
    unit: str
    short: bool


@dataclass(frozen=True, slots=True)
class Row:
    """A leaf as the table shows it."""

    ahead: LeafAhead
    name: str
    reads: tuple[Read, ...]


SORT_KEYS = {
    "name": lambda each: fold(each.name),
    "max": lambda each: each.ahead.leaf.max,
    "now": lambda each: each.ahead.now,
    "expected": lambda each: each.ahead.expected,
    "lost": lambda each: each.ahead.lost,
}


def forecast(request: HttpRequest, code: str, unit: str) -> HttpResponseBase:
    """What the year will bring, leaf by leaf, the most points lost first."""
    body = get_object_or_404(Organisation, code=unit)
    try:
        index = method_for(code, method=request.GET.get("method", ""))
    except IndexVersion.DoesNotExist as error:
        raise Http404 from error
    period = _asked(request.GET.get("period", "")) or _latest(index, body, request.user)
    if not period:
        opened = open_card_of(code, unit, request.GET, viewer=request.user)
        return render(request, "scorecards/no_card.html", opened.context("forecast"))
    ahead = card_ahead(index, body, _year(period), viewer=request.user)
    rows, sort = sort_rows([_row(each) for each in ahead.leaves], request, SORT_KEYS, "-lost")
    if kind := export_format(request):
        return export(kind, f"du-bao-{code}-{unit}-{ahead.year}", *_export(rows))
    return render(
        request,
        "scorecards/forecast.html",
        {
            "index": index,
            "unit": unit,
            "period": period,
            "period_words": period_words(period) if period else "",
            "tab": "forecast",
            "body": body,
            "ahead": ahead,
            "rows": rows,
            "sort": sort,
            "covered": _covered(ahead),
            "all_short": all(read.short for row in rows for read in row.reads),
            **_drawn(ahead.total),
        },
    )


def _row(each: LeafAhead) -> Row:
    reads = [
        Read(
            read.indicator.code,
            read.indicator.name,
            Decimal(str(round(read.outlook.expected, 2))),
            read.indicator.unit,
            read.outlook.short,
        )
        for read in each.reads
        if read.outlook
    ]
    name = in_language(each.leaf.name)
    return Row(each, name, tuple(reads))


def _latest(index: IndexVersion, body: Organisation, viewer: object) -> str:
    found = cards(index, viewer=viewer).filter(organisation=body).order_by("-period_end").first()
    return found.period if found else ""


def _asked(period: str) -> str:
    """The period of the address where it is one: as on the card's other pages, the newest else."""
    try:
        calendars().parse(period)
    except (ValueError, CalendarError):
        return ""
    return period


def _year(period: str) -> int:
    return calendars().parse(period).last_day.year


def _covered(ahead: CardAhead) -> tuple[int, int]:
    """How many leaves could be forecast, of how many."""
    return sum(each.expected is not None for each in ahead.leaves), len(ahead.leaves)


def _drawn(total: TotalAhead | None) -> dict[str, Any]:
    if total is None:
        return {"places": [], "lines": []}
    months = [(period, value, "known") for period, value in total.months[-24:]]
    path = [
        (period, Decimal(str(round(value, 2))), "expected")
        for period, value in zip(total.to_come, total.outlook.path, strict=False)
    ]
    drawn = [*months, *path]
    lines = [
        {
            "label": _("computed, then expected"),
            "points": [
                {
                    "value": value,
                    "sure": sure,
                    "title": f"{period_words(period.code)}: {fixed(value)}",
                }
                for period, value, sure in drawn
            ],
        }
    ]
    for label, bound in (
        (_("lower bound"), total.outlook.path_low),
        (_("upper bound"), total.outlook.path_high),
    ):
        if bound:
            values = [Decimal(str(round(value, 2))) for value in bound]
            points: list[dict[str, Any]] = [{"value": None} for _month in months]
            points += [{"value": value, "sure": "expected"} for value in values]
            lines.append({"label": label, "points": points})
    return {
        "places": [f"{period.last_day.month}/{period.last_day.year}" for period, *_rest in drawn],
        "lines": lines,
    }


def _export(rows: list[Row]) -> tuple[list[str], list[list[Any]]]:
    head = [_("Leaf"), _("Code"), _("Maximum"), _("Latest month"), _("Expected points"), _("Lost")]
    return head, [
        [row.name, row.ahead.leaf.code, row.ahead.leaf.max, *_points(row.ahead)] for row in rows
    ]


def _points(ahead: LeafAhead) -> tuple[Decimal | None, ...]:
    return ahead.now, ahead.expected, ahead.lost
