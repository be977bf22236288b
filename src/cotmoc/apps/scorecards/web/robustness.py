"""How sure the ranks of an index are, and what would change them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from math import ceil, floor
from typing import Any

from django import forms
from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cotmoc.apps.measurement.models import period_words
from cotmoc.apps.orgs.models import OrganisationKind
from cotmoc.apps.scorecards import queries
from cotmoc.apps.scorecards.models import Card, IndexVersion
from cotmoc.apps.scorecards.robustness import (
    FEWEST_BODIES,
    MOST_DRAWS,
    Body,
    Choices,
    Correlations,
    Robustness,
    robustness,
)
from cotmoc.core.text import fold
from cotmoc.indicators.composite.sensitivity import Mover
from cotmoc.indicators.indices.model import Group, Index, Leaf
from cotmoc.ui.export import export, export_format
from cotmoc.ui.formats import in_language, plain
from cotmoc.ui.listing import paginate, sort_rows

NEAR = 20  # a rank is kept that moves by no more than a twentieth of the places
MOST_LEAVES = 16  # in one heat table
SHOWN_MOVERS = 12
MOST_SEED = 2**31 - 1
WHAT = (
    ("all", gettext_lazy("everything below")),
    ("weights", gettext_lazy("weights")),
    ("scale", gettext_lazy("the scale of shares")),
    ("mean", gettext_lazy("the kind of mean")),
    ("leaves", gettext_lazy("which leaves count")),
)
# The usual choice comes first.
NOISES = (("25", "± 25 %"), ("10", "± 10 %"), ("50", "± 50 %"))
DRAWS = (("1000", "1.000"), ("200", "200"), (str(MOST_DRAWS), "5.000"))
CORRELATIONS = (
    ("pearson", gettext_lazy("of values (Pearson)")),
    ("spearman", gettext_lazy("of ranks (Spearman)")),
    ("kendall", gettext_lazy("of pairs (Kendall)")),
)
_SCALES: Mapping[str, Any] = {
    "minmax": gettext_lazy("Shares set between the worst and the best body (min–max)"),
    "zscore": gettext_lazy("Shares in deviations from the mean (z-score)"),
    "percentile": gettext_lazy("Only the order of bodies in each leaf counts"),
}


class RobustnessForm(forms.Form):
    """What is varied, for whom."""

    q = forms.CharField(
        label=gettext_lazy("Search"),
        required=False,
        max_length=80,
        widget=forms.TextInput(attrs={"type": "search"}),
    )
    kind = forms.ChoiceField(label=gettext_lazy("Bodies"), required=False)
    period = forms.ChoiceField(label=gettext_lazy("Period"), required=False)
    what = forms.ChoiceField(label=gettext_lazy("Varied"), required=False, choices=WHAT)
    noise = forms.ChoiceField(label=gettext_lazy("Weights swing"), required=False, choices=NOISES)
    draws = forms.ChoiceField(label=gettext_lazy("Draws"), required=False, choices=DRAWS)
    seed = forms.IntegerField(
        label=gettext_lazy("Seed"),
        required=False,
        min_value=0,
        max_value=MOST_SEED,
        widget=forms.NumberInput(attrs={"placeholder": "1"}),
    )

    def __init__(
        self, *args: Any, periods: Sequence[str], kinds: Sequence[str], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        words = dict(OrganisationKind.choices)
        for name, choices in (
            ("period", [(code, period_words(code)) for code in periods]),
            ("kind", [(code, words[code]) for code in kinds]),
        ):
            field = self.fields[name]
            assert isinstance(field, forms.ChoiceField)
            field.choices = choices

    def choices(self, correlation: str) -> Choices:
        """What was asked for; what is left out or cannot be is the usual."""
        said = self.cleaned_data
        seed = said.get("seed")
        return Choices(
            what=said.get("what") or "all",
            noise=int(said.get("noise") or 25) / 100,
            draws=int(said.get("draws") or 1000),
            seed=1 if seed is None else seed,
            correlation=correlation,  # type: ignore[arg-type]
        )


@dataclass(frozen=True, slots=True)
class Row:
    """A body as the table shows it; places across are percents of the drawing."""

    card: Card
    name: str
    rank: int | None
    low: int | None
    high: int | None
    median: Decimal | None
    shift: Decimal | None
    filled: Decimal
    at_low: str = ""
    at_high: str = ""
    at_median: str = ""
    at_rank: str = ""

    @property
    def width(self) -> int | None:
        return None if self.low is None or self.high is None else self.high - self.low

    @property
    def filled_percent(self) -> Decimal:
        return self.filled * 100


@dataclass(frozen=True, slots=True)
class Moving:
    """What moves ranks, in words."""

    words: str
    shift: Decimal
    most: int
    name: str
    code: str
    before: int | None
    to: int


@dataclass(frozen=True, slots=True)
class Cell:
    """A correlation: as a number, and its quarter from wholly against (0) to wholly with (3)."""

    value: Decimal | None
    quarter: int | None
    css: str


SORT_KEYS: Mapping[str, Any] = {
    "rank": lambda row: row.rank,
    "name": lambda row: fold(row.name),
    "low": lambda row: row.low,
    "high": lambda row: row.high,
    "width": lambda row: row.width,
    "shift": lambda row: row.shift,
    "filled": lambda row: row.filled,
}


def robust(request: HttpRequest, code: str) -> HttpResponseBase:
    """Rank intervals of one kind of bodies, what moves ranks most, and how leaves go together."""
    try:
        index = queries.method_for(code, method=request.GET.get("method", ""))
    except IndexVersion.DoesNotExist as error:
        raise Http404 from error
    periods = queries.periods_of(index, viewer=request.user)
    period = request.GET.get("period", "")
    period = period if period in periods else periods[0] if periods else ""
    kinds = queries.kinds_of(index, period, viewer=request.user) if period else {}
    kind = request.GET.get("kind", "")
    kind = kind if kind in kinds else _usual(kinds)
    form = RobustnessForm(request.GET, periods=periods, kinds=list(kinds))
    form.is_valid()
    choices = form.choices(_correlation(request))
    found = robustness(index, period, kind, choices, viewer=request.user) if kind else None
    rows = _rows(found, form.cleaned_data.get("q") or "") if found else []
    rows, sort = sort_rows(rows, request, SORT_KEYS, "rank")
    if found and (kind_of_file := export_format(request)):
        name = f"do-vung-{code}-{period}-{kind}".replace(":", "-")
        return export(kind_of_file, name, *_export(rows))
    return render(
        request,
        "scorecards/robustness.html",
        {
            "index": index,
            "tab": "robustness",
            "period": period,
            "period_words": period_words(period) if period else "",
            "kind_words": dict(OrganisationKind.choices).get(kind, ""),
            "form": form,
            "sort": sort,
            "fewest": FEWEST_BODIES,
            "found": found,
            "page": paginate(request, rows),
            "choices": choices,
            **(_shown(request, index.definition, found) if found else {}),
        },
    )


def _usual(kinds: Mapping[str, int]) -> str:
    """The kind with the most bodies."""
    return max(kinds, key=lambda each: kinds[each]) if kinds else ""


def _correlation(request: HttpRequest) -> str:
    asked = request.GET.get("correlation", "")
    return asked if asked in dict(CORRELATIONS) else "pearson"


# Rows ---------------------------------------------------------------------------------------------


def _rows(found: Robustness, text: str) -> list[Row]:
    wanted = fold(text).split()
    last = max(len(found.bodies), 2)
    rows = [_row(body, last) for body in found.bodies]
    return [row for row in rows if all(word in fold(row.name) for word in wanted)]


def _row(body: Body, last: int) -> Row:
    """Ends are rounded outwards: an interval never looks surer than it is."""
    ranks = body.ranks
    name = body.card.subject_name
    if ranks.low is None or ranks.high is None or ranks.median is None or ranks.shift is None:
        return Row(body.card, name, ranks.nominal, None, None, None, None, body.filled)
    low, high = floor(ranks.low + 1e-9), ceil(ranks.high - 1e-9)
    median, shift = (Decimal(str(round(each, 1))) for each in (ranks.median, ranks.shift))

    def across(rank: Decimal | int) -> str:
        return plain((Decimal(rank) - 1) / (last - 1) * 100)

    return Row(
        body.card,
        name,
        ranks.nominal,
        low,
        high,
        median,
        shift,
        body.filled,
        across(low),
        across(high),
        across(median),
        across(ranks.nominal or 1),
    )


def _export(rows: Sequence[Row]) -> tuple[list[str], list[list[Any]]]:
    heads = [
        _("Code"),
        _("Organisation"),
        _("Rank"),
        _("Rank from (5th percentile)"),
        _("Rank to (95th percentile)"),
        _("Median"),
        _("Mean shift in places"),
        _("Without points (share of the maximum)"),
    ]
    return heads, [
        [
            row.card.subject_code,
            row.name,
            row.rank,
            row.low,
            row.high,
            row.median,
            row.shift,
            row.filled.quantize(Decimal("0.0001")),
        ]
        for row in rows
    ]


# What else the page shows -------------------------------------------------------------------------


def _shown(request: HttpRequest, index: Index, found: Robustness) -> dict[str, Any]:
    rows = [_row(body, max(len(found.bodies), 2)) for body in found.bodies]
    known = [row for row in rows if row.width is not None]
    near = max(1, round(len(rows) / NEAR))
    names = {node.code: _named(node) for node in index.nodes()}
    groups = _groups(index, found.leaves)
    asked = request.GET.get("group", "")
    group = asked if asked in dict(groups) else groups[0][0] if groups else ""
    leaves = _of_group(index, group, found.leaves)
    movers = [_moving(mover, found, names) for mover in found.movers if mover.shift]
    return {
        "bodies": len(rows),
        "kept": sum(_keeps(row, near) for row in rows),
        "near": near,
        "uneven": _uneven(rows),
        "least_sure": max(known, key=lambda row: row.width or 0, default=None),
        "first": [row for row in known if row.low == 1],
        "movers": movers[:SHOWN_MOVERS],
        "still": sum(not mover.shift for mover in found.movers),
        "groups": groups,
        "group": group,
        "heads": [(code, names[code]) for code in leaves],
        "heat": _heat(leaves, found.correlations, names),
        "correlations": CORRELATIONS,
        "flat": [names[code] for code in found.flat],
        "silent": [names[code] for code in found.silent],
        "beside": [names[code] for code in found.beside],
        "run": found.bodies[0].card.run_id,
    }


def _uneven(rows: Sequence[Row]) -> tuple[Decimal, Decimal] | None:
    """Least and most of the maximum, in per cent, of which a body has no points, if they differ."""
    parts = [row.filled_percent for row in rows]
    return (min(parts), max(parts)) if min(parts) != max(parts) else None


def _keeps(row: Row, near: int) -> bool:
    if row.rank is None or row.low is None or row.high is None:
        return False
    return max(row.rank - row.low, row.high - row.rank) <= near


def _named(node: Group | Leaf) -> str:
    return in_language(node.name)


def _moving(mover: Mover, found: Robustness, names: Mapping[str, str]) -> Moving:
    body = next((each for each in found.bodies if each.ranks.unit == mover.unit), None)
    return Moving(
        _words(mover, found.choices, names),
        Decimal(str(round(mover.shift, 2))),
        mover.most,
        body.card.subject_name if body else "",
        mover.unit,
        body.ranks.nominal if body else None,
        mover.to,
    )


def _words(mover: Mover, choices: Choices, names: Mapping[str, str]) -> str:
    if mover.what == "weights":
        swing = {"swing": round(choices.noise * 100)}
        return _("Other weights, each up to %(swing)s %% more or less") % swing
    if mover.what == "normalisation":
        return str(_SCALES[mover.name])
    if mover.what == "aggregation":
        return _("Geometric mean: a weak leaf is not made up for by strong ones")
    return _("Without “%(leaf)s”") % {"leaf": names[mover.name]}


# Correlations -------------------------------------------------------------------------------------


def _groups(index: Index, leaves: Sequence[str]) -> list[tuple[str, str]]:
    """Groups at the top that hold leaves in use; all of them together where they are few."""
    found = [
        (node.code, _named(node))
        for node in index.children
        if isinstance(node, Group) and _of_group(index, node.code, leaves)
    ]
    together = [("", _("All leaves"))] if len(leaves) <= MOST_LEAVES else []
    return [*together, *found]


def _of_group(index: Index, code: str, leaves: Sequence[str]) -> list[str]:
    """Leaves in use below a group at the top; of the whole index without a code."""
    if not code:
        return list(leaves)
    [group] = [node for node in index.children if node.code == code]
    waiting: list[Group | Leaf] = [group]
    below: set[str] = set()
    while waiting:
        node = waiting.pop()
        if isinstance(node, Leaf):
            below.add(node.code)
        else:
            waiting.extend(node.children)
    return [leaf for leaf in leaves if leaf in below]


def _heat(
    leaves: Sequence[str], found: Correlations, names: Mapping[str, str]
) -> list[tuple[str, list[Cell]]]:
    """Leaves by leaves, then with their group and the total."""
    return [
        (
            names[one],
            [
                *(_cell(found.between[one, other], one == other) for other in leaves),
                _cell(found.with_group[one]),
                _cell(found.with_total[one]),
            ],
        )
        for one in leaves
    ]


def _cell(value: float | None, itself: bool = False) -> Cell:
    if value is None:
        return Cell(None, None, "absent")
    shown = Decimal(str(round(value, 2)))
    if itself:
        return Cell(shown, None, "none")
    quarter = 0 if value <= -0.5 else 1 if value < 0 else 2 if value < 0.5 else 3
    return Cell(shown, quarter, str(quarter))
