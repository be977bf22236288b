"""QĐ 766 on August 2026 of Phú Thọ: the points published by the portal are computed again."""

from collections import Counter
from decimal import Decimal

import pytest

from cotmoc.indicators.indices.model import Group
from cotmoc.indicators.indices.results import Status
from cotmoc.indicators.indices.tests.shipped import (
    august,
    august_scores,
    published,
    shipped_index,
)

D = Decimal
INDEX = shipped_index("qd766@2022")
_BODIES, FACTS = august()


@pytest.mark.parametrize("code", ["ON_TIME", "PAYMENT"])
def test_progress_and_payment_of_all_bodies_are_as_published_to_the_last_digit(code: str) -> None:
    (leaf,) = (leaf for leaf in INDEX.leaves() if leaf.code == code)
    pairs = [
        (score.leaves[code].points, published(FACTS[score.body.code], leaf.published_as))
        for score in august_scores()
    ]
    assert len(pairs) == 164
    assert [ours for ours, _theirs in pairs] == [theirs for _ours, theirs in pairs]


def test_every_metric_with_points_and_counts_is_as_published_to_the_last_digit() -> None:
    compared: Counter[str] = Counter()
    for score in august_scores():
        for leaf in INDEX.leaves():
            theirs = published(FACTS[score.body.code], leaf.published_as)
            ours = score.leaves[leaf.code]
            if ours.points is not None and theirs is not None:
                assert ours.points == theirs, (score.body.code, leaf.code)
                compared[leaf.code] += 1
    del compared["ON_TIME"], compared["PAYMENT"]
    # 118 from counts; 19 where nothing arose: full points for petitions, none for satisfaction.
    assert sum(compared.values()) == 137
    assert set(compared) == {
        leaf.code
        for leaf in INDEX.leaves()
        if leaf.published_as
        and leaf.code not in {"ON_TIME", "PAYMENT", "ELECTRONIC_CERTIFIED_COPY"}
        # Nothing was to be published or updated in that month.
        and leaf.code not in {"PUBLISH_ON_TIME", "PUBLIC_UPDATE_ON_TIME"}
    }


def test_what_the_portal_scores_and_we_cannot_is_the_certified_copy_alone() -> None:
    left = {
        leaf.code
        for score in august_scores()
        for leaf in INDEX.leaves()
        if score.leaves[leaf.code].points is None
        and published(FACTS[score.body.code], leaf.published_as) is not None
    }
    assert left == {"ELECTRONIC_CERTIFIED_COPY"}


def test_sums_of_groups_are_as_published_where_all_of_a_group_is_computed() -> None:
    compared: Counter[str] = Counter()
    groups = [node for node in INDEX.nodes() if isinstance(node, Group)]
    for score in august_scores():
        for group in groups:
            theirs = published(FACTS[score.body.code], group.published_as)
            node = score.nodes[group.code]
            if theirs is None or node.points is None:
                continue
            # The certified copy has points on the portal and no counts.
            copy = published(FACTS[score.body.code], "ELECTRONIC_CERTIFIED_COPY.score")
            theirs -= copy or 0 if group.code == "digitisation" else 0
            assert node.points == theirs, (score.body.code, group.code)
            compared[group.code] += 1
    assert compared == {
        "transparency": 13,
        "progress": 164,
        "online": 1,
        "payment": 164,
        "digitisation": 13,
        "satisfaction": 13,
    }


def test_the_province_says_what_its_total_covers() -> None:
    (province,) = (score for score in august_scores() if score.body.kind == "province")
    # Ten points of publishing and updating had nothing to judge, two of copies are not computed.
    assert (province.max, province.scored_max) == (D(100), D(88))
    assert province.total == D("7.96") + D("15.68") + D("8.83") + D("6.25") + D("6.22") + D("12.97")
    assert province.status is Status.PARTIAL
    assert (province.rank, province.ranked) == (1, 1)


def test_a_body_whose_counts_nobody_gives_has_no_points_for_them() -> None:
    (last,) = (score for score in august_scores() if score.body.code == "H44.247")
    assert last.nodes["satisfaction"].points is None
    assert last.nodes["satisfaction"].status is Status.NO_DATA
    assert last.scored_max == D(30)


def test_caps_bind_where_the_portal_caps() -> None:
    scores = {score.body.code: score for score in august_scores()}
    assert scores["H44.105"].leaves["DOSSIER_RECEIVING_SATISFACTION"].points == 6  # 90.46 %
    assert scores["H44"].leaves["ONLINE_C"].points == 6  # 98.93 %, full at 50
    assert scores["H44.07"].leaves["PAYMENT"].points == 8  # 2.5 × 7 ÷ 8 stops at 2
