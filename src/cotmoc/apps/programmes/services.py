"""Writes of plans: import a plan's text, publish it."""

import hashlib
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

from django.db import transaction

from cotmoc.apps.accounts.models import Person
from cotmoc.apps.documents.services import record_document
from cotmoc.apps.journal.services import record
from cotmoc.apps.measurement.models import IndicatorVersion
from cotmoc.apps.measurement.services import publish_figures
from cotmoc.apps.orgs.models import Organisation, OrganisationKind
from cotmoc.apps.programmes.models import Plan, Target
from cotmoc.apps.programmes.rules import Candidate, bind
from cotmoc.core.text import fold
from cotmoc.plantext import Plan as ReadPlan
from cotmoc.plantext import Target as ReadTarget
from cotmoc.plantext import read_file


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
    """Read a plan's file and record document, clauses, plan and targets in one step.

    The same file again changes nothing. Raises UnreadableText, NoTargetsError.
    """
    reading = read_file(path)
    if not reading.targets:
        raise NoTargetsError(path.name)
    return _record(path.name, path.read_bytes(), reading, actor=actor, now=now)


@transaction.atomic
def _record(
    name: str, content: bytes, reading: ReadPlan, *, actor: Person | None, now: datetime
) -> ImportedPlan:
    digest = hashlib.sha256(content).hexdigest()
    plan = Plan.objects.filter(document__digest=digest).first()
    if plan:
        unbound = tuple(plan.targets.filter(indicator_code=""))
        return ImportedPlan(plan, False, plan.targets.count(), unbound)
    document = record_document(name, digest, reading, actor=actor, now=now)
    year = reading.head.year or (document.date.year if document.date else now.year)
    plan = Plan.objects.create(
        document=document,
        organisation=_province(reading.head.province),
        title=document.title,
        year=year,
    )
    clauses = {clause.address: clause for clause in document.clauses.all()}
    candidates = _candidates()
    leads = _Leads(plan.organisation)
    targets = []
    for order, read in enumerate(reading.targets, 1):
        target = _target(plan, order, read, candidates)
        target.clause = clauses[read.clause]
        target.lead = leads.find(read.lead)
        target.search = fold(f"{target.name} {target.lead_text}")
        targets.append(target)
    Target.objects.bulk_create(targets)
    record(
        "plan.imported",
        plan,
        actor=actor,
        now=now,
        after={"file": name, "sha256": digest, "year": year, "targets": len(targets)},
    )
    unbound = tuple(target for target in targets if not target.indicator_code)
    return ImportedPlan(plan, True, len(targets), unbound)


def _target(plan: Plan, order: int, read: ReadTarget, candidates: list[Candidate]) -> Target:
    text = plan.document.text
    words = " | ".join([read.name, text[read.start : read.end], *read.subjects])
    binding = bind(words, read.unit or "", candidates)
    return Target(
        plan=plan,
        order=order,
        start=read.start,
        end=read.end,
        name=read.name[:400],
        comparator=read.comparator,
        value=Decimal(read.value) if read.value else None,
        value_high=Decimal(read.value_high) if read.value_high else None,
        unit=read.unit or "",
        level=read.level or "",
        pillar=read.pillar or "",
        deadline=_deadline(read.deadline, plan.year),
        modality=read.modality or "",
        exclusion=(read.exclusion or "")[:300],
        flags=list(read.flags),
        lead_text=(read.lead or "")[:200],
        indicator_code=binding.code if binding else "",
        bound_by=binding.phrase if binding else "",
    )


def _deadline(text: str | None, year: int) -> date:
    """A deadline given as a year, or not at all, is the last day of that year."""
    if text and len(text) > 4:
        return date.fromisoformat(text)
    return date(int(text) if text else year, 12, 31)


def _candidates() -> list[Candidate]:
    return [
        Candidate(row.code, row.unit, tuple(row.content.get("plan_phrases") or ()))
        for row in IndicatorVersion.objects.filter(latest=True)
    ]


def _province(name: str | None) -> Organisation | None:
    if not name:
        return None
    return next(
        (
            each
            for each in Organisation.objects.filter(kind=OrganisationKind.PROVINCE)
            if fold(each.short_name).endswith(fold(name))
        ),
        None,
    )


class _Leads:
    """Finds the organisation a plan names as lead, among the province's own departments."""

    def __init__(self, province: Organisation | None) -> None:
        members = Organisation.objects.filter(parent=province) if province else ()
        self.by_name = {fold(member.short_name): member for member in members}

    def find(self, name: str | None) -> Organisation | None:
        return self.by_name.get(fold(name)) if name else None


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
