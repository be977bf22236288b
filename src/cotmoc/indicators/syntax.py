"""What an expression may be made of. There is no node for anything else, so nothing else can run.

`str()` of a node is its canonical text: two expressions that mean the same aggregate the same way
have the same text, and so share one component of the engine.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Literal

Operator = Literal["+", "-", "*", "/"]
Comparison = Literal["=", "<>", "<", "<=", ">", ">="]
Kind = Literal["count", "sum", "min", "max", "avg", "median", "distinct"]
Function = Literal["value", "numerator", "denominator", "previous", "last_year", "ytd", "moving"]
Constant = str | Decimal | bool | datetime


def text_of(value: Constant) -> str:
    """A constant as it is written."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Decimal):
        return format(value.normalize(), "f")
    if isinstance(value, datetime):
        return f"'{value.isoformat(sep=' ')}'"
    return "'" + value.replace("'", "''") + "'"


@dataclass(frozen=True, slots=True)
class Column:
    """A column of the fact table."""

    name: str

    def __str__(self) -> str:
        return self.name


@dataclass(frozen=True, slots=True)
class Flag:
    """A yes/no column that holds."""

    column: Column

    def __str__(self) -> str:
        return str(self.column)


@dataclass(frozen=True, slots=True)
class Compare:
    """A column against a constant or another column."""

    operator: Comparison
    left: Column
    right: Column | Constant

    def __str__(self) -> str:
        right = str(self.right) if isinstance(self.right, Column) else text_of(self.right)
        return f"{self.left} {self.operator} {right}"


@dataclass(frozen=True, slots=True)
class OneOf:
    """A column among some constants."""

    column: Column
    values: tuple[Constant, ...]

    def __str__(self) -> str:
        return f"{self.column} in ({', '.join(map(text_of, self.values))})"


@dataclass(frozen=True, slots=True)
class Missing:
    """A column without a value."""

    column: Column

    def __str__(self) -> str:
        return f"{self.column} is null"


@dataclass(frozen=True, slots=True)
class Not:
    """The contrary; of unknown it is unknown."""

    inner: "Condition"

    def __str__(self) -> str:
        return f"not ({self.inner})"


@dataclass(frozen=True, slots=True)
class Both:
    """All of the parts."""

    parts: tuple["Condition", ...]

    def __str__(self) -> str:
        return " and ".join(f"({part})" for part in self.parts)


@dataclass(frozen=True, slots=True)
class Either:
    """Any of the parts."""

    parts: tuple["Condition", ...]

    def __str__(self) -> str:
        return " or ".join(f"({part})" for part in self.parts)


Condition = Flag | Compare | OneOf | Missing | Not | Both | Either


def both(parts: Iterable[Condition]) -> Condition:
    """All of one or more parts; brackets within the same word vanish, so that one meaning has one
    text."""
    flat = [inner for part in parts for inner in (part.parts if isinstance(part, Both) else [part])]
    return flat[0] if len(flat) == 1 else Both(tuple(flat))


def either(parts: Iterable[Condition]) -> Condition:
    """Any of one or more parts, with brackets taken out as in `both`."""
    flat = [
        inner for part in parts for inner in (part.parts if isinstance(part, Either) else [part])
    ]
    return flat[0] if len(flat) == 1 else Either(tuple(flat))


@dataclass(frozen=True, slots=True)
class Case:
    """`case when … then … else … end` inside an aggregate; without `otherwise` it is missing."""

    condition: Condition
    then: Column | Decimal
    otherwise: Column | Decimal | None

    def __str__(self) -> str:
        otherwise = "" if self.otherwise is None else f" else {_plain(self.otherwise)}"
        return f"case when {self.condition} then {_plain(self.then)}{otherwise} end"


def _plain(value: Column | Decimal) -> str:
    return str(value) if isinstance(value, Column) else text_of(value)


@dataclass(frozen=True, slots=True)
class Aggregate:
    """One aggregate over the facts for which `condition` holds.

    `argument` is None for `count(*)`. With `judged` only facts whose `judged` moment lies before
    the first moment after the asked period are taken: `… <= period_end`.
    """

    kind: Kind
    argument: Column | Case | None = None
    condition: Condition | None = None
    judged: Column | None = None

    def __str__(self) -> str:
        if self.kind == "distinct":
            call = f"count(distinct {self.argument})"
        else:
            call = f"{self.kind}({'*' if self.argument is None else self.argument})"
        parts = [] if self.condition is None else [str(self.condition)]
        if self.judged:
            parts.append(f"{self.judged} <= period_end")
        if not parts:
            return call
        where = parts[0] if len(parts) == 1 else " and ".join(f"({part})" for part in parts)
        return f"{call} filter (where {where})"


@dataclass(frozen=True, slots=True)
class Number:
    """A plain number."""

    value: Decimal

    def __str__(self) -> str:
        return text_of(self.value)


@dataclass(frozen=True, slots=True)
class Arithmetic:
    """Two scalars joined; a division by zero is missing."""

    operator: Operator
    left: "Scalar"
    right: "Scalar"

    def __str__(self) -> str:
        return f"({self.left} {self.operator} {self.right})"


@dataclass(frozen=True, slots=True)
class Negative:
    """The contrary of a number."""

    inner: "Scalar"

    def __str__(self) -> str:
        return f"(-{self.inner})"


@dataclass(frozen=True, slots=True)
class Coalesce:
    """The first part that is there."""

    parts: tuple["Scalar", ...]

    def __str__(self) -> str:
        return f"coalesce({', '.join(map(str, self.parts))})"


