"""Decides which statements promise something, and reads the targets of those that do."""

from __future__ import annotations

import re
from dataclasses import dataclass

from cotmoc.plantext import cues, names, scope
from cotmoc.plantext.comparators import read_modality
from cotmoc.plantext.deadlines import find_deadline
from cotmoc.plantext.model import Clause, Level, Modality
from cotmoc.plantext.qualitative import read_qualitative_targets
from cotmoc.plantext.statements import Statement
from cotmoc.plantext.structure import Passage
from cotmoc.plantext.targets import Context, Finding, read_measured_targets
from cotmoc.plantext.words import fold

_MAX_LABEL = 300
# `Sửa đổi điểm a khoản 1 như sau: "a) Tỷ lệ …"`: the new wording of another document.
_NEW_WORDING = re.compile(
    r"\s{0,4}(?:sửa đổi|bổ sung|thay thế|điều chỉnh)[^\"“”]{0,300}?như sau\s?:\s{0,4}"
    r"[\"“]\s{0,2}(?:(?:[a-zđ]|\d{1,2})[.)]\s{1,4}|[-+]\s{0,4})?"
)


@dataclass(slots=True)
class Course:
    """What earlier statements hand on.

    Within a sentence an announcement, a deadline, a modality, a label and the index that was
    named; from paragraph to paragraph of prose only that goals have been announced; from a
    heading that it opens the general aim; within a paragraph that it tells what was reached.

    `year` is the year the plan is for, if it is known.
    """

    year: int | None = None
    prose_announced: bool = False
    general_aim: bool = False
    announced: bool = False
    goal_announced: bool = False
    looks_back: bool = False
    modality: Modality | None = None
    deadline: str | None = None
    label: str | None = None
    previous: Finding | None = None
    index: str | None = None
    level: Level | None = None
    _sentence: int = -1
    _clause_label: str | None = None

    def open_clause(self, label: str | None = None) -> None:
        """`label`: what the bullet above (`Tỷ lệ hồ sơ …:`) says is measured."""
        self._clause_label = label
        self.looks_back = False
        self._open_sentence(-1)

    def pass_heading(self, folded: str) -> None:
        """Under `Mục tiêu tổng quát` a deed is a wish, not a target."""
        self.general_aim = cues.opens_general_aim(folded)

    def _open_sentence(self, number: int) -> None:
        self._sentence = number
        self.announced = self.goal_announced = False
        self.deadline, self.modality, self.label = None, None, self._clause_label
        self.previous, self.index, self.level = None, None, None

    def move_to(self, statement: Statement) -> None:
        folded = statement.folded
        if statement.sentence != self._sentence:
            self._open_sentence(statement.sentence)
        if cues.announcement(folded, self.year) is not None:
            self.announced = self.goal_announced = self.prose_announced = True
            self.looks_back = False
        elif cues.tells_result(folded, year=self.year):
            self.prose_announced = False
            self.looks_back = True
        self.announced = self.announced or cues.demands(folded)
        self.deadline = find_deadline(folded, self.year) or self.deadline
        self.modality = read_modality(folded) or self.modality
        self.index = names.index_named(statement.words) or self.index

    def context(self, promised_from: int) -> Context:
        return Context(self.label, self.year, promised_from, self.previous, self.index, self.level)

    def note_label(self, statement: Statement) -> None:
        """A measured label holds for the statement it opens and those after it."""
        self.label = names.measured_label(statement.words) or self.label
        self.level = scope.level_label(statement.folded) or self.level


@dataclass(slots=True)
class LabelsAbove:
    """The last bullet or heading that only names what the ones below it measure."""

    label: str | None = None
    _owner: Clause | None = None

    def label_for(self, text: str, passage: Passage) -> str | None:
        """The label that holds for a passage; call it for every passage in order."""
        clause = passage.clause
        words = text[passage.body : clause.end]
        if self._owner is not None and not _stands_below(clause, self._owner):
            self.label, self._owner = None, None
        holding = self.label
        if len(words) < _MAX_LABEL and not any(char.isdigit() for char in words):
            label = names.measured_label(_with_colon(words))
            self.label, self._owner = (label, clause) if label else (self.label, self._owner)
        return holding


def _with_colon(words: str) -> str:
    return words if words.rstrip().endswith(":") else words.rstrip(" ;.,") + ":"


def _stands_below(clause: Clause, owner: Clause) -> bool:
    if clause.address.startswith((f"{owner.address}+", f"{owner.address}-")):
        return True
    # An unnumbered heading holds for the bullets that follow it.
    return owner.kind == "heading" and clause.kind == "bullet" and clause.level >= owner.level


def quoted_wording(text: str, start: int, end: int) -> tuple[int, int] | None:
    """Where an amending clause says the new wording, when that has the form of a target."""
    opening = _NEW_WORDING.match(fold(text[start : min(end, start + 600)]))
    if opening is None:
        return None
    left = start + opening.end()
    right = max(text.rfind('"', left, end), text.rfind("”", left, end))
    stated = cues.has_target_form(fold(text[left : left + 60]))
    return (left, right if right > left else end) if stated else None


def read_statement(statement: Statement, clause: Clause, course: Course) -> list[Finding]:
    """`course` must have been moved to the statement."""
    course.note_label(statement)
    read = _among_goals if clause.role == "goals" else _elsewhere
    findings = read(statement, clause, course)
    course.previous = findings[-1] if findings else course.previous
    return findings


def _among_goals(statement: Statement, clause: Clause, course: Course) -> list[Finding]:
    """A goal may say where it starts from; only what is plainly last year's is left."""
    announced = cues.announcement(statement.folded, course.year) is not None
    if not announced and cues.speaks_of_past_year(statement.folded, course.year):
        return []
    context = course.context(0)
    measured = read_measured_targets(statement, in_goals=True, context=context)
    takes_deeds = clause.kind == "bullet" and not course.general_aim
    return measured or read_qualitative_targets(statement, context, takes_deeds)


def _elsewhere(statement: Statement, clause: Clause, course: Course) -> list[Finding]:
    """Outside the goals a number counts only when announced, and never as a past result."""
    start = _promised_from(statement, course)
    if start is None and not _has_form_of_target(statement, clause, course):
        return []
    announced = course.goal_announced and start is not None
    context = course.context(start or 0)
    measured = [
        finding
        for finding in read_measured_targets(statement, in_goals=announced, context=context)
        if finding.unit != "VND" or not cues.speaks_of_funding(statement.folded)
    ]
    if measured or not announced or course.previous is None:
        return measured
    # `…; phổ cập mạng 4G; …` in a list of goals is one of them.
    return read_qualitative_targets(statement, context)


def _promised_from(statement: Statement, course: Course) -> int | None:
    """Where in the statement promises begin; None when it promises nothing."""
    folded = statement.folded
    place = cues.announcement(folded, course.year)
    if place is None:
        return 0 if course.announced and not cues.tells_result(folded, year=course.year) else None
    if cues.tells_result(folded, place):
        return None
    return place if cues.tells_result(folded[:place], year=course.year) else 0


def _has_form_of_target(statement: Statement, clause: Clause, course: Course) -> bool:
    """`100% cán bộ …` opens an order among the tasks; in prose it needs goals announced before."""
    folded = statement.folded
    if cues.shares_cost(folded) or (course.looks_back and clause.kind == "paragraph"):
        return False
    if not cues.has_target_form(folded.lstrip()) or cues.tells_result(folded, year=course.year):
        return False
    return clause.role in ("tasks", "organisation", "purpose") or course.prose_announced
