"""Computing all figures: the engine beside pandas, which an analyst would pick.

    python benchmarks/figures.py [TIMES...]

Observations are the demo's, repeated under other codes (so many provinces) at 1, 10 and 100 times.
Each side runs in a process of its own, reads the same Parquet file and units and gives the same
values (the last column counts those that agree); the engine also says status, basis and coverage.
Reading, computing and the result's Python objects are in the time; starting Python and importing
are not. Peak memory is the process's.
"""

import json
import os
import pickle
import re
import resource
import subprocess
import sys
import tempfile
import time
from datetime import date
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

TIMES = (1, 10, 100)
SIDES = ("engine", "pandas")
LINE = "{:>6}{:>12}{:>10}  {:<8}{:>9}{:>11}{:>22}"


def main(times: list[int]) -> None:
    """Make the inputs, run both sides at each size, print a table."""
    print(LINE.format("times", "rows", "figures", "", "seconds", "peak MB", "same figures"))
    with tempfile.TemporaryDirectory(prefix="cotmoc-bench-") as folder:
        source = Path(folder) / "source.pickle"
        child("source", source)
        for count in times:
            rows = repeat(source, Path(folder), count)
            outcomes = {side: child(side, Path(folder)) for side in SIDES}
            agree, of = compare(Path(folder))
            for side, outcome in outcomes.items():
                said = f"{agree:,} of {of:,}" if side == "pandas" else ""
                size = (f"{count}×", f"{rows:,}", f"{outcome['figures']:,}")
                seconds, memory = f"{outcome['seconds']:.2f}", f"{outcome['peak']:,.0f}"
                print(LINE.format(*size, side, seconds, memory, said), flush=True)
            ours, theirs = (outcomes[side] for side in SIDES)
            print(
                f"        engine/pandas: time {ours['seconds'] / theirs['seconds']:.2f}, "
                f"memory {ours['peak'] / theirs['peak']:.2f}",
                flush=True,
            )


def child(side: str, where: Path) -> dict[str, Any]:
    """Run one side alone and return what it says of itself."""
    command = [sys.executable, __file__, "--child", side, str(where)]
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=False)
    if done.returncode:
        sys.exit(done.returncode)
    return dict(json.loads(done.stdout))


def repeat(source: Path, folder: Path, count: int) -> int:
    """Write observations and units `count` times under codes of their own."""
    facts, units = pickle.loads(source.read_bytes())
    codes = facts.column("unit_code").to_pylist()
    place = facts.schema.get_field_index("unit_code")
    copies = [
        facts.set_column(place, "unit_code", pa.array([f"{code}~{number}" for code in codes]))
        for number in range(count)
    ]
    together = pa.concat_tables(copies)
    pq.write_table(together, folder / "facts.parquet", compression="zstd")
    bodies = [
        (f"{code}~{number}", kind, parent and f"{parent}~{number}")
        for number in range(count)
        for code, kind, parent in units
    ]
    (folder / "units.pickle").write_bytes(pickle.dumps(bodies))
    return together.num_rows


def compare(folder: Path) -> tuple[int, int]:
    """How many of the engine's figures pandas gives too, to six decimals."""
    ours, theirs = (pickle.loads((folder / f"{side}.pickle").read_bytes()) for side in SIDES)
    same = sum(
        theirs.get(key) is value
        or (None not in (value, theirs.get(key)) and abs(value - theirs[key]) < 1e-6)
        for key, value in ours.items()
    )
    return same, len(ours)


def run_child(side: str, where: Path) -> None:
    """What a child process does."""
    if side == "source":
        write_source(where)
        print("{}")
        return
    bodies = pickle.loads((where / "units.pickle").read_bytes())
    work = prepare_engine(bodies) if side == "engine" else prepare_pandas(bodies)
    start = time.perf_counter()
    figures = work(where / "facts.parquet")
    seconds = time.perf_counter() - start
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    (where / f"{side}.pickle").write_bytes(pickle.dumps(figures))
    print(json.dumps({"seconds": seconds, "peak": peak, "figures": len(figures)}))


