"""What the confirming page shows of each row, and of all of them together."""

from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from django.utils.translation import gettext as _

from cotmoc.apps.documents.models import Document
from cotmoc.apps.measurement.models import IndicatorVersion
from cotmoc.apps.programmes.bodies import Bodies, FoundBody, bodies_of, is_collective, name_key
from cotmoc.apps.programmes.drafts import OPEN_STATES
from cotmoc.apps.programmes.models import DraftChange, DraftRow
from cotmoc.apps.programmes.spans import Place, places_to_cut
from cotmoc.apps.programmes.web.draft_forms import RowFilters, RowForm
from cotmoc.apps.programmes.web.marking import page_at
from cotmoc.apps.programmes.wording import FLAGS, FREQUENCIES, LEVELS, MODALITIES, amount_text
from cotmoc.core.text import fold
from cotmoc.ui.formats import day, measure


@dataclass(frozen=True, slots=True)
class Body:
    """A name in a row, and whom it was found to mean."""

    name: str
    found: FoundBody | None


@dataclass(frozen=True, slots=True)
class Opened:
    """What a row is opened for: a form to edit it, or places to cut it at."""

    form: RowForm | None = None
    places: list[Place] = field(default_factory=list)
    part: str = ""

    @property
    def splitting(self) -> bool:
        return self.form is None


@dataclass(frozen=True, slots=True)
class RowView:
    """A row in words."""

    row: DraftRow
    line: int
    page: int | None
    goal: str
    facts: list[str]
    lead: Body | None
    coordinating: list[Body]
    doubts: list[str]
    indicator: IndicatorVersion | None
    opened: Opened | None = None
    conflict: str = ""
    problem: str = ""

    @property
    def quote(self) -> str:
        """The words of the document; a bar where a line or a table's cell ends."""
        return " | ".join(line.strip() for line in self.row.quote.split("\n") if line.strip())

    @property
    def is_target(self) -> bool:
        return self.row.kind == DraftRow.Kind.TARGET


@dataclass(frozen=True, slots=True)
class Progress:
    """How far confirming is."""

    total: int
    decided: int
    accepted: int
    rejected: int
    clean: int

    @property
    def undecided(self) -> int:
        return self.total - self.decided


@dataclass(frozen=True, slots=True)
class UnknownBody:
    """A name in a document that is not a body's name in the register: as written, how often it
    stands, and what is proposed or was chosen."""

    key: str
    name: str
    times: int
    body: FoundBody | None


class Rows:
    """A document's rows with what their words need: a fixed number of queries, whatever their
    number."""

    def __init__(self, document: Document) -> None:
        self.document = document
        self.all = list(
            DraftRow.objects.filter(document=document, state__in=OPEN_STATES).select_related(
                "clause", "decided_by"
            )
        )
        for row in self.all:
            row.document = document  # one document with one text, not a copy for each row
        self.bodies: Bodies = bodies_of(document)
        codes = {row.indicator_code for row in self.all if row.indicator_code}
        found = IndicatorVersion.objects.filter(latest=True, code__in=codes).defer("content")
        self._indicators = {each.code: each for each in found}
        self._line_starts = _line_starts(document.text)

    def progress(self) -> Progress:
        states = Counter(row.state for row in self.all)
        waiting = [row for row in self.all if row.state == DraftRow.State.PROPOSED]
        return Progress(
            total=len(self.all),
            decided=len(self.all) - len(waiting),
            accepted=states[DraftRow.State.ACCEPTED],
            rejected=states[DraftRow.State.REJECTED],
            clean=sum(not row.flags for row in waiting),
        )

    def narrowed(self, form: RowFilters) -> list[DraftRow]:
        """The rows a filter lets through; a wrong value filters nothing."""
        form.is_valid()
        asked = form.cleaned_data
        text = fold(asked.get("q") or "")
        return [
            row
            for row in self.all
            if (not text or text in fold(f"{row} {row.quote} {row.content.get('lead') or ''}"))
            and (not asked.get("state") or row.state == asked["state"])
            and (not asked.get("kind") or row.kind == asked["kind"])
            and (not asked.get("doubt") or row.flags)
        ]

    def get(self, pk: int) -> DraftRow | None:
        return next((row for row in self.all if row.pk == pk), None)

    def view(self, row: DraftRow, **more: Any) -> RowView:
        """A row in words; `more`: what it is opened for, a conflict, a problem."""
        content = row.content
        is_target = row.kind == DraftRow.Kind.TARGET
        return RowView(
            row=row,
            line=bisect_right(self._line_starts, row.start),
            page=page_at(self.document.origins, row.start),
            goal=_goal(content) if is_target else "",
            facts=_target_facts(content) if is_target else _task_facts(content),
            lead=self._body(content.get("lead")),
            coordinating=[
                Body(name, self.bodies.find(name)) for name in content.get("coordinating") or ()
            ],
            doubts=[str(FLAGS.get(flag, flag)) for flag in row.flags],
            indicator=self._indicators.get(row.indicator_code),
            **more,
        )

    def _body(self, name: str | None) -> Body | None:
        return Body(name, self.bodies.find(name)) if name else None

    def next_after(self, row: DraftRow) -> DraftRow | None:
        """The next undecided row in the text, from the beginning again at its end."""
        waiting = [each for each in self.all if each.state == DraftRow.State.PROPOSED]
        later = [each for each in waiting if (each.order, each.pk) > (row.order, row.pk)]
        return next(iter(later or waiting), None)

    def unknown_bodies(self) -> list[UnknownBody]:
        """Names of single bodies that the register does not know or that a person chose for, with
        how often they stand in rows that are not rejected."""
        held: dict[str, list[str]] = {}
        for row in self.all:
            if row.state == DraftRow.State.REJECTED:
                continue
            for name in filter(
                None, [row.content.get("lead"), *row.content.get("coordinating", [])]
            ):
                held.setdefault(name_key(name), []).append(name)
        found = []
        for key, names in held.items():
            body = self.bodies.find(names[0])
            if is_collective(names[0]) or (body and body.how in {"name", "abbreviation"}):
                continue
            found.append(UnknownBody(key, names[0], len(names), body))
        return sorted(found, key=lambda each: (-each.times, each.key))


