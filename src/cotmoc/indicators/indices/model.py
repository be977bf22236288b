"""What a composite index is: a tree of nodes with points, and at its leaves a scoring rule each.

Everything here is a checked value; `read` makes it from YAML, `score` computes with it.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import ROUND_HALF_EVEN, ROUND_HALF_UP, Decimal
from typing import Literal

from cotmoc.indicators import syntax

Words = Mapping[str, str]  # a text for `vi` and one for `en`
Kind = Literal["province", "department", "commune"]
Direction = Literal["up", "down"]

# What a leaf gives when nothing arose (its denominator is zero).
ZeroRule = Literal["zero", "full", "excluded", "none"]
# What a leaf gives a body that it does not apply to: full marks, or it is left out and the others
# are scaled up to the whole.
NotApplicable = Literal["full", "excluded"]
# `points`: the sum of the children's points. `weighted`: their shares of the maximum, weighted,
# times the node's maximum; `geometric`: the same with a weighted geometric mean.
Aggregation = Literal["points", "weighted", "geometric"]

# Where a half goes when rounding.
Half = Literal["up", "even", "binary"]
UNROUNDED, EXACT = 20, 12  # places: what is left unrounded; where thirds make a whole again
_STEPS = tuple(Decimal(1).scaleb(-places) for places in range(UNROUNDED + 1))


@dataclass(frozen=True, slots=True)
class Rounding:
    """Decimal places of leaves, nodes and the total. None leaves a value unrounded (it is
    kept to 20 places).

    `ratio`: places of per cent to which a ÷ b is rounded before points are made of it. `half` says
    where a half goes: up, to the even digit, or `binary`: to the side on which the nearest binary
    double lies, as in a program that computes with them (0.845 down, 4.695 up).
    """

    leaf: int | None = None
    node: int | None = None
    total: int | None = None
    half: Half = "up"
    ratio: int | None = None

    def apply(self, value: Decimal, places: int | None) -> Decimal:
        if places is None:
            return tidy(value, UNROUNDED)
        value = value.quantize(_STEPS[EXACT], ROUND_HALF_UP)  # three times 0.1666… is a half
        if self.half == "binary":
            value = Decimal(float(value))
        mode = ROUND_HALF_EVEN if self.half == "even" else ROUND_HALF_UP
        return value.quantize(_STEPS[places], mode)

    def of_ratio(self, per_cent: Decimal) -> Decimal:
        """A ratio in per cent as points are made of it."""
        return per_cent if self.ratio is None else self.apply(per_cent, self.ratio)


def tidy(value: Decimal, places: int = EXACT) -> Decimal:
    """A value to many places, without the zeros that this may leave behind."""
    if value == (short := value.quantize(_STEPS[places], ROUND_HALF_UP)):
        return value
    plain = short.normalize()  # 5.000000000000 is 5, but so would 1E+1 be 10
    return plain.quantize(Decimal(1)) if plain == plain.to_integral_value() else plain


# What a leaf reads --------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class FigureOf:
    """The figure of an indicator of the catalogue for the body and period."""

    indicator: str


@dataclass(frozen=True, slots=True)
class Answer:
    """What the body answers in an assessment (a choice, yes or no, a number, a and b)."""


@dataclass(frozen=True, slots=True)
class PublishedShare:
    """The result that the publisher of the index gave for this very leaf; `scale` is the number
    that full points are published as (1 for DTI's 0..1, 100 for per cent; None: as points)."""

    scale: Decimal | None = None


Operand = FigureOf | Answer | PublishedShare


# Scoring rules: a closed set ----------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Ratio:
    """points = max × a ÷ b, between 0 and max; for direction `down` max × (1 − a ÷ b)."""

    of: Operand


@dataclass(frozen=True, slots=True)
class CappedRatio:
    """points = max × min(1, (value − from) ÷ (full_at − from)): full marks from a target on.

    `value`, `full_at` and `none_at` (0 where not said) are in the operand's unit, mostly per cent.
    A target below `none_at` means that less is better.
    """

    of: Operand
    full_at: Decimal
    none_at: Decimal = Decimal(0)


@dataclass(frozen=True, slots=True)
class Band:
    """One step: values in [low, high), points as a share of the leaf's maximum (0..1).

    None is open. `closed` bands take their upper end too (the topmost, mostly).
    """

    low: Decimal | None
    high: Decimal | None
    share: Decimal
    closed: bool = False


@dataclass(frozen=True, slots=True)
class Bands:
    """Steps that neither overlap nor leave holes between them; outside of all: 0 points."""

    of: Operand
    bands: tuple[Band, ...]


@dataclass(frozen=True, slots=True)
class Option:
    code: str
    name: Words
    share: Decimal


@dataclass(frozen=True, slots=True)
class Choice:
    """One option's share of the maximum; with `several` the shares of all chosen, at most 1."""

    options: tuple[Option, ...]
    several: bool = False


@dataclass(frozen=True, slots=True)
class YesNo:
    """All points for yes, none for no."""


@dataclass(frozen=True, slots=True)
class Survey:
    """A mean answer on a scale from `low` (0 points) to `high` (all points)."""

    of: Operand
    low: Decimal
    high: Decimal


@dataclass(frozen=True, slots=True)
class PerCase:
    """Bonus (`each` > 0) or penalty (`each` < 0) for every case counted, up to `limit` in size.

    It stands beside the maximum: such a leaf has max 0 and is not in any sum of maxima. A total
    with bonuses never exceeds the index's maximum and never falls below 0.
    """

    of: Operand
    each: Decimal
    limit: Decimal


@dataclass(frozen=True, slots=True)
class MinMax:
    """points = max × (value − least) ÷ (most − least) over all scored bodies of the same kind;
    turned round for direction `down`; all get full marks where all values are equal."""

    of: Operand


@dataclass(frozen=True, slots=True)
class ZScore:
    """points = max × (z + `within`) ÷ (2 × `within`), held in 0..max; z is the distance from the
    mean of the scored bodies of the same kind in (population) standard deviations."""

    of: Operand
    within: Decimal = Decimal(3)


@dataclass(frozen=True, slots=True)
class Formula:
    """Arithmetic that gives points, held in 0..max: `+ - * /`, numbers, `min`, `max`, `coalesce`,
    `round` over names. A name is an operand below (its numerator ÷ denominator; its value where it
    has no denominator) or the code of another leaf (its points).

    `nothing` says what an operand is in which nothing arose: 0 (QĐ 766, payment) or missing.
    """

    text: str
    tree: syntax.Scalar
    operands: Mapping[str, Operand]
    nothing: Literal["zero", "missing"] = "missing"


@dataclass(frozen=True, slots=True)
class Given:
    """Points are given from outside: a published main index, or an appraiser's mark.

    `share` = operand ÷ its scale; points = max × share.
    """

    of: Operand


@dataclass(frozen=True, slots=True)
class Unknown:
    """The sources do not say how it is scored: never computed, the published points stand beside
    it. Where they do not say what it is worth either, the leaf's maximum is 0 and stands for
    unknown."""

    why: Words


Rule = (
    Ratio
    | CappedRatio
    | Bands
    | Choice
    | YesNo
    | Survey
    | PerCase
    | MinMax
    | ZScore
    | Formula
    | Given
    | Unknown
)


# The tree -----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Leaf:
    """What is scored: a component with its maximum and rule, and who supplies and verifies it."""

    code: str
    name: Words
    max: Decimal
    rule: Rule
    zero: ZeroRule = "none"
    direction: Direction = "up"
    applies_to: tuple[Kind, ...] = ()  # empty: to all the index applies to
    not_applicable: NotApplicable = "excluded"
    weight: Decimal | None = None  # only where the parent is weighted or geometric
    evidence: Words | None = None  # the document wanted
    data_source: Words | None = None  # who supplies the numbers
    verifier: Words | None = None  # who checks them
    owner: str = ""  # code or name of the body that can win the points back; empty: itself
    action: Words | None = None  # what one more counted thing is: a dossier, a procedure
    headers: tuple[str, ...] = ()  # column names of published tables that mean this node
    published_as: str = ""  # element under which a portal publishes its points
    note: Words | None = None

    @property
    def worth_unknown(self) -> bool:
        """Whether the sources do not even say how many points it can give."""
        return isinstance(self.rule, Unknown) and self.max == 0

    @property
    def beside(self) -> bool:
        """Whether its points stand beside the maximum (bonus, penalty)."""
        return isinstance(self.rule, PerCase)


@dataclass(frozen=True, slots=True)
class Group:
    """A pillar, field or criterion: its children and how their points become its own."""

    code: str
    name: Words
    max: Decimal
    children: tuple["Group | Leaf", ...]
    aggregate: Aggregation = "points"
    weight: Decimal | None = None
    headers: tuple[str, ...] = ()
    published_as: str = ""
    note: Words | None = None


Node = Group | Leaf


@dataclass(frozen=True, slots=True)
class Pillar:
    """A second reading of the same nodes: points ÷ maxima of `of`. Pillars overlap: they are shown,
    never added up."""

    code: str
    name: Words
    of: tuple[str, ...]
    headers: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Index:
    """One method version of an index, in force [valid_from, valid_to).

    `scale` is what the total is published on: 100 or 1000 points, 1 for DTI (its points ÷ 1000).
    """

    code: str
    method: str
    name: Words
    description: Words
    legal_source: str
    owner: str
    valid_from: date
    valid_to: date | None
    applies_to: tuple[Kind, ...]
    periods: tuple[str, ...]  # kinds of periods that are scored: month, quarter, year
    max: Decimal
    scale: Decimal
    rounding: Rounding
    aggregate: Aggregation
    children: tuple[Node, ...]
    pillars: tuple[Pillar, ...] = ()
    template: bool = False  # an example to write one's own from
    note: Words | None = None
    digest: str = field(default="", compare=False)

    def leaves(self) -> Iterator[Leaf]:
        """All leaves, in order."""
        for node in self.nodes():
            if isinstance(node, Leaf):
                yield node

    def nodes(self) -> Iterator[Node]:
        """All groups and leaves, each before its children."""
        waiting = list(reversed(self.children))
        while waiting:
            node = waiting.pop()
            yield node
            if isinstance(node, Group):
                waiting.extend(reversed(node.children))

    def indicators(self) -> set[str]:
        """Codes of all indicators that leaves read."""
        return {
            operand.indicator
            for leaf in self.leaves()
            for operand in operands_of(leaf.rule).values()
            if isinstance(operand, FigureOf)
        }


def operands_of(rule: Rule) -> Mapping[str, Operand]:
    """What a rule reads, by name; a rule with one operand names it `of`, an answer `answer`."""
    match rule:
        case Choice() | YesNo():
            return {"answer": Answer()}
        case Formula():
            return rule.operands
        case Unknown():
            return {}
        case _:
            return {"of": rule.of}