def write_source(path: Path) -> None:
    """The demo's observations and bodies."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "cotmoc.config.settings")
    import django

    django.setup()
    from cotmoc.apps.measurement.models import Source
    from cotmoc.apps.measurement.ports import lake
    from cotmoc.apps.orgs.models import Organisation

    batches = [lake().path("observations", source.batch) for source in Source.objects.all()]
    if not batches:
        sys.exit("The demo is not loaded. Run: make demo SERVE=0")
    facts = pa.concat_tables([pq.read_table(batch) for batch in batches])
    units = list(Organisation.objects.values_list("code", "kind", "parent__code"))
    path.write_bytes(pickle.dumps((facts, units)))


def definitions() -> list[Any]:
    """The catalogue."""
    import yaml

    from cotmoc.indicators.catalogue import read_catalogue
    from cotmoc.indicators.facts import read_fact_tables

    def files(part: str) -> list[tuple[str, Any]]:
        folder = Path(__file__).parents[1] / "catalogue" / part
        return [(path.name, yaml.safe_load(path.read_text())) for path in sorted(folder.glob("*"))]

    return read_catalogue(files("indicators"), read_fact_tables(files("facts")))


def prepare_engine(bodies: list[tuple[str, str, str]]) -> Any:
    """The product's engine; figures by (indicator, unit, period)."""
    from cotmoc.analytics.engine import Unit, compute

    units, catalogue = [Unit(*body) for body in bodies], definitions()

    def work(facts: Path) -> dict[tuple[str, str, str], float | None]:
        found = compute([facts], units, catalogue)
        return {(each.indicator, each.unit_code, each.period): each.value for each in found}

    return work


_TERM = re.compile(r"(sum|avg)\((\w+)\) filter \(where element = '([^']+)'\)")


def prepare_pandas(bodies: list[tuple[str, str, str]]) -> Any:
    """The same by hand: pivot the observations, sum members with groupby, divide."""
    import pandas as pd

    catalogue = definitions()
    units = pd.DataFrame(bodies, columns=["unit_code", "kind", "parent"]).set_index("unit_code")

    def term(wide: Any, text: str) -> Any:
        total = None
        for how, column, element in _TERM.findall(text):
            key = (how.replace("avg", "mean"), column, element)
            part = wide[key] if key in wide else pd.Series(float("nan"), wide.index)
            total = part if total is None else total + part
        return total

    def work(path: Path) -> dict[tuple[str, str, str], float | None]:
        facts = pd.read_parquet(path)
        facts = facts.sort_values(["recorded_at", "source_line"]).drop_duplicates(
            ["element", "unit_code", "period"], keep="last"
        )
        for column in ("value", "numerator", "denominator"):
            facts[column] = facts[column].astype(float)
        ends = facts.groupby("period")["valid_to"].max()
        grouped = facts.groupby(["element", "unit_code", "period"])
        total, mean = grouped.sum(numeric_only=True, min_count=1), grouped["value"].mean()
        sums = total[["value", "numerator", "denominator"]].unstack("element")
        sums.columns = [("sum", column, element) for column, element in sums.columns]
        means = mean.unstack("element")
        means.columns = [("mean", "value", element) for element in means.columns]
        wide = sums.join(means)
        every = pd.MultiIndex.from_product([units.index, ends.index], names=["unit_code", "period"])
        found: dict[tuple[str, str, str], float | None] = {}
        for each in catalogue:
            own = pd.DataFrame(index=every)
            own["n"] = term(wide, each.numerator.text).reindex(every)
            own["d"] = term(wide, each.denominator.text).reindex(every) if each.denominator else 1.0
            own.loc[own["n"].isna() | own["d"].isna(), ["n", "d"]] = None
            if not each.denominator:
                own.loc[own["n"].isna(), "d"] = None
            own = own.join(units, on="unit_code")
            own = own[own["kind"].isin(each.applies_to)]
            day = own.index.get_level_values("period").map(ends)
            closed = each.valid_to or date.max
            own = own[(day > each.valid_from) & (day <= closed)]
            if each.rollup_units == "sum":
                of_members = own.reset_index().groupby(["parent", "period"])
                parts = of_members.agg(
                    sn=("n", lambda column: column.sum(min_count=1)),
                    sd=("d", lambda column: column.sum(min_count=1)),
                    have=("n", "count"),
                    are=("n", "size"),
                )
                own = own.join(parts.rename_axis(["unit_code", "period"]))
                summed = (own["have"] == own["are"]) | (own["n"].isna() & (own["have"] > 0))
                own.loc[summed, "n"] = own.loc[summed, "sn"]
                if each.denominator:
                    own.loc[summed, "d"] = own.loc[summed, "sd"]
                else:
                    own.loc[summed, "d"] = 1.0
            value = float(each.scale) * own["n"] / own["d"].where(own["d"] != 0)
            if each.zero_denominator in {"zero", "full"}:
                at_zero = 0.0 if each.zero_denominator == "zero" else float(each.scale)
                value = value.mask((own["d"] == 0) & own["n"].notna(), at_zero)
            for (unit, period), number in zip(value.index, value.tolist(), strict=True):
                found[each.code, unit, period] = None if number != number else number
        return found

    return work


if __name__ == "__main__":
    if sys.argv[1:2] == ["--child"]:
        run_child(sys.argv[2], Path(sys.argv[3]))
    else:
        main([int(each) for each in sys.argv[1:]] or list(TIMES))
