"""Indicators and figures over the API, each figure with everything it is made of."""

from datetime import datetime
from typing import Annotated, Any, Literal

from django.db.models import QuerySet
from django.http import Http404, HttpRequest
from django.shortcuts import get_object_or_404
from ninja import Path, Query, Router, Schema
from pydantic import Field

from cotmoc.apps.measurement.models import Figure, IndicatorVersion
from cotmoc.apps.measurement.provenance import explain, find_figure
from cotmoc.rest.auth import viewer
from cotmoc.rest.fields import Code, Day, Number, PeriodCode, Words, folded_words
from cotmoc.rest.paging import Page, Paging, page

StatusCode = Literal[
    "measured",
    "partial",
    "not_arising",
    "no_data",
    "estimated",
    "not_due",
    "not_applicable",
    "not_comparable",
    "closed",
    "suppressed",
]
BasisCode = Literal["computed", "derived", "reported", "summed", "published", "none"]
PartCode = Literal["numerator", "denominator", "rest"]

router = Router(tags=["measurement"])


class TwoLanguages(Schema):
    vi: str
    en: str


class Term(Schema):
    """Numerator or denominator: its words and its expression over the fact table."""

    name: TwoLanguages
    expression: str


class ReportedPath(Schema):
    """The expressions over reported values; the words are those of the first path."""

    numerator: str
    denominator: str | None


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
    """The whole definition, as in the catalogue. A derived one has a formula instead of terms;
    `reported` are the terms over what bodies report, beside those over single facts."""

    description: TwoLanguages
    table: str | None = Field(description="the fact table; null for a derived indicator")
    counted: TwoLanguages
    scale: Number
    zero_denominator: Literal["none", "zero", "full", "excluded"]
    rollup_units: Literal["sum", "mean", "none"]
    rollup_time: Literal["sum", "last", "mean", "none"]
    applies_to: list[Literal["province", "department", "commune"]]
    numerator: Term | None
    denominator: Term | None
    formula: str | None = Field(description="over other indicators; null for a base indicator")
    reported: ReportedPath | None
    suppress_below: int = Field(description="published only from so many facts; 0: always")
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
    numerator: Term | None
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
    derived_from: str = Field(description="a derived indicator's formula; empty for others")


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
    """A part of the observations: `limit` and `offset` choose which. With a `problem` they could
    not be read, and zero does not mean that there are none."""

    rows: list[Observation]
    total: int
    limit: int
    offset: int
    problem: str | None


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


class Fact(Schema):
    """One single fact: its columns (times are local), and the import and line it came from."""

    body: str
    body_name: str
    cells: dict[str, Any]
    import_no: int
    line: int
    file_name: str
    recorded_at: datetime | None
    label: str = Field(description="`illustration` marks made-up facts")


class FactPart(Schema):
    """A part a figure opens to, and the aggregates it can be narrowed to."""

    part: PartCode
    total: int
    aggregates: list[str]


class Facts(Schema):
    """The single facts behind a computed figure: `rows` of the chosen part. `restricted`: only
    those of bodies that the reader speaks for. With a `problem` they could not be read."""

    table: str
    parts: list[FactPart]
    part: PartCode
    aggregate: str
    rows: list[Fact]
    total: int
    limit: int
    offset: int
    restricted: bool
    problem: str | None


class Component(Schema):
    """One aggregate a figure is made of, counted again from the facts as known to its run."""

    part: PartCode
    aggregate: str
    value: Number | None


class Recount(Schema):
    """Numerator and denominator counted again from the facts."""

    numerator: Number | None
    denominator: Number | None
    agrees: bool


class Month(Schema):
    """A month of facts that the run read; `intact` if it still has the digest of then."""

    table: str
    month: str
    digest: str
    rows: int | None
    intact: bool


class Import(Schema):
    """An import with rows in those months; `rows` are its rows there, of all bodies."""

    table: str
    number: int
    file_name: str
    sha256: str
    recorded_at: datetime
    rows: int
    label: str


