"""Amendments: what a document changes of an older plan, and carrying that out with history."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils import timezone

from cotmoc.apps.accounts.models import Person
from cotmoc.apps.documents.models import Document, RelationKind
from cotmoc.apps.documents.services import set_validity
from cotmoc.apps.journal.services import record
from cotmoc.apps.programmes.differing import (
    Decision,
    Difference,
    Field,
    Kind,
    Stated,
    compare,
    pair,
)
from cotmoc.apps.programmes.models import DraftRow, Plan, PlanTask, Standing, Target
from cotmoc.apps.programmes.rules import DISTRICTS_ENDED
from cotmoc.apps.programmes.wording import (
    DISTRICTS_CLOSED,
    NOT_TAKEN_OVER,
    coordinating_text,
    due_text,
    goal_text,
    lead_text,
    level_text,
    task_lead_text,
)
from cotmoc.core.text import fold
from cotmoc.ui.formats import day, measure

Row = Target | PlanTask
_DECISIONS: dict[str, Decision] = {Standing.RESTATED: "restate", Standing.CLOSED: "close"}


class AmendmentError(ValueError):
    """A decision that cannot be carried out; `code` says why."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True, slots=True)
class Decided:
    """What a person decided about one statement of the older plan, by its number.

    `new` is the number of the statement that takes its place when it is restated.
    """

    kind: Kind
    old: int
    decision: Decision
    new: int | None = None
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Applied:
    """How many statements an amendment changed, and whether the older document now ends."""

    restated: int = 0
    closed: int = 0
    reopened: int = 0
    replaced: bool = False

    def __bool__(self) -> bool:
        return bool(self.restated or self.closed or self.reopened or self.replaced)


def effective(document: Document, now: datetime) -> date:
    """The day a document's changes hold from: its own, or today where it states none."""
    return document.valid_from or document.date or timezone.localdate(now)


def differences(old_plan: Plan, new: Plan | Sequence[DraftRow]) -> list[Difference]:
    """Target by target, then task by task, what a later document makes of an older plan.

    `new` is the plan in the later document, or its accepted rows while it is being confirmed.
    Statements that ended before it came are left out; what this plan has restated already comes
    as it was tied. Four queries.
    """
    if not isinstance(new, Plan):
        earlier = [_stated(row) for row in _rows(old_plan) if row.standing == Standing.OPEN]
        return sorted(compare(earlier, _of_drafts(new, old_plan.year)), key=_in_order)
    later = _rows(new)
    tied = {(type(row), row.restates_id): row for row in later if row.restates_id}
    found: list[Difference] = []
    left: list[Stated] = []
    for row in _rows(old_plan):
        if own := tied.get((type(row), row.pk)):
            found.append(pair(_stated(row), _stated(own)))
        elif row.standing == Standing.OPEN or _closed_by(row, new.document):
            left.append(_stated(row))
    free = [_stated(row) for row in later if not row.restates_id]
    return sorted([*found, *compare(left, free)], key=_in_order)


def _in_order(each: Difference) -> tuple[bool, bool, int]:
    shown = each.old or each.new
    assert shown is not None
    return each.kind == "task", each.old is None, shown.order


def _closed_by(row: Row, document: Document) -> bool:
    """Whether a statement was closed on the day a document took effect, not with its level."""
    on = document.valid_from or document.date
    closed = row.standing == Standing.CLOSED and row.closed_on == on
    return closed and row.closed_reason != DISTRICTS_CLOSED


def _rows(plan: Plan) -> list[Row]:
    return [
        *plan.targets.select_related("clause", "lead"),
        *plan.tasks.select_related("clause", "lead"),
    ]


def _stated(row: Row, address: str = "") -> Stated:
    is_target = isinstance(row, Target)
    fields = _target_fields(row) if isinstance(row, Target) else _task_fields(row)
    return Stated(
        key=row.pk,
        kind="target" if is_target else "task",
        name=fields[0].words,
        address=address or row.clause.address,
        fields=fields,
        indicator=row.indicator_code if isinstance(row, Target) else "",
        level=row.level if isinstance(row, Target) else "",
        unit=row.unit if isinstance(row, Target) else "",
        order=row.order,
        settled=_DECISIONS.get(row.standing),
    )


def _target_fields(row: Target) -> tuple[Field, ...]:
    goal = "|".join([row.comparator, _exact(row.value), _exact(row.value_high), row.unit])
    lead = lead_text(row) if row.lead or row.lead_text else ""
    return (
        Field("name", fold(row.name), row.name),
        Field("goal", goal, goal_text(row)),
        Field("level", row.level, level_text(row)),
        Field("deadline", row.deadline.isoformat() if row.deadline else "", day(row.deadline)),
        Field("lead", fold(lead), lead),
        Field("exclusion", fold(row.exclusion), row.exclusion),
        Field("baseline", _exact(row.baseline), measure(row.baseline, row.unit)),
    )


