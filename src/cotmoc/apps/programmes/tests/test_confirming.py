"""What was read is decided on row by row; two people never overwrite each other; nothing enters the
programme before the document is confirmed."""

from datetime import date
from decimal import Decimal
from itertools import pairwise

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cotmoc.apps.documents.models import Document
from cotmoc.apps.documents.ports import originals
from cotmoc.apps.journal.models import Entry
from cotmoc.apps.orgs.models import Organisation
from cotmoc.apps.programmes import drafts
from cotmoc.apps.programmes.drafts import DraftError, StaleRowError
from cotmoc.apps.programmes.models import DraftChange, DraftRow, Plan, PlanTask, Target
from cotmoc.apps.programmes.services import accept_all_rows, confirm_document, import_plan

pytestmark = pytest.mark.django_db
State = DraftRow.State


@pytest.fixture
def dung(cast, now):
    return {"actor": cast.dung, "now": now}


@pytest.fixture
def binh(cast, now):
    """Bình works on the same document."""
    return {"actor": cast.binh, "now": now}


def named(rows, words):
    return next(row for row in rows if words in row.quote)


def seen(row):
    """The row as another person's page has it."""
    return DraftRow.objects.select_related("document").get(pk=row.pk)


def states(draft):
    return [row.state for row in draft.draft_rows.all()]


def test_a_row_for_each_target_with_the_reading_kept_beside(draft, rows):
    assert draft.state == Document.State.DRAFT
    assert len(rows) == 7
    assert set(states(draft)) == {State.PROPOSED}
    for row in rows:
        assert row.content == row.as_read
        assert row.quote
        assert row.clause.start <= row.start < row.end <= row.clause.end
    assert [row.order for row in rows] == sorted(row.order for row in rows)


def test_a_proposed_indicator_says_why(rows):
    row = named(rows, "đúng hạn")
    assert row.indicator_code == "dossiers_on_time"
    assert row.bound_by


def test_nothing_is_in_the_programme_while_the_document_is_a_draft(draft, plan, dung):
    accept_all_rows(draft, **dung)
    assert not Plan.objects.filter(document=draft).exists()
    assert Target.objects.exclude(plan=plan).count() == 0


def test_deciding_is_told_and_kept(draft, rows, dung, cast, now):
    row = rows[0]
    drafts.decide_row(row, State.ACCEPTED, version=1, **dung)
    kept = seen(row)
    assert (kept.state, kept.version, kept.decided_by, kept.decided_at) == (
        "accepted", 2, cast.dung, now,
    )  # fmt: skip
    entry = Entry.objects.get(verb="draft.accepted")
    assert (entry.actor, entry.subject_id) == (cast.dung, str(draft.pk))
    assert entry.before[str(row.pk)]["state"] == "proposed"
    assert entry.after[str(row.pk)]["state"] == "accepted"


def test_a_decision_taken_back_names_nobody(rows, dung):
    drafts.decide_row(rows[0], State.REJECTED, version=1, **dung)
    drafts.decide_row(seen(rows[0]), State.PROPOSED, version=2, **dung)
    kept = seen(rows[0])
    assert (kept.state, kept.decided_by, kept.decided_at) == ("proposed", None, None)


