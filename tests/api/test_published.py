"""Published results over the API."""

from pathlib import Path

import pytest
from django.conf import settings
from django.db import connection
from django.test.utils import CaptureQueriesContext

from cotmoc.apps.scorecards.models import Published
from cotmoc.apps.scorecards.results.importing import Options, import_published

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
