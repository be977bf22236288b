"""The confirming page and its forms: who may, what an old page is answered, htmx or not."""

import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from cotmoc.apps.accounts.models import Person, Role
from cotmoc.apps.documents.models import Document
from cotmoc.apps.programmes import drafts
from cotmoc.apps.programmes.models import DraftRow, Plan, Upload
from cotmoc.apps.programmes.services import record_draft
from cotmoc.apps.programmes.uploading import carry_out
from cotmoc.plantext import read_plan

pytestmark = pytest.mark.django_db
HOSTILE = "<script>alert(1)</script>\"'><img src=x onerror=alert(2)>"
LIVE = {"HX-Request": "true"}


def text(targets=6):
    lines = [
        f"- Tối thiểu {50 + number}% hồ sơ loại {number} được giải quyết đúng hạn "
        f"(chủ trì: Sở X{number})."
        for number in range(targets)
    ]
    return (
        "KẾ HOẠCH\nChuyển đổi số tỉnh Phú Thọ năm 2026\n\nII. MỤC TIÊU\n" + "\n".join(lines) + "\n"
    )


def handed_in(words, cast, now):
    raw = words.encode()
    return record_draft("ke-hoach.txt", raw, read_plan(words), actor=cast.dung, now=now)


@pytest.fixture
def draft(cast, now):
    return handed_in(text(), cast, now)


@pytest.fixture
def row(draft):
    return draft.draft_rows.first()


@pytest.fixture
def quan(signed_in, db):
    """A second person who steers."""
    person = Person.objects.create_person("quan2", None, name="Vũ Quân", role=Role.ADMINISTRATOR)
    return signed_in(person)


def page(draft):
    return f"/documents/{draft.pk}/confirm/"


def at(row):
    return f"/documents/{row.document_id}/confirm/rows/{row.pk}/"


def do(browser, row, deed, version=1, live=False, **fields):
    data = {"do": deed, "version": version, **fields}
    return browser.post(at(row), data, headers=LIVE if live else {})


def state(row):
    return DraftRow.objects.get(pk=row.pk).state


class TestWhoMay:
    @pytest.mark.parametrize("role", ["administrator", "secretariat", "committee", "auditor"])
    def test_who_reads_drafts_sees_it(self, draft, roles, signed_in, role):
        answer = signed_in(roles[role]).get(page(draft))
        assert answer.status_code == 200
        assert (b'value="accept"' in answer.content) == (role in {"administrator", "secretariat"})

    def test_a_reporter_does_not(self, draft, roles, signed_in):
        assert signed_in(roles["reporter"]).get(page(draft)).status_code == 403

    @pytest.mark.parametrize("role", ["committee", "reporter", "auditor"])
    def test_who_does_not_steer_changes_nothing(self, draft, row, roles, signed_in, role):
        browser = signed_in(roles[role])
        for address, deed in (
            (at(row), "accept"),
            (f"{page(draft)}rows/", "accept-clean"),
            (f"{page(draft)}finish/", ""),
        ):
            assert browser.post(address, {"do": deed, "version": 1}).status_code == 403
        assert browser.get("/documents/upload/").status_code == 403
        assert state(row) == "proposed"

    def test_a_row_of_another_document_is_not_reached_through_this_one(
        self, draft, row, dung, cast, now
    ):
        other = handed_in(text(2), cast, now)
        address = f"/documents/{other.pk}/confirm/rows/{row.pk}/"
        assert dung.post(address, {"do": "accept", "version": 1}).status_code == 409
        assert state(row) == "proposed"


