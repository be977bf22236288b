"""Saying whether a document holds."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from cotmoc.apps.documents.models import Document, RelationKind
from cotmoc.apps.documents.queries import documents
from cotmoc.apps.documents.services import ValidityError

PROBLEMS = {
    "ends_before_start": ("valid_to", _("It cannot end before it begins.")),
    "end_missing": ("valid_to", _("Say the first day it no longer holds.")),
    "still_draft": ("state", _("It is still being confirmed.")),
}


def _day(label: Any) -> forms.DateField:
    picker = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    return forms.DateField(label=label, required=False, widget=picker)


class ValidityForm(forms.Form):
    """Whether a document holds, from when and until when."""

    state = forms.ChoiceField(
        label=_("Validity"),
        choices=[each for each in Document.State.choices if each[0] != Document.State.DRAFT],
    )
    valid_from = _day(_("In force from"))
    valid_to = _day(_("No longer in force from"))
    reason = forms.CharField(label=_("Reason"), required=False, max_length=300)

    def refuse(self, error: ValidityError) -> None:
        """Show what the service refused beside the field it is about."""
        self.add_error(*PROBLEMS[error.code])


class RelationForm(forms.Form):
    """Another document that this one speaks of, and how."""

    kind = forms.ChoiceField(label=_("This document"), choices=RelationKind.choices)
    other = forms.ModelChoiceField(label=_("which document"), queryset=Document.objects.none())

    def __init__(self, *args: Any, document: Document, viewer: object, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = self.fields["other"]
        choices.queryset = documents(viewer=viewer).exclude(pk=document.pk)  # type: ignore[attr-defined]
        choices.label_from_instance = _named  # type: ignore[attr-defined]


def _named(document: Document) -> str:
    named = f"{document.symbol} · {document.title}" if document.symbol else document.title
    return named if len(named) <= 90 else f"{named[:89].rstrip()}…"
