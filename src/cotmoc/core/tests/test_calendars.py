from datetime import date, timedelta
from itertools import pairwise
from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from cotmoc.core.calendars import (
    GRAINS,
    CalendarError,
    Calendars,
    atom_day,
    atom_of,
    atoms,
    finest,
    is_cut,
    read_calendar,
)
from cotmoc.core.periods import Interval, parse_period

SHIPPED = Path(__file__).parents[4] / "catalogue" / "calendars"


def shipped(code):
    path = SHIPPED / f"{code}.yaml"
    return read_calendar(yaml.safe_load(path.read_text()), path.name)


def local(**given):
    base = {"code": "own", "name": {"vi": "Riêng", "en": "Own"}, "legal_source": "QĐ 1/QĐ-UBND"}
    return read_calendar({**base, **given}, "own.yaml")


CIVIL, ND09, WEEK = shipped("calendar"), shipped("nd09"), shipped("week")
ALL = ["month", "quarter", "half", "nine_months", "year"]
CUT_25 = local(
    form="months",
    month_begins={"day": 25, "of": "previous"},
    year_begins={"month": 10, "of": "previous"},
    kinds=ALL,
)
CUT_20 = local(form="months", month_begins={"day": 20}, year_begins={"month": 4}, kinds=ALL)
ISO = local(form="weeks", kinds=["week", "year"])
TERMS = local(
    form="listed",
    periods={
        "2025-T1": {"from": date(2025, 9, 1), "to": date(2025, 12, 31)},
        "2025-T2": {"from": date(2026, 1, 1), "to": date(2026, 5, 14)},
        "2026-T1": {"from": "2026-09-01", "to": "2026-12-31", "name": {"vi": "Kỳ I", "en": "I"}},
    },
)
MADE = [CIVIL, ND09, WEEK, CUT_25, CUT_20, ISO]
calendars = st.sampled_from(MADE)
days = st.dates(date(1901, 1, 1), date(2997, 12, 31))
DAY = timedelta(days=1)


def span(period):
    return str(period.start), str(period.last_day)


# What a period is --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("code", "first", "last"),
    [
        ("2026-01", "2025-12-15", "2026-01-14"),
        ("2026-03", "2026-02-15", "2026-03-14"),
        ("2026-12", "2026-11-15", "2026-12-14"),
        ("2026-Q1", "2025-12-15", "2026-03-14"),
        ("2026-Q3", "2026-06-15", "2026-09-14"),
        ("2026-H1", "2025-12-15", "2026-06-14"),
        ("2026-H2", "2026-06-15", "2026-12-14"),
        ("2026-9M", "2025-12-15", "2026-09-14"),
        ("2026", "2025-12-15", "2026-12-14"),
    ],
)
def test_the_periods_of_decree_09_run_from_the_15th_to_the_14th(code, first, last):
    period = ND09.parse(f"nd09:{code}")
    assert span(period) == (first, last)
    assert period == ND09.parse(code)
    assert (str(period), period.calendar) == (f"nd09:{code}", "nd09")


def test_the_civil_calendar_is_what_parse_period_reads():
    for code in ("2024-02", "2026-12", "2026-Q3", "2026-H2", "2026-9M", "2026"):
        assert CIVIL.parse(code) == parse_period(code)
    assert WEEK.parse("2026-W53") == parse_period("2026-W53")


def test_a_province_may_cut_its_months_and_years_elsewhere():
    assert span(CUT_25.parse("2026-01")) == ("2025-12-25", "2026-01-24")
    assert span(CUT_25.parse("2026")) == ("2025-09-25", "2026-09-24")
    assert span(CUT_25.parse("2026-Q1")) == ("2025-09-25", "2025-12-24")
    assert span(CUT_20.parse("2026-04")) == ("2026-04-20", "2026-05-19")
    assert span(CUT_20.parse("2026")) == ("2026-04-20", "2027-04-19")
    assert str(CUT_20.containing(date(2026, 4, 19), "year")) == "own:2025"


def test_a_leap_day_lies_in_its_month():
    assert span(CIVIL.parse("2024-02")) == ("2024-02-01", "2024-02-29")
    assert str(ND09.containing(date(2024, 2, 29), "month")) == "nd09:2024-03"
    assert (ND09.parse("2024-03").end - ND09.parse("2024-03").start).days == 29


