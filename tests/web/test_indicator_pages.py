"""Indicators, heat table, data and differences: what they say is what was loaded and computed, and
who may do what."""

import csv
import io
import re
from datetime import UTC, datetime
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from cotmoc.analytics.lake import Lake
from cotmoc.apps.journal.models import Entry
from cotmoc.apps.measurement import ports
from cotmoc.apps.measurement.models import (
    Computation,
    Difference,
    Figure,
    IndicatorVersion,
    Run,
)
from cotmoc.apps.measurement.web.heat import quarters
from cotmoc.apps.orgs.models import Organisation

pytestmark = pytest.mark.django_db

SERIES_QUERIES = 20


def rows_of(answer):
    text = answer.getvalue().decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text)))


# The catalogue ------------------------------------------------------------------------------


def test_the_catalogue_names_path_and_newest_value(dung, read):
    text = read(dung.get("/indicators/?q=dossiers_on_time")).text
    value = Figure.objects.current().get(
        indicator__code="dossiers_on_time", organisation__code="H44", period="2026-08"
    )
    assert f"{value.value:.2f}".replace(".", ",") in text


@pytest.mark.parametrize("path", ["computed", "reported", "derived"])
def test_the_catalogue_is_narrowed_by_path(cast, signed_in, path):
    browser = signed_in(cast.dung, "en")
    rows = rows_of(browser.get(f"/indicators/?path={path}&export=csv"))
    expected = {
        row.code
        for row in IndicatorVersion.objects.filter(latest=True)
        if (path == "derived") == ("formula" in row.content)
        and (path == "derived" or (path == "reported") == (row.content["table"] == "observations"))
    }
    assert {row["Code"] for row in rows} == expected
    assert expected


def test_without_accents_and_in_any_order_words_are_found(dung):
    rows = rows_of(dung.get("/indicators/?q=han+dung&export=csv"))
    assert "dossiers_on_time" in {next(iter(row.values())) for row in rows}


def test_every_indicator_opens_and_its_example_holds(cast, signed_in):
    browser = signed_in(cast.dung, "en")
    for code in IndicatorVersion.objects.filter(latest=True).values_list("code", flat=True):
        answer = browser.get(f"/indicators/{code}/")
        assert answer.status_code == 200, code
        assert answer.context["example"].agrees, code
        assert "not what the catalogue promises" not in answer.content.decode(), code


# One indicator over time --------------------------------------------------------------------


def test_a_series_names_target_calendar_and_borders(published, cast, signed_in, read):
    text = read(signed_in(cast.dung, "en").get("/indicators/dossiers_on_time/")).text
    assert "≥ 95%" in text
    assert "every body with the borders it had in the period" in text
    page = signed_in(cast.dung, "en").get(
        "/indicators/dossiers_on_time/?on=2026-01-01&calendar=both&merge=mean_of_parts&rule=area"
    )
    text = read(page).text
    for words in ("1 Jan 2026", "by area", "plain mean of the parts", "Decree 09/2019"):
        assert words in text
    assert [drawn.calendar for drawn in page.context["drawn"]] == ["calendar", "nd09"]


def test_side_by_side_stands_what_bears_one_name(dung):
    page = dung.get("/indicators/dossiers_on_time/?calendar=both&kind=quarter")
    civil, decree = (
        [row.point.period.code for row in drawn.rows] for drawn in page.context["drawn"]
    )
    assert [f"nd09:{code}" for code in civil] == decree


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ("calendar=moon", "There is no calendar moon."),
        ("kind=decade", "This calendar has no such periods: decade."),
        ("body=H99", "There is no body with the code H99."),
        ("on=2026-02-30", "On the units of"),
        ("on=9999-12-31", "Borders are known from 1945 to 2100."),
        ("rule=luck", "Divided units"),
    ],
)
def test_what_cannot_be_read_is_said_and_the_usual_is_drawn(cast, signed_in, read, wrong, said):
    answer = signed_in(cast.dung, "en").get(f"/indicators/dossiers_on_time/?{wrong}")
    assert answer.status_code == 200
    assert answer.context["asked"].problems
    assert said in read(answer).text
    assert answer.context["asked"].body.code == "H44"


def test_an_indicator_page_asks_few_things_of_the_database(dung):
    dung.get("/indicators/dossiers_on_time/")
    for address in ("", "?on=2026-01-01", "?calendar=both&kind=quarter"):
        with CaptureQueriesContext(connection) as captured:
            dung.get(f"/indicators/dossiers_on_time/{address}")
        assert len(captured) <= SERIES_QUERIES, address


