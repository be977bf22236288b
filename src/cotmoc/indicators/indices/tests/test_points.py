"""Points of single leaves: one table for each rule, with numbers worked out by hand."""

from decimal import Decimal

import pytest

from cotmoc.indicators.indices import formula
from cotmoc.indicators.indices.model import (
    Answer,
    Band,
    Bands,
    CappedRatio,
    Choice,
    Given,
    Option,
    PerCase,
    PublishedShare,
    Ratio,
    Rounding,
    Rule,
    Survey,
    Unknown,
    YesNo,
)
from cotmoc.indicators.indices.results import LeafScore, Reading, Status
from cotmoc.indicators.indices.score import score_leaf
from cotmoc.indicators.indices.tests.build import (
    OF,
    WORDS,
    body,
    chose,
    leaf,
    of_formula,
    ratio,
    value,
)
from cotmoc.indicators.lexis import ExpressionError

D = Decimal
FOUR_MEETINGS = Bands(
    OF,
    (
        Band(None, D(1), D(0)),
        Band(D(1), D(2), D("0.25")),
        Band(D(2), D(3), D("0.5")),
        Band(D(3), D(4), D("0.75")),
        Band(D(4), None, D(1)),
    ),
)
HEAD = Choice(
    (Option("head", WORDS, D(1)), Option("deputy", WORDS, D("0.5")), Option("none", WORDS, D(0)))
)
TWO_HALVES = Choice(
    (Option("page", WORDS, D("0.5")), Option("line", WORDS, D("0.75")), Option("no", WORDS, D(0))),
    several=True,
)
ANSWERED = (Choice, YesNo)


def given_for(rule: Rule, reading: Reading) -> LeafScore:
    key = "answer:L" if isinstance(rule, ANSWERED) or rule == Given(Answer()) else "figure:x"
    return score_leaf(leaf(rule=rule), body(), {key: reading})


@pytest.mark.parametrize(
    ("rule", "reading", "expected"),
    [
        (Ratio(OF), ratio(3, 4), "7.5"),
        (Ratio(OF), ratio(0, 4), "0"),
        (Ratio(OF), ratio(5, 4), "10"),
        (Ratio(OF), ratio(-1, 4), "0"),
        (Ratio(OF), value(75), "7.5"),
        (CappedRatio(OF, D(90)), value(45), "5"),
        (CappedRatio(OF, D(90)), value(90), "10"),
        (CappedRatio(OF, D(90)), value(99), "10"),
        (CappedRatio(OF, D(90)), Reading("measured", None, D(9), D(20)), "5"),
        (CappedRatio(OF, D(90), D(50)), value(60), "2.5"),
        (CappedRatio(OF, D(90), D(50)), value(40), "0"),
        (CappedRatio(OF, D(2), D(10)), value(4), "7.5"),  # fewer is better
        (CappedRatio(OF, D(2), D(10)), value(12), "0"),
        (FOUR_MEETINGS, value(4), "10"),
        (FOUR_MEETINGS, value(7), "10"),
        (FOUR_MEETINGS, value(3), "7.5"),
        (FOUR_MEETINGS, value("2.9"), "5"),
        (FOUR_MEETINGS, value(0), "0"),
        (Bands(OF, (Band(D(5), D(8), D("0.5"), closed=True),)), value(8), "5"),
        (Bands(OF, (Band(D(5), D(8), D("0.5")),)), value(8), "0"),
        (Bands(OF, (Band(D(5), D(8), D("0.5")),)), value(4), "0"),
        (HEAD, chose("head"), "10"),
        (HEAD, chose("deputy"), "5"),
        (HEAD, chose("none"), "0"),
        (TWO_HALVES, chose("page"), "5"),
        (TWO_HALVES, chose("page", "line"), "10"),
        (YesNo(), chose("yes"), "10"),
        (YesNo(), chose("no"), "0"),
        (Survey(OF, D(1), D(5)), value(4), "7.5"),
        (Survey(OF, D(1), D(5)), value(1), "0"),
        (Given(Answer()), value("6.5"), "6.5"),
        (Given(Answer()), value(11), "10"),
    ],
)
def test_each_rule_gives_the_points_worked_out_by_hand(
    rule: Rule, reading: Reading, expected: str
) -> None:
    assert given_for(rule, reading) == LeafScore("L", D(expected), D(10), Status.SCORED)


