"""Pages of assessment rounds: each sees what is theirs, and every step works without script."""

import io
from datetime import timedelta

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from cotmoc.apps.orgs.models import Organisation, Post
from cotmoc.apps.scorecards.assessments.appraising import Mark, agree, appraise, mark
from cotmoc.apps.scorecards.assessments.assessing import Filling, save_answers, submit
from cotmoc.apps.scorecards.assessments.evidence import Proof, add_evidence
from cotmoc.apps.scorecards.assessments.rounds import Terms, open_round, publish_round
from cotmoc.apps.scorecards.models import Assessment, Evidence, Round
from cotmoc.core.periods import parse_period

pytestmark = pytest.mark.django_db
OURS, THEIRS = "H44.07", "H44.100"
ANSWERS = {
    "PLAN": {"chosen": ["yes"]},
    "MEETINGS": {"value": "3"},
    "TRAINED": {"numerator": "30", "denominator": "40"},
    "SYSTEM": {"chosen": ["whole"]},
    "MARK": {"value": "8"},
    "IDEAS": {"value": "2"},
}
PDF = b"%PDF-1.7\ntrailer\n<<>>\n%%EOF\n"


@pytest.fixture
def speak(cast):
    """An, Bình and Chi speak for their bodies today, whenever a test runs."""
    Post.objects.update(valid_from=None)


@pytest.fixture
def who():
    return {"actor": None, "now": timezone.now()}


@pytest.fixture
def ours(opened_round, speak):
    return opened_round.assessments.select_related("round__index", "organisation").get(
        organisation__code=OURS
    )


@pytest.fixture
def theirs(opened_round, speak):
    return opened_round.assessments.select_related("round__index", "organisation").get(
        organisation__code=THEIRS
    )


@pytest.fixture
def an(cast, signed_in, speak):
    return signed_in(cast.an, "en")


@pytest.fixture
def chi(cast, signed_in, speak):
    return signed_in(cast.chi, "en")


@pytest.fixture
def dung(cast, signed_in):
    return signed_in(cast.dung, "en")


@pytest.fixture
def giang(cast, signed_in):
    return signed_in(cast.giang, "en")


def fill(part, who):
    fillings = [Filling(leaf, 0, told) for leaf, told in ANSWERS.items()]
    if part.organisation.kind == "commune":
        fillings.append(Filling("VILLAGES", 0, {"value": "2"}))
    save_answers(part, fillings, **who)
    add_evidence(part, "PLAN", Proof(link="https://a.vn/ke-hoach"), **who)


@pytest.fixture
def submitted(ours, who):
    fill(ours, who)
    return submit(ours, version=ours.version, **who)


def bring_to_the_end(part, who):
    if part.state == "not_started":
        fill(part, who)
        submit(part, version=part.version, **who)
    given = [
        Mark(entry.leaf, entry.version, entry.self_points)
        for entry in part.entries.exclude(self_points=None)
    ]
    mark(part, given, **who)
    appraise(part, version=part.version, **who)
    agree(part, version=part.version, **who)


@pytest.fixture
def published(opened_round, submitted, theirs, who):
    bring_to_the_end(submitted, who)
    bring_to_the_end(theirs, who)
    return publish_round(opened_round, **who)


def fresh(part):
    return Assessment.objects.get(pk=part.pk)


def page(part):
    return f"/rounds/{part.round_id}/{part.organisation.code}/"


