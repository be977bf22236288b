"""Points lost by a body: on which leaves, what wins them back, who acts, what rows cost them."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from cotmoc.apps.measurement.models import Basis, Figure
from cotmoc.apps.orgs.models import Organisation, Post
from cotmoc.apps.scorecards.models import Card, Proposal
from cotmoc.apps.scorecards.tomorrow.baseline import Baseline, code_of
from cotmoc.apps.scorecards.tomorrow.proposals import by_leaf, open_proposals
from cotmoc.core.text import fold
from cotmoc.indicators.indices.losses import Loss, Why
from cotmoc.indicators.indices.losses import losses as losses_of
from cotmoc.indicators.indices.model import FigureOf, Group, Leaf, Node, operands_of
from cotmoc.indicators.indices.results import Readings

MEMBERS_NAMED = 5


@dataclass(frozen=True, slots=True)
class MemberCost:
    """A member body with what it is short of: dossiers not done, or cases too many."""

    code: str
    name: str
    missing: Decimal
    figure: int


@dataclass(frozen=True, slots=True)
class Gap:
    """A figure that a leaf reads, and what it is short of. `part` is the part of its single facts
    that costs; `opens` whether there are any that the viewer may see."""

    figure: Figure
    missing: Decimal | None
    fewer: bool
    part: str
    opens: bool
    members: tuple[MemberCost, ...] = ()
    members_missing: Decimal | None = None

    @property
    def reported(self) -> bool:
        """Whether only numbers were reported: there are no single facts to open."""
        return self.figure.basis != Basis.COMPUTED


@dataclass(frozen=True, slots=True)
class LostRow:
    """A leaf with what it loses. `owner` is the body that can win it back; where the index names
    one that is not in the register, `owner_named` is how it names it."""

    loss: Loss
    place: Group | None  # the group right below the index that it stands in
    owner: Organisation | None
    owner_named: str
    gaps: tuple[Gap, ...]
    proposal: Proposal | None

    @property
    def leaf(self) -> Leaf:
        return self.loss.leaf

    @property
    def workable(self) -> bool:
        """Whether somebody can do something about it."""
        return self.loss.why not in (Why.UNKNOWN_RULE, Why.NOTHING_AROSE)


def lost_rows(card: Card, base: Baseline, *, viewer: object, on: date) -> list[LostRow]:
    """All leaves on which a body loses points, in the order of the index, and those without
    points. At most six queries, however many leaves there are."""
    code = code_of(card)
    found = losses_of(base.asked, base.score(code), own_readings(base, code), scales=base.scales)
    gaps = _gaps(found, card, base, viewer=viewer, on=on)
    owners = _owners(loss.leaf for loss in found)
    about = card.organisation
    held = by_leaf(open_proposals(card.index, card.period, about)) if about else {}
    places = group_of_leaves(base.asked.children)
    return [
        LostRow(
            loss,
            places.get(loss.leaf.code),
            owners.get(fold(loss.leaf.owner), about),
            loss.leaf.owner,
            gaps.get(loss.leaf.code, ()),
            held.get(loss.leaf.code),
        )
        for loss in found
    ]


def own_readings(base: Baseline, code: str) -> Readings:
    """What a body was scored by, without answers: cards read those as points, and points say
    nothing of what was answered."""
    return {
        key: reading
        for key, reading in base.readings[code].items()
        if not key.startswith("answer:")
    }


def group_of_leaves(children: Iterable[Node]) -> dict[str, Group]:
    """The group right below the index that each leaf stands in, by the leaf's code."""
    return {
        code: group for group in children if isinstance(group, Group) for code in _leaf_codes(group)
    }


def _leaf_codes(node: Node) -> Iterable[str]:
    if isinstance(node, Leaf):
        yield node.code
        return
    for child in node.children:
        yield from _leaf_codes(child)


def _owners(leaves: Iterable[Leaf]) -> dict[str, Organisation]:
    """Bodies that leaves name as their owners, by code or name as it is folded. One query."""
    named = {fold(leaf.owner) for leaf in leaves if leaf.owner}
    if not named:
        return {}
    found: dict[str, Organisation] = {}
    for each in Organisation.objects.all():
        for word in (each.code, each.name, each.short_name):
            if fold(word) in named:
                found.setdefault(fold(word), each)
    return found


