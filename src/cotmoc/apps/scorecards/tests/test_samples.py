"""The published results that are shipped: taken as they are, and what they are checked against."""

from decimal import Decimal
from pathlib import Path

import pytest
from django.conf import settings

from cotmoc.apps.scorecards.models import IndexVersion, Published
from cotmoc.apps.scorecards.results.doubts import recomputed
from cotmoc.apps.scorecards.results.importing import Options, import_published

pytestmark = pytest.mark.django_db
FOLDER = Path(settings.SAMPLES_DIR) / "indices"
FILES = sorted(FOLDER.glob("*.csv"))


@pytest.fixture
def take(cast, now):
    def bring(path):
        return import_published(path, Options(), actor=cast.dung, now=now)

    return bring


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_every_shipped_row_is_taken_and_names_its_source(path, take):
    outcome = take(path)
    assert not outcome.doubts
    assert not outcome.left_out
    assert outcome.good == len(path.read_text(encoding="utf-8").splitlines()) - 1
    assert outcome.index == path.name.partition("-")[0].removesuffix(".csv")
    assert not [part for part in outcome.parts if part.source == path.name]
    assert not take(path).rows


def test_dti_2022_is_what_its_main_indices_give(take):
    take(FOLDER / "dti-2022.csv")
    assert Published.objects.filter(node="").count() == 63
    assert _complete("qd922", "2022") == {
        "Thành phố Đà Nẵng", "Thành phố Hồ Chí Minh", "Tỉnh Quảng Ninh", "Thành phố Huế",
        "Thành phố Cần Thơ",
    }  # fmt: skip


def test_dti_2020_is_what_its_pillars_give(take):
    take(FOLDER / "dti-other-years.csv")
    assert _complete("qd1726", "2020") == {"Tỉnh Bắc Giang", "Tỉnh Bắc Ninh"}


def _complete(method, period):
    """The subjects with all main indices, their published totals compared with the method's."""
    index = IndexVersion.objects.get(code="dti", method=method).definition
    scored = {leaf.code for leaf in index.leaves() if leaf.max}
    found = {}
    for row in Published.objects.filter(index__method=method, period=period).exclude(points=None):
        found.setdefault(str(row.unit), {})[row.node] = row.points
    complete = {name for name, points in found.items() if scored <= points.keys()}
    for name in complete:
        parts = {code: found[name][code] for code in scored}
        assert abs(recomputed(index, parts) - found[name][""]) <= Decimal("0.0001"), name
    return complete


def test_two_rankings_of_2024_stand_beside_each_other(take):
    take(FOLDER / "dti-other-years.csv")
    rows = Published.objects.filter(period="2024", unit__code="48").order_by("rank")
    assert [(row.unit.key, row.rank) for row in rows] == [
        ("province:48:", 2),
        ("province:48:2025-07-01", 17),
    ]
