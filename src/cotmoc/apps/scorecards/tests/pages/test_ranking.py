"""The ranking page: who is behind, since when, and what the totals cover."""

import csv
import io
import re
from decimal import Decimal

import openpyxl
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from cotmoc.apps.scorecards.computing import compute_cards
from cotmoc.apps.scorecards.models import Card
from cotmoc.apps.scorecards.tests import trial
from cotmoc.core.periods import parse_period

pytestmark = pytest.mark.django_db

PAGE = "/scorecards/trial/ranking/"
MOST_QUERIES = 13


def bodies(answer):
    """Codes of the bodies listed, in order."""
    text = answer.content.decode()
    table = text[text.index("<tbody>") : text.index("</tbody>")]
    return re.findall(r"/scorecards/trial/cards/([\w.]+)/", table)


def exported(client, address):
    content = client.get(address).getvalue().decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(content)))


def test_departments_and_communes_are_ranked_apart(index, browser):
    dung = browser("dung")
    departments = bodies(dung.get(f"{PAGE}?kind=department"))
    communes = bodies(dung.get(f"{PAGE}?kind=commune"))
    assert len(departments) == 15
    assert len(communes) == 50  # the first of three pages
    assert not set(departments) & set(communes)
    ranks = dict(
        Card.objects.filter(index=index, kind="department").values_list(
            "organisation__code", "rank"
        )
    )
    assert [ranks[code] for code in departments] == sorted(ranks.values())


def test_a_reporter_sees_the_ranking_and_a_stranger_is_asked_to_sign_in(index, browser):
    assert bodies(browser("chi").get(f"{PAGE}?kind=commune"))
    assert browser("em").get(PAGE).url.startswith("/sign-in/")


def test_the_provinces_own_total_stands_above_the_list(index, browser, words):
    own = Card.objects.get(index=index, organisation__code="H44")
    text = words(browser("dung", "en").get(PAGE))
    assert f"{own.total:.2f}" in text
    assert "of 30 points that could be scored, of 35" in text


def test_a_total_of_a_part_of_the_index_says_so(index, browser, words):
    text = words(browser("dung", "en").get(PAGE))
    assert "All are scored on 30 of 35 points" in text
    few = Card.objects.filter(index=index, kind="department").last()
    Card.objects.filter(pk=few.pk).update(scored_max=Decimal(10))
    text = words(browser("dung", "en").get(f"{PAGE}?kind=department"))
    assert "bodies are scored on 10 to 30 of 35 points" in text


def test_places_won_since_the_month_before_are_said_with_arrow_number_and_words(
    index, july, browser, words
):
    dung = browser("dung", "en")
    text = words(dung.get(f"{PAGE}?kind=department"))
    assert "Against month 7/2026" in text
    ranked = Card.objects.filter(index=index, kind="department", period="2026-08")
    moved = ranked.exclude(organisation__code="H44.01")
    assert text.count("up 1 place") == moved.exclude(rank=None).count()
    last = ranked.get(organisation__code="H44.01")
    assert f"down {last.rank - 1} places" in text
    assert "not ranked then" in words(dung.get(f"{PAGE}?kind=commune&q=viet+tri"))


def test_across_methods_nothing_is_compared(index, now, browser, words):
    older = trial.method(
        trial.group("service", trial.ON_TIME), method="old", valid_from="2025-01-01",
        valid_to="2026-01-01",
    )  # fmt: skip
    compute_cards(older, parse_period("2026-08"), actor=None, now=now)
    Card.objects.filter(index=older).update(period="2026-07")
    text = words(browser("dung", "en").get(f"{PAGE}?method=a&kind=department"))
    assert "The period before was scored by another method: not comparable." in text
    assert text.count("not comparable") == 1 + 15
    assert "up " not in text.split("Against the period before")[1]


