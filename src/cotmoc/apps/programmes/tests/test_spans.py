"""Stretches of text: cutting, joining, finding. Pure."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from cotmoc.apps.programmes.spans import (
    find_words,
    joined,
    line_span,
    pieces,
    places_to_cut,
    trimmed,
)

TEXT = "- 90% hồ sơ ở cấp tỉnh; 80% ở cấp huyện và 60% ở cấp xã (nếu có)."


def words(span):
    return TEXT[span[0] : span[1]]


def test_ends_without_bullets_and_separators():
    assert words(trimmed(TEXT, 0, 23)) == "90% hồ sơ ở cấp tỉnh"
    assert trimmed("  ;- ", 0, 5)[0] >= trimmed("  ;- ", 0, 5)[1]


def test_a_bracket_that_was_never_opened_is_left_off():
    end = TEXT.index(")") + 1
    assert words(trimmed(TEXT, TEXT.index("nếu"), end)) == "nếu có"
    assert words(trimmed(TEXT, TEXT.index("60%"), end)) == "60% ở cấp xã (nếu có)"


def test_places_to_cut_are_where_a_new_promise_begins():
    found = places_to_cut(TEXT, 2, len(TEXT) - 1)
    assert [TEXT[place.at : place.at + 3] for place in found] == ["80%", "và ", "60%"]
    assert found[0].following.startswith("80% ở cấp huyện")


def test_words_are_found_whatever_the_blanks():
    assert find_words("a  b\nc", "b c", 0, 6) == (3, 6)
    assert find_words("abc", " ", 0, 3) is None
    assert find_words("abc", "(", 0, 3) is None


def test_a_line_is_counted_from_one():
    assert line_span("a\nbc", 2) == (2, 4)
    assert line_span("a\nbc", 3) is None
    assert line_span("a", 0) is None


@given(st.text(max_size=80), st.lists(st.integers(-5, 90), max_size=5))
def test_pieces_lie_inside_and_apart(text, cuts):
    found = pieces(text, 0, len(text), cuts)
    assert all(0 <= low < high <= len(text) for low, high in found)
    assert all(one[1] <= two[0] for one, two in pairwise(found))
    if found:
        assert joined(found) == (found[0][0], found[-1][1])


@given(st.text(max_size=120))
def test_every_place_to_cut_lies_inside(text):
    assert all(0 < place.at < len(text) for place in places_to_cut(text, 0, len(text)))
