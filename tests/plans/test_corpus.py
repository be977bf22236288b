"""The reader against the corpus: what a careful person reads in each document, found again."""

from __future__ import annotations

import dataclasses
import unicodedata
from collections.abc import Mapping
from pathlib import Path

import pytest
import scoring
from gold import Gold, Sample, long_text, read_corpus
from scoring import Score, Tally
from writers import Layout, write

from cotmoc.plantext import Plan, UnreadableText, read_file, read_plan

TARGETS_F1 = 0.97
TASKS_F1 = 0.93
FORMATS = {"docx", "pdf", "html", "md", "txt", "tcvn3", "vni"}
NAMES = [sample.name for sample in read_corpus()]
Readings = Mapping[str, Plan | UnreadableText]


@pytest.fixture(scope="module")
def scores(corpus: list[Sample], readings: Readings) -> dict[str, Score]:
    """A document that cannot be read scores as one in which nothing was found."""
    nothing = read_plan("")
    return {
        sample.name: scoring.score(
            plan if isinstance(plan := readings[sample.name], Plan) else nothing, sample.gold
        )
        for sample in corpus
    }


def report(scores: dict[str, Score], tallies: str, words: str) -> str:
    """Per document its F1 and each difference, for the message of a failing test."""
    told = []
    for name, score in scores.items():
        tally: Tally = getattr(score, tallies)["right"]
        problems = [line for line in score.problems if line.startswith(words)]
        if problems:
            told.append(
                f"{name}: F1 {tally.f1:.3f} ({tally.right} of {tally.gold}, {tally.read} read)"
            )
            told += [f"   {line}" for line in problems]
    return "\n".join(told)


@pytest.mark.parametrize("name", NAMES)
def test_every_document_is_read(name: str, readings: Readings) -> None:
    assert isinstance(readings[name], Plan), str(readings[name])


def test_targets_agree_in_name_comparator_value_and_unit(scores: dict[str, Score]) -> None:
    tally = scoring.total((each.targets for each in scores.values()), ["right"])["right"]
    told = report(scores, "targets", "target")
    assert tally.f1 >= TARGETS_F1, f"F1 {tally.f1:.3f} of {tally.gold} targets\n{told}"


def test_tasks_agree_in_action_lead_and_deadline(scores: dict[str, Score]) -> None:
    tally = scoring.total((each.tasks for each in scores.values()), ["right"])["right"]
    told = report(scores, "tasks", "task")
    assert tally.f1 >= TASKS_F1, f"F1 {tally.f1:.3f} of {tally.gold} tasks\n{told}"


@pytest.mark.parametrize("name", NAMES)
def test_the_head_says_which_document_it_is(name: str, scores: dict[str, Score]) -> None:
    assert scores[name].head == []


@pytest.mark.parametrize("name", NAMES)
def test_faults_of_the_source_are_doubts(name: str, scores: dict[str, Score]) -> None:
    assert scores[name].doubts == []


@pytest.mark.parametrize("name", NAMES)
def test_recipients_are_left_alone(name: str, scores: dict[str, Score]) -> None:
    assert scores[name].left_alone == []


@pytest.mark.parametrize("name", NAMES)
def test_quotes_stand_where_they_say(name: str, readings: Readings) -> None:
    plan = readings[name]
    assert isinstance(plan, Plan), str(plan)
    assert plan.text == unicodedata.normalize("NFC", plan.text)
    addresses = {clause.address for clause in plan.clauses}
    for row in (*plan.targets, *plan.tasks):
        assert plan.text[row.start : row.end] == row.quote
        assert row.clause in addresses


@pytest.mark.parametrize("name", NAMES)
def test_the_same_file_gives_the_same_reading(
    name: str, files: Mapping[str, Path], readings: Readings
) -> None:
    first = readings[name]
    assert isinstance(first, Plan), str(first)
    assert read_file(files[name]).to_dict() == first.to_dict()


@pytest.mark.parametrize("kind", ["docx", "pdf", "txt"])
def test_nothing_is_lost_on_sixty_pages(kind: str, tmp_path: Path) -> None:
    text, targets, tasks = long_text(144)
    plan = read_file(write(text, kind, Layout(page_numbers=True), tmp_path, "long"))
    assert (len(plan.targets), len(plan.tasks)) == (targets, tasks)


# --- the corpus itself ----------------------------------------------------------------------------


