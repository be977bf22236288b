"""What counts for whom, as it was and on the borders of a day; nothing vanishes unsaid."""

import random
from collections import Counter, defaultdict
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from functools import cache

import pyarrow.compute as pc
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cotmoc.analytics.closure import (
    COUNTRY,
    Body,
    Edge,
    ShareRule,
    UnitLife,
    build_closure,
    lives,
)
from cotmoc.analytics.tests.shipped import shipped

LAST_OLD_DAY = date(2025, 6, 30)
MERGER = date(2025, 7, 1)
TODAY = date(2026, 10, 1)
OLD_GIA_LAI, BINH_DINH, GIA_LAI = "province:64:", "province:52:", "province:52:2025-07-01"
# An Nghĩa, Canh Liên and Canh Hiệp, the communes of Bình Định that were divided.
DIVIDED = {
    "An Nghĩa": "commune:21634:",
    "Canh Liên": "commune:21997:",
    "Canh Hiệp": "commune:22000:",
}


@cache
def weighed():
    """The country with made-up areas and populations, and made-up numbers of dossiers."""
    units, edges = shipped()
    chance = random.Random(7)
    units = [
        replace(unit, area=chance.uniform(0.1, 900), population=chance.randint(50, 300_000))
        for unit in units
    ]
    return units, edges, {unit.key: chance.randint(1, 99_999) for unit in units}


def rows_of(closure, source):
    found = closure.table.filter(pc.equal(closure.table["source"], source)).to_pylist()
    return {(row["target"], row["level"]): (row["share"], row["estimated"]) for row in found}


def losses(closure):
    return {(row["source"], row["level"]): row["reason"] for row in closure.lost.to_pylist()}


def totals(closure, facts):
    """Sums by level and by target of what facts (whole numbers by source) come to."""
    by_level, by_target = defaultdict(Decimal), defaultdict(Decimal)
    columns = (closure.table[name].to_pylist() for name in ("source", "target", "level", "share"))
    for source, target, level, share in zip(*columns, strict=True):
        if source in facts:
            by_level[level] += facts[source] * share
            by_target[target] += facts[source] * share
    return by_level, by_target


# --- the reform of 2025 on the shipped table ---


@pytest.mark.parametrize("rule", ShareRule)
def test_national_totals_are_kept_to_the_last_unit_through_all_edges(rule):
    units, edges, dossiers = weighed()
    closure = build_closure(units, edges, [], on=TODAY, rule=rule, weights=dossiers)
    chance = random.Random(11)
    facts = {
        unit.key: chance.randint(0, 10**7)
        for unit in units
        if unit.valid_to == MERGER and (unit.level == "commune" or unit.code in ISLANDS)
    }
    assert len(facts) == 10_040
    by_level, by_target = totals(closure, facts)
    total = sum(facts.values())
    assert dict(by_level) == {"commune": total, "province": total, "country": total}
    provinces = {unit.key: unit for unit in units if unit.level == "province" and unit.on(TODAY)}
    assert len(provinces) == 34
    for key in provinces:
        below = [u.key for u in units if u.parent_key == key and u.level == "commune"]
        assert sum(by_target[each] for each in below) == by_target[key]


ISLANDS = {"318", "471", "498", "536", "755"}


@pytest.mark.parametrize("rule", ShareRule)
def test_shares_of_a_source_at_a_level_are_one(rule):
    units, edges, dossiers = weighed()
    for on in (TODAY, LAST_OLD_DAY):
        table = build_closure(units, edges, [], on=on, rule=rule, weights=dossiers).table
        assert pc.min(table["share"]).as_py() > 0
        sums = table.group_by(["source", "level"]).aggregate([("share", "sum")])
        assert set(sums["share_sum"].to_pylist()) == {Decimal(1)}


