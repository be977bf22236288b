"""A forecast over the API, with how wrong it may be."""

from typing import Any, Literal

from django.http import Http404, HttpRequest
from django.shortcuts import get_object_or_404
from ninja import Query, Router, Schema
from pydantic import Field

from cotmoc.apps.measurement.forecasting import GoalAhead, YearAhead, year_ahead
from cotmoc.apps.measurement.models import IndicatorVersion
from cotmoc.apps.orgs.models import Organisation
from cotmoc.rest.auth import viewer
from cotmoc.rest.fields import Code, Day, Number

router = Router(tags=["measurement"])


class ForecastFilters(Schema):
    """Which year."""

    year: int | None = Field(None, ge=1900, le=2999, description="that of the latest month")


class PathPoint(Schema):
    """A month to come; the bounds hold four times out of five."""

    period: str
    expected: float
    low: float | None
    high: float | None


class GoalForecast(Schema):
    """A target: how likely the year's end reaches it, and what each remaining month must bring."""

    target: int
    comparator: str
    value: Number
    deadline: Day | None
    after_the_year: bool
    probability: float | None = Field(description="0 to 1; null where the series is too short")
    needed_a_month: float | None
    lately_a_month: float | None
    possible: bool | None


class Forecast(Schema):
    """The value of a year, from its months. An estimate, never a figure."""

    indicator: str
    version: int
    unit: str
    body: str
    year: int
    made_of_months: Literal["ratio", "sum", "mean", "last"]
    added_against_rule: bool = Field(
        description="the definition judges each month at its own end; the year's figure may differ"
    )
    months_known: int
    gaps: int
    short: bool = Field(description="too short for bounds and probabilities")
    model: str
    error: float | None = Field(description="mean error a month, tried on the series itself")
    so_far: float | None
    expected: float
    low: float | None
    high: float | None
    path: list[PathPoint]
    goals: list[GoalForecast]


@router.get("/forecast/{indicator}/{body}", response=Forecast)
def forecast(
    request: HttpRequest, indicator: Code, body: Code, filters: Query[ForecastFilters]
) -> dict[str, Any]:
    """Where an indicator of an organisation will stand at the end of a year. 404 where no month of
    it has a figure."""
    row = get_object_or_404(IndicatorVersion, latest=True, code=indicator)
    organisation = get_object_or_404(Organisation, code=body)
    ahead = year_ahead(row, organisation, viewer=viewer(request), year=filters.year)
    if ahead is None or ahead.outlook is None:
        raise Http404
    found = ahead.outlook
    return {
        "indicator": row.code,
        "version": row.version,
        "unit": row.unit,
        "body": organisation.code,
        "year": ahead.year,
        "made_of_months": ahead.making,
        "added_against_rule": ahead.added_against_rule,
        "months_known": found.history,
        "gaps": found.gaps,
        "short": found.short,
        "model": found.model,
        "error": found.error,
        "so_far": found.so_far,
        "expected": found.expected,
        "low": found.low,
        "high": found.high,
        "path": _path(ahead),
        "goals": [_goal(each) for each in ahead.goals],
    }


def _path(ahead: YearAhead) -> list[dict[str, Any]]:
    assert ahead.outlook is not None
    found = ahead.outlook
    bounds = (
        found.path_low or (None,) * len(found.path),
        found.path_high or (None,) * len(found.path),
    )
    return [
        {"period": period.code, "expected": value, "low": low, "high": high}
        for period, value, low, high in zip(ahead.to_come, found.path, *bounds, strict=True)
    ]


def _goal(each: GoalAhead) -> dict[str, Any]:
    pace = each.outlook.pace
    return {
        "target": each.target.pk,
        "comparator": each.target.comparator,
        "value": each.target.value,
        "deadline": each.target.deadline,
        "after_the_year": each.later,
        "probability": each.outlook.probability,
        "needed_a_month": pace.value if pace else None,
        "lately_a_month": pace.now if pace else None,
        "possible": pace.possible if pace else None,
    }
