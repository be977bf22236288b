"""Reads of plans and targets with what is measured for them."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db.models import Exists, OuterRef, Q

from cotmoc.apps.documents.models import Document, Relation, RelationKind
from cotmoc.apps.measurement.models import Figure, IndicatorVersion
from cotmoc.apps.measurement.ports import TargetLine
from cotmoc.apps.programmes.models import Pillar, Plan, PlanTask, Standing, Target
from cotmoc.apps.programmes.rules import STATES, Goal, Measured, State, assess
from cotmoc.apps.programmes.rules import Standing as Judged


@dataclass(frozen=True, slots=True)
class TargetRow:
    """A target with its indicator, the latest figure of the plan's own body, and its standing."""

    target: Target
    indicator: IndicatorVersion | None
    figure: Figure | None
    standing: Judged

    @property
    def state(self) -> State:
        return self.standing.state

    @property
    def less_is_better(self) -> bool:
        return bool(self.indicator and self.indicator.direction == "down")


def current_plan(viewer: object) -> Plan | None:
    """The newest plan in force that the viewer may see; else the newest there is.

    A plan of a body that is not registered here, kept to compare with, comes last. A plan in a
    document that amends another one is part of that other plan.
    """
    plans = Plan.objects.visible_to(viewer).select_related("document", "organisation__unit")
    amending = Relation.objects.filter(
        document=OuterRef("document"), kind=RelationKind.AMENDS, other__plan__isnull=False
    )
    own = plans.filter(~Exists(amending))
    in_force = Q(document__state=Document.State.IN_FORCE)
    ranked = own.annotate(strange=Q(organisation__isnull=True), ended=~in_force)
    return ranked.order_by("strange", "ended", "-year", "-id").first()


def plan_targets(plan: Plan, *, viewer: object, restated: bool = False) -> list[Target]:
    """The targets of a plan and of the documents that amend it, those of the plan first.

    One that an amendment states anew is left out, unless `restated` asks for it. One query, and
    one more where there are amendments.
    """
    amending = Relation.objects.filter(
        document=OuterRef("plan__document"), kind=RelationKind.AMENDS, other=plan.document_id
    ).exclude(document__state=Document.State.DRAFT)
    found = list(
        Target.objects.visible_to(viewer)
        .filter(Q(plan=plan) | Exists(amending))
        .select_related("lead", "clause")
        .order_by("plan_id", "order")
    )
    others = {target.plan_id for target in found} - {plan.pk}
    plans = Plan.objects.select_related("document").in_bulk(others) if others else {}
    gone = set() if restated else {target.restates_id for target in found if target.restates_id}
    for target in found:
        target.plan = plans.get(target.plan_id, plan)
    kept = [target for target in found if target.pk not in gone]
    return sorted(kept, key=lambda target: target.plan_id != plan.pk)


def target_rows(
    plan: Plan, *, viewer: object, today: date, targets: Iterable[Target] | None = None
) -> list[TargetRow]:
    """Targets with their standing, of a plan as amended or those given. Three queries."""
    if targets is None:
        chosen = plan_targets(plan, viewer=viewer)
    else:
        chosen = list(targets)
        for target in chosen:
            if target.plan_id == plan.pk:
                target.plan = plan  # one plan with one text, not a copy for each target
    codes = {target.indicator_code for target in chosen if target.indicator_code}
    indicators = {
        row.code: row for row in IndicatorVersion.objects.filter(latest=True, code__in=codes)
    }
    figures = _latest_figures(plan, codes, viewer)
    return [_row(target, indicators, figures, today) for target in chosen]


def _latest_figures(plan: Plan, codes: set[str], viewer: object) -> dict[str, Figure]:
    """The figure of the latest period that has data, for each indicator, of the plan's body."""
    found: dict[str, Figure] = {}
    figures = (
        Figure.objects.current_for(viewer)
        .filter(organisation=plan.organisation_id, indicator__code__in=codes)
        .select_related("indicator", "organisation")
        .defer("indicator__content")
        .order_by("-period_end", "period")
    )
    for figure in figures:
        held = found.get(figure.indicator.code)
        if held is None or (held.value is None and figure.value is not None):
            found[figure.indicator.code] = figure
    return found


