"""What an indicator is: its two expressions, rules and worked example, checked as values."""

import difflib
import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from functools import partial
from typing import Any, Literal, TypeVar, cast, get_args

from cotmoc.indicators import syntax
from cotmoc.indicators.expressions import measure_of, parse
from cotmoc.indicators.facts import FactTable
from cotmoc.indicators.formulas import CODE, parse_formula
from cotmoc.indicators.lexis import ExpressionError
from cotmoc.indicators.measures import MeasureError, check_fits, joined
from cotmoc.indicators.wrong import WrongError
from cotmoc.indicators.wrong import gettext_noop as _

REPORTED_TABLE = "observations"
ZeroRule = Literal["none", "zero", "full", "excluded"]
Direction = Literal["up", "down"]
UnitRollup = Literal["sum", "mean", "none"]
TimeRollup = Literal["sum", "last", "mean", "none"]
Kind = Literal["province", "department", "commune"]
MEASURE_UNITS = ("%", "days", "count", "VND", "points", "rank", "%/year", "yes/no")
Value = TypeVar("Value")

LARGEST_SCALE = 10**15
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


class DefinitionError(WrongError):
    """A definition that cannot be used. `key` is the dotted name of what is wrong, `offset` where
    in its text, when that can be said; the message names the file too. With `of_key` the key
    itself should not be there."""

    of_key = False

    def __init__(
        self,
        key: str,
        template: str,
        where: str = "",
        offset: int | None = None,
        **params: Any,
    ) -> None:
        self.key, self.where = key, where
        super().__init__(template, offset, **params)

    def __str__(self) -> str:
        place = f"{self.where}: " if self.where else ""
        key = f"{self.key} " if self.key else ""
        return f"{place}{key}{self.reason}"

    @classmethod
    def of(cls, error: WrongError, key: str, where: str) -> "DefinitionError":
        """The same thing wrong, said of the key it stands under."""
        return cls(key, error.template, where, error.offset, **error.params)


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
    DefinitionError with the first key that is wrong.
    """
    definition, errors = inspect_definition(raw, where, tables)
    if definition is None:
        raise errors[0]
    return definition


def inspect_definition(
    raw: Any, where: str, tables: Mapping[str, FactTable]
) -> tuple[Definition | None, list[DefinitionError]]:
    """Check one raw mapping and give the Definition, or everything that is wrong with it."""
    if not isinstance(raw, dict):
        return None, [DefinitionError("", _("must be a mapping of keys to values"), where)]
    reader = _Reader(raw, where, tables)
    derived = "formula" in raw
    reader.check_keys(DERIVED_WITHOUT if derived else {"formula"})
    read = reader.attempt
    no_paths: tuple[Path, ...] = ()
    paths = no_paths if derived else read(reader.paths, no_paths)
    divides = not derived and raw.get("denominator") is not None
    no_formula: tuple[str, syntax.Scalar | None] = ("", None)
    formula_text, formula = read(reader.formula, no_formula) if derived else no_formula
    definition = Definition(
        code=read(lambda: reader.code("code"), ""),
        version=read(lambda: reader.positive("version"), 1),
        name=read(lambda: reader.two_languages("name"), {}),
        description=read(lambda: reader.two_languages("description"), {}),
        legal_source=read(lambda: reader.text("legal_source"), ""),
        owner=read(lambda: reader.text("owner"), ""),
        valid_from=read(lambda: reader.day("valid_from"), date.min),
        valid_to=read(reader.valid_to, None),
        unit=read(lambda: reader.one_of("unit", MEASURE_UNITS), ""),
        counted=read(lambda: reader.two_languages("counted"), {}),
        direction=cast(
            Direction, read(lambda: reader.one_of("direction", get_args(Direction)), "up")
        ),
        scale=read(lambda: reader.number("scale", 100 if divides else 1), Decimal(1)),
        zero_denominator=cast(
            ZeroRule,
            read(lambda: reader.one_of("zero_denominator", get_args(ZeroRule)), "none")
            if divides
            else "none",
        ),
        rollup_units=cast(
            UnitRollup,
            "none"
            if derived
            else read(lambda: reader.one_of("rollup_units", get_args(UnitRollup)), "none"),
        ),
        rollup_time=cast(
            TimeRollup,
            read(lambda: reader.one_of("rollup_time", get_args(TimeRollup)), "none")
            if "rollup_time" in raw
            else "none",
        ),
        applies_to=read(lambda: reader.kinds("applies_to"), ()),
        paths=paths,
        formula_text=formula_text,
        formula=formula,
        suppress_below=read(lambda: reader.positive("suppress_below"), 0)
        if "suppress_below" in raw
        else 0,
        plan_phrases=read(lambda: reader.phrases("plan_phrases"), ()),
        example=read(lambda: reader.example("worked_example", derived), {}),
        digest=hashlib.sha256(
            json.dumps(raw, sort_keys=True, default=str, ensure_ascii=False).encode()
        ).hexdigest(),
    )
    if not reader.errors:
        for path in paths:
            read(partial(reader.check_unit, path, definition), None)
    return (None, reader.errors) if reader.errors else (definition, [])


@dataclass(frozen=True, slots=True)
class _Reader:
    raw: dict[str, Any]
    where: str
    tables: Mapping[str, FactTable]
    errors: list[DefinitionError] = field(default_factory=list)

    def attempt(self, read: Callable[[], Value], instead: Value) -> Value:
        """What `read` gives, or `instead` when it is wrong: the error is kept, reading goes on."""
        try:
            return read()
        except DefinitionError as error:
            self.errors.append(error)
            return instead

    def wrong(self, key: str, template: str, **params: Any) -> DefinitionError:
        return DefinitionError(key, template, self.where, **params)

    def check_keys(self, refused: set[str]) -> None:
        """Keep an error for every key that has no meaning here."""
        known = KEYS - refused
        for key in self.raw:
            if key in known:
                continue
            near = difflib.get_close_matches(str(key), known, n=1)
            if key in KEYS:
                error = self.wrong(str(key), _("does not go with a formula or a path"))
            elif near:
                template = _("is an unknown key; did you mean %(near)s?")
                error = self.wrong(str(key), template, near=near[0])
            else:
                error = self.wrong(str(key), _("is an unknown key"))
            error.of_key = True
            self.errors.append(error)

    def text(self, key: str) -> str:
        value = self.raw.get(key)
        if not isinstance(value, str) or not value.strip():
            raise self.wrong(key, _("must be a text"))
        return value.strip()

    def code(self, key: str) -> str:
        value = self.text(key)
        if not CODE.fullmatch(value):
            raise self.wrong(key, _("must be lower-case letters, digits and _, at most 60"))
        return value

    def positive(self, key: str) -> int:
        value = self.raw.get(key)
        if not isinstance(value, int) or isinstance(value, bool) or value < 1:
            raise self.wrong(key, _("must be a whole number from 1"))
        return value

    def number(self, key: str, default: int) -> Decimal:
        value = self.raw.get(key, default)
        plain = isinstance(value, int | float) and not isinstance(value, bool)
        if not plain or not 0 < value < LARGEST_SCALE:
            raise self.wrong(key, _("must be a number above 0"))
        return Decimal(str(value))

    def day(self, key: str) -> date:
        value = self.raw.get(key)
        if not isinstance(value, date) or isinstance(value, datetime):
            raise self.wrong(key, _("must be a date like 2026-07-01"))
        return value

    def valid_to(self) -> date | None:
        if self.raw.get("valid_to") is None:
            return None
        found, start = self.day("valid_to"), self.raw.get("valid_from")
        if type(start) is date and found <= start:
            raise self.wrong("valid_to", _("must be after valid_from"))
        return found

    def one_of(self, key: str, allowed: tuple[str, ...]) -> str:
        return self.choice(key, self.raw.get(key), allowed)

    def choice(self, key: str, value: Any, allowed: tuple[str, ...]) -> str:
        if isinstance(value, str) and value in allowed:
            return value
        known = ", ".join(allowed)
        if value is None:
            raise self.wrong(key, _("must be one of %(known)s"), known=known)
        if near := difflib.get_close_matches(str(value), allowed, n=1):
            template = _("must be one of %(known)s, not %(part)r; did you mean %(near)s?")
            raise self.wrong(key, template, known=known, part=value, near=near[0])
        raise self.wrong(key, _("must be one of %(known)s, not %(part)r"), known=known, part=value)

    def kinds(self, key: str) -> tuple[Kind, ...]:
        value = self.raw.get(key)
        known = get_args(Kind)
        listed = value if isinstance(value, list) else []
        if not listed or not all(each in known and listed.count(each) == 1 for each in listed):
            raise self.wrong(key, _("must list some of %(known)s"), known=", ".join(known))
        return tuple(listed)

    def phrases(self, key: str) -> tuple[str, ...]:
        value = self.raw.get(key)
        if value is None:
            return ()
        texts = isinstance(value, list) and all(isinstance(each, str) and each for each in value)
        if not texts:
            raise self.wrong(key, _("must be a list of texts"))
        return tuple(value)

    def two_languages(
        self, key: str, raw: Mapping[str, Any] | None = None, prefix: str = ""
    ) -> dict[str, str]:
        value = (self.raw if raw is None else raw).get(key)
        if (
            not isinstance(value, dict)
            or set(value) != {"vi", "en"}
            or not all(isinstance(text, str) and text.strip() for text in value.values())
        ):
            raise self.wrong(f"{prefix}{key}", _("must have a text for vi and one for en"))
        return {language: text.strip() for language, text in value.items()}

    def paths(self) -> tuple[Path, ...]:
        """The first path and, where it computes, the one through reported values."""
        first = self.path(self.raw, "", {})
        reported = self.raw.get("reported")
        if reported is None:
            return (first,)
        if first.reported:
            raise self.wrong("reported", _("stands beside a table of single facts only"))
        if not isinstance(reported, dict) or set(reported) - {"table", "numerator", "denominator"}:
            raise self.wrong("reported", _("must have table, numerator and denominator"))
        words = {"numerator": first.numerator.name}
        if first.denominator:
            words["denominator"] = first.denominator.name
        second = self.path({"table": REPORTED_TABLE, **reported}, "reported.", words)
        if not second.reported or (second.denominator is None) != (first.denominator is None):
            raise self.wrong(
                "reported",
                _("must be over %(table)s, with a denominator if the first path has one"),
                table=REPORTED_TABLE,
            )
        return first, second

    def path(self, raw: dict[str, Any], prefix: str, words: dict[str, dict[str, str]]) -> Path:
        name = self.choice(f"{prefix}table", raw.get("table"), tuple(self.tables))
        table = self.tables[name]
        day = self.attempt(
            lambda: self.choice(f"{prefix}date", raw.get("date", table.partition), table.dates),
            table.partition,
        )
        terms: list[Term | None] = [
            self.attempt(partial(self.term, raw, key, prefix, table, day, words), None)
            for key in ("numerator", "denominator")
            if key == "numerator" or raw.get(key) is not None
        ]
        if None in terms:
            raise self.errors.pop()
        numerator, *denominator = cast(list[Term], terms)
        return Path(name, numerator, denominator[0] if denominator else None)

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
            raise self.wrong(
                place, _("must have %(known)s"), known=", ".join(sorted(needed, reverse=True))
            )
        unnamed: dict[str, str] = {}
        name = words.get(key) or self.attempt(
            lambda: self.two_languages("name", value, f"{place}."), unnamed
        )
        for part in ("date", "until"):
            if part in value:
                self.attempt(partial(self.choice, f"{place}.{part}", value[part], table.dates), "")
        if not isinstance(value["expression"], str):
            raise self.wrong(f"{place}.expression", _("must be a text"))
        text = value["expression"].strip()
        try:
            tree = parse(text, table)
        except ExpressionError as error:
            raise DefinitionError.of(error, f"{place}.expression", self.where) from error
        until = value.get("until")
        if until and any(
            each.judged or each.kind in ("min", "max", "distinct", "median")
            for each in syntax.aggregates(tree)
        ):
            template = _("goes with count, sum and avg only, without period_end")
            raise self.wrong(f"{place}.until", template)
        return Term(name, text, tree, value.get("date", day), until)

    def formula(self) -> tuple[str, syntax.Scalar | None]:
        text = self.text("formula")
        try:
            return text, parse_formula(text)
        except ExpressionError as error:
            raise DefinitionError.of(error, "formula", self.where) from error

    def check_unit(self, path: Path, definition: Definition) -> None:
        table = self.tables[path.table]
        try:
            measure = measure_of(path.numerator.tree, table)
            if path.denominator:
                measure = joined("/", measure, measure_of(path.denominator.tree, table))
            check_fits(measure, definition.scale, definition.unit)
        except MeasureError as error:
            raise DefinitionError.of(error, "unit", self.where) from error

    def example(self, key: str, derived: bool) -> dict[str, Any]:
        value = self.raw.get(key)
        needed = {"figures" if derived else "facts", "expect"}
        known = needed if derived else needed | {"period", "reported"}
        if not isinstance(value, dict) or not needed <= set(value) <= known:
            raise self.wrong(
                key, _("must have %(known)s"), known=", ".join(sorted(needed, reverse=True))
            )
        return value
