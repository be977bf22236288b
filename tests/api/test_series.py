"""A series over the API says by which calendar, borders and rules it was made."""

import pytest

from cotmoc.apps.measurement.models import Figure

pytestmark = pytest.mark.django_db


def test_a_series_is_the_stored_figures_and_names_its_rules(get):
    body = get("/series/dossiers_on_time/H44?last=2").json()
    assert body["calendar"] == "calendar"
    assert body["kind"] == "month"
    assert body["borders"] == {"rule": "as_it_was", "on": None}
    assert (body["share_rule"], body["merge_rule"]) == ("equal", "sum_of_parts")
    assert body["unprepared"] is None
    july, august = body["points"]
    figure = Figure.objects.current().get(
        indicator__code="dossiers_on_time", organisation__code="H44", period="2026-08"
    )
    assert august["value"] == float(figure.value)
    assert august["figure"] == "dossiers_on_time/H44/2026-08"
    assert (july["value"], july["status"]) == (None, "no_data")


def test_rules_that_are_asked_for_are_named(get):
    body = get(
        "/series/dossiers_on_time/H44"
        "?calendar=nd09&kind=quarter&on=2026-01-01&share_rule=area&merge_rule=mean_of_parts&last=1"
    ).json()
    assert body["calendar"] == "nd09"
    assert body["kind"] == "quarter"
    assert body["borders"] == {"rule": "on_the_units_of", "on": "2026-01-01"}
    assert (body["share_rule"], body["merge_rule"]) == ("area", "mean_of_parts")
    (point,) = body["points"]
    assert point["period"].startswith("nd09:")


def test_a_former_province_answers_that_it_is_closed(get):
    body = get("/series/dossiers_on_time/province:26:?last=1").json()
    (point,) = body["points"]
    assert (point["value"], point["status"], point["reason"]) == (None, "closed", "closed")


@pytest.mark.parametrize(
    ("address", "status"),
    [
        ("nothing/H44", 404),
        ("dossiers_on_time/H99", 404),
        ("dossiers_on_time/H44?calendar=moon", 404),
        ("dossiers_on_time/H44?kind=decade", 404),
        ("dossiers_on_time/H44?on=2026-02-30", 422),
        ("dossiers_on_time/H44?share_rule=luck", 422),
        ("dossiers_on_time/H44?last=0", 422),
        ("dossiers_on_time/H44?colour=red", 422),
    ],
)
def test_what_cannot_be_read_is_refused(get, address, status):
    assert get(f"/series/{address}").status_code == status
