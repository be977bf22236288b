"""How well a reading agrees with the gold: precision, recall and F1 by field.

**Matching.** Gold and read rows are paired one to one, the most alike first. Two targets are alike
by the words of their names (half of the weight), then value, comparator, level and deadline; two
tasks by the words of action, lead and deadline. Rows whose names share less than a third of their
words and whose values differ are no pair. A row without a partner is missed, or false.

**A name agrees** when the two, in small letters, without punctuation, without the words in
brackets and without an opening `tỷ lệ`, `tỷ trọng`, `số`, `số lượng`, `mức`, differ in at most one
word of eight (and in one word of shorter names of at least four): an edit distance over words,
where a swapped, a missing and an extra word count one.  An action may differ in one word of five.
An organisation agrees when it is the same after `UBND`, `HĐND` are written out and old and new
places of the tone mark (`Uỷ`, `Ủy`) are made one.

**A target is right** when name, comparator, value, second value and unit agree.  **A task is
right** when action, lead and deadline agree; its deadline is the day or, where the gold names one,
the frequency.  A task whose document states no deadline may carry the plan's own last day.
Coordinating organisations are reported apart, as sets.

A level is judged where the gold states one.

`optional` gold rows count neither when they are missed nor when they are read.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from difflib import SequenceMatcher
from typing import Any, TypeVar

from gold import Gold, GoldTarget, GoldTask, Measure

from cotmoc.plantext import Plan, Target
from cotmoc.plantext.model import Task

G = TypeVar("G")
R = TypeVar("R")

_OPENING = re.compile(r"^(?:(?:tỷ|tỉ) (?:lệ|trọng)|số lượng|số|mức) ")
_SHORT = (
    (re.compile(r"\bubnd\b"), "ủy ban nhân dân"),
    (re.compile(r"\bhđnd\b"), "hội đồng nhân dân"),
)
_TONES = (
    ("uỷ", "ủy"),
    ("hoà", "hòa"),
    ("hoá", "hóa"),
    ("uý", "úy"),
    ("tuỳ", "tùy"),
    ("xoá", "xóa"),
)
TARGET_FIELDS = ("name", "comparator", "value", "unit", "level", "deadline", "right")
TASK_FIELDS = ("action", "lead", "deadline", "coordinating", "right")
HEAD_FIELDS = ("type", "reference", "date", "issuer", "year", "since", "horizon")


# --- agreement of words ---------------------------------------------------------------------------


def plain(words: str | None) -> str:
    """Small letters, no punctuation, no brackets, one spelling of tones."""
    text = unicodedata.normalize("NFC", words or "").lower()
    text = re.sub(r"\([^()]*\)", " ", text)
    text = " ".join(re.sub(r"[^\w/%]+", " ", text).split())
    for old, new in _TONES:
        text = text.replace(old, new)
    return text


def organisation(words: str | None) -> str:
    text = plain(words)
    for short, full in _SHORT:
        text = short.sub(full, text)
    return text


def word_distance(left: Sequence[str], right: Sequence[str]) -> int:
    row = list(range(len(right) + 1))
    for number, word in enumerate(left, 1):
        before, row[0] = row[0], number
        for place, other in enumerate(right, 1):
            kept = before if word == other else before + 1
            before = row[place]
            row[place] = min(kept, row[place] + 1, row[place - 1] + 1)
    return row[-1]


def same_name(gold: str, read: str) -> bool:
    left, right = (_OPENING.sub("", plain(words)).split() for words in (gold, read))
    longest = max(len(left), len(right))
    allowed = max(longest // 8, 1 if longest >= 4 else 0)
    return word_distance(left, right) <= allowed


def same_action(gold: str, read: str) -> bool:
    left, right = plain(gold).split(), plain(read).split()
    return word_distance(left, right) <= max(len(left), len(right)) // 5


def likeness(left: str, right: str) -> float:
    """The share of words in common, in order: 0 to 1."""
    return SequenceMatcher(None, plain(left).split(), plain(right).split(), autojunk=False).ratio()


def same_day(gold: str | None, read: str | None) -> bool:
    return gold == (f"{read}-12-31" if read and len(read) == 4 else read)


# --- one document ---------------------------------------------------------------------------------


@dataclass
class Tally:
    """How many gold rows there are, how many were read, and how many agree."""

    gold: int = 0
    read: int = 0
    right: int = 0

    def __iadd__(self, other: Tally) -> Tally:
        self.gold += other.gold
        self.read += other.read
        self.right += other.right
        return self

    @property
    def precision(self) -> float:
        return self.right / self.read if self.read else 1.0

    @property
    def recall(self) -> float:
        return self.right / self.gold if self.gold else 1.0

    @property
    def f1(self) -> float:
        both = self.gold + self.read
        return 2 * self.right / both if both else 1.0


@dataclass
class Score:
    """One document's tallies by field, and each difference in words."""

    targets: dict[str, Tally] = field(default_factory=dict)
    tasks: dict[str, Tally] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)
    head: list[str] = field(default_factory=list)
    doubts: list[str] = field(default_factory=list)
    left_alone: list[str] = field(default_factory=list)

    @property
    def lines(self) -> list[str]:
        return [*self.head, *self.problems, *self.doubts, *self.left_alone]


