"""`cotmoc index`: the indices of the catalogue, and what is wrong with their files."""

import argparse
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _

from cotmoc.apps.scorecards.catalogue import FOLDER, installed_indicators
from cotmoc.apps.scorecards.models import IndexVersion
from cotmoc.config.cli import composite, published
from cotmoc.config.cli.output import (
    NOT_FOUND,
    OK,
    REFUSED,
    USAGE,
    CommandError,
    print_json,
    print_table,
    stdout,
)
from cotmoc.config.cli.places import print_problem
from cotmoc.config.cli.ready import require_database
from cotmoc.core.problems import Problem
from cotmoc.indicators.indices.check import SUFFIX, examine_indices
from cotmoc.indicators.indices.model import Index
from cotmoc.ui.problems import problem_json

Subparsers = argparse._SubParsersAction  # the type has no public name

LARGEST = 1_000_000  # bytes of a file that is read


def add_commands(commands: "Subparsers[argparse.ArgumentParser]") -> None:
    """Add the commands about indices; each further action stands in a module of its own."""
    index = commands.add_parser(
        "index",
        help=_("indices: check files, list methods, bring in published results"),
        description=_(
            "An index is a file of the catalogue for each method. `cotmoc index check FILE` finds "
            "everything that is wrong in one, `cotmoc index list` shows what is installed."
        ),
        epilog="cotmoc index check my-index.yaml --json · cotmoc index list",
    )

    def explain(_chosen: argparse.Namespace) -> int:
        index.print_help()
        return USAGE

    index.set_defaults(run=explain)
    actions = index.add_subparsers(metavar="ACTION")
    _add_check(actions)
    listed = actions.add_parser("list", help=_("show the methods that are installed"))
    listed.add_argument("--json", action="store_true", help=_("print JSON"))
    listed.set_defaults(run=list_indices)
    composite.add_commands(actions)
    published.add_commands(actions)


def _add_check(actions: "Subparsers[argparse.ArgumentParser]") -> None:
    checked = actions.add_parser(
        "check",
        help=_("find everything that is wrong in the files"),
        description=_(
            "Reads the files and prints what is wrong with file, line and column. Needs no "
            "database. Exit code 1 when something is wrong."
        ),
    )
    checked.add_argument(
        "files",
        nargs="*",
        type=Path,
        metavar="FILE",
        help=_("files, or folders of files; left out: the installed catalogue"),
    )
    checked.add_argument("--json", action="store_true", help=_("print JSON"))
    checked.set_defaults(run=check)


def check(chosen: argparse.Namespace) -> int:
    """Print everything that is wrong in files of indices."""
    given = chosen.files or [Path(settings.CATALOGUE_DIR) / FOLDER]
    paths = [path for each in given for path in _files(each)]
    # A file that is given by hand may be called anything; those of a folder are a catalogue's.
    by_name = all(each.is_dir() for each in given)
    texts, problems = _read(paths)
    good, found = examine_indices(
        texts.items(), installed_indicators(_beside(paths)), by_name=by_name
    )
    problems += found
    if chosen.json:
        print_json(
            {
                "files": len(paths),
                "indices": [_as_json(each) for each in good],
                "problems": [problem_json(each) for each in problems],
            }
        )
        return REFUSED if problems else OK
    for problem in problems:
        print_problem(problem, Path(problem.file), texts.get(problem.file, ""))
    counts = {"files": len(paths), "problems": len(problems)}
    stdout.print(_("%(files)s files read, %(problems)s problems") % counts)
    for each in good:
        said = _("%(index)s is good: %(leaves)s leaves, %(max)s points")
        name = f"{each.code}@{each.method}"
        facts = {"index": name, "leaves": len(list(each.leaves())), "max": f"{each.max:f}"}
        stdout.print(said % facts, markup=False)
    return REFUSED if problems else OK


def list_indices(chosen: argparse.Namespace) -> None:
    """Print the methods that are installed."""
    require_database()
    rows = list(IndexVersion.objects.filter(latest=True).order_by("code", "valid_from"))
    if chosen.json:
        print_json([{**row.content, "digest": row.digest} for row in rows])
        return
    print_table(
        [_("Index"), _("Method"), _("Name"), _("In force"), _("Leaves"), _("Legal source")],
        [
            (
                row.code,
                row.method,
                row.name,
                _in_force(row),
                len(list(row.definition.leaves())),
                row.legal_source,
            )
            for row in rows
        ],
        {4},
    )


def _files(given: Path) -> list[Path]:
    """The file itself, or the files of a folder."""
    if given.is_dir():
        if found := sorted(given.glob(f"*{SUFFIX}")):
            return found
        raise CommandError(_("No file in %(folder)s ends in .yaml.") % {"folder": given})
    if not given.is_file():
        raise CommandError(_("There is no file %(file)s.") % {"file": given}, NOT_FOUND)
    return [given]


def _read(paths: Iterable[Path]) -> tuple[dict[str, str], list[Problem]]:
    """The texts by path as it was given, and what cannot be read as text."""
    texts: dict[str, str] = {}
    problems: list[Problem] = []
    for path in paths:
        if (size := path.stat().st_size) > LARGEST:
            megabytes = {"megabytes": round(size / 1e6, 1), "limit": LARGEST // 10**6}
            problems.append(Problem("too_large", str(path), params=megabytes))
            continue
        try:
            texts[str(path)] = path.read_text(encoding="utf-8-sig")
        except UnicodeDecodeError:
            problems.append(Problem("plan_encoding", str(path)))
    return texts, problems


def _beside(paths: Iterable[Path]) -> set[Path]:
    """Folders of indicators that stand beside the files."""
    return {path.resolve().parent.parent / "indicators" for path in paths}


def _as_json(index: Index) -> dict[str, Any]:
    return {
        "code": index.code,
        "method": index.method,
        "name": dict(index.name),
        "max": index.max,
        "scale": index.scale,
        "leaves": len(list(index.leaves())),
        "indicators": sorted(index.indicators()),
        "digest": index.digest,
    }


def _in_force(row: IndexVersion) -> str:
    said = _("from %(day)s") % {"day": f"{row.valid_from:%d/%m/%Y}"}
    if row.valid_to:
        said += " " + _("until before %(day)s") % {"day": f"{row.valid_to:%d/%m/%Y}"}
    return said
