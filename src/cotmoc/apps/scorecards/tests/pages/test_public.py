"""What anybody may read: published results and published rounds; never what is computed here."""

import csv
import io
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from cotmoc.apps.orgs.models import Organisation
from cotmoc.apps.scorecards.models import Assessment, Card, Round
from cotmoc.ui.formats import fixed

pytestmark = pytest.mark.django_db

PAGE = "/public/scorecards/trial/"


@pytest.fixture
def round_of(index):
    """A round with appraised totals of three departments."""

    def made(state=Round.State.PUBLISHED, corrects=None, number=1, shift=0):
        one = Round.objects.create(
            index=index, period="2026-08", period_end=date(2026, 8, 31), title=f"Đợt {number}",
            deadline=date(2026, 9, 10), state=state, corrects=corrects, number=number,
            opened_at=datetime(2026, 9, 1, tzinfo=UTC),
            published_at=datetime(2026, 9, 20, number, tzinfo=UTC),
        )  # fmt: skip
        totals = {"H44.07": 20, "H44.08": 25, "H44.42": 25}
        for code, points in totals.items():
            Assessment.objects.create(
                round=one, organisation=Organisation.objects.get(code=code),
                appraised_total=Decimal(points + shift), self_total=Decimal("33.33"),
                computed_total=Decimal("11.11"), state=Assessment.State.LOCKED,
            )  # fmt: skip
        return one

    return made


def test_a_computed_card_never_shows_to_the_public(index, browser, publish):
    em = browser("em")
    assert em.get(PAGE).status_code == 404
    assert b"trial" not in em.get("/public/scorecards/").content
    publish(index, [("H44.07", "", Decimal("21.5"), 3)])
    text = em.get(PAGE).content.decode()
    assert "21,50" in text
    computed = Card.objects.get(index=index, organisation__code="H44.07")
    assert fixed(computed.total) not in text
    assert "/scorecards/trial/cards/" not in text
    file = em.get(f"{PAGE}?export=csv").getvalue().decode()
    assert str(computed.total) not in file


def test_who_is_signed_in_sees_there_what_the_public_sees(index, browser, publish, words):
    publish(index, [("H44.07", "", Decimal("21.5"), 3)])
    strangers, dungs = (words(browser(who).get(PAGE)) for who in ("em", "dung"))
    computed = Card.objects.get(index=index, organisation__code="H44.07")
    assert fixed(computed.total) not in dungs
    assert "21,50" in strangers
    assert browser("dung").get("/public/scorecards/").status_code == 200


def test_an_open_round_is_nobodys_business(round_of, browser):
    round_of(state=Round.State.OPEN)
    assert browser("em").get(PAGE).status_code == 404
    assert browser("dung").get(PAGE).status_code == 404


def test_a_published_round_ranks_by_appraised_totals_ties_sharing_a_rank(round_of, browser):
    round_of()
    answer = browser("em", "en").get(f"{PAGE}?export=csv")
    rows = list(csv.DictReader(io.StringIO(answer.getvalue().decode("utf-8-sig"))))
    assert [(row["Rank"], row["Code"]) for row in rows] == [
        ("1", "H44.08"), ("1", "H44.42"), ("3", "H44.07"),
    ]  # fmt: skip
    page = browser("em").get(PAGE).content.decode()
    assert "33,33" not in page  # what bodies gave themselves
    assert "11,11" not in page  # what was computed
    assert "25,00" in page


def test_a_correction_stands_in_for_the_round_it_corrects(round_of, browser):
    first = round_of()
    waiting = round_of(state=Round.State.OPEN, corrects=first, number=2, shift=1)
    assert "25,00" in browser("em").get(PAGE).content.decode()
    Round.objects.filter(pk=waiting.pk).update(state=Round.State.PUBLISHED)
    page = browser("em").get(PAGE).content.decode()
    assert "26,00" in page
    assert "25,00" not in page
    assert "Đợt 2" in page


def test_a_round_of_ones_own_goes_before_what_others_published(round_of, publish, index, browser):
    publish(index, [("H44.07", "", Decimal("21.5"), 3), ("H44.100", "", Decimal("9.5"), 1)])
    round_of()
    em = browser("em")
    assert "25,00" in em.get(f"{PAGE}?kind=department").content.decode()
    assert "9,50" in em.get(f"{PAGE}?kind=commune").content.decode()


def test_only_ranks_is_fine_and_the_source_is_named(index, browser, publish, words):
    publish(index, [("H44.07", "", None, 2), ("H44.08", "", None, 1)], source="Báo X số 5")
    text = words(browser("em", "en").get(PAGE))
    assert text.index("1 Sở") < text.index("2 Sở")
    assert "Báo X số 5" in text
    assert "20 Sep 2026" in text


def test_the_public_page_leads_to_the_rankings(published_plan, browser, index, publish):
    publish(index, [("H44.07", "", Decimal("21.5"), 3)])
    assert "/public/scorecards/" in browser("em").get("/public/").content.decode()
    assert PAGE in browser("em").get("/public/scorecards/").content.decode()


def test_without_anything_published_the_page_says_so(browser, words, db):
    from cotmoc.apps.scorecards.models import Published

    Published.objects.all().delete()
    text = words(browser("em", "en").get("/public/scorecards/"))
    assert "No ranking is published yet" in text


@pytest.mark.parametrize("name", ["period", "kind", "sort", "page", "q"])
@pytest.mark.parametrize("value", ["", "x", "9" * 400, "<script>", "2026-13"])
def test_no_query_breaks_the_page(index, browser, publish, name, value):
    publish(index, [("H44.07", "", Decimal("21.5"), 3)])
    assert browser("em").get(PAGE, {name: value}).status_code == 200


@pytest.fixture
def published_plan(plan, now):
    from cotmoc.apps.programmes.services import publish_plan

    publish_plan(plan, actor=None, now=now)
    return plan