@given(calendars, days, st.data())
def test_periods_of_a_kind_tile_the_days(calendar, day, data):
    kind = data.draw(st.sampled_from([each for each in calendar.kinds if each != "nine_months"]))
    found = calendar.periods(kind, day, day + timedelta(days=800))
    assert found[0].start <= day < found[0].end
    assert found[-1].start < day + timedelta(days=800) <= found[-1].end
    for this, after in pairwise(found):
        assert this.end == after.start
        assert calendar.previous(after) == this
    assert found == sorted(found)
    assert {each.kind for each in found} == {kind}


@given(calendars, days, st.data())
def test_what_holds_a_day_is_read_back_from_its_code(calendar, day, data):
    kind = data.draw(st.sampled_from(calendar.kinds))
    period = calendar.containing(day, kind)
    if period is None:
        assert kind == "nine_months"
        assert calendar.containing(day, "quarter").code.endswith("-Q4")
        return
    assert period.start <= day < period.end
    assert calendar.parse(period.code) == period
    assert len(period.code) <= 20


@given(calendars.filter(lambda each: "nine_months" in each.kinds), days)
def test_longer_periods_are_made_of_whole_shorter_ones(calendar, day):
    year = calendar.containing(day, "year")
    months = calendar.periods("month", year.start, year.end, whole=True)
    assert len(months) == 12
    assert (months[0].start, months[-1].end) == (year.start, year.end)
    first, second = calendar.periods("half", year.start, year.end)
    quarters = calendar.periods("quarter", year.start, year.end)
    nine = calendar.containing(year.start, "nine_months")
    assert first.end == second.start == quarters[1].end == months[5].end
    assert (nine.start, nine.end) == (year.start, quarters[2].end)
    assert [each.code[-2:] for each in quarters] == ["Q1", "Q2", "Q3", "Q4"]


def test_periods_cut_by_the_asked_days_come_only_if_whole_is_not_asked():
    start, end = date(2026, 1, 10), date(2026, 3, 1)
    assert [str(each) for each in CIVIL.periods("month", start, end)] == ["2026-01", "2026-02"]
    assert [str(each) for each in CIVIL.periods("month", start, end, whole=True)] == ["2026-02"]
    assert CIVIL.periods("month", end, end) == []


def test_the_days_after_nine_months_are_in_no_such_period():
    assert CIVIL.containing(date(2026, 9, 30), "nine_months").code == "2026-9M"
    assert CIVIL.containing(date(2026, 10, 1), "nine_months") is None
    assert CIVIL.periods("nine_months", date(2026, 10, 1), date(2027, 1, 1)) == []


@pytest.mark.parametrize("code", ["2026-W35", "week:2026-W35", "nd09:2026-08", "2026-Q5", ""])
def test_a_calendar_refuses_the_periods_of_another(code):
    with pytest.raises(ValueError, match="not a period of the calendar 'calendar'"):
        CIVIL.parse(code)


def test_a_kind_the_calendar_does_not_make_is_refused():
    with pytest.raises(ValueError, match="'week' has no 'month': week"):
        WEEK.containing(date(2026, 1, 1), "month")
    with pytest.raises(ValueError, match="not a period"):
        WEEK.parse("week:2026")
    with pytest.raises(ValueError, match="not a period of the calendar 'nd09'"):
        ND09.previous(CIVIL.parse("2026-08"))


def test_years_beyond_what_a_code_can_say_have_no_periods():
    assert CIVIL.previous(CIVIL.parse("1900-01")) is None
    assert CIVIL.containing(date(1899, 12, 31), "month") is None
    assert CIVIL.containing(date(3000, 1, 1), "year") is None
    assert CIVIL.last_year(CIVIL.parse("1900")) is None


# Neighbours --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("code", "previous", "last_year"),
    [
        ("2026-08", "2026-07", "2025-08"),
        ("2026-01", "2025-12", "2025-01"),
        ("2026-Q1", "2025-Q4", "2025-Q1"),
        ("2026-H1", "2025-H2", "2025-H1"),
        ("2026-9M", "2025-9M", "2025-9M"),
        ("2026", "2025", "2025"),
    ],
)
def test_the_period_before_and_the_one_a_year_before(code, previous, last_year):
    for calendar, prefix in ((CIVIL, ""), (ND09, "nd09:"), (CUT_25, "own:")):
        period = calendar.parse(code)
        assert str(calendar.previous(period)) == prefix + previous
        assert str(calendar.last_year(period)) == prefix + last_year


