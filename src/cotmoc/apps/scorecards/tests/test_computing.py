"""Scorecards computed and kept: what they read, what changes, who ranks where."""

from datetime import date
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from cotmoc.apps.journal.models import Entry as JournalEntry
from cotmoc.apps.measurement import ports
from cotmoc.apps.measurement.catalogue import calendars
from cotmoc.apps.measurement.models import Figure, Run
from cotmoc.apps.measurement.services import compute_figures
from cotmoc.apps.orgs.models import AdminUnit, Organisation
from cotmoc.apps.scorecards.computing import (
    NothingToScoreError,
    compute_all,
    compute_cards,
    gather,
    periods_to_score,
)
from cotmoc.apps.scorecards.models import (
    Card,
    IndexVersion,
    Publication,
    Published,
    Round,
    ScoreRun,
)
from cotmoc.apps.scorecards.publishing import Publisher, Result, record_publication
from cotmoc.apps.scorecards.queries import card_of, history, rank_changes, ranking
from cotmoc.apps.scorecards.tests import trial
from cotmoc.core.periods import parse_period

pytestmark = pytest.mark.django_db

AUGUST = parse_period("2026-08")
YEAR = parse_period("2022")


@pytest.fixture
def index(db):
    return trial.method(trial.group("service", trial.ON_TIME, trial.PAID), trial.UNKNOWN)


@pytest.fixture
def compute(now):
    """Compute a method for a period, August 2026 unless another is said."""

    def run(index, period=AUGUST):
        return compute_cards(index, period, actor=None, now=now)

    return run


def supersede(code, body, period="2026-08", **values):
    """A figure came out differently: a new row, the old one kept."""
    old = Figure.objects.current().get(indicator__code=code, organisation__code=body, period=period)
    Figure.objects.filter(pk=old.pk).update(superseded_at=old.run.started_at)
    for name, value in values.items():
        setattr(old, name, value)
    old.pk = None
    old.superseded_at = None
    old.save(force_insert=True)
    return old


def card(index, body, period="2026-08"):
    return Card.objects.current().get(index=index, organisation__code=body, period=period)


def test_every_body_has_a_card_with_points_and_the_figures_behind_them(index, compute):
    run = compute(index)
    assert (run.cards, run.changed) == (164, 164)
    found = card(index, "H44.07")
    figure = Figure.objects.current().get(
        indicator__code="dossiers_on_time", organisation__code="H44.07", period="2026-08"
    )
    assert found.leaves["ON_TIME"] == {
        "points": "13.78",  # 20 × 332 ÷ 482
        "max": "20",
        "status": "scored",
        "reads": [figure.pk],
    }
    assert found.leaves["HIDDEN"] == {
        "points": None,
        "max": "5",
        "status": "unknown",
        "reads": [],
    }
    assert found.total == Decimal("23.78")
    assert (found.max, found.scored_max) == (35, 30)
    assert run.figures_run_id == figure.run_id


def test_the_same_inputs_store_nothing_new(index, compute):
    first = compute(index)
    again = compute(index)
    assert (again, again.changed) == (first, 0)
    assert Card.objects.filter(index=index).count() == 164
    assert ScoreRun.objects.filter(index=index).count() == 1


def test_a_computation_is_journalled_once(index, compute, now):
    run = compute(index)
    compute(index)
    entry = JournalEntry.objects.get(verb="scores.computed", subject_id=str(run.pk))
    assert (entry.at, entry.after["index"]) == (now, "trial@a")
    assert (entry.after["cards"], entry.after["changed"]) == (164, 164)


