from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from django.utils import translation

from cotmoc.ui import formats


@pytest.fixture(params=["vi", "en"])
def language(request):
    with translation.override(request.param):
        yield request.param


def said(language: str, vietnamese: str, english: str) -> str:
    return vietnamese if language == "vi" else english


@pytest.mark.parametrize(
    ("value", "vietnamese", "english"),
    [
        (184513, "184.513", "184,513"),
        (0, "0", "0"),
        (Decimal("-1234.50"), "−1.234,5", "−1,234.5"),
        (Decimal("11.655"), "11,66", "11.66"),
        (Decimal("95.00"), "95", "95"),
        (-0.001, "0", "0"),
        (None, "–", "–"),
        ("", "–", "–"),
        ("not a number", "–", "–"),
        (float("nan"), "–", "–"),
    ],
)
def test_numbers_read_as_the_language_writes_them(language, value, vietnamese, english):
    assert formats.number(value) == said(language, vietnamese, english)


def test_percent_never_breaks_before_its_sign(language):
    assert formats.percent(Decimal("78.382")) == said(language, "78,38\u00a0%", "78.38%")
    assert formats.percent(40) == said(language, "40,00\u00a0%", "40.00%")
    assert formats.percent(40, 0) == said(language, "40\u00a0%", "40%")
    assert formats.percent(None) == "–"


def test_a_change_carries_its_sign(language):
    assert formats.signed(Decimal("2.82")) == said(language, "+2,82", "+2.82")
    assert formats.signed(Decimal("-16.6"), 2) == said(language, "−16,60", "−16.60")
    assert formats.signed(0) == "0"
    assert formats.signed(Decimal("0.001")) == "0"
    assert formats.signed(None) == "–"


def test_days_and_moments_are_local(language):
    assert formats.day(date(2026, 9, 26)) == said(language, "26/9/2026", "26 Sep 2026")
    late = datetime(2026, 9, 27, 18, 30, tzinfo=UTC)
    assert formats.day(late) == said(language, "28/9/2026", "28 Sep 2026")
    assert formats.moment(late) == said(language, "01:30, 28/9/2026", "01:30, 28 Sep 2026")
    assert formats.day(date(2025, 7, 1)) == said(language, "01/7/2025", "1 Jul 2025")
    assert formats.day(date(2026, 1, 15)) == said(language, "15/01/2026", "15 Jan 2026")
    assert formats.day(None) == formats.moment(None) == "–"


def test_a_measure_says_its_unit_once_and_does_not_break():
    with translation.override("en"):
        assert formats.measure(95, "%") == "95%"
        assert formats.measure(1, "days") == "1\u00a0day"
        assert formats.measure(Decimal("1.5"), "days") == "1.5\u00a0days"
        assert formats.measure(1000, "count") == "1,000"
        assert formats.measure(3, "rank") == "rank\u00a03"
        assert formats.measure(7, "%/year") == "7%\u00a0a\u00a0year"
        assert formats.measure(12, "hồ sơ") == "12\u00a0hồ\u00a0sơ"
        assert formats.measure(None, "days") == "–"


def test_a_fingerprint_keeps_both_ends():
    assert formats.shorten_hash("d0c1" + "0" * 56 + "9f2e") == "d0c1…9f2e"
    assert formats.shorten_hash("short") == "short"
    assert formats.shorten_hash(None) == ""
