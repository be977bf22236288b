"""A scorecard at the end of the year: what its leaves read is forecast, then scored as any reading.

The year's expected points come from expected figures through the method's own rules: a capped ratio
stays capped, a zero rule stays a zero rule. The total of the months is forecast beside it as a
series of its own, with its bounds.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal

from cotmoc.apps.measurement.models import IndicatorVersion
from cotmoc.apps.measurement.queries import YearAhead, years_ahead
from cotmoc.apps.orgs.models import Organisation
from cotmoc.apps.scorecards.models import Card, IndexVersion
from cotmoc.core.periods import Period, month_number, month_of
from cotmoc.indicators.forecast.outlook import Outlook, Past, outlook
from cotmoc.indicators.forecast.series import series
from cotmoc.indicators.indices.model import FigureOf, Leaf, operands_of
from cotmoc.indicators.indices.results import Body, BodyScore, Reading
from cotmoc.indicators.indices.score import score

_PLACES = Decimal("0.0001")


@dataclass(frozen=True, slots=True)
class LeafAhead:
    """A leaf: points in the latest month, points expected of the whole year, and the forecasts of
    what it reads (none where it reads nothing that has months)."""

    leaf: Leaf
    now: Decimal | None
    expected: Decimal | None
    reads: tuple[YearAhead, ...]

    @property
    def lost(self) -> Decimal | None:
        """What will be missing at the end of the year; None where nobody can say."""
        return None if self.expected is None else max(self.leaf.max - self.expected, Decimal(0))


@dataclass(frozen=True, slots=True)
class TotalAhead:
    """Monthly totals of a year, those to come, and the outlook for the last month."""

    months: tuple[tuple[Period, Decimal | None], ...]
    to_come: tuple[Period, ...]
    outlook: Outlook


@dataclass(frozen=True, slots=True)
class CardAhead:
    """A body's scorecard at the end of `year`. `expected` are the points of the whole year, of
    leaves whose readings could be forecast, which make up `scored_max` of `max`."""

    index: IndexVersion
    body: Organisation
    year: int
    expected: Decimal | None
    scored_max: Decimal
    max: Decimal
    leaves: tuple[LeafAhead, ...]
    total: TotalAhead | None


def card_ahead(index: IndexVersion, body: Organisation, year: int, *, viewer: object) -> CardAhead:
    """Look at a scorecard's year. Three queries, however many leaves there are."""
    definition = index.definition
    indicators = IndicatorVersion.objects.filter(latest=True, code__in=definition.indicators())
    ahead = years_ahead(indicators, body, viewer=viewer, year=year)
    whole = _scored(index, body, ahead)
    cards = _monthly(index, body, year, viewer)
    latest = cards[-1].leaves if cards else {}
    return CardAhead(
        index=index,
        body=body,
        year=year,
        expected=whole.total,
        scored_max=whole.scored_max,
        max=whole.max,
        leaves=tuple(
            LeafAhead(
                leaf,
                _points(latest, leaf.code),
                whole.leaves[leaf.code].points,
                tuple(_reads(leaf, ahead)),
            )
            for leaf in definition.leaves()
        ),
        total=_total(cards, year, float(definition.scale)),
    )


def _reads(leaf: Leaf, ahead: Mapping[str, YearAhead]) -> Iterable[YearAhead]:
    for operand in operands_of(leaf.rule).values():
        if isinstance(operand, FigureOf) and operand.indicator in ahead:
            yield ahead[operand.indicator]


def _scored(index: IndexVersion, body: Organisation, ahead: Mapping[str, YearAhead]) -> BodyScore:
    who = Body(body.code, body.short_name, body.kind)  # type: ignore[arg-type]
    readings = {
        f"figure:{code}": reading for code, each in ahead.items() if (reading := _expected(each))
    }
    (found,) = score(index.definition, [who], {body.code: readings})
    return found


def _expected(ahead: YearAhead) -> Reading | None:
    """The year's value as a leaf would read it; a share keeps a denominator, so that a rule finds
    both parts."""
    if ahead.outlook is None:
        return None
    value = Decimal(str(ahead.outlook.expected)).quantize(_PLACES)
    scale = Decimal(str(ahead.past.scale))
    if ahead.past.weights is None and ahead.indicator.content.get("denominator") is None:
        return Reading("estimated", value, value)
    return Reading("estimated", value, value / scale, Decimal(1))


def _monthly(index: IndexVersion, body: Organisation, year: int, viewer: object) -> list[Card]:
    """Monthly cards up to the end of a year, the oldest first: four years at most."""
    return list(
        Card.objects.visible_to(viewer)
        .current()
        .filter(
            index__code=index.code,
            index__method=index.method,
            organisation=body,
            period__regex=r"^\d{4}-\d{2}$",
            period_end__year__lte=year,
            period_end__year__gt=year - 4,
        )
        .order_by("period_end")
    )


def _total(cards: list[Card], year: int, scale: float) -> TotalAhead | None:
    """Only months that score the same leaves as the latest are one series with it."""
    same = [each for each in cards if each.scored_max == cards[-1].scored_max]
    by_month = {month_number(each.period): each.total for each in same}
    if not by_month:
        return None
    first, last = min(by_month), max(by_month)
    months = [(month_of(each), by_month.get(each)) for each in range(first, last + 1)]
    to_come = [month_of(each) for each in range(max(last + 1, 12 * year), 12 * year + 12)]
    past = Past(
        values=series([None if total is None else float(total) for _period, total in months]),
        so_far=sum(each >= 12 * year for each in range(first, last + 1)),
        remaining=12 * year + 11 - last,
        making="last",
        low=0.0,
        high=scale,
    )
    found = outlook(past)
    return None if found is None else TotalAhead(tuple(months), tuple(to_come), found)


def _points(leaves: Mapping[str, Mapping[str, str | None]], code: str) -> Decimal | None:
    text = leaves.get(code, {}).get("points")
    return None if text is None else Decimal(text)
