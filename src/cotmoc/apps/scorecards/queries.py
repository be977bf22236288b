"""Reads of scorecards for pages and programs: methods, rankings, a card opened, what was published.

Computed scores are for signed-in people; published results are public.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import DecimalField, F, Q, QuerySet
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import Cast, Coalesce

from cotmoc.apps.measurement.models import Figure
from cotmoc.apps.scorecards.models import Card, IndexVersion, Published
from cotmoc.core.periods import Period, read_local, split_code
from cotmoc.core.text import fold
from cotmoc.indicators.indices.model import Group, Index, Leaf, Node, PublishedShare, operands_of
from cotmoc.indicators.indices.results import Status

Subject = tuple[int | None, int | None]  # number of the body, number of the territory

# Methods ------------------------------------------------------------------------------------------


def latest() -> QuerySet[IndexVersion]:
    """Every method of every index as the catalogue has it now; the newest method of each first."""
    return IndexVersion.objects.filter(latest=True)


def methods(code: str) -> list[IndexVersion]:
    """The methods of an index, the newest first. One query."""
    return list(latest().filter(code=code))


def method_for(code: str, *, method: str = "", period: Period | None = None) -> IndexVersion:
    """The method asked for; where none is, that in force on the period's last day, else the newest.

    Raises IndexVersion.DoesNotExist. One query.
    """
    known = [row for row in methods(code) if not method or row.method == method]
    if not known:
        raise IndexVersion.DoesNotExist(f"{code}@{method}" if method else code)
    return next((row for row in known if period and in_force(row, period)), known[0])


def in_force(index: IndexVersion, period: Period) -> bool:
    """Whether a method was in force on the last day of a period."""
    day = period.last_day
    return index.valid_from <= day and (index.valid_to is None or day < index.valid_to)


# Cards of many ------------------------------------------------------------------------------------


def cards(index: IndexVersion, *, viewer: object) -> QuerySet[Card]:
    """All current cards of a method, also those of an earlier wording of it. The definition does
    not come along in every row: ask the method that was chosen, not a row's, for it."""
    return (
        Card.objects.visible_to(viewer)
        .current()
        .filter(index__code=index.code, index__method=index.method)
        .select_related("index", "organisation__unit", "unit")
        .defer("index__content")
    )


def periods_of(index: IndexVersion, *, viewer: object) -> list[str]:
    """Periods that have cards: months first, then longer ones, the newest first. One query."""
    found = cards(index, viewer=viewer).order_by("-period_end", "-period")
    codes = dict.fromkeys(found.values_list("period", flat=True))
    return sorted(codes, key=lambda code: kind_of(code) != "month")


def kind_of(period: str) -> str:
    """`month`, `quarter`, `year` …: only periods of one kind are compared."""
    form = read_local(split_code(period)[1])
    return form[0] if form else "listed"


def _alike(one: str, other: str) -> bool:
    return (split_code(one)[0], kind_of(one)) == (split_code(other)[0], kind_of(other))


def kinds_of(index: IndexVersion, period: str, *, viewer: object) -> dict[str, int]:
    """How many bodies of each kind have a card in a period, by kind. One query."""
    found: dict[str, int] = {}
    for kind in cards(index, viewer=viewer).filter(period=period).values_list("kind", flat=True):
        found[kind] = found.get(kind, 0) + 1
    return {
        kind: found[kind] for kind in ("province", "department", "commune") if found.get(kind, 0)
    }


def ranking(
    index: IndexVersion,
    period: str,
    *,
    viewer: object,
    kind: str = "",
    text: str = "",
    status: str = "",
    sort: str = "rank",
) -> QuerySet[Card]:
    """Cards of a period, narrowed and ordered; subjects and index come along, so that a page of
    them costs no query per row.

    `sort` is `rank`, `total`, `scored_max`, `name`, `code` or the code of a node or leaf, from the
    largest with a `-` before it; missing values come last either way. An unknown order is `rank`.
    """
    found = cards(index, viewer=viewer).filter(period=period)
    if kind:
        found = found.filter(kind=kind)
    if status:
        found = found.filter(status=status)
    for word in fold(text).split():
        found = found.filter(
            Q(organisation__search__contains=word) | Q(unit__search__contains=word)
        )
    return _ordered(found, index.definition, sort)


