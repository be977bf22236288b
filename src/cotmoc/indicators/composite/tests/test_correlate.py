"""Correlations with gaps, ties and columns that do not vary."""

import numpy as np
import pytest

from cotmoc.indicators.composite.correlate import correlations, cronbach
from cotmoc.indicators.composite.products import product
from cotmoc.indicators.composite.tests.build import NAN


def pair(one, other, kind):
    return correlations(np.column_stack([one, other]).astype(np.float64), kind)[0, 1]


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        # x = 1..5, y = 2, 1, 4, 3, 5: covariance 8/4 over variances 10/4 each; d² = 1+1+1+1+0
        ("pearson", 0.8),
        ("spearman", 1 - 6 * 4 / (5 * 24)),
        # 10 pairs, two of them the other way round
        ("kendall", (8 - 2) / 10),
    ],
)
def test_worked_by_hand(kind, value):
    assert pair([1, 2, 3, 4, 5], [2, 1, 4, 3, 5], kind) == pytest.approx(value)


def test_ties_count_as_half():
    # y = 1, 1, 2: two concordant pairs, one tied in y: 2 / sqrt(3 × 2)
    assert pair([1, 2, 3], [1, 1, 2], "kendall") == pytest.approx(2 / 6**0.5)
    # ranks 1.5, 1.5, 3 against 1, 2, 3
    assert pair([1, 2, 3], [1, 1, 2], "spearman") == pytest.approx(1.5 / (2 * 1.5) ** 0.5)


@pytest.mark.parametrize("kind", ["pearson", "spearman", "kendall"])
def test_only_units_with_both_values_count(kind):
    whole = pair([1, 2, 3, 4], [3, 1, 4, 2], kind)
    gaps = pair([1, 2, NAN, 3, 4, 99], [3, 1, 7, 4, 2, NAN], kind)
    assert gaps == pytest.approx(whole)


@pytest.mark.parametrize("kind", ["pearson", "spearman", "kendall"])
def test_what_does_not_vary_has_no_correlation(kind):
    assert np.isnan(pair([1, 2, 3, 4], [5.1, 5.1, 5.1, 5.1], kind))
    assert np.isnan(pair([1, 2, 3, NAN], [5, 5, 5, 9], kind))
    assert np.isnan(pair([1, 2, NAN], [5, 6, 7], kind))  # two pairs only


@pytest.mark.parametrize("kind", ["pearson", "spearman", "kendall"])
def test_a_column_goes_wholly_with_itself(kind):
    values = np.random.default_rng(3).normal(size=(30, 4))
    values[3, 1] = values[7, 2] = NAN
    found = correlations(values, kind)
    np.testing.assert_allclose(np.diag(found), 1)
    np.testing.assert_allclose(found, found.T)


def test_large_blocks_give_the_same_as_small_ones(monkeypatch):
    values = np.random.default_rng(3).integers(0, 9, size=(40, 3)).astype(np.float64)
    whole = correlations(values, "kendall")
    monkeypatch.setattr("cotmoc.indicators.composite.correlate._BLOCK", 1)
    np.testing.assert_allclose(correlations(values, "kendall"), whole)


@pytest.mark.parametrize("shape", [(3, 4, 5), (40, 900, 30), (60, 70, 900), (900, 300, 2)])
def test_products_in_pieces_are_products(shape):
    random = np.random.default_rng(1)
    left, right = random.random(shape[:2]), random.random(shape[1:])
    np.testing.assert_allclose(product(left, right), left @ right)


def test_cronbachs_alpha_by_hand():
    # variances 1 and 4, covariance 2: 2 × (1 - 5 ÷ 9)
    values = np.array([[1, 2], [2, 4], [3, 6]], dtype=np.float64)
    assert cronbach(values) == pytest.approx(2 * (1 - 5 / 9))
    assert cronbach(values[:, :1]) is None
    assert cronbach(np.ones((5, 3))) is None