class FigureState(Schema):
    """A figure as it stood or stands; an old one opens by its `id`."""

    id: int
    figure: str
    period: str
    numerator: Number | None
    denominator: Number | None
    value: Number | None
    status: StatusCode
    basis: BasisCode
    version: int
    computed_at: datetime
    superseded_at: datetime | None


class FormulaReference(Schema):
    """What a formula refers to: the days meant and the figures stored for them."""

    text: str
    function: str
    code: str
    start: Day | None
    end: Day | None
    figures: list[FigureState]


class MonthChange(Schema):
    """A month of facts that the two runs saw differently; null where it was not there."""

    table: str
    month: str
    before: str | None
    after: str | None


class ImportChange(Schema):
    """An import between the two runs: rows of this figure's bodies and period that it brought,
    and earlier ones that it made superseded."""

    number: int
    file_name: str
    recorded_at: datetime
    label: str
    added: int
    superseded: int


class SourceChange(Schema):
    """A file of reported values recorded between the two runs."""

    id: int
    file_name: str
    recorded_at: datetime


class Change(Schema):
    """Why a figure differs from the one it superseded; no reasons when nothing that is recorded
    explains it."""

    before: FigureState
    after: FigureState
    reasons: list[Literal["definition", "basis", "facts", "reports", "units", "inputs"]]
    definition_before: str
    definition_after: str
    months: list[MonthChange]
    imports: list[ImportChange]
    sources: list[SourceChange]
    inputs: list[FigureState]
    unit_date_before: Day | None
    unit_date_after: Day | None
    problem: str | None


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
    facts: Facts | None
    components: list[Component]
    recounted: Recount | None
    months: list[Month]
    imports: list[Import]
    references: list[FormulaReference]
    change: Change | None
    history: list[FigureState]


class FactChoice(Schema):
    part: PartCode | None = Field(None, description="which facts of a computed figure to list")
    aggregate: str = Field("", max_length=2000, description="narrow to one aggregate by its text")
    sort: str = Field("", max_length=80, description="a column, or -column from the largest")


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


# Before the references, whose form it has too.
@router.get("/figures/id/{id}/explain", response=Explanation)
def explain_figure_by_id(
    request: HttpRequest,
    id: Annotated[int, Path(ge=1, le=2**63 - 1)],
    paging: Query[Paging],
    choice: Query[FactChoice],
) -> dict[str, Any]:
    """Everything a figure is made of by its number, also of one that was superseded."""
    try:
        found = find_figure(str(id), viewer=viewer(request))
    except Figure.DoesNotExist as error:
        raise Http404 from error
    return _explained(request, found, paging, choice)


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
    choice: Query[FactChoice],
) -> dict[str, Any]:
    """Everything a figure is made of, down to the rows of the received files."""
    found = _figure(request, indicator, unit_code, period)
    return _explained(request, found, paging, choice)


def _explained(
    request: HttpRequest, figure: Figure, paging: Paging, choice: FactChoice
) -> dict[str, Any]:
    return explain(
        figure,
        viewer=viewer(request),
        limit=paging.limit,
        offset=paging.offset,
        part=choice.part or "",
        aggregate=choice.aggregate,
        sort=choice.sort,
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
    reported = row.content.get("reported")
    return {
        "table": definition.table or None,
        "scale": definition.scale,
        "zero_denominator": definition.zero_denominator,
        "rollup_units": definition.rollup_units,
        "rollup_time": definition.rollup_time,
        "numerator": row.content.get("numerator"),
        "denominator": row.content.get("denominator"),
        "formula": definition.formula_text or None,
        "reported": reported and _reported(reported),
        "suppress_below": definition.suppress_below,
        "plan_phrases": definition.plan_phrases,
    }


def _reported(path: dict[str, Any]) -> dict[str, Any]:
    below = path.get("denominator")
    return {
        "numerator": path["numerator"]["expression"],
        "denominator": below and below["expression"],
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
