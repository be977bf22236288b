"""Importing published results: a table of a publisher becomes publications, whole or not at all."""

import csv
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, time
from pathlib import Path

from django.db import transaction

from cotmoc.apps.accounts.models import Person
from cotmoc.apps.scorecards.models import IndexVersion, Publication, Published
from cotmoc.apps.scorecards.queries import latest
from cotmoc.apps.scorecards.results.checking import Checked, Group, Said, check, vocabularies
from cotmoc.apps.scorecards.results.columns import Vocabulary
from cotmoc.apps.scorecards.results.publishing import (
    Publisher,
    Result,
    news_in,
    record_publication,
)
from cotmoc.apps.scorecards.results.sheets import Sheet, read_sheet
from cotmoc.apps.scorecards.results.subjects import Subjects
from cotmoc.core.problems import BadInput, Problem
from cotmoc.core.text import clean, fold

LONGEST_SOURCE = 400


@dataclass(frozen=True, slots=True)
class Options:
    """What is said about a file by hand; what is empty is found out. `said` goes for its rows."""

    index: str = ""
    said: Said = field(default_factory=Said)
    keep_good: bool = False
    encoding: str | None = None
    delimiter: str | None = None


@dataclass(frozen=True, slots=True)
class Change:
    """One value that would be recorded, or was, and the row it supersedes."""

    result: Result
    before: Published | None


@dataclass(slots=True)
class Part:
    """What came of the rows of one method, period and source. `publication` is None in a dry run,
    and where all of it was known it is the one that has it."""

    index: IndexVersion
    period: str
    source: str
    changes: list[Change]
    known: int
    subjects: int
    publication: Publication | None = None

    @property
    def superseded(self) -> int:
        """How many earlier values are corrected."""
        return sum(change.before is not None for change in self.changes)


@dataclass(slots=True)
class Outcome:
    """What an import did, or would do. `read` = `good` + `refused`; a dry run records nothing."""

    file: str
    index: str
    dry_run: bool
    read: int = 0
    good: int = 0
    refused: int = 0
    parts: list[Part] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    doubts: list[Problem] = field(default_factory=list)
    left_out: list[str] = field(default_factory=list)
    quarantine: Path | None = None

    @property
    def rows(self) -> int:
        """Values that are new or corrected."""
        return sum(len(part.changes) for part in self.parts)


def import_published(
    path: Path,
    options: Options,
    *,
    actor: Person | None,
    now: datetime,
    name: str = "",
    quarantine: Path | None = None,
    dry_run: bool = False,
) -> Outcome:
    """Read a CSV or XLSX file of published results and record them, all or none.

    One bad row refuses the file, unless `options.keep_good`: then good rows are recorded and bad
    ones written to the `quarantine` folder. A file given up after too many problems is never half
    recorded. The same file again changes nothing. Scorecards that read what was published are
    computed anew. Raises BadInput.
    """
    methods = list(latest())
    words = vocabularies(methods)

    def known(cells: Sequence[str]) -> int:
        return max((each.count_known(cells) for each in words.values()), default=0)

    name = name or path.name
    sheet = read_sheet(
        path, known, name=name, encoding=options.encoding, delimiter=options.delimiter
    )
    outcome = import_sheet(sheet, options, actor=actor, now=now, dry_run=dry_run, methods=methods)
    if outcome.problems and quarantine and not dry_run:
        outcome.quarantine = _set_apart(sheet, outcome.problems, quarantine, now)
    return outcome


@transaction.atomic
def import_sheet(
    sheet: Sheet,
    options: Options,
    *,
    actor: Person | None,
    now: datetime,
    dry_run: bool = False,
    methods: Sequence[IndexVersion] | None = None,
) -> Outcome:
    """Record the rows of a table; see `import_published`."""
    methods = list(latest()) if methods is None else methods
    chosen = _methods_of(sheet, options, methods)
    _refuse_what_says_nothing(sheet, chosen, options.said)
    subjects = Subjects(any("province" in row.definition.applies_to for row in chosen))
    checked = check(sheet, chosen, subjects, options.said)
    cut_short = any(problem.code == "too_many_problems" for problem in checked.problems)
    if checked.problems and not dry_run and (cut_short or not options.keep_good):
        raise BadInput(checked.problems)
    if not checked.groups and not checked.problems:
        raise BadInput([Problem("no_rows", sheet.file)])
    outcome = _outcome(sheet, chosen[0].code, checked, dry_run)
    for group in checked.groups:
        outcome.parts.append(_part(group, sheet, options.said, actor, now, dry_run))
    return outcome


