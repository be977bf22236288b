"""`cotmoc indicators`, `cotmoc indicators check` and `cotmoc indicators explain`."""

import argparse
import difflib
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import yaml
from django.conf import settings
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from cotmoc.apps.measurement.catalogue import fact_tables, load_definitions
from cotmoc.apps.measurement.models import IndicatorVersion
from cotmoc.config.cli.output import (
    NOT_FOUND,
    OK,
    REFUSED,
    CommandError,
    plain,
    print_json,
    print_table,
    stdout,
)
from cotmoc.config.cli.places import print_problem
from cotmoc.config.cli.ready import require_database
from cotmoc.core.problems import Problem
from cotmoc.indicators import syntax
from cotmoc.indicators.check import examine_catalogue
from cotmoc.indicators.definitions import Definition, DefinitionError, Term
from cotmoc.indicators.definitions import Path as ComputingPath
from cotmoc.indicators.examples import evaluate_example
from cotmoc.indicators.facts import FactTable, FactTableError, read_fact_tables
from cotmoc.indicators.formulas import names_of
from cotmoc.indicators.words import formula_words
from cotmoc.ui.problems import problem_json

Subparsers = argparse._SubParsersAction  # the type has no public name


def add_commands(commands: "Subparsers[argparse.ArgumentParser]") -> None:
    """Add the commands about the catalogue of indicators."""
    indicators = commands.add_parser(
        "indicators",
        help=_("the catalogue of indicators"),
        description=_(
            "Lists the catalogue. `cotmoc indicators check` finds everything that is wrong in its "
            "files, `cotmoc indicators explain CODE` says a definition in words."
        ),
        epilog="cotmoc indicators check my-catalogue/ --json · "
        "cotmoc indicators explain dossiers_on_time",
    )
    indicators.add_argument("--json", action="store_true", help=_("print JSON"))
    indicators.set_defaults(run=list_indicators)
    actions = indicators.add_subparsers(metavar="ACTION")
    checked = actions.add_parser(
        "check",
        help=_("find everything that is wrong in the files"),
        description=_(
            "Reads every file, computes every worked example and prints what is wrong with file, "
            "line and column. Needs no database. Exit code 1 when something is wrong."
        ),
    )
    checked.add_argument(
        "folder",
        nargs="?",
        type=Path,
        metavar="FOLDER",
        help=_("a catalogue, or a folder of definitions; left out: the installed catalogue"),
    )
    checked.add_argument("--json", action="store_true", help=_("print JSON"))
    checked.set_defaults(run=check)
    explained = actions.add_parser("explain", help=_("say a definition in words"))
    explained.add_argument("code", metavar="CODE")
    explained.add_argument("--json", action="store_true", help=_("print JSON"))
    explained.set_defaults(run=explain)


def list_indicators(chosen: argparse.Namespace) -> None:
    """Print the catalogue."""
    require_database()
    rows = IndicatorVersion.objects.filter(latest=True).order_by("code")
    if chosen.json:
        print_json([{"code": r.code, "version": r.version, **r.content} for r in rows])
        return
    print_table(
        [_("Code"), _("Indicator"), _("Unit"), _("Owner")],
        [(row.code, row.name, row.unit, row.owner) for row in rows],
        set(),
    )


