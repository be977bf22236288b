"""What is wrong with texts that a program sent, as the API says it."""

from collections.abc import Iterable
from typing import Any

from ninja.errors import ValidationError

from cotmoc.core.problems import Problem
from cotmoc.ui.problems import sentence


def refused(problems: Iterable[Problem], field: str | None = None) -> ValidationError:
    """An error for the edge to raise. `field` of the body is what was sent; left out, every
    problem's file is called like its field."""
    return ValidationError([_error(problem, field or problem.file) for problem in problems])


def impossible(field: str, code: str, message: str) -> ValidationError:
    """One field of the body that cannot be used."""
    return ValidationError([{"type": code, "loc": ("body", field), "msg": message}])


def _error(problem: Problem, field: str) -> dict[str, Any]:
    at = {"line": problem.line, "column": problem.field, "value": problem.value}
    return {
        "type": problem.code,
        "loc": ("body", field),
        "msg": sentence(problem),
        "at": {name: value for name, value in at.items() if value is not None},
    }
