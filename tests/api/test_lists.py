"""Lists: what is in them, how they are narrowed, cut into pages, and how few queries they cost."""

from urllib.parse import urlsplit

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext


def is_invalid(answer, field):
    body = answer.json()
    assert answer.status_code == 422
    assert answer["Content-Type"] == "application/problem+json"
    assert [each["field"] for each in body["errors"]] == [field]
    assert all(each["detail"] and each["code"] for each in body["errors"])


def test_a_province_before_and_after_the_merger(get):
    names = {}
    for day in ("2025-06-30", "2025-07-01"):
        answer = get("/units", {"on": day, "level": "province", "q": "vinh phuc", "limit": 500})
        names[day] = [row["full_name"] for row in answer.json()["items"]]
    assert names == {"2025-06-30": ["Tỉnh Vĩnh Phúc"], "2025-07-01": []}
    assert get("/units", {"on": "2025-07-01", "level": "province"}).json()["count"] == 34


def test_the_units_of_a_province(get):
    row = get("/units", {"parent": "25", "level": "commune", "on": "2026-08-31"}).json()
    assert row["count"] == 148
    assert row["items"][0]["parent_name"] == "Tỉnh Phú Thọ"


def test_a_unit_with_its_history(get):
    found = get("/units/province/25", {"on": "2026-08-31"}).json()
    assert found == get(f"/units/{found['key']}").json()
    assert {edge["full_name"] for edge in found["made_from"]} >= {"Tỉnh Vĩnh Phúc", "Tỉnh Hòa Bình"}
    assert found["became"] == []
    before = get("/units/province/25", {"on": "2020-01-01"}).json()
    assert found["key"] in [edge["key"] for edge in before["became"]]
    assert get("/units/province/26", {"on": "2026-08-31"}).status_code == 404


@pytest.mark.parametrize("words", ["lam thao", "Lâm Thao", "THAO  lâm", "H44 lam thao"])
def test_an_organisation_is_found_without_accents(get, words):
    names = [row["short_name"] for row in get("/organisations", {"q": words}).json()["items"]]
    assert "Xã Lâm Thao" in names


def test_an_organisation_knows_its_territory(get):
    communes = get("/organisations", {"kind": "commune", "limit": 500}).json()["items"]
    assert len(communes) == 148
    assert all(row["territory_key"] and row["matched_by"] == "exact" for row in communes)
    department = get("/organisations/H44.03").json()
    assert (department["kind"], department["territory_key"]) == ("department", None)


def test_a_definition_is_given_whole(get):
    found = get("/indicators/dossiers_on_time").json()
    assert found["name"]["en"] == "Dossiers handled on time"
    assert found["numerator"]["expression"].startswith("count(*) - count(*) filter")
    assert found["reported"]["numerator"].startswith("sum(value) filter")
    assert (found["scale"], found["rollup_units"], found["version"]) == (100, "sum", 1)
    assert len(found["digest"]) == 64
    without = get("/indicators/dossiers_received").json()
    assert without["denominator"] is None


def test_every_definition_can_be_read(get):
    rows = get("/indicators", {"limit": 500}).json()["items"]
    for row in rows:
        assert get(f"/indicators/{row['code']}").json()["digest"] == row["digest"]


def test_indicators_are_found_in_both_languages(get):
    codes = {
        words: {row["code"] for row in get("/indicators", {"q": words}).json()["items"]}
        for words in ("dung han", "on time")
    }
    assert "dossiers_on_time" in codes["dung han"] & codes["on time"]


def test_a_figure_as_it_is_written(get):
    query = {"indicator": "dossiers_on_time", "unit": "H44", "period": "2026-08"}
    found = get("/figures", query).json()
    assert found["items"] == [
        {
            "figure": "dossiers_on_time/H44/2026-08",
            "indicator": "dossiers_on_time",
            "version": 1,
            "unit_code": "H44",
            "unit_name": found["items"][0]["unit_name"],
            "period": "2026-08",
            "numerator": 144625,
            "denominator": 184513,
            "value": 78.382011,
            "unit": "%",
            "status": "measured",
            "basis": "summed",
            "coverage": {"with_data": 163, "expected": 163, "not_arising": 2},
        }
    ]
    assert b'"numerator": 144625,' in get("/figures", query).content
    assert get("/figures/dossiers_on_time/H44/2026-08").json() == found["items"][0]


