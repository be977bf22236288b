"""Next year's plan: this year's targets with their results, what is carried over, a draft."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cotmoc.apps.accounts.models import Person
from cotmoc.apps.documents.models import Document
from cotmoc.apps.programmes.models import Pillar, Plan
from cotmoc.apps.programmes.next_goals import FULL, next_comparator, read_number, write_number
from cotmoc.apps.programmes.next_year import (
    AlreadyDraftedError,
    CarriedTarget,
    NextRow,
    draft_name,
    draft_next_year,
    draft_text,
    next_rows,
)
from cotmoc.apps.programmes.word_file import MEDIA_TYPE, word_file
from cotmoc.apps.programmes.wording import SIGNS
from cotmoc.ui.formats import in_english, unit_word

LARGEST = Decimal(10) ** 17
WHY = {
    "closed": gettext_lazy("not carried over: it has ended"),
    "qualitative": gettext_lazy("kept: no number to change"),
    "no_number": gettext_lazy("kept: no number to change"),
    "no_data": gettext_lazy("kept: there is no result to judge by"),
    "not_reached": gettext_lazy("kept: not reached yet"),
    "full": gettext_lazy("kept: nothing is above 100 %"),
    "reached": gettext_lazy("kept: reached, and the next step is no higher"),
    "raised": gettext_lazy("raised: reached, so the result rounded up"),
    "lowered": gettext_lazy("lowered: reached, so the result rounded down"),
}


class LineForm(forms.Form):
    """One target: whether it is carried over, its value and its deadline."""

    carry = forms.BooleanField(required=False)
    value = forms.CharField(required=False, max_length=30)
    deadline = forms.DateField(required=False, widget=forms.DateInput(attrs={"type": "date"}))

    def __init__(self, next_row: NextRow, data: Any = None) -> None:
        self.next_row = next_row
        target = next_row.target
        start = {
            "carry": next_row.goal.carry,
            "value": _typed(next_row.goal.value),
            "deadline": next_row.deadline.isoformat(),
        }
        super().__init__(data, prefix=f"t{target.pk}", initial=start)
        for name, words in (
            ("carry", _("Carry over: %(target)s")),
            ("value", _("Value next year: %(target)s")),
            ("deadline", _("Deadline next year: %(target)s")),
        ):
            self.fields[name].widget.attrs["aria-label"] = words % {"target": target.name}
        self.fields["value"].widget.attrs["inputmode"] = "decimal"
        if target.value is None:
            del self.fields["value"]

    def clean_value(self) -> Decimal | None:
        """The value as Vietnamese documents write it: 97,5 or 1.030."""
        text = "".join((self.cleaned_data["value"] or "").split()).rstrip("%")
        if not text:
            if self._carried():
                raise ValidationError(_("Give a value, or do not carry the target over."))
            return None
        try:
            value = Decimal(text) if in_english() else read_number(text)
        except (InvalidOperation, ValueError):
            raise ValidationError(_("Write a number, such as 97,5 or 1.030.")) from None
        if not value.is_finite() or not 0 <= value < LARGEST:
            raise ValidationError(_("Write a number from 0 on."))
        if self.next_row.target.unit == "%" and value > FULL:
            raise ValidationError(_("A share is at most 100 %."))
        return value.quantize(Decimal("0.0001"))

    def clean_deadline(self) -> date | None:
        found: date | None = self.cleaned_data["deadline"]
        if self._carried():
            if found is None:
                raise ValidationError(_("Give a deadline."))
            if found.year <= self.next_row.target.plan.year:
                raise ValidationError(_("The deadline lies before next year's plan."))
        return found

    def _carried(self) -> bool:
        return bool(self.cleaned_data.get("carry"))

    def carried(self) -> CarriedTarget | None:
        """What the person chose; none when the target is left behind."""
        if not self._carried():
            return None
        target = self.next_row.target
        return CarriedTarget(target, self.cleaned_data.get("value"), self.cleaned_data["deadline"])

    @property
    def why(self) -> str:
        """The rule by which the value was proposed."""
        return str(WHY[self.next_row.goal.why])

    @property
    def is_new(self) -> bool:
        """Whether the proposal is another value than this year's."""
        return self.next_row.goal.why in ("raised", "lowered")

    @property
    def sign(self) -> str:
        """The sign before the value: ≥, ≤."""
        goal, target = self.next_row.goal, self.next_row.target
        return SIGNS.get(next_comparator(target.comparator, goal.value, target.unit), "")

    @property
    def unit(self) -> str:
        """The unit behind the value, where it says more than the target's name."""
        unit = self.next_row.target.unit
        return {"count": "", "days": _("days")}.get(unit, unit_word(unit))


