"""Points lost and what if over the API. A what-if computes and stores nothing."""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import Annotated, Any, Literal

from django.http import Http404, HttpRequest
from django.utils import timezone
from ninja import Query, Router, Schema
from ninja.errors import ValidationError
from pydantic import Field, WithJsonSchema

from cotmoc.apps.scorecards.api import InTwoLanguages, KindCode
from cotmoc.apps.scorecards.assuming import Dial, Distance, Outcome, dials, read_assumed, what_if
from cotmoc.apps.scorecards.baseline import Baseline, code_of
from cotmoc.apps.scorecards.losses import Gap, LostRow, lost_rows
from cotmoc.apps.scorecards.models import Card, Proposal, Scenario
from cotmoc.apps.scorecards.opening import Opened, open_card_of
from cotmoc.apps.scorecards.scenarios import scenarios
from cotmoc.indicators.indices.losses import ORDERS, Effort, Step
from cotmoc.indicators.indices.results import BodyScore
from cotmoc.rest.auth import viewer
from cotmoc.rest.fields import Code, Number, PeriodCode, Words, folded_words
from cotmoc.rest.paging import Page, Paging, page

WhyCode = Literal["no_data", "nothing_arose", "unknown_rule", "others", "given", "out_of_reach"]
MOST_ASSUMED = 500
# A number as it is sent: exact, where `Number` is the nearest binary fraction.
Exact = Annotated[Decimal, WithJsonSchema({"type": "number"})]

router = Router(tags=["scorecards"])


class Asked(Schema):
    method: Code | None = Field(None, description="default: the newest that scored the body")
    period: PeriodCode | None = Field(None, description="default: the newest with a scorecard")


class Proposed(Schema):
    """The task proposed for a leaf."""

    id: int
    state: Literal["proposed", "taken", "dropped"]
    reference: str = Field(description="address of the task, once it is one")


class StepOut(Schema):
    """What is to be done with one operand: `count` things more (or fewer), a `value` to be
    reached, or `options` to be met."""

    operand: str
    reads: str = Field(description="figure:INDICATOR or answer:LEAF")
    count: int | None
    fewer: bool
    value: Number | None
    options: list[str]


class EffortOut(Schema):
    """The least that wins so many points: with one thing less it does not."""

    gain: Number
    points: Number
    things: int | None = Field(description="dossiers or actions; null where only a value is known")
    steps: list[StepOut]


class MemberOut(Schema):
    unit_code: str
    unit_name: str
    missing: Number
    figure: int


class GapOut(Schema):
    """A figure that a leaf reads, and what it is short of."""

    figure: str
    id: int
    numerator: Number | None
    denominator: Number | None
    value: Number | None
    missing: Number | None
    fewer: bool = Field(description="whether fewer counted things are better")
    facts: bool = Field(description="whether there are single facts that you may open")
    members: list[MemberOut] = Field(description="which member bodies cost most")


class LostLeaf(Schema):
    """A leaf with what it loses; `lost` is null where it has no points: missing is not zero."""

    leaf: str
    name: InTwoLanguages
    group: str
    points: Number | None
    max: Number
    lost: Number | None
    status: str
    why: WhyCode | None = Field(description="why the effort cannot be told")
    tenth: EffortOut | None
    point: EffortOut | None
    full: EffortOut | None
    owner_code: str | None
    owner: str
    figures: list[GapOut]
    task: Proposed | None


class LostPage(Page[LostLeaf]):
    pass


class LostFilters(Asked):
    sort: Literal["lost", "effort", "return"] = "lost"


class TotalAndRank(Schema):
    """A total and its place."""

    total: Number | None
    max: Number
    scored_max: Number
    rank: int | None
    ranked: int


class DistanceOut(Schema):
    """To a rank: how many points of the total are missing, and who holds it."""

    rank: int
    points: Number
    bodies: list[str]


class BeforeAfter(Schema):
    code: str
    name: InTwoLanguages
    max: Number
    now: Number | None
    then: Number | None


class DialOut(Schema):
    """A reading that can be assumed, as it is now."""

    name: str = Field(description="the key under which it is assumed")
    leaf: str
    reads: str
    kind: Literal["parts", "value", "choice", "points"]
    numerator: Number | None
    denominator: Number | None
    value: Number | None
    points: Number | None
    share: bool = Field(description="whether the numerator cannot exceed the denominator")
    options: list[str]