def _ordered(found: QuerySet[Card], index: Index, sort: str) -> QuerySet[Card]:
    name = sort.removeprefix("-")
    plain: Mapping[str, Any] = {
        "rank": F("rank"),
        "total": F("total"),
        "scored_max": F("scored_max"),
        "name": Coalesce("organisation__search", "unit__search"),
        "code": Coalesce("organisation__code", "unit__code"),
    }
    codes = {node.code: "leaves" if isinstance(node, Leaf) else "nodes" for node in index.nodes()}
    if name in plain:
        key = plain[name]
    elif name in codes:
        text = KeyTextTransform("points", KeyTextTransform(name, codes[name]))
        key = Cast(text, DecimalField(max_digits=14, decimal_places=6))
    else:
        name, sort, key = "rank", "rank", plain["rank"]
    found = found.annotate(ordered_by=key)
    order = F("ordered_by")
    first = order.desc(nulls_last=True) if sort.startswith("-") else order.asc(nulls_last=True)
    return found.order_by(first, F("rank").asc(nulls_last=True), "organisation__code", "unit__code")


@dataclass(frozen=True, slots=True)
class RankChange:
    """A card's rank beside that of the period before, of the same kind of body.

    `change` counts places won (positive: better). Where the period before was scored by another
    method only, the two are not comparable and there is no change.
    """

    period: str
    method: str
    before: int | None
    change: int | None
    comparable: bool


def rank_changes(rows: Iterable[Card], *, viewer: object) -> dict[int, RankChange]:
    """The rank change of cards of one method and period, by the card's number; a card without a
    card in the period before is not in it. Two queries."""
    rows = list(rows)
    if not rows:
        return {}
    before = _before(rows[0], viewer)
    if before is None:
        return {}
    method, period = before
    comparable = method == rows[0].index.method
    ranks: dict[Subject, int | None] = {
        (organisation, unit): rank
        for organisation, unit, rank in Card.objects.visible_to(viewer)
        .current()
        .filter(index__code=rows[0].index.code, index__method=method, period=period)
        .values_list("organisation_id", "unit_id", "rank")
    }
    return {
        row.pk: _change(row.rank, ranks[_subject(row)], period, method, comparable)
        for row in rows
        if _subject(row) in ranks
    }


def _before(card: Card, viewer: object) -> tuple[str, str] | None:
    """Method and period of the newest cards before; the same method goes before another."""
    found = (
        Card.objects.visible_to(viewer)
        .current()
        .filter(index__code=card.index.code, period_end__lt=card.period_end)
        .order_by()
        .values_list("period_end", "index__method", "period")
        .distinct()
    )
    same = [row for row in found if _alike(row[2], card.period)]
    if not same:
        return None
    _end, method, period = max(same, key=lambda row: (row[0], row[1] == card.index.method, row[1]))
    return method, period


def _change(
    rank: int | None, before: int | None, period: str, method: str, comparable: bool
) -> RankChange:
    change = before - rank if comparable and rank is not None and before is not None else None
    return RankChange(period, method, before, change, comparable)


@dataclass(frozen=True, slots=True)
class TrendPoint:
    """A total of an earlier or the same period under the same method."""

    period: str
    total: Decimal | None
    max: Decimal
    rank: int | None


def trends(rows: Iterable[Card], *, viewer: object, limit: int = 12) -> dict[int, list[TrendPoint]]:
    """The totals of cards of one method and period over the last `limit` periods of that kind, the
    oldest first, by the card's number. One query."""
    rows = list(rows)
    if not rows:
        return {}
    found: dict[Subject, list[TrendPoint]] = {}
    earlier = (
        Card.objects.visible_to(viewer)
        .current()
        .filter(
            index__code=rows[0].index.code,
            index__method=rows[0].index.method,
            period_end__lte=rows[0].period_end,
        )
        .filter(
            Q(organisation__in=[row.organisation_id for row in rows if row.organisation_id])
            | Q(unit__in=[row.unit_id for row in rows if row.unit_id])
        )
        .order_by("period_end")
        .values_list("organisation_id", "unit_id", "period", "total", "max", "rank")
    )
    for organisation, unit, period, total, most, rank in earlier:
        if _alike(period, rows[0].period):
            point = TrendPoint(period, total, most, rank)
            found.setdefault((organisation, unit), []).append(point)
    return {row.pk: found.get(_subject(row), [])[-limit:] for row in rows}


def _subject(row: Card | Published) -> Subject:
    return row.organisation_id, row.unit_id


# What was published -------------------------------------------------------------------------------


def published(index: IndexVersion) -> QuerySet[Published]:
    """All current published results of a method; public."""
    return (
        Published.objects.current()
        .filter(index__code=index.code, index__method=index.method)
        .select_related("index", "organisation__unit", "unit", "publication")
        .defer("index__content")
    )


def published_of(
    rows: Iterable[Card], nodes: Collection[str] | None = None
) -> dict[int, dict[str, Published]]:
    """What was published for cards of one method and period, by the card's number and the node's
    code (empty: the total); of these `nodes` only, where they are named. One query."""
    by_subject = {_subject(row): row for row in rows}
    found: dict[int, dict[str, Published]] = {row.pk: {} for row in by_subject.values()}
    if not by_subject:
        return found
    first = next(iter(by_subject.values()))
    results = Published.objects.current().filter(
        Q(organisation__in=[key[0] for key in by_subject if key[0]])
        | Q(unit__in=[key[1] for key in by_subject if key[1]]),
        index__code=first.index.code,
        index__method=first.index.method,
        period=first.period,
    )
    if nodes is not None:
        results = results.filter(node__in=list(nodes))
    for result in results.select_related("publication"):
        card = by_subject[_subject(result)]
        result.organisation, result.unit = card.organisation, card.unit
        found[card.pk][result.node] = result
    return found


