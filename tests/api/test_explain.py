"""A figure opens down to the file and the line it was read from."""

import dataclasses

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from cotmoc.apps.measurement.models import Figure, IndicatorVersion, Source
from cotmoc.apps.measurement.ports import lake, received_file
from cotmoc.apps.measurement.provenance import explain, find_figure, source_rows

ON_TIME = "dossiers_on_time/H44/2026-08"
PROGRESS = "phu-tho-2026-08-progress.csv"


@pytest.fixture
def dung(cast):
    return cast.dung


def explained(ref, viewer, **part):
    return explain(find_figure(ref, viewer=viewer), viewer=viewer, **part)


def test_the_sum_of_a_province_opens_to_its_members(get):
    found = get(f"/figures/{ON_TIME}/explain", {"limit": 500}).json()
    assert (found["numerator"], found["denominator"]) == (144625, 184513)
    assert (found["value"], found["shown"]) == (78.382011, 78.38)
    assert found["exact"] == pytest.approx(14462500 / 184513, rel=1e-12)
    assert found["recomputed"] is True
    assert found["definition"]["formula"]["en"] == "100 × dossiers on time ÷ dossiers received"
    assert found["published"]["agrees"] is True
    assert (found["published"]["numerator"], found["published"]["numerator_difference"]) == (
        144625,
        0,
    )
    kinds = {each["kind"]: each for each in found["contributions"]}
    assert {kind: each["members"] for kind, each in kinds.items()} == {
        "department": 15,
        "commune": 148,
    }
    assert sum(each["numerator"] for each in kinds.values()) == 144625
    assert sum(each["denominator"] for each in kinds.values()) == 184513
    assert sum(each["not_arising"] for each in kinds.values()) == 2
    observations = found["observations"]
    assert observations["total"] == len(observations["rows"]) == 326
    assert {row["element"] for row in observations["rows"]} == {
        "progress.on_time",
        "progress.received",
    }
    for element, total in (("progress.on_time", 144625), ("progress.received", 184513)):
        rows = [row for row in observations["rows"] if row["element"] == element]
        assert sum(row["value"] for row in rows) == total
    assert [(each["file_name"], each["observations"]) for each in found["sources"]] == [
        (PROGRESS, 326)
    ]


def test_an_observation_names_file_and_line(dung):
    rows = explained(ON_TIME, dung, limit=500).observations.rows
    row = next(r for r in rows if (r.unit_code, r.element) == ("H44.03", "progress.on_time"))
    assert (row.value, row.file_name, row.line) == (486, PROGRESS, 4)
    source = Source.objects.get(pk=row.source_id)
    excerpt = source_rows(source, row.line, context=1)
    assert [each.line for each in excerpt.rows] == [3, 4, 5]
    wanted = next(each for each in excerpt.rows if each.wanted)
    cells = dict(zip(excerpt.header, wanted.cells, strict=True))
    assert (cells["unit_code"], cells["on_time"]) == ("H44.03", "486")


def test_an_excerpt_near_the_edges_of_a_file(dung):
    source = Source.objects.get(file_name=PROGRESS)
    assert [row.line for row in source_rows(source, 2, context=2).rows] == [2, 3, 4]
    assert source_rows(source, 10_000, context=2).rows == ()


def test_a_file_that_is_no_longer_kept_is_said(dung):
    with pytest.raises(FileNotFoundError):
        source_rows(Source(digest="0" * 64), 2)


def test_observations_come_in_parts(get):
    first = get(f"/figures/{ON_TIME}/explain", {"limit": 10}).json()["observations"]
    second = get(f"/figures/{ON_TIME}/explain", {"limit": 10, "offset": 10}).json()["observations"]
    everything = get(f"/figures/{ON_TIME}/explain", {"limit": 500}).json()["observations"]
    assert first["rows"] + second["rows"] == everything["rows"][:20]
    assert (second["total"], second["offset"], second["limit"]) == (326, 10, 10)


def test_a_figure_of_one_body_opens_to_its_own_row(dung):
    found = explained("dossiers_on_time/H44.03/2026-08", dung)
    assert found.basis == "reported"
    assert found.contributions == ()
    assert found.published is None
    assert {(row.unit_code, row.line) for row in found.observations.rows} == {("H44.03", 4)}
    assert found.observations.total == 2


def test_a_published_total_opens_to_the_totals_row(dung):
    found = explained("dossier_satisfaction/H44/2026-08", dung)
    assert found.basis == "published"
    assert {row.unit_code for row in found.observations.rows} == {"H44"}
    assert sum(each.members for each in found.contributions) == 163
    assert sum(each.with_data for each in found.contributions) == found.coverage.with_data == 12
    assert sum(each.no_data for each in found.contributions) == 151


