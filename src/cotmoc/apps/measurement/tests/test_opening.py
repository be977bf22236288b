"""A computed figure opens to its dossiers, for those who may read them, and says why it changed."""

import csv
import io
import json
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import openpyxl
import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from cotmoc.analytics.tests.dossiers import bring, dossier
from cotmoc.apps.measurement import changes, facts
from cotmoc.apps.measurement.models import Figure, IndicatorVersion, Run
from cotmoc.apps.measurement.permissions import readable_bodies
from cotmoc.apps.measurement.ports import lake
from cotmoc.apps.measurement.provenance import explain, find_figure
from cotmoc.apps.measurement.web import facts as pages
from cotmoc.apps.orgs.models import Organisation
from cotmoc.config.cli import main

pytestmark = pytest.mark.django_db

FIRST = datetime(2026, 10, 3, tzinfo=UTC)
LATER = FIRST + timedelta(days=7)
AN, CHI = "H44.07", "H44.100"
LATE = "count(*) filter (where late_at <= period_end)"


@pytest.fixture
def table(settings, tmp_path):
    """Five dossiers of September of two bodies, two of them late; made up."""
    settings.DATA_DIR = tmp_path
    found = lake().table("dossiers")
    rows = [
        dossier("an-1", AN, "2026-09-01 08:00"),
        dossier("an-2", AN, "2026-09-02 08:00", late="2026-09-10 17:00"),
        dossier("chi-1", CHI, "2026-09-03 08:00"),
        dossier("chi-2", CHI, "2026-09-04 08:00", late="2026-09-11 17:00"),
        dossier("chi-3", CHI, "2026-09-05 08:00", late="2026-10-02 17:00"),
    ]
    bring(found, "thang-9.csv", rows, now=FIRST, label="illustration")
    return found


def run_at(now):
    """A run that read the lake as it stands."""
    digests = {each.month: each.digest for each in lake().table("dossiers").partitions(now)}
    return Run.objects.create(
        started_at=now, engine="duckdb", input_digest="0" * 64, definitions_digest="0" * 64,
        facts={"dossiers": digests},
    )  # fmt: skip


def stored(run, numerator, denominator, *, code="dossiers_on_time", body="H44", **changed):
    """A figure of September as the run stored it; the one before is superseded."""
    period = changed.pop("period", "2026-09")
    held = {"indicator__code": code, "organisation__code": body, "period": period}
    Figure.objects.current().filter(**held).update(superseded_at=run.started_at)
    value = 100 * Decimal(numerator) / denominator if denominator else Decimal(numerator)
    return Figure.objects.create(
        indicator=IndicatorVersion.objects.get(code=code, latest=True),
        organisation=Organisation.objects.get(code=body), run=run, period_end="2026-09-30",
        numerator=numerator, denominator=denominator, value=round(value, 6), **{
            "status": "measured", "basis": "computed", "with_data": 2, "expected": 163,
            "not_arising": 0, "period": period, **changed,
        },
    )  # fmt: skip


@pytest.fixture
def figure(table):
    """The province's dossiers on time of September."""
    return stored(run_at(FIRST), 3, 5)


def seen(figure, viewer, part="denominator"):
    found = facts.facts_behind(figure, part, viewer=viewer, limit=10)
    return found and [row.cells["dossier"] for row in found.rows]


def browser(person):
    client = Client()
    client.force_login(person, backend="django.contrib.auth.backends.ModelBackend")
    client.cookies["language"] = "en"
    return client


def page(person, address):
    answer = browser(person).get(address)
    return answer.status_code, answer.content.decode()


def test_the_figure_opens_to_its_dossiers_part_by_part(figure, cast):
    assert seen(figure, cast.dung) == ["an-1", "an-2", "chi-1", "chi-2", "chi-3"]
    assert seen(figure, cast.dung, "numerator") == ["an-1", "chi-1", "chi-3"]
    assert seen(figure, cast.dung, "rest") == ["an-2", "chi-2"]
    found = facts.facts_behind(figure, viewer=cast.dung, limit=1)
    assert (found.part, found.total, found.restricted) == ("rest", 2, False)
    assert {each.part: each.total for each in found.parts} == {
        "numerator": 3,
        "denominator": 5,
        "rest": 2,
    }