def points_of(result: Published, node: Node) -> Decimal | None:
    """What was published for a node, as points: a main index published as 0.78 of 100 points is 78.

    The publisher's own maximum decides; else the scale that the leaf's rule names.
    """
    if result.points is None:
        return None
    full = result.max or node.max
    if isinstance(node, Leaf) and not result.max:
        scales = [
            operand.scale
            for operand in operands_of(node.rule).values()
            if isinstance(operand, PublishedShare) and operand.scale
        ]
        full = scales[0] if scales else full
    return result.points if full == node.max else result.points / full * node.max


def card_facts(card: Card, groups: Iterable[str], total: Published | None) -> dict[str, Any]:
    """What programs are told of every card; `groups` are the codes whose points come along. What is
    missing is None, never zero."""
    return {
        "unit_code": card.subject_code,
        "unit_name": card.subject_name,
        "kind": card.kind,
        "total": card.total,
        "max": card.max,
        "scored_max": card.scored_max,
        "status": card.status,
        "rank": card.rank,
        "ranked": card.ranked,
        "published": total and total.points,
        "published_rank": total and total.rank,
        "groups": {
            code: number(card.nodes[code]["points"]) for code in groups if code in card.nodes
        },
    }


# One card -----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Line:
    """A node of a card: its definition, what was computed, what it was computed from, and what was
    published beside it. `depth` is 0 for the children of the index; `parent` is a code or empty."""

    node: Group | Leaf
    depth: int
    parent: str
    points: Decimal | None
    max: Decimal
    scored_max: Decimal
    status: Status
    figures: tuple[Figure, ...] = ()
    read_published: tuple[Published, ...] = ()
    entries: tuple[int, ...] = ()
    published: Published | None = None

    @property
    def is_leaf(self) -> bool:
        return isinstance(self.node, Leaf)

    @property
    def published_points(self) -> Decimal | None:
        """What was published, as points of this node."""
        return points_of(self.published, self.node) if self.published else None

    @property
    def difference(self) -> Decimal | None:
        """Computed less published."""
        if self.points is None or self.published_points is None:
            return None
        return self.points - self.published_points

    @property
    def lost(self) -> Decimal | None:
        """What is missing to the maximum of what could be scored."""
        return None if self.points is None else max(self.scored_max - self.points, Decimal(0))

    @property
    def share(self) -> Decimal | None:
        """Points ÷ maximum of what could be scored."""
        if self.points is None or not self.scored_max:
            return None
        return self.points / self.scored_max


@dataclass(frozen=True, slots=True)
class PillarLine:
    """A pillar's share of 0..1, computed and published. Pillars overlap: never added."""

    code: str
    name: Mapping[str, str]
    share: Decimal | None
    published: Published | None


@dataclass(frozen=True, slots=True)
class NotRecomputed:
    """A leaf of a card that cannot be computed here, with what was published for it; where only the
    points of its group were, with those."""

    card: Card
    leaf: Leaf
    status: Status
    published: Published | None
    group: Group | None = None
    group_published: Published | None = None

    @property
    def published_points(self) -> Decimal | None:
        return points_of(self.published, self.leaf) if self.published else None

    @property
    def group_points(self) -> Decimal | None:
        if self.group is None or self.group_published is None:
            return None
        return points_of(self.group_published, self.group)


@dataclass(frozen=True, slots=True)
class OpenCard:
    """A card with its leaves joined to definitions, figures and what was published."""

    card: Card
    index: Index
    lines: tuple[Line, ...]
    pillars: tuple[PillarLine, ...]
    published_total: Published | None
    change: RankChange | None

    @property
    def leaves(self) -> tuple[Line, ...]:
        return tuple(line for line in self.lines if line.is_leaf)

    @property
    def not_recomputed(self) -> tuple[Line, ...]:
        """Leaves that cannot be computed here; what was published is at them or at their group."""
        beside = {line.node.code: line.published for line in self.lines if line.published}
        found = {each.leaf.code for each in _not_recomputed(self.card, self.index, beside)}
        return tuple(line for line in self.leaves if line.node.code in found)


def card_of(index: IndexVersion, subject: str, period: str, *, viewer: object) -> Card:
    """The current card of a body or territory by its code; raises Card.DoesNotExist. One query."""
    whose = Q(organisation__code=subject) | Q(unit__code=subject)
    found = cards(index, viewer=viewer).filter(whose, period=period).order_by("unit_id").first()
    if found is None:
        raise Card.DoesNotExist(f"{index}/{subject}/{period}")
    return found


