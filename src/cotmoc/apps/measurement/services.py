"""Writes of measurement: sources of observations, indicator versions, runs, publication."""

import hashlib
import json
import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

import pyarrow as pa
from django.db import transaction
from django.utils import timezone

from cotmoc.analytics.engine import ComputedFigure, Unit, compute
from cotmoc.analytics.observations import SCHEMA
from cotmoc.apps.accounts.models import Person
from cotmoc.apps.journal.services import record
from cotmoc.apps.measurement.catalogue import load_definitions
from cotmoc.apps.measurement.models import Figure, IndicatorVersion, Run, Source
from cotmoc.apps.measurement.ports import lake, received_file
from cotmoc.apps.orgs.models import Organisation
from cotmoc.core.periods import Period, parse_period
from cotmoc.core.text import fold
from cotmoc.indicators.definitions import Definition

OBSERVATIONS = "observations"
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
    batch = f"{file.system}-{file.period.code}-{file.part}-{digest[:16]}-{known.count() + 1}"
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


def compute_figures(*, actor: Person | None, now: datetime) -> Run:
    """Compute all figures from all recorded observations and store what changed.

    The same inputs give the same figures: nothing is computed or stored again. A changed figure
    becomes a new row, the old one is marked superseded; so is one that no definition asks for
    any more. Returns the run, with `changed` as of now.
    """
    versions = sync_catalogue(actor=actor, now=now)
    sources = list(Source.objects.order_by("batch"))
    organisations = {row.code: row for row in Organisation.objects.select_related("parent")}
    units = [
        Unit(each.code, each.kind, each.parent.code if each.parent else None)
        for each in organisations.values()
    ]
    input_digest = _digest([*(source.batch for source in sources), *map(str, units)])
    definitions_digest = _digest(sorted(row.digest for row in versions))
    last = Run.objects.first()
    if last and (last.input_digest, last.definitions_digest) == (input_digest, definitions_digest):
        last.changed = 0
        return last
    computed = compute(
        [lake().path(OBSERVATIONS, source.batch) for source in sources],
        units,
        [row.definition for row in versions],
    )
    with transaction.atomic():
        run = Run.objects.create(
            started_at=now,
            engine="ibis-duckdb",
            input_digest=input_digest,
            definitions_digest=definitions_digest,
            unit_date=max((parse_period(each.period).last_day for each in computed), default=None),
            figures=len(computed),
        )
        run.changed = _store(computed, run, versions, organisations, now)
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
    return run


def _store(
    computed: Sequence[ComputedFigure],
    run: Run,
    versions: Iterable[IndicatorVersion],
    organisations: dict[str, Organisation],
    now: datetime,
) -> int:
    indicators = {(row.code, row.version): row for row in versions}
    held = {
        (row.indicator.code, row.organisation_id, row.period): row
        for row in Figure.objects.current().select_related("indicator").defer("indicator__content")
    }
    new: list[Figure] = []
    superseded: list[int] = []
    for each in computed:
        figure = Figure(
            indicator=indicators[each.indicator, each.version],
            organisation_id=organisations[each.unit_code].pk,
            period=each.period,
            period_end=parse_period(each.period).last_day,
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
    """Let the public see the current figures of an organisation for these indicators."""
    figures = Figure.objects.current().filter(
        indicator__code__in=list(indicator_codes), organisation=organisation, published_at=None
    )
    count = figures.exclude(status="no_data").update(published_at=now)
    if count:
        record("figures.published", organisation, actor=actor, now=now, after={"figures": count})
    return count
