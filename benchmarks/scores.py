"""Computing scorecards beside a computation by hand in NumPy, which an analyst would write.

    python benchmarks/scores.py [TIMES...]

The shipped template (71 leaves on 1,000 points) for 15 departments and 148 communes with made-up
readings, some of them missing, at 1, 10 and 20 times as many bodies. Each side runs in a process of
its own, reads the same file of readings and gives points of leaves, groups and totals; the last
column counts totals that agree to 0.01. Ours are exact decimals and say status, coverage and rank
too; by hand they are floats. Reading the file is in the time; starting Python and importing are
not. Seconds are of the processor. Peak memory is the process's. `what if` is one body scored anew,
those it is set beside, and all ranks.
"""

import json
import pickle
import random
import resource
import subprocess
import sys
import tempfile
import time
from decimal import Decimal
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
TIMES = (1, 10, 20)
SIDES = ("scores", "numpy")
ROUNDS = 5
SEED = 1
LINE = "{:>6}{:>9}{:>9}  {:<8}{:>10}{:>11}{:>10}{:>20}"
# Body, kind, key, status, value, numerator, denominator, chosen.
Row = tuple[str, str, str, str, str | None, int, int, tuple[str, ...]]


def main(times: list[int]) -> None:
    """Make the readings, run both sides at each size, print a table."""
    heads = ("times", "bodies", "leaves", "", "seconds", "what if", "peak MB", "same totals")
    print(LINE.format(*heads))
    with tempfile.TemporaryDirectory(prefix="cotmoc-bench-") as name:
        folder = Path(name)
        for count in times:
            rows = make_rows(count)
            (folder / "rows.pickle").write_bytes(pickle.dumps(rows))
            outcomes = {side: child(side, folder) for side in SIDES}
            agree, of = compare(folder)
            bodies = len({row[0] for row in rows})
            for side, outcome in outcomes.items():
                said = f"{agree:,} of {of:,}" if side == "numpy" else ""
                what_if = f"{1000 * outcome['what_if']:.1f} ms" if outcome["what_if"] else ""
                size = (f"{count}×", f"{bodies:,}", f"{bodies * outcome['leaves']:,}")
                seconds, memory = f"{outcome['seconds']:.3f}", f"{outcome['peak']:,.0f}"
                print(LINE.format(*size, side, seconds, what_if, memory, said), flush=True)
            ours, theirs = (outcomes[side] for side in SIDES)
            print(
                f"        scores/numpy: time {ours['seconds'] / theirs['seconds']:.2f}, "
                f"memory {ours['peak'] / theirs['peak']:.2f}",
                flush=True,
            )


def child(side: str, folder: Path) -> dict[str, Any]:
    """Run one side alone and return what it says of itself."""
    command = [sys.executable, __file__, "--child", side, str(folder)]
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=False)
    if done.returncode:
        sys.exit(done.returncode)
    return dict(json.loads(done.stdout))


def compare(folder: Path) -> tuple[int, int]:
    """How many of our totals NumPy gives too, to 0.01; both know which bodies have none."""
    ours, theirs = (pickle.loads((folder / f"{side}.pickle").read_bytes()) for side in SIDES)
    same = sum(
        theirs[code] is total or (total is not None and abs(float(total) - theirs[code]) < 0.0101)
        for code, total in ours.items()
    )
    return same, len(ours)


def run_child(side: str, folder: Path) -> None:
    """What a child process does: the best of some rounds counts."""
    work = score_ours if side == "scores" else score_by_hand
    index = template()
    best, totals, what_if = float("inf"), {}, 0.0
    for _ in range(ROUNDS):
        start = time.process_time()
        totals, again = work(index, pickle.loads((folder / "rows.pickle").read_bytes()))
        best = min(best, time.process_time() - start)
        if again:
            start = time.process_time()
            again()
            what_if = time.process_time() - start
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    (folder / f"{side}.pickle").write_bytes(pickle.dumps(totals))
    leaves = len(list(index.leaves()))
    print(json.dumps({"seconds": best, "what_if": what_if, "peak": peak, "leaves": leaves}))


