"""How sure ranks under a method are: its cards ranked again with other weights and other choices.

What is varied are the shares of leaves (points ÷ maximum) and how they are put together; nothing is
written. Points stay what the method gives.
"""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import astuple, dataclass
from decimal import Decimal
from typing import Any, Literal

import numpy as np
from django.core.cache import cache

from cotmoc.apps.scorecards.models import Card, IndexVersion
from cotmoc.apps.scorecards.queries import cards
from cotmoc.indicators.composite.aggregate import Aggregation, Mean
from cotmoc.indicators.composite.correlate import Kind as Correlation
from cotmoc.indicators.composite.correlate import correlations
from cotmoc.indicators.composite.framework import Aggregate, Framework, Indicator, Matrix, arranged
from cotmoc.indicators.composite.normalise import Normalisation, normalise, spread
from cotmoc.indicators.composite.products import product
from cotmoc.indicators.composite.sensitivity import (
    Model,
    Mover,
    Sensitivity,
    UnitRanks,
    Varied,
    sensitivity,
)
from cotmoc.indicators.indices.model import Group, Index, Leaf
from cotmoc.indicators.indices.results import Status

FEWEST_BODIES = 3
FEWEST_TOGETHER = 5  # bodies that have both; what fewer show is chance
MOST_DRAWS = 5000
OTHERS = (Normalisation("minmax"), Normalisation("zscore"), Normalisation("percentile"))
What = Literal["all", "weights", "scale", "mean", "leaves"]
_TOP = "="  # code of the index among its nodes: none has that sign
_KEPT_SECONDS = 24 * 3600


@dataclass(frozen=True, slots=True)
class Choices:
    """What is varied, how far weights swing (0.25: a quarter up or down), and the draws."""

    what: What = "all"
    noise: float = 0.25
    draws: int = 1000
    seed: int = 1
    correlation: Correlation = "pearson"


@dataclass(frozen=True, slots=True)
class Body:
    """One body: its card and its ranks. `filled` is the part of the maximum of leaves that it has
    no points of: they add none to its total, here as in the ranking."""

    card: Card
    ranks: UnitRanks
    filled: Decimal


@dataclass(frozen=True, slots=True)
class Correlations:
    """How the shares of leaves go together: among each other, with their group and the total; None
    where fewer than five bodies have both, or one of the two does not vary."""

    codes: tuple[str, ...]
    between: Mapping[tuple[str, str], float | None]
    with_group: Mapping[str, float | None]
    with_total: Mapping[str, float | None]


@dataclass(frozen=True, slots=True)
class Robustness:
    """Rank intervals of the bodies of one kind, what moves ranks, and how leaves go together.

    `flat` are leaves in which all bodies have the same share; `silent` those nobody has points of;
    `beside` bonuses and penalties. None of them are varied.
    """

    index: IndexVersion
    choices: Choices
    bodies: tuple[Body, ...]
    movers: tuple[Mover, ...]
    leaves: tuple[str, ...]
    flat: tuple[str, ...]
    silent: tuple[str, ...]
    beside: tuple[str, ...]
    correlations: Correlations

    @property
    def unlike(self) -> int:
        """Bodies whose rank by points is another than by the shares that are varied: through
        rounding, bonuses and penalties."""
        return sum(body.card.rank != body.ranks.nominal for body in self.bodies)


@dataclass(frozen=True, slots=True)
class _Case:
    """Cards of one kind as a model: shares of leaves and the tree they are put together by."""

    cards: Sequence[Card]
    framework: Framework
    shares: Matrix
    aggregation: Aggregation
    silent: tuple[str, ...]
    beside: tuple[str, ...]

    def digest(self, choices: Choices) -> str:
        """Of everything the result depends on."""
        parts = (
            repr([card.pk for card in self.cards]),
            repr(self.framework),
            repr(self.aggregation),
            repr(astuple(choices)),
        )
        content = self.shares.tobytes() + "\n".join(parts).encode()
        return hashlib.sha256(content).hexdigest()