class WhatIf(Schema):
    """A scorecard now and as assumed, among the bodies of its kind."""

    index: str
    method: str
    period: str
    unit_code: str
    unit_name: str
    kind: KindCode
    computed_at: datetime
    assumptions: int
    now: TotalAndRank
    then: TotalAndRank
    gain: Number | None
    places: int | None = Field(description="places won; negative: lost")
    next: DistanceOut | None
    wanted: DistanceOut | None
    groups: list[BeforeAfter]
    leaves: list[BeforeAfter]
    dials: list[DialOut]


class Assumption(Schema):
    """Numerator and denominator, a value, options, or points: as its dial's kind says."""

    numerator: Exact | None = None
    denominator: Exact | None = None
    value: Exact | None = None
    points: Exact | None = None
    chosen: list[str] | None = Field(None, max_length=100)


class WhatIfAsked(Schema):
    assumed: dict[str, Assumption] = Field({}, max_length=MOST_ASSUMED)
    wanted_rank: int | None = Field(None, ge=1, le=10_000)


class ScenarioOut(Schema):
    """A kept what-if: your own, or shared by its owner."""

    id: int
    name: str
    index: str
    method: str
    period: str
    unit_code: str
    unit_name: str
    assumed: dict[str, Any]
    owner: str
    own: bool
    shared: bool
    changed_at: datetime


class ScenarioPage(Page[ScenarioOut]):
    pass


class ScenarioFilters(Schema):
    index: Code | None = None
    unit_code: Code | None = None
    period: PeriodCode | None = None
    q: Words | None = None


@router.get("/indices/{code}/cards/{unit_code}/lost", response=LostPage)
def points_lost(
    request: HttpRequest,
    code: Code,
    unit_code: Code,
    filters: Query[LostFilters],
    paging: Query[Paging],
) -> dict[str, Any]:
    """Leaves on which a body loses points, with what wins them back and the figures that cost
    them: the most lost first, the least to do, or the most for each thing done."""
    _opened, card, base = _open(request, code, unit_code, filters)
    rows = lost_rows(card, base, viewer=viewer(request), on=timezone.localdate())
    by_loss = {id(row.loss): row for row in rows}
    found = [by_loss[id(loss)] for loss in ORDERS[filters.sort]([row.loss for row in rows])]
    return page(request, found, paging, _lost)


@router.get("/indices/{code}/cards/{unit_code}/what-if", response=WhatIf)
def what_can_be_assumed(
    request: HttpRequest, code: Code, unit_code: Code, asked: Query[Asked]
) -> dict[str, Any]:
    """A scorecard with all readings that can be assumed, as they are now."""
    return _played(
        *_open(request, code, unit_code, asked), WhatIfAsked(assumed={}, wanted_rank=None)
    )


@router.post("/indices/{code}/cards/{unit_code}/what-if", response=WhatIf)
def score_what_if(
    request: HttpRequest, code: Code, unit_code: Code, asked: Query[Asked], body: WhatIfAsked
) -> dict[str, Any]:
    """The scorecard that comes of assumed readings, its rank and the distance to the next and to
    a wanted one. Nothing is stored. What is impossible is refused by name (422)."""
    return _played(*_open(request, code, unit_code, asked), body)


@router.get("/scenarios", response=ScenarioPage)
def kept_scenarios(
    request: HttpRequest, filters: Query[ScenarioFilters], paging: Query[Paging]
) -> dict[str, Any]:
    """Your own scenarios and those that others shared, the newest first."""
    found = scenarios(viewer=viewer(request))
    for lookup, value in (
        ("index__code", filters.index),
        ("organisation__code", filters.unit_code),
        ("period", filters.period),
    ):
        if value:
            found = found.filter(**{lookup: value})
    for word in folded_words(filters.q):
        found = found.filter(organisation__search__contains=word)
    return page(request, found, paging, lambda row: _scenario(row, viewer(request)))


def _open(
    request: HttpRequest, code: str, unit: str, asked: Asked
) -> tuple[Opened, Card, Baseline]:
    wanted = {"method": asked.method or "", "period": asked.period or ""}
    opened = open_card_of(code, unit, wanted, viewer=viewer(request))
    if opened.card is None or opened.base is None:
        raise Http404
    if asked.period and opened.period != asked.period:
        raise Http404
    return opened, opened.card, opened.base


def _played(opened: Opened, card: Card, base: Baseline, asked: WhatIfAsked) -> dict[str, Any]:
    body = code_of(card)
    known = dials(base, body)
    given = {name: each.dict(exclude_none=True) for name, each in asked.assumed.items()}
    read = read_assumed(known, given)
    if read.refused:
        raise ValidationError(
            [
                {"type": "impossible", "loc": ("body", each.name), "msg": each.text}
                for each in read.refused
            ]
        )
    outcome = what_if(base, body, read.readings, wanted_rank=asked.wanted_rank)
    return _what_if(opened, base, outcome, known, len(read.kept))


