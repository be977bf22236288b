"""What measurement knows of the world beyond its tables: where facts and received files live, who
does long work, what plans ask of indicators (told by the room that owns plans), and who wants to
know that figures changed."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any, Protocol

from django.conf import settings

from cotmoc.analytics.lake import Lake

# What takes a requested computation (by its number) in hand, set when the program starts.
computations: list[Callable[[int], None]] = []


class AfterFigures(Protocol):
    """Is told of a run once its figures are stored: scores are made of them.

    What it does belongs to nobody's transaction but its own; if it fails, the figures stay.
    """

    def __call__(self, run: Any, *, actor: Any, now: datetime) -> None: ...


after_figures: list[AfterFigures] = []


def lake() -> Lake:
    """The installation's fact lake."""
    return Lake(Path(settings.DATA_DIR) / "lake")


def quarantine() -> Path:
    """Where rows set apart while importing wait to be mended."""
    return Path(settings.DATA_DIR) / "quarantine"


def received_file(digest: str) -> Path:
    """Where a received file is kept, named by its SHA-256."""
    return Path(settings.DATA_DIR) / "sources" / digest


@dataclass(frozen=True, slots=True)
class TargetLine:
    """What a plan asks of an indicator for a body: a line across its chart."""

    pk: int
    name: str
    comparator: str
    value: Decimal
    deadline: date | None
    plan: str


class Targets(Protocol):
    """Answers what plans that a viewer may read ask of indicators."""

    def lines(self, indicator: str, body: str, *, viewer: object) -> list[TargetLine]:
        """The targets bound to an indicator for a body (its code), the next deadline first."""

    def bound(self, *, viewer: object) -> list[str]:
        """Codes of the indicators that the newest plan's targets are bound to, in its order."""


class _NoPlans:
    def lines(self, indicator: str, body: str, *, viewer: object) -> list[TargetLine]:
        return []

    def bound(self, *, viewer: object) -> list[str]:
        return []


_targets: Callable[[], Targets] = _NoPlans


def targets() -> Targets:
    """What plans ask; nothing while no room has told."""
    return _targets()


def tell_targets(make: Callable[[], Targets]) -> None:
    """Let a room that owns plans answer `targets()`; called once, when the program starts."""
    global _targets
    _targets = make
