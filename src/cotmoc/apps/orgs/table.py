"""The shipped table of administrative units: rows of two CSV files, as plain values."""

import csv
import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

FOLDER = Path(__file__).parent / "data"


@dataclass(frozen=True, slots=True)
class UnitRow:
    """One unit as shipped; see docs/units-review.md for where each column comes from."""

    level: str
    code: str
    parent_code: str
    kind: str
    name: str
    valid_from: date | None
    valid_to: date | None
    latitude: float | None
    longitude: float | None
    area_km2: float | None

    @property
    def key(self) -> str:
        """Identity through time: a code is reused, a code with its start is not."""
        return f"{self.level}:{self.code}:{self.valid_from or ''}"


@dataclass(frozen=True, slots=True)
class SuccessionRow:
    """One edge: on `date` (part of) the predecessor went to the successor."""

    predecessor: tuple[str, str]
    successor: tuple[str, str]
    date: date
    whole: bool
    act: str


def digest() -> str:
    """Fingerprint of the shipped table."""
    found = hashlib.sha256()
    for name in ("units.csv", "successions.csv"):
        found.update((FOLDER / name).read_bytes())
    return found.hexdigest()


def units() -> Iterator[UnitRow]:
    """All units, in the order of the file."""
    for row in _rows("units.csv"):
        yield UnitRow(
            row["level"],
            row["code"],
            row["parent_code"],
            row["kind"],
            row["name"],
            _date(row["valid_from"]),
            _date(row["valid_to"]),
            _float(row["lat"]),
            _float(row["lon"]),
            _float(row["area_km2"]),
        )


def successions() -> Iterator[SuccessionRow]:
    """All edges, in the order of the file."""
    for row in _rows("successions.csv"):
        yield SuccessionRow(
            (row["predecessor_level"], row["predecessor_code"]),
            (row["successor_level"], row["successor_code"]),
            date.fromisoformat(row["date"]),
            row["whole"] == "1",
            row["act"],
        )


def _rows(name: str) -> Iterator[dict[str, str]]:
    with (FOLDER / name).open(encoding="utf-8", newline="") as file:
        yield from csv.DictReader(file)


def _date(text: str) -> date | None:
    return date.fromisoformat(text) if text else None


def _float(text: str) -> float | None:
    return float(text) if text else None
