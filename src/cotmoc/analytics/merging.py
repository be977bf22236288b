"""Values of merged units: what a value that is no sum can be on newer borders.

Counts add up by themselves through a closure. A published value or a score has no numerator to
add, so a rule must say what the value of the merged unit is, and whoever shows it names the rule.
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from decimal import Decimal, localcontext
from enum import StrEnum
from fractions import Fraction

import pyarrow as pa

from cotmoc.analytics.closure import Body, Edge, Number, UnitLife, unit_names

PARTS = pa.schema(
    [
        ("target", pa.string()),
        ("part", pa.string()),
        ("unit", pa.string()),
        ("valid_from", pa.date32()),
        ("valid_to", pa.date32()),
        ("whole", pa.bool_()),
        ("population", pa.decimal128(18, 4)),
    ]
)
_DIGITS = 28


class MergeRule(StrEnum):
    """How the value of a merged unit follows from the values of its parts.

    `sum_of_parts` is the default: numerators and denominators are added and divided last; a bare
    value is added only where it is additive. `mean_of_parts` is the plain mean, not weighted, which
    the ministry took for the main indices of merged provinces in the DTI of 2024
    (vtcnews.vn ar972306, huengaynay.vn 159011); it moved Đà Nẵng from 2nd of 63 to 17th of 34.
    `population_weighted` weighs the values by the population of the parts.
    """

    SUM_OF_PARTS = "sum_of_parts"
    MEAN_OF_PARTS = "mean_of_parts"
    POPULATION_WEIGHTED = "population_weighted"


def merge_values(
    rule: MergeRule, parts: Sequence[tuple[Number | None, Number | None]]
) -> Decimal | None:
    """The merged value of (value, weight) parts, to 28 digits; weights count for
    `population_weighted` only.

    Missing is not zero: without parts, with a part without value, or weighted with a weight
    missing or not above zero there is no value.
    """
    values = [Fraction(value) for value, _ in parts if value is not None]
    if not values or len(values) < len(parts):
        return None
    if rule is MergeRule.SUM_OF_PARTS:
        return _decimal(sum(values, Fraction(0)))
    if rule is MergeRule.MEAN_OF_PARTS:
        return _decimal(sum(values, Fraction(0)) / len(values))
    weights = [Fraction(weight) for _, weight in parts if weight is not None and weight > 0]
    if len(weights) < len(parts):
        return None
    weighted = (value * weight for value, weight in zip(values, weights, strict=True))
    return _decimal(sum(weighted, Fraction(0)) / sum(weights))


def predecessors(
    units: Iterable[UnitLife],
    edges: Iterable[Edge],
    bodies: Iterable[Body],
    *,
    on: date,
    level: str = "province",
) -> pa.Table:
    """What each unit of a level valid on a day was made of (PARTS), itself included, through all
    steps back. The parts of a period are those valid on its last day.

    `whole` is false where a part went over only partly: its value then says nothing exact about
    the target.
    """
    lives = {unit.key: unit for unit in units}
    before: dict[str, list[Edge]] = {}
    for edge in edges:
        before.setdefault(edge.successor_key, []).append(edge)
    bodies = list(bodies)
    today = unit_names(lives.values(), bodies, on=on)
    then = unit_names(lives.values(), bodies, on=None)
    rows = []
    for key, unit in sorted(lives.items()):
        if unit.level != level or not unit.on(on):
            continue
        rows.append((today[key], today[key], *_about(unit, True)))
        rows += [
            (today[key], then[part], *_about(lives[part], whole))
            for part, whole in sorted(_back(key, before).items())
        ]
    columns = list(zip(*rows, strict=True)) or [() for _ in PARTS]
    arrays = [pa.array(column, field.type) for column, field in zip(columns, PARTS, strict=True)]
    return pa.Table.from_arrays(arrays, schema=PARTS)


def _back(key: str, before: dict[str, list[Edge]]) -> dict[str, bool]:
    """All units that a unit was made of, with whether all of each is in it."""
    found: dict[str, bool] = {}

    def walk(successor: str, whole: bool) -> Iterator[tuple[str, bool]]:
        for edge in before.get(successor, ()):
            yield edge.predecessor_key, whole and edge.whole
            yield from walk(edge.predecessor_key, whole and edge.whole)

    for part, whole in walk(key, True):
        found[part] = found.get(part, True) and whole
    return found


def _about(
    unit: UnitLife, whole: bool
) -> tuple[str, date | None, date | None, bool, Decimal | None]:
    population = None
    if unit.population is not None:
        population = Decimal(unit.population).quantize(Decimal("0.0001"))
    return unit.key, unit.valid_from, unit.valid_to, whole, population


def _decimal(value: Fraction) -> Decimal:
    with localcontext() as context:
        context.prec = _DIGITS
        return Decimal(value.numerator) / Decimal(value.denominator)
