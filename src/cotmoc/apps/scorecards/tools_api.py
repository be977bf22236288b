"""Tools for those who write indices: a file is checked, an index of any indicators is computed.
Nothing is stored."""

from collections import Counter
from typing import Annotated, Any, Literal

from django.http import HttpRequest
from django.utils.translation import gettext as _
from ninja import Router, Schema
from pydantic import Field

from cotmoc.apps.scorecards.catalogue import installed_indicators
from cotmoc.apps.scorecards.refusing import impossible, refused
from cotmoc.core.problems import BadInput, Problem
from cotmoc.indicators.composite.compose import Composite, compose
from cotmoc.indicators.composite.data import Dataset, read_dataset
from cotmoc.indicators.composite.report import VARIED, Assumption, Options, as_json
from cotmoc.indicators.composite.sensitivity import Sensitivity
from cotmoc.indicators.composite.tables import Table, read_table
from cotmoc.indicators.composite.wrong import CannotComputeError
from cotmoc.indicators.indices.check import examine_indices
from cotmoc.rest.fields import Number
from cotmoc.ui.problems import problem_json

MOST_FILES = 20
MOST_BYTES = 1_000_000  # of all files together
MOST_DATA, MOST_META = 1_500_000, 500_000  # characters
MOST_DRAWS = 5_000
# Values computed anew: draws × units × indicators. So many take seconds, not minutes.
MOST_WORK = 50_000_000

Share = Annotated[float, Field(ge=0, le=1)]
Finite = Annotated[float, Field(ge=-1e9, le=1e9)]
Normalise = Literal[
    "minmax",
    "zscore",
    "scaled",
    "rank",
    "borda",
    "percentile",
    "distance-to-max",
    "distance-to-target",
    "distance-to-reference",
    "fraction-of-leader",
    "goalposts",
    "none",
]
Values = dict[str, dict[str, float | None]]

router = Router(tags=["scorecards"])


class IndexFile(Schema):
    name: str = Field(
        min_length=1,
        max_length=200,
        pattern=r"^[^\x00-\x1f\x7f]*$",
        description="how problems call it",
    )
    text: str = Field(max_length=MOST_BYTES, description="the YAML of an index")


class IndexFiles(Schema):
    files: list[IndexFile] = Field(
        min_length=1, max_length=MOST_FILES, description="together at most 1 MB"
    )


class GoodIndex(Schema):
    """An index in whose file nothing is wrong."""

    index: str
    method: str
    leaves: int
    max: Number


class IndexProblem(Schema):
    """What is wrong, and where it stands."""

    file: str
    line: int | None
    column: int | None
    field: str | None = Field(description="keys and places of lists, from the outermost")
    code: str
    value: str | None
    message: str
    known: Any = Field(description="what could stand there, if it can be listed")
    did_you_mean: str | None


class IndexCheck(Schema):
    indices: list[GoodIndex]
    problems: list[IndexProblem]


@router.post("/indices/check", response=IndexCheck)
def check_index_files(request: HttpRequest, body: IndexFiles) -> dict[str, Any]:
    """Everything that is wrong with files of indices, as `cotmoc index check --json` says it.
    Indicators are those of the installed catalogue. Nothing is stored."""
    _refuse_files(body.files)
    texts = [(each.name, each.text.removeprefix("\ufeff")) for each in body.files]
    good, problems = examine_indices(texts, installed_indicators(), by_name=False)
    return {
        "indices": [
            {
                "index": each.code,
                "method": each.method,
                "leaves": len(list(each.leaves())),
                "max": each.max,
            }
            for each in good
        ],
        "problems": [problem_json(each) for each in problems],
    }


