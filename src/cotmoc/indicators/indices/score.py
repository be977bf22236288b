"""Computing an index: readings become points of leaves, nodes and bodies, and ranks.

Points of single leaves are in `points`, those that need other bodies in `across`, sums in `tree`,
ranks in `ranks`. Everything is exact (`Decimal`) and the same in whatever order bodies come.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, localcontext
from graphlib import TopologicalSorter

from cotmoc.indicators.indices import formula
from cotmoc.indicators.indices.across import Spread, needs_others, points_among, spread, value_of
from cotmoc.indicators.indices.model import Formula, Index, Kind, Leaf, Rounding
from cotmoc.indicators.indices.points import (
    applies,
    leaf_score,
    mark_of,
    not_applicable,
    only_reading,
    settled,
    why_none,
)
from cotmoc.indicators.indices.ranks import rank_of, ranked
from cotmoc.indicators.indices.results import Body, BodyScore, LeafScore, Readings, Status
from cotmoc.indicators.indices.tree import card

__all__ = ["rank_of", "ranked", "rescore", "score", "score_leaf"]

PRECISION = 40
UNROUNDED = Rounding()
# Spreads by leaf and kind.
_Spreads = Mapping[tuple[str, Kind], Spread | None]


def score(
    index: Index, bodies: Sequence[Body], readings: Mapping[str, Readings]
) -> list[BodyScore]:
    """Score bodies against each other: `readings` by the body's code. In the order of `bodies`."""
    with localcontext(prec=PRECISION):
        order = _in_order(index)
        spreads = _spreads(order.across, bodies, readings)
        return ranked(
            card(index, body, _leaves(index, order, body, readings.get(body.code, {}), spreads))
            for body in bodies
        )


def rescore(
    index: Index, scores: Sequence[BodyScore], body: str, readings: Mapping[str, Readings]
) -> list[BodyScore]:
    """Scores after the readings of one body changed: what if. `readings` are those of all bodies,
    with the changed ones of `body`; without leaves that need others its own are enough.

    Gives what `score` would: the body anew, the others only where a leaf sets them beside it, and
    all ranks. Unchanged scores are the same objects.
    """
    (changed,) = (each.body for each in scores if each.body.code == body)
    with localcontext(prec=PRECISION):
        order = _in_order(index)
        kin = [each.body for each in scores if each.body.kind == changed.kind]
        spreads = _spreads(order.across, kin, readings) if order.across else {}

        def anew(old: BodyScore) -> BodyScore:
            own = readings.get(old.body.code, {})
            if old.body.code == body:
                return card(index, old.body, _leaves(index, order, old.body, own, spreads))
            if order.across and old.body.kind == changed.kind:
                return _moved(index, order, old, own, spreads)
            return old

        return ranked(anew(old) for old in scores)


def score_leaf(
    leaf: Leaf,
    body: Body,
    readings: Readings,
    others: Mapping[str, Decimal | None] | None = None,
    rounding: Rounding = UNROUNDED,
) -> LeafScore:
    """Points of one leaf that needs no other body; `others` are points of the leaves that its
    formula names."""
    with localcontext(prec=PRECISION):
        return leaf_score(leaf, body.kind, readings, others or {}, rounding)


@dataclass(frozen=True, slots=True)
class _Order:
    """The leaves of an index in the order in which they can be computed."""

    alone: tuple[Leaf, ...]
    across: tuple[Leaf, ...]
    formulas: tuple[Leaf, ...]


def _in_order(index: Index) -> _Order:
    leaves = {leaf.code: leaf for leaf in index.leaves()}
    needs = {code: _named_leaves(leaf) & leaves.keys() for code, leaf in leaves.items()}
    among = TopologicalSorter({code: need for code, need in needs.items() if need})
    after = [leaves[code] for code in among.static_order() if needs[code]]
    rest = [leaf for code, leaf in leaves.items() if not needs[code]]
    return _Order(
        tuple(leaf for leaf in rest if not needs_others(leaf)),
        tuple(leaf for leaf in rest if needs_others(leaf)),
        tuple(after),
    )


def _named_leaves(leaf: Leaf) -> set[str]:
    """Codes of the other leaves that a leaf's formula names."""
    if not isinstance(leaf.rule, Formula):
        return set()
    return set(formula.names(leaf.rule.tree)) - leaf.rule.operands.keys()


def _spreads(
    across: Iterable[Leaf], bodies: Sequence[Body], readings: Mapping[str, Readings]
) -> _Spreads:
    """How the values of each leaf lie among the bodies of each kind that it applies to."""
    values: dict[tuple[str, Kind], list[Decimal]] = {}
    for leaf in across:
        for body in bodies:
            value = value_of(leaf, readings.get(body.code, {}))
            if value is not None and applies(leaf, body.kind):
                values.setdefault((leaf.code, body.kind), []).append(value)
    return {key: spread(found) for key, found in values.items()}


def _leaves(
    index: Index, order: _Order, body: Body, readings: Readings, spreads: _Spreads
) -> dict[str, LeafScore]:
    """Scores of all leaves of one body, in the order of the index."""
    alone = {
        leaf.code: leaf_score(leaf, body.kind, readings, {}, index.rounding) for leaf in order.alone
    }
    across = {
        leaf.code: _among(leaf, body.kind, readings, spreads, index.rounding)
        for leaf in order.across
    }
    return _with_formulas(index, order, body, readings, alone | across)


def _with_formulas(
    index: Index, order: _Order, body: Body, readings: Readings, found: dict[str, LeafScore]
) -> dict[str, LeafScore]:
    """The scores found and those of the formulas over them, in the order of the index."""
    if not order.formulas and not order.across:
        return found
    for leaf in order.formulas:
        named = {code: found[code].points for code in _named_leaves(leaf) if code in found}
        found[leaf.code] = leaf_score(leaf, body.kind, readings, named, index.rounding)
    return {leaf.code: found[leaf.code] for leaf in index.leaves()}


def _among(
    leaf: Leaf, kind: Kind, readings: Readings, spreads: _Spreads, rounding: Rounding
) -> LeafScore:
    """The score of a leaf that sets the body beside the others of its kind."""
    if not applies(leaf, kind):
        return not_applicable(leaf)
    reading, around = only_reading(leaf, readings), spreads.get((leaf.code, kind))
    value = value_of(leaf, readings)
    if value is None or around is None:
        return settled(leaf, why_none(reading) or Status.NO_DATA, Status.NO_DATA, rounding)
    return settled(leaf, points_among(leaf, value, around), mark_of(reading), rounding)


def _moved(
    index: Index, order: _Order, old: BodyScore, readings: Readings, spreads: _Spreads
) -> BodyScore:
    """Another body's card after the values it is set beside have changed; the same object where it
    is not touched."""
    across = {
        leaf.code: _among(leaf, old.body.kind, readings, spreads, index.rounding)
        for leaf in order.across
    }
    if all(old.leaves[code] == found for code, found in across.items()):
        return old
    leaves = _with_formulas(index, order, old.body, readings, {**old.leaves, **across})
    return card(index, old.body, leaves)
