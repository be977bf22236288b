"""The verifier returns, gives points, answers objections; the round is published and locked."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from cotmoc.apps.journal.models import Entry as Journal
from cotmoc.apps.orgs.services import give_post
from cotmoc.apps.scorecards.assessments.appraising import (
    Mark,
    accept_undisputed,
    agree,
    appraise,
    appraise_undisputed,
    mark,
    reopen,
    return_assessment,
    settle,
    unmarked,
)
from cotmoc.apps.scorecards.assessments.assessing import RefusedLeavesError, submit
from cotmoc.apps.scorecards.assessments.evidence import Proof, add_evidence
from cotmoc.apps.scorecards.assessments.objecting import answer_objection, object_to
from cotmoc.apps.scorecards.assessments.rounds import (
    Correction,
    close_round,
    correct_round,
    move_deadline,
    open_round,
    publish_round,
    refresh_computed,
)
from cotmoc.apps.scorecards.assessments.stepping import RoundError, StaleError
from cotmoc.apps.scorecards.models import Assessment, Entry, Evidence, Publication, Published, Round
from cotmoc.apps.scorecards.tests.rounds.conftest import PERIOD, TERMS
from cotmoc.core.periods import parse_period

pytestmark = pytest.mark.django_db
D = Decimal


@pytest.fixture
def who(cast, now):
    return {"actor": cast.dung, "now": now}


def fresh(assessment):
    return Assessment.objects.select_related("round__index", "organisation").get(pk=assessment.pk)


def marks_as_claimed(assessment):
    return [
        Mark(entry.leaf, entry.version, entry.self_points)
        for entry in assessment.entries.exclude(self_points=None)
    ]


@pytest.fixture
def appraised(submitted, who):
    """Dung has given the department what it claims."""
    mark(submitted, marks_as_claimed(submitted), **who)
    return appraise(submitted, version=submitted.version, **who)


class TestReturning:
    def test_gives_it_back_with_a_reason_for_each_leaf(self, submitted, who, entry, say):
        told = {"PLAN": "Thiếu dấu", "MARK": " ", "MEETINGS": "Nêu rõ số cuộc"}
        found = return_assessment(submitted, told, version=submitted.version, **who)
        assert found.state == "returned"
        assert entry(found, "PLAN").returned_reason == "Thiếu dấu"
        assert entry(found, "MARK").returned_reason == ""
        say(found, "MEETINGS", {"value": "4"})
        assert fresh(found).state == "in_work"

    def test_wants_a_reason(self, submitted, who):
        with pytest.raises(RoundError, match="reason_missing"):
            return_assessment(submitted, {"PLAN": "  "}, version=submitted.version, **who)
        assert fresh(submitted).state == "submitted"

    def test_must_be_worked_on_before_it_comes_back(self, submitted, who, cast, now):
        found = return_assessment(submitted, {"PLAN": "?"}, version=submitted.version, **who)
        with pytest.raises(RoundError, match="not_now_returned"):
            submit(found, version=found.version, actor=cast.an, now=now)

    def test_is_of_the_version_that_was_seen(self, submitted, who):
        with pytest.raises(StaleError):
            return_assessment(submitted, {"PLAN": "?"}, version=submitted.version - 1, **who)


class TestMarking:
    def test_accepts_at_once_what_nobody_disputes(self, submitted, who, entry):
        accept_undisputed(submitted, version=submitted.version, **who)
        given = submitted.entries.exclude(appraised_points=None)
        assert {each.leaf for each in given} == {"ON_TIME", "DIGITISED"}
        assert all(each.appraised_points == each.self_points for each in given)
        assert entry(submitted, "MARK").appraised_points is None

    def test_other_points_than_the_bodys_want_a_reason(self, submitted, who, entry):
        seen = entry(submitted, "MARK").version
        with pytest.raises(RefusedLeavesError) as refused:
            mark(submitted, [Mark("MARK", seen, D(6))], **who)
        assert refused.value.problems["MARK"][0] == "reason_missing"
        mark(submitted, [Mark("MARK", seen, D(6), "Chưa đủ minh chứng")], **who)
        assert entry(submitted, "MARK").appraised_points == 6
        assert fresh(submitted).appraised_total == 6
        assert entry(submitted, "MARK").self_points == 8

    @pytest.mark.parametrize(
        ("leaf", "points", "code"),
        [
            ("MARK", "11", "out_of_range"),
            ("MARK", "-1", "out_of_range"),
            ("IDEAS", "4", "out_of_range"),
            ("SECRET", "1", "rule_unknown"),
            ("NO_SUCH", "1", "unknown_leaf"),
        ],
    )
    def test_refuses_points_that_cannot_be(self, submitted, who, leaf, points, code):
        seen = submitted.entries.filter(leaf=leaf).first()
        given = Mark(leaf, seen.version if seen else 0, D(points), "vì")
        with pytest.raises(RefusedLeavesError) as refused:
            mark(submitted, [given], **who)
        assert refused.value.problems[leaf][0] == code

    def test_two_verifiers_do_not_overwrite_each_other(self, submitted, who, entry):
        seen = entry(submitted, "MARK").version
        mark(submitted, [Mark("MARK", seen, D(6), "vì")], **who)
        with pytest.raises(StaleError) as refused:
            mark(submitted, [Mark("MARK", seen, D(5), "vì")], **who)
        assert refused.value.leaves == ("MARK",)

    def test_ends_when_every_claimed_leaf_has_points(self, submitted, who):
        accept_undisputed(submitted, version=submitted.version, **who)
        with pytest.raises(RoundError) as refused:
            appraise(submitted, version=submitted.version, **who)
        assert refused.value.code == "not_marked"
        left = unmarked(submitted.entries.all())
        assert set(left) == set(refused.value.params["leaves"])
        assert left

    def test_takes_along_what_is_not_asked_of_the_body(self, submitted, who, entry):
        """Full marks for a leaf of communes alone: a department's verifier has no field for it."""
        full = submitted.entries.filter(leaf="VILLAGES")
        full.update(computed_points=D(1), computed_then=D(1), self_points=D(1))
        asked = [each for each in marks_as_claimed(submitted) if each.leaf != "VILLAGES"]
        mark(submitted, asked, **who)
        appraise(submitted, version=submitted.version, **who)
        assert submitted.state == "appraised"
        assert entry(submitted, "VILLAGES").appraised_points == 1

    def test_sums_as_the_method_does(self, appraised, now):
        assert appraised.state == "appraised"
        assert appraised.appraised_at == now
        assert appraised.appraised_total == appraised.self_total

    def test_goes_on_when_it_was_ended_too_early(self, appraised, who):
        found = reopen(appraised, "Bỏ sót", version=appraised.version, **who)
        assert (found.state, found.appraised_at) == ("submitted", None)