def test_each_dossier_names_the_file_and_line_it_came_from(figure, cast):
    row = facts.facts_behind(figure, "rest", viewer=cast.dung, limit=10).rows[1]
    assert (row.file_name, row.line, row.import_no) == ("thang-9.csv", 5, 1)
    assert (row.recorded_at, row.label) == (FIRST, "illustration")
    assert row.body_name == Organisation.objects.get(code=CHI).short_name


def test_who_speaks_for_a_body_sees_its_dossiers_alone(figure, cast):
    assert seen(figure, cast.an) == ["an-1", "an-2"]
    assert seen(figure, cast.chi) == ["chi-1", "chi-2", "chi-3"]
    assert facts.facts_behind(figure, viewer=cast.chi, limit=1).restricted
    own = stored(figure.run, 2, 3, body=CHI)
    assert not facts.facts_behind(own, viewer=cast.chi, limit=1).restricted
    assert seen(own, cast.an) == []


def test_committee_secretariat_and_audit_see_all_and_a_citizen_none(figure, cast):
    for person in (cast.binh, cast.dung, cast.giang):
        assert len(seen(figure, person)) == 5
    assert seen(figure, cast.em) is None
    assert readable_bodies(cast.em, timezone.localdate()) == frozenset()


def test_a_post_that_ended_opens_nothing(figure, cast):
    cast.chi.posts.update(valid_to=timezone.localdate())
    assert seen(figure, cast.chi) == []


def test_a_citizen_is_told_the_figure_without_what_is_behind_it(figure, cast):
    figure.published_at = FIRST
    figure.save()
    found = explain(figure, viewer=cast.em)
    assert (found.numerator, found.facts, found.components, found.imports) == (3, None, (), ())
    assert (found.history, found.change) == ((), None)


def test_what_it_is_made_of_is_counted_again(figure, cast):
    found = explain(figure, viewer=cast.dung)
    assert [(each.part, each.aggregate, each.value) for each in found.components] == [
        ("numerator", "count(*)", 5),
        ("numerator", LATE, 2),
        ("denominator", "count(*)", 5),
    ]
    assert (found.recounted.numerator, found.recounted.agrees) == (3, True)
    assert [(each.month, each.rows, each.intact) for each in found.months] == [("2026-09", 5, True)]
    assert [(each.file_name, each.rows) for each in found.imports] == [("thang-9.csv", 5)]


def test_a_figure_that_the_facts_do_not_bear_out_is_noticed(figure, cast):
    figure.numerator = 4
    found = explain(figure, viewer=cast.dung)
    assert (found.recounted.agrees, found.recomputed) == (False, False)


def test_explaining_costs_few_queries(figure, cast):
    found = find_figure(str(figure.pk), viewer=cast.dung)
    explain(found, viewer=cast.dung)  # the closure is built once in a process
    with CaptureQueriesContext(connection) as queries:
        explain(found, viewer=cast.dung)
    assert len(queries) <= 12, [each["sql"][:90] for each in queries]


# Corrections -------------------------------------------------------------------------------------


@pytest.fixture
def corrected(figure, table):
    """A week later one late dossier turned out to be on time, another came in."""
    rows = [dossier("chi-2", CHI, "2026-09-04 08:00"), dossier("chi-4", CHI, "2026-09-06 08:00")]
    bring(table, "sua.csv", rows, now=LATER, instead_of=[(1, 5)], of="2026-09")
    return stored(run_at(LATER), 5, 6)


def test_the_old_figure_opens_to_what_was_known_then(figure, corrected, cast):
    old = find_figure(str(figure.pk), viewer=cast.dung)
    assert old.superseded_at == LATER
    assert seen(old, cast.dung, "rest") == ["an-2", "chi-2"]
    assert seen(corrected, cast.dung, "rest") == ["an-2"]
    assert explain(old, viewer=cast.dung).recounted.agrees
    assert explain(corrected, viewer=cast.dung).recounted.agrees


def test_why_it_changed_names_months_and_imports(figure, corrected, cast):
    change = changes.why(corrected, viewer=cast.dung)
    assert (change.before.id, change.after.id) == (figure.pk, corrected.pk)
    assert (change.before.numerator, change.after.numerator) == (3, 5)
    assert change.reasons == ("facts",)
    assert [each.month for each in change.months] == ["2026-09"]
    assert [(each.file_name, each.added, each.superseded) for each in change.imports] == [
        ("sua.csv", 2, 1)
    ]
    assert changes.why(figure, viewer=cast.dung) is None


