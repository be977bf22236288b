"""What next year's plan may ask for, given this year's goal and result; and how it says so. Pure.

The text is an official's Vietnamese whatever language the screen speaks: it is a document.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from typing import Literal

from cotmoc.apps.programmes.matching import words
from cotmoc.apps.programmes.rules import LESS_IS_BETTER, QUALITATIVE, State

Why = Literal[
    "closed", "qualitative", "no_number", "no_data", "not_reached", "full", "reached", "raised",
    "lowered",
]  # fmt: skip
FULL = Decimal(100)
MILLION, BILLION = Decimal(10) ** 6, Decimal(10) ** 9
_NUMBER = re.compile(r"\d+(?:[.,]\d+)*")
_THOUSANDS = re.compile(r"\d{1,3}(\.\d{3})+(,\d+)?")
_COMPARATORS = {">=": "tối thiểu", ">": "trên", "<": "dưới", "<=": "không quá", "~": "khoảng"}
# "At least 100 %" is 100 %.
_AT_LEAST_ALL = re.compile(r"\b(tối thiểu|ít nhất|trên|hơn)\s+(?=100\s*%)", re.IGNORECASE)
_VERBS = {
    "maintain": re.compile(r"\b(duy trì|giữ|bảo đảm|đảm bảo)\b", re.IGNORECASE),
    "raise": re.compile(r"\b(nâng|tăng|cải thiện|phổ cập|thúc đẩy)\b", re.IGNORECASE),
}
_LEVELS = {
    "province": "đối với cấp tỉnh",
    "district": "đối với cấp huyện",
    "commune": "đối với cấp xã",
}
_PILLARS = (
    ("government", "Chính quyền số"),
    ("economy", "Kinh tế số"),
    ("society", "Xã hội số"),
    ("", "Mục tiêu khác"),
)


@dataclass(frozen=True, slots=True)
class Outcome:
    """This year's promise and how it went; `value` is the figure's, none without data."""

    comparator: str
    goal: Decimal | None
    unit: str
    state: State
    value: Decimal | None = None
    level: str = ""


@dataclass(frozen=True, slots=True)
class NextGoal:
    """What is proposed for next year, whether the target is carried over, and the rule."""

    value: Decimal | None
    carry: bool
    why: Why


def propose_next(outcome: Outcome) -> NextGoal:
    """The goal of next year's plan.

    Reached: the result rounded to the next whole step becomes the goal, at least as demanding as
    before and never above 100 %. Not reached, or not measured: the goal is kept. What ended is not
    carried over.
    """
    goal = outcome.goal
    if outcome.state == "not_applicable":
        return NextGoal(goal, False, "closed")
    if outcome.comparator in QUALITATIVE:
        return NextGoal(goal, True, "qualitative")
    if goal is None:
        return NextGoal(goal, True, "no_number")
    if outcome.value is None or outcome.state == "no_data":
        return NextGoal(goal, True, "no_data")
    if outcome.state != "met":
        return NextGoal(goal, True, "not_reached")
    if outcome.comparator in LESS_IS_BETTER:
        lower = _stepped(outcome.value, goal, outcome.unit, ROUND_FLOOR)
        if outcome.unit == "rank":
            lower = max(Decimal(1), outcome.value)
        fits = 0 < lower < goal
        return NextGoal(lower if fits else goal, True, "lowered" if fits else "reached")
    if outcome.unit == "%" and goal >= FULL:
        return NextGoal(goal, True, "full")
    higher = _stepped(outcome.value, goal, outcome.unit, ROUND_CEILING)
    if outcome.unit == "%":
        higher = min(higher, FULL)
    return NextGoal(max(goal, higher), True, "raised" if higher > goal else "reached")


def step_of(goal: Decimal, unit: str) -> Decimal:
    """The step goals of this size and unit are set in: 5 points for shares from 10 %, else 1;
    half a point of growth; a hundredth of an index up to 1; else two leading digits."""
    if unit == "%":
        return Decimal(5) if goal >= 10 else Decimal(1)
    if unit == "%/year":
        return Decimal("0.5")
    if unit == "points":
        return Decimal("0.01") if goal <= 1 else Decimal(1)
    if unit in ("days", "rank") or goal < 10:
        return Decimal(1)
    return Decimal(10) ** (len(str(int(abs(goal)))) - 2)


def _stepped(value: Decimal, goal: Decimal, unit: str, rounding: str) -> Decimal:
    step = step_of(goal, unit)
    return (value / step).to_integral_value(rounding) * step


def next_comparator(comparator: str, value: Decimal | None, unit: str) -> str:
    """The comparator of the next goal: nothing is more than all, so all is all."""
    return "=" if unit == "%" and value == FULL and comparator in (">", ">=") else comparator


def next_deadline(deadline: date | None, year: int) -> date:
    """A year later where it falls in the plan's year or before; a later one is kept. None is the
    last day of next year."""
    if deadline is None:
        return date(year + 1, 12, 31)
    if deadline.year > year:
        return deadline
    day = 28 if (deadline.month, deadline.day) == (2, 29) else deadline.day
    return date(year + 1, deadline.month, day)


# --- the text --------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Promise:
    """A target as next year's text states it; `quote`, `old_value` and `old_year` are those of
    this year's text, whose sentence is kept where only numbers change."""

    name: str
    comparator: str
    value: Decimal | None
    unit: str
    deadline: date
    value_high: Decimal | None = None
    of: str = ""
    level: str = ""
    pillar: str = ""
    lead: str = ""
    quote: str = ""
    old_value: Decimal | None = None
    old_deadline: date | None = None
    old_year: int = 0


