"""Points lost: for each leaf of a scored body what is missing, and how much doing wins it back.

Effort is found by asking the scoring itself: the smallest number of counted things (dossiers,
reports, procedures) with which the leaf would have the points wanted, one less would not. Nothing
here knows how a rule turns numbers into points, so rounding and caps count as the method has them.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import ROUND_CEILING, Decimal
from enum import StrEnum
from functools import partial

from cotmoc.indicators.indices.model import (
    Bands,
    Choice,
    Formula,
    Given,
    Index,
    Leaf,
    MinMax,
    Operand,
    PerCase,
    PublishedShare,
    Unknown,
    YesNo,
    ZScore,
    operands_of,
)
from cotmoc.indicators.indices.results import (
    BodyScore,
    LeafScore,
    Reading,
    Readings,
    Status,
    reading_key,
)
from cotmoc.indicators.indices.score import score_leaf

TENTH, POINT = Decimal("0.1"), Decimal(1)
PER_CENT = Decimal(100)
# A value that is not counted is moved in hundredths of its unit.
_HUNDREDTH = Decimal("0.01")
# Nobody does more than so many things for a point; beyond it the effort cannot be told.
_MOST = 10**12

Points = Callable[[Leaf, Readings], Decimal | None]


class Why(StrEnum):
    """Why the effort of a leaf cannot be told."""

    NO_DATA = "no_data"  # nothing was read, so it has no points
    NOTHING_AROSE = "nothing_arose"  # its denominator is zero
    UNKNOWN_RULE = "unknown_rule"  # the sources do not say how it is scored
    OTHERS = "others"  # its points depend on what the other bodies do
    GIVEN = "given"  # points come from outside; what they were counted from is not known
    OUT_OF_REACH = "out_of_reach"  # no number of things gives more points


@dataclass(frozen=True, slots=True)
class Step:
    """What is to be done with one operand: so many counted things more (or fewer), a value to
    reach, or options to take. `name` and `key` say which operand: `answer` is the body's own."""

    name: str
    key: str
    count: int | None = None
    fewer: bool = False
    value: Decimal | None = None  # to be reached, where nothing is counted
    options: tuple[str, ...] = ()

    @property
    def things(self) -> int | None:
        """Dossiers or actions; None where only a value can be told."""
        return len(self.options) if self.options else self.count


@dataclass(frozen=True, slots=True)
class Effort:
    """What is to be done for more points: `gain` is what it wins, at least what was wanted."""

    gain: Decimal
    points: Decimal
    steps: tuple[Step, ...]

    @property
    def things(self) -> int | None:
        """How many dossiers or actions altogether; None where only a value can be told."""
        counts = [step.things for step in self.steps]
        return None if None in counts else sum(count or 0 for count in counts)

    @property
    def by_thing(self) -> Decimal | None:
        """Points won by each thing done, on average."""
        return self.gain / self.things if self.things else None


@dataclass(frozen=True, slots=True)
class Loss:
    """A leaf of a body with what it loses. `lost` is None where the leaf has no points: missing is
    not zero. `tenth`, `point` and `full` are the efforts for 0.1 point, for one point (or for all,
    where less than that is missing) and for full marks; `why` says why there are none."""

    leaf: Leaf
    points: Decimal | None
    max: Decimal
    lost: Decimal | None
    status: Status
    tenth: Effort | None = None
    point: Effort | None = None
    full: Effort | None = None
    why: Why | None = None

    @property
    def next(self) -> Effort | None:
        """The effort rows are compared by: for the next point, else for the least there is."""
        return self.point or self.tenth or self.full


