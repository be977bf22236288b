"""A body answers; rules make points of it; figures are filled in already."""

from decimal import Decimal

import pytest

from cotmoc.apps.journal.models import Entry as Journal
from cotmoc.apps.measurement.models import Figure
from cotmoc.apps.scorecards.assessments.assessing import (
    Filling,
    IncompleteError,
    RefusedLeavesError,
    beside,
    missing_of,
    save_answers,
    submit,
)
from cotmoc.apps.scorecards.assessments.rounds import refresh_computed
from cotmoc.apps.scorecards.assessments.stepping import RoundError, StaleError
from cotmoc.apps.scorecards.models import Assessment
from cotmoc.apps.scorecards.rules import changed_since, departs, undisputed

pytestmark = pytest.mark.django_db
D = Decimal


def test_what_figures_give_is_filled_in_when_the_round_opens(ours, entry):
    filled = entry(ours, "ON_TIME")
    assert filled.computed_points == filled.self_points == D("13.78")  # 20 × 332 ÷ 482
    read = filled.computed_from["readings"]["figure:dossiers_on_time"]
    assert (read["numerator"], read["denominator"]) == ("332.0000", "482.0000")
    assert Figure.objects.get(pk=read["origin"].split(":")[1]).organisation.code == "H44.07"
    assert undisputed(beside(filled))
    assert entry(ours, "PLAN").self_points is None
    assert ours.state == "not_started"
    assert ours.computed_total == ours.self_total


@pytest.mark.parametrize(
    ("leaf", "told", "points"),
    [
        ("PLAN", {"chosen": ["yes"]}, "10"),
        ("PLAN", {"chosen": ["no"]}, "0"),
        ("MEETINGS", {"value": "3"}, "5"),
        ("MEETINGS", {"value": "4"}, "10"),
        ("TRAINED", {"numerator": "30", "denominator": "40"}, "7.5"),
        ("SYSTEM", {"chosen": ["half"]}, "5"),
        ("MARK", {"value": "8.25"}, "8.25"),
        ("IDEAS", {"value": "7"}, "3"),
    ],
)
def test_points_follow_from_the_answer(ours, say, entry, leaf, told, points):
    say(ours, leaf, told)
    assert entry(ours, leaf).self_points == D(points)
    ours.refresh_from_db()
    assert (ours.state, ours.version) == ("in_work", 1)


def test_a_formula_follows_the_leaf_that_it_names(ours, say, entry):
    before = ours.self_total
    say(ours, "PLAN", {"chosen": ["yes"]})
    assert entry(ours, "HALF").self_points == D(5)
    ours.refresh_from_db()
    assert ours.self_total == before + 15
    assert entry(ours, "HALF").computed_points is None


def test_a_leaf_in_which_nothing_arose_is_left_out_of_the_total(ours, say, entry):
    say(ours, "TRAINED", {"numerator": "0", "denominator": "0"})
    assert entry(ours, "TRAINED").self_points is None
    assert missing_of(ours).get("TRAINED") is None
    ours.refresh_from_db()
    # Nothing else of its group has points; what is left out takes its maximum with it.
    assert ours.self_total == ours.computed_total