def test_a_body_that_the_correction_does_not_touch_shows_no_import(table, corrected, cast):
    before = stored(Run.objects.get(started_at=FIRST), 1, 2, body=AN)
    Figure.objects.filter(pk=before.pk).update(superseded_at=LATER)
    after = stored(Run.objects.get(started_at=LATER), 1, 2, body=AN)
    assert changes.why(after, viewer=cast.dung).imports == ()


def test_a_changed_definition_and_another_basis_are_reasons(figure, cast):
    row = figure.indicator
    row.pk, row.version, row.digest, row.computing_digest = None, 2, "1" * 64, "1" * 64
    row.latest = False
    row.save()
    after = stored(figure.run, 3, 5)
    Figure.objects.filter(pk=after.pk).update(indicator=row, basis="reported")
    after.refresh_from_db()
    change = changes.why(after, viewer=cast.dung)
    assert change.reasons == ("definition", "basis")
    assert (change.before.version, change.after.version) == (1, 2)


def test_a_change_that_nothing_explains_says_so(figure, cast):
    after = stored(figure.run, 4, 5)
    assert changes.why(after, viewer=cast.dung).reasons == ()
    _status, text = page(cast.dung, f"/figures/id/{after.pk}/")
    assert "Nothing that is recorded explains it." in text


# Derived figures ---------------------------------------------------------------------------------


def test_a_derived_figure_links_those_it_is_made_of(figure, cast):
    year_ago = stored(figure.run, 1, 2, period="2025-09")
    found = stored(
        figure.run, Decimal("10"), None, code="dossiers_on_time_year_change", basis="derived"
    )
    explanation = explain(found, viewer=cast.dung)
    assert explanation.definition.numerator is None
    assert [(each.text, [one.id for one in each.figures]) for each in explanation.references] == [
        ("value(dossiers_on_time)", [figure.pk]),
        ("last_year(dossiers_on_time)", [year_ago.pk]),
    ]
    assert (explanation.exact, explanation.recomputed) == (10, True)
    status, text = page(cast.dung, f"/figures/id/{found.pk}/")
    assert status == 200
    assert f"/figures/id/{year_ago.pk}/" in text


def test_a_derived_figure_whose_parts_say_otherwise_is_noticed(figure, cast):
    stored(figure.run, 1, 2, period="2025-09")
    found = stored(
        figure.run, Decimal("11"), None, code="dossiers_on_time_year_change", basis="derived"
    )
    assert explain(found, viewer=cast.dung).recomputed is False


def test_a_year_to_date_is_counted_over_its_days_not_averaged(figure, cast):
    found = stored(figure.run, Decimal("60"), None, code="dossiers_on_time_ytd", basis="derived")
    explanation = explain(found, viewer=cast.dung)
    assert (explanation.exact, explanation.recomputed) == (60, True)
    (reference,) = explanation.references
    assert (reference.start.isoformat(), reference.end.isoformat()) == ("2026-01-01", "2026-10-01")


# Pages -------------------------------------------------------------------------------------------


def test_the_figures_page_shows_dossiers_and_where_they_lead(figure, cast):
    status, text = page(cast.dung, "/figures/dossiers_on_time/H44/2026-09/")
    assert status == 200
    for words in ("an-2", "chi-2", "import 1, line 5", "thang-9.csv", LATE.replace("<", "&lt;")):
        assert words in text
    assert f"/figures/id/{figure.pk}/facts/" in text
    assert text.count("illustration") >= 2


def test_one_dossier_opens_to_all_that_is_known_of_it(figure, cast):
    address = f"/figures/id/{figure.pk}/facts/?import=1&line=5"
    status, text = page(cast.dung, address)
    assert status == 200
    for words in ("chi-2", "thang-9.csv", "Channel", "1.000001"):
        assert words in text
    assert page(cast.an, address)[0] == 404
    assert page(cast.chi, address)[0] == 200


@pytest.mark.parametrize(
    "query",
    [
        "?page=99",
        "?page=x",
        "?part=nonsense",
        "?sort=nonsense",
        "?sort=-late_at",
        "?import=x&line=1",
    ],
)
def test_whatever_is_asked_of_the_list_it_answers(figure, cast, query):
    status, text = page(cast.dung, f"/figures/id/{figure.pk}/facts/{query}")
    assert status == 200
    assert "chi-2" in text


