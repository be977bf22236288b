"""A series is what single facts say in any calendar and on any borders, and where there is no value
it says why."""

from datetime import date, datetime
from decimal import Decimal

import pytest
from django.contrib.auth.models import AnonymousUser

from cotmoc.analytics.closure import ShareRule
from cotmoc.analytics.merging import MergeRule
from cotmoc.apps.measurement.catalogue import calendars
from cotmoc.apps.measurement.models import Figure, IndicatorVersion
from cotmoc.apps.measurement.series import (
    NotPreparedError,
    divided_parts,
    find_subject,
    series,
    usual_periods,
)
from cotmoc.apps.orgs.models import AdminUnit

pytestmark = pytest.mark.django_db

TODAY = date(2026, 11, 25)
AFTER = date(2026, 1, 1)
# Half of it went to the ward H44.205, half to the commune H44.215; this one wholly to the ward.
DIVIDED = "commune:04891:"


@pytest.fixture
def drawn(cast):
    """Points by period for an indicator and a body."""

    def draw(indicator, body, *codes, calendar="calendar", viewer=None, **rules):
        definition = IndicatorVersion.objects.get(code=indicator, latest=True).definition
        periods = [calendars().parse(code) for code in codes]
        points = series(
            definition,
            find_subject(body),
            periods,
            calendar=calendar,
            viewer=viewer or cast.dung,
            today=TODAY,
            **rules,
        )
        assert [point.period.code for point in points] == list(codes)
        return points

    return draw


def whole_part_of(body):
    """A former commune that went over whole to an organisation's commune, and no other's."""
    unit = find_subject(body).organisation.unit
    return unit.made_from.filter(whole=True).order_by("predecessor__code")[0].predecessor.key


def test_a_civil_period_as_it_was_is_the_stored_figure(drawn):
    (point,) = drawn("dossiers_on_time", "H44", "2026-08")
    figure = Figure.objects.current().get(
        indicator__code="dossiers_on_time", organisation__code="H44", period="2026-08"
    )
    assert (point.value, point.status, point.basis) == (figure.value, "measured", figure.basis)
    assert point.figure == "dossiers_on_time/H44/2026-08"


def test_what_is_not_stored_is_counted_from_facts_in_either_calendar(facts, drawn):
    facts(("H44.100", "2026-05-20", 3), ("H44.100", "2026-06-10", 4), ("H44.100", "2026-06-20", 5))
    may, june = drawn("dossiers_received", "H44.100", "2026-05", "2026-06")
    assert (may.value, june.value) == (3, 9)
    decree = drawn("dossiers_received", "H44.100", "nd09:2026-06", calendar="nd09")
    assert [point.value for point in decree] == [7]
    assert decree[0].basis == "computed"


def test_a_period_that_facts_do_not_cover_is_partial(facts, drawn):
    facts(("H44.100", "2026-05-20", 3), ("H44.100", "2026-06-10", 4))
    whole, part = drawn("dossiers_received", "H44.100", "2026-06", "2026-H1")
    assert (whole.status, part.status, part.reason) == ("measured", "partial", "data_incomplete")
    assert part.value == 7


def test_a_divided_unit_is_estimated_with_the_part_that_came_by_its_share(facts, drawn):
    facts((DIVIDED, "2025-03-10", 10), (whole_part_of("H44.205"), "2025-03-10", 2))
    (ward,) = drawn("dossiers_received", "H44.205", "2025-03", on=AFTER)
    (commune,) = drawn("dossiers_received", "H44.215", "2025-03", on=AFTER)
    (province,) = drawn("dossiers_received", "H44", "2025-03", on=AFTER)
    assert (ward.value, ward.status) == (7, "estimated")
    assert abs(ward.by_share - Decimal(5) / 7) < Decimal("1e-6")
    assert ward.value + commune.value == province.value == 12
    assert province.status == "measured"
    assert [(p.code, p.share) for p in divided_parts("H44.205", AFTER, ShareRule.EQUAL)] == [
        (DIVIDED, Decimal("0.5"))
    ]


def test_what_cannot_be_divided_is_not_comparable_and_says_why(facts, drawn):
    done = {"finished_at": datetime.fromisoformat("2025-03-12T09:00:00"), "processing_days": 2}
    facts((DIVIDED, "2025-03-10", 10, done))
    (median,) = drawn("handling_days_median", "H44.205", "2025-03", on=AFTER)
    assert (median.value, median.status) == (None, "not_comparable")
    assert median.reason == "cannot_be_divided"
    (by_people,) = drawn(
        "dossiers_received", "H44.205", "2025-03", on=AFTER, rule=ShareRule.POPULATION
    )
    assert (by_people.value, by_people.status) == (None, "not_comparable")
    assert by_people.reason == "weight_missing"


def test_without_facts_of_the_divided_unit_nothing_is_unsure(facts, drawn):
    facts((whole_part_of("H44.205"), "2025-03-10", 2))
    for rule in (ShareRule.EQUAL, ShareRule.POPULATION):
        (point,) = drawn("dossiers_received", "H44.205", "2025-03", on=AFTER, rule=rule)
        assert (point.value, point.status) == (2, "measured")


