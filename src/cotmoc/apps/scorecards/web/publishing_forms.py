"""Forms of published results: a file, one result by hand, what the lists are narrowed by."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cotmoc.apps.measurement.queries import calendars
from cotmoc.apps.scorecards.checking import Said
from cotmoc.apps.scorecards.columns import Vocabulary
from cotmoc.apps.scorecards.importing import Options
from cotmoc.apps.scorecards.models import IndexVersion
from cotmoc.apps.scorecards.sheets import Sheet, sheet_of_cells
from cotmoc.apps.scorecards.web.results_words import index_words, language, short_method
from cotmoc.core.periods import Period

MERGED = date(2025, 7, 1)  # the borders of 34 provinces
ANY = [("", gettext_lazy("all"))]
BORDERS = [
    ("", gettext_lazy("of the year itself")),
    ("2025-07-01", gettext_lazy("34 provinces, from 1 July 2025")),
    ("2025-06-30", gettext_lazy("63 provinces, until 30 June 2025")),
]


class PeriodField(forms.CharField):
    """A period of any calendar: 2024, 2026-Q3, 2026-08."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(max_length=20, **kwargs)

    def clean(self, value: Any) -> Period | None:
        text = super().clean(value)
        if not text:
            return None
        try:
            return calendars().parse(text)
        except ValueError as error:
            raise forms.ValidationError(
                _("This is not a period; write 2026-08, 2026-Q3 or 2026.")
            ) from error


class _Results(forms.Form):
    """What is said of results, however they come."""

    by_columns = True  # whether the columns may tell the index

    index = forms.ChoiceField(label=gettext_lazy("Index and method"), required=False)
    period = PeriodField(
        label=gettext_lazy("Year or period"),
        required=False,
        widget=forms.TextInput(attrs={"placeholder": "2024"}),
    )
    on = forms.ChoiceField(
        label=gettext_lazy("Borders of provinces"), required=False, choices=BORDERS
    )
    source = forms.CharField(
        label=gettext_lazy("Source"),
        required=False,
        max_length=300,
        help_text=gettext_lazy("number and date of the document, or the page's address"),
    )
    published_on = forms.DateField(
        label=gettext_lazy("Published on"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )

    def __init__(self, *args: Any, methods: Sequence[IndexVersion], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.methods = methods
        choices = [("", _("told by the columns"))] if self.by_columns else []
        self.fields["index"].choices = [*choices, *_indices(methods)]  # type: ignore[attr-defined]

    def options(self) -> Options:
        """The same for the import; only after `is_valid`."""
        given = self.cleaned_data
        code, _at, method = given["index"].partition("@")
        on = date.fromisoformat(given["on"]) if given.get("on") else None
        said = Said(method, given.get("period"), given["source"], given["published_on"], on)
        return Options(code, said, keep_good=bool(given.get("keep_good")))


def _indices(methods: Sequence[IndexVersion]) -> list[tuple[str, str]]:
    """Each index with the method in force in the year, then its methods one by one."""
    found: list[tuple[str, str]] = []
    for code in sorted({row.code for row in methods}):
        of = [row for row in methods if row.code == code]
        name = {"name": index_words(of[0])}
        if len(of) > 1:
            found.append((code, _("%(name)s: the method of the year") % name))
        for row in of:
            method = {"method": short_method(row, row.method)}
            found.append((str(row), _("%(name)s: %(method)s") % {**name, **method}))
    return found


class FileForm(_Results):
    """A file of results. `digest` stands for a file that was handed in already."""

    file = forms.FileField(
        label=gettext_lazy("File (.csv, .xlsx)"),
        required=False,
        widget=forms.FileInput(attrs={"accept": ".csv,.tsv,.txt,.xlsx"}),
    )
    digest = forms.CharField(required=False, max_length=64, widget=forms.HiddenInput)
    name = forms.CharField(required=False, max_length=200, widget=forms.HiddenInput)
    keep_good = forms.BooleanField(
        label=gettext_lazy("Record good rows, leave out bad ones"), required=False
    )
    field_order = ("file", "index", "period", "on", "source", "published_on", "keep_good")

    def __init__(self, *args: Any, methods: Sequence[IndexVersion], **kwargs: Any) -> None:
        super().__init__(*args, methods=methods, **kwargs)
        self.fields["file"].required = not self.data.get("digest")


class HandForm(_Results):
    """One result typed by hand: the same checks as for a row of a file."""

    by_columns = False

    subject = forms.CharField(
        label=gettext_lazy("Province, department or commune"),
        max_length=200,
        widget=forms.TextInput(attrs={"list": "subjects", "autocomplete": "off"}),
    )
    node = forms.ChoiceField(label=gettext_lazy("Total or part"), required=False)
    points = forms.CharField(
        label=gettext_lazy("Value or points"),
        required=False,
        max_length=30,
        widget=forms.TextInput(attrs={"inputmode": "decimal"}),
    )
    rank = forms.CharField(
        label=gettext_lazy("Rank"),
        required=False,
        max_length=12,
        widget=forms.TextInput(attrs={"inputmode": "numeric"}),
    )
    field_order = (
        *("index", "period", "subject", "on", "node", "points", "rank", "source", "published_on"),
    )

    def __init__(self, *args: Any, methods: Sequence[IndexVersion], **kwargs: Any) -> None:
        super().__init__(*args, methods=methods, **kwargs)
        for name in ("index", "period", "source"):
            self.fields[name].required = True
        self.fields["node"].choices = [("", _("Total")), *_nodes(methods)]  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        given: dict[str, Any] = super().clean() or {}
        if not given.get("points") and not given.get("rank"):
            self.add_error("points", _("Give a value, a rank, or both."))
        return given

    def sheet(self) -> Sheet:
        """The row as a table of its own; its headers are the names of the fields."""
        given = self.cleaned_data
        names = ("subject", "node", "points", "rank")
        cells = [(name, str(given.get(name) or "")) for name in names]
        return sheet_of_cells(_("entered by hand"), [*cells, ("period", given["period"].code)])


def _nodes(methods: Sequence[IndexVersion]) -> list[tuple[str, list[tuple[str, str]]]]:
    """Parts by index, once each."""
    found: dict[str, dict[str, str]] = {}
    for row in methods:
        words = Vocabulary(row.definition)
        parts = found.setdefault(row.code, {})
        for code in words.nodes:
            parts.setdefault(code, words.name(code, language()))
    return [
        (code, sorted(parts.items(), key=lambda each: each[1])) for code, parts in found.items()
    ]
