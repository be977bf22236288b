"""Indicators and figures over the API, each figure with everything it is made of."""

from datetime import datetime
from typing import Any, Literal

from django.db.models import QuerySet
from django.http import Http404, HttpRequest
from django.shortcuts import get_object_or_404
from ninja import Query, Router, Schema
from pydantic import Field

from cotmoc.apps.measurement.models import Figure, IndicatorVersion
from cotmoc.apps.measurement.provenance import explain, find_figure
from cotmoc.rest.auth import viewer
from cotmoc.rest.fields import Code, Day, Number, PeriodCode, Words, folded_words
from cotmoc.rest.paging import Page, Paging, page

StatusCode = Literal["measured", "partial", "not_arising", "no_data"]
BasisCode = Literal["reported", "summed", "published", "none"]

router = Router(tags=["measurement"])


class TwoLanguages(Schema):
    vi: str
    en: str


class Term(Schema):
    """Numerator or denominator: its words and its expression over the fact table."""

    name: TwoLanguages
    expression: str


class IndicatorRow(Schema):
    """The latest version of an indicator."""

    code: str
    version: int
    name: TwoLanguages
    unit: str = Field(description="%, days, count, VND, points, rank, %/year, yes/no")
    direction: Literal["up", "down"] = Field(description="which way is better")
    owner: str
    legal_source: str
    valid_from: Day
    valid_to: Day | None
    digest: str = Field(description="SHA-256 of the whole definition")


class IndicatorDetail(IndicatorRow):
    """The whole definition, as in the catalogue."""

    description: TwoLanguages
    table: str
    counted: TwoLanguages
    scale: Number
    zero_denominator: Literal["none", "zero", "full", "excluded"]
    rollup_units: Literal["sum", "none"]
    applies_to: list[Literal["province", "department", "commune"]]
    numerator: Term
    denominator: Term | None
    plan_phrases: list[str]
    worked_example: dict[str, Any]


class Coverage(Schema):
    """How many members were observed of those there are; where nothing arose."""

    with_data: int
    expected: int
    not_arising: int


class FigureRow(Schema):
    """A measured value. `value` is null where there is none; it is never zero for that."""

    figure: str = Field(description="reference: indicator/unit_code/period")
    indicator: str
    version: int
    unit_code: str = Field(description="code of the organisation")
    unit_name: str
    period: str
    numerator: Number | None
    denominator: Number | None
    value: Number | None
    unit: str = Field(description="what the value is measured in")
    status: StatusCode
    basis: BasisCode
    coverage: Coverage


class Definition(Schema):
    """The version of the definition a figure was computed with."""

    code: str
    version: int
    digest: str
    name: TwoLanguages
    description: TwoLanguages
    formula: TwoLanguages
    numerator: Term
    denominator: Term | None
    scale: Number
    zero_denominator: str
    rollup_units: str
    unit: str
    direction: str
    counted: TwoLanguages
    legal_source: str
    owner: str
    valid_from: Day
    valid_to: Day | None


class Run(Schema):
    """The computation that made a figure; the digests name everything it read."""

    id: int
    started_at: datetime
    finished_at: datetime | None
    engine: str
    input_digest: str
    definitions_digest: str


class PublishedTotal(Schema):
    """The source's own total beside the sum of the members; differences are sum − published."""

    numerator: Number | None
    denominator: Number | None
    value: Number | None
    numerator_difference: Number | None
    denominator_difference: Number | None
    agrees: bool


class Contribution(Schema):
    """What the members of one kind give together; `not_arising` are among those with data."""

    kind: str
    members: int
    with_data: int
    no_data: int
    not_arising: int
    numerator: Number | None
    denominator: Number | None


class Observation(Schema):
    """One reported value, with the file and line where it stands."""

    element: str
    unit_code: str
    unit_name: str
    period: str
    measure_unit: str
    value: Number | None
    numerator: Number | None
    denominator: Number | None
    source_id: int
    file_name: str
    line: int
    recorded_at: datetime


class Observations(Schema):
    """A part of the observations: `limit` and `offset` choose which."""

    rows: list[Observation]
    total: int
    limit: int
    offset: int


class Source(Schema):
    """A file as received; `observations` is how many of its rows the figure opens to."""

    id: int
    file_name: str
    period: str
    system: str
    origin: str
    captured_at: datetime | None
    recorded_at: datetime
    recorded_by: str | None
    sha256: str
    rows: int
    observations: int


class Explanation(Schema):
    """Everything a figure is made of.

    `exact` is divided again from numerator and denominator, `shown` has two decimals,
    `recomputed` says whether `value` and `exact` agree.
    """

    id: int
    figure: str
    unit_code: str
    unit_name: str
    period: str
    numerator: Number | None
    denominator: Number | None
    value: Number | None
    exact: Number | None
    shown: Number | None
    recomputed: bool
    status: StatusCode
    basis: BasisCode
    coverage: Coverage
    unit_date: Day
    superseded_at: datetime | None
    definition: Definition
    run: Run
    published: PublishedTotal | None
    contributions: list[Contribution]
    observations: Observations
    sources: list[Source]


