"""Chooses a target's title and denominator by the form of its statement."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from cotmoc.plantext import names, scope
from cotmoc.plantext.comparators import FALLING, GROWTH_VERBS
from cotmoc.plantext.measures import Measure
from cotmoc.plantext.numbers import Quantity
from cotmoc.plantext.words import UPPER, fold, phrase, trim

_WHOLE = re.compile(r"(?:tổng\s{1,4}\w|grdp|gdp|kim ngạch)")
_BUDGET_VERB = re.compile(r"(?<!\w)(?:bố trí|dành|chi|phân bổ|cân đối)(?:\s\w+){0,3}$")
_BUDGET_BASE = re.compile(
    r"(?:tổng\s)?(?:chi\s(?:ngân\ssách\s)?(?!phí)|ngân\ssách\s)(?:chi\s)?"
    r"(?:thường\sxuyên|nhà\snước|hằng\snăm)?"
)
_BUDGET_PURPOSE = re.compile(r"\s(?=(?:để|cho|dành cho|phục vụ|thực hiện|đầu tư)\s)")
_RANK_TAIL = re.compile(
    r"(?:^|\s)"
    + phrase(
        "thuộc", "trong", "nằm trong", "vào", "lọt vào", "xếp", "đứng", "đứng trong", "ở", "giữ"
    )
    + r"(?:\s(?:vị trí|thứ hạng|hạng))?$"
)
_RANK_TOPIC = re.compile(r"(?<!\w)về\s{1,4}(?:mức độ\s{1,4})?([^;()]{3,160})")
_BROUGHT = re.compile(r"(?:^|,\s{1,4})(?:đưa|giúp)\s{1,4}")
_LISTED = re.compile(r"(?:trên|trong|về|của)\s(?:bảng\s)?xếp hạng\s")
_LEADING_VERB = re.compile(r"(giảm|tăng)\s{1,4}(?!cường|trưởng)\w")
_PLACE_SAID_TWICE = re.compile(r"^(?:vị trí|thứ hạng|thứ bậc)\s(?=xếp hạng\s)", re.I)
_BARE_RANK = re.compile(r"(?:vị trí|thứ hạng|xếp hạng|thứ bậc)(?:\s(?:trong|thuộc))?")
_COUNTS_THINGS = re.compile(
    phrase(
        "số", "số lượng", "tổng số", "mật độ", "số lượt", "quy mô", "tổng", "tốc độ", "thời gian"
    )
)
_RATIO = re.compile(r"\s(?:trên|cho)\s(?:một\s)?(?:vạn|nghìn|triệu|\d)")
_MARKED = re.compile(r"(?:điểm(?:\ssố)?|chỉ số)\s")
# `Thu hút thêm 3 tập đoàn`: what is gained stands behind the number.
_GAINS = re.compile(
    phrase("thu hút", "phát triển", "xây dựng", "hình thành", "thành lập", "đào tạo", "có", "đưa")
)
_SPENDS = re.compile(r"(?<!\w)(?:dành|bố trí|chi|phân bổ)\s{0,4}$")
# `về chuyển đổi số, Bắc Ninh sẽ …`: the sentence goes on with who acts.
_WHO_ACTS = re.compile(
    rf"\s?,\s{{1,4}}(?=(?:[{UPPER}][^\W\dA-Z_]+\s){{2}}|(?:tỉnh|thành phố|UBND)\s)"
)
_CHANGES = ("tăng", "tăng thêm", "giảm", "thêm")
_SPENT = re.compile(r"(?:tỷ|tỉ) lệ (?=chi\s)")
# A longer piece of a row says what it says; a noun waits for the predicate at the end.
_SHORT_NOUN = 7
_SAID_OF = re.compile(phrase("kế hoạch", "dự toán", "chỉ tiêu", "mục tiêu", "số vốn"))
_PEOPLE = re.compile(phrase("dân số", "lực lượng lao động", "số", "tổng số"))
_NUMBER_OF = re.compile(r"(?:tổng\s)?số\s(?!hóa|liệu|lượng|hoá)")
_GROWTH_NAMES = (
    "tốc độ tăng",
    "tốc độ giảm",
    "tăng trưởng",
    "mức tăng",
    "mức giảm",
    "nhịp độ tăng",
)
_OWN_CLAUSE = re.compile(r",\s{0,4}$")


@dataclass(frozen=True, slots=True)
class Title:
    """The target's name, what it is a share or a rank of, and the rule that gave them."""

    name: str
    of: str | None
    rule: str


