"""All indices at a glance, and where one body stands on each of them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db.models import Count, Q
from django.utils import timezone

from cotmoc.apps.measurement.queries import own_body
from cotmoc.apps.orgs.models import Organisation
from cotmoc.apps.scorecards import queries
from cotmoc.apps.scorecards.board import Part, agrees, part_of
from cotmoc.apps.scorecards.held import in_force, kind_of
from cotmoc.apps.scorecards.models import Card, IndexVersion, Published
from cotmoc.indicators.indices.model import Words

PANEL_INDEX = "qd766"
PANEL_GROUPS = 3


@dataclass(frozen=True, slots=True)
class GroupPart:
    """A group of a card by name."""

    code: str
    name: Words
    part: Part

    @property
    def lost(self) -> Decimal:
        """Points lost of those that could be judged."""
        return max(self.part.scored_max - (self.part.points or Decimal(0)), Decimal(0))


@dataclass(frozen=True, slots=True)
class Place:
    """Where a body stands on one index: its newest card, and the groups that lose most first."""

    card: Card
    groups: tuple[GroupPart, ...]

    @property
    def lost(self) -> Decimal:
        """Share lost of what could be judged, in per cent; 0 where there is no total."""
        if self.card.total is None or not self.card.scored_max:
            return Decimal(0)
        return 100 * (1 - self.card.total / self.card.scored_max)


@dataclass(frozen=True, slots=True)
class MethodLine:
    """A method with what is there of it."""

    version: IndexVersion
    counts: bool  # in force today
    bodies: int  # with a card, in the newest period that has cards
    period: str


@dataclass(frozen=True, slots=True)
class Beside:
    """How many groups and leaves of a card were published too, and how many of them say the same
    as what was computed; those computed from a part are not judged."""

    parts: int
    agree: int
    differ: int
    source: str


@dataclass(frozen=True, slots=True)
class IndexLine:
    """One index: its methods, the province's own newest card and what was published last."""

    newest: IndexVersion
    methods: tuple[MethodLine, ...]
    place: Place | None
    published: Published | None  # the newest published total or rank
    published_days: int | None  # since the publication
    beside: Beside | None
    differs: Decimal | None  # computed less published of the same period, where they differ

    @property
    def template(self) -> bool:
        return self.newest.definition.template

    @property
    def computed(self) -> bool:
        return any(each.period for each in self.methods)


def index_lines(*, viewer: object, today: date) -> list[IndexLine]:
    """Every index, that which loses most first, those without any result last. Five queries."""
    by_code: dict[str, list[IndexVersion]] = {}
    for version in queries.latest():
        by_code.setdefault(version.code, []).append(version)
    body = own_body()
    bodies = _bodies(viewer)
    own = places(body, viewer=viewer, versions=by_code) if body else {}
    published = _own_published(body) if body else {}
    lines = [
        _line(versions, bodies, own.get(code), published.get(code, []), today)
        for code, versions in by_code.items()
    ]
    return sorted(lines, key=_wrong_first)


def places(
    body: Organisation,
    *,
    viewer: object,
    versions: dict[str, list[IndexVersion]] | None = None,
) -> dict[str, Place]:
    """The newest card of a body, or of its territory, on each index. Two queries, one where the
    methods are given."""
    if versions is None:
        versions = {}
        for row in queries.latest():
            versions.setdefault(row.code, []).append(row)
    known = {(each.code, each.method): each for held in versions.values() for each in held}
    found: dict[str, Place] = {}
    for card in _cards_of(body, viewer):
        method = known.get((card.index.code, card.index.method))
        if method is not None and method.code not in found:
            card.index = method
            found[method.code] = place_of(card)
    return found


def panel(body: Organisation | None, *, viewer: object) -> Place | None:
    """The province's newest month of the index of service to people, for the first page. One
    query."""
    if body is None:
        return None
    cards = (
        Card.objects.visible_to(viewer)
        .current()
        .filter(organisation=body, index__code=PANEL_INDEX, index__latest=True)
        .select_related("index")
        .order_by("-period_end", "-index__valid_from")[:12]
    )
    card = min(cards, key=_shortest_newest, default=None)
    if card is None:
        return None
    card.organisation = body
    return place_of(card)


def place_of(card: Card) -> Place:
    """A card with its groups, what loses most first."""
    groups = [
        GroupPart(node.code, node.name, part_of(_held(card, node.code), node.max))
        for node in card.index.definition.children
    ]
    return Place(card, tuple(sorted(groups, key=lambda each: -each.lost)))