class TestWithoutScript:
    def test_a_decision_leads_to_the_next_undecided_row(self, draft, row, dung):
        following = draft.draft_rows.all()[1]
        answer = do(dung, row, "accept")
        assert answer.status_code == 302
        assert answer.url == f"{page(draft)}#row-{following.pk}"
        assert state(row) == "accepted"

    def test_filters_stay(self, draft, row, dung):
        answer = dung.post(f"{at(row)}?state=proposed", {"do": "reject", "version": 1})
        assert answer.url.startswith(f"{page(draft)}?state=proposed#row-")

    def test_a_row_opens_in_its_page(self, row, dung, read):
        answer = dung.get(f"{at(row)}?open=edit", follow=True)
        assert (
            answer.redirect_chain[0][0]
            == f"/documents/{row.document_id}/confirm/?edit={row.pk}#row-{row.pk}"
        )
        names = {attributes.get("name") for _tag, attributes in read(answer).tags}
        assert {"name", "comparator", "value", "unit", "indicator"} <= names

    def test_the_likeliest_indicators_come_first_with_their_reason(self, row, dung):
        content = dung.get(f"{page(row.document)}?edit={row.pk}").content.decode()
        select = content[content.index(f'id="row-{row.pk}-indicator"') :]
        select = select[: select.index("</select>")]
        first, second = re.findall(r"<optgroup.*?</optgroup>", select, re.DOTALL)
        assert 1 <= first.count("<option") <= 5
        assert re.search(r"\(0,\d\d; ", first)
        assert second.count("<option") > 50
        codes = re.findall(r'<option value="(\w+)"', select)
        assert len(codes) == len(set(codes))

    def test_edited_fields_are_kept_as_they_are_written_here(self, row, dung):
        answer = do(
            dung, row, "edit", name="Hồ sơ đúng hạn", comparator=">=", value="7,5", unit="%",
            level="commune", deadline="30/11/2026", lead="Sở Nội vụ", indicator="dossiers_on_time",
        )  # fmt: skip
        assert answer.status_code == 302
        kept = DraftRow.objects.get(pk=row.pk)
        assert kept.state == "accepted"
        assert kept.content["value"] == "7.5"
        assert kept.content["deadline"] == "2026-11-30"
        assert kept.indicator_code == "dossiers_on_time"

    @pytest.mark.parametrize(
        ("field", "value"),
        [
            ("value", "nhiều"), ("value", ""), ("value", "9" * 23), ("deadline", "31/2/2026"),
            ("name", ""), ("comparator", "!"), ("indicator", "no_such"), ("level", "moon"),
        ],
    )  # fmt: skip
    def test_a_field_that_is_wrong_is_said_at_the_field(self, row, dung, field, value):
        fields = {"name": "A", "comparator": ">=", "value": "1", field: value}
        answer = do(dung, row, "edit", **fields)
        assert answer.status_code == 422
        assert f'id="row-{row.pk}-{field}_error"' in answer.content.decode()
        assert state(row) == "proposed"

    def test_words_of_a_line_become_a_row(self, draft, dung):
        number = draft.text.split("\n").index("II. MỤC TIÊU") + 1
        answer = dung.post(
            f"{page(draft)}rows/",
            {"do": "add", "kind": "task", "line": number, "words": "hồ sơ loại 2"},
        )
        added = draft.draft_rows.get(kind="task")
        assert added.quote == "hồ sơ loại 2"
        assert answer.url == f"{page(draft)}?edit={added.pk}#row-{added.pk}"

    @pytest.mark.parametrize(
        "asked",
        [
            {"words": "không có ở đây"}, {"line": 9999}, {}, {"kind": "budget", "words": "hồ sơ"},
            {"line": "x"}, {"start": 5, "end": 5}, {"words": "hồ\0sơ"},
        ],
    )  # fmt: skip
    def test_words_that_are_not_there_add_nothing(self, draft, dung, asked):
        before = draft.draft_rows.count()
        answer = dung.post(f"{page(draft)}rows/", {"do": "add", "kind": "target", **asked})
        assert answer.status_code == 422
        assert draft.draft_rows.count() == before

    def test_rows_are_merged_and_that_is_undone(self, draft, dung):
        one, two = draft.draft_rows.all()[:2]
        dung.post(f"{page(draft)}rows/", {"do": "merge", "row": [f"{one.pk}:1", f"{two.pk}:1"]})
        assert [state(one), state(two)] == ["proposed", "withdrawn"]
        dung.post(f"{page(draft)}rows/", {"do": "undo"})
        assert [state(one), state(two)] == ["proposed", "proposed"]

    def test_a_rejection_is_undone(self, draft, row, dung):
        do(dung, row, "reject")
        assert state(row) == "rejected"
        dung.post(f"{page(draft)}rows/", {"do": "undo"})
        assert state(row) == "proposed"

    def test_a_part_of_the_quote_becomes_a_row(self, draft, row, dung):
        do(dung, row, "split", part="được giải quyết đúng hạn")
        quotes = [each.quote for each in draft.draft_rows.all()]
        assert "được giải quyết đúng hạn" in quotes
        assert "Tối thiểu 50% hồ sơ loại 0" in quotes

    def test_words_outside_the_quote_split_nothing(self, draft, row, dung):
        answer = do(dung, row, "split", part="Chuyển đổi số tỉnh Phú Thọ")
        assert answer.status_code == 422
        assert draft.draft_rows.filter(version=1).count() == 6

    def test_all_without_doubts_at_once(self, draft, dung):
        dung.post(f"{page(draft)}rows/", {"do": "accept-clean"})
        assert set(draft.draft_rows.values_list("state", flat=True)) == {"accepted"}

    def test_a_form_that_is_not_whole_is_refused(self, draft, row, dung):
        assert dung.post(at(row), {"do": "accept"}).status_code == 422
        assert dung.post(at(row), {"do": "fly", "version": 1}).status_code == 422
        assert dung.post(f"{page(draft)}rows/", {"do": "fly"}).status_code == 422
        assert state(row) == "proposed"


