"""Next year's goals from this year's results, their text, and the draft it becomes."""

import io
import zipfile
from datetime import date
from decimal import Decimal
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cotmoc.apps.documents.models import Document
from cotmoc.apps.journal.models import Entry
from cotmoc.apps.programmes.models import DraftRow, Plan, Target
from cotmoc.apps.programmes.next_goals import (
    NextGoal,
    Outcome,
    Promise,
    next_deadline,
    propose_next,
    read_number,
    sentence,
    title_of_next,
    write_number,
)
from cotmoc.apps.programmes.next_year import (
    AlreadyDraftedError,
    CarriedTarget,
    draft_next_year,
    draft_text,
    next_rows,
)
from cotmoc.apps.programmes.word_file import word_file
from cotmoc.plantext import read_plan

TODAY = date(2026, 10, 1)
HALF, TEN = Decimal("4.5"), Decimal(10)


@pytest.mark.parametrize(
    ("comparator", "goal", "unit", "state", "value", "expected", "why"),
    [
        (">=", "80", "%", "met", "87.3", "90", "raised"),
        (">=", "80", "%", "met", "80", "80", "reached"),
        (">=", "98", "%", "met", "99.2", "100", "raised"),
        ("=", "100", "%", "met", "100", "100", "full"),
        (">=", "2", "%", "met", "2.4", "3", "raised"),
        (">=", "80", "%", "on_the_way", "79", "80", "not_reached"),
        (">=", "80", "%", "behind", "10", "80", "not_reached"),
        (">=", "80", "%", "no_data", None, "80", "no_data"),
        (">=", "7", "%/year", "met", "7.2", "7.5", "raised"),
        (">=", "1000", "count", "met", "1234", "1300", "raised"),
        (">=", "0.7", "points", "met", "0.753", "0.76", "raised"),
        ("<=", "6", "days", "met", "4.6", "4", "lowered"),
        ("<=", "1", "days", "met", "0.4", "1", "reached"),
        ("rank<=", "15", "rank", "met", "9", "9", "lowered"),
        ("rank<=", "15", "rank", "behind", "20", "15", "not_reached"),
    ],
)
def test_the_next_goal_follows_a_rule(comparator, goal, unit, state, value, expected, why):
    result = None if value is None else Decimal(value)
    proposed = propose_next(Outcome(comparator, Decimal(goal), unit, state, result))
    assert proposed == NextGoal(Decimal(expected), True, why)


def test_what_has_ended_is_not_carried_over_and_words_stay_words():
    ended = Outcome(">=", Decimal(80), "%", "not_applicable", level="district")
    assert propose_next(ended) == NextGoal(Decimal(80), False, "closed")
    assert propose_next(Outcome("raise", None, "", "no_data")).why == "qualitative"


@given(
    st.sampled_from([">=", ">", "=", "<=", "<", "rank<="]),
    st.decimals(1, 1000, places=2),
    st.decimals(0, 1000, places=2),
    st.sampled_from(["%", "count", "days", "rank", "points", "%/year", "VND"]),
)
def test_a_proposal_never_asks_for_less(comparator, goal, value, unit):
    proposed = propose_next(Outcome(comparator, goal, unit, "met", value))
    if comparator in ("<=", "<", "rank<="):
        assert 0 < proposed.value <= goal
    else:
        assert proposed.value >= goal
        assert unit != "%" or proposed.value <= max(goal, Decimal(100))


@pytest.mark.parametrize(
    ("deadline", "expected"),
    [
        (date(2026, 12, 31), date(2027, 12, 31)),
        (date(2024, 2, 29), date(2027, 2, 28)),
        (date(2030, 12, 31), date(2030, 12, 31)),
        (None, date(2027, 12, 31)),
    ],
)
def test_a_deadline_moves_a_year_on_unless_it_lies_beyond(deadline, expected):
    assert next_deadline(deadline, 2026) == expected


