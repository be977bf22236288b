"""What the page of an assessment shows: sections with their leaves, columns and totals."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from cotmoc.apps.journal.models import Entry as Journal
from cotmoc.apps.measurement.models import IndicatorVersion
from cotmoc.apps.scorecards.assessments import reads as queries
from cotmoc.apps.scorecards.assessments.answers import AnswerError, checked_answer
from cotmoc.apps.scorecards.assessments.assessing import beside, filled
from cotmoc.apps.scorecards.assessments.prefilling import body_of, points_by_answers, sums
from cotmoc.apps.scorecards.assessments.reckoning import Ask, NumbersDifferError, applies, ask_of
from cotmoc.apps.scorecards.assessments.stepping import parts_of, situation_of
from cotmoc.apps.scorecards.models import Assessment, Entry, Evidence, Objection
from cotmoc.apps.scorecards.rules import (
    Missing,
    Part,
    Situation,
    changed_since,
    departs,
    may,
    missing,
    undisputed,
)
from cotmoc.apps.scorecards.web import round_words
from cotmoc.apps.scorecards.web.round_forms import AnswerForm, EvidenceForm, MarkForm
from cotmoc.indicators.indices.model import Choice, Group, Leaf, Node, Unknown
from cotmoc.indicators.indices.results import BodyScore
from cotmoc.ui.formats import in_language, measure, number


@dataclass(frozen=True, slots=True)
class FigureRead:
    """A figure that a leaf reads: its name, its numbers, where it is opened."""

    name: str
    words: str
    url: str


@dataclass(slots=True)
class LeafRow:
    """A leaf with its columns, and what may be done about it."""

    leaf: Leaf
    entry: Entry
    ask: Ask
    applies: bool
    figures: list[FigureRead]
    evidence: list[Evidence]
    objection: Objection | None
    missing: list[Missing]
    answer: AnswerForm | None = None
    marking: MarkForm | None = None
    adding: EvidenceForm | None = None
    problem: str = ""

    @property
    def code(self) -> str:
        return self.leaf.code

    @property
    def name(self) -> str:
        return in_language(self.leaf.name)

    @property
    def rule(self) -> str:
        return round_words.rule_text(self.leaf)

    @property
    def unknown(self) -> bool:
        return isinstance(self.leaf.rule, Unknown)

    @property
    def wanted(self) -> str:
        """The evidence that the index asks for."""
        return in_language(self.leaf.evidence)

    @property
    def source(self) -> str:
        return in_language(self.leaf.data_source)

    @property
    def departs(self) -> bool:
        return departs(beside(self.entry))

    @property
    def changed(self) -> bool:
        return changed_since(beside(self.entry)) and self.entry.computed_points is not None

    @property
    def undisputed(self) -> bool:
        return undisputed(beside(self.entry))

    @property
    def unlike(self) -> bool:
        """Whether the verifier gave other points than the body."""
        given = self.entry.appraised_points
        return given is not None and given != self.entry.self_points

    @property
    def missing_words(self) -> str:
        return ", ".join(str(round_words.MISSING[code]) for code in self.missing)

    @property
    def answered(self) -> str:
        """The body's answer in words."""
        return answer_text(self.leaf, self.entry.answer or {})

    @property
    def own_numbers(self) -> str:
        """The body's own numbers beside figures, in words."""
        figures = ((self.entry.answer or {}).get("figures") or {}).values()
        return "; ".join(numbers_text(each) for each in figures)


def answer_text(leaf: Leaf, answer: Mapping[str, Any]) -> str:
    """An answer in words; empty where there is none."""
    if chosen := answer.get("chosen"):
        options = {"yes": _("Yes"), "no": _("No")}
        if isinstance(leaf.rule, Choice):
            options = {option.code: in_language(option.name) for option in leaf.rule.options}
        return ", ".join(options.get(code, code) for code in chosen)
    return numbers_text(answer)


def numbers_text(held: Mapping[str, Any]) -> str:
    """Numbers as read or answered: 332 / 482, or one number."""
    if held.get("denominator") is not None and held.get("numerator") is not None:
        return f"{_plain(held['numerator'])} / {_plain(held['denominator'])}"
    return _plain(held["value"]) if held.get("value") is not None else ""


