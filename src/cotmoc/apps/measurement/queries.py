"""Reads of figures for pages and programs."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.db.models import Count, Max, Q, QuerySet, Sum, Window
from django.db.models.functions import Length

from cotmoc.apps.measurement.catalogue import calendars as calendars
from cotmoc.apps.measurement.forecasting import YearAhead as YearAhead
from cotmoc.apps.measurement.forecasting import years_ahead as years_ahead
from cotmoc.apps.measurement.models import Difference, Figure, IndicatorVersion, Source
from cotmoc.apps.measurement.rules import ranks
from cotmoc.apps.orgs.models import Organisation


@dataclass(frozen=True, slots=True)
class RankedFigure:
    """A member's figure with its place among the members of its kind."""

    figure: Figure
    rank: int | None
    of: int

    @property
    def organisation(self) -> Organisation:
        return self.figure.organisation

    @property
    def missing_part(self) -> Decimal | None:
        """What keeps the ratio from 100 %: for dossiers on time, the overdue ones."""
        if self.figure.numerator is None or self.figure.denominator is None:
            return None
        return self.figure.denominator - self.figure.numerator


def member_figures(
    indicator_code: str, body: Organisation, period: str, *, viewer: object
) -> list[Figure]:
    """Figures of a body's members for one indicator and period, units loaded. One query."""
    return list(
        Figure.objects.visible_to(viewer)
        .current()
        .filter(indicator__code=indicator_code, organisation__parent=body, period=period)
        .select_related("indicator", "organisation__unit")
        .defer("indicator__content")  # a whole definition in every row, and all rows share one
    )


def largest_members(
    indicator_code: str, body: Organisation, period: str, limit: int, *, viewer: object
) -> tuple[list[Figure], Decimal]:
    """The members with the largest values, and what all members have together. One query."""
    found = (
        Figure.objects.visible_to(viewer)
        .current()
        .filter(
            indicator__code=indicator_code,
            organisation__parent=body,
            period=period,
            value__gt=0,
        )
    )
    largest = (
        found.annotate(together=Window(Sum("value")))
        .select_related("organisation")
        .order_by("-value", "organisation__code")
    )
    rows = list(largest[:limit])
    together: Decimal = getattr(rows[0], "together") if rows else Decimal(0)  # noqa: B009
    return list(rows), together


def ranked(figures: Sequence[Figure], direction: str) -> list[RankedFigure]:
    """Rank figures among themselves."""
    places = ranks([figure.value for figure in figures], direction)
    count = sum(place is not None for place in places)
    return [
        RankedFigure(figure, place, count) for figure, place in zip(figures, places, strict=True)
    ]


def latest_period(body: Organisation, *, viewer: object) -> str | None:
    """The newest period in which a body has a measured figure."""
    found = (
        Figure.objects.visible_to(viewer)
        .current()
        .filter(organisation=body)
        .exclude(value=None)
        .order_by("-period_end", "period")
        .values_list("period", flat=True)
        .first()
    )
    return found


def periods(*, viewer: object) -> list[str]:
    """All periods with figures, newest first."""
    return list(
        Figure.objects.visible_to(viewer)
        .current()
        .order_by("-period_end", "period")
        .values_list("period", flat=True)
        .distinct()
    )


def figures_of(body: Organisation, period: str, *, viewer: object) -> list[Figure]:
    """All figures of a body in a period, in the order of the catalogue. One query."""
    return list(
        Figure.objects.visible_to(viewer)
        .current()
        .filter(organisation=body, period=period)
        .select_related("indicator", "organisation")
        .defer("indicator__content")
        .order_by("indicator__code")
    )


def sibling_values(
    body: Organisation, codes: Iterable[str], period: str, *, viewer: object
) -> dict[str, list[tuple[int, Decimal]]]:
    """For each indicator the (organisation id, value) pairs of the bodies of the same kind under
    the same parent. One query."""
    found: dict[str, list[tuple[int, Decimal]]] = {}
    rows = (
        Figure.objects.visible_to(viewer)
        .current()
        .filter(
            indicator__code__in=list(codes),
            period=period,
            organisation__parent=body.parent_id,
            organisation__kind=body.kind,
        )
        .exclude(value=None)
        .values_list("indicator__code", "organisation_id", "value")
    )
    for code, organisation_id, value in rows:
        assert value is not None
        found.setdefault(code, []).append((organisation_id, value))
    return found


def catalogue() -> QuerySet[IndicatorVersion]:
    """The definitions in force in the catalogue."""
    return IndicatorVersion.objects.filter(latest=True)


def last_capture(period: str | None = None) -> datetime | None:
    """When the newest observations were captured at their source."""
    sources = Source.objects.all()
    if period:
        sources = sources.filter(period=period)
    captured: datetime | None = sources.aggregate(last=Max("captured_at"))["last"]
    return captured


def comparable_indicators(body: Organisation, period: str, *, viewer: object) -> list[str]:
    """Codes of ratios that at least ten members of a body have: those worth a ranking."""
    return list(
        Figure.objects.visible_to(viewer)
        .current()
        .filter(organisation__parent=body, period=period)
        .exclude(value=None)
        .exclude(denominator=None)
        .values("indicator__code")
        .annotate(bodies=Count("id"))
        .filter(bodies__gte=10)
        .order_by("-bodies", "indicator__code")
        .values_list("indicator__code", flat=True)
    )


