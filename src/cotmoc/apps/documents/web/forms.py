"""Saying whether a document holds."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from cotmoc.apps.documents.models import Document
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
