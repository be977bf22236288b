"""Reads of documents: the register, full-text search, and how documents hang together."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.db.models import Q

from cotmoc.apps.documents.models import Document, DocumentQuerySet, Relation
from cotmoc.apps.documents.ports import Counts, statements
from cotmoc.apps.documents.rules import Run, passage, search_terms

# What a list does not show and a document may hold much of.
HEAVY = (
    "text", "search", "origins", "tables", "left_alone", "doubts", "recipients", "annexes", "notes",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class DocumentRow:
    """A document of the register with what stands in it."""

    document: Document
    counts: Counts


def documents(
    *,
    viewer: object,
    text: str = "",
    kind: str = "",
    issuer: str = "",
    year: int | None = None,
    state: str = "",
) -> DocumentQuerySet:
    """Documents the viewer may read, the newest first; every word of `text` begins a word of the
    title, the number or the text, accents aside."""
    found = Document.objects.visible_to(viewer).defer(*HEAVY)
    terms = search_terms(text)
    if text.strip() and not terms:
        return found.none()
    for term in terms:
        found = found.filter(search__contains=f" {term}")
    if kind:
        found = found.filter(kind=kind)
    if issuer:
        found = found.filter(issuer=issuer)
    if year:
        found = found.filter(Q(date__year=year) | Q(date=None, year=year))
    if state:
        found = found.filter(state=state)
    return found


def register_rows(found: Iterable[Document], *, viewer: object) -> list[DocumentRow]:
    """Rows of the register for documents already chosen; a fixed number of queries."""
    chosen = list(found)
    counts = statements().counts([each.pk for each in chosen], viewer=viewer)
    return [DocumentRow(each, counts.get(each.pk, Counts())) for each in chosen]


def kinds(*, viewer: object) -> list[str]:
    """Types of documents in the register."""
    return _values("kind", viewer)


def issuers(*, viewer: object) -> list[str]:
    """Who issued the documents of the register."""
    return _values("issuer", viewer)


def _values(field: str, viewer: object) -> list[str]:
    found = Document.objects.visible_to(viewer).exclude(**{field: ""}).order_by(field)
    return list(found.values_list(field, flat=True).distinct())


def years(*, viewer: object) -> list[int]:
    """Years documents were issued in, or are for where they bear no date; the newest first."""
    found = Document.objects.visible_to(viewer).order_by().values_list("date", "year").distinct()
    issued = {day.year if day else year for day, year in found}
    return sorted((year for year in issued if year), reverse=True)


def passages(shown: Sequence[Document], text: str, *, viewer: object) -> dict[int, tuple[Run, ...]]:
    """For each document shown, the piece of its text that holds what was looked for. One query."""
    terms = search_terms(text)
    if not terms or not shown:
        return {}
    texts = (
        Document.objects.visible_to(viewer)
        .filter(pk__in=[each.pk for each in shown])
        .values_list("pk", "text")
    )
    return {pk: passage(each, terms) for pk, each in texts}


@dataclass(frozen=True, slots=True)
class Related:
    """One relation seen from a document: `outward` when it is the one that says so.

    `other` is the other document where it is in the register and the viewer may read it.
    """

    relation: Relation
    outward: bool
    other: Document | None


def related(document: Document, *, viewer: object) -> list[Related]:
    """What a document says of others and what others say of it. Three queries."""
    own = list(document.relations.all())
    readable = Document.objects.visible_to(viewer).defer(*HEAVY)
    seen = readable.in_bulk({each.other_id for each in own if each.other_id})
    outward = [Related(each, True, seen.get(each.other_id or 0)) for each in own]
    inward = (
        Relation.objects.filter(other=document, document__in=Document.objects.visible_to(viewer))
        .select_related("document")
        .defer(*(f"document__{name}" for name in HEAVY))
        .order_by("-document__date", "document_id", "start")
    )
    return [*_once(outward), *_once([Related(each, False, each.document) for each in inward])]


def _once(found: Sequence[Related]) -> list[Related]:
    """The same relation said twice in a text is one."""
    held: dict[tuple[object, ...], Related] = {}
    for each in found:
        named = each.other.pk if each.other else each.relation.reference_key
        key = (each.relation.kind, named or each.relation.pk, each.outward)
        held.setdefault(key, each)
    return list(held.values())


def amended_by(document: Document, *, viewer: object) -> list[Relation]:
    """The older documents of the register that a document amends or replaces."""
    return list(
        document.relations.filter(
            kind__in=("amends", "replaces"), other__in=Document.objects.visible_to(viewer)
        )
        .select_related("other")
        .defer(*(f"other__{name}" for name in HEAVY))
    )
