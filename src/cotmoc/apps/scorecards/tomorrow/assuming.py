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

from cotmoc.apps.scorecards.tomorrow.baseline import Baseline
from cotmoc.indicators.indices.model import (
    Answer,
    Bands,
    CappedRatio,
    Choice,
    FigureOf,
    Formula,
    Group,
    Index,
    Leaf,
    Operand,
    Option,
    PerCase,
    PublishedShare,
    Ratio,
    Survey,
    YesNo,
    operands_of,
)
from cotmoc.indicators.indices.results import (
    Body,
    BodyScore,
    NodeScore,
    Reading,
    reading_key,
)
from cotmoc.indicators.indices.score import rescore, score_leaf
from cotmoc.ui.formats import number

PER_CENT = Decimal(100)
MOST = Decimal(10) ** 12
_LONGEST = 24
Assumed = Mapping[str, Mapping[str, Any]]


class DialKind(StrEnum):
    """What is assumed of a reading."""

    PARTS = "parts"  # numerator and denominator
    VALUE = "value"
    CHOICE = "choice"
    POINTS = "points"  # points given from outside


@dataclass(frozen=True, slots=True)
class Dial:
    """One reading that can be assumed. `leaf` is the leaf as the method has it, `leaves` are all
    that read it. `scale` is what a ratio of 1 is written as, `share` whether the numerator is a
    part of the denominator; a slider goes from `bottom` to `top`."""

    name: str
    key: str
    leaf: Leaf
    operand: Operand
    part: str  # of a formula; else empty
    kind: DialKind
    now: Reading | None
    scale: Decimal
    share: bool
    bottom: Decimal
    top: Decimal
    leaves: tuple[Leaf, ...]

    @property
    def indicator(self) -> str:
        """Code of the indicator that is read; empty for what has none."""
        return self.operand.indicator if isinstance(self.operand, FigureOf) else ""

    @property
    def options(self) -> tuple[Option, ...]:
        """What can be chosen; nothing for a yes or no, which has no options of its own."""
        return self.leaf.rule.options if isinstance(self.leaf.rule, Choice) else ()

    @property
    def codes(self) -> list[str]:
        """Codes of what can be chosen."""
        return [each.code for each in self.options] or ["yes", "no"]

    @property
    def several(self) -> bool:
        return isinstance(self.leaf.rule, Choice) and self.leaf.rule.several

    @property
    def points_now(self) -> Decimal | None:
        """The points that the present reading stands for, where they come from outside."""
        outside = self.kind in (DialKind.POINTS, DialKind.CHOICE)
        return self.points_of(self.now) if outside and self.now else None

    def points_of(self, reading: Reading) -> Decimal | None:
        """The points that a reading from outside stands for."""
        if reading.value is None or self._full is None:
            return None if reading.value is None else reading.value * self._sign
        return reading.value / self._full * self.leaf.max

    def reading_of(self, points: Decimal) -> Reading:
        """The reading from outside that stands for points."""
        if self._full is None:
            return Reading(value=points * self._sign, origin="assumed")
        return Reading(value=points / self.leaf.max * self._full, origin="assumed")

    @property
    def _full(self) -> Decimal | None:
        return self.operand.scale if isinstance(self.operand, PublishedShare) else None

    @property
    def _sign(self) -> Decimal:
        # Cases are counted: what an appraiser takes off counts below zero.
        rule = self.leaf.rule
        return Decimal(1).copy_sign(rule.each) if isinstance(rule, PerCase) else Decimal(1)


def dials(base: Baseline, body: str) -> list[Dial]:
    """Everything that can be assumed for a body, in the order of the index."""
    found: dict[str, Dial] = {}
    kind, readings, scales = base.score(body).body.kind, base.readings[body], base.scales
    for asked, leaf in zip(base.asked.leaves(), base.index.leaves(), strict=True):
        if leaf.applies_to and kind not in leaf.applies_to:
            continue
        for part, operand in operands_of(leaf.rule).items():
            key = reading_key(operand, leaf)
            if key in found:
                found[key] = replace(found[key], leaves=(*found[key].leaves, asked))
            else:
                found[key] = _dial(asked, leaf, part, readings.get(key), scales)
    return list(found.values())


def _dial(
    asked: Leaf, leaf: Leaf, part: str, now: Reading | None, scales: Mapping[str, Decimal]
) -> Dial:
    operand = operands_of(leaf.rule)[part]
    key = reading_key(operand, leaf)
    formula = isinstance(leaf.rule, Formula)
    kind = _kind(asked, leaf, operand, now)
    scale = scales.get(key, PER_CENT)
    bottom, top = _ends(asked, kind, now, scale)
    return Dial(
        name=f"{leaf.code}:{part}" if formula else leaf.code,
        key=key,
        leaf=asked,
        operand=operand,
        part=part if formula else "",
        kind=kind,
        now=now,
        scale=scale,
        share=_within(now) if kind is DialKind.PARTS else isinstance(leaf.rule, Ratio),
        bottom=bottom,
        top=top,
        leaves=(asked,),
    )


