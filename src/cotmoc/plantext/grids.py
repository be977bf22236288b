"""Reads the tables of a plan, row by row, into targets and tasks.

A table is read when its head row names at least a column of targets or tasks and one more thing
known (`columns.py`); any other table stays text.  Merged cells hold for every row they cover.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from cotmoc.plantext import names, scope, wording
from cotmoc.plantext.actions import begins_with_action
from cotmoc.plantext.assignments import lead_of_value, read_assignment
from cotmoc.plantext.columns import Column, is_head_word, meaning_of, read_column, settle
from cotmoc.plantext.comparators import read_wording
from cotmoc.plantext.details import find_budget, find_due, find_frequency, scale_of
from cotmoc.plantext.model import Comparator, Level, Pillar, Task, Unit
from cotmoc.plantext.numbers import NUMBER, plain, read_number
from cotmoc.plantext.organisations import find_organisations, read_names
from cotmoc.plantext.origins import Cell, Table
from cotmoc.plantext.qualitative import read_qualitative_targets
from cotmoc.plantext.statements import cut_statements
from cotmoc.plantext.targets import Finding, read_measured_targets
from cotmoc.plantext.words import (
    fold,
    has_letters,
    one_line,
    phrase,
    sentence_case,
    trim,
)

_MAX_HEAD_ROWS = 4
_MAX_CELL = 3000
_ENUMERATION = re.compile(r"\(?(?:\d{1,2}|[A-Za-z])\)?(?:\s?=.{0,30})?")
_MARK = re.compile(r"\s*(?:[xX✓✔√+●]|có)\s*")
_EMPTY = re.compile(r"[\s\-–—.…/]*")
_GROUP_NUMBER = re.compile(r"\s*(?:[IVXLC]{1,6}|[A-HĐ])[.)]?\s*$")
_TOTAL = re.compile(
    r"\s{0,4}(?:tổng(?:\s(?:cộng|số))?|cộng)(?:\s(?:kinh\sphí|toàn\stỉnh))?[\s:.]{0,4}"
)
_DITTO = re.compile(r"\s*(?:nt|như\strên|\"|”|-nt-|\"\s?\")\s*", re.I)
_LEVEL_ONLY = re.compile(
    r"[\s\-–+•*]*(?:trong\sđó[,:]?\s)?(?:đối\svới\s|ở\s|tại\s)?(?:các\s)?cấp\s(?:tỉnh|huyện|xã)[\s:.]*"
)
_SUB_ITEM = re.compile(r"\s*[-–+•*]\s*\S")
_UNIT_WORDS: tuple[tuple[re.Pattern[str], Unit], ...] = (
    (re.compile(r"%\s?/\s?năm|%\s?năm"), "%/year"),
    (re.compile(r"%|phần\străm|tỷ\slệ|tỉ\slệ"), "%"),
    (re.compile(phrase("đồng", "tỷ", "tỉ", "triệu", "vnđ", "tỷ đồng")), "VND"),
    (re.compile(phrase("ngày", "ngày làm việc")), "days"),
    (re.compile(phrase("điểm")), "points"),
    (re.compile(phrase("hạng", "thứ hạng", "xếp hạng", "vị trí", "thứ tự")), "rank"),
    (re.compile(r"(?<!\w)có\s?/\s?không|đạt\s?/\s?không"), "yes/no"),
)
_VALUE = re.compile(
    rf"(?<![\w.,])(?:(?P<low>{NUMBER})\s?(?P<lowunit>%)?\s?(?:[-–]|đến(?=\s))\s?)?(?P<number>{NUMBER})"
    rf"(?:\s?/\s?(?P<of>\d{{1,3}})(?![\d/]))?"
    rf"(?P<unit>\s?%(?:\s?/\s?năm)?|\s?(?:nghìn\stỷ|tỷ|tỉ|triệu|nghìn)(?:\sđồng)?|\s?đồng|\s?ngày|\s?điểm)?"
    r"(?![\d/])"
)
_RANK_CUE = re.compile(
    phrase("top", "tốp", "nhóm", "thứ", "hạng", "xếp hạng", "vị trí", "thứ hạng")
)
_RAISE = re.compile(
    r"\s*" + phrase("tăng", "nâng", "nâng cao", "cải thiện", "tăng hạng", "tăng bậc")
)
_DONE = re.compile(r"\s*" + phrase("đạt", "có", "hoàn thành", "đạt chuẩn") + r"\s*\.?\s*")
_MONEY_SCALE = {"nghìn tỷ": 12}
_SHARE = re.compile(r"\s*(?:tỷ|tỉ)\s(?:lệ|trọng)(?!\w)")
_MEASURED = re.compile(
    r"\s*"
    + phrase("tỷ lệ", "tỉ lệ", "tỷ trọng", "số", "số lượng", "mức", "tổng", "tốc độ", "thời gian")
)
_GROWTH = re.compile(r"\s*tốc\sđộ\stăng")


@dataclass(slots=True)
class _Row:
    """A row as people read it: one or more rows of the grid, as when a page break cuts one."""

    cells: list[list[Cell]]
    own: list[Cell]
    over_parts: bool = False


@dataclass(frozen=True, slots=True)
class GridTarget:
    """A target of a row, with what the table's other columns and group rows say about it."""

    finding: Finding
    lead: str | None
    pillar: Pillar | None


