"""Next year's plan from this year's: proposals with the results beside, then a draft document."""

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal

from django.db import transaction

from cotmoc.apps.accounts.models import Person
from cotmoc.apps.documents.models import Document
from cotmoc.apps.documents.ports import originals
from cotmoc.apps.journal.services import record
from cotmoc.apps.programmes.models import DraftRow, Plan, Standing, Target
from cotmoc.apps.programmes.next_goals import (
    GoalsText,
    Heading,
    NextGoal,
    Outcome,
    Promise,
    goals_text,
    next_comparator,
    next_deadline,
    propose_next,
    title_of_next,
)
from cotmoc.apps.programmes.queries import TargetRow, target_rows
from cotmoc.apps.programmes.services import record_draft
from cotmoc.plantext import Plan as ReadPlan
from cotmoc.plantext import Target as ReadTarget
from cotmoc.plantext import read_plan


class AlreadyDraftedError(ValueError):
    """The very same text is in the register already."""

    def __init__(self, document: Document) -> None:
        super().__init__(document.pk)
        self.document = document


@dataclass(frozen=True, slots=True)
class NextRow:
    """A target of this year with its standing, and what is proposed for next year."""

    row: TargetRow
    goal: NextGoal
    deadline: date

    @property
    def target(self) -> Target:
        return self.row.target


@dataclass(frozen=True, slots=True)
class CarriedTarget:
    """A target a person carries over, with the value and the deadline they chose."""

    target: Target
    value: Decimal | None
    deadline: date

    @property
    def comparator(self) -> str:
        return next_comparator(self.target.comparator, self.value, self.target.unit)

    @property
    def lead(self) -> str:
        """Who leads, as this year's text names them where it does."""
        target = self.target
        return target.lead_text or (target.lead.short_name if target.lead else "")


def next_rows(plan: Plan, *, viewer: object, today: date) -> list[NextRow]:
    """Every target of the plan with a proposal for next year. Queries as `target_rows`."""
    return [_next_row(row, plan) for row in target_rows(plan, viewer=viewer, today=today)]


def _next_row(row: TargetRow, plan: Plan) -> NextRow:
    target = row.target
    state = row.state if target.standing == Standing.OPEN else "not_applicable"
    outcome = Outcome(
        target.comparator,
        target.value,
        target.unit,
        state,
        row.figure.value if row.figure else None,
        target.level,
    )
    return NextRow(row, propose_next(outcome), next_deadline(target.deadline, plan.year))


def draft_text(plan: Plan, carried: Sequence[CarriedTarget]) -> GoalsText:
    """The goals of next year's plan as text, in the spelling documents are stored in."""
    document = plan.document
    heading = Heading(
        issuer=_nfc(document.issuer or (plan.organisation.name if plan.organisation else "")),
        place=_nfc(document.place),
        symbol=document.symbol.partition("/")[2] or "KH-UBND",
        title=title_of_next(_nfc(plan.title), plan.year),
        year=plan.year + 1,
    )
    return goals_text(heading, [_promise(plan, each) for each in carried])


def _nfc(text: str) -> str:
    return unicodedata.normalize("NFC", text)


def _promise(plan: Plan, carried: CarriedTarget) -> Promise:
    target = carried.target
    return Promise(
        name=_nfc(target.name),
        comparator=carried.comparator,
        value=carried.value,
        unit=target.unit,
        deadline=carried.deadline,
        value_high=target.value_high,
        of=target.rank_of,
        level=target.level,
        pillar=target.pillar,
        lead=_nfc(carried.lead),
        quote=target.quote,
        old_value=target.value,
        old_deadline=target.deadline,
        old_year=plan.year,
    )


def draft_name(plan: Plan) -> str:
    """The file's name without its ending."""
    return f"du-thao-ke-hoach-{plan.year + 1}"


@transaction.atomic
def draft_next_year(
    plan: Plan, carried: Sequence[CarriedTarget], *, actor: Person | None, now: datetime
) -> Document:
    """Record the text of next year's goals as a document being confirmed, with one row for each
    target carried over: it goes the way of every other document.

    Raises AlreadyDraftedError when the same text is there already; ValueError without targets.
    """
    if not carried:
        raise ValueError("nothing to carry over")
    goals = draft_text(plan, carried)
    raw = goals.text.encode()
    reading = read_plan(goals.text)
    targets = tuple(
        _read_target(reading, each, span)
        for each, span in sorted(zip(carried, goals.spans, strict=True), key=lambda each: each[1])
    )
    doubts = tuple(doubt for doubt in reading.doubts if doubt.code != "number_not_read")
    reading = replace(reading, targets=targets, tasks=(), doubts=doubts)
    document = _record(plan, raw, reading, actor=actor, now=now)
    _bind(document, dict(zip((span[0] for span in goals.spans), carried, strict=True)))
    record(
        "plan.next_year_drafted",
        plan,
        actor=actor,
        now=now,
        after={"document": document.pk, "year": plan.year + 1, "targets": len(carried)},
    )
    return document


def _record(
    plan: Plan, raw: bytes, reading: ReadPlan, *, actor: Person | None, now: datetime
) -> Document:
    same = Document.objects.filter(digest=originals.digest_of(raw)).first()
    if same:
        raise AlreadyDraftedError(same)
    return record_draft(f"{draft_name(plan)}.txt", raw, reading, actor=actor, now=now)


def _read_target(reading: ReadPlan, carried: CarriedTarget, span: tuple[int, int]) -> ReadTarget:
    """The target as if the reader had found it where the text states it."""
    target, (start, end) = carried.target, span
    clause = next(
        each for each in reversed(reading.clauses) if each.start <= start and end <= each.end
    )
    return ReadTarget(
        quote=reading.text[start:end],
        start=start,
        end=end,
        name=target.name,
        comparator=carried.comparator,  # type: ignore[arg-type]
        value=_plain(carried.value),
        value_high=_plain(target.value_high),
        unit=target.unit or None,  # type: ignore[arg-type]
        of=target.rank_of or None,
        level=target.level or None,  # type: ignore[arg-type]
        pillar=target.pillar or None,  # type: ignore[arg-type]
        deadline=carried.deadline.isoformat(),
        baseline=None,
        modality=target.modality or None,  # type: ignore[arg-type]
        exclusion=target.exclusion or None,
        subjects=tuple(target.subjects),
        flags=(),
        rule="carried_over",
        clause=clause.address,
        lead=carried.lead or None,
        origin=target.origin or None,  # type: ignore[arg-type]
    )


def _plain(value: Decimal | None) -> str | None:
    """Digits without needless zeros, as the reader writes values."""
    return None if value is None else f"{value.normalize():f}"


def _bind(document: Document, by_start: dict[int, CarriedTarget]) -> None:
    """The rows keep the indicators that people and phrases gave this year's targets."""
    rows = list(DraftRow.objects.filter(document=document))
    for row in rows:
        target = by_start[row.start].target
        row.indicator_code, row.bound_by = target.indicator_code, target.bound_by
    DraftRow.objects.bulk_update(rows, ["indicator_code", "bound_by"])