def robustness(
    index: IndexVersion, period: str, kind: str, choices: Choices, *, viewer: object
) -> Robustness | None:
    """How sure the ranks of a period are; None for fewer than three ranked bodies, or where no leaf
    has points. One query; what was computed before of the same shares is taken from the cache."""
    found = cards(index, viewer=viewer).filter(period=period, kind=kind, rank__isnull=False)
    ranked = list(found.order_by("rank", "organisation__code", "unit__code"))
    if len(ranked) < FEWEST_BODIES:
        return None
    case = _case(index.definition, ranked)
    if not case.framework.indicators:
        return None
    return Robustness(
        index=index,
        choices=choices,
        correlations=(together := _correlations(case, choices.correlation)),
        leaves=together.codes,
        flat=_flat(case),
        silent=case.silent,
        beside=case.beside,
        **_computed(case, choices),
    )


def _computed(case: _Case, choices: Choices) -> dict[str, Any]:
    key = f"robustness-{case.digest(choices)}"
    found: Sensitivity | None = cache.get(key)
    if found is None:
        tree = case.framework.tree()
        units = tuple(card.subject_code for card in case.cards)
        model = Model(units, case.shares, tree, tree.weights, case.aggregation)
        found = sensitivity(model, _varied(case, choices), choices.draws, choices.seed)
        cache.set(key, found, _KEPT_SECONDS)
    filled = _filled(case)
    bodies = zip(case.cards, found.units, filled, strict=True)
    return {"bodies": tuple(Body(*each) for each in bodies), "movers": found.movers}


def _varied(case: _Case, choices: Choices) -> Varied:
    wanted = {choices.what} if choices.what != "all" else {"weights", "scale", "mean", "leaves"}
    indicators = case.framework.indicators
    scales = tuple((how.method, normalise(case.shares, indicators, how)) for how in OTHERS)
    means: tuple[Mean, ...] = ("geometric",)
    return Varied(
        noise=choices.noise if "weights" in wanted else 0.0,
        normalised=scales if "scale" in wanted else (),
        means=means if "mean" in wanted else (),
        leave_out="leaves" in wanted,
    )


# From cards to a model ----------------------------------------------------------------------------


def _case(index: Index, ranked: Sequence[Card]) -> _Case:
    scored = [leaf for leaf in index.leaves() if not leaf.beside and leaf.max > 0]
    kept = [leaf for leaf in scored if _counts(leaf, ranked)]
    adding = _adding(index)
    framework, means = _framework(index, {leaf.code for leaf in kept})
    shares = [[_share(card, leaf, leaf.code in adding) for leaf in kept] for card in ranked]
    return _Case(
        ranked,
        framework,
        np.array(shares, dtype=np.float64).reshape(len(ranked), len(kept)),
        Aggregation(means=means),
        tuple(leaf.code for leaf in scored if leaf not in kept),
        tuple(leaf.code for leaf in index.leaves() if leaf.beside),
    )


def _adding(index: Index) -> set[str]:
    """Leaves whose points are added up: there a leaf without points adds none. In a weighted group
    it does not count."""
    groups: list[Index | Group] = [index]
    groups += [node for node in index.nodes() if isinstance(node, Group)]
    return {
        child.code
        for group in groups
        if group.aggregate == "points"
        for child in group.children
        if isinstance(child, Leaf)
    }


def _share(card: Card, leaf: Leaf, adds: bool) -> float:
    """Points ÷ maximum; NaN for a leaf that does not count for the body."""
    said = card.leaves.get(leaf.code)
    if said is None or _left_out(said):
        return float("nan")
    if said["points"] is None:
        return 0.0 if adds else float("nan")
    return float(Decimal(said["points"]) / leaf.max)


def _left_out(said: Mapping[str, Any]) -> bool:
    """Whether a leaf is out of the body's maximum, so that the others are scaled up for it."""
    out = said["status"] in (Status.NOT_APPLICABLE, Status.NOT_ARISING)
    return out and said["points"] is None and not Decimal(said["max"])