class TestTwoPeople:
    @pytest.mark.parametrize("live", [False, True])
    @pytest.mark.parametrize("deed", ["accept", "reject", "edit", "split"])
    def test_an_old_page_is_answered_with_what_the_other_did(
        self, row, dung, quan, read, deed, live
    ):
        fields = {"name": "Tên của Quân", "comparator": ">=", "value": "60"}
        do(dung, row, "edit", name="Tên của Dung", comparator=">=", value="50")
        more = fields if deed == "edit" else {"double": "yes"} if deed == "split" else {}
        answer = do(quan, row, deed, live=live, **more)
        assert answer.status_code == 409
        words = read(answer).text
        assert "Tên của Dung" in words
        assert "Phạm Thị Dung" in words
        kept = DraftRow.objects.get(pk=row.pk)
        assert (kept.content["name"], kept.version) == ("Tên của Dung", 2)
        if deed == "edit":  # what was typed is not lost either, and can be saved knowingly
            assert "Tên của Quân" in answer.content.decode()
            again = do(quan, row, deed, version=2, live=live, **fields)
            assert again.status_code in {200, 302}
            assert DraftRow.objects.get(pk=row.pk).content["name"] == "Tên của Quân"

    @pytest.mark.parametrize("live", [False, True])
    def test_a_row_that_was_merged_away_says_so(self, draft, dung, quan, live):
        one, two = draft.draft_rows.select_related("document")[:2]
        dung.post(f"{page(draft)}rows/", {"do": "merge", "row": [f"{one.pk}:1", f"{two.pk}:1"]})
        answer = do(quan, two, "accept", live=live)
        assert answer.status_code == 409
        assert state(two) == "withdrawn"


class TestLive:
    def test_a_decision_answers_with_the_row_and_how_far_it_is(self, row, dung, read):
        answer = do(dung, row, "accept", live=True)
        tags = read(answer).tags
        assert [each["id"] for tag, each in tags if tag == "article"] == [f"row-{row.pk}"]
        swapped = {each["id"] for _tag, each in tags if each.get("hx-swap-oob")}
        assert swapped == {"progress", "steps", "finish"}
        assert "<html" not in answer.content.decode()

    def test_a_split_answers_with_all_rows_wherever_it_was_asked_for(self, row, dung):
        answer = do(dung, row, "split", live=True, double="yes")
        assert (answer["HX-Retarget"], answer["HX-Reswap"]) == ("#rows", "outerHTML")
        assert answer.content.decode().count("<article") == 7

    @pytest.mark.parametrize("what", ["edit", "split", ""])
    def test_a_row_opens_alone(self, row, dung, what):
        answer = dung.get(f"{at(row)}?open={what}&part=hồ sơ", headers=LIVE)
        content = answer.content.decode()
        assert content.count("<article") == 1
        assert ("data-opened" in content) == bool(what)


