"""The shipped indices: nothing is wrong with them, and the template is worth what it says."""

from decimal import Decimal

import pytest

from cotmoc.indicators.indices.check import check_indices
from cotmoc.indicators.indices.model import (
    Answer,
    Bands,
    Choice,
    Formula,
    Given,
    Leaf,
    PerCase,
    Rule,
    Unknown,
    YesNo,
    operands_of,
)
from cotmoc.indicators.indices.results import Body, Reading, Readings, reading_key
from cotmoc.indicators.indices.score import score
from cotmoc.indicators.indices.tests.build import chose, ratio, value
from cotmoc.indicators.indices.tests.shipped import INDICES, definitions, shipped_index

TEMPLATE = shipped_index("internal@template")


def test_nothing_is_wrong_with_the_shipped_indices() -> None:
    files = [(path.name, path.read_text("utf-8")) for path in INDICES]
    assert [path.stem for path in INDICES] == [
        "dti@qd1726",
        "dti@qd405",
        "dti@qd922",
        "internal@template",
        "par@qd876",
        "qd766@2022",
    ]
    assert check_indices(files, definitions().keys()) == []


@pytest.mark.parametrize("name", [path.stem for path in INDICES])
def test_every_index_says_from_where_each_thing_is_known(name: str) -> None:
    (path,) = (path for path in INDICES if path.stem == name)
    head = path.read_text("utf-8").split("\ncode: ")[0]
    template = "written for this project" in head
    assert shipped_index(name).template is template
    assert template or "Where each thing is known from" in head


@pytest.mark.parametrize("name", [path.stem for path in INDICES])
def test_leaves_read_indicators_that_have_figures_of_the_kind(name: str) -> None:
    index = shipped_index(name)
    for leaf in index.leaves():
        if leaf.code.startswith("ONLINE_"):
            continue  # counted for the province alone, as its group says
        for operand in operands_of(leaf.rule).values():
            indicator = getattr(operand, "indicator", None)
            if indicator:
                kinds = set(leaf.applies_to or index.applies_to)
                assert kinds <= set(definitions()[indicator].applies_to), leaf.code


def test_the_template_uses_every_rule_that_computes() -> None:
    kinds = {type(leaf.rule) for leaf in TEMPLATE.leaves()}
    assert kinds == set(Rule.__args__) - {Given, Unknown}


def test_the_template_says_who_supplies_and_who_verifies_each_leaf() -> None:
    leaves = list(TEMPLATE.leaves())
    assert len(leaves) >= 60
    assert len([leaf for leaf in TEMPLATE.children if leaf.max]) == 7
    assert all(leaf.data_source and leaf.verifier for leaf in leaves)
    asked = [
        leaf
        for leaf in leaves
        if Answer() in operands_of(leaf.rule).values() and leaf.data_source == leaves[0].data_source
    ]
    unproven = [leaf.code for leaf in asked if not leaf.evidence]
    assert unproven == []


def readings_at(full: bool) -> Readings:
    """Everything at its best, or at its worst; times are equal for all."""
    found: dict[str, Reading] = {}
    for leaf in TEMPLATE.leaves():
        for operand in operands_of(leaf.rule).values():
            found[reading_key(operand, leaf)] = _answer(leaf, full)
    return found


def _answer(leaf: Leaf, full: bool) -> Reading:
    match leaf.rule:
        case Choice(options, several):
            good = [option.code for option in options if option.share > 0]
            best = good if several else good[:1]
            return chose(*(best if full else [option.code for option in options][-1:]))
        case YesNo():
            return chose("yes" if full else "no")
        case PerCase():
            return value(0)
        case Bands():
            return value(100 if full else 0)
        case Formula():
            return ratio(1 if full else 0, 1)
    if leaf.code == "NT08":  # a mean answer from 1 to 5
        return value(5 if full else 1)
    return ratio(1 if full else 0, 1)


@pytest.mark.parametrize("kind", ["department", "commune"])
def test_the_best_body_of_each_kind_reaches_all_points_of_the_template(kind: str) -> None:
    body = Body("A", "A", kind)  # type: ignore[arg-type]
    (found,) = score(TEMPLATE, [body], {"A": readings_at(full=True)})
    # All times are equal, so the leaf that compares them gives half of its 10 points.
    assert (found.total, found.max, found.scored_max) == (Decimal("995.00"), 1000, 1000)


@pytest.mark.parametrize("kind", ["department", "commune"])
def test_the_worst_body_has_next_to_nothing(kind: str) -> None:
    body = Body("A", "A", kind)  # type: ignore[arg-type]
    (found,) = score(TEMPLATE, [body], {"A": readings_at(full=False)})
    given = {code: leaf.points for code, leaf in found.leaves.items() if leaf.points}
    # Equal times and equal guidance, and full marks of departments for what is of communes.
    even = {"CQ12": Decimal(5), "NL08": Decimal(10)}
    assert given == (even if kind == "commune" else {"CQ12": Decimal(5), "NT09": Decimal(10)})
