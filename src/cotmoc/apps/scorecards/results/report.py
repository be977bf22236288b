"""What came of an import of published results, as plain values."""

from typing import Any

from cotmoc.apps.scorecards.results.importing import Outcome, Part
from cotmoc.core.problems import Problem
from cotmoc.ui.problems import sentence


def outcome_json(outcome: Outcome) -> dict[str, Any]:
    """What an import did, for scripts."""
    return {
        "file": outcome.file,
        "index": outcome.index,
        "dry_run": outcome.dry_run,
        "read": outcome.read,
        "good": outcome.good,
        "refused": outcome.refused,
        "publications": [part_json(part) for part in outcome.parts],
        "problems": [_problem_json(problem) for problem in outcome.problems],
        "doubts": [_problem_json(doubt) for doubt in outcome.doubts],
        "left_out": outcome.left_out,
        "quarantine": str(outcome.quarantine) if outcome.quarantine else None,
    }


def part_json(part: Part) -> dict[str, Any]:
    """One publication of it."""
    return {
        "publication": part.publication.pk if part.publication else None,
        "method": part.index.method,
        "period": part.period,
        "source": part.source,
        "subjects": part.subjects,
        "results": len(part.changes) + part.known,
        "new": len(part.changes) - part.superseded,
        "corrected": part.superseded,
        "unchanged": part.known,
    }


def _problem_json(problem: Problem) -> dict[str, Any]:
    return {
        "line": problem.line,
        "field": problem.field,
        "value": problem.value,
        "code": problem.code,
        "reason": sentence(problem),
    }