def test_whole_successors_are_exact_and_divided_ones_estimated():
    units, edges, _ = weighed()
    closure = build_closure(units, edges, [], on=TODAY, rule=ShareRule.POPULATION)
    estimated = {row["source"] for row in closure.table.to_pylist() if row["estimated"]}
    parts = Counter(edge.predecessor_key for edge in edges)
    assert estimated == {key for key, count in parts.items() if count > 1}
    assert len(estimated) == 471
    assert all(row["level"] == "commune" for row in closure.table.to_pylist() if row["estimated"])


def test_binh_dinh_of_2024_on_the_units_of_gia_lai_today():
    units, edges, _ = weighed()
    closure = build_closure(units, edges, [], on=TODAY, rule=ShareRule.AREA)
    by_key = {unit.key: unit for unit in units}
    today = {unit.key for unit in units if unit.parent_key == GIA_LAI}
    assert len(today) == 135
    old = {
        unit.key: index
        for index, unit in enumerate(units, start=1)
        if unit.level == "commune"
        and by_key[unit.parent_key].parent_key in (BINH_DINH, OLD_GIA_LAI)
    }
    _by_level, by_target = totals(closure, old)
    assert {key for key in by_target if by_target[key]} == {*today, GIA_LAI, COUNTRY}
    assert by_target[GIA_LAI] == sum(old.values())
    for source in (BINH_DINH, OLD_GIA_LAI):
        assert rows_of(closure, source) == {
            (GIA_LAI, "province"): (1, False),
            (COUNTRY, "country"): (1, False),
        }
    for key in DIVIDED.values():
        parts = {who: row for who, row in rows_of(closure, key).items() if who[1] == "commune"}
        assert len(parts) > 1
        assert all(estimated for _share, estimated in parts.values())
        areas = {who: by_key[who[0]].area for who in parts}
        for who, (share, _) in parts.items():
            assert float(share) == pytest.approx(areas[who] / sum(areas.values()), abs=1e-11)
        assert rows_of(closure, key)[GIA_LAI, "province"] == (1, False)
    others = set(old) - set(DIVIDED.values())
    binh_dinh = {key for key in others if by_key[by_key[key].parent_key].parent_key == BINH_DINH}
    assert all(not row["estimated"] for row in closure.table.to_pylist()
               if row["source"] in binh_dinh)  # fmt: skip


def test_the_areas_known_today_move_all_but_one_divided_commune():
    units, edges = shipped()
    closure = build_closure(units, edges, [], on=TODAY, rule=ShareRule.AREA)
    lost = [row for row in closure.lost.to_pylist() if row["level"] == "commune"]
    assert {(row["source"], row["reason"], row["lacking"]) for row in lost} == {
        ("commune:28437:", "weight_missing", "commune:28435:2025-07-01")
    }
    assert len(lost) == 2
    # Both places it may have gone to are in Đồng Tháp, so the province has all of it.
    assert rows_of(closure, "commune:28437:") == {
        ("province:82:2025-07-01", "province"): (1, False),
        (COUNTRY, "country"): (1, False),
    }


def test_without_populations_divided_communes_are_lost_by_name_and_never_split_equally():
    units, edges = shipped()
    closure = build_closure(units, edges, [], on=TODAY, rule=ShareRule.POPULATION)
    lost = {key: reason for key, reason in losses(closure).items() if key[1] == "commune"}
    assert (len(lost), set(lost.values())) == (471, {"weight_missing"})
    assert not any(closure.table["estimated"].to_pylist())
    for key in DIVIDED.values():
        assert (key, "commune") in lost
        assert set(rows_of(closure, key)) == {(GIA_LAI, "province"), (COUNTRY, "country")}


