"""Indicators made of others."""

from decimal import Decimal

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from cotmoc.indicators import syntax
from cotmoc.indicators.catalogue import read_catalogue
from cotmoc.indicators.definitions import DefinitionError, read_definition
from cotmoc.indicators.evaluate import _formula, evaluate_formula
from cotmoc.indicators.formulas import cycles, in_order, names_of, parse_formula
from cotmoc.indicators.lexis import ExpressionError
from cotmoc.indicators.tests import random_expressions
from cotmoc.indicators.tests.shipped import BASE, DERIVED, TABLES
from cotmoc.indicators.words import formula_words


def derived(formula, **changes):
    return {**yaml.safe_load(DERIVED), "formula": formula, **changes}


def value_of(formula, **figures):
    """The value of a formula when bare codes have these figures and nothing else is there."""
    raw = derived(formula, worked_example={"figures": {}, "expect": {"value": None}})
    definition = read_definition(raw, "x.yaml", TABLES)
    given = {f"value({code})": Decimal(str(number)) for code, number in figures.items()}
    return evaluate_formula(definition, lambda wanted: given.get(str(wanted))).value


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("a + b", "(value(a) + value(b))"),
        ("value(a)", "value(a)"),
        ("numerator(a) / denominator(b)", "(numerator(a) / denominator(b))"),
        ("moving(a, 3) - Previous(a)", "(moving(a, 3) - previous(a))"),
        ("-ytd(a) * 2", "((-ytd(a)) * 2)"),
        ("coalesce(a, last_year(a), 0)", "coalesce(value(a), last_year(a), 0)"),
        (
            "case when a > 10 then b else 0 end",
            "case when value(a) > 10 then value(b) else 0 end",
        ),
    ],
)
def test_what_a_formula_means(text, wanted):
    assert str(parse_formula(text)) == wanted


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("1 + 1", "names no indicator"),
        ("a +", "cannot be read"),
        ("a; b", "not allowed here"),
        ("sum(a)", "not allowed in a formula"),
        ("next(a)", "unknown function"),
        ("prevous(a)", "unknown function"),
        ("previous(a, 2)", "previous takes 1"),
        ("moving(a)", "moving takes 2"),
        ("moving(a, 1)", "moving takes 2 to 60"),
        ("moving(a, 61)", "moving takes 2 to 60"),
        ("moving(a, 2.5)", "moving takes 2 to 60"),
        ("moving(a, b)", "moving takes 2 to 60"),
        ("previous(previous(a))", "needs an indicator's code"),
        ("previous(a + b)", "needs an indicator's code"),
        ('previous("a")', "not allowed here"),
        ("previous(t.a)", "not allowed here"),
        ("(select a)", "not allowed in a formula"),
        ("a = b", "not allowed in a formula"),
        ("case when a then b end", "one comparison"),
        ("case when a > 1 and b > 1 then b end", "one comparison"),
        ("case a when 1 then b end", "not allowed in a formula"),
        ("a -- b", "comments are not allowed"),
        ("a::int", "not allowed here"),
        ("'a'", "not allowed in a formula"),
        ("a" + " + a" * 60, "nested too deeply"),
    ],
)
def test_everything_else_is_refused(text, reason):
    with pytest.raises(ExpressionError, match=reason):
        parse_formula(text)


def test_a_quoted_code_by_itself_is_refused():
    for text in ('"a"', "t.a"):
        with pytest.raises(ExpressionError):
            parse_formula(text)


@settings(max_examples=100, deadline=None)
@given(random_expressions.formulas(), st.data())
def test_the_text_of_a_formula_is_read_as_the_same_formula(tree, data):
    again = parse_formula(str(tree))
    assert str(again) == str(tree)
    wanted = sorted({str(each) for each in syntax.references(tree)})
    given_figures = {
        each: data.draw(st.none() | random_expressions.numbers, label=each) for each in wanted
    }
    assert _formula(again, lambda each: given_figures[str(each)]) == _formula(
        tree, lambda each: given_figures[str(each)]
    )


@pytest.mark.parametrize(
    ("formula", "figures", "wanted"),
    [
        ("a - b", {"a": 5, "b": 3}, 2),
        ("a - b", {"a": 5}, None),
        ("a / b", {"a": 5, "b": 0}, None),
        ("coalesce(a, b, 0)", {"b": 7}, 7),
        ("coalesce(a / b, 0)", {"a": 1, "b": 0}, 0),
        ("coalesce(a, b)", {}, None),
        ("case when a >= 10 then b else 0 end", {"a": 10, "b": 4}, 4),
        ("case when a >= 10 then b else 0 end", {"a": 9, "b": 4}, 0),
        ("case when a >= 10 then b else 0 end", {"b": 4}, 0),
        ("case when a >= 10 then b end", {"a": 9, "b": 4}, None),
        ("-a", {"a": 3}, -3),
    ],
)
def test_a_missing_figure_is_missing_never_zero(formula, figures, wanted):
    assert value_of(formula, **figures) == (None if wanted is None else Decimal(wanted))


