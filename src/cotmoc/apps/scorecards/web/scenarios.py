"""What-if scenarios: kept, listed, compared side by side, shared, deleted."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import F, Max, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from cotmoc.apps.accounts.models import Person
from cotmoc.apps.measurement.models import period_words
from cotmoc.apps.orgs.models import Organisation
from cotmoc.apps.scorecards.models import IndexVersion, Scenario, ScoreRun
from cotmoc.apps.scorecards.queries import latest, method_for
from cotmoc.apps.scorecards.tomorrow.assuming import Assumed, Dial, dials, read_assumed
from cotmoc.apps.scorecards.tomorrow.baseline import baseline
from cotmoc.apps.scorecards.tomorrow.scenarios import (
    MOST_COMPARED,
    Draft,
    NotYoursError,
    OverwrittenError,
    Played,
    delete_scenario,
    play,
    save_scenario,
    scenarios,
    share_scenario,
)
from cotmoc.apps.scorecards.web.what_if import places_of
from cotmoc.core.text import fold
from cotmoc.indicators.indices.model import Group
from cotmoc.ui.export import export, export_format
from cotmoc.ui.formats import fixed, in_language, number
from cotmoc.ui.listing import paginate

ANY = [("", gettext_lazy("all"))]
MOST_ASSUMED = 60_000  # characters of a scenario's assumptions
ORDERS: Mapping[str, list[Any]] = {
    "name": [F("name").asc(), F("pk").asc()],
    "-name": [F("name").desc(), F("pk").desc()],
    "body": [F("organisation__short_name").asc(), F("pk").asc()],
    "-body": [F("organisation__short_name").desc(), F("pk").desc()],
    "owner": [F("owner__name").asc(), F("pk").asc()],
    "-owner": [F("owner__name").desc(), F("pk").desc()],
    "changed": [F("changed_at").asc(), F("pk").asc()],
    "-changed": [F("changed_at").desc(), F("pk").desc()],
}


class ScenarioFilters(forms.Form):
    """What the scenarios can be narrowed by."""

    q = forms.CharField(
        label=gettext_lazy("Search"),
        required=False,
        max_length=100,
        widget=forms.TextInput(attrs={"type": "search"}),
    )
    whose = forms.ChoiceField(
        label=gettext_lazy("Whose"),
        required=False,
        choices=[
            *ANY,
            ("own", gettext_lazy("my own")),
            ("shared", gettext_lazy("shared by others")),
        ],
    )

    def apply(self, found: QuerySet[Scenario], viewer: Person) -> QuerySet[Scenario]:
        """The scenarios that match; a wrong value filters nothing."""
        self.is_valid()
        for word in fold(self.cleaned_data.get("q") or "").split():
            by_name = [row.pk for row in found if word in fold(row.name)]
            by_body = found.filter(organisation__search__contains=word)
            found = found.filter(pk__in=[*by_name, *by_body.values_list("pk", flat=True)])
        whose = self.cleaned_data.get("whose")
        if whose == "own":
            return found.filter(owner=viewer)
        return found.exclude(owner=viewer) if whose == "shared" else found


@dataclass(frozen=True, slots=True)
class Row:
    """A scenario with why it may be stale."""

    scenario: Scenario
    period: str
    assumptions: int
    method: bool
    figures: bool


def listing(request: HttpRequest) -> HttpResponseBase:
    """One's own scenarios and those that others shared."""
    person = _person(request)
    visible = scenarios(viewer=person)
    form = ScenarioFilters(request.GET)
    sort = request.GET.get("sort", "")
    sort = sort if sort in ORDERS else "-changed"
    shown = form.apply(visible, person).order_by(*ORDERS[sort])
    if kind := export_format(request):
        return export(kind, "kich-ban", *_export(_rows(list(shown))))
    page = paginate(request, shown)
    page.object_list = _rows(list(page.object_list))
    context = {
        "form": form,
        "total": visible.count(),
        "page": page,
        "sort": sort,
        "most": MOST_COMPARED,
    }
    return render(request, "scorecards/scenarios.html", context)


def _rows(found: Sequence[Scenario]) -> list[Row]:
    """Scenarios with what has changed since. Two queries."""
    wordings = {
        (code, method): digest
        for code, method, digest in latest().values_list("code", "method", "digest")
    }
    runs = ScoreRun.objects.order_by().values_list("index__code", "index__method", "period")
    computed = {
        (code, method, period): at
        for code, method, period, at in runs.annotate(at=Max("finished_at"))
    }
    rows = []
    for each in found:
        method = each.index.code, each.index.method
        at = computed.get((*method, each.period))
        rows.append(
            Row(
                each,
                period_words(each.period),
                len(each.assumed),
                wordings.get(method) != each.index.digest,
                at is not None and at > each.changed_at,
            )
        )
    return rows