@dataclass(frozen=True, slots=True)
class GridRow:
    """What one row gave; `start:end` is its text.  Neither target nor task: left alone."""

    start: int
    end: int
    targets: tuple[GridTarget, ...] = ()
    task: Task | None = None


@dataclass(frozen=True, slots=True)
class Grid:
    """A table whose columns are known, and how many of its rows are heads."""

    table: Table
    columns: tuple[Column, ...]
    head_rows: int
    heads: tuple[str, ...] = field(default=())


# --- which tables are read ------------------------------------------------------------------------


def find_grids(text: str, tables: tuple[Table, ...], year: int | None) -> list[Grid]:
    """The tables whose columns are known; one without heads may continue the one before."""
    grids: list[Grid] = []
    for table in tables:
        rows = table.grid()
        grid = _with_heads(text, table, rows, year) or _continued(text, table, rows, grids)
        if grid:
            grids.append(grid)
    return grids


def _with_heads(
    text: str, table: Table, rows: list[list[Cell | None]], year: int | None
) -> Grid | None:
    first = next((i for i, row in enumerate(rows[:_MAX_HEAD_ROWS]) if _is_head(text, row)), None)
    if first is None:
        return None
    last = _last_head(text, rows, first)
    width = len(rows[first])
    heads = [_heads_of(text, rows[first : last + 1], index) for index in range(width)]
    columns = [
        read_column(index, [_of(text, cell) for cell in cells], year)
        for index, cells in enumerate(heads)
    ]
    same = {index for index in range(1, width) if heads[index] and heads[index] == heads[index - 1]}
    columns = settle(columns, _unit_columns(text, rows[last + 1 :], width), same)
    if not any(column.meaning in ("name", "task") for column in columns):
        return None
    return Grid(table, tuple(columns), last + 1, _texts(text, rows[first]))


def _heads_of(text: str, rows: list[list[Cell | None]], index: int) -> list[Cell]:
    """The head cells of a column from top to bottom, without `(1)` and the like."""
    cells: list[Cell] = []
    for row in rows:
        cell = row[index]
        if cell is None or cell in cells or _ENUMERATION.fullmatch(_of(text, cell)):
            continue
        cells.append(cell)
    return cells


def _is_head(text: str, row: list[Cell | None]) -> bool:
    meanings = {
        meaning_of(_of(text, cell)) for cell in _distinct(row) if len(_of(text, cell)) < 150
    } - {"unknown"}
    return len(meanings) >= 2 and bool(meanings & {"name", "task", "goal"})


def _last_head(text: str, rows: list[list[Cell | None]], first: int) -> int:
    """More head rows: cells that reach down or stand beneath a wide one, and `(1) (2) (3)`."""
    last = first
    for index in range(first + 1, min(len(rows), first + _MAX_HEAD_ROWS)):
        if not _is_lower_head(text, rows[index], rows[last]):
            break
        last = index
    return last


