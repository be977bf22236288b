"""The ranking of bodies under one method and for one period, and where each stood before."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from cotmoc.apps.orgs.models import AdminUnit, Organisation
from cotmoc.apps.scorecards.held import Chosen, before
from cotmoc.apps.scorecards.models import Card, IndexVersion, Published
from cotmoc.indicators.indices.model import Group, Index, Words

SHOWN_PERIODS = 12
# A published number is rounded, and so may be what it was computed from.
AGREES_WITHIN = Decimal("0.00015")  # of the whole
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
    """One body of the ranking. `change` is places won since the period before; None where one of
    both ranks is missing."""

    subject: Organisation | AdminUnit
    kind: str
    total: Decimal | None
    max: Decimal
    scored_max: Decimal
    rank: int | None
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
    def change(self) -> int | None:
        if self.rank is None or self.rank_before is None:
            return None
        return self.rank_before - self.rank

    @property
    def covered(self) -> Decimal:
        """Per cent of the whole that could be judged."""
        return 100 * self.scored_max / self.max if self.max else Decimal(0)

    @property
    def incomplete(self) -> bool:
        return self.scored_max < self.max


@dataclass(frozen=True, slots=True)
class Board:
    """The ranking of all kinds of bodies, each among its own."""

    version: IndexVersion
    period: str
    columns: tuple[Column, ...]
    by_kind: Mapping[str, list[Row]]
    own: Row | None
    previous: str = ""
    other_before: bool = False  # the period before was scored by another method only
    periods: tuple[str, ...] = ()  # of the small lines, the oldest first
    compared: IndexVersion | None = None
    has: Mapping[str, bool] = field(default_factory=dict)


def board(chosen: Chosen, *, viewer: object, compare: str = "") -> Board:
    """Everything the ranking page shows. At most four queries."""
    version, period = chosen.version, chosen.period
    index = version.definition
    columns = columns_of(index)
    held = next(each for each in chosen.held if each.version.pk == version.pk)
    earlier = before(period, held.computed)[: SHOWN_PERIODS - 1]
    cards = cards_of(version, period, viewer=viewer, leaves=_has_leaf_columns(index))
    seen = _history(version, [*earlier, period], viewer)
    compared = next((each.version for each in chosen.others if each.version.method == compare), None)
    others = _others(compared, period, viewer) if compared else None
    published = _published(version, period)
    rows = [
        _row(card, columns, seen.get(key, {}), [*reversed(earlier), period],
             published.pop(key, None), version, None if others is None else others.get(key, Other(None, None)))
        for key, card in cards.items()
    ]  # fmt: skip
    rows += [_published_only(row, index, others) for row in published.values()]
    by_kind: dict[str, list[Row]] = {}
    own = None
    for row in rows:
        if row.kind == "province" and isinstance(row.subject, Organisation):
            own = row
        else:
            by_kind.setdefault(row.kind, []).append(row)
    older = any(before(period, each.computed) for each in chosen.others)
    return Board(
        version=version,
        period=period,
        columns=columns,
        by_kind=by_kind,
        own=own,
        previous=earlier[0] if earlier else "",
        other_before=not earlier and older,
        periods=(*reversed(earlier), period),
        compared=compared,
        has={
            "published": any(row.published is not None or row.published_rank for row in rows),
            "computed": any(row.computed for row in rows),
        },
    )


def columns_of(index: Index) -> tuple[Column, ...]:
    """The first level of the tree."""
    return tuple(Column(node.code, node.name, node.max) for node in index.children)


def cards_of(
    version: IndexVersion, period: str, *, viewer: object, leaves: bool = False
) -> dict[Key, Card]:
    """Current cards of a method for a period by subject, in the order of their codes. A method
    whose file was corrected has cards of both: the later counts. One query."""
    found = (
        Card.objects.visible_to(viewer)
        .current()
        .filter(index__code=version.code, index__method=version.method, period=period)
        .select_related("organisation", "unit")
        .defer("pillars", *(() if leaves else ("leaves",)))
        .order_by("index_id", "organisation__code", "unit__code")
    )
    return {(card.organisation_id, card.unit_id): card for card in found}


def agrees(computed: Decimal | None, published: Decimal | None, whole: Decimal) -> bool:
    """Whether both say the same, but for the rounding of what is published."""
    if computed is None or published is None:
        return True
    return abs(computed - published) <= whole * AGREES_WITHIN


def number(text: object) -> Decimal | None:
    """A number of a card's JSON, where numbers are text."""
    return None if text in (None, "") else Decimal(str(text))