def _export(rows: Sequence[Row]) -> tuple[list[str], list[list[Any]]]:
    headers = [
        _("Scenario"), _("Organisation"), _("Index"), _("Method"), _("Period"), _("Assumptions"),
        _("Saved by"), _("Shared"), _("Changed"), _("Stale"),
    ]  # fmt: skip
    return headers, [
        [
            row.scenario.name,
            row.scenario.organisation.short_name,
            row.scenario.index.name,
            row.scenario.index.method,
            row.scenario.period,
            row.assumptions,
            row.scenario.owner.name if row.scenario.owner else "",
            _("yes") if row.scenario.shared else _("no"),
            row.scenario.changed_at,
            _("yes") if row.method or row.figures else _("no"),
        ]
        for row in rows
    ]


# Keeping ------------------------------------------------------------------------------------------


@require_POST
def save(request: HttpRequest) -> HttpResponse:
    """Keep what is assumed under a name, or change one's own scenario."""
    person, given = _person(request), request.POST
    body = get_object_or_404(Organisation, code=given.get("unit", ""))
    try:
        index = method_for(given.get("index", ""), method=given.get("method", ""))
    except IndexVersion.DoesNotExist:
        raise Http404 from None
    name, period = given.get("name", "").strip()[:120], given.get("period", "")
    base = baseline(index, period, viewer=person)
    if base is None or body.code not in base.by_code:
        raise Http404
    read = read_assumed(dials(base, body.code), _assumed(given.get("assumed", "")))
    back = f"{reverse('card-what-if', args=[index.code, body.code])}?"
    where = {"period": period, "method": index.method}
    if not name or read.refused:
        messages.error(request, _("A scenario needs a name and assumptions that are possible."))
        return redirect(back + urlencode(where))
    draft = Draft(name, index, body, period, read.kept)
    scenario = _to_change(person, given) if given.get("do") == "change" else None
    try:
        kept = save_scenario(
            draft, actor=person, now=timezone.now(), scenario=scenario, seen=_seen(given)
        )
    except NotYoursError:
        raise PermissionDenied from None
    except OverwrittenError:
        text = _("The scenario was changed elsewhere meanwhile; yours was not saved over it.")
        messages.error(request, text)
        assert scenario is not None
        return redirect(back + urlencode({**where, "scenario": scenario.pk}))
    messages.success(request, _("The scenario “%(name)s” is saved.") % {"name": kept.name})
    return redirect(back + urlencode({**where, "scenario": kept.pk}))


def _assumed(text: str) -> Assumed:
    """Assumptions from a form's hidden field; nothing for what is no such thing."""
    if len(text) > MOST_ASSUMED:
        return {}
    try:
        found = json.loads(text or "{}")
    except ValueError:
        return {}
    if not isinstance(found, dict):
        return {}
    return {str(name): each for name, each in found.items() if isinstance(each, dict)}


def _to_change(person: Person, given: Mapping[str, str]) -> Scenario:
    asked = given.get("scenario", "")
    if not (asked.isascii() and asked.isdecimal() and len(asked) < 10):
        raise Http404
    return get_object_or_404(scenarios(viewer=person), pk=int(asked))


def _seen(given: Mapping[str, str]) -> datetime | None:
    try:
        return parse_datetime(given.get("seen", ""))
    except ValueError:
        return None


@require_POST
def deed(request: HttpRequest, pk: int) -> HttpResponse:
    """Share one's scenario, no longer share it, or delete it."""
    person = _person(request)
    found = get_object_or_404(scenarios(viewer=person), pk=pk)
    who: dict[str, Any] = {"actor": person, "now": timezone.now()}
    try:
        match request.POST.get("do"):
            case "share":
                share_scenario(found, True, **who)
                messages.success(request, _("Others can see the scenario now."))
            case "unshare":
                share_scenario(found, False, **who)
                messages.success(request, _("Only you see the scenario now."))
            case "delete":
                delete_scenario(found, **who)
                messages.success(request, _("The scenario is deleted."))
            case _:
                raise Http404
    except NotYoursError:
        raise PermissionDenied from None
    return redirect("scenarios")


