"""Which indicator a target means, and which targets of other documents promise the same. Pure.

Words are compared folded (no accents, "đ" as "d"), with officials' abbreviations spelled out. A
word that is rare among the texts compared says more than a common one; a pair of neighbours says
more than either alone, because most Vietnamese words have two syllables. Scores are Decimals from
0 to 1 with three places; the same input always gives the same answer.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import pairwise
from math import log, prod, sqrt
from typing import Literal

from cotmoc.apps.programmes.rules import LESS_IS_BETTER
from cotmoc.core.text import fold

Against = Literal["unit", "level", "direction", "indicator", "quote_only", "tie"]

# From here two targets are worth showing to a person as perhaps the same.
LIKELY = Decimal("0.6")
# Below this an indicator shares nothing but chance words with the target.
WORTH_SHOWING = Decimal("0.15")
# What measures the level a target speaks of; villages are counted things, not bodies that report.
REPORTS = {"province": "province", "commune": "commune", "organisation": "department"}

_WORD = re.compile(r"[^\W_]+")
_FINAL_Y = re.compile(r"([bcdghklmnprstvx])y$")
_ABBREVIATIONS = {
    short: tuple(full.split())
    for short, full in {
        "attt": "an toan thong tin",
        "bhyt": "bao hiem y te",
        "cbccvc": "can bo cong chuc vien chuc",
        "cchc": "cai cach hanh chinh",
        "cds": "chuyen doi so",
        "cntt": "cong nghe thong tin",
        "cqdt": "chinh quyen dien tu",
        "cqnn": "co quan nha nuoc",
        "csdl": "co so du lieu",
        "dn": "doanh nghiep",
        "dvc": "dich vu cong",
        "dvctt": "dich vu cong truc tuyen",
        "hdnd": "hoi dong nhan dan",
        "httt": "he thong thong tin",
        "kts": "kinh te so",
        "nsnn": "ngan sach nha nuoc",
        "pakn": "phan anh kien nghi",
        "tmdt": "thuong mai dien tu",
        "tthc": "thu tuc hanh chinh",
        "ubnd": "uy ban nhan dan",
        "xhs": "xa hoi so",
    }.items()
}
# The levels of online services before Decree 42/2022 and since.
_OLD_TERMS: dict[tuple[str, ...], tuple[str, ...]] = {
    ("muc", "do", "4"): ("toan", "trinh"),
    ("muc", "do", "3"): ("mot", "phan"),
}
_SAYING_NOTHING = """
    ti le trong dat toi thieu da it nhat tren duoi khoang phan dau den het nam quy duoc cac cua va
    hoac co la tai theo cho voi ve doi de do nhung moi mot so luong muc khong qua hon gan chiem tu
    tro len cap tinh dia ban dinh phap luat
"""
_EMPTY = frozenset(_SAYING_NOTHING.split())


@dataclass(frozen=True, slots=True)
class Sought:
    """What is known of a target whose indicator is sought."""

    name: str
    quote: str = ""
    unit: str = ""
    subjects: tuple[str, ...] = ()
    level: str = ""
    comparator: str = ""
    of: str = ""


@dataclass(frozen=True, slots=True)
class Known:
    """An indicator of the catalogue, with the words it is known by; `levels` as `applies_to`."""

    code: str
    name: str
    unit: str
    phrases: tuple[str, ...] = ()
    description: str = ""
    counted: str = ""
    levels: tuple[str, ...] = ()
    direction: str = "up"


@dataclass(frozen=True, slots=True)
class Reason:
    """Why something was proposed: the phrase found, else the words shared (the most telling
    first), or the one indicator bound to both; and what speaks against it."""

    phrase: str = ""
    shared: tuple[str, ...] = ()
    indicator: str = ""
    against: tuple[Against, ...] = ()

    def __str__(self) -> str:
        """The words that decided, in no language but the document's: kept as `bound_by`."""
        return self.phrase or self.indicator or ", ".join(self.shared)


@dataclass(frozen=True, slots=True)
class Proposal:
    """An indicator that a target may mean."""

    code: str
    score: Decimal
    reason: Reason