def test_a_changed_card_is_a_new_row_and_the_old_one_is_kept(index, compute, cast, now):
    compute(index)
    before = card(index, "H44.07")
    supersede("dossiers_on_time", "H44.07", numerator=482, value=100)
    run = compute(index)
    after = card(index, "H44.07")
    assert (before.total, after.total) == (Decimal("23.78"), Decimal("30.00"))
    assert history(after, viewer=cast.dung) == [before]
    before.refresh_from_db()
    assert before.superseded_at == now
    assert 1 <= run.changed < 164, "bodies whose points and rank are the same keep their card"
    assert card(index, "H44.100").run_id != run.pk


def test_a_new_wording_of_a_method_takes_the_place_of_the_earlier(index, compute):
    compute(index)
    type(index).objects.update(latest=False)
    harder = trial.method(trial.group("service", {**trial.ON_TIME, "max": 10}, trial.PAID))
    compute(harder)
    assert not Card.objects.current().filter(index=index).exists()
    assert card(harder, "H44.07").leaves["ON_TIME"]["points"] == "6.89"


def test_bodies_are_ranked_within_their_kind_and_ties_share_a_rank(index, compute):
    for body in ("H44.100", "H44.101", "H44.102"):
        supersede("dossiers_on_time", body, numerator=10, denominator=10, value=100)
        supersede("dossiers_paid_online", body, numerator=10, denominator=10, value=100)
    compute(index)
    communes = Card.objects.current().filter(index=index, kind="commune").order_by("rank")
    assert [each.rank for each in communes[:4]] == [1, 1, 1, 4]
    assert {each.ranked for each in communes} == {148}
    departments = Card.objects.current().filter(index=index, kind="department")
    assert min(each.rank for each in departments) == 1


def test_a_missing_figure_is_not_zero(index, compute):
    supersede(
        "dossiers_on_time", "H44.07", numerator=None, denominator=None, value=None, status="no_data"
    )
    compute(index)
    found = card(index, "H44.07")
    assert found.leaves["ON_TIME"]["points"] is None
    assert found.leaves["ON_TIME"]["status"] == "no_data"
    assert (found.total, found.scored_max) == (10, 10)


def test_a_body_that_nothing_is_known_of_has_a_card_without_total_and_rank(index, compute):
    for code in ("dossiers_on_time", "dossiers_paid_online"):
        supersede(code, "H44.07", numerator=None, denominator=None, value=None, status="no_data")
    compute(index)
    found = card(index, "H44.07")
    assert (found.total, found.rank, found.status) == (None, None, "no_data")


def test_a_body_that_is_gone_on_the_last_day_of_the_period_has_no_card(index, compute):
    compute(index)
    Organisation.objects.filter(code="H44.07").update(valid_to=date(2026, 8, 31))
    run = compute(index)
    assert run.cards == 163
    assert not Card.objects.current().filter(index=index, organisation__code="H44.07").exists()


def test_nothing_to_read_is_said_and_nothing_is_stored(index, compute):
    with pytest.raises(NothingToScoreError):
        compute(index, parse_period("2025-01"))
    assert not ScoreRun.objects.filter(index=index).exists()


def test_a_method_is_computed_outside_of_its_validity_when_it_is_asked_for(compute):
    old = trial.method(trial.ON_TIME, valid_from="2020-01-01", valid_to="2021-01-01")
    assert periods_to_score(old) == []
    assert compute(old).cards == 164


def test_two_methods_stand_side_by_side_on_the_same_period(index, compute):
    other = trial.method({**trial.ON_TIME, "max": 50}, method="b")
    compute(index)
    compute(other)
    assert card(index, "H44.07").total == Decimal("23.78")
    assert card(other, "H44.07").total == Decimal("34.44")