class IndicatorPage(Page[IndicatorRow]):
    pass


class FigurePage(Page[FigureRow]):
    pass


class IndicatorFilters(Schema):
    q: Words | None = None


class FigureFilters(Schema):
    indicator: Code | None = Field(None, description="code of the indicator")
    unit: Code | None = Field(None, description="code of the organisation")
    period: PeriodCode | None = None
    status: StatusCode | None = None


@router.get("/indicators", response=IndicatorPage)
def indicators(
    request: HttpRequest, filters: Query[IndicatorFilters], paging: Query[Paging]
) -> dict[str, Any]:
    """The catalogue as it is now, in the order of the codes."""
    found = IndicatorVersion.objects.filter(latest=True).order_by("code")
    for word in folded_words(filters.q):
        found = found.filter(search__contains=word)
    return page(request, found, paging, _indicator_row)


@router.get("/indicators/{code}", response=IndicatorDetail)
def indicator(request: HttpRequest, code: Code) -> dict[str, Any]:
    """One indicator: its definition with words, expressions, rules and worked example."""
    row = get_object_or_404(IndicatorVersion, latest=True, code=code)
    return {**row.content, **_indicator_row(row), **_rules(row)}


@router.get("/figures", response=FigurePage)
def figures(
    request: HttpRequest, filters: Query[FigureFilters], paging: Query[Paging]
) -> dict[str, Any]:
    """Current figures by indicator, the newest period first, then by organisation."""
    return page(request, _chosen(request, filters), paging, _figure_row)


@router.get("/figures/{indicator}/{unit_code}/{period}", response=FigureRow)
def figure(
    request: HttpRequest, indicator: Code, unit_code: Code, period: PeriodCode
) -> dict[str, Any]:
    """One current figure by its reference."""
    return _figure_row(_figure(request, indicator, unit_code, period))


@router.get("/figures/{indicator}/{unit_code}/{period}/explain", response=Explanation)
def explain_figure(
    request: HttpRequest,
    indicator: Code,
    unit_code: Code,
    period: PeriodCode,
    paging: Query[Paging],
) -> dict[str, Any]:
    """Everything a figure is made of, down to the rows of the received files."""
    found = _figure(request, indicator, unit_code, period)
    return explain(
        found, viewer=viewer(request), limit=paging.limit, offset=paging.offset
    ).to_dict()


def _chosen(request: HttpRequest, filters: FigureFilters) -> QuerySet[Figure]:
    wanted = {
        "indicator__code": filters.indicator,
        "organisation__code": filters.unit,
        "period": filters.period,
        "status": filters.status,
    }
    return (
        Figure.objects.visible_to(viewer(request))
        .current()
        .filter(**{name: value for name, value in wanted.items() if value is not None})
        .select_related("indicator", "organisation")
        .defer("indicator__content")
        .order_by("indicator__code", "-period_end", "organisation__code", "period", "pk")
    )


def _figure(request: HttpRequest, indicator: str, unit_code: str, period: str) -> Figure:
    try:
        return find_figure(f"{indicator}/{unit_code}/{period}", viewer=viewer(request))
    except Figure.DoesNotExist as error:
        raise Http404 from error


def _indicator_row(row: IndicatorVersion) -> dict[str, Any]:
    return {
        "code": row.code,
        "version": row.version,
        "name": {"vi": row.name_vi, "en": row.name_en},
        "unit": row.unit,
        "direction": row.direction,
        "owner": row.owner,
        "legal_source": row.content["legal_source"],
        "valid_from": row.valid_from,
        "valid_to": row.valid_to,
        "digest": row.digest,
    }


def _rules(row: IndicatorVersion) -> dict[str, Any]:
    """Rules that the catalogue's file may leave to their defaults."""
    definition = row.definition
    return {
        "scale": definition.scale,
        "zero_denominator": definition.zero_denominator,
        "denominator": row.content.get("denominator"),
        "plan_phrases": definition.plan_phrases,
    }


def _figure_row(row: Figure) -> dict[str, Any]:
    return {
        "figure": str(row),
        "indicator": row.indicator.code,
        "version": row.indicator.version,
        "unit_code": row.organisation.code,
        "unit_name": row.organisation.short_name,
        "period": row.period,
        "numerator": row.numerator,
        "denominator": row.denominator,
        "value": row.value,
        "unit": row.indicator.unit,
        "status": row.status,
        "basis": row.basis,
        "coverage": {
            "with_data": row.with_data,
            "expected": row.expected,
            "not_arising": row.not_arising,
        },
    }