@dataclass(frozen=True, slots=True)
class Stated:
    """A target as it is compared with those of other documents."""

    name: str
    unit: str = ""
    level: str = ""
    comparator: str = ""
    indicator: str = ""


@dataclass(frozen=True, slots=True)
class Similarity:
    """How surely two targets promise the same thing."""

    score: Decimal
    reason: Reason


@dataclass(frozen=True, slots=True)
class Pair:
    """Places of two targets in their lists, and how alike they are."""

    ours: int
    theirs: int
    similarity: Similarity


def words(text: str) -> tuple[str, ...]:
    """Folded syllables, abbreviations spelled out, old terms by their new names.

    >>> words("Tỉ lệ TTHC đủ điều kiện, mức độ 4")
    ('ti', 'le', 'thu', 'tuc', 'hanh', 'chinh', 'du', 'dieu', 'kien', 'toan', 'trinh')
    """
    found: list[str] = []
    for word in _WORD.findall(fold(text)):
        found += _ABBREVIATIONS.get(word) or (_FINAL_Y.sub(r"\1i", word),)
        renamed = _OLD_TERMS.get(tuple(found[-3:]))
        if renamed:
            found[-3:] = renamed
    return tuple(found)


def _telling(text: str) -> tuple[str, ...]:
    return tuple(word for word in words(text) if word not in _EMPTY)


def _features(telling: Sequence[str]) -> list[str]:
    return [*telling, *map(" ".join, pairwise(telling))]


class Rarity:
    """How much each word says among the texts compared."""

    def __init__(self, texts: Iterable[str]) -> None:
        seen: Counter[str] = Counter()
        self.texts = 0
        for text in texts:
            self.texts += 1
            seen.update(set(_features(_telling(text))))
        self.seen = seen
        self.vectors: dict[str, dict[str, float]] = {}

    def weight(self, feature: str) -> float:
        return log(1 + (1 + self.texts) / (1 + self.seen[feature]))

    def vector(self, text: str) -> dict[str, float]:
        """Weights of the words and pairs of a text, of length 1; empty for a text that says
        nothing. Kept, because one text is compared with many."""
        if text not in self.vectors:
            self.vectors[text] = self._vector(text)
        return self.vectors[text]

    def _vector(self, text: str) -> dict[str, float]:
        weights = {each: self.weight(each) for each in _features(_telling(text))}
        length = sqrt(sum(weight * weight for weight in weights.values()))
        return {each: weight / length for each, weight in weights.items()}


def _alike(left: Mapping[str, float], right: Mapping[str, float]) -> float:
    if len(left) > len(right):
        left, right = right, left
    return sum(weight * right[each] for each, weight in left.items() if each in right)


def _shared(
    text: str, left: Mapping[str, float], right: Mapping[str, float], limit: int = 3
) -> tuple[str, ...]:
    """The words both hold, as `text` writes them, the most telling first; neighbouring pairs are
    joined, and what a longer piece holds is not repeated."""
    telling = _telling(text)
    both = {each for each in left if each in right}
    runs: dict[str, float] = {}
    start = 0
    for at in range(1, len(telling) + 1):
        if at == len(telling) or " ".join(telling[at - 1 : at + 1]) not in both:
            run = " ".join(telling[start:at])
            if at - start > 1 or run in both:
                runs[run] = sum(left.get(each, 0.0) for each in _features(telling[start:at]))
            start = at
    best = sorted(runs, key=lambda run: (-runs[run], run))
    kept = [run for run in best if not any(f" {run} " in f" {o} " for o in best if o != run)]
    spelled = {_FINAL_Y.sub(r"\1i", fold(word)): word for word in _WORD.findall(text.lower())}
    return tuple(" ".join(spelled.get(word, word) for word in run.split()) for run in kept[:limit])


def _score(value: float) -> Decimal:
    return Decimal(round(min(max(value, 0.0), 1.0) * 1000)) / 1000


@dataclass(frozen=True, slots=True)
class _Entry:
    """An indicator made ready: its phrases as words, the texts it is known by as vectors."""

    known: Known
    phrases: tuple[tuple[str, str], ...]
    vectors: tuple[dict[str, float], ...]