def _what_if(
    opened: Opened, base: Baseline, outcome: Outcome, known: Sequence[Dial], assumptions: int
) -> dict[str, Any]:
    return {
        "index": opened.version.code,
        "method": opened.version.method,
        "period": opened.period,
        "unit_code": opened.unit,
        "unit_name": outcome.now.body.name,
        "kind": outcome.now.body.kind,
        "computed_at": base.computed_at,
        "assumptions": assumptions,
        "now": _standing(outcome.now),
        "then": _standing(outcome.then),
        "gain": outcome.gain,
        "places": outcome.places,
        "next": _distance(outcome.next),
        "wanted": _distance(outcome.wanted),
        "groups": [
            _both(node.code, node.name, node.max, now.points, then.points)
            for node, now, then in outcome.groups(base.index)
        ],
        "leaves": [
            _both(
                leaf.code,
                leaf.name,
                leaf.max,
                outcome.now.leaves[leaf.code].points,
                outcome.then.leaves[leaf.code].points,
            )
            for leaf in base.asked.leaves()
        ],
        "dials": [_dial(each) for each in known],
    }


def _both(
    code: str, name: Any, most: Decimal, now: Decimal | None, then: Decimal | None
) -> dict[str, Any]:
    return {"code": code, "name": name, "max": most, "now": now, "then": then}


def _standing(score: BodyScore) -> dict[str, Any]:
    return {
        "total": score.total,
        "max": score.max,
        "scored_max": score.scored_max,
        "rank": score.rank,
        "ranked": score.ranked,
    }


def _distance(distance: Distance | None) -> dict[str, Any] | None:
    if distance is None:
        return None
    return {"rank": distance.rank, "points": distance.points, "bodies": list(distance.bodies)}


def _dial(dial: Dial) -> dict[str, Any]:
    now = dial.now
    return {
        "name": dial.name,
        "leaf": dial.leaf.code,
        "reads": dial.key,
        "kind": dial.kind.value,
        "numerator": now and now.numerator,
        "denominator": now and now.denominator,
        "value": now and now.value,
        "points": dial.points_now,
        "share": dial.share,
        "options": dial.codes if dial.kind.value == "choice" else [],
    }


def _lost(row: LostRow) -> dict[str, Any]:
    loss = row.loss
    return {
        "leaf": loss.leaf.code,
        "name": loss.leaf.name,
        "group": row.place.code if row.place else "",
        "points": loss.points,
        "max": loss.max,
        "lost": loss.lost,
        "status": loss.status.value,
        "why": loss.why.value if loss.why else None,
        "tenth": _effort(loss.tenth),
        "point": _effort(loss.point),
        "full": _effort(loss.full),
        "owner_code": row.owner.code if row.owner else None,
        "owner": row.owner.short_name if row.owner else row.owner_named,
        "figures": [_gap(gap) for gap in row.gaps],
        "task": _task(row.proposal),
    }


def _task(proposal: Proposal | None) -> dict[str, Any] | None:
    if proposal is None:
        return None
    return {"id": proposal.pk, "state": proposal.state, "reference": proposal.reference}


def _effort(effort: Effort | None) -> dict[str, Any] | None:
    if effort is None:
        return None
    return {
        "gain": effort.gain,
        "points": effort.points,
        "things": effort.things,
        "steps": [_step(step) for step in effort.steps],
    }


def _step(step: Step) -> dict[str, Any]:
    return {
        "operand": step.name,
        "reads": step.key,
        "count": step.count,
        "fewer": step.fewer,
        "value": step.value,
        "options": list(step.options),
    }


def _gap(gap: Gap) -> dict[str, Any]:
    return {
        "figure": str(gap.figure),
        "id": gap.figure.pk,
        "numerator": gap.figure.numerator,
        "denominator": gap.figure.denominator,
        "value": gap.figure.value,
        "missing": gap.missing,
        "fewer": gap.fewer,
        "facts": gap.opens,
        "members": [
            {
                "unit_code": each.code,
                "unit_name": each.name,
                "missing": each.missing,
                "figure": each.figure,
            }
            for each in gap.members
        ],
    }


def _scenario(row: Scenario, person: Any) -> dict[str, Any]:
    return {
        "id": row.pk,
        "name": row.name,
        "index": row.index.code,
        "method": row.index.method,
        "period": row.period,
        "unit_code": row.organisation.code,
        "unit_name": row.organisation.short_name,
        "assumed": row.assumed,
        "owner": row.owner.name if row.owner else "",
        "own": row.owner_id == person.pk,
        "shared": row.shared,
        "changed_at": row.changed_at,
    }
