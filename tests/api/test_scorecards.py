"""Scorecards over the API: methods, rankings, a card with computed and published points."""

import pytest

from cotmoc.apps.measurement.models import Figure
from cotmoc.apps.scorecards.models import Card

pytestmark = pytest.mark.usefixtures("scored")


def test_every_method_of_every_index(get):
    found = get("/indices").json()["items"]
    methods = {(row["index"], row["method"]) for row in found}
    assert {("qd766", "2022"), ("dti", "qd1726"), ("dti", "qd922"), ("dti", "qd405")} <= methods
    assert [row["method"] for row in get("/indices", {"index": "dti"}).json()["items"]] == [
        "qd405",
        "qd922",
        "qd1726",
    ]
    assert get("/indices", {"q": "chuyen doi so"}).json()["count"] >= 3


def test_a_method_with_its_tree_rules_in_words_and_periods(get):
    found = get("/indices/qd766/methods/2022").json()
    assert (found["max"], found["periods"][0]) == (100, "2026-08")
    nodes = {node["code"]: node for node in found["nodes"]}
    assert (nodes["payment"]["kind"], nodes["payment"]["max"]) == ("group", 10)
    leaf = nodes["DOSSIER_RECEIVING_SATISFACTION"]
    assert (leaf["parent"], leaf["depth"], leaf["max"]) == ("satisfaction", 1, 6)
    assert leaf["rule"] == "capped_ratio"
    assert "from 90" in leaf["words"]["en"]
    assert "Số" in leaf["words"]["vi"] or "hồ sơ" in leaf["words"]["vi"]
    assert nodes["payment"]["words"]["en"].startswith("The sum of the points below")
    assert leaf["indicators"] == ["dossier_satisfaction"]
    assert get("/indices/qd766/methods/1999").status_code == 404


def test_a_ranking_by_kind_with_its_groups(get):
    found = get("/indices/qd766/ranking", {"kind": "commune", "limit": 3}).json()
    assert found["count"] == 148
    assert [row["rank"] for row in found["items"]] == sorted(row["rank"] for row in found["items"])
    first = found["items"][0]
    assert (first["method"], first["period"], first["ranked"]) == ("2022", "2026-08", 148)
    assert set(first["groups"]) == {
        "transparency", "progress", "online", "payment", "digitisation", "satisfaction",
    }  # fmt: skip
    assert first["max"] == 100
    assert first["scored_max"] < 100, "what could be judged is said"


def test_a_ranking_is_narrowed_sorted_and_cut_into_pages(get):
    one = get("/indices/qd766/ranking", {"q": "cong thuong"}).json()
    assert [row["unit_code"] for row in one["items"]] == ["H44.07"]
    rows = get("/indices/qd766/ranking", {"kind": "commune", "sort": "-payment"}).json()
    points = [row["groups"]["payment"] for row in rows["items"]]
    assert points == sorted(points, reverse=True)
    assert "offset=50" in rows["next"]
    assert get("/indices/qd766/ranking", {"period": "2020-01"}).json()["count"] == 0
    assert get("/indices/gone/ranking").status_code == 404
    assert get("/indices/qd766/ranking", {"kind": "village"}).status_code == 422


def test_a_ranking_costs_the_same_however_many_rows(get, django_assert_max_num_queries):
    address = "/indices/qd766/ranking"
    with django_assert_max_num_queries(11):
        get(address, {"limit": 2})
    with django_assert_max_num_queries(11):
        get(address, {"limit": 164})


def test_a_card_with_computed_beside_published_and_the_figures_behind(get):
    found = get("/indices/qd766/cards/H44.07").json()
    assert (found["unit_name"], found["period"]) == ("Sở Công Thương", "2026-08")
    nodes = {node["code"]: node for node in found["nodes"]}
    on_time = nodes["ON_TIME"]
    assert (on_time["points"], on_time["published"], on_time["difference"]) == (13.78, 13.78, 0)
    assert on_time["published_source"].startswith("https://dichvucong.gov.vn")
    (figure,) = on_time["figures"]
    assert figure["figure"] == "dossiers_on_time/H44.07/2026-08"
    assert (figure["numerator"], figure["denominator"]) == (332, 482)
    behind = Figure.objects.get(pk=figure["id"])
    assert get(figure["explain"].partition("/api/v1")[2]).json()["id"] == behind.pk
    assert len(nodes["PAYMENT"]["figures"]) == 3


def test_what_cannot_be_recomputed_has_no_points_and_carries_the_published(get):
    found = get("/indices/qd766/cards/H44.07", {"period": "2026-08"}).json()
    nodes = {node["code"]: node for node in found["nodes"]}
    assert "ELECTRONIC_CERTIFIED_COPY" in found["not_recomputed"]
    copy = nodes["ELECTRONIC_CERTIFIED_COPY"]
    assert (copy["points"], copy["difference"], copy["status"]) == (None, None, "unknown")
    assert copy["published"] is not None


@pytest.mark.parametrize("address", ["cards/H44.999", "cards/H44.07?period=2020-01"])
def test_a_card_that_is_not_there_is_not_found(get, address):
    assert get(f"/indices/qd766/{address}").status_code == 404


def test_a_superseded_card_is_not_given(get, now):
    Card.objects.filter(organisation__code="H44.07").update(superseded_at=now)
    assert get("/indices/qd766/cards/H44.07").status_code == 404
