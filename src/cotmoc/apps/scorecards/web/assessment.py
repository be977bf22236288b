"""The page of one body's assessment: the body fills in, the verifier judges, others read."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from cotmoc.apps.accounts.models import Person
from cotmoc.apps.measurement.models import period_words
from cotmoc.apps.scorecards.assessments import appraising, objecting
from cotmoc.apps.scorecards.assessments import reads as round_queries
from cotmoc.apps.scorecards.assessments.appraising import Mark
from cotmoc.apps.scorecards.assessments.assessing import (
    Filling,
    IncompleteError,
    RefusedLeavesError,
    save_answers,
    submit,
)
from cotmoc.apps.scorecards.assessments.stepping import RoundError, StaleError
from cotmoc.apps.scorecards.models import Assessment, Objection
from cotmoc.apps.scorecards.rules import Part
from cotmoc.apps.scorecards.web import round_words
from cotmoc.apps.scorecards.web.assessment_rows import Page, days_left, page_of, reckon
from cotmoc.apps.scorecards.web.round_forms import ObjectionAnswerForm, ObjectionForm
from cotmoc.apps.scorecards.web.rounds import round_for
from cotmoc.core.text import clean

UNUSABLE, CONFLICT = 422, 409
LARGEST_ID = 2**63 - 1


def assessment(request: HttpRequest, pk: int, unit: str) -> HttpResponseBase:
    """One body's part in a round."""
    found = find(request, pk, unit)
    if request.method != "POST":
        return show(request, found)
    return _do(request, found)


def find(request: HttpRequest, pk: int, unit: str) -> Assessment:
    """The assessment, if the viewer may see it."""
    held = round_for(request, pk)
    try:
        found = round_queries.assessment_of(
            held, unit, viewer=request.user, on=timezone.localdate()
        )
    except Assessment.DoesNotExist as error:
        raise Http404 from error
    found.round = held
    return found


# What is shown ------------------------------------------------------------------------------------


def show(
    request: HttpRequest,
    found: Assessment,
    *,
    page: Page | None = None,
    problem: str = "",
    notice: str = "",
    status: int = 200,
    **more: Any,
) -> HttpResponse:
    """The page as it is now, or as `page` has it with what was typed."""
    now = timezone.now()
    page = page or page_of(found, viewer=request.user, now=now)
    left = days_left(found, timezone.localdate(now))
    context = {
        "page": page,
        "assessment": found,
        "round": found.round,
        "organisation": found.organisation,
        "period": period_words(found.round.period),
        "shape": round_words.SHAPES[Assessment.State(found.state)],
        "days": round_words.days_text(left),
        "late": left is not None and left < 0,
        "reminders": list(found.reminders.all()) if page.insider else [],
        "steps": [(step, round_words.STEPS.get(step.verb, step.verb)) for step in page.steps],
        "objecting": ObjectionForm() if page.may("object") else None,
        "answering": ObjectionAnswerForm() if page.may("answer") else None,
        "problem": problem,
        "notice": notice,
        **more,
    }
    return render(request, "rounds/assessment.html", context, status=status)


# What is done -------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Doing:
    """A person who does something to an assessment with what they sent."""

    request: HttpRequest
    assessment: Assessment
    person: Person
    now: datetime

    @property
    def version(self) -> int:
        """The version of the assessment that they saw."""
        text = self.request.POST.get("version", "")
        return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else -1

    @property
    def who(self) -> dict[str, Any]:
        return {"actor": self.person, "now": self.now}

    def text(self, name: str, limit: int = 4000) -> str:
        return self.request.POST.get(name, "").strip()[:limit]

    def typed(self) -> Page:
        """The page with what they typed in its forms."""
        return page_of(self.assessment, viewer=self.person, now=self.now, data=self.request.POST)


