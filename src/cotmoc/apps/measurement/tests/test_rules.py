"""Places of bodies among themselves."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cotmoc.apps.measurement.rules import ranks

some_values = st.lists(st.none() | st.integers(0, 20).map(Decimal), max_size=20)


@pytest.mark.parametrize(
    ("values", "direction", "places"),
    [
        ([90, 80, 95], "up", [2, 3, 1]),
        ([90, 80, 95], "down", [2, 1, 3]),
        # Equals share a place, and the place after them is counted on.
        ([90, 90, 80], "up", [1, 1, 3]),
        # Missing is not last: it has no place.
        ([None, 0, 5], "up", [None, 2, 1]),
        ([None, None], "up", [None, None]),
        ([], "up", []),
    ],
)
def test_places(values, direction, places):
    assert ranks(values, direction) == places


@given(some_values, st.sampled_from(["up", "down"]))
def test_a_better_value_never_has_a_worse_place(values, direction):
    placed = [
        pair for pair in zip(values, ranks(values, direction), strict=True) if pair[0] is not None
    ]
    placed.sort(key=lambda pair: pair[0], reverse=direction == "up")
    places = [place for _, place in placed]
    assert places == sorted(places)
    assert places[:1] in ([], [1])
