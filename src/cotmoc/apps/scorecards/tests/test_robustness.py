"""How sure ranks are: from cards to intervals, to the page and the API."""

from decimal import Decimal

import pytest
from django.core.cache import cache
from django.db import connection
from django.test.utils import CaptureQueriesContext

from cotmoc.apps.scorecards import robustness as module
from cotmoc.apps.scorecards.computing import compute_cards
from cotmoc.apps.scorecards.models import Card
from cotmoc.apps.scorecards.robustness import Choices, robustness
from cotmoc.apps.scorecards.tests import trial
from cotmoc.core.periods import parse_period

pytestmark = pytest.mark.django_db

AUGUST = parse_period("2026-08")
FEW = Choices(draws=100)


@pytest.fixture(autouse=True)
def nothing_kept():
    cache.clear()
    yield
    cache.clear()


@pytest.fixture
def dung(cast):
    return cast.dung


@pytest.fixture
def browse(client):
    """A browser in which somebody has signed in."""

    def sign_in(person):
        client.force_login(person, backend="django.contrib.auth.backends.ModelBackend")
        return client

    return sign_in


@pytest.fixture
def index(now):
    found = trial.method(trial.group("service", trial.ON_TIME, trial.PAID), trial.UNKNOWN)
    compute_cards(found, AUGUST, actor=None, now=now)
    return found


@pytest.fixture
def asked(index, dung):
    def ask(choices=FEW, kind="commune", viewer=dung):
        return robustness(index, "2026-08", kind, choices, viewer=viewer)

    return ask


def test_nominal_ranks_are_those_of_the_ranking(asked):
    found = asked()
    assert len(found.bodies) == 148
    assert found.unlike == 0
    assert [body.ranks.nominal for body in found.bodies] == [
        body.card.rank for body in found.bodies
    ]


def test_the_intervals_hold_the_median_and_stay_among_the_ranks(asked):
    for body in asked().bodies:
        ranks = body.ranks
        assert 1 <= ranks.low <= ranks.median <= ranks.high <= 148


def test_leaves_that_nobody_has_points_of_are_said_and_not_varied(asked):
    found = asked()
    assert found.silent == ("HIDDEN",)
    assert set(found.leaves) == {"ON_TIME", "PAID"}
    assert {each.name for each in found.movers if each.what == "indicator"} == {"ON_TIME", "PAID"}


def test_what_is_varied_is_what_was_chosen(asked):
    kinds = {
        "weights": {"weights"},
        "scale": {"normalisation"},
        "mean": {"aggregation"},
        "leaves": {"indicator"},
    }
    for what, expected in kinds.items():
        assert {each.what for each in asked(Choices(what, draws=20)).movers} == expected
    assert {each.what for each in asked().movers} == set().union(*kinds.values())


def test_a_leaf_without_points_adds_none_and_the_part_is_said(asked, index):
    before = asked()
    card = before.bodies[10].card
    card.leaves["PAID"]["points"] = None
    Card.objects.filter(pk=card.pk).update(leaves=card.leaves)
    cache.clear()
    body = next(each for each in asked().bodies if each.card.pk == card.pk)
    assert body.filled == Decimal(10) / 30
    assert body.ranks.nominal > 10


def test_a_leaf_that_is_left_out_leaves_its_weight_to_the_others(asked):
    """20 of 30 points by ON_TIME alone count as 20 of 20."""
    first = asked().bodies[0].card
    last = asked().bodies[-1].card
    last.leaves["ON_TIME"]["points"] = "20"
    last.leaves["PAID"] = {"points": None, "max": "0", "status": "not_arising", "reads": []}
    Card.objects.filter(pk=last.pk).update(leaves=last.leaves)
    cache.clear()
    by_card = {body.card.pk: body for body in asked().bodies}
    assert by_card[last.pk].ranks.nominal == 1
    assert by_card[last.pk].filled == 0
    assert by_card[first.pk].card.rank == 1


def test_weighted_and_geometric_groups_rank_as_they_are_scored(now, dung):
    service = {**trial.group("service", trial.ON_TIME, trial.PAID), "aggregate": "geometric"}
    service["children"] = [
        {**trial.ON_TIME, "weight": 3},
        {**trial.PAID, "weight": 1},
    ]
    index = trial.method(service, rounding={})
    compute_cards(index, AUGUST, actor=None, now=now)
    found = robustness(index, "2026-08", "commune", FEW, viewer=dung)
    assert found.unlike == 0


def test_correlations_are_over_the_points_that_are_there(asked):
    found = asked().correlations
    assert found.between["ON_TIME", "ON_TIME"] == pytest.approx(1)
    assert found.between["ON_TIME", "PAID"] == pytest.approx(found.between["PAID", "ON_TIME"])
    assert found.with_total["ON_TIME"] > 0
    assert found.with_group["ON_TIME"] == pytest.approx(found.with_total["ON_TIME"])
    ranked = asked(Choices(draws=20, correlation="spearman")).correlations
    assert ranked.between["ON_TIME", "PAID"] != found.between["ON_TIME", "PAID"]