def score(plan: Plan, gold: Gold) -> Score:
    found = Score()
    _score_targets(plan, gold, found)
    _score_tasks(plan, gold, found)
    found.head = _head_problems(plan, gold.head)
    codes = {doubt.code for doubt in plan.doubts}
    found.doubts = [f"doubt not raised: {code}" for code in gold.doubts if code not in codes]
    counts: dict[str, int] = {}
    for left in plan.left_alone:
        counts[left.reason] = counts.get(left.reason, 0) + 1
    found.left_alone = [
        f"left alone as {reason}: {counts.get(reason, 0)} lines, gold {number}"
        for reason, number in gold.left_alone.items()
        if counts.get(reason, 0) < number
    ]
    return found


def total(tallies: Iterable[dict[str, Tally]], fields: Sequence[str]) -> dict[str, Tally]:
    summed = {name: Tally() for name in fields}
    for each in tallies:
        for name in fields:
            summed[name] += each[name]
    return summed


def pair(
    gold: Sequence[G], read: Sequence[R], alike: Callable[[G, R], float]
) -> list[tuple[G | None, R | None]]:
    """One to one, the most alike first; in document order among equals."""
    scored = [
        (-alike(one, other), abs(g * len(read) - r * len(gold)), g, r)
        for g, one in enumerate(gold)
        for r, other in enumerate(read)
    ]
    taken_gold: dict[int, int] = {}
    taken_read: set[int] = set()
    for value, _, g, r in sorted(scored):
        if value < 0 and g not in taken_gold and r not in taken_read:
            taken_gold[g] = r
            taken_read.add(r)
    pairs: list[tuple[G | None, R | None]] = [
        (one, read[taken_gold[g]] if g in taken_gold else None) for g, one in enumerate(gold)
    ]
    return pairs + [(None, other) for r, other in enumerate(read) if r not in taken_read]


# --- targets --------------------------------------------------------------------------------------


def _measure(target: Target) -> Measure:
    return Measure(target.comparator, target.value, target.value_high, target.unit)


def _alike_targets(gold: GoldTarget, read: Target) -> float:
    name = max(likeness(each, read.name) for each in gold.names)
    value = any(each.value == read.value for each in gold.measures)
    if name < 1 / 3 and not (value and name > 0.15):
        return 0.0
    comparator = any(each.comparator == read.comparator for each in gold.measures)
    level, deadline = gold.level in (None, read.level), same_day(gold.deadline, read.deadline)
    return 5 * name + 2 * value + comparator + level + deadline


def _target_agreement(gold: GoldTarget, read: Target) -> dict[str, bool]:
    measures = gold.measures
    agrees = {
        "name": any(same_name(each, read.name) for each in gold.names),
        "comparator": any(each.comparator == read.comparator for each in measures),
        "value": any((m.value, m.value_high) == (read.value, read.value_high) for m in measures),
        "unit": any(each.unit in (read.unit, None) for each in measures),
        "level": gold.level in (None, read.level),
        "deadline": same_day(gold.deadline, read.deadline),
    }
    whole = any(_same_measure(each, _measure(read)) for each in measures)
    return {**agrees, "right": agrees["name"] and whole}


def _same_measure(gold: Measure, read: Measure) -> bool:
    # A target without a number has no unit to agree on.
    unit = gold.unit == read.unit or gold.value is None
    same = (gold.comparator, gold.value, gold.value_high) == (
        read.comparator,
        read.value,
        read.value_high,
    )
    return same and unit


def _score_targets(plan: Plan, gold: Gold, found: Score) -> None:
    pairs = pair(gold.targets, plan.targets, _alike_targets)
    found.targets = {name: Tally() for name in TARGET_FIELDS}
    for one, other in pairs:
        if one and one.optional:
            continue
        agrees = _target_agreement(one, other) if one and other else {}
        for name in TARGET_FIELDS:
            found.targets[name] += Tally(bool(one), bool(other), agrees.get(name, False))
        _tell(found, "target", _gold_target(one), _read_target(other), agrees)


