"""Published results: every publication, and one with its values."""

from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.db.models import Count, Q
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cotmoc.apps.accounts.models import Person
from cotmoc.apps.measurement.models import period_words
from cotmoc.apps.orgs.models import AdminUnit
from cotmoc.apps.scorecards.columns import Vocabulary
from cotmoc.apps.scorecards.models import Publication, Published
from cotmoc.apps.scorecards.web.publishing_forms import ANY
from cotmoc.apps.scorecards.web.results_words import (
    index_words,
    node_words,
    subject_words,
    value_words,
)
from cotmoc.core.text import fold
from cotmoc.ui.export import export, export_format
from cotmoc.ui.listing import paginate, sort_rows

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
        indices = {row.index.code: index_words(row.index) for row in rows}
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
            _("Values"), _("Still current"), _("Recorded"), _("Recorded by"),
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


def _steers(request: HttpRequest) -> bool:
    return isinstance(request.user, Person) and request.user.steers
