"""Plain text: every line a paragraph, blank lines kept as one."""

from __future__ import annotations

from cotmoc.core import legacy_encodings
from cotmoc.plantext.formats.building import MAX_CHARACTERS
from cotmoc.plantext.formats.cleaning import clean
from cotmoc.plantext.formats.encodings import Decoded
from cotmoc.plantext.origins import Origin, SourceText
from cotmoc.plantext.unreadable import UnreadableText


def read(decoded: Decoded, file: str) -> SourceText:
    """The text as it stands, cleaned; its lines are counted as paragraphs."""
    if len(decoded.text) > MAX_CHARACTERS:
        raise UnreadableText("text_too_long", file, limit=MAX_CHARACTERS)
    text, notes = decoded.text, [decoded.note] if decoded.note else []
    if old := legacy_encodings.typed_for_old_fonts(text):
        text = legacy_encodings.convert_typed(text, old)
        notes.append(f"converted_{old}")
    text = clean(text)
    if not text.strip():
        raise UnreadableText("no_text", file)
    return SourceText(text, "txt", decoded.encoding, _lines(text), notes=tuple(notes))


def _lines(text: str) -> tuple[Origin, ...]:
    origins, offset = [], 0
    for number, line in enumerate(text.split("\n"), start=1):
        if line:
            origins.append(Origin(offset, paragraph=number))
        offset += len(line) + 1
    return tuple(origins)