def test_all_periods_of_the_kinds_that_are_scored_are_computed(now):
    longer = trial.method(trial.PAID, periods=["quarter", "year"])
    assert periods_to_score(longer) == []
    for code in ("2026-Q2", "2025", "nd09:2026-Q3"):
        copied_figures(code)
    assert [each.code for each in periods_to_score(longer)] == ["2026-Q2"], "not yet in 2025"
    runs = [run for run in compute_all(actor=None, now=now) if run.index == longer]
    assert [(run.period, run.changed) for run in runs] == [("2026-Q2", 164)]
    (quarter,) = Card.objects.current().filter(index=longer, organisation__code="H44.07")
    assert (quarter.period, quarter.period_end) == ("2026-Q2", date(2026, 6, 30))
    runs = [run for run in compute_all(actor=None, now=now) if run.index == longer]
    assert [(run.period, run.changed) for run in runs] == [("2026-Q2", 0)]


def test_only_some_periods_are_computed_when_asked_and_those_that_never_were(index, now):
    copied_figures("2026-07")
    first = compute_all(actor=None, now=now, periods=["2026-07"])
    mine = {run.period for run in first if run.index == index}
    assert mine == {"2026-07", "2026-08"}
    second = compute_all(actor=None, now=now, periods=["2026-07"])
    assert {run.period for run in second if run.index == index} == {"2026-07"}


def test_queries_do_not_grow_with_the_bodies(index, compute):
    def counted(kinds):
        method = trial.method(
            trial.group("service", trial.ON_TIME, trial.PAID),
            method="-".join(kinds),
            applies_to=kinds,
        )
        with CaptureQueriesContext(connection) as queries:
            assert gather(method, AUGUST).bodies
        return len(queries)

    assert counted(["province"]) == counted(["department", "commune"]) == 2


def test_a_whole_province_is_stored_in_few_statements(index, compute):
    with CaptureQueriesContext(connection) as queries:
        compute(index)
    assert len(queries) <= 16


# Published results --------------------------------------------------------------------------------


@pytest.fixture
def publish(now):
    """Publish points of a leaf for territories or bodies, superseding what was there."""

    def add(index, period, points, node="GIVEN", **about):
        publication = Publication.objects.create(
            index=index,
            period=period,
            period_end=parse_period(period).last_day,
            source="công bố",
            recorded_at=now,
        )
        for subject, value in points.items():
            whose = {"organisation" if isinstance(subject, Organisation) else "unit": subject}
            held = Published.objects.current().filter(
                index=index, period=period, node=node, **whose
            )
            held.update(superseded_at=now)
            Published.objects.create(
                publication=publication,
                index=index,
                period=period,
                period_end=publication.period_end,
                node=node,
                points=value,
                **whose,
                **about,
            )

    return add


def territory(code, day):
    return AdminUnit.objects.on(day).get(level="province", code=code)


def test_territories_with_published_leaves_are_scored_from_them(publish, compute):
    index = trial.method(
        trial.GIVEN, applies_to=["province"], periods=["year"], valid_from="2021-01-01", scale=1,
        rounding={"total": 4},
    )  # fmt: skip
    one, two = (territory(code, date(2022, 12, 31)) for code in ("48", "25"))
    publish(index, "2022", {one: Decimal("0.8002"), two: Decimal("0.65")})
    assert [each.code for each in periods_to_score(index)] == ["2022"]
    assert compute(index, YEAR).cards == 2
    found = {each.unit: each for each in Card.objects.current().filter(index=index)}
    assert (found[one].total, found[one].rank, found[two].rank) == (Decimal("0.8002"), 1, 2)
    assert found[one].leaves["GIVEN"]["published"] == [Published.objects.get(unit=one).pk]
    publish(index, "2022", {two: Decimal("0.9")})
    assert compute(index, YEAR).changed == 2
    assert card_of_unit(index, two).rank == 1


def card_of_unit(index, unit):
    return Card.objects.current().get(index=index, unit=unit)


def test_a_result_published_on_another_scale_is_brought_to_that_of_the_rule(publish, compute):
    index = trial.method(trial.GIVEN, applies_to=["province"], valid_from="2021-01-01")
    unit = territory("48", date(2022, 12, 31))
    publish(index, "2022", {unit: Decimal("80.02")}, max=100)
    compute(index, YEAR)
    assert card_of_unit(index, unit).total == Decimal("80.02")


