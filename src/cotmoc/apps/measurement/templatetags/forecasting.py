"""A forecast on the pages of rooms above."""

from dataclasses import replace
from typing import Any

from django import template
from django.template import Context

from cotmoc.apps.measurement.forecasting import year_ahead
from cotmoc.apps.measurement.models import IndicatorVersion
from cotmoc.apps.measurement.web.ahead import said
from cotmoc.apps.orgs.models import Organisation

register = template.Library()


@register.inclusion_tag("measurement/ahead.html", takes_context=True)
def year_end(
    context: Context, indicator: IndicatorVersion, body: Organisation, target: int | None = None
) -> dict[str, Any]:
    """Where an indicator of a body will stand at the end of the year, judged by one target or by
    all that plans set for it. Nothing where no month has a figure."""
    request = context.get("request")
    ahead = year_ahead(indicator, body, viewer=request.user if request else None)
    if ahead is not None and target is not None:
        ahead = replace(
            ahead, goals=tuple(each for each in ahead.goals if each.target.pk == target)
        )
    return {"outlook": said(ahead), "goal_only": target is not None}
