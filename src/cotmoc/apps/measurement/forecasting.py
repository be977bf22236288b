"""Where indicators of a body will stand at the end of a year, from their monthly figures.

Months come as stored figures, read in one query for all indicators asked for. How a year is made
of months follows the definition; where the definition forbids adding months (each is judged at its
own end), the forecast still adds them and says so: it is an estimate.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from cotmoc.apps.measurement.models import Figure, IndicatorVersion
from cotmoc.apps.measurement.ports import TargetLine, targets
from cotmoc.apps.orgs.models import Organisation
from cotmoc.core.periods import Period, month_number, month_of
from cotmoc.indicators.definitions import REPORTED_TABLE, Definition
from cotmoc.indicators.forecast.outlook import Comparator, Goal, Making, Outlook, Past, outlook
from cotmoc.indicators.forecast.series import series

MONTHS = 48  # of history at most: what is older says little of this year
_COMPARATORS: Mapping[str, Comparator] = {">=": ">=", ">": ">=", "=": ">=", "<=": "<=", "<": "<="}


@dataclass(frozen=True, slots=True)
class Month:
    """One month that is known, or that no figure speaks of (`value` None)."""

    period: Period
    value: Decimal | None
    status: str


@dataclass(frozen=True, slots=True)
class GoalAhead:
    """A target with how likely the year's end reaches it and the pace it needs.

    `later` is True where its deadline lies after the year.
    """

    target: TargetLine
    outlook: Outlook
    later: bool


@dataclass(frozen=True, slots=True)
class YearAhead:
    """One indicator of one body in one year: the months known, the months to come, the outlook."""

    indicator: IndicatorVersion
    year: int
    months: tuple[Month, ...]
    to_come: tuple[Period, ...]
    making: Making
    added_against_rule: bool
    past: Past
    outlook: Outlook | None
    goals: tuple[GoalAhead, ...] = ()


def year_ahead(
    indicator: IndicatorVersion, body: Organisation, *, viewer: object, year: int | None = None
) -> YearAhead | None:
    """One indicator with the targets that plans set for it; None where no month has a figure.

    `year` is the one of the latest month unless given.
    """
    found = years_ahead([indicator], body, viewer=viewer, year=year).get(indicator.code)
    if found is None:
        return None
    lines = targets().lines(indicator.code, body.code, viewer=viewer)
    goals = [goal for line in lines if (goal := _goal(found, line))]
    return replace(found, goals=tuple(goals))


def years_ahead(
    indicators: Iterable[IndicatorVersion],
    body: Organisation,
    *,
    viewer: object,
    year: int | None = None,
) -> dict[str, YearAhead]:
    """The same for many indicators, by code, without their targets. One query."""
    asked = {each.code: each for each in indicators}
    return {
        code: _ahead(asked[code], figures, year)
        for code, figures in _figures(asked, body, viewer, year).items()
    }


def past_of(
    definition: Definition, months: Sequence[Figure | None], so_far: int, remaining: int
) -> Past:
    """What a forecast reads of monthly figures, the oldest first: the last `so_far` of them are of
    the year looked at, of which `remaining` months are to come."""
    making, _against = making_of(definition)
    tops = [_number(each.numerator) if each else None for each in months]
    bottoms = [_number(each.denominator) if each else None for each in months]
    share = making == "ratio" and all(
        top <= bottom
        for top, bottom in zip(tops, bottoms, strict=True)
        if top is not None and bottom is not None
    )
    scale = float(definition.scale)
    return Past(
        values=series([_number(each.value) if each else None for each in months]),
        so_far=so_far,
        remaining=remaining,
        making=making,
        weights=series(bottoms) if making == "ratio" else None,
        scale=scale,
        low=0.0 if definition.unit in ("%", "count", "VND", "days", "points") else None,
        high=scale if share or definition.unit == "%" else None,
    )


def making_of(definition: Definition) -> tuple[Making, bool]:
    """How a year is made of an indicator's months, and whether the definition itself forbids it
    (then the year's real value may differ)."""
    if definition.formula is not None:
        return "last", False
    path = definition.paths[0]
    additive = definition.rollup_time == "sum"
    facts = path.table != REPORTED_TABLE and not any(term.until for term in path.terms)
    if path.denominator is not None and (additive or facts):
        return "ratio", not additive
    if definition.rollup_time == "mean":
        return "mean", False
    if additive or (facts and definition.unit in ("count", "VND")):
        return "sum", not additive
    return "last", False


def _figures(
    asked: Mapping[str, IndicatorVersion], body: Organisation, viewer: object, year: int | None
) -> dict[str, list[Figure]]:
    """Monthly figures with a value by indicator, the oldest first."""
    rows = (
        Figure.objects.current_for(viewer)
        .filter(indicator__code__in=asked, organisation=body)
        .filter(period__regex=r"^\d{4}-\d{2}$")
        .exclude(value=None)
        .select_related("indicator")
        .defer("indicator__content")
        .order_by("period_end")
    )
    if year:
        rows = rows.filter(period_end__lte=date(year, 12, 31))
    found: dict[str, list[Figure]] = {}
    for row in rows:
        found.setdefault(row.indicator.code, []).append(row)
    return found


def _ahead(indicator: IndicatorVersion, figures: list[Figure], year: int | None) -> YearAhead:
    by_month = {month_number(each.period): each for each in figures}
    last = max(by_month)
    looked_at = year or last // 12
    until = min(last, 12 * looked_at + 11)
    first = max(min(by_month), until - MONTHS + 1)
    # A year of which no month is known yet begins with all of its months to come.
    until = max(until, 12 * looked_at - 1)
    ordinals = range(first, until + 1)
    held = [by_month.get(each) for each in ordinals]
    to_come = [month_of(each) for each in range(until + 1, 12 * looked_at + 12)]
    definition = indicator.definition
    making, against = making_of(definition)
    past = past_of(definition, held, sum(each >= 12 * looked_at for each in ordinals), len(to_come))
    months = [
        Month(month_of(ordinal), row.value if row else None, row.status if row else "no_data")
        for ordinal, row in zip(ordinals, held, strict=True)
    ]
    return YearAhead(
        indicator,
        looked_at,
        tuple(months),
        tuple(to_come),
        making,
        against,
        past,
        outlook(past),
    )


def _goal(ahead: YearAhead, line: TargetLine) -> GoalAhead | None:
    """The outlook for one target; None where it cannot be judged by a number or is of the past."""
    comparator = _COMPARATORS.get(line.comparator)
    if comparator is None or ahead.outlook is None:
        return None
    if line.deadline and line.deadline.year < ahead.year:
        return None
    if ahead.indicator.direction == "down" and line.comparator == "=":
        comparator = "<="
    found = outlook(ahead.past, Goal(comparator, float(line.value)))
    later = bool(line.deadline and line.deadline.year > ahead.year)
    return GoalAhead(line, found, later) if found else None


def _number(value: Decimal | None) -> float | None:
    return None if value is None else float(value)
