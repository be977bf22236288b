"""Gives a target its title: its noun phrase without number, comparator, date or bracket."""

from __future__ import annotations

import re

from cotmoc.plantext.deadlines import deadline_spans
from cotmoc.plantext.scope import LEVEL_PHRASE, eligibility_span
from cotmoc.plantext.words import GAP, fold, one_line, phrase, sentence_case, trim

MAX_NAME = 300

_CUE = re.compile(
    phrase("đặt mục tiêu", "với mục tiêu", "mục tiêu là", "phấn đấu", "dự kiến", "hướng tới")
)
_LINKS = phrase(
    *("theo đó", "trong đó", "bảo đảm", "đảm bảo", "có", "và", "cũng", "là", "bao gồm", "đạt"),
    *("cụ thể", "đến", "với", "năm", "đồng thời", "chủ động", "mục tiêu", "chỉ tiêu"),
)
_ONLY_LINKS = re.compile(rf"(?:{_LINKS}[\s,:]{{0,4}})+")
_LEADING = re.compile(
    phrase(
        *("theo đó", "trong đó", "cụ thể", "phấn đấu", "bảo đảm", "đảm bảo", "dự kiến"),
        *("hướng tới", "đồng thời", "và"),
    )
    + r"[\s,:]{1,4}"
)
# A title never ends with a word that waits for the number that was taken out.
_DANGLING = re.compile(
    r"[\s,]{1,4}"
    + phrase(
        *("đạt", "là", "chiếm", "tăng", "giảm", "tới", "đến", "từ", "ở", "và", "phải"),
        *("với", "có", "mức", "ở mức", "bằng", "được nâng", "trong", "của", "vào", "hoặc", "cho"),
        *("phấn đấu", "dự kiến", "hướng tới", "bình quân"),
    )
    + r"$|(?<!trở)[\s,]{1,4}lên$"
)
# `nâng tỷ lệ … lên 95%`: the verb belongs to the promise, not to the title.
_LIFTING = re.compile(
    phrase("nâng cao", "nâng") + r"\s{1,4}(?=" + phrase("mức", "tỷ lệ", "tỉ lệ") + ")"
)
_LEGAL_REFERENCE = re.compile(
    r"[\s,]{1,4}(?:theo|tại)\s(?:quy định tại\s)?"
    + phrase(
        *("quyết định", "nghị định", "nghị quyết", "luật", "thông tư", "kế hoạch"),
        *("đề án", "chỉ thị"),
    )
    + r"\s(?:số\s)?\d[^,;]{0,80}"
)
_COMPARED_WITH = re.compile(rf"[\s,]{{1,4}}so{GAP}với\s([^,;]{{1,80}})")
# After such a comma the sentence explains; the title is complete before it.
_EXPLANATION = re.compile(
    r",\s{1,4}"
    + phrase("người dân chỉ", "trong đó", "bảo đảm", "đảm bảo", "nhằm", "để", "góp phần")
    + r"|,\s{1,4}"
    + phrase("qua đó", "hướng tới", "tạo", "từng bước", "phục vụ")
)
_SHARE = re.compile(r"(?:tỷ|tỉ)\s(?:lệ|trọng)\s")
_BRACKETS = re.compile(r"\([^()]{0,600}\)")


def clean(words: str, keep_levels: bool = True, keep_end: bool = False) -> str:
    """The words without everything that does not belong in a title.

    With `keep_end` a last `có` or `tới` stays, because more words will follow.
    """
    folded = fold(words)
    cuts = deadline_spans(folded) + [match.span() for match in _BRACKETS.finditer(folded)]
    cuts += [match.span() for match in _LEGAL_REFERENCE.finditer(folded)]
    cuts += [match.span() for match in _COMPARED_WITH.finditer(folded)]
    if eligible := eligibility_span(words):
        cuts.append(eligible)
    if not keep_levels:
        cuts += [match.span() for match in LEVEL_PHRASE.finditer(folded)]
    text = trim(one_line(_without(words, cuts)))
    if explanation := _EXPLANATION.search(fold(text)):
        text = text[: explanation.start()]
    return _strip_start(text) if keep_end else _strip_edges(text)


def head_of(words: str) -> str:
    """The subject before a number; what merely announces a target is dropped.

    `Phấn đấu kinh tế số …` has its subject after the announcement, `Tỷ lệ … phấn đấu` before it.
    """
    cues = list(_CUE.finditer(fold(words)))
    if not cues:
        return _meaningful(words)
    cue = cues[-1]
    if after := _meaningful(words[cue.end() :]):
        return after
    return "" if "mục tiêu" in cue.group() else _meaningful(words[: cue.start()])


def _meaningful(words: str) -> str:
    """The words, or nothing when they only link (`có`, `bảo đảm`, `đến năm 2025,`)."""
    text = _strip_start(trim(one_line(_without(words, deadline_spans(fold(words))))))
    return "" if not text or _ONLY_LINKS.fullmatch(fold(text)) else text


def compared_with(words: str) -> str | None:
    match = _COMPARED_WITH.search(fold(words))
    return one_line(words[match.start(1) : match.end(1)]) if match else None


def title(*parts: str) -> str:
    """One phrase in sentence case; too long for a title is cut at a word."""
    text = trim(one_line(" ".join(part for part in parts if part)))
    if len(text) > MAX_NAME:
        text = text[:MAX_NAME].rsplit(" ", 1)[0]
    return sentence_case(_strip_edges(text))


def share_title(part: str, whole: str) -> str:
    """`kinh tế số` and `GRDP của tỉnh` → `Tỷ trọng kinh tế số trong GRDP của tỉnh`."""
    prefix = "" if _SHARE.match(fold(part)) else "Tỷ trọng "
    return title(f"{prefix}{_small(part) if prefix else part}", "trong", whole)


def growth_title(what: str, falling: bool) -> str:
    folded = fold(what)
    if folded.startswith(("tốc độ", "mức tăng", "mức giảm", "tăng trưởng")):
        return title(what)
    return title("Mức giảm" if falling else "Tốc độ tăng", _small(what))


def rank_title(what: str) -> str:
    return title(
        what if fold(what).startswith(("xếp hạng", "thứ hạng")) else "Xếp hạng " + _small(what)
    )


def _small(words: str) -> str:
    """Lower-case first letter, unless the word is an acronym or a name."""
    return words[:1].lower() + words[1:] if words[1:2].islower() or words[1:2] == " " else words


def _without(words: str, spans: list[tuple[int, int]]) -> str:
    kept: list[str] = []
    position = 0
    for start, end in sorted(spans):
        if start >= position:
            kept.append(words[position:start])
        position = max(position, end)
    kept.append(words[position:])
    return " ".join(kept).replace(" ,", ",")


def _strip_start(text: str) -> str:
    while match := _LEADING.match(fold(text)) or _LIFTING.match(fold(text)):
        text = text[match.end() :]
    return trim(text)


def _strip_edges(text: str) -> str:
    text = _strip_start(text)
    while match := _DANGLING.search(fold(text)):
        text = trim(text[: match.start()])
    return text
