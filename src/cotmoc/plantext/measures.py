"""The numbers of a statement that are promises, each with the words around it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

from cotmoc.plantext import scope
from cotmoc.plantext.comparators import Wording, read_wording
from cotmoc.plantext.numbers import Quantity, find_quantities
from cotmoc.plantext.statements import Statement
from cotmoc.plantext.wording import has_target_form
from cotmoc.plantext.words import has_letters, phrase, trimmed_span

_MAX_LEVEL_PIECE = 300
_CONNECTOR = re.compile(r"[\s,;]{1,4}(?:và|đồng thời|cùng với)?[\s,]{0,4}$")
_LEVEL_BEFORE = re.compile(rf"({scope.LEVEL_PHRASE.pattern})\s{{0,4}}$")
_SEPARATOR = re.compile(r",\s{1,4}|\svà\s{1,4}")
_SHARE_WORD = re.compile(phrase("tỷ lệ", "tỉ lệ", "tỷ trọng", "tỉ trọng"))
_RANK_CONTEXT = re.compile(
    phrase("dẫn đầu", "đứng đầu", "cao nhất", "cả nước", "toàn quốc", "trở lên", "tốt nhất")
)


@dataclass(frozen=True, slots=True)
class Measure:
    """A number with the words around it; positions are within the statement.

    `scope` are the words that may name its level: the tail, or what stands before the number.
    """

    quantity: Quantity
    wording: Wording
    start: int
    tail: str
    tail_end: int
    scope: str


# --- which numbers are promises -----------------------------------------------------------------


def find_promises(statement: Statement, in_goals: bool) -> list[tuple[Quantity, Wording]]:
    pairs = []
    for quantity in find_quantities(statement.folded):
        wording = read_wording(statement.folded, quantity.start, quantity.end)
        if _is_promise(statement.folded, quantity, wording, in_goals):
            pairs.append((quantity, wording))
    return pairs


def _is_promise(folded: str, quantity: Quantity, wording: Wording, in_goals: bool) -> bool:
    """Percentages always; other numbers only among the goals and with words that say so."""
    if quantity.unit in ("%", "%/year"):
        return True
    if not in_goals:
        return False
    if quantity.unit == "rank":
        return quantity.total is not None or bool(_RANK_CONTEXT.search(folded, quantity.end))
    return wording.explicit or wording.verb in ("đạt", "đạt mức", "ở mức")


# --- rows of levels ---------------------------------------------------------------------------


def join_level_rows(statements: list[Statement]) -> list[Statement]:
    """`90% … cấp tỉnh; 80% … cấp huyện; 60% … cấp xã được xử lý …` is one row: one predicate."""
    joined: list[Statement] = []
    open_row = False
    for statement in statements:
        level_piece = _is_level_piece(statement)
        if open_row and level_piece:
            joined[-1] = joined[-1].followed_by(statement)
        else:
            joined.append(statement)
        open_row = level_piece and not scope.split_predicate(statement.words)[1]
    return joined


def _is_level_piece(statement: Statement) -> bool:
    return (
        len(statement.raw) < _MAX_LEVEL_PIECE
        and has_target_form(statement.folded.lstrip())
        and len(scope.levels_named(statement.folded)) == 1
    )


# --- several subjects in one statement ----------------------------------------------------------


def divide(statement: Statement, found: list[tuple[Quantity, Wording]]) -> Iterator[Statement]:
    """`tỷ lệ A đạt 40%, tỷ lệ B đạt 50%` are two statements without a semicolon."""
    left = 0
    for (_, before), (quantity, _) in pairwise(found):
        cut = _new_subject(statement.folded, before.end, quantity.start)
        if cut is not None:
            yield statement.part(left, cut)
            left = cut
    yield statement.part(left, len(statement.raw))


def _new_subject(folded: str, start: int, end: int) -> int | None:
    """Where between two numbers a subject of its own begins, if one does."""
    wording = read_wording(folded, end, end)
    gap = folded[start : wording.start]
    if share := _SHARE_WORD.search(gap):
        return start + share.start()
    if wording.verb is None:
        return None
    separators = list(_SEPARATOR.finditer(gap))
    commas = [match for match in separators if match.group().startswith(",")]
    for match in (commas or separators)[-1:]:
        if has_letters(gap[match.end() :]):
            return start + match.end()
    return None


# --- the words of each number -------------------------------------------------------------------


def read_measures(part: Statement, found: list[tuple[Quantity, Wording]]) -> list[Measure]:
    leading = _leading_levels(part, [wording for _, wording in found])
    starts = [left for left, _ in leading] or [wording.start for _, wording in found]
    measures = []
    for index, (quantity, wording) in enumerate(found):
        end = starts[index + 1] if index + 1 < len(found) else len(part.words)
        tail_start, tail_end = _tail_span(part, wording.end, end)
        tail = part.words[tail_start:tail_end]
        level_words = part.words[slice(*leading[index])] if leading else tail
        measures.append(
            Measure(quantity, wording, starts[index], tail, tail_end, scope=level_words)
        )
    return measures


def _leading_levels(part: Statement, wordings: list[Wording]) -> list[tuple[int, int]]:
    """Spans of the levels in `… cấp tỉnh đạt 95%, cấp huyện 85%, cấp xã 65%`; else empty."""
    if len(wordings) < 2:
        return []
    ends_before = [0, *(wording.end for wording in wordings[:-1])]
    spans = []
    for index, (left, wording) in enumerate(zip(ends_before, wordings, strict=True)):
        match = _LEVEL_BEFORE.search(part.folded, max(left, wording.start - 40), wording.start)
        is_alone = match and _CONNECTOR.fullmatch(part.folded[left : match.start()] + " ")
        if match is None or (index > 0 and not is_alone):
            return []
        spans.append(match.span(1))
    return spans


def _tail_span(part: Statement, start: int, end: int) -> tuple[int, int]:
    written = part.folded[start:end]
    connector = _CONNECTOR.search(written, max(0, len(written) - 30))
    length = connector.start() if connector else len(written)
    left, right = trimmed_span(part.words, start, start + length)
    return left, max(right, start)
