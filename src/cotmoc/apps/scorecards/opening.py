"""The card that a page of one body speaks of, by its address."""

from collections.abc import Mapping
from dataclasses import dataclass

from django.db.models import Q
from django.http import Http404

from cotmoc.apps.measurement.models import period_words
from cotmoc.apps.orgs.models import AdminUnit, Organisation
from cotmoc.apps.scorecards.models import Card, IndexVersion
from cotmoc.apps.scorecards.queries import card_of, cards, method_for, methods
from cotmoc.apps.scorecards.tomorrow.baseline import Baseline, baseline, code_of
from cotmoc.core.periods import parse_period


@dataclass(frozen=True, slots=True)
class Opened:
    """A method, period and body. `card` is None where the body has none for the period; `base` is
    what it was computed from."""

    version: IndexVersion
    period: str
    periods: tuple[str, ...]
    unit: str
    subject: Organisation | AdminUnit
    card: Card | None
    base: Baseline | None

    @property
    def body(self) -> Organisation | None:
        """The body of the register; None for a territory."""
        return self.subject if isinstance(self.subject, Organisation) else None

    @property
    def period_words(self) -> str:
        return period_words(self.period) if self.period else ""

    @property
    def choices(self) -> list[tuple[str, str]]:
        """The periods that can be chosen, with their words."""
        return [(each, period_words(each)) for each in self.periods]

    def context(self, tab: str) -> dict[str, object]:
        """What the tabs and the head of every page of a card read."""
        return {
            "index": self.version,
            "unit": self.unit,
            "period": self.period,
            "period_words": self.period_words,
            "periods": self.choices,
            "subject": self.subject,
            "body": self.body,
            "card": self.card,
            "peers": self.base.reach(self.base.score(code_of(self.card)).body)
            if self.base and self.card
            else None,
            "tab": tab,
        }


def open_card_of(code: str, unit: str, asked: Mapping[str, str], *, viewer: object) -> Opened:
    """The card asked for by `method` and `period`; without, the newest that the body has.

    Http404 for an index, method or body that is not there. At most seven queries.
    """
    version = _version(code, asked.get("method", ""), unit)
    periods = tuple(_periods(version, unit, viewer))
    period = asked.get("period", "")
    if period not in periods:
        period = periods[0] if periods else ""
    card = _card(version, unit, period, viewer)
    subject = _subject(card, unit)
    base = baseline(version, period, viewer=viewer) if card else None
    if card and base and code_of(card) not in base.by_code:  # gone since the card was made
        base = None
    return Opened(version, period, periods, unit, subject, card, base)


def _version(code: str, method: str, unit: str) -> IndexVersion:
    """The method asked for; else the newest with a card of the body, else the newest."""
    try:
        if method:
            return method_for(code, method=method)
        known = methods(code)
    except IndexVersion.DoesNotExist:
        raise Http404 from None
    if not known:
        raise Http404
    whose = Q(organisation__code=unit) | Q(unit__code=unit)
    held = set(
        Card.objects.current()
        .filter(whose, index__code=code)
        .order_by()
        .values_list("index__method", flat=True)
        .distinct()
    )
    return next((each for each in known if each.method in held), known[0])


def _periods(version: IndexVersion, unit: str, viewer: object) -> list[str]:
    """Periods in which the body has a card: months first, the newest first. One query."""
    whose = Q(organisation__code=unit) | Q(unit__code=unit)
    found = cards(version, viewer=viewer).filter(whose).order_by("-period_end", "-period")
    codes = dict.fromkeys(found.values_list("period", flat=True))
    return sorted(codes, key=lambda code: parse_period(code).kind != "month")


def _card(version: IndexVersion, unit: str, period: str, viewer: object) -> Card | None:
    if not period:
        return None
    try:
        return card_of(version, unit, period, viewer=viewer)
    except Card.DoesNotExist:
        return None


def _subject(card: Card | None, unit: str) -> Organisation | AdminUnit:
    found = (card.organisation or card.unit) if card else None
    found = found or Organisation.objects.filter(code=unit).select_related("unit").first()
    found = found or AdminUnit.objects.filter(code=unit, level="province").last()
    if found is None:
        raise Http404
    return found