class TestWhoSees:
    def test_chi_sees_nothing_of_the_department(self, chi, ours, theirs):
        assert chi.get(page(ours)).status_code == 404
        assert chi.get(page(theirs)).status_code == 200
        names = chi.get(f"/rounds/{ours.round_id}/").content.decode()
        assert "Phường Việt Trì" in names
        assert "Sở Công Thương" not in names

    def test_chi_writes_nothing_of_the_department(self, chi, ours):
        assert chi.post(page(ours), {"do": "save"}).status_code == 404
        answer = chi.post(f"{page(ours)}PLAN/evidence/", {"link": "https://a.vn"})
        assert answer.status_code == 404
        assert not Evidence.objects.exists()

    def test_those_who_read_drafts_see_all_and_write_nothing(self, giang, ours, theirs):
        assert giang.get(page(ours)).status_code == 200
        assert giang.post(page(ours), {"do": "save"}).status_code == 403
        assert giang.post(page(ours), {"do": "mark"}).status_code == 403

    def test_the_secretariat_does_not_fill_in_for_a_body(self, dung, ours, read):
        assert dung.post(page(ours), {"do": "save"}).status_code == 403
        names = {attributes.get("name") for _tag, attributes in read(dung.get(page(ours))).tags}
        assert "a-PLAN-chosen" not in names

    def test_who_has_no_part_in_a_round_does_not_see_it(self, cast, signed_in, opened_round):
        Post.objects.all().delete()
        browser = signed_in(cast.an)
        assert browser.get(f"/rounds/{opened_round.pk}/").status_code == 404
        assert "Chấm thử" not in browser.get("/rounds/").content.decode()

    def test_others_see_the_points_of_a_published_round_but_not_the_reasons(
        self, chi, published, ours, read
    ):
        said = read(chi.get(page(ours))).text
        assert "Sở Công Thương" in said
        assert "https://a.vn/ke-hoach" not in said
        assert "Answer:" not in said

    def test_files_go_to_those_who_take_part_only(self, an, chi, giang, ours, who):
        handed = Proof(file_name="kế hoạch.pdf", raw=PDF)
        held = add_evidence(ours, "PLAN", handed, **who)
        address = f"/rounds/evidence/{held.pk}/"
        answer = an.get(address)
        assert b"".join(answer.streaming_content) == PDF
        assert answer["Content-Type"] == "application/pdf"
        assert answer["X-Content-Type-Options"] == "nosniff"
        assert answer["Content-Disposition"].startswith("attachment")
        assert giang.get(address).status_code == 200
        assert chi.get(address).status_code == 404

    def test_a_link_outside_is_followed_from_here(self, an, chi, ours, who):
        held = add_evidence(ours, "PLAN", Proof(link="https://a.vn/x"), **who)
        assert an.get(f"/rounds/evidence/{held.pk}/link/").url == "https://a.vn/x"
        assert chi.get(f"/rounds/evidence/{held.pk}/link/").status_code == 404


class TestFillingIn:
    def send(self, browser, part, **said):
        entry = {each.leaf: each for each in part.entries.all()}
        data = {"do": "save"}
        for key, value in said.items():
            leaf = key.split("__")[0]
            data[f"a-{leaf}-version"] = entry[leaf].version
            data[f"a-{key.replace('__', '-')}"] = value
        return browser.post(page(part), data)

    def test_points_follow_and_the_page_says_so(self, an, ours, read):
        answer = self.send(an, ours, MARK__value="8.5", PLAN__chosen="yes")
        assert answer.status_code == 302
        assert ours.entries.get(leaf="PLAN").self_points == 10
        said = read(an.get(page(ours))).text
        assert "Saved; the points follow from the answers." in said
        assert "Being filled in" in said

    def test_numbers_are_read_as_people_write_them(self, cast, signed_in, ours, speak):
        self.send(signed_in(cast.an), ours, MARK__value="8,5")
        assert str(ours.entries.get(leaf="MARK").self_points) == "8.500000"

    def test_what_was_not_changed_is_not_written(self, an, ours, read):
        names = {
            each.get("name"): each.get("value")
            for tag, each in read(an.get(page(ours))).tags
            if tag == "input"
        }
        top, bottom = names["a-ON_TIME-f0-numerator"], names["a-ON_TIME-f0-denominator"]
        assert (top, bottom) == ("332", "482")
        data = {"do": "save", "a-ON_TIME-version": 0, "a-ON_TIME-f0-numerator": top,
                "a-ON_TIME-f0-denominator": bottom, "a-ON_TIME-reason": ""}  # fmt: skip
        an.post(page(ours), data)
        assert fresh(ours).state == "not_started"

    def test_a_departure_is_said_in_words_to_the_verifier(self, an, dung, ours, read):
        self.send(
            an, ours,
            ON_TIME__f0__numerator="400", ON_TIME__f0__denominator="482",
            ON_TIME__reason="Cổng đếm thiếu",
        )  # fmt: skip
        tags = read(dung.get(page(ours)))
        assert "Departs from what is computed" in tags.text
        assert "400 / 482. Cổng đếm thiếu" in tags.text
        row = next(each for tag, each in tags.tags if tag == "tr" and each.get("id") == "ON_TIME")
        assert row["class"] == "departs"

    def test_a_refusal_keeps_what_was_typed_and_writes_nothing(self, an, ours, read):
        answer = self.send(an, ours, MARK__value="11", MEETINGS__value="4")
        assert answer.status_code == 422
        found = read(answer)
        assert "Give points from 0 to 10." in found.text
        typed = {each.get("name"): each.get("value") for tag, each in found.tags if tag == "input"}
        assert typed["a-MARK-value"] == "11"
        assert ours.entries.get(leaf="MEETINGS").answer is None

    def test_a_word_for_a_number_is_refused(self, an, ours, read):
        answer = self.send(an, ours, MARK__value="nhiều")
        assert answer.status_code == 422
        assert "Write a number, like 90 or 7,5." in read(answer).text

    def test_two_people_are_told_of_each_other(self, cast, signed_in, an, ours, read, speak):
        data = {"do": "save", "a-MARK-version": 0, "a-MARK-value": "9"}
        signed_in(cast.binh, "en").post(page(ours), data)
        late = {**data, "a-MARK-value": "7", "a-MEETINGS-version": 0, "a-MEETINGS-value": "4"}
        answer = an.post(page(ours), late)
        assert answer.status_code == 409
        found = read(answer)
        assert "Somebody else changed this meanwhile" in found.text
        typed = {each.get("name"): each.get("value") for tag, each in found.tags if tag == "input"}
        assert typed["a-MARK-value"] == "9"  # as Bình left it
        assert typed["a-MEETINGS-value"] == "4"  # as An typed it
        assert typed["a-MARK-version"] == "1"

    def test_what_is_missing_is_listed_with_links(self, an, ours, read):
        answer = an.post(page(ours), {"do": "submit", "version": 0})
        assert answer.status_code == 422
        links = {each.get("href") for tag, each in read(answer).tags if tag == "a"}
        assert {"#PLAN", "#MEETINGS", "#TRAINED"} <= links

    def test_totals_are_reckoned_without_saving(self, an, ours, read):
        data = {"do": "reckon", "a-PLAN-version": 0, "a-PLAN-chosen": "yes"}
        before, answer = ours.self_total, an.post(page(ours), data)
        assert answer.status_code == 200
        assert f"{before + 15:.2f}" in read(answer).text
        assert fresh(ours).state == "not_started"

    def test_a_swapped_page_brings_its_notice_along(self, an, ours, read):
        data = {"do": "save", "a-MARK-version": 0, "a-MARK-value": "9"}
        answer = an.post(page(ours), data, headers={"HX-Request": "true"})
        assert answer.status_code == 200
        assert "Saved; the points follow from the answers." in read(answer).text

    def test_an_unknown_wish_is_not_found(self, an, ours):
        assert an.post(page(ours), {"do": "anything"}).status_code == 404


