"""Web pages kept in one file, as Word and browsers save them: the page inside is read."""

from __future__ import annotations

import email
from email.message import Message

from cotmoc.plantext.formats import html
from cotmoc.plantext.origins import SourceText
from cotmoc.plantext.unreadable import UnreadableText

_BEGINNINGS = (b"mime-version:", b"from: <saved by", b'from: "saved by')
_MAX_PARTS = 200


def looks_like(raw: bytes) -> bool:
    """The file begins like a saved page; a text may begin with any of these words alone."""
    start = raw[:2_000].lstrip().lower()
    return start.startswith(_BEGINNINGS) and b"content-type: multipart" in start


def read(raw: bytes, file: str) -> SourceText:
    """The first page in the file.  Raises `UnreadableText`."""
    try:
        parts = _parts(email.message_from_bytes(raw))
    except (RecursionError, ValueError, LookupError) as error:
        raise UnreadableText("broken", file, kind="MHTML") from error
    for part in parts[:_MAX_PARTS]:
        content = part.get_payload(decode=True)
        if part.get_content_type() == "text/html" and isinstance(content, bytes) and content:
            return html.read(content, file)
    raise UnreadableText("no_text", file)


def _parts(message: Message) -> list[Message]:
    return [part for part in message.walk() if not part.is_multipart()]
