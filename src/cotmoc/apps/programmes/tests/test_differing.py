"""What a later document changes, told from names, levels and units alone."""

import time

import pytest

from cotmoc.apps.programmes.differing import Field, Stated, compare, match


def stated(key, name, goal="90", kind="target", **more):
    return Stated(
        key, kind, name, f"I.{key}", (Field("name", name, name), Field("goal", goal, goal)), **more
    )


def verdicts(old, new):
    return [
        (each.verdict, each.old and each.old.key, each.new and each.new.key)
        for each in compare(old, new)
    ]


ON_TIME = "Tỷ lệ hồ sơ thủ tục hành chính giải quyết đúng hạn"
ONLINE = "Tỷ lệ hồ sơ thủ tục hành chính nộp trực tuyến toàn trình"
PAID = "Tỷ lệ thanh toán trực tuyến trên tổng số giao dịch"


def test_same_restated_new_and_dropped_are_told_apart():
    old = [stated(1, ON_TIME), stated(2, ONLINE, "80"), stated(3, "Phủ sóng 5G")]
    new = [stated(7, ONLINE, "95"), stated(8, ON_TIME), stated(9, PAID)]
    assert verdicts(old, new) == [
        ("same", 1, 8),
        ("restated", 2, 7),
        ("dropped", 3, None),
        ("new", None, 9),
    ]


def test_a_change_says_both_wordings():
    (difference,) = compare([stated(1, ONLINE, "80")], [stated(2, ONLINE, "95")])
    assert [(each.name, each.before, each.after) for each in difference.changes] == [
        ("goal", "80", "95")
    ]


def test_a_name_that_is_worded_anew_is_the_same_promise():
    new = "Hồ sơ thủ tục hành chính được nộp trực tuyến toàn trình đạt"
    assert verdicts([stated(1, ONLINE)], [stated(2, new)]) == [("restated", 1, 2)]


def test_names_that_share_only_the_words_of_every_target_are_two_promises():
    assert match([stated(1, ON_TIME), stated(2, PAID)], [stated(3, ONLINE)]) == {}


def test_levels_units_and_kinds_are_never_mixed():
    one = stated(1, ONLINE, level="commune", unit="%")
    for other in (
        stated(2, ONLINE, level="province", unit="%"),
        stated(2, ONLINE, level="commune", unit="count"),
        stated(2, ONLINE, kind="task"),
    ):
        assert match([one], [other]) == {}


def test_one_indicator_at_one_level_decides_over_names():
    old = [stated(1, "Hài lòng của người dân", indicator="satisfaction")]
    new = [
        stated(2, "Hài lòng của người dân", indicator="other"),
        stated(3, "Mức độ người dân thấy được phục vụ tốt", indicator="satisfaction"),
    ]
    assert match(old, new) == {0: 1}


def test_each_statement_is_matched_once():
    old = [stated(1, ONLINE), stated(2, ONLINE)]
    assert sorted(match(old, [stated(3, ONLINE)]).values()) == [0]
    assert match(old, [stated(3, ONLINE), stated(4, ONLINE)]) == {0: 0, 1: 1}


@pytest.mark.parametrize(
    ("verdict", "replaces", "proposed"),
    [
        ("same", False, "restate"),
        ("dropped", False, "keep"),
        ("dropped", True, "close"),
    ],
)
def test_what_is_proposed_depends_on_whether_the_document_replaces(verdict, replaces, proposed):
    old = stated(1, ONLINE)
    (difference,) = compare([old], [stated(2, ONLINE)] if verdict == "same" else [])
    assert difference.verdict == verdict
    assert difference.proposed(replaces) == proposed


def test_two_long_plans_are_compared_in_a_moment():
    many = [stated(each, f"{ONLINE} nhóm {each % 40} số {each}") for each in range(240)]
    began = time.perf_counter()
    assert len(match(many, many)) == 240
    assert time.perf_counter() - began < 10
