"""Random indices with readings, and a plain reading of what their scores must be.

The oracle computes with fractions, from the leaves up, without any shortcut of `tree`.
"""

from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Any

from hypothesis import strategies as st

from cotmoc.indicators.indices.model import (
    Band,
    Bands,
    CappedRatio,
    FigureOf,
    Group,
    Index,
    Leaf,
    MinMax,
    Node,
    PerCase,
    Ratio,
    Unknown,
)
from cotmoc.indicators.indices.results import Body, Reading, Readings
from cotmoc.indicators.indices.tests.build import WORDS, body, group, index, leaf, of_formula

ZERO_RULES = ("zero", "full", "excluded", "none")
KINDS: tuple[Any, ...] = ("department", "commune")
STEPS = (
    Band(None, Decimal(20), Decimal(0)),
    Band(Decimal(20), Decimal(60), Decimal("0.5")),
    Band(Decimal(60), None, Decimal(1)),
)


@dataclass(frozen=True)
class Case:
    """An index, who is scored and what is read of each."""

    index: Index
    bodies: list[Body]
    readings: dict[str, Readings]


@st.composite
def a_leaf(draw: st.DrawFn, code: str, before: list[str], across: bool) -> Leaf:
    of = FigureOf(code)
    rules: list[Any] = [
        Ratio(of),
        CappedRatio(of, Decimal(90)),
        CappedRatio(of, Decimal(10), Decimal(60)),
        Bands(of, STEPS),
        Unknown(WORDS),
    ]
    if across:
        rules.append(MinMax(of))
    if before:
        rules.append(of_formula(f"coalesce({before[0]}, 1) + a / 2", a=of))
    rule = draw(st.sampled_from(rules))
    return leaf(
        code,
        draw(st.integers(1, 30)),
        rule,
        zero=draw(st.sampled_from(ZERO_RULES)),
        direction=draw(st.sampled_from(("up", "down"))),
        applies_to=draw(st.sampled_from(((), ("commune",)))),
        not_applicable=draw(st.sampled_from(("full", "excluded"))),
        weight=Decimal(draw(st.integers(1, 5))),
    )


@st.composite
def an_index(draw: st.DrawFn, across: bool = True, beside: bool = True) -> Index:
    """A tree of groups of leaves, some with a group within, some weighted."""
    codes = (f"L{number}" for number in range(100))
    before: list[str] = []

    def leaves(most: int) -> list[Node]:
        found: list[Node] = []
        for _ in range(draw(st.integers(1, most))):
            each = draw(a_leaf(next(codes), before, across))
            before.append(each.code)
            found.append(each)
        return found

    groups: list[Node] = []
    for number in range(draw(st.integers(1, 3))):
        children = leaves(3)
        if draw(st.booleans()):
            children.append(group(f"G{number}B", *leaves(2), weight=Decimal(2)))
        if beside and draw(st.booleans()):
            code = next(codes)
            children.append(leaf(code, 0, PerCase(FigureOf(code), Decimal(-2), Decimal(6))))
        how = draw(st.sampled_from(("points", "points", "weighted")))
        groups.append(group(f"G{number}", *children, aggregate=how, weight=Decimal(number + 1)))
    return index(*groups, aggregate=draw(st.sampled_from(("points", "weighted"))))


READINGS = st.builds(
    lambda status, part, whole: Reading(
        "not_arising" if not whole and status == "measured" else status,
        Decimal(100 * part) / whole if whole else None,
        Decimal(part),
        Decimal(whole),
    ),
    st.sampled_from(("measured", "measured", "partial", "estimated", "no_data", "not_due")),
    st.integers(0, 20),
    st.integers(0, 20),
)


@st.composite
def a_case(draw: st.DrawFn, across: bool = True, beside: bool = True) -> Case:
    tree = draw(an_index(across, beside))
    bodies = [body(f"B{n}", draw(st.sampled_from(KINDS))) for n in range(draw(st.integers(1, 5)))]
    readings = {
        each.code: {
            f"figure:{leaf.code}": draw(READINGS)
            for leaf in tree.leaves()
            if draw(st.integers(0, 9))
        }
        for each in bodies
    }
    return Case(tree, bodies, readings)


# The oracle ---------------------------------------------------------------------------------------

Points = Fraction | None


@dataclass
class Plain:
    """What a node comes to: points without extras, extras, what could be scored, left out."""

    points: Points
    extra: Fraction
    scored: Fraction
    out: bool = False


