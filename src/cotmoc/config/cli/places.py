"""What is wrong with a file of the catalogue, shown at its place."""

from pathlib import Path

from cotmoc.config.cli.output import stdout
from cotmoc.core.problems import Problem
from cotmoc.ui.problems import sentence


def print_problem(problem: Problem, path: Path, text: str) -> None:
    """`file:line:column: key: what`, the line itself and a mark under the place."""
    column = problem.params.get("column")
    place = ":".join(str(each) for each in (path, problem.line, column) if each is not None)
    field = f"{problem.field}: " if problem.field else ""
    stdout.print(f"{place}: {field}{sentence(problem)}", markup=False, soft_wrap=True)
    lines = text.splitlines()
    missing = (problem.line, column) == (1, 1)
    if isinstance(column, int) and problem.line and not missing and problem.line <= len(lines):
        stdout.print(f"    {lines[problem.line - 1]}", markup=False, soft_wrap=True, style="dim")
        stdout.print(f"    {' ' * (column - 1)}^", markup=False, soft_wrap=True, style="dim")
