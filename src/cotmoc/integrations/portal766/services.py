"""Importing a capture: a folder of published tables becomes observations and figures."""

import csv
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import yaml

from cotmoc.apps.accounts.models import Person
from cotmoc.apps.measurement.models import Run
from cotmoc.apps.measurement.services import ReceivedFile, compute_figures, record_observations
from cotmoc.apps.orgs.models import Organisation
from cotmoc.apps.orgs.services import Body, Registration, register_organisations
from cotmoc.apps.scorecards.results.publishing import Publisher
from cotmoc.core.periods import Period, parse_period, period_in_name
from cotmoc.core.problems import BadInput, Problem
from cotmoc.integrations.portal766.publishing import publish_points
from cotmoc.integrations.portal766.reader import Reading, read_table
from cotmoc.integrations.portal766.tables import PROGRESS, TABLES, Table, observations

SYSTEM = "portal766"
ORIGIN = "https://dichvucong.gov.vn/danh-gia-chat-luong-phuc-vu"
KINDS = {"PROVINCE_TOTAL": "province", "PROVINCE": "department", "COMMUNE": "commune"}


@dataclass(frozen=True, slots=True)
class Capture:
    """One readable file of a folder: its table, its period and what was read."""

    path: Path
    table: Table
    period: Period
    reading: Reading


@dataclass(slots=True)
class Outcome:
    """What an import did: files new and already known, rows, bad rows set apart, doubts, points
    published by the portal, run."""

    files: list[dict[str, Any]] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    doubts: list[Problem] = field(default_factory=list)
    notes: list[Problem] = field(default_factory=list)
    quarantine: Path | None = None
    published: int = 0
    run: Run | None = None


def import_folder(
    folder: Path,
    *,
    period: Period | None,
    actor: Person | None,
    now: datetime,
    keep_good: bool = False,
    quarantine: Path | None = None,
) -> Outcome:
    """Import a folder of captured tables, keep the portal's points as published, and recompute the
    figures.

    Without `keep_good` one bad row refuses the whole folder and nothing is written; with it the
    good rows are imported and the bad ones written to the `quarantine` folder with their reasons.
    A file given up after too many problems is never half imported. Raises BadInput.
    """
    outcome = Outcome()
    captures = _read_all(folder, period, outcome)
    problems = [problem for capture in captures for problem in capture.reading.problems]
    problems += [*_unknown_units(captures), *_given_twice(captures)]
    outcome.doubts = [doubt for capture in captures for doubt in capture.reading.doubts]
    cut_short = any(problem.code == "too_many_problems" for problem in problems)
    if problems and (cut_short or not keep_good):
        raise BadInput(problems)
    outcome.problems = problems
    if problems and quarantine:
        outcome.quarantine = _set_apart(captures, problems, quarantine, now)
    bad_lines = {(problem.file, problem.line) for problem in problems}
    about = _about(folder)
    points = []
    for capture in captures:
        rows = [row for row in capture.reading.rows if (capture.path.name, row[0]) not in bad_lines]
        found = [item for line, row in rows for item in observations(capture.table, row, line)]
        source, new = record_observations(
            ReceivedFile(
                name=capture.path.name,
                content=capture.reading.content,
                system=SYSTEM,
                part=capture.table.part,
                period=capture.period,
                origin=about["origin"],
                captured_at=about["captured_at"],
                rows=len(rows),
            ),
            found,
            actor=actor,
            now=now,
        )
        publisher = Publisher(
            source=about["origin"],
            captured_at=about["captured_at"],
            file_name=capture.path.name,
            digest=source.digest,
        )
        points.append((capture.period, found, publisher))
        outcome.files.append(
            {
                "file": capture.path.name,
                "part": capture.table.part,
                "period": capture.period.code,
                "rows": len(rows),
                "observations": source.observations,
                "new": new,
            }
        )
    outcome.run = compute_figures(actor=actor, now=now)
    outcome.published = sum(publish_points(*each, actor=actor, now=now) for each in points)
    return outcome


