"""A file handed in is looked at, kept byte for byte, read, and recorded as a draft."""

import pytest

from cotmoc.apps.documents.models import Document
from cotmoc.apps.documents.ports import originals, scanning
from cotmoc.apps.journal.models import Entry
from cotmoc.apps.programmes import ports, uploading
from cotmoc.apps.programmes.models import DraftRow, Upload
from cotmoc.apps.programmes.uploading import UploadRefusedError, carry_out, receive

pytestmark = pytest.mark.django_db
RAW = "KẾ HOẠCH\n\nII. MỤC TIÊU\n- Tối thiểu 95% hồ sơ được giải quyết đúng hạn.\n".encode()


@pytest.fixture
def who(cast, now):
    return {"actor": cast.dung, "now": now}


def kept():
    return {path.name for path in originals.path_of("0" * 64).parent.parent.glob("*/*")}


def test_a_small_file_is_read_at_once_and_kept_as_it_came(who, cast):
    received = receive("ke-hoach.txt", RAW, **who)
    document = received.document
    assert document.state == Document.State.DRAFT
    assert DraftRow.objects.filter(document=document).count() == 1
    assert originals.path_of(document.digest).read_bytes() == RAW
    assert received.upload.state == "done"
    entry = Entry.objects.get(verb="upload.received")
    assert (entry.actor, entry.after["sha256"]) == (cast.dung, document.digest)


def test_the_same_file_again_is_its_document(who):
    first = receive("ke-hoach.txt", RAW, **who).document
    again = receive("ten-khac.docx", RAW, **who)
    assert (again.document, again.known) == (first, True)
    assert Upload.objects.count() == 1


def test_a_file_of_an_imported_plan_is_that_plans_document(who, plan, plan_file):
    assert receive("x.txt", plan_file.read_bytes(), **who).document == plan.document


@pytest.mark.parametrize(
    ("raw", "code"),
    [(b"", "empty"), (b"x" * 2001, "too_large")],
)
def test_what_is_empty_or_too_large_is_refused(who, settings, raw, code):
    settings.MAX_DOCUMENT_BYTES = 2000
    before = kept()
    with pytest.raises(UploadRefusedError, match=code):
        receive("x.txt", raw, **who)
    assert kept() == before
    assert not Upload.objects.exists()


@pytest.mark.parametrize(
    "raw",
    [
        b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR",
        b"PK\x03\x04" + b"\x00" * 40,
        b"%PDF-1.7\n" + b"\xff" * 60,
        b"MZ\x90\x00\x03\x00\x00\x00",
    ],
    ids=["picture", "broken archive", "broken PDF", "program"],
)
def test_a_hostile_file_is_refused_with_a_reason_and_not_kept(who, raw):
    before = kept()
    received = receive("ke-hoach.docx", raw, **who)
    assert received.document is None
    assert received.upload.state == "refused"
    assert received.upload.problem["code"].startswith("plan_")
    assert kept() == before
    assert not Document.objects.filter(digest=received.upload.digest).exists()


def test_a_reader_that_fails_is_told_and_leaves_nothing(who, monkeypatch):
    def fail(*_arguments):
        raise RecursionError

    monkeypatch.setattr(uploading, "read_file", fail)
    upload = receive("x.txt", RAW, **who).upload
    assert (upload.state, upload.problem["code"]) == ("refused", "plan_not_understood")
    assert upload.digest not in kept()


class TestLargeFiles:
    @pytest.fixture(autouse=True)
    def small_limit(self, settings):
        settings.READ_AT_ONCE_BYTES = 10

    def test_are_left_to_a_worker(self, who, monkeypatch, django_capture_on_commit_callbacks):
        asked = []
        monkeypatch.setattr(ports, "readings", [asked.append])
        with django_capture_on_commit_callbacks(execute=True):
            received = receive("x.txt", RAW, **who)
        assert received.document is None
        assert received.upload.open
        assert asked == [received.upload.pk]
        carry_out(received.upload, now=who["now"])
        assert received.upload.state == "done"
        assert received.upload.document.draft_rows.count() == 1

    def test_handed_in_twice_are_read_once(self, who, monkeypatch):
        monkeypatch.setattr(ports, "readings", [])
        first = receive("x.txt", RAW, **who).upload
        assert receive("x.txt", RAW, **who).upload == first
        carry_out(first, now=who["now"])
        again = Upload.objects.get(pk=first.pk)
        carry_out(again, now=who["now"])
        assert Document.objects.filter(digest=first.digest).count() == 1


class TestTheScanner:
    def script(self, tmp_path, body):
        path = tmp_path / "scanner"
        path.write_text(f"#!/bin/sh\n{body}\n")
        path.chmod(0o755)
        return str(path)

    def test_sees_the_file_and_lets_it_in(self, who, settings, tmp_path):
        seen = tmp_path / "seen"
        settings.VIRUS_SCANNER = self.script(tmp_path, f'cat "$2" > {seen}') + " --quiet"
        assert receive("x.txt", RAW, **who).document
        assert seen.read_bytes() == RAW

    @pytest.mark.parametrize(
        ("body", "code"), [("exit 1", "scanner"), ("sleep 5", "not_scanned"), (None, "not_scanned")]
    )
    def test_refuses_what_it_does_not_let_in(
        self, who, settings, tmp_path, monkeypatch, body, code
    ):
        monkeypatch.setattr(scanning, "SCAN_SECONDS", 0.2)
        settings.VIRUS_SCANNER = self.script(tmp_path, body) if body else "/no/such/scanner"
        before = kept()
        with pytest.raises(UploadRefusedError) as refused:
            receive("x.txt", RAW, **who)
        assert refused.value.code == code
        assert kept() == before
        assert not Upload.objects.exists()
        assert not list(settings.DATA_DIR.glob("handed-in-*"))


def test_so_many_an_hour(who, cast, now, settings):
    settings.UPLOADS_PER_HOUR = 2
    for number in range(2):
        uploading.refuse_too_many(cast.dung, now=now)
        receive("x.txt", RAW + b"\n" * number, **who)
    with pytest.raises(UploadRefusedError, match="too_many"):
        uploading.refuse_too_many(cast.dung, now=now)
    uploading.refuse_too_many(cast.binh, now=now)


@pytest.mark.parametrize("digest", ["", "x", "../" * 10, "A" * 64, "0" * 63])
def test_only_a_digest_names_a_file(digest):
    with pytest.raises(ValueError):
        originals.path_of(digest)
