"""The catalogue of definitions: many files, checked together."""

from collections.abc import Iterable
from itertools import pairwise
from typing import Any

from cotmoc.indicators.definitions import Definition, DefinitionError, read_definition


def read_catalogue(files: Iterable[tuple[str, Any]]) -> list[Definition]:
    """Definitions of (file name, parsed YAML) pairs, ordered by code and version.

    A file is named `<code>.yaml`. Raises DefinitionError for the first thing that is wrong,
    including two versions of one code that are valid on the same day.
    """
    definitions = []
    for name, raw in files:
        definition = read_definition(raw, name)
        if name.removesuffix(".yaml").split("@")[0] != definition.code:
            raise DefinitionError(f"{name}: code is {definition.code}; the file must be named so")
        definitions.append(definition)
    definitions.sort(key=lambda each: (each.code, each.version))
    for earlier, later in pairwise(definitions):
        if earlier.code == later.code and (
            earlier.valid_to is None or later.valid_from < earlier.valid_to
        ):
            raise DefinitionError(
                f"{later.code}: versions {earlier.version} and {later.version} overlap in time"
            )
    return definitions
