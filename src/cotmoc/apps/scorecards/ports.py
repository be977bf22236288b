"""What scorecards ask of rooms that come separately: somebody who makes tasks."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol


@dataclass(frozen=True, slots=True)
class TaskWanted:
    """A task that would win points back: who acts, what, by when, and where it comes from."""

    organisation: str  # code of the body that acts
    title: str
    detail: str
    deadline: date | None
    origin: str  # address of the page with the lost points


class TaskDesk(Protocol):
    """Makes tasks; told by the room that owns them."""

    def create(self, wanted: TaskWanted, *, actor: object, now: datetime) -> str:
        """Make the task; returns the address of its page."""


_desk: Callable[[], TaskDesk] | None = None


def task_desk() -> TaskDesk | None:
    """Who makes tasks; None while no such room is there: then proposals wait."""
    return _desk() if _desk else None


def tell_task_desk(make: Callable[[], TaskDesk] | None) -> None:
    """Let a room that owns tasks answer `task_desk()`; called once, when the program starts."""
    global _desk
    _desk = make
