"""Numbers as Vietnamese documents write them."""

from __future__ import annotations

import pytest

from cotmoc.plantext.numbers import find_quantities, plain, read_number


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("1.030", "1030"),
        ("1.300", "1300"),
        ("1.234.567,5", "1234567.5"),
        ("7,5", "7.5"),
        ("02", "2"),
        ("98.5", "98.5"),
        ("100", "100"),
        ("90,0", "90"),
    ],
)
def test_dot_groups_thousands_and_comma_is_decimal(written: str, value: str) -> None:
    assert plain(read_number(written)) == value


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("đạt 90%", [("90", "%")]),
        ("đạt 7,5 %/năm", [("7.5", "%/year")]),
        ("1.300 tỷ đồng và 25 triệu đồng", [("1300000000000", "VND"), ("25000000", "VND")]),
        ("không quá 6 ngày làm việc", [("6", "days")]),
        ("nhóm 30/63", [("30", "rank")]),
        ("766/qđ-ttg, 14/9/2023, 31-12-2025", []),
        ("đề án 06, mức độ 4, 4g, 15 tuổi, 02 cấp, năm 2026", []),
    ],
)
def test_quantities_are_told_from_codes(words: str, expected: list[tuple[str, str]]) -> None:
    assert [(q.value, q.unit) for q in find_quantities(words)] == expected