class TestFinishing:
    def test_refused_while_rows_are_undecided(self, draft, dung, read):
        answer = dung.post(f"{page(draft)}finish/", follow=True)
        assert answer.redirect_chain[0][0].endswith("#finish")
        assert not Plan.objects.filter(document=draft).exists()

    def test_the_rest_is_left_out_when_that_is_ticked(self, draft, row, dung):
        do(dung, row, "accept")
        answer = dung.post(f"{page(draft)}finish/", {"leave_rest": "yes"})
        plan = Plan.objects.get(document=draft)
        assert answer.url == f"/plans/{plan.pk}/"
        assert plan.targets.count() == 1
        assert dung.get(page(draft)).url == f"/documents/{draft.pk}/"

    def test_a_body_is_told_and_leads(self, draft, row, dung):
        dung.post(f"{page(draft)}rows/", {"do": "body", "name": "Sở X0", "organisation": "H44.42"})
        do(dung, row, "accept")
        dung.post(f"{page(draft)}finish/", {"leave_rest": "yes"})
        assert Plan.objects.get(document=draft).targets.get().lead.short_name == "Sở Nội vụ"


def test_what_was_written_in_the_document_stays_text(dung, cast, now, read):
    words = text(2).replace("hồ sơ loại 1", f"hồ sơ {HOSTILE}")
    draft = handed_in(words, cast, now)
    Document.objects.filter(pk=draft.pk).update(title=HOSTILE, symbol=HOSTILE[:60], issuer=HOSTILE)
    row = draft.draft_rows.first()
    drafts.edit_row(
        row,
        {"name": HOSTILE, "lead": HOSTILE, "flags": [HOSTILE]},
        version=1,
        actor=cast.dung,
        now=now,
    )
    for address in (page(draft), f"{page(draft)}?edit={row.pk}", f"{page(draft)}?split={row.pk}"):
        answer = dung.get(address)
        content = answer.content.decode()
        assert "&lt;script&gt;" in content
        assert "<script>alert" not in content
        assert "<img" not in content
        for _tag, attributes in read(answer).tags:
            assert "style" not in attributes
            assert not any(name.startswith("on") for name in attributes)


def test_marks_stand_where_rows_come_from(draft, dung):
    content = dung.get(page(draft)).content.decode()
    for row in draft.draft_rows.all():
        mark = re.search(rf'<mark[^>]*data-rows="{row.pk}"[^>]*><a[^>]*>(.*?)</a>', content)
        assert mark[1] == row.quote


def test_tables_are_shown_as_tables(draft, dung, read):
    lines = draft.text.split("\n")
    start = draft.text.index(lines[4])
    second = draft.text.index(lines[5])
    cells = [
        {"row": 1, "column": 1, "row_span": 1, "column_span": 2, "start": start, "end": second - 1},
        {
            "row": 2,
            "column": 1,
            "row_span": 1,
            "column_span": 1,
            "start": second,
            "end": second + 9,
        },
    ]
    draft.tables = [{"start": start, "end": second + 9, "cells": cells}]
    draft.origins = [[0, 1], [second, 2]]
    draft.save()
    answer = dung.get(page(draft))
    spans = [each.get("colspan") for tag, each in read(answer).tags if tag == "td"]
    assert spans == ["2", None]
    assert answer.content.decode().count("<mark") == 6


