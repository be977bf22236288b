"""A document's names of bodies are found in the register, and never guessed."""

import pytest

from cotmoc.apps.documents.models import Document
from cotmoc.apps.orgs.models import Organisation
from cotmoc.apps.programmes.bodies import Bodies, initials, is_collective, province_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def bodies(province):
    return Bodies(province, {})


@pytest.mark.parametrize(
    ("name", "means", "how"),
    [
        ("Sở Khoa học và Công nghệ", "Sở Khoa học và Công nghệ", "name"),
        ("sở khoa học và công nghệ tỉnh Phú Thọ", "Sở Khoa học và Công nghệ", "name"),
        ("Sở KH&CN", "Sở Khoa học và Công nghệ", "abbreviation"),
        ("Sở KHCN", "Sở Khoa học và Công nghệ", "abbreviation"),
        ("Sở GD&ĐT", "Sở Giáo dục và Đào tạo", "abbreviation"),
        ("Sở NN&MT", "Sở Nông Nghiệp và Môi Trường", "abbreviation"),
        ("VP UBND tỉnh", "Văn phòng UBND Tỉnh", "abbreviation"),
        ("Văn phòng Ủy ban nhân dân tỉnh", "Văn phòng UBND Tỉnh", "name"),
        ("UBND tỉnh", "Tỉnh Phú Thọ", "name"),
        ("Ủy ban nhân dân tỉnh Phú Thọ", "Tỉnh Phú Thọ", "name"),
        ("UBND phường Việt Trì", "Phường Việt Trì", "name"),
        ("Sở Thông tin và Truyền thông", "Sở Khoa học và Công nghệ", "successor"),
        ("Sở TT&TT", "Sở Khoa học và Công nghệ", "successor"),
        ("Sở KH&ĐT", "Sở Tài chính", "successor"),
        ("Sở Nông nghiệp và PTNT", "Sở Nông Nghiệp và Môi Trường", "successor"),
        ("Sở LĐ-TB&XH", "Sở Nội vụ", "successor_of_part"),
    ],
)
def test_a_name_is_found(bodies, name, means, how):
    found = bodies.find(name)
    assert (found.organisation.short_name, found.how) == (means, how)


@pytest.mark.parametrize(
    "name", ["", None, "Sở", "Công an tỉnh", "UBND cấp xã", "các sở, ban, ngành", "Sở ABC", "VNPT"]
)
def test_what_is_not_in_the_register_is_not_guessed(bodies, name):
    assert bodies.find(name) is None


def test_without_a_province_nothing_is_found():
    assert Bodies(None, {}).find("Sở Tài chính") is None


@pytest.mark.parametrize(
    "name",
    ["các sở, ban, ngành", "UBND cấp xã", "UBND các xã, phường", "Các đơn vị liên quan"],
)
def test_names_of_many_are_known_as_such(name):
    assert is_collective(name)


@pytest.mark.parametrize("name", ["Sở Nội vụ", "UBND xã Lâm Thao", "Công an tỉnh"])
def test_a_single_body_is_not_many(name):
    assert not is_collective(name)


def test_initials_know_abbreviations_inside():
    assert initials("Sở VHTT&DL") == initials("Sở Văn hóa, Thể thao và Du lịch") == "svhttdl"


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"issuer": "ỦY BAN NHÂN DÂN TỈNH PHÚ THỌ"}, "H44"),
        ({"issuer": "HỘI ĐỒNG NHÂN DÂN", "place": "Phú Thọ"}, "H44"),
        ({"issuer": "THỦ TƯỚNG CHÍNH PHỦ", "place": "Phú Thọ"}, None),
        ({"issuer": "BỘ KHOA HỌC VÀ CÔNG NGHỆ", "title": "Về tỉnh Phú Thọ"}, None),
        ({}, None),
    ],
)
def test_a_document_is_of_the_province_that_issued_it(province, fields, code):
    found = province_of(Document(**fields))
    assert (found.code if found else None) == code


def test_departments_of_one_province_are_not_found_for_another(province):
    other = Organisation.objects.create(
        code="H01", name="UBND tỉnh An Giang", short_name="Tỉnh An Giang", kind="province"
    )
    assert Bodies(other, {}).find("Sở Tài chính") is None
