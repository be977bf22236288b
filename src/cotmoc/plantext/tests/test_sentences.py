"""One sentence each: what officials write, and the targets it must give.

The sentences stand in `sentences/*.txt`.  `>` opens a sentence among the goals, `@` one among the
tasks, of a plan for 2026; each `=` line below is one target it states, in order:

    = name | comparator value unit | of: …; level: …; deadline: …; flags: …

No `=` line means that the sentence states no target.  What is not listed is empty; a deadline that
is not listed is the end of the plan's year.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from cotmoc.plantext import Target, read_plan

SENTENCES = Path(__file__).parent / "sentences"
GOALS = "I. MỤC TIÊU NĂM 2026\n1. Mục tiêu cụ thể\n- "
TASKS = "II. NHIỆM VỤ, GIẢI PHÁP\n1. Nhiệm vụ\n- "
EXTRAS = ("of", "level", "deadline", "baseline", "modality", "exclusion", "origin")
YEAR_END = "2026-12-31"


def cases() -> list[object]:
    found: list[object] = []
    for path in sorted(SENTENCES.glob("*.txt")):
        for block in path.read_text("utf-8").split("\n\n"):
            lines = [line for line in block.splitlines() if line and not line.startswith("#")]
            if lines:
                found.append(pytest.param(lines[0], lines[1:], id=f"{path.stem}: {lines[0][:60]}"))
    return found


def written(target: Target) -> str:
    """The target as a line of the sentence files."""
    amount = target.value or "–"
    if target.value_high:
        amount += f"-{target.value_high}"
    extras = [(key, getattr(target, key)) for key in EXTRAS]
    said = [
        f"{key}: {value}"
        for key, value in extras
        if value and (key, value) != ("deadline", YEAR_END)
    ]
    if target.flags:
        said.append(f"flags: {', '.join(target.flags)}")
    line = f"= {target.name} | {target.comparator} {amount} {target.unit or '–'}"
    return f"{line} | {'; '.join(said)}" if said else line


@pytest.mark.parametrize(("sentence", "expected"), cases())
def test_a_sentence_gives_its_targets(sentence: str, expected: list[str]) -> None:
    before = GOALS if sentence.startswith(">") else TASKS
    plan = read_plan("KẾ HOẠCH CHUYỂN ĐỔI SỐ NĂM 2026\n" + before + sentence[1:].strip() + "\n")
    assert [written(target) for target in plan.targets] == expected


def test_there_are_enough_sentences() -> None:
    assert len(cases()) >= 150
