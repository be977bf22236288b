"""Computing an index: readings become points of leaves, nodes and bodies, and ranks."""

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal

from cotmoc.indicators.indices.model import Index, Leaf
from cotmoc.indicators.indices.results import Body, BodyScore, LeafScore, Readings


def score(
    index: Index, bodies: Sequence[Body], readings: Mapping[str, Readings]
) -> list[BodyScore]:
    """Score bodies against each other: `readings` by the body's code. In the order of `bodies`."""
    raise NotImplementedError


def score_leaf(leaf: Leaf, body: Body, readings: Readings) -> LeafScore:
    """Points of one leaf that needs no other body and no other leaf."""
    raise NotImplementedError


def ranked(scores: Iterable[BodyScore]) -> list[BodyScore]:
    """The same scores with ranks within each kind: the highest total first, ties share a rank, the
    next rank counts them all (1, 2, 2, 4)."""
    raise NotImplementedError


def rank_of(values: Mapping[str, Decimal | None]) -> dict[str, int]:
    """Rank of each key with a value, the highest first; ties share a rank."""
    raise NotImplementedError
