"""Facts at rest: Parquet by table and month, committed by a manifest, never changed in place.

    lake/<table>/manifest.json                        what counts; replaced whole: the commit point
    lake/<table>/month=2026-08/<import>-<part>.parquet   rows, sorted by body
    lake/<table>/superseded/<import>.parquet          rows that stopped counting at an import

A file that the manifest does not name is never read, so a process that dies at any moment leaves
the lake as it was. Rows are told apart by (`import_no`, `line`).
"""

import fcntl
import hashlib
import json
import os
import re
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

_BATCH_NAME = re.compile(r"[0-9A-Za-z._-]+")
ROWS_PER_GROUP = 122_880
SUPERSEDED_SCHEMA = pa.schema([("import_no", pa.int32()), ("line", pa.int64())])


class LakeError(RuntimeError):
    """The lake on disk does not hold what its manifest says."""


@dataclass(frozen=True, slots=True)
class ImportNote:
    """One import: the file it read and what became of its rows. `label` marks made-up facts."""

    number: int
    file: str
    digest: str
    recorded_at: datetime
    rows: int = 0
    corrected: int = 0
    unchanged: int = 0
    refused: int = 0
    label: str = ""
    about: dict[str, Any] = field(default_factory=dict, hash=False)


@dataclass(frozen=True, slots=True)
class Part:
    """One Parquet file of one month, as one import brought it; `digest` is that of its bytes."""

    path: str
    month: str
    import_no: int
    rows: int
    digest: str


@dataclass(frozen=True, slots=True)
class Superseded:
    """Rows of `months` that stopped counting when import `import_no` was recorded."""

    path: str
    import_no: int
    rows: int
    months: tuple[str, ...]
    digest: str


@dataclass(frozen=True, slots=True)
class Partition:
    """A month of a table as known at some time: files to read, and files naming rows to leave
    out. `digest` changes when, and only when, the facts that count may have changed."""

    month: str
    paths: tuple[Path, ...]
    without: tuple[Path, ...]
    rows: int
    digest: str


@dataclass(frozen=True, slots=True)
class Manifest:
    """Everything committed to a table, in the order of the imports."""

    imports: tuple[ImportNote, ...] = ()
    parts: tuple[Part, ...] = ()
    superseded: tuple[Superseded, ...] = ()

    @property
    def rows(self) -> int:
        """Rows that count now."""
        return sum(part.rows for part in self.parts) - sum(each.rows for each in self.superseded)

    def import_of(self, digest: str) -> ImportNote | None:
        """The import that brought a file with this digest, if there was one."""
        return next((each for each in self.imports if each.digest == digest), None)

    def known_at(self, moment: datetime | None) -> "Manifest":
        """The manifest as it was at a moment; None is now."""
        if moment is None:
            return self
        imports = tuple(each for each in self.imports if each.recorded_at <= moment)
        known = {each.number for each in imports}
        return Manifest(
            imports,
            tuple(part for part in self.parts if part.import_no in known),
            tuple(each for each in self.superseded if each.import_no in known),
        )


