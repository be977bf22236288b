"""Geometry of the line chart: values in, percents of the drawing out. No markup, no request.

Every place on the axis has a column of its own; a value sits in the middle of it. A line joins
neighbours only: across a column without a value it breaks, and the column is hatched.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from cotmoc.ui.formats import Number, decimal_of, measure, plain

FULL = Decimal(100)
_STEPS = (Decimal(1), Decimal(2), Decimal("2.5"), Decimal(5), Decimal(10))
_MOST_TICKS = 5
_HEADROOM = Decimal("0.08")
# How sure a value is: known, known of a part, reckoned by a share.
SURE = ("known", "partial", "estimated", "expected")


@dataclass(frozen=True, slots=True)
class Tick:
    y: str
    words: str


@dataclass(frozen=True, slots=True)
class Segment:
    x1: str
    y1: str
    x2: str
    y2: str
    unsure: bool


@dataclass(frozen=True, slots=True)
class Dot:
    x: str
    y: str
    sure: str
    title: str
    url: str


@dataclass(frozen=True, slots=True)
class Line:
    """One series: its name, its place among the lines, and what is drawn."""

    label: str
    number: int
    segments: list[Segment]
    dots: list[Dot]


@dataclass(frozen=True, slots=True)
class Absent:
    """A column without a value in any line, with the words that say why."""

    x: str
    width: str
    title: str


@dataclass(frozen=True, slots=True)
class Place:
    """A name under the axis; `minor` ones go first where there is little room."""

    x: str
    words: str
    minor: bool
    hidden: bool


@dataclass(frozen=True, slots=True)
class Goal:
    y: str
    words: str
    good_from: str
    good_height: str


@dataclass(frozen=True, slots=True)
class Chart:
    ticks: list[Tick]
    lines: list[Line]
    absent: list[Absent]
    places: list[Place]
    goal: Goal | None


def scale_of(
    low: Decimal, high: Decimal, limit: Decimal | None
) -> tuple[Decimal, Decimal, Decimal]:
    """Bottom, top and step of an axis in round numbers that holds both ends.

    `limit` is what no value can pass (100 for percentages): the axis does not either.
    """
    if high <= low:
        spread = abs(high) / 10 or Decimal(1)
        low, high = low - spread, high + spread
    margin = (high - low) * _HEADROOM
    bottom, top = low - margin, high + margin
    if low >= 0:
        bottom = max(bottom, Decimal(0))
    if limit is not None and high <= limit:
        top = min(top, limit)
    rough = (top - bottom) / _MOST_TICKS
    power = Decimal(1).scaleb(rough.adjusted())
    step = next(each * power for each in _STEPS if each * power >= rough)
    first = (bottom / step).to_integral_value(rounding="ROUND_FLOOR") * step
    last = (top / step).to_integral_value(rounding="ROUND_CEILING") * step
    return first, last, step


def line_chart(
    places: Sequence[str],
    lines: Iterable[Mapping[str, Any]],
    *,
    goal: Number | None = None,
    goal_words: str = "",
    direction: str = "up",
    unit: str = "",
) -> Chart:
    """Lay lines out over named places.

    A line is `label` and `points`, one for each place: `value` (None: absent), `sure` (see SURE),
    `title` for the pointer, `url`.
    """
    held = [(str(line["label"]), list(line["points"])) for line in lines]
    values = [
        value
        for _label, points in held
        for point in points
        if (value := decimal_of(point.get("value"))) is not None
    ]
    aim = decimal_of(goal)
    span = [*values, *([] if aim is None else [aim])]
    count = max(len(places), 1)
    width = FULL / count
    every = max(1, -(-count // 12))
    marks = [
        Place(
            plain(width * index + width / 2),
            words,
            (count - 1 - index) % (2 * every) != 0,
            (count - 1 - index) % every != 0,
        )
        for index, words in enumerate(places)
    ]
    if not span:
        return Chart([], [], _absent(held, count, width), marks, None)
    limit = FULL if unit == "%" else None
    bottom, top, step = scale_of(min(span), max(span), limit)

    def across(index: int) -> str:
        return plain(width * index + width / 2)

    def up(value: Decimal) -> str:
        return plain(FULL - (value - bottom) / (top - bottom) * FULL)

    ticks = []
    at = bottom
    while at <= top:
        ticks.append(Tick(up(at), measure(at, "%" if unit == "%" else "")))
        at += step
    drawn = [
        _line(label, number, points, across, up) for number, (label, points) in enumerate(held)
    ]
    line = None
    if aim is not None:
        y = Decimal(up(aim))
        good = (y, FULL - y) if direction == "down" else (Decimal(0), y)
        line = Goal(plain(y), goal_words, plain(good[0]), plain(good[1]))
    return Chart(ticks, drawn, _absent(held, count, width), marks, line)


def _line(
    label: str, number: int, points: Sequence[Mapping[str, Any]], across: Any, up: Any
) -> Line:
    segments: list[Segment] = []
    dots: list[Dot] = []
    before: Dot | None = None
    for index, point in enumerate(points):
        value = decimal_of(point.get("value"))
        if value is None:
            before = None
            continue
        sure = point.get("sure") if point.get("sure") in SURE else "known"
        dot = Dot(
            across(index),
            up(value),
            str(sure),
            str(point.get("title") or ""),
            str(point.get("url") or ""),
        )
        if before:
            unsure = bool({"estimated", "expected"} & {before.sure, dot.sure})
            segments.append(Segment(before.x, before.y, dot.x, dot.y, unsure))
        dots.append(dot)
        before = dot
    return Line(label, number, segments, dots)


def _absent(
    held: Sequence[tuple[str, Sequence[Mapping[str, Any]]]], count: int, width: Decimal
) -> list[Absent]:
    found = []
    for index in range(count):
        column = [points[index] for _label, points in held if index < len(points)]
        if column and all(decimal_of(point.get("value")) is None for point in column):
            title = next((str(point["title"]) for point in column if point.get("title")), "")
            found.append(Absent(plain(width * index), plain(width), title))
    return found
