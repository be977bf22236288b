"""Reads the targets with a number out of one statement."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

from cotmoc.plantext import names, scope
from cotmoc.plantext.comparators import GROWTH_VERBS, Wording, read_wording
from cotmoc.plantext.deadlines import find_deadline
from cotmoc.plantext.model import Comparator, Level, Unit
from cotmoc.plantext.numbers import Quantity, find_quantities
from cotmoc.plantext.statements import MAX_STATEMENT, Statement, lead_bracket_start
from cotmoc.plantext.wording import has_target_form
from cotmoc.plantext.words import fold, has_letters, phrase, trim, trimmed_span

_MAX_QUANTITIES = 40
_MIN_NAME = 3
_MAX_LEVEL_PIECE = 300
_CONNECTOR = re.compile(r"[\s,;]{1,4}(?:và|đồng thời|cùng với)?[\s,]{0,4}$")
_LEVEL_BEFORE = re.compile(rf"({scope.LEVEL_PHRASE.pattern})\s{{0,4}}$")
_SEPARATOR = re.compile(r",\s{1,4}|\svà\s{1,4}")
_SHARE_WORD = re.compile(phrase("tỷ lệ", "tỉ lệ", "tỷ trọng", "tỉ trọng"))
_LINKING_VERB = re.compile(
    phrase("đạt", "chiếm", "tăng", "giảm", "là", "lên", "tăng trưởng") + r"\s{0,4}$"
)
_WHOLE = re.compile(r"(?:tổng\s{1,4}\w|grdp|gdp|kim ngạch|tổng thu|tổng chi)")
_BUDGET_VERB = re.compile(r"(?<!\w)(?:bố trí|dành|chi)$")
_BUDGET_BASE = re.compile(
    r"(?:tổng\s)?(?:chi\s(?:ngân\ssách\s)?|ngân\ssách\s)(?:chi\s)?(?:thường\sxuyên|nhà\snước|hằng\snăm)?"
)
_BUDGET_PURPOSE = re.compile(r"\s(?=(?:để|cho|dành cho|phục vụ|thực hiện|đầu tư)\s)")
_RANK_CONTEXT = re.compile(
    phrase("dẫn đầu", "đứng đầu", "cao nhất", "cả nước", "toàn quốc", "trở lên", "tốt nhất")
)
_RANK_TAIL = re.compile(
    phrase("thuộc", "trong", "nằm trong", "vào", "lọt vào", "xếp", "đứng") + "$"
)


@dataclass(frozen=True, slots=True)
class Finding:
    """What one statement says about one target, before the document's context is added."""

    start: int
    end: int
    name: str
    comparator: Comparator
    value: str | None
    value_high: str | None
    unit: Unit | None
    of: str | None
    level: Level | None
    deadline: str | None
    baseline: str | None
    exclusion: str | None
    subjects: tuple[str, ...]
    flags: tuple[str, ...]
    rule: str


@dataclass(frozen=True, slots=True)
class _Measure:
    """A number with the words around it; positions are within the statement.

    `scope` are the words that may name its level: the tail, or what stands before the number.
    """

    quantity: Quantity
    wording: Wording
    start: int
    tail: str
    tail_end: int
    scope: str


def read_measured_targets(statement: Statement, in_goals: bool) -> list[Finding]:
    if len(statement.raw) > MAX_STATEMENT:
        return []
    found = _promises(statement, in_goals)
    if not 0 < len(found) <= _MAX_QUANTITIES:
        return []
    return [
        finding
        for part in _divide(statement, found)
        for finding in _read_part(part, _promises(part, in_goals))
    ]


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


# --- which numbers are promises -----------------------------------------------------------------


def _promises(statement: Statement, in_goals: bool) -> list[tuple[Quantity, Wording]]:
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


# --- several subjects in one statement ----------------------------------------------------------


def _divide(statement: Statement, found: list[tuple[Quantity, Wording]]) -> Iterator[Statement]:
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


# --- one subject --------------------------------------------------------------------------------


def _read_part(part: Statement, found: list[tuple[Quantity, Wording]]) -> Iterator[Finding]:
    measures = _measures(part, found)
    if not measures:
        return
    head = names.head_of(part.words[: measures[0].start])
    levels = [scope.levels_named(fold(measure.scope)) for measure in measures]
    is_series = sum(1 for named in levels if len(named) == 1) > 1
    shared_flags = _series_flags(measures, levels, is_series)
    for index in range(len(measures)):
        title, of, rule = _title(head, measures, index, is_series)
        if len(title) < _MIN_NAME or not has_letters(title):
            continue
        yield _finding(part, measures, index, title, of, rule, is_series, shared_flags)


