"""What the schema must say that ninja does not: problem documents, and no null in addresses."""

import json
from collections.abc import Mapping
from typing import Any

from cotmoc.rest.problems import MEDIA_TYPE, Problem

_REF = "#/components/schemas/{model}"
_ANSWERS = {
    "401": "No valid token and no session.",
    "404": "Nothing there, or not visible.",
    "422": "Parameters that cannot be used.",
    "429": "Too many requests.",
}
_ANSWERS_TO_POST = {
    "400": "What was sent is not JSON.",
    "403": "You may not do this, or a browser sent no CSRF mark.",
    "413": "What was sent is too large.",
}


def complete(schema: dict[str, Any]) -> dict[str, Any]:
    """Add the problem documents to every operation; returns plain JSON values."""
    found: dict[str, Any] = json.loads(json.dumps(schema))
    described = Problem.model_json_schema(ref_template=_REF, mode="serialization")
    components = found["components"]["schemas"]
    components.update(described.pop("$defs", {}))
    components["Problem"] = described
    for path in found["paths"].values():
        for method, operation in path.items():
            _answer(operation, _ANSWERS | (_ANSWERS_TO_POST if method == "post" else {}))
            for parameter in operation["parameters"]:
                _without_null(parameter["schema"])
    _drop_unused(found)
    return found


def _drop_unused(schema: dict[str, Any]) -> None:
    """ninja also lists the groups of parameters, which no answer consists of."""
    written = json.dumps(schema)
    components = schema["components"]["schemas"]
    for name in list(components):
        if f'"{_REF.format(model=name)}"' not in written:
            del components[name]


def _answer(operation: dict[str, Any], answers: Mapping[str, str]) -> None:
    for status, description in answers.items():
        operation["responses"][status] = {
            "description": description,
            "content": {MEDIA_TYPE: {"schema": {"$ref": _REF.format(model="Problem")}}},
        }


def _without_null(schema: dict[str, Any]) -> None:
    """A parameter that may be left out: in an address "null" would be just a text."""
    others = [each for each in schema.get("anyOf", ()) if each != {"type": "null"}]
    if len(others) == 1:
        del schema["anyOf"]
        schema.update(others[0])


def as_text(schema: dict[str, Any]) -> str:
    """The contract as a file: the same schema always gives the same bytes."""
    return json.dumps(schema, indent=1, sort_keys=True, ensure_ascii=False) + "\n"
