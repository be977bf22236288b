"""Figures from facts in an installation: stored, beside what was reported, derived, asked for."""

import json
from datetime import date, timedelta
from decimal import Decimal

import pytest

from cotmoc.analytics.sample import Recipe, SampleBody, add_dossiers
from cotmoc.apps.measurement.jobs import carry_out
from cotmoc.apps.measurement.models import Computation, Difference, Figure, Run
from cotmoc.apps.measurement.ports import lake
from cotmoc.apps.measurement.provenance import explain
from cotmoc.apps.measurement.services import compute_figures, publish_figures, request_computation
from cotmoc.apps.orgs.models import Succession
from cotmoc.config.cli.figures import Operator
from cotmoc.config.cli.main import main
from cotmoc.core.workdays import WorkCalendar

BODIES = ("H44.100", "H44.101", "H44.13")


@pytest.fixture
def dossiers(settings, tmp_path, province, now):
    """A lake with made-up dossiers of three bodies in July and August 2026, and the received files
    of the province in place."""
    source = settings.DATA_DIR
    settings.DATA_DIR = tmp_path
    (tmp_path / "lake").mkdir()
    (tmp_path / "lake" / "observations").symlink_to(source / "lake" / "observations")
    bodies = [SampleBody(code, weight=10.0, late=0.2) for code in BODIES]
    recipe = Recipe(600, 5, date(2026, 7, 1), date(2026, 8, 1), "province")
    add_dossiers(lake().table("dossiers"), bodies, WorkCalendar(), recipe, now=now)
    return lake().table("dossiers")


def current(code, body, period):
    return Figure.objects.current().get(
        indicator__code=code, organisation__code=body, period=period
    )


def test_what_facts_give_is_computed_and_adds_up_to_the_province(dossiers, now):
    compute_figures(actor=None, now=now)
    members = [current("dossiers_received", body, "2026-08") for body in BODIES]
    province = current("dossiers_received", "H44", "2026-08")
    assert {each.basis for each in [*members, province]} == {"computed"}
    assert province.value == sum(each.value for each in members)
    assert (province.with_data, province.expected) == (3, 163)
    quarter = current("dossiers_received", "H44", "2026-Q3")
    assert (quarter.value, quarter.status) == (600, "partial"), "facts end before the quarter does"
    assert province.status == "measured"


def test_what_was_reported_stands_beside_what_was_computed(dossiers, now):
    reported = current("dossiers_received", "H44.100", "2026-08").value
    compute_figures(actor=None, now=now)
    difference = Difference.objects.get(
        indicator__code="dossiers_received", organisation__code="H44.100", period="2026-08"
    )
    computed = current("dossiers_received", "H44.100", "2026-08").value
    assert (difference.reported, difference.computed) == (reported, computed)
    assert difference.difference == reported - computed
    assert difference.size == abs(difference.difference)


def test_the_reported_figure_is_superseded_not_removed(dossiers, now):
    before = current("dossiers_received", "H44.100", "2026-08")
    compute_figures(actor=None, now=now)
    before.refresh_from_db()
    assert before.superseded_at == now
    assert before.basis == "reported"


def test_derived_indicators_follow_from_the_others(dossiers, now):
    compute_figures(actor=None, now=now)
    july = current("dossiers_submitted_online", "H44.100", "2026-07").value
    august = current("dossiers_submitted_online", "H44.100", "2026-08").value
    change = current("dossiers_submitted_online_change", "H44.100", "2026-08")
    assert change.basis == "derived"
    assert change.value == pytest.approx(august - july, abs=Decimal("0.00001"))


def test_the_same_facts_store_nothing_new_and_a_new_month_is_scanned_alone(dossiers, now):
    first = compute_figures(actor=None, now=now)
    assert first.changed > 0
    assert compute_figures(actor=None, now=now) == first
    bodies = [SampleBody("H44.100", weight=1.0, late=0.2)]
    recipe = Recipe(20, 6, date(2026, 8, 1), date(2026, 8, 1), "province")
    add_dossiers(dossiers, bodies, WorkCalendar(), recipe, now=now)
    second = compute_figures(actor=None, now=now)
    assert second.work["dossiers"]["scanned"] == ["2026-08"]
    assert second.facts["dossiers"]["2026-07"] == first.facts["dossiers"]["2026-07"]
    assert second.facts["dossiers"]["2026-08"] != first.facts["dossiers"]["2026-08"]


def test_another_calendar_is_stored_when_it_is_asked_for(dossiers, now):
    compute_figures(actor=None, now=now, calendar_codes=["calendar", "nd09"])
    decree = current("dossiers_received", "H44", "nd09:2026-08")
    assert decree.period_end == date(2026, 8, 14)
    assert 0 < decree.value < 600
    assert current("dossiers_received", "H44", "2026-08").value


