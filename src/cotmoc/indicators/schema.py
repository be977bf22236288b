"""The JSON Schema of a definition's file, by which editors complete and check while one writes.

It says what the reader says, as far as a schema can: keys, values, which go together. Expressions
and formulas are texts to it.
"""

import json
from collections.abc import Mapping
from typing import Any, get_args

from cotmoc.indicators import definitions
from cotmoc.indicators.definitions import (
    DERIVED_WITHOUT,
    MEASURE_UNITS,
    REPORTED_TABLE,
    Direction,
    Kind,
    TimeRollup,
    UnitRollup,
    ZeroRule,
)
from cotmoc.indicators.evaluate import Status
from cotmoc.indicators.examples import EXPECTED
from cotmoc.indicators.expressions import LONGEST
from cotmoc.indicators.facts import Column, FactTable
from cotmoc.indicators.formulas import CODE

Schema = dict[str, Any]
_TEXT: Schema = {"type": "string", "pattern": r"\S"}
_EXPRESSION: Schema = {**_TEXT, "maxLength": LONGEST}
_NUMBER_OR_NOTHING: Schema = {"type": ["number", "null"]}
_DAY: Schema = {"type": "string", "pattern": r"^\d{4}-\d{2}-\d{2}$"}
_MOMENT = r"^\d{4}-\d{2}-\d{2}([T ]\d{2}:\d{2}(:\d{2}(\.\d{1,6})?)?)?$"
_PERIOD = r"^(week:)?\d{4}(-(0[1-9]|1[0-2]|Q[1-4]|H[12]|9M|W[0-5]\d))?$"
_COUNT: Schema = {"type": "integer", "minimum": 1}
_WORDS: Schema = {"$ref": "#/$defs/words"}
_DESCRIPTIONS = {
    "code": "Name in addresses and the API; the file is named by it.",
    "version": "Whole number from 1; raised when what is counted changes.",
    "legal_source": "The act that defines or demands the indicator, with number and date.",
    "owner": "The body that answers for the definition.",
    "valid_from": "First day in force.",
    "valid_to": "First day no longer in force.",
    "table": "The fact table that the expressions speak of.",
    "date": "The column that places a fact in a period.",
    "unit": "What the value is shown in.",
    "direction": "up: more is better; down: less is better.",
    "scale": "Factor of the value; left out: 100 with a denominator, else 1.",
    "zero_denominator": "What a denominator of zero means.",
    "rollup_units": "How a higher body's figure is made from its members'.",
    "rollup_time": "How a longer period's figure is made from reported values.",
    "reported": "The second path: what bodies report for the same indicator.",
    "formula": "Arithmetic over other indicators, instead of table and terms.",
    "suppress_below": "Published figures over fewer facts are kept back.",
    "plan_phrases": "Words by which plans mean this indicator.",
    "worked_example": "Facts and what must come out of them; a test.",
}


def definition_schema(tables: Mapping[str, FactTable]) -> Schema:
    """The schema for definitions over these fact tables."""
    properties = _properties(tables)
    for key, text in _DESCRIPTIONS.items():
        properties[key] = {"description": text, **properties[key]}
    assert set(properties) == definitions.KEYS
    common = ["code", "version", "name", "description", "legal_source", "owner", "valid_from"]
    common += ["applies_to", "unit", "counted", "direction", "worked_example"]
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Indicator of Cột Mốc",
        "type": "object",
        "properties": properties,
        "required": common,
        "additionalProperties": False,
        "if": {"required": ["formula"]},
        "then": {
            "properties": {
                **dict.fromkeys(sorted(DERIVED_WITHOUT), False),
                "worked_example": {"$ref": "#/$defs/derived_example"},
            }
        },
        "else": {
            "required": ["table", "numerator", "rollup_units"],
            "properties": {"worked_example": {"$ref": "#/$defs/example"}},
            "allOf": [
                {
                    "if": {
                        "properties": {"denominator": {"type": "object"}},
                        "required": ["denominator"],
                    },
                    "then": {"required": ["zero_denominator"]},
                },
                *(_of_table(table) for table in tables.values()),
            ],
        },
        "$defs": _defs(tables),
    }


def as_text(schema: Schema) -> str:
    """The schema as it stands in its file."""
    return json.dumps(schema, ensure_ascii=False, indent=2) + "\n"