def _line_starts(text: str) -> list[int]:
    starts = [0]
    for line in text.split("\n")[:-1]:
        starts.append(starts[-1] + len(line) + 1)
    return starts


def _goal(content: dict[str, Any]) -> str:
    return amount_text(
        content.get("comparator") or "",
        _number(content.get("value")),
        _number(content.get("value_high")),
        content.get("unit") or "",
    )


def _number(text: str | None) -> Decimal | None:
    try:
        return Decimal(text) if text else None
    except InvalidOperation:
        return None


def _target_facts(content: dict[str, Any]) -> list[str]:
    baseline = _number(content.get("baseline"))
    return _said(
        LEVELS.get(content.get("level") or ""),
        _("by %(day)s") % {"day": deadline_text(content["deadline"])}
        if content.get("deadline")
        else "",
        MODALITIES.get(content.get("modality") or ""),
        _("from %(value)s") % {"value": measure(baseline, content.get("unit") or "")}
        if baseline is not None
        else "",
        _("except %(what)s") % {"what": content["exclusion"]} if content.get("exclusion") else "",
    )


def _task_facts(content: dict[str, Any]) -> list[str]:
    budget = _number(content.get("budget"))
    return _said(
        _("by %(day)s") % {"day": deadline_text(content["deadline"])}
        if content.get("deadline")
        else "",
        FREQUENCIES.get(content.get("frequency") or ""),
        _("product: %(what)s") % {"what": content["product"]} if content.get("product") else "",
        measure(budget, "VND") if budget is not None else "",
    )


def _said(*words: Any) -> list[str]:
    return [str(each) for each in words if each]


def deadline_text(text: str) -> str:
    """An ISO date as people write days; a year stays one."""
    try:
        return day(date.fromisoformat(text)) if len(text) > 4 else text
    except ValueError:
        return text


def change_words(change: DraftChange) -> str:
    """What a step did, in a sentence without a subject."""
    words = {
        "accepted": _("accepted"),
        "rejected": _("rejected"),
        "reopened": _("decision taken back"),
        "edited": _("edited and accepted"),
        "accepted_clean": _("accepted together with all rows without doubts"),
        "split": _("split"),
        "merged": _("merged"),
        "added": _("added"),
        "undone": _("step undone"),
    }
    return words.get(change.verb, change.verb)


def opened_to_split(row: DraftRow, part: str = "") -> Opened:
    """A row opened to be cut."""
    return Opened(None, places_to_cut(row.document.text, row.start, row.end), part)


def chosen_rows(rows: Iterable[DraftRow], picked: Sequence[str]) -> list[tuple[DraftRow, int]]:
    """Rows picked as "number:version"; what is malformed or gone is left out."""
    by_number = {row.pk: row for row in rows}
    chosen = []
    for each in picked:
        number, _colon, version = each.partition(":")
        if number.isdecimal() and version.isdecimal() and int(number) in by_number:
            chosen.append((by_number[int(number)], int(version)))
    return chosen