def _row(
    target: Target,
    indicators: dict[str, IndicatorVersion],
    figures: dict[str, Figure],
    today: date,
) -> TargetRow:
    indicator = indicators.get(target.indicator_code)
    if target.standing != Standing.OPEN:
        return TargetRow(target, indicator, None, Judged("not_applicable"))
    figure = None if _is_for_one_level(target, indicator) else figures.get(target.indicator_code)
    measured = None
    if figure and indicator:
        measured = Measured(figure.value, figure.numerator, figure.denominator, indicator.scale)
    goal = Goal(target.comparator, target.value, target.unit, target.level, target.deadline)
    return TargetRow(target, indicator, figure, assess(goal, measured, today))


def _is_for_one_level(target: Target, indicator: IndicatorVersion | None) -> bool:
    """Whether the target speaks of one level of an indicator that several levels report: such a
    target is never judged by the total of the whole province."""
    return bool(target.level and indicator and len(indicator.content["applies_to"]) > 1)


def plan_tasks(plan: Plan, *, viewer: object) -> list[PlanTask]:
    """The plan's tasks in the order of the text. One query."""
    found = PlanTask.objects.visible_to(viewer).filter(plan=plan).select_related("lead", "clause")
    return list(found)


@dataclass(frozen=True, slots=True)
class History:
    """What a target or task said before, and what later documents say in its place."""

    earlier: tuple[Target | PlanTask, ...]
    later: tuple[Target | PlanTask, ...]

    def __bool__(self) -> bool:
        return bool(self.earlier or self.later)


def history(row: Target | PlanTask, *, viewer: object, most: int = 20) -> History:
    """The statements before and after one, each a document older or newer; one query a step."""
    readable = type(row).objects.visible_to(viewer).select_related("plan", "lead", "clause")
    earlier: list[Target | PlanTask] = []
    at = row
    while at.restates_id and len(earlier) < most:
        before = readable.filter(pk=at.restates_id).first()
        if before is None:
            break
        earlier.append(before)
        at = before
    later: list[Target | PlanTask] = []
    at = row
    while len(later) < most and (after := readable.filter(restates_id=at.pk).first()):
        later.append(after)
        at = after
    return History(tuple(earlier), tuple(later))


def counts(rows: Sequence[TargetRow]) -> dict[State, int]:
    """How many targets are in each state; every state is there, also with zero."""
    found = Counter(row.state for row in rows)
    return {state: found[state] for state in STATES}


def by_pillar(rows: Sequence[TargetRow]) -> list[tuple[Pillar, list[TargetRow]]]:
    """Targets grouped by pillar, in the pillars' order."""
    return [(pillar, [row for row in rows if row.target.pillar == pillar]) for pillar in Pillar]


def most_behind(rows: Sequence[TargetRow], limit: int = 5) -> list[TargetRow]:
    """Targets behind, the farthest from its goal first."""
    behind = [row for row in rows if row.state == "behind"]
    return sorted(behind, key=lambda row: row.standing.attained or Decimal(0))[:limit]


class PlannedTargets:
    """What plans ask of indicators, as measurement asks for it (`measurement.ports.Targets`)."""

    def lines(self, indicator: str, body: str, *, viewer: object) -> list[TargetLine]:
        """Targets with a number for an indicator, of the plans of a body. One query.

        One that speaks of a single level is left out where the indicator has several: the body's
        whole is never judged by it.
        """
        found = (
            Target.objects.visible_to(viewer)
            .filter(indicator_code=indicator, plan__organisation__code=body)
            .exclude(value=None)
            .select_related("plan")
            .defer("plan__document")
            .order_by("-plan__year", "deadline", "order")
        )
        rows = list(found)
        levels = 0
        if any(row.level for row in rows):
            version = IndicatorVersion.objects.filter(latest=True, code=indicator).first()
            levels = len(version.content["applies_to"]) if version else 0
        return [
            TargetLine(row.pk, row.name, row.comparator, row.value, row.deadline, row.plan.title)
            for row in rows
            if row.value is not None and not (row.level and levels > 1)
        ]

    def bound(self, *, viewer: object) -> list[str]:
        """Codes of the newest plan's indicators, in the order of its text."""
        plan = current_plan(viewer)
        if plan is None:
            return []
        codes = (
            Target.objects.visible_to(viewer)
            .filter(plan=plan)
            .exclude(indicator_code="")
            .order_by("order")
            .values_list("indicator_code", flat=True)
        )
        return list(dict.fromkeys(codes))
