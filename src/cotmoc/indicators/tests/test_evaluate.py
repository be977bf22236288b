"""The plain evaluator gives what a person works out by hand."""

from datetime import date, datetime
from decimal import Decimal

import pytest
import yaml
from hypothesis import given, settings

from cotmoc.core.periods import Interval, parse_period
from cotmoc.indicators.definitions import read_definition
from cotmoc.indicators.evaluate import Weighed, _scalar, evaluate, evaluate_formula, holds
from cotmoc.indicators.examples import evaluate_example
from cotmoc.indicators.expressions import parse
from cotmoc.indicators.syntax import references
from cotmoc.indicators.tests import random_expressions
from cotmoc.indicators.tests.shipped import BASE, DERIVED, DOSSIERS, TABLES

AUGUST = parse_period("2026-08")
SEPTEMBER = parse_period("2026-09")


def moment(text):
    return datetime.fromisoformat(text)


def dossier(received="2026-08-10", **more):
    times = {key: moment(value) for key, value in more.items() if key.endswith("_at")}
    return {"received_at": moment(received), **more, **times}


def definition(numerator, denominator=None, **changes):
    """An indicator over dossiers; a term is an expression or a mapping."""
    raw = yaml.safe_load(BASE)
    name = {"vi": "a", "en": "a"}
    for key, term in (("numerator", numerator), ("denominator", denominator)):
        if term is None:
            raw.pop(key)
            raw.pop("zero_denominator")
            raw["unit"] = "points"
        else:
            raw[key] = {"name": name, **({"expression": term} if isinstance(term, str) else term)}
    raw["worked_example"] = {"facts": [], "expect": {"value": None}}
    return read_definition({**raw, **changes}, "a.yaml", TABLES)


def value(expression, facts, period=None, **changes):
    unit = {"unit": changes.pop("unit", "points")}
    found = evaluate(definition(expression, **unit, **changes), facts, period)
    return found.numerator


FEES = [dossier(fee_due=fee) for fee in (10, 20, 40, None)]


@pytest.mark.parametrize(
    ("expression", "wanted"),
    [
        ("sum(fee_due)", 70),
        ("min(fee_due)", 10),
        ("max(fee_due)", 40),
        ("avg(fee_due) filter (where fee_due < 40)", 15),
        ("median(fee_due)", 20),
        ("median(fee_due) filter (where fee_due < 40)", 15),
        ("sum(fee_due) filter (where fee_due > 100)", None),
        ("coalesce(sum(fee_due) filter (where fee_due > 100), 0)", 0),
        ("sum(case when fee_due > 10 then fee_due else 1 end)", 62),
        ("sum(case when fee_due > 10 then fee_due end)", 60),
        ("-sum(fee_due) / 2 - 1", -36),
        ("sum(fee_due) / (count(*) - 4)", None),
    ],
)
def test_money(expression, wanted):
    assert value(expression, FEES, unit="VND") == wanted


@pytest.mark.parametrize(
    ("expression", "wanted"),
    [
        ("count(*)", 4),
        ("count(fee_due)", 3),
        ("count(distinct fee_due)", 3),
        ("count(*) filter (where fee_due is null)", 1),
        # What is missing is unknown, and unknown is not counted, nor is its contrary.
        ("count(*) filter (where fee_due = 10)", 1),
        ("count(*) filter (where not fee_due = 10)", 2),
        ("count(*) filter (where fee_due <> 10 or fee_due is null)", 3),
        ("count(*) filter (where fee_due = 10 or not fee_due = 10)", 3),
        ("count(*) filter (where fee_due in (10, 40))", 2),
        ("count(*) filter (where fee_due not in (10, 40))", 1),
        ("count(*) filter (where fee_due between 10 and 20)", 2),
        ("count(*) filter (where received_at > '2026-08-10')", 0),
        ("count(*) filter (where received_at >= '2026-08-10 00:00:00')", 4),
        ("count(*) filter (where finished_at <= received_at)", 0),
    ],
)
def test_counts_and_what_is_unknown(expression, wanted):
    assert value(expression, FEES, unit="count") == wanted


