"""The JSON Schema of an index's file, by which editors complete and check while one writes.

It says what the reader says, as far as a schema can: keys, values, which go together. Sums of
points, bands that meet, names in formulas and codes that stand twice are the reader's alone.
"""

from typing import Any, get_args

from cotmoc.indicators.formulas import CODE
from cotmoc.indicators.indices import fields, formula, model, read, rules

Schema = dict[str, Any]

_TEXT: Schema = {"type": "string", "pattern": r"\S"}
_TEXTS: Schema = {"type": ["array", "null"], "items": _TEXT, "uniqueItems": True}
_WORDS: Schema = {"$ref": "#/$defs/words"}
_SOME_WORDS: Schema = {"anyOf": [_WORDS, {"type": "null"}]}
_SOME_TEXT: Schema = {"anyOf": [_TEXT, {"type": "null"}]}
_DAY: Schema = {"type": "string", "pattern": r"^\d{4}-\d{2}-\d{2}$"}
_NUMBER: Schema = {"$ref": "#/$defs/number"}
_POSITIVE: Schema = {"$ref": "#/$defs/positive"}
_SHARE: Schema = {"$ref": "#/$defs/share"}
_OPERAND: Schema = {"$ref": "#/$defs/operand"}
_NODES: Schema = {"type": "array", "items": {"$ref": "#/$defs/node"}, "minItems": 1}
_NODE_CODE: Schema = {"type": "string", "pattern": f"^{formula.NAME.pattern}$"}
_AGGREGATE: Schema = {"enum": list(read.AGGREGATIONS)}
_PLACES: Schema = {"type": ["integer", "null"], "minimum": 0, "maximum": read.MOST_PLACES}
_ZERO = [{"const": 0}, {"type": "string", "pattern": r"^-?0+(\.0+)?$"}, {"type": "null"}]
_YES: Schema = {"type": "boolean"}

_OF_INDEX = {
    "code": "Name in addresses and the API; the file is named <code>@<method>.yaml.",
    "method": "Which way of scoring: mostly the decision's number, like qd922.",
    "legal_source": "The act that the method stands in, with number and date.",
    "owner": "Who answers for the index.",
    "valid_from": "First day in force.",
    "valid_to": "First day no longer in force.",
    "applies_to": "Whom it scores.",
    "periods": "Kinds of periods that are scored.",
    "max": "Points of the whole; those of the children add up to it.",
    "scale": "What the total is published on; left out: max.",
    "rounding": "Digits after the point of leaves, nodes and the total; left out: none is rounded.",
    "aggregate": "How the children's points become the whole's.",
    "template": "An example to write one's own from.",
    "children": "Groups and leaves.",
    "pillars": "A second reading of the same nodes, that overlaps and is never added.",
}
_OF_NODE = {
    "max": "Points at most.",
    "weight": "What it weighs in a node above that is weighted or geometric.",
    "headers": "Column names of published tables that mean this node.",
    "published_as": "Element under which a portal publishes its points.",
    "rule": "How it is scored.",
    "zero": "What it gives when nothing arose: its denominator is zero.",
    "direction": "up: more is better; down: less is better.",
    "applies_to": "Whom it applies to; left out: to all that the index applies to.",
    "not_applicable": "What others get: full marks, or it is left out and the rest scaled up.",
    "evidence": "The document wanted.",
    "data_source": "Who supplies the numbers.",
    "verifier": "Who checks them.",
    "owner": "Code or name of the body that can win the points back.",
    "action": "What one more counted thing is: a dossier, a procedure.",
}
# What the keys of rules may hold, beside `kind`.
_OF_RULES: dict[str, Schema] = {
    "of": _OPERAND,
    "full_at": _NUMBER,
    "none_at": _NUMBER,
    "bands": {"type": "array", "items": {"$ref": "#/$defs/band"}, "minItems": 1},
    "options": {"type": "array", "items": {"$ref": "#/$defs/option"}, "minItems": 1},
    "several": _YES,
    "low": _NUMBER,
    "high": _NUMBER,
    "each": _NUMBER,
    "limit": _POSITIVE,
    "within": _POSITIVE,
    "formula": {**_TEXT, "maxLength": formula.LONGEST},
    "operands": {
        "type": ["object", "null"],
        "propertyNames": _NODE_CODE,
        "additionalProperties": _OPERAND,
    },
    "nothing": {"enum": list(rules.NOTHING)},
    "why": _WORDS,
}
# Keys of rules that may be left out, or be empty.
_OPTIONAL = {"none_at", "several", "within", "operands", "nothing"}
_MAY_BE_EMPTY = {"none_at", "within"}


