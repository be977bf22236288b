"""Memory stays flat: a larger file takes no more of it."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

BENCHMARK = Path(__file__).parents[5] / "benchmarks" / "ingest.py"


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """A file of half a million made-up dossiers, 72 MB."""
    import duckdb

    folder = tmp_path_factory.mktemp("made")
    namespace = {"__name__": "ingest_benchmark", "__file__": str(BENCHMARK)}
    exec(compile(BENCHMARK.read_text("utf-8"), BENCHMARK, "exec"), namespace)
    path = folder / "dossiers.csv"
    duckdb.execute(namespace["MAKE"].format(rows=500_000, path=path))
    return path


def test_half_a_million_rows_go_in_within_the_limit(made):
    done = subprocess.run(
        [sys.executable, BENCHMARK, "--child", "import", made, made.parent],
        check=True,
        capture_output=True,
        text=True,
        env=os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)},
    )
    found = json.loads(done.stdout)
    assert found["rows"] == 500_000
    assert found["rss_mb"] <= 500
