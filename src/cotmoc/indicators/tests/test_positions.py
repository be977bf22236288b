"""Every key, value and character of a value is found in the file."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cotmoc.indicators.positions import Place, UnreadableError, read_document


@pytest.mark.parametrize(
    ("written", "line", "column"),
    [
        ("  e: sum(wrong)", 2, 10),
        ('  e: "sum(wrong)"', 2, 11),
        ("  e: 'sum(wrong)'", 2, 11),
        ("  e:   'sum(''x'' wrong)'", 2, 19),
        ('  e: "sum(\\"x\\" wrong)"', 2, 17),
        ("  e: |\n    sum(\n      wrong)", 4, 7),
        ("  e: >\n    sum(\n    wrong)", 4, 5),
        ("  e: >-\n\n    sum(wrong)", 4, 9),
        ('  e: "sum(\n    wrong)"', 3, 5),
    ],
)
def test_a_character_of_a_value_has_its_place(written, line, column):
    document = read_document(f"a:\n{written}\n")
    offset = document.raw["a"]["e"].strip().index("wrong")
    assert document.place("a.e", offset) == Place(line, column)


@given(st.text(st.characters(codec="utf-8", exclude_characters="\r\x85\u2028\u2029"), max_size=20))
def test_any_single_quoted_text_is_walked_through(text):
    text = "".join(char for char in text if char.isprintable())
    quoted = text.replace("'", "''")
    document = read_document(f"# đầu\nkey: '{quoted}@'\n")
    value = document.raw["key"].strip()
    offset = value.rindex("@")
    place = document.place("key", offset)
    assert f"key: '{quoted}@'"[place.column - 1] == "@"
    assert place.line == 2


def test_keys_lists_and_what_is_missing():
    document = read_document("a: 1\nlist:\n  - {x: 5}\n  - {y: 6}\n")
    assert document.place("a") == Place(1, 4)
    assert document.place("a", of_key=True) == Place(1, 1)
    assert document.place("list.1.y") == Place(4, 9)
    assert document.place("list.1.z") == Place(4, 5)
    assert document.place("nowhere") == Place(1, 1)


@pytest.mark.parametrize(
    ("text", "reason", "line"),
    [
        ("a: 1\nb: [1", "cannot be read", 2),
        ("a: 1\na: 2", "stands twice", 2),
        ("a: {b: 1,\n  b: 2}", "'a.b' stands twice", 2),
        ("a: &x 1\nb: *x", "anchors and aliases", 1),
        ("- 1", "must be a mapping", 1),
        ("", "must be a mapping", 1),
        ("a: 1\n---\nb: 1", "cannot be read", 2),
        ("a: !!python/object/apply:os.system [ls]", "cannot be read", 1),
        ("a: \x00", "cannot be read", 1),
    ],
)
def test_what_is_not_one_plain_mapping_is_refused(text, reason, line):
    with pytest.raises(UnreadableError, match=reason) as caught:
        read_document(text)
    assert caught.value.place.line == line


def test_an_impossible_day_stays_the_text_it_is_for_the_reader_to_refuse():
    assert read_document("a: 2026-02-31").raw == {"a": "2026-02-31"}
