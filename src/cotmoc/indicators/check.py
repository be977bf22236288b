"""Everything that is wrong with a catalogue, with file, line and column."""

from collections.abc import Iterable, Mapping

from cotmoc.core.problems import Problem
from cotmoc.indicators.catalogue import together
from cotmoc.indicators.definitions import Definition, DefinitionError, inspect_definition
from cotmoc.indicators.examples import check_example
from cotmoc.indicators.facts import FactTable
from cotmoc.indicators.positions import Document, UnreadableError, read_document


def check_catalogue(
    files: Iterable[tuple[str, str]], tables: Mapping[str, FactTable]
) -> list[Problem]:
    """All problems of all files, given as (name, text), in the order of files and lines.

    A problem's `params` hold the sentence as `template` with what fills it in, and the `column`.
    Worked examples are computed; one that comes out otherwise is a problem too.
    """
    return list(examine_catalogue(files, tables)[1])


def examine_catalogue(
    files: Iterable[tuple[str, str]], tables: Mapping[str, FactTable]
) -> tuple[list[Definition], list[Problem]]:
    """The definitions of those files in which nothing is wrong, and all problems of the others."""
    documents: dict[str, Document] = {}
    others: set[str] = set()
    good: list[tuple[str, Definition]] = []
    problems: list[Problem] = []
    for name, text in files:
        try:
            document = documents[name] = read_document(text)
        except UnreadableError as error:
            where = {"template": error.template, "column": error.place.column}
            problems.append(
                Problem("unreadable", name, error.place.line, params={**error.params, **where})
            )
            others.add(_code_in(name))
            continue
        definition, errors = inspect_definition(document.raw, name, tables)
        if definition is not None:
            good.append((name, definition))
            errors = list(check_example(definition, tables, name))
        else:
            others |= {_code_in(name), str(document.raw.get("code"))}
        problems += [problem_of(error, document) for error in errors]
    problems += [
        problem_of(error, documents[error.where]) for error in together(good, tables, others)
    ]
    problems.sort(key=lambda each: (each.file, each.line or 0))
    wrong = {problem.file for problem in problems}
    return [each for name, each in good if name not in wrong], problems


def _code_in(name: str) -> str:
    """The code that a file's name promises."""
    return name.removesuffix(".yaml").partition("@")[0]


def problem_of(error: DefinitionError, document: Document) -> Problem:
    """An error of a definition with its place in the file."""
    place = document.place(error.key, error.offset, of_key=error.of_key)
    part = error.params.get("part")
    return Problem(
        code="definition",
        file=error.where,
        line=place.line,
        field=error.key or None,
        value=None if part is None else str(part),
        params={**error.params, "template": error.template, "column": place.column},
    )
