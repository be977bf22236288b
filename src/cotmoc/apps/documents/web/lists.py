"""The register of documents: filters, order, export."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cotmoc.apps.documents import queries
from cotmoc.apps.documents.models import Document, DocumentQuerySet
from cotmoc.apps.documents.queries import DocumentRow
from cotmoc.apps.documents.wording import kind_words
from cotmoc.core.text import fold

ANY = [("", gettext_lazy("all"))]


class DocumentFilters(forms.Form):
    """What the register can be narrowed by."""

    q = forms.CharField(
        label=gettext_lazy("Search in the texts"),
        required=False,
        max_length=200,
        widget=forms.TextInput(attrs={"type": "search"}),
    )
    kind = forms.ChoiceField(label=gettext_lazy("Type"), required=False)
    issuer = forms.ChoiceField(label=gettext_lazy("Issuer"), required=False)
    year = forms.TypedChoiceField(
        label=gettext_lazy("Year"), required=False, coerce=int, empty_value=None
    )
    state = forms.ChoiceField(
        label=gettext_lazy("Validity"), required=False, choices=[*ANY, *Document.State.choices]
    )

    def __init__(self, *args: Any, viewer: object, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.viewer = viewer
        known = sorted((kind_words(kind), kind) for kind in queries.kinds(viewer=viewer))
        choices: dict[str, list[tuple[Any, Any]]] = {
            "kind": [(kind, words) for words, kind in known],
            "issuer": [(each, each) for each in queries.issuers(viewer=viewer)],
            "year": [(each, each) for each in queries.years(viewer=viewer)],
        }
        for name, found in choices.items():
            self.fields[name].choices = [*ANY, *found]  # type: ignore[attr-defined]

    def found(self) -> DocumentQuerySet:
        """The documents that match; a wrong value filters nothing."""
        self.is_valid()
        chosen = self.cleaned_data
        return queries.documents(
            viewer=self.viewer,
            text=chosen.get("q") or "",
            kind=chosen.get("kind") or "",
            issuer=chosen.get("issuer") or "",
            year=chosen.get("year"),
            state=chosen.get("state") or "",
        )


SORT_KEYS: dict[str, Any] = {
    "date": lambda row: row.document.date,
    "title": lambda row: fold(row.document.title),
    "kind": lambda row: fold(kind_words(row.document.kind)) or None,
    "issuer": lambda row: fold(row.document.issuer) or None,
    "symbol": lambda row: row.document.symbol_key or None,
    "state": lambda row: str(row.document.get_state_display()),
    "targets": lambda row: row.counts.targets,
    "tasks": lambda row: row.counts.tasks,
}


def export_rows(rows: Sequence[DocumentRow]) -> tuple[list[str], list[list[Any]]]:
    """Header and rows of the register as a file."""
    headers = [
        _("Type"), _("Number"), _("Date"), _("Issuer"), _("Title"), _("Signer"), _("Validity"),
        _("In force from"), _("No longer in force from"), _("Targets"), _("Tasks"), _("File"),
        "SHA-256",
    ]  # fmt: skip
    return headers, [_cells(row) for row in rows]


def _cells(row: DocumentRow) -> list[Any]:
    document = row.document
    return [
        kind_words(document.kind),
        document.symbol,
        document.date,
        document.issuer,
        document.title,
        document.signer,
        str(document.get_state_display()),
        document.valid_from,
        document.valid_to,
        row.counts.targets,
        row.counts.tasks,
        document.file_name,
        document.digest,
    ]
