"""Reading the catalogue's files."""

from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml
from django.conf import settings

from cotmoc.core.calendars import Calendars, read_calendar
from cotmoc.core.workdays import WorkCalendar, read_overrides
from cotmoc.indicators.catalogue import read_catalogue
from cotmoc.indicators.definitions import Definition, DefinitionError
from cotmoc.indicators.facts import FactTable, FactTableError, read_fact_tables

NOT_A_CALENDAR = "workdays.yaml"


def load_definitions(folder: Path | None = None) -> list[tuple[Definition, dict[str, object]]]:
    """All definitions of the catalogue with their raw content; raises DefinitionError."""
    folder = folder or Path(settings.CATALOGUE_DIR) / "indicators"
    files = _yaml_files(folder)
    raw_by_code = {(raw.get("code"), raw.get("version")): raw for _, raw in files}
    found = read_catalogue(files, fact_tables())
    return [(each, raw_by_code[each.code, each.version]) for each in found]


def fact_tables() -> Mapping[str, FactTable]:
    """The fact tables that the installation's catalogue declares; raises FactTableError."""
    return _fact_tables(Path(settings.CATALOGUE_DIR))


def calendars() -> Calendars:
    """The calendars of the installation's catalogue; raises CalendarError."""
    return _calendars(Path(settings.CATALOGUE_DIR))


def work_calendar() -> WorkCalendar:
    """Working days with the swaps that the installation's catalogue knows, if it knows any."""
    path = Path(settings.CATALOGUE_DIR) / "calendars" / NOT_A_CALENDAR
    if not path.exists():
        return WorkCalendar()
    raw = yaml.safe_load(path.read_text(encoding="utf-8"))
    return WorkCalendar(read_overrides(raw, path.name))


@lru_cache(maxsize=4)
def _fact_tables(catalogue: Path) -> Mapping[str, FactTable]:
    try:
        return read_fact_tables(_yaml_files(catalogue / "facts"))
    except DefinitionError as error:
        raise FactTableError(str(error)) from error


@lru_cache(maxsize=4)
def _calendars(catalogue: Path) -> Calendars:
    files = _yaml_files(catalogue / "calendars")
    return Calendars([read_calendar(raw, name) for name, raw in files if name != NOT_A_CALENDAR])


def _yaml_files(folder: Path) -> list[tuple[str, Any]]:
    files = []
    for path in sorted(folder.glob("*.yaml")):
        try:
            files.append((path.name, yaml.safe_load(path.read_text(encoding="utf-8"))))
        except (yaml.YAMLError, ValueError) as error:
            raise DefinitionError("", f"cannot be read: {error}", path.name) from error
    return files
