"""The catalogue of definitions: many files, checked together."""

from collections.abc import Iterable, Mapping
from itertools import pairwise
from typing import Any

from cotmoc.indicators.definitions import Definition, DefinitionError, read_definition
from cotmoc.indicators.expressions import ExpressionError, measure_of
from cotmoc.indicators.facts import FactTable
from cotmoc.indicators.formulas import check_references, in_order, measure_of_formula
from cotmoc.indicators.measures import MeasureError, check_fits


def read_catalogue(
    files: Iterable[tuple[str, Any]], tables: Mapping[str, FactTable]
) -> list[Definition]:
    """Definitions of (file name, parsed YAML) pairs, ordered by code and version.

    A file is named `<code>.yaml`. Raises DefinitionError for the first thing that is wrong,
    including two versions of one code that are valid on the same day, a formula over an indicator
    that is not there, and formulas that need each other.
    """
    definitions = []
    for name, raw in files:
        definition = read_definition(raw, name, tables)
        check_name(name, definition)
        definitions.append(definition)
    definitions.sort(key=lambda each: (each.code, each.version))
    check_versions(definitions)
    check_formulas(definitions, tables)
    return definitions


def check_name(name: str, definition: Definition) -> None:
    """Whether a file is named by the code it holds; raises DefinitionError."""
    if name.removesuffix(".yaml").split("@")[0] != definition.code:
        raise DefinitionError(
            "code", f"is {definition.code}; the file must be named so", where=name
        )


def check_versions(definitions: Iterable[Definition]) -> None:
    """Whether no two versions of a code hold on the same day; raises DefinitionError."""
    for earlier, later in pairwise(definitions):
        if earlier.code == later.code and (
            earlier.valid_to is None or later.valid_from < earlier.valid_to
        ):
            raise DefinitionError(
                "valid_from",
                f"versions {earlier.version} and {later.version} overlap in time",
                where=later.code,
            )


def check_formulas(definitions: Iterable[Definition], tables: Mapping[str, FactTable]) -> None:
    """Whether derived indicators name known ones, need each other in no circle and join like with
    like; raises DefinitionError."""
    known = {each.code: each for each in definitions}
    derived = {code: each.formula for code, each in known.items() if each.formula}
    units = {code: each.unit for code, each in known.items()}
    counted = {
        code: measure_of(each.numerator.tree, tables[each.table])
        for code, each in known.items()
        if each.paths
    }
    for code, formula in derived.items():
        try:
            check_references(formula, known)
            measure = measure_of_formula(formula, units, counted)
            check_fits(measure, 1 if measure != "ratio" else known[code].scale, known[code].unit)
        except (ExpressionError, MeasureError) as error:
            raise DefinitionError("formula", str(error), where=code) from error
    try:
        in_order(derived)
    except ExpressionError as error:
        raise DefinitionError("formula", str(error), where="catalogue") from error
