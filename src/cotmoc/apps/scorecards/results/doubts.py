"""What is odd in published results though each cell can be read: taken as given, and said."""

from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal
from itertools import pairwise

from cotmoc.apps.scorecards.results.cells import plain
from cotmoc.apps.scorecards.results.columns import TOTAL
from cotmoc.apps.scorecards.results.publishing import Result
from cotmoc.apps.scorecards.results.subjects import Subject
from cotmoc.core.problems import Problem
from cotmoc.indicators.indices.model import Index, Leaf, PublishedShare, operands_of
from cotmoc.indicators.indices.results import Body, Reading
from cotmoc.indicators.indices.score import score

# The total recomputed from main indices of four decimals lies within a ten-thousandth of it.
NEAR_ENOUGH = Decimal("0.0005")


def ranks_against_points(results: Iterable[Result], file: str) -> Iterator[Problem]:
    """Subjects with more points and a worse rank: the first such pair of each node."""
    by_node: dict[str, list[Result]] = {}
    for result in results:
        if result.points is not None and result.rank is not None:
            by_node.setdefault(result.node, []).append(result)
    for node, given in by_node.items():
        ordered = sorted(given, key=lambda each: (each.rank or 0, -(each.points or 0)))
        for one, other in pairwise(ordered):
            if (other.points or 0) > (one.points or 0):
                params = {"better": str(one.subject), "more": str(other.subject)}
                yield Problem("rank_against_points", file, other.line, node or None, params=params)
                break


def totals_against_parts(results: Iterable[Result], index: Index, file: str) -> Iterator[Problem]:
    """Totals that differ from what the method gives from the very parts published beside them."""
    leaves = [leaf for leaf in index.leaves() if leaf.max]
    if not leaves or not all(_reads_published(leaf) for leaf in leaves):
        return
    points: dict[Subject, dict[str, Result]] = {}
    for result in results:
        if result.points is not None:
            points.setdefault(result.subject, {})[result.node] = result
    for subject, given in points.items():
        total = given.get(TOTAL)
        if total is None or total.points is None:
            continue
        parts = {leaf.code: given[leaf.code].points for leaf in leaves if leaf.code in given}
        computed = recomputed(index, parts) if len(parts) == len(leaves) else None
        if computed is not None and abs(computed - total.points) > NEAR_ENOUGH * index.scale:
            about = (str(subject), str(total.points), {"computed": plain(computed)})
            yield Problem("total_differs_from_parts", file, total.line, *about)


def recomputed(index: Index, parts: Mapping[str, Decimal | None]) -> Decimal | None:
    """The total that the method gives from published parts, by leaf."""
    readings = {f"published:{code}": Reading(value=value) for code, value in parts.items()}
    (found,) = score(index, [Body("", "", index.applies_to[0])], {"": readings})
    return found.total


def _reads_published(leaf: Leaf) -> bool:
    operands = operands_of(leaf.rule).values()
    return bool(operands) and all(isinstance(each, PublishedShare) for each in operands)
