"""Fact tables as data: the columns that files bring in and that expressions may speak of."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, cast, get_args

ColumnType = Literal["text", "integer", "decimal", "boolean", "timestamp", "date"]
Rule = Literal["seconds_between", "working_days_between", "late_at", "period_start", "period_end"]
NUMBERS: tuple[ColumnType, ...] = ("integer", "decimal")

# Columns that every row of the lake carries: the import it came with and its line in that file.
ORIGIN_COLUMNS = ("import_no", "line")


class FactTableError(ValueError):
    """A declaration that cannot be used; the message names the file and the key."""


@dataclass(frozen=True, slots=True)
class Column:
    """One column. `unit` is what a number is counted in (VND, days, seconds), None where the row
    itself says so. A file's header is matched with `headers`; `allowed` are the only values, and
    `aliases` other spellings of them. `rule` is set for a column worked out while a file is
    taken in, from the columns `inputs`."""

    name: str
    type: ColumnType
    title: dict[str, str]
    unit: str | None = None
    required: bool = False
    default: Any = None
    allowed: tuple[Any, ...] = ()
    aliases: Mapping[Any, tuple[str, ...]] = field(default_factory=dict, hash=False)
    headers: tuple[str, ...] = ()
    minimum: int | None = None
    maximum: int | None = None
    rule: Rule | None = None
    inputs: tuple[str, ...] = ()

    @property
    def is_number(self) -> bool:
        return self.type in NUMBERS


@dataclass(frozen=True, slots=True)
class FactTable:
    """A table of facts: one row one fact.

    `key` names the columns that tell one fact from another, `body` the column with the
    organisation as it was, `partition` the date column whose month a row is stored under, `dates`
    the columns that may place a fact in a period.
    """

    name: str
    title: dict[str, str]
    columns: dict[str, Column]
    key: tuple[str, ...]
    body: str
    partition: str
    dates: tuple[str, ...]
    legal_source: str = ""

    @property
    def given(self) -> tuple[Column, ...]:
        """Columns that a file brings."""
        return tuple(each for each in self.columns.values() if each.rule is None)

    @property
    def computed(self) -> tuple[Column, ...]:
        """Columns worked out while a file is taken in."""
        return tuple(each for each in self.columns.values() if each.rule is not None)


def read_fact_table(raw: Any, where: str) -> FactTable:
    """Check one raw mapping (from YAML) and make a FactTable; `where` names the file in errors.

    Raises FactTableError with the key that is wrong.
    """
    if not isinstance(raw, dict):
        raise FactTableError(f"{where}: must be a mapping of keys to values")
    known = {"table", "title", "legal_source", "key", "body", "partition", "dates", "columns"}
    if unknown := set(raw) - known - {"computed"}:
        raise FactTableError(f"{where}: unknown keys {', '.join(sorted(map(str, unknown)))}")
    if missing := known - {"legal_source"} - set(raw):
        raise FactTableError(f"{where}: {', '.join(sorted(missing))} must be given")
    columns = {}
    for part in ("columns", "computed"):
        for name, about in (raw.get(part) or {}).items():
            if name in columns or name in ORIGIN_COLUMNS:
                raise FactTableError(f"{where}: {part}: {name} is there already")
            columns[str(name)] = _column(str(name), about, part, where)
    table = FactTable(
        name=str(raw["table"]),
        title=_words(raw["title"], where, "title"),
        columns=columns,
        key=tuple(raw["key"]),
        body=str(raw["body"]),
        partition=str(raw["partition"]),
        dates=tuple(raw["dates"]),
        legal_source=str(raw.get("legal_source", "")),
    )
    inputs = [name for column in table.computed for name in column.inputs]
    for name in (*table.key, table.body, table.partition, *table.dates, *inputs):
        if name not in columns:
            raise FactTableError(f"{where}: unknown column {name}; there are {', '.join(columns)}")
    for name in (table.partition, *table.dates):
        if columns[name].type not in ("timestamp", "date"):
            raise FactTableError(f"{where}: {name} must be a timestamp or a date")
    return table


def read_fact_tables(files: Iterable[tuple[str, Any]]) -> dict[str, FactTable]:
    """All tables of (file name, parsed YAML) pairs, by name; raises FactTableError."""
    tables: dict[str, FactTable] = {}
    for where, raw in files:
        table = read_fact_table(raw, where)
        if where.removesuffix(".yaml") != table.name:
            raise FactTableError(f"{where}: table is {table.name}; the file must be named so")
        tables[table.name] = table
    return tables


def _column(name: str, about: Any, part: str, where: str) -> Column:
    place = f"{where}: {part}: {name}"
    if not isinstance(about, dict):
        raise FactTableError(f"{place} must be a mapping of keys to values")
    known = {"type", "title", "unit", "required", "default", "allowed", "aliases", "headers"}
    known |= {"minimum", "maximum", "rule"}
    if unknown := set(about) - known:
        raise FactTableError(f"{place}: unknown keys {', '.join(sorted(map(str, unknown)))}")
    if about.get("type") not in get_args(ColumnType):
        raise FactTableError(f"{place}: type must be one of {', '.join(get_args(ColumnType))}")
    rule, inputs = None, ()
    if (part == "computed") != ("rule" in about):
        raise FactTableError(f"{place}: a rule belongs to computed columns and to them alone")
    if part == "computed":
        if not isinstance(about["rule"], dict) or len(about["rule"]) != 1:
            raise FactTableError(f"{place}: rule must be one of {', '.join(get_args(Rule))}")
        (rule, inputs) = next(iter(about["rule"].items()))
        if rule not in get_args(Rule):
            raise FactTableError(f"{place}: rule must be one of {', '.join(get_args(Rule))}")
    return Column(
        name=name,
        type=cast(ColumnType, about["type"]),
        title=_words(about.get("title"), where, f"{name}: title"),
        unit=about.get("unit"),
        required=bool(about.get("required", False)),
        default=about.get("default"),
        allowed=tuple(about.get("allowed") or ()),
        aliases={
            value: tuple(map(str, also)) for value, also in (about.get("aliases") or {}).items()
        },
        headers=tuple(map(str, about.get("headers") or ())),
        minimum=about.get("minimum"),
        maximum=about.get("maximum"),
        rule=rule,
        inputs=tuple(inputs),
    )


def _words(value: Any, where: str, key: str) -> dict[str, str]:
    if not isinstance(value, dict) or set(value) != {"vi", "en"} or not all(value.values()):
        raise FactTableError(f"{where}: {key} must have a text for vi and one for en")
    return {language: str(text).strip() for language, text in value.items()}