@dataclass(frozen=True, slots=True)
class Block:
    """The lines of one pillar."""

    title: str
    forms: list[LineForm]


def _typed(value: Decimal | None) -> str:
    """A number as people type it in their language."""
    if value is None:
        return ""
    return f"{value.normalize():f}" if in_english() else write_number(value)


def next_year(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Start next year's plan from this year's; for those who steer."""
    person = request.user
    if not isinstance(person, Person) or not person.steers:
        raise PermissionDenied
    plan = get_object_or_404(
        Plan.objects.visible_to(person).select_related("document", "organisation"), pk=pk
    )
    rows = next_rows(plan, viewer=person, today=timezone.localdate())
    posted = request.POST if request.method == "POST" else None
    lines = [LineForm(row, posted) for row in rows]
    nothing = False
    # Each line is checked, also after a wrong one: a person sees all that is to be put right.
    good = [line.is_valid() for line in lines]
    if posted is not None and all(good):
        carried = [found for line in lines if (found := line.carried())]
        nothing = not carried
        if carried:
            return _answer(request, plan, carried, person)
    wrong = [line for line in lines if line.errors]
    context = {
        "plan": plan,
        "year": plan.year + 1,
        "blocks": _blocks(lines),
        "total": len(lines),
        "wrong": wrong,
        "nothing": nothing,
        "changed": sum(line.is_new for line in lines),
        "ended": sum(not row.goal.carry for row in rows),
        "unmeasured": sum(row.goal.why == "no_data" for row in rows),
    }
    return render(request, "programmes/next_year.html", context)


def _blocks(lines: Sequence[LineForm]) -> list[Block]:
    titles = {**{pillar.value: str(pillar.label) for pillar in Pillar}, "": _("No pillar named")}
    blocks = [
        Block(title, [line for line in lines if line.next_row.target.pillar == pillar])
        for pillar, title in titles.items()
    ]
    return [block for block in blocks if block.forms]


def _answer(
    request: HttpRequest, plan: Plan, carried: Sequence[CarriedTarget], person: Person
) -> HttpResponse:
    """A file of the text, or the draft document it becomes."""
    wish = request.POST.get("do", "")
    if wish in ("docx", "md"):
        return _file(plan, draft_text(plan, carried).text, wish)
    try:
        document = draft_next_year(plan, carried, actor=person, now=timezone.now())
    except AlreadyDraftedError as error:
        document = error.document
        messages.info(request, _("The very same draft is there already."))
    else:
        messages.success(
            request,
            _("A draft for %(year)s with %(count)s targets waits to be confirmed.")
            % {"year": plan.year + 1, "count": len(carried)},
        )
    waits = document.state == Document.State.DRAFT
    return redirect("confirm-document" if waits else "document", pk=document.pk)


def _file(plan: Plan, text: str, kind: str) -> HttpResponse:
    if kind == "docx":
        response = HttpResponse(word_file(text), content_type=MEDIA_TYPE)
    else:
        response = HttpResponse(_markdown(text), content_type="text/markdown; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{draft_name(plan)}.{kind}"'
    return response


def _markdown(text: str) -> str:
    """The text with its headings marked."""
    lines = []
    for line in text.split("\n"):
        if line.startswith("I. "):
            line = f"## {line}"
        elif line[:1].isdigit():
            line = f"### {line}"
        lines.append(line)
    return "\n".join(lines)