def test_as_many_queries_for_many_rows_as_for_few(dung, cast, now):
    few, many = handed_in(text(2), cast, now), handed_in(text(60), cast, now)
    dung.get(page(few))
    counted = []
    for draft in (few, many):
        row = draft.draft_rows.first()
        with CaptureQueriesContext(connection) as opening:
            assert dung.get(page(draft)).status_code == 200
        with CaptureQueriesContext(connection) as deciding:
            assert do(dung, row, "accept", live=True).status_code == 200
        counted.append((len(opening), len(deciding)))
    assert counted[0] == counted[1]
    assert counted[0][0] < 25


class TestHandingIn:
    def file(self, raw, name="ke-hoach.txt"):
        return {"file": SimpleUploadedFile(name, raw)}

    def test_leads_to_the_rows(self, dung):
        answer = dung.post("/documents/upload/", self.file(text().encode()))
        assert answer.url == page(Document.objects.get(state="draft"))

    def test_the_same_file_again_opens_its_document(self, dung, read):
        dung.post("/documents/upload/", self.file(text().encode()))
        answer = dung.post(
            "/documents/upload/", self.file(text().encode(), "khac.pdf"), follow=True
        )
        assert answer.redirect_chain[0][0] == page(Document.objects.get(state="draft"))
        assert Document.objects.filter(state="draft").count() == 1

    def test_the_limit_is_said_and_kept(self, dung, settings, read):
        settings.MAX_DOCUMENT_BYTES = 3_000_000
        assert "3 MB" in read(dung.get("/documents/upload/")).text
        answer = dung.post("/documents/upload/", self.file(b"x" * 3_000_001))
        assert answer.status_code == 413
        assert not Upload.objects.exists()

    def test_what_is_far_too_large_is_refused_unread(self, dung, settings):
        settings.MAX_DOCUMENT_BYTES = 10
        answer = dung.post("/documents/upload/", self.file(b"x" * 200_000))
        assert answer.status_code == 413

    def test_nothing_chosen_is_said(self, dung):
        assert dung.post("/documents/upload/", {}).status_code == 422
        assert dung.post("/documents/upload/", self.file(b"")).status_code == 422

    def test_too_many_are_refused(self, dung, settings):
        settings.UPLOADS_PER_HOUR = 1
        dung.post("/documents/upload/", self.file(text().encode()))
        answer = dung.post("/documents/upload/", self.file(text(3).encode()))
        assert answer.status_code == 429

    def test_a_refused_file_says_why(self, dung, read):
        answer = dung.post(
            "/documents/upload/", self.file(b"\x89PNG\r\n\x1a\n\x00\x00"), follow=True
        )
        upload = Upload.objects.get()
        assert answer.redirect_chain[0][0] == f"/documents/uploads/{upload.pk}/"
        assert upload.file_name in read(answer).text
        assert "plan_" not in read(answer).text

    def test_a_form_without_its_mark_is_refused(self, cast):
        browser = Client(enforce_csrf_checks=True)
        browser.force_login(cast.dung, backend="django.contrib.auth.backends.ModelBackend")
        assert browser.post("/documents/upload/", self.file(text().encode())).status_code == 403
        assert not Upload.objects.exists()

    def test_how_far_reading_is(self, dung, settings, monkeypatch):
        settings.READ_AT_ONCE_BYTES = 1
        monkeypatch.setattr("cotmoc.apps.programmes.ports.readings", [])
        address = dung.post("/documents/upload/", self.file(text().encode())).url
        assert 'hx-trigger="every 1s"' in dung.get(address).content.decode()
        upload = Upload.objects.get()
        carry_out(upload, now=upload.requested_at)
        target = page(upload.document)
        assert dung.get(address).url == target
        assert dung.get(address, headers=LIVE)["HX-Redirect"] == target

    @pytest.mark.parametrize("name", ["../../etc/passwd", "a" * 190 + ".txt", "kế hoạch 2026.txt"])
    def test_a_name_is_only_a_name(self, dung, name):
        dung.post("/documents/upload/", self.file(text().encode(), name))
        assert "/" not in Upload.objects.get().file_name
