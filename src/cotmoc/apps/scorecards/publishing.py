"""Recording what publishers gave: one publication of results, corrections superseding."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal

from django.db import transaction
from django.db.models import QuerySet

from cotmoc.apps.accounts.models import Person
from cotmoc.apps.journal.services import record
from cotmoc.apps.orgs.models import AdminUnit, Organisation
from cotmoc.apps.scorecards.computing import recompute
from cotmoc.apps.scorecards.models import IndexVersion, Publication, Published
from cotmoc.core.periods import Period

BATCH = 1000
# As many decimal places as the table keeps: finer than any publisher gives.
_PLACES = Decimal("0.000001")
_LONGEST_NOTE = 300

Key = tuple[int | None, int | None, str]  # organisation, territory, node


@dataclass(frozen=True, slots=True)
class Result:
    """One published value: of a body or a territory, for a node (empty: the total).

    What is None was not given: it says nothing about what an earlier publication gave. `note` is
    the row's own source, where it has one.
    """

    subject: Organisation | AdminUnit
    node: str
    points: Decimal | None
    rank: int | None = None
    max: Decimal | None = None
    line: int | None = None
    note: str = ""

    @property
    def key(self) -> Key:
        """Whose and which value this is."""
        body = isinstance(self.subject, Organisation)
        return (self.subject.pk if body else None, None if body else self.subject.pk, self.node)


@dataclass(frozen=True, slots=True)
class Publisher:
    """Where results come from."""

    source: str
    published_on: date | None = None
    captured_at: datetime | None = None
    file_name: str = ""
    digest: str = ""


@dataclass(frozen=True, slots=True)
class News:
    """What of a set of results is not known yet, and the rows that it would supersede."""

    results: tuple[Result, ...]
    superseded: tuple[Published, ...]
    known: tuple[Published, ...]  # rows that say the same already


def current_results(index: IndexVersion, period: Period) -> QuerySet[Published]:
    """What counts now of a period under a method, whichever wording of it was recorded with."""
    return Published.objects.current().filter(
        index__code=index.code, index__method=index.method, period=period.code
    )


def news_in(index: IndexVersion, period: Period, results: Iterable[Result]) -> News:
    """Compare results with what counts now; one query. Raises ValueError for two results of one
    subject and node: which of them counts is the caller's to decide."""
    rows = current_results(index, period).select_related("publication")
    current = {(row.organisation_id, row.unit_id, row.node): row for row in rows}
    found: dict[Key, Result] = {}
    for result in map(_rounded, results):
        if result.points is None and result.rank is None:
            continue
        if result.key in found:
            raise ValueError(f"two results for {result.subject} {result.node or 'total'}")
        found[result.key] = result
    new = {key: result for key, result in found.items() if _differs(result, current.get(key))}
    return News(
        tuple(_completed(result, current.get(key)) for key, result in new.items()),
        tuple(current[key] for key in new if key in current),
        tuple(current[key] for key in found if key not in new),
    )


@transaction.atomic
def record_publication(
    index: IndexVersion,
    period: Period,
    results: Sequence[Result],
    publisher: Publisher,
    *,
    actor: Person | None,
    now: datetime,
) -> tuple[Publication, bool]:
    """Record results; the same content again changes nothing (False, and the publication that has
    it). What differs from a current row of the same subject and node supersedes it; nothing is
    erased. Journalled. Where the method's rules read published results, its cards are recomputed.

    A row that gives only a rank, or only points, leaves the other as it was published before; its
    note then names both sources. Raises ValueError for two results of one subject and node, and
    where there is neither points nor rank in all of them.
    """
    # Two imports of one period wait for each other.
    IndexVersion.objects.select_for_update().get(pk=index.pk)
    news = news_in(index, period, results)
    if not news.results:
        return _holder(news), False
    publication = Publication.objects.create(
        index=index,
        period=period.code,
        period_end=period.last_day,
        source=publisher.source,
        published_on=publisher.published_on,
        captured_at=publisher.captured_at,
        file_name=publisher.file_name,
        digest=publisher.digest,
        rows=len(news.results),
        recorded_at=now,
        recorded_by=actor,
    )
    for some in _batches([row.pk for row in news.superseded]):
        Published.objects.filter(pk__in=some).update(superseded_at=now)
    rows = [_row(result, publication) for result in news.results]
    Published.objects.bulk_create(rows, batch_size=BATCH)
    record(
        "publication.recorded", publication, actor=actor, now=now, after=_said(publication, news)
    )
    recompute(index, period, actor=actor, now=now)
    return publication, True


def _rounded(result: Result) -> Result:
    """The result with as many decimal places as are kept."""
    return replace(result, points=_kept(result.points), max=_kept(result.max))


def _kept(value: Decimal | None) -> Decimal | None:
    return None if value is None else value.quantize(_PLACES, ROUND_HALF_UP)


def _differs(result: Result, row: Published | None) -> bool:
    """Whether a result says something that the current row does not."""
    if row is None:
        return True
    pairs = ((result.points, row.points), (result.rank, row.rank), (result.max, row.max))
    return any(given is not None and given != held for given, held in pairs)


def _completed(result: Result, row: Published | None) -> Result:
    """With what the result does not give and an earlier publication gave, and where that is from.

    New points bring their own maximum or none: an old maximum may not be theirs.
    """
    if row is None:
        return result
    points, rank, most = result.points, result.rank, result.max
    if most is None and points in (None, row.points):
        most = row.max
    if (points is None and row.points is not None) or (rank is None and row.rank is not None):
        earlier = row.note or row.publication.source
        note = " ; ".join(dict.fromkeys(each for each in (result.note, earlier) if each))
        result = replace(result, note=note[:_LONGEST_NOTE])
    return replace(
        result,
        points=row.points if points is None else points,
        rank=row.rank if rank is None else rank,
        max=most,
    )


def _holder(news: News) -> Publication:
    """The latest publication that has what is known."""
    if not news.known:
        raise ValueError("there is no result to record")
    return max((row.publication for row in news.known), key=lambda publication: publication.pk)


def _row(result: Result, publication: Publication) -> Published:
    organisation, unit, node = result.key
    return Published(
        publication=publication,
        index=publication.index,
        period=publication.period,
        period_end=publication.period_end,
        organisation_id=organisation,
        unit_id=unit,
        node=node,
        points=result.points,
        max=result.max,
        rank=result.rank,
        line=result.line,
        note=result.note,
    )


def _said(publication: Publication, news: News) -> dict[str, object]:
    return {
        "index": str(publication.index),
        "period": publication.period,
        "source": publication.source,
        "file": publication.file_name,
        "rows": publication.rows,
        "superseded": len(news.superseded),
        "known": len(news.known),
    }


def _batches(ids: Sequence[int]) -> Iterator[Sequence[int]]:
    return (ids[start : start + BATCH] for start in range(0, len(ids), BATCH))