def test_week_53_has_no_week_a_year_before():
    week = WEEK.parse("2026-W53")
    assert WEEK.last_year(week) is None
    assert str(WEEK.last_year(WEEK.parse("2026-W52"))) == "week:2025-W52"
    assert str(WEEK.previous(WEEK.parse("2027-W01"))) == "week:2026-W53"
    assert str(WEEK.containing(date(2027, 1, 3), "week")) == "week:2026-W53"
    assert span(ISO.parse("2026")) == ("2025-12-29", "2027-01-03")


def test_the_year_to_date_begins_with_the_calendars_year():
    assert str(CIVIL.year_to_date(CIVIL.parse("2026-08"))) == "2026-01-01/2026-09-01"
    assert str(ND09.year_to_date(ND09.parse("2026-01"))) == "2025-12-15/2026-01-15"
    assert str(ND09.year_to_date(ND09.parse("2026-Q3"))) == "2025-12-15/2026-09-15"
    assert str(WEEK.year_to_date(WEEK.parse("2026-W02"))) == "2025-12-29/2026-01-12"
    assert str(CUT_25.year_to_date(CUT_25.parse("2025-10"))) == "2025-09-25/2025-10-25"
    assert str(CUT_25.year_to_date(CUT_25.parse("2025-09"))) == "2024-09-25/2025-09-25"
    assert str(CUT_20.year_to_date(CUT_20.parse("2026-03"))) == "2025-04-20/2026-04-20"


@given(calendars, days, st.data())
def test_the_year_to_date_of_a_years_last_period_is_the_year(calendar, day, data):
    if "year" not in calendar.kinds:
        return
    year = calendar.containing(day, "year")
    kind = data.draw(st.sampled_from([each for each in calendar.kinds if each != "nine_months"]))
    last = calendar.containing(year.last_day, kind)
    assert calendar.year_to_date(last) == Interval(year.start, year.end)


def test_a_moving_window_ends_with_its_period():
    assert str(CIVIL.moving(CIVIL.parse("2026-02"), 3)) == "2025-12-01/2026-03-01"
    assert str(CIVIL.moving(CIVIL.parse("2026-02"), 1)) == "2026-02-01/2026-03-01"
    assert str(ND09.moving(ND09.parse("2026-Q1"), 4)) == "2025-03-15/2026-03-15"
    assert str(WEEK.moving(WEEK.parse("2027-W01"), 2)) == "2026-12-28/2027-01-11"


def test_a_moving_window_over_days_of_no_period_is_none():
    assert CIVIL.moving(CIVIL.parse("2026-9M"), 2) is None
    assert CIVIL.moving(CIVIL.parse("1900-02"), 3) is None
    assert TERMS.moving(TERMS.parse("2026-T1"), 2) is None
    with pytest.raises(ValueError, match="at least one"):
        CIVIL.moving(CIVIL.parse("2026-08"), 0)


# Listed ------------------------------------------------------------------------------------------


def test_listed_periods_are_known_by_their_own_days_and_names():
    term = TERMS.containing(date(2025, 12, 31), "listed")
    assert (str(term), term.kind, term.calendar) == ("own:2025-T1", "listed", "own")
    assert TERMS.containing(date(2026, 6, 1), "listed") is None
    assert TERMS.containing(date(2020, 1, 1), "listed") is None
    assert [str(each) for each in TERMS.periods("listed", date(2026, 5, 14), date(2027, 1, 1))] == [
        "own:2025-T2",
        "own:2026-T1",
    ]
    assert TERMS.period_names == {"2026-T1": {"vi": "Kỳ I", "en": "I"}}


def test_listed_periods_have_neighbours_by_order_and_by_the_year_in_their_code():
    first, second, third = TERMS.periods("listed", date(2025, 1, 1), date(2027, 1, 1))
    assert [TERMS.previous(each) for each in (first, second, third)] == [None, first, second]
    assert [TERMS.last_year(each) for each in (first, second, third)] == [None, None, first]
    assert TERMS.year_to_date(second) == Interval(first.start, second.end)
    assert TERMS.year_to_date(third) == Interval(third.start, third.end)
    assert TERMS.moving(second, 2) == Interval(first.start, second.end)


