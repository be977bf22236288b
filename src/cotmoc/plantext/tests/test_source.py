"""Files that are not UTF-8 text are refused with a precise reason."""

from __future__ import annotations

import unicodedata
from pathlib import Path

import pytest

from cotmoc.core.legacy_encodings import TCVN3
from cotmoc.plantext import UnreadableText, read_file

WORDS = "Kế hoạch chuyển đổi số của tỉnh: 90% hồ sơ được xử lý đúng hạn và số hóa."
PNG = b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR" + bytes(range(256))


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
        (PNG, "not_text"),
        (b"%PDF-1.7 something", "not_text"),
        (b"Chi\x00 tieu", "not_text"),
        (bytes(range(1, 32)) * 20, "not_text"),
        (tcvn3(WORDS), "encoding_tcvn3"),
        (windows_1258(WORDS), "encoding_windows_1258"),
        (tcvn3(WORDS).decode("latin-1").encode(), "encoding_tcvn3"),
        (b"90% h\xff\xfe\xfd s", "encoding"),
        (WORDS.encode("utf-16-le"), "encoding"),
        (b"\xff\xfe9\x000", "encoding"),
    ],
)
def test_the_reason_is_precise(tmp_path: Path, raw: bytes, code: str) -> None:
    assert refused(tmp_path, raw).code == code


def test_vni_is_named(tmp_path: Path) -> None:
    error = refused(tmp_path, b"va\xf8 cu\xfba t\xeenh, cu\xfba so\xe1")
    assert (error.code, error.params["looks_like"]) == ("encoding", "VNI")


def test_too_large_is_said_before_reading(tmp_path: Path) -> None:
    error = refused(tmp_path, b"a" * 20, max_bytes=10)
    assert (error.code, error.params) == ("too_large", {"size": 20, "max_bytes": 10})


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_unicode_files_are_read(tmp_path: Path, encoding: str) -> None:
    path = tmp_path / "ke-hoach.txt"
    path.write_bytes(f"I. MỤC TIÊU\r\n- {WORDS}\r\n".encode(encoding))
    plan = read_file(path)
    assert plan.text == f"I. MỤC TIÊU\n- {WORDS}\n"
    assert [target.value for target in plan.targets] == ["90"]


def test_decomposed_letters_are_composed(tmp_path: Path) -> None:
    path = tmp_path / "ke-hoach.txt"
    path.write_text(unicodedata.normalize("NFD", "I. MỤC TIÊU\n- 90% hồ sơ được số hóa"), "utf-8")
    assert read_file(path).targets[0].name == "Hồ sơ được số hóa"
