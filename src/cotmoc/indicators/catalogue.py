"""The catalogue of definitions: many files, checked together."""

from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal
from itertools import pairwise
from typing import Any

from cotmoc.indicators import syntax
from cotmoc.indicators.definitions import Definition, DefinitionError, read_definition
from cotmoc.indicators.expressions import measure_of
from cotmoc.indicators.facts import FactTable
from cotmoc.indicators.formulas import check_references, in_order, measure_of_formula
from cotmoc.indicators.lexis import ExpressionError
from cotmoc.indicators.measures import RATIO, MeasureError, check_fits
from cotmoc.indicators.wrong import gettext_noop as _


def read_catalogue(
    files: Iterable[tuple[str, Any]], tables: Mapping[str, FactTable]
) -> list[Definition]:
    """Definitions of (file name, parsed YAML) pairs, ordered by code and version.

    A file is named `<code>.yaml`. Raises DefinitionError for the first thing that is wrong,
    including two versions of one code that are valid on the same day, a formula over an indicator
    that is not there, and formulas that need each other.
    """
    named = [(name, read_definition(raw, name, tables)) for name, raw in files]
    for error in together(named, tables):
        raise error
    return sorted((each for _name, each in named), key=lambda each: (each.code, each.version))


def together(
    named: Iterable[tuple[str, Definition]], tables: Mapping[str, FactTable]
) -> Iterator[DefinitionError]:
    """What is wrong with definitions, each good by itself, beside each other: file names, versions
    that hold on the same day, formulas over indicators that are not there, that add unlike things
    or that need each other."""
    files = {(each.code, each.version): name for name, each in named}
    definitions = sorted((each for _n, each in named), key=lambda each: (each.code, each.version))
    for name, each in named:
        if name.removesuffix(".yaml").split("@")[0] != each.code:
            template = _("is %(code)s; the file must be named so")
            yield DefinitionError("code", template, name, code=each.code)
    for earlier, later in pairwise(definitions):
        if earlier.code == later.code and (
            earlier.valid_to is None or later.valid_from < earlier.valid_to
        ):
            yield DefinitionError(
                "valid_from",
                _("versions %(first)s and %(second)s overlap in time"),
                files[later.code, later.version],
                first=earlier.version,
                second=later.version,
            )
    latest = {each.code: each for each in definitions}
    yield from _formulas(
        latest, {code: files[code, each.version] for code, each in latest.items()}, tables
    )


def _formulas(
    known: Mapping[str, Definition], files: Mapping[str, str], tables: Mapping[str, FactTable]
) -> Iterator[DefinitionError]:
    derived = {code: each.formula for code, each in known.items() if each.formula}
    units = {code: each.unit for code, each in known.items()}
    counted = {
        (code, part): measure_of(term.tree, tables[each.paths[0].table])
        for code, each in known.items()
        if each.paths
        for part, term in zip(("numerator", "denominator"), each.paths[0].terms, strict=False)
    }
    for code, formula in derived.items():
        try:
            check_references(formula, known, known[code].formula_text)
            measure = measure_of_formula(formula, units, counted)
            # A formula has no scale: it says `100 *` itself.
            hundred = measure == RATIO and Decimal(100) in syntax.numbers(formula)
            check_fits(measure, 100 if hundred else 1, known[code].unit)
        except (ExpressionError, MeasureError) as error:
            yield DefinitionError.of(error, "formula", files[code])
    try:
        in_order(derived)
    except ExpressionError as error:
        yield DefinitionError.of(error, "formula", files[str(error.params["part"])])
