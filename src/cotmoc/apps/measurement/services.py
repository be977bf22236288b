"""Writes of measurement: sources of observations, indicator versions, runs, publication."""

import hashlib
import json
import logging
import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from functools import partial
from typing import Any

import pyarrow as pa
from django.conf import settings
from django.db import transaction
from django.utils import timezone

from cotmoc.analytics.engine import ComputedFigure, Unit
from cotmoc.analytics.observations import SCHEMA
from cotmoc.apps.accounts.models import Person
from cotmoc.apps.journal.services import record
from cotmoc.apps.measurement import ports
from cotmoc.apps.measurement.catalogue import calendars, load_definitions
from cotmoc.apps.measurement.computing import Pair, Progress, compute_everything, fact_digests
from cotmoc.apps.measurement.models import (
    Computation,
    Difference,
    Figure,
    IndicatorVersion,
    Run,
    Source,
)
from cotmoc.apps.measurement.ports import lake, received_file
from cotmoc.apps.measurement.rules import too_few
from cotmoc.apps.orgs.models import Organisation
from cotmoc.apps.orgs.queries.closure import closure_for
from cotmoc.core.periods import CIVIL, Period
from cotmoc.core.text import fold
from cotmoc.indicators.definitions import Definition

OBSERVATIONS = "observations"
logger = logging.getLogger(__name__)
_SIX_PLACES = Decimal("0.000001")


@dataclass(frozen=True, slots=True)
class ReceivedFile:
    """A file of figures as received, and what is known of where it comes from."""

    name: str
    content: bytes
    system: str
    part: str
    period: Period
    origin: str
    captured_at: datetime | None
    rows: int


def record_observations(
    file: ReceivedFile,
    observations: Sequence[dict[str, Any]],
    *,
    actor: Person | None,
    now: datetime,
) -> tuple[Source, bool]:
    """Keep a file and its observations; the same file for the same period changes nothing, unless
    a correction under its name came in between, or more of its rows can be used now.

    `observations` carry element, unit_code, unit_name, measure_unit, value, numerator,
    denominator and source_line. The lake's batch and the file's bytes are written first; they
    count only once the Source is committed, so nothing is ever half-visible.
    """
    digest = hashlib.sha256(file.content).hexdigest()
    known = Source.objects.filter(digest=digest, period=file.period.code, system=file.system)
    last = known.filter(rows=file.rows).order_by("-pk").first()
    if last and not _corrected_since(last):
        return last, False
    period = file.period.code.replace(":", ".")
    batch = f"{file.system}-{period}-{file.part}-{digest[:16]}-{known.count() + 1}"
    shared = {
        "period": file.period.code,
        "source_digest": digest,
        "valid_from": file.period.start,
        "valid_to": file.period.end,
        "recorded_at": now,
    }
    table = pa.Table.from_pylist([{**row, **shared} for row in observations], schema=SCHEMA)
    lake().write(OBSERVATIONS, batch, table)
    _keep_file(digest, file.content)
    with transaction.atomic():
        source = Source.objects.create(
            digest=digest,
            period=file.period.code,
            system=file.system,
            part=file.part,
            file_name=file.name,
            origin=file.origin,
            captured_at=file.captured_at,
            recorded_at=now,
            recorded_by=actor,
            rows=file.rows,
            observations=len(observations),
            batch=batch,
        )
        record(
            "source.recorded",
            source,
            actor=actor,
            now=now,
            after={
                "file": file.name,
                "sha256": digest,
                "period": file.period.code,
                "observations": len(observations),
            },
        )
    return source, True


def _corrected_since(source: Source) -> bool:
    return Source.objects.filter(
        system=source.system,
        part=source.part,
        period=source.period,
        file_name=source.file_name,
        pk__gt=source.pk,
    ).exists()


def _keep_file(digest: str, content: bytes) -> None:
    target = received_file(digest)
    if target.exists():
        return
    target.parent.mkdir(parents=True, exist_ok=True)
    aside = target.with_suffix(f".{os.getpid()}.tmp")
    aside.write_bytes(content)
    os.replace(aside, target)


@transaction.atomic
def sync_catalogue(*, actor: Person | None, now: datetime) -> list[IndicatorVersion]:
    """Record every definition of the catalogue that the database does not hold yet.

    A definition whose content changed becomes a new row; earlier ones stay with their figures.
    Returns the rows of the catalogue as it is now. Raises DefinitionError.
    """
    loaded = load_definitions()
    held = {(row.code, row.version, row.digest): row for row in IndicatorVersion.objects.all()}
    keys = [(each.code, each.version, each.digest) for each, _ in loaded]
    latest = {code: (code, version, digest) for code, version, digest in keys}
    stale = [row.pk for key, row in held.items() if row.latest and latest.get(row.code) != key]
    IndicatorVersion.objects.filter(pk__in=stale).update(latest=False)
    new = [
        _indicator_row(definition, raw, latest[definition.code] == key, now)
        for (definition, raw), key in zip(loaded, keys, strict=True)
        if key not in held
    ]
    IndicatorVersion.objects.bulk_create(new)
    restored = [
        row.pk for key, row in held.items() if latest.get(row.code) == key and not row.latest
    ]
    IndicatorVersion.objects.filter(pk__in=restored).update(latest=True)
    if new or stale:
        record(
            "catalogue.synchronised",
            ("measurement.catalogue", "indicators"),
            actor=actor,
            now=now,
            after={"new": [f"{row.code} v{row.version}" for row in new]},
        )
    rows = {(row.code, row.version, row.digest): row for row in IndicatorVersion.objects.all()}
    return [rows[key] for key in keys]


