"""Published results over the API: what publishers gave, each with its publication and source, and
the one write: handing in a table of them."""

import tempfile
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any, Literal

from django.db.models import Count, Q
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _
from ninja import Query, Router, Schema
from ninja.errors import HttpError, Throttled
from pydantic import Field

from cotmoc.apps.accounts.models import Person
from cotmoc.apps.measurement.queries import calendars
from cotmoc.apps.scorecards.models import Publication, Published
from cotmoc.apps.scorecards.refusing import impossible, refused
from cotmoc.apps.scorecards.results.checking import Said
from cotmoc.apps.scorecards.results.columns import TOTAL
from cotmoc.apps.scorecards.results.importing import Options, Outcome, import_published
from cotmoc.apps.scorecards.results.received import RefusedError, path_of, receive
from cotmoc.apps.scorecards.results.report import outcome_json
from cotmoc.core.calendars import CalendarError
from cotmoc.core.periods import Period
from cotmoc.core.problems import BadInput, Problem
from cotmoc.rest.auth import viewer
from cotmoc.rest.fields import Code, Day, Number, PeriodCode, Words, folded_words
from cotmoc.rest.paging import Page, Paging, page

TOTAL_CODE = "total"  # how the API names the total among the nodes

MOST_TEXT = 2_000_000  # characters: forty thousand values
_HOUR = 3600

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


class PublicationNew(Schema):
    """A table of results as a publisher gave it, and what is said about it beside it."""

    file_name: str = Field(min_length=1, max_length=200, pattern=r"^[^\x00-\x1f\x7f/\\]*$")
    text: str = Field(min_length=1, max_length=MOST_TEXT, description="CSV, its lines as they are")
    index: Code | None = Field(None, description="default: told by the columns")
    method: Code | None = Field(None, description="default: the one in force in the year")
    period: PeriodCode | None = Field(None, description="where no column says it")
    source: Annotated[str, Field(max_length=300, pattern=r"^[^\x00-\x1f\x7f]*$")] = Field(
        "", description="number and date of the document, or the page's address"
    )
    published_on: Day | None = None
    keep_good: bool = Field(False, description="record good rows though others are bad")
    dry_run: bool = Field(False, description="count and check, write nothing")


class PartOut(Schema):
    """What came of the rows of one method, period and source."""

    publication: int | None = Field(description="null in a dry run")
    method: str
    period: str
    source: str
    subjects: int
    results: int
    new: int
    corrected: int
    unchanged: int


class RowProblem(Schema):
    line: int | None
    field: str | None
    value: str | None
    code: str
    reason: str


class OutcomeOut(Schema):
    """What an import did, or would do: `read` = `good` + `refused` rows."""

    file: str
    index: str
    dry_run: bool
    read: int
    good: int
    refused: int
    publications: list[PartOut]
    problems: list[RowProblem]
    doubts: list[RowProblem] = Field(description="taken as given, and worth a look")
    left_out: list[str] = Field(description="columns that were not taken in")
    quarantine: str | None = Field(description="always null: problems name the bad rows")


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


@router.post("/publications", response=OutcomeOut)
def import_publication(request: HttpRequest, body: PublicationNew) -> dict[str, Any]:
    """Record published results from a CSV table, as `cotmoc index import-published --json`. Only
    for administrators and the secretariat (else 403). One bad row refuses the table (422), unless
    `keep_good`; the same table again changes nothing."""
    person = viewer(request)
    if not isinstance(person, Person) or not person.steers:
        raise HttpError(403, "not allowed")
    options = _options(body)
    try:
        outcome = (_tried if body.dry_run else _recorded)(body, options, person)
    except BadInput as error:
        raise refused(error.problems, "text") from error
    if outcome.problems and not outcome.good and not body.dry_run:
        raise refused(outcome.problems, "text")
    return outcome_json(outcome)


def _options(body: PublicationNew) -> Options:
    said = Said(body.method or "", _period(body.period), body.source, body.published_on)
    return Options(body.index or "", said, body.keep_good, "utf-8")


def _period(code: str | None) -> Period | None:
    try:
        return calendars().parse(code) if code else None
    except (CalendarError, ValueError) as error:
        said = _("This is not a period; write 2026-08, 2026-Q3 or 2026.")
        raise impossible("period", "not_a_period", said) from error


def _tried(body: PublicationNew, options: Options, person: Person) -> Outcome:
    """A dry run keeps nothing, the text included."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "table.csv"
        path.write_bytes(body.text.encode())
        return _imported(path, body, options, person)


def _recorded(body: PublicationNew, options: Options, person: Person) -> Outcome:
    """The text is kept as it came, like a file that is handed in on the page."""
    now = timezone.now()
    try:
        path = path_of(receive(body.text.encode(), person=person.pk, now=now))
    except RefusedError as error:
        raise _not_taken(error, now) from error
    if path is None:
        raise BadInput([Problem("no_such_file", body.file_name)])
    return _imported(path, body, options, person)


def _imported(path: Path, body: PublicationNew, options: Options, person: Person) -> Outcome:
    return import_published(
        path,
        options,
        actor=person,
        now=timezone.now(),
        name=body.file_name,
        dry_run=body.dry_run,
    )


def _not_taken(error: RefusedError, now: datetime) -> Exception:
    if error.code == "too_many":
        return Throttled(_HOUR - int(now.timestamp()) % _HOUR)
    if error.code == "too_large":
        return refused([Problem("too_large", "text", params={"megabytes": 10, **error.params})])
    said = {
        "scanner": _("The virus scanner refused the file. Ask for a clean copy; it was not kept."),
        "not_scanned": _(
            "The virus scanner does not answer, so the file was not taken. Tell the operator."
        ),
    }
    return impossible("text", error.code, said.get(error.code, error.code))


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