def test_the_district_level_is_closed_never_zero(facts, drawn):
    commune = AdminUnit.objects.get(key=DIVIDED)
    facts((DIVIDED, "2025-06-10", 4), ("H44.100", "2025-08-10", 1))
    before, after = drawn("dossiers_received", commune.parent.key, "2025-06", "2025-07")
    assert (before.value, before.status) == (4, "measured")
    assert (after.value, after.status, after.reason) == (None, "closed", "closed")
    assert find_subject(commune.parent.key).valid_to == date(2025, 7, 1)


def test_a_body_that_was_not_there_yet_has_no_value(facts, drawn):
    facts(("H44.07", "2025-03-10", 4))
    (point,) = drawn("dossiers_received", "H44", "2025-03")
    assert (point.value, point.status, point.reason) == (None, "not_applicable", "not_begun")


def test_a_month_to_come_is_not_due(facts, drawn):
    facts(("H44.100", "2026-08-10", 1))
    (point,) = drawn("dossiers_received", "H44.100", "2026-12")
    assert (point.value, point.status) == (None, "not_due")


PROVINCES = {"25": (1, 0), "26": (1, 1), "17": (8, 8)}


def facts_of_three_provinces(facts):
    """On time: 100 %, 50 % and 50 %, of 1, 2 and 16 dossiers."""
    late = {"late_at": datetime.fromisoformat("2025-03-12T09:00:00")}
    for code, (good, bad) in PROVINCES.items():
        parent = AdminUnit.objects.get(key=f"province:{code}:")
        commune = AdminUnit.objects.filter(
            level="commune", parent__parent=parent, valid_to=date(2025, 7, 1)
        ).order_by("code")[0]
        facts((commune.key, "2025-03-03", good), (commune.key, "2025-03-04", bad, late))


def test_former_provinces_are_added_or_merged_by_the_rule_that_is_named(facts, drawn):
    facts_of_three_provinces(facts)
    values = {
        rule: drawn("dossiers_on_time", "H44", "2025-03", on=AFTER, merge_rule=rule)[0]
        for rule in MergeRule
    }
    added = values[MergeRule.SUM_OF_PARTS]
    assert (added.numerator, added.denominator) == (10, 19)
    assert abs(added.value - Decimal(1000) / 19) < Decimal("1e-5")
    mean = values[MergeRule.MEAN_OF_PARTS]
    assert abs(mean.value - Decimal(200) / 3) < Decimal("1e-5")
    weighted = values[MergeRule.POPULATION_WEIGHTED]
    assert (weighted.status, weighted.reason) == ("not_comparable", "weight_missing")


def test_a_former_province_keeps_its_own_series(facts, drawn):
    facts_of_three_provinces(facts)
    own = drawn("dossiers_on_time", "province:26:", "2025-03", "2025-07")
    assert [(point.value, point.status) for point in own] == [(50, "measured"), (None, "closed")]


def test_a_derived_indicator_is_reckoned_in_the_calendar_that_is_asked(facts, drawn):
    online = {"channel": "online"}
    facts(
        ("H44.100", "2026-05-16", 1, online),
        ("H44.100", "2026-05-16", 3),
        ("H44.100", "2026-06-16", 1, online),
        ("H44.100", "2026-06-16", 1),
        ("H44.100", "2026-07-16", 1),
    )
    (change,) = drawn(
        "dossiers_submitted_online_change", "H44.100", "nd09:2026-07", calendar="nd09"
    )
    assert (change.value, change.basis) == (25, "derived")


def test_reported_values_stay_in_their_civil_periods(drawn):
    (point,) = drawn("dossier_satisfaction", "H44", "nd09:2026-08", calendar="nd09")
    assert (point.value, point.status, point.reason) == (None, "no_data", "civil_only")
    (civil,) = drawn("dossier_satisfaction", "H44", "2026-08", on=AFTER)
    assert civil.value is not None


def test_the_public_gets_published_figures_only(facts, drawn):
    facts(("H44.100", "2026-06-10", 4))
    points = drawn("dossiers_on_time", "H44.100", "2026-06", "2026-08", viewer=AnonymousUser())
    assert [point.value for point in points] == [None, None]


def test_long_reading_is_offered_not_done(facts, drawn):
    facts(("H44.100", "2026-05-20", 3), ("H44.100", "2026-06-10", 4))
    with pytest.raises(NotPreparedError) as raised:
        drawn("dossiers_received", "H44.100", "2026-06", patience=3)
    assert raised.value.months == ("2026-05", "2026-06")
    assert raised.value.rows == 7
    (point,) = drawn("dossiers_received", "H44.100", "2026-06", patience=7)
    assert point.value == 4
    (again,) = drawn("dossiers_received", "H44.100", "2026-06", patience=0)
    assert again.value == 4


def test_usual_periods_end_with_the_newest_data():
    calendar = calendars()["nd09"]
    found = usual_periods(calendar, "quarter", date(2026, 8, 31), 3)
    assert [each.code for each in found] == ["nd09:2026-Q1", "nd09:2026-Q2", "nd09:2026-Q3"]


@pytest.mark.parametrize("code", ["", "H99", "province:25", "a\x00b", "x" * 500])
def test_what_is_no_body_is_none(code):
    assert find_subject(code) is None


def test_a_territory_run_by_one_organisation_is_named_by_it():
    unit = find_subject("H44.100").organisation.unit
    assert find_subject(unit.key).code == "H44.100"