def check(chosen: argparse.Namespace) -> int:
    """Print everything that is wrong in a folder of definitions."""
    folder = chosen.folder or Path(settings.CATALOGUE_DIR)
    if not folder.is_dir():
        raise CommandError(_("There is no folder %(folder)s.") % {"folder": folder}, NOT_FOUND)
    inside = folder / "indicators" if (folder / "indicators").is_dir() else folder
    paths = sorted(inside.glob("*.yaml"))
    if not paths:
        raise CommandError(_("No file in %(folder)s ends in .yaml.") % {"folder": inside})
    files, problems = [], []
    for path in paths:
        try:
            files.append((path.name, path.read_text(encoding="utf-8")))
        except UnicodeDecodeError:
            problems.append(Problem("plan_encoding", path.name))
    good, found = examine_catalogue(files, _tables(folder))
    problems += found
    tables = Counter(path.table for each in good for path in each.paths[:1])
    derived = sum(each.formula is not None for each in good)
    if chosen.json:
        print_json(
            {
                "files": len(paths),
                "definitions": len(good),
                "derived": derived,
                "by_table": dict(sorted(tables.items())),
                "problems": [problem_json(each) for each in problems],
            }
        )
        return REFUSED if problems else OK
    texts = dict(files)
    for problem in problems:
        print_problem(problem, inside / problem.file, texts.get(problem.file, ""))
    counts = {"files": len(paths), "problems": len(problems)}
    stdout.print(_("%(files)s files read, %(problems)s problems") % counts)
    by_table = ", ".join(f"{name} {count}" for name, count in sorted(tables.items()))
    said = _("%(good)s definitions are good: %(tables)s; made of others %(derived)s")
    stdout.print(said % {"good": len(good), "tables": by_table or "–", "derived": derived})
    return REFUSED if problems else OK


def _tables(folder: Path) -> Mapping[str, FactTable]:
    declared = sorted((folder / "facts").glob("*.yaml"))
    try:
        if not declared:
            return fact_tables()
        return read_fact_tables(
            (path.name, yaml.safe_load(path.read_text(encoding="utf-8"))) for path in declared
        )
    except (FactTableError, yaml.YAMLError, UnicodeDecodeError) as error:
        message = _("The fact tables cannot be read: %(reason)s")
        raise CommandError(message % {"reason": error}) from error


def explain(chosen: argparse.Namespace) -> None:
    """Say one definition in words, every version of it, from the files of the catalogue."""
    try:
        loaded = load_definitions()
    except (DefinitionError, FactTableError) as error:
        message = _("The catalogue cannot be read: %(reason)s. Run: cotmoc indicators check")
        raise CommandError(message % {"reason": error}) from error
    found = [(each, raw) for each, raw in loaded if each.code == chosen.code]
    if not found:
        near = difflib.get_close_matches(
            chosen.code, [each.code for each, _raw in loaded], n=3, cutoff=0.5
        )
        hint = " " + _("Did you mean: %(codes)s?") % {"codes": ", ".join(near)} if near else ""
        message = _("There is no indicator %(code)s.") % {"code": chosen.code}
        raise CommandError(message + hint, NOT_FOUND)
    catalogue = [each for each, _raw in loaded]
    if chosen.json:
        print_json([{**raw, **_worked_out(each, catalogue)} for each, raw in found])
        return
    for number, (definition, _raw) in enumerate(found):
        if number:
            stdout.print()
        stdout.print(
            f"{definition.code} v{definition.version} · {definition.name[_language()]}",
            style="bold",
            markup=False,
        )
        for line in _lines(definition, catalogue):
            stdout.print(line, markup=False, soft_wrap=True)


def _language() -> str:
    return "en" if (get_language() or "vi").startswith("en") else "vi"


def _formula(definition: Definition, catalogue: Sequence[Definition]) -> str:
    return formula_words(definition, {each.code: each.name for each in catalogue}, _language())


def _worked_out(definition: Definition, catalogue: Sequence[Definition]) -> dict[str, Any]:
    """What a definition says without writing it: its words, columns, relations and result."""
    result = evaluate_example(definition, fact_tables())
    return {
        "formula_in_words": _formula(definition, catalogue),
        "reads": [
            {
                "table": path.table,
                "columns": sorted({name for term in path.terms for name in _columns(term)}),
            }
            for path in definition.paths
        ],
        "needs": names_of(definition.formula) if definition.formula is not None else [],
        "needed_by": _needed_by(definition, catalogue),
        "example_result": {
            "numerator": result.numerator,
            "denominator": result.denominator,
            "value": result.value,
            "status": result.status,
        },
    }


def _columns(term: Term) -> set[str]:
    return syntax.columns(term.tree) | {term.date} | ({term.until} if term.until else set())