def test_a_figure_of_another_basis_has_no_list(cast):
    reported = Figure.objects.current().get(
        indicator__code="dossiers_on_time", organisation__code="H44", period="2026-08"
    )
    status, text = page(cast.dung, f"/figures/id/{reported.pk}/facts/")
    assert status == 200
    assert "It is not computed from single facts" in text


def test_a_superseded_figure_has_a_page_that_leads_to_the_current_one(figure, corrected, cast):
    status, text = page(cast.dung, f"/figures/id/{figure.pk}/")
    assert status == 200
    assert "This figure was superseded at" in text
    assert "/figures/dossiers_on_time/H44/2026-09/" in text
    _status, text = page(cast.dung, f"/figures/id/{corrected.pk}/")
    for words in ("Why this figure changed", "sua.csv", f"/figures/id/{figure.pk}/"):
        assert words in text


def test_the_selection_is_exported_and_nothing_else(figure, cast):
    address = f"/figures/id/{figure.pk}/facts/?part=rest&export="
    answer = browser(cast.dung).get(f"{address}csv")
    text = b"".join(answer.streaming_content).decode("utf-8-sig")
    header, *rows = csv.reader(io.StringIO(text))
    assert [row[0] for row in rows] == ["an-2", "chi-2"]
    assert dict(zip(header, rows[1], strict=True))["Line"] == "5"
    sheet = openpyxl.load_workbook(io.BytesIO(browser(cast.dung).get(f"{address}xlsx").content))
    found = list(sheet.active.values)
    assert [row[0] for row in found] == [header[0], "an-2", "chi-2"]
    assert datetime(2026, 9, 4, 8, 0) in found[2]  # noqa: DTZ001 - facts carry local time
    own = browser(cast.chi).get(f"{address}csv")
    assert b"an-2" not in b"".join(own.streaming_content)


def test_too_many_for_one_file_is_said_instead_of_cut_off(figure, cast, monkeypatch):
    monkeypatch.setattr(pages, "EXPORTED_AT_MOST", 1)
    status, text = page(cast.dung, f"/figures/id/{figure.pk}/facts/?part=rest&export=csv")
    assert status == 413
    assert "at most 1 are exported" in text


def test_a_part_of_the_lake_that_is_gone_is_said_and_the_figure_stays(figure, table, cast):
    part = table.folder / table.manifest().parts[0].path
    part.unlink()
    found = explain(figure, viewer=cast.dung)
    assert (found.value, found.recomputed, found.recounted) == (60, True, None)
    assert part.name in found.facts.problem
    for address in (
        "/figures/dossiers_on_time/H44/2026-09/",
        f"/figures/id/{figure.pk}/facts/",
        f"/figures/id/{figure.pk}/facts/?export=csv",
        f"/figures/id/{figure.pk}/facts/?import=1&line=5",
    ):
        answer = browser(cast.dung).get(address)
        assert answer.status_code in (200, 413)
        assert part.name in answer.content.decode()


# Programs ----------------------------------------------------------------------------------------


def test_the_api_gives_all_that_is_known_and_to_each_his_own(corrected, cast):
    def shape(value):
        if isinstance(value, dict):
            return {key: shape(each) for key, each in value.items()}
        return [shape(each) for each in value[:1]] if isinstance(value, list) else None

    address = "/api/v1/figures/dossiers_on_time/H44/2026-09/explain"
    given = browser(cast.dung).get(address, {"part": "numerator", "sort": "-received_at"}).json()
    known = explain(corrected, viewer=cast.dung, part="numerator").to_dict()
    assert shape(given) == shape(known)
    rows = [row["cells"]["dossier"] for row in given["facts"]["rows"]]
    assert rows == ["chi-4", "chi-3", "chi-2", "chi-1", "an-1"]
    own = browser(cast.an).get(address, {"part": "denominator"}).json()["facts"]
    assert ([row["body"] for row in own["rows"]], own["restricted"]) == ([AN, AN], True)
    assert browser(cast.dung).get(address, {"part": "everything"}).status_code == 422


def test_the_command_prints_dossiers_and_what_changed(corrected, capsys):
    reference = "dossiers_on_time/H44/2026-09"
    assert main(["figures", "explain", reference, "--part", "rest", "--rows", "5"]) == 0
    out = capsys.readouterr().out
    for words in ("an-2", "thang-9.csv:3", f"{LATE} = 1", "sua.csv: +2 −1"):
        assert words in out
    assert "chi-2" not in out
    assert main(["figures", "explain", reference, "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["change"]["reasons"] == ["facts"]
