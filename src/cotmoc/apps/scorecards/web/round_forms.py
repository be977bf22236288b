"""Forms of rounds: opening, narrowing, a body's answers, the verifier's points, evidence."""

import re
from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cotmoc.apps.measurement.models import period_words
from cotmoc.apps.orgs.models import Organisation
from cotmoc.apps.scorecards.assessments.proofs import ENDINGS
from cotmoc.apps.scorecards.assessments.reads import methods_with_rounds
from cotmoc.apps.scorecards.assessments.reckoning import Ask, ask_of
from cotmoc.apps.scorecards.models import Assessment, Entry, IndexVersion, Round
from cotmoc.core.periods import Period, parse_period
from cotmoc.indicators.indices.model import Choice, Leaf
from cotmoc.ui.formats import in_english, in_language

ANY = [("", gettext_lazy("all"))]
_GROUPED = re.compile(r"-?\d{1,3}(?:\.\d{3})+")
LARGEST = Decimal(10) ** 12


class NumberField(forms.CharField):
    """A number as Vietnamese documents write it (1.030; 7,5) or as computers do; a Decimal."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(required=False, max_length=24, **kwargs)
        self.widget.attrs.update({"inputmode": "decimal", "autocomplete": "off", "size": "8"})

    def clean(self, value: Any) -> Decimal | None:
        text = re.sub(r"\s", "", super().clean(value) or "").replace("−", "-")
        if not text:
            return None
        if in_english():
            text = text.replace(",", "")
        elif "," in text or _GROUPED.fullmatch(text):
            text = text.replace(".", "").replace(",", ".")
        try:
            found = Decimal(text)
        except InvalidOperation as error:
            raise forms.ValidationError(_("Write a number, like 90 or 7,5.")) from error
        if not found.is_finite() or abs(found) >= LARGEST:
            raise forms.ValidationError(_("This number is too large to be real."))
        return found


def typed(value: Any) -> str:
    """A number as people type it in their language."""
    if value in (None, ""):
        return ""
    text = f"{Decimal(str(value)).normalize():f}"
    return text if in_english() else text.replace(".", ",")


def day_field(label: Any, *, required: bool = True, help_text: Any = "") -> forms.DateField:
    widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    return forms.DateField(label=label, required=required, widget=widget, help_text=help_text)


# Lists --------------------------------------------------------------------------------------------


class RoundFilters(forms.Form):
    """What the list of rounds can be narrowed by."""

    q = forms.CharField(
        label=gettext_lazy("Round"),
        required=False,
        max_length=80,
        widget=forms.TextInput(attrs={"type": "search"}),
    )
    state = forms.ChoiceField(
        label=gettext_lazy("State"), required=False, choices=[*ANY, *Round.State.choices]
    )
    index = forms.ChoiceField(label=gettext_lazy("Index"), required=False)
    period = forms.ChoiceField(label=gettext_lazy("Period"), required=False)

    def __init__(self, *args: Any, viewer: object, on: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        codes = Round.objects.visible_to(viewer, on).order_by("-period_end")
        periods = dict.fromkeys(codes.values_list("period", flat=True))
        choices: dict[str, list[tuple[Any, Any]]] = {
            "index": list(methods_with_rounds(viewer=viewer, on=on).items()),
            "period": [(code, period_words(code)) for code in periods],
        }
        for name, found in choices.items():
            self.fields[name].choices = [*ANY, *found]  # type: ignore[attr-defined]


class BodyFilters(forms.Form):
    """What the bodies of a round can be narrowed by."""

    q = forms.CharField(
        label=gettext_lazy("Organisation"),
        required=False,
        max_length=80,
        widget=forms.TextInput(attrs={"type": "search"}),
    )
    state = forms.ChoiceField(
        label=gettext_lazy("State"), required=False, choices=[*ANY, *Assessment.State.choices]
    )
    kind = forms.ChoiceField(
        label=gettext_lazy("Kind"),
        required=False,
        choices=[
            *ANY,
            ("department", gettext_lazy("Departments")),
            ("commune", gettext_lazy("Communes")),
        ],
    )
    needs = forms.ChoiceField(
        label=gettext_lazy("Only"),
        required=False,
        choices=[
            *ANY,
            ("overdue", gettext_lazy("overdue")),
            ("departs", gettext_lazy("departing from computed")),
            ("objected", gettext_lazy("with open objections")),
        ],
    )


# Opening and ending -------------------------------------------------------------------------------


def read_days(text: str) -> list[int]:
    """Days before a deadline, as typed: "7, 3, 1". Raises ValidationError."""
    parts = re.split(r"[\s,;]+", text.strip())
    try:
        return [int(part) for part in parts if part]
    except ValueError as error:
        raise forms.ValidationError(_("Write whole days, like 7, 3, 1.")) from error


class OpenForm(forms.Form):
    """What a new round asks, of whom and until when."""

    index = forms.ChoiceField(label=gettext_lazy("Index and method"))
    period = forms.CharField(
        label=gettext_lazy("Period"),
        max_length=20,
        help_text=gettext_lazy("A year (2026), a quarter (2026-Q3) or a month (2026-08)."),
    )
    title = forms.CharField(label=gettext_lazy("Title of the round"), max_length=200)
    deadline = day_field(gettext_lazy("Last day for self-assessments"))
    objections_until = day_field(
        gettext_lazy("Last day for objections"),
        required=False,
        help_text=gettext_lazy("Empty: no objections are taken."),
    )
    remind_days = forms.CharField(
        label=gettext_lazy("Reminders, days before the deadline"),
        max_length=60,
        required=False,
        initial="7, 3, 1",
    )
    note = forms.CharField(
        label=gettext_lazy("Note to the bodies"),
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    who = forms.MultipleChoiceField(
        label=gettext_lazy("Who takes part"),
        required=False,
        choices=[
            ("department", gettext_lazy("All departments")),
            ("commune", gettext_lazy("All communes")),
        ],
        widget=forms.CheckboxSelectMultiple,
    )
    picked = forms.MultipleChoiceField(
        label=gettext_lazy("And these bodies"),
        required=False,
        widget=forms.SelectMultiple(attrs={"size": "8"}),
        help_text=gettext_lazy("Hold Ctrl to choose several."),
    )

    def __init__(
        self,
        *args: Any,
        indices: Sequence[IndexVersion],
        bodies: Sequence[Organisation],
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.indices = {str(each.pk): each for each in indices}
        self.bodies = {each.code: each for each in bodies}
        names = [(key, f"{each.name} ({each})") for key, each in self.indices.items()]
        self.fields["index"].choices = names  # type: ignore[attr-defined]
        picks = [(each.code, each.short_name) for each in bodies]
        self.fields["picked"].choices = picks  # type: ignore[attr-defined]

    def clean_period(self) -> Period:
        try:
            return parse_period(self.cleaned_data["period"])
        except ValueError as error:
            raise forms.ValidationError(
                _("Write a period, like 2026, 2026-Q3 or 2026-08.")
            ) from error

    def clean_remind_days(self) -> list[int]:
        return read_days(self.cleaned_data["remind_days"])

    def chosen(self) -> tuple[IndexVersion, list[Organisation]]:
        """The method, and the bodies that take part."""
        kinds, codes = self.cleaned_data["who"], self.cleaned_data["picked"]
        bodies = [each for each in self.bodies.values() if each.kind in kinds or each.code in codes]
        return self.indices[self.cleaned_data["index"]], bodies


class DeadlineForm(forms.Form):
    """Another deadline, with the reason."""

    deadline = day_field(gettext_lazy("Last day for self-assessments"))
    objections_until = day_field(gettext_lazy("Last day for objections"), required=False)
    reason = forms.CharField(label=gettext_lazy("Reason"), max_length=500)


class CorrectForm(forms.Form):
    """Why a published round is corrected, for whom, until when."""

    reason = forms.CharField(
        label=gettext_lazy("Why it is corrected"),
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    bodies = forms.MultipleChoiceField(
        label=gettext_lazy("Bodies that are opened again"), widget=forms.CheckboxSelectMultiple
    )
    what = forms.ChoiceField(
        label=gettext_lazy("What is opened"),
        choices=[
            ("start", gettext_lazy("The body assesses itself again")),
            ("appraisal", gettext_lazy("Only the appraisal")),
        ],
        initial="start",
        widget=forms.RadioSelect,
    )
    deadline = day_field(gettext_lazy("Last day for self-assessments"))
    objections_until = day_field(gettext_lazy("Last day for objections"), required=False)

    def __init__(self, *args: Any, bodies: Sequence[Organisation], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [(each.code, each.short_name) for each in bodies]
        self.fields["bodies"].choices = choices  # type: ignore[attr-defined]


# A body's answers ---------------------------------------------------------------------------------


class AnswerForm(forms.Form):
    """What a body says of one leaf. Its fields belong to the form of the leaf's group."""

    version = forms.IntegerField(min_value=0, widget=forms.HiddenInput)

    def __init__(self, data: Any = None, *, leaf: Leaf, entry: Entry, group: str) -> None:
        self.leaf, self.entry, self.ask = leaf, entry, ask_of(leaf)
        super().__init__(data, prefix=f"a-{leaf.code}", initial={"version": entry.version})
        self._ask_answer(self.ask, entry.answer or {})
        for number, indicator in enumerate(self.ask.figures):
            self._ask_figure(number, indicator)
        if self.ask.figures:
            self.fields["reason"] = forms.CharField(
                label=_("Why your numbers are others"),
                required=False,
                max_length=2000,
                widget=forms.Textarea(attrs={"rows": 2}),
            )
            self.initial["reason"] = entry.self_reason
        name = in_language(leaf.name)
        for key, field in self.fields.items():
            field.widget.attrs["form"] = group
            if key != "version":
                field.widget.attrs["aria-label"] = f"{field.label}: {name}"

    def _ask_answer(self, ask: Ask, answer: Mapping[str, Any]) -> None:
        chosen = answer.get("chosen") or []
        match ask.answer:
            case "yes_no" | "choice":
                self.fields["chosen"] = forms.ChoiceField(
                    label=_("Answer"),
                    required=False,
                    choices=[("", _("not answered")), *self._options()],
                )
                self.initial["chosen"] = chosen[0] if chosen else ""
            case "choices":
                self.fields["chosen"] = forms.MultipleChoiceField(
                    label=_("Answer"),
                    required=False,
                    choices=self._options(),
                    widget=forms.CheckboxSelectMultiple,
                )
                self.initial["chosen"] = chosen
            case "ratio":
                self._two_numbers("", answer)
            case "number" | "points":
                label = _("Points") if ask.answer == "points" else _("The number")
                self.fields["value"] = NumberField(label=label)
                self.initial["value"] = typed(answer.get("value"))

    def _options(self) -> list[tuple[str, str]]:
        rule = self.leaf.rule
        if isinstance(rule, Choice):
            return [(option.code, in_language(option.name)) for option in rule.options]
        return [("yes", _("Yes")), ("no", _("No"))]

    def _two_numbers(self, key: str, held: Mapping[str, Any]) -> None:
        for name, label in (("numerator", _("Part (a)")), ("denominator", _("Whole (b)"))):
            self.fields[f"{key}{name}"] = NumberField(label=label)
            self.initial[f"{key}{name}"] = typed(held.get(name))

    def _ask_figure(self, number: int, indicator: str) -> None:
        """Own numbers beside a figure, in the figure's own shape; the figure's where none."""
        figure = (self.entry.computed_from.get("readings") or {}).get(f"figure:{indicator}") or {}
        own = ((self.entry.answer or {}).get("figures") or {}).get(indicator)
        held = own or figure
        if figure.get("denominator") is not None or (own and "denominator" in own):
            self._two_numbers(f"f{number}-", held)
        else:
            self.fields[f"f{number}-value"] = NumberField(label=_("The number"))
            self.initial[f"f{number}-value"] = typed(held.get("value"))

    @property
    def own_fields(self) -> list[Any]:
        """The fields of the body's own numbers beside figures, and their reason."""
        return [self[name] for name in self.fields if name.startswith("f") or name == "reason"]

    @property
    def answer_fields(self) -> list[Any]:
        """The fields of the answer itself."""
        return [
            self[name] for name in ("chosen", "numerator", "denominator", "value")
            if name in self.fields
        ]  # fmt: skip

    def answer(self) -> dict[str, Any] | None:
        """The answer as an entry keeps it; what is empty is left out."""
        said = self.cleaned_data
        found: dict[str, Any] = {}
        if "chosen" in self.fields:
            chosen = said.get("chosen")
            found["chosen"] = [chosen] if isinstance(chosen, str) and chosen else (chosen or [])
            if not found["chosen"]:
                del found["chosen"]
        found |= _numbers(said, "")
        figures = {
            indicator: numbers
            for number, indicator in enumerate(self.ask.figures)
            if (numbers := _numbers(said, f"f{number}-"))
        }
        return {**found, **({"figures": figures} if figures else {})} or None

    @property
    def says_something_new(self) -> bool:
        return bool(set(self.changed_data) - {"version"})


