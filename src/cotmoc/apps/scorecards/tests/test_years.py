"""Results across the years: what can be compared is joined, what cannot is said."""

from datetime import date
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from cotmoc.apps.orgs.models import AdminUnit
from cotmoc.apps.scorecards.lineage import find_subject, lineage_of
from cotmoc.apps.scorecards.publishing import Publisher, Result, record_publication
from cotmoc.apps.scorecards.tests.trial_indices import TRI_NEW, TRI_OLD, keep
from cotmoc.apps.scorecards.web.years_chart import Point, years_chart
from cotmoc.apps.scorecards.years import kinds_of_periods, years_of
from cotmoc.core.periods import parse_period

pytestmark = pytest.mark.django_db


@pytest.fixture
def methods(db, now):
    return {raw["method"]: keep(raw, now) for raw in (TRI_OLD, TRI_NEW)}


@pytest.fixture
def publish(methods, cast, now):
    def record(method, year, *results):
        found = [
            Result(province(key), node, points and Decimal(points), rank)
            for key, node, points, rank in results
        ]
        publisher = Publisher(f"báo cáo {year}", date(int(year) + 1, 7, 1))
        return record_publication(
            methods[method], parse_period(year), found, publisher, actor=cast.dung, now=now
        )[0]

    return record


def province(key):
    return AdminUnit.objects.get(key=f"province:{key}")


@pytest.fixture
def published(publish):
    """Phú Thọ through a change of method (2024) and of borders (2025); Hà Nội keeps its borders."""
    publish("cu", "2022", ("25:", "", "0.60", 23), ("01:", "", "0.65", 24))
    publish("cu", "2023", ("25:", "", "0.62", 20), ("01:", "", "0.70", 9), ("26:", "", "0.6", 18))
    publish("moi", "2024", ("25:", "", "0.70", 21), ("01:", "", "0.80", 2))
    publish("moi", "2025", ("25:2025-07-01", "", "0.71", 12), ("01:", "", "0.81", 1))


def _of(years, key):
    (found,) = [each for each in years.series if each.subject.key == f"province:{key}"]
    return found


def test_places_are_periods_under_their_methods(published, cast):
    years = years_of("tri", viewer=cast.an)
    assert [(place.period, place.method) for place in years.places] == [
        ("2022", "cu"), ("2023", "cu"), ("2024", "moi"), ("2025", "moi"),
    ]  # fmt: skip


def test_breaks_stand_where_the_method_or_the_borders_change(published, cast):
    years = years_of("tri", viewer=cast.an)
    assert [(each.at.period, each.method, each.borders) for each in years.breaks] == [
        ("2024", True, None),
        ("2025", False, date(2025, 7, 1)),
    ]


def test_within_a_method_points_and_places_are_compared(published, cast):
    years = years_of("tri", viewer=cast.an)
    changes = {place.period: each for place, each in years.changes(_of(years, "25:")).items()}
    assert (changes["2023"].points, changes["2023"].places) == (Decimal("0.02"), 3)
    assert changes["2024"].not_comparable
    assert changes["2024"].points is None
    assert changes["2024"].places is None


def test_across_new_borders_an_unchanged_province_has_comparable_points_but_no_places(
    published, cast
):
    years = years_of("tri", viewer=cast.an)
    changes = {place.period: each for place, each in years.changes(_of(years, "01:")).items()}
    assert (changes["2025"].points, changes["2025"].places) == (Decimal("0.01"), None)


def test_a_merged_province_is_another_line_than_its_predecessors(published, cast):
    lineage = lineage_of(find_subject("25"))
    assert [each.key for each in lineage.members] == [
        "province:26:", "province:25:", "province:17:", "province:25:2025-07-01",
    ]  # fmt: skip
    years = years_of("tri", viewer=cast.an, subjects=lineage.members)
    assert {each.subject.key: len(each.places) for each in years.series} == {
        "province:25:": 3, "province:26:": 1, "province:25:2025-07-01": 1,
    }  # fmt: skip
    # On these lines alone the border is still where the new province begins.
    assert years.breaks[-1].borders == date(2025, 7, 1)


def test_a_provinces_committee_stands_for_its_province(published):
    lineage = lineage_of(find_subject("H44"))
    assert "province:25:2025-07-01" in [getattr(each, "key", "") for each in lineage.members]
    assert lineage.members[-1].code == "H44"


def test_each_value_says_where_it_is_from(published, cast):
    years = years_of("tri", viewer=cast.an)
    value = _of(years, "25:").at(years.places[0])
    assert (value.source, value.published_on, value.computed) == (
        "báo cáo 2022", date(2023, 7, 1), False,
    )  # fmt: skip


def test_ranks_of_parts_have_their_own_series(publish, cast):
    publish("cu", "2022", ("01:", "pillar_economy", None, 18), ("01:", "", "0.65", 24))
    years = years_of("tri", viewer=cast.an, node="pillar_economy")
    assert [value.rank for value in years.series[0].published.values()] == [18]


def test_kinds_of_periods_that_there_are(published, cast):
    assert kinds_of_periods("tri", viewer=cast.an) == ["year"]


def test_queries_do_not_grow_with_subjects_and_years(published, publish, cast):
    def queries():
        with CaptureQueriesContext(connection) as captured:
            years = years_of("tri", viewer=cast.an)
            for each in years.series:
                years.changes(each)
        return len(captured)

    before = queries()
    keys = AdminUnit.objects.filter(level="province", valid_to=date(2025, 7, 1))
    names = [each.key.removeprefix("province:") for each in keys]
    publish("cu", "2021", *((key, "", "0.5", None) for key in names))
    assert queries() == before


# The drawing --------------------------------------------------------------------------------------


def _points(*values):
    return [Point(n, Decimal(v), "") for n, v in enumerate(values) if v is not None]


def test_no_line_is_drawn_across_a_break_or_a_year_without_value():
    chart = years_chart(
        ["2020", "2021", "2022", "2023"], [("a", _points(1, 2, 3, 4))], {2: ["QĐ 405"]}
    )
    assert [(each.x1, each.x2) for each in chart.lines[0].segments] == [
        ("12.5", "37.5"),
        ("62.5", "87.5"),
    ]
    assert [(mark.x, mark.words) for mark in chart.marks] == [("50", (("-1.70", "QĐ 405"),))]
    hole = years_chart(["1", "2", "3"], [("a", _points(1, None, 3))], {})
    assert not hole.lines[0].segments


def test_the_first_rank_stands_on_top():
    chart = years_chart(["1", "2"], [("a", _points(1, 63))], {}, ranks=True)
    first, last = chart.lines[0].dots
    assert Decimal(first.y) < 5 < 90 < Decimal(last.y)
    assert all(0 <= Decimal(tick.y) <= 100 for tick in chart.ticks)


@pytest.mark.parametrize("ranks", [True, False])
def test_nothing_to_draw_is_no_error(ranks):
    assert not years_chart([], [], {}, ranks=ranks).lines
