"""What anybody may read: published results and published rounds, never what is computed here."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from cotmoc.apps.orgs.models import AdminUnit, Organisation
from cotmoc.apps.scorecards import queries
from cotmoc.apps.scorecards.board import Column
from cotmoc.apps.scorecards.models import Assessment, IndexVersion, Published, Round
from cotmoc.indicators.indices.score import rank_of


@dataclass(frozen=True, slots=True)
class Announced:
    """A set of results the public may see: a publication of others, or a round of our own."""

    version: IndexVersion
    period: str
    kind: str  # of bodies
    round: Round | None  # None: published by others

    @property
    def key(self) -> tuple[str, str]:
        return self.period, self.kind


@dataclass(frozen=True, slots=True)
class Result:
    """One body's published result: points by node beside the total."""

    subject: Organisation | AdminUnit
    total: Decimal | None
    rank: int | None
    parts: tuple[Decimal | None, ...]

    @property
    def code(self) -> str:
        return self.subject.code

    @property
    def name(self) -> str:
        return str(self.subject)

    @property
    def search(self) -> str:
        return self.subject.search


@dataclass(frozen=True, slots=True)
class OpenBoard:
    """What was published of one index, period and kind of bodies, with where it comes from."""

    announced: Announced
    columns: tuple[Column, ...]
    rows: tuple[Result, ...]
    sources: tuple[tuple[str, date | None], ...]
    scale: Decimal

    @property
    def ranks(self) -> bool:
        return any(row.rank is not None for row in self.rows)

    @property
    def totals(self) -> bool:
        return any(row.total is not None for row in self.rows)


def announced(code: str = "", *, viewer: object, today: date) -> list[Announced]:
    """What is open to the public, of one index or of all: the newest period first. A round of our
    own goes before what others published for the same period. Three queries."""
    versions = {row.pk: row for row in queries.latest()}
    by_name = {(row.code, row.method): row for row in versions.values()}
    found: dict[tuple[str, str, str], Announced] = {}
    given = Published.objects.current().order_by()
    rows = given.values_list(
        "index__code", "index__method", "period", "organisation__kind"
    ).distinct()
    for index, method, period, kind in rows:
        version = by_name.get((index, method))
        if version is not None:
            kind = kind or "province"
            found[index, period, kind] = Announced(version, period, kind, None)
    for one, kind in _rounds(viewer, today):
        version = by_name.get((one.index.code, one.index.method), one.index)
        found[version.code, one.period, kind] = Announced(version, one.period, kind, one)
    wanted = [each for each in found.values() if not code or each.version.code == code]
    return sorted(wanted, key=_newest_first)


def open_board(chosen: Announced, *, viewer: object, today: date) -> OpenBoard:
    """The rows of one set of published results."""
    if chosen.round is not None:
        return _of_round(chosen, chosen.round, viewer, today)
    return _of_publications(chosen)


def _newest_first(each: Announced) -> tuple[str, tuple[int, ...], str]:
    order = ("province", "department", "commune")
    place = order.index(each.kind) if each.kind in order else len(order)
    return each.version.code, tuple(-ord(letter) for letter in each.period), str(place)


def _rounds(viewer: object, today: date) -> Iterable[tuple[Round, str]]:
    """Published rounds with each kind of bodies they have; of corrections the last only."""
    rows = (
        Assessment.objects.visible_to(viewer, today)
        .filter(round__state=Round.State.PUBLISHED)
        .order_by()
        .values_list("round", "organisation__kind")
        .distinct()
    )
    held = list(rows)
    rounds = (
        Round.objects.filter(state=Round.State.PUBLISHED, pk__in={pk for pk, _kind in held})
        .select_related("index")
        .order_by("published_at", "number", "pk")
        .in_bulk()
    )
    corrected = {one.corrects_id for one in rounds.values()}
    for pk, kind in sorted(held):
        if pk in rounds and pk not in corrected:
            yield rounds[pk], kind


def _of_round(chosen: Announced, one: Round, viewer: object, today: date) -> OpenBoard:
    """Appraised totals of a published round, with ranks among bodies of the same kind."""
    rows = list(
        Assessment.objects.visible_to(viewer, today)
        .filter(round=one, organisation__kind=chosen.kind)
        .select_related("organisation")
        .order_by("organisation__code")
    )
    ranks = rank_of({row.organisation.code: row.appraised_total for row in rows})
    results = tuple(
        Result(row.organisation, row.appraised_total, ranks.get(row.organisation.code), ())
        for row in rows
    )
    on = one.published_at.date() if one.published_at else None
    return OpenBoard(chosen, (), results, ((one.title, on),), chosen.version.definition.scale)


def _of_publications(chosen: Announced) -> OpenBoard:
    """What publishers gave: totals, ranks and the first level of the tree."""
    version = chosen.version
    index = version.definition
    nodes = {node.code: node for node in index.nodes()}
    firsts = [node.code for node in index.children]
    rows = queries.published(version).filter(period=chosen.period).select_related(None)
    by_subject: dict[tuple[int | None, int | None], dict[str, Published]] = {}
    sources: dict[tuple[str, date | None], None] = {}
    for row in rows.select_related("organisation", "unit", "publication"):
        if (row.organisation.kind if row.organisation else "province") != chosen.kind:
            continue
        by_subject.setdefault((row.organisation_id, row.unit_id), {})[row.node] = row
        sources[row.publication.source, row.publication.published_on] = None
    shown = [code for code in firsts if any(code in held for held in by_subject.values())]
    results = []
    for held in by_subject.values():
        one = next(iter(held.values()))
        total = held.get("")
        subject = one.organisation or one.unit
        assert subject is not None
        results.append(
            Result(
                subject,
                total.points if total else None,
                total.rank if total else None,
                tuple(
                    queries.points_of(held[code], nodes[code]) if code in held else None
                    for code in shown
                ),
            )
        )
    columns = tuple(Column(code, nodes[code].name, nodes[code].max) for code in shown)
    return OpenBoard(chosen, columns, tuple(results), tuple(sources), index.scale)