def _needed_by(definition: Definition, catalogue: Sequence[Definition]) -> list[str]:
    return sorted(
        {
            each.code
            for each in catalogue
            if each.formula is not None and definition.code in names_of(each.formula)
        }
    )


def _lines(definition: Definition, catalogue: Sequence[Definition]) -> Iterator[str]:
    language = _language()
    yield definition.description[language]
    yield _said(_("Value"), f"{_formula(definition, catalogue)} ({definition.unit})")
    if definition.formula is not None:
        yield f"    {definition.formula_text}"
    for path in definition.paths:
        yield from _path_lines(path)
    if needed_by := _needed_by(definition, catalogue):
        yield _said(_("Needed by"), ", ".join(needed_by))
    if definition.divides:
        yield _said(_("Zero denominator"), _zero_rule(definition))
    if not definition.formula:
        yield _said(_("Higher bodies"), _units_rule(definition))
    if definition.reported_path:
        yield _said(_("Longer periods of reported values"), _time_rule(definition))
    if definition.suppress_below:
        yield _("Published figures over fewer than %(number)s are kept back") % {
            "number": definition.suppress_below
        }
    better = _("more is better") if definition.direction == "up" else _("less is better")
    yield _said(_("Direction"), better)
    validity = _("from %(day)s") % {"day": f"{definition.valid_from:%d/%m/%Y}"}
    if definition.valid_to:
        validity += " " + _("until before %(day)s") % {"day": f"{definition.valid_to:%d/%m/%Y}"}
    yield _said(_("In force"), validity)
    yield _said(_("Legal source"), definition.legal_source)
    yield _said(_("Owner"), definition.owner)
    yield from _example_lines(definition)


def _example_lines(definition: Definition) -> Iterator[str]:
    """What is given, and what the definition makes of it, computed now."""
    example = definition.example
    period = f" ({example['period']})" if "period" in example else ""
    yield _("Worked example") + f"{period}:"
    for row in example.get("facts", [example.get("figures")]):
        yield "  " + ", ".join(f"{name} = {value}" for name, value in row.items())
    result = evaluate_example(definition, fact_tables())
    parts = [result.numerator, result.denominator] if definition.divides else []
    fraction = " ÷ ".join(str(plain(part)) for part in parts)
    value = result.status if result.value is None else f"{plain(result.value)} {definition.unit}"
    yield f"  → {fraction + ' → ' if fraction else ''}{value}"


def _path_lines(path: ComputingPath) -> Iterator[str]:
    yield _("From %(table)s:") % {"table": path.table}
    for label, term in zip((_("numerator"), _("denominator")), path.terms, strict=False):
        yield f"  {label}: {term.name[_language()]}"
        placed = _("reported for the period") if path.reported else _when(term)
        yield f"    {term.text} · {placed}"
        columns = fact_tables()[path.table].columns
        read = sorted(syntax.columns(term.tree))
        if read:
            titles = ", ".join(f"{columns[name].title[_language()]} ({name})" for name in read)
            yield "    " + _said(_("reads"), titles)


def _said(label: str, words: str) -> str:
    return f"{label}: {words}"


def _when(term: Term) -> str:
    if term.until:
        return _("by %(date)s, still there at the period's end by %(until)s") % {
            "date": term.date,
            "until": term.until,
        }
    return _("in the period by %(date)s") % {"date": term.date}


def _zero_rule(definition: Definition) -> str:
    return {
        "none": _("no value: nothing arose"),
        "excluded": _("no value: nothing arose"),
        "zero": _("the value is 0"),
        "full": _("the value is the whole"),
    }[definition.zero_denominator]


def _units_rule(definition: Definition) -> str:
    return {
        "sum": _("numerators and denominators of their members are added, then divided"),
        "mean": _("plain mean of their members' values"),
        "none": _("only what is known of themselves"),
    }[definition.rollup_units]


def _time_rule(definition: Definition) -> str:
    return {
        "sum": _("numerators and denominators are added, then divided"),
        "last": _("the last value counts"),
        "mean": _("plain mean of the values"),
        "none": _("only what is reported for the period itself"),
    }[definition.rollup_time]
