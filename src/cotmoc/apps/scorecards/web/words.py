"""How scorecards are said on pages."""

from collections.abc import Iterable
from datetime import date, timedelta
from decimal import Decimal

from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from cotmoc.apps.measurement.models import IndicatorVersion
from cotmoc.apps.orgs.models import AdminUnit, OrganisationKind
from cotmoc.apps.scorecards.board import Column
from cotmoc.indicators.indices.model import (
    Answer,
    Index,
    Leaf,
    PublishedShare,
    Rounding,
    Unknown,
    operands_of,
)
from cotmoc.indicators.indices.words import Speaker
from cotmoc.ui.formats import day, fixed, in_language, number

KINDS = {
    OrganisationKind.DEPARTMENT.value: gettext_lazy("Departments"),
    OrganisationKind.COMMUNE.value: gettext_lazy("Communes"),
    OrganisationKind.PROVINCE.value: gettext_lazy("Provinces"),
}
STATUSES = {
    "scored": gettext_lazy("Scored"),
    "partial": gettext_lazy("Computed from a part"),
    "estimated": gettext_lazy("Estimated"),
    "zero_rule": gettext_lazy("Nothing arose, by the zero rule"),
    "not_applicable": gettext_lazy("Not applicable"),
    "not_arising": gettext_lazy("Nothing arose"),
    "no_data": gettext_lazy("No data"),
    "unknown": gettext_lazy("Scoring not known"),
}
MERGED = 2025  # provinces were merged; earlier births of a territory confuse nobody
_SHAPES = {"scored": "measured", "zero_rule": "measured", "unknown": "suppressed"}


def total(value: Decimal | None, scale: Decimal | int = 100) -> str:
    """A total: two places, four where the index is published on a scale of 1."""
    return fixed(value, 4 if scale <= 1 else 2)


def points(value: Decimal | None) -> str:
    """Points of a group or leaf."""
    return fixed(value, 2)


def status(code: str) -> str:
    """Why there are points, or none."""
    return str(STATUSES.get(str(code), STATUSES["no_data"]))


def status_shape(code: str) -> str:
    """The mark that stands beside the status."""
    return _SHAPES.get(str(code), str(code))


def column_head(column: Column) -> str:
    """A group over its column, with the most points it gives; bonus stands beside any maximum."""
    name = in_language(column.name)
    return f"{name} · {number(column.max)}" if column.max else name


def kind(code: str) -> str:
    """Bodies of a kind, as a tab names them."""
    return str(KINDS.get(code, code))


def status_code(code: str) -> str:
    """The plain code of a status."""
    return str(code)


def lower_first(text: str) -> str:
    """A name within a sentence: the first letter small, unless an abbreviation begins it."""
    return text if text[1:2].isupper() else text[:1].lower() + text[1:]


_PERIODS = {
    "month": gettext_lazy("month"),
    "quarter": gettext_lazy("quarter"),
    "half": gettext_lazy("half year"),
    "nine_months": gettext_lazy("nine months"),
    "year": gettext_lazy("year"),
}


def period_kind(code: str) -> str:
    """A kind of period."""
    return str(_PERIODS.get(code, code))


def rounding(rule: Rounding) -> str:
    """Where the method rounds, and to how many places."""
    said = [
        words % {"places": places}
        for words, places in (
            (_("leaves to %(places)s places"), rule.leaf),
            (_("groups to %(places)s places"), rule.node),
            (_("the total to %(places)s places"), rule.total),
        )
        if places is not None
    ]
    return "; ".join(said) or _("nothing is rounded")


def speaker(index: Index, indicators: Iterable[IndicatorVersion]) -> Speaker:
    """Who says the rules of an index in the reader's language, with names instead of codes."""
    rows = list(indicators)
    names = {row.code: {"vi": row.name_vi, "en": row.name_en} for row in rows}
    names |= {node.code: dict(node.name) for node in index.nodes()}
    return Speaker(
        "en" if get_language() == "en" else "vi", names, {row.code: row.unit for row in rows}
    )


def last_day(valid_to: date | None) -> str:
    """The last day a method counts on; a validity ends before its end."""
    return day(valid_to - timedelta(days=1)) if valid_to else _("now")


def unit_span(subject: object) -> str:
    """Until or since when a territory has the borders meant: a name may stand for two, before and
    after a merger. Empty for a body, and where nothing changed."""
    if not isinstance(subject, AdminUnit):
        return ""
    if subject.valid_to:
        return _("until %(day)s") % {"day": last_day(subject.valid_to)}
    if subject.valid_from and subject.valid_from.year >= MERGED:
        return _("since %(day)s") % {"day": day(subject.valid_from)}
    return ""


def two_borders(subjects: Iterable[object]) -> bool:
    """Whether territories from before and from after a merger stand in one list: each kind was
    ranked among its own, so that the list is two rankings."""
    units = [each for each in subjects if isinstance(each, AdminUnit)]
    ended = any(each.valid_to for each in units)
    return ended and any(unit_span(each) and not each.valid_to for each in units)


def fed(leaf: Leaf) -> str:
    """Who gives the number of a leaf that no indicator feeds."""
    if isinstance(leaf.rule, Unknown):
        return _("published points are carried beside")
    operands = operands_of(leaf.rule).values()
    if any(isinstance(each, PublishedShare) for each in operands):
        return _("what the publisher of the index gives")
    if any(isinstance(each, Answer) for each in operands):
        return _("the body answers in an assessment round")
    return _("other leaves")
