"""Figures of a real province, against the tables they were published in."""

import csv
import shutil
from datetime import timedelta
from decimal import Decimal

import pytest
from django.contrib.auth.models import AnonymousUser

from cotmoc.apps.journal.models import Entry
from cotmoc.apps.measurement.models import Figure, IndicatorVersion, Run, Source
from cotmoc.apps.measurement.services import compute_figures, publish_figures, sync_catalogue
from cotmoc.integrations.portal766.services import import_folder

pytestmark = pytest.mark.django_db

METRIC_INDICATORS = ("dossiers_digitised", "dossier_satisfaction", "content_published")


@pytest.fixture(scope="module")
def progress(capture_folder):
    return rows(capture_folder / "phu-tho-2026-08-progress.csv")


@pytest.fixture(scope="module")
def payment(capture_folder):
    return rows(capture_folder / "phu-tho-2026-08-payment.csv")


def rows(path):
    with path.open(encoding="utf-8", newline="") as file:
        return {row["unit_code"]: row for row in csv.DictReader(file)}


def figure(code, organisation="H44"):
    return Figure.objects.current().get(indicator__code=code, organisation__code=organisation)


def test_dossiers_on_time_of_the_province():
    found = figure("dossiers_on_time")
    assert (found.numerator, found.denominator) == (144_625, 184_513)
    assert round(found.value, 2) == Decimal("78.38")
    assert (found.status, found.basis) == ("measured", "summed")
    assert (found.with_data, found.expected, found.not_arising) == (163, 163, 2)


def test_the_province_is_the_sum_of_its_163_bodies_and_what_the_source_says(progress):
    found = figure("dossiers_on_time")
    members = [row for code, row in progress.items() if code != "H44"]
    assert len(members) == 163
    assert found.numerator == sum(int(row["on_time"]) for row in members)
    assert found.denominator == sum(int(row["received"]) for row in members)
    assert found.published_numerator == int(progress["H44"]["on_time"])
    assert found.published_denominator == int(progress["H44"]["received"])


def test_dossiers_paid_online_of_the_province(payment):
    found = figure("dossiers_paid_online")
    assert (found.numerator, found.denominator) == (82_913, 98_459)
    members = [row for code, row in payment.items() if code != "H44"]
    assert found.numerator == sum(int(row["paid_online"]) for row in members)


def test_every_bodys_ratio_is_the_published_one(progress):
    figures = Figure.objects.current().filter(indicator__code="dossiers_on_time")
    compared = 0
    for found in figures.select_related("organisation"):
        row = progress[found.organisation.code]
        if int(row["received"]) == 0:
            assert (found.status, found.value, found.denominator) == ("not_arising", None, 0)
        else:
            assert found.value == pytest.approx(Decimal(row["ratio"]), abs=Decimal("0.01"))
            compared += 1
    assert (compared, figures.count()) == (162, 164)


def test_what_the_source_leaves_empty_is_not_zero(progress):
    assert progress["H44"]["overdue"] == ""
    found = figure("dossiers_overdue")
    assert (found.value, found.basis) == (39_888, "summed")
    assert (found.published_numerator, found.published_denominator) == (None, None)


@pytest.mark.parametrize("code", METRIC_INDICATORS)
def test_bodies_the_source_gives_no_metric_for_have_no_data(code):
    figures = (
        Figure.objects.current().filter(indicator__code=code).exclude(organisation__code="H44")
    )
    assert figures.filter(status="no_data").count() == 151
    silent = figures.filter(status="no_data")
    assert set(silent.values_list("value", "numerator", "basis")) == {(None, None, "none")}


@pytest.mark.parametrize("code", ["dossiers_digitised", "dossier_satisfaction"])
def test_a_province_whose_members_are_mostly_silent_is_not_their_sum(code):
    found = figure(code)
    assert (found.basis, found.with_data < found.expected) == ("published", True)


def test_a_figure_names_the_definition_and_the_run_it_comes_from():
    found = figure("dossiers_on_time")
    assert found.indicator.definition.numerator.text
    assert len(found.indicator.digest) == len(found.run.input_digest) == 64
    assert found.run.engine


def test_computing_what_was_computed_is_not_done_twice(now):
    before = Figure.objects.count(), Run.objects.count(), Entry.objects.count()
    run = compute_figures(actor=None, now=now)
    assert (run.changed, run.figures) == (0, before[0])
    assert (Figure.objects.count(), Run.objects.count(), Entry.objects.count()) == before