class Dataset:
    """One fact table of the lake."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.name = folder.name

    def manifest(self) -> Manifest:
        """What is committed; empty for a table that has no facts yet."""
        try:
            raw = json.loads((self.folder / "manifest.json").read_bytes())
        except FileNotFoundError:
            return Manifest()
        return _manifest(raw)

    def partitions(self, known_at: datetime | None = None) -> list[Partition]:
        """The months that hold facts, in order, as known at a moment (default: now).

        A month's digest is made of the digests of its parts and of the corrections that touch it.
        """
        manifest = self.manifest().known_at(known_at)
        months: dict[str, list[Part]] = {}
        for part in manifest.parts:
            months.setdefault(part.month, []).append(part)
        found = []
        for month, parts in sorted(months.items()):
            without = [each for each in manifest.superseded if month in each.months]
            digests = [part.digest for part in parts] + [each.digest for each in without]
            found.append(
                Partition(
                    month,
                    tuple(self.folder / part.path for part in parts),
                    tuple(self.folder / each.path for each in without),
                    sum(part.rows for part in parts),
                    hashlib.sha256("\n".join(digests).encode()).hexdigest(),
                )
            )
        return found

    def superseded_by_month(self, manifest: Manifest) -> dict[str, int]:
        """How many rows of each month count no longer."""
        gone: dict[str, int] = {}
        for each in manifest.superseded:
            if len(each.months) == 1:
                gone[each.months[0]] = gone.get(each.months[0], 0) + each.rows
                continue
            rows = pq.read_table(self.folder / each.path, partitioning=None)
            for part in manifest.parts:
                if part.month in each.months:
                    path = self.folder / part.path
                    lines = pq.read_table(path, columns=["line"], partitioning=None)["line"]
                    own = rows.filter(pc.equal(rows["import_no"], part.import_no))["line"]
                    count = pc.sum(pc.is_in(lines, own.combine_chunks())).as_py() or 0
                    gone[part.month] = gone.get(part.month, 0) + count
        return gone

    @contextmanager
    def locked(self) -> Iterator[Manifest]:
        """Hold the table for writing and give what is committed; other writers wait."""
        self.folder.mkdir(parents=True, exist_ok=True)
        with (self.folder / ".lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield self.manifest()

    @contextmanager
    def append(
        self,
        file: str,
        digest: str,
        *,
        now: datetime,
        label: str = "",
        about: dict[str, Any] | None = None,
    ) -> Iterator["Appending"]:
        """Write one import: `with table.append("a.csv", sha256, now=now) as import_: …`.

        It is committed when the block ends well and leaves no trace when it does not. What an
        earlier process left behind unfinished is removed first.
        """
        with self.locked() as manifest:
            self._sweep(manifest)
            number = max((each.number for each in manifest.imports), default=0) + 1
            note = ImportNote(number, file, digest, now, label=label, about=about or {})
            appending = Appending(self, manifest, note)
            try:
                yield appending
                appending.commit()
            except BaseException:
                self._sweep(manifest)
                raise

    def _sweep(self, manifest: Manifest) -> None:
        """Remove files that nothing committed names."""
        named = {part.path for part in manifest.parts}
        named |= {each.path for each in manifest.superseded}
        for path in self.folder.glob("*/*"):
            if str(path.relative_to(self.folder)) not in named:
                shutil.rmtree(path) if path.is_dir() else path.unlink(missing_ok=True)


class Appending:
    """An import while it is written; nothing of it counts before the commit."""

    def __init__(self, dataset: Dataset, manifest: Manifest, note: ImportNote) -> None:
        self.dataset = dataset
        self.manifest = manifest
        self.note = note
        self.parts: list[Part] = []
        self.superseded: list[Superseded] = []

    @property
    def number(self) -> int:
        return self.note.number

    def part_path(self, month: str) -> Path:
        """A free place for a part of a month, for writers that make the file themselves; hand the
        finished file to `add_part`."""
        folder = self.dataset.folder / f"month={month}"
        folder.mkdir(exist_ok=True)
        taken = sum(part.month == month for part in self.parts)
        return folder / f"{self.number:06d}-{taken:03d}.parquet"

    def add_part(self, month: str, path: Path) -> None:
        """Take in a finished Parquet file that was made at `part_path`."""
        rows = pq.read_metadata(path).num_rows
        relative = str(path.relative_to(self.dataset.folder))
        self.parts.append(Part(relative, month, self.number, rows, _made_durable(path)))

    def write(self, month: str, rows: pa.Table) -> None:
        """Write rows of one month as a part; they should come sorted by body."""
        path = self.part_path(month)
        pq.write_table(rows, path, compression="zstd", row_group_size=ROWS_PER_GROUP)
        self.add_part(month, path)

    def supersede(self, rows: pa.Table, months: Sequence[str]) -> None:
        """Let earlier rows (`import_no`, `line`), which lie in `months`, count no longer."""
        folder = self.dataset.folder / "superseded"
        folder.mkdir(exist_ok=True)
        path = folder / f"{self.number:06d}-{len(self.superseded):03d}.parquet"
        pq.write_table(rows.cast(SUPERSEDED_SCHEMA), path, compression="zstd")
        relative = str(path.relative_to(self.dataset.folder))
        self.superseded.append(
            Superseded(relative, self.number, rows.num_rows, tuple(months), _made_durable(path))
        )

    def describe(self, **counts: Any) -> None:
        """Note what became of the file's rows: rows, corrected, unchanged, refused, about."""
        self.note = replace(self.note, **counts)

    def commit(self) -> None:
        """Make the import count, all of it at once."""
        note = replace(self.note, rows=sum(part.rows for part in self.parts))
        manifest = Manifest(
            (*self.manifest.imports, note),
            (*self.manifest.parts, *self.parts),
            (*self.manifest.superseded, *self.superseded),
        )
        path = self.dataset.folder / "manifest.json"
        for folder in {(self.dataset.folder / each.path).parent for each in manifest.parts}:
            if folder.exists():
                _sync(folder)
        aside = path.with_suffix(".tmp")
        aside.write_text(json.dumps(asdict(manifest), default=str, ensure_ascii=False, indent=1))
        _made_durable(aside)
        os.replace(aside, path)
        _sync(path.parent)


class Lake:
    """A folder of fact tables."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def table(self, name: str) -> Dataset:
        """One table; it need not hold anything yet."""
        return Dataset(self.root / name)

    def path(self, table: str, batch: str) -> Path:
        """Where a batch of reported values lives."""
        if not _BATCH_NAME.fullmatch(batch):
            raise ValueError(f"not a batch name: {batch!r}")
        return self.root / table / f"{batch}.parquet"

    def write(self, table: str, batch: str, rows: pa.Table) -> Path:
        """Write a batch whole or not at all; writing the same batch again replaces it."""
        target = self.path(table, batch)
        target.parent.mkdir(parents=True, exist_ok=True)
        aside = target.with_suffix(f".{os.getpid()}.tmp")
        try:
            pq.write_table(rows, aside, compression="zstd")
            os.replace(aside, target)
        finally:
            aside.unlink(missing_ok=True)
        return target


def _made_durable(path: Path) -> str:
    """Push a finished file to disk; gives the SHA-256 of its bytes."""
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
        os.fsync(file.fileno())
    return digest


def _sync(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _manifest(raw: dict[str, Any]) -> Manifest:
    try:
        return Manifest(
            tuple(
                ImportNote(**{**each, "recorded_at": datetime.fromisoformat(each["recorded_at"])})
                for each in raw["imports"]
            ),
            tuple(Part(**each) for each in raw["parts"]),
            tuple(
                Superseded(**{**each, "months": tuple(each["months"])})
                for each in raw["superseded"]
            ),
        )
    except (KeyError, TypeError, ValueError) as error:
        raise LakeError(f"manifest: {error}") from error
