"""The ranking of bodies under a method: who is behind, at what, and since when."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django import forms
from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cotmoc.apps.scorecards.board import Board, Column, Row, board
from cotmoc.apps.scorecards.held import Chosen, choose, held_of
from cotmoc.apps.scorecards.web import words
from cotmoc.core.text import fold
from cotmoc.ui.export import export, export_format
from cotmoc.ui.formats import in_language
from cotmoc.ui.listing import paginate, sort_rows

THRESHOLDS = (25, 50, 75, 90)
ALL = [("", gettext_lazy("all"))]
KIND_ORDER = ("department", "commune", "province")


class RankingForm(forms.Form):
    """What the ranking can be narrowed by."""

    q = forms.CharField(
        label=gettext_lazy("Search"),
        required=False,
        max_length=80,
        widget=forms.TextInput(attrs={"type": "search"}),
    )
    group = forms.ChoiceField(label=gettext_lazy("Group"), required=False)
    below = forms.ChoiceField(
        label=gettext_lazy("Reached less than"),
        required=False,
        choices=[("", gettext_lazy("any")), *((str(each), f"{each} %") for each in THRESHOLDS)],
    )
    missing = forms.BooleanField(label=gettext_lazy("Only with missing leaves"), required=False)
    compare = forms.ChoiceField(label=gettext_lazy("Beside it"), required=False)

    def __init__(
        self, *args: Any, chosen: Chosen, columns: Sequence[Column], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self._set("group", [("", gettext_lazy("the whole index")), *_named(columns)])
        others = [(each.version.method, each.version.method) for each in chosen.others]
        self._set("compare", [("", gettext_lazy("no other method")), *others])
        if not others:
            del self.fields["compare"]

    def _set(self, name: str, choices: list[tuple[str, Any]]) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)
        field.choices = choices


def _named(columns: Sequence[Column]) -> list[tuple[str, str]]:
    return [(column.code, in_language(column.name)) for column in columns]


@dataclass(frozen=True, slots=True)
class Tab:
    """One kind of bodies, as a tab."""

    code: str
    name: str
    count: int


def ranking(request: HttpRequest, code: str) -> HttpResponseBase:
    """Bodies of one kind by their total under one method, each with its groups and its change."""
    held = held_of(code, viewer=request.user)
    if not held:
        raise Http404
    chosen = choose(
        held, method=request.GET.get("method", ""), period=request.GET.get("period", "")
    )
    compare = request.GET.get("compare", "")
    found = board(chosen, viewer=request.user, compare=compare)
    tabs = [
        Tab(each, words.kind(each), len(found.by_kind[each]))
        for each in KIND_ORDER
        if each in found.by_kind
    ]
    kind = request.GET.get("kind", "")
    if kind not in found.by_kind:
        kind = tabs[0].code if tabs else ""
    form = RankingForm(request.GET, chosen=chosen, columns=found.columns)
    form.is_valid()
    everyone = found.by_kind.get(kind, [])
    rows, sort = sort_rows(
        _narrowed(everyone, found.columns, form.cleaned_data),
        request,
        sort_keys(found.columns),
        _default_order(everyone),
    )
    if kind_of_file := export_format(request):
        name = f"xep-hang-{code}-{chosen.period}-{kind}".replace(":", "-")
        return export(kind_of_file, name, *export_rows(found, rows))
    page = paginate(request, rows)
    heads = [in_language(column.name) for column in found.columns]
    return render(
        request,
        "scorecards/ranking.html",
        {
            "rows": [(row, list(zip(heads, row.parts, strict=True))) for row in page],
            "index": chosen.version,
            "scale": chosen.version.definition.scale,
            "chosen": chosen,
            "period": chosen.period,
            "board": found,
            "tabs": tabs,
            "kind": kind,
            "form": form,
            "page": page,
            "sort": sort,
            "said": summary(everyone, found.columns),
            "compared_any": any(row.other for row in everyone),
            "published": found.published(kind),
            "two_borders": words.two_borders(row.subject for row in everyone),
            "tab": "ranking",
        },
    )


def _default_order(rows: Sequence[Row]) -> str:
    """By our rank, unless others published the ranks of more bodies than could be computed."""
    ranked = sum(row.rank is not None for row in rows)
    published = sum(row.published_rank is not None for row in rows)
    return "published" if published > ranked else "rank"


@dataclass(frozen=True, slots=True)
class Summary:
    """What the ranking says at first sight."""

    bodies: int
    ranked: int
    incomplete: int
    least: Decimal  # points that could be scored, of the body with the fewest
    most: Decimal
    max: Decimal
    unlike: int  # differ from what was published
    mean: Decimal | None
    weakest: Column | None  # the group of which least was reached, of those most bodies have
    weakest_share: Decimal | None
    weakest_bodies: int
    last: Row | None

    @property
    def uneven(self) -> bool:
        """Whether some are scored on more of the index than others: totals then mislead."""
        return self.least < self.most


def summary(rows: Sequence[Row], columns: Sequence[Column]) -> Summary:
    """Counts over all bodies of a kind, whatever the list is narrowed to."""
    totals = [row.total for row in rows if row.total is not None]
    shares: list[tuple[Decimal, int, int]] = []
    for place in range(len(columns)):
        parts = [row.parts[place] for row in rows if row.parts[place].points is not None]
        judged = sum((part.scored_max for part in parts), Decimal(0))
        if judged and 2 * len(parts) >= len(totals):
            got = sum((part.points or Decimal(0) for part in parts), Decimal(0))
            shares.append((100 * got / judged, place, len(parts)))
    weakest = min(shares, default=None)
    ranked = [row for row in rows if row.rank]
    covers = [row.scored_max for row in ranked]
    return Summary(
        bodies=len(rows),
        ranked=len(ranked),
        incomplete=sum(row.incomplete for row in rows if row.computed),
        least=min(covers, default=Decimal(0)),
        most=max(covers, default=Decimal(0)),
        max=max((row.max for row in rows), default=Decimal(0)),
        unlike=sum(row.differs for row in rows),
        mean=sum(totals, Decimal(0)) / len(totals) if totals else None,
        weakest=columns[weakest[1]] if weakest else None,
        weakest_share=weakest[0] if weakest else None,
        weakest_bodies=weakest[2] if weakest else 0,
        last=_alone_at_the_end(ranked),
    )


def _alone_at_the_end(ranked: Sequence[Row]) -> Row | None:
    """The body of the last rank; None where several share it, so that none is singled out."""
    end = max((row.rank or 0 for row in ranked), default=0)
    there = [row for row in ranked if row.rank == end]
    return there[0] if len(there) == 1 else None


def _narrowed(rows: Sequence[Row], columns: Sequence[Column], asked: dict[str, Any]) -> list[Row]:
    wanted = fold(asked.get("q") or "").split()
    below = Decimal(asked["below"]) if asked.get("below") else None
    codes = [column.code for column in columns]
    group = asked.get("group") or ""
    place = codes.index(group) if group in codes else None

    def low(row: Row) -> bool:
        share = row.share if place is None else row.parts[place].share
        return share is not None and below is not None and share < below

    return [
        row
        for row in rows
        if all(word in row.search for word in wanted)
        and (below is None or low(row))
        and (not asked.get("missing") or row.incomplete)
    ]


def sort_keys(columns: Sequence[Column]) -> dict[str, Any]:
    """What the ranking can be ordered by: also the points of each group."""
    keys: dict[str, Any] = {
        "rank": lambda row: row.rank,
        "name": lambda row: fold(row.name),
        "total": lambda row: row.total,
        "share": lambda row: row.share,
        "change": lambda row: row.change,
        "published": lambda row: row.published_rank,
        "given": lambda row: row.published,
        "other": lambda row: row.other.total if row.other else None,
        "other-rank": lambda row: row.other.rank if row.other else None,
    }
    for place, column in enumerate(columns):
        keys[f"g-{column.code}"] = lambda row, place=place: row.parts[place].points
    return keys


def export_rows(found: Board, rows: Sequence[Row]) -> tuple[list[str], list[list[Any]]]:
    """Header and rows of the ranking as a file."""
    headers = [
        _("Rank"), _("Of"), _("Code"), _("Organisation"), _("Total"), _("Maximum"),
        _("Maximum of what was scored"), _("Rank in the period before"), _("Places won"),
    ]  # fmt: skip
    for column in found.columns:
        name = in_language(column.name)
        headers += [
            _("%(group)s: points") % {"group": name},
            _("%(group)s: maximum scored") % {"group": name},
        ]
    headers += [_("Published total"), _("Published rank")]
    if found.compared:
        headers += [
            _("Total by %(method)s") % {"method": found.compared.method},
            _("Rank by %(method)s") % {"method": found.compared.method},
        ]
    return headers, [_cells(row, found) for row in rows]


def _cells(row: Row, found: Board) -> list[Any]:
    cells: list[Any] = [
        row.rank, row.ranked or None, row.code, row.name, row.total, row.max, row.scored_max,
        row.rank_before, row.change,
    ]  # fmt: skip
    for part in row.parts:
        cells += [part.points, part.scored_max]
    cells += [row.published, row.published_rank]
    if found.compared:
        cells += [row.other.total, row.other.rank] if row.other else [None, None]
    return cells
