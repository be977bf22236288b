"""A forecast as a page says and draws it."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from cotmoc.apps.measurement.forecasting import GoalAhead, YearAhead
from cotmoc.apps.measurement.models import IndicatorVersion
from cotmoc.apps.measurement.ports import TargetLine
from cotmoc.apps.measurement.web.words import COMPARATORS, axis_words, shown
from cotmoc.indicators.forecast.outlook import Making, Outlook, Pace
from cotmoc.ui.formats import decimal_of, measure, number

MODELS = {
    "naive": gettext_lazy("as the last month"),
    "trend": gettext_lazy("last month and trend"),
    "seasonal_naive": gettext_lazy("as the same month of last year"),
    "seasonal_trend": gettext_lazy("same month of last year and yearly change"),
}
MAKINGS: dict[Making, Any] = {
    "ratio": gettext_lazy("numerators and denominators of the months added, then divided"),
    "sum": gettext_lazy("sum of the months"),
    "mean": gettext_lazy("mean of the months"),
    "last": gettext_lazy("value of the last month"),
}
SHOWN_MONTHS = 24


@dataclass(frozen=True, slots=True)
class GoalSaid:
    """One target: how likely, and what the remaining months must bring."""

    target: TargetLine
    goal: str
    chance: str
    level: str  # likely, open, unlikely; empty where nobody can say
    pace: str
    later: bool


@dataclass(frozen=True, slots=True)
class AheadSaid:
    """Everything about one forecast in words and lines."""

    ahead: YearAhead
    expected: str
    so_far: str
    between: str
    error: str
    model: str
    making: str
    goals: list[GoalSaid]
    places: list[str]
    lines: list[dict[str, Any]]

    @property
    def short(self) -> bool:
        return self.ahead.outlook is None or self.ahead.outlook.short


def said(ahead: YearAhead | None) -> AheadSaid | None:
    """A forecast for a page; None where there is nothing to go on from."""
    if ahead is None or ahead.outlook is None:
        return None
    found, unit = ahead.outlook, ahead.indicator.unit
    return AheadSaid(
        ahead=ahead,
        expected=_value(found.expected, unit),
        so_far=_value(found.so_far, unit),
        between=_between(found, unit),
        error=_error(found, unit),
        model=str(MODELS[found.model]),
        making=str(MAKINGS[ahead.making]),
        goals=[_goal(each, ahead) for each in ahead.goals],
        places=[axis_words(period.code) for period in _periods(ahead)],
        lines=list(_lines(ahead, found)),
    )


def _value(value: float | None, unit: str) -> str:
    return "" if value is None else shown(_rounded(value, unit), unit)


def _rounded(value: float, unit: str) -> Decimal:
    return Decimal(str(round(value, 0 if unit in ("count", "VND") else 2)))


def _between(found: Outlook, unit: str) -> str:
    if found.low is None or found.high is None:
        return ""
    return _("%(low)s to %(high)s") % {
        "low": _value(found.low, unit),
        "high": _value(found.high, unit),
    }


def _error(found: Outlook, unit: str) -> str:
    if found.error is None:
        return ""
    return measure(_rounded(found.error, unit), "points" if unit == "%" else unit)


def _goal(each: GoalAhead, ahead: YearAhead) -> GoalSaid:
    chance = each.outlook.probability
    indicator = ahead.indicator
    sign = COMPARATORS.get(each.target.comparator, "")
    return GoalSaid(
        target=each.target,
        goal=f"{sign} {measure(each.target.value, indicator.unit)}".strip(),
        chance="" if chance is None else _chance(chance),
        level="" if chance is None else level_of(chance),
        pace=_pace(each.outlook.pace, ahead),
        later=each.later,
    )


def level_of(chance: float) -> str:
    """Likely from four in five on, unlikely up to one in five, open between."""
    return "likely" if chance >= 0.8 else "unlikely" if chance <= 0.2 else "open"


def _chance(chance: float) -> str:
    """Never sure of anything: below 1 % and above 99 % are said as bounds."""
    if chance < 0.01:
        return "< 1 %"
    if chance > 0.99:
        return "> 99 %"
    return f"{round(100 * chance)} %"


def _pace(pace: Pace | None, ahead: YearAhead) -> str:
    if pace is None:
        return ""
    indicator, left = ahead.indicator, len(ahead.to_come)
    if not pace.possible:
        return _("out of reach this year, whatever the remaining months bring")
    value, now = _value(pace.value, indicator.unit), _value(pace.now, indicator.unit)
    match ahead.making:
        case "ratio" | "mean":
            words = ngettext(
                "the remaining month must reach %(value)s (lately %(now)s)",
                "each of the %(left)s remaining months must reach %(value)s (lately %(now)s)",
                left,
            )
        case "sum":
            words = ngettext(
                "the remaining month must bring %(value)s (lately %(now)s)",
                "each of the %(left)s remaining months must bring %(value)s (lately %(now)s)",
                left,
            )
        case _:
            value, now = _change(pace.value, indicator), _change(pace.now, indicator)
            words = ngettext(
                "it must change by %(value)s in the remaining month (lately %(now)s)",
                "it must change by %(value)s in each of the %(left)s remaining months "
                "(lately %(now)s)",
                left,
            )
    text = words % {"value": value, "now": now, "left": left}
    if pace.units is not None and pace.units > 0:
        things = {"count": number(round(pace.units)), "things": indicator.counted}
        return text + _(", %(count)s %(things)s in all of them") % things
    return text


def _change(value: float, indicator: IndicatorVersion) -> str:
    said = measure(Decimal(str(round(value, 2))), "points" if indicator.unit == "%" else "")
    return f"+{said}" if value > 0 else said


def _periods(ahead: YearAhead) -> list[Any]:
    return [each.period for each in ahead.months[-SHOWN_MONTHS:]] + list(ahead.to_come)


def _lines(ahead: YearAhead, found: Outlook) -> Iterable[dict[str, Any]]:
    unit = ahead.indicator.unit
    months = ahead.months[-SHOWN_MONTHS:]
    known = [_point(each.value, each.period.code, unit, "known") for each in months]
    expected = [
        _point(value, period.code, unit, "expected")
        for value, period in zip(found.path, ahead.to_come, strict=True)
    ]
    yield {"label": _("measured, then expected"), "points": known + expected}
    if not found.path_low or not ahead.to_come:
        return
    for label, path in ((_("lower bound"), found.path_low), (_("upper bound"), found.path_high)):
        bound = [
            _point(value, period.code, unit, "expected")
            for value, period in zip(path, ahead.to_come, strict=True)
        ]
        yield {"label": label, "points": [{"value": None} for _month in months] + bound}


def _point(value: Decimal | float | None, code: str, unit: str, sure: str) -> dict[str, Any]:
    found = decimal_of(value)
    found = None if found is None else Decimal(str(round(found, 4)))
    title = f"{axis_words(code)}: {'–' if found is None else shown(found, unit)}"
    return {"value": found, "sure": sure, "title": title}