def _task_fields(row: PlanTask) -> tuple[Field, ...]:
    lead = task_lead_text(row) if row.lead or row.lead_text else ""
    others = coordinating_text(row)
    due = row.deadline.isoformat() if row.deadline else row.frequency
    return (
        Field("action", fold(row.action), row.action),
        Field("lead", fold(lead), lead),
        Field("coordinating", fold(others), others),
        Field("due", due, due_text(row)),
        Field("product", fold(row.product), row.product),
        Field("budget", _exact(row.budget), measure(row.budget, "VND")),
    )


def _exact(value: Decimal | None) -> str:
    return "" if value is None else f"{value.normalize():f}"


def _of_drafts(rows: Iterable[DraftRow], year: int) -> list[Stated]:
    """Accepted rows of a document that is still being confirmed, as they would be stated."""
    return [
        _stated(_unsaved(row, year), row.clause.address if row.clause else "?")
        for row in rows
        if row.state == DraftRow.State.ACCEPTED
    ]


def _unsaved(row: DraftRow, year: int) -> Row:
    said = {name: value for name, value in row.content.items() if value is not None}
    shared = {
        "pk": row.pk,
        "order": row.order,
        "lead_text": said.get("lead", ""),
        "deadline": _deadline(said.get("deadline"), year if row.kind == "target" else None),
    }
    if row.kind == DraftRow.Kind.TASK:
        return PlanTask(
            action=said.get("action", ""),
            coordinating_text=list(said.get("coordinating", ())),
            frequency=said.get("frequency", ""),
            product=said.get("product", ""),
            budget=_decimal(said.get("budget")),
            **shared,
        )
    return Target(
        name=said.get("name", ""),
        comparator=said.get("comparator", "="),
        value=_decimal(said.get("value")),
        value_high=_decimal(said.get("value_high")),
        unit=said.get("unit", ""),
        level=said.get("level", ""),
        exclusion=said.get("exclusion", ""),
        baseline=_decimal(said.get("baseline")),
        indicator_code=row.indicator_code,
        **shared,
    )


def _decimal(text: Any) -> Decimal | None:
    return Decimal(str(text)) if text not in (None, "") else None


def _deadline(text: str | None, year: int | None) -> date | None:
    """A year stands for its last day, as in `services.import_plan`."""
    if text and len(text) > 4:
        return date.fromisoformat(text)
    return date(int(text or year or 0), 12, 31) if text or year else None


@transaction.atomic
def apply_amendment(
    old_plan: Plan,
    new_plan: Plan,
    decided: Sequence[Decided],
    *,
    actor: Person | None,
    now: datetime,
) -> Applied:
    """Carry out what was decided about an older plan's statements, all or nothing.

    A restated one points to the statement in its place; a closed one keeps its reason; one that
    was ended by this amendment and is now kept is opened again. Where the later document replaces
    the older one, that one ends on the day the later takes effect. The same decisions again change
    nothing. Raises AmendmentError: `not_tied`, `unknown_statement`, `taken_twice`,
    `ended_otherwise`.
    """
    replaces = _replaces(old_plan, new_plan)
    change = _Change(old_plan, new_plan, effective(new_plan.document, now))
    change.check(decided)
    for each in decided:
        change.decide(each)
    change.save()
    ended = replaces and set_validity(
        old_plan.document,
        state=Document.State.REPLACED,
        valid_from=old_plan.document.valid_from,
        valid_to=_not_before(change.on, old_plan.document.valid_from),
        reason=new_plan.document.reference,
        actor=actor,
        now=now,
    )
    applied = Applied(len(change.restated), len(change.closed), len(change.reopened), bool(ended))
    if applied:
        record(
            "amendment.applied",
            new_plan,
            actor=actor,
            now=now,
            before={"plan": old_plan.pk, "document": old_plan.document_id},
            after={
                "on": change.on.isoformat(),
                "restated": change.restated,
                "closed": change.closed,
                "reopened": change.reopened,
                "replaced": applied.replaced,
            },
        )
    return applied


def _not_before(on: date, start: date | None) -> date:
    return max(on, start) if start else on


def _replaces(old_plan: Plan, new_plan: Plan) -> bool:
    """Whether the later document replaces the older; it must at least amend it."""
    said = set(
        new_plan.document.relations.filter(
            other=old_plan.document_id, kind__in=(RelationKind.AMENDS, RelationKind.REPLACES)
        ).values_list("kind", flat=True)
    )
    if not said:
        raise AmendmentError("not_tied")
    return RelationKind.REPLACES in said