def test_results_that_cannot_be_scored_are_kept_and_the_failure_journalled(now, cast):
    index = trial.method(trial.GIVEN, applies_to=["province"], valid_from="2021-01-01")
    IndexVersion.objects.filter(pk=index.pk).update(content={}, digest="0" * 64)
    index.refresh_from_db()
    results = [Result(territory("48", date(2022, 12, 31)), "GIVEN", Decimal("0.5"))]
    record_publication(index, YEAR, results, Publisher("a"), actor=cast.dung, now=now)
    assert Published.objects.filter(index=index).count() == 1
    entry = JournalEntry.objects.get(verb="scores.failed", actor=cast.dung)
    assert "applies_to" in entry.after["problem"]


def test_one_code_before_and_after_a_merger_is_two_territories(publish, compute):
    index = trial.method(trial.GIVEN, applies_to=["province"], valid_from="2021-01-01")
    before, after = territory("25", date(2022, 1, 1)), territory("25", date(2026, 1, 1))
    assert before.pk != after.pk
    publish(index, "2022", {before: Decimal("0.5"), after: Decimal("0.7")})
    assert compute(index, YEAR).cards == 2
    assert card_of_unit(index, before).total == 50


def test_a_rank_alone_makes_no_card(publish, compute):
    index = trial.method(trial.GIVEN, applies_to=["province"], valid_from="2021-01-01")
    publish(index, "2022", {territory("48", date(2022, 12, 31)): None}, node="", rank=1)
    with pytest.raises(NothingToScoreError):
        compute(index, YEAR)


# Answers ------------------------------------------------------------------------------------------


@pytest.fixture
def assessed(now, province):
    """A round with appraised points for a leaf of bodies; `self_points` beside them."""

    def add(index, points, leaf="TEAM", state=Round.State.PUBLISHED, number=1):
        made = Round.objects.create(
            index=index,
            period="2026-08",
            period_end=AUGUST.last_day,
            title="Đợt",
            state=state,
            deadline=AUGUST.last_day,
            number=number,
            opened_at=now,
        )
        for body, value in points.items():
            part = made.assessments.create(organisation=Organisation.objects.get(code=body))
            part.entries.create(
                leaf=leaf, self_points=5, appraised_points=value, answer={"chosen": ["yes"]}
            )
        return made

    return add


@pytest.fixture
def answered(db):
    return trial.method(trial.ON_TIME, trial.TEAM)


def test_an_answered_leaf_has_the_points_appraised_in_a_published_round(
    answered, assessed, compute
):
    made = assessed(answered, {"H44.07": Decimal("2.5")})
    compute(answered)
    found = card(answered, "H44.07")
    entry = made.assessments.get().entries.get()
    assert found.leaves["TEAM"] == {
        "points": "2.5",
        "max": "5",
        "status": "scored",
        "reads": [],
        "entries": [entry.pk],
    }
    assert card(answered, "H44.08").leaves["TEAM"]["status"] == "no_data"


def test_what_is_still_argued_about_is_no_score(answered, assessed, compute):
    assessed(answered, {"H44.07": Decimal("2.5")}, state=Round.State.OPEN)
    compute(answered)
    assert card(answered, "H44.07").leaves["TEAM"]["points"] is None


def test_a_correction_takes_the_place_of_what_it_corrects(answered, assessed, compute):
    assessed(answered, {"H44.07": Decimal(5)}, number=2)
    assessed(answered, {"H44.07": Decimal(1), "H44.08": Decimal(3)}, number=1)
    compute(answered)
    assert card(answered, "H44.07").leaves["TEAM"]["points"] == "5"
    assert card(answered, "H44.08").leaves["TEAM"]["points"] == "3"


