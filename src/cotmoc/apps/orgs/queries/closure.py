"""What counts for whom, from the units, successions and organisations of this database.

Built closures are kept in the process, by a digest of what they were built from; a loaded table, a
registered organisation or a new weight is another digest. Two days between which nothing changed
share one.
"""

import hashlib
from bisect import bisect_right
from collections import OrderedDict
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, replace
from datetime import date
from threading import Lock
from typing import TypeVar, cast

import pyarrow as pa
from django.db.models import Count, Max

from cotmoc.analytics.closure import (
    Body,
    Closure,
    Edge,
    Number,
    Reason,
    ShareRule,
    UnitLife,
    build_closure,
    lives,
)
from cotmoc.analytics.merging import predecessors
from cotmoc.apps.orgs.models import (
    AdminUnit,
    Organisation,
    Succession,
    UnitTable,
    UnitWeight,
    WeightKind,
)

# A closure of the country is about 5 MB; a province's pages ask for a handful.
_KEPT = 24
Made = TypeVar("Made")


@dataclass(frozen=True, slots=True)
class World:
    """Units, edges and organisations as plain values; `digest` is of all that they are made of."""

    digest: str
    units: tuple[UnitLife, ...]
    edges: tuple[Edge, ...]
    bodies: tuple[Body, ...]
    cuts: tuple[date, ...]


@dataclass(frozen=True, slots=True)
class Readiness:
    """How far a share rule carries on the borders of a day: how many sources move in parts by it,
    how many it cannot move, and the units whose number is missing or not above zero."""

    rule: ShareRule
    divided: int
    immovable: int
    lacking: tuple[str, ...]


_kept: OrderedDict[tuple[object, ...], object] = OrderedDict()
_lock = Lock()
_looked_at: ContextVar[list[str] | None] = ContextVar("looked_at", default=None)


@contextmanager
def looked_at_once() -> Iterator[None]:
    """Within it the database is asked once whether anything changed: for one page's answers."""
    token = _looked_at.set([])
    try:
        yield
    finally:
        _looked_at.reset(token)


def world() -> World:
    """Everything a closure is built from, as it stands in the database now."""
    held = _looked_at.get()
    digest = held[0] if held else _state()
    if held is not None and not held:
        held.append(digest)
    return _once((digest,), lambda: _read(digest))


def closure_for(
    on: date | None,
    rule: ShareRule = ShareRule.EQUAL,
    weights: Mapping[str, Number] | None = None,
) -> Closure:
    """What counts for whom on the borders of a day, or as it was (`on` empty); see
    `analytics.closure`. `weights` are for the rule `dossiers`."""
    here = world()
    cut, by = on, rule
    if on is None:
        by = ShareRule.EQUAL
    else:
        before = bisect_right(here.cuts, on)
        cut = here.cuts[before - 1] if before else date.min
    weights = weights if by is ShareRule.DOSSIERS else None
    key = (here.digest, "closure", cut, by, tuple(sorted((weights or {}).items())))
    built = _once(
        key,
        lambda: build_closure(
            here.units, here.edges, here.bodies, on=cut, rule=by, weights=weights
        ),
    )
    return replace(built, on=on, rule=rule)


def lives_of_bodies() -> pa.Table:
    """When each unit and organisation was there, and the act that ended it (closure.LIVES)."""
    here = world()
    return _once((here.digest, "lives"), lambda: lives(here.units, here.edges, here.bodies))


def parts_of_units(on: date, level: str = "province") -> pa.Table:
    """What the units of a level on a day were made of, with populations (merging.PARTS)."""
    here = world()
    return _once(
        (here.digest, "parts", on, level),
        lambda: predecessors(here.units, here.edges, here.bodies, on=on, level=level),
    )


def readiness(on: date) -> list[Readiness]:
    """Which share rules can be used for the borders of a day; `dossiers` depends on the caller."""
    return [_ready(closure_for(on, rule)) for rule in ShareRule if rule is not ShareRule.DOSSIERS]


def _ready(closure: Closure) -> Readiness:
    table, lost = closure.table, closure.lost.to_pylist()
    by_weight = [
        row for row in lost if row["reason"] in (Reason.WEIGHT_MISSING, Reason.WEIGHT_NOT_POSITIVE)
    ]
    return Readiness(
        closure.rule,
        len(table.filter(table["estimated"])["source"].unique()),
        len({row["source"] for row in by_weight}),
        tuple(sorted({row["lacking"] for row in by_weight})),
    )


def _once(key: tuple[object, ...], make: Callable[[], Made]) -> Made:
    """What was made for a key before, or made now; made twice at worst, never half."""
    with _lock:
        if key in _kept:
            _kept.move_to_end(key)
            return cast("Made", _kept[key])
    made = make()
    with _lock:
        _kept[key] = made
        while len(_kept) > _KEPT:
            _kept.popitem(last=False)
    return made


def _state() -> str:
    """Digest of what decides the answers: the loaded table, the weights, each organisation."""
    tables = UnitTable.objects.order_by("loaded_at", "id").values_list("digest", "loaded_at")
    weights = UnitWeight.objects.aggregate(Count("id"), Max("id"), Max("recorded_at"))
    found = hashlib.sha256(repr((list(tables), sorted(weights.items()))).encode())
    for body in _bodies():
        found.update(repr(body).encode())
    return found.hexdigest()


def _bodies() -> list[Body]:
    rows = Organisation.objects.order_by("code").values_list(
        "code", "kind", "parent__code", "unit__key", "valid_from", "valid_to"
    )
    return [Body(*row) for row in rows]


def _read(digest: str) -> World:
    loaded: dict[str, dict[int, Number]] = {kind: {} for kind in WeightKind.values}
    # In the order of their days, so that the latest stays.
    weights = UnitWeight.objects.order_by("as_of").values_list("unit_id", "kind", "value")
    for unit_id, kind, value in weights:
        loaded[kind][unit_id] = value
    areas, populations = loaded[WeightKind.AREA], loaded[WeightKind.POPULATION]
    rows = AdminUnit.objects.order_by("key").values_list(
        "id", "key", "level", "code", "parent__key", "valid_from", "valid_to", "area_km2"
    )
    units = tuple(
        UnitLife(key, level, code, parent, start, end, areas.get(pk, area), populations.get(pk))
        for pk, key, level, code, parent, start, end, area in rows
    )
    edges = Succession.objects.order_by("predecessor__key", "successor__key").values_list(
        "predecessor__key", "successor__key", "date", "whole", "act"
    )
    bodies = tuple(_bodies())
    lives_of = [(unit.valid_from, unit.valid_to) for unit in units]
    lives_of += [(body.valid_from, body.valid_to) for body in bodies]
    days = {day for life in lives_of for day in life if day}
    return World(digest, units, tuple(Edge(*edge) for edge in edges), bodies, tuple(sorted(days)))