@dataclass(frozen=True, slots=True)
class Heading:
    """What stands above the goals."""

    issuer: str
    place: str
    symbol: str
    title: str
    year: int


@dataclass(frozen=True, slots=True)
class GoalsText:
    """The draft's text and where the sentence of each promise stands in it."""

    text: str
    spans: tuple[tuple[int, int], ...]


def goals_text(heading: Heading, promises: Sequence[Promise]) -> GoalsText:
    """The draft of next year's plan as far as its goals, by pillar; spans in the order given."""
    text = _head(heading)
    spans: dict[int, tuple[int, int]] = {}
    number = 0
    for pillar, title in _PILLARS:
        chosen = [place for place, each in enumerate(promises) if _pillar(each) == pillar]
        if not chosen:
            continue
        number += 1
        text += f"\n{number}. {title}\n"
        for place in chosen:
            promise = promises[place]
            said = sentence(promise, heading.year)
            spans[place] = (len(text) + 2, len(text) + 2 + len(said))
            lead = f" (chủ trì: {_one_line(promise.lead)})" if promise.lead.strip() else ""
            text += f"- {said}{lead}.\n"
    return GoalsText(text, tuple(spans[place] for place in range(len(promises))))


def _pillar(promise: Promise) -> str:
    return promise.pillar if promise.pillar in dict(_PILLARS) else ""


def _head(heading: Heading) -> str:
    return (
        f"{_one_line(heading.issuer).upper()}\n\n"
        "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM\nĐộc lập - Tự do - Hạnh phúc\n\n"
        f"Số:     /{heading.symbol}\n{_one_line(heading.place)}, ngày     tháng     năm     \n\n"
        f"DỰ THẢO\n\nKẾ HOẠCH\n{_one_line(heading.title)}\n\nI. MỤC TIÊU\n"
    )


def title_of_next(title: str, year: int) -> str:
    """The title with next year in the place of this one.

    >>> title_of_next("Kế hoạch chuyển đổi số tỉnh Phú Thọ năm 2026", 2026)
    'Chuyển đổi số tỉnh Phú Thọ năm 2027'
    """
    bare = re.sub(r"^\s*kế hoạch\s+", "", _one_line(title), flags=re.IGNORECASE)
    later = re.sub(rf"\b{year}\b", str(year + 1), bare)
    later = later if str(year + 1) in later else f"{later} năm {year + 1}"
    return later[:1].upper() + later[1:]


def sentence(promise: Promise, year: int) -> str:
    """The sentence that states a promise: this year's with the new numbers where that is plain,
    else one made anew from name, wording, value and level."""
    return _restated(promise, year) or _made(promise, year)