@pytest.mark.parametrize(
    ("written", "value"), [("1.030", "1030"), ("7,5", "7.5"), ("7.5", "7.5"), ("02", "2")]
)
def test_numbers_are_read_as_documents_write_them(written, value):
    assert read_number(written) == Decimal(value)


@given(st.decimals(0, 10**15, places=4))
def test_a_number_written_is_read_as_it_was(value):
    assert read_number(write_number(value)) == value


def promise(quote="", **changes):
    fields = {
        "name": "Tỷ lệ hồ sơ đúng hạn",
        "comparator": ">=",
        "value": Decimal(97),
        "unit": "%",
        "deadline": date(2027, 12, 31),
        "quote": quote,
        "old_value": Decimal(95),
        "old_deadline": date(2026, 12, 31),
        "old_year": 2026,
    }
    return Promise(**{**fields, **changes})


@pytest.mark.parametrize(
    ("made", "expected"),
    [
        # This year's sentence with the new number and the new year.
        (
            promise("Đến hết năm 2026, tỷ lệ hồ sơ đúng hạn đạt tối thiểu 95%"),
            "Đến hết năm 2027, tỷ lệ hồ sơ đúng hạn đạt tối thiểu 97%",
        ),
        (
            promise(
                "Tỷ lệ hồ sơ đúng hạn đạt 95% trước ngày 30/11/2026",
                old_deadline=date(2026, 11, 30),
                deadline=date(2027, 11, 30),
            ),
            "Tỷ lệ hồ sơ đúng hạn đạt 97% trước ngày 30/11/2027",
        ),
        # A number that stands twice, or a sentence without its subject, is made anew.
        (promise("80% đối với cấp huyện"), "Tỷ lệ hồ sơ đúng hạn đạt tối thiểu 97%"),
        (
            promise("Tỷ lệ hồ sơ đúng hạn đạt 95%, 95%"),
            "Tỷ lệ hồ sơ đúng hạn đạt tối thiểu 97%",
        ),
        (
            promise(level="commune", deadline=date(2027, 6, 30)),
            "Tỷ lệ hồ sơ đúng hạn đạt tối thiểu 97% đối với cấp xã trước ngày 30/06/2027",
        ),
        (
            promise(name="Thời gian giải quyết", comparator="<=", unit="days", value=HALF),
            "Thời gian giải quyết không quá 4,5 ngày",
        ),
        (
            promise(name="Xếp hạng DTI", comparator="rank<=", unit="rank", value=TEN, of="34"),
            "Xếp hạng DTI thuộc nhóm 10/34",
        ),
        (
            promise(name="Doanh thu số", unit="VND", value=Decimal(1_300_000_000_000)),
            "Doanh thu số đạt tối thiểu 1.300 tỷ đồng",
        ),
        # Nothing is more than all.
        (
            promise("Trên 95% hồ sơ đúng hạn", name="Hồ sơ đúng hạn", value=Decimal(100)),
            "100% hồ sơ đúng hạn",
        ),
        # The verb may stand in another part of the sentence.
        (
            promise(
                "chỉ số DTI của tỉnh",
                name="Chỉ số DTI",
                comparator="raise",
                value=None,
                old_value=None,
            ),
            "Nâng cao chỉ số DTI",
        ),
        (
            promise(name="Kết nối", comparator="maintain", value=None, old_value=None),
            "Duy trì kết nối",
        ),
        (
            promise(name="Tăng trưởng", unit="%/year", value=Decimal(8), value_high=Decimal("8.5")),
            "Tăng trưởng đạt tối thiểu từ 8%/năm đến 8,5%/năm",
        ),
    ],
)  # fmt: skip
def test_a_promise_is_said_in_officials_vietnamese(made, expected):
    assert sentence(made, 2027) == expected


def test_the_title_says_the_next_year():
    assert title_of_next("Kế hoạch số hóa năm 2026", 2026) == "Số hóa năm 2027"
    assert title_of_next("Chuyển đổi số", 2026) == "Chuyển đổi số năm 2027"


