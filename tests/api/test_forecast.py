"""A forecast over the API says what it is made of and how wrong it may be."""

import pytest

pytestmark = pytest.mark.django_db


def test_a_short_series_gives_an_expectation_and_no_certainty(get):
    body = get("/forecast/dossiers_paid_online/H44").json()
    assert (body["year"], body["months_known"], body["short"]) == (2026, 1, True)
    assert body["expected"] == pytest.approx(100 * 82_913 / 98_459)
    assert (body["low"], body["high"], body["error"]) == (None, None, None)
    assert [each["period"] for each in body["path"]] == ["2026-09", "2026-10", "2026-11", "2026-12"]
    assert {each["low"] for each in body["path"]} == {None}


@pytest.mark.parametrize(
    ("address", "status"),
    [
        ("nothing/H44", 404),
        ("dossiers_on_time/H99", 404),
        ("fibre_villages/H44", 404),
        ("dossiers_on_time/H44?year=2020", 404),
        ("dossiers_on_time/H44?year=soon", 422),
        ("dossiers_on_time/H44?colour=red", 422),
    ],
)
def test_what_cannot_be_forecast_is_refused(get, address, status):
    assert get(f"/forecast/{address}").status_code == status
