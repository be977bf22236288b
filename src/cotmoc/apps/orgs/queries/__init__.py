"""Reads of units and organisations."""

from dataclasses import dataclass
from datetime import date

from django.db.models import Count, QuerySet

from cotmoc.apps.orgs.models import AdminUnit, Organisation, Succession
from cotmoc.core.text import fold


def units_on(
    day: date, *, level: str = "", parent_key: str = "", text: str = ""
) -> QuerySet[AdminUnit]:
    """Units valid on a day, narrowed by level, parent and name without accents."""
    units = AdminUnit.objects.on(day).select_related("parent")
    if level:
        units = units.filter(level=level)
    if parent_key:
        units = units.filter(parent__key=parent_key)
    if text := fold(text):
        units = units.filter(search__contains=text)
    return units.order_by("level", "code")


@dataclass(frozen=True, slots=True)
class History:
    """A unit with the edges on both sides of its life."""

    unit: AdminUnit
    made_from: list[Succession]
    became: list[Succession]
    members: int
    organisations: list[Organisation]


def history(unit: AdminUnit) -> History:
    """What a unit was made from and what it became; parts are marked."""
    return History(
        unit,
        list(
            Succession.objects.filter(successor=unit)
            .select_related("predecessor__parent")
            .order_by("predecessor__code")
        ),
        list(
            Succession.objects.filter(predecessor=unit)
            .select_related("successor__parent")
            .order_by("successor__code")
        ),
        AdminUnit.objects.filter(parent=unit).count(),
        list(Organisation.objects.filter(unit=unit)),
    )


def organisations(*, kind: str = "", text: str = "") -> QuerySet[Organisation]:
    """Organisations by kind and by name or code without accents."""
    found = Organisation.objects.select_related("parent", "unit")
    if kind:
        found = found.filter(kind=kind)
    if text := fold(text):
        found = found.filter(search__contains=text)
    return found


def counts_by_level(day: date) -> dict[str, int]:
    """How many units of each level are valid on a day."""
    rows = AdminUnit.objects.on(day).values_list("level").annotate(units=Count("id"))
    return dict(rows.order_by("level"))