def _methods_of(
    sheet: Sheet, options: Options, methods: Sequence[IndexVersion]
) -> list[IndexVersion]:
    """The methods of the index that the table is of, or the one that was named."""
    if not methods:
        raise BadInput([Problem("no_indices", sheet.file)])
    code = options.index or _guessed(sheet, methods)
    found = [row for row in methods if row.code == code]
    if not found:
        known = ", ".join(dict.fromkeys(row.code for row in methods))
        problem = "unknown_index" if options.index else "index_not_told"
        value = options.index or None
        raise BadInput([Problem(problem, sheet.file, value=value, params={"known": known})])
    if options.said.method:
        named = [row for row in found if row.method == options.said.method]
        if not named:
            known = ", ".join(row.method for row in found)
            params = {"known": known}
            raise BadInput(
                [Problem("unknown_method", sheet.file, None, None, options.said.method, params)]
            )
        found = named
    return found


def _guessed(sheet: Sheet, methods: Sequence[IndexVersion]) -> str:
    """The index whose own columns the table has; where several could be meant, the one that the
    file's name tells. Empty where it cannot be told."""
    counts: dict[str, int] = {}
    for row in methods:
        own = Vocabulary(row.definition).own_columns(sheet.header)
        counts[row.code] = max(counts.get(row.code, 0), own)
    best = max(counts.values())
    likely = [code for code, count in counts.items() if count == best]
    name = fold(sheet.file)
    named = [code for code in likely if code in name]
    if best and len(likely) == 1:
        return likely[0]
    return named[0] if len(named) == 1 else ""


def _refuse_what_says_nothing(sheet: Sheet, methods: Sequence[IndexVersion], said: Said) -> None:
    """A table must have a column of points or ranks, and say or be told its period."""
    columns = [Vocabulary(row.definition).columns(sheet.header) for row in methods]
    found = ", ".join(name for name in sheet.header if name)[:200]
    if not any(each.points or each.ranks for each in columns):
        params: Mapping[str, object] = {"found": found}
        raise BadInput([Problem("no_points_no_rank", sheet.file, sheet.line, params=params)])


def _outcome(sheet: Sheet, code: str, checked: Checked, dry_run: bool) -> Outcome:
    return Outcome(
        sheet.file,
        code,
        dry_run,
        read=checked.good + checked.refused,
        good=checked.good,
        refused=checked.refused,
        problems=checked.problems,
        doubts=checked.doubts,
        left_out=checked.left_out,
    )


def _part(
    group: Group, sheet: Sheet, said: Said, actor: Person | None, now: datetime, dry_run: bool
) -> Part:
    """Record one group, or compare it only."""
    source = clean(group.source or sheet.file)[:LONGEST_SOURCE]
    results = group.results
    news = news_in(group.index, group.period, results)
    before = {row_key(row): row for row in news.superseded}
    whose = {(result.key[0], result.key[1]) for result in results}
    changes = [Change(result, before.get(result.key)) for result in news.results]
    part = Part(group.index, group.period.code, source, changes, len(news.known), len(whose))
    if not dry_run:
        publisher = _publisher(group, sheet, said, source)
        part.publication, _new = record_publication(
            group.index, group.period, results, publisher, actor=actor, now=now
        )
    return part


def row_key(row: Published) -> tuple[int | None, int | None, str]:
    """Whose and which value a row is; see `Result.key`."""
    return row.organisation_id, row.unit_id, row.node


def _publisher(group: Group, sheet: Sheet, said: Said, source: str) -> Publisher:
    captured = max(group.captured_on, default=None)
    return Publisher(
        source,
        said.published_on or max(group.published_on, default=None),
        datetime.combine(captured, time(), UTC) if captured else None,
        sheet.file if sheet.digest else "",
        sheet.digest,
    )


def _set_apart(sheet: Sheet, problems: Sequence[Problem], folder: Path, now: datetime) -> Path:
    """Write every bad row as it came, with its reasons: nothing is lost."""
    cells = dict(sheet.rows)
    folder.mkdir(parents=True, exist_ok=True)
    target = folder / f"published-{now:%Y%m%dT%H%M%S%f}.csv"
    with target.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["line", "field", "value", "reason", *sheet.header])
        for problem in problems:
            row = cells.get(problem.line or 0, ())
            writer.writerow([problem.line, problem.field, problem.value, problem.code, *row])
    return target