def test_the_same_shares_are_computed_once(asked, monkeypatch):
    first = asked()
    monkeypatch.setattr(module, "sensitivity", None)
    assert asked().bodies[3].ranks == first.bodies[3].ranks
    with pytest.raises(TypeError):
        asked(Choices(draws=100, seed=2))


def test_one_province_alone_has_no_intervals(asked):
    assert asked(kind="province") is None


def test_a_stranger_sees_nothing(asked):
    assert asked(viewer=None) is None


def test_one_query_reads_all_cards(asked):
    with CaptureQueriesContext(
        connection,
    ) as made:
        asked()
    assert len(made) == 1


# The page and the API -----------------------------------------------------------------------------

PAGE = "/scorecards/trial/robustness/"


def test_the_page_says_who_is_least_sure_and_what_moves_ranks(index, browse, dung):
    answer = browse(dung).get(PAGE, {"draws": "200"})
    assert answer.status_code == 200
    text = answer.content.decode()
    assert "HIDDEN" not in answer.context["heads"]
    assert answer.context["bodies"] == 148
    assert answer.context["least_sure"].name in text
    assert answer.context["movers"][0].shift >= answer.context["movers"][-1].shift
    assert text.count('class="reach"') == 50 + 1  # a page of rows, and the key


def test_the_page_sorts_searches_pages_and_exports(index, browse, dung):
    client = browse(dung)
    answer = client.get(PAGE, {"draws": "200", "sort": "-width", "page": "2"})
    widths = [row.width for row in answer.context["page"]]
    assert widths == sorted(widths, reverse=True)
    found = client.get(PAGE, {"draws": "200", "q": "viet tri"}).context["page"]
    assert [row.name for row in found] == [row.name for row in found if "Việt Trì" in row.name]
    assert len(found) >= 1
    rows = b"".join(client.get(PAGE, {"draws": "200", "export": "csv"}).streaming_content)
    assert len(rows.decode("utf-8-sig").splitlines()) == 149


def test_the_seed_is_shown_and_can_be_changed(index, browse, dung):
    client = browse(dung)
    one, other = (client.get(PAGE, {"draws": "200", "seed": seed}) for seed in ("5", "6"))
    assert 'value="5"' in one.content.decode()
    lows = [[row.low for row in each.context["page"]] for each in (one, other)]
    assert lows[0] != lows[1]


@pytest.mark.parametrize(
    "asked_for",
    [
        {"seed": "-1"}, {"seed": "x"}, {"draws": "9999999"}, {"noise": "900"}, {"what": "?"},
        {"kind": "village"}, {"period": "2026-13"}, {"group": "nothing"}, {"correlation": "?"},
        {"sort": "?"}, {"page": "0"},
    ],
)  # fmt: skip
def test_nonsense_in_the_address_gives_the_usual(asked_for, index, browse, dung):
    answer = browse(dung).get(PAGE, {"draws": "200", **asked_for})
    assert answer.status_code == 200
    assert answer.context["bodies"] == 148


def test_kinds_without_enough_bodies_say_so(index, browse, dung):
    answer = browse(dung).get(PAGE, {"kind": "province"})
    assert answer.context["found"] is None
    assert browse(dung).get("/scorecards/nothing/robustness/").status_code == 404


def test_queries_of_the_page_do_not_grow_with_its_rows(index, browse, dung):
    client = browse(dung)
    client.get(PAGE, {"draws": "200"})
    with CaptureQueriesContext(connection) as many:
        client.get(PAGE, {"draws": "200"})
    with CaptureQueriesContext(connection) as few:
        client.get(PAGE, {"draws": "200", "kind": "department"})
    assert len(many) == len(few) <= 9


def test_the_api_gives_intervals_and_movers(index, browse, dung):
    address = "/api/v1/indices/trial/robustness"
    answer = browse(dung).get(address, {"draws": 50, "seed": 3, "kind": "department"})
    assert answer.status_code == 200
    said = answer.json()
    assert (said["index"], said["period"], said["kind"]) == ("trial", "2026-08", "department")
    assert [unit["rank"] for unit in said["units"]] == [unit["nominal"] for unit in said["units"]]
    assert said["silent"] == ["HIDDEN"]
    assert said["movers"][0]["shift"] >= said["movers"][-1]["shift"]
    assert browse(dung).get(address, {"kind": "province"}).json()["units"] == []
    assert browse(dung).get(address, {"draws": 10**9}).status_code == 422
    assert browse(dung).get("/api/v1/indices/nothing/robustness").status_code == 404


def test_strangers_are_refused_and_every_role_is_answered(index, client, cast):
    assert client.get(PAGE).url.startswith("/sign-in/?next=")
    assert client.get("/api/v1/indices/trial/robustness").status_code == 401
    for person in (cast.an, cast.binh, cast.dung, cast.giang):
        client.force_login(person, backend="django.contrib.auth.backends.ModelBackend")
        assert client.get(PAGE, {"draws": "200"}).status_code == 200
