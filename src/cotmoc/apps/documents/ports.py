"""What documents share beyond their tables: the files as received, the scanner that looks at them
first, and what the rooms above know of the targets and tasks stated in them."""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import Literal, Protocol

from cotmoc.apps.documents import originals as originals
from cotmoc.apps.documents import scanning as scanning


@dataclass(frozen=True, slots=True)
class Counts:
    """How many targets and tasks stand in a document."""

    targets: int = 0
    tasks: int = 0


@dataclass(frozen=True, slots=True)
class Statement:
    """A target or task where it stands: `document.text[start:end]`.

    `words` say briefly what it asks, `holds` is empty or says why it holds no longer.
    """

    kind: Literal["target", "task"]
    name: str
    start: int
    end: int
    address: str
    url: str
    words: str = ""
    holds: str = ""


@dataclass(frozen=True, slots=True)
class Door:
    """A page about a document that another room owns."""

    label: str
    url: str
    primary: bool = False


class Statements(Protocol):
    """Answers what is stated in documents that a viewer may read."""

    def counts(self, documents: Collection[int], *, viewer: object) -> dict[int, Counts]:
        """Targets and tasks of documents (their numbers); those without any may be absent."""

    def of(self, document: int, *, viewer: object) -> list[Statement]:
        """Targets and tasks of one document in the order of its text."""

    def doors(self, document: int, *, viewer: object) -> list[Door]:
        """Other pages about a document."""

    def word(self, code: str) -> str:
        """A code of the reader (why a line was left alone, what is doubtful) in words."""


class _Nothing:
    def counts(self, documents: Collection[int], *, viewer: object) -> dict[int, Counts]:
        return {}

    def of(self, document: int, *, viewer: object) -> list[Statement]:
        return []

    def doors(self, document: int, *, viewer: object) -> list[Door]:
        return []

    def word(self, code: str) -> str:
        return code


_statements: Callable[[], Statements] = _Nothing


def statements() -> Statements:
    """What is stated in documents; nothing while no room has told."""
    return _statements()


def tell_statements(make: Callable[[], Statements]) -> None:
    """Let the room that owns plans answer `statements()`; called once, when the program starts."""
    global _statements
    _statements = make
