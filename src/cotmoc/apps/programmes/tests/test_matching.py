"""Which indicator a target means, which targets of other documents are the same, and the draft of
a definition for what nothing measures."""

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from cotmoc.apps.programmes.definitions import DefinitionDraft, draft_definition, slug
from cotmoc.apps.programmes.matching import (
    Known,
    Matcher,
    Rarity,
    Sought,
    Stated,
    first_choice,
    pair_up,
    similarity,
    words,
)
from cotmoc.apps.programmes.rules import Candidate, bind
from cotmoc.indicators.check import check_catalogue
from cotmoc.indicators.facts import read_fact_tables
from cotmoc.plantext import read_file

CATALOGUE = Path(__file__).parents[5] / "catalogue"
FILES = [
    (path.name, path.read_text(encoding="utf-8"))
    for path in sorted((CATALOGUE / "indicators").glob("*.yaml"))
]
DEFINITIONS = [yaml.safe_load(text) for name, text in FILES if "@" not in name]
TABLES = read_fact_tables(
    (path.name, yaml.safe_load(path.read_text(encoding="utf-8")))
    for path in sorted((CATALOGUE / "facts").glob("*.yaml"))
)
CODES = frozenset(each["code"] for each in DEFINITIONS)


@pytest.fixture(scope="module")
def matcher():
    """The shipped catalogue, ready to be asked."""
    return Matcher(
        Known(
            code=each["code"],
            name=each["name"]["vi"],
            unit=each["unit"],
            phrases=tuple(each.get("plan_phrases") or ()),
            description=each["description"]["vi"],
            counted=each["counted"]["vi"],
            levels=tuple(each["applies_to"]),
            direction=each["direction"],
        )
        for each in DEFINITIONS
    )


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Đường sắt ĐÔ THỊ", "duong sat do thi"),
        # Both spellings of one sound, composed or not.
        ("Tỉ lệ, tỷ lệ, ti\u0309 lệ", "ti le ti le ti le"),
        ("Quy định về kỹ thuật", "quy dinh ve ki thuat"),
        ("TTHC qua DVCTT", "thu tuc hanh chinh qua dich vu cong truc tuyen"),
        ("dịch vụ công mức độ 4", "dich vu cong toan trinh"),
        ("", ""),
        ("…—!", ""),
    ],
)
def test_words_are_the_same_however_they_are_written(text, expected):
    assert " ".join(words(text)) == expected


def test_the_first_choice_is_what_the_longest_phrase_says(matcher, plan_file):
    candidates = [
        Candidate(each["code"], each["unit"], tuple(each.get("plan_phrases") or ()))
        for each in DEFINITIONS
    ]
    read = read_file(plan_file).targets
    for target in read:
        text = " | ".join([target.name, target.quote, *target.subjects])
        bound = bind(text, target.unit or "", candidates)
        choice = first_choice(matcher.propose(sought(target)))
        assert (choice and choice.code) == (bound and bound.code), target.name
        assert str(choice.reason) == bound.phrase
    assert len(read) > 35


def sought(target):
    return Sought(
        target.name, target.quote, target.unit or "", target.subjects, target.level or "",
        target.comparator, target.of or "",
    )  # fmt: skip


