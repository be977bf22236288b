"""The catalogue of definitions: many files, checked together."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from itertools import combinations
from typing import Any

from cotmoc.indicators import syntax
from cotmoc.indicators.definitions import Definition, DefinitionError, read_definition
from cotmoc.indicators.expressions import measure_of
from cotmoc.indicators.facts import FactTable
from cotmoc.indicators.formulas import cycles, measure_of_formula, names_of, unknown_references
from cotmoc.indicators.lexis import ExpressionError
from cotmoc.indicators.measures import RATIO, MeasureError, check_fits
from cotmoc.indicators.wrong import gettext_noop as _

Named = tuple[str, Definition]


def read_catalogue(
    files: Iterable[tuple[str, Any]], tables: Mapping[str, FactTable]
) -> list[Definition]:
    """Definitions of (file name, parsed YAML) pairs, ordered by code and version.

    A file is named `<code>.yaml`, an earlier version `<code>@<version>.yaml`. Raises
    DefinitionError for the first thing that is wrong, including two versions of one code that are
    valid on the same day, a formula over an indicator that is not there, and formulas that need
    each other.
    """
    named = [(name, read_definition(raw, name, tables)) for name, raw in files]
    for error in together(named, tables):
        raise error
    return sorted((each for _name, each in named), key=lambda each: (each.code, each.version))


def together(
    named: Sequence[Named], tables: Mapping[str, FactTable], others: Collection[str] = ()
) -> Iterator[DefinitionError]:
    """What is wrong with definitions, each good by itself, beside each other: file names, versions
    that hold on the same day, formulas over indicators that are not there, that add unlike things
    or that need each other. `others` are codes that are there and cannot be used: a formula that
    names one is not blamed for it."""
    yield from _names(named)
    yield from _versions(named)
    yield from _formulas(named, tables, others)


def _names(named: Sequence[Named]) -> Iterator[DefinitionError]:
    for name, each in named:
        code, _sign, version = name.removesuffix(".yaml").partition("@")
        if code != each.code:
            template = _("is %(code)s; the file must be named so")
            yield DefinitionError("code", template, name, code=each.code)
        elif version and version != str(each.version):
            template = _("is %(version)s; the file's name says otherwise")
            yield DefinitionError("version", template, name, version=each.version)


def _versions(named: Sequence[Named]) -> Iterator[DefinitionError]:
    ordered = sorted(named, key=lambda each: (each[1].code, each[1].version))
    for (file, first), (name, second) in combinations(ordered, 2):
        if first.code != second.code:
            continue
        if first.version == second.version:
            template = _("is that of %(file)s too")
            yield DefinitionError("version", template, name, file=file)
        elif _meet(first, second):
            yield DefinitionError(
                "valid_from",
                _("versions %(first)s and %(second)s overlap in time"),
                name,
                first=first.version,
                second=second.version,
            )


def _meet(first: Definition, second: Definition) -> bool:
    return (first.valid_to is None or second.valid_from < first.valid_to) and (
        second.valid_to is None or first.valid_from < second.valid_to
    )


def _formulas(
    named: Sequence[Named], tables: Mapping[str, FactTable], others: Collection[str]
) -> Iterator[DefinitionError]:
    latest = {each.code: (name, each) for name, each in sorted(named, key=lambda n: n[1].version)}
    units = {code: each.unit for code, (_file, each) in latest.items()}
    counted = {
        (code, part): measure_of(term.tree, tables[each.paths[0].table])
        for code, (_file, each) in latest.items()
        if each.paths
        for part, term in zip(("numerator", "denominator"), each.paths[0].terms, strict=False)
    }
    known = {*latest, *others}
    for name, each in named:
        if each.formula is None:
            continue
        unknown = list(unknown_references(each.formula, known, each.formula_text))
        yield from (DefinitionError.of(error, "formula", name) for error in unknown)
        if unknown or not latest.keys() >= set(names_of(each.formula)):
            continue
        try:
            measure = measure_of_formula(each.formula, units, counted)
            # A formula has no scale: it says `100 *` itself.
            hundred = measure == RATIO and Decimal(100) in syntax.numbers(each.formula)
            check_fits(measure, 100 if hundred else 1, each.unit)
        except (ExpressionError, MeasureError) as error:
            yield DefinitionError.of(error, "formula", name)
    derived = {code: each.formula for code, (_file, each) in latest.items() if each.formula}
    for cycle in cycles(derived):
        yield DefinitionError.of(cycle, "formula", latest[str(cycle.params["part"])][0])
