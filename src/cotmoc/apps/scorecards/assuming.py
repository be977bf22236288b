"""What if: the readings of a body that can be assumed, and the card that comes of them.

An assumption is JSON by dial: `{"numerator": "900", "denominator": "1000"}`, `{"value": "92.5"}`,
`{"chosen": ["yes"]}` or `{"points": "5"}`, numbers as text. A dial is named by the leaf that reads
it, one of a formula's by `leaf:operand`. Two leaves that read one figure share its dial.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from typing import Any

from django.utils.translation import gettext as _

from cotmoc.apps.scorecards.baseline import Baseline
from cotmoc.indicators.indices.model import (
    Answer,
    Bands,
    CappedRatio,
    Choice,
    FigureOf,
    Formula,
    Group,
    Index,
    Kind,
    Leaf,
    Operand,
    PerCase,
    PublishedShare,
    Ratio,
    Survey,
    YesNo,
    operands_of,
)
from cotmoc.indicators.indices.results import (
    BodyScore,
    NodeScore,
    Reading,
    Readings,
    reading_key,
)
from cotmoc.indicators.indices.score import rescore

PER_CENT = Decimal(100)
MOST = Decimal(10) ** 12
Assumed = Mapping[str, Mapping[str, Any]]


class DialKind(StrEnum):
    """What is assumed of a reading."""

    PARTS = "parts"  # numerator and denominator
    VALUE = "value"
    CHOICE = "choice"
    POINTS = "points"  # points given from outside


@dataclass(frozen=True, slots=True)
class Dial:
    """One reading that can be assumed. `scale` is what a ratio of 1 is written as, `share` whether
    the numerator is a part of the denominator, `top` how far a slider goes."""

    name: str
    key: str
    leaf: Leaf
    operand: Operand
    part: str  # of a formula; else empty
    kind: DialKind
    now: Reading | None
    scale: Decimal
    share: bool
    top: Decimal
    leaves: tuple[Leaf, ...] = ()

    @property
    def indicator(self) -> str:
        """Code of the indicator that is read; empty for what has none."""
        return self.operand.indicator if isinstance(self.operand, FigureOf) else ""

    @property
    def options(self) -> list[str]:
        """What can be chosen."""
        if isinstance(self.leaf.rule, Choice):
            return [option.code for option in self.leaf.rule.options]
        return ["yes", "no"] if isinstance(self.leaf.rule, YesNo) else []

    @property
    def several(self) -> bool:
        return isinstance(self.leaf.rule, Choice) and self.leaf.rule.several

    @property
    def points_scale(self) -> Decimal | None:
        """What full points are published as, of a published leaf."""
        return self.operand.scale if isinstance(self.operand, PublishedShare) else None


def dials(
    index: Index, kind: Kind, readings: Readings, scales: Mapping[str, Decimal]
) -> list[Dial]:
    """Everything that can be assumed for a body of a kind, in the order of the index."""
    found: dict[str, Dial] = {}
    for leaf in index.leaves():
        if leaf.applies_to and kind not in leaf.applies_to:
            continue
        for part, operand in operands_of(leaf.rule).items():
            key = reading_key(operand, leaf)
            if key in found:
                found[key] = replace(found[key], leaves=(*found[key].leaves, leaf))
            else:
                found[key] = _dial(leaf, part, operand, readings.get(key), scales)
    return list(found.values())


def _dial(
    leaf: Leaf,
    part: str,
    operand: Operand,
    now: Reading | None,
    scales: Mapping[str, Decimal],
) -> Dial:
    key = reading_key(operand, leaf)
    formula = isinstance(leaf.rule, Formula)
    kind = _kind(leaf, operand, now)
    scale = scales.get(key, PER_CENT)
    share = kind is DialKind.PARTS and _within(now)
    if kind is DialKind.VALUE:
        share = isinstance(leaf.rule, Ratio)
    return Dial(
        name=f"{leaf.code}:{part}" if formula else leaf.code,
        key=key,
        leaf=leaf,
        operand=operand,
        part=part if formula else "",
        kind=kind,
        now=now,
        scale=scale,
        share=share,
        top=_top(leaf, kind, now, scale),
        leaves=(leaf,),
    )


def _kind(leaf: Leaf, operand: Operand, now: Reading | None) -> DialKind:
    if isinstance(leaf.rule, Choice | YesNo):
        return DialKind.CHOICE
    if isinstance(operand, PublishedShare):
        return DialKind.POINTS
    if now is not None and now.numerator is not None and now.denominator is not None:
        return DialKind.PARTS
    if isinstance(leaf.rule, Formula) and (now is None or now.value is None):
        return DialKind.PARTS
    return DialKind.VALUE


def _within(now: Reading | None) -> bool:
    if now is None or now.numerator is None or now.denominator is None:
        return True
    return now.numerator <= now.denominator


def _top(leaf: Leaf, kind: DialKind, now: Reading | None, scale: Decimal) -> Decimal:
    if kind is DialKind.POINTS:
        return leaf.max
    if kind is DialKind.PARTS:
        parts = (now.numerator, now.denominator) if now else ()
        return max((each for each in parts if each is not None), default=Decimal(0))
    held = [now.value] if now and now.value is not None else []
    match leaf.rule:
        case CappedRatio(_, full_at, none_at):
            return max(full_at, none_at, *held)
        case Bands(_, bands):
            ends = [end for band in bands for end in (band.low, band.high) if end is not None]
            return max([*ends, *held], default=scale)
        case Survey(_, low, high):
            return max(low, high)
        case PerCase(_, each, limit):
            return max([abs(limit / each) if each else Decimal(0), *held])
    return max([scale, *held])


# Reading assumptions ------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Refusal:
    """An assumption that is impossible: of which dial, and why in words."""

    name: str
    text: str


@dataclass(frozen=True, slots=True)
class Read:
    """Assumptions as they were understood: readings by key, what is kept of them, what was
    refused. What equals the present is no assumption."""

    readings: Mapping[str, Reading]
    kept: Assumed
    refused: Sequence[Refusal]


def read_assumed(known: Iterable[Dial], assumed: Assumed) -> Read:
    """Understand assumptions; a name that is no dial is refused, never passed over in silence."""
    by_name = {dial.name: dial for dial in known}
    readings: dict[str, Reading] = {}
    kept: dict[str, Mapping[str, Any]] = {}
    refused = []
    for name, given in assumed.items():
        dial = by_name.get(name)
        if dial is None:
            refused.append(Refusal(name, _("The index reads no such thing for this body.")))
            continue
        try:
            found = _understood(dial, given)
        except ValueError as problem:
            refused.append(Refusal(name, str(problem)))
            continue
        if found is not None:
            readings[dial.key], kept[name] = found
    return Read(readings, kept, refused)


def _understood(
    dial: Dial, given: Mapping[str, Any]
) -> tuple[Reading, Mapping[str, Any]] | None:
    """The reading assumed, and what to keep of it; None where it is the present one. Raises
    ValueError with words for the reader."""
    match dial.kind:
        case DialKind.PARTS:
            return _parts(dial, given)
        case DialKind.CHOICE:
            return _chosen(dial, given)
        case DialKind.POINTS:
            return _points(dial, given)
    value = _number(given.get("value"))
    now = dial.now.value if dial.now else None
    if value is None or value == now:
        return None
    lowest = min((each for each in (now, _lowest(dial.leaf)) if each is not None), default=None)
    if value < 0 and not (lowest is not None and lowest < 0):
        raise ValueError(_("A value below 0 is not possible here."))
    if dial.share and value > dial.scale:
        raise ValueError(_("A share cannot exceed the whole."))
    return Reading(value=value, origin="assumed"), {"value": str(value)}


def _lowest(leaf: Leaf) -> Decimal | None:
    match leaf.rule:
        case CappedRatio(_, full_at, none_at):
            return min(full_at, none_at)
        case Survey(_, low, high):
            return min(low, high)
        case Bands(_, bands):
            return min((band.low for band in bands if band.low is not None), default=None)
    return None


def _parts(dial: Dial, given: Mapping[str, Any]) -> tuple[Reading, Mapping[str, Any]] | None:
    top, bottom = _number(given.get("numerator")), _number(given.get("denominator"))
    now = dial.now
    if bottom is None and now is not None and top is not None:
        bottom = now.denominator
    if top is None and bottom is None:
        return None
    if top is None or bottom is None:
        raise ValueError(_("Both numbers are needed: how many, and of how many."))
    if now is not None and (top, bottom) == (now.numerator, now.denominator):
        return None
    if top < 0 or bottom < 0:
        raise ValueError(_("A count below 0 is not possible."))
    if dial.share and top > bottom:
        raise ValueError(
            _("%(top)s of %(bottom)s is not possible: the part exceeds the whole.")
            % {"top": _plain(top), "bottom": _plain(bottom)}
        )
    if top and not bottom:
        raise ValueError(_("Nothing can be counted out of 0."))
    value = dial.scale * top / bottom if bottom else None
    status = "measured" if bottom else "not_arising"
    reading = Reading(status, value, top, bottom, origin="assumed")
    return reading, {"numerator": _plain(top), "denominator": _plain(bottom)}


def _chosen(dial: Dial, given: Mapping[str, Any]) -> tuple[Reading, Mapping[str, Any]] | None:
    asked = given.get("chosen") or []
    if not isinstance(asked, list | tuple) or not all(isinstance(each, str) for each in asked):
        raise ValueError(_("Choose among the options of this criterion."))
    chosen = tuple(dict.fromkeys(each for each in asked if each))
    if not chosen or (dial.now and set(chosen) == set(dial.now.chosen)):
        return None
    if not set(chosen) <= set(dial.options):
        raise ValueError(_("Choose among the options of this criterion."))
    if len(chosen) > 1 and not dial.several:
        raise ValueError(_("Only one of the options can hold."))
    return Reading(chosen=chosen, origin="assumed"), {"chosen": list(chosen)}


def _points(dial: Dial, given: Mapping[str, Any]) -> tuple[Reading, Mapping[str, Any]] | None:
    points = _number(given.get("points"))
    if points is None or points == points_of(dial):
        return None
    if not 0 <= points <= dial.leaf.max:
        raise ValueError(
            _("Points lie between 0 and %(max)s here.") % {"max": _plain(dial.leaf.max)}
        )
    scale = dial.points_scale
    value = points if scale is None else points / dial.leaf.max * scale
    return Reading(value=value, origin="assumed"), {"points": _plain(points)}


def points_of(dial: Dial) -> Decimal | None:
    """The points a published reading stands for."""
    if dial.now is None or dial.now.value is None:
        return None
    scale = dial.points_scale
    return dial.now.value if scale is None else dial.now.value / scale * dial.leaf.max


def _number(given: Any) -> Decimal | None:
    """A number as people write it, with a comma or a point; None for nothing."""
    if given is None or isinstance(given, bool):
        return None
    text = str(given).strip().replace(" ", "").replace("\u00a0", "")
    if not text:
        return None
    if "," in text:
        text = text.replace(".", "").replace(",", ".")
    try:
        number = Decimal(text)
    except InvalidOperation:
        number = Decimal("NaN")
    if len(text) > 24 or not number.is_finite():
        raise ValueError(_("“%(text)s” is not a number.") % {"text": text[:24]})
    if abs(number) > MOST:
        raise ValueError(_("The number is too large."))
    return number


def _plain(number: Decimal) -> str:
    return format(number.normalize(), "f")


# What comes of it ---------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Distance:
    """To a rank: whom one meets there and how many points of the total are missing; 0 where one
    is there already."""

    rank: int
    points: Decimal
    bodies: tuple[str, ...]  # names of who holds it


@dataclass(frozen=True, slots=True)
class Outcome:
    """The card of a body now and as assumed. Distances are among the bodies of its kind."""

    now: BodyScore
    then: BodyScore
    next: Distance | None
    wanted: Distance | None

    @property
    def gain(self) -> Decimal | None:
        """How much the total changes."""
        if self.now.total is None or self.then.total is None:
            return None
        return self.then.total - self.now.total

    @property
    def places(self) -> int | None:
        """Places won (positive: better)."""
        if self.now.rank is None or self.then.rank is None:
            return None
        return self.now.rank - self.then.rank

    def groups(self, index: Index) -> list[tuple[Group, NodeScore, NodeScore]]:
        """The groups right below the index, now and as assumed."""
        return [
            (node, self.now.nodes[node.code], self.then.nodes[node.code])
            for node in index.children
            if isinstance(node, Group)
        ]


def what_if(
    base: Baseline, body: str, assumed: Mapping[str, Reading], *, wanted_rank: int | None = None
) -> Outcome:
    """The card of a body with assumed readings in the place of the present ones, and its place
    among the bodies of its kind."""
    scores = base.scores
    if assumed:
        own = {**base.readings[body], **assumed}
        scores = rescore(base.index, base.scores, body, {**base.readings, body: own})
    then = next(each for each in scores if each.body.code == body)
    others = [
        each for each in scores if each.body.kind == then.body.kind and each.body.code != body
    ]
    goal = then.rank - 1 if then.rank else None
    return Outcome(
        base.score(body),
        then,
        _distance(then, others, goal) if goal else None,
        _distance(then, others, wanted_rank) if wanted_rank else None,
    )


def _distance(then: BodyScore, others: Sequence[BodyScore], rank: int) -> Distance | None:
    """To a rank, or to the nearest one above it that somebody holds."""
    totals = sorted((each.total for each in others if each.total is not None), reverse=True)
    if then.total is None or not 1 <= rank <= len(totals) + 1:
        return None
    if rank == len(totals) + 1 or then.total >= totals[rank - 1]:
        return Distance(rank, Decimal(0), ())
    goal = totals[rank - 1]
    held = tuple(each.body.name for each in others if each.total == goal)
    return Distance(totals.index(goal) + 1, goal - then.total, held)
