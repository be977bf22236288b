"""How rounds are said in templates."""

from typing import Any

from django import template

from cotmoc.apps.measurement.models import period_words as words_of_period
from cotmoc.apps.scorecards.models import Assessment
from cotmoc.apps.scorecards.web import round_words
from cotmoc.ui.formats import in_language

register = template.Library()


@register.filter
def assessment_shape(state: str) -> str:
    """The shape that stands beside the word of an assessment's state."""
    return round_words.SHAPES[Assessment.State(state)]


@register.filter
def days_left(days: int | None) -> str:
    """How long until a deadline, or since."""
    return round_words.days_text(days)


@register.filter
def period_words(code: str) -> str:
    """A period as people say it."""
    return words_of_period(code)


register.filter("in_language", in_language)


@register.filter
def allows(page: Any, deed: str) -> bool:
    """Whether the viewer of an assessment may do something now."""
    return bool(page.may(deed))