class TestWhoVerifies:
    @pytest.mark.parametrize("name", ["an", "chi", "binh", "giang"])
    def test_not_who_does_not_steer(self, submitted, cast, now, name):
        with pytest.raises(RoundError, match="not_the_verifier"):
            accept_undisputed(
                submitted, version=submitted.version, actor=getattr(cast, name), now=now
            )

    def test_not_who_speaks_for_the_body(self, submitted, cast, now):
        give_post(cast.dung, submitted.organisation, actor=None, now=now)
        with pytest.raises(RoundError, match="own_body"):
            accept_undisputed(submitted, version=submitted.version, actor=cast.dung, now=now)


class TestManyAtOnce:
    def test_only_bodies_that_say_nothing_else_than_computed(
        self, opened, submitted, theirs, cast, now
    ):
        # Everything of the commune's that is not computed is taken away: nothing to look at.
        Entry.objects.filter(assessment=theirs).exclude(leaf__in=["ON_TIME", "DIGITISED"]).update(
            self_points=None
        )
        Assessment.objects.filter(pk=theirs.pk).update(state="submitted")
        bulk = appraise_undisputed(opened, actor=cast.dung, now=now)
        assert (bulk.appraised, bulk.left) == (1, 1)
        assert fresh(theirs).state == "appraised"
        assert fresh(submitted).state == "submitted"
        assert fresh(theirs).appraised_total == fresh(theirs).computed_total


