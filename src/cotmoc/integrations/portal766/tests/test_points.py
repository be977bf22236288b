"""Points recomputed from a capture's counts, beside the points that the portal itself gives."""

import csv
import shutil
from collections import Counter
from datetime import timedelta
from decimal import Decimal

import pytest

from cotmoc.apps.scorecards.models import Card, Publication, Published
from cotmoc.apps.scorecards.queries import not_recomputed, published_of
from cotmoc.core.periods import parse_period
from cotmoc.integrations.portal766.services import import_folder

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("scored")]

WITHIN = Decimal("0.015")
PORTAL = {"index__code": "qd766", "index__method": "2022"}
GROUPS = {
    "transparency:total": "transparency",
    "provide-online-tree:total": "online",
    "dossier-digitized:total": "digitisation",
    "handling-satisfaction:total": "satisfaction",
}


def rows(folder, part, period="2026-08"):
    path = folder / f"phu-tho-{period}-{part}.csv"
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def cards(period="2026-08"):
    """Current cards of the portal's index by the body's code."""
    found = Card.objects.current().filter(period=period, **PORTAL).select_related("organisation")
    return {card.organisation.code: card for card in found}


def points(held):
    return None if held["points"] is None else Decimal(held["points"])


@pytest.mark.parametrize(("part", "group"), [("progress", "progress"), ("payment", "payment")])
def test_progress_and_payment_of_every_body_are_the_published_points(capture_folder, part, group):
    found = cards()
    given = rows(capture_folder, part)
    assert len(given) == len(found) == 164
    far = {
        row["unit_code"]: (row["score"], computed)
        for row in given
        if (computed := points(found[row["unit_code"]].nodes[group])) is None
        or abs(computed - Decimal(row["score"])) > WITHIN
    }
    assert far == {}


def test_every_scored_metric_is_the_published_points(capture_folder):
    found = cards()
    scored = [row for row in rows(capture_folder, "metrics") if _is_leaf(row) and row["score"]]
    counted = [row for row in scored if row["numerator"]]
    assert len(counted) > 100
    far = {
        (row["unit_code"], row["metric_code"]): (row["score"], computed)
        for row in counted
        if (computed := points(found[row["unit_code"]].leaves[row["metric_code"]])) is None
        or abs(computed - Decimal(row["score"])) > WITHIN
    }
    assert far == {}
    assert {row["metric_code"] for row in scored if not row["numerator"]} == {
        "ELECTRONIC_CERTIFIED_COPY"
    }


def _is_leaf(row):
    return ":" not in row["metric_code"]


def test_a_metric_that_the_portal_leaves_empty_has_no_points(capture_folder):
    found = cards()
    empty = [
        row
        for row in rows(capture_folder, "metrics")
        if _is_leaf(row) and not row["score"] and row["max_score"] != "0"
    ]
    assert empty
    for row in empty:
        held = found[row["unit_code"]].leaves[row["metric_code"]]
        assert held["points"] is None, row


def test_what_cannot_be_recomputed_is_listed_with_the_published_points(capture_folder):
    found = list(cards().values())
    missing = not_recomputed(found)
    assert {each.leaf.code for each in missing} == {
        "ELECTRONIC_CERTIFIED_COPY",
        "ONLINE_A",
        "ONLINE_B",
        "ONLINE_C",
    }
    carried = {
        each.card.subject_code: each.published_points
        for each in missing
        if each.leaf.code == "ELECTRONIC_CERTIFIED_COPY" and each.published
    }
    given = {
        row["unit_code"]: Decimal(row["score"])
        for row in rows(capture_folder, "metrics")
        if row["metric_code"] == "ELECTRONIC_CERTIFIED_COPY"
    }
    assert carried == given
    online = {
        each.card.subject_code: each.group_points
        for each in missing
        if each.leaf.code == "ONLINE_A"
    }
    assert online == {
        row["unit_code"]: Decimal(row["score"])
        for row in rows(capture_folder, "metrics")
        if row["metric_code"] == "provide-online-tree:total" and row["unit_code"] != "H44"
    }


def test_the_portals_own_points_are_kept_with_their_file_line_and_time(capture_folder):
    results = Published.objects.current().filter(period="2026-08", **PORTAL)
    by_node = Counter(results.values_list("node", flat=True))
    assert by_node["progress"] == by_node["payment"] == 164
    assert {by_node[group] for group in GROUPS.values()} == {13}
    assert "" not in by_node, "the tables give no total, so none is made"
    one = results.select_related("publication").get(node="PAYMENT", organisation__code="H44.07")
    assert (one.points, one.line) == (8, 5)
    assert one.publication.file_name == "phu-tho-2026-08-payment.csv"
    assert one.publication.captured_at.isoformat() == "2026-09-26T18:14:00+00:00"
    assert one.publication.source.startswith("https://dichvucong.gov.vn/")
    metric = results.get(node="DOSSIER_RECEIVING_SATISFACTION", organisation__code="H44")
    assert (metric.points, metric.max) == (Decimal("5.22"), 6)


