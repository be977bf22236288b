"""What the value of a merged province could be, by named rules side by side.

None of them is a published value: where the publisher gave one for the merged province, it stands
beside them. For the DTI of 2024 the ministry took the plain mean of the main indices of the
provinces before merging (vtcnews.vn ar972306, huengaynay.vn 159011).
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Literal

from cotmoc.analytics.merging import MergeRule, merge_values
from cotmoc.apps.orgs.models import AdminUnit, Level, Organisation, UnitWeight, WeightKind
from cotmoc.apps.scorecards.computing import gather
from cotmoc.apps.scorecards.models import IndexVersion, Published
from cotmoc.apps.scorecards.results.columns import TOTAL
from cotmoc.apps.scorecards.results.doubts import recomputed
from cotmoc.apps.scorecards.results.lineage import predecessors_of_provinces
from cotmoc.apps.scorecards.results.publishing import current_results
from cotmoc.core.periods import Period
from cotmoc.indicators.indices.model import Index, PublishedShare, operands_of
from cotmoc.indicators.indices.results import Body, Reading, Readings
from cotmoc.indicators.indices.score import rank_of, score

Basis = Literal["main_indices", "total", "sums", ""]


class Rule(StrEnum):
    """How the value of a merged province follows from those of its parts.

    `PLAIN_MEAN` is the ministry's: each main index is the mean of the parts', the total follows by
    the method. `BY_POPULATION` and `BY_AREA` weigh the parts. `SUM_OF_PARTS` is ours: numerators
    and denominators of each leaf are added and scored once, as `MergeRule.SUM_OF_PARTS` for
    figures; it needs figures of all parts.
    """

    PLAIN_MEAN = "plain_mean"
    BY_POPULATION = "by_population"
    BY_AREA = "by_area"
    SUM_OF_PARTS = "sum_of_parts"


@dataclass(frozen=True, slots=True)
class Part:
    """A province before merging: what was published of it, by node, and its numbers."""

    unit: AdminUnit
    points: Mapping[str, Decimal] = field(default_factory=dict)
    rank: int | None = None
    population: Decimal | None = None
    area: Decimal | None = None
    readings: Readings | None = None  # figures of its body; None without one


@dataclass(frozen=True, slots=True)
class Merged:
    """A value by one rule, or why there is none: `lacking` names the parts without what it needs.

    `basis` says what was merged: main indices; totals, where main indices were not published of all
    parts; or numerators and denominators. `covered` is the share of the maximum that the sum of
    parts could score, where it is not all.
    """

    rule: Rule
    value: Decimal | None
    basis: Basis = ""
    lacking: tuple[str, ...] = ()
    why: Literal["", "no_value", "no_weight", "no_figures", "reads_published"] = ""
    covered: Decimal | None = None


@dataclass(slots=True)
class MergedProvince:
    """A province of today, its parts, the value by each rule with the rank that it would give, and
    what the publisher itself gave for it."""

    unit: AdminUnit
    parts: tuple[Part, ...]
    by_rule: dict[Rule, Merged]
    ranks: dict[Rule, int | None] = field(default_factory=dict)
    published: Published | None = None

    def difference(self, rule: Rule) -> Decimal | None:
        """From what was published for it; where nothing was, from the plain mean."""
        value = self.by_rule[rule].value
        beside = self.published.points if self.published else None
        if beside is None:
            beside = self.by_rule[Rule.PLAIN_MEAN].value if rule is not Rule.PLAIN_MEAN else None
        return None if value is None or beside is None else value - beside


@dataclass(slots=True)
class Merging:
    """All merged provinces; `ranked` counts the provinces that have a value by each rule."""

    day: date
    provinces: list[MergedProvince]
    ranked: dict[Rule, int]


# By one rule --------------------------------------------------------------------------------------


def merge(index: Index, rule: Rule, parts: Sequence[Part]) -> Merged:
    """The value of the whole by a rule, rounded as the method rounds totals. Missing is not zero:
    with one part without what the rule needs there is no value."""
    if rule is Rule.SUM_OF_PARTS:
        return _sum_of_parts(index, parts)
    weigh = MergeRule.MEAN_OF_PARTS if rule is Rule.PLAIN_MEAN else MergeRule.POPULATION_WEIGHTED
    weights = [_weight(rule, part) for part in parts]
    if rule is not Rule.PLAIN_MEAN:
        pairs = zip(parts, weights, strict=True)
        lacking = tuple(str(part.unit) for part, weight in pairs if not weight or weight <= 0)
        if lacking:
            return Merged(rule, None, lacking=lacking, why="no_weight")

    def merged(node: str) -> Decimal | None:
        values = [part.points.get(node) for part in parts]
        return merge_values(weigh, list(zip(values, weights, strict=True)))

    needed = _main_indices(index)
    means = {code: merged(code) for code in needed}
    if needed and None not in means.values():
        return Merged(rule, recomputed(index, means), "main_indices")
    total = merged(TOTAL)
    if total is not None:
        return Merged(rule, index.rounding.apply(total, index.rounding.total), "total")
    lacking = tuple(str(part.unit) for part in parts if TOTAL not in part.points)
    return Merged(rule, None, lacking=lacking, why="no_value")


def _weight(rule: Rule, part: Part) -> Decimal | None:
    return {Rule.BY_POPULATION: part.population, Rule.BY_AREA: part.area}.get(rule)


def _main_indices(index: Index) -> list[str]:
    """The leaves that make the total, where the method reads all of them as published."""
    leaves = [leaf for leaf in index.leaves() if leaf.max]
    read = [operands_of(leaf.rule).values() for leaf in leaves]
    as_published = all(
        operands and all(isinstance(each, PublishedShare) for each in operands) for operands in read
    )
    return [leaf.code for leaf in leaves] if as_published else []


def _sum_of_parts(index: Index, parts: Sequence[Part]) -> Merged:
    if not index.indicators():
        return Merged(Rule.SUM_OF_PARTS, None, why="reads_published")
    lacking = tuple(str(part.unit) for part in parts if not part.readings)
    if lacking:
        return Merged(Rule.SUM_OF_PARTS, None, lacking=lacking, why="no_figures")
    summed = sum_readings([part.readings or {} for part in parts])
    (found,) = score(index, [Body("", "", "province")], {"": summed})
    covered = found.scored_max / found.max if found.max else None
    return Merged(Rule.SUM_OF_PARTS, found.total, "sums", covered=covered)


def sum_readings(parts: Sequence[Readings]) -> dict[str, Reading]:
    """Numerators and denominators of each figure added over the parts; a figure that one of them
    lacks, or that has no numerator, has no sum."""
    found: dict[str, Reading] = {}
    for key in {key for readings in parts for key in readings if key.startswith("figure:")}:
        read = [readings[key] for readings in parts if key in readings]
        tops = [each.numerator for each in read if each.numerator is not None]
        bottoms = [each.denominator for each in read if each.denominator is not None]
        if len(tops) == len(bottoms) == len(parts):
            top, bottom = sum(tops, Decimal(0)), sum(bottoms, Decimal(0))
            value = top / bottom * _figure_scale(read) if bottom else None
            found[key] = Reading("measured" if bottom else "not_arising", value, top, bottom)
    return found


def _figure_scale(read: Sequence[Reading]) -> Decimal:
    """What a figure's ratio is multiplied with: seen in a part, else 100 for per cent."""
    for each in read:
        if each.value and each.numerator and each.denominator:
            return (each.value * each.denominator / each.numerator).quantize(Decimal("0.01"))
    return Decimal(100)


