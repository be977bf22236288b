from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from cotmoc.indicators.expressions import ExpressionError, parse
from cotmoc.indicators.facts import read_fact_tables
from cotmoc.indicators.syntax import columns, text_constants

TABLES = read_fact_tables(
    (path.name, yaml.safe_load(path.read_text(encoding="utf-8")))
    for path in sorted((Path(__file__).parents[4] / "catalogue" / "facts").glob("*.yaml"))
)
OBSERVATIONS = TABLES["observations"]


@pytest.mark.parametrize(
    "text",
    [
        "sum(value)",
        "count(*)",
        "count(distinct unit_code)",
        "sum(value) filter (where element = 'a' and (value > 3 or numerator is not null))",
        "coalesce(sum(value), 0) + 2 * max(numerator) / min(denominator) - avg(value)",
        "sum(value) filter (where element in ('a', 'b') and not period = '2026')",
    ],
)
def test_the_subset_is_accepted(text):
    parse(text, OBSERVATIONS)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("sum(salary)", "unknown column: 'salary'; observations has element"),
        ("sum(element)", "needs a column of numbers"),
        ("value", "not allowed here"),
        ("1 + 1", "has no aggregate"),
        ("sum(value); drop table figures", "not allowed here: ';'"),
        ("(select 1)", "not allowed here"),
        ("sum((select max(value) from t))", "unknown column"),
        ("read_csv('/etc/passwd')", "not allowed here"),
        ("sum(value) over ()", "not allowed here"),
        ("sum(value) filter (where element = 3)", "needs a constant text"),
        ("sum(value) filter (where value = 'x')", "needs a constant number"),
        ("sum(value) filter (where element in (select 1))", "not allowed in a condition"),
        ("sum(value", "cannot be read"),
        ("", "exactly one|cannot be read"),
    ],
)
def test_everything_else_is_refused_with_its_place(text, reason):
    with pytest.raises(ExpressionError, match=reason):
        parse(text, OBSERVATIONS)


@given(st.text(max_size=80))
def test_hostile_text_is_refused_or_harmless(text):
    try:
        tree = parse(text, OBSERVATIONS)
    except ExpressionError:
        return
    assert columns(tree) <= set(OBSERVATIONS.columns)


@given(st.text(max_size=40))
def test_a_hostile_constant_stays_a_constant(text):
    quoted = text.replace("'", "''")
    try:
        tree = parse(f"sum(value) filter (where element = '{quoted}')", OBSERVATIONS)
    except ExpressionError:
        return
    assert len(list(text_constants(tree, "element"))) == 1
