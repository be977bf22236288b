"""Geometry of the small marks: numbers in, lengths in percent out. No markup, no request."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from cotmoc.ui.formats import Number, decimal_of, plain
from cotmoc.ui.states import STATES, State

FULL = Decimal(100)


def share(value: Decimal, maximum: Decimal) -> Decimal:
    """Percent of the scale, held within it: a mark never leaves its track."""
    if maximum <= 0:
        return Decimal(0)
    return min(max(value / maximum * 100, Decimal(0)), FULL)


@dataclass(frozen=True)
class Bullet:
    """Value against target. Lengths are percents of the track, written with a dot."""

    kind: str  # value | zero | empty
    fill: str
    tick: str | None
    good_from: str
    good_width: str
    over: bool
    flag: str  # which side of the tick is good: right | left


def bullet(
    value: Number | None,
    target: Number | None,
    maximum: Number | None = 100,
    direction: str = "up",
) -> Bullet:
    found, goal, top = decimal_of(value), decimal_of(target), decimal_of(maximum)
    if not top or top < 0:
        top = max(found or Decimal(0), goal or Decimal(0), Decimal(1))
    tick = None if goal is None else share(goal, top)
    down = direction == "down"
    good = (Decimal(0), Decimal(0))
    if tick is not None:
        good = (Decimal(0), tick) if down else (tick, FULL - tick)
    fill = Decimal(0) if found is None else share(found, top)
    kind = "empty" if found is None else "value" if fill > 0 else "zero"
    return Bullet(
        kind=kind,
        fill=plain(fill),
        tick=None if tick is None else plain(tick),
        good_from=plain(good[0]),
        good_width=plain(good[1]),
        over=found is not None and found > top,
        flag="left" if down else "right",
    )


def bar(value: Number | None, maximum: Number | None) -> str | None:
    found, top = decimal_of(value), decimal_of(maximum)
    return None if found is None or top is None else plain(share(found, top))


@dataclass(frozen=True)
class Covered:
    """A part of a known part of a whole; all in percents of the whole."""

    fill: str
    known: str
    rest: str  # what nobody knows, from `known` to the end
    tick: str | None


def covered(
    value: Number | None, known: Number | None, maximum: Number | None, tick: Number | None = None
) -> Covered:
    """`value` of `known`, where only `known` of `maximum` could be judged at all."""
    whole = decimal_of(maximum) or Decimal(0)
    judged = share(decimal_of(known) or Decimal(0), whole)
    found = decimal_of(value)
    # The share is never drawn beyond what could be judged.
    fill = Decimal(0) if found is None else min(share(found, whole), judged)
    mark = decimal_of(tick)
    return Covered(
        plain(fill),
        plain(judged),
        plain(FULL - judged),
        None if mark is None else plain(share(mark, whole)),
    )


@dataclass(frozen=True)
class Segment:
    state: State
    count: int
    start: str
    width: str
    middle: str
    roomy: bool  # the number fits inside even on a phone


def segments(counts: Mapping[str, int] | None) -> list[Segment]:
    """One bar of the states that occur, in the order of the legend."""
    known = {code: int((counts or {}).get(code) or 0) for code in STATES}
    total = sum(known.values())
    found: list[Segment] = []
    start = Decimal(0)
    for code, count in known.items():
        if not count:
            continue
        width = Decimal(count) / total * 100
        roomy = width >= 3 + 3 * len(str(count))
        middle = start + width / 2
        found.append(Segment(STATES[code], count, plain(start), plain(width), plain(middle), roomy))
        start += width
    return found


@dataclass(frozen=True)
class Sparkline:
    paths: list[str]
    last: tuple[str, str] | None


def sparkline(values: Iterable[Number | None], width: int = 96, height: int = 24) -> Sparkline:
    """Broken where a value is missing: a straight line over a hole would invent data."""
    found = [decimal_of(value) for value in values]
    known = [value for value in found if value is not None]
    if not known:
        return Sparkline([], None)
    low, high = min(known), max(known)
    step = Decimal(width - 6) / max(len(found) - 1, 1)
    paths: list[str] = []
    line: list[str] = []
    last: tuple[str, str] | None = None
    for index, value in enumerate(found):
        if value is None:
            paths.append(" ".join(line))
            line = []
            continue
        up = (value - low) / (high - low) if high > low else Decimal("0.5")
        last = (plain(3 + index * step), plain(height - 3 - up * (height - 6)))
        line.append(",".join(last))
    return Sparkline([path for path in [*paths, " ".join(line)] if path], last)


BAND_SHAPES = ("triangle", "diamond", "ring", "circle")


@dataclass(frozen=True)
class Dot:
    x: str
    y: str
    r: str
    path: str
    shape: str
    band: str
    title: str
    url: str


def _read(point: Any, name: str, default: Any = None) -> Any:
    return point.get(name, default) if isinstance(point, Mapping) else getattr(point, name, default)


def shape_of(band: int | None) -> str:
    return "hollow" if band is None else BAND_SHAPES[max(0, min(band, 3))]


def _outline(shape: str, x: Decimal, y: Decimal, r: Decimal) -> str:
    """Corners of the shapes a circle cannot draw, of about the area of the circle."""
    if shape == "triangle":
        corners: Sequence[tuple[Decimal, Decimal]] = (
            (x, y - r * Decimal("1.3")),
            (x + r * Decimal("1.2"), y + r * Decimal("0.85")),
            (x - r * Decimal("1.2"), y + r * Decimal("0.85")),
        )
    elif shape == "diamond":
        reach = r * Decimal("1.2")
        corners = ((x, y - reach), (x + reach, y), (x, y + reach), (x - reach, y))
    else:
        return ""
    return "M" + "L".join(f"{plain(a)} {plain(b)}" for a, b in corners) + "Z"


def dots(points: Iterable[Any]) -> list[Dot]:
    """Large ones first, so that a small commune is never buried under a town."""
    found: list[tuple[Decimal, Dot]] = []
    for point in points:
        x, y = decimal_of(_read(point, "x")), decimal_of(_read(point, "y"))
        if x is None or y is None:
            continue
        r = decimal_of(_read(point, "r")) or Decimal(4)
        band = _read(point, "band")
        shape = _read(point, "shape") or shape_of(band)
        dot = Dot(
            plain(x),
            plain(y),
            plain(r),
            _outline(shape, x, y, r),
            shape,
            "none" if band is None else str(band),
            str(_read(point, "title", "") or ""),
            str(_read(point, "url", "") or ""),
        )
        found.append((r, dot))
    return [dot for _r, dot in sorted(found, key=lambda pair: -pair[0])]