def test_an_appraised_penalty_stands_beside_the_maximum(assessed, compute):
    late = {
        "code": "LATE",
        "name": trial.words("Chậm"),
        "max": 0,
        "rule": {"kind": "per_case", "of": {"answer": True}, "each": -0.5, "limit": 3},
    }
    index = trial.method(trial.ON_TIME, late)
    assessed(index, {"H44.07": Decimal("-1.5")}, leaf="LATE")
    compute(index)
    found = card(index, "H44.07")
    assert found.leaves["LATE"]["points"] == "-1.5"
    assert found.total == Decimal("12.28")


# After figures ------------------------------------------------------------------------------------


def forget_last_run():
    """Make the next computation of figures start anew."""
    Run.objects.update(input_digest="0" * 64)


def test_scores_follow_figures(index, compute, now):
    compute(index)
    before = card(index, "H44.07")
    supersede("dossiers_on_time", "H44.07", numerator=1, value=1)
    compute(index)
    assert card(index, "H44.07").total < before.total
    forget_last_run()
    run = compute_figures(actor=None, now=now)
    assert run.changed == 1
    after = card(index, "H44.07")
    assert after.total == before.total
    (behind,) = after.leaves["ON_TIME"]["reads"]
    assert Figure.objects.get(pk=behind).run == run


def test_a_listener_that_fails_loses_no_figures(monkeypatch, now, cast):
    def broken(run, *, actor, now):
        Figure.objects.all().update(value=0)
        raise RuntimeError("hỏng")

    heard = []
    monkeypatch.setattr(ports, "after_figures", [broken, lambda run, **who: heard.append(run)])
    forget_last_run()
    run = compute_figures(actor=cast.dung, now=now)
    entry = JournalEntry.objects.get(verb="figures.listener_failed")
    assert (entry.actor, entry.subject_id) == (cast.dung, str(run.pk))
    assert entry.after["problem"] == "hỏng"
    assert heard == [run], "the others are told all the same"
    assert Figure.objects.current().exclude(value=0).exists(), "what it wrote is undone"


# Rank of the period before ------------------------------------------------------------------------


def copied_figures(period):
    """The figures of August once more, for another period."""
    parsed = calendars().parse(period)
    rows = list(Figure.objects.current().filter(period="2026-08"))
    for row in rows:
        row.pk, row.period, row.period_end = None, period, parsed.last_day
    Figure.objects.bulk_create(rows)


def test_the_rank_of_the_month_before_stands_beside(index, compute, cast):
    copied_figures("2026-07")
    supersede("dossiers_on_time", "H44.07", "2026-07", numerator=0, value=0)
    compute(index, parse_period("2026-07"))
    compute(index)
    rows = list(ranking(index, "2026-08", viewer=cast.dung, kind="department"))
    changes = rank_changes(rows, viewer=cast.dung)
    found = card_of(index, "H44.07", "2026-08", viewer=cast.dung)
    before = card(index, "H44.07", "2026-07")
    change = changes[found.pk]
    assert (change.period, change.comparable) == ("2026-07", True)
    assert change.change == before.rank - found.rank > 0
    unchanged = card(index, "H44", "2026-08")
    assert rank_changes([unchanged], viewer=cast.dung)[unchanged.pk].change == 0


def test_ranks_under_another_method_are_not_compared(index, compute, cast):
    copied_figures("2026-07")
    old = trial.method(trial.ON_TIME, method="old", valid_from="2020-01-01", valid_to="2026-08-01")
    compute(old, parse_period("2026-07"))
    compute(index)
    found = card(index, "H44.07")
    change = rank_changes([found], viewer=cast.dung)[found.pk]
    assert (change.method, change.comparable, change.change) == ("old", False, None)


def test_a_quarter_is_not_the_period_before_a_month(index, compute, cast):
    copied_figures("2026-Q2")
    compute(index, parse_period("2026-Q2"))
    compute(index)
    assert rank_changes([card(index, "H44.07")], viewer=cast.dung) == {}
