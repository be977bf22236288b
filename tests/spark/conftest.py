"""The cluster on which Spark's results are compared with DuckDB's."""

import importlib.util
import os
from pathlib import Path

import pytest

HERE = Path(__file__).parent


def _beside(name):
    """A module of this folder; tests are no package."""
    spec = importlib.util.spec_from_file_location(f"spark_{name}", HERE / f"{name}.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


cluster = _beside("cluster")


@pytest.fixture(scope="session")
def spark_cluster(tmp_path_factory):
    """A standalone cluster of two workers; `.url` is its address. One application at a time."""
    reason = cluster.missing()
    if reason:
        if "spark" in os.environ.get("COTMOC_REQUIRE", "").split(","):
            pytest.fail(reason)
        pytest.skip(reason)
    with cluster.running(tmp_path_factory.mktemp("spark")) as started:
        yield started
