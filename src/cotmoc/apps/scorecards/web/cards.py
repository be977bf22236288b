"""One body's scorecard: where points are lost, what every leaf was computed from."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import Q
from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _

from cotmoc.apps.measurement.queries import catalogue
from cotmoc.apps.orgs.models import AdminUnit, Organisation
from cotmoc.apps.scorecards import queries
from cotmoc.apps.scorecards.board import agrees, part_of
from cotmoc.apps.scorecards.held import Chosen, choose, held_of
from cotmoc.apps.scorecards.models import Assessment, Card, Entry
from cotmoc.apps.scorecards.queries import Line, OpenCard
from cotmoc.apps.scorecards.tomorrow.baseline import Reach
from cotmoc.apps.scorecards.web import words
from cotmoc.indicators.indices.model import Group, Leaf
from cotmoc.ui.export import export, export_format
from cotmoc.ui.formats import in_language

MOST_LOST = 5
_FEWEST_PEERS = 3


@dataclass(frozen=True, slots=True)
class Columns:
    """What a body gave itself and a verifier made of it, in the newest round of the period."""

    assessment: Assessment
    entries: Mapping[str, Entry]


@dataclass(frozen=True, slots=True)
class Shown:
    """A node of the card as the page shows it."""

    line: Line
    mean: Decimal | None  # of bodies of its kind
    differs: bool  # from what was published
    entry: Entry | None
    rule: str  # how a leaf is scored; empty for a group


@dataclass(frozen=True, slots=True)
class Peers(Reach):
    """Bodies of the same kind: besides, their mean points of the first level."""

    means: Mapping[str, Decimal]


def card(request: HttpRequest, code: str, unit: str) -> HttpResponseBase:
    """The scorecard of a body, or of a territory, for a period under a method."""
    held = held_of(code, viewer=request.user, subject=unit)
    if not held:
        raise Http404
    chosen = choose(
        held, method=request.GET.get("method", ""), period=request.GET.get("period", "")
    )
    opened = open_one(chosen, unit, viewer=request.user)
    if opened is None:
        return _without(request, chosen, unit)
    today = timezone.localdate()
    columns = _columns(opened.card, viewer=request.user, on=today)
    peers = peers_of(opened, viewer=request.user)
    shown = lines_of(opened, columns, peers)
    if kind := export_format(request):
        name = f"bang-diem-{code}-{unit}-{chosen.period}".replace(":", "-")
        return export(kind, name, *export_rows(shown, columns))
    subject = opened.card.organisation or opened.card.unit
    leaves = [each for each in shown if each.line.is_leaf]
    context = {
        "index": chosen.version,
        "scale": opened.index.scale,
        "unit": unit,
        "period": chosen.period,
        "chosen": chosen,
        "tab": "card",
        "card": opened.card,
        "opened": opened,
        "subject": subject,
        "is_body": isinstance(subject, Organisation),
        "lines": shown,
        "groups": [each for each in shown if each.line.depth == 0],
        "lost": most_lost(leaves),
        "lost_in_all": sum((each.line.lost or Decimal(0) for each in leaves), Decimal(0)),
        "without": _without_points(opened),
        "columns": columns,
        "any_published": any(each.line.published for each in shown),
        "total_differs": not agrees(
            opened.card.total,
            opened.published_total.points if opened.published_total else None,
            opened.card.max,
        ),
        "whole": opened.card.scored_max >= opened.card.max,
        "peers": peers,
        "run": opened.card.run,
        "older": queries.history(opened.card, viewer=request.user),
    }
    return render(request, "scorecards/card.html", context)


def open_one(chosen: Chosen, unit: str, *, viewer: object) -> OpenCard | None:
    """The card shown, opened; None where there is none."""
    if not chosen.period:
        return None
    whose = Q(organisation__code=unit) | Q(unit__code=unit)
    found = (
        queries.cards(chosen.version, viewer=viewer)
        .filter(whose, period=chosen.period)
        .select_related("run__figures_run")
        .order_by("unit_id", "-index_id")
        .first()
    )
    if found is None:
        return None
    found.index = chosen.version
    return queries.open_card(found, viewer=viewer)


def _without(request: HttpRequest, chosen: Chosen, unit: str) -> HttpResponseBase:
    """The page of a body that has no card, with the reason."""
    subject = (
        Organisation.objects.filter(code=unit).first()
        or AdminUnit.objects.filter(code=unit, level="province").order_by("-valid_from").first()
    )
    if subject is None:
        raise Http404
    context = {
        "index": chosen.version,
        "scale": chosen.version.definition.scale,
        "unit": unit,
        "period": chosen.period,
        "chosen": chosen,
        "tab": "card",
        "subject": subject,
        "is_body": isinstance(subject, Organisation),
        "applies": not isinstance(subject, Organisation)
        or subject.kind in chosen.version.definition.applies_to,
    }
    return render(request, "scorecards/card_empty.html", context)


def lines_of(opened: OpenCard, columns: Columns | None, peers: Peers | None) -> list[Shown]:
    """Every node with what stands beside it. One query, for the names of indicators."""
    index = opened.index
    speaker = words.speaker(index, catalogue().filter(code__in=index.indicators()).defer("content"))
    means = peers.means if peers else {}
    whole = opened.index.max
    return [
        Shown(
            line,
            means.get(line.node.code),
            line.scored_max >= line.max and not agrees(line.points, line.published_points, whole),
            columns.entries.get(line.node.code) if columns else None,
            speaker.rule(line.node) if isinstance(line.node, Leaf) else "",
        )
        for line in opened.lines
    ]


@dataclass(frozen=True, slots=True)
class Without:
    """A leaf that cannot be computed here, with what is published for it or for its group."""

    line: Line
    points: Decimal | None
    max: Decimal
    group: Mapping[str, str] | None  # whose points these are, where the leaf's own are not there


def _without_points(opened: OpenCard) -> list[Without]:
    by_code = {line.node.code: line for line in opened.lines}
    found = []
    for line in opened.not_recomputed:
        above = by_code.get(line.parent)
        if line.published_points is None and above and above.published_points is not None:
            found.append(Without(line, above.published_points, above.node.max, above.node.name))
        else:
            found.append(Without(line, line.published_points, line.node.max, None))
    return found


def most_lost(leaves: Sequence[Shown]) -> list[Shown]:
    """The leaves that cost most points of those that could be judged."""
    losing = [each for each in leaves if each.line.lost]
    return sorted(losing, key=lambda each: -(each.line.lost or Decimal(0)))[:MOST_LOST]


def peers_of(opened: OpenCard, *, viewer: object) -> Peers | None:
    """All bodies of the kind, the body itself among them; None where they are too few. One
    query."""
    card = opened.card
    if card.ranked < _FEWEST_PEERS:
        return None
    children = opened.index.children
    column = "nodes" if all(isinstance(node, Group) for node in children) else "leaves"
    held: dict[str, list[Decimal]] = {}
    covers = []
    found = queries.cards(card.index, viewer=viewer).filter(period=card.period, kind=card.kind)
    for scored_max, rank, nodes in found.values_list("scored_max", "rank", column):
        if rank is not None:
            covers.append(scored_max)
        for node in children:
            part = part_of(nodes.get(node.code), node.max)
            if part.points is not None:
                held.setdefault(node.code, []).append(part.points)
    means = {code: sum(values, Decimal(0)) / len(values) for code, values in held.items()}
    return Peers(min(covers), max(covers), means)


def _columns(opened: Card, *, viewer: object, on: date) -> Columns | None:
    """The newest round the body took part in for this method and period, if the reader may see it.
    Two queries."""
    if opened.organisation_id is None:
        return None
    found = (
        Assessment.objects.visible_to(viewer, on)
        .filter(
            organisation=opened.organisation_id,
            round__index__code=opened.index.code,
            round__index__method=opened.index.method,
            round__period=opened.period,
        )
        .select_related("round")
        .order_by("-round__number", "-pk")
        .first()
    )
    if found is None:
        return None
    return Columns(found, {entry.leaf: entry for entry in found.entries.all()})


def export_rows(
    shown: Sequence[Shown], columns: Columns | None
) -> tuple[list[str], list[list[Any]]]:
    """Header and rows of the card as a file: points of different makers never in one column."""
    headers = [
        _("Code"), _("Name"), _("Computed points"), _("Maximum"), _("Maximum of what was scored"),
        _("Status"), _("Published points"), _("Computed less published"), _("Read from"),
    ]  # fmt: skip
    if columns:
        headers += [_("Self-assessed points"), _("Appraised points")]
    return headers, [_cells(each, columns) for each in shown]


def _cells(each: Shown, columns: Columns | None) -> list[Any]:
    line = each.line
    read = "; ".join(
        f"{figure.indicator.code}/{figure.organisation.code}/{figure.period}"
        for figure in line.figures
    )
    cells = [
        line.node.code, in_language(line.node.name), line.points, line.max, line.scored_max,
        words.status(line.status), line.published_points, line.difference, read,
    ]  # fmt: skip
    if columns:
        cells += [each.entry.self_points, each.entry.appraised_points] if each.entry else [None] * 2
    return cells