def losses(
    index: Index,
    score: BodyScore,
    readings: Readings,
    *,
    scales: Mapping[str, Decimal] | None = None,
    points: Points | None = None,
) -> list[Loss]:
    """All leaves of a scored body that count for it and could have more points, in the order of
    the index; those without points too.

    `readings` are what the body was scored by; `scales` gives for a reading's key what a ratio of
    1 is written as (100 where it is not named). `points` answers for a leaf under other readings.
    """
    prober = _Prober(points or probe(index, score), scales or {})
    found = []
    for leaf in index.leaves():
        scored = score.leaves.get(leaf.code)
        if scored is None or scored.status is Status.NOT_APPLICABLE:
            continue
        loss = _loss(leaf, scored, readings, prober)
        if loss.lost is None or loss.lost > 0:
            found.append(loss)
    return found


def probe(index: Index, score: BodyScore) -> Points:
    """Points of a leaf of a body under any readings, rounded as the method rounds leaves; the
    other leaves stay as they are."""
    others = {code: leaf.points for code, leaf in score.leaves.items()}

    def points(leaf: Leaf, readings: Readings) -> Decimal | None:
        return score_leaf(leaf, score.body, readings, others, index.rounding).points

    return points


def by_lost(rows: Iterable[Loss]) -> list[Loss]:
    """The most points lost first; leaves without points last."""
    return sorted(rows, key=lambda row: (row.lost is None, -(row.lost or 0)))


def by_effort(rows: Iterable[Loss]) -> list[Loss]:
    """The fewest things to do for the next point first; what cannot be told last."""

    def key(row: Loss) -> tuple[bool, int, Decimal]:
        things = row.next.things if row.next else None
        return things is None, things or 0, -(row.lost or Decimal(0))

    return sorted(rows, key=key)


def by_return(rows: Iterable[Loss]) -> list[Loss]:
    """The most points for each thing done first; what cannot be told last."""

    def key(row: Loss) -> tuple[bool, Decimal, Decimal]:
        gain = row.next.by_thing if row.next else None
        return gain is None, -(gain or Decimal(0)), -(row.lost or Decimal(0))

    return sorted(rows, key=key)


ORDERS: Mapping[str, Callable[[Iterable[Loss]], list[Loss]]] = {
    "lost": by_lost,
    "effort": by_effort,
    "return": by_return,
}


# One leaf -----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Prober:
    points: Points
    scales: Mapping[str, Decimal]

    def scale(self, key: str) -> Decimal:
        return self.scales.get(key, PER_CENT)


def _loss(leaf: Leaf, scored: LeafScore, readings: Readings, prober: _Prober) -> Loss:
    most = Decimal(0) if leaf.beside else scored.max
    lost = None if scored.points is None else most - scored.points
    loss = Loss(leaf, scored.points, most, lost, scored.status)
    if lost is not None and lost <= 0:
        return loss
    why = _untold(leaf, scored, readings)
    if why is not None or scored.points is None:
        return replace(loss, why=why or Why.NO_DATA)
    moves = _moves(leaf, readings, prober)
    tenth, point, full = (
        _effort(leaf, moves, readings, scored.points, target, prober)
        for target in (
            min(scored.points + TENTH, most),
            min(scored.points + POINT, most),
            most,
        )
    )
    untold = None if tenth or point or full else Why.OUT_OF_REACH
    return replace(loss, tenth=tenth, point=point, full=full, why=untold)


def _untold(leaf: Leaf, scored: LeafScore, readings: Readings) -> Why | None:
    """Why the effort of a leaf cannot be told, before anything is tried."""
    operands = operands_of(leaf.rule)
    if isinstance(leaf.rule, Unknown):
        return Why.UNKNOWN_RULE
    if scored.points is None:
        return Why.NOTHING_AROSE if scored.status is Status.NOT_ARISING else Why.NO_DATA
    if scored.status is Status.ZERO_RULE:
        return Why.NOTHING_AROSE
    if isinstance(leaf.rule, MinMax | ZScore):
        return Why.OTHERS
    if isinstance(leaf.rule, YesNo) or (isinstance(leaf.rule, Choice) and not leaf.rule.several):
        return None
    known = any(
        not _is_published(each) and reading_key(each, leaf) in readings
        for each in operands.values()
    )
    return Why.GIVEN if isinstance(leaf.rule, Given) or not known else None