def _kind(asked: Leaf, leaf: Leaf, operand: Operand, now: Reading | None) -> DialKind:
    if isinstance(asked.rule, Choice | YesNo):
        return DialKind.CHOICE
    if isinstance(operand, PublishedShare | Answer):
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


def _ends(
    leaf: Leaf, kind: DialKind, now: Reading | None, scale: Decimal
) -> tuple[Decimal, Decimal]:
    """How far a slider goes."""
    nought = Decimal(0)
    if kind is DialKind.POINTS:
        if isinstance(leaf.rule, PerCase):
            limit = leaf.rule.limit.copy_sign(leaf.rule.each)
            return min(limit, nought), max(limit, nought)
        return nought, leaf.max
    if kind is DialKind.PARTS:
        parts = (now.numerator, now.denominator) if now else ()
        return nought, max((each for each in parts if each is not None), default=nought)
    held = [nought] if now is None or now.value is None else [nought, now.value]
    match leaf.rule:
        case CappedRatio(_, full_at, none_at):
            held += [full_at, none_at]
        case Bands(_, bands):
            held += [end for band in bands for end in (band.low, band.high) if end is not None]
        case Survey(_, low, high):
            return low, high
        case PerCase(_, each, limit):
            held += [abs(limit / each) if each else nought]
        case _:
            held += [scale]
    return min(held), max(held)


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


def _understood(dial: Dial, given: Mapping[str, Any]) -> tuple[Reading, Mapping[str, Any]] | None:
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
    if value is None or value == (dial.now.value if dial.now else None):
        return None
    if value < 0 and dial.bottom >= 0:
        raise ValueError(_("A value below 0 is not possible here."))
    if dial.share and value > dial.scale:
        raise ValueError(_("A share cannot exceed the whole."))
    return Reading(value=value, origin="assumed"), {"value": plain(value)}


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
            % {"top": number(top), "bottom": number(bottom)}
        )
    if top and not bottom:
        raise ValueError(_("Nothing can be counted out of 0."))
    value = dial.scale * top / bottom if bottom else None
    status = "measured" if bottom else "not_arising"
    reading = Reading(status, value, top, bottom, origin="assumed")
    return reading, {"numerator": plain(top), "denominator": plain(bottom)}


def _chosen(dial: Dial, given: Mapping[str, Any]) -> tuple[Reading, Mapping[str, Any]] | None:
    asked = given.get("chosen") or []
    if not isinstance(asked, list | tuple) or not all(isinstance(each, str) for each in asked):
        raise ValueError(_("Choose among the options of this criterion."))
    chosen = tuple(dict.fromkeys(each for each in asked if each))
    if not chosen:
        return None
    if not set(chosen) <= set(dial.codes):
        raise ValueError(_("Choose among the options of this criterion."))
    if len(chosen) > 1 and not dial.several:
        raise ValueError(_("Only one of the options can hold."))
    points = _points_of_answer(dial.leaf, chosen)
    if points == dial.points_now:
        return None
    return dial.reading_of(points), {"chosen": list(chosen)}


def _points_of_answer(leaf: Leaf, chosen: tuple[str, ...]) -> Decimal:
    """What an answer is worth by the leaf's own rule: cards read an answer as its points."""
    somebody = Body("", "", leaf.applies_to[0] if leaf.applies_to else "province")
    answer = {f"answer:{leaf.code}": Reading(chosen=chosen)}
    return score_leaf(leaf, somebody, answer).points or Decimal(0)


def _points(dial: Dial, given: Mapping[str, Any]) -> tuple[Reading, Mapping[str, Any]] | None:
    points = _number(given.get("points"))
    if points is None or points == dial.points_now:
        return None
    if not dial.bottom <= points <= dial.top:
        ends = {"low": number(dial.bottom), "high": number(dial.top)}
        raise ValueError(_("Points lie between %(low)s and %(high)s here.") % ends)
    return dial.reading_of(points), {"points": plain(points)}


def _number(given: Any) -> Decimal | None:
    """A number as people write it, with a comma or a point; None for nothing."""
    if given is None or given is False or given is True:
        return None
    text = str(given).strip().replace(" ", "").replace("\u00a0", "")
    if not text:
        return None
    written = text.replace(".", "").replace(",", ".") if "," in text else text
    try:
        found = Decimal(written)
    except InvalidOperation:
        found = Decimal("NaN")
    if len(text) > _LONGEST or not found.is_finite():
        raise ValueError(_("“%(text)s” is not a number.") % {"text": text[:_LONGEST]})
    if abs(found) > MOST:
        raise ValueError(_("The number is too large."))
    return found


def plain(value: Decimal) -> str:
    """A number as it is kept: with a point, without needless zeros."""
    return format(value.normalize(), "f")


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
