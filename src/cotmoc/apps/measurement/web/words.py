"""How series, calendars and rules are said on pages."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cotmoc.analytics.closure import Reason, ShareRule
from cotmoc.analytics.merging import MergeRule
from cotmoc.apps.measurement.models import Status
from cotmoc.apps.measurement.series import Point, Subject
from cotmoc.core.periods import read_local
from cotmoc.ui.formats import day, measure, percent

KINDS = {
    "month": gettext_lazy("month"),
    "quarter": gettext_lazy("quarter"),
    "half": gettext_lazy("half year"),
    "nine_months": gettext_lazy("nine months"),
    "year": gettext_lazy("year"),
    "week": gettext_lazy("week"),
    "listed": gettext_lazy("named periods"),
}
# Short for a switch; the whole name stands beside the chart.
CALENDARS = {
    "calendar": gettext_lazy("civil"),
    "nd09": gettext_lazy("Decree 09/2019"),
    "week": gettext_lazy("weeks"),
}
SHARE_RULES = {
    ShareRule.EQUAL: gettext_lazy("in equal parts"),
    ShareRule.AREA: gettext_lazy("by area"),
    ShareRule.POPULATION: gettext_lazy("by population"),
    ShareRule.DOSSIERS: gettext_lazy("by dossiers received"),
}
MERGE_RULES = {
    MergeRule.SUM_OF_PARTS: gettext_lazy("sum of the parts, divided last"),
    MergeRule.MEAN_OF_PARTS: gettext_lazy("plain mean of the parts"),
    MergeRule.POPULATION_WEIGHTED: gettext_lazy("mean weighted by population"),
}
PATHS = {
    "computed": gettext_lazy("from single facts"),
    "reported": gettext_lazy("reported by bodies"),
    "derived": gettext_lazy("from other indicators"),
}
COMPARATORS = {">=": "≥", "<=": "≤", ">": ">", "<": "<", "=": "="}
_REASONS = {
    "other_level": gettext_lazy("not measured for bodies of this level"),
    "civil_only": gettext_lazy("reported values come by civil periods only"),
    "part_without_value": gettext_lazy("a merged part has no value"),
    "data_incomplete": gettext_lazy("facts do not cover the whole period"),
    "began_within": gettext_lazy("the body began within the period"),
    "ended_within": gettext_lazy("the body ended within the period"),
    "cannot_be_divided": gettext_lazy("a distinct count or a middle value cannot be divided"),
    "not_additive": gettext_lazy("values of merged units cannot be added"),
    Reason.WEIGHT_MISSING.value: gettext_lazy("the number to divide or weigh by is missing"),
    Reason.WEIGHT_NOT_POSITIVE.value: gettext_lazy(
        "the number to divide or weigh by is not above zero"
    ),
    Reason.REST_UNKNOWN.value: gettext_lazy("only a part went over, the rest is unknown"),
    Reason.NO_SUCCESSOR.value: gettext_lazy("no successor is known"),
    Reason.NO_PREDECESSOR.value: gettext_lazy("no predecessor is known"),
}


def shown(value: Decimal | None, unit: str) -> str:
    """A value as it stands in a cell: percentages with two places, others as many as they have."""
    return percent(value) if unit == "%" else measure(value, unit)


def status_words(status: str) -> str:
    """The status as people say it."""
    return str(dict(Status.choices).get(status, status))


def reason_words(point: Point, subject: Subject) -> str:
    """Why a point has no value or is unsure; empty where there is nothing to say."""
    match point.reason:
        case "closed":
            words = _("closed on %(day)s") % {"day": day(subject.valid_to)}
            return f"{words} ({subject.act})" if subject.act else words
        case "not_begun":
            return _("began on %(day)s") % {"day": day(subject.valid_from)}
        case "not_ended":
            return _("the period ends on %(day)s") % {"day": day(point.period.last_day)}
    if point.by_share is not None:
        return _("%(part)s of it by shares") % {"part": percent(point.by_share * 100, 1)}
    return str(_REASONS.get(point.reason, ""))


def axis_words(code: str) -> str:
    """A period under a chart: 8/2026, III/2026, 2026."""
    local = code.rpartition(":")[2]
    form = read_local(local)
    if form is None:
        return local
    kind, year, number = form
    if kind in ("month", "week"):
        return f"{number}/{year}"
    if kind in ("quarter", "half"):
        return f"{('I', 'II', 'III', 'IV')[number - 1]}/{year}"
    return str(year)


def path_of(content: Mapping[str, Any]) -> str:
    """By which path an indicator comes first."""
    if content.get("formula"):
        return "derived"
    return "reported" if content.get("table") == "observations" else "computed"


def path_words(content: Mapping[str, Any]) -> str:
    """The path in words, the second one too."""
    words = str(PATHS[path_of(content)])
    return _("%(path)s; also reported") % {"path": words} if content.get("reported") else words
