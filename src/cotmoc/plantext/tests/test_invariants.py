"""What holds for any text whatever."""

from __future__ import annotations

import json
import time
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cotmoc.plantext import Plan, read_plan
from cotmoc.plantext.tests.conftest import SAMPLE

FRAGMENTS = (
    *("I. MỤC TIÊU", "1. Chính quyền số", "2.1 Kinh tế số", "* Về xã hội số", "- ", "+ ", "a) "),
    *("90%", "7,5 %", "1.300 tỷ đồng", "nhóm 10/34", "6 ngày", "từ 8 - 9%", "766/QĐ-TTg"),
    *("Tỷ lệ", "hồ sơ", "được xử lý", "đạt", "tối thiểu", "trên", "không quá", "phấn đấu"),
    *("cấp tỉnh", "đối với cấp huyện", "cấp xã", "duy trì", "nâng cao chỉ số DTI", "tăng", "chiếm"),
    *("GRDP", "(trừ hồ sơ mật)", "(chủ trì: Sở Y tế)", "(", ")", ", ", " và ", "; ", ". ", ". - "),
    *("\n", "\n\n", "\r\n", " ", "\u00a0", "đến năm 2030", "so với năm 2025", "Nơi nhận:"),
    *("không để xảy ra", "toàn bộ", "trong đó", "lần lượt", "1/3 số", "13/17 xã", "gấp đôi", ": "),
    *("từ 5 lên 8", "(cấp tỉnh 90%, cấp xã 80%)", "(100% a; 80% b; 70% c)", "Cơ cấu kinh tế:"),
    *("+ Cấp tỉnh: 90%", "gồm 05 chỉ tiêu:", "(1) a; (2) b", "31/6/2026", "tổng số 5, gồm 2, 1"),
    *("hoàn thành", "một nửa", "3 bậc", "85/100 điểm", "15 phút", "trước ngày 30/6", "cho 500"),
    *("IV. TỔ CHỨC THỰC HIỆN", "1. Sở Y tế", "Giao Sở Y tế chủ trì", "phối hợp với Sở Nội vụ"),
    *("triển khai", "- Cơ quan chủ trì: Sở Y tế", "Thời gian: Quý II/2026", "trước ngày 30/6/2026"),
    *(
        "III. NHIỆM VỤ",
        "các sở, ban, ngành",
        "có trách nhiệm",
        "hằng quý",
        "Kinh phí: 2 tỷ đồng",
        ":",
    ),
    *("Căn cứ Luật", "KẾ HOẠCH", "Số: 01/KH-UBND", "İ", "e\u0323\u0302", "\f", "\u2028", "trở lên"),
)
plan_like = st.lists(st.sampled_from(FRAGMENTS), max_size=60).map("".join)
plan_words = st.lists(st.sampled_from(FRAGMENTS), max_size=60).map(" ".join)


def check(plan: Plan) -> None:
    check_quotes(plan)
    check_every_line_once(plan)
    addresses = [clause.address for clause in plan.clauses]
    assert len(addresses) == len(set(addresses))
    json.dumps(plan.to_dict())


def check_quotes(plan: Plan) -> None:
    addresses = {clause.address: clause for clause in plan.clauses}
    for target in plan.targets:
        assert plan.text[target.start : target.end] == target.quote
        assert target.quote
        assert target.name
        clause = addresses[target.clause]
        assert clause.start <= target.start < target.end <= clause.end
    for task in plan.tasks:
        assert plan.text[task.start : task.end] == task.quote
        assert task.quote
        assert task.action
        clause = addresses[task.clause]
        assert clause.start <= task.start < task.end <= clause.end
    for left in plan.left_alone:
        assert plan.text[left.start : left.end] == left.text


def check_every_line_once(plan: Plan) -> None:
    with_row = {row.clause for row in (*plan.targets, *plan.tasks)}
    covered = [
        (c.start, c.end) for c in plan.clauses if c.address in with_row and c.kind != "table"
    ]
    covered += [(row.start, row.end) for row in (*plan.targets, *plan.tasks)]
    covered += [(left.start, left.end) for left in plan.left_alone]
    offset = 0
    for line in plan.text.split("\n"):
        end = offset + len(line)
        if line.strip():
            assert any(start < end and offset < stop for start, stop in covered), line
        offset = end + 1
    for rows in (plan.targets, plan.tasks):
        taken = sorted([(x.start, x.end) for x in (*rows, *plan.left_alone)])
        for (_, end), (start, _) in pairwise(taken):
            assert end <= start


@settings(max_examples=150, deadline=None)
@given(st.one_of(plan_like, plan_words))
def test_texts_made_of_plan_words(text: str) -> None:
    check(read_plan(text))


@settings(max_examples=100, deadline=None)
@given(st.text(max_size=400))
def test_any_text(text: str) -> None:
    check(read_plan(text))


def test_the_sample(sample: Plan) -> None:
    check(sample)


@pytest.mark.parametrize("seed", ["000", "001", "002", "003", "004"], indirect=True)
def test_the_seeds(seed: Plan) -> None:
    check(seed)


def test_reading_twice_gives_the_same() -> None:
    text = SAMPLE.read_text("utf-8")
    assert read_plan(text) == read_plan(text)


def test_sixty_pages_take_less_than_two_seconds() -> None:
    body = SAMPLE.read_text("utf-8").split("Nơi nhận")[0]
    started = time.perf_counter()
    plan = read_plan(body * 15)
    assert time.perf_counter() - started < 2
    assert len(plan.targets) == 41 * 15


@pytest.mark.parametrize(
    "unit",
    [
        " ",
        "9",
        "(",
        "tỷ lệ ",
        "và ",
        "- 90% ",
        "1.",
        "phấn đấu đạt ",
        "(chủ trì: a ",
        "à",
        "Sở ",
        "các sở, ",
    ],
)
def test_a_line_of_a_megabyte_is_read_in_linear_time(unit: str) -> None:
    text = "II. MỤC TIÊU\n- 90% hồ sơ " + unit * (1_000_000 // len(unit)) + " x"
    started = time.perf_counter()
    read_plan(text)
    assert time.perf_counter() - started < 8
