"""Reads the targets with a number out of one statement."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from cotmoc.plantext import names, scope
from cotmoc.plantext.comparators import read_modality
from cotmoc.plantext.deadlines import find_deadline, find_year
from cotmoc.plantext.measures import Found, Measure, divide, find_promises, read_measures
from cotmoc.plantext.model import Comparator, Level, TargetOrigin, Unit
from cotmoc.plantext.numbers import NUMBER, Quantity, plain, read_number
from cotmoc.plantext.statements import MAX_STATEMENT, Statement, lead_bracket_start
from cotmoc.plantext.titles import Title, title_of
from cotmoc.plantext.words import fold, has_letters, phrase, trimmed_span

_MAX_QUANTITIES = 40
_MIN_NAME = 3
_SHARES = ("percent_first", "percent_last")
_WORD = re.compile(r"[^\W\d_]{3,}")
_YEAR = re.compile(r"(?<!\d)20\d\d(?!\d)")
_IN_TURN = re.compile(phrase("lần lượt", "tương ứng"))
_DEPENDENT = re.compile(
    r"[\s,]{0,4}trong đó[\s,:]{1,4}"
    + phrase(
        "có", "được", "qua", "khu vực", "ở", "tại", "cấp", "đối với", "thuộc", "đạt", "từ", "nữ"
    )
)
_STANDS_ALONE = re.compile(
    phrase(
        "tỷ lệ", "tỉ lệ", "tỷ trọng", "tỉ trọng", "số", "số lượng", "tổng", "mức", "tốc độ", "chi"
    )
    + "|"
    + phrase("cơ cấu", "xếp hạng", "thu nhập", "chỉ số", "thời gian", "mức giảm", "giá trị")
)
_WHERE = re.compile(
    phrase("ở", "tại", "khu vực", "đối với", "cấp", "trong", "thành thị", "nông thôn")
)
_BASELINE = re.compile(
    r"\(\s?(?:"
    + phrase("kế hoạch", "thực hiện", "ước thực hiện", "ước", "kết quả")
    + r"\s)?(?:năm\s20\d\d|hiện nay|hiện tại|hiện trạng|hiện)"
    r"(?:\s?:|\s(?:là|đạt|đã đạt|ước đạt))?\s"
    rf"({NUMBER})\s?(?:%|\))"
)
_NATIONAL = re.compile(
    r"/qđ-ttg|/nq-cp|/nq-tw|/ct-ttg|"
    + phrase(
        *("chỉ tiêu quốc gia", "mục tiêu quốc gia giao", "trung ương giao", "chính phủ giao"),
        *("thủ tướng chính phủ giao", "mục tiêu của quốc gia", "chỉ tiêu của quốc gia"),
        *("chỉ tiêu trung ương", "theo mục tiêu quốc gia", "của thủ tướng chính phủ"),
        *("chỉ tiêu chính phủ", "chỉ tiêu của chính phủ", "chỉ tiêu của trung ương"),
    )
)
_PROVINCIAL = re.compile(
    r"/qđ-ubnd|/nq-hđnd|/nq-tu(?!\w)|/kh-ubnd|-nq/tu(?!\w)|"
    + phrase(
        *("chỉ tiêu của tỉnh", "chỉ tiêu tỉnh", "tỉnh giao", "hđnd tỉnh giao", "ubnd tỉnh giao"),
        *("hội đồng nhân dân tỉnh giao", "ủy ban nhân dân tỉnh giao", "mục tiêu của tỉnh"),
        *("chỉ tiêu đại hội đảng bộ tỉnh", "nghị quyết đại hội đảng bộ tỉnh"),
    )
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
    origin: TargetOrigin | None = None


@dataclass(frozen=True, slots=True)
class Context:
    """What the sentences before and the document hand to a statement.

    `label` is the measured label of the sentence (`Cơ cấu kinh tế`), `year` the plan's year,
    `promised_from` where in the statement promises begin: what stands before is a past result,
    `previous` the last target of the sentence, for `năm 2030: 100%`, `index` the index it named.
    """

    label: str | None = None
    year: int | None = None
    promised_from: int = 0
    previous: Finding | None = None
    index: str | None = None


NO_CONTEXT = Context()


@dataclass(frozen=True, slots=True)
class _Row:
    """The numbers of one subject; in a series each of them is for a level of its own."""

    part: Statement
    measures: list[Measure]
    is_series: bool
    levels: list[Level]
    deadlines: list[str | None]
    flags: tuple[str, ...]


def read_measured_targets(
    statement: Statement,
    in_goals: bool,
    context: Context = NO_CONTEXT,
) -> list[Finding]:
    """The targets of one statement; `in_goals` also admits numbers that are no percentages."""
    if len(statement.raw) > MAX_STATEMENT:
        return []
    found = _promised(statement, in_goals, context)
    if not 0 < len(found) <= _MAX_QUANTITIES:
        return []
    findings: list[Finding] = []
    before: str | None = None
    for part in divide(statement, found):
        inside = [
            pair for pair in found if part.start <= statement.start + pair[0].start < part.end
        ]
        measures = read_measures(part, _moved(inside, part.start - statement.start))
        findings += _read_row(part, measures, context, before)
        before = _subject_of(part, measures) or before
    return findings


def _promised(statement: Statement, in_goals: bool, context: Context) -> Found:
    found = find_promises(statement, in_goals)
    return [pair for pair in found if pair[0].start >= context.promised_from]


def _moved(found: Found, offset: int) -> Found:
    return [
        (
            replace(quantity, start=quantity.start - offset, end=quantity.end - offset),
            replace(wording, start=max(0, wording.start - offset), end=wording.end - offset),
        )
        for quantity, wording in found
    ]


def _read_row(
    part: Statement, measures: list[Measure], context: Context, before: str | None
) -> Iterator[Finding]:
    if not measures:
        return
    head = _head(part, measures[0])
    row = _row(part, measures, context)
    for index in range(len(measures)):
        title = _completed(title_of(head, measures, index, row.is_series), part, context, before)
        if len(title.name) >= _MIN_NAME and has_letters(title.name):
            yield _finding(row, index, title)


def _head(part: Statement, first: Measure) -> str:
    """The subject before the numbers; in `tỉnh phấn đấu 90% …` there is none."""
    is_rank = first.quantity.unit == "rank"
    written = part.words[: first.start]
    if first.tail and first.quantity.is_share and names.is_mere_label(written):
        return ""
    strives = read_modality(part.folded[first.wording.start : first.quantity.start])
    if strives and not is_rank and names.is_actor(written):
        return ""
    return names.head_of(written, keep_actor=is_rank)


def _completed(title: Title, part: Statement, context: Context, before: str | None) -> Title:
    """`trong đó có chứng chỉ đạt 30%` and `thành thị đạt 95%` need what they are a part of."""
    if len(title.name) < _MIN_NAME and context.previous and title.rule in _SHARES:
        return Title(context.previous.name, context.previous.of, context.previous.rule)
    if (
        context.index
        and title.rule == "rank"
        and fold(title.name).startswith("xếp hạng trong nhóm")
    ):
        return replace(title, name=names.rank_title(context.index))
    if before and _DEPENDENT.match(part.folded) and title.rule != "percent_first":
        own = title.name[:1].lower() + title.name[1:]
        return replace(title, name=names.title(before, own))
    if before and title.rule != "percent_first" and _WHERE.match(fold(title.name)):
        own = title.name[:1].lower() + title.name[1:]
        stem = _without_place(before)
        return replace(title, name=names.title(stem, own), of=title.of or _denominator(stem))
    if context.label is None or _stands_alone(title):
        return title
    if scope.LEVEL_PHRASE.fullmatch(fold(title.name)):
        return replace(title, name=names.title(context.label), of=_denominator(context.label))
    if fold(context.label).startswith("cơ cấu"):
        whole = context.label[:1].lower() + context.label[1:]
        return Title(names.share_title(title.name, whole), whole, "share_of")
    own = title.name if title.name[1:2].isupper() else title.name[:1].lower() + title.name[1:]
    of = title.of if title.of and not _WHERE.match(fold(title.of)) else _denominator(context.label)
    return replace(title, name=names.title(context.label, own), of=of)


def _without_place(name: str) -> str:
    """`Tỷ lệ thanh toán … trong trường học` without its place, which another one replaces."""
    places = [match.start() for match in _WHERE.finditer(fold(name)) if match.start() > 0]
    return name[: places[-1]] if places else name


def _stands_alone(title: Title) -> bool:
    """`90% hồ sơ …` has a noun of its own; `95% ở thành thị` has none."""
    if title.rule == "percent_first" and not _WHERE.match(fold(title.name)):
        return True
    return _STANDS_ALONE.match(fold(title.name)) is not None


def _denominator(label: str) -> str | None:
    return scope.denominator(names.title(label))


def _subject_of(part: Statement, measures: list[Measure]) -> str | None:
    if not measures:
        return None
    return names.clean(names.head_of(part.words[: measures[0].start])) or None


def _row(part: Statement, measures: list[Measure], context: Context) -> _Row:
    named = _levels_in_turn(part, measures)
    levels = [[level] for level in named] if named else _levels_beside(measures)
    is_series = sum(1 for found in levels if len(found) == 1) > 1
    return _Row(
        part=part,
        measures=measures,
        is_series=is_series,
        levels=named,
        deadlines=_deadlines(part, measures, context.year),
        flags=_row_flags(measures, levels, is_series),
    )


def _levels_beside(measures: list[Measure]) -> list[list[Level]]:
    return [scope.levels_named(fold(measure.scope)) for measure in measures]


def _levels_in_turn(part: Statement, measures: list[Measure]) -> list[Level]:
    """`cấp tỉnh, cấp huyện, cấp xã lần lượt đạt 90%, 80%, 60%`; else nothing."""
    if len(measures) < 2:
        return []
    listed = scope.levels_listed(part.folded[: measures[0].start]) or scope.levels_listed(
        fold(measures[-1].tail)
    )
    apart = any(_WORD.search(measure.after) for measure in measures[:-1])
    return listed if len(listed) == len(measures) and not apart else []


def _deadlines(part: Statement, measures: list[Measure], year: int | None) -> list[str | None]:
    """A date of its own for each number where each has one, else what the whole part says."""
    shared = find_deadline(part.folded, year) or find_deadline(fold(part.raw), year)
    if len(measures) == 1:
        own = find_deadline(fold(measures[0].tail), year)
        return [own or shared or find_year(measures[0].before[-15:])]
    before = [find_year(m.before) or find_deadline(m.before, year) for m in measures]
    after = [find_year(m.after) or find_deadline(m.after, year) for m in measures]
    if all(before) and len(set(before)) > 1:
        return before
    if all(after) and len(set(after)) > 1:
        return after
    years = _years_in_turn(part.folded[: measures[0].start], len(measures))
    if years:
        return [f"{number}-12-31" for number in years]
    return [find_deadline(fold(measure.tail), year) or shared for measure in measures]


def _years_in_turn(folded: str, count: int) -> list[str]:
    """`đến năm 2025 và năm 2030 lần lượt đạt 80% và 100%`."""
    years = _YEAR.findall(folded) if _IN_TURN.search(folded) else []
    return years if len(years) == count else []


def _row_flags(
    measures: list[Measure], levels: list[list[Level]], is_series: bool
) -> tuple[str, ...]:
    flags = []
    named = [level for piece in levels for level in piece]
    if is_series and len(set(named)) < len(named):
        flags.append("level_doubled")
    later = measures[1:]
    if measures[0].wording.explicit and any(_could_share(measures[0], other) for other in later):
        flags.append("comparator_maybe_shared")
    return tuple(flags)


def _could_share(first: Measure, other: Measure) -> bool:
    """No comparator of its own and the same kind of number; nothing is more than all."""
    same_kind = first.quantity.unit == other.quantity.unit not in ("rank", None)
    is_all = other.quantity.unit == "%" and other.quantity.value == "100"
    return same_kind and not other.wording.explicit and not is_all


def _finding(row: _Row, index: int, title: Title) -> Finding:
    part, measure = row.part, row.measures[index]
    quantity, of = measure.quantity, title.of
    start, end = _quote_span(row, index)
    own_words = fold(measure.scope) if len(row.measures) > 1 else part.folded
    unit = _unit_of(quantity, measure, title)
    return Finding(
        start=part.start + start,
        end=part.start + end,
        name=title.name,
        comparator=_comparator(measure),
        value=quantity.value,
        value_high=quantity.value_high,
        unit=unit,
        of=of,
        level=row.levels[index] if row.levels else scope.level_of(own_words, of or title.name),
        deadline=row.deadlines[index],
        baseline=quantity.baseline or read_baseline(part.raw) or names.compared_with(measure.tail),
        exclusion=scope.read_exclusion(part.raw),
        subjects=scope.split_subjects(of if unit == "%" else None),
        flags=row.flags + _own_flags(row, quantity, own_words, unit, title),
        rule=title.rule,
        origin=read_origin(fold(part.raw)),
    )


def _comparator(measure: Measure) -> Comparator:
    if measure.quantity.is_places:
        return "raise"
    return "rank<=" if measure.quantity.unit == "rank" else measure.wording.comparator


def _unit_of(quantity: Quantity, measure: Measure, title: Title) -> Unit | None:
    """Growth is a rate per year, except where something is cut by a share once."""
    if title.rule == "points":
        return "points"
    if quantity.unit == "count" and "(%)" in measure.written_before:
        return "%"
    if title.rule != "growth" or not quantity.is_share:
        return quantity.unit
    rate = fold(title.name).startswith(("mức giảm tỷ lệ", "mức giảm tỉ lệ"))
    once = title.name.startswith("Mức giảm") and quantity.unit == "%" and not rate
    return "%" if once else "%/year"


def _own_flags(
    row: _Row, quantity: Quantity, words: str, unit: Unit | None, title: Title
) -> tuple[str, ...]:
    flags = []
    of = title.of
    if unit == "%" and title.rule != "growth" and _is_unnamed(of):
        flags.append("denominator_unnamed")
    if unit == "rank" and quantity.total is None and not quantity.is_places:
        flags.append("denominator_unnamed")
    if not row.levels and len(scope.levels_named(words)) > 1:
        flags.append("several_levels")
    return (*flags, *quantity.flags)


def _is_unnamed(of: str | None) -> bool:
    return of is None or fold(of).startswith(("từng ngành", "mỗi ngành"))


def _quote_span(row: _Row, index: int) -> tuple[int, int]:
    """The first piece carries the shared subject; the last one what follows, up to the lead."""
    part, measure = row.part, row.measures[index]
    start = 0 if index == 0 else measure.start
    if row.is_series or index < len(row.measures) - 1:
        end = measure.tail_end
    else:
        bracket = lead_bracket_start(part.raw)
        end = len(part.raw) if bracket is None else max(bracket, measure.tail_end)
    start, end = trimmed_span(part.raw, start, end)
    return _without_stray_bracket(part.raw, start, end)


def _without_stray_bracket(raw: str, start: int, end: int) -> tuple[int, int]:
    """A target inside brackets is quoted without the bracket that opens or closes the list."""
    quote = raw[start:end]
    if quote.startswith("(") and quote.count("(") > quote.count(")"):
        start += 1
    elif quote.endswith(")") and quote.count(")") > quote.count("("):
        end -= 1
    return trimmed_span(raw, start, end)


# --- what the brackets and references around a target say ------------------------------------


def read_baseline(raw: str) -> str | None:
    """The value of `(năm 2024 đạt 65%)` or `(hiện nay: 65%)`."""
    match = _BASELINE.search(fold(raw))
    return plain(read_number(match.group(1))) if match else None


def read_origin(folded: str) -> TargetOrigin | None:
    """Whose target it is, where the sentence says so."""
    if _NATIONAL.search(folded):
        return "national"
    return "provincial" if _PROVINCIAL.search(folded) else None
