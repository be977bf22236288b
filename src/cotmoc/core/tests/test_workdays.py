from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from cotmoc.core.calendars import CalendarError
from cotmoc.core.workdays import WorkCalendar, read_overrides

SHIPPED = Path(__file__).parents[4] / "catalogue" / "calendars" / "workdays.yaml"
OVERRIDES = read_overrides(yaml.safe_load(SHIPPED.read_text()), SHIPPED.name)
WORK = WorkCalendar(OVERRIDES)
PLAIN = WorkCalendar()
DAY = timedelta(days=1)
days = st.dates(WORK.start, WORK.end - DAY)


@pytest.mark.parametrize(
    ("off", "worked"),
    [
        (date(2024, 4, 29), date(2024, 5, 4)),
        (date(2025, 5, 2), date(2025, 4, 26)),
        (date(2026, 1, 2), date(2026, 1, 10)),
        (date(2026, 8, 31), date(2026, 8, 22)),
    ],
)
def test_a_swapped_day_is_off_and_its_saturday_is_worked(off, worked):
    assert off.weekday() < 5
    assert worked.weekday() == 5
    assert not WORK.is_working(off)
    assert WORK.is_working(worked)


@pytest.mark.parametrize(
    ("first", "last"),
    [
        (date(2024, 2, 8), date(2024, 2, 14)),
        (date(2025, 1, 25), date(2025, 2, 2)),
        (date(2026, 2, 14), date(2026, 2, 22)),
    ],
)
def test_offices_rest_over_tet(first, last):
    assert WORK.working_days_between(first - DAY, last) == 0
    assert WORK.is_working(first - DAY)
    assert WORK.is_working(last + DAY)


def test_the_shipped_table_holds_only_what_the_package_does_not_know():
    assert sorted(OVERRIDES.items()) == [(date(2026, 1, 2), False), (date(2026, 1, 10), True)]
    assert all(PLAIN.is_working(day) is not working for day, working in OVERRIDES.items())


def test_the_day_of_receipt_is_not_counted_and_the_last_day_is():
    monday, tuesday = date(2026, 8, 17), date(2026, 8, 18)
    assert WORK.working_days_between(monday, monday) == 0
    assert WORK.working_days_between(monday, tuesday) == 1
    assert WORK.working_days_between(monday, date(2026, 8, 24)) == 6  # Saturday the 22nd is worked
    assert WORK.working_days_between(date(2026, 8, 28), date(2026, 9, 3)) == 1  # National Day


def test_the_hour_does_not_matter_only_the_day():
    late = datetime(2026, 8, 17, 23, 59, tzinfo=UTC)
    early = datetime(2026, 8, 18, 0, 1, tzinfo=UTC)
    assert WORK.working_days_between(late, early) == 1
    assert WORK.add_working_days(late, 1) == date(2026, 8, 18)
    assert WORK.is_working(late)


def test_a_limit_ends_on_a_working_day():
    friday, saturday = date(2026, 8, 14), date(2026, 8, 15)
    assert WORK.add_working_days(friday, 1) == date(2026, 8, 17)
    assert WORK.add_working_days(friday, 0) == friday
    assert WORK.add_working_days(saturday, 0) == date(2026, 8, 17)
    assert WORK.add_working_days(date(2026, 12, 14), 2) == date(2026, 12, 16)
    with pytest.raises(ValueError, match="limit of -1"):
        WORK.add_working_days(friday, -1)


@given(days, days)
def test_the_difference_of_two_index_rows_is_the_working_days_between(one, other):
    index = dict(WORK.index())
    slow = sum(
        WORK.is_working(date.fromordinal(each))
        for each in range(min(one, other).toordinal() + 1, max(one, other).toordinal() + 1)
    )
    assert WORK.working_days_between(one, other) == index[other] - index[one]
    assert WORK.working_days_between(one, other) == (slow if one <= other else -slow)