class Matcher:
    """Proposes indicators of one catalogue; made once, asked for many targets."""

    def __init__(self, indicators: Iterable[Known]) -> None:
        catalogue = sorted(indicators, key=lambda each: each.code)
        self.rarity = Rarity(" ".join((k.name, k.counted, *k.phrases)) for k in catalogue)
        self.entries = [self._entry(known) for known in catalogue]

    def _entry(self, known: Known) -> _Entry:
        phrases = tuple((_spaced(phrase), phrase) for phrase in known.phrases if words(phrase))
        texts = [f"{known.name} {known.counted}", known.description, *known.phrases]
        vectors = tuple(filter(None, map(self.rarity.vector, texts)))
        return _Entry(known, phrases, vectors)

    def propose(self, target: Sought, limit: int = 5) -> list[Proposal]:
        """The likeliest indicators, best first.

        A phrase of the catalogue in the target's words outweighs shared words, a longer phrase a
        shorter one. Indicators whose phrases are equally long are marked `tie`.
        """
        named = _spaced(" | ".join((target.name, *target.subjects)))
        quoted = _spaced(target.quote)
        vector = self.rarity.vector(target.name) or self.rarity.vector(target.quote)
        found: list[tuple[Proposal, float, bool]] = []
        for entry in self.entries:
            phrase, here, quote_only = _longest(entry, named, quoted)
            near = max((_alike(vector, each) for each in entry.vectors), default=0.0)
            against = _against(target, entry.known)
            if phrase:
                cover = min(1.0, len(here) / max(1, len(_spaced(target.name))))
                base = (0.6 + 0.35 * cover) * (0.95 if quote_only else 1)
                against = ("quote_only", *against) if quote_only else against
                reason = Reason(phrase, against=against)
            else:
                base = 0.6 * near
                closest = max(entry.vectors, key=lambda each: _alike(vector, each), default={})
                shared = _shared(target.name or target.quote, vector, closest)
                reason = Reason(shared=shared, against=against)
            score = _score(base * _doubt(against))
            if score >= WORTH_SHOWING:
                found.append((Proposal(entry.known.code, score, reason), near, bool(phrase)))
        found.sort(key=lambda each: (-each[0].score, -each[1], each[0].code))
        return _marked_ties([each[0] for each in found[:limit]])


def first_choice(proposals: Sequence[Proposal]) -> Proposal | None:
    """The proposal to fill in before a person has looked: one that a phrase decides, with the unit
    agreeing and no other as good. A tie fills in nothing."""
    best = next(iter(proposals), None)
    if best is None or not best.reason.phrase or {"unit", "tie"} & {*best.reason.against}:
        return None
    return best


def _spaced(text: str) -> str:
    """Words between blanks, so that a phrase is found at borders of words only."""
    return f" {' '.join(words(text))} "


def _longest(entry: _Entry, named: str, quoted: str) -> tuple[str, str, bool]:
    """The longest phrase found, as written and as words, and whether only the quote holds it."""
    best = ("", "", False)
    for spaced, phrase in entry.phrases:
        inside = spaced in named
        if (inside or spaced in quoted) and len(spaced) > len(best[1]):
            best = (phrase, spaced, not inside)
    return best


def _against(target: Sought, known: Known) -> tuple[Against, ...]:
    unit = target.unit or ("rank" if target.of else "")
    found: list[Against] = []
    if unit and known.unit and unit != known.unit:
        found.append("unit")
    reporter = REPORTS.get(target.level)
    if reporter and known.levels and reporter not in known.levels:
        found.append("level")
    if target.comparator in LESS_IS_BETTER and known.direction == "up":
        found.append("direction")
    return tuple(found)


def _doubt(against: Iterable[Against], *, level: float = 0.95) -> float:
    """What is left of a score after what speaks against it."""
    parts = {"unit": 0.5, "level": level, "direction": 0.85, "indicator": 0.75}
    return prod(parts.get(each, 1.0) for each in against)


def _marked_ties(proposals: list[Proposal]) -> list[Proposal]:
    """The first ones say so when a phrase just as long stands for each of them."""
    best = [each for each in proposals if each.reason.phrase and "unit" not in each.reason.against]
    if not best:
        return proposals
    length = max(len(_spaced(each.reason.phrase)) for each in best)
    tied = [each for each in best if len(_spaced(each.reason.phrase)) == length]
    if len(tied) < 2:
        return proposals
    return [_with_tie(each) if each in tied else each for each in proposals]