def _is_lower_head(text: str, row: list[Cell | None], above: list[Cell | None]) -> bool:
    cells = _distinct(row)
    written = [words for cell in cells if (words := _of(text, cell))]
    if len(written) > 2 and all(_ENUMERATION.fullmatch(words) for words in written):
        return True
    reaching = [cell for cell in cells if cell in above]
    own = [words for cell in cells if cell not in above and (words := _of(text, cell))]
    if not own:
        return len(reaching) * 2 >= len(cells) > 0 and bool(reaching)
    joined = bool(reaching) or (len(own) > 1 and not _of_first(text, row))
    return joined and all(is_head_word(words) for words in own)


def _of_first(text: str, row: list[Cell | None]) -> str:
    return _of(text, row[0]) if row and row[0] else ""


def _continued(
    text: str, table: Table, rows: list[list[Cell | None]], grids: list[Grid]
) -> Grid | None:
    """The rest of a table behind a page break, without its head row."""
    if not grids or not rows or len(rows[0]) != len(grids[-1].columns):
        return None
    before = grids[-1]
    if text[before.table.end : table.start].strip():
        return None
    return Grid(table, before.columns, 0, before.heads)


def _unit_columns(text: str, rows: list[list[Cell | None]], width: int) -> set[int]:
    """Columns whose cells are short and name no organisation."""
    found = set()
    for index in range(width):
        words = [_of(text, cell) for row in rows if (cell := row[index])]
        written = [each for each in words if each]
        short = [each for each in written if len(each) < 16 and not find_organisations(each)]
        if written and len(short) * 2 > len(written):
            found.add(index)
    return found


# --- rows -----------------------------------------------------------------------------------------


def read_rows(text: str, grid: Grid, clause: str, year: int | None) -> list[GridRow]:
    """Every row of the table in order; head and group rows give nothing."""
    reader = _GridReader(text, grid, clause, year)
    rows = grid.table.grid()
    result = [
        GridRow(*_span(_own(rows, index))) for index in range(grid.head_rows) if _own(rows, index)
    ]
    result += [reader.read(row) for row in _logical_rows(text, grid, rows)]
    return [row for row in result if row.start < row.end]


def _own(rows: list[list[Cell | None]], index: int) -> list[Cell]:
    """The cells that begin in a row (rows count from 1)."""
    return [cell for cell in _distinct(rows[index]) if cell.row == index + 1]


def _logical_rows(text: str, grid: Grid, rows: list[list[Cell | None]]) -> Iterator[_Row]:
    current: _Row | None = None
    for index in range(grid.head_rows, len(rows)):
        own = _own(rows, index)
        if not any(_of(text, cell) for cell in own):
            continue
        if grid.heads and _texts(text, rows[index]) == grid.heads:
            continue
        if current and _goes_on(text, grid, rows[index]):
            for column, cell in enumerate(rows[index]):
                if cell is not None and cell not in current.cells[column]:
                    current.cells[column].append(cell)
            current.own += own
            continue
        if current:
            yield current
        below = grid.head_rows
        cells = [[cell] if cell and cell.row > below else [] for cell in rows[index]]
        current = _Row(cells, list(own), _over_parts(text, grid, rows, index))
    if current:
        yield current


def _over_parts(text: str, grid: Grid, rows: list[list[Cell | None]], index: int) -> bool:
    """`1 | Tuyên truyền` above `1.1 | Tổ chức hội nghị`: the parts are the work."""
    number = next((each.index for each in grid.columns if each.meaning == "number"), None)
    if number is None or index + 1 >= len(rows):
        return False
    own, below = (_of(text, rows[at][number]).rstrip(".") for at in (index, index + 1))
    return bool(own) and own[-1].isdigit() and below.startswith(f"{own}.")


def _goes_on(text: str, grid: Grid, row: list[Cell | None]) -> bool:
    """Without a number, and with a name that begins small or not at all: the row above goes on."""
    written = {
        column.meaning: _of(text, cell)
        for column in reversed(grid.columns)
        if (cell := row[column.index]) is not None and _of(text, cell)
    }
    if "number" in written or "value" in written:
        return False
    if not any(column.meaning == "number" for column in grid.columns):
        return False
    name = written.get("name") or written.get("task")
    return name is None or name[0].islower()