def formulas(**texts):
    return {code: parse_formula(text) for code, text in texts.items()}


def test_each_comes_after_what_it_needs():
    found = in_order(formulas(c="b + a", b="a * 2", a="base", z="1 + base"))
    assert found.index("a") < found.index("b") < found.index("c")
    assert set(found) == {"a", "b", "c", "z"}


def test_a_long_chain_is_put_in_order():
    chain = {f"c{n}": parse_formula(f"c{n + 1}") for n in range(3_000)}
    assert in_order(chain)[0] == "c2999"


def test_cycles_are_named_from_one_code_back_to_it():
    made = formulas(a="b", b="c", c="a", d="d + base", e="a", f="g", g="f")
    named = [error.params["cycle"] for error in cycles(made)]
    assert named == ["a → b → c → a", "d → d", "f → g → f"]
    with pytest.raises(ExpressionError, match="a → b → c → a"):
        in_order(made)


def test_looking_back_at_oneself_is_a_cycle_too():
    with pytest.raises(ExpressionError, match="a → a"):
        in_order(formulas(a="previous(a) + base"))


def catalogue(*raws):
    return read_catalogue([(f"{raw['code']}.yaml", raw) for raw in raws], TABLES)


def test_an_unknown_indicator_is_refused_with_near_names():
    with pytest.raises(DefinitionError, match="unknown indicator: 'online_shar'; did you mean on"):
        catalogue(yaml.safe_load(BASE), derived("online_shar - 1"))


@pytest.mark.parametrize(
    ("formula", "unit", "reason"),
    [
        ("online_share + numerator(online_share)", "%", "% plus count has no meaning"),
        ("online_share - denominator(online_share)", "%", "% minus count has no meaning"),
        (
            "case when online_share > numerator(online_share) then 1 else 0 end",
            "yes/no",
            "% minus count has no meaning",
        ),
        ("online_share - previous(online_share)", "count", "is not in count"),
        ("numerator(online_share)", "%", "is not in %"),
        ("numerator(online_share)", "VND", "is not in VND"),
    ],
)
def test_unlike_things_are_refused(formula, unit, reason):
    with pytest.raises(DefinitionError, match=reason):
        catalogue(yaml.safe_load(BASE), derived(formula, unit=unit))


@pytest.mark.parametrize(
    ("formula", "unit"),
    [
        ("100 * numerator(online_share) / denominator(online_share)", "%"),
        ("100 * (online_share - last_year(online_share)) / last_year(online_share)", "%/year"),
        ("denominator(online_share) - numerator(online_share)", "count"),
        ("case when online_share >= 80 then 1 else 0 end", "yes/no"),
        ("moving(online_share, 3) - ytd(online_share)", "%"),
    ],
)
def test_like_things_are_joined(formula, unit):
    assert catalogue(yaml.safe_load(BASE), derived(formula, unit=unit))


def test_every_version_of_a_formula_is_checked():
    first = derived("nowhere + 1", valid_from=yaml.safe_load("2020-01-01"))
    first["valid_to"] = yaml.safe_load("2025-07-01")
    second = derived("online_share", version=2)
    files = [
        ("online_share.yaml", yaml.safe_load(BASE)),
        ("online_growth@1.yaml", first),
        ("online_growth.yaml", second),
    ]
    with pytest.raises(DefinitionError, match=r"online_growth@1.yaml: formula unknown indicator"):
        read_catalogue(files, TABLES)


@pytest.mark.parametrize(
    ("formula", "vi", "en"),
    [
        (
            "online_share - previous(online_share)",
            "Hồ sơ trực tuyến − Hồ sơ trực tuyến (kỳ trước)",
            "Dossiers online − Dossiers online (period before)",
        ),
        (
            "2 * (online_share - (numerator(online_share) + 1))",
            "2 × (Hồ sơ trực tuyến − (tử số của Hồ sơ trực tuyến + 1))",
            "2 × (Dossiers online − (numerator of Dossiers online + 1))",
        ),
        (
            "case when moving(online_share, 3) >= 80 then 1 else 0 end",
            "nếu Hồ sơ trực tuyến (3 kỳ liền) ≥ 80 thì 1; nếu không: 0",
            "if Dossiers online (last 3 periods) ≥ 80, 1; else 0",
        ),
    ],
)
def test_a_formula_in_words(formula, vi, en):
    definition = read_definition(derived(formula), "x.yaml", TABLES)
    names = {"online_share": yaml.safe_load(BASE)["name"]}
    assert formula_words(definition, names, "vi") == vi
    assert formula_words(definition, names, "en") == en


def test_a_share_in_words():
    definition = read_definition(yaml.safe_load(BASE), "x.yaml", TABLES)
    assert formula_words(definition, {}, "en") == "100 × online ÷ received"


def test_names_are_given_once_from_left_to_right():
    assert names_of(parse_formula("b + previous(a) - b")) == ["b", "a"]
    assert next(syntax.references(parse_formula("b + a"))) == syntax.Reference("value", "b")
