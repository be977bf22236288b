from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cotmoc.core.periods import parse_period, period_in_name


@pytest.mark.parametrize(
    ("code", "start", "end", "kind"),
    [
        ("2026-08", date(2026, 8, 1), date(2026, 9, 1), "month"),
        ("2026-12", date(2026, 12, 1), date(2027, 1, 1), "month"),
        ("2026-Q3", date(2026, 7, 1), date(2026, 10, 1), "quarter"),
        ("2026-Q4", date(2026, 10, 1), date(2027, 1, 1), "quarter"),
        ("2026", date(2026, 1, 1), date(2027, 1, 1), "year"),
    ],
)
def test_a_period_is_an_interval(code, start, end, kind):
    period = parse_period(code)
    assert (period.start, period.end, period.kind, str(period)) == (start, end, kind, code)


def test_the_last_day_decides_the_unit_structure():
    assert parse_period("2026-08").last_day == date(2026, 8, 31)


@pytest.mark.parametrize(
    "wrong", ["", "08-2026", "2026-13", "2026-Q5", "2026-8", "0026", "năm 2026"]
)
def test_anything_else_is_refused(wrong):
    with pytest.raises(ValueError, match="not a period"):
        parse_period(wrong)


@given(st.integers(1900, 2998), st.integers(1, 12))
def test_months_meet_without_gap(year, month):
    this = parse_period(f"{year}-{month:02}")
    after = parse_period(f"{year + month // 12}-{month % 12 + 1:02}")
    assert this.end == after.start


def test_a_file_name_may_tell_its_period():
    assert str(period_in_name("phu-tho-2026-08-progress.csv")) == "2026-08"
    assert str(period_in_name("gia-lai-2026-Q3-metrics.csv")) == "2026-Q3"
    assert str(period_in_name("hue-2026-progress.csv")) == "2026"
    assert period_in_name("progress.csv") is None