class TestEvidence:
    def test_a_false_type_is_refused_in_words_and_nothing_is_kept(self, an, ours, read):
        file = SimpleUploadedFile("ke-hoach.pdf", b"MZ\x90\x00 a program", "application/pdf")
        answer = an.post(f"{page(ours)}PLAN/evidence/", {"file": file})
        assert answer.status_code == 422
        assert "by its content this is no PDF file" in read(answer).text
        assert not Evidence.objects.exists()

    def test_one_that_is_too_large_is_refused_before_it_is_read(self, an, ours, settings, read):
        settings.MAX_DOCUMENT_BYTES = 1_000_000
        file = SimpleUploadedFile("a.pdf", PDF + b"0" * 1_200_000)
        answer = an.post(f"{page(ours)}PLAN/evidence/", {"file": file})
        assert answer.status_code == 413
        assert "larger than 1 MB" in read(answer).text

    def test_is_added_shown_and_removed(self, an, ours, read):
        file = SimpleUploadedFile("ke-hoach.pdf", PDF)
        sent = {"number": "12/KH-SCT", "dated": "2026-02-03", "title": "Kế hoạch", "file": file}
        assert an.post(f"{page(ours)}PLAN/evidence/", sent).url.endswith("#PLAN")
        held = Evidence.objects.get()
        assert "12/KH-SCT" in read(an.get(page(ours))).text
        an.post(f"/rounds/evidence/{held.pk}/remove/")
        assert not Evidence.objects.exists()

    def test_a_form_from_elsewhere_is_refused(self, cast, ours, speak):
        from django.test import Client

        client = Client(enforce_csrf_checks=True)
        client.force_login(cast.an, backend="django.contrib.auth.backends.ModelBackend")
        answer = client.post(f"{page(ours)}PLAN/evidence/", {"link": "https://a.vn"})
        assert answer.status_code == 403

    def test_is_not_taken_once_submitted(self, an, submitted, read):
        answer = an.post(f"{page(submitted)}PLAN/evidence/", {"link": "https://a.vn"})
        assert answer.status_code == 422
        assert "Ask the secretariat to return it" in read(answer).text


