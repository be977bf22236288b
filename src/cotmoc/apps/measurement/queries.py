"""Reads of figures for pages and programs."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.db.models import Count, Max, QuerySet, Sum
from django.db.models.functions import Length

from cotmoc.apps.measurement.models import Figure, IndicatorVersion, Source
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
    """The members with the largest values, and what all members have together. Two queries."""
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
    largest = found.select_related("organisation").order_by("-value", "organisation__code")
    total: Decimal | None = found.aggregate(total=Sum("value"))["total"]
    return list(largest[:limit]), total or Decimal(0)


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
