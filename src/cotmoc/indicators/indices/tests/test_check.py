"""All problems of the files of indices, each with its place."""

from datetime import date
from decimal import Decimal

import pytest
import yaml
from hypothesis import HealthCheck, given, settings

from cotmoc.indicators.indices.check import check_indices, examine_indices
from cotmoc.indicators.indices.model import Index
from cotmoc.indicators.indices.read import DEEPEST, MOST_NODES, inspect_index
from cotmoc.indicators.indices.tests.mutations import CHANGES, mutated, paths, put
from cotmoc.indicators.indices.tests.texts import (
    CITY,
    INDICATORS,
    NAME,
    changed,
    problems,
    raw,
)

HEAD = CITY[: CITY.index("children:")]


def found(*files, **options):
    return [
        (each.file, each.line, each.field) for each in check_indices(files, INDICATORS, **options)
    ]


def test_nothing_is_wrong_with_a_good_file():
    good, wrong = examine_indices([(NAME, CITY)], INDICATORS)
    assert wrong == []
    assert [(each.code, each.method) for each in good] == [("city", "qd1")]


def test_without_known_indicators_none_is_checked():
    text = changed(CITY, ("dossiers_on_time", "anything_else"))
    assert check_indices([(NAME, text)]) == []
    assert len(problems(text)) == 1


def test_all_problems_are_found_in_the_order_of_files_and_lines():
    text = changed(
        CITY, ("max: 60\n", "max: 61\n"), ("6 * A", "6 * Q"), ("scale: 1\n", "scale: 0\n")
    )
    other = changed(CITY, ("method: qd1", "method: qd2"), ("direction: down", "direction: less"))
    files = [("city@qd2.yaml", other), (NAME, text), ("z.yaml", "a: [")]
    assert found(*files) == [
        ("city@qd2.yaml", 54, "children.0.children.4.direction"),
        (NAME, 12, "max"),
        (NAME, 13, "scale"),
        (NAME, 19, "children.0.max"),
        (NAME, 42, "children.0.children.2.rule.formula"),
        (NAME, 44, "children.0.children.2.rule.operands.A"),
        ("z.yaml", 1, None),
    ]


def test_a_sum_is_checked_though_something_else_is_wrong_below():
    text = changed(CITY, ("max: 60\n", "max: 61\n"), ("full_at: 90", "full_at: all"))
    assert [each[2] for each in problems(text)] == [
        "max", "children.0.max", "children.0.children.1.rule.full_at",
    ]  # fmt: skip


def test_a_file_is_named_by_code_and_method():
    assert problems(CITY, "city.yaml") == [(2, 7, "code", "the file must be named city@qd1.yaml")]
    assert found(("mine.yaml", CITY), by_name=False) == []


def test_a_method_stands_in_one_file():
    assert found((NAME, CITY), ("city@qd1 (copy).yaml", CITY)) == [
        ("city@qd1 (copy).yaml", 3, "method")
    ]
    assert found(("a.yaml", CITY), ("b.yaml", CITY), by_name=False) == [("b.yaml", 3, "method")]


def test_two_methods_may_hold_at_once_to_be_computed_side_by_side():
    second = changed(CITY, ("method: qd1", "method: qd2"))
    assert found((NAME, CITY), ("city@qd2.yaml", second)) == []


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "must be a mapping"),
        ("- a", "must be a mapping"),
        ("a: [", "cannot be read"),
        ("code: a\ncode: b", "stands twice"),
        ("a: &x 1\nb: *x", "anchors"),
        (f"a: {'[' * 3000}", "cannot be read"),
        ("a: !!python/object:os.system x", "cannot be read"),
    ],
)
def test_a_text_that_is_no_plain_mapping_is_refused(text, said):
    assert [said in each[3] for each in problems(text)] == [True]


def leaf(code, **more):
    words = {"vi": code, "en": code}
    return {"code": code, "name": words, "max": 1, "rule": {"kind": "yes_no"}, **more}


def group(code, children, maximum=1):
    return {"code": code, "name": {"vi": code, "en": code}, "max": maximum, "children": children}


def errors(children, **more):
    whole = {**raw(HEAD + "children: []"), "children": children, **more}
    return [(each.key, each.reason) for each in inspect_index(whole, "", INDICATORS)[1]]


def formula(code, text):
    return leaf(code, rule={"kind": "formula", "formula": text})


def test_every_cycle_of_formulas_is_named():
    children = [formula("a", "b + e"), formula("b", "2 * c"), formula("c", "min(a, 1)")]
    children += [formula("d", "d + a"), leaf("e"), formula("f", "a + d")]
    assert errors(children, max=6) == [
        ("children.0.rule.formula", "leaves are made of each other: a → b → c → a"),
        ("children.3.rule.formula", "leaves are made of each other: d → d"),
    ]


def test_an_operand_may_not_hide_a_node():
    rule = {"kind": "formula", "formula": "e + 1", "operands": {"e": {"answer": True}}}
    assert errors([leaf("a", rule=rule), leaf("e")], max=2) == [
        (
            "children.0.rule.operands.e",
            "'e' is the code of a node too; give the operand another name",
        )
    ]


def test_a_formula_is_not_blamed_for_what_is_wrong_elsewhere():
    assert errors([formula("a", "b"), leaf("b", zero="full")], max=2) == [
        ("children.1.zero", "has no meaning for the rule yes_no")
    ]


def nested(levels):
    node = leaf("x")
    for number in range(levels):
        node = group(f"g{number}", [node])
    return [node]


