"""The same target in several documents, and the indicator a target means: found, decided by a
person, told with what differs and why."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from django.db import transaction
from django.db.models import Q, QuerySet

from cotmoc.apps.accounts.models import Person
from cotmoc.apps.documents.models import Document
from cotmoc.apps.journal.services import record
from cotmoc.apps.measurement.models import IndicatorVersion
from cotmoc.apps.programmes.definitions import DefinitionDraft, draft_definition
from cotmoc.apps.programmes.matching import (
    LIKELY,
    Against,
    Known,
    Matcher,
    Pair,
    Proposal,
    Rarity,
    Reason,
    Sought,
    Stated,
    pair_up,
)
from cotmoc.apps.programmes.models import Plan, Target, TargetLink

# A body below takes over what this year's plan, the last one or the next one says.
NEAR_YEARS = 1
# Columns of a document that lists of targets never show, and that are long.
LONG = ("text", "search", "left_alone", "doubts", "origins", "tables", "recipients", "annexes")
_SEPARATOR = "|"


def known_indicators() -> list[Known]:
    """The catalogue's indicators as `matching` asks for them. One query."""
    return [
        Known(
            code=row.code,
            name=row.name_vi,
            unit=row.unit,
            phrases=tuple(row.content.get("plan_phrases") or ()),
            description=row.content["description"]["vi"],
            counted=row.content["counted"]["vi"],
            levels=tuple(row.content["applies_to"]),
            direction=row.direction,
        )
        for row in IndicatorVersion.objects.filter(latest=True)
    ]


def stated(target: Target) -> Stated:
    """A target as it is compared with others."""
    return Stated(target.name, target.unit, target.level, target.comparator, target.indicator_code)


def short(prefix: str) -> list[str]:
    """Names of the long columns of a document, to be deferred."""
    return [f"{prefix}{name}" for name in LONG]


def time_of(plan: Plan) -> tuple[date, int]:
    """Places plans in time: the day of the document, else the first day of the planned year."""
    return plan.document.date or date(plan.year, 1, 1), plan.pk


# --- finding ---------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Linked:
    """What looking for a plan's targets elsewhere brought."""

    plans: int
    new: int
    changed: int
    gone: int


@transaction.atomic
def link_targets(plan: Plan, *, actor: Person | None, now: datetime) -> Linked:
    """Look for a plan's targets in the other confirmed plans that speak of the same body: its own
    of other years, those of bodies above and below, and those of no body of the register, which
    are national or of other provinces.

    What a person has decided stays. Proposals nobody has looked at follow the texts as they are
    now. Looking again without news writes nothing.
    """
    Plan.objects.select_for_update().get(pk=plan.pk)
    ours = list(plan.targets.all())
    elsewhere = _targets_by_plan(_related(plan))
    rarity = Rarity(
        each.name for each in (*ours, *(each for _plan, them in elsewhere for each in them))
    )
    held = _held(plan)
    wanted: dict[tuple[int, int], Pair] = {}
    for other, theirs in elsewhere:
        for pair in _new_pairs(ours, theirs, held, rarity):
            found = (ours[pair.ours], theirs[pair.theirs])
            first, second = found if time_of(plan) < time_of(other) else found[::-1]
            wanted[first.pk, second.pk] = pair
    linked = _write(held, wanted, len(elsewhere))
    if linked.new or linked.changed or linked.gone:
        after = {"new": linked.new, "changed": linked.changed, "gone": linked.gone}
        record("targets.linked", plan, actor=actor, now=now, after={**after, "plans": linked.plans})
    return linked


def _related(plan: Plan) -> QuerySet[Plan]:
    found = (
        Plan.objects.exclude(pk=plan.pk)
        .exclude(document__state=Document.State.DRAFT)
        .select_related("document")
        .defer(*short("document__"))
        .order_by("pk")
    )
    if plan.organisation_id is None:
        return found
    above = []
    body = plan.organisation
    while body and body.parent_id and body.parent_id not in above:
        above.append(body.parent_id)
        body = body.parent
    years = (plan.year - NEAR_YEARS, plan.year + NEAR_YEARS)
    return found.filter(
        Q(organisation=None)
        | Q(organisation__in=[plan.organisation_id, *above])
        | Q(organisation__parent=plan.organisation_id, year__range=years)
    )


def _targets_by_plan(plans: Iterable[Plan]) -> list[tuple[Plan, list[Target]]]:
    by_plan: dict[int, tuple[Plan, list[Target]]] = {plan.pk: (plan, []) for plan in plans}
    for target in Target.objects.filter(plan__in=by_plan).order_by("plan", "order"):
        by_plan[target.plan_id][1].append(target)
    return [pair for pair in by_plan.values() if pair[1]]


