"""Ranks: the highest first, ties share one, without a value there is none."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import replace
from decimal import Decimal

from cotmoc.indicators.indices.results import BodyScore


def rank_of(values: Mapping[str, Decimal | None]) -> dict[str, int]:
    """Rank of each key with a value, the highest first; ties share a rank and the next rank counts
    them all (1, 2, 2, 4)."""
    known = {key: value for key, value in values.items() if value is not None}
    places: dict[Decimal, int] = {}
    for place, value in enumerate(sorted(known.values(), reverse=True), start=1):
        places.setdefault(value, place)
    return {key: places[value] for key, value in known.items()}


def ranked(scores: Iterable[BodyScore]) -> list[BodyScore]:
    """The same scores with ranks among the bodies of each kind, in the same order."""
    given = list(scores)
    totals: dict[str, dict[str, Decimal | None]] = {}
    for each in given:
        totals.setdefault(each.body.kind, {})[each.body.code] = each.total
    ranks = {kind: rank_of(values) for kind, values in totals.items()}
    sizes = Counter({kind: len(found) for kind, found in ranks.items()})
    return [
        _with_rank(each, ranks[each.body.kind].get(each.body.code), sizes[each.body.kind])
        for each in given
    ]


def _with_rank(score: BodyScore, rank: int | None, of: int) -> BodyScore:
    same = score.rank == rank and score.ranked == of
    return score if same else replace(score, rank=rank, ranked=of)
