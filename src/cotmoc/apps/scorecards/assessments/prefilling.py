"""Computed points of the bodies of a round: read from figures, kept beside what bodies answer."""

from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Any

from cotmoc.apps.orgs.models import Organisation
from cotmoc.apps.scorecards.assessments.reckoning import (
    Told,
    compares_bodies,
    reading_from_json,
    reading_to_json,
    self_scores,
    totals,
)
from cotmoc.apps.scorecards.computing import gather
from cotmoc.apps.scorecards.models import Assessment, Entry, IndexVersion
from cotmoc.core.periods import Period
from cotmoc.indicators.indices.model import Index, Leaf, operands_of
from cotmoc.indicators.indices.results import (
    Body,
    BodyScore,
    LeafScore,
    Reading,
    Readings,
    Status,
    reading_key,
)
from cotmoc.indicators.indices.score import score


def body_of(organisation: Organisation) -> Body:
    """An organisation as it is scored."""
    return Body(organisation.code, organisation.short_name, organisation.kind)  # type: ignore[arg-type]


def computed_scores(
    index: IndexVersion, organisations: Sequence[Organisation], period: Period
) -> dict[str, tuple[BodyScore, Readings]]:
    """The scores of bodies from figures and published values alone, and what was read, by code."""
    read = gather(index, period).readings
    readings = {each.code: _not_answered(read.get(each.code, {})) for each in organisations}
    scores = score(index.definition, [body_of(each) for each in organisations], readings)
    return {each.body.code: (each, readings[each.body.code]) for each in scores}


def _not_answered(readings: Readings) -> dict[str, Reading]:
    """Without what bodies answered in a round that was published before."""
    return {key: value for key, value in readings.items() if not key.startswith("answer:")}


def computed_from(leaf: Leaf, found: LeafScore, readings: Readings) -> dict[str, Any]:
    """What an entry keeps of a computation: why it has its points, and what was read."""
    keys = [reading_key(operand, leaf) for operand in operands_of(leaf.rule).values()]
    return {
        "status": str(found.status),
        "max": f"{found.max:f}",
        "readings": {key: reading_to_json(readings[key]) for key in keys if key in readings},
    }


def readings_in(entries: Iterable[Entry]) -> dict[str, Reading]:
    """What was read for a body, out of its entries."""
    found: dict[str, Reading] = {}
    for entry in entries:
        for key, held in entry.computed_from.get("readings", {}).items():
            found[key] = reading_from_json(held)
    return found


def told_by(assessment: Assessment, entries: Iterable[Entry]) -> Told:
    """A body with what was read for it and what it answers."""
    held = list(entries)
    answers = {entry.leaf: entry.answer for entry in held if entry.answer}
    return Told(body_of(assessment.organisation), readings_in(held), answers)


def others_told(assessment: Assessment, index: Index) -> list[Told]:
    """The other bodies of the round, where points of one depend on what others have."""
    if not compares_bodies(index):
        return []
    rows = (
        Assessment.objects.filter(
            round=assessment.round_id, organisation__kind=assessment.organisation.kind
        )
        .exclude(pk=assessment.pk)
        .select_related("organisation")
        .prefetch_related("entries")
    )
    return [told_by(row, row.entries.all()) for row in rows]


def points_by_answers(assessment: Assessment, entries: Sequence[Entry]) -> dict[str, LeafScore]:
    """The self-assessed points of every leaf. Raises NumbersDifferError."""
    index = assessment.round.index.definition
    return self_scores(index, told_by(assessment, entries), others_told(assessment, index))


def total_of(assessment: Assessment, entries: Iterable[Entry], column: str) -> Decimal | None:
    """The total of a column (`computed_points`, `self_points`, `appraised_points`)."""
    return sums(assessment, entries, column).total


def sums(assessment: Assessment, entries: Iterable[Entry], column: str) -> BodyScore:
    """Groups and total of a column."""
    held = list(entries)
    points = {entry.leaf: getattr(entry, column) for entry in held}
    not_arisen = {entry.leaf for entry in held if nothing_arose(entry)}
    index, body = assessment.round.index.definition, body_of(assessment.organisation)
    return totals(index, body, points, not_arisen)


def nothing_arose(entry: Entry) -> bool:
    """Whether a leaf has no points because there was nothing to count."""
    answer = entry.answer or {}
    if answer.get("figures"):
        return False
    if answer.get("denominator") is not None:
        return Decimal(str(answer["denominator"])) == 0
    return bool(entry.computed_from.get("status") == Status.NOT_ARISING)