# Over the country ---------------------------------------------------------------------------------


def merging(index: IndexVersion, period: Period, day: date) -> Merging:
    """All provinces on the borders of a day that were merged of several, by every rule, ranked with
    those whose borders stayed. At most nine queries."""
    definition = index.definition
    before = predecessors_of_provinces()
    today = list(AdminUnit.objects.on(day).filter(level=Level.PROVINCE))
    published = _by_unit(current_results(index, period).exclude(unit=None))
    parts = _parts(index, period, [p for unit in today for p in before.get(unit.pk, ())], published)
    provinces = []
    values: dict[Rule, dict[str, Decimal | None]] = {rule: {} for rule in Rule}
    for unit in today:
        own = published.get(unit.pk, {}).get(TOTAL)
        if not before.get(unit.pk):
            for rule in Rule:
                values[rule][unit.key] = own.points if own else None
            continue
        of = tuple(parts[each.pk] for each in before[unit.pk])
        by_rule = {rule: merge(definition, rule, of) for rule in Rule}
        provinces.append(MergedProvince(unit, of, by_rule, published=own))
        for rule, found in by_rule.items():
            values[rule][unit.key] = found.value
    ranks = {rule: rank_of(found) for rule, found in values.items()}
    for each in provinces:
        each.ranks = {rule: ranks[rule].get(each.unit.key) for rule in Rule}
    return Merging(day, provinces, {rule: len(found) for rule, found in ranks.items()})


def _by_unit(rows: Iterable[Published]) -> dict[int, dict[str, Published]]:
    found: dict[int, dict[str, Published]] = {}
    for row in rows:
        found.setdefault(row.unit_id or 0, {})[row.node] = row
    return found


def _parts(
    index: IndexVersion,
    period: Period,
    units: Sequence[AdminUnit],
    published: Mapping[int, Mapping[str, Published]],
) -> dict[int, Part]:
    """The provinces before merging with everything a rule may need, by number."""
    weights = _weights(units)
    readings = _readings(index, period, units)
    found = {}
    for unit in units:
        rows = published.get(unit.pk, {})
        area = weights.get((unit.pk, WeightKind.AREA))
        if area is None and unit.area_km2 is not None:
            area = Decimal(str(unit.area_km2))
        found[unit.pk] = Part(
            unit,
            {node: row.points for node, row in rows.items() if row.points is not None},
            rows[TOTAL].rank if TOTAL in rows else None,
            weights.get((unit.pk, WeightKind.POPULATION)),
            area,
            readings.get(unit.pk),
        )
    return found


def _weights(units: Sequence[AdminUnit]) -> dict[tuple[int, str], Decimal]:
    """The latest number of each unit and kind. One query."""
    rows = UnitWeight.objects.filter(unit__in=units).order_by("as_of")
    return {(unit, kind): value for unit, kind, value in rows.values_list("unit", "kind", "value")}


def _readings(
    index: IndexVersion, period: Period, units: Sequence[AdminUnit]
) -> dict[int, Mapping[str, Reading]]:
    """Figures of the committees of the parts, where they are registered here."""
    if not index.definition.indicators():
        return {}
    bodies = dict(
        Organisation.objects.filter(unit__in=units, kind="province").values_list("code", "unit_id")
    )
    if not bodies:
        return {}
    read = gather(index, period).readings
    return {unit: read[code] for code, unit in bodies.items() if unit and read.get(code)}