class _GridReader:
    """Reads row after row, keeping the pillar of the last group and the row a list hangs on."""

    def __init__(self, text: str, grid: Grid, clause: str, year: int | None) -> None:
        self._text = text
        self._grid = grid
        self._clause = clause
        self._year = year
        self._pillar: Pillar | None = None
        self._parent: str = ""
        self._before: dict[str, str] = {}
        rows = grid.table.grid()[grid.head_rows :]
        self._marks = {
            column.index
            for column in grid.columns
            if column.meaning == "value" and _all_marks(text, rows, column.index)
        }
        self._values = [
            column
            for column in grid.columns
            if column.meaning == "value" and column.index not in self._marks
        ]

    def read(self, row: _Row) -> GridRow:
        start, end = _span([cell for cell in row.own if _of(self._text, cell)])
        nothing = GridRow(start, end)
        if not any(row.cells):
            return nothing
        name = self._name(row)
        if not has_letters(name) or len(name) > _MAX_CELL:
            return nothing
        if self._is_group(row, name):
            self._pillar = wording.pillar_of_heading(fold(name)) or self._pillar
            numbered = _GROUP_NUMBER.fullmatch(self._words(row, "number")) or name.isupper()
            self._parent = "" if numbered else name
            return nothing
        self._pillar = self._own_pillar(row) or self._pillar
        lead, helpers, flags = self._lead(row)
        targets = tuple(self._targets(row, name, lead, start, end))
        works = self._holds_tasks() and begins_with_action(fold(_without_marker(name)))
        if targets and not works:
            return GridRow(start, end, targets)
        if not targets and self._is_target_table():
            self._parent = name
            return nothing
        return GridRow(
            start, end, targets, self._task(row, name, (start, end), lead, helpers, flags)
        )

    # --- the words of a row -------------------------------------------------------------------

    def _words(self, row: _Row, *meanings: str) -> str:
        cells: list[Cell] = []
        for column in self._grid.columns:
            if column.meaning in meanings:
                cells += [cell for cell in row.cells[column.index] if cell not in cells]
        return "\n".join(words for cell in cells if (words := _of(self._text, cell)))

    def _value_of(self, row: _Row, meaning: str) -> str:
        """A cell's words; `nt` repeats the row above."""
        words = self._words(row, meaning)
        if _DITTO.fullmatch(words):
            return self._before.get(meaning, "")
        if words:
            self._before[meaning] = words
        return words

    def _name(self, row: _Row) -> str:
        parts = [
            words
            for column in self._grid.columns
            if column.meaning in ("name", "task")
            for cell in row.cells[column.index]
            if (words := _of(self._text, cell))
        ]
        return "\n".join(dict.fromkeys(parts))

    def _is_group(self, row: _Row, name: str) -> bool:
        if _TOTAL.fullmatch(fold(name)):
            return True
        # A group of projects may state what its rows cost together.
        money = self._holds_tasks() and _GROUP_NUMBER.fullmatch(self._words(row, "number"))
        cells = [
            cell
            for column, cells in zip(self._grid.columns, row.cells, strict=True)
            if column.meaning != "number" and not (money and column.meaning == "budget")
            for cell in cells
            if _of(self._text, cell)
        ]
        distinct = list(dict.fromkeys(cells))
        if len(distinct) > 1 or not distinct:
            return False
        number = self._words(row, "number")
        wide = distinct[0].column_span >= 3 or number == name or row.over_parts
        return bool(
            wide or _GROUP_NUMBER.fullmatch(number) or name.isupper() or _GROUP_START.match(name)
        )

    def _is_target_table(self) -> bool:
        meanings = {column.meaning for column in self._grid.columns}
        return bool(self._values) and "task" not in meanings

    def _holds_tasks(self) -> bool:
        return any(column.meaning == "task" for column in self._grid.columns)

    def _own_pillar(self, row: _Row) -> Pillar | None:
        return wording.pillar_of_heading(fold(self._words(row, "group")))

    def _lead(self, row: _Row) -> tuple[str | None, tuple[str, ...], tuple[str, ...]]:
        words = self._value_of(row, "lead")
        return lead_of_value(words) if has_letters(words) else (None, (), ())

    # --- targets ------------------------------------------------------------------------------

    def _targets(
        self, row: _Row, name: str, lead: str | None, start: int, end: int
    ) -> Iterator[GridTarget]:
        found = list(self._valued(row, name, start, end)) if self._values else []
        named = any(column.meaning == "name" for column in self._grid.columns)
        if not found and (named or not begins_with_action(fold(_without_marker(name)))):
            found = _over_the_row(list(self._stated(row)), start, end)
        due = find_due(fold(self._words(row, "deadline")), self._year, labelled=True)
        for finding in found:
            own = _earlier(finding.deadline, due.date if due else None, len(self._values) < 2)
            yield GridTarget(replace(finding, deadline=own), lead, self._pillar)

    def _stated(self, row: _Row) -> Iterator[Finding]:
        """The cell states the target in a sentence: `90% hồ sơ được nộp trực tuyến`."""
        named = {
            cell
            for column in self._grid.columns
            if column.meaning in ("name", "task")
            for cell in row.cells[column.index]
        }
        # What a merged cell states was read with its first row.
        for cell in (each for each in row.own if each in named):
            for statement in cut_statements(self._text, cell.start, cell.end):
                yield from read_measured_targets(statement, True) or (
                    []
                    if self._values or self._holds_tasks()
                    else read_qualitative_targets(statement)
                )

    def _valued(self, row: _Row, name: str, start: int, end: int) -> Iterator[Finding]:
        """One target for each value; quotes follow one another and cover the row."""
        pieces = _within(list(self._pieces(row)), start)
        left = start
        title, level, of = self._title(name)
        for index, (column, value, piece_end) in enumerate(pieces):
            right = end if index == len(pieces) - 1 else piece_end
            left, right = _without_blanks(self._text, left, max(left, right))
            if left >= right:
                left, right = start, end
            yield Finding(
                start=left,
                end=right,
                name=title,
                comparator=value.comparator,
                value=value.value,
                value_high=value.high,
                unit=value.unit,
                of=value.total or (of if value.unit == "%" else None),
                level=value.level or column.level or self._marked_level(row) or level,
                deadline=column.deadline,
                baseline=value.baseline or self._baseline(row),
                exclusion=scope.read_exclusion(name),
                subjects=scope.split_subjects(of if value.unit == "%" else None),
                flags=("dot_as_decimal",) if value.dot_as_decimal else (),
                rule="table_row",
            )
            left = right

    def _pieces(self, row: _Row) -> Iterator[_Piece]:
        name = self._name(row)
        unit_words = self._words(row, "unit")
        seen: set[Cell] = set()
        for column in self._values:
            for cell in row.cells[column.index]:
                if cell in seen:
                    continue
                seen.add(cell)
                for left, right in _value_spans(self._text, cell):
                    value = read_value(
                        self._text[left:right], unit_words or column.unit or "", name
                    )
                    if value:
                        yield column, value, right

    def _title(self, name: str) -> tuple[str, Level | None, str | None]:
        """Name, level and denominator; a line `- Cấp tỉnh` takes its name from the row above."""
        lines = [line for line in name.split("\n") if line.strip()]
        levels = scope.levels_named(fold(name))
        kept = [line for line in lines if not _LEVEL_ONLY.fullmatch(fold(line))]
        words = one_line(" ".join(kept))
        if not kept:
            words = self._parent
        elif self._hangs_on_parent(name):
            words = f"{one_line(self._parent)} {trim(words).lstrip('-–+• ')}"
        elif not _SUB_ITEM.match(name):
            self._parent = ""
        title = names.title(names.clean(_without_marker(words))) or sentence_case(
            trim(one_line(name))
        )
        of = scope.denominator(title)
        level = levels[0] if len(levels) == 1 else scope.level_of(fold(name), of)
        return title, level, of

    def _hangs_on_parent(self, name: str) -> bool:
        """`Số dịch vụ công` / `- Toàn trình`; but `- Tỷ lệ …` says what it measures."""
        own = fold(name).lstrip("-–+• ")
        parent = _MEASURED.match(fold(self._parent))
        return bool(parent and _SUB_ITEM.match(name) and not _MEASURED.match(own))

    def _marked_level(self, row: _Row) -> Level | None:
        marked = [
            column.level
            for column in self._grid.columns
            if column.index in self._marks
            and column.level
            and any(_of(self._text, cell) for cell in row.cells[column.index])
        ]
        return marked[0] if len(marked) == 1 else None

    def _baseline(self, row: _Row) -> str | None:
        words = self._words(row, "baseline")
        match = _VALUE.search(fold(words))
        return plain(read_number(match["number"])) if match else None

    # --- tasks --------------------------------------------------------------------------------

    def _task(
        self,
        row: _Row,
        name: str,
        span: tuple[int, int],
        lead: str | None,
        helpers: tuple[str, ...],
        flags: tuple[str, ...],
    ) -> Task:
        read = read_assignment(one_line(_without_marker(_in_one_sentence(name))), self._year)
        when = fold(one_line(self._value_of(row, "deadline")))
        due = find_due(when, self._year, labelled=True)
        frequency = find_frequency(when, labelled=True) if when else read.frequency
        deadline = (due.date if due else None) or self._marked_deadline(row) or read.deadline
        found = [*flags] if lead else [*read.flags]
        lead = lead or read.lead
        names_of_helpers = (*helpers, *read_names(self._value_of(row, "coordinating")))
        if lead is None:
            found.append("lead_missing")
        if when and not due and not frequency and has_letters(when):
            found.append("deadline_not_read")
        if deadline is None and frequency is None:
            found.append("no_deadline")
        return Task(
            quote=self._text[slice(*span)],
            start=span[0],
            end=span[1],
            action=read.action,
            lead=lead,
            coordinating=tuple(
                dict.fromkeys(n for n in (names_of_helpers or read.coordinating) if n != lead)
            ),
            deadline=deadline,
            frequency=frequency,
            product=trim(one_line(self._value_of(row, "product"))) or read.product,
            budget=self._budget(row) or read.budget,
            flags=tuple(dict.fromkeys(found)),
            rule="table_row",
            clause=self._clause,
        )

    def _marked_deadline(self, row: _Row) -> str | None:
        marked = [
            column.deadline
            for column in self._grid.columns
            if column.index in self._marks
            and column.deadline
            and any(_of(self._text, cell) for cell in row.cells[column.index])
        ]
        return max(marked) if marked else None

    def _budget(self, row: _Row) -> str | None:
        for column in self._grid.columns:
            if column.meaning == "budget":
                for cell in row.cells[column.index]:
                    words = fold(_of(self._text, cell))
                    if found := find_budget(words, labelled=True, scale=column.scale):
                        return found
        return None


