"""How published results, breaks and rules of merging are said."""

import re
from collections.abc import Mapping
from datetime import timedelta
from decimal import Decimal

from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from cotmoc.apps.orgs.models import AdminUnit
from cotmoc.apps.scorecards.columns import TOTAL, Vocabulary
from cotmoc.apps.scorecards.merged import Merged, Rule
from cotmoc.apps.scorecards.models import IndexVersion
from cotmoc.apps.scorecards.subjects import Subject
from cotmoc.apps.scorecards.years import Break, Change
from cotmoc.ui.formats import MISSING, day, fixed, percent, signed

_YEARS = re.compile(r", (?:năm |từ |from )?\d{4}\b.*$")
FINE, COARSE = 4, 2  # decimals of values of 0..1 and of points
RULES = {
    Rule.PLAIN_MEAN: gettext_lazy("Plain mean (the ministry's)"),
    Rule.BY_POPULATION: gettext_lazy("Weighted by population"),
    Rule.BY_AREA: gettext_lazy("Weighted by area"),
    Rule.SUM_OF_PARTS: gettext_lazy("Points of the sum"),
}
FORMULAS = {
    Rule.PLAIN_MEAN: gettext_lazy(
        "each main index = sum of the parts' values ÷ number of parts; the total follows by the "
        "method. The ministry did so for the DTI of 2024."
    ),
    Rule.BY_POPULATION: gettext_lazy(
        "each main index = Σ (value × population) ÷ Σ population; the total follows by the method"
    ),
    Rule.BY_AREA: gettext_lazy(
        "each main index = Σ (value × area) ÷ Σ area; the total follows by the method"
    ),
    Rule.SUM_OF_PARTS: gettext_lazy(
        "numerators and denominators of all parts are added, and scored once"
    ),
}
_WHY = {
    "no_value": gettext_lazy("not published for: %(units)s"),
    "no_weight": gettext_lazy("no such number loaded for: %(units)s"),
    "no_figures": gettext_lazy("no figures here of: %(units)s"),
    "reads_published": gettext_lazy("this index gives no numerators and denominators"),
}
_BASIS = {
    "main_indices": gettext_lazy("from main indices"),
    "total": gettext_lazy("from totals: main indices were not published of all parts"),
    "sums": gettext_lazy("from numerators and denominators"),
}


def places_of(most: Decimal | None) -> int:
    """How many decimals values are shown with: what is published as 0..1 has four."""
    return FINE if most is not None and most <= 1 else COARSE


def value_words(value: Decimal | None, most: Decimal | None) -> str:
    """A published value as its scale is written."""
    return MISSING if value is None else fixed(value, places_of(most))


def change_words(change: Change | None, most: Decimal | None) -> str:
    """+0,0123; empty where there is nothing to compare, or it cannot be compared."""
    points = change.points if change else None
    return "" if points is None else signed(points, places_of(most))


def break_words(each: Break, methods: Mapping[str, IndexVersion]) -> list[str]:
    """What changed at a break, one thing each."""
    said = []
    if each.method:
        version = methods.get(each.at.method)
        said.append(_("new method %(method)s") % {"method": short_method(version, each.at.method)})
    if each.borders:
        said.append(_("new borders %(day)s") % {"day": day(each.borders)})
    return said


def short_method(version: IndexVersion | None, method: str) -> str:
    """A method by its decision: QĐ 922, not the whole title."""
    digits = method.removeprefix("qd")
    if method.startswith("qd") and digits.isdigit():
        return f"QĐ {digits}"
    return method if version is None else f"{method}"


def index_words(version: IndexVersion) -> str:
    """An index's name without the years that tell its methods apart."""
    return _YEARS.sub("", version.name)


def subject_words(subject: Subject) -> str:
    """A subject's name; of a province that ended or began, also until or since when."""
    if not isinstance(subject, AdminUnit):
        return subject.short_name
    if subject.valid_to:
        last = subject.valid_to - timedelta(days=1)
        return _("%(name)s (until %(day)s)") % {"name": subject, "day": day(last)}
    if subject.valid_from:
        return _("%(name)s (from %(day)s)") % {"name": subject, "day": day(subject.valid_from)}
    return str(subject)


def node_words(node: str, words: Vocabulary | None) -> str:
    """A node's name in the reader's language; of the total that it is the total."""
    if node == TOTAL:
        return _("Total")
    if words is None or node not in words.nodes:
        return node
    return words.name(node, language())


def language() -> str:
    """The reader's of two languages."""
    return "en" if get_language() == "en" else "vi"


def merged_words(found: Merged) -> str:
    """Why there is no value, or what it was made of."""
    if found.why:
        return str(_WHY[found.why]) % {"units": ", ".join(found.lacking)}
    said = str(_BASIS.get(found.basis, ""))
    if found.covered is not None and found.covered < 1:
        share = percent(found.covered * 100, 0)
        said += ", " + _("%(share)s of the index") % {"share": share}
    return said
