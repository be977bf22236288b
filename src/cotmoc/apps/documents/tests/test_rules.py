"""How documents are cited and searched."""

import time
from datetime import date

import pytest

from cotmoc.apps.documents.rules import (
    Cited,
    may_be,
    passage,
    reference_key,
    search_terms,
    search_words,
)


@pytest.mark.parametrize(
    "spelled", ["05/KH-UBND", "5/KH-UBND", "05 / kh-ubnd", "05/KH–UBND", "005/KH-UBND"]
)
def test_one_reference_spelled_in_many_ways_is_one(spelled):
    assert reference_key(spelled) == "5/kh-ubnd"


def test_the_letter_d_with_its_stroke_is_a_d():
    assert reference_key("411/QĐ-TTg") == reference_key("411/QD-TTg")


PHU_THO = Cited("33/kh-ubnd", date(2026, 1, 15), "UBND tỉnh Phú Thọ")


@pytest.mark.parametrize(
    "cited",
    [
        Cited("33/kh-ubnd"),
        Cited("33/kh-ubnd", date(2026, 1, 15)),
        Cited("33/kh-ubnd", None, "Ủy ban nhân dân tỉnh Phú Thọ"),
        Cited("33/kh-ubnd", None, "UBND tỉnh"),
    ],
)
def test_a_citation_that_says_nothing_against_it_may_mean_a_document(cited):
    assert may_be(cited, PHU_THO)


@pytest.mark.parametrize(
    "cited",
    [
        Cited(""),
        Cited("34/kh-ubnd"),
        Cited("33/kh-ubnd", date(2025, 1, 15)),
        Cited("33/kh-ubnd", date(2026, 1, 15), "UBND tỉnh Gia Lai"),
    ],
)
def test_another_number_date_or_province_is_another_document(cited):
    assert not may_be(cited, PHU_THO)


def test_words_are_searched_without_accents():
    words = search_words("33/KH-UBND", "Kế hoạch chuyển đổi số", "Tỷ lệ hồ sơ đạt 95,5%.")
    for query in (
        "chuyển đổi",
        "CHUYEN DOI SO",
        "đạt",
        "dat",
        "33/kh-ubnd",
        "95,5%",
        '"hồ sơ đạt"',
    ):
        assert all(f" {term}" in words for term in search_terms(query)), query


def test_a_word_is_found_by_its_beginning_only():
    words = search_words("thanh toán")
    assert f" {search_terms('toa')[0]}" in words
    assert f" {search_terms('hanh')[0]}" not in words


def test_quotation_marks_hold_words_together():
    assert search_terms('"hồ sơ" trực tuyến') == ["ho so", "truc", "tuyen"]
    assert search_terms("  -- !? ") == []


def test_a_passage_is_the_original_text_with_what_was_found_marked():
    text = "Mở đầu dài. " * 60 + "Tỷ lệ hồ sơ\ntrực tuyến Đạt 95%. " + "Kết thúc. " * 60
    runs = passage(text, search_terms("truc tuyen dat"))
    assert [run.text for run in runs if run.found] == ["trực", "tuyến", "Đạt"]
    assert "hồ sơ trực tuyến Đạt 95%" in "".join(run.text for run in runs)
    assert len("".join(run.text for run in runs)) < 320


def test_the_passage_is_where_most_words_stand_together():
    text = "Tuyến đường. " + "x " * 400 + "hồ sơ trực tuyến. " + "y " * 400
    assert "trực tuyến" in "".join(run.text for run in passage(text, ["truc", "tuyen", "ho so"]))


def test_what_stands_nowhere_in_the_text_has_no_passage():
    assert passage("Kế hoạch", ["nghi quyet"]) == ()
    assert passage("", ["a"]) == ()


def test_a_long_text_takes_time_by_its_length():
    text = "a " * 500_000
    began = time.perf_counter()
    passage(text, ["a", "b", "a b"])
    search_words(text)
    assert time.perf_counter() - began < 5
