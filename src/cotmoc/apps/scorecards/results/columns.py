"""What the columns of a published table mean under one method of an index: whose row it is, and of
which node points or rank stand where. Pure.

Two forms are read: wide, one row a subject and a column for each main index, and long, one row a
subject and node.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from cotmoc.core.text import clean, fold
from cotmoc.indicators.indices.model import Given, Group, Index, Leaf, Node, Pillar, PublishedShare

TOTAL = ""  # how results name the total

# Headers that say what a column is, whatever the index; compared tidied.
_ROLES: Mapping[str, tuple[str, ...]] = {
    "period": ("period", "kỳ", "kỳ đánh giá", "kỳ báo cáo", "year", "năm", "năm đánh giá"),
    "code": (
        *("unit code", "code", "subject code", "organisation", "organization", "organisation code"),
        *("mã", "mã đơn vị", "mã ĐV", "mã tỉnh", "mã cơ quan", "mã định danh"),
    ),
    "subject": (
        *("province", "unit", "unit name", "subject", "name", "body", "organisation name"),
        *("tỉnh", "tỉnh thành", "tỉnh, thành phố", "tên tỉnh", "địa phương", "đơn vị"),
        *("tên đơn vị", "tên", "cơ quan", "tên cơ quan", "cơ quan, đơn vị", "đối tượng"),
        *("xã, phường", "sở, ngành", "sở, ban, ngành", "đơn vị hành chính"),
    ),
    "rank": ("rank", "ranking", "hạng", "xếp hạng", "thứ hạng", "vị trí", "xếp thứ"),
    "total": (
        *("total", "score", "points", "value", "tổng", "tổng điểm", "tổng số điểm", "điểm"),
        *("điểm số", "điểm tổng", "giá trị", "kết quả", "chỉ số", "chỉ số chung", "tổng cộng"),
    ),
    "node": (
        *("node", "leaf", "metric code", "criterion", "mã chỉ số", "chỉ số thành phần", "tiêu chí"),
        *("mã tiêu chí", "chỉ số chính", "nội dung", "lĩnh vực", "nhóm"),
    ),
    "max": ("max", "max score", "điểm tối đa", "tối đa", "điểm chuẩn"),
    "of": ("of", "out of", "ranked", "trên tổng số", "tổng số đơn vị", "tổng số tỉnh"),
    "source": ("source", "nguồn", "nguồn số liệu", "căn cứ", "trích nguồn"),
    "note": ("note", "notes", "ghi chú"),
    "borders": ("borders", "địa giới", "theo địa giới ngày"),
    "published_on": ("published on", "published", "ngày công bố"),
    "captured_on": ("captured on", "captured", "ngày lấy số liệu", "ngày ghi nhận"),
}
_RANK = re.compile(r"\b(?:rank(?:ing)?|(?:xếp |thứ )?hạng|(?:xep|thu) hang)\b")
_OF_ALL = ("", "chung", "tong", "total", "overall", "toanquoc", "canuoc", "chiso")
_BEFORE = re.compile(r"^(?:idx|pillar|index|tru cot|chi so|diem|score|points?)\b")
_ASIDE = re.compile(r"\([^)]*\)|\[[^\]]*\]")


@dataclass(frozen=True, slots=True)
class Columns:
    """Where what stands: roles, points and ranks of nodes by their place in a row."""

    roles: Mapping[str, int]
    points: Mapping[str, int]
    ranks: Mapping[str, int]
    left_out: tuple[str, ...]  # headers that mean nothing under this method
    twice: tuple[str, ...]  # headers whose meaning another column has already

    @property
    def long(self) -> bool:
        """Whether a row is of one node."""
        return "node" in self.roles


def tidy(text: str) -> str:
    """A header's form for comparing: folded, letters and digits only."""
    return re.sub(r"[\W_]+", "", fold(text))


_BY_HEADER = {tidy(word): role for role, words in _ROLES.items() for word in words}


