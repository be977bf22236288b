"""Recognises and reads text typed in the Vietnamese encodings of before Unicode.

Nothing is converted silently: the caller asks what the bytes look like, and says so to people.
"""

from __future__ import annotations

import codecs
import re
import unicodedata

from cotmoc.core.text import fold

# TCVN 5712 as the ".VnTime" fonts use it: one byte per letter, lower case only.
_TCVN3_LETTERS = {
    "àảãáạ": (0xB5, 0xB6, 0xB7, 0xB8, 0xB9),
    "ăằẳẵắặ": (0xA8, 0xBB, 0xBC, 0xBD, 0xBE, 0xC6),
    "âầẩẫấậ": (0xA9, 0xC7, 0xC8, 0xC9, 0xCA, 0xCB),
    "đĐ": (0xAE, 0xA7),
    "ĂÂÊÔƠƯ": (0xA1, 0xA2, 0xA3, 0xA4, 0xA5, 0xA6),
    "èẻẽéẹ": (0xCC, 0xCE, 0xCF, 0xD0, 0xD1),
    "êềểễếệ": (0xAA, 0xD2, 0xD3, 0xD4, 0xD5, 0xD6),
    "ìỉĩíị": (0xD7, 0xD8, 0xDC, 0xDD, 0xDE),
    "òỏõóọ": (0xDF, 0xE1, 0xE2, 0xE3, 0xE4),
    "ôồổỗốộ": (0xAB, 0xE5, 0xE6, 0xE7, 0xE8, 0xE9),
    "ơờởỡớợ": (0xAC, 0xEA, 0xEB, 0xEC, 0xED, 0xEE),
    "ùủũúụ": (0xEF, 0xF1, 0xF2, 0xF3, 0xF4),
    "ưừửữứự": (0xAD, 0xF5, 0xF6, 0xF7, 0xF8, 0xF9),
    "ỳỷỹýỵ": (0xFA, 0xFB, 0xFC, 0xFD, 0xFE),
}
TCVN3 = {
    code: letter
    for letters, codes in _TCVN3_LETTERS.items()
    for letter, code in zip(letters, codes, strict=True)
}
_CHARMAP = "".join(TCVN3.get(code, chr(code)) for code in range(256))
# The byte of `ư` is elsewhere a soft hyphen, and programs make a hyphen of it: `đ-ợc`, `nh-`.
_CONSONANTS = "bcdđghklmnpqrstvx"
_LOST_U = re.compile(
    rf"(?<![\w-])(?:([{_CONSONANTS}{_CONSONANTS.upper()}]?[{_CONSONANTS}]{{1,2}})[-\u00ad]"
    rf"|([{_CONSONANTS.upper()}]?[{_CONSONANTS}]{{0,2}})[-\u00ad](?=[ơợờớởỡ]))"
)
# VNI as its fonts use it: a vowel, then a sign for tone and shape; some letters are whole.
_VNI_TONES = {"ø": "\u0300", "û": "\u0309", "õ": "\u0303", "ù": "\u0301", "ï": "\u0323"}
_VNI_CIRCUMFLEX = {
    "â": "",
    "à": "\u0300",
    "å": "\u0309",
    "ã": "\u0303",
    "á": "\u0301",
    "ä": "\u0323",
}
_VNI_BREVE = {"ê": "", "è": "\u0300", "ú": "\u0309", "ü": "\u0303", "é": "\u0301", "ë": "\u0323"}
_VNI_WHOLE = {
    "ñ": "đ",
    "ô": "ơ",
    "ö": "ư",
    "î": "ỵ",
    "æ": "ỉ",
    "ó": "ĩ",
    "ò": "ị",
    "Ñ": "Đ",
    "Ô": "Ơ",
    "Ö": "Ư",
    "Î": "Ỵ",
    "Æ": "Ỉ",
    "Ó": "Ĩ",
    "Ò": "Ị",
}


def _vni_pairs() -> dict[str, str]:
    """Two signs to one letter: `oá` to `ố`, `öï` to `ự`."""
    pairs = {}
    for signs, shape, vowels in (
        (_VNI_TONES, "", "aeouyôö"),
        (_VNI_CIRCUMFLEX, "\u0302", "aeo"),
        (_VNI_BREVE, "\u0306", "a"),
    ):
        for vowel in vowels:
            for sign, tone in signs.items():
                letter = unicodedata.normalize("NFC", _VNI_WHOLE.get(vowel, vowel) + shape + tone)
                pairs[vowel + sign] = letter
                pairs[(vowel + sign).upper()] = letter.upper()
                pairs[vowel.upper() + sign] = letter.upper()
    return pairs