def test_less_is_better_turns_a_ratio_round() -> None:
    found = score_leaf(leaf(rule=Ratio(OF), direction="down"), body(), {"figure:x": ratio(1, 4)})
    assert found.points == D("7.5")


@pytest.mark.parametrize(
    ("scale", "published", "expected"),
    [(1, "0.4455", "4.455"), (100, "44.55", "4.455"), (None, "4.46", "4.46"), (1, "1.2", "10")],
)
def test_a_published_result_is_read_on_its_own_scale(
    scale: int | None, published: str, expected: str
) -> None:
    of = PublishedShare(None if scale is None else D(scale))
    found = score_leaf(leaf(rule=Given(of)), body(), {"published:L": value(published)})
    assert found.points == D(expected)


@pytest.mark.parametrize(
    ("each", "count", "expected"),
    [("2", 3, "6"), ("2", 9, "10"), ("2", 0, "0"), ("-3", 2, "-6"), ("-3", 9, "-10")],
)
def test_cases_give_a_bonus_or_a_penalty_up_to_a_limit(
    each: str, count: int, expected: str
) -> None:
    rule = PerCase(OF, D(each), D(10))
    found = score_leaf(leaf(most=0, rule=rule), body(), {"figure:x": value(count)})
    assert (found.points, found.max) == (D(expected), 0)


@pytest.mark.parametrize(
    ("zero", "expected"),
    [
        ("zero", LeafScore("L", D(0), D(10), Status.ZERO_RULE)),
        ("full", LeafScore("L", D(10), D(10), Status.ZERO_RULE)),
        ("excluded", LeafScore("L", None, D(0), Status.NOT_ARISING)),
        ("none", LeafScore("L", None, D(10), Status.NOT_ARISING)),
    ],
)
@pytest.mark.parametrize(
    "reading",
    [
        Reading("not_arising", None, D(0), D(0)),
        Reading("measured", D(0), D(0), D(0)),  # the indicator's own rule made it a zero
    ],
)
def test_where_nothing_arose_the_leaf_has_its_own_rule(
    zero: str, expected: LeafScore, reading: Reading
) -> None:
    found = score_leaf(leaf(rule=Ratio(OF), zero=zero), body(), {"figure:x": reading})
    assert found == expected


@pytest.mark.parametrize("zero", ["zero", "full", "excluded", "none"])
@pytest.mark.parametrize(
    "status",
    ["no_data", "not_due", "not_applicable", "not_comparable", "closed", "suppressed", ""],
)
def test_no_zero_rule_makes_a_number_of_what_is_missing(zero: str, status: str) -> None:
    given = Reading(status, D(50), D(1), D(2))
    for readings in ({"figure:x": given}, {"figure:x": Reading()}, {}):
        found = score_leaf(leaf(rule=Ratio(OF), zero=zero), body(), readings)
        assert found == LeafScore("L", None, D(10), Status.NO_DATA)


@pytest.mark.parametrize("status", ["partial", "estimated"])
def test_points_say_that_what_they_come_from_is_partial_or_estimated(status: str) -> None:
    found = score_leaf(leaf(rule=Ratio(OF)), body(), {"figure:x": ratio(3, 4, status)})
    assert found == LeafScore("L", D("7.5"), D(10), Status(status))


@pytest.mark.parametrize(
    "reading", [chose(), chose("boss"), chose("head", "boss"), chose("head", "deputy")]
)
def test_an_answer_that_is_no_answer_gives_no_points(reading: Reading) -> None:
    assert given_for(HEAD, reading).status is Status.NO_DATA


def test_a_leaf_that_does_not_apply_gives_full_marks_or_is_left_out() -> None:
    full = leaf(applies_to=("province",), not_applicable="full")
    excluded = leaf(applies_to=("province",))
    assert score_leaf(full, body(), {}) == LeafScore("L", D(10), D(10), Status.NOT_APPLICABLE)
    assert score_leaf(excluded, body(), {}) == LeafScore("L", None, D(0), Status.NOT_APPLICABLE)


def test_what_the_sources_do_not_say_is_never_computed() -> None:
    found = score_leaf(leaf(rule=Unknown(WORDS)), body(), {"published:L": value(2)})
    assert found == LeafScore("L", None, D(10), Status.UNKNOWN)


