"""Filters that say a document in words."""

from django import template

from cotmoc.apps.documents import wording

register = template.Library()
register.filter("kind_words", wording.kind_words)
register.filter("format_words", wording.format_words)
register.filter("note_words", wording.note_words)
register.filter("sign_form_words", wording.sign_form_words)
register.filter("period_words", wording.period_words)
register.filter("size_words", wording.size_words)
register.filter("state_shape", wording.state_shape)
