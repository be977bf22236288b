"""What an indicator is: its two expressions, rules and worked example, checked as values."""

import difflib
import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, Literal, cast, get_args

from cotmoc.indicators import syntax
from cotmoc.indicators.expressions import ExpressionError, measure_of, parse
from cotmoc.indicators.facts import FactTable
from cotmoc.indicators.formulas import parse_formula
from cotmoc.indicators.measures import MeasureError, check_fits, joined

REPORTED_TABLE = "observations"
ZeroRule = Literal["none", "zero", "full", "excluded"]
Direction = Literal["up", "down"]
UnitRollup = Literal["sum", "mean", "none"]
TimeRollup = Literal["sum", "last", "mean", "none"]
Kind = Literal["province", "department", "commune"]
MEASURE_UNITS = ("%", "days", "count", "VND", "points", "rank", "%/year", "yes/no")


CODE = re.compile(r"[a-z][a-z0-9_]{0,59}")
TERM_KEYS = {"name", "expression", "date", "until"}
PATH_KEYS = {"table", "date", "numerator", "denominator", "zero_denominator", "reported"}
DERIVED_WITHOUT = PATH_KEYS | {"rollup_units", "rollup_time", "scale"}
KEYS = PATH_KEYS | {
    "code",
    "version",
    "name",
    "description",
    "legal_source",
    "owner",
    "valid_from",
    "valid_to",
    "unit",
    "counted",
    "direction",
    "scale",
    "rollup_units",
    "rollup_time",
    "applies_to",
    "formula",
    "suppress_below",
    "plan_phrases",
    "worked_example",
}


class DefinitionError(ValueError):
    """A definition that cannot be used. `key` is the dotted name of what is wrong, `offset` where
    in its text, when that can be said; the message names the file too."""

    def __init__(self, key: str, reason: str, where: str = "", offset: int | None = None) -> None:
        self.key, self.reason, self.where, self.offset = key, reason, where, offset
        place = f"{where}: " if where else ""
        super().__init__(f"{place}{key} {reason}".strip())


@dataclass(frozen=True, slots=True)
class Term:
    """Numerator or denominator: words for people and an expression for the engine.

    Facts count whose `date` lies in the period. With `until` they count as a stock: those with
    `date` before the period's end whose `until` is empty or not before it.
    """

    name: dict[str, str]
    text: str
    tree: syntax.Scalar
    date: str
    until: str | None = None


@dataclass(frozen=True, slots=True)
class Path:
    """One way to a figure: over which facts its numerator and denominator are computed."""

    table: str
    numerator: Term
    denominator: Term | None

    @property
    def reported(self) -> bool:
        """Whether it reads what bodies report instead of computing from single facts."""
        return self.table == REPORTED_TABLE

    @property
    def terms(self) -> tuple[Term, ...]:
        return (self.numerator, self.denominator) if self.denominator else (self.numerator,)


@dataclass(frozen=True, slots=True)
class Definition:
    """One version of one indicator, as in `catalogue/indicators/<code>.yaml`.

    The value is `scale × numerator / denominator`, or the numerator alone where there is no
    denominator; a derived indicator has a `formula` over others instead of paths.
    `zero_denominator` says what a denominator of zero means: `none` and `excluded` give no value,
    `zero` gives 0, `full` gives `scale`. `rollup_units` says whether a higher body's figure is
    the sum of its members (`sum`), the plain mean of their values (`mean`) or only what is known
    of itself (`none`); `rollup_time` the same for longer periods of reported values. Published
    figures over fewer than `suppress_below` facts are kept back.
    """

    code: str
    version: int
    name: dict[str, str]
    description: dict[str, str]
    legal_source: str
    owner: str
    valid_from: date
    valid_to: date | None
    unit: str
    counted: dict[str, str]
    direction: Direction
    scale: Decimal
    zero_denominator: ZeroRule
    rollup_units: UnitRollup
    rollup_time: TimeRollup
    applies_to: tuple[Kind, ...]
    paths: tuple[Path, ...]
    formula_text: str
    formula: syntax.Scalar | None
    suppress_below: int
    plan_phrases: tuple[str, ...]
    example: dict[str, Any]
    digest: str

    @property
    def table(self) -> str:
        """The fact table of the first path; empty for a derived indicator."""
        return self.paths[0].table if self.paths else ""

    @property
    def numerator(self) -> Term:
        return self.paths[0].numerator

    @property
    def denominator(self) -> Term | None:
        return self.paths[0].denominator if self.paths else None

    @property
    def reported_path(self) -> Path | None:
        """The way through reported values, if there is one."""
        return next((path for path in self.paths if path.reported), None)

    @property
    def computed_path(self) -> Path | None:
        """The way through single facts, if there is one."""
        return next((path for path in self.paths if not path.reported), None)

    @property
    def divides(self) -> bool:
        """Whether there is a denominator."""
        return self.denominator is not None

    @property
    def computing_digest(self) -> str:
        """Fingerprint of what decides the figures; a change of wording leaves it as it is."""
        decisive = (
            self.code,
            self.version,
            self.unit,
            self.direction,
            self.scale,
            self.zero_denominator,
            self.rollup_units,
            self.rollup_time,
            self.applies_to,
            [
                (path.table, [(str(term.tree), term.date, term.until) for term in path.terms])
                for path in self.paths
            ],
            str(self.formula),
            self.valid_from,
            self.valid_to,
        )
        return hashlib.sha256(repr(decisive).encode()).hexdigest()

    def valid_on(self, day: date) -> bool:
        """Whether this version is the one in force on `day`."""
        return self.valid_from <= day and (self.valid_to is None or day < self.valid_to)