@pytest.mark.parametrize(
    ("leaf", "told", "code"),
    [
        ("PLAN", {"chosen": ["perhaps"]}, "unknown_choice"),
        ("SYSTEM", {"chosen": ["half", "whole"]}, "one_choice"),
        ("MEETINGS", {"value": "nhiều"}, "not_a_number"),
        ("TRAINED", {"numerator": "30"}, "ratio_parts"),
        ("TRAINED", {"numerator": "50", "denominator": "40"}, "part_above_whole"),
        ("TRAINED", {"numerator": "-1", "denominator": "40"}, "negative"),
        ("MARK", {"value": "10.01"}, "out_of_range"),
        ("MARK", {"value": "NaN"}, "not_a_number"),
        ("ON_TIME", {"value": "20"}, "not_asked"),  # points are not typed where figures give them
        ("ON_TIME", {"figures": {"dossiers_received": {"value": "1"}}}, "unknown_figure"),
        ("SECRET", {"value": "5"}, "not_asked"),
        ("HALF", {"value": "5"}, "not_asked"),
        ("VILLAGES", {"value": "1"}, "not_asked"),  # not for departments
        ("NO_SUCH", {"value": "1"}, "not_asked"),
    ],
)
def test_what_cannot_be_an_answer_is_refused_and_nothing_is_written(
    ours, cast, now, leaf, told, code
):
    fillings = [Filling("MEETINGS", 0, {"value": "4"}), Filling(leaf, 0, told)]
    fillings = fillings[1:] if leaf == "MEETINGS" else fillings
    with pytest.raises(RefusedLeavesError) as refused:
        save_answers(ours, fillings, actor=cast.an, now=now)
    assert {key: found[0] for key, found in refused.value.problems.items()} == {leaf: code}
    assert not ours.entries.exclude(answer=None).exists()
    assert Assessment.objects.get(pk=ours.pk).state == "not_started"


class TestADeparture:
    OWN = {"figures": {"dossiers_on_time": {"numerator": "400", "denominator": "482"}}}

    def test_gives_points_by_the_rule_and_is_marked(self, ours, say, entry):
        say(ours, "ON_TIME", self.OWN, "Cổng đếm thiếu")
        departed = entry(ours, "ON_TIME")
        assert departed.self_points == D("16.60")  # 20 × 400 ÷ 482
        assert departed.computed_points == D("13.78")
        assert departs(beside(departed))
        assert not undisputed(beside(departed))

    def test_wants_a_reason_and_evidence(self, ours, say):
        say(ours, "ON_TIME", self.OWN)
        assert missing_of(ours)["ON_TIME"] == ["reason", "evidence"]
        say(ours, "ON_TIME", self.OWN, "Cổng đếm thiếu")
        assert missing_of(ours)["ON_TIME"] == ["evidence"]

    def test_with_the_figures_own_numbers_is_none(self, ours, say, entry):
        same = {"figures": {"dossiers_on_time": {"numerator": "332", "denominator": "482"}}}
        say(ours, "ON_TIME", same)
        assert entry(ours, "ON_TIME").answer is None
        assert "ON_TIME" not in missing_of(ours)


class TestSubmitting:
    def test_says_what_is_missing_of_each_leaf(self, ours, say, cast, now):
        say(ours, "PLAN", {"chosen": ["yes"]})
        with pytest.raises(IncompleteError) as refused:
            submit(ours, version=ours.version, actor=cast.an, now=now)
        assert refused.value.leaves == {
            "PLAN": ["evidence"],
            **{leaf: ["answer"] for leaf in ("MEETINGS", "TRAINED", "SYSTEM", "MARK", "IDEAS")},
        }
        assert Assessment.objects.get(pk=ours.pk).state == "in_work"

    def test_no_needs_no_evidence(self, ours, say):
        say(ours, "PLAN", {"chosen": ["no"]})
        assert "PLAN" not in missing_of(ours)

    def test_hands_it_to_the_verifier(self, submitted, now):
        assert submitted.state == "submitted"
        assert submitted.submitted_at == now
        # 13.78 + digitised + 10 + 5 + 7.5 + 10 + 8 + 5, and 2 beside
        own = submitted.entries.get(leaf="DIGITISED").self_points
        assert submitted.self_total == D("61.28") + own

    def test_is_refused_twice(self, submitted, cast, now):
        with pytest.raises(RoundError, match="not_now_submitted"):
            submit(submitted, version=submitted.version, actor=cast.an, now=now)

    def test_of_another_version_than_was_seen_is_refused(self, ours, fill, cast, now):
        fill(ours)
        with pytest.raises(StaleError):
            submit(ours, version=ours.version - 1, actor=cast.an, now=now)