@pytest.mark.parametrize("text", ["I. MỤC TIÊU\n- Đạt 90% <&> \x00\ufffe\ud800", ""])
def test_a_word_file_opens_whatever_the_text(text):
    raw = word_file(text)
    assert raw == word_file(text)
    with zipfile.ZipFile(io.BytesIO(raw)) as package:
        tree = ElementTree.fromstring(package.read("word/document.xml"))
    said = "".join(tree.itertext())
    assert ("Đạt 90% <&>" in said) == bool(text)


# --- with a province -------------------------------------------------------------------------


@pytest.fixture
def carried(plan, cast):
    """What the page proposes, taken over as it is."""
    return [
        CarriedTarget(row.target, row.goal.value, row.deadline)
        for row in next_rows(plan, viewer=cast.dung, today=TODAY)
        if row.goal.carry
    ]


@pytest.mark.django_db
class TestTheDraft:
    def test_every_target_has_a_proposal_and_districts_are_left_behind(self, plan, cast):
        rows = next_rows(plan, viewer=cast.dung, today=TODAY)
        assert len(rows) == plan.targets.count()
        left = [row.target.level for row in rows if not row.goal.carry]
        assert left == ["district"]
        assert {row.goal.why for row in rows} >= {"no_data", "not_reached", "qualitative"}

    def test_the_reader_finds_in_the_text_what_was_carried_over(self, plan, carried):
        goals = draft_text(plan, carried)
        read = read_plan(goals.text)
        assert read.text == goals.text
        assert read.head.year == plan.year + 1
        found = {(each.comparator, each.value, each.unit, each.level) for each in read.targets}
        for each in carried:
            value = None if each.value is None else f"{each.value.normalize():f}"
            target = each.target
            key = (each.comparator, value, target.unit or None, target.level or None)
            assert key in found, target.name
        assert len(read.targets) == len(carried)

    def test_it_becomes_a_document_being_confirmed(self, plan, carried, cast, now):
        plans, targets = Plan.objects.count(), Target.objects.count()
        document = draft_next_year(plan, carried, actor=cast.dung, now=now)
        assert document.state == Document.State.DRAFT
        assert document.year == 2027
        rows = list(DraftRow.objects.filter(document=document))
        assert len(rows) == len(carried)
        for row in rows:
            assert row.state == DraftRow.State.PROPOSED
            assert row.clause.start <= row.start < row.end <= row.clause.end
            assert document.text[row.start : row.end].strip()
        by_name = {(row.content["name"], row.content["level"]): row for row in rows}
        for each in carried:
            row = by_name[each.target.name, each.target.level or None]
            assert row.indicator_code == each.target.indicator_code
            assert row.content["deadline"] == each.deadline.isoformat()
        # Nothing enters the programme.
        assert (Plan.objects.count(), Target.objects.count()) == (plans, targets)
        entry = Entry.objects.get(verb="plan.next_year_drafted")
        assert (entry.actor, entry.after["targets"]) == (cast.dung, len(carried))

    def test_a_changed_value_stands_in_the_text_and_in_the_row(self, plan, carried, cast, now):
        one = next(each for each in carried if each.target.indicator_code == "dossiers_on_time")
        changed = CarriedTarget(one.target, Decimal("97.5000"), one.deadline)
        document = draft_next_year(plan, [changed], actor=cast.dung, now=now)
        row = DraftRow.objects.get(document=document)
        assert row.content["value"] == "97.5"
        assert "97,5%" in document.text[row.start : row.end]

    def test_the_same_draft_twice_is_refused_and_names_the_first(self, plan, carried, cast, now):
        first = draft_next_year(plan, carried, actor=cast.dung, now=now)
        with pytest.raises(AlreadyDraftedError) as refused:
            draft_next_year(plan, carried, actor=cast.dung, now=now)
        assert refused.value.document == first

    def test_nothing_to_carry_over_is_no_draft(self, plan, cast, now):
        with pytest.raises(ValueError, match="nothing"):
            draft_next_year(plan, [], actor=cast.dung, now=now)
