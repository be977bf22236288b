"""Filters that say a target in words."""

from django import template

from cotmoc.apps.programmes import wording

register = template.Library()
register.filter("goal", wording.goal_text)
register.filter("level_words", wording.level_text)
register.filter("flag_words", wording.flags_text)
register.filter("lead_words", wording.lead_text)
register.filter("holds_words", wording.holds_text)
register.filter("reason_words", wording.reason_text)
register.filter("task_lead", wording.task_lead_text)
register.filter("coordinating_words", wording.coordinating_text)
register.filter("due_words", wording.due_text)
register.filter("frequency_words", wording.frequency_text)
