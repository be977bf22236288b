"""A file of facts goes into the lake: all its good rows at once, its bad rows set apart."""

import hashlib
import json
import os
import queue
import shutil
import tempfile
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import Any

import duckdb

from cotmoc.analytics.ingest import encodings
from cotmoc.analytics.ingest.blocks import Block, Reading, Source
from cotmoc.analytics.ingest.convert import Converter, Refused, has_few_spellings
from cotmoc.analytics.ingest.headers import Header, Profile, count_known, read_header
from cotmoc.analytics.ingest.quarantine import Quarantine
from cotmoc.analytics.ingest.staging import Stage
from cotmoc.analytics.ingest.tables import JsonLines, ParquetTable, Workbook
from cotmoc.analytics.ingest.text import TextFile
from cotmoc.analytics.ingest.values import decimal_mark_of
from cotmoc.analytics.lake import Appending, Dataset, ImportNote, Manifest
from cotmoc.core.calendars import Calendars
from cotmoc.core.periods import Interval, parse_period
from cotmoc.core.problems import BadInput, Problem
from cotmoc.core.workdays import WorkCalendar
from cotmoc.indicators.facts import FactTable

SHOWN = 40  # problems that an outcome holds; the quarantine file has them all
STAGING = "staging"
_READING = 0.6  # the part of the time that reading takes, the rest is writing

Progress = Callable[[int, int, int], None]  # bytes done, bytes in all, rows read


