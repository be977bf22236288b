"""Evidence is kept when it proves something and is what it says it is; nobody else reads it."""

import io
import zipfile
from datetime import date

import pytest

from cotmoc.apps.documents.ports import originals, scanning
from cotmoc.apps.scorecards.assessments.evidence import (
    Proof,
    add_evidence,
    link_is_safe,
    remove_evidence,
)
from cotmoc.apps.scorecards.assessments.proofs import ProofError, proof_of
from cotmoc.apps.scorecards.assessments.stepping import RoundError
from cotmoc.apps.scorecards.models import Assessment, Evidence

pytestmark = pytest.mark.django_db

PDF = b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n"
PNG = (
    b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x00\x01\x00\x00\x00\x01\x08\x06\x00\x00\x00"
    b"\x1f\x15\xc4\x89\x00\x00\x00\x00IEND\xaeB`\x82"
)
JPEG = b"\xff\xd8\xff\xe0\x00\x10JFIF\x00\x01\x01\x00\x00\x01\x00\x01\x00\x00\xff\xd9"
EXE = b"MZ\x90\x00\x03\x00\x00\x00\x04\x00\x00\x00\xff\xff"
HTML = b"<!doctype html><script>alert(1)</script>"


def package(*names):
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w") as file:
        for name in ("[Content_Types].xml", *names):
            file.writestr(name, "<x/>")
    return held.getvalue()


DOCX, XLSX = package("word/document.xml"), package("xl/workbook.xml")


@pytest.fixture
def add(ours, cast, now):
    def hand_in(leaf="PLAN", by=None, **proof):
        return add_evidence(ours, leaf, Proof(**proof), actor=by or cast.an, now=now)

    return hand_in


def files_kept():
    folder = originals.path_of("0" * 64).parent.parent
    return {path.name for path in folder.glob("*/*")}


