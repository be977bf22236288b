"""The portal's own points, kept as published results of the index: they stand beside what is
computed and are never used for it."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from cotmoc.apps.accounts.models import Person
from cotmoc.apps.orgs.models import Organisation
from cotmoc.apps.scorecards.models import IndexVersion
from cotmoc.apps.scorecards.queries import method_for
from cotmoc.apps.scorecards.results.publishing import Publisher, Result, record_publication
from cotmoc.core.periods import Period
from cotmoc.indicators.indices.model import Index

INDEX = "qd766"


def publish_points(
    period: Period,
    observations: Iterable[Mapping[str, Any]],
    publisher: Publisher,
    *,
    actor: Person | None,
    now: datetime,
) -> int:
    """Record the points among a file's observations; returns how many there are, 0 where the
    catalogue has no such index. The same points again change nothing."""
    try:
        index = method_for(INDEX, period=period)
    except IndexVersion.DoesNotExist:
        return 0
    results = list(_results(index.definition, observations))
    if results:
        record_publication(index, period, results, publisher, actor=actor, now=now)
    return len(results)


def _results(index: Index, observations: Iterable[Mapping[str, Any]]) -> Iterable[Result]:
    """Points of the groups and leaves that name the element they are published as; a group of one
    leaf has that leaf's. The portal gives no total in these tables, so none is made."""
    nodes: dict[str, list[str]] = {}
    for node in index.nodes():
        nodes.setdefault(node.published_as, []).append(node.code)
    bodies = Organisation.objects.in_bulk(field_name="code")
    for each in observations:
        if each["value"] is None:
            continue
        for code in nodes.get(each["element"], ()):
            yield Result(
                bodies[each["unit_code"]],
                code,
                each["value"],
                max=each["denominator"],
                line=each["source_line"],
            )
