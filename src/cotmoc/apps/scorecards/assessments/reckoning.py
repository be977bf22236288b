"""From what a body answers to points: answers become readings, rules make points of them, and
points of leaves make totals as the method adds them up. Pure.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal, localcontext
from typing import Any, Literal

from cotmoc.indicators.indices.model import (
    Answer,
    Choice,
    FigureOf,
    Given,
    Index,
    Leaf,
    MinMax,
    PerCase,
    Ratio,
    Unknown,
    YesNo,
    ZScore,
    operands_of,
)
from cotmoc.indicators.indices.points import not_applicable
from cotmoc.indicators.indices.results import (
    Body,
    BodyScore,
    LeafScore,
    Reading,
    Readings,
    Status,
)
from cotmoc.indicators.indices.score import PRECISION, score
from cotmoc.indicators.indices.tree import card

Kind = Literal["none", "choice", "choices", "yes_no", "number", "ratio", "points"]
HUNDRED = Decimal(100)


@dataclass(frozen=True, slots=True)
class Ask:
    """What a leaf asks of a body: an answer, and the figures of which it may give own numbers."""

    answer: Kind
    figures: tuple[str, ...] = ()

    @property
    def anything(self) -> bool:
        return self.answer != "none" or bool(self.figures)


def ask_of(leaf: Leaf) -> Ask:
    """What is asked, by the leaf's rule: points are typed only where nothing gives them."""
    rule = leaf.rule
    if isinstance(rule, Unknown):
        return Ask("none")
    operands = list(operands_of(rule).values())
    figures = tuple(dict.fromkeys(o.indicator for o in operands if isinstance(o, FigureOf)))
    if not any(isinstance(operand, Answer) for operand in operands):
        return Ask("none", figures)
    return Ask(_kind(rule), figures)


def _kind(rule: Any) -> Kind:
    match rule:
        case Choice():
            return "choices" if rule.several else "choice"
        case YesNo():
            return "yes_no"
        case Ratio():
            return "ratio"
        case Given():
            return "points"
        case _:
            return "number"


def applies(leaf: Leaf, body: Body) -> bool:
    """Whether a leaf is asked of bodies of this kind."""
    return not leaf.applies_to or body.kind in leaf.applies_to


# Readings as JSON ---------------------------------------------------------------------------------


def reading_to_json(reading: Reading) -> dict[str, Any]:
    """Numbers as text, what is empty left out."""
    found: dict[str, Any] = {"status": reading.status}
    for name in ("value", "numerator", "denominator"):
        number = getattr(reading, name)
        if number is not None:
            found[name] = f"{number:f}"
    if reading.chosen:
        found["chosen"] = list(reading.chosen)
    if reading.origin:
        found["origin"] = reading.origin
    return found


def reading_from_json(held: Mapping[str, Any]) -> Reading:
    return Reading(
        status=held.get("status", "measured"),
        value=_number(held, "value"),
        numerator=_number(held, "numerator"),
        denominator=_number(held, "denominator"),
        chosen=tuple(held.get("chosen", ())),
        origin=held.get("origin", ""),
    )


def _number(held: Mapping[str, Any], name: str) -> Decimal | None:
    found = held.get(name)
    return None if found in (None, "") else Decimal(str(found))


def answer_reading(answer: Mapping[str, Any]) -> Reading:
    """A body's answer as scoring reads it. A ratio's value is in per cent."""
    reading = reading_from_json({"status": "measured", **answer})
    if reading.denominator is None or reading.numerator is None:
        return reading
    return _shared(reading, HUNDRED)


def own_figure(told: Mapping[str, Any], beside: Reading | None) -> Reading:
    """Numbers of a body's own as a figure, on the scale of the figure they stand beside."""
    reading = reading_from_json({"status": "measured", **told})
    if reading.denominator is None or reading.numerator is None:
        return reading
    scale = HUNDRED
    if beside and beside.value and beside.numerator and beside.denominator:
        scale = _scale(beside)
    return _shared(reading, scale)


def _scale(figure: Reading) -> Decimal:
    """The power of ten that a figure's ratio is given on: 1, 100, 1000 …"""
    assert figure.value is not None
    assert figure.numerator is not None
    assert figure.denominator is not None
    exact = abs(figure.value * figure.denominator / figure.numerator)
    return Decimal(10) ** int(exact.log10().to_integral_value())


def _shared(reading: Reading, scale: Decimal) -> Reading:
    assert reading.numerator is not None
    if not reading.denominator:
        return replace(reading, status="not_arising", value=None)
    return replace(reading, value=reading.numerator / reading.denominator * scale)


# Points -------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Told:
    """One body: what was read for it, and what it answers, by leaf."""

    body: Body
    readings: Readings
    answers: Mapping[str, Mapping[str, Any]]


class NumbersDifferError(ValueError):
    """Two leaves read the same figure and the body gives different numbers for it."""

    def __init__(self, indicator: str, leaves: Sequence[str]) -> None:
        super().__init__(indicator)
        self.indicator = indicator
        self.leaves = tuple(leaves)