def _plain(value: Any) -> str:
    return number(Decimal(str(value)).normalize())


@dataclass(slots=True)
class Section:
    """A first-level group with everything below it; `lines` are sub-groups (with their depth) and
    leaves in the order of the index."""

    code: str
    name: str
    max: Decimal
    lines: list[tuple[int, Group | None, LeafRow | None]]
    totals: tuple[Decimal | None, Decimal | None, Decimal | None] = (None, None, None)

    @property
    def leaves(self) -> list[LeafRow]:
        return [row for _depth, _group, row in self.lines if row]

    @property
    def open(self) -> int:
        """Leaves in which something is missing."""
        return sum(bool(row.missing) for row in self.leaves)

    @property
    def form(self) -> str:
        return f"g-{self.code}"


@dataclass(slots=True)
class Page:
    """An assessment as somebody sees it."""

    assessment: Assessment
    viewer: Any
    parts: frozenset[Part]
    situation: Situation
    insider: bool
    sections: list[Section]
    totals: tuple[BodyScore, BodyScore, BodyScore]
    steps: list[Journal] = field(default_factory=list)

    def may(self, deed: str) -> bool:
        return may(deed, self.situation)

    @property
    def filling(self) -> bool:
        """Whether the viewer fills in."""
        return self.may("save")

    @property
    def marking(self) -> bool:
        """Whether the viewer gives points."""
        return self.may("mark")

    @property
    def rows(self) -> list[LeafRow]:
        return [row for section in self.sections for row in section.leaves]

    def row(self, leaf: str) -> LeafRow | None:
        return next((row for row in self.rows if row.code == leaf), None)

    @property
    def missing(self) -> list[LeafRow]:
        return [row for row in self.rows if row.missing]

    @property
    def unmarked(self) -> int:
        return sum(
            row.entry.self_points is not None and row.entry.appraised_points is None
            for row in self.rows
            if row.applies
        )

    @property
    def undisputed(self) -> int:
        return sum(row.undisputed and row.entry.appraised_points is None for row in self.rows)

    @property
    def departing(self) -> list[LeafRow]:
        return [row for row in self.rows if row.departs]

    @property
    def changed(self) -> list[LeafRow]:
        return [row for row in self.rows if row.changed]

    @property
    def returned(self) -> list[LeafRow]:
        return [row for row in self.rows if row.entry.returned_reason]


def page_of(
    assessment: Assessment,
    *,
    viewer: Any,
    now: datetime,
    data: Mapping[str, Any] | None = None,
) -> Page:
    """The page of an assessment for somebody, with what they typed (`data`) in its forms."""
    parts = parts_of(viewer, assessment.organisation, now=now)
    situation = situation_of(assessment, parts, now=now)
    insider = queries.is_insider(assessment, viewer, on=timezone.localdate(now))
    entries = queries.entries_of(assessment)
    page = Page(assessment, viewer, parts, situation, insider, [], _totals(assessment, entries))
    names = _indicators(assessment)
    for section in _sections(assessment, entries, names, page, data):
        page.sections.append(section)
    if insider:
        page.steps = queries.steps_of(assessment)
    return page


def _totals(
    assessment: Assessment, entries: Mapping[str, Entry]
) -> tuple[BodyScore, BodyScore, BodyScore]:
    held = list(entries.values())
    computed, own, appraised = (
        sums(assessment, held, column)
        for column in ("computed_points", "self_points", "appraised_points")
    )
    return computed, own, appraised


def _indicators(assessment: Assessment) -> dict[str, IndicatorVersion]:
    """The indicators that the index reads, by code. One query."""
    codes = assessment.round.index.definition.indicators()
    found = IndicatorVersion.objects.filter(latest=True, code__in=codes).defer("content")
    return {each.code: each for each in found}


def _sections(
    assessment: Assessment,
    entries: Mapping[str, Entry],
    names: Mapping[str, IndicatorVersion],
    page: Page,
    data: Mapping[str, Any] | None,
) -> Iterator[Section]:
    for node in assessment.round.index.definition.children:
        section = Section(node.code, in_language(node.name), node.max, [])
        children = node.children if isinstance(node, Group) else (node,)
        for depth, found in _below(children, 0):
            if isinstance(found, Group):
                section.lines.append((depth, found, None))
            else:
                row = _row(assessment, found, entries[found.code], names)
                _with_forms(row, page, section.form, data)
                section.lines.append((depth, None, row))
        section.totals = _points_of(node, page.totals)
        yield section


