"""Points of one leaf for one body, from what the leaf reads."""

from collections.abc import Mapping
from decimal import Decimal

from cotmoc.indicators.indices import formula
from cotmoc.indicators.indices.model import (
    Bands,
    CappedRatio,
    Choice,
    Formula,
    Given,
    Kind,
    Leaf,
    PerCase,
    PublishedShare,
    Ratio,
    Rounding,
    Survey,
    Unknown,
    YesNo,
    operands_of,
)
from cotmoc.indicators.indices.results import (
    LeafScore,
    Reading,
    Readings,
    Status,
    reading_key,
)

# What a reading's status makes of the points; a reading with another status has no data.
MARKS = {
    "measured": Status.SCORED,
    "partial": Status.PARTIAL,
    "estimated": Status.ESTIMATED,
}
UNROUNDED = Rounding()
NOUGHT, WHOLE, HUNDRED = Decimal(0), Decimal(1), Decimal(100)

SAME = Decimal("0.00001")  # a value that was kept to six places is still that of its ratio

# Points that are not held in 0..max yet, or why there are none.
Found = Decimal | Status


def applies(leaf: Leaf, kind: Kind) -> bool:
    """Whether a leaf applies to bodies of a kind."""
    return not leaf.applies_to or kind in leaf.applies_to


def leaf_score(
    leaf: Leaf,
    kind: Kind,
    readings: Readings,
    others: Mapping[str, Decimal | None],
    rounding: Rounding,
) -> LeafScore:
    """The score of a leaf that needs no other body; `others` are points of leaves that a formula
    names."""
    if not applies(leaf, kind):
        return not_applicable(leaf)
    match leaf.rule:
        case Unknown():
            return LeafScore(leaf.code, None, leaf.max, Status.UNKNOWN)
        case Formula() as rule:
            found, mark = _formula(rule, leaf, readings, others, rounding)
            return settled(leaf, found, mark, rounding)
    reading = only_reading(leaf, readings)
    return settled(leaf, _found(leaf, reading, rounding), mark_of(reading), rounding)


def not_applicable(leaf: Leaf) -> LeafScore:
    """Full marks, or left out of the body's maximum, as the method says."""
    full = leaf.not_applicable == "full"
    points, most = (leaf.max, leaf.max) if full else (None, NOUGHT)
    return LeafScore(leaf.code, points, most, Status.NOT_APPLICABLE)


def settled(leaf: Leaf, found: Found, mark: Status, rounding: Rounding) -> LeafScore:
    """What was found, held in 0..max and rounded; the zero rule where nothing arose."""
    if found is Status.NOT_ARISING:
        return _by_zero_rule(leaf)
    if isinstance(found, Status):
        return LeafScore(leaf.code, None, leaf.max, found)
    if not leaf.beside:
        found = min(max(found, NOUGHT), leaf.max)
    points = rounding.apply(found, rounding.leaf)
    if points > leaf.max and not leaf.beside:  # a maximum with more places than the rounding
        points = leaf.max
    return LeafScore(leaf.code, points, leaf.max, mark)


def _by_zero_rule(leaf: Leaf) -> LeafScore:
    match leaf.zero:
        case "zero":
            return LeafScore(leaf.code, NOUGHT, leaf.max, Status.ZERO_RULE)
        case "full":
            return LeafScore(leaf.code, leaf.max, leaf.max, Status.ZERO_RULE)
        case "excluded":
            return LeafScore(leaf.code, None, NOUGHT, Status.NOT_ARISING)
    return LeafScore(leaf.code, None, leaf.max, Status.NOT_ARISING)


# Readings -----------------------------------------------------------------------------------------


def only_reading(leaf: Leaf, readings: Readings) -> Reading | None:
    """What a leaf with one operand reads."""
    (operand,) = operands_of(leaf.rule).values()
    return readings.get(reading_key(operand, leaf))


def mark_of(reading: Reading | None) -> Status:
    """How a reading marks the points that are computed from it."""
    return Status.NO_DATA if reading is None else MARKS.get(reading.status, Status.NO_DATA)


def why_none(reading: Reading | None) -> Status | None:
    """Why nothing can be computed from a reading; None where something can."""
    if reading is None:
        return Status.NO_DATA
    if reading.status == "not_arising":
        return Status.NOT_ARISING
    if reading.status not in MARKS:
        return Status.NO_DATA
    if reading.numerator is not None and reading.denominator == 0:
        # An indicator may give a value here (its own zero rule); what it is worth says the leaf.
        return Status.NOT_ARISING
    return None


def ratio_of(reading: Reading, rounding: Rounding) -> Decimal | None:
    """a ÷ b; where a value alone was read, it is per cent."""
    if reading.numerator is not None and reading.denominator:
        ratio = reading.numerator / reading.denominator
        return ratio if rounding.ratio is None else rounding.of_ratio(HUNDRED * ratio) / HUNDRED
    return None if reading.value is None else rounding.of_ratio(reading.value) / HUNDRED


