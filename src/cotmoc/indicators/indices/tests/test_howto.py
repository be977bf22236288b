"""The example of the howto is an index, and says of itself what is true."""

import re
from decimal import Decimal
from pathlib import Path

import pytest
import yaml

from cotmoc.indicators.indices.check import examine_indices
from cotmoc.indicators.indices.results import Body, Reading
from cotmoc.indicators.indices.schema import index_schema
from cotmoc.indicators.indices.score import score

ROOT = Path(__file__).parents[5]
TEXT = (ROOT / "docs" / "howto" / "write-your-own-index.md").read_text(encoding="utf-8")
NAME = "phuong_xa@2026.yaml"
INDICATORS = {path.stem for path in (ROOT / "catalogue" / "indicators").glob("*.yaml")}


def example():
    (found,) = re.findall(r"```yaml\n(.*?)```", TEXT, re.DOTALL)
    return found


@pytest.fixture(scope="module")
def index():
    (good,), problems = examine_indices([(NAME, example())], INDICATORS)
    assert problems == []
    return good


def test_the_example_is_good_and_every_key_of_it_is_known_to_editors(index):
    from jsonschema import Draft202012Validator

    raw = yaml.safe_load(example())
    raw["valid_from"] = str(raw["valid_from"])
    assert list(Draft202012Validator(index_schema()).iter_errors(raw)) == []
    assert f"`{NAME}`" in TEXT


def test_the_example_gives_the_points_that_are_told(index):
    ratio = {"numerator": Decimal(900), "denominator": Decimal(1000), "value": Decimal(90)}
    readings = {
        "figure:dossiers_on_time": Reading(**ratio),
        "figure:dossiers_online": Reading(
            numerator=Decimal(600), denominator=Decimal(1000), value=Decimal(60)
        ),
        "answer:PLAN": Reading(chosen=("in_time",)),
        "answer:COURSES": Reading(value=Decimal(2)),
        "answer:IDEAS": Reading(value=Decimal(1)),
    }
    (found,) = score(index, [Body("X", "Xã", "commune")], {"X": readings})
    told = re.search(r"has ([\d.]+(?: \+ [\d.]+)+) = \*\*([\d.]+)\*\* points", TEXT)
    parts = [Decimal(part) for part in told[1].split(" + ")]
    assert [found.leaves[leaf.code].points for leaf in index.leaves()] == parts
    assert found.total == sum(parts) == Decimal(told[2])


def test_the_fault_that_is_shown_is_found_where_it_is_shown():
    wrong = example().replace(
        "        max: 40\n        rule: {kind: ratio", "        max: 45\n        rule: {kind: ratio"
    )
    assert wrong != example()
    _good, (problem,) = examine_indices([(NAME, wrong)], INDICATORS)
    column = problem.params["column"]
    line = example().splitlines()[problem.line - 1]
    said = problem.params["template"] % problem.params
    place = f"{NAME}:{problem.line}:{column}: {problem.field}: {said}"
    assert f"{place}\n    {line}\n    {' ' * (column - 1)}^\n" in TEXT
