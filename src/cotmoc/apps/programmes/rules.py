"""How far measured values are from a target, and which indicator a target means. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from typing import Literal

from cotmoc.core.text import fold

State = Literal["met", "on_the_way", "behind", "no_data", "not_applicable"]
STATES: tuple[State, ...] = ("met", "on_the_way", "behind", "no_data", "not_applicable")

# A target not yet met is "on the way" from nine tenths of its goal, and only before its deadline
# (docs/decisions/0003-four-states.md).
NEAR = Decimal("0.9")
LESS_IS_BETTER = frozenset({"<", "<=", "rank<="})
QUALITATIVE = frozenset({"maintain", "raise"})
DISTRICTS_ENDED = date(2025, 7, 1)
BANDS = 4


@dataclass(frozen=True, slots=True)
class Goal:
    """What a target asks for."""

    comparator: str
    value: Decimal | None
    unit: str
    level: str
    deadline: date | None


@dataclass(frozen=True, slots=True)
class Measured:
    """What a figure says; `scale` is 100 for percentages of counts."""

    value: Decimal | None
    numerator: Decimal | None = None
    denominator: Decimal | None = None
    scale: Decimal = Decimal(1)


@dataclass(frozen=True, slots=True)
class Standing:
    """State of a target; how much of the goal is attained (1 = all); what is missing, in the
    goal's own unit and, where the figure is a ratio of counts, in things to do."""

    state: State
    attained: Decimal | None = None
    short: Decimal | None = None
    short_count: int | None = None


def assess(goal: Goal, measured: Measured | None, today: date) -> Standing:
    """Judge a target on a day.

    A bare number ("đạt 90%") is a level to reach, so `=` and `~` count as "at least". The district
    level ended on 1 July 2025: its targets are closed, never failed.
    """
    if goal.level == "district" and (goal.deadline is None or goal.deadline >= DISTRICTS_ENDED):
        return Standing("not_applicable")
    if goal.comparator in QUALITATIVE or goal.value is None:
        return Standing("no_data")
    if measured is None or measured.value is None:
        return Standing("no_data")
    attained = _attained(goal, measured.value)
    if _holds(goal, measured.value):
        return Standing("met", attained)
    late = goal.deadline is not None and today > goal.deadline
    state: State = "on_the_way" if attained >= NEAR and not late else "behind"
    return Standing(state, attained, abs(goal.value - measured.value), _short_count(goal, measured))


def _holds(goal: Goal, value: Decimal) -> bool:
    assert goal.value is not None
    match goal.comparator:
        case ">":
            return value > goal.value
        case "<":
            return value < goal.value
        case "<=" | "rank<=":
            return value <= goal.value
        case _:
            return value >= goal.value


def _attained(goal: Goal, value: Decimal) -> Decimal:
    assert goal.value is not None
    above, below = (goal.value, value) if goal.comparator in LESS_IS_BETTER else (value, goal.value)
    if below == 0:
        return Decimal(1) if above >= 0 else Decimal(0)
    return max(Decimal(0), above / below)


def _short_count(goal: Goal, measured: Measured) -> int | None:
    """How many more of the denominator's things must count, on the same denominator, to reach the
    goal; for "less is better" how many must count less."""
    if not measured.denominator or measured.numerator is None or goal.value is None:
        return None
    wanted = goal.value * measured.denominator / measured.scale
    if goal.comparator in LESS_IS_BETTER:
        allowed = int(wanted.to_integral_value(ROUND_FLOOR))
        if goal.comparator == "<" and allowed == wanted:
            allowed -= 1
        return int(measured.numerator) - allowed
    needed = int(wanted.to_integral_value(ROUND_CEILING))
    if goal.comparator == ">" and needed == wanted:
        needed += 1
    return needed - int(measured.numerator)


def thresholds(
    values: Sequence[Decimal | None], goal: Decimal | None, direction: str
) -> tuple[Decimal, Decimal, Decimal]:
    """Three limits that part values into four bands, in ascending order.

    With a goal: the goal itself, nine and eight tenths of it (or, where less is better, eleven
    and twelve tenths). Without one: the quarters of the values.
    """
    if goal is not None:
        if direction == "up":
            return (goal * Decimal("0.8"), goal * Decimal("0.9"), goal)
        return (goal, goal * Decimal("1.1"), goal * Decimal("1.2"))
    present = sorted(value for value in values if value is not None)
    if not present:
        return (Decimal(0), Decimal(0), Decimal(0))
    last = len(present) - 1
    quarters = [present[round(last * part / 4)] for part in (1, 2, 3)]
    return (quarters[0], quarters[1], quarters[2])


def band(value: Decimal | None, limits: Sequence[Decimal], direction: str) -> int | None:
    """0 (worst) to 3 (best); none without a value."""
    if value is None:
        return None
    if direction == "up":
        return sum(value >= limit for limit in limits)
    return BANDS - 1 - sum(value > limit for limit in limits)


@dataclass(frozen=True, slots=True)
class Candidate:
    """An indicator a target may mean, with the phrases plans use for it."""

    code: str
    unit: str
    phrases: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Binding:
    """The indicator proposed for a target and the phrase that decided."""

    code: str
    phrase: str


def bind(text: str, unit: str, candidates: Iterable[Candidate]) -> Binding | None:
    """Propose the indicator whose longest phrase stands in the target's text.

    Units must agree where the target states one. Two indicators with phrases of equal length
    make a tie, and a tie proposes nothing: a person decides.
    """
    folded = fold(text)
    found = [
        (len(fold(phrase)), candidate.code, phrase)
        for candidate in candidates
        if not unit or unit == candidate.unit
        for phrase in candidate.phrases
        if fold(phrase) in folded
    ]
    if not found:
        return None
    found.sort(key=lambda each: (-each[0], each[1]))
    tied = {code for length, code, _ in found if length == found[0][0]}
    return Binding(found[0][1], found[0][2]) if len(tied) == 1 else None
