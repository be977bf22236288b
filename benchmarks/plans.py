"""How well and how fast plans are read: the corpus of `tests/plans` against its gold.

    python benchmarks/plans.py [--pages 60] [--rounds 3] [--json]

Every document of the corpus is made in its own format (DOCX, PDF, HTML, …) and read. Precision,
recall and F1 are printed by field and by document; the rules of what agrees are in
`tests/plans/scoring.py`. Then a plan of about sixty pages is read as DOCX, PDF and text, each in a
process of its own: the best of the rounds counts, importing is not in the time, peak memory is the
process's. The exit code is 1 when a bar is missed.
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests" / "plans"))

import scoring
from gold import Sample, long_text, read_corpus
from scoring import TARGET_FIELDS, TASK_FIELDS, Score, Tally
from writers import Layout, write

from cotmoc.plantext import Plan, UnreadableText, read_file, read_plan

BARS = {"targets_f1": 0.97, "tasks_f1": 0.93, "seconds": 2.0, "peak_mb": 300.0}
# Sections of `long_text` that fill a printed page.
SECTIONS_PER_PAGE = 2.4
SPEED_FORMATS = ("docx", "pdf", "txt")


def main(arguments: list[str] | None = None) -> int:
    """Score, measure and say; the exit code is 1 if a bar is missed."""
    parser = argparse.ArgumentParser(description="measure the plan reader")
    parser.add_argument("--pages", type=int, default=60)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--child", type=Path, help=argparse.SUPPRESS)
    chosen = parser.parse_args(arguments)
    if chosen.child:
        print(json.dumps(run_child(chosen.child)))
        return 0
    result = {**quality(read_corpus()), "speed": speed(chosen.pages, chosen.rounds)}
    result["missed"] = missed_bars(result)
    if chosen.json:
        print(json.dumps(result, indent=1, ensure_ascii=False))
    else:
        say(result)
    return 1 if result["missed"] else 0


# --- quality --------------------------------------------------------------------------------------


def quality(corpus: list[Sample]) -> dict[str, Any]:
    """Numbers by field over all documents, and by document."""
    scores: dict[str, Score] = {}
    unreadable: dict[str, str] = {}
    with tempfile.TemporaryDirectory(prefix="cotmoc-bench-") as folder:
        for sample in corpus:
            plan = read(sample.make(Path(folder)), unreadable, sample.name)
            scores[sample.name] = scoring.score(plan, sample.gold)
    each = scores.values()
    return {
        "documents": len(corpus),
        "unreadable": unreadable,
        "targets": by_field(scoring.total((one.targets for one in each), TARGET_FIELDS)),
        "tasks": by_field(scoring.total((one.tasks for one in each), TASK_FIELDS)),
        "head_differences": sum(len(one.head) for one in each),
        "doubts_missing": sum(len(one.doubts) for one in each),
        "by_document": {
            name: {
                "targets": numbers(one.targets["right"]),
                "tasks": numbers(one.tasks["right"]),
                "coordinating_f1": round(one.tasks["coordinating"].f1, 3),
                "head": one.head,
            }
            for name, one in scores.items()
        },
    }


def read(path: Path, unreadable: dict[str, str], name: str) -> Plan:
    """A document that cannot be read counts as one in which nothing was found."""
    try:
        return read_file(path)
    except UnreadableText as reason:
        unreadable[name] = str(reason)
        return read_plan("")


def by_field(tallies: dict[str, Tally]) -> dict[str, Any]:
    return {name: numbers(tally) for name, tally in tallies.items()}


def numbers(tally: Tally) -> dict[str, float]:
    return {
        "precision": round(tally.precision, 3),
        "recall": round(tally.recall, 3),
        "f1": round(tally.f1, 3),
        "gold": tally.gold,
        "read": tally.read,
    }


# --- speed ----------------------------------------------------------------------------------------


def speed(pages: int, rounds: int) -> dict[str, dict[str, Any]]:
    """Seconds and peak memory for a plan of so many pages, by format."""
    text, targets, tasks = long_text(round(pages * SECTIONS_PER_PAGE))
    found: dict[str, dict[str, Any]] = {}
    with tempfile.TemporaryDirectory(prefix="cotmoc-bench-") as folder:
        for kind in SPEED_FORMATS:
            path = write(text, kind, Layout(page_numbers=True), Path(folder), f"long-{kind}")
            runs = [child(path) for _ in range(rounds)]
            if any("unreadable" in run for run in runs):
                found[kind] = runs[0]
                continue
            found[kind] = {
                "seconds": min(run["seconds"] for run in runs),
                "cpu_seconds": min(run["cpu_seconds"] for run in runs),
                "peak_mb": max(run["peak_mb"] for run in runs),
                "characters": runs[0]["characters"],
                "targets": runs[0]["targets"],
                "targets_written": targets,
                "tasks": runs[0]["tasks"],
                "tasks_written": tasks,
            }
    return found


def child(path: Path) -> dict[str, Any]:
    command = [sys.executable, __file__, "--child", str(path)]
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True)
    answer: dict[str, Any] = json.loads(done.stdout)
    return answer


def run_child(path: Path) -> dict[str, Any]:
    """Read once to import what is imported at first use, then time the document."""
    small = write("Tỷ lệ 1%", path.suffix[1:], Layout(), path.parent, f"small-{path.stem}")
    try:
        read_file(small)
        started, worked = time.perf_counter(), time.process_time()
        plan = read_file(path)
    except UnreadableText as reason:
        return {"unreadable": str(reason)}
    seconds, worked = time.perf_counter() - started, time.process_time() - worked
    return {
        "seconds": round(seconds, 3),
        "cpu_seconds": round(worked, 3),
        "peak_mb": round(peak_megabytes(), 1),
        "characters": len(plan.text),
        "targets": len(plan.targets),
        "tasks": len(plan.tasks),
    }


def peak_megabytes() -> float:
    """The process's own peak; Linux lets `ru_maxrss` begin with that of the process before it."""
    status = Path("/proc/self/status")
    if status.exists():
        for line in status.read_text().splitlines():
            if line.startswith("VmHWM:"):
                return int(line.split()[1]) / 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


