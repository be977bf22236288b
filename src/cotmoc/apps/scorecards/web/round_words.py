"""How rounds are said on pages: why something was refused, states, what a leaf asks."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from cotmoc.apps.scorecards.models import Assessment, Round
from cotmoc.indicators.indices.model import (
    Band,
    Bands,
    CappedRatio,
    Choice,
    Formula,
    Given,
    Leaf,
    MinMax,
    PerCase,
    PublishedShare,
    Ratio,
    Survey,
    Unknown,
    YesNo,
    ZScore,
)
from cotmoc.ui.formats import day, in_language, number

REFUSALS: Mapping[str, Any] = {
    "stale": gettext_lazy(
        "Somebody else changed this meanwhile. The page shows how it is now; look again and repeat "
        "what you want to change."
    ),
    "not_the_body": gettext_lazy("Only those who speak for the body may do this."),
    "not_the_verifier": gettext_lazy("Only the secretariat may do this."),
    "own_body": gettext_lazy(
        "You speak for this body, so somebody else of the secretariat must verify it."
    ),
    "locked": gettext_lazy(
        "The round has ended and is locked. What is wrong in it is corrected in a new version."
    ),
    "not_now_not_started": gettext_lazy("The body has not submitted yet."),
    "not_now_in_work": gettext_lazy("The body has not submitted yet."),
    "not_now_submitted": gettext_lazy(
        "The assessment is submitted. Ask the secretariat to return it if something must change."
    ),
    "not_now_returned": gettext_lazy("Change what was returned first, then submit again."),
    "not_now_appraised": gettext_lazy("The appraisal has ended; only objections are possible."),
    "not_now_objected": gettext_lazy("Objections are being argued about; answer them first."),
    "not_now_settled": gettext_lazy("This assessment is settled."),
    "no_objections": gettext_lazy("This round takes no objections."),
    "objections_over": gettext_lazy("The time for objections ended on %(until)s."),
    "open_objections": gettext_lazy("Answer every objection first."),
    "may_still_object": gettext_lazy("The body may still object until %(until)s."),
    "reason_missing": gettext_lazy("Give a reason."),
    "unknown_leaf": gettext_lazy("This index has no such part."),
    "leaves_refused": gettext_lazy(
        "Nothing was saved. Put right what is marked below, then save again."
    ),
    "incomplete": gettext_lazy("Not submitted: something is missing in the parts listed below."),
    "not_marked": gettext_lazy(
        "Give points for every part first; these have none yet: %(leaves)s."
    ),
    "out_of_range": gettext_lazy("Give points from %(low)s to %(high)s."),
    "rule_unknown": gettext_lazy("How this is scored is not known; it gets no points."),
    "text_missing": gettext_lazy("Write why."),
    "points_missing": gettext_lazy("Say which points you ask for."),
    "same_points": gettext_lazy("These are the points that were given already."),
    "objected_already": gettext_lazy("There is an objection to this part already."),
    "answered_already": gettext_lazy("This objection is answered already."),
    "no_bodies": gettext_lazy("Choose at least one body."),
    "period_kind": gettext_lazy("This method does not score periods of that kind."),
    "not_for_kind": gettext_lazy("This method does not score %(name)s."),
    "round_there": gettext_lazy(
        "%(name)s takes part in an open round of this method and period already."
    ),
    "deadline_past": gettext_lazy("The deadline has passed already; choose a later day."),
    "objections_before_deadline": gettext_lazy(
        "The last day for objections must not lie before the deadline."
    ),
    "remind_days": gettext_lazy("Reminders are given 0 to %(limit)s days before the deadline."),
    "in_the_way": gettext_lazy("Not published: these are not finished: %(names)s."),
    "nobody_left": gettext_lazy("No body has a result to publish."),
    "not_published": gettext_lazy("Only a published round can be corrected."),
    "corrected_already": gettext_lazy("A newer version corrects this round already."),
    "not_asked": gettext_lazy("This is not asked of the body."),
    "unknown_choice": gettext_lazy("Choose one of the answers given."),
    "one_choice": gettext_lazy("Choose one answer only."),
    "not_a_number": gettext_lazy("Write a number, like 90 or 7,5."),
    "ratio_parts": gettext_lazy("Give both numbers."),
    "part_above_whole": gettext_lazy("The part is larger than the whole."),
    "negative": gettext_lazy("This must not be negative."),
    "unknown_figure": gettext_lazy("This part does not read that figure."),
    "numbers_differ": gettext_lazy(
        "The parts %(leaves)s read the same figure; give the same numbers in both."
    ),
    "proof_empty": gettext_lazy("Give a number with its date, a link, or a file."),
    "link_refused": gettext_lazy("A link begins with http:// or https:// and leads to a page."),
    "too_many_proofs": gettext_lazy("A part has at most %(limit)s pieces of evidence."),
    "too_many": gettext_lazy(
        "You have handed in %(limit)s files within an hour. Wait a while and try again."
    ),
    "too_large": gettext_lazy("The file is larger than %(limit)s MB; send a smaller one."),
    "empty": gettext_lazy("The file is empty. Choose the file again."),
    "kind_unknown": gettext_lazy(
        "Files of the kind %(ending)s are not taken. Send PDF, Word (.docx), Excel (.xlsx), PNG or "
        "JPEG."
    ),
    "false_kind": gettext_lazy(
        "The name ends in %(ending)s, but by its content this is no %(expected)s file. It was not "
        "kept; send the real document."
    ),
    "named_otherwise": gettext_lazy(
        "The name ends in %(ending)s, but by its content this is %(found)s. Give it its right name "
        "and send it again."
    ),
    "has_macros": gettext_lazy("The file holds macros. Save it without them and send it again."),
    "broken": gettext_lazy("The file is damaged; open it and save it again."),
    "scanner": gettext_lazy(
        "The virus scanner refused the file. Ask for a clean copy; it was not kept."
    ),
    "not_scanned": gettext_lazy(
        "The virus scanner does not answer, so the file was not taken. Tell the operator."
    ),
}


def refusal_text(code: str, params: Mapping[str, Any]) -> str:
    """Why a step was refused, and what to do."""
    return str(REFUSALS[code]) % {key: _shown(value) for key, value in params.items()}


def _shown(value: Any) -> Any:
    if isinstance(value, Decimal):
        return number(value)
    if isinstance(value, list | tuple):
        return ", ".join(str(each) for each in value)
    return day(value) if hasattr(value, "toordinal") else value


# Shapes of `ui.states` beside the words of assessments and rounds.
SHAPES = {
    Assessment.State.NOT_STARTED: "no_data",
    Assessment.State.IN_WORK: "on_the_way",
    Assessment.State.SUBMITTED: "on_the_way",
    Assessment.State.RETURNED: "behind",
    Assessment.State.APPRAISED: "met",
    Assessment.State.OBJECTED: "behind",
    Assessment.State.SETTLED: "met",
    Assessment.State.LOCKED: "not_applicable",
}
ROUND_SHAPES = {
    Round.State.OPEN: "on_the_way",
    Round.State.PUBLISHED: "met",
    Round.State.CLOSED: "not_applicable",
}
IN_THE_WAY = {
    "not_submitted": gettext_lazy("not submitted"),
    "not_appraised": gettext_lazy("not appraised"),
    "objection_open": gettext_lazy("objections are not settled"),
    "may_still_object": gettext_lazy("may still object"),
}
MISSING = {
    "answer": gettext_lazy("an answer"),
    "reason": gettext_lazy("a reason for departing from what was computed"),
    "evidence": gettext_lazy("evidence"),
}
STEPS = {
    "assessment.saved": gettext_lazy("answered"),
    "assessment.submitted": gettext_lazy("submitted"),
    "assessment.returned": gettext_lazy("returned"),
    "assessment.marked": gettext_lazy("gave points"),
    "assessment.appraised": gettext_lazy("ended the appraisal"),
    "assessment.reopened": gettext_lazy("went on with the appraisal"),
    "assessment.objected": gettext_lazy("objected"),
    "objection.answered": gettext_lazy("answered an objection"),
    "assessment.settled": gettext_lazy("settled"),
    "assessment.agreed": gettext_lazy("agreed with the points"),
    "evidence.added": gettext_lazy("added evidence"),
    "evidence.removed": gettext_lazy("took evidence away"),
    "assessment.reminded": gettext_lazy("reminder given"),
}


def days_text(left: int | None) -> str:
    """How long until a deadline, or since."""
    if left is None:
        return ""
    if left < 0:
        return ngettext("%(days)s day overdue", "%(days)s days overdue", -left) % {"days": -left}
    if left == 0:
        return _("due today")
    return ngettext("%(days)s day left", "%(days)s days left", left) % {"days": left}


def rule_text(leaf: Leaf) -> str:
    """How points follow from what is answered or read."""
    rule, most = leaf.rule, number(leaf.max)
    match rule:
        case Ratio():
            said = (
                _("%(max)s × part ÷ whole")
                if leaf.direction == "up"
                else _("%(max)s × (1 − part ÷ whole)")
            )
            return said % {"max": most}
        case CappedRatio():
            return _("all %(max)s points from %(target)s on, less in proportion") % {
                "max": most, "target": number(rule.full_at),
            }  # fmt: skip
        case Bands():
            return "; ".join(_band(leaf, band) for band in rule.bands)
        case YesNo():
            return _("%(max)s points for yes, none for no") % {"max": most}
        case Choice():
            return _("by the answer chosen")
        case Survey():
            return _("from %(low)s (no points) to %(high)s (all points)") % {
                "low": number(rule.low), "high": number(rule.high),
            }  # fmt: skip
        case PerCase():
            return _("%(each)s a case, at most %(limit)s in all, beside the maximum") % {
                "each": number(rule.each), "limit": number(rule.limit),
            }  # fmt: skip
        case MinMax() | ZScore():
            return _("compared with the other bodies of the round")
        case Formula():
            return _("formula: %(text)s") % {"text": rule.text}
        case Given(of=PublishedShare()):
            return _("as published")
        case Given():
            return _("points given by the body and the verifier")
        case Unknown():
            return _("not known: %(why)s") % {"why": in_language(rule.why)}


def _band(leaf: Leaf, band: Band) -> str:
    points = number(leaf.max * band.share)
    if band.low is None:
        said = _("below %(high)s: %(points)s")
    elif band.high is None:
        said = _("from %(low)s: %(points)s")
    else:
        said = _("%(low)s to %(high)s: %(points)s")
    low, high = (number(each) if each is not None else "" for each in (band.low, band.high))
    return said % {"low": low, "high": high, "points": points}
