"""How a leaf is scored is said in sentences that a clerk can check with a calculator."""

from decimal import Decimal

import pytest

from cotmoc.indicators.indices import model
from cotmoc.indicators.indices.tests.texts import index
from cotmoc.indicators.indices.words import Speaker

NAMES = {
    "dossiers_on_time": {"vi": "Hồ sơ đúng hạn", "en": "Dossiers on time"},
    "dossiers_digitised": {"vi": "Hồ sơ số hóa", "en": "Dossiers digitised"},
    "dossiers_paid_online": {"vi": "Hồ sơ nộp phí trực tuyến", "en": "Dossiers paid online"},
    "fees_paid_online_share": {"vi": "Phí nộp trực tuyến", "en": "Fees paid online"},
    "dossiers_overdue": {"vi": "Hồ sơ quá hạn", "en": "Dossiers overdue"},
    "dossiers_online": {"vi": "Hồ sơ trực tuyến", "en": "Dossiers online"},
    "SURVEY": {"vi": "Khảo sát", "en": "Survey"},
}
UNITS = {"dossiers_digitised": "%", "dossiers_paid_online": "%"}
VI, EN = Speaker("vi", NAMES, UNITS), Speaker("en", NAMES, UNITS)

SAID = {
    "ON_TIME": (
        ["20 điểm × tỷ lệ của “Hồ sơ đúng hạn” (tử số ÷ mẫu số).",
         "Không phát sinh thì được điểm tối đa, 20 điểm."],
        ["20 points × the ratio of “Dossiers on time” (numerator ÷ denominator).",
         "Full marks, 20 points, when nothing arose."],
    ),
    "DIGITISED": (
        ["Theo “Hồ sơ số hóa”: đạt 90 % trở lên được tối đa 10 điểm; thấp hơn thì tính theo tỷ lệ.",
         "Không phát sinh thì chưa có điểm."],
        ["By “Dossiers digitised”: from 90 % on all 10 points; below that in proportion.",
         "No points when nothing arose."],
    ),
    "PAYMENT": (
        ["6 × A + số nhỏ nhất trong (2; 2,5 × B) + (“Khảo sát” ÷ 10; nếu không có: 0); ít nhất 0, "
         "nhiều nhất 10 điểm; A = tỷ lệ của “Hồ sơ nộp phí trực tuyến”, từ 0 đến 1; "
         "B = “Phí nộp trực tuyến”; chỉ số nào không phát sinh thì tính là 0."],
        ["6 × A + the least of (2; 2.5 × B) + (“Survey” ÷ 10; failing that: 0); at least 0, "
         "at most 10 points; A = the ratio of “Dossiers paid online”, from 0 to 1; "
         "B = “Fees paid online”; one for which nothing arose counts as 0."],
    ),
    "SURVEY": (
        ["Điểm trung bình của số đơn vị tự kê khai trên thang 1–5: 1 được 0 điểm, 5 được 10 điểm, "
         "ở giữa tính theo tỷ lệ."],
        ["The mean of what the body reports of itself on a scale of 1–5: 1 gives 0 points, "
         "5 gives 10 points, in proportion between."],
    ),
    "OVERDUE": (
        ["Theo “Hồ sơ quá hạn”: từ 0 đến dưới 10: 10 điểm; từ 10 đến dưới 50: 5 điểm; "
         "từ 50 đến 100: 2,5 điểm; ngoài các khoảng này được 0 điểm.",
         "Không phát sinh thì chưa có điểm."],
        ["By “Dossiers overdue”: from 0 to below 10: 10 points; from 10 to below 50: 5 points; "
         "from 50 to 100: 2.5 points; 0 points outside of these.",
         "No points when nothing arose."],
    ),
    "PLAN": (
        ["Theo mức đạt được: Đã ban hành: 1 điểm; Dự thảo: 0,5 điểm; Chưa có: 0 điểm."],
        ["By the level reached: Signed: 1 point; Drafted: 0.5 points; None: 0 points."],
    ),
    "TEAM": (
        ["Có: 1 điểm; không: 0 điểm.",
         "Chỉ áp dụng cho xã, phường, đặc khu; các đơn vị khác được điểm tối đa, 1 điểm."],
        ["Yes: 1 point; no: 0 points.",
         "For communes only; others get full marks, 1 point."],
    ),
    "SPREAD": (
        ["1 điểm × (giá trị − thấp nhất) ÷ (cao nhất − thấp nhất) của “Hồ sơ trực tuyến” giữa các "
         "đơn vị cùng cấp.", "Không phát sinh thì chưa có điểm."],
        ["1 point × (value − lowest) ÷ (highest − lowest) of “Dossiers online” among bodies of "
         "the kind.", "No points when nothing arose."],
    ),
    "LEAD": (
        ["So “Hồ sơ trực tuyến” với trung bình các đơn vị cùng cấp: bằng trung bình được 0,5 điểm; "
         "cao hơn 2,5 độ lệch chuẩn trở lên được 1 điểm; thấp hơn 2,5 độ lệch chuẩn trở xuống "
         "được 0 điểm.", "Không phát sinh thì chưa có điểm."],
        ["“Dossiers online” against the mean of bodies of the kind: 0.5 points at the mean, "
         "1 point from 2.5 standard deviations above it on, 0 points at 2.5 below it and lower.",
         "No points when nothing arose."],
    ),
    "OFFICIAL": (
        ["1 điểm × kết quả công bố của chỉ số này (thang 100)."],
        ["1 point × the published result (on a scale of 100)."],
    ),
    "SECRET": (
        ["Chưa tính được: Văn bản không nêu"],
        ["Cannot be computed: The text does not say"],
    ),
    "IDEAS": (
        ["Điểm thưởng: mỗi trường hợp cộng 0,5 điểm, tối đa 2 điểm (theo số đơn vị tự kê khai)."],
        ["Bonus: 0.5 points for each case, at most 2 points (by what the body reports of itself)."],
    ),
    "FAULTS": (
        ["Điểm trừ: mỗi trường hợp trừ 1 điểm, tối đa 5 điểm (theo số đơn vị tự kê khai)."],
        ["Penalty: 1 point off for each case, at most 5 points (by what the body reports of "
         "itself)."],
    ),
}  # fmt: skip