def index_schema() -> Schema:
    """The schema of an index."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Index of Cột Mốc",
        **_mapping(
            _described(
                {
                    "code": {"type": "string", "pattern": f"^{CODE.pattern}$"},
                    "method": {"type": "string", "pattern": f"^{read.METHOD.pattern}$"},
                    "name": _WORDS,
                    "description": _WORDS,
                    "legal_source": _TEXT,
                    "owner": _TEXT,
                    "valid_from": _DAY,
                    "valid_to": {"anyOf": [_DAY, {"type": "null"}]},
                    "applies_to": _some(read.KINDS),
                    "periods": _some(read.PERIODS),
                    "max": _POSITIVE,
                    "scale": _or_null(_POSITIVE),
                    "rounding": _or_null({"$ref": "#/$defs/rounding"}),
                    "aggregate": _AGGREGATE,
                    "template": _YES,
                    "note": _SOME_WORDS,
                    "children": _NODES,
                    "pillars": {
                        "type": ["array", "null"],
                        "items": {"$ref": "#/$defs/pillar"},
                        "minItems": 1,
                    },
                },
                _OF_INDEX,
            ),
            "code name method description legal_source owner valid_from applies_to periods max "
            "children",
        ),
        "$defs": _defs(),
    }


def _defs() -> Schema:
    return {
        "words": _mapping({"vi": _TEXT, "en": _TEXT}, "vi en"),
        "number": _number(),
        "positive": _number(exclusiveMinimum=0),
        "share": _number(minimum=0, maximum=1),
        "rounding": _mapping(
            {**dict.fromkeys(read.ROUNDING_KEYS, _PLACES), "half": {"enum": list(read.HALVES)}}
        ),
        "node": {
            "type": "object",
            "if": {"required": ["children"]},
            "then": {"$ref": "#/$defs/group"},
            "else": {"$ref": "#/$defs/leaf"},
        },
        "group": _group(),
        "leaf": _leaf(),
        "pillar": _mapping(
            {
                "code": _NODE_CODE,
                "name": _WORDS,
                "of": {**_TEXTS, "type": "array", "minItems": 1},
                "headers": _TEXTS,
            },
            "code name of",
        ),
        "operand": _operand(),
        "rule": _rule(),
        "band": _step({"from": _or_null(_NUMBER), "to": _or_null(_NUMBER), "closed": _YES}, ""),
        "option": _step({"code": _NODE_CODE, "name": _WORDS}, "code name"),
    }


def _node() -> dict[str, Schema]:
    return {
        "code": _NODE_CODE,
        "name": _WORDS,
        "max": _number(minimum=0),
        "weight": _or_null(_POSITIVE),
        "headers": _TEXTS,
        "published_as": _SOME_TEXT,
        "note": _SOME_WORDS,
    }


def _group() -> Schema:
    properties = {**_node(), "children": _NODES, "aggregate": _AGGREGATE}
    assert set(properties) == set(read.GROUP_KEYS)
    return _mapping(_described(properties, _OF_NODE), "code name max children")


def _leaf() -> Schema:
    properties = {
        **_node(),
        "max": _or_null(_number(minimum=0)),
        "rule": {"$ref": "#/$defs/rule"},
        "zero": {"enum": list(get_args(model.ZeroRule))},
        "direction": {"enum": list(get_args(model.Direction))},
        "applies_to": {**_some(read.KINDS), "type": ["array", "null"]},
        "not_applicable": {"enum": list(get_args(model.NotApplicable))},
        **dict.fromkeys(("evidence", "data_source", "verifier", "action"), _SOME_WORDS),
        "owner": _SOME_TEXT,
    }
    assert set(properties) == set(read.LEAF_KEYS)
    return {
        **_mapping(_described(properties, _OF_NODE), "code name rule"),
        "allOf": [
            {"if": _with_rule(read.BESIDE), "then": {"properties": {"max": {"anyOf": _ZERO}}}},
            {"if": {"not": _with_rule(read.BESIDE, "unknown")}, "then": {"required": ["max"]}},
            {
                "if": {"not": _with_rule(read.BESIDE, "given")},
                "then": {"properties": {"max": _or_null(_POSITIVE)}},
            },
        ],
    }


def _with_rule(*kinds: str) -> Schema:
    return {"properties": {"rule": _of_kind(*kinds)}, "required": ["rule"]}


def _operand() -> Schema:
    forms: list[Schema] = [
        {"indicator": _TEXT},
        {"answer": {"const": True}},
        {"published": _or_null(_POSITIVE)},
    ]
    return {"oneOf": [_mapping(form, " ".join(form)) for form in forms]}


def _rule() -> Schema:
    return {
        "type": "object",
        "properties": {"kind": {"enum": list(rules.KEYS)}},
        "required": ["kind"],
        "allOf": [
            {
                "if": _of_kind(kind),
                "then": _mapping(
                    {
                        "kind": True,
                        **{
                            key: _or_null(_OF_RULES[key])
                            if key in _MAY_BE_EMPTY
                            else _OF_RULES[key]
                            for key in keys
                        },
                    },
                    " ".join(key for key in keys if key not in _OPTIONAL),
                ),
            }
            for kind, keys in rules.KEYS.items()
        ],
    }


def _of_kind(*kinds: str) -> Schema:
    return {"properties": {"kind": {"enum": list(kinds)}}, "required": ["kind"]}


def _step(properties: dict[str, Any], needed: str) -> Schema:
    """A band or an option: with its share of the maximum, or its points."""
    return {
        **_mapping(
            {**properties, "share": _or_null(_SHARE), "points": _or_null(_number(minimum=0))},
            needed,
        ),
        "anyOf": [{"required": ["share"]}, {"required": ["points"]}],
    }


def _number(**limits: int) -> Schema:
    """A number, or a text that is one."""
    return {
        "anyOf": [
            {"type": "number", **limits},
            {"type": "string", "pattern": fields.PLAIN_NUMBER.pattern.join("^$")},
        ]
    }


def _some(known: tuple[str, ...]) -> Schema:
    return {"type": "array", "items": {"enum": list(known)}, "minItems": 1, "uniqueItems": True}


def _or_null(schema: Schema) -> Schema:
    return {"anyOf": [schema, {"type": "null"}]}


def _mapping(properties: dict[str, Any], needed: str = "") -> Schema:
    found: Schema = {"type": "object", "properties": properties, "additionalProperties": False}
    return {**found, "required": needed.split()} if needed else found


def _described(properties: dict[str, Schema], texts: dict[str, str]) -> dict[str, Schema]:
    return {
        key: {"description": texts[key], **schema} if key in texts else schema
        for key, schema in properties.items()
    }
