"""Opening a figure to its facts: what counted, what did not, and where each row came from."""

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
import yaml

from cotmoc.analytics.facts_lookup import (
    Part,
    Scope,
    additions,
    aggregates_of,
    count_parts,
    find_fact,
    find_facts,
    imports_between,
    partitions_of,
    parts_of,
    recount,
    stream_facts,
)
from cotmoc.analytics.lake import Lake, LakeError
from cotmoc.analytics.tests.dossiers import CATALOGUE, TABLES, at, bring, dossier
from cotmoc.core.periods import parse_period
from cotmoc.indicators.definitions import read_definition
from cotmoc.indicators.evaluate import divide
from cotmoc.indicators.expressions import parse

AUGUST, OCTOBER = datetime(2026, 9, 1, tzinfo=UTC), datetime(2026, 10, 1, tzinfo=UTC)
LATE = "count(*) filter (where late_at <= period_end)"
WORDS = {"vi": "a", "en": "a"}


def path(numerator, denominator=None, **more):
    """The computing path of a definition; `numerator` may carry date and until."""

    def term(given):
        about = given if isinstance(given, dict) else {"expression": given}
        return {"name": WORDS, **about}

    raw = {
        "code": "example", "version": 1, "name": WORDS, "description": WORDS, "legal_source": "a",
        "owner": "a", "valid_from": date(2000, 1, 1), "table": "dossiers", "unit": "points",
        "applies_to": ["province"], "counted": WORDS, "direction": "up", "rollup_units": "sum",
        "worked_example": {"facts": [], "expect": {}}, "numerator": term(numerator), **more,
    }  # fmt: skip
    if denominator:
        raw |= {"denominator": term(denominator), "zero_denominator": "none"}
    return read_definition(raw, "example", TABLES).computed_path


@pytest.fixture
def table(tmp_path):
    """Two bodies in August, one fact in July and one in September."""
    found = Lake(tmp_path).table("dossiers")
    rows = [
        dossier("a1", "A", "2026-08-01 00:00"),
        dossier("a2", "A", "2026-08-02 08:00", late="2026-08-20 17:00"),
        dossier("a3", "A", "2026-08-31 23:59", late="2026-09-01 00:00"),
        dossier("b1", "B", "2026-08-03 08:00", late="2026-08-31 17:00", channel="direct"),
        dossier("a0", "A", "2026-07-31 23:59", late="2026-08-20 17:00"),
        dossier("a9", "A", "2026-09-01 00:00"),
    ]
    bring(found, "august.csv", rows, now=AUGUST)
    return found


@pytest.fixture
def scope(table):
    """On time in August, of both bodies."""
    return Scope(
        table, TABLES["dossiers"], path(f"count(*) - {LATE}", "count(*)"), {"A", "B"},
        parse_period("2026-08"),
    )  # fmt: skip


def codes(scope, part, **more):
    found = find_facts(scope, Part(part, more.pop("aggregate", "")), limit=100, **more)
    assert found.total == len(found.rows)
    return [row["dossier"] for row in found.rows]


def test_numerator_and_rest_are_the_denominator(scope):
    assert codes(scope, "numerator") == ["a1", "a3"]
    assert codes(scope, "rest") == ["a2", "b1"]
    assert codes(scope, "denominator") == ["a1", "a2", "b1", "a3"]
    assert count_parts(scope) == {"numerator": 2, "denominator": 4, "rest": 2}


def test_a_fact_is_judged_at_the_end_of_the_asked_period(scope):
    quarter = replace(scope, period=parse_period("2026-Q3"))
    assert codes(quarter, "rest") == ["a0", "a2", "b1", "a3"]
    assert codes(quarter, "numerator") == ["a1", "a9"]


def test_only_facts_of_the_asked_bodies_are_opened(scope):
    assert codes(replace(scope, bodies={"B"}), "denominator") == ["b1"]
    assert codes(replace(scope, bodies=set()), "denominator") == []
    assert codes(replace(scope, bodies={f"X{n}" for n in range(600)} | {"B"}), "rest") == ["b1"]


def test_a_part_is_narrowed_to_one_aggregate_by_its_text(scope):
    assert aggregates_of(scope.path, "numerator") == ["count(*)", LATE]
    assert codes(scope, "numerator", aggregate=LATE) == ["a2", "b1"]
    assert codes(scope, "numerator", aggregate="count(*)") == ["a1", "a2", "b1", "a3"]
    with pytest.raises(ValueError, match="no such aggregate"):
        codes(scope, "denominator", aggregate=LATE)


