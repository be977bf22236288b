"""Registering a province's organisations and tying communes to their territories."""

from datetime import date

import pytest

from cotmoc.apps.journal.models import Entry
from cotmoc.apps.orgs.models import Organisation, Post
from cotmoc.apps.orgs.services import (
    Body,
    UnknownProvinceError,
    give_post,
    register_organisations,
)
from cotmoc.integrations.portal766.services import register_folder

pytestmark = pytest.mark.django_db

DAY = date(2026, 8, 31)
HUNG_YEN = Body("H31", "UBND tỉnh Hưng Yên", "province")


def test_every_commune_of_phu_tho_is_tied_to_its_territory(province):
    communes = Organisation.objects.filter(kind="commune")
    assert communes.count() == 148
    assert set(communes.values_list("matched_by", flat=True)) == {"exact"}
    assert not communes.exclude(unit__parent=province.unit).exists()
    assert communes.values("unit").distinct().count() == 148


def test_phu_tho_has_163_bodies_under_its_committee(province):
    assert province.members.count() == 163
    assert province.members.filter(kind="department").count() == 15
    assert (province.short_name, province.unit.name) == ("Tỉnh Phú Thọ", "Phú Thọ")


def test_the_same_folder_again_changes_nothing(capture_folder, now):
    before = list(Organisation.objects.values()), Entry.objects.count()
    again = register_folder(capture_folder, actor=None, now=now)
    assert (again.organisations, again.changed, again.unmatched) == (163, 0, ())
    assert (list(Organisation.objects.values()), Entry.objects.count()) == before


def test_a_commune_that_is_in_no_table_is_registered_and_reported(cast, now):
    members = [
        Body("H31.1", "UBND phường Phố Hiến - Tỉnh Hưng Yên", "commune"),
        Body("H31.2", "UBND xã Không Có Thật", "commune"),
        Body("H31.3", "Sở Nội vụ - Tỉnh Hưng Yên", "department"),
    ]
    outcome = register_organisations(HUNG_YEN, members, on=DAY, actor=cast.dung, now=now)
    assert (outcome.organisations, outcome.communes, outcome.matched) == (3, 2, {"exact": 1})
    assert [body.code for body, _ in outcome.unmatched] == ["H31.2"]
    unknown = Organisation.objects.get(code="H31.2")
    assert (unknown.unit, unknown.matched_by, unknown.short_name) == (None, "", "Xã Không Có Thật")
    entry = Entry.objects.get(verb="organisations.registered", actor=cast.dung)
    assert entry.after["unmatched"] == ["H31.2"]


def test_a_commune_of_another_province_is_not_taken(now):
    elsewhere = Body("H31.1", "UBND phường Việt Trì", "commune")
    outcome = register_organisations(HUNG_YEN, [elsewhere], on=DAY, actor=None, now=now)
    assert outcome.matched == {}
    assert Organisation.objects.get(code="H31.1").unit is None


@pytest.mark.parametrize(
    ("name", "on"),
    [("UBND tỉnh Không Có", DAY), ("UBND tỉnh Hòa Bình", DAY), ("Sở Nội vụ", DAY)],
    ids=["made up", "merged into Phú Thọ", "no committee"],
)
def test_a_province_that_was_not_there_on_that_day_is_refused(name, on, now):
    before = Organisation.objects.count()
    with pytest.raises(UnknownProvinceError, match=name):
        register_organisations(Body("H99", name, "province"), [], on=on, actor=None, now=now)
    assert Organisation.objects.count() == before


def test_a_province_of_the_past_is_known_on_its_days(now):
    gone = Body("H28", "UBND tỉnh Hòa Bình", "province")
    register_organisations(gone, [], on=date(2025, 6, 30), actor=None, now=now)
    assert Organisation.objects.get(code="H28").unit.valid_to == date(2025, 7, 1)


def test_a_body_that_was_renamed_keeps_its_identity(province, now):
    department = Organisation.objects.get(code="H44.07")
    renamed = Body("H44.07", "Sở Công nghiệp - Tỉnh Phú Thọ", "department")
    top = Body(province.code, province.name, "province")
    outcome = register_organisations(top, [renamed], on=DAY, actor=None, now=now)
    assert outcome.changed == 1
    kept = Organisation.objects.get(code="H44.07")
    assert (kept.pk, kept.short_name) == (department.pk, "Sở Công nghiệp")
    assert "so cong nghiep" in kept.search


def test_a_post_is_given_once(cast, province, now):
    first = give_post(cast.dung, province, actor=cast.dung, now=now)
    assert give_post(cast.dung, province, actor=cast.dung, now=now) == first
    assert Post.objects.filter(person=cast.dung).count() == 1
    assert Entry.objects.filter(verb="post.given", subject_id=str(first.pk)).count() == 1
