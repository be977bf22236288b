"""Assessment rounds over the API, read only: how far bodies are, their leaves in three columns."""

from typing import Any, Literal

from django.http import Http404, HttpRequest
from django.utils import timezone
from ninja import Query, Router, Schema
from pydantic import Field

from cotmoc.apps.scorecards.assessments import reads as queries
from cotmoc.apps.scorecards.assessments.assessing import beside
from cotmoc.apps.scorecards.assessments.reads import RoundRow
from cotmoc.apps.scorecards.models import Assessment, Entry, Evidence, Objection, Round
from cotmoc.apps.scorecards.rules import changed_since, departs
from cotmoc.indicators.indices.model import Leaf
from cotmoc.rest.auth import viewer
from cotmoc.rest.fields import Code, Day, Number, PeriodCode
from cotmoc.rest.paging import Page, Paging, page

LARGEST_ID = 2**63 - 1
RoundState = Literal["open", "published", "closed"]
AssessmentState = Literal[
    "not_started",
    "in_work",
    "submitted",
    "returned",
    "appraised",
    "objected",
    "settled",
    "locked",
]

router = Router(tags=["rounds"])


class RoundOut(Schema):
    """An assessment round and how far its bodies are."""

    id: int
    title: str
    index: str
    method: str
    period: str
    state: RoundState
    version: int = Field(description="corrections count up")
    corrects: int | None = Field(description="id of the version that this one corrects")
    reason: str = Field(description="why it corrects that version")
    deadline: Day
    objections_until: Day | None
    bodies: int
    submitted: int
    appraised: int
    overdue: int = Field(description="bodies that have not submitted after the deadline")
    illustration: bool = Field(description="example data")


class RoundPage(Page[RoundOut]):
    pass


class RoundFilters(Schema):
    state: RoundState | None = None
    index: Code | None = Field(None, description="code of an index")
    period: PeriodCode | None = None


class AssessmentOut(Schema):
    """A body's part in a round; totals are on the index's scale."""

    round: int
    unit_code: str
    unit_name: str
    state: AssessmentState
    computed: Number | None
    self_assessed: Number | None
    appraised: Number | None
    rank: int | None = Field(description="by the appraised total, once published")


class AssessmentPage(Page[AssessmentOut]):
    pass


class EvidenceOut(Schema):
    """What proves an answer."""

    number: str
    dated: Day | None
    title: str
    link: str
    file_name: str
    sha256: str


class ObjectionOut(Schema):
    """An objection and its answer."""

    text: str
    asked: Number | None
    accepted: bool | None = Field(description="null: not answered yet")
    answer: str
    given: Number | None


class EntryOut(Schema):
    """A leaf in three columns, what is computed beside them. Answer, reasons, evidence and
    objections are there for those who take part; null for others."""

    code: str
    name: str
    max: Number
    computed: Number | None
    self_assessed: Number | None
    appraised: Number | None
    departs: bool = Field(description="the body says something else than what was computed then")
    computed_changed: bool = Field(description="figures have changed since it was self-assessed")
    answer: dict[str, Any] | None
    self_reason: str | None
    returned_reason: str | None
    appraised_reason: str | None
    evidence: list[EvidenceOut] | None
    objections: list[ObjectionOut] | None


class AssessmentDetail(AssessmentOut):
    entries: list[EntryOut]


@router.get("/rounds", response=RoundPage)
def rounds(
    request: HttpRequest, filters: Query[RoundFilters], paging: Query[Paging]
) -> dict[str, Any]:
    """The rounds that the caller takes part in or may watch, the newest first."""
    today = timezone.localdate()
    found = queries.rounds(
        viewer=viewer(request),
        on=today,
        state=filters.state or "",
        index=filters.index or "",
        period=filters.period or "",
    )
    rows = queries.round_rows(found, viewer=viewer(request), on=today)
    return page(request, rows, paging, _round_out)


