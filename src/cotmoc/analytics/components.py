"""Components: what figures are made of, by body and stretch of days.

All definitions over a fact table are taken apart into components, equal ones once. Most add up by
themselves; distinct counts, medians and counts judged at the period's end need one more key each.
`analytics.scanning` gathers them from the facts, `analytics.component_store` keeps them.
"""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import cached_property

import ibis.expr.types as ir

from cotmoc.indicators import syntax
from cotmoc.indicators.definitions import Definition, Term

BODY, ATOM, KEY, COUNT = "body", "atom", "key", "n"
ADDITIVE = ("count", "sum", "min", "max")
# Digests in file and column names: long enough not to collide, short enough to read.
SHORT = 12
_FORMAT = "2"


@dataclass(frozen=True, slots=True)
class Placing:
    """The date columns that place a fact: their latest, where all are there."""

    columns: tuple[str, ...]

    def __str__(self) -> str:
        return "+".join(self.columns)


@dataclass(frozen=True)
class Component:
    """One aggregate of a fact table by body and atom of its placing."""

    table: str
    aggregate: syntax.Aggregate
    placing: Placing

    @property
    def is_additive(self) -> bool:
        """Whether it adds up by itself, without a further key."""
        return self.aggregate.kind in ADDITIVE and self.aggregate.judged is None

    @property
    def set_of(self) -> str | None:
        """The column of which it counts the distinct values, where it does."""
        if self.aggregate.kind != "distinct":
            return None
        assert isinstance(self.aggregate.argument, syntax.Column)
        return self.aggregate.argument.name

    @cached_property
    def name(self) -> str:
        """Its name in files: a digest of what it means."""
        meaning = f"{_FORMAT}|{self.table}|{self.aggregate}|{self.placing}"
        return "c" + hashlib.sha256(meaning.encode()).hexdigest()[:SHORT]


def components_of(
    table: str, term: Term, aggregate: syntax.Aggregate, placing: Placing
) -> list[Component]:
    """What an aggregate of a term is made of: an average of a sum and a count. So is a sum in
    stock, as a sum over nothing that is left is missing, not zero."""
    if aggregate.kind != "avg" and not is_sum_in_stock(term, aggregate):
        return [Component(table, aggregate, placing)]
    return [
        Component(table, replace(aggregate, kind="sum"), placing),
        Component(table, counting(aggregate), placing),
    ]


def is_sum_in_stock(term: Term, aggregate: syntax.Aggregate) -> bool:
    """Whether a column is summed over what is in stock."""
    column = isinstance(aggregate.argument, syntax.Column)
    return term.until is not None and aggregate.kind == "sum" and column


def counting(aggregate: syntax.Aggregate) -> syntax.Aggregate:
    """How many values an average is over."""
    assert isinstance(aggregate.argument, syntax.Column)
    there: syntax.Condition = syntax.Not(syntax.Missing(aggregate.argument))
    both = there if aggregate.condition is None else syntax.Both((aggregate.condition, there))
    return syntax.Aggregate("count", None, both)


def presence(table: str, placing: Placing) -> Component:
    """How many facts there are at all: tells nothing known from nothing counted."""
    return Component(table, syntax.Aggregate("count"), placing)


def folded(value: ir.Value, aggregate: syntax.Aggregate) -> ir.Value:
    """Parts of an additive aggregate put together."""
    return getattr(value, "sum" if aggregate.kind == "count" else aggregate.kind)()


def placings(term_date: str, until: str | None) -> tuple[Placing, ...]:
    """How a term's facts are placed: by one date; a stock by its way in and its way out."""
    if until is None:
        return (Placing((term_date,)),)
    return Placing((term_date,)), Placing((term_date, until))


def wanted_components(definitions: Iterable[Definition], table: str) -> list[Component]:
    """Every component that these definitions need of a fact table, equal ones once."""
    found: dict[Component, None] = {}
    for definition in definitions:
        path = definition.computed_path
        if path is None or path.table != table:
            continue
        for term in path.terms:
            for placing in placings(term.date, term.until):
                found[presence(table, placing)] = None
                for aggregate in syntax.aggregates(term.tree):
                    found |= dict.fromkeys(components_of(table, term, aggregate, placing))
    return list(found)
