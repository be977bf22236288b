"""From rows of text to published results: every cell read, every fault with its row and field.

What is wrong refuses a row; what is only odd is a doubt, and the row is used as it stands.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal

from cotmoc.analytics.ingest.values import decimal_mark_of
from cotmoc.apps.measurement.queries import calendars
from cotmoc.apps.orgs.models import AdminUnit
from cotmoc.apps.scorecards.cells import Unreadable, read_points, read_rank
from cotmoc.apps.scorecards.columns import TOTAL, Columns, Vocabulary
from cotmoc.apps.scorecards.doubts import ranks_against_points, totals_against_parts
from cotmoc.apps.scorecards.models import IndexVersion
from cotmoc.apps.scorecards.publishing import Result
from cotmoc.apps.scorecards.queries import in_force
from cotmoc.apps.scorecards.sheets import Row, Sheet
from cotmoc.apps.scorecards.subjects import Found, Subject, Subjects, is_nobody, said_borders
from cotmoc.core.periods import Period, period_in_name
from cotmoc.core.problems import Problem
from cotmoc.core.text import fold

MAX_PROBLEMS = 200
MOST_RANKED = 1_000_000  # of an unknown subject
BETWEEN = " ; "  # what stands between sources in a note
_YEAR = re.compile(r"(?:nam )?(\d{4})(?:[.,]0+)?", re.ASCII)
_REMARK = re.compile(r"(?P<number>[\d.,/ ]*\d) ?(?:\((?P<remark>[^()]*)\)|\*+)")
_BROKEN = re.compile("[\x00-\x1f\x7f-\x9f\ufffd]")
_LONGEST = {"source": 300, "note": 300}


@dataclass(frozen=True, slots=True)
class Said:
    """What is said about a table beside it. `on` is the day whose provinces the names mean; empty:
    the last day of the period, or what a row itself says."""

    method: str = ""
    period: Period | None = None
    source: str = ""
    published_on: date | None = None
    on: date | None = None


@dataclass(slots=True)
class Group:
    """The results of one method, period and source (empty: not told)."""

    index: IndexVersion
    period: Period
    source: str = ""
    results: list[Result] = field(default_factory=list)
    published_on: set[date] = field(default_factory=set)
    captured_on: set[date] = field(default_factory=set)


@dataclass(slots=True)
class Checked:
    """What a table gives. `good` and `refused` count its rows; rows of nobody are in neither."""

    groups: list[Group] = field(default_factory=list)
    good: int = 0
    refused: int = 0
    problems: list[Problem] = field(default_factory=list)
    doubts: list[Problem] = field(default_factory=list)
    left_out: list[str] = field(default_factory=list)


def vocabularies(methods: Iterable[IndexVersion]) -> dict[int, Vocabulary]:
    """What headers mean under each method, by its number."""
    return {row.pk: Vocabulary(row.definition) for row in methods}


def check(sheet: Sheet, methods: Sequence[IndexVersion], subjects: Subjects, said: Said) -> Checked:
    """Read all rows under the methods of one index. After too many problems the rest is left."""
    reader = _Reader(sheet, methods, subjects, said)
    for problem in sheet.torn:
        reader.refuse([problem])
    for row in sheet.rows:
        reader.read(row)
        if len(reader.found.problems) >= MAX_PROBLEMS:
            reader.found.problems.append(Problem("too_many_problems", sheet.file, row[0]))
            break
    return reader.finished()


class _Reader:
    """Reads the rows of one table one by one and gathers what comes of them."""

    def __init__(
        self, sheet: Sheet, methods: Sequence[IndexVersion], subjects: Subjects, said: Said
    ) -> None:
        self.sheet, self.methods, self.subjects, self.said = sheet, methods, subjects, said
        self.words = vocabularies(methods)
        self.columns = {pk: words.columns(sheet.header) for pk, words in self.words.items()}
        self.marks = {pk: self._mark(columns) for pk, columns in self.columns.items()}
        self.period = said.period or period_in_name(sheet.file)
        self.found = Checked()
        self.groups: dict[tuple[int, str, str], Group] = {}
        self.first: dict[tuple[object, ...], int] = {}
        self.told_borders: set[str] = set()  # periods whose rows say of which provinces they are

    def _mark(self, columns: Columns) -> str | None:
        places = columns.points.values()
        cells = [cells[place] for _line, cells in self.sheet.rows[:2_000] for place in places]
        if self.sheet.kind == "xlsx":
            return "." if decimal_mark_of(cells) != "," else None
        return decimal_mark_of(cells)

    def refuse(self, problems: Sequence[Problem]) -> None:
        self.found.refused += 1
        self.found.problems += problems

    def read(self, row: Row) -> None:
        """Read one row into its group, or say what is wrong with it."""
        one = _OneRow(self, row)
        results = one.results()
        if one.problems:
            self.refuse(one.problems)
        elif one.skipped:
            self.found.doubts.append(one.skipped)
        else:
            assert one.group is not None
            self.found.good += 1
            one.group.results += results
            one.tell_group()

    def group(self, index: IndexVersion, period: Period, source: str) -> Group:
        key = (index.pk, period.code, source)
        return self.groups.setdefault(key, Group(index, period, source))

    def finished(self) -> Checked:
        found = self.found
        found.groups = [group for group in self.groups.values() if group.results]
        used = {group.index.pk for group in found.groups} or set(self.columns)
        for name in self.sheet.header:
            if all(name in self.columns[pk].left_out for pk in used):
                found.left_out.append(name)
        for group in _whole_periods(found.groups):
            found.doubts += self._doubts(group)
        return found

    def _doubts(self, group: Group) -> Iterator[Problem]:
        words, columns = self.words[group.index.pk], self.columns[group.index.pk]
        for name in columns.left_out:
            if name not in self.found.left_out and self._has_values(name, group):
                params = {"method": group.index.method}
                yield Problem("column_not_of_method", self.sheet.file, None, name, None, params)
        yield from ranks_against_points(group.results, self.sheet.file)
        yield from totals_against_parts(group.results, words.index, self.sheet.file)
        yield from self._unsure_borders(group)

    def _has_values(self, name: str, group: Group) -> bool:
        place = self.sheet.header.index(name)
        lines = {result.line for result in group.results}
        return any(
            cells[place] for line, cells in self.sheet.rows if line in lines and cells[place]
        )

    def _unsure_borders(self, group: Group) -> Iterator[Problem]:
        """Provinces were merged after the period ended and perhaps before it was published: do the
        names mean the old ones or the new?"""
        units = [r.subject for r in group.results if isinstance(r.subject, AdminUnit)]
        end = group.period.last_day
        soon = end + timedelta(days=366)  # later ones were not known when it was published
        later = [day for day in self.subjects.changes if end < day <= soon]
        told = self.said.on or group.period.code in self.told_borders
        if told or not later or not units or not any(u.valid_to == later[0] for u in units):
            return
        if group.published_on and max(group.published_on) < later[0]:
            return
        names_stay = all(self.subjects.by_name(unit.name, later[0]).subject for unit in units)
        if names_stay and len({unit.pk for unit in units}) > 1:
            params = {"day": f"{end:%d/%m/%Y}", "later": f"{later[0]:%Y-%m-%d}"}
            yield Problem("borders_unsure", self.sheet.file, params=params)


class _OneRow:
    """One row on its way."""

    def __init__(self, reader: _Reader, row: Row) -> None:
        self.reader, (self.line, self.cells) = reader, row
        self.problems: list[Problem] = []
        self.skipped: Problem | None = None
        self.group: Group | None = None
        self.note = ""
        self.day = date.max  # whose provinces the names mean
        # Roles do not depend on the method.
        self.roles = next(iter(reader.columns.values())).roles

    def results(self) -> list[Result]:
        """What the row gives; empty where it has problems or is of nobody."""
        if (name := self._cell("subject")) and is_nobody(name):
            self.skipped = self._problem("row_of_nobody", "subject", name)
            return []
        period = self._period()
        index = self._index(period) if period else None
        if period is None or index is None:
            return []
        self.group = self.reader.group(index, period, self._source())
        words, columns = self.reader.words[index.pk], self.reader.columns[index.pk]
        for name in columns.twice:
            self._wrong("column_twice", field=name)
        subject = self._subject(period)
        self._remember(self._text("note"))
        for role in ("published_on", "captured_on"):
            self._date(role)
        nodes = self._nodes(words, columns)
        read = [self._result(node, subject, words, columns) for node in nodes]
        found = [result for result in read if result]
        if not found and not self.problems:
            self.skipped = self._problem("row_says_nothing", "subject", self._whose())
        for result in found:
            self._refuse_twice(result, period)
        return found

    def tell_group(self) -> None:
        """What the row says of where it comes from."""
        assert self.group is not None
        for role in ("published_on", "captured_on"):
            if day := self._date(role):
                getattr(self.group, role).add(day)

    def _source(self) -> str:
        """The source of the row's publication: what was said of all, else its own. Where something
        was said of all, its own becomes part of the note."""
        own, said = self._text("source"), self.reader.said.source
        if said and own and own != said:
            self._remember(own)
        return said or own

    # Whose and which ---

    def _period(self) -> Period | None:
        text, asked = self._cell("period"), self.reader.said.period
        if not text:
            if not self.reader.period:
                self._wrong("no_period", "period")
            return self.reader.period
        year = _YEAR.fullmatch(fold(text))
        try:
            period = calendars().parse(year[1] if year else text)
        except ValueError:
            self._wrong("not_a_period", "period", text)
            return None
        if asked and period != asked:
            self._wrong("period_not_asked", "period", text, asked=asked.code)
        return period

    def _index(self, period: Period) -> IndexVersion | None:
        methods = self.reader.methods
        if not self.reader.said.method:
            methods = [row for row in methods if in_force(row, period)]
        if len(methods) == 1:
            return methods[0]
        known = ", ".join(f"{row.method}" for row in methods or self.reader.methods)
        code = "several_methods" if methods else "no_method_in_force"
        self._wrong(code, "period", period.code, known=known)
        return None

    def _subject(self, period: Period) -> Subject | None:
        self.day = day = self._borders(period)
        code, name = self._cell("code"), self._cell("subject")
        if not code and not name:
            self._wrong("missing_value", "subject" if "subject" in self.roles else "code")
            return None
        subjects = self.reader.subjects
        by_code = subjects.by_code(code, day) if code else Found(None)
        by_name = subjects.by_name(name, day) if name else Found(None)
        if by_code.subject and by_name.subject and by_code.subject != by_name.subject:
            self._wrong("code_and_name_differ", "code", code, name=by_name.subject)
            return None
        if found := by_code.subject or by_name.subject:
            return found
        field, value, tried = ("subject", name, by_name) if name else ("code", code, by_code)
        problem = "several_subjects" if tried.several else "unknown_subject"
        near = ", ".join(tried.near) or "–"
        self._wrong(problem, field, value, near=near, day=f"{day:%d/%m/%Y}")
        return None

    def _borders(self, period: Period) -> date:
        """The day whose provinces a name means."""
        if day := self._date("borders"):
            self.reader.told_borders.add(period.code)
            return day
        if self.reader.said.on:
            return self.reader.said.on
        end = period.last_day
        after = [day for day in self.reader.subjects.changes if day > end]
        before = [day for day in self.reader.subjects.changes if day <= end]
        said = said_borders(self._cell("subject"))
        of = self._cell("of") or self._cell("rank").partition("/")[2].strip()
        if said or of in ("34", "63"):
            self.reader.told_borders.add(period.code)
        if after and (said == "after" or of == "34"):
            return after[0]
        if before and (said == "before" or of == "63"):
            return date.fromordinal(before[-1].toordinal() - 1)
        return end

    def _nodes(self, words: Vocabulary, columns: Columns) -> list[str]:
        """The nodes that the row gives something of."""
        if not columns.long:
            return list(dict.fromkeys([*columns.points, *columns.ranks]))
        text = self._cell("node")
        node = words.node(text) if text else TOTAL
        if node is None:
            known = ", ".join(words.nodes)[:200]
            self._wrong("unknown_node", "node", text, known=known)
            return []
        return [node]

    # What it says ---

    def _result(
        self, node: str, subject: Subject | None, words: Vocabulary, columns: Columns
    ) -> Result | None:
        """What the row gives of a node; its cells are checked where the subject is unknown too."""
        most = words.most(node)
        there = TOTAL if columns.long else node
        if columns.long and (given := self._max(columns)):
            most = given
        points = self._points(columns.points.get(there), most, columns)
        rank = self._rank(columns.ranks.get(there), subject)
        if subject is None or (points is None and rank is None):
            return None
        return Result(
            subject, node, points, rank, None if points is None else most, self.line, self.note
        )

    def _max(self, columns: Columns) -> Decimal | None:
        place = self.roles.get("max")
        most = self._points(place, Decimal(10**7), columns) if place is not None else None
        return most or None

    def _points(self, place: int | None, most: Decimal, columns: Columns) -> Decimal | None:
        if place is None:
            return None
        mark = next(
            mark for pk, mark in self.reader.marks.items() if self.reader.columns[pk] is columns
        )
        try:
            return read_points(self._number(place), mark, most)
        except Unreadable as unfit:
            self._wrong_cell(place, unfit)
            return None

    def _rank(self, place: int | None, subject: Subject | None) -> int | None:
        if place is None:
            return None
        most = self.reader.subjects.count(subject, self.day) if subject else MOST_RANKED
        try:
            found = read_rank(self._number(place), most)
        except Unreadable as unfit:
            self._wrong_cell(place, unfit)
            return None
        return found[0] if found else None

    def _number(self, place: int) -> str:
        """A cell without the remark that may follow its number, which becomes part of the note."""
        text = self.cells[place]
        remarked = _REMARK.fullmatch(text)
        if not remarked:
            return text
        if remark := (remarked["remark"] or "").strip():
            self._remember(f"{self.reader.sheet.header[place]}: {remark}")
        return remarked["number"]

    def _remember(self, *said: str) -> None:
        """Add to the row's note."""
        self.note = BETWEEN.join(each for each in (self.note, *said) if each)[: _LONGEST["note"]]

    def _refuse_twice(self, result: Result, period: Period) -> None:
        first = self.reader.first.setdefault((period.code, *result.key), self.line)
        if first != self.line:
            field = "subject" if "subject" in self.roles else "code"
            self._wrong("duplicate", field, self._whose(), first=first)

    def _text(self, role: str) -> str:
        text = self._cell(role)
        if len(text) > _LONGEST[role]:
            self._wrong("text_too_long", role, text[:80], limit=_LONGEST[role])
        if _BROKEN.search(text):
            self._wrong("unreadable_characters", role, _BROKEN.sub("�", text))
        return text

    def _date(self, role: str) -> date | None:
        text = self._cell(role)
        if not text:
            return None
        for form in ("%Y-%m-%d", "%d/%m/%Y", "%Y-%m-%d %H:%M:%S"):
            try:
                return datetime.strptime(text, form).date()  # noqa: DTZ007 - a day has no zone
            except ValueError:
                continue
        self._wrong("not_a_day", role, text)
        return None

    # Cells ---

    def _cell(self, role: str) -> str:
        place = self.roles.get(role)
        return "" if place is None else self.cells[place]

    def _whose(self) -> str:
        return self._cell("subject") or self._cell("code")

    def _problem(
        self,
        code: str,
        role: str = "",
        value: str | None = None,
        *,
        field: str = "",
        **params: object,
    ) -> Problem:
        place = self.roles.get(role)
        name = field or (role if place is None else self.reader.sheet.header[place])
        line = self.line or None
        return Problem(code, self.reader.sheet.file, line, name, value and value[:80], params)

    def _wrong(self, code: str, role: str = "", value: str | None = None, **more: object) -> None:
        problem = self._problem(code, role, value, **more)  # type: ignore[arg-type]
        if problem not in self.problems:
            self.problems.append(problem)

    def _wrong_cell(self, place: int, unfit: Unreadable) -> None:
        header = self.reader.sheet.header[place]
        self._wrong(unfit.code, "", self.cells[place], field=header, **unfit.params)


def _whole_periods(groups: Iterable[Group]) -> list[Group]:
    """Groups of one method and period put together, whatever their sources."""
    found: dict[tuple[int, str], Group] = {}
    for group in groups:
        whole = found.setdefault(
            (group.index.pk, group.period.code), Group(group.index, group.period)
        )
        whole.results += group.results
        whole.published_on |= group.published_on
    return list(found.values())