def _held(card: Card, code: str) -> dict[str, str] | None:
    found: dict[str, str] | None = card.nodes.get(code) or card.leaves.get(code)
    return found


def _cards_of(body: Organisation, viewer: object) -> list[Card]:
    """Current cards of a body or its territory: months before longer periods, the newest first."""
    whose = Q(organisation=body)
    if body.kind == "province" and body.unit:
        whose |= Q(unit__code=body.unit.code, unit__level="province")
    cards = (
        Card.objects.visible_to(viewer)
        .current()
        .filter(whose)
        .select_related("index", "organisation", "unit")
        .defer("index__content")
        .order_by("-period_end", "-index__valid_from", "-index_id")
    )
    return sorted(cards, key=_shortest_newest)


def _shortest_newest(card: Card) -> tuple[bool, int, int]:
    return kind_of(card.period) != "month", -card.period_end.toordinal(), -card.index_id


def _bodies(viewer: object) -> dict[tuple[str, str], tuple[str, int]]:
    """The newest period of each method with cards, and how many bodies it has; months first."""
    rows = (
        Card.objects.visible_to(viewer)
        .current()
        .order_by()
        .values_list("index__code", "index__method", "period", "period_end")
        .annotate(bodies=Count("id"))
    )
    newest: dict[tuple[str, str], tuple[bool, date, str, int]] = {}
    for code, method, period, end, bodies in rows:
        held = (kind_of(period) == "month", end, period, bodies)
        newest[code, method] = max(newest.get((code, method), held), held)
    return {key: (period, bodies) for key, (_month, _end, period, bodies) in newest.items()}


def _own_published(body: Organisation) -> dict[str, list[Published]]:
    """What was published for the province, the newest first, by index. One query."""
    whose = Q(organisation=body)
    if body.unit:
        whose |= Q(unit__code=body.unit.code, unit__level="province")
    found: dict[str, list[Published]] = {}
    rows = (
        Published.objects.current()
        .filter(whose)
        .select_related("publication", "index", "unit", "organisation")
        .defer("index__content")
        .order_by("-period_end", "-pk")
    )
    for row in rows:
        found.setdefault(row.index.code, []).append(row)
    return found


def _line(
    versions: Sequence[IndexVersion],
    bodies: dict[tuple[str, str], tuple[str, int]],
    place: Place | None,
    published: Sequence[Published],
    today: date,
) -> IndexLine:
    methods = []
    for version in versions:
        period, count = bodies.get((version.code, version.method), ("", 0))
        methods.append(MethodLine(version, in_force(version, today), count, period))
    totals = [row for row in published if not row.node]
    last = totals[0] if totals else None
    return IndexLine(
        newest=versions[0],
        methods=tuple(methods),
        place=place,
        published=last,
        published_days=_days_since(last, today),
        beside=_beside(place, published) if place else None,
        differs=_difference(place, totals),
    )


def _days_since(row: Published | None, today: date) -> int | None:
    if row is None:
        return None
    made = row.publication
    on = made.published_on or (made.captured_at and timezone.localdate(made.captured_at))
    return (today - on).days if on else None


def _beside(place: Place, published: Iterable[Published]) -> Beside | None:
    card = place.card
    index = card.index.definition
    nodes = {node.code: node for node in index.nodes()}
    rows = [
        row
        for row in published
        if (row.period, row.index.method) == (card.period, card.index.method) and row.node in nodes
    ]
    if not rows:
        return None
    said = []
    for row in rows:
        node = nodes[row.node]
        part = part_of(_held(card, row.node), node.max)
        given = queries.points_of(row, node)
        if part.points is not None and given is not None and part.scored_max >= part.max:
            said.append(agrees(part.points, given, index.max))
    return Beside(len(rows), said.count(True), said.count(False), rows[0].publication.source)


def _difference(place: Place | None, published: Iterable[Published]) -> Decimal | None:
    """Computed less published for the same period and method, where both are not the same."""
    if place is None or place.card.total is None or place.card.scored_max < place.card.max:
        return None
    card = place.card
    same = (card.period, card.index.method)
    row = next((each for each in published if (each.period, each.index.method) == same), None)
    if row is None or row.points is None or card.total is None:
        return None
    return None if agrees(card.total, row.points, card.max) else card.total - row.points


def _wrong_first(line: IndexLine) -> tuple[int, Decimal, str]:
    """Own results that lose most, then indices with results of others, then those without any; an
    example comes last."""
    if line.place and not line.template:
        return 0, -line.place.lost, line.newest.code
    stage = 3 if line.template else 1 if line.computed or line.published else 2
    return stage, Decimal(0), line.newest.code
