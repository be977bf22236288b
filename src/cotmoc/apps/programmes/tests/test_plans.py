"""A plan's text becomes a document, clauses and targets; the public sees what was published."""

from datetime import date, timedelta
from math import ceil

import pytest

from cotmoc.apps.documents.models import Clause, Document
from cotmoc.apps.journal.models import Entry
from cotmoc.apps.measurement.models import Figure
from cotmoc.apps.programmes.models import Pillar, Plan, Target
from cotmoc.apps.programmes.queries import (
    by_pillar,
    counts,
    current_plan,
    most_behind,
    target_rows,
)
from cotmoc.apps.programmes.rules import STATES
from cotmoc.apps.programmes.services import NoTargetsError, import_plan, publish_plan
from cotmoc.plantext import UnreadableText, read_file

pytestmark = pytest.mark.django_db

TODAY = date(2026, 10, 1)


def test_the_sample_plan_has_its_targets(plan, province):
    assert plan.targets.count() >= 36
    assert (plan.year, plan.organisation) == (2026, province)
    assert plan.document.illustration
    assert plan.document.file_name == "ke-hoach-chuyen-doi-so-phu-tho-2026.txt"


def test_every_target_quotes_the_text_it_comes_from(plan, plan_file):
    read = read_file(plan_file)
    assert [target.quote for target in plan.targets.all()] == [each.quote for each in read.targets]
    for target in plan.targets.select_related("clause"):
        assert target.clause.start <= target.start < target.end <= target.clause.end


def test_every_clause_is_a_slice_of_the_text(plan, plan_file):
    read = read_file(plan_file)
    assert plan.document.text == read.text
    kept = {clause.address: clause.text for clause in plan.document.clauses.all()}
    assert kept == {clause.address: read.text_of(clause) for clause in read.clauses}


def test_a_lead_the_text_names_is_found_among_the_provinces_departments(plan, province):
    led = plan.targets.exclude(lead_text="")
    assert led.count() == plan.targets.count()
    found = led.exclude(lead=None)
    assert not found.exclude(lead__parent=province, lead__kind="department").exists()
    assert found.filter(
        lead_text="Sở Nông nghiệp và Môi trường"
    ).exists()  # written otherwise there
    # Bodies that are no members of the province on the portal stay as the text names them.
    assert set(led.filter(lead=None).values_list("lead_text", flat=True)) == {
        "Công an tỉnh",
        "Ngân hàng Nhà nước Khu vực",
        "Thống kê tỉnh",
        "UBND cấp xã",
    }


def test_bound_targets_say_which_phrase_decided(plan):
    bound = plan.targets.exclude(indicator_code="")
    assert bound.count() >= 36
    assert not bound.filter(bound_by="").exists()
    on_time = bound.filter(indicator_code="dossiers_on_time").first()
    assert on_time.bound_by


def test_the_same_file_again_changes_nothing(plan, plan_file, cast, now):
    models = (Document, Clause, Plan, Target, Entry)
    before = [model.objects.count() for model in models]
    again = import_plan(plan_file, actor=cast.dung, now=now)
    assert (again.plan, again.new, again.targets) == (plan, False, plan.targets.count())
    assert [model.objects.count() for model in models] == before


def test_a_text_without_targets_is_refused(tmp_path, cast, now):
    path = tmp_path / "thu-moi.txt"
    path.write_text("GIẤY MỜI\n\nKính mời các đồng chí dự họp.\n", encoding="utf-8")
    before = Document.objects.count(), Entry.objects.count()
    with pytest.raises(NoTargetsError, match=r"thu-moi\.txt"):
        import_plan(path, actor=cast.dung, now=now)
    assert (Document.objects.count(), Entry.objects.count()) == before


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"\x7fELF\x02\x01\x01\x00\x00\x00\rIHDR", "not_text"),
        (b"", "empty"),
        (b"{\\rtf1 KE HOACH}", "old_rtf"),
    ],
    ids=["a program named .txt", "an empty file", "RTF named .txt"],
)
def test_what_is_no_text_is_refused(tmp_path, cast, now, content, code):
    path = tmp_path / "ke-hoach.txt"
    path.write_bytes(content)
    before = Document.objects.count(), Entry.objects.count()
    with pytest.raises(UnreadableText) as refused:
        import_plan(path, actor=cast.dung, now=now)
    assert (refused.value.code, refused.value.file) == (code, "ke-hoach.txt")
    assert (Document.objects.count(), Entry.objects.count()) == before