def test_a_fact_belongs_to_the_period_of_its_date():
    facts = [
        dossier("2026-07-31 23:59:59"),
        dossier("2026-08-01"),
        dossier("2026-08-31 23:59:59", finished_at="2026-09-02"),
        dossier("2026-09-01", finished_at="2026-09-30"),
        {"received_at": None},
    ]
    assert value("count(*)", facts, AUGUST, unit="count") == 2
    by_finish = {"expression": "count(*)", "date": "finished_at"}
    assert value(by_finish, facts, SEPTEMBER, unit="count") == 2
    days = Interval(date(2026, 7, 31), date(2026, 8, 2))
    assert value("count(*)", facts, days, unit="count") == 2


def test_a_stock_is_what_is_there_at_the_periods_end():
    open_at_end = {"expression": "count(*)", "until": "finished_at"}
    facts = [
        dossier("2026-01-05"),  # never finished
        dossier("2026-01-05", finished_at="2026-08-31 23:59:59"),
        dossier("2026-01-05", finished_at="2026-09-01"),  # the first moment after
        dossier("2026-08-31", finished_at="2026-10-01"),
        dossier("2026-09-01"),
    ]
    assert value(open_at_end, facts, AUGUST, unit="count") == 3
    assert value(open_at_end, facts, SEPTEMBER, unit="count") == 3
    assert value(open_at_end, facts, parse_period("2025"), unit="count") is None


def test_an_open_dossier_is_judged_at_the_periods_end():
    on_time = "count(*) - count(*) filter (where late_at <= period_end)"
    share = definition(on_time, "count(*)")
    facts = [
        dossier("2026-08-10"),
        dossier("2026-08-11", late_at="2026-08-31 23:59:59"),
        dossier("2026-08-12", late_at="2026-09-01"),
        dossier("2026-08-13", late_at="2026-09-15"),
    ]
    august = evaluate(share, facts, AUGUST)
    assert (august.numerator, august.denominator, august.value) == (3, 4, 75)
    # The same dossiers asked for the quarter are judged at its end.
    quarter = evaluate(share, facts, parse_period("2026-Q3"))
    assert (quarter.numerator, quarter.denominator, quarter.value) == (1, 4, 25)


@pytest.mark.parametrize(
    ("rule", "wanted", "status"),
    [
        ("none", None, "not_arising"),
        ("excluded", None, "not_arising"),
        ("zero", 0, "measured"),
        ("full", 100, "measured"),
    ],
)
def test_what_a_zero_denominator_means_is_the_definitions_choice(rule, wanted, status):
    share = definition(
        "count(*) filter (where channel = 'online' and paid_online)",
        "count(*) filter (where channel = 'online')",
        zero_denominator=rule,
    )
    found = evaluate(share, [dossier(channel="post")], AUGUST)
    assert (found.value, found.status) == (wanted, status)


def test_nothing_known_is_no_data_and_zero_is_a_value():
    share = definition("count(*) filter (where channel = 'online')", "count(*)")
    assert evaluate(share, [], AUGUST).status == "no_data"
    found = evaluate(share, [dossier(channel="post")], AUGUST)
    assert (found.value, found.status) == (0, "measured")


def test_a_divided_body_counts_in_part_and_says_so():
    facts = [Weighed(dossier(fee_due=10), Decimal("0.25")), Weighed(dossier(fee_due=20))]
    shares = definition("count(*) filter (where fee_due = 10)", "count(*)")
    found = evaluate(shares, facts, AUGUST)
    assert (found.numerator, found.denominator, found.value) == (
        Decimal("0.25"),
        Decimal("1.25"),
        20,
    )
    assert found.status == "estimated"
    for whole_only in ("count(distinct fee_due)", "median(fee_due)", "max(fee_due)"):
        unit = "count" if "distinct" in whole_only else "VND"
        found = evaluate(definition(whole_only, unit=unit), facts, AUGUST)
        assert (found.value, found.status) == (None, "not_comparable")