class TestProposals:
    def test_the_best_comes_first_with_the_phrase_that_decided(self, matcher):
        found = matcher.propose(
            Sought("Hồ sơ có nghĩa vụ tài chính thanh toán trực tuyến", unit="%")
        )
        assert found[0].code == "dossiers_paid_online"
        assert str(found[0].reason) == "thanh toán trực tuyến"
        scores = [each.score for each in found]
        assert scores == sorted(scores, reverse=True)
        assert all(0 <= score <= 1 for score in scores)

    def test_an_abbreviation_is_read_like_its_words(self, matcher):
        short = matcher.propose(Sought("TTHC được cung cấp DVCTT", unit="%"))
        full = "Thủ tục hành chính được cung cấp dịch vụ công trực tuyến"
        written_out = matcher.propose(Sought(full, unit="%"))
        assert [(p.code, p.score) for p in short] == [(p.code, p.score) for p in written_out]
        assert first_choice(short).code == "procedures_online"

    def test_without_a_phrase_shared_words_are_proposed_and_never_filled_in(self, matcher):
        found = matcher.propose(Sought("Người trưởng thành dùng điện thoại kiểu mới", unit="%"))
        assert found[0].code == "smartphone_adults"
        assert found[0].reason.phrase == ""
        assert "điện thoại" in str(found[0].reason)
        assert found[0].score < Decimal("0.6")
        assert first_choice(found) is None

    def test_what_speaks_against_is_said_and_lowers_the_score(self, matcher):
        share = matcher.propose(Sought("Hồ sơ nộp trực tuyến", unit="%"))[0]
        count = next(
            each
            for each in matcher.propose(Sought("Hồ sơ nộp trực tuyến", unit="days"))
            if each.code == share.code
        )
        assert share.reason.against == ()
        assert count.reason.against == ("unit",)
        assert count.score < share.score
        assert first_choice([count]) is None
        loud = matcher.propose(
            Sought("Xã có đài truyền thanh thông minh", unit="%", level="commune")
        )
        assert "level" in loud[0].reason.against
        less = matcher.propose(Sought("Hồ sơ giải quyết đúng hạn", unit="%", comparator="<="))
        assert "direction" in less[0].reason.against

    def test_a_tie_lists_both_and_fills_in_neither(self):
        phrase = ("giải quyết đúng hạn",)
        twins = [
            Known("one", "Hồ sơ đúng hạn", "%", phrase),
            Known("two", "Đơn đúng hạn", "%", phrase),
            Known("three", "Giấy phép", "%", ("giấy phép",)),
        ]
        found = Matcher(twins).propose(Sought("Tỷ lệ hồ sơ giải quyết đúng hạn", unit="%"))
        assert [each.code for each in found] == ["one", "two"]
        assert all("tie" in each.reason.against for each in found)
        assert first_choice(found) is None

    def test_nothing_like_it_proposes_nothing(self, matcher):
        assert matcher.propose(Sought("Zzz", unit="%")) == []
        assert matcher.propose(Sought("")) == []

    @given(st.text(max_size=200), st.text(max_size=200))
    def test_any_text_is_answered_the_same_way_twice(self, name, quote):
        small = Matcher([Known("a", "Hồ sơ số", "%", ("hồ sơ",)), Known("b", "Đất đai", "count")])
        target = Sought(name, quote, "%")
        assert small.propose(target) == small.propose(target)


ONLINE = "Tỷ lệ hồ sơ công việc được xử lý trên môi trường mạng"


class TestTheSameTargetElsewhere:
    def test_three_levels_meet_their_own_level(self):
        ours = [Stated(ONLINE, "%", level, "=") for level in ("province", "district", "commune")]
        theirs = [
            Stated("Hồ sơ công việc xử lý trên môi trường mạng", "%", level, ">=")
            for level in ("commune", "province")
        ]
        pairs = [(pair.ours, pair.theirs) for pair in pair_up(ours, theirs)]
        assert pairs == [(0, 1), (2, 0)]

    def test_the_same_words_in_another_unit_or_sense_are_less_alike(self):
        rarity = Rarity([ONLINE, "Năng suất lao động", "Hộ gia đình có cáp quang"])
        base = Stated(ONLINE, "%", "commune", ">=")
        same = similarity(base, base, rarity)
        assert (same.score, same.reason.against) == (1, ())
        for other, against in (
            (Stated(ONLINE, "count", "commune", ">="), "unit"),
            (Stated(ONLINE, "%", "province", ">="), "level"),
            (Stated(ONLINE, "%", "commune", "<="), "direction"),
        ):
            found = similarity(base, other, rarity)
            assert found.score < same.score
            assert found.reason.against == (against,)

    def test_one_indicator_bound_to_both_decides_whatever_the_words(self):
        ours = Stated("Kinh tế số trong GRDP", "%", indicator="digital_economy_share")
        theirs = Stated("Tỷ trọng KTS của tỉnh", "%", indicator="digital_economy_share")
        (pair,) = pair_up([ours], [theirs])
        assert pair.similarity.score >= Decimal("0.8")
        assert str(pair.similarity.reason) == "digital_economy_share"

    def test_two_indicators_speak_against(self):
        first = Stated(ONLINE, "%", indicator="one")
        second = Stated(ONLINE, "%", indicator="two")
        rarity = Rarity([ONLINE])
        assert similarity(first, second, rarity).reason.against == ("indicator",)

    def test_what_shares_no_pair_of_words_is_not_paired(self):
        ours = [Stated("Doanh nghiệp sử dụng hợp đồng điện tử", "%")]
        theirs = [Stated("Hộ gia đình phủ cáp quang băng rộng", "%")]
        assert pair_up(ours, theirs) == []

    @given(st.lists(st.sampled_from([ONLINE, "Hồ sơ", "Năng suất", "Xã có cáp quang", ""])))
    def test_each_target_is_in_one_pair_at_most(self, names):
        ours = [Stated(name, "%") for name in names]
        pairs = pair_up(ours, ours[::-1])
        assert len({pair.ours for pair in pairs}) == len(pairs)
        assert len({pair.theirs for pair in pairs}) == len(pairs)