def test_districts_have_nobody_after_1_july_2025_but_their_facts_stay_in_the_province():
    units, edges, _ = weighed()
    closure = build_closure(units, edges, [], on=MERGER)
    assert "district" not in closure.table["level"].to_pylist()
    gone = {source for source, level in losses(closure) if level == "district"}
    assert len(gone) == 691
    assert set(losses(closure).values()) == {"no_successor"}
    an_lao = "district:542:"
    assert rows_of(closure, an_lao) == {
        (GIA_LAI, "province"): (1, False),
        (COUNTRY, "country"): (1, False),
    }
    before = build_closure(units, edges, [], on=LAST_OLD_DAY)
    assert rows_of(before, an_lao)[an_lao, "district"] == (1, False)
    ended = lives(units, edges, []).to_pylist()
    districts = [row for row in ended if row["level"] == "district"]
    assert len(districts) == 696
    assert {row["valid_to"] for row in districts} == {MERGER}
    (gone_province,) = [row for row in ended if row["body"] == BINH_DINH]
    assert (gone_province["valid_to"], gone_province["act"]) == (MERGER, "202/2025/QH15")


def test_an_island_district_without_communes_became_a_special_zone():
    units, edges, _ = weighed()
    closure = build_closure(units, edges, [], on=TODAY)
    targets = rows_of(closure, "district:755:")
    assert ("commune:26732:2025-07-01", "commune") in targets
    assert not any(estimated for _, estimated in targets.values())


def test_back_from_today_a_whole_single_predecessor_is_exact():
    units, edges, _ = weighed()
    closure = build_closure(units, edges, [], on=LAST_OLD_DAY, rule=ShareRule.POPULATION)
    by_key = {unit.key: unit for unit in units}
    made_from = defaultdict(list)
    for edge in edges:
        made_from[edge.successor_key].append(edge.predecessor_key)
    single = next(key for key, old in made_from.items() if len(old) == 1 and "commune" in old[0])
    assert rows_of(closure, single)[made_from[single][0], "commune"] == (1, False)
    back = rows_of(closure, GIA_LAI)
    weight = {key: by_key[key].population for key in (BINH_DINH, OLD_GIA_LAI)}
    assert set(back) == {
        (BINH_DINH, "province"), (OLD_GIA_LAI, "province"), (COUNTRY, "country")
    }  # fmt: skip
    for key, population in weight.items():
        share, estimated = back[key, "province"]
        assert estimated
        assert float(share) == pytest.approx(population / sum(weight.values()), abs=1e-11)


def test_back_from_today_without_weights_is_not_comparable():
    units, edges = shipped()
    closure = build_closure(units, edges, [], on=LAST_OLD_DAY, rule=ShareRule.POPULATION)
    assert set(rows_of(closure, GIA_LAI)) == {(COUNTRY, "country")}
    lost = [row for row in closure.lost.to_pylist() if row["source"] == GIA_LAI]
    assert {row["target"] for row in lost} == {BINH_DINH, OLD_GIA_LAI}


def test_as_it_was_every_unit_counts_whole_for_the_ancestors_it_had():
    units, edges, _ = weighed()
    closure = build_closure(units, edges, [], on=None)
    assert closure.lost.num_rows == 0
    assert set(closure.table["share"].to_pylist()) == {Decimal(1)}
    assert not any(closure.table["estimated"].to_pylist())
    assert set(rows_of(closure, DIVIDED["An Nghĩa"])) == {
        (DIVIDED["An Nghĩa"], "commune"),
        ("district:542:", "district"),
        (BINH_DINH, "province"),
        (COUNTRY, "country"),
    }


def test_days_with_the_same_borders_have_the_same_digest_in_any_order_of_input():
    units, edges, _ = weighed()
    one = build_closure(units, edges, [], on=MERGER, rule=ShareRule.AREA)
    other = build_closure(units[::-1], edges[::-1], [], on=TODAY, rule=ShareRule.AREA)
    assert one.digest == other.digest
    assert one.table == other.table
    equal = build_closure(units, edges, [], on=TODAY, rule=ShareRule.EQUAL)
    assert equal.digest != one.digest


# --- organisations ---