def test_importing_leaves_its_trace(plan):
    assert set(Entry.objects.values_list("verb", flat=True)) >= {
        "document.recorded",
        "plan.imported",
    }
    entry = Entry.objects.get(verb="plan.imported")
    assert (entry.subject_id, entry.after["targets"]) == (str(plan.pk), plan.targets.count())
    assert entry.after["sha256"] == plan.document.digest


class TestTheStandingOfTargets:
    def rows(self, plan, viewer):
        return target_rows(plan, viewer=viewer, today=TODAY)

    def test_a_few_queries_whatever_the_number_of_targets(
        self, plan, cast, django_assert_max_num_queries
    ):
        with django_assert_max_num_queries(3):
            rows = self.rows(plan, cast.dung)
            for row in rows:
                assert row.target.quote
                str(row.target.lead), str(row.target.clause), str(row.indicator), str(row.figure)

    def test_rows_stand_in_the_order_of_the_text(self, plan, cast):
        orders = [row.target.order for row in self.rows(plan, cast.dung)]
        assert orders == list(range(1, plan.targets.count() + 1))

    def test_every_target_is_in_exactly_one_state(self, plan, cast):
        found = counts(self.rows(plan, cast.dung))
        assert tuple(found) == STATES
        assert sum(found.values()) == plan.targets.count()
        assert found["no_data"] > 0
        assert found["not_applicable"] > 0

    def test_dossiers_on_time_are_behind_and_say_how_many_are_missing(self, plan, cast):
        row = next(
            row
            for row in self.rows(plan, cast.dung)
            if row.target.indicator_code == "dossiers_on_time" and row.figure
        )
        assert row.state == "behind"
        wanted = row.target.value * row.figure.denominator / 100
        assert row.standing.short_count == ceil(wanted) - row.figure.numerator

    def test_a_target_without_a_figure_is_no_data_not_behind(self, plan, cast):
        for row in self.rows(plan, cast.dung):
            if row.figure is None or row.figure.value is None:
                assert row.state in {"no_data", "not_applicable"}

    def test_a_target_for_one_level_is_not_judged_by_the_provinces_total(self, plan, cast):
        for row in self.rows(plan, cast.dung):
            if row.target.level and row.indicator and len(row.indicator.content["applies_to"]) > 1:
                assert row.figure is None

    def test_pillars_keep_their_order_and_the_farthest_behind_comes_first(self, plan, cast):
        rows = self.rows(plan, cast.dung)
        assert [pillar for pillar, _ in by_pillar(rows)] == list(Pillar)
        behind = most_behind(rows, limit=3)
        assert {row.state for row in behind} <= {"behind"}
        attained = [row.standing.attained for row in behind]
        assert attained == sorted(attained)


def test_a_plan_in_force_is_seen_by_all_who_sign_in_and_by_no_one_else(plan, cast):
    for person in (cast.an, cast.binh, cast.chi, cast.dung, cast.giang):
        assert current_plan(person) == plan
    assert current_plan(cast.em) is None
    assert not Target.objects.visible_to(cast.em).exists()


def test_a_draft_is_seen_by_those_who_read_drafts(plan, cast):
    Document.objects.filter(pk=plan.document_id).update(state=Document.State.DRAFT)
    for person in (cast.binh, cast.dung, cast.giang):
        assert current_plan(person) == plan
    for person in (cast.an, cast.chi, cast.em):
        assert current_plan(person) is None


def test_publishing_shows_plan_targets_and_their_figures_to_the_public(plan, cast, now):
    assert publish_plan(plan, actor=cast.dung, now=now) > 0
    assert current_plan(cast.em) == plan
    assert Target.objects.visible_to(cast.em).count() == plan.targets.count()
    rows = target_rows(plan, viewer=cast.em, today=TODAY)
    inside = target_rows(plan, viewer=cast.dung, today=TODAY)
    assert counts(rows) == counts(inside)
    # Only the province's own figures: members' stay inside.
    seen = Figure.objects.visible_to(cast.em).values_list("organisation__code", flat=True)
    assert set(seen) == {"H44"}
    entry = Entry.objects.get(verb="plan.published")
    assert (entry.actor, entry.at) == (cast.dung, now)


def test_publishing_again_publishes_only_what_is_new(plan, cast, now):
    publish_plan(plan, actor=cast.dung, now=now)
    later = now + timedelta(days=1)
    assert publish_plan(plan, actor=cast.dung, now=later) == 0
    plan.refresh_from_db()
    assert plan.published_at == now
    assert Entry.objects.filter(verb="plan.published").count() == 1