class _Change:
    """The statements of two plans while decisions are carried out; nothing is written before
    `save`."""

    def __init__(self, old_plan: Plan, new_plan: Plan, on: date) -> None:
        self.on = on
        self.old = _locked(old_plan)
        self.new = _locked(new_plan)
        self.tied = {
            (kind, row.restates_id): row for (kind, _pk), row in self.new.items() if row.restates_id
        }
        self.restated: list[list[Any]] = []
        self.closed: list[list[Any]] = []
        self.reopened: list[list[Any]] = []
        self.changed: dict[tuple[type[Row], int], Row] = {}

    def check(self, decided: Sequence[Decided]) -> None:
        """Refuse what cannot be, and untie what is to be tied otherwise: two may change places."""
        keys = [(each.kind, each.old) for each in decided]
        if len(set(keys)) < len(keys):
            raise AmendmentError("taken_twice")
        for each, key in zip(decided, keys, strict=True):
            row = self.old.get(key)
            if row is None:
                raise AmendmentError("unknown_statement")
            own = self.tied.get(key)
            if self._ended_otherwise(row, own):
                raise AmendmentError("ended_otherwise")
            if own and not (each.decision == "restate" and each.new == own.pk):
                own.restates_id = None
                self._mark(own)

    def _ended_otherwise(self, row: Row, own: Row | None) -> bool:
        if row.standing == Standing.CLOSED:
            return row.closed_on != self.on or row.closed_reason == DISTRICTS_CLOSED
        return row.standing == Standing.RESTATED and own is None

    def decide(self, each: Decided) -> None:
        """Take one decision that was checked."""
        row = self.old[each.kind, each.old]
        if each.decision == "restate":
            self._restate(each, row)
        elif each.decision == "close" and row.standing != Standing.CLOSED:
            reason = each.reason.strip() or NOT_TAKEN_OVER
            self._end(row, Standing.CLOSED, reason)
            self.closed.append([each.kind, row.pk, reason])
        elif each.decision == "keep" and row.standing != Standing.OPEN:
            row.standing, row.closed_on, row.closed_reason = Standing.OPEN, None, ""
            self._mark(row)
            self.reopened.append([each.kind, row.pk])

    def _restate(self, each: Decided, row: Row) -> None:
        other = self.new.get((each.kind, each.new or 0))
        if other is None:
            raise AmendmentError("unknown_statement")
        if other.restates_id == row.pk and row.standing == Standing.RESTATED:
            return
        if other.restates_id not in (None, row.pk):
            raise AmendmentError("taken_twice")
        other.restates_id = row.pk
        self._mark(other)
        self._end(row, Standing.RESTATED, "")
        self.restated.append([each.kind, row.pk, other.pk])

    def _end(self, row: Row, standing: Standing, reason: str) -> None:
        row.standing, row.closed_on, row.closed_reason = standing, self.on, reason[:300]
        self._mark(row)

    def _mark(self, row: Row) -> None:
        self.changed[type(row), row.pk] = row

    def save(self) -> None:
        """Write everything that was changed."""
        fields = ["standing", "closed_on", "closed_reason", "restates"]
        for model in (Target, PlanTask):
            rows = [row for row in self.changed.values() if isinstance(row, model)]
            model.objects.bulk_update(rows, fields)  # type: ignore[arg-type]


def _locked(plan: Plan) -> dict[tuple[Kind, int], Row]:
    rows: dict[tuple[Kind, int], Row] = {}
    for target in plan.targets.select_for_update():
        rows["target", target.pk] = target
    for task in plan.tasks.select_for_update():
        rows["task", task.pk] = task
    return rows


def ends_with_districts(target: Target, on: date = DISTRICTS_ENDED) -> bool:
    """Whether an open target speaks of the district level and was due only after its end."""
    due_later = target.deadline is None or target.deadline >= on
    return target.level == "district" and target.standing == Standing.OPEN and due_later


@transaction.atomic
def close_district_targets(
    plan: Plan, *, on: date = DISTRICTS_ENDED, actor: Person | None, now: datetime
) -> int:
    """Close a plan's open targets of the district level, which ended on 1 July 2025.

    Those due before that day were owed and stay. A closed target has not failed. Returns how many
    were closed; the second time none.
    """
    rows = plan.targets.select_for_update().filter(level="district", standing=Standing.OPEN)
    ending = [row for row in rows if ends_with_districts(row, on)]
    for row in ending:
        row.standing, row.closed_on, row.closed_reason = Standing.CLOSED, on, DISTRICTS_CLOSED
    Target.objects.bulk_update(ending, ["standing", "closed_on", "closed_reason"])
    if ending:
        record(
            "plan.districts_closed",
            plan,
            actor=actor,
            now=now,
            after={"on": on.isoformat(), "targets": [row.pk for row in ending]},
        )
    return len(ending)
