"""Reads the documents that a document is based on, carries out, replaces or amends."""

from __future__ import annotations

import itertools
import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from cotmoc.plantext.doctypes import ANY_CITED_TYPE, CITED_TYPES
from cotmoc.plantext.letterhead import iso_date
from cotmoc.plantext.model import Citation, Head, RelationKind
from cotmoc.plantext.words import UPPER, fold, one_line, phrase

if TYPE_CHECKING:
    from cotmoc.plantext.structure import Passage

_LONGEST = 6_000
_GAP = r"[ \t\u00a0\n]{0,3}"
_SYMBOL = rf"[a-zđ]{{1,10}}\d{{0,2}}(?:{_GAP}[-–]{_GAP}[a-zđ&]{{2,14}}){{0,3}}"
_NUMBER = (
    rf"\d{{1,6}}[a-zđ]?{_GAP}/{_GAP}(?:\d{{4}}{_GAP}/{_GAP})?{_SYMBOL}"
    rf"|\d{{1,4}}{_GAP}[-–]{_GAP}[a-zđ]{{1,8}}/[a-zđ]{{2,10}}"
)
_DATE = (
    r"(?:,?\s{1,3}(?:ban hành\s)?ngày\s{1,3}(\d{1,2})\s{0,2}(?:[/.-]|tháng)\s{0,2}(\d{1,2})\s{0,2}"
    r"(?:[/.-]|năm)\s{0,2}((?:19|20)\d\d))"
)
_WORDS_BETWEEN = (
    rf"(?:\s{{1,3}}(?!{ANY_CITED_TYPE}|(?:này|số|theo|tại)(?!\w))[^\s\d;.:(),]{{1,15}}){{0,6}}?"
)
_LAW = phrase("luật", "bộ luật", "pháp lệnh", "hiến pháp")
_REFERENCE = re.compile(
    rf"({ANY_CITED_TYPE}){_WORDS_BETWEEN}\s{{0,3}}(?:số\s?:?\s{{0,3}})?"
    rf"(?<![\w/])({_NUMBER})(?!\w){_DATE}?"
)
# `các Nghị quyết của Chính phủ: số 50/NQ-CP …; số 02/NQ-CP …`
_UNNAMED = re.compile(rf"(?<!\w)()số\s?:?\s{{0,3}}({_NUMBER})(?!\w){_DATE}?")
_TYPE_OF_SYMBOL = {
    "qđ": "decision",
    "nq": "resolution",
    "kh": "plan",
    "ct": "directive",
    "nđ": "decree",
    "tt": "circular",
    "tb": "notice",
    "bc": "report",
    "ttr": "proposal",
    "ctr": "programme",
    "đa": "scheme",
    "kl": "conclusion",
    "hd": "guidance",
    "cđ": "telegram",
    "qh": "law",
}
_DATED_LAW = re.compile(
    rf"({_LAW})(?:\s[^\d;.:()]{{3,220}}?)(?:\s(?:số\s)?({_NUMBER})(?!\w){_DATE}?|{_DATE}"
    r"|\s{1,3}năm\s{1,3}\d{4})"
)
_BARE_LAW = re.compile(rf"({_LAW})\s[^\d;.:()]{{3,160}}")
_DATE_BEHIND = re.compile(_DATE)
_OF = re.compile(r",?\s{1,3}của\s{1,3}")
_ISSUER_ENDS = re.compile(
    r"[;.()\"“:]|\s(?:về|phê duyệt|ban hành|quy định|hướng dẫn|sửa đổi|tại|thông qua|triển khai"
    r"|ngày|khóa|khoá|trong|giai đoạn|và (?=(?:các\s)?(?:nghị|quyết|kế hoạch|chỉ thị|thông|luật))"
    r"|thực hiện|đã|được|năm)(?!\w)|,"
)
_ISSUER_ABOUT = re.compile(
    r"(?:ủy|uỷ) ban quốc gia\s(?:về\s)?chuyển đổi số|ban chỉ đạo[^,;.()]{0,60}về[^,;.()]{0,60}"
)
_LONGEST_ISSUER = 110
_CAPITALS_BELOW = re.compile(rf"\n\s{{0,4}}(?=[{UPPER}]{{2}})")
_JOINS = re.compile(r"(?:[,;]|(?<!\w)và|cùng|các)\s{1,3}(?:các\s{1,3})?$")
_BASIS_OPENS = re.compile(r"(?:căn cứ|xét|theo đề nghị|trên cơ sở|thực hiện|sau khi)\s")
_CARRIES_OUT = re.compile(
    phrase(*("triển khai", "thực hiện", "thi hành", "cụ thể hóa", "cụ thể hoá", "quán triệt"))
)
_OPENS_CARRYING_OUT = re.compile(
    r"(?:tiếp tục\s|nhằm\s|để\s)?(?:triển khai|thực hiện|thi hành|cụ thể)"
)
_REFERS = re.compile(r"(?:theo|tại|căn cứ|kèm theo|của|ban hành)\s{1,3}(?:các\s{1,3})?$")
_REPLACES = re.compile(r"(?<!\w)(?:thay thế|bãi bỏ)(?!\s(?:bởi|bằng))")
_THIS = re.compile(r"(?<!\w)này(?!\w)")
_AMENDS = re.compile(
    r"(?:sửa đổi|điều chỉnh|bổ sung)(?:,\s(?:bổ sung|thay thế|sửa đổi|bãi bỏ))?(?:\s[^.;]{0,200})?"
)
_ACTS = re.compile(r"(?:sửa đổi|bổ sung|điều chỉnh|bãi bỏ|thay thế)")


