"""Which indicators make up which groups, up to the index: read from metadata, every row checked."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from cotmoc.core.problems import BadInput, Problem
from cotmoc.core.text import fold
from cotmoc.indicators.composite.tables import (
    NumberError,
    Row,
    Table,
    limited,
    read_number,
    wrong,
)
from cotmoc.indicators.wrong import gettext_noop

Matrix = NDArray[np.float64]
Vector = NDArray[np.float64]
Positions = NDArray[np.intp]
Kind = Literal["indicator", "aggregate", "group", "denominator", "other"]

MOST_INDICATORS = 2_000
INDEX = "Index"  # code of the index where the metadata knows no groups

# Headers by field: COINr's, plain English, plain Vietnamese; compared without case and accents.
_HEADERS: Mapping[str, tuple[str, ...]] = {
    "code": ("iCode", "code", "indicator", "indicator code", "mã", "mã chỉ tiêu", "mã chỉ số"),
    "name": ("iName", "name", "tên", "tên chỉ tiêu", "tên chỉ số"),
    "parent": ("Parent", "group", "nhóm", "thuộc nhóm", "cấp trên"),
    "direction": ("Direction", "chiều", "hướng"),
    "weight": ("Weight", "trọng số"),
    "level": ("Level", "cấp", "bậc"),
    "kind": ("Type", "kind", "loại"),
    "denominator": ("Denominator", "mẫu số", "chia cho"),
    "unit": ("Unit", "đơn vị tính"),
    "target": ("Target", "mục tiêu", "chỉ tiêu phải đạt"),
    "lower": ("goalpost_lower", "lower", "cận dưới"),
    "upper": ("goalpost_upper", "upper", "cận trên"),
}
_KINDS: Mapping[str, Kind] = {
    "indicator": "indicator",
    "chi tieu": "indicator",
    "chi so": "indicator",
    "aggregate": "aggregate",
    "tong hop": "aggregate",
    "group": "group",
    "phan to": "group",
    "denominator": "denominator",
    "mau so": "denominator",
    "other": "other",
    "khac": "other",
}
_DIRECTIONS: Mapping[str, int] = {
    **dict.fromkeys(("1", "+1", "1.0", "up", "positive", "+", "tang", "thuan", "cao la tot"), 1),
    **dict.fromkeys(("-1", "-1.0", "down", "negative", "-", "giam", "nghich", "thap la tot"), -1),
}
_UNKNOWN_PARENT = gettext_noop("no row has this code, yet it is a parent; known: %(known)s")
_CYCLE = gettext_noop("the parents go round in a circle: %(codes)s")
_NOT_AN_AGGREGATE = gettext_noop("the parent %(parent)s is not an aggregate")
_SEVERAL_TOPS = gettext_noop(
    "exactly one row, the index, has no parent; here there are several: %(codes)s"
)
_NO_PARENT = gettext_noop("an indicator needs a parent")
_NO_CHILDREN = gettext_noop("nothing has this aggregate as its parent")
_LEVEL = gettext_noop("the level of the parent %(parent)s must be above this one")
_DIRECTION = gettext_noop("the direction must be 1 (more is better) or -1 (less is better)")
_KIND = gettext_noop("the type must be Indicator, Aggregate, Group, Denominator or Other")
_NO_WEIGHT = gettext_noop("all weights below this aggregate are zero")
_NO_INDICATORS = gettext_noop("there is no indicator")
_TOO_MANY = gettext_noop("more than %(limit)s indicators; is it the right file?")
_UNKNOWN_DENOMINATOR = gettext_noop("no row of type Denominator has this code")


@dataclass(frozen=True, slots=True)
class Indicator:
    """A column of values. `direction` is -1 where less is better; `weight` is relative to its
    siblings; `target`, `lower` and `upper` are what some normalisations measure against."""

    code: str
    name: str = ""
    parent: str = INDEX
    weight: float = 1.0
    direction: int = 1
    denominator: str = ""
    unit: str = ""
    target: float | None = None
    lower: float | None = None
    upper: float | None = None


@dataclass(frozen=True, slots=True)
class Aggregate:
    """A group made of indicators or other groups; the index has no parent."""

    code: str
    name: str = ""
    parent: str = ""
    weight: float = 1.0


@dataclass(frozen=True, slots=True)
class Framework:
    """Indicators in the order of the columns; aggregates after their children, the index last."""

    indicators: tuple[Indicator, ...]
    aggregates: tuple[Aggregate, ...]
    denominators: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()  # columns that put units into groups
    others: tuple[str, ...] = ()

    @property
    def index(self) -> Aggregate:
        return self.aggregates[-1]

    @property
    def nodes(self) -> tuple[Indicator | Aggregate, ...]:
        return (*self.indicators, *self.aggregates)

    def tree(self) -> "Tree":
        """The same as positions, to compute with."""
        nodes = self.nodes
        place = {node.code: number for number, node in enumerate(nodes)}
        children: dict[str, list[int]] = {each.code: [] for each in self.aggregates}
        for number, node in enumerate(nodes):
            if node.parent:
                children[node.parent].append(number)
        return Tree(
            tuple(place),
            len(self.indicators),
            tuple(np.array(children[each.code], dtype=np.intp) for each in self.aggregates),
            np.array([node.weight for node in nodes], dtype=np.float64),
        )

    def levels(self) -> dict[str, int]:
        """1 for indicators, for an aggregate one more than its highest child."""
        found = {each.code: 1 for each in self.indicators}
        for aggregate in self.aggregates:
            below = [found[each.code] for each in self.nodes if each.parent == aggregate.code]
            found[aggregate.code] = 1 + max(below)
        return found


@dataclass(frozen=True, slots=True)
class Tree:
    """Nodes by position: `leaves` indicators, then aggregates; `children` of each aggregate."""

    codes: tuple[str, ...]
    leaves: int
    children: tuple[Positions, ...]
    weights: Vector


def arranged(
    indicators: Sequence[Indicator], aggregates: Iterable[Aggregate], **more: tuple[str, ...]
) -> Framework:
    """A framework with its aggregates in order; parents must exist and not go in a circle."""
    waiting = {each.code: each for each in aggregates}
    ordered: list[Aggregate] = []
    while waiting:
        above = {each.parent for each in waiting.values()}
        ready = [each for each in waiting.values() if each.code not in above]
        for each in ready:
            del waiting[each.code]
        ordered += ready
    return Framework(tuple(indicators), tuple(ordered), **more)


# Reading ------------------------------------------------------------------------------------------


@dataclass(slots=True)
class _Entry:
    """A row of metadata, as read so far."""

    line: int
    code: str
    said: Mapping[str, str]
    kind: Kind | None = None
    numbers: dict[str, float | None] = field(default_factory=dict)

    @property
    def parent(self) -> str:
        return self.said.get("parent", "")

    def number(self, name: str) -> float | None:
        return self.numbers.get(name)


def read_framework(table: Table) -> Framework:
    """The framework of an index from its metadata; raises BadInput with everything wrong.

    Without parents all indicators make up the index directly; without levels and types both follow
    from the parents; without weights all are equal. Where no parent has a row of its own, each
    parent is an aggregate as weighty as the others, and several make up the index.
    """
    columns = find_columns(table.header, _HEADERS)
    missing = [name for name in ("code", "direction") if name not in columns]
    if missing:
        found = ", ".join(filter(None, table.header))
        raise BadInput(
            Problem("missing_column", table.file, 1, _HEADERS[name][0], params={"found": found})
            for name in missing
        )
    entries, problems = _entries(table, columns)
    nested = any(
        entry.parent or _KINDS.get(fold(entry.said.get("kind", ""))) == "aggregate"
        for entry in entries
    )
    _tell_kinds(entries, nested)
    entries += _implied(entries)
    for check in (_rows_wrong, _parents_wrong):
        problems += check(table.file, entries, nested)
        if problems:
            raise BadInput(limited(problems))
    framework = _made(entries, nested)
    problems += _weights_wrong(table.file, framework, entries)
    if problems:
        raise BadInput(limited(problems))
    return framework


def lines_of(table: Table) -> dict[str, int]:
    """The line each code of the metadata stands in."""
    place = find_columns(table.header, _HEADERS)["code"]
    return {row.cells[place]: row.line for row in table.rows}


def find_columns(
    header: Sequence[str], names: Mapping[str, tuple[str, ...]], taken: Iterable[str] = ()
) -> dict[str, int]:
    """Where each field stands; the name that comes first in the list wins."""
    folded = {_key(name): place for place, name in enumerate(header) if name not in taken}
    found: dict[str, int] = {}
    for wanted, said in names.items():
        places = [folded[_key(name)] for name in said if _key(name) in folded]
        if places and places[0] not in found.values():
            found[wanted] = places[0]
    return found


def _key(name: str) -> str:
    return fold(name.replace("_", " "))


def _entries(table: Table, columns: Mapping[str, int]) -> tuple[list[_Entry], list[Problem]]:
    entries: list[_Entry] = []
    problems: list[Problem] = []
    first: dict[str, int] = {}
    for row in table.rows:
        said = {name: _cell(row, place) for name, place in columns.items()}
        code = said["code"]
        if not code:
            problems.append(Problem("missing_value", table.file, row.line, "iCode"))
        elif code in first:
            where = {"first": first[code]}
            problems.append(Problem("duplicate", table.file, row.line, "iCode", code, where))
        else:
            first[code] = row.line
            entry = _Entry(row.line, code, said)
            problems += _numbers(table, entry)
            entries.append(entry)
    return entries, problems


def _cell(row: Row, place: int) -> str:
    """A cell's text; R writes NA where there is none. A direction may well be a dash."""
    text = row.cells[place]
    return "" if text.casefold() in ("na", "n/a", "null", "none") else text


