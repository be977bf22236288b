"""From points of leaves to points of groups and to the total of a body.

What is missing neither counts as zero nor is made up: points are of the leaves that have some, and
`scored_max` is what those could give. What is left out (excluded) takes its maximum with it, and
its siblings are scaled up: points × max of the group ÷ (that max − the maxima left out).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from cotmoc.indicators.indices.model import (
    Aggregation,
    Group,
    Index,
    Leaf,
    Node,
    Pillar,
    Unknown,
    tidy,
)
from cotmoc.indicators.indices.points import NOUGHT
from cotmoc.indicators.indices.results import Body, BodyScore, LeafScore, NodeScore, Status

# Points with these were read of the body; full marks for what does not apply were not.
READ = {Status.SCORED, Status.PARTIAL, Status.ESTIMATED, Status.ZERO_RULE}


@dataclass(slots=True)  # not frozen: thousands are made, and thawed ones are made twice as fast
class _Part:
    """What a node gives its parent.

    `beside` are bonuses and penalties: they go up unscaled. `full` is the method's maximum, `out`
    whether it is left out; `inside` whether there is anything in it that is worth points of the
    maximum, `extra` anything that stands beside it.
    """

    points: Decimal | None
    beside: Decimal | None
    scored: Decimal
    status: Status
    out: bool
    inside: bool
    extra: bool
    full: Decimal = NOUGHT
    weight: Decimal = NOUGHT

    @property
    def silent(self) -> bool:
        """Could give points and has none."""
        able = (self.inside or self.extra) and not self.out
        return able and self.points is None and self.beside is None


def card(index: Index, body: Body, leaves: Mapping[str, LeafScore]) -> BodyScore:
    """The scorecard of a body from the scores of its leaves, without rank."""
    nodes: dict[str, NodeScore] = {}
    parts = [_part(node, index, leaves, nodes) for node in index.children]
    whole = _together(index.max, index.aggregate, parts)
    scored = whole.scored * index.scale / index.max if index.max else NOUGHT
    return BodyScore(
        body=body,
        total=_total(index, whole, leaves),
        max=index.scale,
        scored_max=tidy(scored),
        status=whole.status,
        leaves=leaves,
        nodes=nodes,
        pillars={pillar.code: _pillar(pillar, index, leaves, nodes) for pillar in index.pillars},
    )


def _total(index: Index, whole: _Part, leaves: Mapping[str, LeafScore]) -> Decimal | None:
    """Points with bonuses and penalties, held in 0..max, on the index's scale; none where nothing
    was read of the body."""
    if whole.points is None or not any(score.status in READ for score in leaves.values()):
        return None
    held = min(max(whole.points + (whole.beside or NOUGHT), NOUGHT), index.max)
    return index.rounding.apply(held * index.scale / index.max, index.rounding.total)


def _part(
    node: Node, index: Index, leaves: Mapping[str, LeafScore], nodes: dict[str, NodeScore]
) -> _Part:
    """A node's part; groups put their own score into `nodes` on the way."""
    if isinstance(node, Leaf):
        return _leaf_part(node, leaves[node.code])
    parts = [_part(child, index, leaves, nodes) for child in node.children]
    whole = _together(node.max, node.aggregate, parts)
    points, scored = whole.points, tidy(whole.scored)
    if points is not None:
        points = index.rounding.apply(points, index.rounding.node)
    nodes[node.code] = _node_score(node, points, scored, whole)
    return _Part(
        points,
        whole.beside,
        scored,
        whole.status,
        whole.out,
        whole.inside,
        whole.extra,
        node.max,
        _weight(node),
    )


def _node_score(node: Group, points: Decimal | None, scored: Decimal, whole: _Part) -> NodeScore:
    """A group's score as it is shown: with the bonuses and penalties in it."""
    if whole.beside is not None:
        points = (points or NOUGHT) + whole.beside
    most = NOUGHT if whole.out else node.max
    return NodeScore(node.code, points, most, scored, whole.status)


def _weight(node: Node) -> Decimal:
    return node.max if node.weight is None else node.weight


