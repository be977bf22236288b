"""How fast rank intervals are: 163 units × 60 leaves, 1,000 draws, beside a loop in plain Python.

    python benchmarks/sensitivity.py [--units 163] [--leaves 60] [--draws 1000] [--json]

Both vary the weights of the same index with the same draws and rank the units in each; their ranks
must agree. Ours is measured again with everything varied: weights, two other scales, another mean,
leaves left out. Each run has a process of its own; importing is not in the time, peak memory is
that of the process. The exit code is 1 when a bar is missed or the ranks differ.
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np

from cotmoc.indicators.composite.compose import Composite, Method, compose
from cotmoc.indicators.composite.data import Dataset
from cotmoc.indicators.composite.framework import Aggregate, Indicator, arranged
from cotmoc.indicators.composite.normalise import Normalisation
from cotmoc.indicators.composite.sensitivity import Model, Varied, alternatives, sensitivity
from cotmoc.indicators.composite.weights import noisy

BARS = {"seconds": 5.0, "seconds_of_all": 5.0, "peak_mb": 300.0}
SEED, NOISE, GROUPS = 7, 0.25, 6
OTHERS = (Normalisation("zscore"), Normalisation("percentile"))
RUNS = ("ours", "all", "plain")


def main(arguments: list[str] | None = None) -> int:
    """Measure and say; the exit code is 1 if a bar is missed."""
    parser = argparse.ArgumentParser(description="measure rank intervals")
    for name, usual in (("units", 163), ("leaves", 60), ("draws", 1000)):
        parser.add_argument(f"--{name}", type=int, default=usual)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--child", choices=RUNS, help=argparse.SUPPRESS)
    chosen = parser.parse_args(arguments)
    size = (chosen.units, chosen.leaves, chosen.draws)
    if chosen.child:
        print(json.dumps(run(chosen.child, *size)))
        return 0
    found = {name: in_a_process(name, size) for name in RUNS}
    result: dict[str, Any] = {
        "size": dict(zip(("units", "leaves", "draws"), size, strict=True)),
        "seconds": found["ours"]["seconds"],
        "seconds_of_all": found["all"]["seconds"],
        "seconds_plain": found["plain"]["seconds"],
        "times_faster": round(found["plain"]["seconds"] / found["ours"]["seconds"]),
        "peak_mb": max(found["ours"]["peak_mb"], found["all"]["peak_mb"]),
        "agree": found["ours"]["mean_ranks"] == found["plain"]["mean_ranks"],
    }
    result["missed"] = [name for name, bar in BARS.items() if result[name] > bar]
    if not result["agree"]:
        result["missed"].append("agree")
    print(json.dumps(result, indent=1) if chosen.json else said(result))
    return 1 if result["missed"] else 0


def in_a_process(name: str, size: tuple[int, int, int]) -> dict[str, Any]:
    numbers = zip(("--units", "--leaves", "--draws"), map(str, size), strict=True)
    command = [sys.executable, str(Path(__file__).resolve()), "--child", name]
    for option, value in numbers:
        command += [option, value]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    return json.loads(done.stdout)


def run(name: str, units: int, leaves: int, draws: int) -> dict[str, Any]:
    composite = example(units, leaves)
    started = time.perf_counter()
    if name == "plain":
        means = plain(composite, draws)
    else:
        everything = Varied(NOISE, alternatives(composite, OTHERS), ("geometric",), leave_out=True)
        varied = everything if name == "all" else Varied(NOISE)
        found = sensitivity(Model.of(composite), varied, draws, SEED)
        means = [each.mean for each in found.units]
    seconds = time.perf_counter() - started
    return {
        "seconds": round(seconds, 3),
        "peak_mb": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, 1),
        "mean_ranks": [round(each, 6) for each in means],
    }


def example(units: int, leaves: int) -> Composite:
    """Leaves in six groups with uneven weights; one value in twenty is missing."""
    random = np.random.default_rng(1)
    framework = arranged(
        [
            Indicator(f"i{each}", parent=f"g{each % GROUPS}", weight=1.0 + each % 3)
            for each in range(leaves)
        ],
        [*(Aggregate(f"g{each}", parent="Index") for each in range(GROUPS)), Aggregate("Index")],
    )
    values = random.gamma(2.0, size=(units, leaves))
    values[random.random(values.shape) < 0.05] = np.nan
    names = tuple(f"u{each}" for each in range(units))
    return compose(Dataset(framework, names, names, values), Method())


def plain(composite: Composite, draws: int) -> list[float]:
    """What one writes first: for each draw, for each unit, weighted means of means, then sort."""
    tree = composite.tree
    stream = np.random.SeedSequence(SEED).spawn(4)[0]
    weights = noisy(composite.weights, NOISE, draws, np.random.default_rng(stream)).tolist()
    values = [
        [None if each != each else each for each in row] for row in composite.normalised.tolist()
    ]
    groups = [below.tolist() for below in tree.children]
    sums = [0.0] * len(values)
    for drawn in weights:
        totals = []
        for row in values:
            known: list[float | None] = list(row)
            for below in groups:
                there = [
                    (known[place], drawn[place]) for place in below if known[place] is not None
                ]
                whole = sum(weight for _value, weight in there)
                known.append(
                    sum(value * weight for value, weight in there) / whole if whole else None
                )
            totals.append(known[-1])
        order = sorted(totals, reverse=True)
        for place, total in enumerate(totals):
            sums[place] += order.index(total) + 1
    return [each / draws for each in sums]


def said(result: dict[str, Any]) -> str:
    size = result["size"]
    times = result["times_faster"]
    lines = [
        f"{size['units']} units × {size['leaves']} leaves, {size['draws']} draws",
        f"  weights varied       {result['seconds']:.3f} s   bar {BARS['seconds']:.0f} s",
        f"  everything varied    {result['seconds_of_all']:.3f} s   bar {BARS['seconds']:.0f} s",
        f"  plain Python loop    {result['seconds_plain']:.3f} s   {times} times as long",
        f"  peak memory          {result['peak_mb']:.0f} MB",
        f"  ranks agree          {'yes' if result['agree'] else 'NO'}",
    ]
    return "\n".join([*lines, *(f"missed: {name}" for name in result["missed"])])


if __name__ == "__main__":
    sys.exit(main())
