import unicodedata

from hypothesis import given
from hypothesis import strategies as st

from cotmoc.core.text import clean, fold, same_tone_place


def test_search_needs_no_accents_not_even_on_d():
    assert fold("Phường Đồng  Tâm") == "phuong dong tam"
    assert fold("Ủy ban nhân dân xã Đạo Trù") == "uy ban nhan dan xa dao tru"


def test_old_and_new_tone_places_compare_equal():
    for old, new in [("Hoà Bình", "Hòa Bình"), ("Thuỷ", "Thủy"), ("Khoẻ", "Khỏe"), ("UỶ", "ỦY")]:
        assert same_tone_place(old) == same_tone_place(new)


def test_tone_place_leaves_closed_syllables_and_qu_alone():
    for word in ["Hoàng", "Quý", "Toàn", "Nguyễn", "Thúy Lũng Hoàn"]:
        assert fold(same_tone_place(word)) == fold(word)
    assert same_tone_place("Hoàng") == "Hoàng"
    assert same_tone_place("Quý") == "Quý"


@given(st.text())
def test_clean_and_tone_place_are_stable(text):
    assert clean(clean(text)) == clean(text)
    once = same_tone_place(text)
    assert same_tone_place(once) == once
    assert unicodedata.is_normalized("NFC", once)
