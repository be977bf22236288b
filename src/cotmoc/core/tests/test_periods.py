from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cotmoc.core.periods import Interval, parse_period, period_in_name


@pytest.mark.parametrize(
    ("code", "start", "end", "kind"),
    [
        ("2026-08", date(2026, 8, 1), date(2026, 9, 1), "month"),
        ("2026-12", date(2026, 12, 1), date(2027, 1, 1), "month"),
        ("2024-02", date(2024, 2, 1), date(2024, 3, 1), "month"),
        ("2026-Q3", date(2026, 7, 1), date(2026, 10, 1), "quarter"),
        ("2026-Q4", date(2026, 10, 1), date(2027, 1, 1), "quarter"),
        ("2026-H1", date(2026, 1, 1), date(2026, 7, 1), "half"),
        ("2026-H2", date(2026, 7, 1), date(2027, 1, 1), "half"),
        ("2026-9M", date(2026, 1, 1), date(2026, 10, 1), "nine_months"),
        ("2026", date(2026, 1, 1), date(2027, 1, 1), "year"),
    ],
)
def test_a_period_is_an_interval(code, start, end, kind):
    period = parse_period(code)
    assert (period.start, period.end, period.kind, str(period)) == (start, end, kind, code)
    assert period.calendar == "calendar"


@pytest.mark.parametrize("written", ["2026-W35", "week:2026-W35", " 2026-W35 "])
def test_a_week_is_read_without_data_and_has_one_written_form(written):
    week = parse_period(written)
    assert (week.start, week.end) == (date(2026, 8, 24), date(2026, 8, 31))
    assert (str(week), week.kind, week.calendar) == ("week:2026-W35", "week", "week")


def test_only_long_years_have_a_week_53():
    assert parse_period("2026-W53").last_day == date(2027, 1, 3)
    with pytest.raises(ValueError, match=r"not a period.*2025 has 52 weeks"):
        parse_period("2025-W53")


def test_the_last_day_decides_the_unit_structure():
    assert parse_period("2026-08").last_day == date(2026, 8, 31)
    assert Interval(date(2026, 1, 1), date(2026, 9, 1)).last_day == date(2026, 8, 31)


@pytest.mark.parametrize(
    "wrong",
    [
        *("", "08-2026", "2026-13", "2026-Q5", "2026-8", "0026", "năm 2026"),
        *("2026-H3", "2026-H0", "2026-9m", "2026-6M", "2026-W00", "2026-W54", "3000"),
        *("nd09:2026-08", "week:2026-08", "week:2026", "calendar:2026-W35", ":2026", "a:b:2026"),
    ],
)
def test_anything_else_is_refused(wrong):
    with pytest.raises(ValueError, match="not a period"):
        parse_period(wrong)


@given(st.integers(1900, 2998), st.integers(1, 12))
def test_months_meet_without_gap(year, month):
    this = parse_period(f"{year}-{month:02}")
    after = parse_period(f"{year + month // 12}-{month % 12 + 1:02}")
    assert this.end == after.start


def test_periods_sort_by_time_and_then_the_shorter_first():
    codes = ["2026-01", "2026-Q1", "2026-H1", "2026-9M", "2026", "2026-02", "2026-Q2"]
    assert [str(each) for each in sorted(map(parse_period, reversed(codes)))] == codes


def test_a_file_name_may_tell_its_period():
    assert str(period_in_name("phu-tho-2026-08-progress.csv")) == "2026-08"
    assert str(period_in_name("gia-lai-2026-Q3-metrics.csv")) == "2026-Q3"
    assert str(period_in_name("gia-lai-2026-H1-metrics.csv")) == "2026-H1"
    assert str(period_in_name("gia-lai-2026-9M.csv")) == "2026-9M"
    assert str(period_in_name("gia-lai-2026-W35-metrics.csv")) == "week:2026-W35"
    assert str(period_in_name("hue-2026-progress.csv")) == "2026"
    assert str(period_in_name("2026-Hue-progress.csv")) == "2026"
    assert period_in_name("progress.csv") is None


@pytest.mark.parametrize("name", ["2026-Q7.csv", "2026-H3.csv", "2026-13.csv", "2025-W53.csv"])
def test_a_period_misspelt_in_a_file_name_is_not_taken_for_its_year(name):
    assert period_in_name(name) is None


def test_four_digits_that_are_no_year_are_passed_over():
    assert str(period_in_name("form-0766-2026-08.csv")) == "2026-08"
    assert period_in_name("form-9999.csv") is None