def _with_tie(proposal: Proposal) -> Proposal:
    reason = proposal.reason
    marked = Reason(reason.phrase, reason.shared, reason.indicator, (*reason.against, "tie"))
    return Proposal(proposal.code, proposal.score, marked)


def similarity(ours: Stated, theirs: Stated, rarity: Rarity) -> Similarity:
    """How surely two targets promise the same thing: bound to one indicator, or the same words.

    Another unit, level or sense (at most where the other says at least) speaks against it.
    """
    left, right = rarity.vector(ours.name), rarity.vector(theirs.name)
    against = _differences(ours, theirs)
    score = _score(_sameness(ours, theirs, _alike(left, right), against))
    if _one_indicator(ours, theirs):
        return Similarity(score, Reason(indicator=ours.indicator, against=against))
    return Similarity(score, Reason(shared=_shared(ours.name, left, right), against=against))


def _sameness(ours: Stated, theirs: Stated, near: float, against: Iterable[Against]) -> float:
    surest = 0.8 + 0.2 * near if _one_indicator(ours, theirs) else near
    return surest * _doubt(against, level=0.85)


def _one_indicator(ours: Stated, theirs: Stated) -> bool:
    return bool(ours.indicator) and ours.indicator == theirs.indicator


def _differences(ours: Stated, theirs: Stated) -> tuple[Against, ...]:
    found: list[Against] = []
    if ours.unit and theirs.unit and ours.unit != theirs.unit:
        found.append("unit")
    if ours.level and theirs.level and ours.level != theirs.level:
        found.append("level")
    if (ours.comparator in LESS_IS_BETTER) != (theirs.comparator in LESS_IS_BETTER):
        found.append("direction")
    if ours.indicator and theirs.indicator and ours.indicator != theirs.indicator:
        found.append("indicator")
    return tuple(found)


def pair_up(
    ours: Sequence[Stated],
    theirs: Sequence[Stated],
    *,
    least: Decimal = LIKELY,
    rarity: Rarity | None = None,
    never: Collection[tuple[int, int]] = (),
) -> list[Pair]:
    """Pairs of targets of two documents, each target in one pair at most, the surest pairs first
    chosen; in the order of `ours`. `never` are pairs a person has refused."""
    rarity = rarity or Rarity(each.name for each in (*ours, *theirs))
    found: list[tuple[float, int, int]] = []
    for i, j, near in _near(ours, theirs, rarity):
        one, other = ours[i], theirs[j]
        if near < least and not _one_indicator(one, other):
            continue  # nothing that speaks against could raise it
        sure = _sameness(one, other, near, _differences(one, other))
        if _score(sure) >= least and (i, j) not in never:
            found.append((-sure, i, j))
    taken_ours: set[int] = set()
    taken_theirs: set[int] = set()
    chosen = []
    for _sure, i, j in sorted(found):
        if i not in taken_ours and j not in taken_theirs:
            taken_ours.add(i)
            taken_theirs.add(j)
            chosen.append(Pair(i, j, similarity(ours[i], theirs[j], rarity)))
    return sorted(chosen, key=lambda pair: pair.ours)


def _near(
    ours: Sequence[Stated], theirs: Sequence[Stated], rarity: Rarity
) -> Iterable[tuple[int, int, float]]:
    """How alike the words are of all places that share a word or an indicator: most pairs of
    thousands share nothing and cost nothing."""
    holders: dict[str, list[tuple[int, float]]] = defaultdict(list)
    bound: dict[str, list[int]] = defaultdict(list)
    for j, target in enumerate(theirs):
        bound[target.indicator].append(j)
        for feature, weight in rarity.vector(target.name).items():
            holders[feature].append((j, weight))
    for i, target in enumerate(ours):
        near = dict.fromkeys(bound[target.indicator], 0.0) if target.indicator else {}
        for feature, weight in rarity.vector(target.name).items():
            for j, other in holders.get(feature, ()):
                near[j] = near.get(j, 0.0) + weight * other
        for j in sorted(near):
            yield i, j, near[j]
