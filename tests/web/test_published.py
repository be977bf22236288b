"""Published results on pages: handing in, entering by hand, the years, merged provinces."""

import io
import re
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from django.conf import settings
from django.core.cache import cache
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from openpyxl import load_workbook

from cotmoc.apps.journal.models import Entry
from cotmoc.apps.scorecards.models import Publication, Published
from cotmoc.apps.scorecards.results import received
from cotmoc.apps.scorecards.results.importing import Options, import_published

pytestmark = pytest.mark.django_db
NEW = "/scorecards/published/new/"
SAMPLES = Path(settings.SAMPLES_DIR) / "indices"
TABLE = "year,province,rank,dti,source\n2023,Phú Thọ,20,0.65,báo cáo\n2023,Quảng Ninh,5,,báo cáo\n"


@pytest.fixture(autouse=True)
def nobody_handed_in_yet():
    """The count of files is kept in the cache, which outlives a test."""
    cache.clear()


@pytest.fixture
def shipped(db, now):
    """All published results that are shipped."""
    for path in sorted(SAMPLES.glob("*.csv")):
        import_published(path, Options(), actor=None, now=now)


def file_of(content, name="dti.csv"):
    return SimpleUploadedFile(name, content if isinstance(content, bytes) else content.encode())


def hidden(answer):
    """The fields that the confirming form sends again."""
    form = answer.content.decode().partition('name="do" value="confirm"')[2].partition("</form>")[0]
    found = re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)">', form)
    return {"do": "confirm", "how": "file", **dict(found)}


# Handing in ---------------------------------------------------------------------------------------


def test_a_file_is_shown_first_and_recorded_when_confirmed(dung, read, cast):
    shown = dung.post(NEW, {"how": "file", "file": file_of(TABLE)})
    assert shown.status_code == 200
    assert "0,6500" in read(shown).text
    assert not Published.objects.filter(period="2023").exists()
    done = dung.post(NEW, hidden(shown))
    publication = Publication.objects.get(period="2023")
    assert (done.status_code, done.url) == (302, f"/scorecards/published/{publication.pk}/")
    assert (publication.recorded_by, publication.file_name) == (cast.dung, "dti.csv")
    rows = Published.objects.filter(publication=publication).order_by("rank")
    assert [(row.points, row.rank) for row in rows] == [(None, 5), (Decimal("0.65"), 20)]
    assert Entry.objects.get(verb="publication.recorded").actor == cast.dung


def test_what_is_there_already_is_nothing_to_record(dung, shipped):
    raw = (SAMPLES / "dti-2022.csv").read_bytes()
    shown = dung.post(NEW, {"how": "file", "file": file_of(raw)})
    assert 'value="confirm"' not in shown.content.decode()


def test_a_correction_shows_what_it_replaces(dung, shipped, read):
    raw = (SAMPLES / "dti-2022.csv").read_text("utf-8").replace("0.8002", "0.8003")
    shown = dung.post(NEW, {"how": "file", "file": file_of(raw)})
    assert "0,8002 0,8003" in read(shown).text


def test_a_bad_row_is_told_and_good_ones_are_recorded_only_when_asked(dung, read):
    rows = TABLE + "2023,Nơi nào đó,9,,báo cáo\n"
    shown = dung.post(NEW, {"how": "file", "file": file_of(rows)})
    assert shown.status_code == 422
    assert "Nơi nào đó" in read(shown).text
    said = hidden(shown)
    assert said.pop("keep_good") == "on"
    refused = dung.post(NEW, said)
    assert refused.status_code == 422
    assert not Published.objects.filter(period="2023").exists()
    assert dung.post(NEW, {**said, "keep_good": "on"}).status_code == 302
    assert Published.objects.filter(period="2023").count() == 2


@pytest.mark.parametrize(
    ("content", "status"),
    [
        (b"%PDF-1.7 x", 422),
        (b"", 422),
        (b"a,b\n1,2\n", 422),
        (b"x" * (received.MAX_BYTES + 1), 413),
        (b"x" * (received.MAX_BYTES + 200_000), 413),
    ],
    ids=["pdf", "empty", "other table", "too large", "far too large"],
)
def test_a_wrong_file_is_refused_with_a_sentence(dung, content, status):
    answer = dung.post(NEW, {"how": "file", "file": file_of(content)})
    assert answer.status_code == status
    assert not Publication.objects.exists()


