"""The catalogue of indicators, and one indicator: what it means and how it went."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from django import forms
from django.http import Http404, HttpRequest, QueryDict
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils import timezone
from django.utils.functional import lazy
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cotmoc.analytics.closure import ShareRule
from cotmoc.analytics.merging import MergeRule
from cotmoc.apps.measurement import queries
from cotmoc.apps.measurement.catalogue import calendars
from cotmoc.apps.measurement.models import Figure, IndicatorVersion, period_words
from cotmoc.apps.measurement.ports import TargetLine, targets
from cotmoc.apps.measurement.series import (
    MOST_ROWS_AT_ONCE,
    NotPreparedError,
    Point,
    Subject,
    divided_parts,
    find_subject,
    last_day_of_data,
    series,
    subject_of,
    usual_periods,
)
from cotmoc.apps.measurement.web import words
from cotmoc.apps.measurement.worked import example_of, paths_of
from cotmoc.apps.orgs.models import AdminUnit, Organisation, OrganisationKind
from cotmoc.apps.orgs.queries.closure import looked_at_once, parts_of_units
from cotmoc.core.calendars import Calendar
from cotmoc.core.periods import CIVIL, Period, join_code
from cotmoc.core.text import fold
from cotmoc.indicators import syntax
from cotmoc.indicators.definitions import MEASURE_UNITS, Definition
from cotmoc.ui.export import export, export_format
from cotmoc.ui.formats import in_language, measure, unit_word
from cotmoc.ui.listing import paginate, sort_rows

ANY = [("", gettext_lazy("all"))]
SIDE_BY_SIDE = "both"
_DECREE = "nd09"
_PARTS_NAMED = 8
_FEWEST = 4


lazy_unit_word = lazy(unit_word, str)


class CatalogueFilters(forms.Form):
    """What the catalogue can be narrowed by."""

    q = forms.CharField(
        label=gettext_lazy("Search"),
        required=False,
        max_length=80,
        widget=forms.TextInput(attrs={"type": "search"}),
    )
    path = forms.ChoiceField(
        label=gettext_lazy("Computed"), required=False, choices=[*ANY, *words.PATHS.items()]
    )
    unit = forms.ChoiceField(
        label=gettext_lazy("Unit"),
        required=False,
        choices=[*ANY, *((unit, lazy_unit_word(unit)) for unit in MEASURE_UNITS)],
    )
    owner = forms.ChoiceField(label=gettext_lazy("Owner"), required=False)

    def __init__(self, *args: Any, owners: list[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["owner"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [*ANY, *((owner, owner) for owner in owners)]


@dataclass(frozen=True, slots=True)
class CatalogueRow:
    """An indicator of the catalogue with its newest value for the province."""

    row: IndicatorVersion
    path: str
    path_words: str
    figure: Figure | None

    @property
    def shown(self) -> str:
        return words.shown(self.figure.value, self.row.unit) if self.figure else ""


_SORTS = {
    "name": lambda each: fold(each.row.name),
    "unit": lambda each: (each.row.unit, fold(each.row.name)),
    "owner": lambda each: (fold(each.row.owner), fold(each.row.name)),
    "path": lambda each: (each.path, fold(each.row.name)),
    "period": lambda each: each.figure.period_end if each.figure else None,
}


def indicators(request: HttpRequest) -> HttpResponseBase:
    """The catalogue: what is measured, by which path, with the province's newest value."""
    rows = list(queries.catalogue())
    owners = sorted({row.owner for row in rows}, key=fold)
    form = CatalogueFilters(request.GET, owners=owners)
    form.is_valid()
    body = queries.own_body()
    latest = queries.latest_values(body, viewer=request.user) if body else {}
    found = [
        CatalogueRow(
            row, words.path_of(row.content), words.path_words(row.content), latest.get(row.code)
        )
        for row in rows
    ]
    found = [each for each in found if _matches(each, form.cleaned_data)]
    found, sort = sort_rows(found, request, _SORTS, "name")
    if kind := export_format(request):
        return export(kind, "danh-muc-chi-so", *_export_catalogue(found))
    return render(
        request,
        "measurement/indicators.html",
        {
            "form": form,
            "page": paginate(request, found),
            "sort": sort,
            "total": len(rows),
            "measured": sum(row.code in latest for row in rows),
            "body": body,
        },
    )


def _matches(each: CatalogueRow, chosen: dict[str, Any]) -> bool:
    return (
        all(word in each.row.search for word in fold(chosen.get("q") or "").split())
        and chosen.get("unit") in ("", None, each.row.unit)
        and chosen.get("path") in ("", None, each.path)
        and chosen.get("owner") in ("", None, each.row.owner)
    )


