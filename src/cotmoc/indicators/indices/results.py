"""What scoring reads and gives: readings of bodies, and the scores of leaves, nodes and bodies."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum

from cotmoc.indicators.indices.model import Answer, FigureOf, Kind, Leaf, Operand


class Status(StrEnum):
    """Why a leaf or node has the points it has, or none."""

    SCORED = "scored"  # computed from what was read
    PARTIAL = "partial"  # computed from a partial figure, or some leaves below have no points
    ESTIMATED = "estimated"  # what was read is an estimate
    ZERO_RULE = "zero_rule"  # nothing arose, the leaf's zero rule gives the points
    NOT_APPLICABLE = "not_applicable"  # does not apply to the body
    NOT_ARISING = "not_arising"  # nothing arose and the rule gives no points
    NO_DATA = "no_data"
    UNKNOWN = "unknown"  # the sources do not say how it is scored


@dataclass(frozen=True, slots=True)
class Reading:
    """What a leaf reads for one body: a figure, an answer or a published value.

    `status` is the figure's (`measured`, `partial`, `not_arising`, `no_data`, `estimated`, …).
    `value` of a figure with a denominator is on the indicator's scale (per cent, mostly).
    `chosen` are the codes of a choice; yes is ("yes",), no is ("no",). `origin` says where it
    comes from: the number of a figure, of an entry, of a published row.
    """

    status: str = "measured"
    value: Decimal | None = None
    numerator: Decimal | None = None
    denominator: Decimal | None = None
    chosen: tuple[str, ...] = ()
    origin: str = ""


@dataclass(frozen=True, slots=True)
class Body:
    """Who is scored."""

    code: str
    name: str
    kind: Kind


# Readings of one body by what is read: `figure:<indicator>`, `answer:<leaf>`, `published:<leaf>`.
Readings = Mapping[str, Reading]


def reading_key(operand: Operand, leaf: Leaf) -> str:
    """Under which key `Readings` hold what an operand of a leaf reads."""
    if isinstance(operand, FigureOf):
        return f"figure:{operand.indicator}"
    return f"{'answer' if isinstance(operand, Answer) else 'published'}:{leaf.code}"


@dataclass(frozen=True, slots=True)
class LeafScore:
    """Points of a leaf; None where it has none. `max` is 0 where it is left out of the body's
    maximum (excluded), else the leaf's own."""

    code: str
    points: Decimal | None
    max: Decimal
    status: Status


@dataclass(frozen=True, slots=True)
class NodeScore:
    """Points of a group: of the leaves that have points. `scored_max` is what those could give at
    most; where it is less than `max`, the points are not the whole story."""

    code: str
    points: Decimal | None
    max: Decimal
    scored_max: Decimal
    status: Status


@dataclass(frozen=True, slots=True)
class BodyScore:
    """The scorecard of one body. `total`, `max` and `scored_max` are on the index's scale; points
    of nodes and leaves are points. `rank` is among the bodies of its kind that have a total; ties
    share it; without a total there is none. Pillars are shares of 0..1."""

    body: Body
    total: Decimal | None
    max: Decimal
    scored_max: Decimal
    status: Status
    leaves: Mapping[str, LeafScore]
    nodes: Mapping[str, NodeScore]
    pillars: Mapping[str, Decimal | None] = field(default_factory=dict)
    rank: int | None = None
    ranked: int = 0
