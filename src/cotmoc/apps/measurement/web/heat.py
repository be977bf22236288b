"""Bodies by indicators: one table that shows who stands where."""

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django import forms
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cotmoc.apps.measurement import queries
from cotmoc.apps.measurement.models import IndicatorVersion, period_words
from cotmoc.apps.measurement.ports import targets
from cotmoc.apps.measurement.rules import ranks
from cotmoc.apps.measurement.web import words
from cotmoc.apps.orgs.models import Organisation, OrganisationKind
from cotmoc.core.text import fold
from cotmoc.ui.export import export, export_format

COLUMNS = 12
QUARTERS = 4
AMOUNTS = ("count", "VND")
PLANNED, ALL = "planned", "all"
GROUPS = (
    (PLANNED, gettext_lazy("of the plan's targets")),
    *((code, name) for code, name in words.PATHS.items()),
    (ALL, gettext_lazy("all")),
)
SHOWN = (("value", gettext_lazy("value")), ("rank", gettext_lazy("rank")))
MEMBERS = (
    (OrganisationKind.COMMUNE.value, gettext_lazy("communes")),
    (OrganisationKind.DEPARTMENT.value, gettext_lazy("departments")),
)


class HeatForm(forms.Form):
    """What the table is made of."""

    q = forms.CharField(
        label=gettext_lazy("Search"),
        required=False,
        max_length=80,
        widget=forms.TextInput(attrs={"type": "search"}),
    )
    kind = forms.ChoiceField(label=gettext_lazy("Bodies"), required=False, choices=MEMBERS)
    group = forms.ChoiceField(label=gettext_lazy("Indicators"), required=False, choices=GROUPS)
    period = forms.ChoiceField(label=gettext_lazy("Period"), required=False)
    show = forms.ChoiceField(label=gettext_lazy("In the cells"), required=False, choices=SHOWN)

    def __init__(self, *args: Any, periods: Sequence[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["period"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [(code, period_words(code)) for code in periods]


@dataclass(frozen=True, slots=True)
class HeatCell:
    """One figure: what stands in the cell, its rank, and the quarter of the ranking (0 worst)."""

    value: Decimal | None
    shown: str
    rank: int | None
    quarter: int | None
    css: str
    status: str


@dataclass(frozen=True, slots=True)
class HeatRow:
    """A body and its cells, one for each indicator."""

    body: Organisation
    cells: list[HeatCell]


def quarters(values: Sequence[Decimal | None], direction: str) -> list[int | None]:
    """The quarter of the ranking each value is in, 0 the worst to 3 the best; equal values share
    one. Fewer than four values, or all the same, make no quarters.

    >>> quarters([Decimal(1), Decimal(2), None, Decimal(3), Decimal(4)], "up")
    [0, 1, None, 2, 3]
    """
    present = sorted(value for value in values if value is not None)
    if len(present) < QUARTERS or present[0] == present[-1]:
        return [None] * len(values)
    found: list[int | None] = []
    for value in values:
        if value is None:
            found.append(None)
            continue
        below = bisect_left(present, value)
        same = present[below:].count(value)
        middle = below + (same - 1) / 2
        quarter = min(QUARTERS - 1, int(QUARTERS * middle / len(present)))
        found.append(quarter if direction == "up" else QUARTERS - 1 - quarter)
    return found


def heat(request: HttpRequest) -> HttpResponseBase:
    """Members of the province against indicators, coloured by their place among each other."""
    body = queries.own_body()
    viewer = request.user
    periods = queries.periods_of(body, viewer=viewer) if body else {}
    form = HeatForm(request.GET, periods=list(periods))
    form.is_valid()
    chosen = form.cleaned_data
    kind = chosen.get("kind") or OrganisationKind.COMMUNE.value
    period = chosen.get("period") or queries.period_to_show(periods)
    group = chosen.get("group") or PLANNED
    show = chosen.get("show") or "value"
    columns: list[IndicatorVersion] = []
    rows: list[HeatRow] = []
    start, total = 0, 0
    sort = request.GET.get("sort", "name")
    if body is not None and period:
        coverage = queries.coverage_of_indicators(body, period, kind, viewer=viewer)
        known = _of_group(group, coverage, viewer)
        total = len(known)
        start = _start(request, total)
        columns = known[start : start + COLUMNS]
        rows = _rows(columns, body, period, kind, chosen.get("q") or "", show, viewer)
        rows, sort = _sorted(rows, columns, sort)
    if kind_of_file := export_format(request):
        return export(
            kind_of_file, f"bang-nhiet-{period}".replace(":", "-"), *_export(columns, rows)
        )
    return render(
        request,
        "measurement/heat.html",
        {
            "form": form,
            "body": body,
            "columns": columns,
            "rows": rows,
            "sort": sort,
            "period": period,
            "period_words": period_words(period) if period else "",
            "show": show,
            "first": start + 1,
            "last": start + len(columns),
            "total": total,
            "before": None if start == 0 else max(0, start - COLUMNS),
            "after": start + COLUMNS if start + COLUMNS < total else None,
            "amounts": any(row.unit in AMOUNTS for row in columns),
            "absent": sum(cell.css == "absent" for row in rows for cell in row.cells),
        },
    )


def _of_group(group: str, coverage: dict[str, int], viewer: object) -> list[IndicatorVersion]:
    """Indicators of a group that some member has, those of most members first; the plan's in the
    order of its text. Without any planned one, all."""
    rows = {row.code: row for row in queries.catalogue() if row.code in coverage}
    if group == PLANNED:
        planned = [rows[code] for code in targets().bound(viewer=viewer) if code in rows]
        if planned:
            return planned
        group = ALL
    found = [row for row in rows.values() if group in (ALL, words.path_of(row.content))]
    return sorted(found, key=lambda row: (-coverage[row.code], row.name))


def _start(request: HttpRequest, total: int) -> int:
    asked = request.GET.get("from", "0")
    number = int(asked) if asked.isascii() and asked.isdecimal() and len(asked) < 5 else 0
    return number if number < total else 0


def _rows(
    columns: Sequence[IndicatorVersion],
    body: Organisation,
    period: str,
    kind: str,
    text: str,
    show: str,
    viewer: object,
) -> list[HeatRow]:
    members = list(Organisation.objects.filter(parent=body, kind=kind).order_by("code"))
    found = queries.cells([row.code for row in columns], body, period, kind, viewer=viewer)
    by_column = [_column(row, members, found, show) for row in columns]
    rows = [
        HeatRow(member, [column[place] for column in by_column])
        for place, member in enumerate(members)
    ]
    wanted = fold(text).split()
    return [row for row in rows if all(word in row.body.search for word in wanted)]


def _column(
    row: IndicatorVersion,
    members: Sequence[Organisation],
    found: dict[tuple[int, str], queries.Cell],
    show: str,
) -> list[HeatCell]:
    held = [found.get((member.pk, row.code)) for member in members]
    values = [cell.value if cell else None for cell in held]
    places = ranks(values, row.direction)
    # An amount says how much a body has to do, not how well it does it.
    amount = row.unit in AMOUNTS
    bands = [None] * len(values) if amount else quarters(values, row.direction)
    absent = words.status_words("no_data")
    cells = []
    for cell, value, place, band in zip(held, values, places, bands, strict=True):
        status = cell.status if cell else "no_data"
        if value is None:
            said = words.status_words(status) if cell else absent
            cells.append(HeatCell(None, said, None, None, "absent", status))
            continue
        said = str(place) if show == "rank" else words.shown(value, row.unit)
        css = "none" if band is None else str(band)
        cells.append(HeatCell(value, said, place, band, css, status))
    return cells


def _sorted(
    rows: list[HeatRow], columns: Sequence[IndicatorVersion], asked: str
) -> tuple[list[HeatRow], str]:
    """By name, or by an indicator's value; bodies without it come last either way."""
    name = asked.removeprefix("-")
    codes = [row.code for row in columns]
    if name not in codes:
        down = asked == "-name"
        ordered = sorted(rows, key=lambda row: fold(row.body.short_name), reverse=down)
        return ordered, "-name" if down else "name"
    place = codes.index(name)
    there = [row for row in rows if row.cells[place].value is not None]
    rest = [row for row in rows if row.cells[place].value is None]
    there.sort(key=lambda row: row.cells[place].value or Decimal(0), reverse=asked[:1] == "-")
    return there + rest, asked


def _export(
    columns: Sequence[IndicatorVersion], rows: Sequence[HeatRow]
) -> tuple[list[str], list[list[Any]]]:
    headers = [_("Code"), _("Organisation")]
    for row in columns:
        name = f"{row.name} ({row.unit})"
        headers += [name, _("%(name)s: rank") % {"name": row.name}]
    return headers, [
        [
            row.body.code,
            row.body.name,
            *(
                part
                for cell in row.cells
                for part in (cell.shown if cell.value is None else cell.value, cell.rank)
            ),
        ]
        for row in rows
    ]