def title_of(head: str, measures: list[Measure], index: int, is_series: bool) -> Title:
    """`head` is the subject all numbers of the row share; it may be empty."""
    measure = measures[index]
    tail = names.clean(measure.tail.lstrip("/ "), keep_levels=not is_series)
    subject = names.clean(head, keep_end=bool(tail), keep_levels=not is_series)
    if subject and names.merely_explains(tail):
        tail = ""
    quantity = measure.quantity
    if quantity.unit == "rank":
        return Title(_rank_name(subject, measure.tail), quantity.total, "rank")
    if "times_of_baseline" in quantity.flags:
        return Title(names.title(names.lifted(subject) or tail), None, "growth")
    if not quantity.is_share:
        return _amount_title(subject, tail, measure)
    verb = measure.wording.verb or (None if subject else measures[0].wording.verb)
    verb = verb or _leading_verb(subject)
    if _is_growth(subject, measure, verb):
        return _growth_title(subject, tail, measure, verb)
    if budget := _budget_title(subject, tail):
        return budget
    spends = _SPENDS.search(measure.before) and _SPENDS.sub("", fold(subject)) == ""
    if tail.startswith("cho ") and spends:
        return Title(names.title("Chi", tail), None, "budget_share")
    if not subject:
        name, of = _number_first_title(measures, index, is_series)
        return Title(name, of, "level_series" if is_series else "percent_first")
    subject = names.lifted(subject)
    if not tail:
        of = scope.denominator(subject)
        return Title(names.title(subject), of, "level_series" if is_series else "percent_last")
    return _number_between_title(subject, tail, measure, is_series)


def _rank_name(subject: str, tail: str) -> str:
    brought = list(_BROUGHT.finditer(fold(subject)))
    subject = names.lifted(subject[brought[-1].end() :] if brought else subject)
    while match := _RANK_TAIL.search(fold(subject)):
        subject = trim(subject[: match.start()])
    subject = _PLACE_SAID_TWICE.sub("", subject)
    if _BARE_RANK.fullmatch(fold(subject)):
        subject = ""
    topic = _RANK_TOPIC.search(fold(tail))
    if topic is None:
        return names.rank_title(subject or _rank_list(names.clean(tail)))
    about = names.clean(_WHO_ACTS.split(tail[topic.start(1) : topic.end(1)])[0])
    if not subject or fold(about) in fold(subject):
        return names.rank_title(subject or about)
    return names.rank_title(subject if _names_index(subject) else f"{subject} về {about}")


def _rank_list(tail: str) -> str:
    """`trên bảng xếp hạng PCI` names the list; else the group is all that is known."""
    listed = _LISTED.match(fold(tail))
    return tail[listed.end() :] if listed else f"trong nhóm {tail}"


def _names_index(subject: str) -> bool:
    return "chỉ số" in fold(subject)


def _amount_title(subject: str, tail: str, measure: Measure) -> Title:
    """A count, sum, time or mark: the unit's noun behind the number is not said twice."""
    quantity = measure.quantity
    rules = {"VND": "money", "days": "days", "points": "points", "count": "count"}
    subject = names.lifted(subject)
    if quantity.unit == "count" and _MARKED.match(fold(subject)):
        quantity = replace(quantity, unit="points")
    rule = rules.get(quantity.unit or "", "amount")
    if tail and measure.wording.verb in ("thêm", "tăng thêm") and _GAINS.fullmatch(fold(subject)):
        return Title(names.title(subject, tail), None, rule)
    if subject and measure.wording.verb in _CHANGES and quantity.baseline is None:
        return Title(names.change_title(subject, measure.wording.verb in FALLING), None, "growth")
    of = None
    if quantity.total is not None:
        of = trim(f"{quantity.total} {scope.split_predicate(tail)[0]}")
    has_verb = measure.wording.verb or measure.before.rstrip().endswith(":")
    if subject and has_verb and _only_repeats(subject, tail, quantity):
        tail = ""
    return Title(names.title(subject, tail), of, rule)


