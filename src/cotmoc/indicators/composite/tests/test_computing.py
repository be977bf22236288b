"""Every step with numbers worked out by hand."""

import math

import numpy as np
import pytest

from cotmoc.indicators.composite import prepare, weights
from cotmoc.indicators.composite.aggregate import Aggregation, aggregate
from cotmoc.indicators.composite.framework import Indicator
from cotmoc.indicators.composite.normalise import Normalisation, normalise
from cotmoc.indicators.composite.ranking import ranks
from cotmoc.indicators.composite.tests.build import NAN, composed, dataset, flat, nested
from cotmoc.indicators.composite.treat import kurtosis, skewness, treat_one, winsorise
from cotmoc.indicators.composite.wrong import CannotComputeError

UP = [Indicator("x", direction=1, target=8.0, lower=2.0, upper=6.0)]
DOWN = [Indicator("x", direction=-1, target=2.0, lower=2.0, upper=6.0)]


def column(*values):
    return np.array(values, dtype=np.float64)[:, None]


@pytest.mark.parametrize(
    ("how", "up", "down"),
    [
        (Normalisation("minmax"), [0, 50, 100, NAN], [100, 50, 0, NAN]),
        (Normalisation("minmax", 1, 5), [1, 3, 5, NAN], [5, 3, 1, NAN]),
        (Normalisation("zscore"), [-1, 0, 1, NAN], [1, 0, -1, NAN]),
        (Normalisation("zscore", 10, 2), [8, 10, 12, NAN], [12, 10, 8, NAN]),
        (Normalisation("scaled", 0, 8), [25, 62.5, 100, NAN], [-25, -62.5, -100, NAN]),
        (Normalisation("rank"), [1, 2, 3, NAN], [3, 2, 1, NAN]),
        (Normalisation("borda"), [0, 1, 2, NAN], [2, 1, 0, NAN]),
        (Normalisation("percentile"), [0, 0.5, 1, NAN], [1, 0.5, 0, NAN]),
        (Normalisation("distance_to_max"), [0, 0.5, 1, NAN], [1, 0.5, 0, NAN]),
        (Normalisation("distance_to_target"), [0, 0.5, 1, NAN], [1, 0.5, 0, NAN]),
        (Normalisation("fraction_of_leader"), [0.25, 0.625, 1, NAN], [1, 0.4, 0.25, NAN]),
        (Normalisation("goalposts"), [0, 0.75, 1, NAN], [1, 0.25, 0, NAN]),
        (Normalisation("goalposts", 0, 10), [0, 7.5, 10, NAN], [10, 2.5, 0, NAN]),
        (Normalisation("distance_to_reference", reference="b"), [0, 1, 2, NAN], [1, 0.5, 0, NAN]),
        (Normalisation("none"), [2, 5, 8, NAN], [-2, -5, -8, NAN]),
    ],
)
def test_normalisations_of_2_5_8(how, up, down):
    values = column(2, 5, 8, NAN)
    units = ("a", "b", "c", "d") if how.reference else ()
    np.testing.assert_allclose(normalise(values, UP, how, units)[:, 0], up)
    if how.method == "distance_to_reference":
        units = ("b", "a", "c", "d")  # turned round the best is 2: everything is measured to it
    np.testing.assert_allclose(normalise(values, DOWN, how, units)[:, 0], down)


def test_a_target_that_is_surpassed_gives_more_than_the_whole_unless_capped():
    near = [Indicator("x", target=5.0)]
    for capped, most in ((False, 2.0), (True, 1.0)):
        how = Normalisation("distance_to_target", capped=capped)
        assert normalise(column(2, 5, 8), near, how)[:, 0].tolist() == [0, 1, most]


@pytest.mark.parametrize(
    "method", ["minmax", "zscore", "percentile", "distance_to_max", "distance_to_target"]
)
def test_a_column_without_a_scale_has_no_values(method):
    flat_one = [Indicator("x", target=3.0)]
    values = column(3, 3, 3) if method != "percentile" else column(3)
    assert np.isnan(normalise(values, flat_one, Normalisation(method))).all()


def test_ties_share_the_smaller_rank_upwards_too():
    assert normalise(column(4, 7, 7, 9), UP, Normalisation("rank"))[:, 0].tolist() == [1, 2, 2, 4]


