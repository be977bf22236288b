"""The bodies of a province ranked on the indicator of a target, as a list and as a map."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from math import sqrt

from django.urls import reverse
from django.utils.translation import gettext as _

from cotmoc.apps.measurement.queries import RankedFigure
from cotmoc.apps.programmes.models import Target
from cotmoc.apps.programmes.rules import Goal, Measured, Standing, assess, band, thresholds
from cotmoc.ui.formats import measure, number
from cotmoc.ui.maps import project


@dataclass(frozen=True, slots=True)
class BodyRow:
    """A body with its figure, its place, and its distance to the goal."""

    ranked: RankedFigure
    standing: Standing


@dataclass(frozen=True, slots=True)
class Dot:
    """A commune on the small map."""

    x: float
    y: float
    r: float
    band: int | None
    title: str
    url: str


@dataclass(frozen=True, slots=True)
class DotMap:
    """Everything the map component needs."""

    dots: list[Dot]
    height: int
    legend: list[str]


def body_rows(
    ranked: Sequence[RankedFigure], target: Target | None, scale: Decimal
) -> list[BodyRow]:
    """Judge each body by the target's goal. Its own deadline is the target's."""
    rows = []
    for each in ranked:
        figure = each.figure
        goal = Goal(
            target.comparator if target else "raise",
            target.value if target else None,
            target.unit if target else "",
            "",
            target.deadline if target else None,
        )
        measured = Measured(figure.value, figure.numerator, figure.denominator, scale)
        rows.append(BodyRow(each, assess(goal, measured, figure.period_end)))
    return rows


def dot_map(ranked: Sequence[RankedFigure], goal: Decimal | None, direction: str) -> DotMap:
    """Communes at their centroids: size by the denominator, band by the distance to the goal."""
    placed = [
        (each, each.organisation.unit.latitude, each.organisation.unit.longitude)
        for each in ranked
        if each.organisation.unit and each.organisation.unit.latitude is not None
    ]
    points, height = project([(lat, lon) for _each, lat, lon in placed])  # type: ignore[misc]
    limits = thresholds([each.figure.value for each, _lat, _lon in placed], goal, direction)
    unit = placed[0][0].figure.indicator.unit if placed else ""
    largest = max((each.figure.denominator or 0 for each, *_rest in placed), default=0)
    dots = []
    for (each, _lat, _lon), (x, y) in zip(placed, points, strict=True):
        figure = each.figure
        weight = sqrt(float(figure.denominator or 0) / float(largest)) if largest else 0.5
        said = measure(figure.value, unit) if figure.value is not None else _("no data")
        of = _("of %(count)s") % {"count": number(figure.denominator)} if figure.denominator else ""
        dots.append(
            Dot(
                x,
                y,
                round(3.2 + 5.5 * weight, 1),
                band(figure.value, limits, direction),
                f"{each.organisation.short_name}: {said} {of}".strip(),
                reverse("organisation", args=[each.organisation.code]),
            )
        )
    return DotMap(dots, height, _legend(limits, unit, direction))


def _legend(limits: Sequence[Decimal], unit: str, direction: str) -> list[str]:
    low, middle, high = (limit.quantize(Decimal("0.1")).normalize() for limit in limits)
    words = [
        _("below %(limit)s") % {"limit": measure(low, unit)},
        f"{number(low)}–{number(middle)}",
        f"{number(middle)}–{number(high)}",
        _("from %(limit)s") % {"limit": measure(high, unit)},
    ]
    return words if direction == "up" else list(reversed(words))
