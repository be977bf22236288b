"""`cotmoc index composite`: an index of any indicators, from two tables to ranks."""

import argparse
import csv
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from django.utils.translation import gettext as _

from cotmoc.config.cli.output import (
    BadInputError,
    CommandError,
    print_json,
    print_table,
    stderr,
    stdout,
)
from cotmoc.core.problems import BadInput, Problem
from cotmoc.indicators.composite.aggregate import MEANS
from cotmoc.indicators.composite.compose import WEIGHTINGS, Composite, compose
from cotmoc.indicators.composite.data import Dataset, read_dataset
from cotmoc.indicators.composite.report import NORMALISATIONS, VARIED, Options, as_json
from cotmoc.indicators.composite.sensitivity import MOST_DRAWS, Sensitivity
from cotmoc.indicators.composite.tables import MOST_BYTES, Table, read_table
from cotmoc.indicators.composite.wrong import CannotComputeError
from cotmoc.ui.export import safe_cell
from cotmoc.ui.formats import fixed

Actions = argparse._SubParsersAction
_SHOWN_MOVERS = 5


def add_commands(actions: "Actions[argparse.ArgumentParser]") -> None:
    """Add `composite` to the commands about indices."""
    parser = actions.add_parser(
        "composite",
        help=_("compute an index of any indicators from two CSV tables"),
        description=_(
            "Normalises indicators, aggregates them along their parents and ranks the units, as in "
            "the OECD/JRC handbook. DATA has a row for each unit; META a row for each indicator "
            "and aggregate: iCode, Parent, Direction, Weight, in the formats of the R package "
            "COINr or under plain names. Nothing is denominated, imputed, screened or treated "
            "unasked. Needs no database."
        ),
        epilog="cotmoc index composite --data ASEM_iData.csv --meta ASEM_iMeta.csv --json",
    )
    parser.add_argument("--data", type=Path, required=True, metavar="DATA.csv")
    parser.add_argument("--meta", type=Path, required=True, metavar="META.csv")
    _add_preparation(parser)
    _add_method(parser)
    _add_sensitivity(parser)
    parser.add_argument(
        "--csv", type=Path, metavar="DIR", help=_("write every stage as a CSV file into DIR")
    )
    parser.add_argument("--json", action="store_true", help=_("print JSON"))
    parser.set_defaults(run=compute_composite)


def _add_preparation(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--denominate", action="store_true", help=_("divide indicators by their Denominator")
    )
    parser.add_argument(
        "--impute", choices=("mean", "median"), help=_("replace missing values; see --group")
    )
    parser.add_argument(
        "--group",
        default="",
        metavar="COLUMN",
        help=_("impute within the groups of this column of type Group"),
    )
    parser.add_argument(
        "--screen",
        type=_share,
        metavar="SHARE",
        help=_("leave out units with values for less than this share (0 to 1) of the indicators"),
    )
    parser.add_argument(
        "--treat",
        action="store_true",
        help=_("treat outliers: pull in up to 5 values, else take logarithms"),
    )


def _add_method(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--normalise",
        choices=NORMALISATIONS,
        default="minmax",
        help=_("how indicators are brought onto one scale (usual: minmax)"),
    )
    parser.add_argument(
        "--range",
        nargs=2,
        type=_number,
        metavar=("LOW", "HIGH"),
        help=_("the scale of minmax and goalposts (usual: 0 100); mean and deviation of zscore"),
    )
    parser.add_argument(
        "--reference", default="", metavar="UNIT", help=_("the unit of distance-to-reference")
    )
    parser.add_argument(
        "--cap", action="store_true", help=_("hold what surpasses target or reference at 1")
    )
    parser.add_argument(
        "--weights",
        choices=WEIGHTINGS,
        default="given",
        help=_("as the metadata gives them, equal, or by the first principal component"),
    )
    parser.add_argument("--aggregate", choices=MEANS, default="arithmetic", help=_("kind of mean"))
    parser.add_argument(
        "--threshold",
        type=_share,
        metavar="SHARE",
        help=_("an aggregate needs values for at least this share (0 to 1) of its children"),
    )


