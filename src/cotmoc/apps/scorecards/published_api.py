"""Published results over the API: what publishers gave, each with its publication and source."""

from datetime import datetime
from typing import Annotated, Any, Literal

from django.db.models import Count, Q
from django.http import HttpRequest
from ninja import Query, Router, Schema
from pydantic import Field

from cotmoc.apps.scorecards.columns import TOTAL
from cotmoc.apps.scorecards.models import Publication, Published
from cotmoc.rest.fields import Code, Day, Number, PeriodCode, Words, folded_words
from cotmoc.rest.paging import Page, Paging, page

TOTAL_CODE = "total"  # how the API names the total among the nodes

router = Router(tags=["scorecards"])


class PublicationRow(Schema):
    """One set of published results with its source; a correction is a later publication."""

    id: int
    index: str
    method: str
    period: str
    source: str
    published_on: Day | None
    captured_at: datetime | None
    file_name: str
    digest: str = Field(description="SHA-256 of the file; empty for what was typed by hand")
    values: int = Field(description="how many values it brought")
    current: int = Field(description="how many of them still count")
    recorded_at: datetime


class PublishedRow(Schema):
    """One published value. Points and rank are null where they were not published; they are never
    zero for that. `max` is what full marks are published as: 1 for DTI, 100 for PAR Index."""

    index: str
    method: str
    period: str
    subject_code: str = Field(description="code of an organisation, or key of a province")
    subject_name: str
    subject_kind: Literal["province", "department", "commune", "district"]
    node: str = Field(description="code of a main index, leaf or pillar; total for the total")
    points: Number | None
    max: Number | None
    rank: int | None
    publication: int
    source: str
    published_on: Day | None
    line: int | None = Field(description="of the file")
    note: str


class PublicationPage(Page[PublicationRow]):
    pass


class PublishedPage(Page[PublishedRow]):
    pass


class PublicationFilters(Schema):
    index: Code | None = Field(None, description="code of the index")
    method: Code | None = None
    period: PeriodCode | None = None


class PublishedFilters(PublicationFilters):
    year: Annotated[int | None, Field(ge=1900, le=2999)] = Field(
        None, description="periods that end in this year"
    )
    subject: Code | None = Field(
        None, description="code of an organisation, or key or code of a province"
    )
    node: Code | None = Field(None, description="code of a node or pillar; total for the total")
    q: Words | None = None


@router.get("/publications", response=PublicationPage)
def publications(
    request: HttpRequest, filters: Query[PublicationFilters], paging: Query[Paging]
) -> dict[str, Any]:
    """Every publication of results, the newest first."""
    found = (
        Publication.objects.select_related("index")
        .defer("index__content")
        .annotate(current=Count("results", filter=Q(results__superseded_at=None)))
        .filter(**_chosen(filters))
        .order_by("-pk")
    )
    return page(request, found, paging, _publication_row)


@router.get("/published", response=PublishedPage)
def published_results(
    request: HttpRequest, filters: Query[PublishedFilters], paging: Query[Paging]
) -> dict[str, Any]:
    """Published values that count now: the newest period first, then by rank."""
    found = (
        Published.objects.current()
        .select_related("index", "publication", "organisation", "unit")
        .defer("index__content")
        .filter(**_chosen(filters))
    )
    if filters.year:
        found = found.filter(period_end__year=filters.year)
    if filters.node:
        found = found.filter(node=TOTAL if filters.node == TOTAL_CODE else filters.node)
    if filters.subject:
        found = found.filter(
            Q(organisation__code=filters.subject)
            | Q(unit__key=filters.subject)
            | Q(unit__code=filters.subject)
        )
    for word in folded_words(filters.q):
        found = found.filter(
            Q(organisation__search__contains=word) | Q(unit__search__contains=word)
        )
    ordered = found.order_by("-period_end", "index__code", "node", "rank", "pk")
    return page(request, ordered, paging, _published_row)


def _chosen(filters: PublicationFilters) -> dict[str, str]:
    asked = {
        "index__code": filters.index,
        "index__method": filters.method,
        "period": filters.period,
    }
    return {lookup: value for lookup, value in asked.items() if value}


def _publication_row(row: Publication) -> dict[str, Any]:
    return {
        "id": row.pk,
        "index": row.index.code,
        "method": row.index.method,
        "period": row.period,
        "source": row.source,
        "published_on": row.published_on,
        "captured_at": row.captured_at,
        "file_name": row.file_name,
        "digest": row.digest,
        "values": row.rows,
        "current": row.current,  # type: ignore[attr-defined]
        "recorded_at": row.recorded_at,
    }


def _published_row(row: Published) -> dict[str, Any]:
    unit, body = row.unit, row.organisation
    return {
        "index": row.index.code,
        "method": row.index.method,
        "period": row.period,
        "subject_code": unit.key if unit else row.subject_code,
        "subject_name": row.subject_name,
        "subject_kind": unit.level if unit else body.kind if body else "",
        "node": row.node or TOTAL_CODE,
        "points": row.points,
        "max": row.max,
        "rank": row.rank,
        "publication": row.publication_id,
        "source": row.publication.source,
        "published_on": row.publication.published_on,
        "line": row.line,
        "note": row.note,
    }
