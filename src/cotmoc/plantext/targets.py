"""Reads the targets with a number out of one statement."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from cotmoc.plantext import names, scope
from cotmoc.plantext.deadlines import find_deadline
from cotmoc.plantext.measures import Measure, divide, find_promises, read_measures
from cotmoc.plantext.model import Comparator, Level, Unit
from cotmoc.plantext.numbers import Quantity
from cotmoc.plantext.statements import MAX_STATEMENT, Statement, lead_bracket_start
from cotmoc.plantext.titles import Title, title_of
from cotmoc.plantext.words import fold, has_letters, trimmed_span

_MAX_QUANTITIES = 40
_MIN_NAME = 3


@dataclass(frozen=True, slots=True)
class Finding:
    """What one statement says about one target, before the document's context is added."""

    start: int
    end: int
    name: str
    comparator: Comparator
    value: str | None
    value_high: str | None
    unit: Unit | None
    of: str | None
    level: Level | None
    deadline: str | None
    baseline: str | None
    exclusion: str | None
    subjects: tuple[str, ...]
    flags: tuple[str, ...]
    rule: str


@dataclass(frozen=True, slots=True)
class _Row:
    """The numbers of one subject; in a series each of them is for a level of its own."""

    part: Statement
    measures: list[Measure]
    is_series: bool
    flags: tuple[str, ...]


def read_measured_targets(statement: Statement, in_goals: bool) -> list[Finding]:
    if len(statement.raw) > MAX_STATEMENT:
        return []
    found = find_promises(statement, in_goals)
    if not 0 < len(found) <= _MAX_QUANTITIES:
        return []
    return [
        finding
        for part in divide(statement, found)
        for finding in _read_row(part, read_measures(part, find_promises(part, in_goals)))
    ]


def _read_row(part: Statement, measures: list[Measure]) -> Iterator[Finding]:
    if not measures:
        return
    head = names.head_of(part.words[: measures[0].start])
    row = _row(part, measures)
    for index in range(len(measures)):
        title = title_of(head, measures, index, row.is_series)
        if len(title.name) >= _MIN_NAME and has_letters(title.name):
            yield _finding(row, index, title)


def _row(part: Statement, measures: list[Measure]) -> _Row:
    levels = [scope.levels_named(fold(measure.scope)) for measure in measures]
    is_series = sum(1 for named in levels if len(named) == 1) > 1
    return _Row(part, measures, is_series, _row_flags(measures, levels, is_series))


def _row_flags(
    measures: list[Measure], levels: list[list[Level]], is_series: bool
) -> tuple[str, ...]:
    flags = []
    named = [level for piece in levels for level in piece]
    if is_series and len(set(named)) < len(named):
        flags.append("level_doubled")
    later = measures[1:]
    if measures[0].wording.explicit and any(not measure.wording.explicit for measure in later):
        flags.append("comparator_maybe_shared")
    return tuple(flags)


def _finding(row: _Row, index: int, title: Title) -> Finding:
    part, measure = row.part, row.measures[index]
    quantity, of = measure.quantity, title.of
    start, end = _quote_span(row, index)
    own_words = fold(measure.scope) if len(row.measures) > 1 else part.folded
    unit: Unit = "%/year" if title.rule == "growth" else quantity.unit
    return Finding(
        start=part.start + start,
        end=part.start + end,
        name=title.name,
        comparator="rank<=" if quantity.unit == "rank" else measure.wording.comparator,
        value=quantity.value,
        value_high=quantity.value_high,
        unit=unit,
        of=of,
        level=scope.level_of(own_words, of),
        deadline=find_deadline(fold(measure.tail)) or find_deadline(part.folded),
        baseline=quantity.baseline or names.compared_with(measure.tail),
        exclusion=scope.read_exclusion(part.raw),
        subjects=scope.split_subjects(of if unit == "%" else None),
        flags=row.flags + _own_flags(quantity, own_words, unit, of),
        rule=title.rule,
    )


def _own_flags(quantity: Quantity, words: str, unit: Unit, of: str | None) -> tuple[str, ...]:
    flags = []
    if unit == "%" and (of is None or fold(of).startswith(("từng ngành", "mỗi ngành"))):
        flags.append("denominator_unnamed")
    if unit == "rank" and quantity.total is None:
        flags.append("denominator_unnamed")
    if len(scope.levels_named(words)) > 1:
        flags.append("several_levels")
    if quantity.dot_as_decimal:
        flags.append("dot_as_decimal")
    return tuple(flags)


def _quote_span(row: _Row, index: int) -> tuple[int, int]:
    """The first piece carries the shared subject; the last one what follows, up to the lead."""
    part, measure = row.part, row.measures[index]
    start = 0 if index == 0 else measure.start
    if row.is_series or index < len(row.measures) - 1:
        end = measure.tail_end
    else:
        bracket = lead_bracket_start(part.raw)
        end = len(part.raw) if bracket is None else max(bracket, measure.tail_end)
    return trimmed_span(part.raw, start, end)
