"""Sets of assumptions often asked for: all leaves at their target, as the best, as before."""

from collections.abc import Callable, Mapping
from decimal import ROUND_CEILING, Decimal
from typing import Any

from cotmoc.apps.scorecards.tomorrow.assuming import Assumed, Dial, DialKind, dials, plain
from cotmoc.apps.scorecards.tomorrow.baseline import Baseline
from cotmoc.apps.scorecards.tomorrow.losses import own_readings
from cotmoc.indicators.indices.losses import Step, losses
from cotmoc.indicators.indices.results import BodyScore, Reading

Preset = Callable[[Baseline, str, Baseline | None], Assumed]


def at_target(base: Baseline, body: str, before: Baseline | None = None) -> Assumed:
    """Every leaf of which it can be told what full marks take, with full marks."""
    known = {dial.key: dial for dial in dials(base, body)}
    steps: dict[str, Step] = {}
    for loss in losses(base.asked, base.score(body), own_readings(base, body), scales=base.scales):
        for step in loss.full.steps if loss.full else ():
            held = steps.get(step.key)
            if held is None or _further(step, held):
                steps[step.key] = step
    found: dict[str, Mapping[str, Any]] = {}
    for key, step in steps.items():
        dial = known.get(key)
        if dial is None:
            continue
        if step.options:
            found[dial.name] = {"chosen": list(step.options)}
        elif step.value is not None:
            found[dial.name] = {"value": plain(step.value)}
        elif step.count is not None and dial.now is not None:
            top = (dial.now.numerator or Decimal(0)) + (-step.count if step.fewer else step.count)
            found[dial.name] = _parts(top, dial.now.denominator)
    return found


def _further(step: Step, held: Step) -> bool:
    """Whether a step asks more than another of the same reading, which another leaf asks."""
    if step.value is not None and held.value is not None:
        return step.value < held.value if step.fewer else step.value > held.value
    return (step.things or 0) > (held.things or 0)


def as_best(base: Baseline, body: str, before: Baseline | None = None) -> Assumed:
    """Every reading as good as that of the body of the same kind with the most points on its leaf;
    counts in proportion to one's own."""
    score = base.score(body)
    kin = [each for each in base.kin(score.body) if each.body.code != body]
    found: dict[str, Mapping[str, Any]] = {}
    for dial in dials(base, body):
        best = _best(kin, dial.leaf.code)
        own = score.leaves[dial.leaf.code].points
        if best is None or (own is not None and own >= _points(best, dial.leaf.code)):
            continue
        other = base.readings[best.body.code].get(dial.key)
        if other is not None and (taken := _taken(dial, other)):
            found[dial.name] = taken
    return found


def as_before(base: Baseline, body: str, before: Baseline | None) -> Assumed:
    """Every reading as it was in the period before; nothing where that was not scored."""
    if before is None or body not in before.readings:
        return {}
    found = {}
    for dial in dials(base, body):
        other = before.readings[body].get(dial.key)
        if other is not None and (taken := _as_it_was(dial, other)):
            found[dial.name] = taken
    return found


PRESETS: Mapping[str, Preset] = {"target": at_target, "best": as_best, "before": as_before}


def _best(kin: list[BodyScore], leaf: str) -> BodyScore | None:
    scored = [each for each in kin if each.leaves[leaf].points is not None]
    return max(scored, key=lambda each: (_points(each, leaf), each.body.code), default=None)


def _points(score: BodyScore, leaf: str) -> Decimal:
    return score.leaves[leaf].points or Decimal(0)


def _taken(dial: Dial, other: Reading) -> Mapping[str, Any] | None:
    """Another body's reading in one's own size."""
    own = dial.now.denominator if dial.now else None
    if dial.kind is DialKind.PARTS:
        if not own or other.numerator is None or not other.denominator:
            return None
        top = (own * other.numerator / other.denominator).to_integral_value(ROUND_CEILING)
        return _parts(min(top, own) if dial.share else top, own)
    return _plain(dial, other)


def _as_it_was(dial: Dial, other: Reading) -> Mapping[str, Any] | None:
    if dial.kind is DialKind.PARTS:
        if other.numerator is None or other.denominator is None:
            return None
        return _parts(other.numerator, other.denominator)
    return _plain(dial, other)


def _plain(dial: Dial, other: Reading) -> Mapping[str, Any] | None:
    if other.value is None:
        return None
    if dial.kind is DialKind.VALUE:
        return {"value": plain(other.value)}
    if dial.kind is DialKind.POINTS:
        points = dial.points_of(other)
        return None if points is None else {"points": plain(points)}
    return None  # an answer is the body's own: what another answered says nothing


def _parts(top: Decimal, bottom: Decimal | None) -> Mapping[str, Any]:
    assert bottom is not None
    return {"numerator": plain(top), "denominator": plain(bottom)}
