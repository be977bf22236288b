"""`cotmoc facts import`, `cotmoc facts status` and `cotmoc facts known`."""

import argparse
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from datetime import date, datetime, timedelta
from datetime import time as time_of_day
from pathlib import Path
from typing import Any

from django.conf import settings
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from rich.progress import (
    BarColumn,
    Progress,
    TaskProgressColumn,
    TextColumn,
    TimeRemainingColumn,
)

from cotmoc.analytics.ingest import (
    Options,
    Outcome,
    Profile,
    import_file,
    profiles_of,
    read_profile,
    save_profile,
)
from cotmoc.analytics.ingest.encodings import ENCODINGS
from cotmoc.analytics.lake import Dataset, Lake, Manifest
from cotmoc.apps.measurement.catalogue import calendars, fact_tables, work_calendar
from cotmoc.apps.measurement.importing import register_observations
from cotmoc.apps.measurement.services import compute_figures
from cotmoc.apps.orgs.models import Organisation
from cotmoc.config.cli.output import (
    IN_PART,
    NOT_FOUND,
    REFUSED,
    USAGE,
    BadInputError,
    CommandError,
    print_json,
    print_table,
    stderr,
    stdout,
    step,
)
from cotmoc.config.cli.ready import database_is_ready
from cotmoc.core.problems import BadInput
from cotmoc.indicators.definitions import REPORTED_TABLE
from cotmoc.indicators.facts import FactTable
from cotmoc.ui.problems import describe, sentence

Subparsers = argparse._SubParsersAction
_DELIMITERS = {"tab": "\t", "\\t": "\t"}


def add_commands(commands: "Subparsers[argparse.ArgumentParser]") -> None:
    """Add the commands about facts."""
    facts = commands.add_parser("facts", help=_("rows that figures are computed from"))
    actions = facts.add_subparsers(metavar="ACTION", required=True)
    bring = actions.add_parser(
        "import",
        help=_("take files of rows into a fact table"),
        description=_(
            "Takes CSV, XLSX, Parquet or JSON Lines. Good rows are taken, bad rows go to a file "
            "with their reasons; a row that is there already with other content is corrected. The "
            "same file again changes nothing."
        ),
        epilog='cotmoc facts import dossiers 2026-08.csv --map "organisation=Mã ĐV" --dry-run',
    )
    bring.add_argument("table", help=_("dossiers, observations, or another table of the catalogue"))
    bring.add_argument("files", nargs="+", type=Path, metavar="FILE")
    bring.add_argument("--dry-run", action="store_true", help=_("count and check, write nothing"))
    bring.add_argument("--profile", metavar="NAME", help=_("use a saved mapping of columns"))
    bring.add_argument(
        "--map",
        action="append",
        default=[],
        metavar="COLUMN=HEADER",
        help=_("which header of the file is a column; may be repeated"),
    )
    bring.add_argument("--save-profile", metavar="NAME", help=_("keep the mapping for such files"))
    bring.add_argument("--label", default="", help=_("a remark kept with the import"))
    bring.add_argument("--encoding", choices=ENCODINGS, help=_("default: found out"))
    bring.add_argument("--delimiter", help=_("one character or tab; default: found out"))
    bring.add_argument("--decimal", choices=(",", "."), help=_("decimal mark; default: found out"))
    bring.add_argument(
        "--no-compute", action="store_true", help=_("leave figures as they are; cotmoc compute")
    )
    bring.add_argument("--json", action="store_true", help=_("print JSON"))
    bring.set_defaults(run=import_files)

    status = actions.add_parser("status", help=_("months, rows and imports of the fact tables"))
    status.add_argument("table", nargs="?")
    status.add_argument("--json", action="store_true", help=_("print JSON"))
    status.set_defaults(run=show_status)

    known = actions.add_parser("known", help=_("how many rows counted on a day, by month"))
    known.add_argument("table")
    known.add_argument(
        "--on", type=date.fromisoformat, required=True, metavar="DATE", help=_("2026-08-31")
    )
    known.add_argument("--json", action="store_true", help=_("print JSON"))
    known.set_defaults(run=show_known)


def import_files(chosen: argparse.Namespace) -> int | None:
    """Import files one after the other; a file that is refused leaves those before it in."""
    table = _table(chosen.table)
    folder = Path(settings.DATA_DIR) / "profiles"
    options = _options(chosen)
    said: list[dict[str, Any]] = []
    imports: list[tuple[Path, Outcome]] = []
    code: int | None = None
    try:
        profile = read_profile(folder, table.name, chosen.profile) if chosen.profile else None
        saved = profiles_of(folder, table.name)
        for path in chosen.files:
            with _progress(path.name) as progress:
                outcome = import_file(
                    _dataset(table.name),
                    table,
                    path,
                    now=timezone.now(),
                    workdays=work_calendar(),
                    calendars=calendars(),
                    quarantine=Path(settings.DATA_DIR) / "quarantine",
                    profile=profile,
                    profiles=saved,
                    options=options,
                    dry_run=chosen.dry_run,
                    label=chosen.label,
                    progress=progress,
                    describe=sentence,
                )
            said.append(outcome_json(outcome))
            imports.append((path, outcome))
            if not chosen.json:
                _print_outcome(outcome)
            if outcome.refused:
                code = IN_PART if outcome.good else REFUSED
            if chosen.save_profile and not chosen.dry_run:
                save_profile(folder, _profile(chosen.save_profile, outcome))
    except BadInput as error:
        _compute_anew(chosen, imports)
        if chosen.json and said:
            print_json({"files": said})
        raise BadInputError(error.problems, _("Nothing was imported:")) from error
    computed = _compute_anew(chosen, imports)
    if chosen.json:
        print_json({"files": said, **computed})
    return code


