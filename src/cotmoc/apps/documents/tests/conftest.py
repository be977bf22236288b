"""Documents as a reading of them would be, made by hand so that these tests hold whatever the
reader learns."""

import hashlib
from itertools import count

import pytest

from cotmoc.plantext.model import Annex, Citation, Clause, Doubt, Head, LeftAlone, Plan, Signer
from cotmoc.plantext.origins import Cell, Origin, SourceText, Table

_NUMBERS = count(1)


@pytest.fixture
def reading():
    """A reading with a head and the citations given."""

    def make(number="33", symbol="KH-UBND", text="KẾ HOẠCH\nTỷ lệ hồ sơ đạt 95%\n", **head):
        said = {
            "type": "Kế hoạch",
            "issuer": "UBND tỉnh Phú Thọ",
            "date": "2026-01-15",
            "title": f"Kế hoạch số {number}",
        }
        return Plan(
            text=text,
            head=Head(number=number, symbol=symbol, **(said | head)),
            clauses=(Clause("I", 1, "heading", "goals", None, 0, text.index("\n")),),
            targets=(),
            doubts=(),
            left_alone=(),
        )

    return make


@pytest.fixture
def cites():
    """A citation of a document by its reference."""

    def make(kind, reference, date=None, issuer=None):
        return Citation(kind, f"số {reference}", 0, 8, None, reference, issuer, date)

    return make


@pytest.fixture
def recorded(db, now, cast):
    """Record a reading; every one is another file."""
    from cotmoc.apps.documents.services import record_document

    def make(reading, **more):
        digest = hashlib.sha256(str(next(_NUMBERS)).encode()).hexdigest()
        name = f"{reading.head.number}.txt"
        return record_document(name, digest, reading, actor=cast.dung, now=now, **more)

    return make


@pytest.fixture
def full_reading():
    """A reading with everything a document can say."""
    text = "QUYẾT ĐỊNH\nSTT\nNhiệm vụ\n1\nXây dựng cổng dữ liệu\nKết thúc"
    at = text.index
    cells = (
        Cell(1, 1, 1, 1, at("STT"), at("STT") + 3),
        Cell(1, 2, 1, 1, at("Nhiệm"), at("Nhiệm") + 8),
        Cell(2, 1, 1, 1, at("1"), at("1") + 1),
        Cell(2, 2, 1, 1, at("Xây"), at("Xây") + 21),
    )
    source = SourceText(
        text,
        "docx",
        origins=(Origin(0, paragraph=1), Origin(at("STT"), table=1, row=1, column=1)),
        tables=(Table(at("STT"), at("Kết") - 1, cells),),
        notes=("converted_tcvn3",),
    )
    head = Head(
        type="Quyết định",
        number="0749",
        symbol="QĐ-UBND",
        issuer="UBND tỉnh Phú Thọ",
        place="Phú Thọ",
        date="2026-03-02",
        title="Quyết định ban hành danh mục nhiệm vụ",
        year=2026,
        since=2026,
        horizon=2030,
        signer=Signer("Nguyễn Văn Mẫu", "Phó Chủ tịch", ("TM.", "KT.")),
        recipients=("Như trên", "Lưu: VT"),
        annexes=(Annex("Phụ lục I", "Danh mục", at("STT")),),
    )
    clauses = (
        Clause("t1", 1, "heading", "head", None, 0, 10),
        Clause("B1.2", 2, "paragraph", "tasks", None, at("Xây"), at("Xây") + 21),
    )
    return Plan(
        text,
        head,
        clauses,
        (),
        (Doubt("level_doubled", at("Xây"), at("Xây") + 3, 5, "B1.2"),),
        (LeftAlone(at("Kết"), len(text), 6, "Kết thúc", "prose"),),
        source=source,
    )
