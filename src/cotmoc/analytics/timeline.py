"""Reported values of months put together to quarters, halves and years, as each definition says.

Facts add up by themselves; what bodies report comes by period, and only its definition knows what
a longer period means: the sum (`sum`), the last value (`last`: levels and stocks), the plain mean
of the values (`mean`), or nothing (`none`). A longer period is made only when every month of it is
there and nobody reported it as a whole.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal

from cotmoc.analytics.engine import ComputedFigure
from cotmoc.core.calendars import Calendar
from cotmoc.core.periods import Period
from cotmoc.indicators.definitions import Definition
from cotmoc.indicators.evaluate import divide

LONGER = ("quarter", "half", "nine_months", "year")
_KNOWN = ("measured", "partial", "not_arising")


def roll_up_time(
    figures: Iterable[ComputedFigure],
    definitions: Mapping[tuple[str, int], Definition],
    calendar: Calendar,
) -> list[ComputedFigure]:
    """The longer periods that these figures of months make; `definitions` by code and version."""
    known: dict[tuple[str, str], dict[str, ComputedFigure]] = {}
    for each in figures:
        if each.status in _KNOWN:
            known.setdefault((each.indicator, each.unit_code), {})[each.period] = each
    found = []
    for by_period in known.values():
        for period in _longer(by_period, calendar):
            parts = [by_period.get(month.code) for month in months_of(period, calendar)]
            whole = [part for part in parts if part is not None]
            if period.code in by_period or len(whole) < len(parts):
                continue
            definition = definitions.get((whole[-1].indicator, whole[-1].version))
            if definition is None or len({part.version for part in whole}) > 1:
                continue
            figure = put_together(definition, whole, period)
            if figure is not None:
                found.append(figure)
    return found


def put_together(
    definition: Definition, parts: Sequence[ComputedFigure], period: Period
) -> ComputedFigure | None:
    """The figure of a period from those of its months, in order; None where they make none."""
    match definition.rollup_time:
        case "sum":
            numerator = _sum([part.numerator for part in parts])
            denominator = _sum([part.denominator for part in parts])
        case "last":
            numerator, denominator = parts[-1].numerator, parts[-1].denominator
        case "mean":
            values = [Decimal(repr(part.value)) for part in parts if part.value is not None]
            if len(values) < len(parts):
                return None
            # Written as a fraction that gives the mean back, so that it can be recomputed.
            numerator = sum(values, Decimal(0)) / definition.scale
            denominator = Decimal(len(values))
            if not definition.divides:
                numerator, denominator = numerator / denominator, None
        case _:
            return None
    result = divide(definition, numerator, denominator)
    if result.status == "no_data":
        return None
    weakest = min(parts, key=lambda part: part.with_data / max(1, part.expected))
    partial = any(part.status == "partial" for part in parts) and result.status == "measured"
    return replace(
        weakest,
        period=period.code,
        numerator=result.numerator,
        denominator=result.denominator,
        value=None if result.value is None else float(result.value),
        status="partial" if partial else result.status,
        basis="rolled",
        published_numerator=None,
        published_denominator=None,
    )


def months_of(period: Period, calendar: Calendar) -> list[Period]:
    """The months that make a longer period."""
    return calendar.periods("month", period.start, period.end)


def _longer(by_period: Mapping[str, object], calendar: Calendar) -> list[Period]:
    months = [calendar.parse(code) for code in by_period]
    months = [month for month in months if month.kind == "month"]
    if not months:
        return []
    start, end = min(each.start for each in months), max(each.end for each in months)
    kinds = [kind for kind in LONGER if kind in calendar.kinds]
    return [period for kind in kinds for period in calendar.periods(kind, start, end)]


def _sum(parts: Sequence[Decimal | None]) -> Decimal | None:
    present = [part for part in parts if part is not None]
    return sum(present, Decimal(0)) if len(present) == len(parts) else None
