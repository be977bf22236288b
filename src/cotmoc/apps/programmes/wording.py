"""The words of targets on screen."""

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, gettext_noop

from cotmoc.apps.programmes.models import PlanTask, Standing, Target
from cotmoc.ui.formats import day, measure

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


FREQUENCIES = {
    "weekly": gettext_lazy("every week"),
    "monthly": gettext_lazy("every month"),
    "quarterly": gettext_lazy("every quarter"),
    "half_yearly": gettext_lazy("every half-year"),
    "yearly": gettext_lazy("every year"),
    "regularly": gettext_lazy("regularly"),
}
# Reasons the program gives itself are kept as English keys, those of people as they wrote them.
DISTRICTS_CLOSED = gettext_noop("The district level ended on 1 July 2025")
NOT_TAKEN_OVER = gettext_noop("Not taken over by the later document")


def reason_text(row: Target | PlanTask) -> str:
    """Why a target or task was closed."""
    return _(row.closed_reason) if row.closed_reason else ""


def holds_text(row: Target | PlanTask) -> str:
    """Nothing while a target or task holds; else what became of it."""
    if row.standing == Standing.OPEN:
        return ""
    said = str(row.get_standing_display())
    return f"{said}: {reason}" if (reason := reason_text(row)) else said


def task_lead_text(task: PlanTask) -> str:
    """Who leads a task; one without a lead says so."""
    if task.lead:
        return task.lead.short_name
    return task.lead_text or _("no lead named")


def coordinating_text(task: PlanTask) -> str:
    """Who coordinates, as the text names them."""
    return "; ".join(task.coordinating_text)


def due_text(task: PlanTask) -> str:
    """By when a task is to be done, or how often."""
    return day(task.deadline) if task.deadline else frequency_text(task)


def frequency_text(task: PlanTask) -> str:
    """How often a task is to be done; empty for one done once."""
    return str(FREQUENCIES.get(task.frequency, task.frequency))