def test_leaves_are_rounded_half_up_and_never_over_the_maximum() -> None:
    two = Rounding(leaf=2)
    readings = {"figure:x": ratio(1, 8)}
    assert score_leaf(leaf(most="0.2", rule=Ratio(OF)), body(), readings, None, two).points == D(
        "0.03"
    )
    whole = score_leaf(leaf(most="2.005", rule=Ratio(OF)), body(), {"figure:x": ratio(1, 1)})
    assert whole.points == D("2.005")
    held = score_leaf(
        leaf(most="2.005", rule=Ratio(OF)), body(), {"figure:x": ratio(1, 1)}, None, two
    )
    assert held.points == D("2.005")


# Formulas -----------------------------------------------------------------------------------------

PAYMENT = {"a": OF, "b": Answer()}


@pytest.mark.parametrize(
    ("readings", "expected"),
    [
        ({"figure:x": ratio(1, 2), "answer:L": ratio(1, 10)}, "3.25"),
        ({"figure:x": ratio(1, 2), "answer:L": ratio(9, 10)}, "5"),
        ({"figure:x": ratio(0, 0), "answer:L": ratio(1, 10)}, "0.25"),
        ({"figure:x": ratio(0, 0), "answer:L": ratio(0, 0)}, "0"),
    ],
)
def test_a_formula_takes_ratios_and_a_nought_where_nothing_arose(
    readings: dict[str, Reading], expected: str
) -> None:
    rule = of_formula("6 * a + min(2, 2.5 * b)", "zero", **PAYMENT)
    assert score_leaf(leaf(rule=rule), body(), readings).points == D(expected)


def test_a_formula_without_one_of_its_operands_gives_no_points() -> None:
    rule = of_formula("6 * a + b", "zero", **PAYMENT)
    found = score_leaf(leaf(rule=rule, zero="zero"), body(), {"figure:x": ratio(1, 2)})
    assert found == LeafScore("L", None, D(10), Status.NO_DATA)


def test_a_formula_in_which_nothing_arose_goes_by_the_zero_rule() -> None:
    rule = of_formula("10 * a", a=OF)
    found = score_leaf(leaf(rule=rule, zero="full"), body(), {"figure:x": ratio(0, 0)})
    assert found == LeafScore("L", D(10), D(10), Status.ZERO_RULE)


def test_a_formula_reads_the_points_of_other_leaves() -> None:
    rule = of_formula("coalesce(OTHER, 3) / 2")
    assert score_leaf(leaf(rule=rule), body(), {}, {"OTHER": D(8)}).points == 4
    assert score_leaf(leaf(rule=rule), body(), {}, {"OTHER": None}).points == D("1.5")
    plain = score_leaf(leaf(rule=of_formula("OTHER / 2")), body(), {}, {"OTHER": None})
    assert plain.status is Status.NO_DATA


def test_a_formula_carries_what_its_operands_say_of_themselves() -> None:
    rule = of_formula("a + b", **PAYMENT)
    for left, right, expected in (
        ("measured", "estimated", Status.ESTIMATED),
        ("partial", "estimated", Status.PARTIAL),
        ("measured", "measured", Status.SCORED),
    ):
        readings = {"figure:x": ratio(1, 2, left), "answer:L": ratio(1, 2, right)}
        assert score_leaf(leaf(rule=rule), body(), readings).status is expected


@pytest.mark.parametrize(
    ("half", "expected"), [("up", "0.85"), ("even", "0.84"), ("binary", "0.84")]
)
def test_round_in_a_formula_sends_a_half_where_the_method_says(half: str, expected: str) -> None:
    rule = of_formula("round(2 * a, 2)", a=OF)
    reading = {"figure:x": ratio(169, 400)}  # 0.4225
    found = score_leaf(leaf(rule=rule), body(), reading, None, Rounding(half=half))  # type: ignore[arg-type]
    assert found.points == D(expected)


@pytest.mark.parametrize(
    "text", ["round(a)", "round(a, 1.5)", "round(a, 10)", "round(a, b)", "round(a, 2, 3)", "round"]
)
def test_round_takes_a_scalar_and_a_whole_number_of_places(text: str) -> None:
    with pytest.raises(ExpressionError):
        formula.parse(text)
