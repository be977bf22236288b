"""Every definition shipped is read, and its worked example holds."""

from decimal import Decimal
from pathlib import Path

import pytest
import yaml

from cotmoc.indicators.catalogue import read_catalogue
from cotmoc.indicators.definitions import DefinitionError, read_definition
from cotmoc.indicators.evaluate import evaluate
from cotmoc.indicators.facts import read_fact_tables

TABLES = read_fact_tables(
    (path.name, yaml.safe_load(path.read_text(encoding="utf-8")))
    for path in sorted((Path(__file__).parents[4] / "catalogue" / "facts").glob("*.yaml"))
)
FOLDER = Path(__file__).parents[4] / "catalogue" / "indicators"
FILES = [(path.name, yaml.safe_load(path.read_text())) for path in sorted(FOLDER.glob("*.yaml"))]
DEFINITIONS = read_catalogue(FILES, TABLES)


def test_the_catalogue_covers_plan_and_portal():
    assert len(DEFINITIONS) >= 16
    codes = {definition.code for definition in DEFINITIONS}
    assert {"dossiers_on_time", "dossiers_paid_online", "dossiers_digitised"} <= codes


@pytest.mark.parametrize("definition", DEFINITIONS, ids=lambda each: each.code)
def test_worked_example(definition):
    expected = definition.example["expect"]
    result = evaluate(definition, definition.example["facts"])
    for key in ("numerator", "denominator", "value"):
        wanted = expected[key]
        assert getattr(result, key) == (None if wanted is None else Decimal(str(wanted))), key


@pytest.mark.parametrize("definition", DEFINITIONS, ids=lambda each: each.code)
def test_without_facts_there_is_no_data_never_zero(definition):
    result = evaluate(definition, [])
    assert (result.value, result.status) == (None, "no_data")


def raw(**changes):
    return {**yaml.safe_load((FOLDER / "dossiers_on_time.yaml").read_text()), **changes}


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"unit": "percent"}, "unit must be one of"),
        ({"direction": None}, "direction must be one of up, down"),
        ({"name": {"vi": "chỉ tiếng Việt"}}, "name must have a text for vi and one for en"),
        ({"zero_denominator": "guess"}, "zero_denominator must be one of"),
        ({"applies_to": ["village"]}, "applies_to must list some of"),
        ({"valid_from": "soon"}, "valid_from must be a date"),
        ({"colour": "red"}, "colour is an unknown key"),
        (
            {"numerator": {"name": {"vi": "a", "en": "b"}, "expression": "sum(age)"}},
            "unknown column",
        ),
    ],
)
def test_a_wrong_definition_names_the_key(changes, reason):
    with pytest.raises(DefinitionError, match=reason):
        read_definition(raw(**changes), "dossiers_on_time.yaml", TABLES)


def test_two_versions_valid_on_one_day_are_refused():
    first, second = raw(), raw(version=2)
    with pytest.raises(DefinitionError, match="versions 1 and 2 overlap"):
        read_catalogue(
            [("dossiers_on_time.yaml", first), ("dossiers_on_time@2.yaml", second)], TABLES
        )
