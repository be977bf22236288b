"""Tables drawn with lines: where the lines are, there the cells are."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

_NEAR = 3.0
_GAP = 4.0
_COVERED = 0.6
_OPEN_SIDE = 10.0
_SHORTEST = 6.0
_MOST_CROSSINGS = 40_000


@dataclass(frozen=True, slots=True)
class Line:
    """A horizontal line at y `at` from x `start` to `end`, or a vertical one with x and y
    exchanged."""

    at: float
    start: float
    end: float


@dataclass(frozen=True, slots=True)
class Box:
    """A cell of the grid: its place and spans from 1, and its rectangle."""

    row: int
    column: int
    row_span: int
    column_span: int
    left: float
    top: float
    right: float
    bottom: float


@dataclass(frozen=True, slots=True)
class Grid:
    """A ruled table of one page."""

    columns: tuple[float, ...]
    rows: tuple[float, ...]
    boxes: tuple[Box, ...]
    places: tuple[tuple[int, ...], ...]

    def box_at(self, x: float, y: float) -> int | None:
        """The number of the box that a point lies in."""
        column, row = bisect_right(self.columns, x) - 1, bisect_right(self.rows, y) - 1
        inside = 0 <= column < len(self.columns) - 1 and 0 <= row < len(self.rows) - 1
        return self.places[row][column] if inside else None

    @property
    def top(self) -> float:
        return self.rows[0]

    @property
    def bottom(self) -> float:
        return self.rows[-1]

    @property
    def left(self) -> float:
        return self.columns[0]

    @property
    def right(self) -> float:
        return self.columns[-1]


def find_grids(horizontal: Iterable[Line], vertical: Iterable[Line]) -> list[Grid]:
    """The tables of a page, from top to bottom; frames of one column are none."""
    across, down = _merged(horizontal), _merged(vertical)
    if len(across) * len(down) > _MOST_CROSSINGS:
        return []
    grids = [grid for lines in _connected(across, down) if (grid := _grid(*lines))]
    return sorted(grids, key=lambda grid: (grid.top, grid.left))


def _merged(lines: Iterable[Line]) -> list[Line]:
    """Lines that lie on one another, or continue one another, as one."""
    merged: list[Line] = []
    group: list[Line] = []
    for line in sorted(lines, key=lambda each: each.at):
        if group and line.at - group[0].at > _NEAR:
            merged += _joined(group)
            group = []
        group.append(line)
    merged += _joined(group)
    return [line for line in merged if line.end - line.start >= _SHORTEST]


def _joined(group: Sequence[Line]) -> list[Line]:
    if not group:
        return []
    at = sum(line.at for line in group) / len(group)
    joined: list[Line] = []
    for line in sorted(group, key=lambda each: each.start):
        if joined and line.start <= joined[-1].end + _GAP:
            joined[-1] = Line(at, joined[-1].start, max(joined[-1].end, line.end))
        else:
            joined.append(Line(at, line.start, line.end))
    return joined


def _connected(across: Sequence[Line], down: Sequence[Line]) -> list[tuple[list[Line], list[Line]]]:
    """Groups of lines that touch one another."""
    parents = list(range(len(across) + len(down)))

    def root(index: int) -> int:
        while parents[index] != index:
            parents[index] = parents[parents[index]]
            index = parents[index]
        return index

    for number, line in enumerate(across):
        for other, crossing in enumerate(down):
            if _touch(line, crossing):
                parents[root(number)] = root(len(across) + other)
    groups: dict[int, tuple[list[Line], list[Line]]] = {}
    for number, line in enumerate(across):
        groups.setdefault(root(number), ([], []))[0].append(line)
    for other, line in enumerate(down):
        groups.setdefault(root(len(across) + other), ([], []))[1].append(line)
    return list(groups.values())


def _touch(across: Line, down: Line) -> bool:
    return (
        across.start - _NEAR <= down.at <= across.end + _NEAR
        and down.start - _NEAR <= across.at <= down.end + _NEAR
    )


def _grid(across: list[Line], down: list[Line]) -> Grid | None:
    if len(across) < 2 or not down:
        return None
    columns = _places(down, min(each.start for each in across), max(each.end for each in across))
    rows = _places(across, min(each.start for each in down), max(each.end for each in down))
    if len(columns) < 3 or len(rows) < 2:
        return None
    boxes = _boxes(columns, rows, across, down)
    if len({box.column for box in boxes}) < 2:
        return None
    return Grid(columns, rows, boxes, _places_of(boxes, len(rows) - 1, len(columns) - 1))


def _places_of(boxes: Sequence[Box], height: int, width: int) -> tuple[tuple[int, ...], ...]:
    """For each row and column the number of the box that covers it."""
    places = [[0] * width for _ in range(height)]
    for number, box in enumerate(boxes):
        for row in range(box.row - 1, box.row - 1 + box.row_span):
            first = box.column - 1
            places[row][first : first + box.column_span] = [number] * box.column_span
    return tuple(map(tuple, places))


def _places(lines: Sequence[Line], low: float, high: float) -> tuple[float, ...]:
    """Where lines stand; a side that the crossing lines run past without an edge is open."""
    places: list[float] = []
    for at in sorted(line.at for line in lines):
        if not places or at - places[-1] > _NEAR:
            places.append(at)
    if places[0] - low > _OPEN_SIDE:
        places.insert(0, low)
    if high - places[-1] > _OPEN_SIDE:
        places.append(high)
    return tuple(places)


def _boxes(
    columns: Sequence[float], rows: Sequence[float], across: Sequence[Line], down: Sequence[Line]
) -> tuple[Box, ...]:
    width, height = len(columns) - 1, len(rows) - 1
    walls = _edges(down, columns, rows)
    floors = _edges(across, rows, columns)
    taken = [[False] * width for _ in range(height)]
    boxes = []
    for row in range(height):
        for column in range(width):
            if taken[row][column]:
                continue
            right = column + 1
            while right < width and (right, row) not in walls and not taken[row][right]:
                right += 1
            bottom = row + 1
            while bottom < height and _open_below(bottom, column, right, floors, walls):
                bottom += 1
            for y in range(row, bottom):
                taken[y][column:right] = [True] * (right - column)
            boxes.append(
                Box(
                    *(row + 1, column + 1, bottom - row, right - column),
                    *(columns[column], rows[row], columns[right], rows[bottom]),
                )
            )
    return tuple(boxes)


def _open_below(
    row: int, left: int, right: int, floors: set[tuple[int, int]], walls: set[tuple[int, int]]
) -> bool:
    """No line above this row for the whole width, none inside it, and the same sides."""
    last = max(column for column, _ in walls) if walls else 0
    if any((side, row) not in walls for side in (left, right) if 0 < side < last):
        return False
    return not any((row, column) in floors for column in range(left, right)) and not any(
        (column, row) in walls for column in range(left + 1, right)
    )


def _edges(
    lines: Sequence[Line], places: Sequence[float], steps: Sequence[float]
) -> set[tuple[int, int]]:
    """Which stretches between two steps have a line at a place."""
    found = set()
    for line in lines:
        place = min(range(len(places)), key=lambda index: abs(places[index] - line.at))
        if abs(places[place] - line.at) > 2 * _NEAR:
            continue
        for step in range(len(steps) - 1):
            low, high = steps[step], steps[step + 1]
            shared = min(high, line.end) - max(low, line.start)
            if shared >= _COVERED * (high - low):
                found.add((place, step))
    return found