def _add_sensitivity(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--sensitivity",
        type=int,
        metavar="N",
        help=_("compute N times with other weights and choices: rank intervals"),
    )
    parser.add_argument("--seed", type=int, default=1, help=_("the same seed, the same draws"))
    parser.add_argument(
        "--noise",
        type=_share,
        default=0.25,
        metavar="SHARE",
        help=_("how far weights swing (usual: 0.25)"),
    )
    parser.add_argument(
        "--vary",
        nargs="+",
        choices=VARIED,
        default=list(VARIED),
        help=_("what is varied (usual: all)"),
    )


def _number(text: str) -> float:
    value = float(text)
    if not np.isfinite(value) or abs(value) > 1e9:
        raise argparse.ArgumentTypeError(_("a value must be finite"))
    return value


def _share(text: str) -> float:
    value = _number(text)
    if not 0 <= value <= 1:
        raise argparse.ArgumentTypeError(_("a share is between 0 and 1"))
    return value


def compute_composite(chosen: argparse.Namespace) -> None:
    """Read, compute, print."""
    dataset = _read(chosen.data, chosen.meta)
    try:
        options = _options(chosen)
        composite = compose(dataset, options.method())
        draws = _draws(composite, options, chosen)
    except CannotComputeError as error:
        raise CommandError(_(error.template) % error.params) from error
    if chosen.csv:
        _write(chosen.csv, composite, draws)
    if chosen.json:
        print_json(as_json(composite, draws))
    else:
        _say(composite, draws)


def _read(data: Path, meta: Path) -> Dataset:
    headline = _("Nothing was computed:")
    problems: list[Problem] = []
    tables: list[Table] = []
    for path in (data, meta):
        try:
            tables.append(read_table(_content(path), str(path)))
        except BadInput as error:
            problems += error.problems
    if problems:
        raise BadInputError(problems, headline)
    try:
        return read_dataset(*tables)
    except BadInput as error:
        raise BadInputError(error.problems, headline) from error


def _content(path: Path) -> bytes:
    """What a file holds; what is too large to be a table is not read."""
    if not path.exists():
        raise BadInput([Problem("no_such_file", str(path))])
    if path.is_dir():
        raise BadInput([Problem("is_folder", str(path))])
    with path.open("rb") as file:
        return file.read(MOST_BYTES + 1)


def _options(chosen: argparse.Namespace) -> Options:
    low, high = chosen.range or (None, None)
    options = Options(
        denominate=chosen.denominate,
        impute=chosen.impute,
        group=chosen.group,
        screen=chosen.screen,
        treat=chosen.treat,
        normalise=chosen.normalise,
        low=low,
        high=high,
        reference=chosen.reference,
        cap=chosen.cap,
        weights=chosen.weights,
        aggregate=chosen.aggregate,
        threshold=chosen.threshold,
        noise=chosen.noise,
        vary=tuple(chosen.vary),
    )
    if options.upside_down:
        raise CommandError(_("The first end of --range must be below the second."))
    return options


def _draws(
    composite: Composite, options: Options, chosen: argparse.Namespace
) -> Sensitivity | None:
    if chosen.sensitivity is None:
        return None
    if not 0 < chosen.sensitivity <= MOST_DRAWS:
        limit = {"limit": MOST_DRAWS}
        raise CommandError(_("--sensitivity takes 1 to %(limit)s draws.") % limit)
    if chosen.seed < 0:
        raise CommandError(_("A seed is not negative."))
    return options.draw(composite, chosen.sensitivity, chosen.seed)


# Files and words ----------------------------------------------------------------------------------