def _person(request: HttpRequest) -> Person:
    if not isinstance(request.user, Person):
        raise PermissionDenied
    return request.user


# Side by side -------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the comparison: a name, the present, and each scenario."""

    name: str
    now: str
    cells: Sequence["Cell"]


@dataclass(frozen=True, slots=True)
class Cell:
    """What a scenario gives, what it assumes for it, and whether it differs from the present."""

    text: str
    differs: bool
    assumed: str = ""


def compare(request: HttpRequest) -> HttpResponseBase:
    """Up to three scenarios of one body, method and period beside the present."""
    person = _person(request)
    asked = [each for each in request.GET.getlist("s") if each.isascii() and each.isdecimal()]
    keys = [int(each) for each in dict.fromkeys(asked) if len(each) < 10][:MOST_COMPARED]
    by_key = scenarios(viewer=person).in_bulk(keys)
    chosen = [by_key[key] for key in keys if key in by_key]
    alike = [each for each in chosen if _subject(each) == _subject(chosen[0])]
    context: dict[str, Any] = {"left_out": len(chosen) - len(alike), "most": MOST_COMPARED}
    if alike:
        context |= _side_by_side(alike, person)
    return render(request, "scorecards/scenarios_compared.html", context)


def _subject(scenario: Scenario) -> tuple[str, str, int, str]:
    index = scenario.index
    return index.code, index.method, scenario.organisation_id, scenario.period


def _side_by_side(chosen: Sequence[Scenario], person: Person) -> dict[str, Any]:
    first = chosen[0]
    try:
        index = method_for(first.index.code, method=first.index.method)
    except IndexVersion.DoesNotExist:
        raise Http404 from None
    base = baseline(index, first.period, viewer=person)
    where = {
        "index": index,
        "body": first.organisation,
        "period": first.period,
        "period_words": period_words(first.period),
    }
    if base is None or first.organisation.code not in base.by_code:
        return where
    played = [play(each, base) for each in chosen]
    return where | {
        "played": played,
        "columns": len(played) + 2,
        "blocks": [
            (_("The whole"), _totals(played, places_of(base))),
            (_("Groups"), _groups(played, base.index.children)),
            (_("Leaves with assumptions"), _leaves(played)),
        ],
    }


def _line(name: str, now: Decimal | None, then: Sequence[Decimal | None], places: int) -> Line:
    cells = [Cell(fixed(each, places), each != now) for each in then]
    return Line(name, fixed(now, places), cells)


def _totals(played: Sequence[Played], places: int) -> list[Line]:
    outcomes = [each.outcome for each in played]
    now = outcomes[0].now
    ranks = [each.then.rank for each in outcomes]
    return [
        _line(_("Total"), now.total, [each.then.total for each in outcomes], places),
        Line(
            _("Rank"),
            str(now.rank or "–"),
            [Cell(str(rank or "–"), rank != now.rank) for rank in ranks],
        ),
    ]


def _groups(played: Sequence[Played], children: Sequence[Any]) -> list[Line]:
    outcomes = [each.outcome for each in played]
    return [
        _line(
            in_language(node.name),
            outcomes[0].now.nodes[node.code].points,
            [each.then.nodes[node.code].points for each in outcomes],
            2,
        )
        for node in children
        if isinstance(node, Group)
    ]


def _leaves(played: Sequence[Played]) -> list[Line]:
    """What some scenario assumes, with the points of its leaf."""
    known = {name: dial for each in played for name, dial in each.dials.items()}
    lines = []
    for name, dial in known.items():
        if not any(name in each.kept for each in played):
            continue
        now = played[0].outcome.now.leaves[dial.leaf.code].points
        cells = []
        for each in played:
            points = each.outcome.then.leaves[dial.leaf.code].points
            cells.append(Cell(fixed(points), points != now, _assumption(dial, each.kept.get(name))))
        part = f" ({dial.part})" if dial.part else ""
        lines.append(Line(f"{in_language(dial.leaf.name)}{part}", fixed(now), cells))
    return lines


def _assumption(dial: Dial, kept: Mapping[str, Any] | None) -> str:
    """What is assumed, in few words; nothing where the present holds."""
    if kept is None:
        return ""
    if "numerator" in kept:
        return f"{number(kept['numerator'])} / {number(kept['denominator'])}"
    if "chosen" in kept:
        names = {each.code: in_language(each.name) for each in dial.options}
        names = names or {"yes": _("yes"), "no": _("no")}
        return ", ".join(names[each] for each in kept["chosen"])
    return number(kept.get("value", kept.get("points")))
