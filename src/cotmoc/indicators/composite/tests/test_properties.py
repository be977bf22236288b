"""What holds for any values: bounds, direction, order of units, scale."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from cotmoc.indicators.composite.compose import Method, compose
from cotmoc.indicators.composite.framework import Indicator
from cotmoc.indicators.composite.normalise import Normalisation, normalise
from cotmoc.indicators.composite.ranking import ranks
from cotmoc.indicators.composite.tests.build import dataset, flat, nested

numbers = st.one_of(st.integers(-1000, 1000).map(float), st.just(float("nan")))
matrices = st.tuples(st.integers(1, 12), st.just(3)).flatmap(
    lambda shape: arrays(np.float64, shape, elements=numbers)
)
UP = [Indicator(code) for code in "abc"]
DOWN = [Indicator(code, direction=-1) for code in "abc"]
FRAMEWORK = nested({"g": "ab", "h": "c"}, g=2, b=3)


@settings(deadline=None)
@given(matrices, st.sampled_from([(0.0, 100.0), (1.0, 5.0), (-3.0, 3.0)]))
def test_min_max_holds_its_ends_and_keeps_gaps(values, ends):
    found = normalise(values, UP, Normalisation("minmax", *ends))
    present = found[~np.isnan(found)]
    assert ((present >= ends[0] - 1e-9) & (present <= ends[1] + 1e-9)).all()
    assert np.isnan(found[np.isnan(values)]).all()


@settings(deadline=None)
@given(matrices, st.sampled_from(["minmax", "zscore", "percentile", "distance_to_max", "borda"]))
def test_more_is_never_worse_and_turning_round_turns_it(values, method):
    up = normalise(values, UP, Normalisation(method))
    down = normalise(values, DOWN, Normalisation(method))
    for column in range(3):
        there = ~np.isnan(up[:, column])
        order = np.argsort(values[there, column])
        assert (np.diff(up[there, column][order]) >= -1e-9).all()
        assert (np.diff(down[there, column][order]) <= 1e-9).all()


@settings(deadline=None)
@given(matrices, st.sampled_from([0.5, 2.0, 1024.0]), st.integers(-50, 50))
def test_the_unit_of_measurement_does_not_matter(values, scale, shift):
    for method in ("minmax", "zscore", "percentile"):
        one = normalise(values, UP, Normalisation(method))
        other = normalise(values * scale + shift, UP, Normalisation(method))
        np.testing.assert_allclose(one, other, atol=1e-6)


@settings(deadline=None)
@given(matrices, st.randoms(use_true_random=False), st.sampled_from(["minmax", "zscore"]))
def test_the_order_of_units_does_not_matter(values, random, method):
    order = list(range(len(values)))
    random.shuffle(order)
    how = Method(normalisation=Normalisation(method))
    one = compose(dataset(FRAMEWORK, values), how)
    other = compose(dataset(FRAMEWORK, values[order]), how)
    assert one.ranks[order].tolist() == other.ranks.tolist()
    np.testing.assert_allclose(one.aggregates[order], other.aggregates, atol=1e-9)


@settings(deadline=None)
@given(matrices)
def test_an_aggregate_lies_between_its_children_and_gaps_never_count_as_zero(values):
    found = compose(dataset(FRAMEWORK, values), Method())
    low = np.fmin.reduce(found.normalised, axis=1)
    high = np.fmax.reduce(found.normalised, axis=1)
    index = found.aggregates[:, -1]
    there = ~np.isnan(found.normalised).all(axis=1)
    assert (np.isnan(index) == ~there).all()
    assert (index[there] >= low[there] - 1e-9).all()
    assert (index[there] <= high[there] + 1e-9).all()


@settings(deadline=None)
@given(arrays(np.float64, st.integers(1, 30), elements=st.integers(0, 9).map(float)))
def test_ranks_are_one_more_than_how_many_are_better(values):
    found = ranks(values[:, None])[:, 0]
    assert found.tolist() == [1 + int((values > value).sum()) for value in values]


@settings(deadline=None)
@given(matrices, st.integers(0, 2), st.integers(1, 500))
def test_a_better_value_never_makes_the_index_worse(values, column, more):
    """With a scale that does not move: distances to fixed posts."""
    posts = [Indicator(code, lower=-1000.0, upper=1000.0) for code in "abc"]
    framework = type(FRAMEWORK)(tuple(posts), flat(3).aggregates)
    better = values.copy()
    better[0, column] += more
    method = Method(normalisation=Normalisation("goalposts"))
    one = compose(dataset(framework, values), method).aggregates[0, 0]
    other = compose(dataset(framework, better), method).aggregates[0, 0]
    assert np.isnan(one) or other >= one - 1e-12 or other == pytest.approx(one)