def amount_of(reading: Reading, rounding: Rounding = UNROUNDED) -> Decimal | None:
    """The value in the operand's unit; without one a ÷ b in per cent, or the count."""
    part, whole, value = reading.numerator, reading.denominator, reading.value
    if not whole or part is None:
        return part if value is None else value
    exact = HUNDRED * part / whole
    if value is not None and abs(value - exact) > SAME:  # not per cent, or not of these two
        return rounding.of_ratio(value)
    return rounding.of_ratio(exact)


# Rules --------------------------------------------------------------------------------------------


def _found(leaf: Leaf, reading: Reading | None, rounding: Rounding) -> Found:
    """Points of a rule with one operand."""
    why = why_none(reading)
    if why or reading is None:
        return why or Status.NO_DATA
    match leaf.rule:
        case Choice() | YesNo():
            return _answered(leaf, reading.chosen)
        case Ratio():
            share = ratio_of(reading, rounding)
            if share is None:
                return Status.NO_DATA
            return leaf.max * (share if leaf.direction == "up" else 1 - share)
        case PerCase(_, each, limit):
            count = amount_of(reading) if reading.numerator is None else reading.numerator
            return Status.NO_DATA if count is None else _per_case(count, each, limit)
    amount = amount_of(reading, rounding)
    return Status.NO_DATA if amount is None else _by_amount(leaf, amount)


def _by_amount(leaf: Leaf, amount: Decimal) -> Found:
    """Points of a rule that looks at a single number."""
    match leaf.rule:
        case CappedRatio(_, full_at, none_at):
            return leaf.max * (amount - none_at) / (full_at - none_at)
        case Bands():
            return leaf.max * band_share(leaf.rule, amount)
        case Survey(_, low, high):
            return leaf.max * (amount - low) / (high - low)
        case Given(PublishedShare(None)):
            return amount
        case Given(PublishedShare(scale)) if scale is not None:
            return leaf.max * amount / scale
        case Given():  # an appraiser's mark: points
            return amount
    raise TypeError(f"{leaf.code}: needs other bodies")


def band_share(rule: Bands, amount: Decimal) -> Decimal:
    """The share of the band in which a value lies; 0 outside of all."""
    for band in rule.bands:
        above = band.low is None or amount >= band.low
        below = band.high is None or amount < band.high or (band.closed and amount == band.high)
        if above and below:
            return band.share
    return NOUGHT


def _per_case(count: Decimal, each: Decimal, limit: Decimal) -> Decimal:
    points = max(count, NOUGHT) * each
    return min(points, limit) if each > 0 else max(points, -limit)


def _answered(leaf: Leaf, chosen: tuple[str, ...]) -> Found:
    """Points of a choice. Nothing chosen is no answer: none of the options is an option too."""
    if isinstance(leaf.rule, Choice):
        shares, several = {option.code: option.share for option in leaf.rule.options}, False
        several = leaf.rule.several
    else:
        shares, several = {"yes": WHOLE, "no": NOUGHT}, False
    known = [shares[code] for code in chosen if code in shares]
    if not known or len(known) < len(chosen) or (len(known) > 1 and not several):
        return Status.NO_DATA
    return leaf.max * min(sum(known, NOUGHT), WHOLE)


def _formula(
    rule: Formula,
    leaf: Leaf,
    readings: Readings,
    others: Mapping[str, Decimal | None],
    rounding: Rounding,
) -> tuple[Found, Status]:
    """Points of a formula and how what it read marks them."""
    values, marks, arose_not = dict(others), {Status.SCORED}, []
    for name, operand in rule.operands.items():
        reading = readings.get(reading_key(operand, leaf))
        why = why_none(reading)
        values[name] = None
        if why is None and reading is not None:
            values[name] = _operand_value(reading, rounding)
            marks.add(Status.NO_DATA if values[name] is None else mark_of(reading))
        elif why is not Status.NOT_ARISING:
            marks.add(Status.NO_DATA)
        elif rule.nothing == "zero":
            values[name] = NOUGHT
        else:
            arose_not.append(name)
    found = formula.evaluate(rule.tree, values, rounding)
    if found is None:
        return _why_no_points(rule, values | dict.fromkeys(arose_not, WHOLE)), Status.NO_DATA
    marks -= {Status.SCORED}
    if not marks:
        return found, Status.SCORED
    return found, Status.ESTIMATED if marks == {Status.ESTIMATED} else Status.PARTIAL


def _why_no_points(rule: Formula, values: Mapping[str, Decimal | None]) -> Status:
    """Why a formula gives nothing. `values` has a number for each operand in which nothing arose:
    if they were all that it lacked, or if it divides by zero, nothing arose; else data is missing.
    """
    there = all(values.get(name) is not None for name in formula.names(rule.tree))
    enough = there or formula.evaluate(rule.tree, values) is not None
    return Status.NOT_ARISING if enough else Status.NO_DATA


def _operand_value(reading: Reading, rounding: Rounding) -> Decimal | None:
    """Numerator ÷ denominator; the value where there is no denominator."""
    if reading.numerator is not None and reading.denominator:
        return ratio_of(reading, rounding)
    return reading.numerator if reading.value is None else reading.value
