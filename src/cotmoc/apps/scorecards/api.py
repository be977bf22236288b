"""Indices, rankings and scorecards over the API: computed points beside published ones."""

import re
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, Literal

from django.http import Http404, HttpRequest
from ninja import Query, Router, Schema
from pydantic import Field

from cotmoc.apps.measurement.models import Figure, IndicatorVersion
from cotmoc.apps.scorecards import queries
from cotmoc.apps.scorecards.models import Card, IndexVersion, Published
from cotmoc.apps.scorecards.queries import Line, OpenCard, PillarLine, RankChange
from cotmoc.core.periods import parse_period
from cotmoc.indicators.indices.model import FigureOf, Group, Index, Leaf, Node, Rule, operands_of
from cotmoc.indicators.indices.words import Speaker
from cotmoc.rest.auth import viewer
from cotmoc.rest.fields import Code, Day, Number, PeriodCode, Words, folded_words
from cotmoc.rest.paging import Page, Paging, page

KindCode = Literal["province", "department", "commune"]
ScoreStatus = Literal[
    "scored",
    "partial",
    "estimated",
    "zero_rule",
    "not_applicable",
    "not_arising",
    "no_data",
    "unknown",
]

router = Router(tags=["scorecards"])


class InTwoLanguages(Schema):
    vi: str
    en: str


class IndexRow(Schema):
    """One method of an index as the catalogue has it now."""

    index: str = Field(description="code of the index")
    method: str
    name: InTwoLanguages
    owner: str
    legal_source: str
    valid_from: Day
    valid_to: Day | None
    digest: str = Field(description="SHA-256 of the whole definition")


class IndexNode(Schema):
    """A group or leaf of the tree, each before its children; a leaf has a rule and its words."""

    code: str
    parent: str = Field(description="code of the group it stands in; empty at the top")
    depth: int
    kind: Literal["group", "leaf"]
    name: InTwoLanguages
    max: Number
    aggregate: Literal["points", "weighted", "geometric"] | None
    rule: str | None = Field(description="which of the closed set of rules; null for a group")
    words: InTwoLanguages = Field(description="how its points come about")
    zero: Literal["zero", "full", "excluded", "none"] | None
    direction: Literal["up", "down"] | None
    applies_to: list[KindCode]
    indicators: list[str] = Field(description="codes of the indicators it reads")
    published_as: str


class Pillar(Schema):
    """A second reading of the same nodes; pillars overlap and are never added."""

    code: str
    name: InTwoLanguages
    of: list[str]


class IndexDetail(IndexRow):
    """The whole method: its tree in order, and the periods there are scorecards of."""

    description: InTwoLanguages
    applies_to: list[KindCode]
    period_kinds: list[str]
    max: Number
    scale: Number = Field(description="what the total is published on")
    template: bool
    nodes: list[IndexNode]
    pillars: list[Pillar]
    periods: list[str]


class Rank(Schema):
    """Rank in the period before and places won; `comparable` is false where only another method
    scored it, and then there is no change."""

    period: str
    method: str
    rank: int | None
    change: int | None
    comparable: bool


class CardRow(Schema):
    """One line of a ranking. `total` is of what could be judged: `scored_max` of `max`."""

    index: str
    method: str
    period: str
    unit_code: str
    unit_name: str
    kind: KindCode
    total: Number | None
    max: Number
    scored_max: Number
    status: ScoreStatus
    rank: int | None
    ranked: int = Field(description="how many bodies of the kind have a rank")
    published: Number | None = Field(description="the published total, on the same scale")
    published_rank: int | None
    groups: dict[str, Number | None] = Field(description="points of the groups at the top")
    before: Rank | None


class FigureBehind(Schema):
    """A figure that a leaf was computed from, and where it opens."""

    figure: str = Field(description="reference: indicator/unit_code/period")
    id: int
    numerator: Number | None
    denominator: Number | None
    value: Number | None
    status: str
    explain: str = Field(description="address of everything it is made of")


class CardNode(Schema):
    """Points of a group or leaf: computed, published, and the difference between them."""

    code: str
    parent: str
    depth: int
    kind: Literal["group", "leaf"]
    name: InTwoLanguages
    points: Number | None
    max: Number
    scored_max: Number
    status: ScoreStatus
    published: Number | None = Field(description="as points of this node")
    published_source: str | None
    difference: Number | None = Field(description="computed less published")
    figures: list[FigureBehind]


