"""Filters that say points, totals, statuses and periods of scorecards."""

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString

from cotmoc.apps.measurement.models import period_words
from cotmoc.apps.scorecards.board import Part
from cotmoc.apps.scorecards.web import words
from cotmoc.ui.formats import in_language
from cotmoc.ui.templatetags.ui import covered_bar

register = template.Library()


@register.simple_tag
def part_cell(head: str, part: Part) -> SafeString:
    """A group of a body in the ranking: points over the bar of what could be scored."""
    bar = covered_bar(part.points, part.scored_max, part.max)
    return format_html(
        '<td class="num part" data-label="{}">{}{}</td>', head, words.points(part.points), bar
    )


register.filter("period_words", period_words)
register.filter("in_language", in_language)
register.filter("total_words", words.total)
register.filter("points_words", words.points)
register.filter("score_status", words.status)
register.filter("status_shape", words.status_shape)
register.filter("kind_words", words.kind)
register.filter("lower_first", words.lower_first)
register.filter("score_code", words.status_code)
register.filter("fed_words", words.fed)
register.filter("rounding_words", words.rounding)
register.filter("period_kind", words.period_kind)
register.filter("last_day", words.last_day)
register.filter("unit_span", words.unit_span)
register.filter("column_head", words.column_head)
