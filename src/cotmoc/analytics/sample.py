"""Made-up dossiers that behave like real ones, for trying, teaching and measuring.

Nobody filed them. Every code begins with `MAU-`, the import is labelled `illustration`. The same
recipe over the same bodies gives the same rows, whatever the number of threads: each value is
worked out from the row's number alone, by hashing whole numbers. Rows come out ordered by body, so
nothing is sorted.
"""

import hashlib
import json
import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from datetime import date, datetime
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.parquet as pq

from cotmoc.analytics.closure import Body, Edge, UnitLife
from cotmoc.analytics.lake import ROWS_PER_GROUP, Dataset, ImportNote
from cotmoc.core.workdays import WorkCalendar

LABEL = "illustration"
MAX_ROWS = 999_999_999  # nine digits of a dossier's code

_TIME = pa.timestamp("us")
SCHEMA = pa.schema(
    [
        ("dossier", pa.string()),
        ("procedure", pa.string()),
        ("organisation", pa.string()),
        ("channel", pa.string()),
        ("state", pa.int64()),
        ("received_at", _TIME),
        ("appointed_at", _TIME),
        ("finished_at", _TIME),
        ("returned_at", _TIME),
        ("supplement_requests", pa.int64()),
        ("fee_due", pa.int64()),
        ("paid_online", pa.bool_()),
        ("digitised", pa.bool_()),
        ("electronic_result", pa.bool_()),
        ("satisfaction", pa.int64()),
        ("processing_seconds", pa.int64()),
        ("processing_days", pa.int64()),
        ("late_at", _TIME),
        ("import_no", pa.int32()),
        ("line", pa.int64()),
    ]
)
# As the writer gets it: dictionaries save making a string for every row.
_CODED = {"procedure": pa.int16(), "organisation": pa.int32(), "channel": pa.int8()}
_WRITTEN = pa.schema(
    pa.field(each.name, pa.dictionary(_CODED[each.name], pa.string()))
    if each.name in _CODED
    else each
    for each in SCHEMA
)
# Columns of few values; the others would only be tried as dictionaries and given up.
_FEW_VALUES = ["procedure", "organisation", "channel", "state", "supplement_requests", "fee_due"]
_FEW_VALUES += ["satisfaction", "processing_days", "import_no"]

Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]
Floats = npt.NDArray[np.float64]

_DAY = 86_400
_OPENS, _LAST_RECEIPT, _CLOSES = 7 * 3600 + 1800, 16 * 3600, 17 * 3600
_STEPS = 1 << 16  # chances are counted in 65,536ths
# A case may take so many days after the last month that is made.
_TAIL_DAYS = 500

# Limits in working days with their weights, and fees in đồng with theirs.
_LIMITS = ((0, 20), (1, 14), (2, 8), (3, 16), (5, 14), (7, 6), (10, 9), (15, 7), (20, 4), (30, 2))
_FEES = (
    (0, 58),
    (8_000, 12),
    (15_000, 8),
    (30_000, 8),
    (50_000, 6),
    (100_000, 5),
    (500_000, 2),
    (1_500_000, 1),
)
_PROCEDURES = 900
_OF_COMMUNES = 400  # the first of them; provinces use those from half of these on


class SampleError(ValueError):
    """The recipe cannot be made; the message says why."""


@dataclass(frozen=True, slots=True)
class SampleBody:
    """A body that receives dossiers during `[valid_from, valid_to)`.

    `weight` is its size beside the others, `late` the share of its dossiers that are late in an
    ordinary month, `upper` whether it handles the procedures of a province.
    """

    code: str
    weight: float
    late: float
    upper: bool = False
    valid_from: date | None = None
    valid_to: date | None = None

    def on(self, day: date) -> bool:
        """Whether it was there on a day."""
        return (self.valid_from is None or self.valid_from <= day) and (
            self.valid_to is None or day < self.valid_to
        )


