"""Results across the years, with the breaks where they cannot be compared.

Another method is another measure, and other borders are another subject: points are joined, and
called better or worse, only within one method and one subject. Ranks need the same field of
subjects too.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from itertools import pairwise

from django.db.models import Q, QuerySet

from cotmoc.apps.measurement.queries import calendars
from cotmoc.apps.orgs.models import AdminUnit, Level, Organisation
from cotmoc.apps.scorecards.columns import TOTAL, most_published
from cotmoc.apps.scorecards.models import Card, IndexVersion, Published
from cotmoc.apps.scorecards.queries import latest
from cotmoc.apps.scorecards.subjects import Subject
from cotmoc.indicators.indices.model import Index, Node, Pillar


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """One column: a period under a method. Sorted by time, then the older method first."""

    period_end: date
    valid_from: date
    period: str
    method: str


@dataclass(frozen=True, slots=True)
class Value:
    """What was published or computed for a subject at a place, with where it is from."""

    points: Decimal | None
    rank: int | None
    max: Decimal | None
    computed: bool
    source: str = ""
    published_on: date | None = None
    publication: int | None = None
    note: str = ""
    ranked: int = 0  # among how many, where it was computed


@dataclass(slots=True)
class Series:
    """One subject's values by place. Published ones come first; what was computed stands beside."""

    subject: Subject
    published: dict[Place, Value] = field(default_factory=dict)
    computed: dict[Place, Value] = field(default_factory=dict)

    def at(self, place: Place) -> Value | None:
        """The published value, else the computed one."""
        return self.published.get(place) or self.computed.get(place)

    @property
    def places(self) -> list[Place]:
        return sorted({*self.published, *self.computed})


@dataclass(frozen=True, slots=True)
class Break:
    """Between the place before and `at` nothing can be compared: the method changed, or the borders
    of the subjects, or both."""

    at: Place
    method: bool
    borders: date | None


@dataclass(frozen=True, slots=True)
class Change:
    """From one value to the next of a subject; without a number where it is `not_comparable`.

    `points` above zero and `places` above zero are better.
    """

    before: Place
    not_comparable: bool
    points: Decimal | None = None
    places: int | None = None


@dataclass(slots=True)
class Years:
    """Series of an index for one node, over their common places."""

    code: str
    node: str
    methods: Mapping[str, IndexVersion]
    series: list[Series]
    border_days: tuple[date, ...] = ()

    @property
    def places(self) -> list[Place]:
        return sorted({place for each in self.series for place in each.places})

    @property
    def breaks(self) -> list[Break]:
        """Where a line is drawn between two places."""
        found = []
        places = self.places
        for before, place in pairwise(places):
            method = before.method != place.method
            borders = self._borders_between(before, place)
            if method or borders:
                found.append(Break(place, method, borders))
        return found

    def _borders_between(self, before: Place, place: Place) -> date | None:
        """The day on which borders changed, where values of the new ones begin at `place`."""
        for day in self.border_days:
            new = [place for each in self.series if _began(each) == day for place in each.places]
            if new and before < min(new) <= place:
                return day
        return None

    def changes(self, series: Series) -> dict[Place, Change]:
        """From each value of a subject to the one before."""
        broken = {each.at: each for each in self.breaks}
        places = self.places
        found: dict[Place, Change] = {}
        held = series.places
        for before, place in pairwise(held):
            between = [broken[each] for each in places if before < each <= place and each in broken]
            found[place] = _change(series, before, place, between)
        return found


def _began(series: Series) -> date | None:
    return series.subject.valid_from if isinstance(series.subject, AdminUnit) else None


def _change(series: Series, before: Place, place: Place, between: Sequence[Break]) -> Change:
    old, new = series.at(before), series.at(place)
    other_method = before.method != place.method or any(each.method for each in between)
    if other_method or old is None or new is None:
        return Change(before, not_comparable=True)
    points = places = None
    if old.points is not None and new.points is not None:
        points = new.points - old.points
    if old.rank is not None and new.rank is not None and not between:
        places = old.rank - new.rank
    return Change(before, not_comparable=False, points=points, places=places)


# Reading ------------------------------------------------------------------------------------------


def nodes_of(methods: Iterable[IndexVersion]) -> dict[str, Node | Pillar]:
    """Nodes and pillars of all methods by code, those of the newest method first."""
    found: dict[str, Node | Pillar] = {}
    for row in methods:
        definition: Index = row.definition
        for node in (*definition.pillars, *definition.nodes()):
            found.setdefault(node.code, node)
    return found


