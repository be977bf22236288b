"""Which column of a file is which column of a table: by names, by hand, or by a saved profile."""

import difflib
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import yaml

from cotmoc.core.problems import BadInput, Problem
from cotmoc.core.text import fold
from cotmoc.indicators.facts import FactTable

_NAME = re.compile(r"[0-9A-Za-z._-]{1,60}")
# A quarantine file can be mended and imported again: these come first in it.
QUARANTINE_COLUMNS = ("line", "field", "value", "reason", "sentence")


@dataclass(frozen=True, slots=True)
class Profile:
    """A mapping that was saved: for files with these headers, how to read them."""

    name: str
    table: str
    headers: tuple[str, ...]
    columns: Mapping[str, str] = field(hash=False)
    encoding: str | None = None
    delimiter: str | None = None
    decimal_mark: str | None = None

    def fits(self, headers: Sequence[str]) -> bool:
        """Whether a file has the very set of headers that this was saved for."""
        return {tidy(each) for each in headers} == {tidy(each) for each in self.headers}


@dataclass(frozen=True, slots=True)
class Header:
    """A header that was understood: the place of each column, and what is not taken in."""

    line: int
    names: tuple[str, ...]
    places: Mapping[str, int] = field(hash=False)
    left_out: tuple[str, ...]

    @property
    def columns(self) -> dict[str, str]:
        return {name: self.names[place] for name, place in self.places.items()}


def tidy(name: str) -> str:
    """A header's form for comparing: folded, letters and digits only."""
    return re.sub(r"[\W_]+", "", fold(name))


def count_known(table: FactTable, cells: Iterable[str]) -> int:
    """How many cells name a column of the table."""
    known = {name for each in _names(table).values() for name in each}
    return len({tidy(cell) for cell in cells} & known)


def read_header(
    table: FactTable,
    head: Sequence[tuple[int, Sequence[str]]],
    file: str,
    columns: Mapping[str, str] | None = None,
) -> Header:
    """Find the header among the first rows and match it; `columns` (column: header) goes first.

    Raises BadInput: no header, a required column missing (with near names), a column twice.
    """
    columns = columns or {}
    given = {each.name for each in table.given}
    if unknown := [name for name in columns if name not in given]:
        raise BadInput(
            Problem("unknown_column", file, value=name, params={"known": ", ".join(sorted(given))})
            for name in unknown
        )
    wanted = {tidy(header) for header in columns.values()}

    def known(row: tuple[int, Sequence[str]]) -> int:
        return count_known(table, row[1]) + len({tidy(cell) for cell in row[1]} & wanted)

    line, cells = max(head, key=known, default=(0, ()))
    if not head or not known((line, cells)):
        found = ", ".join(cell for cell in (head[0][1] if head else ()) if cell)[:200]
        raise BadInput([Problem("no_header", file, params={"found": found or "-"})])
    return _match(table, line, tuple(cell.strip() for cell in cells), file, columns)


def _match(
    table: FactTable, line: int, names: tuple[str, ...], file: str, columns: Mapping[str, str]
) -> Header:
    start = len(QUARANTINE_COLUMNS) if names[:5] == QUARANTINE_COLUMNS else 0
    at: dict[str, list[int]] = {}
    for place, name in enumerate(names):
        if place >= start and name:
            at.setdefault(tidy(name), []).append(place)
    problems: list[Problem] = []
    places: dict[str, int] = {}
    for name, header in columns.items():
        found = at.get(tidy(header), [])
        if found:
            places[name] = found[0]
        else:
            near = _near(header, names)
            problems.append(Problem("no_such_header", file, line, name, header, {"near": near}))
    for column in table.given:
        if column.name in places or (column.name in columns):
            continue
        for name in _names(table)[column.name]:
            free = [place for place in at.get(name, []) if place not in places.values()]
            if len(free) > 1:
                problems.append(Problem("column_twice", file, line, names[free[0]]))
            if free:
                places[column.name] = free[0]
                break
        else:
            if column.required:
                near = _near(column.name, names, [column.title["vi"], *column.headers])
                problems.append(
                    Problem("missing_column", file, line, column.name, None, {"found": near})
                )
    if problems:
        raise BadInput(problems)
    left = [
        name
        for place, name in enumerate(names)
        if name and place not in places.values() and place >= start
    ]
    return Header(line, names, places, tuple(left))


def _names(table: FactTable) -> dict[str, list[str]]:
    """For each column its tidy names, the best first."""
    return {
        each.name: list(dict.fromkeys(map(tidy, (each.name, *each.headers, *each.title.values()))))
        for each in table.given
    }


def _near(name: str, found: Sequence[str], others: Sequence[str] = ()) -> str:
    """Headers of the file that look like a name; all of them if none does."""
    by_tidy = {tidy(each): each for each in found if each}
    near: dict[str, None] = {}
    for each in (name, *others):
        near |= dict.fromkeys(difflib.get_close_matches(tidy(each), by_tidy, 3, 0.6))
    return ", ".join([by_tidy[each] for each in near][:5] or list(by_tidy.values()))[:300]


# Profiles ----------------------------------------------------------------------------------------


def save_profile(folder: Path, profile: Profile) -> Path:
    """Write a profile as `<folder>/<table>/<name>.yaml`; one of the same name is replaced."""
    path = _profile_path(folder, profile.table, profile.name)
    path.parent.mkdir(parents=True, exist_ok=True)
    content = {key: value for key, value in asdict(profile).items() if value is not None}
    content["headers"] = list(profile.headers)
    aside = path.with_suffix(".tmp")
    aside.write_text(yaml.safe_dump(content, allow_unicode=True, sort_keys=False), encoding="utf-8")
    aside.replace(path)
    return path


def read_profile(folder: Path, table: str, name: str) -> Profile:
    """A saved profile; raises BadInput if there is none or it cannot be read."""
    path = _profile_path(folder, table, name)
    try:
        raw = yaml.safe_load(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        known = ", ".join(each.stem for each in sorted(path.parent.glob("*.yaml"))) or "-"
        raise BadInput([Problem("no_such_profile", name, params={"known": known})]) from None
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise BadInput(
            [Problem("profile_unreadable", str(path), params={"reason": str(error)})]
        ) from error
    return _profile(raw, path)


def profiles_of(folder: Path, table: str) -> list[Profile]:
    """All saved profiles of a table, by name."""
    return [
        read_profile(folder, table, each.stem) for each in sorted((folder / table).glob("*.yaml"))
    ]


def _profile_path(folder: Path, table: str, name: str) -> Path:
    if not _NAME.fullmatch(name) or name.startswith("."):
        raise BadInput([Problem("profile_name", name)])
    return folder / table / f"{name}.yaml"


def _profile(raw: Any, path: Path) -> Profile:
    try:
        return Profile(
            str(raw["name"]),
            str(raw["table"]),
            tuple(map(str, raw["headers"])),
            {str(name): str(header) for name, header in raw["columns"].items()},
            *(raw.get(key) for key in ("encoding", "delimiter", "decimal_mark")),
        )
    except (AttributeError, KeyError, TypeError) as error:
        raise BadInput(
            [Problem("profile_unreadable", str(path), params={"reason": str(error)})]
        ) from error