def _do(request: HttpRequest, found: Assessment) -> HttpResponseBase:
    person = request.user
    if not isinstance(person, Person):
        raise PermissionDenied
    doing = Doing(request, found, person, timezone.now())
    wish = request.POST.get("do", "")
    deed = DEEDS.get(wish)
    if deed is None:
        raise Http404
    page = page_of(found, viewer=person, now=doing.now)
    if deed.part not in page.parts:
        raise PermissionDenied
    try:
        answer = deed.act(doing)
    except StaleError as stale:
        return _stale(doing, stale, page)
    except RoundError as refused:
        found.refresh_from_db()
        return _refused(doing, refused)
    if isinstance(answer, HttpResponseBase):
        return answer
    if request.headers.get("HX-Request"):
        return show(request, find(request, found.round_id, found.organisation.code), notice=answer)
    messages.success(request, answer)
    return redirect("assessment", pk=found.round_id, unit=found.organisation.code)


def _stale(doing: Doing, stale: StaleError, seen: Page) -> HttpResponse:
    """The page as others left it. What was typed about other leaves stays in its fields."""
    doing.assessment.refresh_from_db()
    names = [row.name for leaf in stale.leaves if (row := seen.row(leaf))]
    said = round_words.refusal_text("stale", {}) + (f" ({', '.join(names)})" if names else "")
    typed = doing.request.POST.copy()
    for leaf in stale.leaves:
        typed.pop(f"a-{leaf}-version", None)
        typed.pop(f"m-{leaf}-version", None)
    data = typed if stale.leaves else None
    page = page_of(doing.assessment, viewer=doing.person, now=doing.now, data=data)
    return show(doing.request, doing.assessment, page=page, problem=said, status=CONFLICT)


def _refused(doing: Doing, refused: RoundError) -> HttpResponse:
    """The page as it is now, with why nothing was done and what was typed."""
    page = doing.typed()
    params = dict(refused.params)
    if isinstance(refused, RefusedLeavesError):
        for leaf, (code, details) in refused.problems.items():
            if row := page.row(leaf):
                row.problem = round_words.refusal_text(code, details)
    if "leaves" in params:
        params["leaves"] = [row.name for leaf in params["leaves"] if (row := page.row(leaf))]
    said = round_words.refusal_text(refused.code, params)
    incomplete = isinstance(refused, IncompleteError)
    return show(
        doing.request,
        doing.assessment,
        page=page,
        problem=said,
        status=UNUSABLE,
        incomplete=incomplete,
    )


# The body -----------------------------------------------------------------------------------------


def _save(doing: Doing) -> str | HttpResponse:
    """Save what was changed in the leaves that were sent."""
    page = doing.typed()
    forms = [row.answer for row in page.rows if row.answer and row.answer.is_bound]
    if not page.filling:
        save_answers(doing.assessment, [], **doing.who)  # says why not
    checked = [form.is_valid() for form in forms]  # each, to show all that is wrong
    if not all(checked):
        said = round_words.refusal_text("leaves_refused", {})
        return show(doing.request, doing.assessment, page=page, problem=said, status=UNUSABLE)
    fillings = [
        Filling(
            form.leaf.code,
            form.cleaned_data["version"],
            form.answer(),
            form.cleaned_data.get("reason", form.entry.self_reason),
        )
        for form in forms
        if form.says_something_new
    ]
    if not fillings:
        return _("Nothing was changed.")
    save_answers(doing.assessment, fillings, **doing.who)
    return _("Saved; the points follow from the answers.")


def _submit(doing: Doing) -> str:
    submit(doing.assessment, version=doing.version, **doing.who)
    return _("Submitted. The secretariat verifies it now.")


def _agree(doing: Doing) -> str:
    appraising.agree(doing.assessment, version=doing.version, **doing.who)
    return _("You agree with the points; the assessment is settled.")


def _object(doing: Doing) -> str:
    form = ObjectionForm(doing.request.POST)
    if not form.is_valid():
        raise RoundError("not_a_number")
    objecting.object_to(
        doing.assessment,
        doing.text("leaf", 60),
        form.cleaned_data["text"],
        form.cleaned_data["asked"],
        version=doing.version,
        **doing.who,
    )
    return _("The objection was recorded; the secretariat answers it.")


