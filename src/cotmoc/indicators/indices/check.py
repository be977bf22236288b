"""Everything that is wrong with the files of indices, with file, line and column."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from pathlib import PurePath

from cotmoc.core.problems import Problem
from cotmoc.indicators.check import problem_of
from cotmoc.indicators.definitions import DefinitionError
from cotmoc.indicators.indices.model import Index
from cotmoc.indicators.indices.read import inspect_index
from cotmoc.indicators.positions import Document, UnreadableError, read_document
from cotmoc.indicators.wrong import gettext_noop as _

SUFFIX = ".yaml"
Named = tuple[str, Index]


def check_indices(
    files: Iterable[tuple[str, str]],
    indicators: Collection[str] | None = None,
    *,
    by_name: bool = True,
) -> list[Problem]:
    """All problems of all files, given as (name, text), in the order of files and lines.

    A problem's `params` hold the sentence as `template` with what fills it in, and the `column`.
    `indicators` are the codes that leaves may read; None checks none of them. With `by_name` a
    file must be named as the catalogue's are.
    """
    return list(examine_indices(files, indicators, by_name=by_name)[1])


def examine_indices(
    files: Iterable[tuple[str, str]],
    indicators: Collection[str] | None = None,
    *,
    by_name: bool = True,
) -> tuple[list[Index], list[Problem]]:
    """The indices of those files in which nothing is wrong, and all problems of the others."""
    documents: dict[str, Document] = {}
    names: list[str] = []
    good: list[Named] = []
    problems: list[Problem] = []
    for name, text in files:
        names.append(name)
        try:
            document = documents[name] = read_document(text)
        except UnreadableError as error:
            where = {"template": error.template, "column": error.place.column}
            problems.append(
                Problem("unreadable", name, error.place.line, params={**error.params, **where})
            )
            continue
        index, errors = inspect_index(document.raw, name, indicators)
        if index is not None:
            good.append((name, index))
        problems += [problem_of(error, document) for error in errors]
    problems += [problem_of(error, documents[error.where]) for error in together(good, by_name)]
    problems.sort(key=lambda each: (names.index(each.file), each.line or 0))
    wrong = {problem.file for problem in problems}
    return [each for name, each in good if name not in wrong], problems


def together(named: Sequence[Named], by_name: bool = True) -> Iterator[DefinitionError]:
    """What is wrong with indices, each good by itself, beside each other.

    A file is named `<code>@<method>.yaml`, so that one method stands in one file. Two methods of
    an index may be in force at the same time: they are computed side by side.
    """
    seen: dict[tuple[str, str], str] = {}
    for name, index in named:
        file = f"{index.code}@{index.method}{SUFFIX}"
        first = seen.setdefault((index.code, index.method), name)
        if first != name:
            yield DefinitionError("method", _("is that of %(file)s too"), name, file=first)
        elif by_name and PurePath(name).name != file:
            yield DefinitionError("code", _("the file must be named %(file)s"), name, file=file)