def test_a_requested_computation_tells_how_it_ended(dossiers, cast, now, monkeypatch):
    taken = []
    monkeypatch.setattr("cotmoc.apps.measurement.ports.computations", [taken.append])
    computation = request_computation(reason="a test", actor=cast.dung, now=now)
    assert request_computation(reason="again", actor=cast.dung, now=now) == computation
    done = carry_out(computation, now=now)
    assert (done.state, done.problem) == (Computation.State.DONE, "")
    assert done.run == Run.objects.first()
    assert done.changed == done.run.changed > 0
    again = request_computation(reason="a test", actor=cast.dung, now=now + timedelta(hours=1))
    assert carry_out(again, now=now + timedelta(hours=1)).changed == 0, "nothing new came"


def test_a_failed_computation_says_why(cast, now, monkeypatch):
    monkeypatch.setattr("cotmoc.apps.measurement.ports.computations", [])
    computation = request_computation(reason="a test", actor=cast.dung, now=now)
    monkeypatch.setattr(
        "cotmoc.apps.measurement.jobs.compute_figures",
        lambda **_: (_ for _ in ()).throw(RuntimeError("no room on the disk")),
    )
    done = carry_out(computation, now=now)
    assert (done.state, done.problem) == (Computation.State.FAILED, "no room on the disk")


def test_figures_over_too_few_facts_are_kept_back_from_the_public(dossiers, cast, province, now):
    compute_figures(actor=None, now=now)
    rated = current("rated_satisfied", "H44", "2026-08")
    Figure.objects.filter(pk=rated.pk).update(denominator=4, numerator=3)
    publish_figures(["rated_satisfied"], province, actor=cast.dung, now=now)
    rated.refresh_from_db()
    assert rated.published_at is None
    assert Figure.objects.filter(indicator__code="rated_satisfied").exclude(published_at=None)


def test_reported_months_imported_as_rows_make_figures_that_open_to_their_lines(
    dossiers, tmp_path, capsys
):
    lines = ["element,unit_code,period,numerator,denominator"]
    lines += [f"work_files_online,H44.100,2026-0{month},{month},10" for month in (7, 8, 9)]
    path = tmp_path / "reports.csv"
    path.write_text("\n".join(lines), encoding="utf-8")
    assert main(["facts", "import", "observations", str(path), "--json"]) == 0
    said = json.loads(capsys.readouterr().out)
    assert said["changed"] > 0
    quarter = current("work_files_online", "H44.100", "2026-Q3")
    assert (quarter.value, quarter.basis) == (80, "rolled")
    opened = explain(quarter, viewer=Operator())
    assert opened.recomputed
    assert {(row.file_name, row.line) for row in opened.observations.rows} == {
        ("reports.csv", 2),
        ("reports.csv", 3),
        ("reports.csv", 4),
    }


def test_on_other_borders_a_body_that_lacks_a_part_is_not_comparable(dossiers, capsys):
    """No population is loaded: what was divided cannot be moved by that rule, and says so. Facts
    since the reform are not touched by it."""
    asked = ["compute", "--on", "2026-08-31", "--rule", "population", "--json"]
    assert main([*asked, "--indicator", "dossiers_received"]) == 0
    said = json.loads(capsys.readouterr().out)
    assert said["rule"] == "population"
    assert {row["status"] for row in said["figures"]} == {"measured"}
    (whole,) = [
        row for row in said["figures"] if (row["body"], row["period"]) == ("H44", "2026-Q3")
    ]
    assert whole["value"] == 600


def test_a_rule_without_a_weight_makes_no_figure_of_what_is_left(dossiers, now, capsys):
    """A new commune was made of a whole one and a part of another: by a rule that cannot move the
    part, the whole one alone would be too little and look like all."""
    part = Succession.objects.filter(
        whole=False, predecessor__level="commune", successor__made_from__whole=True
    ).first()
    whole = Succession.objects.filter(successor=part.successor, whole=True).first()
    keys = [part.predecessor.key, whole.predecessor.key]
    bodies = [SampleBody(key, weight=1.0, late=0.1) for key in keys]
    recipe = Recipe(40, 8, date(2025, 6, 1), date(2025, 6, 1), "country")
    add_dossiers(dossiers, bodies, WorkCalendar(), recipe, now=now)

    def made(rule):
        asked = ["compute", "--on", "2026-08-31", "--rule", rule, "--json"]
        assert main([*asked, "--indicator", "dossiers_received"]) == 0
        figures = json.loads(capsys.readouterr().out)["figures"]
        return {(row["body"], row["period"]): row for row in figures}

    key = (part.successor.key, "2025-06")
    assert made("equal")[key]["status"] == "estimated"
    lacking = made("population")[key]
    assert (lacking["status"], lacking["value"]) == ("not_comparable", None)
