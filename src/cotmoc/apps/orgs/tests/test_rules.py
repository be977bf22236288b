"""Which territory a body's name means, and when no guess is made."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cotmoc.apps.orgs.rules import BodyName, Territory, TerritoryIndex, read_body_name


@pytest.mark.parametrize(
    ("name", "short", "kind", "territory"),
    [
        ("UBND xã Lâm Thao - Tỉnh Phú Thọ", "Xã Lâm Thao", "Xã", "Lâm Thao"),
        ("UBND Phường Việt Trì", "Phường Việt Trì", "Phường", "Việt Trì"),
        ("UBND PHƯỜNG Việt Trì", "Phường Việt Trì", "Phường", "Việt Trì"),
        ("UBND tỉnh Phú Thọ", "Tỉnh Phú Thọ", "Tỉnh", "Phú Thọ"),
        ("Ủy ban nhân dân thành phố Huế", "Thành phố Huế", "Thành phố", "Huế"),
        ("Uỷ ban nhân dân xã Yên Kỳ", "Xã Yên Kỳ", "Xã", "Yên Kỳ"),
        ("UBND Đặc khu Côn Đảo - TP. Hồ Chí Minh", "Đặc khu Côn Đảo", "Đặc khu", "Côn Đảo"),
        ("  UBND   xã  Lâm   Thao ", "Xã Lâm Thao", "Xã", "Lâm Thao"),
        ("Văn phòng UBND Tỉnh - Tỉnh Phú Thọ", "Văn phòng UBND Tỉnh", None, None),
        ("Sở Công Thương - Tỉnh Phú Thọ", "Sở Công Thương", None, None),
        ("Ban quản lý các khu công nghiệp", "Ban quản lý các khu công nghiệp", None, None),
        # A name that begins like a territory but is no committee stays whole.
        ("Xã Lâm Thao", "Xã Lâm Thao", None, None),
    ],
)
def test_a_portal_name_is_taken_apart(name, short, kind, territory):
    assert read_body_name(name) == BodyName(short, kind, territory)


def test_decomposed_letters_read_the_same():
    name = "UBND xã Lâm Thao - Tỉnh Phú Thọ"
    assert read_body_name(unicodedata.normalize("NFD", name)) == read_body_name(name)


@given(st.text())
def test_any_text_has_a_short_name(text):
    found = read_body_name(text)
    assert (found.territory_kind is None) == (found.territory_name is None)


LAM_THAO = Territory(1, "Xã", "Lâm Thao")
HOA_BINH_WARD = Territory(2, "Phường", "Hòa Bình")
HOA_BINH = Territory(3, "Xã", "Hòa Bình")
TAN_THANH = Territory(4, "Xã", "Tân Thành")
TAN_THANH_2 = Territory(5, "Xã", "Tân Thạnh")
EA_HLEO = Territory(6, "Xã", "Ea H’Leo")
PHU_THO = Territory(7, "Phường", "Phú Thọ")
INDEX = TerritoryIndex(
    [LAM_THAO, HOA_BINH_WARD, HOA_BINH, TAN_THANH, TAN_THANH_2, EA_HLEO, PHU_THO]
)


@pytest.mark.parametrize(
    ("kind", "name", "territory", "how"),
    [
        ("Xã", "Lâm Thao", LAM_THAO, "exact"),
        ("xã", "Lâm Thao", LAM_THAO, "exact"),
        ("Xã", "Lâm thao", LAM_THAO, "letter_case"),
        ("Xã", "LÂM THAO", LAM_THAO, "letter_case"),
        ("Xã", "Hoà Bình", HOA_BINH, "tone_place"),
        ("Xã", "HOÀ BÌNH", HOA_BINH, "tone_place"),
        ("Phường", "Hoà Bình", HOA_BINH_WARD, "tone_place"),
        ("Xã", "Ea H'leo", EA_HLEO, "tone_place"),
        ("Xã", "Lam Thao", LAM_THAO, "without_accents"),
        ("Xã", "Tân Thạnh", TAN_THANH_2, "exact"),
        ("Phường", "Lâm Thao", LAM_THAO, "kind_differs"),
        ("", "Phú Thọ", PHU_THO, "kind_differs"),
    ],
)
def test_a_territory_is_found_by_the_strictest_way_that_answers(kind, name, territory, how):
    match = INDEX.find(kind, name)
    assert (match.territory, match.how) == (territory, how)


@pytest.mark.parametrize(
    ("kind", "name", "candidates"),
    [
        # Without accents two answer: either could be meant.
        ("Xã", "Tan Thanh", {TAN_THANH, TAN_THANH_2}),
        # Neither a "thị trấn": the ward or the commune of that name?
        ("Thị trấn", "Hòa Bình", {HOA_BINH, HOA_BINH_WARD}),
    ],
)
def test_where_two_answer_no_guess_is_made(kind, name, candidates):
    match = INDEX.find(kind, name)
    assert (match.territory, match.how) == (None, None)
    assert set(match.candidates) == candidates


def test_an_unknown_name_is_reported_with_what_comes_near():
    match = INDEX.find("Xã", "Lâm Sơn")
    assert (match.territory, match.how) == (None, None)
    assert match.candidates == (LAM_THAO,)
    assert INDEX.find("Xã", "Xuân Đài").candidates == ()