def test_the_same_facts_give_the_same_figures(now):
    Run.objects.update(input_digest="of other facts")
    before = Figure.objects.count(), Entry.objects.count()
    run = compute_figures(actor=None, now=now)
    assert (run.started_at, run.changed, run.figures) == (now, 0, before[0])
    assert (Figure.objects.count(), Entry.objects.count()) == before


def test_the_same_files_again_change_nothing(capture_folder, cast, now):
    # The province was loaded before its indices: the portal's points come with the next import.
    import_folder(capture_folder, period=None, actor=cast.dung, now=now)
    before = Source.objects.count(), Figure.objects.count(), Entry.objects.count()
    outcome = import_folder(capture_folder, period=None, actor=cast.dung, now=now)
    assert [file["new"] for file in outcome.files] == [False, False, False]
    assert (Source.objects.count(), Figure.objects.count(), Entry.objects.count()) == before


class TestACorrectedFile:
    """Việt Trì's file of August comes again with two more dossiers on time."""

    @pytest.fixture
    def corrected(self, tmp_path, capture_folder, cast, now):
        name = "phu-tho-2026-08-progress.csv"
        text = (capture_folder / name).read_text(encoding="utf-8")
        old, new = ",2971,2348,623,", ",2971,2350,621,"
        assert text.count(old) == 1
        (tmp_path / name).write_text(text.replace(old, new), encoding="utf-8")
        return import_folder(tmp_path, period=None, actor=cast.dung, now=now)

    def test_only_what_it_touches_changes(self, corrected):
        changed = Figure.objects.filter(run=corrected.run)
        assert corrected.run.changed == 4
        assert set(changed.values_list("indicator__code", "organisation__code")) == {
            ("dossiers_on_time", "H44.100"),
            ("dossiers_overdue", "H44.100"),
            ("dossiers_on_time", "H44"),
            ("dossiers_overdue", "H44"),
        }

    def test_the_new_figure_counts(self, corrected):
        assert figure("dossiers_on_time", "H44.100").numerator == 2350
        assert figure("dossiers_on_time").numerator == 144_627

    def test_the_old_figure_is_kept_with_the_time_it_ended(self, corrected, now):
        old = Figure.objects.get(
            indicator__code="dossiers_on_time",
            organisation__code="H44.100",
            superseded_at__isnull=False,
        )
        assert (old.numerator, old.superseded_at) == (2348, now)

    def test_it_leaves_its_trace_in_the_journal(self, corrected, cast):
        verbs = Entry.objects.filter(actor=cast.dung).values_list("verb", flat=True)
        figures = {"source.recorded", "figures.computed"}
        assert set(verbs) == figures | {"publication.recorded", "scores.computed"}
        entry = Entry.objects.get(verb="source.recorded", actor=cast.dung)
        assert entry.after["file"] == "phu-tho-2026-08-progress.csv"

    def test_a_published_figure_is_corrected_for_the_public_only_by_publishing(
        self, capture_folder, tmp_path, cast, province, now
    ):
        publish_figures(["dossiers_on_time"], province, actor=cast.dung, now=now)
        text = (capture_folder / "phu-tho-2026-08-progress.csv").read_text(encoding="utf-8")
        path = tmp_path / "phu-tho-2026-08-progress.csv"
        path.write_text(text.replace(",2971,2348,623,", ",2971,2349,622,"), encoding="utf-8")
        later = now + timedelta(hours=1)
        import_folder(tmp_path, period=None, actor=cast.dung, now=later)
        seen = Figure.objects.current_for(cast.em)
        assert seen.get().numerator == 144_625
        assert publish_figures(["dossiers_on_time"], province, actor=cast.dung, now=later) == 1
        assert seen.all().get().numerator == 144_626
        assert Figure.objects.current_for(cast.an).count() == Figure.objects.current().count()

    def test_taking_the_correction_back_counts_again(self, corrected, capture_folder, cast, now):
        later = now + timedelta(hours=1)
        outcome = import_folder(capture_folder, period=None, actor=cast.dung, now=later)
        assert [file["new"] for file in outcome.files] == [True, False, False]
        assert figure("dossiers_on_time", "H44.100").numerator == 2348
        story = Figure.objects.filter(
            indicator__code="dossiers_on_time", organisation__code="H44.100"
        )
        assert [each.numerator for each in story.order_by("pk")] == [2348, 2350, 2348]