def test_somebody_who_hands_in_too_many_waits(dung, settings):
    settings.UPLOADS_PER_HOUR = 2
    answers = [
        dung.post(NEW, {"how": "file", "file": file_of(TABLE)}).status_code for _time in range(3)
    ]
    assert answers == [200, 200, 429]


@pytest.mark.parametrize("digest", ["../../cotmoc.sqlite3", "0" * 64, "a" * 63 + "/"])
def test_a_digest_that_names_no_file_handed_in_opens_nothing(dung, digest):
    said = {"how": "file", "do": "confirm", "digest": digest, "name": "x.csv"}
    assert dung.post(NEW, said).status_code == 422
    assert not Publication.objects.exists()


def test_files_that_nothing_came_of_go_after_a_day_and_those_recorded_stay(dung, cast, now):
    kept = dung.post(NEW, {"how": "file", "file": file_of(TABLE)})
    dung.post(NEW, hidden(kept))
    left = hidden(dung.post(NEW, {"how": "file", "file": file_of(TABLE.replace("20", "21"))}))
    assert received.path_of(left["digest"])
    later = now + timedelta(days=4000)
    received.receive(b"x", person=cast.dung.pk, now=later)
    assert received.path_of(left["digest"]) is None
    assert received.path_of(Publication.objects.get().digest)


# By hand ------------------------------------------------------------------------------------------

HAND = {
    "how": "hand",
    "index": "dti",
    "period": "2022",
    "subject": "Phú Thọ",
    "points": "0,6123",
    "source": "Báo cáo 15/BC-UBND",
}


def test_one_result_is_entered_by_hand_and_completes_what_was_published(dung, shipped, cast):
    assert dung.post(NEW, HAND).status_code == 200
    assert dung.post(NEW, {**HAND, "do": "confirm"}).status_code == 302
    row = Published.objects.current().get(unit__key="province:25:", period="2022", node="")
    assert (row.points, row.rank) == (Decimal("0.6123"), 23)
    assert row.note == "https://dti.gov.vn/xep-hang-2022"
    assert row.publication.source == "Báo cáo 15/BC-UBND"
    assert (row.publication.file_name, row.publication.recorded_by) == ("", cast.dung)


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"subject": "Phú Thoo"}, "subject"),
        ({"points": "61,23"}, "points"),
        ({"rank": "1,5"}, "rank"),
        ({"rank": "64"}, "rank"),
        ({"period": "năm ngoái"}, "period"),
        ({"period": "2019"}, "period"),
        ({"node": "khong_co"}, "node"),
        ({"source": ""}, "source"),
        ({"points": ""}, "points"),
    ],
)
def test_what_is_wrong_stands_at_its_field(dung, changed, field):
    answer = dung.post(NEW, {**HAND, **changed, "do": "confirm"})
    assert answer.status_code == 422
    assert f'id="hand_{field}_error"' in answer.content.decode()
    assert not Publication.objects.exists()


def test_a_part_is_entered_for_the_method_of_the_year(dung):
    said = {**HAND, "node": "the_che_so", "points": "0,9", "do": "confirm"}
    assert dung.post(NEW, said).status_code == 302
    row = Published.objects.get()
    assert (row.node, row.max, row.index.method) == ("the_che_so", Decimal(1), "qd922")


# Lists --------------------------------------------------------------------------------------------


def test_publications_are_searched_without_accents_narrowed_sorted_and_exported(
    dung, shipped, read
):
    page = "/scorecards/published/"
    found = read(dung.get(page, {"q": "cai cach HANH chinh"})).text
    assert "PAR" in found
    assert "dti@qd922" not in read(dung.get(page, {"index": "par"})).text
    assert "dti@qd922" in read(dung.get(page)).text
    assert dung.get(page, {"sort": "-rows", "period": "2022"}).status_code == 200
    book = load_workbook(io.BytesIO(dung.get(page, {"export": "xlsx", "index": "par"}).content))
    assert book.active.max_row == 1 + Publication.objects.filter(index__code="par").count()


