"""Published results: what was recorded, handing in a file, and entering one result by hand."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.csrf import csrf_exempt, csrf_protect

from cotmoc.apps.accounts.models import Person
from cotmoc.apps.measurement.models import period_words
from cotmoc.apps.orgs.models import AdminUnit, Level, Organisation
from cotmoc.apps.scorecards.columns import Vocabulary
from cotmoc.apps.scorecards.importing import Outcome, Part, import_published, import_sheet
from cotmoc.apps.scorecards.models import Publication, Published
from cotmoc.apps.scorecards.queries import latest
from cotmoc.apps.scorecards.received import RefusedError, path_of, receive
from cotmoc.apps.scorecards.sheets import MAX_BYTES
from cotmoc.apps.scorecards.web.publishing_forms import ANY, FileForm, HandForm
from cotmoc.apps.scorecards.web.results_words import node_words, subject_words, value_words
from cotmoc.core.problems import BadInput, Problem
from cotmoc.core.text import fold
from cotmoc.ui.export import export, export_format
from cotmoc.ui.listing import paginate, sort_rows
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


# The list -----------------------------------------------------------------------------------------


class PublicationFilters(forms.Form):
    """What publications can be narrowed by."""

    q = forms.CharField(
        label=gettext_lazy("Search"),
        required=False,
        max_length=100,
        widget=forms.TextInput(attrs={"type": "search"}),
    )
    index = forms.ChoiceField(label=gettext_lazy("Index"), required=False)
    period = forms.ChoiceField(label=gettext_lazy("Period"), required=False)

    def __init__(self, *args: Any, rows: Sequence[Publication], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        indices = {row.index.code: row.index.name.partition(",")[0] for row in rows}
        periods = sorted({row.period for row in rows}, reverse=True)
        self.fields["index"].choices = [*ANY, *sorted(indices.items())]  # type: ignore[attr-defined]
        self.fields["period"].choices = [  # type: ignore[attr-defined]
            *ANY, *((each, period_words(each)) for each in periods)
        ]  # fmt: skip

    def apply(self, rows: Sequence[Publication]) -> list[Publication]:
        """The publications that match; a wrong value filters nothing."""
        self.is_valid()
        given = self.cleaned_data
        words = fold(given.get("q") or "").split()
        return [
            row
            for row in rows
            if (not given.get("index") or row.index.code == given["index"])
            and (not given.get("period") or row.period == given["period"])
            and all(word in _searched(row) for word in words)
        ]


def _searched(row: Publication) -> str:
    return fold(f"{row.index.name} {row.index} {row.period} {row.source} {row.file_name}")


SORTS = {
    "recorded": lambda row: row.recorded_at,
    "published": lambda row: row.published_on,
    "index": lambda row: (fold(row.index.name), row.period_end),
    "period": lambda row: (row.period_end, row.period),
    "rows": lambda row: row.rows,
    "current": lambda row: row.current,
    "source": lambda row: fold(row.source),
}


def publications(request: HttpRequest) -> HttpResponseBase:
    """Everything that was recorded as published, the newest first."""
    everything = list(
        Publication.objects.select_related("index", "recorded_by")
        .defer("index__content")
        .annotate(current=Count("results", filter=Q(results__superseded_at=None)))
    )
    form = PublicationFilters(request.GET, rows=everything)
    rows, sort = sort_rows(form.apply(everything), request, SORTS, "-recorded")
    if kind := export_format(request):
        headers = [
            _("Index"), _("Method"), _("Period"), _("Source"), _("Published on"), _("File"),
            _("Values"), _("Still current"), _("Recorded"), _("By"),
        ]  # fmt: skip
        return export(kind, "ket-qua-cong-bo", headers, map(_publication_cells, rows))
    context = {
        "form": form,
        "page": paginate(request, rows),
        "sort": sort,
        "total": len(everything),
        "may": _steers(request),
    }
    return render(request, "scorecards/publications.html", context)


def _publication_cells(row: Publication) -> list[Any]:
    return [
        row.index.name, row.index.method, row.period, row.source, row.published_on, row.file_name,
        row.rows, row.current, row.recorded_at, str(row.recorded_by or ""),  # type: ignore[attr-defined]
    ]  # fmt: skip


# One publication ----------------------------------------------------------------------------------


class ResultFilters(forms.Form):
    """What the values of a publication can be narrowed by."""

    q = forms.CharField(
        label=gettext_lazy("Search"),
        required=False,
        max_length=100,
        widget=forms.TextInput(attrs={"type": "search"}),
    )
    node = forms.ChoiceField(label=gettext_lazy("Total or part"), required=False)

    def __init__(self, *args: Any, nodes: Mapping[str, str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [("", _("all")), *((code or "total", name) for code, name in nodes.items())]
        self.fields["node"].choices = choices  # type: ignore[attr-defined]

    def apply(self, rows: Sequence[Published]) -> list[Published]:
        """The values that match; a wrong value filters nothing."""
        self.is_valid()
        words = fold(self.cleaned_data.get("q") or "").split()
        node = self.cleaned_data.get("node")
        return [
            row
            for row in rows
            if (not node or (row.node or "total") == node)
            and all(word in fold(f"{row.subject_code} {row.subject_name}") for word in words)
        ]


RESULT_SORTS = {
    "name": lambda row: (fold(row.subject_name), row.node),
    "node": lambda row: row.node,
    "points": lambda row: row.points,
    "rank": lambda row: row.rank,
    "line": lambda row: row.line,
}


def publication(request: HttpRequest, pk: int) -> HttpResponseBase:
    """One publication: its source, and each value with the row of the file where it stood."""
    found = get_object_or_404(Publication.objects.select_related("index", "recorded_by"), pk=pk)
    words = Vocabulary(found.index.definition)
    everything = list(found.results.select_related("organisation", "unit"))
    nodes = {code: node_words(code, words) for code in dict.fromkeys(r.node for r in everything)}
    form = ResultFilters(request.GET, nodes=nodes)
    rows, sort = sort_rows(form.apply(everything), request, RESULT_SORTS, "rank")
    if kind := export_format(request):
        headers = [
            _("Code"), _("Subject"), _("Part"), _("Value"), _("Maximum"), _("Rank"), _("Line"),
            _("Note"), _("Superseded"),
        ]  # fmt: skip
        cells = [
            [
                row.subject_code, subject_words(row.organisation or row.unit), nodes[row.node],  # type: ignore[arg-type]
                row.points, row.max, row.rank, row.line, row.note, row.superseded_at,
            ]
            for row in rows
        ]  # fmt: skip
        return export(kind, f"ket-qua-cong-bo-{found.pk}", headers, cells)
    page = paginate(request, rows)
    context = {
        "found": found,
        "form": form,
        "page": page,
        "sort": sort,
        "rows": [_result_row(row, nodes) for row in page],
        "superseded": sum(row.superseded_at is not None for row in everything),
    }
    return render(request, "scorecards/publication.html", context)


def _result_row(row: Published, nodes: Mapping[str, str]) -> dict[str, Any]:
    subject = row.organisation or row.unit
    assert subject is not None
    return {
        "row": row,
        "name": subject_words(subject),
        "address": subject.key if isinstance(subject, AdminUnit) else subject.code,
        "node": nodes[row.node],
        "shown": value_words(row.points, row.max),
        "of": value_words(row.max, row.max) if row.max and row.max > 1 else "",
    }


# Handing in ---------------------------------------------------------------------------------------


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


def _steers(request: HttpRequest) -> bool:
    return isinstance(request.user, Person) and request.user.steers
