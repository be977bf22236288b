"""A document is recorded as it was read, and tied to those it names and those that name it."""

import importlib
from datetime import date

import pytest

from cotmoc.apps.documents.models import Document
from cotmoc.apps.documents.queries import amended_by, related
from cotmoc.apps.documents.services import ValidityError, set_validity, withdraw
from cotmoc.apps.journal.models import Entry

pytestmark = pytest.mark.django_db


def test_a_document_keeps_all_that_its_head_says(recorded, full_reading, cast):
    found = Document.objects.get(pk=recorded(full_reading, size=4_200).pk)
    assert (found.kind, found.symbol, found.symbol_key) == (
        "Quyết định", "0749/QĐ-UBND", "749/qd-ubnd",
    )  # fmt: skip
    assert (found.date, found.valid_from, found.place) == (
        date(2026, 3, 2), date(2026, 3, 2), "Phú Thọ",
    )  # fmt: skip
    assert (found.signer, found.signer_title, found.sign_form) == (
        "Nguyễn Văn Mẫu", "Phó Chủ tịch", "TM. KT.",
    )  # fmt: skip
    assert found.recipients == ["Như trên", "Lưu: VT"]
    assert found.annexes[0]["label"] == "Phụ lục I"
    assert (found.year, found.since, found.horizon) == (2026, 2026, 2030)
    assert (found.format, found.size, found.notes) == ("docx", 4_200, ["converted_tcvn3"])
    assert found.media_type.endswith("wordprocessingml.document")
    assert found.origins[1] == [11, None, None, 1, 1, 1]
    assert len(found.tables[0]["cells"]) == 4
    assert (found.uploaded_by, found.state) == (cast.dung, Document.State.IN_FORCE)
    assert " cong du lieu " in found.search


def test_a_reading_without_a_source_is_plain_text(recorded, reading):
    found = recorded(reading())
    assert (found.format, found.media_type, found.tables) == ("txt", "text/plain", [])


def test_a_document_being_confirmed_is_a_draft(recorded, reading, cast):
    found = recorded(reading(), state=Document.State.DRAFT)
    assert found not in Document.objects.visible_to(cast.an)
    assert found in Document.objects.visible_to(cast.dung)


def test_what_a_document_names_is_tied_when_it_is_in_the_register(recorded, reading, cites):
    older = recorded(reading("1", "NQ-TU"))
    newer = recorded(reading("2", citations=(cites("based_on", "01/NQ-TU"),)))
    assert newer.relations.get().other == older


def test_a_relation_is_tied_also_when_the_other_document_comes_later(recorded, reading, cites):
    newer = recorded(reading("2", citations=(cites("replaces", "01/NQ-TU", "2026-01-15"),)))
    assert newer.relations.get().other is None
    older = recorded(reading("1", "NQ-TU"))
    assert newer.relations.get().other == older
    entry = Entry.objects.get(verb="document.recorded", subject_id=str(older.pk))
    assert entry.after["tied"] == 1


def test_the_same_number_of_another_province_or_day_is_not_tied(recorded, reading, cites):
    recorded(reading("33", issuer="UBND tỉnh Gia Lai"))
    cited = (
        cites("amends", "33/KH-UBND", issuer="UBND tỉnh Phú Thọ"),
        cites("based_on", "33/KH-UBND", date="2024-05-05"),
    )
    newer = recorded(reading("40", citations=cited))
    assert [each.other for each in newer.relations.all()] == [None, None]


def test_a_symbol_of_a_province_without_its_name_is_of_the_province_that_says_so(
    recorded, reading, cites
):
    recorded(reading("33", issuer="UBND tỉnh Gia Lai"))
    cited = (cites("amends", "33/KH-UBND"), cites("replaces", "33/KH-UBND", issuer="UBND tỉnh"))
    newer = recorded(reading("40", citations=cited))
    assert [each.other for each in newer.relations.all()] == [None, None]
    own = recorded(reading("33", issuer="ỦY BAN NHÂN DÂN TỈNH PHÚ THỌ"))
    assert [each.other for each in newer.relations.all()] == [own, own]


