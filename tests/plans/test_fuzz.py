"""Whatever comes in: a `Plan` or an `UnreadableText` comes out, in time linear in the text."""

from __future__ import annotations

import json
import resource
import subprocess
import sys
import time
import unicodedata
from collections.abc import Callable, Mapping
from pathlib import Path

import monsters
import pytest
from gold import Sample
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cotmoc.plantext import Plan, UnreadableText, read_file, read_plan

GOALS = "II. MỤC TIÊU\n1. Chính quyền số\n"
KINDS = ("docx", "pdf", "html", "md", "txt", "tcvn3", "vni")
MB = 1_000_000


def read(path: Path) -> Plan | UnreadableText:
    try:
        return check(read_file(path))
    except UnreadableText as reason:
        return reason


def check(plan: Plan) -> Plan:
    """What holds for the reading of any text."""
    for row in (*plan.targets, *plan.tasks):
        assert plan.text[row.start : row.end] == row.quote
    assert all(0 <= doubt.start <= doubt.end <= len(plan.text) for doubt in plan.doubts)
    assert json.dumps(plan.to_dict())
    return plan


def read_bytes(raw: bytes, folder: Path, name: str = "monster") -> Plan | UnreadableText:
    path = folder / name
    path.write_bytes(raw)
    return read(path)


# --- texts nobody would write ---------------------------------------------------------------------

PIECES = st.sampled_from(
    [
        *(
            "I. MỤC TIÊU",
            "II. NHIỆM VỤ",
            "Điều 1.",
            "a)",
            "1.",
            "1.1.",
            "- ",
            "+ ",
            "* ",
            "(1)",
            "• ",
        ),
        *("Tối thiểu ", "trên ", "từ ", " trở lên", "đạt ", "không quá ", "tăng ", "nhóm ", "top "),
        *("90%", "7,5%/năm", "1.300 tỷ đồng", "8,3 - 8,5%", "10/34", "15 tuổi", "4G", "749/QĐ-TTg"),
        *("hồ sơ công việc", "cấp tỉnh", "cấp xã", "hộ gia đình", "Sở Y tế", "Giao ", "chủ trì"),
        *(
            ", phối hợp với ",
            "Cơ quan chủ trì: ",
            "Thời gian: ",
            "hằng quý",
            "trước ngày 31/6/2026",
        ),
        *("Nơi nhận:", "Căn cứ Luật", "PHỤ LỤC", "Số: 12/KH-UBND", "năm 2026", "Kính gửi:"),
        *("\n", "\n\n", "; ", ". ", ", ", "(", ")", ":", "\t", "   ", "…", "./.", "|", "“", "”"),
        *(
            "\u200f",
            "\u202e",
            "\u200b",
            "\ufeff",
            "\u0301",
            "\u0323",
            "\ud800",
            "\udfff",
            "\0",
            "\x0c",
        ),
        *("İ", "ß", "ﬁ", "㎢", "٣", "²", "½", "\u2028", "\u0085", "𝟗𝟎%", "Ⅳ."),
    ]
)
TEXTS = st.lists(PIECES | st.text(max_size=8), max_size=60).map("".join)