def _indicator_row(
    definition: Definition, raw: dict[str, object], latest: bool, now: datetime
) -> IndicatorVersion:
    return IndicatorVersion(
        code=definition.code,
        version=definition.version,
        digest=definition.digest,
        computing_digest=definition.computing_digest,
        name_vi=definition.name["vi"],
        name_en=definition.name["en"],
        search=fold(f"{definition.code} {definition.name['vi']} {definition.name['en']}"),
        unit=definition.unit,
        direction=definition.direction,
        owner=definition.owner,
        content=json.loads(json.dumps(raw, default=str)),
        valid_from=definition.valid_from,
        valid_to=definition.valid_to,
        latest=latest,
        recorded_at=now,
    )


def compute_figures(
    *,
    actor: Person | None,
    now: datetime,
    engine: str | None = None,
    calendar_codes: Sequence[str] = (CIVIL,),
    since: date | None = None,
    progress: Progress | None = None,
) -> Run:
    """Compute all figures, from reported values, single facts and each other; store what changed.

    The same inputs give the same figures: nothing is computed or stored again. A changed figure
    becomes a new row, the old one is marked superseded; so is one that no definition asks for
    any more. `since` leaves periods that ended before as they are; figures of calendars that are
    not asked for stay too. Returns the run, with `changed` as of now. Raises EngineUnavailable.
    """
    versions = sync_catalogue(actor=actor, now=now)
    sources = list(Source.objects.order_by("batch"))
    organisations = {row.code: row for row in Organisation.objects.select_related("parent")}
    units = [
        Unit(each.code, each.kind, each.parent.code if each.parent else None)
        for each in organisations.values()
    ]
    facts = fact_digests()
    asked = [*calendar_codes, str(since or "")] if facts else []
    input_digest = _digest(
        [
            *(source.batch for source in sources),
            *map(str, units),
            *([json.dumps(facts, sort_keys=True), closure_for(None).digest] if facts else []),
            *asked,
        ]
    )
    definitions_digest = _digest(sorted(row.digest for row in versions))
    last = Run.objects.first()
    if last and (last.input_digest, last.definitions_digest) == (input_digest, definitions_digest):
        last.changed = 0
        return last
    found = compute_everything(
        [row.definition for row in versions],
        units,
        [lake().path(OBSERVATIONS, source.batch) for source in sources],
        engine=engine,
        calendar_codes=calendar_codes,
        since=since,
        progress=progress,
    )
    if progress:
        progress("storing", 0, len(found.figures))
    with transaction.atomic():
        run = Run.objects.create(
            started_at=now,
            engine=engine or settings.ENGINE,
            input_digest=input_digest,
            definitions_digest=definitions_digest,
            unit_date=max(
                (calendars().parse(code).last_day for code in {e.period for e in found.figures}),
                default=None,
            ),
            facts=found.facts,
            work=found.work,
            figures=len(found.figures),
        )
        held = _held(calendar_codes, since)
        run.changed = _store(found.figures, run, versions, organisations, held, now)
        _store_differences(found.pairs, run, versions, organisations)
        run.finished_at = timezone.now()
        run.save(update_fields=["changed", "finished_at"])
        if run.changed:
            record(
                "figures.computed",
                run,
                actor=actor,
                now=now,
                after={"figures": run.figures, "changed": run.changed, "input": input_digest},
            )
    _tell(run, actor=actor, now=now)
    return run


def _tell(run: Run, *, actor: Person | None, now: datetime) -> None:
    """Tell those who make something of figures. What fails there is journalled and logged: the
    figures are good, and whoever asked for them is not told otherwise."""
    for listener in ports.after_figures:
        name = f"{listener.__module__}.{getattr(listener, '__name__', listener)}"
        try:
            with transaction.atomic():
                listener(run, actor=actor, now=now)
        except Exception as error:
            logger.exception("%s failed after %s", name, run)
            after = {"listener": name, "problem": str(error)[:500] or type(error).__name__}
            record("figures.listener_failed", run, actor=actor, now=now, after=after)


Held = dict[tuple[str, int, str], Figure]


def _held(calendar_codes: Sequence[str], since: date | None) -> Held:
    """The current figures that a computation of these calendars since a day stands for."""
    figures = Figure.objects.current().select_related("indicator").defer("indicator__content")
    if since:
        figures = figures.filter(period_end__gte=since)
    return {
        (row.indicator.code, row.organisation_id, row.period): row
        for row in figures.iterator(2000)
        if calendars().parse(row.period).calendar in (*calendar_codes, CIVIL)
    }


