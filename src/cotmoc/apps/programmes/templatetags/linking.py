"""The same target elsewhere, and differences in words."""

from typing import Any

from django import template
from django.template.context import Context

from cotmoc.apps.measurement.models import IndicatorVersion
from cotmoc.apps.programmes import linking_words as words
from cotmoc.apps.programmes.linking import links_of, proposals_for, sought
from cotmoc.apps.programmes.models import Target

register = template.Library()
register.filter("why_linked", words.reason_words)
register.filter("against", words.against_words)
register.filter("difference_lines", words.difference_lines)
register.filter("why_proposed", words.proposal_words)
register.filter("against_indicator", words.against_indicator)
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


@register.inclusion_tag("programmes/_proposals.html", takes_context=True)
def target_proposals(context: Context, target: Target) -> dict[str, Any]:
    """What may measure a target that no indicator is bound to. Two queries, none for others."""
    found = [] if target.indicator_code else proposals_for(sought(target))
    codes = [each.code for each in found]
    rows = IndicatorVersion.objects.filter(latest=True, code__in=codes).defer("content")
    names = {row.code: row for row in rows} if codes else {}
    return {
        "request": context["request"],
        "csrf_token": context.get("csrf_token"),
        "target": target,
        "unbound": not target.indicator_code,
        "proposals": [(each, names[each.code]) for each in found],
    }
