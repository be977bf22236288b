"""Filters that say a target in words."""

from django import template

from cotmoc.apps.programmes import wording

register = template.Library()
register.filter("goal", wording.goal_text)
register.filter("level_words", wording.level_text)
register.filter("flag_words", wording.flags_text)
register.filter("lead_words", wording.lead_text)
