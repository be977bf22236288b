"""Figures on other borders: the reform of 2025 through the engine, over the shipped units."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from cotmoc.analytics.answers import STATUSES, FactEngine
from cotmoc.analytics.closure import COUNTRY, build_closure, lives
from cotmoc.analytics.lake import Lake
from cotmoc.analytics.sample import Recipe, add_dossiers, country_bodies
from cotmoc.analytics.sessions import open_session
from cotmoc.analytics.tests.shipped import shipped
from cotmoc.analytics.tests.test_answers import TABLES, definition
from cotmoc.core.periods import parse_period
from cotmoc.core.workdays import WorkCalendar

ROWS = 30_000
TODAY = date(2026, 1, 1)
ADDITIVE = [
    definition("count(*)", code="every"),
    definition("count(*) filter (where channel = 'online')", code="online"),
    definition("sum(processing_seconds)", code="seconds"),
    definition("sum(fee_due)", code="fees"),
]
DISTINCT = definition("count(distinct procedure)", code="distinct")
MONTHS = [parse_period("2025-05"), parse_period("2025-06"), parse_period("2025-Q2")]


@pytest.fixture(scope="module")
def country(tmp_path_factory):
    """Dossiers of the last two months before the reform, by old communes and provinces."""
    folder = tmp_path_factory.mktemp("country")
    recipe = Recipe(ROWS, 7, date(2025, 5, 1), date(2025, 6, 1), "country")
    bodies = country_bodies(*shipped(), 7)
    now = datetime(2025, 7, 1, tzinfo=UTC)
    add_dossiers(Lake(folder).table("dossiers"), bodies, WorkCalendar(), recipe, now=now)
    return folder


def figures(folder, definitions, on):
    """By (indicator, target, period): numerator and status."""
    closure = build_closure(*shipped(), [], on=on)
    with open_session(threads=2) as session:
        engine = FactEngine(Lake(folder), TABLES, folder / "components", session)
        engine.refresh(definitions, "month")
        rows = engine.long(definitions, MONTHS, closure.table, "month").to_pylist()
    return {
        (row["indicator"], row["target"], row["period"]): (
            row["numerator"],
            STATUSES[row["status"]],
        )
        for row in rows
    }


def total(found, code, period, level):
    return sum(
        (value for (name, target, place), (value, _) in found.items()
         if name == code and place == period and target.startswith(f"{level}:") and value),
        Decimal(0),
    )  # fmt: skip


def test_national_totals_are_the_same_on_any_borders_to_the_last_unit(country):
    before, after = figures(country, ADDITIVE, None), figures(country, ADDITIVE, TODAY)
    assert before["every", COUNTRY, 2][0] == ROWS
    for each in ADDITIVE:
        for period in range(len(MONTHS)):
            nation = before[each.code, COUNTRY, period][0]
            assert after[each.code, COUNTRY, period][0] == nation
            assert total(before, each.code, period, "province") == nation
            assert total(after, each.code, period, "province") == nation
            old = total(before, each.code, period, "commune")
            assert total(after, each.code, period, "commune") == old
    moved = {status for _value, status in after.values()}
    assert {"measured", "estimated"} <= moved


def test_what_is_counted_once_is_not_comparable_where_a_commune_was_divided(country):
    after = figures(country, [DISTINCT], TODAY)
    assert after["distinct", COUNTRY, 2][1] == "measured"
    divided = [value for value, status in after.values() if status == "not_comparable"]
    assert divided
    assert set(divided) == {None}


def test_binh_dinh_2025_is_drawn_on_the_units_of_gia_lai_2026(country):
    before, after = figures(country, ADDITIVE[:1], None), figures(country, ADDITIVE[:1], TODAY)
    old = [before["every", f"province:{code}:", 2][0] for code in ("52", "64")]
    (gia_lai,) = [
        unit.key
        for unit in shipped()[0]
        if unit.level == "province" and unit.code == "52" and unit.valid_from
    ]
    assert after["every", gia_lai, 2][0] == sum(old)


def test_the_district_level_ended_with_a_date_and_has_no_figures_afterwards(country):
    after = figures(country, ADDITIVE[:1], TODAY)
    assert not [target for _code, target, _period in after if target.startswith("district:")]
    rows = lives(*shipped(), []).to_pylist()
    ends = {row["valid_to"] for row in rows if row["level"] == "district"}
    assert ends == {date(2025, 7, 1)}
