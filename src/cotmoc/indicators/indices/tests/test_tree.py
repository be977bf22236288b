"""Groups, totals, re-scaling, weights, pillars and ranks, with numbers worked out by hand."""

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from cotmoc.indicators.indices.model import (
    CappedRatio,
    FigureOf,
    Given,
    Index,
    MinMax,
    PerCase,
    Pillar,
    PublishedShare,
    Rounding,
    Unknown,
    ZScore,
)
from cotmoc.indicators.indices.results import BodyScore, NodeScore, Reading, Status
from cotmoc.indicators.indices.score import rank_of, ranked, rescore, score
from cotmoc.indicators.indices.tests.build import (
    WORDS,
    body,
    group,
    index,
    leaf,
    of_formula,
    ratio,
    value,
)

D = Decimal


def one(index: Index, **given: Reading) -> BodyScore:
    """The card of a single body; readings are named by the leaf that reads them."""
    readings = {f"figure:{name}": reading for name, reading in given.items()}
    (found,) = score(index, [body()], {"A": readings})
    return found


def among(index: Index, **given: Any) -> dict[str, BodyScore]:
    """Cards of several bodies, each with the value that its leaf X reads."""
    readings = {code: {"figure:X": value(number)} for code, number in given.items()}
    return {
        found.body.code: found for found in score(index, [body(code) for code in given], readings)
    }


TWO = index(group("G", leaf("P", 6), leaf("Q", 4)), group("H", leaf("R", 10)))


def test_a_value_kept_to_six_places_is_not_rounded_twice() -> None:
    """1.2254999999 % is kept as 1.225500: to three places that would be 1.226."""
    kept = Reading("measured", D("1.225500"), D("12254999999"), D("1000000000000"))
    rule = CappedRatio(FigureOf("P"), D(100))
    tree = index(leaf("P", 100, rule), rounding=Rounding(ratio=3, leaf=3))
    assert one(tree, P=kept).total == D("1.225")
    scaled = Reading("measured", D("12.5"), D(1), D(80))  # an indicator per 1,000
    assert one(tree, P=scaled).total == D("12.500")


def test_points_add_up_and_say_what_they_cover() -> None:
    found = one(TWO, P=ratio(1, 2), Q=ratio(1, 4), R=ratio(9, 10))
    assert found.nodes["G"] == NodeScore("G", D(4), D(10), D(10), Status.SCORED)
    assert (found.total, found.max, found.scored_max) == (D(13), D(20), D(20))
    assert (found.rank, found.ranked) == (1, 1)


def test_a_leaf_without_data_is_not_a_zero() -> None:
    found = one(TWO, P=ratio(1, 2), R=ratio(0, 10))
    assert found.nodes["G"] == NodeScore("G", D(3), D(10), D(6), Status.PARTIAL)
    assert found.nodes["H"] == NodeScore("H", D(0), D(10), D(10), Status.SCORED)
    assert (found.total, found.scored_max, found.status) == (D(3), D(16), Status.PARTIAL)


def test_a_body_without_any_data_has_no_total_and_no_rank() -> None:
    found = one(TWO)
    assert (found.total, found.scored_max, found.status) == (None, 0, Status.NO_DATA)
    assert (found.rank, found.ranked) == (None, 0)


def test_full_marks_for_what_does_not_apply_are_no_data_of_a_body() -> None:
    free = leaf("Q", 4, applies_to=("department",), not_applicable="full")
    both = index(leaf("P", 6), free)
    assert one(both).total is None
    assert one(both, P=ratio(1, 2)).total == 7


def test_the_total_stands_on_the_scale_of_the_index() -> None:
    found = one(index(leaf("P", 1000), scale=D(1), rounding=Rounding(total=4)), P=ratio(1, 3))
    assert (found.total, found.max, found.scored_max) == (D("0.3333"), 1, 1)


def test_leaves_groups_and_total_are_rounded_each_by_the_method() -> None:
    parts = (leaf("P", 1), leaf("Q", 1))
    third = {"P": ratio(1, 3), "Q": ratio(1, 3)}
    leaves = one(index(group("G", *parts), rounding=Rounding(leaf=1)), **third)
    assert (leaves.leaves["P"].points, leaves.total) == (D("0.3"), D("0.6"))
    node = one(index(group("G", *parts), rounding=Rounding(node=1)), **third)
    assert (node.nodes["G"].points, node.total) == (D("0.7"), D("0.7"))
    none = one(index(group("G", *parts)), **third)
    assert none.total == D("0.66666666666666666666")


def test_a_half_made_of_thirds_is_a_half() -> None:
    sixths = {code: ratio(1, 6) for code in "PQR"}
    tree = index(leaf("P", 1), leaf("Q", 1), leaf("R", 1), rounding=Rounding(total=0))
    assert one(tree, **sixths).total == 1