# Atoms -------------------------------------------------------------------------------------------


def test_a_calendar_says_the_coarsest_grain_that_tiles_it():
    grains = [each.grain for each in (CIVIL, ND09, WEEK, CUT_25, CUT_20)]
    assert grains == ["month", "half", "day", "day", "day"]
    assert TERMS.grain == "half"
    assert local(form="months", month_begins={"day": 1}, kinds=["year"]).grain == "month"
    assert finest(["month", "half"]) == "half"
    assert finest([]) == "month"


def test_an_atom_is_its_first_day_as_a_number():
    day = date(2026, 8, 31)
    assert [atom_of(day, grain) for grain in GRAINS] == [20260801, 20260815, 20260831]
    assert atom_of(date(2026, 8, 14), "half") == 20260801
    assert atoms(date(2025, 12, 15), date(2026, 2, 1), "half") == [20251215, 20260101, 20260115]
    assert atoms(date(2026, 12, 1), date(2027, 2, 1), "month") == [20261201, 20270101]
    assert atoms(date(2026, 8, 1), date(2026, 8, 1), "month") == []


@pytest.mark.parametrize(
    ("start", "end", "grain"),
    [
        (date(2026, 8, 2), date(2026, 9, 1), "month"),
        (date(2026, 8, 1), date(2026, 9, 15), "month"),
        (date(2026, 8, 14), date(2026, 9, 1), "half"),
    ],
)
def test_part_of_an_atom_is_refused(start, end, grain):
    with pytest.raises(ValueError, match="not a cut"):
        atoms(start, end, grain)


@given(calendars, days, st.data())
def test_atoms_of_the_calendars_grain_tile_every_period(calendar, day, data):
    period = calendar.containing(day, data.draw(st.sampled_from(calendar.kinds)))
    if period is None:
        return
    found = atoms(period.start, period.end, calendar.grain)
    assert found == sorted(set(found))
    assert atom_day(found[0]) == period.start
    every = [period.start + DAY * n for n in range((period.end - period.start).days)]
    assert sorted({atom_of(each, calendar.grain) for each in every}) == found
    assert atom_of(period.end, calendar.grain) not in found
    assert all(is_cut(atom_day(atom), calendar.grain) for atom in found)


@given(days, st.sampled_from(GRAINS))
def test_a_finer_atom_lies_in_one_coarser(day, grain):
    for coarser in GRAINS[: GRAINS.index(grain)]:
        assert atom_of(atom_day(atom_of(day, grain)), coarser) == atom_of(day, coarser)


# Several calendars -------------------------------------------------------------------------------


def test_a_registry_reads_any_code_by_its_prefix():
    known = Calendars([CIVIL, ND09, WEEK, TERMS])
    codes = ["2026-08", "nd09:2026-Q3", "week:2026-W35", "own:2025-T2", "2026-9M"]
    for code in codes:
        period = known.parse(code)
        assert str(period) == code
        assert known.of(period).parse(code) == period
    assert str(known.parse("2026-W35")) == "week:2026-W35"
    assert [each.code for each in known] == ["calendar", "nd09", "week", "own"]
    assert "nd09" in known
    assert known["nd09"] is ND09


def test_a_registry_names_what_it_knows_when_it_refuses():
    known = Calendars([CIVIL, ND09])
    with pytest.raises(ValueError, match=r"not a period: 'week:2026-W35', known.*calendar, nd09"):
        known.parse("week:2026-W35")
    with pytest.raises(ValueError, match="not a period of the calendar 'nd09': 'q'"):
        known.parse("nd09:q")
    with pytest.raises(ValueError, match="unknown calendar 'own'; known: calendar, nd09"):
        known["own"]
    with pytest.raises(CalendarError, match="two calendars"):
        Calendars([CIVIL, CIVIL])


# Reading -----------------------------------------------------------------------------------------