def _refuse_files(files: list[IndexFile]) -> None:
    size = sum(len(each.text.encode()) for each in files)
    if size > MOST_BYTES:
        sizes = {"megabytes": round(size / 1e6, 1), "limit": MOST_BYTES // 10**6}
        raise refused([Problem("too_large", "files", params=sizes)])
    name, times = Counter(each.name for each in files).most_common(1)[0]
    if times > 1:
        said = _("Two files are called %(name)s.") % {"name": name}
        raise impossible("files", "duplicate", said)


# A composite index --------------------------------------------------------------------------------


class CompositeAsked(Schema):
    """Two tables and what is done with them; what is left out is as in `cotmoc index composite`."""

    data: str = Field(max_length=MOST_DATA, description="CSV with a row for each unit")
    meta: str = Field(
        max_length=MOST_META, description="CSV with a row for each indicator and aggregate"
    )
    denominate: bool = False
    impute: Literal["mean", "median"] | None = None
    group: str = Field("", max_length=300, description="impute within groups of this column")
    screen: Share | None = Field(None, description="least share of values a unit needs")
    treat: bool = False
    normalise: Normalise = "minmax"
    range: Annotated[list[Finite], Field(min_length=2, max_length=2)] | None = Field(
        None, description="ends of the scale; of zscore mean and deviation"
    )
    reference: str = Field("", max_length=300, description="unit of distance-to-reference")
    cap: bool = False
    weights: Literal["given", "equal", "principal"] = "given"
    aggregate: Literal["arithmetic", "geometric", "harmonic"] = "arithmetic"
    threshold: Share | None = Field(None, description="least share of children an aggregate needs")
    sensitivity: Annotated[int, Field(ge=1, le=MOST_DRAWS)] | None = Field(
        None, description="draws of other weights and choices; default: none"
    )
    seed: int = Field(1, ge=0, lt=2**31, description="the same seed gives the same draws")
    noise: Share = 0.25
    vary: list[Assumption] = Field(list(VARIED), min_length=1, max_length=len(VARIED))

    def options(self) -> Options:
        low, high = self.range or (None, None)
        same = set(Options.__dataclass_fields__) - {"low", "high"}
        return Options(low=low, high=high, **{name: getattr(self, name) for name in same})


class CompositeUnit(Schema):
    code: str
    name: str


class CompositeOut(Schema):
    """Values by unit, then by code; null where there is none."""

    index: str
    units: list[CompositeUnit]
    method: dict[str, Any]
    levels: dict[str, int] = Field(description="1 for indicators")
    weights: dict[str, float] = Field(description="the part of the index that each makes up")
    stages: dict[str, Values]
    treatments: dict[str, Any]
    normalised: Values
    aggregates: Values
    ranks: dict[str, dict[str, int | None]]
    left_out: list[str] = Field(description="units with too few values")
    do_not_vary: list[str] = Field(description="indicators with the same value everywhere")
    sensitivity: dict[str, Any] | None


@router.post("/composite", response=CompositeOut)
def compute_composite(request: HttpRequest, body: CompositeAsked) -> dict[str, Any]:
    """An index of any indicators from two tables, as `cotmoc index composite --json` computes it.
    Nothing is stored."""
    options = body.options()
    if options.upside_down:
        raise impossible("range", "range", _("The first end must be below the second."))
    dataset = _dataset(body)
    _refuse_too_much(dataset, body)
    try:
        composite = compose(dataset, options.method())
        return as_json(composite, _draws(composite, options, body))
    except CannotComputeError as error:
        message = _(error.template) % error.params
        raise impossible("data", error.problem, message) from error


def _draws(composite: Composite, options: Options, body: CompositeAsked) -> Sensitivity | None:
    if body.sensitivity is None:
        return None
    return options.draw(composite, body.sensitivity, body.seed)


def _dataset(body: CompositeAsked) -> Dataset:
    """Both tables, or everything that is wrong with them."""
    problems: list[Problem] = []
    tables: list[Table] = []
    for name, text in (("data", body.data), ("meta", body.meta)):
        try:
            tables.append(read_table(text.encode(), name))
        except BadInput as error:
            problems += error.problems
    if problems:
        raise refused(problems)
    try:
        return read_dataset(*tables)
    except BadInput as error:
        raise refused(error.problems) from error


def _refuse_too_much(dataset: Dataset, body: CompositeAsked) -> None:
    units, indicators = dataset.values.shape
    most = MOST_WORK // max(1, units * indicators)
    if body.sensitivity and body.sensitivity > most:
        said = _("%(draws)s draws are too many for %(units)s units; at most %(limit)s")
        counts = {"draws": body.sensitivity, "units": units, "limit": most}
        raise impossible("sensitivity", "too_many_draws", said % counts)
