"""What is wrong with an input, as values: the edge turns them into sentences."""

import dataclasses
from collections.abc import Iterable, Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing wrong: a code that names the sort, where it stands, and what stood there."""

    code: str
    file: str
    line: int | None = None
    field: str | None = None
    value: str | None = None
    params: Mapping[str, object] = dataclasses.field(default_factory=dict, hash=False)

    def __str__(self) -> str:
        place = f"{self.file}, line {self.line}" if self.line else self.file
        about = f", field {self.field}" if self.field else ""
        value = f": {self.value!r}" if self.value is not None else ""
        return f"{place}{about}: {self.code}{value}"


class BadInput(ValueError):  # noqa: N818 - the name says what happened
    """An input was refused as a whole; nothing of it was written."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("; ".join(map(str, self.problems)))