def figure_before(figure: Figure, *, viewer: object) -> Figure | None:
    """The same body's figure of the same indicator in the period before, of the same length."""
    return (
        Figure.objects.visible_to(viewer)
        .current()
        .filter(
            indicator__code=figure.indicator.code,
            organisation=figure.organisation_id,
            period_end__lt=figure.period_end,
        )
        .annotate(form=Length("period"))
        .filter(form=len(figure.period))
        .select_related("indicator")
        .order_by("-period_end")
        .first()
    )


def own_body() -> Organisation | None:
    """The province's own committee: what pages speak of unless another body is chosen."""
    found = Organisation.objects.filter(kind="province", parent=None).select_related("unit")
    return found.order_by("code").first()


def latest_values(body: Organisation, *, viewer: object) -> dict[str, Figure]:
    """The figure of the newest month with a value, of each indicator for a body; where there is no
    month, of the newest period. One query."""
    rows = (
        Figure.objects.current_for(viewer)
        .filter(organisation=body)
        .exclude(value=None)
        .select_related("indicator", "organisation")
        .defer("indicator__content")
        .order_by("period_end", "-period")
    )
    found: dict[str, Figure] = {}
    for row in rows.iterator(2000):
        held = found.get(row.indicator.code)
        if held is None or _is_month(row.period) or not _is_month(held.period):
            found[row.indicator.code] = row
    return found


def _is_month(period: str) -> bool:
    return len(period) == 7 and period[5:].isdigit()


@dataclass(frozen=True, slots=True)
class Cell:
    """One figure of a table of many: what a cell shows."""

    value: Decimal | None
    status: str


def cells(
    codes: Iterable[str], body: Organisation, period: str, kind: str, *, viewer: object
) -> dict[tuple[int, str], Cell]:
    """Figures of a body's members of a kind, by organisation and indicator. One query."""
    rows = _of_members(body, period, kind, viewer).filter(indicator__code__in=list(codes))
    return {
        (organisation, code): Cell(value, status)
        for organisation, code, value, status in rows.values_list(
            "organisation_id", "indicator__code", "value", "status"
        )
    }


def coverage_of_indicators(
    body: Organisation, period: str, kind: str, *, viewer: object
) -> dict[str, int]:
    """How many members of a kind have a value of each indicator in a period. One query."""
    counted = (
        _of_members(body, period, kind, viewer)
        .exclude(value=None)
        .order_by()
        .values_list("indicator__code")
        .annotate(bodies=Count("organisation_id", distinct=True))
    )
    return dict(counted)


def _of_members(body: Organisation, period: str, kind: str, viewer: object) -> QuerySet[Figure]:
    """Figures of a body's members in a period; the period's end lets the index find them."""
    members = Organisation.objects.filter(parent=body)
    if kind:
        members = members.filter(kind=kind)
    return Figure.objects.current_for(viewer).filter(
        organisation__in=members, period_end=calendars().parse(period).last_day, period=period
    )


def periods_of(body: Organisation, *, viewer: object) -> dict[str, int]:
    """Periods in which a body has values, and how many: months first, then longer ones, the newest
    first. One query."""
    found = (
        Figure.objects.current_for(viewer)
        .filter(organisation=body)
        .exclude(value=None)
        .order_by("-period_end", "-period")
        .values_list("period")
        .annotate(values=Count("id"))
    )
    return dict(sorted(found, key=lambda row: not _is_month(row[0])))


def period_to_show(periods: Mapping[str, int]) -> str:
    """The newest period that is fairly full: one early report does not hide the month before."""
    fullest = max(periods.values(), default=0)
    return next((code for code, values in periods.items() if 2 * values >= fullest), "")


def differences(
    *, indicator: str = "", unit: str = "", kind: str = "", period: str = "", text: str = ""
) -> QuerySet[Difference]:
    """What bodies reported beside what was computed, the largest difference first."""
    found = Difference.objects.select_related("indicator", "organisation").defer(
        "indicator__content"
    )
    for lookup, value in (
        ("indicator__code", indicator),
        ("indicator__unit", unit),
        ("organisation__kind", kind),
        ("period", period),
    ):
        if value:
            found = found.filter(**{lookup: value})
    if text:
        found = found.filter(organisation__search__contains=text)
    return found


def difference_choices() -> tuple[list[IndicatorVersion], list[str]]:
    """Indicators and periods that have differences. Two queries."""
    codes = Difference.objects.order_by().values_list("indicator__code", flat=True).distinct()
    rows = catalogue().filter(code__in=list(codes)).defer("content")
    found = Difference.objects.order_by("-period_end", "period")
    return list(rows), list(found.values_list("period", flat=True).distinct())


def differing(figures: Iterable[Figure]) -> dict[int, Decimal]:
    """Reported less computed for these figures, by their number. One query."""
    rows = list(figures)
    if not rows:
        return {}
    wanted = {(row.indicator.code, row.organisation_id, row.period): row.pk for row in rows}
    found = Difference.objects.filter(
        Q(organisation__in={row.organisation_id for row in rows}),
        indicator__code__in={row.indicator.code for row in rows},
    ).exclude(size=0)
    return {
        wanted[code, organisation, period]: difference
        for code, organisation, period, difference in found.values_list(
            "indicator__code", "organisation_id", "period", "difference"
        )
        if (code, organisation, period) in wanted
    }
