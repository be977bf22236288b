"""Writes of rows being confirmed: every step is versioned, journalled, and can be undone.

Nothing here enters the programme: `services.confirm_document` makes targets and tasks of the rows
that were accepted.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from itertools import chain
from typing import Any

from django.db import transaction

from cotmoc.apps.accounts.models import Person
from cotmoc.apps.documents.models import Clause, Document
from cotmoc.apps.journal.services import record
from cotmoc.apps.orgs.models import Organisation
from cotmoc.apps.programmes.bodies import name_key
from cotmoc.apps.programmes.linking import known_indicators
from cotmoc.apps.programmes.matching import Matcher, Sought, first_choice
from cotmoc.apps.programmes.models import DraftChange, DraftRow, NamedBody
from cotmoc.apps.programmes.spans import joined, pieces, trimmed
from cotmoc.plantext import Plan as ReadPlan
from cotmoc.plantext import Target as ReadTarget
from cotmoc.plantext import read_plan
from cotmoc.plantext.model import Task as ReadTask

Kind = DraftRow.Kind
State = DraftRow.State
OPEN_STATES = (State.PROPOSED, State.ACCEPTED, State.REJECTED)
PLACE = frozenset({"quote", "start", "end", "clause"})
LONGEST_QUOTE = 4000
# Under such headings the reader takes a sentence for a target, or for a task.
_HEADING: dict[str, str] = {
    Kind.TARGET: "II. MỤC TIÊU CỤ THỂ\n- ",
    Kind.TASK: "III. NHIỆM VỤ, GIẢI PHÁP\n- ",
}
_EMPTY: dict[str, dict[str, Any]] = {
    Kind.TARGET: {
        "name": "", "comparator": "raise", "value": None, "value_high": None, "unit": None,
        "of": None, "level": None, "pillar": None, "deadline": None, "baseline": None,
        "modality": None, "exclusion": None, "subjects": [], "flags": [], "rule": "by_hand",
        "lead": None, "origin": None,
    },
    Kind.TASK: {
        "action": "", "lead": None, "coordinating": [], "deadline": None, "frequency": None,
        "product": None, "budget": None, "flags": [], "rule": "by_hand",
    },
}  # fmt: skip


class DraftError(ValueError):
    """A step of confirming that is refused; nothing was written. `code` says why."""

    def __init__(self, code: str, **params: object) -> None:
        super().__init__(code)
        self.code = code
        self.params = params


class StaleRowError(DraftError):
    """Somebody else changed the row meanwhile; `row` is as it is now, `change` what they did."""

    def __init__(self, row: DraftRow) -> None:
        super().__init__("stale")
        self.row = row
        self.change = last_change(row)


# --- rows from a reading ---------------------------------------------------------------------


@transaction.atomic
def propose_rows(
    document: Document, reading: ReadPlan, *, actor: Person | None, now: datetime
) -> list[DraftRow]:
    """Lay what was read from a document before people: one row for each target and task."""
    clauses = {clause.address: clause for clause in document.clauses.all()}
    matcher = Matcher(known_indicators())
    all_found: list[ReadTarget | ReadTask] = [*reading.targets, *reading.tasks]
    rows = [_read_row(document, found, clauses.get(found.clause), matcher) for found in all_found]
    DraftRow.objects.bulk_create(rows)
    record(
        "draft.proposed",
        document,
        actor=actor,
        now=now,
        after={"targets": len(reading.targets), "tasks": len(reading.tasks)},
    )
    return rows


def _read_row(
    document: Document,
    found: ReadTarget | ReadTask,
    clause: Clause | None,
    matcher: Matcher,
) -> DraftRow:
    content = content_of(found)
    row = DraftRow(
        document=document,
        kind=Kind.TARGET if isinstance(found, ReadTarget) else Kind.TASK,
        order=found.start,
        clause=clause,
        start=found.start,
        end=found.end,
        content=content,
        as_read=content,
    )
    _propose_indicator(row, matcher)
    return row


def content_of(found: ReadTarget | ReadTask) -> dict[str, Any]:
    """The fields of what was read, without its place, ready for JSON."""
    return {
        name: list(value) if isinstance(value, tuple) else value
        for name, value in asdict(found).items()
        if name not in PLACE
    }


def sought(row: DraftRow) -> Sought:
    """A target being confirmed, as its indicator is sought."""
    said = row.content
    return Sought(
        name=said.get("name") or "",
        quote=row.quote,
        unit=said.get("unit") or "",
        subjects=tuple(said.get("subjects") or ()),
        level=said.get("level") or "",
        comparator=said.get("comparator") or "",
        of=said.get("of") or "",
    )


def _propose_indicator(row: DraftRow, matcher: Matcher) -> None:
    """Fill in the indicator that a phrase of the catalogue decides; a tie fills in nothing."""
    if row.kind != Kind.TARGET:
        return
    best = first_choice(matcher.propose(sought(row)))
    row.indicator_code = best.code if best else ""
    row.bound_by = str(best.reason)[:200] if best else ""


# --- deciding --------------------------------------------------------------------------------


@transaction.atomic
def decide_row(
    row: DraftRow, state: str, *, version: int, actor: Person | None, now: datetime
) -> DraftChange:
    """Accept a row, reject it, or take a decision back. Raises StaleRowError, DraftError."""
    if state == State.ACCEPTED and not str(row):
        raise DraftError("no_name")
    step = _Step(row.document, _VERBS[state], actor, now)
    row.state = state
    step.change(row, version)
    return step.done()


_VERBS: dict[str, str] = {
    State.ACCEPTED: "accepted",
    State.REJECTED: "rejected",
    State.PROPOSED: "reopened",
}


@transaction.atomic
def edit_row(
    row: DraftRow,
    content: Mapping[str, Any],
    *,
    indicator_code: str | None = None,
    version: int,
    actor: Person | None,
    now: datetime,
) -> DraftChange:
    """Change fields of a row, and its indicator; what a person wrote is accepted by writing it."""
    step = _Step(row.document, "edited", actor, now)
    row.content = {**row.content, **content}
    if indicator_code is not None and indicator_code != row.indicator_code:
        row.indicator_code, row.bound_by = indicator_code, ""
    row.state = State.ACCEPTED
    step.change(row, version)
    return step.done()


@transaction.atomic
def accept_clean_rows(
    document: Document, *, actor: Person | None, now: datetime
) -> DraftChange | None:
    """Accept every undecided row without a doubt, as one step; None where there is none."""
    step = _Step(document, "accepted_clean", actor, now)
    for row in DraftRow.objects.filter(document=document, state=State.PROPOSED):
        if not row.doubts and str(row.content.get("name") or row.content.get("action") or ""):
            row.state = State.ACCEPTED
            step.change(row, row.version)
    return step.done() if step.rows else None


# --- cutting and joining ---------------------------------------------------------------------


@transaction.atomic
def split_row(
    row: DraftRow,
    cuts: Sequence[int],
    *,
    version: int,
    actor: Person | None,
    now: datetime,
) -> list[DraftRow]:
    """Cut a row at offsets of the document's text; the first piece stays this row.

    Without a cut the row is doubled: two promises made by the same words. Each piece is read again;
    what it does not say itself it keeps from the row. Raises StaleRowError, DraftError.
    """
    if any(not row.start < cut < row.end for cut in cuts):
        raise DraftError("outside_quote")
    spans = pieces(row.document.text, row.start, row.end, cuts) if cuts else [(row.start, row.end)]
    if cuts and len(spans) < 2:
        raise DraftError("nothing_to_split")
    step = _Step(row.document, "split", actor, now)
    before = dict(row.content)
    matcher = Matcher(known_indicators())
    made = []
    for number, (start, end) in enumerate(spans if cuts else spans * 2):
        if number == 0:
            _move(row, start, end, before, matcher)
            step.change(row, version)
            continue
        part = DraftRow(document=row.document, kind=row.kind, clause=row.clause)
        _move(part, start, end, before, matcher)
        step.add(part)
        made.append(part)
    step.done()
    return [row, *made]


def _move(row: DraftRow, start: int, end: int, kept: Mapping[str, Any], matcher: Matcher) -> None:
    row.start, row.end, row.order, row.state = start, end, start, State.PROPOSED
    said = _read_again(row.kind, row.quote, str(kept.get("name") or ""))
    row.content = {**kept, **{key: value for key, value in said.items() if value or key == "flags"}}
    _propose_indicator(row, matcher)


def _read_again(kind: str, quote: str, name: str = "") -> dict[str, Any]:
    """What the reader says of a piece of text that a person took for a target or task.

    A piece without a subject of its own ("60% đối với cấp xã") is read with the row's name.
    """
    words = " ".join(quote.split())
    if kind == Kind.TASK:
        tasks = read_plan(f"{_HEADING[Kind.TASK]}{words}\n").tasks
        return content_of(tasks[0]) if tasks else {}
    targets = read_plan(f"{_HEADING[Kind.TARGET]}{words}\n").targets
    if name and (not targets or targets[0].name.startswith("Đối với")):
        targets = read_plan(f"{_HEADING[Kind.TARGET]}{name} đạt {words}\n").targets
    if not targets:
        return {}
    content = content_of(targets[0])
    if len(targets) > 1:
        content["flags"] = [*content["flags"], "two_targets_one_line"]
    return content


@transaction.atomic
def merge_rows(
    chosen: Sequence[tuple[DraftRow, int]], *, actor: Person | None, now: datetime
) -> DraftRow:
    """Make one row of several of one kind: the first keeps its fields and takes all their words.

    `chosen` pairs each row with the version it was seen at. Raises StaleRowError, DraftError.
    """
    rows = sorted(chosen, key=lambda pair: (pair[0].start, pair[0].pk))
    if len(rows) < 2:
        raise DraftError("choose_two")
    (first, version), others = rows[0], rows[1:]
    if any(row.kind != first.kind or row.document_id != first.document_id for row, _at in others):
        raise DraftError("kinds_differ")
    start, end = joined([(row.start, row.end) for row, _at in rows])
    if end - start > LONGEST_QUOTE:
        raise DraftError("too_far_apart")
    step = _Step(first.document, "merged", actor, now)
    for key in ("subjects", "coordinating", "flags"):
        lists = [row.content.get(key) or [] for row, _at in rows]
        if any(lists):
            first.content = {**first.content, key: list(dict.fromkeys(chain(*lists)))}
    first.start, first.end, first.order, first.state = start, end, start, State.PROPOSED
    step.change(first, version)
    for row, seen in others:
        row.state = State.WITHDRAWN
        step.change(row, seen)
    step.done()
    return first


@transaction.atomic
def add_row(
    document: Document, kind: str, start: int, end: int, *, actor: Person | None, now: datetime
) -> DraftRow:
    """Take words that the reader left alone for a target or task. Raises DraftError."""
    start, end = trimmed(document.text, start, end)
    if start >= end:
        raise DraftError("no_words")
    if end - start > LONGEST_QUOTE:
        raise DraftError("too_long")
    step = _Step(document, "added", actor, now)
    row = DraftRow(
        document=document,
        kind=kind,
        order=start,
        clause=_clause_at(document, start),
        start=start,
        end=end,
    )
    words = " ".join(row.quote.split())
    empty = _EMPTY[Kind(kind)]
    row.content = {**empty, "name" if kind == Kind.TARGET else "action": words[:400]}
    row.content |= _read_again(kind, row.quote)
    _propose_indicator(row, Matcher(known_indicators()))
    step.add(row)
    step.done()
    return row


def _clause_at(document: Document, offset: int) -> Clause | None:
    """The clause an offset lies in, or the nearest one before it."""
    clauses = Clause.objects.filter(document=document)
    return clauses.filter(start__lte=offset).order_by("-start").first() or clauses.first()


# --- names of bodies -------------------------------------------------------------------------


@transaction.atomic
def choose_body(
    document: Document,
    name: str,
    organisation: Organisation | None,
    *,
    actor: Person | None,
    now: datetime,
) -> None:
    """Say whom a document means by a name; None: the name stays as the text has it."""
    _refuse_confirmed(document)
    key = name_key(name)
    if organisation is None:
        NamedBody.objects.filter(document=document, name=key).delete()
    else:
        NamedBody.objects.update_or_create(
            document=document,
            name=key,
            defaults={"organisation": organisation, "chosen_by": actor, "chosen_at": now},
        )
    record(
        "draft.body_chosen",
        document,
        actor=actor,
        now=now,
        after={"name": name, "organisation": organisation.code if organisation else None},
    )


# --- undoing ---------------------------------------------------------------------------------


def last_undoable(document: Document, person: Person | None) -> DraftChange | None:
    """The newest step of a person that still stands and can be undone."""
    return (
        DraftChange.objects.filter(document=document, actor=person, undone_at=None)
        .exclude(verb="undone")
        .first()
    )


@transaction.atomic
def undo(change: DraftChange, *, actor: Person | None, now: datetime) -> DraftChange:
    """Put every row of a step back as it was before. Raises StaleRowError where one of them is no
    longer as the step left it, DraftError where the step was undone already."""
    if not DraftChange.objects.filter(pk=change.pk, undone_at=None).update(undone_at=now):
        raise DraftError("undone_already")
    step = _Step(change.document, "undone", actor, now)
    rows = DraftRow.objects.in_bulk([each["row"] for each in change.rows])
    for each in change.rows:
        row = rows[each["row"]]
        row.document = change.document  # one document with one text, not a copy for each row
        if _snapshot(row) != each["after"]:
            raise StaleRowError(row)
        if each["before"] is None:
            row.state = State.WITHDRAWN
        else:
            _restore(row, each["before"])
        step.change(row, row.version, keep_decision=True)
    return step.done()


def last_change(row: DraftRow) -> DraftChange | None:
    """The newest step that touched a row."""
    changes = DraftChange.objects.filter(document=row.document_id).select_related("actor")
    newest = changes.only("pk", "document_id", "verb", "rows", "actor", "at", "undone_at")
    return next(
        (change for change in newest[:200] if any(each["row"] == row.pk for each in change.rows)),
        None,
    )


# --- one step --------------------------------------------------------------------------------


class _Step:
    """One change of one or more rows of a document: written row by row, told once at its end."""

    def __init__(self, document: Document, verb: str, actor: Person | None, now: datetime) -> None:
        _refuse_confirmed(document)
        self.document, self.verb, self.actor, self.now = document, verb, actor, now
        self.rows: list[dict[str, Any]] = []

    def change(self, row: DraftRow, version: int, *, keep_decision: bool = False) -> None:
        """Write a row that was seen at a version; refused when it has another one by now."""
        held = DraftRow.objects.filter(pk=row.pk, version=version)
        before = held.first()
        if before is None:
            raise StaleRowError(DraftRow.objects.select_related("document").get(pk=row.pk))
        if not keep_decision:
            self._decided(row)
        row.version = version + 1
        if not held.update(version=row.version, **{f: getattr(row, f) for f in _FIELDS}):
            raise StaleRowError(DraftRow.objects.select_related("document").get(pk=row.pk))
        self._tell(row, _snapshot(before))

    def add(self, row: DraftRow) -> None:
        """Write a row that was not there."""
        row.save()
        self._tell(row, None)

    def done(self) -> DraftChange:
        change = DraftChange.objects.create(
            document=self.document,
            verb=self.verb,
            rows=self.rows,
            actor=self.actor,
            at=self.now,
        )
        record(
            f"draft.{self.verb}",
            self.document,
            actor=self.actor,
            now=self.now,
            before={str(each["row"]): _changed(each, "before") for each in self.rows},
            after={str(each["row"]): _changed(each, "after") for each in self.rows},
        )
        return change

    def _decided(self, row: DraftRow) -> None:
        decided = row.state != State.PROPOSED
        row.decided_by = self.actor if decided else None
        row.decided_at = self.now if decided else None

    def _tell(self, row: DraftRow, before: dict[str, Any] | None) -> None:
        self.rows.append({"row": row.pk, "before": before, "after": _snapshot(row)})


_FIELDS = (
    "order", "clause_id", "start", "end", "content", "indicator_code", "bound_by", "state",
    "decided_by_id", "decided_at",
)  # fmt: skip


def _snapshot(row: DraftRow) -> dict[str, Any]:
    held = {field: getattr(row, field) for field in _FIELDS}
    decided_at = row.decided_at
    held["decided_at"] = decided_at.astimezone(UTC).isoformat() if decided_at else None
    return held


def _restore(row: DraftRow, held: Mapping[str, Any]) -> None:
    for field in _FIELDS:
        setattr(row, field, held[field])
    row.decided_at = datetime.fromisoformat(held["decided_at"]) if held["decided_at"] else None


def _changed(each: Mapping[str, Any], side: str) -> dict[str, Any] | None:
    """Of a row before or after: only the fields that differ."""
    held, other = each[side], each["after" if side == "before" else "before"]
    if held is None or other is None:
        return None if held is None else dict(held)
    return {field: value for field, value in held.items() if value != other[field]}


def _refuse_confirmed(document: Document) -> None:
    """Only while a document is a draft; asked of the database, for others work on it too."""
    if not Document.objects.filter(pk=document.pk, state=Document.State.DRAFT).exists():
        raise DraftError("confirmed_already")
