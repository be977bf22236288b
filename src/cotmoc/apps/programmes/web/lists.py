"""The list of targets: filters, order, export."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cotmoc.apps.programmes.models import Pillar, Standing
from cotmoc.apps.programmes.queries import TargetRow
from cotmoc.apps.programmes.rules import STATES
from cotmoc.apps.programmes.wording import goal_text, lead_text, level_text, reason_text
from cotmoc.core.text import fold
from cotmoc.ui.states import state_of

ANY = [("", gettext_lazy("all"))]


class TargetFilters(forms.Form):
    """What the list can be narrowed by."""

    q = forms.CharField(label=gettext_lazy("Search"), required=False, max_length=100)
    state = forms.ChoiceField(
        label=gettext_lazy("State"),
        required=False,
        choices=lambda: [*ANY, *((code, state_of(code).word) for code in STATES)],
    )
    pillar = forms.ChoiceField(
        label=gettext_lazy("Pillar"), required=False, choices=[*ANY, *Pillar.choices]
    )
    standing = forms.ChoiceField(
        label=gettext_lazy("Standing"), required=False, choices=[*ANY, *Standing.choices]
    )

    def apply(self, rows: Sequence[TargetRow]) -> list[TargetRow]:
        """The rows that match; a wrong value filters nothing."""
        self.is_valid()
        text = fold(self.cleaned_data.get("q") or "")
        state = self.cleaned_data.get("state")
        pillar = self.cleaned_data.get("pillar")
        standing = self.cleaned_data.get("standing")
        return [
            row
            for row in rows
            if (not text or text in row.target.search)
            and (not state or row.state == state)
            and (not pillar or row.target.pillar == pillar)
            and (not standing or row.target.standing == standing)
        ]


SORT_KEYS: dict[str, Any] = {
    "text": lambda row: row.target.order,
    "name": lambda row: fold(row.target.name),
    "attained": lambda row: row.standing.attained,
    "value": lambda row: row.figure.value if row.figure else None,
    "short": lambda row: row.standing.short_count,
    "deadline": lambda row: row.target.deadline,
    "lead": lambda row: fold(lead_text(row.target)),
}


def export_rows(rows: Sequence[TargetRow]) -> tuple[list[str], list[list[Any]]]:
    """Header and rows of the list as a file."""
    headers = [
        _("Clause"), _("Target"), _("Level"), _("Pillar"), _("Goal"), _("Goal value"), _("Unit"),
        _("Value"), _("Numerator"), _("Denominator"), _("Period"), _("State"), _("Short by"),
        _("Short by, count"), _("Lead"), _("Deadline"), _("Indicator"),
        _("Standing"), _("Closed on"), _("Reason"),
    ]  # fmt: skip
    return headers, [_cells(row) for row in rows]


def _cells(row: TargetRow) -> list[Any]:
    target, figure = row.target, row.figure
    return [
        target.clause.address,
        target.name,
        level_text(target),
        target.get_pillar_display() if target.pillar else "",
        goal_text(target),
        target.value,
        target.unit,
        figure.value if figure else None,
        figure.numerator if figure else None,
        figure.denominator if figure else None,
        figure.period if figure else "",
        str(state_of(row.state).word),
        row.standing.short,
        row.standing.short_count,
        lead_text(target),
        target.deadline,
        target.indicator_code,
        str(target.get_standing_display()),
        target.closed_on,
        reason_text(target),
    ]