def template() -> Any:
    """The shipped template."""
    import yaml

    from cotmoc.indicators.indices.read import read_index

    path = ROOT / "catalogue" / "indices" / "internal@template.yaml"
    return read_index(yaml.safe_load(path.read_text("utf-8")), path.name)


def make_rows(count: int) -> list[Row]:
    """Readings of every leaf for every body; one in ten is missing."""
    from cotmoc.indicators.indices.model import Choice, YesNo, operands_of
    from cotmoc.indicators.indices.results import reading_key

    chance, index = random.Random(SEED), template()
    rows: list[Row] = []
    for number in range(163 * count):
        kind = "department" if number % 163 < 15 else "commune"
        for leaf in index.leaves():
            for operand in operands_of(leaf.rule).values():
                if chance.random() < 0.1:
                    continue
                whole, chosen = chance.randint(0, 40), ()
                part = chance.randint(0, whole)
                if isinstance(leaf.rule, Choice):
                    chosen = (chance.choice(leaf.rule.options).code,)
                elif isinstance(leaf.rule, YesNo):
                    chosen = (chance.choice(("yes", "no")),)
                value = f"{100 * part / whole:.6f}" if whole else None
                status = "measured" if whole or chosen else "not_arising"
                key = reading_key(operand, leaf)
                rows.append((f"B{number}", kind, key, status, value, part, whole, chosen))
    return rows


def score_ours(index: Any, rows: list[Row]) -> tuple[dict[str, Decimal | None], Any]:
    """The product."""
    from cotmoc.indicators.indices.results import Body, Reading
    from cotmoc.indicators.indices.score import rescore, score

    bodies: dict[str, Any] = {}
    readings: dict[str, dict[str, Any]] = {}
    for code, kind, key, status, value, part, whole, chosen in rows:
        if code not in bodies:
            bodies[code], readings[code] = Body(code, code, kind), {}  # type: ignore[arg-type]
        readings[code][key] = Reading(
            status,
            None if value is None else Decimal(value),
            Decimal(part),
            Decimal(whole),
            chosen,
        )
    found = score(index, list(bodies.values()), readings)

    def what_if() -> Any:
        changed = {"answer:NL08": Reading("measured", Decimal(95)), "answer:TC02": Reading()}
        assumed = {**readings, "B20": {**readings["B20"], **changed}}
        return rescore(index, found, "B20", assumed)

    return {each.body.code: each.total for each in found}, what_if


