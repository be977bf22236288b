"""Vietnamese text: one spelling for storing, one folded form for searching and matching."""

import re
import unicodedata

_SPACES = re.compile(r"\s+")
# Older spelling puts the tone on the second vowel of an open oa/oe/uy, newer on the first.
_TONES = "\u0300\u0301\u0303\u0309\u0323"
_OPEN_PAIR = re.compile(rf"([oOuU])([{_TONES}])([aAeEyY])(?![A-Za-z{_TONES}])")


def clean(text: str) -> str:
    """Official spelling as stored: NFC, single spaces, no spaces around."""
    return _SPACES.sub(" ", unicodedata.normalize("NFC", text)).strip()


def fold(text: str) -> str:
    """Search form: lower case, no accents, "đ" as "d", single spaces.

    >>> fold("Phường Đồng  Tâm")
    'phuong dong tam'
    """
    decomposed = unicodedata.normalize("NFD", text.lower().replace("đ", "d"))
    bare = "".join(char for char in decomposed if not unicodedata.combining(char))
    return _SPACES.sub(" ", bare).strip()


def same_tone_place(text: str) -> str:
    """Spell open oa/oe/uy with the tone on the second vowel, so that Hòa and Hoà compare equal.

    The letter q before u ("Quý") belongs to the consonant and already carries it there.
    """
    decomposed = unicodedata.normalize("NFD", clean(text))
    return unicodedata.normalize("NFC", _OPEN_PAIR.sub(r"\1\3\2", decomposed))
