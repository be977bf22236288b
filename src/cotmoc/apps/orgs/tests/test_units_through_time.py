"""The unit table in the database: counts by date, parents, successions."""

from datetime import date

import pytest
from django.db.models import Count, F

from cotmoc.apps.journal.models import Entry
from cotmoc.apps.orgs import table
from cotmoc.apps.orgs.models import AdminUnit, Level, Succession, UnitTable
from cotmoc.apps.orgs.services import load_units

pytestmark = pytest.mark.django_db

LAST_OLD_DAY = date(2025, 6, 30)
MERGER = date(2025, 7, 1)
TODAY = date(2026, 10, 1)


def counts(day):
    found = AdminUnit.objects.on(day).values_list("level").annotate(Count("id")).order_by()
    return dict(found)


@pytest.mark.parametrize(
    ("day", "expected"),
    [
        (TODAY, {"province": 34, "commune": 3321}),
        (MERGER, {"province": 34, "commune": 3321}),
        (LAST_OLD_DAY, {"province": 63, "district": 696, "commune": 10035}),
    ],
)
def test_how_many_units_there_were_on_a_day(day, expected):
    assert counts(day) == expected


def test_loading_the_same_table_again_does_nothing(now):
    units, entries = AdminUnit.objects.count(), Entry.objects.count()
    assert load_units(actor=None, now=now) is False
    assert (AdminUnit.objects.count(), Entry.objects.count()) == (units, entries)


def test_a_later_table_corrects_rows_without_making_new_ones(now, monkeypatch):
    rows = list(table.units())
    wrong = next(row for row in rows if row.level == "commune" and row.valid_to is None)
    fixed = [
        table.UnitRow(**{**_fields(row), "name": "Tên Đã Sửa"}) if row is wrong else row
        for row in rows
    ]
    monkeypatch.setattr(table, "units", lambda: iter(fixed))
    monkeypatch.setattr(table, "digest", lambda: "0" * 64)
    before = dict(AdminUnit.objects.values_list("key", "id"))
    assert load_units(actor=None, now=now) is True
    assert dict(AdminUnit.objects.values_list("key", "id")) == before
    corrected = AdminUnit.objects.get(key=wrong.key)
    assert (corrected.name, corrected.search.endswith("ten da sua")) == ("Tên Đã Sửa", True)
    assert UnitTable.objects.count() == 2


def _fields(row):
    return {name: getattr(row, name) for name in table.UnitRow.__slots__}


def test_communes_of_today_belong_to_a_province_of_today():
    communes = AdminUnit.objects.on(TODAY).filter(level=Level.COMMUNE)
    assert not communes.exclude(parent__level=Level.PROVINCE, parent__valid_to=None).exists()


def test_communes_before_the_merger_belonged_to_districts_and_these_to_provinces():
    then = AdminUnit.objects.on(LAST_OLD_DAY)
    assert not then.filter(level=Level.COMMUNE).exclude(parent__level=Level.DISTRICT).exists()
    assert not then.filter(level=Level.DISTRICT).exclude(parent__level=Level.PROVINCE).exists()
    assert set(then.filter(level=Level.PROVINCE).values_list("parent", flat=True)) == {None}


def test_a_parent_lives_as_long_as_its_child():
    orphans = AdminUnit.objects.filter(
        parent__isnull=False, valid_to__isnull=False, parent__valid_to__lt=F("valid_to")
    )
    assert not orphans.exists()


def test_every_edge_joins_an_end_to_a_beginning():
    edges = Succession.objects.all()
    assert edges.count() == sum(1 for _ in table.successions())
    assert not edges.exclude(
        predecessor__valid_to=F("date"), successor__valid_from=F("date")
    ).exists()


def test_communes_cut_into_several():
    cut = (
        AdminUnit.objects.filter(level=Level.COMMUNE, valid_to=MERGER)
        .annotate(parts=Count("became"))
        .filter(parts__gt=1)
    )
    assert cut.count() == 471
    assert not Succession.objects.filter(predecessor__in=cut, whole=True).exists()


def test_nobody_vanished_in_the_merger():
    ended = AdminUnit.objects.filter(valid_to=MERGER).exclude(level=Level.DISTRICT)
    assert not ended.filter(became=None).exists()


def test_hanoi_is_found_without_accents():
    found = AdminUnit.objects.on(TODAY).filter(level=Level.PROVINCE, search__contains="ha noi")
    assert [str(unit) for unit in found] == ["Thành phố Hà Nội"]