# The rows that cost -------------------------------------------------------------------------------


def _gaps(
    found: Sequence[Loss], card: Card, base: Baseline, *, viewer: object, on: date
) -> dict[str, tuple[Gap, ...]]:
    """What the figures behind each leaf are short of, by the leaf's code. At most four queries."""
    own = base.readings[code_of(card)]
    wanted = {
        (loss.leaf.code, key): int(own[key].origin.removeprefix("figure:"))
        for loss in found
        for key in _figure_keys(loss.leaf)
        if key in own and own[key].origin.startswith("figure:")
    }
    figures = (
        Figure.objects.visible_to(viewer)
        .select_related("indicator", "organisation")
        .defer("indicator__content")
        .in_bulk(set(wanted.values()))
    )
    members = _members(card, figures, viewer)
    may_open = _may_open(card.organisation, viewer, on)
    gaps: dict[str, list[Gap]] = {}
    by_code = {loss.leaf.code: loss for loss in found}
    for (leaf, key), number in wanted.items():
        if number in figures:
            fewer = _fewer(by_code[leaf], key)
            costs = members.get(figures[number].indicator.code, [])
            gaps.setdefault(leaf, []).append(_gap(figures[number], fewer, costs, may_open))
    return {leaf: tuple(each) for leaf, each in gaps.items()}


def _figure_keys(leaf: Leaf) -> Iterable[str]:
    for operand in operands_of(leaf.rule).values():
        if isinstance(operand, FigureOf):
            yield f"figure:{operand.indicator}"


def _fewer(loss: Loss, key: str) -> bool:
    """Whether fewer counted things win points: as the effort found says, else as the leaf does."""
    for effort in (loss.point, loss.tenth, loss.full):
        for step in effort.steps if effort else ():
            if step.key == key:
                return step.fewer
    return loss.leaf.direction == "down"


def _gap(figure: Figure, fewer: bool, members: Sequence[Figure], may_open: bool) -> Gap:
    costs = sorted(
        (
            MemberCost(each.organisation.code, each.organisation.short_name, missing, each.pk)
            for each in members
            if (missing := _missing(each, fewer))
        ),
        key=lambda each: (-each.missing, each.code),
    )
    return Gap(
        figure=figure,
        missing=_missing(figure, fewer),
        fewer=fewer,
        part="numerator" if fewer else "rest",
        opens=may_open and figure.basis == Basis.COMPUTED,
        members=tuple(costs[:MEMBERS_NAMED]),
        members_missing=sum((each.missing for each in costs), Decimal(0)) if costs else None,
    )


def _missing(figure: Figure, fewer: bool) -> Decimal | None:
    """What a figure is short of: cases too many, or counted things that are not done."""
    if fewer:
        return figure.numerator
    if figure.numerator is None or figure.denominator is None:
        return None
    return max(figure.denominator - figure.numerator, Decimal(0))


def _members(card: Card, figures: Mapping[int, Figure], viewer: object) -> dict[str, list[Figure]]:
    """The same figures of the members of a body, by indicator; none for what has no members. One
    query."""
    if card.organisation is None or card.kind != "province" or not figures:
        return {}
    rows = (
        Figure.objects.visible_to(viewer)
        .current()
        .filter(
            organisation__parent=card.organisation,
            period_end=card.period_end,
            period=card.period,
            indicator__code__in={each.indicator.code for each in figures.values()},
        )
        .select_related("organisation", "indicator")
        .only(
            "numerator",
            "denominator",
            "indicator__code",
            "organisation__code",
            "organisation__short_name",
        )
    )
    found: dict[str, list[Figure]] = {}
    for row in rows:
        found.setdefault(row.indicator.code, []).append(row)
    return found


def _may_open(body: Organisation | None, viewer: object, on: date) -> bool:
    """Whether a viewer may open single facts of a body: who reads drafts all, else who speaks for
    it. The page of the facts decides again, fact by fact."""
    if getattr(viewer, "reads_drafts", False):
        return True
    if body is None or not getattr(viewer, "is_authenticated", False):
        return False
    own = Post.objects.on(on).filter(person_id=getattr(viewer, "pk", None) or 0)
    return own.filter(organisation=body).exists()