def test_halves_go_where_the_method_says() -> None:
    for half, expected in (("up", "0.85 4.70"), ("even", "0.84 4.70"), ("binary", "0.84 4.70")):
        rounding = Rounding(half=half)
        both = (rounding.apply(D(number), 2) for number in ("0.845", "4.695"))
        assert " ".join(map(str, both)) == expected
    assert Rounding(half="even").apply(D("3.925"), 2) == D("3.92")
    assert Rounding(half="binary").apply(D("3.925"), 2) == D("3.92")
    assert Rounding(half="binary").apply(D("4.685"), 2) == D("4.68")
    assert Rounding(half="binary").apply(D("0.125"), 2) == D("0.13")  # exact in binary: up


def test_ratios_are_rounded_first_where_the_method_says() -> None:
    rounding = Rounding(leaf=2, ratio=2)
    tree = index(leaf("P", 100), leaf("Q", 100, CappedRatio(FigureOf("Q"), D(50))))
    found = one(replace(tree, rounding=rounding), P=ratio(1, 3), Q=ratio(1, 3))
    assert (found.leaves["P"].points, found.leaves["Q"].points) == (D("33.33"), D("66.66"))
    plain = one(replace(tree, rounding=Rounding(leaf=2)), P=ratio(1, 3), Q=ratio(1, 3))
    assert plain.leaves["Q"].points == D("66.67")


# Left out -----------------------------------------------------------------------------------------


def test_what_is_left_out_hands_its_maximum_to_its_siblings() -> None:
    tree = index(group("G", leaf("P", 6), leaf("Q", 2), leaf("S", 2, zero="excluded")), leaf("R"))
    found = one(tree, P=ratio(1, 2), Q=ratio(1, 2), S=ratio(0, 0), R=ratio(1, 1))
    # 4 of 8 becomes 5 of 10; the leaves keep their own points.
    assert found.nodes["G"] == NodeScore("G", D(5), D(10), D(10), Status.SCORED)
    assert (found.leaves["P"].points, found.leaves["S"].max) == (D(3), 0)
    assert (found.total, found.max, found.scored_max) == (D(15), D(20), D(20))


def test_scaling_up_does_not_make_up_what_is_missing() -> None:
    tree = index(leaf("P", 6), leaf("Q", 2), leaf("S", 2, zero="excluded"))
    found = one(tree, P=ratio(1, 2), S=ratio(0, 0))
    assert (found.total, found.scored_max) == (D("3.75"), D("7.5"))
    assert found.status is Status.PARTIAL


def test_a_group_of_which_all_is_left_out_is_left_out_itself() -> None:
    away = {"applies_to": ("department",)}
    tree = index(group("G", leaf("P", 6, **away), leaf("Q", 4, **away)), leaf("R", 30))
    found = one(tree, R=ratio(1, 2))
    assert found.nodes["G"] == NodeScore("G", None, D(0), D(0), Status.NOT_APPLICABLE)
    assert (found.total, found.max, found.scored_max) == (D(20), D(40), D(40))
    assert found.status is Status.SCORED


def test_an_index_of_which_all_is_left_out_has_no_total() -> None:
    found = one(index(leaf("P", 6, zero="excluded")), P=ratio(0, 0))
    assert (found.total, found.status) == (None, Status.NOT_ARISING)


def test_nothing_arose_without_a_rule_stays_in_the_maximum() -> None:
    found = one(index(leaf("P", 6), leaf("Q", 4)), P=ratio(1, 2), Q=ratio(0, 0))
    assert (found.total, found.scored_max, found.max) == (D(3), D(6), D(10))
    assert found.leaves["Q"].status is Status.NOT_ARISING


# Beside the maximum -------------------------------------------------------------------------------


def with_extras(*more: str) -> Index:
    bonus = leaf("BONUS", 0, PerCase(FigureOf("BONUS"), D(3), D(6)))
    penalty = leaf("PENALTY", 0, PerCase(FigureOf("PENALTY"), D(-4), D(100)))
    return index(group("G", leaf("P", 10), bonus), group("EXTRA", penalty, most=0), most=10)


def test_bonuses_and_penalties_stand_beside_the_maximum() -> None:
    found = one(with_extras(), P=ratio(1, 2), BONUS=value(1), PENALTY=value(1))
    assert found.nodes["G"].points == 8
    assert found.nodes["EXTRA"] == NodeScore("EXTRA", D(-4), D(0), D(0), Status.SCORED)
    assert (found.total, found.max, found.scored_max) == (D(4), D(10), D(10))


