"""Text files are read in every encoding; others are told by content and refused precisely."""

from __future__ import annotations

import unicodedata
from pathlib import Path

import pytest

from cotmoc.core.legacy_encodings import TCVN3
from cotmoc.plantext import UnreadableText, read_file, read_plan
from cotmoc.plantext.source import load, load_bytes

WORDS = "Kế hoạch chuyển đổi số của tỉnh: 90% hồ sơ được xử lý đúng hạn và số hóa."
VNI_WORDS = (
    "Keá hoaïch chuyeån ñoåi soá cuûa tænh: 90% hoà sô ñöôïc xöû lyù ñuùng haïn vaø soá hoùa."
)


def refused(tmp_path: Path, raw: bytes, max_bytes: int = 10_000) -> UnreadableText:
    path = tmp_path / "ke-hoach.txt"
    path.write_bytes(raw)
    with pytest.raises(UnreadableText) as caught:
        read_file(path, max_bytes=max_bytes)
    assert caught.value.file == "ke-hoach.txt"
    assert caught.value.code in str(caught.value)
    return caught.value


def tcvn3(words: str) -> bytes:
    codes = {letter: code for code, letter in TCVN3.items()}
    return bytes(codes.get(char, ord(char)) for char in words)


def windows_1258(words: str) -> bytes:
    # The code page keeps some letters whole and writes most tones as separate marks.
    whole = set("ăâêôơưđ")
    encoded = b""
    for char in words:
        base = unicodedata.normalize("NFD", char)
        stem, tone = base[0], ""
        for mark in base[1:]:
            joined = unicodedata.normalize("NFC", stem + mark)
            if joined in whole:
                stem = joined
            else:
                tone += mark
        encoded += (stem + tone).encode("cp1258")
    return encoded


@pytest.mark.parametrize(
    ("raw", "code"),
    [
        (b"", "empty"),
        (b" \n\t\r\n", "no_text"),
        (b"Chi\x00 tieu", "not_text"),
        (bytes(range(1, 32)) * 20, "not_text"),
        (b"%PDF-1.7 something", "broken"),
        (b"%!PS-Adobe-3.0", "not_text"),
        (b"Rar!\x1a\x07\x00", "archive"),
        (b"90% h\xff\xfe\xfd s", "encoding"),
        (b"\xff\xfe9\x000", "encoding"),
        (b"MIME-Version: 1.0\nContent-Type: multipart/related; boundary=a\n\n--a--", "no_text"),
    ],
)
def test_the_reason_is_precise(tmp_path: Path, raw: bytes, code: str) -> None:
    assert refused(tmp_path, raw).code == code


def test_too_large_is_said_before_reading(tmp_path: Path) -> None:
    error = refused(tmp_path, b"a" * 3_000_000, max_bytes=2_000_000)
    assert (error.code, error.params) == ("too_large", {"megabytes": "3.0", "limit": "2"})


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"])
def test_unicode_files_are_read(tmp_path: Path, encoding: str) -> None:
    path = tmp_path / "ke-hoach.txt"
    path.write_bytes(f"I. MỤC TIÊU\r\n- {WORDS}\r\n".encode(encoding))
    plan = read_file(path)
    assert plan.text == f"I. MỤC TIÊU\n- {WORDS}\n"
    assert [target.value for target in plan.targets] == ["90"]
    assert plan.source is not None
    assert plan.source.notes == ()


@pytest.mark.parametrize(
    ("raw", "encoding", "note"),
    [
        (tcvn3(WORDS), "tcvn3", "converted_tcvn3"),
        (windows_1258(WORDS), "windows_1258", "converted_windows_1258"),
        (VNI_WORDS.encode("cp1252"), "vni", "converted_vni"),
        # Typed for such a font, and saved as Unicode.
        (tcvn3(WORDS).decode("latin-1").encode(), "utf-8", "converted_tcvn3"),
        (VNI_WORDS.encode(), "utf-8", "converted_vni"),
    ],
)
def test_old_encodings_are_converted_and_said(raw: bytes, encoding: str, note: str) -> None:
    source = load_bytes(raw, "ke-hoach.txt")
    assert (source.text, source.encoding, source.notes) == (WORDS, encoding, (note,))


@pytest.mark.parametrize("words", ["Budget révisé à 90% dès l'été, très élevé", WORDS, "90% ho so"])
def test_other_letters_are_never_taken_for_old_fonts(words: str) -> None:
    source = load_bytes(words.encode(), "a.txt")
    assert (source.text, source.notes) == (words, ())


def test_what_cannot_be_seen_is_removed() -> None:
    raw = "Tỷ\u00a0lệ \u202bhồ\u200b s\u00adơ\u2060 đạt 90%\u000cÐà Nẵng\ufeff\u2028Hết"
    assert load_bytes(raw.encode(), "a.txt").text == "Tỷ lệ hồ sơ đạt 90%\nĐà Nẵng\nHết"


def test_decomposed_letters_are_composed(tmp_path: Path) -> None:
    path = tmp_path / "ke-hoach.txt"
    path.write_text(unicodedata.normalize("NFD", "I. MỤC TIÊU\n- 90% hồ sơ được số hóa"), "utf-8")
    assert read_file(path).targets[0].name == "Hồ sơ được số hóa"


def test_lines_are_the_paragraphs_of_a_text_file() -> None:
    source = load_bytes("Một\n\nBa 90%\n".encode(), "a.txt")
    origin = source.origin_at(source.text.index("90%"))
    assert origin is not None
    assert origin.paragraph == 3


def test_text_given_as_a_string_has_a_source_too() -> None:
    plan = read_plan("I. MỤC TIÊU\r\n- 90% hồ sơ được số hóa")
    assert plan.source is not None
    assert plan.source.text == plan.text


def test_the_same_bytes_give_the_same_source(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_bytes(tcvn3(WORDS))
    assert load(path) == load_bytes(path.read_bytes(), "b.docx")


def test_a_heap_of_accents_takes_no_time() -> None:
    source = load_bytes(("a" + "\u0323\u0301" * 500_000).encode(), "a.txt")
    assert len(source.text) < 10