def _numbers(table: Table, entry: _Entry) -> Iterator[Problem]:
    for name in ("weight", "level", "target", "lower", "upper"):
        text = entry.said.get(name, "")
        try:
            entry.numbers[name] = read_number(text, table.comma)
        except NumberError as error:
            yield error.at(table.file, entry.line, _HEADERS[name][0], text)
    if (weight := entry.number("weight")) is not None and weight < 0:
        yield Problem("negative", table.file, entry.line, "Weight", entry.said["weight"])


def _tell_kinds(entries: Sequence[_Entry], nested: bool) -> None:
    """What each row is: as it says, or as the parents and denominators of others show it."""
    parents = {entry.parent for entry in entries}
    dividing = {entry.said.get("denominator", "") for entry in entries}
    for entry in entries:
        said = fold(entry.said.get("kind", ""))
        if said:
            entry.kind = _KINDS.get(said)
        elif entry.code in parents:
            entry.kind = "aggregate"
        elif entry.code in dividing:
            entry.kind = "denominator"
        elif entry.parent or not nested:
            entry.kind = "indicator"
        else:
            entry.kind = "other"


def _implied(entries: Sequence[_Entry]) -> list[_Entry]:
    """Aggregates of metadata that has rows for indicators alone. One row of an aggregate and
    nothing is implied: a parent without a row is then a slip."""
    codes = {entry.code for entry in entries}
    parents = dict.fromkeys(entry.parent for entry in entries if entry.parent)
    if not parents or codes & set(parents) or any(e.kind == "aggregate" for e in entries):
        return []
    top = INDEX if len(parents) > 1 else ""
    if top in codes or top in parents:
        return []
    tops = [top] if top else []
    return [_Entry(0, code, {"parent": top}, "aggregate") for code in parents] + [
        _Entry(0, code, {}, "aggregate") for code in tops
    ]