def test_the_same_capture_again_publishes_and_computes_nothing_new(capture_folder, now):
    before = (Publication.objects.count(), Published.objects.count(), Card.objects.count())
    outcome = import_folder(capture_folder, period=None, actor=None, now=now)
    assert outcome.published > 328
    after = (Publication.objects.count(), Published.objects.count(), Card.objects.count())
    assert before == after


def test_the_groups_are_the_published_totals_where_every_leaf_is_scored(capture_folder):
    found = list(cards().values())
    beside = published_of(found)
    compared = 0
    for card in found:
        for code in GROUPS.values():
            group, result = card.nodes[code], beside[card.pk].get(code)
            if result is None or group["scored_max"] != group["max"]:
                continue
            compared += 1
            assert abs(points(group) - result.points) <= Decimal("0.03"), (card, code)
    assert compared >= 13


# Another month, with other numbers ----------------------------------------------------------------


@pytest.fixture
def september(tmp_path, capture_folder):
    """Change rows of the August capture into one of September: `{unit: {column: value}}`."""

    def write(part, changes):
        for other in ("progress", "payment", "metrics"):
            name = f"phu-tho-2026-08-{other}.csv"
            target = tmp_path / name.replace("-08-", "-09-")
            if not target.exists():
                shutil.copy(capture_folder / name, target)
        table = rows(tmp_path, part, "2026-09")
        for row in table:
            row.update(changes.get(row["unit_code"], {}))
        with (tmp_path / f"phu-tho-2026-09-{part}.csv").open("w", encoding="utf-8") as file:
            writer = csv.DictWriter(file, list(table[0]))
            writer.writeheader()
            writer.writerows(table)
        return tmp_path

    return write


def payment(paid, fee, procedures, with_dossiers, all_procedures):
    return {
        "paid_online": paid,
        "with_fee": fee,
        "procedures_paid_online": procedures,
        "procedures_with_fee_dossiers": with_dossiers,
        "procedures_with_fee": all_procedures,
    }


def test_the_caps_of_payment_hold_in_another_month(september, now):
    folder = september(
        "payment",
        {
            "H44.07": payment(30, 60, 8, 8, 8),  # every procedure paid: B and C stop at 2 each
            "H44.08": payment(50, 50, 10, 9, 10),  # C = 0.9 gives 2.25, the group has 10 in all
            "H44.100": payment(0, 0, 0, 0, 5),  # no fee arose: 0
            "H44.101": payment(1, 3, 1, 1, 4),  # 2 + 0.625 + 0.625
            "H44.102": payment(0, 0, 0, 0, 0),
        },
    )
    import_folder(folder, period=None, actor=None, now=now)
    found = cards("2026-09")
    got = {
        code: points(found[code].leaves["PAYMENT"])
        for code in ("H44.07", "H44.08", "H44.100", "H44.101", "H44.102")
    }
    assert got["H44.07"] == 7
    assert got["H44.08"] == 10
    assert got["H44.100"] == 0
    assert abs(got["H44.101"] - Decimal("3.25")) <= WITHIN
    assert got["H44.102"] == 0
    assert found["H44.07"].leaves["PAYMENT"]["max"] == "10"


def test_nothing_received_gives_nothing_for_progress_in_another_month(september, now):
    none = {"received": 0, "on_time": 0, "overdue": 0, "avg_processing_days": "", "ratio": 0}
    folder = september(
        "progress", {"H44.07": none, "H44.100": {"received": 7, "on_time": 7, "overdue": 0}}
    )
    import_folder(folder, period=None, actor=None, now=now)
    found = cards("2026-09")
    assert points(found["H44.07"].leaves["ON_TIME"]) == 0
    assert found["H44.07"].leaves["ON_TIME"]["status"] == "zero_rule"
    assert points(found["H44.100"].leaves["ON_TIME"]) == 20


def test_a_corrected_capture_supersedes_points_and_cards(september, now):
    import_folder(september("payment", {}), period=None, actor=None, now=now)
    before = cards("2026-09")["H44.07"]
    changed = {"H44.07": {**payment(22, 44, 7, 0, 8), "score": 5}}
    later = now + timedelta(days=1)
    import_folder(september("payment", changed), period=None, actor=None, now=later)
    after = cards("2026-09")["H44.07"]
    assert points(before.leaves["PAYMENT"]) == 8
    assert points(after.leaves["PAYMENT"]) == 5
    before.refresh_from_db()
    assert before.superseded_at == later
    results = Published.objects.filter(
        period="2026-09", node="payment", organisation__code="H44.07", **PORTAL
    ).order_by("pk")
    assert [(each.points, each.superseded_at is None) for each in results] == [
        (8, False),
        (5, True),
    ]


def test_a_quarter_of_the_portal_is_scored_as_the_portal_gives_it(capture_folder, now):
    import_folder(capture_folder, period=parse_period("2026-Q2"), actor=None, now=now)
    month, quarter = cards(), cards("2026-Q2")
    assert quarter.keys() == month.keys()
    assert {code: card.total for code, card in quarter.items()} == {
        code: card.total for code, card in month.items()
    }