def test_the_corpus_has_all_formats(corpus: list[Sample]) -> None:
    assert len(corpus) >= 22
    assert {sample.kind for sample in corpus} == FORMATS
    assert all(sample.about for sample in corpus)


@pytest.mark.parametrize("sample", read_corpus(), ids=NAMES)
def test_gold_numbers_stand_in_the_document(sample: Sample) -> None:
    """Nobody put a number into the gold that the document does not state."""
    for target in sample.gold.targets:
        for value in (target.measures[0].value, target.measures[0].value_high):
            assert value is None or _written(value, sample.text), (target.names[0], value)


def _written(value: str, text: str) -> bool:
    digits = value.replace(".", ",")
    amount = int(value) if value.isdecimal() else 0
    forms = {digits, value, f"0{digits}", f"{amount:,}".replace(",", ".")}
    for scale in (10**12, 10**9, 10**6):
        if amount and amount % (scale // 10) == 0:
            short = f"{amount / scale:,.1f}".removesuffix(".0")
            forms.add(short.translate(str.maketrans(",.", ".,")))
    return any(form in text for form in forms)


# --- the scoring itself ---------------------------------------------------------------------------

PLAN = """I. MỤC TIÊU NĂM 2026
- Tối thiểu 90% văn bản của cơ quan nhà nước được ký số.
- Tỷ lệ hồ sơ trực tuyến đạt 80%.
"""


def gold(*rows: list[object]) -> Gold:
    from gold import _target

    return Gold({}, tuple(_target(row, None) for row in rows), ())


def right(plan: Plan, *rows: list[object]) -> Tally:
    return scoring.score(plan, gold(*rows)).targets["right"]


def test_a_perfect_reading_scores_one() -> None:
    first: list[object] = ["Văn bản của cơ quan nhà nước được ký số", ">= 90 %"]
    second: list[object] = ["Tỷ lệ hồ sơ trực tuyến", "= 80 %"]
    assert right(read_plan(PLAN), first, second) == Tally(2, 2, 2)
    assert right(read_plan(PLAN), second, first) == Tally(2, 2, 2)


@pytest.mark.parametrize(
    "row",
    [
        ["Văn bản của cơ quan nhà nước được ký số", "> 90 %"],
        ["Văn bản của cơ quan nhà nước được ký số", ">= 91 %"],
        ["Văn bản của cơ quan nhà nước được ký số", ">= 90 count"],
        ["Hồ sơ của cơ quan nhà nước được số hóa", ">= 90 %"],
    ],
)
def test_one_wrong_field_makes_a_target_wrong(row: list[object]) -> None:
    tally = right(read_plan(PLAN), row, ["Tỷ lệ hồ sơ trực tuyến", "= 80 %"])
    assert tally == Tally(2, 2, 1)


def test_a_missed_and_a_false_target_both_cost() -> None:
    missed = right(read_plan(PLAN.splitlines()[0] + "\n"), ["Tỷ lệ hồ sơ trực tuyến", "= 80 %"])
    assert (missed.recall, missed.f1) == (0, 0)
    false = right(read_plan(PLAN), ["Tỷ lệ hồ sơ trực tuyến", "= 80 %"])
    assert (false.recall, false.precision) == (1, 0.5)


def test_an_optional_row_counts_neither_way() -> None:
    optional: list[object] = ["Tỷ lệ hồ sơ trực tuyến", "= 80 %", {"optional": True}]
    first: list[object] = ["Văn bản của cơ quan nhà nước được ký số", ">= 90 %"]
    assert right(read_plan(PLAN), first, optional) == Tally(1, 1, 1)
    assert right(read_plan(PLAN.rsplit("-", 1)[0]), first, optional) == Tally(1, 1, 1)


def test_a_task_without_its_deadline_is_wrong() -> None:
    from gold import _task

    from cotmoc.plantext.model import Task

    wanted = _task(["xây dựng kho dữ liệu", "Sở Y tế", {"by": 2026}])
    task = Task(
        "q", 0, 1, "Xây dựng kho dữ liệu", "SỞ Y TẾ", (), "2026", None, None, None, (), "", ""
    )
    plan = dataclasses.replace(read_plan(""), tasks=(task,))
    assert scoring.score(plan, Gold({}, (), (wanted,))).tasks["right"].right == 1
    late = dataclasses.replace(plan, tasks=(dataclasses.replace(task, deadline="2027"),))
    assert scoring.score(late, Gold({}, (), (wanted,))).tasks["right"].right == 0