class PillarShare(Schema):
    code: str
    name: InTwoLanguages
    share: Number | None = Field(description="0 to 1")
    published: Number | None


class CardDetail(CardRow):
    """A scorecard opened: every group and leaf in order, down to the figures."""

    id: int
    computed_at: datetime
    nodes: list[CardNode]
    pillars: list[PillarShare]
    not_recomputed: list[str] = Field(
        description="codes of leaves that cannot be computed here; what was published is at them"
    )


class IndexPage(Page[IndexRow]):
    pass


class CardPage(Page[CardRow]):
    pass


class IndexFilters(Schema):
    q: Words | None = None
    index: Code | None = Field(None, description="code of the index")


class Chosen(Schema):
    method: Code | None = Field(
        None, description="default: the method in force on the period's last day, else the newest"
    )
    period: PeriodCode | None = Field(None, description="default: the newest with scorecards")


class RankingFilters(Chosen):
    kind: KindCode | None = None
    q: Words | None = None
    status: ScoreStatus | None = None
    sort: str = Field(
        "rank",
        max_length=80,
        description="rank, total, scored_max, name, code or a node's code; with - from the largest",
    )


@router.get("/indices", response=IndexPage)
def indices(
    request: HttpRequest, filters: Query[IndexFilters], paging: Query[Paging]
) -> dict[str, Any]:
    """Every method of every index, in the order of the codes, the newest method first."""
    found = queries.latest().defer("content").order_by("code", "-valid_from", "-pk")
    if filters.index:
        found = found.filter(code=filters.index)
    for word in folded_words(filters.q):
        found = found.filter(search__contains=word)
    return page(request, found, paging, _index_row)


@router.get("/indices/{code}/methods/{method}", response=IndexDetail)
def index_method(request: HttpRequest, code: Code, method: Code) -> dict[str, Any]:
    """One method: its tree with points, scoring rules in words and what they read."""
    row = _method(code, method, None)
    index = row.definition
    speakers = _speakers(index)
    return {
        **_index_row(row),
        "description": index.description,
        "applies_to": index.applies_to,
        "period_kinds": index.periods,
        "max": index.max,
        "scale": index.scale,
        "template": index.template,
        "nodes": [_index_node(*each, speakers) for each in queries.walk(index.children)],
        "pillars": [
            {"code": each.code, "name": each.name, "of": each.of} for each in index.pillars
        ],
        "periods": queries.periods_of(row, viewer=viewer(request)),
    }


@router.get("/indices/{code}/ranking", response=CardPage)
def index_ranking(
    request: HttpRequest, code: Code, filters: Query[RankingFilters], paging: Query[Paging]
) -> dict[str, Any]:
    """Scorecards of a period by rank; departments and communes are ranked apart."""
    index, period = _chosen(request, code, filters)
    found = queries.ranking(
        index,
        period,
        viewer=viewer(request),
        kind=filters.kind or "",
        text=filters.q or "",
        status=filters.status or "",
        sort=filters.sort,
    )
    shown = list(found[paging.offset : paging.offset + paging.limit])
    beside = queries.published_of(shown, [""])
    changes = queries.rank_changes(shown, viewer=viewer(request))
    top = [node.code for node in index.definition.children if isinstance(node, Group)]
    return page(
        request,
        found,
        paging,
        lambda card: _card_row(card, top, beside.get(card.pk, {}).get(""), changes.get(card.pk)),
    )


@router.get("/indices/{code}/cards/{unit_code}", response=CardDetail)
def scorecard(
    request: HttpRequest, code: Code, unit_code: Code, chosen: Query[Chosen]
) -> dict[str, Any]:
    """One scorecard: computed beside published for every group and leaf, with the figures."""
    index, period = _chosen(request, code, chosen)
    try:
        card = queries.card_of(index, unit_code, period, viewer=viewer(request))
    except Card.DoesNotExist as error:
        raise Http404 from error
    opened = queries.open_card(card, viewer=viewer(request))
    return _card_detail(request, opened)


def _method(code: str, method: str | None, period: str | None) -> IndexVersion:
    try:
        day = parse_period(period) if period else None
        return queries.method_for(code, method=method or "", period=day)
    except (IndexVersion.DoesNotExist, ValueError) as error:
        raise Http404 from error


def _chosen(request: HttpRequest, code: str, chosen: Chosen) -> tuple[IndexVersion, str]:
    """The method and period asked for; the newest period that has scorecards where none is."""
    index = _method(code, chosen.method, chosen.period)
    if chosen.period:
        return index, chosen.period
    known = queries.periods_of(index, viewer=viewer(request))
    return index, known[0] if known else ""