def _below(nodes: Sequence[Node], depth: int) -> Iterator[tuple[int, Node]]:
    for node in nodes:
        yield depth, node
        if isinstance(node, Group):
            yield from _below(node.children, depth + 1)


def _points_of(
    node: Node, totals: tuple[BodyScore, BodyScore, BodyScore]
) -> tuple[Decimal | None, Decimal | None, Decimal | None]:
    """A section's points in the three columns; none in a column of which nothing is given yet, also
    where the method gives full marks for what does not apply."""
    first, second, third = (
        None
        if whole.total is None
        else whole.nodes[node.code].points
        if isinstance(node, Group)
        else whole.leaves[node.code].points
        for whole in totals
    )
    return first, second, third


def _row(
    assessment: Assessment, leaf: Leaf, entry: Entry, names: Mapping[str, IndicatorVersion]
) -> LeafRow:
    evidence, objections = list(entry.evidence.all()), list(entry.objections.all())
    asked = applies(leaf, body_of(assessment.organisation))
    return LeafRow(
        leaf=leaf,
        entry=entry,
        ask=ask_of(leaf),
        applies=asked,
        figures=list(_figures(assessment, entry, names)),
        evidence=evidence,
        objection=objections[-1] if objections else None,
        missing=missing(filled(leaf, entry, len(evidence))) if asked else [],
    )


def _figures(
    assessment: Assessment, entry: Entry, names: Mapping[str, IndicatorVersion]
) -> Iterator[FigureRead]:
    for key, held in (entry.computed_from.get("readings") or {}).items():
        kind, _colon, code = key.partition(":")
        if kind != "figure":
            continue
        indicator = names.get(code)
        words = numbers_text(held) or _("no number")
        if held.get("value") is not None and indicator:
            words += f" = {measure(held['value'], indicator.unit)}" if "/" in words else ""
        url = reverse("figure", args=[code, assessment.organisation.code, assessment.round.period])
        yield FigureRead(indicator.name if indicator else code, words, url)


def _with_forms(row: LeafRow, page: Page, form: str, data: Mapping[str, Any] | None) -> None:
    """The forms that the viewer may use, bound where they typed something."""
    if not row.applies or row.unknown:
        return
    if page.filling and row.ask.anything:
        typed_in = data if data and f"a-{row.code}-version" in data else None
        row.answer = AnswerForm(typed_in, leaf=row.leaf, entry=row.entry, group=form)
    if page.filling:
        row.adding = EvidenceForm(leaf=row.code)
    if page.marking:
        typed_in = data if data and f"m-{row.code}-version" in data else None
        row.marking = MarkForm(typed_in, leaf=row.leaf, entry=row.entry)


# Before anything is saved -------------------------------------------------------------------------


def reckon(page: Page) -> None:
    """Put into the page's columns and totals what typed answers or points would give."""
    for row in page.rows:
        if row.marking and row.marking.is_bound:
            row.marking.is_valid()
            if "points" in row.marking.cleaned_data:
                row.entry.appraised_points = row.marking.cleaned_data["points"]
        if row.answer and row.answer.is_bound and row.answer.is_valid():
            readings = row.entry.computed_from.get("readings", {})
            with suppress(AnswerError):
                row.entry.answer = checked_answer(row.leaf, row.answer.answer(), readings)
    entries = {row.code: row.entry for row in page.rows}
    if page.filling:
        with suppress(NumbersDifferError):
            points = points_by_answers(page.assessment, list(entries.values()))
            for code, entry in entries.items():
                entry.self_points = points[code].points
    page.totals = _totals(page.assessment, entries)
    nodes = {node.code: node for node in page.assessment.round.index.definition.children}
    for section in page.sections:
        section.totals = _points_of(nodes[section.code], page.totals)


def days_left(assessment: Assessment, today: date) -> int | None:
    """Days until the deadline, for a body that has not submitted yet."""
    waiting = {Assessment.State.NOT_STARTED, Assessment.State.IN_WORK, Assessment.State.RETURNED}
    if assessment.state not in waiting:
        return None
    return (assessment.round.deadline - today).days