# --- values ---------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Value:
    comparator: Comparator
    value: str | None
    unit: Unit | None
    high: str | None = None
    total: str | None = None
    level: Level | None = None
    baseline: str | None = None
    dot_as_decimal: bool = False


# The column of a value, the value, and where its piece of text ends.
_Piece = tuple[Column, _Value, int]


def read_value(cell: str, unit_words: str, name: str) -> _Value | None:
    """A cell such as `≥ 80`, `Trên 1.030`, `8 - 8,5`, `Top 10`, `Duy trì`; None: no value."""
    folded = fold(one_line(cell)).strip()
    if _EMPTY.fullmatch(folded) or _MARK.fullmatch(folded):
        return None
    match = _VALUE.search(folded)
    if match is None:
        return _value_without_number(folded)
    unit, scale = _unit_of(match, fold(unit_words), fold(name))
    number = plain(read_number(match["number"]).scaleb(scale))
    low = plain(read_number(match["low"]).scaleb(scale)) if match["low"] else None
    cue = read_wording(folded, match.start(), match.end())
    levels = scope.levels_named(folded)
    is_rank = unit == "rank"
    written = match["number"]
    return _Value(
        comparator="rank<=" if is_rank else cue.comparator,
        value=low or number,
        unit=unit,
        high=number if low else None,
        total=match["of"] if is_rank else None,
        level=levels[0] if len(levels) == 1 else None,
        dot_as_decimal="." in written and "." in plain(read_number(written)) and "," not in written,
    )