H44 = Body("H44", "province", None, GIA_LAI, None, None)
OFFICE = Body("H44.01", "department", "H44", None, None, None)
CANH_LIEN_TODAY = "commune:21997:2025-07-01"
COMMUNE = Body("H44.50", "commune", "H44", CANH_LIEN_TODAY, None, None)
UNMATCHED = Body("H44.51", "commune", "H44", None, None, None)
OLD = Body("H08", "province", None, BINH_DINH, None, None)
OLD_OFFICE = Body("H08.01", "department", "H08", None, None, None)
BODIES = [H44, OFFICE, COMMUNE, UNMATCHED, OLD, OLD_OFFICE]
WHOLE = (Decimal(1), False)


def with_bodies(on, bodies=BODIES, **more):
    units, edges, _ = weighed()
    return build_closure(units, edges, bodies, on=on, **more)


@pytest.mark.parametrize("on", [None, TODAY], ids=["as it was", "today"])
def test_facts_by_code_and_by_key_arrive_at_the_registered_organisation(on):
    closure = with_bodies(on)
    expected = {
        ("H44.50", "commune"): WHOLE,
        ("H44", "province"): WHOLE,
        (COUNTRY, "country"): WHOLE,
    }
    assert rows_of(closure, "H44.50") == expected
    assert rows_of(closure, CANH_LIEN_TODAY) == expected
    assert rows_of(closure, "H44.01") == {
        ("H44.01", "department"): WHOLE,
        ("H44", "province"): WHOLE,
        (COUNTRY, "country"): WHOLE,
    }
    assert ("H44.51", "commune") in rows_of(closure, "H44.51")
    assert ("H44", "province") in rows_of(closure, "H44.51")


def test_a_department_of_a_merged_province_is_closed_and_its_facts_go_to_the_new_province():
    closure = with_bodies(TODAY)
    assert rows_of(closure, "H08") == rows_of(closure, BINH_DINH)
    assert set(rows_of(closure, "H08.01")) == {("H44", "province"), (COUNTRY, "country")}
    assert losses(closure)["H08.01", "department"] == "no_successor"
    units, edges, _ = weighed()
    (life,) = [row for row in lives(units, edges, BODIES).to_pylist() if row["body"] == "H08.01"]
    assert life["valid_to"] == MERGER


def test_a_commune_asked_on_older_borders_goes_back_with_its_territory():
    closure = with_bodies(LAST_OLD_DAY, rule=ShareRule.AREA)
    assert rows_of(closure, "H44.50") == rows_of(closure, CANH_LIEN_TODAY)
    assert rows_of(closure, "H44.50")["H08", "province"] == WHOLE
    assert losses(closure)["H44.01", "department"] == "no_predecessor"


def test_two_organisations_of_one_territory_each_count_for_themselves():
    twin = replace(COMMUNE, code="H44.99")
    closure = with_bodies(TODAY, [*BODIES, twin])
    for code in ("H44.50", "H44.99"):
        assert set(rows_of(closure, code)) == {
            (code, "commune"), ("H44", "province"), (COUNTRY, "country")
        }  # fmt: skip
    assert (CANH_LIEN_TODAY, "commune") in rows_of(closure, CANH_LIEN_TODAY)


def test_an_organisation_that_gave_way_to_another_hands_over_with_the_territory():
    change = date(2026, 1, 1)
    first = replace(COMMUNE, valid_to=change)
    second = replace(COMMUNE, code="H44.60", valid_from=change)
    closure = with_bodies(TODAY, [H44, first, second])
    assert ("H44.60", "commune") in rows_of(closure, "H44.50")
    assert ("H44.50", "commune") not in rows_of(closure, "H44.50")
    earlier = with_bodies(MERGER, [H44, first, second])
    assert ("H44.50", "commune") in rows_of(earlier, CANH_LIEN_TODAY)


def test_dossiers_counted_by_organisation_code_weigh_its_territory():
    _units, edges, _ = weighed()
    parts = [edge.successor_key for edge in edges if edge.predecessor_key == "commune:22000:"]
    tied = Body("H44.70", "commune", "H44", parts[0], None, None)
    counts = {"H44.70": 30, parts[0]: 10, parts[1]: 60}
    closure = with_bodies(TODAY, [H44, tied], rule=ShareRule.DOSSIERS, weights=counts)
    assert rows_of(closure, "commune:22000:")["H44.70", "commune"] == (Decimal("0.4"), True)