class TestObjecting:
    def object(self, assessment, cast, now, leaf="MARK", text="Đã có văn bản", asked="9"):
        return object_to(
            assessment, leaf, text, None if asked is None else D(asked),
            version=assessment.version, actor=cast.an, now=now,
        )  # fmt: skip

    def test_asks_for_points_with_words(self, appraised, cast, now):
        made = self.object(appraised, cast, now)
        assert appraised.state == "objected"
        assert (made.text, made.asked_points) == ("Đã có văn bản", 9)
        self.object(appraised, cast, now, leaf="PLAN", asked="9")

    @pytest.mark.parametrize(
        ("told", "code"),
        [
            ({"text": " "}, "text_missing"),
            ({"asked": None}, "points_missing"),
            ({"asked": "11"}, "out_of_range"),
            ({"asked": "8"}, "same_points"),
            ({"leaf": "NO_SUCH"}, "unknown_leaf"),
        ],
    )
    def test_is_refused_without_what_it_needs(self, appraised, cast, now, told, code):
        with pytest.raises(RoundError, match=code):
            self.object(appraised, cast, now, **told)
        assert fresh(appraised).state == "appraised"

    def test_once_a_leaf(self, appraised, cast, now):
        self.object(appraised, cast, now)
        with pytest.raises(RoundError, match="objected_already"):
            self.object(appraised, cast, now)

    def test_until_the_day(self, appraised, cast, later):
        last_day = later(28)  # 30 October, the last day
        self.object(appraised, cast, last_day)
        with pytest.raises(RoundError, match="objections_over"):
            self.object(appraised, cast, later(29), leaf="PLAN", asked="9")

    def test_not_for_another_body(self, appraised, cast, now):
        with pytest.raises(RoundError, match="not_the_body"):
            object_to(appraised, "MARK", "x", D(9), version=0, actor=cast.chi, now=now)

    def test_accepted_gives_the_points_asked_for(self, appraised, cast, now, who, entry):
        made = self.object(appraised, cast, now)
        before = appraised.appraised_total
        answer_objection(made, True, "Đúng", version=appraised.version, **who)
        assert entry(appraised, "MARK").appraised_points == 9
        found = fresh(appraised)
        assert found.appraised_total == before + 1
        settle(found, version=found.version, **who)
        assert fresh(found).state == "settled"

    def test_accepted_in_part_gives_others(self, appraised, cast, now, who, entry):
        made = self.object(appraised, cast, now)
        done = answer_objection(made, True, "Một phần", D("8.5"), version=appraised.version, **who)
        assert done.given_points == entry(appraised, "MARK").appraised_points == D("8.5")

    def test_refused_changes_nothing(self, appraised, cast, now, who, entry):
        made = self.object(appraised, cast, now)
        done = answer_objection(made, False, "Không đủ", version=appraised.version, **who)
        assert (done.accepted, done.answered_by) == (False, cast.dung)
        assert entry(appraised, "MARK").appraised_points == 8

    def test_is_answered_once_and_with_words(self, appraised, cast, now, who):
        made = self.object(appraised, cast, now)
        with pytest.raises(RoundError, match="text_missing"):
            answer_objection(made, False, "", version=appraised.version, **who)
        answer_objection(made, False, "Không", version=appraised.version, **who)
        appraised.refresh_from_db()
        with pytest.raises(RoundError, match="answered_already"):
            answer_objection(made, True, "Có", version=appraised.version, **who)

    def test_must_be_answered_before_it_is_settled(self, appraised, cast, now, who):
        self.object(appraised, cast, now)
        with pytest.raises(RoundError, match="open_objections"):
            settle(appraised, version=appraised.version, **who)


class TestSettling:
    def test_waits_while_the_body_may_object(self, appraised, who, later, cast):
        with pytest.raises(RoundError, match="may_still_object"):
            settle(appraised, version=appraised.version, **who)
        settle(appraised, version=appraised.version, actor=cast.dung, now=later(29))
        assert fresh(appraised).state == "settled"

    def test_at_once_when_the_body_agrees(self, appraised, cast, now):
        agree(appraised, version=appraised.version, actor=cast.an, now=now)
        assert fresh(appraised).state == "settled"


@pytest.fixture
def settled(opened, appraised, theirs, fill, cast, now, who):
    """Both bodies are through; the commune got less than it claimed for one leaf."""
    agree(appraised, version=appraised.version, actor=cast.an, now=now)
    fill(theirs, by=cast.chi)
    submit(theirs, version=theirs.version, actor=cast.chi, now=now)
    marks = marks_as_claimed(theirs)
    marks = [
        replace(each, points=D(2), reason="Không đủ") if each.leaf == "MARK" else each
        for each in marks
    ]
    mark(theirs, marks, **who)
    appraise(theirs, version=theirs.version, **who)
    agree(theirs, version=theirs.version, actor=cast.chi, now=now)
    return opened


