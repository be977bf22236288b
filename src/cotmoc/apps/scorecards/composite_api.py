"""How sure ranks are, over the API."""

from typing import Any, Literal

from django.http import Http404, HttpRequest
from ninja import Query, Router, Schema
from pydantic import Field

from cotmoc.apps.measurement.queries import calendars
from cotmoc.apps.scorecards import queries
from cotmoc.apps.scorecards.models import IndexVersion
from cotmoc.apps.scorecards.robustness import MOST_DRAWS, Choices, Robustness, robustness
from cotmoc.core.calendars import CalendarError
from cotmoc.rest.auth import viewer
from cotmoc.rest.fields import Code, Number, PeriodCode

router = Router(tags=["scorecards"])

KindCode = Literal["province", "department", "commune"]
_NOTHING: dict[str, Any] = {"units": [], "movers": [], "flat": [], "silent": [], "beside": []}


class RobustnessFilters(Schema):
    """Of whom, and what is varied."""

    kind: KindCode | None = Field(
        None, description="bodies of one kind are ranked among each other; default: the most bodies"
    )
    method: Code | None = Field(
        None, description="default: the method in force on the period's last day, else the newest"
    )
    period: PeriodCode | None = Field(None, description="default: the newest with scorecards")
    what: Literal["all", "weights", "scale", "mean", "leaves"] = Field(
        "all", description="what is varied"
    )
    noise: float = Field(0.25, ge=0, le=1, description="how far weights swing: 0.25 is a quarter")
    draws: int = Field(1000, ge=1, le=MOST_DRAWS)
    seed: int = Field(1, ge=0, lt=2**31, description="the same seed gives the same draws")


class RankInterval(Schema):
    """Ranks of one body over the draws: nine out of ten are between `low` and `high`."""

    unit_code: str
    unit_name: str
    rank: int | None = Field(description="by points, as in the ranking")
    nominal: int | None = Field(description="by the shares that are varied")
    low: Number | None = Field(description="5th percentile of the ranks")
    median: Number | None
    high: Number | None = Field(description="95th percentile of the ranks")
    mean: Number | None
    shift: Number | None = Field(description="mean distance from the nominal rank, in places")
    without_points: Number = Field(
        description="part (0 to 1) of the maximum of which the body has no points"
    )


class RankMover(Schema):
    """What moves ranks when it alone is changed."""

    what: Literal["weights", "normalisation", "aggregation", "indicator"]
    name: str = Field(description="the method, or the code of the leaf that is left out")
    shift: Number = Field(description="mean over the bodies, in places")
    most: int
    unit_code: str | None = Field(description="who moves farthest")
    to: int | None = Field(description="its rank then")


class RankRobustness(Schema):
    """Rank intervals and what moves ranks, the strongest first."""

    index: str
    method: str
    period: str
    kind: KindCode
    draws: int
    seed: int
    units: list[RankInterval]
    movers: list[RankMover]
    flat: list[str] = Field(description="leaves in which all bodies have the same share")
    silent: list[str] = Field(description="leaves that nobody has points of: not varied")
    beside: list[str] = Field(description="bonuses and penalties: not varied")


@router.get("/indices/{code}/robustness", response=RankRobustness)
def index_robustness(
    request: HttpRequest, code: Code, filters: Query[RobustnessFilters]
) -> dict[str, Any]:
    """How sure the ranks of a period are: the ranking computed again with other weights, scales and
    means. Without units where fewer than three bodies have a rank."""
    index = _method(code, filters)
    known = queries.periods_of(index, viewer=viewer(request))
    period = filters.period or (known[0] if known else "")
    kinds = queries.kinds_of(index, period, viewer=viewer(request))
    kind: str = filters.kind or max(kinds, key=lambda each: kinds[each], default="commune")
    choices = Choices(filters.what, filters.noise, filters.draws, filters.seed)
    found = robustness(index, period, kind, choices, viewer=viewer(request))
    return {
        "index": index.code,
        "method": index.method,
        "period": period,
        "kind": kind,
        "draws": choices.draws,
        "seed": choices.seed,
        **(_said(found) if found else _NOTHING),
    }


def _method(code: str, filters: RobustnessFilters) -> IndexVersion:
    try:
        day = calendars().parse(filters.period) if filters.period else None
        return queries.method_for(code, method=filters.method or "", period=day)
    except (IndexVersion.DoesNotExist, CalendarError, ValueError) as error:
        raise Http404 from error


def _said(found: Robustness) -> dict[str, Any]:
    return {
        "units": [
            {
                "unit_code": body.card.subject_code,
                "unit_name": body.card.subject_name,
                "rank": body.card.rank,
                "nominal": body.ranks.nominal,
                "low": body.ranks.low,
                "median": body.ranks.median,
                "high": body.ranks.high,
                "mean": body.ranks.mean,
                "shift": body.ranks.shift,
                "without_points": body.filled,
            }
            for body in found.bodies
        ],
        "movers": [
            {
                "what": each.what,
                "name": each.name,
                "shift": each.shift,
                "most": each.most,
                "unit_code": each.unit or None,
                "to": each.to or None,
            }
            for each in found.movers
        ],
        "flat": found.flat,
        "silent": found.silent,
        "beside": found.beside,
    }