def problems(draft):
    return check_catalogue([*FILES, (f"{draft.code}.yaml", draft.text)], TABLES)


def filled(draft):
    """The draft with every empty text written."""
    lines = [
        line.replace('""', '"viết sau"') if line in draft.open_lines else line
        for line in draft.text.splitlines()
    ]
    return DefinitionDraft(draft.code, "\n".join(lines))


def draft_of(target, **more):
    return draft_definition(
        target,
        document="Kế hoạch 33/KH-UBND",
        valid_from=date(2026, 1, 15),
        taken=CODES,
        **more,
    )


class TestTheDraftOfADefinition:
    @pytest.mark.parametrize(
        "target",
        [
            Sought('Tỷ lệ "trạm y tế" số hóa', unit="%", subjects=("trạm y tế",), level="commune"),
            Sought("Tỷ lệ nước sạch: đô thị", unit="%"),
            Sought("Tổ công nghệ số cộng đồng", unit="count", subjects=("tổ",)),
            Sought("Xếp hạng ICT Index", unit="rank", of="34"),
            Sought("Chỉ số công nghiệp ICT", unit="points"),
            Sought("Thời gian cấp phép xây dựng", unit="days", comparator="<="),
            Sought("Tốc độ tăng doanh thu ICT", unit="%/year"),
            Sought("Doanh thu công nghiệp ICT", unit="VND"),
            Sought("Ban hành kiến trúc số", unit="yes/no", comparator="maintain"),
            Sought("2.000 máy tính", unit=""),
        ],
        ids=lambda target: target.unit or "no unit",
    )
    def test_it_passes_the_check_once_what_is_marked_is_filled(self, target):
        draft = draft_of(target)
        assert draft.code not in CODES
        assert draft.open_lines
        assert problems(draft), "an unfilled draft must not pass"
        assert problems(filled(draft)) == []

    def test_what_is_known_is_in_it(self):
        draft = draft_of(Sought("Tỷ lệ hồ sơ trễ hạn", unit="%", comparator="="), owner="Sở Nội vụ")
        content = yaml.safe_load(draft.text)
        assert content["direction"] == "down"
        assert content["owner"] == "Sở Nội vụ"
        assert content["legal_source"] == "Kế hoạch 33/KH-UBND"
        assert content["plan_phrases"] == ["hồ sơ trễ hạn"]
        assert content["table"] == "observations"

    def test_its_phrase_then_finds_the_target(self):
        target = Sought("Tỷ lệ trạm y tế có bệnh án điện tử", unit="%", comparator=">=")
        content = yaml.safe_load(draft_of(target).text)
        made = Known(content["code"], "x", content["unit"], tuple(content["plan_phrases"]))
        assert first_choice(Matcher([made]).propose(target)).code == content["code"]

    @given(st.text(max_size=300))
    def test_a_code_is_a_code_whatever_the_name(self, name):
        code = slug(name, taken={"chi_tieu"})
        assert len(code) <= 60
        assert code.isascii()
        assert code[0].isalpha()
        assert code == code.lower()
        assert code.replace("_", "a").isalnum()