class TestTwoPeople:
    @pytest.mark.parametrize(
        "late",
        [
            lambda row, who: drafts.decide_row(row, State.REJECTED, version=1, **who),
            lambda row, who: drafts.edit_row(row, {"name": "Khác"}, version=1, **who),
            lambda row, who: drafts.split_row(row, [row.start + 20], version=1, **who),
            lambda row, who: drafts.merge_rows([(row, 1), (_next(row), 1)], **who),
        ],
        ids=["reject", "edit", "split", "merge"],
    )
    def test_who_comes_late_is_told_and_writes_nothing(self, rows, dung, binh, cast, late):
        row = named(rows, "đúng hạn")
        mine, theirs = seen(row), seen(row)
        drafts.edit_row(mine, {"name": "Hồ sơ đúng hạn"}, version=1, **dung)
        before = list(DraftRow.objects.values())
        changes = DraftChange.objects.count()
        with pytest.raises(StaleRowError) as refused:
            late(theirs, binh)
        assert refused.value.row.content["name"] == "Hồ sơ đúng hạn"
        assert refused.value.change.actor == cast.dung
        assert list(DraftRow.objects.values()) == before
        assert DraftChange.objects.count() == changes

    def test_different_rows_do_not_meet(self, rows, dung, binh):
        drafts.decide_row(rows[0], State.ACCEPTED, version=1, **dung)
        drafts.decide_row(rows[1], State.REJECTED, version=1, **binh)
        assert [seen(row).state for row in rows[:2]] == ["accepted", "rejected"]

    def test_undoing_stops_where_somebody_has_been_since(self, rows, dung, binh):
        change = drafts.decide_row(rows[0], State.ACCEPTED, version=1, **dung)
        drafts.decide_row(seen(rows[0]), State.REJECTED, version=2, **binh)
        with pytest.raises(StaleRowError):
            drafts.undo(change, **dung)
        change.refresh_from_db()
        assert seen(rows[0]).state == "rejected"

    def test_each_undoes_own_steps(self, draft, rows, dung, binh, cast):
        drafts.decide_row(rows[0], State.ACCEPTED, version=1, **dung)
        drafts.decide_row(rows[1], State.ACCEPTED, version=1, **binh)
        drafts.undo(drafts.last_undoable(draft, cast.dung), **dung)
        assert [seen(row).state for row in rows[:2]] == ["proposed", "accepted"]
        assert drafts.last_undoable(draft, cast.dung) is None

    def test_a_confirmed_document_is_changed_no_more(self, draft, rows, dung, binh):
        confirm_document(draft, leave_rest=True, **dung)
        for step in (
            lambda: drafts.decide_row(rows[0], State.ACCEPTED, version=1, **binh),
            lambda: drafts.add_row(draft, "target", 0, 10, **binh),
            lambda: drafts.choose_body(draft, "Sở X", None, **binh),
            lambda: confirm_document(draft, **binh),
        ):
            with pytest.raises(DraftError, match="confirmed_already"):
                step()


def _next(row):
    return DraftRow.objects.filter(document=row.document_id, start__gt=row.start).first()


class TestUndo:
    @pytest.mark.parametrize(
        "step",
        [
            lambda rows, who: drafts.decide_row(rows[0], State.REJECTED, version=1, **who),
            lambda rows, who: drafts.edit_row(
                rows[0], {"value": "7"}, indicator_code="dti_rank", version=1, **who
            ),
            lambda rows, who: drafts.split_row(rows[0], [rows[0].start + 9], version=1, **who),
            lambda rows, who: drafts.merge_rows([(rows[0], 1), (rows[1], 1)], **who),
            lambda rows, who: drafts.add_row(rows[0].document, "target", 5, 40, **who),
            lambda rows, who: drafts.accept_clean_rows(rows[0].document, **who),
        ],
        ids=["reject", "edit", "split", "merge", "add", "accept all"],
    )
    def test_every_step_is_put_back_as_it_was(self, draft, rows, dung, cast, step):
        def look():
            shown = draft.draft_rows.exclude(state=State.WITHDRAWN)
            return list(shown.values("pk", *drafts._FIELDS))

        before = look()
        step(rows, dung)
        assert look() != before
        drafts.undo(drafts.last_undoable(draft, cast.dung), **dung)
        assert look() == before
        assert Entry.objects.filter(verb="draft.undone").count() == 1

    def test_one_step_after_the_other_is_put_back(self, draft, rows, dung, cast):
        before = list(draft.draft_rows.values("pk", *drafts._FIELDS))
        first, *_rest = drafts.split_row(rows[0], [rows[0].start + 9], version=1, **dung)
        drafts.edit_row(seen(first), {"name": "Khác"}, version=2, **dung)
        drafts.merge_rows([(seen(first), 3), (seen(rows[1]), 1)], **dung)
        for _step in range(3):
            drafts.undo(drafts.last_undoable(draft, cast.dung), **dung)
        shown = draft.draft_rows.exclude(state=State.WITHDRAWN)
        assert list(shown.values("pk", *drafts._FIELDS)) == before

    def test_a_step_is_undone_once(self, rows, dung):
        change = drafts.decide_row(rows[0], State.REJECTED, version=1, **dung)
        drafts.undo(change, **dung)
        with pytest.raises(DraftError, match="undone_already"):
            drafts.undo(change, **dung)


def test_all_without_doubts_are_accepted_together_and_no_other(draft, rows, dung):
    doubtful = {row.pk for row in rows if row.flags}
    assert doubtful
    assert len(doubtful) < len(rows)
    drafts.decide_row(rows[0], State.REJECTED, version=1, **dung)
    drafts.accept_clean_rows(draft, **dung)
    assert seen(rows[0]).state == "rejected"
    for row in map(seen, rows[1:]):
        assert row.state == ("proposed" if row.pk in doubtful else "accepted")
    assert drafts.accept_clean_rows(draft, **dung) is None


def test_a_task_without_a_date_of_its_own_is_no_doubt(draft, rows, dung):
    task = drafts.add_row(draft, "task", rows[0].start, rows[0].end, **dung)
    DraftRow.objects.filter(pk=task.pk).update(content={**task.content, "flags": ["no_deadline"]})
    drafts.accept_clean_rows(draft, **dung)
    assert seen(task).state == "accepted"


