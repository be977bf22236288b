"""Reading the catalogue's files."""

from pathlib import Path

import yaml
from django.conf import settings

from cotmoc.indicators.catalogue import read_catalogue
from cotmoc.indicators.definitions import Definition, DefinitionError


def load_definitions(folder: Path | None = None) -> list[tuple[Definition, dict[str, object]]]:
    """All definitions of the catalogue with their raw content; raises DefinitionError."""
    folder = folder or Path(settings.CATALOGUE_DIR) / "indicators"
    files = []
    for path in sorted(folder.glob("*.yaml")):
        try:
            files.append((path.name, yaml.safe_load(path.read_text(encoding="utf-8"))))
        except (yaml.YAMLError, UnicodeDecodeError) as error:
            raise DefinitionError(f"{path.name}: cannot be read: {error}") from error
    raw_by_digest = {definition.digest: raw for definition, raw in _pairs(files)}
    return [(each, raw_by_digest[each.digest]) for each in read_catalogue(files)]


def _pairs(
    files: list[tuple[str, dict[str, object]]],
) -> list[tuple[Definition, dict[str, object]]]:
    return [(read_catalogue([(name, raw)])[0], raw) for name, raw in files]