def _gold_target(gold: GoldTarget | None) -> str | None:
    if gold is None:
        return None
    m = gold.measures[0]
    value = f"{m.value}..{m.value_high}" if m.value_high else m.value
    return f"{gold.names[0]} | {m.comparator} {value} {m.unit} | {gold.level} | {gold.deadline}"


def _read_target(read: Target | None) -> str | None:
    if read is None:
        return None
    value = f"{read.value}..{read.value_high}" if read.value_high else read.value
    told = f"{read.name} | {read.comparator} {value} {read.unit} | {read.level} | {read.deadline}"
    return f"{told}   from: {' '.join(read.quote.split())[:160]}"


def _tell(
    found: Score, what: str, gold: str | None, read: str | None, agrees: dict[str, bool]
) -> None:
    if gold and read and all(agrees.values()):
        return
    wrong = ", ".join(name for name, good in agrees.items() if not good and name != "right")
    verdict = "missed" if read is None else "false" if gold is None else f"differs in {wrong}"
    if agrees.get("right"):
        verdict = f"right, but differs in {wrong}"
    found.problems.append(f"{what} {verdict}\n      gold: {gold}\n      read: {read}")


# --- tasks ----------------------------------------------------------------------------------------


def _alike_tasks(gold: GoldTask, read: Task) -> float:
    action = max(likeness(each, read.action) for each in gold.actions)
    if action < 0.3:
        return 0.0
    lead = any(organisation(each) == organisation(read.lead) for each in gold.leads)
    return 5 * action + 2 * lead + any(same_day(each, read.deadline) for each in gold.deadlines)


def _task_agreement(gold: GoldTask, read: Task, horizon: str | None) -> dict[str, bool]:
    agrees = {
        "action": any(same_action(each, read.action) for each in gold.actions),
        "lead": any(organisation(each) == organisation(read.lead) for each in gold.leads),
        "deadline": _same_time(gold, read, horizon),
        "coordinating": {organisation(each) for each in gold.coordinating}
        == {organisation(each) for each in read.coordinating},
    }
    return {**agrees, "right": agrees["action"] and agrees["lead"] and agrees["deadline"]}


def _same_time(gold: GoldTask, read: Task, horizon: str | None) -> bool:
    days = (read.deadline is None, *(same_day(day, read.deadline) for day in gold.deadlines))
    stated = any(days[1:]) if gold.deadlines else days[0] or same_day(horizon, read.deadline)
    return stated and (not gold.frequencies or read.frequency in gold.frequencies)


def _score_tasks(plan: Plan, gold: Gold, found: Score) -> None:
    pairs = pair(gold.tasks, plan.tasks, _alike_tasks)
    horizon = f"{plan.head.horizon}-12-31" if plan.head.horizon else None
    forgiven = gold.optional_tasks
    found.tasks = {name: Tally() for name in TASK_FIELDS}
    for one, other in pairs:
        if one and one.optional:
            continue
        if one is None and other and other.lead is None and forgiven:
            forgiven -= 1
            continue
        agrees = _task_agreement(one, other, horizon) if one and other else {}
        for name in TASK_FIELDS:
            found.tasks[name] += Tally(bool(one), bool(other), agrees.get(name, False))
        _tell(found, "task", _gold_task(one), _read_task(other), agrees)


def _gold_task(gold: GoldTask | None) -> str | None:
    if gold is None:
        return None
    time = [*gold.deadlines, *gold.frequencies]
    return f"{gold.actions[0]} | {gold.leads[0]} | {list(gold.coordinating)} | {time}"


def _read_task(read: Task | None) -> str | None:
    if read is None:
        return None
    told = f"{read.action} | {read.lead} | {list(read.coordinating)}"
    return (
        f"{told} | {read.deadline}, {read.frequency}   from: {' '.join(read.quote.split())[:160]}"
    )


# --- head -----------------------------------------------------------------------------------------


def _head_problems(plan: Plan, gold: dict[str, Any]) -> list[str]:
    problems = []
    for name, value in gold.items():
        read: Any = getattr(plan.head, name)
        accepted = value if isinstance(value, list) else [value]
        same = organisation if name == "issuer" else str
        if same(read) not in [same(each) for each in accepted]:
            problems.append(f"head {name}: gold {value!r}, read {read!r}")
    return problems
