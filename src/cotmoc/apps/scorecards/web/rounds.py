"""Rounds: the list, opening one, how far each body is, publishing, correcting."""

from collections import Counter
from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from cotmoc.apps.accounts.models import Person
from cotmoc.apps.measurement.models import period_words
from cotmoc.apps.scorecards import round_queries as queries
from cotmoc.apps.scorecards.appraising import appraise_undisputed
from cotmoc.apps.scorecards.models import Assessment, Round
from cotmoc.apps.scorecards.round_queries import BodyRow, RoundRow
from cotmoc.apps.scorecards.rounds import (
    Correction,
    Terms,
    close_round,
    correct_round,
    in_the_way,
    move_deadline,
    open_round,
    publish_round,
    refresh_computed,
)
from cotmoc.apps.scorecards.stepping import RoundError
from cotmoc.apps.scorecards.web import round_words
from cotmoc.apps.scorecards.web.round_export import leaf_rows
from cotmoc.apps.scorecards.web.round_forms import (
    BodyFilters,
    CorrectForm,
    DeadlineForm,
    OpenForm,
    RoundFilters,
)
from cotmoc.core.text import fold
from cotmoc.ui.export import export, export_format
from cotmoc.ui.listing import paginate, sort_rows

UNUSABLE = 422


def who_steers(request: HttpRequest) -> Person:
    person = request.user
    if not isinstance(person, Person) or not person.steers:
        raise PermissionDenied
    return person


# The list -----------------------------------------------------------------------------------------

LIST_KEYS: dict[str, Any] = {
    "opened": lambda row: row.round.opened_at,
    "title": lambda row: fold(row.round.title),
    "period": lambda row: (row.round.period_end, row.round.period),
    "deadline": lambda row: row.round.deadline,
    "submitted": lambda row: row.submitted / row.bodies if row.bodies else None,
    "state": lambda row: str(row.round.get_state_display()),
}


def rounds(request: HttpRequest) -> HttpResponseBase:
    """All rounds that somebody takes part in or may watch."""
    today = timezone.localdate()
    form = RoundFilters(request.GET, viewer=request.user, on=today)
    form.is_valid()
    asked = form.cleaned_data
    found = queries.rounds(
        viewer=request.user,
        on=today,
        state=asked.get("state") or "",
        index=asked.get("index") or "",
        period=asked.get("period") or "",
        text=asked.get("q") or "",
    )
    rows = queries.round_rows(found, viewer=request.user, on=today)
    shown, sort = sort_rows(rows, request, LIST_KEYS, "-opened")
    if kind := export_format(request):
        return export(kind, "dot-cham-diem", *_list_rows(shown))
    page = paginate(request, shown)
    context = {
        "form": form,
        "page": page,
        "rows": [(row, _shape(row), round_words.days_text(row.days_left)) for row in page],
        "sort": sort,
        "mine": [row for row in rows if _waits_for_me(row)],
        "may_open": _steers(request),
    }
    return render(request, "rounds/rounds.html", context)


def _shape(row: RoundRow) -> str:
    return round_words.ROUND_SHAPES[Round.State(row.round.state)]


def _waits_for_me(row: RoundRow) -> bool:
    waiting = {Assessment.State.NOT_STARTED, Assessment.State.IN_WORK, Assessment.State.RETURNED}
    return row.round.state == Round.State.OPEN and any(own.state in waiting for own in row.own)


def _steers(request: HttpRequest) -> bool:
    return isinstance(request.user, Person) and request.user.steers


def _list_rows(rows: Sequence[RoundRow]) -> tuple[list[str], list[list[Any]]]:
    headers = [
        _("Round"), _("Version"), _("Index"), _("Method"), _("Period"), _("State"),
        _("Last day for self-assessments"), _("Last day for objections"), _("Bodies"),
        _("Submitted"), _("Appraised"), _("Illustration"),
    ]  # fmt: skip
    return headers, [
        [
            row.round.title,
            row.round.number,
            row.round.index.name,
            row.round.index.method,
            row.round.period,
            str(row.round.get_state_display()),
            row.round.deadline,
            row.round.objections_until,
            row.bodies,
            row.submitted,
            row.appraised,
            _("yes") if row.round.illustration else "",
        ]
        for row in rows
    ]


# Opening ------------------------------------------------------------------------------------------