def kinds_of_periods(code: str, *, viewer: object) -> list[str]:
    """Which kinds of periods have results, the longest first. Two queries."""
    rows = _published(code, TOTAL).order_by().values_list("period", flat=True).distinct()
    cards = _cards(code, viewer).order_by().values_list("period", flat=True).distinct()
    kinds = {calendars().parse(period).kind for period in {*rows, *cards}}
    return [kind for kind in _KINDS if kind in kinds] + sorted(kinds - set(_KINDS))


_KINDS = ("year", "nine_months", "half", "quarter", "month")


def years_of(
    code: str,
    *,
    viewer: object,
    node: str = TOTAL,
    kind: str = "year",
    subjects: Collection[Subject] | None = None,
    bodies: str = "",
) -> Years:
    """Results of an index over the periods of a kind; of all subjects, or of these. `bodies`
    narrows to a kind of body (province, department, commune). Four queries.

    Raises IndexVersion.DoesNotExist for an unknown index.
    """
    methods = {row.method: row for row in latest().filter(code=code)}
    if not methods:
        raise IndexVersion.DoesNotExist(code)
    found: dict[tuple[str, int], Series] = {}
    for row in _published(code, node, subjects, bodies).select_related(
        "publication", "index", "organisation", "unit"
    ):
        if calendars().parse(row.period).kind == kind:
            series = _series(found, row)
            series.published[_place(row, methods)] = _published_value(row)
    for card in _cards(code, viewer, subjects, bodies).select_related(
        "index", "organisation", "unit"
    ):
        if calendars().parse(card.period).kind == kind:
            value = _computed_value(card, node, methods)
            if value.points is not None:
                _series(found, card).computed[_place(card, methods)] = value
    return Years(code, node, methods, list(found.values()), border_days())


def border_days() -> tuple[date, ...]:
    """Days on which provinces ended. One query."""
    days = AdminUnit.objects.filter(level=Level.PROVINCE).exclude(valid_to=None)
    return tuple(days.order_by("valid_to").values_list("valid_to", flat=True).distinct())  # type: ignore[arg-type]


def _series(found: dict[tuple[str, int], Series], row: Published | Card) -> Series:
    subject: Subject | None = row.organisation or row.unit
    assert subject is not None
    key = (subject._meta.model_name or "", subject.pk)
    return found.setdefault(key, Series(subject))


def _place(row: Published | Card, methods: Mapping[str, IndexVersion]) -> Place:
    method = row.index.method
    valid_from = methods[method].valid_from if method in methods else row.index.valid_from
    return Place(row.period_end, valid_from, row.period, method)


def _published_value(row: Published) -> Value:
    publication = row.publication
    return Value(
        row.points,
        row.rank,
        row.max,
        False,
        publication.source,
        publication.published_on,
        publication.pk,
        row.note,
    )


def _computed_value(card: Card, node: str, methods: Mapping[str, IndexVersion]) -> Value:
    """What a card says of a node, on the scale that the node is published on."""
    if node == TOTAL:
        return Value(card.total, card.rank, card.max, True, ranked=card.ranked)
    if (share := card.pillars.get(node)) is not None:
        return Value(Decimal(share), None, Decimal(1), True)
    found = card.nodes.get(node) or card.leaves.get(node) or {}
    points, most = found.get("points"), Decimal(found.get("max") or 0)
    if points is None or not most or card.index.method not in methods:
        return Value(None, None, None, True)
    scale = _scale(methods[card.index.method].definition, node)
    return Value(Decimal(points) / most * scale, None, scale, True)


def _scale(index: Index, code: str) -> Decimal:
    return most_published(index, next((n for n in index.nodes() if n.code == code), None))


def _published(
    code: str, node: str, subjects: Collection[Subject] | None = None, bodies: str = ""
) -> QuerySet[Published]:
    found = Published.objects.current().filter(index__code=code, node=node)
    return found.filter(_whose(subjects, bodies)).defer("index__content")


def _cards(
    code: str, viewer: object, subjects: Collection[Subject] | None = None, bodies: str = ""
) -> QuerySet[Card]:
    found = Card.objects.visible_to(viewer).current().filter(index__code=code)
    return found.filter(_whose(subjects, bodies)).defer("index__content")


def _whose(subjects: Collection[Subject] | None, bodies: str) -> Q:
    whose = Q()
    if subjects is not None:
        whose &= Q(organisation__in=[s.pk for s in subjects if isinstance(s, Organisation)]) | Q(
            unit__in=[s.pk for s in subjects if isinstance(s, AdminUnit)]
        )
    if bodies:
        whose &= Q(organisation__kind=bodies) | Q(unit__level=bodies)
    return whose
