"""Handing a document in: the page, how far reading is, and what is refused."""

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.csrf import csrf_exempt, csrf_protect

from cotmoc.apps.accounts.models import Person
from cotmoc.apps.documents.models import Document
from cotmoc.apps.programmes.models import Upload
from cotmoc.apps.programmes.uploading import (
    Received,
    UploadRefusedError,
    receive,
    refuse_too_many,
)
from cotmoc.apps.programmes.web.draft_forms import UploadForm
from cotmoc.core.problems import Problem
from cotmoc.ui.problems import sentence

TOO_LARGE, TOO_MANY, UNUSABLE = 413, 429, 422
FORM_BYTES = 100_000
SHOWN = 10
REFUSALS = {
    "too_many": gettext_lazy(
        "You have handed in %(limit)s files within an hour. Wait a while and try again."
    ),
    "too_large": gettext_lazy(
        "The file is larger than %(limit)s MB. Save it without pictures, or split the annexes off."
    ),
    "empty": gettext_lazy("The file is empty. Choose the file again."),
    "scanner": gettext_lazy(
        "The virus scanner refused the file. Ask for a clean copy; it was not kept."
    ),
    "not_scanned": gettext_lazy(
        "The virus scanner does not answer, so the file was not taken. Tell the operator."
    ),
}
STATUS = {"too_many": TOO_MANY, "too_large": TOO_LARGE}


@csrf_exempt
def upload(request: HttpRequest) -> HttpResponseBase:
    """Hand a file in. What is far too large is refused before it is taken over the line."""
    person = _who_steers(request)
    length = request.META.get("CONTENT_LENGTH") or "0"
    if request.method == "POST" and int(length) > settings.MAX_DOCUMENT_BYTES + FORM_BYTES:
        limit = settings.MAX_DOCUMENT_BYTES // 1_000_000
        return _page(request, UploadForm(), UploadRefusedError("too_large", limit=limit))
    answer: HttpResponseBase = _upload(request, person)
    return answer


@csrf_protect
def _upload(request: HttpRequest, person: Person) -> HttpResponseBase:
    if request.method != "POST":
        return _page(request, UploadForm())
    now = timezone.now()
    try:
        refuse_too_many(person, now=now)
        form = UploadForm(request.POST, request.FILES)
        if not form.is_valid():
            return _page(request, form)
        file = form.cleaned_data["file"]
        if file.size > settings.MAX_DOCUMENT_BYTES:
            limit = settings.MAX_DOCUMENT_BYTES // 1_000_000
            raise UploadRefusedError("too_large", limit=limit)
        received = receive(file.name, file.read(), actor=person, now=now)
    except UploadRefusedError as refused:
        return _page(request, UploadForm(), refused)
    return _lead_on(request, received)


def _lead_on(request: HttpRequest, received: Received) -> HttpResponseBase:
    """To the document if there is one, else to how far its reading is."""
    document = received.document
    if document is None:
        assert received.upload is not None
        return redirect("upload-progress", pk=received.upload.pk)
    if received.known:
        messages.info(request, _("This file was handed in before: here is its document."))
    return redirect(_address(document))


def _address(document: Document) -> str:
    if document.state == Document.State.DRAFT:
        return reverse("confirm-document", args=[document.pk])
    return reverse("document", args=[document.pk])


def _page(
    request: HttpRequest, form: UploadForm, refused: UploadRefusedError | None = None
) -> HttpResponse:
    problem = str(REFUSALS.get(refused.code, refused.code)) % refused.params if refused else ""
    wrong = UNUSABLE if form.is_bound else 200
    context: dict[str, Any] = {
        "form": form,
        "problem": problem,
        "limit": settings.MAX_DOCUMENT_BYTES // 1_000_000,
        "limit_bytes": settings.MAX_DOCUMENT_BYTES,
        "waiting": _waiting(),
        "last": Upload.objects.select_related("requested_by", "document")[:SHOWN],
    }
    status = STATUS.get(refused.code, UNUSABLE) if refused else wrong
    return render(request, "programmes/upload.html", context, status=status)


def _waiting() -> list[Document]:
    """Documents that wait to be confirmed, the newest first; without their text."""
    drafts = Document.objects.filter(state=Document.State.DRAFT).order_by("-recorded_at")
    return list(drafts.only("title", "symbol", "file_name", "recorded_at")[:SHOWN])


def progress(request: HttpRequest, pk: int) -> HttpResponseBase:
    """How far the reading of a file is; leads on when it is done."""
    _who_steers(request)
    found = get_object_or_404(Upload.objects.select_related("document"), pk=pk)
    if found.document:
        address = _address(found.document)
        if request.headers.get("HX-Request"):
            return HttpResponse(headers={"HX-Redirect": address})
        return redirect(address)
    context = {"upload": found, "why": _why(found) if found.problem else ""}
    return render(request, "programmes/upload_progress.html", context)


def _why(found: Upload) -> str:
    """Why a file was refused, in the reader's words."""
    problem = found.problem
    code = str(problem.get("code", ""))
    return sentence(Problem(code, found.file_name, params=_sayable(problem.get("params") or {})))


def _sayable(params: dict[str, object]) -> dict[str, object]:
    return {**params, "file": params.get("file", "")}


def _who_steers(request: HttpRequest) -> Person:
    person = request.user
    if not isinstance(person, Person) or not person.steers:
        raise PermissionDenied
    return person