def _value_without_number(folded: str) -> _Value | None:
    if folded.startswith("duy trì"):
        return _Value("maintain", None, "yes/no")
    if _RAISE.match(folded):
        return _Value("raise", None, None)
    return _Value("=", None, "yes/no") if _DONE.fullmatch(folded) else None


def _unit_of(match: re.Match[str], unit_words: str, name: str) -> tuple[Unit, int]:
    """The unit beside the number, else of the unit column, else what the name tells."""
    own = (match["unit"] or "").strip()
    for words in (own, unit_words):
        for pattern, unit in _UNIT_WORDS:
            if words and pattern.search(words):
                return _grown(unit, name), (_money_scale(words) if unit == "VND" else 0)
    before = match.string[: match.start()]
    if _RANK_CUE.search(before) or (not unit_words and _RANK_CUE.search(name[:40])):
        return "rank", 0
    if not unit_words and (_SHARE.match(name) or _GROWTH.match(name)):
        return _grown("%", name), 0
    return "count", 0


def _grown(unit: Unit, name: str) -> Unit:
    return "%/year" if unit == "%" and _GROWTH.match(name) else unit


def _money_scale(words: str) -> int:
    return next((s for w, s in _MONEY_SCALE.items() if w in words), None) or scale_of(words) or 0


