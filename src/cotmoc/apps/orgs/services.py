"""Writes of units, organisations and posts."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

from django.db import transaction

from cotmoc.apps.accounts.models import Person
from cotmoc.apps.journal.services import record
from cotmoc.apps.orgs import table, weights
from cotmoc.apps.orgs.models import (
    AdminUnit,
    Level,
    Organisation,
    OrganisationKind,
    Post,
    Succession,
    UnitTable,
    UnitWeight,
)
from cotmoc.apps.orgs.rules import Match, Territory, TerritoryIndex, read_body_name
from cotmoc.core.problems import BadInput, Problem
from cotmoc.core.text import clean, fold

BATCH = 2000


class UnknownProvinceError(ValueError):
    """The province's own committee could not be tied to a province of the unit table."""


@transaction.atomic
def load_units(*, actor: Person | None, now: datetime) -> bool:
    """Bring the database's units to the shipped table; returns whether anything had to be done.

    Units are recognised by level, code and start, so a later table corrects earlier rows
    without making new ones.
    """
    digest = table.digest()
    if UnitTable.objects.filter(digest=digest).exists():
        return False
    rows = list(table.units())
    ids: dict[str, int] = {}
    for level in Level.values:
        of_level = [row for row in rows if row.level == level]
        _save_units(of_level, _ParentFinder(rows, ids))
        ids.update(AdminUnit.objects.filter(level=level).values_list("key", "id"))
    edges = _save_successions(rows, ids)
    UnitTable.objects.create(digest=digest, loaded_at=now)
    record(
        "units.loaded",
        ("orgs.unittable", digest),
        actor=actor,
        now=now,
        after={"units": len(rows), "successions": edges},
    )
    return True


class _ParentFinder:
    """The parent valid during the child's whole life: a code alone may mean two units."""

    def __init__(self, rows: Iterable[table.UnitRow], ids: dict[str, int]) -> None:
        self.ids = ids
        self.by_code: dict[tuple[str, str], list[table.UnitRow]] = {}
        for row in rows:
            self.by_code.setdefault((row.level, row.code), []).append(row)

    def id_of_parent(self, child: table.UnitRow) -> int | None:
        if not child.parent_code:
            return None
        level = Level.PROVINCE
        if child.level == Level.COMMUNE and child.valid_to is not None:
            level = Level.DISTRICT
        for row in self.by_code[level, child.parent_code]:
            starts = row.valid_from is None or (
                child.valid_from is not None and row.valid_from <= child.valid_from
            )
            ends = row.valid_to is None or (
                child.valid_to is not None and child.valid_to <= row.valid_to
            )
            if starts and ends:
                return self.ids[row.key]
        raise ValueError(f"no parent for {child.key}")


def _save_units(rows: Iterable[table.UnitRow], parents: _ParentFinder) -> None:
    AdminUnit.objects.bulk_create(
        (
            AdminUnit(
                key=row.key,
                level=row.level,
                code=row.code,
                kind=row.kind,
                name=row.name,
                search=fold(f"{row.kind} {row.name}"),
                parent_id=parents.id_of_parent(row),
                valid_from=row.valid_from,
                valid_to=row.valid_to,
                latitude=row.latitude,
                longitude=row.longitude,
                area_km2=row.area_km2,
            )
            for row in rows
        ),
        batch_size=BATCH,
        update_conflicts=True,
        unique_fields=["key"],
        update_fields=[
            "kind",
            "name",
            "search",
            "parent",
            "valid_to",
            "latitude",
            "longitude",
            "area_km2",
        ],
    )


def _save_successions(rows: Iterable[table.UnitRow], ids: dict[str, int]) -> int:
    ended = {(row.level, row.code, row.valid_to): ids[row.key] for row in rows if row.valid_to}
    began = {(row.level, row.code, row.valid_from): ids[row.key] for row in rows if row.valid_from}
    Succession.objects.all().delete()
    edges = [
        Succession(
            predecessor_id=ended[*edge.predecessor, edge.date],
            successor_id=began[*edge.successor, edge.date],
            date=edge.date,
            whole=edge.whole,
            act=edge.act,
        )
        for edge in table.successions()
    ]
    Succession.objects.bulk_create(edges, batch_size=BATCH)
    return len(edges)


@dataclass(frozen=True, slots=True)
class Body:
    """An organisation as an outside system names it."""

    code: str
    name: str
    kind: str


@dataclass(frozen=True, slots=True)
class Registration:
    """What came of registering: counts, how each commune was matched, and what could not be."""

    organisations: int
    changed: int
    communes: int
    matched: dict[str, int]
    unmatched: tuple[tuple[Body, Match], ...]


@transaction.atomic
def register_organisations(
    province: Body, members: Iterable[Body], *, on: date, actor: Person | None, now: datetime
) -> Registration:
    """Create or update a province's committee and its members, and tie people's committees to the
    territories valid on `on` by name.

    A commune whose name matches no territory, or several, is registered without one and reported.
    Raises UnknownProvinceError when the province itself is not in the unit table.
    """
    territory = _province_unit(province, on)
    known = Organisation.objects.in_bulk(field_name="code")
    top = known.get(province.code) or Organisation(code=province.code)
    changed = int(_fill(top, province, None, territory.pk, "exact"))
    index = TerritoryIndex(
        Territory(unit.pk, unit.kind, unit.name)
        for unit in AdminUnit.objects.on(on).filter(parent=territory, level=Level.COMMUNE)
    )
    matches: list[tuple[Body, Match]] = []
    bodies = list(members)
    for body in bodies:
        match = Match(None, None)
        if body.kind == OrganisationKind.COMMUNE:
            match = _find_territory(index, body)
            matches.append((body, match))
        organisation = known.get(body.code) or Organisation(code=body.code)
        unit_id = match.territory.id if match.territory else None
        changed += _fill(organisation, body, top, unit_id, match.how or "")
    outcome = Registration(
        organisations=len(bodies),
        changed=changed,
        communes=len(matches),
        matched=dict(Counter(match.how for _, match in matches if match.how)),
        unmatched=tuple((body, match) for body, match in matches if not match.how),
    )
    if changed:
        record(
            "organisations.registered",
            top,
            actor=actor,
            now=now,
            after={
                "organisations": outcome.organisations,
                "changed": changed,
                "communes": outcome.communes,
                "matched": outcome.matched,
                "unmatched": [body.code for body, _ in outcome.unmatched],
            },
        )
    return outcome


