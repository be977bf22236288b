"""Targets of plans over the API, each with its standing today."""

from typing import Any, Literal

from django.http import Http404, HttpRequest
from django.utils import timezone
from ninja import Query, Router, Schema
from pydantic import Field

from cotmoc.apps.programmes.models import Plan, Target
from cotmoc.apps.programmes.queries import TargetRow, current_plan, target_rows
from cotmoc.rest.auth import viewer
from cotmoc.rest.fields import Day, Number, Words, folded_words
from cotmoc.rest.paging import Page, Paging, page

StateCode = Literal["met", "on_the_way", "behind", "no_data", "not_applicable"]
PillarCode = Literal["government", "economy", "society"]
LARGEST_ID = 2**63 - 1

router = Router(tags=["programmes"])


class TargetOut(Schema):
    """A target of a plan: what the text promises, what measures it, how far it is."""

    id: int
    plan: int
    plan_title: str
    order: int = Field(description="place in the plan's text")
    clause: str = Field(description="address of the clause that states it")
    quote: str = Field(description="the words of the plan")
    name: str
    comparator: str
    value: Number | None
    value_high: Number | None
    unit: str
    level: str = Field(description="the level the target speaks of; empty: the whole province")
    pillar: Literal["government", "economy", "society", ""]
    deadline: Day | None
    lead: str | None = Field(description="the lead organisation as the plan writes it")
    lead_code: str | None = Field(description="its code, where it is known")
    indicator: str | None = Field(description="code of the indicator that measures it")
    state: StateCode
    attained: Number | None = Field(description="part of the goal attained; 1 is all of it")
    short: Number | None = Field(description="what is missing, in the goal's unit")
    short_count: int | None = Field(description="what is missing, in things to do")
    figure: str | None = Field(description="reference of the figure it is judged by")


class TargetPage(Page[TargetOut]):
    pass


class TargetFilters(Schema):
    plan: int | None = Field(
        None, ge=1, le=LARGEST_ID, description="id of a plan; default the newest"
    )
    state: StateCode | None = None
    pillar: PillarCode | None = None
    q: Words | None = None


@router.get("/targets", response=TargetPage)
def targets(
    request: HttpRequest, filters: Query[TargetFilters], paging: Query[Paging]
) -> dict[str, Any]:
    """The targets of one plan in the order of its text."""
    plan = _plan(request, filters.plan)
    rows = _rows(request, plan) if plan else []
    return page(request, [row for row in rows if _matches(row, filters)], paging, _target_out)


@router.get("/targets/{target_id}", response=TargetOut)
def target(request: HttpRequest, target_id: int) -> dict[str, Any]:
    """One target."""
    found = (
        Target.objects.visible_to(viewer(request))
        .filter(pk=target_id)
        .select_related("lead", "clause", "plan__document", "plan__organisation")
        .first()
    )
    if found is None:
        raise Http404
    return _target_out(_rows(request, found.plan, [found])[0])


def _plan(request: HttpRequest, plan_id: int | None) -> Plan | None:
    if plan_id is None:
        return current_plan(viewer(request))
    plan = Plan.objects.visible_to(viewer(request)).filter(pk=plan_id).first()
    if plan is None:
        raise Http404
    return plan


def _rows(request: HttpRequest, plan: Plan, chosen: list[Target] | None = None) -> list[TargetRow]:
    return target_rows(plan, viewer=viewer(request), today=timezone.localdate(), targets=chosen)


def _matches(row: TargetRow, filters: TargetFilters) -> bool:
    return (
        (filters.state is None or row.state == filters.state)
        and (filters.pillar is None or row.target.pillar == filters.pillar)
        and all(word in row.target.search for word in folded_words(filters.q))
    )


def _target_out(row: TargetRow) -> dict[str, Any]:
    target, standing = row.target, row.standing
    return {
        "id": target.pk,
        "plan": target.plan_id,
        "plan_title": target.plan.title,
        "order": target.order,
        "clause": target.clause.address,
        "quote": target.quote,
        "name": target.name,
        "comparator": target.comparator,
        "value": target.value,
        "value_high": target.value_high,
        "unit": target.unit,
        "level": target.level,
        "pillar": target.pillar,
        "deadline": target.deadline,
        "lead": target.lead_text or None,
        "lead_code": target.lead.code if target.lead else None,
        "indicator": target.indicator_code or None,
        "state": row.state,
        "attained": standing.attained,
        "short": standing.short,
        "short_count": standing.short_count,
        "figure": str(row.figure) if row.figure else None,
    }
