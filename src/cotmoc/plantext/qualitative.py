"""Targets without a number, judged by a person: `duy trì …`, `nâng cao chỉ số …`."""

from __future__ import annotations

import re

from cotmoc.plantext import names, scope
from cotmoc.plantext.deadlines import find_deadline
from cotmoc.plantext.statements import MAX_STATEMENT, Statement, lead_bracket_start
from cotmoc.plantext.targets import Finding
from cotmoc.plantext.words import fold, one_line, phrase, sentence_case, trim, trimmed_span

_OPENING = r"\s{0,4}(?:" + phrase("phấn đấu", "tiếp tục", "và") + r"[\s,]{1,4}){0,2}"
_MAINTAIN = re.compile(_OPENING + phrase("duy trì") + r"\s{1,4}")
_RAISE = re.compile(
    _OPENING
    + phrase("nâng cao", "cải thiện", "nâng")
    + r"\s{1,4}(?=(?:các\s)?"
    + phrase("chỉ số", "thứ hạng", "xếp hạng", "vị trí xếp hạng", "điểm số")
    + ")"
)
_BETWEEN = re.compile(r"(?:,|(?<=\s)và)\s{1,4}")
_INDEX = re.compile(r"(?:các\s)?" + phrase("chỉ số", "thứ hạng", "xếp hạng", "điểm số"))
_ACRONYM = re.compile(r"[A-ZĐ]{2,}")
_OWNER = re.compile(r"\s(?:của|cấp|trên địa bàn)\s")


def read_qualitative_targets(statement: Statement) -> list[Finding]:
    if len(statement.raw) > MAX_STATEMENT:
        return []
    if match := _MAINTAIN.match(statement.folded):
        return _maintain(statement, match.end())
    if match := _RAISE.match(statement.folded):
        return _raise(statement, match.end())
    return []


def _maintain(statement: Statement, object_start: int) -> list[Finding]:
    start, end = trimmed_span(statement.raw, 0, _content_end(statement))
    name = names.title(names.clean(statement.words[object_start:]))
    return [_finding(statement, (start, end), name, (), "maintain")] if name else []


def _raise(statement: Statement, object_start: int) -> list[Finding]:
    """One target for each index named; the first quote carries the verb."""
    findings = []
    for index, (left, right) in enumerate(_objects(statement, object_start)):
        raw = one_line(statement.raw[left:right])
        subject = trim(raw)
        # A bare `PAR INDEX` after a comma is an index as well.
        prefix = "" if _INDEX.match(fold(subject)) else "chỉ số "
        name = sentence_case(names.clean(prefix + statement.words[left:right]))
        if owner := _OWNER.search(name):
            name = name[: owner.start()]
        span = trimmed_span(statement.raw, 0 if index == 0 else left, right)
        findings.append(_finding(statement, span, name, (prefix + subject,), "raise"))
    return findings


def _objects(statement: Statement, start: int) -> list[tuple[int, int]]:
    """Spans of the indices in the list; a piece that is not an index belongs to the one before."""
    end = _content_end(statement)
    starts, ends = [start], []
    for match in _BETWEEN.finditer(statement.folded, start, end):
        if _names_an_index(statement, match.end()):
            ends.append(match.start())
            starts.append(match.end())
    return list(zip(starts, [*ends, end], strict=True))


def _names_an_index(statement: Statement, position: int) -> bool:
    return bool(
        _INDEX.match(statement.folded, position) or _ACRONYM.match(statement.words, position)
    )


def _content_end(statement: Statement) -> int:
    bracket = lead_bracket_start(statement.raw)
    return len(statement.raw) if bracket is None else bracket


def _finding(
    statement: Statement, span: tuple[int, int], name: str, subjects: tuple[str, ...], rule: str
) -> Finding:
    return Finding(
        start=statement.start + span[0],
        end=statement.start + span[1],
        name=name,
        comparator="maintain" if rule == "maintain" else "raise",
        value=None,
        value_high=None,
        unit="yes/no" if rule == "maintain" else None,
        of=None,
        level=scope.level_of(statement.folded, None),
        deadline=find_deadline(statement.folded),
        baseline=None,
        exclusion=scope.read_exclusion(statement.raw),
        subjects=subjects,
        flags=(),
        rule=rule,
    )