@dataclass(frozen=True, slots=True)
class Options:
    """What is said about a file by hand; None is found out. `columns` maps column to header."""

    encoding: str | None = None
    delimiter: str | None = None
    decimal_mark: str | None = None
    columns: Mapping[str, str] = field(default_factory=dict, hash=False)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a file. `read` = `good` + `refused`; `good` = `new` + `corrected` +
    `unchanged`. `import_no` is None when nothing was written: a dry run, no good row, or a file
    that was imported before (`already` is then that import)."""

    table: str
    file: str
    digest: str
    dry_run: bool = False
    import_no: int | None = None
    already: int | None = None
    read: int = 0
    good: int = 0
    refused: int = 0
    new: int = 0
    corrected: int = 0
    unchanged: int = 0
    months: tuple[str, ...] = ()
    seconds: float = 0.0
    reading: Reading = field(default_factory=lambda: Reading("csv"))
    header_line: int = 0
    headers: tuple[str, ...] = ()
    columns: Mapping[str, str] = field(default_factory=dict, hash=False)
    left_out: tuple[str, ...] = ()
    profile: str | None = None
    problems: tuple[Problem, ...] = ()
    reasons: Mapping[str, int] = field(default_factory=dict, hash=False)
    quarantine: Path | None = None


def import_file(
    dataset: Dataset,
    table: FactTable,
    path: Path,
    *,
    now: datetime,
    workdays: WorkCalendar,
    quarantine: Path,
    calendars: Calendars | None = None,
    profile: Profile | None = None,
    profiles: Iterable[Profile] = (),
    options: Options = Options(),
    dry_run: bool = False,
    label: str = "",
    progress: Progress | None = None,
    memory: str = "160MB",
    describe: Callable[[Problem], str] = str,
) -> Outcome:
    """Take a file's rows into a fact table; the bad ones go to a file in the folder `quarantine`.

    Of `profiles` the one saved for just these headers is used, unless `profile` is given;
    `options` overrule both. `describe` makes the sentence of a reason. `memory` is DuckDB's limit.
    What `progress` raises ends the import without a trace, as does every other error. Other
    imports into the table wait. Raises BadInput when the file as a whole cannot be taken.
    """
    started = time.monotonic()
    _check_file(path)
    opened = _open(table, path, profile, list(profiles), options)
    base = Outcome(
        table.name,
        path.name,
        "",
        dry_run=dry_run,
        reading=opened.reading,
        header_line=opened.header.line,
        headers=opened.header.names,
        columns=opened.header.columns,
        left_out=opened.header.left_out,
        profile=opened.profile.name if opened.profile else None,
    )
    sha256 = _Sha256(path)
    run = _Run(
        *(table, path, sha256, opened, base, workdays, calendars, progress, memory, describe),
        quarantine,
    )
    about = {
        **asdict(opened.reading),
        "bytes": sha256.size,
        "columns": base.columns,
        "left_out": base.left_out,
        "understood_as": run.digest,
    }
    if dry_run:
        with tempfile.TemporaryDirectory(prefix="cotmoc-facts-") as folder:
            outcome = run.dry(Path(folder), dataset)
    else:
        outcome = base
        try:
            with dataset.append(path.name, "", now=now, label=label, about=about) as adding:
                outcome = run.write(dataset, adding)
                if outcome.import_no is None:
                    raise _NothingToCommitError
                adding.describe(digest=sha256.value)
        except _NothingToCommitError:
            pass
    return replace(outcome, digest=sha256.value, seconds=round(time.monotonic() - started, 3))


class _NothingToCommitError(Exception):
    """Ends an append without an import."""


class _Sha256:
    """The SHA-256 of a file, computed beside other work."""

    def __init__(self, path: Path) -> None:
        self.size = path.stat().st_size
        pool = ThreadPoolExecutor(1)
        self._found = pool.submit(self._compute, path)
        pool.shutdown(wait=False)

    @property
    def value(self) -> str:
        """Waits until it is known."""
        return self._found.result()

    @staticmethod
    def _compute(path: Path) -> str:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()


@dataclass(frozen=True, slots=True)
class _Opened:
    source: Source
    header: Header
    reading: Reading
    profile: Profile | None


@dataclass(frozen=True, slots=True)
class _Run:
    """One import on its way."""

    table: FactTable
    path: Path
    sha256: _Sha256
    opened: _Opened
    base: Outcome
    workdays: WorkCalendar
    calendars: Calendars | None
    progress: Progress | None
    memory: str
    describe: Callable[[Problem], str]
    quarantine: Path

    @property
    def digest(self) -> str:
        """What, besides the file, decides on the rows: declaration, mapping, work calendar."""
        said = [
            repr(self.table.columns),
            json.dumps([asdict(self.opened.reading), self.base.columns], sort_keys=True),
            self.workdays.digest,
        ]
        return hashlib.sha256("\n".join(said).encode()).hexdigest()

    def dry(self, folder: Path, dataset: Dataset) -> Outcome:
        """The same counts, and nothing written but for the time being."""
        manifest = dataset.manifest()
        if earlier := self._earlier(manifest):
            return replace(self.base, already=earlier.number)
        with ExitStack() as stack:
            stage, apart = self._stage(folder / STAGING, manifest, dataset, stack)
            return self._counted(stage, apart)

    def write(self, dataset: Dataset, adding: Appending) -> Outcome:
        """Read, compare, write; commits nothing itself."""
        if earlier := self._earlier(adding.manifest):
            return replace(self.base, already=earlier.number)
        with ExitStack() as stack:
            stage, apart = self._stage(dataset.folder / STAGING, adding.manifest, dataset, stack)
            outcome = self._counted(stage, apart)
            before = adding.manifest.import_of(self.sha256.value)
            if not outcome.good or (before and outcome.good == outcome.unchanged):
                return self._set_apart(apart, outcome)
            total, written = self.path.stat().st_size, 0
            for rows in stage.write(adding):
                written += rows
                done = _READING + (1 - _READING) * written / max(outcome.good, 1)
                self._tell(int(total * min(done, 1.0)), total, outcome.read)
            outcome = self._set_apart(apart, outcome)
            kept = outcome.quarantine.name if outcome.quarantine else None
            adding.describe(
                corrected=outcome.corrected,
                unchanged=outcome.unchanged,
                refused=outcome.refused,
                about={**adding.note.about, "quarantine": kept, "reasons": outcome.reasons},
            )
            return replace(outcome, import_no=adding.number)

    def _earlier(self, manifest: Manifest) -> ImportNote | None:
        """The import of the same file, understood the same way."""
        for note in manifest.imports:
            # Another size is another file: no need to wait for its digest.
            same_size = note.about.get("bytes", self.sha256.size) == self.sha256.size
            same = note.about.get("understood_as") == self.digest
            if same_size and same and note.digest == self.sha256.value:
                return note
        return None

    def _stage(
        self, folder: Path, manifest: Manifest, dataset: Dataset, stack: ExitStack
    ) -> tuple[Stage, Quarantine]:
        """Read the whole file: good rows wait in the stage, bad ones are set apart."""
        shutil.rmtree(folder, ignore_errors=True)
        connection = stack.enter_context(_connection(self.memory, folder))
        stage = Stage(folder, self.table, connection)
        stack.callback(stage.close)
        apart = stack.enter_context(
            Quarantine(folder / "refused.csv", self.opened.header.places, self.describe, SHOWN)
        )
        converter = Converter(
            self.table,
            self.path.name,
            tuple(self.opened.header.places),
            self.opened.reading.decimal_mark,
            self.workdays,
            self._read_period,
            connection,
            with_row_hash=bool(manifest.parts),
        )
        before = self.path.stat()
        total = before.st_size
        rows = 0
        with ThreadPoolExecutor(1) as beside:
            added: Future[None] | None = None
            for block in _ahead(self._blocks()):
                good, refused = converter.convert(block)
                if added:
                    added.result()
                added = beside.submit(stage.add, good)
                for row in refused:
                    apart.add(row)
                rows += good.num_rows + len(refused)
                self._tell(int(_READING * block.done), total, rows)
            if added:
                added.result()
        after = self.path.stat()
        if (before.st_size, before.st_mtime_ns) != (after.st_size, after.st_mtime_ns):
            raise BadInput([Problem("file_changed", self.path.name)])
        if not rows:
            raise BadInput([Problem("no_rows", self.path.name)])
        stage.settle(manifest, dataset.folder)
        for line, first, cells in stage.repeated():
            key = ", ".join(cells.get(name, "") for name in self.table.key)
            problem = Problem(
                "duplicate_in_file", self.path.name, line, self.table.key[0], key, {"first": first}
            )
            apart.add(Refused(line, cells, (problem,)))
        return stage, apart

    def _counted(self, stage: Stage, apart: Quarantine) -> Outcome:
        corrected, unchanged = stage.matched()
        good = stage.rows - stage.repeats()
        return replace(
            self.base,
            read=good + apart.rows,
            good=good,
            refused=apart.rows,
            new=good - corrected - unchanged,
            corrected=corrected,
            unchanged=unchanged,
            months=tuple(stage.changed_months()),
            problems=tuple(apart.problems),
            reasons=dict(sorted(apart.reasons.items(), key=lambda each: -each[1])),
        )

    def _set_apart(self, apart: Quarantine, outcome: Outcome) -> Outcome:
        """Put the quarantine file in its place before the import counts: no row gets lost."""
        if not apart.rows:
            return outcome
        apart.close()
        self.quarantine.mkdir(parents=True, exist_ok=True)
        stem = "".join(char if char.isalnum() or char in "._-" else "-" for char in self.path.stem)
        name = f"{self.table.name}-{stem[:60]}-{self.sha256.value[:8]}.csv"
        aside = self.quarantine / f".{name}.tmp"
        shutil.copyfile(apart.path, aside)
        with aside.open("rb") as file:
            os.fsync(file.fileno())
        os.replace(aside, self.quarantine / name)
        return replace(outcome, quarantine=self.quarantine / name)

    def _blocks(self) -> Iterator[Block]:
        header = self.opened.header
        mark = self.opened.reading.decimal_mark
        few = [name for name in header.places if has_few_spellings(self.table.columns[name])]
        return self.opened.source.blocks(header.line, len(header.names), header.places, mark, few)

    def _read_period(self, code: str) -> Interval:
        return self.calendars.parse(code) if self.calendars else parse_period(code)

    def _tell(self, done: int, total: int, rows: int) -> None:
        if self.progress:
            self.progress(done, total, rows)


# Opening -----------------------------------------------------------------------------------------


def _check_file(path: Path) -> None:
    for code, wrong in (("no_such_file", not path.exists()), ("is_folder", path.is_dir())):
        if wrong:
            raise BadInput([Problem(code, path.name)])


def _open(
    table: FactTable,
    path: Path,
    profile: Profile | None,
    profiles: Sequence[Profile],
    options: Options,
) -> _Opened:
    """Find out what a file is, and which of its columns are whose."""
    encoding = options.encoding or (profile.encoding if profile else None)
    delimiter = options.delimiter or (profile.delimiter if profile else None)
    named = {*(profile.columns.values() if profile else ()), *options.columns.values()}

    def score(cells: Sequence[str]) -> int:
        return count_known(table, cells) + len(named & {cell.strip() for cell in cells})

    source = _source(path, score, encoding, delimiter)
    head = source.head()
    if profile is None:
        profile = next(
            (each for each in profiles if any(each.fits(cells) for _, cells in head)), None
        )
    columns = {**(profile.columns if profile else {}), **options.columns}
    header = read_header(table, head, path.name, columns)
    mark = options.decimal_mark or (profile.decimal_mark if profile else None)
    if mark is None:
        numbers: list[str] = []
        for name, place in header.places.items():
            if table.columns[name].is_number and not table.columns[name].allowed:
                numbers += [cell.strip() for cell in source.sample(header.line, place)]
        mark = decimal_mark_of(numbers) or ","
    return _Opened(source, header, replace(source.reading, decimal_mark=mark), profile)


def _source(
    path: Path,
    score: Callable[[Sequence[str]], int],
    encoding: str | None,
    delimiter: str | None,
) -> Source:
    """The reader for what a file holds, whatever its name says."""
    with path.open("rb") as file:
        start = file.read(8)
    if start.startswith(b"PAR1"):
        return ParquetTable(path)
    if start.startswith(b"PK\x03\x04"):
        return Workbook(path)
    encodings.refuse_other_kinds(path)
    text = TextFile(path, score, encoding, delimiter)
    if text.begins_like_json:
        return JsonLines(path, text.encoding)
    return text


def _connection(memory: str, folder: Path) -> duckdb.DuckDBPyConnection:
    connection = duckdb.connect()
    connection.execute("set enable_progress_bar = false")
    connection.execute(f"set memory_limit = '{memory}'")
    spill = str(folder / "spill").replace("'", "''")
    connection.execute(f"set temp_directory = '{spill}'")
    return connection


def _ahead(blocks: Iterator[Block]) -> Iterator[Block]:
    """Read one block ahead in a thread of its own."""
    waiting: queue.Queue[Any] = queue.Queue(maxsize=1)
    stopped = threading.Event()

    def put(item: Any) -> None:
        while not stopped.is_set():
            try:
                waiting.put(item, timeout=0.1)
                return
            except queue.Full:
                continue

    def read() -> None:
        try:
            for block in blocks:
                put(block)
                if stopped.is_set():
                    return
            put(None)
        except BaseException as error:
            put(error)

    thread = threading.Thread(target=read, daemon=True)
    thread.start()
    try:
        while (item := waiting.get()) is not None:
            if isinstance(item, BaseException):
                raise item
            yield item
    finally:
        stopped.set()
        thread.join()