def test_a_row_names_import_and_line_and_opens_by_them(scope):
    (row,) = find_facts(replace(scope, bodies={"B"}), Part("rest"), limit=1).rows
    assert (row["import_no"], row["line"], row["channel"]) == (1, 5, "direct")
    assert find_fact(scope, 1, 5) == row
    assert find_fact(replace(scope, bodies={"A"}), 1, 5) is None
    assert find_fact(scope, 1, 500) is None


def test_a_corrected_row_counts_no_longer_but_did_before(scope, table):
    better = dossier("a2", "A", "2026-08-02 08:00")
    bring(table, "corrected.csv", [better], now=OCTOBER, instead_of=[(1, 3)])
    assert codes(scope, "rest") == ["b1"]
    assert codes(scope, "numerator") == ["a1", "a2", "a3"]
    before = replace(scope, known_at=AUGUST)
    assert codes(before, "rest") == ["a2", "b1"]
    assert find_fact(scope, 1, 3) is None
    assert find_fact(before, 1, 3)["dossier"] == "a2"


def test_what_imports_between_two_moments_changed_is_counted(scope, table):
    rows = [
        dossier("a2", "A", "2026-08-02 08:00"),
        dossier("a4", "A", "2026-08-04 08:00"),
        dossier("c1", "C", "2026-08-04 08:00"),
        dossier("a8", "A", "2026-07-04 08:00"),
    ]
    bring(table, "corrected.csv", rows, now=OCTOBER, instead_of=[(1, 3)])
    (came,) = imports_between(scope, AUGUST, OCTOBER)
    assert (came.import_no, came.added, came.removed) == (2, 2, 1)
    assert imports_between(scope, OCTOBER, OCTOBER) == []
    assert imports_between(replace(scope, bodies={"B"}), AUGUST, OCTOBER) == []


def test_a_stock_is_what_came_before_and_has_not_left_by_the_end(table):
    rows = [
        dossier("open", "A", "2026-05-02 08:00"),
        dossier("left", "A", "2026-05-02 08:00", finished="2026-08-31 23:00"),
        dossier("stays", "A", "2026-05-02 08:00", finished="2026-09-01 00:00"),
    ]
    bring(table, "stock.csv", rows, now=AUGUST)
    stock = path({"expression": "count(*)", "date": "received_at", "until": "finished_at"})
    scope = Scope(table, TABLES["dossiers"], stock, {"A"}, parse_period("2026-08"))
    assert parts_of(stock) == ["numerator"]
    assert codes(scope, "numerator") == ["open", "stays", "a0", "a1", "a2", "a3"]
    assert recount(scope).numerator == 6


def test_facts_placed_by_another_date_are_found_in_any_month(table):
    rows = [dossier("old", "A", "2026-01-02 08:00", finished="2026-08-15 08:00")]
    bring(table, "old.csv", rows, now=AUGUST)
    finished = path({"expression": "count(*)", "date": "finished_at"})
    scope = Scope(table, TABLES["dossiers"], finished, {"A"}, parse_period("2026-08"))
    assert codes(scope, "numerator") == ["old"]
    usual = replace(scope, path=path("count(*)"))
    assert [each.month for each in partitions_of(usual)] == ["2026-08"]


def test_a_sum_opens_to_what_it_adds_up_and_a_median_to_what_it_looks_at(table):
    rows = [
        dossier("paid", "D", "2026-08-02 08:00", fee_due=5, satisfaction=5),
        dossier("free", "D", "2026-08-03 08:00", fee_due=0, satisfaction=None),
        dossier("none", "D", "2026-08-04 08:00", fee_due=None, satisfaction=2),
    ]
    bring(table, "fees.csv", rows, now=AUGUST)

    def of(expression):
        scope = Scope(table, TABLES["dossiers"], path(expression), {"D"}, parse_period("2026-08"))
        return codes(scope, "numerator"), recount(scope).numerator

    assert of("sum(fee_due)") == (["paid", "free"], 5)
    assert of("sum(fee_due) - sum(fee_due)") == ([], 0)
    assert of("median(satisfaction)") == (["paid", "none"], 3.5)
    assert of("count(*) filter (where fee_due > 0) / count(*)") == (
        ["paid", "free", "none"],
        pytest.approx(1 / 3),
    )