_VNI_PAIRS = _vni_pairs()
_VNI = re.compile(
    "|".join(map(re.escape, sorted((*_VNI_PAIRS, *_VNI_WHOLE), key=len, reverse=True)))
)
_COMMON_WORDS = frozenset(
    (
        *("và", "của", "các", "được", "số", "tỉnh", "kế", "hoạch", "hồ", "sơ", "tỷ", "lệ", "đạt"),
        *("chuyển", "đổi", "chính", "quyền", "thủ", "tục", "người", "dân", "cấp", "xã", "đến"),
        *("tối", "thiểu", "về", "có", "mục", "tiêu", "nhiệm", "vụ", "trên", "năm"),
    )
)
# A syllable without marks: initial, one to three vowels, final.
_SYLLABLE = re.compile(
    r"(?:ngh?|gh|nh|ph|th|tr|kh|ch|gi|qu|[bcdghklmnprstvx])?[aeiouy]{1,3}(?:ng|nh|ch|[cmnpt])?"
)
_TONES = frozenset("\u0300\u0301\u0303\u0309\u0323")
_WORD = re.compile(r"\w{1,20}")
_SAMPLE_BYTES = 20_000


def decode_tcvn3(raw: bytes) -> str:
    return codecs.charmap_decode(raw, "strict", _CHARMAP)[0]  # type: ignore[arg-type]


def decode_vni(raw: bytes) -> str:
    return typed_as_vni(raw.decode("cp1252", errors="replace"))


def typed_as_tcvn3(text: str) -> str:
    """Unicode letters for text typed in a `.VnTime` font: `KÕ ho¹ch` is `Kế hoạch`."""
    return _LOST_U.sub(lambda lost: f"{lost[1] or lost[2]}ư", text.translate(TCVN3))


def typed_as_vni(text: str) -> str:
    """Unicode letters for text typed in a `VNI-Times` font: `keá hoaïch` is `kế hoạch`."""
    return _VNI.sub(lambda match: _VNI_PAIRS.get(match[0]) or _VNI_WHOLE[match[0]], text)


_TYPED = {"tcvn3": typed_as_tcvn3, "vni": typed_as_vni}


def decode_windows_1258(raw: bytes) -> str:
    return unicodedata.normalize("NFC", raw.decode("cp1258", errors="replace"))


def looks_like(raw: bytes) -> str | None:
    """`tcvn3`, `windows_1258`, `vni`, or None when the bytes resemble none of them."""
    sample = raw[:_SAMPLE_BYTES]
    scores = {
        "tcvn3": _common_words(decode_tcvn3(sample)),
        "windows_1258": _common_words(decode_windows_1258(sample)),
        "vni": _common_words(decode_vni(sample)),
    }
    best = max(scores, key=lambda name: scores[name])
    return best if scores[best] >= 2 else None


def typed_for_old_fonts(text: str) -> str | None:
    """`tcvn3` or `vni` when Unicode text was certainly typed for such fonts, else None.

    It decodes without an error and reads `KÕ ho¹ch`. A letter that only Unicode has, or a word
    that stays wrong, and it is left as it is.
    """
    sample = text[:_SAMPLE_BYTES]
    if sample.isascii() or any("\u0100" <= char <= "\u1ef9" for char in sample):
        return None
    kind = looks_like(sample.encode("cp1252", errors="ignore"))
    if kind not in _TYPED:
        return None
    converted = _TYPED[kind](sample)
    certain = plausible(converted) >= 0.8 and plausible(converted) > plausible(sample)
    return kind if certain else None


def convert_typed(text: str, kind: str) -> str:
    """The text with what `typed_for_old_fonts` named put right."""
    return _TYPED[kind](text)


def plausible(text: str) -> float:
    """Which share of the words that carry a mark are Vietnamese syllables: 0 to 1.

    Text read in the wrong encoding has vowels where none can stand and two tones in a syllable.
    """
    marked = [word for word in _WORD.findall(text.lower()) if not word.isascii()]
    good = sum(
        bool(_SYLLABLE.fullmatch(fold(word)))
        and sum(mark in _TONES for mark in unicodedata.normalize("NFD", word)) < 2
        for word in marked
    )
    return good / len(marked) if marked else 0.0


def _common_words(text: str) -> int:
    """Common words that carry a Vietnamese mark; plain ASCII words say nothing here."""
    words = (word.lower() for word in _WORD.findall(text))
    return sum(1 for word in words if not word.isascii() and word in _COMMON_WORDS)
