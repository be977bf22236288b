"""The words of links between targets, of proposals, and of what differs."""

import re
from collections.abc import Iterable
from datetime import date
from decimal import Decimal

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cotmoc.apps.programmes.linking import Difference
from cotmoc.apps.programmes.matching import Reason
from cotmoc.apps.programmes.models import Plan
from cotmoc.apps.programmes.wording import LEVELS
from cotmoc.ui.formats import day, measure, number, unit_word

_COMMITTEE = re.compile(r"^\s*(ủy|uỷ) ban nhân dân\s+", re.IGNORECASE)
COMPARATORS = {
    "=": gettext_lazy("the number itself"),
    ">": gettext_lazy("more than"),
    ">=": gettext_lazy("at least"),
    "<": gettext_lazy("less than"),
    "<=": gettext_lazy("at most"),
    "~": gettext_lazy("about"),
    "rank<=": gettext_lazy("among the first"),
    "maintain": gettext_lazy("maintain"),
    "raise": gettext_lazy("raise"),
}
AGAINST = {
    "unit": gettext_lazy("the unit differs"),
    "level": gettext_lazy("the level differs"),
    "direction": gettext_lazy("one wants more, the other less"),
    "indicator": gettext_lazy("they are bound to different indicators"),
    "quote_only": gettext_lazy("only the sentence says it, not the name"),
    "tie": gettext_lazy("another indicator fits as well"),
}
# A proposal is measured against an indicator, not against another target.
AGAINST_INDICATOR = {
    "level": gettext_lazy("the indicator is not reported at this level"),
    "direction": gettext_lazy("for the indicator more is better"),
}


def reason_words(reason: Reason) -> str:
    """Why two targets were put together."""
    if reason.indicator:
        return _("both are bound to the indicator %(code)s") % {"code": reason.indicator}
    return _("shared words: %(words)s") % {"words": ", ".join(reason.shared)}


def proposal_words(reason: Reason) -> str:
    """Why an indicator is proposed for a target."""
    if reason.phrase:
        return _("the catalogue's phrase “%(phrase)s”") % {"phrase": reason.phrase}
    return _("shared words: %(words)s") % {"words": ", ".join(reason.shared)}


def against_words(reason: Reason) -> list[str]:
    """What speaks against two targets being the same, in words."""
    return [str(AGAINST[each]) for each in reason.against]


def against_indicator(reason: Reason) -> list[str]:
    """What speaks against an indicator, in words."""
    words = {**AGAINST, **AGAINST_INDICATOR}
    return [str(words[each]) for each in reason.against]


def difference_words(difference: Difference, unit: str = "") -> str:
    """One difference: 90 % → 95 % (+5 points)."""
    before, after = (_said(difference, each, unit) for each in _sides(difference))
    if difference.change is None:
        return f"{before} → {after}"
    return f"{before} → {after} ({_signed(difference.change, unit)})"


def difference_label(difference: Difference) -> str:
    """What the difference is in."""
    return {
        "comparator": _("wording"),
        "unit": _("unit"),
        "value": _("value"),
        "level": _("level"),
        "deadline": _("deadline"),
    }[difference.what]


def difference_lines(differences: Iterable[Difference], unit: str = "") -> list[str]:
    """All differences, one line each."""
    return [f"{difference_label(each)}: {difference_words(each, unit)}" for each in differences]


def plan_label(plan: Plan) -> str:
    """A plan in few words, for heads of columns: the body and the year."""
    body = plan.organisation.short_name if plan.organisation else plan.document.issuer
    body = _COMMITTEE.sub("", body).strip()
    body = body[:1].upper() + body[1:]
    return f"{body or plan.title} · {plan.year}"


def _sides(difference: Difference) -> tuple[object, object]:
    return difference.before, difference.after


def _said(difference: Difference, side: object, unit: str) -> str:
    if difference.what == "comparator":
        return str(COMPARATORS.get(str(side), side))
    if difference.what == "level":
        return str(LEVELS.get(str(side), "")) or _("no level named")
    if difference.what == "unit":
        return unit_word(str(side)) or _("no unit")
    if isinstance(side, date):
        return day(side)
    return measure(side, unit) if isinstance(side, Decimal) else _("none")


def _signed(change: Decimal, unit: str) -> str:
    """A share changes by points, a number by itself."""
    amount = measure(abs(change), "points") if unit in ("%", "%/year") else number(abs(change))
    return f"+{amount}" if change > 0 else f"−{amount}"
