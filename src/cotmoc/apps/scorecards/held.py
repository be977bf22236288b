"""What there is of an index: its methods, the periods they have results of, and which of them a
page shows."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.db.models import Q

from cotmoc.apps.scorecards import queries
from cotmoc.apps.scorecards.models import Card, IndexVersion, Published
from cotmoc.core.periods import read_local

# Which kind of period a page opens with: the shortest that is scored.
_KINDS = ("month", "quarter", "half", "nine_months", "year")


@dataclass(frozen=True, slots=True)
class Held:
    """One method with its periods, those to show first in front."""

    version: IndexVersion
    computed: tuple[str, ...]
    published: tuple[str, ...]

    @property
    def periods(self) -> tuple[str, ...]:
        """Computed ones, then those of which only published results are known."""
        only = tuple(period for period in self.published if period not in self.computed)
        return tuple(sorted(self.computed + only, key=_order))


@dataclass(frozen=True, slots=True)
class Chosen:
    """The method and period a page shows, and what else could be chosen."""

    held: tuple[Held, ...]
    version: IndexVersion
    period: str
    periods: tuple[str, ...]

    @property
    def others(self) -> list[Held]:
        """The other methods of the same index."""
        return [each for each in self.held if each.version.pk != self.version.pk]


def held_of(code: str, *, viewer: object, subject: str = "") -> tuple[Held, ...]:
    """Methods of an index, the newest first, with the periods that have results, of one body or
    territory where its code is given; none for an unknown index. Three queries."""
    versions = queries.methods(code)
    whose = Q(organisation__code=subject) | Q(unit__code=subject) if subject else Q()
    cards = Card.objects.visible_to(viewer).current().filter(whose, index__code=code)
    published = Published.objects.current().filter(whose, index__code=code)
    computed_of = _by_method(cards.order_by().values_list("index__method", "period").distinct())
    published_of = _by_method(
        published.order_by().values_list("index__method", "period").distinct()
    )
    return tuple(
        Held(each, computed_of.get(each.method, ()), published_of.get(each.method, ()))
        for each in versions
    )


def choose(held: tuple[Held, ...], *, method: str = "", period: str = "") -> Chosen:
    """The method and period asked for where they are there; else the newest with results.

    A period without a method means the method that has it. `held` is not empty.
    """
    by_method = {each.version.method: each for each in held}
    found = by_method.get(method)
    if found is None and period:
        found = next((each for each in held if period in each.periods), None)
    if found is None:
        found = max(held, key=lambda each: (bool(each.computed), bool(each.published)))
    periods = found.periods
    shown = period if period in periods else next(iter(found.computed or periods), "")
    return Chosen(held, found.version, shown, periods)


def kind_of(period: str) -> str:
    """`month`, `quarter`, `year`: only results of one kind of period are compared."""
    form = read_local(period.rpartition(":")[2])
    return form[0] if form else "listed"


def before(period: str, periods: Iterable[str]) -> list[str]:
    """Earlier periods of the same kind and calendar, the newest first."""
    calendar = period.rpartition(":")[0]
    kind = kind_of(period)
    alike = [
        each
        for each in periods
        if kind_of(each) == kind and each.rpartition(":")[0] == calendar and each < period
    ]
    return sorted(alike, reverse=True)


def in_force(version: IndexVersion, on: date) -> bool:
    """Whether a method counts on a day."""
    return version.valid_from <= on and (version.valid_to is None or on < version.valid_to)


def _by_method(rows: Iterable[tuple[str, str]]) -> dict[str, tuple[str, ...]]:
    found: dict[str, list[str]] = {}
    for method, period in rows:
        found.setdefault(method, []).append(period)
    return {method: tuple(sorted(periods, key=_order)) for method, periods in found.items()}


def _order(period: str) -> tuple[int, tuple[int, ...]]:
    """Months before quarters before years; the newest first within each."""
    kind = kind_of(period)
    place = _KINDS.index(kind) if kind in _KINDS else len(_KINDS)
    return place, tuple(-ord(letter) for letter in period)
