"""The front door: text in, `Plan` out."""

from __future__ import annotations

import re
from bisect import bisect_right
from dataclasses import dataclass, field
from pathlib import Path

from cotmoc.plantext import source
from cotmoc.plantext.doubts import find_doubts, flag_targets, in_order
from cotmoc.plantext.head import read_head
from cotmoc.plantext.lines import cut_pieces
from cotmoc.plantext.measures import join_level_rows
from cotmoc.plantext.model import Clause, Doubt, Head, LeftAlone, Plan, Reason, Target
from cotmoc.plantext.promises import Course, LabelsAbove, read_statement
from cotmoc.plantext.statements import Statement, cut_statements
from cotmoc.plantext.structure import Passage, StructureReader, join_wrapped_lines
from cotmoc.plantext.targets import Finding
from cotmoc.plantext.words import normalise

_NUMBER_WITH_PERCENT = re.compile(r"\d\s?%")


def read_file(path: Path, max_bytes: int = source.MAX_BYTES) -> Plan:
    """Reads a text file.  Raises `UnreadableText` when it holds no readable text."""
    return read_plan(source.load_text(path, max_bytes))


def read_plan(text: str) -> Plan:
    """Reads any text; text that states no target gives a plan without targets."""
    text = normalise(text)
    pieces = cut_pieces(text)
    reading = read_head(text, pieces)
    blocks = join_wrapped_lines(text, pieces, reading.header_end)
    passages = StructureReader(text, reading.header_end).read(blocks)
    collector = _Collector(text, reading.head)
    for passage in passages:
        collector.add(passage)
    clauses = tuple(passage.clause for passage in passages)
    targets = flag_targets(collector.targets, reading.head)
    found = find_doubts(text, clauses, targets, reading.head)
    return Plan(
        text=text,
        head=reading.head,
        clauses=clauses,
        targets=tuple(targets),
        doubts=tuple(in_order([*collector.doubts, *found])),
        left_alone=tuple(collector.left_alone),
    )


@dataclass(slots=True)
class _Collector:
    """Gathers targets, doubts and what was left alone, passage by passage."""

    text: str
    head: Head
    targets: list[Target] = field(default_factory=list)
    doubts: list[Doubt] = field(default_factory=list)
    left_alone: list[LeftAlone] = field(default_factory=list)
    _line_starts: list[int] = field(init=False)
    _course: Course = field(init=False)
    _labels: LabelsAbove = field(default_factory=LabelsAbove)

    def __post_init__(self) -> None:
        self._course = Course(year=self.head.year)
        newlines = (match.end() for match in re.finditer("\n", self.text))
        self._line_starts = [0, *newlines]

    def add(self, passage: Passage) -> None:
        clause = passage.clause
        if not passage.readable:
            self._labels.label_for(self.text, passage)
            self._leave(clause, clause.start, clause.end, passage.reason)
            return
        statements = join_level_rows(cut_statements(self.text, passage.body, clause.end))
        leads = _leads(statements)
        unread: list[Statement] = []
        found_any = False
        self._course.open_clause(self._labels.label_for(self.text, passage))
        for statement, lead in zip(statements, leads, strict=True):
            self._course.move_to(statement)
            findings = read_statement(statement, clause, self._course)
            for finding in findings:
                self._take(finding, passage, lead)
            found_any = found_any or bool(findings)
            if not findings:
                unread.append(statement)
        self._leave_rest(passage, unread, found_any)

    def _leave_rest(self, passage: Passage, unread: list[Statement], found_any: bool) -> None:
        if not found_any:
            clause = passage.clause
            self._leave(clause, clause.start, clause.end, passage.reason)
            return
        for statement in unread:
            self._leave(passage.clause, statement.start, statement.end, passage.reason)

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