class TestKinds:
    @pytest.mark.parametrize(
        ("name", "raw", "media_type"),
        [
            ("k.pdf", PDF, "application/pdf"),
            ("K.PDF", PDF, "application/pdf"),
            ("a.png", PNG, "image/png"),
            ("a.jpeg", JPEG, "image/jpeg"),
            ("a.docx", DOCX,
             "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
            ("a.xlsx", XLSX, "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
        ],
    )  # fmt: skip
    def test_that_are_taken(self, name, raw, media_type):
        assert proof_of(name, raw).media_type == media_type

    @pytest.mark.parametrize(
        ("name", "raw", "code"),
        [
            ("ke-hoach.pdf", EXE, "false_kind"),
            ("ke-hoach.pdf", HTML, "false_kind"),
            ("anh.png", b"\x89PNG\r\n\x1a\n" + HTML, "false_kind"),
            ("anh.jpg", b"\xff\xd8\xff" + HTML, "false_kind"),
            ("a.docx", package("mimetype"), "false_kind"),
            ("a.docx", package("ppt/presentation.xml"), "false_kind"),
            ("ke-hoach.pdf", PNG, "named_otherwise"),
            ("a.docx", XLSX, "named_otherwise"),
            ("a.docx", package("word/document.xml", "word/vbaProject.bin"), "has_macros"),
            ("a.docx", b"PK\x03\x04 not a package", "broken"),
            ("a.pdf", b"%PDF-1.7\nrest is lost", "broken"),
            ("a.exe", EXE, "kind_unknown"),
            ("a.html", HTML, "kind_unknown"),
            ("a.pdf.exe", PDF, "kind_unknown"),
            ("a", PDF, "kind_unknown"),
            ("a.pdf", b"", "empty"),
        ],
    )
    def test_that_are_refused(self, name, raw, code):
        with pytest.raises(ProofError, match=code):
            proof_of(name, raw)

    @pytest.mark.parametrize("raw", [EXE, HTML, XLSX])
    def test_a_false_one_leaves_nothing_behind(self, add, ours, raw):
        before = files_kept()
        with pytest.raises(RoundError):
            add(file_name="ke-hoach.pdf", raw=raw, number="1/KH", dated=date(2026, 1, 2))
        assert not Evidence.objects.exists()
        assert files_kept() == before
        assert Assessment.objects.get(pk=ours.pk).state == "not_started"


def test_a_file_is_kept_byte_for_byte(add, cast):
    made = add(file_name="C:\\thư mục\\kế hoạch.pdf", raw=PDF)
    assert originals.path_of(made.digest).read_bytes() == PDF
    assert (made.file_name, made.media_type, made.size) == (
        "kế hoạch.pdf", "application/pdf", len(PDF),
    )  # fmt: skip
    assert made.added_by == cast.an


def test_a_leaf_may_have_several(add, entry, ours):
    add(number="12/KH-SCT", dated=date(2026, 2, 3))
    add(link="https://sct.phutho.gov.vn/ke-hoach")
    add(file_name="a.png", raw=PNG)
    assert entry(ours, "PLAN").evidence.count() == 3


@pytest.mark.parametrize(
    ("proof", "code"),
    [
        ({}, "proof_empty"),
        ({"title": "Kế hoạch"}, "proof_empty"),
        ({"number": "12/KH-SCT"}, "proof_empty"),
        ({"dated": date(2026, 2, 3)}, "proof_empty"),
        ({"link": "javascript:alert(1)"}, "link_refused"),
        ({"link": "ftp://a.vn/x"}, "link_refused"),
        ({"file_name": "a.pdf", "raw": b"%PDF-" + b"0" * 2_000_001}, "too_large"),
    ],
)
def test_what_proves_nothing_is_refused(add, settings, proof, code):
    settings.MAX_DOCUMENT_BYTES = 2_000_000
    with pytest.raises(RoundError, match=code):
        add(**proof)
    assert not Evidence.objects.exists()


@pytest.mark.parametrize(
    ("link", "safe"),
    [
        ("https://phutho.gov.vn/a?b=1", True),
        ("http://10.0.0.1/x", True),
        ("https://", False),
        ("//phutho.gov.vn", False),
        ("https://me:secret@a.vn", False),
        ("https://a.vn/ b", False),
        ("data:text/html,x", False),
        ("https://a.vn/" + "x" * 500, False),
        ("https://[::1", False),
    ],
)
def test_links_lead_to_web_pages(link, safe):
    assert link_is_safe(link) is safe


@pytest.mark.parametrize(("body", "code"), [("exit 1", "scanner"), (None, "not_scanned")])
def test_the_scanner_has_its_say(add, settings, tmp_path, monkeypatch, body, code):
    monkeypatch.setattr(scanning, "SCAN_SECONDS", 0.5)
    script = tmp_path / "scanner"
    if body:
        script.write_text(f"#!/bin/sh\n{body}\n")
        script.chmod(0o755)
    settings.VIRUS_SCANNER = str(script)
    before = files_kept()
    with pytest.raises(RoundError, match=code):
        add(file_name="a.pdf", raw=PDF)
    assert files_kept() == before


def test_so_many_files_an_hour(add, settings):
    settings.UPLOADS_PER_HOUR = 1
    add(file_name="a.pdf", raw=PDF)
    with pytest.raises(RoundError, match="too_many"):
        add(file_name="b.png", raw=PNG)
    add(link="https://a.vn")  # a link is no file


class TestTakingAway:
    def test_lets_the_file_go_when_nothing_else_needs_it(
        self, add, cast, now, django_capture_on_commit_callbacks
    ):
        first, second = add(file_name="a.pdf", raw=PDF), add("MARK", file_name="b.pdf", raw=PDF)
        path = originals.path_of(first.digest)
        with django_capture_on_commit_callbacks(execute=True):
            remove_evidence(first, actor=cast.an, now=now)
        assert path.exists()
        with django_capture_on_commit_callbacks(execute=True):
            remove_evidence(second, actor=cast.an, now=now)
        assert not path.exists()

    def test_not_once_it_is_submitted(self, submitted, cast, now):
        held = Evidence.objects.get()
        with pytest.raises(RoundError, match="not_now_submitted"):
            remove_evidence(held, actor=cast.an, now=now)

    def test_not_by_others(self, add, cast, now):
        held = add(link="https://a.vn")
        with pytest.raises(RoundError, match="not_the_body"):
            remove_evidence(held, actor=cast.chi, now=now)


def test_only_who_speaks_for_the_body_adds(add, cast):
    with pytest.raises(RoundError, match="not_the_body"):
        add(by=cast.dung, link="https://a.vn")