@dataclass(frozen=True, slots=True)
class Recipe:
    """What to make: exactly `rows` dossiers received from the month of `first` to that of `last`,
    as they stood when the last month was over."""

    rows: int
    seed: int
    first: date
    last: date
    scope: str = "country"

    def months(self) -> list[date]:
        """The first day of each month. Raises SampleError for an impossible recipe."""
        if not 0 < self.rows <= MAX_ROWS:
            raise SampleError(f"rows must be 1 to {MAX_ROWS}, not {self.rows}")
        start, end = (each.year * 12 + each.month - 1 for each in (self.first, self.last))
        if end < start:
            raise SampleError(f"{self.first:%Y-%m} is after {self.last:%Y-%m}")
        return [date(each // 12, each % 12 + 1, 1) for each in range(start, end + 1)]

    def digest(self, bodies: Iterable[SampleBody], work: WorkCalendar) -> str:
        """Fingerprint of everything the rows are made from."""
        found = hashlib.sha256(json.dumps([1, asdict(self)], default=str).encode())
        for body in sorted(bodies, key=lambda body: body.code):
            found.update(repr(body).encode())
        found.update(work.digest.encode())
        return found.hexdigest()

    def __str__(self) -> str:
        return (
            f"sample dossiers --rows {self.rows} --seed {self.seed} --scope {self.scope} "
            f"--from {self.first:%Y-%m} --to {self.last:%Y-%m}"
        )


def add_dossiers(
    table: Dataset,
    bodies: Iterable[SampleBody],
    work: WorkCalendar,
    recipe: Recipe,
    *,
    now: datetime,
    threads: int | None = None,
    progress: Callable[[int], None] | None = None,
) -> tuple[ImportNote, bool]:
    """Put a recipe's rows into the lake as one import, once: (its note, whether it is new).

    `threads` are those of the machine, at most four, unless given: each takes some 60 MB.
    `progress` is told how many rows are written. Raises SampleError before anything is written.
    """
    bodies = list(bodies)
    digest = recipe.digest(bodies, work)
    maker = _Maker(bodies, work, recipe, digest[:6])
    about = {"made_up": True, "recipe": str(recipe), "bodies": len(maker.bodies)}
    known = table.manifest().import_of(digest)
    if known:
        return known, False
    with table.append(str(recipe), digest, now=now, label=LABEL, about=about) as appending:
        paths = [appending.part_path(f"{month:%Y-%m}") for month in maker.months]
        done = 0
        with ThreadPoolExecutor(threads or min(os.cpu_count() or 1, 4)) as pool:
            writing = [
                pool.submit(maker.write, number, path, appending.number)
                for number, path in enumerate(paths)
            ]
            for month, path, written in zip(maker.months, paths, writing, strict=True):
                rows = written.result()
                if not rows:
                    continue
                appending.add_part(f"{month:%Y-%m}", path)
                done += rows
                if progress:
                    progress(done)
    note = table.manifest().import_of(digest)
    assert note is not None
    return note, True


def country_bodies(units: Iterable[UnitLife], edges: Iterable[Edge], seed: int) -> list[SampleBody]:
    """Communes and provinces of the whole time, each during its life.

    Few communes are large and many small. What a commune took over it keeps: a merged one is as
    large as its parts together and as often late as they were on average. A province's own
    departments have a twelfth of what its communes have.
    """
    by_key = {unit.key: unit for unit in units}
    communes = [unit for unit in by_key.values() if unit.level == "commune"]
    size, late = _through_time(communes, list(edges), seed)
    found = [
        SampleBody(unit.key, size[unit.key], late[unit.key], False, unit.valid_from, unit.valid_to)
        for unit in communes
    ]
    upper: dict[str, float] = {}
    for unit in communes:
        province = _province_of(unit, by_key)
        # Of a province that outlived its communes those of the end count.
        if province is not None and province.valid_to == unit.valid_to:
            upper[province.key] = upper.get(province.key, 0.0) + size[unit.key] / 12
    for key, weight in upper.items():
        unit = by_key[key]
        found.append(
            SampleBody(key, weight, _lateness(key, seed), True, unit.valid_from, unit.valid_to)
        )
    return found


def province_bodies(
    units: Iterable[UnitLife],
    edges: Iterable[Edge],
    organisations: Iterable[Body],
    measured: Mapping[str, tuple[float, float]],
    seed: int,
) -> list[SampleBody]:
    """The registered organisations, and the communes that went into theirs, during their lives.

    `measured` gives size and late share of an organisation where they are published; others get
    made-up ones. A province's own committee is the sum of the others and receives nothing.
    """
    lives = {unit.key: unit for unit in units}
    before: dict[str, list[str]] = {}
    for edge in edges:
        before.setdefault(edge.successor_key, []).append(edge.predecessor_key)
    found: dict[str, SampleBody] = {}
    for body in sorted(organisations, key=lambda body: body.code):
        if body.kind == "province":
            continue
        size, late = measured.get(body.code, (_zipf(body.code, seed), _lateness(body.code, seed)))
        unit = lives.get(body.unit_key or "")
        start, end = body.valid_from, body.valid_to
        if unit:
            start = max(filter(None, (start, unit.valid_from)), default=None)
            end = min(filter(None, (end, unit.valid_to)), default=None)
            parts = before.get(unit.key, [])
            for key in parts:
                # Part of a commune that was divided: it is as large as its parts together.
                part = found.get(key)
                share = size / len(parts) + (part.weight if part else 0.0)
                ended = lives[key]
                found[key] = SampleBody(key, share, late, False, ended.valid_from, ended.valid_to)
        found[body.code] = SampleBody(body.code, size, late, unit is None, start, end)
    return list(found.values())


def _through_time(
    communes: Sequence[UnitLife], edges: Sequence[Edge], seed: int
) -> tuple[dict[str, float], dict[str, float]]:
    keys = {unit.key for unit in communes}
    edges = sorted(
        (edge for edge in edges if edge.predecessor_key in keys and edge.successor_key in keys),
        key=lambda edge: (edge.date, edge.predecessor_key, edge.successor_key),
    )
    made = {edge.successor_key for edge in edges}
    size = {key: _zipf(key, seed) for key in sorted(keys - made)}
    late = {key: _lateness(key, seed) for key in size}
    parts: dict[str, int] = {}
    for edge in edges:
        parts[edge.predecessor_key] = parts.get(edge.predecessor_key, 0) + 1
    taken: dict[str, float] = {}
    for edge in edges:
        share = size[edge.predecessor_key] / parts[edge.predecessor_key]
        key = edge.successor_key
        size[key] = size.get(key, 0.0) + share
        taken[key] = taken.get(key, 0.0) + share * late[edge.predecessor_key]
        late[key] = taken[key] / size[key]
    return size, late


def _province_of(unit: UnitLife, units: Mapping[str, UnitLife]) -> UnitLife | None:
    above: UnitLife | None = unit
    while above is not None and above.level != "province":
        above = units.get(above.parent_key or "")
    return above


def _chance(text: str, seed: int) -> float:
    """A number in (0, 1) that belongs to a text."""
    digest = hashlib.sha256(f"{seed}:{text}".encode()).digest()
    return (int.from_bytes(digest[:6]) + 0.5) / 2**48


def _zipf(code: str, seed: int) -> float:
    """The size of the body at a random rank of ten thousand, where size falls with the rank."""
    return float((1 + 500 * _chance(f"size:{code}", seed)) ** -0.75)


def _lateness(code: str, seed: int) -> float:
    return float(0.02 + 0.3 * _chance(f"late:{code}", seed) ** 2.2)


class _Maker:
    """Rows by month and number. Tables of chances are small and made once; rows only look up."""

    def __init__(
        self, bodies: Iterable[SampleBody], work: WorkCalendar, recipe: Recipe, mark: str
    ) -> None:
        self.recipe = recipe
        self.months = recipe.months()
        self.bodies = sorted(bodies, key=lambda body: body.code)
        self.codes = [body.code for body in self.bodies]
        self.upper = np.array([body.upper for body in self.bodies])
        self.head = f"MAU-{mark}-".encode()
        self.days = _Days(work, self.months)
        self.tables = _Tables(recipe.seed)
        self.counts = self._counts()
        self.lines = np.concatenate([[0], np.cumsum([each.sum() for each in self.counts])])
        self.chances = _Chances(self.bodies, self.months, recipe.seed)

    def _counts(self) -> list[Ints]:
        """How many rows each body gets in each month; together exactly as many as asked.

        Whoever is there on a month's first day gets the whole of it.
        """
        sizes = []
        for number, month in enumerate(self.months):
            there = [body.weight if body.on(month) else 0.0 for body in self.bodies]
            sizes.append(np.array(there) * self.days.load(number))
        totals = [float(each.sum()) for each in sizes]
        if not sum(totals) > 0:
            raise SampleError("no body that could receive a dossier was there in these months")
        rows = _share_out(self.recipe.rows, np.array(totals))
        return [_share_out(int(count), size) for count, size in zip(rows, sizes, strict=True)]

    def write(self, number: int, path: Path, import_no: int) -> int:
        """Write one month; returns its rows."""
        counts = self.counts[number]
        ends = np.cumsum(counts)
        total = int(ends[-1])
        if not total:
            return 0
        with pq.ParquetWriter(
            path,
            _WRITTEN,
            compression="zstd",
            use_dictionary=_FEW_VALUES,
            column_encoding={"line": "DELTA_BINARY_PACKED"},
            # Readers shall find text, not the dictionaries it was written from.
            store_schema=False,
        ) as writer:
            for start in range(0, total, ROWS_PER_GROUP):
                stop = min(start + ROWS_PER_GROUP, total)
                low = int(np.searchsorted(ends, start, side="right"))
                high = int(np.searchsorted(ends, stop, side="left")) + 1
                inside = _steps_between(np.clip(ends[low:high], start, stop), start)
                rows = self._rows(number, start, np.arange(low, high), inside, import_no)
                writer.write_table(rows, row_group_size=ROWS_PER_GROUP)
        return total

    def _rows(
        self, number: int, start: int, bodies: Ints, counts: Ints, import_no: int
    ) -> pa.Table:
        days, tables = self.days, self.tables
        here = np.repeat(np.arange(len(bodies), dtype=np.int32), counts)
        size = len(here)
        line = np.arange(size, dtype=np.int64) + (int(self.lines[number]) + start + 1)
        dice = _Dice(line, self.recipe.seed)
        chance = self.chances.of(number, bodies)

        day = days.table[number][dice.roll()]
        working = days.working[day]
        roll = dice.roll()
        online = (roll < chance.online[here]) | ~working  # closed offices take nothing by hand
        channel = np.where(online, 1, np.where(roll >= tables.post, 2, 0)).astype(np.int8)
        roll = dice.roll()
        seconds = np.where(online, tables.any_time[roll], tables.office_time[roll])
        seconds += roll % 60
        received = day * _DAY + seconds

        procedure = tables.procedure[self.upper[bodies].astype(np.int64)[here], dice.roll()]
        limit = tables.limit[procedure]
        today = working & (seconds < _LAST_RECEIPT)
        begun = days.passed[day] + ~today
        appointed = days.worked[begun + limit] * _DAY + _CLOSES

        late = dice.roll() < chance.late[here]
        roll = dice.roll()
        taken = np.where(late, limit + tables.overrun[roll], (limit + 1) * tables.part[roll] >> 16)
        roll = dice.roll()
        at_once = today & (taken == 0)
        rest = seconds + 60 + ((_CLOSES - 60 - seconds) * roll >> 16)
        finished = days.worked[begun + taken] * _DAY
        finished += np.where(at_once, rest, tables.office_time[roll] + roll % 60)
        finished_day = days.worked[begun + taken]

        # Refused at the counter: no appointment, nothing handled. Withdrawn and stopped: ended.
        roll = dice.roll()
        refused = roll < tables.refused
        withdrawn = (roll >= _STEPS - tables.withdrawn) & ~refused
        stopped = withdrawn & (roll >= _STEPS - tables.withdrawn // 3)
        is_finished = ~refused & (finished < days.known)
        roll = dice.roll()
        wait = tables.wait[roll]
        returned = days.worked[days.passed[finished_day] + wait] * _DAY + np.where(
            wait == 0, finished % _DAY + 600, _OPENS + roll % 30_000
        )
        is_returned = is_finished & ~withdrawn & (returned < days.known)
        supplements = tables.supplements[dice.roll()]

        roll = dice.roll()
        fee = tables.fee[procedure] * np.where(roll % 10 == 0, 2, 1)
        paid_chance = np.where(online, chance.paid[here], chance.paid[here] // 3)
        paid = (fee > 0) & ~refused & (dice.roll() < paid_chance)
        digitised = ~refused & (dice.roll() < chance.digitised[here])
        electronic = is_finished & ~withdrawn & (dice.roll() < chance.electronic[here])
        roll = dice.roll()
        has_word = is_returned & (dice.roll() < tables.answers)
        word = np.where(late, tables.word_late[roll], tables.word[roll])

        state = np.where(is_returned, 10, np.where(is_finished, 9, 4))
        open_ = ~is_finished & ~refused
        age = days.known - received
        state[open_ & (supplements > 0)] = 5
        state[open_ & (supplements == 0) & (fee > 0) & ~paid & (age > _DAY)] = 6
        state[open_ & (age <= _DAY)] = 2
        state[open_ & (age <= _DAY // 4) & online] = 1
        state[is_finished & withdrawn] = 7
        state[is_finished & stopped] = 8
        state[refused] = 3

        is_late = ~refused & (~is_finished | (finished > appointed) | (supplements > 1))
        spent = days.passed[finished_day] - days.passed[day]
        return pa.Table.from_arrays(
            [
                self._dossiers(line),
                pa.DictionaryArray.from_arrays(procedure.astype(np.int16), tables.procedures),
                pa.DictionaryArray.from_arrays(here, self.codes[bodies[0] : bodies[-1] + 1]),
                pa.DictionaryArray.from_arrays(channel, ["direct", "online", "post"]),
                _ints(state),
                _times(received),
                _times(appointed, ~refused),
                _times(finished, is_finished),
                _times(returned, is_returned),
                _ints(supplements),
                _ints(fee),
                pa.array(paid),
                pa.array(digitised),
                pa.array(electronic),
                _ints(word, has_word),
                _ints(finished - received, is_finished),
                _ints(spent, is_finished),
                _times(appointed, is_late),
                pa.array(np.full(size, import_no, dtype=np.int32)),
                _ints(line),
            ],
            schema=_WRITTEN,
        )

    def _dossiers(self, line: Ints) -> pa.Array:
        """Codes of one length, laid out as text without making a string of each."""
        head, size = len(self.head), len(line)
        text = np.empty((size, head + 9), dtype=np.uint8)
        text[:, :head] = np.frombuffer(self.head, dtype=np.uint8)
        rest = line.astype(np.uint32)
        for place in range(head + 8, head - 1, -1):
            over = rest // np.uint32(10)
            text[:, place] = rest - over * np.uint32(10) + np.uint32(48)
            rest = over
        offsets = np.arange(size + 1, dtype=np.int32) * np.int32(head + 9)
        return pa.Array.from_buffers(
            pa.string(), size, [None, pa.py_buffer(offsets), pa.py_buffer(text)]
        )


class _Days:
    """Days by their number since 1970: how busy each is, which are worked, counted through."""

    def __init__(self, work: WorkCalendar, months: Sequence[date]) -> None:
        last = months[-1]
        end = date(last.year + last.month // 12, last.month % 12 + 1, 1)
        if months[0] < work.start or (work.end - end).days < _TAIL_DAYS:
            raise SampleError(
                f"the work calendar goes from {work.start} to {work.end}: "
                f"{months[0]:%Y-%m} to {last:%Y-%m} and what is finished later must lie inside"
            )
        index = work.index()
        first = _number(index[0][0])
        passed = np.array([count for _, count in index], dtype=np.int64)
        worked = np.diff(passed, prepend=0) > 0
        self.passed: Ints = np.concatenate([np.zeros(first, dtype=np.int64), passed])
        self.working: Bools = np.concatenate([np.zeros(first, dtype=np.bool_), worked])
        # The n-th worked day of the calendar at place n.
        self.worked: Ints = np.concatenate([[0], np.flatnonzero(worked) + first])
        self.known = _number(end) * _DAY
        bounds = [_number(each) for each in (*months, end)]
        busy = self._busy(months[0].year, last.year)
        self._weights = [busy[start:stop] for start, stop in pairwise(bounds)]
        self._months = months
        self.table = [
            bounds[number] + _spread(weights) for number, weights in enumerate(self._weights)
        ]

    def load(self, number: int) -> float:
        """How much arrives in a month, beside the others."""
        season = (0.9, 0.85, 1.0, 1.02, 1.06, 1.14, 1.14, 1.1, 1.04, 1.0, 0.97, 0.98)
        growth = 1 + 0.004 * number
        return float(self._weights[number].sum()) * season[self._months[number].month - 1] * growth

    def _busy(self, first_year: int, last_year: int) -> Floats:
        weekday = (np.arange(len(self.working)) + 3) % 7  # the first of 1970 was a Thursday
        ordinary = np.array([1.15, 1.05, 1.0, 0.98, 0.95, 0.6, 0.5])[weekday]
        busy = np.where(self.working, ordinary, 0.06)
        for year in range(first_year, last_year + 1):
            start, stop = self._new_year(year)
            busy[start - 7 : start] *= 0.55
            busy[start:stop] *= 0.2
            busy[stop : stop + 9] *= 0.6
        return busy

    def _new_year(self, year: int) -> tuple[int, int]:
        """Tết: the longest rest of January and February."""
        start, stop = _number(date(year, 1, 1)), _number(date(year, 3, 1))
        edges = np.flatnonzero(np.diff(self.working[start:stop], prepend=True, append=True))
        runs = [(int(b - a), int(a)) for a, b in zip(edges[::2], edges[1::2], strict=True)]
        length, place = max(runs)
        return start + place, start + place + length


class _Tables:
    """What a throw between 0 and 65,535 means, for chances that are alike everywhere."""

    def __init__(self, seed: int) -> None:
        codes = [f"1.{number:06d}" for number in range(1, _PROCEDURES + 1)]
        self.procedures = pa.array(codes)
        rank = np.arange(_OF_COMMUNES) + 2.0
        communes = _spread(1 / rank)
        first = _OF_COMMUNES // 2
        upper = first + _spread(1 / (np.arange(_PROCEDURES - first) + 4.0))
        self.procedure: Ints = np.stack([communes, upper])
        self.limit = _drawn(codes, _LIMITS, "limit", seed)
        self.fee = _drawn(codes, _FEES, "fee", seed)
        throw = (np.arange(_STEPS) + 0.5) / _STEPS
        # Most cases end well before their limit, some on its very day.
        self.part: Ints = (_STEPS * (1 - (1 - throw) ** 1.4)).astype(np.int64)
        self.overrun: Ints = 1 + np.minimum(-5.0 * np.log(1 - throw), 90).astype(np.int64)
        self.office_time = _clock(
            {7: 3, 8: 10, 9: 11, 10: 9, 11: 4, 13: 5, 14: 9, 15: 8, 16: 5}, _OPENS
        )
        hours = {6: 1, 7: 3, 8: 9, 9: 10, 10: 9, 11: 5, 12: 3, 13: 5, 14: 9, 15: 9, 16: 7, 17: 4}
        self.any_time = _clock({**hours, 18: 3, 19: 4, 20: 5, 21: 4, 22: 2, 23: 1}, 0)
        self.wait: Ints = _spread(np.array([45, 25, 12, 8, 5, 3, 1, 1]))
        self.supplements: Ints = _spread(np.array([930, 52, 12, 4, 2]))
        self.word: Ints = 1 + _spread(np.array([1, 1, 5, 23, 70]))
        self.word_late: Ints = 1 + _spread(np.array([12, 14, 26, 24, 24]))
        self.post = _steps(0.965)
        self.refused, self.withdrawn, self.answers = _steps(0.014), _steps(0.018), _steps(0.06)


@dataclass(frozen=True, slots=True)
class _OfBodies:
    """Chances of some bodies in one month, in 65,536ths."""

    late: Ints
    online: Ints
    paid: Ints
    digitised: Ints
    electronic: Ints


class _Chances:
    """How bodies differ, and change: who was late last month is likely to be late again."""

    def __init__(self, bodies: Sequence[SampleBody], months: Sequence[date], seed: int) -> None:
        keys = [hashlib.sha256(f"{seed}:{body.code}".encode()).digest()[:8] for body in bodies]
        key = np.array([int.from_bytes(each) for each in keys], dtype=np.uint64)
        self.late = self._lateness(bodies, months, key)
        spread = [(each - 0.5) * 0.24 for each in (_fraction(key, 1000 + n) for n in range(4))]
        # Shares as they rise from January 2024 to December 2025 and level off.
        self.online = _rising(months, 0.42, 0.80, spread[0])
        self.paid = _rising(months, 0.55, 0.88, spread[1])
        self.digitised = _rising(months, 0.50, 0.90, spread[2])
        self.electronic = _rising(months, 0.45, 0.86, spread[3])

    def of(self, month: int, bodies: Ints) -> _OfBodies:
        """Of some bodies in the month with this place."""
        names = ("late", "online", "paid", "digitised", "electronic")
        return _OfBodies(*(getattr(self, name)[month][bodies] for name in names))

    @staticmethod
    def _lateness(
        bodies: Sequence[SampleBody], months: Sequence[date], key: npt.NDArray[np.uint64]
    ) -> list[Ints]:
        usual = np.array([body.late for body in bodies])
        drift = 0.5 * _bell(key, 2000)
        found = []
        for number, month in enumerate(months):
            drift = 0.8 * drift + 0.3 * _bell(key, 4 * number)
            # A body that has just begun has not found its way yet.
            young = np.array([_age(body, month) < 4 for body in bodies])
            share = usual * (1 + drift).clip(0.2, 3) * np.where(young, 1.6, 1.0)
            found.append(_steps_of(share.clip(0.002, 0.95)))
        return found


class _Dice:
    """Throws between 0 and 65,535 for every row, by its number: four out of one hash."""

    def __init__(self, line: Ints, seed: int) -> None:
        self.line = line.astype(np.uint64)
        self.seed = seed
        self.thrown = 0

    def roll(self) -> Ints:
        """The next throw."""
        turn, place = divmod(self.thrown, 4)
        if place == 0:
            self.hash = _mixed(self.line, self.seed * 64 + turn)
        self.thrown += 1
        return ((self.hash >> np.uint64(16 * place)) & np.uint64(0xFFFF)).view(np.int64)


def _mixed(numbers: npt.NDArray[np.uint64], salt: int) -> npt.NDArray[np.uint64]:
    """The numbers well mixed (splitmix64); the salt makes another mixture."""
    start = int.from_bytes(hashlib.sha256(f"mix:{salt}".encode()).digest()[:8])
    mixed = numbers * np.uint64(0x9E3779B97F4A7C15) + np.uint64(start)
    mixed ^= mixed >> np.uint64(30)
    mixed *= np.uint64(0xBF58476D1CE4E5B9)
    mixed ^= mixed >> np.uint64(27)
    mixed *= np.uint64(0x94D049BB133111EB)
    mixed ^= mixed >> np.uint64(31)
    return mixed


def _fraction(key: npt.NDArray[np.uint64], salt: int) -> Floats:
    return (_mixed(key, salt) >> np.uint64(11)) / 2.0**53


def _bell(key: npt.NDArray[np.uint64], salt: int) -> Floats:
    """Numbers about zero, with a standard deviation of about one."""
    return (sum((_fraction(key, salt + each) for each in range(4)), np.zeros(len(key))) - 2) * 1.7


def _share_out(count: int, weights: Floats) -> Ints:
    """Whole numbers in proportion to weights that add up to exactly `count`."""
    ends = np.cumsum(weights)
    if not ends[-1] > 0:
        return np.zeros(len(weights), dtype=np.int64)
    rounded = np.floor(ends / ends[-1] * count + 0.5).astype(np.int64)
    return _steps_between(rounded, 0)


def _steps_between(ends: Ints, start: int) -> Ints:
    """How far it is from each end to the next, the first from `start`."""
    steps: Ints = ends.copy()
    steps[0] -= start
    steps[1:] -= ends[:-1]
    return steps


def _spread(weights: npt.NDArray[Any]) -> Ints:
    """For each throw the place it means, so that places come up in proportion to weights."""
    ends = np.cumsum(weights, dtype=np.float64)
    throws = (np.arange(_STEPS) + 0.5) / _STEPS
    return np.searchsorted(ends / ends[-1], throws, side="right").astype(np.int64)


def _drawn(codes: Sequence[str], values: Sequence[tuple[int, int]], what: str, seed: int) -> Ints:
    """A value for each code, by chance in proportion to the values' weights."""
    table = _spread(np.array([weight for _, weight in values]))
    places = [table[int(_chance(f"{what}:{code}", seed) * _STEPS)] for code in codes]
    return np.array([values[place][0] for place in places], dtype=np.int64)


def _clock(hours: Mapping[int, int], earliest: int) -> Ints:
    """The second of a day for each throw, on the whole minute, within the hours given."""
    hour = np.array(list(hours))[_spread(np.array(list(hours.values())))]
    minute = np.arange(_STEPS) * 7 % 60
    return np.maximum(hour * 3600 + minute * 60, earliest).astype(np.int64)


def _rising(months: Sequence[date], start: float, end: float, spread: Floats) -> list[Ints]:
    part = [((month.year - 2024) * 12 + month.month - 1) / 23 for month in months]
    return [
        _steps_of((start + (end - start) * min(max(each, -0.5), 1.1) + spread).clip(0.02, 0.99))
        for each in part
    ]


def _steps(chance: float) -> int:
    return round(chance * _STEPS)


def _steps_of(chances: Floats) -> Ints:
    return np.rint(chances * _STEPS).astype(np.int64)


def _age(body: SampleBody, month: date) -> int:
    """How many months a body has been there; many if its beginning is not known."""
    start = body.valid_from
    return 999 if start is None else (month.year - start.year) * 12 + month.month - start.month


def _number(day: date) -> int:
    return (day - date(1970, 1, 1)).days


def _ints(values: Ints, valid: Bools | None = None) -> pa.Array:
    return _array(pa.int64(), values.astype(np.int64, copy=False), valid)


def _times(seconds: Ints, valid: Bools | None = None) -> pa.Array:
    return _array(_TIME, seconds * 1_000_000, valid)


def _array(kind: pa.DataType, values: Ints, valid: Bools | None) -> pa.Array:
    bits = None if valid is None else pa.py_buffer(np.packbits(valid, bitorder="little"))
    return pa.Array.from_buffers(kind, len(values), [bits, pa.py_buffer(values)])