def test_expressions_are_taken_apart_into_what_adds_up():
    table = TABLES["dossiers"]
    parts = additions(parse(f"2 * (count(*) - {LATE})", table))
    assert [(int(factor), str(aggregate)) for factor, aggregate in parts] == [
        (2, "count(*)"),
        (-2, LATE),
    ]
    assert additions(parse("median(satisfaction)", table)) is None
    assert additions(parse("count(*) / count(*)", table)) is None


def test_components_and_terms_are_counted_again(scope):
    found = recount(scope)
    assert (found.numerator, found.denominator) == (2, 4)
    assert found.components == (
        ("numerator", "count(*)", 4),
        ("numerator", LATE, 2),
        ("denominator", "count(*)", 4),
    )


COMPUTED = [
    each
    for file in sorted((CATALOGUE / "indicators").glob("*.yaml"))
    if (each := yaml.safe_load(file.read_text(encoding="utf-8"))).get("table") == "dossiers"
]


@pytest.mark.parametrize("raw", COMPUTED, ids=lambda raw: raw["code"])
def test_counting_again_gives_what_the_worked_example_expects(tmp_path, raw):
    definition = read_definition(raw, raw["code"], TABLES)
    example = definition.example
    given = [term.date for term in definition.computed_path.terms]
    usual = {} if "period" in example else dict.fromkeys(given, at("2026-08-01 08:00"))
    rows = [
        {"received_at": at("2026-08-01 08:00"), "dossier": f"d{n}"}
        | usual
        | fact
        | {"organisation": "A"}
        for n, fact in enumerate(example["facts"])
    ]
    table = Lake(tmp_path).table("dossiers")
    bring(table, "example.csv", rows, now=AUGUST)
    period = parse_period(example.get("period", "2026-08"))
    scope = Scope(table, TABLES["dossiers"], definition.computed_path, {"A"}, period)
    found, expected = recount(scope), example["expect"]
    again = divide(definition, *map(as_decimal, (found.numerator, found.denominator)))
    assert again.value == (
        None if expected["value"] is None else pytest.approx(Decimal(str(expected["value"])))
    )
    if definition.denominator and additions(definition.numerator.tree) is not None:
        sizes = count_parts(scope)
        assert sizes["rest"] <= sizes["denominator"]


def as_decimal(number):
    return None if number is None else Decimal(str(number))


def test_pages_follow_each_other_and_the_file_has_all(scope):
    pages = [find_facts(scope, Part("denominator"), limit=2, offset=n) for n in (0, 2, 4)]
    found = [row["dossier"] for page in pages for row in page.rows]
    assert found == codes(scope, "denominator")
    assert {page.total for page in pages} == {4}
    assert find_facts(scope, Part("denominator"), limit=0).total == 4
    assert [row["dossier"] for row in stream_facts(scope, Part("denominator"))] == found


def test_rows_are_sorted_by_a_column_what_is_missing_last(scope):
    assert codes(scope, "denominator", sort="late_at") == ["a2", "b1", "a3", "a1"]
    assert codes(scope, "denominator", sort="-late_at") == ["a3", "b1", "a2", "a1"]
    with pytest.raises(ValueError, match="no such column"):
        codes(scope, "denominator", sort="late_at; drop table")


@pytest.mark.parametrize("harm", ["removed", "cut short"])
def test_a_part_that_is_gone_or_spoilt_is_a_fault_of_the_lake(scope, table, harm):
    part = table.folder / next(
        each.path for each in table.manifest().parts if each.month == "2026-08"
    )
    if harm == "removed":
        part.unlink()
    else:
        part.write_bytes(b"PAR1")
    for ask in (count_parts, recount, lambda scope: find_facts(scope, Part("rest"), limit=1)):
        with pytest.raises(LakeError, match="dossiers"):
            ask(scope)


def test_pages_over_several_months_pass_over_none(table, scope):
    quarter = replace(scope, period=parse_period("2026-Q3"))
    every = codes(quarter, "denominator")
    assert every == ["a0", "a1", "a2", "b1", "a3", "a9"]
    for limit in (1, 2, 4, 6):
        for offset in range(7):
            page = find_facts(quarter, Part("denominator"), limit=limit, offset=offset)
            assert [row["dossier"] for row in page.rows] == every[offset : offset + limit]
            assert page.total == 6
