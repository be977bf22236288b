"""The front door: text in, `Plan` out."""

from __future__ import annotations

import re
from bisect import bisect_right
from dataclasses import dataclass, field, replace
from pathlib import Path

from cotmoc.plantext import source
from cotmoc.plantext.doubts import find_doubts, flag_targets, in_order, is_doubt
from cotmoc.plantext.formats.cleaning import clean
from cotmoc.plantext.grids import Grid, find_grids, read_rows
from cotmoc.plantext.head import read_head, with_citations
from cotmoc.plantext.lines import cut_pieces
from cotmoc.plantext.measures import join_level_rows
from cotmoc.plantext.model import Clause, Doubt, Head, LeftAlone, Plan, Reason, Target, Task
from cotmoc.plantext.origins import SourceText
from cotmoc.plantext.promises import Course, LabelsAbove, quoted_wording, read_statement
from cotmoc.plantext.statements import Statement, cut_statements
from cotmoc.plantext.structure import Passage, StructureReader, join_wrapped_lines
from cotmoc.plantext.targets import Finding
from cotmoc.plantext.tasks import TaskReading, read_tasks
from cotmoc.plantext.words import fold
from cotmoc.plantext.wrapping import paragraph_starts

# `find_doubts` tells of it wherever it stands.
_TOLD_ELSEWHERE = ("impossible_date",)
_NUMBER_WITH_PERCENT = re.compile(r"\d\s?%")


def read_file(path: Path, max_bytes: int = source.MAX_BYTES) -> Plan:
    """Reads a file of any known format.  Raises `UnreadableText` when it holds no text."""
    return read_plan(source.load(path, max_bytes))


def read_plan(given: str | SourceText) -> Plan:
    """Reads any text; text that states no target gives a plan without targets."""
    origin = given if isinstance(given, SourceText) else SourceText(clean(given))
    text = origin.text
    pieces = cut_pieces(text)
    reading = read_head(text, pieces)
    starts = paragraph_starts(origin)
    blocks = join_wrapped_lines(text, pieces, reading.header_end, starts)
    year = _year(reading.head)
    grids = {grid.table.start: grid for grid in find_grids(text, origin.tables, year)}
    tables = [grid.table for grid in grids.values()]
    passages = StructureReader(text, reading.header_end, tables).read(blocks)
    head = with_citations(text, reading.head, passages)
    collector = _Collector(text, head, read_tasks(text, passages, year), year)
    for passage in passages:
        if passage.clause.kind == "table":
            collector.add_table(passage, grids[passage.clause.start])
        else:
            collector.add(passage)
    clauses = tuple(passage.clause for passage in passages)
    targets = flag_targets(sorted(collector.targets, key=lambda target: target.start), head)
    found = find_doubts(text, clauses, targets, head)
    return Plan(
        text=text,
        head=head,
        clauses=clauses,
        targets=tuple(targets),
        doubts=tuple(in_order([*collector.doubts, *found])),
        tasks=tuple(sorted(collector.tasks, key=lambda task: task.start)),
        left_alone=tuple(collector.left_alone),
        source=origin,
    )


def _year(head: Head) -> int | None:
    """The year that completes a date such as `30/6`."""
    return head.year or (int(head.date[:4]) if head.date else None)


@dataclass(slots=True)
class _Collector:
    """Gathers targets, doubts and what was left alone, passage by passage."""

    text: str
    head: Head
    reading: TaskReading
    year: int | None
    targets: list[Target] = field(default_factory=list)
    tasks: list[Task] = field(default_factory=list)
    _tasks_of: dict[str, list[Task]] = field(default_factory=dict)
    doubts: list[Doubt] = field(default_factory=list)
    left_alone: list[LeftAlone] = field(default_factory=list)
    _line_starts: list[int] = field(init=False)
    _course: Course = field(init=False)
    _labels: LabelsAbove = field(default_factory=LabelsAbove)

    def __post_init__(self) -> None:
        self._course = Course(year=self.head.year)
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
            self._labels.label_for(self.text, passage)
            if clause.kind == "heading":
                self._course.pass_heading(fold(self.text[passage.body : clause.end]))
            if not tasks:
                self._leave(clause, clause.start, clause.end, self._reason(passage))
            return
        amended = quoted_wording(self.text, passage.body, clause.end)
        reading = replace(clause, role="goals") if amended else clause
        span = amended or (passage.body, clause.end)
        statements = join_level_rows(cut_statements(self.text, *span))
        leads = _leads(statements)
        unread: list[Statement] = []
        found_any = bool(tasks)
        self._course.open_clause(self._labels.label_for(self.text, passage))
        for statement, lead in zip(statements, leads, strict=True):
            self._course.move_to(statement)
            findings = read_statement(statement, reading, self._course)
            for finding in findings:
                self._take(finding, passage, lead)
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

    # --- tables and tasks -----------------------------------------------------------------------

    def add_table(self, passage: Passage, grid: Grid) -> None:
        """Takes what the rows state; the other rows are left alone, and so are last year's."""
        clause = passage.clause
        if clause.role == "results":
            self._leave(clause, clause.start, clause.end, "result")
            return
        self._course.open_clause()
        position = clause.start
        for row in read_rows(self.text, grid, clause.address, self.year):
            if row.start < position or not (row.targets or row.task):
                continue
            self._leave(clause, position, row.start, "table")
            position = row.end
            for found in row.targets:
                pillar = found.pillar or clause.pillar
                place = replace(passage, clause=replace(clause, pillar=pillar))
                self._take(found.finding, place, found.lead)
            if row.task:
                self._take_task(row.task, clause)
        self._leave(clause, position, clause.end, "table")

    def _take_task(self, task: Task, clause: Clause) -> None:
        self.tasks.append(task)
        for flag in task.flags:
            if is_doubt(flag, None) and flag not in _TOLD_ELSEWHERE:
                self._doubt(flag, task.start, task.end, clause)

    # --- targets --------------------------------------------------------------------------------

    def _take(self, finding: Finding, passage: Passage, lead: str | None) -> None:
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
            deadline=finding.deadline or self._course.deadline or passage.deadline or default,
            baseline=finding.baseline,
            modality=self._course.modality,
            exclusion=finding.exclusion,
            subjects=finding.subjects,
            flags=self._flags(finding, passage),
            rule=finding.rule,
            clause=clause.address,
            lead=lead,
            origin=finding.origin,
        )
        self.targets.append(target)

    def _flags(self, finding: Finding, passage: Passage) -> tuple[str, ...]:
        glued = ("two_targets_one_line",) if passage.glued else ()
        return (*finding.flags, *glued)

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
            if reason != "result" and _NUMBER_WITH_PERCENT.search(words):
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