class TestVerifying:
    def marks(self, part, **points):
        entry = {each.leaf: each for each in part.entries.all()}
        data = {"version": part.version}
        for leaf, given in points.items():
            data[f"m-{leaf}-version"] = entry[leaf].version
            data[f"m-{leaf}-points"], data[f"m-{leaf}-reason"] = given
        return data

    def test_accepts_gives_points_and_ends(self, dung, submitted):
        dung.post(page(submitted), {"do": "accept", "version": submitted.version})
        part = fresh(submitted)
        given = {
            entry.leaf: (str(entry.self_points.normalize()), "")
            for entry in part.entries.filter(appraised_points=None).exclude(self_points=None)
        }
        given["MARK"] = ("6", "Chưa đủ minh chứng")
        assert dung.post(page(part), {"do": "mark", **self.marks(part, **given)}).status_code == 302
        part = fresh(part)
        dung.post(page(part), {"do": "appraise", "version": part.version})
        part = fresh(part)
        assert part.state == "appraised"
        assert part.self_total - part.appraised_total == 2

    def test_other_points_want_a_reason(self, dung, submitted, read):
        answer = dung.post(page(submitted), {"do": "mark", **self.marks(submitted, MARK=("6", ""))})
        assert answer.status_code == 422
        assert "Give a reason." in read(answer).text
        assert submitted.entries.get(leaf="MARK").appraised_points is None

    def test_returns_with_the_reasons_written_beside_the_parts(self, dung, an, submitted, read):
        sent = {"do": "return", "version": submitted.version, "m-PLAN-returned": "Thiếu dấu"}
        dung.post(page(submitted), sent)
        said = read(an.get(page(submitted))).text
        assert "Returned. Put these parts right and submit again:" in said
        assert "Thiếu dấu" in said

    def test_reckons_totals_live(self, dung, submitted, read):
        data = {"do": "reckon-marks", **self.marks(submitted, MARK=("7.5", ""))}
        assert "7.50" in read(dung.post(page(submitted), data)).text
        assert submitted.entries.get(leaf="MARK").appraised_points is None

    def test_objections_are_made_and_answered(self, dung, an, submitted, read, who):
        given = [
            Mark(each.leaf, each.version, each.self_points)
            for each in submitted.entries.exclude(self_points=None)
        ]
        mark(submitted, given, **who)
        appraise(submitted, version=submitted.version, **who)
        part = fresh(submitted)
        sent = {"do": "object", "version": part.version, "leaf": "MARK", "asked": "9", "text": "Đủ"}
        assert an.post(page(part), sent).status_code == 302
        part = fresh(part)
        made = part.entries.get(leaf="MARK").objections.get()
        sent = {"do": "answer", "version": part.version, "objection": made.pk, "accepted": "yes",
                "text": "Đúng", "points": ""}  # fmt: skip
        assert dung.post(page(part), sent).status_code == 302
        part = fresh(part)
        assert part.entries.get(leaf="MARK").appraised_points == 9
        dung.post(page(part), {"do": "settle", "version": part.version})
        assert fresh(part).state == "settled"
        assert "Accepted, 9.00 points:" in read(an.get(page(part))).text