# The heat table -----------------------------------------------------------------------------


def test_quarters_follow_the_ranking_and_the_direction():
    values = [Decimal(n) for n in range(8)]
    assert quarters(values, "up") == [0, 0, 1, 1, 2, 2, 3, 3]
    assert quarters(values, "down") == [3, 3, 2, 2, 1, 1, 0, 0]
    assert quarters([Decimal(5)] * 8, "up") == [None] * 8
    assert quarters([None, *values[:3]], "up") == [None] * 4
    tied = quarters([Decimal(1), Decimal(1), Decimal(1), Decimal(9)], "up")
    assert tied[0] == tied[1] == tied[2] < tied[3]


def test_every_commune_has_a_number_or_a_reason_in_every_cell(published, dung, read):
    page = dung.get("/heat/?kind=commune")
    rows, columns = page.context["rows"], page.context["columns"]
    assert len(rows) == 148
    assert 0 < len(columns) <= 12
    figures = {
        (figure.organisation.code, figure.indicator.code): figure
        for figure in Figure.objects.current()
        .filter(period="2026-08", organisation__kind="commune")
        .select_related("organisation", "indicator")
    }
    for row in rows:
        for column, cell in zip(columns, row.cells, strict=True):
            figure = figures.get((row.body.code, column.code))
            assert cell.value == (figure.value if figure else None)
            assert cell.shown
    ratio = next(column for column in columns if column.code == "dossiers_on_time")
    place = columns.index(ratio)
    worst = [row.cells[place].value for row in rows if row.cells[place].quarter == 0]
    best = [row.cells[place].value for row in rows if row.cells[place].quarter == 3]
    assert max(worst) < min(best)


def test_the_table_is_sorted_by_any_of_its_indicators(dung):
    page = dung.get("/heat/?group=reported&sort=-dossier_satisfaction")
    codes = [column.code for column in page.context["columns"]]
    place = codes.index("dossier_satisfaction")
    values = [row.cells[place].value for row in page.context["rows"]]
    there = [value for value in values if value is not None]
    assert there == sorted(there, reverse=True)
    assert values == there + [None] * (len(values) - len(there))


# The data page ------------------------------------------------------------------------------


@pytest.fixture
def empty_folder(settings, tmp_path):
    settings.DATA_DIR = tmp_path
    return tmp_path


def test_empty_places_say_which_command_to_run(empty_folder, cast, signed_in, read):
    text = read(signed_in(cast.dung, "en").get("/data/")).text
    assert "cotmoc facts import dossiers FILE" in text
    assert "None: every row that came was taken in." in text
    text = read(signed_in(cast.dung, "en").get("/differences/")).text
    assert "cotmoc compute" in text


def test_imports_are_listed_and_made_up_facts_are_marked(empty_folder, cast, signed_in, read):
    import pyarrow as pa

    recorded = datetime(2026, 9, 2, 3, 4, tzinfo=UTC)
    dataset = Lake(empty_folder / "lake").table("dossiers")
    with dataset.append("mau.csv", "ab" * 32, now=recorded, label="illustration") as adding:
        adding.write("2026-06", pa.table({"dossier": ["a", "b"]}))
        adding.write("2026-08", pa.table({"dossier": ["c"]}))
        adding.describe(refused=4, about={"reasons": {"not_allowed": 4}})
    page = signed_in(cast.dung, "en").get("/data/")
    text = read(page).text
    assert "mau.csv" in text
    assert "illustration" in text
    assert "3 of these rows are an illustration, not real facts." in text
    assert "Months without facts: 2026-07" in text
    assert "not_allowed: 4" in text
    (held,) = [each for each in page.context["held"] if each["holding"].table.name == "dossiers"]
    assert [(m.month, m.rows) for m in held["holding"].months] == [
        ("2026-06", 2), ("2026-07", 0), ("2026-08", 1),
    ]  # fmt: skip


def test_a_lake_that_cannot_be_read_is_said_not_hidden(empty_folder, cast, signed_in, read):
    (empty_folder / "lake" / "dossiers").mkdir(parents=True)
    (empty_folder / "lake" / "dossiers" / "manifest.json").write_text('{"imports": []}')
    assert "This table cannot be read" in read(signed_in(cast.dung, "en").get("/data/")).text


