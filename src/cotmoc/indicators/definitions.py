"""What an indicator is: its two expressions, rules and worked example, checked as values."""

import hashlib
import json
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, Literal, cast, get_args

from sqlglot import exp

from cotmoc.indicators.expressions import ExpressionError, parse
from cotmoc.indicators.facts import FACT_TABLES

ZeroRule = Literal["none", "zero", "full", "excluded"]
Direction = Literal["up", "down"]
UnitRollup = Literal["sum", "none"]
Kind = Literal["province", "department", "commune"]
MEASURE_UNITS = ("%", "days", "count", "VND", "points", "rank", "%/year", "yes/no")


class DefinitionError(ValueError):
    """A definition that cannot be used; the message names the indicator and the key."""


@dataclass(frozen=True, slots=True)
class Term:
    """Numerator or denominator: words for people and an expression for the engine."""

    name: dict[str, str]
    text: str
    tree: exp.Expression


@dataclass(frozen=True, slots=True)
class Definition:
    """One version of one indicator, as in `catalogue/indicators/<code>.yaml`.

    The value is `scale × numerator / denominator`, or the numerator alone where there is no
    denominator. `zero_denominator` says what a denominator of zero means: `none` and `excluded`
    give no value, `zero` gives 0, `full` gives `scale`. `rollup_units` says whether a higher
    body's figure is the sum of its members (`sum`) or only what is reported for it (`none`).
    """

    code: str
    version: int
    name: dict[str, str]
    description: dict[str, str]
    legal_source: str
    owner: str
    valid_from: date
    valid_to: date | None
    table: str
    unit: str
    counted: dict[str, str]
    direction: Direction
    scale: Decimal
    zero_denominator: ZeroRule
    rollup_units: UnitRollup
    applies_to: tuple[Kind, ...]
    numerator: Term
    denominator: Term | None
    plan_phrases: tuple[str, ...]
    example: dict[str, Any]
    digest: str

    @property
    def computing_digest(self) -> str:
        """Fingerprint of what decides the figures; a change of wording leaves it as it is."""
        decisive = (
            self.code,
            self.version,
            self.table,
            self.unit,
            self.direction,
            self.scale,
            self.zero_denominator,
            self.rollup_units,
            self.applies_to,
            self.numerator.text,
            self.denominator.text if self.denominator else None,
            self.valid_from,
            self.valid_to,
        )
        return hashlib.sha256(repr(decisive).encode()).hexdigest()

    def valid_on(self, day: date) -> bool:
        """Whether this version is the one in force on `day`."""
        return self.valid_from <= day and (self.valid_to is None or day < self.valid_to)


def read_definition(raw: Any, where: str) -> Definition:
    """Check one raw mapping (from YAML) and make a Definition.

    `where` names the file in errors. Raises DefinitionError with the key that is wrong.
    """
    if not isinstance(raw, dict):
        raise DefinitionError(f"{where}: must be a mapping of keys to values")
    reader = _Reader(raw, where)
    table = reader.one_of("table", tuple(FACT_TABLES))
    has_denominator = raw.get("denominator") is not None
    definition = Definition(
        code=reader.text("code"),
        version=reader.positive("version"),
        name=reader.two_languages("name"),
        description=reader.two_languages("description"),
        legal_source=reader.text("legal_source"),
        owner=reader.text("owner"),
        valid_from=reader.day("valid_from"),
        valid_to=reader.day("valid_to") if raw.get("valid_to") else None,
        table=table,
        unit=reader.one_of("unit", MEASURE_UNITS),
        counted=reader.two_languages("counted"),
        direction=cast(Direction, reader.one_of("direction", get_args(Direction))),
        scale=Decimal(str(raw.get("scale", 100 if has_denominator else 1))),
        zero_denominator=cast(
            ZeroRule,
            reader.one_of("zero_denominator", get_args(ZeroRule)) if has_denominator else "none",
        ),
        rollup_units=cast(UnitRollup, reader.one_of("rollup_units", get_args(UnitRollup))),
        applies_to=reader.kinds("applies_to"),
        numerator=reader.term("numerator", table),
        denominator=reader.term("denominator", table) if has_denominator else None,
        plan_phrases=tuple(map(str, raw.get("plan_phrases") or ())),
        example=reader.example("worked_example"),
        digest=hashlib.sha256(
            json.dumps(raw, sort_keys=True, default=str, ensure_ascii=False).encode()
        ).hexdigest(),
    )
    unknown = set(raw) - set(Definition.__slots__) - {"worked_example"}
    if unknown:
        raise DefinitionError(f"{where}: unknown keys {', '.join(sorted(unknown))}")
    return definition


@dataclass(frozen=True, slots=True)
class _Reader:
    raw: dict[str, Any]
    where: str

    def wrong(self, key: str, reason: str) -> DefinitionError:
        return DefinitionError(f"{self.where}: {key} {reason}")

    def text(self, key: str) -> str:
        value = self.raw.get(key)
        if not isinstance(value, str) or not value.strip():
            raise self.wrong(key, "must be a text")
        return value.strip()

    def positive(self, key: str) -> int:
        value = self.raw.get(key)
        if not isinstance(value, int) or value < 1:
            raise self.wrong(key, "must be a whole number from 1")
        return value

    def day(self, key: str) -> date:
        value = self.raw.get(key)
        if not isinstance(value, date):
            raise self.wrong(key, "must be a date like 2026-07-01")
        return value

    def one_of(self, key: str, allowed: tuple[str, ...]) -> str:
        value = self.raw.get(key)
        if value not in allowed:
            raise self.wrong(key, f"must be one of {', '.join(allowed)}, not {value!r}")
        return str(value)

    def kinds(self, key: str) -> tuple[Kind, ...]:
        value = self.raw.get(key)
        if not isinstance(value, list) or not value or not set(value) <= set(get_args(Kind)):
            raise self.wrong(key, f"must list some of {', '.join(get_args(Kind))}")
        return tuple(value)

    def two_languages(self, key: str) -> dict[str, str]:
        value = self.raw.get(key)
        if not isinstance(value, dict) or set(value) != {"vi", "en"} or not all(value.values()):
            raise self.wrong(key, "must have a text for vi and one for en")
        return {language: str(text).strip() for language, text in value.items()}

    def term(self, key: str, table: str) -> Term:
        value = self.raw.get(key)
        if not isinstance(value, dict) or set(value) != {"name", "expression"}:
            raise self.wrong(key, "must have name and expression")
        name = _Reader(value, f"{self.where}: {key}").two_languages("name")
        text = str(value["expression"]).strip()
        try:
            return Term(name, text, parse(text, FACT_TABLES[table]))
        except ExpressionError as error:
            raise self.wrong(key, f"expression {error}") from error

    def example(self, key: str) -> dict[str, Any]:
        value = self.raw.get(key)
        if not isinstance(value, dict) or set(value) != {"facts", "expect"}:
            raise self.wrong(key, "must have facts and expect")
        return value
