"""Formulas of scores are arithmetic and nothing else."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cotmoc.indicators.indices.formula import LONGEST, MOST_TOKENS, evaluate, names, parse
from cotmoc.indicators.lexis import ExpressionError

VALUES = {"A": Decimal("0.5"), "B": Decimal(1), "C": Decimal(0), "N": None}


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("6 * A + min(2, 2.5 * B) + 2.5 * C", "5"),
        ("min(2, 2*A/0.80) + 4*B + min(6, 6*C/0.50)", "5.25"),
        ("A - B - B", "-1.5"),
        ("A - (B - B)", "0.5"),
        ("B / A / A", "4"),
        ("2 + 3 * A", "3.5"),
        ("(2 + 3) * A", "2.5"),
        ("-A * 2", "-1"),
        ("- -A", "0.5"),
        ("2 * -A", "-1"),
        ("max(A, B, C)", "1"),
        ("min(A, B, C)", "0"),
        ("max(A, min(B, 0.75))", "0.75"),
        (".5 * A", "0.25"),
        ("A\n+\tB", "1.5"),
        ("B / 3 * 3", "1"),
        ("round(B / 3, 2)", "0.33"),
        ("round(A + 0.125, 2)", "0.63"),
        ("round(N, 2)", None),
        ("A / C", None),
        ("A / (B - B)", None),
        ("A + N", None),
        ("-N", None),
        ("min(A, N)", None),
        ("max(N, A)", None),
        ("coalesce(N, A)", "0.5"),
        ("coalesce(A, N)", "0.5"),
        ("coalesce(A / C, N, 7)", "7"),
        ("coalesce(N, N)", None),
        ("A + nowhere", None),
    ],
)
def test_a_formula_gives_what_its_arithmetic_says(text, value):
    found = evaluate(parse(text), VALUES)
    assert found == (None if value is None else Decimal(value)) or abs(
        found - Decimal(value)
    ) < Decimal("1e-30")


def test_names_are_found_once_in_their_order():
    assert names(parse("b + a * min(b, c) / coalesce(d, a)")) == ["b", "a", "c", "d"]


@pytest.mark.parametrize(
    ("text", "offset", "said"),
    [
        ("2.5B", 3, "not allowed here: 'B'"),
        ("a b", 2, "not allowed here: 'b'"),
        ("a + 2,5 * b", 5, "not allowed here: ','"),
        ("a)", 1, "not allowed here: ')'"),
        ("(a", 1, "ends too early"),
        ("a +", 2, "ends too early"),
        ("a + * b", 4, "not allowed here: '*'"),
        ("+a", 0, "not allowed here: '+'"),
        ("a % b", 2, "not allowed here: '%'"),
        ("a ** b", 3, "not allowed here: '*'"),
        ("a < b", 2, "not allowed here: '<'"),
        ("a = 1", 2, "not allowed here: '='"),
        ("a.b", 1, "not allowed here: '.'"),
        ("a; b", 1, "not allowed here: ';'"),
        ("a -- b; c", 6, "not allowed here: ';'"),
        ("a /* b */", 3, "not allowed here: '*'"),
        ("'a'", 0, "not allowed here: \"'\""),
        ('"a"', 0, "not allowed here: '\"'"),
        ("a[0]", 1, "not allowed here: '['"),
        ("a := 1", 2, "not allowed here: ':'"),
        ("lambda: a", 6, "not allowed here: ':'"),
        ("{a}", 0, "not allowed here: '{'"),
        ("%(a)s", 0, "not allowed here: '%'"),
        ("__import__('os')", 11, "not allowed here: \"'\""),
        ("__import__(a)", 0, "unknown function: '__import__'"),
        ("_a", 0, "cannot be a name"),
        ("sum(a)", 0, "unknown function: 'sum'; known: min, max, coalesce, round"),
        ("MIN(a, b)", 0, "unknown function: 'MIN'; known: min, max, coalesce, round; min?"),
        ("min(a)", 0, "two parts or more"),
        ("round(a)", 0, "two parts or more"),
        ("round(a, b)", 0, "a whole number of places"),
        ("round(a, 1.5)", 0, "a whole number of places"),
        ("round(a, 10)", 0, "at most 9"),
        ("round(a, 1, 2)", 0, "a whole number of places"),
        ("min()", 4, "not allowed here: ')'"),
        ("min(a,)", 6, "not allowed here: ')'"),
        ("min + a", 0, "cannot be a name"),
        ("select a from b", 7, "not allowed here: 'a'"),
        ("case when a then b end", 5, "not allowed here: 'when'"),
        ("1e9 * a", 0, "not a plain number: '1e9'"),
        ("1234567890123456 * a", 0, "not a plain number"),
        ("0.1234567891 * a", 0, "not a plain number"),
        ("1. * a", 0, "not a plain number"),
        ("0x1f * a", 1, "not allowed here: 'x1f'"),
        ("1 + 1", 0, "names nothing"),
        ("Ａ + a", 0, "not allowed here: 'Ａ'"),  # a letter that only looks Latin
        ("а + a", 0, "not allowed here: 'а'"),  # Cyrillic
        ("điểm + a", 0, "not allowed here: 'đ'"),
        ("a − b", 2, "not allowed here: '−'"),
        ("a × b", 2, "not allowed here: '×'"),
        ("٣ * a", 0, "not allowed here: '٣'"),
        ("(" * 60 + "a" + ")" * 60, 41, "nested too deeply"),
        ("-" * 60 + "a", 41, "nested too deeply"),
        ("a" + "+a" * MOST_TOKENS, None, f"more than {MOST_TOKENS} parts"),
        ("a" * (LONGEST + 1), None, f"longer than {LONGEST} characters"),
        ("a" * 61, 0, "cannot be a name"),
    ],
)  # fmt: skip
def test_anything_else_is_refused_at_its_place(text, offset, said):
    with pytest.raises(ExpressionError) as error:
        parse(text)
    assert said in str(error.value)
    assert offset is None or error.value.offset == offset


@given(st.text(alphabet="aB2.,+-*/() \n_min;'%\u0301é", max_size=40))
def test_no_text_breaks_the_reader(text):
    try:
        tree = parse(text)
    except ExpressionError as error:
        refused = error
    else:
        evaluate(tree, {"a": Decimal(2), "B": None})
        return
    assert refused.offset is None or 0 <= refused.offset <= len(text)


def trees(below):
    two = st.tuples(below, below)
    return st.one_of(
        st.tuples(below, st.sampled_from("+-*/"), below).map(lambda t: f"({t[0]} {t[1]} {t[2]})"),
        below.map(lambda inner: f"(-{inner})"),
        two.map(lambda t: f"min({t[0]}, {t[1]})"),
        two.map(lambda t: f"max({t[0]}, {t[1]})"),
        two.map(lambda t: f"coalesce({t[0]}, {t[1]})"),
    )


FORMULAS = st.recursive(st.sampled_from(["A", "B", "C", "N", "2", "0.25"]), trees, max_leaves=12)


@given(FORMULAS)
def test_the_canonical_text_reads_as_the_same_formula(text):
    tree = parse(f"A + {text}")
    assert parse(str(tree).replace("value(", "(")) == tree


@given(FORMULAS)
def test_a_formula_without_missing_names_agrees_with_python(text):
    """Python's own arithmetic on the same brackets; a division by zero is missing."""
    values = {**VALUES, "N": Decimal(3)}
    found = evaluate(parse(f"A + {text}"), values)
    try:
        expected = eval(  # the text was generated here, of these parts alone
            f"A + {text}".replace("0.25", "Q").replace("2", "T"),
            {"__builtins__": {}, "min": min, "max": max, "coalesce": lambda one, _two: one},
            {**values, "Q": Decimal("0.25"), "T": Decimal(2)},
        )
    except ArithmeticError:
        assert "/" in text
        return
    assert found is not None
    assert abs(found - expected) <= abs(expected) * Decimal("1e-20")
