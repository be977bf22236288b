"""The subset is read, and nothing else ever is."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cotmoc.indicators.expressions import ExpressionError, measure_of, parse
from cotmoc.indicators.formulas import in_order, parse_formula
from cotmoc.indicators.syntax import aggregates, columns, references, text_constants
from cotmoc.indicators.tests import random_expressions
from cotmoc.indicators.tests.shipped import DOSSIERS, OBSERVATIONS

JUDGED = "count(*) filter (where late_at <= period_end"


@pytest.mark.parametrize(
    "text",
    [
        "sum(value)",
        "count(*)",
        "count(distinct unit_code)",
        "sum(value) filter (where element = 'a' and (value > 3 or numerator is not null))",
        "coalesce(sum(value), 0) + 2 * max(numerator) / min(denominator) - avg(value)",
        "sum(value) filter (where element in ('a', 'b') and not period = '2026')",
        "median(value) filter (where value between -1.5 and 3)",
        "sum(case when element = 'a' then value else 0 end)",
        "SUM(value) FILTER (WHERE element = 'x''y; drop table -- /*')",
    ],
)
def test_the_subset_over_reported_values(text):
    parse(text, OBSERVATIONS)


@pytest.mark.parametrize(
    ("text", "canonical"),
    [
        ("count(*) - " + JUDGED + ")", "(count(*) - " + JUDGED + "))"),
        (
            JUDGED + " and channel = 'online' and state not in (3, 7))",
            "count(*) filter (where ((channel = 'online') and (not (state in (3, 7))))"
            " and (late_at <= period_end))",
        ),
        (
            "count(returned_at) filter (where paid_online and not digitised)",
            "count(*) filter (where (paid_online) and (not (digitised))"
            " and (not (returned_at is null)))",
        ),
        (
            "count(*) filter (where finished_at <= appointed_at)",
            "count(*) filter (where finished_at <= appointed_at)",
        ),
        (
            "sum(fee_due) filter (where received_at >= '2026-01-01')",
            "sum(fee_due) filter (where received_at >= '2026-01-01 00:00:00')",
        ),
        ("median(processing_days)", "median(processing_days)"),
    ],
)
def test_what_is_written_otherwise_but_means_the_same_has_one_text(text, canonical):
    assert str(parse(text, DOSSIERS)) == canonical
    assert str(parse(canonical, DOSSIERS)) == canonical


@pytest.mark.parametrize(
    ("text", "reason", "part"),
    [
        ("sum(salary)", "unknown column: 'salary'; observations has element", "salary"),
        ("sum(valeu)", "did you mean value", "valeu"),
        ("sum(element)", "needs a column of numbers", "element"),
        ("value", r"not allowed here.*sum\(value\)\?", "value"),
        ("summ(value)", "sum?", "summ"),
        ("1 + 1", "has no aggregate", "1 + 1"),
        ("sum(value); drop table figures", "not allowed here: ';'", "; drop"),
        ("(select 1)", "not allowed here", "1)"),
        ("sum((select max(value) from t))", "unknown column", "value"),
        ("read_csv('/etc/passwd')", "not allowed here", "read_csv"),
        ("sum(value) over ()", "not allowed here", "sum"),
        ("sum(distinct value)", "unknown column", "value"),
        ("sum(value) filter (where element = 3)", "needs a constant text", "3"),
        ("sum(value) filter (where value = 'x')", "needs a constant number", "'x'"),
        (
            "sum(value) filter (where element in (select 1))",
            "not allowed in a condition",
            "element",
        ),
        ("sum(value) filter (where element like '%')", "not allowed in a condition", "element"),
        ("sum(value) filter (where exists (select 1))", "not allowed in a condition", "1)"),
        ("sum(value", "cannot be read", None),
        ("", "exactly one|cannot be read", None),
        ("count(*) -- all", "comments are not allowed", "-- all"),
        ("count(*) /* all */ + 1", "comments are not allowed", "/* all"),
        ('sum("value")', "not allowed here", '"value"'),
        ("sum(t.value)", "not allowed here: '.'", ".value"),
        ("sum(value::text)", "not allowed here: '::'", "::"),
        ("sum(cast(value as integer))", "unknown column", "value"),
        ("sum(value) filter (where element = $1)", "not allowed here: '.'", "$1"),
        ("sum(value) filter (where element = e'a')", "not allowed here", "e'a'"),
        ("sum(value) filter (where element = x'41')", "cannot be read", None),
        ("sum(value[1])", "not allowed here: '.'", "[1"),
        ("sum(vаlue)", "not allowed here: 'vаlue'", "vаlue"),
        ("ｓum(value)", "not allowed here", "ｓum"),
        ("sum(value) + 1e400", "not a plain number", "1e400"),
        ("count(*) = 1", "not allowed here", "count"),
        ("not count(*)", "not allowed here", "count"),
        ("avg(case when value > 1 then 1 else 0 end)", "avg takes a column", "avg"),
        (" + ".join(["count(*)"] * 60), "nested too deeply", None),
        ("(" * 900 + "count(*)" + ")" * 900, "nested too deeply|cannot be read", None),
        ("count(*)" + " " * 2000, "is longer than 2000", None),
    ],
)
def test_everything_else_is_refused_with_its_place(text, reason, part):
    with pytest.raises(ExpressionError, match=reason) as caught:
        parse(text, OBSERVATIONS)
    if part is not None:
        assert caught.value.offset == text.index(part)


@pytest.mark.parametrize(
    ("text", "reason", "part"),
    [
        ("count(*) filter (where period_end >= late_at)", "unknown column", "period_end"),
        ("count(*) filter (where late_at < period_end)", "period_end stands only in", "late_at"),
        (JUDGED + " or paid_online)", "period_end stands only in", "late_at"),
        ("count(*) filter (where not late_at <= period_end)", "period_end stands only", "late_at"),
        (JUDGED + " and finished_at <= period_end)", "period_end stands twice", "finished_at"),
        ("count(*) filter (where state <= period_end)", "needs a column of dates", "state"),
        ("max(fee_due) filter (where late_at <= period_end)", "only count and sum", "fee_due"),
        ("count(*) filter (where state)", "needs a yes/no column", "state"),
        ("count(*) filter (where paid_online > false)", "have no order", "paid_online"),
        ("count(*) filter (where channel = 'on-line')", "is never 'on-line'", "'on-line'"),
        ("count(*) filter (where state = 11)", "is never 11", "11"),
        ("count(*) filter (where state = 1.5)", "whole numbers only", "1.5"),
        ("count(*) filter (where finished_at <= channel)", "unlike columns", "finished_at"),
        ("count(*) filter (where received_at > 'soon')", "needs a constant timestamp", "'soon'"),
        ("sum(fee_due) + count(*)", "VND plus count has no meaning", "sum"),
        ("count(*) - 2 * sum(fee_due)", "count minus VND", "count"),
        ("coalesce(sum(fee_due), count(*))", "VND plus count", "coalesce"),
        (
            "sum(case when paid_online then fee_due else processing_days end)",
            "VND plus days",
            "sum",
        ),
    ],
)
def test_dossiers_refuse_what_has_no_meaning(text, reason, part):
    with pytest.raises(ExpressionError, match=reason) as caught:
        parse(text, DOSSIERS)
    assert caught.value.offset == text.index(part)


@pytest.mark.parametrize(
    ("text", "measure"),
    [
        ("count(*)", "count"),
        ("count(distinct procedure)", "count"),
        ("sum(case when paid_online then 1 else 0 end)", "count"),
        ("count(*) / count(procedure)", "ratio"),
        ("sum(fee_due)", "VND"),
        ("sum(fee_due) / count(*)", "VND"),
        ("sum(fee_due) / sum(fee_due) * 3", "ratio"),
        ("coalesce(sum(processing_days), 0)", "days"),
        ("sum(processing_days) / sum(fee_due)", "days/VND"),
        ("median(satisfaction)", None),
    ],
)
def test_what_a_result_is_counted_in(text, measure):
    assert measure_of(parse(text, DOSSIERS), DOSSIERS) == measure


HOSTILE = st.one_of(
    st.text(max_size=80),
    st.lists(
        st.sampled_from(
            [
                *"()*,;+-/.=<>[]{}$?:@#%&|!~^`'\"\\\n\t ０ａ\u202e\u00a0\x00",
                *("sum", "count", "value", "element", "filter", "(where", "select", "from"),
                *("case", "when", "then", "end", "cast", "::", "--", "/*", "*/", "distinct"),
                *("union", "over", "lambda", "x ->", "read_csv('x')", "attach", "copy", "pragma"),
                *("and", "or", "not", "in", "is", "null", "like", "exists", "interval", "1", "1e9"),
                *("'a'", "e'a'", "x'a'", '"value"', "$$a$$", "period_end", "current_date", "true"),
            ]
        ),
        max_size=25,
    ).map(" ".join),
    st.lists(st.sampled_from(["sum(", "value", ")", "(", "count(*)", " + ", "--", ";"])).map(
        "".join
    ),
)


@settings(max_examples=150, deadline=None)
@given(HOSTILE)
def test_hostile_text_is_refused_or_means_what_its_canonical_text_says(text):
    try:
        tree = parse(text, OBSERVATIONS)
    except ExpressionError:
        return
    assert columns(tree) <= set(OBSERVATIONS.columns)
    assert parse(str(tree), OBSERVATIONS) == tree


@given(st.text(max_size=40))
def test_a_hostile_constant_stays_a_constant(text):
    quoted = text.replace("'", "''")
    try:
        tree = parse(f"sum(value) filter (where element = '{quoted}')", OBSERVATIONS)
    except ExpressionError:
        return
    assert text_constants(tree, "element") == {text}
    assert [str(each)[:10] for each in aggregates(tree)] == ["sum(value)"]


@settings(max_examples=150, deadline=None)
@given(HOSTILE)
def test_a_hostile_formula_is_refused_or_only_names_indicators(text):
    try:
        tree = parse_formula(text)
    except ExpressionError:
        return
    assert all(each.code.isidentifier() for each in references(tree))
    assert parse_formula(str(tree)) == tree


@settings(max_examples=150, deadline=None)
@given(random_expressions.scalars())
def test_any_expression_is_read_from_its_own_text(tree):
    # Reading may still flatten nested conditions; what was read once is read the same again.
    found = parse(str(tree), DOSSIERS)
    assert columns(found) == columns(tree)
    assert parse(str(found), DOSSIERS) == found


@settings(max_examples=100, deadline=None)
@given(random_expressions.formulas())
def test_any_formula_is_read_from_its_own_text(tree):
    assert parse_formula(str(tree)) == tree


def test_brackets_within_one_word_change_nothing():
    texts = [
        "count(*) filter (where paid_online and digitised and electronic_result)",
        "count(*) filter (where paid_online and (digitised and electronic_result))",
        "count(*) filter (where ((paid_online and digitised)) and electronic_result)",
    ]
    assert len({str(parse(text, DOSSIERS)) for text in texts}) == 1
    once = str(parse("count(*) filter (where state between 1 and 2 and paid_online)", DOSSIERS))
    assert str(parse(once, DOSSIERS)) == once


@pytest.mark.parametrize(
    "text",
    [
        "(" * 900 + "sum(value)" + ")" * 900,
        "sum(value)" + " + sum(value)" * 150,
        "- " * 900 + "sum(value)",
        "sum(value) filter (where " + "not " * 400 + "value = 1)",
        "sum(value) filter (where value = 1" + " or value = 1" * 140 + ")",
        "coalesce(" * 140 + "sum(value)" + ", 1)" * 140,
    ],
)
def test_deep_nesting_is_refused_not_crashed_on(text):
    with pytest.raises(ExpressionError, match="nested too deeply"):
        parse(text, OBSERVATIONS)


def test_derived_indicators_come_after_what_they_need():
    formulas = {"c": "a + b", "b": "previous(a) * 2", "a": "base - 1"}
    trees = {code: parse_formula(text) for code, text in formulas.items()}
    assert in_order(trees) == ["a", "b", "c"]
    trees["a"] = parse_formula("c / 2")
    with pytest.raises(ExpressionError, match="a → c → a"):
        in_order(trees)