class TestSplitting:
    def test_each_part_is_read_again_and_keeps_what_it_does_not_say(self, draft, dung):
        text = draft.text
        start = text.index("Tỷ lệ hồ sơ công việc")
        end = text.index(" (chủ trì: Sở Thông tin")
        whole = drafts.add_row(draft, "target", start, end, **dung)
        drafts.edit_row(whole, {"lead": "Sở Nội vụ"}, version=1, **dung)
        cut = text.index("80% đối với cấp huyện")
        parts = drafts.split_row(seen(whole), [cut], version=2, **dung)
        assert [part.quote for part in parts] == [text[start : cut - 2], text[cut:end]]
        assert [part.state for part in parts] == ["proposed", "proposed"]
        assert {part.content["lead"] for part in parts} == {"Sở Nội vụ"}
        assert parts[0].content["value"] == "90"
        assert (parts[1].content["value"], parts[1].content["level"]) == ("80", "district")
        assert parts[0].content["name"].startswith(parts[1].content["name"])
        assert parts[1].flags == ["two_targets_one_line"]

    def test_a_row_is_doubled_for_two_promises_of_the_same_words(self, rows, dung):
        one, two = drafts.split_row(rows[0], [], version=1, **dung)
        assert one.pk != two.pk
        assert (one.start, one.end) == (two.start, two.end) == (rows[0].start, rows[0].end)

    def test_a_cut_outside_the_quote_is_refused(self, rows, dung):
        for cut in (rows[0].start, rows[0].end, 0):
            with pytest.raises(DraftError, match="outside_quote"):
                drafts.split_row(rows[0], [cut], version=1, **dung)

    def test_a_part_without_words_is_refused(self, draft, dung):
        words = "nhân dân (tỉnh)"
        Document.objects.filter(pk=draft.pk).update(text=f"{words} {draft.text}")
        draft.refresh_from_db()
        row = drafts.add_row(draft, "target", 0, len(words), **dung)
        assert row.quote == words
        with pytest.raises(DraftError, match="nothing_to_split"):
            drafts.split_row(row, [row.end - 1], version=1, **dung)

    @settings(
        max_examples=40,
        deadline=None,
        suppress_health_check=[HealthCheck.function_scoped_fixture],
    )
    @given(data=st.data())
    def test_parts_stay_inside_and_apart_wherever_it_is_cut(self, draft, dung, data):
        row = data.draw(st.sampled_from(list(draft.draft_rows.select_related("document"))))
        places = st.integers(row.start + 1, row.end - 1)
        cuts = data.draw(st.lists(places, min_size=1, max_size=4))
        start, end = row.start, row.end
        with transaction.atomic():
            try:
                parts = drafts.split_row(row, cuts, version=row.version, **dung)
            except DraftError as refused:
                parts = []
                code = refused.code
            else:
                code = ""
            assert code in {"", "nothing_to_split"}
            if parts:
                spans = [(part.start, part.end) for part in parts]
                assert spans == sorted(spans)
                assert all(start <= low < high <= end for low, high in spans)
                assert all(one[1] <= two[0] for one, two in pairwise(spans))
                assert all(part.quote.strip() == part.quote for part in parts)
            transaction.set_rollback(True)


class TestMerging:
    def test_the_first_takes_all_words_and_the_others_withdraw(self, rows, dung):
        series = [row for row in rows if row.content["value"] in {"90", "80", "60"}][:3]
        merged = drafts.merge_rows([(row, 1) for row in reversed(series)], **dung)
        assert merged.pk == series[0].pk
        assert merged.start == series[0].start
        assert merged.end == max(row.end for row in series)
        assert [seen(row).state for row in series] == ["proposed", "withdrawn", "withdrawn"]

    def test_one_row_is_not_merged(self, rows, dung):
        with pytest.raises(DraftError, match="choose_two"):
            drafts.merge_rows([(rows[0], 1)], **dung)

    def test_a_target_and_a_task_are_not_merged(self, draft, rows, dung):
        task = drafts.add_row(draft, "task", rows[0].start, rows[0].end, **dung)
        with pytest.raises(DraftError, match="kinds_differ"):
            drafts.merge_rows([(rows[0], 1), (task, 1)], **dung)


