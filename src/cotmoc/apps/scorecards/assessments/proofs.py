"""What a file of evidence is by its content: PDF, Word, Excel, PNG, JPEG, nothing else. Pure."""

import io
import zipfile
from dataclasses import dataclass
from pathlib import PurePath

_OFFICE = "application/vnd.openxmlformats-officedocument."
DOCX = f"{_OFFICE}wordprocessingml.document"
XLSX = f"{_OFFICE}spreadsheetml.sheet"
MOST_PARTS = 5_000


@dataclass(frozen=True, slots=True)
class Proof:
    """A kind of file that is taken: its name for people, media type, endings of names."""

    name: str
    media_type: str
    endings: tuple[str, ...]


PDF = Proof("PDF", "application/pdf", (".pdf",))
WORD = Proof("Word (.docx)", DOCX, (".docx",))
EXCEL = Proof("Excel (.xlsx)", XLSX, (".xlsx",))
PNG = Proof("PNG", "image/png", (".png",))
JPEG = Proof("JPEG", "image/jpeg", (".jpg", ".jpeg"))
KINDS = (PDF, WORD, EXCEL, PNG, JPEG)
ENDINGS = tuple(ending for kind in KINDS for ending in kind.endings)


class ProofError(ValueError):
    """A file that is not taken; `code` says why."""

    def __init__(self, code: str, **params: object) -> None:
        super().__init__(code)
        self.code = code
        self.params = params


def proof_of(name: str, raw: bytes) -> Proof:
    """The kind of a file by its content, which its name must agree with.

    Raises ProofError: `empty`, `kind_unknown`, `false_kind`, `has_macros`, `broken`.
    """
    if not raw:
        raise ProofError("empty")
    ending = PurePath(name).suffix.lower()
    found = _by_content(raw)
    named = next((kind for kind in KINDS if ending in kind.endings), None)
    if named is None:
        raise ProofError("kind_unknown", ending=ending or name)
    if found is None:
        raise ProofError("false_kind", ending=ending, expected=named.name)
    if found is not named:
        raise ProofError("named_otherwise", ending=ending, found=found.name)
    return found


def _by_content(raw: bytes) -> Proof | None:
    if raw.startswith(b"%PDF-"):
        return _pdf(raw)
    if raw.startswith(b"\x89PNG\r\n\x1a\n"):
        return PNG if raw[12:16] == b"IHDR" and b"IEND" in raw[-64:] else None
    if raw.startswith(b"\xff\xd8\xff"):
        return JPEG if b"\xff\xd9" in raw[-64:] else None
    if raw.startswith(b"PK\x03\x04"):
        return _package(raw)
    return None


def _pdf(raw: bytes) -> Proof:
    if b"%%EOF" not in raw[-2_048:]:
        raise ProofError("broken", kind=PDF.name)
    return PDF


def _package(raw: bytes) -> Proof | None:
    """Word and Excel are packages with known parts; one with macros is refused."""
    try:
        with zipfile.ZipFile(io.BytesIO(raw)) as package:
            names = set(package.namelist())
    except (zipfile.BadZipFile, ValueError, NotImplementedError) as error:
        raise ProofError("broken", kind="Office") from error
    if "[Content_Types].xml" not in names or len(names) > MOST_PARTS:
        return None
    if any(name.lower().endswith("vbaproject.bin") for name in names):
        raise ProofError("has_macros")
    if "word/document.xml" in names:
        return WORD
    return EXCEL if "xl/workbook.xml" in names else None
