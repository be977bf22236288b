"""How fast and in how much memory `cotmoc facts import` takes a file in.

    python benchmarks/ingest.py [--rows 2000000] [--json]

Makes a CSV file of made-up dossiers and, in a process each, takes it in and lets DuckDB copy the
same file to Parquet: no checks, no keys, no order. The ratio is DuckDB's time by ours.
"""

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path

import duckdb

ROOT = Path(__file__).parents[1]
MAKE = """
copy (
    with made as (
        select i, hash(i) h, hash(i + 1000000007) g,
            timestamp '2026-01-01 07:30:00' + to_seconds((hash(i) % 31500000)::bigint) received
        from range({rows}) t(i)
    ),
    done as (select *, received + to_seconds((g % 1728000)::bigint) finished from made)
    select
        'H44.' || (1 + h % 148) || '-' || strftime(received, '%y%m%d') || '-'
            || lpad(i::varchar, 8, '0') as "Mã hồ sơ",
        '1.00' || lpad((g % 2100)::varchar, 4, '0') as "Mã TTHC",
        'H44.' || (1 + h % 148) as "Mã đơn vị",
        case h % 10 when 0 then 'direct' when 1 then 'post' else 'online' end as "Hình thức nộp",
        case when g % 9 = 0 then 4 else 9 + g % 2 end as "Trạng thái",
        received as "Ngày tiếp nhận",
        received + interval 10 day as "Ngày hẹn trả",
        case when g % 9 > 0 then finished end as "Ngày xử lý xong",
        case when g % 9 > 1 then finished + interval 1 day end as "Ngày trả kết quả",
        (h % 37 = 0)::int as "Số lần bổ sung",
        case when g % 3 = 0 then 5000 * (g % 40) end as "Lệ phí",
        g % 5 < 2 as "Thanh toán trực tuyến", g % 4 > 0 as "Số hóa",
        g % 6 > 0 as "Kết quả điện tử",
        case when h % 5 = 0 then 1 + g % 5 end as "Hài lòng"
    from done
) to '{path}' (header, delimiter ',')"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=2_000_000)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--child", nargs=3, metavar=("WHAT", "FILE", "FOLDER"))
    chosen = parser.parse_args()
    if chosen.child:
        run_child(chosen.child[0], Path(chosen.child[1]), Path(chosen.child[2]))
        return
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        path = folder / "dossiers.csv"
        duckdb.execute("set enable_progress_bar = false")
        duckdb.execute(MAKE.format(rows=chosen.rows, path=path))
        ours, copy = (child(what, path, folder) for what in ("import", "copy"))
        assert ours["rows"] == chosen.rows, ours
        again = child("import", path, folder)
        found = {
            "rows": chosen.rows,
            "file_mb": round(path.stat().st_size / 1e6, 1),
            "import_s": ours["seconds"],
            "rows_per_s": round(chosen.rows / ours["seconds"]),
            "import_cpu_s": ours["cpu_s"],
            "import_rss_mb": ours["rss_mb"],
            "duckdb_copy_s": copy["seconds"],
            "duckdb_copy_cpu_s": copy["cpu_s"],
            "duckdb_copy_rss_mb": copy["rss_mb"],
            "speed_ratio": round(copy["seconds"] / ours["seconds"], 3),
            "same_file_again_s": again["seconds"],
        }
    if chosen.json:
        print(json.dumps(found))
    else:
        for key, value in found.items():
            print(f"{key:20} {value}")


def child(what: str, path: Path, folder: Path) -> dict[str, float]:
    os.sync()  # what was written before is not for this one to wait for
    done = subprocess.run(
        [sys.executable, __file__, "--child", what, str(path), str(folder)],
        check=True,
        capture_output=True,
        text=True,
    )
    return json.loads(done.stdout)


def run_child(what: str, path: Path, folder: Path) -> None:
    rows = 0
    if what == "copy":
        started = time.perf_counter()
        connection = duckdb.connect()
        connection.execute("set enable_progress_bar = false")
        target = folder / "copy.parquet"
        connection.execute(f"copy (from read_csv('{path}')) to '{target}'")
        seconds = time.perf_counter() - started
    else:
        import yaml

        from cotmoc.analytics.ingest import import_file
        from cotmoc.analytics.lake import Lake
        from cotmoc.core.workdays import WorkCalendar
        from cotmoc.indicators.facts import read_fact_table

        raw = yaml.safe_load((ROOT / "catalogue/facts/dossiers.yaml").read_text("utf-8"))
        table = read_fact_table(raw, "dossiers.yaml")
        workdays = WorkCalendar()
        started = time.perf_counter()
        outcome = import_file(
            Lake(folder / "lake").table("dossiers"),
            table,
            path,
            now=datetime.now(UTC),
            workdays=workdays,
            quarantine=folder / "quarantine",
        )
        seconds, rows = time.perf_counter() - started, outcome.good
    used = resource.getrusage(resource.RUSAGE_SELF)
    cpu = round(used.ru_utime + used.ru_stime, 3)
    print(
        json.dumps({"seconds": round(seconds, 3), "cpu_s": cpu, "rss_mb": peak_mb(), "rows": rows})
    )


def peak_mb() -> int:
    """The most memory this program held, in MB.

    Not getrusage: a process begins with the peak of the one that started it.
    """
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) // 1024
    raise OSError("/proc/self/status has no VmHWM")


if __name__ == "__main__":
    main()