def _find_territory(index: TerritoryIndex, body: Body) -> Match:
    names = read_body_name(body.name)
    return index.find(names.territory_kind or "", names.territory_name or names.short)


def _province_unit(province: Body, on: date) -> AdminUnit:
    names = read_body_name(province.name)
    wanted = fold(names.territory_name or names.short)
    units = [
        unit
        for unit in AdminUnit.objects.on(on).filter(level=Level.PROVINCE)
        if fold(unit.name) == wanted
    ]
    if len(units) != 1:
        raise UnknownProvinceError(province.name)
    return units[0]


def _fill(
    organisation: Organisation,
    body: Body,
    parent: Organisation | None,
    unit_id: int | None,
    how: str,
) -> bool:
    """Set what is known of an organisation and save it if that is news; returns whether it was."""
    values = {
        "name": clean(body.name),
        "short_name": read_body_name(body.name).short,
        "kind": body.kind,
        "parent_id": parent.pk if parent else None,
        "unit_id": unit_id,
        "matched_by": how,
    }
    if organisation.pk and all(getattr(organisation, key) == values[key] for key in values):
        return False
    for key, value in values.items():
        setattr(organisation, key, value)
    organisation.save()
    return True


@transaction.atomic
def give_post(
    person: Person, organisation: Organisation, *, actor: Person | None, now: datetime
) -> Post:
    """Let a person speak for an organisation from now on; an existing post is left as it is."""
    post = Post.objects.filter(person=person, organisation=organisation, valid_to=None).first()
    if post:
        return post
    post = Post.objects.create(person=person, organisation=organisation, valid_from=now.date())
    record("post.given", post, actor=actor, now=now, after={"organisation": organisation.code})
    return post


@dataclass(frozen=True, slots=True)
class LoadedWeights:
    """What came of loading weights: rows read, numbers that are new or different."""

    rows: int
    changed: int


@transaction.atomic
def load_weights(path: Path, *, actor: Person | None, now: datetime) -> LoadedWeights:
    """Take areas and populations of units from a CSV file (columns: `weights`).

    A number for the same unit, kind and day replaces the earlier one, which the journal
    keeps.
    Raises BadInput with line and field, and then takes nothing.
    """
    rows = weights.read_weights(path)
    ids = _ids_of_units(rows, path.name)
    known = {
        (each.unit_id, each.kind, each.as_of): each
        for each in UnitWeight.objects.filter(as_of__in={row.as_of for row in rows}).select_related(
            "unit"
        )
    }
    changed: list[UnitWeight] = []
    replaced: dict[str, str] = {}
    for row, unit_id in zip(rows, ids, strict=True):
        for kind, value in row.values.items():
            before = known.get((unit_id, kind, row.as_of))
            if before and (before.value, before.source) == (value, row.source):
                continue
            if before:
                replaced[f"{before.unit.key} {kind} {row.as_of}"] = str(before.value)
            changed.append(
                UnitWeight(
                    unit_id=unit_id,
                    kind=kind,
                    value=value,
                    source=row.source,
                    as_of=row.as_of,
                    recorded_at=now,
                )
            )
    if changed:
        UnitWeight.objects.bulk_create(
            changed,
            batch_size=BATCH,
            update_conflicts=True,
            unique_fields=["unit", "kind", "as_of"],
            update_fields=["value", "source", "recorded_at"],
        )
        record(
            "weights.loaded",
            ("orgs.unitweight", path.name),
            actor=actor,
            now=now,
            before={"replaced": replaced} if replaced else None,
            after={
                "rows": len(rows),
                "changed": len(changed),
                "sources": sorted({row.source for row in rows}),
            },
        )
    return LoadedWeights(len(rows), len(changed))


def _ids_of_units(rows: list[weights.WeightRow], file: str) -> list[int]:
    """The unit of every row. Raises BadInput for one that is in no table, or given twice."""
    by_key: dict[str, AdminUnit] = {}
    by_code: dict[tuple[str, str], list[AdminUnit]] = {}
    for each in AdminUnit.objects.only("key", "level", "code", "valid_from", "valid_to"):
        by_key[each.key] = each
        by_code.setdefault((each.level, each.code), []).append(each)
    ids: list[int] = []
    problems: list[Problem] = []
    first: dict[tuple[int, str, date], int] = {}
    for row in rows:
        unit: AdminUnit | None
        if row.key:
            unit = by_key.get(row.key)
        else:
            same_code = by_code.get((row.level, row.code), [])
            unit = next((it for it in same_code if it.is_valid_on(row.borders)), None)
        if unit is None:
            value = row.key or f"{row.level} {row.code}, {row.borders}"
            place = "unit" if row.key else "code"
            problems.append(Problem("unknown_territory", file, row.line, place, value))
            continue
        ids.append(unit.pk)
        for kind in row.values:
            line = first.setdefault((unit.pk, kind, row.as_of), row.line)
            if line != row.line:
                params = {"first": line}
                problems.append(Problem("duplicate", file, row.line, kind, unit.key, params=params))
    if problems:
        raise BadInput(problems)
    return ids
