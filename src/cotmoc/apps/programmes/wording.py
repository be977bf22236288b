"""The words of targets on screen."""

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cotmoc.apps.programmes.models import Target
from cotmoc.ui.formats import measure

SIGNS = {"=": "", ">": ">", ">=": "≥", "<": "<", "<=": "≤", "~": "≈", "rank<=": "≤"}
QUALITATIVE = {"maintain": gettext_lazy("maintain"), "raise": gettext_lazy("raise")}
LEVELS = {
    "province": gettext_lazy("province level"),
    "district": gettext_lazy("district level"),
    "commune": gettext_lazy("commune level"),
    "village": gettext_lazy("villages"),
    "organisation": gettext_lazy("organisations"),
}
REASONS = {
    "heading": gettext_lazy("heading"),
    "head": gettext_lazy("head of the document"),
    "basis": gettext_lazy("legal basis"),
    "prose": gettext_lazy("prose without a target"),
    "task": gettext_lazy("task"),
    "result": gettext_lazy("result of an earlier year"),
    "web_page_noise": gettext_lazy("remains of a web page"),
    "recipients": gettext_lazy("recipients and signature"),
    "picture_caption": gettext_lazy("caption of a picture"),
}
FLAGS = {
    "level_abolished": gettext_lazy("the district level ended on 1 July 2025"),
    "level_doubled": gettext_lazy("the same level stands twice"),
    "several_levels": gettext_lazy("two levels are named"),
    "comparator_maybe_shared": gettext_lazy("an earlier comparator may hold here too"),
    "denominator_unnamed": gettext_lazy("what it is a share of is not said"),
    "grdp": gettext_lazy("a share of GRDP"),
    "gdp_for_grdp": gettext_lazy("GDP where GRDP is meant"),
    "typo_kinh_ke": gettext_lazy("probably a typing error in the text"),
    "two_targets_one_line": gettext_lazy("two targets stand in one line"),
    "dot_as_decimal": gettext_lazy("a dot where a comma is meant"),
    "typo": gettext_lazy("probably a typing error in the text"),
    "all_as_100": gettext_lazy("“all” is read as 100 %"),
    "zero_in_words": gettext_lazy("“none” is read as zero"),
    "fraction_as_percent": gettext_lazy("a fraction in words is read as a percentage"),
    "times_of_baseline": gettext_lazy("a multiple of an earlier value, not a unit"),
    "places_gained": gettext_lazy("places to gain in a ranking, not a rank to reach"),
    "percentage_points": gettext_lazy("percentage points, not per cent"),
    "rank_not_numbered": gettext_lazy("a group of a ranking without a number"),
    "unit_not_listed": gettext_lazy("its unit is none of those the programme uses"),
    "share_above_100": gettext_lazy("a share above 100 %"),
    "below_baseline": gettext_lazy("to be raised, but below where it starts"),
    "deadline_before_document": gettext_lazy("due before the document's own date"),
    "stated_twice": gettext_lazy("the same target stands with another number elsewhere"),
    "impossible_date": gettext_lazy("a date that does not exist"),
    "count_differs": gettext_lazy("the number announced differs from what is listed"),
    "sum_differs": gettext_lazy("the parts do not add up to the total"),
    "number_not_read": gettext_lazy("a percentage that was not read as a target"),
}


def goal_text(target: Target) -> str:
    """What the target asks for: ≥ 95 %, ≤ 6 days, or a word for qualitative ones."""
    if target.comparator in QUALITATIVE:
        return str(QUALITATIVE[target.comparator])
    if target.value is None:
        return "–"
    sign = SIGNS.get(target.comparator, target.comparator)
    amount = measure(target.value, target.unit)
    if target.value_high is not None:
        amount = f"{measure(target.value, '')}–{measure(target.value_high, target.unit)}"
    return f"{sign}\u00a0{amount}".strip()


def level_text(target: Target) -> str:
    """The level a target speaks of, if it names one."""
    return str(LEVELS.get(target.level, ""))


def flags_text(target: Target) -> list[str]:
    """The doubts about a target, in words."""
    return [str(FLAGS.get(flag, flag)) for flag in target.flags]


def lead_text(target: Target) -> str:
    """Who leads; a target without a lead says so."""
    if target.lead:
        return target.lead.short_name
    return target.lead_text or _("no lead named")
