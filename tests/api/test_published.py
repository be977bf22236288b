"""Published results over the API."""

import json
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connection
from django.test.utils import CaptureQueriesContext

from cotmoc.apps.accounts.services import issue_token
from cotmoc.apps.journal.models import Entry
from cotmoc.apps.scorecards.models import Publication, Published
from cotmoc.apps.scorecards.results.importing import Options, import_published
from cotmoc.config.cli import main

pytestmark = pytest.mark.django_db
SAMPLES = Path(settings.SAMPLES_DIR) / "indices"


@pytest.fixture(autouse=True)
def shipped(db, now):
    for path in sorted(SAMPLES.glob("*.csv")):
        import_published(path, Options(), actor=None, now=now)


def test_a_value_comes_with_its_publication_and_source(get):
    found = get("/published", {"index": "dti", "year": 2022, "subject": "46", "node": "total"})
    (item,) = found.json()["items"]
    assert item["points"] == 0.6975
    assert (item["rank"], item["max"], item["method"]) == (4, 1, "qd922")
    assert (item["source"], item["published_on"]) == (
        "https://dti.gov.vn/xep-hang-2022", "2023-07-12",
    )  # fmt: skip


def test_a_rank_alone_has_no_points_and_never_zero(get):
    (item,) = get("/published", {"period": "2022", "index": "dti", "q": "phu tho"}).json()["items"]
    assert (item["points"], item["rank"], item["subject_code"]) == (None, 23, "province:25:")


def test_values_are_narrowed_by_part_and_method_and_paged(get):
    found = get("/published", {"node": "the_che_so", "method": "qd922", "limit": 2}).json()
    assert (found["count"], len(found["items"])) == (6, 2)
    assert found["next"]


def test_publications_say_what_they_brought(get):
    found = get("/publications", {"index": "par"}).json()
    assert found["count"] == len(found["items"])
    assert {item["period"] for item in found["items"]} == {"2022", "2023", "2024"}
    assert all(item["values"] == item["current"] for item in found["items"])


def test_everybody_signed_in_may_read_and_nobody_else(client, signed_in_reporter):
    assert client.get("/api/v1/published").status_code == 401
    assert signed_in_reporter.get("/api/v1/published").status_code == 200


@pytest.fixture
def signed_in_reporter(cast):
    from django.test import Client

    browser = Client()
    browser.force_login(cast.an, backend="django.contrib.auth.backends.ModelBackend")
    return browser


def test_queries_do_not_grow_with_the_page(get):
    def queries(limit):
        with CaptureQueriesContext(connection) as captured:
            get("/published", {"limit": limit})
        return len(captured)

    queries(1)
    assert Published.objects.count() > 100
    assert queries(1) == queries(100)


# Handing in ---------------------------------------------------------------------------------------

TABLE = "year,province,rank,source\n2021,Hà Nội,1,thử\n2021,Huế,2,thử\n"
ASKED = {"file_name": "dti-2021.csv", "text": TABLE, "index": "dti", "period": "2021"}


def test_a_table_is_recorded_in_the_name_of_who_sent_it(post, cast):
    known = Published.objects.count()
    answer = post("/publications", ASKED)
    assert answer.status_code == 200, answer.content.decode()
    said = answer.json()
    (part,) = said["publications"]
    assert (said["read"], said["good"], part["new"], part["period"]) == (2, 2, 2, "2021")
    assert Published.objects.count() == known + 2
    made = Publication.objects.get(pk=part["publication"])
    assert (made.source, made.file_name, len(made.digest)) == ("thử", "dti-2021.csv", 64)
    entry = Entry.objects.filter(subject_type="scorecards.publication").latest("pk")
    assert entry.actor == cast.dung
    again = post("/publications", ASKED).json()["publications"][0]
    assert (again["new"], again["unchanged"], again["publication"]) == (0, 2, made.pk)


def test_a_dry_run_says_what_the_command_says_and_keeps_nothing(
    post, capsys, settings, tmp_path, data_dir
):
    settings.LANGUAGE_CODE = "en"
    before = (Published.objects.count(), Entry.objects.count(), sorted(data_dir.rglob("*")))
    text = TABLE + "2021,Nowhere,3,thử\n"
    path = tmp_path / ASKED["file_name"]
    path.write_text(text, encoding="utf-8")
    found = post("/publications", {**ASKED, "text": text, "dry_run": True}).json()
    asked = ["--index", "dti", "--period", "2021", "--dry-run", "--json"]
    capsys.readouterr()
    main(["index", "import-published", str(path), *asked])
    assert found == json.loads(capsys.readouterr().out)
    assert (found["refused"], found["problems"][0]["line"]) == (1, 4)
    after = (Published.objects.count(), Entry.objects.count(), sorted(data_dir.rglob("*")))
    assert after == before


def test_one_bad_row_refuses_the_table_unless_good_ones_are_kept(post):
    known = Published.objects.count()
    text = TABLE + "2021,Nowhere,3,thử\n"
    answer = post("/publications", {**ASKED, "text": text})
    (error,) = answer.json()["errors"]
    assert (answer.status_code, error["field"], error["code"]) == (
        422, "body.text", "unknown_subject",
    )  # fmt: skip
    assert (error["line"], error["value"]) == (4, "Nowhere")
    assert Published.objects.count() == known
    kept = post("/publications", {**ASKED, "text": text, "keep_good": True}).json()
    assert (kept["good"], kept["refused"], kept["quarantine"]) == (2, 1, None)
    assert Published.objects.count() == known + 2


@pytest.mark.parametrize(
    ("asked", "field"),
    [
        ({"index": "nothing"}, "text"),
        ({"text": "PK\x03\x04"}, "text"),
        ({"period": "nothing:2021"}, "period"),
        ({"file_name": "../x.csv"}, "file_name"),
        ({"text": ""}, "text"),
    ],
)
def test_what_cannot_be_taken_is_refused_by_field(post, asked, field):
    answer = post("/publications", {**ASKED, **asked})
    assert answer.status_code == 422
    assert {each["field"] for each in answer.json()["errors"]} == {f"body.{field}"}


def test_an_unknown_parameter_is_refused_before_anything_is_written(post):
    known = Published.objects.count()
    assert post("/publications?dry_run=1", ASKED).status_code == 422
    assert Published.objects.count() == known


def test_only_who_steers_may_hand_in(post, cast, now):
    known = Published.objects.count()
    secret = issue_token(cast.an, "tests", actor=cast.an, now=now)
    answer = post("/publications", ASKED, secret=secret)
    assert (answer.status_code, answer.json()["status"]) == (403, 403)
    assert Published.objects.count() == known


def test_a_browser_needs_its_mark_to_hand_in(cast):
    from django.test import Client

    browser = Client(enforce_csrf_checks=True)
    browser.force_login(cast.dung, backend="django.contrib.auth.backends.ModelBackend")
    answer = browser.post("/api/v1/publications", ASKED, content_type="application/json")
    assert answer.status_code == 403


def test_too_many_files_in_an_hour_have_to_wait(post, settings):
    settings.UPLOADS_PER_HOUR = 1
    assert post("/publications", ASKED).status_code == 200
    assert post("/publications", ASKED).status_code == 429