def _held(plan: Plan) -> dict[tuple[int, int], TargetLink]:
    links = TargetLink.objects.filter(Q(earlier__plan=plan) | Q(later__plan=plan))
    return {(link.earlier_id, link.later_id): link for link in links}


def _new_pairs(
    ours: Sequence[Target],
    theirs: Sequence[Target],
    held: dict[tuple[int, int], TargetLink],
    rarity: Rarity,
) -> list[Pair]:
    """Pairs nobody has decided on: a target that is confirmed to have its counterpart there is
    left out, and what was refused is not proposed again."""
    decided = {key: link.confirmed for key, link in held.items() if link.confirmed is not None}
    here = {target.pk: place for place, target in enumerate(ours)}
    there = {target.pk: place for place, target in enumerate(theirs)}
    never: set[tuple[int, int]] = set()
    for (first, second), confirmed in decided.items():
        one, other = (first, second) if first in here else (second, first)
        if one not in here or other not in there:
            continue
        if confirmed:
            never |= {(here[one], place) for place in there.values()}
            never |= {(place, there[other]) for place in here.values()}
        never.add((here[one], there[other]))
    return pair_up(
        [stated(target) for target in ours],
        [stated(target) for target in theirs],
        least=LIKELY,
        rarity=rarity,
        never=never,
    )


def _write(
    held: dict[tuple[int, int], TargetLink], wanted: dict[tuple[int, int], Pair], plans: int
) -> Linked:
    new, changed = [], []
    for (earlier, later), pair in wanted.items():
        score, reason = pair.similarity.score, reason_code(pair.similarity.reason)
        link = held.get((earlier, later))
        if link is None:
            new.append(TargetLink(earlier_id=earlier, later_id=later, score=score, reason=reason))
        elif (link.score, link.reason) != (score, reason):
            link.score, link.reason = score, reason
            changed.append(link)
    gone = [link.pk for key, link in held.items() if link.confirmed is None and key not in wanted]
    TargetLink.objects.bulk_create(new)
    TargetLink.objects.bulk_update(changed, ["score", "reason"])
    TargetLink.objects.filter(pk__in=gone).delete()
    return Linked(plans, len(new), len(changed), len(gone))


def reason_code(reason: Reason) -> str:
    """A reason as it is stored: how it was found, the words, what speaks against."""
    kind = "indicator" if reason.indicator else "words"
    text = str(reason).replace(_SEPARATOR, " ")[:240]
    return _SEPARATOR.join([kind, text, ",".join(reason.against)])


def read_reason(code: str) -> Reason:
    """A stored reason; a text that is none is taken as words."""
    kind, _bar, rest = code.partition(_SEPARATOR)
    text, _bar, against = rest.rpartition(_SEPARATOR)
    known: tuple[Against, ...] = ("unit", "level", "direction", "indicator")
    speaking = tuple(each for each in known if each in against.split(","))
    if kind == "indicator":
        return Reason(indicator=text, against=speaking)
    shared = tuple(text.split(", ")) if text else tuple(filter(None, [code]))
    return Reason(shared=shared, against=speaking)


# --- deciding --------------------------------------------------------------------------------


@transaction.atomic
def decide_link(
    link: TargetLink, confirmed: bool | None, *, actor: Person | None, now: datetime
) -> TargetLink:
    """Say that two targets are the same, that they are not, or (None) take the decision back.

    The same decision again writes nothing.
    """
    link = TargetLink.objects.select_for_update().get(pk=link.pk)
    if link.confirmed == confirmed:
        return link
    before = link.confirmed
    link.confirmed = confirmed
    link.save(update_fields=["confirmed"])
    verb = {True: "confirmed", False: "refused", None: "reopened"}[confirmed]
    record(
        f"target_link.{verb}",
        link,
        actor=actor,
        now=now,
        before={"confirmed": before},
        after={"confirmed": confirmed, "earlier": link.earlier_id, "later": link.later_id},
    )
    return link


# --- reading ---------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Difference:
    """One thing in which another target differs: `value`, `comparator`, `unit`, `level`,
    `deadline`; before and after as the targets hold them; `change` of a value in its unit."""

    what: str
    before: object
    after: object
    change: Decimal | None = None


