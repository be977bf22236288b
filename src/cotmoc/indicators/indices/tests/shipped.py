"""The indices that are shipped, and what the portal published of August 2026."""

from decimal import Decimal
from functools import cache
from typing import Any

import yaml

from cotmoc.indicators.catalogue import read_catalogue
from cotmoc.indicators.evaluate import evaluate
from cotmoc.indicators.indices.model import Index
from cotmoc.indicators.indices.read import read_index
from cotmoc.indicators.indices.results import Body, BodyScore, Reading, Readings
from cotmoc.indicators.indices.score import score
from cotmoc.indicators.tests.shipped import CATALOGUE, TABLES, TEXTS
from cotmoc.integrations.portal766.reader import read_table
from cotmoc.integrations.portal766.tables import TABLES as PORTAL_TABLES
from cotmoc.integrations.portal766.tables import observations

AUGUST = CATALOGUE.parent / "samples" / "phu-tho-2026-08"
INDICES = sorted((CATALOGUE / "indices").glob("*.yaml"))
KINDS: dict[str, Any] = {
    "PROVINCE_TOTAL": "province",
    "PROVINCE": "department",
    "COMMUNE": "commune",
}


@cache
def definitions() -> dict[str, Any]:
    """The indicators of the catalogue, by code."""
    parsed = [(name, yaml.safe_load(text)) for name, text in TEXTS]
    return {definition.code: definition for definition in read_catalogue(parsed, TABLES)}


@cache
def shipped_index(name: str) -> Index:
    """A shipped index by the name of its file, `qd766@2022`."""
    (path,) = (path for path in INDICES if path.stem == name)
    return read_index(yaml.safe_load(path.read_text("utf-8")), path.name, definitions().keys())


@cache
def august() -> tuple[list[Body], dict[str, list[dict[str, Any]]]]:
    """The bodies of the captured month, and the values the portal gives of each."""
    bodies: dict[str, Body] = {}
    facts: dict[str, list[dict[str, Any]]] = {}
    for table in PORTAL_TABLES:
        (path,) = AUGUST.glob(f"*-{table.part}.csv")
        for line, row in read_table(path, table).rows:
            code = row["unit_code"]
            if "level" in row:
                bodies[code] = Body(code, row["unit_name"], KINDS[row["level"]])
            facts.setdefault(code, []).extend(observations(table, row, line))
    return list(bodies.values()), facts


def published(facts: list[dict[str, Any]], element: str) -> Decimal | None:
    """What the portal gives for one element of a body."""
    return next((fact["value"] for fact in facts if fact["element"] == element), None)


def readings_of(index: Index, kind: str, facts: list[dict[str, Any]]) -> Readings:
    """What the leaves read of one body: the figures of reported values."""
    found = {}
    for code in index.indicators():
        definition = definitions()[code]
        if kind not in definition.applies_to:
            continue
        path = definition.reported_path or definition.paths[0]
        result = evaluate(definition, facts, path=path)
        found[f"figure:{code}"] = Reading(
            result.status, result.value, result.numerator, result.denominator
        )
    return found


@cache
def august_scores() -> list[BodyScore]:
    """QĐ 766 for all bodies of the captured month."""
    index = shipped_index("qd766@2022")
    bodies, facts = august()
    readings = {body.code: readings_of(index, body.kind, facts[body.code]) for body in bodies}
    return score(index, bodies, readings)
