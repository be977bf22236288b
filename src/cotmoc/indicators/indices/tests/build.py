"""Small indices for tests: everything that a test does not care about is filled in."""

from datetime import date
from decimal import Decimal
from typing import Any

from cotmoc.indicators.indices import formula
from cotmoc.indicators.indices.model import (
    FigureOf,
    Formula,
    Group,
    Index,
    Leaf,
    Node,
    Operand,
    Ratio,
    Rounding,
    Rule,
)
from cotmoc.indicators.indices.results import Body, Reading

WORDS = {"vi": "tên", "en": "name"}
OF = FigureOf("x")


def points(text: str | int | Decimal) -> Decimal:
    return Decimal(text)


def leaf(code: str = "L", most: str | int = 10, rule: Rule | None = None, **more: Any) -> Leaf:
    return Leaf(code, WORDS, Decimal(most), rule or Ratio(FigureOf(code)), **more)


def group(code: str, *children: Node, most: str | int | None = None, **more: Any) -> Group:
    whole = sum((child.max for child in children), Decimal(0)) if most is None else Decimal(most)
    return Group(code, WORDS, whole, children, **more)


def index(*children: Node, most: str | int | None = None, **more: Any) -> Index:
    whole = sum((child.max for child in children), Decimal(0)) if most is None else Decimal(most)
    given: dict[str, Any] = {
        "code": "x",
        "method": "1",
        "name": WORDS,
        "description": WORDS,
        "legal_source": "",
        "owner": "",
        "valid_from": date(2026, 1, 1),
        "valid_to": None,
        "applies_to": ("department", "commune"),
        "periods": ("month",),
        "max": whole,
        "scale": whole,
        "rounding": Rounding(),
        "aggregate": "points",
        "children": children,
    }
    return Index(**given | more)


def of_formula(text: str, nothing: Any = "missing", **operands: Operand) -> Formula:
    return Formula(text, formula.parse(text), operands, nothing)


def body(code: str = "A", kind: Any = "commune") -> Body:
    return Body(code, code, kind)


def ratio(a: str | int, b: str | int, status: str = "measured") -> Reading:
    a, b = Decimal(a), Decimal(b)
    return Reading(status, 100 * a / b if b else None, a, b)


def value(number: str | int | Decimal, status: str = "measured") -> Reading:
    return Reading(status, Decimal(number))


def chose(*codes: str) -> Reading:
    return Reading(chosen=codes)
