"""The house's rules that the import contracts cannot say."""

import ast
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
APPS = ROOT / "src" / "cotmoc" / "apps"
APP_NAMES = sorted(path.parent.name for path in APPS.glob("*/apps.py"))
# What one app may take from another (docs: "From another app import only …").
DOORS = {"services", "queries", "models", "ports"}
CONTRACTS = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"][
    "importlinter"
]["contracts"]


def modules(app):
    """The app's own code: not its tests, not its migrations."""
    for path in sorted((APPS / app).rglob("*.py")):
        if not {"tests", "migrations"} & set(path.relative_to(APPS).parts):
            yield path


def imported(path):
    """Every dotted name a file imports, down to the imported thing."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def test_the_contracts_know_every_app():
    by_subject = {contract["name"].split(":")[0]: contract for contract in CONTRACTS}
    expected = {f"cotmoc.apps.{name}" for name in APP_NAMES}
    assert set(by_subject["Apps"]["layers"]) == expected
    assert set(by_subject["Within an app"]["containers"]) == expected


@pytest.mark.parametrize("app", APP_NAMES)
def test_an_app_enters_another_by_its_doors(app):
    past_the_door = []
    for path in modules(app):
        for name in imported(path):
            parts = name.split(".")
            if parts[:2] != ["cotmoc", "apps"] or len(parts) < 4 or parts[2] == app:
                continue
            if parts[3] not in DOORS:
                past_the_door.append(f"{path.relative_to(ROOT)}: {name}")
    assert past_the_door == []


def writes():
    """Public functions of the services."""
    return [
        pytest.param(node, id=f"{path.parent.name}.{node.name}")
        for path in sorted(APPS.glob("*/services.py"))
        for node in ast.parse(path.read_text(encoding="utf-8")).body
        if isinstance(node, ast.FunctionDef) and not node.name.startswith("_")
    ]


@pytest.mark.parametrize("function", writes())
def test_a_write_takes_who_does_it_and_when(function):
    assert {"actor", "now"} <= {argument.arg for argument in function.args.kwonlyargs}


@pytest.mark.parametrize("app", APP_NAMES)
def test_domain_steps_do_not_hide_in_signals(app):
    for path in modules(app):
        assert not any("signals" in name for name in imported(path)), path