class Vocabulary:
    """What headers mean under one method."""

    def __init__(self, index: Index) -> None:
        self.index = index
        nodes: list[Node | Pillar] = [*index.nodes(), *index.pillars]
        self.nodes = {node.code: node for node in nodes}
        self._own: dict[str, tuple[str, str]] = {}  # headers that the method itself names
        for node in nodes:
            for header in node.headers:
                kind = "ranks" if _rank_words(header) else "points"
                self._own.setdefault(tidy(header), (kind, node.code))
        names = {tidy(code): code for code in self.nodes}
        self._names = {**_unambiguous(nodes), **names}
        words = (index.code, f"chỉ số {index.code}", f"điểm {index.code}", *index.name.values())
        self._totals = {tidy(word) for word in words}

    def meaning(self, header: str) -> tuple[str, str] | None:
        """(`role`, name of the role), (`points` or `ranks`, code of the node), or None."""
        whole = tidy(header)
        if not whole:
            return None
        if own := self._own.get(whole):
            return own
        if role := _BY_HEADER.get(whole):
            return "role", role
        if whole in self._totals:
            return "role", "total"
        if bare := _rank_words(header):
            rest = tidy(bare[0])
            if rest in _OF_ALL or rest in self._totals:
                return "role", "rank"
            found = self.node(bare[0])
            return ("ranks", found) if found else None
        found = self.node(header)
        return ("points", found) if found else None

    def node(self, text: str) -> str | None:
        """The code of the node that a text names; the empty code is the total."""
        if tidy(text) in self._totals or _BY_HEADER.get(tidy(text)) == "total":
            return TOTAL
        for form in _forms(text):
            if (own := self._own.get(form)) and own[0] == "points":
                return own[1]
            if form in self._names:
                return self._names[form]
        return None

    def columns(self, header: Sequence[str]) -> Columns:
        """Match a header."""
        places: dict[str, dict[str, int]] = {"role": {}, "points": {}, "ranks": {}}
        left_out: list[str] = []
        twice: list[str] = []
        for place, name in enumerate(header):
            meaning = self.meaning(name)
            if meaning is None:
                left_out += [name] if name else []
            elif meaning[1] in places[meaning[0]]:
                twice.append(name)
            else:
                places[meaning[0]][meaning[1]] = place
        points = places["points"]
        if TOTAL not in points and "total" in places["role"]:
            points[TOTAL] = places["role"]["total"]
        ranks = places["ranks"]
        if TOTAL not in ranks and "rank" in places["role"]:
            ranks[TOTAL] = places["role"]["rank"]
        return Columns(places["role"], points, ranks, tuple(left_out), tuple(twice))

    def count_known(self, cells: Iterable[str]) -> int:
        """How many cells are headers; 0 where none says whose the rows are."""
        found = {meaning for cell in cells if (meaning := self.meaning(clean(cell)))}
        whose = {("role", "subject"), ("role", "code")} & found
        return len(found) if whose else 0

    def own_columns(self, cells: Iterable[str]) -> int:
        """How many cells are headers of this very index, not of any table."""
        return sum(
            tidy(cell) in self._totals or (self.meaning(cell) or ("role",))[0] != "role"
            for cell in cells
        )

    def name(self, node: str, language: str) -> str:
        """A node's name; of the total the index's."""
        return self.nodes[node].name[language] if node else self.index.name[language]

    def most(self, node: str) -> Decimal:
        """What full marks are published as."""
        return most_published(self.index, self.nodes.get(node))


def most_published(index: Index, node: Node | Pillar | None) -> Decimal:
    """What full marks of a node are published as: the scale of the total, 1 for a pillar, the
    scale a leaf's published points are read on, else its points; where the method leaves these
    unknown, no more than the total's."""
    match node:
        case None:
            return index.scale
        case Pillar():
            return Decimal(getattr(node, "scale", None) or 1)
        case Leaf(rule=Given(of=PublishedShare(scale=Decimal() as scale))):
            return scale
        case Group() | Leaf():
            return node.max or index.scale


def _rank_words(header: str) -> tuple[str] | None:
    """The header without the words that make it a rank's; None where there are none."""
    text = _ASIDE.sub(" ", clean(header).lower()).replace("_", " ")
    bare, found = _RANK.subn(" ", text)
    return (bare,) if found else None


def _forms(text: str) -> Iterator[str]:
    """Ways to read a node's name, from strict to loose."""
    yield tidy(text)
    bare = fold(_ASIDE.sub(" ", text).replace("_", " "))
    yield tidy(bare)
    while (shorter := _BEFORE.sub("", bare).strip()) != bare:
        bare = shorter
        yield tidy(bare)


def _unambiguous(nodes: Iterable[Node | Pillar]) -> dict[str, str]:
    """Names that one node alone has; a node and its only child may share theirs: none has it."""
    codes: dict[str, set[str]] = {}
    for node in nodes:
        for name in node.name.values():
            codes.setdefault(tidy(name), set()).add(node.code)
    return {name: next(iter(found)) for name, found in codes.items() if len(found) == 1}
