"""Walks the passages of a plan and gathers the tasks: whose section they stand in, the labelled
lines beneath them, and the sentences that assign work to different organisations."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from cotmoc.plantext.actions import begins_with_action, tells_the_past, topic_end
from cotmoc.plantext.assignments import (
    Assignment,
    Opening,
    is_formality,
    read_assignment,
    read_opening,
    says_only_who,
)
from cotmoc.plantext.labels import Field, find_details, opening_label
from cotmoc.plantext.lines import read_marker
from cotmoc.plantext.model import Frequency, Task
from cotmoc.plantext.organisations import read_names
from cotmoc.plantext.statements import MAX_STATEMENT, Statement, cut_statements
from cotmoc.plantext.structure import Passage
from cotmoc.plantext.words import fold, has_letters, one_line, trim, trimmed_span

_TASK_ROLES = ("tasks", "organisation")
_SILENT_ROLES = ("head", "basis", "results")
_SILENT_REASONS = ("recipients", "web_page_noise", "picture_caption", "result", "basis", "head")
_PLAIN_ASSIGNMENT = re.compile(
    r"chủ\s{1,4}trì|trách\s{1,4}nhiệm|đầu\s{1,4}mối|thường\s{1,4}trực(?!\w)"
)
_UNNUMBERED = re.compile(r"(?:^|-|\.)t\d+$")
# `III`, `PL1`, `P2`, `C1`: too high in the document to be one piece of work.
_IS_PART = re.compile(r"(?:^|\.)(?:[IVXLC]{1,6}|PL\w{0,6}|[PCM]\d{1,2})(?:~\d{1,3})?$")
_NAMES_WORK = re.compile(r"\s{0,4}nội\sdung(?:\s(?:công\sviệc|nhiệm\svụ|thực\shiện))?\s{0,2}:")
_OWN_NUMBER = re.compile(r"\.\d{1,3}$")
_HELPS = re.compile(r"phối\s{1,4}hợp(?:\s{1,4}thực\s{1,4}hiện)?[\s.;]{0,4}$")
_MAX_INTRODUCTION = 600
_LONGEST_TITLE = 50
# A budget or a product alone does not make a piece of work of the line above.
_FIELDS_OF_A_TASK: set[Field] = {"lead", "coordinating", "deadline"}


@dataclass(slots=True)
class Draft:
    """A task while the lines that tell more about it are still being read."""

    start: int
    end: int
    clause: str
    level: int
    assignment: Assignment
    rule: str
    lead: str | None
    own_lead: bool
    coordinating: list[str] = field(default_factory=list)
    deadline: str | None = None
    frequency: Frequency | None = None
    product: str | None = None
    budget: str | None = None
    flags: list[str] = field(default_factory=list)
    told: bool = False


@dataclass(frozen=True, slots=True)
class TaskReading:
    """The tasks in order, and the addresses of the clauses that only tell more about them."""

    tasks: tuple[Task, ...]
    details: frozenset[str]


@dataclass(frozen=True, slots=True)
class _Section:
    """An open heading; `lead` when it names the organisations whose work stands beneath."""

    level: int
    lead: str | None
    coordinating: tuple[str, ...]


_TOP = _Section(-1, None, ())


def read_tasks(text: str, passages: list[Passage], year: int | None) -> TaskReading:
    """Every task outside tables.  `year` completes dates such as `30/6`."""
    reader = _TaskReader(text, passages, year)
    for index in range(len(passages)):
        reader.take(index)
    drafts = sorted(reader.drafts, key=lambda draft: draft.start)
    tasks = tuple(finished(text, draft) for draft in drafts)
    return TaskReading(tasks, frozenset(reader.details))


def finished(text: str, draft: Draft) -> Task:
    flags = [flag for flag in draft.flags if flag != "lead_unclear" or draft.lead]
    if draft.lead is None:
        flags.append("lead_missing")
    if draft.deadline is None and draft.frequency is None:
        flags.append("no_deadline")
    helpers = [name for name in draft.coordinating if name != draft.lead]
    return Task(
        quote=text[draft.start : draft.end],
        start=draft.start,
        end=draft.end,
        action=draft.assignment.action,
        lead=draft.lead,
        coordinating=tuple(dict.fromkeys(helpers)),
        deadline=draft.deadline,
        frequency=draft.frequency,
        product=draft.product,
        budget=draft.budget,
        flags=tuple(dict.fromkeys(flags)),
        rule=draft.rule,
        clause=draft.clause,
    )


class _TaskReader:
    """Keeps the open headings, the open group of tasks, and what labels may still turn into one."""

    def __init__(self, text: str, passages: list[Passage], year: int | None) -> None:
        self._text = text
        self._passages = passages
        self._year = year
        self._sections: list[_Section] = [_TOP]
        self._introduced: dict[str, _Section] = {}
        self._paragraph: _Section | None = None
        self._group: list[Draft] = []
        self._candidate: Passage | None = None
        self._by_clause: dict[str, list[Draft]] = {}
        self._unfinished: list[Draft] = []
        self.drafts: list[Draft] = []
        self.details: set[str] = set()

    def take(self, index: int) -> None:
        passage = self._passages[index]
        clause = passage.clause
        silent = clause.role in _SILENT_ROLES or passage.reason in _SILENT_REASONS
        if silent and not self._tells_product(passage):
            return
        if clause.kind not in ("heading", "bullet", "paragraph"):
            return
        words = self._words_of(passage)
        if len(words) > MAX_STATEMENT:
            return
        labelled = self._all_words(passage)
        if clause.role not in ("goals", "purpose") and opening_label(labelled):
            if self._attach(index, labelled):
                return
            if clause.kind != "heading" and not self._is_named_work(passage, words):
                return
        if clause.kind == "heading":
            self._heading(index, words)
        else:
            self._content(index, words)

    def _tells_product(self, passage: Passage) -> bool:
        """`- Kết quả: Báo cáo rà soát` among the labelled lines of a task is no result."""
        if passage.clause.kind != "bullet" or opening_label(self._all_words(passage)) != "product":
            return False
        return any(draft.told for draft in self._told_about(passage))

    def _is_named_work(self, passage: Passage, words: str) -> bool:
        """`1.1. Nội dung: Rà soát …` with a number of its own is the work, not a word about it."""
        label = _NAMES_WORK.match(fold(self._all_words(passage)[:40]))
        numbered = _OWN_NUMBER.search(passage.clause.address)
        return bool(label and numbered and begins_with_action(fold(words)))

    def _words_of(self, passage: Passage) -> str:
        return self._text[self._body(passage) : passage.clause.end]

    def _all_words(self, passage: Passage) -> str:
        """With a title before a colon, but without the bullet."""
        words = self._text[passage.clause.start : passage.clause.end]
        return words[read_marker(words, 0)[1] :]

    def _body(self, passage: Passage) -> int:
        """Where the words begin.  A title set aside before a colon is short (`Kinh tế số:`); a
        longer one is the work itself (`Cập nhật Kiến trúc …: Sở Y tế chủ trì`)."""
        start = passage.clause.start
        if passage.body - start <= _LONGEST_TITLE:
            return passage.body
        return start + read_marker(self._text[start : passage.body], 0)[1]

    # --- headings -----------------------------------------------------------------------------

    def _heading(self, index: int, words: str) -> None:
        passage = self._passages[index]
        level = passage.clause.level
        while self._sections[-1].level >= level:
            self._sections.pop()
        self._group, self._paragraph, self._candidate = [], None, None
        self._by_clause, self._introduced = {}, {}
        above = self._sections[-1]
        is_item = self._is_item(passage, words) and (
            self._is_leaf(index) or self._names_parts(index, words)
        )
        if is_item and self._item(passage):
            self._sections.append(replace(above, level=level))
            return
        owner = _owner_of_heading(words, level)
        self._sections.append(owner or replace(above, level=level))
        is_title = words.isupper() or _IS_PART.search(passage.clause.address)
        if passage.clause.role in (*_TASK_ROLES, "other") and owner is None and not is_title:
            self._candidate = passage

    def _is_leaf(self, index: int) -> bool:
        """A numbered line with nothing beneath it is an item that lost its full stop."""
        clause = self._passages[index].clause
        if _IS_PART.search(clause.address) or _UNNUMBERED.search(clause.address):
            return False
        if index + 1 == len(self._passages) or self._text[clause.end - 1] == ".":
            return True
        following = self._passages[index + 1]
        if following.clause.kind == "heading":
            words = self._all_words(following)
            return following.clause.level <= clause.level and not opening_label(words)
        return following.reason == "recipients" or following.clause.kind == "header"

    def _names_parts(self, index: int, words: str) -> bool:
        """`1. Xây dựng Kiến trúc số, bao gồm:` above a list of things is one piece of work."""
        if not words.rstrip().endswith(":") or _owner_of_heading(words, 0):
            return False
        beneath = []
        for passage in self._passages[index + 1 : index + 40]:
            if passage.clause.kind != "bullet":
                break
            beneath.append(self._words_of(passage))
        return bool(beneath) and not any(_is_work(each) or opening_label(each) for each in beneath)

    def _is_item(self, passage: Passage, words: str) -> bool:
        role = passage.clause.role
        if read_opening(words):
            return role not in ("goals", "purpose")
        return role in _TASK_ROLES and begins_with_action(fold(words))

    # --- content ------------------------------------------------------------------------------

    def _content(self, index: int, words: str) -> None:
        passage = self._passages[index]
        clause = passage.clause
        if not passage.readable or self._goes_on(passage, words):
            return
        while self._sections[-1].level >= clause.level > 0:
            self._sections.pop()
        if clause.kind == "paragraph":
            self._paragraph = None
        introduces = words.rstrip().endswith(":") and len(words) < _MAX_INTRODUCTION
        if introduces and self._introduces(index, words):
            return
        if not self._item(passage):
            self._candidate = passage if clause.role in (*_TASK_ROLES, "other") else None
            self._group = []

    def _introduces(self, index: int, words: str) -> bool:
        """`Sở Y tế chủ trì thực hiện:` hands its organisation to the list that follows."""
        clause = self._passages[index].clause
        children = list(self._children(index))
        if clause.kind == "bullet" and children and not any(map(_is_work, children)):
            return False  # the list names parts of one piece of work
        opening = read_opening(words)
        section = _owner_of_heading(words, clause.level)
        if section is None and opening:
            read = read_assignment(words, self._year)
            section = _Section(clause.level, opening.lead, read.coordinating)
        if clause.kind == "bullet":
            if section:
                self._introduced[clause.address] = section
            return bool(children) or section is not None
        self._paragraph = section
        return True

    def _children(self, index: int) -> Iterator[str]:
        """The words of the sub-bullets of a bullet."""
        prefix = f"{self._passages[index].clause.address}+"
        for passage in self._passages[index + 1 : index + 40]:
            if not passage.clause.address.startswith(prefix):
                return
            yield self._words_of(passage)

    def _context(self, passage: Passage) -> _Section:
        clause = passage.clause
        parent = clause.address.rsplit("+", 1)[0]
        if parent != clause.address:
            if parent in self._introduced:
                return self._introduced[parent]
            if above := self._by_clause.get(parent):
                return _Section(clause.level, above[-1].lead, ())
        if self._paragraph and clause.kind == "bullet":
            return self._paragraph
        return self._sections[-1]

    def _item(self, passage: Passage) -> bool:
        drafts = list(self._drafts(passage))
        for draft in drafts:
            self.drafts.append(draft)
            self._by_clause.setdefault(draft.clause, []).append(draft)
        if drafts:
            before = self._group[-1] if self._group else None
            if before and (before.told or before.own_lead or before.level != drafts[0].level):
                self._group = []
            self._group += drafts
            self._candidate = None
        return bool(drafts)

    def _drafts(self, passage: Passage) -> Iterator[Draft]:
        clause = passage.clause
        context = self._context(passage)
        statements = cut_statements(self._text, self._body(passage), clause.end)
        last = statements[-1].end if statements else clause.end
        statements = _join_names(_without_formalities(statements))
        for group in _by_lead(statements, self._year):
            # A bracket behind the last full stop belongs to what stands before it.
            end = clause.end if group[-1].end == last else group[-1].end
            start, end = self._span(group[0].start, end)
            if start < end and self._is_task(passage, self._text[start:end], context):
                yield self._draft(passage, start, end, context)

    def _span(self, start: int, end: int) -> tuple[int, int]:
        """Without blanks and points at the ends; `./.` closes a document."""
        start, end = trimmed_span(self._text, start, end)
        while self._text.endswith("/", start, end):
            start, end = trimmed_span(self._text, start, end - 1)
        return start, end

    def _is_task(self, passage: Passage, words: str, context: _Section) -> bool:
        clause, folded = passage.clause, fold(words)
        if not has_letters(words) or is_formality(folded):
            return False
        opening = read_opening(words)
        if clause.role in ("goals", "purpose"):
            return bool(opening and opening.assigned and folded.startswith(("giao ", "phân công ")))
        if clause.role == "budget" and opening:
            return True
        if clause.role not in _TASK_ROLES and not (context.lead and clause.kind == "bullet"):
            return opening is not None and _assigns_plainly(folded, opening)
        if opening:
            return True
        if tells_the_past(folded):
            return False
        begins = _work_begins(folded) or (
            context.lead is not None and clause.kind == "bullet" and _MUST.match(folded) is not None
        )
        if begins or topic_end(folded) is not None:
            return clause.kind != "paragraph" or context.lead is not None or _names_lead(words)
        return clause.kind != "heading" and _names_lead(words)

    def _draft(self, passage: Passage, start: int, end: int, context: _Section) -> Draft:
        read = read_assignment(self._text[start:end], self._year)
        if read.rule == "named":  # a bracket says less than the organisation above
            guess = None if context.lead else read.lead
            read = replace(read, lead=guess, rule="bracketed" if guess else None)
        inherited = context.lead if read.lead is None else None
        section_due = passage.deadline
        if section_due and section_due.endswith("-12-31"):
            section_due = None  # the horizon of a whole section is not this task's due date
        rule = read.rule or ("under_organisation" if inherited else "item")
        return Draft(
            start=start,
            end=end,
            clause=passage.clause.address,
            level=passage.clause.level,
            assignment=read,
            rule=rule,
            lead=read.lead or inherited,
            own_lead=read.lead is not None,
            coordinating=list(read.coordinating or (context.coordinating if inherited else ())),
            deadline=read.deadline or (None if read.frequency else section_due),
            frequency=read.frequency,
            product=read.product,
            budget=read.budget,
            flags=list(read.flags),
        )

    # --- labelled lines -----------------------------------------------------------------------

    def _attach(self, index: int, words: str) -> bool:
        """Gives a labelled line to the task, or the tasks, it stands under."""
        passage = self._passages[index]
        clause = passage.clause
        if not _fields(words):
            return False
        drafts = self._told_about(passage)
        if not drafts and self._candidate and self._fields_from(index) & _FIELDS_OF_A_TASK:
            candidate = self._candidate
            if clause.kind == "heading" and clause.level < max(1, candidate.clause.level):
                return False
            drafts = [self._from_candidate(candidate)]
        if not drafts:
            return False
        read = read_assignment(words, self._year)
        for draft in drafts:
            _complete(draft, read)
        self.details.add(clause.address)
        self._unfinished = drafts if words.rstrip().endswith((",", ";", " và")) else []
        return True

    def _goes_on(self, passage: Passage, words: str) -> bool:
        """A list of names that a line break cut off from its label."""
        told, self._unfinished = self._unfinished, []
        if not told or passage.clause.kind != "paragraph" or not _owner_of_heading(words, 0):
            return False
        for draft in told:
            draft.coordinating += [name for name in read_names(words) if name != draft.lead]
        self.details.add(passage.clause.address)
        return True

    def _fields_from(self, index: int) -> set[Field]:
        """What this labelled line and those right after it tell."""
        fields: set[Field] = set()
        for passage in self._passages[index : index + 8]:
            words = self._all_words(passage)
            if not opening_label(words):
                break
            fields |= _fields(words)
        return fields

    def _told_about(self, passage: Passage) -> list[Draft]:
        clause = passage.clause
        parent = clause.address.rsplit("+", 1)[0]
        if parent != clause.address and parent in self._by_clause:
            return self._by_clause[parent]
        if clause.kind == "heading" and any(draft.level > clause.level for draft in self._group):
            return []
        if _OWN_NUMBER.search(clause.address) and any(
            draft.level == clause.level and _OWN_NUMBER.search(draft.clause)
            for draft in self._group
        ):
            return []  # `7. Kinh phí thực hiện: …` after `6. …` is a matter of its own
        return self._group

    def _from_candidate(self, passage: Passage) -> Draft:
        clause = passage.clause
        start, end = self._span(self._body(passage), clause.end)
        context = self._sections[-1] if clause.kind != "heading" else self._sections[-2]
        draft = self._draft(passage, start, end, context)
        self.drafts.append(draft)
        self._by_clause.setdefault(draft.clause, []).append(draft)
        self._group, self._candidate = [draft], None
        return draft


def _fields(words: str) -> set[Field]:
    return {detail.field for detail in find_details(fold(words))} - {"other"}


def _complete(draft: Draft, read: Assignment) -> None:
    """What a labelled line says fills what the task itself does not say."""
    if read.lead and not (draft.own_lead and draft.rule == "labelled"):
        draft.lead, draft.own_lead = read.lead, True
        draft.flags = [flag for flag in draft.flags if flag != "lead_unclear"]
    draft.rule, draft.told = "labelled", True
    draft.coordinating += [name for name in read.coordinating if name not in draft.coordinating]
    draft.deadline = draft.deadline or read.deadline
    draft.frequency = draft.frequency or read.frequency
    draft.product = draft.product or read.product
    draft.budget = draft.budget or read.budget
    draft.flags += [flag for flag in read.flags if flag not in draft.flags]


def _assigns_plainly(folded: str, opening: Opening) -> bool:
    """Outside the sections of tasks only `Giao …` and `… chủ trì …` make a task."""
    named = opening.organisations[-1].end if opening.organisations else 0
    return opening.assigned or bool(_PLAIN_ASSIGNMENT.search(folded, named, named + 80))


def _without_formalities(statements: list[Statement]) -> list[Statement]:
    """A sentence such as `Trong quá trình thực hiện, nếu có vướng mắc …` assigns nothing."""
    formal = {each.sentence for each in statements if is_formality(each.folded)}
    return [each for each in statements if each.sentence not in formal]


def _join_names(statements: list[Statement]) -> list[Statement]:
    """`Giám đốc các sở; Chủ tịch UBND các xã chịu trách nhiệm …`: names, then what they do."""
    joined: list[Statement] = []
    for statement in statements:
        if joined and _only_names(joined[-1]):
            joined[-1] = joined[-1].followed_by(statement)
        else:
            joined.append(statement)
    return joined


def _only_names(statement: Statement) -> bool:
    return statement.raw.rstrip().endswith(";") and _owner_of_heading(statement.raw, 0) is not None


def _by_lead(statements: list[Statement], year: int | None) -> list[list[Statement]]:
    """One group of statements for each organisation that is told to do something."""
    groups: list[list[Statement]] = []
    current: str | None = None
    for statement in statements:
        opening = read_opening(statement.raw)
        starts = opening is not None and opening.lead != current
        who = starts and says_only_who(statement.raw, year)
        if groups and (not starts or (who and (current is None or _only_helps(statement)))):
            groups[-1].append(statement)
        else:
            groups.append([statement])
        current = opening.lead if opening and not _only_helps(statement) else current
    return groups


def _only_helps(statement: Statement) -> bool:
    """`…; UBND cấp xã phối hợp.`: not a lead of its own."""
    return _HELPS.search(statement.folded) is not None


def _owner_of_heading(words: str, level: int) -> _Section | None:
    """`1. Sở Y tế`, `Trách nhiệm của Sở Y tế`, `Giao Sở Y tế chủ trì, phối hợp với …:`."""
    bare = trim(one_line(words))
    probe = f"{bare}: thực hiện"
    opening = read_opening(probe)
    if opening is None:
        return None
    rest = bare[min(opening.work, len(bare)) :]
    ends_open = words.rstrip().endswith(":")
    if has_letters(rest) and not (ends_open and opening):
        return None
    read = read_assignment(bare, None)
    return _Section(level, opening.lead, read.coordinating)


def _names_lead(words: str) -> bool:
    return read_assignment(words, None).lead is not None


def _work_begins(folded: str) -> bool:
    """`Trên cơ sở Kế hoạch này, trong thời hạn 15 ngày, xây dựng …`"""
    for _ in range(3):
        rest = _without_opening_clause(folded)
        if begins_with_action(rest):
            return True
        if rest == folded:
            return False
        folded = rest
    return False


def _without_opening_clause(folded: str) -> str:
    """`Trước ngày 30/6/2026, hoàn thành …`: what follows the comma."""
    if duties := _BY_DUTIES.match(folded):
        return folded[duties.end() :]
    match = _OPENING_CLAUSE.match(folded)
    return folded[match.end() :] if match else folded


# `Người đứng đầu phải trực tiếp chỉ đạo …` under the organisations it is said to.
_MUST = re.compile(
    r"\s{0,4}(?:người\sđứng\sđầu|thủ\strưởng|lãnh\sđạo|cán\sbộ|cấp\sủy|bí\sthư|chủ\stịch|giám\sđốc)"
    r"[^.;:]{0,100}?\s(?:phải|có\strách\snhiệm|chịu\strách\snhiệm)\s"
)
_BY_DUTIES = re.compile(
    r"\s{0,4}(?:căn\scứ|trên\scơ\ssở|theo)\s(?:đúng\s)?chức\snăng,\snhiệm\svụ(?:,\squyền\shạn)?"
    r"(?:\sđược\s(?:giao|phân\scông))?[\s,:]{1,4}"
)
_OPENING_CLAUSE = re.compile(
    r"\s{0,4}(?:căn\scứ|trên\scơ\ssở|theo|hằng|hàng|trước|đến|trong|định\skỳ|từ|sau\skhi|ngoài\sra"
    r"|bên\scạnh\sđó|khi|để|nhằm|chậm\snhất|năm|quý|tháng|với)(?!\w)[^.;,]{0,200},\s{1,4}"
)


def _is_work(words: str) -> bool:
    return begins_with_action(fold(words)) or read_opening(words) is not None