def test_no_data_is_null_and_never_zero(get):
    rows = get("/figures", {"status": "no_data", "limit": 500}).json()["items"]
    assert rows
    assert {row["value"] for row in rows} == {None}


def test_targets_with_their_standing(get, plan):
    found = get("/targets", {"limit": 500}).json()
    assert found["count"] == plan.targets.count()
    assert [row["order"] for row in found["items"]] == sorted(r["order"] for r in found["items"])
    judged = [row for row in found["items"] if row["figure"]]
    assert judged
    assert all(row["indicator"] and row["state"] for row in judged)
    assert all(row["quote"] in plan.document.text for row in found["items"])
    assert get(f"/targets/{judged[0]['id']}").json() == judged[0]


def test_targets_are_narrowed(get):
    everything = get("/targets", {"limit": 500}).json()["items"]
    for name in ("state", "pillar"):
        for value in {row[name] for row in everything} - {""}:
            rows = get("/targets", {name: value, "limit": 500}).json()["items"]
            assert rows == [row for row in everything if row[name] == value]
    assert get("/targets", {"q": "dung han"}).json()["count"] > 0


def test_pages_follow_one_another(get, client, token):
    everything = get("/organisations", {"limit": 500}).json()
    seen, address = [], "/api/v1/organisations?kind=commune&limit=40"
    previous = []
    while address:
        parts = urlsplit(address)
        answer = client.get(
            f"{parts.path}?{parts.query}", headers={"authorization": f"Bearer {token}"}
        ).json()
        seen += answer["items"]
        previous.append(answer["previous"])
        address = answer["next"]
    assert answer["count"] == len(seen) == 148
    assert seen == [row for row in everything["items"] if row["kind"] == "commune"]
    assert previous[0] is None
    assert previous[1].endswith("kind=commune&limit=40&offset=0")


def test_a_page_behind_the_end_is_empty(get):
    found = get("/indicators", {"offset": 10_000}).json()
    assert (found["items"], found["next"]) == ([], None)


@pytest.mark.parametrize(
    ("address", "query", "field"),
    [
        ("/units", {"limit": 501}, "query.limit"),
        ("/units", {"limit": 0}, "query.limit"),
        ("/units", {"offset": -1}, "query.offset"),
        ("/units", {"offset": 10**30}, "query.offset"),
        ("/units", {"on": "31/8/2026"}, "query.on"),
        ("/units", {"on": "0"}, "query.on"),
        ("/units", {"level": "xã"}, "query.level"),
        ("/units", {"q": "a\x00b"}, "query.q"),
        ("/units/ward/1", {}, "path.level"),
        ("/units/a%00b", {}, "path.key"),
        ("/figures", {"period": "2026-13"}, "query.period"),
        ("/figures", {"status": "zero"}, "query.status"),
        ("/figures/a/b/August", {}, "path.period"),
        ("/targets", {"plan": "x"}, "query.plan"),
        ("/targets/x", {}, "path.target_id"),
        ("/figures", {"periode": "2026-08"}, "query.periode"),
        ("/organisations/H44", {"limit": 5}, "query.limit"),
    ],
)
def test_what_cannot_be_used_is_named(get, address, query, field):
    is_invalid(get(address, query), field)


@pytest.mark.parametrize(
    "address",
    [
        "/units/commune:0:",
        "/units/commune/0",
        "/organisations/H99",
        "/indicators/nothing",
        "/figures/dossiers_on_time/H44/2025",
        "/figures/dossiers_on_time/H44/2025/explain",
        "/targets/0",
        "/targets/99999999999999999999",
    ],
)
def test_what_is_not_there_is_not_found(get, address):
    answer = get(address)
    assert (answer.status_code, answer["Content-Type"]) == (404, "application/problem+json")


@pytest.mark.parametrize(
    "address", ["/units", "/organisations", "/indicators", "/figures", "/targets"]
)
def test_more_rows_do_not_cost_more_queries(get, address):
    def queries(limit):
        with CaptureQueriesContext(connection) as seen:
            items = get(address, {"limit": limit}).json()["items"]
        assert len(items) == limit
        return len(seen)

    assert queries(2) == queries(30) <= 7
