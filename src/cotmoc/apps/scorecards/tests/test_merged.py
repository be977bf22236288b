"""Values of merged provinces: every rule by its name, none made up where a part lacks something."""

from datetime import date
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import given
from hypothesis import strategies as st

from cotmoc.apps.orgs.models import AdminUnit, UnitWeight
from cotmoc.apps.scorecards.results.merged import Part, Rule, merge, merging, sum_readings
from cotmoc.apps.scorecards.results.publishing import Publisher, Result, record_publication
from cotmoc.apps.scorecards.tests.trial_indices import TRI_NEW, TRI_OLD, keep
from cotmoc.core.periods import parse_period
from cotmoc.indicators.indices.read import read_index
from cotmoc.indicators.indices.results import Reading

DAY = date(2025, 7, 1)
YEAR = parse_period("2022")
TRI = read_index({**TRI_OLD, "valid_from": date(2021, 1, 1), "valid_to": None}, "")
NODES = ("awareness", "rules", "economy")


def part(name, points, **more):
    return Part(AdminUnit(kind="Tỉnh", name=name), points, **more)


def full(name, *values, **more):
    return part(name, dict(zip(NODES, map(Decimal, values), strict=True)), **more)


A = full("A", "1", "0.9", "0.5", population=Decimal(3), area=Decimal(1))
B = full("B", "0.5", "0.5", "0.5", population=Decimal(1), area=Decimal(3))


@pytest.mark.parametrize(
    ("rule", "value"),
    [
        # awareness 0.75·200, rules 0.7·300, economy 0.5·500 of 1,000
        (Rule.PLAIN_MEAN, "0.6100"),
        (Rule.BY_POPULATION, "0.6650"),
        (Rule.BY_AREA, "0.5550"),
    ],
)
def test_main_indices_are_merged_and_the_total_follows_by_the_method(rule, value):
    found = merge(TRI, rule, [A, B])
    assert (found.value, found.basis) == (Decimal(value), "main_indices")


def test_where_main_indices_were_not_published_of_all_parts_totals_are_merged():
    found = merge(TRI, Rule.PLAIN_MEAN, [part("A", {"": Decimal("0.6")}), _with_total(B, "0.5")])
    assert (found.value, found.basis) == (Decimal("0.55"), "total")


def _with_total(each, total):
    return Part(each.unit, {**each.points, "": Decimal(total)}, population=each.population)


def test_a_part_without_a_value_leaves_none_and_is_named():
    found = merge(TRI, Rule.PLAIN_MEAN, [_with_total(A, "0.7"), part("C", {})])
    assert (found.value, found.why, found.lacking) == (None, "no_value", ("Tỉnh C",))


def test_a_part_without_a_weight_is_named():
    found = merge(TRI, Rule.BY_POPULATION, [A, full("C", "1", "1", "1")])
    assert (found.value, found.why, found.lacking) == (None, "no_weight", ("Tỉnh C",))
    assert merge(TRI, Rule.PLAIN_MEAN, [A, full("C", "1", "1", "1")]).value is not None


def test_an_index_of_published_results_has_no_numerators_to_add():
    assert merge(TRI, Rule.SUM_OF_PARTS, [A, B]).why == "reads_published"


RATIO = read_index(
    {
        **{key: value for key, value in TRI_OLD.items() if key != "pillars"},
        "valid_from": date(2021, 1, 1),
        "valid_to": None,
        "max": 100,
        "scale": 100,
        "children": [
            {
                "code": "on_time",
                "name": {"vi": "Đúng hạn", "en": "On time"},
                "max": 100,
                "rule": {"kind": "ratio", "of": {"indicator": "dossiers_on_time"}},
            }
        ],
    },
    "",
)


def figures(top, bottom):
    return {"figure:dossiers_on_time": Reading("measured", None, Decimal(top), Decimal(bottom))}


def test_by_our_own_rule_numerators_and_denominators_are_added_before_they_are_scored():
    small = part("A", {}, readings=figures(1, 10))
    large = part("B", {}, readings=figures(90, 90))
    found = merge(RATIO, Rule.SUM_OF_PARTS, [small, large])
    assert (found.value, found.basis, found.covered) == (Decimal(91), "sums", 1)


def test_a_summed_figure_keeps_the_scale_that_its_parts_have():
    parts = [
        {"figure:x": Reading("measured", Decimal(500), Decimal(1), Decimal(2))},
        {"figure:x": Reading("measured", Decimal(250), Decimal(1), Decimal(4))},
    ]
    found = sum_readings(parts)["figure:x"].value
    assert found.quantize(Decimal("0.01")) == Decimal("333.33")


