"""The ranking of bodies under one method and for one period, and where each stood before."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from cotmoc.apps.orgs.models import AdminUnit, Organisation
from cotmoc.apps.scorecards import queries
from cotmoc.apps.scorecards.held import Chosen, before
from cotmoc.apps.scorecards.models import Card, IndexVersion, Published
from cotmoc.indicators.indices.model import Group, Index, Words

SHOWN_PERIODS = 12
# A published number is rounded, and so may be what it was computed from.
AGREES_WITHIN = Decimal("0.00015")  # of the whole
Seen = tuple[Decimal | None, int | None]  # total and rank in a period
Key = tuple[int | None, int | None]  # the subject: an organisation, or a territory


@dataclass(frozen=True, slots=True)
class Column:
    """A group that stands as a column."""

    code: str
    name: Words
    max: Decimal


@dataclass(frozen=True, slots=True)
class Part:
    """Points of a group for one body; None where it has none."""

    points: Decimal | None
    max: Decimal
    scored_max: Decimal

    @property
    def share(self) -> Decimal | None:
        """Per cent of what could be judged."""
        if self.points is None or not self.scored_max:
            return None
        return 100 * self.points / self.scored_max


@dataclass(frozen=True, slots=True)
class Other:
    """What another method makes of the same body and period."""

    total: Decimal | None
    rank: int | None


@dataclass(frozen=True, slots=True)
class Row:
    """One body of the ranking; `computed` is false where only a published result is known."""

    subject: Organisation | AdminUnit
    kind: str
    total: Decimal | None
    max: Decimal
    scored_max: Decimal
    rank: int | None
    ranked: int
    computed: bool
    rank_before: int | None = None
    parts: tuple[Part, ...] = ()
    history: tuple[Decimal | None, ...] = ()
    published: Decimal | None = None
    published_rank: int | None = None
    differs: bool = False
    other: Other | None = None

    @property
    def code(self) -> str:
        return self.subject.code

    @property
    def name(self) -> str:
        return str(self.subject)

    @property
    def search(self) -> str:
        return self.subject.search

    @property
    def change(self) -> int | None:
        """Places won since the period before; None where one of both ranks is missing."""
        if self.rank is None or self.rank_before is None:
            return None
        return self.rank_before - self.rank

    @property
    def incomplete(self) -> bool:
        return self.scored_max < self.max

    @property
    def share(self) -> Decimal | None:
        """Total in per cent of what could be judged."""
        return (
            100 * self.total / self.scored_max
            if self.total is not None and self.scored_max
            else None
        )


@dataclass(frozen=True, slots=True)
class Board:
    """The ranking of all kinds of bodies, each among its own; `own` is the province itself.

    `previous` is the period before under the same method; where only another method scored that,
    `other_before` is true and nothing is compared. `periods` are those of the small lines.
    """

    version: IndexVersion
    period: str
    columns: tuple[Column, ...]
    by_kind: Mapping[str, list[Row]]
    own: Row | None
    previous: str
    other_before: bool
    periods: tuple[str, ...]
    compared: IndexVersion | None

    def published(self, kind: str) -> bool:
        """Whether anything was published for a kind of bodies."""
        return any(
            row.published is not None or row.published_rank is not None
            for row in self.by_kind.get(kind, ())
        )


def board(chosen: Chosen, *, viewer: object, compare: str = "") -> Board:
    """Everything the ranking page shows. At most four queries, however many bodies."""
    version, period = chosen.version, chosen.period
    index = version.definition
    held = next(each for each in chosen.held if each.version.pk == version.pk)
    earlier = before(period, held.computed)[: SHOWN_PERIODS - 1]
    periods = (*reversed(earlier), period)
    cards = _cards(version, period, viewer, leaves=not _all_groups(index))
    seen = _seen(version, periods, viewer) if earlier else {}
    published = _published(version, period)
    compared = next(
        (each.version for each in chosen.others if each.version.method == compare), None
    )
    others = _others(compared, period, viewer) if compared else {}
    rows = [
        _row(card, index, seen.get(key, {}), periods, published.pop(key, None), others.get(key))
        for key, card in cards.items()
    ]
    rows += [_published_only(row, index, others.get(key)) for key, row in published.items()]
    own, by_kind = _by_kind(rows)
    return Board(
        version=version,
        period=period,
        columns=columns_of(index),
        by_kind=by_kind,
        own=own,
        previous=earlier[0] if earlier else "",
        other_before=not earlier and any(before(period, each.computed) for each in chosen.others),
        periods=periods,
        compared=compared,
    )


def columns_of(index: Index) -> tuple[Column, ...]:
    """The first level of the tree."""
    return tuple(Column(node.code, node.name, node.max) for node in index.children)


def agrees(computed: Decimal | None, published: Decimal | None, whole: Decimal) -> bool:
    """Whether both say the same, but for the rounding of what is published."""
    if computed is None or published is None:
        return True
    return abs(computed - published) <= whole * AGREES_WITHIN


def part_of(held: Mapping[str, Any] | None, whole: Decimal) -> Part:
    """A node or leaf of a card as a cell; without anything it covers nothing."""
    if not held:
        return Part(None, whole, Decimal(0))
    points = None if held["points"] is None else Decimal(held["points"])
    most = Decimal(held["max"])
    # A leaf is judged wholly or not at all.
    judged = held.get("scored_max", "0" if points is None else held["max"])
    return Part(points, most, Decimal(judged))


def _all_groups(index: Index) -> bool:
    return all(isinstance(node, Group) for node in index.children)


def _by_kind(rows: Sequence[Row]) -> tuple[Row | None, dict[str, list[Row]]]:
    own = None
    found: dict[str, list[Row]] = {}
    for row in rows:
        if row.kind == "province" and isinstance(row.subject, Organisation):
            own = row
        else:
            found.setdefault(row.kind, []).append(row)
    return own, found


def _cards(version: IndexVersion, period: str, viewer: object, *, leaves: bool) -> dict[Key, Card]:
    """Cards by subject, in the order of their codes. Of a corrected method the later wording
    counts. The definition does not come along in every row."""
    found = (
        queries.cards(version, viewer=viewer)
        .filter(period=period)
        .select_related(None)
        .select_related("organisation", "unit")
        .defer("pillars", *(() if leaves else ("leaves",)))
        .order_by("index_id", "organisation__code", "unit__code")
    )
    cards = {(card.organisation_id, card.unit_id): card for card in found}
    for card in cards.values():
        card.index = version
    return cards


def _row(
    card: Card,
    index: Index,
    seen: Mapping[str, Seen],
    periods: Sequence[str],
    published: Published | None,
    other: Other | None,
) -> Row:
    subject = card.organisation or card.unit
    assert subject is not None
    nodes = card.nodes if _all_groups(index) else {**card.leaves, **card.nodes}
    last = seen.get(periods[-2]) if len(periods) > 1 else None
    given = published.points if published else None
    return Row(
        subject=subject,
        kind=card.kind,
        total=card.total,
        max=card.max,
        scored_max=card.scored_max,
        rank=card.rank,
        ranked=card.ranked,
        computed=True,
        rank_before=last[1] if last else None,
        parts=tuple(part_of(nodes.get(node.code), node.max) for node in index.children),
        history=tuple(seen[each][0] if each in seen else None for each in periods),
        published=given,
        published_rank=published.rank if published else None,
        differs=card.scored_max >= card.max and not agrees(card.total, given, card.max),
        other=other,
    )


def _published_only(row: Published, index: Index, other: Other | None) -> Row:
    """A subject whose result is published, and nothing is there to compute it from."""
    subject = row.organisation or row.unit
    assert subject is not None
    return Row(
        subject=subject,
        kind=row.organisation.kind if row.organisation else "province",
        total=None,
        max=index.scale,
        scored_max=Decimal(0),
        rank=None,
        ranked=0,
        computed=False,
        parts=tuple(part_of(None, node.max) for node in index.children),
        published=row.points,
        published_rank=row.rank,
        other=other,
    )


def _seen(
    version: IndexVersion, periods: Sequence[str], viewer: object
) -> dict[Key, dict[str, Seen]]:
    """Totals and ranks of some periods under one method, by subject. One query."""
    rows = (
        queries.cards(version, viewer=viewer)
        .filter(period__in=periods)
        .order_by("index_id")
        .values_list("organisation_id", "unit_id", "period", "total", "rank")
    )
    found: dict[Key, dict[str, Seen]] = {}
    for body, unit, period, total, rank in rows:
        found.setdefault((body, unit), {})[period] = (total, rank)
    return found


def _others(version: IndexVersion, period: str, viewer: object) -> dict[Key, Other]:
    """Totals and ranks of another method. One query."""
    rows = (
        queries.cards(version, viewer=viewer)
        .filter(period=period)
        .order_by("index_id")
        .values_list("organisation_id", "unit_id", "total", "rank")
    )
    return {(body, unit): Other(total, rank) for body, unit, total, rank in rows}


def _published(version: IndexVersion, period: str) -> dict[Key, Published]:
    """Published totals and ranks by subject. One query."""
    rows = (
        queries.published(version)
        .filter(period=period, node="")
        .select_related(None)
        .select_related("organisation", "unit")
    )
    return {(row.organisation_id, row.unit_id): row for row in rows}
