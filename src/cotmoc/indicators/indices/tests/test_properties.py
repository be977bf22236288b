"""What holds of every index: bounds, direction, order, ties, missing values, and the oracle."""

from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cotmoc.indicators.indices.model import (
    Band,
    Bands,
    CappedRatio,
    Group,
    MinMax,
    Ratio,
    Rounding,
    Rule,
    Survey,
    ZScore,
)
from cotmoc.indicators.indices.results import Reading, Status
from cotmoc.indicators.indices.score import rescore, score
from cotmoc.indicators.indices.tests.build import OF, body, index, leaf, value
from cotmoc.indicators.indices.tests.random_indices import READINGS, Case, a_case, plain_total

FEW = settings(max_examples=40, deadline=None)
MANY = settings(max_examples=150, deadline=None)
NEAR = Fraction(1, 10**9)
ROUNDINGS = st.builds(
    Rounding,
    leaf=st.sampled_from((None, 0, 2)),
    node=st.sampled_from((None, 1, 2)),
    total=st.sampled_from((None, 0, 2)),
    half=st.sampled_from(("up", "even", "binary")),
    ratio=st.sampled_from((None, 2)),
)


@MANY
@given(a_case())
def test_scores_are_what_a_plain_reading_of_the_rules_gives(case: Case) -> None:
    for found in score(case.index, case.bodies, case.readings):
        total, scored = plain_total(case, found.body)
        assert (found.total is None) == (total is None)
        if found.total is not None and total is not None:
            assert abs(Fraction(found.total) - total) < NEAR
        assert abs(Fraction(found.scored_max) - scored) < NEAR


@FEW
@given(a_case(beside=False), ROUNDINGS)
def test_points_never_exceed_the_maximum_nor_fall_below_zero(
    case: Case, rounding: Rounding
) -> None:
    rounded = replace(case.index, rounding=rounding)
    groups = {node.code: node.max for node in rounded.nodes() if isinstance(node, Group)}
    leaves = {node.code: node.max for node in rounded.leaves()}
    for found in score(rounded, case.bodies, case.readings):
        for each in found.leaves.values():
            assert each.points is None or 0 <= each.points <= leaves[each.code]
            assert each.max in (0, leaves[each.code])
        for node in found.nodes.values():
            assert node.points is None or 0 <= node.points <= groups[node.code]
            assert 0 <= node.scored_max <= node.max
        assert found.total is None or 0 <= found.total <= found.max
        assert 0 <= found.scored_max <= found.max


@FEW
@given(a_case())
def test_a_total_with_penalties_stays_within_its_bounds(case: Case) -> None:
    for found in score(case.index, case.bodies, case.readings):
        assert found.total is None or 0 <= found.total <= found.max


@FEW
@given(a_case(), st.randoms(use_true_random=False))
def test_the_order_of_bodies_does_not_matter(case: Case, random: Any) -> None:
    shuffled = list(case.bodies)
    random.shuffle(shuffled)
    before = {each.body.code: each for each in score(case.index, case.bodies, case.readings)}
    after = {each.body.code: each for each in score(case.index, shuffled, case.readings)}
    assert before == after


@FEW
@given(a_case())
def test_ranks_are_by_total_within_a_kind_and_ties_share_one(case: Case) -> None:
    found = score(case.index, case.bodies, case.readings)
    for one in found:
        kin = [each for each in found if each.body.kind == one.body.kind]
        totals = [each.total for each in kin if each.total is not None]
        assert one.ranked == len(totals)
        if one.total is None:
            assert one.rank is None
        else:
            assert one.rank == 1 + sum(total > one.total for total in totals)


@FEW
@given(a_case(), st.data())
def test_what_if_gives_what_scoring_all_again_gives(case: Case, data: Any) -> None:
    before = score(case.index, case.bodies, case.readings)
    who = data.draw(st.sampled_from(case.bodies)).code
    changed = {
        f"figure:{leaf.code}": data.draw(READINGS)
        for leaf in case.index.leaves()
        if data.draw(st.booleans())
    }
    readings = {**case.readings, who: {**case.readings[who], **changed}}
    assert rescore(case.index, before, who, readings) == score(case.index, case.bodies, readings)


@FEW
@given(a_case(), st.data())
def test_a_missing_leaf_is_never_a_zero(case: Case, data: Any) -> None:
    """Without a reading a leaf has no points, whatever its zero rule, and covers nothing."""
    gone = data.draw(st.sampled_from([leaf.code for leaf in case.index.leaves()]))
    readings = {
        code: {key: reading for key, reading in own.items() if key != f"figure:{gone}"}
        for code, own in case.readings.items()
    }
    for found in score(case.index, case.bodies, readings):
        leaf_score = found.leaves[gone]
        if leaf_score.status is Status.NOT_APPLICABLE:
            continue
        assert leaf_score.points is None
        assert leaf_score.status in {Status.NO_DATA, Status.UNKNOWN}
        assert leaf_score.max == next(n.max for n in case.index.leaves() if n.code == gone)


@FEW
@given(a_case())
def test_what_is_left_out_never_changes_what_a_body_can_reach(case: Case) -> None:
    """With every leaf scored or left out, a total covers the whole maximum."""
    for found in score(case.index, case.bodies, case.readings):
        whole = all(each.points is not None or each.max == 0 for each in found.leaves.values())
        if whole and found.total is not None:
            assert found.scored_max == found.max


STEPS = tuple(
    Band(Decimal(low), None if low == 75 else Decimal(low + 25), Decimal(low) / 100)
    for low in (0, 25, 50, 75)
)


@pytest.mark.parametrize(
    ("rule", "direction"),
    [
        (Ratio(OF), "up"),
        (Ratio(OF), "down"),
        (CappedRatio(OF, Decimal(80), Decimal(10)), "up"),
        (CappedRatio(OF, Decimal(10), Decimal(80)), "down"),
        (Bands(OF, STEPS), "up"),
        (Survey(OF, Decimal(0), Decimal(100)), "up"),
        (MinMax(OF), "up"),
        (MinMax(OF), "down"),
        (ZScore(OF), "up"),
        (ZScore(OF, Decimal(1)), "down"),
    ],
)
@FEW
@given(numbers=st.lists(st.integers(0, 100), min_size=2, max_size=8))
def test_points_go_with_the_direction(rule: Rule, direction: Any, numbers: list[int]) -> None:
    tree = index(leaf("X", 7, rule, direction=direction))
    readings = {f"B{at}": {"figure:x": value(number)} for at, number in enumerate(numbers)}
    found = score(tree, [body(code) for code in readings], readings)
    points = [each.leaves["X"].points for each in found]
    for one, first in zip(numbers, points, strict=True):
        for other, second in zip(numbers, points, strict=True):
            assert first is not None
            assert second is not None
            if one <= other:
                assert first <= second if direction == "up" else first >= second
            if one == other:
                assert first == second


def test_readings_of_the_strategy_cover_what_can_happen() -> None:
    """The properties would prove nothing over readings that all have data."""
    seen: set[str] = set()

    @FEW
    @given(READINGS)
    def look(reading: Reading) -> None:
        seen.add(reading.status)

    look()
    assert {"measured", "no_data", "not_arising"} <= seen