def _leaf_part(leaf: Leaf, score: LeafScore) -> _Part:
    nothing = score.points is None
    excluded = score.status is Status.NOT_ARISING and leaf.zero == "excluded"
    out = nothing and (excluded or score.status is Status.NOT_APPLICABLE)
    if leaf.beside:
        return _Part(None, score.points, NOUGHT, score.status, out, inside=False, extra=True)
    return _Part(
        score.points if leaf.max else None,  # collected and not scored: no nought of a group
        None,
        NOUGHT if nothing else leaf.max,
        score.status,
        out,
        leaf.max > 0 or isinstance(leaf.rule, Unknown),
        False,
        leaf.max,
        _weight(leaf),
    )


def _together(whole: Decimal, how: Aggregation, parts: Sequence[_Part]) -> _Part:
    """Children as one: their points, on the maximum of the whole."""
    within = [part for part in parts if part.inside]
    out = bool(within) and all(part.out for part in within)
    extras = [part.beside for part in parts if part.beside is not None]
    beside = sum(extras, NOUGHT) if extras else None
    left = [part for part in parts if not part.out]
    if how == "points":
        left_out = sum((part.full for part in parts if part.out), NOUGHT)
        points, scored = _sum(left, whole, left_out)
    else:
        points, scored = _mean(left, whole, how)
    counting = [part for part in left if part.inside or part.extra]
    status = _status(counting) if counting and not out else _of_none(parts, out)
    extra = any(part.extra for part in parts)
    return _Part(points, beside, scored, status, out, bool(within), extra)


def _sum(
    left: Sequence[_Part], whole: Decimal, left_out: Decimal
) -> tuple[Decimal | None, Decimal]:
    """Points and what they could be at most, scaled up for what is left out."""
    have = [part for part in left if part.points is not None]
    if not have:
        return None, NOUGHT
    points = sum((part.points or NOUGHT for part in have), NOUGHT)
    scored = sum((part.scored for part in have), NOUGHT)
    if 0 < left_out < whole:
        rest = whole - left_out
        return points * whole / rest, scored * whole / rest
    return points, scored


def _mean(
    left: Sequence[_Part], whole: Decimal, how: Aggregation
) -> tuple[Decimal | None, Decimal]:
    """Shares of the children, weighted, times what they could give: whole × their weights ÷ all
    weights. A child that is scored in part weighs as much as that part."""
    have = [
        (part.weight * part.scored / part.full, part.points / part.scored)
        for part in left
        if part.points is not None and part.scored
    ]
    reach = sum((weight for weight, _share in have), NOUGHT)
    if not reach:
        return None, NOUGHT
    scored = whole * reach / sum((part.weight for part in left if part.full), NOUGHT)
    if how == "weighted":
        return scored * sum((weight * share for weight, share in have), NOUGHT) / reach, scored
    if any(share <= 0 for _weight, share in have):
        return NOUGHT, scored
    logarithm = sum((weight * share.ln() for weight, share in have), NOUGHT) / reach
    return scored * logarithm.exp(), scored


def _status(counting: Sequence[_Part]) -> Status:
    """The status of a whole from those of its parts."""
    found = {part.status for part in counting}
    if len(found) == 1:
        return found.pop()
    if all(part.silent for part in counting):
        return Status.NO_DATA
    if Status.PARTIAL in found or any(part.silent for part in counting):
        return Status.PARTIAL
    return Status.ESTIMATED if Status.ESTIMATED in found else Status.SCORED


def _of_none(parts: Sequence[_Part], out: bool) -> Status:
    """The status of a whole in which nothing counts."""
    found = {part.status for part in parts if part.out == out}
    if len(found) == 1:
        return found.pop()
    return Status.NOT_APPLICABLE if out else Status.NO_DATA


def _pillar(
    pillar: Pillar,
    index: Index,
    leaves: Mapping[str, LeafScore],
    nodes: Mapping[str, NodeScore],
) -> Decimal | None:
    """Points ÷ maxima of the nodes that are not left out; none where any is not wholly scored."""
    points, most = NOUGHT, NOUGHT
    for code in pillar.of:
        node = nodes.get(code) or leaves[code]
        if not node.max:
            continue
        whole = node.scored_max == node.max if isinstance(node, NodeScore) else True
        if node.points is None or not whole:
            return None
        points, most = points + node.points, most + node.max
    return tidy(points / most) if most else None
