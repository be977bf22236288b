"""The schema for editors and the reader agree on what a definition may be."""

import json

import pytest
import yaml
from jsonschema import Draft202012Validator

from cotmoc.indicators.check import check_catalogue
from cotmoc.indicators.schema import as_text, definition_schema
from cotmoc.indicators.tests.shipped import BASE, CATALOGUE, DERIVED, TABLES, TEXTS, changed

SCHEMA = definition_schema(TABLES)
VALIDATOR = Draft202012Validator(SCHEMA)


def errors(text):
    # An editor sees a day as the text it is written as.
    raw = json.loads(json.dumps(yaml.safe_load(text), default=str))
    return list(VALIDATOR.iter_errors(raw))


def test_the_shipped_schema_is_what_the_code_says():
    shipped = (CATALOGUE / "indicator.schema.json").read_text(encoding="utf-8")
    assert shipped == as_text(SCHEMA), "run: python scripts/schemas.py"
    Draft202012Validator.check_schema(SCHEMA)


@pytest.mark.parametrize(("name", "text"), TEXTS, ids=lambda each: each[:30])
def test_every_shipped_definition_fits(name, text):
    assert errors(text) == []


def test_a_base_and_a_derived_definition_fit():
    assert errors(BASE) == []
    assert errors(DERIVED) == []


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("code: online_share", "code: Online-Share"),
        ("version: 1", "version: 0"),
        ("version: 1", "version: one"),
        ("owner: ", "ownr: "),
        ("owner: \"Văn phòng UBND tỉnh\"", "owner: ''"),
        ("valid_from: 2026-01-01", "valid_from: soon"),
        ("table: dossiers", "table: dosiers"),
        ("table: dossiers\n", ""),
        ("table: dossiers", "table: dossiers\ndate: channel"),
        ("[province]", "[village]"),
        ("[province]", "[province, province]"),
        ("[province]", "[]"),
        ('unit: "%"', "unit: percent"),
        ("direction: up", "direction: upwards"),
        ("direction: up", "direction: up\nscale: 0"),
        ("direction: up", "direction: up\nsuppress_below: 0"),
        ("direction: up", "direction: up\nplan_phrases: online"),
        ("direction: up", "direction: up\nrollup_time: max"),
        ("direction: up", "direction: up\nformula: a + b"),
        ("direction: up", "direction: up\nreported: {numerator: sum}"),
        ("{vi: \"trực tuyến\", en: \"online\"}", "{vi: \"trực tuyến\"}"),
        ('  expression: "count(*)"\n', ""),
        ('  expression: "count(*)"', '  expression: "count(*)"\n  until: channel'),
        ('  expression: "count(*)"', '  expression: "count(*)"\n  where: x'),
        ("zero_denominator: none\n", ""),
        ("zero_denominator: none", "zero_denominator: nothing"),
        ("rollup_units: sum", "rollup_units: median"),
        ("rollup_units: sum\n", ""),
        ("period: 2026-08", "period: 2026-13"),
        ("channel: direct", "channel: mail"),
        ("channel: direct", "chanel: direct"),
        ("received_at: 2026-08-31 23:59:59", "received_at: yesterday"),
        ("status: measured", "status: fine"),
        ("value: 50", "result: 50"),
    ],
)  # fmt: skip
def test_what_is_broken_is_refused_by_both(old, new):
    text = changed(BASE, (old, new))
    assert errors(text)
    assert check_catalogue([("online_share.yaml", text)], TABLES)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("direction: up", "direction: up\nrollup_units: sum"),
        ("direction: up", "direction: up\ntable: dossiers"),
        ("formula: \"online_share - previous(online_share)\"", "formula: 3"),
        ("figures: {online_share: 60, previous(online_share): 45.5}", "facts: []"),
        ("online_share: 60", "online_share: many"),
    ],
)  # fmt: skip
def test_what_is_broken_in_a_derived_one_is_refused_by_both(old, new):
    text = changed(DERIVED, (old, new))
    assert errors(text)
    files = [("online_share.yaml", BASE), ("online_growth.yaml", text)]
    assert check_catalogue(files, TABLES)
