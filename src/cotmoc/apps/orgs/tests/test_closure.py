"""What counts for whom, from the database: Phú Thọ's organisations on the table of the country."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pyarrow.compute as pc
import pytest

from cotmoc.analytics.closure import COUNTRY, ShareRule, build_closure
from cotmoc.analytics.tests.shipped import shipped
from cotmoc.apps.orgs.models import AdminUnit, Organisation, UnitWeight
from cotmoc.apps.orgs.queries.closure import (
    closure_for,
    lives_of_bodies,
    parts_of_units,
    readiness,
    world,
)
from cotmoc.apps.orgs.services import Body, load_weights, register_organisations

pytestmark = pytest.mark.django_db

LAST_OLD_DAY = date(2025, 6, 30)
TODAY = date(2026, 10, 1)


def targets(closure, source):
    rows = closure.table.to_pylist()
    return {(row["target"], row["level"]) for row in rows if row["source"] == source}


def test_where_nobody_is_tied_the_database_says_what_the_shipped_table_says():
    Organisation.objects.update(unit=None)
    units, edges = shipped()
    for on in (TODAY, LAST_OLD_DAY, None):
        found = closure_for(on, ShareRule.AREA)
        expected = build_closure(units, edges, [], on=on, rule=ShareRule.AREA)
        for ours, theirs in ((found.table, expected.table), (found.lost, expected.lost)):
            of_units = pc.match_substring(ours["source"], ":")  # codes of the portal have none
            assert ours.filter(of_units) == theirs


def test_phu_thos_old_communes_arrive_at_its_communes_of_today(province):
    closure = closure_for(TODAY)
    commune = Organisation.objects.filter(kind="commune").select_related("unit").first()
    old = commune.unit.made_from.filter(whole=True).first().predecessor
    expected = {(commune.code, "commune"), ("H44", "province"), (COUNTRY, "country")}
    assert targets(closure, old.key) == expected
    assert targets(closure, commune.unit.key) == expected
    assert targets(closure, commune.code) == expected
    assert ("H44", "province") in targets(closure, "province:26:")  # Vĩnh Phúc
    shown = {row["target"] for row in closure.table.to_pylist() if row["level"] == "commune"}
    assert len(shown) == 3321


def test_a_closure_is_read_with_few_queries_and_then_kept(province, django_assert_num_queries):
    Organisation.objects.filter(code="H44.01").update(valid_from=date(2025, 8, 1))
    with django_assert_num_queries(3 + 4):  # what decides; then units, edges, bodies, weights
        first = closure_for(TODAY)
    with django_assert_num_queries(3):
        again = closure_for(TODAY)
    assert again.table is first.table
    # Nothing changed since 1 August 2025, so another day is the same closure.
    assert closure_for(date(2026, 1, 1)).table is first.table
    assert closure_for(date(2026, 1, 1)).on == date(2026, 1, 1)
    assert closure_for(date(2025, 7, 15)).table is not first.table


def test_registering_an_organisation_makes_another_closure(province, now):
    before = closure_for(TODAY)
    body = Body("H31", "UBND tỉnh Hưng Yên", "province")
    register_organisations(body, [], on=TODAY, actor=None, now=now)
    after = closure_for(TODAY)
    assert after.digest != before.digest
    assert ("H31", "province") in targets(after, "H31")


def test_bodies_tell_when_they_were_there(province):
    lives = {row["body"]: row for row in lives_of_bodies().to_pylist()}
    assert lives["H44"]["valid_from"] == date(2025, 7, 1)
    assert lives["district:542:"]["valid_to"] == date(2025, 7, 1)


def test_phu_tho_is_made_of_three_provinces(province):
    rows = parts_of_units(TODAY).to_pylist()
    assert {row["part"] for row in rows if row["target"] == "H44"} == {
        "H44", "province:25:", "province:26:", "province:17:"
    }  # fmt: skip


def test_which_rules_can_be_used_today():
    ready = {each.rule: each for each in readiness(TODAY)}
    assert (ready[ShareRule.EQUAL].divided, ready[ShareRule.EQUAL].immovable) == (471, 0)
    area, population = ready[ShareRule.AREA], ready[ShareRule.POPULATION]
    assert (area.divided, area.immovable, area.lacking) == (
        470, 1, ("commune:28435:2025-07-01",)
    )  # fmt: skip
    assert (population.divided, population.immovable) == (0, 471)
    assert population.lacking


def test_loaded_weights_move_what_was_immovable(tmp_path, now):
    file = tmp_path / "weights.csv"
    file.write_text(
        "level,code,borders,area,source,date\n"
        "commune,28435,2025-07-01,41.5,Nghị quyết 1663,2025-06-16\n",
        encoding="utf-8",
    )
    load_weights(file, actor=None, now=now)
    area = next(each for each in readiness(TODAY) if each.rule is ShareRule.AREA)
    assert (area.divided, area.immovable, area.lacking) == (471, 0, ())


def test_the_latest_weight_counts():
    unit = AdminUnit.objects.get(key="province:52:")
    for year, value in ((2023, 10), (2019, 9), (2024, 11)):
        UnitWeight.objects.create(
            unit=unit, kind="population", value=value, source="x",
            as_of=date(year, 12, 31), recorded_at=datetime(2026, 1, 1, tzinfo=UTC),
        )  # fmt: skip
    (life,) = [each for each in world().units if each.key == "province:52:"]
    assert life.population == Decimal(11)
