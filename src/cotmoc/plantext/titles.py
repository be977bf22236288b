"""Chooses a target's title and denominator by the form of its statement."""

from __future__ import annotations

import re
from dataclasses import dataclass

from cotmoc.plantext import names, scope
from cotmoc.plantext.comparators import GROWTH_VERBS
from cotmoc.plantext.measures import Measure
from cotmoc.plantext.words import fold, phrase, trim

_WHOLE = re.compile(r"(?:tổng\s{1,4}\w|grdp|gdp|kim ngạch)")
_BUDGET_VERB = re.compile(r"(?<!\w)(?:bố trí|dành|chi)$")
_BUDGET_BASE = re.compile(
    r"(?:tổng\s)?(?:chi\s(?:ngân\ssách\s)?|ngân\ssách\s)(?:chi\s)?"
    r"(?:thường\sxuyên|nhà\snước|hằng\snăm)?"
)
_BUDGET_PURPOSE = re.compile(r"\s(?=(?:để|cho|dành cho|phục vụ|thực hiện|đầu tư)\s)")
_RANK_TAIL = re.compile(
    phrase("thuộc", "trong", "nằm trong", "vào", "lọt vào", "xếp", "đứng") + "$"
)


@dataclass(frozen=True, slots=True)
class Title:
    """The target's name, what it is a share or a rank of, and the rule that gave them."""

    name: str
    of: str | None
    rule: str


def title_of(head: str, measures: list[Measure], index: int, is_series: bool) -> Title:
    """`head` is the subject all numbers of the row share; it may be empty."""
    measure = measures[index]
    tail = names.clean(measure.tail, keep_levels=not is_series)
    subject = names.clean(head, keep_end=bool(tail))
    unit = measure.quantity.unit
    if unit == "rank":
        return Title(names.rank_title(_without_rank_words(subject)), measure.quantity.total, "rank")
    if unit not in ("%", "%/year"):
        rules = {"VND": "money", "days": "days", "points": "points", "count": "count"}
        return Title(names.title(subject, tail), None, rules[unit])
    if _is_growth(subject, measure):
        falling = measure.wording.verb == "giảm"
        return Title(names.growth_title(subject or tail, falling), None, "growth")
    if budget := _budget_title(subject, tail):
        return budget
    if not subject:
        name, of = _number_first_title(measures, index, is_series)
        return Title(name, of, "level_series" if is_series else "percent_first")
    if not tail:
        of = scope.denominator(subject)
        return Title(names.title(subject), of, "level_series" if is_series else "percent_last")
    return _number_between_title(subject, tail, measure)


def _is_growth(subject: str, measure: Measure) -> bool:
    if measure.quantity.baseline is not None:
        return False
    return measure.wording.verb in GROWTH_VERBS or fold(subject).startswith("tốc độ tăng")


def _without_rank_words(subject: str) -> str:
    match = _RANK_TAIL.search(fold(subject))
    return trim(subject[: match.start()]) if match else subject


def _number_first_title(
    measures: list[Measure], index: int, is_series: bool
) -> tuple[str, str | None]:
    """Pieces of a row may share the noun of the first or the predicate of the last."""
    tails = [names.clean(measure.tail, keep_levels=not is_series) for measure in measures]
    split = [scope.split_predicate(tail) for tail in tails]
    noun = split[index][0] or split[0][0]
    predicate = split[index][1] or split[-1][1] or split[0][1]
    return names.title(noun, predicate), trim(noun) or None


def _number_between_title(subject: str, tail: str, measure: Measure) -> Title:
    of = trim(scope.split_predicate(tail)[0]) or scope.denominator(subject)
    if measure.wording.verb in ("chiếm", "đóng góp") or _WHOLE.match(fold(tail)):
        return Title(names.share_title(subject, tail), of, "share_of")
    return Title(names.title(subject, tail), of, "percent_between")


def _budget_title(subject: str, tail: str) -> Title | None:
    """`bố trí tối thiểu 2% tổng chi … cho chuyển đổi số` is a share of that expenditure."""
    folded = fold(tail)
    base = _BUDGET_BASE.match(folded)
    if not base or (subject and not _BUDGET_VERB.search(fold(subject))):
        return None
    purpose = _BUDGET_PURPOSE.search(folded, base.end())
    whole = tail[: purpose.start()] if purpose else tail
    spent = f"Chi {tail[purpose.end() :]}" if purpose else "Tỷ lệ chi"
    return Title(names.title(spent, "trong", whole), trim(whole), "budget_share")