@dataclass(frozen=True, slots=True)
class _Found:
    start: int
    end: int
    type: str
    reference: str | None
    issuer: str | None
    date: str | None

    def as_citation(self, kind: RelationKind, text: str) -> Citation:
        words = text[self.start : self.end]
        return Citation(
            *(kind, words, self.start, self.end, self.type, self.reference, self.issuer, self.date)
        )


def read_citations(text: str, head: Head, passages: Sequence[Passage]) -> tuple[Citation, ...]:
    """Each document once for each relation, in the order of the text."""
    found: dict[tuple[str, str, str], Citation] = {}
    for kind, item in _related(text, head, passages):
        if item.reference and item.reference == head.reference:
            continue
        key = (kind, item.type, item.reference or fold(one_line(text[item.start : item.end])))
        found.setdefault(key, item.as_citation(kind, text))
    return tuple(sorted(found.values(), key=lambda citation: citation.start))


def _related(
    text: str, head: Head, passages: Sequence[Passage]
) -> Iterator[tuple[RelationKind, _Found]]:
    header = [passage for passage in passages if passage.clause.role == "head"]
    if header:
        end = max((p.clause.end for p in header if not _is_late(p, passages)), default=0)
        yield from _in_title(text, header[0].clause.start, end)
    opening = True
    for passage in passages:
        clause = passage.clause
        if clause.role == "head" or clause.kind == "table" or passage.reason == "recipients":
            continue
        if clause.kind == "heading" and clause.address[:1] not in ("t", "Đ"):
            opening = False
        start, end = passage.body, min(clause.end, passage.body + _LONGEST)
        words = fold(text[start:end])
        if clause.role == "basis" and clause.kind != "heading":
            yield from _in_basis(text, start, end)
        elif (opening and _OPENS_CARRYING_OUT.match(words)) or clause.role == "purpose":
            yield from _carried_out(text, start, end)
        yield from _changed(text, start, end, in_article=clause.address.startswith("Đ"))


def _is_late(passage: Passage, passages: Sequence[Passage]) -> bool:
    """A heading of an attached document; the title is what stands first."""
    first = next((p.clause.start for p in passages if p.clause.role != "head"), None)
    return first is not None and passage.clause.start > first


# --- the places where relations are told --------------------------------------------------------


