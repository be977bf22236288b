"""The front door: text in, `Plan` out."""

from __future__ import annotations

import re
from bisect import bisect_right
from dataclasses import dataclass, field, replace
from pathlib import Path

from cotmoc.plantext import source, wording
from cotmoc.plantext.comparators import read_modality
from cotmoc.plantext.deadlines import find_deadline
from cotmoc.plantext.grids import Grid, find_grids, read_rows
from cotmoc.plantext.head import read_head
from cotmoc.plantext.lines import Piece, cut_pieces
from cotmoc.plantext.measures import join_level_rows
from cotmoc.plantext.model import Clause, Doubt, Head, LeftAlone, Plan, Reason, Target, Task
from cotmoc.plantext.origins import SourceText
from cotmoc.plantext.qualitative import read_qualitative_targets
from cotmoc.plantext.statements import Statement, cut_statements
from cotmoc.plantext.structure import Passage, StructureReader, join_wrapped_lines
from cotmoc.plantext.targets import Finding, read_measured_targets
from cotmoc.plantext.tasks import TaskReading, read_tasks
from cotmoc.plantext.words import fold, normalise

DISTRICTS_ABOLISHED = "2025-07-01"
# Most tasks of most plans have no date of their own: a fact of the row, not a doubt.
_NOT_DOUBTED = ("no_deadline", "impossible_date")
_NUMBER_WITH_PERCENT = re.compile(r"\d\s?%")
_GRDP = re.compile(r"(?<!\w)gr?dp(?!\w)")
_GDP = re.compile(r"(?<!\w)gdp(?!\w)")


def read_file(path: Path, max_bytes: int = source.MAX_BYTES) -> Plan:
    """Reads a text file.  Raises `UnreadableText` when it holds no readable text."""
    return read_plan(source.load_text(path, max_bytes))


def read_plan(given: str | SourceText) -> Plan:
    """Reads any text; text that states no target gives a plan without targets."""
    origin = given if isinstance(given, SourceText) else SourceText(normalise(given))
    text = origin.text
    pieces = cut_pieces(text)
    reading = read_head(text, pieces)
    year = _year(reading.head)
    grids = [
        grid
        for grid in find_grids(text, origin.tables, year)
        if grid.table.start >= reading.header_end
    ]
    blocks = join_wrapped_lines(text, _outside(pieces, grids), reading.header_end)
    passages = StructureReader(text, reading.header_end).read(blocks)
    tasks = read_tasks(text, passages, year)
    collector = _Collector(text, reading.head, tasks, year)
    by_start = {grid.table.start: grid for grid in grids}
    passages = _with_tables(text, passages, grids)
    for passage in passages:
        if passage.clause.kind == "table":
            collector.add_table(passage, by_start[passage.clause.start])
        else:
            collector.add(passage)
    return Plan(
        text=text,
        head=reading.head,
        clauses=tuple(passage.clause for passage in passages),
        targets=tuple(sorted(collector.targets, key=lambda target: target.start)),
        doubts=tuple(collector.doubts),
        left_alone=tuple(collector.left_alone),
        tasks=tuple(sorted(collector.tasks, key=lambda task: task.start)),
        source=origin,
    )


def _year(head: Head) -> int | None:
    """The year that completes a date such as `30/6`."""
    return head.year or (int(head.date[:4]) if head.date else None)


def _outside(pieces: list[Piece], grids: list[Grid]) -> list[Piece]:
    """The pieces that lie in no table."""
    starts = [grid.table.start for grid in grids]

    def is_outside(piece: Piece) -> bool:
        index = bisect_right(starts, piece.start) - 1
        return index < 0 or piece.start >= grids[index].table.end

    return [piece for piece in pieces if is_outside(piece)]


def _with_tables(text: str, passages: list[Passage], grids: list[Grid]) -> list[Passage]:
    """One passage for each table, in the section it stands in."""
    merged = list(passages)
    for number, grid in enumerate(grids, start=1):
        start, end = grid.table.start, grid.table.end
        place = bisect_right([passage.clause.start for passage in merged], start)
        before = merged[place - 1] if place else None
        role = before.clause.role if before else "other"
        pillar = before.clause.pillar if before else None
        level = before.clause.level if before else 0
        clause = Clause(f"b{number}", level, "table", role, pillar, start, end)
        reason: Reason = "result" if before and _reports(text, before) else "table"
        deadline = before.deadline if before else None
        passage = Passage(clause, start, reason, reason != "result", False, deadline)
        merged.insert(place, passage)
    return merged