# --- small worlds: what must be refused, what cannot be known ---

DAY = date(2020, 1, 1)
LATER = date(2022, 1, 1)


def unit(key, parent=None, start=None, end=None, **weights):
    level = "province" if parent is None else "commune"
    return UnitLife(key, level, key, parent, start, end, **weights)


def test_a_part_whose_rest_is_unknown_does_not_move():
    units = [unit("P"), unit("a", "P", end=DAY), unit("b", "P", DAY)]
    closure = build_closure(units, [Edge("a", "b", DAY, False)], [], on=LATER)
    assert set(rows_of(closure, "a")) == {(COUNTRY, "country")}
    assert losses(closure) == {
        ("a", "commune"): "rest_unknown",
        ("a", "province"): "rest_unknown",
    }


@pytest.mark.parametrize("bad", [0, -3, None, float("nan")])
def test_a_weight_that_is_no_weight_makes_the_source_immovable(bad):
    units = [
        unit("P"), unit("a", "P", end=DAY),
        unit("b", "P", DAY, area=1), unit("c", "P", DAY, area=bad),
    ]  # fmt: skip
    edges = [Edge("a", "b", DAY, False), Edge("a", "c", DAY, False)]
    closure = build_closure(units, edges, [], on=DAY, rule=ShareRule.AREA)
    reason = "weight_not_positive" if bad in (0, -3) else "weight_missing"
    assert [(row["target"], row["reason"], row["lacking"]) for row in closure.lost.to_pylist()] == [
        ("b", reason, "c"),
        ("c", reason, "c"),
    ]
    assert set(rows_of(closure, "a")) == {("P", "province"), (COUNTRY, "country")}


def test_divided_and_joined_again_is_exact():
    units = [
        unit("P"), unit("a", "P", end=DAY), unit("b", "P", DAY, LATER),
        unit("c", "P", DAY, LATER), unit("d", "P", LATER),
    ]  # fmt: skip
    edges = [
        Edge("a", "b", DAY, False), Edge("a", "c", DAY, False),
        Edge("b", "d", LATER, True), Edge("c", "d", LATER, True),
    ]  # fmt: skip
    closure = build_closure(units, edges, [], on=LATER, rule=ShareRule.POPULATION)
    assert rows_of(closure, "a")["d", "commune"] == WHOLE


def test_thirds_are_rounded_down_and_the_last_takes_the_rest():
    units = [unit("P"), unit("a", "P", end=DAY), *(unit(key, "P", DAY) for key in "bcd")]
    edges = [Edge("a", key, DAY, False) for key in "bcd"]
    closure = build_closure(units, edges, [], on=DAY)
    third, rest = Decimal("0.333333333333"), Decimal("0.333333333334")
    assert [rows_of(closure, "a")[key, "commune"][0] for key in "bcd"] == [third, third, rest]


@pytest.mark.parametrize(
    ("edges", "said"),
    [
        ([Edge("a", "b", LATER, True)], "does not join"),
        ([Edge("a", "b", DAY, True), Edge("a", "c", DAY, False)], "went whole"),
    ],
)
def test_edges_that_contradict_the_lives_are_refused(edges, said):
    units = [unit("P"), unit("a", "P", end=DAY), unit("b", "P", DAY), unit("c", "P", DAY)]
    with pytest.raises(ValueError, match=said):
        build_closure(units, edges, [], on=DAY)


# --- any history ---