def test_two_methods_stand_side_by_side_and_are_never_subtracted(index, now, browser, words):
    other = trial.method(trial.group("service", trial.ON_TIME), method="b", valid_from="2025-01-01")
    compute_cards(other, parse_period("2026-08"), actor=None, now=now)
    dung = browser("dung", "en")
    text = words(dung.get(f"{PAGE}?method=a&compare=b&kind=department&q=cong+thuong"))
    assert "are different methods: their points are read side by side" in text
    mine, theirs = (
        Card.objects.get(index=each, organisation__code="H44.07") for each in (index, other)
    )
    assert mine.total != theirs.total
    assert f"{mine.total:.2f}" in text
    assert f"{theirs.total:.2f}" in text
    row = exported(dung, f"{PAGE}?method=a&compare=b&kind=department&q=cong+thuong&export=csv")[0]
    assert Decimal(row["Total by b"]) == theirs.total
    assert int(row["Rank by b"]) == theirs.rank
    nothing = words(dung.get(f"{PAGE}?method=a&compare=b&period=2026-07"))
    assert "side by side" in nothing


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("q=CONG+thuong", lambda card: card.organisation.code == "H44.07"),
        ("group=payment&below=50", lambda card: share(card, "payment") < 50),
        ("below=75", lambda card: 100 * card.total / card.scored_max < 75),
        ("missing=on", lambda card: card.scored_max < card.max),
        ("group=nonsense&below=nonsense&q=", lambda card: True),
    ],
)
def test_the_list_is_narrowed(index, browser, query, expected):
    listed = bodies(browser("dung").get(f"{PAGE}?kind=department&{query}"))
    cards = Card.objects.filter(index=index, kind="department").select_related("organisation")
    assert set(listed) == {card.organisation.code for card in cards if expected(card)}


def share(card, group):
    node = card.nodes[group]
    return 100 * Decimal(node["points"]) / Decimal(node["scored_max"])


@pytest.mark.parametrize("order", ["g-service", "-g-service", "total", "-share", "name"])
def test_the_list_is_ordered_by_any_group(index, browser, order):
    listed = bodies(browser("dung").get(f"{PAGE}?kind=department&sort={order}"))
    rows = exported(browser("dung", "en"), f"{PAGE}?kind=department&sort={order}&export=csv")
    assert [row["Code"] for row in rows] == listed
    if order.endswith("g-service"):
        points = [Decimal(row["service: points"]) for row in rows]
        assert points == sorted(points, reverse=order.startswith("-"))


def test_the_files_hold_what_the_page_shows(index, july, browser, publish):
    publish(index, [("H44.07", "", Decimal("21.50"), 3)])
    dung = browser("dung", "en")
    rows = exported(dung, f"{PAGE}?kind=department&export=csv")
    assert len(rows) == 15
    row = next(row for row in rows if row["Code"] == "H44.07")
    card = Card.objects.get(index=index, organisation__code="H44.07", period="2026-08")
    assert int(row["Rank"]) == card.rank
    assert Decimal(row["Total"]) == card.total
    assert Decimal(row["Maximum"]) == 35
    assert Decimal(row["Maximum of what was scored"]) == 30
    assert Decimal(row["service: points"]) == Decimal(card.nodes["service"]["points"])
    assert (row["Places won"], row["Published total"], row["Published rank"]) == (
        "1", "21.500000", "3",
    )  # fmt: skip
    book = openpyxl.load_workbook(
        io.BytesIO(dung.get(f"{PAGE}?kind=department&export=xlsx").getvalue())
    ).active
    assert book.max_row == 16
    assert [cell.value for cell in book[1]] == list(row)


def test_many_bodies_ask_nothing_more_than_few(index, july, browser):
    dung = browser("dung")

    def queries(address):
        with CaptureQueriesContext(connection) as captured:
            assert dung.get(address).status_code == 200
        return len(captured)

    few = queries(f"{PAGE}?kind=department&q=cong+thuong")
    assert few <= MOST_QUERIES
    assert queries(f"{PAGE}?kind=commune") == few
    assert queries(f"{PAGE}?kind=commune&compare=b") == few


def test_an_unknown_index_is_not_there_and_one_without_scores_says_what_to_do(browser, words, db):
    assert browser("dung").get("/scorecards/nothing/ranking/").status_code == 404
    trial.method(trial.group("service", trial.ON_TIME), code="empty")
    text = words(browser("dung").get("/scorecards/empty/ranking/"))
    assert "cotmoc score" in text


@pytest.mark.parametrize("name", ["period", "method", "kind", "compare", "sort", "page", "below"])
@pytest.mark.parametrize("value", ["", "x", "-1", "9" * 400, "<script>", "2026-13"])
def test_no_query_breaks_the_page(index, browser, name, value):
    answer = browser("dung").get(PAGE, {name: value})
    assert answer.status_code == 200
    assert b"<script>alert" not in answer.content
