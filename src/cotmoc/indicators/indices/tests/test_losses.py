"""Points lost and the least that wins them back: n is enough, one less is not."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cotmoc.indicators.indices.losses import (
    Why,
    by_effort,
    by_lost,
    by_return,
    losses,
    probe,
)
from cotmoc.indicators.indices.model import (
    Answer,
    Band,
    Bands,
    CappedRatio,
    Choice,
    FigureOf,
    Given,
    Leaf,
    MinMax,
    Option,
    PerCase,
    PublishedShare,
    Ratio,
    Rounding,
    Survey,
    Unknown,
    YesNo,
)
from cotmoc.indicators.indices.results import Body, Reading
from cotmoc.indicators.indices.score import score
from cotmoc.indicators.indices.tests import build

D = Decimal
BODY = Body("A", "Sở A", "department")
F = FigureOf("f")
NAME = build.WORDS


def leaf(rule, code="L", most=10, **more):
    return Leaf(code, NAME, D(most), rule, **more)


def index(*leaves, rounding=None):
    return build.index(*leaves, scale=D(100), rounding=rounding or Rounding())


parts = build.ratio


def lost(made, readings):
    (scored,) = score(made, [BODY], {"A": readings})
    return losses(made, scored, readings), scored


def one(rule, reading, *, places=None, **more):
    made = index(leaf(rule, **more), rounding=Rounding(leaf=places))
    readings = {"figure:f": reading}
    rows, scored = lost(made, readings)
    return rows, probe(made, scored), readings


counts = st.integers(1, 5000).flatmap(lambda b: st.tuples(st.integers(0, b), st.just(b)))
maxima = st.sampled_from([D("0.5"), D(1), D(2), D(12), D(18), D("22.5")])
places = st.sampled_from([None, 0, 1, 2, 4])
rules = st.one_of(
    st.just(Ratio(F)),
    st.builds(CappedRatio, st.just(F), st.sampled_from([D(80), D(90), D("99.5"), D(100)])),
    st.builds(
        CappedRatio, st.just(F), st.just(D(95)), st.sampled_from([D(0), D(40), D("66.6666")])
    ),
    st.builds(CappedRatio, st.just(F), st.sampled_from([D(0), D(5)]), st.just(D(60))),
)
BANDED = Bands(
    F,
    (
        Band(None, D(50), D(0)),
        Band(D(50), D("66.67"), D("0.25")),
        Band(D("66.67"), D(90), D("0.5")),
        Band(D(90), D(100), D(1), closed=True),
    ),
)


def points_after(points, made_leaf, readings, step, count):
    reading = readings["figure:f"]
    top = reading.numerator - count if step.fewer else reading.numerator + count
    return points(made_leaf, {"figure:f": parts(top, reading.denominator)})


def check_least(rows, points, readings):
    """What the requirement says of every effort: enough, and one less is not."""
    for row in rows:
        for effort, wanted in (
            (row.tenth, min(row.points + D("0.1"), row.max)),
            (row.point, min(row.points + 1, row.max)),
            (row.full, row.max),
        ):
            if effort is None:
                continue
            (step,) = effort.steps
            assert points_after(points, row.leaf, readings, step, step.count) >= wanted
            assert points_after(points, row.leaf, readings, step, step.count - 1) < wanted
            assert effort.gain == effort.points - row.points > 0


@given(counts, maxima, places, rules, st.sampled_from(["up", "down"]))
def test_n_things_are_enough_and_one_less_is_not(count, most, rounded, rule, direction):
    if isinstance(rule, CappedRatio):
        direction = "up"
    rows, points, readings = one(
        rule, parts(*count), places=rounded, most=most, direction=direction
    )
    check_least(rows, points, readings)
    for row in rows:
        assert row.full is not None, "a ratio can always be won back whole"
        assert row.why is None


@given(counts, maxima)
def test_bands_are_climbed_by_the_fewest_things(count, most):
    rows, points, readings = one(BANDED, parts(*count), most=most)
    check_least(rows, points, readings)
    assert all(row.full is not None for row in rows)


def test_less_may_be_better():
    less = CappedRatio(F, D(5), D(20))  # overdue: full marks from 5 % down, none at 20 %
    (row,), _points, _readings = one(less, parts(150, 1000))
    (step,) = row.full.steps
    assert (step.fewer, step.count) == (True, 100)
    assert row.lost == row.max - row.points


def test_the_issues_words_hold_for_a_thousand_dossiers():
    (row,), _points, _readings = one(Ratio(F), parts(900, 1000), most=20)
    assert (row.points, row.lost) == (D(18), D(2))
    assert [effort.things for effort in (row.tenth, row.point, row.full)] == [5, 50, 100]
    assert row.point.by_thing == D("0.02")


def test_rounding_of_the_method_counts():
    (row,), _points, _readings = one(Ratio(F), parts(900, 1000), most=20, places=0)
    # 18.5 rounds to 19 points: 25 dossiers do what unrounded would take 50.
    assert (row.point.things, row.full.things) == (25, 75)


def test_a_value_without_counts_is_to_be_reached():
    (row,), _points, _readings = one(CappedRatio(F, D(80)), Reading(value=D(60)), most=8)
    (step,) = row.point.steps
    assert (step.count, step.value, row.point.things) == (None, D(70), None)
    assert row.full.steps[0].value == D(80)
    (row,), _points, _readings = one(Survey(F, D(1), D(5)), Reading(value=D(4)))
    assert row.full.steps[0].value == D(5)


def test_an_answer_is_one_action():
    (row,), *_rest = [lost(index(leaf(YesNo())), {"answer:L": Reading(chosen=("no",))})[0]]
    assert row.full.steps[0].options == ("yes",)
    assert row.full.things == 1
    options = tuple(
        Option(code, NAME, D(share)) for code, share in (("a", "0.2"), ("b", "0.6"), ("c", 1))
    )
    made = index(leaf(Choice(options)))
    (row,), _scored = lost(made, {"answer:L": Reading(chosen=("a",))})
    assert (row.point.steps[0].options, row.full.steps[0].options) == (("b",), ("c",))
    several = tuple(Option(code, NAME, D("0.25")) for code in "abcd")
    (row,), _scored = lost(
        index(leaf(Choice(several, several=True))), {"answer:L": Reading(chosen=("b",))}
    )
    assert row.full.steps[0].options == ("a", "c", "d")
    assert row.full.things == 3


PAYMENT = build.of_formula(
    "6 * a + min(2, 2.5 * b) + 2.5 * c", "zero", **{name: FigureOf(name) for name in "abc"}
)


def payment(a, b, c):
    made = index(leaf(PAYMENT))
    readings = {f"figure:{name}": parts(*each) for name, each in zip("abc", (a, b, c), strict=True)}
    rows, scored = lost(made, readings)
    return rows, probe(made, scored), readings


def test_a_formula_is_won_by_its_cheapest_operand():
    (row,), *_rest = payment((6000, 10000), (40, 100), (30, 100))
    (step,) = row.point.steps
    assert (step.name, step.count) == ("b", 40)  # 2.5 × 40 / 100 = 1; c would take as many


@given(counts, counts, counts)
def test_full_marks_of_a_formula_leave_nothing_out(a, b, c):
    rows, points, readings = payment(a, b, c)
    for row in rows:
        assert row.full is not None
        after = dict(readings)
        for step in row.full.steps:
            after[step.key] = parts(
                readings[step.key].numerator + step.count, readings[step.key].denominator
            )
        assert points(row.leaf, after) == row.max
        for step in row.full.steps:  # one less of any is not enough
            less = {
                **after,
                step.key: parts(after[step.key].numerator - 1, after[step.key].denominator),
            }
            assert points(row.leaf, less) < row.max


def test_a_formula_over_other_leaves_reads_their_points():
    over = build.of_formula("other + 4 * a", a=FigureOf("a"))
    made = index(leaf(over), leaf(Ratio(F), "other", 6))
    readings = {"figure:a": parts(1, 2), "figure:f": parts(1, 2)}
    rows, _scored = lost(made, readings)
    row = next(each for each in rows if each.leaf.code == "L")
    assert (row.points, row.point.things) == (D(5), 1)


@pytest.mark.parametrize(
    ("rule", "readings", "why"),
    [
        (Ratio(F), {}, Why.NO_DATA),
        (Unknown(NAME), {}, Why.UNKNOWN_RULE),
        (MinMax(F), {"figure:f": Reading(value=D(3))}, None),
        (Given(PublishedShare(D(1))), {"published:L": Reading(value=D("0.5"))}, Why.GIVEN),
        (Given(Answer()), {"answer:L": Reading(value=D(4))}, Why.GIVEN),
    ],
)
def test_an_effort_that_cannot_be_told_says_why(rule, readings, why):
    rows, _scored = lost(index(leaf(rule)), readings)
    assert [row.why for row in rows] == ([why] if why else [])
    assert all(row.next is None for row in rows)


def test_min_max_depends_on_the_others():
    made = index(leaf(MinMax(F)))
    other = Body("B", "Sở B", "department")
    readings = {"A": {"figure:f": Reading(value=D(3))}, "B": {"figure:f": Reading(value=D(5))}}
    scored, _other = score(made, [BODY, other], readings)
    (row,) = losses(made, scored, readings["A"])
    assert (row.lost, row.why) == (D(10), Why.OTHERS)


def test_nothing_arose_and_a_zero_rule_cannot_be_worked_off():
    reading = Reading(status="not_arising", numerator=D(0), denominator=D(0))
    (row,), *_rest = one(Ratio(F), reading, zero="zero")
    assert (row.lost, row.why) == (D(10), Why.NOTHING_AROSE)
    rows, *_rest = one(Ratio(F), reading, zero="full")
    assert rows == []


def test_missing_is_not_zero():
    (row,), _scored = lost(index(leaf(Ratio(F))), {})
    assert (row.points, row.lost, row.max) == (None, None, D(10))


def test_a_leaf_that_does_not_apply_loses_nothing():
    elsewhere = leaf(Ratio(F), applies_to=("commune",))
    assert lost(index(elsewhere, leaf(Ratio(F), "K")), {"figure:f": parts(1, 1)})[0] == []


def test_a_penalty_is_won_back_by_fewer_cases():
    made = index(leaf(PerCase(F, D("-0.5"), D(3)), most=0), leaf(Ratio(FigureOf("g")), "K"))
    rows, _scored = lost(made, {"figure:f": Reading(value=D(4)), "figure:g": parts(1, 1)})
    (row,) = rows
    assert (row.points, row.lost) == (D(-2), D(2))
    (step,) = row.full.steps
    assert (step.fewer, step.count) == (True, 4)


def test_rows_are_ordered_by_loss_by_effort_and_by_return():
    made = index(
        leaf(Ratio(FigureOf("a")), "A", 10),
        leaf(Ratio(FigureOf("b")), "B", 10),
        leaf(Ratio(FigureOf("c")), "C", 10),
    )
    readings = {"figure:a": parts(10, 1000), "figure:b": parts(50, 100)}
    rows, _scored = lost(made, readings)
    codes = lambda order: [row.leaf.code for row in order(rows)]  # noqa: E731
    assert codes(by_lost) == ["A", "B", "C"]
    assert codes(by_effort) == ["B", "A", "C"]
    assert codes(by_return) == ["B", "A", "C"]
