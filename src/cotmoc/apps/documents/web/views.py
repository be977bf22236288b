"""The register of documents, a document, and the file as received."""

import hashlib
from pathlib import Path
from typing import cast

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import FileResponse, Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from cotmoc.apps.accounts.models import Person
from cotmoc.apps.documents.models import Document
from cotmoc.apps.documents.originals import path_of
from cotmoc.apps.documents.ports import statements
from cotmoc.apps.documents.queries import Related, passages, register_rows, related
from cotmoc.apps.documents.services import ValidityError, relate, set_validity, untie
from cotmoc.apps.documents.web.forms import RelationForm, ValidityForm
from cotmoc.apps.documents.web.graph import graph
from cotmoc.apps.documents.web.lists import SORT_KEYS, DocumentFilters, export_rows
from cotmoc.apps.documents.web.reading import address_from, lines
from cotmoc.apps.documents.wording import relation_words
from cotmoc.ui.export import export, export_format
from cotmoc.ui.listing import paginate, sort_rows

UNKNOWN_TYPE = "application/octet-stream"


def documents(request: HttpRequest) -> HttpResponseBase:
    """The register, with filters, order, export, and search in the texts."""
    form = DocumentFilters(request.GET, viewer=request.user)
    rows = register_rows(form.found(), viewer=request.user)
    shown, sort = sort_rows(rows, request, SORT_KEYS, "-date")
    if kind := export_format(request):
        return export(kind, "van-ban", *export_rows(shown))
    page = paginate(request, shown)
    text = form.cleaned_data.get("q") or ""
    found = passages([row.document for row in page], text, viewer=request.user)
    return render(
        request,
        "documents/documents.html",
        {
            "form": form,
            "page": page,
            "rows": [(row, found.get(row.document.pk, ())) for row in page],
            "total": len(shown),
            "sort": sort,
            "text": text,
        },
    )


def document(request: HttpRequest, pk: int) -> HttpResponseBase:
    """One document: its head, what it is tied to, what stands in it, its text."""
    found = _readable(request, pk)
    validity = ValidityForm(initial=_validity(found)) if _may_steer(request, found) else None
    return _page(request, found, validity)


def _page(
    request: HttpRequest, found: Document, validity: ValidityForm | None, status: int = 200
) -> HttpResponseBase:
    told = statements()
    ties = related(found, viewer=request.user)
    stated = told.of(found.pk, viewer=request.user)
    clauses = list(found.clauses.all())
    return render(
        request,
        "documents/document.html",
        {
            "document": found,
            "graph": graph(found, ties),
            "ties": [(each, _tie_words(each)) for each in ties],
            "lines": lines(found, clauses, stated, told),
            "annexes": [(each, address_from(clauses, each["start"])) for each in found.annexes],
            "targets": [each for each in stated if each.kind == "target"],
            "tasks": [each for each in stated if each.kind == "task"],
            "doors": told.doors(found.pk, viewer=request.user),
            "kept": path_of(found.digest).is_file(),
            "validity": validity,
            "relating": RelationForm(document=found, viewer=request.user)
            if _steers(request)
            else None,
        },
        status=status,
    )


def _tie_words(each: Related) -> str:
    return relation_words(each.relation.kind, each.outward)


def _readable(request: HttpRequest, pk: int) -> Document:
    return get_object_or_404(Document.objects.visible_to(request.user).defer("search"), pk=pk)


def _steers(request: HttpRequest) -> bool:
    return isinstance(request.user, Person) and request.user.steers


def _may_steer(request: HttpRequest, found: Document) -> bool:
    return _steers(request) and found.state != Document.State.DRAFT


def _validity(found: Document) -> dict[str, object]:
    return {
        "state": found.state,
        "valid_from": found.valid_from,
        "valid_to": found.valid_to,
        "reason": found.state_reason,
    }


def original(request: HttpRequest, pk: int) -> HttpResponseBase:
    """The file exactly as received: its SHA-256 is reckoned anew before it is given out."""
    found = _readable(request, pk)
    path = path_of(found.digest)
    if not path.is_file():
        raise Http404(_("The file itself is not kept here."))
    if _digest(path) != found.digest:
        raise Http404(_("The file kept is not the one received."))
    response = FileResponse(
        path.open("rb"),
        as_attachment=True,
        filename=found.file_name,
        content_type=found.media_type or UNKNOWN_TYPE,
    )
    response["X-Content-Type-Options"] = "nosniff"
    return response


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


@require_POST
def validity(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Say whether a document holds; for those who steer."""
    person = request.user
    if not isinstance(person, Person) or not person.steers:
        raise PermissionDenied
    found = _readable(request, pk)
    form = ValidityForm(request.POST)
    if form.is_valid():
        said = form.cleaned_data
        try:
            changed = set_validity(
                found,
                state=cast(Document.State, said["state"]),
                valid_from=said["valid_from"],
                valid_to=said["valid_to"],
                reason=said["reason"],
                actor=person,
                now=timezone.now(),
            )
        except ValidityError as error:
            form.refuse(error)
        else:
            if changed:
                messages.success(request, _("The validity of the document was recorded."))
            return redirect("document", pk=pk)
    return _page(request, found, form, status=422)


@require_POST
def relations(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Tie a document to another, or say that it does not mean one; for those who steer."""
    person = request.user
    if not isinstance(person, Person) or not person.steers:
        raise PermissionDenied
    found = _readable(request, pk)
    untied = request.POST.get("untie", "")
    form = RelationForm(request.POST, document=found, viewer=person)
    if untied.isascii() and untied.isdigit() and len(untied) < 19:
        relation = get_object_or_404(found.relations, pk=int(untied))
        done = untie(relation, actor=person, now=timezone.now())
    elif form.is_valid():
        said = form.cleaned_data
        done = relate(found, said["kind"], said["other"], actor=person, now=timezone.now())
    else:
        messages.error(request, _("Choose the document and how this one speaks of it."))
        return redirect("document", pk=pk)
    if done:
        messages.success(request, _("The relation was recorded."))
    return redirect("document", pk=pk)