def self_scores(index: Index, told: Told, others: Sequence[Told] = ()) -> dict[str, LeafScore]:
    """The points of every leaf by what the body says.

    `others` matter where a rule compares bodies (min-max, z-score): they are read as computed and
    answered. A leaf that reads a figure of which the body gives its own numbers elsewhere only
    keeps its computed points. Raises NumbersDifferError.
    """
    bodies = [told.body, *(other.body for other in others)]
    computed = {each.body.code: _answered(index, each) for each in (told, *others)}
    base = score(index, bodies, computed)[0].leaves
    return _with_own_figures(index, told, bodies, computed, base)


def all_self_scores(index: Index, tolds: Sequence[Told]) -> dict[str, dict[str, LeafScore]]:
    """The same for all bodies of a round at once, by the body's code."""
    bodies = [told.body for told in tolds]
    computed = {told.body.code: _answered(index, told) for told in tolds}
    scored = score(index, bodies, computed)
    together = compares_bodies(index)
    return {
        told.body.code: _with_own_figures(
            index, told, bodies if together else [told.body], computed, base.leaves
        )
        for told, base in zip(tolds, scored, strict=True)
    }


def _with_own_figures(
    index: Index,
    told: Told,
    bodies: Sequence[Body],
    computed: Mapping[str, Readings],
    base: Mapping[str, LeafScore],
) -> dict[str, LeafScore]:
    """The points where a body gives its own numbers beside figures, the others as they are."""
    own = _own_figures(index, told)
    if not own:
        return dict(base)
    code = told.body.code
    claimed = score(index, bodies, {**computed, code: {**computed[code], **own}})
    found = dict(next(each.leaves for each in claimed if each.body.code == code))
    for leaf in index.leaves():
        if ask_of(leaf).figures and not (told.answers.get(leaf.code) or {}).get("figures"):
            found[leaf.code] = base[leaf.code]
    return found


def compares_bodies(index: Index) -> bool:
    """Whether points of one body depend on what others have."""
    return any(isinstance(leaf.rule, MinMax | ZScore) for leaf in index.leaves())


def _answered(index: Index, told: Told) -> dict[str, Reading]:
    """What was read, and the body's answers."""
    found = dict(told.readings)
    for leaf in index.leaves():
        answer = told.answers.get(leaf.code)
        if answer and ask_of(leaf).answer != "none" and set(answer) - {"figures"}:
            found[f"answer:{leaf.code}"] = answer_reading(answer)
    return found


def _own_figures(index: Index, told: Told) -> dict[str, Reading]:
    """Numbers of the body's own. Raises NumbersDifferError."""
    found: dict[str, Reading] = {}
    by: dict[str, str] = {}
    for leaf in index.leaves():
        figures = (told.answers.get(leaf.code) or {}).get("figures") or {}
        for indicator, numbers in figures.items():
            key = f"figure:{indicator}"
            reading = own_figure(numbers, told.readings.get(key))
            if found.get(key, reading) != reading:
                raise NumbersDifferError(indicator, (by[key], leaf.code))
            found[key], by[key] = reading, leaf.code
    return found


# Totals -------------------------------------------------------------------------------------------


def totals(
    index: Index,
    body: Body,
    points: Mapping[str, Decimal | None],
    not_arisen: Collection[str] = (),
) -> BodyScore:
    """What given points of leaves make of groups and the total, as the method sums and rounds.

    A leaf without points stays without: the total says what it covers. Leaves in which nothing
    arose (`not_arisen`) are left out where the method says so.
    """
    leaves = {
        leaf.code: _leaf_score(index, leaf, body, points.get(leaf.code), leaf.code in not_arisen)
        for leaf in index.leaves()
    }
    with localcontext(prec=PRECISION):
        return card(index, body, leaves)


def _leaf_score(
    index: Index, leaf: Leaf, body: Body, points: Decimal | None, not_arisen: bool
) -> LeafScore:
    if not applies(leaf, body):
        return not_applicable(leaf)
    if points is not None:
        given = index.rounding.apply(points, index.rounding.leaf)
        return LeafScore(leaf.code, given, leaf.max, Status.SCORED)
    if isinstance(leaf.rule, Unknown):
        return LeafScore(leaf.code, None, leaf.max, Status.UNKNOWN)
    if not_arisen:
        most_points = Decimal(0) if leaf.zero == "excluded" else leaf.max
        return LeafScore(leaf.code, None, most_points, Status.NOT_ARISING)
    return LeafScore(leaf.code, None, leaf.max, Status.NO_DATA)


def least(leaf: Leaf) -> Decimal:
    """The fewest points that a leaf can be given."""
    rule = leaf.rule
    return -rule.limit if isinstance(rule, PerCase) and rule.each < 0 else Decimal(0)


def most(leaf: Leaf) -> Decimal:
    """The most points that a leaf can be given."""
    rule = leaf.rule
    if isinstance(rule, PerCase):
        return rule.limit if rule.each > 0 else Decimal(0)
    return leaf.max