@pytest.mark.parametrize("leaf", list(index().leaves()), ids=lambda leaf: leaf.code)
def test_every_rule_is_said_in_both_languages(leaf):
    assert (VI.leaf(leaf), EN.leaf(leaf)) == SAID[leaf.code]


ON_TIME = "rule: {kind: ratio, of: {indicator: dossiers_on_time}}"


@pytest.mark.parametrize(
    ("old", "new", "code", "said"),
    [
        (ON_TIME, f"{ON_TIME}\n        direction: down", "ON_TIME",
         "20 điểm × (1 − tỷ lệ của “Hồ sơ đúng hạn”): tỷ lệ càng thấp điểm càng cao."),
        ("full_at: 90", "full_at: 90, none_at: 60.5", "DIGITISED",
         "Theo “Hồ sơ số hóa”: đạt 90 % trở lên được tối đa 10 điểm; thấp hơn thì tính theo tỷ lệ; "
         "từ 60,5 % trở xuống được 0 điểm."),
        ("full_at: 90", "full_at: 5, none_at: 20", "DIGITISED",
         "Theo “Hồ sơ số hóa”: từ 5 % trở xuống được tối đa 10 điểm; cao hơn thì giảm dần theo "
         "tỷ lệ; từ 20 % trở lên được 0 điểm."),
        ("{from: 0, to: 10", "{to: 10", "OVERDUE",
         "Theo “Hồ sơ quá hạn”: dưới 10: 10 điểm; từ 10 đến dưới 50: 5 điểm; từ 50 đến 100: "
         "2,5 điểm; ngoài các khoảng này được 0 điểm."),
        ("          kind: choice", "          kind: choice\n          several: true", "PLAN",
         "Cộng điểm các nội dung đạt được, tối đa 1 điểm: Đã ban hành: 1 điểm; Dự thảo: 0,5 điểm; "
         "Chưa có: 0 điểm."),
        ("{published: 100}", "{published: null}", "OFFICIAL",
         "Lấy đúng điểm theo kết quả công bố của chỉ số này, tối đa 1 điểm."),
        ("6 * A + min(2, 2.5 * B) + coalesce(SURVEY / 10, 0)",
         "round(-A - (B - 2) / (3 * SURVEY), 2) + round(max(1000000, A) * 2, 2)", "PAYMENT",
         "−A − (B − 2) ÷ (3 × “Khảo sát”) + số lớn nhất trong (1.000.000; A) × 2; ít nhất 0, "
         "nhiều nhất 10 điểm; A = tỷ lệ của “Hồ sơ nộp phí trực tuyến”, từ 0 đến 1; "
         "B = “Phí nộp trực tuyến”; chỉ số nào không phát sinh thì tính là 0; mỗi phần làm tròn "
         "2 chữ số thập phân."),
    ],
)  # fmt: skip
def test_variants_of_rules_have_their_own_words(old, new, code, said):
    leaf = next(each for each in index((old, new)).leaves() if each.code == code)
    assert VI.rule(leaf) == said