def test_a_publication_lists_its_values_with_their_lines(dung, publication, read):
    address = f"/scorecards/published/{publication.pk}/"
    assert "Quảng Ninh" in read(dung.get(address)).text
    only = read(dung.get(address, {"q": "quang ninh", "node": "total"}))
    assert "1–1" in only.text
    csv = b"".join(dung.get(address, {"export": "csv"}).streaming_content).decode("utf-8-sig")
    assert len(csv.splitlines()) == 1 + publication.rows


@pytest.mark.parametrize(
    "page",
    [
        "/scorecards/published/",
        "/scorecards/dti/years/",
        "/scorecards/dti/cards/48/years/",
        "/scorecards/dti/merged/?period=2022@qd922",
    ],
)
def test_queries_of_a_page_do_not_grow_with_what_it_lists(dung, now, page):
    def queries():
        with CaptureQueriesContext(connection) as captured:
            assert dung.get(page).status_code == 200
        return len(captured)

    import_published(SAMPLES / "dti-other-years.csv", Options(), actor=None, now=now)
    queries()
    few = queries()
    import_published(SAMPLES / "dti-2022.csv", Options(), actor=None, now=now)
    import_published(SAMPLES / "par.csv", Options(), actor=None, now=now)
    # A year more and sixty subjects more; merged provinces had none before.
    assert queries() <= few + (5 if "merged" in page else 0)


# The years ----------------------------------------------------------------------------------------


def test_the_years_say_where_they_cannot_be_compared(dung, shipped, read):
    page = read(dung.get("/scorecards/dti/cards/46/years/"))
    assert "QĐ 405" in page.text
    assert [tag for tag, of in page.tags if of.get("class") == "broken"]
    # 2022 to 2023 one method: a place won; 2023 to 2024 another: nothing of the kind.
    rows = page.text
    assert "+1" in rows
    assert rows.count("+") == 1


def test_a_merged_province_shows_those_it_was_made_of(dung, shipped, read):
    page = read(dung.get("/scorecards/dti/cards/province:24:2025-07-01/years/")).text
    assert "Bắc Giang" in page
    assert "0,3615" in page


def test_ranks_of_pillars_have_their_years_too(dung, shipped, read):
    page = read(dung.get("/scorecards/dti/cards/79/years/", {"node": "pillar_xhs"}))
    assert "QĐ 922" in page.text
    assert [tag for tag, of in page.tags if of.get("class", "").startswith("dot ")]


def test_subjects_are_found_without_accents_and_drawn_when_few(dung, shipped, read):
    page = read(dung.get("/scorecards/dti/years/", {"q": "da nang"})).text
    assert "Đà Nẵng" in page
    assert "Quảng Ninh" not in page
    assert "0,8002" in page


def test_the_years_are_sorted_by_any_period_and_exported(dung, shipped):
    page = "/scorecards/dti/years/"
    first = dung.get(page, {"sort": "-2022.qd922"}).content.decode()
    assert first.index("Đà Nẵng") < first.index("Cần Thơ")
    csv = b"".join(dung.get(page, {"export": "csv"}).streaming_content).decode("utf-8-sig")
    assert len(csv.splitlines()) > 63
    assert "qd405" in csv.splitlines()[0]


def test_an_unknown_index_or_body_is_not_found(dung):
    for page in (
        "/scorecards/khac/years/",
        "/scorecards/khac/merged/",
        "/scorecards/khac/cards/46/years/",
        "/scorecards/dti/cards/999/years/",
    ):
        assert dung.get(page).status_code == 404


# Merged provinces ---------------------------------------------------------------------------------


def test_merged_provinces_name_each_rule_and_who_lacks_what(dung, shipped, read):
    page = read(dung.get("/scorecards/dti/merged/", {"period": "2022@qd922"})).text
    assert "Vĩnh Phúc" in page
    other = read(dung.get("/scorecards/dti/merged/", {"unit": "province:48:2025-07-01"})).text
    assert "Quảng Nam" in other
    csv = dung.get("/scorecards/dti/merged/", {"period": "2022@qd922", "export": "csv"})
    lines = b"".join(csv.streaming_content).decode("utf-8-sig").splitlines()
    assert len(lines) == 24


def test_an_index_without_results_from_before_says_so(dung):
    assert dung.get("/scorecards/qd766/merged/").status_code == 200
