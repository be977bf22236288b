"""Forms of confirming: a row's fields, what the list is narrowed by, a file to hand in."""

import re
from collections.abc import Mapping
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any, get_args

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cotmoc.apps.measurement.models import IndicatorVersion
from cotmoc.apps.programmes.drafts import sought
from cotmoc.apps.programmes.linking import proposals_for
from cotmoc.apps.programmes.linking_words import proposal_words
from cotmoc.apps.programmes.models import DraftRow, Pillar
from cotmoc.apps.programmes.services import LARGEST
from cotmoc.apps.programmes.wording import COMPARATORS, FREQUENCIES, LEVELS, MODALITIES, UNITS
from cotmoc.plantext.model import Comparator
from cotmoc.ui.formats import fixed as decimals
from cotmoc.ui.formats import in_english

NONE = [("", "–")]
_YEAR = re.compile(r"(?:19|20)\d\d")
_ISO = re.compile(r"\d{4}-\d{2}-\d{2}")
_DAY = re.compile(r"(\d{1,2})[/.-](\d{1,2})[/.-]((?:19|20)\d\d)")
_GROUPED = re.compile(r"\d{1,3}(?:\.\d{3})+")
_NEEDS_A_VALUE = frozenset(get_args(Comparator)) - {"maintain", "raise"}


class NumberField(forms.CharField):
    """A number as Vietnamese documents write it (1.030; 7,5) or as computers do; a decimal string.

    In English a comma groups thousands and a dot begins decimals.
    """

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(required=False, max_length=24, **kwargs)
        self.widget.attrs["inputmode"] = "decimal"

    def prepare_value(self, value: Any) -> Any:
        return str(value).replace(".", ",") if value and not in_english() else value

    def clean(self, value: Any) -> Any:
        text = re.sub(r"\s", "", super().clean(value) or "")
        if not text:
            return None
        if in_english():
            text = text.replace(",", "")
        elif "," in text or _GROUPED.fullmatch(text):
            text = text.replace(".", "").replace(",", ".")
        try:
            number = Decimal(text)
        except InvalidOperation as error:
            raise forms.ValidationError(_("Write a number, like 90 or 7,5.")) from error
        if not number.is_finite() or not 0 <= abs(number) < LARGEST:
            raise forms.ValidationError(_("This number is too large to be real."))
        return f"{number:f}"


class DeadlineField(forms.CharField):
    """A day (30/11/2026 or 2026-11-30) or a year (2026), kept as an ISO date or a year."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(required=False, max_length=20, **kwargs)

    def prepare_value(self, value: Any) -> Any:
        if isinstance(value, str) and _ISO.fullmatch(value):
            year, month, day = value.split("-")
            return f"{day}/{month}/{year}"
        return value

    def clean(self, value: Any) -> Any:
        text = (super().clean(value) or "").strip()
        if not text or _YEAR.fullmatch(text):
            return text or None
        try:
            if found := _DAY.fullmatch(text):
                return date(int(found[3]), int(found[2]), int(found[1])).isoformat()
            return date.fromisoformat(text).isoformat()
        except ValueError as error:
            raise forms.ValidationError(
                _("Write a day, like 30/11/2026, or a year, like 2026.")
            ) from error


class LinesField(forms.CharField):
    """A list, one a line."""

    widget = forms.Textarea(attrs={"rows": 2})

    def prepare_value(self, value: Any) -> Any:
        return "\n".join(value) if isinstance(value, list) else value

    def clean(self, value: Any) -> Any:
        return [
            line.strip()[:300] for line in (super().clean(value) or "").split("\n") if line.strip()
        ]


def _choices(words: Mapping[str, Any]) -> Any:
    return lambda: [*NONE, *((code, word) for code, word in words.items())]


def _choice(label: Any, words: Mapping[str, Any]) -> forms.ChoiceField:
    return forms.ChoiceField(label=label, required=False, choices=_choices(words))


class RowForm(forms.Form):
    """What both kinds of rows share: reading a row's fields, and giving them back."""

    def __init__(self, data: Any = None, *, row: DraftRow) -> None:
        start = {**row.content, "indicator": row.indicator_code}
        super().__init__(data, initial=start, auto_id=f"row-{row.pk}-%s")

    def content(self) -> dict[str, Any]:
        """The fields as a row keeps them: what is empty is null."""
        return {
            name: value if value not in ("", None) else None
            for name, value in self.cleaned_data.items()
            if name != "indicator"
        }