def _is_published(operand: Operand) -> bool:
    return isinstance(operand, PublishedShare)


# A move changes one operand by n things; `most` is as far as it goes.
@dataclass(frozen=True, slots=True)
class _Move:
    name: str
    key: str
    most: int
    fewer: bool
    moved: Callable[[int], Reading]
    counted: bool

    def step(self, count: int) -> Step:
        if self.counted:
            return Step(self.name, self.key, count, self.fewer)
        return Step(self.name, self.key, fewer=self.fewer, value=self.moved(count).value)


def _moves(leaf: Leaf, readings: Readings, prober: _Prober) -> list[_Move]:
    """Both ways in which each operand can be moved."""
    found = []
    for name, operand in operands_of(leaf.rule).items():
        key = reading_key(operand, leaf)
        reading = readings.get(key)
        if reading is None or _is_published(operand):
            continue
        for fewer in (False, True):
            move = _move(name, key, reading, prober.scale(key), leaf, fewer=fewer)
            if move is not None and move.most > 0:
                found.append(move)
    return found


def _move(
    name: str, key: str, reading: Reading, scale: Decimal, leaf: Leaf, *, fewer: bool
) -> _Move | None:
    top, bottom, value = reading.numerator, reading.denominator, reading.value
    if top is not None and bottom is not None:
        if not bottom:
            return None  # nothing arose
        reach = max(bottom, *(limit * bottom / scale for limit in _limits(leaf)), top)
        most = top if fewer else reach - top

        def counted(count: int) -> Reading:
            new = max(top - count, Decimal(0)) if fewer else min(top + count, reach)
            return replace(reading, numerator=new, value=scale * new / bottom)

        return _Move(name, key, _whole(most), fewer, counted, counted=True)
    if value is None:
        return None
    plain = isinstance(leaf.rule, PerCase)  # cases are counted, whatever else stands
    size = Decimal(1) if plain else _HUNDREDTH
    reach = max(*_limits(leaf), scale, value)
    most = (value if fewer else reach - value) / size

    def valued(count: int) -> Reading:
        new = max(value - count * size, Decimal(0)) if fewer else min(value + count * size, reach)
        return replace(reading, value=new)

    return _Move(name, key, _whole(most), fewer, valued, counted=plain)


def _whole(most: Decimal) -> int:
    return min(int(most.to_integral_value(ROUND_CEILING)), _MOST)


def _limits(leaf: Leaf) -> list[Decimal]:
    """Values at which the rule of a leaf has its corners, on the operand's scale."""
    rule = leaf.rule
    if isinstance(rule, Bands):
        ends = [end for band in rule.bands for end in (band.low, band.high) if end is not None]
        return [Decimal(0), *ends]
    corners = [getattr(rule, name, None) for name in ("full_at", "none_at", "low", "high")]
    return [Decimal(0), *(each for each in corners if each is not None)]


# Efforts ------------------------------------------------------------------------------------------


def _effort(
    leaf: Leaf,
    moves: Sequence[_Move],
    readings: Readings,
    points: Decimal,
    target: Decimal,
    prober: _Prober,
) -> Effort | None:
    """The least that gives a leaf the points wanted; None where nothing does."""

    def given(changed: Readings) -> Decimal:
        found = prober.points(leaf, {**readings, **changed})
        return Decimal(0) if found is None else found

    def effort(changed: Readings, steps: Iterable[Step]) -> Effort:
        reached = given(changed)
        return Effort(reached - points, reached, tuple(steps))

    if isinstance(leaf.rule, Choice | YesNo):
        return _answered(leaf, readings, target, given, effort)
    tried = [
        (count, move)
        for move in moves
        if (count := _least(move, _corners(leaf, move), target, given)) is not None
    ]
    if tried:
        counted = [each for each in tried if each[1].counted] or tried
        count, move = min(counted, key=lambda each: each[0])
        return effort({move.key: move.moved(count)}, [move.step(count)])
    if isinstance(leaf.rule, Formula):
        return _together(moves, target, given, effort)
    return None