@settings(max_examples=1000, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(TEXTS)
def test_any_text_gives_a_plan(text: str) -> None:
    plan = check(read_plan(text))
    assert read_plan(text).to_dict() == plan.to_dict()


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(TEXTS)
def test_decomposed_letters_read_the_same(text: str) -> None:
    composed = read_plan(unicodedata.normalize("NFC", text))
    decomposed = read_plan(unicodedata.normalize("NFD", text))
    assert composed.to_dict() == decomposed.to_dict()


@settings(
    max_examples=200,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)
@given(
    st.sampled_from(
        [b"", b"%PDF-1.7\n", b"PK\x03\x04", b"<html>", b"\xff\xfe", b"{\\rtf1", b"\xd0\xcf\x11\xe0"]
    ),
    st.binary(max_size=400),
)
def test_any_bytes_end_in_a_plan_or_a_reason(tmp_path: Path, opening: bytes, rest: bytes) -> None:
    read_bytes(opening + rest, tmp_path)


# --- files cut short and files damaged ------------------------------------------------------------


@pytest.fixture(scope="module")
def one_of_each(corpus: list[Sample], files: Mapping[str, Path]) -> dict[str, Path]:
    return {sample.kind: files[sample.name] for sample in reversed(corpus)}


@pytest.mark.parametrize("kind", KINDS)
def test_a_file_cut_anywhere_is_read_or_refused(
    kind: str, one_of_each: dict[str, Path], tmp_path: Path
) -> None:
    path = one_of_each[kind]
    raw = path.read_bytes()
    for share in range(0, 100, 5):
        read_bytes(raw[: len(raw) * share // 100], tmp_path, path.name)


@pytest.mark.parametrize("kind", KINDS)
def test_a_file_with_wrong_bytes_is_read_or_refused(
    kind: str, one_of_each: dict[str, Path], tmp_path: Path
) -> None:
    path = one_of_each[kind]
    raw = path.read_bytes()
    for number in range(20):
        place = (number * 7919 + 13) % len(raw)
        damaged = raw[:place] + bytes([(raw[place] + 101 + number) % 256]) * 3 + raw[place + 3 :]
        read_bytes(damaged, tmp_path, path.name)


@pytest.mark.parametrize("cut", [1, 2, 3, 5, 8])
def test_old_encodings_cut_within_a_letter(
    cut: int, one_of_each: dict[str, Path], tmp_path: Path
) -> None:
    for kind in ("tcvn3", "vni"):
        raw = one_of_each[kind].read_bytes()
        marks = [place for place, byte in enumerate(raw) if byte > 0x7F]
        read_bytes(raw[: marks[len(marks) * cut // 10] + 1], tmp_path)


def test_surrogates_in_a_file_are_refused_or_read(tmp_path: Path) -> None:
    words = GOALS + "- 90% hồ sơ \ud83d được ký số \udc00"
    read_bytes(words.encode("utf-8", "surrogatepass"), tmp_path)
    read_bytes(words.encode("utf-16", "surrogatepass"), tmp_path)


def test_marks_that_turn_the_direction_hide_no_target() -> None:
    plain = "- Tối thiểu 90% văn bản được ký số."
    for mark in ("\u200b", "\u200f", "\u202e", "\u2066", "\ufeff", "\u00ad"):
        turned = plain.replace("90%", f"{mark}90%{mark}")
        found = check(read_plan(GOALS + turned)).targets
        assert [(t.comparator, t.value) for t in found] == [(">=", "90")], f"{mark!r}"


# --- monsters -------------------------------------------------------------------------------------

MONSTERS: dict[str, dict[str, Callable[[], bytes]]] = {
    "docx": dict(monsters.docxs()),
    "pdf": dict(monsters.pdfs()),
    "html": dict(monsters.htmls()),
}
CHILD_MEMORY = 1_500 * MB
CHILD_SECONDS = 300


@pytest.fixture(scope="module")
def outcomes(tmp_path_factory: pytest.TempPathFactory) -> dict[tuple[str, str], str]:
    """What came of each monster, read in a process that may not take more memory than a small
    server has to spare; after a crash another process reads the rest."""
    waiting: list[tuple[tuple[str, str], Path]] = []
    for kind, each in MONSTERS.items():
        folder = tmp_path_factory.mktemp(kind)
        for number, (name, make) in enumerate(each.items()):
            path = folder / f"{number}.{kind}"
            path.write_bytes(make())
            waiting.append(((kind, name), path))
    found: dict[tuple[str, str], str] = {}
    while waiting:
        lines, reason = _read_in_children([path for _, path in waiting])
        told = [*lines, *([reason] if len(lines) < len(waiting) else [])]
        found |= {key: line for (key, _), line in zip(waiting, told, strict=False)}
        waiting = waiting[len(told) :]
    return found


def _read_in_children(paths: list[Path]) -> tuple[list[str], str]:
    """A line for each file that was read, and why the process ended where it ended early."""
    command = [sys.executable, __file__, *map(str, paths)]
    child = subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, preexec_fn=_limit_memory
    )
    try:
        out, errors = child.communicate(timeout=CHILD_SECONDS)
    except subprocess.TimeoutExpired:
        child.kill()
        out, errors = child.communicate()
        errors += f"\nnot done after {CHILD_SECONDS} seconds"
    return out.splitlines(), f"exit {child.returncode}: {errors[-1500:]}"


@pytest.mark.parametrize(
    "key",
    [(kind, name) for kind, each in MONSTERS.items() for name in each],
    ids=lambda key: ": ".join(key),
)
def test_a_monster_ends_in_a_plan_or_a_reason(
    key: tuple[str, str], outcomes: dict[tuple[str, str], str]
) -> None:
    assert outcomes[key].startswith(("plan", "unreadable")), outcomes[key]


def test_nothing_is_fetched_from_outside_the_file(tmp_path: Path) -> None:
    secret = tmp_path / "secret.txt"
    secret.write_text("Mật khẩu", "utf-8")
    outcome = read_bytes(monsters.docx_outside(secret.as_uri()), tmp_path, "outside.docx")
    assert isinstance(outcome, UnreadableText) or "Mật khẩu" not in outcome.text


def _limit_memory() -> None:
    resource.setrlimit(resource.RLIMIT_AS, (CHILD_MEMORY, CHILD_MEMORY))


def _read_in_child(paths: list[Path]) -> None:
    for path in paths:
        outcome = read(path)
        told = "plan" if isinstance(outcome, Plan) else f"unreadable {outcome.code}"
        print(told, flush=True)


# --- size -----------------------------------------------------------------------------------------

LINES = {
    "one bullet after the other": "- Tối thiểu 90% hồ sơ được xử lý trên môi trường mạng.\n",
    "semicolons": "90% hồ sơ được ký số; ",
    "semicolons alone": ";",
    "numbers in one statement": "90% ",
    "deep numbering": "1.",
    "assignments": "- Giao Sở Y tế chủ trì, phối hợp với Sở Nội vụ lập dữ liệu trước 30/6/2026.\n",
    "organisations": "Sở Y tế, Sở Nội vụ, ",
    "labels": "Cơ quan chủ trì: Sở Y tế\n",
    "opening brackets": "(",
    "annexes": "PHỤ LỤC I\n",
    "citations": "Căn cứ Quyết định số 749/QĐ-TTg ngày 03/6/2020; ",
    "level rows": "90% cấp tỉnh, 80% cấp xã và ",
    "blank lines": "\n",
    "tabs": "\t",
    "combining marks": "\u0301\u0323",
    "capitals": "Ủ",
    "years": "năm 2025, năm 2026 ",
    "dashes": "- ",
}
SMALL, LARGE = 40_000, 240_000
# Twice what a linear reading would take, and a little for what does not depend on the size.
GENEROUS = 2.0


@pytest.mark.parametrize("line", LINES.values(), ids=LINES)
def test_time_grows_with_the_text_and_no_faster(line: str) -> None:
    small, large = (_seconds(line, size) for size in (SMALL, LARGE))
    assert large <= GENEROUS * LARGE / SMALL * max(small, 0.02)


def _seconds(line: str, size: int) -> float:
    """Time of the processor, the best of two: another program's load does not count."""
    text = GOALS + line * (size // len(line))
    return min(_timed(text) for _ in range(2))


def _timed(text: str) -> float:
    started = time.process_time()
    plan = read_plan(text)
    spent = time.process_time() - started
    assert isinstance(plan, Plan)
    return spent


PROSE = (
    "Các nội dung trên được thực hiện đồng bộ, có trọng tâm, phù hợp điều kiện từng địa phương.\n"
)


def test_ten_megabytes_are_read(tmp_path: Path) -> None:
    page = PROSE * 200 + "".join(
        LINES[name] for name in ("one bullet after the other", "assignments")
    )
    pages = 10 * MB // len(page.encode())
    raw = (GOALS + page * pages).encode()
    plan = read_bytes(raw, tmp_path, "long.txt")
    assert isinstance(plan, Plan), str(plan)
    assert len(plan.targets) >= pages


@pytest.mark.parametrize(
    "text",
    [
        "".join(f"{'1.' * depth} Mục\n" for depth in range(1, 400)),
        "".join(f"{' ' * depth}- 90% xã\n" for depth in range(400)),
        "I. MỤC TIÊU\n" + "".join(f"{n}. a) - + (1) * 90% xã\n" for n in range(2000)),
        ";" * 100_000,
        GOALS + "- " + "90% xã; " * 20_000,
        GOALS + "- Tỷ lệ xã đạt " + ", ".join(f"{n % 100}%" for n in range(5000)),
        GOALS + "- " + "(" * 5000 + "90%" + ")" * 5000,
        GOALS + "- 90% " + "rất " * 100_000 + "dài",
    ],
    ids=[
        "numbering of 400 levels",
        "indents of 400 levels",
        "every sign on each line",
        "100,000 semicolons",
        "20,000 statements in a bullet",
        "5,000 numbers in a statement",
        "brackets in brackets",
        "a statement of 100,000 words",
    ],
)
def test_texts_of_extreme_shape_give_a_plan(text: str) -> None:
    check(read_plan(text))


if __name__ == "__main__":
    _read_in_child([Path(argument) for argument in sys.argv[1:]])
