"""The states of a target: each has a word, a shape and a colour, never the colour alone."""

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True)
class State:
    code: str
    word: Any
    sign: str


STATES = {
    state.code: state
    for state in (
        State("met", _("Met"), "●"),
        State("on_the_way", _("On the way"), "◐"),
        State("behind", _("Behind"), "▲"),
        State("no_data", _("No data"), "○"),
        State("not_applicable", _("Not applicable"), "–"),
    )
}


def state_of(code: object) -> State:
    """An unknown code reads as no data: absence is visible, never hidden."""
    return STATES.get(str(code), STATES["no_data"])