def _rows_wrong(file: str, entries: Sequence[_Entry], nested: bool) -> Iterator[Problem]:
    """What can be seen in a row alone."""
    dividing = {entry.code for entry in entries if entry.kind == "denominator"}
    indicators = [entry for entry in entries if entry.kind == "indicator"]
    if not indicators:
        yield wrong("no_indicators", file, _NO_INDICATORS)
    if len(indicators) > MOST_INDICATORS:
        yield wrong("too_many_indicators", file, _TOO_MANY, limit=MOST_INDICATORS)
    for entry in entries:
        if entry.kind is None:
            yield wrong("unknown_type", file, _KIND, entry.line, "Type", entry.said["kind"])
    for entry in entries:
        weighed = entry.kind == "indicator" or (entry.kind == "aggregate" and entry.parent)
        if weighed and entry.said.get("weight") == "":
            yield Problem("missing_value", file, entry.line, "Weight", entry.code)
    for entry in indicators:
        direction = entry.said["direction"]
        if fold(direction) not in _DIRECTIONS and direction not in _DIRECTIONS:
            yield wrong("direction", file, _DIRECTION, entry.line, "Direction", direction)
        if nested and not entry.parent:
            yield wrong("no_parent", file, _NO_PARENT, entry.line, "Parent", entry.code)
        divided = entry.said.get("denominator", "")
        if divided and divided not in dividing:
            place = (entry.line, "Denominator", divided)
            yield wrong("unknown_denominator", file, _UNKNOWN_DENOMINATOR, *place)


