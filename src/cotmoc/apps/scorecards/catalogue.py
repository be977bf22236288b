"""The methods of the catalogue, and the rows that keep them."""

import json
from collections.abc import Collection, Iterable
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import transaction

from cotmoc.apps.accounts.models import Person
from cotmoc.apps.journal.services import record
from cotmoc.apps.measurement.models import IndicatorVersion
from cotmoc.apps.scorecards.models import IndexVersion
from cotmoc.core.text import fold
from cotmoc.indicators.definitions import DefinitionError
from cotmoc.indicators.indices.check import SUFFIX, together
from cotmoc.indicators.indices.model import Index
from cotmoc.indicators.indices.read import read_index
from cotmoc.indicators.positions import UnreadableError, read_document
from cotmoc.indicators.wrong import gettext_noop as _

FOLDER = "indices"


def load_indices(
    folder: Path | None = None, indicators: Collection[str] | None = None
) -> list[tuple[Index, dict[str, Any]]]:
    """All indices of the catalogue with their raw content; raises DefinitionError.

    `indicators` are the codes that leaves may read; None checks none of them.
    """
    folder = folder or Path(settings.CATALOGUE_DIR) / FOLDER
    known = None if indicators is None else frozenset(indicators)
    found = []
    for path in sorted(folder.glob("*.yaml")):
        index, raw = _read(path.name, path.read_bytes(), known)
        found.append((path.name, index, raw))
    for error in together([(name, index) for name, index, _raw in found]):
        raise error
    return [(index, raw) for _name, index, raw in found]


def installed_indicators(beside: Iterable[Path] = ()) -> set[str]:
    """Codes of the indicators of the installed catalogue and of folders beside it; a definition is
    named by its code."""
    folders = {Path(settings.CATALOGUE_DIR) / "indicators", *beside}
    return {
        path.name.removesuffix(SUFFIX).partition("@")[0]
        for folder in folders
        for path in folder.glob(f"*{SUFFIX}")
    }


@lru_cache(maxsize=64)
def _read(
    name: str, content: bytes, indicators: frozenset[str] | None
) -> tuple[Index, dict[str, Any]]:
    """One file; a file that did not change is not parsed again."""
    try:
        raw = read_document(content.decode()).raw
    except UnreadableError as error:
        where = f"{name}:{error.place.line}"
        raise DefinitionError("", error.template, where, **error.params) from error
    except UnicodeDecodeError as error:
        raise DefinitionError("", _("is not UTF-8"), name) from error
    return read_index(raw, name, indicators), raw


@transaction.atomic
def sync_indices(*, actor: Person | None, now: datetime) -> list[IndexVersion]:
    """Record every method of the catalogue that the database does not hold yet.

    A method whose content changed becomes a new row; earlier ones stay with their scores. Returns
    the rows of the catalogue as it is now. Raises DefinitionError; then nothing was recorded.
    """
    indicators = IndicatorVersion.objects.filter(latest=True).values_list("code", flat=True)
    loaded = {_key(index): (index, raw) for index, raw in load_indices(indicators=set(indicators))}
    held = {_key(row): row for row in IndexVersion.objects.all()}
    stale = [row.pk for key, row in held.items() if row.latest and key not in loaded]
    IndexVersion.objects.filter(pk__in=stale).update(latest=False)
    restored = [row.pk for key, row in held.items() if not row.latest and key in loaded]
    IndexVersion.objects.filter(pk__in=restored).update(latest=True)
    new = IndexVersion.objects.bulk_create(
        _row(index, raw, now) for key, (index, raw) in loaded.items() if key not in held
    )
    if new or stale or restored:
        record(
            "indices.synchronised",
            ("scorecards.catalogue", FOLDER),
            actor=actor,
            now=now,
            after={
                "new": [str(row) for row in new],
                "restored": [str(row) for key, row in held.items() if row.pk in restored],
                "ended": [str(row) for row in held.values() if row.pk in stale],
            },
        )
    rows = {_key(row): row for row in IndexVersion.objects.filter(latest=True)}
    return [rows[key] for key in loaded]


def _key(method: Index | IndexVersion) -> tuple[str, str, str]:
    return method.code, method.method, method.digest


def _row(index: Index, raw: dict[str, Any], now: datetime) -> IndexVersion:
    return IndexVersion(
        code=index.code,
        method=index.method,
        digest=index.digest,
        name_vi=index.name["vi"],
        name_en=index.name["en"],
        search=fold(f"{index.code} {index.method} {index.name['vi']} {index.name['en']}")[:500],
        owner=index.owner,
        legal_source=index.legal_source,
        content=json.loads(json.dumps(raw, default=str)),
        valid_from=index.valid_from,
        valid_to=index.valid_to,
        recorded_at=now,
    )