def history(card: Card, *, viewer: object) -> list[Card]:
    """The cards that this one superseded, the newest first. One query."""
    return list(
        Card.objects.visible_to(viewer)
        .filter(
            index__code=card.index.code,
            index__method=card.index.method,
            organisation=card.organisation_id,
            unit=card.unit_id,
            period=card.period,
            pk__lt=card.pk,
        )
        .select_related("index", "organisation", "unit", "run")
        .defer("index__content")
        .order_by("-pk")
    )


def open_card(card: Card, *, viewer: object) -> OpenCard:
    """Everything a card's page shows. At most six queries, however many leaves there are."""
    index = card.index.definition
    beside = published_of([card])[card.pk]
    figures = _figures(card, viewer)
    read = _read_published(card, beside)
    return OpenCard(
        card=card,
        index=index,
        lines=tuple(
            _line(card, node, depth, parent, figures, read, beside.get(node.code))
            for node, depth, parent in walk(index.children)
        ),
        pillars=tuple(
            PillarLine(
                each.code, each.name, number(card.pillars.get(each.code)), beside.get(each.code)
            )
            for each in index.pillars
        ),
        published_total=beside.get(""),
        change=rank_changes([card], viewer=viewer).get(card.pk),
    )


def walk(
    nodes: Sequence[Node], depth: int = 0, parent: str = ""
) -> Iterator[tuple[Node, int, str]]:
    """All nodes with their depth and their parent's code, each before its children."""
    for node in nodes:
        yield node, depth, parent
        if isinstance(node, Group):
            yield from walk(node.children, depth + 1, node.code)


def _figures(card: Card, viewer: object) -> dict[int, Figure]:
    numbers = {number for leaf in card.leaves.values() for number in leaf.get("reads", ())}
    return (
        Figure.objects.visible_to(viewer)
        .select_related("indicator", "organisation")
        .defer("indicator__content")
        .in_bulk(numbers)
    )


def _read_published(card: Card, beside: Mapping[str, Published]) -> dict[int, Published]:
    """The published rows that leaves were computed from; most stand beside them already."""
    held = {result.pk: result for result in beside.values()}
    wanted = {number for leaf in card.leaves.values() for number in leaf.get("published", ())}
    missing = wanted - set(held)
    if missing:
        held |= Published.objects.select_related("publication").in_bulk(missing)
    return held


def _line(
    card: Card,
    node: Node,
    depth: int,
    parent: str,
    figures: Mapping[int, Figure],
    read: Mapping[int, Published],
    result: Published | None,
) -> Line:
    column = card.leaves if isinstance(node, Leaf) else card.nodes
    found = column.get(node.code) or {"points": None, "max": "0", "status": Status.NO_DATA}
    points, most = number(found["points"]), number(found["max"]) or Decimal(0)
    scored = number(found.get("scored_max"))
    if scored is None:
        scored = Decimal(0) if points is None else most
    return Line(
        node=node,
        depth=depth,
        parent=parent,
        points=points,
        max=most,
        scored_max=scored,
        status=Status(found["status"]),
        figures=tuple(figures[each] for each in found.get("reads", ()) if each in figures),
        read_published=tuple(read[each] for each in found.get("published", ()) if each in read),
        entries=tuple(found.get("entries", ())),
        published=result,
    )


def number(text: str | None) -> Decimal | None:
    """A number of a card's JSON."""
    return None if text is None else Decimal(text)


def not_recomputed(
    rows: Iterable[Card], beside: Mapping[int, Mapping[str, Published]] | None = None
) -> list[NotRecomputed]:
    """The leaves of cards of one method and period that cannot be recomputed: the sources do not
    say how they are scored, or points were published and the numbers behind them were not. Two
    queries, one where `beside` (from `published_of`) is given."""
    rows = list(rows)
    if not rows:
        return []
    beside = published_of(rows) if beside is None else beside
    index = rows[0].index.definition
    return [each for card in rows for each in _not_recomputed(card, index, beside[card.pk])]


def _not_recomputed(
    card: Card, index: Index, beside: Mapping[str, Published]
) -> Iterator[NotRecomputed]:
    groups = {node.code: node for node in index.nodes() if isinstance(node, Group)}
    for node, _depth, parent in walk(index.children):
        held = card.leaves.get(node.code)
        if not isinstance(node, Leaf) or held is None:
            continue
        status, result, of_group = Status(held["status"]), beside.get(node.code), beside.get(parent)
        if status is Status.UNKNOWN or (status is Status.NO_DATA and (result or of_group)):
            yield NotRecomputed(card, node, status, result, groups.get(parent), of_group)
