"""Adding evidence to a leaf, fetching its file, taking it away."""

import hashlib
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_POST

from cotmoc.apps.accounts.models import Person
from cotmoc.apps.documents.ports import originals
from cotmoc.apps.scorecards.assessments import reads as round_queries
from cotmoc.apps.scorecards.assessments.evidence import (
    Proof,
    add_evidence,
    link_is_safe,
    remove_evidence,
)
from cotmoc.apps.scorecards.assessments.stepping import RoundError, parts_of
from cotmoc.apps.scorecards.models import Assessment, Evidence
from cotmoc.apps.scorecards.web.assessment import UNUSABLE, find, show
from cotmoc.apps.scorecards.web.assessment_rows import page_of
from cotmoc.apps.scorecards.web.round_forms import EvidenceForm
from cotmoc.apps.scorecards.web.round_words import refusal_text

TOO_LARGE = 413
FORM_BYTES = 100_000


def _who_speaks(request: HttpRequest, found: Assessment) -> Person:
    person = request.user
    if not isinstance(person, Person):
        raise PermissionDenied
    if "body" not in parts_of(person, found.organisation, now=timezone.now()):
        raise PermissionDenied
    return person


@csrf_exempt
@require_POST
def add(request: HttpRequest, pk: int, unit: str, leaf: str) -> HttpResponseBase:
    """Add evidence. What is far too large is refused before it is taken over the line."""
    found = find(request, pk, unit)
    person = _who_speaks(request, found)
    length = request.META.get("CONTENT_LENGTH") or "0"
    if int(length) > settings.MAX_DOCUMENT_BYTES + FORM_BYTES:
        limit = settings.MAX_DOCUMENT_BYTES // 1_000_000
        return _refused(
            request, found, leaf, refusal_text("too_large", {"limit": limit}), TOO_LARGE
        )
    answer: HttpResponseBase = _add(request, found, leaf, person)
    return answer


@csrf_protect
def _add(request: HttpRequest, found: Assessment, leaf: str, person: Person) -> HttpResponseBase:
    form = EvidenceForm(request.POST, request.FILES, leaf=leaf)
    if not form.is_valid():
        return _refused(request, found, leaf, "", UNUSABLE, form)
    try:
        add_evidence(found, leaf, _proof(form), actor=person, now=timezone.now())
    except RoundError as refused:
        found.refresh_from_db()
        said = refusal_text(refused.code, refused.params)
        status = TOO_LARGE if refused.code == "too_large" else UNUSABLE
        return _refused(request, found, leaf, said, status, form)
    messages.success(request, _("The evidence was added."))
    return redirect(_address(found, leaf))


def _proof(form: EvidenceForm) -> Proof:
    """What was sent; a file that is far too large is not read."""
    said = form.cleaned_data
    file = said.get("file")
    raw = b""
    if file:
        if file.size > settings.MAX_DOCUMENT_BYTES:
            raise RoundError("too_large", limit=settings.MAX_DOCUMENT_BYTES // 1_000_000)
        raw = file.read()
    return Proof(
        number=said["number"],
        dated=said["dated"],
        title=said["title"],
        link=said["link"],
        file_name=file.name if file else "",
        raw=raw,
    )


def _refused(
    request: HttpRequest,
    found: Assessment,
    leaf: str,
    problem: str,
    status: int,
    form: EvidenceForm | None = None,
) -> HttpResponse:
    """The page of the assessment, with the form opened and why it was refused."""
    page = page_of(found, viewer=request.user, now=timezone.now())
    more: dict[str, Any] = {}
    if (row := page.row(leaf)) and form:
        row.adding = form
        if problem:
            form.add_error(None, problem)
        more["opened"] = leaf
    said = problem or _("The evidence was not added; put right what is marked.")
    return show(request, found, page=page, problem=said, status=status, **more)


def _address(found: Assessment, leaf: str) -> str:
    page = reverse("assessment", args=[found.round_id, found.organisation.code])
    return f"{page}#{leaf}"


def file(request: HttpRequest, pk: int) -> HttpResponseBase:
    """The file exactly as received, for those who take part: its SHA-256 is reckoned anew."""
    try:
        held = round_queries.evidence_for(pk, viewer=request.user, on=timezone.localdate())
    except Evidence.DoesNotExist as error:
        raise Http404 from error
    path = originals.path_of(held.digest) if held.digest else None
    if path is None or not path.is_file():
        raise Http404(_("The file itself is not kept here."))
    with path.open("rb") as stored:
        if hashlib.file_digest(stored, "sha256").hexdigest() != held.digest:
            raise Http404(_("The file kept is not the one received."))
    response = FileResponse(
        path.open("rb"), as_attachment=True, filename=held.file_name, content_type=held.media_type
    )
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = "private, no-store"
    return response


def link(request: HttpRequest, pk: int) -> HttpResponseBase:
    """On to a page outside that evidence names; the address was read on the page before."""
    try:
        held = round_queries.evidence_for(pk, viewer=request.user, on=timezone.localdate())
    except Evidence.DoesNotExist as error:
        raise Http404 from error
    if not link_is_safe(held.link):
        raise Http404
    return redirect(held.link)


@require_POST
def remove(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Take evidence away, while the body may write."""
    try:
        held = round_queries.evidence_for(pk, viewer=request.user, on=timezone.localdate())
    except Evidence.DoesNotExist as error:
        raise Http404 from error
    assessment = held.entry.assessment
    leaf = held.entry.leaf
    person = _who_speaks(request, assessment)
    try:
        remove_evidence(held, actor=person, now=timezone.now())
    except RoundError as refused:
        messages.error(request, refusal_text(refused.code, refused.params))
    else:
        messages.success(request, _("The evidence was taken away."))
    return redirect(_address(assessment, leaf))
