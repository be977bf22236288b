"""The words of targets on screen."""

from collections.abc import Mapping
from decimal import Decimal

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
COMPARATORS = {
    "=": gettext_lazy("= exactly, or to reach"),
    ">=": gettext_lazy("≥ at least"),
    ">": gettext_lazy("> more than"),
    "<=": gettext_lazy("≤ at most"),
    "<": gettext_lazy("< less than"),
    "~": gettext_lazy("≈ about"),
    "rank<=": gettext_lazy("among the first"),
    "maintain": gettext_lazy("maintain"),
    "raise": gettext_lazy("raise"),
}
UNITS = {
    "%": "%",
    "%/year": gettext_lazy("% a year"),
    "count": gettext_lazy("a count"),
    "VND": gettext_lazy("VND"),
    "rank": gettext_lazy("rank"),
    "points": gettext_lazy("points"),
    "days": gettext_lazy("days"),
    "yes/no": gettext_lazy("yes or no"),
}
MODALITIES = {"strive": gettext_lazy("strive for"), "expect": gettext_lazy("expect")}
FREQUENCIES = {
    "weekly": gettext_lazy("every week"),
    "monthly": gettext_lazy("every month"),
    "quarterly": gettext_lazy("every quarter"),
    "half_yearly": gettext_lazy("every half year"),
    "yearly": gettext_lazy("every year"),
    "regularly": gettext_lazy("regularly"),
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
    "table": gettext_lazy("row of a table without a target or task"),
    "task_detail": gettext_lazy("detail of a task"),
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
    "deadline_not_read": gettext_lazy("the deadline was not understood"),
    "lead_missing": gettext_lazy("who leads is not said"),
    "lead_unclear": gettext_lazy("who leads is not clear"),
    "no_deadline": gettext_lazy("no deadline is said"),
}


REFUSALS = {
    "confirmed_already": gettext_lazy(
        "The document is confirmed already; rows are changed no more. Load the page again."
    ),
    "no_name": gettext_lazy("The row has no name. Edit it first."),
    "undecided": gettext_lazy(
        "%(count)s rows are not decided. Decide on them, or tick that the rest is left out."
    ),
    "outside_quote": gettext_lazy("The place to cut lies outside the quote."),
    "nothing_to_split": gettext_lazy("A part without words is left. Choose another place."),
    "part_not_in_quote": gettext_lazy(
        "These words do not stand in the quote. Copy them from it as they are."
    ),
    "choose_where": gettext_lazy("Choose where the second row begins, or give its words."),
    "choose_two": gettext_lazy("Tick at least two rows to merge."),
    "kinds_differ": gettext_lazy("A target and a task cannot be merged. Tick rows of one kind."),
    "too_far_apart": gettext_lazy("These rows stand too far apart in the text to be merged."),
    "too_long": gettext_lazy("This is too much text for one row. Choose a sentence."),
    "no_words": gettext_lazy("Give the words, or the number of a line that has some."),
    "no_such_line": gettext_lazy("The document has no such line."),
    "words_not_found": gettext_lazy(
        "These words do not stand in the document after that line. Copy them from the text."
    ),
    "nothing_to_undo": gettext_lazy("There is no step of yours to undo."),
    "undone_already": gettext_lazy("This step is undone already."),
    "no_such_body": gettext_lazy("There is no such organisation."),
    "not_usable": gettext_lazy(
        "“%(row)s” has a field that cannot be kept (number, deadline or clause). Edit it first."
    ),
    "waits_to_be_confirmed": gettext_lazy(
        "The file was handed in already and waits to be confirmed on its page."
    ),
}


def refusal_text(code: str, params: Mapping[str, object]) -> str:
    """Why a step of confirming was refused, and what to do."""
    return str(REFUSALS.get(code, code)) % params


def goal_text(target: Target) -> str:
    """What the target asks for: ≥ 95 %, ≤ 6 days, or a word for qualitative ones."""
    return amount_text(target.comparator, target.value, target.value_high, target.unit)


def amount_text(comparator: str, value: Decimal | None, high: Decimal | None, unit: str) -> str:
    """A comparison in signs: ≥ 95 %, 8,3–8,5 %; a word where nothing is counted."""
    if comparator in QUALITATIVE:
        return str(QUALITATIVE[comparator])
    if value is None:
        return "–"
    sign = SIGNS.get(comparator, comparator)
    amount = measure(value, unit)
    if high is not None:
        amount = f"{measure(value, '')}–{measure(high, unit)}"
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