@pytest.mark.parametrize(
    ("how", "indicator", "values", "code"),
    [
        (Normalisation("distance_to_target"), Indicator("x"), (1, 2), "no_target"),
        (Normalisation("goalposts"), Indicator("x", lower=1), (1, 2), "no_goalposts"),
        (Normalisation("goalposts"), Indicator("x", lower=2, upper=2), (1, 2), "no_goalposts"),
        (Normalisation("distance_to_reference"), Indicator("x"), (1, 2), "no_reference"),
        (
            Normalisation("fraction_of_leader"),
            Indicator("x", direction=-1),
            (0, 2),
            "not_positive_values",
        ),
    ],
)
def test_a_method_that_does_not_fit_says_why(how, indicator, values, code):
    with pytest.raises(CannotComputeError) as raised:
        normalise(column(*values), [indicator], how, ("a", "b"))
    assert raised.value.problem == code


# Aggregating ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("mean", "value"),
    [
        ("arithmetic", (1 * 2 + 2 * 4 + 1 * 8) / 4),
        ("geometric", (2 * 4**2 * 8) ** (1 / 4)),
        ("harmonic", 4 / (1 / 2 + 2 / 4 + 1 / 8)),
    ],
)
def test_weighted_means_of_2_4_8_with_weights_1_2_1(mean, value):
    tree = flat(3, [1.0, 2.0, 1.0]).tree()
    found = aggregate(np.array([[2.0, 4.0, 8.0]]), tree, tree.weights, Aggregation(mean))
    assert found[0, 0] == pytest.approx(value)


def test_missing_values_do_not_count_and_the_others_weigh_the_whole():
    tree = flat(3, [1.0, 2.0, 1.0]).tree()
    values = np.array([[2.0, NAN, 8.0], [NAN, NAN, NAN]])
    found = aggregate(values, tree, tree.weights)
    assert found[0, 0] == 5
    assert math.isnan(found[1, 0])
    strict = aggregate(values, tree, tree.weights, Aggregation(rescale=False))
    assert np.isnan(strict).all()


def test_groups_are_aggregated_into_the_index_with_their_own_weights():
    tree = nested({"g": "ab", "h": "c"}, g=3, b=4).tree()
    found = aggregate(np.array([[10.0, 20.0, 50.0], [NAN, NAN, 50.0]]), tree, tree.weights)
    assert found[0].tolist() == [18.0, 50.0, (3 * 18 + 50) / 4]
    assert math.isnan(found[1, 0])
    assert found[1, 1:].tolist() == [50.0, 50.0]


def test_a_threshold_counts_the_children_that_are_there():
    tree = nested({"g": "abc", "h": "d"}).tree()
    values = np.array([[1.0, NAN, NAN, 3.0], [1.0, 1.0, NAN, 3.0]])
    found = aggregate(values, tree, tree.weights, Aggregation(threshold=0.6))
    np.testing.assert_array_equal(found, [[NAN, 3, NAN], [1, 3, 2]])


@pytest.mark.parametrize("mean", ["geometric", "harmonic"])
def test_means_of_positive_values_refuse_zero(mean):
    with pytest.raises(CannotComputeError) as raised:
        composed(flat(2), [[1, 2], [3, 4]], aggregation=Aggregation(mean))
    assert raised.value.problem == "not_positive_values"
    scale = Normalisation("minmax", 1, 100)
    found = composed(flat(2), [[1, 2], [3, 4]], aggregation=Aggregation(mean), normalisation=scale)
    assert found.aggregates[:, 0].tolist() == pytest.approx([1, 100])


def test_ranks_start_with_the_highest_and_ties_share_the_smallest():
    found = ranks(np.array([[5.0], [7.0], [NAN], [7.0], [1.0], [0.1 + 0.2], [0.3]]))
    assert found[:, 0].tolist() == [3, 1, 0, 1, 4, 5, 5]


def test_each_aggregate_may_have_a_mean_of_its_own():
    tree = nested({"g": "ab", "h": "cd"}).tree()
    values = np.array([[2.0, 8.0, 2.0, 8.0], [0.0, 8.0, 1.0, 1.0]])
    how = Aggregation(means=("geometric", "arithmetic", "harmonic"))
    found = aggregate(values, tree, tree.weights, how)
    assert found[0].tolist() == pytest.approx([4, 5, 2 / (1 / 4 + 1 / 5)])
    assert found[1, 0] == 0  # one child without anything leaves nothing of a geometric mean


