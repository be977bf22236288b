"""Geometry of results across the years: lines with gaps where they cannot be compared, and a mark
that says why. Values in, percents of the drawing out. No markup, no request."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from cotmoc.ui.charts import Tick, scale_of
from cotmoc.ui.formats import fixed, number, plain

FULL = Decimal(100)
_MOST_TICKS = 6
_EDGE = Decimal("0.5")


@dataclass(frozen=True, slots=True)
class Point:
    """A value at a column; `hollow` where it was computed here and not published."""

    column: int
    value: Decimal
    title: str
    hollow: bool = False


@dataclass(frozen=True, slots=True)
class Dot:
    x: str
    y: str
    title: str
    words: str
    hollow: bool


@dataclass(frozen=True, slots=True)
class Segment:
    x1: str
    y1: str
    x2: str
    y2: str


@dataclass(frozen=True, slots=True)
class Line:
    label: str
    number: int
    segments: tuple[Segment, ...]
    dots: tuple[Dot, ...]


@dataclass(frozen=True, slots=True)
class Mark:
    """A vertical line at the left edge of a column, with what changed there above it, line by line
    (how many line heights up, words). In the right half the words stand to its left."""

    x: str
    words: tuple[tuple[str, str], ...]
    turned: bool


@dataclass(frozen=True, slots=True)
class Column:
    x: str
    words: str


@dataclass(frozen=True, slots=True)
class Chart:
    ticks: tuple[Tick, ...]
    columns: tuple[Column, ...]
    lines: tuple[Line, ...]
    marks: tuple[Mark, ...]


def years_chart(
    columns: Sequence[str],
    lines: Sequence[tuple[str, Sequence[Point]]],
    marks: Mapping[int, Sequence[str]],
    *,
    ranks: bool = False,
    words: Callable[[Decimal], str] = number,
) -> Chart:
    """Lay lines out over named columns; no line crosses a mark (`marks`: column: what changed).

    Ranks stand upside down: the first on top.
    """
    width = FULL / max(len(columns), 1)
    values = [point.value for _label, points in lines for point in points]
    bottom, top, ticks = _axis(values, ranks)

    def across(column: int) -> Decimal:
        return width * column + width / 2

    def up(value: Decimal) -> Decimal:
        share = (value - bottom) / (top - bottom) * FULL
        return share if ranks else FULL - share

    drawn = []
    for place, (label, points) in enumerate(lines):
        dots = [
            Dot(plain(across(p.column)), plain(up(p.value)), p.title, words(p.value), p.hollow)
            for p in points
        ]
        joined = [
            Segment(dots[n].x, dots[n].y, dots[n + 1].x, dots[n + 1].y)
            for n in range(len(points) - 1)
            if _may_join(points[n], points[n + 1], marks)
        ]
        drawn.append(Line(label, place, tuple(joined), tuple(dots)))
    return Chart(
        tuple(
            Tick(plain(up(at)), said) for at, said in zip(ticks, _tick_words(ticks), strict=True)
        ),
        tuple(Column(plain(across(n)), name) for n, name in enumerate(columns)),
        tuple(drawn),
        tuple(
            Mark(plain(width * column), _stacked(said), 2 * column >= len(columns))
            for column, said in sorted(marks.items())
        ),
    )


def _stacked(said: Sequence[str]) -> tuple[tuple[str, str], ...]:
    """Lines of words above the drawing, the last one next to it."""
    last = len(said) - 1
    return tuple((f"-{1.7 + 1.25 * (last - n):.2f}", words) for n, words in enumerate(said))


def _tick_words(levels: Sequence[Decimal]) -> list[str]:
    """All with as many decimals as one of them needs."""
    finest = max((-int(each.normalize().as_tuple().exponent) for each in levels), default=0)
    return [fixed(each, max(finest, 0)) for each in levels]


def _may_join(one: Point, other: Point, marks: Mapping[int, Sequence[str]]) -> bool:
    """Neighbours without a mark between them: over a year without a value no line is drawn."""
    return other.column == one.column + 1 and other.column not in marks


def _axis(values: Sequence[Decimal], ranks: bool) -> tuple[Decimal, Decimal, list[Decimal]]:
    """Ends of the axis and the levels that are written at it."""
    if not values:
        return Decimal(0), Decimal(1), []
    if not ranks:
        bottom, top, step = scale_of(min(values), max(values), None)
        levels = [bottom + step * n for n in range(int((top - bottom) / step) + 1)]
        return bottom, top, levels
    worst = int(max(*values, Decimal(5)))
    apart = -(-worst // _MOST_TICKS)
    levels = [Decimal(n) for n in dict.fromkeys([1, *range(apart, worst + apart, apart)])]
    return Decimal(1) - _EDGE, levels[-1] + _EDGE, levels