def _write(folder: Path, composite: Composite, draws: Sensitivity | None) -> None:
    """A file for each stage, units down, codes across."""
    leaves = composite.tree.codes[: composite.tree.leaves]
    aggregates = composite.tree.codes[composite.tree.leaves :]
    stages: dict[str, tuple[Sequence[str], Iterable[Sequence[Any]]]] = {
        name: (leaves, values.tolist())
        for name, values in {**composite.stages, "normalised": composite.normalised}.items()
    }
    stages["aggregates"] = (aggregates, composite.aggregates.tolist())
    ranks = [[rank or None for rank in row] for row in composite.ranks.tolist()]
    stages["ranks"] = (aggregates, ranks)
    if draws:
        names = ("nominal", "mean", "median", "low", "high", "shift")
        rows = [[getattr(each, name) for name in names] for each in draws.units]
        stages["sensitivity"] = (names, rows)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name, (codes, values) in stages.items():
            cells = (
                (unit, title, *row)
                for unit, title, row in zip(
                    composite.dataset.units, composite.dataset.names, values, strict=True
                )
            )
            _write_table(folder / f"{name}.csv", ("uCode", "uName", *codes), cells)
        weights = composite.effective.items()
        _write_table(folder / "weights.csv", ("iCode", "EffWeight"), weights)
    except OSError as error:
        message = _("The files cannot be written: %(reason)s")
        raise CommandError(message % {"reason": error.strerror}) from error
    files = len(stages) + 1
    stderr.print(_("%(files)s files in %(folder)s") % {"files": files, "folder": folder})


def _write_table(path: Path, header: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow([safe_cell(each) for each in header])
        for row in rows:
            writer.writerow([_cell(each) for each in row])


def _cell(value: Any) -> Any:
    return None if isinstance(value, float) and np.isnan(value) else safe_cell(value)


def _say(composite: Composite, draws: Sensitivity | None) -> None:
    """The ranking, best first, with the parts of the index; then what moves ranks."""
    dataset, tree = composite.dataset, composite.tree
    parts = [place for place in tree.children[-1].tolist() if place >= tree.leaves][:6]
    columns = [len(tree.children) - 1, *(place - tree.leaves for place in parts)]
    codes = [tree.codes[tree.leaves + column] for column in columns]
    headers = [_("Rank"), _("Code"), _("Name"), *codes]
    if draws:
        headers += [_("Ranks, 5th–95th percentile"), _("Median")]
    order = sorted(
        range(len(dataset.units)),
        key=lambda row: (composite.ranks[row, -1] or len(dataset.units) + 1, dataset.units[row]),
    )
    rows = [
        [
            composite.ranks[row, -1] or "–",
            dataset.units[row],
            dataset.names[row],
            *(_shown(composite.aggregates[row, column]) for column in columns),
            *(_interval(draws, row) if draws else ()),
        ]
        for row in order
    ]
    numeric = {0, *range(3, len(headers))}
    print_table(headers, rows, numeric)
    for line in _notes(composite, draws):
        stdout.print(line, markup=False, soft_wrap=True)


def _shown(value: float) -> str:
    return "–" if np.isnan(value) else fixed(round(float(value), 2))


def _interval(draws: Sensitivity, row: int) -> tuple[str, str]:
    each = draws.units[row]
    if each.low is None or each.high is None or each.median is None:
        return "–", "–"
    return f"{each.low:.0f}–{each.high:.0f}", f"{each.median:.0f}"


def _notes(composite: Composite, draws: Sensitivity | None) -> Iterable[str]:
    if composite.flat:
        codes = ", ".join(composite.flat)
        yield _("The same for all units, so without a value: %(codes)s") % {"codes": codes}
    if composite.left_out:
        units = ", ".join(composite.left_out)
        yield _("Left out for too few values: %(units)s") % {"units": units}
    treated = [f"{code} ({each.done})" for code, each in composite.treatments.items()]
    treated = [said for said in treated if "(nothing)" not in said]
    if treated:
        yield _("Treated: %(codes)s") % {"codes": ", ".join(treated)}
    if draws:
        said = {"draws": draws.draws, "seed": draws.seed}
        yield _("%(draws)s draws, seed %(seed)s. What moves ranks most:") % said
        for mover in draws.movers[:_SHOWN_MOVERS]:
            yield "  " + _mover(mover.what, mover.name, mover.shift)


def _mover(what: str, name: str, shift: float) -> str:
    words: Mapping[str, str] = {
        "weights": _("other weights"),
        "normalisation": _("normalised by %(name)s"),
        "aggregation": _("a %(name)s mean"),
        "indicator": _("without %(name)s"),
    }
    said = words[what] % {"name": name} if name else words[what]
    return _("%(what)s: %(places)s places on average") % {
        "what": said,
        "places": fixed(round(shift, 2)),
    }