@st.composite
def histories(draw):
    """Provinces with communes, and up to three days on which communes are divided and joined."""
    provinces = [f"P{number}" for number in range(draw(st.integers(1, 3)))]
    alive = [f"c{number}" for number in range(draw(st.integers(1, 6)))]
    units = {key: unit(key) for key in provinces}
    units |= {key: unit(key, draw(st.sampled_from(provinces))) for key in alive}
    edges = []
    for step in range(draw(st.integers(0, 3))):
        day = DAY + timedelta(days=365 * step)
        ending = [key for key in alive if draw(st.booleans())]
        born = [f"s{step}n{number}" for number in range(draw(st.integers(1, 3)))]
        used = set()
        for key in ending:
            became = draw(st.sets(st.sampled_from(born), min_size=1))
            used |= became
            units[key] = replace(units[key], valid_to=day)
            edges += [Edge(key, each, day, len(became) == 1) for each in became]
        for key in sorted(used):
            weights = {"population": draw(st.integers(1, 50)), "area": draw(st.floats(0.1, 50))}
            units[key] = unit(key, draw(st.sampled_from(provinces)), day, **weights)
        alive = [key for key in alive if key not in ending] + sorted(used)
    return list(units.values()), edges


def by_walking(units, edges, source, day, weigh):
    """Where a commune is on a later day, path by path: the plain answer the closure must give."""
    by_key = {each.key: each for each in units}
    if by_key[source].on(day):
        return {source: Fraction(1)}
    became = [edge.successor_key for edge in edges if edge.predecessor_key == source]
    total = sum(weigh(by_key[key]) for key in became)
    found = defaultdict(Fraction)
    for key in became:
        for place, share in by_walking(units, edges, key, day, weigh).items():
            found[place] += share * weigh(by_key[key]) / total
    return found


WEIGH = {
    ShareRule.EQUAL: lambda _each: Fraction(1),
    ShareRule.POPULATION: lambda each: Fraction(each.population),
    ShareRule.AREA: lambda each: Fraction(each.area),
}


@settings(max_examples=150, deadline=None)
@given(history=histories(), rule=st.sampled_from(list(WEIGH)))
def test_any_history_moves_forward_as_walking_the_edges_does(history, rule):
    units, edges = history
    day = DAY + timedelta(days=5000)
    closure = build_closure(units, edges, [], on=day, rule=rule)
    assert closure.lost.num_rows == 0
    communes = [each.key for each in units if each.level == "commune"]
    for source in communes:
        expected = by_walking(units, edges, source, day, WEIGH[rule])
        shares = {
            target: row for (target, level), row in rows_of(closure, source).items()
            if level == "commune"
        }  # fmt: skip
        assert set(shares) == set(expected)
        for target, (share, estimated) in shares.items():
            assert abs(Fraction(share) - expected[target]) < Fraction(len(expected), 10**12)
            assert estimated == (len(expected) > 1)


@settings(max_examples=150, deadline=None)
@given(
    history=histories(),
    rule=st.sampled_from(ShareRule),
    years=st.integers(-1, 5),
    weights=st.dictionaries(st.sampled_from(["s0n0", "s0n1", "s1n0"]), st.integers(-1, 9)),
)
def test_in_any_history_a_source_arrives_whole_or_is_lost_by_name(history, rule, years, weights):
    units, edges = history
    day = DAY + timedelta(days=365 * years + 1)
    closure = build_closure(units, edges, [], on=day, rule=rule, weights=weights)
    there = {each.key for each in units if each.on(day)} | {COUNTRY}
    sums = defaultdict(Decimal)
    for row in closure.table.to_pylist():
        assert row["share"] >= 0
        assert row["target"] in there
        sums[row["source"], row["level"]] += row["share"]
    lost = losses(closure)
    for each in units:
        if each.level == "commune":
            assert (sums.get((each.key, "commune")) == 1) != ((each.key, "commune") in lost)
        assert sums[each.key, "country"] == 1
    assert set(sums.values()) == {Decimal(1)}


@settings(max_examples=50, deadline=None)
@given(history=histories())
def test_successions_do_not_touch_what_was_as_it_was(history):
    units, edges = history
    assert build_closure(units, edges, [], on=None) == build_closure(units, [], [], on=None)