class TestAdding:
    def test_words_left_alone_become_a_row_of_their_clause(self, draft, dung):
        words = "đường truyền tới 70% thôn bản"
        start = draft.text.index(words)
        row = drafts.add_row(draft, "target", start - 1, start + len(words) + 1, **dung)
        assert row.quote == words
        assert row.as_read == {}
        assert row.clause.start <= row.start
        assert (row.content["value"], row.content["unit"]) == ("70", "%")

    @pytest.mark.parametrize("span", [(7, 7), (10**9, 10**9 + 5), (900, 3)])
    def test_no_words_no_row(self, draft, dung, span):
        with pytest.raises(DraftError, match="no_words"):
            drafts.add_row(draft, "target", *span, **dung)


class TestConfirming:
    def test_refused_while_rows_are_undecided(self, draft, rows, dung):
        drafts.decide_row(rows[0], State.ACCEPTED, version=1, **dung)
        with pytest.raises(DraftError) as refused:
            confirm_document(draft, **dung)
        assert (refused.value.code, refused.value.params) == ("undecided", {"count": len(rows) - 1})
        draft.refresh_from_db()
        assert draft.state == Document.State.DRAFT

    def test_accepted_rows_alone_become_targets_and_tasks(self, draft, rows, dung, province):
        for row in rows[:2]:
            drafts.decide_row(row, State.ACCEPTED, version=1, **dung)
        drafts.decide_row(rows[2], State.REJECTED, version=1, **dung)
        task = drafts.add_row(draft, "task", rows[3].start, rows[3].end, **dung)
        drafts.edit_row(
            task,
            {
                "action": "Hoàn thành mạng",
                "lead": "Sở TT&TT",
                "coordinating": ["Sở Tài chính", "các sở, ban, ngành"],
                "deadline": "2026-06-30",
                "budget": "1500000000",
            },
            version=1,
            **dung,
        )
        plan = confirm_document(draft, leave_rest=True, **dung)
        assert (plan.organisation, plan.year) == (province, 2026)
        targets = list(plan.targets.all())
        assert [target.quote for target in targets] == [row.quote for row in rows[:2]]
        assert targets[0].deadline == date(2026, 12, 31)
        made = PlanTask.objects.get(plan=plan)
        assert made.lead.short_name == "Sở Khoa học và Công nghệ"
        assert made.lead_text == "Sở TT&TT"
        assert [each.short_name for each in made.coordinating.all()] == ["Sở Tài chính"]
        assert made.coordinating_text == ["Sở Tài chính", "các sở, ban, ngành"]
        assert (made.deadline, made.budget) == (date(2026, 6, 30), Decimal(1_500_000_000))
        draft.refresh_from_db()
        assert draft.state == Document.State.IN_FORCE
        entry = Entry.objects.get(verb="document.confirmed", subject_id=str(draft.pk))
        assert entry.after == {"targets": 2, "tasks": 1, "rejected": 1, "left_out": len(rows) - 3}

    def test_a_document_of_which_nothing_is_accepted_has_no_plan(self, draft, rows, dung):
        for row in rows:
            drafts.decide_row(row, State.REJECTED, version=1, **dung)
        assert confirm_document(draft, **dung) is None
        draft.refresh_from_db()
        assert draft.state == Document.State.IN_FORCE
        assert not Plan.objects.filter(document=draft).exists()

    def test_a_body_that_was_chosen_leads(self, draft, rows, dung):
        row = named(rows, "băng rộng")
        assert row.content["lead"] == "Trung tâm Vườn ươm"
        body = Organisation.objects.get(short_name="Sở Nội vụ")
        drafts.choose_body(draft, "TRUNG TÂM Vườn ươm", body, **dung)
        drafts.decide_row(row, State.ACCEPTED, version=1, **dung)
        plan = confirm_document(draft, leave_rest=True, **dung)
        assert plan.targets.get().lead == body
        assert plan.targets.get().lead_text == "Trung tâm Vườn ươm"

    @pytest.mark.parametrize(
        "field", [{"deadline": "2026-02-31"}, {"value": "nhiều"}, {"value": "1e30"}]
    )
    def test_a_field_that_cannot_be_kept_is_named_and_nothing_is_written(
        self, draft, rows, dung, field
    ):
        drafts.edit_row(rows[0], field, version=1, **dung)
        with pytest.raises(DraftError, match="not_usable") as refused:
            confirm_document(draft, leave_rest=True, **dung)
        assert refused.value.params == {"row": str(rows[0])}
        draft.refresh_from_db()
        assert draft.state == Document.State.DRAFT


def test_the_operator_is_told_that_a_file_waits_to_be_confirmed(draft, tmp_path, dung):
    path = tmp_path / "ke-hoach.txt"
    path.write_bytes(originals.path_of(draft.digest).read_bytes())
    with pytest.raises(DraftError, match="waits_to_be_confirmed"):
        import_plan(path, **dung)