def _parents_wrong(file: str, entries: Sequence[_Entry], nested: bool) -> Iterator[Problem]:
    """What is wrong between rows: unknown parents, circles, more than one top."""
    if not nested:
        return
    tree = {entry.code: entry for entry in entries if entry.kind in ("indicator", "aggregate")}
    aggregates = [entry for entry in tree.values() if entry.kind == "aggregate"]
    known = ", ".join(entry.code for entry in aggregates[:20])
    for entry in tree.values():
        above = tree.get(entry.parent)
        place = (entry.line, "Parent", entry.parent)
        if not entry.parent:
            continue
        if above is None:
            yield wrong("unknown_parent", file, _UNKNOWN_PARENT, *place, known=known)
        elif above.kind != "aggregate":
            template = _NOT_AN_AGGREGATE
            yield wrong("parent_not_aggregate", file, template, *place, parent=above.code)
        elif not _below(entry, above):
            yield wrong("level", file, _LEVEL, entry.line, "Level", entry.code, parent=above.code)
    for circle in _circles(tree):
        codes = " → ".join([*circle, circle[0]])
        yield wrong("parent_cycle", file, _CYCLE, tree[circle[0]].line, "Parent", codes=codes)
    tops = [entry for entry in aggregates if not entry.parent]
    if len(tops) > 1:
        codes = ", ".join(entry.code for entry in tops[:20])
        yield wrong("several_tops", file, _SEVERAL_TOPS, tops[1].line, "Parent", codes=codes)
    parents = {entry.parent for entry in tree.values()}
    for entry in aggregates:
        if entry.code not in parents:
            yield wrong("no_children", file, _NO_CHILDREN, entry.line, "Parent", entry.code)


def _below(entry: _Entry, above: _Entry) -> bool:
    low, high = entry.number("level"), above.number("level")
    return low is None or high is None or low < high


def _circles(tree: Mapping[str, _Entry]) -> Iterator[list[str]]:
    """Rounds of parents, each once."""
    done: set[str] = set()
    for start in tree:
        path: list[str] = []
        code = start
        while code in tree and code not in done and code not in path:
            path.append(code)
            code = tree[code].parent
        if code in path:
            yield path[path.index(code) :]
        done.update(path)


def _made(entries: Sequence[_Entry], nested: bool) -> Framework:
    indicators, aggregates = [], []
    for entry in entries:
        weight = entry.number("weight")
        shared = (entry.code, entry.said.get("name") or entry.code)
        if entry.kind == "indicator":
            direction = entry.said["direction"]
            indicators.append(
                Indicator(
                    *shared,
                    parent=entry.parent if nested else INDEX,
                    weight=1.0 if weight is None else weight,
                    direction=_DIRECTIONS.get(fold(direction)) or _DIRECTIONS[direction],
                    denominator=entry.said.get("denominator", ""),
                    unit=entry.said.get("unit", ""),
                    target=entry.number("target"),
                    lower=entry.number("lower"),
                    upper=entry.number("upper"),
                )
            )
        elif entry.kind == "aggregate":
            aggregates.append(Aggregate(*shared, entry.parent, 1.0 if weight is None else weight))
    if not nested:
        aggregates = [Aggregate(INDEX, INDEX)]

    def codes(kind: Kind) -> tuple[str, ...]:
        return tuple(entry.code for entry in entries if entry.kind == kind)

    return arranged(
        indicators,
        aggregates,
        denominators=codes("denominator"),
        groups=codes("group"),
        others=codes("other"),
    )


def _weights_wrong(file: str, framework: Framework, entries: Sequence[_Entry]) -> Iterator[Problem]:
    lines = {entry.code: entry.line for entry in entries}
    sums: Counter[str] = Counter()
    for node in framework.nodes:
        sums[node.parent] += node.weight > 0
    for aggregate in framework.aggregates:
        if not sums[aggregate.code]:
            place = (lines.get(aggregate.code), "Weight", aggregate.code)
            yield wrong("no_weight", file, _NO_WEIGHT, *place)