def score_by_hand(index: Any, rows: list[Row]) -> tuple[dict[str, float | None], None]:
    """The same by hand: a matrix for each number read, a vector of points for each leaf."""
    import numpy as np

    bodies = list(dict.fromkeys(row[0] for row in rows))
    keys = list(dict.fromkeys(row[2] for row in rows))
    place, column = ({name: at for at, name in enumerate(each)} for each in (bodies, keys))
    shape = (len(keys), len(bodies))
    value, part, whole = (np.full(shape, np.nan) for _ in range(3))
    chosen = np.full(shape, "", dtype=object)
    department = np.zeros(len(bodies), dtype=bool)
    for code, kind, key, _status, number, a, b, options in rows:
        at = column[key], place[code]
        value[at] = np.nan if number is None else float(number)
        part[at], whole[at] = a, b
        chosen[at] = options[0] if options else ""
        department[place[code]] = kind == "department"

    def half_up(numbers: Any) -> Any:
        return np.floor(numbers * 100 + 0.5 + 1e-7) / 100

    def row_of(leaf: Any, operand: Any) -> int:
        code = getattr(operand, "indicator", None)
        return column[f"figure:{code}" if code else f"answer:{leaf.code}"]

    def share_of(leaf: Any, at: int) -> Any:
        """Share of the maximum, not yet held in 0..1; nan where nothing was read or arose."""
        rule, v, a, b = leaf.rule, value[at], part[at], whole[at]
        match type(rule).__name__:
            case "Ratio":
                return np.divide(a, b, out=np.full_like(a, np.nan), where=b > 0)
            case "CappedRatio":
                return (v - float(rule.none_at)) / float(rule.full_at - rule.none_at)
            case "Survey":
                return (v - float(rule.low)) / float(rule.high - rule.low)
            case "Bands":
                tops = [v < float(band.high if band.high else "inf") for band in rule.bands]
                return np.select(tops, [float(band.share) for band in rule.bands], np.nan)
            case "Choice":
                shares = {option.code: float(option.share) for option in rule.options}
                return np.array([shares.get(code, np.nan) for code in chosen[at]])
            case "YesNo":
                return np.array([{"yes": 1.0, "no": 0.0}.get(code, np.nan) for code in chosen[at]])
            case "Formula":
                second = value[row_of(leaf, rule.operands["B"])] / 100
                return (14 * np.minimum(1, v / 100 / 0.9) + 6 * second) / float(leaf.max)
        share = np.full(len(bodies), np.nan)
        for kin in (department, ~department):
            own = v[kin]
            if type(rule).__name__ == "MinMax":
                share[kin] = (own - np.nanmin(own)) / (np.nanmax(own) - np.nanmin(own))
            else:
                z = (own - np.nanmean(own)) / np.nanstd(own)
                share[kin] = (z + float(rule.within)) / (2 * float(rule.within))
        return 1 - share if leaf.direction == "down" else share

    def points_of(leaf: Any) -> Any:
        """Points (nan where there are none), and where the leaf is left out."""
        rule, most = leaf.rule, float(leaf.max)
        operands = getattr(rule, "operands", None) or {"of": getattr(rule, "of", None)}
        rows_of = [row_of(leaf, operand) for operand in operands.values()]
        known = ~np.isnan(whole[rows_of]).any(axis=0)
        nothing = known & (whole[rows_of] == 0).any(axis=0)
        if leaf.beside:
            each, limit = float(rule.each), float(rule.limit)
            counted = np.where(nothing, np.nan, part[rows_of[0]])
            return np.clip(counted * each, -limit, limit), nothing & False
        points = half_up(most * np.clip(share_of(leaf, rows_of[0]), 0, 1))
        points[nothing] = {"zero": 0.0, "full": most}.get(leaf.zero, np.nan)
        out = nothing & (leaf.zero == "excluded")
        if leaf.applies_to:
            away = department == (leaf.applies_to[0] == "commune")
            points[away] = most if leaf.not_applicable == "full" else np.nan
            out = np.where(away, leaf.not_applicable == "excluded", out)
        return points, out

    total, extra = np.zeros(len(bodies)), np.zeros(len(bodies))
    any_read = np.zeros(len(bodies), dtype=bool)
    for group in index.children:
        points, left_out = np.zeros(len(bodies)), np.zeros(len(bodies))
        for leaf in group.children:
            own, out = points_of(leaf)
            any_read |= ~np.isnan(own) & (leaf.max > 0)
            own = np.nan_to_num(own)
            if leaf.beside:
                extra += own
            else:
                points += own
                left_out += out * float(leaf.max)
        most = float(group.max)
        if most:
            total += half_up(points * most / (most - left_out))
    total = half_up(np.clip(total + extra, 0, float(index.max)))
    return {
        code: float(number) if read else None
        for code, number, read in zip(bodies, total, any_read, strict=True)
    }, None


if __name__ == "__main__":
    if sys.argv[1:2] == ["--child"]:
        run_child(sys.argv[2], Path(sys.argv[3]))
    else:
        main([int(each) for each in sys.argv[1:]] or list(TIMES))