class TestTwoPeople:
    """An and Bình both speak for the department."""

    def test_do_not_hinder_each_other_on_different_leaves(self, ours, cast, now, entry):
        save_answers(ours, [Filling("MEETINGS", 0, {"value": "4"})], actor=cast.an, now=now)
        save_answers(ours, [Filling("MARK", 0, {"value": "9"})], actor=cast.binh, now=now)
        assert entry(ours, "MEETINGS").self_points == 10
        assert entry(ours, "MARK").self_points == 9

    def test_do_not_overwrite_each_other(self, ours, cast, now, entry):
        save_answers(ours, [Filling("MARK", 0, {"value": "9"})], actor=cast.binh, now=now)
        seen = [Filling("MEETINGS", 0, {"value": "4"}), Filling("MARK", 0, {"value": "7"})]
        with pytest.raises(StaleError) as refused:
            save_answers(ours, seen, actor=cast.an, now=now)
        assert refused.value.leaves == ("MARK",)
        assert entry(ours, "MARK").self_points == 9
        assert entry(ours, "MEETINGS").answer is None


class TestWhoMayAnswer:
    @pytest.mark.parametrize("who", ["chi", "dung", "giang"])
    def test_not_who_does_not_speak_for_the_body(self, ours, say, cast, who):
        with pytest.raises(RoundError, match="not_the_body"):
            say(ours, "MARK", {"value": "9"}, by=getattr(cast, who))

    def test_nobody_once_it_is_submitted(self, submitted, say):
        with pytest.raises(RoundError, match="not_now_submitted"):
            say(submitted, "MARK", {"value": "9"})


def test_the_journal_keeps_before_and_after(ours, say, cast):
    say(ours, "MARK", {"value": "9"})
    say(ours, "MARK", {"value": "7"}, "Tự chấm lại")
    last = Journal.objects.filter(verb="assessment.saved", actor=cast.an).first()
    assert last.before["leaves"]["MARK"] == {
        "answer": {"value": "9"}, "reason": "", "points": "9",
    }  # fmt: skip
    assert last.after["leaves"]["MARK"]["reason"] == "Tự chấm lại"
    assert last.subject_id == str(ours.pk)


class TestFiguresThatChange:
    @pytest.fixture
    def changed(self, ours, db):
        """The figure has other numbers now."""

        def change(on_time):
            figure = Figure.objects.current().get(
                indicator__code="dossiers_on_time",
                organisation=ours.organisation,
                period="2026-08",
            )
            figure.numerator, figure.value = on_time, D(on_time) * 100 / figure.denominator
            figure.save()

        return change

    def test_carry_along_what_was_left_as_computed(self, ours, opened, changed, cast, now, entry):
        changed(400)
        assert refresh_computed(opened, actor=cast.dung, now=now) == 1
        found = entry(ours, "ON_TIME")
        assert found.computed_points == found.self_points == D("16.60")
        assert not changed_since(beside(found))
        ours.refresh_from_db()
        assert ours.computed_total == ours.self_total

    def test_leave_alone_what_was_submitted_and_say_so(
        self, submitted, opened, changed, cast, now, entry
    ):
        changed(400)
        refresh_computed(opened, actor=cast.dung, now=now)
        found = entry(submitted, "ON_TIME")
        assert (found.computed_points, found.self_points) == (D("16.60"), D("13.78"))
        assert changed_since(beside(found))
        assert not departs(beside(found))

    def test_leave_alone_what_the_body_says_itself(
        self, ours, opened, changed, cast, now, say, entry
    ):
        say(ours, "ON_TIME", TestADeparture.OWN, "Cổng đếm thiếu")
        changed(350)
        refresh_computed(opened, actor=cast.dung, now=now)
        found = entry(ours, "ON_TIME")
        assert (found.computed_points, found.self_points) == (D("14.52"), D("16.60"))
        assert changed_since(beside(found))

    def test_change_nothing_where_they_are_the_same(self, ours, opened, cast, now, entry):
        assert refresh_computed(opened, actor=cast.dung, now=now) == 0
        assert entry(ours, "ON_TIME").version == 0
