"""Markdown: headings, lists and emphasis lose their signs, pipe tables become tables."""

from __future__ import annotations

import re
from collections.abc import Sequence

from cotmoc.plantext.formats.building import MAX_CELLS, MAX_COLUMNS, CellDraft, TextBuilder
from cotmoc.plantext.formats.encodings import Decoded
from cotmoc.plantext.origins import SourceText

_RULE_OF_TABLE = re.compile(
    r"\s{0,3}\|?(?:\s{0,8}:?-{2,200}:?\s{0,8}\|){1,60}(?:\s{0,8}:?-{2,200}:?)?\s{0,8}"
)
_HEADING = re.compile(r"\s{0,3}#{1,6}\s{1,4}(?=\S)")
_BULLET = re.compile(r"(\s{0,40})[*+-]\s{1,4}(?=\S)")
_FENCE = re.compile(r"\s{0,3}(?:```|~~~)")
_LINE_RULE = re.compile(r"\s{0,3}(?:[-*_=]\s?){3,200}\s{0,8}")
_IMAGE = re.compile(r"!\[[^\]\n]{0,300}\]\([^)\n]{0,500}\)")
_LINK = re.compile(r"\[([^\]\n]{1,300})\]\([^)\n]{0,500}\)")
_STRONG = re.compile(r"(\*\*|__)(?=\S)([^\n]{1,500}?\S|\S)\1")
_EMPHASIS = re.compile(r"(?<![\w*])\*(?=[^\s*])([^*\n]{1,500}?)(?<=[^\s*])\*(?![\w*])")
_CODE = re.compile(r"`([^`\n]{1,300})`")
_ESCAPE = re.compile(r"\\([\\`*_{}\[\]()#+.!|<>~-])")
_SIGNS = re.compile(r"[*_`\\\[]")
_CELL_END = re.compile(r"(?<!\\)\|")
_HTML_BREAK = re.compile(r"<br\s?/?>", re.IGNORECASE)
_NESTED = 2


def looks_like(text: str) -> bool:
    """Only what plain text never has tells Markdown: a rule under a table's head, `# ` headings."""
    lines = text[:200_000].split("\n")
    if any("|" in line and _is_rule(lines, index) for index, line in enumerate(lines)):
        return True
    return sum(bool(_HEADING.match(line)) for line in lines) >= 2


def _is_rule(lines: Sequence[str], index: int) -> bool:
    """The line under a table's head, with a head above it."""
    return (
        index > 0
        and "|" in lines[index - 1]
        and len(lines[index]) < 2_000
        and bool(_RULE_OF_TABLE.fullmatch(lines[index]))
    )


def read(decoded: Decoded, file: str) -> SourceText:
    """The text without the signs of Markdown."""
    builder = TextBuilder(file)
    if decoded.note:
        builder.note(decoded.note)
    lines = decoded.text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    index, fenced = 0, False
    while index < len(lines):
        line = lines[index]
        if _FENCE.match(line):
            fenced = not fenced
        elif not fenced and index + 1 < len(lines) and _is_rule(lines, index + 1):
            index = _table(lines, index, builder)
            continue
        elif not line.strip():
            builder.blank()
        elif fenced or not _LINE_RULE.fullmatch(line[:400]):
            builder.paragraph([line if fenced else _plain(line)], number=index + 1)
        index += 1
    return builder.finish("markdown", decoded.encoding)


def _plain(line: str) -> str:
    line = _HEADING.sub("", line, count=1)
    bullet = _BULLET.match(line)
    if bullet:
        sign = "+" if len(bullet[1].expandtabs(4)) >= _NESTED else "-"
        line = f"{sign} {line[bullet.end() :]}"
    return _inline(line.lstrip("> ") if line.startswith(">") else line)


def _inline(text: str) -> str:
    if not _SIGNS.search(text):
        return text
    text = _LINK.sub(r"\1", _IMAGE.sub("", text))
    text = _EMPHASIS.sub(r"\1", _STRONG.sub(r"\2", text))
    return _ESCAPE.sub(r"\1", _CODE.sub(r"\1", text))


def _table(lines: Sequence[str], index: int, builder: TextBuilder) -> int:
    """Reads the table whose head stands at `index`; the line after it."""
    rows = [_cut(lines[index])]
    index += 2
    most = MAX_CELLS // max(len(rows[0]), 1)
    while index < len(lines) and "|" in lines[index] and len(rows) < most:
        rows.append(_cut(lines[index]))
        index += 1
    builder.table(
        CellDraft(row, column, lines=[(part, None) for part in _HTML_BREAK.split(text)])
        for row, cells in enumerate(rows, start=1)
        for column, text in enumerate(cells, start=1)
    )
    return index


def _cut(line: str) -> list[str]:
    inner = line.strip().removeprefix("|")
    if inner.endswith("|") and not inner.endswith("\\|"):
        inner = inner[:-1]
    cells = _CELL_END.split(inner, MAX_COLUMNS - 1)
    return [_inline(cell.strip()) for cell in cells]
