"""Every definition shipped is read, and its worked example holds."""

import pytest
import yaml

from cotmoc.indicators.catalogue import read_catalogue
from cotmoc.indicators.definitions import DefinitionError, read_definition
from cotmoc.indicators.evaluate import evaluate, evaluate_formula
from cotmoc.indicators.examples import check_example
from cotmoc.indicators.tests.shipped import FOLDER, TABLES, TEXTS

FILES = [(name, yaml.safe_load(text)) for name, text in TEXTS]
DEFINITIONS = read_catalogue(FILES, TABLES)


def test_the_catalogue_covers_plan_and_portal():
    assert len(DEFINITIONS) >= 16
    codes = {definition.code for definition in DEFINITIONS}
    assert {"dossiers_on_time", "dossiers_paid_online", "dossiers_digitised"} <= codes


@pytest.mark.parametrize("definition", DEFINITIONS, ids=lambda each: each.code)
def test_worked_example(definition):
    assert list(map(str, check_example(definition, TABLES, definition.code))) == []
    assert "value" in definition.example["expect"]


@pytest.mark.parametrize("definition", DEFINITIONS, ids=lambda each: each.code)
def test_without_facts_there_is_no_data_never_zero(definition):
    for path in definition.paths:
        result = evaluate(definition, [], path=path)
        assert (result.value, result.status) == (None, "no_data")
    if definition.formula:
        result = evaluate_formula(definition, lambda _reference: None)
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
        ({"valid_from": "2026-02-31"}, "valid_from must be a date"),
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
