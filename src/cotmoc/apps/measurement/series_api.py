"""A series over the API: the same as the page draws, always with the rules it was drawn by."""

from datetime import date
from typing import Any, Literal

from django.http import Http404, HttpRequest
from django.shortcuts import get_object_or_404
from django.utils import timezone
from ninja import Query, Router, Schema
from pydantic import Field

from cotmoc.analytics.closure import ShareRule
from cotmoc.analytics.merging import MergeRule
from cotmoc.apps.measurement.catalogue import calendars
from cotmoc.apps.measurement.models import IndicatorVersion
from cotmoc.apps.measurement.series import (
    NotPreparedError,
    Point,
    divided_parts,
    find_subject,
    last_day_of_data,
    series,
    usual_periods,
)
from cotmoc.apps.orgs.queries.closure import looked_at_once
from cotmoc.core.calendars import Calendar
from cotmoc.core.periods import CIVIL, Period
from cotmoc.rest.auth import viewer
from cotmoc.rest.fields import Code, Day, Number

MOST_POINTS = 120
ShareRuleCode = Literal["equal", "area", "population"]
MergeRuleCode = Literal["sum_of_parts", "mean_of_parts", "population_weighted"]

router = Router(tags=["measurement"])


class SeriesFilters(Schema):
    """What the series is drawn by."""

    calendar: Code = Field(CIVIL, description="code of the calendar: calendar, nd09, week")
    kind: Code | None = Field(
        None, description="month, quarter, half, nine_months, year, week; the calendar's shortest"
    )
    on: Day | None = Field(None, description="on the units of this day; left out: as it was")
    share_rule: ShareRuleCode = Field("equal", description="by what divided units are split")
    merge_rule: MergeRuleCode = Field(
        "sum_of_parts", description="what the value of a merged unit is"
    )
    last: int | None = Field(
        None, ge=1, le=MOST_POINTS, description="how many periods, up to the newest data"
    )


class Borders(Schema):
    """`as_it_was`, or the units of a day."""

    rule: Literal["as_it_was", "on_the_units_of"]
    on: Day | None


class SeriesPoint(Schema):
    """One period. `value` is null where there is none; `reason` then says why."""

    period: str
    start: Day
    last_day: Day
    value: Number | None
    numerator: Number | None
    denominator: Number | None
    status: str
    basis: str
    reason: str | None = Field(description="why there is no value, or why it is unsure")
    by_share: Number | None = Field(
        description="part (0 to 1) of what was counted that came by a share"
    )
    figure: str | None = Field(description="reference of the stored figure, if it is one")


class SharedPart(Schema):
    """A body that counts only by a share."""

    body: str
    share: Number


class Unprepared(Schema):
    """Months whose facts must be read first (`cotmoc compute`); there are no points then."""

    months: list[str]
    rows: int


class Series(Schema):
    """Values over time for one body, the oldest first, with the rules they were reckoned by."""

    indicator: str
    version: int
    unit: str
    direction: Literal["up", "down"]
    body: str
    body_name: str
    calendar: str
    kind: str
    borders: Borders
    share_rule: str
    merge_rule: str
    points: list[SeriesPoint]
    parts_by_share: list[SharedPart]
    unprepared: Unprepared | None


@router.get("/series/{indicator}/{body}", response=Series)
def indicator_series(
    request: HttpRequest, indicator: Code, body: Code, filters: Query[SeriesFilters]
) -> dict[str, Any]:
    """An indicator over time for an organisation (its code) or a territory of any time (its key),
    in any calendar, as it was or on the units of a day. 404 for an unknown calendar or kind too."""
    row = get_object_or_404(IndicatorVersion, latest=True, code=indicator)
    with looked_at_once():
        subject = find_subject(body)
        known = calendars()
        if subject is None or filters.calendar not in known:
            raise Http404
        calendar = known[filters.calendar]
        kind = filters.kind or calendar.kinds[0]
        if kind not in calendar.kinds:
            raise Http404
        definition = row.definition
        periods = _periods(calendar, kind, last_day_of_data(definition), filters.last or 0)
        rule, merge_rule = ShareRule(filters.share_rule), MergeRule(filters.merge_rule)
        points: list[Point] = []
        unprepared = None
        try:
            points = series(
                definition,
                subject,
                periods,
                calendar=calendar.code,
                on=filters.on,
                rule=rule,
                merge_rule=merge_rule,
                viewer=viewer(request),
                today=timezone.localdate(),
            )
        except NotPreparedError as problem:
            unprepared = {"months": list(problem.months), "rows": problem.rows}
        parts = divided_parts(subject.code, filters.on, rule) if filters.on else []
    return {
        "indicator": row.code,
        "version": row.version,
        "unit": row.unit,
        "direction": row.direction,
        "body": subject.code,
        "body_name": subject.name,
        "calendar": calendar.code,
        "kind": kind,
        "borders": {
            "rule": "on_the_units_of" if filters.on else "as_it_was",
            "on": filters.on,
        },
        "share_rule": rule.value,
        "merge_rule": merge_rule.value,
        "points": [_point(each) for each in points],
        "parts_by_share": [{"body": each.code, "share": each.share} for each in parts],
        "unprepared": unprepared,
    }


def _periods(calendar: Calendar, kind: str, last: date | None, count: int) -> list[Period]:
    return usual_periods(calendar, kind, last or timezone.localdate(), count)


def _point(point: Point) -> dict[str, Any]:
    return {
        "period": point.period.code,
        "start": point.period.start,
        "last_day": point.period.last_day,
        "value": point.value,
        "numerator": point.numerator,
        "denominator": point.denominator,
        "status": point.status,
        "basis": point.basis,
        "reason": point.reason or None,
        "by_share": point.by_share,
        "figure": point.figure or None,
    }
