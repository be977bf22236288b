"""A round as a file: one row for each body and leaf, with all columns."""

from datetime import date
from typing import Any

from django.db.models import Count, Prefetch
from django.utils.translation import gettext as _

from cotmoc.apps.scorecards.assessments.reads import spoken_for
from cotmoc.apps.scorecards.models import Entry, Round
from cotmoc.ui.formats import in_language


def leaf_rows(found: Round, *, viewer: Any, on: date) -> tuple[list[str], list[list[Any]]]:
    """Header and rows; reasons only for who may read them."""
    headers = [
        _("Code"), _("Organisation"), _("State"), _("Part of the index"), _("Name of the part"),
        _("Maximum"), _("Computed points"), _("Self-assessed"), _("Why it departs"), _("Evidence"),
        _("Appraised"), _("Reason"),
    ]  # fmt: skip
    parts = (
        found.assessments.visible_to(viewer, on)
        .select_related("organisation")
        .prefetch_related(Prefetch("entries", Entry.objects.annotate(proofs=Count("evidence"))))
    )
    leaves = {leaf.code: leaf for leaf in found.index.definition.leaves()}
    everything = getattr(viewer, "reads_drafts", False)
    own = spoken_for(viewer, on)
    rows = []
    for part in parts:
        inside = everything or part.organisation_id in own
        for entry in part.entries.all():
            leaf = leaves[entry.leaf]
            rows.append(
                [
                    part.organisation.code,
                    part.organisation.short_name,
                    str(part.get_state_display()),
                    leaf.code,
                    in_language(leaf.name),
                    leaf.max,
                    entry.computed_points,
                    entry.self_points,
                    entry.self_reason if inside else "",
                    getattr(entry, "proofs", 0) if inside else None,
                    entry.appraised_points,
                    entry.appraised_reason if inside else "",
                ]
            )
    return headers, rows
