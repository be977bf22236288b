"""The provincial index of digital transformation, computed from what the ministry published."""

import csv
from decimal import Decimal
from pathlib import Path

import pytest
from django.conf import settings

from cotmoc.apps.scorecards.catalogue import sync_indices
from cotmoc.apps.scorecards.computing import compute_cards, recompute
from cotmoc.apps.scorecards.importing import Options, import_published
from cotmoc.apps.scorecards.models import Card
from cotmoc.apps.scorecards.queries import card_of, method_for, open_card, published_of
from cotmoc.core.periods import parse_period

pytestmark = pytest.mark.django_db

FOLDER = Path(settings.SAMPLES_DIR) / "indices"
WITHIN = Decimal("0.0001")


@pytest.fixture(autouse=True)
def published(db, now):
    sync_indices(actor=None, now=now)
    for name in ("dti-2022.csv", "dti-other-years.csv"):
        import_published(FOLDER / name, Options(), actor=None, now=now)


def computed(year, now, method=""):
    period = parse_period(year)
    index = method_for("dti", method=method, period=period)
    compute_cards(index, period, actor=None, now=now)
    rows = Card.objects.current().filter(index=index, period=year).select_related("unit", "index")
    return index, list(rows)


def given(name, year, column):
    with (FOLDER / name).open(encoding="utf-8", newline="") as file:
        return sorted(
            Decimal(row["dti"])
            for row in csv.DictReader(file)
            if row["year"] == year and row["dti"] and row[column]
        )


@pytest.mark.parametrize(
    ("year", "method", "name", "column", "count"),
    [
        ("2022", "qd922", "dti-2022.csv", "idx_nhan_thuc_so", 5),
        ("2020", "qd1726", "dti-other-years.csv", "pillar_kinh_te_so", 2),
    ],
)
def test_the_complete_rows_of_a_year_are_what_was_published(year, method, name, column, count, now):
    index, rows = computed(year, now)
    assert index.method == method, "the method in force in that year"
    whole = [card for card in rows if card.scored_max == card.max]
    beside = published_of(whole, [""])
    assert len(whole) == count
    for card in whole:
        assert abs(card.total - beside[card.pk][""].points) <= WITHIN, card
    assert sorted(beside[card.pk][""].points for card in whole) == given(name, year, column)
    assert sorted(card.rank for card in whole) == list(range(1, count + 1))


def test_cards_are_there_as_soon_as_results_were_recorded():
    index = method_for("dti", method="qd922")
    assert Card.objects.current().filter(index=index, period="2022", total__gt=0).count() == 5


def test_provinces_of_which_only_the_rank_is_known_have_no_card(now):
    _index, rows = computed("2022", now)
    assert {str(card.unit) for card in rows if card.total is not None} == {
        "Thành phố Đà Nẵng",
        "Thành phố Hồ Chí Minh",
        "Tỉnh Quảng Ninh",
        "Thành phố Huế",
        "Thành phố Cần Thơ",
    }


def test_a_card_opens_to_the_published_rows_it_was_computed_from(now, cast):
    index, _rows = computed("2022", now)
    card = card_of(index, "48", "2022", viewer=cast.dung)
    opened = open_card(card, viewer=cast.dung)
    line = next(line for line in opened.leaves if line.node.code == "nhan_thuc_so")
    assert (line.points, line.published_points, line.difference) == (100, 100, 0)
    assert [each.points for each in line.read_published] == [1]
    assert line.read_published[0].publication.source.startswith("https://dti.gov.vn")
    assert opened.published_total.points == Decimal("0.8002")
    assert {pillar.code for pillar in opened.pillars} == {"pillar_cqs", "pillar_kts", "pillar_xhs"}
    assert all(0 < pillar.share < 1 for pillar in opened.pillars)


def test_the_method_of_another_year_may_be_computed_on_purpose(now):
    _index, rows = computed("2020", now, method="qd1726")
    assert len(rows) == 2
    assert (
        recompute(method_for("dti", method="qd922"), parse_period("2020"), actor=None, now=now)
        is None
    )