@router.get("/rounds/{round_id}", response=RoundOut)
def one_round(request: HttpRequest, round_id: int) -> dict[str, Any]:
    """One round."""
    today = timezone.localdate()
    found = queries.rounds(viewer=viewer(request), on=today).filter(pk=_id(round_id))
    rows = queries.round_rows(found, viewer=viewer(request), on=today)
    if not rows:
        raise Http404
    return _round_out(rows[0])


@router.get("/rounds/{round_id}/assessments", response=AssessmentPage)
def assessments(request: HttpRequest, round_id: int, paging: Query[Paging]) -> dict[str, Any]:
    """The bodies of a round that the caller may see, by code."""
    found = _round(request, round_id)
    seen = Assessment.objects.visible_to(viewer(request), timezone.localdate())
    rows = seen.filter(round=found).select_related("organisation").order_by("organisation__code")
    return page(request, rows, paging, _assessment_out)


@router.get("/rounds/{round_id}/assessments/{unit_code}", response=AssessmentDetail)
def assessment(request: HttpRequest, round_id: int, unit_code: str) -> dict[str, Any]:
    """One body's part with all its leaves."""
    found = _round(request, round_id)
    today = timezone.localdate()
    try:
        part = queries.assessment_of(found, unit_code, viewer=viewer(request), on=today)
    except Assessment.DoesNotExist as error:
        raise Http404 from error
    inside = queries.is_insider(part, viewer(request), on=today)
    leaves = {leaf.code: leaf for leaf in part.round.index.definition.leaves()}
    entries = queries.entries_of(part)
    return {
        **_assessment_out(part),
        "entries": [_entry_out(leaves[code], entry, inside) for code, entry in entries.items()],
    }


def _id(number: int) -> int:
    return min(max(number, 0), LARGEST_ID)


def _round(request: HttpRequest, number: int) -> Round:
    seen = Round.objects.visible_to(viewer(request), timezone.localdate())
    found = seen.filter(pk=_id(number)).first()
    if found is None:
        raise Http404
    return found


def _round_out(row: RoundRow) -> dict[str, Any]:
    found = row.round
    return {
        "id": found.pk,
        "title": found.title,
        "index": found.index.code,
        "method": found.index.method,
        "period": found.period,
        "state": found.state,
        "version": found.number,
        "corrects": found.corrects_id,
        "reason": found.reason,
        "deadline": found.deadline,
        "objections_until": found.objections_until,
        "bodies": row.bodies,
        "submitted": row.submitted,
        "appraised": row.appraised,
        "overdue": row.overdue,
        "illustration": found.illustration,
    }


def _assessment_out(row: Assessment) -> dict[str, Any]:
    return {
        "round": row.round_id,
        "unit_code": row.organisation.code,
        "unit_name": row.organisation.short_name,
        "state": row.state,
        "computed": row.computed_total,
        "self_assessed": row.self_total,
        "appraised": row.appraised_total,
        "rank": row.rank,
    }


def _entry_out(leaf: Leaf, entry: Entry, inside: bool) -> dict[str, Any]:
    columns = beside(entry)
    return {
        "code": leaf.code,
        "name": leaf.name["vi"],
        "max": leaf.max,
        "computed": entry.computed_points,
        "self_assessed": entry.self_points,
        "appraised": entry.appraised_points,
        "departs": departs(columns),
        "computed_changed": changed_since(columns),
        "answer": entry.answer if inside else None,
        "self_reason": entry.self_reason if inside else None,
        "returned_reason": entry.returned_reason if inside else None,
        "appraised_reason": entry.appraised_reason if inside else None,
        "evidence": [_evidence_out(each) for each in entry.evidence.all()] if inside else None,
        "objections": [_objection_out(each) for each in entry.objections.all()] if inside else None,
    }


def _evidence_out(each: Evidence) -> dict[str, Any]:
    return {
        "number": each.number,
        "dated": each.dated,
        "title": each.title,
        "link": each.link,
        "file_name": each.file_name,
        "sha256": each.digest,
    }


def _objection_out(each: Objection) -> dict[str, Any]:
    return {
        "text": each.text,
        "asked": each.asked_points,
        "accepted": each.accepted,
        "answer": each.answer,
        "given": each.given_points,
    }