def _store_differences(
    pairs: Iterable[Pair],
    run: Run,
    versions: Iterable[IndicatorVersion],
    organisations: dict[str, Organisation],
) -> None:
    indicators = {(row.code, row.version): row for row in versions}
    rows = []
    for pair in pairs:
        reported, computed = _stored_values(pair.reported), _stored_values(pair.computed)
        difference = reported["value"] - computed["value"]
        rows.append(
            Difference(
                indicator=indicators[pair.computed.indicator, pair.computed.version],
                organisation=organisations[pair.computed.unit_code],
                period=pair.computed.period,
                period_end=calendars().parse(pair.computed.period).last_day,
                reported_numerator=reported["numerator"],
                reported_denominator=reported["denominator"],
                reported=reported["value"],
                computed_numerator=computed["numerator"],
                computed_denominator=computed["denominator"],
                computed=computed["value"],
                difference=difference,
                size=abs(difference),
                run=run,
            )
        )
    Difference.objects.all().delete()
    Difference.objects.bulk_create(rows, batch_size=500)


def _store(
    computed: Sequence[ComputedFigure],
    run: Run,
    versions: Iterable[IndicatorVersion],
    organisations: dict[str, Organisation],
    held: Held,
    now: datetime,
) -> int:
    indicators = {(row.code, row.version): row for row in versions}
    last_days = {code: calendars().parse(code).last_day for code in {e.period for e in computed}}
    new: list[Figure] = []
    superseded: list[int] = []
    for each in computed:
        figure = Figure(
            indicator=indicators[each.indicator, each.version],
            organisation_id=organisations[each.unit_code].pk,
            period=each.period,
            period_end=last_days[each.period],
            run=run,
            **_stored_values(each),
        )
        old = held.pop((each.indicator, figure.organisation_id, each.period), None)
        computing = indicators[each.indicator, each.version].computing_digest
        if old and old.indicator.computing_digest == computing and _same_values(old, figure):
            continue
        if old:
            superseded.append(old.pk)
        new.append(figure)
    superseded += [figure.pk for figure in held.values()]
    for start in range(0, len(superseded), 500):
        Figure.objects.filter(pk__in=superseded[start : start + 500]).update(superseded_at=now)
    Figure.objects.bulk_create(new, batch_size=500)
    return len(new)


def _stored_values(each: ComputedFigure) -> dict[str, Any]:
    return {
        "numerator": _whole(each.numerator),
        "denominator": _whole(each.denominator),
        "value": None if each.value is None else Decimal(repr(each.value)).quantize(_SIX_PLACES),
        "status": each.status,
        "basis": each.basis,
        "with_data": each.with_data,
        "expected": each.expected,
        "not_arising": each.not_arising,
        "published_numerator": _whole(each.published_numerator),
        "published_denominator": _whole(each.published_denominator),
    }


_COMPARED = (
    "numerator",
    "denominator",
    "value",
    "status",
    "basis",
    "with_data",
    "expected",
    "not_arising",
    "published_numerator",
    "published_denominator",
)


def _same_values(old: Figure, new: Figure) -> bool:
    return all(getattr(old, key) == getattr(new, key) for key in _COMPARED)


def _whole(number: Decimal | None) -> Decimal | None:
    return None if number is None else number.quantize(Decimal("0.0001"))


def _digest(parts: Iterable[str]) -> str:
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()


@transaction.atomic
def publish_figures(
    indicator_codes: Iterable[str],
    organisation: Organisation,
    *,
    actor: Person | None,
    now: datetime,
) -> int:
    """Let the public see the current figures of an organisation for these indicators; those over
    fewer facts than their definition allows are kept back."""
    figures = (
        Figure.objects.current()
        .filter(
            indicator__code__in=list(indicator_codes), organisation=organisation, published_at=None
        )
        .exclude(status="no_data")
        .select_related("indicator")
    )
    shown = [
        figure.pk
        for figure in figures
        if not too_few(
            figure.numerator,
            figure.denominator,
            int(figure.indicator.content.get("suppress_below") or 0),
        )
    ]
    count = Figure.objects.filter(pk__in=shown).update(published_at=now)
    if count:
        record("figures.published", organisation, actor=actor, now=now, after={"figures": count})
    return count


@transaction.atomic
def request_computation(*, reason: str, actor: Person | None, now: datetime) -> Computation:
    """Ask for a computation in the background; one that still waits serves for this reason too."""
    waiting = Computation.objects.filter(state=Computation.State.WAITING).first()
    if waiting:
        return waiting
    computation = Computation.objects.create(reason=reason, requested_by=actor, requested_at=now)
    record("computation.requested", computation, actor=actor, now=now, after={"reason": reason})
    for take_in_hand in ports.computations:
        transaction.on_commit(partial(take_in_hand, computation.pk))
    return computation