def _only_repeats(subject: str, tail: str, quantity: Quantity) -> bool:
    """Behind a sum or measure nothing new follows; behind a count only its noun (`11 bác sĩ`)."""
    words = fold(tail).split()
    if not words or words[0] in ("từ", "cho", "đối"):
        return False
    if len(words) == 1:
        return True
    if quantity.unit != "count" or _COUNTS_THINGS.match(fold(subject)):
        return True
    is_ratio = "/" in tail or _RATIO.search(fold(tail)) is not None
    return words[0] in re.split(r"[\s/]", fold(subject)) or is_ratio


def _leading_verb(subject: str) -> str | None:
    """`Giảm tỷ lệ hộ nghèo 1,5%`: the verb stands far before the number."""
    match = _LEADING_VERB.match(fold(subject))
    return match.group(1) if match else None


def _is_growth(subject: str, measure: Measure, verb: str | None) -> bool:
    if measure.quantity.baseline is not None:
        return False
    if fold(subject).startswith(_GROWTH_NAMES):
        return True
    if verb in ("bình quân", "trung bình"):
        return measure.quantity.unit == "%/year"
    return verb in GROWTH_VERBS


def _growth_title(subject: str, tail: str, measure: Measure, verb: str | None) -> Title:
    """`năng suất tăng 7%`, but `tăng 20% số lượng hồ sơ`, also after another clause."""
    falling = verb in FALLING
    subject = names.lifted(subject)
    if tail and (not subject or _OWN_CLAUSE.search(measure.before)):
        return Title(names.growth_title(tail, falling), None, "growth")
    return Title(names.growth_title(subject or tail, falling), None, "growth")


def _number_first_title(
    measures: list[Measure], index: int, is_series: bool
) -> tuple[str, str | None]:
    """Pieces of a row may share the noun of the first or the predicate of the last."""
    tails = [names.clean(measure.tail, keep_levels=not is_series) for measure in measures]
    split = [scope.split_predicate(tail) for tail in tails]
    noun = split[index][0] or split[0][0] or split[-1][0]
    predicate = split[index][1]
    if not predicate and (is_series or len(noun.split()) <= _SHORT_NOUN):
        predicate = split[-1][1] or split[0][1]
    noun = noun[number.end() :] if (number := _NUMBER_OF.match(fold(noun))) else noun
    return names.title(noun, predicate), trim(scope.without_share_word(noun)) or None


def _number_between_title(subject: str, tail: str, measure: Measure, is_series: bool) -> Title:
    of = trim(scope.split_predicate(tail)[0]).removeprefix("trong ").removeprefix(
        "đối với "
    ) or scope.denominator(subject)
    if measure.wording.verb == "đóng góp" and tail.startswith("vào "):
        return Title(names.contribution_title(subject, tail), tail[4:], "share_of")
    says_whole = _WHOLE.match(fold(tail)) is not None
    if says_whole and _SPENT.match(fold(subject)):
        return Title(names.title(subject[len("tỷ lệ ") :], "trong", tail), tail, "budget_share")
    if says_whole and fold(subject).startswith(("tỷ lệ", "tỉ lệ")):
        return Title(names.title(subject), tail, "percent_last")
    if measure.wording.verb in ("chiếm", "chiếm tỷ trọng", "đóng góp") or says_whole:
        return Title(names.share_title(subject, tail), tail, "share_of")
    rule = "level_series" if is_series else "percent_between"
    is_rate = fold(subject).startswith(("tỷ lệ", "tỉ lệ", "tỷ trọng"))
    if _SAID_OF.match(fold(tail)) or (is_rate and _PEOPLE.match(fold(tail))):
        return Title(names.title(subject), tail, "percent_last")
    return Title(names.title(subject, tail), of, rule)


def _budget_title(subject: str, tail: str) -> Title | None:
    """`bố trí tối thiểu 2% tổng chi … cho chuyển đổi số` is a share of that expenditure."""
    folded = fold(tail)
    base = _BUDGET_BASE.match(folded)
    if not base or (subject and not _BUDGET_VERB.search(fold(subject))):
        return None
    purpose = _BUDGET_PURPOSE.search(folded, base.end() - 1)
    whole = tail[: purpose.start()] if purpose else tail
    spent = f"Chi {tail[purpose.end() :]}" if purpose else "Tỷ lệ chi"
    return Title(names.title(spent, "trong", whole), trim(whole), "budget_share")