@given(st.dates(WORK.start, date(2039, 12, 31)), st.integers(1, 200))
def test_adding_working_days_is_counting_backwards(day, count):
    end = WORK.add_working_days(day, count)
    assert WORK.is_working(end)
    assert WORK.working_days_between(day, end) == count


def test_an_index_is_the_days_asked_for():
    part = WORK.index(date(2026, 1, 1), date(2026, 2, 1))
    assert [day for day, _passed in part] == [date(2026, 1, each) for each in range(1, 32)]
    assert part == WORK.index()[5844 : 5844 + 31]
    assert WORK.index(date(2026, 1, 1), date(2026, 1, 1)) == []
    assert len({*WORK.index()}) == (WORK.end - WORK.start).days


def test_weekends_are_off_and_other_days_are_worked_but_for_holidays():
    year = [date(2026, 1, 1) + DAY * each for each in range(365)]
    worked_weekends = [day for day in year if day.weekday() > 4 and WORK.is_working(day)]
    assert worked_weekends == [date(2026, 1, 10), date(2026, 8, 22)]
    off = [day for day in year if day.weekday() < 5 and not WORK.is_working(day)]
    written = " ".join(f"{day:%d/%m}" for day in off)
    assert written == (
        "01/01 02/01 16/02 17/02 18/02 19/02 20/02 27/04 30/04 01/05 31/08 01/09 02/09 24/11"
    )


def test_a_day_outside_the_years_is_not_guessed():
    for outside in (date(2009, 12, 31), date(2041, 1, 1)):
        with pytest.raises(ValueError, match="outside the work calendar"):
            WORK.working_days_between(outside, date(2026, 1, 1))
        with pytest.raises(ValueError, match="outside the work calendar"):
            WORK.is_working(outside)
    with pytest.raises(ValueError, match="outside the work calendar"):
        WORK.index(date(2009, 12, 1), date(2010, 2, 1))
    with pytest.raises(ValueError, match="where the work calendar ends"):
        WORK.add_working_days(date(2040, 12, 28), 10)
    assert WORK.is_working(date(2010, 1, 4))
    assert not WORK.is_working(date(2010, 1, 1))


def test_the_digest_follows_the_content_alone():
    assert WorkCalendar(dict(reversed(OVERRIDES.items()))).digest == WORK.digest
    assert WORK.digest != PLAIN.digest
    # Saying again what is so anyway changes nothing.
    assert WorkCalendar({date(2024, 5, 4): True}).digest == PLAIN.digest
    assert WorkCalendar(first_year=2011).digest != PLAIN.digest


def test_a_province_may_overrule_a_day():
    own = WorkCalendar({**OVERRIDES, date(2026, 11, 24): True})
    assert own.is_working(date(2026, 11, 24))
    assert own.working_days_between(date(2026, 11, 23), date(2026, 11, 25)) == 2


@pytest.mark.parametrize(
    ("raw", "message"),
    [
        ([], "w.yaml: a mapping with the one key days"),
        ({"days": {}, "more": 1}, "w.yaml: a mapping with the one key days"),
        ({"days": []}, "w.yaml: days: a mapping"),
        ({"days": {"2/1": {"working": True, "source": "x"}}}, "w.yaml: days.2/1: a day"),
        ({"days": {date(2026, 1, 2): {"working": True}}}, "w.yaml: days.2026-01-02: working and"),
        (
            {"days": {date(2026, 1, 2): {"working": "no", "source": "x"}}},
            "w.yaml: days.2026-01-02.working: true or false",
        ),
        (
            {"days": {date(2026, 1, 2): {"working": False, "source": ""}}},
            "w.yaml: days.2026-01-02.source: a text",
        ),
    ],
)
def test_a_wrong_table_is_refused_with_file_and_key(raw, message):
    with pytest.raises(CalendarError) as refused:
        read_overrides(raw, "w.yaml")
    assert str(refused.value).startswith(message)