def _numbers(said: Mapping[str, Any], key: str) -> dict[str, str]:
    return {
        name: f"{value:f}"
        for name in ("value", "numerator", "denominator")
        if (value := said.get(f"{key}{name}")) is not None
    }


# The verifier's points ----------------------------------------------------------------------------


class MarkForm(forms.Form):
    """What a verifier gives for one leaf."""

    version = forms.IntegerField(min_value=0, widget=forms.HiddenInput)
    points = NumberField(label=gettext_lazy("Appraised points"))
    reason = forms.CharField(
        label=gettext_lazy("Reason"),
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 1}),
    )
    returned = forms.CharField(
        label=gettext_lazy("Return because"),
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 1}),
    )

    def __init__(self, data: Any = None, *, leaf: Leaf, entry: Entry) -> None:
        self.leaf, self.entry = leaf, entry
        start = {
            "version": entry.version,
            "points": typed(entry.appraised_points),
            "reason": entry.appraised_reason,
        }
        super().__init__(data, prefix=f"m-{leaf.code}", initial=start)
        name = in_language(leaf.name)
        for key, field in self.fields.items():
            field.widget.attrs["form"] = "verify"
            if key != "version":
                field.widget.attrs["aria-label"] = f"{field.label}: {name}"
        self.fields["points"].widget.attrs["data-claim"] = typed(entry.self_points)

    @property
    def says_something_new(self) -> bool:
        return bool({"points", "reason"} & set(self.changed_data))