def test_two_documents_a_citation_may_mean_leave_it_to_a_person(recorded, reading, cites):
    recorded(reading("33", date="2025-01-15"))
    recorded(reading("33", date="2026-01-15"))
    newer = recorded(reading("40", citations=(cites("amends", "33/KH-UBND"),)))
    assert newer.relations.get().other is None


def test_a_draft_gives_way_to_a_document_that_holds(recorded, reading, cites):
    signed = recorded(reading("33"))
    recorded(reading("33"), state=Document.State.DRAFT)
    newer = recorded(reading("40", citations=(cites("amends", "33/KH-UBND"),)))
    assert newer.relations.get().other == signed


def test_relations_are_seen_from_both_sides(recorded, reading, cites, cast):
    older = recorded(reading("1"))
    newer = recorded(reading("2", citations=(cites("replaces", "1/KH-UBND"),) * 2))
    (seen,) = related(newer, viewer=cast.an)
    assert (seen.outward, seen.other) == (True, older)
    (seen,) = related(older, viewer=cast.an)
    assert (seen.outward, seen.other) == (False, newer)
    assert {each.other for each in amended_by(newer, viewer=cast.an)} == {older}


def test_a_relation_tells_nothing_of_a_document_the_viewer_may_not_read(
    recorded, reading, cites, cast
):
    hidden = recorded(reading("1"), state=Document.State.DRAFT)
    newer = recorded(reading("2", citations=(cites("amends", "1/KH-UBND"),)))
    (seen,) = related(newer, viewer=cast.an)
    assert seen.other is None
    assert amended_by(newer, viewer=cast.an) == []
    (seen,) = related(newer, viewer=cast.dung)
    assert seen.other == hidden
    assert related(newer, viewer=cast.em)[0].other is None


def test_validity_is_set_with_its_reason_and_journalled(recorded, reading, cast, now):
    document = recorded(reading())
    end = date(2026, 9, 1)
    assert withdraw(document, on=end, reason="Bãi bỏ", actor=cast.dung, now=now)
    kept = Document.objects.get(pk=document.pk)
    assert (kept.state, kept.valid_to, kept.state_reason) == ("withdrawn", end, "Bãi bỏ")
    entry = Entry.objects.get(verb="document.validity_set")
    assert (entry.before["state"], entry.after["valid_to"]) == ("in_force", "2026-09-01")
    assert not withdraw(kept, on=end, reason="Bãi bỏ", actor=cast.dung, now=now)
    assert Entry.objects.filter(verb="document.validity_set").count() == 1


@pytest.mark.parametrize(
    ("state", "end", "code"),
    [
        ("replaced", None, "end_missing"),
        ("withdrawn", date(2020, 1, 1), "ends_before_start"),
        ("draft", None, "still_draft"),
    ],
)
def test_a_validity_that_cannot_be_is_refused(recorded, reading, cast, now, state, end, code):
    document = recorded(reading())
    with pytest.raises(ValidityError) as refused:
        set_validity(
            document, state=Document.State(state), valid_from=document.valid_from, valid_to=end,
            actor=cast.dung, now=now,
        )  # fmt: skip
    assert refused.value.code == code
    assert Document.objects.get(pk=document.pk).state == "in_force"


def test_documents_recorded_before_the_register_are_found_by_it(recorded, reading):
    from django.apps import apps

    document = recorded(reading("07"))
    Document.objects.filter(pk=document.pk).update(search="", symbol_key="", valid_from=None)
    migration = importlib.import_module("cotmoc.apps.documents.migrations.0004_fill_search")
    migration.fill(apps, None)
    document.refresh_from_db()
    assert " ho so dat 95 " in document.search
    assert (document.symbol_key, document.valid_from) == ("7/kh-ubnd", date(2026, 1, 15))
