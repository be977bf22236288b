"""Units and organisations over the API."""

from datetime import date
from typing import Any, Literal

from django.db.models import QuerySet
from django.http import Http404, HttpRequest
from django.shortcuts import get_object_or_404
from django.utils import timezone
from ninja import Query, Router, Schema
from pydantic import Field

from cotmoc.apps.orgs.models import AdminUnit, Organisation, Succession
from cotmoc.rest.fields import Code, Day, Words, folded_words
from cotmoc.rest.paging import Page, Paging, page

UnitLevel = Literal["province", "district", "commune"]
BodyKind = Literal["province", "department", "commune"]

router = Router(tags=["orgs"])


class UnitRow(Schema):
    """An administrative unit as it was between `valid_from` and the day before `valid_to`."""

    key: str = Field(description="identity through time: level:code:valid_from")
    level: UnitLevel
    code: str = Field(description="code of the General Statistics Office")
    kind: str
    name: str
    full_name: str
    valid_from: Day | None = Field(description="null: older than the table")
    valid_to: Day | None = Field(description="null: still there")
    parent_code: str | None
    parent_name: str | None
    lat: float | None
    lon: float | None


class Edge(Schema):
    """One step of a unit's history."""

    date: Day
    key: str = Field(description="the other unit")
    level: UnitLevel
    code: str
    full_name: str
    whole: bool = Field(description="the predecessor went to this successor entirely")
    act: str = Field(description="number of the resolution, where known")


class UnitDetail(UnitRow):
    """A unit with what it was made from and what it became."""

    area_km2: float | None
    made_from: list[Edge]
    became: list[Edge]


class OrganisationRow(Schema):
    """A body that holds tasks, reports figures, handles dossiers."""

    code: str = Field(description="identifier of the national portal; `unit_code` of figures")
    name: str
    short_name: str
    kind: BodyKind
    parent_code: str | None
    territory_key: str | None = Field(description="key of the unit it governs")
    territory_code: str | None
    territory_name: str | None
    matched_by: str = Field(description="how the territory was found; empty: there is none")
    valid_from: Day | None
    valid_to: Day | None


class UnitPage(Page[UnitRow]):
    pass


class OrganisationPage(Page[OrganisationRow]):
    pass


class UnitFilters(Schema):
    on: Day | None = Field(None, description="as it was on this day; default today")
    level: UnitLevel | None = None
    parent: Code | None = Field(None, description="code of the unit above")
    q: Words | None = None


class OrganisationFilters(Schema):
    kind: BodyKind | None = None
    q: Words | None = None


@router.get("/units", response=UnitPage)
def units(
    request: HttpRequest, filters: Query[UnitFilters], paging: Query[Paging]
) -> dict[str, Any]:
    """Administrative units valid on a day."""
    found = _units().on(filters.on or timezone.localdate()).order_by("level", "code", "key")
    if filters.level:
        found = found.filter(level=filters.level)
    if filters.parent:
        found = found.filter(parent__code=filters.parent)
    return page(request, _search(found, filters.q), paging, _unit_row)


@router.get("/units/{key}", response=UnitDetail)
def unit(request: HttpRequest, key: Code) -> dict[str, Any]:
    """One unit by its key, with its predecessors and successors."""
    return _unit_detail(get_object_or_404(_units(), key=key))


@router.get("/units/{level}/{code}", response=UnitDetail)
def unit_on(
    request: HttpRequest, level: UnitLevel, code: Code, on: Day | None = None
) -> dict[str, Any]:
    """The unit that had this code on a day (default today): codes are used again."""
    day: date = on or timezone.localdate()
    found = _units().on(day).filter(level=level, code=code).order_by("-valid_from").first()
    if found is None:
        raise Http404
    return _unit_detail(found)


@router.get("/organisations", response=OrganisationPage)
def organisations(
    request: HttpRequest, filters: Query[OrganisationFilters], paging: Query[Paging]
) -> dict[str, Any]:
    """Organisations in the order of their codes."""
    found = _organisations().order_by("code")
    if filters.kind:
        found = found.filter(kind=filters.kind)
    return page(request, _search(found, filters.q), paging, _organisation_row)


@router.get("/organisations/{code}", response=OrganisationRow)
def organisation(request: HttpRequest, code: Code) -> dict[str, Any]:
    """One organisation by its code."""
    return _organisation_row(get_object_or_404(_organisations(), code=code))


def _units() -> Any:
    return AdminUnit.objects.select_related("parent")


def _organisations() -> QuerySet[Organisation]:
    return Organisation.objects.select_related("parent", "unit")


def _search(rows: QuerySet[Any], words: str | None) -> QuerySet[Any]:
    for word in folded_words(words):
        rows = rows.filter(search__contains=word)
    return rows


def _unit_row(row: AdminUnit) -> dict[str, Any]:
    return {
        "key": row.key,
        "level": row.level,
        "code": row.code,
        "kind": row.kind,
        "name": row.name,
        "full_name": str(row),
        "valid_from": row.valid_from,
        "valid_to": row.valid_to,
        "parent_code": row.parent.code if row.parent else None,
        "parent_name": str(row.parent) if row.parent else None,
        "lat": row.latitude,
        "lon": row.longitude,
    }


def _unit_detail(row: AdminUnit) -> dict[str, Any]:
    made_from = row.made_from.select_related("predecessor").order_by("date", "predecessor__key")
    became = row.became.select_related("successor").order_by("date", "successor__key")
    return {
        **_unit_row(row),
        "area_km2": row.area_km2,
        "made_from": [_edge(edge, edge.predecessor) for edge in made_from],
        "became": [_edge(edge, edge.successor) for edge in became],
    }


def _edge(edge: Succession, other: AdminUnit) -> dict[str, Any]:
    return {
        "date": edge.date,
        "key": other.key,
        "level": other.level,
        "code": other.code,
        "full_name": str(other),
        "whole": edge.whole,
        "act": edge.act,
    }


def _organisation_row(row: Organisation) -> dict[str, Any]:
    return {
        "code": row.code,
        "name": row.name,
        "short_name": row.short_name,
        "kind": row.kind,
        "parent_code": row.parent.code if row.parent else None,
        "territory_key": row.unit.key if row.unit else None,
        "territory_code": row.unit.code if row.unit else None,
        "territory_name": str(row.unit) if row.unit else None,
        "matched_by": row.matched_by,
        "valid_from": row.valid_from,
        "valid_to": row.valid_to,
    }
