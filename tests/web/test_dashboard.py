"""The first page says what the database holds, reckoned here once more the plain way."""

import re
from collections import Counter
from decimal import ROUND_CEILING, Decimal

import pytest
from django.utils import timezone

from cotmoc.apps.measurement.models import Figure, IndicatorVersion

pytestmark = pytest.mark.django_db


def province_value(target):
    """The province's figure behind a target, unless the target speaks of one level only."""
    indicator = IndicatorVersion.objects.filter(code=target.indicator_code, latest=True).first()
    if indicator is None or (target.level and len(indicator.content["applies_to"]) > 1):
        return None
    figure = Figure.objects.current().filter(
        indicator=indicator, organisation__code="H44", period="2026-08"
    )
    return figure.values_list("value", flat=True).first()


def state(target):
    value, goal = province_value(target), target.value
    if target.level == "district":
        return "not_applicable"
    if value is None or goal is None:
        return "no_data"
    less = target.comparator in {"<", "<="}
    reached = value <= goal if less else value > goal if target.comparator == ">" else value >= goal
    part = goal / value if less else value / goal
    if reached:
        return "met"
    late = timezone.localdate() > target.deadline
    return "on_the_way" if part >= Decimal("0.9") and not late else "behind"


@pytest.fixture
def states(plan):
    """The state of every target."""
    return {target: state(target) for target in plan.targets.all()}


@pytest.fixture
def board(dung, read, plan):
    return read(dung.get("/"))


def test_the_sentence_counts_what_is_met_and_what_is_behind(board, states):
    counts = Counter(states.values())
    assert (counts["met"], len(states)) == (6, 41)
    said = re.search(r"(\d+) trong (\d+) chỉ tiêu đã đạt\. (\d+) chỉ tiêu", board.text)
    assert said, board.text[:600]
    assert tuple(map(int, said.groups())) == (counts["met"], len(states), counts["behind"])


def test_the_bar_counts_every_state(board, states):
    counts = Counter(states.values())
    titles = re.findall(r"(\S[^:]{2,20}): (\d+) ", board.text)
    shown = Counter(int(number) for _word, number in titles)
    assert all(shown[number] for number in counts.values())


def test_the_most_behind_come_first(dung, board, states):
    behind = [target for target, found in states.items() if found == "behind"]

    def attained(target):
        value = province_value(target)
        return target.value / value if target.comparator in {"<", "<="} else value / target.value

    worst = sorted(behind, key=attained)[:5]
    links = [
        attributes["href"]
        for tag, attributes in board.tags
        if tag == "a" and attributes.get("href", "").startswith("/targets/")
    ]
    opened = [link for link in links if re.fullmatch(r"/targets/\d+/", link)]
    assert opened[:5] == [f"/targets/{target.pk}/" for target in worst]


def test_the_province_is_late_by_so_many_dossiers(dung, read, plan):
    figure = Figure.objects.current().get(
        indicator__code="dossiers_on_time", organisation__code="H44", period="2026-08"
    )
    target = plan.targets.get(indicator_code="dossiers_on_time")
    needed = (target.value * figure.denominator / 100).to_integral_value(ROUND_CEILING)
    assert needed - figure.numerator == 30_663
    assert round(100 * figure.numerator / figure.denominator, 2) == Decimal("78.38")
    for page in (f"/targets/{target.pk}/", "/targets/?state=behind"):
        text = read(dung.get(page)).text
        assert "78,38 %" in text, page
        assert "30.663 hồ sơ" in text, page


def test_the_overdue_lie_where_the_figures_say(board):
    figures = (
        Figure.objects.current()
        .filter(
            indicator__code="dossiers_overdue",
            organisation__parent__code="H44",
            period="2026-08",
            value__gt=0,
        )
        .select_related("organisation")
        .order_by("-value")
    )
    total = sum(figure.value for figure in figures)
    listed = re.findall(r"/organisations/(H44\.\d+)/", str(board.tags))
    shown = [figure for figure in figures if figure.organisation.code in listed][:6]
    assert shown == list(figures[:6])
    for figure in shown:
        grouped = f"{figure.value:,.0f}".replace(",", ".")
        assert f"{figure.organisation.short_name} {grouped}" in board.text
    assert f"{total:,.0f} hồ sơ".replace(",", ".") in board.text


def test_the_dashboard_compares_bodies_on_what_was_asked_for(dung, read, plan):
    def chosen(address):
        found = [
            attributes["value"]
            for tag, attributes in read(dung.get(address)).tags
            if tag == "option" and "selected" in attributes
        ]
        return found

    assert chosen("/") == ["dossiers_on_time"]
    assert chosen("/?indicator=dossiers_paid_online") == ["dossiers_paid_online"]
    assert chosen("/?indicator=nonsense") == ["dossiers_on_time"]


def test_without_a_plan_the_page_says_what_to_do(dung, plan):
    plan.targets.all().delete()
    plan.delete()
    answer = dung.get("/")
    assert answer.status_code == 200
    assert "cotmoc plan import" in answer.content.decode()