def read_definition(raw: Any, where: str, tables: Mapping[str, FactTable]) -> Definition:
    """Check one raw mapping (from YAML) and make a Definition.

    `where` names the file in errors, `tables` are those that expressions may speak of. Raises
    DefinitionError with the key that is wrong.
    """
    if not isinstance(raw, dict):
        raise DefinitionError("", "must be a mapping of keys to values", where)
    reader = _Reader(raw, where, tables)
    derived = "formula" in raw
    refused = DERIVED_WITHOUT if derived else {"formula"}
    if unknown := set(raw) - KEYS | (set(raw) & refused):
        first = min(map(str, unknown))
        near = difflib.get_close_matches(first, KEYS - refused, n=1)
        hint = f"; did you mean {near[0]}?" if near else ""
        names = ", ".join(sorted(map(str, unknown)))
        raise DefinitionError(first, f"unknown keys {names}{hint}", where)
    paths = () if derived else reader.paths()
    divides = bool(paths) and paths[0].denominator is not None
    formula_text, formula = reader.formula() if derived else ("", None)
    definition = Definition(
        code=reader.code("code"),
        version=reader.positive("version"),
        name=reader.two_languages("name"),
        description=reader.two_languages("description"),
        legal_source=reader.text("legal_source"),
        owner=reader.text("owner"),
        valid_from=reader.day("valid_from"),
        valid_to=reader.day("valid_to") if raw.get("valid_to") else None,
        unit=reader.one_of("unit", MEASURE_UNITS),
        counted=reader.two_languages("counted"),
        direction=cast(Direction, reader.one_of("direction", get_args(Direction))),
        scale=reader.number("scale", 100 if divides else 1),
        zero_denominator=cast(
            ZeroRule,
            reader.one_of("zero_denominator", get_args(ZeroRule)) if divides else "none",
        ),
        rollup_units=cast(
            UnitRollup,
            "none" if derived else reader.one_of("rollup_units", get_args(UnitRollup)),
        ),
        rollup_time=cast(
            TimeRollup,
            reader.one_of("rollup_time", get_args(TimeRollup)) if "rollup_time" in raw else "none",
        ),
        applies_to=reader.kinds("applies_to"),
        paths=paths,
        formula_text=formula_text,
        formula=formula,
        suppress_below=reader.positive("suppress_below") if "suppress_below" in raw else 0,
        plan_phrases=tuple(map(str, raw.get("plan_phrases") or ())),
        example=reader.example("worked_example"),
        digest=hashlib.sha256(
            json.dumps(raw, sort_keys=True, default=str, ensure_ascii=False).encode()
        ).hexdigest(),
    )
    for path in paths:
        reader.check_unit(path, definition)
    return definition