@pytest.fixture
def published(settled, who):
    return publish_round(settled, **who)


class TestPublishing:
    def test_waits_for_everybody(self, opened, appraised, who):
        with pytest.raises(RoundError) as refused:
            publish_round(opened, **who)
        assert refused.value.code == "in_the_way"
        assert refused.value.params["codes"] == ["may_still_object", "not_submitted"]
        assert len(refused.value.params["names"]) == 2
        assert not Publication.objects.filter(index=opened.index).exists()

    def test_records_the_results_with_the_round_as_their_source(self, published, settled):
        publication = Publication.objects.get(index=published.index)
        assert f"số {published.pk}, lần 1" in publication.source
        assert "minh họa" not in publication.source
        total = Published.objects.get(
            publication=publication, organisation__code="H44.100", node=""
        )
        theirs = published.assessments.get(organisation__code="H44.100")
        assert (total.points, total.rank) == (theirs.appraised_total, 1)
        mark_of_theirs = Published.objects.get(
            publication=publication, organisation__code="H44.100", node="MARK"
        )
        assert mark_of_theirs.points == 2
        assert not Published.objects.filter(publication=publication, node="SECRET").exists()
        assert Published.objects.filter(publication=publication, node="work").count() == 2

    def test_locks_everything(self, published, say, who, cast, now):
        ours = published.assessments.get(organisation__code="H44.07")
        assert (ours.state, ours.locked_at) == ("locked", now)
        for deed in (
            lambda: say(ours, "MARK", {"value": "9"}),
            lambda: mark(ours, [], **who),
            lambda: object_to(
                ours, "MARK", "x", D(9), version=ours.version, actor=cast.an, now=now
            ),
            lambda: publish_round(published, **who),
            lambda: refresh_computed(published, **who),
            lambda: close_round(published, "x", **who),
            lambda: move_deadline(published, date(2026, 11, 1), None, "x", **who),
            lambda: add_evidence(ours, "MARK", Proof(link="https://a.vn"), actor=cast.an, now=now),
        ):
            with pytest.raises(RoundError, match="locked"):
                deed()

    def test_may_leave_out_who_never_submitted(self, opened, appraised, theirs, cast, now, who):
        agree(appraised, version=appraised.version, actor=cast.an, now=now)
        publish_round(opened, leave_out=True, **who)
        left = fresh(theirs)
        assert (left.state, left.rank, left.appraised_total) == ("locked", None, None)
        assert not Published.objects.filter(organisation=left.organisation).exists()
        told = Journal.objects.get(verb="round.published").after
        assert told["left_out"] == ["H44.100"]

    def test_is_for_who_steers(self, settled, cast, now):
        for name in ("an", "binh", "giang"):
            with pytest.raises(RoundError, match="not_the_verifier"):
                publish_round(settled, actor=getattr(cast, name), now=now)

    def test_ranks_each_kind_and_shares_places(self, published):
        assert {row.rank for row in published.assessments.all()} == {1}

    def test_says_that_an_illustration_is_one(self, settled, who):
        Round.objects.filter(pk=settled.pk).update(illustration=True)
        publish_round(settled, **who)
        assert "minh họa" in Publication.objects.get(index=settled.index).source


