"""Rank intervals: the same for the same seed, for any order of units and any size of parts."""

from dataclasses import replace

import numpy as np
import pytest

from cotmoc.indicators.composite import sensitivity as module
from cotmoc.indicators.composite.aggregate import Aggregation
from cotmoc.indicators.composite.normalise import Normalisation
from cotmoc.indicators.composite.sensitivity import (
    Model,
    Varied,
    alternatives,
    positive,
    sensitivity,
)
from cotmoc.indicators.composite.tests.build import NAN, composed, flat, nested
from cotmoc.indicators.composite.wrong import CannotComputeError

OTHERS = (Normalisation("zscore"), Normalisation("percentile"))


def example(order=None, gaps=True):
    random = np.random.default_rng(5)
    values = random.gamma(2.0, size=(25, 6))
    if gaps:
        values[3, 2] = values[8, 0] = NAN
    values[11] = values[17]  # two units that are the same in everything
    units = [f"u{row:02}" for row in range(25)]
    order = list(order if order is not None else range(25))
    framework = nested({"g": "abc", "h": "de", "i": "f"}, g=2)
    return composed(framework, values[order], [units[place] for place in order])


def varied(composite):
    return Varied(0.25, alternatives(composite, OTHERS), ("geometric",), leave_out=True)


def computed(composite, draws=300, seed=7):
    return sensitivity(Model.of(composite), varied(composite), draws, seed)


def test_the_same_seed_gives_the_same_and_another_seed_something_else():
    one = computed(example())
    assert computed(example()) == one
    assert computed(example(), seed=8).units != one.units


def test_the_order_of_units_does_not_matter():
    shuffled = np.random.default_rng(1).permutation(25)
    one, other = computed(example()), computed(example(shuffled))
    assert sorted(one.units, key=lambda each: each.unit) == sorted(
        other.units, key=lambda each: each.unit
    )
    assert one.movers == other.movers


def test_the_size_of_the_parts_does_not_matter(monkeypatch):
    one = computed(example())
    monkeypatch.setattr(module, "_AT_ONCE", 100)
    assert computed(example()) == one


def test_equal_units_share_every_rank():
    by_unit = {each.unit: each for each in computed(example()).units}
    assert replace(by_unit["u11"], unit="u17") == by_unit["u17"]


def test_without_anything_uncertain_nothing_moves():
    composite = example()
    found = sensitivity(Model.of(composite), Varied(noise=0.0), 50)
    assert all(each.low == each.high == each.nominal for each in found.units)
    assert all(each.shift == 0 for each in found.units)
    assert found.movers == ()


def test_a_unit_that_is_best_everywhere_is_first_in_every_draw():
    values = np.random.default_rng(2).random((20, 5))
    values[4] = 2.0
    composite = composed(flat(5), values)
    best = computed(composite).units[4]
    assert (best.nominal, best.low, best.high, best.mean, best.shift) == (1, 1, 1, 1, 0)


def test_two_units_that_trade_two_indicators_trade_places():
    """Weights 1 and 1.2: the first is ahead where its weight, 1 ± 25 %, exceeds the other's. Of the
    square of draws 0.75..1.25 × 0.9..1.5 that is a triangle with legs of 0.35: 0.06125 of 0.3."""
    composite = composed(flat(2, [1.0, 1.2]), [[1, 0], [0, 1]], ["a", "b"])
    found = sensitivity(Model.of(composite), Varied(0.25), 20_000, 3).units
    assert [each.nominal for each in found] == [2, 1]
    assert found[0].mean == pytest.approx(2 - 0.06125 / 0.3, abs=0.01)


def test_leaving_out_tells_what_an_indicator_does():
    # Without b the first two trade places; without a or c nothing moves.
    values = [[5, 0, 5], [4, 9, 4], [0, 0, 0]]
    composite = composed(flat(3), values, ["x", "y", "z"], normalisation=Normalisation("none"))
    found = sensitivity(Model.of(composite), Varied(0.0, leave_out=True), 10)
    movers = {each.name: each for each in found.movers}
    assert (movers["b"].most, movers["b"].unit, movers["b"].to) == (1, "x", 1)
    assert movers["b"].shift == pytest.approx(2 / 3)
    assert movers["a"].shift == movers["c"].shift == 0
    assert found.movers[0].name == "b"


def test_a_unit_without_a_value_has_no_ranks():
    composite = composed(flat(2), [[1, 2], [NAN, NAN], [2, 1]])
    found = computed(composite).units
    assert found[1].nominal is None
    assert found[1].low is None
    assert found[0].nominal is not None


def test_alternatives_leave_out_what_is_in_use():
    composite = example()
    others = (Normalisation("minmax"), *OTHERS)
    assert [name for name, _values in alternatives(composite, others)] == ["zscore", "percentile"]


def test_values_are_lifted_for_geometric_means_only_where_they_must_be():
    values = np.array([[1.0, 2.0]])
    assert positive(values) is values
    assert positive(np.array([[-5.0, 5.0]])).tolist() == [[0.1, 10.1]]
    assert positive(np.array([[0.0, 0.0]])).tolist() == [[0.01, 0.01]]


def test_a_geometric_index_is_varied_too():
    values = np.random.default_rng(2).random((20, 5))
    composite = composed(
        flat(5), values,
        normalisation=Normalisation("minmax", 1, 100), aggregation=Aggregation("geometric"),
    )  # fmt: skip
    found = sensitivity(Model.of(composite), Varied(0.25, means=("arithmetic",)), 100)
    nominal = [each.nominal for each in found.units]
    assert nominal == composite.ranks[:, -1].tolist()


@pytest.mark.parametrize("draws", [0, -1, 10**7])
def test_a_senseless_number_of_draws_is_refused(draws):
    with pytest.raises(CannotComputeError):
        computed(example(), draws=draws)
