"""The corpus as files, read once for all tests of this folder."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

# The corpus is used by `benchmarks/plans.py` as well, so its modules are no package of the tests.
sys.path.insert(0, str(Path(__file__).parent))

from gold import Sample, read_corpus

from cotmoc.plantext import Plan, UnreadableText, read_file

if TYPE_CHECKING:
    from collections.abc import Mapping


@pytest.fixture(scope="session")
def corpus() -> list[Sample]:
    return read_corpus()


@pytest.fixture(scope="session")
def files(corpus: list[Sample], tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, Path]:
    folder = tmp_path_factory.mktemp("corpus")
    return {sample.name: sample.make(folder) for sample in corpus}


@pytest.fixture(scope="session")
def readings(files: Mapping[str, Path]) -> Mapping[str, Plan | UnreadableText]:
    """Each document's plan, or why it could not be read."""
    return {name: _read(path) for name, path in files.items()}


def _read(path: Path) -> Plan | UnreadableText:
    try:
        return read_file(path)
    except UnreadableText as reason:
        return reason
