"""What a later document changes of an earlier one, statement by statement. Pure."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import fsum, sqrt
from typing import Literal

from cotmoc.core.text import fold

Kind = Literal["target", "task"]
Verdict = Literal["same", "restated", "new", "dropped"]
Decision = Literal["restate", "close", "keep"]

# Two statements are taken for the same promise from this likeness on. In real plans compared in
# pairs the same promises have 0.53 and more, different ones 0.41 and less.
ALIKE = 0.5
_SAME_INDICATOR = 2.0
# Syllables that half of all targets share: "tỷ lệ hồ sơ thủ tục hành chính được …" says little.
_COMMON = frozenset(
    (
        *("ty", "le", "ti", "ho", "so", "thu", "tuc", "hanh", "chinh", "duoc", "cua", "cac", "co"),
        *(
            "dat",
            "tren",
            "va",
            "trong",
            "cho",
            "o",
            "ve",
            "voi",
            "tai",
            "hoac",
            "tinh",
            "xa",
            "cap",
        ),
        *("quan", "nha", "nuoc", "don", "vi", "dich", "vu", "cong", "he", "thong", "tin", "toi"),
        *("thieu", "phan", "tram"),
    )
)
_COMMON_WEIGHT = 0.35


@dataclass(frozen=True, slots=True)
class Field:
    """One thing a statement says: `value` to compare exactly, `words` to show."""

    name: str
    value: str
    words: str


@dataclass(frozen=True, slots=True)
class Stated:
    """A target or task as a document states it; `key` is its number among its own.

    `settled` is what has been decided about it already, if it holds no longer.
    """

    key: int
    kind: Kind
    name: str
    address: str
    fields: tuple[Field, ...]
    indicator: str = ""
    level: str = ""
    unit: str = ""
    order: int = 0
    settled: Decision | None = None

    def field(self, name: str) -> Field | None:
        return next((each for each in self.fields if each.name == name), None)


@dataclass(frozen=True, slots=True)
class Change:
    """A field that two statements fill differently, in words."""

    name: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Difference:
    """What became of one statement: `old` in the earlier document, `new` in the later one."""

    kind: Kind
    verdict: Verdict
    old: Stated | None
    new: Stated | None
    changes: tuple[Change, ...] = ()

    def proposed(self, replaces: bool) -> Decision:
        """What is proposed to do with the old statement: one stated again gives way to the new one;
        one that a replacing document drops is closed, one that an amendment does not name holds."""
        if self.verdict in ("same", "restated"):
            return "restate"
        return "close" if replaces and self.verdict == "dropped" else "keep"


def compare(old: Sequence[Stated], new: Sequence[Stated]) -> list[Difference]:
    """Every statement of both documents once: the old ones in their order, then what is new."""
    pairs = match(old, new)
    taken = set(pairs.values())
    found = []
    for index, each in enumerate(old):
        if index in pairs:
            found.append(pair(each, new[pairs[index]]))
        else:
            found.append(Difference(each.kind, "dropped", each, None))
    found += [
        Difference(each.kind, "new", None, each)
        for index, each in enumerate(new)
        if index not in taken
    ]
    return found


def pair(old: Stated, new: Stated) -> Difference:
    """The difference of two statements known to be of one promise."""
    changes = tuple(_changes(old, new))
    return Difference(old.kind, "restated" if changes else "same", old, new, changes)


def _changes(old: Stated, new: Stated) -> Iterable[Change]:
    names = dict.fromkeys(each.name for each in (*old.fields, *new.fields))
    for name in names:
        before, after = old.field(name), new.field(name)
        if (before.value if before else "") != (after.value if after else ""):
            yield Change(name, before.words if before else "", after.words if after else "")


def match(old: Sequence[Stated], new: Sequence[Stated]) -> dict[int, int]:
    """Which new statement (by its place) stands for which old one; each at most once.

    One indicator at one level decides; else the likeness of names, the likest pairs first.
    """
    alike = _Likeness([*old, *new])
    names = [[alike.parts(each.name) for each in side] for side in (old, new)]
    scored = []
    for i, one in enumerate(old):
        for j, other in enumerate(new):
            if not _may_pair(one, other):
                continue
            score = alike.of(names[0][i], names[1][j])
            if one.indicator and one.indicator == other.indicator and one.level == other.level:
                score += _SAME_INDICATOR
            if score >= ALIKE:
                scored.append((-score, abs(i - j), i, j))
    pairs: dict[int, int] = {}
    taken: set[int] = set()
    for _score, _distance, i, j in sorted(scored):
        if i not in pairs and j not in taken:
            pairs[i] = j
            taken.add(j)
    return pairs


def _may_pair(one: Stated, other: Stated) -> bool:
    """Never a target with a task, nor two levels, nor two units."""
    return (
        one.kind == other.kind
        and (one.level == other.level or not one.level or not other.level)
        and (one.unit == other.unit or not one.unit or not other.unit)
    )


class _Likeness:
    """How alike names are by their words and pairs of words; those that many names share count
    less."""

    def __init__(self, stated: Iterable[Stated]) -> None:
        many = Counter(part for each in stated for part in _parts(each.name))
        self.weight = {part: _telling(part) / sqrt(count) for part, count in many.items()}

    def parts(self, name: str) -> tuple[frozenset[str], float]:
        """The parts of a name and their weight."""
        parts = _parts(name)
        return parts, self._weigh(parts)

    def of(self, one: tuple[frozenset[str], float], other: tuple[frozenset[str], float]) -> float:
        """0 to 1: the weight of what two names share against the mean of their weights."""
        whole = one[1] + other[1]
        return 2 * self._weigh(one[0] & other[0]) / whole if whole else 0.0

    def _weigh(self, parts: Iterable[str]) -> float:
        return fsum(map(self.weight.__getitem__, parts))


def _telling(part: str) -> float:
    return _COMMON_WEIGHT if _COMMON.issuperset(part.split()) else 1.0


def _parts(name: str) -> frozenset[str]:
    words = "".join(char if char.isalnum() else " " for char in fold(name)).split()
    return frozenset([*words, *(f"{one} {other}" for one, other in pairwise(words))])