def test_computing_is_asked_for_once_and_written_down(cast, signed_in, monkeypatch):
    monkeypatch.setattr(ports, "computations", [])
    browser = signed_in(cast.dung, "en")
    browser.post("/data/compute/")
    browser.post("/data/compute/")
    (asked,) = Computation.objects.all()
    assert (asked.requested_by, asked.state) == (cast.dung, "waiting")
    assert Entry.objects.filter(verb="computation.requested").count() == 1


def test_a_post_without_its_mark_is_refused(cast):
    from django.test import Client

    browser = Client(enforce_csrf_checks=True)
    browser.force_login(cast.dung, backend="django.contrib.auth.backends.ModelBackend")
    assert browser.post("/data/compute/").status_code == 403
    assert not Computation.objects.exists()


def test_who_does_not_steer_sees_no_button_and_no_refused_rows(cast, signed_in, address_of, read):
    address_of("data/quarantine/<str:name>/")  # puts a file there
    page = read(signed_in(cast.chi, "en").get("/data/"))
    assert "Compute now" not in page.text
    links = [attributes.get("href", "") for tag, attributes in page.tags if tag == "a"]
    assert not any("quarantine" in link for link in links)


def test_progress_is_shown_with_and_without_script(cast, signed_in, now):
    Computation.objects.create(
        reason="x", requested_at=now, started_at=now, state="running", step="facts", done=3, total=9
    )
    html = signed_in(cast.dung, "en").get("/data/").content.decode()
    assert 'hx-trigger="every 2s"' in html
    assert '<a href="">Refresh</a>' in html
    assert "scanning months of facts 3 / 9" in re.sub(r"\s+", " ", html)
    Computation.objects.update(state="done", finished_at=now)
    html = signed_in(cast.dung, "en").get("/data/computations/").content.decode()
    assert "hx-trigger" not in html.split('id="computing"')[1].split(">")[0]
    assert '<a href="">Refresh</a>' not in html


@pytest.mark.parametrize("name", ["..%2Fsecret-key", "nothing.csv", "%2e%2e"])
def test_only_files_that_lie_in_quarantine_are_read(empty_folder, dung, name):
    (empty_folder / "secret-key").write_text("x")
    assert dung.get(f"/data/quarantine/{name}/").status_code == 404
    assert dung.get(f"/data/quarantine/{name}/file/").status_code == 404


# Differences --------------------------------------------------------------------------------


@pytest.fixture
def differences(db, now):
    run = Run.objects.create(started_at=now, engine="x", input_digest="a", definitions_digest="b")

    def add(code, body, reported, computed):
        indicator = IndicatorVersion.objects.get(code=code, latest=True)
        return Difference.objects.create(
            indicator=indicator,
            organisation=Organisation.objects.get(code=body),
            period="2026-08",
            period_end=datetime(2026, 8, 31, tzinfo=UTC).date(),
            reported=Decimal(reported),
            computed=Decimal(computed),
            computed_denominator=100,
            reported_denominator=100,
            difference=Decimal(reported) - Decimal(computed),
            size=abs(Decimal(reported) - Decimal(computed)),
            run=run,
        )

    add("dossiers_on_time", "H44.100", 99, 71)
    add("dossiers_on_time", "H44.07", 60, 64)
    add("dossiers_on_time", "H44", 80, 80)
    add("dossiers_received", "H44", 5000, 4000)


def test_differences_come_by_size_and_measures_that_do_not_compare_apart(
    differences, cast, signed_in, read
):
    browser = signed_in(cast.dung, "en")
    rows = rows_of(browser.get("/differences/?export=csv"))
    assert [row["Code"] for row in rows] == ["H44.100", "H44.07", "H44"]
    assert [row["Reported less computed"] for row in rows][:2] == ["28.000000", "-4.000000"]
    rows = rows_of(browser.get("/differences/?unit=all&export=csv"))
    assert len(rows) == 4
    rows = rows_of(browser.get("/differences/?kind=commune&export=csv"))
    assert [row["Code"] for row in rows] == ["H44.100"]
    text = read(browser.get("/differences/")).text
    assert "+28.00 report looks better" in text
    assert "−4.00 report looks worse" in text


def test_an_indicator_says_how_often_reported_and_computed_differ(differences, dung):
    assert dung.get("/indicators/dossiers_on_time/").context["differences"] == 2
