"""The list of tasks proposed from lost points."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import F, Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from cotmoc.apps.accounts.models import Person
from cotmoc.apps.scorecards.models import Proposal
from cotmoc.apps.scorecards.ports import task_desk
from cotmoc.apps.scorecards.proposals import (
    ProposalError,
    drop_proposal,
    hand_over,
    may_propose,
    proposals,
    restore_proposal,
)
from cotmoc.core.text import fold
from cotmoc.ui.export import export, export_format
from cotmoc.ui.listing import paginate

ANY = [("", gettext_lazy("all"))]
WHY_NOT = {
    "taken": gettext_lazy("It has become a task; end it where tasks are."),
    "another": gettext_lazy("Another proposal for the same leaf is open; this one stays dropped."),
    "not_waiting": gettext_lazy("It does not wait any more."),
    "no_desk": gettext_lazy("No room for tasks is set up yet; the proposal keeps waiting."),
}
ORDERS: Mapping[str, list[Any]] = {
    "made": [F("made_at").asc(), F("pk").asc()],
    "-made": [F("made_at").desc(), F("pk").desc()],
    "title": [F("title").asc()],
    "-title": [F("title").desc()],
    "body": [F("organisation__short_name").asc(), F("pk").asc()],
    "-body": [F("organisation__short_name").desc(), F("pk").asc()],
    "points": [F("points").asc(nulls_last=True), F("pk").asc()],
    "-points": [F("points").desc(nulls_last=True), F("pk").asc()],
    "deadline": [F("deadline").asc(nulls_last=True), F("pk").asc()],
    "-deadline": [F("deadline").desc(nulls_last=True), F("pk").asc()],
    "state": [F("state").asc(), F("pk").asc()],
    "-state": [F("state").desc(), F("pk").asc()],
}


class ProposalFilters(forms.Form):
    """What the proposals can be narrowed by."""

    q = forms.CharField(
        label=gettext_lazy("Search"),
        required=False,
        max_length=100,
        widget=forms.TextInput(attrs={"type": "search"}),
    )
    state = forms.ChoiceField(
        label=gettext_lazy("State"), required=False, choices=[*ANY, *Proposal.State.choices]
    )
    index = forms.ChoiceField(label=gettext_lazy("Index"), required=False)

    def __init__(self, *args: Any, indices: Mapping[str, str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["index"].choices = [*ANY, *indices.items()]  # type: ignore[attr-defined]

    def apply(self, found: QuerySet[Proposal]) -> QuerySet[Proposal]:
        """The proposals that match; a wrong value filters nothing."""
        self.is_valid()
        for word in fold(self.cleaned_data.get("q") or "").split():
            found = found.filter(
                Q(about__search__contains=word)
                | Q(organisation__search__contains=word)
                | Q(title__icontains=word)
                | Q(leaf__icontains=word)
            )
        if state := self.cleaned_data.get("state"):
            found = found.filter(state=state)
        if index := self.cleaned_data.get("index"):
            found = found.filter(index__code=index)
        return found


def listing(request: HttpRequest) -> HttpResponseBase:
    """All proposals that a person may see."""
    person, today = request.user, timezone.localdate()
    visible = proposals(viewer=person, on=today)
    rows = visible.order_by().values_list("index__code", "index__name_vi").distinct()
    form = ProposalFilters(request.GET, indices=dict(rows))
    sort = request.GET.get("sort", "")
    sort = sort if sort in ORDERS else "-made"
    shown = form.apply(visible).order_by(*ORDERS[sort])
    if kind := export_format(request):
        return export(kind, "de-xuat-nhiem-vu", *_export(shown))
    steers = isinstance(person, Person) and person.steers
    own = set()
    if isinstance(person, Person) and not steers:
        own = set(person.posts.on(today).values_list("organisation_id", flat=True))
    context = {
        "form": form,
        "total": visible.count(),
        "page": paginate(request, shown),
        "sort": sort,
        "steers": steers,
        "own": own,
        "desk": task_desk() is not None,
    }
    return render(request, "scorecards/proposals.html", context)


def _export(rows: QuerySet[Proposal]) -> tuple[list[str], list[list[Any]]]:
    headers = [
        _("Task"), _("Who acts"), _("Whose points"), _("Index"), _("Method"), _("Period"),
        _("Leaf"), _("Points"), _("Deadline"), _("State"), _("Proposed by"), _("Proposed at"),
        _("Address of the task"), _("Detail"),
    ]  # fmt: skip
    return headers, [
        [
            row.title,
            row.organisation.short_name,
            row.about.short_name,
            row.index.name,
            row.index.method,
            row.period,
            row.leaf,
            row.points,
            row.deadline,
            str(row.get_state_display()),
            row.made_by.name if row.made_by else "",
            row.made_at,
            row.reference,
            row.detail,
        ]
        for row in rows
    ]


@require_POST
def deed(request: HttpRequest, pk: int) -> HttpResponse:
    """Drop a proposal, take it up again, or hand it over; for who steers and who speaks for the
    body."""
    person, today = request.user, timezone.localdate()
    found = get_object_or_404(proposals(viewer=person, on=today), pk=pk)
    if not may_propose(person, found.about, today):
        raise PermissionDenied
    assert isinstance(person, Person)
    who: dict[str, Any] = {"actor": person, "now": timezone.now()}
    try:
        match request.POST.get("do"):
            case "restore":
                restore_proposal(found, **who)
                messages.success(request, _("The proposal is taken up again."))
            case "hand-over":
                hand_over(found, _origin(found), **who)
                messages.success(request, _("The task was made."))
            case _:
                drop_proposal(found, **who)
                messages.success(request, _("The proposal is dropped; it can be taken up again."))
    except ProposalError as problem:
        messages.error(request, str(WHY_NOT[str(problem)]))
    return redirect(_next(request))


def _origin(proposal: Proposal) -> str:
    address = reverse("card-lost", args=[proposal.index.code, proposal.about.code])
    query = urlencode({"period": proposal.period, "method": proposal.index.method})
    return f"{address}?{query}#{proposal.leaf}"


def _next(request: HttpRequest) -> str:
    """Back to the page the button stood on, if it is one of ours."""
    asked = request.POST.get("next", "")
    if url_has_allowed_host_and_scheme(asked, {request.get_host()}, request.is_secure()):
        return asked
    return reverse("proposals")
