"""Provinces through their mergers: what each was made of. One query for the country."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from cotmoc.apps.orgs.models import AdminUnit, Level, Organisation, OrganisationKind, Succession
from cotmoc.apps.scorecards.results.subjects import Subject


@dataclass(frozen=True, slots=True)
class Lineage:
    """A subject and those it was made of, the oldest borders first: their results stand beside each
    other and are never one line."""

    subject: Subject
    members: tuple[Subject, ...]

    @property
    def names(self) -> str:
        return " + ".join(str(each) for each in self.members)


def predecessors_of_provinces() -> dict[int, list[AdminUnit]]:
    """What each province was made of directly, by its number. One query."""
    edges = (
        Succession.objects.filter(successor__level=Level.PROVINCE, whole=True)
        .select_related("predecessor")
        .order_by("predecessor__code")
    )
    found: dict[int, list[AdminUnit]] = {}
    for edge in edges:
        found.setdefault(edge.successor_id, []).append(edge.predecessor)
    return found


def all_predecessors(
    unit: AdminUnit, before: Mapping[int, Sequence[AdminUnit]]
) -> Iterator[AdminUnit]:
    """All units that a unit was made of, the latest first."""
    waiting = list(before.get(unit.pk, ()))
    while waiting:
        each = waiting.pop(0)
        yield each
        waiting += before.get(each.pk, ())


def lineage_of(subject: Subject) -> Lineage:
    """A subject with its province, where it is a province's committee, and that one's past."""
    unit = subject if isinstance(subject, AdminUnit) else None
    if isinstance(subject, Organisation) and subject.kind == OrganisationKind.PROVINCE:
        unit = subject.unit
    if unit is None:
        return Lineage(subject, (subject,))
    past = tuple(dict.fromkeys(all_predecessors(unit, predecessors_of_provinces())))
    own: Iterable[Subject] = (subject,) if subject == unit else (unit, subject)
    return Lineage(subject, (*reversed(past), *own))


def find_subject(code: str) -> Subject | None:
    """A body by its code, or a province by its key or today's code."""
    body = Organisation.objects.select_related("unit").filter(code=code).first()
    if body:
        return body
    provinces = AdminUnit.objects.filter(level=Level.PROVINCE)
    return provinces.filter(key=code).first() or (
        provinces.filter(code=code, valid_to=None).order_by("-valid_from").first()
    )


def address_of(subject: Subject) -> str:
    """How pages name a subject: a body's code, a province's key (a code may be of two)."""
    return subject.code if isinstance(subject, Organisation) else subject.key