# Weights ------------------------------------------------------------------------------------------


def test_effective_weights_are_parts_of_the_index():
    tree = nested({"g": "ab", "h": "c"}, g=3, b=4).tree()
    found = dict(zip(tree.codes, weights.effective(tree, tree.weights), strict=True))
    assert found == pytest.approx(
        {"a": 0.15, "b": 0.6, "c": 0.25, "g": 0.75, "h": 0.25, "Index": 1.0}
    )


def test_equal_weights_forget_what_was_given():
    found = composed(flat(2, [3.0, 1.0]), [[0, 1], [1, 0]], weighting="equal")
    assert found.aggregates[:, 0].tolist() == [50, 50]


# Preparing ----------------------------------------------------------------------------------------


def per_head(divisors):
    framework = flat(2, denominators=("pop",))
    indicators = (Indicator("a", denominator="pop"), framework.indicators[1])
    framework = type(framework)(indicators, framework.aggregates, ("pop",))
    return dataset(
        framework, [[10, 1], [30, 2]], denominators={"pop": np.array(divisors, dtype=np.float64)}
    )


def test_only_indicators_that_name_a_denominator_are_divided():
    assert prepare.denominate(per_head([2, 10])).values.tolist() == [[5, 1], [3, 2]]


def test_a_missing_denominator_gives_a_missing_value():
    assert math.isnan(prepare.denominate(per_head([NAN, 10])).values[0, 0])


@pytest.mark.parametrize(
    ("divisors", "code"), [([0, 1], "zero_denominator"), ([1e-200, 1], "small_denominator")]
)
def test_what_cannot_be_divided_by_is_refused(divisors, code):
    with pytest.raises(CannotComputeError) as raised:
        prepare.denominate(per_head(divisors))
    assert raised.value.problem == code
    assert raised.value.params["unit"] == "u0"


def test_units_with_too_few_values_are_left_out():
    given = dataset(flat(4), [[1, 2, 3, 4], [1, NAN, 3, 4], [1, NAN, NAN, 4]])
    kept, left = prepare.screen(given, 0.75)
    assert (kept.units, left) == (("u0", "u1"), ("u2",))
    found = composed(flat(4), given.values, screen=0.75)
    assert found.left_out == ("u2",)
    assert found.normalised.shape == (2, 4)


def test_nothing_is_done_unasked():
    found = composed(flat(2), [[1, NAN], [3, 1000], [2, 1], [2, 1], [2, 1]])
    assert found.stages == {}
    np.testing.assert_array_equal(found.prepared, found.dataset.values)


def test_imputing_without_values_in_the_group_leaves_the_gap():
    framework = flat(1, groups=("kind",))
    given = dataset(framework, [[1], [NAN], [NAN]], groups={"kind": ("A", "A", "B")})
    assert prepare.impute(given, "mean", "kind").values[:2, 0].tolist() == [1, 1]
    assert math.isnan(prepare.impute(given, "mean", "kind").values[2, 0])
    with pytest.raises(CannotComputeError):
        prepare.impute(given, "mean", "region")


# Treating -----------------------------------------------------------------------------------------


def test_values_that_pass_are_left_alone():
    values = np.arange(20.0)
    found, what = treat_one(values)
    assert what.done == "nothing"
    assert found is values


def test_outliers_that_cannot_be_pulled_in_become_logarithms():
    values = np.exp(np.arange(30.0) ** 1.3 / 3)
    found, what = treat_one(values, most=1)
    assert what.done == "logarithm"
    least, most = values.min(), values.max()
    np.testing.assert_allclose(found, np.log(values - least + 0.01 * (most - least)))


def test_low_outliers_are_pulled_up():
    pulled, points = winsorise(-np.array([*range(1, 11), 30.0, 100.0]))
    assert points == 1
    assert pulled.min() == -30


def test_equal_or_few_values_have_no_shape():
    assert skewness(np.array([3.0, 3.0, 3.0])) is None
    assert kurtosis(np.array([1.0, 2.0, 4.0])) is None
    assert treat_one(np.array([5.0] * 9))[1].done == "nothing"
