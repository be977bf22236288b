"""Points lost by one body: the leaves that cost most, or that are won back with least."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from cotmoc.apps.accounts.models import Person
from cotmoc.apps.scorecards.opening import Opened, open_card_of
from cotmoc.apps.scorecards.tomorrow.losses import LostRow, lost_rows
from cotmoc.apps.scorecards.tomorrow.proposals import Wanted, may_propose, propose
from cotmoc.apps.scorecards.tomorrow.wording import (
    WHY,
    deadline_for,
    effort_text,
    per_thing,
    proposal_detail,
    proposal_title,
)
from cotmoc.core.text import fold
from cotmoc.indicators.indices.losses import ORDERS, Loss
from cotmoc.indicators.indices.model import Group
from cotmoc.ui.export import export, export_format
from cotmoc.ui.formats import in_language
from cotmoc.ui.listing import paginate

ANY = [("", gettext_lazy("all"))]
ORDER_WORDS = {
    "lost": gettext_lazy("Most points lost"),
    "effort": gettext_lazy("Least to do"),
    "return": gettext_lazy("Best return"),
}
SHOWN = {
    "told": gettext_lazy("effort can be told"),
    "untold": gettext_lazy("effort cannot be told"),
    "no_data": gettext_lazy("no points yet"),
    "proposed": gettext_lazy("with a task proposed"),
    "open": gettext_lazy("without a task"),
}


class LostFilters(forms.Form):
    """What the leaves can be narrowed by."""

    q = forms.CharField(
        label=gettext_lazy("Search"),
        required=False,
        max_length=100,
        widget=forms.TextInput(attrs={"type": "search"}),
    )
    group = forms.ChoiceField(label=gettext_lazy("Group"), required=False)
    show = forms.ChoiceField(
        label=gettext_lazy("Show"), required=False, choices=[*ANY, *SHOWN.items()]
    )

    def __init__(self, *args: Any, groups: Sequence[Group], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [*ANY, *((each.code, in_language(each.name)) for each in groups)]
        self.fields["group"].choices = choices  # type: ignore[attr-defined]

    def apply(self, rows: Sequence[LostRow]) -> list[LostRow]:
        """The leaves that match; a wrong value filters nothing."""
        self.is_valid()
        words = fold(self.cleaned_data.get("q") or "").split()
        group = self.cleaned_data.get("group")
        show = self.cleaned_data.get("show") or ""
        return [
            row
            for row in rows
            if all(word in fold(f"{row.leaf.code} {in_language(row.leaf.name)}") for word in words)
            and (not group or (row.place is not None and row.place.code == group))
            and _is(row, show)
        ]


def _is(row: LostRow, show: str) -> bool:
    match show:
        case "told":
            return row.loss.next is not None
        case "untold":
            return row.loss.next is None and row.loss.lost is not None
        case "no_data":
            return row.loss.lost is None
        case "proposed":
            return row.proposal is not None
        case "open":
            return row.proposal is None
    return True


@dataclass(frozen=True, slots=True)
class Shown:
    """A leaf as the page says it."""

    row: LostRow
    name: str
    group: str
    doing: str
    full: str
    by_thing: str
    why: str
    owner: str


def lost(request: HttpRequest, code: str, unit: str) -> HttpResponseBase:
    """Leaves on which a body loses points, in one of three orders."""
    opened = open_card_of(code, unit, request.GET, viewer=request.user)
    if opened.card is None or opened.base is None:
        return render(request, "scorecards/no_card.html", opened.context("lost"))
    today = timezone.localdate()
    rows = lost_rows(opened.card, opened.base, viewer=request.user, on=today)
    groups = [each for each in opened.base.asked.children if isinstance(each, Group)]
    form = LostFilters(request.GET, groups=groups)
    order = request.GET.get("sort", "")
    order = order if order in ORDERS else "lost"
    shown = [_shown(row, opened) for row in ordered(form.apply(rows), order)]
    if kind := export_format(request):
        name = f"diem-mat-{code}-{unit}-{opened.period}".replace(":", "-")
        return export(kind, name, *_export(shown))
    context = opened.context("lost") | {
        "form": form,
        "total": len(rows),
        "page": paginate(request, shown),
        "sort": order,
        "orders": ORDER_WORDS.items(),
        "summary": _summary(rows),
        "first": [_shown(row, opened) for row in ordered(rows, "return")[:3] if row.loss.next],
        "may_propose": opened.body is not None and may_propose(request.user, opened.body, today),
        "deadline": deadline_for(opened.period, today),
    }
    return render(request, "scorecards/lost.html", context)


def ordered(rows: Sequence[LostRow], order: str) -> list[LostRow]:
    """Rows by points lost, by effort or by return."""
    by_loss = {id(row.loss): row for row in rows}
    return [by_loss[id(loss)] for loss in ORDERS[order]([row.loss for row in rows])]


def _shown(row: LostRow, opened: Opened) -> Shown:
    base, loss = opened.base, row.loss
    assert base is not None
    subject = getattr(opened.subject, "short_name", None) or str(opened.subject)
    return Shown(
        row=row,
        name=in_language(row.leaf.name),
        group=in_language(row.place.name) if row.place else "",
        doing=effort_text(loss.next, row.leaf, base),
        full=effort_text(loss.full, row.leaf, base) if loss.full != loss.next else "",
        by_thing=per_thing(loss.next.by_thing) if loss.next else "",
        why=str(WHY[loss.why]) if loss.why else "",
        owner=row.owner.short_name if row.owner else row.owner_named or subject,
    )


@dataclass(frozen=True, slots=True)
class Summary:
    """What a body loses in all: on how many leaves, and what cannot be said."""

    lost: Decimal
    leaves: int
    without: int  # leaves without points
    at_stake: Decimal  # what those could give at most
    proposed: int


def _summary(rows: Sequence[LostRow]) -> Summary:
    scored: list[Loss] = [row.loss for row in rows if row.loss.lost is not None]
    without = [row.loss for row in rows if row.loss.lost is None]
    return Summary(
        lost=sum((loss.lost or Decimal(0) for loss in scored), Decimal(0)),
        leaves=len(scored),
        without=len(without),
        at_stake=sum((loss.max for loss in without), Decimal(0)),
        proposed=sum(row.proposal is not None for row in rows),
    )


def _export(shown: Sequence[Shown]) -> tuple[list[str], list[list[Any]]]:
    headers = [
        _("Code"), _("Leaf"), _("Group"), _("Points"), _("Maximum"), _("Lost"),
        _("To do for the next point"), _("How many things"), _("Points won"),
        _("To do for full marks"), _("Things for full marks"), _("Points for each thing"),
        _("Who acts"), _("Numerator"), _("Denominator"), _("Figure"), _("Task"),
    ]  # fmt: skip
    return headers, [_cells(each) for each in shown]


def _cells(each: Shown) -> list[Any]:
    loss, proposal = each.row.loss, each.row.proposal
    figure = each.row.gaps[0].figure if each.row.gaps else None
    return [
        loss.leaf.code,
        each.name,
        each.group,
        loss.points,
        loss.max,
        loss.lost,
        each.doing or each.why,
        loss.next.things if loss.next else None,
        loss.next.gain if loss.next else None,
        each.full or each.doing,
        loss.full.things if loss.full else None,
        loss.next.by_thing if loss.next else None,
        each.owner,
        figure.numerator if figure else None,
        figure.denominator if figure else None,
        str(figure) if figure else "",
        str(proposal.get_state_display()) if proposal else "",
    ]


# One click ----------------------------------------------------------------------------------------


@require_POST
def propose_task(request: HttpRequest, code: str, unit: str) -> HttpResponse:
    """Propose a task that would win back the points of one leaf."""
    opened = open_card_of(code, unit, request.POST, viewer=request.user)
    today, person = timezone.localdate(), request.user
    body = opened.body
    if body is None or not may_propose(person, body, today):
        raise PermissionDenied
    assert isinstance(person, Person)
    if opened.card is None or opened.base is None:
        raise Http404
    rows = lost_rows(opened.card, opened.base, viewer=person, on=today)
    row = next((each for each in rows if each.leaf.code == request.POST.get("leaf")), None)
    if row is None or not row.workable:
        messages.error(request, _("On this leaf no points can be won back by a task."))
        return redirect(_back(opened))
    wanted = wanted_for(row, opened, today, _day(request.POST.get("deadline", "")))
    made, new = propose(opened.version, wanted, actor=person, now=timezone.now())
    if not new:
        messages.info(request, _("A task for this leaf was proposed before; nothing was added."))
    elif made.state == made.State.TAKEN:
        messages.success(request, _("The task was made."))
    else:
        messages.success(request, _("The task is proposed; it waits in the list of proposals."))
    return redirect(f"{_back(opened)}#{row.leaf.code}")


def wanted_for(row: LostRow, opened: Opened, today: date, deadline: date | None = None) -> Wanted:
    """The task that would win back the points of a leaf."""
    base, body = opened.base, opened.body
    assert base is not None
    assert body is not None
    return Wanted(
        leaf=row.leaf.code,
        period=opened.period,
        about=body,
        acts=row.owner or body,
        title=proposal_title(row, base),
        detail=proposal_detail(row, base),
        points=row.loss.next.gain if row.loss.next else row.loss.lost,
        deadline=deadline or deadline_for(opened.period, today),
        origin=f"{_back(opened)}#{row.leaf.code}",
    )


def _back(opened: Opened) -> str:
    address = reverse("card-lost", args=[opened.version.code, opened.unit])
    query = urlencode({"period": opened.period, "method": opened.version.method})
    return f"{address}?{query}"


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None