def _measures(part: Statement, found: list[tuple[Quantity, Wording]]) -> list[_Measure]:
    leading = _leading_levels(part, [wording for _, wording in found])
    starts = [left for left, _ in leading] or [wording.start for _, wording in found]
    measures = []
    for index, (quantity, wording) in enumerate(found):
        end = starts[index + 1] if index + 1 < len(found) else len(part.words)
        tail_start, tail_end = _tail_span(part, wording.end, end)
        tail = part.words[tail_start:tail_end]
        level_words = part.words[slice(*leading[index])] if leading else tail
        measures.append(
            _Measure(quantity, wording, starts[index], tail, tail_end, scope=level_words)
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


def _series_flags(
    measures: list[_Measure], levels: list[list[Level]], is_series: bool
) -> tuple[str, ...]:
    flags = []
    named = [level for piece in levels for level in piece]
    if is_series and len(set(named)) < len(named):
        flags.append("level_doubled")
    later = measures[1:]
    if measures[0].wording.explicit and any(not measure.wording.explicit for measure in later):
        flags.append("comparator_maybe_shared")
    return tuple(flags)


def _finding(
    part: Statement,
    measures: list[_Measure],
    index: int,
    title: str,
    of: str | None,
    rule: str,
    is_series: bool,
    flags: tuple[str, ...],
) -> Finding:
    measure = measures[index]
    quantity = measure.quantity
    start, end = _quote_span(part, measures, index, is_series)
    own_words = fold(measure.scope) if len(measures) > 1 else part.folded
    unit: Unit = "%/year" if rule == "growth" else quantity.unit
    return Finding(
        start=part.start + start,
        end=part.start + end,
        name=title,
        comparator="rank<=" if quantity.unit == "rank" else measure.wording.comparator,
        value=quantity.value,
        value_high=quantity.value_high,
        unit=unit,
        of=of,
        level=scope.level_of(own_words, of),
        deadline=find_deadline(fold(measure.tail)) or find_deadline(part.folded),
        baseline=quantity.baseline or names.compared_with(measure.tail),
        exclusion=scope.read_exclusion(part.raw),
        subjects=scope.split_subjects(of if unit == "%" else None),
        flags=flags + _own_flags(quantity, own_words, unit, of),
        rule=rule,
    )


def _own_flags(quantity: Quantity, words: str, unit: Unit, of: str | None) -> tuple[str, ...]:
    flags = []
    if unit == "%" and (of is None or fold(of).startswith(("từng ngành", "mỗi ngành"))):
        flags.append("denominator_unnamed")
    if unit == "rank" and quantity.total is None:
        flags.append("denominator_unnamed")
    if len(scope.levels_named(words)) > 1:
        flags.append("several_levels")
    if quantity.dot_as_decimal:
        flags.append("dot_as_decimal")
    return tuple(flags)


def _quote_span(
    part: Statement, measures: list[_Measure], index: int, is_series: bool
) -> tuple[int, int]:
    """The first piece carries the shared subject; the last one what follows, up to the lead."""
    measure = measures[index]
    start = 0 if index == 0 else measure.start
    if is_series or index < len(measures) - 1:
        end = measure.tail_end
    else:
        bracket = lead_bracket_start(part.raw)
        end = len(part.raw) if bracket is None else max(bracket, measure.tail_end)
    return trimmed_span(part.raw, start, end)


# --- titles -------------------------------------------------------------------------------------


def _title(
    head: str, measures: list[_Measure], index: int, is_series: bool
) -> tuple[str, str | None, str]:
    """(name, denominator, rule)."""
    measure = measures[index]
    tail = names.clean(measure.tail, keep_levels=not is_series)
    subject = names.clean(head, keep_end=bool(tail))
    unit = measure.quantity.unit
    if unit == "rank":
        return names.rank_title(_without_rank_words(subject)), measure.quantity.total, "rank"
    if unit not in ("%", "%/year"):
        rules = {"VND": "money", "days": "days", "points": "points", "count": "count"}
        return names.title(subject, tail), None, rules[unit]
    if _is_growth(subject, measure):
        falling = measure.wording.verb == "giảm"
        return names.growth_title(subject or tail, falling), None, "growth"
    if budget := _budget_title(subject, tail):
        return budget
    if not subject:
        name, of = _number_first_title(measures, index, is_series)
        return name, of, "level_series" if is_series else "percent_first"
    if not tail:
        of = scope.denominator(subject)
        return names.title(subject), of, "level_series" if is_series else "percent_last"
    return _number_between_title(subject, tail, measure)


def _is_growth(subject: str, measure: _Measure) -> bool:
    if measure.quantity.baseline is not None:
        return False
    return measure.wording.verb in GROWTH_VERBS or fold(subject).startswith("tốc độ tăng")


def _without_rank_words(subject: str) -> str:
    match = _RANK_TAIL.search(fold(subject))
    return trim(subject[: match.start()]) if match else subject


def _number_first_title(
    measures: list[_Measure], index: int, is_series: bool
) -> tuple[str, str | None]:
    """Pieces of a row may share the noun of the first or the predicate of the last."""
    tails = [names.clean(measure.tail, keep_levels=not is_series) for measure in measures]
    split = [scope.split_predicate(tail) for tail in tails]
    noun = split[index][0] or split[0][0]
    predicate = split[index][1] or split[-1][1] or split[0][1]
    return names.title(noun, predicate), trim(noun) or None


def _number_between_title(
    subject: str, tail: str, measure: _Measure
) -> tuple[str, str | None, str]:
    of = trim(scope.split_predicate(tail)[0]) or scope.denominator(subject)
    if measure.wording.verb in ("chiếm", "đóng góp") or _WHOLE.match(fold(tail)):
        return names.share_title(subject, tail), of, "share_of"
    return names.title(subject, tail), of, "percent_between"


def _budget_title(subject: str, tail: str) -> tuple[str, str | None, str] | None:
    """`bố trí tối thiểu 2% tổng chi … cho chuyển đổi số` is a share of that expenditure."""
    folded = fold(tail)
    base = _BUDGET_BASE.match(folded)
    if not base or (subject and not _BUDGET_VERB.search(fold(subject))):
        return None
    purpose = _BUDGET_PURPOSE.search(folded, base.end())
    whole = tail[: purpose.start()] if purpose else tail
    spent = f"Chi {tail[purpose.end() :]}" if purpose else "Tỷ lệ chi"
    return names.title(spent, "trong", whole), trim(whole), "budget_share"