class TestCorrecting:
    @pytest.fixture
    def ask(self, bodies):
        return Correction("Cộng nhầm", [bodies[1]], date(2026, 10, 25))

    def test_opens_a_new_version_and_leaves_the_older_one(self, published, ask, who, entry):
        made = correct_round(published, ask, **who)
        assert (made.number, made.corrects, made.reason) == (2, published, "Cộng nhầm")
        ours, theirs = made.assessments.order_by("organisation__code")
        assert (ours.state, theirs.state) == ("settled", "in_work")
        old = published.assessments.get(organisation=theirs.organisation)
        assert entry(theirs, "MARK").self_points == entry(old, "MARK").self_points == 8
        assert Evidence.objects.filter(entry__assessment=theirs, entry__leaf="PLAN").count() == 1
        assert old.state == "locked"

    def test_supersedes_only_what_differs_once_published(
        self, published, ask, who, cast, now, entry
    ):
        made = correct_round(published, replace(ask, from_start=False), **who)
        theirs = fresh(made.assessments.get(organisation__code="H44.100"))
        assert theirs.state == "submitted"
        seen = entry(theirs, "MARK").version
        mark(theirs, [Mark("MARK", seen, D(5), "Cộng lại")], **who)
        appraise(theirs, version=theirs.version, **who)
        publish_round(made, **who)
        now_counts = Published.objects.current().get(organisation__code="H44.100", node="MARK")
        assert now_counts.points == 5
        assert "lần 2" in now_counts.publication.source
        untouched = Published.objects.current().get(organisation__code="H44.07", node="MARK")
        assert "lần 1" in untouched.publication.source
        before = published.assessments.get(organisation__code="H44.100")
        assert entry(before, "MARK").appraised_points == 2

    @pytest.mark.parametrize(
        ("change", "code"),
        [
            ({"reason": " "}, "reason_missing"),
            ({"organisations": []}, "no_bodies"),
            ({"deadline": date(2026, 10, 1)}, "deadline_past"),
            ({"objections_until": date(2026, 10, 24)}, "objections_before_deadline"),
        ],
    )
    def test_is_refused(self, published, ask, who, change, code):
        with pytest.raises(RoundError, match=code):
            correct_round(published, replace(ask, **change), **who)
        assert Round.objects.count() == 1

    def test_one_at_a_time_and_of_published_rounds_only(self, published, settled, ask, who):
        made = correct_round(published, ask, **who)
        with pytest.raises(RoundError, match="corrected_already"):
            correct_round(published, ask, **who)
        with pytest.raises(RoundError, match="not_published"):
            correct_round(made, ask, **who)


class TestOpening:
    @pytest.mark.parametrize(
        ("change", "code"),
        [
            ({"deadline": date(2026, 10, 1)}, "deadline_past"),
            ({"objections_until": date(2026, 10, 19)}, "objections_before_deadline"),
            ({"remind_days": [90]}, "remind_days"),
        ],
    )
    def test_refuses_terms_that_cannot_be_kept(self, index, bodies, who, change, code):
        with pytest.raises(RoundError, match=code):
            open_round(index, PERIOD, bodies, replace(TERMS, **change), **who)
        assert not Round.objects.exists()

    def test_refuses_bodies_and_periods_that_the_method_does_not_score(
        self, index, bodies, province, who
    ):
        for chosen, period, code in (
            ([], PERIOD, "no_bodies"),
            ([province], PERIOD, "not_for_kind"),
            (bodies, parse_period("2026-Q3"), "period_kind"),
        ):
            with pytest.raises(RoundError, match=code):
                open_round(index, period, chosen, TERMS, **who)

    def test_refuses_a_second_round_of_the_same(self, opened, index, bodies, who):
        with pytest.raises(RoundError, match="round_there"):
            open_round(index, PERIOD, bodies[:1], TERMS, **who)
        close_round(opened, "Mở nhầm", **who)
        assert open_round(index, PERIOD, bodies[:1], TERMS, **who).pk

    def test_is_for_who_steers(self, index, bodies, cast, now):
        with pytest.raises(RoundError, match="not_the_verifier"):
            open_round(index, PERIOD, bodies, TERMS, actor=cast.binh, now=now)


def test_closing_wants_a_reason_and_locks(opened, ours, who):
    with pytest.raises(RoundError, match="reason_missing"):
        close_round(opened, " ", **who)
    close_round(opened, "Mở nhầm", **who)
    assert (opened.state, fresh(ours).state) == ("closed", "locked")
    assert not Publication.objects.filter(index=opened.index).exists()


def test_a_deadline_is_moved_with_a_reason_that_the_journal_keeps(opened, who):
    move_deadline(opened, date(2026, 10, 25), date(2026, 11, 5), "Bão số 9", **who)
    assert opened.deadline == date(2026, 10, 25)
    told = Journal.objects.get(verb="round.deadline_moved")
    assert told.before["deadline"] == "2026-10-20"
    assert told.after["reason"] == "Bão số 9"
