"""Figures from reported values: one scan for all definitions, small roll-up, ratios last."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import ibis
import ibis.expr.types as ir
import pyarrow as pa
from ibis import _

from cotmoc.analytics.compile import aggregate
from cotmoc.analytics.observations import KEY
from cotmoc.indicators.definitions import Definition


@dataclass(frozen=True, slots=True)
class Unit:
    """A body that gets figures; `parent` is the body whose figure its own adds to."""

    code: str
    kind: str
    parent: str | None


@dataclass(frozen=True, slots=True)
class ComputedFigure:
    """One figure as computed, before it is stored.

    `basis`: `reported` (the unit's own observation), `summed` (from its members), `published`
    (the source's own total for a body whose members are not all observed), or `none`.
    `with_data`/`expected`: members observed and members there are (1/1 for a body of its own);
    `not_arising`: members whose denominator is zero. `published_*`: the source's own total for a
    body that is also summed, kept for comparison.
    """

    indicator: str
    version: int
    unit_code: str
    period: str
    numerator: Decimal | None
    denominator: Decimal | None
    value: float | None
    status: str
    basis: str
    with_data: int
    expected: int
    not_arising: int
    published_numerator: Decimal | None
    published_denominator: Decimal | None


def compute(
    batches: Sequence[Path],
    units: Sequence[Unit],
    definitions: Sequence[Definition],
    *,
    known_at: datetime | None = None,
) -> list[ComputedFigure]:
    """Compute every definition for every unit it applies to, in every period observed.

    Only the path through reported values is taken; a definition without one gives no figure.
    `batches` are Parquet files of observations; where several give the same (element, unit,
    period) the latest recorded counts, as known at `known_at` (default: everything).
    Result rows are ordered by indicator, period and unit.
    """
    definitions = [each for each in definitions if each.reported_path]
    if not batches or not units or not definitions:
        return []
    connection = ibis.duckdb.connect()
    connection.raw_sql("SET enable_progress_bar = false; SET threads = 2;")
    try:
        facts = connection.read_parquet([str(path) for path in batches], table_name="observations")
        known = facts if known_at is None else facts.filter(_.recorded_at <= known_at)
        components = _components(connection, latest(known), definitions)
        wanted = _wanted(_periods(known), units, definitions)
        figures = _figures(components, wanted)
        return [ComputedFigure(**row) for row in figures.to_pyarrow().to_pylist()]
    finally:
        connection.disconnect()


def latest(facts: ir.Table) -> ir.Table:
    """Keep the last recorded row of each key."""
    newest_first = [ibis.desc("recorded_at"), ibis.desc("source_line")]
    window = ibis.window(group_by=KEY, order_by=newest_first)
    return facts.mutate(turn=ibis.row_number().over(window)).filter(_.turn == 0).drop("turn")


def _components(connection: Any, facts: ir.Table, definitions: Sequence[Definition]) -> ir.Table:
    """One pass over the facts gives every numerator and denominator by unit and period; then one
    row each: (indicator, version, unit_code, period, n, d), only where all parts are there."""
    measures = {}
    for number, definition in enumerate(definitions):
        path = definition.reported_path
        assert path is not None
        measures[f"n{number}"] = aggregate(path.numerator.tree, facts).cast("decimal(38,4)")
        if path.denominator:
            tree = path.denominator.tree
            measures[f"d{number}"] = aggregate(tree, facts).cast("decimal(38,4)")
    scanned = facts.group_by("unit_code", "period").agg(**measures)
    wide = connection.create_table("components", scanned, temp=True)
    parts = [
        wide.select(
            "unit_code",
            "period",
            indicator=ibis.literal(definition.code),
            version=ibis.literal(definition.version, "int64"),
            n=wide[f"n{number}"],
            d=wide[f"d{number}"] if definition.denominator else ibis.null("decimal(38,4)"),
            whole=(wide[f"d{number}"].notnull() if definition.denominator else ibis.literal(True)),
        )
        for number, definition in enumerate(definitions)
    ]
    together = ibis.union(*parts) if len(parts) > 1 else parts[0]
    return together.filter(_.n.notnull() & _.whole).drop("whole")


def _periods(facts: ir.Table) -> ir.Table:
    return facts.select(
        "period", period_start=facts.valid_from, period_end=facts.valid_to
    ).distinct()


def _wanted(
    periods: ir.Table, units: Sequence[Unit], definitions: Sequence[Definition]
) -> ir.Table:
    """Every (definition in force, unit, period) that should have a figure, with its rules."""
    rules = _memtable(
        [
            {
                "indicator": definition.code,
                "version": definition.version,
                "in_force_from": definition.valid_from,
                "in_force_to": definition.valid_to or date.max,
                "kind": kind,
                "zero_rule": definition.zero_denominator,
                "scale": float(definition.scale),
                "divides": definition.denominator is not None,
                "sums": definition.rollup_units == "sum",
            }
            for definition in definitions
            for kind in definition.applies_to
        ]
    )
    bodies = _memtable(
        [{"unit_code": unit.code, "kind": unit.kind, "parent": unit.parent} for unit in units],
        pa.schema([("unit_code", pa.string()), ("kind", pa.string()), ("parent", pa.string())]),
    )
    # The version in force on the period's last day is the one that counts.
    return (
        rules.join(bodies, "kind")
        .cross_join(periods)
        .filter((_.in_force_from < _.period_end) & (_.in_force_to >= _.period_end))
    )


def _figures(components: ir.Table, wanted: ir.Table) -> ir.Table:
    keys = ["indicator", "version", "unit_code", "period"]
    own = wanted.left_join(components, keys).select(
        *keys, "parent", "zero_rule", "scale", "divides", "sums", own_n=_.n, own_d=_.d
    )
    members = (
        own.filter(_.parent.notnull())
        .group_by(m_indicator=_.indicator, m_version=_.version, m_unit=_.parent, m_period=_.period)
        .agg(
            sum_n=_.own_n.sum(),
            sum_d=_.own_d.sum(),
            members_with=_.own_n.count(),
            members=_.count(),
            members_zero=_.count(where=_.own_d == 0),
        )
    )
    joined = own.left_join(
        members,
        [
            own.indicator == members.m_indicator,
            own.version == members.m_version,
            own.unit_code == members.m_unit,
            own.period == members.m_period,
        ],
    ).mutate(
        has_members=_.members.notnull() & _.sums,
        m_with=_.members_with.fill_null(0),
        m_expected=_.members.fill_null(0),
        m_zero=_.members_zero.fill_null(0),
    )
    complete = _.has_members & (_.m_with == _.m_expected)
    based = joined.mutate(
        basis=ibis.cases(
            (complete, "summed"),
            (_.own_n.notnull() & (_.m_expected > 0), "published"),
            (_.own_n.notnull(), "reported"),
            (_.has_members & (_.m_with > 0), "summed"),
            else_="none",
        )
    )
    summed = _.basis == "summed"
    own_zero = (_.own_d == 0).fill_null(False)
    shared = based.mutate(
        numerator=ibis.ifelse(summed, _.sum_n, _.own_n),
        denominator=ibis.ifelse(summed, _.sum_d, _.own_d),
        with_data=ibis.ifelse(_.has_members, _.m_with, _.own_n.notnull().cast("int64")),
        expected=ibis.ifelse(_.has_members, _.m_expected, 1),
        not_arising=ibis.ifelse(_.has_members, _.m_zero, own_zero.cast("int64")),
        published_numerator=ibis.ifelse(summed, _.own_n, ibis.null("decimal(38,4)")),
        published_denominator=ibis.ifelse(summed, _.own_d, ibis.null("decimal(38,4)")),
    )
    nothing = _.divides & (_.denominator == 0)
    return (
        shared.mutate(
            value=ibis.cases(
                (_.numerator.isnull(), None),
                (nothing & (_.zero_rule == "zero"), 0.0),
                (nothing & (_.zero_rule == "full"), _.scale),
                (nothing, None),
                (
                    _.divides,
                    _.scale * _.numerator.cast("float64") / _.denominator.nullif(0).cast("float64"),
                ),
                else_=_.scale * _.numerator.cast("float64"),
            ),
            status=ibis.cases(
                (_.numerator.isnull(), "no_data"),
                (nothing & _.zero_rule.isin(["none", "excluded"]), "not_arising"),
                (summed & (_.with_data < _.expected), "partial"),
                else_="measured",
            ),
        )
        .select(
            *keys,
            "numerator",
            "denominator",
            "value",
            "status",
            "basis",
            "with_data",
            "expected",
            "not_arising",
            "published_numerator",
            "published_denominator",
        )
        .order_by("indicator", "period", "unit_code")
    )


def _memtable(rows: Iterable[dict[str, Any]], schema: pa.Schema | None = None) -> ir.Table:
    return ibis.memtable(pa.Table.from_pylist(list(rows), schema=schema))
