"""What a document changes of an older one: see the differences, decide on each."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, cast

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_http_methods, require_POST

from cotmoc.apps.accounts.models import Person
from cotmoc.apps.documents.models import Document, Relation, RelationKind
from cotmoc.apps.documents.queries import amended_by
from cotmoc.apps.programmes.amending import (
    AmendmentError,
    Decided,
    apply_amendment,
    close_district_targets,
    differences,
)
from cotmoc.apps.programmes.differing import Decision, Difference, Stated
from cotmoc.apps.programmes.models import DraftRow, Plan

FIELDS = {
    "name": gettext_lazy("Name"),
    "action": gettext_lazy("Task"),
    "goal": gettext_lazy("Goal"),
    "level": gettext_lazy("Level"),
    "deadline": gettext_lazy("Deadline"),
    "due": gettext_lazy("Deadline"),
    "lead": gettext_lazy("Lead"),
    "coordinating": gettext_lazy("Coordinating"),
    "product": gettext_lazy("Product"),
    "budget": gettext_lazy("Budget"),
    "exclusion": gettext_lazy("Except"),
    "baseline": gettext_lazy("Baseline"),
}
VERDICTS = {
    "restated": gettext_lazy("Restated"),
    "dropped": gettext_lazy("Not stated again"),
    "new": gettext_lazy("New"),
    "same": gettext_lazy("The same"),
}
PROBLEMS = {
    "not_tied": gettext_lazy("This document neither amends nor replaces that one."),
    "unknown_statement": gettext_lazy("A statement is not there any more; look again."),
    "taken_twice": gettext_lazy("One new statement was chosen for two old ones; choose again."),
    "ended_otherwise": gettext_lazy("A statement has been ended by another document meanwhile."),
}


@dataclass(frozen=True, slots=True)
class Choice:
    """What may be decided about an old statement: the value sent, its words."""

    value: str
    words: str
    chosen: bool


@dataclass(frozen=True, slots=True)
class Line:
    """A difference with the choices it leaves."""

    difference: Difference
    choices: tuple[Choice, ...]

    @property
    def name(self) -> str:
        old = self.difference.old
        return f"{old.kind}-{old.key}" if old else ""

    @property
    def changes(self) -> list[tuple[str, str, str]]:
        return [
            (str(FIELDS.get(each.name, each.name)), each.before, each.after)
            for each in self.difference.changes
        ]

    @property
    def stated(self) -> list[tuple[str, str]]:
        """What the only statement says, where there is nothing to compare it with."""
        only = self.difference.old or self.difference.new
        said = [each for each in only.fields if each.value] if only else []
        return [
            (str(FIELDS.get(each.name, each.name)), each.words)
            for each in said
            if each.name not in ("name", "action")
        ]


@require_http_methods(["GET", "HEAD", "POST"])
def amends(request: HttpRequest, pk: int) -> HttpResponseBase:
    """What a document changes of an older one, target by target and task by task."""
    document = get_object_or_404(
        Document.objects.visible_to(request.user).defer("search", "text", "tables", "origins"),
        pk=pk,
    )
    if request.method == "POST":
        return _decide(request, document)
    relations = _changed(request, document)
    chosen = _chosen(relations, request.GET.get("of", ""))
    context: dict[str, Any] = {"document": document, "relations": relations, "chosen": chosen}
    if chosen:
        context |= _compared(request, document, chosen)
    return render(request, "programmes/amends.html", context)


def _changed(request: HttpRequest, document: Document) -> list[Relation]:
    """The older documents, each once; one that is replaced is not also amended."""
    found = sorted(
        amended_by(document, viewer=request.user), key=lambda each: each.kind != "replaces"
    )
    return list({each.other_id: each for each in reversed(found)}.values())[::-1]


def _chosen(relations: Sequence[Relation], asked: str) -> Relation | None:
    return next((each for each in relations if str(each.other_id) == asked), None) or next(
        iter(relations), None
    )


def _plan_of(request: HttpRequest, document: int | None) -> Plan | None:
    plans = Plan.objects.visible_to(request.user).select_related("document")
    light = plans.defer("document__text", "document__search", "document__tables")
    return light.filter(document=document).first()


def _compared(request: HttpRequest, document: Document, chosen: Relation) -> dict[str, Any]:
    old_plan, new_plan = _plan_of(request, chosen.other_id), _plan_of(request, document.pk)
    if old_plan is None:
        return {"old_plan": None}
    rows = DraftRow.objects.visible_to(request.user).filter(document=document)
    new = new_plan or list(rows.select_related("clause"))
    found = differences(old_plan, new)
    replaces = chosen.kind == RelationKind.REPLACES
    lines = _lines(found, replaces)
    groups = [
        (verdict, str(words), [line for line in lines if line.difference.verdict == verdict])
        for verdict, words in VERDICTS.items()
    ]
    counted = [f"{len(rows)} {words.lower()}" for _verdict, words, rows in groups if rows]
    person = request.user
    return {
        "old_plan": old_plan,
        "new_plan": new_plan,
        "replaces": replaces,
        "summary": ", ".join(counted),
        "groups": groups,
        "decides": new_plan is not None and isinstance(person, Person) and person.steers,
        "settled": any(each.old and each.old.settled for each in found),
    }


def _lines(found: Sequence[Difference], replaces: bool) -> list[Line]:
    """Once decided, what was decided is shown; before, what is proposed."""
    decided = any(each.old and each.old.settled for each in found)
    free = [each.new for each in found if each.verdict == "new" and each.new]
    lines = []
    for each in found:
        if each.old is None:
            lines.append(Line(each, ()))
            continue
        now = (each.old.settled or "keep") if decided else each.proposed(replaces)
        chosen = f"restate-{each.new.key}" if now == "restate" and each.new else now
        options = []
        if each.new:
            options.append((f"restate-{each.new.key}", _("the new statement takes its place")))
        options += [
            (f"restate-{new.key}", _("another takes its place: %(name)s") % {"name": _named(new)})
            for new in free
            if new.kind == each.kind
        ]
        options += [("close", _("close it")), ("keep", _("it holds on"))]
        choices = tuple(Choice(value, words, value == chosen) for value, words in options)
        lines.append(Line(each, choices))
    return lines


def _named(new: Stated) -> str:
    name = new.name if len(new.name) <= 70 else f"{new.name[:69].rstrip()}…"
    return f"{name} ({new.address})"


def _decide(request: HttpRequest, document: Document) -> HttpResponseBase:
    person = request.user
    if not isinstance(person, Person) or not person.steers:
        raise PermissionDenied
    chosen = _chosen(_changed(request, document), request.POST.get("of", ""))
    old_plan = _plan_of(request, chosen.other_id) if chosen else None
    new_plan = _plan_of(request, document.pk)
    if chosen is None or old_plan is None or new_plan is None:
        messages.error(request, _("There is nothing to decide here."))
        return redirect("document", pk=document.pk)
    address = reverse("document-amends", args=[document.pk])
    try:
        applied = apply_amendment(
            old_plan, new_plan, _decisions(request), actor=person, now=timezone.now()
        )
    except AmendmentError as error:
        messages.error(request, str(PROBLEMS[error.code]))
        return redirect(f"{address}?of={chosen.other_id}")
    if applied:
        said = _("Recorded: %(restated)s restated, %(closed)s closed, %(reopened)s opened again.")
        counts = {
            "restated": applied.restated, "closed": applied.closed, "reopened": applied.reopened,
        }  # fmt: skip
        messages.success(request, said % counts)
    else:
        messages.info(request, _("Nothing had changed."))
    return redirect(f"{address}?of={chosen.other_id}")


def _decisions(request: HttpRequest) -> list[Decided]:
    """What was sent, field by field; what makes no sense is left to the service to refuse."""
    reason = request.POST.get("reason", "")[:300]
    found = []
    for name, value in request.POST.items():
        kind, _dash, old = name.partition("-")
        decision, _dash, new = str(value).partition("-")
        if kind not in ("target", "task") or not _is_key(old):
            continue
        if decision not in ("restate", "close", "keep") or (new and not _is_key(new)):
            continue
        found.append(
            Decided(
                kind,  # type: ignore[arg-type]
                int(old),
                cast(Decision, decision),
                int(new) if new else None,
                reason,
            )
        )
    return found


def _is_key(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) < 19


@require_POST
def close_districts(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Close the plan's targets of the district level, which ended; for those who steer."""
    person = request.user
    if not isinstance(person, Person) or not person.steers:
        raise PermissionDenied
    plan = get_object_or_404(Plan.objects.visible_to(person), pk=pk)
    closed = close_district_targets(plan, actor=person, now=timezone.now())
    messages.success(
        request,
        ngettext(
            "%(count)s target of the district level was closed.",
            "%(count)s targets of the district level were closed.",
            closed,
        )
        % {"count": closed},
    )
    return redirect("plan", pk=pk)
