"""Writes of plans: confirm a document, import a plan's text at once, publish a plan."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any, TypeVar

from django.db import transaction

from cotmoc.apps.accounts.models import Person
from cotmoc.apps.documents.models import Document
from cotmoc.apps.documents.ports import originals
from cotmoc.apps.documents.services import record_document
from cotmoc.apps.journal.services import record
from cotmoc.apps.measurement.services import publish_figures
from cotmoc.apps.orgs.models import Organisation
from cotmoc.apps.programmes.bodies import Bodies, bodies_of
from cotmoc.apps.programmes.drafts import DraftError, propose_rows
from cotmoc.apps.programmes.linking import link_targets
from cotmoc.apps.programmes.models import DraftRow, Plan, PlanTask, Target
from cotmoc.core.text import fold
from cotmoc.plantext import Plan as ReadPlan
from cotmoc.plantext import read_file

LARGEST = Decimal(10) ** 18


class NoTargetsError(ValueError):
    """The text was read, and no target stands in it."""


@dataclass(frozen=True, slots=True)
class ImportedPlan:
    """The plan, whether it is new, and the targets that no indicator answers."""

    plan: Plan
    new: bool
    targets: int
    unbound: tuple[Target, ...]


def import_plan(path: Path, *, actor: Person | None, now: datetime) -> ImportedPlan:
    """Read a plan's file, accept every row and confirm it in one step: the operator's way.

    The same file again changes nothing. Raises UnreadableText, NoTargetsError, DraftError where
    the document waits to be confirmed on its page.
    """
    reading = read_file(path)
    if not reading.targets:
        raise NoTargetsError(path.name)
    return _import(path.name, path.read_bytes(), reading, actor=actor, now=now)


@transaction.atomic
def _import(
    name: str, raw: bytes, reading: ReadPlan, *, actor: Person | None, now: datetime
) -> ImportedPlan:
    digest = originals.digest_of(raw)
    plan = Plan.objects.filter(document__digest=digest).first()
    if plan:
        unbound = tuple(plan.targets.filter(indicator_code=""))
        return ImportedPlan(plan, False, plan.targets.count(), unbound)
    if Document.objects.filter(digest=digest).exists():
        raise DraftError("waits_to_be_confirmed")
    document = record_draft(name, raw, reading, actor=actor, now=now)
    accept_all_rows(document, actor=actor, now=now)
    plan = confirm_document(document, actor=actor, now=now)
    assert plan is not None
    link_targets(plan, actor=actor, now=now)
    targets = list(plan.targets.all())
    record(
        "plan.imported",
        plan,
        actor=actor,
        now=now,
        after={"file": name, "sha256": digest, "year": plan.year, "targets": len(targets)},
    )
    unbound = tuple(target for target in targets if not target.indicator_code)
    return ImportedPlan(plan, True, len(targets), unbound)


@transaction.atomic
def record_draft(
    name: str, raw: bytes, reading: ReadPlan, *, actor: Person | None, now: datetime
) -> Document:
    """Keep a file with what was read from it, for people to confirm row by row."""
    document = record_document(
        name,
        originals.keep(raw),
        reading,
        actor=actor,
        now=now,
        state=Document.State.DRAFT,
        size=len(raw),
    )
    propose_rows(document, reading, actor=actor, now=now)
    return document


@transaction.atomic
def accept_all_rows(document: Document, *, actor: Person | None, now: datetime) -> int:
    """Accept every undecided row, doubts or not, as an operator who vouches for the reader."""
    undecided = DraftRow.objects.filter(document=document, state=DraftRow.State.PROPOSED)
    rows = undecided.update(state=DraftRow.State.ACCEPTED, decided_by=actor, decided_at=now)
    record("draft.accepted_all", document, actor=actor, now=now, after={"rows": rows})
    return rows


@transaction.atomic
def confirm_document(
    document: Document, *, leave_rest: bool = False, actor: Person | None, now: datetime
) -> Plan | None:
    """Make plan, targets and tasks of the accepted rows, and put the document in force.

    Undecided rows refuse it unless the rest is left out on purpose. A document of which nothing is
    accepted enters the register without a plan (None). Raises DraftError.
    """
    document = Document.objects.select_for_update().get(pk=document.pk)
    if document.state != Document.State.DRAFT:
        raise DraftError("confirmed_already")
    rows = list(DraftRow.objects.filter(document=document).select_related("clause"))
    undecided = sum(row.state == DraftRow.State.PROPOSED for row in rows)
    if undecided and not leave_rest:
        raise DraftError("undecided", count=undecided)
    accepted = [row for row in rows if row.state == DraftRow.State.ACCEPTED]
    plan = _make_plan(document, accepted, now) if accepted else None
    Document.objects.filter(pk=document.pk).update(state=Document.State.IN_FORCE)
    counted = {
        "targets": sum(row.kind == DraftRow.Kind.TARGET for row in accepted),
        "tasks": sum(row.kind == DraftRow.Kind.TASK for row in accepted),
        "rejected": sum(row.state == DraftRow.State.REJECTED for row in rows),
        "left_out": undecided,
    }
    record("document.confirmed", document, actor=actor, now=now, after=counted)
    return plan


def _make_plan(document: Document, rows: Sequence[DraftRow], now: datetime) -> Plan:
    bodies = bodies_of(document)
    plan = Plan.objects.create(
        document=document,
        organisation=bodies.province,
        title=document.title,
        year=document.year or (document.date.year if document.date else now.year),
    )
    targets = [row for row in rows if row.kind == DraftRow.Kind.TARGET]
    tasks = [row for row in rows if row.kind == DraftRow.Kind.TASK]
    Target.objects.bulk_create(_made(_target, plan, targets, bodies))
    made = PlanTask.objects.bulk_create(_made(_task, plan, tasks, bodies))
    through = PlanTask.coordinating.through
    through.objects.bulk_create(
        through(plantask_id=task.pk, organisation_id=pk)
        for task, row in zip(made, tasks, strict=True)
        for pk in _coordinating(row, bodies)
    )
    return plan


_Made = TypeVar("_Made", Target, PlanTask)


def _made(
    make: Callable[[Plan, int, DraftRow, Bodies], _Made],
    plan: Plan,
    rows: Sequence[DraftRow],
    bodies: Bodies,
) -> list[_Made]:
    made = []
    for order, row in enumerate(rows, 1):
        try:
            made.append(make(plan, order, row, bodies))
        except (ValueError, ArithmeticError) as error:
            raise DraftError("not_usable", row=str(row)) from error
    return made


def _target(plan: Plan, order: int, row: DraftRow, bodies: Bodies) -> Target:
    read = row.content
    name, lead_text = _text(read, "name", 400), _text(read, "lead", 200)
    return Target(
        plan=plan,
        order=order,
        clause=_clause(row),
        start=row.start,
        end=row.end,
        name=name,
        search=fold(f"{name} {lead_text}")[:600],
        comparator=read["comparator"],
        value=_decimal(read.get("value")),
        value_high=_decimal(read.get("value_high")),
        unit=_text(read, "unit", 10),
        level=_text(read, "level", 14),
        pillar=_text(read, "pillar", 12),
        deadline=_deadline(read.get("deadline"), plan.year),
        baseline=_decimal(read.get("baseline")),
        rank_of=_text(read, "of", 40),
        subjects=list(read.get("subjects") or ()),
        modality=_text(read, "modality", 10),
        exclusion=_text(read, "exclusion", 300),
        origin=_text(read, "origin", 12),
        flags=row.flags,
        rule=_text(read, "rule", 40),
        lead_text=lead_text,
        lead=_body(bodies, read.get("lead")),
        indicator_code=row.indicator_code,
        bound_by=row.bound_by,
    )


def _task(plan: Plan, order: int, row: DraftRow, bodies: Bodies) -> PlanTask:
    read = row.content
    action, lead_text = read["action"], _text(read, "lead", 300)
    product, budget = _text(read, "product", 500), _decimal(read.get("budget"))
    deadline = read.get("deadline")
    return PlanTask(
        plan=plan,
        order=order,
        clause=_clause(row),
        start=row.start,
        end=row.end,
        action=action,
        search=fold(f"{action} {lead_text} {product}"),
        lead_text=lead_text,
        lead=_body(bodies, read.get("lead")),
        coordinating_text=list(read.get("coordinating") or ()),
        deadline=_deadline(deadline, plan.year) if deadline else None,
        frequency=_text(read, "frequency", 12),
        product=product,
        budget=budget.quantize(Decimal(1)) if budget is not None else None,
        flags=row.flags,
        rule=_text(read, "rule", 40),
    )


def _coordinating(row: DraftRow, bodies: Bodies) -> list[int]:
    found = (_body(bodies, name) for name in row.content.get("coordinating") or ())
    return list(dict.fromkeys(each.pk for each in found if each))


def _body(bodies: Bodies, name: str | None) -> Organisation | None:
    """The organisation a name means; a successor to a part of the work is for people to choose."""
    found = bodies.find(name)
    return found.organisation if found and found.how != "successor_of_part" else None


def _clause(row: DraftRow) -> Any:
    if row.clause is None:
        raise ValueError("a row without a clause")
    return row.clause


def _text(read: dict[str, Any], key: str, most: int) -> str:
    return str(read.get(key) or "")[:most]


def _decimal(text: str | None) -> Decimal | None:
    value = Decimal(text) if text else None
    if value is not None and not (value.is_finite() and abs(value) < LARGEST):
        raise ValueError("a number that cannot be kept")
    return value


def _deadline(text: str | None, year: int) -> date:
    """A deadline given as a year, or not at all, is the last day of that year."""
    if text and len(text) > 4:
        return date.fromisoformat(text)
    return date(int(text) if text else year, 12, 31)


@transaction.atomic
def publish_plan(plan: Plan, *, actor: Person | None, now: datetime) -> int:
    """Let the public see a plan, its targets and the current figures of its own body.

    Publishing again publishes what was measured since. Returns the number of figures published.
    """
    if plan.published_at is None:
        plan.published_at = plan.document.published_at = now
        plan.save(update_fields=["published_at"])
        plan.document.save(update_fields=["published_at"])
        record("plan.published", plan, actor=actor, now=now, after={"year": plan.year})
    if plan.organisation is None:
        return 0
    codes = plan.targets.exclude(indicator_code="").values_list("indicator_code", flat=True)
    return publish_figures(set(codes), plan.organisation, actor=actor, now=now)