def _counts(leaf: Leaf, ranked: Iterable[Card]) -> bool:
    """Whether anybody has points of a leaf."""
    return any((card.leaves.get(leaf.code) or {}).get("points") is not None for card in ranked)


def _framework(index: Index, kept: set[str]) -> tuple[Framework, tuple[Mean, ...]]:
    """The tree of an index without leaves that are not kept and groups that hold none."""
    indicators: list[Indicator] = []
    aggregates: list[Aggregate] = [Aggregate(_TOP)]
    means: dict[str, Mean] = {_TOP: _mean(index)}

    def take(parent: Index | Group, code: str) -> None:
        for child in parent.children:
            weight = _weight(child)
            if isinstance(child, Leaf):
                if child.code in kept:
                    indicators.append(Indicator(child.code, parent=code, weight=weight))
            elif any(leaf in kept for leaf in _codes(child)):
                aggregates.append(Aggregate(child.code, parent=code, weight=weight))
                means[child.code] = _mean(child)
                take(child, child.code)

    take(index, _TOP)
    framework = arranged(indicators, aggregates)
    return framework, tuple(means[each.code] for each in framework.aggregates)


def _weight(node: Group | Leaf) -> float:
    return float(node.max if node.weight is None else node.weight)


def _mean(node: Index | Group) -> Mean:
    return "geometric" if node.aggregate == "geometric" else "arithmetic"


def _codes(group: Group) -> Iterable[str]:
    for child in group.children:
        if isinstance(child, Leaf):
            yield child.code
        else:
            yield from _codes(child)


def _filled(case: _Case) -> list[Decimal]:
    """For each card the part of the maximum of the leaves in use that has no points."""
    weights = {each.code: Decimal(str(each.weight)) for each in case.framework.indicators}
    found = []
    for card in case.cards:
        counted = {
            code: weight
            for code, weight in weights.items()
            if code in card.leaves and not _left_out(card.leaves[code])
        }
        without = [
            weight for code, weight in counted.items() if card.leaves[code]["points"] is None
        ]
        whole = sum(counted.values(), Decimal(0))
        found.append(sum(without, Decimal(0)) / whole if whole else Decimal(0))
    return found


# Correlations -------------------------------------------------------------------------------------


def _flat(case: _Case) -> tuple[str, ...]:
    least, most = spread(case.shares)
    codes = [each.code for each in case.framework.indicators]
    return tuple(codes[place] for place in np.flatnonzero(least == most))


def _correlations(case: _Case, kind: Correlation) -> Correlations:
    """Of shares as they were measured: where a body has no points of a leaf, it does not count."""
    indicators = case.framework.indicators
    codes = tuple(each.code for each in indicators)
    measured = case.shares.copy()
    for row, card in enumerate(case.cards):
        for column, code in enumerate(codes):
            if (card.leaves.get(code) or {}).get("points") is None:
                measured[row, column] = np.nan
    groups = [each.code for each in case.framework.aggregates if each.code != _TOP]
    above = [[_group_share(card, code) for code in groups] for card in case.cards]
    totals = [[float("nan") if card.total is None else float(card.total)] for card in case.cards]
    columns = np.hstack([measured, np.array(above).reshape(len(totals), -1), np.array(totals)])
    there = (~np.isnan(columns)).astype(np.float64)
    enough = product(there.T, there) >= FEWEST_TOGETHER
    found = np.where(enough, correlations(columns, kind), np.nan)
    place = {code: len(codes) + number for number, code in enumerate(groups)}
    return Correlations(
        codes,
        {
            (one, other): _value(found[row, column])
            for row, one in enumerate(codes)
            for column, other in enumerate(codes)
        },
        {
            each.code: _value(found[row, place[each.parent]]) if each.parent in place else None
            for row, each in enumerate(indicators)
        },
        {code: _value(found[row, -1]) for row, code in enumerate(codes)},
    )


def _group_share(card: Card, code: str) -> float:
    said = card.nodes.get(code) or {}
    return float("nan") if said.get("points") is None else float(Decimal(said["points"]))


def _value(number: float) -> float | None:
    return None if np.isnan(number) else float(number)