def test_the_public_sees_published_figures_only(cast, province, now):
    everything = Figure.objects.count()
    for person in (cast.an, cast.binh, cast.chi, cast.dung, cast.giang):
        assert Figure.objects.visible_to(person).count() == everything
    assert not Figure.objects.visible_to(cast.em).exists()
    codes = ["dossiers_on_time", "dossiers_paid_online"]
    assert publish_figures(codes, province, actor=cast.dung, now=now) == 2
    seen = Figure.objects.visible_to(cast.em)
    assert set(seen.values_list("indicator__code", "organisation__code")) == {
        ("dossiers_on_time", "H44"),
        ("dossiers_paid_online", "H44"),
    }
    entry = Entry.objects.get(verb="figures.published")
    assert (entry.actor, entry.after) == (cast.dung, {"figures": 2})


def test_publishing_twice_is_one_event(cast, province, now):
    for expected in (1, 0):
        found = publish_figures(["dossiers_on_time"], province, actor=cast.dung, now=now)
        assert found == expected
    assert Entry.objects.filter(verb="figures.published").count() == 1


def test_no_data_is_nothing_to_publish(cast, now):
    silent = Figure.objects.filter(indicator__code="content_published", status="no_data").first()
    codes, body = ["content_published"], silent.organisation
    assert publish_figures(codes, body, actor=cast.dung, now=now) == 0


def test_the_catalogue_is_recorded_once(now):
    held = list(IndicatorVersion.objects.values_list("id", "latest"))
    entries = Entry.objects.count()
    sync_catalogue(actor=None, now=now)
    assert list(IndicatorVersion.objects.values_list("id", "latest")) == held
    assert Entry.objects.count() == entries


def test_a_figure_no_definition_asks_for_any_more_is_ended_not_removed(settings, tmp_path, now):
    folder = tmp_path / "indicators"
    shutil.copytree(settings.CATALOGUE_DIR, tmp_path, dirs_exist_ok=True)
    (folder / "processing_days.yaml").unlink()
    settings.CATALOGUE_DIR = tmp_path
    compute_figures(actor=None, now=now)
    ended = Figure.objects.filter(indicator__code="processing_days")
    assert ended.count() == 164
    assert set(ended.values_list("superseded_at", flat=True)) == {now}
    assert not IndicatorVersion.objects.get(code="processing_days").latest


def test_a_definition_whose_content_changed_is_a_new_row_and_the_old_one_stays(
    settings, tmp_path, now
):
    folder = tmp_path / "indicators"
    shutil.copytree(settings.CATALOGUE_DIR, tmp_path, dirs_exist_ok=True)
    path = folder / "dossiers_paid_online.yaml"
    text = path.read_text(encoding="utf-8").replace('unit: "%"', "unit: points\nscale: 1000")
    path.write_text(text, encoding="utf-8")
    settings.CATALOGUE_DIR = tmp_path
    old = IndicatorVersion.objects.get(code="dossiers_paid_online")
    compute_figures(actor=None, now=now)
    versions = IndicatorVersion.objects.filter(code="dossiers_paid_online")
    assert versions.count() == 2
    assert versions.get(latest=True).pk != old.pk
    assert round(figure("dossiers_paid_online").value, 1) == Decimal("842.1")
    assert Figure.objects.filter(indicator=old, superseded_at=now).count() == 164


def test_a_change_of_wording_alone_leaves_the_figures_as_they_are(settings, tmp_path, now):
    folder = tmp_path / "indicators"
    shutil.copytree(settings.CATALOGUE_DIR, tmp_path, dirs_exist_ok=True)
    path = folder / "dossiers_on_time.yaml"
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace("Dossiers handled on time", "Dossiers on time"), encoding="utf-8")
    settings.CATALOGUE_DIR = tmp_path
    run = compute_figures(actor=None, now=now)
    assert run.changed == 0
    latest = IndicatorVersion.objects.get(code="dossiers_on_time", latest=True)
    assert latest.name_en == "Dossiers on time"


def test_the_public_keeps_seeing_what_was_published_until_the_new_figure_is(now):
    published = figure("dossiers_on_time")
    Figure.objects.filter(pk=published.pk).update(published_at=now)
    newer = Figure.objects.get(pk=published.pk)
    Figure.objects.filter(pk=published.pk).update(superseded_at=now)
    newer.pk, newer.published_at, newer.superseded_at = None, None, None
    newer.save()
    em = AnonymousUser()
    shown = Figure.objects.current_for(em).filter(
        indicator__code="dossiers_on_time", organisation=published.organisation
    )
    assert [each.pk for each in shown] == [published.pk]
    Figure.objects.filter(pk=newer.pk).update(published_at=now)
    assert [each.pk for each in shown.all()] == [newer.pk]
