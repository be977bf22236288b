"""Plans side by side: what one plan asks for, and what the others ask for in its place."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.db.models import Q

from cotmoc.apps.programmes.linking import Difference, differences, stated
from cotmoc.apps.programmes.matching import Rarity, pair_up
from cotmoc.apps.programmes.models import Plan, Target, TargetLink
from cotmoc.apps.programmes.queries import plan_targets

MOST_PLANS = 3


@dataclass(frozen=True, slots=True)
class Cell:
    """What one plan says in a row; `differences` from the first plan that says something."""

    target: Target
    differences: tuple[Difference, ...] = ()


@dataclass(frozen=True, slots=True)
class ComparedRow:
    """One promise across the plans: a cell for each plan, none where a plan says nothing.

    `confirmed`: a person said that all of them are the same; `same_indicator`: all are bound to
    one indicator. A row with neither was put together by its words.
    """

    cells: tuple[Cell | None, ...]
    confirmed: bool = False
    same_indicator: bool = False

    @property
    def first(self) -> Target:
        return next(cell.target for cell in self.cells if cell)

    @property
    def plans(self) -> int:
        return sum(cell is not None for cell in self.cells)

    @property
    def differs(self) -> bool:
        return any(cell and cell.differences for cell in self.cells)

    @property
    def pillar(self) -> str:
        return next((cell.target.pillar for cell in self.cells if cell and cell.target.pillar), "")


def compare_plans(plans: Sequence[Plan], *, viewer: object) -> list[ComparedRow]:
    """The targets of plans, as amended, in rows: those of several plans in the order of the first
    plan's text, then those that stand in one plan only. One query and those of `plan_targets` for
    each plan."""
    groups = _groups([plan_targets(plan, viewer=viewer) for plan in plans])
    shared = [row for row in groups if row.plans > 1]
    alone = [row for row in groups if row.plans == 1]
    return [*shared, *alone]


@dataclass(frozen=True, slots=True)
class _Edge:
    """Two targets that may be one, by (place of the plan, place in the plan)."""

    score: Decimal
    one: tuple[int, int]
    other: tuple[int, int]


def _groups(by_plan: Sequence[Sequence[Target]]) -> list[ComparedRow]:
    """Puts targets together along the surest edges first; a row never holds two of one plan."""
    confirmed, refused = _decided(by_plan)
    nodes = [(i, j) for i, targets in enumerate(by_plan) for j in range(len(targets))]
    group: dict[tuple[int, int], frozenset[tuple[int, int]]] = {
        node: frozenset([node]) for node in nodes
    }
    for edge in [*confirmed, *_likely(by_plan, refused)]:
        left, right = group[edge.one], group[edge.other]
        if left is right or {i for i, _j in left} & {i for i, _j in right}:
            continue
        if any(frozenset([a, b]) in refused for a in left for b in right):
            continue
        joined = left | right
        group.update(dict.fromkeys(joined, joined))
    sure = {frozenset([edge.one, edge.other]) for edge in confirmed}
    seen: set[frozenset[tuple[int, int]]] = set()
    rows = []
    for node in nodes:
        members = group[node]
        if members not in seen:
            seen.add(members)
            rows.append(_row(by_plan, members, sure))
    return rows


def _row(
    by_plan: Sequence[Sequence[Target]],
    members: Iterable[tuple[int, int]],
    sure: set[frozenset[tuple[int, int]]],
) -> ComparedRow:
    places = dict(sorted(members))
    targets = [by_plan[i][j] for i, j in places.items()]
    first = targets[0]
    cells: list[Cell | None] = [None] * len(by_plan)
    for (i, _j), target in zip(places.items(), targets, strict=True):
        cells[i] = Cell(target, differences(first, target) if target is not first else ())
    nodes = list(places.items())
    confirmed = all(frozenset([nodes[0], node]) in sure for node in nodes[1:]) and len(nodes) > 1
    codes = {target.indicator_code for target in targets}
    return ComparedRow(tuple(cells), confirmed, len(codes) == 1 and codes != {""})


def _decided(
    by_plan: Sequence[Sequence[Target]],
) -> tuple[list[_Edge], set[frozenset[tuple[int, int]]]]:
    """What people have confirmed, and the pairs they have refused."""
    place = {
        target.pk: (i, j) for i, targets in enumerate(by_plan) for j, target in enumerate(targets)
    }
    links = TargetLink.objects.filter(
        Q(earlier__in=place) & Q(later__in=place), confirmed__isnull=False
    ).order_by("pk")
    confirmed, refused = [], set()
    for link in links:
        one, other = place[link.earlier_id], place[link.later_id]
        if link.confirmed:
            confirmed.append(_Edge(Decimal(2), one, other))
        else:
            refused.add(frozenset([one, other]))
    return confirmed, refused


def _likely(
    by_plan: Sequence[Sequence[Target]], refused: set[frozenset[tuple[int, int]]]
) -> list[_Edge]:
    rarity = Rarity(target.name for targets in by_plan for target in targets)
    said = [[stated(target) for target in targets] for targets in by_plan]
    edges = []
    for i in range(len(said)):
        for k in range(i + 1, len(said)):
            both = [dict(pair) for pair in refused]
            never = {(each[i], each[k]) for each in both if i in each and k in each}
            pairs = pair_up(said[i], said[k], rarity=rarity, never=never)
            edges += [
                _Edge(pair.similarity.score, (i, pair.ours), (k, pair.theirs)) for pair in pairs
            ]
    return sorted(edges, key=lambda edge: (-edge.score, edge.one, edge.other))
