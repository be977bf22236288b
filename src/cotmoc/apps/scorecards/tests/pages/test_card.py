"""One body's scorecard: what is lost, what it was read from, and what others gave beside it."""

import csv
import io
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from cotmoc.apps.measurement.models import Figure
from cotmoc.apps.orgs.models import AdminUnit, Organisation
from cotmoc.apps.scorecards.computing import compute_cards
from cotmoc.apps.scorecards.models import Assessment, Card, Entry, Round
from cotmoc.apps.scorecards.results.publishing import Publisher, Result, record_publication
from cotmoc.apps.scorecards.tests import trial, trial_indices
from cotmoc.core.periods import parse_period
from cotmoc.ui.formats import fixed, number

pytestmark = pytest.mark.django_db

PAGE = "/scorecards/trial/cards/H44.07/"
MOST_QUERIES = 18


@pytest.fixture
def card(index):
    """The card of the department of An and Bình."""
    return Card.objects.get(index=index, organisation__code="H44.07", period="2026-08")


@pytest.fixture
def assessed(index, card, now):
    """A round in which the body gave itself 9 points for payment and was appraised with 7."""
    made = Round.objects.create(
        index=index, period="2026-08", period_end=card.period_end, title="Đợt tháng 8",
        deadline=card.period_end, opened_at=now,
    )  # fmt: skip
    part = Assessment.objects.create(round=made, organisation=card.organisation)
    Entry.objects.create(
        assessment=part, leaf="PAID", self_points=Decimal("9.11"), appraised_points=Decimal("7.22")
    )
    return made


def test_the_card_says_total_rank_and_what_it_covers(card, browser, words):
    text = words(browser("dung", "en").get(PAGE))
    assert f"{card.total:.2f} rank {card.rank} of {card.ranked}" in text
    assert "Scored on 30 of 35 points" in text


def test_what_loses_most_comes_first_and_leads_to_what_to_do(index, browser, words):
    card = Card.objects.get(index=index, organisation__code="H44.100")
    answer = browser("dung", "en").get("/scorecards/trial/cards/H44.100/")
    text = answer.content.decode()
    lost = {
        code: Decimal(leaf["max"]) - Decimal(leaf["points"])
        for code, leaf in card.leaves.items()
        if leaf["points"] is not None
    }
    assert len(lost) == 2
    assert all(lost.values())
    places = [
        text.index(f"/lost/?period=2026-08&amp;method=a#{code}")
        for code in sorted(lost, key=lambda code: -lost[code])
    ]
    assert places == sorted(places)
    assert f"{sum(lost.values()):.2f} points lost in all" in words(answer)


def test_every_leaf_opens_to_the_figure_it_was_read_from(card, browser, words):
    figure = Figure.objects.current().get(
        indicator__code="dossiers_on_time", organisation=card.organisation, period="2026-08"
    )
    answer = browser("dung").get(PAGE)
    assert "/figures/dossiers_on_time/H44.07/2026-08/" in answer.content.decode()
    counted = f"{number(figure.numerator)} / {number(figure.denominator)}"
    assert f"{counted} {fixed(figure.value)}" in words(answer)


def test_a_leaf_that_cannot_be_recomputed_is_named_with_what_was_published(
    card, index, publish, browser, words
):
    text = words(browser("dung", "en").get(PAGE))
    assert "Không rõ Scoring not known not published" in text
    publish(index, [("H44.07", "HIDDEN", Decimal("4.5"), None)])
    text = words(browser("dung", "en").get(PAGE))
    assert "Không rõ Scoring not known 4.50 / 5" in text
    assert f"{card.total:.2f} rank" in text  # what is published is in no total


def test_published_points_stand_beside_and_a_difference_is_flagged(
    card, index, publish, browser, words
):
    near = Decimal(card.leaves["ON_TIME"]["points"]) + Decimal("0.004")
    far = Decimal(card.leaves["PAID"]["points"]) + Decimal("1.25")
    publish(index, [("H44.07", "ON_TIME", near, None), ("H44.07", "PAID", far, None)])
    text = words(browser("dung", "en").get(PAGE))
    assert f"{near:.2f} agrees" in text
    assert f"{far:.2f} differs by −1.25" in text
    assert text.count("differs by") == 1


def test_a_group_computed_in_part_is_not_said_to_differ(card, index, publish, browser, words):
    publish(index, [("H44.07", "payment", Decimal("14.99"), None)])
    text = words(browser("dung", "en").get(PAGE))
    assert "14.99" in text
    assert "differs by" not in text