def _reports(text: str, passage: Passage) -> bool:
    """Does the passage stand in, or open, a section on results?"""
    clause = passage.clause
    heading = clause.kind == "heading" and fold(text[passage.body : clause.end])
    return passage.reason == "result" or bool(heading and wording.is_results_heading(heading))


@dataclass(slots=True)
class _Sentence:
    """What earlier statements of a sentence hand on: a goal cue and a deadline."""

    number: int = -1
    announced: bool = False
    deadline: str | None = None

    def move_to(self, statement: Statement) -> None:
        if statement.sentence != self.number:
            self.number, self.announced, self.deadline = statement.sentence, False, None
        self.announced = self.announced or wording.has_goal_cue(statement.folded)
        self.deadline = find_deadline(statement.folded) or self.deadline


@dataclass(slots=True)
class _Collector:
    """Gathers targets, doubts and what was left alone, passage by passage."""

    text: str
    head: Head
    reading: TaskReading
    year: int | None
    targets: list[Target] = field(default_factory=list)
    tasks: list[Task] = field(default_factory=list)
    doubts: list[Doubt] = field(default_factory=list)
    left_alone: list[LeftAlone] = field(default_factory=list)
    _line_starts: list[int] = field(init=False)
    _tasks_of: dict[str, list[Task]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        newlines = (match.end() for match in re.finditer("\n", self.text))
        self._line_starts = [0, *newlines]
        for task in self.reading.tasks:
            self._tasks_of.setdefault(task.clause, []).append(task)

    def add(self, passage: Passage) -> None:
        clause = passage.clause
        tasks = self._tasks_of.get(clause.address, [])
        for task in tasks:
            self._take_task(task, clause)
        if not passage.readable:
            if not tasks:
                self._leave(clause, clause.start, clause.end, self._reason(passage))
            return
        statements = join_level_rows(cut_statements(self.text, passage.body, clause.end))
        leads = _leads(statements)
        unread: list[Statement] = []
        found_any = bool(tasks)
        sentence = _Sentence()
        for statement, lead in zip(statements, leads, strict=True):
            sentence.move_to(statement)
            findings = _read_statement(statement, clause, sentence)
            for finding in findings:
                self._take(finding, passage, statement, lead, sentence.deadline)
            found_any = found_any or bool(findings)
            if not findings and not _lies_in(statement, tasks):
                unread.append(statement)
        self._leave_rest(passage, unread, found_any)

    def _leave_rest(self, passage: Passage, unread: list[Statement], found_any: bool) -> None:
        clause, reason = passage.clause, self._reason(passage)
        if not found_any:
            self._leave(clause, clause.start, clause.end, reason)
            return
        for statement in unread:
            self._leave(clause, statement.start, statement.end, reason)

    def _reason(self, passage: Passage) -> Reason:
        told = passage.clause.address in self.reading.details
        return "task_detail" if told else passage.reason

    # --- tables and tasks -------------------------------------------------------------------------

    def add_table(self, passage: Passage, grid: Grid) -> None:
        """Takes what the rows state; the other rows are left alone."""
        clause = passage.clause
        if not passage.readable:
            self._leave(clause, clause.start, clause.end, passage.reason)
            return
        position = clause.start
        for row in read_rows(self.text, grid, clause.address, self.year):
            if row.start < position or not (row.targets or row.task):
                continue
            self._leave(clause, position, row.start, "table")
            position = row.end
            for found in row.targets:
                raw = self.text[found.finding.start : found.finding.end]
                statement = Statement(found.finding.start, raw, raw, fold(raw), 0)
                pillar = found.pillar or clause.pillar
                place = replace(passage, clause=replace(clause, pillar=pillar))
                self._take(found.finding, place, statement, found.lead, None)
            if row.task:
                self._take_task(row.task, clause)
        self._leave(clause, position, clause.end, "table")

    def _take_task(self, task: Task, clause: Clause) -> None:
        self.tasks.append(task)
        for flag in task.flags:
            if flag not in _NOT_DOUBTED:
                self._doubt(flag, task.start, task.end, clause)

    # --- targets --------------------------------------------------------------------------------

    def _take(
        self,
        finding: Finding,
        passage: Passage,
        statement: Statement,
        lead: str | None,
        sentence_deadline: str | None,
    ) -> None:
        clause = passage.clause
        default = f"{self.head.horizon}-12-31" if self.head.horizon else None
        target = Target(
            quote=self.text[finding.start : finding.end],
            start=finding.start,
            end=finding.end,
            name=finding.name,
            comparator=finding.comparator,
            value=finding.value,
            value_high=finding.value_high,
            unit=finding.unit,
            of=finding.of,
            level=finding.level,
            pillar=clause.pillar,
            deadline=finding.deadline or sentence_deadline or passage.deadline or default,
            baseline=finding.baseline,
            modality=read_modality(statement.folded),
            exclusion=finding.exclusion,
            subjects=finding.subjects,
            flags=self._flags(finding, passage),
            rule=finding.rule,
            clause=clause.address,
            lead=lead,
        )
        self.targets.append(target)
        for flag in target.flags:
            self._doubt(flag, target.start, target.end, clause)

    def _flags(self, finding: Finding, passage: Passage) -> tuple[str, ...]:
        words = fold(self.text[finding.start : finding.end])
        flags = list(finding.flags)
        if finding.level == "district" and self._after_districts():
            flags.append("level_abolished")
        if "kinh kế" in words:
            flags.append("typo_kinh_ke")
        if passage.glued:
            flags.append("two_targets_one_line")
        if _GRDP.search(words):
            flags.append("grdp")
        if _GDP.search(words):
            flags.append("gdp_for_grdp")
        return tuple(flags)

    def _after_districts(self) -> bool:
        """Judged by the document's date, or by its year when it has no date."""
        moment = self.head.date or (f"{self.head.year}-01-01" if self.head.year else "")
        return moment >= DISTRICTS_ABOLISHED

    # --- what is left alone ---------------------------------------------------------------------

    def _leave(self, clause: Clause, start: int, end: int, reason: Reason) -> None:
        """One entry for each physical line of the span that is not blank."""
        for line, left, right in self._lines_between(start, end):
            words = self.text[left:right]
            if not words.strip():
                continue
            left += len(words) - len(words.lstrip())
            words = words.strip()
            self.left_alone.append(LeftAlone(left, left + len(words), line, words, reason))
            if _NUMBER_WITH_PERCENT.search(words):
                self._doubt("number_not_read", left, left + len(words), clause)

    def _lines_between(self, start: int, end: int) -> list[tuple[int, int, int]]:
        spans = []
        line = self._line_of(start)
        while start < end:
            following = self._line_starts[line] if line < len(self._line_starts) else len(self.text)
            spans.append((line, start, min(end, following)))
            start, line = following, line + 1
        return spans

    def _line_of(self, offset: int) -> int:
        return bisect_right(self._line_starts, offset)

    def _doubt(self, code: str, start: int, end: int, clause: Clause) -> None:
        self.doubts.append(Doubt(code, start, end, self._line_of(start), clause.address))


def _leads(statements: list[Statement]) -> list[str | None]:
    """A lead at the end of a bullet holds for the statements before it as well."""
    leads: list[str | None] = []
    following: str | None = None
    for statement in reversed(statements):
        following = statement.lead or following
        leads.append(following)
    return leads[::-1]


def _lies_in(statement: Statement, tasks: list[Task]) -> bool:
    return any(statement.start < task.end and task.start < statement.end for task in tasks)


def _read_statement(statement: Statement, clause: Clause, sentence: _Sentence) -> list[Finding]:
    in_goals = clause.role == "goals"
    if not in_goals and not _promises_something(statement, sentence):
        return []
    measured = read_measured_targets(statement, in_goals)
    return measured or (read_qualitative_targets(statement) if in_goals else [])


def _promises_something(statement: Statement, sentence: _Sentence) -> bool:
    """Outside the goals a number counts only when announced, and never as a past result."""
    announced = sentence.announced or wording.has_target_form(statement.folded.lstrip())
    return announced and not wording.has_result_cue(statement.folded)