def test_no_data_is_explained_too(dung):
    found = explained("dti_score/H44/2026-08", dung)
    assert (found.value, found.exact, found.shown) == (None, None, None)
    assert found.recomputed
    assert found.observations.total == 0
    assert found.sources == ()


def test_every_figure_of_the_province_is_recomputed_and_sums_up(dung):
    for figure in Figure.objects.current().filter(organisation__code="H44"):
        found = explained(str(figure.pk), dung, limit=0)
        assert found.recomputed, found.figure
        if found.basis == "summed":
            given = [each.numerator for each in found.contributions if each.numerator is not None]
            assert sum(given) == found.numerator, found.figure


def test_a_changed_value_is_noticed(dung):
    figure = find_figure(ON_TIME, viewer=dung)
    figure.value += 1
    assert explain(figure, viewer=dung).recomputed is False


def test_the_api_gives_all_that_is_known(get, dung):
    known = explained(ON_TIME, dung).to_dict()
    given = get(f"/figures/{ON_TIME}/explain").json()

    def shape(value):
        if isinstance(value, dict):
            return {key: shape(each) for key, each in value.items()}
        return [shape(each) for each in value[:1]] if isinstance(value, list) else None

    assert shape(given) == shape(known)


def test_a_stranger_sees_no_rows_even_of_a_published_figure(cast, now):
    Figure.objects.filter(organisation__code="H44").update(published_at=now)
    found = explained(ON_TIME, cast.em)
    assert (found.numerator, found.contributions, found.sources) == (144625, (), ())
    assert found.observations.total == 0


def test_a_figure_is_found_by_reference_and_by_number(dung, cast):
    figure = find_figure(ON_TIME, viewer=dung)
    assert find_figure(str(figure.pk), viewer=dung) == figure
    for ref in ("", "0", "²", "a/b", "a/b/c", "a/b/c/d", "9" * 40, "9" * 5000, "-1"):
        with pytest.raises(Figure.DoesNotExist):
            find_figure(ref, viewer=dung)
    with pytest.raises(Figure.DoesNotExist):
        find_figure(ON_TIME, viewer=cast.em)


def test_a_superseded_figure_is_explained_as_it_was(dung, tmp_path, now):
    from cotmoc.integrations.portal766.services import import_folder

    old = find_figure(ON_TIME, viewer=dung)
    before = explain(old, viewer=dung, limit=500)
    original = received_file(Source.objects.get(file_name=PROGRESS).digest).read_text()
    corrected = original.replace(",588,486,102,", ",588,488,100,")
    assert corrected != original
    (tmp_path / PROGRESS).write_text(corrected)
    import_folder(tmp_path, period=None, actor=dung, now=now)

    new = explained(ON_TIME, dung, limit=500)
    assert new.numerator == 144627
    assert sum(each.numerator for each in new.contributions) == 144627
    row = next(r for r in new.observations.rows if (r.unit_code, r.line) == ("H44.03", 4))
    assert row.recorded_at == now
    again = explained(str(old.pk), dung, limit=500)
    assert again.superseded_at == now
    assert [each.id for each in again.history] == [new.id, old.pk]
    assert dataclasses.replace(again, superseded_at=None, history=before.history) == before


def test_explaining_costs_few_queries(dung):
    figure = find_figure(ON_TIME, viewer=dung)
    with CaptureQueriesContext(connection) as seen:
        explain(figure, viewer=dung, limit=500)
    assert len(seen) == 3


def test_a_batch_that_is_gone_is_said_and_nothing_breaks(get, dung):
    source = Source.objects.get(file_name=PROGRESS)
    path = lake().path("observations", source.batch)
    aside = path.with_suffix(".aside")
    path.rename(aside)
    try:
        answer = get(f"/figures/{ON_TIME}/explain")
    finally:
        aside.rename(path)
    assert answer.status_code == 200
    found = answer.json()
    assert (found["numerator"], found["recomputed"]) == (144625, True)
    assert found["observations"]["rows"] == []
    assert path.name in found["observations"]["problem"]


def test_a_figure_is_explained_by_its_number_too(get, dung):
    figure = find_figure(ON_TIME, viewer=dung)
    by_number = get(f"/figures/id/{figure.pk}/explain").json()
    assert by_number == get(f"/figures/{ON_TIME}/explain").json()
    assert get("/figures/id/999999999/explain").status_code == 404


def test_the_catalogue_shows_derived_and_computed_definitions(get):
    derived = get("/indicators/dossiers_on_time_ytd").json()
    assert (derived["formula"], derived["numerator"], derived["table"]) == (
        "ytd(dossiers_on_time)",
        None,
        None,
    )
    computed = get("/indicators/dossiers_on_time").json()
    assert computed["table"] == "dossiers"
    assert computed["reported"]["denominator"].startswith("sum(value)")
    for each in IndicatorVersion.objects.filter(latest=True):
        assert get(f"/indicators/{each.code}").status_code == 200, each.code