# --- words ----------------------------------------------------------------------------------------


def missed_bars(result: dict[str, Any]) -> list[str]:
    missed = [f"cannot read {name}" for name in result["unreadable"]]
    for what in ("targets", "tasks"):
        f1, bar = result[what]["right"]["f1"], BARS[f"{what}_f1"]
        if f1 < bar:
            missed.append(f"F1 of {what} {f1} is below {bar}")
    for kind, run in result["speed"].items():
        if "unreadable" in run:
            missed.append(f"cannot read the long plan as {kind}")
            continue
        missed += [
            f"{name} for {kind} {run[name]} is above {BARS[name]}"
            for name in ("seconds", "peak_mb")
            if run[name] > BARS[name]
        ]
    return missed


def say(result: dict[str, Any]) -> None:
    print(f"  {result['documents']} documents")
    for what in ("targets", "tasks"):
        print(f"  {what:<16}{'precision':>10}{'recall':>8}{'F1':>8}{'gold':>6}{'read':>6}")
        for name, row in result[what].items():
            print(f"    {name:<14}{_row(row)}")
    print(f"  {'by document':<32}{'targets':>8}{'tasks':>8}{'head':>6}")
    for name, row in result["by_document"].items():
        targets, tasks = row["targets"]["f1"], row["tasks"]["f1"]
        print(f"    {name:<30}{targets:>8.3f}{tasks:>8.3f}{len(row['head']):>6}")
    for kind, run in result["speed"].items():
        print(f"  long plan as {kind}: " + ", ".join(f"{k} {v}" for k, v in run.items()))
    for line in result["missed"]:
        print(f"  MISSED: {line}")


def _row(row: dict[str, float]) -> str:
    shares = f"{row['precision']:>10.3f}{row['recall']:>8.3f}{row['f1']:>8.3f}"
    return f"{shares}{row['gold']:>6}{row['read']:>6}"


if __name__ == "__main__":
    sys.exit(main())