@pytest.mark.parametrize(
    ("bonus", "penalty", "expected"), [(2, 0, "10"), (0, 5, "0"), (2, 1, "10"), (0, 0, "8")]
)
def test_a_total_with_bonuses_and_penalties_stays_within_its_maximum(
    bonus: int, penalty: int, expected: str
) -> None:
    found = one(with_extras(), P=ratio(8, 10), BONUS=value(bonus), PENALTY=value(penalty))
    assert found.total == D(expected)


def test_bonuses_alone_are_no_score() -> None:
    assert one(with_extras(), BONUS=value(2)).total is None


def test_bonuses_are_not_scaled_up_with_the_leaves() -> None:
    bonus = leaf("BONUS", 0, PerCase(FigureOf("BONUS"), D(3), D(6)))
    tree = index(leaf("P", 5), leaf("Q", 5, zero="excluded"), bonus)
    assert one(tree, P=ratio(1, 5), Q=ratio(0, 0), BONUS=value(1)).total == D(5)


def test_a_group_with_a_penalty_is_left_out_when_all_else_in_it_is() -> None:
    penalty = leaf("PENALTY", 0, PerCase(FigureOf("PENALTY"), D(-4), D(100)))
    away = leaf("P", 10, applies_to=("department",))
    tree = index(group("G", away, penalty), leaf("R", 10))
    found = one(tree, R=ratio(1, 2), PENALTY=value(1))
    assert found.nodes["G"] == NodeScore("G", D(-4), D(0), D(0), Status.NOT_APPLICABLE)
    assert (found.total, found.scored_max) == (D(6), D(20))


def test_what_is_collected_and_not_scored_makes_no_nought() -> None:
    collected = leaf("S", 0, Given(PublishedShare(D(1))))
    tree = index(leaf("P", 10), collected)
    (found,) = score(tree, [body()], {"A": {"published:S": value("0.8")}})
    assert (found.leaves["S"].points, found.total, found.status) == (0, None, Status.NO_DATA)
    whole = one(tree, P=ratio(1, 2))
    assert (whole.total, whole.status) == (D(5), Status.SCORED)


# Weights ------------------------------------------------------------------------------------------


def weighted(how: Any) -> Index:
    """Leaves of different maxima with weights 1 and 3, on a whole of 100."""
    parts = (leaf("P", 10, weight=D(1)), leaf("Q", 50, weight=D(3)))
    return index(group("G", *parts, most=100, aggregate=how))


def test_a_weighted_mean_weighs_shares_not_points() -> None:
    found = one(weighted("weighted"), P=ratio(1, 2), Q=ratio(1, 10))
    assert found.total == D(20)  # 100 × (1 × 0.5 + 3 × 0.1) ÷ 4


def test_a_weighted_mean_covers_the_weights_that_have_a_share() -> None:
    found = one(weighted("weighted"), Q=ratio(1, 10))
    assert (found.total, found.scored_max) == (D("7.5"), D(75))


def test_a_geometric_mean_multiplies_shares() -> None:
    found = one(weighted("geometric"), P=ratio(1, 1), Q=ratio(1, 16))
    assert found.total == D("12.5")  # 100 × (1 × (1/16)³) ** ¼
    assert one(weighted("geometric"), P=ratio(0, 1), Q=ratio(1, 1)).total == 0


def test_a_geometric_mean_of_a_part_is_held_to_what_that_part_could_give() -> None:
    found = one(weighted("geometric"), Q=ratio(1, 2))
    assert (found.total, found.scored_max) == (D("37.5"), D(75))


def test_a_mean_leaves_out_what_is_excluded() -> None:
    parts = (leaf("P", 10, weight=D(1)), leaf("Q", 50, weight=D(3), zero="excluded"))
    tree = index(*parts, most=100, aggregate="weighted")
    found = one(tree, P=ratio(1, 2), Q=ratio(0, 0))
    assert (found.total, found.scored_max) == (D(50), D(100))


# Statuses and pillars -----------------------------------------------------------------------------


def test_a_whole_says_that_a_part_is_estimated_or_partial() -> None:
    sides = {"P": ratio(1, 2, "estimated"), "Q": ratio(1, 2)}
    assert one(index(leaf("P"), leaf("Q")), **sides).status is Status.ESTIMATED
    sides["Q"] = ratio(1, 2, "partial")
    assert one(index(leaf("P"), leaf("Q")), **sides).status is Status.PARTIAL


def test_an_unknown_leaf_leaves_its_group_partial() -> None:
    tree = index(leaf("P", 8), leaf("U", 2, Unknown(WORDS)))
    found = one(tree, P=ratio(1, 2))
    assert (found.total, found.scored_max, found.status) == (D(4), D(8), Status.PARTIAL)
    unweighed = index(leaf("P", 8), leaf("U", 0, Unknown(WORDS)), most=10)
    found = one(unweighed, P=ratio(1, 2))
    assert (found.total, found.scored_max, found.max) == (D(4), D(8), D(10))
    assert found.status is Status.PARTIAL


