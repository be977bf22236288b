"""Recording what publishers gave: one publication of results, corrections superseding."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from cotmoc.apps.accounts.models import Person
from cotmoc.apps.orgs.models import AdminUnit, Organisation
from cotmoc.apps.scorecards.models import IndexVersion, Publication
from cotmoc.core.periods import Period


@dataclass(frozen=True, slots=True)
class Result:
    """One published value: of a body or a territory, for a node (empty: the total)."""

    subject: Organisation | AdminUnit
    node: str
    points: Decimal | None
    rank: int | None = None
    max: Decimal | None = None
    line: int | None = None
    note: str = ""


@dataclass(frozen=True, slots=True)
class Publisher:
    """Where results come from."""

    source: str
    published_on: date | None = None
    captured_at: datetime | None = None
    file_name: str = ""
    digest: str = ""


def record_publication(
    index: IndexVersion,
    period: Period,
    results: Sequence[Result],
    publisher: Publisher,
    *,
    actor: Person | None,
    now: datetime,
) -> tuple[Publication, bool]:
    """Record results; the same content again changes nothing (False). What differs from a current
    row of the same subject and node supersedes it; nothing is erased. Journalled."""
    raise NotImplementedError
