"""Taking in published results: a file or one result by hand, shown first and then confirmed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.csrf import csrf_exempt, csrf_protect

from cotmoc.apps.accounts.models import Person
from cotmoc.apps.orgs.models import AdminUnit, Level, Organisation
from cotmoc.apps.scorecards.columns import Vocabulary
from cotmoc.apps.scorecards.importing import Outcome, Part, import_published, import_sheet
from cotmoc.apps.scorecards.queries import latest
from cotmoc.apps.scorecards.received import RefusedError, path_of, receive
from cotmoc.apps.scorecards.sheets import MAX_BYTES
from cotmoc.apps.scorecards.web.publishing_forms import FileForm, HandForm
from cotmoc.apps.scorecards.web.results_words import node_words, subject_words, value_words
from cotmoc.core.problems import BadInput, Problem
from cotmoc.ui.problems import describe, sentence

TOO_LARGE, TOO_MANY, UNUSABLE = 413, 429, 422
FORM_BYTES = 100_000
SHOWN = 60
REFUSALS = {
    "empty": gettext_lazy("The file is empty. Choose the file again."),
    "too_large": gettext_lazy("The file is larger than %(limit)s MB. Is it the right one?"),
    "too_many": gettext_lazy(
        "You have handed in %(limit)s files within an hour. Wait a while and try again."
    ),
    "scanner": gettext_lazy(
        "The virus scanner refused the file. Ask for a clean copy; it was not kept."
    ),
    "not_scanned": gettext_lazy(
        "The virus scanner does not answer, so the file was not taken. Tell the operator."
    ),
    "gone": gettext_lazy(
        "The file is no longer here: it was handed in too long ago. Hand it in again."
    ),
}
STATUS = {"too_large": TOO_LARGE, "too_many": TOO_MANY}


@dataclass(slots=True)
class _Page:
    """What the page of handing in shows."""

    file: FileForm
    hand: HandForm
    by_hand: bool = False
    outcome: Outcome | None = None
    problems: Sequence[Problem] = ()
    refused: RefusedError | None = None

    @property
    def status(self) -> int:
        if self.refused:
            return STATUS.get(self.refused.code, UNUSABLE)
        bound = self.hand if self.by_hand else self.file
        return UNUSABLE if self.problems or (bound.is_bound and bound.errors) else 200


@csrf_exempt
def publication_new(request: HttpRequest) -> HttpResponseBase:
    """Hand in results: first what would be recorded is shown, then it is confirmed. What is far too
    large is refused before it is taken over the line."""
    person = request.user
    if not isinstance(person, Person) or not person.steers:
        raise PermissionDenied
    length = request.META.get("CONTENT_LENGTH") or "0"
    if request.method == "POST" and int(length) > MAX_BYTES + FORM_BYTES:
        page = _forms()
        page.refused = RefusedError("too_large", limit=MAX_BYTES // 1_000_000)
        return _render(request, page)
    answer: HttpResponseBase = _new(request, person)
    return answer


@csrf_protect
def _new(request: HttpRequest, person: Person) -> HttpResponseBase:
    if request.method != "POST":
        return _render(request, _forms())
    by_hand = request.POST.get("how") == "hand"
    page = _forms(request, by_hand=by_hand)
    form = page.hand if by_hand else page.file
    if not form.is_valid():
        return _render(request, page)
    confirmed = request.POST.get("do") == "confirm"
    try:
        outcome = (_by_hand if by_hand else _by_file)(page, person, confirmed=confirmed)
    except RefusedError as refused:
        page.refused = refused
        return _render(request, page)
    except BadInput as error:
        page.problems = error.problems
        _tell_fields(page, error.problems)
        return _render(request, page)
    if confirmed:
        return _done(request, outcome)
    page.outcome, page.problems = outcome, outcome.problems
    _tell_fields(page, outcome.problems)
    return _render(request, page)


def _by_file(page: _Page, person: Person, *, confirmed: bool) -> Outcome:
    """Keep the file that comes, or take the one that came before, and read it."""
    given, now = page.file.cleaned_data, timezone.now()
    if file := given.get("file"):
        if file.size > MAX_BYTES:
            raise RefusedError("too_large", limit=MAX_BYTES // 1_000_000)
        given["digest"] = receive(file.read(), person=person.pk, now=now)
        given["name"] = file.name[-200:]
    path = path_of(given["digest"])
    if path is None:
        raise RefusedError("gone")
    return import_published(
        path,
        page.file.options(),
        actor=person,
        now=now,
        name=given["name"] or path.name[:12],
        dry_run=not confirmed,
    )


def _by_hand(page: _Page, person: Person, *, confirmed: bool) -> Outcome:
    sheet, options = page.hand.sheet(), page.hand.options()
    now = timezone.now()
    return import_sheet(sheet, options, actor=person, now=now, dry_run=not confirmed)


def _tell_fields(page: _Page, problems: Sequence[Problem]) -> None:
    """Problems of a typed row stand at their fields."""
    if not page.by_hand:
        return
    for problem in problems:
        field = problem.field if problem.field in page.hand.fields else None
        page.hand.add_error(field, sentence(problem))


def _done(request: HttpRequest, outcome: Outcome) -> HttpResponseBase:
    said = _("%(values)s values recorded, %(known)s were there already.")
    known = sum(part.known for part in outcome.parts)
    messages.success(request, said % {"values": outcome.rows, "known": known})
    made = [part.publication for part in outcome.parts if part.publication]
    if len(made) == 1:
        return redirect("publication", pk=made[0].pk)
    return redirect("publications")


def _forms(request: HttpRequest | None = None, *, by_hand: bool = False) -> _Page:
    methods = list(latest())
    file: Mapping[str, Any] = {"methods": methods, "auto_id": "file_%s"}
    hand: Mapping[str, Any] = {"methods": methods, "auto_id": "hand_%s"}
    if request is None:
        return _Page(FileForm(**file), HandForm(**hand))
    if by_hand:
        return _Page(FileForm(**file), HandForm(request.POST, **hand), by_hand=True)
    return _Page(FileForm(request.POST, request.FILES, **file), HandForm(**hand))


def _render(request: HttpRequest, page: _Page) -> HttpResponse:
    refused = page.refused
    context: dict[str, Any] = {
        "page": page,
        "refusal": str(REFUSALS[refused.code]) % refused.params if refused else "",
        "limit": MAX_BYTES // 1_000_000,
        "problems": [describe(problem) for problem in page.problems[:SHOWN]],
        "more_problems": max(len(page.problems) - SHOWN, 0),
        "subjects": _names(),
        "known_indices": bool(page.file.methods),
    }
    if page.outcome:
        context |= _preview(page.outcome)
        form = page.hand if page.by_hand else page.file
        context["kept"] = _kept(form)
    return render(request, "scorecards/publication_new.html", context, status=page.status)


def _preview(outcome: Outcome) -> dict[str, Any]:
    """What would be recorded: counts by period, and the first values with what they replace."""
    words = {part.index.pk: Vocabulary(part.index.definition) for part in outcome.parts}
    rows = [
        _change_row(part, place, words[part.index.pk])
        for part in outcome.parts
        for place in range(len(part.changes))
    ]
    return {
        "outcome": outcome,
        "doubts": [describe(doubt) for doubt in outcome.doubts],
        "changes": rows[:SHOWN],
        "more_changes": max(len(rows) - SHOWN, 0),
        "may_confirm": outcome.rows > 0,
    }


def _change_row(part: Part, place: int, words: Vocabulary) -> dict[str, Any]:
    change = part.changes[place]
    result, before = change.result, change.before
    return {
        "period": part.period,
        "name": subject_words(result.subject),
        "node": node_words(result.node, words),
        "points": value_words(result.points, result.max),
        "rank": result.rank,
        "before": before,
        "before_points": value_words(before.points, before.max) if before else "",
        "line": result.line or None,
    }


def _kept(form: FileForm | HandForm) -> list[tuple[str, str]]:
    """What the confirming form says again: the file by its SHA-256."""
    given = form.cleaned_data
    found = [(name, form.data.get(name, "")) for name in form.fields if name != "file"]
    found = [(name, value) for name, value in found if name not in ("digest", "name")]
    if isinstance(form, FileForm):
        found += [("digest", given["digest"]), ("name", given["name"])]
    return [(name, value) for name, value in found if value]


def _names() -> list[str]:
    """Names to choose from when typing: provinces of all times, and the bodies."""
    units = AdminUnit.objects.filter(level=Level.PROVINCE).order_by("name")
    bodies = Organisation.objects.exclude(kind="province").order_by("code")
    names = [*map(str, units), *bodies.values_list("short_name", flat=True)]
    return list(dict.fromkeys(names))