def _reckon(doing: Doing) -> HttpResponse:
    """The totals that what was typed would give; nothing is written."""
    page = doing.typed()
    reckon(page)
    return show(doing.request, doing.assessment, page=page)


# The verifier -------------------------------------------------------------------------------------


def _mark(doing: Doing) -> str | HttpResponse:
    """Save the points that were changed."""
    page = doing.typed()
    forms = [row.marking for row in page.rows if row.marking and row.marking.is_bound]
    if not page.marking:
        appraising.mark(doing.assessment, [], **doing.who)  # says why not
    checked = [form.is_valid() for form in forms]  # each, to show all that is wrong
    if not all(checked):
        said = round_words.refusal_text("leaves_refused", {})
        return show(doing.request, doing.assessment, page=page, problem=said, status=UNUSABLE)
    marks = [
        Mark(
            form.leaf.code,
            form.cleaned_data["version"],
            form.cleaned_data["points"],
            form.cleaned_data["reason"],
        )
        for form in forms
        if form.says_something_new
    ]
    if not marks:
        return _("Nothing was changed.")
    appraising.mark(doing.assessment, marks, **doing.who)
    return _("The points were saved.")


def _accept(doing: Doing) -> str:
    appraising.accept_undisputed(doing.assessment, version=doing.version, **doing.who)
    return _("Everything undisputed has the points that the body claims.")


def _appraise(doing: Doing) -> str:
    appraising.appraise(doing.assessment, version=doing.version, **doing.who)
    return _("The appraisal has ended; the body sees it now and may object.")


def _reopen(doing: Doing) -> str:
    appraising.reopen(doing.assessment, doing.text("why"), version=doing.version, **doing.who)
    return _("The appraisal goes on.")


def _return(doing: Doing) -> str:
    """Give it back with the reasons written beside the leaves."""
    page = doing.typed()
    sent = doing.request.POST
    reasons = {row.code: clean(sent.get(f"m-{row.code}-returned", "")) for row in page.rows}
    appraising.return_assessment(doing.assessment, reasons, version=doing.version, **doing.who)
    return _("Returned to the body with your reasons.")


def _settle(doing: Doing) -> str:
    appraising.settle(doing.assessment, version=doing.version, **doing.who)
    return _("The assessment is settled.")


def _answer(doing: Doing) -> str:
    text = doing.text("objection", 20)
    number = int(text) if text.isascii() and text.isdigit() else 0
    objection = get_object_or_404(
        Objection.objects.select_related("entry__assessment"),
        pk=min(number, LARGEST_ID),
        entry__assessment=doing.assessment,
    )
    form = ObjectionAnswerForm(doing.request.POST)
    if not form.is_valid():
        raise RoundError("not_a_number")
    points: Decimal | None = form.cleaned_data["points"]
    objecting.answer_objection(
        objection,
        doing.request.POST.get("accepted") == "yes",
        form.cleaned_data["text"],
        points,
        version=doing.version,
        **doing.who,
    )
    return _("The objection is answered.")


@dataclass(frozen=True, slots=True)
class PageDeed:
    """What can be asked of the page, and whose it is to ask."""

    part: Part
    act: Callable[[Doing], str | HttpResponse]


DEEDS: Mapping[str, PageDeed] = {
    "save": PageDeed("body", _save),
    "submit": PageDeed("body", _submit),
    "agree": PageDeed("body", _agree),
    "reckon": PageDeed("body", _reckon),
    "reckon-marks": PageDeed("verifier", _reckon),
    "object": PageDeed("body", _object),
    "mark": PageDeed("verifier", _mark),
    "accept": PageDeed("verifier", _accept),
    "appraise": PageDeed("verifier", _appraise),
    "reopen": PageDeed("verifier", _reopen),
    "return": PageDeed("verifier", _return),
    "settle": PageDeed("verifier", _settle),
    "answer": PageDeed("verifier", _answer),
}
