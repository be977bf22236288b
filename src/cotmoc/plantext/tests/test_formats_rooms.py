"""Only `formats` may use libraries; everything else of plantext is the standard library."""

from __future__ import annotations

import ast
import sys
from pathlib import Path

ROOM = Path(__file__).parents[1]
LIBRARIES = {"lxml", "pypdfium2"}


def imported(path: Path) -> set[str]:
    """The first names of what a module imports."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found.add(node.module.split(".")[0])
    return found


def test_libraries_stay_in_formats() -> None:
    known = set(sys.stdlib_module_names) | {"cotmoc"}
    outside = {
        path.relative_to(ROOM).as_posix(): names
        for path in ROOM.rglob("*.py")
        if "tests" not in path.parts and (names := imported(path) - known)
    }
    assert set().union(*outside.values()) == LIBRARIES
    assert all(name.startswith("formats/") for name in outside)