def new(request: HttpRequest) -> HttpResponseBase:
    """Open a round; for those who steer."""
    person = who_steers(request)
    today = timezone.localdate()
    bodies, indices = queries.bodies_to_assess(today), queries.indices_to_assess()
    data = request.POST if request.method == "POST" else None
    form = OpenForm(data, indices=indices, bodies=bodies)
    if data is not None and form.is_valid():
        try:
            made = _open(form, person)
        except RoundError as refused:
            form.add_error(None, round_words.refusal_text(refused.code, refused.params))
        else:
            messages.success(request, _("The round is open; what figures give is filled in."))
            return redirect("round", pk=made.pk)
    context = {"form": form, "none": not indices, "departments": _number(bodies, "department"),
               "communes": _number(bodies, "commune")}  # fmt: skip
    return render(request, "rounds/new.html", context, status=UNUSABLE if form.errors else 200)


def _number(bodies: Sequence[Any], kind: str) -> int:
    return sum(each.kind == kind for each in bodies)


def _open(form: OpenForm, person: Person) -> Round:
    said = form.cleaned_data
    index, bodies = form.chosen()
    terms = Terms(
        title=said["title"],
        deadline=said["deadline"],
        objections_until=said["objections_until"],
        remind_days=said["remind_days"],
        note=said["note"],
    )
    return open_round(index, said["period"], bodies, terms, actor=person, now=timezone.now())


# One round ----------------------------------------------------------------------------------------

BODY_KEYS: dict[str, Any] = {
    "name": lambda row: fold(str(row.assessment.organisation)),
    "state": lambda row: str(row.assessment.get_state_display()),
    "computed": lambda row: row.assessment.computed_total,
    "self": lambda row: row.assessment.self_total,
    "difference": lambda row: row.difference,
    "appraised": lambda row: row.assessment.appraised_total,
    "departures": lambda row: row.departures,
    "rank": lambda row: row.assessment.rank,
}


def one(request: HttpRequest, pk: int) -> HttpResponseBase:
    """How far every body of a round is, and what keeps it from being published."""
    found = round_for(request, pk)
    today = timezone.localdate()
    if kind := export_format(request):
        name = f"dot-cham-diem-{found.pk}-{found.period}".replace(":", "-")
        return export(kind, name, *leaf_rows(found, viewer=request.user, on=today))
    return _round_page(request, found, today)


def round_for(request: HttpRequest, pk: int) -> Round:
    """A round that the viewer may see."""
    seen = Round.objects.visible_to(request.user, timezone.localdate())
    return get_object_or_404(seen.select_related("index", "corrects", "opened_by"), pk=pk)


def _round_page(
    request: HttpRequest,
    found: Round,
    today: date,
    *,
    deadline: DeadlineForm | None = None,
    status: int = 200,
) -> HttpResponse:
    rows = queries.body_rows(found, viewer=request.user, on=today)
    form = BodyFilters(request.GET)
    shown, sort = sort_rows(_narrowed(rows, form), request, BODY_KEYS, _first_order(found))
    page = paginate(request, shown, 200)
    steers, is_open = _steers(request), found.state == Round.State.OPEN
    ways = _ways(found, rows, today) if steers and is_open else {}
    whole = queries.round_rows(Round.objects.filter(pk=found.pk), viewer=request.user, on=today)[0]
    context = {
        "round": found,
        "whole": whole,
        "period": period_words(found.period),
        "shape": round_words.ROUND_SHAPES[Round.State(found.state)],
        "days": round_words.days_text(whole.days_left),
        "late": whole.days_left is not None and whole.days_left < 0,
        "form": form,
        "page": page,
        "rows": [(row, _body_shape(row), round_words.days_text(row.days_left)) for row in page],
        "sort": sort,
        "overdue": [row for row in rows if row.late],
        "departing": [row for row in rows if row.departures],
        "objecting": [row for row in rows if row.open_objections],
        "max": found.index.definition.scale,
        "steers": steers,
        "open": is_open,
        "ways": ways,
        "only_not_submitted": set(ways) == {str(round_words.IN_THE_WAY["not_submitted"])},
        "undisputed": sum(_is_undisputed(row) for row in rows) if steers and is_open else 0,
        "stale": steers and queries.figures_since(found),
        "versions": queries.versions_of(found),
        "deadline": deadline or DeadlineForm(initial=_days(found)),
    }
    return render(request, "rounds/round.html", context, status=status)


def _first_order(found: Round) -> str:
    return "rank" if found.state == Round.State.PUBLISHED else "name"


def _days(found: Round) -> dict[str, Any]:
    return {"deadline": found.deadline, "objections_until": found.objections_until}


def _body_shape(row: BodyRow) -> str:
    return round_words.SHAPES[Assessment.State(row.assessment.state)]