class TargetForm(RowForm):
    """The fields of a target."""

    name = forms.CharField(
        label=gettext_lazy("Target"), max_length=400, widget=forms.Textarea(attrs={"rows": 2})
    )
    comparator = forms.ChoiceField(
        label=gettext_lazy("How it is compared"), choices=lambda: list(COMPARATORS.items())
    )
    value = NumberField(label=gettext_lazy("Value"))
    value_high = NumberField(label=gettext_lazy("Upper value of a range"))
    unit = _choice(gettext_lazy("Unit"), UNITS)
    level = _choice(gettext_lazy("Level"), LEVELS)
    deadline = DeadlineField(label=gettext_lazy("Deadline"))
    baseline = NumberField(label=gettext_lazy("Baseline"))
    of = forms.CharField(label=gettext_lazy("Out of (rank)"), required=False, max_length=40)
    pillar = forms.ChoiceField(
        label=gettext_lazy("Pillar"), required=False, choices=lambda: [*NONE, *Pillar.choices]
    )
    modality = _choice(gettext_lazy("Said as"), MODALITIES)
    lead = forms.CharField(label=gettext_lazy("Lead"), required=False, max_length=200)
    exclusion = forms.CharField(label=gettext_lazy("Except"), required=False, max_length=300)
    indicator = forms.ChoiceField(label=gettext_lazy("Indicator"), required=False)

    def __init__(self, data: Any = None, *, row: DraftRow) -> None:
        super().__init__(data, row=row)
        self.fields["indicator"].choices = _indicators(row)  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        found = super().clean() or self.cleaned_data
        if (
            found.get("comparator") in _NEEDS_A_VALUE
            and "value" in found
            and found["value"] is None
        ):
            self.add_error("value", _("This way of comparing needs a value."))
        return found


def _indicators(row: DraftRow) -> list[tuple[str, Any]]:
    """The whole catalogue, what is proposed for the row first, with its score and the reason."""
    found = IndicatorVersion.objects.filter(latest=True).defer("content")
    names = {each.code: each.name for each in found}
    proposed = [
        (each.code, f"{names[each.code]} ({decimals(each.score)}; {proposal_words(each.reason)})")
        for each in proposals_for(sought(row))
        if each.code in names
    ]
    told = {code for code, _words in proposed}
    others = sorted((name, code) for code, name in names.items() if code not in told)
    return [
        *NONE,
        *([(_("Proposed"), proposed)] if proposed else []),
        (_("All indicators"), [(code, name) for name, code in others]),
    ]


class TaskForm(RowForm):
    """The fields of a task."""

    action = forms.CharField(
        label=gettext_lazy("Task"), max_length=4000, widget=forms.Textarea(attrs={"rows": 3})
    )
    lead = forms.CharField(label=gettext_lazy("Lead"), required=False, max_length=300)
    coordinating = LinesField(
        label=gettext_lazy("Coordinating, one a line"), required=False, max_length=4000
    )
    deadline = DeadlineField(label=gettext_lazy("Deadline"))
    frequency = _choice(gettext_lazy("How often"), FREQUENCIES)
    product = forms.CharField(label=gettext_lazy("Product"), required=False, max_length=500)
    budget = NumberField(label=gettext_lazy("Budget, VND"))

    def content(self) -> dict[str, Any]:
        return {**super().content(), "coordinating": self.cleaned_data["coordinating"]}


def row_form(row: DraftRow, data: Any = None) -> RowForm:
    """The form for a row of its kind."""
    form = TargetForm if row.kind == DraftRow.Kind.TARGET else TaskForm
    return form(data, row=row)


class RowFilters(forms.Form):
    """What the rows can be narrowed by."""

    q = forms.CharField(
        label=gettext_lazy("Search"),
        required=False,
        max_length=100,
        widget=forms.TextInput(attrs={"type": "search"}),
    )
    state = forms.ChoiceField(
        label=gettext_lazy("State"),
        required=False,
        choices=lambda: [
            ("", gettext_lazy("all")),
            *((code, word) for code, word in DraftRow.State.choices if code != "withdrawn"),
        ],
    )
    kind = forms.ChoiceField(
        label=gettext_lazy("Kind"),
        required=False,
        choices=lambda: [("", gettext_lazy("all")), *DraftRow.Kind.choices],
    )
    doubt = forms.BooleanField(label=gettext_lazy("With doubts only"), required=False)


class AddForm(forms.Form):
    """Words of the text that somebody takes for a target or task: by offsets, or line and words."""

    kind = forms.ChoiceField(label=gettext_lazy("Kind"), choices=DraftRow.Kind.choices)
    line = forms.IntegerField(label=gettext_lazy("Line"), required=False, min_value=1)
    words = forms.CharField(
        label=gettext_lazy("Words of the text"),
        required=False,
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    start = forms.IntegerField(required=False, min_value=0, widget=forms.HiddenInput)
    end = forms.IntegerField(required=False, min_value=0, widget=forms.HiddenInput)


class UploadForm(forms.Form):
    """A file to hand in."""

    file = forms.FileField(
        label=gettext_lazy("File of the document"),
        widget=forms.FileInput(attrs={"accept": ".docx,.pdf,.txt,.md,.html,.htm"}),
        error_messages={
            "required": gettext_lazy("Choose a file."),
            "empty": gettext_lazy("The file is empty. Choose the file again."),
            "max_length": gettext_lazy("The name of the file is too long; shorten it."),
        },
        max_length=200,
    )
