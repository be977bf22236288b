"""Values of merged provinces by a named rule."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cotmoc.analytics.closure import Body
from cotmoc.analytics.merging import MergeRule, merge_values, predecessors
from cotmoc.analytics.tests.shipped import shipped

TODAY = date(2026, 10, 1)
PARTS = [(Decimal("0.6"), 100), (Decimal("0.9"), 300)]


@pytest.mark.parametrize(
    ("rule", "value"),
    [
        (MergeRule.SUM_OF_PARTS, "1.5"),
        (MergeRule.MEAN_OF_PARTS, "0.75"),
        (MergeRule.POPULATION_WEIGHTED, "0.825"),
    ],
)
def test_three_rules_give_three_values(rule, value):
    assert merge_values(rule, PARTS) == Decimal(value)


@pytest.mark.parametrize("rule", MergeRule)
@pytest.mark.parametrize("parts", [[], [(None, 5)], [(Decimal(1), 5), (None, 5)]])
def test_a_missing_part_is_no_zero(rule, parts):
    assert merge_values(rule, parts) is None


@pytest.mark.parametrize("weight", [None, 0, -1])
def test_only_the_weighted_rule_asks_for_populations(weight):
    parts = [(Decimal(1), 10), (Decimal(4), weight)]
    assert merge_values(MergeRule.POPULATION_WEIGHTED, parts) is None
    assert merge_values(MergeRule.MEAN_OF_PARTS, parts) == Decimal("2.5")


@given(
    st.lists(st.tuples(st.decimals(-999, 999, places=4), st.integers(1, 10**7)), min_size=1),
    st.sampled_from([MergeRule.MEAN_OF_PARTS, MergeRule.POPULATION_WEIGHTED]),
)
def test_a_mean_lies_between_its_parts(parts, rule):
    values = [value for value, _ in parts]
    assert min(values) <= merge_values(rule, parts) <= max(values)


def test_the_provinces_of_today_are_made_of_the_63():
    units, edges = shipped()
    rows = predecessors(units, edges, [], on=TODAY).to_pylist()
    assert len({row["target"] for row in rows}) == 34
    then = [row for row in rows if row["valid_from"] is None]
    assert len(then) == 63
    assert all(row["whole"] for row in rows)
    gia_lai = {row["part"] for row in then if row["target"] == "province:52:2025-07-01"}
    assert gia_lai == {"province:52:", "province:64:"}


def test_parts_and_targets_bear_the_names_of_their_committees_and_populations():
    units, edges = shipped()
    units = [
        replace(unit, population=1_500_000) if unit.key == "province:52:" else unit
        for unit in units
    ]
    bodies = [
        Body("H44", "province", None, "province:52:2025-07-01", None, None),
        Body("H08", "province", None, "province:52:", None, None),
    ]
    rows = predecessors(units, edges, bodies, on=TODAY).to_pylist()
    found = {row["part"]: row["population"] for row in rows if row["target"] == "H44"}
    assert found == {"H44": None, "H08": Decimal(1_500_000), "province:64:": None}


def test_parts_of_communes_that_were_divided_are_not_whole():
    units, edges = shipped()
    rows = predecessors(units, edges, [], on=TODAY, level="commune").to_pylist()
    divided = {row["unit"] for row in rows if not row["whole"]}
    assert len(divided) == 471