def _is_undisputed(row: BodyRow) -> bool:
    """Whether the body is submitted and says nothing else than what is computed."""
    return row.assessment.state == Assessment.State.SUBMITTED and all(
        entry.self_points is None or entry.self_points == entry.computed_points
        for entry in row.assessment.entries.all()
    )


def _narrowed(rows: Sequence[BodyRow], form: BodyFilters) -> list[BodyRow]:
    form.is_valid()
    asked = form.cleaned_data
    words = fold(asked.get("q") or "").split()
    return [
        row
        for row in rows
        if (not asked.get("state") or row.assessment.state == asked["state"])
        and (not asked.get("kind") or row.assessment.organisation.kind == asked["kind"])
        and all(word in row.assessment.organisation.search for word in words)
        and _is_one_of(row, asked.get("needs") or "")
    ]


def _is_one_of(row: BodyRow, wish: str) -> bool:
    """Whether a body belongs to those that are asked for; an unknown wish asks for all."""
    if wish == "overdue":
        return row.late
    if wish == "departs":
        return row.departures > 0
    return wish != "objected" or row.open_objections > 0


def _ways(found: Round, rows: Sequence[BodyRow], today: date) -> dict[str, int]:
    """What keeps a round from being published, in words, with how many bodies each."""
    counted = Counter(in_the_way(row.assessment, today=today) for row in rows)
    return {str(round_words.IN_THE_WAY[why]): number for why, number in counted.items() if why}


# What is done to a round --------------------------------------------------------------------------


@require_POST
def deed(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Bring up to date, appraise what is undisputed, move the deadline, close, publish."""
    person = who_steers(request)
    found = round_for(request, pk)
    now = timezone.now()
    try:
        answer = _do(request, found, person, now)
    except RoundError as refused:
        messages.error(request, round_words.refusal_text(refused.code, refused.params))
        answer = None
    return answer or redirect("round", pk=pk)


def _do(
    request: HttpRequest, found: Round, person: Person, now: datetime
) -> HttpResponseBase | None:
    wish = request.POST.get("do", "")
    if wish == "refresh":
        changed = refresh_computed(found, actor=person, now=now)
        said = ngettext(
            "%(count)s computed score has changed.",
            "%(count)s computed scores have changed.",
            changed,
        )
        messages.success(request, said % {"count": changed})
    elif wish == "accept":
        bulk = appraise_undisputed(found, actor=person, now=now)
        said = _("%(done)s bodies are appraised; %(left)s have parts to look at.")
        messages.success(request, said % {"done": bulk.appraised, "left": bulk.left})
    elif wish == "close":
        close_round(found, request.POST.get("reason", "")[:500], actor=person, now=now)
        messages.success(request, _("The round is closed without results."))
    elif wish == "publish":
        leave_out = request.POST.get("leave_out") == "yes"
        publish_round(found, leave_out=leave_out, actor=person, now=now)
        messages.success(request, _("The results are published and locked."))
    elif wish == "deadline":
        return _move(request, found, person, now)
    return None


def _move(
    request: HttpRequest, found: Round, person: Person, now: datetime
) -> HttpResponseBase | None:
    form = DeadlineForm(request.POST)
    if not form.is_valid():
        today = timezone.localdate(now)
        return _round_page(request, found, today, deadline=form, status=UNUSABLE)
    said = form.cleaned_data
    move_deadline(
        found, said["deadline"], said["objections_until"], said["reason"], actor=person, now=now
    )
    messages.success(request, _("The deadline was moved."))
    return None


def correct(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Open a new version of a published round; for those who steer."""
    person = who_steers(request)
    found = round_for(request, pk)
    parts = list(found.assessments.select_related("organisation"))
    bodies = {row.organisation.code: row.organisation for row in parts}
    data = request.POST if request.method == "POST" else None
    form = CorrectForm(data, bodies=list(bodies.values()))
    if data is not None and form.is_valid():
        said = form.cleaned_data
        correction = Correction(
            reason=said["reason"],
            organisations=[bodies[code] for code in said["bodies"]],
            deadline=said["deadline"],
            objections_until=said["objections_until"],
            from_start=said["what"] == "start",
        )
        try:
            made = correct_round(found, correction, actor=person, now=timezone.now())
        except RoundError as refused:
            form.add_error(None, round_words.refusal_text(refused.code, refused.params))
        else:
            messages.success(request, _("The new version is open; the older one stays as it is."))
            return redirect("round", pk=made.pk)
    context = {"round": found, "form": form, "period": period_words(found.period)}
    return render(request, "rounds/correct.html", context, status=UNUSABLE if form.errors else 200)
