"""The same target elsewhere, and differences in words."""

from typing import Any

from django import template
from django.template.context import Context

from cotmoc.apps.programmes import linking_words as words
from cotmoc.apps.programmes.linking import links_of
from cotmoc.apps.programmes.models import Target

register = template.Library()
register.filter("why_linked", words.reason_words)
register.filter("against", words.against_words)
register.filter("difference_lines", words.difference_lines)
register.filter("plan_label", words.plan_label)


@register.inclusion_tag("programmes/_links.html", takes_context=True)
def target_links(context: Context, target: Target) -> dict[str, Any]:
    """The same target in other plans, as far as who asks may see them. One query."""
    request = context["request"]
    return {
        "request": request,
        "csrf_token": context.get("csrf_token"),
        "target": target,
        "links": links_of(target, viewer=request.user),
    }