def _value_spans(text: str, cell: Cell) -> list[tuple[int, int]]:
    """`90% cấp tỉnh; 80% cấp xã` in one cell are two values."""
    words = fold(text[cell.start : cell.end])
    if len(scope.levels_named(words)) < 2:
        return [(cell.start, cell.end)]
    spans = []
    position = 0
    for match in re.finditer(r"[;\n]|,(?=\s)|$", words):
        if _VALUE.search(words[position : match.start()]):
            spans.append((cell.start + position, cell.start + match.start()))
        position = match.end()
    return spans


def _within(pieces: list[_Piece], start: int) -> list[_Piece]:
    """Values of the row itself; one merged from above counts where the row has none."""
    inside = [piece for piece in pieces if piece[2] > start]
    return inside or pieces[:1]


def _over_the_row(found: list[Finding], start: int, end: int) -> list[Finding]:
    """The first quote begins with the row, the last ends with it."""
    if found:
        found[0] = replace(found[0], start=start)
        found[-1] = replace(found[-1], end=end)
    return found


def _earlier(column: str | None, cell: str | None, single: bool) -> str | None:
    """The row's own date, unless it is of another year than one of several year columns."""
    if column and cell and not single and column[:4] != cell[:4]:
        return column
    return cell or column


# --- cells ----------------------------------------------------------------------------------------

_GROUP_START = re.compile(r"(?:[IVXLC]{1,6}|[A-H])[.)]\s|(?:Nhóm|Trụ cột|Lĩnh vực|Phần)\s")
_MARKER = re.compile(r"\s{0,4}(?:[-–+•*]|\d{1,2}(?:\.\d{1,2}){0,3}[.)]|[a-zđ]\))\s{1,4}")


_NEXT_BULLET = re.compile(r"(?<![:;.,\n])[;.]?\s{0,3}\n\s{0,4}[-–+•*]\s{1,4}")


def _in_one_sentence(words: str) -> str:
    """The bullets of one cell, of which each but the first follows a line break."""
    return _NEXT_BULLET.sub("; ", words)


def _without_marker(words: str) -> str:
    match = _MARKER.match(words)
    return words[match.end() :] if match else words


def _without_blanks(text: str, start: int, end: int) -> tuple[int, int]:
    piece = text[start:end]
    return end - len(piece.lstrip()), start + len(piece.rstrip())


def _of(text: str, cell: Cell | None) -> str:
    return text[cell.start : cell.end].strip() if cell else ""


def _texts(text: str, row: list[Cell | None]) -> tuple[str, ...]:
    return tuple(fold(one_line(_of(text, cell))) for cell in row)


def _distinct(row: list[Cell | None]) -> list[Cell]:
    return list(dict.fromkeys(cell for cell in row if cell is not None))


def _span(cells: list[Cell]) -> tuple[int, int]:
    if not cells:
        return 0, 0
    return min(cell.start for cell in cells), max(cell.end for cell in cells)


def _all_marks(text: str, rows: list[list[Cell | None]], index: int) -> bool:
    written = [words for row in rows if (words := _of(text, row[index]))]
    return bool(written) and all(_MARK.fullmatch(words) for words in written)