def _index_row(row: IndexVersion) -> dict[str, Any]:
    return {
        "index": row.code,
        "method": row.method,
        "name": {"vi": row.name_vi, "en": row.name_en},
        "owner": row.owner,
        "legal_source": row.legal_source,
        "valid_from": row.valid_from,
        "valid_to": row.valid_to,
        "digest": row.digest,
    }


def _speakers(index: Index) -> list[Speaker]:
    """Who says the rules of a method, in both languages."""
    rows = IndicatorVersion.objects.filter(latest=True, code__in=index.indicators())
    known = list(rows.values_list("code", "name_vi", "name_en", "unit"))
    names = {code: {"vi": vi, "en": en} for code, vi, en, _unit in known}
    names |= {leaf.code: dict(leaf.name) for leaf in index.leaves()}
    units = {code: unit for code, _vi, _en, unit in known}
    return [Speaker("vi", names, units), Speaker("en", names, units)]


def _index_node(node: Node, depth: int, parent: str, speakers: Iterable[Speaker]) -> dict[str, Any]:
    leaf = node if isinstance(node, Leaf) else None
    return {
        "code": node.code,
        "parent": parent,
        "depth": depth,
        "kind": "leaf" if leaf else "group",
        "name": node.name,
        "max": node.max,
        "aggregate": node.aggregate if isinstance(node, Group) else None,
        "rule": leaf and _kind_of(leaf.rule),
        "words": {
            speaker.language: " ".join(speaker.leaf(node))
            if isinstance(node, Leaf)
            else speaker.aggregate(node)
            for speaker in speakers
        },
        "zero": leaf and leaf.zero,
        "direction": leaf and leaf.direction,
        "applies_to": leaf.applies_to if leaf else [],
        "indicators": _indicators(leaf) if leaf else [],
        "published_as": node.published_as,
    }


def _kind_of(rule: Rule) -> str:
    """How the catalogue writes a rule's kind: CappedRatio is capped_ratio."""
    return re.sub(r"(?<!^)(?=[A-Z])", "_", type(rule).__name__).lower()


def _indicators(leaf: Leaf) -> list[str]:
    operands = operands_of(leaf.rule).values()
    return [operand.indicator for operand in operands if isinstance(operand, FigureOf)]


def _card_row(
    card: Card, top: list[str], total: Published | None, change: RankChange | None
) -> dict[str, Any]:
    return {
        "index": card.index.code,
        "method": card.index.method,
        "period": card.period,
        **queries.card_facts(card, top, total),
        "before": change and _rank(change),
    }


def _rank(change: RankChange) -> dict[str, Any]:
    return {
        "period": change.period,
        "method": change.method,
        "rank": change.before,
        "change": change.change,
        "comparable": change.comparable,
    }


def _card_detail(request: HttpRequest, opened: OpenCard) -> dict[str, Any]:
    top = [node.code for node in opened.index.children if isinstance(node, Group)]
    return {
        **_card_row(opened.card, top, opened.published_total, opened.change),
        "id": opened.card.pk,
        "computed_at": opened.card.run.started_at,
        "nodes": [_card_node(request, line) for line in opened.lines],
        "pillars": [_pillar(line) for line in opened.pillars],
        "not_recomputed": [line.node.code for line in opened.not_recomputed],
    }


def _card_node(request: HttpRequest, line: Line) -> dict[str, Any]:
    return {
        "code": line.node.code,
        "parent": line.parent,
        "depth": line.depth,
        "kind": "leaf" if line.is_leaf else "group",
        "name": line.node.name,
        "points": line.points,
        "max": line.max,
        "scored_max": line.scored_max,
        "status": line.status,
        "published": line.published_points,
        "published_source": line.published and line.published.publication.source,
        "difference": line.difference,
        "figures": [_figure(request, figure) for figure in line.figures],
    }


def _figure(request: HttpRequest, figure: Figure) -> dict[str, Any]:
    return {
        "figure": str(figure),
        "id": figure.pk,
        "numerator": figure.numerator,
        "denominator": figure.denominator,
        "value": figure.value,
        "status": figure.status,
        "explain": request.build_absolute_uri(f"/api/v1/figures/id/{figure.pk}/explain"),
    }


def _pillar(line: PillarLine) -> Mapping[str, Any]:
    return {
        "code": line.code,
        "name": line.name,
        "share": line.share,
        "published": line.published and line.published.points,
    }
