"""The list of indices, a method as a tree, the panel on the first page, a body's places."""

from datetime import date
from decimal import Decimal

import pytest
import yaml
from django.db import connection
from django.test.utils import CaptureQueriesContext

from cotmoc.apps.scorecards.models import Card
from cotmoc.apps.scorecards.overview import index_lines, panel, places
from cotmoc.apps.scorecards.tests import trial, trial_indices
from cotmoc.indicators.indices.read import read_index

pytestmark = pytest.mark.django_db

METHOD = "/scorecards/trial/methods/a/"


def line_of(code, cast):
    found = index_lines(viewer=cast.dung, today=date(2026, 10, 2))
    return next(line for line in found if line.newest.code == code)


def test_what_is_wrong_stands_first(index, browser, words):
    Card.objects.exclude(index=index).delete()
    card = Card.objects.get(index=index, organisation__code="H44")
    lost = {
        code: Decimal(node["scored_max"]) - Decimal(node["points"])
        for code, node in card.nodes.items()
    }
    worst = max(lost, key=lambda code: lost[code])
    text = words(browser("dung", "en").get("/scorecards/"))
    assert f"most points are lost at {worst}, {lost[worst]:.2f} of them" in text
    assert text.index("most points are lost") < text.index("Computed here")


def test_own_total_stands_beside_the_published_one_with_its_age(index, publish, cast):
    publish(index, [("H44", "", Decimal("20.00"), None)], on=date(2026, 9, 20))
    line = line_of("trial", cast)
    assert line.published.points == 20
    assert line.published_days == 12
    assert line.differs is None  # scored on a part of the index: not to be compared
    Card.objects.filter(organisation__code="H44").update(scored_max=Decimal(35))
    line = line_of("trial", cast)
    assert line.differs == line.place.card.total - 20


def test_points_published_of_groups_and_leaves_are_counted_as_same_or_not(index, publish, cast):
    card = Card.objects.get(index=index, organisation__code="H44")
    same = Decimal(card.leaves["ON_TIME"]["points"])
    publish(index, [
        ("H44", "ON_TIME", same, None), ("H44", "PAID", Decimal(1), None),
        ("H44", "payment", Decimal(1), None),
    ])  # fmt: skip
    beside = line_of("trial", cast).beside
    assert (beside.parts, beside.agree, beside.differ) == (3, 1, 1)


def test_an_index_without_results_comes_after_those_with_some_and_an_example_last(index, cast, now):
    trial.method(trial.group("service", trial.ON_TIME), code="aaa", template=True)
    trial_indices.keep(trial_indices.TRI_OLD, now)
    found = index_lines(viewer=cast.dung, today=date(2026, 10, 2))
    codes = [line.newest.code for line in found]
    assert codes.index("trial") < codes.index("tri") < codes.index("aaa")


def test_an_empty_catalogue_and_one_never_computed_say_what_to_do(browser, words, db):
    from cotmoc.apps.scorecards.models import IndexVersion, Publication, Published, ScoreRun

    for model in (Card, ScoreRun, Published, Publication, IndexVersion):
        model.objects.all().delete()
    assert "cotmoc setup" in words(browser("dung").get("/scorecards/"))
    trial.method(trial.group("service", trial.ON_TIME))
    assert "cotmoc portal766 import" in words(browser("dung").get("/scorecards/"))


def test_a_method_is_drawn_as_a_tree_with_rules_in_words(index, browser, words):
    answer = browser("dung", "en").get(METHOD)
    text = words(answer)
    assert "20 points × the ratio of" in text
    assert "/indicators/dossiers_on_time/" in answer.content.decode()
    assert "0 points when nothing arose." in text
    assert "Of 1 leaf the sources do not say how it is scored: 5 of 35 points" in text
    assert "not known không nguồn nào nói" in text
    assert "20 điểm × tỷ lệ của “" in words(browser("dung").get(METHOD))


def test_pillars_that_overlap_are_explained(now, browser, words):
    trial_indices.keep(trial_indices.TRI_OLD, now)
    text = words(browser("dung", "en").get("/scorecards/tri/methods/cu/"))
    assert "Pillars overlap and are never added up" in text
    assert "Economy pillar Awareness · Rules · Economy" in text


def test_an_example_says_that_nobody_issued_it(browser, words, db):
    trial.method(trial.group("service", trial.ON_TIME), code="mau", template=True)
    text = words(browser("dung", "en").get("/scorecards/mau/methods/a/"))
    assert "no authority has issued it" in text


def test_all_methods_of_an_index_are_listed_and_an_unknown_one_is_not_there(now, browser, words):
    trial_indices.keep(trial_indices.TRI_OLD, now)
    trial_indices.keep(trial_indices.TRI_NEW, now)
    dung = browser("dung", "en")
    answer = dung.get("/scorecards/tri/methods/moi/")
    assert "/scorecards/tri/methods/cu/" in answer.content.decode()
    assert "1 Jan 2021 – 31 Dec 2023" in words(answer)
    assert dung.get("/scorecards/tri/methods/nope/").status_code == 404


def test_the_definition_is_downloaded_and_reads_as_the_same_index(index, browser):
    answer = browser("dung").get(f"{METHOD}?export=yaml")
    assert 'filename="trial@a.yaml"' in answer["Content-Disposition"]
    raw = yaml.safe_load(answer.getvalue())
    assert raw["valid_from"] == date(2026, 1, 1)
    assert read_index(raw, "trial@a.yaml") == index.definition
    assert list(raw)[:2] == ["code", "method"]


def test_a_bodys_page_and_the_first_page_lead_to_its_card(index, browser, words, cast, province):
    card = Card.objects.get(index=index, organisation__code="H44.07")
    answer = browser("dung", "en").get("/organisations/H44.07/")
    assert "/scorecards/trial/cards/H44.07/?period=2026-08" in answer.content.decode()
    assert f"{card.total:.2f} of 30 scored · rank {card.rank} of {card.ranked}" in words(answer)
    assert places(card.organisation, viewer=cast.em) == {}
    assert panel(province, viewer=cast.em) is None


def test_the_first_page_shows_the_newest_month_of_the_index_of_service(browser, words, now, plan):
    from cotmoc.apps.scorecards.computing import compute_cards
    from cotmoc.apps.scorecards.models import IndexVersion
    from cotmoc.core.periods import parse_period

    index = IndexVersion.objects.filter(code="qd766", latest=True).first() or trial.method(
        trial.group("service", trial.ON_TIME), code="qd766", method="2022"
    )
    compute_cards(index, parse_period("2026-08"), actor=None, now=now)
    card = Card.objects.current().get(
        index__code="qd766", organisation__code="H44", period="2026-08"
    )
    answer = browser("dung", "en").get("/")
    assert "/scorecards/qd766/cards/H44/?period=2026-08" in answer.content.decode()
    assert f"{card.total:.2f} of {card.scored_max.normalize():f} points" in words(answer)


@pytest.mark.parametrize("page", ["/scorecards/", METHOD, "/organisations/H44.07/"])
def test_the_pages_ask_few_things_of_the_database(index, july, browser, page):
    dung = browser("dung")
    dung.get(page)
    with CaptureQueriesContext(connection) as captured:
        assert dung.get(page).status_code == 200
    assert len(captured) <= 15, "\n".join(each["sql"] for each in captured)