def _export_catalogue(found: list[CatalogueRow]) -> tuple[list[str], Any]:
    headers = [
        _("Code"), _("Name"), _("Unit"), _("Computed"), _("Value"), _("Period"), _("Owner"),
        _("Legal source"), _("Version"),
    ]  # fmt: skip
    return headers, (
        [
            each.row.code,
            each.row.name,
            each.row.unit,
            each.path_words,
            each.figure.value if each.figure else None,
            each.figure.period if each.figure else None,
            each.row.owner,
            each.row.legal_source,
            each.row.version,
        ]
        for each in found
    )


# One indicator ---------------------------------------------------------------------------------


class SeriesForm(forms.Form):
    """What a series is drawn by. Whatever cannot be read falls back to what is usual."""

    body = forms.CharField(
        label=gettext_lazy("Body"), required=False, max_length=60, widget=forms.Select
    )
    on = forms.DateField(
        label=gettext_lazy("On the units of"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )
    rule = forms.ChoiceField(
        label=gettext_lazy("Divided units"),
        required=False,
        choices=[(rule.value, word) for rule, word in words.SHARE_RULES.items()],
    )
    merge = forms.ChoiceField(
        label=gettext_lazy("Merged units"),
        required=False,
        choices=[(rule.value, word) for rule, word in words.MERGE_RULES.items()],
    )


@dataclass(frozen=True, slots=True)
class PointRow:
    """A point as the table shows it."""

    point: Point
    period: str
    shown: str
    counted: tuple[Any, Any]
    status: str
    status_words: str
    reason: str
    figure: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Drawn:
    """One line of the chart: a calendar's name and its rows, the oldest first."""

    calendar: str
    name: str
    rows: list[PointRow]


@dataclass(frozen=True, slots=True)
class Choice:
    """An entry of a switch: the value it sets, its words, whether it is on."""

    value: str | None
    words: Any
    current: bool


@dataclass(slots=True)
class Asked:
    """The series a request asks for; `problems` name what could not be read."""

    body: Subject | None
    kind: str
    calendar: str
    on: date | None
    rule: ShareRule
    merge: MergeRule
    wait: bool
    problems: list[str]

    @property
    def calendars(self) -> list[str]:
        return [CIVIL, _DECREE] if self.calendar == SIDE_BY_SIDE else [self.calendar]

    @property
    def kinds(self) -> list[str]:
        known = calendars()
        sets = [known[code].kinds for code in self.calendars]
        return [kind for kind in sets[0] if all(kind in other for other in sets)]


def _asked(request: HttpRequest, form: SeriesForm) -> Asked:
    problems = []
    if not form.is_valid():
        problems = [f"{form[name].label}: {error[0]}" for name, error in form.errors.items()]
    chosen = form.cleaned_data
    code = chosen.get("body") or ""
    subject = find_subject(code)
    if subject is None:
        if code:
            problems.append(_("There is no body with the code %(code)s.") % {"code": code})
        own = queries.own_body()
        subject = subject_of(own) if own else None
    known = calendars()
    both = SIDE_BY_SIDE if CIVIL in known and _DECREE in known else CIVIL
    calendar = request.GET.get("calendar", "") or CIVIL
    if calendar not in known and calendar != both:
        problems.append(_("There is no calendar %(code)s.") % {"code": calendar[:40]})
        calendar = CIVIL
    day = chosen.get("on")
    if day is not None and not 1945 <= day.year <= 2100:
        problems.append(_("Borders are known from 1945 to 2100."))
        day = None
    asked = Asked(
        subject,
        "",
        calendar,
        day,
        ShareRule(chosen.get("rule") or ShareRule.EQUAL),
        MergeRule(chosen.get("merge") or MergeRule.SUM_OF_PARTS),
        request.GET.get("wait") == "1",
        problems,
    )
    kind = request.GET.get("kind", "")
    if kind and kind not in asked.kinds:
        problems.append(_("This calendar has no such periods: %(kind)s.") % {"kind": kind[:40]})
    asked.kind = kind if kind in asked.kinds else asked.kinds[0]
    return asked


def indicator(request: HttpRequest, code: str) -> HttpResponseBase:
    """One definition in words, and its values over time in a chosen calendar and on chosen
    borders."""
    with looked_at_once():
        return _indicator(request, code)


def _indicator(request: HttpRequest, code: str) -> HttpResponseBase:
    versions = list(IndicatorVersion.objects.filter(code=code))
    row = next((each for each in versions if each.latest), None)
    if row is None:
        raise Http404
    definition = row.definition
    data = request.GET.copy()
    for name, usual in (("rule", ShareRule.EQUAL), ("merge", MergeRule.SUM_OF_PARTS)):
        data.setdefault(name, usual.value)
    form = SeriesForm(data)
    asked = _asked(request, form)
    not_prepared = None
    drawn: list[Drawn] = []
    if asked.body is not None:
        try:
            drawn = _drawn(definition, asked, request.user)
        except NotPreparedError as problem:
            not_prepared = problem
    if kind := export_format(request):
        return export(kind, f"{code}-{asked.kind}", *_export_series(drawn, asked))
    _offer_bodies(form, asked)
    goals = targets().lines(code, asked.body.code, viewer=request.user) if asked.body else []
    context = {
        "row": row,
        "definition": definition,
        "paths": paths_of(definition),
        "references": _references(definition),
        "example": example_of(definition),
        "versions": versions,
        "form": form,
        "asked": asked,
        "drawn": drawn,
        "not_prepared": not_prepared,
        "goals": [(goal, _goal_words(goal, row.unit)) for goal in goals],
        "differences": queries.differences(indicator=code).exclude(size=0).count(),
        **_switches(asked),
        **_chart(drawn, goals, row),
        **_borders(asked, name_parts=not_prepared is None),
    }
    return render(request, "measurement/indicator.html", context)


def _drawn(definition: Definition, asked: Asked, viewer: object) -> list[Drawn]:
    assert asked.body is not None
    today = timezone.localdate()
    known = calendars()
    last = last_day_of_data(definition) or today
    usual = usual_periods(known[asked.calendars[0]], asked.kind, last)
    found = []
    for code in asked.calendars:
        periods = [_same_in(known[code], each) for each in usual]
        points = series(
            definition,
            asked.body,
            periods,
            calendar=code,
            on=asked.on,
            rule=asked.rule,
            merge_rule=asked.merge,
            viewer=viewer,
            today=today,
            patience=2**62 if asked.wait else MOST_ROWS_AT_ONCE,
        )
        rows = [_point_row(point, asked.body, definition) for point in points]
        found.append(Drawn(code, in_language(known[code].name), rows))
    return _from_first_known(found)


def _from_first_known(drawn: list[Drawn]) -> list[Drawn]:
    """Without the periods before anything was known; a few stay, so that it can be seen."""
    lengths = [len(each.rows) for each in drawn]
    if not any(row.point.value is not None for each in drawn for row in each.rows):
        return drawn
    start = min(
        next((n for n, row in enumerate(each.rows) if row.status != "no_data"), len(each.rows))
        for each in drawn
    )
    start = min(max(0, start - 1), max(0, min(lengths) - _FEWEST))
    return [Drawn(each.calendar, each.name, each.rows[start:]) for each in drawn]


def _same_in(calendar: Calendar, period: Period) -> Period:
    """The period of the same name in another calendar: side by side stands what bears one name."""
    return calendar.parse(join_code(calendar.code, period.code.rpartition(":")[2]))


def _point_row(point: Point, subject: Subject, definition: Definition) -> PointRow:
    divided = point.denominator is not None
    return PointRow(
        point,
        period_words(point.period.code.rpartition(":")[2]),
        words.shown(point.value, definition.unit) if point.value is not None else "",
        (point.numerator, point.denominator) if divided else (None, None),
        point.status,
        words.status_words(point.status),
        words.reason_words(point, subject),
        tuple(point.figure.split("/")) if point.figure else (),
    )


def _chart(drawn: list[Drawn], goals: list[TargetLine], row: IndicatorVersion) -> dict[str, Any]:
    """The lines as the kit draws them, and what a chairman would say of the newest value."""
    lines = [
        {
            "label": each.name,
            "points": [
                {
                    "value": one.point.value,
                    "sure": one.status if one.status in ("partial", "estimated") else "known",
                    "title": " · ".join(
                        filter(None, (one.period, one.shown or one.status_words, one.reason))
                    ),
                }
                for one in each.rows
            ],
        }
        for each in drawn
    ]
    goal = goals[0] if goals else None
    first = drawn[0].rows if drawn else []
    newest = next((one for one in reversed(first) if one.point.value is not None), None)
    table = [
        {"period": same[0].period, "cells": same}
        for same in zip(*(each.rows for each in drawn), strict=False)
    ]
    return {
        "places": [words.axis_words(one.point.period.code) for one in first],
        "lines": lines,
        "goal": goal,
        "goal_words": _goal_words(goal, row.unit) if goal else "",
        "newest": newest,
        "table": table[::-1],
        "counted": any(one.counted[1] is not None for each in drawn for one in each.rows),
        "any_value": any(one.point.value is not None for each in drawn for one in each.rows),
    }


def _goal_words(goal: TargetLine, unit: str) -> str:
    sign = words.COMPARATORS.get(goal.comparator, "")
    return f"{sign} {measure(goal.value, unit)}".strip()


def _switches(asked: Asked) -> dict[str, list[Choice]]:
    known = list(calendars())
    codes = {each.code for each in known}
    names = [(each.code, words.CALENDARS.get(each.code, in_language(each.name))) for each in known]
    if {CIVIL, _DECREE} <= codes:
        names.append((SIDE_BY_SIDE, _("side by side")))
    return {
        "kind_choices": [
            Choice(kind, words.KINDS.get(kind, kind), kind == asked.kind) for kind in asked.kinds
        ],
        "calendar_choices": [
            Choice(None if code == CIVIL else code, name, code == asked.calendar)
            for code, name in names
        ],
    }


def _borders(asked: Asked, *, name_parts: bool) -> dict[str, Any]:
    """What the borders in use mean, and, if asked, who counts only by a share."""
    found: dict[str, Any] = {
        "today": timezone.localdate(),
        "rule_words": words.SHARE_RULES[asked.rule],
        "merge_words": words.MERGE_RULES[asked.merge],
        "divided": [],
        "divided_more": 0,
    }
    if asked.on is None or asked.body is None or not name_parts:
        return found
    parts = divided_parts(asked.body.code, asked.on, asked.rule)
    named = parts[:_PARTS_NAMED]
    units = AdminUnit.objects.filter(key__in=[part.code for part in named])
    names = {unit.key: str(unit) for unit in units}
    found["divided"] = [
        (part.code if part.code in names else "", names.get(part.code, part.code), part.share * 100)
        for part in named
    ]
    found["divided_more"] = len(parts) - len(named)
    return found


def _offer_bodies(form: SeriesForm, asked: Asked) -> None:
    """Organisations, and the territories that the chosen one was made of."""
    groups: dict[str, list[tuple[str, str]]] = {}
    kinds = dict(OrganisationKind.choices)
    for body in Organisation.objects.order_by("code"):
        groups.setdefault(str(kinds[body.kind]), []).append((body.code, body.short_name))
    choices: list[Any] = list(groups.items())
    former = _former(asked.body)
    if former:
        choices.append((_("What it was made of"), former))
    codes = {code for _group, held in choices for code, _name in held}
    if asked.body and asked.body.code not in codes:
        choices.append((_("Chosen"), [(asked.body.code, asked.body.name)]))
    widget = form.fields["body"].widget
    assert isinstance(widget, forms.Select)
    widget.choices = choices
    if asked.body:
        data = QueryDict(mutable=True)
        data.update({name: str(value) for name, value in form.data.items()})
        data["body"] = asked.body.code
        form.data = data


def _former(body: Subject | None) -> list[tuple[str, str]]:
    if body is None or body.level not in ("province", "commune"):
        return []
    on = timezone.localdate()
    table = parts_of_units(on, body.level)
    keys = [
        each["unit"]
        for each in table.to_pylist()
        if each["target"] == body.code and each["part"] != body.code
    ]
    units = {unit.key: unit for unit in AdminUnit.objects.filter(key__in=keys)}
    return [(key, _with_life(units[key])) for key in keys if key in units]


def _with_life(unit: AdminUnit) -> str:
    if unit.valid_to is None:
        return str(unit)
    return _("%(unit)s (until %(year)s)") % {"unit": unit, "year": unit.valid_to.year}


def _references(definition: Definition) -> list[dict[str, Any]]:
    """The indicators a formula speaks of, with their names."""
    if definition.formula is None:
        return []
    found = list(dict.fromkeys(syntax.references(definition.formula)))
    rows = queries.catalogue().filter(code__in={each.code for each in found})
    names = {row.code: row.name for row in rows.defer("content")}
    said = {
        "value": _("its value in the same period"),
        "numerator": _("its numerator in the same period"),
        "denominator": _("its denominator in the same period"),
        "previous": _("its value in the period before"),
        "last_year": _("its value in the same period a year before"),
        "ytd": _("asked from the start of the calendar's year"),
        "moving": _("asked over several periods that end with this one"),
    }
    return [
        {
            "code": each.code,
            "name": names.get(each.code, each.code),
            "text": str(each),
            "words": said[each.function],
        }
        for each in found
    ]


def _export_series(drawn: list[Drawn], asked: Asked) -> tuple[list[str], Any]:
    headers = [
        _("Code"), _("Body"), _("Calendar"), _("Period"), _("From"), _("To"), _("Value"),
        _("Numerator"), _("Denominator"), _("Status"), _("Reason"), _("Borders"),
        _("Divided units"), _("Merged units"),
    ]  # fmt: skip
    body = asked.body
    rows = (
        [
            body.code if body else "",
            body.name if body else "",
            each.name,
            one.point.period.code,
            one.point.period.start,
            one.point.period.last_day,
            one.point.value,
            one.point.numerator,
            one.point.denominator,
            one.status_words,
            one.reason,
            asked.on or _("as it was"),
            str(words.SHARE_RULES[asked.rule]) if asked.on else "",
            str(words.MERGE_RULES[asked.merge]) if asked.on else "",
        ]
        for each in drawn
        for one in each.rows
    )
    return headers, rows