@dataclass(frozen=True, slots=True)
class Least:
    """The smallest of its parts, in the formula of a score; missing where any part is."""

    parts: tuple["Scalar", ...]

    def __str__(self) -> str:
        return f"min({', '.join(map(str, self.parts))})"


@dataclass(frozen=True, slots=True)
class Greatest:
    """The largest of its parts, in the formula of a score; missing where any part is."""

    parts: tuple["Scalar", ...]

    def __str__(self) -> str:
        return f"max({', '.join(map(str, self.parts))})"


@dataclass(frozen=True, slots=True)
class Rounded:
    """A scalar to so many decimal places, as the method of the index rounds; in the formula of a
    score."""

    inner: "Scalar"
    places: int

    def __str__(self) -> str:
        return f"round({self.inner}, {self.places})"


@dataclass(frozen=True, slots=True)
class Reference:
    """Another indicator's value, numerator or denominator, in the asked period or one that is made
    from it (`previous`, `last_year`, `ytd`, `moving` with `count` periods)."""

    function: Function
    code: str
    count: int | None = None

    def __str__(self) -> str:
        inner = self.code if self.count is None else f"{self.code}, {self.count}"
        return f"{self.function}({inner})"


@dataclass(frozen=True, slots=True)
class When:
    """`case when left operator right then … else … end` between indicators."""

    operator: Comparison
    left: "Scalar"
    right: "Scalar"
    then: "Scalar"
    otherwise: "Scalar | None"

    def __str__(self) -> str:
        otherwise = "" if self.otherwise is None else f" else {self.otherwise}"
        return f"case when {self.left} {self.operator} {self.right} then {self.then}{otherwise} end"


Scalar = (
    Number
    | Arithmetic
    | Negative
    | Coalesce
    | Least
    | Greatest
    | Rounded
    | Aggregate
    | Reference
    | When
)


def is_strict(scalar: Scalar) -> bool:
    """Whether an expression over aggregates is missing where any of them is."""
    match scalar:
        case Aggregate():
            return True
        case Arithmetic(_, left, right):
            sides = [side for side in (left, right) if not isinstance(side, Number)]
            return bool(sides) and all(is_strict(side) for side in sides)
        case Negative(inner):
            return is_strict(inner)
    return False


def aggregates(scalar: Scalar) -> Iterator[Aggregate]:
    """All aggregates of an expression, from left to right, repeated ones too."""
    match scalar:
        case Aggregate():
            yield scalar
        case Arithmetic(_, left, right):
            yield from aggregates(left)
            yield from aggregates(right)
        case Negative(inner):
            yield from aggregates(inner)
        case Coalesce(parts):
            for part in parts:
                yield from aggregates(part)


def references(scalar: Scalar) -> Iterator[Reference]:
    """All references to other indicators, from left to right."""
    match scalar:
        case Reference():
            yield scalar
        case Arithmetic(_, left, right):
            yield from references(left)
            yield from references(right)
        case Negative(inner) | Rounded(inner):
            yield from references(inner)
        case Coalesce(parts) | Least(parts) | Greatest(parts):
            for part in parts:
                yield from references(part)
        case When(_, left, right, then, otherwise):
            for side in (left, right, then):
                yield from references(side)
            if otherwise is not None:
                yield from references(otherwise)


def numbers(scalar: Scalar) -> set[Decimal]:
    """The plain numbers that an expression or formula is written with."""
    match scalar:
        case Number(value):
            return {value}
        case Arithmetic(_, left, right):
            return numbers(left) | numbers(right)
        case Negative(inner) | Rounded(inner):
            return numbers(inner)
        case Coalesce(parts) | Least(parts) | Greatest(parts):
            return {value for part in parts for value in numbers(part)}
        case When(_, left, right, then, otherwise):
            sides = (left, right, then) if otherwise is None else (left, right, then, otherwise)
            return {value for side in sides for value in numbers(side)}
        case _:
            return set()


def conditions(condition: Condition | None) -> Iterator[Condition]:
    """A condition and all that it is made of."""
    if condition is None:
        return
    yield condition
    match condition:
        case Not(inner):
            yield from conditions(inner)
        case Both(parts) | Either(parts):
            for part in parts:
                yield from conditions(part)


def columns(scalar: Scalar) -> set[str]:
    """Names of the columns that an expression reads."""
    return {name for each in aggregates(scalar) for name in columns_of(each)}


def columns_of(aggregate: Aggregate) -> set[str]:
    """Names of the columns that one aggregate reads."""
    found = {aggregate.judged.name} if aggregate.judged else set()
    wholes = [aggregate.condition]
    match aggregate.argument:
        case Column(name):
            found.add(name)
        case Case(condition, then, otherwise):
            wholes.append(condition)
            found |= {each.name for each in (then, otherwise) if isinstance(each, Column)}
    for whole in wholes:
        for each in conditions(whole):
            match each:
                case Flag(column) | OneOf(column, _) | Missing(column):
                    found.add(column.name)
                case Compare(_, left, right):
                    found |= {side.name for side in (left, right) if isinstance(side, Column)}
    return found


def text_constants(scalar: Scalar, column: str) -> set[str]:
    """The texts that `column` is compared with, as in `element = 'received'`."""
    found: set[str] = set()
    for aggregate in aggregates(scalar):
        inner = aggregate.argument.condition if isinstance(aggregate.argument, Case) else None
        for whole in (aggregate.condition, inner):
            for each in conditions(whole):
                match each:
                    case Compare("=", Column(name), str() as text) if name == column:
                        found.add(text)
                    case OneOf(Column(name), values) if name == column:
                        found |= {value for value in values if isinstance(value, str)}
    return found
