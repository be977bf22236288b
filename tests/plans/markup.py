"""The light markup in which the corpus is written, and its blocks.

    LEFT || RIGHT          a line of the letterhead's two columns
    ^ words                centred and bold
    {I} {1} {1.1} {a} {-} {+} {Điều}   a paragraph numbered by the word processor
    | a | b |              a row of a table; `^` joins the cell above, `<` the one at the left
    [*1]                   a footnote's sign; a line that begins with it is the footnote
    ---page---             a new page

A line is a paragraph, a blank line ends a table. Everything else stands as written.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

LEVELS = ("I", "1", "1.1", "a", "-", "+", "Điều")
NOTE = re.compile(r"\[\*(\d+)\]")
_NUMBERED = re.compile(r"\{(I|1|1\.1|a|-|\+|Điều)\}\s+")
_ROMAN = ("", "I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX", "X", "XI", "XII")


@dataclass(frozen=True)
class Paragraph:
    """`number` is what an automatic numbering shows, `level` its place in `LEVELS`."""

    words: str
    centred: bool = False
    level: str | None = None
    number: str = ""

    @property
    def shown(self) -> str:
        """With its number, and without signs of footnotes."""
        words = NOTE.sub("", self.words)
        return f"{self.number} {words}" if self.number else words


@dataclass(frozen=True)
class Letterhead:
    left: tuple[str, ...]
    right: tuple[str, ...]


@dataclass(frozen=True)
class Cell:
    words: str
    row: int
    column: int
    row_span: int = 1
    column_span: int = 1


@dataclass(frozen=True)
class Table:
    cells: tuple[Cell, ...]
    rows: int
    columns: int


@dataclass(frozen=True)
class NewPage:
    pass


@dataclass(frozen=True)
class Footnote:
    number: int
    words: str


Block = Paragraph | Letterhead | Table | NewPage | Footnote


@dataclass
class _Numbers:
    """What the word processor counts; a higher level starts the lower ones anew."""

    counts: dict[str, int] = field(default_factory=dict)

    def next(self, level: str) -> str:
        if level in "-+":
            return level
        self.counts[level] = self.counts.get(level, 0) + 1
        if level != "Điều":
            for lower in LEVELS[LEVELS.index(level) + 1 : 4]:
                self.counts.pop(lower, None)
        count = self.counts[level]
        return {
            "I": f"{_ROMAN[count % len(_ROMAN)]}.",
            "1": f"{count}.",
            "1.1": f"{self.counts.get('1', 0)}.{count}.",
            "a": f"{chr(96 + (count - 1) % 26 + 1)})",
            "Điều": f"Điều {count}.",
        }[level]


def read_blocks(text: str) -> list[Block]:
    return list(_blocks(text.split("\n")))


def _blocks(lines: list[str]) -> Iterator[Block]:
    numbers = _Numbers()
    position = 0
    while position < len(lines):
        line = lines[position].rstrip()
        if " || " in line:
            end = _end(lines, position, lambda words: " || " in words)
            halves = [words.split(" || ") for words in lines[position:end]]
            left = tuple(half[0].strip() for half in halves if half[0].strip())
            yield Letterhead(left, tuple(half[1].strip() for half in halves if half[1].strip()))
            position = end
            continue
        if line.startswith("|"):
            end = _end(lines, position, lambda words: words.startswith("|"))
            yield _table(lines[position:end])
            position = end
            continue
        if line == "---page---":
            yield NewPage()
        elif note := re.match(NOTE.pattern + r"\s", line):
            yield Footnote(int(note[1]), line[note.end() :])
        elif line:
            yield _paragraph(line, numbers)
        position += 1


def _end(lines: list[str], start: int, belongs) -> int:  # type: ignore[no-untyped-def]
    return next((n for n in range(start, len(lines)) if not belongs(lines[n])), len(lines))


def _paragraph(line: str, numbers: _Numbers) -> Paragraph:
    if line.startswith("^ "):
        return Paragraph(line[2:].strip(), centred=True)
    if numbered := _NUMBERED.match(line):
        level = numbered[1]
        return Paragraph(line[numbered.end() :], level=level, number=numbers.next(level))
    return Paragraph(line)


def _table(lines: list[str]) -> Table:
    rows = [[words.strip() for words in line.strip().strip("|").split("|")] for line in lines]
    columns = max(len(row) for row in rows)
    cells = []
    for row, words in enumerate(rows):
        for column, word in enumerate(words):
            if word in ("^", "<"):
                continue
            right = column + 1
            while right < len(words) and words[right] == "<":
                right += 1
            below = row + 1
            while below < len(rows) and column < len(rows[below]) and rows[below][column] == "^":
                below += 1
            cells.append(Cell(word, row, column, below - row, right - column))
    return Table(tuple(cells), len(rows), columns)
