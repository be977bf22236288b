"""What the current cards of a method and period were computed from, kept in the process.

A what-if or a list of points lost asks for all readings of all bodies again and again. They are
gathered once for each run of scores: a new run, and so a new figure, makes a new baseline.
"""

from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from threading import Lock

from cotmoc.apps.measurement.models import IndicatorVersion
from cotmoc.apps.scorecards.computing import gather, score_inputs, wanted_by, with_appraised_points
from cotmoc.apps.scorecards.models import Card, IndexVersion, ScoreRun
from cotmoc.core.periods import parse_period
from cotmoc.indicators.indices.model import Index
from cotmoc.indicators.indices.results import Body, BodyScore, Readings

KEPT = 6


@dataclass(frozen=True, slots=True)
class Read:
    """An indicator that leaves read: its words, unit, and what a ratio of 1 is written as."""

    code: str
    name: Mapping[str, str]
    counted: Mapping[str, str]
    unit: str
    scale: Decimal


@dataclass(frozen=True, slots=True)
class Reach:
    """On how many points of the index bodies are scored, at least and at most."""

    least: Decimal
    most: Decimal

    @property
    def uneven(self) -> bool:
        """Whether totals, and so ranks, stand on unlike parts of the index."""
        return self.least < self.most


@dataclass(frozen=True, slots=True)
class Baseline:
    """Bodies, readings and scores of a method for a period, as of a run.

    `index` is what was scored: leaves that bodies answer are given their appraised points there;
    `asked` has their own rules.
    """

    run: int
    computed_at: datetime
    period: str
    asked: Index
    index: Index
    scores: Sequence[BodyScore]
    readings: Mapping[str, Readings]
    by_code: Mapping[str, BodyScore]
    indicators: Mapping[str, Read]

    def score(self, body: str) -> BodyScore:
        return self.by_code[body]

    @property
    def scales(self) -> dict[str, Decimal]:
        """What a ratio of 1 is written as, by the key of a reading."""
        return {f"figure:{code}": read.scale for code, read in self.indicators.items()}

    def kin(self, body: Body) -> list[BodyScore]:
        """The scores of the bodies of a body's kind, itself too."""
        return [each for each in self.scores if each.body.kind == body.kind]

    def reach(self, body: Body) -> Reach:
        """On how much of the index the ranked bodies of a body's kind are scored."""
        covers = [each.scored_max for each in self.kin(body) if each.rank is not None]
        return Reach(min(covers, default=Decimal(0)), max(covers, default=Decimal(0)))


_kept: OrderedDict[str, Baseline] = OrderedDict()
_lock = Lock()


def last_run(index: IndexVersion, period: str) -> ScoreRun | None:
    """The newest computation of a method for a period, whatever its wording. One query."""
    return ScoreRun.objects.filter(
        index__code=index.code, index__method=index.method, period=period
    ).first()


def baseline(index: IndexVersion, period: str, *, viewer: object) -> Baseline | None:
    """What a method's cards of a period were computed from; None where there are none, or for who
    may not see them. One query where the process has it already."""
    if not getattr(viewer, "is_authenticated", False):
        return None
    run = last_run(index, period)
    if run is None:
        return None
    key = f"{index.digest}:{run.input_digest}"
    with _lock:
        found = _kept.get(key)
        if found is not None:
            _kept.move_to_end(key)
    if found is None:
        found, current = _gathered(index, period, run)
        if current:  # what was read since is not kept under what was read then
            with _lock:
                _kept[key] = found
                while len(_kept) > KEPT:
                    _kept.popitem(last=False)
    return replace(found, run=run.pk, computed_at=run.finished_at or run.started_at)


def _gathered(index: IndexVersion, period: str, run: ScoreRun) -> tuple[Baseline, bool]:
    """The readings of now, and whether they are those of the run."""
    inputs = gather(index, parse_period(period))
    asked = index.definition
    scores = score_inputs(index, inputs)
    made = Baseline(
        run=run.pk,
        computed_at=run.started_at,
        period=period,
        asked=asked,
        index=with_appraised_points(asked, wanted_by(asked).answered),
        scores=scores,
        readings=inputs.readings,
        by_code={each.body.code: each for each in scores},
        indicators=_indicators(asked.indicators()),
    )
    return made, inputs.digest(index, parse_period(period)) == run.input_digest


def _indicators(codes: set[str]) -> dict[str, Read]:
    rows = IndicatorVersion.objects.filter(latest=True, code__in=codes)
    return {
        row.code: Read(
            code=row.code,
            name={"vi": row.name_vi, "en": row.name_en},
            counted=row.content["counted"],
            unit=row.unit,
            scale=row.scale,
        )
        for row in rows
    }


def code_of(card: Card) -> str:
    """Under which code the body or territory of a card is scored."""
    if card.organisation is not None:
        return card.organisation.code
    assert card.unit is not None
    return card.unit.key


def forget() -> None:
    """Drop all that is kept."""
    with _lock:
        _kept.clear()