@dataclass(frozen=True, slots=True)
class LinkedTarget:
    """A target of another document, how it was found, and in what it differs: from the earlier
    one to the later."""

    link: TargetLink
    target: Target
    is_earlier: bool
    reason: Reason
    differences: tuple[Difference, ...]


def links_of(target: Target, *, viewer: object) -> list[LinkedTarget]:
    """The same target elsewhere, as far as the viewer may see: confirmed first, then proposed, then
    refused; the newest document first. One query."""
    visible = Target.objects.visible_to(viewer)
    links = (
        TargetLink.objects.filter(
            Q(earlier=target, later__in=visible) | Q(later=target, earlier__in=visible)
        )
        .select_related("earlier__plan__document", "later__plan__document")
        .defer(*short("earlier__plan__document__"), *short("later__plan__document__"))
    )
    rows = [_linked(link, target) for link in links]
    order = {True: 0, None: 1, False: 2}
    rows.sort(key=lambda row: (order[row.link.confirmed], *_newest(row.target.plan), row.link.pk))
    return rows


def _newest(plan: Plan) -> tuple[int, int]:
    day, key = time_of(plan)
    return -day.toordinal(), -key


def _linked(link: TargetLink, target: Target) -> LinkedTarget:
    is_earlier = link.later_id == target.pk
    other = link.earlier if is_earlier else link.later
    found = differences(link.earlier, link.later)
    return LinkedTarget(link, other, is_earlier, read_reason(link.reason), found)


def differences(before: Target, after: Target) -> tuple[Difference, ...]:
    """In what the later of two targets differs from the earlier one.

    A deadline differs when it stands elsewhere in its plan's year: the last day of this year
    against the last day of the next is the same promise a year on.
    """
    pairs: Collection[tuple[str, object, object]] = [
        ("comparator", before.comparator, after.comparator),
        ("unit", before.unit, after.unit),
        ("value", (before.value, before.value_high), (after.value, after.value_high)),
        ("level", before.level, after.level),
        ("deadline", _in_year(before), _in_year(after)),
    ]
    return tuple(_difference(what, before, after) for what, old, new in pairs if old != new)


def _in_year(target: Target) -> tuple[int, int, int] | None:
    day = target.deadline
    return (day.year - target.plan.year, day.month, day.day) if day else None


def _difference(what: str, before: Target, after: Target) -> Difference:
    old, new = getattr(before, what), getattr(after, what)
    change = None
    if what == "value" and before.unit == after.unit and old is not None and new is not None:
        change = new - old or None
    return Difference(what, old, new, change)


# --- the indicator of a target ---------------------------------------------------------------


def proposals_for(target: Sought, limit: int = 5) -> list[Proposal]:
    """Indicators of the catalogue a target may mean, the likeliest first. One query."""
    return Matcher(known_indicators()).propose(target, limit)


def sought(target: Target) -> Sought:
    """A confirmed target as its indicator is sought."""
    return Sought(
        name=target.name,
        quote=target.quote,
        unit=target.unit,
        subjects=tuple(target.subjects),
        level=target.level,
        comparator=target.comparator,
        of=target.rank_of,
    )


def definition_of(target: Target) -> DefinitionDraft:
    """The draft of a definition that would measure a target. One query."""
    document = target.plan.document
    name = f"{document.title}, số {document.symbol}" if document.symbol else document.title
    return draft_definition(
        sought(target),
        document=name,
        valid_from=document.date or date(target.plan.year, 1, 1),
        owner=target.lead.name if target.lead else target.lead_text,
        taken=set(IndicatorVersion.objects.values_list("code", flat=True)),
    )


@transaction.atomic
def bind_target(target: Target, code: str, *, actor: Person | None, now: datetime) -> Target:
    """Say which indicator of the catalogue a target means; an empty code takes it back.

    `bound_by` keeps the words that spoke for it. The same again writes nothing. Raises
    IndicatorVersion.DoesNotExist for a code the catalogue does not hold.
    """
    target = Target.objects.select_for_update().select_related("plan__document").get(pk=target.pk)
    if target.indicator_code == code:
        return target
    reason = ""
    if code:
        IndicatorVersion.objects.get(code=code, latest=True)
        found = proposals_for(sought(target), limit=50)
        reason = next((str(each.reason) for each in found if each.code == code), "")
    before = {"indicator": target.indicator_code, "bound_by": target.bound_by}
    target.indicator_code, target.bound_by = code, reason[:200]
    target.save(update_fields=["indicator_code", "bound_by"])
    after = {"indicator": code, "bound_by": target.bound_by}
    record("target.bound", target, actor=actor, now=now, before=before, after=after)
    return target
