"""What a figure is made of, as plain values: for the page, the command line and the API."""

import dataclasses
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from cotmoc.rest.numbers import plain

TwoLanguages = dict[str, str]


@dataclass(frozen=True, slots=True)
class TermFacts:
    """Numerator or denominator: its words and its expression over the fact table."""

    name: TwoLanguages
    expression: str


@dataclass(frozen=True, slots=True)
class DefinitionFacts:
    """The version of the definition the figure was computed with."""

    code: str
    version: int
    digest: str
    name: TwoLanguages
    description: TwoLanguages
    formula: TwoLanguages
    numerator: TermFacts
    denominator: TermFacts | None
    scale: Decimal
    zero_denominator: str
    rollup_units: str
    unit: str
    direction: str
    counted: TwoLanguages
    legal_source: str
    owner: str
    valid_from: date
    valid_to: date | None


@dataclass(frozen=True, slots=True)
class Coverage:
    """Members observed, members there are, and members where nothing arose."""

    with_data: int
    expected: int
    not_arising: int


@dataclass(frozen=True, slots=True)
class RunFacts:
    """The computation that made the figure; the digests name everything it read."""

    id: int
    started_at: datetime
    finished_at: datetime | None
    engine: str
    input_digest: str
    definitions_digest: str


@dataclass(frozen=True, slots=True)
class PublishedTotal:
    """The source's own total beside the sum of the members; differences are sum − published."""

    numerator: Decimal | None
    denominator: Decimal | None
    value: Decimal | None
    numerator_difference: Decimal | None
    denominator_difference: Decimal | None

    @property
    def agrees(self) -> bool:
        """Whether everything published is what was summed."""
        return not (self.numerator_difference or self.denominator_difference)


@dataclass(frozen=True, slots=True)
class Contribution:
    """What the members of one kind give together. `not_arising` are among those with data."""

    kind: str
    members: int
    with_data: int
    not_arising: int
    numerator: Decimal | None
    denominator: Decimal | None

    @property
    def no_data(self) -> int:
        return self.members - self.with_data


@dataclass(frozen=True, slots=True)
class ObservationRow:
    """One observation the figure opens to: what was reported, in which file and line."""

    element: str
    unit_code: str
    unit_name: str
    period: str
    measure_unit: str
    value: Decimal | None
    numerator: Decimal | None
    denominator: Decimal | None
    source_id: int
    file_name: str
    line: int
    recorded_at: datetime


@dataclass(frozen=True, slots=True)
class Observations:
    """A part of the observations: `rows` of `total`, from `offset`."""

    rows: tuple[ObservationRow, ...]
    total: int
    limit: int
    offset: int


@dataclass(frozen=True, slots=True)
class SourceFacts:
    """A file as received; `observations` is how many of its rows this figure opens to."""

    id: int
    file_name: str
    period: str
    system: str
    origin: str
    captured_at: datetime | None
    recorded_at: datetime
    recorded_by: str | None
    sha256: str
    rows: int
    observations: int


@dataclass(frozen=True, slots=True)
class Explanation:
    """Everything a figure is made of.

    `value` is as stored (six decimals), `exact` is divided again from numerator and denominator
    (28 digits), `shown` has two decimals. `recomputed` says whether value and exact agree.
    `unit_date` is the day whose unit structure counted. A figure that was superseded is explained
    with what was known when it was computed.
    """

    id: int
    figure: str
    unit_code: str
    unit_name: str
    period: str
    numerator: Decimal | None
    denominator: Decimal | None
    value: Decimal | None
    exact: Decimal | None
    shown: Decimal | None
    recomputed: bool
    status: str
    basis: str
    coverage: Coverage
    unit_date: date
    superseded_at: datetime | None
    definition: DefinitionFacts
    run: RunFacts
    published: PublishedTotal | None
    contributions: tuple[Contribution, ...]
    observations: Observations
    sources: tuple[SourceFacts, ...]

    def to_dict(self) -> dict[str, Any]:
        """JSON-ready: numbers as `rest.numbers.plain` makes them, days and times ISO 8601."""
        found: dict[str, Any] = _jsonable(self)
        return found


def _jsonable(value: Any) -> Any:
    if dataclasses.is_dataclass(value):
        names = [each.name for each in dataclasses.fields(value)]
        names += [name for name, kind in vars(type(value)).items() if isinstance(kind, property)]
        return {name: _jsonable(getattr(value, name)) for name in names}
    if isinstance(value, dict):
        return {key: _jsonable(each) for key, each in value.items()}
    if isinstance(value, tuple):
        return [_jsonable(each) for each in value]
    if isinstance(value, date):  # a datetime too
        return value.isoformat()
    return plain(value)