def _restated(promise: Promise, year: int) -> str:
    quote = _one_line(promise.quote).rstrip(" .;,")
    told = set(words(quote))
    named = words(promise.name)
    if not named or sum(word in told for word in named) < 0.8 * len(named):
        return ""  # a part of a list of levels: its subject stands in another part
    if promise.deadline != next_deadline(promise.old_deadline, promise.old_year):
        return ""
    if promise.old_value is not None and promise.value is not None:
        places = [
            found
            for found in _NUMBER.finditer(quote)
            if read_number(found[0]) == promise.old_value
            and (promise.unit != "%" or quote[found.end() :].lstrip().startswith("%"))
        ]
        if len(places) != 1 or promise.value_high is not None:
            return ""
        at = places[0]
        quote = quote[: at.start()] + write_number(promise.value) + quote[at.end() :]
        quote = _AT_LEAST_ALL.sub("", quote)
    elif promise.comparator not in QUALITATIVE or not _VERBS[promise.comparator].search(quote):
        return ""
    quote = re.sub(rf"(?<![\d.,/]){promise.old_year}\b(?![\d.,]*\s*%)", str(year), quote)
    quote = re.sub(rf"(?<=/){promise.old_year}\b", str(year), quote)
    return quote[:1].upper() + quote[1:]


def _made(promise: Promise, year: int) -> str:
    name = _one_line(promise.name)
    low = name if name[:2].isupper() else name[:1].lower() + name[1:]
    ending = _ending(promise, year)
    if promise.comparator == "maintain":
        return f"Duy trì {low}{ending}"
    if promise.comparator == "raise" or promise.value is None:
        return f"Nâng cao {low}{ending}"
    if promise.unit == "rank":
        out_of = f"/{promise.of}" if promise.of else ""
        return f"{name} thuộc nhóm {write_number(promise.value)}{out_of}{ending}"
    subject = name
    if promise.unit == "%" and not re.match(r"t[ỷỉ] (lệ|trọng)|mức|tốc độ", name.lower()):
        subject = f"Tỷ lệ {low}"
    verb = "" if promise.comparator in ("<", "<=") else "đạt "
    wording = _COMPARATORS.get(promise.comparator, "")
    wording = f"{wording} " if wording else ""
    return f"{subject} {verb}{wording}{amount(promise)}{ending}"


def _ending(promise: Promise, year: int) -> str:
    level = _LEVELS.get(promise.level, "")
    if level and " ".join(words(level)[-2:]) in " ".join(words(promise.name)):
        level = ""
    due = promise.deadline
    by = "" if due == date(year, 12, 31) else f" trước ngày {due:%d/%m/%Y}"
    return f"{' ' if level else ''}{level}{by}"


def amount(promise: Promise) -> str:
    """Value and unit as documents write them: 95%, 7,5%/năm, 1.300 tỷ đồng."""
    assert promise.value is not None
    low = _amount(promise.value, promise.unit)
    if promise.value_high is None:
        return low
    return f"từ {low} đến {_amount(promise.value_high, promise.unit)}"


def _amount(value: Decimal, unit: str) -> str:
    if unit == "VND":
        for size, word in ((BILLION, "tỷ đồng"), (MILLION, "triệu đồng")):
            if value >= size:
                return f"{write_number(value / size)} {word}"
        return f"{write_number(value)} đồng"
    signs = {"%": "%", "%/year": "%/năm", "days": " ngày", "points": " điểm"}
    return f"{write_number(value)}{signs.get(unit, '')}"


def write_number(value: Decimal) -> str:
    """Digits as Vietnamese documents write them: 1.030 and 7,5.

    >>> write_number(Decimal("1030.50"))
    '1.030,5'
    """
    text = f"{value.normalize():,f}"
    return text.translate(str.maketrans(",.", ".,"))


def read_number(text: str) -> Decimal:
    """A number of a document: dots part thousands, a comma decimals; a lone dot that parts no
    thousands is a decimal point set by mistake."""
    if _THOUSANDS.fullmatch(text):
        text = text.replace(".", "")
    parts = text.replace(",", ".").split(".")
    return Decimal("".join(parts) if len(parts) > 2 else ".".join(parts))


def _one_line(text: str) -> str:
    return " ".join(text.split())