def test_a_tree_has_a_greatest_depth():
    assert errors(nested(DEEPEST - 1), max=1) == []
    key = "children.0." * DEEPEST + "children"
    assert errors(nested(DEEPEST), max=1) == [(key, "is nested too deeply")]
    assert errors(nested(400), max=1)


def test_a_tree_has_a_greatest_number_of_nodes():
    many = [leaf(f"x{number}") for number in range(MOST_NODES)]
    assert errors(many, max=MOST_NODES) == []
    more = [*many, *(leaf(f"y{number}") for number in range(3))]
    assert errors(more, max=len(more)) == [
        (f"children.{MOST_NODES}", f"is one too many: at most {MOST_NODES} nodes")
    ]


def test_of_very_much_that_is_wrong_everything_is_said():
    names = " + ".join(f"q{number}" for number in range(100))
    assert len(errors([formula(f"x{number}", names) for number in range(50)], max=50)) == 5000


@pytest.mark.parametrize(
    "value",
    [
        10**5000, -(10**5000), 1e308, float("nan"), float("inf"), "9" * 5000, "0." + "9" * 5000,
        True, None, [], {}, [[]], {"a": {}}, date(2026, 1, 1), "\x00", "\ud800", " ", b"x",
        Decimal("NaN"), Decimal("1e999999"),
    ],
    ids=lambda value: type(value).__name__,
)  # fmt: skip
def test_no_value_breaks_the_reader_wherever_it_stands(value):
    whole = raw()
    for path in paths(whole):
        index, wrong = inspect_index(put(whole, path, value), "x", INDICATORS)
        assert (index is None) == bool(wrong)
        for each in wrong:
            assert str(each)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(CHANGES)
def test_small_changes_give_an_index_or_errors_never_a_crash(changes):
    whole = raw()
    for change in changes:
        whole = mutated(whole, change)
    index, wrong = inspect_index(whole, "x", INDICATORS)
    if index is None:
        assert wrong
        assert all(str(each) and isinstance(each.key, str) for each in wrong)
    else:
        assert isinstance(index, Index)
        assert wrong == []


@settings(max_examples=50, deadline=None)
@given(CHANGES)
def test_errors_are_placed_in_the_text_they_came_from(changes):
    whole = raw()
    for change in changes:
        whole = mutated(whole, change)
    try:
        text = yaml.safe_dump(whole, allow_unicode=True, sort_keys=False)
    except (yaml.YAMLError, UnicodeError):
        return
    lines = text.count("\n") + 1
    for each in check_indices([(NAME, text)], INDICATORS):
        assert each.line is None or 1 <= each.line <= lines
        assert each.params["template"] % each.params


UNKNOWN = {"kind": "unknown", "why": {"vi": "không rõ", "en": "not known"}}


def without_max(code):
    return {key: value for key, value in leaf(code, rule=UNKNOWN).items() if key != "max"}


def test_what_is_not_known_to_be_worth_anything_leaves_the_sum_open_but_not_above():
    children = [leaf("a", max=60), without_max("b")]
    assert errors(children, max=100) == []
    assert errors(children, max=60) == []
    assert errors(children, max=59) == [("max", "is 59, but the points below it add up to 60")]
    # What a group is worth is said, whatever is in it.
    inside = [leaf("a", max=60), group("g", [without_max("b")], maximum=30)]
    assert errors(inside, max=100) == [("max", "is 100, but the points below it add up to 90")]


def test_only_what_is_given_may_be_collected_without_points():
    given = {"kind": "given", "of": {"published": 1}}
    assert errors([leaf("a", max=100), leaf("b", max=0, rule=given)]) == []
    assert errors([leaf("a", max=100), leaf("b", max=0)]) == [
        ("children.1.max", "must be a number above 0")
    ]


def bands(*steps):
    rule = {"kind": "bands", "of": {"answer": True}, "bands": list(steps)}
    return [
        (key.removeprefix("children.0.rule.bands."), reason)
        for key, reason in errors([leaf("a", max=100, rule=rule)])
    ]


def test_the_steps_of_a_city_that_wrote_d_from_50_to_49_are_refused_by_name():
    found = bands(
        {"from": 90, "to": 100, "share": 1, "closed": True},
        {"from": 70, "to": 90, "share": 0.75},
        {"from": 50, "to": 70, "share": 0.5},
        {"from": 50, "to": 49, "share": 0.25},
        {"to": 49, "share": 0},
    )
    assert found == [("3.from", "the band 50–49 has its upper end at or below its lower one")]


def test_a_band_with_a_wrong_share_is_no_hole():
    steps = [{"to": 10, "share": 0}, {"from": 10, "to": 50, "share": 7}, {"from": 50, "share": 1}]
    assert bands(*steps) == [("1.share", "must be from 0 to 1")]
    steps[1] = {"from": "x", "to": 50, "share": 1}
    assert bands(*steps) == [("1.from", "must be a number")]
    steps[2] = {"from": 5, "share": 1}
    assert bands(*steps) == [
        ("1.from", "must be a number"),
        ("2.from", "the bands …–10 and 5–… overlap"),
    ]


def test_bands_in_any_order_follow_each_other():
    assert bands({"from": 50, "share": 1}, {"to": 50, "share": 0}) == []
    assert bands({"from": 50, "share": 1}, {"from": 60, "to": 70, "share": 0}) == [
        ("1.from", "the bands 50–… and 60–70 overlap")
    ]
    assert bands({"share": 1}) == []