def test_bands_without_ends_leave_nothing_outside():
    bands = (
        model.Band(None, Decimal(5), Decimal(0)), model.Band(Decimal(5), None, Decimal(1)),
    )  # fmt: skip
    rule = model.Bands(model.Answer(), bands)
    leaf = model.Leaf("a", {"vi": "a", "en": "a"}, Decimal(3), rule)
    assert VI.rule(leaf) == "Theo số đơn vị tự kê khai: dưới 5: 0 điểm; từ 5 trở lên: 3 điểm."
    all_of_them = model.Bands(model.Answer(), (model.Band(None, None, Decimal(1)),))
    leaf = model.Leaf("a", {"vi": "a", "en": "a"}, Decimal(3), all_of_them)
    assert EN.rule(leaf) == "By what the body reports of itself: any value: 3 points."


def test_less_is_better_turns_standings_round():
    def down(rule):
        return model.Leaf("a", {"vi": "a", "en": "a"}, Decimal(2), rule, direction="down")

    assert "(cao nhất − giá trị)" in VI.rule(down(model.MinMax(model.Answer())))
    assert "below it on" in EN.rule(down(model.ZScore(model.Answer())))


@pytest.mark.parametrize(
    ("zero", "said"),
    [
        ("zero", "Không phát sinh thì được 0 điểm."),
        ("excluded", "Không phát sinh thì không tính; điểm của đơn vị quy đổi trên phần còn lại."),
        ("none", "Không phát sinh thì chưa có điểm."),
    ],
)
def test_every_zero_rule_is_said(zero, said):
    assert VI.zero(next(index(("zero: full", f"zero: {zero}")).leaves())) == said


def test_whom_it_does_not_apply_to_is_said():
    city = index(("not_applicable: full", "not_applicable: excluded"))
    team = next(each for each in city.leaves() if each.code == "TEAM")
    assert VI.applies_to(team) == (
        "Chỉ áp dụng cho xã, phường, đặc khu; các đơn vị khác không tính, điểm được quy đổi trên "
        "phần còn lại."
    )


def test_how_points_are_put_together_is_said():
    city = index()
    assert VI.aggregate(city) == "Tổng điểm các thành phần, tối đa 100 điểm."
    assert EN.aggregate(city.children[1]).startswith(
        "40 points × the weighted mean of the shares reached: A plan (weight 2), A team (weight 1)"
    )
    geometric = index(("aggregate: weighted", "aggregate: geometric")).children[1]
    assert "trung bình nhân có trọng số" in VI.aggregate(geometric)


@pytest.mark.parametrize(
    ("value", "vi", "en"),
    [
        ("1234567.5", "1.234.567,5", "1,234,567.5"),
        ("0.10", "0,1", "0.1"),
        ("100", "100", "100"),
        ("-2.5", "−2,5", "−2.5"),
    ],
)
def test_numbers_are_exact_and_written_as_people_write_them(value, vi, en):
    assert (VI.number(Decimal(value)), EN.number(Decimal(value))) == (vi, en)