def test_a_pillar_reads_leaves_and_groups_and_only_whole_ones() -> None:
    tree = index(
        group("G", leaf("P", 6), leaf("Q", 4)),
        leaf("R", 10),
        pillars=(Pillar("ALL", WORDS, ("G", "R")), Pillar("ONE", WORDS, ("R",))),
    )
    whole = one(tree, P=ratio(1, 2), Q=ratio(1, 2), R=ratio(1, 4))
    assert whole.pillars == {"ALL": D("0.375"), "ONE": D("0.25")}
    assert one(tree, P=ratio(1, 2), R=ratio(1, 4)).pillars == {"ALL": None, "ONE": D("0.25")}


# Other leaves, other bodies -----------------------------------------------------------------------


def test_formulas_over_leaves_are_computed_after_what_they_need() -> None:
    tree = index(
        leaf("LAST", 10, of_formula("MIDDLE + X / 2")),
        leaf("MIDDLE", 10, of_formula("X - 1")),
        leaf("X", 10, MinMax(FigureOf("X"))),
    )
    found = among(tree, A=0, B=40, C=100)
    assert [leaf.code for leaf in found["B"].leaves.values()] == ["LAST", "MIDDLE", "X"]
    assert {code: each.leaves["LAST"].points for code, each in found.items()} == {
        "A": D(0),
        "B": D(5),
        "C": D(10),
    }


def test_min_max_spreads_bodies_of_a_kind_over_the_points() -> None:
    found = among(index(leaf("X", 10, MinMax(FigureOf("X")))), A=20, B=30, C=60)
    assert [each.total for each in found.values()] == [D(0), D("2.5"), D(10)]
    down = among(index(leaf("X", 10, MinMax(FigureOf("X")), direction="down")), A=20, B=30, C=60)
    assert [each.total for each in down.values()] == [D(10), D("7.5"), D(0)]


def test_min_max_gives_full_marks_where_all_are_equal() -> None:
    found = among(index(leaf("X", 10, MinMax(FigureOf("X")))), A=20, B=20)
    assert [each.total for each in found.values()] == [D(10), D(10)]


def test_z_scores_put_the_mean_in_the_middle() -> None:
    tree = index(leaf("X", 10, ZScore(FigureOf("X"), D(2))))
    found = among(tree, A=2, B=4, C=4, D=4, E=5, F=5, G=7, H=9)  # mean 5, deviation 2
    assert [each.total for each in found.values()] == list(
        map(D, ("1.25", "3.75", "3.75", "3.75", "5", "5", "7.5", "10"))
    )
    assert [each.total for each in among(tree, A=3, B=3).values()] == [D(5), D(5)]


def test_bodies_are_set_beside_their_own_kind_and_those_with_data() -> None:
    tree = index(leaf("X", 10, MinMax(FigureOf("X"))))
    bodies = [body("A"), body("B"), body("D", "department"), body("N")]
    readings = {code: {"figure:X": value(n)} for code, n in {"A": 1, "B": 3, "D": 90}.items()}
    found = {each.body.code: each for each in score(tree, bodies, readings)}
    assert {code: each.total for code, each in found.items()} == {
        "A": D(0),
        "B": D(10),
        "D": D(10),
        "N": None,
    }
    assert {code: (each.rank, each.ranked) for code, each in found.items()} == {
        "A": (2, 2),
        "B": (1, 2),
        "D": (1, 1),
        "N": (None, 2),
    }


def test_ties_share_a_rank_and_the_next_counts_them_all() -> None:
    values = {"a": D(5), "b": D(9), "c": D("9.0"), "d": None, "e": D(1)}
    assert rank_of(values) == {"b": 1, "c": 1, "a": 3, "e": 4}


def test_ranking_again_changes_nothing() -> None:
    found = list(among(index(leaf("X")), A=1, B=2, C=2).values())
    again = ranked(found)
    assert all(new is old for new, old in zip(again, found, strict=True))


def test_what_if_touches_the_body_and_the_ranks_alone() -> None:
    tree = index(leaf("X", 10))
    readings = {code: {"figure:X": value(n)} for code, n in {"A": 10, "B": 20, "C": 30}.items()}
    before = score(tree, [body(code) for code in "ABC"], readings)
    after = rescore(tree, before, "A", {"A": {"figure:X": value(25)}})
    assert [(each.total, each.rank) for each in after] == [
        (D("2.5"), 2),
        (D(2), 3),
        (D(3), 1),
    ]
    assert after[2] is before[2]