def test_columns_of_a_round_are_shown_to_whom_it_concerns(assessed, browser, words):
    for who in ("dung", "an"):  # the secretariat, and who speaks for the body
        text = words(browser(who, "en").get(PAGE))
        assert "Self-assessed" in text
        assert "9.11" in text
        assert "7.22" in text
    text = words(browser("chi", "en").get(PAGE))  # of another body: while the round is open
    assert "9.11" not in text
    assert "7.22" not in text
    Round.objects.update(state=Round.State.PUBLISHED)
    assert "7.22" in words(browser("chi", "en").get(PAGE))


def test_the_file_keeps_the_columns_apart(assessed, card, browser, publish, index):
    publish(index, [("H44.07", "PAID", Decimal("3.33"), None)])
    content = browser("dung", "en").get(f"{PAGE}?export=csv").getvalue().decode("utf-8-sig")
    rows = {row["Code"]: row for row in csv.DictReader(io.StringIO(content))}
    paid = rows["PAID"]
    assert Decimal(paid["Computed points"]) == Decimal(card.leaves["PAID"]["points"])
    assert paid["Published points"] == "3.330000"
    assert paid["Self-assessed points"] == "9.110000"
    assert paid["Appraised points"] == "7.220000"
    assert paid["Read from"] == "dossiers_paid_online/H44.07/2026-08"
    assert rows["HIDDEN"]["Computed points"] == ""
    assert set(rows) == {"service", "ON_TIME", "payment", "PAID", "HIDDEN"}


def test_the_page_says_where_its_numbers_come_from(card, index, browser, words):
    answer = browser("dung", "en").get(PAGE)
    text = answer.content.decode()
    assert card.run.input_digest in text
    assert card.run.figures_run.input_digest in text
    assert "/scorecards/trial/methods/a/" in text
    assert "cotmoc score --index trial --period 2026-08 --unit H44.07" in text


def test_methods_and_periods_are_chosen(card, july, now, browser, words):
    other = trial.method(trial.group("service", trial.ON_TIME), method="b", valid_from="2025-01-01")
    compute_cards(other, parse_period("2026-08"), actor=None, now=now)
    theirs = Card.objects.get(index=other, organisation__code="H44.07")
    dung = browser("dung", "en")
    assert f"{theirs.total:.2f} rank {theirs.rank} of" in words(dung.get(f"{PAGE}?method=b"))
    assert "month 7/2026 · method a" in words(dung.get(f"{PAGE}?method=a&period=2026-07"))


def test_a_territory_has_the_same_page(now, browser, words):
    index = trial_indices.keep(trial_indices.TRI_OLD, now)
    unit = AdminUnit.objects.on(parse_period("2022").last_day).get(level="province", code="48")
    given = {"awareness": "0.9", "rules": "0.8", "economy": "0.5", "": "0.67"}
    record_publication(
        index, parse_period("2022"),
        [Result(unit, node, Decimal(points)) for node, points in given.items()],
        Publisher("https://example.test/2022"), actor=None, now=now,
    )  # fmt: skip
    compute_cards(index, parse_period("2022"), actor=None, now=now)
    text = words(browser("dung", "en").get("/scorecards/tri/cards/48/"))
    assert str(unit) in text
    assert "0.6700" in text
    assert "As published: 0.6700 agrees" in text
    assert "180.00 / 200" in text
    assert "Trụ cột kinh tế số" not in text  # in English
    assert "Economy pillar 0.6700" in text
    assert "never added up" in text


def test_who_has_no_card_reads_why(index, now, browser, words):
    only = trial.method(trial.group("service", trial.ON_TIME), code="own", applies_to=["commune"])
    compute_cards(only, parse_period("2026-08"), actor=None, now=now)
    dung = browser("dung", "en")
    assert "does not score bodies of this kind" in words(dung.get("/scorecards/own/cards/H44.07/"))
    Card.objects.all().delete()
    assert "cotmoc score" in words(dung.get("/scorecards/own/cards/H44.100/"))
    assert dung.get("/scorecards/own/cards/H44.99999/").status_code == 404
    assert dung.get("/scorecards/nothing/cards/H44.07/").status_code == 404


def test_a_card_asks_few_things_of_the_database(index, july, assessed, browser):
    dung = browser("dung")
    for code in ("H44.07", "H44.100", "H44"):
        with CaptureQueriesContext(connection) as captured:
            assert dung.get(f"/scorecards/trial/cards/{code}/").status_code == 200
        assert len(captured) <= MOST_QUERIES, "\n".join(each["sql"] for each in captured)


def test_no_stranger_and_no_public_page_sees_a_computed_card(index, card, browser):
    assert browser("em").get(PAGE).url.startswith("/sign-in/")
    assert Organisation.objects.filter(code="H44.07").exists()
    for page in ("/public/scorecards/", "/public/"):
        assert f"{fixed(card.total)}" not in browser("em").get(page).content.decode()
    assert browser("em").get("/public/scorecards/trial/").status_code == 404
