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
    """The version of the definition the figure was computed with. A derived one has no terms;
    its expression over other indicators is `derived_from`."""

    code: str
    version: int
    digest: str
    name: TwoLanguages
    description: TwoLanguages
    formula: TwoLanguages
    numerator: TermFacts | None
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
    derived_from: str = ""


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
    """A part of the observations: `rows` of `total`, from `offset`. With a `problem` they could
    not be read, and zero rows do not mean that there are none."""

    rows: tuple[ObservationRow, ...]
    total: int
    limit: int
    offset: int
    problem: str | None = None


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
class FactRow:
    """One single fact: its columns, and the import and line it came from. `label` marks made-up
    facts."""

    body: str
    body_name: str
    cells: dict[str, Any]
    import_no: int
    line: int
    file_name: str
    recorded_at: datetime | None
    label: str


@dataclass(frozen=True, slots=True)
class PartFacts:
    """A part a figure opens to: how many facts, and the aggregates it can be narrowed to."""

    part: str
    total: int
    aggregates: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Facts:
    """The single facts behind a computed figure: `rows` of the chosen `part`, `total` in all.

    `restricted` says that the reader sees only facts of the bodies he speaks for; with a
    `problem` they could not be read, and zero does not mean that there are none.
    """

    table: str
    parts: tuple[PartFacts, ...]
    part: str
    aggregate: str
    rows: tuple[FactRow, ...]
    total: int
    limit: int
    offset: int
    restricted: bool
    problem: str | None = None


@dataclass(frozen=True, slots=True)
class ComponentFacts:
    """One aggregate a figure is made of, counted again from the facts as known to its run."""

    part: str
    aggregate: str
    value: Decimal | float | int | None


@dataclass(frozen=True, slots=True)
class Recount:
    """Numerator and denominator counted again from the facts; `agrees` with the figure."""

    numerator: Decimal | None
    denominator: Decimal | None
    agrees: bool


@dataclass(frozen=True, slots=True)
class MonthFacts:
    """A month of the lake that the run read; `intact` if it still has the digest of then."""

    table: str
    month: str
    digest: str
    rows: int | None
    intact: bool


@dataclass(frozen=True, slots=True)
class ImportFacts:
    """An import with rows in those months; `rows` are its rows there, of all bodies."""

    table: str
    number: int
    file_name: str
    sha256: str
    recorded_at: datetime
    rows: int
    label: str


@dataclass(frozen=True, slots=True)
class ReferenceFacts:
    """What a formula refers to: the indicator, the days meant, and the figures stored for it."""

    text: str
    function: str
    code: str
    start: date | None
    end: date | None
    figures: tuple["FigureState", ...]


@dataclass(frozen=True, slots=True)
class FigureState:
    """A figure as it stood or stands: current, or superseded at a time."""

    id: int
    figure: str
    period: str
    numerator: Decimal | None
    denominator: Decimal | None
    value: Decimal | None
    status: str
    basis: str
    version: int
    computed_at: datetime
    superseded_at: datetime | None


@dataclass(frozen=True, slots=True)
class MonthChange:
    """A month of facts whose digest the two runs saw differently; None where it was not there."""

    table: str
    month: str
    before: str | None
    after: str | None


@dataclass(frozen=True, slots=True)
class ImportChange:
    """An import between the two runs: rows of this figure's bodies and period that it brought,
    and earlier ones that it made superseded."""

    number: int
    file_name: str
    recorded_at: datetime
    label: str
    added: int
    superseded: int


@dataclass(frozen=True, slots=True)
class SourceChange:
    """A file of reported values recorded between the two runs for the same period."""

    id: int
    file_name: str
    recorded_at: datetime


@dataclass(frozen=True, slots=True)
class Change:
    """Why a figure differs from the one it superseded.

    `reasons` are some of definition, basis (reported, computed …), facts, reports, units (more or
    fewer bodies belong to it) and inputs (of a derived figure); none when nothing that is recorded
    explains it. With a `problem` the imports could not be counted.
    """

    before: FigureState
    after: FigureState
    reasons: tuple[str, ...]
    definition_before: str
    definition_after: str
    months: tuple[MonthChange, ...]
    imports: tuple[ImportChange, ...]
    sources: tuple[SourceChange, ...]
    inputs: tuple[FigureState, ...]
    unit_date_before: date | None
    unit_date_after: date | None
    problem: str | None = None


@dataclass(frozen=True, slots=True)
class Explanation:
    """Everything a figure is made of.

    `value` is as stored (six decimals), `exact` is divided again from numerator and denominator
    (28 digits), `shown` has two decimals. `recomputed` says whether value and exact agree.
    `unit_date` is the day whose unit structure counted. A figure that was superseded is explained
    with what was known when it was computed. `facts`, `components`, `recounted`, `months` and
    `imports` are of figures computed from single facts, `references` of derived ones. `history`
    are all figures of this indicator, body and period, the newest first.
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
    facts: Facts | None = None
    components: tuple[ComponentFacts, ...] = ()
    recounted: Recount | None = None
    months: tuple[MonthFacts, ...] = ()
    imports: tuple[ImportFacts, ...] = ()
    references: tuple[ReferenceFacts, ...] = ()
    change: Change | None = None
    history: tuple[FigureState, ...] = ()

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