def test_a_figure_that_one_part_lacks_has_no_sum():
    assert sum_readings([figures(1, 2), {}]) == {}
    assert (
        sum_readings([figures(0, 0), figures(0, 0)])["figure:dossiers_on_time"].status
        == "not_arising"
    )
    found = merge(RATIO, Rule.SUM_OF_PARTS, [part("A", {}, readings=figures(1, 2)), part("B", {})])
    assert (found.value, found.why, found.lacking) == (None, "no_figures", ("Tỉnh B",))


shares = st.decimals(0, 1, places=4)


@given(st.lists(st.tuples(shares, shares, shares, st.integers(1, 9)), min_size=1, max_size=4))
def test_a_merged_value_lies_between_its_parts_and_in_whatever_order(rows):
    parts = [full(str(n), *row[:3], population=Decimal(row[3])) for n, row in enumerate(rows)]
    for rule in (Rule.PLAIN_MEAN, Rule.BY_POPULATION):
        alone = [merge(TRI, rule, [each]).value for each in parts]
        together = merge(TRI, rule, parts).value
        assert min(alone) <= together <= max(alone)
        assert merge(TRI, rule, parts[::-1]).value == together


# Over the country ---------------------------------------------------------------------------------


@pytest.fixture
def publish(db, now):
    indices = {raw["method"]: keep(raw, now) for raw in (TRI_OLD, TRI_NEW)}

    def record(rows, method="cu"):
        results = [
            Result(AdminUnit.objects.get(key=f"province:{key}"), node, Decimal(points))
            for key, node, points in rows
        ]
        record_publication(indices[method], YEAR, results, Publisher("x"), actor=None, now=now)
        return indices[method]

    return record


def test_merged_provinces_are_ranked_with_those_whose_borders_stayed(publish):
    index = publish(
        [
            *(("25:", "", "0.6"), ("26:", "", "0.7"), ("17:", "", "0.5")),
            *(("01:", "", "0.65"), ("20:", "", "0.55")),
        ]
    )
    found = merging(index, YEAR, DAY)
    assert len(found.provinces) == 23
    (phu_tho,) = [each for each in found.provinces if each.unit.code == "25"]
    assert {str(each.unit) for each in phu_tho.parts} == {
        "Tỉnh Phú Thọ", "Tỉnh Vĩnh Phúc", "Tỉnh Hòa Bình",
    }  # fmt: skip
    assert phu_tho.by_rule[Rule.PLAIN_MEAN].value == Decimal("0.6")
    assert phu_tho.ranks[Rule.PLAIN_MEAN] == 2
    assert found.ranked[Rule.PLAIN_MEAN] == 3
    assert phu_tho.by_rule[Rule.BY_POPULATION].lacking == (
        "Tỉnh Hòa Bình", "Tỉnh Phú Thọ", "Tỉnh Vĩnh Phúc",
    )  # fmt: skip
    assert phu_tho.published is None


def test_what_the_publisher_gave_for_the_merged_province_stands_beside(publish):
    index = publish(
        [
            *(("25:", "", "0.6"), ("26:", "", "0.7"), ("17:", "", "0.5")),
            ("25:2025-07-01", "", "0.61"),
        ]
    )
    (phu_tho,) = [each for each in merging(index, YEAR, DAY).provinces if each.unit.code == "25"]
    assert phu_tho.published.points == Decimal("0.61")
    assert phu_tho.difference(Rule.PLAIN_MEAN) == Decimal("-0.01")


def test_weights_that_an_operator_brought_count_the_latest(publish, now):
    index = publish([("24:", "", "0.6"), ("27:", "", "0.7")])
    for key, population, year in (("24:", 9, 2020), ("24:", 1, 2024), ("27:", 3, 2024)):
        UnitWeight.objects.create(
            unit=AdminUnit.objects.get(key=f"province:{key}"),
            kind="population",
            value=population,
            source="NGTK",
            as_of=date(year, 12, 31),
            recorded_at=now,
        )
    (bac_ninh,) = [each for each in merging(index, YEAR, DAY).provinces if each.unit.code == "24"]
    assert bac_ninh.by_rule[Rule.BY_POPULATION].value == Decimal("0.675")
    assert bac_ninh.difference(Rule.BY_POPULATION) == Decimal("0.025")


def test_queries_do_not_grow_with_what_was_published(publish):
    index = publish([("25:", "", "0.6")])

    def queries():
        with CaptureQueriesContext(connection) as captured:
            merging(index, YEAR, DAY)
        return len(captured)

    before = queries()
    units = AdminUnit.objects.filter(level="province", valid_to=DAY).exclude(code="25")
    publish([(each.key.removeprefix("province:"), "", "0.5") for each in units])
    assert queries() == before <= 9