def _in_title(text: str, start: int, end: int) -> Iterator[tuple[RelationKind, _Found]]:
    """`Kế hoạch triển khai Nghị quyết số …`, `Sửa đổi, bổ sung Quyết định số …`."""
    last = start
    kind: RelationKind | None = None
    for item in _references(text, start, min(end, start + _LONGEST)):
        before = fold(text[max(last, item.start - 220) : item.start])
        last = item.end
        if re.search(r"kèm theo[^)]{0,40}$", before):
            continue
        if told := _told_last(before):
            kind = told
        elif not (kind and _JOINS.search(before)):
            kind = None
        if kind:
            yield kind, item


def _told_last(before: str) -> RelationKind | None:
    """The relation whose words stand nearest: `sửa đổi Chương trình thực hiện Nghị quyết số …`."""
    words: tuple[tuple[RelationKind, re.Pattern[str]], ...] = (
        *(("amends", _ACTS), ("replaces", _REPLACES), ("implements", _CARRIES_OUT)),
    )
    found = [(m.start(), kind) for kind, pattern in words for m in pattern.finditer(before)]
    nearest = max((position for position, _ in found), default=-1)
    kinds = [kind for position, kind in found if position == nearest]
    return kinds[-1] if kinds else None


def _in_basis(text: str, start: int, end: int) -> Iterator[tuple[RelationKind, _Found]]:
    """The first document of every part of a `Căn cứ …;`, and those joined to it."""
    for left, right in _parts(text, start, end):
        last: int | None = None
        for item in _references(text, left, right):
            if last is None or _JOINS.search(fold(text[last : item.start])):
                yield "based_on", item
            last = item.end
        if last is None and (law := _bare_law(text, left, right)):
            yield "based_on", law


def _carried_out(text: str, start: int, end: int) -> Iterator[tuple[RelationKind, _Found]]:
    for left, right in _parts(text, start, end):
        last, carried = left, False
        for item in _references(text, left, right):
            before = fold(text[last : item.start])[-260:]
            joined = carried and _JOINS.search(before) is not None
            carried = not _REFERS.search(before) and (
                joined or _CARRIES_OUT.search(before) is not None or (last == left and left > start)
            )
            last = item.end
            if carried:
                yield "implements", item


def _changed(
    text: str, start: int, end: int, in_article: bool
) -> Iterator[tuple[RelationKind, _Found]]:
    """`Quyết định này … thay thế Quyết định số …`; an article may begin with the change itself."""
    folded = fold(text[start:end])
    if not _ACTS.search(folded):
        return
    for left, right in _sentences(text, start, end):
        kind: RelationKind | None = None
        last = left
        for item in _references(text, left, right):
            before = fold(text[last : item.start])
            opened = fold(text[left : item.start])
            last = item.end
            this = _THIS.search(opened) is not None
            if (this or (in_article and _ACTS.match(opened))) and _directly_replaced(before):
                kind = "replaces"
            elif in_article and _AMENDS.fullmatch(opened.strip()):
                kind = "amends"
            elif not (kind and _JOINS.search(before)):
                kind = None
            if kind:
                yield kind, item


def _directly_replaced(before: str) -> bool:
    """`thay thế Quyết định`, not `ban hành quy chế thay thế … theo Quyết định`."""
    matches = list(_REPLACES.finditer(before))
    if not matches:
        return False
    gap = before[matches[-1].end() :]
    return len(gap) <= 40 and not _REFERS.search(gap)


# --- references ----------------------------------------------------------------------------------


def _references(text: str, start: int, end: int) -> list[_Found]:
    folded = fold(text[start:end]).replace("\n", " ")
    found = [_found(text, start, folded, match) for match in _REFERENCE.finditer(folded)]
    laws = [_found(text, start, folded, match) for match in _DATED_LAW.finditer(folded)]
    named = [*laws, *_outside(laws, found)]
    unnamed = [_found(text, start, folded, match) for match in _UNNAMED.finditer(folded)]
    known = [item for item in _outside(named, unnamed) if item.type]
    return sorted([*named, *known], key=lambda item: item.start)