def plain_total(case: Case, who: Body) -> tuple[Points, Fraction]:
    """The total of a body and what it covers, by the words of the documentation alone."""
    leaves = {leaf.code: leaf for leaf in case.index.leaves()}
    memo: dict[str, tuple[Points, bool, bool]] = {}

    def of_leaf(code: str) -> tuple[Points, bool, bool]:
        """Points, whether left out, whether anything was read."""
        if code not in memo:
            memo[code] = plain_leaf(case, leaves[code], who, lambda other: of_leaf(other)[0])
        return memo[code]

    def of(node: Node) -> Plain:
        if isinstance(node, Group):
            return together([(child, of(child)) for child in node.children], node)
        points, out, _read = of_leaf(node.code)
        if node.beside:
            return Plain(None, points or Fraction(0), Fraction(0), out)
        most = Fraction(node.max)
        return Plain(points, Fraction(0), most if points is not None else Fraction(0), out)

    whole = together([(child, of(child)) for child in case.index.children], case.index)
    read = any(of_leaf(code)[2] for code in leaves)
    total = None
    if whole.points is not None and read:
        total = min(max(whole.points + whole.extra, Fraction(0)), Fraction(case.index.max))
    return total, whole.scored


def together(parts: list[tuple[Node, Plain]], whole: Group | Index) -> Plain:
    extra = sum((plain.extra for _node, plain in parts), Fraction(0))
    inside = [(node, plain) for node, plain in parts if node.max]
    kept = [(node, plain) for node, plain in inside if not plain.out]
    most = Fraction(whole.max)
    if inside and not kept:
        return Plain(None, extra, Fraction(0), out=True)
    known = [(node, plain) for node, plain in kept if plain.points is not None]
    if whole.aggregate == "points":
        rest = sum((Fraction(node.max) for node, _plain in kept), Fraction(0))
        factor = most / rest if rest else Fraction(1)
        points = sum((plain.points or 0 for _node, plain in known), Fraction(0)) * factor
        scored = sum((plain.scored for _node, plain in known), Fraction(0)) * factor
    else:
        weights = sum((Fraction(node.weight or 0) for node, _plain in kept), Fraction(0))
        shares = [
            (Fraction(node.weight or 0) / weights, plain, Fraction(node.max))
            for node, plain in known
        ]
        points = sum(
            (most * w * (plain.points or 0) / top for w, plain, top in shares), Fraction(0)
        )
        scored = sum((most * w * plain.scored / top for w, plain, top in shares), Fraction(0))
    return Plain(points if known else None, extra, scored)


def plain_leaf(case: Case, leaf: Leaf, who: Body, points_of: Any) -> tuple[Points, bool, bool]:
    most, reading = Fraction(leaf.max), case.readings[who.code].get(f"figure:{leaf.code}")
    if leaf.applies_to and who.kind not in leaf.applies_to:
        return (most, False, False) if leaf.not_applicable == "full" else (None, True, False)
    if isinstance(leaf.rule, Unknown) or reading is None:
        return None, False, False
    if reading.status in {"no_data", "not_due"}:
        return None, False, False
    if not reading.denominator:
        if leaf.zero == "excluded":
            return None, True, False
        return {"zero": (Fraction(0), False, True), "full": (most, False, True)}.get(
            leaf.zero, (None, False, False)
        )
    share = Fraction(reading.numerator or 0) / Fraction(reading.denominator)
    up = leaf.direction == "up"
    match leaf.rule:
        case Ratio():
            points = most * (share if up else 1 - share)
        case CappedRatio(_, full, none):
            points = most * (100 * share - Fraction(none)) / (Fraction(full) - Fraction(none))
        case Bands():
            points = most * (
                0 if share < Fraction(1, 5) else 1 if share >= Fraction(3, 5) else Fraction(1, 2)
            )
        case PerCase():
            return -min(2 * Fraction(reading.numerator or 0), Fraction(6)), False, True
        case MinMax():
            values = [
                Fraction(other.numerator or 0) / Fraction(other.denominator)
                for each in case.bodies
                if each.kind == who.kind
                and (other := case.readings[each.code].get(f"figure:{leaf.code}"))
                and other.denominator
                and other.status not in {"no_data", "not_due"}
            ]
            spread = max(values) - min(values)
            place = (share - min(values)) / spread if spread else Fraction(1)
            points = most * (place if up or not spread else 1 - place)
        case _:
            (other_leaf,) = (code for code in ["L0"])
            first = points_of(other_leaf)
            points = (Fraction(1) if first is None else first) + share / 2
    return min(max(points, Fraction(0)), most), False, True
