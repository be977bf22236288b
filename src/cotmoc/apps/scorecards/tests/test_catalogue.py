"""The methods of the catalogue become rows once, and rows never change."""

import shutil
from datetime import timedelta

import pytest

from cotmoc.apps.journal.models import Entry
from cotmoc.apps.scorecards.catalogue import load_indices, sync_indices
from cotmoc.apps.scorecards.models import IndexVersion
from cotmoc.indicators.definitions import DefinitionError

CITY = "city@qd1.yaml"


@pytest.fixture
def city():
    from cotmoc.indicators.indices.tests.texts import CITY as TEXT

    return TEXT


@pytest.fixture
def catalogue(settings, tmp_path, city):
    """A catalogue with one index of its own, to be changed."""
    shutil.copytree(settings.CATALOGUE_DIR, tmp_path, dirs_exist_ok=True)
    shutil.rmtree(tmp_path / "indices", ignore_errors=True)
    folder = tmp_path / "indices"
    folder.mkdir()
    (folder / CITY).write_text(city, encoding="utf-8")
    settings.CATALOGUE_DIR = tmp_path
    return folder


def entries():
    return Entry.objects.filter(verb="indices.synchronised")


def test_every_shipped_index_is_good_and_named_by_its_method():
    codes = [f"{index.code}@{index.method}" for index, _raw in load_indices()]
    assert codes == sorted(codes)
    assert {"qd766@2022", "dti@qd1726", "dti@qd922", "dti@qd405", "par@qd876"} <= set(codes)


def test_every_shipped_index_reads_indicators_that_are_there(db):
    from cotmoc.apps.measurement.models import IndicatorVersion

    codes = set(IndicatorVersion.objects.values_list("code", flat=True))
    assert load_indices(indicators=codes) == load_indices()


def test_a_method_is_recorded_with_its_whole_definition(db, catalogue, now, cast):
    (row,) = sync_indices(actor=cast.dung, now=now)
    ((index, _raw),) = load_indices()
    row = IndexVersion.objects.get(pk=row.pk)
    assert (row.code, row.method, row.digest) == ("city", "qd1", index.digest)
    assert (row.valid_from, row.valid_to) == (index.valid_from, index.valid_to)
    assert row.definition == index
    assert row.definition.digest == row.digest
    assert row.latest
    assert "chi so cua thanh pho" in row.search
    entry = entries().get(at=now, actor=cast.dung)
    assert entry.after["new"] == ["city@qd1"]


def test_every_shipped_method_is_kept_and_read_again_as_it_was(db, now):
    rows = {(row.code, row.method): row for row in sync_indices(actor=None, now=now)}
    for index, _raw in load_indices():
        kept = IndexVersion.objects.get(pk=rows[index.code, index.method].pk)
        assert kept.definition == index


def test_the_same_catalogue_changes_nothing(db, catalogue, now):
    sync_indices(actor=None, now=now)
    held, said = list(IndexVersion.objects.values()), entries().count()
    again = sync_indices(actor=None, now=now + timedelta(days=1))
    assert [row.code for row in again] == ["city"]
    assert list(IndexVersion.objects.values()) == held
    assert entries().count() == said


def test_a_number_written_otherwise_is_no_change(db, catalogue, now, city):
    (before,) = sync_indices(actor=None, now=now)
    (catalogue / CITY).write_text(city.replace("max: 60\n", "max: 60.0\n"), encoding="utf-8")
    assert sync_indices(actor=None, now=now) == [before]


def test_a_changed_method_is_a_new_row_and_the_old_one_stays(db, catalogue, now, city):
    (old,) = sync_indices(actor=None, now=now)
    (catalogue / CITY).write_text(city.replace("full_at: 90", "full_at: 80"), encoding="utf-8")
    (new,) = sync_indices(actor=None, now=now)
    old.refresh_from_db()
    assert (old.latest, new.latest) == (False, True)
    assert old.definition != new.definition
    (catalogue / CITY).write_text(city, encoding="utf-8")
    (again,) = sync_indices(actor=None, now=now)
    assert again == old
    assert again.latest
    assert IndexVersion.objects.filter(code="city").count() == 2
    assert entries().first().after == {"new": [], "restored": ["city@qd1"], "ended": ["city@qd1"]}


def test_a_second_method_stands_beside_the_first(db, catalogue, now, city):
    sync_indices(actor=None, now=now)
    second = city.replace("method: qd1", "method: qd2")
    (catalogue / "city@qd2.yaml").write_text(second, encoding="utf-8")
    rows = sync_indices(actor=None, now=now)
    assert [(row.method, row.latest) for row in rows] == [("qd1", True), ("qd2", True)]


def test_a_method_that_is_gone_is_ended_not_removed(db, catalogue, now):
    (row,) = sync_indices(actor=None, now=now)
    (catalogue / CITY).unlink()
    assert sync_indices(actor=None, now=now) == []
    row.refresh_from_db()
    assert not row.latest


@pytest.mark.parametrize(
    ("name", "old", "new", "said"),
    [
        (CITY, "max: 60\n", "max: 61\n", "city@qd1.yaml: children.0.max is 61, but the points"),
        (CITY, "dossiers_on_time", "dossier_on_time", "unknown indicator: 'dossier_on_time'"),
        (CITY, "code: city\n", "code: city\ncode: city\n", "city@qd1.yaml:3: the key 'code' st"),
        ("town.yaml", "code: city\n", "code: town\n", "the file must be named town@qd1.yaml"),
        ("other.yaml", "code: city\n", "code: city\n", "is that of city@qd1.yaml too"),
    ],
)  # fmt: skip
def test_of_a_wrong_catalogue_nothing_is_recorded(db, catalogue, now, city, name, old, new, said):
    held = list(IndexVersion.objects.values())
    (catalogue / name).write_text(city.replace(old, new), encoding="utf-8")
    with pytest.raises(DefinitionError) as error:
        sync_indices(actor=None, now=now)
    assert said in str(error.value)
    assert list(IndexVersion.objects.values()) == held


def test_a_file_that_is_not_utf_8_is_refused(catalogue):
    (catalogue / CITY).write_bytes("name: Hồ sơ".encode("utf-16"))
    with pytest.raises(DefinitionError, match="UTF-8"):
        load_indices()