def test_a_formula_over_other_indicators():
    growth = read_definition(yaml.safe_load(DERIVED), "a.yaml", TABLES)
    values = {"value(online_share)": Decimal(60), "previous(online_share)": Decimal("45.5")}
    found = evaluate_formula(growth, lambda each: values[str(each)])
    assert (found.value, found.status) == (Decimal("14.5"), "measured")
    values["previous(online_share)"] = None
    found = evaluate_formula(growth, lambda each: values[str(each)])
    assert (found.value, found.status) == (None, "no_data")


def test_a_case_in_a_formula():
    text = "case when a > previous(a) then coalesce(moving(a, 3), 0) else numerator(a) / 0 end"
    raw = {**yaml.safe_load(DERIVED), "formula": text}
    derived = read_definition(raw, "a.yaml", TABLES)
    assert [str(each) for each in references(derived.formula)] == [
        "value(a)",
        "previous(a)",
        "moving(a, 3)",
        "numerator(a)",
    ]
    known = {"value(a)": Decimal(2), "previous(a)": Decimal(1)}
    assert evaluate_formula(derived, lambda each: known.get(str(each))).value == 0
    known["previous(a)"] = Decimal(3)
    assert evaluate_formula(derived, lambda each: known.get(str(each))).value is None


def test_shares_of_a_third_add_up_to_the_whole():
    third = [Decimal("0.333333333333")] * 2 + [Decimal("0.333333333334")]
    facts = [Weighed(dossier(fee_due=7), share) for share in third]
    assert value("sum(fee_due)", facts, AUGUST, unit="VND") == 7


def test_the_canonical_text_of_a_judged_count_means_the_same():
    tree = parse("count(*) filter (where late_at <= period_end and paid_online)", DOSSIERS)
    assert parse(str(tree), DOSSIERS) == tree


def test_without_a_period_everything_that_ever_happens_has_happened():
    facts = [dossier(), dossier(late_at="2099-01-01")]
    assert value("count(*) filter (where late_at <= period_end)", facts, unit="count") == 1


@pytest.mark.parametrize(
    ("condition", "wanted"),
    [
        ("paid_online", None),
        ("not paid_online", None),
        ("paid_online and digitised", None),
        ("paid_online and not digitised", False),
        ("paid_online or digitised", True),
        ("paid_online or not digitised", None),
        ("not (paid_online and not digitised)", True),
        ("paid_online = true", None),
        ("paid_online is null", True),
        ("digitised <> true", False),
        ("satisfaction in (1, 2)", None),
        ("satisfaction not in (1, 2)", None),
        ("satisfaction between 1 and 5", None),
    ],
)
def test_what_is_compared_with_a_missing_value_is_unknown(condition, wanted):
    tree = parse(f"count(*) filter (where {condition})", DOSSIERS)
    assert holds(tree.condition, {"paid_online": None, "digitised": True}) is wanted


@pytest.mark.parametrize(
    "expression", ["count(distinct channel)", "median(fee_due)", "min(fee_due)", "max(fee_due)"]
)
def test_what_cannot_be_divided_honestly_is_not_comparable(expression):
    facts = [Weighed(dossier(fee_due=7, channel="post"), Decimal("0.5")), Weighed(dossier())]
    found = evaluate(definition(expression), facts, AUGUST)
    assert (found.value, found.status) == (None, "not_comparable")


@settings(max_examples=100, deadline=None)
@given(random_expressions.scalars(), random_expressions.facts())
def test_an_expression_read_from_its_own_text_gives_the_same_over_any_facts(tree, facts):
    again = parse(str(tree), DOSSIERS)
    rows = [Weighed(fact) for fact in facts]
    for period in (None, AUGUST):
        assert _scalar(again, rows, period) == _scalar(tree, rows, period)


def test_a_worked_example_is_evaluated_by_one_door():
    found = evaluate_example(read_definition(yaml.safe_load(BASE), "x.yaml", TABLES), TABLES)
    assert (found.numerator, found.denominator, found.value) == (1, 2, 50)
    derived = read_definition(yaml.safe_load(DERIVED), "x.yaml", TABLES)
    assert evaluate_example(derived, TABLES).value == Decimal("14.5")
