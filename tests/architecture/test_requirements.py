"""The pinned requirement files serve any mirror, and nothing in them is left to chance."""

import re
from pathlib import Path

import pytest

FOLDER = Path(__file__).parents[2] / "requirements"
FILES = sorted(FOLDER.glob("*.txt"))
PIN = re.compile(r"^([a-z0-9._-]+)(?:\[[^]]+\])?==([^ ;\\]+)", re.MULTILINE)


def pins(path):
    """(package, version) pairs; a package may stand twice, for different versions of Python."""
    return set(PIN.findall(path.read_text(encoding="utf-8")))


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_no_registry_is_named(path):
    text = path.read_text(encoding="utf-8")
    assert "://" not in text
    assert not re.search(r"--(index|extra-index|find-links)", text)


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_every_package_is_pinned_with_its_hashes(path):
    packages = re.split(r"\n(?=[a-z])", path.read_text(encoding="utf-8").strip())
    assert len(packages) == len(pins(path))
    assert [each for each in packages if "--hash=sha256:" not in each] == []


def test_developers_run_what_operators_run():
    assert pins(FOLDER / "run.txt") <= pins(FOLDER / "dev.txt")
