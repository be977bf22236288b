"""Opening a computed figure to its single facts, each with the import and line it came from."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cotmoc.analytics import facts_lookup
from cotmoc.analytics.facts_lookup import Number, Part, PartName, Scope
from cotmoc.analytics.lake import ImportNote, LakeError
from cotmoc.apps.measurement.catalogue import calendars, fact_tables
from cotmoc.apps.measurement.explanation import (
    ComponentFacts,
    FactRow,
    Facts,
    ImportFacts,
    MonthFacts,
    PartFacts,
    Recount,
)
from cotmoc.apps.measurement.models import Basis, Figure
from cotmoc.apps.measurement.permissions import counting_for, readable_bodies
from cotmoc.apps.measurement.ports import lake
from cotmoc.apps.orgs.models import AdminUnit, Organisation
from cotmoc.indicators import syntax
from cotmoc.indicators.definitions import Definition
from cotmoc.indicators.facts import Column

# Numerators and denominators are stored with four places.
_STORED_STEP = Decimal("0.0001")
PART_WORDS = {
    "numerator": gettext_lazy("Numerator"),
    "denominator": gettext_lazy("Denominator"),
    "rest": gettext_lazy("In the denominator only"),
}


@dataclass(frozen=True, slots=True)
class Opening:
    """What a viewer may open of a figure: its scope narrowed to the bodies he may read."""

    scope: Scope
    definition: Definition
    restricted: bool

    @property
    def parts(self) -> list[PartName]:
        return facts_lookup.parts_of(self.scope.path)

    @property
    def usual(self) -> PartName:
        """The part to open first: what costs points."""
        costly = self.definition.direction == "up" and "rest" in self.parts
        return "rest" if costly else "numerator"

    def aggregates(self, part: PartName) -> list[str]:
        """What a part can be narrowed to, where there is a choice."""
        found = facts_lookup.aggregates_of(self.scope.path, part)
        return found if len(found) > 1 else []

    def chosen(self, part: str, aggregate: str = "") -> Part:
        """The part asked for; the usual one where there is no such part."""
        name = next((each for each in self.parts if each == part), self.usual)
        return Part(name, aggregate if aggregate in self.aggregates(name) else "")


def scope_of(figure: Figure, definition: Definition | None = None) -> Scope | None:
    """The facts a computed figure was computed from; None for a figure of another basis."""
    definition = definition or figure.indicator.definition
    path = definition.computed_path
    if figure.basis != Basis.COMPUTED or path is None:
        return None
    return Scope(
        dataset=lake().table(path.table),
        table=fact_tables()[path.table],
        path=path,
        bodies=counting_for({figure.organisation.code}),
        period=calendars().parse(figure.period),
        known_at=figure.run.started_at,
    )


def open_figure(
    figure: Figure, *, viewer: object, definition: Definition | None = None
) -> Opening | None:
    """What a viewer may open of a figure; None where there is nothing to open for him."""
    if not getattr(viewer, "is_authenticated", False):
        return None
    definition = definition or figure.indicator.definition
    scope = scope_of(figure, definition)
    if scope is None:
        return None
    readable = readable_bodies(viewer, timezone.localdate())
    if readable is None:
        return Opening(scope, definition, restricted=False)
    seen = readable & frozenset(scope.bodies)
    return Opening(replace(scope, bodies=seen), definition, restricted=seen != scope.bodies)


def facts_behind(
    figure: Figure,
    part: str = "",
    *,
    viewer: object,
    aggregate: str = "",
    limit: int,
    offset: int = 0,
    sort: str = "",
) -> Facts | None:
    """The facts of one part of a computed figure that a viewer may read, oldest first or by
    `sort`; None for a figure without. What cannot be read is said in `problem`."""
    opening = open_figure(figure, viewer=viewer)
    if opening is None:
        return None
    return opened(opening, opening.chosen(part, aggregate), limit, offset, sort)


def opened(opening: Opening, part: Part, limit: int, offset: int = 0, sort: str = "") -> Facts:
    """One part of an opened figure, with the sizes of all parts."""
    scope, problem = opening.scope, None
    sizes: Mapping[PartName, int] = dict.fromkeys(opening.parts, 0)
    found = facts_lookup.FoundFacts((), 0)
    if sort.removeprefix("-") not in scope.table.columns:
        sort = ""
    try:
        sizes = facts_lookup.count_parts(scope)
        found = facts_lookup.find_facts(scope, part, limit=limit, offset=offset, sort=sort)
    except LakeError as error:
        problem = cannot_be_read(error)
    return Facts(
        table=scope.table.name,
        parts=tuple(
            PartFacts(name, sizes[name], tuple(opening.aggregates(name))) for name in opening.parts
        ),
        part=part.name,
        aggregate=part.aggregate,
        rows=tuple(with_origin(scope, found.rows)),
        total=found.total,
        limit=limit,
        offset=offset,
        restricted=opening.restricted,
        problem=problem,
    )


def cannot_be_read(error: LakeError) -> str:
    """What is said when the lake lacks what it committed."""
    return _(
        "The facts cannot be read: %(why)s. Restore the file from a backup; the figure itself is "
        "kept."
    ) % {"why": error}


def with_origin(scope: Scope, rows: Iterable[Mapping[str, Any]]) -> Iterator[FactRow]:
    """Rows of the lake with the names of their bodies and the imports they came with."""
    rows = list(rows)
    names = body_names({row[scope.table.body] for row in rows})
    notes = {note.number: note for note in scope.dataset.manifest().imports} if rows else {}
    for row in rows:
        yield fact_row(scope, row, names, notes)


def fact_row(
    scope: Scope,
    row: Mapping[str, Any],
    names: Mapping[str, str],
    notes: Mapping[int, ImportNote],
) -> FactRow:
    """One row of the lake with what is known of it."""
    note = notes.get(row["import_no"])
    body = row[scope.table.body]
    return FactRow(
        body=body,
        body_name=names.get(body, body),
        cells={name: row[name] for name in scope.table.columns if name in row},
        import_no=row["import_no"],
        line=row["line"],
        file_name=note.file if note else "",
        recorded_at=note.recorded_at if note else None,
        label=note.label if note else "",
    )


def body_names(codes: Collection[str]) -> dict[str, str]:
    """Names of bodies as facts name them: organisations by code, territories by key. At most two
    queries."""
    rows = Organisation.objects.filter(code__in=codes).values_list("code", "short_name")
    names = dict(rows)
    if units := [code for code in codes if code not in names]:
        names |= {unit.key: str(unit) for unit in AdminUnit.objects.filter(key__in=units)}
    return names


def columns_shown(scope: Scope, *, narrow: bool = False) -> list[Column]:
    """The columns worth a place on a page: what tells facts apart, the dates that place them, and
    what the definition looks at; unless `narrow` also what that was worked out from, and all
    other dates."""
    table = scope.table
    names = [*table.key, table.body]
    for term in scope.path.terms:
        names += [term.date, *([term.until] if term.until else [])]
    for term in scope.path.terms:
        for name in sorted(syntax.columns(term.tree)):
            names += [name] if narrow else [*table.columns[name].inputs, name]
    if not narrow:
        names += table.dates
    return [table.columns[name] for name in dict.fromkeys(names)]


# What a figure is made of ------------------------------------------------------------------------


def recount(figure: Figure, scope: Scope) -> tuple[tuple[ComponentFacts, ...], Recount]:
    """Components and terms counted again from the facts as known to the figure's run. Raises
    LakeError."""
    found = facts_lookup.recount(scope)
    numerator, denominator = _exact(found.numerator), _exact(found.denominator)
    agrees = _agree(figure.numerator, numerator) and _agree(figure.denominator, denominator)
    components = tuple(ComponentFacts(*each) for each in found.components)
    return components, Recount(numerator, denominator, agrees)


def recounted(scope: Scope) -> tuple[Decimal | None, Decimal | None]:
    """Numerator and denominator counted from the facts of a scope. Raises LakeError."""
    found = facts_lookup.recount(scope)
    return _exact(found.numerator), _exact(found.denominator)


def months_read(figure: Figure, scope: Scope) -> tuple[MonthFacts, ...]:
    """The months of the lake that the figure's run read for it, and whether they still are what
    they were."""
    now = {each.month: each for each in scope.dataset.partitions(scope.known_at)}
    table = scope.table.name
    return tuple(
        MonthFacts(
            table=table,
            month=month,
            digest=digest,
            rows=now[month].rows if month in now else None,
            intact=month in now and now[month].digest == digest,
        )
        for month, digest in sorted(figure.run.facts.get(table, {}).items())
        if facts_lookup.month_counts(month, scope)
    )


def imports_read(scope: Scope) -> tuple[ImportFacts, ...]:
    """The imports with rows in those months, known to the run."""
    manifest = scope.dataset.manifest().known_at(scope.known_at)
    rows: dict[int, int] = {}
    for part in manifest.parts:
        if facts_lookup.month_counts(part.month, scope):
            rows[part.import_no] = rows.get(part.import_no, 0) + part.rows
    return tuple(
        ImportFacts(
            table=scope.table.name,
            number=note.number,
            file_name=note.file,
            sha256=note.digest,
            recorded_at=note.recorded_at,
            rows=rows[note.number],
            label=note.label,
        )
        for note in manifest.imports
        if note.number in rows
    )


def _exact(number: Number | None) -> Decimal | None:
    return None if number is None else Decimal(str(number))


def _agree(stored: Decimal | None, again: Decimal | None) -> bool:
    if stored is None or again is None:
        # A count of nothing is zero; a figure without facts stores nothing.
        return stored is None and not again
    return abs(stored - again) <= _STORED_STEP
