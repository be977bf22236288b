"""The schema for editors and the reader agree on what an index may be."""

import json
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from jsonschema import Draft202012Validator

from cotmoc.indicators.indices.read import inspect_index
from cotmoc.indicators.indices.schema import index_schema
from cotmoc.indicators.indices.tests.mutations import CHANGES, mutated
from cotmoc.indicators.indices.tests.texts import (
    CITY,
    INDICATORS,
    REFUSED_BY_FORM,
    REFUSED_BY_MEANING,
    changed,
    raw,
)
from cotmoc.indicators.schema import as_text

CATALOGUE = Path(__file__).parents[5] / "catalogue"
SHIPPED = sorted((CATALOGUE / "indices").glob("*.yaml"))
SCHEMA = index_schema()
VALIDATOR = Draft202012Validator(SCHEMA)


def errors(whole):
    # An editor sees a day as the text it is written as.
    return [
        each.message for each in VALIDATOR.iter_errors(json.loads(json.dumps(whole, default=str)))
    ]


def test_the_shipped_schema_is_what_the_code_says():
    shipped = (CATALOGUE / "index.schema.json").read_text(encoding="utf-8")
    assert shipped == as_text(SCHEMA), "run: python scripts/schemas.py"
    Draft202012Validator.check_schema(SCHEMA)


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
def test_every_shipped_index_fits(path):
    assert errors(raw(path.read_text(encoding="utf-8"))) == []


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("scale: 1\n", "scale: null\n"),
        ("full_at: 90", 'full_at: "90.5", none_at: null'),
        ("rounding: {leaf: 2, node: 2, total: 4, half: up}", "rounding: null"),
        ("valid_to: 2027-01-01", "valid_to: null"),
        ("{published: 100}", "{published: null}"),
        ("zero: full", "zero: excluded"),
        ("each: 0.5, limit: 2}", 'each: "0.5", limit: 2}\n        max: "0.0"'),
        ("from: 0, to: 10", "from: null, to: 10"),
        ("points: 0.5}", "points: 0.5, share: null}"),
        ("    max: 0\n", '    max: "0"\n'),
        ("headers: [\"Số\"]", "headers: null"),
    ],
)  # fmt: skip
def test_what_the_reader_takes_fits(old, new):
    whole = raw(changed(CITY, (old, new)))
    assert inspect_index(whole, "", INDICATORS)[1] == []
    assert errors(whole) == []


@pytest.mark.parametrize(("old", "new", "_field", "_at", "_said"), REFUSED_BY_FORM)
def test_what_is_broken_in_form_is_refused_by_both(old, new, _field, _at, _said):
    assert errors(raw(changed(CITY, (old, new))))


@pytest.mark.parametrize(("old", "new", "_field", "_at", "_said"), REFUSED_BY_MEANING)
def test_what_is_broken_in_meaning_is_seen_by_the_reader_alone(old, new, _field, _at, _said):
    assert errors(raw(changed(CITY, (old, new)))) == []


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(CHANGES)
def test_the_schema_refuses_nothing_that_the_reader_takes(changes):
    whole = raw()
    for change in changes:
        whole = mutated(whole, change)
    if inspect_index(whole, "", INDICATORS)[0] is not None:
        assert errors(whole) == []