def _properties(tables: Mapping[str, FactTable]) -> Schema:
    return {
        "code": {"type": "string", "pattern": f"^{CODE.pattern}$"},
        "version": _COUNT,
        "name": _WORDS,
        "description": _WORDS,
        "legal_source": _TEXT,
        "owner": _TEXT,
        "valid_from": _DAY,
        "valid_to": {"anyOf": [_DAY, {"type": "null"}]},
        "applies_to": {
            "type": "array",
            "items": {"enum": list(get_args(Kind))},
            "minItems": 1,
            "uniqueItems": True,
        },
        "unit": {"enum": list(MEASURE_UNITS)},
        "counted": _WORDS,
        "direction": {"enum": list(get_args(Direction))},
        "table": {"enum": list(tables)},
        "date": {"type": "string"},
        "numerator": {"type": "object"},
        "denominator": {"type": ["object", "null"]},
        "scale": {
            "type": "number",
            "exclusiveMinimum": 0,
            "exclusiveMaximum": definitions.LARGEST_SCALE,
        },
        "zero_denominator": {"enum": list(get_args(ZeroRule))},
        "rollup_units": {"enum": list(get_args(UnitRollup))},
        "rollup_time": {"enum": list(get_args(TimeRollup))},
        "reported": {"anyOf": [{"$ref": "#/$defs/reported"}, {"type": "null"}]},
        "formula": _EXPRESSION,
        "suppress_below": _COUNT,
        "plan_phrases": {
            "type": ["array", "null"],
            "items": {"type": "string", "minLength": 1},
        },
        "worked_example": {"type": "object"},
    }


def _of_table(table: FactTable) -> Schema:
    """What may stand beside `table: <name>`: its date columns, and facts of its columns."""
    dates = {"enum": list(table.dates)}
    term = {"$ref": f"#/$defs/{table.name}_term"}
    then: Schema = {
        "date": dates,
        "numerator": term,
        "denominator": {"anyOf": [term, {"type": "null"}]},
        "worked_example": {
            "properties": {"facts": {"items": {"$ref": f"#/$defs/{table.name}_fact"}}}
        },
    }
    if table.name == REPORTED_TABLE:
        then["reported"] = {"type": "null"}
    return {
        "if": {"properties": {"table": {"const": table.name}}},
        "then": {"properties": then},
    }


def _defs(tables: Mapping[str, FactTable]) -> Schema:
    found: Schema = {
        "words": {
            "type": "object",
            "properties": {"vi": _TEXT, "en": _TEXT},
            "required": ["vi", "en"],
            "additionalProperties": False,
        },
        "expect": {
            "type": "object",
            "properties": {
                **dict.fromkeys(EXPECTED, _NUMBER_OR_NOTHING),
                "status": {"enum": list(get_args(Status))},
            },
            "minProperties": 1,
            "additionalProperties": False,
        },
        "example": {
            "type": "object",
            "properties": {
                "facts": {"type": "array", "items": {"type": "object"}},
                "expect": {"$ref": "#/$defs/expect"},
                "period": _period(),
                "reported": {
                    "type": "object",
                    "properties": {
                        "facts": {
                            "type": "array",
                            "items": {"$ref": f"#/$defs/{REPORTED_TABLE}_fact"},
                        },
                        "expect": {"$ref": "#/$defs/expect"},
                    },
                    "required": ["facts", "expect"],
                    "additionalProperties": False,
                },
            },
            "required": ["facts", "expect"],
            "additionalProperties": False,
        },
        "derived_example": {
            "type": "object",
            "properties": {
                "figures": {"type": "object", "additionalProperties": _NUMBER_OR_NOTHING},
                "expect": {"$ref": "#/$defs/expect"},
            },
            "required": ["figures", "expect"],
            "additionalProperties": False,
        },
        "reported": {
            "type": "object",
            "properties": {
                "table": {"const": REPORTED_TABLE},
                "numerator": {"$ref": "#/$defs/reported_term"},
                "denominator": {"anyOf": [{"$ref": "#/$defs/reported_term"}, {"type": "null"}]},
            },
            "required": ["numerator"],
            "additionalProperties": False,
        },
    }
    for table in tables.values():
        found[f"{table.name}_term"] = _term(table, named=True)
        found[f"{table.name}_fact"] = _fact(table)
        if table.name == REPORTED_TABLE:
            found["reported_term"] = _term(table, named=False)
    return found


def _term(table: FactTable, *, named: bool) -> Schema:
    day = {"enum": list(table.dates)}
    return {
        "type": "object",
        "properties": {"name": _WORDS, "expression": _EXPRESSION, "date": day, "until": day},
        "required": ["name", "expression"] if named else ["expression"],
        "additionalProperties": False,
    }


def _period() -> Schema:
    return {
        "anyOf": [
            {"type": "string", "pattern": _PERIOD},
            {"type": "integer", "minimum": 1900, "maximum": 2999},
            {
                "type": "object",
                "properties": {"from": _DAY, "before": _DAY},
                "required": ["from", "before"],
                "additionalProperties": False,
            },
            {"type": "null"},
        ]
    }


def _fact(table: FactTable) -> Schema:
    return {
        "type": "object",
        "properties": {name: _value(column) for name, column in table.columns.items()},
        "additionalProperties": False,
    }


def _value(column: Column) -> Schema:
    if column.allowed:
        return {"enum": [*column.allowed, None]}
    types: dict[str, Schema] = {
        "text": {"type": ["string", "null"]},
        "boolean": {"type": ["boolean", "null"]},
        "integer": {"type": ["integer", "null"]},
        "decimal": _NUMBER_OR_NOTHING,
        "timestamp": {"type": ["string", "null"], "pattern": _MOMENT},
        "date": {"type": ["string", "null"], "pattern": _MOMENT},
    }
    return types[column.type]