Probe = Callable[[Readings], Decimal]
Make = Callable[[Readings, Iterable[Step]], Effort]


def _least(move: _Move, tries: Sequence[int], target: Decimal, given: Probe) -> int | None:
    """The smallest count with which a move gives the points wanted. Of the places tried the first
    that gives enough is taken; between it and the one before lies the smallest."""

    def enough(count: int) -> bool:
        return given({move.key: move.moved(count)}) >= target

    before = 0
    for count in tries:
        if enough(count):
            return _between(before, count, enough)
        before = count
    return None


def _between(low: int, high: int, enough: Callable[[int], bool]) -> int:
    """The smallest number in (low, high] that is enough; `high` is, `low` is not."""
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if enough(middle) else (middle, high)
    return high


def _corners(leaf: Leaf, move: _Move) -> list[int]:
    """Where to try a move: as far as it goes and, for bands, in every band on the way."""
    if not isinstance(leaf.rule, Bands):
        return [move.most]
    places = {move.most}
    for band in leaf.rule.bands:
        for end in (band.low, band.high):
            if end is not None:
                near = _between(0, move.most, partial(_passed, move, end))
                places.update(each for each in (near - 1, near, near + 1) if 0 < each <= move.most)
    return sorted(places)


def _passed(move: _Move, end: Decimal, count: int) -> bool:
    value = move.moved(count).value
    assert value is not None
    return value <= end if move.fewer else value >= end


def _together(moves: Sequence[_Move], target: Decimal, given: Probe, made: Make) -> Effort | None:
    """A formula that needs several operands moved: all as far as they help, then each back as far
    as it may. No step of the answer can be left out or made smaller."""
    helping = {move.key: move for move in moves if move.counted and _helps(move, given)}
    counts = {move: move.most for move in helping.values()}

    def changed() -> Readings:
        return {move.key: move.moved(count) for move, count in counts.items() if count}

    if not helping or given(changed()) < target:
        return None
    for move in sorted(counts, key=lambda each: -each.most):

        def enough(count: int, move: _Move = move) -> bool:
            counts[move] = count
            return given(changed()) >= target

        least = 0 if enough(0) else _between(0, move.most, enough)
        counts[move] = least
    return made(changed(), [move.step(count) for move, count in counts.items() if count])


def _helps(move: _Move, given: Probe) -> bool:
    return given({move.key: move.moved(move.most)}) > given({})


def _answered(
    leaf: Leaf, readings: Readings, target: Decimal, given: Probe, made: Make
) -> Effort | None:
    """Answering otherwise: yes, a better option, or more of several options."""
    key = f"answer:{leaf.code}"
    chosen = readings[key].chosen if key in readings else ()
    for options in _answers(leaf, chosen):
        kept = chosen if isinstance(leaf.rule, Choice) and leaf.rule.several else ()
        changed = {key: Reading(chosen=(*kept, *options))}
        if given(changed) >= target:
            return made(changed, [Step("answer", key, options=options)])
    return None


def _answers(leaf: Leaf, chosen: Sequence[str]) -> list[tuple[str, ...]]:
    """Options to take instead or besides, the fewest and least demanding first."""
    if not isinstance(leaf.rule, Choice):
        return [("yes",)]
    open_ = [each for each in leaf.rule.options if each.code not in chosen and each.share > 0]
    if not leaf.rule.several:
        return [(each.code,) for each in sorted(open_, key=lambda each: each.share)]
    best = sorted(open_, key=lambda each: -each.share)
    return [tuple(each.code for each in best[:size]) for size in range(1, len(best) + 1)]