@dataclass(frozen=True, slots=True)
class _Reader:
    raw: dict[str, Any]
    where: str
    tables: Mapping[str, FactTable]

    def wrong(self, key: str, reason: str) -> DefinitionError:
        return DefinitionError(key, reason, self.where)

    def text(self, key: str) -> str:
        value = self.raw.get(key)
        if not isinstance(value, str) or not value.strip():
            raise self.wrong(key, "must be a text")
        return value.strip()

    def code(self, key: str) -> str:
        value = self.text(key)
        if not CODE.fullmatch(value):
            raise self.wrong(key, "must be lower-case letters, digits and _, at most 60")
        return value

    def positive(self, key: str) -> int:
        value = self.raw.get(key)
        if not isinstance(value, int) or isinstance(value, bool) or value < 1:
            raise self.wrong(key, "must be a whole number from 1")
        return value

    def number(self, key: str, default: int) -> Decimal:
        value = self.raw.get(key, default)
        if not isinstance(value, int | float) or isinstance(value, bool) or not value > 0:
            raise self.wrong(key, "must be a number above 0")
        return Decimal(str(value))

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
        known = get_args(Kind)
        if not isinstance(value, list) or not value or not all(each in known for each in value):
            raise self.wrong(key, f"must list some of {', '.join(known)}")
        return tuple(value)

    def two_languages(self, key: str) -> dict[str, str]:
        value = self.raw.get(key)
        if not isinstance(value, dict) or set(value) != {"vi", "en"} or not all(value.values()):
            raise self.wrong(key, "must have a text for vi and one for en")
        return {language: str(text).strip() for language, text in value.items()}

    def paths(self) -> tuple[Path, ...]:
        """The first path and, where it computes, the one through reported values."""
        first = self.path(self.raw, "", {})
        reported = self.raw.get("reported")
        if reported is None:
            return (first,)
        if first.reported:
            raise self.wrong("reported", "stands beside a table of single facts only")
        if not isinstance(reported, dict) or set(reported) - {"table", "numerator", "denominator"}:
            raise self.wrong("reported", "must have table, numerator and denominator")
        words = {"numerator": first.numerator.name}
        if first.denominator:
            words["denominator"] = first.denominator.name
        second = self.path({"table": REPORTED_TABLE, **reported}, "reported.", words)
        if not second.reported or (second.denominator is None) != (first.denominator is None):
            raise self.wrong("reported", f"must be over {REPORTED_TABLE}, of the same form")
        return first, second

    def path(self, raw: dict[str, Any], prefix: str, words: dict[str, dict[str, str]]) -> Path:
        name = raw.get("table")
        if not isinstance(name, str) or name not in self.tables:
            raise self.wrong(
                f"{prefix}table", f"must be one of {', '.join(self.tables)}, not {name!r}"
            )
        table = self.tables[name]
        day = raw.get("date", table.partition)
        self.date_column(f"{prefix}date", day, table)
        denominator = None
        if raw.get("denominator") is not None:
            denominator = self.term(raw, "denominator", prefix, table, day, words)
        return Path(name, self.term(raw, "numerator", prefix, table, day, words), denominator)

    def term(
        self,
        raw: dict[str, Any],
        key: str,
        prefix: str,
        table: FactTable,
        day: str,
        words: dict[str, dict[str, str]],
    ) -> Term:
        value, place = raw.get(key), f"{prefix}{key}"
        needed = {"expression"} if key in words else {"name", "expression"}
        if not isinstance(value, dict) or not needed <= set(value) <= needed | TERM_KEYS:
            raise self.wrong(place, f"must have {' and '.join(sorted(needed, reverse=True))}")
        name = words.get(key) or _Reader(
            value, f"{self.where}: {place}", self.tables
        ).two_languages("name")
        text = str(value["expression"]).strip()
        try:
            tree = parse(text, table)
        except ExpressionError as error:
            raise DefinitionError(
                f"{place}.expression", f"{error}", self.where, error.offset
            ) from error
        for part in ("date", "until"):
            if part in value:
                self.date_column(f"{place}.{part}", value[part], table)
        until = value.get("until")
        if until and any(
            each.kind in ("min", "max", "distinct", "median") for each in syntax.aggregates(tree)
        ):
            raise self.wrong(f"{place}.until", "goes with count, sum and avg only")
        return Term(name, text, tree, value.get("date", day), until)

    def date_column(self, key: str, value: Any, table: FactTable) -> None:
        if value not in table.dates:
            raise self.wrong(key, f"must be one of {', '.join(table.dates)}, not {value!r}")

    def formula(self) -> tuple[str, syntax.Scalar]:
        text = self.text("formula")
        try:
            return text, parse_formula(text)
        except ExpressionError as error:
            raise DefinitionError("formula", str(error), self.where, error.offset) from error

    def check_unit(self, path: Path, definition: Definition) -> None:
        table = self.tables[path.table]
        measure = measure_of(path.numerator.tree, table)
        try:
            if path.denominator:
                measure = joined("/", measure, measure_of(path.denominator.tree, table))
            check_fits(measure, definition.scale, definition.unit)
        except MeasureError as error:
            raise self.wrong("unit", f"{definition.unit!r} does not fit: {error}") from error

    def example(self, key: str) -> dict[str, Any]:
        value = self.raw.get(key)
        known = {"facts", "expect", "period", "figures"}
        if not isinstance(value, dict) or not {"expect"} < set(value) <= known:
            raise self.wrong(key, "must have facts (or figures) and expect")
        return value