def _compute_anew(
    chosen: argparse.Namespace, imports: Sequence[tuple[Path, Outcome]]
) -> dict[str, Any]:
    """Figures follow their facts: what changed is computed at once, unless told not to, or where
    there is no database that could keep figures."""
    new = [(path, outcome.import_no) for path, outcome in imports if outcome.import_no]
    nothing_to_keep = chosen.no_compute and chosen.table != REPORTED_TABLE
    if not new or nothing_to_keep or not database_is_ready():
        return {}
    now = timezone.now()
    if chosen.table == REPORTED_TABLE:
        for path, number in new:
            register_observations(_dataset(chosen.table), number, path, actor=None, now=now)
    if chosen.no_compute or not Organisation.objects.exists():
        return {}
    with step(_("Figures")) as done:
        run = compute_figures(actor=None, now=now)
        done.append(
            _("%(figures)s figures, %(changed)s changed")
            % {"figures": run.figures, "changed": run.changed}
        )
    return {"run": run.pk, "figures": run.figures, "changed": run.changed}


def show_status(chosen: argparse.Namespace) -> None:
    """What each fact table holds."""
    names = [_table(chosen.table).name] if chosen.table else sorted(fact_tables())
    tables = [_status(name) for name in names]
    if chosen.json:
        print_json({"tables": tables})
        return
    for each in tables:
        title = fact_tables()[each["table"]].title
        stdout.print(
            _("%(table)s: %(title)s · %(rows)s rows · %(imports)s imports · %(size).1f MB")
            % {
                "table": each["table"],
                "title": title[_language()],
                "rows": each["rows"],
                "imports": len(each["imports"]),
                "size": each["bytes"] / 1e6,
            },
            style="bold",
            markup=False,
        )
        print_table(
            [_("Month"), _("Rows"), _("Superseded")],
            [(m["month"], m["rows"], m["superseded"] or "") for m in each["months"]],
            {1, 2},
        )
        print_table(
            [_("Import"), _("File"), _("Recorded"), _("Rows"), _("Corrected"), _("Bad rows")],
            [
                (i["import"], i["file"], i["recorded_at"], i["rows"], i["corrected"], i["refused"])
                for i in each["imports"]
            ],
            {0, 3, 4, 5},
        )


def show_known(chosen: argparse.Namespace) -> None:
    """Rows by month as they were known at the end of a day."""
    table = _table(chosen.table)
    end = datetime.combine(chosen.on + timedelta(days=1), time_of_day())
    moment = timezone.make_aware(end) - timedelta(microseconds=1)
    dataset = _dataset(table.name)
    manifest = dataset.manifest().known_at(moment)
    months = _months(dataset, manifest)
    if chosen.json:
        print_json(
            {
                "table": table.name,
                "on": str(chosen.on),
                "rows": manifest.rows,
                "imports": len(manifest.imports),
                "months": months,
            }
        )
        return
    stdout.print(
        _("%(rows)s rows were known on %(day)s, from %(imports)s imports")
        % {"rows": manifest.rows, "day": chosen.on, "imports": len(manifest.imports)}
    )
    print_table([_("Month"), _("Rows")], [(each["month"], each["rows"]) for each in months], {1})


def outcome_json(outcome: Outcome) -> dict[str, Any]:
    """One file's outcome for scripts."""
    content = asdict(outcome)
    content |= content.pop("reading")
    content["problems"] = [
        {
            "line": each.line,
            "field": each.field,
            "value": each.value,
            "code": each.code,
            "reason": sentence(each),
        }
        for each in outcome.problems
    ]
    content["quarantine"] = str(outcome.quarantine) if outcome.quarantine else None
    return content