def register_folder(folder: Path, *, actor: Person | None, now: datetime) -> Registration:
    """Register the organisations that the progress table of a capture lists.

    Raises BadInput, and UnknownProvinceError when the province is not in the unit table.
    """
    this_month = parse_period(f"{now:%Y-%m}")
    captures = [
        capture
        for capture in _read_all(folder, None, Outcome(), fallback=this_month)
        if capture.table is PROGRESS
    ]
    if not captures:
        raise BadInput([Problem("no_progress_file", str(folder))])
    capture = max(captures, key=lambda each: each.period)
    if capture.reading.problems:
        raise BadInput(capture.reading.problems)
    bodies = []
    for line, row in capture.reading.rows:
        if row["level"] not in KINDS:
            place = (capture.path.name, line, "level", row["level"])
            raise BadInput([Problem("unknown_level", *place)])
        bodies.append(Body(row["unit_code"], row["unit_name"], KINDS[row["level"]]))
    provinces = [body for body in bodies if body.kind == "province"]
    if len(provinces) != 1:
        counts: dict[str, object] = {"found": len(provinces)}
        raise BadInput([Problem("one_province", capture.path.name, params=counts)])
    return register_organisations(
        provinces[0],
        [body for body in bodies if body.kind != "province"],
        on=capture.period.last_day,
        actor=actor,
        now=now,
    )


def _read_all(
    folder: Path, period: Period | None, outcome: Outcome, *, fallback: Period | None = None
) -> list[Capture]:
    if not folder.is_dir():
        raise BadInput([Problem("no_folder", str(folder))])
    captures: list[Capture] = []
    refused: list[Problem] = []
    for table in TABLES:
        paths = sorted(folder.glob(f"*-{table.part}.csv"))
        if not paths:
            outcome.notes.append(Problem("part_absent", f"*-{table.part}.csv"))
        for path in paths:
            named = period_in_name(path.name)
            used = period or named or fallback
            if used is None:
                refused.append(Problem("period_unknown", path.name))
                continue
            if period and named and named != period:
                params: dict[str, object] = {"named": named.code, "used": period.code}
                outcome.notes.append(Problem("period_differs", path.name, params=params))
            try:
                captures.append(Capture(path, table, used, read_table(path, table)))
            except BadInput as error:
                refused.extend(error.problems)
    if refused:
        raise BadInput(refused)
    if not captures:
        raise BadInput([Problem("no_files", str(folder))])
    return captures


def _given_twice(captures: Iterable[Capture]) -> list[Problem]:
    """Rows that two files of one period both give: which of them counts is not ours to guess."""
    seen: dict[tuple[str, ...], str] = {}
    problems = []
    for capture in captures:
        for line, row in capture.reading.rows:
            values = tuple(str(row[column]) for column in capture.table.key)
            key = (capture.table.part, capture.period.code, *values)
            first = seen.setdefault(key, capture.path.name)
            if first != capture.path.name:
                params: dict[str, object] = {"first": first}
                place = (capture.path.name, line, capture.table.key[-1], values[-1])
                problems.append(Problem("in_two_files", *place, params))
    return problems


def _unknown_units(captures: Iterable[Capture]) -> list[Problem]:
    known = set(Organisation.objects.values_list("code", flat=True))
    problems = []
    for capture in captures:
        for line, row in capture.reading.rows:
            if row["unit_code"] not in known:
                problems.append(
                    Problem(
                        "unknown_unit" if known else "no_organisations",
                        capture.path.name,
                        line,
                        "unit_code",
                        row["unit_code"],
                        {"name": row["unit_name"]},
                    )
                )
    return problems


def _about(folder: Path) -> dict[str, Any]:
    """What `source.yaml` beside the tables says of their origin and capture."""
    about: dict[str, Any] = {"origin": ORIGIN, "captured_at": None}
    path = folder / "source.yaml"
    if path.is_file():
        try:
            given = yaml.safe_load(path.read_text(encoding="utf-8")) or {}
            about["origin"] = str(given.get("origin", ORIGIN))[:300]
            captured = given.get("captured_at")
            if isinstance(captured, datetime):
                about["captured_at"] = captured if captured.tzinfo else captured.replace(tzinfo=UTC)
        except (yaml.YAMLError, UnicodeDecodeError, AttributeError) as error:
            reason: dict[str, object] = {"reason": str(error).splitlines()[0]}
            raise BadInput([Problem("source_note_unreadable", path.name, params=reason)]) from error
    return about


def _set_apart(
    captures: Iterable[Capture], problems: Iterable[Problem], folder: Path, now: datetime
) -> Path:
    """Write every bad row as it came with its reasons: nothing is lost."""
    raw = {
        (capture.path.name, line): cells
        for capture in captures
        for line, cells in capture.reading.raw.items()
    }
    folder.mkdir(parents=True, exist_ok=True)
    target = folder / f"{SYSTEM}-{now:%Y%m%dT%H%M%S}.csv"
    with target.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["file", "line", "field", "value", "reason", "row"])
        for problem in problems:
            cells = raw.get((problem.file, problem.line or 0), [])
            writer.writerow(
                [
                    problem.file,
                    problem.line,
                    problem.field,
                    problem.value,
                    problem.code,
                    ",".join(cells),
                ]
            )
    return target