def test_the_shipped_calendars_carry_names_source_and_validity():
    assert ND09.name["vi"].startswith("Kỳ báo cáo")
    assert "09/2019/NĐ-CP" in ND09.legal_source
    assert not ND09.in_force(ND09.parse("2019-02"))
    assert ND09.in_force(ND09.parse("2019-03"))
    assert CIVIL.in_force(CIVIL.parse("1950"))
    replaced = local(form="weeks", kinds=["week"], valid_to="2026-01-12")
    assert replaced.in_force(replaced.parse("2026-W02"))
    assert not replaced.in_force(replaced.parse("2026-W03"))
    codes = {path.stem for path in SHIPPED.glob("*.yaml")} - {"workdays"}
    assert codes == {"calendar", "nd09", "week"} == {shipped(code).code for code in codes}


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"form": "moons"}, "own.yaml: form: one of months, weeks, listed, not 'moons'"),
        ({"form": "weeks", "kinds": ["month"]}, "own.yaml: kinds: 'month' is none of week, year"),
        ({"form": "weeks"}, "own.yaml: kinds: a list"),
        ({"form": "weeks", "kinds": ["week"], "colour": 1}, "own.yaml: colour: unknown key"),
        ({"form": "weeks", "kinds": ["week"], "code": "Long-calendar"}, "own.yaml: code: 1 to 11"),
        ({"form": "weeks", "kinds": ["week"], "code": "a23456789012"}, "own.yaml: code: 1 to 11"),
        ({"form": "weeks", "kinds": ["week"], "name": {"vi": "a"}}, "own.yaml: name.en: a text"),
        ({"form": "weeks", "kinds": ["week"], "legal_source": " "}, "own.yaml: legal_source"),
        ({"form": "weeks", "kinds": ["week"], "valid_from": 2019}, "own.yaml: valid_from: a day"),
        (
            {
                "form": "weeks",
                "kinds": ["week"],
                "valid_from": "2026-02-01",
                "valid_to": "2026-01-31",
            },
            "own.yaml: valid_to: 2026-01-31 is not after",
        ),
        (
            {"form": "months", "kinds": ["month"], "month_begins": {"day": 31}},
            "own.yaml: month_begins.day: a number from 1 to 28, not 31",
        ),
        (
            {"form": "months", "kinds": ["month"], "month_begins": {"day": True}},
            "own.yaml: month_begins.day: a number",
        ),
        (
            {"form": "months", "kinds": ["month"], "month_begins": {"day": 1, "of": "previous"}},
            "own.yaml: month_begins.of: beginning with day 1",
        ),
        (
            {"form": "months", "kinds": ["month"], "year_begins": {"month": 10, "of": "next"}},
            "own.yaml: year_begins.of: same or previous",
        ),
        (
            {"form": "months", "kinds": ["month"], "year_begins": {"day": 10}},
            "own.yaml: year_begins.day: unknown key",
        ),
        ({"form": "listed"}, "own.yaml: periods: a mapping"),
        ({"form": "listed", "periods": {}}, "own.yaml: periods: at least one"),
        ({"form": "listed", "periods": {"2026-Q1": {}}}, "own.yaml: periods.2026-Q1: a year"),
        ({"form": "listed", "periods": {2026: {}}}, "own.yaml: periods.2026: a year"),
        (
            {"form": "listed", "periods": {"2026-DAYOFEVERYTHING": {}}},
            "own.yaml: periods.2026-DAYOFEVERYTHING: longer than 20",
        ),
        (
            {"form": "listed", "periods": {"2026-A": {"from": "2026-02-01", "to": "2026-01-01"}}},
            "own.yaml: periods.2026-A.to: 2026-01-01 is before",
        ),
        (
            {
                "form": "listed",
                "periods": {
                    "2026-B": {"from": "2026-02-01", "to": "2026-03-01"},
                    "2026-A": {"from": "2026-01-01", "to": "2026-02-01"},
                },
            },
            "own.yaml: periods.2026-B: overlaps 2026-A",
        ),
        (
            {
                "form": "listed",
                "periods": {
                    "2026-A": {"from": "2026-01-01", "to": "2026-01-31"},
                    "2025-B": {"from": "2026-02-01", "to": "2026-03-01"},
                },
            },
            "own.yaml: periods.2025-B: of an earlier year than 2026-A",
        ),
    ],
)
def test_a_wrong_calendar_is_refused_with_file_and_key(given, message):
    with pytest.raises(CalendarError) as refused:
        local(**given)
    assert str(refused.value).startswith(message)


def test_a_file_that_is_no_mapping_is_refused():
    with pytest.raises(CalendarError, match=r"own\.yaml: a mapping"):
        read_calendar(["months"], "own.yaml")