class ObjectionForm(forms.Form):
    """What a body asks for, and why."""

    asked = NumberField(label=gettext_lazy("Points asked for"))
    text = forms.CharField(
        label=gettext_lazy("Why"),
        required=False,
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 3}),
    )


class ObjectionAnswerForm(forms.Form):
    """The verifier's answer to an objection."""

    points = NumberField(
        label=gettext_lazy("Points, where it is accepted"),
        help_text=gettext_lazy("Empty: the points asked for."),
    )
    text = forms.CharField(
        label=gettext_lazy("Answer"),
        required=False,
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 3}),
    )


# Evidence -----------------------------------------------------------------------------------------


class EvidenceForm(forms.Form):
    """A document's number and date, a link, a file."""

    number = forms.CharField(
        label=gettext_lazy("Number of the document"), required=False, max_length=60
    )
    dated = day_field(gettext_lazy("Its date"), required=False)
    title = forms.CharField(label=gettext_lazy("What it is"), required=False, max_length=300)
    link = forms.CharField(
        label=gettext_lazy("Link"),
        required=False,
        max_length=500,
        widget=forms.TextInput(attrs={"inputmode": "url", "placeholder": "https://"}),
    )
    file = forms.FileField(
        label=gettext_lazy("File (PDF, Word, Excel, PNG, JPEG)"),
        required=False,
        allow_empty_file=True,
        max_length=200,
        widget=forms.FileInput(attrs={"accept": ",".join(ENDINGS)}),
        error_messages={
            "max_length": gettext_lazy("The name of the file is too long; shorten it.")
        },
    )

    def __init__(self, data: Any = None, files: Any = None, *, leaf: str) -> None:
        super().__init__(data, files, auto_id=f"e-{leaf}-%s")
