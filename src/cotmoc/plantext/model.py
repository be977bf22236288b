"""The values a reading of a plan consists of.  All frozen; offsets point into `Plan.text`."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any, Literal

from cotmoc.plantext.origins import SourceText

Comparator = Literal["=", ">", ">=", "<", "<=", "~", "maintain", "raise", "rank<="]
Unit = Literal["%", "%/year", "count", "VND", "rank", "points", "days", "yes/no"]
Level = Literal["province", "district", "commune", "village", "organisation"]
Pillar = Literal["government", "economy", "society"]
Modality = Literal["strive", "expect"]
TargetOrigin = Literal["national", "provincial"]
Frequency = Literal["weekly", "monthly", "quarterly", "half_yearly", "yearly", "regularly"]
Role = Literal[
    "head", "basis", "purpose", "results", "goals", "tasks", "organisation", "budget", "other"
]
Kind = Literal["heading", "bullet", "paragraph", "header", "table"]
Reason = Literal[
    "heading",
    "head",
    "basis",
    "prose",
    "task",
    "result",
    "web_page_noise",
    "recipients",
    "picture_caption",
    "table",
    "task_detail",
]


RelationKind = Literal["based_on", "replaces", "amends", "implements"]


@dataclass(frozen=True, slots=True)
class Citation:
    """Another document that this one names: `749/QĐ-TTg` of 3 June 2020, and how they relate."""

    kind: RelationKind
    text: str
    start: int
    end: int
    type: str | None = None
    reference: str | None = None
    issuer: str | None = None
    date: str | None = None


@dataclass(frozen=True, slots=True)
class Signer:
    """Who signed: `TM. ỦY BAN NHÂN DÂN / KT. CHỦ TỊCH / PHÓ CHỦ TỊCH / name`; `form` holds the
    abbreviations in order (`TM.`, `KT.`, `TL.`, `TUQ.`, `Q.`)."""

    name: str | None
    title: str | None
    form: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Annex:
    """An annex: its label (`Phụ lục I`), its title, and where it begins."""

    label: str
    title: str | None
    start: int


@dataclass(frozen=True, slots=True)
class Head:
    """What the document says about itself; every field is optional except `illustration`.

    `year` is the year a yearly plan is for, `horizon` the last year of what is planned, `since`
    the first: a plan of 2021–2025 has since 2021, horizon 2025.
    """

    type: str | None = None
    number: str | None = None
    symbol: str | None = None
    issuer: str | None = None
    province: str | None = None
    place: str | None = None
    date: str | None = None
    title: str | None = None
    subject: str | None = None
    year: int | None = None
    since: int | None = None
    horizon: int | None = None
    illustration: bool = False
    citations: tuple[Citation, ...] = ()
    signer: Signer | None = None
    recipients: tuple[str, ...] = ()
    annexes: tuple[Annex, ...] = ()

    @property
    def reference(self) -> str | None:
        """Number and symbol as people cite them: `33/KH-UBND`; the Party writes `05-NQ/TU`."""
        if not self.number or not self.symbol:
            return None
        first, _, second = self.symbol.partition("/")
        joint = "-" if first.isalpha() and second and "-" not in self.symbol else "/"
        return f"{self.number}{joint}{self.symbol}"


@dataclass(frozen=True, slots=True)
class Clause:
    """An addressable piece of the document: `plan.text[start:end]`."""

    address: str
    level: int
    kind: Kind
    role: Role
    pillar: Pillar | None
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Target:
    """One promise of the plan, with the piece of text (`quote`) that states it."""

    quote: str
    start: int
    end: int
    name: str
    comparator: Comparator
    value: str | None
    value_high: str | None
    unit: Unit | None
    of: str | None
    level: Level | None
    pillar: Pillar | None
    deadline: str | None
    baseline: str | None
    modality: Modality | None
    exclusion: str | None
    subjects: tuple[str, ...]
    flags: tuple[str, ...]
    rule: str
    clause: str
    lead: str | None
    origin: TargetOrigin | None = None


@dataclass(frozen=True, slots=True)
class Task:
    """One piece of work the document assigns, with the piece of text (`quote`) that states it.

    Organisations are named as written. `deadline` is an ISO date or a year, `frequency` one of
    `Frequency`; `budget` is in whole đồng, as a decimal string.
    """

    quote: str
    start: int
    end: int
    action: str
    lead: str | None
    coordinating: tuple[str, ...]
    deadline: str | None
    frequency: Frequency | None
    product: str | None
    budget: str | None
    flags: tuple[str, ...]
    rule: str
    clause: str


@dataclass(frozen=True, slots=True)
class LeftAlone:
    """A line, or the rest of a line, from which no target was taken, and why."""

    start: int
    end: int
    line: int
    text: str
    reason: Reason


@dataclass(frozen=True, slots=True)
class Doubt:
    """Something a person should look at; `code` is a flag of a target or `number_not_read`."""

    code: str
    start: int
    end: int
    line: int
    clause: str | None


@dataclass(frozen=True, slots=True)
class Plan:
    """Everything read from one text."""

    text: str
    head: Head
    clauses: tuple[Clause, ...]
    targets: tuple[Target, ...]
    doubts: tuple[Doubt, ...]
    left_alone: tuple[LeftAlone, ...]
    tasks: tuple[Task, ...] = ()
    source: SourceText | None = None

    def text_of(self, clause: Clause) -> str:
        return self.text[clause.start : clause.end]

    def to_dict(self) -> dict[str, Any]:
        """Plain lists, dicts, strings and numbers: ready for JSON."""
        return {
            "head": asdict(self.head),
            "clauses": [asdict(clause) for clause in self.clauses],
            "targets": [_listed(target) for target in self.targets],
            "tasks": [_listed(task) for task in self.tasks],
            "doubts": [asdict(doubt) for doubt in self.doubts],
            "left_alone": [asdict(left) for left in self.left_alone],
        }


def _listed(row: Target | Task) -> dict[str, Any]:
    return {
        name: list(value) if isinstance(value, tuple) else value
        for name, value in asdict(row).items()
    }
