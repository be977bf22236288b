"""Published rankings, for everybody: what is computed here and not published never shows."""

from typing import Any

from django import forms
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.models import AnonymousUser
from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cotmoc.apps.measurement.models import period_words
from cotmoc.apps.scorecards.opened import Announced, OpenBoard, announced, open_board
from cotmoc.apps.scorecards.web import words
from cotmoc.core.text import fold
from cotmoc.ui.export import export, export_format
from cotmoc.ui.formats import in_language
from cotmoc.ui.listing import paginate, sort_rows

# Whoever asks reads what the public may read.
PUBLIC = AnonymousUser()


class PublicForm(forms.Form):
    """What a published ranking can be narrowed by."""

    q = forms.CharField(
        label=gettext_lazy("Search"),
        required=False,
        max_length=80,
        widget=forms.TextInput(attrs={"type": "search"}),
    )
    period = forms.ChoiceField(label=gettext_lazy("Period"), required=False)

    def __init__(self, *args: Any, periods: list[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["period"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [(code, period_words(code)) for code in periods]
        if len(periods) < 2:
            del self.fields["period"]


@login_not_required
def public_indices(request: HttpRequest) -> HttpResponseBase:
    """Every index with published results, the newest of each first."""
    found = announced(viewer=PUBLIC, today=timezone.localdate())
    by_code: dict[str, list[Announced]] = {}
    for each in found:
        by_code.setdefault(each.version.code, []).append(each)
    return render(request, "scorecards/public_indices.html", {"by_code": list(by_code.values())})


@login_not_required
def public_ranking(request: HttpRequest, code: str) -> HttpResponseBase:
    """One published ranking: of a round of our own, or as others published it."""
    today = timezone.localdate()
    found = announced(code, viewer=PUBLIC, today=today)
    if not found:
        raise Http404
    chosen = choose_announced(found, request.GET.get("period", ""), request.GET.get("kind", ""))
    shown = open_board(chosen, viewer=PUBLIC, today=today)
    periods = list(dict.fromkeys(each.period for each in found))
    form = PublicForm(request.GET, periods=periods)
    form.is_valid()
    wanted = fold(form.cleaned_data.get("q") or "").split()
    rows, sort = sort_rows(
        [row for row in shown.rows if all(word in row.search for word in wanted)],
        request,
        _sort_keys(shown),
        "rank" if shown.ranks else "-total" if shown.totals else "name",
    )
    if kind := export_format(request):
        name = f"xep-hang-cong-bo-{code}-{chosen.period}-{chosen.kind}".replace(":", "-")
        return export(kind, name, *_export_rows(shown, rows))
    page = paginate(request, rows)
    heads = [in_language(column.name) for column in shown.columns]
    return render(
        request,
        "scorecards/public_ranking.html",
        {
            "index": chosen.version,
            "scale": shown.scale,
            "chosen": chosen,
            "board": shown,
            "kinds": [each for each in found if each.period == chosen.period],
            "form": form,
            "page": page,
            "rows": [(row, list(zip(heads, row.parts, strict=False))) for row in page],
            "sort": sort,
            "two_borders": words.two_borders(row.subject for row in shown.rows),
        },
    )


def choose_announced(found: list[Announced], period: str, kind: str) -> Announced:
    """What was asked for where it is there; else the newest of the period, or of all."""
    of_period = [each for each in found if each.period == period] or [
        each for each in found if each.period == found[0].period
    ]
    return next((each for each in of_period if each.kind == kind), of_period[0])


def _sort_keys(shown: OpenBoard) -> dict[str, Any]:
    keys: dict[str, Any] = {
        "rank": lambda row: row.rank,
        "name": lambda row: fold(row.name),
        "total": lambda row: row.total,
    }
    for place, column in enumerate(shown.columns):
        keys[f"g-{column.code}"] = lambda row, place=place: row.parts[place]
    return keys


def _export_rows(shown: OpenBoard, rows: list[Any]) -> tuple[list[str], list[list[Any]]]:
    names = [in_language(column.name) for column in shown.columns]
    headers = [_("Rank"), _("Code"), _("Organisation"), _("Total"), *names]
    return headers, [[row.rank, row.code, row.name, row.total, *row.parts] for row in rows]