def _outside(taken: list[_Found], items: list[_Found]) -> list[_Found]:
    """Those that do not begin inside one already taken; both are in the order of the text."""
    ends = sorted((item.start, item.end) for item in taken)
    kept = []
    for item in items:
        index = bisect_right(ends, (item.start, len(ends) + item.end)) - 1
        if index < 0 or item.start >= ends[index][1]:
            kept.append(item)
    return kept


def _found(text: str, shift: int, folded: str, match: re.Match[str]) -> _Found:
    groups = match.groups()
    dates = (groups[2:5], groups[5:8])
    date: Sequence[str] | None = next((g for g in dates if len(g) == 3 and g[0]), None)
    reference = match.group(2)
    if reference:
        raw = text[shift + match.start(2) : shift + match.end(2)]
        reference = re.sub(r"\s", "", raw).replace("–", "-")
    end, issuer = _issuer(text, shift, folded, match.end())
    if date is None and issuer and (behind := _DATE_BEHIND.match(folded, end)):
        date, end = behind.groups(), behind.end()
    return _Found(
        start=shift + match.start(),
        end=shift + end,
        type=CITED_TYPES.get(one_line(match.group(1))) or _type_of(reference),
        reference=reference,
        issuer=issuer,
        date=iso_date(date) if date else None,
    )


def _type_of(reference: str | None) -> str:
    """`decision` for `749/QĐ-TTg`; empty where the symbol says nothing."""
    symbols = re.split(r"[/-]", fold(reference or ""))[1:]
    return next(
        (kind for s in symbols if (kind := _TYPE_OF_SYMBOL.get(s.rstrip("0123456789")))), ""
    )


def _issuer(text: str, shift: int, folded: str, position: int) -> tuple[int, str | None]:
    """Who issued the document, where the words go on with `của …`."""
    of = _OF.match(folded, position)
    if not of:
        return position, None
    begin = of.end()
    end = _issuer_end(text, shift, folded, begin)
    words = one_line(text[shift + begin : shift + end]).strip(" ,")
    if not words or not words[0].isupper():
        return position, None
    return begin + len(folded[begin:end].rstrip(" ,\n")), words


def _issuer_end(text: str, shift: int, folded: str, begin: int) -> int:
    if about := _ISSUER_ABOUT.match(folded, begin):
        return about.end()
    limit = min(len(folded), begin + _LONGEST_ISSUER)
    if capitals := _CAPITALS_BELOW.search(text, shift + begin, shift + limit):
        limit = capitals.start() - shift
    for stop in _ISSUER_ENDS.finditer(folded, begin, limit):
        behind = text[shift + stop.end() : shift + stop.end() + 40].lstrip()
        listed = folded.startswith(("sở", "bộ"), begin) and behind[:1].isupper()
        if stop.group() == "," and listed and not re.match(ANY_CITED_TYPE, fold(behind)):
            continue
        return stop.start()
    return limit


def _bare_law(text: str, start: int, end: int) -> _Found | None:
    """`Căn cứ Luật Ngân sách nhà nước;`: a law is known by its name alone."""
    folded = fold(text[start:end])
    opens = _BASIS_OPENS.match(folded.lstrip())
    match = _BARE_LAW.search(folded, opens.end() if opens else 0)
    if not match or match.start() > 20:
        return None
    stop = start + len(folded[: match.end()].rstrip(" ,"))
    return _Found(start + match.start(), stop, CITED_TYPES[match.group(1)], None, None, None)


def _parts(text: str, start: int, end: int) -> list[tuple[int, int]]:
    """A span cut at its semicolons."""
    cuts = [match.end() for match in re.finditer(";", text[start:end])]
    edges = [start, *(start + cut for cut in cuts), end]
    return list(itertools.pairwise(edges))


def _sentences(text: str, start: int, end: int) -> list[tuple[int, int]]:
    cuts = [match.end() for match in re.finditer(r"\.\s", text[start:end])]
    edges = [start, *(start + cut for cut in cuts), end]
    return list(itertools.pairwise(edges))