def _print_outcome(outcome: Outcome) -> None:
    if outcome.already is not None:
        said = _("%(file)s: imported already as import %(number)s, nothing changed")
        stdout.print(said % {"file": outcome.file, "number": outcome.already}, markup=False)
        return
    counts = _(
        "%(file)s: %(read)s rows read, %(new)s new, %(corrected)s corrected, "
        "%(unchanged)s unchanged, %(refused)s bad"
    )
    stdout.print(counts % asdict(outcome), markup=False)
    reading = outcome.reading
    how = [reading.kind.upper(), reading.encoding, _delimiter_name(reading.delimiter)]
    if outcome.profile:
        how.append(_("profile %(name)s") % {"name": outcome.profile})
    stdout.print("  " + " · ".join(each for each in how if each), markup=False)
    if outcome.left_out:
        left = ", ".join(outcome.left_out)
        stdout.print("  " + _("columns not taken in: %(names)s") % {"names": left}, markup=False)
    rate = outcome.read / outcome.seconds if outcome.seconds else 0
    done = _("%(seconds).1f s, %(rate)s rows a second")
    stdout.print("  " + done % {"seconds": outcome.seconds, "rate": f"{rate:,.0f}"}, markup=False)
    for problem in outcome.problems:
        stderr.print(f"! {describe(problem)}", style="yellow", markup=False)
    if outcome.refused > len(outcome.problems):
        stderr.print(f"  … +{outcome.refused - len(outcome.problems)}", style="yellow")
    if outcome.quarantine:
        stdout.print(
            _("bad rows set apart in %(path)s") % {"path": outcome.quarantine}, markup=False
        )
    if outcome.dry_run:
        stdout.print(_("This was a dry run: nothing was written."))


def _status(name: str) -> dict[str, Any]:
    dataset = _dataset(name)
    manifest = dataset.manifest()
    paths = [each.path for each in manifest.parts] + [each.path for each in manifest.superseded]
    return {
        "table": name,
        "rows": manifest.rows,
        "bytes": sum((dataset.folder / path).stat().st_size for path in paths),
        "refused": sum(each.refused for each in manifest.imports),
        "months": _months(dataset, manifest),
        "imports": [
            {
                "import": each.number,
                "file": each.file,
                "digest": each.digest,
                "recorded_at": timezone.localtime(each.recorded_at).strftime("%Y-%m-%d %H:%M:%S"),
                "rows": each.rows,
                "corrected": each.corrected,
                "unchanged": each.unchanged,
                "refused": each.refused,
                "label": each.label,
                "quarantine": each.about.get("quarantine"),
            }
            for each in manifest.imports
        ],
    }


def _months(dataset: Dataset, manifest: Manifest) -> list[dict[str, Any]]:
    """Rows that count, by month. What was superseded is counted where it lies."""
    gone: dict[str, int] = dataset.superseded_by_month(manifest)
    rows: dict[str, int] = {}
    for part in manifest.parts:
        rows[part.month] = rows.get(part.month, 0) + part.rows
    return [
        {"month": month, "rows": count - gone.get(month, 0), "superseded": gone.get(month, 0)}
        for month, count in sorted(rows.items())
    ]


def _table(name: str) -> FactTable:
    tables: Mapping[str, FactTable] = fact_tables()
    if name not in tables:
        said = _("There is no fact table %(name)s; there are: %(known)s")
        raise CommandError(said % {"name": name, "known": ", ".join(sorted(tables))}, NOT_FOUND)
    return tables[name]


def _dataset(name: str) -> Dataset:
    return Lake(Path(settings.DATA_DIR) / "lake").table(name)


def _options(chosen: argparse.Namespace) -> Options:
    columns = {}
    for each in chosen.map:
        column, equals, header = each.partition("=")
        if not equals or not header.strip():
            said = _("--map takes COLUMN=HEADER, not %(given)s")
            raise CommandError(said % {"given": each}, USAGE)
        columns[column.strip()] = header.strip()
    delimiter = _DELIMITERS.get(chosen.delimiter, chosen.delimiter)
    if delimiter is not None and len(delimiter) != 1:
        raise CommandError(_("--delimiter takes one character or the word tab"), USAGE)
    return Options(chosen.encoding, delimiter, chosen.decimal, columns)


def _profile(name: str, outcome: Outcome) -> Profile:
    reading = outcome.reading
    mark = reading.decimal_mark
    headers = tuple(each for each in outcome.headers if each)
    return Profile(
        name, outcome.table, headers, outcome.columns, reading.encoding, reading.delimiter, mark
    )


def _language() -> str:
    return "en" if (get_language() or "").startswith("en") else "vi"


def _delimiter_name(delimiter: str | None) -> str | None:
    return {"\t": "tab", None: None}.get(delimiter, f"“{delimiter}”")


@contextmanager
def _progress(name: str) -> Iterator[Callable[[int, int, int], None] | None]:
    """A bar with rate and remaining time on a terminal; silence elsewhere."""
    if not stderr.is_terminal:
        yield None
        return
    bar = Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        TaskProgressColumn(),
        TextColumn("{task.fields[rate]}"),
        TimeRemainingColumn(),
        console=stderr,
        transient=True,
    )
    started = time.monotonic()
    with bar:
        task = bar.add_task(name, total=None, rate="")

        def show(done: int, total: int, rows: int) -> None:
            each_second = rows / max(time.monotonic() - started, 0.001)
            rate = _("%(rows)s rows · %(rate)s/s")
            said = rate % {"rows": f"{rows:,}", "rate": f"{each_second:,.0f}"}
            bar.update(task, completed=done, total=total, rate=said)

        yield show