def part_of(held: Mapping[str, Any] | None, whole: Decimal) -> Part:
    """A node or leaf of a card as a cell; without anything it covers nothing."""
    if not held:
        return Part(None, whole, Decimal(0))
    points = number(held.get("points"))
    top = number(held.get("max")) or Decimal(0)
    # A leaf is judged wholly or not at all.
    judged = number(held["scored_max"]) if "scored_max" in held else top if points is not None else None
    return Part(points, top, judged or Decimal(0))


def _has_leaf_columns(index: Index) -> bool:
    return not all(isinstance(node, Group) for node in index.children)


def _row(
    card: Card,
    columns: Sequence[Column],
    seen: Mapping[str, tuple[Decimal | None, int | None]],
    periods: Sequence[str],
    published: Published | None,
    version: IndexVersion,
    other: Other | None,
) -> Row:
    subject = card.organisation or card.unit
    assert subject is not None
    leaves = card.leaves if "leaves" not in card.get_deferred_fields() else {}
    given = published.points if published else None
    rank_before = seen[periods[-2]][1] if len(periods) > 1 and periods[-2] in seen else None
    return Row(
        subject=subject,
        kind=card.kind,
        total=card.total,
        max=card.max,
        scored_max=card.scored_max,
        rank=card.rank,
        computed=True,
        rank_before=rank_before,
        parts=tuple(
            part_of(card.nodes.get(column.code) or leaves.get(column.code), column.max)
            for column in columns
        ),
        history=tuple(seen[each][0] if each in seen else None for each in periods),
        published=given,
        published_rank=published.rank if published else None,
        differs=not agrees(card.total, given, card.max),
        other=other,
    )


def _published_only(row: Published, index: Index, others: Mapping[Key, Other] | None) -> Row:
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
        computed=False,
        parts=tuple(part_of(None, node.max) for node in index.children),
        published=row.points,
        published_rank=row.rank,
        other=None if others is None else others.get((row.organisation_id, row.unit_id)),
    )


def _history(
    version: IndexVersion, periods: Iterable[str], viewer: object
) -> dict[Key, dict[str, tuple[Decimal | None, int | None]]]:
    """Totals and ranks of some periods under one method, by subject. One query."""
    rows = (
        Card.objects.visible_to(viewer)
        .current()
        .filter(index__code=version.code, index__method=version.method, period__in=list(periods))
        .order_by("index_id")
        .values_list("organisation_id", "unit_id", "period", "total", "rank")
    )
    found: dict[Key, dict[str, tuple[Decimal | None, int | None]]] = {}
    for organisation, unit, period, total, rank in rows:
        found.setdefault((organisation, unit), {})[period] = (total, rank)
    return found


def _others(version: IndexVersion, period: str, viewer: object) -> dict[Key, Other]:
    found = _history(version, [period], viewer)
    return {key: Other(*held[period]) for key, held in found.items()}


def _published(version: IndexVersion, period: str) -> dict[Key, Published]:
    """Published totals and ranks by subject. One query."""
    rows = (
        Published.objects.current()
        .filter(
            index__code=version.code, index__method=version.method, period=period, node=""
        )
        .select_related("organisation", "unit")
    )
    return {(row.organisation_id, row.unit_id): row for row in rows}