class TestARound:
    def send(self, **changed):
        today = timezone.localdate()
        return {
            "period": "2026-08", "title": "Chấm tháng 8", "who": ["department"],
            "deadline": (today + timedelta(days=9)).isoformat(), "remind_days": "7, 3",
            "objections_until": "", "note": "", **changed,
        }  # fmt: skip

    def test_is_opened_by_the_secretariat(self, dung, trial_index):
        answer = dung.post("/rounds/new/", self.send(index=trial_index.pk))
        made = Round.objects.get()
        assert answer.url == f"/rounds/{made.pk}/"
        departments = Organisation.objects.filter(kind="department").count()
        assert made.assessments.count() == departments
        assert made.remind_days == [7, 3]

    def test_says_why_it_is_not_opened(self, dung, trial_index, read):
        for changed, said in (
            ({"period": "2026-Q3"}, "does not score periods of that kind"),
            ({"period": "tháng 8"}, "Write a period, like 2026"),
            ({"who": []}, "Choose at least one body."),
            ({"remind_days": "bảy"}, "Write whole days"),
        ):
            answer = dung.post("/rounds/new/", self.send(index=trial_index.pk, **changed))
            assert answer.status_code == 422
            assert said in read(answer).text
        assert not Round.objects.exists()

    def test_is_exported_leaf_by_leaf(self, giang, chi, submitted, theirs):
        answer = giang.get(f"/rounds/{submitted.round_id}/?export=xlsx")
        rows = list(openpyxl.load_workbook(io.BytesIO(answer.content)).active.values)
        assert rows[0][6:8] == ("Computed points", "Self-assessed")
        cells = {(row[0], row[3]): row for row in rows[1:]}
        assert cells[(OURS, "MARK")][6:8] == (None, 8)
        assert cells[(OURS, "ON_TIME")][6] == 13.78
        assert (THEIRS, "MARK") in cells
        csv = b"".join(chi.get(f"/rounds/{submitted.round_id}/?export=csv").streaming_content)
        assert THEIRS.encode() in csv
        assert OURS.encode() + b"," not in csv

    def test_says_what_keeps_it_from_being_published(self, dung, submitted, read):
        address = f"/rounds/{submitted.round_id}/"
        assert "not submitted" in read(dung.get(address)).text
        dung.post(f"{address}do/", {"do": "publish"})
        assert "Not published: these are not finished:" in read(dung.get(address)).text
        assert Round.objects.get().state == "open"

    def test_is_published_and_corrected(self, dung, submitted, theirs, who, read):
        for part in (submitted, theirs):
            bring_to_the_end(part, who)
        address = f"/rounds/{submitted.round_id}/"
        dung.post(f"{address}do/", {"do": "publish"})
        assert "Locked." in read(dung.get(address)).text
        sent = {"reason": "Cộng nhầm", "bodies": [OURS], "what": "start",
                "deadline": (timezone.localdate() + timedelta(days=5)).isoformat()}  # fmt: skip
        answer = dung.post(f"{address}correct/", sent)
        made = Round.objects.get(number=2)
        assert answer.url == f"/rounds/{made.pk}/"
        said = read(dung.get(answer.url)).text
        assert "Corrects version 1." in said
        assert "Cộng nhầm" in said
        assert dung.get(address).status_code == 200

    def test_lists_only_what_is_asked_for(self, dung, submitted, read):
        address = f"/rounds/{submitted.round_id}/"
        assert "Phường Việt Trì" not in read(dung.get(f"{address}?state=submitted")).text
        assert "No body matches" in read(dung.get(f"{address}?q=khong+co")).text
        assert "No round matches" in read(dung.get("/rounds/?state=closed")).text
        assert "Chấm thử" in read(dung.get("/rounds/?state=open&index=trial&period=2026-08")).text

    def test_that_is_an_illustration_says_so(self, dung, opened_round, read):
        Round.objects.update(illustration=True)
        assert "are made up" in read(dung.get(f"/rounds/{opened_round.pk}/")).text
        assert "illustration" in read(dung.get("/rounds/")).text


class TestQueries:
    """Pages of lists cost the same, however many rows they have."""

    def count(self, browser, address):
        browser.get(address)  # caches of the first visit
        with CaptureQueriesContext(
            connection,
        ) as seen:
            assert browser.get(address).status_code == 200
        return len(seen)

    def test_of_the_list(self, dung, an, trial_index, opened_round, who):
        few = self.count(dung, "/rounds/"), self.count(an, "/rounds/")
        today = timezone.localdate()
        body = Organisation.objects.filter(code=OURS)
        for month in ("2026-05", "2026-06", "2026-07"):
            terms = Terms(month, today + timedelta(days=9))
            open_round(trial_index, parse_period(month), body, terms, **who)
        assert (self.count(dung, "/rounds/"), self.count(an, "/rounds/")) == few
        assert max(few) <= 14

    def test_of_a_round(self, dung, trial_index, who):
        today = timezone.localdate()
        departments = Organisation.objects.filter(kind="department")
        counts = []
        for month, number in (("2026-06", 2), ("2026-07", 12)):
            terms = Terms(month, today + timedelta(days=9))
            made = open_round(trial_index, parse_period(month), departments[:number], terms, **who)
            counts.append(self.count(dung, f"/rounds/{made.pk}/"))
        assert counts[0] == counts[1] <= 24

    def test_of_an_assessment(self, an, dung, ours, who):
        few = self.count(an, page(ours)), self.count(dung, page(ours))
        for number in range(3):
            add_evidence(ours, "MARK", Proof(link=f"https://a.vn/{number}"), **who)
        assert (self.count(an, page(ours)), self.count(dung, page(ours))) == few
        assert max(few) <= 26
